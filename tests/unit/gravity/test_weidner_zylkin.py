"""The bias of Weidner and Zylkin against the formulas written out cell by cell, and against a law by simulation."""

from __future__ import annotations

import numpy as np
import pytest

from benches import weidner_zylkin as simulation
from hansa.errors import DataError, NotIdentified
from hansa.gravity import weidner_zylkin as wz


def dummies(*ids):
    """(n, F) one column for each combination of ids that occurs."""
    _, of_row = np.unique(np.stack(ids), axis=1, return_inverse=True)
    of_row = of_row.ravel()
    return np.eye(of_row.max() + 1)[of_row]


def panel(seed, *, symmetric=False, missing=0.0, countries=4, periods=3, regressors=2):
    """A fitted panel: sums of errors and projected regressors over each effect are zero, as at a solution."""
    rng = np.random.default_rng(seed)
    i, j, t = (a.ravel() for a in np.indices((countries, countries, periods)))
    keep = rng.random(i.size) >= missing
    i, j, t = i[keep], j[keep], t[keep]
    order = rng.permutation(i.size)
    i, j, t = i[order], j[order], t[order]
    mu = np.exp(rng.normal(0, 1, i.size))
    pair = (np.minimum(i, j), np.maximum(i, j)) if symmetric else (i, j)
    D = np.hstack([dummies(i, t), dummies(j, t), dummies(*pair)])
    root = np.sqrt(mu)[:, None]
    out = D @ np.linalg.pinv(D * root) * root.T  # weighted projection on the effects
    x = rng.normal(size=(i.size, regressors))
    x -= out @ x
    e = rng.normal(size=i.size) * mu
    e -= mu * (out @ (e / mu))  # D'e = 0
    return i, j, t, mu, e, x.T, pair


def pieces(ids, mu):
    """Of each pair: its rows, its share vector and H."""
    _, of_row = np.unique(np.stack(ids), axis=1, return_inverse=True)
    for p in range(of_row.max() + 1):
        rows = np.flatnonzero(of_row.ravel() == p)
        m = mu[rows]
        yield rows, m, np.diag(m) - np.outer(m, m) / m.sum()


def third_derivative(m):
    """(c, c, c) of -sum(m) log sum exp: minus the third cumulant of a draw among the cells of a pair."""
    s = m / m.sum()
    away = np.eye(m.size) - s
    return -m.sum() * np.einsum("a,ar,as,at->rst", s, away, away, away)


def slow_bias(mu, e, x, pair, blocks, freed=None):
    """The paper's B and D with every matrix written out; blocks: (n, F) loadings of each country or side.

    With `freed` residuals in place of one of each two, and then without the factor n / (n - 1).
    """
    v = e if freed is None else freed
    H = (x * mu) @ x.T
    bias = np.zeros(len(x))
    for loadings in blocks:
        for D in loadings:
            M, S = np.zeros((D.shape[1],) * 2), np.zeros((D.shape[1],) * 2)
            A, G = np.zeros((len(x), *M.shape)), np.zeros((len(x), *M.shape))
            for rows, m, Hp in pieces(pair, mu):
                d = D[rows]
                M += d.T @ Hp @ d
                S += d.T @ (np.outer(v[rows], e[rows]) + np.outer(e[rows], v[rows])) @ d / 2
                for k, xk in enumerate(x):
                    A[k] += np.outer(d.T @ v[rows], d.T @ Hp @ xk[rows])
                    G[k] += d.T @ np.einsum("rst,r->st", third_derivative(m), xk[rows]) @ d
            inv = np.linalg.pinv(M, hermitian=True, rcond=1e-10)
            for k in range(len(x)):
                term = -np.trace(inv @ A[k]) + np.trace(inv @ G[k] @ inv @ S) / 2
                bias[k] += (len(loadings) / (len(loadings) - 1) if freed is None else 1) * term
    return np.linalg.solve(H, bias)


def loadings(country, t):
    """One (n, T) matrix for each country."""
    return [dummies(t) * (country == c)[:, None] for c in np.unique(country)]


