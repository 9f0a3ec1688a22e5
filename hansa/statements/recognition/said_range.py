"""Two numbers that are one: a whole with its part, and a range."""

from __future__ import annotations

import math
import re
from copy import copy
from dataclasses import replace
from functools import cache

from hansa.statements.language import lexicon
from hansa.statements.recognition.numeral import Numeral
from hansa.statements.recognition.unit_beside import Said
from hansa.statements.recognition.unit_word import Unit

_LETTER = r"[^\W\d_]"
_DASH = re.compile(r"\s{0,2}(?:[-\u2010\u2011\u2013\u2014\u2212\u2026\u00f7]|\.{2,3})\s{0,2}")
_WORD_BEFORE = re.compile(rf"({_LETTER}{{1,10}})\s{{1,2}}$")
_LOWER_WORD = re.compile(rf"\s{{1,2}}({_LETTER})")
_SAME_SIZE = 100.0  # ends of a range that share a scale are not further apart than so many times
_FAR = 1000.0  # nor, than so many, those of which only one has a unit


def joined(text: str, one: Said, two: Said, language: str) -> Said | None:
    """One quantity of two numbers: a whole and its part, or a range; None where they are two.

    The first of two may still take the unit and the scale of the second ("rose from 10 to 12 percent").

    >>> from hansa.statements.recognition.unit_beside import said_numbers
    >>> text = "between 5 and 7 bn"
    >>> joined(text, *said_numbers(text, "en"), "en").ends
    (5000000000.0, 7000000000.0)
    """
    if one.numeral.kind != "cardinal" or two.numeral.kind != "cardinal" or two.start < one.end:
        return None
    gap = text[one.end : two.start]
    if one.unit is not None and (whole := _with_part(text, one, two, gap, language)):
        return whole
    return None if gap.isspace() else _range(text, one, two, gap, language)


def _with_part(text: str, one: Said, two: Said, gap: str, language: str) -> Said | None:
    """A whole with its part: "3 dollars 50 cents", "15 dollars 50", "thirteen dollars and forty five"."""
    whole, part = one.unit, two.unit
    if whole is None or whole.kind != "money" or whole.whole or not one.numeral.value.is_integer():
        return None
    joint = gap.strip().rstrip(",").strip()
    if joint and joint.lower() not in lexicon(language, "unit")["span"]["and"]:
        return None
    if part is not None:
        parts = part.divided
        fits = two.before is None and whole.code in part.whole and two.numeral.value < parts
    else:
        parts = 100.0
        fits = (
            "," not in gap
            and one.after is not None
            and one.after.written == "word"
            and two.numeral.value.is_integer()
            and 0 < two.numeral.value < parts
            and (not text[two.numeral.start].isdigit() or two.numeral.end - two.numeral.start == 2)
            and bool(_part_ends(language).match(text, two.end))
        )
    if not fits or one.numeral.last_digit != 1:
        return None
    value = one.counted(one.numeral.value) + math.copysign(two.numeral.value / parts, one.numeral.value)
    return _merged(one, two, whole, value * one.sign, two.numeral.last_digit / parts)


@cache
def _part_ends(language: str) -> re.Pattern[str]:
    """What follows a part without a word of its own: the end of a clause, or "and"."""
    joints = "|".join(lexicon(language, "unit")["span"]["and"])
    return re.compile(rf"\s*(?:$|[.,;:!?)\]])|\s+(?:{joints})\b")


