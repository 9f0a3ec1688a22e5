"""One record as plain values, and back: what a form, a request or a row of a database holds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hansa.commitments.fields import fields_of, values_of
from hansa.commitments.readers.assemble import Place, Troubles, assemble
from hansa.commitments.readers.json_file import lines_of
from hansa.commitments.records import Record
from hansa.commitments.register import kind_of
from hansa.errors import DataError


def entry_of(record: Record) -> dict[str, Any]:
    """The fields of a record that do not hold their default, as JSON can hold them.

    >>> from hansa.commitments.records import Party
    >>> entry_of(Party("brin", "Brinmark"))
    {'id': 'brin', 'name': 'Brinmark'}
    """
    values = values_of(record)
    found = {}
    for field in fields_of(kind_of(record)):
        value = values[field.name]
        if not field.required and value == field.default:
            continue
        if field.nested:
            value = [{name: one for name, one in inner.items() if one is not None} for inner in value]
        found[field.name] = list(value) if isinstance(value, tuple) else value
    return found


def record_of(kind: str, entry: Mapping[str, Any]) -> Record:
    """The record that plain values make up.

    Raises
    ------
    Refused : everything that is wrong with them, by field.

    >>> record_of("party", {"id": "brin", "name": "Brinmark"}).name
    'Brinmark'
    >>> record_of("party", {"id": "brin", "name": " "})
    Traceback (most recent call last):
    hansa.commitments.entry.Refused: name: name is empty. Every such record needs one.
    """
    troubles = Troubles()
    lines = lines_of(kind, dict(entry), Place(""), troubles)
    try:
        (record,) = assemble(lines, troubles)
    except DataError:
        raise Refused(tuple((_field(trouble), trouble.message) for trouble in troubles.found)) from None
    return record


def _field(trouble: DataError) -> str:
    """The field of which a trouble tells: ``history 2 date`` of the second event."""
    place = str(trouble.file or "").strip(", ")
    return " ".join(part for part in (place, trouble.column or "") if part)


class Refused(DataError):
    """Values that make up no record.

    by_field : field and what is wrong with it, in their order; events and amounts as ``history 2 date``.
    """

    def __init__(self, by_field: tuple[tuple[str, str], ...]) -> None:
        self.by_field = by_field
        super().__init__("; ".join(f"{field}: {message}" for field, message in by_field))
