"""Claims held against each other: invented speakers by hand arithmetic, and the 27 statements of forum_2023."""

from __future__ import annotations

import csv
import random
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hansa.statements.claim import FORMS, RELATIONS, Claim
from hansa.statements.consistency import RULES, findings
from hansa.statements.consistency.finding import OUTCOMES, Finding
from hansa.statements.document import Document, Turn, read
from hansa.statements.extract import claims as extracted
from hansa.wording import Words
from tests.growth import TIMES, assert_linear_in
from tests.unit.statements.forum_claims import article_claims, forum_claims, unit_said


def claim(value: float, unit: str = "USD", form: str = "level", **fields: object) -> Claim:
    """A claim on the turnover of two invented regions in 2022, in the precision of its digits."""
    half = unit_said(value) / 2
    plain: dict[str, object] = {
        "low": value - half,
        "high": value + half,
        "measure": "turnover",
        "region": "AAA",
        "partner": "BBB",
        "period": "2022",
        "speaker": "A. Rook",
        "spoken": "2023-06-28",
        "document": "first",
        "text": f"{fields.get('comparator', '')} {value:g} {unit}".strip(),
    }
    plain |= fields
    key = str(fields.get("key", f"{value:g} {unit} {plain['speaker']} {plain['period']} {plain['measure']}"))
    given = {name: field for name, field in plain.items() if name not in ("key", "text")}
    return Claim(key, str(plain["text"]), 0, 1, value, unit, form=form, sentence=key, **given)


def growth(value: float, **fields: object) -> Claim:
    return claim(value, "%", "growth", **fields)


def counted(value: float, **fields: object) -> Claim:
    return claim(value, "agreements", "count", measure="agreements", **fields)


def found(kind: str, *claims: Claim, **given: object) -> list[Finding]:
    return [finding for finding in findings(claims, **given) if finding.kind == kind]


def only(kind: str, *claims: Claim, **given: object) -> Finding:
    (finding,) = found(kind, *claims, **given)
    return finding


def said(finding: Finding, language: str = "en") -> str:
    return Words(language).say(finding.sentence).replace("\N{NO-BREAK SPACE}", " ")


# ---- contradictions -------------------------------------------------------------------------------------------------
def test_two_speakers_on_the_same_thing():
    finding = only("contradiction", growth(11), growth(20.7, speaker="B. Knight", document="second"))
    assert finding.outcome == "contradictory"
    assert [one.speaker for one in finding.claims] == ["A. Rook", "B. Knight"]
    assert said(finding) == (
        "Turnover of AAA and BBB, 2022, growth: “11 %” (A. Rook, 2023-06-28) against “20.7 %” (B. Knight, 2023-06-28)."
    )


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (growth(12), growth(12.4)),  # 12.4 rounds to 12
        (claim(50e9, comparator="exceeded"), claim(53e9)),
        (claim(50e9, comparator="almost"), claim(48.1e9)),
        (growth(12), growth(30, period="2021")),
        (growth(12), growth(30, base="2020")),  # against another year
        (growth(40.5, basis="USD"), growth(10.5, basis="volume")),
        (claim(43.4e9, scope="goods"), claim(50e9, scope="goods and services")),
        (claim(43.4e9), claim(50e9, period=None)),
        (claim(43.4e9), claim(50e9, region="CCC")),
        (claim(43.4e9, measure=None), claim(50e9, measure=None)),
        (claim(43.4e9), claim(50e9, decision="dropped")),
        (claim(1, "rank", "rank", population="CIS"), claim(4, "rank", "rank", population="all")),
    ],
)
def test_what_goes_together(one, other):
    assert found("contradiction", one, replace(other, speaker="B. Knight")) == []


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (claim(50e9, comparator="exceeded"), claim(43.4e9)),
        (claim(50e9, comparator="almost"), claim(43.4e9)),
        (claim(22e9, measure="imports"), claim(18e9, measure="exports", region="BBB", partner="AAA")),  # the mirror
        (claim(43.4e9), claim(50e9, region="BBB", partner="AAA")),  # turnover has no order
        (claim(43.4e9, period="2022-01..2022-12"), claim(50e9)),
        (growth(12), growth(14.3, base="2021")),  # the year before is what growth is measured against
        (claim(5, "%", "share", comparator="about"), claim(9, "%", "share")),
        (counted(81, period=None), counted(191, period="2023")),  # where no period is said, the year of speaking
    ],
)
def test_what_does_not(one, other):
    assert only("contradiction", one, replace(other, speaker="B. Knight")).outcome == "contradictory"


