"""Flows: who sent what to whom, when and for how much. The type on which every indicator stands."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import narwhals.stable.v2 as nw
import pyarrow as pa
import pyarrow.compute as pc

from hansa import period as periods
from hansa import tables
from hansa.errors import DataError
from hansa.products import edition
from hansa.provenance import Provenance
from hansa.tables import Column, Schema
from hansa.units import Money

TOLD_BY = ("origin", "destination", "reconciled")
SCOPES = ("goods", "services")
SCHEMA = Schema(
    "flows",
    (
        Column("period", aliases=("year", "time", "t", "time_period", "refyear", "date"), required=False),
        Column("origin", aliases=("exporter", "iso3_o", "iso_o", "i", "from", "location")),
        Column("destination", aliases=("importer", "iso3_d", "iso_d", "j", "to"), required=False),
        Column("product", aliases=("commodity", "k", "hs", "hs6", "cmd_code", "cmdcode", "sector"), required=False),
        Column("value", "number", aliases=("v", "trade", "trade_value", "value_usd", "export_value", "primaryvalue")),
        Column("quantity", "number", aliases=("q", "qty", "net_weight", "netweight"), required=False),
    ),
)


@dataclass(frozen=True)
class Flows:
    """Trade flows, lazy, with what every figure made from them must know.

    Parameters
    ----------
    table : columns origin, value; and period, destination, product, quantity, told_by where there are any.
        Values are float64 in single units of the currency (scale 1), unless `unit` says otherwise.
    unit : currency, scale and prices of `value`.
    valuation : ``FOB``, ``CIF`` or None where unknown or mixed.
    told_by : whose report: ``origin``, ``destination``, ``reconciled``, ``both`` (two mirror reports in one table,
        told apart by the column told_by), or None where unknown.
    scope : ``goods`` or ``services``.
    classification : of `product`, such as ``HS17``.

    >>> flows = as_flows({"period": [2021, 2021], "origin": ["A", "B"], "destination": ["B", "A"], "value": [5.0, 7.0]})
    >>> flows.where(origin="A").totals("origin").to_pylist()
    [{'origin': 'A', 'value': 5.0}]
    """

    table: nw.LazyFrame[Any]
    unit: Money = Money()
    valuation: str | None = None
    told_by: str | None = None
    scope: str = "goods"
    classification: str | None = None
    provenance: Provenance = field(default_factory=Provenance)
    notes: tuple[str, ...] = ()
    _sums: dict[tuple[str, tuple[str, ...]], pa.Table] = field(default_factory=dict, repr=False, compare=False)
    _fit: list[Flows] = field(default_factory=list, repr=False, compare=False)

    @property
    def columns(self) -> list[str]:
        """Names of the columns at hand."""
        return self.table.collect_schema().names()

    def where(self, **wanted: Any) -> Flows:
        """Only the rows whose column equals a value, or one of several: ``where(period="2022", origin=["A", "B"])``.

        Raises
        ------
        DataError : there is no such column.
        """
        table, changed = self.table, {}
        for column, value in wanted.items():
            if column == "told_by" and value == self.told_by and column not in self.columns:
                continue
            self._require(column)
            values = list(value) if isinstance(value, Iterable) and not isinstance(value, str) else [value]
            if column == "period":
                values = self._as_written(values)
            table = table.filter(nw.col(column).is_in(values))
            if column == "told_by":
                changed["told_by"] = values[0] if len(values) == 1 else "both"
        said = ", ".join(f"{column} = {_said(value)}" for column, value in wanted.items())
        return self._with(table, self.provenance.then("rows", said), **changed)

    def by(self, *columns: str) -> Flows:
        """Summed over all other columns, so that one row is left for each combination of `columns`.

        >>> flows = as_flows({"origin": ["A", "A"], "product": ["p", "q"], "value": [1.0, 2.0]})
        >>> flows.by("origin").to_arrow().to_pylist()
        [{'origin': 'A', 'value': 3.0}]
        """
        if self.told_by == "both" and "told_by" not in columns:
            raise _counted_twice()
        for column in columns:
            self._require(column)
        summed = [nw.col(name).sum() for name in ("value", "quantity") if name in self.columns]
        table = self.table.group_by(*columns).agg(*summed)
        return self._with(table, self.provenance.then("summed", f"by {', '.join(columns)}"))

    def regroup(self, groups: Mapping[str, str], *, column: str | None = None, inside: str = "drop") -> Flows:
        """Codes replaced by the group they belong to, and summed.

        Parameters
        ----------
        groups : code -> group; codes not named keep theirs.
        column : ``product`` to regroup products; by default origin and destination are regrouped.
        inside : what becomes of flows inside one group: ``drop`` (they are domestic now) or ``keep``.

        >>> flows = as_flows({"origin": ["A", "B", "A"], "destination": ["B", "C", "C"], "value": [1.0, 2.0, 3.0]})
        >>> flows.regroup({"A": "G", "B": "G"}).to_arrow().to_pylist()
        [{'origin': 'G', 'destination': 'C', 'value': 5.0}]
        """
        if inside not in ("drop", "keep"):
            raise DataError(f"Flows inside a group can be 'drop' or 'keep', not {inside!r}.")
        columns = [column] if column else [name for name in ("origin", "destination") if name in self.columns]
        members: dict[str, list[str]] = {}
        for code, group in groups.items():
            members.setdefault(group, []).append(code)
        table = self.table
        for name in columns:
            self._require(name)
            expression = nw.col(name)
            for group, codes in members.items():
                expression = nw.when(nw.col(name).is_in(codes)).then(nw.lit(group)).otherwise(expression)
            table = table.with_columns(expression.alias(name))
        notes = self.notes
        if not column and inside == "drop" and len(columns) == 2:
            own = nw.col("origin").is_in(list(members)) & (nw.col("origin") == nw.col("destination"))
            table = table.filter(~own)
            notes = (*notes, f"flows inside {', '.join(sorted(members))} are left out (domestic after grouping)")
        kept = [name for name in self.columns if name not in ("value", "quantity")]
        said = "; ".join(f"{group} = {_said(codes)}" for group, codes in members.items())
        regrouped = self._with(table, self.provenance.then("regrouped", said), notes=notes)
        return replace(regrouped.by(*kept), provenance=regrouped.provenance)

    def totals(self, *columns: str, measure: str = "value") -> pa.Table:
        """Sums by `columns`, computed once and kept: columns + `measure`, in no particular order.

        Periods come out as text in the one way Hansa writes them.
        """
        key = (measure, tuple(sorted(columns)))
        if key not in self._sums:
            finer = [kept for name, kept in self._sums if name == measure and set(kept) > set(columns)]
            if finer:
                source = self._sums[(measure, min(finer, key=lambda kept: self._sums[(measure, kept)].num_rows))]
                table = _summed(source.select([*key[1], measure]), measure)
            else:
                for column in (*columns, measure):
                    self._require(column)
                total = nw.col(measure).sum()
                lazy = self.table.group_by(*columns).agg(total) if columns else self.table.select(total)
                table = tables.collect(lazy)
                table = _canonical_periods(table, measure)
            self._sums[key] = table
        return self._sums[key].select([*columns, measure])

    def noting(self, *notes: str) -> Flows:
        """The same flows with more notes."""
        return replace(self, notes=(*self.notes, *notes), _fit=[])

    def problems(self) -> list[str]:
        """What is wrong with the rows, with counts; empty when nothing is. Reads the data once."""
        keys = [
            name for name in self.columns if name in ("period", "origin", "destination", "product", "told_by", "scope")
        ]
        value = nw.col("value")
        counted = tables.collect(
            self.table.select(
                nw.len().alias("rows"),
                value.is_null().sum().alias("without a value"),
                (value < 0).sum().alias("with a negative value"),
                (~value.is_finite()).sum().alias("with an infinite value or NaN"),
                *(nw.col(name).is_null().sum().alias(f"without {name}") for name in keys),
            )
        ).to_pylist()[0]
        found = [
            f"{count:,} of {counted['rows']:,} rows {what}"
            for what, count in counted.items()
            if what != "rows" and count
        ]
        if not counted["rows"]:
            found.append("there are no rows")
        twice = self.table.group_by(*keys).agg(nw.len().alias("rows")).filter(nw.col("rows") > 1)
        repeated = tables.collect(twice.head(3)).to_pylist()
        if repeated:
            found.append(
                f"keys with more than one row, e.g. {', '.join(str(tuple(r[k] for k in keys)) for r in repeated)}"
            )
        return found

    def check(self) -> Flows:
        """These flows, if nothing is wrong with them.

        Raises
        ------
        DataError : names every problem with counts.
        """
        found = self.problems()
        if found:
            raise DataError(f"The flows have problems: {'; '.join(found)}. Mend the rows, or sum them with by(...).")
        return self

    def to_arrow(self) -> pa.Table:
        """The rows as PyArrow."""
        return tables.collect(self.table)

    def to_pandas(self) -> Any:
        """The rows as pandas (which must be installed)."""
        return self.to_arrow().to_pandas()

    def to_polars(self) -> Any:
        """The rows as polars (which must be installed)."""
        import polars  # optional dependency

        return polars.from_arrow(self.to_arrow())

    def _as_written(self, wanted: list[Any]) -> list[Any]:
        """Periods as these flows write them; how they do is looked up once."""
        key = ("period as written", ())
        if key not in self._sums:
            self._sums[key] = tables.collect(self.table.select("period").unique())
        return as_written(tables.frame(self._sums[key]), wanted)

    def _with(self, table: nw.LazyFrame[Any], provenance: Provenance, **changed: Any) -> Flows:
        return replace(self, table=table, provenance=provenance, _sums={}, _fit=[], **changed)

    def _require(self, column: str) -> None:
        if column not in self.columns:
            raise DataError(f"The flows have no column {column!r}; they have {', '.join(self.columns)}.", column=column)


def as_written(table: nw.LazyFrame[Any], wanted: Iterable[Any]) -> list[Any]:
    """Periods as the column of a table writes them: numbers where it holds numbers, else each text that means one.

    >>> as_written(tables.frame({"period": ["2022M03", "2022M04"]}), ["2022-03"])
    ['2022M03']
    """
    asked = {periods.canonical(one) for one in wanted}
    if table.collect_schema()["period"].is_numeric():
        return [int(one) for one in asked if one.isdigit()]
    written = tables.collect(table.select("period").unique())["period"].to_pylist()
    return [one for one in written if one is not None and periods.canonical(one) in asked]


def as_flows(data: Any, *, unit: Money | None = None, classification: str | None = None) -> Flows:
    """Flows from what a caller has: Flows as they are, or any frame with origin, value and what else there is.

    Parameters
    ----------
    data : Flows, or any frame that `hansa.tables.frame` takes. Columns period, destination, product and quantity are
        optional; usual other names (exporter, importer, year, i, j, k, t, v ...) are understood.
    unit, classification : what the frame itself cannot say.

    Raises
    ------
    DataError : a column is missing, claimed twice, or not of numbers; the classification is none of its family.

    >>> as_flows({"exporter": ["A"], "importer": ["B"], "year": [2020], "trade": [1.0]}).columns
    ['origin', 'destination', 'period', 'value']
    """
    if isinstance(data, Flows):
        return data
    table = SCHEMA.take(data)
    names = table.collect_schema().names()
    told_by = None
    if "told_by" in names:
        told = sorted(tables.collect(table.select("told_by").unique())["told_by"].to_pylist(), key=str)
        if strange := [who for who in told if who not in TOLD_BY]:
            raise DataError(f"told_by says {_said(strange)}; it may say {_said(TOLD_BY)}.", column="told_by")
        told_by = told[0] if len(told) == 1 else "both"
    products = classification and edition(classification)
    return Flows(table, unit=unit or Money(), told_by=told_by, classification=products)


def one_report(data: Any) -> Flows:
    """Flows fit for arithmetic: each flow once, each with a value.

    Rows without a value are left out with a note, since a sum would count them as no trade.

    Raises
    ------
    DataError : two mirror reports side by side, which would count trade twice; or a value is negative or infinite.

    >>> one_report({"origin": ["A", "B"], "value": [1.0, None]}).notes
    ('1 of 2 rows have no value and are left out',)
    """
    flows = as_flows(data)
    if flows.told_by == "both":
        raise _counted_twice()
    if not flows._fit:
        flows._fit.append(valued(flows))
    return flows._fit[0]


def valued(flows: Flows) -> Flows:
    """The flows that have a value, with a note on those that have none.

    Raises
    ------
    DataError : a value is negative or infinite.
    """
    value = nw.col("value")
    empty = value.is_null() | value.is_nan()
    counted = tables.collect(
        flows.table.select(
            nw.len().alias("rows"),
            empty.cast(nw.Int64).sum().alias("empty"),
            ((value < 0) | ~value.is_finite() & ~empty).cast(nw.Int64).sum().alias("wrong"),
        )
    ).to_pylist()[0]
    if counted["wrong"]:
        raise DataError(
            f"{counted['wrong']:,} of {counted['rows']:,} rows have a negative or infinite value. A flow is a number "
            "from 0 up: mend these rows, or leave them out.",
            column="value",
        )
    if not counted["empty"]:
        return flows
    note = f"{counted['empty']:,} of {counted['rows']:,} rows have no value and are left out"
    return flows._with(flows.table.filter(~empty), flows.provenance, notes=(*flows.notes, note))


def yearly(flows: Flows) -> Flows:
    """Months or quarters summed to years. A year of which a month or quarter is nowhere in the table is left out.

    flows : of one frequency; years stay as they are.

    Raises
    ------
    DataError : no year is complete.

    >>> rows = {"period": [f"2021-Q{n}" for n in (1, 2, 3, 4)] + ["2022-Q1"], "origin": ["A"] * 5, "value": [1.0] * 5}
    >>> whole = yearly(as_flows(rows))
    >>> whole.totals("period").to_pylist(), whole.notes
    ([{'period': '2021', 'value': 4.0}], ('2022 is left out: not all of its periods are there',))
    """
    parts: dict[str, set[str]] = {}
    present = flows.totals("period")["period"].to_pylist()
    if all(periods.frequency(one) == "A" for one in present):
        return flows
    for one in present:
        parts.setdefault(one.split("-")[0], set()).add(one)
    full = {"A": 1, "Q": 4, "M": 12}
    whole = [year for year, held in parts.items() if len(held) == full[periods.frequency(min(held))]]
    if not whole:
        raise DataError(
            f"No year is complete: {', '.join(sorted(parts))} lack months or quarters, and cannot be summed."
        )
    table = flows.where(period=[one for year in whole for one in parts[year]]).table
    table = table.with_columns(nw.col("period").str.slice(0, 4))
    summed = [nw.col(name).sum() for name in ("value", "quantity") if name in flows.columns]
    table = table.group_by(*(name for name in flows.columns if name not in ("value", "quantity"))).agg(*summed)
    left = sorted(set(parts) - set(whole))
    notes = (f"{', '.join(left)} is left out: not all of its periods are there",) if left else ()
    return flows._with(table, flows.provenance.then("summed", "to years")).noting(*notes)


def _counted_twice() -> DataError:
    return DataError(
        "The table holds two mirror reports of the same flows, which would be counted twice. Choose one with "
        "where(told_by='origin') or where(told_by='destination'), or reconcile them with hansa.mirror(flows)."
    )


def _canonical_periods(table: pa.Table, measure: str) -> pa.Table:
    if "period" not in table.column_names:
        return table
    coded = pc.dictionary_encode(table["period"].combine_chunks())
    if isinstance(coded, pa.ChunkedArray):
        coded = coded.combine_chunks()
    names = [periods.canonical(p) for p in coded.dictionary.to_pylist()]
    place = table.column_names.index("period")
    table = table.set_column(place, "period", pc.take(pa.array(names, pa.string()), coded.indices))
    return table if len(set(names)) == len(names) else _summed(table, measure)


def _summed(table: pa.Table, measure: str) -> pa.Table:
    keys = [name for name in table.column_names if name != measure]
    return table.group_by(keys).aggregate([(measure, "sum")]).rename_columns({f"{measure}_sum": measure})


def _said(values: Any) -> str:
    several = [values] if isinstance(values, str) or not isinstance(values, Iterable) else list(values)
    return ", ".join(map(str, several[:6])) + (f" and {len(several) - 6} more" if len(several) > 6 else "")
