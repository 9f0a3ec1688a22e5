"""Redirection accounting by hand."""

from __future__ import annotations

import pytest
from numpy.testing import assert_allclose

from hansa.errors import DataError
from hansa.trade.redirection import growth_of_others, redirect


def test_more_excess_than_loss_is_partly_new():
    found = redirect([[10.0], [5.0], [1.0]], [[4.0], [11.0], [4.0]], [True, False, False])
    assert found.lost.tolist() == [6.0]
    assert found.redirected[:, 0].tolist() == [0.0, 4.0, 2.0]
    assert found.new[:, 0].tolist() == [0.0, 2.0, 1.0]
    assert found.unreplaced.tolist() == [0.0]


def test_products_do_not_replace_each_other():
    found = redirect([[10.0, 0.0], [0.0, 0.0]], [[0.0, 0.0], [0.0, 10.0]], [True, False])
    assert found.redirected.sum() == 0
    assert found.unreplaced.tolist() == [10.0, 0.0]


def test_two_closed_markets_are_lost_together():
    found = redirect([[10.0], [6.0], [0.0]], [[0.0], [7.0], [12.0]], [True, True, False])
    assert found.lost.tolist() == [10.0]
    assert found.new.sum() == 2.0


def test_growth_raises_the_loss_and_lowers_the_excess():
    found = redirect([[10.0], [10.0]], [[10.0], [12.0]], [True, False], growth=0.1)
    assert_allclose([found.lost[0], found.excess[1, 0]], [1.0, 1.0])


def test_growth_of_others_on_the_worked_example():
    # imports of C from all but B: 120, 45, 125, 80 become 110, 52, 151, 77
    growth, unknown = growth_of_others([[120.0, 45.0, 125.0, 80.0]], [[110.0, 52.0, 151.0, 77.0]])
    assert_allclose(growth[0], [-0.08333333333333337, 0.15555555555555545, 0.20799999999999996, -0.0375], atol=1e-12)
    assert not unknown.any()


def test_shapes_must_agree():
    with pytest.raises(DataError, match="tables of one shape"):
        redirect([[1.0]], [[1.0, 2.0]], [True])


@pytest.mark.parametrize("closed", [[True, True], [False, False]])
def test_something_must_close_and_something_stay_open(closed):
    with pytest.raises(DataError, match="one that stayed open"):
        redirect([[1.0], [1.0]], [[1.0], [1.0]], closed)
