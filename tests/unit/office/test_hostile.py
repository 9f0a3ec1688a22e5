"""Text of people who wish the office ill: on every page, in every feed and file it stays text; every answer says what a
browser may do, every form wants its key, and nothing is asked of anybody outside.
"""

from __future__ import annotations

import csv
import io
import itertools
import json
import re
import sys
import zipfile
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit
from xml.etree import ElementTree

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from hansa.commitments.register import Register
from hansa.office.api.tokens import new_token
from hansa.office.headers import POLICY, POLICY_OF_DOCUMENTS
from hansa.office.ledger import commit, edits_of
from hansa.office.models import Account, Role, Speech
from hansa.office.permission import OFFICE
from hansa.office.snapshot import current
from hansa.wording.visible import visible
from tests.unit.office.conftest import ClientOf
from tests.unit.office.hostile import EVIL, IDS, PLAIN, Reader, pages, read, records

SAID = "In 2022, trade in goods between Brinmark and Kastovia exceeded $1 million."
LEADS = ("href", "src", "action", "formaction", "xlink:href", "poster", "data", "srcset", "ping", "cite", "background")
HARMLESS = ("http", "https", "mailto")
FORMULA = re.compile(r"[=+\-@\t\r]")


def written(texts: tuple[str, ...], register: Register | None = None) -> Register:
    """A register full of these texts, published, and people, speeches and keys that are called so."""
    told = itertools.cycle(texts)
    made = register or records(lambda: next(told))
    if edits := edits_of(made, current(), draft=False):
        commit(OFFICE, edits, next(told))
    for account in Account.objects.filter(sample=True).exclude(name="admin"):
        account.full_name = next(told)[:200]
        account.save()
    chair = Account.objects.get(name="chair")
    if not chair.tokens.exists():
        for text in texts:
            new_token(chair, text[:80], None)
            Speech.objects.create(
                title=text[:300], speaker=text[:200], source=text[:500], text=f"{text}\n\n{SAID}", language="en",
                date="2023-06-28", parties=["brinmark", "kastovia"], draft=False, account=chair,
            )  # fmt: skip
    return made


@pytest.fixture
def administrator(people: dict[str, Any], client_of: ClientOf) -> Client:
    """Somebody who may do everything, and whose pages therefore show everything."""
    Role.objects.get_or_create(account=Account.objects.get(name="chair"), role="administrator", party="")
    return client_of("chair")


def shown(client: Client, language: str = "en") -> Iterator[tuple[str, Reader]]:
    """Every page of the register and how it is understood."""
    client.cookies["office_language"] = language
    speeches = Speech.objects.values_list("pk", flat=True)
    people = Account.objects.values_list("pk", flat=True)
    numbers = {held.number for held in current().held.values()}
    for address in (
        *pages(),
        *(f"/register/changes/{number}" for number in sorted(numbers)[-2:]),
        *(f"/people/{key}" for key in people[:2]),
        *(f"/speeches/{key}" for key in speeches[:3]),
    ):
        response = client.get(address)
        assert response.status_code == 200, address
        assert response.headers["Content-Security-Policy"] == POLICY, address
        yield address, read(response.text)


def misled(reader: Reader, vocabulary: set[tuple[str, frozenset[str]]]) -> Iterator[str]:
    """What a page has that no template of ours puts there."""
    yield from reader.odd
    for tag, names in reader.shapes - vocabulary:
        yield f"<{tag} {' '.join(sorted(names))}>"
    for tag, name, value in reader.attributes:
        if name.startswith("on") or name in ("style", "srcdoc"):
            yield f"{tag} {name}={value}"
        scheme = urlsplit(value.strip()).scheme.lower() if name in LEADS else ""
        if name in LEADS and not (scheme in HARMLESS or value.startswith(("/", "#", "?")) or value == "data:,"):
            yield f"{tag} {name}={value}"
        if name in LEADS and value.startswith("//"):
            yield f"{tag} {name}={value}"


