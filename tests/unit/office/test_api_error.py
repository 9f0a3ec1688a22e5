"""Whatever is asked wrongly is answered in one shape, says what is wrong, and breaks nothing."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client, RequestFactory
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rest_framework.throttling import ScopedRateThrottle

from hansa.office.api.content import LARGEST
from hansa.office.api.problem import SCHEMA, TITLES
from hansa.office.models import Account
from hansa.office.pages import refusal
from hansa.office.snapshot import current

V1 = "/api/v1"
JSON = "application/json"
DEEP = "[" * 200_000
PARTY = '{"id": "p", "name": "P", "region": "XIR"%s}'
# method, address, content, type of the content, headers, the status that is right, and what the detail says
BAD: list[tuple[str, str, Any, str, dict[str, str], int, str]] = [
    ("GET", "/nowhere", "", JSON, {}, 404, "no such"),
    ("GET", "/barriers/nothing", "", JSON, {}, 404, "no known barrier"),
    ("GET", "/barriers/prg-food", "", JSON, {}, 404, "no known barrier"),
    ("GET", "/barriers/a%00b", "", JSON, {}, 404, "NUL"),
    ("GET", "/barriers/bar-queue/history/999999", "", JSON, {}, 404, "no known version"),
    ("GET", "/barriers/bar-queue/history/" + "9" * 40, "", JSON, {}, 404, "no known version"),
    ("GET", "/barriers?colour=red&hue=1", "", JSON, {}, 400, "colour"),
    ("GET", "/barriers?limit=0", "", JSON, {}, 400, "limit"),
    ("GET", "/barriers?limit=201", "", JSON, {}, 400, "limit"),
    ("GET", "/barriers?limit=1&limit=2", "", JSON, {}, 400, "several"),
    ("GET", "/barriers?offset=-1", "", JSON, {}, 400, "offset"),
    ("GET", "/barriers?offset=1e3", "", JSON, {}, 400, "offset"),
    ("GET", "/barriers?state=vanished", "", JSON, {}, 400, "state"),
    ("GET", "/barriers?party=nobody", "", JSON, {}, 400, "no known party"),
    ("GET", "/barriers?draft=perhaps", "", JSON, {}, 400, "draft"),
    ("GET", "/parties?state=met", "", JSON, {}, 400, "state"),
    ("GET", "/search?q=%00", "", JSON, {}, 400, "q"),
    ("GET", "/counts?on=2023-02-30", "", JSON, {}, 400, "no day"),
    ("GET", "/barriers?format=api", "", JSON, {}, 400, "format"),
    ("GET", "/barriers", "", JSON, {"HTTP_ACCEPT": "text/html"}, 406, ""),
    ("TRACE", "/barriers", "", JSON, {}, 405, ""),
    ("PATCH", "/barriers/bar-queue", "{}", JSON, {}, 405, ""),
    ("DELETE", "/barriers", "", JSON, {}, 405, ""),
    ("POST", "/register", "{}", JSON, {}, 405, ""),
    ("POST", "/parties", "{", JSON, {}, 400, "no JSON"),
    ("POST", "/parties", "", JSON, {}, 400, "empty"),
    ("POST", "/parties", "[]", JSON, {}, 400, "object"),
    ("POST", "/parties", "null", JSON, {}, 400, "object"),
    ("POST", "/parties", '"text"', JSON, {}, 400, "object"),
    ("POST", "/parties", b"\xff\xfe{\x00}\x00", JSON, {}, 400, "UTF-8"),
    ("POST", "/parties", '{"name": "Ж"}'.encode("cp1251"), JSON, {}, 400, "UTF-8"),
    ("POST", "/parties", PARTY % ', "url": "a\\u0000b"', JSON, {}, 400, "NUL"),
    ("POST", "/parties", PARTY % ', "url": "\\ud800"', JSON, {}, 400, "surrogate"),
    ("POST", "/parties", PARTY % ', "id": "q"', JSON, {}, 400, "twice"),
    ("POST", "/parties", PARTY % ', "url": NaN', JSON, {}, 400, "NaN"),
    ("POST", "/parties", PARTY % (', "url": 1' + "0" * 5_000), JSON, {}, 400, "JSON"),
    ("POST", "/parties", PARTY % ', "url": 1e400', JSON, {}, 400, "url"),
    ("POST", "/parties", DEEP, JSON, {}, 400, "deep"),
    ("POST", "/parties", PARTY % f', "url": {"[" * 60}{"]" * 60}', JSON, {}, 400, "deep"),
    ("POST", "/parties", '{"' + "x" * (LARGEST + 10), JSON, {}, 413, "5,000,000"),
    ("POST", "/parties", "id=p", "application/x-www-form-urlencoded", {}, 415, ""),
    ("POST", "/parties", "<party/>", "application/xml", {}, 415, ""),
    ("POST", "/parties", PARTY % "", "application/json; charset=koi8-r", {}, 415, ""),
    ("POST", "/parties", PARTY % "", "", {}, 415, ""),
    ("POST", "/parties", "", JSON, {"HTTP_TRANSFER_ENCODING": "chunked"}, 400, "Content-Length"),
    ("POST", "/parties", "--x", "multipart/form-data; boundary=x", {}, 415, ""),
    ("POST", "/parties", '{"id": "../p", "name": "P"}', JSON, {}, 400, "cannot be an id"),
    ("POST", "/parties", '{"id": "p", "name": "P", "region": "XIQ"}', JSON, {}, 400, "XIR"),
    ("POST", "/parties", '{"id": "brinmark", "name": "P"}', JSON, {}, 409, "already"),
    ("POST", "/parties?draft=0", PARTY % "", JSON, {}, 400, "draft"),
    ("PUT", "/parties/brinmark", PARTY % "", JSON, {}, 428, "If-Match"),
    ("PUT", "/parties/brinmark", PARTY % "", JSON, {"HTTP_IF_MATCH": '"0"'}, 412, "now has"),
    ("POST", "/check", '{"text": ""}', JSON, {}, 400, "text"),
    ("POST", "/check", '{"text": 5}', JSON, {}, 400, "text"),
    ("POST", "/check", json.dumps({"text": "x" * 20_001}), JSON, {}, 400, "20,000"),
    ("POST", "/check", json.dumps({"text": "Trade rose by 12 percent. " * 101}), JSON, {}, 400, "101 claims"),
    ("POST", "/check", '{"text": "a", "language": "de"}', JSON, {}, 400, "language"),
    ("POST", "/check", '{"text": "a", "spoken": "soon"}', JSON, {}, 400, "soon"),
    ("GET", "/indicators/nothing", "", JSON, {}, 404, "no known indicator"),
    ("GET", "/indicators/exports?origin=ATLANTIS", "", JSON, {}, 400, "ATLANTIS"),
    ("GET", "/indicators/turnover?period=1066", "", JSON, {}, 400, "1066"),
    ("GET", "/what-if", "", JSON, {}, 400, "barrier"),
    ("GET", "/what-if?barrier=nothing", "", JSON, {}, 404, "no known barrier"),
    ("GET", "/what-if?barrier=bar-quota&removed=2", "", JSON, {}, 400, "0.01 to 1"),
    ("GET", "/what-if?barrier=bar-quota&removed=half", "", JSON, {}, 400, "no number"),
    ("GET", "/what-if?barrier=bar-quota&year=1999", "", JSON, {}, 400, "2013"),
    ("GET", "/what-if?barrier=bar-quota&deficit=share", "", JSON, {}, 400, "armington"),
    ("GET", "/what-if?barrier=bar-timber", "", JSON, {}, 422, "does not stand any more"),
    ("POST", "/simulate", "{}", JSON, {}, 400, "scenario"),
    ("POST", "/simulate", '{"scenario": "change = ["}', JSON, {}, 400, "TOML"),
    ("POST", "/simulate", '{"scenario": " ", "elasticity": 0}', JSON, {}, 400, "elasticity"),
    ("GET", "/indicators/turnover?elasticity=4", "", JSON, {}, 400, "elasticity"),
    ("GET", "/indicators/turnover?told_by=rumour", "", JSON, {}, 400, "told_by"),
    ("GET", "/indicators/turnover?dataset=nothing", "", JSON, {}, 400, "dataset"),
]  # fmt: skip


def holds(answer: Any, status: int) -> dict[str, Any]:
    """The problem that an answer is, in the one shape that all have."""
    assert answer.status_code == status, answer.content[:500]
    assert answer["Content-Type"] == "application/problem+json"
    said: dict[str, Any] = answer.json()
    assert set(said) == set(SCHEMA["properties"])
    assert (said["type"], said["title"], said["status"]) == ("about:blank", TITLES[status], status)
    assert said["detail"]
    assert all(set(one) == {"field", "message"} for one in said["errors"])
    return said


@pytest.mark.parametrize(
    ("method", "end", "content", "kind", "headers", "status", "word"), BAD, ids=lambda value: str(value)[:40]
)
def test_a_bad_request_is_told_what_is_wrong(register, client_of, method, end, content, kind, headers, status, word):
    number = current().number
    answer = client_of("editor").generic(method, V1 + end, content, kind, **headers)
    assert word in holds(answer, status)["detail"]
    assert current().number == number


def test_every_unknown_parameter_is_named(register, client):
    said = holds(client.get(f"{V1}/barriers?colour=red&limit=0&hue=1"), 400)
    assert [one["field"] for one in said["errors"]] == ["colour", "limit", "hue"]
    assert "limit" in holds(client.get(f"{V1}/barriers?limt=3"), 400)["errors"][0]["message"]


def test_who_does_not_say_who_they_are_is_asked_to(register, client):
    answer = client.post(f"{V1}/parties", "{}", content_type=JSON)
    holds(answer, 401)
    assert answer["WWW-Authenticate"] == "Bearer"


def test_what_is_not_allowed_names_the_roles(register, client_of):
    assert "chair, administrator" in holds(client_of("editor").post(f"{V1}/barriers/bar-queue/withdraw"), 403)["detail"]


def test_a_form_without_its_key_is_refused_in_the_same_shape(register):
    client = Client(enforce_csrf_checks=True)
    client.force_login(Account.objects.get(name="editor"), backend="hansa.office.viewer.ByPassword")
    holds(client.post(f"{V1}/parties", "{}", content_type=JSON), 403)
    holds(client.post(f"{V1}/parties", {"a": "b"}), 403)


def test_what_breaks_is_said_so_in_the_same_shape(register):
    holds_shape = json.loads(refusal.broken(RequestFactory().get(f"{V1}/barriers")).content)
    assert set(holds_shape) == set(SCHEMA["properties"])
    assert holds_shape["title"] == TITLES[500]


@pytest.mark.parametrize("scope", ["search", "check", "indicators", "simulate"])
def test_too_many_questions_are_told_when_to_come_again(register, client, monkeypatch, scope):
    monkeypatch.setitem(ScopedRateThrottle.THROTTLE_RATES, scope, "2/min")
    cache.clear()
    ends = {"search": "/search?q=queue", "indicators": "/indicators", "check": "/check", "simulate": "/simulate"}

    def ask(**headers: str) -> Any:
        if scope == "check":
            return client.post(V1 + ends[scope], {"text": "Nothing."}, content_type=JSON, **headers)
        if scope == "simulate":
            cheaper = 'change = [{kind = "trade_cost", origin = "XBR", factor = 0.9}]'
            return client.post(V1 + ends[scope], {"scenario": cheaper}, content_type=JSON, **headers)
        return client.get(V1 + ends[scope], **headers)

    assert [ask().status_code for _ in range(2)] == [200, 200]
    late = ask(HTTP_X_FORWARDED_FOR="192.0.2.7")  # nobody vouches for that address
    holds(late, 429)
    assert 0 < int(late["Retry-After"]) <= 60
    cache.clear()


HOSTILE = (
    "<script>alert(1)</script>",
    '=HYPERLINK("http://x")',
    "\u202e\u200b",
    "';DROP TABLE office_entry;--",
    "{{7*7}}",
    "\\",
)


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_comes_back_as_it_was_sent(register, client_of, text):
    client = client_of("editor")
    sent = {"id": "hostile", "name": text, "url": text, "region": "XIR"}
    made = client.post(f"{V1}/parties", sent, content_type=JSON)
    assert made.status_code == 201
    again = client.get(f"{V1}/parties/hostile")
    assert (again.json()["name"], again.json()["url"]) == (text, text)
    assert again["Content-Type"] == JSON
    assert again["X-Content-Type-Options"] == "nosniff"
    assert "default-src 'none'" in again["Content-Security-Policy"]
    for end in (
        "register",
        "parties",
        "parties/hostile/history/1",
        f"parties?q={text[:1]}" if text[:1].isalnum() else "me",
    ):
        assert client.get(f"{V1}/{end}").status_code == 200


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.binary(max_size=200))
def test_no_content_breaks_anything(register, client_of, data):
    cache.clear()
    client = client_of("editor")
    for end in ("/parties", "/check"):
        holds(client.generic("POST", V1 + end, data, JSON), 400)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(tag=st.text(st.characters(max_codepoint=255, exclude_characters="\r\n"), max_size=40))
def test_no_tag_breaks_anything(register, client_of, tag):
    client = client_of("editor")
    answer = client.generic("PUT", f"{V1}/parties/brinmark", "{}", JSON, HTTP_IF_MATCH=tag)
    assert answer.status_code in (412, 428)
    assert client.get(f"{V1}/parties/brinmark", HTTP_IF_NONE_MATCH=tag).status_code in (200, 304)
