"""Two regions and all that the store knows of them, asked once and kept: the data under both views of a report."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from hansa import dense, regions
from hansa import period as periods
from hansa.code_list import read_rows
from hansa.errors import DataError, MissingTable, NotIdentified, UnknownCode
from hansa.regions import Region, Regions, read_regions
from hansa.report import commands
from hansa.report.facts import Evidence
from hansa.result import Result
from hansa.trade.flows import Flows
from hansa.trade.indicators import catalogue  # importing it fills it
from hansa.trade.side import MEASURES, SideTable
from hansa.trade.store import Store

Answer = tuple[Result, Evidence]
USED = ("deflator", "distance", "exchange_rate", "tariff")


@dataclass(frozen=True)
class Pair:
    """Everything a view is made from. `a` and `b` are codes of the flows.

    flows : annual trade in goods in which every flow stands once: reconciled where there are two reports.
    reports : annual trade in goods as both told it; None where there is one report.
    monthly, services : None where the store has none.
    period, before : the year of the report, and the year before it where the flows have one.
    lacks : what could not be computed, by key, and why.
    """

    store: Store
    a: str
    b: str
    flows: Flows
    reports: Flows | None
    monthly: Flows | None
    services: Flows | None
    period: str
    before: str | None
    dataset: str
    as_of: str | None
    places: Regions | None
    lacks: dict[str, str] = field(default_factory=dict)
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

    # ---- blocs: from the list beside the store where there is one, else from that of Hansa --------------------------
    @cached_property
    def _memberships(self) -> tuple[regions.Membership, ...]:
        path = self.store.archive.folder / "blocs.csv"
        if not path.is_file():
            return ()
        rows = read_rows(path, ("bloc", "member", "from", "source"), ("to",))
        facts = ((row, row.day("from"), row.day("to", last=True)) for row in rows)
        return tuple(
            regions.Membership(row["bloc"], row["member"], first, last, row["source"])
            for row, first, last in facts
            if first
        )

    def blocs_of(self, code: str) -> list[str]:
        """Blocs that a region belonged to throughout the year of the report; a province is in those of its country."""
        first, last = date(periods.year(self.period), 1, 1), date(periods.year(self.period), 12, 31)
        place = place_of(self, code)
        own = {code, place.parent} if place and place.parent else {code}
        if self._memberships:
            return sorted({fact.bloc for fact in self._memberships if fact.member in own and fact.covers(first, last)})
        return sorted({bloc for one in own if one for bloc in regions.blocs_of(one, self.period)})

    def members(self, bloc: str) -> list[str]:
        """The members of a bloc that the flows name."""
        first, last = date(periods.year(self.period), 1, 1), date(periods.year(self.period), 12, 31)
        if self._memberships:
            named = {fact.member for fact in self._memberships if fact.bloc == bloc and fact.covers(first, last)}
        else:
            named = set(regions.members_on(bloc, self.period))
        return sorted(named & set(self.codes))

    # ---- results ----------------------------------------------------------------------------------------------------
    def side(self, measure: str) -> SideTable | None:
        """A side table, or None where it is missing; what is missing is written down."""
        try:
            return self.store.side(measure, as_of=self.as_of)
        except (MissingTable, DataError) as lack:
            self.lacks[measure] = str(lack)
            return None

    def ask(self, key: str, *, on: str = "now", **options: Any) -> Answer | None:
        """A result of the catalogue and how it is known; None where it cannot be computed, which is written down.

        Parameters
        ----------
        key : of the indicator.
        on : which flows: ``now`` (the year of the report), ``then`` (the year before), ``timed`` (all up to it).
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
        one = {"now": self.period, "then": self.before}.get(on)
        narrowed = {"period": one} if one and "period" not in options else {}
        return Evidence.of(result, commands.show(self, result.method, {**options, **narrowed}))

    def evidence_of(self, key: str, *, on: str = "now", **options: Any) -> Evidence | None:
        """How a plain sum is known that the indicator `key` gives too; None where there is no such indicator."""
        if key not in catalogue:
            return None
        known = catalogue[key]
        narrowed = {"period": self.period} if on == "now" and "period" not in options else {}
        command = commands.show(self, key, {**options, **narrowed})
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


