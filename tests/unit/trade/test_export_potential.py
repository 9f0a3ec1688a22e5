"""The terms of the export potential, by hand."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose

from hansa.trade import export_potential as ep


def test_neutral_terms_leave_imports_as_they_are():
    assert ep.demand([80.0, 0.0]).tolist() == [80.0, 0.0]


def test_income_per_head_and_heads_both_raise_demand():
    # GDP +21 %, heads +10 %: per head 1.1, with elasticity 2 it is 1.21, times 1.1
    assert float(ep.demand(100.0, 1.21, 1.10, 2.0)) == pytest.approx(133.1)


def test_what_is_passed_through_is_no_supply():
    assert_allclose(ep.supply([0.5, 0.5, 0.5], [20.0, 90.0, 5.0], [80.0, 60.0, 0.0]), [0.125, 0.5, 0.5])


def test_expected_trade_leaves_products_nobody_sells():
    assert ep.expected_trade([10.0, 0.0], [20.0, 0.0], [[30.0, 7.0]]).tolist() == [15.0]


def test_ease_falls_with_distance_in_either_direction_and_is_unknown_without_expectation():
    assert_allclose(ep.ease([2.0, 2.0], [1.0, 1.0], np.log([100.0, 400.0]), np.log([200.0, 200.0])), [1.0, 1.0])
    assert np.isnan(ep.ease(1.0, 0.0))


def test_actual_trade_above_potential_leaves_nothing_unrealised():
    found = ep.potential(0.5, 80.0, 1.0, [30.0, 50.0])
    assert found.unrealised.tolist() == [10.0, 0.0]


def test_the_margin_of_a_lower_tariff_is_above_one():
    assert float(ep.margin(0.10, 0.0)) == pytest.approx(1.1)
    assert float(ep.margin(0.0, 0.10)) == pytest.approx(1 / 1.1)
