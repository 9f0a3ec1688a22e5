"""Bootstraps against hand arithmetic and against laws: whoever does the work and whatever clusters are called."""

from __future__ import annotations

import multiprocessing
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from itertools import product

import numpy as np
import pytest

from hansa.errors import DataError, NotIdentified
from hansa.gravity import bootstrap as boot
from hansa.gravity import ppml
from hansa.gravity.layout import Levels


def levels(code):
    return Levels(np.asarray(code, np.int32), int(max(code)) + 1, np.arange(max(code) + 1, dtype=np.int32)[:, None])


def sample(seed=0, clusters=12, rows=6, spread=0.4):
    """Pairs over time: y, one regressor that varies within pairs, pair effects, clusters = pairs."""
    rng = np.random.default_rng(seed)
    pair = np.repeat(np.arange(clusters), rows)
    x = rng.normal(size=pair.size)
    y = np.exp(0.5 * x + rng.normal(0, 0.5, clusters)[pair] + rng.normal(0, spread, pair.size))
    fit = ppml.solve(y, x[None, :], [levels(pair)])
    return boot.Sample(y, x[None, :], (levels(pair),), pair, fit.coefficient), fit


def scores(fit):
    return fit.projected * (fit.outcome - fit.fitted)


def test_two_clusters_by_hand():
    """Scores 3 and -3 (they sum to zero), H = 6: b* = b + (w1 - w2) / 2, so -1, 0 or 1 more."""
    score, cluster = np.array([[1.0, 2.0, -4.0, 1.0]]), np.array([0, 0, 1, 1])
    told = boot.wild(score, np.array([[6.0]]), cluster, np.array([0.25]), draws=400)
    values, counts = np.unique(told.draw.round(12), return_counts=True)
    assert values.tolist() == [-0.75, 0.25, 1.25]
    np.testing.assert_allclose(counts / 400, [0.25, 0.5, 0.25], atol=0.08)
    assert told.clusters == 2


def test_weights_of_one_move_nothing():
    """The first-order conditions: scores sum to zero."""
    _, fit = sample()
    step = boot.cluster_sums(scores(fit), fit.effects[0].of_row[fit.row]).sum(1) / fit.hessian[0, 0]
    assert abs(step[0]) < 1e-8


@pytest.mark.parametrize("points", boot.POINTS)
def test_weights_have_mean_zero_and_variance_one(points):
    values = boot.POINTS[points]
    assert values.mean() == pytest.approx(0, abs=1e-15)
    assert (values**2).mean() == pytest.approx(1)


@pytest.mark.parametrize("points", boot.POINTS)
def test_variance_of_wild_draws_is_that_of_the_sandwich(points):
    _, fit = sample(3)
    code = fit.effects[0].of_row[fit.row]
    sums = boot.cluster_sums(scores(fit), code)
    sandwich = np.sqrt((sums**2).sum()) / fit.hessian[0, 0]
    told = boot.wild(scores(fit), fit.hessian, code, fit.coefficient, points=points, draws=20_000)
    assert told.error[0] == pytest.approx(sandwich, rel=0.02)  # 20,000 draws: one in 200 of the error, times four


def test_all_signs_of_four_clusters():
    """With every combination of signs once, the variance is exactly sum(s^2) / H^2."""
    sums = np.array([1.0, -2.5, 0.5, 1.0])
    steps = [np.dot(signs, sums) / 4 for signs in product([-1, 1], repeat=4)]
    assert np.var(steps) == pytest.approx((sums**2).sum() / 16)
    told = boot.wild(sums[None, :], np.array([[4.0]]), np.arange(4), np.zeros(1), draws=200)
    assert set(told.draw[:, 0].round(9)) <= set(np.round(steps, 9))


def test_pairs_draw_equals_a_fit_on_copied_rows():
    """A draw is a fit in which each cluster stands as often as it was drawn."""
    data, _ = sample(5)
    told = boot.pairs(data, draws=3, seed=7)
    for number in range(3):
        times = boot._random(7, number).multinomial(12, np.full(12, 1 / 12))
        rows = np.concatenate([np.flatnonzero(data.cluster == g) for g in range(12) for _ in range(times[g])])
        _, code = np.unique(data.cluster[rows], return_inverse=True)
        again = ppml.solve(data.y[rows], data.X[:, rows], [levels(code.ravel())])
        np.testing.assert_allclose(told.draw[number], again.coefficient, rtol=1e-6)


