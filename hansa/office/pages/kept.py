"""Pages that are the same for everybody: each is made once, kept packed, and given to whoever asks."""

from __future__ import annotations

import gzip
import re
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import TypeVar

Answer = TypeVar("Answer")
_REFUSED = re.compile(r"\s*q\s*=\s*0(?:\.0*)?\s*")
PATIENCE = 60.0  # seconds that one waits for a page that somebody else is making; then one makes it oneself
LEVEL = 6  # of packing: a page of 150 kB is 12 kB then, after 3 ms


@dataclass(frozen=True, eq=False)
class Page:
    """A page, packed with gzip as most browsers take it."""

    packed: bytes

    @property
    def plain(self) -> bytes:
        """The page for who takes no packing."""
        return gzip.decompress(self.packed)


@dataclass(frozen=True, eq=False)
class Pages:
    """Pages by whatever tells them apart. size : how many are kept; the longest unasked go first.

    >>> pages = Pages(size=2)
    >>> pages.find("a", lambda: b"made").plain, pages.find("a", lambda: b"made again").plain
    (b'made', b'made')
    >>> pages.find("b", lambda: "sent away")
    'sent away'
    """

    size: int
    _kept: OrderedDict[Hashable, Page] = field(default_factory=OrderedDict)
    _making: dict[Hashable, threading.Event] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def find(self, key: Hashable, make: Callable[[], bytes | Answer]) -> Page | Answer:
        """A page that is kept; else what `make` gives: bytes are kept, any other answer is passed on.

        While somebody makes a page, the others who ask for it wait: a page that costs a second costs it once.
        """
        for _ in range(2):
            with self._lock:
                if key in self._kept:
                    self._kept.move_to_end(key)
                    return self._kept[key]
                made = self._making.get(key)
                if made is None:
                    mine = self._making[key] = threading.Event()
                    break
            made.wait(PATIENCE)
        else:  # whoever made it keeps nothing, or takes too long
            return self._fresh(key, make)
        try:
            return self._fresh(key, make)
        finally:
            with self._lock:
                self._making.pop(key, None)
            mine.set()

    def clear(self) -> None:
        """Keep none of them any more."""
        with self._lock:
            self._kept.clear()

    def _fresh(self, key: Hashable, make: Callable[[], bytes | Answer]) -> Page | Answer:
        content = make()
        if not isinstance(content, bytes):
            return content
        page = Page(gzip.compress(content, LEVEL, mtime=0))
        with self._lock:
            self._kept[key] = page
            if len(self._kept) > self.size:
                self._kept.popitem(last=False)
        return page


def takes_packed(accepted: str) -> bool:
    """Whether somebody takes pages packed with gzip, by what their browser says in ``Accept-Encoding``.

    >>> [takes_packed(said) for said in ("br, gzip", "GZIP;q=0.5", "gzip;q=0, identity", "identity", "")]
    [True, True, False, False, False]
    """
    for one in accepted.casefold().split(","):
        name, _, weight = one.partition(";")
        if name.strip() == "gzip":
            return not _REFUSED.fullmatch(weight)
    return False
