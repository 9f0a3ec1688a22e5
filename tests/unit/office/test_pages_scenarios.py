"""Scenarios side by side: what the page shows is what the library computes, and nobody sees more than they may."""

from __future__ import annotations

import csv
import html
import io
import json
import re
from threading import BoundedSemaphore

import pytest

from hansa.commitments.records import Barrier, Event
from hansa.equilibrium.economy import Economy
from hansa.equilibrium.simulation import simulate
from hansa.office import what_if
from hansa.office.ledger import Edit, commit
from hansa.office.permission import OFFICE
from hansa.office.statistics import statistics
from hansa.office.what_if import Setting
from hansa.regions.lists import lists_beside
from hansa.scenario import Barrier as Change
from hansa.scenario import Scenario, Where
from hansa.trade.store import open_store

FEE = "bar-recycling"  # Galdia to Kastovia, 18 % of the price of vehicles
VEHICLES = ("86A", "87A", "87B", "87C")
CHEAPER = 'name = "A road"\n[[change]]\nkind = "trade_cost"\norigin = "XBR"\ndestination = "XKA"\nfactor = 0.9\n'
MUTE = Barrier("bar-mute", "Nobody knows", "XBR", "XKA", products=("04A",), owner="kastovia",
               history=(Event("2022-01-01", "reported"),))  # fmt: skip


def read(answer) -> str:
    """The text of a page."""
    return html.unescape(answer.content.decode())


def rows_of(text: str, caption: str) -> list[list[str]]:
    """The cells of the first table under a caption."""
    table = text.split(f'<p class="caption">{caption}')[1].split("</table>")[0].split("<tbody>")[1]
    return [re.findall(r"<t[hd][^>]*>([^<]*)</t[hd]>", row) for row in table.split("</tr>")[:-1]]


def of_library(sample_store, *, removed: float = 1.0, equivalent: float = 0.18, products=VEHICLES, ends=("XGA", "XKA")):
    """The same scenario without the office."""
    store = open_store(sample_store)
    economy = Economy.from_store(store, period="2022", sectors="product")
    change = Change(Where(*ends, product=products), equivalent, removed)
    return simulate(
        economy, Scenario("Scenario 1", (change,)), model="caliendo-parro", lists=lists_beside(sample_store)
    )


def given(answer) -> dict[str, float]:
    """Real income by region of a downloaded table."""
    lines = [line for line in answer.content.decode().splitlines() if not line.startswith("#")]
    return {row["region"]: float(row["real_income"]) for row in csv.DictReader(io.StringIO("\n".join(lines)))}


# --- what is offered --------------------------------------------------------------------------------------------------


def test_open_barriers_are_offered_and_drafts_only_to_who_may_see_them(register, client_of):
    page = read(client_of("").get("/scenarios"))
    assert "Recycling fee on vehicles" in page
    assert "costs as much as 18.0% of the price" in page
    assert "Licences for timber" not in page  # removed in 2018
    assert "weighing" not in page
    staff = read(client_of("editor").get("/scenarios"))
    assert "Second weighing of lorries" in staff
    assert '<span class="badge draft">' in staff


@pytest.mark.parametrize("query", [{"s1": "all:bar-weighing"}, {"s1": f"all:{FEE}", "s2": "half:bar-weighing"}])
def test_a_draft_in_a_link_is_unknown_to_a_visitor(register, client_of, query):
    answer = client_of("").get("/scenarios", query)
    assert answer.status_code == 404
    page = read(answer)
    assert "'bar-weighing' is no known barrier" in page
    assert "lorries" not in page
    assert 'name="s1"' in page  # the form stands there still
    other = read(client_of("").get("/scenarios", {"s1": "all:bar-neverwas"}))
    assert "'bar-neverwas' is no known barrier" in other  # in the same words
    assert client_of("editor").get("/scenarios", {**query, "e-bar-weighing": "5"}).status_code == 200


