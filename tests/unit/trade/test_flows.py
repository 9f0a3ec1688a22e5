"""Flows: choosing, summing, regrouping and checking rows; nothing counted twice."""

import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as some

from hansa import tables
from hansa.errors import DataError
from hansa.trade.flows import Flows, as_flows, one_report, yearly
from hansa.units import Money

FLOWS = {
    "period": ["2021", "2021", "2022", "2022"],
    "origin": ["A", "B", "A", "C"],
    "destination": ["B", "A", "C", "A"],
    "product": ["p", "p", "q", "p"],
    "value": [5.0, 7.0, 11.0, 13.0],
}
TOLD = {"origin": ["A", "A"], "destination": ["B", "B"], "value": [100.0, 108.0], "told_by": ["origin", "destination"]}


def sums(flows: Flows, *columns: str) -> dict:
    table = flows.totals(*columns)
    return {tuple(row[name] for name in columns): row["value"] for row in table.to_pylist()}


def test_rows_are_chosen_by_one_or_several_values():
    flows = as_flows(FLOWS)
    assert sums(flows.where(origin="A"), "origin") == {("A",): 16.0}
    assert sums(flows.where(origin=["A", "C"], period="2022"), "origin") == {("A",): 11.0, ("C",): 13.0}
    assert flows.where(origin="X").to_arrow().num_rows == 0
    assert flows.where(origin=[]).to_arrow().num_rows == 0


def test_choosing_is_written_down():
    chosen = as_flows(FLOWS).where(origin=list("ABCDEFGH"), period=2022)
    assert chosen.provenance.lines() == ["rows: origin = A, B, C, D, E, F and 2 more, period = 2022"]


@pytest.mark.parametrize("written", ["2022", 2022, 2022.0])
@pytest.mark.parametrize("column", [FLOWS["period"], [2021, 2021, 2022, 2022]])
def test_a_period_is_found_however_it_is_written(written: object, column: list):
    flows = as_flows({**FLOWS, "period": column})
    assert sums(flows.where(period=written)) == {(): 24.0}


def test_a_month_is_found_however_the_table_writes_it():
    flows = as_flows({"period": ["2022M03", "2022-03", "2022M04"], "origin": list("AAA"), "value": [1.0, 2.0, 4.0]})
    assert sums(flows.where(period="03.2022")) == {(): 3.0}
    assert sums(flows, "period") == {("2022-03",): 3.0, ("2022-04",): 4.0}


def test_totals_agree_however_they_are_reached():
    fresh, stepwise = as_flows(FLOWS), as_flows(FLOWS)
    stepwise.totals("period", "origin", "product")
    for columns in [("period", "origin"), ("origin",), ("product", "period"), ()]:
        assert sums(stepwise, *columns) == sums(fresh, *columns)
    assert sums(fresh) == {(): 36.0}
    assert fresh.totals("product", "period").column_names == ["product", "period", "value"]


def test_totals_of_a_null_is_null_only_where_all_are():
    flows = as_flows({"origin": ["A", "A", "B"], "value": [1.0, None, None]})
    assert sums(flows, "origin")[("A",)] == 1.0


def test_quantities_are_summed_too():
    flows = as_flows({**FLOWS, "quantity": [1, 2, 3, 4]})
    assert flows.totals("origin", measure="quantity").sort_by("origin")["quantity"].to_pylist() == [4.0, 2.0, 4.0]
    assert flows.by("period").to_arrow().sort_by("period").to_pylist() == [
        {"period": "2021", "value": 12.0, "quantity": 3.0},
        {"period": "2022", "value": 24.0, "quantity": 7.0},
    ]


def test_a_column_that_is_not_there():
    with pytest.raises(DataError) as refused:
        as_flows(FLOWS).where(partner="A")
    assert str(refused.value) == (
        "column 'partner': The flows have no column 'partner'; they have period, origin, destination, product, value."
    )
    for ask in (as_flows(FLOWS).by, as_flows(FLOWS).totals):
        with pytest.raises(DataError, match="The flows have no column 'partner'"):
            ask("partner")


def test_regrouping_regions_leaves_out_what_is_inside():
    flows = as_flows(FLOWS).regroup({"A": "AB", "B": "AB"})
    assert sums(flows, "origin", "destination") == {("AB", "C"): 11.0, ("C", "AB"): 13.0}
    assert flows.notes == ("flows inside AB are left out (domestic after grouping)",)
    assert flows.provenance.lines() == ["regrouped: AB = A, B"]
    kept = as_flows(FLOWS).regroup({"A": "AB", "B": "AB"}, inside="keep")
    assert sums(kept, "origin", "destination")[("AB", "AB")] == 12.0


def test_regrouping_products():
    flows = as_flows(FLOWS).regroup({"p": "all", "q": "all"}, column="product")
    assert sums(flows, "product") == {("all",): 36.0}
    with pytest.raises(DataError, match="Flows inside a group can be 'drop' or 'keep', not 'remove'."):
        as_flows(FLOWS).regroup({}, inside="remove")


def test_two_reports_are_never_added():
    flows = as_flows(TOLD)
    assert flows.told_by == "both"
    for ask in (lambda: flows.by("origin"), lambda: one_report(flows), lambda: one_report(TOLD)):
        with pytest.raises(
            DataError, match="The table holds two mirror reports of the same flows, which would be counted"
        ):
            ask()
    chosen = flows.where(told_by="origin")
    assert chosen.told_by == "origin"
    assert sums(one_report(chosen), "origin") == {("A",): 100.0}
    assert flows.by("origin", "told_by").told_by == "both"


