"""Slow and dense answers to what the fast solver must find: who is separated, what is identified, and the fit.

They share nothing with the solver but the question. The separation is a linear programme (Correia, Guimaraes and
Zylkin 2019, arXiv:1903.01633), the identification a rank, the fit a damped Newton method on an orthonormal basis.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog

from hansa.gravity.layout import Levels

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Panel:
    """What a solver is given: n rows, K regressors, sets of fixed effects; `cluster` is for the errors."""

    y: Floats
    X: Floats
    effects: tuple[Levels, ...]
    cluster: Levels
    weights: Floats | None = None
    offset: Floats | None = None
    singletons: str = "drop"
    note: str = ""

    def permuted(self, order: NDArray[np.int64]) -> Panel:
        """The same rows in another order."""
        return replace(
            self,
            y=self.y[order],
            X=np.ascontiguousarray(self.X[:, order]),
            effects=tuple(replace(effect, of_row=effect.of_row[order]) for effect in self.effects),
            cluster=replace(self.cluster, of_row=self.cluster.of_row[order]),
            weights=None if self.weights is None else self.weights[order],
            offset=None if self.offset is None else self.offset[order],
        )


@dataclass(frozen=True)
class Sample:
    """Which rows and which regressors count, and why none do."""

    separated: Flags
    used: Flags
    kept: Flags
    reason: str | None  # "no rows", "collinear", or None where something is identified


@dataclass(frozen=True)
class Fit:
    """A dense fit: coefficients of the regressors asked for, their clustered covariance, fitted values of rows used."""

    coefficient: Floats
    covariance: Floats
    fitted: Floats


def levels(*columns: NDArray[np.int64]) -> Levels:
    """Levels of one set that crosses some columns of labels."""
    codes = np.stack([np.unique(column, return_inverse=True)[1] for column in columns], axis=1)
    parts, of_row = np.unique(codes, axis=0, return_inverse=True)
    return Levels(of_row.ravel().astype(np.int32), len(parts), parts.astype(np.int32))


def dummies(effects: tuple[Levels, ...], rows: Flags) -> Floats:
    """A column of zeros and ones for each level of each set."""
    return np.hstack(
        [np.zeros((int(rows.sum()), 0)), *(np.eye(effect.count)[effect.of_row[rows]] for effect in effects)]
    )


def basis(A: Floats, tolerance: float = 1e-9) -> Floats:
    """Orthonormal columns that span what A spans, each column of A taken at length one."""
    lengths = np.linalg.norm(A, axis=0)
    A = A[:, lengths > 0] / lengths[lengths > 0]
    if not A.size:
        return np.zeros((A.shape[0], 0))
    U, s, _ = np.linalg.svd(A, full_matrices=False)
    return U[:, s > tolerance * s[0]]


def separated(panel: Panel) -> Flags:
    """Rows that are separated: the largest support of z = X gamma + D alpha, z = 0 where y > 0 and z >= 0 where y = 0.

    Maximises sum min(z, 1), in the null space of the rows with trade.
    """
    rows = weighed(panel)
    A = np.hstack([panel.X[:, rows].T, dummies(panel.effects, rows)])
    A = basis(A)
    trade = panel.y[rows] > 0
    found = np.zeros(rows.sum(), bool)
    if not trade.all():
        _, s, Vt = np.linalg.svd(A[trade], full_matrices=True)
        rank = int((s > 1e-9).sum())
        B = A[~trade] @ Vt[rank:].T
        B[np.abs(B) < 1e-10] = 0
        found[~trade] = _support(basis(B))
    answer = np.zeros(panel.y.size, bool)
    answer[np.flatnonzero(rows)[found]] = True
    return answer


def _support(B: Floats) -> Flags:
    """Rows where some B h >= 0 can be positive."""
    m, r = B.shape
    if not r:
        return np.zeros(m, bool)
    B = np.where(np.abs(B) < 1e-10, 0.0, B)
    answer = linprog(
        np.r_[np.zeros(r), -np.ones(m)],
        A_ub=np.hstack([-B, np.eye(m)]),
        b_ub=np.zeros(m),
        bounds=[(None, None)] * r + [(0, 1)] * m,
        method="highs",
    )
    if answer.status:
        raise RuntimeError(answer.message)
    return answer.x[r:] > 0.5


def weighed(panel: Panel) -> Flags:
    """Rows with a weight."""
    return np.ones(panel.y.size, bool) if panel.weights is None else panel.weights > 0


def sample(panel: Panel) -> Sample:
    """The rows and regressors that a fit stands on."""
    apart = separated(panel)
    used = weighed(panel) & ~apart
    while panel.singletons == "drop":
        lonely = np.zeros(used.size, bool)
        for effect in panel.effects:
            lonely |= used & (np.bincount(effect.of_row[used], minlength=effect.count)[effect.of_row] == 1)
        if not lonely.any():
            break
        used &= ~lonely
    kept = np.zeros(len(panel.X), bool)
    if not used.any():
        return Sample(apart, used, kept, "no rows")
    A = dummies(panel.effects, used)
    for k, x in enumerate(panel.X[:, used]):
        kept[k] = not in_span(x, A)
        if kept[k]:
            A = np.column_stack([A, x])
    return Sample(apart, used, kept, None if kept.any() else "collinear")


def in_span(x: Floats, A: Floats) -> bool:
    """Whether a column is a sum of others (to nine digits of its variation about the mean)."""
    Q = basis(A)
    scale = np.linalg.norm(x - x.mean()) or np.linalg.norm(x)
    return bool(np.linalg.norm(x - Q @ (Q.T @ x)) <= 1e-8 * scale) if scale else True


def fit(panel: Panel, used: Flags, kept: Flags) -> Fit:
    """Maximum of the Poisson pseudo-likelihood on some rows, for some regressors; errors clustered, times G/(G-1)."""
    y, x = panel.y[used], panel.X[kept][:, used].T
    w = np.ones(y.size) if panel.weights is None else panel.weights[used]
    offset = np.zeros(y.size) if panel.offset is None else panel.offset[used]
    D = dummies(panel.effects, used)
    A = np.hstack([x, D])
    mu = _maximum(y, w, offset, basis(A))
    root = np.sqrt(w * mu)[:, None]
    Q = basis(root * D)
    projected = root * x - Q @ (Q.T @ (root * x))
    coefficient = np.linalg.lstsq(projected, root[:, 0] * (np.log(mu) - offset), rcond=None)[0]
    bread = np.linalg.inv(projected.T @ projected)
    scores = projected / root * (w * (y - mu))[:, None]
    return Fit(coefficient, sandwich(bread, scores, panel.cluster.of_row[used]), mu)


def _maximum(y: Floats, w: Floats, offset: Floats, Q: Floats) -> Floats:
    """Fitted values: Newton's method, halved while the likelihood falls, until steps are lost in rounding."""
    scale = float(np.average(y, weights=w))
    target = np.log((y + scale) / 2) - offset
    c = np.linalg.lstsq(Q, target, rcond=None)[0]

    def objective(c: Floats) -> float:
        eta = np.clip(offset + Q @ c, -700, 700)
        return float(np.sum(w * (np.exp(eta) - y * eta))) / scale

    value, least, stalled = objective(c), np.inf, 0
    for _ in range(500):
        mu = np.exp(offset + Q @ c)
        root = np.sqrt(w * mu)
        step = np.linalg.lstsq(root[:, None] * Q, root * (y - mu) / mu, rcond=1e-14)[0]
        decrement = float(np.sum((root * (Q @ step)) ** 2)) / scale
        stalled = stalled + 1 if decrement > least / 2 else 0
        least = min(decrement, least)
        if decrement < 1e-26 or (decrement < 1e-14 and stalled > 5):
            if np.abs(Q @ step).max() > 1e-3:
                raise RuntimeError("a fitted value runs to zero: a separated row was missed")
            return mu
        share = 1.0
        while (new := objective(c + share * step)) > value + 1e-9 * abs(value) and share > 1e-9:
            share /= 2
        c, value = c + share * step, new
    raise RuntimeError(f"the dense fit did not converge: decrement {decrement:g}")


def sandwich(bread: Floats, scores: Floats, cluster: NDArray[np.int32]) -> Floats:
    """H^-1 (sum of outer products of summed scores) H^-1 G/(G-1); scores are (n, k)."""
    seen, of_row = np.unique(cluster, return_inverse=True)
    sums = np.zeros((seen.size, scores.shape[1]))
    np.add.at(sums, of_row, scores)
    return bread @ (sums.T @ sums) @ bread * (seen.size / max(seen.size - 1, 1))
