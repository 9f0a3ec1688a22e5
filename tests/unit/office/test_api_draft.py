"""Nothing that the interface answers tells of a draft to who may not see it: the draft is one that would show."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client

from hansa.commitments.readers.json_file import read_json
from hansa.commitments.records import Barrier, Decision, Event, Idea, Milestone, Party, Project, Target
from hansa.office import revision
from hansa.office.api.register import document
from hansa.office.ledger import Edit, commit
from hansa.office.models import Change
from hansa.office.snapshot import current

V1 = "/api/v1"
# All of them concern Brinmark alone, or bodies of it, so that Kastovia's people see none.
SECRET = (
    Party("hidden-office", "Zanzibarine Bureau", kind="institution", parent="brinmark"),
    Project("hidden-project", "Zanzibarine line", ("brinmark", "hidden-office"), start="2020-01-01"),
    Milestone("hidden-step", "hidden-project", "Zanzibarine step", "2021-01-01"),
    Target("hidden-target", "hidden-project", "turnover", 5.0, "2022", "2020", "USD", {"region": "XBR"}),
    Barrier("hidden-barrier", "Zanzibarine stamp", "XB-01", "XB-03", owner="hidden-office", deadline="2020-01-01",
            history=(Event("2019", "reported", by="hidden-office"),)),
    Idea("hidden-idea", "Zanzibarine idea", "forum-2023", "hidden-office", history=(Event("2023", "proposed"),)),
    Decision("hidden-decision", "Zanzibarine decision", "ses-2023-plenary", owner="hidden-office", due="2023-06-20"),
)  # fmt: skip
KEYS = tuple(record.id for record in SECRET)
ADDRESSES = (
    *("parties", "projects", "milestones", "targets", "barriers", "ideas", "decisions", "agreements"),
    *("register", "search?q=zanzibarine", "coverage", "counts", "reporting", "funnel", "amounts"),
)
STAFF = ("problems", "changes", "register?on=2100-01-01")
UNSEEING = ("", "visitor", "reporter-kastovia", "editor-kastovia")
SEEING = ("reporter-brinmark", "editor", "chair", "admin")


@pytest.fixture
def asked(register, client_of) -> Callable[[str, str], Any]:
    """What somebody is answered, before and after the drafts were written."""
    clients = {name: client_of(name) for name in (*UNSEEING, *SEEING)}

    def ask(name: str, end: str) -> Any:
        return clients[name].get(f"{V1}/{end}")

    return ask


@pytest.fixture
def hidden(register, client_of) -> dict[tuple[str, str], Any]:
    """What everybody was answered before there were the drafts."""
    before = {}
    for name in UNSEEING:
        client: Client = client_of(name)
        for end in (*ADDRESSES, *STAFF):
            before[name, end] = _without_number(client.get(f"{V1}/{end}"))
    commit(register["editor"], [Edit("create", record.id, record) for record in SECRET], "zanzibarine things")
    return before


def _without_number(found: Any) -> Any:
    """An answer, without the number of the register's last change, which everybody may know."""
    said = found.json()
    if "meta" in said:
        for source in said["meta"]["provenance"]["sources"]:
            source["version"] = None if source["title"].startswith("register") else source["version"]
    return found.status_code, said


@pytest.mark.parametrize("name", UNSEEING)
def test_nobody_else_is_told_of_drafts(hidden, asked, name):
    for end in (*ADDRESSES, *STAFF):
        found = asked(name, end)
        assert "anzibarine" not in found.content.decode(), end
        assert not [key for key in KEYS if key in found.content.decode()], end
        assert _approximately(_without_number(found)) == _approximately(hidden[name, end]), end


def _approximately(said: Any) -> Any:
    """Sums of several threads differ in their last digits."""
    if isinstance(said, float):
        return pytest.approx(said)
    if isinstance(said, dict):
        return {key: _approximately(value) for key, value in said.items()}
    return [_approximately(value) for value in said] if isinstance(said, list | tuple) else said


@pytest.mark.parametrize("name", UNSEEING)
def test_a_hidden_record_is_as_absent_as_one_that_never_was(hidden, asked, name):
    ends = ("", "/history", "/history/1")
    for kind, key in (("barriers", "hidden-barrier"), ("targets", "hidden-target")):
        for end in (*ends, "/stake" if kind == "barriers" else "/progress"):
            there, not_there = asked(name, f"{kind}/{key}{end}"), asked(name, f"{kind}/hidden-nothing{end}")
            assert there.status_code == not_there.status_code in (401, 403, 404), end
            assert there.json()["detail"].replace(key, "X") == not_there.json()["detail"].replace("hidden-nothing", "X")


@pytest.mark.parametrize("name", SEEING)
def test_who_works_on_them_is_told(hidden, asked, name):
    for end in ("parties", "projects", "milestones", "targets", "barriers", "ideas", "decisions", "register"):
        assert (
            "anzibarine" in asked(name, end).content.decode() or "hidden-target" in asked(name, end).content.decode()
        ), end
    for end in ("search?q=zanzibarine", "reporting", "problems", "changes"):
        assert "hidden" in asked(name, end).content.decode(), end
    editions = {row["edition"]: row for row in asked(name, "funnel").json()["data"]}
    unseen = {row["edition"]: row for row in asked("", "funnel").json()["data"]}
    assert editions["forum-2023"]["ideas"] == unseen["forum-2023"]["ideas"] + 1
    own = {row["what"]: row["own"] for row in asked(name, "counts").json()["data"] if not row["speaker"]}
    assert own["projects"] == 21
    assert asked(name, "barriers/hidden-barrier").status_code == 200
    assert asked(name, "barriers/hidden-barrier/history").status_code == 200


