"""Which regions and sectors of an economy a text means: its own codes, names, and blocs by their date."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hansa.errors import DataError, UnknownCode
from hansa.regions.lists import Lists, shipped_lists

Places = NDArray[np.int64]


@dataclass(frozen=True)
class Directory:
    """The regions and sectors of an economy by code, and the lists that know names and blocs.

    Parameters
    ----------
    regions, sectors : positions by code.
    period : of the economy: the date at which blocs have the members that are meant, where a text names none.
    lists : of regions and blocs; those of Hansa where none are given.
    absent : members of blocs that the economy does not hold, by bloc and date; filled as texts are looked up.

    >>> here = Directory({"BLR": 0, "RUS": 1, "POL": 2}, {"all": 0}, "2022", shipped_lists())
    >>> here.region("EAEU"), here.region("Poland"), sorted(here.absent["EAEU@2022"])
    ((0, 1), (2,), ['ARM', 'KAZ', 'KGZ'])
    """

    regions: Mapping[str, int]
    sectors: Mapping[str, int]
    period: str | None
    lists: Lists | None = None
    absent: dict[str, frozenset[str]] = field(default_factory=dict)

    def region(self, text: str) -> tuple[int, ...]:
        """The positions of a region, or of the members of a bloc (``EAEU``, or ``EAEU@2015-01-02`` on a day).

        Raises
        ------
        UnknownCode : the economy has no such region and there is no such bloc.
        DataError : a bloc without a date where the economy has no period, or none of whose members is in the economy.
        """
        if (place := self.regions.get(text)) is not None:
            return (place,)
        name, _, date = text.partition("@")
        lists = self.lists or _shipped()
        if bloc := lists.bloc(name):
            return self._members(bloc.key, date, lists)
        if not date and (place := self.regions.get(lists.code(text))) is not None:
            return (place,)
        known = [*self.regions, *(bloc.key for bloc in lists.blocs)]
        hint = "It is neither a region of this economy nor a bloc."
        raise UnknownCode("region of the economy", text, known, hint=hint)

    def members(self, bloc: str, date: str | None) -> frozenset[int]:
        """The positions of the members of a bloc on a date; a bloc that is unknown is an error, an empty one is not.

        Raises
        ------
        UnknownCode : there is no such bloc.
        DataError : no date, and an economy without a period.
        """
        lists = self.lists or _shipped()
        found = lists.bloc(bloc)
        if found is None:
            raise UnknownCode("bloc", bloc, [one.key for one in lists.blocs])
        return frozenset(self._present(found.key, date or "", lists))

    def several(self, texts: Sequence[str]) -> Places:
        """The positions of several regions and blocs, each once, in order; all regions for no text."""
        if not texts:
            return np.arange(len(self.regions))
        if len(texts) == 1:
            return np.array(self.region(texts[0]), np.int64)
        return np.array(sorted({place for text in texts for place in self.region(text)}), np.int64)

    def products(self, texts: Sequence[str]) -> Places:
        """The positions of sectors; all for no text.

        Raises
        ------
        UnknownCode : the economy has no such sector.
        DataError : it has one sector, in which a product cannot be told apart.
        """
        if not texts:
            return np.arange(len(self.sectors))
        for text in texts:
            if text in self.sectors:
                continue
            if len(self.sectors) == 1:
                only = next(iter(self.sectors))
                raise DataError(
                    f"The change is one of product {text!r}, and the economy has a single sector, {only!r}, in which "
                    "it cannot be told apart. Build the economy with sectors (sectors='chapter'), or leave the product "
                    "out and give what the change is for all goods."
                )
            hint = "'economy.sectors' lists the sectors; a change is of a whole sector."
            raise UnknownCode("sector of the economy", text, self.sectors, hint=hint)
        return np.array(sorted({self.sectors[text] for text in texts}), np.int64)

    def _members(self, bloc: str, date: str, lists: Lists) -> tuple[int, ...]:
        found = self._present(bloc, date, lists)
        if not found:
            raise DataError(
                f"No member of {bloc} on {date or self.period} is a region of the economy. Name another bloc or date, "
                "or build the economy with its members."
            )
        return found

    def _present(self, bloc: str, date: str, lists: Lists) -> tuple[int, ...]:
        when = date or self.period
        if not when:
            raise DataError(
                f"The members of {bloc} change, and the economy has no period to take them at. Say a date: "
                f"'{bloc}@2022-01-01'."
            )
        members = lists.members(bloc, when)
        self.absent[f"{bloc}@{when}"] = frozenset(members - self.regions.keys())
        return tuple(sorted(self.regions[code] for code in members if code in self.regions))


@cache
def _shipped() -> Lists:
    return shipped_lists()


def directory(economy: Any, lists: Lists | None = None) -> Directory:
    """The directory of an economy."""
    regions = {code: place for place, code in enumerate(economy.regions)}
    sectors = {code: place for place, code in enumerate(economy.sectors)}
    return Directory(regions, sectors, economy.period, lists)
