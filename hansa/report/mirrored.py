"""Both mirror reports beside the reconciled value: what each side tells of one trade, and how the two are weighed."""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from hansa.report import commands
from hansa.report.affinity import arrow
from hansa.report.facts import Column, Drawing, Fact, Grid, Line, Section
from hansa.report.pair import Pair
from hansa.report.salience import log_distance, salience
from hansa.report.turnover import money, region, when
from hansa.trade.mirror import FLAGS, REFERENCE
from hansa.wording.sentence import Amount, Evidence, Sentence, Value, mark
from hansa.wording.words import scale_for

FORMULA = (
    r"w X_{ij} + (1 - w) \frac{M_{ij}}{1 + c}, \quad w = \frac{v_j}{v_i + v_j}, "
    r"\quad v = e^{\sigma^2}(e^{\sigma^2} - 1)"
)
FLAG_NAMES = {
    "both": mark("both reports"),
    "origin only": mark("origin only"),
    "destination only": mark("destination only"),
    "nes-allocated": mark("with a part of what was not specified"),
    "clamped": mark("both, CIF margin set to zero"),
}


@dataclass(frozen=True)
class Told:
    """One direction in one year: the sums of both reports and of the reconciled value.

    weight : of the origin's report, weighted by value. margin : CIF over FOB, of the destination's report.
    flags : share of the reconciled value by quality flag.
    """

    period: str
    origin_report: float
    destination_report: float
    destination_fob: float
    value: float
    low: float
    high: float
    weight: float | None
    margin: float | None
    flags: dict[str, float]


def mirrored(pair: Pair, me: str, other: str) -> Section | None:
    """The chapter that sets both reports beside each other; None where the data hold only one."""
    if pair.reports is None or not compared(pair):
        return None
    ways = {way: told(pair, *way) for way in ((me, other), (other, me))}
    ways = {way: years for way, years in ways.items() if years and years[-1].period == pair.period}
    if not ways:
        return None
    evidence = mirror_evidence(pair)
    rows = [_row(pair, way, years[-1]) for way, years in ways.items()]
    heads = (
        mark("Direction"),
        mark("Origin reports"),
        mark("Destination reports"),
        mark("Destination, FOB"),
        mark("Reconciled"),
        mark("Lowest"),
        mark("Highest"),
        mark("Weight of origin"),
        mark("Quality"),
    )
    columns = tuple(Column(Sentence(head), label=k in (0, 8)) for k, head in enumerate(heads))
    title = Sentence(mark("Two reports of one trade, {period}"), {"period": when(pair.period)})
    grid = Grid(
        Sentence(mark("Mirror")),
        title,
        columns,
        tuple(rows),
        (evidence,),
        scale_for([y[-1].high for y in ways.values()]),
        pair.currency,
        wide=True,
    )
    return Section(
        "mirror",
        mark("Both reports and the reconciled value"),
        tuple(_sentence(pair, way, years[-1], evidence) for way, years in ways.items()),
        (grid,),
        tuple(_drawing(pair, way, years, evidence) for way, years in ways.items() if len(years) > 1),
        tuple(fact for way, years in ways.items() for fact in _facts(pair, me, other, way, years, evidence)),
    )


def compared(pair: Pair) -> bool:
    """Whether both sides report at least one flow between the two in the year of the report."""
    both = [told(pair, *way) for way in ((pair.a, pair.b), (pair.b, pair.a))]
    return any(
        one.origin_report and one.destination_report for years in both for one in years if one.period == pair.period
    )


def mirror_evidence(pair: Pair) -> Evidence:
    """How the reconciled value is known."""
    title = mark("Reconciliation of mirror reports")
    return Evidence("mirror", title, FORMULA, REFERENCE, commands.mirror(pair), pair.flows.provenance)


def told(pair: Pair, origin: str, destination: str) -> list[Told]:
    """Both reports of one direction, year by year; those of a bloc are the sums over its members."""
    key = ("told", origin, destination)
    if key not in pair.kept:
        ends = {"origin": pair.behind(origin), "destination": pair.behind(destination)}
        table = pair.apart.where(**ends, period=pair.periods).to_arrow()
        written = pc.cast(table["period"], pa.string())
        years = sorted(set(written.to_pylist()))
        pair.kept[key] = [_told(table.filter(pc.equal(written, year)), year) for year in years]
    found: list[Told] = pair.kept[key]
    return found


