"""The records of a kind: listed, made, read, replaced, deleted, told of, published, and what became of each."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from rest_framework import exceptions

from hansa.commitments.entry import Refused
from hansa.commitments.fields import STATES, fields_of
from hansa.commitments.lifecycle import first_day, state_on
from hansa.commitments.records import Event, Record
from hansa.errors import Conflict, NotAllowed, UnknownCode
from hansa.office import revision
from hansa.office.api.content import answer, nothing, read_tag
from hansa.office.api.operation import Call, Operation, Schema
from hansa.office.api.parameter import LIMIT, OFFSET, Parameter
from hansa.office.api.problem import Changed
from hansa.office.api.serializer import (
    closed,
    component,
    fields_written,
    page_of,
    read_event,
    read_record,
    ref,
    url_of,
    written,
)
from hansa.office.labels import PLURAL
from hansa.office.ledger import Edit, action_of, commit
from hansa.office.pages.pen import titled
from hansa.office.permission import who_may
from hansa.office.search import fold
from hansa.office.snapshot import Held, current
from hansa.office.statistics import today

IF_MATCH = {"If-Match": ("The ETag of the version that you have read.", True)}
IF_NONE_MATCH = {"If-None-Match": ("The ETag of what you have: the answer is then 304 where it still holds.", False)}
WHY = Parameter("why", "What this change is, in words, for its history.", most=300)
DRAFT = Parameter(
    "draft", "Whether it begins as a draft; to publish at once takes the right to publish.", "yes/no", default=True
)
Answer = Callable[[Call], HttpResponse]


def has_history(kind: str) -> bool:
    """Whether records of a kind have a history that words can be added to."""
    return any(field.name == "history" for field in fields_of(kind))


def of_kind(kind: str) -> dict[str, list[Operation]]:
    """What may be asked of the records of a kind, by the end of the address; longer ones first, as ids hold slashes."""
    found = {
        "": [_list(kind), _creation(kind)],
        "/<path:id>": [_reading(kind), _replacing(kind), _deletion(kind)],
        "/<path:id>/publish": [_turn(kind, "publish", "Show a draft to everybody.")],
        "/<path:id>/withdraw": [_turn(kind, "withdraw", "Make a published record a draft again.")],
        "/<path:id>/history": [_past(kind)],
        "/<path:id>/history/<int:version>": [_past_version(kind)],
        **({"/<path:id>/events": [_reporting(kind)]} if has_history(kind) else {}),
    }
    return {end: found[end] for end in sorted(found, key=lambda end: (-end.count("/"), end))}


def _list(kind: str) -> Operation:
    return Operation(
        "GET",
        f"list_{PLURAL[kind].replace('-', '_')}",
        f"Records of the kind {_words(kind)}, in the order of their ids.",
        _listed(kind),
        {200: ref(f"{component(kind)}Page"), 304: None},
        (403,),
        parameters=_filters(kind),
        headers=IF_NONE_MATCH,
    )


def _creation(kind: str) -> Operation:
    return Operation(
        "POST",
        f"create_{kind}",
        f"Make a record of the kind {_words(kind)}.",
        _create(kind),
        {201: ref(component(kind))},
        (409,),
        takes=ref(f"{component(kind)}Content"),
        parameters=(DRAFT, WHY),
        caller="role",
        may="create draft",
    )


def _reading(kind: str) -> Operation:
    gives = {200: ref(component(kind)), 304: None}
    what = f"A record of the kind {_words(kind)}."
    return Operation("GET", f"read_{kind}", what, _read(kind), gives, (404,), headers=IF_NONE_MATCH)


def _replacing(kind: str) -> Operation:
    what = f"Replace all fields of a record of the kind {_words(kind)}."
    sent = ref(f"{component(kind)}Content")
    return _writing(Operation("PUT", f"replace_{kind}", what, _replace(kind), {200: ref(component(kind))}, takes=sent))


def _deletion(kind: str) -> Operation:
    what = f"Delete a record of the kind {_words(kind)}; its history is kept."
    return _writing(Operation("DELETE", f"delete_{kind}", what, _delete(kind), {204: None}, may="delete draft"))


def _turn(kind: str, action: str, what: str) -> Operation:
    gives = {200: ref(component(kind))}
    return _writing(Operation("POST", f"{action}_{kind}", what, _turned(kind, action), gives, may=action))


def _reporting(kind: str) -> Operation:
    event = {"allOf": [ref("EventContent"), {"properties": {"state": {"enum": list(STATES[kind])}}}]}
    what, gives = "Give word: add a line to the history of a record.", {200: ref(component(kind))}
    return _writing(Operation("POST", f"report_{kind}", what, _report(kind), gives, takes=event, may="report"))


def _writing(operation: Operation) -> Operation:
    """An operation that changes a record which is there."""
    may = operation.may if operation.may != "see history" else "edit draft"
    return replace(operation, refuses=(404, 409, 412, 428), parameters=(WHY,), headers=IF_MATCH, caller="role", may=may)


def _past(kind: str) -> Operation:
    what, gives = f"Every version of a record of the kind {_words(kind)}.", {200: ref("Versions"), 304: None}
    return _staff(Operation("GET", f"history_of_{kind}", what, _history(kind), gives))


def _past_version(kind: str) -> Operation:
    what, gives = f"A version of a record of the kind {_words(kind)}.", {200: ref("Version"), 304: None}
    return _staff(Operation("GET", f"version_of_{kind}", what, _version(kind), gives))


def _staff(operation: Operation) -> Operation:
    """An operation that shows the past of a record."""
    return replace(operation, refuses=(404,), headers=IF_NONE_MATCH, caller="role")


def _words(kind: str) -> str:
    return kind.replace("_", " ")


def _filters(kind: str) -> tuple[Parameter, ...]:
    own = [
        Parameter("q", "Only those whose id or title has this in it, in any case."),
        Parameter("party", "Only those that concern the party with this id."),
        Parameter("draft", "Only drafts, or only what is published; drafts are seen by who works on them.", "yes/no"),
    ]
    if kind in STATES:
        own.append(Parameter("state", "Only those in this state today.", "word", STATES[kind]))
    return (*own, LIMIT, OFFSET)


# --- reading ----------------------------------------------------------------------------------------------------------


def _listed(kind: str) -> Answer:
    def listed(call: Call) -> HttpResponse:
        if call.asked.get("draft"):
            refuse_unable(call, "see draft")
        found = [held for held in call.snapshot.of(kind, call.viewer) if _chosen(call, held)]
        return answer(call.request, paged(call, [written(held) for held in cut(call, found)], len(found)))

    return listed


def _chosen(call: Call, held: Held) -> bool:
    asked = call.asked
    if "draft" in asked and held.draft is not asked["draft"]:
        return False
    if "q" in asked and fold(asked["q"]) not in fold(f"{held.record.id} {titled(held.record)}"):
        return False
    if "state" in asked:
        state = state_on(getattr(held.record, "history", ()), today())
        if state is None or state.state != asked["state"]:
            return False
    return "party" not in asked or _party(call) in call.snapshot.concerned(held.record)


def _party(call: Call) -> str:
    key = str(call.asked["party"])
    try:
        return call.snapshot.find(key, call.viewer, "party").record.id
    except UnknownCode as unknown:
        raise Refused((("party", str(unknown)),)) from None


def refuse_unable(call: Call, action: str) -> None:
    """Nothing, where who asks holds a role that may do that at least somewhere.

    Raises
    ------
    NotAuthenticated, NotAllowed : they do not.
    """
    if not call.viewer.signed_in:
        raise exceptions.NotAuthenticated("Sign in, or send a key as 'Authorization: Bearer hansa_...'.")
    if not any(role in who_may(action) for role, _ in call.viewer.roles):
        raise NotAllowed(f"This takes a role among: {', '.join(who_may(action))}.")


def cut(call: Call, found: Sequence[Any]) -> Sequence[Any]:
    """The part of a list that was asked for."""
    return found[call.asked["offset"] : call.asked["offset"] + call.asked["limit"]]


def paged(call: Call, results: Sequence[Any], count: int) -> dict[str, Any]:
    """A page of a list, with the addresses of the next and the previous one."""
    limit, offset = call.asked["limit"], call.asked["offset"]
    return {
        "count": count,
        "next": _page(call, offset + limit) if offset + limit < count else None,
        "previous": _page(call, max(0, offset - limit)) if offset else None,
        "results": list(results),
    }


def _page(call: Call, offset: int) -> str:
    asked = {
        name: {True: "true", False: "false"}.get(value, value) if isinstance(value, bool) else value
        for name, value in call.asked.items()
    }
    return f"{call.request._request.path}?{urlencode({**asked, 'offset': offset})}"


def _read(kind: str) -> Answer:
    def read(call: Call) -> HttpResponse:
        held = call.snapshot.find(call.path["id"], call.viewer, kind)
        return answer(call.request, written(held), tag=held.tag)

    return read


def _history(kind: str) -> Answer:
    def history(call: Call) -> HttpResponse:
        told = revision.of_record(call.path["id"], kind, call.snapshot, call.viewer)
        return answer(call.request, {"results": [version(one) for one in reversed(told)]})

    return history


def _version(kind: str) -> Answer:
    def one(call: Call) -> HttpResponse:
        told = revision.of_record(call.path["id"], kind, call.snapshot, call.viewer)
        found = next((one for one in told if one.version == call.path["version"]), None)
        if found is None:
            raise UnknownCode("version", call.path["version"], [str(one.version) for one in told])
        return answer(call.request, version(found) | {"content": fields_written(found.record)})

    return one


def version(told: revision.Told) -> dict[str, Any]:
    """What became of a record in a change, without its content."""
    return {
        **{"record": told.key, "kind": told.kind, "version": told.version, "action": told.action, "draft": told.draft},
        **{"change": told.number, "at": told.at.isoformat(), "by": told.author, "what": told.what},
        "url": url_of(told.kind, told.key, f"history/{told.version}"),
    }


# --- writing ----------------------------------------------------------------------------------------------------------


def _create(kind: str) -> Answer:
    def create(call: Call) -> HttpResponse:
        record = read_record(kind, call.request.data)
        held = _written(call, Edit("create", record.id, record, draft=call.asked["draft"]))
        location = url_of(kind, record.id)
        return answer(call.request, written(_there(held)), tag=_there(held).tag, status=201, Location=location)

    return create


def _replace(kind: str) -> Answer:
    def put(call: Call) -> HttpResponse:
        held = _meant(call, kind, "edit")
        record = read_record(kind, call.request.data)
        return _changed(call, Edit("edit", held.record.id, record, held.tag))

    return put


def _delete(kind: str) -> Answer:
    def delete(call: Call) -> HttpResponse:
        held = _meant(call, kind, "delete")
        _written(call, Edit("delete", held.record.id, tag=held.tag))
        return nothing()

    return delete


def _turned(kind: str, action: str) -> Answer:
    def turned(call: Call) -> HttpResponse:
        held = _meant(call, kind, action)
        return _changed(call, Edit(action, held.record.id, tag=held.tag))

    return turned


def _report(kind: str) -> Answer:
    def report(call: Call) -> HttpResponse:
        held = _meant(call, kind, "report")
        event = read_event(call.request.data)
        if event.state not in STATES[kind]:
            unknown = UnknownCode("state", event.state, STATES[kind], hint=f"Known: {', '.join(STATES[kind])}.")
            raise Refused((("state", str(unknown)),))
        return _changed(call, Edit("report", held.record.id, told(held.record, event), held.tag))

    return report


def told(record: Record, event: Event) -> Record:
    """A record with one more line in its history, where its date belongs: after those of the same day."""
    history: tuple[Event, ...] = getattr(record, "history", ())
    place = max((k for k, one in enumerate(history, 1) if first_day(one.date) <= first_day(event.date)), default=0)
    made: Record = replace(record, history=(*history[:place], event, *history[place:]))  # type: ignore[arg-type]
    return made


def _meant(call: Call, kind: str, action: str) -> Held:
    """The record that is to be changed: seen, theirs to touch, and as they have read it."""
    held = call.snapshot.find(call.path["id"], call.viewer, kind)
    right = action_of(Edit(action, held.record.id), held.draft)
    if not call.viewer.may(right, call.snapshot.concerned(held.record)):
        raise NotAllowed(
            f"To {action} {held.record.id!r} takes a role, of a party that is concerned or of all, among: "
            f"{', '.join(who_may(right))}."
        )
    read_tag(call.request, held.tag)
    return held


def _changed(call: Call, edit: Edit) -> HttpResponse:
    held = _there(_written(call, edit))
    return answer(call.request, written(held), tag=held.tag)


def _there(held: Held | None) -> Held:
    if held is None:
        raise Conflict("It was deleted meanwhile.")
    return held


def _written(call: Call, edit: Edit) -> Held | None:
    """The record after an edit; who wrote between their reading and ours is told of as 412."""
    with _named_by_field(edit.key):
        try:
            after = commit(call.viewer, [edit], call.asked.get("why", ""))
        except Conflict as conflict:
            now = current().held.get(edit.key)
            if edit.tag is not None and (now is None or now.tag != edit.tag):
                raise Changed(str(conflict)) from None
            raise
    return after.held.get(edit.key)


@contextlib.contextmanager
def _named_by_field(key: str) -> Iterator[None]:
    """Fields of the record itself are named without its id."""
    try:
        yield
    except Refused as refusal:
        found = [(field.removeprefix(f"{key} "), message) for field, message in refusal.by_field]
        raise Refused(tuple(found)) from None


VERSION: dict[str, Any] = {
    "record": {"type": "string"},
    "kind": {"type": "string"},
    "version": {"type": "integer"},
    "action": {"type": "string"},
    "draft": {"type": "boolean"},
    "change": {"type": "integer"},
    "at": {"type": "string", "format": "date-time"},
    "by": {"type": "string", "description": "Who did it; empty for the office itself."},
    "what": {"type": "string"},
    "url": {"type": "string"},
}


def components() -> Mapping[str, Schema]:
    """Schemas of versions."""
    whole = VERSION | {"content": {"type": "object", "description": "Every field as it was after the change."}}
    versions = {"type": "array", "items": closed(VERSION)}
    change = {
        **{name: VERSION[name] for name in ("change", "at", "by", "what")},
        "records": versions,
    }
    return {
        "Versions": closed({"results": versions}),
        "Version": closed(whole),
        "ChangePage": page_of(closed(change)),
    }
