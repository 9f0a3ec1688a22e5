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


def slow_bias(mu, e, x, pair, blocks):
    """The paper's B and D with every matrix written out; blocks: (n, F) loadings of each country or side."""
    H = (x * mu) @ x.T
    bias = np.zeros(len(x))
    for loadings in blocks:
        for D in loadings:
            M, S = np.zeros((D.shape[1],) * 2), np.zeros((D.shape[1],) * 2)
            A, G = np.zeros((len(x), *M.shape)), np.zeros((len(x), *M.shape))
            for rows, m, Hp in pieces(pair, mu):
                d = D[rows]
                M += d.T @ Hp @ d
                S += d.T @ np.outer(e[rows], e[rows]) @ d
                for k, xk in enumerate(x):
                    A[k] += np.outer(d.T @ e[rows], d.T @ Hp @ xk[rows])
                    G[k] += d.T @ np.einsum("rst,r->st", third_derivative(m), xk[rows]) @ d
            inv = np.linalg.pinv(M, hermitian=True, rcond=1e-10)
            for k in range(len(x)):
                term = -np.trace(inv @ A[k]) + np.trace(inv @ G[k] @ inv @ S) / 2
                bias[k] += len(loadings) / (len(loadings) - 1) * term
    return np.linalg.solve(H, bias)


def loadings(country, t):
    """One (n, T) matrix for each country."""
    return [dummies(t) * (country == c)[:, None] for c in np.unique(country)]


@pytest.mark.parametrize("missing", [0.0, 0.25])
@pytest.mark.parametrize("seed", range(3))
def test_bias_is_the_formula_written_out(seed, missing):
    i, j, t, mu, e, x, pair = panel(seed, missing=missing)
    got = wz.correct(mu + e, mu, x, i, j, t)
    np.testing.assert_allclose(got.bias, slow_bias(mu, e, x, pair, [loadings(i, t), loadings(j, t)]), rtol=1e-8)


@pytest.mark.parametrize("missing", [0.0, 0.25])
def test_bias_with_one_effect_for_both_directions(missing):
    i, j, t, mu, e, x, pair = panel(5, symmetric=True, missing=missing, countries=5)
    blocks = [np.hstack(two) for two in zip(loadings(i, t), loadings(j, t), strict=True)]
    got = wz.correct(mu + e, mu, x, i, j, t, symmetric=True)
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
    got = wz.correct(mu + e, mu, x, i, j, t, symmetric=symmetric)
    assert got.leverage == "exact"
    np.testing.assert_allclose(got.covariance, slow_covariance(i, j, t, mu, e, x, pair), rtol=1e-7)


def test_uncorrected_errors_are_the_sandwich_of_pairs():
    i, j, t, mu, e, x, pair = panel(8)
    got = wz.correct(mu + e, mu, x, i, j, t)
    score = np.stack([x[:, rows] @ e[rows] for rows, _, _ in pieces(pair, mu)])
    bread = np.linalg.inv((x * mu) @ x.T)
    np.testing.assert_allclose(got.uncorrected, 16 / 15 * bread @ score.T @ score @ bread)


@pytest.mark.parametrize("symmetric", [False, True])
def test_approximate_leverage_is_one_sweep_of_projections(symmetric):
    i, j, t, mu, e, x, pair = panel(9, symmetric=symmetric, countries=6)
    whole = [np.array([mu[(c == a) & (t == b)].sum() for a, b in zip(c, t, strict=True)]) for c in (i, j)]
    meat, bread = 0.0, np.linalg.inv((x * mu) @ x.T)
    for rows, m, _ in pieces(pair, mu):
        swept = np.eye(rows.size) - np.outer(m / m.sum(), np.ones(rows.size))
        left = swept @ np.diag([(1 - mu[r] / whole[0][r]) * (1 - mu[r] / whole[1][r]) for r in rows]) @ swept
        left -= (m * x[:, rows]).T @ bread @ x[:, rows]
        raised = np.linalg.pinv(left, rcond=1e-10) @ e[rows]
        meat = meat + np.outer(x[:, rows] @ raised, x[:, rows] @ e[rows])
    P = 21 if symmetric else 36
    want = P / (P - 1) * bread @ (meat + meat.T) / 2 @ bread
    got = wz.correct(mu + e, mu, x, i, j, t, symmetric=symmetric, exact=False)
    assert got.leverage == "approximate"
    np.testing.assert_allclose(got.covariance, want, rtol=1e-7)


def test_approximate_leverage_nears_the_exact_one_in_large_panels():
    gap = []
    for countries in (6, 12, 24):
        i, j, t, mu, e, x, _ = panel(11, countries=countries)
        exact, rough = (wz.correct(mu + e, mu, x, i, j, t, exact=way).covariance for way in (True, False))
        gap.append(np.max(np.abs(rough / exact - 1)[np.eye(2, dtype=bool)]))
    assert gap[0] > gap[1] > gap[2], gap
    assert gap[2] < 0.05, gap


def test_order_of_rows_and_names_do_not_matter():
    i, j, t, mu, e, x, _ = panel(12, missing=0.2)
    once = wz.correct(mu + e, mu, x, i, j, t)
    order, names = np.random.default_rng(0).permutation(mu.size), np.array([2, 0, 3, 1])
    again = wz.correct(*((mu + e)[order], mu[order], x[:, order]), names[i][order], names[j][order], t[order])
    np.testing.assert_allclose(again.bias, once.bias, rtol=1e-10)
    np.testing.assert_allclose(again.covariance, once.covariance, rtol=1e-10)


def test_unit_of_the_outcome_does_not_matter():
    i, j, t, mu, e, x, _ = panel(13)
    once, scaled = wz.correct(mu + e, mu, x, i, j, t), wz.correct(1e6 * (mu + e), 1e6 * mu, x, i, j, t)
    np.testing.assert_allclose(scaled.bias, once.bias, rtol=1e-9)
    np.testing.assert_allclose(scaled.covariance, once.covariance, rtol=1e-9)


def test_swapping_exporters_and_importers_changes_nothing():
    i, j, t, mu, e, x, _ = panel(14, missing=0.2)
    np.testing.assert_allclose(
        wz.correct(mu + e, mu, x, j, i, t).bias, wz.correct(mu + e, mu, x, i, j, t).bias, rtol=1e-10
    )


def test_without_errors_there_is_no_bias():
    i, j, t, mu, _, x, _ = panel(15)
    np.testing.assert_allclose(wz.correct(mu, mu, x, i, j, t).bias, 0, atol=1e-14)


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


@pytest.mark.parametrize("design", ["agreement", "undirected"])
def test_simulated_bias_shrinks_and_intervals_cover_more(design):
    """200 panels of 20 countries. Over 2,000 the bias halves; here the error of simulation is a seventh of the bias."""
    told = simulation.simulate(design, 20, 3, 200, seed=5)
    assert abs(told["bias"]) > 2 * told["of simulation"]
    assert abs(told["bias corrected"]) < 0.75 * abs(told["bias"])
    assert told["coverage"] < told["coverage corrected"] < 0.97
    assert told["error"] < told["error corrected"] < 1.1 * told["spread corrected"]
