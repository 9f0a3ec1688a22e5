"""An archive of tables: a folder of immutable Parquet files and one manifest.

A table is whole or absent. It is written beside, forced to disk, renamed into place, and becomes visible only when a
new manifest is renamed over the old one; a process killed at any moment leaves the former state. Nothing is ever
overwritten, so that what was known on a given day can be asked again.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import itertools
import json
import os
import re
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import duckdb
import narwhals.stable.v2 as nw
import pyarrow as pa
import pyarrow.parquet as pq

from hansa import tables
from hansa.errors import DataError, UnknownCode

FORMAT = 1
MODES = ("replace", "append")
_MANIFEST = "manifest.json"
_NAME = re.compile(r"\w[\w.-]{0,79}")


@dataclass(frozen=True)
class Entry:
    """One table that was published: what it is, when it was known, and the file that holds it.

    vintage : the day from which these figures were known (ISO date).
    mode : ``replace`` (this is the whole dataset from then on) or ``append`` (rows beside the former ones).
    meta : plain facts (unit, classification, provenance ...).
    """

    kind: str
    name: str
    vintage: str
    mode: str
    file: str
    rows: int
    sha256: str
    published: str
    meta: Mapping[str, Any] = field(default_factory=dict)


class Archive:
    """The folder as it is now. Make a new one with `Archive.create`.

    >>> import tempfile
    >>> archive = Archive.create(Path(tempfile.mkdtemp()) / "store")
    >>> entry = archive.publish(pa.table({"a": [1]}), kind="flows", name="demo", vintage="2024-01-31")
    >>> archive.find("flows", "demo")[0].rows
    1
    """

    def __init__(self, folder: str | os.PathLike[str]) -> None:
        self.folder = Path(folder)
        if not (self.folder / _MANIFEST).is_file():
            raise DataError(
                "There is no store here (no manifest.json). Make one with 'hansa store create FOLDER', or name the "
                "folder of an existing one.",
                file=folder,
            )

    @classmethod
    def create(cls, folder: str | os.PathLike[str]) -> Archive:
        """The archive in `folder`, made if it is not there yet."""
        path = Path(folder)
        if path.exists() and not path.is_dir():
            raise DataError("A store is a folder, and this is a file.", file=folder)
        path.mkdir(parents=True, exist_ok=True)
        if not (path / _MANIFEST).is_file():
            if any(path.iterdir()) and not (path / ".lock").exists():
                raise DataError("The folder is not empty and holds no store. Name an empty or new folder.", file=folder)
            with _locked(path):
                if not (path / _MANIFEST).is_file():
                    _write_manifest(path, [])
        return cls(path)

    @classmethod
    def discard_empty(cls, folder: str | os.PathLike[str]) -> None:
        """Take away a store in which nothing was ever published, and nothing is being written."""
        path = Path(folder)
        if not (path / _MANIFEST).is_file() or cls(path).entries():
            return
        with contextlib.suppress(OSError):
            if (path / "files").exists():
                (path / "files").rmdir()  # refuses while a file is in it
            for name in (_MANIFEST, ".writing", ".lock"):
                (path / name).unlink(missing_ok=True)
            path.rmdir()

    def entries(self) -> list[Entry]:
        """Everything that was ever published, in order."""
        try:
            plain = json.loads((self.folder / _MANIFEST).read_text(encoding="utf-8"))
            if plain["format"] != FORMAT:
                raise DataError(f"The store has format {plain['format']}; this Hansa reads {FORMAT}.", file=self.folder)
            return [Entry(**entry) for entry in plain["entries"]]
        except (ValueError, KeyError, TypeError) as broken:
            raise DataError(
                f"The manifest of the store is damaged ({broken}).", file=self.folder / _MANIFEST
            ) from broken

    def publish(
        self,
        table: pa.Table | nw.LazyFrame[Any],
        *,
        kind: str,
        name: str,
        vintage: str | None = None,
        mode: str = "replace",
        meta: Mapping[str, Any] | None = None,
        refuse: Callable[[list[Entry]], None] | None = None,
    ) -> Entry:
        """Write a table and make it visible, whole or not at all.

        Parameters
        ----------
        table, kind, name, vintage, mode, meta : as in `Entry`; today's vintage by default.
        refuse : called with the entries in force beside the new one, while no other writer can publish; raises to
            refuse it.

        Raises
        ------
        DataError : there is no such mode, the vintage is no date, or `name` does not do for a file.
        """
        if mode not in MODES:
            raise DataError(f"An import can {' or '.join(MODES)}, not {mode!r}.")
        if not _NAME.fullmatch(name):
            raise DataError(f"{name!r} is no name for a dataset. Use up to 80 letters, digits, -, _ and dots.")
        day = iso_day(vintage) if vintage else datetime.now(UTC).date().isoformat()
        files = self.folder / "files"
        files.mkdir(exist_ok=True)
        final = files / f"{kind.replace(' ', '-')}-{name}-{day}-{uuid.uuid4().hex[:12]}.parquet"
        with _locked(self.folder, ".writing", shared=True):
            return self._publish(
                table, final, Entry(kind, name, day, mode, f"files/{final.name}", 0, "", ""), meta, refuse
            )

    def _publish(
        self,
        table: pa.Table | nw.LazyFrame[Any],
        final: Path,
        entry: Entry,
        meta: Mapping[str, Any] | None,
        refuse: Callable[[list[Entry]], None] | None,
    ) -> Entry:
        partial = final.with_name(f".{final.name}.part")
        try:
            rows = _write_parquet(table, partial)
            digest = _sha256(partial)
            os.replace(partial, final)
            _sync(final.parent)
            with _locked(self.folder):
                entries, now = self.entries(), datetime.now(UTC).isoformat(timespec="milliseconds")
                whole = replace(entry, rows=rows, sha256=digest, published=now, meta=dict(meta or {}))
                if refuse:
                    refuse(_beside(entries, whole))
                _write_manifest(self.folder, [*entries, whole])
        except BaseException:
            partial.unlink(missing_ok=True)
            if entry.file not in {published.file for published in self.entries()}:
                final.unlink(missing_ok=True)
            raise
        return whole

    def find(self, kind: str, name: str, as_of: str | None = None) -> list[Entry]:
        """The entries that together were the dataset on a day (today, where none is given).

        Raises
        ------
        UnknownCode : there is no such dataset.
        DataError : none of it was known yet on that day.
        """
        mine = [entry for entry in self.entries() if (entry.kind, entry.name) == (kind, name)]
        if not mine:
            known = sorted({entry.name for entry in self.entries() if entry.kind == kind})
            raise UnknownCode(
                f"{kind} dataset of this store",
                name,
                known,
                hint=f"It holds: {', '.join(known) or 'none'}.",
                file=self.folder,
            )
        known_then = mine
        if as_of is not None:
            day = iso_day(as_of)
            known_then = [entry for entry in mine if entry.vintage <= day]
            if not known_then:
                first = min(entry.vintage for entry in mine)
                raise DataError(
                    f"Nothing of {name!r} was known on {day} yet; its first vintage is {first}.", file=self.folder
                )
        return _since_replaced(sorted(known_then, key=lambda entry: entry.vintage))

    def table(self, entries: list[Entry]) -> nw.LazyFrame[Any]:
        """The rows of these entries, lazy."""
        paths = [self.folder / entry.file for entry in entries]
        if absent := [path for path in paths if not path.is_file()]:
            raise DataError(
                "The manifest names this file, but it is gone. Restore it from a backup, or import it again.",
                file=absent[0],
            )
        relation = tables.connection().read_parquet([str(path) for path in paths], union_by_name=True)
        return nw.from_native(relation)

    def damaged(self) -> list[str]:
        """Files that are absent or whose bytes have changed since they were published."""
        return [
            entry.file
            for entry in self.entries()
            if not (self.folder / entry.file).is_file() or _sha256(self.folder / entry.file) != entry.sha256
        ]

    def sweep(self) -> int:
        """Delete files that no manifest names (left by killed imports); gives their number.

        Waits until running imports are through.
        """
        with _locked(self.folder, ".writing"):
            named = {entry.file for entry in self.entries()}
            written = (self.folder / "files").glob("*")  # also those that begin with a dot
            loose = [path for path in written if f"files/{path.name}" not in named]
            loose += self.folder.glob(f".{_MANIFEST}.*.part")
            for path in loose:
                path.unlink(missing_ok=True)
        return len(loose)


def _beside(entries: list[Entry], new: Entry) -> list[Entry]:
    """The entries that are the dataset together with `new`, on the day it is known from or later."""
    mine = [entry for entry in entries if (entry.kind, entry.name) == (new.kind, new.name)]
    before = [entry for entry in mine if entry.vintage <= new.vintage]
    after = [entry for entry in mine if entry.vintage > new.vintage]
    before = [] if new.mode == "replace" else _since_replaced(sorted(before, key=lambda entry: entry.vintage))
    after = sorted(after, key=lambda entry: entry.vintage)
    return before + list(itertools.takewhile(lambda entry: entry.mode != "replace", after))


def _since_replaced(entries: list[Entry]) -> list[Entry]:
    """From the last entry on that replaced the dataset."""
    start = max((place for place, entry in enumerate(entries) if entry.mode == "replace"), default=0)
    return entries[start:]


def iso_day(text: str) -> str:
    """A day given as text, as the archive writes it.

    Raises
    ------
    DataError : it is none.

    >>> iso_day("2024-01-31")
    '2024-01-31'
    """
    try:
        return date.fromisoformat(str(text)).isoformat()
    except ValueError as refusal:
        raise DataError(f"{text!r} is no date. Write year-month-day, such as 2024-01-31.") from refusal


def _write_parquet(table: pa.Table | nw.LazyFrame[Any], path: Path) -> int:
    if isinstance(table, pa.Table):
        pq.write_table(table, path, compression="zstd")
    elif isinstance(native := table.to_native(), duckdb.DuckDBPyRelation):
        native.write_parquet(str(path), compression="zstd")
    else:
        table.sink_parquet(path)
    with open(path, "rb+") as written:
        os.fsync(written.fileno())
    return pq.read_metadata(path).num_rows


def _write_manifest(folder: Path, entries: list[Entry]) -> None:
    partial = folder / f".{_MANIFEST}.{uuid.uuid4().hex[:8]}.part"
    with open(partial, "w", encoding="utf-8") as out:
        json.dump(
            {"format": FORMAT, "entries": [asdict(entry) for entry in entries]}, out, ensure_ascii=False, indent=1
        )
        out.flush()
        os.fsync(out.fileno())
    os.replace(partial, folder / _MANIFEST)
    _sync(folder)


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _sha256(path: Path) -> str:
    with open(path, "rb") as read:
        return hashlib.file_digest(read, "sha256").hexdigest()


@contextlib.contextmanager
def _locked(folder: Path, name: str = ".lock", *, shared: bool = False) -> Iterator[None]:
    """One writer at a time (or several that share); the lock of a killed process is released by the system."""
    with open(folder / name, "a") as lock:
        fcntl.flock(lock, fcntl.LOCK_SH if shared else fcntl.LOCK_EX)
        yield