@pytest.fixture
def vocabulary(administrator: Client) -> set[tuple[str, frozenset[str]]]:
    """Elements and attributes of pages whose texts are harmless: plain words, addresses, and several lines."""
    for text in () if _VOCABULARY else (*((one,) for one in PLAIN), PLAIN):
        written(text)
        for _, reader in shown(administrator):
            _VOCABULARY.update(reader.shapes)
            assert [*misled(reader, reader.shapes)] == []
    return _VOCABULARY


_VOCABULARY: set[tuple[str, frozenset[str]]] = set()


@pytest.mark.parametrize("language", ["en", "ru"])
def test_evil_texts_stay_texts(administrator: Client, vocabulary: set[Any], language: str):
    everything: list[str] = []
    for turn in range(3):  # so that each text comes into fields of many kinds
        written(EVIL[turn * 7 :] + EVIL[: turn * 7])
        for address, reader in shown(administrator, language):
            assert [*misled(reader, vocabulary)] == [], address
            everything += reader.text
            assert "\u202e" not in "".join(reader.text), address
    text = "\n".join(everything)
    assert "{{7*7}}{% if evil %}" in text
    for evil in EVIL:
        first = visible(evil.replace("\r\n", "\n").strip()).splitlines()[0][:60]
        assert first in text, first


PIECES = st.sampled_from(
    ["<", ">", '"', "'", "&", "&#60;", "evil", "=", "/", "<!--", "{{", "}}", "\n", "\r", "script", "://"]
)
TEXTS = st.lists(
    st.one_of(st.text(st.characters(codec="utf-8", exclude_characters="\0")), st.lists(PIECES).map("".join)).map(
        lambda text: f"{text[:180]}." if not text.strip() else text[:180]
    ),
    min_size=30,
    max_size=30,
)


