"""Excel workbooks, read in a short-lived child process and handed on as plain CSV.

A workbook from elsewhere may be built to fill the memory of who opens it. Its directory is looked at first, and it is
opened only by a child with a limit on memory, time, rows and columns.
"""

from __future__ import annotations

import csv
import datetime as dt
import json
import os
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import Any

from hansa import child, files
from hansa.errors import DataError, UnknownCode

SECONDS = 60
MEMORY = 1 << 30
ROWS, COLUMNS, CELLS = 1_048_576, 1_000, 20_000_000
LARGEST_UNPACKED = 512 << 20
ALL_SHEETS = ["*"]  # no sheet can be called so: it is a list
OLD_WORKBOOK = bytes.fromhex("d0cf11e0a1b11ae1")


@dataclass(frozen=True)
class Sheet:
    """One sheet as a CSV file (UTF-8, commas; line n is row n of the sheet), and what must be said of it."""

    path: Path
    source: Path
    name: str
    notes: tuple[str, ...] = ()


def open_sheet(path: str | PathLike[str], sheet: str | None = None) -> Sheet:
    """A sheet of an .xlsx workbook.

    Parameters
    ----------
    path : the workbook.
    sheet : its name; may be left out where only one sheet holds anything.

    Raises
    ------
    DataError : no workbook, an old .xls, one that is cut short, would unpack beyond reason, is too large or takes too
        long; or several sheets and none named.
    UnknownCode : no sheet of that name.
    """
    source = _workbook(path)
    target = files.scratch(f"{source.stem}.csv")
    said = _run_child(source, target, sheet)
    if said["failure"] == "sheet":
        if sheet is None:
            raise DataError(
                f"The workbook has several sheets: {', '.join(said['sheets'])}. Say which with sheet=.", file=source
            )
        raise UnknownCode(
            "sheet of the workbook", sheet, said["sheets"], file=source, hint=f"It has {', '.join(said['sheets'])}."
        )
    if said["failure"]:
        raise DataError(f"The workbook cannot be read: {said['failure']}.", file=source)
    notes = ["cells computed by formulas: their stored results were read"] if _has_formulas(source) else []
    return Sheet(target, source, said["sheet"], (f"sheet {said['sheet']!r}", *notes))


def open_sheets(path: str | PathLike[str]) -> list[Sheet]:
    """Every sheet of an .xlsx workbook, in its order, with the line breaks of its cells kept.

    A record of the n-th CSV file is a row of the n-th sheet: with line breaks kept, a line is not always a row.

    Raises
    ------
    DataError : as of `open_sheet`.
    """
    source = _workbook(path)
    target = files.scratch(f"{source.stem}.csv")
    said = _run_child(source, target, ALL_SHEETS)
    if said["failure"]:
        raise DataError(f"The workbook cannot be read: {said['failure']}.", file=source)
    notes = ("cells computed by formulas: their stored results were read",) if _has_formulas(source) else ()
    return [
        Sheet(target.with_suffix(f".{place}.csv"), source, name, notes) for place, name in enumerate(said["sheets"])
    ]


def _workbook(path: str | PathLike[str]) -> Path:
    """The path of what is a workbook by its first bytes and its directory."""
    source = Path(path)
    if not source.is_file():
        raise DataError("There is no such file.", file=source)
    with source.open("rb") as stream:
        if stream.read(8) == OLD_WORKBOOK:
            raise DataError(
                "This is an old .xls or an encrypted workbook. Save it as .xlsx without a password.", file=source
            )
    names = files.check_zip(source, LARGEST_UNPACKED)
    if "[Content_Types].xml" not in names or not any(name.startswith("xl/") for name in names):
        raise DataError("The file is a zip archive, but no .xlsx workbook.", file=source)
    return source


