"""The words for times of a language, made ready for reading a text: patterns by the word with which they begin.

In language/LANGUAGE/time.toml a stem may list its endings in brackets, "month( s)", and a pattern puts words together
by name: "{first} {number} {months}".
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from functools import cache
from typing import Any

from hansa.statements.language import lexicon

WORD = re.compile(r"\w+")
# Patterns with the way in which each is read.
Patterns = tuple[tuple[str, re.Pattern[str]], ...]

# Between two words of an expression: blanks, or the edge of a sign such as a dash.
_GAP = r"(?:\s{1,4}|(?<=\W)|(?=\W))"
_DASH = r"\s{0,3}[-–—−]\s{0,3}"


@dataclass(frozen=True)
class TimeWords:
    """The words for times of one language.

    values : the number behind a word, by group: values["month"]["june"] is 6.
    starts : patterns by their first word, ``#`` for a number.
    before : phrases before a time with their sort, by part (cue, filler, edge); before_ends : their last words.
    vocabulary : every word that a pattern may hold.
    after_year, decade, to, joined, glue : patterns for what stands after a year and between two times.
    about : further sets of words, as the file names them.
    """

    values: dict[str, dict[str, int]]
    starts: dict[str, Patterns]
    before: dict[str, dict[tuple[str, ...], str]]
    before_ends: frozenset[str]
    vocabulary: frozenset[str]
    after_year: re.Pattern[str]
    decade: re.Pattern[str]
    to: re.Pattern[str]
    joined: re.Pattern[str]
    glue: re.Pattern[str]
    about: dict[str, Any]


def _spread(entries: list[str]) -> list[str]:
    """Every form of words that are written as stems with their endings.

    >>> _spread(["month( s)", "тем же"])
    ['month', 'months', 'тем же']
    """
    forms = []
    for entry in entries:
        pending = [entry]
        while pending:
            text = pending.pop()
            if not (hit := re.search(r"\(([^)]*)\)", text)):
                forms.append(text)
                continue
            endings = hit[1].split(" ")
            pending += [text[: hit.start()] + ending + text[hit.end() :] for ending in reversed(endings)]
    return forms


def _regex(words: list[str]) -> str:
    """A pattern for any of some phrases, longest first."""
    parts = []
    for phrase in sorted(set(words), key=len, reverse=True):
        body = r"\s{1,4}".join(map(re.escape, phrase.split(" ")))
        parts.append(body + (r"(?!\w)" if phrase and phrase[-1].isalnum() else ""))
    return f"(?:{'|'.join(parts)})" if parts else "(?!)"


@cache
def time_words(language: str) -> TimeWords:
    """The words for times of a language, read once.

    >>> time_words("en").values["month"]["june"], time_words("ru").values["number"]["девяти"]
    (6, 9)
    """
    words = lexicon(language, "time")
    values: dict[str, dict[str, int]] = {}
    fragments: dict[str, list[str]] = {name: _spread(entries) for name, entries in words["words"].items()}
    for name, table in words.items():
        if name not in ("words", "patterns", "before", "about"):
            values[name] = {form: int(key) for key, entries in table.items() for form in _spread(entries)}
            fragments[name] = list(values[name])
    starts: dict[str, list[tuple[str, re.Pattern[str]]]] = defaultdict(list)
    for reading, patterns in words["patterns"].items():
        for pattern in patterns:
            compiled = re.compile(_compiled(pattern, fragments), re.IGNORECASE)
            for first in _first_words(pattern, fragments):
                starts[first].append((reading, compiled))
    before = _before_table(words["before"])
    return TimeWords(
        values=values,
        starts={first: tuple(entries) for first, entries in starts.items()},
        before=before,
        vocabulary=frozenset(
            word
            for phrases in (*fragments.values(), *words["patterns"].values())
            for phrase in phrases
            for word in WORD.findall(phrase)
        ),
        before_ends=frozenset(phrase[-1] for phrases in before.values() for phrase in phrases),
        after_year=re.compile(rf"(?:\s{{0,3}}{_regex(fragments['after_year'])})", re.IGNORECASE),
        decade=re.compile(_regex(fragments["decade"]), re.IGNORECASE),
        joined=re.compile(rf"\s{{1,3}}{_regex(fragments['and'])}\s{{1,3}}", re.IGNORECASE),
        to=re.compile(rf"(?:{_DASH}|/|\s{{1,3}}{_regex(fragments['to'])}\s{{1,3}})", re.IGNORECASE),
        glue=re.compile(rf"(?:['’]s)?[\s,(\[]{{0,4}}{_regex([*words['about']['glue'], ''])}[\s]{{0,3}}", re.IGNORECASE),
        about={
            name: frozenset(_spread(entry)) if isinstance(entry, list) else entry
            for name, entry in words["about"].items()
        },
    )


def _compiled(pattern: str, fragments: dict[str, list[str]]) -> str:
    seen: dict[str, int] = defaultdict(int)

    def piece(hit: re.Match[str]) -> str:
        name = hit[1]
        seen[name] += 1
        group = name if seen[name] == 1 else f"{name}{seen[name]}"
        if name == "day":
            return rf"(?P<{group}>[12]\d|3[01]|0?[1-9])(?:st|nd|rd|th|-?го|-?е)?(?!\w)"
        if name == "number":
            return rf"(?P<{group}>\d{{1,2}}(?!\d)|{_regex(fragments[name])})"
        return f"(?P<{group}>{_regex(fragments[name])})"

    return _GAP.join(re.sub(r"\{(\w+)\}", piece, token) for token in pattern.split(" "))


def _first_words(pattern: str, fragments: dict[str, list[str]]) -> set[str]:
    """Words with which a pattern may begin; ``#`` for a number in digits."""
    token = pattern.split(" ")[0]
    hit = re.match(r"\{(\w+)\}", token)
    if hit and hit[1] == "day":
        return {"#"}
    phrases = fragments[hit[1]] if hit else [token]
    firsts = {hit_word[0] for phrase in phrases if (hit_word := WORD.match(phrase))}
    return firsts | ({"#"} if hit and hit[1] == "number" else set())


def _before_table(entries: dict[str, list[str]]) -> dict[str, dict[tuple[str, ...], str]]:
    """Phrases by part (cue, filler, edge), as tuples of words: what stands before an expression is read backwards."""
    table: dict[str, dict[tuple[str, ...], str]] = {"cue": {}, "filler": {}, "edge": {}}
    for name, phrases in entries.items():
        part = name if name in table else "cue"
        for phrase in phrases:
            table[part].setdefault(tuple(phrase.split()), name)
    return table
