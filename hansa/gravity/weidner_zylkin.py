"""Bias of three-way Poisson gravity estimates, and standard errors that allow for estimated fixed effects.

Weidner and Zylkin 2021, Bias and consistency in three-way gravity models, Journal of International Economics 132,
103513 (arXiv:1909.01327). With few countries coefficients are off by a term of order 1/N, clustered errors too small.

Two ways. "paper" takes the terms of order 1/N: a country's effects alone, with residuals as they are. "second-order"
takes every term of second order, of all parameters together (the expansion that the paper cuts at 1/N: Rilstone,
Srivastava and Ullah 1996, Journal of Econometrics 75:369-395, with pairs as observations). Residuals
are then freed of their leverage, as the paper does in the errors only, and the errors count that the correction is
itself estimated: a little more weight for a pair moves the coefficient by V_x x'e and the estimated bias by V_x b_p.
Either way the bias is a sum over pairs, V_x sum_p b_p with

    b_p = -(mu x)' K v + e' (Z A Z') v,  A = B [sum_p Z' G Z] B,  G = -(diag(mu x) - (mu x) s' - s (mu x)') / 2,

where the paper has H_i+ + H_j+ for K, d for Z, blocks of H_i+ for B and e for v. G is half the third derivative
contracted with x. The sum over partners of diag(mu x) is zero, so a country's block needs the second part only.

Notation: i exporter, j importer, t period, p one of P pairs, C cells of a pair (T; 2 T where both directions share an
effect); mu fitted, e = y - mu, s = mu/sum(mu) of a pair, x regressors with the fixed effects projected out,
H_p = diag(mu) - mu mu'/sum(mu), H_i = sum_j H_ij, V_x = (X'WX)^-1, d dummies of exporter-time and importer-time of a
pair, V_FE the inverse of sum d'H d, Z = [d, x], B = diag(V_FE, V_x), K = Z B Z', L = H K the leverage of a pair,
v = (I - L)^-1 e.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hansa.errors import DataError, NotIdentified

METHODS = ("paper", "second-order")
MOST_EXACT = 1_000  # exporter-time and importer-time effects up to which V_FE is inverted: about half a second
_CUT = 1e-10  # eigenvalues below this share of the largest are zero

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Correction:
    """What to subtract from the coefficients, and the covariance to use with them.

    >>> Correction(np.zeros(1), np.eye(1), np.eye(1), "exact", 0.2, 12, "paper").pairs
    12
    """

    bias: Floats  # (k,) corrected coefficient = coefficient - bias
    covariance: Floats  # (k, k) clustered by pair, corrected
    uncorrected: Floats  # (k, k) clustered by pair, times P/(P-1)
    leverage: str  # "exact", or "approximate": how V_FE was found
    largest: float  # leverage of any pair, from 0 to 1: what share of some combination of its errors the fit took up
    pairs: int
    method: str  # "paper" or "second-order"


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


@dataclass(frozen=True)
class _Noise:
    """Inverse of the Hessian of effects and coefficients, the pair effects profiled out."""

    effects: Floats  # (F, F) V_FE
    coefficients: Floats  # (k, k) V_x
    of_pairs: Floats  # (P, C, C) K: what it makes of the linear predictors of a pair


def correct(
    outcome: Floats,
    fitted: Floats,
    projected: Floats,
    exporter: NDArray[np.integer[Any]],
    importer: NDArray[np.integer[Any]],
    period: NDArray[np.integer[Any]],
    *,
    symmetric: bool = False,
    method: str = "paper",
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
    method : "paper", the formula of Weidner and Zylkin, or "second-order", all terms of second order.
    exact : invert the full V_FE, or approximate it: leverage by one sweep of projections (as ppml_fe_bias 1.2 does on
        request), bias country by country. By default exact up to 1,000 exporter-time and importer-time effects.

    Raises
    ------
    DataError : two rows of one exporter, importer and period; an unknown method.
    NotIdentified : fewer than two exporters, importers, periods or pairs, or collinear regressors.

    >>> rng = np.random.default_rng(1)
    >>> i, j, t = (a.ravel() for a in np.indices((4, 4, 2)))
    >>> error = np.where(t == 0, 1.0, -1.0) * np.where((i + j) % 2 == 0, 1.0, -1.0)
    >>> fit = correct(2 + error, np.full(32, 2.0), error[None, :], i, j, t)
    >>> fit.bias.shape, fit.leverage, fit.pairs
    ((1,), 'exact', 16)
    """
    if method not in METHODS:
        raise DataError(f"{method!r} is no method of correction; take {' or '.join(map(repr, METHODS))}.")
    sold, bought, when = (np.asarray(each, np.int64) for each in (exporter, importer, period))
    cells = _lay(outcome, fitted, sold, bought, when, symmetric)
    bread = _inverse_of_coefficients(projected, fitted)
    x = np.stack([cells.laid(each) for each in projected])
    if exact is None:
        exact = _effects(cells)[2] <= MOST_EXACT
    noise = _noise(cells, x, bread) if exact else None
    freed, largest = _freed_approximate(cells, x, bread) if noise is None else _freed_exact(cells, noise)
    if method == "paper":
        shares = _by_country(cells, x, cells.error, symmetric=symmetric, small=True)
    elif noise is None:
        shares = _by_country(cells, x, freed, symmetric=symmetric, small=False)
    else:
        shares = _all_terms(cells, x, freed, noise)
    score, lifted = (np.einsum("kpc,pc->pk", x, each) for each in (cells.error, freed))
    moved = shares if method == "second-order" else 0.0  # a pair moves the fit, and with it the estimated bias
    covariance, uncorrected = _covariance(bread, lifted - moved, score - moved), _covariance(bread, score, score)
    leverage = "exact" if exact else "approximate"
    return Correction(bread @ shares.sum(0), covariance, uncorrected, leverage, largest, cells.total.size, method)