def test_what_differs_in_scope_is_told():
    finding = only("contradiction", claim(43.4e9), claim(50e9, scope="goods and services", speaker="B. Knight"))
    assert "Of goods and services: B. Knight. Not said whether of goods, services or both: A. Rook." in said(finding)
    assert "О товарах и услугах: B. Knight." in said(finding, "ru")


def test_two_figures_of_the_same_two_sentences_are_one_finding():
    counts = [
        claim(value, unit, "count", measure=unit, speaker=who, document=who, key=f"{who}{unit}")
        for who, row in (("A. Rook", (81, 73)), ("B. Knight", (191, 77)))
        for value, unit in zip(row, ("agreements", "regions"), strict=True)
    ]
    counts = [replace(one, sentence=str(one.speaker)) for one in counts]
    finding = only("contradiction", *counts)
    assert {one.value for one in finding.claims} == {81, 73, 191, 77}
    assert "AAA and BBB, regions, 2022: “73 regions”" in said(finding)


def test_a_forecast_is_missed_or_met_and_no_contradiction():
    forecast = claim(40e9, forecast=True, spoken="2022-12-19", text="the mark of $40 bn")
    later = claim(43.4e9, speaker="B. Knight")
    missed = only("forecast", forecast, later)
    assert missed.outcome == "forecast missed"
    assert missed.figures["off"] == pytest.approx(0.085)
    assert "was a forecast; later “4.34e+10 USD” (B. Knight, 2023-06-28) was said, +8.5% against it." in said(missed)
    assert found("contradiction", forecast, later) == []
    assert only("forecast", forecast, claim(40.2e9)).outcome == "consistent"
    assert found("forecast", replace(forecast, spoken="2024-01-01"), later) == []


def test_a_part_cannot_exceed_the_whole():
    part, whole = (
        claim(33.6e9, period="2022-01..2022-04"),
        claim(25e9, period="2022-01..2022-06", comparator="exceeded"),
    )
    finding = only("part exceeds whole", part, whole)
    assert "is more than “exceeded 2.5e+10 USD” (A. Rook, 2023-06-28) for January–June 2022" in said(finding)
    assert found("part exceeds whole", part, replace(whole, value=35e9, low=34.5e9, high=35.5e9)) == []
    assert found("part exceeds whole", part, replace(whole, period="2023-01..2023-06")) == []
    assert found("part exceeds whole", part, replace(whole, unit="EUR")) == []  # no rate is at hand
    in_euro = replace(whole, unit="EUR")
    assert only("part exceeds whole", part, in_euro, rates={("USD", "EUR", "2022"): 1.05}).figures["part"] == 32e9


def test_a_place_among_few_is_no_worse_than_among_all():
    one = claim(3, "rank", "rank", population="CIS")
    assert only("ranks", one, claim(2, "rank", "rank", population="all")).outcome == "contradictory"
    assert found("ranks", one, claim(4, "rank", "rank", population="all")) == []


