"""The observatory's pages: every indicator of the catalogue, with figures that are those of the library."""

from __future__ import annotations

import csv
import io
import json
import re
from urllib.parse import urlencode

import pytest

from hansa.errors import HansaError
from hansa.indicator import catalogue
from hansa.office import inquiry
from hansa.office.inquiry import Inquiry, ask, fields
from hansa.office.pages.indicators import figure_kind, head
from hansa.office.statistics import statistics
from hansa.trade.indicators.declare import NARROWING
from hansa.wording import Words
from tests.unit.office.test_pages_overview import text_of

TOLD = {"bloc": "Amber Union", "origin": "Brinmark", "destination": "Kastovia", "closed": "XKA", "lost": "XBR",
        "demand_elasticity": "2"}  # fmt: skip
LACKING = {"ntm_coverage": "ntm", "ntm_frequency": "ntm", "effective_protection": "input_share"}
WORDS = {language: Words(language) for language in ("en", "ru")}


def required(key: str) -> dict[str, str]:
    return {one.name: TOLD[one.name] for one in catalogue[key].parameters()
            if one.default is one.empty and one.name in TOLD}  # fmt: skip


@pytest.mark.parametrize("key", sorted(catalogue))
def test_every_indicator_has_a_page_with_figures_or_says_what_is_missing(register, client_of, key):
    client = client_of("")
    response = client.get(f"/indicators/{key}?{urlencode({'asked': 1, **required(key)})}")
    body = response.content.decode()
    if key in LACKING:
        assert response.status_code == 422
        assert f"The side table '{LACKING[key]}' is missing" in text_of(response)
        assert "<form class=" in body  # the page stays usable
    else:
        assert response.status_code == 200
        assert f"hansa show {key} " in text_of(response)
        assert 'class="figure"' in body or "yes" in body or "no" in body
    assert client.get(f"/indicators/{key}").status_code == (422 if key in LACKING and not required(key) else 200)


def test_figures_on_the_page_and_in_its_files_are_those_of_the_library(register, client_of):
    series = statistics().figures.series("exports", {"origin": "XBR", "destination": "XKA"}, frequency="A")
    question = "/indicators/exports?asked=1&origin=brinmark&destination=Кастовия"
    said = text_of(client_of("").get(question))
    for period, value in series.values.items():
        assert f"{period} Brinmark Kastovia {WORDS['en'].number(value / 1e6, 1)}" in said
    rows = list(csv.reader(io.StringIO(client_of("").get(f"{question}&form=csv").content.decode())))
    table = [row for row in rows if not row[0].startswith("#")]
    assert {row[0]: float(row[-1]) for row in table[1:]} == pytest.approx(dict(series.values))
    answer = json.loads(client_of("").get(f"{question}&form=json").content)
    assert {row["period"]: row["exports"] for row in answer["data"]} == pytest.approx(dict(series.values))
    assert answer["meta"]["unit"] == series.unit


def test_the_command_gives_the_same_figures(register):
    asked = Inquiry("exports", (("origin", "XBR"), ("product", "04A,02A")), "2020", "2021", "origin")
    answer = ask(catalogue["exports"], statistics(), asked, WORDS["en"])
    assert answer.command == (
        "hansa show exports --origin XBR --product 02A,04A --period 2020,2021 -p by=origin,product --frequency A "
        "--told-by origin --store STORE"
    ).replace("02A,04A", "04A,02A")
    flows = statistics().figures.flows(frequency="A", told_by="origin")
    own = catalogue["exports"].function(
        flows, origin="XBR", product=["04A", "02A"], period=["2020", "2021"], by=["origin", "product"]
    )
    assert sorted(map(str, answer.result.rows())) == sorted(map(str, own.rows()))


def test_a_bloc_may_be_an_end(register, client_of):
    series = statistics().figures.series("exports", {"origin": "AMBER", "destination": "XKA"}, frequency="A")
    response = client_of("").get("/indicators/exports?asked=1&origin=Amber+Union&destination=XKA&first=2022&last=2022")
    said = text_of(response)
    assert WORDS["en"].number(series.values["2022"] / 1e6, 1) in said
    assert "--origin AMBER --destination XKA" in said or "--regroup AMBER" in said
    assert "--regroup AMBER" in said


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("origin=XBX", "'XBX' is no known origin of these flows. Nearest known: 'XBR'"),
        ("first=2050", "'2050' is no known year of these flows"),
        ("first=2020&last=2015", "There is no year from 2020 to 2015"),
        ("told_by=me", "'me' is no known report"),
        ("dataset=other", "'other' is no known dataset"),
        ("threshold=much", "'threshold' is no known argument"),
        ("name=x", "'name' is no known argument"),
        ("form=pdf", "Figures cannot be given as 'pdf'"),
    ],
)
def test_what_cannot_be_asked_is_refused_and_the_form_stays(register, client_of, question, said):
    response = client_of("").get(f"/indicators/exports?asked=1&{question}")
    assert response.status_code in (400, 404, 422)
    assert said in text_of(response)
    assert 'name="origin"' in response.content.decode()


