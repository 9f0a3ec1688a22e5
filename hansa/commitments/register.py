"""The register: every record of a partnership, found by its id or by its kind."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeVar

from hansa.commitments.records import KINDS, Record
from hansa.errors import DataError, UnknownCode
from hansa.provenance import Provenance

R = TypeVar("R")


@dataclass(frozen=True, eq=False)
class Register:
    """Records in the order they were given.

    places : where each record was read, by its id (``agreements.csv, line 7``); of its events and amounts by id, field
        and number (``free-trade history 2``). Empty where it was not read from a file.

    Raises
    ------
    DataError : two records have one id.

    >>> from hansa.commitments.records import Party
    >>> register = Register((Party("brin", "Brinmark", region="XBR"),))
    >>> register["brin"].name, [party.id for party in register.of(Party)]
    ('Brinmark', ['brin'])
    """

    records: tuple[Record, ...]
    provenance: Provenance = Provenance()
    notes: tuple[str, ...] = ()
    places: Mapping[str, str] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        seen: dict[str, Record] = {}
        for record in self.records:
            if record.id in seen:
                kinds = f"a {kind_of(seen[record.id])} and a {kind_of(record)}"
                raise DataError(f"Two records have the id {record.id!r}: {kinds}. Give one of them another.")
            seen[record.id] = record

    def __getitem__(self, key: str) -> Record:
        """The record of an id."""
        if key not in self._by_id:
            raise UnknownCode("record", key, list(self._by_id))
        return self._by_id[key]

    def __contains__(self, key: object) -> bool:
        """Whether there is a record of that id."""
        return key in self._by_id

    def __iter__(self) -> Iterator[Record]:
        """Every record in turn."""
        return iter(self.records)

    def __len__(self) -> int:
        """How many records there are."""
        return len(self.records)

    def of(self, kind: type[R]) -> tuple[R, ...]:
        """The records of one kind."""
        if kind not in self._by_kind:
            self._by_kind[kind] = tuple(record for record in self.records if isinstance(record, kind))
        return self._by_kind[kind]

    def changed(self, records: Iterable[Record], without: Collection[str] = ()) -> Register:
        """This register with records in the place of those of their ids, or at its end, and without those of some ids.

        What is known of it stays known, so that one change of many records costs little.

        >>> from hansa.commitments.records import Party
        >>> register = Register((Party("a", "One"), Party("b", "Two")))
        >>> [party.name for party in register.changed([Party("b", "Three"), Party("c", "Four")], without=["a"])]
        ['Three', 'Four']
        """
        by_id, new = dict(self._by_id), {record.id: record for record in records}
        touched = {type(by_id[key]) for key in (*new, *without) if key in by_id} | {type(one) for one in new.values()}
        by_id.update(new)
        for key in without:
            by_id.pop(key, None)
        made = Register((), self.provenance, self.notes, self.places)
        known = {kind: found for kind, found in self._by_kind.items() if kind not in touched}
        vars(made).update(records=tuple(by_id.values()), _by_id=by_id, _by_kind=known)
        return made

    @cached_property
    def _by_id(self) -> dict[str, Record]:
        return {record.id: record for record in self.records}

    @cached_property
    def _by_kind(self) -> dict[type, tuple[Any, ...]]:
        return {}


def kind_of(record: Record) -> str:
    """The name of a record's kind."""
    return next(name for name, kind in KINDS.items() if isinstance(record, kind))
