"""From a scenario in words to factors on the cells of an economy: the crossing from labels to positions.

How a change enters trade is that of exact hat algebra: Dekle, Eaton and Kortum 2007, American Economic Review 97(2),
and, with tariffs, Caliendo and Parro 2015, Review of Economic Studies 82(1). A change that touches no trade is refused;
one that touches part of the trade it names says how much it does not.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hansa import scenario as language
from hansa.equilibrium.cell import Cells, block, both_ways, listed
from hansa.equilibrium.place import Directory, directory
from hansa.errors import DataError
from hansa.regions.lists import Lists

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Shock:
    """What a scenario does to an economy, as arrays; None where it leaves something as it is.

    Parameters
    ----------
    cost_hat : (sectors, n, n) factor on iceberg costs from origin to destination; infinite where trade is closed.
    effect_hat : (sectors, n, n) factor on trade itself, as estimates give it: no elasticity is needed.
    tariff : (sectors, n, n) ad-valorem rates after.
    productivity : (sectors, n) factor.
    deficit : (n,) imports less exports after, in the money of the economy.
    notes : what the changes name and do not touch, and what was settled on the way.
    """

    cost_hat: Array | None = None
    effect_hat: Array | None = None
    tariff: Array | None = None
    productivity: Array | None = None
    deficit: Array | None = None
    notes: tuple[str, ...] = ()

    def reach(self, elasticity: Array, where: tuple[Any, ...] = ()) -> Array | None:
        """Factor on how well origins reach destinations, other than by tariffs: cost_hat^-theta x effect_hat.

        elasticity : (sectors,) theta.
        where : positions (sectors, origins, destinations) as `numpy.ix_` makes them; all cells by default.

        >>> Shock(cost_hat=np.array([[[1.0, np.inf], [0.5, 1.0]]])).reach(np.array([2.0])).tolist()
        [[[1.0, 0.0], [4.0, 1.0]]]
        """
        theta = np.asarray(elasticity, float)[:, None, None]
        if where:
            theta = theta[where[0].ravel()]
        effect = None if self.effect_hat is None else self.effect_hat[where] if where else self.effect_hat
        if self.cost_hat is None:
            return effect
        cost = self.cost_hat[where] if where else self.cost_hat
        reach = np.ones_like(cost)
        with np.errstate(over="ignore", under="ignore"):  # what is infinite is refused by the solvers
            np.power(cost, -theta, out=reach, where=cost != 1)
        return reach if effect is None else np.multiply(reach, effect, out=reach)


def compile(economy: Any, scenario: Any, *, lists: Lists | None = None) -> Shock:  # noqa: A001  a verb of the contract
    """What a scenario does to an economy.

    economy : an `Economy`.
    scenario : a `Scenario`, or a single change.
    lists : of regions and blocs, such as those beside a store; those of Hansa by default. A bloc without a date has
        the members of the economy's period.

    Raises
    ------
    UnknownCode : a region, bloc or sector that the economy does not hold; the nearest are named.
    DataError : a change that touches no trade of the economy, a product in an economy of one sector, a tariff of -100 %
        or less, deficits that cannot sum to zero.

    >>> from hansa.equilibrium.economy import Economy
    >>> from hansa.scenario import Scenario, TradeCost, Where
    >>> flows = {"origin": list("AABB"), "destination": list("ABAB"), "value": [90.0, 10.0, 10.0, 40.0]}
    >>> bridge = Scenario("bridge", (TradeCost(Where(("A",), ("B",)), 0.9),))
    >>> compile(Economy.from_flows(flows, elasticity=4.0), bridge).cost_hat.tolist()
    [[[1.0, 0.9], [1.0, 1.0]]]
    """
    changes = scenario.changes if hasattr(scenario, "changes") else (scenario,)
    site = _Site(economy, directory(economy, lists))
    for number, change in enumerate(changes, 1):
        site.current = f"Change {number} ({_KIND[type(change)]})"
        _COMPILED[type(change)](site, change)
    return site.shock()


@dataclass
class _Site:
    """The economy while changes are applied one after the other; arrays are made when first altered."""

    economy: Any
    book: Directory
    current: str = ""
    cost: Array | None = None
    effect: Array | None = None
    tariff: Array | None = None
    productivity: Array | None = None
    deficit: Array | None = None
    notes: list[str] = field(default_factory=list)

    def shock(self) -> Shock:
        absent = (
            f"members of {bloc} that are not in the economy: {', '.join(sorted(codes))}"
            for bloc, codes in self.book.absent.items()
            if codes
        )
        notes = tuple(dict.fromkeys((*self.notes, *absent)))
        return Shock(self.cost, self.effect, self.tariff, self.productivity, self.deficit, notes)

    def multiply(self, name: str, touched: Sequence[Cells], factor: float | Array) -> None:
        """Multiply cells of an array, which is one until then."""
        if getattr(self, name) is None:
            setattr(self, name, np.ones(self.economy.share.shape))
        array = getattr(self, name)
        for cells in touched:
            part = array[cells.index]
            array[cells.index] = np.multiply(part, factor, out=part, where=cells.keep)

    def set_tariff(self, touched: Sequence[Cells], after: Callable[[Array], Any]) -> int:
        """Tariffs of cells as `after` makes them from what they were; on how many flows they are others now.

        Raises
        ------
        DataError : one would be -100 % or less.
        """
        if self.tariff is None:
            self.tariff = np.array(self.economy.tariff, float)
        altered = 0
        for cells in touched:
            old = self.tariff[cells.index]
            new = np.where(cells.keep, after(old), old)
            if not (new > -1).all():
                raise DataError(f"{self.current} makes a tariff of {new.min():.1%}; it must stay above -100 %.")
            self.tariff[cells.index] = new
            altered += int(np.count_nonzero((new != old) & (self.economy.share[cells.index] > 0)))
        return altered

    def where(self, where: Any) -> list[Cells]:
        """The cells of a Where, each once; refused where there is no trade in them."""
        touched = self.cells(where.origin, where.destination, where.product, both=where.both)
        self.require_trade(touched)
        return touched

    def cells(
        self, origin: Sequence[str], destination: Sequence[str], product: Sequence[str], *, both: bool = False
    ) -> list[Cells]:
        sectors, shape = self.book.products(product), self.economy.share.shape
        one, other = self.book.several(origin), self.book.several(destination)
        if both:
            return both_ways(sectors, one, other, shape)
        return [block(sectors, one, other, shape)]

    def table(self, rows: Sequence[Any], *, both: bool = False) -> list[tuple[list[Cells], NDArray[np.int64]]]:
        """The cells of the rows of a table, in their order, with the numbers of the rows that they are of.

        Rows of one region, one region and one sector are taken together; the others are a block each. Refused where no
        row has any trade.
        """
        found: list[tuple[list[Cells], NDArray[np.int64]]] = []
        single: list[tuple[int, int, int]] = []
        numbers: list[int] = []

        def close() -> None:
            if single:
                ways = [np.array(single)] + ([np.array(single)[:, [0, 2, 1]]] if both else [])
                found.append(([listed(way) for way in ways], np.array(numbers)))
                single.clear()
                numbers.clear()

        regions, sectors = self.book.regions, self.book.sectors
        only = 0 if len(sectors) == 1 else None
        for number, row in enumerate(rows):
            i, j = regions.get(row.origin), regions.get(row.destination)
            k = sectors.get(row.product) if row.product else only
            if i is not None and j is not None and k is not None:
                single.append((k, i, j))
                numbers.append(number)
                continue
            close()
            product = (row.product,) if row.product else ()
            found.append((self.cells((row.origin,), (row.destination,), product, both=both), np.array([number])))
        close()
        self.require_trade([cells for touched, _ in found for cells in touched])
        return found

    def require_trade(self, touched: Sequence[Cells]) -> None:
        """Refuse cells without any trade; note how many have none.

        Raises
        ------
        DataError : no cell of them has trade.
        """
        named = sum(cells.count for cells in touched)
        if not named:
            raise DataError(
                f"{self.current} names no trade between two regions: sales at home are never meant. Name another "
                "origin or destination."
            )
        traded = sum(cells.traded(self.economy.share) for cells in touched)
        sectors, regions = self.economy.sectors, self.economy.regions
        kind = "cells of sector, origin and destination" if len(sectors) > 1 else "pairs"
        if not traded:
            k, i, j = touched[0].first
            of = f" in sector {sectors[k]!r}" if len(sectors) > 1 else ""
            raise DataError(
                f"{self.current} touches no trade of the economy: none of its {named:,} {kind} has any, such as from "
                f"{regions[i]!r} to {regions[j]!r}{of}. A factor on nothing gives nothing; name trade that exists, or "
                "take the change out."
            )
        if traded < named:
            self.notes.append(
                f"{self.current}: {named - traded:,} of {named:,} {kind} have no trade in the economy and stay without"
            )


# ---- trade costs ----------------------------------------------------------------------------------------------------
def _cost_factor(site: _Site, change: Any) -> None:
    site.multiply("cost", site.where(change.where), change.factor)


def _closure(site: _Site, change: Any) -> None:
    site.multiply("cost", site.where(change.where), np.inf)


def _trade_effect(site: _Site, change: Any) -> None:
    site.multiply("effect", site.where(change.where), change.factor)


def _corridor(site: _Site, change: Any) -> None:
    name = "effect" if change.by == "estimate" else "cost"
    factor = np.array([change.factor(row) for row in change.rows])
    for touched, numbers in site.table(change.rows, both=change.both):
        site.multiply(name, touched, factor[numbers])


# ---- tariffs --------------------------------------------------------------------------------------------------------
def _tariff(site: _Site, change: Any) -> None:
    touched = site.where(change.where)
    if change.rate is not None:
        altered = site.set_tariff(touched, lambda old: change.rate)
    elif change.factor is not None:
        altered = site.set_tariff(touched, lambda old: old * change.factor)
        if not altered and change.factor != 1:
            raise DataError(
                f"{site.current} multiplies tariffs, and the economy has none on these flows. Build it with tariffs, "
                "or say what they are with 'rate' or 'points'."
            )
    else:
        altered = site.set_tariff(touched, lambda old: old + change.points)
    if not altered:
        site.notes.append(f"{site.current}: tariffs on these flows are as the scenario has them already")


def _tariff_schedule(site: _Site, change: Any) -> None:
    rate, altered = np.array([row.rate for row in change.rows]), 0
    for touched, numbers in site.table(change.rows):
        altered += site.set_tariff(touched, lambda old, rates=rate[numbers]: rates)  # type: ignore[misc]
    if not altered:
        site.notes.append(f"{site.current}: tariffs on these flows are as the table has them already")


# ---- blocs ----------------------------------------------------------------------------------------------------------
def _membership(site: _Site, change: Any) -> None:
    before = site.book.members(change.bloc, change.date)
    joins = frozenset(int(place) for place in site.book.several(change.joins)) if change.joins else frozenset()
    leaves = frozenset(int(place) for place in site.book.several(change.leaves)) if change.leaves else frozenset()
    names = site.economy.regions
    if already := joins & before:
        raise DataError(
            f"{site.current}: {names[min(already)]!r} is a member of {change.bloc} already. Name an earlier date."
        )
    if strange := leaves - before:
        raise DataError(f"{site.current}: {names[min(strange)]!r} is no member of {change.bloc} and cannot leave it.")
    after = (before | joins) - leaves
    for side, gained in ((_within(site, after, before), True), (_within(site, before, after), False)):
        if side is None:
            continue
        site.require_trade([side])
        if change.coefficient is not None:
            site.multiply("effect", [side], np.exp(change.coefficient if gained else -change.coefficient))
        if change.equivalent is not None:
            site.multiply("cost", [side], 1 / (1 + change.equivalent) if gained else 1 + change.equivalent)
        if change.tariff is not None:
            site.set_tariff([side], lambda old: change.tariff)


def _within(site: _Site, these: frozenset[int], not_those: frozenset[int]) -> Cells | None:
    """Pairs of which both are among these and not both among those; None where there are none."""
    places = np.array(sorted(these), np.int64)
    other = np.isin(places, list(not_those))
    sectors, keep = np.arange(len(site.economy.sectors)), ~(other[:, None] & other[None, :])
    found = block(sectors, places, places, site.economy.share.shape, keep)
    return found if found.count else None


# ---- regions --------------------------------------------------------------------------------------------------------
def _productivity(site: _Site, change: Any) -> None:
    sectors, regions = site.book.products(change.product), site.book.several(change.region)
    cells = np.ix_(sectors, regions)
    output = site.economy.output[cells]
    if not output.sum() > 0:
        raise DataError(f"{site.current} touches nothing: the economy has no output of that sector in that region.")
    if idle := int((output <= 0).sum()):
        site.notes.append(
            f"{site.current}: {idle:,} of {output.size:,} sectors of regions have no output and stay without"
        )
    factor = change.factor if change.factor is not None else 1 + change.scale * change.value / output.sum()
    if not factor > 0:
        raise DataError(f"{site.current} makes a productivity factor of {factor:.4g}; it must be above zero.")
    if site.productivity is None:
        site.productivity = np.ones(site.economy.output.shape)
    site.productivity[cells] *= factor
    if change.cost:
        site.notes.append(f"{site.current}: its stated cost of {change.cost:,.6g} is not part of the equilibrium")


def _deficit(site: _Site, change: Any) -> None:
    economy, regions = site.economy, site.book.several(change.region)
    deficit = np.array(economy.deficit if site.deficit is None else site.deficit, float)
    before = deficit.copy()
    deficit[regions] = deficit[regions] * change.factor if change.factor is not None else change.value
    others = np.ones(deficit.size, bool)
    others[regions] = False
    gap = deficit.sum()
    if abs(gap) > 1e-9 * economy.wage_income.sum():
        if not others.any():
            raise DataError(
                f"{site.current} names every region, and deficits would sum to {gap:,.6g}, not zero: what one borrows "
                "another lends. Leave out the regions that take the rest."
            )
        weight = economy.wage_income[others]
        deficit[others] -= gap * weight / weight.sum()
        site.notes.append(
            f"{site.current}: deficits sum to zero, so that the other {others.sum():,} regions take {-gap:,.6g} in "
            "proportion to their value added"
        )
    if np.array_equal(before, deficit):
        raise DataError(f"{site.current} changes no deficit.")
    site.deficit = deficit


_KIND = {change: kind for kind, change in language.KINDS.items()}  # as scenario files have it
_COMPILED: dict[type, Callable[[_Site, Any], None]] = {
    language.Barrier: _cost_factor,
    language.TradeCost: _cost_factor,
    language.Closure: _closure,
    language.TradeEffect: _trade_effect,
    language.Corridor: _corridor,
    language.Tariff: _tariff,
    language.TariffSchedule: _tariff_schedule,
    language.Membership: _membership,
    language.Productivity: _productivity,
    language.Deficit: _deficit,
}
