"""Redirection with labels; the worked example stands in tests/published."""

from __future__ import annotations

import pytest

from hansa.errors import DataError, UnknownCode
from hansa.regions import members_on
from hansa.trade.indicators.redirection import MARKET_GROWTH, NO_GROWTH, redirection, supplier_replacement
from hansa.trade.readers.comtrade import read_comtrade

FLOWS = {
    "period": [2020] * 4 + [2021] * 4,
    "origin": ["B", "B", "O", "B"] * 2,
    "destination": ["C", "A", "A", "D"] * 2,
    "product": ["p", "p", "p", "q"] * 2,
    "value": [10.0, 5.0, 10.0, 1.0, 2.0, 11.0, 12.0, 2.0],
}


def test_both_counterfactuals_always_stand_side_by_side():
    rows = redirection(FLOWS, origin="B", closed="C").rows()
    assert [row["counterfactual"] for row in rows] == [NO_GROWTH, MARKET_GROWTH]
    # excess in A: 6 without growth; 11 - 5 x 1.2 = 5 with the growth of others
    assert [(row["lost"], row["redirected"], row["unreplaced"]) for row in rows] == [(8.0, 6.0, 2.0), (8.0, 5.0, 3.0)]
    assert [row["naive_rise"] for row in rows] == [7.0, 7.0]


def test_detail_adds_up_to_the_whole():
    whole = redirection(FLOWS, origin="B", closed="C").rows()
    for by in ("product", "destination", ("product", "destination")):
        parts = redirection(FLOWS, origin="B", closed="C", by=by).rows()
        for row in whole:
            for term in ("redirected", "new", "excess", "naive_rise"):
                assert sum(
                    part[term] for part in parts if part["counterfactual"] == row["counterfactual"]
                ) == pytest.approx(row[term])


def test_a_chosen_destination_says_nothing_of_what_was_lost():
    names = redirection(FLOWS, origin="B", closed="C", destination="A").to_arrow().column_names
    assert "lost" not in names
    assert names[-1] == "redirected"


def test_it_says_that_it_is_no_causation_and_where_growth_is_unknown():
    notes = redirection(FLOWS, origin="B", closed="C").notes
    assert any(note.startswith("accounting, not causation") for note in notes)
    assert any(note.startswith("2 market x product cells had no other supplier") for note in notes)


def test_what_is_refused():
    with pytest.raises(DataError, match="may be split by"):
        redirection(FLOWS, origin="B", closed="C", by="period")
    with pytest.raises(DataError, match="one origin at a time"):
        redirection(FLOWS, origin=["B", "O"], closed="C")
    with pytest.raises(UnknownCode, match="'X' is no known destination"):
        redirection(FLOWS, origin="B", closed="X")


def test_who_replaced_a_supplier_by_hand(four_regions):
    # A bought 3, 18, 30 and 4 less from C; B sold A 1, 10, 18 and 11 more, D 2, 6, 12 and 0 more
    still, kept = supplier_replacement(four_regions, destination="A", lost="C").rows()
    assert still["counterfactual"] == "no growth"
    assert (still["lost"], still["replaced"], still["unreplaced"], still["new"]) == pytest.approx((55, 53, 2, 7))
    assert kept["replaced"] == pytest.approx(kept["lost"])
    assert kept["unreplaced"] == pytest.approx(0)
    by_origin = supplier_replacement(four_regions, destination="A", lost="C", by="origin").rows()
    assert {row["origin"]: row["replaced"] for row in by_origin[:2]} == pytest.approx({"B": 33, "D": 20})
    only = supplier_replacement(four_regions, destination="A", lost="C", origin="B", by="product").rows()
    assert [row["replaced"] for row in only if row["counterfactual"] == "no growth"] == pytest.approx([1, 10, 18, 4])


def test_replacement_refuses_several_destinations(four_regions):
    with pytest.raises(DataError, match="one destination at a time"):
        supplier_replacement(four_regions, destination=["A", "B"], lost="C")
    with pytest.raises(DataError, match="'product', by 'origin'"):
        supplier_replacement(four_regions, destination="A", lost="C", by="destination")


def test_who_replaced_wood_from_belarus(hansa_data):
    flows = read_comtrade(hansa_data / "comtrade_eu_wood" / "eu27_imports_2018_2022.parquet")
    union = flows.regroup(dict.fromkeys(members_on("EU", "2022"), "EU"))
    asked = {"destination": "EU", "lost": "BLR", "start": "2021", "end": "2022"}
    total = supplier_replacement(union, **asked).rows()[0]
    # products fell at different rates, and a few rose: the gross loss exceeds the net one, 2,030 - 897
    assert 2030 - 897 <= total["lost"] / 1e6 < 1200
    rows = supplier_replacement(union, **asked, by=["origin", "product"]).rows()
    still = [row for row in rows if row["counterfactual"] == "no growth"]
    assert sum(row["replaced"] for row in still) == pytest.approx(total["replaced"])
    kazakhstan = [row for row in still if row["origin"] == "KAZ"]
    assert sum(row["naive_rise"] for row in kazakhstan) / 1e6 == pytest.approx(28.8 - 0.9, abs=0.1)
