"""SMART by hand."""

from __future__ import annotations

import pytest

from hansa.errors import DataError
from hansa.trade.partial_equilibrium import smart


def test_no_change_no_effect():
    found = smart(100.0, 300.0, 0.1, 0.1, (1.25, 1.5))
    assert float(found.total) == 0.0


def test_without_other_suppliers_nothing_is_diverted():
    found = smart(100.0, 0.0, 0.25, 0.0, (1.0, 1.5))
    assert (float(found.creation), float(found.diversion)) == (20.0, 0.0)


def test_a_higher_tariff_loses_trade():
    found = smart(100.0, 300.0, 0.0, 0.1, (1.0, 1.5))
    assert float(found.creation) == pytest.approx(-10)
    assert float(found.diversion) == pytest.approx(-100 * 300 * 0.15 / (400 + 15))


def test_a_product_that_is_not_imported_has_no_effect():
    assert smart([0.0], [0.0], 0.1, 0.0, (1.0, 1.5)).total.tolist() == [0.0]


def test_elasticities_are_sizes():
    with pytest.raises(DataError, match="given as sizes"):
        smart(1.0, 1.0, 0.1, 0.0, (-1.25, 1.5))


def test_a_tariff_is_a_share():
    with pytest.raises(DataError, match="must be above -1"):
        smart(1.0, 1.0, -1.0, 0.0, (1.25, 1.5))
