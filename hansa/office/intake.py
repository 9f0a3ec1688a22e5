"""Files from outside, read in a short-lived child process: the office itself never parses them.

What is a zip archive is refused by its directory, unopened, where it would unpack beyond reason. The child has limits
on memory, processor time and what it writes, no key and no database; it is killed with all that it started when its
time is up, and gives back plain values, of which records are made anew.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import threading
import zipfile
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hansa import files
from hansa.child import limit, search_path
from hansa.commitments.entry import entry_of, record_of
from hansa.commitments.fields import NESTED, columns, fields_of
from hansa.commitments.readers.assemble import Line, Troubles, Unreadable, assemble, places
from hansa.commitments.readers.table import header_of, not_read, read_table, table_of
from hansa.commitments.records import KINDS, Record
from hansa.commitments.register import kind_of
from hansa.errors import DataError, HansaError
from hansa.spreadsheet import OLD_WORKBOOK
from hansa.text_file import open_text

LARGEST = 20_000_000  # bytes of a file
LARGEST_UNPACKED = 200 << 20
LARGEST_ANSWER = 100 << 20
LARGEST_DIRECTORY = 1 << 20  # bytes of the directory of an archive
MOST_FILES = 1_000  # in an archive
MOST_RECORDS = 20_000
SECONDS = 60
MEMORY = 1 << 30
PATIENCE = 20  # seconds that a file waits for others to be read
AT_ONCE = 2  # files that one worker lets be read
FORMS = (".csv", ".zip", ".json", ".xlsx", ".xml")
PACKED = (".zip", ".xlsx")
# What IATI cannot say, or only in part: of a history the first event of a kind that a date can hold.
UNTOLD_BY_IATI = {"party": ("parent", "url"), **dict.fromkeys(("agreement", "programme", "project"), ("history",))}
_END = b"PK\x05\x06"  # where the end of an archive's directory is told
_ROOM = threading.BoundedSemaphore(AT_ONCE)


@dataclass(frozen=True)
class Incoming:
    """What a file holds. places : where each record was read, as of `Register.places`.

    untold : kind -> fields of which the file says nothing (a column or a table that it does not have): they stay as the
    register has them.
    """

    records: tuple[Record, ...]
    places: Mapping[str, str]
    notes: tuple[str, ...]
    untold: Mapping[str, tuple[str, ...]]

    def plain(self) -> dict[str, Any]:
        """The same as JSON can hold it."""
        records = [[kind_of(record), entry_of(record)] for record in self.records]
        return {"records": records, "places": dict(self.places), "notes": list(self.notes), "untold": dict(self.untold)}

    @classmethod
    def of(cls, plain: Mapping[str, Any]) -> Incoming:
        """What plain values hold.

        Raises
        ------
        DataError : they are not what `plain` gives.
        """
        try:
            records = tuple(record_of(kind, entry) for kind, entry in plain["records"])
            places_ = {str(key): str(place) for key, place in plain["places"].items()}
            untold = {str(kind): tuple(map(str, fields)) for kind, fields in plain["untold"].items()}
            return cls(records, places_, tuple(map(str, plain["notes"])), untold)
        except (KeyError, TypeError, ValueError, AttributeError):
            raise DataError("Reading the file gave an answer that makes no sense. Give it in another form.") from None


def read_upload(path: Path, kind: str | None = None, *, seconds: float = SECONDS) -> Incoming:
    """What a file holds: a CSV file of one kind of record, a zip of such, JSON, a workbook or IATI XML.

    Parameters
    ----------
    kind : of the records of a CSV file, where its name does not say it.
    seconds : after which whoever reads it is killed.

    Raises
    ------
    Unreadable : something in it is wrong; all of it is listed, with file, line (or sheet and row) and column.
    DataError : it is none of these, too large, hostile, or takes too long.
    """
    _refuse_form(path)
    if path.suffix.casefold() in PACKED:
        _refuse_archive(path)
    if not _ROOM.acquire(timeout=PATIENCE):
        raise DataError("Other files are being read just now. Try again in a minute.")
    try:
        answer = _asked_of_child(path, kind or "", seconds)
    finally:
        _ROOM.release()
    if "failure" in answer:
        raise DataError(str(answer["failure"]))
    if "faults" in answer:
        readable = Incoming.of(answer)
        faults, ids, blind = (tuple(map(str, answer[name])) for name in ("faults", "ids", "blind"))
        raise Unreadable(faults, readable.records, readable.places, ids, blind)
    return Incoming.of(answer)


def _refuse_form(path: Path) -> None:
    size, suffix = path.stat().st_size, path.suffix.casefold()
    if size > LARGEST:
        raise DataError(
            f"The file has {size / 1e6:,.1f} MB, and at most {LARGEST // 1_000_000} MB are taken. Split it."
        )
    if size == 0:
        raise DataError("The file is empty.")
    with path.open("rb") as stream:
        head = stream.read(8)
    if head == OLD_WORKBOOK:
        raise DataError("This is an old .xls or an encrypted workbook. Save it as .xlsx without a password.")
    if suffix not in FORMS:
        raise DataError(f"A name that ends in {suffix or 'nothing'!r} is none of {', '.join(FORMS)}.")
    packed = head.startswith((b"PK\x03\x04", _END))
    if packed and suffix not in PACKED:
        raise DataError(
            f"The file is a zip archive or a workbook, and its name ends in {suffix}. Name it .zip or .xlsx."
        )
    if not packed and suffix in PACKED:
        raise DataError(f"The name ends in {suffix}, and the file is no such: it does not begin as one.")


def _refuse_archive(path: Path) -> None:
    """Nothing, where the directory of an archive is short and tells nothing that harms."""
    with path.open("rb") as stream:
        stream.seek(max(0, path.stat().st_size - 65_557))
        tail = stream.read()
    place = tail.rfind(_END)
    if place < 0 or len(tail) < place + 22:
        raise DataError("The archive was cut short: its directory is missing. Send it anew.")
    count, size = struct.unpack("<HL", tail[place + 10 : place + 16])
    if count > MOST_FILES or size > LARGEST_DIRECTORY:
        raise DataError(f"The archive holds {count:,} files or more, and at most {MOST_FILES:,} are looked at.")
    for name in files.check_zip(path, LARGEST_UNPACKED):
        if name.startswith(("/", "\\")) or ".." in name.replace("\\", "/").split("/") or ":" in name:
            raise DataError(f"The archive holds a file that would leave its folder: {name[:80]!r}.")
    with zipfile.ZipFile(path) as archive:
        if any(entry.flag_bits & 1 for entry in archive.infolist()):
            raise DataError("The archive is encrypted. Pack it without a password.")


def _asked_of_child(path: Path, kind: str, seconds: float) -> dict[str, Any]:
    folder = Path(tempfile.mkdtemp(prefix="hansa-intake-"))
    answer = folder / "answer.json"
    command = [sys.executable, "-P", "-m", "hansa.office.intake", str(path), kind, str(answer)]
    quiet = subprocess.DEVNULL
    child = subprocess.Popen(
        command,
        env=_environment(folder),
        cwd=folder,
        stdin=quiet,
        stdout=quiet,
        stderr=quiet,
        start_new_session=True,
    )
    try:
        child.wait(seconds)
        if child.returncode or not answer.is_file() or answer.stat().st_size > LARGEST_ANSWER:
            raise DataError(
                "Reading the file broke off: it holds more than a register does, or needs more than "
                f"{MEMORY >> 20:,} MB of memory. Split it, or give it as CSV."
            )
        plain: dict[str, Any] = json.loads(answer.read_bytes())
        return plain
    except subprocess.TimeoutExpired:
        raise DataError(f"Reading the file took more than {seconds:g} seconds and was stopped. Split it.") from None
    finally:
        _end(child)
        shutil.rmtree(folder, ignore_errors=True)


def _end(child: subprocess.Popen[bytes]) -> None:
    """The child and whatever it started are gone."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child.pid, signal.SIGKILL)  # its session is its own
    child.wait()