def test_pairs_spread_is_near_the_sandwich():
    data, fit = sample(6, clusters=60)
    told = boot.pairs(data, draws=200)
    sums = boot.cluster_sums(scores(fit), fit.effects[0].of_row[fit.row])
    assert told.error[0] == pytest.approx(np.sqrt((sums**2).sum()) / fit.hessian[0, 0], rel=0.2)
    assert told.low[0] < fit.coefficient[0] < told.high[0]


def test_names_of_clusters_do_not_matter():
    data, fit = sample(7)
    named = np.random.default_rng(1).permutation(100)[:12][data.cluster]
    other = boot.Sample(data.y, data.X, data.effects, named, data.start)
    np.testing.assert_array_equal(boot.pairs(data, draws=5).draw, boot.pairs(other, draws=5).draw)
    one, two = (
        boot.wild(scores(fit), fit.hessian, code[fit.row], fit.coefficient, draws=9) for code in (data.cluster, named)
    )
    np.testing.assert_array_equal(one.draw, two.draw)


def test_threads_processes_and_one_after_another_agree_to_the_bit():
    data, fit = sample(8)
    alone = boot.pairs(data, draws=40, seed=3)
    with ThreadPoolExecutor(3) as threads:
        by_threads = boot.pairs(data, draws=40, seed=3, executor=threads)
        wild = boot.wild(scores(fit), fit.hessian, data.cluster[fit.row], fit.coefficient, executor=threads)
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as processes:
        by_processes = boot.pairs(data, draws=40, seed=3, executor=processes)
    np.testing.assert_array_equal(by_threads.draw, alone.draw)
    np.testing.assert_array_equal(by_processes.draw, alone.draw)
    serial = boot.wild(scores(fit), fit.hessian, data.cluster[fit.row], fit.coefficient)
    np.testing.assert_array_equal(wild.draw, serial.draw)


def test_more_draws_begin_with_the_same_draws():
    data, _ = sample(9)
    np.testing.assert_array_equal(boot.pairs(data, draws=4).draw, boot.pairs(data, draws=9).draw[:4])
    assert not np.array_equal(boot.pairs(data, draws=4).draw, boot.pairs(data, draws=4, seed=1).draw)


def test_weights_and_offset_travel_along():
    """An offset a x moves the coefficient by -a in every draw; weights of 2 change nothing."""
    data, _ = sample(10)
    moved = boot.Sample(
        data.y, data.X, data.effects, data.cluster, data.start, np.full(data.y.size, 2.0), 0.3 * data.X[0]
    )
    np.testing.assert_allclose(boot.pairs(moved, draws=6).draw, boot.pairs(data, draws=6).draw - 0.3, atol=1e-5)


def test_progress_counts_draws():
    data, _ = sample(11)
    told = []
    boot.pairs(data, draws=40, progress=lambda done, all_: told.append((done, all_)))
    assert told[-1] == (40, 40)
    assert [done for done, _ in told] == sorted(done for done, _ in told)


def test_draws_that_cannot_be_fitted_are_counted():
    """The regressor differs from zero in one cluster of five: a third of the draws lacks it."""
    rng = np.random.default_rng(12)
    pair = np.repeat(np.arange(5), 4)
    x = np.where((pair == 0) & (np.arange(20) % 2 == 0), 1.0, 0.0)
    y = np.exp(x + rng.normal(0, 0.3, 20))
    told = boot.pairs(boot.Sample(y, x[None, :], (levels(pair),), pair, np.zeros(1)), draws=300)
    lost = np.isnan(told.draw).any(axis=1).sum()
    assert sum(count for _, count, _ in told.failed) == lost
    assert lost / 300 == pytest.approx((4 / 5) ** 5, abs=0.1)
    assert all(message for _, _, message in told.failed)
    assert np.isfinite(told.error).all()


@pytest.mark.parametrize(
    ("wrong", "said"),
    [({"draws": 1}, "no spread"), ({"seed": -1}, "0 or more"), ({"level": 95.0}, "between 0 and 1")],
)
def test_settings_that_make_no_sense(wrong, said):
    data, _ = sample()
    with pytest.raises(DataError, match=said):
        boot.pairs(data, **wrong)


def test_unknown_points_and_one_cluster():
    with pytest.raises(DataError, match="'rademacher' or 'webb'"):
        boot.wild(np.ones((1, 3)), np.eye(1), np.arange(3), np.zeros(1), points="normal")
    with pytest.raises(NotIdentified, match="one cluster only"):
        boot.wild(np.ones((1, 3)), np.eye(1), np.zeros(3, int), np.zeros(1))
