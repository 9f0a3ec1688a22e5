"""The one-sector system of wages, and the ways to its solution: Anderson's, Newton's, and paths from easier ones.

Equations and sources: `hansa.equilibrium.armington`. Jacobian in products with K: derived from them. Saad and Schultz
1986, SIAM Journal on Scientific and Statistical Computing 7(3), 856-869 (GMRES). Allgower and Georg 1990, Numerical
Continuation Methods (paths). Numbers only.

Notation: as in armington; v a change of log w_hat, S_ij = lambda'_ij E'_j / sales_i:
  (dF/dlog w) v = S (theta lambda'^T v + dlog E') - (1 + theta) v,
where dlog E' = (Y'/E') v for fixed deficits, and v less its mean over spending for the closure ``share``.
An evaluation costs two products with K, and so does the Jacobian times v.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from math import log
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from hansa.equilibrium import anderson, caliendo_parro
from hansa.equilibrium.anderson import LARGEST_RESIDUAL
from hansa.equilibrium.arrays import host, namespace
from hansa.errors import DataError, NotConverged

Vector = NDArray[np.float64]
Progress = Callable[[int, float], None] | None
SMALL = 48  # regions up to which Newton's steps are the fastest way
DENSE = 400  # regions up to which Newton's equations are solved as a table
SHORTEST = 1e-6  # of a Newton step, and of a step along a path
NEXT_TO_NOTHING = 0.02  # of output spent: below, a path that ends there ends for want of spending
STEEPEST = 1e6  # of a step in one wage over its residual; beyond it the slope says nothing


class Point(NamedTuple):
    """The system at one vector of wages, whose numeraire is the output of the world.

    Parameters
    ----------
    log_wage, output, spending, sales, F : (n,) as in `hansa.equilibrium.armington`.
    weight, power : (n,) (w_hat / A_hat)^-theta and P_hat^-theta; q : (n,) spending over power.
    """

    log_wage: Vector
    output: Vector
    spending: Vector
    weight: Vector
    power: Vector
    q: Vector
    sales: Vector
    F: Vector

    @property
    def residual(self) -> float:
        """The largest |log(sales / output)|."""
        return float(np.abs(self.F).max())

    @property
    def holds(self) -> bool:
        """Whether this is an equilibrium that can be returned."""
        return self.residual <= LARGEST_RESIDUAL and bool((self.spending > 0).all())


@dataclass(frozen=True, eq=False)
class Market:
    """What stays the same while wages are looked for.

    Parameters
    ----------
    K : (n, n) shares before times reach; theta : elasticity; Y, D : (n,) output before, deficits after.
    ratio : (n,) spending over output, where that is held and not D; log_productivity : (n,) or None for no change.

    >>> Market(np.array([[1.0]]), 4.0, np.ones(1), np.zeros(1), None, None).at(np.zeros(1)).F.tolist()
    [0.0]
    """

    K: Any
    theta: float
    Y: Vector
    D: Vector
    ratio: Vector | None
    log_productivity: Vector | None

    def at(self, log_wage: Vector) -> Point:
        """The system at wages (n,), after all of them are scaled to the numeraire."""
        output = np.exp(log_wage) * self.Y
        scale = float(self.Y.sum() / output.sum())
        output *= scale
        log_wage = log_wage + log(scale) if scale > 0 else log_wage * np.nan
        if self.ratio is None:
            spending = output + self.D
        else:
            spending = self.ratio * output
            spending *= output.sum() / spending.sum()
        cost = log_wage if self.log_productivity is None else log_wage - self.log_productivity
        weight = np.exp(-self.theta * cost)
        power = host(weight @ self.K)
        q = spending / power
        sales = weight * host(self.K @ q)
        return Point(log_wage, output, spending, weight, power, q, sales, np.log(sales / output))

    def slope(self, p: Point) -> Vector:
        """(n,) derivative of each F_i by its own log wage."""
        xp = namespace(self.K)
        per = p.q / p.power
        c = host(xp.einsum("ij,ij,j->i", self.K, self.K, per)) * p.weight**2 / p.sales
        own = p.weight * host(xp.diagonal(self.K)) * p.q / p.sales
        return self.theta * c + own * (1.0 if self.ratio is not None else p.output / p.spending) - (1 + self.theta)

    def jacobian(self, p: Point, v: Vector) -> Vector:
        """(n,) the derivative of F along v, and v's own mean, so that the direction of all wages has an answer."""
        mean = p.output @ v / p.output.sum()
        v = v - mean
        u = self.theta * host((p.weight * v) @ self.K) / p.power
        if self.ratio is None:
            u += v * (p.output / p.spending)
        else:
            u += v - p.spending @ v / p.spending.sum()
        return p.weight * host(self.K @ (p.q * u)) / p.sales - (1 + self.theta) * v + mean


