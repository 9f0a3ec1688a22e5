"""Territories that reporters count differently. No position is taken: what a reporter includes, its figures include.

A figure is always "as reported by X". The notes of hansa/data/territory_notes.csv say, in neutral words, what a
reporter's figures include or leave out; a list of one's own may mark an entry with `reported_by` in the same sense.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cache

from hansa.code_list import shipped
from hansa.regions.bloc import days_of


@dataclass(frozen=True)
class TerritoryNote:
    """What the figures of `reported_by` include or leave out of `territory`, from `first` on."""

    territory: str
    reported_by: str
    first: date
    note: str
    source: str


@cache
def _table() -> tuple[TerritoryNote, ...]:
    notes = []
    for row in shipped("territory_notes.csv", ("territory", "reported_by", "from", "note", "source")):
        first = row.day("from")
        assert first is not None  # a required column
        notes.append(TerritoryNote(row["territory"], row["reported_by"], first, row["note"], row["source"]))
    return tuple(notes)


def territory_notes(codes: Iterable[str], when: object = None) -> tuple[TerritoryNote, ...]:
    """The notes to print beside figures of these regions: those on them as reporters or as territories.

    Parameters
    ----------
    codes : codes of the regions that a table shows.
    when : a day or period; notes that begin later are left out.

    >>> [note.territory for note in territory_notes(["CYP"], "2022")]
    ['CYP', 'CYP']
    """
    wanted = set(codes)
    last = days_of(when)[1] if when is not None else date.max
    return tuple(note for note in _table() if {note.territory, note.reported_by} & wanted and note.first <= last)
