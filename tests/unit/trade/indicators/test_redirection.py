"""Redirection with labels; the worked example stands in tests/published."""

from __future__ import annotations

import pytest

from hansa.errors import DataError, UnknownCode
from hansa.trade.indicators.redirection import MARKET_GROWTH, NO_GROWTH, redirection

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
