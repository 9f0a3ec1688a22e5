"""What was changed, by whom, when and from what to what: of one record, and change by change. For who holds a role.

Of a record that somebody may not see as it stands nothing is told, not even that it is there; of one that they may see
those versions that were drafts are told to those who may see its drafts.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe
from markupsafe import Markup

from hansa.commitments.fields import NESTED, fields_of
from hansa.commitments.lifecycle import state_on
from hansa.errors import NotAllowed, UnknownCode
from hansa.office import revision as versions
from hansa.office.models import Change
from hansa.office.pages.field import facts, heading, line, shown
from hansa.office.pages.frame import Asked, page, record_url, refusing, url
from hansa.office.pages.paging import addresses, sheet
from hansa.office.pages.pen import Pen
from hansa.office.pages.promised import badge, state_badge
from hansa.office.pages.record import kind_named
from hansa.office.permission import who_may
from hansa.office.revision import Told
from hansa.wording import mark

CHANGES = 25  # on a page
TOLD = 5  # records of a change that the list of changes names
DONE = {
    "created": mark("created"),
    "edited": mark("edited"),
    "reported": mark("word given"),
    "published": mark("published"),
    "withdrawn": mark("made a draft again"),
    "deleted": mark("deleted"),
}
LOOK = {"published": "good", "deleted": "bad", "withdrawn": "near"}


@dataclass(frozen=True)
class Step:
    """One version of a record: what was done, by whom, when, in what words, and what became what."""

    heading: str
    address: str
    version: int
    badges: tuple[Markup, ...]
    who: str
    when: str
    what: str
    change: int
    differences: tuple[tuple[str, Markup, Markup], ...] = ()


@dataclass(frozen=True)
class Act:
    """One change as a list tells it: by whom, when, in what words, and the first of the records that it touched."""

    number: int
    who: str
    when: str
    what: str
    records: tuple[Step, ...]
    count: int


@require_safe
@refusing
def history(request: HttpRequest, kinds: str, key: str) -> HttpResponse:
    """Every version of a record, the latest first."""
    asked, kind = _allowed(request), kind_named(kinds)
    seen = versions.of_record(key, kind, asked.snapshot, asked.viewer)
    found = sheet(list(reversed(range(len(seen)))), request.GET.get("page"))
    steps = [_step(asked, seen[at], _became(asked, seen[at], seen[at - 1] if at else None)) for at in found.entries]
    name = heading(asked, seen[-1].record)
    return page(asked, "history.html", heading=name, kind=kind, key=key, steps=steps, sheet=found,
                address=addresses(asked), there=key in asked.register)  # fmt: skip


@require_safe
@refusing
def revision(request: HttpRequest, kinds: str, key: str, version: int) -> HttpResponse:
    """A record as it was."""
    asked, kind = _allowed(request), kind_named(kinds)
    seen = versions.of_record(key, kind, asked.snapshot, asked.viewer)
    numbers = [one.version for one in seen]
    if version not in numbers:
        raise UnknownCode("version of this record", version, map(str, numbers), hint="Its history names them all.")
    at = numbers.index(version)
    one, pen = seen[at], Pen(asked.words)
    content = one.content
    state = state_on(getattr(one.record, "history", ()), f"{one.at:%Y-%m-%d}")
    return page(
        asked,
        "revision.html",
        kind=kind,
        key=key,
        step=_step(asked, one, _became(asked, one, seen[at - 1] if at else None)),
        state=state_badge(pen, state.state if state else None, kind),
        facts=facts(asked, kind, content),
        history=[line(asked, "event", event, kind) for event in reversed(content.get("history", ()))],
        amounts=[line(asked, "amount", money) for money in content.get("amounts", ())],
        before=numbers[at - 1] if at else None,
        after=numbers[at + 1] if at + 1 < len(seen) else None,
        until=_when(seen[at + 1]) if at + 1 < len(seen) else "",
        there=key in asked.register,
    )


@require_safe
@refusing
def changes(request: HttpRequest) -> HttpResponse:
    """Every change of which somebody may see a part, the latest first."""
    asked = _allowed(request)
    before = request.GET.get("before", "")
    upper = int(before) if before.isascii() and before.isdigit() and len(before) < 16 else None
    acts, unseen = list[Act](), versions.hidden(asked.snapshot, asked.viewer)
    for number in _changes(upper):
        if (act := _act(asked, number, unseen)) is not None:
            acts.append(act)
        if len(acts) > CHANGES:
            break
    more = url("changes", before=acts[CHANGES - 1].number) if len(acts) > CHANGES else ""
    return page(asked, "changes.html", acts=acts[:CHANGES], more=more, first=upper is None)


@require_safe
@refusing
def change(request: HttpRequest, number: int) -> HttpResponse:
    """What one change did, record by record."""
    asked = _allowed(request)
    unseen = versions.hidden(asked.snapshot, asked.viewer)
    seen = versions.places_in(number, asked.snapshot, asked.viewer, unseen)
    if not seen:
        raise UnknownCode("change", number, hint="The list of changes names them all.")
    found = sheet(seen, request.GET.get("page"))
    told = versions.at(found.entries)
    earlier = {
        (one.key, one.version + 1): one for one in versions.before(told) if one.seen_by(asked.viewer, asked.snapshot)
    }
    steps = [_step(asked, one, _became(asked, one, earlier.get((one.key, one.version)))) for one in told]
    return page(asked, "change.html", number=number, who=_who(asked, told[0]), when=_when(told[0]), what=told[0].what,
                steps=steps, sheet=found, address=addresses(asked))  # fmt: skip


# ---- what may be seen -----------------------------------------------------------------------------------------------
def _allowed(request: HttpRequest) -> Asked:
    asked = Asked(request)
    if not asked.viewer.may("see history"):
        raise NotAllowed(f"To see what was changed takes a role: {', '.join(who_may('see history'))}.")
    return asked


def _changes(upper: int | None) -> Iterator[int]:
    found = Change.objects.order_by("-number").values_list("number", flat=True)
    return (found.filter(number__lt=upper) if upper is not None else found).iterator(chunk_size=CHANGES)


# ---- how it is told -------------------------------------------------------------------------------------------------
def _act(asked: Asked, number: int, unseen: frozenset[str]) -> Act | None:
    """A change as the list tells it; None where somebody may see nothing of it."""
    seen = versions.places_in(number, asked.snapshot, asked.viewer, unseen)
    if not seen:
        return None
    told = versions.at(seen[:TOLD])
    steps = tuple(_step(asked, one) for one in told)
    return Act(number, _who(asked, told[0]), _when(told[0]), told[0].what, steps, len(seen))


def _step(asked: Asked, one: Told, became: Iterable[tuple[str, Markup, Markup]] = ()) -> Step:
    pen, words = Pen(asked.words), asked.words
    badges = [badge(pen, words(DONE.get(one.action, one.action)), LOOK.get(one.action, ""))]
    if one.draft and one.action not in ("withdrawn",):
        badges.append(badge(pen, words(mark("draft")), "draft"))
    return Step(
        heading(asked, one.record),
        record_url(one.kind, one.key, "record" if one.key in asked.register else "history"),
        one.version,
        tuple(badges),
        _who(asked, one),
        _when(one),
        one.what,
        one.number,
        tuple(became),
    )


def _became(asked: Asked, one: Told, earlier: Told | None) -> Iterator[tuple[str, Markup, Markup]]:
    """What a version changed, set against the one before as far as that may be seen."""
    after = {} if one.action == "deleted" else one.content
    return differences(asked, one.kind, earlier.content if earlier and earlier.action != "deleted" else {}, after)


def differences(
    asked: Asked, kind: str, before: Mapping[str, Any], after: Mapping[str, Any]
) -> Iterator[tuple[str, Markup, Markup]]:
    """What became what, field by field; of histories and amounts the lines that went and those that came."""
    pen = Pen(asked.words)
    for field in fields_of(kind):
        old, new = before.get(field.name), after.get(field.name)
        if old == new:
            continue
        if field.name in NESTED:
            went = [one for one in old or () if one not in (new or ())]
            came = [one for one in new or () if one not in (old or ())]
            if not went and not came:  # only their order is another
                went, came = list(old or ()), list(new or ())
            old, new = went, came
        yield (
            pen.label(field.name),
            shown(asked, kind, field.name, old, before),
            shown(asked, kind, field.name, new, after),
        )


def _who(asked: Asked, one: Told) -> str:
    """Who did it, by the name or pseudonym that the account has now."""
    return one.author or asked.words(mark("the office"))


def _when(one: Told) -> str:
    return f"{one.at:%Y-%m-%d %H:%M} UTC"
