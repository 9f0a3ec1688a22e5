"""Why real income changes: terms of trade, volume of trade, trade costs, productivity, deficits.

Caliendo and Parro 2015 (REStud 82:1-44), section 5, with icebergs, productivity and deficits added. Real income is
W = I / P with P the index of final prices; zero profits and the budget give, exactly and for small changes,

    I_n dln W_n = sum_kj flow_knj dln c_kn - sum_ki flow_kin dln c_ki        terms of trade
                + sum_ki t_kin flow_kin (dln flow_kin - dln c_ki)            volume of trade
                + sum_ki (1 + t_kin) flow_kin dln reach_kin / theta_k        trade costs
                + sum_k Y_kn dln A_kn + dD_n                                 productivity, deficit

The paper puts finite changes into the first two, at baseline weights (`one_step`): that does not add up to the change
of W where tariffs fall much. `along_path` integrates them while the shock grows from nothing to its size, and does.

Logs of c, P and X are smooth along the path, so few states give them: polynomials through Chebyshev points are
differentiated, and the integral is by Clenshaw and Curtis (Trefethen 2000, Spectral Methods in MATLAB, chapters 6, 12).
Twice as many points hold the old ones, and are taken until the terms add up.

Notation: k sector, i origin, n and j destination; s in [0, 1] the share of the shock; t tariff, reach factor on shares
other than by tariffs, c cost at the factory gate, P price, X spending, Y output, A productivity, D deficit, I income,
theta elasticity; flow at producer prices.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from hansa.equilibrium import caliendo_parro
from hansa.equilibrium.arrays import Floats, host
from hansa.equilibrium.caliendo_parro import Model, Solution
from hansa.errors import DataError, NotConverged

INTERVALS = (4, 8, 16, 32, 64)


@dataclass(frozen=True)
class OneStep:
    """The formula of the literature for finite changes; (n,) shares of income, which do not add up to the exact one."""

    terms_of_trade: Floats
    volume: Floats

    @property
    def welfare(self) -> Floats:
        """(n,) what the paper prints as the change of welfare."""
        return self.terms_of_trade + self.volume


@dataclass(frozen=True)
class Path:
    """The change of real income and what it is made of, (n,) shares of real income before.

    Each term is its part of ln W, times (W - 1) / ln W: so parts of a log become parts of a percentage, in proportion.

    terms_of_trade, volume, trade_cost, productivity, deficit : add up to real_income within gap.
    real_income : exact, after / before less one.  gap : the largest difference that is left in any region.
    solved : how many states on the way were solved for.
    """

    terms_of_trade: Floats
    volume: Floats
    trade_cost: Floats
    productivity: Floats
    deficit: Floats
    real_income: Floats
    gap: float
    solved: int


def one_step(flow: Any, flow_after: Any, cost_hat: Any, income: Any, tariff: Any) -> OneStep:
    """The decomposition as Caliendo and Parro print it: finite changes at the weights and tariffs before.

    flow, flow_after : (J, n, n) at producer prices.  cost_hat : (J, n) after / before.  income : (n,) before.
    tariff : (J, n, n) before.

    >>> flow = np.array([[[8.0, 2.0], [2.0, 8.0]]])
    >>> change = one_step(flow, 1.1 * flow, np.array([[1.1, 1.0]]), np.full(2, 10.0), np.full((1, 2, 2), 0.1))
    >>> change.terms_of_trade.round(3).tolist(), change.volume.round(3).tolist()
    ([0.02, -0.02], [0.002, 0.008])
    """
    flow, rise = host(flow), host(cost_hat) - 1
    terms = (flow.sum(2) * rise).sum(0) - np.einsum("kin,ki->n", flow, rise)
    volume = (host(tariff) * (host(flow_after) - flow - flow * rise[:, :, None])).sum((0, 1))
    return OneStep(terms / host(income), volume / host(income))


def along_path(
    model: Model,
    *,
    reach: Any = None,
    tariff: Any = None,
    productivity: Any = None,
    deficit: Any = None,
    before: Solution | None = None,
    after: Solution | None = None,
    tolerance: float = 1e-7,
    intervals: int = 4,
    progress: Callable[[int, float], None] | None = None,
) -> Path:
    """The decomposition integrated while the shock grows: reach, 1 + tariff and productivity by a constant rate, ways
    that close and deficits by equal steps.

    model : before the change, in balance, with the deficit before.
    reach, tariff, productivity : after, as in `caliendo_parro.solve`.  deficit : (n,) after, where it changes.
    before, after : the two ends where they are solved already; `after` relative to the same baseline.
    tolerance : of the sum of the terms, as a share of real income.  intervals : to begin with, doubled as needed.
    progress : told how many states are solved, and the gap.

    Raises
    ------
    NotConverged : the terms do not add up to within 1e-6, or a state on the way is not found.
    DataError : as in `caliendo_parro.solve`, also for a state on the way.

    >>> share = np.array([[[0.8, 0.2], [0.2, 0.8]]])
    >>> one, nothing = np.ones((1, 2)), np.zeros((1, 2, 2))
    >>> two = Model(share, nothing, None, one, one, np.array([4.0]), np.ones(2), np.zeros(2), one)
    >>> apart = along_path(two, reach=np.eye(2)[None])
    >>> bool(np.allclose(apart.trade_cost, 0.8 ** (1 / 4) - 1)), apart.gap < 1e-7  # trade costs are all there is here
    (True, True)
    """
    if intervals not in INTERVALS:
        raise DataError(f"intervals={intervals} is not one of {INTERVALS}.")
    way = _host_way(model, reach, tariff, productivity, model.deficit if deficit is None else deficit)
    states: dict[float, _State] = {}
    ends = {0.0: before, 1.0: after}
    path = None
    for count in (number for number in INTERVALS if number >= intervals):
        for s in _points(count):
            if s not in states:
                states[s] = _state(way, s, ends.get(s), _nearest(states, s))
        path = _integrated(way, [states[s] for s in _points(count)])
        if progress is not None:
            progress(len(states), path.gap)
        if path.gap <= tolerance:
            return path
    assert path is not None
    if path.gap > 10 * tolerance:
        raise NotConverged(
            f"The terms of the decomposition miss the change of real income by {path.gap:.1e} with {len(states)} "
            "states on the way. The shock bends the economy too sharply: decompose it in parts.",
            [path.gap],
        )
    return path


@dataclass(frozen=True)
class _Way:
    """The shock, and what of it has come at a share s of the way; all in NumPy."""

    model: Model
    reach: Floats | None
    tariff: Floats | None
    productivity: Floats | None
    deficit: Floats

    def solved(self, s: float, near: Floats | None) -> Solution:
        deficit = (1 - s) * self.model.deficit + s * self.deficit
        return caliendo_parro.solve(
            replace(self.model, deficit=deficit),
            reach=None if self.reach is None else self.reach_at(s)[0],
            tariff=self.tariff_at(s),
            productivity=None if self.productivity is None else self.productivity**s,
            start=near,
        )

    def reach_at(self, s: float) -> tuple[Floats, Floats]:
        """The factor and its derivative: ways that close do so by equal steps, others change at a constant rate."""
        assert self.reach is not None
        closes = self.reach == 0
        rate = np.log(np.where(closes, 1.0, self.reach))
        grown = np.exp(s * rate)
        return np.where(closes, 1 - s, grown), np.where(closes, -1.0, rate * grown)

    def tariff_at(self, s: float) -> Floats | None:
        if self.tariff is None:
            return None
        return np.asarray((1 + self.model.tariff) ** (1 - s) * (1 + self.tariff) ** s - 1)


@dataclass(frozen=True)
class _State:
    """The economy at one point: logs (J, n) of costs, prices and spending, whose derivatives are taken along the path.

    flow, growth : (J, n, n), the latter by how much flow grows with reach alone.  tariff : (J, n, n).
    output : (J, n).  income, real_income : (n,), the latter in logs and relative to the baseline.  solution : as found.
    """

    log_cost: Floats
    log_price: Floats
    log_spending: Floats
    flow: Floats
    growth: Floats | None
    tariff: Floats
    output: Floats
    income: Floats
    real_income: Floats
    solution: Solution


def _host_way(model: Model, *parts: Any) -> _Way:
    arrays = {name: None if value is None else host(value) for name, value in vars(model).items()}
    return _Way(Model(**arrays), *(None if part is None else host(part) for part in parts))  # type: ignore[arg-type]


def _state(way: _Way, s: float, known: Solution | None, near: Floats | None) -> _State:
    found = known or way.solved(s, near)
    cost, price, spending = host(found.cost_hat), host(found.price_hat), host(found.spending)
    theta = way.model.elasticity[:, None]
    tariff = way.tariff_at(s)
    pull = way.model.share * (cost**-theta)[:, :, None] * (price**theta * spending)[:, None, :]
    if tariff is None:
        tariff = way.model.tariff
        pull = pull / (1 + tariff)
    else:
        pull = pull * ((1 + tariff) / (1 + way.model.tariff)) ** -theta[:, :, None] / (1 + tariff)
    reach, slope = (None, None) if way.reach is None else way.reach_at(s)
    return _State(
        log_cost=np.log(cost),
        log_price=np.log(price),
        log_spending=np.log(np.where(spending > 0, spending, 1.0)),
        flow=pull if reach is None else pull * reach,
        growth=None if slope is None else pull * slope,
        tariff=tariff,
        output=host(found.output),
        income=host(found.income),
        real_income=np.log(host(found.income)) - np.log(host(found.consumer_price_hat)),
        solution=found,
    )


def _nearest(states: dict[float, _State], s: float) -> Floats | None:
    return states[min(states, key=lambda there: abs(there - s))].solution.state if states else None


def _integrated(way: _Way, states: list[_State]) -> Path:
    """The terms over the whole path, from its states in order."""
    derivative, weight = _rules(len(states) - 1)
    d_cost, d_price, d_spending = (
        np.tensordot(derivative, np.stack([getattr(state, name) for state in states]), 1)
        for name in ("log_cost", "log_price", "log_spending")
    )
    total = np.zeros((5, way.deficit.size))
    for number, state in enumerate(states):
        terms = _terms(way, state, d_cost[number], d_price[number], d_spending[number])
        total += weight[number] * terms / state.income
    log_change = states[-1].real_income - states[0].real_income
    small = np.abs(log_change) < 1e-8
    per_log = np.where(small, 1.0, np.expm1(log_change) / np.where(small, 1.0, log_change))
    real_income = np.expm1(log_change)
    total = total * per_log  # from logs to shares of real income before
    terms, volume, cost, made, deficit = total
    gap = float(np.abs(total.sum(0) - real_income).max())
    return Path(terms, volume, cost, made, deficit, real_income, gap, len(states))


def _terms(way: _Way, state: _State, d_cost: Floats, d_price: Floats, d_spending: Floats) -> Floats:
    """(5, n) the terms of I dln W / ds at a state."""
    theta = way.model.elasticity[:, None]
    flow, tariff = state.flow, state.tariff
    terms = (state.output * d_cost).sum(0) - np.einsum("kin,ki->n", flow, d_cost)
    volume = cost = made = np.zeros_like(terms)
    if tariff.any():
        taxed = tariff * flow
        volume = (taxed.sum(1) * (theta * d_price + d_spending)).sum(0) - np.einsum(
            "kin,ki->n", taxed, (theta + 1) * d_cost
        )
        if way.tariff is not None:
            rise = np.log((1 + way.tariff) / (1 + way.model.tariff))
            volume = volume - np.einsum("kin,kin,k->n", taxed, rise, theta[:, 0] + 1)
        if state.growth is not None:
            volume = volume + np.einsum("kin,kin->n", tariff, state.growth)
    if state.growth is not None:
        cost = np.einsum("kin,kin,k->n", 1 + tariff, state.growth, 1 / theta[:, 0])
    if way.productivity is not None:
        made = (state.output * np.log(way.productivity)).sum(0)
    return np.stack([terms, volume, cost, made, way.deficit - way.model.deficit])


def _points(intervals: int) -> list[float]:
    """Chebyshev's points in [0, 1], ends included; those of half as many intervals are among them, to the last bit."""
    return [float(point) for point in (1 - np.cos(np.pi * np.arange(intervals + 1) / intervals)) / 2]


def _rules(intervals: int) -> tuple[Floats, Floats]:
    """Derivative (m+1, m+1) at Chebyshev's points of the polynomial through values there, and its integral (m+1,)."""
    points = np.array(_points(intervals))
    sign = (-1.0) ** np.arange(intervals + 1)
    sign[[0, -1]] *= 0.5
    apart = points[:, None] - points + np.eye(points.size)
    derivative = sign / sign[:, None] / apart
    derivative -= np.diag(derivative.sum(1))
    degrees = np.arange(points.size)
    basis = np.cos(np.pi * np.outer(degrees, np.arange(points.size)) / intervals)  # Chebyshev polynomials at the points
    integral = np.where(degrees % 2 == 0, 1 / (1.0 - degrees.astype(float) ** 2 + (degrees % 2)), 0.0)
    return derivative, np.linalg.solve(basis, integral)
