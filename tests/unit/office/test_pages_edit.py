"""Editing in a browser without script: forms that lose nothing, refusals beside fields, two at once, and roles."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.test import Client

from hansa.commitments import at_stake
from hansa.commitments.records import Barrier, Event, Milestone, Party
from hansa.office.labels import PLURAL
from hansa.office.ledger import Edit, commit
from hansa.office.models import Account, Change, Revision
from hansa.office.permission import OFFICE
from hansa.office.snapshot import current
from hansa.office.statistics import statistics, today
from hansa.wording.visible import visible
from tests.unit.office.sent import form_of, words_of

BARRIER = {"title": "Queue at the bridge", "origin": "Brinmark", "destination": "XKA", "products": ["04A", ""]}
TARGET = {
    "of": "prg-food",
    "indicator": "exports",
    "value": "9e9",
    "period": "2030",
    "baseline_period": "2020",
    "unit": "USD",
    "arguments": "origin = Brinmark\r\ndestination = Kastovia",
}


def told(response) -> str:
    return words_of(response.content.decode())


# ---- forms ----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("kind", PLURAL)
def test_every_kind_has_a_form_in_both_languages(register, client_of, kind):
    for language in ("en", "ru"):
        response = client_of("editor").get(f"/register/{PLURAL[kind]}/new?language={language}")
        assert response.status_code == 200
        page = response.content.decode()
        assert f'lang="{language}"' in page
        assert "<script" not in page
        assert "style=" not in page


def test_a_new_record_begins_with_its_first_state(register, client_of):
    chair = client_of("chair")
    sent = form_of(chair.get("/register/decisions/new?session=ses-2023-plenary").content.decode(), "title")
    assert sent["history-1-date"] == [current().held["ses-2023-plenary"].record.date]
    assert sent["history-1-state"] == ["taken"]
    for kinds, state in (("barriers", "reported"), ("ideas", "proposed"), ("programmes", "proposed")):
        sent = form_of(chair.get(f"/register/{kinds}/new").content.decode(), "title")
        assert (sent["history-1-date"], sent["history-1-state"]) == ([today()], [state])
    assert not any(form_of(chair.get("/register/milestones/new").content.decode(), "title")["history-1-state"])


def test_every_record_comes_back_as_it_was_when_nothing_is_touched(register, client_of):
    client, number = client_of("editor"), current().number
    for key, held in current().held.items():
        address = f"/register/{PLURAL[held.kind]}/{key}/edit"
        page = client.get(address).content.decode()
        response = client.post(address, form_of(page, "tag"))
        assert response.status_code == 302, (key, told(response))
        assert response["Location"].endswith("?notice=unchanged"), key
    assert current().number == number


def test_hostile_texts_stay_texts_and_come_back(register, client_of):
    title, note = "</title><script>alert(1)</script>", "</textarea><img src=x onerror=alert(1)>\n\n  \u202e {{ 7*7 }}"
    record = Milestone("m-odd", "prg-food", title, "2030", (Event("2020", "scheduled", note=note, by="brin-economy"),))
    commit(OFFICE, [Edit("create", "m-odd", record, draft=False)])
    client = client_of("editor")
    page = client.get("/register/milestones/m-odd/edit").content.decode()
    assert "<script" not in page
    assert "<img" not in page
    sent = form_of(page, "tag")
    assert visible(note).replace("\n", "\r\n") in sent["history-1-note"]
    assert client.post("/register/milestones/m-odd/edit", sent)["Location"].endswith("unchanged")
    client.post("/register/milestones/m-odd/edit", {**sent, "due": "2031"})
    assert current().held["m-odd"].record == replace(record, due="2031")


def test_a_new_record_is_a_draft_with_an_id_from_its_title(register, client_of):
    response = client_of("editor").post("/register/barriers/new", {**BARRIER, "what": "heard it"})
    assert response["Location"] == "/register/barriers/bar-queue-at-the-bridge?notice=saved"
    held = current().held["bar-queue-at-the-bridge"]
    assert held.draft
    assert held.record == Barrier(held.record.id, BARRIER["title"], "XBR", "XKA", products=("04A",))
    assert Change.objects.get(number=held.number).what == "heard it"
    again = client_of("editor").post("/register/barriers/new", {**BARRIER, "destination": "Centria"})
    assert "/bar-queue-at-the-bridge-2?" in again["Location"]


def test_only_a_chair_publishes_what_is_new(register, client_of):
    assert (
        client_of("chair")
        .post("/register/barriers/new", {**BARRIER, "as": "published"})["Location"]
        .endswith("published")
    )
    assert not current().held["bar-queue-at-the-bridge"].draft
    response = client_of("editor").post("/register/barriers/new", {**BARRIER, "id": "bar-two", "as": "published"})
    assert response.status_code == 403
    assert "chair, administrator" in told(response)
    assert "bar-two" not in current().held
    assert form_of(response.content.decode(), "title")["title"] == [BARRIER["title"]]


def test_fields_may_be_filled_in_by_the_address(register, client_of):
    page = client_of("editor").get("/register/milestones/new?of=prg-food&due=2031&history=x&csrfmiddlewaretoken=x")
    sent = form_of(page.content.decode(), "title")
    assert (sent["of"], sent["due"]) == (["prg-food"], ["2031"])


def test_what_is_wrong_stands_beside_its_field_and_what_was_typed_is_kept(register, client_of):
    typed = {"title": "", "origin": "Brinmrk", "destination": "XKA", "products": ["04A", "Cheddr"], "owner": "nobody",
             "deadline": "31.06.2031", "history-1-date": "soon", "history-1-state": "reported"}  # fmt: skip
    response = client_of("editor").post("/register/barriers/new", typed)
    assert response.status_code == 400
    page = response.content.decode()
    sent = form_of(page, "title")
    assert [sent[name] for name in ("origin", "owner", "deadline", "history-1-date")] == [
        ["Brinmrk"], ["nobody"], ["31.06.2031"], ["soon"]]  # fmt: skip
    assert sent["products"][:2] == ["04A", "Cheddr"]
    for name in ("title", "origin", "products", "owner", "deadline", "history-1-date"):
        assert f'href="#f-{name}"' in page, name
        assert f'id="f-{name}"' in page, name
        assert f'id="e-{name}"' in page, name
        assert f'aria-describedby="e-{name}"' in page or f'e-{name}"' in page
    assert page.count('aria-invalid="true"') == 7
    assert "Nearest: Brinmark (XBR)" in told(response)
    assert current().number == 2  # the register and the draft of the demo


def test_what_the_register_refuses_stands_beside_its_field(register, client_of):
    response = client_of("editor").post("/register/barriers/new", {**BARRIER, "destination": "Brinmark"})
    assert response.status_code == 400
    assert 'href="#f-destination"' in response.content.decode()
    assert "origin and destination are both" in told(response)


def test_an_id_that_is_taken_is_told(register, client_of):
    response = client_of("editor").post("/register/barriers/new", {**BARRIER, "id": "bar-queue"})
    assert response.status_code == 409
    assert 'href="#f-id"' in response.content.decode()


def test_an_edit_is_written_with_its_reason(register, client_of):
    client, address = client_of("editor"), "/register/milestones/mil-food-lab/edit"
    sent = form_of(client.get(address).content.decode(), "tag")
    response = client.post(address, {**sent, "title": "Another title", "what": "renamed"})
    assert response["Location"] == "/register/milestones/mil-food-lab?notice=saved"
    held = current().held["mil-food-lab"]
    assert held.record.title == "Another title"
    assert Change.objects.get(number=held.number).what == "renamed"


def test_what_is_not_there_or_of_another_kind_is_not_found(register, client_of):
    client = client_of("editor")
    for address in ("/register/barriers/nothing/edit", "/register/barriers/prg-food/edit", "/register/nothings/new"):
        assert client.get(address).status_code == 404, address


# ---- what the statistics say of it ----------------------------------------------------------------------------------
def test_the_trade_at_stake_is_shown_and_nothing_is_saved(register, client_of):
    number = current().number
    typed = {"title": "", "origin": "Kastovia", "destination": "Brinmark", "products": ["84A", "84B"], "preview": "yes"}
    response = client_of("editor").post("/register/barriers/new", typed)
    assert response.status_code == 200
    text = told(response)
    assert "Nothing is saved yet" in text
    assert "How do we know?" in text
    assert "2022" in text
    assert "USD" in text
    assert form_of(response.content.decode(), "title")["products"][:2] == ["84A", "84B"]
    assert current().number == number


def test_the_trade_at_stake_is_that_of_the_library(register, client_of):
    barrier = Barrier("b", "b", "XKA", "XBR", products=("84A", "84B"))
    last = at_stake(barrier, statistics().figures).rows()[-1]
    typed = {"origin": "XKA", "destination": "XBR", "products": ["84A", "84B"], "preview": "yes"}
    text = told(client_of("editor").post("/register/barriers/new", typed))
    assert f"{last['affected'] / 1e6:,.1f}" in text


def test_a_preview_says_what_it_lacks(register, client_of):
    response = client_of("editor").post("/register/barriers/new", {"origin": "Brinmark", "preview": "yes"})
    assert response.status_code == 400
    assert 'href="#f-destination"' in response.content.decode()
    assert 'href="#f-title"' not in response.content.decode()


def test_the_statistic_of_a_target_is_shown_and_fills_in_unit_and_baseline(register, client_of):
    typed = {name: text for name, text in TARGET.items() if name not in ("of", "value", "unit")}
    response = client_of("editor").post("/register/targets/new", {**typed, "preview": "yes"})
    assert response.status_code == 200
    sent = form_of(response.content.decode(), "unit")
    assert sent["unit"] == ["USD, current prices"]
    assert float(sent["baseline"][0]) > 0
    assert sent["arguments"] == [TARGET["arguments"]]
    full = client_of("editor").post("/register/targets/new", {**TARGET, "preview": "yes"})
    assert "Latest figure" in told(full)


def test_a_target_that_cannot_be_computed_is_refused_with_what_is_missing(register, client_of):
    client = client_of("editor")
    lacking = {**TARGET, "indicator": "ntm_coverage", "arguments": "region = Kastovia", "id": "tgt-x"}
    response = client.post("/register/targets/new", lacking)
    assert response.status_code == 400
    assert "The side table 'ntm' is missing" in told(response)
    assert 'href="#f-indicator"' in response.content.decode()
    absent = client.post("/register/targets/new", {**TARGET, "arguments": "origin = Belarus"})
    assert absent.status_code == 400
    assert 'href="#f-arguments"' in absent.content.decode()
    unknown = client.post("/register/targets/new", {**TARGET, "arguments": "orgin = Brinmark"})
    assert "orgin" in told(unknown)
    assert unknown.status_code == 400
    unit = client.post("/register/targets/new", {**TARGET, "unit": "EUR"})
    assert 'href="#f-unit"' in unit.content.decode()
    assert client.post("/register/targets/new", {**lacking, "anyway": "yes"}).status_code == 302
    assert current().held["tgt-x"].record.indicator == "ntm_coverage"
    sent = form_of(client.get("/register/targets/tgt-x/edit").content.decode(), "tag")
    assert client.post("/register/targets/tgt-x/edit", {**sent, "value": "0.3"}).status_code == 302  # as it stood


def test_without_statistics_a_target_is_taken_with_a_note(blind, client_of):
    here = {"origin": "Belarus", "destination": "KAZ"}
    target = {**TARGET, "arguments": "origin = Belarus\r\ndestination = KAZ"}
    response = client_of("editor").post("/register/targets/new", target)
    assert response["Location"].endswith("?notice=saved-blind")
    stake = client_of("editor").post("/register/barriers/new", {**BARRIER, **here, "products": [], "preview": "yes"})
    assert stake.status_code == 200
    assert "no statistics yet" in told(stake)


# ---- two at once ----------------------------------------------------------------------------------------------------
def test_who_saves_second_sees_both_versions_and_loses_nothing(register, client_of):
    one, two, address = client_of("editor"), client_of("chair"), "/register/projects/prj-vet-lab/edit"
    first, second = (form_of(client.get(address).content.decode(), "tag") for client in (one, two))
    end = current().held["prj-vet-lab"].record.end
    assert one.post(address, {**first, "title": "Theirs", "end": "2035", "what": "moved"}).status_code == 302
    response = two.post(address, {**second, "title": "Mine", "sector": "health"})
    assert response.status_code == 409
    text = told(response)
    assert "Edda Lind" in text
    assert "moved" in text
    assert "Title Theirs Mine by you and by others" in text
    assert "Sector food health by you" in text
    assert f"End 2035 {end} by others" in text
    again = form_of(response.content.decode(), "tag")
    assert (again["title"], again["sector"], again["end"]) == (["Mine"], ["health"], ["2035"])
    assert again["tag"] == [current().held["prj-vet-lab"].tag]
    assert two.post(address, again).status_code == 302
    record = current().held["prj-vet-lab"].record
    assert (record.title, record.sector, record.end) == ("Mine", "health", "2035")


def test_a_form_with_no_tag_or_a_made_up_one_is_a_conflict(register, client_of):
    client, address = client_of("editor"), "/register/milestones/mil-food-lab/edit"
    sent = form_of(client.get(address).content.decode(), "tag")
    for tag in ("", "1", "999-999", "1-1; drop", "9" * 40):
        response = client.post(address, {**sent, "tag": tag, "title": "Mine"})
        assert response.status_code == 409, tag
    assert current().held["mil-food-lab"].record.title != "Mine"


def test_a_record_that_was_deleted_meanwhile_is_not_found(register, client_of):
    commit(OFFICE, [Edit("create", "solo", Party("solo", "Solo", region="XIR"), draft=False)])
    client = client_of("editor")
    sent = form_of(client.get("/register/parties/solo/edit").content.decode(), "tag")
    commit(OFFICE, [Edit("delete", "solo")])
    assert client.post("/register/parties/solo/edit", sent).status_code == 404


# ---- word, publishing, deleting -------------------------------------------------------------------------------------
def test_a_reporter_gives_word_on_a_published_record(register, client_of):
    client, address = client_of("reporter-brinmark"), "/register/milestones/mil-food-lab/report"
    old = current().held["mil-food-lab"].record
    sent = form_of(client.get(address).content.decode(), "tag")
    number = len(old.history) + 1
    row = {f"history-{number}-date": "2023-07", f"history-{number}-state": "met", f"history-{number}-note": "seen it"}
    assert client.post(address, {**sent, **row})["Location"].endswith("?notice=reported")
    new = current().held["mil-food-lab"].record
    assert new == replace(old, history=(*old.history, Event("2023-07", "met", by="brinmark", note="seen it")))
    again = client.post(address, {**sent, **row})
    assert again.status_code == 409  # sent twice, told once
    assert form_of(again.content.decode(), "tag")[f"history-{number + 1}-note"] == ["seen it"]
    assert current().held["mil-food-lab"].record == new


def test_word_without_a_state_or_of_a_wrong_day_is_refused(register, client_of):
    client, address = client_of("editor"), "/register/milestones/mil-food-lab/report"
    sent = form_of(client.get(address).content.decode(), "tag")
    number = len(current().held["mil-food-lab"].record.history) + 1
    assert client.post(address, sent).status_code == 400
    bad = client.post(address, {**sent, f"history-{number}-date": "30.6.23", f"history-{number}-state": "met"})
    assert bad.status_code == 400
    assert f'href="#f-history-{number}-date"' in bad.content.decode()
    nothing = client.post(address, {**sent, f"history-{number}-date": "", f"history-{number}-by": ""})
    assert "Say at least the day" in told(nothing)
    assert client.get("/register/editions/forum-2021/report").status_code == 400  # no history


def test_publishing_names_the_draft_that_is_in_the_way(register, client_of):
    commit(register["editor"], [Edit("create", "p-new", Party("p-new", "Newland", region="XIR"))])
    draft = Barrier("b-new", "Queue", "XIR", "XBR", owner="p-new")
    commit(register["editor"], [Edit("create", "b-new", draft)])
    chair, address = client_of("chair"), "/register/barriers/b-new/publish"
    page = chair.get(address)
    assert "Newland" in told(page)
    assert "drafts, which are to be published first" in told(page)
    refused = chair.post(address, form_of(page.content.decode(), "tag"))
    assert refused.status_code == 400
    assert "'p-new', which it names, is a draft" in told(refused)
    assert current().held["b-new"].draft
    for key, kinds in (("p-new", "parties"), ("b-new", "barriers")):
        page = chair.get(f"/register/{kinds}/{key}/publish").content.decode()
        response = chair.post(f"/register/{kinds}/{key}/publish", form_of(page, "tag"))
        assert response["Location"].endswith("?notice=published")
    assert chair.get(address).status_code == 409  # published already


def test_withdrawing_and_deleting_ask_what_names_it(register, client_of):
    chair = client_of("chair")
    assert "Common list of approved dairies" in told(chair.get("/register/programmes/prg-food/delete"))
    page = chair.get("/register/programmes/prg-food/delete").content.decode()
    assert chair.post("/register/programmes/prg-food/delete", form_of(page, "tag")).status_code == 400
    assert chair.post("/register/programmes/prg-food/withdraw", form_of(page, "tag")).status_code == 400
    commit(OFFICE, [Edit("create", "solo", Party("solo", "Solo", region="XIR"), draft=False)])
    page = chair.get("/register/parties/solo/withdraw").content.decode()
    stale = form_of(page, "tag")
    assert chair.post("/register/parties/solo/withdraw", {**stale, "what": "too early"})["Location"].endswith(
        "withdrawn"
    )
    assert chair.post("/register/parties/solo/delete", stale).status_code == 409  # an older page
    page = chair.get("/register/parties/solo/delete").content.decode()
    assert chair.post("/register/parties/solo/delete", form_of(page, "tag"))["Location"].endswith("notice=deleted")
    assert "solo" not in current().held
    assert [row.action for row in Revision.objects.filter(record="solo").order_by("version")][-1] == "deleted"


# ---- roles ----------------------------------------------------------------------------------------------------------
# page -> names of those who may open it; bar-weighing is a draft of Brinmark and Kastovia, cen-barrier one of Centria
# and Irmavia, mil-food-lab is published and of Brinmark and Kastovia.
WIDE = {"admin", "chair", "editor"}
KASTOVIA, BRINMARK = {"editor-kastovia", "reporter-kastovia"}, {"reporter-brinmark"}
MATRIX = {
    "barriers/new": WIDE | KASTOVIA | BRINMARK,
    "barriers/bar-weighing/edit": WIDE | KASTOVIA | BRINMARK,
    "barriers/bar-weighing/report": WIDE | KASTOVIA | BRINMARK,
    "barriers/bar-weighing/delete": WIDE | KASTOVIA | BRINMARK,
    "barriers/bar-weighing/publish": {"admin", "chair"},
    "milestones/mil-food-lab/edit": WIDE | {"editor-kastovia"},
    "milestones/mil-food-lab/report": WIDE | KASTOVIA | BRINMARK,
    "milestones/mil-food-lab/withdraw": {"admin", "chair"},
    "milestones/mil-food-lab/delete": {"admin", "chair"},
    "barriers/cen-barrier/edit": WIDE,
    "barriers/cen-barrier/publish": {"admin", "chair"},
}


@pytest.mark.parametrize("address", MATRIX)
def test_who_may_open_what(register, client_of, address):
    draft = Barrier("cen-barrier", "Elsewhere", "XCE", "XIR")
    commit(OFFICE, [Edit("create", "cen-barrier", draft)])
    found = {name: client_of(name).get(f"/register/{address}") for name in register}
    assert {name for name, response in found.items() if response.status_code == 200} == MATRIX[address]
    hidden = "cen-barrier" in address or "bar-weighing" in address
    for name in set(register) - MATRIX[address]:
        status = found[name].status_code
        seen = not hidden or current().sees(register[name], current().held[address.split("/")[1]])
        assert status == ((401 if not name else 403) if seen or address.endswith("new") else 404), name
        if status == 403:
            assert "roles" in told(found[name])


@pytest.mark.parametrize("name", ["", "visitor", "reporter-kastovia"])
def test_who_may_not_changes_nothing_by_sending_the_form_itself(register, client_of, name):
    number, tag = current().number, current().held["mil-food-lab"].tag
    client = client_of(name)
    for page in ("edit", "withdraw", "delete"):
        sent = {"tag": tag, "title": "Mine", "due": "2030", "of": "prg-food"}
        assert client.post(f"/register/milestones/mil-food-lab/{page}", sent).status_code in (401, 403)
    assert client.post(
        "/register/barriers/new", {**BARRIER, "origin": "Centria", "destination": "Irmavia"}
    ).status_code in (401, 403)
    assert current().number == number


def test_a_reporter_writes_drafts_of_their_own_party_only(register, client_of):
    client = client_of("reporter-kastovia")
    assert client.post("/register/barriers/new", BARRIER).status_code == 302
    sent = form_of(client.get("/register/barriers/bar-queue-at-the-bridge/edit").content.decode(), "tag")
    address = "/register/barriers/bar-queue-at-the-bridge/edit"
    away = client.post(address, {**sent, "destination": "Centria", "owner": "kast-trade"})
    assert away.status_code == 302  # still theirs, by its owner
    sent = form_of(client.get(address).content.decode(), "tag")
    gone = client.post(address, {**sent, "owner": ""})
    assert gone.status_code == 403  # it would concern them no more
    assert "reporter, editor, chair, administrator" in told(gone)


def test_every_form_asks_for_its_key(register):
    client = Client(enforce_csrf_checks=True)
    client.force_login(Account.objects.get(name="chair"), backend="hansa.office.viewer.ByPassword")
    number = current().number
    for address in ("barriers/new", "milestones/mil-food-lab/edit", "milestones/mil-food-lab/report",
                    "barriers/bar-weighing/publish", "milestones/mil-food-lab/withdraw",
                    "barriers/bar-weighing/delete"):  # fmt: skip
        assert client.post(f"/register/{address}", BARRIER).status_code == 403, address
        page = client.get(f"/register/{address}").content.decode()
        assert "csrfmiddlewaretoken" in page
    sent = form_of(client.get("/register/barriers/bar-weighing/publish").content.decode(), "tag")
    assert client.post("/register/barriers/bar-weighing/publish", sent).status_code == 302
    assert current().number == number + 1
    assert client.put("/register/barriers/new", BARRIER).status_code in (403, 405)


def test_a_reporter_is_told_what_they_may_do_instead(register, client_of):
    response = client_of("reporter-brinmark").get("/register/milestones/mil-food-lab/edit")
    assert response.status_code == 403
    assert "You may give word on it instead" in told(response)
    russian = client_of("reporter-brinmark").get("/register/milestones/mil-food-lab/edit?language=ru")
    assert "редактор" in told(russian)
