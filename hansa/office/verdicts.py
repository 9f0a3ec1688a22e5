"""What the statistics say of the register's promises: each asked once, and kept as long as nothing has changed."""

from __future__ import annotations

import json
from collections.abc import Mapping

from hansa import period as periods
from hansa.commitments import at_stake, coverage, progress, progress_of, stakes
from hansa.commitments.entry import entry_of
from hansa.commitments.figures import Series
from hansa.commitments.records import Barrier, Target
from hansa.commitments.register import Register
from hansa.errors import HansaError, MissingTable, UnknownCode
from hansa.office.permission import Viewer
from hansa.office.snapshot import Held, Snapshot
from hansa.office.statistics import Statistics, today
from hansa.result import Result

BADGE = {
    "met": "good",
    "on track": "good",
    "behind": "near",
    "missed": "bad",
    "too early": "",
    "not computable": "",
}


def progress_now(statistics: Statistics, held: Held, register: Register) -> Result:
    """How a target stands: the Result of `hansa.commitments.progress`.

    Raises
    ------
    MissingTable : the office has no statistics. Nothing else: what cannot be computed is a verdict, with its reason.
    """
    target = held.record
    assert isinstance(target, Target)
    return statistics.ask(
        ("progress", target.id, held.tag), lambda: progress(target, statistics.figures, on=today(), register=register)
    )


def stake_now(statistics: Statistics, barrier: Barrier) -> Result:
    """The trade that a barrier stands in the way of, period by period, and what its removal did.

    Raises
    ------
    HansaError : the office has no statistics, or they name neither the pair nor the products.
    """
    return statistics.ask(("stake", barrier), lambda: at_stake(barrier, statistics.figures, on=today()))


def all_progress(statistics: Statistics, snapshot: Snapshot, viewer: Viewer) -> Result | None:
    """Every target that somebody may see; None where the office has no statistics."""
    key = ("all progress", *register_key(snapshot, viewer))
    return _or_none(statistics, key, lambda: progress_of(snapshot.register(viewer), statistics.figures, on=today()))


def all_stakes(statistics: Statistics, snapshot: Snapshot, viewer: Viewer) -> Result | None:
    """Every barrier that somebody may see, the costliest first; None where the office has no statistics."""
    key = ("all stakes", *register_key(snapshot, viewer))
    return _or_none(statistics, key, lambda: stakes(snapshot.register(viewer), statistics.figures, on=today()))


def all_pairs(
    statistics: Statistics, snapshot: Snapshot, viewer: Viewer, groups: tuple[str, ...] = ()
) -> Result | None:
    """The matrix of regions: agreements, projects, barriers, flows and gaps; None where it cannot be made.

    groups : blocs that are counted as one region.
    """
    key = ("all pairs", *register_key(snapshot, viewer), groups)

    def asked() -> Result:
        return coverage(snapshot.register(viewer), statistics.figures, groups=groups, on=today())

    return _or_none(statistics, key, asked)


def being_worked_out(statistics: Statistics, snapshot: Snapshot, viewer: Viewer) -> bool:
    """Whether the verdicts on the whole register are not known yet, and somebody would have to wait for them."""
    key = register_key(snapshot, viewer)
    if statistics.store is None:
        return False
    return statistics.waits(("all progress", *key), ("all stakes", *key), ("all pairs", *key, ()))


def series_now(statistics: Statistics, indicator: str, arguments: Mapping[str, str], period: str = "") -> Series:
    """An indicator with its arguments, period by period; of the kind of one period, or by years.

    Raises
    ------
    HansaError : it cannot be computed; the message says what is missing.
    """
    rhythm = periods.frequency(periods.canonical(period)) if period else "A"
    return statistics.ask(
        ("series of", indicator, tuple(sorted(arguments.items())), rhythm),
        lambda: statistics.figures.series(indicator, arguments, frequency=rhythm),
    )


def lack_of(statistics: Statistics, target: Target) -> tuple[str, str] | None:
    """Why a target cannot be computed: the field that is to blame and the reason; None where it can be.

    None, too, where the office has no statistics: nothing is known then, and nothing can be said against it.
    """
    if statistics.store is None:
        return None
    try:
        series_now(statistics, target.indicator, target.arguments, target.period)
    except HansaError as lack:
        known = isinstance(lack, MissingTable) or (isinstance(lack, UnknownCode) and lack.kind == "indicator")
        return ("indicator" if known else "arguments", str(lack))
    told = json.dumps(entry_of(target), sort_keys=True)
    row = statistics.ask(("progress of", told), lambda: progress(target, statistics.figures, on=today())).rows()[0]
    if row["verdict"] != "not computable":
        return None
    refused = row["vintage"] is None  # its unit was, since the series is there and the periods are in order
    return "unit" if refused else "baseline_period" if row["baseline"] is None else "period", row["note"]


def register_key(snapshot: Snapshot, viewer: Viewer) -> tuple[object, ...]:
    """What tells the register that somebody sees from others: of a day before it holds what they may still see."""
    return snapshot.number, snapshot.source, viewer.roles


def _or_none(statistics: Statistics, key: tuple[object, ...], answer: object) -> Result | None:
    if statistics.store is None:
        return None
    try:
        return statistics.ask(key, answer)  # type: ignore[arg-type]
    except HansaError:
        return None
