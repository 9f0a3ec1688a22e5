"""What a store knows, asked by the catalogue of indicators and kept, so that many claims read it once."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

import narwhals.stable.v2 as nw
import pyarrow as pa
import pyarrow.compute as pc

from hansa import dense, tables
from hansa import period as periods
from hansa.archive import Entry
from hansa.errors import DataError, HansaError, UnitMismatch
from hansa.indicators import find
from hansa.regions.lists import Lists
from hansa.result import Result
from hansa.trade.flows import Flows, one_report, valued
from hansa.trade.group import Group, regrouped
from hansa.trade.indicators.declare import NARROWING
from hansa.trade.store import Store

BOTH = "goods and services"
SCOPES = ("goods", "services", BOTH)
PAIR = ("origin", "destination")
T = TypeVar("T")


@dataclass(frozen=True)
class View:
    """A choice of flows: which dataset, of what, as told by whom, as known when.

    scope : one of `SCOPES`.
    told_by : ``origin``, ``destination`` or ``reconciled``; the code of a region for what that region itself reports
        of its exports and imports; None where the dataset does not say.
    as_of : ISO date, or None for the latest.
    groups : regions that are counted as one.
    products : codes of the products that are counted; all where there are none.
    """

    dataset: str
    scope: str = "goods"
    told_by: str | None = None
    as_of: str | None = None
    groups: tuple[Group, ...] = ()
    products: tuple[str, ...] = ()


@dataclass(frozen=True)
class Ledger:
    """Answers of a store, each computed once.

    lists : of regions and blocs.
    """

    store: Store
    lists: Lists
    _kept: dict[Any, Any] = field(default_factory=dict, repr=False)

    def keep(self, key: tuple[Any, ...], make: Callable[[], T]) -> T:
        """What `make` gives, or gave the first time; a refusal is kept as well."""
        if key not in self._kept:
            try:
                self._kept[key] = make()
            except HansaError as refusal:
                self._kept[key] = refusal
        found = self._kept[key]
        if isinstance(found, HansaError):
            raise found.with_traceback(None)  # else it would grow each time
        return found

    # ---- what there is ----------------------------------------------------------------------------------------------
    def services_of(self, dataset: str) -> str | None:
        """The services that go with goods: the dataset of the same name, or the only one, if it is no other's."""
        named = names_of(self, "services")
        if dataset in named:
            return dataset
        return named[0] if len(named) == 1 and named[0] not in names_of(self, "goods") else None

    def entries(self, view: View) -> list[Entry]:
        """What was published of a view's dataset by its day.

        Raises
        ------
        DataError : nothing was known yet.
        """
        kinds = ("goods", "services") if view.scope == BOTH else (view.scope,)

        def found() -> list[Entry]:
            every: list[Entry] = []
            for kind in kinds:
                name = view.dataset if kind == "goods" else self.services_of(view.dataset)
                if name is None:
                    raise DataError("The store holds no services.")
                every += self.store.archive.find(f"{kind} flows", name, view.as_of)
            return every

        return self.keep(("entries", view.dataset, view.scope, view.as_of), found)

    def rhythms(self, view: View) -> list[str]:
        """The frequencies that a view's dataset has or can be summed to, the coarsest first."""

        def has(rhythm: str) -> bool:
            try:
                self.rows(view, rhythm)
            except DataError:
                return False
            return True

        def found() -> list[str]:
            self.entries(view)  # refuses what was not there
            return [rhythm for rhythm in "AQM" if has(rhythm)]

        return self.keep(("rhythms", view.dataset, view.scope, view.as_of), found)

    # ---- flows ------------------------------------------------------------------------------------------------------
    def flows(self, view: View, rhythm: str) -> Flows:
        """The flows of a view in a frequency, each of them once."""

        def found() -> Flows:
            flows = self._told(view, rhythm)
            if view.products and view.scope != BOTH:
                flows = flows.where(product=view.products)
            return regrouped(flows, view.groups) if view.groups and view.scope != BOTH else flows

        return self.keep(("flows", view, rhythm), found)

    def sums(self, view: View, rhythm: str) -> Flows:
        """The flows of a view summed over products: a small table, of which levels, shares and ranks are made."""

        def found() -> Flows:
            flows = self.flows(view, rhythm)
            table = self._chosen(view, rhythm)
            if table is None:
                flows = one_report(flows)
                table = flows.totals("period", *PAIR)
            return replace(flows, table=tables.frame(table), _sums={}, _fit=[])

        return self.keep(("sums", view, rhythm), found)

    def _chosen(self, view: View, rhythm: str) -> pa.Table | None:
        """Sums of one of two mirror reports, chosen from those of both; None where there is more to it than that."""
        if view.scope == BOTH or view.groups or view.products or view.told_by in (None, "reconciled"):
            return None
        rows = self.rows(view, rhythm)
        if rows.told_by != "both" or not self._valued(view, rhythm):
            return None
        table = rows.totals("period", *PAIR, "told_by")
        if view.told_by in PAIR:
            chosen = pc.equal(table["told_by"], view.told_by)
        else:
            own = (pc.and_(pc.equal(table["told_by"], side), pc.equal(table[side], view.told_by)) for side in PAIR)
            chosen = pc.or_(*own)
        return table.filter(chosen).drop_columns("told_by")

    def _valued(self, view: View, rhythm: str) -> bool:
        """Whether every row has a value, so that nothing is to be noted of any choice of them."""

        def found() -> bool:
            rows = self.rows(view, rhythm)
            return valued(rows) is rows

        return self.keep(("valued", view.dataset, view.scope, view.as_of, rhythm), found)

    def at(self, view: View, parts: Sequence[str]) -> Flows:
        """The flows of some periods summed to one stretch, without a period."""

        def summed() -> Flows:
            flows = self.sums(view, periods.frequency(parts[0]))
            table = flows.totals("period", *PAIR)
            table = table.filter(pc.is_in(table["period"], pa.array(list(parts), pa.string())))
            provenance = flows.provenance.then("rows", f"period = {', '.join(parts)}")
            kept = replace(flows, table=tables.frame(table), provenance=provenance, _sums={}, _fit=[])
            return kept.by(*PAIR) if len(parts) > 1 else kept

        return self.keep(("at", view, tuple(parts)), summed)

    def _told(self, view: View, rhythm: str) -> Flows:
        if view.scope == BOTH:
            return _together(*(self.sums(replace(view, scope=scope), rhythm) for scope in ("goods", "services")))
        flows = self.rows(view, rhythm)
        if flows.told_by != "both":
            return flows
        if view.told_by == "reconciled" or view.told_by is None:
            return self.store.flows(
                self._name(view), as_of=view.as_of, told_by="reconciled", scope=view.scope, frequency=rhythm
            )
        if view.told_by in PAIR:
            return flows.where(told_by=view.told_by)
        return _own_report(flows, view.told_by)

    def rows(self, view: View, rhythm: str) -> Flows:
        """The rows of a dataset as they were published, in a frequency; of both scopes those of goods stand for all."""
        if view.scope == BOTH:
            parts = [replace(view, scope=scope) for scope in ("goods", "services")]
            return self.keep(
                ("raw", view.dataset, BOTH, view.as_of, rhythm),
                lambda: _shared_periods(*(self.rows(part, rhythm) for part in parts)),
            )
        return self.keep(
            ("raw", view.dataset, view.scope, view.as_of, rhythm),
            lambda: _read(self.store.flows(self._name(view), as_of=view.as_of, scope=view.scope, frequency=rhythm)),
        )

    def _name(self, view: View) -> str:
        name = view.dataset if view.scope == "goods" else self.services_of(view.dataset)
        if name is None:
            raise DataError("The store holds no services.")
        return name

    # ---- figures ----------------------------------------------------------------------------------------------------
    def ask(self, flows_key: tuple[Any, ...], flows: Callable[[], Flows], method: str, **options: Any) -> Result:
        """The result of an indicator on some flows; `flows_key` names them."""
        said = repr(sorted(options.items()))

        def computed() -> Result:
            found = find(method).function(flows(), **options)
            return replace(found, table=found.to_arrow())

        return self.keep(("result", flows_key, method, said), computed)

    def command(self, view: View, rhythm: str | None, method: str, options: Mapping[str, Any]) -> str:
        """What to type to see the figure; two lines where goods and services are summed."""
        scopes = ("goods", "services") if view.scope == BOTH else (view.scope,)
        lines = []
        for scope in scopes:
            words = ["hansa", "show", method]
            for name, value in options.items():
                text = ",".join([value] if isinstance(value, str) else map(str, value))
                words += [f"--{name}", text] if name in NARROWING else ["-p", f"{name}={text}"]
            words += ["--product", ",".join(view.products)] if view.products else []
            words += [word for group in view.groups for word in ("--regroup", group.option)]
            told_by = view.told_by if view.told_by in (*PAIR, "reconciled") else None
            more = {"frequency": rhythm, "told-by": told_by, "scope": scope if scope != "goods" else None}
            more |= {"store": self.store.archive.folder.name, "dataset": self._name(replace(view, scope=scope))}
            more |= {"as-of": view.as_of}
            lines.append(shlex.join([*words, *(w for name, text in more.items() if text for w in (f"--{name}", text))]))
        return "\n".join(lines)


