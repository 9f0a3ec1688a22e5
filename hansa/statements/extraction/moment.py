"""When a figure is said to have been, and against when growth is measured."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from hansa.statements.extraction.link import links
from hansa.statements.extraction.passage import Passage
from hansa.statements.language import lexicon
from hansa.statements.recognition.time_expression import TimeExpression

_YEAR = re.compile(r"(?:19|20)\d\d")
_SINCE = re.compile(r"\d{4}\.\.")
_SPAN = re.compile(r"\d{4}\.\.\d{4}")
_PERIODS = ("period", "since", "until", "duration")
STATES = ("rank", "share", "count")


@dataclass(frozen=True)
class Moment:
    """The period of a figure, None where the sentence says none, and the time it is measured against.

    years : over how many it grew: "over five years".
    """

    period: str | None = None
    against: TimeExpression | None = None
    years: int | None = None

    def spanned(self, day: str | None, average: bool) -> tuple[str | None, str | None]:
        """Period and base of what grew over so many years: the last full year before the day (or the year said) and
        the year so long before it. Of an average the period is all the years, and the base the year before them;
        "since 2015" it is counted from 2015.
        """
        if self.years is None:
            since = average and _SINCE.fullmatch(self.period or "")
            return self.period, self.period[:4] if since and self.period else None
        if self.period is not None and _YEAR.fullmatch(self.period[-4:]):
            last = int(self.period[-4:])
        elif self.period is None and day is not None:
            last = int(day[:4]) - 1
        else:
            return self.period, None
        first = last - self.years
        return f"{first + 1}..{last}" if average and self.years > 1 else str(last), str(first)

    def base(self, period: str | None) -> str | None:
        """The period of the base where growth was in a period; of "the same month of 2022" that part of the year, of
        "a year earlier" a year before.
        """
        if self.against is None:
            return None
        base = self.against
        if base.relative and base.period == period is not None:
            return _YEAR.sub(lambda match: str(int(match[0]) - 1), period)  # "in 2023, less than in the previous year"
        if base.period is not None or period is None or ".." in (period[:2], period[-2:]):
            return base.period
        years = _YEAR.findall(base.text)
        shift = int(years[-1]) - int(period[:4]) if years else -1
        return _YEAR.sub(lambda match: str(int(match[0]) + shift), period)


def moments(passage: Passage, forms: list[str | None], prepositions: list[str], forecasts: list[bool]) -> list[Moment]:
    """When each figure of a passage was, by the sentence alone.

    One time holds for all figures, but what was and what will be do not share it. Of several, a figure takes the
    one after it up to the next stop, else the last one before it, else the first.
    "From 3 to 5 billion" gives the first figure no period unless one stands beside it or the base of the sentence is
    said.
    """
    said = [time for time in passage.times if not time.base and time.period and time.kind in _PERIODS]
    said = [time for time in said if not _first_time(passage, time)]
    bases = [time for time in passage.times if time.base]
    days = [time for time in passage.times if not time.base and time.period and time.kind == "date"]
    each = len(said) == len(forms) > 1 and any(
        word in passage.low[passage.start : passage.end] for word in links(passage.language).respectively
    )
    found: list[Moment] = []
    for place, form in enumerate(forms):
        usable = said or (days if form in STATES else [])
        time = usable[place] if each else _nearest(passage, place, usable)
        if time is not None and forecasts[_owner(passage, time, place)] != forecasts[place]:
            time = None
        base = _nearest(passage, place, bases)
        grows = form in ("growth", "change", "multiple")
        if prepositions[place] == "from" and place + 1 < len(forms) and prepositions[place + 1] == "to":
            beside = _beside(passage, place, said)
            period = beside.period if beside else base.period if base else None
            found.append(Moment(period))
            continue
        if place and bases and not grows and _compared(passage, place) and (then := _beside(passage, place, bases)):
            found.append(Moment(Moment(None, then).base(found[-1].period)))
            continue
        years = _years(passage, place, time) if grows and base is None else None
        found.append(Moment(time.period if time else None, base if grows else None, years))
    return found


def _years(passage: Passage, place: int, time: TimeExpression | None) -> int | None:
    """Over how many years a figure grew: "in the last three years", "over five years"."""
    if time is not None and time.kind == "duration" and _SPAN.fullmatch(time.period or ""):
        first, last = (time.period or "").split("..")
        return int(last) - int(first) + 1
    start, end = passage.start if place == 0 else passage.before(place)[0], passage.after(place)[1]
    said = links(passage.language).over_years.search(passage.low, start, end)
    if said is None:
        return None
    return int(said[1]) if said[1].isdigit() and len(said[1]) < 3 else _numbers(passage.language).get(said[1])


@cache
def _numbers(language: str) -> dict[str, int]:
    """The words for small numbers, with all their endings."""
    found = {}
    for number, written in lexicon(language, "time")["number"].items():
        for one in written:
            stem, _, ends = one.rstrip(")").partition("(")
            for end in ends.split(" ") if ends else [""]:
                found[stem + end] = int(number)
    return found


def _compared(passage: Passage, place: int) -> bool:
    """Whether a figure is what another is compared with: "against 287 million a year earlier"."""
    start, end = passage.before(place)
    said = passage.said(start, end).rstrip()
    return said.endswith(tuple(f" {word}" for word in lexicon(passage.language, "time")["before"]["base"]))


def _first_time(passage: Passage, time: TimeExpression) -> bool:
    """Whether it says since when a thing has not been: "for the first time since 2015"."""
    said = passage.low[max(passage.start, time.start - 14) : time.start].rstrip()
    return time.kind == "since" and said.endswith(links(passage.language).first_time)


def _owner(passage: Passage, time: TimeExpression, place: int) -> int:
    """The figure that a time stands with: this one where it is the next after it; else the last before it, or the
    next where a new clause has begun.
    """
    start, end = passage.before(place)
    if start <= time.start and time.end <= end:
        return place
    last = max((place for place, one in enumerate(passage.figures) if one.end <= time.start), default=0)
    breaks = links(passage.language).clause_break
    if last + 1 < len(passage.figures) and breaks.search(passage.low, passage.figures[last].end, time.start):
        return last + 1
    return last


def _beside(passage: Passage, place: int, times: list[TimeExpression]) -> TimeExpression | None:
    """The time that follows a figure before any stop."""
    start, end = passage.after(place)
    stop = links(passage.language).clause_break.search(passage.low, start, end)
    until = stop.start() if stop else end
    near = (time for time in times if start <= time.start and time.start < until)
    return next((time for time in near if passage.low[time.end : time.end + 1] != ":"), None)  # "(2022: 7.4 bn)"


def _nearest(passage: Passage, place: int, times: list[TimeExpression]) -> TimeExpression | None:
    if len(times) < 2:
        return times[0] if times else None
    beside = _beside(passage, place, times)
    earlier = [time for time in times if time.end <= passage.figures[place].start]
    return beside or (earlier[-1] if earlier else times[0])
