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

from hansa.commitments.entry import record_of
from hansa.commitments.fields import NESTED, fields_of
from hansa.commitments.lifecycle import state_on
from hansa.errors import NotAllowed, UnknownCode
from hansa.office.models import Account, Change, Revision
from hansa.office.pages.field import facts, heading, line, shown
from hansa.office.pages.frame import Asked, page, record_url, refusing, url
from hansa.office.pages.paging import addresses, sheet
from hansa.office.pages.pen import Pen
from hansa.office.pages.promised import badge, state_badge
from hansa.office.pages.record import kind_named
from hansa.office.permission import who_may
from hansa.wording import mark

CHANGES = 25  # on a page
MANY = 500  # records asked of the database at once
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
    seen = _versions(asked, kind, key)
    found = sheet(list(reversed(range(len(seen)))), request.GET.get("page"))
    steps = [_step(asked, seen[at], _became(asked, seen[at], seen[at - 1] if at else None)) for at in found.entries]
    return page(asked, "history.html", heading=_heading(asked, seen[-1]), kind=kind, key=key, steps=steps, sheet=found,
                address=addresses(asked), there=key in asked.register)  # fmt: skip


@require_safe
@refusing
def revision(request: HttpRequest, kinds: str, key: str, version: int) -> HttpResponse:
    """A record as it was."""
    asked, kind = _allowed(request), kind_named(kinds)
    seen = _versions(asked, kind, key)
    numbers = [one.version for one in seen]
    if version not in numbers:
        raise UnknownCode("version of this record", version, map(str, numbers), hint="Its history names them all.")
    at = numbers.index(version)
    one, pen = seen[at], Pen(asked.words)
    content = one.content
    state = state_on(getattr(record_of(kind, content), "history", ()), f"{one.change.at:%Y-%m-%d}")
    return page(
        asked,
        "revision.html",
        kind=kind,
        key=key,
        step=_step(asked, one, _became(asked, one, seen[at - 1] if at else None)),
        state=state_badge(pen, state.state if state else None),
        facts=facts(asked, kind, content),
        history=[line(asked, "event", event) for event in reversed(content.get("history", ()))],
        amounts=[line(asked, "amount", money) for money in content.get("amounts", ())],
        before=numbers[at - 1] if at else None,
        after=numbers[at + 1] if at + 1 < len(seen) else None,
        until=_when(seen[at + 1].change) if at + 1 < len(seen) else "",
        there=key in asked.register,
    )


@require_safe
@refusing
def changes(request: HttpRequest) -> HttpResponse:
    """Every change of which somebody may see a part, the latest first."""
    asked = _allowed(request)
    before = request.GET.get("before", "")
    upper = int(before) if before.isascii() and before.isdigit() and len(before) < 16 else None
    acts: list[Act] = []
    for one in _changes(upper):
        if (act := _act(asked, one)) is not None:
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
    one = Change.objects.select_related("account").filter(number=number).first()
    seen = _seen(asked, one) if one is not None else []
    if one is None or not seen:
        raise UnknownCode("change", number, hint="The list of changes names them all.")
    found = sheet(seen, request.GET.get("page"))
    rows = _rows(found.entries)
    before = {(row.record, row.version + 1): row for row in _before(rows) if _may_see(asked, row)}
    steps = [_step(asked, row, _became(asked, row, before.get((row.record, row.version)))) for row in rows]
    return page(asked, "change.html", number=number, who=_who(asked, one.account), when=_when(one), what=one.what,
                steps=steps, sheet=found, address=addresses(asked))  # fmt: skip


# ---- what may be seen -----------------------------------------------------------------------------------------------
def _allowed(request: HttpRequest) -> Asked:
    asked = Asked(request)
    if not asked.viewer.may("see history"):
        raise NotAllowed(f"To see what was changed takes a role: {', '.join(who_may('see history'))}.")
    return asked


def _versions(asked: Asked, kind: str, key: str) -> list[Revision]:
    """The versions of a record that somebody may see, the first first.

    Raises
    ------
    UnknownCode : there is none.
    """
    rows = list(Revision.objects.filter(record=key, kind=kind).select_related("change__account").order_by("version"))
    seen = [row for row in rows if _may_see(asked, row)] if rows and _stands(asked, rows[-1]) else []
    if not seen:
        asked.snapshot.find(key, asked.viewer, kind)
        raise UnknownCode(kind.replace("_", " "), key, hint="Look for it by its name.")
    return seen