def _told(table: pa.Table, period: str) -> Told:
    rows = table.to_pylist()

    def total(column: str) -> float:
        return sum(row[column] or 0.0 for row in rows)

    value, fob = total("value"), total("destination_fob")
    weighed = [(row["value"], row["weight"]) for row in rows if row["weight"] is not None and row["value"]]
    mass = sum(x for x, _ in weighed)
    flags: dict[str, float] = {}
    for row in rows:
        flags[row["flag"]] = flags.get(row["flag"], 0.0) + (row["value"] or 0.0)
    return Told(
        period,
        total("reported_by_origin"),
        total("reported_by_destination"),
        fob,
        value,
        total("low"),
        total("high"),
        sum(x * w for x, w in weighed) / mass if mass else None,
        total("reported_by_destination") / fob - 1 if fob else None,
        {flag: part / value for flag, part in sorted(flags.items()) if value},
    )


def _row(pair: Pair, way: tuple[str, str], now: Told) -> tuple[Value, ...]:
    main = max(now.flags, key=lambda flag: (now.flags[flag], -FLAGS.index(flag)), default="both")
    quality = Sentence(
        mark("{share} {flag}"), {"share": Amount(now.flags.get(main), "share"), "flag": Sentence(FLAG_NAMES[main])}
    )
    return (
        arrow(pair, *way),
        money(pair, now.origin_report),
        money(pair, now.destination_report),
        money(pair, now.destination_fob),
        money(pair, now.value),
        money(pair, now.low),
        money(pair, now.high),
        Amount(now.weight, "ratio"),
        quality,
    )


def _sentence(pair: Pair, way: tuple[str, str], now: Told, evidence: Evidence) -> Sentence:
    template = mark(
        "{a} → {b} in {period}: {a} reports {x}, {b} reports {m} (CIF); net of a margin of {margin} and weighed by the "
        "reliability of both, {value}, between {low} and {high}."
    )
    values: dict[str, Value] = {
        "a": region(way[0]),
        "b": region(way[1]),
        "period": when(now.period),
        "x": money(pair, now.origin_report),
        "m": money(pair, now.destination_report),
        "margin": Amount(now.margin, "share"),
        "value": money(pair, now.value),
        "low": money(pair, now.low),
        "high": money(pair, now.high),
    }
    return Sentence(template, values, evidence)


def _drawing(pair: Pair, way: tuple[str, str], years: list[Told], evidence: Evidence) -> Drawing:
    shown = years[-10:]
    title = Sentence(mark("{a} → {b}: both reports, reconciled"), {"a": region(way[0]), "b": region(way[1])}, evidence)
    lines = (
        Line(Sentence(mark("reconciled")), tuple(year.value for year in shown)),
        Line(Sentence(mark("origin")), tuple(year.origin_report or None for year in shown)),
        Line(Sentence(mark("destination")), tuple(year.destination_report or None for year in shown)),
    )
    lows, highs = tuple(year.low for year in shown), tuple(year.high for year in shown)
    places = tuple(when(year.period) for year in shown)
    return Drawing(
        f"mirror-{way[0]}-{way[1]}",
        "spans",
        title,
        places,
        lines,
        money(pair, None),
        scale_for(list(highs)),
        lows,
        highs,
    )


def _facts(pair: Pair, me: str, other: str, way: tuple[str, str], years: list[Told], evidence: Evidence) -> list[Fact]:
    now = years[-1]
    if not (now.origin_report and now.destination_report):
        return []
    gap = now.destination_fob - now.origin_report
    template = mark(
        "{a} and {b} disagree on what {a} sold to {b}: {x} against {m}, a gap of {gap} beyond freight and insurance."
    )
    values: dict[str, Value] = {
        "a": region(way[0]),
        "b": region(way[1]),
        "x": money(pair, now.origin_report),
        "m": money(pair, now.destination_report),
        "gap": money(pair, abs(gap)),
    }
    score = salience(
        stake=gap,
        flow=max(now.origin_report, now.destination_fob),
        turnover=pair.turnover(me, other),
        distance=log_distance(now.destination_fob, now.origin_report),
    )
    return [Fact("mirror", Sentence(template, values, evidence), score)]
