"""Bias of three-way Poisson gravity estimates, and standard errors that allow for estimated fixed effects.

Weidner and Zylkin 2021, Bias and consistency in three-way gravity models, Journal of International Economics 132,
103513 (arXiv:1909.01327). With few countries coefficients are off by a term of order 1/N, clustered errors too small.

Both sums of the paper are one weighted sum of the projected regressors, so an exporter or importer costs one block of
T x T whatever the number of regressors. With sum_t mu x = 0 in each pair, H x = mu x and
tr(Hi+ e (H x)') = (mu x)' Hi+ e. The third derivative contracted with x is
G = -diag(mu x) + (mu x) mu'/sum(mu) + mu (mu x)'/sum(mu), whose first part vanishes in the sum over partners, so
tr(Hi+ G Hi+ S) / 2 = (mu x)' Q mu / sum(mu) with Q = Hi+ S Hi+.

Notation: i exporter, j importer, t period, P pairs, C cells of a pair (T; 2 T where both directions share an effect);
mu fitted, e = y - mu, x regressors with the fixed effects projected out, H_ij = diag(mu) - mu mu'/sum(mu) of a pair,
H_i = sum_j H_ij, S_i = sum_j e e', V_x = (X'WX)^-1, d_ij dummies of exporter-time and importer-time, V_FE the inverse
of sum d'H d, L_ij = H_ij (x V_x x' + d V_FE d') the leverage of a pair.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hansa.errors import DataError, NotIdentified

MOST_EXACT = 1_000  # exporter-time and importer-time effects up to which V_FE is inverted: about half a second
_CUT = 1e-10  # eigenvalues below this share of the largest are zero

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Correction:
    """What to subtract from the coefficients, and the covariance to use with them.

    >>> Correction(np.zeros(1), np.eye(1), np.eye(1), "exact", 12).pairs
    12
    """

    bias: Floats  # (k,) corrected coefficient = coefficient - bias
    covariance: Floats  # (k, k) clustered by pair, corrected
    uncorrected: Floats  # (k, k) clustered by pair, times P/(P-1)
    leverage: str  # "exact", or "approximate": how V_FE was found
    pairs: int


@dataclass(frozen=True)
class _Cells:
    """Rows laid out by pair; a cell without a row has fitted = 0."""

    place: Ints  # (n,) position of each row among the P C cells
    fitted: Floats  # (P, C)
    error: Floats  # (P, C)
    total: Floats  # (P,) sum of fitted
    exporter: Ints  # (P, C)
    importer: Ints  # (P, C)
    period: Ints  # (P, C)
    first: Ints  # (P,) exporter of the first T cells
    second: Ints  # (P,) importer of the first T cells

    def laid(self, values: Floats) -> Floats:
        """(P, C) from (n,)."""
        out = np.zeros(self.fitted.shape)
        out.ravel()[self.place] = values
        return out


def correct(
    outcome: Floats,
    fitted: Floats,
    projected: Floats,
    exporter: NDArray[np.integer[Any]],
    importer: NDArray[np.integer[Any]],
    period: NDArray[np.integer[Any]],
    *,
    symmetric: bool = False,
    exact: bool | None = None,
) -> Correction:
    """Bias of the coefficients and corrected errors of a three-way fit. Weidner and Zylkin 2021, sections 3.2 and 3.3.

    Parameters
    ----------
    outcome, fitted : (n,) of the rows of the fit, in any order; a cell that has no row does not count.
    projected : (k, n) regressors with the three sets of effects projected out, weights `fitted`.
    exporter, importer, period : (n,) integers from 0. With sectors, exporter and importer are those of a sector.
    symmetric : both directions of a pair share one effect; exporters and importers are then numbered alike. The block
        of a pair has 2 T cells and a country's two sets of effects are taken together, as they meet in each pair.
    exact : invert the full V_FE, or approximate it by one sweep of projections (as ppml_fe_bias 1.2 does on request).
        By default exact up to 1,000 exporter-time and importer-time effects.

    Raises
    ------
    DataError : two rows of one exporter, importer and period.
    NotIdentified : fewer than two exporters, importers, periods or pairs, or collinear regressors.

    >>> rng = np.random.default_rng(1)
    >>> i, j, t = (a.ravel() for a in np.indices((4, 4, 2)))
    >>> error = np.where(t == 0, 1.0, -1.0) * np.where((i + j) % 2 == 0, 1.0, -1.0)
    >>> fit = correct(2 + error, np.full(32, 2.0), error[None, :], i, j, t)
    >>> fit.bias.shape, fit.leverage, fit.pairs
    ((1,), 'exact', 16)
    """
    sold, bought, when = (np.asarray(each, np.int64) for each in (exporter, importer, period))
    cells = _lay(outcome, fitted, sold, bought, when, symmetric)
    hessian = (projected * fitted) @ projected.T
    try:
        bread: Floats = np.linalg.inv(hessian).astype(np.float64)
    except np.linalg.LinAlgError as fault:
        raise NotIdentified("The projected regressors are collinear; drop one of them before correcting.") from fault
    weight = _country(cells) if symmetric else _side(cells, cells.first) + _side(cells, cells.second)
    bias = bread @ (projected @ (fitted * weight.ravel()[cells.place]))
    if exact is None:
        exact = (cells.exporter.max() + cells.importer.max() + 2) * (cells.period.max() + 1) <= MOST_EXACT
    x = np.stack([cells.laid(each) for each in projected])
    score = np.einsum("kpc,pc->pk", x, cells.error)
    lifted = _lifted_exact(cells, x, bread) if exact else _lifted_approximate(cells, x, bread)
    P = cells.total.size
    factor = P / (P - 1)
    meat = lifted.T @ score
    return Correction(
        bias,
        factor * bread @ ((meat + meat.T) / 2) @ bread,
        factor * bread @ (score.T @ score) @ bread,
        "exact" if exact else "approximate",
        P,
    )


def _lay(y: Floats, mu: Floats, exporter: Ints, importer: Ints, period: Ints, symmetric: bool) -> _Cells:
    T, countries = int(period.max()) + 1, int(max(exporter.max(), importer.max())) + 1
    first, second = (
        (np.minimum(exporter, importer), np.maximum(exporter, importer)) if symmetric else (exporter, importer)
    )
    keys, pair = _numbered(first * countries + second)
    back = exporter > importer if symmetric else np.zeros(y.size, bool)
    P, C = keys.size, 2 * T if symmetric else T
    place = pair * C + period + T * back
    if doubled := place.size - np.count_nonzero(np.bincount(place, minlength=P * C)):
        raise DataError(
            f"{doubled:,} rows repeat an exporter, importer and period. The correction takes one row for each: "
            "add them up, or cross exporter and importer with what tells the rows apart, such as the sector."
        )
    few = [n for n, ids in (("exporter", exporter), ("importer", importer), ("period", period)) if np.ptp(ids) == 0]
    if few or P < 2:
        raise NotIdentified(
            f"The correction needs at least two of each: exporters, importers, periods; one {few or 'pair'}."
        )
    i, j = np.divmod(keys, countries)
    if symmetric:
        i, j = np.split(_numbered(np.concatenate([i, j]))[1], 2)
    else:
        i, j = _numbered(i)[1], _numbered(j)[1]
    swap = np.arange(C) >= T
    error, fitted = np.zeros(P * C), np.zeros(P * C)
    error[place], fitted[place] = y - mu, mu
    return _Cells(
        place,
        fitted.reshape(P, C),
        error.reshape(P, C),
        fitted.reshape(P, C).sum(1),
        np.where(swap, j[:, None], i[:, None]),
        np.where(swap, i[:, None], j[:, None]),
        np.broadcast_to(np.arange(C) % T, (P, C)),
        i,
        j,
    )


def _numbered(keys: Ints) -> tuple[Ints, Ints]:
    """The different keys in order, and the number of each row's key. Counting is faster than sorting."""
    if keys.max() > 10 * keys.size + 1_000_000:
        different, number = np.unique(keys, return_inverse=True)
        return different, number.ravel()
    different = np.flatnonzero(np.bincount(keys))
    number = np.zeros(int(different[-1]) + 1, np.int64)
    number[different] = np.arange(different.size)
    return different, number[keys]