def gather(
    store: Store, a: str, b: str, dataset: str | None, period: str | None, as_of: str | None, places: Regions | None
) -> Pair:
    """Read what the store knows of two regions.

    Raises
    ------
    DataError : A is B, or the store has no annual flows.
    UnknownCode : a region or the period is not in the flows.
    """
    name = dataset or _dataset(store, a, b, as_of)
    raw = store.flows(name, as_of=as_of)
    beside = store.archive.folder / "regions.csv"
    if places is None and beside.is_file():
        places = read_regions(beside)
    if periods.frequency(_last(raw)) != "A":
        raise DataError(
            f"{name!r} holds no years, only {_last(raw)} and the like; a report compares years. Import annual flows."
        )
    known = region_codes(raw)
    a, b = (_code(text, known, places) for text in (a, b))
    if a == b:
        raise DataError(f"A partnership has two sides, but both are {a!r}. Name two different regions.")
    reports = raw if raw.told_by == "both" else None
    flows = store.flows(name, as_of=as_of, told_by="reconciled") if reports is not None else raw
    years = dense.labels(flows.totals("period"), "period")
    when = periods.canonical(period) if period is not None else years[-1]
    if when not in years:
        raise UnknownCode("year of these flows", when, years, hint=f"They have {', '.join(years)}.")
    before = periods.shift(when, -1)
    return Pair(
        store=store,
        a=a,
        b=b,
        flows=flows,
        reports=reports,
        monthly=_maybe(lambda: store.flows(name, as_of=as_of, frequency="M")),
        services=_services(store, name, as_of),
        period=when,
        before=before if before in years else None,
        dataset=name,
        as_of=as_of,
        places=places,
        lacks={name: str(MissingTable(name, MEASURES[name])) for name in USED if name not in store.measures()},
    )


def region_codes(flows: Flows) -> list[str]:
    """Every region that the flows name, as origin or as destination."""
    return sorted({code for end in ("origin", "destination") for code in dense.labels(flows.totals(end), end)})


def _dataset(store: Store, a: str, b: str, as_of: str | None) -> str:
    """The only dataset; of several, the only one that names both regions."""
    names = store.datasets()
    if not names:
        raise DataError("The store holds no flows yet; import some first.", file=store.archive.folder)
    if len(names) == 1:
        return names[0]
    fitting = [name for name in names if {a, b} <= set(region_codes(store.flows(name, as_of=as_of)))]
    if len(fitting) != 1:
        raise DataError(
            f"The store holds several datasets ({', '.join(names)}), of which {len(fitting)} name both {a!r} and "
            f"{b!r}. Say which one is meant.",
            file=store.archive.folder,
        )
    return fitting[0]


def _last(flows: Flows) -> str:
    return dense.labels(flows.totals("period"), "period")[-1]


def _code(text: str, known: list[str], places: Regions | None) -> str:
    """The code in these flows that a code or a name means."""
    if text in known:
        return text
    try:
        found = regions.find(text, places).code
    except UnknownCode:
        found = ""
    if found in known:
        return found
    raise UnknownCode("region of these flows", text, known, hint=f"The flows name {len(known):,} regions.")


def _services(store: Store, name: str, as_of: str | None) -> Flows | None:
    names = store.datasets("services")
    chosen = name if name in names else names[0] if len(names) == 1 else None
    return _maybe(lambda: store.flows(chosen, as_of=as_of, scope="services")) if chosen else None


def _maybe(read: Callable[[], Flows]) -> Flows | None:
    try:
        return read()
    except DataError:
        return None


def place_of(pair: Pair, code: str) -> Region | None:
    """The region of a code with its point and names, in the reader's list or in ISO 3166; None where neither has it."""
    for places in (pair.places, regions.iso()):
        hits = places.matches(code) if places is not None else ()
        if len(hits) > 1:
            hits = tuple(hit for hit in hits if hit.kind == "country")
        if len(hits) == 1:
            return hits[0]
    return None