def test_only_the_barriers_of_a_pair_are_offered_where_a_link_says_so(register, client_of):
    page = read(client_of("").get("/scenarios", {"a": "XBR", "b": "XKA"}))
    assert "Border queue for textiles" in page
    assert "Recycling fee" not in page
    empty = read(client_of("").get("/scenarios", {"a": "XPA", "b": "XNE"}))
    assert "No open barrier that you may see stands here" in empty
    assert 'href="/scenarios?a=XBR&b=XKA"' in read(client_of("").get("/pairs/XBR/XKA"))


def test_a_register_without_barriers_says_what_to_do(people, client_of):
    page = read(client_of("").get("/scenarios"))
    assert "Write a scenario of your own beneath" in page
    assert "/register/barriers/new" in read(client_of("editor").get("/scenarios"))


def test_empty_fields_of_the_form_make_a_short_link(register, client_of):
    sent = "/scenarios?s1=&s2=&s1=half:bar-recycling&year=&elasticity=6&model="
    answer = client_of("").get(sent)
    assert (answer.status_code, answer["Location"]) == (302, "/scenarios?s1=half%3Abar-recycling&elasticity=6")


# --- what is answered -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("way", "removed"), [("all", 1.0), ("half", 0.5), ("0.25", 0.25)])
def test_the_figures_are_those_of_the_library(register, client_of, sample_store, way, removed):
    told = given(client_of("").get("/scenarios", {"s1": f"{way}:{FEE}", "form": "csv"}))
    wanted = of_library(sample_store, removed=removed).regions().rows()
    assert told == pytest.approx({row["region"]: row["real_income"] for row in wanted}, abs=1e-12)


def test_every_region_is_in_the_table_those_that_are_named_first(register, client_of, sample_store):
    page = read(client_of("").get("/scenarios", {"s1": f"all:{FEE}"}))
    rows = rows_of(page, "What changes for every region")
    assert {row[0] for row in rows[:2]} == {"Galdia", "Kastovia"}
    regions = of_library(sample_store).economy.regions
    assert len(rows) == len({row[0] for row in rows}) == len(regions)
    assert "Model" in page
    assert "value added of the world keeps its value" in page
    assert "Simonovska and Waugh 2014" in page
    assert "Would make it good, a year" in page
    assert "barrier equal to" in page
    trade = rows_of(page, "Trade at the prices of the producer")
    assert [row[0] for row in trade[:2]] == ["Galdia → Kastovia", "Kastovia → Galdia"]


def test_scenarios_stand_side_by_side(register, client_of):
    query = {"s1": f"half:{FEE}", "s2": [f"all:{FEE}", "all:bar-quota"]}
    page = read(client_of("").get("/scenarios", query))
    rows = rows_of(page, "Real income, change")
    assert len(rows[0]) == 3
    named = {row[0]: [float(cell.strip("+%").replace("−", "-")) for cell in row[1:]] for row in rows[:-1]}
    assert 0 < named["Galdia"][0] < named["Galdia"][1]
    assert {row[0] for row in rows[:4]} == {"Galdia", "Kastovia", "Orlevia", "Brinmark"}
    assert rows[-1][0] == "All together, a year"
    assert 'href="#c2"' in page


def test_the_page_speaks_russian(register, client_of):
    page = read(client_of("").get("/scenarios", {"s1": f"half:{FEE}", "language": "ru"}))
    for words in ("Сравнить сценарии", "Сценарий 1", "Каждый регион в цифрах", "Гальдия", "вдвое меньше"):
        assert words in page


def test_another_year_elasticity_model_and_closure(register, client_of):
    client, base = client_of(""), {"s1": f"all:{FEE}", "form": "csv"}
    usual = given(client.get("/scenarios", base))
    for more in ({"year": "2018"}, {"elasticity": "8"}, {"model": "armington"}, {"deficit": "zero"}):
        other = given(client.get("/scenarios", {**base, **more}))
        assert other["XGA"] > 0
        assert other != pytest.approx(usual, rel=1e-6), more
    share = {**base, "model": "armington", "deficit": "share"}
    assert client.get("/scenarios", share).status_code == 200
    page = read(client.get("/scenarios", {"s1": f"all:{FEE}", "elasticity": "8,5"}))
    assert "stated by whoever asked" in page
    assert 'value="8,5"' in page


