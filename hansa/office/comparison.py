"""A file beside the register: what of it is new, what it would change, what speaks against it. Nothing is written."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from hansa.commitments import Problem, concerned, problems
from hansa.commitments.entry import entry_of
from hansa.commitments.fields import fields_of
from hansa.commitments.records import Record, Target
from hansa.commitments.register import Register, kind_of
from hansa.office.intake import Incoming
from hansa.office.ledger import MANY, Edit, action_of
from hansa.office.models import Revision
from hansa.office.permission import Viewer, who_may
from hansa.office.snapshot import Held, Snapshot
from hansa.office.statistics import Statistics
from hansa.office.verdicts import lack_of

LOOKED_AT = 200  # targets of a file of which it is asked whether they can be computed
NEW, CHANGED, ALIKE = "new", "changed", "unchanged"


@dataclass(frozen=True)
class Line:
    """One record of a file. record : as it would be. old : as it stands, None where it is new. fields : that differ."""

    record: Record
    kind: str
    old: Held | None
    fields: tuple[str, ...]
    where: str

    @property
    def state(self) -> str:
        """Whether it is new, changed or unchanged."""
        return NEW if self.old is None else CHANGED if self.fields else ALIKE

    def edit(self, draft: bool) -> Edit:
        """The edit that makes the register say the same. draft : whether a new record begins as one."""
        if self.old is None:
            return Edit("create", self.record.id, self.record, draft=draft)
        return Edit("edit", self.record.id, self.record, self.old.tag)


@dataclass(frozen=True)
class Comparison:
    """A file beside the register at one change.

    severe : what must be mended before it can be taken. mild : what is odd or late. lacking : targets that cannot be
    computed. unasked : targets of which that was not asked, since they are many.
    """

    number: int
    lines: tuple[Line, ...]
    severe: tuple[Problem, ...]
    mild: tuple[Problem, ...]
    lacking: tuple[Problem, ...]
    unasked: int

    def of(self, state: str) -> list[Line]:
        """The lines that are new, changed or unchanged."""
        return [line for line in self.lines if line.state == state]

    def edits(self, draft: bool) -> list[Edit]:
        """What makes the register say what the file says."""
        return [line.edit(draft) for line in self.lines if line.state != ALIKE]

    @cached_property
    def where(self) -> dict[str, str]:
        """Where each record stands in the file."""
        return {line.record.id: line.where for line in self.lines}


def compare(
    incoming: Incoming, snapshot: Snapshot, viewer: Viewer, statistics: Statistics, *, draft: bool = True
) -> Comparison:
    """A file beside what somebody may see of the register.

    draft : whether new records would begin as drafts, which decides who may bring them.
    """
    seen = snapshot.register(viewer)
    lines, found = [], []
    for record in incoming.records:
        where = incoming.places.get(record.id, "")
        held = snapshot.held.get(record.id) if record.id in seen else None
        if held is None and record.id in snapshot.held:
            found.append(
                Problem("taken id", record.id, "id", "another record has this id. Give this one another", where)
            )
        if held is not None and held.kind != kind_of(record):
            kinds = f"the register has it as a {held.kind}, and the file as a {kind_of(record)}"
            found.append(Problem("other kind", record.id, "id", f"{kinds}. Give this one another id", where))
            continue
        lines.append(_line(record, held, incoming, where))
    touched = [line for line in lines if line.state != ALIKE]
    after = _after(seen, lines, incoming)
    found += _unallowed(touched, after, viewer, draft)
    told = problems(after, lists=statistics.lists, products=statistics.products, only=_ids(touched))
    severe = [problem for problem in told if problem.severe]
    mild = [problem for problem in told if not problem.severe]
    amiss = {problem.record for problem in severe}
    targets = [line for line in touched if isinstance(line.record, Target) and line.record.id not in amiss]
    lacking = _lacking(targets[:LOOKED_AT], statistics)
    unasked = max(0, len(targets) - LOOKED_AT)
    return Comparison(snapshot.number, tuple(lines), (*found, *severe), tuple(mild), tuple(lacking), unasked)


def changed_since(incoming: Incoming, number: int) -> list[str]:
    """Ids of the file's records that were changed, made or deleted after a change: what was shown is no longer so."""
    ids = [record.id for record in incoming.records]
    found: set[str] = set()
    for start in range(0, len(ids), MANY):
        rows = Revision.objects.filter(record__in=ids[start : start + MANY], change_id__gt=number)
        found.update(rows.values_list("record", flat=True))
    return sorted(found)


def _line(record: Record, held: Held | None, incoming: Incoming, where: str) -> Line:
    """A record beside the one that stands; fields that the file does not tell stay as they are."""
    kind = kind_of(record)
    if held is None:
        return Line(record, kind, None, (), where)
    untold = {name: getattr(held.record, name) for name in incoming.untold.get(kind, ()) if hasattr(record, name)}
    merged: Record = replace(record, **untold) if untold else record
    names = [field.name for field in fields_of(kind) if getattr(merged, field.name) != getattr(held.record, field.name)]
    return Line(merged, kind, held, tuple(names), where)


def _after(seen: Register, lines: Sequence[Line], incoming: Incoming) -> Register:
    """The register as it would be, as far as somebody sees it."""
    new = {line.record.id: line.record for line in lines}
    kept = tuple(new.pop(record.id, record) for record in seen)
    return Register((*kept, *new.values()), places=incoming.places)


def _unallowed(lines: Sequence[Line], after: Register, viewer: Viewer, draft: bool) -> list[Problem]:
    found = []
    for line in lines:
        edit = line.edit(draft)
        action = action_of(edit, draft if line.old is None else line.old.draft)
        records = [line.record, *([line.old.record] if line.old else [])]
        if not all(viewer.may(action, concerned(record, after)) for record in records):
            who = f"this takes a role, of a party that is concerned or of all, among: {', '.join(who_may(action))}"
            found.append(Problem("not allowed", line.record.id, "id", who, line.where))
    return found


def _lacking(lines: Sequence[Line], statistics: Statistics) -> list[Problem]:
    found = []
    for line in lines:
        assert isinstance(line.record, Target)
        if lack := lack_of(statistics, line.record):
            found.append(Problem("not computable", line.record.id, lack[0], lack[1], line.where))
    return found


def _ids(lines: Sequence[Line]) -> Collection[str]:
    return {line.record.id for line in lines}


def fields_shown(line: Line) -> list[tuple[str, object, object]]:
    """Of a changed record the fields that differ: name, value that stands, value of the file; as JSON holds them."""
    assert line.old is not None
    before, now = entry_of(line.old.record), entry_of(line.record)
    return [(name, before.get(name), now.get(name)) for name in line.fields]
