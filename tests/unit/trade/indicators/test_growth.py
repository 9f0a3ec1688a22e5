"""Growth: which periods are compared, in which currency, at which prices."""

from __future__ import annotations

import math

import pytest

from hansa.errors import DataError, UnknownCode
from hansa.trade import indicators
from hansa.trade.flows import as_flows
from hansa.trade.indicators.series import by_columns
from hansa.units import Money

MONTHS = {
    "period": ["2021-01", "2021-02", "2022-01", "2022-02"],
    "origin": ["A"] * 4,
    "destination": ["B"] * 4,
    "product": ["p"] * 4,
    "value": [10.0, 20.0, 15.0, 10.0],
    "quantity": [10.0, 10.0, 10.0, 10.0],
}
YEARS = {"period": [2020, 2021], "origin": ["A"] * 2, "destination": ["B"] * 2, "value": [100.0, 112.0]}


def by_period(result) -> dict[str, float]:
    return {row["period"]: list(row.values())[-1] for row in result.rows()}


def test_months_are_compared_with_the_same_month_a_year_before():
    assert by_period(indicators.growth(MONTHS)) == {"2022-01": 0.5, "2022-02": -0.5}


def test_months_are_compared_with_the_month_before():
    found = by_period(indicators.growth(MONTHS, against="previous"))
    assert found == {"2021-02": 1.0, "2022-02": pytest.approx(-1 / 3)}


def test_everything_is_compared_with_one_period():
    assert by_period(indicators.growth(MONTHS, against="2021-01")) == {"2021-02": 1.0, "2022-01": 0.5, "2022-02": 0.0}


def test_what_did_not_exist_before_has_no_growth():
    flows = {"period": [2020, 2021, 2021], "origin": ["A", "A", "B"], "value": [1.0, 2.0, 5.0]}
    result = indicators.growth(flows)
    assert {row["origin"]: row["growth"] for row in result.rows()} == {"A": 1.0, "B": None}
    assert "1 of 2 figures do not exist (division by zero or no value): null" in result.notes


def test_no_earlier_period_is_an_error():
    with pytest.raises(DataError, match=r"no period to compare with \(last_year\) among 2020"):
        indicators.growth({"period": [2020], "origin": ["A"], "value": [1.0]})
    with pytest.raises(UnknownCode, match="'1999' is no known period of these flows"):
        indicators.growth(MONTHS, against="1999")


def test_growth_of_months_is_a_year():
    flows = {"period": ["2020-01", "2020-07"], "origin": ["A", "A"], "value": [100.0, 110.0]}
    assert indicators.growth_compound(flows).value() == pytest.approx(0.21, rel=1e-12)
    assert indicators.growth_log_mean(flows).value() == pytest.approx(2 * math.log(1.1), rel=1e-12)
    assert indicators.growth_trend(flows).value() == pytest.approx(0.21, rel=1e-12)
    assert indicators.growth_trend(flows).notes == ("from 2020-01 to 2020-07, a year",)


def test_turnover_is_counted_both_ways():
    flows = {"period": [2020, 2020, 2021], "origin": ["A", "B", "A"], "destination": ["B", "A", "B"]}
    flows["value"] = [1.0, 1.0, 3.0]
    found = indicators.growth(flows, by="region,partner", region="A")
    assert found.rows() == [{"period": "2021", "region": "A", "partner": "B", "growth": 0.5}]


def test_what_is_counted_both_ways_is_of_a_region(four_regions):
    for both in (indicators.turnover, indicators.balance, indicators.coverage):
        with pytest.raises(DataError, match="is what a region sells and buys; by='origin,destination' names none"):
            both(four_regions, by="origin,destination")


@pytest.mark.parametrize("by", ["region,origin", "partner", "origin,value"])
def test_columns_that_do_not_fit_are_refused(by):
    with pytest.raises(DataError, match="cannot stand beside"):
        by_columns(by)


def test_the_share_of_a_change_that_is_none_does_not_exist():
    flows = {"period": [2020, 2020, 2021, 2021], "origin": ["A"] * 4, "product": ["p", "q"] * 2}
    flows["value"] = [1.0, 2.0, 2.0, 1.0]
    rows = indicators.growth_contribution(flows).rows()
    assert [row["share_of_change"] for row in rows] == [None, None]
    assert sum(row["growth_contribution"] for row in rows) == 0