@pytest.mark.parametrize("missing", [0.0, 0.25])
@pytest.mark.parametrize("seed", range(3))
def test_bias_is_the_formula_written_out(seed, missing):
    i, j, t, mu, e, x, pair = panel(seed, missing=missing)
    got = wz.correct(mu + e, mu, x, i, j, t, method="paper")
    np.testing.assert_allclose(got.bias, slow_bias(mu, e, x, pair, [loadings(i, t), loadings(j, t)]), rtol=1e-8)


@pytest.mark.parametrize("missing", [0.0, 0.25])
def test_bias_with_one_effect_for_both_directions(missing):
    i, j, t, mu, e, x, pair = panel(5, symmetric=True, missing=missing, countries=5)
    blocks = [np.hstack(two) for two in zip(loadings(i, t), loadings(j, t), strict=True)]
    got = wz.correct(mu + e, mu, x, i, j, t, symmetric=True, method="paper")
    np.testing.assert_allclose(got.bias, slow_bias(mu, e, x, pair, [blocks]), rtol=1e-8)
    assert got.pairs == 15


def slow_covariance(i, j, t, mu, e, x, pair):
    D = np.hstack([dummies(i, t), dummies(j, t)])
    M = sum(D[rows].T @ H @ D[rows] for rows, _, H in pieces(pair, mu))
    noise = np.linalg.pinv(M, hermitian=True, rcond=1e-10)
    bread = np.linalg.inv((x * mu) @ x.T)
    meat, pairs = 0.0, 0
    for rows, _, H in pieces(pair, mu):
        L = H @ (x[:, rows].T @ bread @ x[:, rows] + D[rows] @ noise @ D[rows].T)
        raised = np.linalg.inv(np.eye(rows.size) - L) @ np.outer(e[rows], e[rows])
        meat, pairs = meat + x[:, rows] @ raised @ x[:, rows].T, pairs + 1
    return pairs / (pairs - 1) * bread @ (meat + meat.T) / 2 @ bread


@pytest.mark.parametrize("symmetric", [False, True])
def test_exact_errors_are_the_formula_written_out(symmetric):
    i, j, t, mu, e, x, pair = panel(7, symmetric=symmetric, countries=6)
    got = wz.correct(mu + e, mu, x, i, j, t, symmetric=symmetric, method="paper")
    assert got.leverage == "exact"
    np.testing.assert_allclose(got.covariance, slow_covariance(i, j, t, mu, e, x, pair), rtol=1e-7)


def slow_shares(i, j, t, mu, e, x, pair):
    """Of each pair: score, freed score and share of the second-order bias, the whole Hessian inverted at once."""
    Z = np.hstack([dummies(i, t), dummies(j, t), x.T])
    whole = list(pieces(pair, mu))
    B = np.linalg.pinv(sum(Z[rows].T @ H @ Z[rows] for rows, _, H in whole), hermitian=True, rcond=1e-10)
    score, lifted, share = (np.zeros((len(whole), len(x))) for _ in range(3))
    for p, (rows, _, H) in enumerate(whole):
        K = Z[rows] @ B @ Z[rows].T
        v = np.linalg.inv(np.eye(rows.size) - H @ K) @ e[rows]
        S = (np.outer(v, e[rows]) + np.outer(e[rows], v)) / 2
        score[p], lifted[p] = x[:, rows] @ e[rows], x[:, rows] @ v
        share[p] = -x[:, rows] @ H @ K @ v
        moved = B @ Z[rows].T @ S @ Z[rows] @ B
        for others, m, _ in whole:
            C = Z[others] @ moved @ Z[others].T
            share[p] += np.einsum("rst,kr,st->k", third_derivative(m), x[:, others], C) / 2
    return score, lifted, share


@pytest.mark.parametrize("symmetric", [False, True])
@pytest.mark.parametrize("missing", [0.0, 0.25])
def test_second_order_bias_is_the_expansion_written_out(symmetric, missing):
    i, j, t, mu, e, x, pair = panel(21, symmetric=symmetric, missing=missing, countries=5)
    score, lifted, share = slow_shares(i, j, t, mu, e, x, pair)
    bread, P = np.linalg.inv((x * mu) @ x.T), len(score)
    got = wz.correct(mu + e, mu, x, i, j, t, symmetric=symmetric, method="second-order")
    np.testing.assert_allclose(got.bias, bread @ share.sum(0), rtol=1e-7)
    meat = (lifted - share).T @ (score - share)
    want = P / (P - 1) * bread @ (meat + meat.T) / 2 @ bread
    np.testing.assert_allclose(got.covariance, want, rtol=1e-6)