@pytest.mark.slow
@settings(
    max_examples=6,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(texts=TEXTS)
def test_any_text_stays_text(administrator: Client, vocabulary: set[Any], texts: list[str]):
    written(tuple(texts))
    for address, reader in shown(administrator):
        assert [*misled(reader, vocabulary)] == [], address
        assert visible("".join(reader.text)) == "".join(reader.text), address


def test_a_form_that_was_not_touched_changes_nothing(administrator: Client):
    written(EVIL)
    for kind, key in IDS.items():
        before = current().held[key].record
        address = next(one for one in pages() if one.endswith(f"/{key}/edit"))
        sent = _fields(administrator.get(address).text)
        response = administrator.post(address, {**sent, "anyway": "yes"})
        assert (kind, response.status_code) == (kind, 302)
        assert current().held[key].record == before, kind


def _fields(text: str) -> dict[str, list[str]]:
    """What a browser would send of the large form of a page."""
    found: dict[str, list[str]] = {}
    form = _Form()
    form.feed(text)
    for name, value in form.sent:
        found.setdefault(name, []).append(value.replace("\n", "\r\n"))
    return found


class _Form(Reader):
    def __init__(self) -> None:
        super().__init__()
        self.sent: list[tuple[str, str]] = []
        self.inside, self.select, self.area = False, "", ""
        self.chosen: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.inside = given.get("method") == "post"
        if not self.inside or (tag != "option" and not given.get("name")):
            return
        if tag == "input" and (given.get("type") not in ("checkbox", "radio") or "checked" in given):
            self.sent.append((given["name"], given.get("value", "")))
        elif tag == "textarea":
            self.area = given["name"]
            self.text = []
        elif tag == "select":
            self.select, self.chosen = given["name"], []
        elif tag == "option" and self.select and "selected" in given:
            self.chosen.append(given.get("value", ""))

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea" and self.area:
            self.sent.append((self.area, "".join(self.text).removeprefix("\n")))
            self.area = ""
        elif tag == "select" and self.select:
            self.sent.append((self.select, self.chosen[0] if self.chosen else ""))
            self.select = ""
        elif tag == "form":
            self.inside = False


# ---- feeds, interface, files ----------------------------------------------------------------------------------------
def test_feeds_and_interface_hold_texts_as_texts(administrator: Client, client_of: ClientOf):
    written(EVIL)
    feed = client_of("").get("/due.atom")
    assert {one.tag.rpartition("}")[2] for one in ElementTree.fromstring(feed.content).iter()} <= {
        *("feed", "id", "title", "updated", "link", "author", "name", "generator", "entry", "category", "summary")
    }
    calendar = client_of("").get("/due.ics").content.decode()
    known = {"BEGIN", "END", "VERSION", "PRODID", "CALSCALE", "METHOD", "NAME", "X-WR-CALNAME", "UID", "DTSTAMP",
             "DTSTART", "DTEND", "SUMMARY", "DESCRIPTION", "URL", "CATEGORIES", "SEQUENCE", "LAST-MODIFIED", "TRANSP",
             "REFRESH-INTERVAL", "X-PUBLISHED-TTL", "STATUS", "CLASS", "DURATION", "COLOR", "SOURCE"}  # fmt: skip
    names = {re.split("[;:]", line)[0] for line in calendar.split("\r\n") if line and not line.startswith((" ", "\t"))}
    assert names <= known
    for kind in ("parties", "agreements", "barriers", "links", "speeches"):
        response = administrator.get(f"/api/v1/{kind}")
        if response.status_code == 200:
            assert response.headers["Content-Type"] == "application/json"
            assert json.loads(response.content)


@pytest.mark.parametrize("texts", [EVIL, (*(f"{sign}1+1{sign}" for sign in "=+-@\t\r'"), "=1", "'=1", " =1")])
def test_formulas_are_dead_in_every_file(administrator: Client, texts: tuple[str, ...]):
    register = written(texts)
    count = 0
    archive = zipfile.ZipFile(io.BytesIO(b"".join(administrator.get("/register/export.csv"))))
    for name in archive.namelist():
        for row in csv.reader(io.StringIO(archive.read(name).decode("utf-8-sig"))):
            for cell in row:
                count += 1
                assert not FORMULA.match(cell) or re.fullmatch(r"[+-]?[\d.]+(e[+-]?\d+)?", cell), cell
    book = openpyxl.load_workbook(io.BytesIO(b"".join(administrator.get("/register/export.xlsx"))))
    for sheet in book:
        for row in sheet.iter_rows():
            for cell in row:
                count += 1
                assert cell.data_type != "f", cell.value
                assert cell.hyperlink is None
    assert count > 500
    for table in administrator.get("/speeches/1/page?form=csv"), administrator.get("/account/export"):
        for row in csv.reader(io.StringIO(table.content.decode("utf-8-sig"))):
            assert not [cell for cell in row if cell.startswith(("=", "@"))]
    assert len(register) == 16


def test_the_name_of_a_file_is_text(administrator: Client):
    for name in (
        '"><img src=x onerror=evil>.csv',
        "=cmd|' /C calc'!A0.csv",
        "../../evil.csv",
        "a\r\nSet-Cookie: b=1.csv",
    ):
        file = SimpleUploadedFile(name, b"id,name,kind\nnew-one,<evil>,company\n", content_type="text/csv")
        response = administrator.post("/register/import", {"file": file, "kind": "party"}, follow=True)
        assert response.status_code in (200, 400)
        reader = read(response.text)
        assert not [*misled(reader, reader.shapes)]
        assert not [tag for tag, _ in reader.shapes if tag in ("img", "evil", "script")]
        number = response.request["PATH_INFO"].rpartition("/")[2]
        administrator.post(f"/register/import/{number}", {"act": "cancel"})


def test_a_sign_that_no_database_keeps_is_refused_or_left_out(administrator: Client):
    written(PLAIN)
    sent = {"id": "nul", "name": "A\0B", "kind": "company", "as": "draft", "what": "ev\0il"}
    response = administrator.post("/register/parties/new", sent)
    assert response.status_code == 400
    assert "NUL" in response.text
    assert administrator.post("/register/parties/new", {**sent, "id": "n\0l"}).status_code == 400
    for address in ("/register/parties/a%00b/history", "/register/parties/a%00b/history/1", "/register/barriers/%00"):
        assert administrator.get(address).status_code == 404, address
    assert administrator.post("/register/parties/new", {**sent, "name": "AB"}).status_code == 302
    assert "evil" in administrator.get("/register/changes").text


# ---- what every answer says -----------------------------------------------------------------------------------------
def addresses(patterns: list[Any] | None = None, above: str = "") -> Iterator[str]:
    """Every address of the site, with something in its places."""
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        route = above + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from addresses(pattern.url_patterns, route)
        else:
            assert isinstance(pattern, URLPattern)
            yield "/" + re.sub(r"<([^>]*)>", lambda place: _something(place[1]), route)


def _something(place: str) -> str:
    kind, _, name = place.rpartition(":")
    given = {"kinds": "barriers", "a": "XBR", "b": "XKA", "form": "json", "kind": "barrier"}
    return "1" if kind == "int" else given.get(name, "bar-labels" if name in ("key", "id", "record") else "turnover")


def test_every_answer_says_what_a_browser_may_do(register, client_of):
    seen, site_static = 0, "/static/office/office.css"
    for name in ("", "admin"):
        client = client_of(name)
        for address in (*addresses(), site_static, "/static/nothing", "/nothing", "/register/barriers/nothing", "/%00"):
            response = client.get(address)
            response.close()
            document = address.endswith("/page") or "/report." in address
            allowed = {POLICY, POLICY_OF_DOCUMENTS} if document and response.status_code == 200 else {POLICY}
            assert response.headers.get("Content-Security-Policy") in allowed, address
            assert response.headers["X-Content-Type-Options"] == "nosniff", address
            assert address == site_static or response.headers["X-Frame-Options"] == "DENY", address
            assert response.headers["Referrer-Policy"] == "same-origin", address
            assert response.status_code < 500, address
            seen += 1
    assert seen > 200
    for response in (client_of("").post("/account/sign-in", {}), client_of("").get("/", HTTP_HOST="evil.example")):
        assert response.headers["Content-Security-Policy"] == POLICY


def test_no_unsafe_method_is_taken_without_the_key_of_a_form(register, client_of):
    client = Client(enforce_csrf_checks=True)
    client.force_login(Account.objects.get(name="admin"), backend="hansa.office.viewer.ByPassword")
    before, people = current().number, Account.objects.count()
    asked = 0
    for address in addresses():
        for method in ("POST", "PUT", "PATCH", "DELETE"):
            response = client.generic(method, address, b"{}", content_type="application/json")
            assert response.status_code == 403, (method, address, response.status_code)
            asked += 1
    assert asked > 400
    assert (current().number, Account.objects.count()) == (before, people)


def test_nothing_is_asked_of_anybody_outside(register, client_of):
    called: list[tuple[str, Any]] = []
    _LISTENING.append(called.append)
    try:
        for name in ("", "admin"):
            client = client_of(name)
            for address in (*addresses(), "/register/barriers/bar-labels", "/indicators/turnover?asked=1&origin=XBR"):
                if not address.endswith("/report.json"):
                    response = client.get(address)
                    b"".join(response) if response.streaming else response.content  # type: ignore[attr-defined]
    finally:
        _LISTENING.clear()
    assert called == []


_LISTENING: list[Callable[[tuple[str, Any]], None]] = []


def _overheard(event: str, arguments: Any) -> None:
    for listener in _LISTENING:
        if event in ("socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "urllib.Request"):
            listener((event, arguments))


sys.addaudithook(_overheard)
