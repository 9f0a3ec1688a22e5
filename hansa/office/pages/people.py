"""Who has an account, and what they may do: for administrators."""

from __future__ import annotations

from typing import Any

from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods, require_safe

from hansa.commitments.records import Party
from hansa.errors import DataError, NotAllowed, UnknownCode
from hansa.office import account as accounts
from hansa.office.models import ROLES, Account
from hansa.office.pages.account import faults_of, typed
from hansa.office.pages.frame import Asked, page, refusing, url
from hansa.wording import mark

ADMINISTRATORS = mark("Accounts are kept by administrators.")
TAKEN = mark("Somebody has this name already, in capital or small letters. Choose another.")
UNSEEN = mark(
    "A name has letters, digits and signs that are seen, and does not begin as the pseudonyms of erased accounts do."
)
NO_PARTY = mark("There is no such party in the register. Enter it there first, or choose another.")
EVERYWHERE = mark("An administrator is one everywhere: choose no party for this role.")
OWN_ROLE = mark("This is your own role of an administrator. Another administrator can take it from you.")
OWN_ACCOUNT = mark(
    "This is your own account: change your password, or erase it, on your account page; another administrator can do "
    "the rest."
)
SURE = mark("Tick that you are sure: this cannot be undone.")
ERASED = mark("This account is erased: there is nobody left whom this would be done to.")


def _administered(asked: Asked) -> None:
    if not asked.viewer.may("administer"):
        raise NotAllowed(asked.words(ADMINISTRATORS))


@never_cache
@require_safe
@refusing
def people(request: HttpRequest) -> HttpResponse:
    """Everybody with an account, their roles, who is locked, when they were here last."""
    asked = Asked(request)
    _administered(asked)
    everybody = list(Account.objects.filter(erased=None).order_by("name"))
    return page(
        asked,
        "people.html",
        people=everybody,
        roles=accounts.roles_of(everybody),
        locked=accounts.locked([one.name for one in everybody]),
        erased=Account.objects.exclude(erased=None).count(),
    )


@never_cache
@sensitive_variables("password")
@require_http_methods(["GET", "HEAD", "POST"])
@refusing
def new(request: HttpRequest) -> HttpResponse:
    """A new account with a random password, which the answer shows and nothing keeps."""
    asked = Asked(request)
    _administered(asked)
    one = Account()
    faults: dict[str, list[str]] = {}
    role = party = ""
    if request.method == "POST":
        one.name, one.full_name = typed(request, "name", 81), typed(request, "full_name", 201)
        one.email, role, party = typed(request, "email", 255), typed(request, "role"), typed(request, "party")
        faults = _name_faults(asked, one.name) | faults_of(one)
        faults |= _role_faults(asked, role, party) if role else {}
        if not faults:
            password = accounts.new_password()
            if _made(one, password, role, party):
                return _person(asked, one, made=password)
            faults = {"name": [asked.words(TAKEN)]}
    return page(
        asked,
        "person.html",
        status=400 if faults else 200,
        **{"one": one, "faults": faults, "all_roles": ROLES, "parties": _parties(asked), "role": role, "party": party},
    )


@sensitive_variables("password")
def _made(one: Account, password: str, role: str, party: str) -> bool:
    """Keep a new account; whether nobody else was given that name meanwhile."""
    one.set_password(password)
    try:
        with transaction.atomic():
            one.save()
            if role:
                accounts.give_role(one, role, party)
    except IntegrityError:
        return False
    return True


@never_cache
@sensitive_variables("password")
@require_http_methods(["GET", "HEAD", "POST"])
@refusing
def person(request: HttpRequest, key: int) -> HttpResponse:
    """One account: roles, a new password, let in no more or again, unlocked, erased."""
    asked = Asked(request)
    _administered(asked)
    one = Account.objects.filter(pk=key).first()
    if one is None:
        raise UnknownCode("account", key, hint="It is in no list of people.")
    if request.method != "POST":
        return _person(asked, one)
    do = typed(request, "do")
    if one.erased:
        return _person(asked, one, status=409, faults={do: [asked.words(ERASED)]})
    if do == "password" and one.pk != asked.viewer.account:
        password = accounts.new_password()
        accounts.set_password(one, password, own=False)
        accounts.unlock(one.name)
        return _person(asked, one, made=password)
    try:
        faults = _done(asked, one, do)
    except accounts.LastAdministrator as wrong:
        faults = {do: [asked.words.say(wrong.said)]}
    if faults:
        return _person(asked, one, status=409, faults=faults)
    return HttpResponseRedirect(url("person", one.pk, notice="saved"))


def _done(asked: Asked, one: Account, do: str) -> dict[str, list[str]]:
    """Do it, or say why not."""
    request, own = asked.request, one.pk == asked.viewer.account
    role, party = typed(request, "role"), typed(request, "party")
    if do == "give":
        faults = _role_faults(asked, role, party)
        if not faults:
            accounts.give_role(one, role, party)
        return {"give": [message for messages in faults.values() for message in messages]} if faults else {}
    if do == "take":
        if own and role == "administrator":
            return {"take": [asked.words(OWN_ROLE)]}
        accounts.take_role(one, role, party)
    elif do in ("deactivate", "erase", "password") and own:
        return {do: [asked.words(OWN_ACCOUNT)]}
    elif do == "erase" and not request.POST.get("sure"):
        return {do: [asked.words(SURE)]}
    elif do in ACTS:
        ACTS[do](one)
    else:
        raise DataError(f"{do!r} is nothing that can be done to an account.")
    return {}


def _unlock(one: Account) -> None:
    accounts.unlock(one.name)


def _keys(one: Account) -> None:
    one.tokens.all().delete()


ACTS = {
    "deactivate": accounts.deactivate,
    "activate": accounts.activate,
    "unlock": _unlock,
    "tokens": _keys,
    "erase": accounts.erase,
}


def _person(asked: Asked, one: Account, *, status: int = 200, **parts: Any) -> HttpResponse:
    locked = accounts.locked([one.name])
    return page(
        asked,
        "person.html",
        status=status,
        **{"one": one, "faults": {}, "made": "", "all_roles": ROLES, "parties": _parties(asked), **parts},
        roles=accounts.roles_of([one]).get(one.pk, []),
        locked=locked.get(one.name),
        tokens=one.tokens.count(),
        own=one.pk == asked.viewer.account,
    )


def _parties(asked: Asked) -> list[Party]:
    return sorted(asked.register.of(Party), key=lambda party: party.name)


def _name_faults(asked: Asked, name: str) -> dict[str, list[str]]:
    if not name:
        return {}  # the field says so itself
    if not name.isprintable() or accounts.reserved(name):
        return {"name": [asked.words(UNSEEN)]}
    return {"name": [asked.words(TAKEN)]} if Account.objects.named(name) else {}


def _role_faults(asked: Asked, role: str, party: str) -> dict[str, list[str]]:
    if role not in ROLES:
        raise UnknownCode("role", role, ROLES)
    if role == "administrator" and party:
        return {"role": [asked.words(EVERYWHERE)]}
    if party and not any(one.id == party for one in _parties(asked)):
        return {"role": [asked.words(NO_PARTY)]}
    return {}
