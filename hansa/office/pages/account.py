"""One's own account: signing in and out, the password, keys for programs, taking everything along, being forgotten."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.conf import settings
from django.contrib import auth
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from hansa.errors import NotAllowed, UnknownCode
from hansa.office import account as accounts
from hansa.office.api.tokens import new_token
from hansa.office.models import Account, Token
from hansa.office.pages.frame import Asked, page, refusing, url
from hansa.office.rate import address_of
from hansa.office.viewer import LANGUAGE, name_tried, office
from hansa.wording import languages, mark

WRONG = mark("This name and this password do not go together. Mind capital letters in the password.")
SIGN_IN = mark("Sign in first: this page is about your own account.")
NOT_YOURS = mark("This is not your password.")
TWO = mark("The two new passwords are not the same. Type the new one twice.")
SAME = mark("This is the password that you have already. Choose another.")
ALIKE = mark("It is too like your name or your address. Choose another.")
NAMELESS = mark("Give the key a name, by which you will know what uses it.")
NO_DAY = mark("Give a day after today, and no more than {count} years ahead.")
TOO_MANY = mark("You have {count} keys already. Delete those that nothing uses.")
MOST_TOKENS, YEARS = 50, 5
LONGEST_PASSWORD = 4_096


def typed(request: HttpRequest, name: str, longest: int = 300) -> str:
    """What somebody wrote into a field, without what no database keeps."""
    return request.POST.get(name, "").replace("\0", "").strip()[:longest]


def own_address(request: HttpRequest, address: str) -> str:
    """An address of this site to go on to; empty where it is another's."""
    own = url_has_allowed_host_and_scheme(address, {request.get_host()}, require_https=request.is_secure())
    return address if own and address.startswith("/") else ""


def account_of(asked: Asked) -> Account:
    """Who asks, as an account.

    Raises
    ------
    NotAllowed : nobody is signed in.
    """
    key = asked.viewer.account
    if key is None:
        raise NotAllowed(asked.words(SIGN_IN))
    return Account.objects.get(pk=key)


@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
@refusing
def sign_in(request: HttpRequest) -> HttpResponse:
    """Sign in by name and password, and go on to where one came from."""
    asked = Asked(request)
    after = own_address(request, request.POST.get("next") or request.GET.get("next", ""))
    if request.method != "POST":
        if asked.viewer.signed_in:
            return HttpResponseRedirect(after or url("account"))
        return page(asked, "sign_in.html", posts=True, after=after, name="", fault="")
    name = typed(request, "username", 80)
    found = auth.authenticate(request, username=name, password=request.POST.get("password", "")[:LONGEST_PASSWORD])
    if not isinstance(found, Account):
        fault = asked.words(WRONG)
        return page(asked, "sign_in.html", status=400, posts=True, after=after, name=name, fault=fault)
    auth.login(request, found)
    return _in_own_language(
        HttpResponseRedirect(url("password", next=after) if found.must_change_password else after or url("home")), found
    )


@never_cache
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """Sign out."""
    auth.logout(request)
    return HttpResponseRedirect(url("home", notice="signed-out"))


def locked(
    request: HttpRequest, original: HttpResponse | None = None, credentials: Mapping[str, Any] | None = None
) -> HttpResponse:
    """What who tried too many passwords is told, be the next one right or wrong: for how long the name is locked."""
    asked = Asked(request)
    name = name_tried(request, credentials)
    until = accounts.locked([name], address_of(request)).get(name)
    seconds = (until - timezone.now()).total_seconds() if until else settings.AXES_COOLOFF_TIME.total_seconds()
    response = page(asked, "locked.html", status=429, posts=True, minutes=max(1, math.ceil(seconds / 60)))
    response["Retry-After"] = str(max(1, math.ceil(seconds)))
    response["Cache-Control"] = "no-store"
    return response


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@refusing
def account(request: HttpRequest) -> HttpResponse:
    """Who one is here: name, roles, language; full name, address and language can be changed."""
    asked = Asked(request)
    own = account_of(asked)
    faults: dict[str, list[str]] = {}
    if request.method == "POST":
        own.full_name, own.email = typed(request, "full_name", 201), typed(request, "email", 255)
        own.language = typed(request, "language") if request.POST.get("language") in languages() else ""
        faults = faults_of(own)
        if not faults:
            own.save()
            return _in_own_language(HttpResponseRedirect(url("account", notice="saved")), own)
    return page(
        asked,
        "account.html",
        status=400 if faults else 200,
        own=own,
        faults=faults,
        tokens=own.tokens.count(),
        sessions=len(accounts.sessions_of(own)),
    )


@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
@refusing
def password(request: HttpRequest) -> HttpResponse:
    """Choose a new password; it ends what is open elsewhere."""
    asked = Asked(request)
    own = account_of(asked)
    after = own_address(request, request.POST.get("next") or request.GET.get("next", ""))
    faults: dict[str, list[str]] = {}
    if request.method == "POST":
        faults = _password_faults(request, asked, own)
        if not faults:
            accounts.set_password(own, request.POST["new"], own=True)
            auth.login(request, own, backend="hansa.office.viewer.ByPassword")
            return HttpResponseRedirect(after or url("account", notice="password"))
    return page(asked, "password.html", status=400 if faults else 200, own=own, after=after, faults=faults)


