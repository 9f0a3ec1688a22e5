"""Criteria of dependency by hand."""

from __future__ import annotations

import numpy as np
import pytest

from hansa.errors import DataError
from hansa.trade import import_dependency as criteria


def test_concentration_of_one_two_and_no_suppliers():
    found = criteria.concentration([9.0, 2.0, 0.0], [3.0, 2.0, 0.0])
    assert found.tolist() == pytest.approx([1.0, 0.5, np.nan], nan_ok=True)


def test_persistence_needs_a_full_window():
    share, held = criteria.persistence([[1, 0], [1, 0], [0, 1], [0, 1]])
    assert share.tolist() == [0.5, 0.5]
    assert np.isnan(held[:2]).all()
    assert held[2:].tolist() == [[1.0, 0.0], [0.0, 1.0]]


def test_persistence_of_a_single_period():
    share, held = criteria.persistence([[1.0]], window=1, at_least=1)
    assert (share.tolist(), held.tolist()) == ([1.0], [[1.0]])


@pytest.mark.parametrize(("window", "at_least"), [(3, 4), (3, 0)])
def test_a_rule_that_cannot_be_met_is_refused(window, at_least):
    with pytest.raises(DataError, match="cannot be met"):
        criteria.persistence([[1.0]], window, at_least)