def swept(i, j, mu, t, e, x, pair):
    """Residuals freed of the leverage that one sweep of projections gives: (n,)."""
    whole = [np.array([mu[(c == a) & (t == b)].sum() for a, b in zip(c, t, strict=True)]) for c in (i, j)]
    bread, out = np.linalg.inv((x * mu) @ x.T), np.zeros(e.size)
    for rows, m, _ in pieces(pair, mu):
        projection = np.eye(rows.size) - np.outer(m / m.sum(), np.ones(rows.size))
        alone = np.diag([(1 - mu[r] / whole[0][r]) * (1 - mu[r] / whole[1][r]) for r in rows])
        left = projection @ alone @ projection - (m * x[:, rows]).T @ bread @ x[:, rows]
        out[rows] = projection @ np.linalg.pinv(left, rcond=1e-10) @ e[rows]  # of all solutions the one that sums to 0
    return out


@pytest.mark.parametrize("symmetric", [False, True])
def test_second_order_bias_of_large_panels_goes_country_by_country(symmetric):
    i, j, t, mu, e, x, pair = panel(22, symmetric=symmetric, countries=6)
    blocks = [loadings(i, t), loadings(j, t)]
    if symmetric:
        blocks = [[np.hstack(two) for two in zip(*blocks, strict=True)]]
    got = wz.correct(mu + e, mu, x, i, j, t, symmetric=symmetric, method="second-order", exact=False)
    want = slow_bias(mu, e, x, pair, blocks, swept(i, j, mu, t, e, x, pair))
    np.testing.assert_allclose(got.bias, want, rtol=1e-7)


def test_unknown_method_is_refused():
    i, j, t, mu, e, x, _ = panel(23)
    with pytest.raises(DataError, match="'papers' is no method of correction"):
        wz.correct(mu + e, mu, x, i, j, t, method="papers")


def test_uncorrected_errors_are_the_sandwich_of_pairs():
    i, j, t, mu, e, x, pair = panel(8)
    got = wz.correct(mu + e, mu, x, i, j, t)
    score = np.stack([x[:, rows] @ e[rows] for rows, _, _ in pieces(pair, mu)])
    bread = np.linalg.inv((x * mu) @ x.T)
    np.testing.assert_allclose(got.uncorrected, 16 / 15 * bread @ score.T @ score @ bread)


@pytest.mark.parametrize("symmetric", [False, True])
def test_approximate_leverage_is_one_sweep_of_projections(symmetric):
    i, j, t, mu, e, x, pair = panel(9, symmetric=symmetric, countries=6)
    v, meat, bread = swept(i, j, mu, t, e, x, pair), 0.0, np.linalg.inv((x * mu) @ x.T)
    for rows, _, _ in pieces(pair, mu):
        meat = meat + np.outer(x[:, rows] @ v[rows], x[:, rows] @ e[rows])
    P = 21 if symmetric else 36
    want = P / (P - 1) * bread @ (meat + meat.T) / 2 @ bread
    got = wz.correct(mu + e, mu, x, i, j, t, symmetric=symmetric, method="paper", exact=False)
    assert got.leverage == "approximate"
    np.testing.assert_allclose(got.covariance, want, rtol=1e-7)


def test_approximate_leverage_nears_the_exact_one_in_large_panels():
    gap = []
    for countries in (6, 12, 24):
        i, j, t, mu, e, x, _ = panel(11, countries=countries)
        exact, rough = (
            wz.correct(mu + e, mu, x, i, j, t, method="paper", exact=way).covariance for way in (True, False)
        )
        gap.append(np.max(np.abs(rough / exact - 1)[np.eye(2, dtype=bool)]))
    assert gap[0] > gap[1] > gap[2], gap
    assert gap[2] < 0.05, gap


