"""The join: what the sample world promised, read back from its CSV folder, against what its generator did."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from hansa.commitments.checks import problems
from hansa.commitments.coverage import coverage
from hansa.commitments.exchange import read_register, write_register
from hansa.commitments.progress import progress_of
from hansa.commitments.records import AssertedCount, Barrier, Party
from hansa.commitments.register import Register
from hansa.commitments.scorecard import counts, funnel
from hansa.commitments.stake import at_stake, stakes
from hansa.regions.lists import lists_beside
from hansa.sample.register import sample_register
from hansa.trade.flows import Flows
from hansa.trade.store import Store

DAY = "2023-06-30"  # a fortnight after the last release of the sample world
LAST = "2022"


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory, sample_in: Callable[[Path], Store]) -> Store:
    return sample_in(tmp_path_factory.mktemp("join") / "world")


@pytest.fixture(scope="module")
def register(store: Store) -> Register:
    return read_register(store.archive.folder / "register")


@pytest.fixture(scope="module")
def planted(store: Store) -> dict[str, dict[str, str]]:
    with (store.archive.folder / "truth" / "commitment.csv").open(encoding="utf-8", newline="") as rows:
        return {row["id"]: row for row in csv.DictReader(rows)}


def _expected(planted: dict[str, dict[str, str]], kind: str) -> dict[str, str]:
    return {key: row["expected"] for key, row in planted.items() if row["kind"] == kind}


def test_the_register_comes_back_as_it_was_written(register: Register):
    assert {record.id: record for record in register} == {record.id: record for record in sample_register()}


def test_every_target_ends_as_the_generator_made_it(
    register: Register, store: Store, planted: dict[str, dict[str, str]]
):
    found = progress_of(register, store, on=DAY).rows()
    assert {row["target"]: row["verdict"] for row in found} == _expected(planted, "target")
    for row in found:  # whoever tells: the margins are wider than the noise of either report
        tellers = {row["by_origin"], row["by_destination"]}
        assert tellers <= {row["verdict"], None}, row["target"]


def test_what_cannot_be_computed_says_which_table_is_missing(register: Register, store: Store):
    (row,) = [row for row in progress_of(register, store, on=DAY).rows() if row["verdict"] == "not computable"]
    assert "'ntm' is missing" in row["note"]


def test_the_effect_of_every_removed_barrier_lies_in_its_interval(
    register: Register, store: Store, planted: dict[str, dict[str, str]]
):
    """Three of three."""
    found = {row["barrier"]: row for row in stakes(register, store, on=DAY).rows()}
    states = {key: "removed" if row["state"] == "removed" else "open" for key, row in found.items()}
    assert states == _expected(planted, "barrier")
    removed = [key for key, state in states.items() if state == "removed"]
    assert len(removed) == 3
    for key in removed:
        row, true = found[key], float(planted[key]["effect"])
        assert row["low"] <= true <= row["high"], key
        assert row["low"] > 1.5  # and the interval says something
        assert row["note"] is None


def test_trade_at_stake_of_every_open_barrier_is_what_the_reports_say(
    register: Register, store: Store, planted: dict[str, dict[str, str]]
):
    barriers = [b for b in register.of(Barrier) if planted[b.id]["expected"] == "open"]
    assert len(barriers) == 6
    listed = {row["barrier"]: row for row in stakes(register, store, on=DAY).rows()}
    for barrier in barriers:
        last = at_stake(barrier, store, on=DAY).rows()[-1]
        assert last["period"] == LAST
        for side in ("origin", "destination"):
            reported = _reported(store, barrier, side)
            assert last[f"reported_by_{side}"] == (pytest.approx(reported, abs=0.5) if reported else None)
        assert last["affected"] == pytest.approx(_reported(store, barrier, "reconciled"), abs=0.5)
        assert listed[barrier.id]["affected"] == last["affected"] > 0
        assert listed[barrier.id]["effect"] is None  # nothing was removed


@cache
def _flows(store: Store, side: str, scope: str) -> Flows:
    return store.flows("flows", told_by=side, scope=scope, frequency="A")


def _reported(store: Store, barrier: Barrier, side: str) -> float:
    """Trade in the products of a barrier in the last year: sums of the reports' rows."""
    scope = "services" if barrier.products[0].startswith("S") else "goods"
    flows = _flows(store, side, scope).where(period=LAST, origin=barrier.origin, destination=barrier.destination)
    rows = flows.totals("product").to_pylist()
    return sum(row["value"] for row in rows if row["product"] in barrier.products)


