"""Writing the register: new records, edits, words, publishing; every form works without script and loses no typing."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.views.decorators.http import require_http_methods
from markupsafe import Markup, escape

from hansa.commitments import references
from hansa.commitments.entry import Refused, record_of
from hansa.commitments.fields import fields_of
from hansa.commitments.records import Record, Session, Target
from hansa.errors import Conflict, DataError, HansaError, NotAllowed, UnknownCode
from hansa.office.form import Fault, Reading, Typed, blank, ends_of_lines, filled, read, read_part, rows_of
from hansa.office.labels import OF_PLURAL, PLURAL, WORD
from hansa.office.ledger import Edit, action_of, commit
from hansa.office.meaning import Meaning
from hansa.office.merge import merged, version_read
from hansa.office.models import Change, Revision
from hansa.office.pages.controls import Sheet, event_sheet, sheet
from hansa.office.pages.field import content_of, facts, line, record_link, shown
from hansa.office.pages.frame import Asked, page, record_url, refusing, url
from hansa.office.pages.measured import Measured, figures_alone, measured
from hansa.office.pages.pen import Pen
from hansa.office.permission import who_may
from hansa.office.snapshot import Held
from hansa.office.statistics import today
from hansa.office.verdicts import lack_of, series_now
from hansa.wording import mark

# the state in which a record of a kind is entered, as a rule
FIRST = {"decision": "taken", "barrier": "reported", "idea": "proposed", "programme": "proposed"}
MEASURED = ("barrier", "target")
# what the statistics ask of a form; and what they can do without
ASKED = {
    "barrier": ("origin", "destination", "products", "history", "kind", "equivalent"),
    "target": ("indicator", "arguments", "value", "period", "baseline_period", "baseline", "direction"),
}
LATER = ("kind", "value", "period", "baseline_period", "baseline", "equivalent")
COMPUTED = ("indicator", "arguments", "period", "baseline_period", "unit")  # on what it hangs whether a target can be
LONGEST_WHAT = 500

PARTIAL = mark("This takes one of these roles, of a party that is concerned or of all: {roles}.")
GENERAL = mark("This takes one of these roles: {roles}.")
MAY_REPORT = mark("You may give word on it instead.")
NOT_COMPUTED = mark("It cannot be computed: {reason}")
NO_HISTORY = mark("Records of this kind have no history to which word could be added.")
NOTHING_SAID = mark("Say at least the day and the state.")
CHANGED = mark("It was changed meanwhile. Look at it as it stands now, and decide again.")
BY_YOU, BY_OTHERS, BY_BOTH = mark("by you"), mark("by others"), mark("by you and by others")
STANDING = {
    "publish": mark("It is published already."),
    "withdraw": mark("It is a draft already."),
}


@dataclass(frozen=True)
class Drafted:
    """A form on its way: of which kind, of which record (None: a new one), and what is typed in it."""

    asked: Asked
    kind: str
    typed: Typed
    held: Held | None = None

    @property
    def meaning(self) -> Meaning:
        """Where its texts are looked up."""
        return Meaning(self.asked.register, self.asked.statistics, self.asked.words)

    @property
    def pen(self) -> Pen:
        """What writes it."""
        return Pen(self.asked.words)

    def said(self, name: str) -> str:
        """One text of the form that belongs to no field."""
        return next(iter(self.typed.get(name, ())), "").strip()

    def read(self) -> Reading:
        """The record that it makes up."""
        old = self.held.record if self.held else None
        return read(self.kind, self.typed, self.meaning, old=old, taken=lambda key: _taken(self.asked, key))


_forms = require_http_methods(["GET", "HEAD", "POST"])


# ---- a new record, or a record changed ------------------------------------------------------------------------------
@_forms
@refusing
def new(request: HttpRequest, kinds: str) -> HttpResponse:
    """A new record; whoever may not publish makes a draft. Fields may be filled in beforehand by the address."""
    asked, kind = Asked(request), _kind(kinds)
    _refuse_unable(asked, "create draft")
    if request.method != "POST":
        given = {name: request.GET.getlist(name) for name in _names(kind) if name in request.GET}
        return _form(Drafted(asked, kind, {**blank(kind), **_begun(asked, kind), **given}))
    drafted = Drafted(asked, kind, _typed(request))
    if drafted.said("preview"):
        return _preview(drafted)
    reading = drafted.read()
    if reading.record is None or (faults := _lacking(drafted, reading.record)):
        return _form(drafted, reading.faults or faults, status=400)
    made = reading.record
    draft = drafted.said("as") != "published"
    return _committed(drafted, reading, Edit("create", made.id, made, draft=draft), "saved" if draft else "published")


def _begun(asked: Asked, kind: str) -> dict[str, list[str]]:
    """What the history of a new record begins with: its first state today, or on the day of its session."""
    if kind not in FIRST:
        return {}
    session = asked.request.GET.get("session", "") if kind == "decision" else ""
    day = next((one.date for one in asked.register.of(Session) if one.id == session), today())
    return {"history-1-date": [day], "history-1-state": [FIRST[kind]]}


@_forms
@refusing
def edit(request: HttpRequest, kinds: str, key: str) -> HttpResponse:
    """A record changed; refused with both versions side by side where somebody else changed it meanwhile."""
    asked, kind = Asked(request), _kind(kinds)
    held = asked.snapshot.find(key, asked.viewer, kind)
    _refuse_unable(asked, "edit draft" if held.draft else "edit", held)
    if request.method != "POST":
        return _form(Drafted(asked, kind, filled(held.record), held))
    drafted = Drafted(asked, kind, _typed(request), held)
    if drafted.said("tag") != held.tag:
        return _conflict(drafted)
    if drafted.said("preview"):
        return _preview(drafted)
    reading = drafted.read()
    if reading.record is None or (faults := _lacking(drafted, reading.record)):
        return _form(drafted, reading.faults or faults, status=400)
    if reading.record == held.record:
        return _to(kind, key, "unchanged")
    return _committed(drafted, reading, Edit("edit", key, reading.record, held.tag), "saved")


def _committed(drafted: Drafted, reading: Reading, change: Edit, notice: str) -> HttpResponse:
    """The way to the record once it is written; else the form again, with what speaks against it."""
    asked = drafted.asked
    try:
        commit(asked.viewer, [change], drafted.said("what")[:LONGEST_WHAT])
    except Refused as refused:
        return _form(drafted, reading.with_refusal(refused, change.key), status=400)
    except Conflict as conflict:
        if drafted.held is None:
            return _form(drafted, (Fault("id", str(conflict), foreign=True),), status=409)
        return _conflict(replace(drafted, asked=Asked(asked.request)))
    except NotAllowed as refused:
        return _form(drafted, (Fault("", str(refused), foreign=True),), status=403)
    except DataError as wrong:
        return _form(drafted, (Fault("", str(wrong), foreign=True),), status=400)
    blind = isinstance(change.record, Target) and asked.statistics.store is None
    return _to(drafted.kind, change.key, "saved-blind" if blind and notice == "saved" else notice)


def _form(drafted: Drafted, faults: Sequence[Fault] = (), *, status: int = 200, **parts: Any) -> HttpResponse:
    without = ("id",) if drafted.held is not None else ()
    controls = sheet(drafted.kind, drafted.typed, drafted.meaning, drafted.pen, faults, without=without)
    return _sheet_page(drafted, "edit.html", controls, status, **parts)


def _sheet_page(drafted: Drafted, template: str, controls: Sheet, status: int, **parts: Any) -> HttpResponse:
    asked, held = drafted.asked, drafted.held
    general = {
        "kind": drafted.kind,
        "held": held,
        "sheet": controls,
        "what": drafted.said("what"),
        "publish": asked.viewer.may("publish", [party for _, party in asked.viewer.roles]),
        "published": drafted.said("as") == "published",
        "measurable": drafted.kind in MEASURED,
        "anyway": bool(drafted.said("anyway")),
        "computing": drafted.kind == "target",
        "blind": asked.statistics.store is None,
        "measured": None,
        "plural": PLURAL[drafted.kind],
    }
    return page(asked, template, status=status, **{**general, **parts})


def _lacking(drafted: Drafted, record: Record) -> tuple[Fault, ...]:
    """A target that cannot be computed, unless it is to be kept all the same or could not be before either."""
    if not isinstance(record, Target) or drafted.said("anyway"):
        return ()
    old = drafted.held.record if drafted.held else None
    if old is not None and all(getattr(old, name) == getattr(record, name) for name in COMPUTED):
        return ()
    lack = lack_of(drafted.asked.statistics, record)
    if lack is None:
        return ()
    return (Fault(lack[0], drafted.asked.words(NOT_COMPUTED).format(reason=drafted.asked.words.refusal(lack[1])[0])),)


# ---- what the statistics say of it before it is saved ---------------------------------------------------------------
def _preview(drafted: Drafted) -> HttpResponse:
    """The form again, with the trade at stake or the statistic above it; nothing is saved."""
    asked, names = drafted.asked, ASKED[drafted.kind]
    entry, reading = read_part(drafted.kind, drafted.typed, drafted.meaning, names)
    faults = tuple(fault for fault in reading.faults if fault.control not in LATER)
    if faults:
        return _form(drafted, faults, status=400)
    if drafted.kind == "target":
        return _statistic(drafted, entry)
    try:
        barrier = record_of("barrier", {"id": "typed", "title": "typed", **entry})
    except Refused as refused:
        return _form(drafted, reading.with_refusal(refused), status=400)
    return _form(drafted, measured=measured(asked, Held(barrier, "barrier", 0, True, 0, datetime.now(UTC))))


def _statistic(drafted: Drafted, entry: dict[str, Any]) -> HttpResponse:
    """The statistic of a target: how far it has come where a value and periods are typed, else the figures alone."""
    statistics, period = drafted.asked.statistics, entry.get("period", entry.get("baseline_period", ""))
    try:
        series = series_now(statistics, entry["indicator"], entry.get("arguments", {}), period)
    except HansaError as lack:
        return _form(drafted, measured=Measured(lack=str(lack)))
    since = series.values.get(entry.get("baseline_period", ""))
    typed = {**drafted.typed}
    if not drafted.said("unit"):
        typed["unit"] = [series.unit]
    if not drafted.said("baseline") and since is not None:
        typed["baseline"] = [repr(since)]
    drafted = replace(drafted, typed=typed)
    told = json.dumps(entry, sort_keys=True)
    named = {"id": f"typed-{hashlib.sha256(told.encode()).hexdigest()[:16]}", "of": "typed"}
    try:
        target = record_of("target", {**entry, "unit": drafted.said("unit"), **named})
    except Refused:  # no value yet, or no periods
        return _form(drafted, measured=figures_alone(drafted.asked, entry["indicator"], series))
    return _form(drafted, measured=measured(drafted.asked, Held(target, "target", 0, True, 0, datetime.now(UTC))))


# ---- two at once ----------------------------------------------------------------------------------------------------
def _conflict(drafted: Drafted) -> HttpResponse:
    """Both versions side by side, and the form of the newer one with what was typed kept in it."""
    asked, held = drafted.asked, drafted.held
    assert held is not None
    held = asked.snapshot.find(held.record.id, asked.viewer, drafted.kind)
    base = version_read(drafted.kind, held.record.id, drafted.said("tag"))
    before, now = filled(base or held.record), filled(held.record)
    mine = read(drafted.kind, drafted.typed, drafted.meaning, old=base or held.record)
    kept = merged(drafted.kind, before, drafted.typed, now)
    aside = {name: drafted.typed[name] for name in ("what", "as", "anyway") if name in drafted.typed}
    again = replace(drafted, typed={**kept, **aside}, held=held)
    change = Change.objects.select_related("account").filter(number=held.number).first()
    rows = _side_by_side(again, mine, base)
    sheet_ = sheet(again.kind, again.typed, again.meaning, again.pen, (), without=("id",))
    return _sheet_page(again, "conflict.html", sheet_, 409, rows=rows, change=change)


def _side_by_side(drafted: Drafted, mine: Reading, base: Record | None) -> list[tuple[str, Markup, Markup, str]]:
    """Field, as it stands, as it was typed, and who changed it, of every field that differs."""
    asked, held = drafted.asked, drafted.held
    assert held is not None
    now, before = content_of(held.record), content_of(base or held.record)
    typed = content_of(mine.record) if mine.record else None
    found = []
    for field in fields_of(drafted.kind):
        theirs, old = now.get(field.name), before.get(field.name)
        ours = typed.get(field.name) if typed is not None else None
        if typed is None:
            texts = [
                text for name, texts in drafted.typed.items() if name.split("-")[0] == field.name for text in texts
            ]
            said = escape("; ".join(text for text in texts if text.strip()))
        else:
            said = shown(asked, drafted.kind, field.name, ours, typed)
        if (typed is None and theirs != old) or (typed is not None and theirs != ours):
            by_you, by_others = typed is not None and ours != old, theirs != old
            who = BY_BOTH if by_you and by_others else BY_YOU if by_you else BY_OTHERS
            found.append((drafted.pen.label(field.name), shown(asked, drafted.kind, field.name, theirs, now), said,
                          asked.words(who)))  # fmt: skip
    return found


# ---- word given, published, withdrawn, deleted ----------------------------------------------------------------------
@_forms
@refusing
def report(request: HttpRequest, kinds: str, key: str) -> HttpResponse:
    """Word given on a record: one event more in its history, and nothing else."""
    asked, kind = Asked(request), _kind(kinds)
    held = asked.snapshot.find(key, asked.viewer, kind)
    _refuse_unable(asked, action_of(Edit("report", key), held.draft), held)
    if not any(field.name == "history" for field in fields_of(kind)):
        raise DataError(asked.words(NO_HISTORY))
    history = getattr(held.record, "history", ())
    number = len(history) + 1
    if request.method != "POST":
        own = [party for _, party in asked.viewer.roles if party]
        drafted = Drafted(asked, kind, {f"history-{number}-date": [today()], f"history-{number}-by": own[:1]}, held)
        return _word(drafted, number)
    typed = _typed(request)
    row = {f"history-{number}-{name}": typed.get(f"{told}-{name}", []) for told, name in _row_of(typed)}
    drafted = Drafted(asked, kind, {**row, **{name: typed.get(name, []) for name in ("tag", "what")}}, held)
    if drafted.said("tag") != held.tag:
        return _word(drafted, number, (Fault("", asked.words(CHANGED)),), 409)
    reading = read(kind, {**filled(held.record), **row}, drafted.meaning, old=held.record)
    if reading.record is None:
        return _word(drafted, number, reading.faults, 400)
    if reading.record == held.record:
        return _word(drafted, number, (Fault(f"history-{number}-date", asked.words(NOTHING_SAID)),), 400)
    try:
        commit(asked.viewer, [Edit("report", key, reading.record, held.tag)], drafted.said("what")[:LONGEST_WHAT])
    except Refused as refused:
        return _word(drafted, number, reading.with_refusal(refused, key), 400)
    except Conflict:
        return _word(drafted, number, (Fault("", asked.words(CHANGED)),), 409)
    return _to(kind, key, "reported")


def _row_of(typed: Typed) -> list[tuple[str, str]]:
    """The row of an event in a form, whatever its number was when the form was made, and the names of its fields."""
    numbers = rows_of("history", typed)
    return [(f"history-{number}", field.name) for number in numbers[:1] for field in fields_of("event")]


def _word(drafted: Drafted, number: int, faults: Sequence[Fault] = (), status: int = 200) -> HttpResponse:
    held = drafted.held
    assert held is not None
    controls = event_sheet(drafted.kind, number, drafted.typed, drafted.meaning, drafted.pen, faults)
    told = [line(drafted.asked, "event", entry) for entry in content_of(held.record).get("history", ())]
    return _sheet_page(drafted, "word.html", controls, status, told=told)


@_forms
@refusing
def publish(request: HttpRequest, kinds: str, key: str) -> HttpResponse:
    """A draft made visible to all; what it names must be visible already."""
    return _decide(Asked(request), _kind(kinds), key, "publish")


@_forms
@refusing
def withdraw(request: HttpRequest, kinds: str, key: str) -> HttpResponse:
    """A published record made a draft again."""
    return _decide(Asked(request), _kind(kinds), key, "withdraw")


@_forms
@refusing
def delete(request: HttpRequest, kinds: str, key: str) -> HttpResponse:
    """A record deleted; its history is kept."""
    return _decide(Asked(request), _kind(kinds), key, "delete")


def _decide(asked: Asked, kind: str, key: str, action: str) -> HttpResponse:
    """What will be seen, or no more; done when it is confirmed."""
    held = asked.snapshot.find(key, asked.viewer, kind)
    _refuse_unable(asked, action_of(Edit(action, key), held.draft), held)
    if action in STANDING and held.draft == (action == "withdraw"):
        raise Conflict(asked.words(STANDING[action]))
    if asked.request.method != "POST":
        return _decision(asked, held, action)
    if asked.request.POST.get("tag") != held.tag:
        return _decision(asked, held, action, (Fault("", asked.words(CHANGED)),), 409)
    what = asked.request.POST.get("what", "").strip()[:LONGEST_WHAT]
    try:
        commit(asked.viewer, [Edit(action, key, tag=held.tag)], what)
    except Refused as refused:
        faults = tuple(Fault("", f"{name}: {message}", foreign=True) for name, message in refused.by_field)
        return _decision(asked, held, action, faults, 400)
    except Conflict:
        return _decision(Asked(asked.request), held, action, (Fault("", asked.words(CHANGED)),), 409)
    if action == "delete":
        return HttpResponseRedirect(url("listing", PLURAL[kind], notice="deleted"))
    return _to(kind, key, {"publish": "published", "withdraw": "withdrawn"}[action])


def _decision(asked: Asked, held: Held, action: str, faults: Sequence[Fault] = (), status: int = 200) -> HttpResponse:
    content = content_of(held.record)
    events = [line(asked, "event", entry, held.kind) for entry in content.get("history", ())]
    amounts = [line(asked, "amount", entry) for entry in content.get("amounts", ())]
    parts = {"held": held, "kind": held.kind, "action": action, "faults": faults, "events": events, "amounts": amounts}
    parts |= {"facts": facts(asked, held.kind, content), "in_the_way": _in_the_way(asked, held, action)}
    return page(asked, "decide.html", status=status, plural=PLURAL[held.kind], **parts)


def _in_the_way(asked: Asked, held: Held, action: str) -> list[Markup]:
    """Links to what must be seen to first: drafts that it names, or records that name it."""
    if action == "publish":
        named = dict.fromkeys(key for _, key in references(held.record))
        drafts = (asked.snapshot.held[key] for key in named if key in asked.snapshot.held)
        seen = [one for one in drafts if one.draft and asked.snapshot.sees(asked.viewer, one)]
    else:
        naming = dict.fromkeys(one.record.id for one, _ in asked.snapshot.naming(held.record.id, asked.viewer))
        seen = [asked.snapshot.held[key] for key in naming if action == "delete" or not asked.snapshot.held[key].draft]
    return [record_link(asked, one.record.id) for one in seen]


# ---- what all of them share -----------------------------------------------------------------------------------------
def _kind(kinds: str) -> str:
    if kinds not in OF_PLURAL:
        raise UnknownCode("kind of record", kinds, OF_PLURAL, hint="The register lists them.")
    return OF_PLURAL[kinds]


def _names(kind: str) -> list[str]:
    return [field.name for field in fields_of(kind) if not field.nested]


def _typed(request: HttpRequest) -> dict[str, list[str]]:
    return {str(name): [ends_of_lines(str(text)) for text in texts] for name, texts in request.POST.lists()}


def _to(kind: str, key: str, notice: str) -> HttpResponse:
    return HttpResponseRedirect(f"{record_url(kind, key)}?notice={notice}")


def _taken(asked: Asked, key: str) -> bool:
    return key in asked.snapshot.held or ("\0" not in key and Revision.objects.filter(record=key).exists())


def _refuse_unable(asked: Asked, action: str, held: Held | None = None) -> None:
    """Nothing, where who asks may do that: to this record, or (of a new one) to any."""
    viewer = asked.viewer
    if held is None:
        able = viewer.may(action, [party for _, party in viewer.roles])
    else:
        able = viewer.may(action, asked.snapshot.concerned(held.record))
    if able:
        return
    roles = ", ".join(asked.words(WORD[role]) for role in who_may(action))
    said = asked.words(PARTIAL if viewer.staff else GENERAL).format(roles=roles)
    reports = action == "edit" and held is not None and viewer.may("report", asked.snapshot.concerned(held.record))
    raise NotAllowed(f"{said} {asked.words(MAY_REPORT)}" if reports else said)
