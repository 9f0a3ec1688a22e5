"""Figures by the interface: those of the library, with all that they know of themselves; a plain word where none is."""

from __future__ import annotations

import csv
import json
from typing import Any

import pytest

import hansa.indicators  # noqa: F401  fills the catalogue
from hansa.commitments import counts, funnel, reporting
from hansa.commitments.money import amounts
from hansa.indicator import catalogue
from hansa.office.snapshot import current
from hansa.office.statistics import statistics, today

V1 = "/api/v1"
META = {"title", "unit", "method", "reference", "provenance", "notes"}


def result(answer: Any) -> dict[str, Any]:
    """The result that an answer is."""
    assert answer.status_code == 200, answer.content[:500]
    said: dict[str, Any] = answer.json()
    assert set(said) == {"meta", "data"}
    assert set(said["meta"]) >= META
    assert said["meta"]["unit"]
    assert said["meta"]["method"]
    return said


@pytest.fixture
def planted(sample_store) -> list[dict[str, str]]:
    """What follows from the generator of the sample world."""
    with (sample_store / "truth" / "commitment.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_targets_stand_as_they_were_planted(register, client, planted):
    expected = {row["id"]: row["expected"] for row in planted if row["kind"] == "target"}
    found = {}
    for target in expected:
        (row,) = result(client.get(f"{V1}/targets/{target}/progress"))["data"]
        found[row["target"]] = row["verdict"]
    assert found == expected
    assert len(found) == 12


def test_the_trade_at_stake_is_told_with_the_effect_of_a_removal(register, client, planted):
    barriers = [row for row in planted if row["kind"] == "barrier"]
    assert len(barriers) == 9
    for row in barriers:
        said = result(client.get(f"{V1}/barriers/{row['id']}/stake"))
        assert all(0 <= one["share"] <= 1 for one in said["data"])
        assert ("effect" in said["meta"]) == (row["expected"] == "removed")
        if row["effect"]:
            assert said["meta"]["effect"]["effect"] == pytest.approx(float(row["effect"]), rel=0.25)


def test_the_matrix_names_the_planted_gaps(register, client, planted):
    expected = {tuple(row["id"].split("-")) for row in planted if row["kind"] == "coverage gap"}
    rows = result(client.get(f"{V1}/coverage"))["data"]
    assert {(row["one"], row["other"]) for row in rows if row["gap"]} >= expected
    assert len(expected) == 3


@pytest.mark.parametrize(("end", "function"), [
    ("counts", counts), ("reporting", reporting), ("amounts", amounts), ("funnel", funnel),
])  # fmt: skip
def test_what_the_register_counts_is_what_the_library_counts(register, client, end, function):
    said = result(client.get(f"{V1}/{end}"))["data"]
    own = json.loads(function(current().register(), on=today()).to_json())["data"]
    assert [{name: row[name] for name in own[0]} for row in said] == own


def test_a_day_may_be_asked_for(register, client):
    then = result(client.get(f"{V1}/reporting?on=2021-01-01"))
    assert then["meta"]["on"] == "2021-01-01"
    assert then["data"] != result(client.get(f"{V1}/reporting"))["data"]


def test_problems_are_listed_for_who_holds_a_role(register, client_of):
    said = result(client_of("reporter-kastovia").get(f"{V1}/problems"))
    assert said["data"]
    assert set(said["data"][0]) == {"record", "field", "check", "severe", "message"}
    assert not [row for row in said["data"] if row["severe"]]


def test_every_indicator_is_listed_with_what_it_takes(register, client):
    listed = {one["key"]: one for one in client.get(f"{V1}/indicators").json()["results"]}
    assert set(listed) == set(catalogue)
    for key, entry in catalogue.items():
        assert listed[key]["reference"] == entry.reference
        assert listed[key]["url"] == f"{V1}/indicators/{key}"


@pytest.mark.parametrize("key", sorted(catalogue))
def test_every_indicator_answers_or_says_what_it_lacks(register, client, key, monkeypatch):
    from rest_framework.throttling import ScopedRateThrottle

    monkeypatch.setitem(ScopedRateThrottle.THROTTLE_RATES, "indicators", "100000/min")
    answer = client.get(f"{V1}/indicators/{key}?limit=5")
    if answer.status_code == 200:
        said = result(answer)
        assert len(said["data"]) == min(5, said["meta"]["rows"])
    else:
        assert answer.status_code in (400, 422)
        assert answer.json()["detail"]


def test_an_indicator_is_narrowed_and_comes_in_pages(register, client):
    url = f"{V1}/indicators/exports?origin=XBR&destination=XKA&by=origin,destination"
    whole = result(client.get(url))
    assert whole["meta"]["rows"] == len(whole["data"]) > 3
    assert {(row["origin"], row["destination"]) for row in whole["data"]} == {("XBR", "XKA")}
    parts = [result(client.get(f"{url}&limit=2&offset={offset}"))["data"] for offset in (0, 2, 4)]
    assert [row for part in parts for row in part] == whole["data"][:6]
    (one,) = result(client.get(f"{url}&period={whole['data'][0]['period']}"))["data"]
    assert one == whole["data"][0]


def test_the_claims_of_a_text_are_held_against_the_statistics(register, client):
    (row,) = result(client.get(f"{V1}/indicators/turnover?region=XBR&partner=XKA&period=2022&by=region,partner"))[
        "data"
    ]
    text = f"In 2022, trade between Brinmark and Kastovia was ${row['turnover'] / 1e9:.2f} billion."
    said = client.post(f"{V1}/check", {"text": text, "spoken": "2023-06-15"}, content_type="application/json").json()
    (claim,) = said["claims"]
    assert (claim["region"], claim["partner"], claim["period"], claim["unit"]) == ("XBR", "XKA", "2022", "USD")
    assert text[claim["start"] : claim["end"]] == claim["text"]
    assert "supported" in {one["outcome"] for one in said["readings"]["data"]}
    assert set(said["readings"]["meta"]) >= META


def test_without_statistics_the_interface_says_what_is_missing(blind, client):
    for end in ("targets/tgt-food/progress", "barriers/bar-queue/stake", "coverage", "indicators/turnover"):
        answer = client.get(f"{V1}/{end}")
        assert answer.status_code == 422, end
        assert "no statistics" in answer.json()["detail"]
    for end in ("counts", "reporting", "amounts", "funnel", "indicators"):
        assert client.get(f"{V1}/{end}").status_code == 200, end
    said = client.post(f"{V1}/check", {"text": "Trade rose by 12 percent."}, content_type="application/json").json()
    assert (len(said["claims"]), said["readings"]["data"]) == (1, [])
    assert statistics().store is None
