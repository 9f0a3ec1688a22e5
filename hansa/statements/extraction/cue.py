"""Cues: words by which a sentence says what its figures mean.

The words stand in language/LANGUAGE/cue.toml: a table for each kind (measure, verb, comparator, qualifier, scope,
basis, forecast ...), in it a key for each sense. All words of a language become one expression that branches letter
by letter, so that a text is gone through once however many words there are.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from hansa.statements.language import lexicon


@dataclass(frozen=True, slots=True)
class Cue:
    """A word of the vocabulary in a text.

    start, end : its place; kind : the table it stands in; sense : the key it stands under.
    """

    start: int
    end: int
    kind: str
    sense: str


def lowered(text: str) -> str:
    """The text in small letters, with the same places; ё is written е, curly apostrophes and odd blanks are made plain.

    >>> lowered("Товарооборот\\u00a0ещё вырос"), lowered("Belarus’ İ")
    ('товарооборот еще вырос', "belarus' İ")
    """
    small = text.lower()
    if len(small) != len(text):  # a few letters, such as İ, become two
        small = "".join(letter if len(letter.lower()) > 1 else letter.lower() for letter in text)
    return small.translate(_PLAIN)


_PLAIN = str.maketrans({"ё": "е", "’": "'", "‘": "'", "\u00a0": " ", "\u202f": " ", "\u2009": " "})


def cues(
    text: str, language: str, start: int = 0, end: int | None = None, *, kinds: tuple[str, ...] = ()
) -> tuple[Cue, ...]:
    """The cues between two places of a text that `lowered` made, in its order; where words begin at the same place, the
    longest. Of all kinds that bear on figures, or of those named.

    >>> [(cue.kind, cue.sense) for cue in cues("exports exceeded almost", "en")]
    [('measure', 'exports'), ('verb', 'reach'), ('comparator', 'exceeded'), ('comparator', 'almost')]
    """
    found = []
    for match in expression(language, *kinds).finditer(text, start, len(text) if end is None else end):
        first, last = match.span()
        found += [Cue(first, last, kind, sense) for kind, sense in _meanings(match[0], language, kinds)]
    return tuple(found)


def words(language: str, *kinds: str) -> dict[str, tuple[tuple[str, str], ...]]:
    """The patterns of a language, and what each means: pairs of kind and sense. All kinds where none is named."""
    meanings: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for kind, senses in lexicon(language, "cue").items():
        if kinds and kind not in kinds:
            continue
        for sense, patterns in senses.items():
            for pattern in patterns:
                if (kind, sense) not in meanings[pattern]:
                    meanings[pattern].append((kind, sense))
    return {pattern: tuple(senses) for pattern, senses in meanings.items()}


@cache
def expression(language: str, *kinds: str) -> re.Pattern[str]:
    """One expression for the words of some kinds; of all that bear on figures where none is named."""
    return re.compile(rf"(?<!\w)(?:{branches(words(language, *(kinds or _of_figures(language))))})(?!\w)")


LOOSE = ("causal", "evaluative", "vague")  # looked for in every sentence
_ALONE = (*LOOSE, "carry", "top", "goods", "all_goods", "no_goods")  # kinds that do not hide the others


def _of_figures(language: str) -> list[str]:
    return [kind for kind in lexicon(language, "cue") if kind not in _ALONE]


def branches(patterns: Iterable[str]) -> str:
    """An expression for patterns that branches letter by letter; longer words are tried first.

    >>> branches(["over", "overall", "in total"])
    'in\\\\s+total|over(?:all)?'
    """
    tree: dict[str, dict] = {}  # type: ignore[type-arg]
    for pattern in patterns:
        node = tree
        for letter in pattern:
            node = node.setdefault(letter, {})
        node[""] = {}
    return _written(tree)


def _written(tree: dict[str, dict]) -> str:  # type: ignore[type-arg]
    order = sorted((letter for letter in tree if letter), key=lambda letter: (letter == "*", letter))
    ways = [_letter(letter) + _grouped(tree[letter]) for letter in order]  # "any ending" is tried last
    return "|".join(ways)


def _grouped(tree: dict[str, dict]) -> str:  # type: ignore[type-arg]
    below = {letter: node for letter, node in tree.items() if letter}
    if not below:
        return ""
    written = _written(below)
    alone = len(below) == 1 and "" not in tree
    return written if alone else f"(?:{written}){'?' if '' in tree else ''}"


def _letter(letter: str) -> str:
    return {" ": r"\s+", "*": r"\w*"}.get(letter, re.escape(letter))


@cache
def _patterns(
    language: str, kinds: tuple[str, ...]
) -> tuple[dict[str, tuple[tuple[str, str], ...]], list[tuple[re.Pattern[str], str]]]:
    known = words(language, *(kinds or _of_figures(language)))
    return known, [(re.compile(branches([pattern])), pattern) for pattern in known if "*" in pattern]


def _chosen(fitting: list[tuple[str, str, str]]) -> list[tuple[str, str]]:
    """Kind and sense of the patterns with the most letters said; of `_BESIDE` those with the most of their kind:
    "вырастет" is a rise that is still to come, "снижение" a fall before a figure and after it.
    """
    said = [(len(pattern.replace("*", "")), kind, sense) for pattern, kind, sense in fitting]
    most = {kind: max(size for size, one, _ in said if one == kind) for _, kind, _ in said}
    longest = max(most.values(), default=0)
    return [(kind, sense) for size, kind, sense in said if size == (most[kind] if kind in _BESIDE else longest)]


_BESIDE = ("verb", "after", "noun", "comparator", "forecast")  # kinds that do not hide each other
_MEANT: dict[tuple[str, str, tuple[str, ...]], tuple[tuple[str, str], ...]] = {}
_MOST = 20_000  # forms that are remembered; a text of endless forms does not fill the memory


def _meanings(found: str, language: str, kinds: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """What words mean that the expression found: those patterns that they fit with the most letters said."""
    text = " ".join(found.split())
    key = (text, language, kinds)
    if key not in _MEANT:
        known, starred = _patterns(language, kinds)
        fitting = [pattern for one, pattern in starred if one.fullmatch(text)]
        if text in known:
            fitting.append(text)
        if len(_MEANT) >= _MOST:
            _MEANT.clear()
        _MEANT[key] = tuple(dict.fromkeys(_chosen([(pattern, *one) for pattern in fitting for one in known[pattern]])))
    return _MEANT[key]
