"""A register as a folder of CSV files, one for each kind of record."""

from __future__ import annotations

import csv
from os import PathLike
from pathlib import Path

from hansa.commitments.fields import tables
from hansa.commitments.register import Register
from hansa.commitments.writers.rows import rows_of
from hansa.commitments.writers.whole import write_folder_whole


def write_csv_folder(register: Register, folder: str | PathLike[str]) -> tuple[str, ...]:
    """Write every table (UTF-8 with a byte order mark, so that a spreadsheet sees it is UTF-8); an empty register gives
    the blank forms.

    Raises
    ------
    DataError : a record holds what no reader would take, or the folder holds other files.

    >>> import tempfile
    >>> home = Path(tempfile.mkdtemp()) / "register"
    >>> write_csv_folder(Register(()), home)
    ()
    >>> (home / "session.csv").read_text(encoding="utf-8-sig")
    'id,edition,title,date\\n'
    """
    rows = rows_of(register)

    def write(home: Path) -> None:
        for kind, lines in rows.items():
            with (home / f"{kind}.csv").open("w", encoding="utf-8-sig", newline="") as out:
                csv.writer(out, lineterminator="\n").writerows(lines)

    write_folder_whole(folder, write, [f"{kind}.csv" for kind in tables()])
    return ()
