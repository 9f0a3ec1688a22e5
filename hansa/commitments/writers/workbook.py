"""A register as a workbook: a sheet for each kind of record. No text in it is a formula, or becomes one."""

from __future__ import annotations

import datetime
import io
from os import PathLike
from pathlib import Path
from typing import Any

import xlsxwriter

from hansa.commitments.register import Register
from hansa.commitments.writers.rows import rows_of
from hansa.commitments.writers.whole import write_whole
from hansa.errors import DataError

LONGEST_CELL = 32_767
_EPOCH = datetime.datetime(2000, 1, 1)  # noqa: DTZ001  a workbook must carry a date without a zone; this one says nothing
_OPTIONS = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}


def write_workbook(register: Register, path: str | PathLike[str]) -> tuple[str, ...]:
    """Write every table as a sheet.

    Raises
    ------
    DataError : a record holds what no reader would take, or a text is too long for a cell (32,767 letters).
    """
    rows = rows_of(register)
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, _OPTIONS)
    book.set_properties({"title": "Register", "author": "Hansa", "created": _EPOCH})
    bold = book.add_format({"bold": True})
    for kind, lines in rows.items():
        sheet = book.add_worksheet(kind)
        sheet.freeze_panes(1, 0)
        sheet.set_column(0, len(lines[0]) - 1, 18)
        for row, cells in enumerate(lines):
            for place, cell in enumerate(cells):
                _write(sheet, row, place, cell, bold if row == 0 else None)
    book.close()

    def write(target: Path) -> None:
        target.write_bytes(out.getvalue())

    write_whole(path, write)
    return ()


def _write(sheet: Any, row: int, place: int, cell: str | float, style: Any) -> None:
    if isinstance(cell, str):
        if len(cell.encode("utf-16-le")) > 2 * LONGEST_CELL:
            raise DataError(
                f"The text {cell[:40]!r}... is longer than a cell of a workbook can hold ({LONGEST_CELL:,}). Write CSV."
            )
        if cell:
            sheet.write_string(row, place, cell, style)
    elif float(f"{cell:.16G}") != cell:  # a workbook holds sixteen digits; the seventeenth is kept as text
        sheet.write_string(row, place, repr(cell), style)
    else:
        sheet.write_number(row, place, cell, style)
