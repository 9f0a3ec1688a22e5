"""Downloads and working copies. The only file of Hansa that may touch the network.

What `get` knows stands in hansa/data/sources.toml. A checksum is pinned there only where one was published; otherwise
it is written down at the first download, in a file beside the data, and a later difference is refused until asked for.
"""

from __future__ import annotations

import atexit
import hashlib
import logging
import shutil
import tempfile
import tomllib
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from functools import cache
from gzip import GzipFile
from os import PathLike
from pathlib import Path
from typing import IO, Any

from hansa.errors import DataError, HansaError, UnknownCode

CATALOGUE = Path(__file__).parent / "data" / "sources.toml"
RECORD = "downloads.toml"
LARGEST_UNPACKED = 16 << 30
LARGEST_RATIO = 200
_SMALL = 64 << 20
_TIMEOUT = 60


@dataclass(frozen=True)
class Download:
    """One file that `get` knows: where it is, whose it is, and how it is read.

    sha256 : only where one was published for this very file.
    reader : name of the reader that takes it ("baci", "flat" ...), empty where it is not a table.
    """

    name: str
    producer: str
    title: str
    url: str
    licence: str = ""
    sha256: str = ""
    file: str = ""
    reader: str = ""
    note: str = ""

    @property
    def saved_as(self) -> str:
        """Name of the file on disk."""
        return self.file or self.url.rstrip("/").split("/")[-1].split("?")[0]


