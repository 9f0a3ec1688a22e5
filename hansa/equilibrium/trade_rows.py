"""Flows of one period as rows: from Flows, or straight from a frame; the door by which trade enters an economy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import narwhals.stable.v2 as nw
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from hansa import period as periods
from hansa import tables
from hansa.errors import DataError, UnknownCode
from hansa.provenance import Provenance
from hansa.trade.flows import SCHEMA, Flows
from hansa.units import Money

LABELS = ("origin", "destination", "product")
LARGEST = 1e305  # of all flows together: beyond, their sums with tariffs leave the range of numbers
TWO_REPORTS = (
    "The table holds two mirror reports of the same flows, which would be counted twice. Choose one with "
    "where(told_by='origin'), or reconcile them with hansa.mirror(flows)."
)

NO_PERIOD = "Some rows have no period, and nobody knows whether they belong. Give each one, or drop these rows."


@dataclass(frozen=True, eq=False)
class TradeRows:
    """Rows of flows with their labels, and what they are about.

    table : origin, destination, value, and product and the column of tariffs where there are any.
    """

    table: pa.Table
    unit: Money
    period: str | None
    valuation: str
    provenance: Provenance
    notes: tuple[str, ...]


def rows(data: Any, *, period: Any = None, unit: Money | None = None, also: Sequence[str] = ()) -> TradeRows:
    """Flows of one period from Flows, or straight from a frame.

    also : further columns that are wanted.

    Raises
    ------
    DataError : several periods and none named, two mirror reports side by side, negative or infinite values.

    >>> rows({"exporter": ["A", "B"], "importer": ["B", "A"], "trade": [1, None]}).notes
    ('1 of 2 rows have no value and are left out',)
    """
    _money(unit)
    if isinstance(data, Flows):
        trade = _from_flows(data, period, also)
    else:
        table = columns(data, also)
        names = table.column_names
        if "told_by" in names and len(pc.unique(table["told_by"])) > 1:
            raise DataError(TWO_REPORTS)
        table, when = of_period(table, period)
        trade = TradeRows(table, _money(unit), when, "", Provenance(), ())
    if unit is not None and unit != trade.unit:
        trade.unit.require(unit)
    return _valued(trade)


def _money(unit: Money | None) -> Money:
    if unit is not None and not isinstance(unit, Money):
        raise DataError(f"unit= is a Money, such as Money('USD', 1_000_000), not {unit!r}.")
    return unit or Money()


def _from_flows(flows: Flows, period: Any, also: Sequence[str]) -> TradeRows:
    if flows.told_by == "both":
        raise DataError(TWO_REPORTS)
    when = None
    if "period" in flows.columns:
        known = flows.totals("period")["period"].to_pylist() if period is None else []
        if None in known:
            raise DataError(NO_PERIOD, column="period")
        known = sorted(known)
        if len(known) > 1:
            raise DataError(_several(known))
        when = periods.canonical(period) if period is not None else known[0] if known else None
        if period is not None:
            flows = flows.where(period=when)
    elif period is not None:
        raise DataError("period= is given, and the flows have no column period.", column="period")
    wanted = [name for name in flows.columns if name in (*LABELS, "value", *also)]
    for name in ("origin", "destination"):
        if name not in wanted:
            raise DataError(f"An economy needs flows with a column {name!r}; these have {', '.join(flows.columns)}.")
    table = tables.collect(flows.table.select(*wanted))
    return TradeRows(table, flows.unit, when, flows.valuation or "", flows.provenance, flows.notes)


def _several(known: Sequence[str]) -> str:
    return (
        f"The flows are of {len(known):,} periods ({known[0]} to {known[-1]}), and an economy is of one. Name it: "
        f"period={known[-1]!r}."
    )


def arrow(data: Any) -> pa.Table:
    """A frame as Arrow, without the detour over DuckDB: nothing here needs its windows.

    Raises
    ------
    DataError : a column holds numbers and texts side by side.

    >>> arrow({"origin": ["A"], "value": [1.0]}).num_rows
    1
    """
    if isinstance(data, pa.Table):
        return data
    try:
        if isinstance(data, Mapping):
            return pa.table(dict(data))
        taken = nw.from_native(data)
    except (TypeError, pa.ArrowException):
        return tables.collect(tables.frame(data))
    if isinstance(taken, nw.LazyFrame):
        return tables.collect(taken)
    try:
        return taken.to_arrow()
    except pa.ArrowException as refusal:
        said = str(refusal.args[0] if refusal.args else refusal)
        raise DataError(
            f"A column holds cells of several kinds ({said}). Make its cells all numbers, or all texts."
        ) from refusal


def columns(data: Any, also: Sequence[str], *, value: bool = True) -> pa.Table:
    """The columns of flows that matter, under their names here; the others are never converted.

    also : further columns that are wanted. value : whether there must be one.

    Raises
    ------
    DataError : a column of flows is missing.

    >>> columns({"exporter": ["A"], "importer": ["B"], "trade": [1.0], "dist": [9.0]}, ()).column_names
    ['origin', 'destination', 'value']
    """
    try:
        taken = data if isinstance(data, pa.Table) else nw.from_native(data)
        names = list(taken.column_names if isinstance(taken, pa.Table) else taken.columns)
    except TypeError:
        taken = arrow(data)
        names = taken.column_names
    meant = {**dict(zip(names, names, strict=True)), **SCHEMA.rename(names if value else [*names, "value"])}
    meant |= {name: name for name in names if name in also}
    kept = [name for name in names if name in also or meant[name] in (*LABELS, "value", "period", "told_by")]
    table = arrow(taken.select(kept) if isinstance(taken, pa.Table) else nw.to_native(taken.select(*kept)))
    table = table.select(kept).rename_columns([meant[name] for name in kept])  # pandas adds its index
    if "destination" not in table.column_names:
        raise DataError("A table of flows needs a column 'destination' (also known as importer, iso3_d, j, to).")
    return table


def of_period(table: pa.Table, period: Any) -> tuple[pa.Table, str | None]:
    """The rows of a period, and how Hansa writes it; the only one where none is named.

    Raises
    ------
    DataError : several periods and none named, or a period and no column. UnknownCode : there is no such period.

    >>> of_period(pa.table({"period": [2021, 2022], "value": [1.0, 2.0]}), "2022")[0].num_rows
    1
    """
    if "period" not in table.column_names:
        if period is not None:
            raise DataError("period= is given, and the flows have no column period.", column="period")
        return table, None
    written = pc.unique(table["period"]).to_pylist()
    if None in written or any(one != one for one in written):
        raise DataError(NO_PERIOD, column="period")
    known = sorted({periods.canonical(one) for one in written})
    if period is None:
        if len(known) > 1:
            raise DataError(_several(known))
        return table, known[0] if known else None
    when = periods.canonical(period)
    meant = [one for one in written if periods.canonical(one) == when]
    if not meant:
        raise UnknownCode("period of the flows", when, known)
    return table.filter(pc.is_in(table["period"], pa.array(meant, table["period"].type))), when


def _valued(trade: TradeRows) -> TradeRows:
    """The rows that have a value; the others are counted in the notes."""
    if not trade.table.num_rows:
        raise DataError("There are no flows: the table has no rows, or none of this period. Give others.")
    column = trade.table["value"]
    if not (pa.types.is_floating(column.type) or pa.types.is_integer(column.type) or pa.types.is_decimal(column.type)):
        raise DataError(f"The flows hold {column.type}, not numbers. Convert the column first.", column="value")
    table = trade.table
    if column.type != pa.float64():
        table = table.set_column(table.column_names.index("value"), "value", column.cast(pa.float64()))
    lowest = pc.min_max(table["value"]).as_py()
    total = pc.sum(table["value"]).as_py()
    notes = trade.notes
    if table["value"].null_count or total is None or np.isnan(total):
        empty = pc.is_null(table["value"], nan_is_null=True)
        count = pc.sum(empty).as_py()
        table = table.filter(pc.invert(empty))
        notes = (*notes, f"{count:,} of {trade.table.num_rows:,} rows have no value and are left out")
        lowest, total = pc.min_max(table["value"]).as_py(), pc.sum(table["value"]).as_py()
    if lowest["min"] is None:
        raise DataError("No row of the flows has a value.", column="value")
    if lowest["min"] >= 0 and np.isfinite(lowest["max"]) and not total <= LARGEST:
        raise DataError(f"The flows sum to more than {LARGEST:g}. Write them in a larger unit.", column="value")
    if lowest["min"] < 0 or not np.isfinite(total):
        wrong = table.filter(pc.or_(pc.less(table["value"], 0), pc.is_inf(table["value"])))
        cases = [(str(row["origin"]), str(row["destination"])) for row in wrong.slice(0, 3).to_pylist()]
        raise DataError(
            f"{wrong.num_rows:,} of {table.num_rows:,} rows have a negative or infinite value, e.g. "
            f"{', '.join(map(str, cases))}. A flow is a number from 0 up: mend these rows, or leave them out.",
            column="value",
        )
    return replace(trade, table=table, notes=notes)
