"""Tables beside a scenario, in CSV: tariffs and the cost of a corridor, both ways. Mistakes name file and cell."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import fields
from itertools import takewhile
from pathlib import Path

from hansa.errors import DataError, UnknownCode
from hansa.scenario.schedule import CorridorRow, TariffRow
from hansa.text_file import TextFile, delimiter_of, open_text

Row = TariffRow | CorridorRow
OPTIONAL = ("product", "unit_value")
NUMBERS = ("rate", "before", "after", "unit_value")
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")


def read_rows(path: str | Path, kind: type[Row]) -> tuple[Row, ...]:
    """The rows of a table: its first line names the columns, which are the fields of `TariffRow` or `CorridorRow`.

    Parameters
    ----------
    path : CSV with commas, semicolons, tabs or bars, in UTF-8 (or UTF-16 with its mark); lines at the top that begin
        with # are remarks.
    kind : what a row is.

    Raises
    ------
    DataError : the file cannot be read, a column is missing or stands twice, a cell is empty or no number, a row says
        again what an earlier one does.
    UnknownCode : a column that means nothing here; names the nearest.

    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "tariffs.csv"
    >>> _ = path.write_text("origin,destination,rate\\nXBR,XKA,0.05\\n")
    >>> read_rows(path, TariffRow)
    (TariffRow(origin='XBR', destination='XKA', product='', rate=0.05),)
    """
    text = open_text(path)
    if assumed := [note for note in text.notes if note.startswith("encoding assumed")]:
        raise DataError(f"The file is not UTF-8 ({assumed[0].split(';')[0]}). Save it as UTF-8.", file=text.source)
    remarks = len(list(takewhile(lambda line: line.startswith("#"), text.lines())))
    records = text.records(delimiter_of(text, remarks), remarks)
    names: list[str] = []
    found: list[Row] = []
    seen: dict[tuple[str, str, str | None], int] = {}
    for line, cells in records:
        if not any(cell.strip() for cell in cells):
            continue
        if not names:
            names = _header([cell.strip() for cell in cells], kind, text, line)
            continue
        row = _row(names, [cell.strip() for cell in cells], kind, text, line)
        key = (row.origin, row.destination, row.product)
        if key in seen:
            raise DataError(
                f"This says again what line {seen[key]:,} does: from {row.origin} to {row.destination}"
                f"{f' in {row.product}' if row.product else ''}. Keep one of them.",
                file=text.source,
                line=line,
            )
        seen[key] = line
        found.append(row)
    if not found:
        raise DataError("There is no row below the names of the columns.", file=text.source)
    return tuple(found)


def rows_text(rows: tuple[Row, ...]) -> str:
    """The rows as CSV, such that `read_rows` gives them again.

    >>> print(rows_text((TariffRow("XBR", "XKA", "", 0.05),)), end="")
    origin,destination,product,rate
    XBR,XKA,,0.05
    """
    names = [one.name for one in fields(rows[0])]
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(names)
    for row in rows:
        cells = [getattr(row, name) for name in names]
        writer.writerow(["" if cell is None else repr(cell) if isinstance(cell, float) else cell for cell in cells])
    return out.getvalue()


def _header(names: list[str], kind: type[Row], text: TextFile, line: int) -> list[str]:
    known = [one.name for one in fields(kind)]
    for name in names:
        if name not in known:
            hint = f"It may be {', '.join(known)}."
            raise UnknownCode("column of this table", name, known, file=text.source, line=line, hint=hint)
        if names.count(name) > 1:
            raise DataError("This column stands twice.", file=text.source, line=line, column=name)
    if missing := [name for name in known if name not in names and name not in OPTIONAL]:
        raise DataError(
            f"The column {missing[0]!r} is missing. Needed are "
            f"{', '.join(name for name in known if name not in OPTIONAL)}.",
            file=text.source,
            line=line,
        )
    return names


def _row(names: list[str], cells: list[str], kind: type[Row], text: TextFile, line: int) -> Row:
    if len(cells) != len(names):
        raise DataError(
            f"The row has {len(cells)} cells, the line of names {len(names)}. Put a text that holds the sign between "
            "cells in double quotes.",
            file=text.source,
            line=line,
        )
    given = dict(zip(names, cells, strict=True))
    values: dict[str, object] = {"product": ""}
    for name, cell in given.items():
        if not cell and name in OPTIONAL:
            continue
        if not cell:
            raise DataError("The cell is empty.", file=text.source, line=line, column=name)
        values[name] = _number(cell, name, text, line) if name in NUMBERS else cell
    try:
        return kind(**values)  # type: ignore[arg-type]
    except DataError as trouble:
        hit = re.match(r"'(\w+)'", trouble.message)
        column = hit[1] if hit and hit[1] in names else None
        raise DataError(trouble.message, file=text.source, line=line, column=column) from None


def _number(cell: str, name: str, text: TextFile, line: int) -> float:
    if not _NUMBER.fullmatch(cell):
        hint = "Write per cent as a fraction (0.05)." if "%" in cell else "Write it with a decimal point, such as 0.05."
        raise DataError(f"{cell!r} is no number. {hint}", file=text.source, line=line, column=name)
    return float(cell)