def _pseudo_inverse(H: Floats) -> Floats:
    """A symmetric generalised inverse of H >= 0, scaled first: periods of very different size stay apart.

    Which generalised inverse does not matter here: what is multiplied with it is orthogonal to the null vectors of H.
    """
    scale = np.sqrt(np.diagonal(H))
    scale = np.divide(1.0, scale, out=np.zeros_like(scale), where=scale > 0)
    return np.asarray(scale[:, None] * np.linalg.pinv(scale[:, None] * H * scale, rcond=_CUT, hermitian=True) * scale)


def _groups(group: Ints) -> list[Ints]:
    order = np.argsort(group, kind="stable")
    return np.split(order, np.flatnonzero(np.diff(group[order])) + 1)


def _side(cells: _Cells, group: Ints) -> Floats:
    """What each cell's mu x counts in the bias from the effects of exporters (or importers): (P, C)."""
    out = np.empty_like(cells.fitted)
    members = _groups(group)
    for pairs in members:
        mu, e, share = cells.fitted[pairs], cells.error[pairs], cells.fitted[pairs] / cells.total[pairs, None]
        inverse = _pseudo_inverse(np.diag(mu.sum(0)) - share.T @ mu)
        Q = inverse @ (e.T @ e) @ inverse
        out[pairs] = share @ Q - e @ inverse
    return out * (len(members) / (len(members) - 1))