def test_outliers_by_a_factor():
    usual = [claim(40e9 + k * 1e9, period=str(2020 + k), speaker=f"S{k}", document=f"d{k}") for k in range(4)]
    odd = claim(95e9, period="2023", speaker="B. Knight", document="odd")
    finding = only("outlier", *usual, odd)
    assert finding.claims[0] == odd
    assert finding.figures["factor"] == pytest.approx(95 / 42.5)
    assert found("outlier", *usual, replace(odd, value=70e9, low=69.5e9, high=70.5e9)) == []
    assert found("outlier", *usual, replace(odd, period="2033")) == []
    assert len(found("outlier", usual[0], replace(odd, period="2021"))) == 1  # of two alone, none is called the odd one


# ---- what figures imply ---------------------------------------------------------------------------------------------
def test_an_exchange_rate_if_they_were_one_aggregate():
    dollars = claim(50e9, comparator="exceeded", qualifiers=("record",), scope="goods and services")
    rubles = claim(3e12, "RUB", comparator="exceeded", speaker="B. Knight")
    finding = only("exchange rate", dollars, rubles)
    assert finding.outcome == "implies"
    assert finding.figures["rate"] == 60
    assert "imply 60.00 (58.82 to 80.00) RUB per USD if they are of one aggregate." in said(finding)
    assert only("exchange rate", dollars, rubles, rates={("RUB", "USD", "2022"): 68.5}).outcome == "consistent"
    assert only("exchange rate", dollars, rubles, rates={("USD", "RUB", "2022"): 1 / 120}).outcome == "contradictory"
    assert only("exchange rate", dollars, rubles, rates={("RUB", "USD", "2021"): 120}).outcome == "implies"


def test_a_conversion_off_by_a_power_of_ten():
    sums = [(80e9, 931.9e9), (70e9, 815.4e6), (572e9, 6.7e9)]
    claims = []
    for number, (rubles, dollars) in enumerate(sums):
        one = claim(rubles, "RUB", key=f"r{number}", period=None)
        claims += [one, claim(dollars, key=f"d{number}", period=None, converts=one.key)]
    odd, agree = found("conversion", *claims)
    assert (odd.outcome, agree.outcome) == ("outlier", "consistent")
    assert odd.claims[:2] == tuple(claims[:2])
    assert odd.figures["rate"] == pytest.approx(80 / 931.9)
    assert "they differ by a factor of 1,000." in said(odd)
    assert agree.figures["low"] == pytest.approx(572 / 6.7)
    assert agree.figures["high"] == pytest.approx(70e3 / 815.4)


def test_a_base_and_the_increase():
    finding = only("base", growth(12), claim(3e12, "RUB", comparator="exceeded"))
    assert finding.figures["before"] == pytest.approx(2678.57e9, rel=1e-5)
    assert finding.figures["low"] == pytest.approx(2666.67e9, rel=1e-5)
    assert finding.figures["high"] == pytest.approx(2690.58e9, rel=1e-5)
    assert finding.figures["increase"] == pytest.approx(321.43e9, rel=1e-4)
    assert (
        "imply RUB 2,679 bn (RUB 2,667 bn to RUB 2,691 bn) for 2021 (change +RUB 321 bn) at the figure said."
        in said(finding)
    )
    assert found("base", growth(12), claim(3e12, "RUB", speaker="B. Knight")) == []  # not said together


def test_an_increment_as_a_share_of_the_increase():
    part = claim(70e9, "RUB", "change", measure="exports", comparator="more than", period=None)
    finding = only("increment", growth(12), claim(3e12, "RUB"), part)
    assert finding.figures["share"] == pytest.approx(0.2178, abs=5e-5)
    assert said(finding).startswith("If of the same period, “more than 7e+10 RUB”")


