"""Which numbers of a scenario are uncertain, and which cells of trade they move.

An estimated coefficient b with standard error s is drawn as b + s z, the size e of a barrier as e exp(s z), z standard
normal. Changes that name one estimate (the same term, coefficient and error) move together.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hansa.equilibrium import shock
from hansa.equilibrium.economy import Economy
from hansa.equilibrium.shock import Shock
from hansa.errors import DataError
from hansa.regions.lists import Lists
from hansa.scenario import Barrier, Change, Corridor, Membership, Scenario, TradeEffect

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Term:
    """An uncertain number and what hangs on it.

    name : terms of one name are one number.  value, error : central value and standard error.
    removed : of a barrier, the share that goes; None for a coefficient.
    cells : (m,) places in the flattened (sectors, n, n).  amount : (m,) how often the number enters ln of each cell.
    """

    name: str
    value: float
    error: float
    removed: float | None
    cells: NDArray[np.int64]
    amount: Array

    def drawn(self, z: float) -> float:
        """The number where its standard normal is z."""
        return self.value + self.error * z if self.removed is None else self.value * float(np.exp(self.error * z))

    def factor(self, z: float) -> Array:
        """(m,) what the cells are multiplied by: trade itself for a coefficient, trade cost for a barrier."""
        if self.removed is None:
            return np.exp(self.amount * self.error * z)
        gap = _ln_cost(self.drawn(z), self.removed) - _ln_cost(self.value, self.removed)
        return np.exp(self.amount * gap)


def uncertain_terms(
    economy: Economy, scenario: Scenario, *, barrier_spread: float = 0.0, lists: Lists | None = None
) -> tuple[Term, ...]:
    """The uncertain numbers of a scenario: coefficients that have an error, and sizes of barriers where they vary.

    Parameters
    ----------
    barrier_spread : standard error of ln of each ad-valorem equivalent; 0 takes them as certain.
    lists : of regions and blocs, as for `simulate`.

    Raises
    ------
    DataError : the spread is negative.
    UnknownCode : a region or sector that the economy does not hold.

    >>> from hansa.scenario import Where
    >>> trade = {"origin": list("AABB"), "destination": list("ABAB"), "value": [80.0, 20.0, 20.0, 180.0]}
    >>> union = TradeEffect(Where("A", "B", both=True), 0.5, error=0.1, term="union")
    >>> (term,) = uncertain_terms(Economy.from_flows(trade, elasticity=4.0), Scenario("union", (union,)))
    >>> term.name, term.cells.tolist(), term.factor(1.0).round(4).tolist()          # exp(0.1)
    ('union: 0.5 (0.1)', [1, 2], [1.1052, 1.1052])
    """
    if not barrier_spread >= 0:
        raise DataError(f"barrier_spread is {barrier_spread:g}; a standard error is 0 or more.")
    found = []
    for change, name, value, error, removed, unit in _numbers(scenario, barrier_spread):
        alone = shock.compile(economy, change, lists=lists)
        hat = alone.effect_hat if removed is None else alone.cost_hat
        if hat is None:
            continue
        amount = np.log(hat).ravel() / unit
        cells = np.flatnonzero(amount)
        found.append(Term(name, value, error, removed, cells, amount[cells]))
    return tuple(found)


def shifted(central: Shock, terms: tuple[Term, ...], z: tuple[float, ...]) -> Shock:
    """The shock where each term has its own standard normal.

    central : the scenario as it stands.  z : one for each term.

    >>> central = Shock(effect_hat=np.full((1, 1, 2), 2.0))
    >>> term = Term("b", 0.7, 0.1, None, np.array([1]), np.array([1.0]))
    >>> shifted(central, (term,), (2.0,)).effect_hat.round(4).tolist()              # 2 exp(0.2)
    [[[2.0, 2.4428]]]
    """
    sized = list(zip(terms, z, strict=True))
    return replace(
        central,
        cost_hat=_moved(central.cost_hat, [pair for pair in sized if pair[0].removed is not None]),
        effect_hat=_moved(central.effect_hat, [pair for pair in sized if pair[0].removed is None]),
    )


def _moved(array: Array | None, sized: Sequence[tuple[Term, float]]) -> Array | None:
    if not sized:
        return array
    new = np.array(array, np.float64)
    for term, z in sized:
        new.ravel()[term.cells] *= term.factor(z)
    return new


def _ln_cost(equivalent: float, removed: float) -> float:
    return float(np.log1p(equivalent * (1 - removed)) - np.log1p(equivalent))


Number = tuple[Change, str, float, float, float | None, float]


def _numbers(scenario: Scenario, spread: float) -> Iterator[Number]:
    """Each uncertain number: the change with a plain number in its place, name, value, error, share of a barrier that
    is removed, and what ln of a cell is there for the plain number.
    """
    for number, change in enumerate(scenario.changes, 1):
        own = f"{scenario.name}, change {number}"
        if isinstance(change, TradeEffect) and change.error:
            plain = 1 / max(1.0, abs(change.change))
            yield replace(change, coefficient=plain), _named(change, change.term, own), *_estimate(change), plain
        elif isinstance(change, Membership) and change.coefficient is not None and change.error:
            yield replace(change, coefficient=1.0), _named(change, change.bloc, own), *_estimate(change), 1.0
        elif isinstance(change, Corridor) and change.coefficient is not None and change.error:
            yield replace(change, coefficient=-1.0), _named(change, "", own), *_estimate(change), -1.0
        elif isinstance(change, Barrier) and spread and change.equivalent > 0:
            halved = replace(change, equivalent=1.0, removed=1.0)
            yield halved, own, change.equivalent, spread, change.removed, -float(np.log(2))
        elif isinstance(change, Membership) and spread and change.equivalent is not None and change.equivalent > 0:
            yield replace(change, equivalent=1.0), own, change.equivalent, spread, 1.0, -float(np.log(2))


def _estimate(change: Any) -> tuple[float, float, None]:
    return change.coefficient, change.error, None


def _named(change: Any, term: str, own: str) -> str:
    return f"{term or own}: {change.coefficient:g} ({change.error:g})"