def _password_faults(request: HttpRequest, asked: Asked, own: Account) -> dict[str, list[str]]:
    old, new, again = (request.POST.get(name, "") for name in ("old", "new", "again"))
    if not _is_theirs(request, own, old):
        return {"old": [asked.words(NOT_YOURS)]}
    if new != again:
        return {"again": [asked.words(TWO)]}
    if new == old:
        return {"new": [asked.words(SAME)]}
    try:
        validate_password(new[:LONGEST_PASSWORD], own)
    except ValidationError as wrong:
        alike = "password_too_similar"  # names the field in English
        return {"new": [asked.words(ALIKE) if one.code == alike else one.messages[0] for one in wrong.error_list]}
    return {}


def _is_theirs(request: HttpRequest, own: Account, said: str) -> bool:
    """Whether somebody who is signed in knows their password; wrong ones are counted as those at the door."""
    return auth.authenticate(request, username=own.name, password=said[:LONGEST_PASSWORD]) == own


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@refusing
def tokens(request: HttpRequest) -> HttpResponse:
    """Keys for programs: a new one, whose text is shown once; or one fewer."""
    asked = Asked(request)
    own = account_of(asked)
    if request.method == "POST" and "delete" in request.POST:
        key = request.POST["delete"]
        number = int(key) if key.isascii() and key.isdecimal() and len(key) < 18 else 0
        count, _ = Token.objects.filter(account=own, pk=number).delete()
        if not count:
            raise UnknownCode("key of yours", key)
        return HttpResponseRedirect(url("tokens", notice="saved"))
    faults, text, name, day = dict[str, list[str]](), "", "", ""
    if request.method == "POST":
        name, day = typed(request, "name", 80), typed(request, "expires", 10)
        faults, expires = _token_faults(asked, own, name, day)
        if not faults:
            _, text = new_token(own, name, expires)
            name = day = ""
    held = own.tokens.order_by("created")
    return page(
        asked, "tokens.html", status=400 if faults else 200, held=held, made=text, faults=faults, name=name, expires=day
    )


def _token_faults(asked: Asked, own: Account, name: str, day: str) -> tuple[dict[str, list[str]], datetime | None]:
    faults: dict[str, list[str]] = {}
    expires = None
    if not name:
        faults["name"] = [asked.words(NAMELESS)]
    elif own.tokens.count() >= MOST_TOKENS:
        faults["name"] = [asked.words(TOO_MANY).format(count=MOST_TOKENS)]
    if day:
        try:
            last = date.fromisoformat(day)
        except ValueError:
            last = date.min
        now = datetime.now(UTC).date()
        if not now < last <= now + timedelta(days=366 * YEARS):
            faults["expires"] = [asked.words(NO_DAY).format(count=YEARS)]
        else:
            expires = datetime.combine(last, time.max, UTC)
    return faults, expires


@never_cache
@require_safe
@refusing
def export(request: HttpRequest) -> HttpResponse:
    """Everything that the office holds on who asks, as JSON."""
    own = account_of(Asked(request))
    text = json.dumps(accounts.held_on(own), ensure_ascii=False, indent=2)
    response = HttpResponse(text, content_type="application/json; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="account-{own.pk}.json"'
    return response


@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
@refusing
def erase(request: HttpRequest) -> HttpResponse:
    """Be forgotten: asked for with the password, and not to be undone."""
    asked = Asked(request)
    own = account_of(asked)
    faults: dict[str, list[str]] = {}
    if request.method == "POST":
        if not _is_theirs(request, own, request.POST.get("password", "")):
            faults["password"] = [asked.words(NOT_YOURS)]
        else:
            try:
                accounts.erase(own)
            except accounts.LastAdministrator as wrong:
                faults[""] = [asked.words.say(wrong.said)]
            else:
                auth.logout(request)
                return HttpResponseRedirect(url("home", notice="erased"))
    pseudonym = f"{accounts.PSEUDONYM}{own.pk}"
    status = 409 if "" in faults else 400 if faults else 200
    return page(asked, "erase.html", status=status, own=own, faults=faults, pseudonym=pseudonym)


def faults_of(one: Account) -> dict[str, list[str]]:
    """What is wrong with the fields of an account, by field, in the language of the page."""
    try:
        one.full_clean(exclude=["password"])
    except ValidationError as wrong:
        return {field: list(messages) for field, messages in wrong.message_dict.items()}
    return {}


def _in_own_language(response: HttpResponse, own: Account) -> HttpResponse:
    if own.language in languages():
        year = 365 * 24 * 3600
        response.set_cookie(LANGUAGE, own.language, max_age=year, samesite="Lax", secure=office().https)
    return response
