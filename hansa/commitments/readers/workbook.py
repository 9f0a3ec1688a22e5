"""A register as a workbook: a sheet for each kind of record, with the columns of the CSV files."""

from __future__ import annotations

from os import PathLike
from pathlib import Path

from hansa import files
from hansa.commitments.fields import tables
from hansa.commitments.readers.assemble import Line, Place, Troubles, assemble, places
from hansa.commitments.readers.table import not_read, read_table, table_of
from hansa.commitments.register import Register
from hansa.errors import DataError
from hansa.provenance import Provenance, Source
from hansa.spreadsheet import open_sheets


def read_workbook(path: str | PathLike[str]) -> Register:
    """The register that an .xlsx workbook holds, whole or not at all; sheets of other names are named in a note.

    Raises
    ------
    DataError : no workbook, or one that is damaged or hostile; no sheet of a register; or something in them is wrong:
        all of it is listed, with sheet, row and column.
    """
    troubles, notes = Troubles(), []
    lines: list[Line] = []
    taken: dict[str, str] = {}
    for sheet in open_sheets(path):
        kind = table_of(sheet.name)
        if kind is None:
            notes.append(f"sheet {not_read(sheet.name)}")
            continue
        if kind in taken:
            twice = f"The sheet {taken[kind]!r} holds the same kind of record. Keep one."
            troubles.add(Place(str(path), sheet=sheet.name).error(twice), [kind])
            continue
        taken[kind] = sheet.name
        notes += sheet.notes
        lines += read_table(sheet.path, kind, str(path), troubles, sheet=sheet.name)
    if not taken:
        raise DataError(f"The workbook holds no sheet of a register. Such sheets are {', '.join(tables())}.", file=path)
    source = Source("", Path(path).name, checksum=files.sha256(path))
    return Register(assemble(lines, troubles), Provenance((source,)), tuple(dict.fromkeys(notes)), places(lines))
