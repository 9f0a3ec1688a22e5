"""The three texts of the sample world: what each claim in them is worth is known, and found."""

from __future__ import annotations

import csv

import pytest

from hansa.regions.lists import lists_beside
from hansa.sample.build import build
from hansa.sample.statements import FOLDER
from hansa.statements import Verdict, check, claims, read
from hansa.trade.store import Store


@pytest.fixture(scope="module")
def verdicts(store: Store) -> dict[tuple[str, str], Verdict]:
    """Every claim of the three texts with its verdict, by text and words."""
    lists = lists_beside(store.archive.folder)
    found = {}
    for path in sorted((store.archive.folder / FOLDER).iterdir()):
        for verdict in check(claims(read(path), lists=lists), store, lists=lists):
            found[path.name, " ".join(verdict.claim.text.split())] = verdict
    return found


def _expected(store: Store) -> list[dict[str, str]]:
    with (store.archive.folder / "truth" / "statement.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _worth(verdict: Verdict) -> str:
    """What the readings of goods and of what was said come to; near is neither true nor false by itself."""
    outcomes = {reading.outcome for reading in verdict.tested if reading.under.get("scope") != "services"}
    if outcomes <= {"not checkable", "no data"}:
        return "uncheckable"
    if "supported" not in outcomes:
        return "false"
    return "true" if outcomes == {"supported"} else "ambiguous"


def test_every_claim_is_found_and_no_other(store: Store, verdicts: dict[tuple[str, str], Verdict]) -> None:
    assert set(verdicts) == {(row["document"], row["said"]) for row in _expected(store)}


def test_each_is_worth_what_was_planted(store: Store, verdicts: dict[tuple[str, str], Verdict]) -> None:
    planted = {(row["document"], row["said"]): row["worth"] for row in _expected(store)}
    assert {said: _worth(verdict) for said, verdict in verdicts.items()} == planted
    assert set(planted.values()) == {"true", "false", "ambiguous", "uncheckable"}


def test_a_world_made_before_there_were_texts_gets_them(store: Store) -> None:
    folder = store.archive.folder / FOLDER
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    for path in folder.iterdir():
        path.unlink()
    folder.rmdir()
    build(store.archive.folder)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
