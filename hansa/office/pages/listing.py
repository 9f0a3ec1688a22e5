"""The register by kind: how many there are beside what others stated, and lists that can be filtered and sorted."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe
from markupsafe import Markup

from hansa.commitments import counts
from hansa.commitments.fields import STATES
from hansa.commitments.lifecycle import first_day, last_day, state_on
from hansa.commitments.records import Party, Record
from hansa.commitments.register import Register
from hansa.office.due import due, late
from hansa.office.labels import PLURAL
from hansa.office.pages.belonging import day_of
from hansa.office.pages.field import heading, shown
from hansa.office.pages.frame import Asked, page, public, refusing, url
from hansa.office.pages.paging import addresses, sheet
from hansa.office.pages.past import on_a_day
from hansa.office.pages.pen import Pen, titled
from hansa.office.pages.promised import draft_badge, link, standing_badge
from hansa.office.pages.record import kind_named
from hansa.office.search import fold, words_in
from hansa.office.snapshot import Held, Snapshot
from hansa.report.facts import Column, Grid
from hansa.result import Result
from hansa.wording import Amount, Evidence, Sentence, Value, mark

# kind -> the field that a list shows beside title, state and date
BESIDE = {
    **dict.fromkeys(("agreement", "programme", "alignment"), "parties"),
    **{"party": "region", "project": "partners", "barrier": "owner", "decision": "owner", "idea": "proposer"},
    **dict.fromkeys(("milestone", "target", "link"), "of"),
    **{"session": "edition", "edition": "host", "asserted_count": "speaker"},
}
SORTS = {
    "title": mark("by title"),
    "date": mark("by date, the earliest first"),
    "-date": mark("by date, the latest first"),
    "id": mark("by identifier"),
}
WHEN = {"late": mark("late"), "due": mark("due in 90 days")}
PARTIES = 1_000  # offered to choose from
FORMS = ("xlsx", "csv", "json", "iati")  # of export


@dataclass(frozen=True)
class Filter:
    """What a list is narrowed to: words of the title, a state, a party, what is due or late, what names a record."""

    q: str = ""
    state: str = ""
    party: str = ""
    when: str = ""
    names: str = ""
    sort: str = ""

    @property
    def narrows(self) -> bool:
        """Whether anything is left out."""
        return any((self.q, self.state, self.party, self.when, self.names))


@dataclass(frozen=True)
class Row:
    """One record of a list."""

    key: str
    link: Markup
    badges: tuple[Markup, ...]
    when: str
    beside: Markup


@require_safe
@public
@refusing
@on_a_day
def register(request: HttpRequest) -> HttpResponse:
    """Every kind of record with how many there are, today or on a day before."""
    asked = Asked(request)
    kinds = []
    for kind, plural in PLURAL.items():
        held = asked.snapshot.of(kind, asked.viewer)
        drafts = sum(one.draft for one in held)
        kinds.append((kind, url("listing", plural), len(held), drafts))
    counted = None if asked.then else _counts(asked.register, asked.day)
    return page(
        asked,
        "register.html",
        counted=kinds,
        own=_own_counts(asked, counted) if counted else None,
        stated=_stated_counts(counted) if counted else None,
        forms=FORMS,
        total=sum(number for _, _, number, _ in kinds),
    )


@require_safe
@public
@refusing
@on_a_day
def listing(request: HttpRequest, kinds: str) -> HttpResponse:
    """The records of one kind, fifty on a page."""
    asked, kind = Asked(request), kind_named(kinds)
    day, snapshot = asked.day, asked.snapshot
    wanted = Filter(**{name: request.GET.get(name, "").strip()[:200] for name in Filter.__dataclass_fields__})
    every = snapshot.of(kind, asked.viewer)
    found = _sorted(asked, _narrowed(asked, snapshot, every, wanted, day), _sort(kind, wanted), day)
    shown_now = sheet(found, request.GET.get("page"))
    states = STATES.get(kind, ())
    return page(
        asked,
        "listing.html",
        kind=kind,
        plural=kinds,
        rows=[_row(asked, held, day) for held in shown_now.entries],
        sheet=shown_now,
        address=addresses(asked),
        wanted=wanted,
        sort=_sort(kind, wanted),
        every=len(every),
        states=states,
        parties=_parties(asked) if kind != "party" else [],
        sorts=SORTS,
        whens=WHEN if kind in ("milestone", "decision", "barrier") else {},
        beside=Pen(asked.words).label(BESIDE[kind]),
        may_add=asked.viewer.staff,
    )


def _narrowed(asked: Asked, snapshot: Snapshot, found: list[Held], wanted: Filter, day: str) -> list[Held]:
    """Those that a filter lets through."""
    if wanted.q:
        parts = words_in(wanted.q)
        found = [one for one in found if _has(fold(f"{heading(asked, one.record)} {one.record.id}"), parts)]
    if wanted.state:
        found = [one for one in found if _state(one.record, day) == wanted.state]
    if wanted.party:
        of = _of_party(snapshot, wanted.party)
        found = [one for one in found if one.record.id in of]
    if wanted.names:
        naming = {one.record.id for one, _ in asked.snapshot.naming(wanted.names, asked.viewer)}
        found = [one for one in found if one.record.id in naming]
    if wanted.when in WHEN:
        told = late(asked.register, day) if wanted.when == "late" else due(asked.register, day)
        there = {one.record.id for one in told}
        found = [one for one in found if one.record.id in there]
    return found


def _has(text: str, parts: list[str]) -> bool:
    return all(part in text for part in parts)


def _state(record: Record, day: str) -> str:
    found = state_on(getattr(record, "history", ()), day)
    return found.state if found else ""


@lru_cache(maxsize=16)
def _of_party(snapshot: Snapshot, party: str) -> frozenset[str]:
    """Ids of the records that concern a party: for filtering what somebody may see, never to be shown."""
    return frozenset(key for key, held in snapshot.held.items() if party in snapshot.concerned(held.record))


def _sort(kind: str, wanted: Filter) -> str:
    if wanted.sort in SORTS:
        return wanted.sort
    return "title" if kind in ("party", "agreement", "project", "programme", "barrier", "alignment") else "-date"


def _sorted(asked: Asked, found: list[Held], sort: str, day: str) -> list[Held]:
    found = sorted(found, key=lambda one: one.record.id)
    if sort == "title":
        return sorted(found, key=lambda one: _folded(heading(asked, one.record)))
    if sort in ("date", "-date"):
        dated = [(_when(one.record), one) for one in found]
        known = sorted(((when, one) for when, one in dated if when), key=lambda pair: _place(pair[0]),
                       reverse=sort == "-date")  # fmt: skip
        return [one for _, one in known] + [one for when, one in dated if not when]
    return found


_folded = lru_cache(maxsize=50_000)(fold)  # titles are sorted on every page of a list


def _when(record: Record) -> str:
    """The day that a list shows of a record: its own, else that of the last line of its history."""
    return day_of(record) or max((event.date for event in getattr(record, "history", ())), default="")


def _place(when: str) -> str:
    first = when.split(" – ")[0]
    return first_day(first) or last_day(first) or first


def _row(asked: Asked, held: Held, day: str) -> Row:
    pen, record = Pen(asked.words), held.record
    state = standing_badge(pen, record, day)
    badges = [state] if state else []
    badges += [draft_badge(pen)] if held.draft else []
    field = BESIDE[held.kind]
    value = getattr(record, field)
    beside = shown(asked, held.kind, field, value) if value else Markup("")
    return Row(record.id, link(held.kind, record.id, heading(asked, record)), tuple(badges), _when(record), beside)


def _parties(asked: Asked) -> list[tuple[str, str]]:
    """Parties to choose from: id and name."""
    found = sorted(asked.register.of(Party), key=lambda party: fold(party.name))
    return [(party.id, titled(party)) for party in found[:PARTIES]]


@lru_cache(maxsize=16)
def _counts(register: Register, day: str) -> Result:
    return counts(register, day)


# ---- counts ---------------------------------------------------------------------------------------------------------
WHAT = {
    "agreements": mark("Agreements in force"),
    "regions": mark("Regions that they bind"),
    "provinces": mark("Parts of regions that they bind"),
    "programmes": mark("Programmes begun"),
    "projects": mark("Projects begun"),
    "barriers": mark("Barriers that stand"),
    "editions": mark("Forum editions held"),
}


def _own_counts(asked: Asked, counted: Result) -> Grid:
    """What the register counts itself, today."""
    rows = tuple(
        (asked.words(WHAT[row["what"]]), Amount(row["own"], "count"))
        for row in counted.rows()
        if row["speaker"] is None
    )
    title = Sentence(mark("What the register counts itself, on {day}"), {"day": str(counted.meta["on"])})
    columns = (Column(Sentence(mark("What")), label=True), Column(Sentence(mark("Count"))))
    return Grid(title, title, columns, rows, (_proof(counted),))


def _stated_counts(counted: Result) -> Grid | None:
    """What others stated, each beside the register's own count on the day of the statement; never mixed with it."""
    rows: list[tuple[Value, ...]] = [
        (
            row["what"],
            row["speaker"],
            row["date"],
            row["source"],
            _figure(row["stated"], row["unit"]),
            _figure(row["own"], row["unit"]),
            _figure(row["difference"], row["unit"]),
        )
        for row in counted.rows()
        if row["speaker"] is not None
    ]
    if not rows:
        return None
    heads = (mark("What"), mark("Speaker"), mark("Date"), mark("Source"), mark("Stated"), mark("In the register then"),
             mark("Difference"))  # fmt: skip
    columns = tuple(Column(Sentence(head), label=k < 4) for k, head in enumerate(heads))
    title = Sentence(mark("What others stated, beside the register's own count on that day"))
    return Grid(title, title, columns, tuple(rows), (_proof(counted),))


def _figure(value: float | None, unit: str) -> Any:
    if value is not None and len(unit) == 3 and unit.isupper():
        return Sentence(mark("{value}"), {"value": Amount(value, "money", unit)})
    return Amount(value, "count")


def _proof(counted: Result) -> Evidence:
    return Evidence.of(counted, f"hansa register counts REGISTER --on {counted.meta['on']}")