def test_numbers_are_read_by_their_declaration(register, client_of):
    response = client_of("").get("/indicators/eci?asked=1&threshold=many")
    assert response.status_code == 422
    assert "The argument 'threshold' of 'eci' is of the type <class 'float'>, not 'many'." in text_of(response)
    assert client_of("").get("/indicators/eci?asked=1&threshold=0.5").status_code == 200


def test_what_must_be_told_is_asked_for(register, client_of):
    assert "Fill in what must be told" in text_of(client_of("").get("/indicators/bloc_intensity"))
    response = client_of("").get("/indicators/bloc_intensity?asked=1")
    assert response.status_code == 422
    assert "It cannot be computed before it is told: Bloc." in text_of(response)


def test_a_long_answer_is_cut_and_says_so(register, client_of):
    first = client_of("").get("/indicators/rca?asked=1").content.decode()
    assert first.count("<tr>") == 1 + 50
    assert 'href="/indicators/rca?asked=1&amp;rows=all#figures"' in first
    body = client_of("").get("/indicators/rca?asked=1&rows=all").content.decode()
    assert body.count("<tr>") == 1 + inquiry.ROWS
    assert "Show more rows" not in body
    said = text_of(client_of("").get("/indicators/rca?asked=1&rows=all"))
    whole = statistics().figures.result("rca", {}, frequency="A").to_arrow().num_rows
    assert f"Rows: {whole}. The table shows the first of them: {inquiry.ROWS}" in said


def test_a_large_question_is_refused_before_it_is_computed(register, monkeypatch):
    monkeypatch.setattr(inquiry, "LARGE", 10)
    known = statistics()
    for key, arguments in (("exports", ()), ("proximity", ()), ("density", ())):
        with pytest.raises(HansaError, match="too large for a page"):
            inquiry._result(catalogue[key], known, Inquiry(key, arguments))
    assert inquiry._result(catalogue["exports"], known, Inquiry("exports", (), "2022", "2022")).rows()
    assert inquiry._result(catalogue["density"], known, Inquiry("density", (("origin", "XBR"),))).rows()
    monkeypatch.setattr(inquiry, "DOWNLOADED", 10)
    with pytest.raises(HansaError, match="more than the 10 that are given at once"):
        inquiry.ask_in_full(catalogue["exports"], known, Inquiry("exports", (("origin", "XBR,XKA"),)), WORDS["en"])


def test_without_statistics_pages_say_so_and_keep_their_form(blind, client_of):
    for language, said in (("en", "no statistics yet"), ("ru", "нет статистики")):
        for address in ("/indicators", "/indicators/exports", "/indicators/exports?asked=1&origin=XBR"):
            response = client_of("").get(address, headers={"accept-language": language})
            assert response.status_code == 200
            assert address == "/indicators" or said in text_of(response)


def test_the_catalogue_is_searched_in_both_languages(people, client_of):
    keys = re.compile(r'href="/indicators/(\w+)"')
    client = client_of("")
    assert set(keys.findall(client.get("/indicators").content.decode())) == set(catalogue)
    assert keys.findall(client.get("/indicators?q=fitness regions").content.decode()) == ["fitness"]
    russian = client.get("/indicators?q=СЛОЖНОСТИ индекс", headers={"accept-language": "ru"}).content.decode()
    assert "eci" in keys.findall(russian)
    assert "No indicator has these words" in text_of(client.get("/indicators?q=zzzz"))
    assert client.get("/indicators/exprots").status_code == 404
    assert "'exports'" in text_of(client.get("/indicators/exprots"))


def test_hostile_words_stay_text(register, client_of):
    bad = "<script>alert(1)</script>"
    for address in (f"/indicators?q={bad}", f"/indicators/exports?asked=1&origin={bad}", f"/pairs/XBR/{bad[:8]}"):
        assert bad not in client_of("").get(address).content.decode()


def test_every_word_of_the_catalogue_is_said_in_russian(register):
    """Titles, topics, units, columns of answers and names of parameters, as the pages show them."""
    lacking = set[str]()
    figures = statistics().figures
    for key, entry in catalogue.items():
        names = [one.name for one in fields(entry)] + list(NARROWING)
        if key not in LACKING:
            arguments = {**required(key), **({"bloc": "AMBER"} if "bloc" in required(key) else {})}
            arguments = {
                name: {"Brinmark": "XBR", "Kastovia": "XKA"}.get(text, text) for name, text in arguments.items()
            }
            names += figures.result(key, arguments, frequency="A").to_arrow().column_names
        said = {entry.title, entry.topic, entry.unit, entry.range, *(head(name, WORDS["en"]) for name in names)}
        lacking |= {text for text in said if re.search("[A-Za-z]{3}", text) and not WORDS["ru"].knows(text)}
    assert lacking == set()


@pytest.mark.parametrize(
    ("unit", "kind"),
    [("USD, current prices", "money"), ("share of GDP", "share"), ("0..1, 1 = one partner", "index"),
     ("place, 1 = largest", "count"), ("ratio, 1 = as the world", "ratio"), ("share of the earlier value", "growth")],
)  # fmt: skip
def test_figures_are_read_by_their_unit(unit, kind):
    assert figure_kind(unit, "any").kind == kind