def some(ledger: Ledger, view: View) -> Flows:
    """The rows of a view's dataset as they were published, in its coarsest frequency.

    Raises
    ------
    DataError : there are none.
    """
    rhythms = ledger.rhythms(view)
    if not rhythms:
        raise DataError(f"{view.dataset!r} has no {view.scope} of one stretch of time.")
    return ledger.rows(view, rhythms[0])


def _read(flows: Flows) -> Flows:
    """The same flows, their sums read once: all others but those of products are made of them."""
    flows.totals("period", *PAIR, *(["told_by"] if flows.told_by == "both" else []))
    return flows


def _own_report(flows: Flows, region: str) -> Flows:
    """What one region reports: its exports as origin and its imports as destination."""
    own = [(nw.col("told_by") == side) & (nw.col(side) == region) for side in PAIR]
    return replace(
        flows,
        table=flows.table.filter(own[0] | own[1]),
        told_by=None,
        provenance=flows.provenance.then("rows", f"as {region} itself reports them"),
        _sums={},
        _fit=[],
    )


def _summed(flows: Flows) -> Flows:
    return flows.by("period", *PAIR)


def _shared_periods(goods: Flows, services: Flows) -> Flows:
    """The goods of the periods in which services are known too."""
    shared = set(dense.labels(goods.totals("period"), "period")) & set(
        dense.labels(services.totals("period"), "period")
    )
    if not shared:
        raise DataError("Goods and services have no period in common.")
    return goods.where(period=sorted(shared))


def _together(goods: Flows, services: Flows) -> Flows:
    """Goods and services summed.

    Raises
    ------
    UnitMismatch : they are in two currencies.
    """
    if goods.unit != services.unit:
        raise UnitMismatch(
            f"Goods are in {goods.unit}, services in {services.unit}. Convert one of them by name first."
        )
    goods = _shared_periods(goods, services)
    columns = ("period", *PAIR, "value")
    parts = [tables.collect(_summed(flows).table.select(*columns)) for flows in (goods, services)]
    table = pa.concat_tables([part.cast(parts[0].schema) for part in parts])
    return Flows(
        tables.frame(table),
        unit=goods.unit,
        valuation=goods.valuation if goods.valuation == services.valuation else None,
        told_by=goods.told_by,
        provenance=goods.provenance.merge(services.provenance).then("summed", "goods and services"),
        notes=(*goods.notes, *services.notes),
    )


def names_of(ledger: Ledger, scope: str) -> list[str]:
    """Datasets of goods or of services."""
    return ledger.keep(("names", scope), lambda: ledger.store.datasets(scope))
