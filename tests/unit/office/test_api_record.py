"""Records by the interface: read whole, changed under the version that was read, by who may, with their history."""

from __future__ import annotations

import json
from dataclasses import replace
from urllib.parse import quote

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hansa.commitments.fields import fields_of
from hansa.commitments.records import KINDS, Event, Milestone
from hansa.office.api import record as api_record
from hansa.office.api.record import told
from hansa.office.api.tokens import new_token
from hansa.office.labels import PLURAL
from hansa.office.ledger import Edit, commit
from hansa.office.models import Account, Revision
from hansa.office.snapshot import current

V1 = "/api/v1"
NEWLAND = {"id": "newland", "name": "Newland", "region": "XIR"}


def send(client: Client, method: str, url: str, content: object = None, tag: str | None = None, **headers: str):
    """An answer to a request in JSON."""
    sent = {"HTTP_IF_MATCH": tag} if tag is not None else {}
    if content is None:
        return client.generic(method, url, **sent, **headers)
    return client.generic(method, url, json.dumps(content), "application/json", **sent, **headers)


@pytest.fixture
def editor(register, client_of) -> Client:
    return client_of("editor")


@pytest.fixture
def chair(register, client_of) -> Client:
    return client_of("chair")


# --- reading ----------------------------------------------------------------------------------------------------------


def test_a_record_is_answered_with_every_field_and_its_version(register, client):
    found = client.get(f"{V1}/barriers/bar-queue")
    said = found.json()
    assert list(said) == [*(field.name for field in fields_of("barrier")), "meta"]
    assert said["equivalent"] == 0.08
    assert said["history"][0]["evidence"] is None
    held = current().held["bar-queue"]
    assert said["meta"]["tag"] == held.tag
    assert found["ETag"] == f'"{held.tag}"'
    assert said["meta"]["url"] == f"{V1}/barriers/bar-queue"
    assert "private" in found["Cache-Control"]
    assert {"Authorization", "Cookie"} <= {part.strip() for part in found["Vary"].split(",")}


def test_who_has_the_version_is_told_so(register, client):
    tag = client.get(f"{V1}/barriers/bar-queue")["ETag"]
    for said in (tag, f"W/{tag}", f'"other", {tag}', "*"):
        again = client.get(f"{V1}/barriers/bar-queue", HTTP_IF_NONE_MATCH=said)
        assert (again.status_code, again.content, again["ETag"]) == (304, b"", tag)
    assert client.get(f"{V1}/barriers/bar-queue", HTTP_IF_NONE_MATCH='"other"').status_code == 200


@pytest.mark.parametrize("end", ["barriers", "register", "search?q=queue", "counts", "", "openapi.json", "indicators"])
def test_whole_answers_have_a_tag_too(register, client, end):
    first = client.get(f"{V1}/{end}")
    assert first.status_code == 200
    assert client.get(f"{V1}/{end}", HTTP_IF_NONE_MATCH=first["ETag"]).status_code == 304


def test_the_tag_of_a_list_changes_with_what_is_in_it(editor):
    before = editor.get(f"{V1}/parties")["ETag"]
    assert send(editor, "POST", f"{V1}/parties", NEWLAND).status_code == 201
    assert editor.get(f"{V1}/parties", HTTP_IF_NONE_MATCH=before).status_code == 200


def test_head_and_options_answer_without_content(register, client):
    whole, head = client.get(f"{V1}/barriers"), client.head(f"{V1}/barriers")
    assert (head.status_code, head.content, head["ETag"]) == (200, b"", whole["ETag"])
    options = client.options(f"{V1}/barriers/bar-queue")
    assert (options.status_code, options.content) == (204, b"")
    assert {"GET", "PUT", "DELETE", "HEAD"} <= set(options["Allow"].split(", "))


@pytest.mark.parametrize("kind", KINDS)
def test_pages_of_a_list_hold_each_record_once_in_one_order(register, client, kind):
    whole = client.get(f"{V1}/{PLURAL[kind]}?limit=200").json()
    seen, url = [], f"{V1}/{PLURAL[kind]}?limit=3"
    while url:
        page = client.get(url).json()
        assert page["count"] == whole["count"]
        assert len(page["results"]) <= 3
        seen += [one["id"] for one in page["results"]]
        url = page["next"]
    assert seen == sorted(seen) == [one["id"] for one in whole["results"]]
    assert len(set(seen)) == whole["count"]


