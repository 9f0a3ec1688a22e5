"""Times in a text without the words before them: "2022", "January-April of this year", "первые четыре месяца".

What stands before ("since", "compared with") and the day on which it was said are the matter of
`hansa.statements.recognition.time_expression`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

from hansa.statements.recognition.time_words import WORD, Patterns, TimeWords

_ISO = re.compile(r"((?:19|20)\d\d)-(\d\d)(?:-(\d\d))?(?![\d-])(?:[T ]{1,2}\d\d:\d\d(?::\d\d)?)?")
_YEAR = re.compile(r"(?:19|20)\d\d(?![\d])(?![.,]\d)")
_SEASON = re.compile(r"((?:19|20)\d\d)[/-](\d\d)(?![\d/-])")
_DOTTED = re.compile(r"(\d{1,2})([./])(\d{1,2})\2(\d{4}|\d\d)(?![\d./]\d)(?:,?\s{1,3}\d{1,2}:\d\d(?::\d\d)?(?!\d))?")
_MONTH_DOT = re.compile(r"(0[1-9]|1[0-2])[./]((?:19|20)\d\d)(?![\d./]\d)(?!\d)")
_CLOCK = re.compile(r"([01]?\d|2[0-3]):[0-5]\d(?::[0-5]\d)?(?![\d:])")
_SHORT = re.compile(r"(?:([1-4])[Qq]|([12])[Hh]|(\d{1,2})[MmМм])[ '’-]?((?:19|20)\d\d)(?!\w)")
_REST = re.compile(r"\d[.,/:]$")  # before the rest of a longer number
_BETWEEN = re.compile(r"(\w+)\s{1,3}$")
# A number of one or two digits, and the word after it; one of four digits or with digits after a sign always counts.
_AFTER_NUMBER = re.compile(
    r"\d{1,2}(?:(?=\d\d(?!\d))|[^\w\s]\d|\s{0,2}[-–—−]\s{0,2}\d|(?=[^\W\d]))|\d{1,2}(?!\d)[\s-]{1,4}([^\W\d]+)"
)
_DIGITS = ("digits", _YEAR)
# What a year may be said of, beside months.
_IN_A_YEAR = ("part", "date", "same")


@dataclass(frozen=True)
class Atom:
    """A time as far as its own words tell it.

    what : ``year``; ``part`` of a year; ``range`` of years, or of months across years; ``date``; ``clock``;
        ``past_months``, ``past_years``, ``years_ago`` with their count; ``same`` ("the same period"), ``year_on_year``;
        ``the_year`` (the bare word);
        ``half_of``, a half of what is not said.
    months : first and last of a part; year, last_year, day : as named; years_from_now : -1 of "last year";
    months_from_now : of "last quarter", how many steps and of how many months. sure : the words can mean nothing else.
    several : months from one to another; duration : a number of months, "ten months".
    """

    start: int
    end: int
    what: str
    months: tuple[int, int] | None = None
    year: int | None = None
    last_year: int | None = None
    years_from_now: int | None = None
    months_from_now: tuple[int, int] | None = None
    day: int | None = None
    count: int = 0
    several: bool = False
    sure: bool = True
    duration: bool = False


def atoms(text: str, words: TimeWords) -> Iterator[Atom]:
    """Every time of a text in order, with what belongs together made one."""
    return _joined(text, words, _glued(text, words, _single(text, words)))


def _single(text: str, words: TimeWords) -> list[Atom]:
    atoms: list[Atom] = []
    done = 0
    known: dict[str, Patterns] = {}
    for hit in WORD.finditer(text):
        word = hit[0]
        entry = known.get(word)
        if entry is None:
            entry = known[word] = _candidates(word, words)
        if entry and hit.start() >= done and (atom := _atom_at(text, hit.start(), entry, words)):
            atoms.append(atom)
            done = atom.end
    return atoms


def _candidates(word: str, words: TimeWords) -> Patterns:
    """Patterns that may begin with a word."""
    found = words.starts.get(word.lower(), ())
    if word[0].isdecimal() and word[0].isascii():
        digits = len(word) - len(word.lstrip("0123456789"))
        if digits == 4:
            found = (_DIGITS, *found)
        elif digits < 3:
            found = (_DIGITS, *words.starts.get("#", ()), *found)
    return found


def _atom_at(text: str, place: int, entries: Patterns, words: TimeWords) -> Atom | None:
    """The longest time that begins at a word."""
    best: Atom | None = None
    if entries[0] is _DIGITS and (_REST.search(text, max(0, place - 2), place) or not _may_be_time(text, place, words)):
        return None
    for reading, pattern in entries:
        if reading == "digits":
            atom = _in_digits(text, place, words)
        else:
            hit = pattern.match(text, place)
            atom = _read(reading, hit, words) if hit else None
        if atom and (best is None or atom.end > best.end):
            best = atom
    return best


def _may_be_time(text: str, place: int, words: TimeWords) -> bool:
    """Whether what follows a number may make it part of a time: most numbers of a text are none."""
    hit = _AFTER_NUMBER.match(text, place)
    return hit is not None and (hit[1] is None or hit[1].lower() in words.vocabulary)


def _in_digits(text: str, place: int, words: TimeWords) -> Atom | None:
    """Dates and years in figures."""
    if _YEAR.match(text, place):
        return _year_at(text, place, words)
    if hit := _DOTTED.match(text, place):
        day, month, year = int(hit[1]), int(hit[3]), int(hit[4]) + (2000 if len(hit[4]) == 2 else 0)
        if hit[2] == "/" and month > 12:
            day, month = month, day
        if 1 <= month <= 12 and 1 <= day <= 31:
            return Atom(place, hit.end(), "date", months=(month, month), year=year, day=day)
    if hit := _MONTH_DOT.match(text, place):
        return Atom(place, hit.end(), "part", months=(int(hit[1]),) * 2, year=int(hit[2]))
    if hit := _SHORT.match(text, place):
        size, part = next((size, int(hit[group])) for group, size in ((1, 3), (2, 6), (3, 1)) if hit[group])
        first = size * (part - 1) + 1 if size > 1 else 1
        if size * part <= 12:
            return Atom(place, hit.end(), "part", months=(first, size * part), year=int(hit[4]))
    if hit := _CLOCK.match(text, place):
        return Atom(place, hit.end(), "clock")
    return None


def _year_at(text: str, place: int, words: TimeWords) -> Atom | None:
    """A year in figures, with what follows: a month, a day, a second year."""
    if hit := _ISO.match(text, place):
        month, day = int(hit[2]), int(hit[3] or 0)
        season = not day and month == (int(hit[1]) + 1) % 100
        if 1 <= month <= 12 and day <= 31 and not season:
            what = "date" if day else "part"
            return Atom(place, hit.end(), what, months=(month, month), year=int(hit[1]), day=day or None)
    if text[place + 3] == "0" and (hit := words.decade.match(text, place + 4)):
        first = int(text[place : place + 4])
        return Atom(place, hit.end(), "range", year=first, last_year=first + 9)
    if (hit := _SEASON.match(text, place)) and int(hit[2]) == (int(hit[1]) + 1) % 100:
        end, sure = _past_year_word(text, hit.end(), words)
        return Atom(place, end, "range", year=int(hit[1]), last_year=int(hit[1]) + 1, sure=sure)
    first = int(text[place : place + 4])
    end, sure = _past_year_word(text, place + 4, words)
    to = words.to.match(text, end)
    if to is None and (joined := words.joined.match(text, end)):
        word = _BETWEEN.search(text, max(0, place - 12), place)
        to = joined if word is not None and word[1].lower() in words.about["between"] else None
    if to and (second := _YEAR.match(text, to.end())) and int(second[0]) > first:
        end, after = _past_year_word(text, second.end(), words)
        return Atom(place, end, "range", year=first, last_year=int(second[0]), sure=sure or after)
    if end < len(text) and (text[end].isalpha() or text[end] == "_"):
        return None
    return Atom(place, end, "year", year=first, sure=sure)


def _past_year_word(text: str, place: int, words: TimeWords) -> tuple[int, bool]:
    """Where the word for year after a number ends, and whether there is one."""
    hit = words.after_year.match(text, place)
    return (hit.end(), True) if hit and hit.end() > place else (place, False)


def _read(reading: str, hit: re.Match[str], words: TimeWords) -> Atom | None:
    """What a pattern that fits says."""
    said = {name: " ".join(text.lower().split()) for name, text in hit.groupdict().items() if text is not None}
    start, end = hit.span()

    def value(name: str) -> int:
        text = said[name]
        # A word may fit a pattern in letters that only look the same; then it says nothing.
        return int(text) if text.isdecimal() else words.values[name.rstrip("2")].get(text, 0)

    if reading in ("month", "months", "date", "days"):
        small = any(hit[name][0].islower() for name in ("month", "month2") if name in said)
        return None if small and words.about["capitals"] else _read_month(reading, start, end, said, value, words)
    if reading in ("quarter", "half", "half_of"):
        size = 3 if reading == "quarter" else 6
        part = value(reading)
        months = (size * part - size + 1, size * part)
        return Atom(start, end, "half_of" if reading == "half_of" else "part", months=months) if part else None
    if reading in ("first_months", "so_many_months", "months_in_short", "quarters"):
        count = value("months_in_short") if reading == "months_in_short" else value("number")
        count *= 3 if reading == "quarters" else 1
        if not 1 <= count <= 12:
            return None
        sure = reading == "first_months" or (reading == "quarters" and "first" in said)
        return Atom(start, end, "part", months=(1, count), sure=sure, duration=reading != "first_months")
    if reading in ("past_months", "past_years", "years_ago"):
        count = value("number") if "number" in said else 1
        return Atom(start, end, reading, count=count * (10 if "decades" in said else 1)) if count else None
    if reading == "year_from_now":
        return Atom(start, end, "year", years_from_now=value(reading))
    if reading in ("month_from_now", "quarter_from_now"):
        return Atom(start, end, "part", months_from_now=(value(reading), 1 if reading == "month_from_now" else 3))
    return Atom(start, end, "the_year" if reading == "year_end" else reading, sure=reading != "the_year")


def _read_month(
    reading: str, start: int, end: int, said: dict[str, str], value: Callable[[str], int], words: TimeWords
) -> Atom | None:
    first = value("month")
    last = value("month2") if "month2" in said else first
    apart = "and" in said and "from" not in said and last != first + 1
    if apart or not 1 <= first <= last:
        return None
    if reading in ("date", "days"):
        day = value("day2") if "day2" in said else value("day")
        return Atom(start, end, "date", months=(first, last), day=day)
    sure = reading == "months" or said["month"] not in words.about["doubtful"]
    return Atom(start, end, "part", months=(first, last), sure=sure, several=last > first)


# --- two that make one -----------------------------------------------------------------------------------------------


def _joined(text: str, words: TimeWords, atoms: Iterable[Atom]) -> Iterator[Atom]:
    """Expressions with a month of one year to a month of another made one: "from May 2022 to April 2023"."""
    held: Atom | None = None
    for atom in atoms:
        if held is not None and (one := _from_to(text, words, held, atom)):
            held = one
            continue
        if held is not None:
            yield held
        held = atom
    if held is not None:
        yield held


def _from_to(text: str, words: TimeWords, left: Atom, right: Atom) -> Atom | None:
    if right.start - left.end > 10 or not left.what == right.what == "part":
        return None
    if not (left.months and right.months and left.year and right.year) or left.year >= right.year:
        return None
    if not words.to.fullmatch(text, left.end, right.start):
        return None
    return replace(left, end=right.end, what="range", months=(left.months[0], right.months[1]), last_year=right.year)


def _glued(text: str, words: TimeWords, atoms: list[Atom]) -> Iterator[Atom]:
    """Expressions with a part of a year and the year beside it made one."""
    place = 0
    while place < len(atoms):
        atom = atoms[place]
        following = atoms[place + 1] if place + 1 < len(atoms) else None
        if following is not None and (one := _one(text, words, atom, following)):
            after = atoms[place + 2] if place + 2 < len(atoms) else None
            taken = atom.what == "year" and after is not None and _one(text, words, following, after)
            if not taken:
                yield one
                place += 2
                continue
        yield atom
        place += 1


def _one(text: str, words: TimeWords, left: Atom, right: Atom) -> Atom | None:
    """A part of a year and a year beside each other as one, where they are."""
    if right.start - left.end > 16 or not words.glue.fullmatch(text, left.end, right.start):
        return None
    between = text[left.end : right.start]
    if left.what == "the_year" and left.sure and right.what == "year":
        return replace(right, start=left.start, sure=True)
    if left.what == "same" and right.what == "year_on_year":
        return replace(left, end=right.end)
    part, year = (right, left) if left.what == "year" else (left, right)
    if part.what == "half_of":
        part = replace(part, what="part")
    if part.what == "past_months" and 0 < part.count < 12:
        part = replace(part, what="part", months=(13 - part.count, 12))
    if year.what not in ("year", "the_year") or part.what not in _IN_A_YEAR:
        return None
    if part.year is not None or part.months_from_now is not None:
        return None
    if part.what == "same" and (left is year or year.what == "the_year"):
        return None
    # "2022, January" may be two things, "last year, in May" is one; the other way round it is "June 28, 2023".
    if "," in between and (left is year) != (year.years_from_now is not None):
        return None
    end = right.end
    if any(mark in between for mark in "[(") and text[end : end + 1] in ("]", ")"):
        end += 1
    return replace(part, start=left.start, end=end, year=year.year, years_from_now=year.years_from_now, sure=True)
