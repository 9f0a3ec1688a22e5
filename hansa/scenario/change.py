"""What a scenario may alter in the world, a frozen dataclass for each kind; which model reads it is not said here.

What each figure does to trade: James E. Anderson and Eric van Wincoop, "Trade Costs", Journal of Economic Literature
42 (2004), for ad-valorem equivalents; Costinot and Rodriguez-Clare, "Trade Theory with Numbers", Handbook of
International Economics 4 (2014), for changes as ratios of after to before.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from hansa.errors import DataError
from hansa.scenario import limits
from hansa.scenario.schedule import Corridor, TariffSchedule
from hansa.scenario.where import Where, sided

MOST = 50.0  # of an exponent: exp(50) is beyond any trade, and far from what a float holds


@dataclass(frozen=True)
class Barrier:
    """A barrier that costs as much as a tariff of `equivalent` would, removed in part or in whole.

    Parameters
    ----------
    where : the flows it stands before.
    equivalent : ad-valorem equivalent, a fraction of the price (0.12 = 12 %).
    removed : share that is removed (1 = all of it, 0.5 = half); negative where the barrier rises.

    Raises
    ------
    DataError : equivalent <= -1, removed > 1, or nothing would be left of the price.

    >>> round(Barrier(Where("XBR", "XKA"), equivalent=0.12, removed=0.5).factor, 6)     # 1.06 / 1.12
    0.946429
    """

    where: Where
    equivalent: float
    removed: float = 1.0

    def __post_init__(self) -> None:
        _where(self.where)
        _set(self, "equivalent", limits.number(self.equivalent, "equivalent", above=-1))
        _set(self, "removed", limits.number(self.removed, "removed", most=1, why="1 removes all of the barrier"))
        if 1 + self.equivalent * (1 - self.removed) <= 0:
            raise DataError(f"'removed' is {self.removed:g}, which leaves nothing of the price.")

    @property
    def factor(self) -> float:
        """Trade cost after over before."""
        return (1 + self.equivalent * (1 - self.removed)) / (1 + self.equivalent)


@dataclass(frozen=True)
class TradeCost:
    """Trade costs of the iceberg kind, multiplied.

    Parameters
    ----------
    where : the flows.
    factor : cost after over before; 0.9 = a tenth cheaper to deliver.

    Raises
    ------
    DataError : factor <= 0.

    >>> TradeCost(Where("XBR", "XKA", both=True), 0.9).factor
    0.9
    """

    where: Where
    factor: float

    def __post_init__(self) -> None:
        _where(self.where)
        why = "a market that is closed is a change of kind 'closure'"
        _set(self, "factor", limits.number(self.factor, "factor", above=0, why=why))


@dataclass(frozen=True)
class Tariff:
    """An ad-valorem tariff, set, multiplied or moved; exactly one of the three.

    Parameters
    ----------
    where : the flows.
    rate : the tariff after, a fraction of the value before the tariff (0.05 = 5 %).
    factor : the tariff after over before; 0 abolishes it.
    points : what is added to the tariff, a fraction (0.05 = five percentage points).

    Raises
    ------
    DataError : not exactly one is given; rate <= -1, factor < 0.

    >>> Tariff(Where(destination="XKA"), rate=0.0).rate
    0.0
    """

    where: Where
    rate: float | None = None
    factor: float | None = None
    points: float | None = None

    def __post_init__(self) -> None:
        _where(self.where)
        limits.exactly_one(rate=self.rate, factor=self.factor, points=self.points)
        why = "at -1 (-100 %) goods would be free"
        _set(self, "rate", limits.optional(self.rate, "rate", above=-1, why=why))
        _set(self, "factor", limits.optional(self.factor, "factor", least=0))
        _set(self, "points", limits.optional(self.points, "points"))


@dataclass(frozen=True)
class Membership:
    """Regions join a bloc, or leave it: what changes between each of them and each member, both ways.

    Parameters
    ----------
    bloc : its key or name.
    joins, leaves : regions that do; those that join also among each other.
    date : on which the members are counted, a day or a period; empty means the period of the economy.
    coefficient : of the bloc in a gravity model: trade changes by the factor exp(coefficient) before prices and
        incomes adjust, by exp(-coefficient) for those that leave.
    equivalent : or the barrier between members and others, as an ad-valorem equivalent, that falls away (or comes).
    tariff : the tariff between them after; alone, or beside one of the other two.
    error : standard error of the coefficient, for draws.

    Raises
    ------
    DataError : nobody joins or leaves; nothing changes; coefficient and equivalent are both given; one tariff is given
        for those that join and those that leave; a value is beyond its limits.

    >>> Membership("GRANITE", joins="XBR", date="2022", coefficient=0.4).joins
    ('XBR',)
    """

    bloc: str
    joins: tuple[str, ...] = ()
    leaves: tuple[str, ...] = ()
    date: str = ""
    coefficient: float | None = None
    equivalent: float | None = None
    tariff: float | None = None
    error: float | None = None

    def __post_init__(self) -> None:
        _set(self, "bloc", limits.text(self.bloc, "bloc"))
        if "@" in self.bloc:
            raise DataError(f"'bloc' is {self.bloc!r}; say the day with 'date'.")
        _set(self, "joins", limits.texts(self.joins, "joins"))
        _set(self, "leaves", limits.texts(self.leaves, "leaves"))
        sided(self.joins, "joins")
        sided(self.leaves, "leaves")
        _set(self, "date", limits.day(self.date, "date") if self.date != "" else "")
        _set(self, "coefficient", limits.optional(self.coefficient, "coefficient", most=MOST, least=-MOST))
        _set(self, "equivalent", limits.optional(self.equivalent, "equivalent", above=-1))
        _set(self, "tariff", limits.optional(self.tariff, "tariff", above=-1, why="at -1 (-100 %) goods would be free"))
        _set(self, "error", limits.optional(self.error, "error", least=0))
        self._checked()

    def _checked(self) -> None:
        if not self.joins and not self.leaves:
            raise DataError("'joins': nobody joins or leaves. Name one in 'joins' or 'leaves'.")
        if again := [one for one in self.joins if one in self.leaves]:
            raise DataError(f"'leaves' names {again[0]!r}, which also joins.")
        if self.coefficient is not None and self.equivalent is not None:
            raise DataError("'equivalent' and 'coefficient' say the same thing in two ways. Give one of them.")
        if self.coefficient is None and self.equivalent is None and self.tariff is None:
            raise DataError("'coefficient': nothing changes. Give 'coefficient', 'equivalent' or 'tariff'.")
        if self.tariff is not None and self.joins and self.leaves:
            raise DataError("'tariff' would hold for those that join and those that leave. Write two changes.")
        if self.error is not None and self.coefficient is None:
            raise DataError("'error' is the standard error of 'coefficient', which is not given.")


@dataclass(frozen=True)
class Closure:
    """Trade is exactly zero.

    Parameters
    ----------
    where : the flows.

    >>> Closure(Where("XBR", "XKA", product="wood")).where.product
    ('wood',)
    """

    where: Where

    def __post_init__(self) -> None:
        _where(self.where)


@dataclass(frozen=True)
class TradeEffect:
    """What a gravity model estimated: trade changes by exp(coefficient * change) before prices and incomes adjust.

    No elasticity is needed to say it: the factor holds for trade itself, and prices follow with the elasticity of the
    economy.

    Parameters
    ----------
    where : the flows.
    coefficient : of the term, as estimated.
    change : of the regressor, after minus before; -1 where an agreement ends.
    error : standard error of the coefficient, for draws.
    term : what it is the coefficient of.

    Raises
    ------
    DataError : a value is not finite, the error is negative, or the factor is beyond exp(50).

    >>> round(TradeEffect(Where("MEX", "USA", both=True), 0.5571853, change=-1, term="rta").factor, 6)
    0.572819
    """

    where: Where
    coefficient: float
    change: float = 1.0
    error: float | None = None
    term: str = ""

    def __post_init__(self) -> None:
        _where(self.where)
        _set(self, "coefficient", limits.number(self.coefficient, "coefficient"))
        _set(self, "change", limits.number(self.change, "change"))
        _set(self, "error", limits.optional(self.error, "error", least=0))
        _set(self, "term", limits.text(self.term, "term", empty=True))
        if abs(self.coefficient * self.change) > MOST:
            raise DataError(
                f"'coefficient' times 'change' is {self.coefficient * self.change:g}, and is taken up to {MOST:g} "
                "either way. A market that is closed is a change of kind 'closure'."
            )

    @property
    def factor(self) -> float:
        """Trade after over before, prices and incomes unchanged."""
        return math.exp(self.coefficient * self.change)


@dataclass(frozen=True)
class Productivity:
    """Sectors become more productive, or less: a joint venture, import substitution.

    Parameters
    ----------
    region : who; none means all.
    product : sectors; none means all.
    factor : productivity after over before.
    value : or the size of a project in one region, in the currency and scale of the economy; productivity after over
        before is then 1 + scale * value / output.
    scale : how much of the project counts, to be stated with `value`.
    cost : what it costs, in the same money; stated beside what it brings, and taken from nobody's income.

    Raises
    ------
    DataError : not exactly one of factor and value; factor <= 0; value without scale, or for several regions or
        sectors; a negative cost.

    >>> Productivity("XBR", "wood", factor=1.1).product
    ('wood',)
    """

    region: tuple[str, ...] = ()
    product: tuple[str, ...] = ()
    factor: float | None = None
    value: float | None = None
    scale: float | None = None
    cost: float | None = None

    def __post_init__(self) -> None:
        _set(self, "region", limits.texts(self.region, "region"))
        _set(self, "product", limits.texts(self.product, "product"))
        sided(self.region, "region")
        limits.exactly_one(factor=self.factor, value=self.value)
        _set(self, "factor", limits.optional(self.factor, "factor", above=0))
        _set(self, "value", limits.optional(self.value, "value"))
        _set(self, "scale", limits.optional(self.scale, "scale", above=0))
        _set(self, "cost", limits.optional(self.cost, "cost", least=0))
        if self.value is not None and self.scale is None:
            raise DataError("'scale' is missing: how much of 'value' counts as output gained (1 = all of it).")
        if self.value is None and self.scale is not None:
            raise DataError("'scale' belongs to 'value', which is not given.")
        if self.value is not None and (len(self.region) != 1 or len(self.product) > 1):
            raise DataError("'value' is of one project: name one region, and one sector or none.")


@dataclass(frozen=True)
class Deficit:
    """Imports minus exports of a region, after.

    Parameters
    ----------
    region : who; none means all (with `factor`).
    factor : deficit after over before; 0 balances trade.
    value : or the deficit after of one region, in the currency and scale of the economy; negative is a surplus.

    Raises
    ------
    DataError : not exactly one of factor and value; a value for several regions.

    >>> Deficit("XBR", factor=0.0).factor
    0.0
    """

    region: tuple[str, ...] = ()
    factor: float | None = None
    value: float | None = None

    def __post_init__(self) -> None:
        _set(self, "region", limits.texts(self.region, "region"))
        sided(self.region, "region")
        limits.exactly_one(factor=self.factor, value=self.value)
        _set(self, "factor", limits.optional(self.factor, "factor"))
        _set(self, "value", limits.optional(self.value, "value"))
        if self.value is not None and len(self.region) != 1:
            raise DataError("'value' is the deficit of one region: name one.")


Change = (
    Barrier
    | TradeCost
    | Tariff
    | TariffSchedule
    | Membership
    | Closure
    | TradeEffect
    | Productivity
    | Corridor
    | Deficit
)

KINDS: dict[str, type[Change]] = {
    "barrier": Barrier,
    "trade_cost": TradeCost,
    "tariff": Tariff,
    "tariff_schedule": TariffSchedule,
    "membership": Membership,
    "closure": Closure,
    "trade_effect": TradeEffect,
    "productivity": Productivity,
    "corridor": Corridor,
    "deficit": Deficit,
}


def _where(where: object) -> None:
    if not isinstance(where, Where):
        raise DataError(f"'where' is a Where(origin, destination, product, both), not {where!r}.")


def _set(change: object, name: str, value: object) -> None:
    """A field of a frozen dataclass, in its own constructor."""
    object.__setattr__(change, name, value)