def test_growth_between_two_levels():
    known = {("turnover", "BBB", "AAA", "2021", "USD"): (38.77e9, "Customs")}
    alone = only("growth", claim(43.4e9), known=known)
    assert (alone.outcome, round(alone.figures["growth"], 4)) == ("implies", 0.1194)
    fits = only("growth", claim(43.4e9), growth(12), growth(13, speaker="B. Knight", document="second"), known=known)
    assert fits.outcome == "consistent"
    assert "against USD 38.8 bn (Customs) for 2021 is +11.9% (+11.8% to +12.1%)." in said(fits)
    assert "With this goes “12 %” (A. Rook, 2023-06-28). With this does not go “13 %” (B. Knight" in said(fits)
    own = only("growth", claim(43.4e9), growth(13), growth(12, speaker="B. Knight", document="second"), known=known)
    assert own.outcome == "contradictory"  # the growth that was said with the level does not go with it
    nobody = only("growth", claim(50e9, comparator="almost"), growth(12), known=known)
    assert nobody.outcome == "contradictory"


def test_exports_and_imports_add_up():
    out, back = claim(21.3e9, measure="exports"), claim(22e9, measure="imports")
    fits = only("sum", out, back, claim(43.4e9))
    assert (fits.outcome, fits.figures["sum"]) == ("consistent", 43.3e9)
    assert only("sum", out, back, claim(50e9, comparator="almost")).outcome == "contradictory"
    assert found("sum", out, replace(back, scope="goods"), claim(43.4e9, scope="goods and services")) == []


def test_growth_of_a_sum():
    parts = [
        *(claim(21.3e9, measure="exports"), growth(-7.7, measure="exports")),
        *(claim(22e9, measure="imports"), growth(41.2, measure="imports")),
    ]
    other = {"speaker": "B. Knight", "document": "second"}
    finding = only("growth of sum", *parts, growth(12, **other))
    before = 21.3 / (1 - 0.077) + 22 / 1.412
    assert finding.outcome == "consistent"
    assert finding.figures["growth"] == pytest.approx(43.3 / before - 1)
    assert finding.figures["before"] == pytest.approx(before * 1e9)
    assert only("growth of sum", *parts, growth(14.3, **other)).outcome == "contradictory"


def test_a_total_from_a_share():
    share = claim(5, "%", "share", comparator="about")
    known = {("turnover", "AAA", None, "2022", "USD"): (850.54e9, "Customs")}
    assert only("total", share, claim(43.4e9)).figures["total"] == pytest.approx(868e9)
    assert only("total", share, claim(43.4e9), known=known).outcome == "consistent"
    assert only("total", share, claim(4.3e9), known=known).outcome == "contradictory"


def test_value_and_volume_imply_prices():
    finding = only("prices", growth(40.5, basis="USD"), growth(10.5, basis="volume"))
    assert finding.figures["prices"] == pytest.approx(1.405 / 1.105 - 1)


# ---- laws -----------------------------------------------------------------------------------------------------------
def test_rules_have_names_and_say_what_they_do():
    assert len(RULES) == len({rule.__name__ for rule in RULES})
    assert all(rule.__doc__ for rule in RULES)


def test_nothing_of_nothing():
    assert findings([]) == ()
    assert findings([claim(43.4e9)]) == ()


def test_outcomes_come_in_order():
    made = findings(random_claims(300, years=2, regions=3))
    assert [OUTCOMES.index(one.outcome) for one in made] == sorted(OUTCOMES.index(one.outcome) for one in made)
    assert {said(one)[:1] for one in made} & set("{}") == set()


def random_claims(count: int, years: int, regions: int) -> list[Claim]:
    draw = random.Random(7)
    units = {"level": ("USD", "RUB", "EUR"), "growth": ("%",), "share": ("%",), "change": ("USD",)}
    claims = []
    for number in range(count):
        form = draw.choice(("level", "level", "growth", "share", "change"))
        size = 1e9 if form in ("level", "change") else 1
        year = 2000 + draw.randrange(years)
        region, partner = draw.sample([f"R{k}" for k in range(regions)], 2)
        claims.append(
            claim(
                draw.choice((-1, 1, 1, 1)) * round(draw.uniform(0, 99), 1) * size,
                draw.choice(units[form]),
                form,
                key=f"c{number}",
                region=region,
                partner=partner,
                period=draw.choice((str(year), f"{year}-01..{year}-04", f"{year}-01..{year}-06")),
                measure=draw.choice(("turnover", "exports", "imports")),
                comparator=draw.choice(("", "", "exceeded", "almost", "up to")),
                scope=draw.choice((None, "goods", "goods and services")),
                basis=draw.choice((None, None, "USD", "volume")) if form == "growth" else None,
                forecast=draw.random() < 0.1,
                speaker=f"S{draw.randrange(40)}",
                document=f"d{number // 10}",
                converts=f"c{number - 1}" if number % 11 == 1 else None,
            )
        )
    return claims