def test_the_page_before_leads_back(register, client):
    second = client.get(
        client.get(f"{V1}/projects?limit=4&state=completed").json()["next"] or f"{V1}/projects?offset=4"
    )
    assert second.json()["previous"]


def test_a_list_is_narrowed(register, client):
    def ids(query: str) -> set[str]:
        return {one["id"] for one in client.get(f"{V1}/barriers?{query}").json()["results"]}

    everything = ids("")
    assert ids("q=QUEUE") == {"bar-queue"}
    assert "bar-timber" not in ids("party=brinmark") < everything
    assert ids("state=removed") < everything
    assert ids("draft=false") == everything
    assert ids("q=QUEUE&state=rejected") == set()


def test_drafts_alone_are_listed_for_who_works_on_them(register, client_of):
    def ids(name: str) -> object:
        found = client_of(name).get(f"{V1}/barriers?draft=true")
        return [one["id"] for one in found.json()["results"]] if found.status_code == 200 else found.status_code

    assert {name: ids(name) for name in ("", "visitor", "reporter-kastovia", "editor")} == {
        "": 401,
        "visitor": 403,
        "reporter-kastovia": ["bar-weighing"],
        "editor": ["bar-weighing"],
    }


# --- writing ----------------------------------------------------------------------------------------------------------


def test_a_record_is_made_read_changed_published_and_deleted(editor, chair):
    made = send(editor, "POST", f"{V1}/parties?why=a+newcomer", NEWLAND)
    assert made.status_code == 201
    assert made["Location"] == f"{V1}/parties/newland"
    assert made.json()["meta"]["draft"] is True
    read = editor.get(made["Location"])
    assert (read.json(), read["ETag"]) == (made.json(), made["ETag"])
    changed = send(editor, "PUT", made["Location"], {**read.json(), "name": "New Land"}, read["ETag"])
    assert (changed.status_code, changed.json()["name"], changed.json()["meta"]["version"]) == (200, "New Land", 2)
    assert send(editor, "POST", f"{made['Location']}/publish", tag=changed["ETag"]).status_code == 403
    shown = send(chair, "POST", f"{made['Location']}/publish", tag=changed["ETag"])
    assert (shown.status_code, shown.json()["meta"]["draft"]) == (200, False)
    assert Client().get(made["Location"]).status_code == 200
    again = send(chair, "POST", f"{made['Location']}/withdraw", tag=shown["ETag"])
    assert Client().get(made["Location"]).status_code == 404
    gone = send(chair, "DELETE", made["Location"], tag=again["ETag"])
    assert (gone.status_code, gone.content) == (204, b"")
    assert chair.get(made["Location"]).status_code == 404
    told_of = chair.get(f"{made['Location']}/history").json()["results"]
    assert [one["action"] for one in told_of] == ["deleted", "withdrawn", "published", "edited", "created"]
    assert told_of[-1]["what"] == "a newcomer"
    assert told_of[-1]["by"] == "Edda Lind (secretariat)"
    assert chair.get(f"{made['Location']}/history/2").json()["content"]["name"] == "New Land"


def test_who_publishes_at_once_must_be_allowed_to(editor, chair):
    assert send(editor, "POST", f"{V1}/parties?draft=false", NEWLAND).status_code == 403
    made = send(chair, "POST", f"{V1}/parties?draft=false", NEWLAND)
    assert (made.status_code, made.json()["meta"]["draft"]) == (201, False)


def test_nothing_is_changed_by_who_does_not_say_what_they_read(editor):
    url = f"{V1}/milestones/mil-food-lab"
    read = editor.get(url)
    for tag in (None, "", "*"):
        assert send(editor, "PUT", url, {**read.json(), "title": "X"}, tag).status_code == 428
    for tag in ('"1-9"', f"W/{read['ETag']}", "1-1", "garbage", '"'):
        assert send(editor, "PUT", url, {**read.json(), "title": "X"}, tag).status_code == 412
    assert editor.get(url).json() == read.json()
    assert send(editor, "PUT", url, {**read.json(), "title": "X"}, f'"0-0", {read["ETag"]}').status_code == 200


def test_of_two_who_read_one_version_the_second_is_refused(editor, chair):
    url = f"{V1}/milestones/mil-food-lab"
    tag = editor.get(url)["ETag"]
    assert send(editor, "PUT", url, {**editor.get(url).json(), "title": "One"}, tag).status_code == 200
    late = send(chair, "PUT", url, {**chair.get(url).json(), "title": "Two"}, tag)
    assert (late.status_code, late["Content-Type"]) == (412, "application/problem+json")
    assert editor.get(url).json()["title"] == "One"


