"""Columns of any frame as numbers, or as levels: distinct labels, sorted, and the place of each row's label in them.

Levels are numbered in the order of their sorted labels, so that the order of rows changes no number. Where codes are
dense a table of which ones are present does it in one pass; only sparse ones are hashed, and nothing sorts the rows.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import narwhals.stable.v2 as nw
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from hansa import tables
from hansa.errors import DataError

SPARSE = 4  # codes are hashed where their range exceeds the rows this many times
SMALL = 1 << 20  # a table of this many codes is never too large
_KINDS = "iufb"


@dataclass(frozen=True)
class Coded:
    """A column of labels.

    labels : distinct and sorted; of_row : (n,) int32, the place of each row's label in them, -1 where a cell is empty.
    """

    labels: list[Any]
    of_row: NDArray[np.int32]


@dataclass(frozen=True)
class Sheet:
    """A frame of which columns are read one by one.

    names : of its columns; rows : how many there are; read : a column as an array of numpy, where it holds plain
    numbers, or else of PyArrow.
    """

    names: tuple[str, ...]
    rows: int
    read: Callable[[str], NDArray[Any] | pa.Array]


def names_of(data: Any) -> tuple[tuple[str, ...], Any]:
    """Names of the columns of a frame, and the frame as narwhals or PyArrow holds it.

    Raises
    ------
    DataError : it is no frame, has no columns, or two of one name.

    >>> names_of({"trade": [1.0], "rta": [0]})[0]
    ('trade', 'rta')
    """
    if isinstance(data, str | Path):
        held: Any = tables.frame(data)
    elif isinstance(data, Mapping):
        plain_cells = {name: _in_this_machine(cells) for name, cells in data.items()}
        tables.frame(plain_cells)  # refuses what is no table
        held = pa.table(plain_cells)
    elif isinstance(data, pa.Table | nw.DataFrame | nw.LazyFrame):
        held = data
    else:
        held = _narwhals(data)
    if isinstance(held, pa.Table):
        names = held.column_names
    else:
        names = held.columns if isinstance(held, nw.DataFrame) else held.collect_schema().names()
    named = tuple(name for name in names if isinstance(name, str))  # pandas names columns by numbers too
    if names and not named:
        raise DataError(
            f"No column has a text as its name; the first is {names[0]!r}. Name them: frame.columns = ['trade', ...]."
        )
    if twice := [name for name in named if named.count(name) > 1]:
        raise DataError(f"Column {twice[0]!r} stands twice in the table. Keep one.", column=twice[0])
    return named, held


def _in_this_machine(cells: Any) -> Any:
    """Cells that PyArrow and DuckDB take: bytes in this machine's order, no half floats, nothing that is read once."""
    if isinstance(cells, np.ndarray) and not cells.dtype.isnative:
        cells = cells.astype(cells.dtype.newbyteorder("="))
    if isinstance(cells, np.ndarray) and cells.dtype == np.float16:
        return cells.astype(np.float32)
    return list(cells) if isinstance(cells, Iterator) else cells


def _narwhals(data: Any) -> Any:
    try:
        held = nw.from_native(data)
    except TypeError:
        tables.frame(data)  # says what a table is
        raise
    except nw.exceptions.DuplicateError as twice:
        raise DataError(f"A column stands twice in the table: {' '.join(str(twice).split())}. Keep one.") from None
    if isinstance(held, nw.DataFrame | nw.LazyFrame):
        return held
    raise DataError(f"A {type(data).__name__} is no table. Give one with a column for each name of the formula.")


def sheet(held: Any, names: tuple[str, ...], wanted: Sequence[str]) -> Sheet:
    """The columns that are wanted of a frame, computed in one go where it is lazy.

    >>> names, held = names_of({"trade": [1.0, 2.0], "rta": [0, 1]})
    >>> sheet(held, names, ["rta"]).read("rta").tolist()
    [0, 1]
    """
    if isinstance(held, nw.LazyFrame):
        held = tables.collect(held.select(*wanted))
    if isinstance(held, pa.Table):
        return Sheet(names, held.num_rows, lambda name: _of_arrow(held[name], name))
    return Sheet(names, len(held), lambda name: _of_series(held[name], name))


def _of_series(series: nw.Series[Any], name: str) -> NDArray[Any] | pa.Array:
    if series.dtype.is_numeric() and not isinstance(series.dtype, nw.Decimal):
        values = series.to_numpy()
        rounded = series.dtype.is_integer() and values.dtype.kind == "f"  # for empty cells: codes beyond 2^53 merge
        if values.dtype.kind in _KINDS and not rounded:
            return np.asarray(_in_this_machine(values))
    try:
        return _of_arrow(series.to_arrow(), name)
    except pa.ArrowException as mixed:
        if series.dtype == nw.Unknown and (values := series.to_numpy()).dtype.kind in _KINDS:  # sparse of pandas
            return values
        said = " ".join(str(mixed).split())
        raise DataError(
            f"The column holds values of several kinds ({said}). Make them all one kind.", column=name
        ) from None


