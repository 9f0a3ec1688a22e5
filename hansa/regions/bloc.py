"""Blocs and their members by date: dated facts from hansa/data/blocs.csv, one treaty or decision per line.

A membership runs from its first to its last day, both included. A date that is known only to the month or the year is
written so in the table and counts from its first day (the end: to its last day).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cache

from hansa.code_list import Row, first_and_last_day, shipped
from hansa.errors import DataError, UnknownCode
from hansa.period import canonical
from hansa.regions.region import plain


@dataclass(frozen=True)
class Bloc:
    """A group of countries that agreed on something, with its usual short name as key."""

    key: str
    name: str
    name_ru: str
    kind: str
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True)
class Membership:
    """One dated fact: `member` belongs to `bloc` from `first` to `last` (None: no end is known), both days included."""

    bloc: str
    member: str
    first: date
    last: date | None
    source: str

    def covers(self, first: date, last: date) -> bool:
        """Whether it holds on every day from `first` to `last`."""
        return self.first <= first and (self.last is None or last <= self.last)

    def meets(self, first: date, last: date) -> bool:
        """Whether it holds on some day from `first` to `last`."""
        return self.first <= last and (self.last is None or first <= self.last)


@cache
def memberships() -> tuple[Membership, ...]:
    """Every membership of the table."""
    return facts_of(shipped("blocs.csv", ("bloc", "member", "from", "source"), ("to",)))


def facts_of(rows: Iterable[Row]) -> tuple[Membership, ...]:
    """Memberships from the lines of a table with the columns of hansa/data/blocs.csv.

    Raises
    ------
    DataError : a membership has no first day, or ends before it begins.
    """
    facts = []
    for row in rows:
        first, last = row.day("from"), row.day("to", last=True)
        if first is None:
            raise row.error("from", "is empty. Write the day from which the membership holds.")
        if last is not None and last < first:
            raise row.error("to", "ends before it begins.")
        facts.append(Membership(row["bloc"], row["member"], first, last, row["source"]))
    return tuple(facts)


@cache
def blocs() -> tuple[Bloc, ...]:
    """Every bloc of the table, in its order; one without a line in bloc_names.csv is called by its key."""
    return named(memberships(), shipped("bloc_names.csv", ("bloc", "kind", "name_en", "name_ru"), ("aliases",)))


def named(facts: Iterable[Membership], rows: Iterable[Row]) -> tuple[Bloc, ...]:
    """The blocs of some facts in their order, with names from the lines of a table such as bloc_names.csv."""
    known = {
        row["bloc"]: Bloc(
            row["bloc"], row["name_en"], row["name_ru"], row["kind"], tuple(filter(None, row["aliases"].split("|")))
        )
        for row in rows
    }
    return tuple(known.get(key, Bloc(key, key, key, "")) for key in dict.fromkeys(fact.bloc for fact in facts))


def bloc_matching(text: str) -> Bloc | None:
    """The bloc that a key, name, alias or provider's code means, or None."""
    return _index().get(plain(text))


@cache
def _index() -> dict[str, Bloc]:
    index = {plain(text): bloc for bloc in blocs() for text in (bloc.key, bloc.name, bloc.name_ru, *bloc.aliases)}
    for row in shipped("provider_codes.csv", ("code", "region", "provider"), ("note",)):
        if bloc := index.get(plain(row["region"])):
            index.setdefault(plain(row["code"]), bloc)
    return index


def find_bloc(text: object) -> Bloc:
    """The bloc that a key or a name in English or Russian means, in any case.

    Raises
    ------
    UnknownCode : no such bloc; names the nearest.

    >>> find_bloc("еаэс").key
    'EAEU'
    """
    if bloc := bloc_matching(str(text)):
        return bloc
    known = [name for bloc in blocs() for name in (bloc.key, bloc.name, bloc.name_ru)]
    raise UnknownCode("bloc", text, known, hint="blocs() lists them; a line in hansa/data/blocs.csv adds one.")


def members_on(bloc: str, when: object, *, throughout: bool = True) -> frozenset[str]:
    """The members of a bloc on a day or in a period, as country codes.

    Parameters
    ----------
    bloc : key or name.
    when : a date, a day ("2021-06-30") or a period ("2021", "2021-Q2", "2021-06").
    throughout : in a period, count who was a member on every day of it; False: on any day of it. The difference is
        listed by `membership_changes`.

    Raises
    ------
    UnknownCode : no such bloc.
    DataError : `when` is neither a day nor a period.

    >>> sorted(members_on("EAEU", "2015-01-01")), len(members_on("EU", "2021-06-30"))
    (['BLR', 'KAZ', 'RUS'], 27)
    >>> "HRV" in members_on("EU", "2013"), "HRV" in members_on("EU", "2013", throughout=False)
    (False, True)
    """
    key, (first, last) = find_bloc(bloc).key, days_of(when)
    return frozenset(
        fact.member
        for fact in memberships()
        if fact.bloc == key and (fact.covers(first, last) if throughout else fact.meets(first, last))
    )


def membership_changes(bloc: str, when: object) -> tuple[str, ...]:
    """What changed in a bloc inside a period, a sentence each: who joined after its first day or left before its last.

    >>> membership_changes("EU", "2020")
    ('GBR was a member of EU until 2020-01-31.',)
    """
    key, (first, last) = find_bloc(bloc).key, days_of(when)
    notes = []
    for fact in memberships():
        if fact.bloc == key and first < fact.first <= last:
            notes.append(f"{fact.member} is a member of {key} since {fact.first}.")
        if fact.bloc == key and fact.last is not None and first <= fact.last < last:
            notes.append(f"{fact.member} was a member of {key} until {fact.last}.")
    return tuple(notes)


def blocs_of(country: str, when: object, *, throughout: bool = True) -> tuple[str, ...]:
    """Keys of the blocs that a country (alpha-3 code) belongs to on a day or in a period, sorted; see `members_on`.

    >>> blocs_of("BLR", "2024-12-31")
    ('CIS', 'CIS-FTA', 'EAEU', 'SCO', 'Union State')
    """
    first, last = days_of(when)
    return tuple(
        sorted(
            {
                fact.bloc
                for fact in memberships()
                if fact.member == country and (fact.covers(first, last) if throughout else fact.meets(first, last))
            }
        )
    )


def days_of(when: object) -> tuple[date, date]:
    """First and last day of a day (a date, or "2021-06-30") or of a period.

    >>> [str(day) for day in days_of("2021-Q2")]
    ['2021-04-01', '2021-06-30']
    """
    if isinstance(when, date):
        return when, when
    text = str(when).strip()
    try:
        if text.count("-") == 2:
            return first_and_last_day(text)
        period = canonical(when)
        if "Q" in period:
            year, quarter = period.split("-Q")
            months = [f"{year}-{3 * int(quarter) - 2:02d}", f"{year}-{3 * int(quarter):02d}"]
            return first_and_last_day(months[0])[0], first_and_last_day(months[1])[1]
        return first_and_last_day(period)
    except ValueError:
        raise DataError(
            f"{text!r} is no day. Write it as 2021-06-30, or name a period (2021, 2021-Q2, 2021-06)."
        ) from None
