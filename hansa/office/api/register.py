"""The register as a whole: all of it, what was changed in it, what is found in it; and who asks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from django.http import HttpResponse

from hansa.commitments.entry import entry_of
from hansa.commitments.fields import schema
from hansa.commitments.records import KINDS
from hansa.commitments.register import Register, kind_of
from hansa.office import revision
from hansa.office.api.content import answer
from hansa.office.api.operation import Call, Operation, Schema
from hansa.office.api.parameter import LIMIT, OFFSET, Parameter
from hansa.office.api.record import IF_NONE_MATCH, cut, paged, refuse_unable, version
from hansa.office.api.serializer import closed, component, page_of, ref, url_of
from hansa.office.models import ROLES
from hansa.office.pages.past import register_on
from hansa.office.pages.search import index_of
from hansa.office.search import excerpt, query

DAY = Parameter("on", "As it stood at the end of a day; for who holds a role.", "day")
SHEET = (LIMIT, OFFSET)


def operations() -> dict[str, list[Operation]]:
    """What may be asked of the register as a whole, by the end of the address."""
    words = Parameter("q", "What is looked for; without it nothing is found.")
    whole = "The whole register, as 'hansa register' reads it back."
    hits = "Records that have some words in any form, the nearest first."
    return {
        "register": [replace(_get("read_register", whole, _register, "Register", DAY), refuses=(403,))],
        "changes": [
            replace(
                _get("list_changes", "What was changed, latest first.", _changes, "ChangePage", *SHEET), caller="role"
            )
        ],
        "search": [replace(_get("search", hits, _search, "HitPage", words, *SHEET), throttle="search")],
        "me": [replace(_get("me", "Who asks: the account, and its roles.", _me, "Account"), caller="signed in")],
    }


def _get(name: str, what: str, found: Callable[[Call], HttpResponse], gives: str, *parameters: Parameter) -> Operation:
    return Operation(
        "GET", name, what, found, {200: ref(gives), 304: None}, parameters=parameters, headers=IF_NONE_MATCH
    )


def _register(call: Call) -> HttpResponse:
    snapshot = call.snapshot
    if "on" in call.asked:
        refuse_unable(call, "see history")
        snapshot = register_on(call.asked["on"], snapshot, call.viewer)
    return answer(call.request, document(snapshot.register(call.viewer)))


def document(register: Register) -> dict[str, list[dict[str, Any]]]:
    """A register as one document: a list for each kind, fields that hold their default left out."""
    found: dict[str, list[dict[str, Any]]] = {kind: [] for kind in KINDS}
    for record in register:
        found[kind_of(record)].append(entry_of(record))
    return found


def _changes(call: Call) -> HttpResponse:
    told, count = revision.changes(call.snapshot, call.viewer, call.asked["offset"], call.asked["limit"])
    return answer(call.request, paged(call, [_change(one) for one in told], count))


def _change(told: list[revision.Told]) -> dict[str, Any]:
    first = version(told[0])
    return {
        **{name: first[name] for name in ("change", "at", "by", "what")},
        "records": [version(one) for one in told],
    }


def _search(call: Call) -> HttpResponse:
    wanted, snapshot = query(call.asked.get("q", "")), call.snapshot
    index = index_of(snapshot, call.statistics)
    found = index.find(wanted, lambda key: snapshot.sees(call.viewer, snapshot.held[key]))
    results = []
    for one in cut(call, found):
        held = snapshot.held[one.key]
        said = "".join(text for text, _ in excerpt(one, wanted))
        hit = {"id": one.key, "kind": held.kind, "title": one.title, "draft": held.draft, "excerpt": said}
        results.append({**hit, "url": url_of(held.kind, one.key)})
    return answer(call.request, paged(call, results, len(found)))


def _me(call: Call) -> HttpResponse:
    account = call.account
    assert account is not None
    roles = [{"role": role, "party": party or None} for role, party in call.viewer.roles]
    return answer(
        call.request,
        {
            **{"name": account.name, "full_name": account.full_name, "language": account.language or None},
            **{"roles": roles, "must_change_password": account.must_change_password},
        },
    )


def components() -> Mapping[str, Schema]:
    """Schemas of the register, of hits and of accounts."""
    text: Schema = {"type": "string"}
    maybe: Schema = {"type": ["string", "null"]}
    hit: dict[str, Schema] = {
        **dict.fromkeys(("id", "kind", "title", "excerpt", "url"), text),
        "draft": {"type": "boolean"},
    }
    role: dict[str, Schema] = {"role": {"type": "string", "enum": list(ROLES)}, "party": maybe}
    account: dict[str, Schema] = {
        **{"name": text, "full_name": text, "language": maybe, "must_change_password": {"type": "boolean"}},
        "roles": {"type": "array", "items": closed(role)},
    }
    lists = {kind: {"type": "array", "items": ref(f"{component(kind)}Content")} for kind in KINDS}
    return {
        "Register": {**closed(lists), "description": str(schema()["title"])},
        "HitPage": page_of(closed(hit)),
        "Account": closed(account),
    }
