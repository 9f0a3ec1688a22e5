"""Export potential with labels and side tables, by hand."""

from __future__ import annotations

import math

import pytest

from hansa.errors import DataError, UnknownCode
from hansa.trade.indicators.potential import export_potential

FLOWS = {
    "period": [2020] * 6,
    "origin": ["A", "B", "B", "C", "A", "B"],
    "destination": ["C", "C", "A", "B", "B", "C"],
    "product": ["p", "p", "p", "p", "q", "q"],
    "value": [20.0, 60.0, 10.0, 5.0, 8.0, 4.0],
}


def row(product: str = "p", **options):
    options = {"origin": "A", "destination": "C", "product": product, **options}
    return export_potential(FLOWS, **options).rows()[0]


def test_neutral_by_hand_and_said_so():
    found = row()
    # demand 80; supply 20/95 x min(1, 20/10); expected 20/95 x 80 + 8/12 x 4; ease 20 / expected
    expected = 20 / 95 * 80 + 8 / 12 * 4
    assert found["demand"] == 80.0
    assert found["supply"] == pytest.approx(20 / 95)
    assert found["expected"] == pytest.approx(expected)
    assert found["ease"] == pytest.approx(20 / expected)
    assert found["potential"] == pytest.approx(80 * 20 / 95 * 20 / expected)
    assert (found["actual"], found["unrealised"]) == (20.0, 0.0)
    notes = export_potential(FLOWS, origin="A").notes
    for lack in ("no gdp_growth", "no population_growth", "elasticity", "no tariffs", "no distances"):
        assert sum(lack in note for note in notes) == 1


def test_growth_of_market_and_of_suppliers():
    found = row(
        gdp_growth={"A": 1.1, "B": 1.0, "C": 1.21}, population_growth={"A": 1, "B": 1, "C": 1.1}, elasticity=2.0
    )
    assert found["demand"] == pytest.approx(80 * 1.1**2 * 1.1)
    assert found["supply"] == pytest.approx(22 / (22 + 70 + 5 * 1.21))


def test_growth_that_is_unknown_is_neutral_and_counted():
    notes = export_potential(FLOWS, origin="A", gdp_growth={"A": 1.1, "C": 1.0}).notes
    assert any("no gdp_growth for 1 of 3 regions: 1 is taken" in note for note in notes)


def test_distances_are_weighed_by_what_the_market_imports():
    distance = {"region": ["C", "C"], "partner": ["A", "B"], "value": [1000.0, 4000.0]}
    found = row(distance=distance)
    mean = (20 * math.log(1000) + 60 * math.log(4000)) / 80
    assert found["ease"] == pytest.approx(row()["ease"] * math.exp(-(mean - math.log(1000))))


def test_tariffs_of_partners_by_product():
    tariff = {
        "region": ["C", "C", "A", "B"],
        "partner": ["A", "B", "B", "C"],
        "product": ["p"] * 4,
        "value": [0.0, 0.1, 0.2, 0.3],
    }
    found = row(tariff=tariff)
    mean_in_c, world = 60 * 0.1 / 80, (60 * 0.1 + 10 * 0.2 + 5 * 0.3) / 95
    assert found["demand"] == pytest.approx(80 * (1 + mean_in_c))
    assert found["supply"] == pytest.approx(20 / 95 / (1 + world))  # A itself faces none


def test_an_equal_tariff_for_all_changes_nothing():
    assert row(tariff={"region": ["A", "B", "C"], "value": [0.1] * 3})["potential"] == pytest.approx(row()["potential"])


def test_side_tables_are_taken_at_their_latest_time():
    elasticity = {"region": ["C", "C", "C"], "period": [2018, 2019, 2025], "value": [1.0, 2.0, 9.0]}
    growth = {"gdp_growth": {"A": 1.0, "B": 1.0, "C": 1.1}}
    assert row(elasticity=elasticity, **growth)["demand"] == pytest.approx(80 * 1.1**2)


def test_at_most_five_periods_are_averaged():
    years = {name: [] for name in FLOWS}
    for year in range(2010, 2017):
        for name, values in FLOWS.items():
            years[name] += (
                [year] * 6 if name == "period" else [x * (year - 2009) for x in values] if name == "value" else values
            )
    result = export_potential(years, origin="A", destination="C", product="p")
    assert result.meta["periods"] == ("2012", "2013", "2014", "2015", "2016")
    assert result.rows()[0]["demand"] == pytest.approx(80 * 5)
    assert export_potential(years, origin="A", destination="C", product="p", period=2010).rows()[0]["demand"] == 80.0


def test_products_the_origin_does_not_sell_have_no_row():
    assert {r["product"] for r in export_potential(FLOWS, origin="C").rows()} == {"p"}


def test_what_is_refused():
    with pytest.raises(UnknownCode, match="'X' is no known origin"):
        export_potential(FLOWS, origin="X")
    with pytest.raises(DataError, match="begins after 2020"):
        row(elasticity={"region": ["C"], "period": [2025], "value": [1.0]})
    with pytest.raises(DataError, match="more than one value for a region"):
        row(elasticity={"region": ["C", "C"], "value": [1.0, 2.0]})