def test_the_planted_gaps_are_named_and_no_pair_with_an_agreement_is(
    register: Register, store: Store, planted: dict[str, dict[str, str]]
):
    found = coverage(register, store, on=DAY)
    rows, level = found.rows(), found.meta["gap_above"]
    gaps = {f"{row['one']}-{row['other']}" for row in rows if row["gap"]}
    assert gaps == set(_expected(planted, "coverage gap"))
    assert all(row["agreements"] == 0 for row in rows if row["gap"])
    for row in rows:  # no pair without an agreement is near the level, so that noise decides nothing
        if not row["agreements"] and row["potential"] is not None:
            both = row["potential"] + row["potential_back"]
            assert both > 1.5 * level if row["gap"] else both < 0.8 * level
    by_pair = {f"{row['one']}-{row['other']}": row for row in rows}
    assert by_pair["XCE-XKA"]["signed"] == 1  # signed and not in force
    assert by_pair["XBR-XKA"]["agreements"] == 3  # free trade, science, culture


def test_nothing_severe_is_wrong_and_what_is_late_was_planted(register: Register, store: Store):
    found = problems(register, on=DAY, lists=lists_beside(store.archive.folder))
    assert [str(problem) for problem in found if problem.severe] == []
    assert {(problem.check, problem.record) for problem in found} == {
        ("milestone without word", "mil-textiles-mill"),
        ("milestone without word", "mil-wider-cover"),
        ("decision without word", "dec-lane"),
        ("decision without word", "dec-recycling"),
        ("barrier past deadline", "bar-queue"),
        ("barrier past deadline", "bar-recycling"),
        ("barrier past deadline", "bar-carriers"),
        ("disbursed more than planned", "prj-vet-lab"),
    }


def test_what_came_of_the_ideas_of_each_edition(register: Register, store: Store):
    rows = {
        row["edition"]: row for row in funnel(register, on=DAY, progress=progress_of(register, store, on=DAY)).rows()
    }
    assert [rows[f"forum-{year}"]["ideas"] for year in (2021, 2022, 2023)] == [2, 2, 2]
    assert [rows[f"forum-{year}"]["projects"] for year in (2021, 2022, 2023)] == [2, 1, 1]
    assert [rows[f"forum-{year}"]["done"] for year in (2021, 2022, 2023)] == [2, 0, 0]
    assert (rows["forum-2021"]["targets"], rows["forum-2021"]["met"]) == (2, 0)  # too early, not computable
    assert (rows["forum-2022"]["targets"], rows["forum-2022"]["met"]) == (1, 0)  # too early


COUNTED = """\
id,what,value,unit,parties,speaker,date,source
say-1,agreements,81,agreements,here|there,first speaker,2023,article
say-2,regions,73,regions,here|there,first speaker,2023,article
say-3,programmes,28,programmes,here|there,first speaker,2023,article
say-4,projects,80000000000,RUB,here|there,first speaker,2023,article
say-5,agreements,191,agreements,here|there,second speaker,2023,article
say-6,regions,77,regions,here|there,second speaker,2023,article
"""


def test_counts_that_speakers_stated_stand_beside_the_own_count_and_are_not_mixed(tmp_path: Path):
    """A register that holds nothing but two parties and what two speakers counted: its own counts stay at nothing."""
    (tmp_path / "party.csv").write_text("id,name,kind\nhere,Here,region\nthere,There,region\n", encoding="utf-8")
    (tmp_path / "asserted_count.csv").write_text(COUNTED, encoding="utf-8")
    register = read_register(tmp_path)
    assert Counter(type(record) for record in register) == {Party: 2, AssertedCount: 6}  # no agreement is made of it
    rows = counts(register, on="2023-12-31").rows()
    own = {row["what"]: row["own"] for row in rows if row["speaker"] is None}
    assert own["agreements"] == own["programmes"] == own["projects"] == own["regions"] == 0
    stated = [(row["speaker"], row["what"], row["stated"], row["unit"], row["own"]) for row in rows if row["speaker"]]
    assert stated == [
        ("first speaker", "agreements", 81, "agreements", 0),
        ("first speaker", "regions", 73, "regions", 0),
        ("first speaker", "programmes", 28, "programmes", 0),
        ("first speaker", "projects", 80e9, "RUB", None),  # no project: no money of one's own
        ("second speaker", "agreements", 191, "agreements", 0),
        ("second speaker", "regions", 77, "regions", 0),
    ]
    assert all((row["date"], row["source"]) != (None, None) for row in rows if row["speaker"])
    home = tmp_path / "again"
    write_register(register, home)
    assert read_register(home).records == register.records
