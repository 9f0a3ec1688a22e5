"""The statistics that the office holds promises against: one store, asked by one thread at a time, answers kept.

Flows are loaded and reconciled once for a process; an answer is kept as long as neither the store, nor what was asked,
nor the day has changed.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Hashable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

from hansa import tables
from hansa.commitments.figures import Figures, known_products
from hansa.errors import HansaError, MissingTable
from hansa.office.viewer import office
from hansa.regions.lists import Lists, lists_beside, shipped_lists
from hansa.trade.store import Store, open_store

A = TypeVar("A")
KEPT = 5_000  # answers
PATIENCE = 0.25  # seconds after which a page that can do without an answer is shown without it


@dataclass(frozen=True, eq=False)
class Statistics:
    """A store as it stands, and what was asked of it. `store` is None where the office has none yet.

    >>> Statistics(None).lists.code("Belarus")
    'BLR'
    """

    store: Store | None
    stamp: str = ""
    _answers: dict[Hashable, Any] = field(default_factory=dict, repr=False)

    @cached_property
    def lists(self) -> Lists:
        """The regions and blocs that hold here."""
        return lists_beside(self.store.archive.folder) if self.store else shipped_lists()

    @cached_property
    def figures(self) -> Figures:
        """The figures that promises are held against.

        Raises
        ------
        MissingTable : the office has no store.
        """
        if self.store is None:
            remedy = "An administrator names a store in office.toml: store = \"...\" ('hansa import' makes one)."
            raise MissingTable("flows", "this office has no statistics yet", remedy)
        return Figures(self.store, lists=self.lists)

    @cached_property
    def products(self) -> Collection[str] | None:
        """Codes of the products that the store knows; None without a store."""
        if self.store is None:
            return None
        with tables.ENGINE:
            return known_products(self.figures)

    def ask(self, question: Hashable, answer: Callable[[], A]) -> A:
        """The answer to a question, computed once for this day and store; an error that says what lacks is kept too.

        Raises
        ------
        HansaError : what the answer raised.
        """
        key = (question, today())
        found = self._answers.get(key)
        if found is None:
            with tables.ENGINE:  # one thread computes; those who ask the same meanwhile find its answer
                found = self._answers.get(key) or self._keep(key, answer)
        if isinstance(found, HansaError):
            raise found.with_traceback(None)
        kept: A = found
        return kept

    def _keep(self, key: Hashable, answer: Callable[[], Any]) -> Any:
        found: Any
        try:
            found = answer()
        except HansaError as lack:
            found = lack
        if len(self._answers) >= KEPT:
            for old in list(self._answers)[: KEPT // 10]:
                self._answers.pop(old, None)
        self._answers[key] = found
        return found

    def knows(self, question: Hashable) -> bool:
        """Whether a question is answered already."""
        return (question, today()) in self._answers

    def waits(self, *questions: Hashable) -> bool:
        """Whether one of these questions is not answered yet while others are being asked, as after a start."""
        if all(map(self.knows, questions)):
            return False
        if not tables.ENGINE.acquire(timeout=PATIENCE):
            return True
        tables.ENGINE.release()
        return False


_LOCK = threading.Lock()
_OPEN: list[Statistics] = []


def statistics() -> Statistics:
    """The statistics of this office, opened anew where something was imported into the store."""
    folder = office().store
    stamp = _stamp(folder)
    with _LOCK:
        if not _OPEN or _OPEN[0].stamp != stamp:
            _OPEN[:] = [Statistics(open_store(folder) if folder else None, stamp)]
        return _OPEN[0]


def today() -> str:
    """The day of the question, in ISO, by universal time; in a demo the one at which its calendar stands."""
    return office().day or datetime.now(UTC).date().isoformat()


def _stamp(folder: Path | None) -> str:
    if folder is None:
        return ""
    try:
        stat = (folder / "manifest.json").stat()
    except OSError:
        return str(folder)
    return f"{folder} {stat.st_mtime_ns} {stat.st_size}"