@pytest.mark.parametrize(("years", "regions"), [(20, 30), (1, 2), (3, 4)])
def test_time_grows_with_the_number_of_claims_and_not_with_its_square(years, regions):
    claims = random_claims(TIMES * 625, years, regions)
    assert_linear_in(lambda size: findings(claims[:size]), 625)


amounts = st.one_of(
    st.sampled_from([0.0, -1.0, 1.0, 12.0, 43.4e9, 50e9, 1e300, -1e300, 1e-300]),
    st.floats(allow_nan=False, allow_infinity=False),
)
any_claim = st.builds(
    lambda value, width, **fields: Claim("c", "x", 0, 1, value, low=value - width, high=value + width, **fields),
    amounts,
    st.sampled_from([0.0, 0.5, 5e8]),
    unit=st.sampled_from(["USD", "RUB", "%", "pp", "rank", "times", "agreements", ""]),
    form=st.sampled_from(("level", "level", "growth", *FORMS)),
    comparator=st.sampled_from(list(RELATIONS)),
    measure=st.sampled_from([None, "turnover", "exports", "imports", "balance", "agreements"]),
    scope=st.sampled_from([None, "goods", "services"]),
    basis=st.sampled_from([None, "USD", "volume"]),
    region=st.sampled_from(["AAA", "AAA", "BBB", None]),
    partner=st.sampled_from(["BBB", "BBB", "AAA", None]),
    population=st.sampled_from([None, "all", "CIS"]),
    period=st.sampled_from(
        ["2022", "2022", "2021", "2022-01..2022-04", None, "", "2021..", "2022-Q5", "0000", "..", "?"]
    ),
    base=st.sampled_from([None, "2020", "?"]),
    forecast=st.booleans(),
    converts=st.sampled_from([None, None, "c"]),
    speaker=st.sampled_from([None, "A. Rook"]),
    spoken=st.sampled_from([None, "2023-06-28", "2022"]),
    document=st.sampled_from(["", "first"]),
)


@settings(max_examples=150)
@given(st.lists(any_claim, max_size=20))
def test_any_claims_are_taken(claims):
    numbered = [replace(one, key=f"c{number}", sentence=f"s{number}") for number, one in enumerate(claims)]
    for finding in findings(numbered, rates={("RUB", "USD", "2022"): 60.0}):
        assert finding.outcome in OUTCOMES
        assert finding.claims
        assert said(finding)
        assert said(finding, "ru")


