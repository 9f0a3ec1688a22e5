"""Constant market share with labels; the worked example stands in tests/published."""

from __future__ import annotations

import pytest

from hansa.errors import DataError, UnknownCode
from hansa.trade.indicators.market_share import constant_market_share

FLOWS = {
    "period": [2020, 2020, 2020, 2021, 2021, 2021],
    "origin": ["A", "B", "A", "A", "B", "A"],
    "destination": ["C", "C", "B", "C", "C", "B"],
    "product": ["p"] * 6,
    "value": [10.0, 100.0, 5.0, 12.0, 110.0, 9.0],
}


def test_parts_add_up_for_every_origin_and_order():
    for row in constant_market_share(FLOWS).rows():
        assert row["world"] + row["commodity"] + row["market"] + row["residual"] == pytest.approx(row["change"])
        assert row["commodity_first"] + row["market_second"] == pytest.approx(
            row["market_first"] + row["commodity_second"]
        )
        assert (row["start"], row["period"]) == ("2020", "2021")


def test_cells_without_other_suppliers_are_told():
    notes = constant_market_share(FLOWS, origin="A").notes
    assert any("nobody else sold then" in note and "A 33.3%" in note for note in notes)
    assert any("a market that closed is in it too" in note for note in notes)


def test_domestic_rows_are_left_out_and_counted():
    home = {
        name: [*values, *extra]
        for (name, values), extra in zip(FLOWS.items(), ([2020], ["A"], ["A"], ["p"], [1e6]), strict=True)
    }
    result = constant_market_share(home, origin="A")
    assert result.rows()[0]["initial"] == 15.0
    assert any(note.startswith("1 rows with one region as origin and destination") for note in result.notes)


def test_the_unit_is_that_of_the_flows():
    assert constant_market_share(FLOWS, origin="A").unit == "USD, current prices"


def test_what_is_refused():
    with pytest.raises(DataError, match="from an earlier to a later period, but these are 2021 and 2020"):
        constant_market_share(FLOWS, start=2021, end=2020)
    with pytest.raises(DataError, match="no column 'period'"):
        constant_market_share({name: values for name, values in FLOWS.items() if name != "period"})
    with pytest.raises(UnknownCode, match="'X' is no known origin"):
        constant_market_share(FLOWS, origin="X")
