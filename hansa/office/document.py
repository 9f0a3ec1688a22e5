"""Reports on pairs as documents: made once for each register, language and circle of readers, then kept as files.

A report takes seconds and the engine meanwhile, so one is made at a time; who asks for more than can wait is told when
to come again. Only the latest are kept.
"""

from __future__ import annotations

import hashlib
import importlib.util
import threading
from collections import OrderedDict
from pathlib import Path

from hansa import tables
from hansa.commitments.register import Register
from hansa.errors import HansaError
from hansa.office.statistics import Statistics
from hansa.office.viewer import office
from hansa.report.partnership import partnership

FORMS = {
    "html": "text/html; charset=utf-8",
    "pdf": "application/pdf",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
KEPT = 200  # files
HELD = 16  # in memory, where the office has no folder
WAITING = 2  # who may wait for a report, the one included for whom it is being made
AGAIN = 15  # seconds after which to ask again


class Busy(HansaError):
    """So many reports are being made that another cannot wait: ask again later."""


def forms() -> tuple[str, ...]:
    """The forms that can be written here: PDF only where typst is installed."""
    return tuple(form for form in FORMS if form != "pdf" or importlib.util.find_spec("typst"))


def tag_of(*asked: object) -> str:
    """What tells one report from others: of which pair, language, register, readers and statistics it is."""
    return hashlib.sha256(repr(asked).encode()).hexdigest()[:40]


def report_of(statistics: Statistics, register: Register, a: str, b: str, language: str, form: str, tag: str) -> bytes:
    """The report on two sides with the promises of a register, kept under its tag.

    Raises
    ------
    Busy : others wait for theirs already.
    HansaError : the office has no statistics, or no report can be made of the two.
    """
    if (kept := _kept(tag, form)) is not None:
        return kept
    store = statistics.figures.store  # says what to do where there is none
    if not _PLACES.acquire(blocking=False):
        raise Busy(f"Other reports are being made. Ask again in {AGAIN} seconds.")
    try:
        with tables.ENGINE:
            if (kept := _kept(tag, form)) is None:
                made = partnership(store, a, b, language=language, register=register)
                for every in forms():  # what takes time is the same for all forms
                    _keep(tag, every, made.document(every))
                kept = _kept(tag, form) or made.document(form)  # the second says what the form lacks
            return kept
    finally:
        _PLACES.release()


_PLACES = threading.BoundedSemaphore(WAITING)
_LOCK = threading.Lock()
_HELD: OrderedDict[str, bytes] = OrderedDict()


def _folder() -> Path | None:
    home = office().home
    return None if home is None else home / "cache" / "reports"


def _kept(tag: str, form: str) -> bytes | None:
    folder = _folder()
    if folder is None:
        with _LOCK:
            return _HELD.get(f"{tag}.{form}")
    try:
        path = folder / f"{tag}.{form}"
        content = path.read_bytes()
        path.touch()  # the least asked for go first
        return content
    except OSError:
        return None


def _keep(tag: str, form: str, content: bytes) -> None:
    folder = _folder()
    if folder is None:
        with _LOCK:
            _HELD[f"{tag}.{form}"] = content
            while len(_HELD) > HELD:
                _HELD.popitem(last=False)
        return
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    arriving = folder / f".{tag}.{form}.{threading.get_ident()}.arriving"
    arriving.write_bytes(content)
    arriving.replace(folder / f"{tag}.{form}")
    for old in _oldest(folder):
        old.unlink(missing_ok=True)


def _oldest(folder: Path) -> list[Path]:
    """The files beyond those that are kept."""
    dated = []
    for path in folder.iterdir():
        try:
            dated.append((path.stat().st_mtime, path))
        except OSError:  # another process was quicker
            continue
    return [path for _, path in sorted(dated, reverse=True)[KEPT:]]
