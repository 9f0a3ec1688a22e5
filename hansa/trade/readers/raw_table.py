"""A table as it stands in its file: every cell as text, every row findable by its line."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from os import PathLike
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from hansa import spreadsheet, tables, text_file
from hansa.errors import DataError, UnknownCode
from hansa.files import scratch, sha256
from hansa.provenance import Source

ROW = "__row"
_WORKBOOKS = (".xlsx", ".xlsm")


def name(identifier: str) -> str:
    """A column's name as SQL takes it."""
    return '"' + identifier.replace('"', '""') + '"'


def text(value: str) -> str:
    """A text as SQL takes it."""
    return "'" + value.replace("'", "''") + "'"


def texts(values: Sequence[str]) -> str:
    """Several texts as SQL takes them, for `in`."""
    return f"({', '.join(map(text, values))})"


def rows_of(count: int, total: int | None = None) -> str:
    """A count of rows in words: ``1 row``, ``3 of 1,200 rows``."""
    return f"{count:,} row{'s' * (count != 1)}" if total is None else f"{count:,} of {total:,} rows"


@dataclass(frozen=True)
class RawTable:
    """The rows of a file, lazy and untyped.

    relation : the cells; row n of it is record n of the file.
    source : the file, as errors name it.
    names : name in the file -> column of `relation`.
    line_of : record number from 0 -> line (row, in a workbook) of the file.
    shape : what is done to the rows before they are read (left out, summed), keeping `ROW` where it is there.
    """

    relation: duckdb.DuckDBPyRelation
    source: Path
    names: dict[str, str]
    line_of: Callable[[int], int] = lambda record: record + 1
    notes: tuple[str, ...] = ()
    shape: Callable[[duckdb.DuckDBPyRelation], duckdb.DuckDBPyRelation] = lambda relation: relation
    sheet: str | None = None

    def rows(self, numbered: bool = False) -> duckdb.DuckDBPyRelation:
        """The rows; `numbered` adds the record number (slow, for telling where a fault is)."""
        base = self.relation
        if numbered:
            base = base.select(f"*, row_number() over () - 1 as {name(ROW)}")
        return self.shape(base)

    def column(self, wanted: str) -> str:
        """The column of `relation` that a name means: as written, else in any case.

        Raises
        ------
        DataError : there is none, or more than one.
        """
        if wanted in self.names:
            return self.names[wanted]
        hits = [column for said, column in self.names.items() if said.casefold() == wanted.strip().casefold()]
        if len(hits) == 1:
            return hits[0]
        if hits:
            raise DataError(f"Column {wanted!r} stands twice in the table. Give one another name.", file=self.source)
        raise UnknownCode(
            "column", wanted, self.names, file=self.source, hint=f"The table has {', '.join(map(repr, self.names))}."
        )

    def kind(self, column: str) -> str:
        """Type of a column of `rows()`, as DuckDB names it."""
        rows = self.rows()
        return str(rows.types[rows.columns.index(column)])

    def settled(self, *wanted: str) -> RawTable:
        """The same rows with only these columns (by their names in the file), read once into a working copy.

        Raises
        ------
        DataError : the rows cannot be taken apart.
        """
        names = {said: self.column(said) for said in wanted}
        columns = ", ".join(dict.fromkeys(map(name, names.values())))
        return replace(self, relation=to_parquet(self.relation.select(columns), self.source), names=names)

    def head(self, count: int) -> list[tuple[Any, ...]]:
        """The first rows, as they stand."""
        try:
            return self.rows().limit(count).fetchall()
        except duckdb.Error as trouble:
            raise broken(trouble, self.source) from None

    def error(self, message: str, record: int | None = None, column: str | None = None) -> DataError:
        """A DataError that points into the file."""
        line = None if record is None else self.line_of(record)
        return DataError(message, file=self.source, line=line, column=column)

    def origin(self, said: dict[str, Any], version: str | None = None) -> Source:
        """Where the rows come from: the file and its checksum, with what else is known."""
        known = {"producer": "", "title": self.source.name, "version": version, **said}
        checksum = sha256(self.source) if self.source.is_file() else None
        return Source(**known, checksum=checksum)


def open_raw(
    path: str | PathLike[str],
    *,
    encoding: str | None = None,
    delimiter: str | None = None,
    sheet: str | None = None,
    header_row: int | None = None,
) -> RawTable:
    """The table in a file: CSV or TSV (also packed), Parquet or XLSX, told by its content.

    Raises
    ------
    DataError : there is no such file, it is empty or damaged, or has no table in it.
    """
    place = Path(path)
    if not place.is_file():
        raise DataError("There is no such file.", file=place)
    with place.open("rb") as stream:
        head = stream.read(8)
    if head.startswith(b"PAR1") or place.suffix.lower() in (".parquet", ".pq"):
        return _parquet(place)
    if place.suffix.lower() in (*_WORKBOOKS, ".xls") or head.startswith(spreadsheet.OLD_WORKBOOK):
        return _workbook(place, sheet, header_row)
    return _text(place, encoding, delimiter, header_row)


