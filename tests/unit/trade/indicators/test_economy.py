"""Side tables beside flows: units, holes, products."""

from __future__ import annotations

import pytest

from hansa.errors import MissingTable, UnitMismatch
from hansa.tables import frame
from hansa.trade import indicators
from hansa.trade.side import SideTable

FLOWS = {
    "period": [2020, 2020, 2021, 2021],
    "origin": ["A", "B"] * 2,
    "destination": ["B", "A"] * 2,
    "product": ["p", "q"] * 2,
    "value": [2e6, 1e6, 3e6, 2e6],
}


def gdp(unit: str, values=(6.0, 10.0)) -> SideTable:
    table = {"region": ["A", "A"], "period": [2020, 2021], "value": list(values)}
    return SideTable(frame(table), "gdp", unit=unit)


def test_the_scale_of_a_side_table_counts():
    rows = indicators.trade_openness(FLOWS, gdp=gdp("USD million"), region="A").rows()
    assert [row["trade_openness"] for row in rows] == [0.5, 0.5]


def test_another_currency_is_refused():
    with pytest.raises(UnitMismatch, match="'gdp' is in EUR million and the flows are in USD, current prices"):
        indicators.trade_openness(FLOWS, gdp=gdp("EUR million"))


def test_a_region_without_gdp_is_named():
    result = indicators.export_propensity(FLOWS, gdp=gdp("USD million"))
    assert {row["region"]: row["export_propensity"] for row in result.rows() if row["period"] == "2021"} == {
        "A": pytest.approx(0.3),
        "B": None,
    }
    assert "1 region(s) have no 'gdp' in some period and no figure there: B" in result.notes


def test_a_missing_side_table_is_named():
    with pytest.raises(MissingTable, match="The side table 'gdp' is missing: 'Import penetration' is computed from it"):
        indicators.import_penetration(FLOWS)


def test_a_table_without_periods_holds_for_all():
    rows = indicators.trade_openness(FLOWS, gdp={"A": 5e6}, region="A").rows()
    assert [row["trade_openness"] for row in rows] == [pytest.approx(0.6), pytest.approx(1.0)]


def test_production_by_product():
    production = {"region": ["A", "A"], "product": ["p", "q"], "period": [2020, 2020], "value": [4e6, 1e6]}
    rows = {row["product"]: row for row in indicators.net_import_reliance(FLOWS, production=production).rows()}
    assert rows["p"]["net_import_reliance"] == -1.0
    assert rows["q"]["import_penetration"] == 0.5
    assert len(rows) == 2


def test_the_parts_of_growth_sum_to_it():
    production = {"region": ["A", "A"], "period": [2020, 2021], "value": [10e6, 12e6]}
    row = indicators.import_substitution(FLOWS, production=production).rows()[0]
    assert row["demand"] + row["exports"] + row["import_substitution"] == pytest.approx(2e6)
    assert row["production_growth"] == 2e6
