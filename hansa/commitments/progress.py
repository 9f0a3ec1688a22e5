"""Targets held against the statistics: how far each has come, how fast it must go on, and what it has come to."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pyarrow as pa

from hansa import period as periods
from hansa.commitments.figures import Figures, Series, figures_of
from hansa.commitments.records import Target
from hansa.commitments.register import Register
from hansa.errors import DataError, HansaError
from hansa.provenance import Provenance
from hansa.regions.bloc import days_of
from hansa.regions.lists import Lists
from hansa.result import Result
from hansa.trade.store import Store

VERDICTS = ("met", "on track", "behind", "missed", "too early", "not computable")
REVISED = 0.005  # a baseline that the store has otherwise by more than this share of it is said to be revised
LARGE = 1e5  # figures from here on are written out in notes
METHOD = "target_progress"
REFERENCE = "straight line from the baseline to the value wanted; docs/methods/commitments"
COLUMNS = {
    **dict.fromkeys(("target", "of", "indicator", "unit", "direction", "baseline_period"), pa.string()),
    **dict.fromkeys(("baseline", "baseline_now"), pa.float64()),
    **dict.fromkeys(("vintage", "period"), pa.string()),
    "wanted": pa.float64(),
    "latest_period": pa.string(),
    **dict.fromkeys(("latest", "done", "expected", "pace", "pace_needed"), pa.float64()),
    **dict.fromkeys(("by_origin", "by_destination", "note", "verdict"), pa.string()),
}


@dataclass(frozen=True)
class Way:
    """Where a target stands by one report. Figures are None where they do not exist.

    baseline : as promised, else as the store has it. baseline_now : as the store has it. latest : in `latest_period`,
    the last with a figure that is not after the period wanted. done : share of the way. expected : on a straight line
    by then. pace, pace_needed : change per period so far, and from now on. lead : the verdict's reason in words.
    """

    verdict: str
    baseline: float | None = None
    baseline_now: float | None = None
    latest_period: str | None = None
    latest: float | None = None
    done: float | None = None
    expected: float | None = None
    pace: float | None = None
    pace_needed: float | None = None
    lead: str = ""


def progress(
    target: Target,
    store: Store | Figures,
    *,
    on: str | None = None,
    as_of: str | None = None,
    dataset: str | None = None,
    lists: Lists | None = None,
    register: Register | None = None,
) -> Result:
    """What has become of a target, by the figures of a store: one row. Never raises for what the store lacks.

    Verdicts: ``met`` and ``missed`` once the figure of the period wanted is known; before that ``on track`` where the
    latest figure is at or beyond the straight line from the baseline to the value wanted (a value that is reached
    before its time counts so, and the note says "met early"), else ``behind``; ``too early`` while no period after
    the baseline has a figure; ``not computable`` with the reason in the note.

    Parameters
    ----------
    store : or `Figures` of one, which are loaded once for many questions and have settled `as_of`, `dataset` and
        `lists`.
    on : the day of the question (ISO), by default `as_of` or today. A period that is over by then and not in the store
        is said to be so.
    as_of : the store as it was known on that day; by default the latest vintage, not later than `on` where it is given.
    dataset : of flows; by default the store's own, or the one that names the regions of the target.
    register : from which the title of what the target belongs to is taken.

    Returns
    -------
    Result with one row: target, of, indicator, unit, direction; baseline_period, baseline (as promised, else as the
    store has it), baseline_now (as the store has it), vintage (the day from which its flows were known); period,
    wanted; latest_period, latest; done (share of the way), expected (on the straight line by latest_period), pace and
    pace_needed (change per period); by_origin, by_destination (verdicts by each report, where there are both); note;
    verdict.

    Raises
    ------
    DataError : `as_of`, `dataset` or `lists` beside Figures.
    """
    return _result([target], figures_of(store, on, as_of, dataset, lists), on, register)


def progress_of(
    register: Register,
    store: Store | Figures,
    *,
    on: str | None = None,
    as_of: str | None = None,
    dataset: str | None = None,
    lists: Lists | None = None,
    of: str | None = None,
) -> Result:
    """`progress` of every target of a register, a row each; flows are loaded and reconciled once.

    of : only the targets of the record with this id.

    Raises
    ------
    UnknownCode : the register has no record with the id `of`.
    DataError : `as_of`, `dataset` or `lists` beside Figures.
    """
    if of is not None:
        register[of]
    targets = [target for target in register.of(Target) if of in (None, target.of)]
    return _result(targets, figures_of(store, on, as_of, dataset, lists), on, register)


def _result(targets: Sequence[Target], figures: Figures, on: str | None, register: Register | None) -> Result:
    day = on or figures.as_of or datetime.now(UTC).date().isoformat()
    rows, notes, provenance = [], dict[str, None](), (register.provenance if register else Provenance())
    with figures.kept.together():
        found = [_row(target, figures, day) for target in targets]
    for row, series in found:
        rows.append(row)
        if series is not None:
            steps = series.provenance.steps[:1] if len(targets) > 1 else series.provenance.steps
            provenance = provenance.merge(Provenance(series.provenance.sources, steps))
            notes.update(dict.fromkeys(series.notes))
    table = pa.table(
        {name: pa.array([row.get(name) for row in rows], kind) for name, kind in COLUMNS.items()},
    )
    counted = {verdict: sum(row["verdict"] == verdict for row in rows) for verdict in VERDICTS}
    title = f"Progress of {rows[0]['target']}" if len(rows) == 1 else "Progress of targets"
    if register is not None and len(rows) == 1 and rows[0]["of"] in register:
        record = register[rows[0]["of"]]
        title += f" ({getattr(record, 'title', None) or getattr(record, 'name', record.id)})"
    return Result(
        table,
        title=title,
        unit="of each indicator; done is a share of the way",
        method=METHOD,
        reference=REFERENCE,
        provenance=provenance.then(METHOD, f"on {day}"),
        notes=tuple(notes),
        meta={"on": day, "as_of": figures.as_of, "verdicts": counted},
    )


def _row(target: Target, figures: Figures, day: str) -> tuple[dict[str, Any], Series | None]:
    """The row of one target, and the series that its verdict rests on."""
    row: dict[str, Any] = {
        **{"target": target.id, "of": target.of, "indicator": target.indicator, "unit": target.unit},
        **{"direction": target.direction, "baseline_period": target.baseline_period, "baseline": target.baseline},
        **{"period": target.period, "wanted": target.value},
    }
    try:
        ways, series = _ways(target, figures)
    except HansaError as lack:
        return row | {"verdict": "not computable", "note": str(lack)}, None
    main = next(iter(ways.values()))
    row |= {name: getattr(main, name) for name in COLUMNS if hasattr(main, name)}
    row["vintage"] = series.vintage
    row |= {f"by_{who}": way.verdict for who, way in ways.items() if who in ("origin", "destination")}
    return row | {"note": "; ".join(_notes(target, ways, series, day))}, series


def _ways(target: Target, figures: Figures) -> tuple[dict[str | None, Way], Series]:
    """Where the target stands by each report, the one that counts first; and the series of that one."""
    wanted, since = periods.canonical(target.period), periods.canonical(target.baseline_period)
    rhythm = periods.frequency(wanted)
    if periods.frequency(since) != rhythm or since >= wanted:
        raise DataError(f"The period wanted, {wanted}, does not come after the baseline period, {since}, in its kind.")
    first = figures.series(target.indicator, target.arguments, frequency=rhythm)
    _refuse_other_unit(target, first)
    found: dict[str | None, Way] = {first.told_by: way(target, first.values, first.known)}
    if first.told_by == "reconciled":
        for who in ("origin", "destination"):
            try:
                told = figures.series(target.indicator, target.arguments, frequency=rhythm, told_by=who)
            except HansaError as lack:
                found[who] = Way("not computable", lead=str(lack))
            else:
                found[who] = way(target, told.values, told.known)
    return found, first


def _refuse_other_unit(target: Target, series: Series) -> None:
    """A target in one currency cannot be held against figures in another."""
    ours, theirs = target.unit.replace(",", " ").split(), series.unit.replace(",", " ").split()
    money = theirs[0] if theirs and "prices" in theirs else None
    if money and ours and ours[0] != money:
        raise DataError(f"The target is in {target.unit!r}, and the figures are in {series.unit!r}.")
    scales = {"thousand", "million", "billion"}
    if money and scales & set(ours) != scales & set(theirs):
        raise DataError(f"The target is in {target.unit!r}, and the figures are in {series.unit!r}: say both alike.")


def way(target: Target, values: Mapping[str, float], known: Iterable[str]) -> Way:
    """Where a target stands by a series of figures.

    values : by period. known : all periods of the data, also those without a figure of this series.

    >>> target = Target("t", "p", "exports", 200.0, "2024", "2020", "USD", baseline=100.0)
    >>> now = way(target, {"2020": 101.0, "2021": 120.0, "2022": 140.0}, ["2020", "2021", "2022"])
    >>> now.verdict, now.done, now.expected, now.pace, now.pace_needed
    ('behind', 0.4, 150.0, 20.0, 30.0)
    >>> way(target, {"2024": 200.0}, ["2020", "2024"]).verdict
    'met'
    """
    since, wanted = periods.canonical(target.baseline_period), periods.canonical(target.period)
    store_has = values.get(since)
    start = target.baseline if target.baseline is not None else store_has
    after = [period for period in values if since < period <= wanted]
    last = max(known, default="")
    if not after:
        if last <= since:
            return Way("too early", start, store_has, lead=f"the data end in {last}" if last else "there are no data")
        return Way("not computable", start, store_has, lead=f"there is no figure for {_stretch(since, wanted, last)}")
    at = max(after)
    value, goal = values[at], target.value
    whole, gone = len(periods.span(since, wanted)) - 1, len(periods.span(since, at)) - 1
    line = None if start is None else start + (goal - start) * gone / whole
    figures = {
        "baseline": start,
        "baseline_now": store_has,
        "latest_period": at,
        "latest": value,
        "done": None if start is None or goal == start else (value - start) / (goal - start),
        "expected": line,
        "pace": None if start is None else (value - start) / gone,
        "pace_needed": (goal - value) / (whole - gone) if whole > gone else None,
    }
    if at == wanted:
        return Way("met" if reaches(value, goal, target.direction) else "missed", **figures)  # type: ignore[arg-type]
    if last >= wanted:
        return Way("not computable", **figures, lead=f"there is no figure for {wanted}")  # type: ignore[arg-type]
    if reaches(value, goal, target.direction):
        return Way("on track", **figures, lead=f"met early, in {at}")  # type: ignore[arg-type]
    if line is None:
        lead = f"there is no baseline: none was promised, and the store has no figure for {since}"
        return Way("not computable", **figures, lead=lead)  # type: ignore[arg-type]
    return Way("on track" if reaches(value, line, target.direction) else "behind", **figures)  # type: ignore[arg-type]


def reaches(value: float, goal: float, direction: str) -> bool:
    """Whether a value is at the goal or beyond it.

    >>> reaches(3.0, 2.0, "up"), reaches(3.0, 2.0, "down")
    (True, False)
    """
    return value >= goal if direction == "up" else value <= goal


def _stretch(since: str, wanted: str, last: str) -> str:
    first, end = periods.shift(since, 1), min(wanted, last)
    return first if first == end else f"{first} to {end}"


def _figure(value: float) -> str:
    """A figure as a note shows it: large ones in full.

    >>> _figure(2.715e9), _figure(0.25), _figure(90.0)
    ('2,715,000,000', '0.25', '90')
    """
    return f"{value:,.0f}" if abs(value) >= LARGE else f"{value:g}"


def _notes(target: Target, ways: Mapping[str | None, Way], series: Series, day: str) -> list[str]:
    main = next(iter(ways.values()))
    notes = [main.lead] if main.lead else []
    now = main.baseline_now
    if target.baseline is not None and now is not None and abs(now - target.baseline) > REVISED * abs(target.baseline):
        share = (now - target.baseline) / target.baseline if target.baseline else math.nan
        notes.append(
            f"baseline revised: {_figure(target.baseline)} was promised, "
            f"the store of {series.vintage} has {_figure(now)} ({share:+.1%})"
        )
    if main.baseline is not None and reaches(main.baseline, target.value, target.direction):
        notes.append("the value wanted was reached in the baseline period already")
    over = days_of(target.period)[1].isoformat() < day
    if over and main.verdict in ("on track", "behind", "too early"):
        notes.append(f"{target.period} is over, and its figures are not in the store")
    others = {who: way.verdict for who, way in ways.items() if who in ("origin", "destination")}
    if len(set(others.values()) | {main.verdict}) > 1:
        for verdict in VERDICTS:
            tellers = [f"the {who}'s report" for who, said in others.items() if said == verdict]
            if len(tellers) == 1:
                notes.append(f"{verdict} by {tellers[0]} only")
            elif tellers and verdict != main.verdict:
                notes.append(f"{verdict} by either report, {main.verdict} by the two reconciled")
    return notes
