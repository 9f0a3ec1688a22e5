"""What the statistics say of one record: how far a target has come, what trade a barrier stands in the way of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from markupsafe import Markup

from hansa import period as periods
from hansa.commitments import progress_of
from hansa.commitments.figures import Series
from hansa.commitments.records import Barrier, Target
from hansa.commitments.stake import removed_on
from hansa.errors import HansaError
from hansa.indicator import catalogue
from hansa.office.pages.field import text
from hansa.office.pages.frame import Asked
from hansa.office.pages.pen import Pen, region
from hansa.office.pages.promised import link, marked_draft, targets_grid, verdict_badge
from hansa.office.snapshot import Held
from hansa.office.statistics import today
from hansa.office.verdicts import progress_now, register_key, stake_now
from hansa.report.facts import Column, Drawing, Grid, Line
from hansa.report.promises import target_figure
from hansa.result import Result
from hansa.wording import Amount, Evidence, Name, Sentence, Value, mark
from hansa.wording.words import scale_for

NOTHING = Markup("")
BEFORE = 6  # periods before the baseline that a chart shows
REPORTS = {"by_origin": mark("By the origin's report"), "by_destination": mark("By the destination's report")}
Facts = list[tuple[str, Markup]]


@dataclass(frozen=True)
class Measured:
    """What is shown of it: sentences, figures by name, charts, tables. lack : why there is nothing, where so."""

    lack: str = ""
    sentences: tuple[Sentence, ...] = ()
    facts: tuple[tuple[str, Markup], ...] = ()
    drawings: tuple[Drawing, ...] = ()
    grids: tuple[Grid, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    badge: Markup = NOTHING


def measured(asked: Asked, held: Held) -> Measured | None:
    """What the statistics say of a record, None where they say nothing of its kind; it never fails for what lacks."""
    try:
        if isinstance(held.record, Target):
            return _target(asked, held, held.record)
        if isinstance(held.record, Barrier):
            return _barrier(asked, held.record)
    except HansaError as lack:
        return Measured(lack=str(lack))
    return None


def targets_of(asked: Asked, key: str) -> Grid | str | None:
    """The targets of a record with where they stand; None where it has none; why they cannot be told, in words."""
    register = asked.register
    if not any(target.of == key for target in register.of(Target)):
        return None
    question = ("progress of", key, *register_key(asked.snapshot, asked.viewer))
    try:
        figures = asked.statistics.figures
        found = asked.statistics.ask(question, lambda: progress_of(register, figures, on=today(), of=key))
    except HansaError as lack:
        return str(lack)
    rows = found.rows()
    pen, drafts = Pen(asked.words), asked.snapshot.drafts
    grid = targets_grid(pen, register, found, rows)
    lines = tuple(
        (
            marked_draft(
                pen, link("target", row["target"], asked.words(_title(row["indicator"]))), row["target"] in drafts
            ),
            *line[2:],
        )
        for row, line in zip(rows, grid.rows, strict=True)
    )
    return replace(grid, columns=grid.columns[1:], rows=lines)


# ---- targets --------------------------------------------------------------------------------------------------------
def _target(asked: Asked, held: Held, target: Target) -> Measured:
    found = progress_now(asked.statistics, held, asked.register)
    row, pen = found.rows()[0], Pen(asked.words)
    evidence = Evidence.of(found, f"hansa register progress REGISTER --on {today()} --store STORE")
    series = _series(asked, held, target)
    facts, verdict = tuple(_figures(pen, row)), verdict_badge(pen, row["verdict"])
    if series is None or not series.values:
        return Measured(facts=facts, evidence=(evidence,), badge=verdict)
    drawing, grid = _way(target, row, series, evidence)
    return Measured("", (), facts, (drawing,), (grid,), (evidence,), verdict)


def _title(indicator: str) -> str:
    return catalogue[indicator].title if indicator in catalogue else indicator


def _series(asked: Asked, held: Held, target: Target) -> Series | None:
    """The figures of a target by period, None where they cannot be had: its verdict says why."""
    statistics = asked.statistics

    def answer() -> Series:
        rhythm = periods.frequency(periods.canonical(target.period))
        return statistics.figures.series(target.indicator, target.arguments, frequency=rhythm)

    try:
        return statistics.ask(("series", target.id, held.tag), answer)
    except HansaError:
        return None


def _figures(pen: Pen, row: dict[str, Any]) -> Facts:
    """Every figure of a target's progress that exists, by name."""
    words = pen.words

    def figure(name: str) -> Markup:
        return text(words.show(target_figure(row, name)))

    def at(name: str, period: str | None) -> Markup:
        return Markup('{} <span class="muted">({})</span>').format(figure(name), words.period(str(period)))

    told: list[tuple[str, str, Markup]] = [
        ("verdict", mark("Verdict"), verdict_badge(pen, row["verdict"])),
        ("baseline", mark("Baseline"), at("baseline", row["baseline_period"])),
        ("baseline_now", mark("Baseline as the statistics have it now"), at("baseline_now", row["baseline_period"])),
        ("wanted", mark("Wanted"), at("wanted", row["period"])),
        ("latest", mark("Latest figure"), at("latest", row["latest_period"])),
        ("done", mark("Share of the way"), text(words.show(Amount(row["done"], "share")))),
        ("expected", mark("On the straight line by then"), at("expected", row["latest_period"])),
        ("pace", mark("Change per period so far"), figure("pace")),
        ("pace_needed", mark("Change per period that is needed from now on"), figure("pace_needed")),
        ("vintage", mark("Statistics as known on"), text(row["vintage"])),
    ]
    found = [(words(label), value) for name, label, value in told if row[name] is not None]
    for name, label in REPORTS.items():
        if row[name]:
            found.append((words(label), verdict_badge(pen, row[name])))
    if row["note"]:
        notes = (pen.note(one) for one in str(row["note"]).split("; "))
        found.append((words(mark("Note")), Markup("; ").join(notes)))
    return found


