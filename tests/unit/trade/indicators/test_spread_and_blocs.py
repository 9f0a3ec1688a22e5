"""Concentration, similarity, margins and blocs: options, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest

from hansa.errors import DataError
from hansa.trade import indicators

BORDER = {
    "period": [2022] * 4 + [2023] * 4,
    "origin": ["FIN", "SWE", "USA", "FIN"] * 2,
    "destination": ["SWE", "FIN", "FIN", "USA"] * 2,
    "product": ["p"] * 8,
    "value": [1.0, 1.0, 2.0, 2.0] * 2,
}


def test_imports_concentrate_on_their_own(four_regions):
    row = indicators.hhi_partners(four_regions, of="imports", period=0, destination="A").rows()[0]
    shares = np.array([70, 90, 140]) / 300
    assert row["hhi_partners"] == pytest.approx((shares**2).sum())
    assert list(row) == ["period", "destination", "hhi_partners"]


def test_the_number_of_lines_can_be_said(four_regions):
    few, many = (indicators.hhi_normalised_products(four_regions, lines=n, origin="A", period=0) for n in (4, 5000))
    assert few.value() == pytest.approx(0.2266666666666667)
    assert many.value() == pytest.approx((0.42 - 1 / 5000) / (1 - 1 / 5000))
    assert few.meta["lines"] == 4


def test_fewer_lines_than_are_used_are_refused(four_regions):
    with pytest.raises(DataError, match="lines=3 is fewer than the 4 products that one region has in 0"):
        indicators.theil_products(four_regions, lines=3)


def test_concentration_is_of_one_side(four_regions):
    with pytest.raises(DataError, match="Concentration is of 'exports' or 'imports', not of 'turnover'"):
        indicators.hhi_products(four_regions, of="turnover")


def test_one_partner_is_full_concentration_and_has_no_normalised_index():
    flows = {"origin": ["A"], "destination": ["B"], "value": [5.0]}
    assert indicators.hhi_partners(flows).value() == 1.0
    assert indicators.hhi_normalised_partners(flows).rows()[0]["hhi_normalised_partners"] is None


def test_several_markets_in_turn(four_regions):
    rows = indicators.extensive_margin(four_regions, market=["C", "D"], origin="B", period=0).rows()
    assert [row["destination"] for row in rows] == ["C", "D"]


def test_several_partners_in_turn(four_regions):
    rows = indicators.grubel_lloyd_aggregate(four_regions, partner=["B", "C"], region="A", period=0).rows()
    assert [row["partner"] for row in rows] == ["B", "C"]


def test_the_members_of_a_period_count_and_changes_are_told():
    result = indicators.intra_bloc_share(BORDER, bloc="EU")
    assert [row["intra_bloc_share"] for row in result.rows()] == [0.5, 0.5]
    assert any(note.startswith("2022: members of EU without flows") for note in result.notes)
    assert result.meta["bloc"] == "EU"


def test_a_bloc_that_nobody_belongs_to_is_refused():
    with pytest.raises(DataError, match="None of the flows of 2022 is of a member of ASEAN"):
        indicators.bloc_intensity(BORDER, bloc="ASEAN")


def test_a_bloc_of_everybody_has_no_outside(four_regions):
    with pytest.raises(DataError, match="The bloc holds every region of the flows"):
        indicators.regional_orientation(four_regions, bloc=["A", "B", "C", "D"])


def test_orientation_of_a_named_bloc():
    assert {
        row["origin"]: row["regional_orientation"] for row in indicators.regional_orientation(BORDER, bloc="EU").rows()
    } == {
        "FIN": 1.0,
        "SWE": None,
        "USA": None,
    }


def test_where_the_usual_bloc_intensity_errs(four_regions):
    """Both pairs of the bloc trade above what size explains, the usual index says below, the corrected one above."""
    bloc = {"bloc": ["A", "B"], "period": 0}
    assert indicators.trade_intensity(four_regions, period=0, origin="A", destination="B").value() > 1
    assert indicators.trade_intensity(four_regions, period=0, origin="B", destination="A").value() > 1
    assert indicators.bloc_intensity_naive(four_regions, **bloc).value() < 1
    assert indicators.bloc_intensity(four_regions, **bloc).value() > 1


def test_one_region_is_a_bloc_of_one(four_regions):
    one, listed = (indicators.regional_orientation(four_regions, bloc=bloc).rows() for bloc in ("B", ["B"]))
    assert one == listed