def _stands(asked: Asked, last: Revision) -> bool:
    """Whether somebody may see a record as it stands, or as it was when it was deleted."""
    held = asked.snapshot.held.get(last.record)
    if held is not None:
        return asked.snapshot.sees(asked.viewer, held)
    return not last.draft or _may_see_draft(asked, last)


def _may_see(asked: Asked, row: Revision) -> bool:
    """Whether somebody may see a version of a record that they may see as it stands."""
    return not row.draft or _may_see_draft(asked, row)


def _may_see_draft(asked: Asked, row: Revision) -> bool:
    if asked.viewer.may("see draft"):
        return True
    return asked.viewer.may("see draft", asked.snapshot.concerned(record_of(row.kind, row.content)))


def _seen(asked: Asked, one: Change) -> list[int]:
    """Keys of the versions that a change made, as far as somebody may see them."""
    rows = Revision.objects.filter(change=one).order_by("id")
    if asked.viewer.may("see draft"):
        return list(rows.values_list("id", flat=True))
    told = list(rows.values_list("id", "record", "draft"))
    stands = _standing(asked, {record for _, record, _ in told})
    drafts = {row.id for row in rows.filter(draft=True) if _may_see_draft(asked, row)}
    return [key for key, record, draft in told if record in stands and (not draft or key in drafts)]


def _standing(asked: Asked, records: set[str]) -> set[str]:
    """Those of some records that somebody may see as they stand, or as they were when they were deleted."""
    held = asked.snapshot.held
    found = {key for key in records if key in held and asked.snapshot.sees(asked.viewer, held[key])}
    gone = sorted(records - set(held))
    last: dict[str, Revision] = {}
    for start in range(0, len(gone), MANY):
        for row in Revision.objects.filter(record__in=gone[start : start + MANY]).order_by("version"):
            last[row.record] = row
    return found | {key for key, row in last.items() if not row.draft or _may_see_draft(asked, row)}


def _rows(keys: Iterable[int]) -> list[Revision]:
    return list(Revision.objects.filter(id__in=list(keys)).select_related("change__account").order_by("id"))


def _before(rows: Iterable[Revision]) -> Iterator[Revision]:
    """The versions just before some others."""
    wanted = {(row.record, row.version - 1) for row in rows}
    found = Revision.objects.filter(
        record__in=[record for record, _ in wanted], version__in={version for _, version in wanted}
    )
    return (row for row in found if (row.record, row.version) in wanted)


def _changes(upper: int | None) -> Iterator[Change]:
    found = Change.objects.select_related("account").order_by("-number")
    return (found.filter(number__lt=upper) if upper is not None else found).iterator(chunk_size=CHANGES)


# ---- how it is told -------------------------------------------------------------------------------------------------
def _act(asked: Asked, one: Change) -> Act | None:
    """A change as the list tells it; None where somebody may see nothing of it."""
    seen = _seen(asked, one)
    if not seen:
        return None
    steps = tuple(_step(asked, row) for row in _rows(seen[:TOLD]))
    return Act(one.number, _who(asked, one.account), _when(one), one.what, steps, len(seen))


def _step(asked: Asked, row: Revision, became: Iterable[tuple[str, Markup, Markup]] = ()) -> Step:
    pen, words = Pen(asked.words), asked.words
    badges = [badge(pen, words(DONE.get(row.action, row.action)), LOOK.get(row.action, ""))]
    if row.draft and row.action not in ("withdrawn",):
        badges.append(badge(pen, words(mark("draft")), "draft"))
    return Step(
        _heading(asked, row),
        record_url(row.kind, row.record, "record" if row.record in asked.register else "history"),
        row.version,
        tuple(badges),
        _who(asked, row.change.account),
        _when(row.change),
        row.change.what,
        row.change_id,
        tuple(became),
    )


def _became(asked: Asked, row: Revision, before: Revision | None) -> Iterator[tuple[str, Markup, Markup]]:
    """What a version changed, set against the one before as far as that may be seen."""
    after = {} if row.action == "deleted" else row.content
    return differences(asked, row.kind, before.content if before and before.action != "deleted" else {}, after)


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


def _heading(asked: Asked, row: Revision) -> str:
    return heading(asked, record_of(row.kind, row.content))


def _who(asked: Asked, account: Account | None) -> str:
    """The account that did it, by the name or pseudonym that it has now."""
    return str(account) if account is not None else asked.words(mark("the office"))


def _when(one: Change) -> str:
    return f"{one.at:%Y-%m-%d %H:%M} UTC"
