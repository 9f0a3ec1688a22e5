"""The matrix of pairs, counts, who reports and what came of ideas, on small registers counted by hand."""

from __future__ import annotations

import random
from math import isqrt

import pytest
from hypothesis import HealthCheck, given, settings

from hansa.commitments.coverage import PHASES, Whose, amounts, counts, coverage, funnel, reporting
from hansa.commitments.figures import Figures
from hansa.commitments.lifecycle import in_force, is_open, parties_on, state_name
from hansa.commitments.progress import progress_of
from hansa.commitments.records import (
    AGREEMENT_KINDS,
    Agreement,
    AssertedCount,
    Barrier,
    Decision,
    Edition,
    Event,
    Idea,
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
from hansa.sample.register import sample_register
from hansa.trade.flows import as_flows
from hansa.trade.store import Store
from tests.growth import assert_linear_in
from tests.unit.commitments.registers import registers

DAY = "2023-06-30"
VALID = (Event("2019-05-01", "signed"), Event("2020-01-01", "in force"))
PARTIES = (
    Party("a", "A", region="A"),
    Party("b", "B", region="B"),
    Party("c", "C", region="C"),
    Party("a1", "Province of A", region="A-1", parent="a"),
    Party("a2", "Other province of A", region="A-2", parent="a"),
    Party("b1", "Province of B", region="B-1", parent="b"),
    Party("union", "Union", kind="bloc", region="UNION"),
    Party("ministry", "Ministry of A", kind="institution", parent="a"),
    Party("works", "Works of the province", kind="company", parent="a1"),
)


@pytest.fixture(scope="module")
def world(tmp_path_factory, sample_in):
    return sample_in(tmp_path_factory.mktemp("coverage") / "world")


@pytest.fixture
def store(tmp_path):
    """A, B, C, D and provinces in lists beside the store; B joined the union in 2021, C left it in 2022."""
    folder = tmp_path / "store"
    made = Store.create(folder)
    pairs = [("A", "B", 8.0), ("B", "A", 4.0), ("A", "C", 2.0), ("C", "B", 1.0), ("C", "A", 1.0)]
    rows = [("2021", *pair) for pair in pairs] + [("2022", *pair[:2], 2 * pair[2]) for pair in pairs]
    columns = {
        key: [row[place] for row in rows] for place, key in enumerate(("period", "origin", "destination", "value"))
    }
    made.write(as_flows(columns | {"product": ["p"] * len(rows)}), vintage="2023-06-01")
    (folder / "regions.csv").write_text(
        "code,name,name_ru,parent,lat,lon\nA,Aland,А,,1,1\nB,Bland,Б,,2,2\nC,Cland,В,,3,3\nD,Dland,Г,,4,4\n"
        "A-1,One,Один,A,1,1\nA-2,Two,Два,A,1,2\nB-1,Bone,Бон,B,2,1\n",
        encoding="utf-8",
    )
    (folder / "blocs.csv").write_text(
        "bloc,member,from,to,source\nUNION,B,2021-01-01,,x\nUNION,C,2013-01-01,2022-12-31,x\nUNION,D,2013-01-01,,x\n",
        encoding="utf-8",
    )
    return made


def _pairs(register, store, **options):
    found = coverage(register, store, **{"on": DAY} | options)
    return {(row["one"], row["other"]): row for row in found.rows()}


def _with(*records):
    return Register((*PARTIES, *records))


def _covered(*agreements, store, **options):
    return {pair for pair, row in _pairs(_with(*agreements), store, **options).items() if row["agreements"]}


def test_a_country_is_no_pair_with_its_provinces_nor_these_with_each_other(store):
    pairs = set(_pairs(_with(), store))
    assert pairs == {
        *(("A", "B"), ("A", "C"), ("B", "C"), ("A", "B-1"), ("A-1", "B"), ("A-2", "B"), ("A-1", "B-1"), ("A-2", "B-1")),
        *(("A-1", "C"), ("A-2", "C"), ("B-1", "C")),
    }


@pytest.mark.parametrize(
    ("parties", "covered"),
    [
        (("a", "b"), {("A", "B")}),  # countries, and not their provinces
        (("a1", "b1"), {("A-1", "B-1")}),
        (("a1", "b"), {("A-1", "B")}),
        (("ministry", "b"), {("A", "B")}),  # an institution for the country above it
        (("works", "b1"), {("A-1", "B-1")}),  # a company for its province
        (("a", "b", "c"), {("A", "B"), ("A", "C"), ("B", "C")}),
        (("a", "union"), {("A", "B")}),  # B is a member on that day, C no more
    ],
)
def test_whom_an_agreement_covers(store, parties, covered):
    assert _covered(Agreement("x", "X", parties, history=VALID), store=store) == covered


def test_a_bloc_counts_for_its_members_on_the_day(store):
    text = Agreement("x", "X", ("a", "union"), history=(Event("2015", "in force"),))
    assert _covered(text, store=store, on="2020-06-30", as_of=DAY) == {("A", "C")}
    assert _covered(text, store=store, on="2022-06-30", as_of=DAY) == {("A", "B"), ("A", "C")}


def test_a_bloc_alone_binds_its_members_to_each_other(store):
    treaty = Agreement("x", "X", ("union",), history=(Event("2015", "in force"),))
    assert _covered(treaty, store=store, on="2022-06-30", as_of=DAY) == {("B", "C")}


@pytest.mark.parametrize(
    ("history", "day", "binds"),
    [
        (VALID, "2019-12-31", False),
        (VALID, "2020-01-01", True),
        ((*VALID, Event("2021", "amended")), "2022-01-01", True),
        ((*VALID, Event("2021", "acceded", party="c")), "2022-01-01", True),
        ((*VALID, Event("2021", "withdrawn", party="c")), "2022-01-01", True),
        ((*VALID, Event("2021", "ended")), "2020-12-31", True),
        ((*VALID, Event("2021", "ended")), "2021-01-01", False),
        ((Event("2019", "signed"),), "2022-01-01", False),
        ((), "2022-01-01", False),
    ],
)
def test_what_is_in_force(history, day, binds):
    assert in_force(Agreement("x", "X", ("a", "b", "c"), history=history), day) is binds


def test_who_is_bound_changes_with_accessions_and_withdrawals():
    text = Agreement(
        *("x", "X", ("a", "b", "c")),
        history=(*VALID, Event("2021-03-01", "acceded", party="c"), Event("2022-03-01", "withdrawn", party="b")),
    )
    assert parties_on(text, "2020-06-01") == ("a", "b")  # c is listed, and joined later
    assert parties_on(text, "2021-06-01") == ("a", "b", "c")
    assert parties_on(text, "2022-06-01") == ("a", "c")


def test_what_stands_in_a_row(store):
    register = _with(
        Agreement("t", "Trade", ("a", "b"), ("trade", "economic"), VALID),
        Agreement("s", "Science", ("a", "b"), ("scientific",), VALID),
        Agreement("later", "Not ratified", ("a", "b"), history=(Event("2021", "signed"),)),
        Agreement("gone", "Ended", ("a", "b"), history=(*VALID, Event("2022", "ended"))),
        Project("p1", "One", ("a", "b"), history=(Event("2020", "preparation"), Event("2021", "implementation"))),
        Project("p2", "Two", ("ministry", "b")),
        Project("p3", "Three", ("a", "b"), history=(Event("2021", "cancelled"),)),
        Barrier("q1", "Queue", "A", "B", history=(Event("2019", "reported"),)),
        Barrier("q2", "Fee", "B", "A", history=(Event("2019", "reported"), Event("2020", "partly removed"))),
        Barrier("q3", "Gone", "A", "B", history=(Event("2019", "removed"),)),
    )
    row = _pairs(register, store)["A", "B"]
    assert [row[name] for name in ("agreements", "trade", "economic", "scientific", "cultural", "signed")] == [
        2,
        1,
        1,
        1,
        0,
        1,
    ]
    assert [row[name] for name in ("projects", "prepared", "under_way", "completed", "stopped")] == [3, 1, 1, 0, 1]
    assert row["open_barriers"] == 2
    assert (row["period"], row["flow"], row["flow_back"]) == ("2022", 16.0, 8.0)
    assert _pairs(register, store, period="2021")["A", "B"]["flow"] == 8.0
    assert _pairs(register, store)["A-1", "B-1"]["flow"] is None


def _by_definition(register, whose, one, other):
    """A row of the matrix as its words say it: each record asked whether it is of the pair."""
    day = whose.day
    texts = [text for text in register.of(Agreement) if whose.pair(parties_on(text, day), one, other)]
    valid = [text for text in texts if in_force(text, day)]
    joint = [project for project in register.of(Project) if whose.pair(project.partners, one, other)]
    stands = [barrier for barrier in register.of(Barrier) if is_open(barrier, day)]
    return {
        "agreements": len(valid),
        **{kind: sum(kind in text.kinds for text in valid) for kind in AGREEMENT_KINDS},
        "signed": sum(state_name(text, day) == "signed" and not in_force(text, day) for text in texts),
        "projects": len(joint),
        **{name: sum(state_name(p, day) in states for p in joint) for name, states in PHASES.items()},
        "open_barriers": sum({barrier.origin, barrier.destination} == {one, other} for barrier in stands),
    }


def _at_random(draw):
    """Records between any parties of `PARTIES`, with accessions, bodies that act for others, and a bloc."""
    keys = [party.id for party in PARTIES]
    for number in range(60):
        between = tuple(draw.choices(keys, k=draw.randint(1, 4)))
        history = draw.choice(((), VALID, VALID[:1], (*VALID, Event("2022", "ended"))))
        if history and draw.random() < 0.5:
            history = (*history, Event("2021", draw.choice(("acceded", "withdrawn")), party=draw.choice(keys)))
        kinds = tuple(draw.sample(AGREEMENT_KINDS, draw.randint(1, 3)))
        yield Agreement(f"t{number}", "Text", between, kinds, history)
        state = draw.choice([state for states in PHASES.values() for state in states])
        yield Project(f"p{number}", "Work", between, history=(Event("2020", state),) if state else ())
        ends = draw.sample(("A", "B", "C", "D", "A-1"), 2)
        yield Barrier(f"q{number}", "Fee", *ends, history=(Event("2020", draw.choice(("reported", "removed"))),))


def test_the_matrix_is_what_its_definition_gives_pair_by_pair(store, world):
    random_ones = [(_with(*_at_random(random.Random(seed))), store) for seed in range(6)]
    for register, known in [(sample_register(), world), *random_ones]:
        figures = Figures(known, DAY)
        whose, found = Whose(register, figures.places, DAY, ()), coverage(register, figures, on=DAY)
        for row in found.rows():
            expected = _by_definition(register, whose, row["one"], row["other"])
            assert {name: row[name] for name in expected} == expected, (row["one"], row["other"])


def test_time_grows_with_the_pairs_and_with_the_records_and_not_with_their_product(store):
    figures = Figures(store)

    def matrix(size):
        codes = [f"R{number}" for number in range(isqrt(size))]
        parties = [Party(code, code, region=code) for code in codes]
        draw = random.Random(size)
        texts = [Agreement(f"t{n}", "Text", tuple(draw.sample(codes, 2)), history=VALID) for n in range(size)]
        found = coverage(Register((*parties, *texts)), figures, on=DAY)
        assert sum(row["agreements"] for row in found.rows()) == size

    matrix(100)
    assert_linear_in(matrix, 400)


def test_potential_is_the_indicator_of_the_catalogue(store):
    from hansa.indicator import find

    row = _pairs(_with(), store)["A", "B"]
    flows = store.flows()
    for one, other, name in (("A", "B", "potential"), ("B", "A", "potential_back")):
        rows = find("export_potential").function(flows, origin=one, destination=other).rows()
        assert row[name] == pytest.approx(sum(found["potential"] for found in rows))


def test_a_gap_is_a_pair_with_more_potential_than_a_quarter_of_those_with_an_agreement(world):
    """The three gaps of the sample world, largest first; no other."""
    found = coverage(sample_register(), world, on=DAY)
    rows = found.rows()
    assert [(row["one"], row["other"]) for row in rows if row["gap"]] == [
        ("XCE", "XKA"),
        ("XEL", "XKA"),
        ("XGA", "XKA"),
    ]
    assert [row["gap"] for row in rows[:3]] == [True] * 3
    with_one = sorted(
        row["potential"] + row["potential_back"] for row in rows if row["agreements"] and row["potential"] is not None
    )
    below = sum(value <= found.meta["gap_above"] for value in with_one)
    assert below / len(with_one) == pytest.approx(0.25, abs=1 / len(with_one))
    assert rows[0]["signed"] == 1  # signed in 2021, and not in force


def test_gravity_is_the_indicator_of_the_catalogue_and_no_part_of_what_a_gap_is(world, store):
    from hansa.indicator import find

    rows = coverage(sample_register(), world, on=DAY).rows()
    flows = world.flows(told_by="reconciled").where(period="2022")
    sides = {name: world.side(name) for name in ("distance", "contiguity")}
    found = {(r["origin"], r["destination"]): r for r in find("gravity_potential").function(flows, **sides).rows()}
    for row in rows:
        if row["period"] == "2022" and row["potential"] is not None:
            for back, way in (("", (row["one"], row["other"])), ("_back", (row["other"], row["one"]))):
                assert row[f"predicted{back}"] == pytest.approx(found[way]["predicted"])
                assert row[f"gravity{back}"] == pytest.approx(row[f"flow{back}"] / row[f"predicted{back}"])
    nowhere = coverage(_with(), store, on=DAY)
    assert {row["gravity"] for row in nowhere.rows()} == {None}
    assert any(note.startswith("no gravity model: Gravity needs distances") for note in nowhere.notes)


def test_blocs_can_be_counted_as_one_region(world):
    rows = {
        (row["one"], row["other"]): row
        for row in coverage(sample_register(), world, groups=["AMBER", "GRANITE"], on=DAY).rows()
    }
    assert ("AMBER", "GRANITE") in rows
    assert not any(code.startswith(("XB", "XK")) for pair in rows for code in pair)  # they are inside
    flows = world.flows(told_by="reconciled").where(period="2022").totals("origin", "destination").to_pylist()
    amber = {"XAL", "XBR", "XDO", "XEL", "XFE", "XGA", "XHO", "XIR"}
    granite = {"XKA", "XLU", "XMO", "XNE", "XOR", "XPA", "XQU", "XRO"}
    sold = sum(row["value"] for row in flows if row["origin"] in amber and row["destination"] in granite)
    assert rows["AMBER", "GRANITE"]["flow"] == pytest.approx(sold)
    assert rows["AMBER", "GRANITE"]["gravity"] == pytest.approx(sold / rows["AMBER", "GRANITE"]["predicted"])


def test_regions_can_be_named_and_must_be_two(store):
    assert set(_pairs(_with(), store, regions=["C", "A"])) == {("A", "C")}
    with pytest.raises(DataError, match="two regions or more"):
        coverage(_with(), store, regions=["A"])
    with pytest.raises(UnknownCode, match="'UNON' is no known bloc"):
        coverage(_with(), store, groups=["UNON"])


def test_own_counts_stand_beside_those_that_were_stated():
    """The two speakers of one partnership: each count with speaker, day, source; neither changes the register's own."""
    said = [
        AssertedCount("s1", "agreements", 81.0, "agreements", ("a", "b"), "A minister", "2022-06-01", "speech 1"),
        AssertedCount("s2", "regions", 77.0, "regions", ("a", "b"), "A president", "2018", "speech 2"),
        AssertedCount("s3", "projects", 80e9, "RUB", ("a",), "A deputy", "2022-06-01", "speech 3"),
        AssertedCount("s4", "ships", 3.0, "ships", (), "A deputy", "2022-06-01", "speech 3"),
    ]
    register = _with(
        Agreement("t", "Trade", ("a", "b"), history=VALID),
        Agreement("u", "Provinces", ("a1", "b1"), history=VALID),
        Agreement("v", "With C", ("a", "c"), history=VALID),
        Project(
            "p",
            "Line",
            ("a", "b"),
            amounts=(Money(2e9, "RUB", "planned", "2020"), Money(1e9, "RUB", "planned", "2021")),
        ),
        *said,
    )
    found = counts(register, DAY)
    own = {row["what"]: row["own"] for row in found.rows() if row["speaker"] is None}
    assert (own["agreements"], own["regions"], own["provinces"], own["projects"]) == (3.0, 5.0, 2.0, 1.0)
    rows = {row["source"] + row["what"]: row for row in found.rows() if row["speaker"]}
    first = rows["speech 1agreements"]
    assert (first["speaker"], first["date"], first["stated"], first["own"], first["difference"]) == (
        *("A minister", "2022-06-01", 81.0, 2.0, 79.0),  # those of A and B and their provinces
    )
    assert rows["speech 2regions"]["own"] == 0.0  # none was in force in 2018
    assert (rows["speech 3projects"]["own"], rows["speech 3projects"]["difference"]) == (1e9, 79e9)
    assert rows["speech 3ships"]["own"] is None
    assert any("no count of its own of 'ships'" in note for note in found.notes)


def test_who_reports_and_who_does_not():
    register = _with(
        Programme("prg", "Machines", ("a", "b")),
        Milestone("m1", "prg", "Said", "2021-06-30", (Event("2021-07-01", "met"),)),
        Milestone("m2", "prg", "Unsaid", "2022-06-30", (Event("2021-01-01", "scheduled"),)),
        Milestone("m3", "prg", "To come", "2030-06-30"),
        Decision("d1", "Do it", "ses", owner="a", due="2022", history=(Event("2022-03-01", "done"),)),
        Decision("d2", "Do that", "ses", owner="ministry", due="2022-01-31", history=(Event("2022-02-01", "in work"),)),
        Barrier("bar", "Queue", "A", "B", owner="ministry", deadline="2022-12-31"),
        Milestone("lost", "nowhere", "Of nothing", "2022"),
    )
    found = reporting(register, DAY)
    rows = {row["party"]: row for row in found.rows()}
    assert set(rows) == {"a", "b", "ministry"}
    names = ("milestones", "decisions", "barriers", "due", "with_word", "late", "last_word")
    assert [rows["a"][name] for name in names] == [3, 1, 0, 3, 2, 1, "2022-03-01"]
    assert [rows["b"][name] for name in names] == [3, 0, 0, 2, 1, 1, "2021-07-01"]
    assert [rows["ministry"][name] for name in names] == [0, 1, 1, 2, 1, 2, "2022-02-01"]
    assert rows["a"]["reported"] == pytest.approx(2 / 3)
    together = found.meta["all"]  # the milestones of both parties once: less than the sum of the rows
    assert [together[name] for name in names] == [3, 2, 1, 5, 3, 3, "2022-03-01"]
    assert together["reported"] == pytest.approx(3 / 5)
    assert found.notes == (
        "what several parties owe counts for each of them; all of it once: 5 due by now, 3 with word",
    )
    early = {row["party"]: row for row in reporting(register, "2021-01-01").rows()}
    assert (early["a"]["due"], early["a"]["reported"]) == (0, None)


def test_from_idea_to_result(store):
    register = _with(
        *(
            Edition("e1", "First", 1, "a", "2021-06-01", "2021-06-02"),
            Edition("e2", "Second", 2, "b", "2022-06-01", "2022-06-02"),
        ),
        *(Session("s1", "e1", "One", "2021-06-01"), Session("s2", "e2", "Two", "2022-06-01")),
        Idea("i1", "Line", "e1", project="p", history=(Event("2021", "proposed"), Event("2022", "project"))),
        Idea("i2", "Fair", "e1", history=(Event("2021", "proposed"), Event("2022", "declined"))),
        Idea("i3", "Road", "e2", history=(Event("2022", "accepted"),)),
        Decision("d1", "Build", "s1", due="2022", project="p", history=(Event("2022-11-01", "done"),)),
        Decision("d2", "Ask", "s1", due="2022"),
        Decision("d3", "Pay", "s2", due="2030", history=(Event("2022-06-01", "taken"),)),
        Programme("prg", "Machines", ("a", "b")),
        Project("p", "Line", ("a", "b"), programme="prg"),
        Target("t1", "p", "exports", 10.0, "2022", "2021", "USD", {"origin": "A", "destination": "B"}),
        Target("t2", "prg", "exports", 99.0, "2022", "2021", "USD", {"origin": "A", "destination": "B"}),
        Target("t3", "a", "exports", 1.0, "2022", "2021", "USD", {"origin": "A", "destination": "B"}),
    )
    found = funnel(register, on=DAY, progress=progress_of(register, store, on=DAY))
    assert [tuple(row.values()) for row in found.rows()] == [
        ("e1", 1, 2, 1, 1, 2, 1, 1, 2, 1),
        ("e2", 2, 1, 1, 0, 1, 0, 0, 0, 0),
    ]
    assert "met" not in funnel(register, on=DAY).to_arrow().column_names


@pytest.mark.parametrize(
    ("given", "planned"),
    [
        ([(60.0, "2019", "x"), (40.0, "2019", "y")], 100.0),  # co-financers add up
        ([(60.0, "2019", "x"), (70.0, "2020", "x")], 70.0),  # the later amount of one takes the place of the earlier
        ([(70.0, "2020", "x"), (60.0, "2019", "x")], 70.0),  # in whatever order they are written
        ([(100.0, "2019", None), (60.0, "2019", "x"), (40.0, "2019", "y")], 100.0),  # a whole and its parts
        ([(60.0, "2019", "x"), (80.0, "2031", "x")], 60.0),  # what is dated later is not known yet
    ],
)
def test_no_amount_is_counted_twice(given, planned):
    project = Project(
        "p", "Line", ("a", "b"), amounts=tuple(Money(value, "USD", "planned", date, by) for value, date, by in given)
    )
    (row,) = amounts(project, on=DAY).rows()
    assert (row["currency"], row["planned"], row["launched"]) == ("USD", planned, None)


def test_currencies_are_never_added_up():
    one = Project(
        "p", "Line", ("a", "b"), amounts=(Money(5.0, "USD", "planned", "2020"), Money(7.0, "EUR", "launched", "2020"))
    )
    two = Project("q", "Road", ("a", "b"), amounts=(Money(1.0, "USD", "planned", "2020"),))
    found = amounts(Register((one, two)), on=DAY)
    assert [tuple(row.values()) for row in found.rows()] == [("EUR", 1, None, 7.0, None), ("USD", 2, 6.0, None, None)]
    assert found.title == "Money of 2 projects"


@given(registers())
@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])
def test_no_register_is_too_odd_for_its_scorecards(register):
    for found in (counts(register, DAY), reporting(register, DAY), funnel(register, on=DAY), amounts(register, on=DAY)):
        found.to_json()
