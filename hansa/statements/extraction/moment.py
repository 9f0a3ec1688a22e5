"""When a figure is said to have been, and against when growth is measured."""

from __future__ import annotations

import re
from dataclasses import dataclass

from hansa.statements.extraction.link import links
from hansa.statements.extraction.passage import Passage
from hansa.statements.recognition.time_expression import TimeExpression

_YEAR = re.compile(r"(?:19|20)\d\d")
_PERIODS = ("period", "since", "until", "duration")
STATES = ("rank", "share", "count")


@dataclass(frozen=True)
class Moment:
    """The period of a figure, None where the sentence says none, and the time it is measured against."""

    period: str | None = None
    against: TimeExpression | None = None

    def base(self, period: str | None) -> str | None:
        """The period of the base where growth was in a period; of "the same month of 2022" that part of the year, of
        "a year earlier" a year before.
        """
        if self.against is None:
            return None
        base = self.against
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
    found = []
    for place, form in enumerate(forms):
        usable = said or (days if form in STATES else [])
        time = _nearest(passage, place, usable)
        if time is not None and forecasts[_owner(passage, time, place)] != forecasts[place]:
            time = None
        base = _nearest(passage, place, bases)
        grows = form in ("growth", "change", "multiple")
        if prepositions[place] == "from" and place + 1 < len(forms) and prepositions[place + 1] == "to":
            beside = _beside(passage, place, said)
            period = beside.period if beside else base.period if base else None
            found.append(Moment(period))
            continue
        found.append(Moment(time.period if time else None, base if grows else None))
    return found


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
    return next((time for time in times if start <= time.start and time.start < until), None)


def _nearest(passage: Passage, place: int, times: list[TimeExpression]) -> TimeExpression | None:
    if len(times) < 2:
        return times[0] if times else None
    beside = _beside(passage, place, times)
    earlier = [time for time in times if time.end <= passage.figures[place].start]
    return beside or (earlier[-1] if earlier else times[0])
