"""Who is asking: accounts that sign in by password, their roles on every request, and the language they read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.contrib.auth.hashers import make_password
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.utils import translation
from django.utils.translation.trans_real import parse_accept_lang_header

from hansa.office.configuration import Configuration
from hansa.office.models import Account
from hansa.office.permission import VISITOR, Viewer
from hansa.wording import Words, languages

LANGUAGE = "office_language"
BEFORE_ALL = ("/account/password", "/account/sign-out", "/account/sign-in")


class ByPassword:
    """Sign-in by name (in any case) and password. Sample accounts open no office but the demo."""

    def authenticate(
        self, request: HttpRequest | None, username: str | None = None, password: str | None = None
    ) -> Account | None:
        """The account, where name and password are right and it is active."""
        account = Account.objects.named((username or "").replace("\0", "")[:80])
        if account is None or not account.is_active or (account.sample and not office().demo):
            make_password(password)  # as long as for an account that is there
            return None
        return account if account.check_password(password or "") else None

    def get_user(self, key: Any) -> Account | None:
        """The account of a session."""
        account = Account.objects.filter(pk=key, is_active=True).first()
        return None if account is not None and account.sample and not office().demo else account


def name_tried(request: HttpRequest, credentials: Mapping[str, Any] | None = None) -> str:
    """The name under which wrong passwords are counted: one and the same in whatever case it was typed."""
    said = (credentials or {}).get("username") or request.POST.get("username", "")
    return str(said).replace("\0", "").strip()[:80].casefold()


def office() -> Configuration:
    """The configuration of the running office."""
    from django.conf import settings  # slow import

    configuration: Configuration = settings.OFFICE
    return configuration


def viewer_of(account: Account | None) -> Viewer:
    """Who an account is, with the roles that it holds now."""
    if account is None or account.pk is None or not account.is_active:
        return VISITOR
    roles = tuple(sorted(account.roles.values_list("role", "party")))
    return Viewer(account.pk, str(account), roles)


class Viewers:
    """Middleware: `request.viewer` (who asks) and `request.language` (what they read)."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """The answer to a request that knows who asks."""
        signed_in = bool(request.COOKIES.get(_session_cookie())) and request.user.is_authenticated
        request.viewer = viewer_of(request.user) if signed_in else VISITOR  # type: ignore[attr-defined, arg-type]
        language = language_of(request)
        request.language = language  # type: ignore[attr-defined]
        with translation.override(language):
            response = self.get_response(request)
        if (asked := request.GET.get("language")) in languages():
            response.set_cookie(LANGUAGE, str(asked), max_age=365 * 24 * 3600, samesite="Lax", secure=office().https)
        return response


class OwnPasswords:
    """Middleware: whose password was made by somebody else reads, but writes nothing before they chose their own."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """The answer, or the way to the page on which they choose one."""
        viewer: Viewer = request.viewer  # type: ignore[attr-defined]
        writes = request.method not in ("GET", "HEAD", "OPTIONS") and viewer.signed_in
        if not writes or request.path in BEFORE_ALL or not getattr(request.user, "must_change_password", False):
            return self.get_response(request)
        if not request.path.startswith("/api/"):
            return HttpResponseRedirect(BEFORE_ALL[0], status=303)
        own = "Choose a password of your own first, on the site: this one was made for you."
        detail, _ = Words(language_of(request)).refusal(own)
        body = {"type": "about:blank", "title": "Not allowed", "status": 403, "detail": detail, "errors": []}
        return JsonResponse(body, status=403, content_type="application/problem+json")


def language_of(request: HttpRequest) -> str:
    """The language asked for: in the address, by the cookie, else by the browser; English where none is known."""
    known = languages()
    for asked in (request.GET.get("language"), request.COOKIES.get(LANGUAGE)):
        if asked in known:
            return str(asked)
    for accepted, _ in parse_accept_lang_header(request.headers.get("Accept-Language", "")[:500]):
        if accepted.split("-")[0] in known:
            return accepted.split("-")[0]
    return "en"


def _session_cookie() -> str:
    from django.conf import settings  # slow import

    return str(settings.SESSION_COOKIE_NAME)
