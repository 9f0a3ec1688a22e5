"""How often somebody may ask: counted in the office's folder, where all of its worker processes count together.

An office without a folder (in tests, or all in memory) is one process, and counts there.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from ipaddress import ip_address
from pathlib import Path
from typing import IO, Any

from django.core.cache import cache as in_memory
from django.core.cache.backends.base import BaseCache
from django.core.cache.backends.filebased import FileBasedCache
from rest_framework.throttling import BaseThrottle, ScopedRateThrottle

from hansa.errors import HansaError
from hansa.office.viewer import office

MOST = 2_000  # callers whose questions are counted at one time; beyond that some are forgotten
TAKEN = "Something else that you asked is being answered. Wait for that answer, then ask again."
_LOCK = threading.Lock()
_ASKING: set[str] = set()


class SharedRate(ScopedRateThrottle):
    """The rate of a kind of question, over all worker processes of this machine."""

    @property
    def cache(self) -> BaseCache:  # type: ignore[override]
        """Where the questions of the last minute are noted."""
        home = office().home
        return _counts(home / "cache" / "rates") if home else in_memory

    def allow_request(self, request: Any, view: Any) -> bool:
        """Whether somebody may ask once more; who asks meanwhile is counted after."""
        with _in_turn():
            allowed: bool = super().allow_request(request, view)
        return allowed


def address_of(request: Any) -> str:
    """Where somebody asks from, as rates count them: by the word of the server before the office, where there is one,
    since all of its requests come from one address.
    """
    told = str(BaseThrottle().get_ident(request))
    try:
        return str(ip_address(told))
    except ValueError:  # no address: a proxy that is not set up as it should be
        return str(request.META.get("REMOTE_ADDR", ""))


class Taken(HansaError):
    """Somebody has asked something already that they may ask once at a time."""


@contextmanager
def alone(asker: str) -> Iterator[None]:
    """Within it `asker` asks something, and nothing else at once, of whatever worker process.

    Raises
    ------
    Taken : they are asking already.
    """
    folder = _folder("asking")
    if folder is None:
        with _alone_here(asker):
            yield
        return
    path = folder / hashlib.sha256(asker.encode()).hexdigest()
    file = _locked(path)
    try:
        yield
    finally:
        path.unlink(missing_ok=True)
        file.close()  # which opens the lock; so does the end of the process


def _locked(path: Path) -> IO[bytes]:
    """A file that this one alone holds; one that another has just removed is made anew."""
    while True:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        file = path.open("ab")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if path.stat().st_ino == os.fstat(file.fileno()).st_ino:
                return file
        except BlockingIOError:
            file.close()
            raise Taken(TAKEN) from None
        except FileNotFoundError:
            pass
        file.close()


@contextmanager
def _alone_here(asker: str) -> Iterator[None]:
    with _LOCK:
        if asker in _ASKING:
            raise Taken(TAKEN)
        _ASKING.add(asker)
    try:
        yield
    finally:
        with _LOCK:
            _ASKING.discard(asker)


@contextmanager
def _in_turn() -> Iterator[None]:
    """One counts at a time, in all processes: reading a count and writing it are two steps."""
    folder = _folder()
    if folder is None:
        with _LOCK:
            yield
        return
    with (folder / "rates-turn").open("ab") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _folder(name: str = "") -> Path | None:
    home = office().home
    if home is None:
        return None
    folder = home / "cache" / name
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder


@lru_cache(maxsize=4)
def _counts(folder: Path) -> BaseCache:
    return FileBasedCache(str(folder), {"OPTIONS": {"MAX_ENTRIES": MOST}})