def _way(target: Target, row: dict[str, Any], series: Series, evidence: Evidence) -> tuple[Drawing, Grid]:
    """The figures beside the straight line from the baseline to the value wanted, as a chart and as a table."""
    since, wanted = periods.canonical(target.baseline_period), periods.canonical(target.period)
    way = periods.span(since, wanted)
    first = max(min(series.values), periods.shift(since, -BEFORE))
    places = periods.span(min(first, since), max(wanted, *series.values))
    start = row["baseline"]
    line: list[float | None] = [
        start + (target.value - start) * way.index(place) / (len(way) - 1)
        if start is not None and place in way
        else None
        for place in places
    ]
    told = [series.values.get(place) for place in places]
    amount = _amount(target, [*told, *line, target.value])
    scale = scale_for([value for value in (*told, *line) if value is not None]) if amount.kind == "money" else 1.0
    title = Sentence(mark("{statistic}: the figures, and the straight line to what is wanted"),
                     {"statistic": Name(_title(target.indicator), "word")}, evidence)  # fmt: skip
    lines = (
        Line(Sentence(mark("figure")), tuple(told), emphasis=True),
        Line(Sentence(mark("straight line")), tuple(line)),
        Line(Sentence(mark("wanted")), tuple(target.value if place in way else None for place in places)),
    )
    shown = tuple(Name(place, "period") for place in places)
    drawing = Drawing("target", "lines", title, shown, lines, amount, scale)
    heads = (mark("Period"), mark("Figure"), mark("On the straight line"))
    rows = tuple(
        (place, _as(amount, value), _as(amount, on_line))
        for place, value, on_line in zip(shown, told, line, strict=True)
    )
    return drawing, _grid(mark("The figures in numbers"), heads, 1, rows, evidence, scale, amount.currency)


def _amount(target: Target, values: Sequence[float | None]) -> Amount:
    """How the figures of a target are read."""
    return _amount_of(target.unit, values)


def _amount_of(named: str, values: Sequence[float | None]) -> Amount:
    unit = named.split(",")[0].split(" ")[0]
    if len(unit) == 3 and unit.isupper():
        return Amount(0.0, "money", unit)
    known = [value for value in values if value is not None]
    if all(float(value).is_integer() for value in known):
        return Amount(0.0, "count")
    return Amount(0.0, "index" if max(map(abs, known), default=0.0) < 1 else "ratio")


def _as(amount: Amount, value: float | None) -> Amount:
    return Amount(value, amount.kind, amount.currency)


def figures_alone(asked: Asked, indicator: str, series: Series) -> Measured:
    """The figures of a statistic of which nothing was promised yet: the latest, a chart and a table."""
    entry, last = catalogue[indicator], max(series.values, default="")
    evidence = Evidence(indicator, entry.title, entry.formula, entry.reference, "", series.provenance, series.notes)
    if not last:
        return Measured(evidence=(evidence,))
    row = {**series.values, "unit": series.unit}
    values = {"period": Name(last, "period"), "figure": target_figure(row, last), "unit": series.unit}
    said = Sentence(mark("The latest figure, of {period}, is {figure}; the unit is: {unit}."), values, evidence)
    places, told = tuple(Name(one, "period") for one in series.values), tuple(series.values.values())
    amount = _amount_of(series.unit, told)
    scale = scale_for(list(told)) if amount.kind == "money" else 1.0
    title = Sentence(mark("{statistic}, by period"), {"statistic": Name(entry.title, "word")}, evidence)
    line = Line(Sentence(mark("figure")), told, emphasis=True)
    rows = tuple((place, _as(amount, value)) for place, value in zip(places, told, strict=True))
    heads = (mark("Period"), mark("Figure"))
    grid = _grid(mark("The figures in numbers"), heads, 1, rows, evidence, scale, amount.currency)
    return Measured("", (said,), (), (Drawing("target", "lines", title, places, (line,), amount, scale),), (grid,))


