"""When something is said to have been: "last year", "in January-April", "за 10 месяцев", "since 2021".

The words and the ways they are put together stand in language/LANGUAGE/time.toml; the rules here are the same for all
languages. A text is gone through once, word by word; only at a word that may begin an expression are patterns tried.
Every repetition in them is bounded, so the time grows with the length of the text and no faster.
"""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass, replace
from datetime import date

from hansa.statements.recognition.time_atom import Atom, atoms
from hansa.statements.recognition.time_words import TimeWords, time_words

_PIECE = re.compile(r"\S+")
_OPENING = "(«“\"'["
_MONEY = "$€£¥₽№#"
_FOLLOWING = re.compile(r"[ \u00a0-]{1,3}(\w{1,24})")
_HYPHENED = re.compile(r"(\w{1,8})-$")
# A period of which the same part of another year can be told.
_SAME = re.compile(r"(\d{4})(?:-\d\d)?(?:\.\.\1-\d\d)?")
_SENTENCE = re.compile(r"[.!?…]\s|\n\s*\n")


@dataclass(frozen=True)
class TimeExpression:
    """A time as it was said.

    Parameters
    ----------
    start, end, text : its words, with the preposition.
    kind : ``period``; ``since`` and ``until`` (``by`` too); ``date``, a day or a point such as "end of June";
        ``duration``, a length such as "ten months" or "the past five years".
    period : as in `Claim.period`: ``2022``, ``2022-01..2022-10``, ``2021..``, ``..2025``; of a date the day or the
        month; None where it cannot be told without knowing the day, or what is compared.
    base : it is what growth is compared with.
    relative : which period is meant depends on the day on which it was said.
    """

    start: int
    end: int
    text: str
    kind: str
    period: str | None
    base: bool = False
    relative: bool = False


@dataclass(frozen=True)
class _Before:
    """What stands before a time: where it begins, its sort ("since", "base" ...), and whether it names an edge."""

    start: int
    cue: str = ""
    words: str = ""
    edge: bool = False


@dataclass(frozen=True)
class _Read:
    """A text being read: its words, the day on which it was said, and what was found so far."""

    text: str
    words: TimeWords
    now: date | None
    found: list[tuple[TimeExpression, Atom]]


def times(text: str, language: str, day: str | None = None) -> tuple[TimeExpression, ...]:
    """Every time that a text names, in order, without overlaps.

    Months named without a year are the latest that had ended; "ten months" are counted from January.

    Parameters
    ----------
    text : in that language.
    language : ``en`` or ``ru``.
    day : ISO date on which it was said; without it, "last year" is found and has no period.

    Raises
    ------
    UnknownCode : statements cannot be read in that language.

    >>> [(t.text, t.period, t.base) for t in times("In 2022 it rose by 12% compared with 2021.", "en", "2023-06-28")]
    [('In 2022', '2022', False), ('compared with 2021', '2021', True)]
    >>> [t.period for t in times("In January-April of this year trade grew", "en", "2023-06-28")]
    ['2023-01..2023-04']
    >>> [(t.text, t.period) for t in times("за 10 месяцев товарооборот вырос", "ru", "2022-12-19")]
    [('за 10 месяцев', '2022-01..2022-10')]
    """
    read = _Read(text, time_words(language), date.fromisoformat(day[:10]) if day else None, [])
    for atom in atoms(text, read.words):
        if expression := _expression(read, atom):
            read.found.append((expression, atom))
    return _with_bases(read)


# --- what stands before ----------------------------------------------------------------------------------------------


def _before(text: str, start: int, words: TimeWords) -> _Before:
    """What stands before a place, read backwards: fillers ("the whole of"), an edge ("end of"), a cue."""
    if hyphened := _HYPHENED.search(text, max(0, start - 9), start):
        if (hyphened[1].lower(),) not in words.before["edge"]:
            return _Before(start)
        further = _spaced_before(text, hyphened.start(), words)
        return replace(further, words=f"{further.words} {hyphened[0]}".strip(), edge=True)
    return _spaced_before(text, start, words)


def _spaced_before(text: str, start: int, words: TimeWords) -> _Before:
    if start == 0 or not text[start - 1].isspace():
        return _Before(start)
    nearest = text[max(0, start - 24) : start].lower().split()[-1:]
    if not nearest or nearest[0].lstrip(_OPENING) not in words.before_ends:
        return _Before(start)
    places, pieces = [], []
    for hit in _PIECE.finditer(text, max(0, start - 72), start):
        bare = hit[0].lstrip(_OPENING)
        places.append(hit.end() - len(bare))
        pieces.append(bare.lower())
    left, edge, cue = len(pieces), False, ""
    for part in ("filler", "edge", "filler", "cue"):
        if hit_before := _phrase_before(pieces, left, words.before[part]):
            size, name = hit_before
            left -= size
            edge = edge or part == "edge"
            cue = name if part == "cue" else cue
    return _Before([*places, start][left], cue, " ".join(pieces[left:]), edge)


