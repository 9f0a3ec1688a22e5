"""The description of the interface: every address in OpenAPI, and the index that lists them."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any

from django.http import HttpResponse
from drf_spectacular.generators import SchemaGenerator

from hansa import __version__
from hansa.office.api import record, register, scenario, serializer, statistic, text
from hansa.office.api.content import answer
from hansa.office.api.operation import Call, Operation, Schema, view_of
from hansa.office.api.problem import SCHEMA
from hansa.office.api.record import IF_NONE_MATCH
from hansa.office.api.serializer import ADDRESS, ref
from hansa.office.labels import KIND, PLURAL
from hansa.office.viewer import office

ABOUT = """Everything that a partnership has promised, and what the statistics say of it, for programs.

Visitors read what is published. Who signs in, or sends a key of their account page as
`Authorization: Bearer hansa_...`, sees and changes what their roles allow. A record is changed under the ETag of the
version that was read (`If-Match`). Ids may hold slashes; send them as they are, or as `%2F`. Every error is one shape
(RFC 9457)."""


@cache
def addresses() -> dict[str, tuple[str, list[Operation]]]:
    """Every address behind /api/v1/: the chapter that it belongs to, and what may be asked there.

    Longer ones come first, since an id may hold slashes.
    """
    found: dict[str, tuple[str, list[Operation]]] = {
        "": ("about", [_index()]),
        "openapi.json": ("about", [_described()]),
    }
    found |= {end: ("register", operations) for end, operations in register.operations().items()}
    found |= {end: ("statistics", operations) for end, operations in statistic.operations().items()}
    found |= {end: ("scenarios", operations) for end, operations in scenario.operations().items()}
    found["check"] = ("statements", [text.operation()])
    for kind, plural in PLURAL.items():
        found |= {f"{plural}{end}": (plural, operations) for end, operations in record.of_kind(kind).items()}
    return found


def view(end: str) -> Callable[..., HttpResponse]:
    """The view of an address."""
    tag, operations = addresses()[end]
    return view_of("".join(part.capitalize() for part in operations[0].name.split("_")), tag, operations)


def _index() -> Operation:
    return Operation(
        "GET",
        "index",
        "Every address of the interface.",
        _listed,
        {200: ref("Index"), 304: None},
        headers=IF_NONE_MATCH,
    )


def _listed(call: Call) -> HttpResponse:
    found = [
        {"method": one.method, "url": pattern(end), "name": one.name, "what": one.what, "who": one.caller}
        for end, (_, operations) in addresses().items()
        for one in operations
    ]
    kinds = {kind: f"{ADDRESS}/{plural}" for kind, plural in PLURAL.items()}
    about = {"title": office().title, "version": __version__, "description": f"{ADDRESS}/openapi.json"}
    return answer(call.request, {**about, "kinds": kinds, "addresses": found})


def pattern(end: str) -> str:
    """An address as OpenAPI writes it.

    >>> pattern("barriers/<path:id>/history")
    '/api/v1/barriers/{id}/history'
    """
    parts = [f"{{{part[1:-1].partition(':')[2]}}}" if part.startswith("<") else part for part in end.split("/")]
    return f"{ADDRESS}/{'/'.join(parts)}"


def _described() -> Operation:
    return Operation(
        "GET",
        "describe",
        "This description, in OpenAPI 3.1.",
        _document,
        {200: {"type": "object"}, 304: None},
        headers=IF_NONE_MATCH,
    )


def _document(call: Call) -> HttpResponse:
    return answer(call.request, document())


@cache
def document() -> str:
    """The whole description, as JSON."""
    found = SchemaGenerator().get_schema(request=None, public=True)
    return json.dumps(found, ensure_ascii=False)


def complete(result: dict[str, Any], generator: Any, request: Any, public: bool) -> dict[str, Any]:
    """What drf-spectacular cannot know: the schemas of the records, and how one signs in."""
    schemas: dict[str, Schema] = {"Problem": SCHEMA, **serializer.components(), **record.components()}
    schemas |= {**register.components(), **statistic.components(), **text.components(), **scenario.components()}
    schemas["Index"] = _index_schema()
    result["components"] = {
        "schemas": dict(sorted(schemas.items())),
        "securitySchemes": {
            "key": {"type": "http", "scheme": "bearer", "description": "A key of the account page."},
            "session": {"type": "apiKey", "in": "cookie", "name": "office_session"},
        },
    }
    result["info"] = {"title": "Hansa office", "version": __version__, "description": ABOUT}
    result["servers"] = [{"url": "/"}]
    result["tags"] = [{"name": name, "description": KIND[kind][1]} for kind, name in PLURAL.items()]
    return result


def _index_schema() -> dict[str, Any]:
    text: Mapping[str, Any] = {"type": "string"}
    names: Sequence[str] = ("method", "url", "name", "what", "who")
    address = {"type": "object", "properties": dict.fromkeys(names, text), "required": list(names)}
    kinds = {"type": "object", "additionalProperties": text}
    properties = {**dict.fromkeys(("title", "version", "description"), text), "kinds": kinds}
    properties |= {"addresses": {"type": "array", "items": address}}
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }
