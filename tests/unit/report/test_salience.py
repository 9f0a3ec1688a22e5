"""Salience by hand."""

from __future__ import annotations

import math

import pytest

from hansa.report.salience import Salience, log_distance, own_past, salience, surprise


def test_terms_and_score_by_hand():
    # turnover went from 145 to 210: 65 of 210 is new, and ln(210/145) is 3.7 times 10 per cent
    found = salience(stake=65, flow=210, turnover=210, distance=own_past([145, 210]))
    distance = math.log(210 / 145) / 0.1
    assert found.size == pytest.approx(65 / 210)
    assert found.surprise == pytest.approx(distance / (1 + distance))
    assert found.relevance == 1
    assert found.score == round(65 / 210 * distance / (1 + distance), 3) == 0.244


def test_size_times_relevance_is_the_stake_beside_all_trade():
    for flow in (40, 70, 100):
        found = salience(stake=30, flow=flow, turnover=120, distance=1)
        assert found.size * found.relevance == pytest.approx(30 / 120)


def test_terms_stay_between_zero_and_one():
    found = salience(stake=-500, flow=100, turnover=50, distance=math.inf)
    assert found == Salience(1.0, 1.0, 1.0)


def test_a_pair_without_trade_has_no_salience():
    assert salience(stake=5, flow=5, turnover=0, distance=1).score == 0


def test_twice_and_half_are_equally_far():
    assert log_distance(2, 1) == log_distance(0.5, 1) == pytest.approx(math.log(2))
    assert log_distance(0, 1) == math.inf
    assert log_distance(None, 1) == log_distance(0, 0) == 0


def test_the_past_is_measured_in_its_own_spread():
    # changes before: +10, -10, +10 per cent in logs; their mean is 10/3, their spread 9.43; the last is +20
    step = [1, math.exp(0.1), 1, math.exp(0.1), math.exp(0.3)]
    mean = 0.1 / 3
    spread = math.sqrt(((0.1 - mean) ** 2 * 2 + (-0.1 - mean) ** 2) / 3)
    assert own_past(step) == pytest.approx((0.2 - mean) / spread)


def test_a_past_that_never_moved_falls_back_to_ten_per_cent():
    assert own_past([100, 100, 100, 100, 110]) == pytest.approx(math.log(1.1) / 0.1)
    assert own_past([100]) == own_past([]) == own_past([100, 0]) == 0


def test_surprise_grows_and_never_reaches_one():
    assert [surprise(d) for d in (0, 1, 3)] == [0, 0.5, 0.75]
    assert surprise(1e9) < 1
