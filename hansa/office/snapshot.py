"""The register as it stands at a change, held in memory: pages read it from here and ask the database one number.

A snapshot never alters. The next one is made of it and of the revisions since, so that both are consistent at their
number whatever is being written meanwhile.
"""

from __future__ import annotations

import itertools
import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any

from hansa.commitments import concerned, references
from hansa.commitments.entry import record_of
from hansa.commitments.records import Record
from hansa.commitments.register import Register
from hansa.errors import UnknownCode
from hansa.office.models import Change, Ledger, Revision
from hansa.office.permission import VISITOR, Viewer
from hansa.provenance import Provenance, Source

MANY = 20  # times as many records as were changed: then what was known of them is taken over
LAST = 6  # snapshots that are kept
LOOKED_AT = 2_000  # ids among which the nearest to an unknown one is sought


@dataclass(frozen=True)
class Held:
    """A record as the office holds it. number, at : of the change that made it so."""

    record: Record
    kind: str
    version: int
    draft: bool
    number: int
    at: datetime

    @property
    def tag(self) -> str:
        """What tells this version from others: the entity tag of HTTP, and the hidden field of a form."""
        return f"{self.number}-{self.version}"


@dataclass(frozen=True, eq=False)
class Snapshot:
    """Every record at one change, drafts too: ask `register` or `find` for what somebody may see."""

    number: int
    held: Mapping[str, Held]
    source: str = ""
    _registers: dict[Any, Register] = field(default_factory=dict, repr=False)

    def sees(self, viewer: Viewer, held: Held) -> bool:
        """Whether somebody may see a record."""
        return not held.draft or viewer.may("see draft", self.concerned(held.record))

    def find(self, key: str, viewer: Viewer = VISITOR, kind: str | None = None) -> Held:
        """The record with an id, where it is there and may be seen.

        Raises
        ------
        UnknownCode : it is not there for them; nothing tells whether there is a draft.
        """
        held = self.held.get(key)
        if held is None or (kind and held.kind != kind) or not self.sees(viewer, held):
            seen = itertools.islice(self.of(kind, viewer) if kind else self.held.values(), LOOKED_AT)
            known = [one.record.id for one in seen if self.sees(viewer, one)]
            raise UnknownCode(kind.replace("_", " ") if kind else "record", key, known, hint="Look for it by its name.")
        return held

    def register(self, viewer: Viewer = VISITOR) -> Register:
        """The register that somebody may see."""
        key = viewer.roles if viewer.staff else ()
        if key not in self._registers:
            seen = tuple(held.record for held in self.held.values() if self.sees(viewer, held))
            provenance = Provenance((Source("", self.source or "register of this office", version=str(self.number)),))
            self._registers[key] = Register(seen, provenance)
        return self._registers[key]

    def of(self, kind: str, viewer: Viewer = VISITOR) -> list[Held]:
        """The records of a kind that somebody may see, in the order of their ids."""
        found = [held for held in self._by_kind.get(kind, ()) if self.sees(viewer, held)]
        return found

    @cached_property
    def stamp(self) -> str:
        """What tells this register from others, also from one with as many changes that a backup brought back."""
        latest = max((held.at for held in self.held.values()), default="")
        return f"{self.number} {len(self.held)} {latest}"

    @cached_property
    def drafts(self) -> frozenset[str]:
        """Ids of the drafts, of which a viewer may see some: to mark those, never to be listed."""
        return frozenset(key for key, held in self.held.items() if held.draft)

    def naming(self, key: str, viewer: Viewer = VISITOR) -> list[tuple[Held, str]]:
        """The records that name one, each with the field where it does."""
        return [(held, field) for held, field in self._naming.get(key, ()) if self.sees(viewer, held)]

    def concerned(self, record: Record) -> frozenset[str]:
        """The parties that a record concerns, with those that they act for."""
        return concerned(record, self.everything)

    @cached_property
    def everything(self) -> Register:
        """All records, drafts too: for rights and checks, never to be shown."""
        return Register(tuple(held.record for held in self.held.values()))

    @cached_property
    def _by_kind(self) -> dict[str, list[Held]]:
        kinds: dict[str, list[Held]] = {}
        for key in sorted(self.held):
            kinds.setdefault(self.held[key].kind, []).append(self.held[key])
        return kinds

    @cached_property
    def _naming(self) -> dict[str, list[tuple[Held, str]]]:
        found: dict[str, list[tuple[Held, str]]] = {}
        for key in sorted(self.held):
            held = self.held[key]
            for name, target in references(held.record):
                found.setdefault(target, []).append((held, name))
        return found

    def following(self, number: int, changes: Mapping[str, Held | None]) -> Snapshot:
        """The snapshot after changes: records by their id, None where they are gone. What is known of this one is taken
        over, so that a change of one record among many costs little.
        """
        held = dict(self.held)
        for key, new in changes.items():
            if new is None:
                held.pop(key, None)
            else:
                held[key] = new
        after = Snapshot(number, held, self.source)
        if len(changes) * MANY < len(held):
            _take_over(self, after, changes)
        return after


