"""The store: what is written comes back, as it was known on any day, and nothing counts twice."""

from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from hansa.errors import DataError, MissingTable, UnitMismatch, UnknownCode
from hansa.provenance import Provenance, Source
from hansa.trade.flows import Flows, as_flows
from hansa.trade.side import as_side
from hansa.trade.store import Store, open_store
from hansa.units import Money

ROWS = {
    "period": [2021, 2022],
    "origin": ["A", "A"],
    "destination": ["B", "B"],
    "product": ["p", "p"],
    "value": [5.0, 7.0],
}


def flows(**changed) -> Flows:
    facts = {name: changed.pop(name) for name in list(changed) if name not in ROWS}
    return replace(as_flows({**ROWS, **changed}), **facts)


def sums(held: Flows, *columns: str) -> dict:
    return {tuple(row[c] for c in columns): row["value"] for row in held.totals(*columns).to_pylist()}


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store.create(tmp_path / "store")


def test_what_is_written_comes_back_with_all_it_knows(store: Store):
    source = Provenance((Source("CEPII", "BACI", "202401b"),)).then("read", "baci.zip")
    facts = {"unit": Money("EUR"), "valuation": "FOB", "told_by": "reconciled", "classification": "HS17"}
    store.write(flows(**facts, provenance=source, notes=("3 rows dropped",)))
    back = open_store(store.archive.folder).flows()
    assert {name: getattr(back, name) for name in facts} == facts
    assert (back.provenance, back.notes, back.scope) == (source, ("3 rows dropped",), "goods")
    assert sums(back, "period", "origin") == {("2021", "A"): 5.0, ("2022", "A"): 7.0}
    assert back.where(told_by="reconciled").to_arrow().num_rows == 2


def test_the_store_writes_periods_one_way(store: Store):
    store.write(flows(period=["2022M03", "2022Q1"]))
    assert sums(store.flows(frequency="M"), "period") == {("2022-03",): 5.0}
    assert sums(store.flows(frequency="Q"), "period") == {("2022-Q1",): 7.0}


def test_the_coarsest_periods_by_default_so_that_no_year_counts_twice(store: Store):
    store.write(flows(period=["2022", "2022-03"]))
    assert sums(store.flows(), "period") == {("2022",): 5.0}
    with pytest.raises(DataError, match="'flows' has no periods of frequency 'Q'; it has A, M."):
        store.flows(frequency="Q")


def test_years_are_summed_where_there_are_only_months(store: Store):
    months = [f"2021-{month:02d}" for month in range(1, 13)] + ["2022-01"]
    columns = {"origin": ["A"] * 13, "destination": ["B"] * 13, "product": ["p"] * 13, "value": [1.0] * 13}
    store.write(flows(period=months, **columns))
    assert len(sums(store.flows(), "period")) == 13
    whole = store.flows(frequency="A")
    assert sums(whole, "period") == {("2021",): 12.0}
    assert whole.notes == ("2022 is left out: not all of its periods are there",)


def test_any_engine_can_be_written(store: Store):
    store.write(as_flows(pl.LazyFrame(ROWS)))
    assert sums(store.flows()) == {(): 12.0}


def test_a_day_before_a_revision(store: Store):
    store.write(flows(), vintage="2023-01-01")
    store.write(flows(value=[5.0, 8.0]), vintage="2023-06-01")
    assert sums(store.flows(as_of="2023-05-31")) == {(): 12.0}
    assert sums(store.flows()) == {(): 13.0}
    listed = store.vintages().rows()
    assert [(row["vintage"], row["rows"], row["mode"]) for row in listed] == [
        ("2023-01-01", 2, "replace"),
        ("2023-06-01", 2, "replace"),
    ]


def test_new_periods_are_appended(store: Store):
    store.write(flows(), vintage="2023-01-01")
    store.write(flows(period=[2023, 2024]), vintage="2023-02-01", mode="append")
    assert sums(store.flows()) == {(): 24.0}


@pytest.mark.parametrize("vintage", ["2023-01-01", "2023-02-01", "2022-12-01"])
def test_rows_that_would_count_twice_are_refused(store: Store, vintage: str):
    store.write(flows(), vintage="2023-01-01")
    before = (store.archive.folder / "manifest.json").read_bytes()
    if vintage < "2023-01-01":  # the later import replaces it: on no day do both count
        store.write(flows(period=[2022, 2023]), vintage=vintage, mode="append")
        return
    with pytest.raises(DataError) as refused:
        store.write(flows(period=[2022, 2023]), vintage=vintage, mode="append")
    assert str(refused.value) == (
        "Rows to add are in 'flows' already, e.g. ('A', '2022', 'A', 'B', 'p'). Import the corrected table whole, as a "
        "new vintage that replaces it. If another office tells them, say who does: [constants] told_by in both column "
        "maps."
    )
    assert (store.archive.folder / "manifest.json").read_bytes() == before


def test_rows_appended_to_an_old_vintage_must_not_meet_later_ones(store: Store):
    store.write(flows(), vintage="2023-01-01")
    store.write(flows(period=[2023, 2024]), vintage="2023-03-01", mode="append")
    with pytest.raises(DataError, match="Rows to add are in 'flows' already"):
        store.write(flows(period=[2024, 2025]), vintage="2023-02-01", mode="append")


