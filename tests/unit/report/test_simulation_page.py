"""The page of a simulation: figures by hand on two equals, every region in every form, what a hostile name does."""

from __future__ import annotations

import csv
import html
import io
import json
import re

import pytest

from hansa.equilibrium import draws
from hansa.equilibrium.economy import Economy
from hansa.equilibrium.simulation import simulate
from hansa.errors import DataError, NotIdentified, UnknownCode
from hansa.regions import read_regions
from hansa.regions.lists import shipped_lists
from hansa.report import simulated
from hansa.report.simulation_case import mutual_benefit, named
from hansa.report.simulation_chart import Effect, effect_bars, effect_map, per_cent
from hansa.scenario import Closure, Productivity, Scenario, Tariff, TradeCost, Where
from hansa.units import Money
from hansa.wording import Words

THREE = {
    "origin": list("AAABBBCCC"),
    "destination": list("ABCABCABC"),
    "value": [70.0, 20.0, 10.0, 15.0, 160.0, 25.0, 8.0, 12.0, 60.0],
}
BRIDGE = Scenario("Bridge", (TradeCost(Where("A", "B", both=True), 0.9),), note="Costs of the ministry")
CLOSED = Scenario("Closed", (Closure(Where("A", "B", both=True)),))


@pytest.fixture(scope="module")
def economy() -> Economy:
    return Economy.from_flows(THREE, elasticity=4.0, elasticity_source="by hand")


@pytest.fixture(scope="module")
def bridge(economy):
    return simulate(economy, BRIDGE)


@pytest.fixture(scope="module")
def closed(economy):
    return simulate(economy, CLOSED)


def _visible(page: str) -> str:
    page = re.sub(r"<style>.*?</style>", " ", page, flags=re.DOTALL)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page)).replace("\xa0", " ").split())


def _cells(page: str, title: str) -> list[list[str]]:
    """The rows of the table with a title."""
    table = page[page.index(f'<table aria-label="{title}">') :]
    table = table[: table.index("</table>")]
    rows = re.findall(r"<tr[^>]*>(.*?)</tr>", table, flags=re.DOTALL)
    cut = [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, flags=re.DOTALL) for row in rows]
    return [[html.unescape(cell).replace("\xa0", " ") for cell in row] for row in cut]


def test_two_equals_gain_what_the_formula_says():
    # P_hat = (0.8 + 0.2 x 0.9^-4)^(-1/4): +2.523 % for both; trade 20 -> 27.59
    trade = {"origin": list("AABB"), "destination": list("ABAB"), "value": [80.0, 20.0, 20.0, 80.0]}
    page = simulated(simulate(Economy.from_flows(trade, elasticity=4.0), BRIDGE)).document("html")
    weight = 0.8 + 0.2 * 0.9**-4
    shown = f"+{100 * (weight**0.25 - 1):.2f}%"
    assert [row[:2] for row in _cells(page, "What changes for every region")[1:]] == [["A", shown], ["B", shown]]
    rows = _cells(page, "Trade at the prices of the producer")
    assert rows[1][:3] == ["A → B", "20", f"{20 * 0.9**-4 / weight:.1f}"]
    assert "No region loses: the scenario is of mutual benefit." in _visible(page)


def test_who_changes_most_is_said_as_it_is(economy, bridge, closed):
    worse = simulate(economy, Scenario("wall", (TradeCost(Where(), 1.5),)))
    better = simulate(economy, Scenario("open", (TradeCost(Where(), 0.9),)))
    for told, verbs in (
        (bridge, ("grows most in", "falls most in")),
        (better, ("grows most in", "and least in")),
        (worse, ("falls most in", "and least in")),
    ):
        change = {row["region"]: row["real_income"] for row in told.regions().rows()}
        best, worst = max(change, key=change.get), min(change, key=change.get)
        said = re.search(r"Real income [^.]*\(\S+%\)[^.]*\.\d+%\)\.", _visible(simulated(told).document("html")))[0]
        assert all(verb in said for verb in verbs)
        ends = re.findall(r"in (\w) \(", said)
        assert ends == ([worst, best] if told is worse else [best, worst])


