"""Accounts: who may be without a role, what the office holds on somebody, how they are forgotten."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from axes.models import AccessAttempt
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import transaction
from django.utils import timezone

from hansa.errors import HansaError
from hansa.office.models import Account, Intake, Role, Speech, SpeechEdit, Token
from hansa.wording import Sentence, Words, mark

PSEUDONYM = "former-"


class LastAdministrator(HansaError):
    """Somebody has to stay who may administer the office."""

    said = Sentence(
        mark("This is the last administrator. Make somebody else an administrator first: else nobody could.")
    )

    def __init__(self) -> None:
        super().__init__(Words("en").say(self.said))


def new_password() -> str:
    """A password that nobody has chosen."""
    return secrets.token_urlsafe(12)


def administrators() -> set[int]:
    """Accounts that may administer the office; locked for as long as a transaction lasts, so that one stays."""
    held = Role.objects.select_for_update().filter(role="administrator", party="", account__is_active=True)
    return set(held.values_list("account_id", flat=True))


def refuse_last(account: Account) -> None:
    """Nothing, where somebody else may administer the office; within a transaction.

    Raises
    ------
    LastAdministrator : nobody would be left.
    """
    if administrators() == {account.pk}:
        raise LastAdministrator


def sessions_of(account: Account) -> list[Session]:
    """Browsers in which somebody is signed in."""
    open_ = Session.objects.filter(expire_date__gt=timezone.now()).iterator()
    return [one for one in open_ if one.get_decoded().get("_auth_user_id") == str(account.pk)]


def end_sessions(account: Account, but: str | None = None) -> int:
    """Sign somebody out everywhere, but in the session with that key; the answer is in how many browsers."""
    keys = [one.session_key for one in sessions_of(account) if one.session_key != but]
    Session.objects.filter(session_key__in=keys).delete()
    return len(keys)


def set_password(account: Account, password: str, *, own: bool, but: str | None = None) -> None:
    """A new password: their own choice (`own`), or to be changed at the next sign-in. Their sessions end, but one."""
    account.set_password(password)
    account.must_change_password = not own
    account.save()
    end_sessions(account, but)


def locked(names: Collection[str], address: str | None = None) -> dict[str, datetime]:
    """Of some names those that are locked after wrong passwords, from one address or from any, and until when."""
    pause = settings.AXES_COOLOFF_TIME
    many = AccessAttempt.objects.filter(attempt_time__gt=timezone.now() - pause)
    if address is not None:
        many = many.filter(ip_address=address)
    failures: dict[tuple[str, str], list[tuple[int, datetime]]] = {}
    for who, where, count, at in many.values_list("username", "ip_address", "failures_since_start", "attempt_time"):
        failures.setdefault((who, where), []).append((count, at + pause))
    until: dict[str, datetime] = {}
    for (who, _), tried in failures.items():
        if sum(count for count, _ in tried) >= settings.AXES_FAILURE_LIMIT:
            until[who] = max([*(at for _, at in tried), *([until[who]] if who in until else [])])
    return {name: until[name.casefold()] for name in names if name.casefold() in until}


def unlock(name: str) -> None:
    """Forget the wrong passwords of a name."""
    AccessAttempt.objects.filter(username=name.casefold()).delete()


def held_on(account: Account) -> dict[str, Any]:
    """Everything that the office holds on an account, as plain values; of passwords and keys nothing that opens."""
    changes = account.changes.prefetch_related("revisions").order_by("number")
    tried = AccessAttempt.objects.filter(username=account.name.casefold())
    return {
        "account": {
            "name": account.name,
            "full_name": account.full_name,
            "email": account.email,
            "language": account.language,
            "created": _moment(account.created),
            "last_sign_in": _moment(account.last_login),
            "active": account.is_active,
            "sample": account.sample,
            "must_change_password": account.must_change_password,
        },
        "roles": [{"role": role.role, "party": role.party or None} for role in account.roles.order_by("role", "party")],
        "tokens": [
            {"name": token.name, "created": _moment(token.created), "expires": _moment(token.expires)}
            for token in account.tokens.order_by("created")
        ],
        "open_sessions": len(sessions_of(account)),
        "failed_sign_ins": [
            {"at": _moment(one.attempt_time), "address": one.ip_address, "browser": one.user_agent,
             "count": one.failures_since_start}
            for one in tried
        ],
        "changes": [
            {"number": change.number, "at": _moment(change.at), "what": change.what,
             "records": [{"id": one.record, "kind": one.kind, "action": one.action} for one in change.revisions.all()]}
            for change in changes
        ],
        "speeches": [
            {"id": one.pk, "title": one.title, "speaker": one.speaker, "date": one.date, "source": one.source,
             "language": one.language, "parties": one.parties, "draft": one.draft, "kept": _moment(one.at),
             "text": one.text}
            for one in Speech.objects.filter(account=account).order_by("pk")
        ],
        "edits_of_speeches": [
            {"speech": one.speech_id, "version": one.version, "at": _moment(one.at), "became": one.became}
            for one in SpeechEdit.objects.filter(account=account).order_by("pk")
        ],
        "files_waiting": [
            {"source": one.source, "at": _moment(one.at), "notes": one.notes, "records": one.content}
            for one in Intake.objects.filter(account=account).order_by("pk")
        ],
    }  # fmt: skip


def erase(account: Account) -> None:
    """Forget who somebody was: the account keeps its number under a pseudonym, for the history that it wrote.

    Raises
    ------
    LastAdministrator : nobody would be left who may administer the office.
    """
    with transaction.atomic():
        refuse_last(account)
        end_sessions(account)
        unlock(account.name)
        for held in (Token, Role, Intake):
            held.objects.filter(account=account).delete()
        account.name = f"{PSEUDONYM}{account.pk}"
        account.full_name = account.email = account.language = ""
        account.is_active = account.must_change_password = False
        account.erased = timezone.now()
        account.last_login = None
        account.set_unusable_password()
        account.save()


def give_role(account: Account, role: str, party: str) -> None:
    """A role, everywhere (an empty party) or where one party is concerned."""
    Role.objects.get_or_create(account=account, role=role, party=party)


def take_role(account: Account, role: str, party: str) -> None:
    """Take a role away.

    Raises
    ------
    LastAdministrator : nobody would be left who may administer the office.
    """
    with transaction.atomic():
        held = Role.objects.filter(account=account, role=role, party=party)
        if (role, party) == ("administrator", ""):
            refuse_last(account)
        held.delete()


def deactivate(account: Account) -> None:
    """Let somebody in no more; what they are called and wrote stays.

    Raises
    ------
    LastAdministrator : nobody would be left who may administer the office.
    """
    with transaction.atomic():
        refuse_last(account)
        account.is_active = False
        account.save()
        end_sessions(account)


def activate(account: Account) -> None:
    """Let somebody in again."""
    account.is_active = True
    account.save()


def reserved(name: str) -> bool:
    """Whether a name is kept for pseudonyms.

    >>> reserved("Former-12"), reserved("formerly")
    (True, False)
    """
    return name.casefold().startswith(PSEUDONYM)


def roles_of(accounts: Iterable[Account]) -> dict[int, list[tuple[str, str]]]:
    """Roles by account."""
    found: dict[int, list[tuple[str, str]]] = {}
    held = Role.objects.filter(account__in=list(accounts)).order_by("role", "party")
    for account, role, party in held.values_list("account_id", "role", "party"):
        found.setdefault(account, []).append((role, party))
    return found


def _moment(at: datetime | None) -> str | None:
    return at.isoformat() if at else None