def test_parts_of_another_unit_or_breakdown_are_refused(store: Store):
    store.write(flows(classification="HS17"), vintage="2023-01-01")
    after = {"vintage": "2023-02-01", "mode": "append"}
    with pytest.raises(UnitMismatch) as refused:
        store.write(flows(period=[2023, 2024], classification="HS17", unit=Money("EUR")), **after)
    assert str(refused.value) == (
        "'flows' has unit USD, current prices, but the rows to add have EUR, current prices. Import them as a dataset "
        "of their own."
    )
    with pytest.raises(UnitMismatch, match="'flows' has classification 'HS17', but the rows to add have not said."):
        store.write(flows(period=[2023, 2024]), **after)
    whole = replace(as_flows({k: v for k, v in ROWS.items() if k != "product"}), classification="HS17")
    with pytest.raises(
        DataError, match="'flows' is told by .*product, but the rows to add by .*; together they would count"
    ):
        store.write(whole, **after)


def test_two_reports_in_two_imports(store: Store):
    store.write(flows(told_by="origin", valuation="FOB"), vintage="2023-01-01")
    store.write(flows(value=[5.4, 7.0], told_by="destination", valuation="CIF"), vintage="2023-01-02", mode="append")
    both = store.flows()
    assert (both.told_by, both.valuation) == ("both", None)
    assert sums(store.flows(told_by="destination")) == {(): 12.4}
    reconciled = store.flows(told_by="reconciled")
    assert (reconciled.told_by, reconciled.valuation) == ("reconciled", "FOB")
    assert sums(reconciled, "period")[("2022",)] == pytest.approx(7.0, rel=0.1)
    with pytest.raises(UnknownCode, match="'customs' is no known teller. It may be origin, destination, reconciled."):
        store.flows(told_by="customs")


def test_one_report_is_not_the_other(store: Store):
    store.write(flows(told_by="origin"))
    assert store.flows(told_by="origin").told_by == "origin"
    with pytest.raises(DataError, match="'flows' is told by origin, not by destination."):
        store.flows(told_by="destination")


def test_flows_with_problems_are_refused(store: Store):
    before = (store.archive.folder / "manifest.json").read_bytes()
    with pytest.raises(DataError, match="The flows have problems: 1 of 2 rows with a negative value."):
        store.write(flows(value=[-1.0, 1.0]))
    with pytest.raises(
        DataError, match="Flows in a store need a period. Add a column period, or a constant one in the co"
    ):
        store.write(as_flows({"origin": ["A"], "value": [1.0]}))
    with pytest.raises(DataError, match="'soon' is no period that Hansa knows."):
        store.write(flows(period=["2022", "soon"]))
    assert (store.archive.folder / "manifest.json").read_bytes() == before


def test_which_dataset(store: Store):
    with pytest.raises(DataError, match="The store holds no goods flows yet; import some first."):
        store.flows()
    store.write(flows(), dataset="baci")
    assert sums(store.flows()) == {(): 12.0}
    store.write(flows(value=[1.0, 1.0]), dataset="own")
    assert store.datasets() == ["baci", "own"]
    with pytest.raises(DataError, match=r"The store holds several \(baci, own\); name one."):
        store.flows()
    assert sums(store.flows("own")) == {(): 2.0}
    store.write(flows(value=[2.0, 2.0]))
    assert sums(store.flows()) == {(): 4.0}
    with pytest.raises(UnknownCode, match="Nearest known: 'baci'. It holds: baci, flows, own."):
        store.flows("bacy")


def test_services_are_kept_apart(store: Store):
    store.write(flows())
    store.write(flows(value=[1.0, 1.0], scope="services"), mode="append")
    assert sums(store.flows()) == {(): 12.0}
    assert sums(store.flows(scope="services")) == {(): 2.0}
    assert store.datasets("services") == ["flows"]


def test_side_tables(store: Store):
    store.write(replace(as_side({("A", 2022): 100.0}, "gdp"), unit="USD"), vintage="2023-01-01")
    store.write(replace(as_side({("A", 2022): 101.0}, "gdp"), unit="USD"), vintage="2023-06-01")
    assert store.measures() == ["gdp"]
    assert store.side("gdp").lookup("region", "period") == {("A", "2022"): 101.0}
    assert store.side("gdp", as_of="2023-02-01").lookup("region") == {"A": 100.0}
    assert store.side("gdp").unit == "USD"
    with pytest.raises(MissingTable, match="The side table 'tariff' is missing: ad-valorem tariff"):
        store.side("tariff")
    with pytest.raises(DataError, match="The side table 'gdp' has problems: keys with more than one row"):
        store.write(as_side({"region": ["A", "A"], "value": [1.0, 2.0]}, "gdp"))
    with pytest.raises(DataError, match="Rows to add are in 'gdp' already"):
        store.write(replace(as_side({("A", 2022): 1.0}, "gdp"), unit="USD"), vintage="2023-07-01", mode="append")


def test_the_same_table_gives_the_same_bytes(store: Store, tmp_path: Path):
    other = Store.create(tmp_path / "other")
    one = store.write(flows())
    two = other.write(flows(**{name: column[::-1] for name, column in ROWS.items()}))
    assert one.sha256 == two.sha256


def test_reports_of_which_only_some_say_who_tells(store: Store):
    store.write(flows(told_by="origin"), vintage="2023-01-01")
    with pytest.raises(DataError, match="only some say whether the origin or the destination tells them"):
        store.write(flows(period=[2023, 2024]), vintage="2023-02-01", mode="append")


def test_one_report_cannot_be_reconciled(store: Store):
    store.write(flows(told_by="origin"), vintage="2023-01-01")
    with pytest.raises(DataError, match="holds only what the origins report"):
        store.flows(told_by="reconciled")


def test_a_frame_is_written_as_flows(store: Store):
    store.write({**ROWS}, vintage="2023-01-01")
    assert sums(store.flows()) == {(): 12.0}


def test_no_rows_are_no_dataset(store: Store):
    with pytest.raises(DataError, match="there are no rows"):
        store.write(flows().where(origin="nobody"))
