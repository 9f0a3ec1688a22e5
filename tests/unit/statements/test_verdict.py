"""Claims written by hand, held against small stores whose figures are counted by hand."""

from __future__ import annotations

import json
import shlex
import sys
from pathlib import Path
from typing import Any

import pytest

from hansa.cli import main
from hansa.errors import UnknownCode
from hansa.statements.claim import FORMS, MEASURES, Claim
from hansa.statements.claim import RELATIONS as COMPARATORS
from hansa.statements.verdict import Check, Verdict, check
from hansa.statements.verification.reading import OUTCOMES, Reading
from hansa.trade.flows import Flows, as_flows
from hansa.trade.side import as_side
from hansa.trade.store import Store
from hansa.units import Money
from hansa.wording import Words

BN = 1e9
# (origin, destination): the report of the origin, then of the destination, in bn
TRADE = {
    "2019": {("RUS", "BLR"): (90, 95), ("BLR", "RUS"): (55, 58)},
    "2020": {
        ("RUS", "BLR"): (100, 104),
        ("BLR", "RUS"): (50, 53),
        ("RUS", "KAZ"): (60, 62),
        ("KAZ", "RUS"): (30, 31),
        ("RUS", "CHN"): (300, 310),
        ("CHN", "RUS"): (280, 290),
    },
    "2021": {
        ("RUS", "BLR"): (120, 126),
        ("BLR", "RUS"): (60, 67),
        ("RUS", "KAZ"): (50, 52),
        ("KAZ", "RUS"): (25, 26),
        ("RUS", "CHN"): (330, 340),
        ("CHN", "RUS"): (320, 330),
        ("BLR", "CHN"): (12, 12),
    },
}
SERVICES = {
    "2020": {("RUS", "BLR"): (8, 8), ("BLR", "RUS"): (5, 5)},
    "2021": {("RUS", "BLR"): (10, 11), ("BLR", "RUS"): (6, 6)},
}
RATES = {("RUS", "2020"): 70.0, ("RUS", "2021"): 75.0, ("BLR", "2020"): 2.4, ("BLR", "2021"): 2.5}
PRICES = {("RUS", "2020"): 1.0, ("RUS", "2021"): 1.05}


def _both(years: dict[str, dict[tuple[str, str], tuple[float, float]]], scope: str = "goods") -> Flows:
    rows = [
        (year, origin, destination, side, BN * told[place])
        for year, pairs in years.items()
        for (origin, destination), told in pairs.items()
        for place, side in enumerate(("origin", "destination"))
    ]
    names = ("period", "origin", "destination", "told_by", "value")
    flows = as_flows({name: [row[place] for row in rows] for place, name in enumerate(names)})
    return Flows(flows.table, told_by="both", scope=scope)


def _plain(values: dict[tuple[str, str, str], float], **more: Any) -> Flows:
    """One report: (period, origin, destination) -> value in bn."""
    rows = {name: [key[place] for key in values] for place, name in enumerate(("period", "origin", "destination"))}
    return as_flows({**rows, "value": [BN * value for value in values.values()]}, **more)