def test_who_writes_between_reading_and_writing_is_told_of_as_412(editor, chair, register, monkeypatch):
    """The other writes after the version was compared and before the ledger locks."""
    url, whole = f"{V1}/milestones/mil-food-lab", api_record.read_record
    read = editor.get(url)

    def meanwhile(kind: str, sent: object) -> object:
        held = current().held["mil-food-lab"]
        commit(register["chair"], [Edit("edit", "mil-food-lab", replace(held.record, title="Between"), held.tag)])
        return whole(kind, sent)

    monkeypatch.setattr(api_record, "read_record", meanwhile)
    assert send(editor, "PUT", url, {**read.json(), "title": "X"}, read["ETag"]).status_code == 412
    assert editor.get(url).json()["title"] == "Between"


def test_an_id_is_taken_once_and_stays(editor):
    assert send(editor, "POST", f"{V1}/parties", {**NEWLAND, "id": "brinmark"}).status_code == 409
    made = send(editor, "POST", f"{V1}/parties", NEWLAND)
    assert send(editor, "PUT", made["Location"], {**NEWLAND, "id": "other"}, made["ETag"]).status_code == 400


def test_what_is_named_is_not_deleted(chair):
    url = f"{V1}/programmes/prg-food"
    refused = send(chair, "DELETE", url, tag=chair.get(url)["ETag"])
    assert refused.status_code == 400
    assert "is named by" in refused.json()["detail"]


def test_wrong_fields_are_all_named(editor):
    wrong = {
        "id": "b",
        "title": " ",
        "origin": "XBR",
        "destination": "XKA",
        "kind": "trad",
        "deadline": "soon",
        "colour": 1,
    }
    found = send(editor, "POST", f"{V1}/barriers", wrong).json()
    assert {one["field"] for one in found["errors"]} == {"title", "kind", "deadline", "colour"}
    unknown = send(editor, "POST", f"{V1}/milestones", {"id": "m", "of": "prg-fod", "title": "T", "due": "2030"}).json()
    assert unknown["errors"][0]["field"] == "of"
    assert "prg-food" in unknown["detail"]


def test_a_reporter_gives_word_of_their_own(register, client_of):
    url = f"{V1}/milestones/mil-food-lab"
    reporter = client_of("reporter-brinmark")
    tag = reporter.get(url)["ETag"]
    word = {"date": "2023-07-01", "state": "met", "by": "brin-standards", "note": "opened"}
    assert send(reporter, "PUT", url, {**reporter.get(url).json(), "title": "X"}, tag).status_code == 403
    given_word = send(reporter, "POST", f"{url}/events", word, tag)
    assert given_word.status_code == 200
    assert given_word.json()["history"][-1] == {**word, "evidence": None, "party": None}
    other = f"{V1}/barriers/bar-timber"
    assert send(reporter, "POST", f"{other}/events", word, reporter.get(other)["ETag"]).status_code == 403


@pytest.mark.parametrize(("word", "field"), [
    ({"date": "2023-07-01"}, "state"),
    ({"date": "01.07.2023", "state": "met"}, "date"),
    ({"date": "2023-07-01", "state": "removed"}, "state"),
    ({"date": "2023-07-01", "state": "met", "colour": "red"}, "colour"),
    ({"date": "2023-07-01", "state": "met", "note": 5}, "note"),
    ({"date": "2023-07-01", "state": "met", "by": "nobody"}, "history"),
    ([], ""),
])  # fmt: skip
def test_a_word_that_is_none_is_refused_by_field(editor, word, field):
    url = f"{V1}/milestones/mil-food-lab"
    refused = send(editor, "POST", f"{url}/events", word, editor.get(url)["ETag"])
    assert refused.status_code == 400
    assert refused.json()["errors"][0]["field"].startswith(field)


def test_a_word_stands_where_its_date_belongs():
    history = (Event("2020", "scheduled"), Event("2021-06-30", "partly met"))
    record = Milestone("m", "p", "M", "2022", history)
    assert [event.date for event in told(record, Event("2021-01", "scheduled")).history] == [
        "2020",
        "2021-01",
        "2021-06-30",
    ]
    assert told(record, Event("2021-06-30", "met")).history[-1].state == "met"
    assert told(record, Event("2019", "scheduled")).history[0].date == "2019"


