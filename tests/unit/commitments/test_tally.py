"""Every way in which a register counts what a speaker counts, on a small register counted by hand."""

from __future__ import annotations

import pytest

from hansa.commitments import counts
from hansa.commitments.records import Agreement, Barrier, Event, Party, Programme, Project
from hansa.commitments.register import Register
from hansa.commitments.tally import (
    ALONE,
    ENTERED,
    IN_FORCE,
    PROVINCES,
    REGIONS,
    REMOVED,
    SIGNED,
    STANDING,
    TOGETHER,
    UNDER_WAY,
    WHOLE,
    tallies,
)
from hansa.regions.lists import shipped_lists

DAY = "2023-06-28"
VALID = (Event("2019", "signed"), Event("2020", "in force"))
REGISTER = Register(
    (
        Party("blr", "Belarus", region="BLR"),
        Party("rus", "Russia", region="RUS"),
        Party("kaz", "Kazakhstan", region="KAZ"),
        Party("bryansk", "Bryansk", region="RU-BRY", parent="rus"),
        Party("smolensk", "Smolensk", region="RU-SMO", parent="rus"),
        Party("bank", "A bank", kind="institution", parent="blr"),
        Agreement("a1", "Roads", ("blr", "rus"), history=VALID),
        Agreement("a2", "Milk", ("bank", "bryansk"), history=VALID),  # of Belarus and of Russia, by who acts for them
        Agreement("a3", "Forests", ("blr", "smolensk"), history=VALID[:1]),  # signed, and not in force
        Agreement("a4", "Three", ("blr", "rus", "kaz"), history=VALID),
        Agreement("a5", "Another", ("blr", "kaz"), history=VALID),
        Agreement("a6", "Gone", ("blr", "rus"), history=(*VALID, Event("2021", "ended"))),
        Agreement("a7", "Later", ("blr", "rus"), history=(Event("2024", "in force"),)),
        Programme("p1", "Runs", ("blr", "rus"), start="2020", history=(Event("2020", "under way"),)),
        Programme("p2", "Over", ("blr", "rus"), start="2020", end="2022", history=(Event("2020", "under way"),)),
        Programme("p3", "To come", ("blr", "rus"), start="2024"),
        Project("j1", "Works", ("bank", "rus"), history=(Event("2021", "implementation"),)),
        Project("j2", "Done", ("blr", "kaz"), history=(Event("2021", "completed"),)),
        Barrier("b1", "Queue", "BLR", "RUS", history=(Event("2020", "reported"),)),
        Barrier("b2", "Fee", "RU-BRY", "BLR", history=(Event("2020", "reported"), Event("2022", "removed"))),
        Barrier("b3", "Fee", "KAZ", "BLR", history=(Event("2020", "reported"),)),
        Barrier("b4", "Untold", "BLR", "RUS"),
    )
)


def _found(what, sides=("BLR", "RUS"), on=DAY):
    return {(one.parties, one.state): one.value for one in tallies(REGISTER, what, on, shipped_lists(), sides)}


def test_agreements_between_two_alone_with_others_and_of_all():
    assert _found("agreements") == {
        (TOGETHER, IN_FORCE): 3,
        (TOGETHER, SIGNED): 4,
        (ALONE, IN_FORCE): 2,
        (ALONE, SIGNED): 3,
        (WHOLE, IN_FORCE): 4,
        (WHOLE, SIGNED): 5,
    }
    assert _found("agreements", ()) == {(WHOLE, IN_FORCE): 4, (WHOLE, SIGNED): 5}
    assert _found("agreements", ("BLR",)) == _found("agreements", ())
    assert _found("agreements", on="2019-06-30")[TOGETHER, SIGNED] == 5  # one of them was to end later
    assert _found("agreements", on="2019-06-30")[TOGETHER, IN_FORCE] == 0


def test_programmes_projects_and_barriers():
    assert _found("programmes")[TOGETHER, ENTERED] == 2
    assert _found("programmes")[TOGETHER, UNDER_WAY] == 1
    assert _found("projects") == {
        **{(TOGETHER, ENTERED): 1, (TOGETHER, UNDER_WAY): 1, (ALONE, ENTERED): 1, (ALONE, UNDER_WAY): 1},
        **{(WHOLE, ENTERED): 2, (WHOLE, UNDER_WAY): 1},
    }
    assert _found("barriers") == {
        **{(TOGETHER, STANDING): 1, (TOGETHER, REMOVED): 1, (WHOLE, STANDING): 2, (WHOLE, REMOVED): 1},
    }


def test_regions_with_agreements_are_provinces_of_a_side_or_all():
    found = _found("regions")
    assert (found["RUS", PROVINCES], found["BLR", PROVINCES], found[TOGETHER, PROVINCES]) == (1, 0, 1)
    assert found[TOGETHER, REGIONS] == 4  # Belarus, Russia, Bryansk, and Kazakhstan, which the text of three binds too
    assert found[WHOLE, REGIONS] == 4


def test_a_bloc_is_its_members_and_the_rest_of_it_where_the_other_side_is_one():
    assert _found("agreements", ("BLR", "EAEU"))[TOGETHER, IN_FORCE] == _found("agreements")[WHOLE, IN_FORCE]


@pytest.mark.parametrize("what", ["contracts", "investment", ""])
def test_what_a_register_does_not_count(what):
    assert _found(what) == {}


def test_the_whole_is_what_the_scorecard_counts():
    own = {row["what"]: row["own"] for row in counts(REGISTER, DAY).rows()}
    assert own["agreements"] == _found("agreements")[WHOLE, IN_FORCE]
    assert own["programmes"] == _found("programmes")[WHOLE, ENTERED]
    assert own["projects"] == _found("projects")[WHOLE, ENTERED]
    assert own["barriers"] == _found("barriers")[WHOLE, STANDING]
    assert own["regions"] == _found("regions")[WHOLE, REGIONS]
    assert own["provinces"] == _found("regions")[WHOLE, PROVINCES]