def accelerated(
    here: Market, x: Vector, tolerance: float, most_steps: int, progress: Progress = None
) -> tuple[Point, int]:
    """Anderson's acceleration of F over its own slope at the start, and evaluations it took.

    >>> here = Market(np.array([[0.75, 0.5], [0.25, 0.5]]), 4.0, np.array([2.0, 1.0]), np.zeros(2), None, None)
    >>> accelerated(here, np.array([0.1, 0.0]), 1e-11, 100)[0].residual < 1e-11
    True
    """
    point = here.at(x)
    if not np.isfinite(point.F).all():
        point = here.at(np.zeros(x.size))
    if point.residual <= tolerance:
        return point, 1
    scale = -1 / here.slope(point)
    scale = np.where((scale > 0) & (scale < STEEPEST), scale, 1 / (1 + here.theta))
    points = [point]

    def step(x: Vector) -> Vector:
        points[0] = here.at(x)
        return points[0].log_wage + scale * points[0].F

    run = anderson.accelerate(
        step, point.log_wage, residual=lambda x, image: points[0].residual, tolerance=tolerance,
        most_steps=most_steps, progress=progress,
    )  # fmt: skip
    if points[0].residual != run.residual:
        points[0] = here.at(run.x)
    return points[0], run.steps + 2


def find(here: Market, x: Vector, tolerance: float, most_steps: int, progress: Progress = None) -> tuple[Point, int]:
    """The equilibrium of one connected market by the fastest way that leads there, and evaluations it took.

    x : (n,) log of wages to start from. What comes back may have a residual above 1e-9: the caller looks.

    Raises
    ------
    DataError : spending of a region runs out as deficits grow to those asked for.
    NotIdentified : the surplus that a region holds cannot be earned, whatever its wage.

    >>> here = Market(np.array([[0.75, 0.25], [0.25, 0.75]]), 4.0, np.ones(2), np.zeros(2), None, None)
    >>> find(here, np.zeros(2), 1e-11, 100)[0].spending.tolist()
    [1.0, 1.0]
    """
    steps = 0
    if x.size <= SMALL:
        point, steps = newton(here, here.at(x), tolerance, 10)
        if point.holds:
            return point, steps
    point, more = accelerated(here, x, tolerance, most_steps, progress)
    steps += more
    if point.holds:
        return point, steps
    for begin in (x, np.zeros(x.size)):
        point, more = newton(here, here.at(begin), tolerance)
        steps += more
        if point.holds:
            return point, steps
    balanced = here if here.ratio is not None else replace(here, D=0 * here.D)
    point, more = newton(balanced, balanced.at(np.zeros(x.size)), tolerance)
    steps += more
    if not point.holds:
        point, _, more = _path(lambda part: replace(balanced, K=_tempered(here.K, part)), point.log_wage * 0, tolerance)
        steps += more
    if here.ratio is not None:
        return point, steps
    if not point.holds:
        return _by_sweeps(here, point, steps, tolerance)
    point, part, more = _path(lambda part: replace(here, D=part * here.D), point.log_wage, tolerance)
    if part == 1:
        return point, steps + more
    if (point.spending / point.output).min() < NEXT_TO_NOTHING:
        raise DataError(_runs_out(point, part))
    return _by_sweeps(here, point, steps + more, tolerance)


def _by_sweeps(here: Market, nearest: Point, steps: int, tolerance: float) -> tuple[Point, int]:
    """Where wages must leap, no path leads there. Sweeps that bound spending from below find the equilibrium, or end at
    the bound, which proves that there is none (see `hansa.equilibrium.caliendo_parro`); else what was nearest.
    """
    K, n = host(here.K), here.Y.size
    one, free = np.ones((1, n)), np.zeros((1, n, n))
    share = (K / K.sum(axis=0))[None]  # the scale of a column is that of its price alone
    spent = np.maximum(here.Y + here.D, NEXT_TO_NOTHING * here.Y)[None]
    alone = caliendo_parro.Model(share, free, None, one, one, np.array([here.theta]), here.Y, here.D, spent)
    made = None if here.log_productivity is None else np.exp(here.log_productivity)[None]
    for start in (None, nearest.log_wage):
        try:
            found = caliendo_parro.solve(alone, productivity=made, start=start, tolerance=tolerance)
        except NotConverged:
            continue
        point, more = newton(here, here.at(found.state), tolerance)
        return point, steps + found.steps + more
    return here.at(nearest.log_wage), steps


