"""What a value of a change may be. Every refusal begins with the name of the value, as the file and Python write it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from numbers import Real
from typing import Any

from hansa.errors import DataError
from hansa.regions.bloc import days_of

LONGEST_TEXT = 200  # of a code or a name, in characters


def number(
    value: Any,
    name: str,
    *,
    above: float | None = None,
    least: float | None = None,
    below: float | None = None,
    most: float | None = None,
    why: str = "",
) -> float:
    """A finite number within limits: above < value, least <= value, value < below, value <= most.

    why : what the limit means, for the message.

    Raises
    ------
    DataError : it is no number, not finite, or beyond a limit.

    >>> number(1, "rate", above=-1)
    1.0
    """
    if isinstance(value, bool) or not isinstance(value, Real):
        raise DataError(f"{name!r} is a number such as 0.05, not {_shown(value)}.")
    try:
        plain = float(value)
    except OverflowError:
        plain = math.inf
    if not math.isfinite(plain):
        raise DataError(f"{name!r} is {plain}, and must be finite.")
    broken = [
        f"{said} {limit:g}"
        for said, limit, held in (
            ("above", above, above is None or plain > above),
            ("at least", least, least is None or plain >= least),
            ("below", below, below is None or plain < below),
            ("at most", most, most is None or plain <= most),
        )
        if not held
    ]
    if broken:
        raise DataError(f"{name!r} is {plain:g}, and must be {broken[0]}{f': {why}' if why else ''}.")
    return plain


def optional(value: Any, name: str, **limits: Any) -> float | None:
    """A number within limits, or None.

    >>> optional(None, "error") is None
    True
    """
    return None if value is None else number(value, name, **limits)


def truth(value: Any, name: str) -> bool:
    """True or false.

    Raises
    ------
    DataError : it is neither.

    >>> truth(True, "both")
    True
    """
    if not isinstance(value, bool):
        raise DataError(f"{name!r} is true or false, not {_shown(value)}.")
    return value


def text(value: Any, name: str, *, empty: bool = False) -> str:
    """A line of text without blanks around it.

    Raises
    ------
    DataError : it is no text, empty, very long, or holds letters that are not seen.

    >>> text(" EAEU ", "bloc")
    'EAEU'
    """
    if not isinstance(value, str):
        raise DataError(f"{name!r} is a text in quotes, not {_shown(value)}.")
    plain = value.strip()
    if not plain and not empty:
        raise DataError(f"{name!r} is empty. Give a code or a name, or leave it out.")
    if len(plain) > LONGEST_TEXT:
        raise DataError(f"{name!r} has {len(plain):,} letters, and at most {LONGEST_TEXT} are taken.")
    if not plain.isprintable():
        raise DataError(f"{name!r} holds letters that are not seen: {_shown(plain)}. Write it on one line.")
    return plain


def texts(value: Any, name: str) -> tuple[str, ...]:
    """A text, or several, as a tuple.

    Raises
    ------
    DataError : one of them is no text, or stands twice.

    >>> texts("XBR", "origin"), texts(["XBR", "XKA"], "origin")
    (('XBR',), ('XBR', 'XKA'))
    """
    given = [value] if isinstance(value, str) else value
    if isinstance(given, Mapping) or not isinstance(given, Iterable):
        raise DataError(f"{name!r} is a text in quotes or a list of texts, not {_shown(value)}.")
    found = tuple(text(one, name) for one in given)
    if twice := next((one for one in found if found.count(one) > 1), None):
        raise DataError(f"{name!r} names {twice!r} twice.")
    return found


def day(value: Any, name: str) -> str:
    """A day ("2025-01-01") or a period ("2025", "2025-01"), as text.

    Raises
    ------
    DataError : it is neither.

    >>> day("2025-01-01", "date"), day(date(2025, 1, 1), "date"), day(2025, "date")
    ('2025-01-01', '2025-01-01', '2025')
    """
    if isinstance(value, date) and not isinstance(value, datetime):
        return value.isoformat()
    plain = str(value) if isinstance(value, int) and not isinstance(value, bool) else value
    try:
        days_of(text(plain, name))
    except DataError:
        raise DataError(
            f"{name!r} is {_shown(value)}, which is no day. Write it as 2025-01-01, or name a period (2025, 2025-01)."
        ) from None
    return text(plain, name)


def exactly_one(**given: float | None) -> None:
    """Refuse none, and refuse two.

    Raises
    ------
    DataError : not exactly one of them is given.

    >>> exactly_one(rate=0.05, factor=None)
    """
    here = [name for name, value in given.items() if value is not None]
    if len(here) != 1:
        known = " or ".join(repr(name) for name in given)
        said = f"both {here[0]!r} and {here[1]!r} are given" if here else "none is given"
        raise DataError(f"{here[-1] if here else next(iter(given))!r}: give exactly one of {known}; {said}.")


def _shown(value: Any) -> str:
    try:
        whole = repr(value)
    except ValueError:  # an integer of thousands of digits
        return "a number of very many digits"
    return whole if len(whole) <= 80 else f"{whole[:80]}..."