def _inverse_of_coefficients(projected: Floats, fitted: Floats) -> Floats:
    """V_x: (k, k)."""
    try:
        return np.linalg.inv((projected * fitted) @ projected.T).astype(np.float64)
    except np.linalg.LinAlgError as fault:
        raise NotIdentified("The projected regressors are collinear; drop one of them before correcting.") from fault


def _covariance(bread: Floats, lifted: Floats, score: Floats) -> Floats:
    """Sandwich of pairs from two versions of their scores, (P, k) each: (k, k)."""
    meat = lifted.T @ score
    return np.asarray(len(score) / (len(score) - 1) * bread @ ((meat + meat.T) / 2) @ bread)


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


def _by_country(cells: _Cells, x: Floats, freed: Floats, *, symmetric: bool, small: bool) -> Floats:
    """Share of each pair in the bias, the effects of each country taken by themselves: (P, k).

    `small` multiplies by n / (n - 1) for n countries, as the paper does; freed residuals need no such factor.
    """
    out = np.zeros((cells.total.size, len(x)))
    mx = x * cells.fitted
    sides = [_ends(cells)] if symmetric else [(cells.first, None), (cells.second, None)]
    for group, kind in sides:
        members = [rows for rows in _groups(group) if group[rows[0]] >= 0]
        for rows in members:
            pairs = rows if kind is None else rows % cells.total.size
            how = None if kind is None else kind[rows]
            share = _of_country(cells, mx, freed, pairs, how)
            np.add.at(out, pairs, share * (len(members) / (len(members) - 1) if small else 1.0))
    return out


def _ends(cells: _Cells) -> tuple[Ints, Ints]:
    """Country of both ends of each pair, (2 P,), and where its effects lie: 0 as laid, 1 halves swapped, 2 at home.

    A pair at home has one end; its second entry forms no group (-1).
    """
    home = cells.first == cells.second
    return (
        np.concatenate([cells.first, np.where(home, -1, cells.second)]),
        np.concatenate([np.where(home, 2, 0), np.ones(home.size, np.int64)]),
    )


def _of_country(cells: _Cells, mx: Floats, freed: Floats, pairs: Ints, how: Ints | None) -> Floats:
    """Shares of the pairs of one country: (pairs, k). With `how`, exporter and importer effects form one block."""
    total = cells.total[pairs, None]
    mu, e, v, m = cells.fitted[pairs], cells.error[pairs], freed[pairs], mx[:, pairs]
    if how is not None:
        mu, e, v, m = (_turned(each, how) for each in (mu, e, v, m))
    share = mu / total
    H = np.diag(mu.sum(0)) - share.T @ mu
    G = np.einsum("knc,nd->kcd", m, share, optimize=True)
    G = (G + G.swapaxes(1, 2)) / 2
    if how is not None and (how == 2).any():  # trade with oneself lies between the two effects of the country
        T = H.shape[0] // 2
        one, two = np.arange(T), np.arange(T, 2 * T)
        both, between = mu[how == 2, :T].sum(0), m[:, how == 2, :T].sum(1) / 2
        for left, right in ((one, two), (two, one)):
            H[left, right] += both
            G[:, left, right] -= between
    inverse = _pseudo_inverse(H)
    A = inverse @ G @ inverse
    return np.asarray(np.einsum("knc,nc->nk", v @ A, e) - np.einsum("knc,nc->nk", m @ inverse, v))


def _turned(values: Floats, how: Ints) -> Floats:
    """Cells (..., pairs, 2 T) as one end sees them: its exports first; trade with oneself bears both effects."""
    out, T = values.copy(), values.shape[-1] // 2
    swapped = np.concatenate([np.arange(T, 2 * T), np.arange(T)])
    out[..., how == 1, :] = out[..., how == 1, :][..., swapped]
    out[..., how == 2, T:] = out[..., how == 2, :T]
    return out


