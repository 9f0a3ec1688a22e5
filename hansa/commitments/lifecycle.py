"""What a history may say next, what is still open on a day, and who is bound by an agreement on it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from hansa.commitments.records import (
    Agreement,
    Alignment,
    Barrier,
    Decision,
    Event,
    Idea,
    Milestone,
    Programme,
    Project,
    Record,
)
from hansa.errors import HansaError
from hansa.regions.bloc import days_of

# After these nothing else is said, but for what stands behind them.
LAST: dict[type, dict[str, tuple[str, ...]]] = {
    Agreement: {"ended": ()},
    Programme: {"completed": (), "cancelled": ()},
    Milestone: {"met": ()},
    Project: {"completed": (), "cancelled": ()},
    Barrier: {"removed": ("reported", "confirmed")},
    Alignment: {"abandoned": ()},
    Idea: {"project": (), "declined": ("proposed",)},
    Decision: {"done": (), "cancelled": ()},
}
# Before these one of those must have been said.
BEFORE: dict[type, dict[str, tuple[str, ...]]] = {
    Agreement: dict.fromkeys(("amended", "acceded", "withdrawn", "ended"), ("signed", "in force")),
}
# These stand at the beginning: nothing that comes later in the list has been said.
RISING: dict[type, tuple[str, ...]] = {
    Agreement: ("negotiated", "signed", "in force"),
    Programme: ("proposed", "approved"),
    Alignment: ("compared", "drafted", "adopted", "in force"),
    Decision: ("taken", "in work"),
}
JOINING = ("acceded", "withdrawn")
OPEN: dict[type, tuple[str | None, ...]] = {
    Milestone: (None, "scheduled"),
    Decision: (None, "taken", "in work"),
    Barrier: (None, "reported", "confirmed", "in work", "partly removed"),
}


def follows(record: Record, gone: Sequence[str], event: Event) -> str:
    """Why an event cannot come after the states of a history so far; empty where it can.

    >>> agreement = Agreement("a", "Text", ("x", "y"))
    >>> follows(agreement, [], Event("2020", "withdrawn")), follows(agreement, ["signed"], Event("2020", "in force"))
    ('nothing says before that it was signed or in force', '')
    """
    kind, state = type(record), event.state
    if gone and gone[-1] in (ends := LAST.get(kind, {})) and state not in (gone[-1], *ends[gone[-1]]):
        return f"it was {gone[-1]!r} before, and nothing follows on that"
    if (needed := BEFORE.get(kind, {}).get(state)) and not set(needed) & set(gone):
        return f"nothing says before that it was {' or '.join(needed)}"
    order = RISING.get(kind, ())
    if state in order and (later := [one for one in order[order.index(state) + 1 :] if one in gone]):
        return f"it was {later[0]!r} before"
    return ""


def is_open(record: Milestone | Decision | Barrier, day: str) -> bool:
    """Whether it still stands on a day: a milestone or decision of which nobody has said what became of it, a barrier
    that is neither removed nor rejected.

    >>> gone = Barrier("b", "Queue", "A", "B", history=(Event("2019", "removed"),))
    >>> is_open(gone, "2018-12-31"), is_open(gone, "2019-01-01")
    (True, False)
    """
    state = state_on(record.history, day)
    return (state.state if state else None) in OPEN[type(record)]


def without_word(record: Milestone | Decision, due: str | None, day: str) -> bool:
    """Whether it was due before a day, is open, and nothing at all was said of it since it was due.

    >>> step = Milestone("m", "p", "Line open", "2020-06-30", (Event("2019-01-01", "scheduled"),))
    >>> without_word(step, step.due, "2021-01-01"), without_word(step, step.due, "2020-06-30")
    (True, False)
    """
    return bool(due) and is_past(str(due), day) and is_open(record, day) and not words_since(record, str(due), day)


def words_since(record: Milestone | Decision | Barrier, due: str, day: str) -> list[Event]:
    """What was said of a record from the day it was due until another."""
    return [event for event in record.history if last_day(due) <= last_day(event.date) and first_day(event.date) <= day]


def state_on(history: tuple[Event, ...], day: str) -> Event | None:
    """The last event of a history that had happened by a day (an ISO day; a month or year counts from its first day).

    >>> history = (Event("2020", "signed"), Event("2021-07-01", "in force"))
    >>> state_on(history, "2021-06-30").state, state_on(history, "2019-12-31")
    ('signed', None)
    """
    happened = [event for event in history if "" < first_day(event.date) <= day]
    return max(happened, key=lambda event: first_day(event.date)) if happened else None


def is_past(date: str, day: str) -> bool:
    """Whether all of a date (a day, month or year) lies before a day; a date that is none never does.

    >>> is_past("2020", "2020-12-31"), is_past("2020", "2021-01-01"), is_past("soon", "2021-01-01")
    (False, True, False)
    """
    return "" < last_day(date) < day


def first_day(date: str) -> str:
    """The first day of a date, as ISO writes it; empty where it is none, which `hansa.commitments.checks` tells.

    >>> first_day("2020"), last_day("2020-02"), first_day("soon")
    ('2020-01-01', '2020-02-29', '')
    """
    return _ends(date)[0]


def last_day(date: str) -> str:
    """The last day of a date; empty where it is none."""
    return _ends(date)[1]


@lru_cache(maxsize=100_000)  # a register has few days, and asks for each of them often
def _ends(date: str) -> tuple[str, str]:
    try:
        first, last = days_of(date)
    except HansaError:
        return "", ""
    return first.isoformat(), last.isoformat()


def in_force(agreement: Agreement, day: str) -> bool:
    """Whether an agreement binds on a day: in force by then, and not ended or withdrawn from as a whole.

    >>> text = Agreement("a", "Text", ("x", "y"), history=(Event("2019", "signed"), Event("2020-05-01", "in force")))
    >>> in_force(text, "2020-04-30"), in_force(text, "2020-05-01")
    (False, True)
    """
    states = {event.state for event in agreement.history if event.party is None and first_day(event.date) <= day}
    return "in force" in states and not {"ended", "withdrawn"} & states


def parties_on(agreement: Agreement, day: str) -> tuple[str, ...]:
    """The parties of an agreement on a day: without those that acceded later or had withdrawn.

    >>> text = Agreement("a", "Text", ("x", "y"), history=(Event("2020", "acceded", party="z"),))
    >>> parties_on(text, "2019-12-31"), parties_on(text, "2020-06-01")
    (('x', 'y'), ('x', 'y', 'z'))
    """
    bound = dict.fromkeys(agreement.parties, True)
    own = sorted((event for event in agreement.history if event.party), key=lambda event: first_day(event.date))
    for event in own:
        party = str(event.party)
        if first_day(event.date) <= day:
            bound[party] = bound.get(party, False) if event.state not in JOINING else event.state == "acceded"
        elif event.state == "acceded" and all(
            one.party != party or one is event for one in own[: own.index(event) + 1]
        ):
            bound[party] = False  # it joined later, and is listed among the parties of today
    return tuple(party for party, there in bound.items() if there)


def state_name(record: Agreement | Project | Programme | Decision | Barrier | Idea, day: str) -> str | None:
    """The state of a record on a day, None where nothing is said of it by then."""
    found = state_on(record.history, day)
    return found.state if found else None
