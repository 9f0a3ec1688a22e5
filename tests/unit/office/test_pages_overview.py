"""Pages that give an overview: a pair and its report, the matrix of regions, the scorecard, the forum."""

from __future__ import annotations

import itertools
import re
from html import unescape

import pytest

from hansa.commitments import Register, amounts, counts, coverage, funnel, reporting
from hansa.commitments.concern import owing
from hansa.commitments.records import Edition, Project
from hansa.office import document
from hansa.office.bilateral import bilateral
from hansa.office.due import late
from hansa.office.pages.pair import Ours
from hansa.office.place import find_place, name_of
from hansa.office.snapshot import current
from hansa.office.statistics import Statistics, statistics, today
from hansa.trade.pair import mirror_of_pair
from hansa.wording import Words

DRAFT = "Second weighing of lorries at the border"
PAGES = (
    *("/pairs/XBR/XKA", "/pairs/XKA/AMBER", "/pairs/XBR/XSE", "/pairs/XB-03/XK-01", "/regions", "/regions?show=flow"),
    *("/regions?bloc=AMBER&bloc=GRANITE", "/scorecard", "/forum", "/forum/forum-2022", "/forum/forum-2021"),
)


def text_of(response) -> str:
    """What a page says, without its marks; spaces made one."""
    body = re.sub(r"<style.*?</style>|<svg.*?</svg>", " ", response.content.decode(), flags=re.DOTALL)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", body)).replace("\xa0", " ").split())


@pytest.mark.parametrize("language", ["en", "ru"])
@pytest.mark.parametrize("address", [one for one in PAGES if not one.endswith("XSE")])  # of which only flows tell
def test_every_page_is_there_in_both_languages_and_without_statistics(blind, settings, client_of, address, language):
    for name in ("", "chair"):
        response = client_of(name).get(address, headers={"accept-language": language})
        assert response.status_code == 200
        assert f'<html lang="{language}">' in response.content.decode()
    missing = {"en": "no statistics yet", "ru": "нет статистики"}[language]
    if not address.startswith(("/scorecard", "/forum")):
        assert missing in text_of(response)


@pytest.mark.parametrize("address", PAGES)
@pytest.mark.parametrize("language", ["en", "ru"])
def test_every_page_is_there_with_statistics_and_holds_no_script(register, client_of, address, language):
    response = client_of("").get(address, headers={"accept-language": language})
    body = response.content.decode()
    assert response.status_code == 200
    assert not re.search(r"<script|\son\w+=|\sstyle=", body)
    assert body.count("<h1") == 1
    levels = [int(level) for level in re.findall(r"<h([1-6])", body)]
    assert all(after - before <= 1 for before, after in itertools.pairwise(levels)), levels


# ---- a pair ---------------------------------------------------------------------------------------------------------
def test_figures_of_a_pair_are_those_of_the_library(register, client_of):
    figures = statistics().figures
    rows = mirror_of_pair(figures.flows(frequency="A"), "XBR", "XKA", period="2022").rows()
    there, back = sorted(rows, key=lambda row: row["origin"])
    said = text_of(client_of("").get("/pairs/XBR/XKA"))
    for figure in (
        *(there["value"], back["value"], there["value"] + back["value"]),
        *(there["reported_by_origin"], there["reported_by_destination"]),
        *(back["reported_by_origin"], back["reported_by_destination"]),
        there["reported_by_origin"] + back["reported_by_destination"],  # turnover as Brinmark tells it
    ):
        assert Words("en").number(figure / 1e6, 1) in said
    for part in ("How do we know?", "hansa mirror XBR XKA --store STORE --dataset flows", "reconciled"):
        assert part in said


def test_what_each_side_reports_is_seen_from_the_other_side_too(register):
    ours, theirs = bilateral(statistics(), "XBR", "XKA"), bilateral(statistics(), "XKA", "XBR")
    assert ours.exports("2022", "a") == theirs.imports("2022", "b")
    assert ours.balance("2022") == pytest.approx(-theirs.balance("2022"))
    assert ours.turnover("2022") == pytest.approx(theirs.turnover("2022"))


def test_a_region_and_the_bloc_it_is_in_do_not_count_anything_twice(register):
    inside = bilateral(statistics(), "XBR", "AMBER")
    assert (inside.a, inside.b) == ("XBR", "AMBER without XBR")
    flows = statistics().figures.flows(frequency="A").where(origin="XBR", period="2022")
    partners = {row["destination"]: row["value"] for row in flows.totals("destination").to_pylist()}
    others = statistics().lists.members("AMBER", "2022") - {"XBR"}
    assert inside.exports("2022") == pytest.approx(sum(partners[one] for one in others))


