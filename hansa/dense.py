"""From labels to positions: the single crossing. It refuses unknown labels, duplicates and unexplained holes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from hansa.errors import DataError


def labels(table: pa.Table, column: str) -> list[Any]:
    """The distinct labels of a column, sorted.

    >>> labels(pa.table({"origin": ["B", "A", "B"]}), "origin")
    ['A', 'B']
    """
    distinct = pc.unique(table[column]).to_pylist()
    if None in distinct:
        raise DataError(f"Column {column!r} has empty cells. Drop these rows, or give each a label.", column=column)
    return sorted(distinct)


def encode(table: pa.Table, column: str) -> tuple[list[Any], NDArray[np.int64]]:
    """The distinct labels of a column, sorted, and the place of each row's label among them, in one pass.

    >>> known, place = encode(pa.table({"origin": ["B", "A", "B"]}), "origin")
    >>> known, place.tolist()
    (['A', 'B'], [1, 0, 1])
    """
    coded = pc.dictionary_encode(table[column].combine_chunks())
    if isinstance(coded, pa.ChunkedArray):
        coded = coded.combine_chunks()
    found = coded.dictionary.to_pylist()
    if coded.indices.null_count or None in found:
        raise DataError(f"Column {column!r} has empty cells. Drop these rows, or give each a label.", column=column)
    order = sorted(range(len(found)), key=found.__getitem__)
    place = np.empty(len(found), np.int64)
    place[order] = np.arange(len(found))
    return [found[number] for number in order], place[coded.indices.to_numpy(zero_copy_only=False)]


def positions(column: pa.ChunkedArray | pa.Array, known: Sequence[Any], name: str = "label") -> NDArray[np.int64]:
    """The place of every label in `known`, counted from 0.

    Raises
    ------
    DataError : a label is not in `known` (three cases are named).

    >>> positions(pa.array(["B", "A", "B"]), ["A", "B"]).tolist()
    [1, 0, 1]
    """
    array = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    encoded = array if pa.types.is_dictionary(array.type) else pc.dictionary_encode(array)
    if isinstance(encoded, pa.ChunkedArray):
        encoded = encoded.combine_chunks()
    place = pc.index_in(encoded.dictionary, pa.array(known, type=encoded.dictionary.type))
    if place.null_count or encoded.indices.null_count:
        strange = [x for x, p in zip(encoded.dictionary.to_pylist(), place.to_pylist(), strict=True) if p is None] or [
            None
        ]
        raise DataError(
            f"{len(strange)} value(s) of {name!r} are not among the {len(known):,} expected, e.g. "
            f"{', '.join(map(repr, strange[:3]))}. Add them to the labels, or drop their rows first."
        )
    return place.to_numpy(zero_copy_only=False).astype(np.int64)[encoded.indices.to_numpy(zero_copy_only=False)]


def dense(
    table: pa.Table,
    axes: Sequence[str],
    value: str,
    known: Sequence[Sequence[Any]],
    *,
    missing: float | None = None,
) -> NDArray[np.float64]:
    """A table as an array, one axis for each of `axes`.

    Parameters
    ----------
    table : one row for a cell.
    axes : label columns, in the order of the array's axes.
    value : the number column.
    known : for each axis its labels, in order.
    missing : what an absent cell means. Without it an absent cell is an error.

    Raises
    ------
    DataError : unknown labels, two rows for a cell, or absent cells without `missing`.

    >>> t = pa.table({"origin": ["A", "B"], "product": ["p", "q"], "value": [1.0, 2.0]})
    >>> dense(t, ["origin", "product"], "value", [["A", "B"], ["p", "q"]], missing=0.0).tolist()
    [[1.0, 0.0], [0.0, 2.0]]
    """
    shape = tuple(len(names) for names in known)
    places = [positions(table[axis], names, axis) for axis, names in zip(axes, known, strict=True)]
    cell = np.ravel_multi_index(places, shape) if shape and table.num_rows else np.zeros(table.num_rows, np.int64)
    size = int(np.prod(shape))
    filled = np.zeros(size, bool)
    filled[cell] = True
    if filled.sum() != table.num_rows:
        raise DataError(f"{_cases(_twice(cell), known, shape)} have more than one row. Sum or drop them first.")
    if missing is None and not filled.all():
        holes = np.flatnonzero(~filled)
        raise DataError(
            f"{value!r} has no row for {len(holes):,} of {size:,} cells, e.g. {_cases(holes, known, shape)}. "
            "Say what a missing cell means: missing=0.0 for 'no flow', or add the rows."
        )
    out = np.full(size, np.nan if missing is None else missing)
    out[cell] = table[value].to_numpy()
    return out.reshape(shape)


def array(given: Any, name: str, *, read_only: bool = False) -> NDArray[np.float64]:
    """What is given as an array of double precision; copied only where it is none.

    read_only : a view that cannot be written to, as what passed the door must stay as it was.

    Raises
    ------
    DataError : it holds texts, or rows of different lengths.

    >>> array([[1, 2]], "share").tolist()
    [[1.0, 2.0]]
    """
    try:
        taken = np.asarray(given, np.float64)
    except (TypeError, ValueError):
        raise DataError(
            f"{name!r} holds what are no numbers, or rows of different lengths. Give a full array."
        ) from None
    if read_only and taken.flags.writeable:
        taken = taken.view()
        taken.flags.writeable = False
    return taken


def _twice(cell: NDArray[np.int64]) -> NDArray[np.int64]:
    seen, count = np.unique(cell, return_counts=True)
    return seen[count > 1]


def _cases(cells: NDArray[np.int64], known: Sequence[Sequence[Any]], shape: tuple[int, ...]) -> str:
    named = []
    for cell in cells[:3]:
        place = np.unravel_index(int(cell), shape)
        named.append(str(tuple(names[int(p)] for names, p in zip(known, place, strict=True))))
    return ", ".join(named)
