"""Tariff tables: lines that are not traded, partners, periods, slips."""

from __future__ import annotations

import pytest

from hansa.errors import DataError
from hansa.trade import indicators

FLOWS = {
    "period": [2020, 2020, 2021],
    "origin": ["B", "C", "B"],
    "destination": ["A"] * 3,
    "product": ["p", "q", "p"],
    "value": [30.0, 10.0, 5.0],
}
TARIFF = {"region": ["A", "A"], "product": ["p", "r"], "value": [0.1, 0.3]}


def by_period(result) -> dict[str, float]:
    return {row["period"]: list(row.values())[-1] for row in result.rows()}


def test_lines_that_nobody_trades_count_in_the_simple_mean_only():
    assert by_period(indicators.tariff_average(FLOWS, tariff=TARIFF)) == {"2020": 0.2, "2021": 0.2}
    assert by_period(indicators.tariff_weighted(FLOWS, tariff=TARIFF)) == {"2020": 0.1, "2021": 0.1}


def test_the_imports_that_have_a_line_are_told():
    rows = indicators.tariff_weighted(FLOWS, tariff={**TARIFF, "product": ["p", "r"]}).rows()
    assert [row["imports_covered"] for row in rows] == [0.75, 1.0]


def test_tariffs_by_partner_weigh_its_imports():
    tariff = {"region": ["A", "A"], "partner": ["B", "C"], "product": ["p", "q"], "value": [0.0, 0.4]}
    found = indicators.tariff_weighted(FLOWS, tariff=tariff).rows()
    assert found[0]["tariff_weighted"] == pytest.approx(0.1)
    assert found[1]["tariff_weighted"] == 0.0


def test_tariffs_of_a_period_hold_in_it():
    tariff = {**TARIFF, "period": [2021, 2021]}
    assert by_period(indicators.tariff_average(FLOWS, tariff=tariff)) == {"2021": 0.2}
    with pytest.raises(DataError, match="The side table 'tariff' has no rows for the periods of the flows"):
        indicators.tariff_average(FLOWS, tariff={**TARIFF, "period": [1999, 1999]})


def test_a_region_with_lines_in_one_period_only():
    tariff = {"region": ["A", "B"], "product": ["p", "p"], "period": [2020, 2021], "value": [0.1, 0.2]}
    rows = indicators.tariff_weighted(FLOWS, tariff=tariff).rows()
    assert [(row["period"], row["destination"], row["tariff_weighted"]) for row in rows] == [
        ("2020", "A", 0.1),
        ("2021", "B", None),
    ]


def test_two_rows_for_a_line_are_refused():
    with pytest.raises(DataError, match=r"more than one row for 1 line\(s\), e\.g\. 'A', 'p'\. Keep one row for each"):
        indicators.tariff_average(FLOWS, tariff={**TARIFF, "product": ["p", "p"]})


def test_a_table_without_products_is_refused():
    with pytest.raises(DataError, match="The side table 'tariff' has no column 'product'"):
        indicators.tariff_average(FLOWS, tariff={"A": 0.1})


def test_a_measure_applies_or_does_not():
    with pytest.raises(DataError, match=r"says 1 \(applies\) or 0, not 0\.5"):
        indicators.ntm_coverage(FLOWS, ntm={**TARIFF, "value": [0.5, 1.0]})


INPUTS = {"product": ["p"], "input": ["r"], "value": [0.5]}


def test_dear_inputs_eat_protection():
    row = indicators.effective_protection(FLOWS, tariff=TARIFF, input_share=INPUTS).rows()[0]
    assert row["effective_protection"] == pytest.approx((0.1 - 0.15) / 0.5)


def test_no_value_added_no_rate():
    result = indicators.effective_protection(FLOWS, tariff=TARIFF, input_share={**INPUTS, "value": [1.0]})
    assert result.rows()[0]["effective_protection"] is None


@pytest.mark.parametrize(
    ("tariff", "inputs", "says"),
    [
        (TARIFF, {**INPUTS, "input": ["z"]}, "no tariff on z, an input of 'p', in A"),
        (TARIFF, {**INPUTS, "product": ["z"]}, r"None of the products with input shares \(z\) has a tariff"),
        ({**TARIFF, "partner": ["B", "B"]}, INPUTS, "needs one tariff for a region and product"),
        (TARIFF, {name: values * 2 for name, values in INPUTS.items()}, "two rows for 'r' in 'p'"),
    ],
)
def test_slips_in_input_shares_are_named(tariff, inputs, says):
    with pytest.raises(DataError, match=says):
        indicators.effective_protection(FLOWS, tariff=tariff, input_share=inputs)