def _phrase_before(words: list[str], end: int, table: dict[tuple[str, ...], str]) -> tuple[int, str] | None:
    """The longest phrase of a table that ends at a word, by its number of words, and its sort."""
    for size in range(min(6, end), 0, -1):
        if (name := table.get(tuple(words[end - size : end]))) is not None:
            return size, name
    return None


# --- whether it is a time, and of which kind -------------------------------------------------------------------------


def _expression(read: _Read, atom: Atom) -> TimeExpression | None:
    before = _before(read.text, atom.start, read.words)
    if read.found and before.start < read.found[-1][0].end:
        before = _Before(atom.start)  # those words belong to the time before
    if not _stands(read, atom, before):
        return None
    base = atom.what in ("same", "year_on_year") or _is_base(read, atom, before)
    kind = _kind(atom, before, base)
    period, relative = _period(read, atom, before, kind)
    return TimeExpression(before.start, atom.end, read.text[before.start : atom.end], kind, period, base, relative)


def _stands(read: _Read, atom: Atom, before: _Before) -> bool:
    """Whether what looks like a time is one: 2022 may be an amount, May a verb, and "the year" says little."""
    about = read.words.about
    hit = _FOLLOWING.match(read.text, atom.end)
    following = hit[1].lower() if hit else ""
    if atom.what == "the_year":
        return atom.sure or before.edge or (bool(before.cue) and not about["results"].isdisjoint(before.words.split()))
    if atom.what == "half_of" or (atom.what == "part" and atom.year is None and following in about["of_what"]):
        return False
    if atom.sure:
        return True
    if atom.duration:
        return bool(before.words) and following not in about["not_after"]
    if atom.what == "part":
        return bool(before.cue) or (bool(before.words) and following in about["year_of"])
    return _is_year(read, atom, before, following)


def _is_year(read: _Read, atom: Atom, before: _Before, following: str) -> bool:
    """Whether a number that may be a year is one: by the words around it."""
    text, about = read.text, read.words.about
    last, next_two = text[max(0, atom.start - 1) : atom.start], text[atom.end : atom.end + 2]
    if last in (*_MONEY, "-") and not before.edge:
        return False
    sign = text[atom.end : atom.end + 4].lstrip()
    if sign[:1] in ("%", "€", "$") and not sign[1:].lstrip()[:1].isdigit():  # not "in 2023 $3.3 bn"
        return False
    if following in about["counted"]:
        return False
    if atom.what == "range":
        return True
    if before.cue:
        return before.words not in about["weak"] or _change_before(read, before.start)
    if before.words and (following in about["year_of"] or before.edge):
        return True
    if following in about["verbs"] and _starts_a_sentence(text, before.start):
        return True
    if next_two in ("'s", "’s") or (last in ("(", "[") and next_two[:1] in (")", "]")):
        return True
    if next_two == ": " and (
        last in ("(", "[", "") or text[max(0, atom.start - 4) : atom.start].rstrip(" ")[-1:] in (";", "\n")
    ):
        return True  # "(2022: 7.4 bn euros)"
    if not read.found or atom.start - read.found[-1][1].end > 8 or read.found[-1][1].what != "year":
        return False
    return text[read.found[-1][1].end : atom.start].strip() in about["lists"]  # "2021 and 2022"


def _starts_a_sentence(text: str, start: int) -> bool:
    before = text[max(0, start - 8) : start].rstrip()
    return not before or before[-1] in ".!?…:—–"


def _change_before(read: _Read, start: int) -> bool:
    """Whether a change stands right before: "12% over 2021"."""
    pieces = read.text[max(0, start - 32) : start].lower().split()
    last = pieces[-1].strip(",;") if pieces else ""
    return last in read.words.about["change"] or last.endswith("%")


def _is_base(read: _Read, atom: Atom, before: _Before) -> bool:
    """Whether it is what growth is compared with."""
    if before.cue == "base":
        return True
    if before.cue in ("base_or_period", "base_or_since"):
        return atom.what in ("year", "part") and _change_before(read, before.start)
    if before.cue == "base_or_by" and not before.edge:
        if read.now is None or atom.year is None:
            return _change_before(read, before.start)
        return atom.year < read.now.year
    return False


def _kind(atom: Atom, before: _Before, base: bool) -> str:
    if base:
        return "period"
    since = before.cue in ("since", "base_or_since")
    if since and atom.what != "range" and not atom.several:
        return "since"
    if atom.what in ("date", "clock"):
        return "until" if before.cue == "until" else "date"
    if before.cue in ("until", "by", "base_or_by"):
        return "until"
    if atom.what in ("past_months", "past_years"):
        return "duration"
    if before.edge:
        return "date"
    return "duration" if atom.duration and atom.year is None and atom.years_from_now is None else "period"


# --- which period is meant -------------------------------------------------------------------------------------------


