"""Totals as matrices."""

from __future__ import annotations

import numpy as np
import pytest

from hansa.errors import UnknownCode
from hansa.trade.flows import as_flows
from hansa.trade.indicators.grid import abroad, grid, grids, long, said, wanted

FLOWS = {
    "period": [2020, 2020, 2021],
    "origin": ["B", "A", "A"],
    "destination": ["A", "B", "A"],
    "product": ["q", "p", "p"],
    "value": [1.0, 2.0, 3.0],
}


def test_matrices_share_labels_over_periods():
    cells = grid(as_flows(FLOWS))
    assert (cells.periods, cells.rows, cells.columns) == (("2020", "2021"), ["A", "B"], ["p", "q"])
    assert cells.matrix("2020").tolist() == [[2.0, 0.0], [0.0, 1.0]]
    assert cells.matrix("2021").tolist() == [[3.0, 0.0], [0.0, 0.0]]
    assert cells.onto(["A", "B", "C"], ["q", "p"], "2020").tolist() == [[0.0, 2.0], [1.0, 0.0], [0.0, 0.0]]


def test_a_grid_for_each_label_whatever_is_read_at_once():
    flows = as_flows(FLOWS)
    for at_once in (1, 20):
        found = dict(grids(flows, "origin", ["A", "B"], "destination", "product", period=["2021"], at_once=at_once))
        assert found["A"].onto(["A", "B"], ["p", "q"], "2021").tolist() == [[3.0, 0.0], [0.0, 0.0]]
        assert found["B"].onto(["A", "B"], ["p", "q"], "2021").sum() == 0


def test_trade_at_home_is_left_out_and_counted():
    flows, notes = abroad(as_flows(FLOWS))
    assert flows.totals().to_pylist() == [{"value": 3.0}]
    assert notes[0].startswith("1 rows")
    again, none = abroad(flows)
    assert again is flows
    assert none == []


def test_labels_that_are_not_there_are_refused():
    with pytest.raises(UnknownCode, match="'C' is no known origin. .*The flows hold 2 of them"):
        wanted(["A", "B"], ["A", "C"], "origin")


def test_the_way_back_makes_nan_null():
    table = long("2020", {"origin": (["A", "B"], np.array([1, 0]))}, {"x": np.array([np.nan, 1.0])})
    assert table.to_pylist() == [
        {"period": "2020", "origin": "B", "x": None},
        {"period": "2020", "origin": "A", "x": 1.0},
    ]


def test_a_few_labels_for_a_note():
    assert said("abcdefg") == "a, b, c, d, e and 2 more"
