"""Claims on real customs tables: Federal Customs Service of Russia, by year (CIS) and by month (29 main partners)."""

from __future__ import annotations

from pathlib import Path

import pytest

from hansa.statements.claim import Claim
from hansa.statements.verdict import Verdict, check
from hansa.trade.readers.flat import read_flat
from hansa.trade.store import Store
from hansa.wording import Words

MAPS = Path(__file__).resolve().parents[2] / "samples" / "column_maps"
TABLES = {"annual": "annual_cis_1994_2021", "monthly": "monthly_by_country_2006_2021"}
SPOKEN = "2023-06-28"


@pytest.fixture(scope="module")
def customs(hansa_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Store:
    """Both tables as datasets of one store, known since early 2022."""
    store = Store.create(tmp_path_factory.mktemp("stores") / "customs")
    for name, file in TABLES.items():
        flows = read_flat(hansa_data / "russia_fts" / f"{file}.parquet", MAPS / f"russia_fts_{name}.toml")
        store.write(flows, dataset=name, vintage="2022-02-08")
    return store


def said(value: float, unit: str, form: str, half: float, **more: object) -> Claim:
    """A claim on the turnover of Russia with Belarus; `half` a last digit on both sides of the value."""
    facts = {"measure": "turnover", "region": "RUS", "partner": "BLR", "spoken": SPOKEN}
    ends = {"low": value - half, "high": value + half}
    return Claim("c1", f"{value:g} {unit}", 0, 8, value, unit, form=form, **{**ends, **facts, **more})  # type: ignore[arg-type]


def verdict(claim: Claim, store: Store) -> Verdict:
    (found,) = check([claim], store)
    return found


def text(sentence: object) -> str:
    return Words("en").say(sentence).replace("\N{NO-BREAK SPACE}", " ")  # type: ignore[arg-type]


def test_turnover_of_2021_is_near(customs):
    """38.5 said, 38.77 published: near, 0.7 % below; by both tables, which the office tells itself."""
    found = verdict(said(38.5e9, "USD", "level", 0.05e9, period="2021"), customs)
    assert [(one.under["dataset"], one.under["told_by"], one.outcome) for one in found.readings] == [
        ("annual", "RUS", "near"),
        ("monthly", "RUS", "near"),
    ]
    for reading in found.readings:
        assert reading.figure == pytest.approx(38.77e9, abs=5e6)
        assert reading.difference == pytest.approx(-0.007, abs=5e-4)
        assert text(reading.arithmetic) == (
            "Turnover, RUS ↔ BLR, 2021: USD 38.77 bn. Said: USD 38.5 bn. What was said is 0.7% below the figure."
        )
        assert reading.provenance.sources[0].producer == "Federal Customs Service of Russia"
    assert text(found.summary).startswith("Near in all 2 readings, one of them: Turnover")


def test_growth_by_a_third(customs):
    """35.4 % is within the nearest simple fraction."""
    claim = said(100 / 3, "%", "growth", 0, period="2021", low=100 * 7 / 24, high=100 * 11 / 30)
    found = verdict(claim, customs)
    assert {reading.outcome for reading in found.readings} == {"supported"}
    assert all(reading.figure == pytest.approx(35.4, abs=0.05) for reading in found.readings)
    assert "within the nearest simple fraction" in text(found.readings[0].arithmetic)


def test_first_in_the_cis_and_fourth_of_29(customs):
    first = verdict(said(1, "rank", "rank", 0.5, period="2021", population="CIS"), customs)
    assert {reading.outcome for reading in first.tested} == {"supported"}
    fourth = verdict(said(4, "rank", "rank", 0.5, period="2021", population="all"), customs)
    told = {reading.under["dataset"]: reading for reading in fourth.readings}
    assert told["monthly"].outcome == "supported"
    assert "number 4 of the 29 in the table" in text(told["monthly"].arithmetic)
    assert told["annual"].outcome == "not checkable"  # it lists the CIS only
    assert "lists 6 partners of RUS, “monthly” 29" in text(told["annual"].missing)


@pytest.mark.parametrize("year", [2016, 2017, 2018, 2019])
def test_fourth_in_the_years_before(customs, year):
    found = verdict(said(4, "rank", "rank", 0.5, period=str(year), population="all"), customs)
    assert found.count("supported") == 1


def test_third_in_2020(customs):
    found = verdict(said(4, "rank", "rank", 0.5, period="2020", population="all"), customs)
    (near,) = [reading for reading in found.readings if reading.outcome == "near"]
    assert near.figure == 3


def test_no_record(customs):
    """39.44 bn in 2011 was more."""
    claim = said(38.8e9, "USD", "level", 0.05e9, period="2021", qualifiers=("record",))
    for reading in verdict(claim, customs).readings:
        assert reading.outcome == "near"  # within 5 % of it
        assert "in 2011" in text(reading.arithmetic)


def test_months_are_summed(customs):
    """The months of 2021 are the year."""
    year = verdict(said(38.5e9, "USD", "level", 0.05e9, period="2021"), customs)
    months = verdict(said(38.5e9, "USD", "level", 0.05e9, period="2021-01..2021-12"), customs)
    assert months.readings[0].figure == pytest.approx(year.readings[0].figure)
    part = verdict(said(11, "%", "growth", 0.5, period="2021-01..2021-04"), customs)
    assert {one.under["dataset"]: one.figure is None for one in part.readings} == {"annual": True, "monthly": False}


LATER = [
    said(50e9, "USD", "level", 0.5e9, period="2022", comparator="exceeded", scope="goods and services"),
    said(3e12, "RUB", "level", 0.5e12, period="2022", comparator="exceeded"),
    said(12, "%", "growth", 0.5, period="2022"),
    said(11, "%", "growth", 0.5, period="2023-01..2023-04", qualifiers=("another",)),
    said(5, "%", "share", 0.5, period="2022", comparator="about"),
    said(1, "rank", "rank", 0.5, period="2022", population="CIS"),
    said(4, "rank", "rank", 0.5, period="2022", population="all"),
    said(
        70e9,
        "RUB",
        "change",
        0.5e9,
        period="2022",
        comparator="more than",
        measure="exports",
        region="BLR",
        partner="RUS",
    ),
]


@pytest.mark.parametrize("claim", LATER, ids=lambda claim: claim.text)
def test_later_years_are_not_checkable(customs, claim):
    """The table that lacks is named with the period, and what 2021 gives stands beside it, with its source."""
    found = verdict(claim, customs)
    assert {reading.outcome for reading in found.readings} == {"not checkable"}
    year = str(claim.period)[:4]
    assert all("Needs " in text(reading.missing) and year in text(reading.missing) for reading in found.readings)
    assert any("ends in 2021" in text(reading.missing) for reading in found.readings)
    beside = " ".join(map(text, found.beside))
    assert "Last known year, 2021" in beside
    assert "Federal Customs Service of Russia" in beside
    if claim.region == "RUS":
        assert "USD 38.77 bn, +35.4% on the year before" in beside
        assert "5.9% of the sum over all 29 partners in the table" in beside
        assert "BLR is number 4 of 29 partners of RUS" in beside


def test_a_rank_without_a_period_is_read_for_two_years(customs):
    found = verdict(said(4, "rank", "rank", 0.5, population="all"), customs)
    told = {(one.under["dataset"], one.under["period"]): one.outcome for one in found.readings}
    assert told["monthly", "2022"] == "not checkable"
    assert told["monthly", "2021"] == "supported"
    assert {reading.outcome for reading in found.tested} == {"not checkable"}
    assert "BLR is number 4 of 29 partners of RUS" in " ".join(map(text, found.beside))


def test_the_share_of_russia_in_belarus_cannot_be_told_by_russia(customs):
    found = verdict(said(60, "%", "share", 0.5, period="2021", region="BLR", partner="RUS"), customs)
    assert {reading.outcome for reading in found.readings} == {"not checkable"}