def from_columns(columns: dict[str, list[Any]], source: Path, notes: tuple[str, ...] = ()) -> RawTable:
    """A table whose cells were taken out of another kind of file (JSON, SDMX); lines are records, from 1."""
    arrow = pa.table(
        {key: pa.array([None if v is None else str(v) for v in values]) for key, values in columns.items()}
    )
    return RawTable(tables.connection().from_arrow(arrow), source, {key: key for key in columns}, notes=notes)


def _parquet(place: Path) -> RawTable:
    try:
        relation = tables.connection().read_parquet(str(place))
        names = {column: column for column in relation.columns}
    except (duckdb.Error, RuntimeError) as trouble:  # RuntimeError: a name of a column that is no text
        raise DataError(
            f"The file is no Parquet file, or one that was cut short ({str(trouble).splitlines()[0]}).", file=place
        ) from None
    return RawTable(relation, place, names)


def _workbook(place: Path, sheet: str | None, header_row: int | None) -> RawTable:
    opened = spreadsheet.open_sheet(place, sheet)
    read = text_file.TextFile(opened.path, place, "utf-8")
    raw = _delimited(read, ",", header_row)
    return replace(raw, notes=(*opened.notes, *raw.notes), sheet=opened.name)


def _text(place: Path, encoding: str | None, delimiter: str | None, header_row: int | None) -> RawTable:
    read = text_file.open_text(place, encoding)
    if header_row is None:
        header_row, titles = text_file.header_line(read)
        if titles:
            note = f"lines above the names of the columns (line {header_row}) are not read"
            read = replace(read, notes=(*read.notes, note))
    sign = delimiter or text_file.delimiter_of(read, header_row - 1)
    return _delimited(read, sign, header_row)


def _delimited(read: text_file.TextFile, sign: str, header_row: int | None) -> RawTable:
    header, skip = _header(read, sign, header_row)
    names: dict[str, str] = {}
    for place, cell in enumerate(header):
        said = cell.strip() or f"column {place + 1}"
        while said in names:  # a name that stands twice is found only by what was added to it
            said += " again"
        names[said] = f"c{place}"
    try:
        relation = tables.connection().read_csv(
            str(read.path),
            header=True,
            skiprows=skip,
            sep=sign,
            quotechar='"',
            escapechar='"',
            columns=dict.fromkeys(names.values(), "VARCHAR"),
            auto_detect=False,
            strict_mode=True,
            encoding="utf-8",
        )
    except duckdb.Error as trouble:
        raise broken(trouble, read.source) from None

    def line_of(record: int) -> int:
        for number, (line, _) in enumerate(read.records(sign, skip)):
            if number == record + 1:
                return line
        return record + skip + 2

    return RawTable(relation, read.source, names, line_of, read.notes)


def _header(read: text_file.TextFile, sign: str, header_row: int | None) -> tuple[list[str], int]:
    """The cells of the header, and how many lines stand before it: the line named, else the first with two cells."""
    if header_row is not None:
        for _, cells in read.records(sign, header_row - 1):
            return cells, header_row - 1
        raise DataError(f"There is no line {header_row}, which should name the columns.", file=read.source)
    for line, cells in read.records(sign):
        if sum(bool(cell.strip()) for cell in cells) > 1:
            return cells, line - 1
    raise DataError("The sheet is empty, or names fewer than two columns.", file=read.source)


def to_parquet(relation: duckdb.DuckDBPyRelation, source: Path) -> duckdb.DuckDBPyRelation:
    """Rows computed once and kept in a working copy in their order, so that memory stays free."""
    path = scratch("rows.parquet")
    try:
        relation.write_parquet(str(path), compression="zstd")
    except duckdb.Error as trouble:
        raise broken(trouble, source) from None
    return tables.connection().read_parquet(str(path))


def broken(trouble: duckdb.Error, source: Path) -> DataError:
    """What DuckDB says of rows that it cannot take apart, in plain words and with the line."""
    said = str(trouble)
    line = int(hit[1]) if (hit := re.search(r"CSV Error on Line: (\d+)", said)) else None
    if cells := re.search(r"Expected Number of Columns: (\d+) Found: (\d+)", said):
        advice = (
            "Is it a footnote? Take it out of the table."
            if cells[2] == "1"
            else "Put a text that holds the delimiter in quotes."
        )
        return DataError(
            f"This row has {cells[2]} cell{'s' * (cells[2] != '1')}, the header {cells[1]}. {advice}",
            file=source,
            line=line,
        )
    if "unterminated quote" in said:
        return DataError("A double quote is left open here.", file=source, line=line)
    return DataError(f"The table cannot be read: {said.splitlines()[0]}.", file=source, line=line)