def _period(read: _Read, atom: Atom, before: _Before, kind: str) -> tuple[str | None, bool]:
    """The period, and whether it hangs on the day on which it was said."""
    relative = (
        atom.what not in ("range", "clock") and atom.year is None and (atom.what != "same" or bool(atom.years_from_now))
    )
    period = _plain_period(read, atom, before, kind)
    if period is None:
        return None, relative
    if kind in ("since", "until") and atom.day is not None:
        period = period[:7]  # no finer than months
    if kind == "since":
        period = f"{period.split('..')[0]}.."
    elif kind == "until" and before.cue == "until" and not before.edge:
        period = f"..{period.split('..')[-1]}"
    return period, relative


def _plain_period(read: _Read, atom: Atom, before: _Before, kind: str) -> str | None:
    if atom.what in ("same", "year_on_year", "clock"):
        return None
    if atom.what == "range":
        first, last = (f"-{month:02d}" for month in atom.months) if atom.months else ("", "")
        return f"{atom.year}{first}..{atom.last_year}{last}"
    if atom.year is not None:
        return _in_year(atom, atom.year)
    now = read.now
    if now is None:
        return None
    month = now.year * 12 + now.month - 1
    if atom.what == "past_months":
        return _months_text(month - atom.count, month - 1)
    if atom.what == "past_years":
        return f"{now.year - atom.count}..{now.year - 1}" if atom.count > 1 else str(now.year - 1)
    if atom.what == "years_ago":
        return str(now.year - atom.count)
    if atom.what == "the_year":
        # In the last quarter, "the results of the year" are those of the year about to end.
        past = now.month < 10 and not read.words.about["results"].isdisjoint(before.words.split())
        return str(now.year - past)
    if atom.months_from_now is not None:
        steps, size = atom.months_from_now
        return _months_text((month // size + steps) * size, (month // size + steps) * size + size - 1)
    if atom.years_from_now is not None:
        return _in_year(atom, now.year + atom.years_from_now)
    return _in_year(atom, _year_of_part(atom, before, kind, now))


def _in_year(atom: Atom, year: int) -> str | None:
    """The part of a year that is meant, the day, or the year itself; None for the 31st of June."""
    if atom.months is None:
        return str(year)
    first, last = atom.months
    if atom.day is None:
        return _months_text(year * 12 + first - 1, year * 12 + last - 1)
    return f"{year}-{last:02d}-{atom.day:02d}" if atom.day <= calendar.monthrange(year, last)[1] else None


def _year_of_part(atom: Atom, before: _Before, kind: str, now: date) -> int:
    """The year of months named without one: the latest whose last day was past; of a day, the nearest."""
    last = atom.months[1] if atom.months else 12
    if atom.day is not None:
        return now.year + (now.month - last > 6) - (last - now.month > 6)
    if kind == "until":
        return now.year + (last < now.month)
    passed = last < now.month or (before.edge and last == now.month)
    return now.year - (not passed)


def _months_text(first: int, last: int) -> str:
    """Months counted from year 0, written as a period: a whole year by its number.

    >>> _months_text(2022 * 12, 2022 * 12 + 9), _months_text(2022 * 12, 2022 * 12 + 11)
    ('2022-01..2022-10', '2022')
    """
    if first % 12 == 0 and last == first + 11:
        return f"{first // 12:04d}"
    start, end = (f"{number // 12:04d}-{number % 12 + 1:02d}" for number in (first, last))
    return start if first == last else f"{start}..{end}"


# --- what is compared ------------------------------------------------------------------------------------------------


def _with_bases(read: _Read) -> tuple[TimeExpression, ...]:
    """The expressions, with "the same period of last year" resolved by the period beside it in its sentence."""
    resolved = []
    for place, (expression, atom) in enumerate(read.found):
        if atom.what in ("same", "year_on_year"):
            near = (*range(place - 1, max(-1, place - 4), -1), *range(place + 1, min(len(read.found), place + 3)))
            others = (read.found[at][0] for at in near)
            claimed = next((other for other in others if _goes_with(read.text, other, expression)), None)
            if claimed is not None and claimed.period is not None:
                period = _same_of(claimed.period, atom, read.now)
                expression = replace(expression, period=period, relative=expression.relative or claimed.relative)
        resolved.append(expression)
    return tuple(resolved)


def _goes_with(text: str, other: TimeExpression, base: TimeExpression) -> bool:
    """Whether a period stands in the sentence of a base, so that it is what the base is compared with."""
    if other.kind not in ("period", "duration") or other.base or other.period is None:
        return False
    first, last = (other, base) if other.start < base.start else (base, other)
    return last.start - first.end < 240 and not _SENTENCE.search(text, first.end, last.start)


def _same_of(period: str, atom: Atom, now: date | None) -> str | None:
    """The same part of another year: of the one that is named, or of the year before."""
    if not _SAME.fullmatch(period):
        return None
    steps = -1
    if atom.year is not None:
        steps = atom.year - int(period[:4])
    elif atom.years_from_now is not None and now is not None:
        steps = now.year + atom.years_from_now - int(period[:4])
    return re.sub(r"\d{4}", lambda hit: f"{int(hit[0]) + steps:04d}", period)
