"""Who may do what, on every address of the site: rights.csv says what is right, and the site is asked.

A row is a method, an address as urls.py writes it ({kinds}: of every kind of record), what it is asked of, and the
status for each caller. All records concern Brinmark (and Centria), not Kastovia: `reporter` and `own editor` are of
Brinmark, `other reporter` and `other editor` those of Kastovia; `editor`, `chair` and `administrator` hold everywhere.
"""

from __future__ import annotations

import csv
import json
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client
from django.test.client import ClientHandler
from django.urls import URLPattern, URLResolver, get_resolver
from rest_framework.throttling import ScopedRateThrottle

from hansa.commitments.records import (
    KINDS,
    Agreement,
    Alignment,
    AssertedCount,
    Barrier,
    Decision,
    Edition,
    Event,
    Idea,
    Link,
    Milestone,
    Party,
    Programme,
    Project,
    Record,
    Session,
    Target,
)
from hansa.office import snapshot
from hansa.office.api.record import has_history
from hansa.office.api.schema import addresses
from hansa.office.api.serializer import fields_written
from hansa.office.api.tokens import new_token
from hansa.office.form import filled
from hansa.office.labels import OF_PLURAL, PLURAL
from hansa.office.ledger import Edit, commit
from hansa.office.models import Account, Change, Role, Speech
from hansa.office.permission import OFFICE, RIGHTS
from hansa.office.snapshot import current
from hansa.trade.store import Store, open_store
from tests.unit.office.conftest import PASSWORD

V1 = "api/v1/"
WHO = {
    "visitor": "",
    "nobody": "visitor",
    "reporter": "reporter-brinmark",
    "other reporter": "reporter-kastovia",
    "editor": "editor",
    "own editor": "editor-brinmark",
    "other editor": "editor-kastovia",
    "chair": "chair",
    "administrator": "admin",
}
PARTIES = ("brinmark", "centria")
STATES = {
    **{"barrier": "reported", "idea": "proposed", "decision": "taken", "milestone": "scheduled"},
    **{"project": "preparation", "alignment": "compared", "agreement": "negotiated", "programme": "proposed"},
}
CHEAPER = 'change = [{kind = "trade_cost", origin = "XBR", destination = "XCE", factor = 0.9}]'
SAID = {
    "text": "In 2022, trade between Brinmark and Kastovia grew by 12 percent.",
    "title": "A speech",
    "date": "2023-06-15",
}


@dataclass(frozen=True)
class Row:
    """A line of rights.csv."""

    method: str
    address: str
    of: str
    expected: dict[str, int]

    def __str__(self) -> str:
        return f"{self.method} /{self.address} {self.of}".strip()


def rows() -> list[Row]:
    """Every line of rights.csv."""
    with Path(__file__).with_name("rights.csv").open(encoding="utf-8", newline="") as file:
        read = list(csv.DictReader(file))
    return [Row(one["method"], one["address"], one["of"], {who: int(one[who]) for who in WHO}) for one in read]


def record(kind: str, key: str, parent: str = "brinmark") -> Record:
    """A record of a kind that concerns Brinmark."""
    made: dict[str, Record] = {
        "party": Party(key, f"Bureau {key}", kind="institution", parent=parent),
        "agreement": Agreement(key, f"Text {key}", PARTIES),
        "programme": Programme(key, f"Programme {key}", PARTIES),
        "milestone": Milestone(key, "the-programme", f"Step {key}", "2031-01-01"),
        "target": Target(key, "the-programme", "exports", 9e9, "2031", "2020", "USD, current prices",
                         {"origin": "XBR", "destination": "XCE"}),
        "project": Project(key, f"Project {key}", PARTIES),
        "barrier": Barrier(key, f"Barrier {key}", "XBR", "XCE", owner="brin-customs"),
        "alignment": Alignment(key, f"Acts {key}", PARTIES, ("one act", "another act")),
        "edition": Edition(key, f"Forum {key}", 90 + len(key), "brinhaven", "2032-06-01", "2032-06-02"),
        "session": Session(key, "the-edition", f"Session {key}", "2031-06-01"),
        "idea": Idea(key, f"Idea {key}", "the-edition", proposer="brin-customs"),
        "decision": Decision(key, f"Decision {key}", "the-session", owner="brin-customs"),
        "link": Link(key, "the-programme", "document", f"Paper {key}"),
        "asserted_count": AssertedCount(key, "projects", 7.0, "projects", PARTIES, "A minister", "2023", "a speech"),
    }  # fmt: skip
    return made[kind]


