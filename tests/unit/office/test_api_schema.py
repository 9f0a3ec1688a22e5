"""The description of the interface holds: its fields are those of the records, and no question finds it wrong."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hansa.commitments.entry import entry_of, record_of
from hansa.commitments.fields import NESTED, STATES, Field, fields_of
from hansa.commitments.records import KINDS
from hansa.office.api.schema import addresses, pattern
from hansa.office.api.serializer import component, fields_written, read_record
from hansa.office.form import blank, filled
from hansa.office.labels import FIELD, PLURAL
from hansa.office.snapshot import current
from tests.unit.office import fuzz


@pytest.fixture
def description(register) -> dict[str, Any]:
    return Client().get("/api/v1/openapi.json").json()


@pytest.mark.slow
def test_no_question_finds_the_description_wrong(register):
    """Of kinds that between them have every type of field; benches/office_fuzz.py asks of all kinds, and far more."""
    asked = fuzz.ask_everything(fuzz.CALLERS, examples=6, kinds=("party", "target", "project", "barrier"))
    assert not asked.failures, json.dumps({name: found[:3] for name, found in asked.failures.items()}, indent=1)
    assert asked.cases > 250
    assert not [status for status in asked.statuses if status >= 500]


@pytest.mark.parametrize("kind", KINDS)
def test_the_fields_of_a_kind_are_those_of_its_record(kind, description):
    schemas, declared = description["components"]["schemas"], fields_of(kind)
    names = [field.name for field in declared]
    answered, sent = schemas[component(kind)], schemas[f"{component(kind)}Content"]
    assert list(answered["properties"]) == list(sent["properties"]) == [*names, "meta"]
    assert answered["required"] == [*names, "meta"]
    assert sent["required"] == [field.name for field in declared if field.required]
    assert not answered["additionalProperties"]
    assert not sent["additionalProperties"]
    assert set(names) <= set(FIELD)  # what people call them
    assert {*blank(kind), *NESTED} >= set(names) >= set(blank(kind))  # what the forms ask for


@pytest.mark.parametrize(("table", "kind"), [(name, of) for name, (of, _) in NESTED.items()])
def test_events_and_amounts_have_their_own_fields(table, kind, description):
    schemas = description["components"]["schemas"]
    assert list(schemas[component(kind)]["properties"]) == [field.name for field in fields_of(kind)]
    assert any(table in schemas[component(one)]["properties"] for one in KINDS)
    (held,) = [one for one in current().everything if getattr(one, table, ())][:1]
    typed = {name.split("-")[2] for name in filled(held) if name.startswith(f"{table}-1-")}
    assert typed == {field.name for field in fields_of(kind)}


def test_words_and_states_are_those_of_the_records(description):
    schemas = description["components"]["schemas"]
    for kind in KINDS:
        for field in fields_of(kind):
            told = json.dumps(schemas[f"{component(kind)}Content"]["properties"][field.name], ensure_ascii=False)
            assert all(f'"{word}"' in told for word in field.words), (kind, field.name)
        if kind in STATES:
            assert all(f'"{state}"' in json.dumps(schemas[component(kind)]) for state in STATES[kind])


def test_every_operation_is_described_once_and_listed(description, client):
    described = {
        (method.upper(), path): operation["operationId"]
        for path, operations in description["paths"].items()
        for method, operation in operations.items()
    }
    listed = {(one["method"], one["url"]): one["name"] for one in client.get("/api/v1/").json()["addresses"]}
    declared = {(one.method, pattern(end)): one.name for end, (_, those) in addresses().items() for one in those}
    assert described == listed == declared
    assert len(set(described.values())) == len(described)


def test_every_kind_of_record_is_reached(client, register):
    kinds = client.get("/api/v1/").json()["kinds"]
    assert set(kinds) == set(KINDS)
    assert {kind: client.get(url).status_code for kind, url in kinds.items()} == dict.fromkeys(KINDS, 200)


# --- every field of every kind survives being kept and read back ------------------------------------------------------

DATES = st.dates().map(lambda day: f"{1800 + day.year % 400}-{day:%m-%d}") | st.integers(1800, 2200).map(str)
TEXTS = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\x00"), min_size=1, max_size=30)


def values(kind: str, field: Field) -> st.SearchStrategy[Any]:
    """What a field may hold."""
    words = st.sampled_from(field.words) if field.words else TEXTS.filter(lambda text: text.strip())
    if field.type == "text":
        found: st.SearchStrategy[Any] = words
    elif field.type == "date":
        found = DATES.filter(lambda day: not day.endswith("02-29"))
    elif field.type == "period":
        found = st.integers(1800, 2200).flatmap(lambda year: st.sampled_from([f"{year}", f"{year}-Q3", f"{year}-07"]))
    elif field.type in ("number", "whole"):
        found = st.floats(allow_nan=False, allow_infinity=False) if field.type == "number" else st.integers(-999, 999)
    elif field.type == "yes/no":
        found = st.booleans()
    elif field.type == "list":
        found = st.lists(words, min_size=1, max_size=3)
    elif field.type == "arguments":
        found = st.dictionaries(TEXTS.filter(str.strip), TEXTS, max_size=3)
    else:
        found = st.lists(entries(field.type, STATES.get(kind)), max_size=3)
    return found


def entries(kind: str, states: tuple[str, ...] | None = None) -> st.SearchStrategy[dict[str, Any]]:
    """The fields of a record, an event or an amount."""
    shapes = {field.name: values(kind, field) for field in fields_of(kind)}
    if states and "state" in shapes:
        shapes["state"] = st.sampled_from(states)
    needed = {name: shapes[name] for name in shapes if next(f for f in fields_of(kind) if f.name == name).required}
    spare = {name: shape for name, shape in shapes.items() if name not in needed}
    return st.fixed_dictionaries(needed, optional=spare)


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=30, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_a_record_is_the_same_after_it_was_kept_and_read_back(kind, data):
    entry = data.draw(entries(kind))
    if "start" in entry and "end" in entry:
        entry["end"] = entry["start"]
    record = record_of(kind, entry)
    assert record_of(kind, json.loads(json.dumps(entry_of(record)))) == record
    answered = json.loads(json.dumps(fields_written(record)))
    assert set(answered) == {field.name for field in fields_of(kind)}
    assert read_record(kind, answered | {"meta": {"version": 1}}) == record


def test_every_kind_has_an_address():
    assert set(PLURAL) == set(KINDS)
