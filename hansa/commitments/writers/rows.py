"""The rows of each table of a register, refused before anything is written where they could not be read back."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from hansa.commitments.cells import written
from hansa.commitments.fields import NESTED, STATES, Field, columns, fields_of, tables, unknown_word
from hansa.commitments.records import Record
from hansa.commitments.register import Register, kind_of
from hansa.errors import DataError


def rows_of(register: Register) -> dict[str, list[list[str | float]]]:
    """The cells of every table, a header first; tables without records have only that.

    Raises
    ------
    DataError : a record holds what no reader would take.

    >>> from hansa.commitments.records import Milestone
    >>> rows_of(Register((Milestone("m1", "p1", "Open the bridge", "2025"),)))["milestone"]
    [['id', 'of', 'title', 'due'], ['m1', 'p1', 'Open the bridge', '2025']]
    """
    refuse_unreadable(register)
    found: dict[str, list[list[str | float]]] = {kind: [[field.name for field in columns(kind)]] for kind in tables()}
    for record in register:
        kind = kind_of(record)
        found[kind].append([_cell(kind, record.id, field, getattr(record, field.name)) for field in columns(kind)])
        for nested, (table, _) in NESTED.items():
            for entry in getattr(record, nested, ()):
                values = [_cell(kind, record.id, field, getattr(entry, field.name)) for field in fields_of(table)]
                found[table].append([_cell(kind, record.id, columns(table)[0], record.id), *values])
    return found


def refuse_unreadable(register: Register) -> None:
    """Nothing, where every value of every record is one that its field takes.

    Raises
    ------
    DataError : one is not; names the record and the field.
    """
    for record in register:
        for kind, field, value in _values(record):
            try:
                field.refuse(value)
                if kind == "event" and field.name == "state" and value not in STATES[kind_of(record)]:
                    raise unknown_word("state", value, STATES[kind_of(record)])
            except DataError as trouble:
                raise _of(kind_of(record), record.id, field, trouble) from None


def _values(record: Record) -> Iterator[tuple[str, Field, Any]]:
    kind = kind_of(record)
    for field in fields_of(kind):
        if not field.nested:
            yield kind, field, getattr(record, field.name)
            continue
        for entry in getattr(record, field.name):
            for inner in fields_of(field.type):
                yield field.type, inner, getattr(entry, inner.name)


def _cell(kind: str, name: str, field: Field, value: Any) -> str | float:
    try:
        return written(field, value)
    except DataError as trouble:
        raise _of(kind, name, field, trouble) from None


def _of(kind: str, name: str, field: Field, trouble: DataError) -> DataError:
    return DataError(f"The {kind.replace('_', ' ')} {name!r} cannot be written: {field.name}: {trouble.message}")
