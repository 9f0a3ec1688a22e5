"""Every check finds the one thing it is for, and nothing is found in a register that is sound."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hansa.commitments.checks import CHECKS, MILD, SEVERE, check, name_of, problems
from hansa.commitments.records import (
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
from hansa.errors import DataError, UnknownCode
from hansa.regions.lists import lists_beside, shipped_lists
from hansa.sample.register import sample_register
from hansa.wording import Words
from tests.growth import assert_cheaper, assert_linear_in
from tests.unit.commitments.registers import registers

DAY = "2023-06-30"
PRODUCTS = ("27A", "04", "0401", "040110")
SOUND = {
    record.id: record
    for record in (
        Party("blr", "Belarus", region="BLR"),
        Party("kir", "Kirov Oblast", region="RU-KIR"),
        Party("eaeu", "EAEU", kind="bloc", region="EAEU"),
        Party("bank", "A bank", kind="institution", parent="blr"),
        Agreement("agr", "Trade", ("blr", "kir"), history=(Event("2019", "signed"), Event("2020-01-01", "in force"))),
        Agreement("treaty", "Treaty of a bloc", ("eaeu",)),
        Programme("prg", "Machines", ("blr", "kir"), approved_by="bank", start="2020", end="2022-06", agreement="agr"),
        Milestone("mil", "prg", "Line open", "2021-06-30", (Event("2021-07-05", "partly met", by="bank"),)),
        Target("tgt", "prg", "exports", 2.0, "2022", "2019", "USD", {"origin": "BLR", "scope": "goods"}),
        Project(
            *("prj", "Line", ("blr", "bank")),
            amounts=(Money(5.0, "USD", "planned", "2020", "bank"), Money(4.0, "USD", "disbursed", "2021", "bank")),
        ),
        Barrier("bar", "Queue", "BLR", "RUS", owner="bank", deadline="2024", history=(Event("2019", "reported"),)),
        Alignment("aln", "Labels", ("blr", "kir"), ("act 1", "act 2")),
        Edition("ed-1", "Forum 1", 1, "blr", "2021-06-01", "2021-06-02"),
        Edition("ed-2", "Forum 2", 2, "kir", "2022-06-01", "2022-06-02"),
        Session("ses", "ed-1", "Industry", "2021-06-01"),
        Idea("idea", "A line", "ed-1", proposer="blr", project="prj", history=(Event("2021-06-01", "proposed"),)),
        Decision(
            *("dec", "Build it", "ses"),
            owner="bank",
            due="2022",
            project="prj",
            barrier="bar",
            history=(Event("2022-05", "done"),),
        ),
        Link("lnk", "agr", "act", "Gazette", date="2020-01-01"),
        AssertedCount("say", "agreements", 81.0, "agreements", ("blr",), "A minister", "2022", "a speech"),
    )
}


def _found(*changed: object, on: str = DAY) -> list[tuple[str, str, str]]:
    """What is found once records are put in the place of those of the same id, or added."""
    register = Register(tuple((SOUND | {record.id: record for record in changed}).values()))
    return [(found.check, found.record, found.field) for found in problems(register, on=on, products=PRODUCTS)]


def _but(key: str, **changed: object) -> object:
    return replace(SOUND[key], **changed)


def test_nothing_is_wrong_with_a_sound_register():
    assert problems(Register(tuple(SOUND.values())), on=DAY) == ()
    register = Register(tuple(SOUND.values()))
    assert check(register) is register


WRONG = {
    "dangling id": [
        (_but("agr", parties=("blr", "kri")), "agr", "parties"),
        (_but("mil", of="nowhere"), "mil", "of"),
        (_but("bar", owner="agr"), "bar", "owner"),  # there, and no party
        (_but("prj", amounts=(Money(5.0, "USD", "planned", "2020", "nobody"),)), "prj", "amounts 1 by"),
        (_but("bar", history=(Event("2019", "reported", by="nobody"),)), "bar", "history 1 by"),
        (_but("idea", project="prj-2"), "idea", "project"),
        (_but("dec", barrier="bra"), "dec", "barrier"),
        (_but("dec", barrier="prj"), "dec", "barrier"),  # there, and no barrier
    ],
    "no date": [
        (_but("mil", due="30.06.2021"), "mil", "due"),
        (_but("prg", end="2021-02-30"), "prg", "end"),
        (_but("say", date=""), "say", "date"),
    ],
    "date out of range": [
        (_but("prg", start="1799-12-31"), "prg", "start"),
        (_but("bar", deadline="2201"), "bar", "deadline"),
    ],
    "end before start": [(_but("ed-2", end="2022-05-31"), "ed-2", "end"), (_but("prg", end="2019-12"), "prg", "end")],
    "unknown word": [
        (_but("agr", kinds=("trade", "cultral")), "agr", "kinds"),
        (_but("mil", history=(Event("2021-07-05", "done"),)), "mil", "history 1"),
        (_but("prj", amounts=(Money(5.0, "USD", "promised", "2020", "bank"),)), "prj", "amounts 1"),
        (_but("tgt", direction="sideways"), "tgt", "direction"),
    ],
    "unknown region": [
        (_but("blr", region="BRL"), "blr", "region"),
        (_but("blr", region="Belarus"), "blr", "region"),  # a name, where a code belongs
        (_but("bar", origin="XXX"), "bar", "origin"),
    ],
    "unknown product": [
        (_but("agr", products=("0401", "0499")), "agr", "products"),
        (_but("prg", products=("27B",)), "prg", "products"),
        (_but("prj", products=("",)), "prj", "products"),
        (_but("bar", products=("0401 10",)), "bar", "products"),
        (_but("tgt", arguments={"origin": "BLR", "product": "27A|28A"}), "tgt", "arguments"),
    ],
    "region that does not fit": [
        (_but("blr", region=None), "blr", "region"),
        (_but("eaeu", kind="region"), "eaeu", "kind"),
    ],
    "barrier within a region": [(_but("bar", destination="BLR"), "bar", "destination")],
    "currency": [
        (_but("prj", amounts=(Money(5.0, "", "planned", "2020"),)), "prj", "amounts 1"),
        (_but("prj", amounts=(Money(5.0, "RBL", "planned", "2020"),)), "prj", "amounts 1"),
    ],
    "impossible number": [
        (_but("prj", amounts=(Money(-1.0, "USD", "planned", "2020"),)), "prj", "amounts 1"),
        (_but("bar", equivalent=-0.1), "bar", "equivalent"),
        (_but("say", value=float("nan")), "say", "value"),
        (_but("tgt", value=float("inf")), "tgt", "value"),
    ],
    "history out of order": [
        (_but("bar", history=(Event("2020", "reported"), Event("2019-12-31", "in work"))), "bar", "history")
    ],
    "state that cannot follow": [
        (_but("agr", history=(Event("2020", "withdrawn"),)), "agr", "history"),
        (_but("agr", history=(Event("2019", "in force"), Event("2020", "signed"))), "agr", "history"),
        (_but("dec", history=(Event("2021", "cancelled"), Event("2022", "done"))), "dec", "history"),
        (_but("bar", history=(Event("2019", "removed"), Event("2020", "in work"))), "bar", "history"),
    ],
    "cyclic parents": [(_but("bank", parent="bank"), "bank", "parent")],
    "target without unit": [(_but("tgt", unit=" "), "tgt", "unit")],
    "target indicator": [
        (_but("tgt", indicator="export"), "tgt", "indicator"),
        (_but("tgt", arguments={"orign": "BLR"}), "tgt", "arguments"),
    ],
    "target periods": [
        (_but("tgt", period="2019"), "tgt", "period"),
        (_but("tgt", period="2022-06"), "tgt", "period"),
        (_but("tgt", baseline_period="2019-06-30"), "tgt", "period"),
    ],
    "too few parties": [
        (_but("agr", parties=("blr",)), "agr", "parties"),
        (_but("aln", parties=("blr",)), "aln", "parties"),
    ],
    "amount twice": [
        (
            _but("prj", amounts=(Money(1.0, "USD", "disbursed", "2021"), Money(2.0, "USD", "disbursed", "2021"))),
            "prj",
            "amounts",
        )
    ],
    "milestone without word": [(_but("mil", history=(Event("2021-01-01", "scheduled"),)), "mil", "due")],
    "decision without word": [(_but("dec", history=(Event("2021-06-01", "taken"),)), "dec", "due")],
    "barrier past deadline": [(_but("bar", deadline="2023-05"), "bar", "deadline")],
    "disbursed more than planned": [
        (
            _but("prj", amounts=(Money(5.0, "USD", "planned", "2020"), Money(6.0, "USD", "disbursed", "2021"))),
            "prj",
            "amounts",
        )
    ],
    "edition numbers": [(_but("ed-2", number=3), "ed-2", "number"), (_but("ed-2", number=1), "ed-2", "number")],
    "idea without project": [
        (_but("idea", project=None, history=(Event("2021-06-01", "project"),)), "idea", "project")
    ],
    "told twice": [(replace(SOUND["agr"], id="agr-2", title="TRADE ", parties=("kir", "blr")), "agr-2", "title")],
}


def test_every_check_has_a_case():
    assert set(WRONG) == {name_of(one) for one in CHECKS}
    assert all(one.__doc__ for one in CHECKS)


@pytest.mark.parametrize(
    ("name", "changed", "record", "field"),
    [(name, *case) for name, cases in WRONG.items() for case in cases],
    ids=[f"{name}-{case[1]}.{case[2]}-{n}" for name, cases in WRONG.items() for n, case in enumerate(cases)],
)
def test_one_thing_is_wrong_and_found(name, changed, record, field):
    assert (name, record, field) in _found(changed)


def test_messages_name_the_nearest():
    register = Register(tuple((SOUND | {"agr": _but("agr", parties=("blr", "kri"))}).values()))
    (found,) = problems(register, on=DAY)
    assert str(found) == "agr, parties: no record has the id 'kri'; nearest known: 'kir' [dangling id]"
    (named,) = problems(Register((_but("blr", region="Belarus"),)), on=DAY)
    assert named.message == "'Belarus' is written 'BLR'"


def test_a_name_that_was_mistyped_leads_to_its_code():
    for text in ("Belarsu", "Белорусь"):
        (named,) = problems(Register((_but("blr", region=text),)), on=DAY)
        assert named.message.startswith(f"{text!r} is no known region or bloc; nearest known: 'BLR' (Belarus)")


def test_what_is_wrong_can_be_said_in_russian():
    """All but what other rooms say of a period that is none."""
    words = Words("ru")
    for changed, *_ in itertools.chain(*WRONG.values()):
        register = Register(tuple((SOUND | {changed.id: changed}).values()))
        for found in problems(register, on=DAY, products=PRODUCTS):
            assert words.note(found.message)[1] or found.check == "target periods", found.message


def test_products_may_stand_above_and_below_those_of_the_data():
    """A chapter covers what begins with it; a national line is finer than the data, and not a slip."""
    codes = ("27A", "04", "0", "040110", "0401101000", "27AB")
    barrier = _but("bar", products=codes)
    assert _found(barrier) == []
    assert problems(Register((*SOUND.values(), _but("bar", id="odd", products=("XX",)))), on=DAY)[0].check != (
        "unknown product"
    )  # without known codes none are looked at
    (found,) = problems(
        Register(tuple((SOUND | {"bar": _but("bar", products=("27B",))}).values())), on=DAY, products=PRODUCTS
    )
    assert found.severe
    assert found.message == "'27B' is no known product; nearest known: '27A'"


def test_a_problem_says_where_it_was_read():
    records = SOUND | {
        "mil": _but("mil", of="nowhere"),
        "prj": _but("prj", amounts=(Money(5.0, "", "planned", "2020"),)),
        "bar": _but("bar", history=(Event("2019", "reported"), Event("2020", "removed", by="nobody"))),
    }
    places = {"mil": "milestones.csv, line 2", "prj": "projects.csv, line 9", "prj amounts 1": "amounts.csv, line 3"}
    places |= {"bar": "barriers.csv, line 4", "bar history 2": "events.csv, line 7"}
    found = problems(Register(tuple(records.values()), places=places), on=DAY)
    assert [(problem.field, problem.where) for problem in found] == [
        ("of", "milestones.csv, line 2"),
        ("history 2 by", "events.csv, line 7"),
        ("amounts 1", "amounts.csv, line 3"),
    ]
    assert str(found[0]) == "milestones.csv, line 2: mil, of: no record has the id 'nowhere' [dangling id]"


def test_only_some_records_are_looked_at():
    records = SOUND | {"mil": _but("mil", of="nowhere"), "ed-2": _but("ed-2", number=9)}
    twin = replace(SOUND["agr"], id="agr-2", parties=("kir", "blr"))
    register = Register((*records.values(), twin))
    asked = [problems(register, on=DAY, only=only) for only in (["mil"], {"ed-2"}, ("agr-2",), ["agr", "ed-1"], [])]
    assert [[problem.check for problem in found] for found in asked] == [
        *(["dangling id"], ["edition numbers"], ["told twice"], [], [])
    ]
    with pytest.raises(UnknownCode, match="'nowhere' is no known record"):
        problems(register, only=["nowhere"])


@given(registers(), st.sets(st.integers(0, 5)))
@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
def test_the_problems_of_some_records_are_those_of_all_that_are_theirs(register, places):
    only = [record.id for place, record in enumerate(register) if place in places]
    every = problems(register, on=DAY, products=PRODUCTS)
    assert problems(register, on=DAY, products=PRODUCTS, only=only) == tuple(one for one in every if one.record in only)


def test_one_record_of_a_large_register_is_checked_at_once():
    """Ten thousand records, one asked: hundreds of times cheaper than all, whatever the machine."""
    parties = tuple(Party(f"p{n}", f"P {n}", region="BLR") for n in range(100))
    texts = tuple(
        Agreement(f"a{n}", f"Text {n}", (f"p{n % 100}", f"p{n % 99}"), products=("0401",)) for n in range(9900)
    )
    register, lists = Register(parties + texts), shipped_lists()
    found = [problem for n in range(20) for problem in problems(register, on=DAY, lists=lists, only=[f"a{n}"])]
    every = problems(register, on=DAY, lists=lists)
    assert found == [problem for problem in every if problem.record in {f"a{n}" for n in range(20)}]
    assert_cheaper(
        lambda: problems(register, on=DAY, lists=lists, only=["a7"]),
        lambda: problems(register, on=DAY, lists=lists),
        times=20,
    )


def test_a_circle_of_parents_is_shown_once_for_each_of_its_members():
    one, other = _but("bank", parent="fund"), Party("fund", "A fund", kind="institution", parent="bank")
    records = Register(tuple((SOUND | {"bank": one, "fund": other}).values()))
    found = [problem for problem in problems(records, on=DAY) if problem.check == "cyclic parents"]
    assert [problem.message for problem in found] == [
        "it is its own parent: bank > fund > bank",
        "it is its own parent: fund > bank > fund",
    ]


def test_what_is_late_depends_on_the_day():
    late = _but("mil", due="2021-06-30", history=())
    assert ("milestone without word", "mil", "due") not in _found(late, on="2021-06-30")
    assert ("milestone without word", "mil", "due") in _found(late, on="2021-07-01")
    told = _but("dec", due="2022", history=(Event("2021-06-01", "taken"), Event("2023-01-10", "in work")))
    assert _found(told) == []  # it is not done, and somebody has said so since it was due


def test_a_barrier_may_come_back_and_a_milestone_be_met_late():
    again = (Event("2019", "reported"), Event("2020", "removed"), Event("2021", "reported"), Event("2022", "removed"))
    late = (Event("2021-07-01", "not met"), Event("2022-02-01", "met"), Event("2022-03-01", "met"))
    assert _found(_but("bar", history=again), _but("mil", history=late)) == []


def test_severe_problems_are_raised_with_their_count():
    bad = Register((_but("mil", of="nowhere", due="soon"), _but("ed-2", number=7, host="nobody")))
    with pytest.raises(
        DataError, match=r"^The register has 4 severe problems: mil, of: .*\[dangling id\]; .*\[no date\]"
    ):
        check(bad)
    many = Register(tuple(Milestone(f"m{n}", "x", f"Step {n}", "2020") for n in range(9)))
    with pytest.raises(DataError, match=r"9 severe problems: .*; and 4 more\.$"):
        check(many)
    assert not set(SEVERE) & set(MILD)


def test_late_records_are_no_reason_to_refuse_a_register():
    late = Register(tuple((SOUND | {"mil": _but("mil", history=())}).values()))
    assert check(late) is late


def test_indicators_can_be_left_alone():
    odd = Register(tuple((SOUND | {"tgt": _but("tgt", indicator="own_index")}).values()))
    assert problems(odd, on=DAY, indicators=False) == ()


def test_the_sample_register_is_sound_with_its_own_lists(tmp_path, sample_in):
    store = sample_in(tmp_path / "world")
    found = problems(sample_register(), on=DAY, lists=lists_beside(store.archive.folder))
    assert not [problem for problem in found if problem.severe]
    assert {problem.check for problem in found} == {
        *("milestone without word", "decision without word", "barrier past deadline", "disbursed more than planned")
    }


@given(registers())
@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
def test_no_register_is_too_odd_to_be_checked(register):
    for problem in problems(register, on=DAY):
        assert problem.record in register
        assert problem.message


def test_the_time_of_slips_grows_with_their_number_and_not_with_its_square():
    """5,000 milestones of programmes that are not there: every one is told, the nearest of the first hundred."""
    parties = tuple(Party(f"p{n}", f"P {n}", region="BLR") for n in range(200))
    steps = tuple(Milestone(f"m{n}", f"prg-{n}", f"Step {n}", "2030") for n in range(8 * 625))
    found = problems(Register(parties + steps), on=DAY)
    assert [problem.record for problem in found] == [step.id for step in steps]
    assert_linear_in(lambda size: problems(Register(parties + steps[:size]), on=DAY), 625)