def test_other_names_of_a_pair_lead_to_its_one_address(register, client_of):
    for other in ("/pairs/Brinmark/kastovia", "/pairs/xbr/Кастовия", "/pairs/Бринмарк/xka"):
        response = client_of("").get(f"{other}?language=ru")
        assert (response.status_code, response["Location"]) == (302, "/pairs/XBR/XKA?language=ru")
    assert client_of("").get("/pairs/amber union/XKA/report.html")["Location"] == "/pairs/AMBER/XKA/report.html"


def test_an_unknown_region_is_refused_and_the_nearest_named(register, client_of):
    response = client_of("").get("/pairs/XBR/Kastowia")
    assert response.status_code == 404
    assert "'Kastowia' is no known region or bloc. Nearest known: 'Kastovia'" in text_of(response)
    assert client_of("").get("/pairs/XBR/brinmark").status_code == 400
    with pytest.raises(Exception, match="no known region or bloc"):
        find_place("", Statistics(None), Register(()), Words("en"))


def test_regions_are_found_in_the_register_where_there_are_no_statistics(blind):
    assert find_place("Kastovia", statistics(), current().register(), Words("en")) == "XKA"
    assert name_of("AMBER without XBR", Words("en", {("bloc", "AMBER"): "Amber", ("region", "XBR"): "Brin"})) == (
        "Amber (without Brin)"
    )


def test_a_pair_shows_what_belongs_to_it(register, client_of):
    said = text_of(client_of("").get("/pairs/XBR/XKA"))
    for part in (
        "Brinmark-Kastovia Free Trade Agreement in force",
        "Training mill in the Red Terraces due, and no word since",
        "Veterinary re-inspection of food Brinmark Kastovia removed",
        "Second lane for lorries at the border not met",
        "too early to say",
        "Quality of milk products in force",
        "Marrow Coast-Kast Cooperation Agreement",  # between their provinces
    ):
        assert part in said, part
    assert "Centria-Kastovia Trade Agreement" not in said


def test_money_of_a_pair_is_counted_once(register, client_of):
    said = text_of(client_of("").get("/pairs/XBR/XKA"))
    held = current().register()
    projects = [one for one in held.of(Project) if one.title in said.split("Projects by stage")[1].split("Barriers")[0]]
    row = next(row for row in amounts(Register(tuple(projects)), on=today()).rows() if row["currency"] == "USD")
    assert f"USD {row['projects']} USD {row['planned'] / 1e6:.0f} mn" in said


def test_a_pair_without_anything_says_what_to_do_first(register, client_of):
    visitor, chair = (text_of(client_of(name).get("/pairs/XBR/XSE")) for name in ("", "chair"))
    assert "The register holds nothing of these two yet" in visitor
    assert "First enter the two as parties" in chair
    assert "New party" not in visitor


# ---- drafts ---------------------------------------------------------------------------------------------------------
def test_a_draft_shows_to_those_who_work_on_it_and_to_no_visitor(register, client_of):
    for name in ("", "visitor"):
        client = client_of(name)
        for address in ("/pairs/XBR/XKA", "/pairs/XKA/XBR", "/regions?show=barriers", "/scorecard"):
            assert DRAFT not in text_of(client.get(address)), address
        assert DRAFT not in client.get("/pairs/XBR/XKA/report.html").content.decode()
    assert DRAFT in text_of(client_of("reporter-kastovia").get("/pairs/XBR/XKA"))
    assert DRAFT in client_of("editor").get("/pairs/XBR/XKA/report.html").content.decode()


def test_the_matrix_counts_no_draft_for_a_visitor(register, client_of):
    cell = re.compile(r'aria-label="Brinmark – Kastovia: (\d+)"')
    shown = {
        name: cell.search(client_of(name).get("/regions?show=barriers").content.decode()) for name in ("", "chair")
    }
    assert {name: int(hit[1]) for name, hit in shown.items()} == {"": 1, "chair": 2}


# ---- the report -----------------------------------------------------------------------------------------------------
def test_the_report_is_made_once_and_holds_what_its_reader_may_see(register, client_of, monkeypatch):
    made = []
    monkeypatch.setattr(
        document, "partnership", lambda *a, real=document.partnership, **k: made.append(a) or real(*a, **k)
    )
    document._HELD.clear()
    client = client_of("")
    html = client.get("/pairs/XBR/XKA/report.html")
    assert "style-src 'self' 'unsafe-inline'" in html["Content-Security-Policy"]
    assert "Food Corridor 2018-2022" in html.content.decode()
    book = client.get("/pairs/XBR/XKA/report.xlsx")
    assert book.content[:2] == b"PK"
    assert book["Content-Disposition"] == 'attachment; filename="XBR-XKA-en.xlsx"'
    assert client.get("/pairs/XBR/XKA/report.html", headers={"if-none-match": html["ETag"]}).status_code == 304
    assert len(made) == 1
    assert client.get("/pairs/XBR/XKA/report.docx").status_code == 400


