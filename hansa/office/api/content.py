"""What is sent and what is answered: strict JSON in, JSON with an entity tag out."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from typing import IO, Any

from django.http import HttpResponse
from rest_framework import exceptions, parsers
from rest_framework.request import Request

from hansa.office.api.problem import Changed, TooLarge, Unread

LARGEST = 5_000_000  # bytes of a request
DEEPEST = 40  # lists and objects in one another
_TAG = re.compile(r'(?:W/)?"[\x21\x23-\x7e\x80-\xff]*"')


class Json(parsers.BaseParser):
    """JSON in UTF-8 (RFC 8259), without NUL, halves of characters or a name twice in an object."""

    media_type = "application/json"

    def parse(
        self, stream: IO[bytes], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        """What the content says."""
        charset = re.search(r'charset="?([^";\s]+)', media_type or "", re.IGNORECASE)
        if charset and charset[1].lower() not in ("utf-8", "utf8"):
            raise exceptions.UnsupportedMediaType(str(media_type), "Write JSON in UTF-8.")
        data = stream.read(LARGEST + 1)
        if len(data) > LARGEST:
            raise TooLarge(f"More than {LARGEST:,} bytes are not taken at once.")
        return read_json(data)


def read_json(data: bytes) -> Any:
    """What a JSON text says.

    Raises
    ------
    ParseError : it is none, says where.

    >>> read_json(b'{"id": "brin"}')
    {'id': 'brin'}
    """
    try:
        found = json.loads(data.decode(), object_pairs_hook=_once, parse_constant=_no_number)
        _refuse_unkept(found, 0)
    except UnicodeDecodeError:
        raise exceptions.ParseError("The content is not UTF-8.") from None
    except json.JSONDecodeError as trouble:
        where = f"line {trouble.lineno}, column {trouble.colno}"
        raise exceptions.ParseError(f"This is no JSON: {trouble.msg} ({where}).") from None
    except RecursionError:
        raise exceptions.ParseError("Its lists and objects lie too deep in one another.") from None
    except ValueError as trouble:
        raise exceptions.ParseError(f"This JSON cannot be taken: {str(trouble)[:200]}.") from None
    return found


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        raise ValueError(f"{next(name for name in names if names.count(name) > 1)!r} stands twice in one object")
    return found


def _no_number(name: str) -> Any:
    raise ValueError(f"{name} is no number")


def _refuse_unkept(value: Any, depth: int) -> None:
    """Texts that no database keeps, and what no record is as deep as."""
    if depth > DEEPEST:
        raise ValueError("its lists and objects lie too deep in one another")
    if isinstance(value, str):
        if "\x00" in value:
            raise ValueError("a text in it holds a NUL, which no register keeps")
        if not value.isascii() and any("\ud800" <= sign <= "\udfff" for sign in value):
            raise ValueError("a text in it holds half a character (a lone surrogate)")
    elif isinstance(value, Mapping):
        for name, inner in value.items():
            _refuse_unkept(name, depth)
            _refuse_unkept(inner, depth + 1)
    elif isinstance(value, list):
        for inner in value:
            _refuse_unkept(inner, depth + 1)


def answer(request: Request, found: Any, *, tag: str | None = None, status: int = 200, **headers: str) -> HttpResponse:
    """An answer in JSON, under the tag of its version, or of its content; 304 where the caller has it already."""
    text = found if isinstance(found, str) else json.dumps(found, ensure_ascii=False, allow_nan=False)
    content = text.encode()
    tag = tag or hashlib.sha256(content).hexdigest()[:32]
    fresh = status == 200 and has(request, tag)
    response = nothing(304) if fresh else HttpResponse(content, "application/json", status)
    response.headers["ETag"] = f'"{tag}"'
    for name, value in headers.items():
        response.headers[name] = value
    return response


def nothing(status: int = 204) -> HttpResponse:
    """An answer without content."""
    response = HttpResponse(status=status)
    del response.headers["Content-Type"]
    return response


def has(request: Request, tag: str) -> bool:
    """Whether the caller says that it has this version (If-None-Match, compared weakly)."""
    said = request.headers.get("If-None-Match", "")
    return said.strip() == "*" or f'"{tag}"' in [one.removeprefix("W/") for one in _TAG.findall(said)]


def read_tag(request: Request, tag: str) -> str:
    """The tag of the version that the caller has read, which must be that of the record as it stands.

    Raises
    ------
    Unread : the request does not say which version it means to change.
    Changed : it means another.
    """
    said = request.headers.get("If-Match", "").strip()
    if said in ("", "*"):
        raise Unread(
            "Send If-Match with the ETag of the version that you have read, so that nothing is overwritten unseen."
        )
    if f'"{tag}"' not in _TAG.findall(said):
        raise Changed(
            f'The record was changed, or the tag is not that of any version: it now has "{tag}". Read it anew.'
        )
    return tag