def newton(here: Market, point: Point, tolerance: float, most: int = 60) -> tuple[Point, int]:
    """Newton's steps, each shortened until the residual falls and spending stays positive; and evaluations it took.

    >>> here = Market(np.array([[0.75, 0.5], [0.25, 0.5]]), 4.0, np.array([2.0, 1.0]), np.zeros(2), None, None)
    >>> point, steps = newton(here, here.at(np.array([0.1, 0.0])), 1e-11)
    >>> float(abs(point.log_wage).max()) < 1e-11, steps < 6
    (True, True)
    """
    steps = 1
    for _ in range(most):
        if point.residual <= tolerance or not np.isfinite(point.F).all():
            break
        v = _dense_step(here, point) if point.F.size <= DENSE else _krylov_step(here, point)
        length, positive = 1.0, bool((point.spending > 0).all())
        while True:
            trial = here.at(point.log_wage + length * v)
            steps += 1
            falls = trial.residual < (1 - 1e-4 * length) * point.residual
            if falls and not (positive and (trial.spending <= 0).any()):
                break
            length /= 2
            if not length > SHORTEST:
                return point, steps
        point = trial
    return point, steps


def _dense_step(here: Market, p: Point) -> Vector:
    sent = p.weight[:, None] * host(here.K)
    S = sent * (p.q / p.sales[:, None])
    J = S @ (sent * (here.theta / p.power)).T
    if here.ratio is None:
        J += S * (p.output / p.spending)
    else:
        J += S - (p.spending / p.spending.sum())
    J.flat[:: p.F.size + 1] -= 1 + here.theta
    mean = p.output / p.output.sum()
    J += mean - J.sum(axis=1)[:, None] * mean
    try:
        return np.asarray(np.linalg.solve(J, -p.F), np.float64)
    except np.linalg.LinAlgError:
        return p.F / (1 + here.theta)


def _krylov_step(here: Market, p: Point) -> Vector:
    from scipy.sparse.linalg import LinearOperator, gmres  # slow import

    n, slope = p.F.size, here.slope(p)
    J = LinearOperator((n, n), matvec=lambda v: here.jacobian(p, v.ravel()), dtype=np.float64)
    M = LinearOperator((n, n), matvec=lambda r: r.ravel() / slope, dtype=np.float64)
    fine = max(min(0.05, p.residual), 1e-8)
    v, _ = gmres(J, -p.F, M=M, rtol=fine, atol=0.0, restart=40, maxiter=5)
    return np.asarray(v, np.float64)


def _path(at: Callable[[float], Market], x: Vector, tolerance: float) -> tuple[Point, float, int]:
    """From part 0 of something to part 1, by Newton's steps from where the last part ended; how far it came."""
    done, pace, steps = 0.0, 0.25, 0
    point = at(0.0).at(x)
    while done < 1 and pace > SHORTEST:
        part = min(1.0, done + pace)
        here = at(part)
        trial, more = newton(here, here.at(point.log_wage), tolerance, 30)
        steps += more
        if trial.holds:
            done, point, pace = part, trial, 2 * pace
        else:
            pace /= 2
    return point, done, steps


def _tempered(K: Any, part: float) -> Any:
    """K to a power from 0, where all open markets are alike, to 1; what is closed stays closed."""
    xp = namespace(K)
    return xp.where(K > 0, K**part, 0.0)


def _runs_out(point: Point, part: float) -> str:
    worst = int(np.argmin(point.spending / point.output))
    return (
        f"No equilibrium with positive spending is found for these deficits: with {part:.2%} of them region {worst} "
        f"spends {point.spending[worst] / point.output[worst]:.2g} of its output of {point.output[worst]:.6g}, soon "
        "nothing. Its surplus is more than it can earn after the shock: take smaller deficits, or the closure 'share'."
    )
