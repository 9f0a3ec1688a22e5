"""Intervals of predicted flows: hand arithmetic, and the derivative that the delta method stands on."""

from __future__ import annotations

import numpy as np
import pytest

from hansa.gravity.interval import bounds, log_error, usual


def test_the_error_of_one_flow_is_its_regressor_times_the_error_of_the_coefficient():
    found = log_error(np.array([5.0, 7.0]), np.array([[0.5, -2.0]]), np.array([[0.01]]), np.array([0, 1]), 2)
    assert found == pytest.approx([0.05, 0.2])


def test_two_coefficients_that_move_against_each_other_cancel():
    covariance = np.array([[0.04, -0.04], [-0.04, 0.04]])
    assert log_error(np.array([3.0]), np.array([[1.0], [1.0]]), covariance, np.array([0]), 1) == pytest.approx([0.0])


def test_a_sum_is_weighted_by_what_is_predicted():
    """(30 x 0.1 - 10 x 0.1) / 40 = 0.05, times an error of 0.2."""
    found = log_error(np.array([30.0, 10.0]), np.array([[0.1, -0.1]]), np.array([[0.04]]), np.array([0, 0]), 1)
    assert found == pytest.approx([0.01])


def test_a_group_of_nothing_has_no_error():
    assert np.isnan(log_error(np.array([0.0]), np.array([[1.0]]), np.array([[1.0]]), np.array([0]), 1)).all()


def test_the_interval_is_as_many_times_below_as_above():
    low, high = bounds(np.array([50.0]), np.array([0.3]), level=0.95)
    assert high / 50 == pytest.approx(np.exp(1.959964 * 0.3), rel=1e-6)
    assert low * high == pytest.approx(2500)


def test_the_usual_range_counts_trade_and_not_pairs():
    """Ratios 0.1 of a trifle, 1 of the bulk, 9 of a trifle: the middle nine tenths are the bulk."""
    assert usual(np.array([0.1, 98.0, 9.0]), np.array([1.0, 98.0, 1.0])) == (1.0, 1.0)


def test_the_slope_of_a_fitted_value_is_the_projected_regressor():
    """Solve the effects again at a moved coefficient, by alternating the two adding-up conditions."""
    from hansa.gravity.fit import ppml

    draw = np.random.default_rng(3)
    n = 6
    i, j = np.nonzero(~np.eye(n, dtype=bool))
    x = draw.normal(size=i.size)
    y = np.exp(1 - 0.7 * x + draw.normal(size=n)[i] + draw.normal(size=n)[j] + 0.3 * draw.normal(size=i.size))
    fit = ppml("y ~ x | i + j", {"y": y, "x": x, "i": i, "j": j})
    order = np.argsort(fit.solution.row)
    b = fit.solution.coefficient[0]

    def fitted(coefficient):
        a, c, shape = np.ones(n), np.ones(n), np.exp(coefficient * x)
        for _ in range(3000):
            a = np.bincount(i, y, n) / np.bincount(i, shape * c[j], n)
            c = np.bincount(j, y, n) / np.bincount(j, shape * a[i], n)
        return shape * a[i] * c[j]

    step = 1e-5
    assert fitted(b) == pytest.approx(fit.solution.fitted[order], rel=1e-7)
    slope = (np.log(fitted(b + step)) - np.log(fitted(b - step))) / (2 * step)
    assert slope == pytest.approx(fit.solution.projected[0][order], abs=1e-6)
