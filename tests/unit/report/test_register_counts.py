"""Counts in statements against a register: no verdict of a speaker's error because a register is small."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hansa.commitments.records import Agreement, AssertedCount, Event, Party
from hansa.commitments.register import Register
from hansa.commitments.tally import IN_FORCE, TOGETHER, WHOLE
from hansa.regions.lists import shipped_lists
from hansa.report import checked_texts
from hansa.report.register_counts import count_source
from hansa.report.statement_words import standing
from hansa.statements import claims, read_text
from hansa.statements.verdict import counted
from hansa.wording import Words

DAY = "2023-06-28"
PARTIES = (Party("blr", "Belarus", region="BLR"), Party("rus", "Russia", region="RUS"))
SAID = AssertedCount("say", "agreements", 191.0, "agreements", ("blr", "rus"), "A minister", "2022-05-01", "a speech")


def _register(number, *more):
    history = (Event("2019", "signed"), Event("2020", "in force"))
    texts = (Agreement(f"a{n}", f"Text {n}", ("blr", "rus"), history=history) for n in range(number))
    return Register((*PARTIES, *texts, *more))


def _claims(text, **more):
    return claims(read_text(text, spoken=DAY, speaker="A. Rook", **more))


def _verdict(text, register, today=DAY):
    (claim,) = _claims(text)
    return counted(claim, count_source(register, shipped_lists(), name="the register", today=today))


def _plain(verdict):
    """The reading of those in force between the two, on the day of the statement."""
    return next(
        one
        for one in verdict.readings
        if one.under["parties"] == TOGETHER and one.under["state"] == IN_FORCE and one.under["on"] == DAY
    )


@pytest.mark.parametrize(
    ("said", "held", "outcome"),
    [
        ("have signed 26 agreements", 26, "supported"),
        ("have signed 26 agreements", 12, "not checkable"),  # the register may hold less than there is
        ("have signed 26 agreements", 0, "not checkable"),
        ("have signed 26 agreements", 25, "near"),
        ("have signed 26 agreements", 40, "contradicted"),  # it holds more than was said there are
        ("have signed more than 20 agreements", 12, "not checkable"),
        ("have signed more than 20 agreements", 21, "supported"),
        ("have signed less than 20 agreements", 12, "not checkable"),  # there may be more than it holds
        ("have signed less than 20 agreements", 0, "not checkable"),
        ("have signed no more than 20 agreements", 12, "not checkable"),
        ("have signed less than 20 agreements", 40, "contradicted"),
    ],
)
def test_how_a_count_comes_out(said, held, outcome):
    reading = _plain(_verdict(f"Belarus and Russia {said}.", _register(held)))
    assert (reading.outcome, reading.figure) == (outcome, held)
    assert f"{held}" in Words("en").say(reading.arithmetic)


@pytest.mark.parametrize("held", range(0, 80, 7))
def test_no_claim_is_contradicted_by_a_register_that_holds_less(held):
    for text in ("81 agreements", "about 81 agreements", "more than 81 agreements", "at least 81 agreements"):
        verdict = _verdict(f"Belarus and Russia have signed {text}.", _register(held))
        assert all(reading.outcome != "contradicted" for reading in verdict.readings), text
        assert standing(verdict) in ("not checkable", "near", "supported", "supported in some readings"), text
        assert {reading.figure for reading in verdict.readings} == {held}  # and the reader sees both


def test_a_way_to_count_that_was_not_meant_contradicts_nobody():
    """More were signed than was said, and fewer are in force: those may have been meant."""
    signed = (Agreement(f"s{n}", "Text", ("blr", "rus"), history=(Event("2019", "signed"),)) for n in range(30))
    verdict = _verdict("Belarus and Russia have 26 agreements.", _register(12, *signed))
    assert {one.figure for one in verdict.readings} == {12, 42}
    assert {one.outcome for one in verdict.readings} == {"not checkable"}
    assert "It holds more counted like this" in " ".join(Words("en").say(one.arithmetic) for one in verdict.readings)


def test_the_readings_are_named_and_what_the_words_exclude_stands_apart():
    later = Agreement("later", "Later", ("blr", "rus"), history=(Event("2023-12-01", "signed"),))
    verdict = _verdict("Belarus and Russia have signed 26 agreements.", _register(26, later), today="2024-01-01")
    assert [one.figure for one in verdict.readings] == [26] * 6 + [27] * 3  # of those in force nothing has changed
    assert [one.under["on"] for one in verdict.readings] == [DAY] * 6 + ["2024-01-01"] * 3
    assert len({tuple(one.under.items()) for one in verdict.readings}) == len(verdict.readings)
    assert {one.under["parties"] for one in verdict.readings if not one.as_said} == {WHOLE}  # the two are named
    assert "hansa register counts" in verdict.readings[0].command


def test_the_register_is_asked_as_it_was_known():
    """A day of the question before that of the statement: nothing that came later is counted."""
    verdict = _verdict("Belarus and Russia have signed 26 agreements.", _register(26), today="2018-12-31")
    assert {(one.under["on"], one.figure) for one in verdict.readings} == {("2018-12-31", 0)}


def test_a_count_below_zero_is_none():
    claims_ = [replace(claim, value=-claim.value) for claim in _claims("Belarus and Russia have 26 agreements.")]
    source = count_source(_register(26), shipped_lists(), name="the register", today=DAY)
    assert [counted(claim, source) for claim in claims_] == [None]


def test_what_others_stated_stands_beside():
    (sentence,) = _verdict("Belarus and Russia have signed 26 agreements.", _register(3, SAID)).beside
    said = Words("en").say(sentence)
    assert "191" in said
    assert "A minister, 2022-05-01, a speech" in said


def test_older_counts_of_others_are_said_to_be_there():
    many = [replace(SAID, id=f"said-{year}", date=f"{year}-05-01") for year in range(2010, 2018)]
    *shown, last = _verdict("Belarus and Russia have signed 26 agreements.", _register(3, *many)).beside
    assert len(shown) == 5
    assert Words("en").say(last) == "Older counts that the register holds beside: 3."


def test_a_period_that_is_named_is_counted_at_its_end():
    verdict = _verdict("In 2019, Belarus and Russia had 26 agreements.", _register(26))
    figures = {(one.under["on"], one.under["state"]): one.figure for one in verdict.readings}
    assert (figures["2019-12-31", IN_FORCE], figures[DAY, IN_FORCE]) == (0, 26)


def test_programmes_projects_barriers_and_regions_are_counted_too():
    found = _claims(
        "Belarus and Russia have 81 agreements with 73 regions of Russia. We carry out 28 programmes and 21 projects. "
        "Belarus and Russia removed 9 barriers.",
        regions=("BLR", "RUS"),
    )
    source = count_source(_register(2), shipped_lists(), name="the register", today=DAY)
    assert {claim.measure for claim in found if counted(claim, source)} == {
        *("agreements", "regions", "programmes", "projects", "barriers")
    }


def test_without_a_store_counts_are_checked_and_nothing_else(tmp_path):
    text = "Belarus and Russia have signed 26 agreements. Their trade grew by 12 percent in 2022."
    source = count_source(_register(26), shipped_lists(), name="the register", today=DAY)
    checked = checked_texts([_claims(text)], None, counts=source)
    (told,) = checked.texts
    assert [told.standing(claim) for claim in told.claims] == ["supported", "not compared"]
    assert "Counted in the register on 2023-06-28" in next(iter(checked.contents(tmp_path, ("html",)).values()))