def _run_child(source: Path, target: Path, sheet: str | list[str] | None) -> dict[str, Any]:
    try:
        done = subprocess.run(
            [sys.executable, "-m", "hansa.spreadsheet", str(source), str(target), json.dumps(sheet)],
            env={**os.environ, "PYTHONPATH": child.search_path()},
            capture_output=True,
            timeout=SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise DataError(
            f"Reading the workbook took more than {SECONDS} seconds and was stopped. Give it as CSV.", file=source
        ) from None
    answer = target.with_suffix(".json")
    if done.returncode or not answer.is_file():
        raise DataError(
            f"Reading the workbook broke off (it may need more than {MEMORY >> 20:,} MB). Give it as CSV.", file=source
        )
    plain: dict[str, Any] = json.loads(answer.read_text(encoding="utf-8"))
    return plain


def _has_formulas(source: Path) -> bool:
    with zipfile.ZipFile(source) as archive:
        for name in archive.namelist():
            if not name.startswith("xl/worksheets/"):
                continue
            with archive.open(name) as stream:
                tail = b""
                while chunk := stream.read(1 << 20):
                    if b"<f>" in (joined := tail + chunk) or b"<f " in joined:
                        return True
                    tail = chunk[-3:]
    return False


def _read(source: str, target: str, sheet: str | list[str] | None) -> dict[str, Any]:
    """What the child does: one sheet into a CSV file, or each into its own; answers with names, or with a failure."""
    from python_calamine import CalamineWorkbook  # slow import

    book = CalamineWorkbook.from_path(source)
    names = list(book.sheet_names)
    if sheet == ALL_SHEETS:
        for place, name in enumerate(names):
            if failure := _write(book.get_sheet_by_name(name), Path(target).with_suffix(f".{place}.csv"), lines=True):
                return {"failure": failure}
        return {"failure": "", "sheets": names}
    if sheet is None:
        filled = [name for name in names if book.get_sheet_by_name(name).height] if len(names) > 1 else names
        sheet = filled[0] if len(filled) == 1 else None
    if sheet not in names:
        return {"failure": "sheet", "sheets": names}
    failure = _write(book.get_sheet_by_name(sheet), Path(target))
    return {"failure": failure} if failure else {"failure": "", "sheet": sheet}


def _write(rows: Any, target: Path, *, lines: bool = False) -> str:
    """The rows of a sheet into a CSV file; answers with a failure, or with nothing."""
    if rows.height > ROWS or rows.width > COLUMNS or rows.height * rows.width > CELLS:
        return f"{rows.height:,} rows of {rows.width:,} cells are too many; give it as CSV"
    with target.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, lineterminator="\n")
        for row in rows.to_python(skip_empty_area=False):
            writer.writerow([cell if lines and isinstance(cell, str) else _text(cell) for cell in row])
    return ""


def _text(cell: Any) -> str:
    """A cell as text; whole numbers without a fraction, dates as ISO, line breaks as blanks.

    >>> _text(2022.0), _text(0.1), _text(dt.date(2022, 3, 1)), _text("a\\nb")
    ('2022', '0.1', '2022-03-01', 'a b')
    """
    if isinstance(cell, bool):
        return str(cell).upper()
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    if isinstance(cell, dt.datetime) and cell.time() == dt.time():
        cell = cell.date()
    return cell.isoformat() if isinstance(cell, dt.date | dt.time) else " ".join(str(cell).splitlines())


def _main(source: str, target: str, sheet: str) -> None:
    child.limit(seconds=SECONDS, memory=MEMORY)
    try:
        answer = _read(source, target, json.loads(sheet))
    except MemoryError:
        sys.exit(1)
    except Exception as trouble:  # whatever the parser finds wrong is told, not thrown, across the process
        answer = {"failure": str(trouble).strip().rstrip(".") or type(trouble).__name__}
    Path(target).with_suffix(".json").write_text(json.dumps(answer), encoding="utf-8")


if __name__ == "__main__":
    _main(*sys.argv[1:])
