"""What can go wrong, by meaning. Every message says what, where, why and what to do."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from os import PathLike
from typing import Any

LONGEST = 80  # of a code in a message, in characters


class HansaError(Exception):
    """Parent of every error that Hansa raises on purpose; the CLI turns it into one message and exit code 2.

    >>> import pickle
    >>> str(pickle.loads(pickle.dumps(UnknownCode("region", "BLX", hint="See the list."))))
    "'BLX' is no known region. See the list."
    """

    def __reduce__(self) -> tuple[Any, ...]:
        """As it is: what a child makes of its arguments is made once, also where it comes from another process."""
        return _again, (type(self), self.args, vars(self))


def _again(kind: type[HansaError], args: tuple[Any, ...], values: dict[str, Any]) -> HansaError:
    error = kind.__new__(kind, *args)
    vars(error).update(values)
    return error


class DataError(HansaError):
    """The data cannot be taken as they are.

    Parameters
    ----------
    message : what is wrong, why it matters and what to do.
    file, line, column : where it was seen, when it came from a file (line counts from 1, as an editor does).

    >>> str(DataError("'12,5 t' is no number.", file="my.csv", line=7, column="value"))
    "my.csv, line 7, column 'value': '12,5 t' is no number."
    """

    def __init__(
        self,
        message: str,
        *,
        file: str | PathLike[str] | None = None,
        line: int | None = None,
        column: str | None = None,
    ) -> None:
        self.message, self.file, self.line, self.column = message, file, line, column
        place = [str(file)] if file is not None else []
        if line is not None:
            place.append(f"line {line:,}")
        if column is not None:
            place.append(f"column {column!r}")
        super().__init__(f"{', '.join(place)}: {message}" if place else message)


class UnknownCode(DataError):
    """A code that the list in use does not hold; names the nearest known ones.

    >>> str(UnknownCode("region", "BLX", ["BLR", "BEL", "KAZ"]))
    "'BLX' is no known region. Nearest known: 'BLR', 'BEL'. Check the spelling, or give your own list."
    """

    def __init__(
        self,
        kind: str,
        code: object,
        known: Iterable[str] = (),
        *,
        file: str | PathLike[str] | None = None,
        line: int | None = None,
        column: str | None = None,
        hint: str = "Check the spelling, or give your own list.",
    ) -> None:
        self.kind, self.code = kind, code
        near = nearest(str(code), known)
        middle = f" Nearest known: {', '.join(map(repr, near))}." if near else ""
        shown = repr(code) if len(str(code)) <= LONGEST else f"{str(code)[:LONGEST]!r}..."
        super().__init__(f"{shown} is no known {kind}.{middle} {hint}", file=file, line=line, column=column)


class UnitMismatch(DataError):
    """Two quantities in different units (or currencies, scales, valuations) met without a conversion by name."""


class MissingTable(HansaError):
    """A side table that the figure needs is not given, or not in the store.

    >>> str(MissingTable("gdp", "openness divides trade by GDP"))
    "The side table 'gdp' is missing: openness divides trade by GDP. Import it with 'hansa import FILE --side gdp'."
    """

    def __init__(self, table: str, why: str, remedy: str | None = None) -> None:
        self.table = table
        remedy = remedy or f"Import it with 'hansa import FILE --side {table}'."
        super().__init__(f"The side table {table!r} is missing: {why}. {remedy}")


class NotAllowed(HansaError):
    """Whoever asks may not do that; says who may."""


class Conflict(HansaError):
    """What was to be changed has been changed by somebody else since it was read."""


class NotIdentified(HansaError):
    """The data do not determine the figure that was asked for (no trade, a disconnected network, one partner)."""


class NotConverged(HansaError):
    """A solver stopped before its tolerance; carries the residuals it reached."""

    def __init__(self, message: str, residuals: Sequence[float] = ()) -> None:
        self.residuals = tuple(residuals)
        super().__init__(message)


def nearest(code: str, known: Iterable[str], count: int = 3) -> list[str]:
    """Up to `count` known codes that look most like `code`, nearest first, whatever the case.

    Codes are short: of equally near ones, those of the same letters come first, then those of the same first letter.

    >>> nearest("germny", ["Germany", "France"]), nearest("RSU", ["SUR", "SUN", "RUS"])
    (['Germany'], ['RUS', 'SUR', 'SUN'])
    """
    by_lower: dict[str, str] = {}
    for name in known:
        by_lower.setdefault(str(name).lower(), str(name))
    asked = code.lower()
    near = difflib.get_close_matches(asked, by_lower, n=20 * count, cutoff=0.55)

    def distance(hit: str) -> tuple[float, bool, bool]:
        alike = difflib.SequenceMatcher(None, hit, asked).ratio()
        return (-alike, sorted(hit) != sorted(asked), hit[:1] != asked[:1])

    return [by_lower[hit] for hit in sorted(near, key=distance)[:count]]
