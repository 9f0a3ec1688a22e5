"""The one door by which the register is written: rights, conflicts and checks first, then all of a change or none.

Writers come one after the other: each waits for its turn, compares what it read with what stands, and writes the
change, its revisions and the entries in one transaction.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import Max

from hansa.commitments import Problem, problems, references
from hansa.commitments.entry import Refused, entry_of, record_of
from hansa.commitments.records import Event, Record
from hansa.commitments.register import Register, kind_of
from hansa.errors import Conflict, DataError, NotAllowed
from hansa.office.models import LONGEST_ID, Change, Entry, Ledger, Reference, Revision, written_by_the_ledger
from hansa.office.permission import Viewer, who_may
from hansa.office.snapshot import Held, Snapshot, keep, up_to
from hansa.office.statistics import statistics

RESERVED = (
    "new",
    "edit",
    "report",
    "publish",
    "withdraw",
    "delete",
    "history",
    "export",
    "import",
    "progress",
    "stake",
    "events",
)
NEIGHBOURS = 200  # records that name a changed one, looked at again
WIDEST = 1_000_000  # characters of one record
_Content = dict[str, Any]  # of a record, as it is kept
MANY = 500  # rows written at once
TURN = 0x68616E7361  # what PostgreSQL's writers wait for, one after the other


@dataclass(frozen=True)
class Edit:
    """What is to become of one record.

    action : create, edit, report (an edit that only adds to the history), publish, withdraw or delete.
    key : its id. record : what it is to be, for create, edit and report. tag : of the version that was read
    (`Held.tag`); None for create, and for who wants to overwrite whatever stands.
    draft : of a new record: whether it begins as one.
    """

    action: str
    key: str
    record: Record | None = None
    tag: str | None = None
    draft: bool = True


def commit(
    viewer: Viewer,
    edits: Sequence[Edit],
    what: str = "",
    *,
    at: datetime | None = None,
) -> Snapshot:
    """Do all of these edits, as one change, or none; the answer is the register after it.

    Parameters
    ----------
    what : what the change is, in words. at : when it happened; now by default. Only seeding a demo gives it.

    Raises
    ------
    NotAllowed : one of them may not be done by who asks.
    Conflict : a record was changed meanwhile, exists already, or does not any more.
    Refused : a record would contradict itself, the register, or the regions and products of the statistics, by field.
    """
    if not edits:
        raise DataError("Nothing is to be changed.")
    keys = [edit.key for edit in edits]
    if len(set(keys)) < len(keys):
        twice = next(key for key in keys if keys.count(key) > 1)
        raise DataError(f"{twice!r} is named twice in one change. Name each record once.")
    with _in_turn(), transaction.atomic(), written_by_the_ledger():
        before = up_to(_turn())
        contents = {edit.key: entry_of(edit.record) for edit in edits if edit.record is not None}
        after = _planned(viewer, edits, contents, before, at or datetime.now(UTC))
        _refuse_problems(before, after, set(keys))
        _write(viewer, edits, contents, before, after, what)
        _count(after.number)
    keep(after)
    return after


def note(viewer: Viewer, what: str) -> None:
    """Something that somebody did beside the records, such as publishing a speech: a change of its own, so that it is
    in the history, and that pages kept for visitors are made anew.
    """
    with _in_turn(), transaction.atomic(), written_by_the_ledger():
        number = _turn() + 1
        change = Change(number=number, at=datetime.now(UTC), account_id=viewer.account, what=what.replace("\0", ""))
        change.save(force_insert=True)
        _count(number)


@contextmanager
def _in_turn() -> Iterator[None]:
    """Writers of one SQLite file wait in a row: SQLite lets them try again and again, and some would wait for long."""
    name = str(connection.settings_dict["NAME"])
    if connection.vendor != "sqlite" or connection.in_atomic_block or not os.path.isabs(name):
        yield
        return
    with open(f"{name}-turn", "ab") as file:  # closing it lets the next one in, and so does the end of the process
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _turn() -> int:
    """The number of the last change, once it is our turn: nobody else writes until the transaction ends.

    In SQL of its own, as everybody who writes waits for what is done here. SQLite's transactions have the turn already.
    """
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":  # who comes first is served first; rows are locked in no order
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [TURN])
        cursor.execute("SELECT number FROM office_ledger WHERE id = 1")
        row = cursor.fetchone()
    if row is None:  # the first change of all
        return Ledger.objects.get_or_create(id=1)[0].number
    return int(row[0])


def _count(number: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE office_ledger SET number = %s WHERE id = 1", [number])


def _planned(
    viewer: Viewer, edits: Sequence[Edit], contents: Mapping[str, _Content], before: Snapshot, at: datetime
) -> Snapshot:
    """The register after the edits, each of which is allowed and meets what it expects, as it will be read again."""
    changes: dict[str, Held | None] = {}
    number = before.number + 1
    gone = _versions([edit.key for edit in edits if edit.action == "create"])
    for edit in edits:
        old = before.held.get(edit.key)
        _refuse_unexpected(edit, old)
        if edit.action == "delete":
            changes[edit.key] = None
        elif edit.action == "create" and edit.record is not None:
            kind, version = kind_of(edit.record), gone.get(edit.key, 0) + 1
            record = record_of(kind, contents[edit.key])
            changes[edit.key] = Held(record, kind, version, edit.draft, number, at)
        elif old is not None:
            draft = {"publish": False, "withdraw": True}.get(edit.action, old.draft)
            record = record_of(old.kind, contents[edit.key]) if edit.record else old.record
            changes[edit.key] = Held(record, old.kind, old.version + 1, draft, number, at)
    after = before.following(number, changes)
    for edit in edits:
        _refuse_unallowed(viewer, edit, before, after)
    return after


def _refuse_unexpected(edit: Edit, old: Held | None) -> None:
    if edit.action == "create":
        if old is not None:
            raise Conflict(f"There is a record with the id {edit.key!r} already. Give the new one another.")
        if edit.record is None or edit.record.id != edit.key:
            raise DataError(f"The id {edit.key!r} is not that of the record.")
        refuse_id(edit.key)
        return
    if old is None:
        raise Conflict(f"There is no record {edit.key!r} any more: it was deleted meanwhile.")
    if edit.tag is not None and edit.tag != old.tag:
        raise Conflict(
            f"{edit.key!r} was changed meanwhile, on {old.at:%Y-%m-%d %H:%M} UTC. Look at it, and try again."
        )
    if edit.record is not None and (edit.record.id != edit.key or kind_of(edit.record) != old.kind):
        raise DataError(f"The id and the kind of {edit.key!r} stay as they are. Make a new record, and delete the old.")
    if edit.action == "publish" and not old.draft:
        raise Conflict(f"{edit.key!r} is published already.")
    if edit.action == "withdraw" and old.draft:
        raise Conflict(f"{edit.key!r} is a draft already.")
    if edit.action == "report" and (edit.record is None or not _only_adds(old.record, edit.record)):
        raise DataError("A report adds an event to the history of a record, and alters nothing else.")


def refuse_id(key: str) -> None:
    """Nothing, where a record may be called so: its id is part of the addresses of its pages.

    Raises
    ------
    Refused : it is too long, holds signs that are not seen, or reads like a way through folders.

    >>> refuse_id("agr-2023/4")
    >>> refuse_id("../agr")
    Traceback (most recent call last):
    hansa.commitments.entry.Refused: id: '../agr' cannot be an id: it is part of an address. Write letters, digits, - and _.
    """  # noqa: E501  as it is printed
    parts = key.split("/")
    seen = key == key.strip() and key.isprintable() and len(key) <= LONGEST_ID
    a_version = parts[-2:-1] == ["history"] and parts[-1].isdigit()
    if not seen or any(part in ("", ".", "..") for part in parts) or parts[-1] in RESERVED or a_version:
        shown = repr(key[:40])
        raise Refused((("id", f"{shown} cannot be an id: it is part of an address. Write letters, digits, - and _."),))


def _only_adds(old: Record, new: Record) -> bool:
    """Whether a record is another with further events."""
    told: tuple[Event, ...] = getattr(old, "history", ())
    tells: tuple[Event, ...] = getattr(new, "history", ())
    if len(tells) <= len(told) or [event for event in tells if event in told] != [*told]:
        return False
    return hasattr(old, "history") and replace(new, history=told) == old  # type: ignore[arg-type]


def action_of(edit: Edit, draft: bool) -> str:
    """The right that an edit takes, of a record that is (or is to be) a draft or not."""
    if edit.action == "create":
        return "create draft" if draft else "publish"
    if edit.action in ("edit", "report", "delete") and draft:
        return "delete draft" if edit.action == "delete" else "edit draft"
    return edit.action


def _refuse_unallowed(viewer: Viewer, edit: Edit, before: Snapshot, after: Snapshot) -> None:
    """Both what the record is and what it is to become must be theirs to touch."""
    old, new = before.held.get(edit.key), after.held.get(edit.key)
    if old is not None and not before.sees(viewer, old):  # they are not to learn that it is there
        raise Conflict(f"There is no record {edit.key!r}.")
    action = action_of(edit, edit.draft if old is None else old.draft)
    for snapshot, held in ((before, old), (after, new)):
        if held is not None and not viewer.may(action, snapshot.concerned(held.record)):
            whose = ", of a party that is concerned or of all," if viewer.staff else ""
            raise NotAllowed(f"To {edit.action} {edit.key!r} takes a role{whose} among: {', '.join(who_may(action))}.")


def _refuse_problems(before: Snapshot, after: Snapshot, touched: set[str]) -> None:
    """Severe problems of the records touched, or of those that name them; published ones name no drafts."""
    near = _naming(touched)
    found = [
        problem
        for problem in _severe(after, _there(touched | near, after))
        if problem.record in touched or not _severe(before, {problem.record} & set(before.held))
    ]
    by_field = [(f"{problem.record} {problem.field}", problem.message) for problem in found]
    by_field += _naming_drafts(after, _there(touched | near, after))
    by_field += _naming_lost(after, near, {key for key in touched if key not in after.held})
    if by_field:
        raise Refused(tuple(by_field))


def _naming(touched: set[str]) -> set[str]:
    """Records that name one of these, as the database has them: a snapshot would have to look through all of it."""
    sources = Reference.objects.filter(target_id__in=sorted(touched)[:MANY]).values_list("source_id", flat=True)
    return set(sources.distinct()[:NEIGHBOURS])


def _naming_lost(after: Snapshot, near: set[str], lost: set[str]) -> list[tuple[str, str]]:
    """What is deleted, and still named by a record that stays."""
    return [
        (f"{target} id", f"{target!r} is named by {key!r} ({field}). Change that first.")
        for key in sorted(near if lost else ())
        if key in after.held
        for field, target in references(after.held[key].record)
        if target in lost
    ]


def _there(keys: set[str], after: Snapshot) -> set[str]:
    return {key for key in keys if key in after.held}


def _severe(snapshot: Snapshot, only: set[str]) -> list[Problem]:
    """What is severely wrong with some records, by the regions and products of the office's statistics."""
    known = statistics()
    return [*problems(snapshot.everything, lists=known.lists, products=known.products, only=only, mild=False)]


