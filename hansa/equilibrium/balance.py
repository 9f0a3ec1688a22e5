"""A table that has given sums of rows and columns and is as near as can be to a prior: RAS, by its fast relatives.

Deming and Stephan 1940, Annals of Mathematical Statistics 11(4), 427-444 (iterative proportional fitting); Bacharach
1965, International Economic Review 6(3), 294-310 (RAS: existence and uniqueness); Rothblum and Schneider 1989, Linear
Algebra and its Applications 114-115, 737-764 (which tables can be scaled, as a question about flows in networks; the
convex function whose least value is the answer). Numbers only.

Notation: P prior, x_ij = r_i P_ij s_j the table; u_i sums of rows, v_j of columns; N(R) the columns that the rows R can
send to. A table exists only if u(R) <= v(N(R)) for every set R of rows (Hall; Gale 1957, Pacific Journal of
Mathematics 7): a set that breaks this is a proof that none exists.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hansa.equilibrium import anderson
from hansa.equilibrium.anderson import LARGEST_RESIDUAL
from hansa.equilibrium.arrays import host, namespace
from hansa.errors import DataError, NotConverged, NotIdentified

Vector = NDArray[np.float64]
SUMS_AGREE = 1e-9  # sums of rows and of columns are the same total, up to this share of it
PATIENCE = 200  # accelerated steps, after which the table is asked whether it exists
UNITS = 2**30  # whole units that totals are measured in when flows are counted; they are 32-bit integers


@dataclass(frozen=True, eq=False)
class Balanced:
    """A balanced table.

    Parameters
    ----------
    row_factor, column_factor : (m,), (n,) what the prior is multiplied by; their common scale is arbitrary.
    residual : largest relative error of a row's sum; those of columns are exact. steps : sweeps it took.
    """

    row_factor: Vector
    column_factor: Vector
    residual: float
    steps: int
    _prior: Any

    @cached_property
    def table(self) -> Any:
        """(m, n) the prior times its factors."""
        xp = namespace(self._prior)
        return self._prior * xp.asarray(self.row_factor)[:, None] * xp.asarray(self.column_factor)[None, :]


def fit_margins(
    prior: Any,
    rows: ArrayLike,
    columns: ArrayLike,
    *,
    tolerance: float = 1e-13,
    most_steps: int = 5000,
    progress: Callable[[int, float], None] | None = None,
) -> Balanced:
    """The table nearest to a prior, in the sense of relative entropy, that has the sums asked for.

    Parameters
    ----------
    prior : (m, n), not negative; zeros stay zero. An array of JAX stays on its device.
    rows, columns : (m,), (n,) sums asked for, not negative, with one total, in any one unit.
    tolerance : of the largest relative error of a sum; most_steps : sweeps.
    progress : told the steps taken and the error, now and then.

    Raises
    ------
    DataError : shapes, negative or missing numbers, or totals that differ.
    NotIdentified : no such table exists; the message names rows and the columns open to them that cannot take their
        total.
    NotConverged : a relative error above 1e-9 is left.

    >>> fit_margins([[1.0, 1.0], [1.0, 3.0]], [2.0, 2.0], [1.0, 3.0]).table.sum(axis=1).round(12).tolist()
    [2.0, 2.0]
    """
    P, u, v = _taken(prior, rows, columns)
    _nobody_alone(P, u, v)
    sweep = _Sweep(P, u, v)
    with np.errstate(all="ignore"):  # a step too far overflows; its error is then not finite, and it is taken back
        run = anderson.accelerate(
            sweep, np.zeros(v.size), residual=sweep.error, tolerance=tolerance,
            most_steps=min(PATIENCE, most_steps), progress=progress,
        )  # fmt: skip
        steps = run.steps
        if run.residual > LARGEST_RESIDUAL:
            if (proof := hall(P, u, v)) is not None:
                raise NotIdentified(_no_table(proof, u, v))
            run = _newton(sweep, run.x, tolerance, min(100, most_steps))
            steps += run.steps
    if not run.residual <= LARGEST_RESIDUAL:
        raise NotConverged(
            f"The table is not balanced: a sum is {run.residual:.1e} of itself off after {steps:,} sweeps. Some cells "
            "may have to be zero in any table with these sums; leave them out of the prior.",
            [run.residual],
        )
    sweep(run.x)
    row_factor, column_factor = sweep.row_factor, sweep.column_factor
    off = row_factor * host(P @ column_factor)
    residual = float(np.abs(np.divide(off, u, out=np.ones(u.size), where=u > 0) - 1).max(initial=0.0))
    return Balanced(row_factor, column_factor, residual, steps, P)


def hall(prior: Any, rows: ArrayLike, columns: ArrayLike) -> tuple[NDArray[np.bool_], NDArray[np.bool_]] | None:
    """Rows, and all columns open to them, where the rows' total is more than the columns': a proof of no table.

    prior : (m, n), of which only the zeros matter. rows, columns : (m,), (n,) sums, with one total.

    The largest flow from rows to columns is found in whole units (Edmonds and Karp 1972, Journal of the ACM 19(2)); the
    cut that stops it is the set, and it counts only if the sums themselves, unrounded, confirm it. None where there is
    no such set, up to rounding of 1e-9 of the total.

    >>> hall([[1.0, 0.0], [1.0, 1.0]], [3.0, 1.0], [2.0, 2.0])
    (array([ True, False]), array([ True, False]))
    """
    from scipy.sparse import coo_array, csr_array  # slow import
    from scipy.sparse.csgraph import breadth_first_order, maximum_flow  # slow import

    open_ = host(prior) > 0
    u, v = np.asarray(rows, float), np.asarray(columns, float)
    m, n = open_.shape
    unit = u.sum() / UNITS
    i, j = np.nonzero(open_)
    supply, demand = np.floor(u / unit), np.ceil(v / unit)
    start, end = m + n, m + n + 1
    tail = np.concatenate([np.full(m, start), i, m + np.arange(n)])
    head = np.concatenate([np.arange(m), m + j, np.full(n, end)])
    room = np.concatenate([supply, np.minimum(supply[i], demand[j]), demand]).astype(np.int32)
    size = (m + n + 2, m + n + 2)
    graph = csr_array(coo_array((room, (tail, head)), shape=size))
    flow = maximum_flow(graph, start, end).flow
    left = csr_array(graph - flow)
    left.eliminate_zeros()
    seen = np.zeros(m + n + 2, bool)
    seen[breadth_first_order(left, start, return_predecessors=False)] = True
    inside = seen[:m] & (u > 0)
    reached = np.asarray(open_[inside].any(axis=0), bool)
    if u[inside].sum() - v[reached].sum() > SUMS_AGREE * u.sum():
        return inside, reached
    return None


class _Sweep:
    """One sweep of RAS on the log of the column factors; keeps the factors of the last one."""

    def __init__(self, P: Any, u: Vector, v: Vector) -> None:
        self.P, self.u, self.v = P, u, v
        self.paid, self.asked = u > 0, v > 0
        self.row_factor, self.column_factor = u, v

    def __call__(self, x: Vector) -> Vector:
        column = np.where(self.asked, np.exp(x), 0.0)
        sent = host(self.P @ column)
        self.row_factor = np.divide(self.u, sent, out=np.zeros(self.u.size), where=self.paid)
        got = host(self.row_factor @ self.P)
        self.column_factor = np.divide(self.v, got, out=np.zeros(self.v.size), where=self.asked)
        return np.log(self.column_factor, out=np.zeros(self.v.size), where=self.asked)

    @staticmethod
    def error(x: Vector, image: Vector) -> float:
        return float(np.abs(np.expm1(x - image)).max(initial=0.0))

    def potential(self, x: Vector) -> float:
        """The convex function whose gradient is the error of the columns when rows are met."""
        sent = host(self.P @ np.where(self.asked, np.exp(x), 0.0))
        return float(self.u[self.paid] @ np.log(sent[self.paid]) - self.v @ x)

    def curvature(self, x: Vector, d: Vector) -> Vector:
        """Second derivative of the potential at the point last swept, times d."""
        column = np.where(self.asked, np.exp(x), 0.0)
        row = self.row_factor
        got = column * host(row @ self.P)
        weight = np.divide(row * row, self.u, out=np.zeros(row.size), where=self.paid)
        return got * d - column * host((weight * host(self.P @ (column * d))) @ self.P)


def _newton(sweep: _Sweep, x: Vector, tolerance: float, most: int) -> anderson.Run:
    """Newton steps on the convex potential, each by conjugate gradients, shortened until the potential falls."""
    error = np.inf
    for step in range(most):
        image = sweep(x)
        error = sweep.error(x, image)
        if error <= tolerance:
            return anderson.Run(x, step, error)
        got = sweep.v * np.exp(np.where(sweep.asked, x - image, 0.0))
        gradient = got - sweep.v
        d = _conjugate(sweep, x, -gradient, np.where(sweep.asked, got, 1.0))
        before, length = sweep.potential(x), 1.0
        while length > 1e-8 and not sweep.potential(x + length * d) <= before + 1e-4 * length * (gradient @ d):
            length /= 2
        if length <= 1e-8:
            break
        x = x + length * d
    return anderson.Run(x, most, error)


def _conjugate(sweep: _Sweep, x: Vector, b: Vector, diagonal: Vector) -> Vector:
    """curvature(d) = b, to a hundredth of b; Hestenes and Stiefel 1952, with the diagonal as preconditioner."""
    d, r = np.zeros(b.size), b.copy()
    z = r / diagonal
    p, rz = z, r @ z
    enough = 1e-2 * np.sqrt(rz)
    for _ in range(200):
        Ap = sweep.curvature(x, p)
        bend = p @ Ap
        if not bend > 0:
            break
        d = d + rz / bend * p
        r = r - rz / bend * Ap
        z = r / diagonal
        old, rz = rz, r @ z
        if rz <= enough**2:
            break
        p = z + rz / old * p
    return d if d.any() else b / diagonal


def _taken(prior: Any, rows: ArrayLike, columns: ArrayLike) -> tuple[Any, Vector, Vector]:
    xp = namespace(prior)
    P = xp.asarray(prior, dtype=xp.float64)
    u, v = np.asarray(rows, np.float64), np.asarray(columns, np.float64)
    if P.ndim != 2 or P.shape != (u.size, v.size) or u.ndim != 1 or v.ndim != 1 or not u.size * v.size:
        raise DataError(f"A prior of shape {P.shape} has no margins of shapes {u.shape} and {v.shape}.")
    for name, least, most in (
        ("prior", float(P.min()), float(P.max())),
        ("rows", u.min(), u.max()),
        ("columns", v.min(), v.max()),
    ):
        if not (least >= 0 and most < np.inf):
            raise DataError(f"{name!r} holds negative, missing or infinite numbers; it must be finite, from 0 up.")
    total, other = float(u.sum()), float(v.sum())
    if not total > 0 or abs(total - other) > SUMS_AGREE * total:
        raise DataError(
            f"Sums of rows come to {total:.10g}, sums of columns to {other:.10g}, {total - other:.3g} apart. They are "
            "two sums of one table: mend one, or scale it."
        )
    return P, u, v * (total / other)


def _nobody_alone(P: Any, u: Vector, v: Vector) -> None:
    """Each row and column with a sum has a cell to put it in."""
    for name, sent, asked in (("row", host(P @ (v > 0)), u), ("column", host((u > 0) @ P), v)):
        alone = np.flatnonzero((asked > 0) & ~(sent > 0))
        if alone.size:
            raise NotIdentified(
                f"No table has these sums: {name}{'s' if alone.size > 1 else ''} {_places(alone)} must come to "
                f"{asked[alone[0]]:.10g} and has no open cell. Open one, or take the sum away."
            )


def _no_table(proof: tuple[NDArray[np.bool_], NDArray[np.bool_]], u: Vector, v: Vector) -> str:
    inside, reached = proof
    return (
        f"No table has these sums: rows {_places(np.flatnonzero(inside))} come to {u[inside].sum():.10g}, and the only "
        f"columns open to them, {_places(np.flatnonzero(reached))}, to {v[reached].sum():.10g}. Open a cell, or change "
        "these sums."
    )


def _places(place: NDArray[np.int64]) -> str:
    shown = ", ".join(map(str, place[:5].tolist()))
    return f"{shown} and {place.size - 5:,} more" if place.size > 5 else shown
