"""Every indicator can be narrowed by the columns of its answer, which leaves its world as it is."""

from __future__ import annotations

import pytest

from hansa.errors import DataError, UnknownCode
from hansa.trade import indicators


def test_the_rows_are_those_of_the_whole_answer(four_regions):
    whole = indicators.trade_intensity(four_regions).rows()
    some = indicators.trade_intensity(four_regions, origin=["A", "B"], destination="C", period="1").rows()
    assert some == [r for r in whole if r["origin"] in "AB" and r["destination"] == "C" and r["period"] == "1"]
    assert len(some) == 2


def test_periods_may_be_numbers(four_regions):
    assert {row["period"] for row in indicators.turnover(four_regions, period=1).rows()} == {"1"}


def test_a_code_that_the_flows_lack_is_a_slip(four_regions):
    with pytest.raises(UnknownCode, match="'AA' is no known origin of these flows. Nearest known: 'A'"):
        indicators.rca(four_regions, origin="AA")


def test_a_region_that_has_no_row_is_an_answer(four_regions):
    assert indicators.export_share(four_regions.where(origin="A"), origin="B").rows() == []


def test_a_column_that_the_answer_lacks_is_named(four_regions):
    with pytest.raises(DataError, match="no column 'partner' to narrow it by; it has period, origin, product, rca"):
        indicators.rca(four_regions, partner="B")


def test_numbers_as_codes():
    flows = {"origin": [1, 2], "destination": [2, 1], "product": ["p", "p"], "value": [1.0, 3.0]}
    assert indicators.grubel_lloyd(flows, partner=2).rows() == [
        {"region": 1, "partner": 2, "product": "p", "grubel_lloyd": 0.5}
    ]


def test_narrowing_is_told(four_regions):
    assert indicators.rca(four_regions, origin="A").provenance.lines() == ["rca: origin='A'"]
