"""The store: flows and side tables in one folder, with every vintage that was ever imported."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import narwhals.stable.v2 as nw
import pyarrow as pa

from hansa import period as periods
from hansa import tables
from hansa.archive import Archive, Entry
from hansa.errors import DataError, MissingTable, UnitMismatch, UnknownCode
from hansa.provenance import Provenance
from hansa.result import Result
from hansa.trade.flows import TOLD_BY, Flows, as_flows, yearly
from hansa.trade.mirror import mirror
from hansa.trade.side import MEASURES, SideTable
from hansa.units import Money

DEFAULT = "flows"
EXPLAIN_CIF = ("distance", "contiguity", "landlocked")


class Store:
    """Flows and side tables of a folder, asked as of any day.

    >>> import tempfile
    >>> from hansa.trade.flows import as_flows
    >>> store = Store.create(tempfile.mkdtemp() + "/demo")
    >>> rows = {"period": ["2022"], "origin": ["A"], "destination": ["B"], "value": [5.0]}
    >>> _ = store.write(as_flows(rows), dataset="own", vintage="2023-05-01")
    >>> store.flows().totals("origin").to_pylist()
    [{'origin': 'A', 'value': 5.0}]
    """

    def __init__(self, folder: str | os.PathLike[str]) -> None:
        self.archive = Archive(folder)

    @classmethod
    def create(cls, folder: str | os.PathLike[str]) -> Store:
        """The store in `folder`, made if it is not there yet."""
        Archive.create(folder)
        return cls(folder)

    def write(
        self, data: Any, *, dataset: str | None = None, vintage: str | None = None, mode: str = "replace"
    ) -> Entry:
        """Publish flows under a dataset name, or a side table under its measure; whole or not at all.

        Parameters
        ----------
        data : what a reader gave, or a frame of flows; it is checked first.
        dataset : name of the flows, "flows" by default (side tables go by their measure).
        vintage : ISO date from which these figures were known; today by default.
        mode : ``replace`` the dataset from that day on, or ``append`` rows (new periods, say).

        Raises
        ------
        DataError : the rows have problems; or rows appended are there already.
        """
        if isinstance(data, SideTable):
            data.check()
            meta = {"unit": data.unit, **_said(data)}
            table: Any = _ordered(tables.frame(data.to_arrow()))
            return self._publish(table, "side", data.measure, vintage, mode, meta)
        data = as_flows(data)
        if "period" not in data.columns:
            raise DataError("Flows in a store need a period. Add a column period, or a constant one in the column map.")
        data.check()
        meta = {
            "unit": asdict(data.unit),
            "valuation": data.valuation,
            "told_by": data.told_by,
            "scope": data.scope,
            "classification": data.classification,
            **_said(data),
        }
        return self._publish(_as_stored(data), f"{data.scope} flows", dataset or DEFAULT, vintage, mode, meta)

    def _publish(
        self, table: nw.LazyFrame[Any], kind: str, name: str, vintage: str | None, mode: str, meta: Mapping[str, Any]
    ) -> Entry:
        def refuse(beside: list[Entry]) -> None:
            if beside:
                self._refuse_other_kind(table, name, meta, beside)
                self._refuse_repeated(table, name, beside)

        return self.archive.publish(table, kind=kind, name=name, vintage=vintage, mode=mode, meta=meta, refuse=refuse)

    def flows(
        self,
        dataset: str | None = None,
        *,
        as_of: str | None = None,
        told_by: str | None = None,
        scope: str = "goods",
        frequency: str | None = None,
    ) -> Flows:
        """The flows of a dataset as they were known on a day.

        Parameters
        ----------
        dataset : needed where the store has several, none of them called flows (the name that `write` gives).
        as_of : ISO date; the latest vintage by default.
        told_by : ``origin`` or ``destination``, to take one of two mirror reports; ``reconciled``, to have one value
            made of both (`hansa.mirror`, with the side tables distance, contiguity and landlocked where they are here).
        scope : ``goods`` or ``services``.
        frequency : ``A``, ``Q`` or ``M``; the coarsest at hand by default, so that no year is counted twice. Years are
            summed from quarters or months where there are none (`hansa.trade.flows.yearly`).

        Raises
        ------
        DataError, UnknownCode : there is no such dataset, vintage or frequency.
        """
        kind = f"{scope} flows"
        entries = self.archive.find(kind, dataset or self._only(kind, scope), as_of)
        table = self.archive.table(entries)
        last = entries[-1].meta
        present = set(tables.collect(table.select("frequency").unique())["frequency"].to_pylist())
        rhythm, summed = _rhythm(present, frequency)
        if rhythm not in present:
            raise DataError(
                f"{entries[-1].name!r} has no periods of frequency {rhythm!r}; it has {', '.join(sorted(present))}."
            )
        table = table.filter(nw.col("frequency") == rhythm).drop("frequency")
        told, valuation = ({entry.meta[fact] for entry in entries} for fact in ("told_by", "valuation"))
        flows = Flows(
            table=table,
            unit=Money(**last["unit"]),
            valuation=valuation.pop() if len(valuation) == 1 else None,
            told_by=told.pop() if len(told) == 1 else "both",
            scope=scope,
            classification=last["classification"],
            provenance=_provenance(entries),
            notes=tuple(dict.fromkeys(note for entry in entries for note in entry.meta["notes"])),
        )
        flows = yearly(flows) if summed else flows
        if told_by is None or told_by == flows.told_by:
            return flows
        if told_by not in TOLD_BY:
            raise UnknownCode("teller", told_by, TOLD_BY, hint=f"It may be {', '.join(TOLD_BY)}.")
        if told_by == "reconciled" and flows.told_by in TOLD_BY:
            raise DataError(
                f"{entries[-1].name!r} holds only what the {flows.told_by}s report, and a reconciled value is made of "
                "two reports. Take these flows as they are, or import the reports of the other side with --append."
            )
        if flows.told_by != "both":
            raise DataError(
                f"{entries[-1].name!r} is told by {flows.told_by or 'nobody knows whom'}, not by {told_by}."
            )
        if told_by != "reconciled":
            return flows.where(told_by=told_by)
        here = set(self.measures())
        explaining: dict[str, Any] = {name: self.side(name, as_of=as_of) for name in EXPLAIN_CIF if name in here}
        return mirror(flows, **explaining)

    def side(self, measure: str, *, as_of: str | None = None) -> SideTable:
        """A side table as it was known on a day.

        Raises
        ------
        MissingTable : the store has none of that measure.
        """
        if measure not in self.measures():
            raise MissingTable(measure, MEASURES.get(measure, "asked for by name"))
        entries = self.archive.find("side", measure, as_of)
        notes = tuple(dict.fromkeys(note for entry in entries for note in entry.meta["notes"]))
        return SideTable(self.archive.table(entries), measure, entries[-1].meta["unit"], _provenance(entries), notes)

    def measures(self) -> list[str]:
        """The side tables at hand."""
        return sorted({entry.name for entry in self.archive.entries() if entry.kind == "side"})

    def datasets(self, scope: str = "goods") -> list[str]:
        """The datasets of flows at hand."""
        return sorted({entry.name for entry in self.archive.entries() if entry.kind == f"{scope} flows"})

    def vintages(self) -> Result:
        """Everything imported: what, when it was known, when it was published, how many rows."""
        entries = self.archive.entries()
        columns = ("name", "kind", "vintage", "mode", "published", "rows")
        table = pa.table({column: [getattr(entry, column) for entry in entries] for column in columns})
        return Result(table, "Imports of the store, oldest first", "rows", "store")

    def _only(self, kind: str, scope: str) -> str:
        names = self.datasets(scope)
        if "flows" in names:
            return "flows"
        if len(names) != 1:
            held = (
                f"holds several ({', '.join(names)}); name one" if names else f"holds no {kind} yet; import some first"
            )
            raise DataError(f"The store {held}.", file=self.archive.folder)
        return names[0]

    def _refuse_other_kind(
        self, table: nw.LazyFrame[Any], name: str, meta: Mapping[str, Any], beside: list[Entry]
    ) -> None:
        """Rows in another unit, or of another breakdown, cannot be one dataset with those that are there."""
        for fact in ("unit", "classification"):
            for entry in beside:
                if meta.get(fact) != entry.meta.get(fact):
                    raise UnitMismatch(
                        f"{name!r} has {fact} {_fact(entry.meta.get(fact))}, but the rows to add have "
                        f"{_fact(meta.get(fact))}. Import them as a dataset of their own."
                    )
        ours, theirs = _keys(table), _keys(self.archive.table(beside))
        if set(ours) ^ set(theirs) == {"told_by"}:
            raise DataError(
                f"Of the rows in {name!r} and the rows to add, only some say whether the origin or the destination "
                'tells them. Say it of all: [constants] told_by = "origin" (or "destination") in the column map.'
            )
        if ours != theirs:
            raise DataError(
                f"{name!r} is told by {', '.join(theirs)}, but the rows to add by {', '.join(ours)}; together they "
                "would count twice. Import them as a dataset of their own."
            )

    def _refuse_repeated(self, table: nw.LazyFrame[Any], name: str, beside: list[Entry]) -> None:
        """Rows that are there already would count twice; a corrected table is a new vintage with mode='replace'."""
        keys = _keys(table)
        new = tables.frame(tables.collect(table.select(*keys)))
        cases = tables.collect(new.join(self.archive.table(beside).select(*keys), on=keys, how="inner").head(3))
        if cases.num_rows:
            shown = ", ".join(str(tuple(case.values())) for case in cases.to_pylist())
            message = (
                f"Rows to add are in {name!r} already, e.g. {shown}. Import the corrected table whole, as a new "
                "vintage that replaces it."
            )
            if "told_by" not in keys:
                message += " If another office tells them, say who does: [constants] told_by in both column maps."
            raise DataError(message)


def open_store(folder: str | os.PathLike[str]) -> Store:
    """Open the store in a folder (`hansa.open`).

    Raises
    ------
    DataError : there is none.

    >>> open_store("no/such/folder")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    hansa.errors.DataError: no/such/folder: There is no store here (no manifest.json). Make one with ...
    """
    return Store(folder)


def _rhythm(present: set[str], asked: str | None) -> tuple[str, bool]:
    """The frequency of the rows to take, and whether they are summed to years."""
    finer = [rhythm for rhythm in "QM" if rhythm in present]
    if asked == "A" and "A" not in present and finer:
        return finer[0], True
    return asked or next(rhythm for rhythm in "AQM" if rhythm in present), False


def _said(data: Flows | SideTable) -> dict[str, Any]:
    return {"provenance": data.provenance.to_dict(), "notes": list(data.notes)}


def _provenance(entries: list[Entry]) -> Provenance:
    return Provenance().merge(*(Provenance.from_dict(entry.meta["provenance"]) for entry in entries))


def _as_stored(flows: Flows) -> nw.LazyFrame[Any]:
    """The rows with periods written the one way, their frequency, and whose report they are where that is known."""
    table, period = flows.table, nw.col("period")
    written = tables.collect(table.select("period").unique())["period"].to_pylist()
    if not all(isinstance(one, str) for one in written):
        table = table.with_columns(period.cast(nw.String))
    for one in written:
        if str(one) != periods.canonical(one):
            table = table.with_columns(
                nw.when(period == str(one)).then(nw.lit(periods.canonical(one))).otherwise(period).alias("period")
            )
    rhythm = (
        nw.when(period.str.contains("Q", literal=True))
        .then(nw.lit("Q"))
        .otherwise(nw.when(period.str.contains("-", literal=True)).then(nw.lit("M")).otherwise(nw.lit("A")))
    )
    table = table.with_columns(rhythm.alias("frequency"))
    if flows.told_by in TOLD_BY and "told_by" not in flows.columns:
        table = table.with_columns(nw.lit(flows.told_by).alias("told_by"))
    return _ordered(table)


_KEYS = ("frequency", "period", "region", "partner", "origin", "destination", "product", "told_by", "unit")


def _keys(table: nw.LazyFrame[Any]) -> list[str]:
    names = table.collect_schema().names()
    return [key for key in _KEYS if key in names]


def _ordered(table: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
    """Rows in the order of their keys, so that what is near in the question is near in the file."""
    return table.sort(*_keys(table))


def _fact(fact: Any) -> str:
    return str(Money(**fact)) if isinstance(fact, dict) else repr(fact) if fact else "not said"