def _of_arrow(cells: pa.Array | pa.ChunkedArray, name: str) -> NDArray[Any] | pa.Array:
    if isinstance(cells, pa.ChunkedArray):
        cells = cells.chunk(0) if cells.num_chunks == 1 else cells.combine_chunks()
    if isinstance(cells, pa.ChunkedArray):  # text too long for one array
        cells = pc.cast(cells, pa.large_string()).combine_chunks()
    kind = cells.type
    if isinstance(kind, pa.BaseExtensionType):
        raise DataError(
            f"The column holds {kind.extension_name}, which only pandas reads. Make it text: "
            f"frame[{name!r}].astype(str).",
            column=name,
        )
    if pa.types.is_nested(kind):
        raise DataError(f"The column holds {kind}; one label or number a row is needed.", column=name)
    if pa.types.is_decimal(kind):
        cells = cells.cast(pa.float64())
    if cells.null_count == 0 and (pa.types.is_integer(kind) or pa.types.is_floating(cells.type)):
        return plain(cells)
    return cells


def plain(cells: pa.Array) -> NDArray[Any]:
    """Numbers without empty cells as numpy, of the same memory. (The way of PyArrow itself would import pandas.)

    >>> plain(pa.array([2, 3])).tolist()
    [2, 3]
    """
    values: NDArray[Any] = np.from_dlpack(cells)
    return values


def empty(cells: pa.Array) -> NDArray[np.bool_]:
    """Where a cell holds nothing, or NaN.

    >>> empty(pa.array([1.0, None])).tolist()
    [False, True]
    """
    return plain(cells.is_null(nan_is_null=True).cast(pa.int8())) != 0


def _filled(cells: pa.Array, value: float) -> NDArray[Any]:
    """Numbers as numpy, with a value in empty cells."""
    if not cells.null_count:
        return plain(cells)
    bare = pa.Array.from_buffers(cells.type, len(cells), [None, cells.buffers()[1]], offset=cells.offset)
    out = plain(bare).copy()
    out[empty(cells)] = value
    return out


def arrow(values: NDArray[Any]) -> pa.Array:
    """Numbers of numpy as PyArrow, of the same memory.

    >>> arrow(np.array([2, 3])).to_pylist()
    [2, 3]
    """
    whole = np.ascontiguousarray(values)
    return pa.Array.from_buffers(pa.from_numpy_dtype(whole.dtype), whole.size, [None, pa.py_buffer(whole)])


def texts(values: Sequence[str]) -> pa.Array:
    """Texts as PyArrow. (The way of PyArrow itself would import pandas.)

    >>> texts(["rta", "Ё"]).to_pylist()
    ['rta', 'Ё']
    """
    coded = [value.encode() for value in values]
    ends = np.cumsum([0, *map(len, coded)], dtype=np.int32)
    held = [None, pa.py_buffer(ends), pa.py_buffer(b"".join(coded))]
    return pa.Array.from_buffers(pa.string(), len(coded), held)


def numbers(cells: NDArray[Any] | pa.Array, name: str) -> NDArray[Any]:
    """A column as numbers; NaN where a cell is empty. Integers stay what they are.

    Raises
    ------
    DataError : it holds text or dates; names the first cell that is no number.

    >>> numbers(pa.array([1, None]), "rta").tolist(), numbers(pa.array([True, False]), "rta").tolist()
    ([1.0, nan], [1.0, 0.0])
    """
    if isinstance(cells, np.ndarray):
        return cells.astype(np.float64) if cells.dtype.kind == "b" or cells.dtype == np.float16 else cells
    if pa.types.is_dictionary(cells.type):
        cells = cells.cast(cells.type.value_type)
    kind = cells.type
    if pa.types.is_null(kind):
        return np.full(len(cells), np.nan)
    if pa.types.is_boolean(kind) or pa.types.is_integer(kind) or pa.types.is_floating(kind):
        cells = cells.cast(pa.int8()) if pa.types.is_boolean(kind) else cells
        return _filled(cells.cast(pa.float64(), safe=False), np.nan)
    raise _no_number(cells, name)


def _no_number(cells: pa.Array, name: str) -> DataError:
    first = None
    for row, cell in enumerate(cells):
        value = cell.as_py()
        if value is not None:
            first = (row, value) if first is None else first
            if not _reads_as_number(value):
                return DataError(
                    f"Numbers are needed, and row {row + 1:,} holds {value!r}. Mend such cells, or write i({name}) for "
                    "an indicator of each level.",
                    column=name,
                )
    shown = f", e.g. {first[1]!r} in row {first[0] + 1:,}" if first else ""
    return DataError(f"The column holds numbers written as text{shown}. Make them numbers first.", column=name)


def _reads_as_number(value: object) -> bool:
    try:
        float(value)  # type: ignore[arg-type]  # whatever a cell holds
    except (TypeError, ValueError):
        return False
    return True


