"""A register as a folder of CSV files, one for each kind of record: the most common way to keep one."""

from __future__ import annotations

import hashlib
from os import PathLike
from pathlib import Path

from hansa import files
from hansa.commitments.fields import tables
from hansa.commitments.readers.assemble import Line, Troubles, assemble, places
from hansa.commitments.readers.table import not_read, read_table, table_of
from hansa.commitments.register import Register
from hansa.errors import DataError
from hansa.provenance import Provenance, Source
from hansa.text_file import open_text


def read_csv_folder(folder: str | PathLike[str]) -> Register:
    """The register that a folder holds, whole or not at all.

    Files are called after the kinds (``agreement.csv`` or ``agreements.csv`` ...); missing ones are no trouble, others
    are named in a note. Encoding, sign between cells and decimal mark are found out.

    Raises
    ------
    DataError : there is no such folder, no file of a register in it, or something in them is wrong; all that is wrong
        is listed, with file, line and column.

    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp())
    >>> _ = (folder / "party.csv").write_text("id,name,region\\nbrin,Brinmark,XBR\\n")
    >>> read_csv_folder(folder)["brin"].region
    'XBR'
    """
    home = Path(folder)
    if not home.is_dir():
        raise DataError("There is no such folder.", file=home)
    troubles, notes, digest = Troubles(), [], hashlib.sha256()
    lines: list[Line] = []
    taken: dict[str, Path] = {}
    for path in sorted(home.iterdir()):
        if path.name.startswith("."):
            continue
        kind = table_of(path.stem) if path.is_file() and path.suffix.casefold() == ".csv" else None
        if kind is None:
            notes.append(not_read(path.name))
            continue
        if kind in taken:
            troubles.add(
                DataError(f"{taken[kind].name} holds the same kind of record. Keep one file.", file=path), [kind]
            )
            continue
        taken[kind] = path
        try:
            text = open_text(path)
        except DataError as trouble:
            troubles.add(trouble, [kind])
            continue
        notes += [f"{path.name}: {note}" for note in text.notes]
        lines += read_table(text.path, kind, str(path), troubles)
        digest.update(f"{path.name} {files.sha256(path)}\n".encode())
    if not taken:
        raise DataError(
            f"The folder holds no file of a register. Such files are {', '.join(f'{kind}.csv' for kind in tables())}.",
            file=home,
        )
    source = Source(
        "", f"{home.resolve().name} (register of promises)", checksum=digest.hexdigest()
    )  # of the files in their order
    return Register(assemble(lines, troubles), Provenance((source,)), tuple(notes), places(lines))