# ---- barriers -------------------------------------------------------------------------------------------------------
def _barrier(asked: Asked, barrier: Barrier) -> Measured:
    found = stake_now(asked.statistics, barrier)
    pen, rows = Pen(asked.words), found.rows()
    evidence = Evidence.of(found, f"hansa register stake REGISTER --on {today()} --store STORE")
    currency = found.unit.split(",")[0].split(" ")[0]
    ends: dict[str, Value] = {"a": region(barrier.origin), "b": region(barrier.destination)}
    sentences = (
        *_stake_sentences(found, rows, currency, ends, evidence),
        *_effect_sentences(barrier, found, currency, evidence),
    )
    names = [name for name in ("reported_by_origin", "reported_by_destination") if name in rows[0]]
    scale = scale_for([row["affected"] for row in rows])
    lines = (
        Line(Sentence(mark("reconciled") if names else mark("reported")), _column(rows, "affected"), emphasis=True),
        *(Line(Sentence(_TOLD[name]), _column(rows, name)) for name in names),
    )
    title = Sentence(mark("Trade affected, from {a} to {b}"), ends, evidence)
    places = tuple(Name(row["period"], "period") for row in rows)
    drawing = Drawing("stake", "lines", title, places, lines, Amount(0.0, "money", currency), scale)
    return Measured("", sentences, (), (drawing,), (_stake_grid(pen, rows, names, evidence, scale, currency),))


_TOLD = {
    "reported_by_origin": mark("told by origin"),
    "reported_by_destination": mark("told by destination"),
}


def _column(rows: Sequence[dict[str, Any]], name: str) -> tuple[float | None, ...]:
    return tuple(row[name] for row in rows)


def _stake_sentences(
    found: Result, rows: Sequence[dict[str, Any]], currency: str, ends: dict[str, Value], evidence: Evidence
) -> list[Sentence]:
    last = rows[-1]
    values: dict[str, Value] = {"affected": Amount(last["affected"], "money", currency)}
    values |= {"share": Amount(last["share"], "share")}
    values |= {"period": Name(last["period"], "period")}
    template = mark("In {period}, {affected} of the trade from {a} to {b} is of these products: {share} of all of it.")
    return [Sentence(template, {**ends, **values}, evidence)]


def _effect_sentences(barrier: Barrier, found: Result, currency: str, evidence: Evidence) -> list[Sentence]:
    """What became of the trade after a removal, with the interval of the effect; nothing where it stands."""
    effect, said = found.meta.get("effect"), []
    before, after = found.meta["before"], found.meta["after"]
    if before is not None and after is not None:
        means = {"before": Amount(before, "money", currency), "after": Amount(after, "money", currency)}
        said.append(Sentence(mark("On average it was {before} a year before the removal, and {after} since."), means))
    if not effect:
        return said
    if effect.get("effect") is None:
        return [*said, Sentence(mark("What the removal did to this trade cannot be told; the notes below say why."))]
    values: dict[str, Value] = {name: Amount(effect[name], "ratio") for name in ("effect", "low", "high")}
    values |= {name: Amount(effect[name], "count") for name in ("products", "controls")}
    values |= {"day": str(removed_on(barrier, today())), "after": str(effect["after"])}
    template = mark(
        "Removed from {day}: in {after} this trade was {effect} times what it would have been otherwise (90% interval: "
        "{low} to {high}; products compared: {products}, set against {controls} others that the two trade in)."
    )
    return [*said, Sentence(template, values, evidence)]


def _stake_grid(
    pen: Pen, rows: Sequence[dict[str, Any]], names: Sequence[str], evidence: Evidence, scale: float, currency: str
) -> Grid:
    heads = (mark("Period"), mark("State at its end"), mark("Trade affected"), mark("Share of all"))
    lines: list[tuple[Value, ...]] = [
        (
            Name(row["period"], "period"),
            pen.word(row["state"], "barrier"),
            Amount(row["affected"], "money", currency),
            Amount(row["share"], "share"),
            *(Amount(row[name], "money", currency) for name in names),
        )
        for row in reversed(rows)
    ]
    more = [_COLUMNS[name] for name in names]
    return _grid(mark("Trade at stake by period"), (*heads, *more), 2, tuple(lines), evidence, scale, currency)


_COLUMNS = {"reported_by_origin": mark("By the origin"), "reported_by_destination": mark("By the destination")}


def _grid(
    title: str,
    heads: Sequence[str],
    labels: int,
    rows: tuple[tuple[Value, ...], ...],
    evidence: Evidence,
    scale: float,
    currency: str,
) -> Grid:
    columns = tuple(Column(Sentence(head), label=k < labels) for k, head in enumerate(heads))
    return Grid(Sentence(title), Sentence(title), columns, rows, (evidence,), scale, currency)