def coded(cells: NDArray[Any] | pa.Array) -> Coded:
    """A column as levels. Numbers sort by size, text letter by letter; empty cells and NaN are no level.

    >>> found = coded(pa.array(["RUS", "BLR", None, "RUS"]))
    >>> found.labels, found.of_row.tolist()
    (['BLR', 'RUS'], [1, 0, -1, 1])
    """
    if isinstance(cells, np.ndarray):
        if cells.dtype.kind == "b":
            cells = cells.astype(np.int8)
        if cells.dtype.kind in "iu" and cells.size:
            found = _of_integers(cells)
            if found is not None:
                return found
        cells = arrow(cells)
    return _of_labels(cells)


def _of_integers(values: NDArray[Any]) -> Coded | None:
    """By a table of the integers present; None where their range is too wide for one."""
    low, high = int(values.min()), int(values.max())
    span = high - low + 1
    if span > max(SMALL, SPARSE * values.size):
        return None
    if span - 1 > np.iinfo(values.dtype).max:
        values = values.astype(np.int64)
    shifted = values if low == 0 else values - values.dtype.type(low)
    places, present = compressed(shifted, span)
    return Coded([low + one for one in present.tolist()], places)


def compressed(codes: NDArray[Any], size: int) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    """Codes below `size` numbered anew without gaps, in their order; and the codes that are present.

    >>> places, present = compressed(np.array([7, 2, 7]), 9)
    >>> places.tolist(), present.tolist()
    ([1, 0, 1], [2, 7])
    """
    if size > max(SMALL, SPARSE * codes.size):
        seen = pc.dictionary_encode(arrow(codes))
        order = np.argsort(distinct := plain(seen.dictionary))
        place = np.empty(order.size, np.int32)
        place[order] = np.arange(order.size, dtype=np.int32)
        return place[plain(seen.indices)], distinct[order].astype(np.int64)
    here = np.zeros(size, bool)
    here[codes] = True
    present = np.flatnonzero(here)
    if present.size == size:
        return codes.astype(np.int32, copy=False), present
    place = np.zeros(size, np.int32)
    place[present] = np.arange(present.size, dtype=np.int32)
    return np.take(place, codes), present


def _of_labels(cells: pa.Array) -> Coded:
    if not pa.types.is_dictionary(cells.type):
        cells = pc.dictionary_encode(cells)
    labels = cells.dictionary.to_pylist()
    indices = cells.indices
    places = _filled(indices.cast(pa.int32()), -1)
    used = np.bincount(places[places >= 0] if indices.null_count else places, minlength=len(labels)) > 0
    kept = [at for at in np.flatnonzero(used).tolist() if labels[at] is not None and labels[at] == labels[at]]
    whole = [
        int(labels[at]) if isinstance(labels[at], float) and labels[at].is_integer() else labels[at] for at in kept
    ]
    order = sorted(range(len(kept)), key=whole.__getitem__)
    place = np.full(len(labels) + 1, -1, np.int32)  # its last cell answers to -1
    place[[kept[at] for at in order]] = np.arange(len(order), dtype=np.int32)
    ordered = [whole[at] for at in order]
    return _merged(ordered, np.take(place, places, mode="wrap"))


def _merged(labels: list[Any], of_row: NDArray[np.int32]) -> Coded:
    """The same, where two entries of a dictionary may carry one label."""
    if all(one != other for one, other in itertools.pairwise(labels)):
        return Coded(labels, of_row)
    distinct = list(dict.fromkeys(labels))
    number = {label: at for at, label in enumerate(distinct)}
    place = np.array([*(number[label] for label in labels), -1], np.int32)
    return Coded(distinct, place[of_row])


def restricted(column: Coded, keep: NDArray[np.bool_]) -> Coded:
    """The rows that are kept, and the labels that they hold.

    >>> restricted(Coded(["A", "B"], np.array([0, 1], np.int32)), np.array([False, True]))
    Coded(labels=['B'], of_row=array([0], dtype=int32))
    """
    places, present = compressed(column.of_row[keep], len(column.labels))
    return Coded([column.labels[at] for at in present.tolist()], places)


def crossed(columns: Sequence[Coded]) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Columns crossed: the place of each row among the combinations present, and the (count, m) labels of each.

    Combinations are numbered in lexicographic order.

    >>> exporter = Coded(["A", "B"], np.array([1, 0, 1], np.int32))
    >>> year = Coded([1990, 1994], np.array([0, 1, 1], np.int32))
    >>> of_row, parts = crossed([exporter, year])
    >>> of_row.tolist(), parts.tolist()
    ([1, 0, 2], [[0, 1], [1, 0], [1, 1]])
    """
    of_row = columns[0].of_row
    parts = np.arange(len(columns[0].labels), dtype=np.int32)[:, None]
    for column in columns[1:]:
        width = max(1, len(column.labels))
        size = len(parts) * width
        wide = np.int32 if size <= np.iinfo(np.int32).max else np.int64
        code = of_row * wide(width)
        code += column.of_row
        of_row, present = compressed(code, size)
        before, behind = np.divmod(present, width)
        parts = np.column_stack([parts[before], behind.astype(np.int32)])
    return of_row, np.ascontiguousarray(parts)