def _environment(folder: Path) -> dict[str, str]:
    """What the child knows of this machine: where Python finds things, and its own folder; no key, no database."""
    one_thread = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "ARROW_NUM_THREADS"), "1")
    return {"PATH": os.environ.get("PATH", ""), "PYTHONPATH": search_path(), "TMPDIR": str(folder), "HOME": str(folder),
            "LC_ALL": "C.UTF-8", **one_thread}  # fmt: skip


# ---- in the child ---------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class _Table:
    """A table of a register: its text, its kind, what the file is called, and its sheet where it is one."""

    path: Path
    kind: str
    file: str
    sheet: str = ""


def _read(path: Path, kind: str) -> Incoming:
    suffix = path.suffix.casefold()
    if suffix == ".json":
        from hansa.commitments.readers.json_file import read_json  # slow import

        register = read_json(path)
        return Incoming(register.records, register.places, register.notes, {})
    if suffix == ".xml":
        from hansa.commitments.readers.iati import read_iati  # optional dependency

        register = read_iati(path)
        return Incoming(register.records, register.places, register.notes, UNTOLD_BY_IATI)
    troubles, notes = Troubles(), list[str]()
    tables = list(_TABLES[suffix](path, kind, troubles, notes))
    return _assembled(tables, troubles, notes)


def _of_file(path: Path, kind: str, troubles: Troubles, notes: list[str]) -> Iterator[_Table]:
    """A CSV file of one kind of record."""
    known = kind or table_of(path.stem)
    if known is None:
        raise DataError(f"The name {path.name!r} does not say what its rows are. Choose the kind of record.")
    if known not in KINDS:
        raise DataError(f"A table of {known}s belongs to the records that it tells of: send both in one zip.")
    text = open_text(path)
    notes += text.notes
    yield _Table(text.path, known, path.name)


