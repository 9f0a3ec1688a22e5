"""Numbers in a text, as digits and as words: how much, in what steps, and what kind of number."""

from __future__ import annotations

import re
from dataclasses import dataclass

from hansa.statements.recognition.numeral_digits import digits
from hansa.statements.recognition.numeral_grammar import Token, fraction_width
from hansa.statements.recognition.numeral_reading import Reader
from hansa.statements.recognition.numeral_words import Words, number_words, plain

_ADDRESS = re.compile(r"(?:\bwww\.|://)\S+")


@dataclass(frozen=True, slots=True)
class Numeral:
    """A number as it was said.

    Parameters
    ----------
    start, end : its place in the text, with its scale word and its minus.
    value : with the scale: 2.5 bn is 2.5e9; of an ordinal, the place; of a multiple, how many times as much.
    last_digit : the unit of the last digit said, with the scale: of "50" 1, of "38.5 bn" 1e8, of "12.0" 0.1. Of a
        fraction in words, how wide it is read.
    kind : ``cardinal``, ``ordinal``, ``fraction`` or ``multiple``.
    written : ``digits``, ``words`` or ``mixed``.
    scale : what the last scale word multiplies by, 1 without one.
    glued : the digits touch letters that are no scale ("29km", "G20"); only given where they are asked for.
    """

    start: int
    end: int
    value: float
    last_digit: float
    kind: str = "cardinal"
    written: str = "digits"
    scale: float = 1.0
    glued: bool = False


def numerals(text: str, language: str, *, glued: bool = False) -> tuple[Numeral, ...]:
    """The numbers of a text in its order, none overlapping another.

    Parameters
    ----------
    text : any text; language : ``en`` or ``ru``; glued : also digits that touch letters of something else ("29km").

    Raises
    ------
    UnknownCode : no such language.

    >>> [(n.value, n.last_digit) for n in numerals("from 38.5 bn to three trillion", "en")]
    [(38500000000.0, 100000000.0), (3000000000000.0, 1000000000000.0)]
    >>> [(n.value, n.kind) for n in numerals("вырос в полтора раза, на 7,7% до двадцати пяти млн", "ru")][:2]
    [(1.5, 'multiple'), (7.7, 'cardinal')]
    """
    words = number_words(language)
    low = plain(text)
    tokens, ready = _tokens(text, low, words, glued)
    found = [Numeral(*reading) for reading in Reader(low, tokens, words).readings()]
    if ready:
        found = sorted([*found, *ready], key=lambda numeral: numeral.start)
    if found and ("://" in low or "www." in low):
        found = _outside_addresses(low, found)
    return tuple(found)


def _outside_addresses(low: str, found: list[Numeral]) -> list[Numeral]:
    """Without the numbers in addresses of the web."""
    spans = iter([match.span() for match in _ADDRESS.finditer(low)])
    span = next(spans, None)
    kept = []
    for numeral in found:
        while span is not None and span[1] <= numeral.start:
            span = next(spans, None)
        if span is None or numeral.end <= span[0]:
            kept.append(numeral)
    return kept


def _tokens(text: str, low: str, words: Words, glued: bool) -> tuple[list[Token], list[Numeral]]:
    """The words and digits that may be part of numbers, in order; and the numbers that are complete by themselves."""
    tokens: list[Token] = []
    ready: list[Numeral] = []
    for start, end, value, step, kind, scale, whole in digits(text, low, words):
        if kind in ("number", "ratio"):
            joins = whole and scale == 1.0 and value >= 0  # may be added to what comes before
            tokens.append(Token(start, end, kind, abs(value), step or fraction_width(value), whole=joins))
            if scale != 1.0:
                tokens.append(Token(end, end, "short", scale))
        elif kind != "glued":
            ready.append(Numeral(start, end, value, step, kind))
        elif glued:
            ready.append(Numeral(start, end, value, step, glued=True))
    written = len(tokens)
    table = words.words
    for match in words.pattern.finditer(low):
        word = table[match[0]]
        start, end = match.span()
        if word.kind == "short" and low[end : end + 1] == "." and low[end + 1 : end + 2].isspace():
            following = text[end + 1 : end + 4].lstrip()[:1]
            end += following.islower() or following.isdigit()
        tokens.append(Token(start, end, word.kind, word.value, word.width, word.plural, word.single))
    if 0 < written < len(tokens):
        tokens.sort()
    return tokens, ready
