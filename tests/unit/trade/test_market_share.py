"""Constant market share by hand."""

from __future__ import annotations

import pytest

from hansa.errors import DataError, NotIdentified
from hansa.trade.market_share import decompose


def test_growing_with_the_world_is_all_world():
    found = decompose([[10.0, 20.0]], [[11.0, 22.0]], [[100.0, 50.0]], [[110.0, 55.0]])
    assert (found.world, found.commodity, found.market, found.residual) == pytest.approx((3.0, 0.0, 0.0, 0.0))


def test_holding_shares_in_a_growing_product_is_all_mix():
    # one market; the product sold doubles while the other stands still: r = 50 %, r_k = 100 %
    found = decompose([[10.0, 0.0]], [[20.0, 0.0]], [[100.0, 100.0]], [[200.0, 100.0]])
    assert (found.world, found.commodity_first, found.market_second) == pytest.approx((5.0, 5.0, 0.0))
    # market first: the market as a whole grows by r, so nothing is left but the mix
    assert (found.market_first, found.commodity_second, found.residual) == pytest.approx((0.0, 5.0, 0.0))


def test_cells_without_other_suppliers_grow_by_product_and_market_and_are_counted():
    # r = 0, r_k = (0, 0), r_j = (0, 0): the cell of 5 that nobody else serves is expected to stand still
    found = decompose(
        [[5.0, 5.0], [0.0, 10.0]], [[7.0, 5.0], [0.0, 10.0]], [[0.0, 9.0], [9.0, 9.0]], [[0.0, 9.0], [9.0, 9.0]]
    )
    assert found.unmatched == pytest.approx(0.25)
    assert found.residual == pytest.approx(2.0)


def test_an_exporter_without_initial_exports_has_only_a_residual():
    found = decompose([[0.0]], [[4.0]], [[10.0]], [[20.0]])
    assert (found.world, found.residual, found.unmatched) == (0.0, 4.0, 0.0)


def test_shapes_must_agree():
    with pytest.raises(DataError, match="four tables of one shape"):
        decompose([[1.0]], [[1.0]], [[1.0, 2.0]], [[1.0]])


def test_no_reference_no_decomposition():
    with pytest.raises(NotIdentified, match="no growth to compare"):
        decompose([[1.0]], [[1.0]], [[0.0]], [[1.0]])
