"""Flows by coarser products, and in another classification."""

from __future__ import annotations

import pytest

from hansa.errors import DataError, UnitMismatch, UnknownCode
from hansa.products import Concordance, read_concordance
from hansa.trade.flows import as_flows
from hansa.trade.nomenclature import at_level, in_classification
from hansa.trade.readers.baci import read_baci

ROWS = {
    "period": ["2021", "2021", "2022"],
    "origin": ["A", "A", "A"],
    "destination": ["B", "B", "B"],
    "product": ["010121", "020110", "010129"],
    "value": [1.0, 2.0, 4.0],
}


def test_subheadings_add_up_to_chapters():
    flows = at_level(as_flows(ROWS, classification="HS17"), "chapter")
    rows = {(row["period"], row["product"]): row["value"] for row in flows.totals("period", "product").to_pylist()}
    assert rows == {("2021", "01"): 1.0, ("2021", "02"): 2.0, ("2022", "01"): 4.0}
    assert "3 of 3 product codes of HS17 were longer and cut to chapter" in flows.notes[0]
    assert flows.provenance.lines()[-1] == "level of products: chapter of HS17"


@pytest.mark.parametrize(("classification", "level"), [(None, "chapter"), ("HS17", "chapters")])
def test_a_level_needs_a_known_classification(classification, level):
    with pytest.raises(DataError, match="do not say which classification|has no level"):
        at_level(as_flows(ROWS, classification=classification), level)


def test_products_of_no_list_are_named():
    with pytest.raises(UnknownCode, match="p1"):
        at_level(as_flows({**ROWS, "product": ["p1", "010121", "010129"]}, classification="HS17"), "chapter")


def test_a_concordance_keeps_every_total():
    flows = as_flows(ROWS, classification="HS17")
    shares = {"010121": {"010111": 0.5, "010119": 0.5}, "010129": {"010119": 1.0}}
    moved = in_classification(flows, Concordance("HS17", "HS92", shares))
    assert moved.classification == "HS92"
    rows = {(row["period"], row["product"]): row["value"] for row in moved.totals("period", "product").to_pylist()}
    assert rows == {
        ("2021", "010111"): 0.5,
        ("2021", "010119"): 0.5,
        ("2021", "unallocated"): 2.0,
        ("2022", "010119"): 4.0,
    }
    assert any("no target" in note for note in moved.notes)
    chapters = {row["product"]: row["value"] for row in at_level(moved, "chapter").totals("product").to_pylist()}
    assert chapters == {"01": 5.0, "unallocated": 2.0}


def test_a_concordance_from_elsewhere_is_refused():
    with pytest.raises(UnitMismatch, match="leads from HS12 to HS92"):
        in_classification(as_flows(ROWS, classification="HS17"), Concordance("HS12", "HS92", {}))


def test_real_exports_cross_four_revisions(hansa_data):
    flows = read_baci(hansa_data / "baci_sample" / "baci_hs17_2020_exports_AFG_ZAF_v202201.parquet")
    path = hansa_data / "classifications" / "hs_concordances.parquet"
    moved = in_classification(flows, read_concordance(path, "HS17", "HS92"))
    total = flows.totals()["value"][0].as_py()
    assert moved.totals()["value"][0].as_py() == pytest.approx(total)
    # BACI writes all petroleum oils as 271000, a code of HS92 that HS17 does not have
    oils = {row["product"]: row["value"] for row in flows.totals("product").to_pylist()}["271000"]
    lost = {row["product"]: row["value"] for row in moved.totals("product").to_pylist()}["unallocated"]
    assert lost == pytest.approx(oils)
    assert any("no target (products: 271000)" in note for note in moved.notes)
