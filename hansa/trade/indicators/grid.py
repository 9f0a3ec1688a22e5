"""Totals of flows as one matrix for each period, over labels that all periods share; and the way back to a table."""

from __future__ import annotations

import weakref
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import narwhals.stable.v2 as nw
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from hansa import dense, tables
from hansa import period as periods
from hansa.errors import DataError, NotIdentified, UnknownCode
from hansa.trade.flows import Flows

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Grid:
    """Sums of value by two label columns, one matrix a period; an absent row is no flow (0).

    periods : those at hand, in order; ``(None,)`` where the flows have none.
    rows, columns : labels of the two axes, sorted, the same in all periods.
    """

    periods: tuple[str | None, ...]
    rows: list[Any]
    columns: list[Any]
    cells: Mapping[str | None, tuple[NDArray[np.int64], Array]]

    def matrix(self, period: str | None) -> Array:
        """The sums of one period, (rows, columns)."""
        places, values = self.cells[period]
        out = np.zeros(len(self.rows) * len(self.columns))
        out[places] = values
        return out.reshape(len(self.rows), len(self.columns))

    def onto(self, rows: Sequence[Any], columns: Sequence[Any], period: str | None) -> Array:
        """The sums of one period at other labels, which must hold all of these; 0 in a period without rows."""
        out = np.zeros((len(rows), len(columns)))
        if period in self.cells:
            places = dense.positions(pa.array(self.rows), rows), dense.positions(pa.array(self.columns), columns)
            out[np.ix_(*places)] = self.matrix(period)
        return out


_KEPT: dict[int, dict[Any, Any]] = {}


def once(flows: Flows, what: Any, make: Callable[[], Any]) -> Any:
    """What `make` gives, made once and kept as long as these flows are."""
    if id(flows) not in _KEPT:
        _KEPT[id(flows)] = {}
        weakref.finalize(flows, _KEPT.pop, id(flows), None)
    kept = _KEPT[id(flows)]
    if what not in kept:
        kept[what] = make()
    return kept[what]


def grid(flows: Flows, rows: str = "origin", columns: str = "product", *, period: Any = None) -> Grid:
    """The totals of flows by two columns, ready for arithmetic.

    Raises
    ------
    DataError : the flows lack a column.
    UnknownCode : a period is asked for that they do not have.
    """
    return _grid(flows.totals(*_timed(flows), rows, columns), rows, columns, period)


def grids(
    flows: Flows, by: str, chosen: Sequence[Any], rows: str, columns: str, *, period: Any = None, at_once: int = 20
) -> Iterator[tuple[Any, Grid]]:
    """A grid for each chosen label of a third column, read a few at a time: rows of all would fill the memory."""
    for start in range(0, len(chosen), at_once):
        few = list(chosen[start : start + at_once])
        table = flows.where(**{by: few}).totals(*_timed(flows), by, rows, columns)
        known, whose = dense.encode(table, by)
        for one in few:
            here = whose == known.index(one) if one in known else np.zeros(table.num_rows, bool)
            part = table.filter(pa.array(here))
            at_hand = dense.labels(part, "period") if "period" in part.column_names else []
            wanted = None if period is None else [name for name in period if name in at_hand]
            yield one, _grid(part, rows, columns, wanted)


def _timed(flows: Flows) -> list[str]:
    return ["period"] if "period" in flows.columns else []


def _grid(table: pa.Table, rows: str, columns: str, period: Any) -> Grid:
    row_labels, place = dense.encode(table, rows)
    column_labels, column_place = dense.encode(table, columns)
    place = place * len(column_labels) + column_place
    values = table["value"].to_numpy()
    if "period" not in table.column_names:
        wanted_periods(period, [])
        return Grid((None,), row_labels, column_labels, {None: (place, values)})
    known, when = dense.encode(table, "period")
    chosen = wanted_periods(period, known)
    cells: dict[str | None, tuple[NDArray[np.int64], Array]] = {}
    for name in chosen:
        here = slice(None) if len(known) == 1 else when == known.index(name)
        cells[name] = (place[here], values[here])
    return Grid(tuple(chosen), row_labels, column_labels, cells)