def test_a_barrier_that_nobody_has_priced_is_asked_for_its_price(register, client_of, sample_store):
    commit(OFFICE, [Edit("create", MUTE.id, MUTE, draft=False)])
    client = client_of("")
    page = read(client.get(f"/register/barriers/{MUTE.id}"))
    assert 'name="e-bar-mute"' in page
    assert "Nobody has estimated what it costs" in page
    lacking = client.get("/scenarios", {"s1": f"all:{MUTE.id}"})
    assert lacking.status_code == 400
    assert "Nobody knows: nobody has estimated what it costs" in read(lacking)
    stated = {"s1": f"all:{MUTE.id}", "e-bar-mute": "12"}
    assert "stated here: 12% of the price" in read(client.get("/scenarios", stated))
    wanted = of_library(sample_store, equivalent=0.12, products=("04A",), ends=("XBR", "XKA"))
    told = given(client.get("/scenarios", {**stated, "form": "csv"}))
    assert told["XBR"] == pytest.approx(
        float(wanted.real_income_hat[wanted.economy.regions.index("XBR")]) - 1, abs=1e-12
    )


# --- a scenario of one's own ------------------------------------------------------------------------------------------


def test_a_written_scenario_stands_beside_chosen_ones(register, client_of):
    several = "".join(f'[[scenario]]\nname = "S{k}"\n[[scenario.change]]\nkind = "closure"\norigin = "XBR"\n'
                      f'destination = "XK{end}"\n' for k, end in ((1, "A"),))  # fmt: skip
    page = read(client_of("").post("/scenarios", {"text": several, "s1": f"all:{FEE}"}))
    assert "Scenario 1" in page
    assert '<h2 id="c2" dir="auto">S1</h2>' in page
    shown = page.split('<pre class="explained">')[1].split("</pre>")[0]
    again = read(client_of("").post("/scenarios", {"text": shown}))
    assert rows_of(again, "Real income, change") == rows_of(page, "Real income, change")


@pytest.mark.parametrize(("text", "status", "said"), [
    (" ", 400, "Paste or write a scenario first"),
    ("change = [", 400, "no readable TOML"),
    ('change = [{kind = "clozure", origin = "XBR"}]', 400, "Nearest known: 'closure'"),
    ('change = [{kind = "closure", origin = "XBQ"}]', 400, "no known region of the economy"),
    ('change = [{kind = "closure", product = "99Z"}]', 400, "no known sector of the economy"),
    ('change = [{kind = "trade_cost", origin = "XBR", factor = -1}]', 400, "must be above 0"),
    ('change = [{kind = "tariff_schedule", file = "/etc/passwd"}]', 400, "came without a folder"),
    ("x" * 20_001, 400, "at most 20,000 are taken"),
    ("[[" + " " * 15_000, 400, "very many blanks"),
    ('[[change]]\nkind = "closure"\norigin = "XBR"\n' * 51, 400, "at most 50 are taken"),
    ("".join(f'[[scenario]]\nname = "{k}"\nchange = [{{kind = "closure", origin = "XBR"}}]\n' for k in range(5)), 400,
     "at most 4 are shown"),
    ('change = [{kind = "productivity", region = "XBR", factor = 0.9}]', 200,
     "Brinmark"),
])  # fmt: skip
def test_what_cannot_be_is_said_at_the_form(register, client_of, text, status, said):
    answer = client_of("").post("/scenarios", {"text": text})
    assert answer.status_code == status
    page = read(answer)
    assert said in page
    assert 'id="own"' in page
    assert text.strip()[:60] in page


def test_more_than_four_are_too_many_with_those_that_are_chosen(register, client_of):
    four = {f"s{number}": f"all:{FEE}" for number in range(1, 5)}
    answer = client_of("").post("/scenarios", {**four, "text": CHEAPER})
    assert answer.status_code == 400
    assert "At most 4 scenarios stand side by side" in read(answer)


