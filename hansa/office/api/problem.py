"""One shape for every error of the interface: problem details (RFC 9457), with what is wrong by field."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.utils.cache import patch_vary_headers
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import exception_handler

from hansa.errors import HansaError
from hansa.office.pages.frame import status_of
from hansa.office.viewer import language_of
from hansa.wording import Words
from hansa.wording.visible import visible

MEDIA_TYPE = "application/problem+json"
LONGEST = 1_000  # signs of one message
MOST = 100  # fields that are named
TITLES = {
    400: "Bad request",
    401: "Not signed in",
    403: "Not allowed",
    404: "Not found",
    405: "Method not allowed",
    406: "No such form of the answer",
    409: "Conflict",
    412: "Changed meanwhile",
    413: "Too large",
    415: "Unknown form of the content",
    422: "Cannot be computed",
    428: "If-Match is needed",
    429: "Too many requests",
    500: "An error of ours",
}
SCHEMA: dict[str, Any] = {
    "type": "object",
    "description": "Problem details (RFC 9457).",
    "properties": {
        "type": {"type": "string", "const": "about:blank"},
        "title": {"type": "string", "enum": list(TITLES.values())},
        "status": {"type": "integer", "enum": list(TITLES)},
        "detail": {"type": "string", "description": "What is wrong, and what to do."},
        "errors": {
            "type": "array",
            "description": "What is wrong with single fields or parameters.",
            "items": {
                "type": "object",
                "properties": {"field": {"type": "string"}, "message": {"type": "string"}},
                "required": ["field", "message"],
                "additionalProperties": False,
            },
        },
    },
    "required": ["type", "title", "status", "detail", "errors"],
    "additionalProperties": False,
}


class Changed(exceptions.APIException):
    """What was to be changed is no longer what the caller has read."""

    status_code = 412


class TooLarge(exceptions.APIException):
    """More was sent than is taken at once."""

    status_code = 413


class Unread(exceptions.APIException):
    """The caller does not say which version it means to change."""

    status_code = 428


def answer(wrong: Exception, context: dict[str, Any]) -> Response | None:
    """The answer to an error; None where it is one of ours to mend, which is a 500."""
    words = Words(language_of(context["request"]))
    if isinstance(wrong, HansaError):
        errors = [{"field": field, "message": message} for field, message in getattr(wrong, "by_field", ())]
        return _told(words, status_of(wrong), words.refusal(wrong)[0], errors)
    response = exception_handler(wrong, context)
    if response is None:
        return None
    said = words.refusal(_said(wrong))[0]
    made = _told(words, response.status_code, said, list(_flat(getattr(wrong, "detail", None))))
    for name in ("WWW-Authenticate", "Retry-After"):
        if name in response.headers:
            made.headers[name] = response.headers[name]
    return made


def _told(words: Words, status: int, said: str, errors: list[dict[str, str]]) -> Response:
    """A problem in the language that was asked for; its title stays the English word that a program knows."""
    made = problem(status, said, [one | {"message": words.refusal(one["message"])[0]} for one in errors])
    made.headers["Content-Language"] = words.language
    patch_vary_headers(made, ("Accept-Language",))
    return made


def problem(status: int, detail: str, errors: list[dict[str, str]] | None = None) -> Response:
    """Problem details."""
    return Response(details(status, detail, errors), status=status, content_type=MEDIA_TYPE)


def details(status: int, detail: str, errors: list[dict[str, str]] | None = None) -> dict[str, Any]:
    """The content of problem details.

    >>> details(404, "There is no such page.")["title"]
    'Not found'
    """
    named = [{name: _short(text) for name, text in error.items()} for error in (errors or [])[:MOST]]
    return {
        **{"type": "about:blank", "title": TITLES.get(status, TITLES[400 if status < 500 else 500])},
        **{"status": status, "detail": _short(detail), "errors": named},
    }


def _short(text: str) -> str:
    text = visible(text)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]} ..."


def _said(wrong: Exception) -> str:
    detail = getattr(wrong, "detail", None)
    if isinstance(detail, str):
        return str(detail)
    return "; ".join(f"{error['field']}: {error['message']}" for error in _flat(detail)) or str(wrong) or "Not found."


def _flat(detail: Any, field: str = "") -> Iterator[dict[str, str]]:
    """Errors of the framework by field; none where it is one text."""
    if isinstance(detail, dict):
        for name, inner in detail.items():
            yield from _flat(inner, f"{field}.{name}".strip("."))
    elif isinstance(detail, list):
        for inner in detail:
            yield from _flat(inner, field) if not isinstance(inner, str) else [{"field": field, "message": str(inner)}]
    elif field and detail is not None:
        yield {"field": field, "message": str(detail)}