@dataclass
class Place:
    """The register that is asked: its clients, its changes, and what was kept beside it."""

    sessions: dict[str, str]
    changes: dict[str, int]
    author: Account
    site: ClientHandler = field(default_factory=lambda: Client().handler)  # reads settings and styles once

    def client(self, who: str) -> Client:
        """A new browser in which somebody is signed in."""
        client = Client()
        client.handler = self.site
        if self.sessions[who]:
            client.cookies["office_session"] = self.sessions[who]
        return client


@pytest.fixture(scope="module")
def two_years(sample_store: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Goods and production of the sample world in two years: who may read a report does not hang on its length."""
    few = Store.create(tmp_path_factory.mktemp("rights") / "store")
    world, years = open_store(sample_store), ["2021", "2022"]
    few.write(world.flows("flows", told_by="both").where(period=years), vintage="2023-06-15")
    few.write(world.side("production").where(period=years), vintage="2023-06-15")
    for codes in sample_store.glob("*.csv"):
        shutil.copy(codes, few.archive.folder)
    return few.archive.folder


@pytest.fixture
def place(register, client_of, monkeypatch, settings, two_years) -> Place:
    """A register with a published record and a draft of each kind."""
    settings.OFFICE = replace(settings.OFFICE, store=two_years)
    for scope in ("search", "check", "indicators", "simulate"):
        monkeypatch.setitem(ScopedRateThrottle.THROTTLE_RATES, scope, "1000000/min")
    own = Account.objects.create_account("editor-brinmark", PASSWORD, must_change_password=False)
    Role.objects.create(account=own, role="editor", party="brinmark")
    named: list[Record] = [
        record("programme", "the-programme"),
        replace(record("edition", "the-edition"), number=80, start="2031-06-01", end="2031-06-03"),
        record("session", "the-session"),
    ]
    published = [*named, *(record(kind, f"own-{kind}") for kind in KINDS)]
    changes = {
        "published": commit(OFFICE, [Edit("create", one.id, one, draft=False) for one in published]).number,
        "draft": commit(
            OFFICE, [Edit("create", f"draft-{kind}", record(kind, f"draft-{kind}")) for kind in KINDS]
        ).number,
    }
    sessions = {}
    for who, name in WHO.items():
        cookie = client_of(name).cookies.get("office_session")
        sessions[who] = cookie.value if cookie else ""
    return Place(sessions, changes, Account.objects.create_account("clerk", None))


# --- what is asked ----------------------------------------------------------------------------------------------------


def ask(place: Place, row: Row, who: str, kind: str) -> Any:
    """The answer to what a row says, by somebody, about a kind of record."""
    client = place.client(who)
    if row.address.startswith(V1):
        return ask_api(client, row, kind)
    special = SPECIAL.get(row.address)
    if special is not None:
        return special(place, client, row, who)
    path = filled_in(row, place, kind)
    return client.get(path) if row.method == "GET" else client.post(path, typed(path, row, kind))


def filled_in(row: Row, place: Place, kind: str) -> str:
    """The address with its changing parts."""
    key = f"{'draft' if row.of == 'draft' else 'own'}-{'edition' if row.address.startswith('forum') else kind}"
    parts = {
        **{"<str:a>": "XBR", "<str:b>": "XKA", "<str:form>": "html" if "pairs" in row.address else "json"},
        **{"<int:number>": str(place.changes.get(row.of, 1)), "<int:version>": "1"},
        **{"<str:kinds>": PLURAL[kind], "<path:key>": key, "<str:key>": "turnover"},
    }
    path = f"/{row.address}"
    for part, value in parts.items():
        path = path.replace(part, value)
    return path


def typed(path: str, row: Row, kind: str) -> dict[str, Any]:
    """What is sent with a form of a record."""
    key = path.split("/")[3] if path.count("/") >= 3 else ""
    held = current().held.get(key)
    if path.endswith("/new"):
        return {**filled(record(kind, "made-up")), "id": "made-up", "as": row.of}
    if held is None:
        return {}
    said: dict[str, Any] = {"tag": held.tag, "what": "asked by a test"}
    if path.endswith("/edit"):
        said = {**filled(replace(held.record, title="Other title")), **said}  # type: ignore[call-arg]
    if path.endswith("/report"):
        said |= {"history-1-date": "2023-06-01", "history-1-state": STATES[kind]}
    return said


def ask_api(client: Client, row: Row, kind: str) -> Any:
    """The same of the interface for programs."""
    draft = row.of == "draft"
    key = f"{'draft' if draft else 'own'}-{kind}"
    path = f"/{row.address}".replace("{kinds}", PLURAL[kind])
    for name in ("target", "barrier"):
        path = path.replace(f"{PLURAL[name]}/<path:id>/", f"{PLURAL[name]}/{'draft' if draft else 'own'}-{name}/")
    path = path.replace("<path:id>", key).replace("<int:version>", "1").replace("<str:key>", "turnover")
    queries = {"drafts": "?draft=true", "on a day": "?on=2023-06-15"}
    sent: dict[str, Any] = {}
    held = current().held.get(key)
    if row.method == "POST" and row.address.endswith("{kinds}"):
        sent = fields_written(record(kind, "made-up"))
        queries = {"published": "?draft=false"}
    elif row.address.endswith("/events"):
        sent = {"date": "2023-06-01", "state": STATES.get(kind)}
    elif row.method == "PUT":
        sent = fields_written(record(kind, key))
    elif row.address.endswith("check"):
        sent = {"text": "Brinmark and Kastovia are neighbours."}  # without figures it is checked at once
    elif row.address.endswith("simulate"):
        sent = {"scenario": CHEAPER}
    if row.address.endswith("what-if"):
        path += f"?barrier={key}&equivalent=0.1"
    path += queries.get(row.of, "")
    headers = {"HTTP_IF_MATCH": f'"{held.tag}"'} if held and row.method != "GET" else {}
    if row.method == "GET":
        return client.get(path)
    return client.generic(row.method, path, json.dumps(sent), "application/json", **headers)


def of_intake(place: Place, client: Client, row: Row, who: str) -> Any:
    """A file that waits for its confirmation, of who asks or of another."""
    keeper = who if row.of.startswith("own") else "editor" if who == "administrator" else "administrator"
    party = {"own editor": "brinmark", "other editor": "kastovia"}.get(who, "brinmark")
    if row.of == "own, of another party":
        party = {"brinmark": "kastovia", "kastovia": "brinmark"}[party]
    sent = bring(place.client(keeper), party)
    path = sent["Location"] if sent.status_code == 302 else "/register/import/1"
    return client.get(path) if row.method == "GET" else client.post(path, {"seen": current().number})


def bring(client: Client, party: str = "brinmark") -> Any:
    """A file with one new party is sent in."""
    content = {"party": [{"id": "brought", "name": "Brought", "kind": "institution", "parent": party}]}
    file = SimpleUploadedFile("register.json", json.dumps(content).encode(), "application/json")
    return client.post("/register/import", {"file": file})


def of_speech(place: Place, client: Client, row: Row, who: str) -> Any:
    """A kept speech about Brinmark."""
    name = WHO[who]
    keeper = Account.objects.get(name=name) if row.of == "own draft" and name else place.author
    one = Speech.objects.create(title="A speech", language="en", text=SAID["text"], date="2023-06-15", account=keeper,
                                parties=["brinmark"], draft=row.of != "published")  # fmt: skip
    path = f"/{row.address}".replace("<int:key>", str(one.pk))
    sent = {**SAID, "title": "Another", "version": "1", "do": "save"} if path.endswith("/edit") else {}
    return client.get(path) if row.method == "GET" else client.post(path, sent)


def of_account(place: Place, client: Client, row: Row, who: str) -> Any:
    """Pages of one's own account."""
    path, name = f"/{row.address}", WHO[who]
    if row.method == "GET":
        return client.get(path)
    other = Account.objects.get(name="chair" if name != "chair" else "editor")
    forms: dict[str, dict[str, Any]] = {
        "account": {"full_name": "Another Name", "email": "", "language": "en"},
        "account/sign-in": {"username": "visitor", "password": PASSWORD},
        "account/password": {"old": PASSWORD, "new": "a phrase of many words", "again": "a phrase of many words"},
        "account/tokens": {"delete": new_token(other, "other")[0].pk} if row.of == "of another" else {"name": "a key"},
        "account/erase": {"password": PASSWORD},
    }
    return client.post(path, forms.get(row.address, {}))


def of_people(place: Place, client: Client, row: Row, who: str) -> Any:
    """Accounts, which administrators keep."""
    own = Account.objects.filter(name=WHO[who]).first()
    one = own if row.of == "own" and own else place.author
    path = f"/{row.address}".replace("<int:key>", str(one.pk))
    if row.method == "GET":
        return client.get(path)
    return client.post(path, {"name": "newcomer", "do": "deactivate"})


def of_files(place: Place, client: Client, row: Row, who: str) -> Any:
    """The page on which files are sent in."""
    return client.get("/register/import") if row.method == "GET" else bring(client)


def of_text(place: Place, client: Client, row: Row, who: str) -> Any:
    """The page on which texts are checked."""
    do = "keep" if row.of == "kept" else "check"
    return (
        client.get("/speech")
        if row.method == "GET"
        else client.post("/speech", {**SAID, "do": do, "party": "brinmark"})
    )


def of_scenarios(place: Place, client: Client, row: Row, who: str) -> Any:
    """The page that compares scenarios, asked of a barrier or of a text."""
    if row.method == "POST":
        return client.post("/scenarios", {"text": CHEAPER})
    key = "draft-barrier" if row.of == "draft" else "own-barrier"
    return client.get("/scenarios", {"s1": f"half:{key}", f"e-{key}": "10"})


OWN = ("account", *(f"account/{end}" for end in ("sign-in", "sign-out", "password", "tokens", "export", "erase")))
SPECIAL: dict[str, Callable[[Place, Client, Row, str], Any]] = {
    "register/import": of_files,
    "register/import/<int:key>": of_intake,
    "scenarios": of_scenarios,
    "speech": of_text,
    **{f"speeches/<int:key>{end}": of_speech for end in ("", "/page", "/edit", "/publish", "/delete")},
    **dict.fromkeys(OWN, of_account),
    **dict.fromkeys(("people", "people/new", "people/<int:key>"), of_people),
}


# --- the site against the table ---------------------------------------------------------------------------------------


def patterns(resolver: URLResolver | None = None, before: str = "") -> Iterator[str]:
    """Every address of the site, as urls.py writes it."""
    for one in (resolver or get_resolver()).url_patterns:
        if isinstance(one, URLResolver):
            yield from patterns(one, before + str(one.pattern))
        elif isinstance(one, URLPattern):
            yield before + str(one.pattern)


def of_any_kind(address: str) -> str:
    """An address of the interface that every kind has, with its kind left open; `stake` and `progress` are of one."""
    plural = address.removeprefix(V1).split("/")[0]
    alone = address.endswith(("/stake", "/progress"))
    return address if alone or plural not in OF_PLURAL else address.replace(plural, "{kinds}", 1)


def test_every_address_and_method_has_a_row():
    listed = {(row.method, row.address) for row in rows()}
    wanted = set()
    for address in patterns():
        if address.startswith(V1):
            operations = addresses()[address.removeprefix(V1)][1]
            wanted |= {(operation.method, of_any_kind(address)) for operation in operations}
        else:
            wanted |= {("GET", address), ("POST", address)}
    assert wanted == listed


def test_every_description_of_the_interface_has_a_row(register, client):
    listed = {(row.method, re.sub(r"<\w+:(\w+)>", r"{\1}", row.address)) for row in rows()}
    for path, operations in client.get("/api/v1/openapi.json").json()["paths"].items():
        for method in operations:
            assert (method.upper(), of_any_kind(path.removeprefix("/"))) in listed, (method, path)


def test_no_row_stands_twice():
    keys = [(row.method, row.address, row.of) for row in rows()]
    assert len(keys) == len(set(keys))


def part(row: Row) -> str:
    """The part of the site that a row belongs to."""
    first = re.split(r"[/.]", row.address)[0]
    return f"{first} {row.method}" if first in ("api", "register") else first


@pytest.mark.slow
@pytest.mark.parametrize("of", sorted({part(row) for row in rows()}))
def test_everybody_may_what_they_should(place, of):
    """Every cell of the table. What is written is taken back before the next one is asked.

    A file with a record that its sender may not write is refused as a whole (400), and says of which record.
    """
    differences = []
    for row in rows():
        if part(row) == of:
            differences += differing(place, row)
    assert not differences, "\n".join(differences)


def differing(place: Place, row: Row) -> list[str]:
    """What differs from a row, of every kind of record that it speaks of."""
    kinds = list(KINDS) if "{kinds}" in row.address else ["barrier"]
    if row.address.endswith("/events"):
        kinds = [kind for kind in kinds if has_history(kind)]
    found = []
    for kind in kinds:
        for who, expected in row.expected.items():
            with taken_back():
                answer = ask(place, row, who, kind)
                status = answer.status_code
                answer.close()
            if status != expected:
                found.append(f"{row}, {kind}, {who}: {status}, and right is {expected}")
    return found


@contextmanager
def taken_back() -> Iterator[None]:
    """What is written within is gone afterwards, from the tables and from memory: a snapshot itself never alters."""
    current()
    before = list(snapshot._LAST)
    with transaction.atomic():
        yield
        transaction.set_rollback(True)
    snapshot._LAST[:] = before


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "TRACE"])
def test_no_page_takes_another_method(place, method):
    taken = []
    for address in patterns():
        path = filled_in(Row(method, address, "published", {}), place, "barrier").replace("<int:key>", "1")
        if address.startswith(V1):
            operations = addresses()[address.removeprefix(V1)][1]
            if method in [operation.method for operation in operations]:
                continue
        if (status := place.client("administrator").generic(method, path).status_code) != 405:
            taken.append((path, status))
    assert not taken