@pytest.mark.parametrize(("query", "said"), [
    ({"year": "1999"}, "Choose one of the list"),
    ({"model": "magic"}, "Choose one of the list"),
    ({"deficit": "none"}, "Choose one of the list"),
    ({"deficit": "share"}, "armington"),
    ({"elasticity": "0"}, "Write a number from 0.1 to 60"),
    ({"elasticity": "much"}, "Write a number from 0.1 to 60"),
    ({"elasticity": "nan"}, "Write a number from 0.1 to 60"),
    ({"s1": "twice:bar-quota"}, "Write the share of a barrier that goes"),
    ({"s1": "2:bar-quota"}, "Write the share of a barrier that goes"),
    ({f"e-{FEE}": "0"}, "in per cent of the price, above 0"),
    ({f"e-{FEE}": "dear"}, "in per cent of the price, above 0"),
    ({"s1": "all:bar-timber"}, "does not stand any more"),
    ({"form": "docx"}, "cannot be given as 'docx'"),
])  # fmt: skip
def test_what_is_wrong_in_a_link_is_said(register, client_of, query, said):
    answer = client_of("").get("/scenarios", {"s1": f"all:{FEE}", **query})
    assert answer.status_code == 400
    assert said in read(answer)


def test_a_world_without_a_supplier_is_refused_with_its_reason(register, client_of):
    nothing = "".join(f'[[change]]\nkind = "closure"\n{end} = "XBR"\n' for end in ("origin", "destination"))
    answer = client_of("").post("/scenarios", {"text": nothing})
    assert answer.status_code == 422
    assert "no supplier is left" in read(answer)


# --- files, limits, an office without data ----------------------------------------------------------------------------


def test_everything_is_a_file(register, client_of):
    answer = client_of("").get("/scenarios", {"s1": f"all:{FEE}", "s2": f"half:{FEE}", "form": "json"})
    assert answer["Content-Disposition"] == 'attachment; filename="scenarios.json"'
    told = json.loads(answer.content)["scenarios"]
    assert [one["name"] for one in told] == ["Scenario 1", "Scenario 2"]
    assert told[0]["regions"]["meta"]["model"] == "caliendo-parro"
    assert told[0]["regions"]["meta"]["residual"] < 1e-9
    page = client_of("").post("/scenarios", {"text": CHEAPER, "form": "html"})
    assert page["Content-Type"].startswith("text/html")
    assert "unsafe-inline" in page["Content-Security-Policy"]
    assert "A road" in page.content.decode()


def test_an_economy_is_made_once(register):
    known = statistics()
    assert what_if.economy(known, Setting()) is what_if.economy(known, Setting())
    stated = what_if.economy(known, Setting(elasticity=6.0))
    assert set(stated.elasticity) == {6.0}
    assert stated.share is what_if.economy(known, Setting()).share


def test_a_scenario_that_takes_too_long_is_stopped(register, client_of, monkeypatch):
    monkeypatch.setattr(what_if, "SECONDS", -1.0)
    text = CHEAPER.replace("0.9", "0.123")
    answer = client_of("").post("/scenarios", {"text": text})
    assert answer.status_code == 422
    assert "and was stopped" in read(answer)


def test_scenarios_wait_for_each_other(register, client_of, monkeypatch):
    taken = BoundedSemaphore(1)
    taken.acquire()
    monkeypatch.setattr(what_if, "_PLACES", taken)
    monkeypatch.setattr(what_if, "PATIENCE", 0.01)
    answer = client_of("").post("/scenarios", {"text": CHEAPER})
    assert (answer.status_code, answer["Retry-After"]) == (429, "60")
    assert CHEAPER[:15] in read(answer)


def test_without_statistics_the_page_says_so(blind, client_of):
    page = read(client_of("").get("/scenarios"))
    assert "This office has no statistics yet" in page
    assert client_of("").post("/scenarios", {"text": CHEAPER}).status_code == 200
    assert "What if it goes?" not in read(client_of("").get(f"/register/barriers/{FEE}"))


def test_a_barrier_leads_to_its_scenarios_while_it_stands(register, client_of):
    page = read(client_of("").get(f"/register/barriers/{FEE}"))
    way = re.search(r'href="(/scenarios\?[^"]+)"', page)
    assert way
    answer = client_of("").get(way[1])
    assert answer.status_code == 200
    assert "halved" in read(answer)
    assert "What if it goes?" not in read(client_of("").get("/register/barriers/bar-timber"))