def test_a_note_says_of_which_scenario_it_is(economy):
    gone = {"origin": list("AABBC"), "destination": list("ABABC"), "value": [80.0, 20.0, 20.0, 80.0, 9.0]}
    gone = {name: [*values, extra] for (name, values), extra in zip(gone.items(), ("A", "C", 5.0), strict=True)}
    gone = {name: [*values, extra] for (name, values), extra in zip(gone.items(), ("C", "A", 5.0), strict=True)}
    world = Economy.from_flows(gone, elasticity=4.0)
    told = [
        simulate(world, Scenario(name, (TradeCost(Where("B"), factor),))) for name, factor in (("x", 0.9), ("y", 0.8))
    ]
    note = "Change 1 (trade_cost): 1 of 2 pairs have no trade in the economy and stay without"
    page = _visible(simulated(told).document("html"))
    assert f"x: {note}" in page
    assert f"y: {note}" in page
    assert "изменение 1 (trade_cost): 1 из 2 пар" in _visible(simulated(told[0], language="ru").document("html"))


def test_third_parties_are_there_and_losers_are_named(bridge):
    page = simulated(bridge).document("html")
    rows = _cells(page, "What changes for every region")[1:]
    change = {row["region"]: 100 * row["real_income"] for row in bridge.regions().rows()}
    assert sorted(row[0] for row in rows) == ["A", "B", "C"]
    assert [row[0] for row in rows] == sorted(change, key=lambda code: -change[code])
    assert change["C"] < 0  # it is not of the bridge, and pays for it
    (loser,) = _cells(page, "Who loses")[1:]
    assert loser[0] == "C"
    due = bridge.compensation().meta["due"]
    assert float(loser[2]) == pytest.approx(due, abs=0.05)
    assert "To make up for all losses" in _visible(page)


def test_parts_of_the_change_of_trade_add_up(bridge):
    rows = _cells(simulated(bridge).document("html"), "Parts of the change of trade")
    for row in rows[1:]:
        total, *parts = (float(cell.replace("−", "-").replace("+", "")) for cell in row[1:])
        assert sum(parts) == pytest.approx(total, abs=0.06 * len(parts))  # each is rounded to a tenth
    assert "Tariff" not in rows[0]  # no tariff changes here


def test_trade_before_and_after_is_all_trade(bridge):
    rows = _cells(simulated(bridge).document("html"), "Trade at the prices of the producer")[1:]
    assert [row[0] for row in rows[-2:]] == ["All other trade between regions", "Sales at home"]
    before = sum(float(row[1].replace(",", "")) for row in rows)
    assert before == pytest.approx(sum(THREE["value"]), abs=0.3)


def test_what_is_changed_stands_in_words_with_its_note(bridge):
    shown = _visible(simulated(bridge).document("html"))
    assert "A ↔ B, all products: trade costs change by −10.0% ." in shown
    assert "Costs of the ministry" in shown
    for part in ("one sector, goods differ by origin", "output of the world keeps its value", "by hand", "4.00"):
        assert part in shown


def test_money_of_another_scale_is_money(economy):
    thousands = Economy.from_flows(THREE, elasticity=4.0, unit=Money("EUR", 1000))
    page = simulated(simulate(thousands, BRIDGE)).document("html")
    assert _cells(page, "Trade at the prices of the producer")[1][1] == "20,000"
    assert "A → B: EUR 20.0 thousand before" in _visible(page)


def test_several_scenarios_stand_side_by_side(bridge, closed, tmp_path):
    made = simulated([bridge, closed])
    page = made.document("html")
    assert _cells(page, "Real income, change")[0] == ["Region", "Bridge", "Closed"]
    assert page.count('<article class="chapter') == 2
    identities = re.findall(r'\sid="([^"]+)"', page)
    assert len(identities) == len(set(identities))
    assert set(re.findall(r'href="#([^"]+)"', page)) <= set(identities)
    paths = made.write(tmp_path / "out")
    assert [path.name for path in paths] == ["scenarios-en.html", "scenarios.csv", "scenarios.json"]


