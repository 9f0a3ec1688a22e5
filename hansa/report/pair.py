"""Two regions and all that the store knows of them, asked once and kept: the data under both views of a report."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from hansa import dense
from hansa import period as periods
from hansa.commitments import Register
from hansa.errors import DataError, MissingTable, NotIdentified, UnknownCode
from hansa.indicators import catalogue  # importing it fills it
from hansa.regions import Regions
from hansa.regions.lists import Lists, lists_beside
from hansa.report import commands
from hansa.result import Result
from hansa.trade.flows import Flows
from hansa.trade.group import (
    WITHOUT,
    Group,
    apart,
    find_group,
    members_of,
    region_codes,
    regrouped,
    regrouped_side,
    rest,
)
from hansa.trade.side import MEASURES, SideTable
from hansa.trade.store import Store
from hansa.wording.sentence import Evidence

Answer = tuple[Result, Evidence]
USED = ("deflator", "distance", "exchange_rate", "tariff")


@dataclass(frozen=True)
class Pair:
    """Everything a view is made from. `a` and `b` are codes of the flows.

    flows : annual trade in goods in which every flow stands once: reconciled where there are two reports.
    reports : annual trade in goods as both told it; None where there is one report.
    monthly, services : None where the store has none.
    apart : the same with the members of groups apart; where no side is a group, these are `flows`.
    groups : the sides that are several regions counted as one.
    period, before : the year of the report, and the year before it where the flows have one.
    lists : regions and blocs by their names. register : of promises, where one is given.
    partial : years of which the store has some months or quarters only, and how many. summed : the years are summed.
    lacks : what could not be computed, by key, and why. kept : what a chapter computes once for both views.
    """

    store: Store
    a: str
    b: str
    flows: Flows
    apart: Flows
    groups: tuple[Group, ...]
    reports: Flows | None
    monthly: Flows | None
    services: Flows | None
    period: str
    before: str | None
    dataset: str
    as_of: str | None
    lists: Lists
    register: Register | None = None
    partial: Mapping[str, int] = field(default_factory=dict)
    summed: bool = False
    lacks: dict[str, str] = field(default_factory=dict)
    kept: dict[Any, Any] = field(default_factory=dict, repr=False)
    _asked: dict[Any, Answer | None] = field(default_factory=dict, repr=False)

    @property
    def currency(self) -> str:
        """Of all money in the flows."""
        return self.flows.unit.currency

    @cached_property
    def periods(self) -> list[str]:
        """The years up to that of the report, in order."""
        return [p for p in dense.labels(self.flows.totals("period"), "period") if p <= self.period]

    @cached_property
    def codes(self) -> list[str]:
        """Every region of the flows."""
        return region_codes(self.flows)

    def value(self, origin: str, destination: str, period: str | None = None) -> float:
        """Exports from one region to another in a year (that of the report by default); absent is no trade, 0."""
        return self._trade.get((period or self.period, origin, destination), 0.0)

    def turnover(self, a: str, b: str, period: str | None = None) -> float:
        """Exports in both directions."""
        return self.value(a, b, period) + self.value(b, a, period)

    @cached_property
    def _trade(self) -> dict[tuple[str, str, str], float]:
        table = self.flows.totals("period", "origin", "destination")
        ends = pa.array([self.a, self.b])
        table = table.filter(pc.or_(pc.is_in(table["origin"], ends), pc.is_in(table["destination"], ends)))
        return {(r["period"], r["origin"], r["destination"]): r["value"] or 0.0 for r in table.to_pylist()}

    def total(self, region: str, side: str, period: str | None = None) -> float:
        """All exports (side ``origin``) or imports (``destination``) of a region, its domestic trade left out."""
        when, place = period or self.period, 1 if side == "origin" else 2
        return sum(x for key, x in self._trade.items() if key[0] == when and key[place] == region and key[1] != key[2])

    @cached_property
    def timed(self) -> Flows:
        """The flows up to the year of the report."""
        return self.flows.where(period=self.periods)

    @cached_property
    def then(self) -> Flows:
        """The flows of the year before alone."""
        return self.flows.where(period=self.before)

    @cached_property
    def now(self) -> Flows:
        """The flows of the year of the report alone."""
        return self.flows.where(period=self.period)

    @cached_property
    def members_now(self) -> Flows:
        """The flows of the year of the report with the members of groups apart."""
        return self.apart.where(period=self.period) if self.groups else self.now

    def products(self, origin: str, destination: str, period: str | None) -> dict[str, float]:
        """Exports by product from one region to another in a year; products without trade are left out."""
        return {
            code: value
            for (year, start, end, code), value in self._goods.items()
            if (year, start, end) == (period, origin, destination) and value > 0
        }

    @cached_property
    def _goods(self) -> dict[tuple[str, str, str, str], float]:
        years = [year for year in (self.before, self.period) if year]
        both = self.flows.where(origin=[self.a, self.b], destination=[self.a, self.b], period=years)
        table = both.totals("period", "origin", "destination", "product")
        return {
            (r["period"], r["origin"], r["destination"], r["product"]): r["value"] or 0.0 for r in table.to_pylist()
        }

    # ---- groups and blocs -------------------------------------------------------------------------------------------
    def group(self, code: str) -> Group | None:
        """The group that a side of the pair is, or None for a region of the flows."""
        return next((group for group in self.groups if group.code == code), None)

    def behind(self, code: str) -> tuple[str, ...]:
        """The regions that a code stands for: the members of a group, or the region itself."""
        return members_of(code, self.groups)

    # ---- results ----------------------------------------------------------------------------------------------------
    def side(self, measure: str) -> SideTable | None:
        """A side table, or None where it is missing; what is missing is written down."""
        try:
            return regrouped_side(self.store.side(measure, as_of=self.as_of), self.groups)
        except (MissingTable, DataError) as lack:
            self.lacks[measure] = str(lack)
            return None

    def ask(self, key: str, *, on: str = "now", **options: Any) -> Answer | None:
        """A result of the catalogue and how it is known; None where it cannot be computed, which is written down.

        Parameters
        ----------
        key : of the indicator.
        on : which flows: ``now`` (the year of the report), ``then`` (the year before), ``timed`` (all up to it),
            ``members_now`` (the year of the report, members of groups apart).
        options : of the indicator. Side tables that it needs, or can use, are taken from the store.
        """
        asked = (key, on, repr(sorted(options.items())))
        if asked not in self._asked:
            self._asked[asked] = self._answer(key, on, options)
        return self._asked[asked]

    def _answer(self, key: str, on: str, options: Mapping[str, Any]) -> Answer | None:
        if key not in catalogue:
            self.lacks[key] = f"There is no indicator {key!r} in the catalogue."
            return None
        indicator = catalogue[key]
        held = self.store.measures()
        # a parameter of that name that means something else (whom to rank: population="all") has a text as its default
        useful = [p.name for p in indicator.parameters() if p.name in held and not isinstance(p.default, str)]
        tables = {name: self.side(name) for name in dict.fromkeys((*indicator.needs, *useful))}
        try:
            result = indicator.function(getattr(self, on), **options, **tables)
            result = replace(result, table=result.to_arrow())
        except (DataError, MissingTable, NotIdentified) as lack:
            self.lacks[key] = str(lack)
            return None
        return result, self._evidence(result, on, options)

    def _evidence(self, result: Result, on: str, options: Mapping[str, Any]) -> Evidence:
        one = {"timed": None, "then": self.before}.get(on, self.period)
        narrowed = {"period": one} if one and "period" not in options else {}
        command = commands.show(self, result.method, {**options, **narrowed}, grouped=on != "members_now")
        return Evidence.of(result, command)

    def evidence_of(self, key: str, *, on: str = "now", **options: Any) -> Evidence | None:
        """How a plain sum is known that the indicator `key` gives too; None where there is no such indicator."""
        if key not in catalogue:
            return None
        known = catalogue[key]
        narrowed = {"period": self.period} if on in ("now", "members_now") and "period" not in options else {}
        command = commands.show(self, key, {**options, **narrowed}, grouped=on != "members_now")
        return Evidence(key, known.title, known.formula, known.reference, command, self.flows.provenance)

    def own_report(self, flows: Flows, origin: str, destination: str, teller: str, by: str) -> Evidence | None:
        """How exports are known as one of the two itself reports them, by month or for services."""
        if "exports" not in catalogue:
            return None
        known = catalogue["exports"]
        options = {"by": by, "origin": origin, "destination": destination}
        side = "origin" if teller == origin else "destination"
        told_by = side if flows.told_by == "both" else None
        frequency = "M" if flows is self.monthly else None
        command = commands.show(self, "exports", options, frequency=frequency, told_by=told_by, scope=flows.scope)
        return Evidence("exports", known.title, known.formula, known.reference, command, flows.provenance)


def blocs_of(pair: Pair, code: str) -> list[str]:
    """Blocs that a region, or every member of a group, belonged to throughout the year of the report; a province is in
    those of its country.
    """
    common: set[str] | None = None
    for member in pair.behind(code):
        place = pair.lists.place(member)
        own = {member, place.parent} if place and place.parent else {member}
        found = set(pair.lists.blocs_of(own, pair.period))
        common = found if common is None else common & found
    return sorted(common or ())


def members_in_data(pair: Pair, bloc: str) -> list[str]:
    """The members of a bloc that the flows name, groups taken apart."""
    return sorted(pair.lists.members(bloc, pair.period) & set(region_codes(pair.apart)))


def gather(
    store: Store, a: str, b: str, dataset: str | None, period: str | None, as_of: str | None, places: Regions | None
) -> Pair:
    """Read what the store knows of two regions, either of which may be a bloc, or a country by its provinces.

    Raises
    ------
    DataError : A is B, or the store has no whole year of flows.
    UnknownCode : a region or the period is not in the flows.
    """
    lists = lists_beside(store.archive.folder, places)
    name = dataset or _dataset(store, a, b, as_of, lists)
    finest = store.flows(name, as_of=as_of)
    finest.totals("period", "origin", "destination")  # read once; the sums below are made of it
    summed = periods.frequency(_last(finest)) != "A"
    raw = store.flows(name, as_of=as_of, frequency="A") if summed else finest
    known = region_codes(raw)
    years = dense.labels(raw.totals("period"), "period")
    when = periods.canonical(period) if period is not None else years[-1]
    if when not in years:
        raise UnknownCode("year of these flows", when, years, hint=f"They have {', '.join(years)}.")
    one, other = sides(a, b, known, lists, when)
    groups = tuple(side for side in (one, other) if isinstance(side, Group))
    told = store.flows(name, as_of=as_of, told_by="reconciled", frequency="A") if raw.told_by == "both" else raw
    before = periods.shift(when, -1)
    monthly = _maybe(lambda: store.flows(name, as_of=as_of, frequency="M"))
    services = _services(store, name, as_of)
    return Pair(
        store=store,
        a=one.code if isinstance(one, Group) else one,
        b=other.code if isinstance(other, Group) else other,
        flows=regrouped(told, groups),
        apart=told,
        groups=groups,
        reports=raw if raw.told_by == "both" else None,
        monthly=regrouped(monthly, groups) if monthly else None,
        services=regrouped(services, groups) if services else None,
        period=when,
        before=before if before in years else None,
        dataset=name,
        as_of=as_of,
        lists=lists,
        partial=_partial(finest, years),
        summed=summed,
        lacks={name: str(MissingTable(name, MEASURES[name])) for name in USED if name not in store.measures()},
    )


def _partial(finest: Flows, years: list[str]) -> dict[str, int]:
    """Years that are left out since not all their months or quarters are there, and how many are."""
    counted = Counter(one.split("-")[0] for one in dense.labels(finest.totals("period"), "period"))
    return {year: count for year, count in sorted(counted.items()) if year not in years}


def _dataset(store: Store, a: str, b: str, as_of: str | None, lists: Lists) -> str:
    """The only dataset; of several, the only one that names both sides, or by whose regions both can be counted."""
    names = store.datasets()
    if not names:
        raise DataError("The store holds no flows yet; import some first.", file=store.archive.folder)
    if len(names) == 1:
        return names[0]
    named, fitting, there = [], [], set[str]()
    for name in names:
        flows = store.flows(name, as_of=as_of)
        known, latest = region_codes(flows), _last(flows)[:4]
        there |= set(known)
        named += [name] if all(_is_named(text, known, lists, latest) for text in (a, b)) else []
        fitting += [name] if all(_can_be_counted(text, known, lists, latest) for text in (a, b)) else []
    for some in (named, fitting):
        if len(some) == 1:
            return some[0]
    folder = store.archive.folder
    if not (some := named or fitting):
        for text in (a, b):
            if not _can_be_counted(text, sorted(there), lists, ""):
                raise UnknownCode("region of these flows", text, there, file=folder)
        raise DataError(f"No dataset of the store ({', '.join(names)}) has both {a!r} and {b!r}.", file=folder)
    raise DataError(f"Several datasets have both {a!r} and {b!r}: {', '.join(some)}. Say which (dataset).", file=folder)


def _is_named(text: str, known: list[str], lists: Lists, when: str) -> bool:
    """Whether flows name a region, or each member of a bloc, as the lists do."""
    if text in known or lists.code(text) in known:
        return True
    bloc = lists.bloc(text.partition(WITHOUT)[0])
    return bloc is not None and lists.members(bloc.key, when) <= set(known)


def _can_be_counted(text: str, known: list[str], lists: Lists, when: str) -> bool:
    try:
        _side(text, known, lists, when)
    except (UnknownCode, DataError):
        return False
    return True


def _last(flows: Flows) -> str:
    return dense.labels(flows.totals("period"), "period")[-1]


def _side(text: str, known: list[str], lists: Lists, when: str) -> str | Group:
    """The code in these flows that a code or a name means; or the group of codes."""
    found = lists.code(text)
    for code in (text, found):
        if code in known:
            return code
    if WITHOUT in text or "@" in text or lists.bloc(text) or set(lists.parts(found)) & set(known):
        return find_group(text, known, lists, when)
    raise UnknownCode("region of these flows", text, known, hint=f"The flows name {len(known):,} regions.")


def sides(a: str, b: str, known: list[str], lists: Lists, when: str) -> tuple[str | Group, str | Group]:
    """The two sides that two texts mean in flows which name the regions `known`, members of blocs taken at `when`.

    Raises
    ------
    UnknownCode : a text is neither a region of the flows nor a bloc.
    DataError : both are one, or nothing is left of one beside the other.
    """
    return _two_sides(*(_side(text, known, lists, when) for text in (a, b)))


def _two_sides(one: str | Group, other: str | Group) -> tuple[str | Group, str | Group]:
    """Two sides that share nothing: where one lies in the other, the other is the rest of it."""
    if isinstance(one, Group) and isinstance(other, Group):
        return apart(one, other)
    if isinstance(one, Group) and isinstance(other, str):
        return (rest(one, other, (other,)) if other in one.members else one), other
    if isinstance(other, Group) and isinstance(one, str):
        return one, (rest(other, one, (one,)) if one in other.members else other)
    if one == other:
        raise DataError(f"A partnership has two sides, but both are {one!r}. Name two different regions.")
    return one, other


def _services(store: Store, name: str, as_of: str | None) -> Flows | None:
    names = store.datasets("services")
    chosen = name if name in names else names[0] if len(names) == 1 else None
    return _maybe(lambda: store.flows(chosen, as_of=as_of, scope="services")) if chosen else None


def _maybe(read: Callable[[], Flows]) -> Flows | None:
    try:
        return read()
    except DataError:
        return None