def test_one_report_needs_no_column_that_says_so():
    flows = Flows(as_flows(FLOWS).table, told_by="origin")
    assert flows.where(told_by="origin") == flows.where(told_by="origin")
    assert sums(flows.where(told_by="origin")) == {(): 36.0}


def test_an_unknown_teller():
    with pytest.raises(DataError) as refused:
        as_flows({**TOLD, "told_by": ["origin", "customs"]})
    assert str(refused.value) == ("column 'told_by': told_by says customs; it may say origin, destination, reconciled.")


def test_problems_are_counted_and_refused():
    flows = as_flows(
        {
            "period": ["2021", "2021", "2021", "2021", None],
            "origin": ["A", "A", "B", "C", "D"],
            "value": [1.0, -2.0, None, float("inf"), float("nan")],
        }
    )
    assert flows.problems() == [
        "1 of 5 rows without a value",
        "1 of 5 rows with a negative value",
        "2 of 5 rows with an infinite value or NaN",
        "1 of 5 rows without period",
        "keys with more than one row, e.g. ('2021', 'A')",
    ]
    with pytest.raises(
        DataError, match=r"^The flows have problems: 1 of 5 rows without a value; .* sum them with by\("
    ):
        flows.check()


def test_nothing_is_wrong_with_good_rows():
    flows = as_flows(FLOWS)
    assert flows.problems() == []
    assert flows.check() is flows


def test_frames_come_in_and_go_out():
    for frame in (pd.DataFrame(FLOWS), pl.DataFrame(FLOWS), pa.table(FLOWS)):
        flows = as_flows(frame, unit=Money("EUR"), classification="HS17")
        assert (flows.unit, flows.classification) == (Money("EUR"), "HS17")
        assert flows.to_arrow().to_pydict() == FLOWS
        assert flows.to_pandas()["value"].tolist() == FLOWS["value"]
        assert flows.to_polars()["value"].to_list() == FLOWS["value"]
    assert as_flows(flows) is flows


def test_months_are_summed_to_whole_years():
    months = [f"{year}-{month:02d}" for year in (2020, 2021, 2022) for month in range(1, 13)][:-1]
    rows = {"period": months * 2, "origin": ["A"] * 35 + ["B"] * 35, "value": [1.0] * 70, "quantity": [2.0] * 70}
    whole = yearly(as_flows(rows))
    assert sums(whole, "period", "origin") == {(y, o): 12.0 for y in ("2020", "2021") for o in "AB"}
    assert whole.totals(measure="quantity").to_pylist() == [{"quantity": 96.0}]
    assert whole.notes == ("2022 is left out: not all of its periods are there",)
    assert whole.provenance.lines()[-1] == "summed: to years"
    with pytest.raises(DataError, match="No year is complete: 2021 lack months or quarters, and cannot be summed."):
        yearly(as_flows({"period": ["2021-01"], "origin": ["A"], "value": [1.0]}))


def test_years_are_years_already():
    flows = as_flows(FLOWS)
    assert yearly(flows) is flows


def test_notes_are_added():
    assert as_flows(FLOWS).noting("a", "b").noting("c").notes == ("a", "b", "c")


codes = some.sampled_from("ABCD")
rows = some.lists(
    some.tuples(some.sampled_from(["2021", "2022"]), codes, codes, some.sampled_from("pqr"), some.integers(0, 10**6)),
    min_size=1,
    max_size=20,
)
groupings = some.dictionaries(codes, some.sampled_from(["G", "H"]), max_size=4)


def _flows(held: list) -> Flows:
    names = ("period", "origin", "destination", "product", "value")
    return as_flows(dict(zip(names, map(list, zip(*held, strict=True)), strict=True)))


@given(rows, groupings)
def test_regrouping_loses_only_what_is_said(held: list, groups: dict):
    flows = _flows(held)
    whole = sums(flows)[()]
    assert sums(flows.regroup(groups, inside="keep"))[()] == whole
    inside = sum(v for _, o, d, _, v in held if o in groups and groups.get(o) == groups.get(d))
    left = flows.regroup(groups).to_arrow()["value"].to_pylist()
    assert sum(left) == whole - inside


@given(rows, some.sampled_from(["period", "origin", "destination", "product"]))
def test_summing_keeps_the_total(held: list, column: str):
    flows = _flows(held)
    assert sum(sums(flows, column).values()) == sum(tables.collect(flows.by(column).table)["value"].to_pylist())
    assert sum(sums(flows, column).values()) == sum(row[-1] for row in held)


def test_rows_without_a_value_are_left_out_of_arithmetic_and_said() -> None:
    given = as_flows({"origin": ["A", "A", "B"], "value": [1.0, None, float("nan")]})
    fit = one_report(given.noting("a remark"))
    assert fit.notes == ("a remark", "2 of 3 rows have no value and are left out")
    assert fit.totals("origin").to_pylist() == [{"origin": "A", "value": 1.0}]
    assert one_report(given).notes == ("2 of 3 rows have no value and are left out",)


@pytest.mark.parametrize("wrong", [-1.0, float("inf")])
def test_negative_or_infinite_values_are_refused(wrong: float) -> None:
    with pytest.raises(DataError, match="1 of 2 rows have a negative or infinite value"):
        one_report({"origin": ["A", "B"], "value": [1.0, wrong]})
