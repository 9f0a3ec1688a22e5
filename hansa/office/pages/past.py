"""Pages as the register stood on a day before: the day stands in the address, and goes along from page to page."""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache, wraps
from typing import Any

from django.http import HttpRequest, HttpResponse

from hansa.errors import DataError, NotAllowed
from hansa.office import revision
from hansa.office.permission import Viewer, who_may
from hansa.office.snapshot import EMPTY, Snapshot, as_of, number_on

NAME = "on"  # of the day in an address
KEEPING = frozenset(
    ("home", "register", "listing", "record", "pair", "scorecard", "export")
)  # pages that can be seen so
_DAY: ContextVar[str] = ContextVar("day", default="")


def on_a_day(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A page that ``?on=2021-06-30`` shows as the register stood at the end of that day, to who may see histories.

    Within it `day_shown` says the day, and links to such pages keep it.
    """

    @wraps(view)
    def shown(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        before = _DAY.set(read_day(request.GET.get(NAME, ""), request.viewer))  # type: ignore[attr-defined]
        try:
            return view(request, *args, **kwargs)
        finally:
            _DAY.reset(before)

    return shown


def day_shown() -> str:
    """The day as of which a page is being made; empty where it is made as of now."""
    return _DAY.get()


def read_day(day: str, viewer: Viewer) -> str:
    """The day that was asked for; empty where none is.

    Raises
    ------
    NotAllowed : by who may not see histories.
    DataError : it is no day.
    """
    day = day.strip()
    if not day:
        return ""
    if not viewer.may("see history"):
        raise NotAllowed(f"To see the register as it stood takes a role: {', '.join(who_may('see history'))}.")
    _end_of(day)
    return date.fromisoformat(day).isoformat()


def register_on(day: str, now: Snapshot, viewer: Viewer) -> Snapshot:
    """The register as it stood at the end of a day, without what somebody may not see as it stands now, or stood last.

    Raises
    ------
    DataError : it is no day.
    """
    number = min(number_on(_end_of(day)), now.number)
    if number == now.number:
        return now
    return _on(now, number, day, _hidden(now, viewer.roles))


def _end_of(day: str) -> datetime:
    try:
        last = date.fromisoformat(day)
        return datetime.combine(last, datetime.min.time(), UTC) + timedelta(days=1 if last < date.max else 0)
    except ValueError:
        raise DataError(f"{day[:40]!r} is no day. Write 2021-06-30.") from None


@lru_cache(maxsize=4)
def _hidden(now: Snapshot, roles: tuple[tuple[str, str], ...]) -> frozenset[str]:
    """Looked up once for each state of the register: a page as of a day is followed by others."""
    return revision.hidden(now, Viewer(roles=roles))


@lru_cache(maxsize=8)
def _on(now: Snapshot, number: int, day: str, hidden: frozenset[str]) -> Snapshot:
    whole = _as_of(now, number)
    held = {key: one for key, one in whole.held.items() if key not in hidden} if hidden else whole.held
    return Snapshot(number, held, f"register of this office on {day}, looked at after change {now.number}")


@lru_cache(maxsize=4)
def _as_of(now: Snapshot, number: int) -> Snapshot:
    """Kept as long as the register is the one of now."""
    return as_of(number) if number else EMPTY
