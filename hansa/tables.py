"""Tables: the one door by which any frame comes in, and what its columns must be.

Every eager frame (pandas, polars, PyArrow) becomes a DuckDB relation here, since window expressions of narwhals on a
PyArrow table may silently mix rows. Lazy frames (DuckDB, Spark, polars, Ibis) stay in their own engine.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import narwhals.stable.v2 as nw
import pyarrow as pa

from hansa.errors import DataError

ENGINE = threading.RLock()  # to be held by each of several threads that compute: DuckDB refuses a second call meanwhile
_LOCK = threading.Lock()
_CONNECTION: list[duckdb.DuckDBPyConnection] = []


def connection() -> duckdb.DuckDBPyConnection:
    """The in-memory DuckDB of this process, over which Hansa reads frames and Parquet files.

    >>> connection().sql("select 1 + 1 as two").fetchall()
    [(2,)]
    """
    with _LOCK:
        if not _CONNECTION:
            engine = duckdb.connect(config={"autoinstall_known_extensions": "false"})
            engine.execute("set enable_progress_bar = false")
            _CONNECTION.append(engine)
    return _CONNECTION[0]


def frame(data: Any) -> nw.LazyFrame[Any]:
    """Any frame as a lazy narwhals frame that is safe to compute on.

    Parameters
    ----------
    data : a DuckDB relation; a pandas, polars or PyArrow table; a PySpark or Ibis table; a narwhals frame;
        a mapping of column name to values; or the path of a Parquet file.

    Raises
    ------
    DataError : it is none of these.

    >>> frame({"origin": ["A", "B"], "value": [1.0, 2.0]}).collect_schema().names()
    ['origin', 'value']
    """
    if isinstance(data, str | Path):
        return _parquet(Path(data))
    if isinstance(data, Mapping) and (bare := [key for key, cells in data.items() if isinstance(cells, int | float)]):
        raise DataError(f"Column {bare[0]!r} is to be a list of cells, not the number {data[bare[0]]!r}.")
    try:
        return _taken(pa.table(dict(data)) if isinstance(data, Mapping) else data)
    except (pa.ArrowException, nw.exceptions.NarwhalsError) as refusal:
        said = "; ".join(map(str, refusal.args)).splitlines()
        raise DataError(f"The columns cannot be one table: {' '.join(said)}.") from None


def _taken(data: Any) -> nw.LazyFrame[Any]:
    if isinstance(data, pa.Table):
        return _registered(data)
    try:
        taken = nw.from_native(data)
    except TypeError as refusal:
        raise DataError(
            f"A {type(data).__name__} is no table that Hansa can read. Give a DuckDB, pandas, polars, PyArrow, "
            "PySpark or Ibis table, a mapping of columns, or the path of a Parquet file."
        ) from refusal
    if isinstance(taken, nw.LazyFrame):
        return taken
    return _registered(taken.to_arrow())


def _registered(table: pa.Table) -> nw.LazyFrame[Any]:
    if not table.column_names:
        raise DataError("The table has no columns.")
    if twice := [name for name in table.column_names if table.column_names.count(name) > 1]:
        raise DataError(f"Column {twice[0]!r} stands twice in the table. Keep one.", column=twice[0])
    for name, kind in zip(table.column_names, table.schema.types, strict=True):
        if isinstance(kind, pa.BaseExtensionType):  # its storage would pass for numbers: months since 1970, say
            raise DataError(
                f"Column {name!r} holds {kind.extension_name}, which only pandas reads. Make it text: "
                f"frame[{name!r}].astype(str).",
                column=name,
            )
    return nw.from_native(connection().from_arrow(table))


def _parquet(path: Path) -> nw.LazyFrame[Any]:
    if not path.is_file():
        raise DataError("There is no such file. Give the path of a Parquet file.", file=path)
    try:
        return nw.from_native(connection().read_parquet(str(path)))
    except duckdb.Error as refusal:
        raise DataError(
            f"The file is no readable Parquet file ({str(refusal).splitlines()[0]}).", file=path
        ) from refusal


def collect(table: nw.LazyFrame[Any]) -> pa.Table:
    """A lazy frame computed, as an Arrow table.

    >>> collect(frame({"a": [1, 2]})).num_rows
    2
    """
    return table.collect("pyarrow").to_native()


@dataclass(frozen=True)
class Column:
    """A column: its name, what it holds, whether it must be there, and other names it is known by.

    kind : ``text``, ``number`` or ``any``.
    """

    name: str
    kind: str = "any"
    required: bool = True
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True)
class Schema:
    """The columns that a kind of table has.

    >>> Schema("flows", (Column("origin", aliases=("exporter",)),)).rename(["exporter"])
    {'exporter': 'origin'}
    """

    what: str
    columns: tuple[Column, ...]

    def rename(self, names: Sequence[str]) -> dict[str, str]:
        """What each column found is called here; names in use already, and unknown ones, keep theirs.

        Raises
        ------
        DataError : a required column is absent, or two columns claim one name.
        """
        by_lower = {name.lower(): name for name in reversed(names)}
        renamed: dict[str, str] = {}
        for column in self.columns:
            if column.name in names:
                continue
            hits = [by_lower[alias.lower()] for alias in (column.name, *column.aliases) if alias.lower() in by_lower]
            if len(hits) > 1:
                raise DataError(
                    f"Columns {' and '.join(map(repr, hits))} both mean {column.name!r}. Keep one, or call it so."
                )
            if hits:
                renamed[hits[0]] = column.name
            elif column.required:
                known = f" (also known as {', '.join(column.aliases)})" if column.aliases else ""
                raise DataError(
                    f"A table of {self.what} needs a column {column.name!r}{known}; this one has "
                    f"{', '.join(map(repr, names))}."
                )
        return renamed

    def take(self, data: Any) -> nw.LazyFrame[Any]:
        """Any frame with the columns of this schema under their names here; numbers become float64."""
        table = frame(data)
        table = table.rename(self.rename(table.collect_schema().names()))
        kinds = table.collect_schema()
        for column in self.columns:
            if column.name in kinds and kinds[column.name].is_nested():
                raise DataError(
                    f"Column {column.name!r} of the {self.what} holds {kinds[column.name]}; one label or number a row "
                    "is needed.",
                    column=column.name,
                )
        numbers = [column.name for column in self.columns if column.kind == "number" and column.name in kinds]
        for name in numbers:
            if not kinds[name].is_numeric():
                raise DataError(
                    f"Column {name!r} of the {self.what} holds {kinds[name]}, not numbers. Convert it first."
                )
        casts = [nw.col(name).cast(nw.Float64) for name in numbers if kinds[name] != nw.Float64]
        return table.with_columns(*casts) if casts else table
