"""Whom a record concerns and who has to act on it, on a register small enough to be seen through."""

from __future__ import annotations

import dataclasses

import pytest
from hypothesis import given

from hansa.commitments import concerned, owners, references
from hansa.commitments.concern import NAMING, owing
from hansa.commitments.records import (
    KINDS,
    Agreement,
    Alignment,
    AssertedCount,
    Barrier,
    Decision,
    Edition,
    Event,
    Idea,
    Link,
    Milestone,
    Money,
    Party,
    Programme,
    Project,
    Session,
    Target,
)
from hansa.commitments.register import Register
from tests.unit.commitments.registers import registers

PARTIES = (
    Party("a", "A", region="XA"),
    Party("a-north", "North of A", region="XA-N", parent="a"),
    Party("customs", "Customs of the north", kind="institution", parent="a-north"),
    Party("b", "B", region="XB"),
    Party("c", "C", region="XC"),
    Party("bank", "Bank of C", kind="institution", parent="c"),
)
SIGNED = (Event("2019", "signed", by="bank"), Event("2020", "acceded", party="c"))
RECORDS = (
    *PARTIES,
    Agreement("agr", "Trade", ("a", "b"), history=SIGNED),
    Programme("prg", "Machines", ("a-north", "b"), approved_by="bank"),
    Project("prj", "Line", ("customs",), amounts=(Money(1.0, "USD", "planned", "2020", "bank"),)),
    Barrier("bar", "Queue", "XA-N", "XB", owner="bank"),
    Barrier("ownerless", "Queue", "XC", "XZ"),
    Alignment("aln", "Labels", ("b", "c"), ("one", "other")),
    Milestone("of-programme", "prg", "Opened", "2021"),
    Milestone("of-barrier", "bar", "Second lane", "2021"),
    Milestone("of-project", "prj", "Built", "2021"),
    Target("tgt", "of-programme", "exports", 2.0, "2022", "2019", "USD"),
    Link("lnk", "tgt", "document", "A letter"),
    Edition("ed", "Forum", 1, "c", "2021", "2021"),
    Session("ses", "ed", "Industry", "2021"),
    Idea("told", "Ferry", "ed", proposer="a-north"),
    Idea("anonymous", "Tunnel", "ed"),
    Decision("dec", "Build", "ses", owner="customs"),
    Decision("nobody", "Think", "ses"),
    AssertedCount("say", "agreements", 8.0, "agreements", ("a", "b"), "A minister", "2022", "a speech"),
    Link("circle", "circle-2", "document", "x"),
    Link("circle-2", "circle", "document", "y"),
    Link("lost", "nowhere", "document", "z"),
)
REGISTER = Register(RECORDS)


@pytest.mark.parametrize(
    ("key", "parties"),
    [
        ("a", "a"),
        ("customs", "customs a-north a"),
        ("agr", "a b c"),
        ("prg", "a-north a b"),
        ("prj", "customs a-north a"),
        ("bar", "bank c a-north a b"),  # its owner, and whoever stands for its ends
        ("ownerless", "c"),
        ("aln", "b c"),
        ("of-programme", "a-north a b"),
        ("of-barrier", "bank c a-north a b"),
        ("tgt", "a-north a b"),
        ("lnk", "a-north a b"),
        ("ed", "c"),
        ("ses", "c"),
        ("told", "a-north a"),
        ("anonymous", "c"),
        ("dec", "customs a-north a c"),
        ("nobody", "c"),
        ("say", "a b"),
        ("circle", ""),
        ("lost", ""),
    ],
)
def test_whom_a_record_concerns(key, parties):
    assert concerned(REGISTER[key], REGISTER) == set(parties.split())


@pytest.mark.parametrize(
    ("key", "parties"),
    [
        ("bar", "bank c"),
        ("ownerless", ""),
        ("dec", "customs a-north a"),
        ("nobody", ""),
        ("of-programme", "a-north a b"),
        ("of-barrier", "bank c"),
        ("of-project", "customs a-north a"),
        ("tgt", "a-north a b"),
        ("agr", "a b"),
        ("told", ""),
        ("lnk", ""),
    ],
)
def test_who_has_to_act(key, parties):
    assert owners(REGISTER[key], REGISTER) == set(parties.split())


def test_parents_in_a_circle_and_names_of_nobody_do_no_harm():
    one, other = Party("one", "One", parent="other"), Party("other", "Other", parent="one")
    project = Project("p", "P", ("one", "nobody", "text"))
    text = Agreement("text", "T", ("b",))
    register = Register((*PARTIES, one, other, project, text))
    assert concerned(project, register) == {"one", "other"}  # an agreement that stands among partners is no party
    steps = Milestone("m", "n", "M", "2020"), Milestone("n", "m", "N", "2020")
    assert owing(steps[0], Register(steps)) == ()


def test_a_draft_that_is_not_in_the_register_yet():
    assert concerned(Party("new", "New", parent="customs"), REGISTER) == {"new", "customs", "a-north", "a"}
    assert concerned(Milestone("agr", "bar", "Takes an id in use", "2020"), REGISTER) == {
        *("bank", "c", "a-north", "a", "b")
    }


def test_a_long_chain_is_walked():
    links = [Link(f"l{n}", f"l{n + 1}", "document", "x") for n in range(5000)]
    register = Register((*PARTIES, *links, Link("l5000", "bank", "document", "x")))
    assert concerned(links[0], register) == {"bank", "c"}


def test_every_name_of_another_record_is_a_reference():
    assert references(REGISTER["agr"]) == (
        *(("parties", "a"), ("parties", "b")),
        *(("history 1 by", "bank"), ("history 2 party", "c")),
    )
    assert references(REGISTER["prj"]) == (("partners", "customs"), ("amounts 1 by", "bank"))
    assert references(REGISTER["c"]) == ()


def test_fields_that_name_records_are_fields():
    for kind, field in NAMING:
        assert kind in KINDS.values()
        assert field in {one.name for one in dataclasses.fields(kind)}


@given(registers())
def test_only_parties_of_the_register_are_concerned(register):
    known = {party.id for party in register.of(Party)}
    for record in register:
        assert owners(record, register) <= known
        assert concerned(record, register) <= known
        if not isinstance(record, Idea | Target | Milestone | Link | Session | Decision | Barrier | Agreement):
            assert concerned(record, register) >= owners(record, register)
