"""Import dependency with labels; the worked example stands in tests/published."""

from __future__ import annotations

import pytest

from hansa.errors import DataError, UnknownCode
from hansa.trade.indicators.dependency import geodep, import_dependency, imports_at_risk


def yearly(*years: dict[tuple[str, str], float]) -> dict[str, list]:
    cells = [(2020 + n, o, d, "p", value) for n, year in enumerate(years) for (o, d), value in year.items()]
    period, origin, destination, product, value = map(list, zip(*cells, strict=True))
    return {"period": period, "origin": origin, "destination": destination, "product": product, "value": value}


FEW = {("C", "A"): 9.0, ("D", "A"): 1.0, ("A", "D"): 2.0}
MANY = {("C", "A"): 4.0, ("D", "A"): 3.0, ("E", "A"): 3.0, ("A", "D"): 2.0}


def test_persistence_over_years():
    rows = import_dependency(yearly(FEW, MANY, FEW, MANY), region="A").rows()
    assert [row["import_dependency"] for row in rows] == [True, False, True, False]
    assert [row["persistence"] for row in rows] == [0.5] * 4
    assert [row["persistent"] for row in rows] == [None, None, True, False]


def test_every_region_by_itself_equals_each_region_asked_for():
    flows = yearly(FEW, MANY)
    for compute in (import_dependency, geodep):
        every = compute(flows).rows()
        assert {row["region"] for row in every} == {"A", "D"}
        for region in "AD":
            assert compute(flows, region=region).rows() == [row for row in every if row["region"] == region]


def test_a_bloc_by_name_has_the_members_of_the_period():
    flows = {
        "period": [2019, 2019, 2021, 2021],
        "origin": ["GBR", "USA", "GBR", "USA"],
        "destination": ["FRA"] * 4,
        "product": ["p"] * 4,
        "value": [3.0, 1.0, 3.0, 1.0],
    }
    rows = import_dependency(flows, region="EU").rows()
    assert [(row["region"], row["outside_share"]) for row in rows] == [("EU", 0.25), ("EU", 1.0)]


def test_imports_without_exports_are_above_any_threshold_and_have_no_ratio():
    result = import_dependency(yearly({("C", "A"): 9.0}), region="A")
    row = result.rows()[0]
    assert (row["imports_to_exports"], row["import_dependency"]) == (None, True)
    assert any("have imports and no exports" in note for note in result.notes)


def test_thresholds_can_be_set():
    strict = import_dependency(yearly(FEW), region="A", thresholds=(0.9, 0.5, 1.0))
    assert strict.rows()[0]["import_dependency"] is False
    assert strict.meta["thresholds"] == (0.9, 0.5, 1.0)


def test_geodep_asks_for_a_concentrated_world():
    # C sells 9 of 12 in the world: 0.5625 + 1/144 + 4/144 = 0.597
    row = geodep(yearly(FEW), region="A").rows()[0]
    assert row["world_concentration"] == pytest.approx((81 + 1 + 4) / 144)
    assert (row["geodep"], row["imports_twice_exports"], row["persistent"]) == (True, True, None)


def test_few_periods_are_told():
    assert any(
        "'persistent' asks for 3 periods, but there are 1" in note for note in geodep(yearly(FEW), region="A").notes
    )


def test_imports_at_risk_in_total_and_by_product():
    flows = yearly(FEW)
    assert imports_at_risk(flows, origin="C", destination="A").value() == 0.9
    assert imports_at_risk(flows, destination="A", by="product").rows()[1]["imports_at_risk"] == 0.1
    assert imports_at_risk(flows, period=2020).to_arrow().num_rows == 3


def test_what_is_refused():
    flows = yearly(FEW)
    with pytest.raises(DataError, match="divide by 'all' exports"):
        import_dependency(flows, region="A", exports="none")
    with pytest.raises(UnknownCode, match="'X' is no known region of these flows"):
        geodep(flows, region=["A", "X"])
    with pytest.raises(UnknownCode, match="is no known bloc"):
        geodep(flows, region="Atlantis")
    with pytest.raises(DataError, match="'EU' change with time, and the flows have no period"):
        geodep({name: values for name, values in flows.items() if name != "period"}, region="EU")
    with pytest.raises(DataError, match="by 'total' or by 'product'"):
        imports_at_risk(flows, by="pair")
    with pytest.raises(DataError, match="too many rows"):
        imports_at_risk(flows, by="product")


def test_imports_at_risk_of_a_period_that_is_not_there():
    flows = yearly(FEW, MANY)
    assert {row["period"] for row in imports_at_risk(flows, period=2021).rows()} == {"2021"}
    with pytest.raises(UnknownCode, match="'2030' is no known period of these flows"):
        imports_at_risk(flows, period=2030)
    undated = {name: flows[name] for name in ("origin", "destination", "product", "value")}
    with pytest.raises(UnknownCode, match="They have no periods"):
        imports_at_risk(undated, period=2021)


def test_exports_to_the_outside_are_none_where_only_the_error_of_summing_is_left():
    # each member sells to the next one; 0.1 + 0.2 + 0.3 in two orders differs by 1e-16
    flows = {"origin": list("ABCX"), "destination": list("BCAA"), "product": ["p"] * 4, "value": [0.1, 0.2, 0.3, 5.0]}
    (row,) = import_dependency(flows, region=["A", "B", "C"], exports="outside").rows()
    assert row["imports_to_exports"] is None
