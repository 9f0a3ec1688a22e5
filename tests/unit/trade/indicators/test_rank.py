"""Ranks with ties, populations and gaps."""

from __future__ import annotations

import pytest

from hansa.errors import DataError, UnknownCode
from hansa.trade import indicators

FLOWS = {
    "period": [2022] * 5,
    "origin": ["BLR", "BLR", "BLR", "KAZ", "BLR"],
    "destination": ["RUS", "KAZ", "DEU", "BLR", "POL"],
    "value": [9.0, 2.0, 4.0, 2.0, 1.0],
}


def of_belarus(**options) -> dict[str, dict]:
    rows = indicators.partner_rank(FLOWS, region="BLR", **options).rows()
    return {row["partner"]: row for row in rows}


def test_equal_partners_share_a_rank_and_the_next_is_skipped():
    ranks = of_belarus()
    assert {partner: row["partner_rank"] for partner, row in ranks.items()} == {"RUS": 1, "DEU": 2, "KAZ": 2, "POL": 4}
    assert ranks["KAZ"]["ties"] == 1
    assert (ranks["KAZ"]["gap_above"], ranks["KAZ"]["gap_below"]) == (5.0, 3.0)
    assert ranks["RUS"]["gap_above"] is None
    assert ranks["POL"]["gap_below"] is None
    assert ranks["POL"]["population"] == 4


def test_exports_and_imports_rank_apart():
    assert of_belarus(of="exports")["KAZ"]["partner_rank"] == 3
    assert of_belarus(of="imports") == {
        "KAZ": {
            **dict(zip(("period", "region", "partner", "imports"), ("2022", "BLR", "KAZ", 2.0), strict=True)),
            "gap_above": None,
            "gap_below": None,
            "ties": 0,
            "population": 1,
            "partner_rank": 1,
        }
    }


def test_in_a_list_those_without_trade_count_too():
    ranks = of_belarus(of="imports", population=["RUS", "KAZ", "DEU"])
    assert {partner: row["partner_rank"] for partner, row in ranks.items()} == {"KAZ": 1, "RUS": 2, "DEU": 2}


def test_a_bloc_by_name_has_its_members_of_the_period():
    result = indicators.partner_rank(FLOWS, population="CIS", region="BLR")
    assert {row["partner"]: (row["partner_rank"], row["population"]) for row in result.rows()} == {
        "RUS": (1, 2),
        "KAZ": (2, 2),
    }
    assert any("members of CIS without flows" in note for note in result.notes)
    assert result.meta["population"] == "CIS"


def test_what_cannot_be_ranked_is_refused():
    with pytest.raises(DataError, match="Partners are ranked by turnover, exports, imports, not by 'weight'"):
        indicators.partner_rank(FLOWS, of="weight")
    with pytest.raises(UnknownCode, match="'RUZ' is no known region of these flows. Nearest known: 'RUS'"):
        indicators.partner_rank(FLOWS, population=["RUZ"])


def test_a_bloc_by_name_needs_a_period():
    flows = {name: values for name, values in FLOWS.items() if name != "period"}
    with pytest.raises(DataError, match="The members of 'CIS' change with time, and the flows have no period"):
        indicators.partner_rank(flows, population="CIS")
