"""An office in one file: every table as lines of JSON, what they hashed to, and the settings; no secret, no session.

The archive belongs to no kind of database: what SQLite wrote PostgreSQL can take, and the other way round. It is
written by `hansa.office.backup` and brought back by `hansa.office.restoring`.
"""

from __future__ import annotations

import contextlib
import gzip
import hashlib
import json
import os
import tarfile
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any

from hansa.errors import DataError
from hansa.office.configuration import FILE

WHAT, FORM = "hansa office", 1
MANIFEST, LINES = "manifest.json", ".jsonl"
LEVEL = 3  # of gzip: quick, and little larger than at the usual one
LONGEST = 1 << 28  # bytes of a line
BROKEN = (tarfile.TarError, EOFError, zlib.error, OSError)
Row = dict[str, Any]


@dataclass(frozen=True)
class Table:
    """What an archive says of one table: rows, and the SHA-256 of their canonical lines."""

    rows: int
    sha256: str


@dataclass(frozen=True)
class Manifest:
    """What an archive says of itself.

    made : when. version : of Hansa. migrations : by which the tables had come to be as they are. tables : by the name
    of their model. ledger : the number of the last change.
    """

    made: str
    version: str
    migrations: tuple[str, ...]
    tables: Mapping[str, Table]
    ledger: int

    @property
    def rows(self) -> int:
        """How many rows there are in all."""
        return sum(table.rows for table in self.tables.values())


def table_of(rows: Iterable[Row], out: IO[str] | None = None) -> Table:
    """The count and the hash of rows, which are written out on the way where they are to be kept.

    >>> table_of([{"id": 1}]) == table_of([{"id": 1.0}]), table_of([]).rows
    (True, 0)
    """
    count, digest = 0, hashlib.sha256()
    for row in rows:
        if out is not None:
            out.write(json.dumps(row, ensure_ascii=False) + "\n")
        digest.update(canonical(row))
        count += 1
    return Table(count, digest.hexdigest())


def canonical(row: Row) -> bytes:
    """A row as bytes that do not depend on the database: one writes 1e16 where another writes 10000000000000000, and
    keys of what it holds as JSON in another order.

    >>> canonical({"b": 1e16, "a": {"y": 1, "x": None}})
    b'{"a":{"x":null,"y":1},"b":10000000000000000}\\n'
    """
    return json.dumps(_whole(row), sort_keys=True, separators=(",", ":")).encode() + b"\n"


def _whole(value: Any) -> Any:
    kind = type(value)
    if kind is float and value.is_integer():
        return int(value)
    if kind is dict:
        return {name: _whole(inner) for name, inner in value.items()}
    return [_whole(inner) for inner in value] if kind is list else value


def pack(folder: Path, target: Path, manifest: Manifest, settings: Path | None) -> None:
    """One file of the tables in a folder, of what they are and of the office's settings; readable by its owner only."""
    said = {"what": WHAT, "form": FORM, **asdict(manifest)}
    (folder / MANIFEST).write_text(json.dumps(said, indent=1), encoding="utf-8")
    with open(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as raw:
        with gzip.GzipFile("", "wb", LEVEL, raw) as packed, tarfile.open(fileobj=packed, mode="w|") as archive:
            archive.add(folder / MANIFEST, MANIFEST, filter=_nobody)
            if settings is not None:
                archive.add(settings, FILE, filter=_nobody)
            for name in manifest.tables:
                archive.add(folder / f"{name}{LINES}", f"{name}{LINES}", filter=_nobody)
        raw.flush()
        os.fsync(raw.fileno())


def _nobody(entry: tarfile.TarInfo) -> tarfile.TarInfo:
    """An entry without the names that its owner has on this machine."""
    entry.uid = entry.gid = 0
    entry.uname = entry.gname = ""
    entry.mode = 0o600
    return entry


def look_over(path: Path) -> tuple[Manifest, bytes]:
    """Read an archive from end to end, and compare it with what it says of itself: that, and its settings.

    Raises
    ------
    DataError : the file is no such archive, damaged, cut short or of a newer form.
    """
    if not path.is_file():
        raise DataError("There is no such file.", file=path)
    manifest, settings, found = None, b"", {}
    for name, stream in members(path):
        if manifest is None:
            manifest = _manifest(name, stream, path)
        elif name == FILE:
            settings = stream.read(1 << 20)
        else:
            with legible(path):
                found[name.removesuffix(LINES)] = table_of(rows_in(stream, path))
    if manifest is None:
        raise DataError("This is no archive of an office: it is empty.", file=path)
    for name, wanted in manifest.tables.items():
        if found.get(name) != wanted:
            said = f"{found[name].rows:,} rows" if name in found else "nothing"
            raise _damaged(f"of {name!r} it holds {said}, and not the {wanted.rows:,} rows that were written", path)
    return manifest, settings


def members(path: Path) -> Iterator[tuple[str, IO[bytes]]]:
    """The files in an archive, one after the other."""
    with legible(path), tarfile.open(path, "r:gz") as archive:
        for member in archive:
            if (stream := archive.extractfile(member)) is not None:
                yield member.name, stream
        while archive.fileobj is not None and archive.fileobj.read(1 << 20):
            pass  # to the checksum at its end


@contextlib.contextmanager
def legible(path: Path) -> Iterator[None]:
    """Within it, what breaks in the reading of an archive is an error of ours."""
    try:
        yield
    except BROKEN as wrong:
        raise DataError(
            f"This is no archive of an office, or it is damaged or cut short ({wrong}). Take another backup.", file=path
        ) from None


def rows_in(stream: IO[bytes], path: Path) -> Iterator[Row]:
    """The rows of one table of an archive.

    Raises
    ------
    DataError : a line of it is none.
    """
    while line := stream.readline(LONGEST):
        try:
            row = json.loads(line)
        except ValueError:
            raise _damaged("a line of it is no JSON", path) from None
        if not isinstance(row, dict):
            raise _damaged("a line of it is no row", path)
        yield row


def _manifest(name: str, stream: IO[bytes], path: Path) -> Manifest:
    foreign = DataError("This is no archive of an office: 'hansa backup' makes one.", file=path)
    if name != MANIFEST:
        raise foreign
    try:
        with legible(path):
            said = json.loads(stream.read(1 << 20))
        if said.pop("what") != WHAT:
            raise foreign
        if (form := said.pop("form")) != FORM:
            raise DataError(f"The archive has the form {form!r}, of a newer version of Hansa. Install that.", file=path)
        tables = {table: Table(**one) for table, one in said.pop("tables").items()}
        return Manifest(tables=tables, migrations=tuple(said.pop("migrations")), **said)
    except (ValueError, KeyError, TypeError, AttributeError):
        raise foreign from None


def _damaged(how: str, path: Path) -> DataError:
    return DataError(f"The archive is damaged: {how}. Take another backup.", file=path)
