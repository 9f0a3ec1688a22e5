"""Two people changed one record: the newer version with what the other typed, field by field, none of it lost."""

from __future__ import annotations

import re

from hansa.commitments.entry import record_of
from hansa.commitments.fields import fields_of
from hansa.commitments.records import Record
from hansa.office.form import MORE, Typed, rows_of
from hansa.office.models import Revision


def version_read(kind: str, key: str, tag: str) -> Record | None:
    """The record as a form showed it, by the tag that the form carries (`Held.tag`); None where there was no such."""
    hit = re.fullmatch(r"(\d{1,15})-(\d{1,9})", tag)
    if hit is None:
        return None
    row = Revision.objects.filter(record=key, kind=kind, change_id=int(hit[1]), version=int(hit[2])).first()
    return record_of(kind, row.content) if row is not None else None


def merged(kind: str, base: Typed, mine: Typed, newer: Typed) -> dict[str, list[str]]:
    """The texts of a form: those of the newer version, but for what was typed otherwise than it stood before.

    Rows of events and amounts that were added stand behind those that others added.

    base : what the form showed. mine : what came back. newer : what stands now.

    >>> base, newer = {"title": ["Old"], "due": ["2030"]}, {"title": ["Old"], "due": ["2031"]}
    >>> merged("milestone", base, {"title": ["New"], "due": ["2030"]}, newer)["due"]
    ['2031']
    """
    found = {name: list(texts) for name, texts in newer.items()}
    for field in fields_of(kind):
        if field.nested:
            _merge_rows(field.name, [inner.name for inner in fields_of(field.type)], base, mine, newer, found)
        elif _texts(mine, field.name) != _texts(base, field.name) or _texts(mine, field.name + MORE):
            found[field.name] = list(mine.get(field.name, ()))
            found[field.name + MORE] = list(mine.get(field.name + MORE, ()))
    return found


def _merge_rows(
    name: str, fields: list[str], base: Typed, mine: Typed, newer: Typed, found: dict[str, list[str]]
) -> None:
    names = [*fields, "remove"]
    before, now = rows_of(name, base), rows_of(name, newer)
    free = max([*now, 0]) + 1
    for number in rows_of(name, mine):
        row = {field: _texts(mine, f"{name}-{number}-{field}") for field in names}
        shown = {field: _texts(base, f"{name}-{number}-{field}") for field in names}
        if row == shown or not any(row.values()):
            continue
        alike = number in before and shown == {field: _texts(newer, f"{name}-{number}-{field}") for field in names}
        place = number if alike else free  # where others changed that row, both are kept
        free += 0 if alike else 1
        for field in names:
            found[f"{name}-{place}-{field}"] = list(mine.get(f"{name}-{number}-{field}", ()))


def _texts(typed: Typed, name: str) -> list[str]:
    return [text.replace("\r\n", "\n") for text in typed.get(name, ()) if text.strip()]
