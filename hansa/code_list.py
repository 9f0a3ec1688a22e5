"""Small code lists in CSV: the shipped ones and a reader's own. Every refusal names file, line and column."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from os import PathLike
from pathlib import Path

from hansa.errors import DataError

SHIPPED = Path(__file__).parent / "data"


@dataclass(frozen=True)
class Row:
    """One line of a code list: where it stands and what its cells say (surrounding blanks removed)."""

    file: str
    line: int
    cells: dict[str, str]

    def __getitem__(self, column: str) -> str:
        return self.cells[column]

    def number(self, column: str, low: float, high: float) -> float | None:
        """The cell as a number between `low` and `high`; None where it is empty."""
        text = self.cells[column]
        if not text:
            return None
        try:
            value = float(text)
        except ValueError:
            raise self.error(
                column, f"{text!r} is no number. Write it with a decimal point, or leave it empty."
            ) from None
        if not low <= value <= high:
            raise self.error(column, f"{text} lies outside {low:g}..{high:g}.")
        return value

    def day(self, column: str, last: bool = False) -> date | None:
        """The cell as a day; None where it is empty.

        A date that is known only to the month or the year ("1994-05", "1994") stands for its first day, or for its
        last day where `last` is set.
        """
        text = self.cells[column]
        if not text:
            return None
        try:
            return first_and_last_day(text)[last]
        except ValueError:
            raise self.error(column, f"{text!r} is no date. Write 2021-06-30, 2021-06 or 2021.") from None

    def error(self, column: str, message: str) -> DataError:
        """A DataError that points at this cell."""
        return DataError(message, file=self.file, line=self.line, column=column)


def first_and_last_day(text: str) -> tuple[date, date]:
    """First and last day of a day, a month or a year written in ISO 8601; raises ValueError for anything else.

    >>> first_and_last_day("2024-02")
    (datetime.date(2024, 2, 1), datetime.date(2024, 2, 29))
    """
    parts = text.split("-")
    if [len(part) for part in parts] not in ([4], [4, 2], [4, 2, 2]):
        raise ValueError(text)
    if len(parts) == 3:
        return (date.fromisoformat(text),) * 2
    year, month = int(parts[0]), int(parts[1]) if len(parts) == 2 else None
    first = date(year, month or 1, 1)
    after = date(year + 1, 1, 1) if month in (None, 12) else date(year, month + 1, 1)
    return first, date.fromordinal(after.toordinal() - 1)


def read_rows(path: str | PathLike[str], required: Sequence[str], optional: Sequence[str] = ()) -> list[Row]:
    """The lines of a comma-separated UTF-8 file with a header; an absent optional column reads as empty.

    Raises
    ------
    DataError : not UTF-8; no line below the header; a required column is missing; a column is unknown or twice;
        a line has more or fewer cells than the header; a required cell is empty.
    """
    name = str(path)
    try:
        text = Path(path).read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise DataError(f"byte {error.start:,} is not UTF-8. Save the file as UTF-8.", file=name) from None
    except OSError as error:
        raise DataError(f"cannot be read: {error.strerror}.", file=name) from None
    if "\0" in text:
        raise DataError("holds a NUL byte; this is no text file.", file=name)
    reader = csv.reader(text.splitlines(keepends=True), strict=True)
    header: list[str] | None = None
    rows: list[Row] = []
    try:
        for cells in reader:
            if not any(cell.strip() for cell in cells):
                continue
            if header is None:
                header = _checked_header([cell.strip() for cell in cells], required, optional, name, reader.line_num)
                continue
            rows.append(_row(cells, header, required, optional, name, reader.line_num))
    except csv.Error as error:
        raise DataError(f"{error}.", file=name, line=reader.line_num) from None
    if not rows:
        raise DataError(f"is empty. It needs a header with {', '.join(required)} and at least one line.", file=name)
    return rows


def _checked_header(
    header: list[str], required: Sequence[str], optional: Sequence[str], name: str, line: int
) -> list[str]:
    known = [*required, *optional]
    missing = [column for column in required if column not in header]
    if missing:
        raise DataError(
            f"column {missing[0]!r} is missing; the header is {', '.join(header)}. "
            f"Needed: {', '.join(required)}. Optional: {', '.join(optional) or 'none'}.",
            file=name,
            line=line,
        )
    for column in header:
        if column not in known:
            raise DataError(f"is not known here. Known: {', '.join(known)}.", file=name, line=line, column=column)
        if header.count(column) > 1:
            raise DataError("stands twice in the header.", file=name, line=line, column=column)
    return header


def _row(
    cells: list[str], header: list[str], required: Sequence[str], optional: Sequence[str], name: str, line: int
) -> Row:
    if len(cells) != len(header):
        raise DataError(
            f"has {len(cells)} cells, the header {len(header)}. Put a text that holds a comma in double quotes.",
            file=name,
            line=line,
        )
    given = dict(zip(header, (cell.strip() for cell in cells), strict=True))
    row = Row(name, line, dict.fromkeys(optional, "") | given)
    for column in required:
        if not row[column]:
            raise row.error(column, "is empty.")
    return row


def shipped(name: str, required: Sequence[str], optional: Sequence[str] = ()) -> list[Row]:
    """The lines of a list that comes with the package (hansa/data)."""
    return read_rows(SHIPPED / name, required, optional)


def refuse_twice(rows: Iterable[Row], *columns: str) -> None:
    """Raise a DataError where two lines have the same cells in `columns`."""
    seen: dict[tuple[str, ...], int] = {}
    for row in rows:
        key = tuple(row[column] for column in columns)
        if key in seen:
            raise row.error(columns[0], f"{', '.join(map(repr, key))} stands on line {seen[key]:,} already. Keep one.")
        seen[key] = row.line
