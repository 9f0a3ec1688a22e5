"""Changes that are a table: tariffs by pair and product, and what a corridor does to the cost of transport.

Three ways from generalised cost to trade: Bougheas, Demetriades and Morgenroth, "Infrastructure, transport costs and
trade", Journal of International Economics 47 (1999), for cost as a power of transport cost; the ad-valorem way divides
cost by the value of what is carried (Hummels, "Transportation Costs and International Trade in the Second Era of
Globalization", Journal of Economic Perspectives 21 (2007)); the estimated way is a gravity coefficient.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from hansa.errors import DataError
from hansa.scenario import limits
from hansa.scenario.where import sided

BY = {"elasticity": "elasticity", "ad_valorem": "unit_value", "estimate": "coefficient"}


@dataclass(frozen=True)
class TariffRow:
    """A tariff after.

    Parameters
    ----------
    origin, destination : regions or blocs, as in `Where`.
    product : product or sector; empty means all.
    rate : a fraction of the value before the tariff (0.05 = 5 %).

    Raises
    ------
    DataError : a text is empty, or rate <= -1.

    >>> TariffRow("XBR", "XKA", "wood", 0.05).rate
    0.05
    """

    origin: str
    destination: str
    product: str
    rate: float

    def __post_init__(self) -> None:
        _ends(self)
        object.__setattr__(
            self, "rate", limits.number(self.rate, "rate", above=-1, why="at -1 (-100 %) goods would be free")
        )


@dataclass(frozen=True)
class TariffSchedule:
    """Tariffs after, by pair and product; where two rows are about the same flow, the later one holds.

    Parameters
    ----------
    rows : at least one; a row says the whole of what it is about once.

    Raises
    ------
    DataError : no row; two rows with the same origin, destination and product.

    >>> len(TariffSchedule((TariffRow("XBR", "XKA", "", 0.1), TariffRow("XBR", "XKA", "wood", 0.0))).rows)
    2
    """

    rows: tuple[TariffRow, ...]

    def __post_init__(self) -> None:
        object.__setattr__(self, "rows", _rows(self.rows, TariffRow))
        _once((row.origin, row.destination, row.product) for row in self.rows)


@dataclass(frozen=True)
class CorridorRow:
    """Generalised cost of carrying goods between two regions (money, time and waiting in one figure).

    Parameters
    ----------
    origin, destination : regions or blocs, as in `Where`.
    product : product or sector; None means all.
    before, after : cost per tonne, or in any unit that is the same in both (by ``ad_valorem``: that of `unit_value`).
    unit_value : value of a tonne of this product, where it differs from that of the corridor.

    Raises
    ------
    DataError : a text is empty; a cost or value is not above 0.

    >>> CorridorRow("XBR", "XKA", None, before=80.0, after=60.0).after
    60.0
    """

    origin: str
    destination: str
    product: str | None
    before: float
    after: float
    unit_value: float | None = None

    def __post_init__(self) -> None:
        _ends(self)
        for name in ("before", "after"):
            object.__setattr__(self, name, limits.number(getattr(self, name), name, above=0))
        object.__setattr__(self, "unit_value", limits.optional(self.unit_value, "unit_value", above=0))


@dataclass(frozen=True)
class Corridor:
    """A corridor makes transport cheaper (or dearer) between some pairs.

    Parameters
    ----------
    rows : generalised cost before and after.
    by : how it is turned into trade.
        ``elasticity``: trade cost after over before is (after / before) ** elasticity.
        ``ad_valorem``: it is (1 + after / unit_value) / (1 + before / unit_value).
        ``estimate``: trade after over before is (after / before) ** coefficient, before prices and incomes adjust.
    elasticity : above 0; of trade cost in generalised cost, which is to be assumed.
    unit_value : above 0; value of a tonne, where a row does not say its own.
    coefficient : below 0; of the log of generalised cost in a gravity model.
    error : standard error of the coefficient, for draws.
    both : the same figures the other way.

    Raises
    ------
    DataError : no row; a pair twice, or for all products and for one; an unknown way, or the figure of another way.

    >>> corridor = Corridor((CorridorRow("XBR", "XKA", None, 80.0, 60.0),), by="ad_valorem", unit_value=400.0)
    >>> round(corridor.factor(corridor.rows[0]), 6)                        # 1.15 / 1.20
    0.958333
    """

    rows: tuple[CorridorRow, ...]
    by: str
    elasticity: float | None = None
    unit_value: float | None = None
    coefficient: float | None = None
    error: float | None = None
    both: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "rows", _rows(self.rows, CorridorRow))
        limits.truth(self.both, "both")
        limits_of: dict[str, dict[str, Any]] = {
            "elasticity": {"above": 0},
            "unit_value": {"above": 0},
            "coefficient": {"below": 0, "why": "dearer transport lowers trade"},
            "error": {"least": 0},
        }
        for name, limit in limits_of.items():
            object.__setattr__(self, name, limits.optional(getattr(self, name), name, **limit))
        self._checked()
        _once((row.origin, row.destination, row.product or "") for row in self.rows)
        if self.both:
            ends = ({(row.origin, row.destination), (row.destination, row.origin)} for row in self.rows)
            _once((*way, row.product or "") for row, ways in zip(self.rows, ends, strict=True) for way in sorted(ways))
        self._unmixed()
        for row in self.rows:
            self._bounded(row)

    def _checked(self) -> None:
        if self.by not in BY:
            raise DataError(f"'by' is {self.by!r}. It may be {', '.join(BY)}.")
        wanted = BY[self.by]
        for way, name in BY.items():
            if way != self.by and getattr(self, name) is not None:
                raise DataError(f"{name!r} belongs to by = {way!r}, and this corridor is by = {self.by!r}.")
        if self.by != "ad_valorem" and (own := next((row for row in self.rows if row.unit_value is not None), None)):
            raise DataError(
                f"'unit_value' of {own.origin} to {own.destination} belongs to by = 'ad_valorem', and this corridor is "
                f"by = {self.by!r}."
            )
        if self.by == "ad_valorem":
            if self.unit_value is None and any(row.unit_value is None for row in self.rows):
                raise DataError("'unit_value' is missing: the value of a tonne, for all rows or in each.")
        elif getattr(self, wanted) is None:
            raise DataError(f"{wanted!r} is missing, which by = {self.by!r} needs.")
        if self.error is not None and self.by != "estimate":
            raise DataError("'error' is the standard error of 'coefficient', which is not given.")

    def _unmixed(self) -> None:
        """A row for all products beside one for some of them would count twice."""
        whole = {(row.origin, row.destination) for row in self.rows if row.product is None}
        mixed = [row for row in self.rows if row.product is not None and (row.origin, row.destination) in whole]
        if mixed:
            raise DataError(
                f"'rows' from {mixed[0].origin} to {mixed[0].destination} are for all products and for "
                f"{mixed[0].product!r}, which would count twice. Write a row for each product, or one for all."
            )

    def _bounded(self, row: CorridorRow) -> None:
        try:
            factor = self.factor(row)
        except OverflowError:
            factor = math.inf
        if not 0 < factor < math.inf:
            raise DataError(
                f"'rows': from {row.origin} to {row.destination} cost goes from {row.before:g} to {row.after:g}, which "
                "is beyond what can be computed. A market that is closed is a change of kind 'closure'."
            )

    def factor(self, row: CorridorRow) -> float:
        """What a row does: trade cost after over before; by ``estimate``, trade itself after over before."""
        if self.by == "elasticity":
            return float((row.after / row.before) ** (self.elasticity or 0.0))
        if self.by == "estimate":
            return float((row.after / row.before) ** (self.coefficient or 0.0))
        value = row.unit_value or self.unit_value or 1.0
        return (1 + row.after / value) / (1 + row.before / value)


def _ends(row: TariffRow | CorridorRow) -> None:
    for name in ("origin", "destination"):
        code = limits.text(getattr(row, name), name)
        sided((code,), name)
        object.__setattr__(row, name, code)
    product = "" if row.product is None else limits.text(row.product, "product", empty=True)
    object.__setattr__(row, "product", product if isinstance(row, TariffRow) else product or None)


def _rows(rows: Any, kind: type) -> tuple[Any, ...]:
    if not isinstance(rows, Iterable):
        raise DataError(f"'rows' are several of {kind.__name__}, not {rows!r}.")
    found = tuple(rows)
    if not found:
        raise DataError("'rows': there is no row. Give at least one.")
    if strange := [row for row in found if not isinstance(row, kind)]:
        raise DataError(f"'rows' are of {kind.__name__}, not {strange[0]!r}.")
    return found


def _once(keys: Iterable[tuple[str, str, str]]) -> None:
    seen = set()
    for key in keys:
        if key in seen:
            what = f" in {key[2]!r}" if key[2] else ""
            raise DataError(f"'rows' say twice what holds from {key[0]!r} to {key[1]!r}{what}.")
        seen.add(key)