def _naming_drafts(after: Snapshot, keys: Collection[str]) -> list[tuple[str, str]]:
    found = []
    for key in sorted(keys):
        held = after.held[key]
        for field, target in references(held.record):
            named = after.held.get(target)
            if not held.draft and named is not None and named.draft:
                message = f"it is published, and {target!r}, which it names, is a draft. Publish that first."
                found.append((f"{key} {field}", message))
    return found


def _write(
    viewer: Viewer,
    edits: Sequence[Edit],
    contents: Mapping[str, _Content],
    before: Snapshot,
    after: Snapshot,
    what: str,
) -> None:
    at = next((held.at for held in after.held.values() if held.number == after.number), datetime.now(UTC))
    change = Change(number=after.number, at=at, account_id=viewer.account, what=what.replace("\0", ""))
    change.save(force_insert=True)
    revisions, entries = [], []
    for edit in edits:
        held = after.held.get(edit.key)
        shown = held or before.held[edit.key]
        version = held.version if held else shown.version + 1
        content = contents.get(edit.key) or entry_of(shown.record)
        _refuse_wide(edit.key, content)
        kept = {"kind": shown.kind, "version": version, "draft": shown.draft, "content": content, "change": change}
        revisions.append(Revision(record=edit.key, action=_PAST[edit.action], **kept))
        if held is not None:
            entries.append(Entry(id=edit.key, **kept))
    Revision.objects.bulk_create(revisions, batch_size=MANY)
    _write_entries([edit.key for edit in edits], entries, before, after)


