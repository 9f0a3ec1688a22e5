"""A long list, a page at a time; and days that stand in an address."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Any

from hansa.errors import DataError, NotAllowed
from hansa.office.pages.frame import Asked
from hansa.office.permission import who_may
from hansa.office.snapshot import EMPTY, Snapshot, as_of, number_on

LONG = 50  # entries of a page


@dataclass(frozen=True)
class Sheet:
    """One page of a list. number, last : of pages, from 1. total : entries of all pages."""

    entries: tuple[Any, ...]
    number: int
    last: int
    total: int


def sheet(found: Sequence[Any], asked: str | None, long: int = LONG) -> Sheet:
    """The page that was asked for; the first where that is no number, the last where there are fewer.

    >>> sheet("abcde", "2", 2).entries, sheet("abcde", "99", 2).number, sheet("", "x").last
    (('c', 'd'), 3, 1)
    """
    last = max(1, -(-len(found) // long))
    number = min(max(1, int(asked)), last) if asked and asked.isascii() and asked.isdigit() and len(asked) < 9 else 1
    return Sheet(tuple(found[(number - 1) * long : number * long]), number, last, len(found))


def addresses(asked: Asked) -> Callable[[int], str]:
    """The address of each page of the list that is shown, with all else that was asked."""
    query = asked.request.GET.copy()

    def address(number: int) -> str:
        query["page"] = str(number)
        return f"{asked.request.path}?{query.urlencode()}"

    return address


def then_of(asked: Asked) -> tuple[str, Snapshot] | None:
    """The day that ``?on=`` names, and the register as it stood at its end; None where none is asked for.

    Raises
    ------
    NotAllowed : by who may not see histories.
    DataError : it is no day.
    """
    day = asked.request.GET.get("on", "").strip()
    if not day:
        return None
    if not asked.viewer.may("see history"):
        raise NotAllowed(f"To see the register as it stood takes a role: {', '.join(who_may('see history'))}.")
    try:
        end = datetime.combine(date.fromisoformat(day), datetime.min.time(), UTC) + timedelta(days=1)
    except (ValueError, OverflowError):
        raise DataError(f"{day[:40]!r} is no day. Write 2021-06-30.") from None
    number = number_on(end)
    return day, asked.snapshot if number == asked.snapshot.number else _as_of(asked.snapshot, number)


@lru_cache(maxsize=4)
def _as_of(now: Snapshot, number: int) -> Snapshot:
    """Kept as long as the register is the one of now."""
    return as_of(number) if number else EMPTY