def test_tables_of_every_region(bridge, closed, tmp_path):
    made = simulated([bridge, closed])
    lines = [line for line in made.document("csv").splitlines() if not line.startswith("#")]
    rows = list(csv.DictReader(io.StringIO("\n".join(lines))))
    assert [(row["scenario"], row["region"]) for row in rows] == [(s, c) for s in ("Bridge", "Closed") for c in "ABC"]
    change = {row["region"]: row["real_income"] for row in closed.regions().rows()}
    assert {row["region"]: float(row["real_income"]) for row in rows[3:]} == pytest.approx(change)
    told = json.loads(made.document("json"))["scenarios"]
    assert [one["name"] for one in told] == ["Bridge", "Closed"]
    assert Scenario.from_toml(told[0]["scenario"]) == BRIDGE
    assert {row["region"] for row in told[0]["compensation"]["data"]} == set("ABC")
    assert {(row["origin"], row["destination"]) for row in told[1]["trade"]["data"]} >= {("A", "B"), ("C", "A")}


def test_ranges_of_draws_stand_beside_the_figures(economy, bridge, closed):
    found = draws(economy, BRIDGE, draws=16)
    made = simulated([bridge, closed], [found, None])
    ranges = {row["region"]: row for row in found.regions().rows()}
    rows = _cells(made.document("html"), "What changes for every region")
    assert rows[0][2:5] == ["from (5%)", "to (95%)", "Same sign"]
    row = made.table().rows()[0]
    assert (row["real_income_low"], row["real_income_high"]) == (ranges["A"]["low"], ranges["A"]["high"])
    assert made.table().rows()[3]["real_income_low"] is None
    assert "No ranges are given" not in made.document("html")
    assert "No ranges are given" in simulated(bridge).document("html")
    assert len(json.loads(made.document("json"))["scenarios"][0]["draws"]["data"]) == 3


def test_whose_trade_is_shown(bridge, economy):
    assert [
        row[0] for row in _cells(simulated(bridge).document("html"), "Trade at the prices of the producer")[1:3]
    ] == [
        "A → B",
        "B → A",
    ]
    page = simulated(bridge, focus=("C", "A")).document("html")
    assert [row[0] for row in _cells(page, "Trade at the prices of the producer")[1:3]] == ["C → A", "A → C"]
    one = simulated(bridge, focus=("C",)).document("html")
    assert all("C" in row[0] for row in _cells(one, "Trade at the prices of the producer")[1:3])
    better = simulate(economy, Scenario("Better", (Productivity("B", factor=1.05),)))
    rows = _cells(simulated(better).document("html"), "Trade at the prices of the producer")
    assert len(rows) == 1 + 6 + 2  # no pair is named: those whose trade changes most


def test_who_is_named(bridge, economy):
    assert named(bridge) == {0, 1}
    assert named(simulate(economy, Scenario("Better", (Productivity("C", factor=1.05),)))) == {2}
    assert named(simulate(economy, Scenario("All", (TradeCost(Where(), 0.9),)))) == frozenset()
    assert named(simulate(economy, Scenario("Tariff", (Tariff(Where("C", "A"), rate=0.1),)))) == {0, 2}


def test_whether_all_gain(bridge, closed):
    words = Words("en")
    said = [words.say(sentence).replace("\xa0", " ") for one in (bridge, closed) for sentence in mutual_benefit(one)]
    assert "those who gain could pay it and keep" in said[0]
    assert "those who gain could not pay it" in said[1]


def test_russian_holds_no_english_word(bridge, closed, tmp_path):
    made = simulated([bridge, closed], language="ru")
    page = made.document("html")
    page = page[page.index("<body>") :]
    page = re.sub(r"<code>.*?</code>", " ", page, flags=re.DOTALL)
    page = re.sub(r'<(span|dd) lang="en">.*?</\1>', " ", page, flags=re.DOTALL)
    words = set(re.findall("[A-Za-z]{2,}", html.unescape(re.sub(r"<[^>]+>", " ", page))))
    assert words == {"Bridge", "Closed", "Costs", "of", "the", "ministry", "USD", "12", "e"} & words
    assert made.write(tmp_path / "ru", ("html",))[0].name == "scenarios-ru.html"


def test_the_page_runs_nothing_and_fetches_nothing(bridge):
    page = simulated(bridge, command="hansa simulate bridge.toml").document("html")
    assert "<script" not in page
    assert re.findall(r'(?:src|href)="([^"#][^"]*)"', page) == []
    assert not re.search(r'\sstyle="', page)
    assert "<code><span>hansa</span> <span>simulate</span> <span>bridge.toml</span></code>" in page


