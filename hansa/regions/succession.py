"""Which states followed which, as dated facts, so that a series that crosses such a break says so."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache

from hansa.code_list import shipped
from hansa.regions.bloc import days_of


@dataclass(frozen=True)
class Succession:
    """From `day` on, figures once under `before` are under `after` (wholly or in part)."""

    before: str
    after: str
    day: date
    kind: str
    source: str
    note: str = ""

    def line(self) -> str:
        """The fact in a sentence."""
        text = f"{self.before} -> {self.after} on {self.day} ({self.kind}; {self.source})."
        return f"{text} {self.note}" if self.note else text


@cache
def successions() -> tuple[Succession, ...]:
    """Every fact of hansa/data/succession.csv."""
    facts = []
    for row in shipped("succession.csv", ("before", "after", "date", "kind", "source"), ("note",)):
        day = row.day("date")
        assert day is not None  # a required column
        facts.append(Succession(row["before"], row["after"], day, row["kind"], row["source"], row["note"]))
    return tuple(facts)


def successors(code: str) -> tuple[str, ...]:
    """Codes that the figures of a former country went to; of a country that lost a part: the parts. In order of date.

    >>> successors("CSK"), successors("BLR")
    (('CZE', 'SVK'), ())
    """
    return tuple(fact.after for fact in sorted(successions(), key=lambda fact: fact.day) if fact.before == code)


def predecessors(code: str) -> tuple[str, ...]:
    """Codes that the figures of a country were under before.

    >>> predecessors("BLR"), predecessors("DEU")
    (('SUN',), ('DDR', 'FRG'))
    """
    return tuple(fact.before for fact in successions() if fact.after == code)


def breaks(code: str, first: object, last: object) -> tuple[str, ...]:
    """Sentences on every change of a country's extent inside a span of periods or days.

    >>> breaks("SSD", "2010", "2012")
    ('SDF -> SSD on 2011-07-09 (dissolved; Independence of South Sudan).',)
    """
    begin, end = days_of(first)[0], days_of(last)[1]
    return tuple(fact.line() for fact in successions() if code in (fact.before, fact.after) and begin < fact.day <= end)