def _country(cells: _Cells) -> Floats:
    """The same where both directions share an effect: a country's exporter and importer effects form one block."""
    P, C = cells.fitted.shape
    T, out = C // 2, np.zeros((P, C))
    home = np.flatnonzero(cells.first == cells.second)
    away = np.flatnonzero(cells.first != cells.second)
    group = np.concatenate([cells.first[away], cells.second[away], cells.first[home]])
    seen = np.concatenate([away, away, home])
    kind = np.repeat([0, 1, 2], [away.size, away.size, home.size])
    turned = np.concatenate([np.arange(T, C), np.arange(T)])  # the second country exports in the second half
    members = _groups(group)
    for rows in members:
        pairs, how = seen[rows], kind[rows]
        mu, e = cells.fitted[pairs], cells.error[pairs]
        mu[how == 1], e[how == 1] = mu[how == 1][:, turned], e[how == 1][:, turned]
        for values in (mu, e):  # a country's trade with itself bears both of its effects
            values[how == 2, T:] = values[how == 2, :T]
        share = mu / cells.total[pairs, None]
        H = np.diag(mu.sum(0)) - share.T @ mu
        both = mu[how == 2, :T].sum(0)
        H[np.arange(T), np.arange(T, C)] += both
        H[np.arange(T, C), np.arange(T)] += both
        inverse = _pseudo_inverse(H)
        Q = inverse @ (e.T @ e) @ inverse
        weight = share @ Q - e @ inverse
        weight[how == 1] = weight[how == 1][:, turned]
        if (how == 2).any():
            weight[how == 2, :T] += weight[how == 2, T:] - np.diagonal(Q, T)  # diag(mu x) stays between the two effects
            weight[how == 2, T:] = 0
        out[pairs] += weight
    return out * (len(members) / (len(members) - 1))


def _lifted_exact(cells: _Cells, x: Floats, bread: Floats) -> Floats:
    """Of each pair x' (I - L)^-1 e, with V_FE inverted: (P, k)."""
    P, C = cells.fitted.shape
    T = int(cells.period.max()) + 1
    a = cells.exporter * T + cells.period
    g = (cells.exporter.max() + 1) * T + cells.importer * T + cells.period
    F = int(g.max()) + 1
    margins, M = np.zeros((P, F)), np.zeros((F, F))
    row = np.broadcast_to(np.arange(P)[:, None], (P, C))
    for index in (a, g):
        np.add.at(margins, (row, index), cells.fitted / np.sqrt(cells.total)[:, None])
    for left in (a, g):
        for right in (a, g):
            np.add.at(M, (left, right), cells.fitted)
    V = _pseudo_inverse(M - margins.T @ margins)
    noise = sum(V[left[:, :, None], right[:, None, :]] for left in (a, g) for right in (a, g))
    noise = noise + np.einsum("kpc,kl,lpd->pcd", x, bread, x, optimize=True)
    share = cells.fitted / cells.total[:, None]
    spread = cells.fitted[:, :, None] * noise
    leverage = spread - share[:, :, None] * spread.sum(1)[:, None, :]  # H noise, H = (I - share 1') diag(mu)
    remaining = np.linalg.pinv(np.eye(C) - leverage, rcond=_CUT)
    return np.asarray(np.einsum("kpc,pcd,pd->pk", x, remaining, cells.error, optimize=True))


def _lifted_approximate(cells: _Cells, x: Floats, bread: Floats) -> Floats:
    """The same with the leverage of the effects approximated by one sweep of projections, in O(P C k^2).

    I - L is then A - (mu x) V_x x' with A = (I - s 1') D (I - s 1'), s = mu/sum(mu) and
    D = diag((1 - mu/mu_it)(1 - mu/mu_jt)).
    With v = (I - L)^-1 e and sum(v) = 0: v = D^-1 (e + c s + (mu x) V_x u), u = x'v: k + 1 equations for c and u.
    """
    T = int(cells.period.max()) + 1
    kept = np.ones(cells.fitted.shape)
    for side in (cells.exporter, cells.importer):
        index = side * T + cells.period
        whole = np.bincount(index.ravel(), cells.fitted.ravel())[index]
        kept *= 1 - np.divide(cells.fitted, whole, out=np.zeros_like(whole), where=whole > 0)
    there = (cells.fitted > 0) & (kept > _CUT)  # the only cell of its effect is fitted whatever it is: e = x = 0 there
    lift = np.divide(1.0, kept, out=np.zeros_like(kept), where=there)
    share = cells.fitted / cells.total[:, None]
    k = x.shape[0]
    basis = np.concatenate([np.ones((1, *share.shape)), x])  # 1 and x: what v is summed with
    spread = np.concatenate([share[None], np.einsum("kl,lpc->kpc", bread, x * cells.fitted)])
    system = np.einsum("apc,pc,bpc->pab", basis, lift, spread, optimize=True)
    given = np.einsum("apc,pc->pa", basis, lift * cells.error)
    system *= -1
    system[:, 1:, 1:] += np.eye(k)
    alone = there.sum(1) < 2  # a single cell is fitted by the effect of its pair: e = 0
    system[alone], given[alone] = np.eye(k + 1), 0.0
    return np.asarray(np.linalg.solve(system, given[:, :, None])[:, 1:, 0])