def test_hostile_names_do_no_harm(economy, tmp_path):
    evil = Scenario("=cmd()<script>alert(1)</script>", BRIDGE.changes, note="</p><script>x</script>")
    listed = tmp_path / "regions.csv"
    listed.write_text('code,name,lat,lon\nA,"<img src=x> & co",50,20\nB,Borland,51,21\n', encoding="utf-8")
    made = simulated(simulate(economy, evil), lists=shipped_lists(read_regions(listed)))
    page = made.document("html")
    assert "<script" not in page
    assert "<img" not in page
    assert "&lt;img src=x&gt;" in page
    assert made.document("csv").count("'=cmd()") == 3
    assert all("/" not in path.name for path in made.write(tmp_path / "out"))


def test_the_map_has_marks_where_places_are_known_and_is_absent_elsewhere(bridge, tmp_path):
    assert "Where real income changes" not in simulated(bridge).document("html")
    listed = tmp_path / "regions.csv"
    listed.write_text("code,name,lat,lon\nA,Aland,50,20\nB,Borland,51,25\nC,Cland,48,22\n", encoding="utf-8")
    page = simulated(bridge, lists=shipped_lists(read_regions(listed))).document("html")
    drawn = page[page.index('aria-labelledby="s1-map-t') :]
    drawn = drawn[: drawn.index("</svg>")]
    assert drawn.count("<circle") == 2 + 1  # A and B gain, and the sign in the legend
    assert ">Cland</text>" in drawn
    assert "Aland" in page


def test_bars_and_marks_say_the_same_without_colour():
    words = Words("en")
    effects = [Effect("Up", 2.0, 1.0, 3.0, True, (50, 20)), Effect("Down", -1.0, None, None, False, (52, 22))]
    bars = effect_bars(effects, "Title", words, uid="x")
    assert "<title" in bars
    assert "Up: +2.00%. Down: −1.00%." in bars.replace("\xa0", "")
    assert bars.count("M") == 6  # one range: its ends and its line, and the same again as a halo
    drawn = effect_map(effects, "Title", words, uid="m")
    assert drawn.count("Z") >= 2  # a triangle for the loss, and one in the legend
    assert effect_map([Effect("Nowhere", 1.0)], "Title", words, uid="n") == ""


def test_digits_follow_the_largest():
    words = Words("en")
    shown = [per_cent(x, words) for x in (0.00634, 0.123, 1.234, 12.34)]
    assert [one.replace("\xa0", "") for one in shown] == ["+0.0063%", "+0.123%", "+1.23%", "+12.3%"]
    assert per_cent(0.00634, words, 12.3).replace("\xa0", "") == "0.0%"


def test_what_cannot_be_shown_is_refused(bridge, closed, economy, tmp_path):
    with pytest.raises(DataError, match="There is nothing to show"):
        simulated([])
    with pytest.raises(DataError, match="Two scenarios are named 'Bridge'"):
        simulated([bridge, bridge])
    other = Economy.from_flows({"origin": list("ADDA"), "destination": list("AADD"), "value": [9.0, 1.0, 8.0, 1.0]})
    with pytest.raises(DataError, match="'Other' is of other regions than 'Bridge'"):
        simulated([bridge, simulate(other, Scenario("Other", (TradeCost(Where("A", "D"), 0.9),)))])
    with pytest.raises(DataError, match="2 counterfactuals and draws of 1"):
        simulated([bridge, closed], [None])
    with pytest.raises(UnknownCode, match="'D' is no known region of this economy"):
        simulated(bridge, focus=("D",))
    with pytest.raises(NotIdentified, match="says nothing of real income"):
        simulated(simulate(economy, BRIDGE, model="conditional"))
    with pytest.raises(UnknownCode, match="'fr' is no known language"):
        simulated(bridge, language="fr")
    with pytest.raises(DataError, match="cannot be written as 'pdf'. Ask for html, csv or json"):
        simulated(bridge).write(tmp_path, ("pdf",))
    with pytest.raises(DataError, match="The file of borders cannot be read"):
        simulated(bridge, borders=tmp_path / "none.geojson")
    (tmp_path / "taken").write_text("")
    with pytest.raises(DataError, match="needs a folder, but this is a file"):
        simulated(bridge).write(tmp_path / "taken")
