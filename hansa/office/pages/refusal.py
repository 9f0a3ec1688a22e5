"""Pages for what Django itself refuses: an address that is not there, a form without its key, an error of ours."""

from __future__ import annotations

import logging
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse

from hansa.office.pages.frame import Asked, page
from hansa.office.permission import VISITOR
from hansa.office.viewer import language_of
from hansa.wording import Words, mark

LACKING = mark("There is no such page.")
KEYLESS = mark(
    "The form had no valid key: it is older than your sign-in, or cookies are off. Load the page and try again."
)
BROKEN = mark("Something went wrong here, and it was noted. Nothing was changed.")
BAD = mark("This request cannot be read.")


def lacking(request: HttpRequest, exception: Any = None) -> HttpResponse:
    """404."""
    return _said(request, 404, LACKING)


def bad(request: HttpRequest, exception: Any = None) -> HttpResponse:
    """400."""
    return _said(request, 400, BAD)


def forbidden(request: HttpRequest, exception: Any = None) -> HttpResponse:
    """403."""
    return _said(request, 403, KEYLESS)


def csrf(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403, of a form without its key."""
    return _said(request, 403, KEYLESS)


def broken(request: HttpRequest) -> HttpResponse:
    """500: said plainly, whatever else is broken."""
    words = Words(language_of(request))
    try:
        return _said(request, 500, BROKEN)
    except Exception:
        logging.getLogger(__name__).exception("the page of an error could not be made")
        return HttpResponse(words(BROKEN), status=500, content_type="text/plain; charset=utf-8")


def _said(request: HttpRequest, status: int, template: str) -> HttpResponse:
    language = language_of(request)
    if request.path.startswith("/api/"):
        from hansa.office.api.problem import MEDIA_TYPE, details  # slow import

        return JsonResponse(details(status, Words(language)(template)), status=status, content_type=MEDIA_TYPE)
    if not hasattr(request, "viewer"):  # refused before anybody asked who it is
        request.viewer, request.language = VISITOR, language  # type: ignore[attr-defined]
    asked = Asked(request)
    return page(asked, "refusal.html", status=status, wrong=asked.words(template), code=status)