def _effects(cells: _Cells) -> tuple[Ints, Ints, int]:
    """Number of the exporter-time and importer-time effect of each cell, (P, C) both, and how many there are."""
    T = int(cells.period.max()) + 1
    sold = cells.exporter * T + cells.period
    bought = (int(cells.exporter.max()) + 1 + cells.importer) * T + cells.period
    return sold, bought, int(cells.exporter.max() + cells.importer.max() + 2) * T


def _gathered(cells: _Cells, blocks: Floats) -> Floats:
    """Sum over pairs of d' block d, (F, F), of blocks (P, C, C)."""
    sold, bought, F = _effects(cells)
    out = np.zeros(F * F)
    for left in (sold, bought):
        for right in (sold, bought):
            at = left[:, :, None] * F + right[:, None, :]
            out += np.bincount(at.ravel(), blocks.ravel(), F * F)
    return out.reshape(F, F)


def _laid_out(cells: _Cells, matrix: Floats) -> Floats:
    """Of each pair d M d', (P, C, C), where M is a matrix of effects (F, F)."""
    sold, bought, _ = _effects(cells)
    out = np.zeros((*sold.shape, sold.shape[1]))
    for left in (sold, bought):
        for right in (sold, bought):
            out += matrix[left[:, :, None], right[:, None, :]]
    return out


def _noise(cells: _Cells, x: Floats, bread: Floats) -> _Noise:
    mu = cells.fitted
    H = mu[:, :, None] * np.eye(mu.shape[1]) - mu[:, :, None] * mu[:, None, :] / cells.total[:, None, None]
    effects = _pseudo_inverse(_gathered(cells, H))
    return _Noise(effects, bread, _laid_out(cells, effects) + np.einsum("kpc,kl,lpd->pcd", x, bread, x, optimize=True))


def _freed_exact(cells: _Cells, noise: _Noise) -> tuple[Floats, float]:
    """Residuals freed of their leverage, v = (I - L)^-1 e: (P, C); the largest leverage."""
    share = cells.fitted / cells.total[:, None]
    spread = cells.fitted[:, :, None] * noise.of_pairs
    leverage = spread - share[:, :, None] * spread.sum(1)[:, None, :]  # H K, H = (I - s 1') diag(mu)
    remaining = np.linalg.pinv(np.eye(cells.fitted.shape[1]) - leverage, rcond=_CUT)
    return np.einsum("pcd,pd->pc", remaining, cells.error), float(np.linalg.eigvals(leverage).real.max())


def _all_terms(cells: _Cells, x: Floats, freed: Floats, noise: _Noise) -> Floats:
    """Share of each pair in the bias with all terms of second order: (P, k)."""
    sold, bought, F = _effects(cells)
    P, C = cells.fitted.shape
    s, e, v = cells.fitted / cells.total[:, None], cells.error, freed
    V, bread = noise.effects, noise.coefficients
    xe, xv = (np.einsum("kpc,pc->pk", x, each) for each in (e, v))
    out = np.empty((P, len(x)))
    for k, mx in enumerate(x * cells.fitted):
        cross = mx[:, :, None] * s[:, None, :]
        G = (cross + cross.swapaxes(1, 2) - mx[:, :, None] * np.eye(C)) / 2
        Gx = np.einsum("pcd,kpd->pck", G, x)
        between = np.zeros((F, len(x)))
        for each in (sold, bought):
            np.add.at(between, each.ravel(), Gx.reshape(-1, len(x)))
        effects = V @ _gathered(cells, G) @ V
        own = bread @ np.einsum("kpc,pcl->kl", x, Gx, optimize=True) @ bread
        mixed = (V @ between @ bread)[np.stack([sold, bought])].sum(0)  # (P, C, k)
        out[:, k] = np.einsum("pc,pcd,pd->p", v, _laid_out(cells, effects), e, optimize=True)
        out[:, k] += np.einsum("pc,pck,pk->p", v, mixed, xe) + np.einsum("pc,pck,pk->p", e, mixed, xv)
        out[:, k] += np.einsum("pk,kl,pl->p", xv, own, xe, optimize=True)
        out[:, k] -= np.einsum("pc,pcd,pd->p", mx, noise.of_pairs, v, optimize=True)
    return out


def _freed_approximate(cells: _Cells, x: Floats, bread: Floats) -> tuple[Floats, float]:
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
    found = np.linalg.solve(system, given[:, :, None])[:, :, 0]
    largest = 1 - kept.min(where=there, initial=1.0)  # of the effects, without the regressors
    return lift * (cells.error + np.einsum("pa,apc->pc", found, spread)), float(largest)