def test_who_cannot_wait_for_a_report_is_told_when_to_come_again(register, client_of):
    document._HELD.clear()
    held = [document._PLACES.acquire(blocking=False) for _ in range(document.WAITING)]
    try:
        response = client_of("").get("/pairs/XBR/XKA/report.html")
    finally:
        for _ in held:
            document._PLACES.release()
    assert (response.status_code, response["Retry-After"]) == (503, "15")


def test_reports_are_kept_as_files_of_the_office_and_not_without_end(register, settings, tmp_path, monkeypatch):
    from dataclasses import replace

    settings.OFFICE = replace(settings.OFFICE, home=tmp_path)
    monkeypatch.setattr(document, "KEPT", 2)
    for tag in ("a", "b", "c"):
        document._keep(tag, "html", tag.encode())
    assert len(list((tmp_path / "cache" / "reports").iterdir())) == 2
    assert document._kept("c", "html") == b"c"


def test_there_is_no_report_without_statistics(blind, client_of):
    response = client_of("").get("/pairs/XBR/XKA/report.html")
    assert response.status_code == 422
    assert "no statistics yet" in text_of(response)


# ---- regions --------------------------------------------------------------------------------------------------------
def test_the_three_gaps_that_are_planted_are_named(register, client_of):
    planted = ("Centria – Kastovia", "Eltria – Kastovia", "Galdia – Kastovia")
    response = client_of("").get("/regions")
    said = text_of(response).split("Region by region")[0]
    assert [pair for pair in planted if pair in said] == list(planted)
    found = coverage(current().register(), statistics().figures, on=today())
    assert said.count(" – Kastovia") == sum(row["gap"] for row in found.rows())
    assert response.content.decode().count('class="gap"') == 2 * 3
    for row in (row for row in found.rows() if row["gap"]):
        assert Words("en").number(row["potential"] / 1e6, 1) in said


@pytest.mark.parametrize(("show", "column"), [("agreements", "agreements"), ("projects", "projects")])
def test_cells_of_the_matrix_are_those_of_the_library(register, client_of, show, column):
    body = client_of("").get(f"/regions?show={show}").content.decode()
    cells = dict(re.findall(r'href="/pairs/([^"/]+/[^"/]+)" aria-label="[^"]*: (\d+)[^"]*"', body))
    found = coverage(current().register(), statistics().figures, on=today())
    for row in found.rows():
        for ends in ((row["one"], row["other"]), (row["other"], row["one"])):
            assert int(cells["/".join(ends)]) == row[column]


def test_the_matrix_shows_actual_over_predicted_trade_and_says_what_that_is(register, client_of):
    response = client_of("").get("/regions?show=gravity")
    body = response.content.decode()
    cells = dict(re.findall(r'href="/pairs/([^"/]+/[^"/]+)" aria-label="[^"]*: ([0-9.]+)[^"]*"', body))
    rows = [row for row in coverage(current().register(), statistics().figures, on=today()).rows() if row["gravity"]]
    assert len(rows) > 100
    for row in rows:
        for ends, name in (((row["one"], row["other"]), "gravity"), ((row["other"], row["one"]), "gravity_back")):
            assert cells["/".join(ends)] == Words("en").number(row[name], 2)
    assert "compares a pair with the average of the table, not with what is possible" in text_of(response)


def test_blocs_are_counted_as_one_region_where_asked(register, client_of):
    body = client_of("").get("/regions?bloc=Amber Union").content.decode()
    assert 'href="/pairs/AMBER/XKA"' in body
    assert 'href="/pairs/XBR/XKA"' not in body
    assert client_of("").get("/regions?bloc=AMBRE").status_code == 404
    assert client_of("").get("/regions?show=nothing").status_code == 404


def test_the_map_says_that_the_world_is_invented_and_joins_those_with_agreements(register, client_of):
    body = client_of("").get("/regions").content.decode()
    rows = coverage(current().register(), statistics().figures, on=today()).rows()
    assert body.count('stroke-opacity="0.55"') == sum(bool(row["agreements"]) for row in rows)
    assert "The world does not exist" in body


def test_an_empty_office_says_what_to_do_first(people, client_of):
    for address, said in (
        ("/regions", "it needs two parties or more"),
        ("/scorecard", "The register is empty"),
        ("/forum", "No edition of the forum"),
    ):
        assert said in text_of(client_of("").get(address))