@pytest.mark.parametrize("kind", ["party", "target", "edition", "session", "link", "asserted_count"])
def test_what_has_no_history_takes_no_word(kind, editor):
    key = next(held.record.id for held in current().of(kind))
    assert (
        send(editor, "POST", f"{V1}/{PLURAL[kind]}/{key}/events", {"date": "2020", "state": "met"}).status_code == 405
    )


# --- ids in addresses -------------------------------------------------------------------------------------------------

SIGNS = st.text(
    st.characters(exclude_categories=("Cs", "Cc", "Zs", "Zl", "Zp", "Cn", "Co", "Cf")), min_size=1, max_size=12
)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(key=st.lists(SIGNS.filter(lambda part: part not in (".", "..")), min_size=1, max_size=3).map("/".join))
def test_an_id_of_any_signs_is_reached(register, client_of, key):
    client = client_of("editor")
    made = send(client, "POST", f"{V1}/parties", {**NEWLAND, "id": key})
    if made.status_code == 409:  # drawn before
        return
    if made.status_code == 400:  # it ends like one of the addresses of a record
        assert made.json()["errors"][0]["field"] == "id"
        return
    for url in (made["Location"], f"{V1}/parties/{quote(key, safe='')}"):
        assert client.get(url).json()["id"] == key, url
    assert client.get(f"{made['Location']}/history").json()["results"][0]["record"] == key


@pytest.mark.parametrize("end", ["events", "history/3", "history", "publish", "x/history/7", "stake", "progress"])
def test_an_id_does_not_read_like_another_address(editor, end):
    assert send(editor, "POST", f"{V1}/parties", {**NEWLAND, "id": f"new/{end}"}).status_code == 400


# --- who one is -------------------------------------------------------------------------------------------------------


def test_a_key_speaks_for_its_account(register):
    account = Account.objects.get(name="editor")
    _, text = new_token(account, "script")
    keyed = {"HTTP_AUTHORIZATION": f"Bearer {text}"}
    client = Client(enforce_csrf_checks=True)
    assert client.get(f"{V1}/barriers/bar-weighing", **keyed).status_code == 200
    assert send(client, "POST", f"{V1}/parties", NEWLAND, **keyed).status_code == 201
    assert Revision.objects.get(record="newland").change.account == account
    for wrong in ("Bearer hansa_no", "Bearer ", f"Bearer {text}x"):
        refused = client.get(f"{V1}/barriers", HTTP_AUTHORIZATION=wrong)
        assert (refused.status_code, refused["WWW-Authenticate"]) == (401, "Bearer")


def test_a_session_writes_with_the_key_of_a_form_only(register):
    client = Client(enforce_csrf_checks=True)
    client.force_login(Account.objects.get(name="editor"), backend="hansa.office.viewer.ByPassword")
    assert client.get(f"{V1}/barriers/bar-weighing").status_code == 200
    refused = send(client, "POST", f"{V1}/parties", NEWLAND)
    assert (refused.status_code, refused["Content-Type"]) == (403, "application/problem+json")
    secret = "a" * 32
    client.cookies["office_csrf"] = secret
    assert send(client, "POST", f"{V1}/parties", NEWLAND, HTTP_X_CSRFTOKEN=secret).status_code == 201


def test_an_account_with_a_password_of_others_only_reads(register):
    account = Account.objects.get(name="chair")
    account.must_change_password = True
    account.save()
    keyed = {"HTTP_AUTHORIZATION": f"Bearer {new_token(account, 'x')[1]}"}
    client = Client()
    assert client.get(f"{V1}/changes", **keyed).status_code == 200
    refused = send(client, "POST", f"{V1}/parties", NEWLAND, **keyed)
    assert refused.status_code == 403
    assert "password" in refused.json()["detail"]
    client.force_login(account, backend="hansa.office.viewer.ByPassword")
    assert send(client, "POST", f"{V1}/parties", NEWLAND).status_code == 403


def test_me_is_who_asks(register, client_of):
    assert client_of("").get(f"{V1}/me").status_code == 401
    assert client_of("reporter-kastovia").get(f"{V1}/me").json() == {
        "name": "reporter-kastovia",
        "full_name": "Rolf Kasper (reports for Kastovia)",
        "language": None,
        "roles": [{"role": "reporter", "party": "kastovia"}],
        "must_change_password": False,
    }