# ---- the statements of one forum ------------------------------------------------------------------------------------
# Every finding on the 27 rows, by the row and the number of the claim in its quote, and why it is right to tell it.
FORUM = {
    ("outlier", "24.0 24.1"): "286 bn BYN or 8 trn RUB for 2023 is 94 bn USD, others said 38.5 to 50 for 2021 and 2022",
    (
        "outlier",
        "5.0 5.1",
    ): "80 bn RUB = 931.9 bn USD: bn written for mn, other brackets say 85 RUB per USD",
    ("contradictory", "25.1 26.0"): "2.9 trn RUB in four months is 33.8 bn USD, more than 25 bn USD in six",
    ("contradictory", "7.0 17.1"): "almost 50 bn against 38.5 bn is +30 %, and nobody said more than 14.3 %",
    ("contradictory", "13.1 12.1 7.0"): "exports both ways add up to 43.3 bn, not to almost 50",
    ("contradictory", "11.1 7.0"): "43.4 bn and almost 50 bn for 2022",
    ("contradictory", "1.0 8.0"): "+11 % and +20.7 % for January-April 2023",
    ("contradictory", "0.0 6.0 11.0 7.1"): "+12 % (twice), +13 % and +14.3 % for 2022",
    ("contradictory", "21.0 13.0"): "+40.5 % (in dollars) and +41.2 %: two customs services, 0.7 points apart",
    (
        "contradictory",
        "13.1 12.1 13.0 12.0",
    ): "-7.7 % and +41.2 % make +12.0 % (11.7 to 12.4), their source says 13 %",
    ("contradictory", "19.0 20.0"): "two forecasts for 2022: 40 bn, and about 50 bn of goods and services",
    ("forecast missed", "19.0"): "40 bn were expected in December 2022; 43.4 or almost 50 were said later",
    ("implies", "0.1 7.0"): "3 trn RUB and almost 50 bn USD: 60 RUB per USD",
    ("implies", "0.1 11.1"): "3 trn RUB and 43.4 bn USD: 69 RUB per USD",
    ("implies", "0.1 0.0"): "3 trn after +12 %: 2,679 bn before",
    ("implies", "9.1 9.0"): "572 bn after almost +58 %",
    ("implies", "12.1 12.0"): "21.3 bn after -7.7 %",
    ("implies", "13.1 13.0"): "22 bn after +41.2 %",
    ("implies", "14.1 14.0"): "3 bn after +29.2 %",
    ("implies", "17.1 17.0"): "38.5 bn after a third",
    ("implies", "15.0 11.1"): "about 5 % is 43.4 bn: 868 bn in all",
    ("implies", "16.0 11.1"): "almost 60 % is 43.4 bn: 72 bn in all",
    ("implies", "21.0 21.1"): "+40.5 % in dollars and +10.5 % in volume: prices +27 %",
    ("implies", "4.0 0.1 0.0"): "70 bn of an increase of 321 bn is 21.8 %",
    ("consistent", "13.1 12.1 11.1"): "21.3 + 22.0 = 43.3 against 43.4, within rounding",
    ("consistent", "20.0"): "about 50 bn were expected, almost 50 bn were said later",
    ("consistent", "23.0"): "22 to 23 bn were expected, 22 bn were said later",
    ("consistent", "9.1 9.2"): "three brackets use 85.4 to 85.8 RUB per USD",
    ("consistent", "24.0 24.1 25.0 25.1"): "two sentences use 28.0 and 28.7 RUB per BYN",
    ("consistent", "11.1 17.1"): "43.4 against 38.5 is +12.7 %, which is both 12 and 13, not 14.3",
}


def label(finding: Finding) -> tuple[str, str]:
    return finding.outcome, " ".join(one.key.removeprefix("c") for one in finding.claims)


def matching(finding: Finding) -> list[tuple[str, str]]:
    outcome, keys = label(finding)
    return [known for known in FORUM if known[0] == outcome and f"{keys} ".startswith(f"{known[1]} ")]


@pytest.fixture(scope="module")
def forum(hansa_data):
    return forum_claims(hansa_data)


def test_every_finding_on_the_27_statements_is_justified(forum):
    made = findings(forum)
    best = [max(matching(one), key=lambda known: len(known[1]), default=None) for one in made]
    unjustified = [label(one) for one, known in zip(made, best, strict=True) if known is None]
    assert unjustified == []
    assert sorted(FORUM) == sorted(known for known in best if known)


def test_the_outlier_comes_first(forum):
    first = findings(forum)[0]
    assert first.kind == "outlier"
    assert {one.speaker for one in first.claims[:2]} == {"N. Kochanova"}
    assert first.figures["factor"] > 2