@pytest.mark.parametrize("method", wz.METHODS)
def test_order_of_rows_and_names_do_not_matter(method):
    i, j, t, mu, e, x, _ = panel(12, missing=0.2, countries=5)
    once = wz.correct(mu + e, mu, x, i, j, t, method=method)
    order, names = np.random.default_rng(0).permutation(mu.size), np.array([2, 0, 4, 3, 1])
    ids = (names[i][order], names[j][order], t[order])
    again = wz.correct((mu + e)[order], mu[order], x[:, order], *ids, method=method)
    np.testing.assert_allclose(again.bias, once.bias, rtol=1e-8)
    np.testing.assert_allclose(again.covariance, once.covariance, rtol=1e-8)
    assert again.largest == pytest.approx(once.largest)


@pytest.mark.parametrize("method", wz.METHODS)
def test_unit_of_the_outcome_does_not_matter(method):
    i, j, t, mu, e, x, _ = panel(13, countries=5)
    once, scaled = (wz.correct(u * (mu + e), u * mu, x, i, j, t, method=method) for u in (1, 1e6))
    np.testing.assert_allclose(scaled.bias, once.bias, rtol=1e-8)
    np.testing.assert_allclose(scaled.covariance, once.covariance, rtol=1e-8)


@pytest.mark.parametrize("method", wz.METHODS)
def test_swapping_exporters_and_importers_changes_nothing(method):
    i, j, t, mu, e, x, _ = panel(14, missing=0.2, countries=5)
    once, swapped = (wz.correct(mu + e, mu, x, *ids, t, method=method) for ids in ((i, j), (j, i)))
    np.testing.assert_allclose(swapped.bias, once.bias, rtol=1e-8)


@pytest.mark.parametrize("exact", [True, False])
def test_leverage_of_a_pair_is_said(exact):
    """In a world of n equal countries a pair has 1/n of the trade of each end: leverage 2/n - 1/n^2 of the effects."""
    i, j, t = (a.ravel() for a in np.indices((10, 10, 2)))
    x = np.where(t == 0, 1.0, -1.0) * np.where((i + j) % 2 == 0, 1.0, -1.0)  # adds 1/100: x^2 of a pair to all
    got = wz.correct(np.full(200, 1.0), np.full(200, 1.0), x[None, :], i, j, t, exact=exact)
    assert got.largest == pytest.approx(0.19 + (0.01 if exact else 0.0))


def test_without_errors_there_is_no_bias():
    i, j, t, mu, _, x, _ = panel(15)
    for method in wz.METHODS:
        np.testing.assert_allclose(wz.correct(mu, mu, x, i, j, t, method=method).bias, 0, atol=1e-14)


def test_two_rows_of_one_cell_are_refused():
    i, j, t, mu, e, x, _ = panel(16)
    doubled = [np.concatenate([a, a[:2]]) for a in (mu + e, mu)]
    ids = [np.concatenate([a, a[:2]]) for a in (i, j, t)]
    with pytest.raises(DataError, match="2 rows repeat an exporter, importer and period"):
        wz.correct(*doubled, np.hstack([x, x[:, :2]]), *ids)


def test_one_period_is_refused():
    i, j, t, mu, e, x, _ = panel(17)
    with pytest.raises(NotIdentified, match="period"):
        wz.correct(*((mu + e)[t == 0], mu[t == 0], x[:, t == 0]), i[t == 0], j[t == 0], t[t == 0])


def test_collinear_regressors_are_refused():
    i, j, t, mu, e, x, _ = panel(18, regressors=1)
    with pytest.raises(NotIdentified, match="collinear"):
        wz.correct(mu + e, mu, np.zeros_like(x), i, j, t)


@pytest.mark.parametrize("design", ["agreement", "gaussian"])
def test_simulated_bias_halves_and_intervals_cover_more(design):
    """200 panels of 10 countries, the bias of which is several times the error of simulation."""
    told = simulation.simulate(design, 10, 3, 200, seed=5)
    none, paper, second = told["bias"]
    assert abs(none) > 4 * told["of simulation"][0]
    assert abs(second) < abs(none) / 2
    assert abs(second) < abs(paper) < abs(none)
    off = np.abs(told["coverage"] - 0.95)
    assert max(off[1:]) < off[0]
    assert told["error"][0] < told["error"][1] < told["spread"][2]