def wanted_periods(period: Any, known: Sequence[str]) -> list[str]:
    """The periods asked for (one, several, or None for all), each of which must be known."""
    if period is None:
        return list(known)
    chosen = sorted({periods.canonical(one) for one in several(period)})
    for one in chosen:
        if one not in known:
            raise UnknownCode("period of these flows", one, known, hint=f"They have {said(known) or 'no periods'}.")
    return chosen


def first_and_last(flows: Flows, start: Any, end: Any) -> tuple[str, str]:
    """The two periods that a change is measured between: the first and the last at hand where not said."""
    known = dense.labels(flows.totals("period"), "period")
    if not known:
        raise NotIdentified("There are no flows, so there is no change to measure.")
    first = known[0] if start is None else wanted_periods(start, known)[0]
    last = known[-1] if end is None else wanted_periods(end, known)[0]
    if first >= last:
        raise DataError(
            f"A change is measured from an earlier to a later period, but these are {first} and {last}. The flows have "
            f"{said(known)}: name two of them with start= and end=."
        )
    return first, last


def abroad(flows: Flows) -> tuple[Flows, list[str]]:
    """The flows between different regions, and a note where the table holds others: trade at home is no export.

    Raises
    ------
    DataError : the flows have no destinations.
    NotIdentified : none goes from one region to another.
    """
    without, notes = once(flows, "abroad", lambda: _abroad(flows))
    return (flows if without is None else without), list(notes)


def _abroad(flows: Flows) -> tuple[Flows | None, list[str]]:
    if "destination" not in flows.columns:
        raise DataError(
            f"This indicator compares imports with exports, and the flows have no column 'destination'; they have "
            f"{', '.join(flows.columns)}.",
            column="destination",
        )
    at_home = nw.col("origin") == nw.col("destination")
    counted = flows.table.select(nw.len().alias("rows"), at_home.cast(nw.Int64).sum().alias("at_home"))
    ((total, count),) = (row.values() for row in tables.collect(counted).to_pylist())
    if (count or 0) == total:
        raise NotIdentified("There is no trade between regions to compute this from.")
    if not count:
        return None, []
    note = f"{count:,} rows with one region as origin and destination are left out: trade at home is no export"
    return replace(flows, table=flows.table.filter(~at_home), _sums={}), [note]


def wanted(labels: Sequence[Any], chosen: Any, kind: str) -> list[int]:
    """Positions of the labels asked for (one, several, or None for all), each of which must be there."""
    if chosen is None:
        return list(range(len(labels)))
    place = {label: number for number, label in enumerate(labels)}
    for one in several(chosen):
        if one not in place:
            raise UnknownCode(kind, one, map(str, labels), hint=f"The flows hold {len(labels):,} of them.")
    return [place[one] for one in several(chosen)]


def several(codes: Any) -> list[Any]:
    """One code, or several, as a list."""
    return [codes] if isinstance(codes, str) or not isinstance(codes, Iterable) else list(codes)


def long(period: str | None, labels: Mapping[str, tuple[Sequence[Any], Any]], figures: Mapping[str, Any]) -> pa.Table:
    """Rows of one period: for each label column its labels and the position of each row's label; NaN becomes null."""
    columns: dict[str, Any] = {name: pa.array(known).take(pa.array(place)) for name, (known, place) in labels.items()}
    columns |= {name: _figures(values) for name, values in figures.items()}
    length = len(next(iter(columns.values())))
    if period is not None:
        columns = {"period": pa.repeat(pa.scalar(period), length), **columns}
    return pa.table(columns)


def _figures(values: Any) -> pa.Array:
    return pa.array(values, from_pandas=True) if isinstance(values, np.ndarray) else pa.array(values)


def said(labels: Iterable[Any], most: int = 5) -> str:
    """A few labels for a note, and how many more there are."""
    texts = [str(label) for label in labels]
    return ", ".join(texts[:most]) + (f" and {len(texts) - most:,} more" if len(texts) > most else "")