def _take_over(before: Snapshot, after: Snapshot, changes: Mapping[str, Held | None]) -> None:
    known, made = vars(before), vars(after)
    new = {key: held for key, held in changes.items() if held is not None}
    old = {key: before.held[key] for key in changes if key in before.held}
    if "everything" in known:
        gone = [key for key in changes if key not in new]
        made["everything"] = before.everything.changed((held.record for held in new.values()), gone)
    if "_by_kind" in known:
        kinds = dict(known["_by_kind"])
        for kind in {held.kind for held in (*old.values(), *new.values())}:
            others = [held for held in kinds.get(kind, ()) if held.record.id not in changes]
            kinds[kind] = sorted([*others, *(held for held in new.values() if held.kind == kind)], key=_id)
        made["_by_kind"] = kinds
    if "_naming" in known:
        naming = dict(known["_naming"])
        told = [(target, (held, name)) for held in new.values() for name, target in references(held.record)]
        past = [target for held in old.values() for _, target in references(held.record)]
        for target in {*past, *(target for target, _ in told)}:
            others = [(held, name) for held, name in naming.get(target, ()) if held.record.id not in changes]
            here = [pair for one, pair in told if one == target]
            naming[target] = sorted([*others, *here], key=lambda pair: pair[0].record.id)
        made["_naming"] = naming


def _id(held: Held) -> str:
    return held.record.id


EMPTY = Snapshot(0, {})
_LOCK = threading.Lock()
_LAST: list[Snapshot] = []  # the newest first: who asks for the one of its own change is not overtaken by others


def current() -> Snapshot:
    """The register as it stands now."""
    number = Ledger.objects.values_list("number", flat=True).first() or 0
    return up_to(number)


def up_to(number: int) -> Snapshot:
    """The register as it stands at the change with that number, which must be written already."""
    with _LOCK:
        last = next((one for one in _LAST if one.number <= number), EMPTY)
        if last.number < number:
            last = _next(last, number)
            _keep(last)
        return last


def keep(snapshot: Snapshot) -> None:
    """Know the register as it stands after a change that was just written, so that it is not read again."""
    with _LOCK:
        if all(one.number != snapshot.number for one in _LAST):
            _keep(snapshot)


def _keep(snapshot: Snapshot) -> None:
    _LAST[:] = sorted([snapshot, *_LAST], key=lambda one: -one.number)[:LAST]


def forget() -> None:
    """Read everything anew when next asked: after a backup was restored."""
    with _LOCK:
        _LAST.clear()


def as_of(number: int) -> Snapshot:
    """The register as it stood at an earlier change."""
    return _next(EMPTY, number)


def number_on(day: datetime) -> int:
    """The number of the last change before a moment."""
    return Change.objects.filter(at__lt=day).order_by("-number").values_list("number", flat=True).first() or 0


def _next(last: Snapshot, number: int) -> Snapshot:
    """A snapshot and what was written since, up to a number."""
    rows = Revision.objects.filter(change_id__gt=last.number, change_id__lte=number)
    ordered = rows.order_by("change_id", "id").values_list(*_COLUMNS)
    changes: dict[str, Held | None] = {}
    for row in _latest(ordered if last.number else ordered.iterator()):
        key, kind, version, action, draft, content, change, at = row
        gone = action == "deleted"
        changes[key] = None if gone else Held(record_of(kind, content), kind, version, draft, change, at)
    return last.following(number, changes)


_COLUMNS = ("record", "kind", "version", "action", "draft", "content", "change_id", "change__at")


def _latest(rows: Iterable[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """Of each record the last of its rows."""
    return list({row[0]: row for row in rows}.values())
