"""What is told apart from claims: dates, names, references, vague numbers; causes and praise, which no data test."""

from __future__ import annotations

import re
from collections.abc import Iterable

from hansa.statements.claim import Apart
from hansa.statements.extraction.cue import Cue, cues
from hansa.statements.extraction.passage import Passage
from hansa.statements.recognition.quantity import Quantity
from hansa.statements.recognition.time_expression import TimeExpression

_GLUED_BEFORE = re.compile(r"(?:[\w@/#&_]|[\w)][.\-+/:]|\+)$")
_GLUED_AFTER = re.compile(r"(?:[/:_@×]\d|\.\d|-\d{2}|[*^=<>|])")
_FORMULA_BEFORE = re.compile(r"(?:[=<>^{\\_`|]\s?\+?|\$)$")
_FORMULA_AFTER = re.compile(r"\s?[\^}=`|\\]|\{")
_ITEM = re.compile(r"\s*[(\[]?\d{1,3}[.)]\s")
_NAME_AFTER = re.compile(r"[\s-]*(?:[^\W\d]+[\s-]+){0,2}")
_NOUN = re.compile(r"\s+[^\W\d]+")
UNSURE = ("number", "ordinal")


def reason(passage: Passage, quantity: Quantity) -> str | None:
    """Why a number of a passage can be no claim, whatever the sentence says; None where it may be one."""
    low, start, end = passage.low, quantity.start, quantity.end
    if _FORMULA_BEFORE.search(low[max(0, start - 3) : start]) or _FORMULA_AFTER.match(low, end):
        return "formula"
    if quantity.kind not in UNSURE:
        return None
    if _GLUED_BEFORE.search(low[max(0, start - 2) : start]) or _GLUED_AFTER.match(low, end):
        return "name"
    if start - passage.start < 3 and _ITEM.match(low, passage.start, end + 2):
        return "list"
    for cue in passage.of("reference", within=(max(passage.start, start - 20), start)):
        if not low[cue.end : start].strip(" .\u2116"):
            return "reference"
    for cue in passage.of("event", within=(end, min(passage.end, end + 40))):
        if _NAME_AFTER.fullmatch(low, end, cue.start):
            return "name"
    for cue in passage.of("age", within=(end, min(passage.end, end + 12))):
        if not low[end : cue.start].strip(" -"):
            return "age"
    return None


def dates(times: Iterable[TimeExpression]) -> list[Apart]:
    """The days among times."""
    return [Apart(time.text, time.start, time.end, "date") for time in times if time.kind == "date"]


def vague(text: str, found: Cue) -> Apart:
    """A vague number with the noun after it: "thousands of kilometres"."""
    noun = _NOUN.match(text, found.end)
    end = noun.end() if noun else found.end
    return Apart(text[found.start : end], found.start, end, "vague")


def untested(
    text: str,
    low: str,
    language: str,
    sentence: tuple[int, int],
    found: list[Cue],
    claims: list[tuple[int, int]],
) -> list[Apart]:
    """The causes and praise of a sentence: all of a sentence without claims; beside a figure the cause alone."""
    start, end = sentence
    kinds = {cue.kind for cue in found}
    if not claims:
        why = next((kind for kind in ("causal", "evaluative") if kind in kinds), None)
        return [Apart(text[start:end], start, end, why)] if why else []
    apart = []
    stop = start
    for cue in found:
        if cue.kind != "causal" or cue.start < stop:
            continue
        ahead = [first for first, _ in claims if first > cue.start]
        stop = _cause_ends(low, language, cue.end, min(ahead)) if ahead else end
        words = text[cue.start : stop].rstrip(" ,;:.\u2014\u2013-\n")
        apart.append(Apart(words, cue.start, cue.start + len(words), "causal"))
    return apart


def _cause_ends(low: str, language: str, start: int, end: int) -> int:
    """Where a cause ends that stands before a figure: at a comma, else at what the figure is said of."""
    comma = low.find(",", start, end)
    if comma > 0:
        return comma
    return min([cue.start for cue in cues(low, language, start, end) if cue.kind in ("measure", "verb")], default=end)
