"""Input-output tables: what cannot be, and how far a table is from balance."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from hansa.errors import DataError
from hansa.production import IOTable

TABLE = IOTable(
    ("A", "B"),
    ("all",),
    trade=np.array([[[80.0, 20.0], [10.0, 90.0]]]),
    intermediate=np.array([[[40.0, 50.0]]]),
    final=np.array([[50.0, 60.0]]),
    value_added=np.array([[60.0, 50.0]]),
    deficit=np.array([-10.0, 10.0]),
)


def test_a_balanced_table_has_no_gaps():
    assert TABLE.output.tolist() == [[100.0, 100.0]]
    assert all((gap == 0).all() for gap in TABLE.gaps().values())


def test_gaps_are_in_the_unit_of_the_table_and_count_tariffs():
    table = replace(TABLE, tariff=np.array([[[0.0, 0.1], [0.0, 0.0]]]), final=np.array([[50.0, 63.0]]))
    assert table.gaps()["use"].tolist() == [[0.0, 1.0]]
    assert replace(TABLE, value_added=np.array([[59.0, 50.0]])).gaps()["cost"].tolist() == [[1.0, 0.0]]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"trade": np.ones((2, 2))}, r"'trade' has the shape \(2, 2\); 1 sectors and 2 regions call for \(1, 2, 2\)"),
        ({"trade": np.array([[[80.0, -1.0], [10.0, 90.0]]])}, "negative flows: 1 cell.* of 'trade', e.g. all, A, B"),
        ({"final": np.array([[50.0, -60.0]])}, "negative final demand .*e.g. all, B"),
        ({"value_added": np.array([[np.nan, 50.0]])}, "no numbers: 1 cell.* of 'value_added', e.g. all, A"),
        ({"value_added": np.array([[0.0, 50.0]])}, "No value added or no final demand in A"),
        ({"tariff": np.full((1, 2, 2), -1.0)}, "rates at or below -100 %"),
        ({"elasticity": np.array([np.inf])}, "no numbers: 1 cell.* of 'elasticity', e.g. all"),
    ],
)
def test_bad_tables(change, message):
    with pytest.raises(DataError, match=message):
        replace(TABLE, **change)