def test_the_table_and_the_rights_say_the_same():
    """Columns of roles that hold everywhere, against `permission.RIGHTS`."""
    by_row = {(row.method, row.address, row.of): row.expected for row in rows()}
    one = "api/v1/{kinds}/<path:id>"
    for (method, address, of), action in {
        ("PUT", one, "published"): "edit",
        ("PUT", one, "draft"): "edit draft",
        ("DELETE", one, "published"): "delete",
        ("DELETE", one, "draft"): "delete draft",
        ("GET", one, "draft"): "see draft",
        ("POST", f"{one}/events", "published"): "report",
        ("POST", f"{one}/publish", "draft"): "publish",
        ("POST", f"{one}/withdraw", "published"): "withdraw",
        ("GET", f"{one}/history", "published"): "see history",
        ("POST", "api/v1/{kinds}", "draft"): "create draft",
        ("POST", "api/v1/{kinds}", "published"): "publish",
        ("POST", "register/import", ""): "import",
        ("POST", "speech", "kept"): "keep speech",
        ("GET", "people", ""): "administer",
    }.items():
        expected = by_row[method, address, of]
        for role in ("reporter", "editor", "chair", "administrator"):
            assert (expected[role] < 400) == (role in RIGHTS[action]), (method, address, of, role)
        assert expected["visitor"] in (401, 404)
        assert expected["nobody"] in (403, 404)


def test_a_change_by_an_administrator_is_told_by_name(place):
    """The table tells that it is allowed; here that it is written down."""
    assert Change.objects.count() == place.changes["draft"]
    word = Event("2023-06-01", "reported")
    assert place.client("administrator").post(
        "/api/v1/barriers/own-barrier/events", json.dumps({"date": word.date, "state": word.state}), "application/json",
        HTTP_IF_MATCH=f'"{current().held["own-barrier"].tag}"',
    ).status_code == 200  # fmt: skip
    last = Change.objects.order_by("-number").first()
    assert last is not None
    assert last.account == Account.objects.get(name="admin")
