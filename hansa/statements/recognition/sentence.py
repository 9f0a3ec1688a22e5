"""Where a sentence of a text begins and ends.

A full stop is looked at with the word before it and the word after it: abbreviations, initials, list numbers and
decimal points end no sentence. Line breaks end one where the writer broke the line on purpose, not where it was full.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from hansa.statements.language import lexicon

_LINE = re.compile(r"[^\n]+")
_STOP = re.compile(r"(?<![.!?…])[.!?…]++[\"'»”’“)\]]*+(?=\s)")
_BEFORE_WORD = "0123456789.,-–+/~$€£¥₽%([{\"'«„“‘"
_DOTTED = re.compile(r"(?:\w\.)+\w")
_FOLLOWING = re.compile(r"[\s\"'«„“”‘(\[—–\-•*]*([^\W_]*)(\.?)")
_OPENS_BLOCK = re.compile(r"\s*(?:[-–—•*·▪]\s+[^\Wa-zа-яё]|[\"«“„‘'(\[]|\d{1,3}[.)]\s|#{1,6}\s|\|)")
_NUMBER_ONLY = re.compile(r"\W*(?:\d{1,3}|[ivxIVX]{1,5}|[^\W\d_])\.?\W*")
_SECOND_WORD = re.compile(r"[ \xa0\n]([^\W\d_]+)")
_CURRENCY = re.compile(r"[A-Z]{3}")
LONGEST_WRAPPED = 160  # characters; a longer line is a paragraph that was never wrapped
_SHORT = 40  # characters of a sentence that has hardly begun: "In the U.S. ", "В 2022 г. "


@dataclass(frozen=True)
class _Words:
    never_end: frozenset[str]
    before_number: frozenset[str]
    may_end: frozenset[str]
    may_go_on: frozenset[str]
    units: frozenset[str]
    starters: frozenset[str]


@cache
def _words(language: str) -> _Words:
    return _Words(**{key: frozenset(words) for key, words in lexicon(language, "document")["sentence"].items()})


def sentences(text: str, language: str) -> tuple[tuple[int, int], ...]:
    """Places of the sentences of a text, in order: every character that is no space is in exactly one.

    Parameters
    ----------
    text : with line ends as ``\\n``; language : ``en`` or ``ru``.

    Raises
    ------
    UnknownCode : no words are at hand for that language.

    >>> text = "Trade rose to $43.4 bn. in the U.S. market. Exports, e.g. of timber, fell."
    >>> [text[start:end] for start, end in sentences(text, "en")]
    ['Trade rose to $43.4 bn. in the U.S. market.', 'Exports, e.g. of timber, fell.']
    """
    words = _words(language)
    found = []
    for start, end in _blocks(text):
        for stop in _STOP.finditer(text, start, end):
            if _ends(text, start, stop, end, words):
                found.append((start, stop.end()))
                start = stop.end()
                while text[start].isspace():  # the lookahead and the trimmed block promise more text
                    start += 1
        found.append((start, end))
    return tuple(found)


def _blocks(text: str) -> Iterator[tuple[int, int]]:
    """Stretches that no sentence crosses, without space at either end: paragraphs, headings, list items, table rows."""
    for lines in _paragraphs(text):
        width = max(len(line) for line, _ in lines)
        start, previous = lines[0][1], lines[0]
        for line in lines[1:]:
            if not _goes_on(previous[0], line[0], width):
                yield start, previous[1] + len(previous[0])
                start = line[1]
            previous = line
        yield start, previous[1] + len(previous[0])


def _paragraphs(text: str) -> Iterator[list[tuple[str, int]]]:
    """Lines without empty ones between them, trimmed, each with its place."""
    lines: list[tuple[str, int]] = []
    last = 0
    for match in _LINE.finditer(text):
        line = match.group()
        bare = line.strip()
        if not bare:
            continue
        if lines and text.count("\n", last, match.start()) > 1:
            yield lines
            lines = []
        lines.append((bare, match.start() + len(line) - len(line.lstrip())))
        last = match.end()
    if lines:
        yield lines


def _goes_on(previous: str, line: str, width: int) -> bool:
    """Whether a line continues the sentence of the line before; width : of the paragraph, in characters."""
    if "\t" in previous or "\t" in line:
        return False
    if line[0].islower():
        return True
    if _OPENS_BLOCK.match(line):
        return False
    next_word = line.split(None, 1)[0]
    full = len(previous) + 1 + len(next_word) > max(width, 40)
    return full and len(previous) <= LONGEST_WRAPPED and previous[-1] != ":"


def _ends(text: str, start: int, stop: re.Match[str], end: int, words: _Words) -> bool:
    """Whether a full stop (or the like) with space after it ends the sentence that began at `start`."""
    following = _FOLLOWING.match(text, stop.end(), end)
    word = following.group(1) if following else ""
    if word[:1].islower():
        return False
    if stop.group()[0] != "." or stop.group()[:2] == "..":
        return True
    place = stop.start()
    if place - start < 8 and _NUMBER_ONLY.fullmatch(text, start, place):
        return False  # the number of a list item
    tokens = text[max(start, place - 24) : place].rsplit(None, 2)[-2:]
    last = tokens[-1].lstrip(_BEFORE_WORD).lower() if tokens else ""
    spaced = f"{tokens[0].lower()} {last}" if len(last) == 1 and len(tokens) == 2 else last  # "т. д."
    next_is_number = word[:1].isdigit()
    if last in words.never_end or spaced in words.never_end:
        return False
    if last in words.before_number and next_is_number:
        return False
    opens = word.lower() in words.starters and not (following and following.group(2))
    if {last, spaced} & words.may_end:
        after = _SECOND_WORD.match(text, following.end() if following else end, end)
        unit = after is not None and after.group(1).lower() in words.units
        return not (next_is_number or unit or _CURRENCY.fullmatch(word))
    if {last, spaced} & words.may_go_on:
        if last == "г" and not text[max(start, place - 4) : place - 1].strip()[-1:].isdigit():
            return False  # город, not год
        return not next_is_number and (opens or not word or place - start > _SHORT)
    if _DOTTED.fullmatch(last) or (len(last) == 1 and last.isalpha()):  # U.S., or an initial
        return opens or not word or next_is_number
    return True