def test_contradictions_of_the_article(forum):
    (counts,) = [one for one in findings([*forum, *article_claims()]) if one.claims[0].form == "count"]
    assert {(one.value, one.unit) for one in counts.claims} == {
        *((81, "agreements"), (191, "agreements")),
        *((73, "regions"), (77, "regions")),
    }


def test_contradictions_are_found_from_the_quotes_alone(hansa_data):
    """The rules read quotes and article; nobody says what to look for."""
    made = findings(claims_read(hansa_data))
    told = {(one.kind, frozenset(claim.speaker for claim in one.claims)): one for one in made}
    pairs = {(kind, frozenset((a, b))) for kind, who in told for a in who for b in who if a != b}
    kochanova, golovchenko, runets = "N. Kochanova", "R. Golovchenko", "T. Runets"
    press, volvach, lukashenko = "Press service of the Government of Russia", "D. Volvach", "Aleksandr Lukashenko"
    for kind, one, other in (
        *(("outlier", kochanova, press), ("part exceeds whole", kochanova, golovchenko)),
        *(("contradiction", runets, press), ("contradiction", runets, "V. Putin")),
        ("contradiction", lukashenko, volvach),
    ):
        assert (kind, frozenset((one, other))) in pairs
    against = [{(claim.value, claim.unit) for claim in one.claims} for one in made if one.kind == "contradiction"]
    assert {(12, "%"), (13, "%"), (14.3, "%")} in against
    assert {(11, "%"), (20.7, "%")} in against
    assert {(43.4e9, "USD"), (50e9, "USD")} in against
    assert {(81, "agreements"), (191, "agreements"), (73, "regions"), (77, "regions")} in against
    assert len(against) == 4


def claims_read(folder: Path) -> list[Claim]:
    """What the rules of extraction find in the quotes, each alone with its speaker and day, and in the article."""
    found: list[Claim] = []
    with open(folder / "forum_2023" / "claims.csv", encoding="utf-8", newline="") as file:
        rows = {row["quote"]: row for row in csv.DictReader(file)}
    for number, (quote, row) in enumerate(rows.items()):
        turns = (Turn(0, len(quote), row["speaker"], row["role"]),)
        language = "ru" if "а" in quote else "en"
        place = f"{row['url']}#{number}"
        document = Document(quote, language, spoken=row["published"], source=place, turns=turns, regions=("BLR", "RUS"))
        found += extracted(document)
    article = folder / "forum_2023" / "article.txt"
    return [*found, *extracted(read(article, spoken="2023-06-28", regions=("BLR", "RUS")))]


def test_growth_against_the_known_year(forum):
    known = {
        ("turnover", "RUS", "BLR", "2021", "USD"): (38.77e9, "FTS"),
        ("exports", "RUS", "BLR", "2021", "USD"): (23.14e9, "FTS"),
        ("imports", "RUS", "BLR", "2021", "USD"): (15.64e9, "FTS"),
        ("turnover", "RUS", None, "2022", "USD"): (850.54e9, "FTS"),
    }
    made = findings(forum, known=known)
    by_claims = {label(one)[1]: one for one in made if one.kind in ("growth", "total")}
    against = next(one for keys, one in by_claims.items() if keys.startswith("11.1 0.0"))
    assert round(against.figures["growth"], 3) == 0.119
    assert "With this goes “12 %” (V. Putin, 2023-06-28)" in said(against)
    assert by_claims["12.1 12.0"].outcome == "consistent"  # 21.3 against 23.14 is -8.0 to -7.7 %
    assert by_claims["13.1 13.0 21.0"].outcome == "consistent"  # 22 against 15.64 is 37.5 to 43.9 %
    assert by_claims["15.0 11.1"].outcome == "consistent"
    assert round(by_claims["15.0 11.1"].figures["share"], 3) == 0.051


def test_every_sentence_is_said_in_russian(forum):
    words = Words("ru")
    for finding in findings(forum):
        text = words.say(finding.sentence)
        assert "against" not in text
        assert "imply" not in text
