"""What belongs to a record, and what names it: steps, sessions, projects, documents, the way from idea to project."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from markupsafe import Markup

from hansa.commitments.lifecycle import without_word
from hansa.commitments.records import (
    Agreement,
    Barrier,
    Decision,
    Edition,
    Idea,
    Link,
    Milestone,
    Party,
    Programme,
    Project,
    Record,
    Session,
    Target,
)
from hansa.commitments.register import Register, kind_of
from hansa.office.labels import PLURAL
from hansa.office.pages.field import address, heading, text
from hansa.office.pages.frame import Asked, url
from hansa.office.pages.pen import Pen
from hansa.office.pages.promised import badge, draft_badge, link, standing_badge
from hansa.office.snapshot import Held
from hansa.report.promises import NO_WORD
from hansa.wording import mark

NOTHING = Markup("")
SHOWN = 20  # records of one kind that name another
# kind of record -> what belongs to it: kind, and the field by which it does
PARTS: dict[type, tuple[tuple[type, str], ...]] = {
    Agreement: ((Programme, "agreement"), (Project, "programme"), (Agreement, "parent")),
    Programme: ((Project, "programme"),),
    Edition: ((Session, "edition"), (Idea, "edition")),
    Session: ((Decision, "session"),),
    Barrier: ((Decision, "barrier"),),
}
# What they are called on its page, where the name of their kind would not say it.
TITLES: dict[tuple[type, type], str] = {
    (Agreement, Agreement): mark("Agreements under it"),
    (Barrier, Decision): mark("Decisions on it"),
}


@dataclass(frozen=True)
class Line:
    """One record in a list: a link to it, its state, a day that matters, and what else is said."""

    key: str
    link: Markup
    badges: tuple[Markup, ...] = ()
    when: str = ""
    more: Markup = NOTHING


@dataclass(frozen=True)
class Group:
    """Records of one kind under a title. left : how many more there are, which `address` shows."""

    title: str
    lines: tuple[Line, ...]
    left: int = 0
    address: str = ""


def line_of(asked: Asked, record: Record, more: Markup = NOTHING) -> Line:
    """A record as a line of a list."""
    linked = link(kind_of(record), record.id, heading(asked, record))
    return Line(record.id, linked, badges_of(asked, record), day_of(record), more)


def badges_of(asked: Asked, record: Record) -> tuple[Markup, ...]:
    """The state of a record, whether word is lacking, and whether it is a draft."""
    pen, day = Pen(asked.words), asked.day
    badges = []
    if state := standing_badge(pen, record, day):
        badges.append(state)
    if isinstance(record, Milestone | Decision) and without_word(record, record.due, day):
        badges.append(badge(pen, asked.words(NO_WORD), "bad"))
    if (held := asked.snapshot.held.get(record.id)) is not None and held.draft:
        badges.append(draft_badge(pen))
    return tuple(badges)


def day_of(record: Record) -> str:
    """The day, or the span of days, that a record is known by; empty where it has none."""
    for name in ("due", "deadline", "date", "period"):
        if found := getattr(record, name, None):
            return str(found)
    start, end = getattr(record, "start", None), getattr(record, "end", None)
    return f"{start or ''} – {end or ''}".strip() if start or end else ""


def steps_of(asked: Asked, key: str) -> Group | None:
    """The milestones of a record, in the order of their days."""
    steps = sorted(_of(asked, key, Milestone, "of"), key=lambda one: (one.due, one.id))
    return _group(asked, mark("Milestones"), steps)


def documents_of(asked: Asked, key: str) -> Group | None:
    """The documents and statements of a record, with where they are."""
    found = sorted(_of(asked, key, Link, "of"), key=lambda one: (one.date or "", one.id))
    lines = (line_of(asked, one, address(one.url) if one.url else NOTHING) for one in found)
    return Group(asked.words(mark("Documents and statements")), tuple(lines)) if found else None


def parts_of(asked: Asked, record: Record) -> list[Group]:
    """What belongs to a record by the structure of the register: programmes of an agreement, sessions of an edition."""
    pen, groups = Pen(asked.words), []
    for kind, field in PARTS.get(type(record), ()):
        found = list(_of(asked, record.id, kind, field))
        found.sort(key=lambda one: (day_of(one), one.id))
        if found and (group := _group(asked, "", found)):
            title = TITLES.get((type(record), kind)) or pen.label(kind_of(found[0]), True)
            groups.append(Group(asked.words(title), group.lines))
    if isinstance(record, Party) and record.region:
        ends = [one for one in asked.register.of(Barrier) if record.region in (one.origin, one.destination)]
        ends.sort(key=lambda one: one.id)
        if group := _group(asked, mark("Barriers in its trade"), ends[:SHOWN]):
            address = url("listing", PLURAL["barrier"], party=record.id)
            groups.append(replace(group, left=len(ends) - len(group.lines), address=address))
    return groups


def chain_of(asked: Asked, record: Record) -> tuple[tuple[str, Line], ...]:
    """The way from an idea to a project and a decision on which a record stands, each with its kind; empty where it
    stands on none.
    """
    if not isinstance(record, Idea | Decision | Project):
        return ()
    register, pen = asked.register, Pen(asked.words)
    found = _connected(register, record)
    if len(found) < 2:
        return ()
    order = (Idea, Decision, Project, Target)
    ordered = sorted(found, key=lambda one: (order.index(type(one)), one.id))
    return tuple((pen.label(kind_of(one)), line_of(asked, one)) for one in ordered)


def naming(asked: Asked, key: str, without: Iterable[str] = ()) -> list[Group]:
    """The records that name one, by kind, each with the fields where it does; those shown already are left out."""
    pen, shown = Pen(asked.words), set(without)
    fields: dict[str, list[str]] = {}
    held: dict[str, Held] = {}
    for one, field in asked.snapshot.naming(key, asked.viewer):
        if one.record.id not in shown:
            held[one.record.id] = one
            fields.setdefault(one.record.id, []).append(pen.label(field.split(" ")[0]))
    groups = []
    for kind, plural in PLURAL.items():
        there = [one for one in held.values() if one.kind == kind]
        lines = tuple(
            line_of(asked, one.record, text(", ".join(dict.fromkeys(fields[one.record.id])))) for one in there[:SHOWN]
        )
        if lines:
            left = len(there) - len(lines)
            groups.append(Group(pen.label(kind, True), lines, left, url("listing", plural, names=key)))
    return groups


def _of(asked: Asked, key: str, kind: type, field: str) -> Iterator[Any]:
    """The records of a kind that name one by a field, as far as they may be seen."""
    for held, name in asked.snapshot.naming(key, asked.viewer):
        if name == field and isinstance(held.record, kind):
            yield held.record


def _group(asked: Asked, title: str, records: Iterable[Record]) -> Group | None:
    lines = tuple(line_of(asked, one) for one in records)
    return Group(asked.words(title) if title else "", lines) if lines else None


def _connected(register: Register, record: Idea | Decision | Project) -> list[Record]:
    """Ideas, decisions and projects that name each other around one, and the targets of those."""
    found: dict[str, Record] = {record.id: record}
    pairs: list[tuple[Idea | Decision, str]] = []
    told: tuple[Idea | Decision, ...] = (*register.of(Idea), *register.of(Decision))
    for one in told:
        named = [one.project, one.idea if isinstance(one, Decision) else None]
        pairs += [(one, key) for key in named if key and key in register]
    while True:
        more = [
            other
            for one, key in pairs
            for other in (one, register[key])
            if (one.id in found or key in found) and other.id not in found
        ]
        if not more:
            break
        found |= {other.id: other for other in more}
    targets = [target for target in register.of(Target) if target.of in found]
    kept = [one for one in found.values() if isinstance(one, Idea | Decision | Project)]
    return [*kept, *targets]
