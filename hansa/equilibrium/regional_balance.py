"""Trade between countries split to the regions that make them up: a gravity prior, balanced to three kinds of sums.

Deming and Stephan 1940, Annals of Mathematical Statistics 11(4), 427-444 (several kinds of sums at once); Darroch and
Ratcliff 1972, Annals of Mathematical Statistics 43(5), 1470-1480 (that it converges, to the table nearest to the
prior); Wei 1996, NBER Working Paper 5531 (a quarter of the way to the nearest partner as the distance within); Sinnott
1984, Sky and Telescope 68(2), p. 159 (distances). Numbers only.

Notation: k, l regions, a(k) the country of k; P_kl = y_k e_l d_kl^-b prior, y output and e spending of regions, d
distance, b its elasticity; x_kl = u_k s_a(k)a(l) P_kl v_l, so that sum_l x_kl = y_k, sum_k x_kl = e_l and
sum_{k in a, l in b} x_kl = X_ab, the trade between countries. Regions of a country stand side by side.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hansa.equilibrium import anderson, balance
from hansa.equilibrium.anderson import LARGEST_RESIDUAL
from hansa.errors import NotConverged
from hansa.regions.great_circle import RADIUS_KM

Vector = NDArray[np.float64]
Matrix = NDArray[np.float64]
BLOCK = 256  # rows at a time, so that no second table of all pairs is needed
LEAST_KM = 1.0  # two regions on one point


@dataclass(frozen=True, eq=False)
class Split:
    """Trade between regions.

    Parameters
    ----------
    table : (n, n). Sums over the regions of two countries are their trade, up to rounding.
    residual : largest relative error of a region's output or spending; steps : sweeps it took.
    """

    table: Matrix
    residual: float
    steps: int


def great_circles(lat: ArrayLike, lon: ArrayLike) -> Matrix:
    """(n, n) kilometres along great circles between points in degrees.

    >>> great_circles([0, 0], [0, 90])[0].round(1).tolist()
    [0.0, 10007.6]
    """
    phi, lam = np.radians(np.asarray(lat, np.float64)), np.radians(np.asarray(lon, np.float64))
    out = np.empty((phi.size, phi.size))
    for first in range(0, phi.size, BLOCK):
        rows = slice(first, first + BLOCK)
        hav = np.sin((phi - phi[rows, None]) / 2) ** 2
        hav += np.cos(phi) * np.cos(phi[rows, None]) * np.sin((lam - lam[rows, None]) / 2) ** 2
        out[rows] = 2 * RADIUS_KM * np.arcsin(np.sqrt(np.minimum(hav, 1.0)))
    return out


def within(km: Matrix) -> Vector:
    """(n,) kilometres inside each region: a quarter of those to the nearest other one (Wei 1996).

    km : (n, n) between regions; the diagonal is not looked at.

    >>> within(np.array([[0.0, 100.0], [100.0, 0.0]])).tolist()
    [25.0, 25.0]
    """
    nearest = np.empty(len(km))
    for place, row in enumerate(km):
        nearest[place] = min(row[:place].min(initial=np.inf), row[place + 1 :].min(initial=np.inf))
    return np.where(np.isfinite(nearest), nearest / 4, 1.0)


def prior(km: Matrix, output: ArrayLike, spending: ArrayLike, elasticity: float) -> Matrix:
    """(n, n) output of one times spending of the other, times distance to the power -elasticity.

    km : (n, n), from 1 km; below that 1 is taken. output, spending : (n,).  elasticity : of trade by distance.

    >>> prior(np.array([[1.0, 10.0], [10.0, 1.0]]), [1.0, 2.0], [1.0, 1.0], 1.0).tolist()
    [[1.0, 0.1], [0.2, 2.0]]
    """
    P = np.maximum(km, LEAST_KM)
    np.power(P, -elasticity, out=P)
    P *= np.asarray(output, np.float64)[:, None]
    P *= np.asarray(spending, np.float64)
    return P


def fit(
    P: Matrix,
    output: ArrayLike,
    spending: ArrayLike,
    blocks: Matrix,
    first: ArrayLike,
    *,
    tolerance: float = 1e-13,
    most_steps: int = 2000,
    progress: Callable[[int, float], None] | None = None,
) -> Split:
    """Trade between regions: nearest to a prior, with the sums of regions and of pairs of countries.

    Parameters
    ----------
    P : (n, n) prior, not negative; written over by the table. Zeros stay zero.
    output, spending : (n,) of regions; those of a country sum to its rows and columns of `blocks`.
    blocks : (m, m) trade between countries, home sales on the diagonal, in one unit.
    first : (m,) place of the first region of each country, rising from 0.

    Raises
    ------
    NotConverged : a relative error above 1e-9 is left; `impossible` says whether no such table exists.

    >>> P, X = np.ones((3, 3)), np.array([[6.0, 2.0], [2.0, 5.0]])
    >>> fit(P, [2.0, 6.0, 7.0], [4.0, 4.0, 7.0], X, [0, 2]).table.round(9).tolist()
    [[0.75, 0.75, 0.5], [2.25, 2.25, 1.5], [1.0, 1.0, 5.0]]
    """
    y, e = np.asarray(output, np.float64), np.asarray(spending, np.float64)
    sweep = _Sweep(P, y, e, blocks, np.asarray(first, np.int64))
    with np.errstate(all="ignore"):  # a step too far overflows; its error is then not finite, and it is taken back
        run = anderson.accelerate(
            sweep, np.zeros(e.size + blocks.size), residual=sweep.error, tolerance=tolerance, most_steps=most_steps,
            progress=progress,
        )  # fmt: skip
        if run.residual <= LARGEST_RESIDUAL:
            sweep(run.x)
    if not run.residual <= LARGEST_RESIDUAL:
        raise NotConverged(
            f"Trade between regions is not balanced: a sum is {run.residual:.1e} of itself off after {run.steps:,} "
            "sweeps.",
            [run.residual],
        )
    return Split(sweep.table(), sweep.off, run.steps)


def impossible(
    P: Matrix, output: ArrayLike, spending: ArrayLike, blocks: Matrix, first: ArrayLike
) -> tuple[str, int, NDArray[np.int64], NDArray[np.int64]] | None:
    """A proof that no table has the sums asked for, or None where none is found.

    P, output, spending, blocks, first : as in `fit`; of P only the zeros matter.

    Returns ("trade", a, [a], [b]) where countries a and b trade and no pair of their regions may; ("sales", a, regions,
    countries) where regions of country a must sell more than its trade with the only countries open to them;
    ("purchases", b, regions, countries), the same for buying. Each is a set that breaks Hall's condition.

    >>> impossible(np.array([[1.0, 0.0], [1.0, 1.0]]), [2.0, 1.0], [1.0, 2.0], np.array([[3.0]]), [0]) is None
    True
    """
    y, e, begin = np.asarray(output, float), np.asarray(spending, float), np.asarray(first, np.int64)
    open_ = P > 0
    sells = np.logical_or.reduceat(open_ & (e > 0), begin, axis=1)  # region k to country b
    buys = np.logical_or.reduceat(open_ & (y > 0)[:, None], begin, axis=0)  # from country a to region l
    some = np.logical_or.reduceat(sells & (y > 0)[:, None], begin, axis=0)
    if (shut := np.argwhere((blocks > 0) & ~some)).size:
        return "trade", int(shut[0, 0]), shut[0, :1], shut[0, 1:]
    for a, regions in enumerate(np.split(np.arange(y.size), begin[1:])):
        for kind, table, total, trade in (
            ("sales", sells[regions], y[regions], blocks[a]),
            ("purchases", buys[:, regions].T, e[regions], blocks[:, a]),
        ):
            if total.sum() > 0 and (proof := balance.hall(table & (trade > 0), total, trade)) is not None:
                return kind, a, regions[proof[0]], np.flatnonzero(proof[1])
    return None


class _Sweep:
    """One sweep over regions as sellers, pairs of countries, and regions as buyers, on logs of v and s."""

    def __init__(self, P: Matrix, y: Vector, e: Vector, blocks: Matrix, first: NDArray[np.int64]) -> None:
        self.P, self.y, self.e, self.X, self.first = P, y, e, blocks, first
        last = [*first[1:].tolist(), e.size]
        self.parts = [slice(a, b) for a, b in zip(first.tolist(), last, strict=True)]
        self.country = np.repeat(np.arange(first.size), np.diff([*first.tolist(), e.size]))
        self.buying, self.trading = e > 0, blocks > 0
        self.u, self.v, self.s, self.off = y, e, blocks, np.inf

    def __call__(self, x: Vector) -> Vector:
        n = self.e.size
        v = np.where(self.buying, np.exp(x[:n]), 0.0)
        s = np.where(self.trading, np.exp(x[n:]).reshape(self.X.shape), 0.0)
        sent = np.stack([self.P[:, part] @ v[part] for part in self.parts], axis=1)  # region k, country b
        made = np.einsum("kb,kb->k", sent, s[self.country])
        u = _ratio(self.y, made, self.y > 0)
        between = np.add.reduceat(u[:, None] * sent, self.first, axis=0)
        s = _ratio(self.X, between, self.trading)
        sold = np.einsum("kb,kb->k", sent, s[self.country]) * u
        self.off = float((np.abs(sold - self.y) / np.where(self.y > 0, self.y, 1.0)).max())
        got = np.stack([u[part] @ self.P[part] for part in self.parts])  # country a, region l
        bought = np.einsum("al,al->l", got, s[:, self.country])
        self.u, self.s, self.v = u, s, v
        self.off = max(self.off, float((np.abs(bought * v - self.e) / np.where(self.buying, self.e, 1.0)).max()))
        logs = (np.log(_ratio(self.e, bought, self.buying) + ~self.buying), np.log(s + ~self.trading).ravel())
        return np.concatenate(logs)

    @staticmethod
    def error(x: Vector, image: Vector) -> float:
        return float(np.abs(np.expm1(x - image)).max(initial=0.0))

    def table(self) -> Matrix:
        """The prior times its factors, written over it; those of pairs of countries come last: their sums are met."""
        for part, factor in zip(self.parts, self.s, strict=True):
            self.P[part] *= self.u[part, None]
            self.P[part] *= factor[self.country] * self.v
        return self.P


def _ratio(asked: NDArray[np.float64], found: NDArray[np.float64], where: NDArray[np.bool_]) -> NDArray[np.float64]:
    return np.divide(asked, found, out=np.zeros(asked.shape), where=where)
