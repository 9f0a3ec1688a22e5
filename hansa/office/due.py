"""What is due soon, what is late, and what has happened since a day: as the records and their histories say."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from hansa.commitments.lifecycle import first_day, is_open, is_past, last_day, state_on, words_since
from hansa.commitments.records import Barrier, Decision, Edition, Event, Milestone, Record, Target
from hansa.commitments.register import Register
from hansa.provenance import Provenance
from hansa.wording import Evidence, mark

AHEAD = 90  # days
KEPT = 16  # registers of which it is kept what is due; each is one that somebody sees at one change
METHOD = "due_records"
Dated = Milestone | Decision | Barrier


@dataclass(frozen=True)
class Due:
    """A record with the day by which something is to be done.

    state : as its history says, None where it says nothing. word : whether anything was said since it was due.
    """

    record: Record
    day: str
    state: str | None = None
    word: bool = False


@lru_cache(maxsize=KEPT)
def due(register: Register, day: str, ahead: int = AHEAD) -> tuple[Due, ...]:
    """What is to be done within some days from a day, the nearest first: milestones, decisions and barriers that are
    still open, targets whose period ends, editions of the forum that begin.

    >>> step = Milestone("m", "p", "Line open", "2020-06-30")
    >>> [(one.record.id, one.day) for one in due(Register((step,)), "2020-06-01")]
    [('m', '2020-06-30')]
    """
    first = date.fromisoformat(day)
    end = (first + timedelta(days=min(ahead, (date.max - first).days))).isoformat()
    found = [one for one in owed(register, day) if day <= last_day(one.day) <= end]
    found += [Due(one, one.period) for one in register.of(Target) if day <= last_day(one.period) <= end]
    found += [Due(one, one.start) for one in register.of(Edition) if day <= first_day(one.start) <= end]
    return tuple(sorted(found, key=lambda one: (last_day(one.day), one.record.id)))


@lru_cache(maxsize=KEPT)
def late(register: Register, day: str) -> tuple[Due, ...]:
    """What was to be done before a day and is still open, or is said to be late; the longest overdue first.

    >>> step = Milestone("m", "p", "Line open", "2020-06-30")
    >>> [(one.record.id, one.word) for one in late(Register((step,)), "2020-07-01")]
    [('m', False)]
    """
    found = [one for one in owed(register, day) if is_past(one.day, day)]
    return tuple(sorted(found, key=lambda one: (last_day(one.day), one.record.id)))


@lru_cache(maxsize=KEPT)
def owed(register: Register, day: str) -> tuple[Due, ...]:
    """Everything that is still to be done by some day, past or to come, the longest overdue first."""
    found = [_due(record, by, day) for record, by in _open(register, day)]
    return tuple(sorted(found, key=lambda one: (last_day(one.day), one.record.id)))


@lru_cache(maxsize=KEPT)
def happened(register: Register, since: str, day: str) -> tuple[tuple[Record, Event], ...]:
    """Every line of a history after one day and until another, the newest first.

    >>> step = Milestone("m", "p", "Line open", "2020", (Event("2020-01-09", "scheduled"), Event("2020-03", "met")))
    >>> [event.state for _, event in happened(Register((step,)), "2020-02-01", "2020-12-31")]
    ['met']
    """
    found = [
        (record, event)
        for record in register
        for event in getattr(record, "history", ())
        if since < first_day(event.date) <= day
    ]
    return tuple(sorted(found, key=lambda pair: (pair[1].date, pair[0].id), reverse=True))


def evidence(register: Register, day: str) -> Evidence:
    """How it is known that something is due or late."""
    provenance = Provenance(register.provenance.sources).then(METHOD, f"on {day}")
    title = mark("The day written in a record, set against what its history says until today")
    return Evidence(METHOD, title, "", "docs/methods/commitments", "hansa register check REGISTER", provenance)


def _open(register: Register, day: str) -> Iterator[tuple[Dated, str]]:
    """What is still to be done, and by when."""
    dated: tuple[tuple[Dated, str | None], ...] = (
        *((one, one.due) for one in register.of(Milestone)),
        *((one, one.due) for one in register.of(Decision)),
        *((one, one.deadline) for one in register.of(Barrier)),
    )
    for record, by in dated:
        if by and (is_open(record, day) or _said_late(record, day)):
            yield record, by


def _said_late(record: Dated, day: str) -> bool:
    state = state_on(record.history, day)
    return state is not None and state.state == "late"


def _due(record: Dated, by: str, day: str) -> Due:
    state = state_on(record.history, day)
    return Due(record, by, state.state if state else None, bool(words_since(record, by, day)))