def test_dollars_in_local_currency_and_back():
    rate = {("A", 2020): 73.65, ("A", 2021): 68.55}
    local = as_flows(YEARS, unit=Money("RUB"))
    to_dollars = indicators.growth_in_currency(local, exchange_rate=rate)
    assert to_dollars.value() == pytest.approx(0.20332603938730887, abs=1e-12)
    assert to_dollars.meta["currency"] == "USD"
    dollars = {**YEARS, "value": [100.0, 100 * 1.20332603938730887]}
    assert indicators.growth_in_currency(dollars, exchange_rate=rate).value() == pytest.approx(0.12, abs=1e-12)


def test_a_rate_that_is_not_known_gives_no_figure():
    result = indicators.growth_in_currency(YEARS, exchange_rate={("A", 2020): 2.0})
    assert result.rows()[0]["growth_in_currency"] is None
    assert result.rows()[0]["growth"] == pytest.approx(0.12)


def test_whose_currency_can_be_said():
    rate = {("B", 2020): 1.0, ("B", 2021): 2.0}
    assert indicators.growth_in_currency(YEARS, exchange_rate=rate, currency_of="B").value() == pytest.approx(1.24)
    with pytest.raises(DataError, match="'C' is no region of these flows, so 'exchange_rate' cannot be taken from it"):
        indicators.growth_in_currency(YEARS, exchange_rate=rate, currency_of="C")
    with pytest.raises(DataError, match="Say whose 'exchange_rate' holds"):
        indicators.growth_in_currency({**YEARS, "product": ["p"] * 2}, exchange_rate=rate, by="product")


def test_constant_prices_say_so():
    result = indicators.constant_prices(YEARS, deflator={("A", 2020): 1.0, ("A", 2021): 1.12})
    assert by_period(result) == pytest.approx({"2020": 100.0, "2021": 100.0})
    assert result.unit == "USD, prices of the base of the deflator"


def test_prices_and_volumes_of_months():
    row = indicators.price_index(MONTHS, by="origin").rows()[0]
    assert row["price_index"] == pytest.approx(1.5)
    assert row["volume_index"] == pytest.approx(1.0)
    assert row["coverage"] == 1.0


def test_outliers_are_left_out_and_counted():
    flows = {
        "period": [2020] * 4 + [2021] * 4,
        "origin": ["A"] * 8,
        "product": ["p", "q", "r", "s"] * 2,
        "value": [10.0] * 4 + [11.0, 11.0, 11.0, 1000.0],
        "quantity": [1.0] * 8,
    }
    kept = indicators.price_index(flows)
    assert kept.value() == pytest.approx(1.1)
    assert kept.rows()[0]["coverage"] == pytest.approx(33 / 1033)
    assert kept.notes == (
        "2021: 1 of 4 unit values changed by a factor of 5 more or less than the median of their group and are left "
        "out",
    )
    assert indicators.price_index(flows, outlier_factor=None).value() == pytest.approx(1033 / 40)


def test_rows_without_quantity_are_not_compared():
    flows = {**MONTHS, "product": ["p", "q", "p", "q"], "quantity": [10.0, None, 10.0, 10.0]}
    rows = {row["period"]: row for row in indicators.price_index(flows).rows()}
    assert rows["2022-01"]["coverage"] == 1.0
    assert rows["2022-02"]["coverage"] == 0.0
    assert rows["2022-02"]["price_index"] is None


def test_prices_need_quantities_and_one_direction():
    with pytest.raises(DataError, match="needs a column 'quantity'"):
        indicators.price_index({name: values for name, values in MONTHS.items() if name != "quantity"})
    with pytest.raises(DataError, match="A price index is of flows in one direction"):
        indicators.price_index(MONTHS, by="region")


def test_trade_that_has_no_row_any_more_is_not_dropped_in_silence():
    found = indicators.growth({"period": [2020, 2020, 2021], "origin": ["A", "B", "A"], "value": [4.0, 2.0, 5.0]})
    assert found.rows() == [
        {"period": "2021", "origin": "A", "growth": 0.25},
        {"period": "2021", "origin": "B", "growth": None},
    ]
    assert "1 rows have trade before and no row after: no trade, or no report, so no growth" in found.notes