def _of_zip(path: Path, kind: str, troubles: Troubles, notes: list[str]) -> Iterator[_Table]:
    """The CSV files of a zip, of any folder in it."""
    taken: dict[str, str] = {}
    with zipfile.ZipFile(path) as archive:
        for entry in archive.infolist():
            name = Path(entry.filename)
            if entry.is_dir() or name.name.startswith((".", "__")) or "__MACOSX" in name.parts:
                continue
            known = table_of(name.stem) if name.suffix.casefold() == ".csv" else None
            if known is None:
                notes.append(not_read(name.name))
                continue
            if known in taken:
                raise DataError(f"{taken[known]} and {entry.filename} hold the same kind of record. Keep one of them.")
            taken[known] = entry.filename
            target = files.scratch(name.name)
            with archive.open(entry) as stream:
                files.copy_capped(stream, target, path)
            try:
                text = open_text(target)
            except DataError as trouble:
                troubles.add(trouble, [known])
                continue
            notes += [f"{name.name}: {note}" for note in text.notes]
            yield _Table(text.path, known, name.name)
    if not taken:
        named = ", ".join(f"{one}.csv" for one in KINDS)
        raise DataError(f"The archive holds no table of a register, such as {named}.")


def _of_workbook(path: Path, kind: str, troubles: Troubles, notes: list[str]) -> Iterator[_Table]:
    """The sheets of a workbook."""
    from hansa.spreadsheet import open_sheets  # slow import

    taken: dict[str, str] = {}
    for sheet in open_sheets(path):
        known = table_of(sheet.name)
        if known is None:
            notes.append(f"sheet {not_read(sheet.name)}")
            continue
        if known in taken:
            raise DataError(f"The sheets {taken[known]!r} and {sheet.name!r} hold the same kind of record. Keep one.")
        taken[known] = sheet.name
        notes += sheet.notes
        yield _Table(sheet.path, known, path.name, sheet.name)
    if not taken:
        raise DataError(f"The workbook holds no sheet of a register. Such sheets are {', '.join(KINDS)}.")


_TABLES = {".csv": _of_file, ".zip": _of_zip, ".xlsx": _of_workbook}


def _assembled(tables: Collection[_Table], troubles: Troubles, notes: list[str]) -> Incoming:
    lines: list[Line] = []
    told: dict[str, list[str]] = {}
    for table in tables:
        lines += read_table(table.path, table.kind, table.file, troubles, sheet=table.sheet)
        told[table.kind] = header_of(table.path, table.kind, sheet=table.sheet)
    untold = {kind: _untold(kind, told) for kind in told if kind in KINDS}
    return Incoming(assemble(lines, troubles), places(lines), tuple(dict.fromkeys(notes)), untold)


def _untold(kind: str, told: Mapping[str, Collection[str]]) -> tuple[str, ...]:
    """The fields of a kind that no column and no table of the file tells."""
    plain = [column.name for column in columns(kind) if column.name not in told[kind]]
    return (*plain, *(one.name for one in fields_of(kind) if one.nested and NESTED[one.name][0] not in told))


def _limit() -> None:
    limit(seconds=SECONDS, memory=MEMORY, written=2 * LARGEST_UNPACKED)


def _main(path: str, kind: str, answer: str) -> None:
    _limit()
    try:
        found = _read(Path(path), kind)
        if len(found.records) > MOST_RECORDS:
            raise DataError(f"The file holds {len(found.records):,} records, and at most {MOST_RECORDS:,} are taken.")
        plain = found.plain()
    except MemoryError:
        sys.exit(1)
    except Unreadable as wrong:
        faults = [_without_folders(fault, Path(path)) for fault in wrong.faults]
        readable = Incoming(wrong.records[:MOST_RECORDS], wrong.places, (), {})
        plain = {**readable.plain(), "faults": faults, "ids": sorted(wrong.ids), "blind": sorted(wrong.blind)}
    except HansaError as wrong:
        plain = {"failure": _without_folders(str(wrong), Path(path))}
    except Exception as trouble:  # whatever the parsers find wrong is told, not thrown, across the process
        plain = {"failure": f"The file cannot be read ({type(trouble).__name__}). Is it damaged?"}
    Path(answer).write_text(json.dumps(plain), encoding="utf-8")


def _without_folders(message: str, path: Path) -> str:
    """A message that names the file as its sender does."""
    plain = message.replace(f"{path.parent}{os.sep}", "")
    scratch = os.environ.get("TMPDIR", "")
    words = plain.split(" ")
    return " ".join(Path(word).name if scratch and word.startswith(scratch) else word for word in words)


if __name__ == "__main__":
    _main(*sys.argv[1:])