@pytest.fixture(scope="module")
def customs(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """Two mirror reports, services, exchange rates and prices; the figures of 2021 were revised in 2023."""
    store = Store.create(tmp_path_factory.mktemp("stores") / "customs")
    early = {**TRADE, "2021": {**TRADE["2021"], ("RUS", "BLR"): (115, 126)}}
    store.write(_both(early), vintage="2022-03-01")
    store.write(_both(TRADE), vintage="2023-03-01")
    store.write(_both(SERVICES, "services"), vintage="2022-03-01")
    store.write(as_side(RATES, "exchange_rate"), vintage="2022-03-01")
    store.write(as_side(PRICES, "deflator"), vintage="2022-03-01")
    return store


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """One report of goods by year, known since 2022; nothing beside it."""
    store = Store.create(tmp_path_factory.mktemp("stores") / "bare")
    years = {("2019", "RUS", "BLR"): 30, ("2020", "RUS", "BLR"): 40, ("2021", "RUS", "BLR"): 50}
    store.write(_plain({**years, ("2020", "RUS", "CHN"): 70, ("2021", "RUS", "CHN"): 60}), vintage="2022-03-01")
    return store


@pytest.fixture(scope="module")
def months(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """January to June of 2020 and 2021 but March 2020, and all quarters of 2019."""
    folder = tmp_path_factory.mktemp("stores")
    store = Store.create(folder / "months")
    known = {(f"{year}-{month:02d}", "RUS", "BLR"): year - 2010 for year in (2020, 2021) for month in range(1, 7)}
    del known["2020-03", "RUS", "BLR"]
    store.write(_plain(known), dataset="months", vintage="2022-03-01")
    quarters = {(f"{year}-Q{n}", "RUS", "BLR"): n for year in (2019, 2020) for n in (1, 2, 3, 4)}
    store.write(_plain(quarters), dataset="quarters", vintage="2022-03-01")
    return store


def said(value: float, unit: str = "USD", form: str = "level", **more: Any) -> Claim:
    """On exports of Russia to Belarus in 2021, unless more is said; to the last whole unit (bn, per cent)."""
    step = BN if unit == "USD" else 1.0
    facts = {"low": value - step / 2, "high": value + step / 2, "measure": "exports", "region": "RUS", "partner": "BLR"}
    facts |= {"period": "2021", "spoken": "2023-06-28", "speaker": "A. Speaker"}
    return Claim("c1", f"{value:g} {unit}", 0, 8, value, unit, form=form, **{**facts, **more})  # type: ignore[arg-type]


def verdict(claim: Claim, store: Store, **options: Any) -> Verdict:
    (found,) = check([claim], store, **options)
    return found


def under(found: Verdict, **chosen: str) -> list[Reading]:
    """The readings in which these choices were made."""
    return [one for one in found.readings if all(one.under.get(name) == value for name, value in chosen.items())]


def one(found: Verdict, **chosen: str) -> Reading:
    """The plain reading of those: it comes before those in which one thing more is changed."""
    several = under(found, **chosen)
    assert several, [dict(reading.under) for reading in found.readings]
    return several[0]


def text(sentence: Any, language: str = "en") -> str:
    return Words(language).say(sentence).replace("\N{NO-BREAK SPACE}", " ")


# ---- who reported, scope, day of the data ---------------------------------------------------------------------------
def test_true_by_the_origin_and_false_by_the_partner(customs):
    found = verdict(said(120 * BN, scope="goods", spoken="2023-06-28"), customs)
    assert one(found, told_by="origin").outcome == "supported"
    assert one(found, told_by="destination").figure == 126 * BN
    assert one(found, told_by="destination").outcome == "near"
    assert one(found, told_by="destination").difference == pytest.approx(120 / 126 - 1)
    assert 120 * BN < one(found, told_by="reconciled").figure < 126 * BN
    assert [one(found, told_by=side).under["valuation"] for side in ("origin", "destination")] == ["FOB", "CIF"]
    assert text(found.summary).startswith("Supported by 1 of 3 readings: by the seller's report.")
    assert "(what was said is 0.8% below); by the buyer's report (what was said is 4.8% below)" in text(found.summary)


def test_trade_both_ways_is_also_what_each_region_reports_itself(customs):
    found = verdict(said(187 * BN, measure="turnover", scope="goods"), customs)
    figures = {
        side: one(found, told_by=side, scope="goods").figure / BN for side in ("origin", "destination", "RUS", "BLR")
    }
    assert figures == {"origin": 180, "destination": 193, "RUS": 187, "BLR": 186}
    assert one(found, told_by="RUS").outcome == "supported"


def test_scope_is_tried_where_it_is_not_said(customs):
    found = verdict(said(130 * BN), customs)
    told = {
        scope: one(found, told_by="origin", scope=scope).figure / BN
        for scope in ("goods", "services", "goods and services")
    }
    assert told == {"goods": 120, "services": 10, "goods and services": 130}
    assert one(found, told_by="origin", scope="goods and services").outcome == "supported"
    assert all(reading.as_said for reading in found.readings)


def test_a_scope_that_was_said_leaves_the_others_aside(customs):
    found = verdict(said(130 * BN, scope="goods and services"), customs)
    assert {reading.under["scope"] for reading in found.tested} == {"goods and services"}
    aside = one(found, told_by="origin", scope="goods")
    assert not aside.as_said
    assert found.count("supported") == 1


def test_services_that_the_store_lacks_are_named(bare):
    found = verdict(said(50 * BN, scope="goods and services"), bare)
    first, goods = found.readings
    assert (first.outcome, first.as_said) == ("not checkable", True)
    assert text(first.missing) == "Needs a table of trade in services of RUS ↔ BLR in 2021; the store holds goods only."
    assert (goods.outcome, goods.as_said) == ("supported", False)


def test_the_data_of_the_day_are_a_reading_where_they_were_others(customs):
    found = verdict(said(115 * BN, scope="goods", spoken="2022-06-01"), customs)
    now, then = under(found, told_by="origin", scope="goods")
    assert (now.figure, now.outcome) == (120 * BN, "near")
    assert (then.figure, then.outcome, then.under["as_of"]) == (115 * BN, "supported", "2022-06-01")
    assert (now.under["vintage"], then.under["vintage"]) == ("2023-03-01", "2022-03-01")
    assert "as known on 2022-06-01" in text(found.summary)


def test_one_reading_where_the_data_are_the_same(customs):
    found = verdict(said(120 * BN, scope="goods", spoken="2024-06-01"), customs)
    assert len(under(found, told_by="origin", scope="goods")) == 1


def test_nothing_was_known_on_the_day(bare):
    found = verdict(said(50 * BN, spoken="2022-02-01"), bare)
    assert [reading.outcome for reading in found.readings] == ["supported"]  # a note, and no reading to be counted
    assert found.readings[0].notes[0] == (
        "nothing was known in this store on 2022-02-01, when it was said; its first vintage is 2022-03-01"
    )


def test_data_published_later_can_be_left_out(customs):
    found = verdict(said(115 * BN, scope="goods"), customs, as_of="2022-12-31")
    assert one(found, told_by="origin").figure == 115 * BN
    assert "--as-of 2022-12-31" in one(found, told_by="origin").command


def test_nothing_was_published_by_the_day_asked_for(bare):
    found = verdict(said(50 * BN), bare, as_of="2001-01-01")
    assert [reading.outcome for reading in found.readings] == ["no data"]
    assert "On 2001-01-01 nothing of this was known in this store" in text(found.summary)


# ---- forms ----------------------------------------------------------------------------------------------------------
def test_growth_in_value_currency_and_prices(customs):
    """120 / 100; in roubles x 75/70; at prices of 2020 over 1.05; in Belarusian roubles x 2.5/2.4."""
    found = verdict(said(20, "%", "growth", scope="goods"), customs)
    assert one(found, told_by="origin", currency="USD").figure == pytest.approx(20)
    assert one(found, told_by="origin", currency="RUB").figure == pytest.approx(100 * (1.2 * 75 / 70 - 1))
    assert one(found, told_by="origin", currency="BYN").figure == pytest.approx(25)
    constant = one(found, told_by="origin", prices="constant prices")
    assert constant.figure == pytest.approx(100 * (1.2 * 75 / 70 / 1.05 - 1))
    assert "prices +5.0%" in text(constant.arithmetic)


def test_growth_in_the_currency_that_was_said(customs):
    found = verdict(said(29, "%", "growth", scope="goods", basis="RUB"), customs)
    assert one(found, told_by="origin", currency="RUB").outcome == "supported"
    assert not one(found, told_by="origin", currency="USD").as_said


def test_growth_in_words(customs):
    found = verdict(said(20, "%", "growth", scope="goods", low=15.0, high=22.5), customs)
    assert "within the nearest simple fraction" in text(one(found, told_by="origin").arithmetic)


def test_change_against_the_year_before_and_against_a_base(customs):
    assert one(verdict(said(20 * BN, form="change", scope="goods"), customs), told_by="origin").figure == 20 * BN
    since = one(verdict(said(30 * BN, form="change", scope="goods", base="2019"), customs), told_by="origin")
    assert (since.figure, since.outcome, since.under["base"]) == (30 * BN, "supported", "2019")


def test_since_a_year_compares_with_it(customs):
    found = verdict(said(33, "%", "growth", scope="goods", period="2019..", spoken="2022-06-01"), customs)
    reading = one(found, told_by="origin", currency="USD")
    assert (reading.under["base"], reading.under["period"]) == ("2019", "2021")
    assert reading.figure == pytest.approx(100 * (120 / 90 - 1))


def test_multiples(customs):
    claim = said(1.3, "times", "multiple", scope="goods", base="2019", low=1.25, high=1.35)
    assert one(verdict(claim, customs), told_by="origin", currency="USD").figure == pytest.approx(120 / 90)


def test_shares(customs):
    """Belarus in what Russia sells, as Russia reports it: 120 of 500."""
    found = one(verdict(said(24, "%", "share", scope="goods"), customs), told_by="origin")
    assert (found.figure, found.outcome, found.method) == (pytest.approx(24), "supported", "export_share")
    assert "with all 3 partners in the table" in text(found.arithmetic)


def test_a_share_that_does_not_say_of_what(customs):
    found = verdict(said(24, "%", "share", measure=None, scope="goods"), customs)
    assert {reading.under["of"] for reading in found.tested} == {"turnover", "exports", "imports"}


def test_change_of_a_share_in_points(customs):
    """100 of 460 in 2020, 120 of 500 in 2021."""
    found = one(verdict(said(2, "pp", "change", scope="goods"), customs), told_by="origin")
    assert (found.figure, found.outcome) == (pytest.approx(24 - 10000 / 460), "supported")


def test_ranks_and_their_population(customs):
    claim = said(1, "rank", "rank", population="CIS", scope="goods")
    found = verdict(claim, customs)
    assert one(found, told_by="origin", population="CIS").figure == 1
    everyone = one(found, told_by="origin", population="all")
    assert (everyone.figure, everyone.as_said, everyone.outcome) == (2, False, "near")


def test_a_rank_that_says_neither_of_what_nor_among_whom(customs):
    found = verdict(said(2, "rank", "rank", measure=None, scope="goods"), customs)
    assert {reading.under["of"] for reading in found.tested} == {"turnover", "exports", "imports"}
    assert {"all", "CIS", "EAEU"} <= {reading.under["population"] for reading in found.tested}
    assert "Union State" not in {reading.under["population"] for reading in found.tested}  # of two


def test_a_partner_that_is_no_member(customs):
    found = one(verdict(said(1, "rank", "rank", population="CIS", partner="CHN"), customs), population="CIS")
    assert text(found.missing) == "CHN was not a member of CIS throughout 2021."


def test_a_record_is_the_highest_of_the_series(bare, customs):
    record = one(verdict(said(50 * BN, qualifiers=("record",)), bare))
    assert record.outcome == "supported"
    assert "A record since 2019: the highest before was USD 40.00 bn, in 2020." in text(record.arithmetic)
    imports = {"measure": "imports", "scope": "goods", "period": "2020", "qualifiers": ("record",)}
    none = one(verdict(said(50 * BN, **imports), customs), told_by="origin")
    assert none.outcome == "contradicted"  # 50 is right, and 55 in 2019 was more
    assert "No record since 2019: it was USD 55.00 bn in 2019." in text(none.arithmetic)


def test_more_than_that_is_far_more(bare):
    found = one(verdict(said(30 * BN, comparator="more than"), bare))
    assert found.outcome == "supported"
    assert "understates" in text(found.arithmetic)


@pytest.mark.parametrize("comparator", sorted(COMPARATORS))
def test_every_comparator_is_worded(bare, comparator):
    for value in (40, 49, 50, 51, 60):
        found = one(verdict(said(value * BN, comparator=comparator), bare))
        assert found.outcome in OUTCOMES[:3]
        assert "Said: " in text(found.arithmetic)


def test_a_balance(customs):
    assert one(verdict(said(60 * BN, measure="balance", scope="goods"), customs), told_by="origin").figure == 60 * BN


def test_all_trade_of_a_region(customs):
    found = one(verdict(said(500 * BN, partner=None, scope="goods"), customs), told_by="origin")
    assert (found.figure, found.outcome) == (500 * BN, "supported")
    assert "RUS → all partners in the table" in text(found.arithmetic)


def test_a_bloc_is_counted_as_one_region(customs):
    """Russia to the CIS: 120 to Belarus, 50 to Kazakhstan; its own trade is not in it."""
    found = one(verdict(said(170 * BN, partner="CIS", scope="goods"), customs), told_by="origin")
    assert (found.figure, found.outcome) == (170 * BN, "supported")
    assert "--regroup" in found.command


# ---- currency -------------------------------------------------------------------------------------------------------
def test_a_level_in_another_currency(customs):
    claim = said(9_000 * BN, "RUB", low=8_500 * BN, high=9_500 * BN, scope="goods")
    found = one(verdict(claim, customs), told_by="origin")
    assert (found.figure, found.outcome, found.under["currency"]) == (9_000 * BN, "supported", "RUB")
    assert "at 75.00 is RUB" in text(found.arithmetic)


def test_no_exchange_rates(bare):
    found = one(verdict(said(9_000 * BN, "RUB", low=0.0, high=1e15), bare))
    assert (found.outcome, text(found.missing)) == (
        "not checkable",
        "Needs the side table exchange_rate (RUB per US dollar) for 2021.",
    )


def test_an_exchange_rate_of_that_year_is_missing(customs):
    found = one(verdict(said(7_000 * BN, "RUB", low=0.0, high=1e15, period="2019", scope="goods"), customs))
    assert text(found.missing) == "Needs the side table exchange_rate (RUB per US dollar) for 2019."


def test_flows_in_another_currency_than_the_claim(tmp_path):
    store = Store.create(tmp_path / "store")
    store.write(_plain({("2021", "RUS", "BLR"): 9_000}, unit=Money("RUB")), vintage="2022-03-01")
    store.write(as_side(RATES, "exchange_rate"), vintage="2022-03-01")
    assert one(verdict(said(120 * BN), store)).figure == pytest.approx(120 * BN)


def test_a_currency_of_ones_own_world(tmp_path):
    """CLDR does not know the crown; it is the currency of the claim's region that does not count in dollars."""
    store = Store.create(tmp_path / "store")
    store.write(_plain({("2021", "NORTH", "SOUTH"): 2}), vintage="2022-03-01")
    store.write(as_side({("NORTH", "2021"): 50.0, ("SOUTH", "2021"): 1.0}, "exchange_rate"), vintage="2022-03-01")
    claim = said(100 * BN, "XCR", low=95 * BN, high=105 * BN, region="NORTH", partner="SOUTH")
    assert one(verdict(claim, store)).outcome == "supported"


# ---- periods --------------------------------------------------------------------------------------------------------
def test_months_are_summed(months):
    found = verdict(said(44 * BN, period="2021-01..2021-04"), months, dataset="months")
    assert (found.readings[0].figure, found.readings[0].outcome) == (44 * BN, "supported")
    assert "the sum of months (4)" in text(found.readings[0].arithmetic)


def test_a_missing_month_is_named(months):
    found = verdict(said(30 * BN, period="2020-01..2020-04"), months, dataset="months")
    assert found.readings[0].outcome == "not checkable"
    assert "“months” lacks 2020-03" in text(found.readings[0].missing)


def test_quarters_where_they_fit(months):
    found = verdict(said(3 * BN, period="2020-01..2020-06"), months, dataset="quarters")
    assert found.readings[0].figure == 3 * BN
    assert "--frequency Q" in found.readings[0].command


def test_years_are_summed_from_quarters(months):
    found = verdict(said(0.0, "%", "growth", period="2020"), months, dataset="quarters")
    assert (found.readings[0].figure, found.readings[0].outcome) == (0.0, "supported")


def test_a_month_is_compared_with_the_year_before_and_the_month_before(months):
    found = verdict(said(10, "%", "growth", period="2021-02"), months, dataset="months")
    assert {reading.under["base"]: reading.figure for reading in found.readings} == {
        "2020-02": pytest.approx(10),
        "2021-01": pytest.approx(0),
    }


def test_months_of_a_yearly_table(bare):
    found = verdict(said(5, "%", "growth", period="2021-01..2021-04"), bare)
    assert "“flows” has years only" in text(found.readings[0].missing)


def test_a_year_before_the_table_begins(bare):
    assert "“flows” begins in 2019" in text(verdict(said(5 * BN, period="2001"), bare).readings[0].missing)


def test_no_period_is_said(bare):
    found = verdict(said(50 * BN, period=None, spoken="2023-06-28"), bare)
    first, last = found.readings
    assert (first.under["period"], first.under["period_from"], first.outcome) == (
        "2022",
        "last full year before the day of the statement",
        "not checkable",
    )
    assert (last.under["period"], last.under["period_from"], last.outcome) == (
        "2021",
        "last year of the data",
        "supported",
    )
    assert [reading.as_said for reading in found.readings] == [True, False]  # it was said of another year
    assert "2021" in text(found.beside[0])


def test_a_period_from_the_context_is_marked(bare):
    found = verdict(said(50 * BN, inferred=("period",)), bare)
    assert found.readings[0].under["period_from"] == "from the context"


def test_neither_period_nor_day(bare):
    found = verdict(said(50 * BN, period=None, spoken=None), bare)
    assert [reading.under["period"] for reading in found.readings] == ["2021"]


def test_a_forecast_is_held_against_what_came(bare):
    found = verdict(said(50 * BN, forecast=True), bare)
    assert any("forecast" in note for note in found.readings[0].notes)


# ---- what cannot be told --------------------------------------------------------------------------------------------
def test_a_later_year_names_the_table_and_the_last_known_year(bare):
    found = verdict(said(60 * BN, period="2022"), bare)
    assert [reading.outcome for reading in found.readings] == ["not checkable"]
    assert text(found.readings[0].missing) == (
        "Needs a table of trade in goods of RUS ↔ BLR in 2022; “flows” ends in 2021."
    )
    level, share, rank = map(text, found.beside)
    assert level.startswith("Last known year, 2021: RUS → BLR USD 50.00 bn, +25.0% on the year before")
    assert "is 45.5% of the sum over all 2 partners in the table" in share
    assert "BLR is number 2 of 2 partners of RUS" in rank
    assert found.beside[0].evidence.command.startswith("hansa show exports")


@pytest.mark.parametrize("measure", ["agreements", "programmes", "projects", "regions", "investment"])
def test_what_flows_do_not_hold_needs_a_register(bare, measure):
    found = verdict(said(81, measure, "count", measure=measure), bare)
    assert found.readings[0].outcome == "not checkable"
    assert text(found.readings[0].missing).startswith("Needs a register")


def test_what_else_is_counted_needs_a_register_too(bare):
    assert "counts “flights”" in text(verdict(said(81, "flights", "count", measure=None), bare).summary)


@pytest.mark.parametrize(
    ("left_out", "sentence"),
    [
        ({"measure": None}, "The text does not say of what"),
        ({"region": None}, "The text does not say whose trade"),
        ({"partner": None, "unit": "%", "form": "share"}, "The text does not say which partner"),
        ({"measure": "gdp"}, "“gdp” is not a measure of trade flows."),
        ({"unit": "t"}, "Needs trade counted in “t”"),
        ({"unit": "rank", "form": "rank", "measure": "balance"}, "no share or rank in a balance"),
        ({"period": "last spring"}, "The period cannot be read"),
    ],
)
def test_what_the_text_leaves_out_is_said(bare, left_out, sentence):
    facts = {"value": 5.0, "unit": "USD", "form": "level", **left_out}
    found = verdict(said(facts.pop("value"), facts.pop("unit"), facts.pop("form"), **facts), bare)
    assert [reading.outcome for reading in found.readings] == ["not checkable"]
    assert sentence in text(found.summary)


def test_regions_that_no_dataset_names(bare):
    found = verdict(said(5 * BN, partner="FRA"), bare)
    assert (found.readings[0].outcome, text(found.readings[0].missing)) == ("no data", "“flows” does not name FRA.")


def test_a_pair_without_a_row(bare):
    found = verdict(said(5 * BN, measure="imports", partner="CHN"), bare)
    assert found.readings[0].outcome == "no data"
    assert "has no row of CHN → RUS in 2021" in text(found.readings[0].missing)


def test_constant_prices_without_a_price_index(bare):
    found = verdict(said(5, "%", "growth", basis="constant prices"), bare)
    assert "Needs the side table deflator (price index) of RUS for 2020, 2021." in text(found.readings[0].missing)


def test_volume_without_quantities(bare):
    found = verdict(said(5, "%", "growth", basis="volume"), bare)
    assert "Needs quantities by product of RUS → BLR in 2020 and 2021." in text(found.readings[0].missing)


def test_volume_from_quantities(tmp_path):
    """Two products: quantities 10 -> 11 and 25 -> 24 at unit values 10 -> 12 and 4 -> 5 (Fisher 1922)."""
    rows = {"period": ["2020", "2020", "2021", "2021"], "origin": ["RUS"] * 4, "destination": ["BLR"] * 4}
    rows |= {"product": ["p", "q"] * 2, "value": [100.0, 100.0, 132.0, 120.0], "quantity": [10.0, 25.0, 11.0, 24.0]}
    store = Store.create(tmp_path / "store")
    store.write(as_flows(rows), vintage="2022-03-01")
    found = verdict(said(3, "%", "growth"), store)
    assert one(found, prices="volume").figure == pytest.approx(2.9285, abs=1e-4)
    assert one(found, prices="volume").outcome == "supported"


def test_a_table_of_few_partners_tells_nothing_of_all(customs, tmp_path):
    store = Store.create(tmp_path / "store")
    few = {("2021", "RUS", "BLR"): 5.0, ("2021", "RUS", "KAZ"): 4.0}
    store.write(_plain(few), dataset="few", vintage="2022-03-01")
    store.write(_plain({**few, ("2021", "RUS", "CHN"): 9.0}), dataset="many", vintage="2022-03-01")
    found = verdict(said(2, "rank", "rank", population="all"), store)
    assert {reading.under["dataset"]: reading.outcome for reading in found.readings} == {
        "few": "not checkable",
        "many": "supported",
    }


def test_the_table_of_another_office_tells_nothing_of_all_trade(tmp_path):
    """A table of Russia's own reports holds what Belarus trades with Russia only."""
    rows = [
        ("RUS", "BLR", "origin"),
        ("BLR", "RUS", "destination"),
        ("RUS", "CHN", "origin"),
        ("CHN", "RUS", "destination"),
    ]
    table = {"period": ["2021"] * 4, "value": [5 * BN, 3 * BN, 2 * BN, 1 * BN]}
    table |= {name: [row[place] for row in rows] for place, name in enumerate(("origin", "destination", "told_by"))}
    store = Store.create(tmp_path / "store")
    store.write(as_flows(table), vintage="2022-03-01")
    found = verdict(said(60, "%", "share", measure="turnover", region="BLR", partner="RUS"), store)
    assert [reading.outcome for reading in found.readings] == ["not checkable"]
    assert "holds what RUS reports of its own trade" in text(found.readings[0].missing)
    assert found.beside
    own = one(verdict(said(8 * BN, measure="turnover"), store))
    assert (own.under["told_by"], own.figure, own.outcome) == ("RUS", 8 * BN, "supported")


def test_an_empty_store(tmp_path):
    store = Store.create(tmp_path / "store")
    found = check([said(5 * BN)], store)
    assert text(found.verdicts[0].summary) == "Not checkable here. The store holds no flows of goods."
    assert found.notes


def test_an_unknown_dataset_is_refused(bare):
    with pytest.raises(UnknownCode, match="It holds flows"):
        check([said(5 * BN)], bare, dataset="floes")


# ---- the check ------------------------------------------------------------------------------------------------------
def test_a_check_is_verdicts_in_order_and_a_table(customs):
    claims = [said(120 * BN), said(81, "agreements", "count", measure="agreements"), said(9, "%", decision="dropped")]
    found = check(claims, customs)
    assert isinstance(found, Check)
    assert [one.claim.value for one in found] == [120 * BN, 81]
    assert (len(found), found.store) == (2, "customs")
    rows = found.result().rows()
    assert len(rows) == sum(len(one.readings) for one in found)
    assert {row["outcome"] for row in rows} <= set(OUTCOMES)
    assert rows[-1]["missing"].startswith("Needs a register of agreements")
    assert rows[0]["arithmetic"].startswith("Exports, RUS → BLR, 2021: USD")
    assert json.loads(found.result().to_json())["data"] == rows
    assert found.result().to_csv().count("c1,A. Speaker") == len(rows)


def test_what_claims_say_of_each_other_is_found(bare):
    one = said(12, "%", "growth", measure="turnover")
    other = said(20.7, "%", "growth", measure="turnover", low=20.65, high=20.75, speaker="B. Speaker")
    assert "contradictory" in {finding.outcome for finding in check([one, other], bare).findings}


def test_no_claim_raises(customs, bare, months):
    """Every form with every measure and unit, sensible or not, has readings and a summary in both languages."""
    units = {"level": "USD", "change": "USD", "growth": "%", "share": "%", "rank": "rank", "count": "agreements"}
    claims = [
        said(5.0, units.get(form, "times"), form, measure=measure, period=period, partner=partner)
        for form in (*FORMS, "nonsense")
        for measure in (*MEASURES, None)
        for period in ("2021", "2021-01..2021-04", "2020-Q1", None, "0001", "2021..2019")
        for partner in ("BLR", None, "CIS", "XXX")
    ]
    for store in (bare, months, customs):
        for found in check(claims[::7], store):
            assert found.readings
            assert text(found.summary)
            assert text(found.summary, "ru")
            for reading in found.readings:
                assert (reading.figure is None) == (reading.missing is not None)
                assert (reading.outcome in OUTCOMES[:3]) == (reading.figure is not None)


@pytest.mark.parametrize(
    "claim",
    [
        said(5 * BN),
        said(5 * BN, measure="turnover", scope="goods"),
        said(5 * BN, partner="CIS", scope="goods"),
        said(5, "%", "growth"),
        said(5, "%", "growth", measure="turnover", base="2019"),
        said(5, "%", "share", measure=None),
        said(5, "rank", "rank", measure=None),
    ],
    ids=lambda claim: f"{claim.form}-{claim.measure}",
)
def test_the_command_shows_the_figure(customs, claim, monkeypatch, capfd):
    """What stands beside a figure, typed beside the store, gives it (two lines are summed)."""
    folder = Path(customs.archive.folder)
    monkeypatch.chdir(folder.parent)
    for reading in verdict(claim, customs).readings:
        if reading.figure is None or reading.under.get("prices") == "constant prices":
            continue
        lines, shown = reading.command.split("\n"), []
        for line in lines:
            monkeypatch.setattr(sys, "argv", [*shlex.split(line), "--format", "json"])
            capfd.readouterr()
            with pytest.raises(SystemExit) as end:
                main()
            assert not end.value.code, line
            shown.append(list(json.loads(capfd.readouterr().out)["data"][-1].values())[-1])
        if len(lines) == 1:
            scale = 100 if claim.unit == "%" else 1
            assert scale * shown[0] == pytest.approx(reading.figure), lines
        elif claim.form == "level":
            assert sum(shown) == pytest.approx(reading.figure), lines


def test_a_level_at_constant_prices_has_no_figure(customs):
    found = verdict(said(120 * BN, basis="constant prices"), customs)
    assert found.readings[0].outcome == "supported"  # a level says its currency, so the prices are those of the day


def test_growth_from_nothing(tmp_path):
    store = Store.create(tmp_path / "store")
    store.write(_plain({("2020", "RUS", "BLR"): 0.0, ("2021", "RUS", "BLR"): 5.0}), vintage="2022-03-01")
    found = verdict(said(20, "%", "growth"), store)
    assert text(found.readings[0].missing) == "There was no trade in 2020 to compare with."


def test_growth_of_flows_in_another_currency(tmp_path):
    """In roubles 7,000 and 9,000 bn; in dollars 100 and 120."""
    store = Store.create(tmp_path / "store")
    flows = {("2020", "RUS", "BLR"): 7_000.0, ("2021", "RUS", "BLR"): 9_000.0}
    store.write(_plain(flows, unit=Money("RUB")), vintage="2022-03-01")
    store.write(as_side(RATES, "exchange_rate"), vintage="2022-03-01")
    found = verdict(said(20, "%", "growth", basis="USD"), store)
    assert found.readings[0].figure == pytest.approx(20)
    assert found.readings[0].method == "exports"


def test_two_blocs_share_no_member(customs):
    """The CIS without the Eurasian Economic Union has no row here; what is lacking is said."""
    found = verdict(said(5 * BN, region="CIS", partner="EAEU", scope="goods"), customs)
    assert found.readings[0].outcome in ("no data", "not checkable")
    assert found.readings[0].missing is not None


# ---- products, all partners, averages -------------------------------------------------------------------------------
@pytest.fixture(scope="module")
def goods(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """Furniture 4 bn and grain 6 bn in 2021, of Russia to Belarus; a list of products beside the store."""
    store = Store.create(tmp_path_factory.mktemp("stores") / "goods")
    rows = {"period": ["2021"] * 3, "origin": ["RUS"] * 3, "destination": ["BLR"] * 3}
    store.write(
        as_flows({**rows, "product": ["94A", "94B", "10A"], "value": [3 * BN, BN, 6 * BN]}), vintage="2022-03-01"
    )
    listed = "code,name,name_ru,level,parent\n94,Furniture,Мебель,group,\n94A,Chairs,Стулья,product,94\n"
    listed += "94B,Tables,Столы,product,94\n10A,Grain,Зерно,product,\n"
    (Path(store.archive.folder) / "products.csv").write_text(listed, encoding="utf-8")
    return store


@pytest.mark.parametrize(
    ("words", "figure", "shown"),
    [("furniture", 4, "Furniture (94)"), ("мебели", 4, "Мебель (94)"), ("grain", 6, "Grain (10A)")],
)
def test_a_product_is_tested_on_its_codes(goods, words, figure, shown):
    reading = verdict(said(figure * BN, product=words), goods).readings[0]
    assert (reading.figure, reading.outcome, reading.under["product"]) == (figure * BN, "supported", shown)
    assert "--product" in reading.command
    assert shown in text(reading.arithmetic)


def test_a_product_that_no_list_names_is_never_tested_on_all_trade(goods, bare):
    for store in (goods, bare):
        found = verdict(said(10 * BN, product="shoes"), store)
        assert [reading.outcome for reading in found.readings] == ["not checkable"]
        assert "on “shoes” alone" in text(found.summary)
        assert not found.beside
        assert not found.series


def test_all_partners_are_read_beside_a_partner_from_the_context(bare):
    found = verdict(said(110 * BN, inferred=("partner",)), bare)
    told = {reading.under["partner"]: (reading.figure / BN, reading.outcome) for reading in found.tested}
    assert told == {"BLR": (50, "contradicted"), "all partners": (110, "supported")}
    assert text(found.summary).startswith("Supported by 1 of 2 readings: with all partners.")
    assert "partner" not in verdict(said(110 * BN), bare).readings[0].under


@pytest.mark.parametrize("more", [{"period": "2019.."}, {"base": "2019"}, {"period": "2019..2021"}])
def test_growth_a_year_on_average_is_compound(bare, more):
    """From 30 to 50 in two years: the square root of 5/3, less one."""
    claim = said(29, "%", "growth", qualifiers=("average",), **{"spoken": "2022-06-01", **more})
    reading = verdict(claim, bare).readings[0]
    assert reading.figure == pytest.approx(100 * ((50 / 30) ** 0.5 - 1))
    assert (reading.outcome, reading.method) == ("supported", "growth_compound")
    assert "a year on average" in text(reading.arithmetic)


def test_an_average_without_a_span_is_not_checkable(bare):
    found = verdict(said(29, "%", "growth", qualifiers=("average",)), bare)
    assert "from which period to which" in text(found.summary)


def test_more_than_two_sides_are_not_checkable(bare):
    found = verdict(said(50 * BN, qualifiers=("several",)), bare)
    assert [reading.outcome for reading in found.readings] == ["not checkable"]
    assert "more than two regions" in text(found.summary)
