"""What the site says of itself, and whether it is well."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from django.db import OperationalError, connection

import hansa
from hansa.office.models import ROLES
from hansa.office.pages.about import ACTS
from hansa.office.permission import RIGHTS
from hansa.trade.store import open_store
from hansa.wording import Words


def cells(row: str) -> list[str]:
    """Texts of the cells of a row of a table."""
    return [re.sub(r"<[^>]+>", "", cell).strip() for cell in re.findall(r"<t[dh][^>]*>(.*?)</t[dh]>", row, re.DOTALL)]


@pytest.mark.parametrize("language", ["en", "ru"])
def test_rights_are_those_of_the_one_table(register, client_of, language):
    words = Words(language)
    page = client_of("").get(f"/about?language={language}").text
    rows = {row[0]: row[1:] for row in map(cells, re.findall(r"<tr>(.*?)</tr>", page, re.DOTALL)) if row}
    assert ACTS.keys() == RIGHTS.keys()
    yes, no = words("yes"), words("no")
    for action, able in RIGHTS.items():
        assert rows[words(ACTS[action])] == [yes if role in able else no for role in ROLES]


def test_data_in_use_are_those_of_the_store(register, client_of, sample_store):
    page = client_of("").get("/about").text
    for entry in open_store(sample_store).archive.entries():
        assert entry.name in page
        assert entry.vintage in page
    for part in ("Apache-2.0", "sample world (generated, fictional)", f"Hansa {hansa.__version__}", "How do we know?"):
        assert part in page


def test_it_says_whom_to_ask_and_what_is_missing(blind, client_of, settings):
    page = client_of("").get("/about").text
    assert "This office has no statistics yet" in page
    assert "not given yet" in page
    settings.OFFICE = replace(settings.OFFICE, contact="<Office>, 1 High Street")
    page = client_of("editor").get("/about").text
    assert "&lt;Office&gt;, 1 High Street" in page


def test_a_visitor_gets_no_cookie_but_for_what_the_page_says(register, client_of):
    client = client_of("")
    for path in ("/about", "/health", "/speeches", "/due.ics", "/due.atom"):
        assert not client.get(path).cookies
    assert set(client.get("/speech").cookies) == {"office_csrf"}
    assert set(client.get("/about?language=ru").cookies) == {"office_language"}


def test_the_office_is_well(db, client):
    response = client.get("/health")
    assert (response.status_code, json.loads(response.content)) == (200, {"status": "ok"})
    assert not response.cookies
    assert "no-store" in response["Cache-Control"]


def test_one_question_tells_that_it_is_well(db, client, django_assert_num_queries):
    with django_assert_num_queries(1):
        client.get("/health")


def test_it_is_not_well_without_its_database(db, client):
    def away(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        raise OperationalError("the server closed the connection")

    with connection.execute_wrapper(away):
        response = client.get("/health")
    assert response.status_code == 503
    assert json.loads(response.content) == {"status": "no database"}