def _range(text: str, one: Said, two: Said, gap: str, language: str) -> Said | None:
    """A said range of two numbers; the unit and the scale at one end hold for both."""
    joint = gap.strip().removeprefix("-").strip().lower()
    words = lexicon(language, "unit")["span"]
    dash = _DASH.fullmatch(gap) is not None
    if not dash and not any(joint in words[key] for key in ("to", "and", "or")):
        return None
    opened = None if dash else _WORD_BEFORE.search(text, max(0, one.start - 12), one.start)
    opener = opened[1].lower() if opened else ""
    between = joint in words["and"] and opener in words["between"]
    if joint in words["or"] or (joint in words["and"] and not between):
        if one.unit is None and (unit := _shared_unit(one, two, False)):
            _share(one, two, unit)  # "by 5 and 7 percent": two figures of one unit
        return None
    opens = opener in words["from"] or opener in words["change_from"]
    if joint in words["to"] and not opens and not words["to_alone"]:
        return None  # "вырос на 3 млрд рублей до 20 млрд рублей"
    scaled = one.numeral.scale == 1 < two.numeral.scale
    shared = _shared_unit(one, two, dash or between or opens or scaled)
    if shared is None:
        if one.unit or two.unit or _year_like(text, one) or _year_like(text, two):
            return None
        if two.numeral.scale == 1 and not between and not _counted(text, one, two):
            return None
    change = joint in words["to"] and (opens or one.unit) and _changes(text, one.start, opener, language)
    if change:
        _share(one, two, shared)
        return None
    first, second = copy(one), copy(two)
    _share(first, second, shared)
    low, high = (said.counted(said.numeral.value * said.sign) for said in (first, second))
    apart = one.unit is None and one.numeral.scale == 1 and 0 < low < high / _FAR
    if low >= high or apart:
        return None  # "in chapter 7 - 5 % of all"
    last_digit = min(said.counted(said.numeral.last_digit) for said in (first, second))
    return _merged(first, second, first.unit, (low + high) / 2, last_digit, (low, high))


def _merged(
    one: Said, two: Said, unit: Unit | None, value: float, last_digit: float, ends: tuple[float, float] | None = None
) -> Said:
    """One said number of two, in whole units."""
    numeral = Numeral(one.numeral.start, two.numeral.end, value, last_digit, "cardinal", one.numeral.written)
    unit = replace(unit, times=1.0, divided=1.0) if unit else None
    return Said(numeral, one.start, max(one.end, two.end), after=unit, ends=ends)


def _share(one: Said, two: Said, unit: Unit | None) -> None:
    """Give both numbers the unit, and the first the scale of the second where its own is not said."""
    if unit is not None:
        one.before = two.before = None
        one.after = two.after = unit
    scale = two.numeral.scale
    if scale > 1 and one.numeral.scale == 1 and two.numeral.value:
        apart = abs(one.numeral.value * scale / two.numeral.value)
        one.scale = scale if 1 / _SAME_SIZE <= apart <= _SAME_SIZE else 1.0


def _shared_unit(one: Said, two: Said, holds: bool) -> Unit | None:
    """The unit of both ends of a range: said at both, at the second, or (before it) at the first."""
    first, second = one.unit, two.unit
    if first and second:
        same = first.kind == second.kind and first.code == second.code and first.divided == second.divided
        wins = second if first.bare else first
        return wins if same or (first.kind == "money" == second.kind and first.bare and not two.before) else None
    if second:
        years = _is_year(one.numeral) and two.numeral.value / two.numeral.scale < 1000
        return None if years or two.before else second
    return first if first and one.before and holds else None


def _changes(text: str, start: int, opener: str, language: str) -> bool:
    """Whether "from 10 to 12" tells of a change: "rose from", "с 10 до 12"."""
    if opener in lexicon(language, "unit")["span"]["change_from"]:
        return True
    pattern = _change_words(language)
    if pattern is None:
        return False
    clause = re.split(r"[.;!?\n]", text[max(0, start - 60) : start])[-1]
    return pattern.search(clause) is not None


@cache
def _change_words(language: str) -> re.Pattern[str] | None:
    words = lexicon(language, "unit")["span"]["change"]
    return re.compile(rf"\b(?:{'|'.join(words).replace('*', '[a-z]*')})\b", re.IGNORECASE) if words else None


def _year_like(text: str, one: Said) -> bool:
    return _is_year(one.numeral) or text[one.numeral.start] == "0"


def _is_year(numeral: Numeral) -> bool:
    """Whether a number looks like a year: four digits, 1500 to 2100."""
    digits = numeral.written == "digits" and numeral.end - numeral.start == 4
    return digits and 1500 <= numeral.value <= 2100


def _counted(text: str, one: Said, two: Said) -> bool:
    """Whether two bare numbers with a dash are a range of what is counted ("10-12 projects"), not part of a code."""
    follows = _LOWER_WORD.match(text, two.end)
    before = text[one.start - 1 : one.start] if one.start else ""
    return bool(follows and follows[1].islower()) and (not before or before.isspace() or before in "([\"'«“")
