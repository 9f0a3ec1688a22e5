"""What visitors are going to ask of the statistics, asked in advance: the first of them does not wait for it."""

from __future__ import annotations

import contextlib
import logging

from django.db import connection

from hansa.commitments.records import Barrier, Target
from hansa.errors import HansaError
from hansa.office.permission import VISITOR
from hansa.office.snapshot import Snapshot, current
from hansa.office.statistics import Statistics, statistics
from hansa.office.verdicts import all_pairs, all_progress, all_stakes, progress_now, stake_now
from hansa.office.what_if import Setting, economy


def warm() -> None:
    """Ask about every target, barrier and pair that visitors may see, and make the economy that scenarios begin from.

    What cannot be told their pages say, with why.
    """
    try:
        snapshot, known = current(), statistics()
        if known.store is not None:
            for verdict in (all_progress, all_stakes, all_pairs):
                verdict(known, snapshot, VISITOR)
            _one_by_one(known, snapshot)
            with contextlib.suppress(HansaError):
                economy(known, Setting())
    except Exception:
        logging.getLogger(__name__).exception("The statistics could not be asked in advance.")
    finally:
        connection.close()  # that of this thread


def _one_by_one(known: Statistics, snapshot: Snapshot) -> None:
    register = snapshot.register()
    for held in (*snapshot.of("target"), *snapshot.of("barrier")):
        with contextlib.suppress(HansaError):
            if isinstance(held.record, Target):
                progress_now(known, held, register)
            elif isinstance(held.record, Barrier):
                stake_now(known, held.record)