def catalogue(path: str | PathLike[str] | None = None) -> dict[str, Download]:
    """What can be fetched by name, from the shipped list or one of your own (TOML, a table for each name).

    Raises
    ------
    DataError : the list cannot be read, or an entry lacks producer, title or url, or has a field that is not known.

    >>> all(download.url.startswith("http") for download in catalogue().values())
    True
    """
    place = Path(path) if path else CATALOGUE
    try:
        plain = tomllib.loads(place.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as trouble:
        raise DataError(f"The list of sources cannot be read ({trouble}).", file=place) from None
    known = {field.name for field in fields(Download)} - {"name"}
    found = {}
    for name, entry in plain.items():
        if not isinstance(entry, dict) or not {"producer", "title", "url"} <= set(entry):
            raise DataError(f"The entry {name!r} needs producer, title and url.", file=place)
        if strange := set(entry) - known:
            raise UnknownCode("field of a source", min(strange), known, file=place)
        if not str(entry["url"]).startswith(("https://", "http://")):
            raise DataError(f"The entry {name!r} has no http address: {entry['url']!r}.", file=place)
        found[name] = Download(name, **entry)
    return found


def get(
    name: str,
    folder: str | PathLike[str],
    *,
    update: bool = False,
    sources: str | PathLike[str] | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Path:
    """A file fetched by name into a folder, once; the path where it lies.

    Parameters
    ----------
    name : as in the catalogue.
    folder : made if absent; ``downloads.toml`` in it keeps address, checksum and day of every file, also of one that
        lay there already.
    update : fetch anew, and take what comes though it differs from the last time.
    sources : a catalogue of your own instead of the shipped one.
    progress : told bytes so far and in all (0 where the server does not say).

    Raises
    ------
    UnknownCode : no such name.
    DataError : the file differs from the checksum that was published, or written down at the first download.
    HansaError : the server cannot be reached, or refuses.
    """
    known = catalogue(sources)
    if name not in known:
        raise UnknownCode("source", name, known, hint=f"Known: {', '.join(sorted(known))}.")
    download, home = known[name], Path(folder)
    home.mkdir(parents=True, exist_ok=True)
    recorded = _recorded(home).get(download.saved_as, {})
    expected = download.sha256 or ("" if update else recorded.get("sha256", ""))
    path = home / download.saved_as
    if path.is_file() and not update:
        found = sha256(path)
        if expected and found != expected:
            raise _differs(download, path, expected, found, pinned=bool(download.sha256))
        if not recorded:
            _record(home, download, found)
        return path
    return _fetch(download, home, expected, progress)


def _fetch(download: Download, home: Path, expected: str, progress: Callable[[int, int], None] | None) -> Path:
    import pooch  # type: ignore[import-untyped]  # slow import

    pooch.get_logger().setLevel(logging.ERROR)
    fetch = pooch.HTTPDownloader(timeout=_TIMEOUT, progressbar=_Meter(progress) if progress else False)
    arriving = f".{download.saved_as}.arriving"
    (home / arriving).unlink(missing_ok=True)
    try:
        pooch.retrieve(download.url, known_hash=None, fname=arriving, path=home, downloader=fetch)
    except OSError as trouble:  # every error of the network is one
        raise HansaError(
            f"{download.name!r} could not be fetched from {download.url}: {trouble}. "
            "Try again later, or fetch it by hand and give the file."
        ) from None
    try:
        found = sha256(home / arriving)
        if expected and found != expected:
            raise _differs(download, home / download.saved_as, expected, found, pinned=bool(download.sha256))
        (home / arriving).replace(home / download.saved_as)
    finally:
        (home / arriving).unlink(missing_ok=True)
    _record(home, download, found)
    return home / download.saved_as


def _differs(download: Download, path: Path, expected: str, found: str, *, pinned: bool) -> DataError:
    whose = "published" if pinned else "written down at the first download"
    way_out = (
        "Fetch it from another place, or ask its producer." if pinned else "If the producer revised it: update=True."
    )
    return DataError(
        f"{download.name!r} is not the file it was: its sha256 is {found[:16]}..., the one {whose} {expected[:16]}.... "
        + way_out,
        file=path,
    )


def _recorded(home: Path) -> dict[str, dict[str, Any]]:
    record = home / RECORD
    if not record.is_file():
        return {}
    try:
        return tomllib.loads(record.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as trouble:
        raise DataError(
            f"The record of downloads cannot be read ({trouble}). Mend or remove it.", file=record
        ) from None


def _record(home: Path, download: Download, checksum: str) -> None:
    entries = _recorded(home)
    today = datetime.now(UTC).date().isoformat()
    entries[download.saved_as] = {"name": download.name, "url": download.url, "sha256": checksum, "retrieved": today}
    lines = ["# What was fetched into this folder, and the checksum it had."]
    for file, entry in sorted(entries.items()):
        lines += ["", f"[{quoted(file)}]", *(f"{key} = {quoted(str(value))}" for key, value in entry.items())]
    arriving = home / f".{RECORD}"
    arriving.write_text("\n".join(lines) + "\n", encoding="utf-8")
    arriving.replace(home / RECORD)


def quoted(text: str) -> str:
    r"""A text as TOML writes it.

    >>> print(quoted('say "yes"\n'))
    "say \"yes\"\n"
    """
    plain = (
        text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\r", "\\r").replace("\t", "\\t")
    )
    return f'"{plain}"'


class _Meter:
    """What pooch asks of a progress bar, handed on as two numbers."""

    def __init__(self, tell: Callable[[int, int], None]) -> None:
        self.total, self.done, self._tell = 0, 0, tell

    def update(self, size: int) -> None:
        """So many bytes more."""
        self.done += size
        self._tell(self.done, self.total)

    def reset(self) -> None:
        """From the start (pooch calls it before the end)."""
        self.done = 0

    def close(self) -> None:
        """No more."""


def sha256(path: str | PathLike[str]) -> str:
    """Checksum of a file, in hexadecimal."""
    with Path(path).open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


@cache
def _scratch() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="hansa-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def scratch(name: str) -> Path:
    """A new path for a working copy, in a folder that goes when the program ends."""
    return Path(tempfile.mkdtemp(dir=_scratch())) / name


def check_zip(path: str | PathLike[str], largest: int = LARGEST_UNPACKED, ratio: int = LARGEST_RATIO) -> list[str]:
    """Names of the files in a zip, which is refused by its directory, unopened, where it would unpack beyond reason.

    Raises
    ------
    DataError : no zip, cut short, unpacks to more than `largest` bytes, or to more than `ratio` times its size.
    """
    place = Path(path)
    if not place.is_file():
        raise DataError("There is no such file.", file=place)
    try:
        with zipfile.ZipFile(place) as archive:
            entries = archive.infolist()
    except zipfile.BadZipFile as trouble:
        raise DataError(f"The file is no zip archive, or one that was cut short ({trouble}).", file=place) from None
    size, packed = sum(entry.file_size for entry in entries), max(place.stat().st_size, 1)
    if size > largest or (size > _SMALL and size / packed > ratio):
        raise DataError(
            f"The archive would unpack to {size:,} bytes, {size / packed:,.0f} times its size, and is refused "
            f"(at most {largest:,} bytes and {ratio} times). Give the table as CSV or Parquet.",
            file=place,
        )
    return [entry.filename for entry in entries if not entry.is_dir()]


def copy_capped(stream: IO[bytes] | GzipFile, target: Path, source: Path) -> None:
    """Write out what is being unpacked, and stop where it grows beyond what `check_zip` allows."""
    cap = max(_SMALL, min(LARGEST_UNPACKED, LARGEST_RATIO * source.stat().st_size))
    written = 0
    with target.open("wb") as out:
        while chunk := stream.read(1 << 20):
            written += len(chunk)
            if written > cap:
                raise DataError(
                    f"The file unpacks to more than {cap:,} bytes and is refused. Unpack it yourself if you trust it.",
                    file=source,
                )
            out.write(chunk)
