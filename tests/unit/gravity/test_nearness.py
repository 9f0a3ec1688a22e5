"""How near regions are: tables, points, what is left out and said."""

from __future__ import annotations

import numpy as np
import pytest

from hansa.errors import DataError, NotIdentified
from hansa.gravity.nearness import nearness


def test_a_distance_holds_both_ways_and_what_has_none_is_named():
    near = nearness(["A", "B", "C", "D"], {"region": ["A", "B"], "partner": ["B", "C"], "value": [100.0, 400.0]})
    assert near.regions == ["A", "B", "C"]
    assert near.unplaced == ["D"]
    assert np.exp(near.log_distance[1, [0, 2]]) == pytest.approx([100.0, 400.0])
    assert np.isnan(near.log_distance[[0, 0], [0, 2]]).all()
    assert near.notes == (
        "1 of 4 regions have no known place and are left out: D",
        "2 of 6 pairs have no known distance and are left out",
        "no table of common borders is given: the model has distance alone",
    )


def test_great_circles_between_the_points_of_the_lists():
    near = nearness(["RUS", "BLR", "_X"])
    assert (near.regions, near.unplaced) == (["BLR", "RUS"], ["_X"])
    assert np.exp(near.log_distance[0, 1]) == pytest.approx(675, abs=1)  # as hansa.regions.distance says
    assert "distances are great circles between one point of each region" in near.notes


DISTANCE = {"region": ["A", "A", "B"], "partner": ["B", "C", "C"], "value": [1.0, 2.0, 3.0]}


def test_borders_that_no_row_tells_are_none_and_counted():
    near = nearness("ABC", DISTANCE, {"region": ["A"], "partner": ["B"], "value": [1.0]})
    assert near.border is not None
    assert near.border.tolist() == [[0, 1, 0], [1, 0, 0], [0, 0, 0]]
    assert near.notes == ("the table of common borders has no row for 4 of 6 pairs: none is taken",)


def test_borders_that_all_pairs_share_tell_nothing():
    near = nearness("ABC", DISTANCE, {**DISTANCE, "value": [1.0, 1.0, 1.0]})
    assert near.border is None
    assert near.notes == ("the table of common borders is the same for all pairs: the model has distance alone",)


def test_tables_of_both_are_sources():
    assert nearness("ABC", DISTANCE, DISTANCE).provenance is not None


def test_no_distance_is_refused():
    with pytest.raises(NotIdentified, match="Give distance=TABLE with region, partner and value in km"):
        nearness(["A", "B"])


def test_a_table_without_partners_is_refused():
    with pytest.raises(DataError, match="has no column 'partner'"):
        nearness(["A", "B"], {"region": ["A"], "value": [1.0]})