_PAST = {
    "create": "created",
    "edit": "edited",
    "report": "reported",
    "publish": "published",
    "withdraw": "withdrawn",
    "delete": "deleted",
}


def _versions(keys: Sequence[str]) -> dict[str, int]:
    """The last version of each of these ids that was deleted."""
    found: dict[str, int] = {}
    for start in range(0, len(keys), MANY):
        part = Revision.objects.filter(record__in=keys[start : start + MANY])
        found |= dict(part.values_list("record").annotate(version=Max("version")))
    return found


def _write_entries(keys: Sequence[str], entries: Sequence[Entry], before: Snapshot, after: Snapshot) -> None:
    """Entries with what they name; those that are gone go last, when nothing names them any more."""
    fields = ("kind", "version", "draft", "content", "change")
    Entry.objects.bulk_create(
        entries, batch_size=MANY, update_conflicts=True, update_fields=fields, unique_fields=("id",)
    )
    other = [key for key in keys if _named(before, key) != _named(after, key)]
    old = [key for key in other if key in before.held]
    for start in range(0, len(old), MANY):
        Reference.objects.filter(source_id__in=old[start : start + MANY]).delete()
    named = [Reference(source_id=key, target_id=target) for key in other for target in _named(after, key)]
    Reference.objects.bulk_create(named, batch_size=MANY)
    gone = [key for key in keys if key not in after.held]
    for start in range(0, len(gone), MANY):
        Entry.objects.filter(id__in=gone[start : start + MANY]).delete()


def _named(snapshot: Snapshot, key: str) -> list[str]:
    """The records that one names, each once; none where it is not there."""
    held = snapshot.held.get(key)
    return sorted({target for _, target in references(held.record)}) if held else []


def _refuse_wide(key: str, content: _Content) -> None:
    import json  # slow import

    if len(json.dumps(content, ensure_ascii=False)) > WIDEST:
        raise DataError(f"The record {key!r} is longer than {WIDEST:,} characters. Put long texts into documents.")


def edits_of(register: Register, before: Snapshot, *, draft: bool) -> list[Edit]:
    """The edits that make every record of a register stand as it says; what is alike is left alone."""
    found = []
    for record in register:
        old = before.held.get(record.id)
        if old is None:
            found.append(Edit("create", record.id, record, draft=draft))
        elif old.record != record:
            found.append(Edit("edit", record.id, record, tag=old.tag))
    return found