# ---- scorecard and forum --------------------------------------------------------------------------------------------
def test_the_scorecard_is_that_of_the_library_and_leads_to_what_is_open(register, client_of):
    response = client_of("").get("/scorecard")
    said = text_of(response)
    rows = reporting(current().register(), today()).rows()
    order = [said.index(f"{row['name']} ") for row in rows[:6]]
    assert order == sorted(order)  # those without word first
    for row in rows:
        unsaid = row["due"] - row["with_word"]
        numbers = [row[name] for name in ("milestones", "decisions", "barriers", "due", "with_word")]
        link = " what is open" if unsaid else ""
        assert f"{row['name']}{link} {' '.join(map(str, [*numbers, unsaid]))} " in said
    assert 'href="/register/decisions/dec-recycling"' in response.content.decode()
    stated = next(row for row in counts(current().register(), today()).rows() if row["speaker"])
    assert f"{stated['own']:.0f} {stated['stated']:.0f} {stated['difference']:.0f} {stated['speaker']}" in said


def test_what_two_parties_owe_is_shown_once_and_counted_once_in_the_line_of_all(register, client_of):
    response = client_of("").get("/scorecard")
    text = response.content.decode()
    part = text.split('<h2 id="open">')[1].split("</section>")[0]
    listed = re.findall(r'<li><a href="/register/([^"]+)"', part)
    due = [one for one in late(current().register(), today()) if owing(one.record, current().register())]
    assert sorted(key.split("/")[1] for key in listed) == sorted(one.record.id for one in due)
    shared = [one for one in due if len(set(owing(one.record, current().register()))) > 1]
    assert shared  # else nothing would be tested
    assert "Brinmark, Kastovia" in part
    told = reporting(current().register(), today())
    whole = [told.meta["all"][name] for name in ("milestones", "decisions", "barriers", "due", "with_word")]
    assert whole[0] < sum(row["milestones"] for row in told.rows())
    assert f"All, each record once {' '.join(map(str, whole))} " in text_of(response)
    for anchor in re.findall(r'href="#(open-[^"]+)"', text):
        assert text.count(f'id="{anchor}"') == 1, anchor


def test_what_looks_odd_is_for_staff_only(register, client_of):
    assert "Late or odd" not in text_of(client_of("").get("/scorecard"))
    assert "Late or odd" in text_of(client_of("chair").get("/scorecard"))


def test_the_funnel_is_that_of_the_library(register, client_of):
    from hansa.office.permission import VISITOR
    from hansa.office.verdicts import all_progress

    held = current()
    progress = all_progress(statistics(), held, VISITOR)
    said = text_of(client_of("").get("/forum"))
    for row in funnel(held.register(), on=today(), progress=progress).rows():
        title = held.register()[row["edition"]].title
        numbers = [
            row[name] for name in ("ideas", "accepted", "projects", "decisions", "done", "targets", "met", "late")
        ]
        assert f"{title} {' '.join(map(str, numbers))}" in said


def test_an_edition_says_what_became_of_the_decisions_before_it(register, client_of):
    said = text_of(client_of("").get("/forum/forum-2022"))
    before, own = said.split("Decisions of this edition")
    assert "Report on the second lane for lorries Road Fund of Kastovia 2021-12-31 due, and no word since" in before
    assert "Issue certificates of origin without paper Customs Service of Brinmark 2022-12-31 done" in before
    assert "Import share of a partner too early to say" in before
    assert "Connect the chemical park to the grid" in own
    assert "A chemical park in the Salt Plain" in own
    assert client_of("").get("/forum/forum-2099").status_code == 404
    assert {one.id for one in current().register().of(Edition)} == {"forum-2021", "forum-2022", "forum-2023"}


def test_statements_about_a_pair_stand_on_its_page_drafts_for_those_whom_they_concern(register, client_of):
    from hansa.office.models import Account, Speech

    author = Account.objects.get(name="editor")
    speech = {"language": "en", "text": "We counted.", "parties": ["brinmark", "kastovia"], "account": author}
    Speech.objects.create(title="A speech that is out", draft=False, date="2023-06-28", speaker="A minister", **speech)
    Speech.objects.create(title="A speech in the drawer", **speech)
    Speech.objects.create(title="Of another pair", draft=False, **{**speech, "parties": ["brinmark", "centria"]})
    visitor, chair = (text_of(client_of(name).get("/pairs/XBR/XKA")) for name in ("", "chair"))
    assert "A speech that is out" in visitor
    assert "A speech in the drawer" not in visitor
    assert "Of another pair" not in visitor
    assert "A speech in the drawer" in chair


def test_ours_knows_its_records_by_kind(register):
    held = current().register()
    ours = Ours(held, today(), (held["prj-tyres"], held["agr-culture"]), ())
    assert [one.id for one in ours.of(Project)] == ["prj-tyres"]
    assert ours.ids == {"prj-tyres", "agr-culture"}
