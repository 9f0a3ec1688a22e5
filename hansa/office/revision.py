"""What became of records, change by change, as somebody may read it: who did what when, and what it was after that."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property, lru_cache
from typing import Any

from django.db.models import Exists, OuterRef

from hansa.commitments.entry import record_of
from hansa.commitments.records import Record
from hansa.errors import UnknownCode
from hansa.office.models import Change, Revision
from hansa.office.permission import Viewer
from hansa.office.snapshot import Snapshot

MANY = 2_000  # rows that are fetched at once
FEW = 500  # changes that are asked for at once
_COLUMNS = (
    *("record", "kind", "version", "action", "draft", "content", "change_id", "change__at", "change__what"),
    *("change__account_id", "change__account__full_name", "change__account__name"),
)


@dataclass(frozen=True)
class Told:
    """One version of a record: in which change, when and by whom it became so, and its content.

    number, what : of the change. author : as they are called; empty where the office itself did it. account : its
    primary key. action : created, edited, reported, published, withdrawn or deleted. draft : whether it was one after
    that.
    """

    key: str
    kind: str
    version: int
    action: str
    draft: bool
    content: Any
    number: int
    at: datetime
    what: str
    account: int | None
    author: str

    @cached_property
    def record(self) -> Record:
        """The record as it was after the change; of a deleted one, before it."""
        return record_of(self.kind, self.content)

    def seen_by(self, viewer: Viewer, snapshot: Snapshot) -> bool:
        """Whether somebody may read it: what is published, who holds a role; a draft, who works on such."""
        if not viewer.may("see history"):
            return False
        return not self.draft or viewer.may("see draft", snapshot.concerned(self.record))


def of_record(key: str, kind: str, snapshot: Snapshot, viewer: Viewer) -> list[Told]:
    """Every version of a record that somebody may read, the first one first; also of one that was deleted.

    Of a record that they may not see as it stands, or as it was when it was deleted, there is none.

    Raises
    ------
    UnknownCode : there is none for them.
    """
    if key in snapshot.held:
        snapshot.find(key, viewer, kind)
    rows = Revision.objects.filter(record=key, kind=kind).order_by("version").values_list(*_COLUMNS)
    told = [_told(row) for row in rows]
    found = [one for one in told if one.seen_by(viewer, snapshot)]
    if not found or found[-1] is not told[-1]:
        raise UnknownCode(kind.replace("_", " "), key, hint="Look for it by its name.")
    return found


def changes(snapshot: Snapshot, viewer: Viewer, offset: int, limit: int) -> tuple[list[list[Told]], int]:
    """Some of the changes of which somebody may read something, the latest first, and how many there are in all.

    Of each what they may read of it, without contents. The database counts and cuts them for who may see every draft;
    for others the changes that hold drafts only are looked into, once for each state of the register.
    """
    written = Change.objects.filter(Exists(Revision.objects.filter(change=OuterRef("pk"))), number__lte=snapshot.number)
    if viewer.may("see draft"):
        found = written.order_by("-number").values_list("number", flat=True)
        numbers, count, unseen = list(found[offset : offset + limit]), found.count(), frozenset[str]()
    else:
        readable, unseen = _readable(snapshot, viewer)
        numbers, count = list(readable[offset : offset + limit]), len(readable)
    return [_read_in(number, snapshot, viewer, unseen) for number in numbers], count


@lru_cache(maxsize=8)
def _readable(snapshot: Snapshot, viewer: Viewer) -> tuple[tuple[int, ...], frozenset[str]]:
    """The changes of which somebody may read something, the latest first; and the records of which they may nothing."""
    unseen = hidden(snapshot, viewer)
    rows = Revision.objects.filter(change_id__lte=snapshot.number)
    told = rows.filter(draft=False).values_list("change_id", "record")
    numbers = {number for number, key in told.iterator(chunk_size=MANY) if key not in unseen}
    left = sorted(set(rows.filter(draft=True).values_list("change_id", flat=True).distinct()) - numbers)
    for start in range(0, len(left), FEW):
        drafts = rows.filter(draft=True, change_id__in=left[start : start + FEW]).values_list(*_COLUMNS)
        for one in map(_told, drafts.iterator(chunk_size=MANY)):
            if one.number not in numbers and one.key not in unseen and one.seen_by(viewer, snapshot):
                numbers.add(one.number)
    return tuple(sorted(numbers, reverse=True)), unseen


def _read_in(number: int, snapshot: Snapshot, viewer: Viewer, unseen: frozenset[str]) -> list[Told]:
    """What somebody may read of a change, without contents."""
    places = places_in(number, snapshot, viewer, unseen)
    columns = [name for name in _COLUMNS if name != "content"]
    rows = Revision.objects.filter(change_id=number).order_by("id").values_list("id", *columns)
    kept, there = _COLUMNS.index("content"), set(places)
    return [_told((*row[:kept], None, *row[kept:])) for place, *row in rows if place in there]


def hidden(snapshot: Snapshot, viewer: Viewer) -> frozenset[str]:
    """Ids of the records that somebody may not see as they stand, or as they were when they were deleted."""
    if viewer.may("see draft"):
        return frozenset()
    standing = {key for key, held in snapshot.held.items() if held.draft and not snapshot.sees(viewer, held)}
    gone = Revision.objects.filter(action="deleted", change_id__lte=snapshot.number).order_by("version")
    last = {one.key: one for one in map(_told, gone.values_list(*_COLUMNS)) if one.key not in snapshot.held}
    return frozenset(standing | {key for key, one in last.items() if not one.seen_by(viewer, snapshot)})


def places_in(number: int, snapshot: Snapshot, viewer: Viewer, unseen: frozenset[str]) -> list[int]:
    """Where the versions stand that a change made and somebody may read (`at` reads them); unseen : as `hidden` says.

    Contents are read of drafts only, so that a change of thousands of records costs little.
    """
    rows = Revision.objects.filter(change_id=number).order_by("id")
    if viewer.may("see draft"):
        return list(rows.values_list("id", flat=True))
    drafts = rows.filter(draft=True).values_list("id", *_COLUMNS)
    readable = {place for place, *row in drafts if _told(row).seen_by(viewer, snapshot)}
    told = rows.values_list("id", "record", "draft")
    return [place for place, key, draft in told if key not in unseen and (not draft or place in readable)]


def at(places: Collection[int]) -> list[Told]:
    """The versions that stand at some places, in their order."""
    return [_told(row) for row in Revision.objects.filter(id__in=places).order_by("id").values_list(*_COLUMNS)]


def before(told: Collection[Told]) -> list[Told]:
    """The versions just before some others."""
    wanted = {(one.key, one.version - 1) for one in told}
    found = Revision.objects.filter(
        record__in=[key for key, _ in wanted], version__in={version for _, version in wanted}
    )
    return [one for one in map(_told, found.values_list(*_COLUMNS)) if (one.key, one.version) in wanted]


def _told(row: Sequence[Any]) -> Told:
    *own, full_name, name = row
    key, kind, version, action, draft, content, number, at, what, account = own
    author = full_name or name or ""
    return Told(key, kind, version, action, draft, content, number, at, what, account, author)
