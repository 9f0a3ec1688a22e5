"""The lists of regions and blocs that hold for a store: its own where it has them, else those of Hansa."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from hansa.code_list import read_rows
from hansa.errors import UnknownCode
from hansa.regions import bloc as shipped
from hansa.regions.bloc import Bloc, Membership, days_of
from hansa.regions.codes import find
from hansa.regions.iso import iso
from hansa.regions.region import Region, Regions, plain, read_regions


@dataclass(frozen=True)
class Lists:
    """Regions and blocs by code or name.

    Parameters
    ----------
    places : a list of one's own, asked before ISO 3166; None where there is none.
    facts, blocs : memberships and names of blocs.

    >>> lists = Lists(None, shipped.memberships(), shipped.blocs())
    >>> lists.bloc("еаэс").key, sorted(lists.members("USMCA", "2022"))
    ('EAEU', ['CAN', 'MEX', 'USA'])
    """

    places: Regions | None
    facts: tuple[Membership, ...]
    blocs: tuple[Bloc, ...]

    def place(self, code: str) -> Region | None:
        """The region of a code with its point and names, in the list of one's own or in ISO 3166; None where neither
        has it.
        """
        for places in (self.places, iso()):
            hits = places.matches(code) if places is not None else ()
            if len(hits) > 1:
                hits = tuple(hit for hit in hits if hit.kind == "country")
            if len(hits) == 1:
                return hits[0]
        return None

    def code(self, text: str) -> str:
        """The code that a text means: of a region of one's own list, else of ISO 3166; empty where it means none."""
        try:
            return find(text, self.places).code
        except UnknownCode:
            return ""

    def parts(self, code: str) -> list[str]:
        """Codes of the regions that lie in a region."""
        return [region.code for places in (self.places, iso()) if places is not None for region in places.inside(code)]

    def bloc(self, text: str) -> Bloc | None:
        """The bloc that a key, name or alias means, or None."""
        return self._by_name.get(plain(text))

    def side(self, text: str) -> str:
        """The code of the region, or the key of the bloc, that a text means.

        Raises
        ------
        UnknownCode : it means neither; the nearest regions are named.

        >>> [shipped_lists().side(text) for text in ("Belarus", "еаэс")]
        ['BLR', 'EAEU']
        """
        if code := self.code(text):
            return code
        if bloc := self.bloc(text):
            return bloc.key
        return find(text, self.places).code

    @cached_property
    def _by_name(self) -> dict[str, Bloc]:
        return {
            plain(text): bloc
            for bloc in reversed(self.blocs)
            for text in (bloc.key, bloc.name, bloc.name_ru, *bloc.aliases)
        }

    def members(self, bloc: str, when: str) -> set[str]:
        """Who belonged to a bloc on every day of a period."""
        days = days_of(when)
        return {fact.member for fact in self.facts if fact.bloc == bloc and fact.covers(*days)}

    def blocs_of(self, codes: set[str], when: str) -> list[str]:
        """Blocs to which one of these codes belonged on every day of a period."""
        days = days_of(when)
        return sorted({fact.bloc for fact in self.facts if fact.member in codes and fact.covers(*days)})

    def changes(self, bloc: str, first: str, last: str) -> list[tuple[str, str, bool]]:
        """Who joined a bloc after the first day of one period, or left it before the last day of another: the member,
        the day, and whether it joined; in the order of the days.
        """
        start, end = days_of(first)[0], days_of(last)[1]
        joined = [(f.first, f.member, True) for f in self.facts if f.bloc == bloc and start < f.first <= end]
        left = [
            (f.last, f.member, False)
            for f in self.facts
            if f.bloc == bloc and f.last is not None and start <= f.last < end
        ]
        return [(member, day.isoformat(), came) for day, member, came in sorted((*joined, *left))]


def shipped_lists(places: Regions | None = None) -> Lists:
    """The lists of Hansa, behind a list of regions of one's own where there is one.

    >>> shipped_lists().code("Беларусь")
    'BLR'
    """
    return Lists(places, shipped.memberships(), shipped.blocs())


def lists_beside(folder: str | os.PathLike[str], places: Regions | None = None) -> Lists:
    """The lists in a folder: regions.csv, blocs.csv with bloc_names.csv; each that is not there is that of Hansa.

    places : a list of regions that is asked instead of regions.csv.

    Raises
    ------
    DataError : names file, line and column of what cannot be taken.
    """
    beside = Path(folder)
    if places is None and (beside / "regions.csv").is_file():
        places = read_regions(beside / "regions.csv")
    if not (beside / "blocs.csv").is_file():
        return shipped_lists(places)
    facts = shipped.facts_of(read_rows(beside / "blocs.csv", ("bloc", "member", "from", "source"), ("to",)))
    names = beside / "bloc_names.csv"
    rows = read_rows(names, ("bloc", "name_en", "name_ru"), ("kind", "aliases")) if names.is_file() else []
    return Lists(places, facts, shipped.named(facts, rows))
