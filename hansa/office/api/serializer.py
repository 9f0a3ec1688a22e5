"""Records as JSON and back, and the schemas of both: all from the fields that `hansa.commitments.fields` declares."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from hansa.commitments.entry import Refused, record_of
from hansa.commitments.fields import NESTED, Field, fields_of, schema, values_of
from hansa.commitments.records import KINDS, Event, Record
from hansa.errors import DataError
from hansa.office.api.operation import Schema
from hansa.office.labels import PLURAL
from hansa.office.models import LONGEST_ID
from hansa.office.snapshot import Held

ADDRESS = "/api/v1"
META: dict[str, Any] = {
    "type": "object",
    "readOnly": True,
    "description": "What the office keeps beside a record.",
    "properties": {
        "kind": {"type": "string", "enum": list(KINDS)},
        "version": {"type": "integer", "minimum": 1},
        "draft": {"type": "boolean"},
        "changed": {"type": "string", "format": "date-time"},
        "tag": {"type": "string", "description": "The ETag of the record, without quotes."},
        "url": {"type": "string"},
    },
    "required": ["kind", "version", "draft", "changed", "tag", "url"],
    "additionalProperties": False,
}
# It begins and ends with a sign that is seen and no slash; which other ids cannot be is said when it is refused.
ID = {"type": "string", "minLength": 1, "maxLength": LONGEST_ID, "pattern": r"^[^\s/]([^\x00-\x1f\x7f]*[^\s/])?$"}


def component(kind: str) -> str:
    """What the schema of a kind is called in the description; with ``Content`` after it what is sent.

    >>> component("asserted_count")
    'AssertedCount'
    """
    return "".join(part.capitalize() for part in kind.split("_"))


def ref(name: str) -> Schema:
    """A schema of the description by its name."""
    return {"$ref": f"#/components/schemas/{name}"}


def written(held: Held) -> dict[str, Any]:
    """A record with every field, those that hold their default too, and what the office keeps beside it."""
    return {**fields_written(held.record), "meta": meta_of(held)}


def fields_written(record: Record) -> dict[str, Any]:
    """Every field of a record, as JSON can hold it.

    >>> from hansa.commitments.records import Party
    >>> fields_written(Party("brin", "Brinmark"))["kind"]
    'region'
    """
    return {name: dict(value) if isinstance(value, Mapping) else value for name, value in values_of(record).items()}


def meta_of(held: Held) -> dict[str, Any]:
    """What the office keeps beside a record."""
    return {
        **{"kind": held.kind, "version": held.version, "draft": held.draft},
        **{"changed": held.at.isoformat(), "tag": held.tag, "url": url_of(held.kind, held.record.id)},
    }


def url_of(kind: str, key: str, page: str = "") -> str:
    """The address of a record in the interface.

    >>> url_of("barrier", "bar 1/2", "history")
    '/api/v1/barriers/bar%201/2/history'
    """
    return f"{ADDRESS}/{PLURAL[kind]}/{quote(key)}{f'/{page}' if page else ''}"


def read_record(kind: str, sent: Any) -> Record:
    """The record that was sent; its `meta`, which is the office's, may stand in it and is not looked at.

    Raises
    ------
    Refused : everything that is wrong with it, by field.
    """
    return record_of(kind, {name: value for name, value in _object(sent).items() if name != "meta"})


def read_event(sent: Any) -> Event:
    """The line of a history that was sent, alone: what its state may be, the record says.

    Raises
    ------
    Refused : everything that is wrong with it, by field.
    """
    known = {field.name: field for field in fields_of("event")}
    wrong = [(name, "An event has no such field.") for name in _object(sent) if name not in known]
    for name, field in known.items():
        value = sent.get(name)
        try:
            if value is not None or field.required:
                field.refuse(value)
        except DataError as refusal:
            wrong.append((name, str(refusal)))
    if wrong:
        raise Refused(tuple(wrong))
    return Event(**{name: value for name, value in sent.items() if value is not None})


def _object(sent: Any) -> Mapping[str, Any]:
    if not isinstance(sent, Mapping):
        raise Refused((("", 'Send an object with the fields, such as {"id": "..."}.'),))
    return sent


def components() -> dict[str, Any]:
    """Schemas of a kind: as it is answered (``Barrier``), sent (``BarrierContent``) and listed (``BarrierPage``)."""
    found: dict[str, Any] = {"Meta": META}
    declared = schema()["$defs"]
    for kind in KINDS:
        name = component(kind)
        found[name] = _answered(declared[kind], kind)
        found[f"{name}Content"] = _sent(declared[kind], kind)
        found[f"{name}Page"] = page_of(ref(name))
    found |= {component(table): _answered(declared[table], table) for table, _ in NESTED.values()}
    found |= {f"{component(table)}Content": _sent(declared[table], table) for table, _ in NESTED.values()}
    return found


def closed(properties: Mapping[str, Schema]) -> dict[str, Any]:
    """The schema of an object that has all of these and no others."""
    return {
        "type": "object",
        "properties": dict(properties),
        "required": list(properties),
        "additionalProperties": False,
    }


def page_of(item: Schema) -> dict[str, Any]:
    """The schema of a page of a list."""
    address = {"type": ["string", "null"]}
    return closed(
        {
            "count": {"type": "integer", "minimum": 0, "description": "How many there are in all."},
            **{"next": address, "previous": address},
            "results": {"type": "array", "items": dict(item)},
        }
    )


def _answered(declared: Schema, kind: str) -> dict[str, Any]:
    """With every field, and what the office keeps beside the record."""
    properties = {name: _named(shape, "") for name, shape in declared["properties"].items()}
    if kind in KINDS:
        properties |= {"id": ID, "meta": ref("Meta")}
    return {**declared, "properties": properties, "required": list(properties)}


def _sent(declared: Schema, kind: str) -> dict[str, Any]:
    """With what it cannot be without; null stands for the default of another."""
    properties = {}
    for field in fields_of(kind):
        shape = _named(declared["properties"][field.name], "Content")
        properties[field.name] = shape if field.required or field.nested or "anyOf" in shape else _or_null(shape, field)
    if kind in KINDS:
        properties |= {"id": ID, "meta": {"readOnly": True, "description": "Not looked at: it is the office's."}}
    return {**declared, "properties": properties}


def _or_null(shape: Schema, field: Field) -> dict[str, Any]:
    default = dict(field.default) if isinstance(field.default, Mapping) else field.default
    return {"anyOf": [shape, {"type": "null"}], "default": list(default) if isinstance(default, tuple) else default}


def _named(shape: Any, ending: str) -> Any:
    """A schema with its references as the description names them."""
    if isinstance(shape, Mapping):
        return {
            name: _place(inner, ending) if name == "$ref" else _named(inner, ending) for name, inner in shape.items()
        }
    return [_named(inner, ending) for inner in shape] if isinstance(shape, list) else shape


def _place(pointer: str, ending: str) -> str:
    return str(ref(f"{component(pointer.rpartition('/')[2])}{ending}")["$ref"])