@pytest.mark.parametrize("name", UNSEEING)
def test_nobody_else_touches_a_draft(hidden, client_of, name):
    client = client_of(name)
    tag = f'"{current().held["hidden-barrier"].tag}"'
    for method, end in (("PUT", ""), ("DELETE", ""), ("POST", "/events"), ("POST", "/publish"), ("POST", "/withdraw")):
        answer = client.generic(
            method, f"{V1}/barriers/hidden-barrier{end}", "{}", "application/json", HTTP_IF_MATCH=tag
        )
        may = 403 if end in ("/publish", "/withdraw") else 404  # no such role may publish anything
        assert answer.status_code == {"": 401, "visitor": 403}.get(name, may), end
    assert current().held["hidden-barrier"].version == 1


def test_versions_that_were_drafts_stay_hidden_when_the_record_is_shown(hidden, register, asked):
    keys = ("hidden-office", "hidden-project")
    commit(register["chair"], [Edit("publish", key) for key in keys])
    seen = asked("reporter-kastovia", "projects/hidden-project/history").json()["results"]
    assert [one["version"] for one in seen] == [2]
    assert asked("reporter-kastovia", "projects/hidden-project/history/1").status_code == 404
    assert [one["version"] for one in asked("editor", "projects/hidden-project/history").json()["results"]] == [2, 1]
    commit(register["chair"], [Edit("withdraw", key) for key in reversed(keys)])
    assert asked("reporter-kastovia", "projects/hidden-project/history").status_code == 404
    assert "hidden-project" not in asked("reporter-kastovia", "changes").content.decode()


def test_the_register_is_read_back_as_it_is(register, client_of, tmp_path):
    for name in ("", "editor"):
        file = tmp_path / f"register-{name}.json"
        file.write_bytes(client_of(name).get(f"{V1}/register").content)
        back = read_json(file)
        assert {record.id: record for record in back} == {
            record.id: record for record in current().register(register[name])
        }


def test_the_register_as_it_stood(register, client_of):
    editor = client_of("editor")
    assert editor.get(f"{V1}/register?on=2023-06-14").json() == document(type(current().everything)(()))
    then = editor.get(f"{V1}/register?on=2023-06-15").json()
    assert "bar-weighing" not in [one["id"] for one in then["barrier"]]
    now = editor.get(f"{V1}/register?on=9999-12-31").json()
    assert "bar-weighing" in [one["id"] for one in now["barrier"]]
    assert client_of("").get(f"{V1}/register?on=2023-06-15").status_code == 401
    assert client_of("visitor").get(f"{V1}/register?on=2023-06-15").status_code == 403


def test_changes_come_latest_first_and_in_pages(register, client_of):
    chair = client_of("chair")
    for number in range(5):
        commit(
            register["chair"],
            [Edit("create", f"p{number}", Party(f"p{number}", "P", region="XIR"))],
            f"number {number}",
        )
    whole = chair.get(f"{V1}/changes").json()
    assert [one["what"] for one in whole["results"]][:3] == ["number 4", "number 3", "number 2"]
    pages, url = [], f"{V1}/changes?limit=2"
    while url:
        page = chair.get(url).json()
        pages += [one["change"] for one in page["results"]]
        url = page["next"]
    assert pages == [one["change"] for one in whole["results"]]
    assert len(pages) == whole["count"] == 7


def test_changes_are_counted_and_cut_by_the_database(register, client_of, django_assert_max_num_queries):
    for number in range(30):
        commit(register["chair"], [Edit("create", f"p{number}", Party(f"p{number}", "P", region="XIR"))])
    chair = client_of("chair")
    chair.get(f"{V1}/me")
    with django_assert_max_num_queries(14) as asked:
        page = chair.get(f"{V1}/changes?limit=2&offset=20").json()
    assert page["count"] == 32
    assert [one["records"][0]["record"] for one in page["results"]] == ["p9", "p8"]
    contents = [query["sql"] for query in asked if "office_revision" in query["sql"] and '"content"' in query["sql"]]
    assert contents == []  # nobody asked what the records say


@pytest.mark.parametrize("name", ["chair", "editor-kastovia", "reporter-kastovia", "reporter-brinmark"])
def test_everybody_counts_the_changes_that_they_may_read(hidden, register, client_of, name):
    """The count and the pages are those of every change looked at one by one."""
    commit(register["chair"], [Edit("publish", "hidden-office")])
    commit(register["chair"], [Edit("create", "late-draft", Party("late-draft", "L", region="XIR"))])
    snapshot, viewer = current(), register[name]
    unseen = revision.hidden(snapshot, viewer)
    numbers = [change.number for change in Change.objects.order_by("-number")]
    wanted = [number for number in numbers if revision.places_in(number, snapshot, viewer, unseen)]
    told = client_of(name).get(f"{V1}/changes").json()
    assert [one["change"] for one in told["results"]] == wanted
    assert told["count"] == len(wanted)
    one_by_one = [client_of(name).get(f"{V1}/changes?limit=1&offset={k}").json()["results"] for k in range(len(wanted))]
    assert [change["change"] for (change,) in one_by_one] == wanted


def test_what_somebody_may_not_see_now_is_not_in_the_register_as_it_stood(hidden, register, client_of):
    commit(register["chair"], [Edit("publish", "hidden-office")], at=datetime(2023, 6, 20, tzinfo=UTC))
    commit(register["chair"], [Edit("withdraw", "hidden-office")])
    for name, there in (("reporter-kastovia", False), ("editor", True)):
        then = client_of(name).get(f"{V1}/register?on=2023-06-30").json()
        assert ("hidden-office" in [one["id"] for one in then["party"]]) is there
