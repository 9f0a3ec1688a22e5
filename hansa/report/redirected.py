"""Where a market closed: what was lost there, and what of it may have gone to the partner, as a range."""

from __future__ import annotations

from typing import Any

from hansa.report.facts import Column, Fact, Grid, Section
from hansa.report.pair import Pair
from hansa.report.salience import own_past, salience
from hansa.report.turnover import money, region, series, when
from hansa.wording.sentence import Amount, Evidence, Sentence, Value, mark
from hansa.wording.words import scale_for

FALL, WEIGHT = (
    0.5,
    0.01,
)  # a market counts as closed: sales fell by half or more, and were a hundredth of exports or more
COUNTERFACTUALS = {"no growth": mark("no growth"), "growth of other suppliers": mark("growth of other suppliers")}


def redirected(pair: Pair, me: str, other: str) -> Section | None:
    """The chapter on redirection; says so where no market closed."""
    if pair.before is None or "product" not in pair.flows.columns:
        return None
    sentences: list[Sentence] = [_rule()]
    grids, facts, results = [], [], {}
    for origin, partner in ((me, other), (other, me)):
        closed = closed_markets(pair, origin, partner)
        if not closed:
            sentences.append(
                Sentence(
                    mark("For {a} no market closed in {period}."), {"a": region(origin), "period": when(pair.period)}
                )
            )
            continue
        ends = {"start": pair.before, "end": pair.period}
        whole = pair.ask("redirection", on="timed", origin=origin, closed=closed, **ends)
        here = pair.ask("redirection", on="timed", origin=origin, closed=closed, destination=partner, **ends)
        if whole is None or here is None:
            continue
        results[f"redirection {origin}"] = whole[0]
        rows = [{**row, **_renamed(part)} for row, part in zip(whole[0].rows(), here[0].rows(), strict=True)]
        sentences += [_lost(pair, origin, closed, rows, whole[1]), _found(pair, origin, partner, rows, here[1])]
        grids.append(_grid(pair, origin, partner, rows, (whole[1], here[1])))
        facts += _facts(pair, me, other, (origin, partner), rows, here[1])
    return Section(
        "redirection",
        mark("Redirection from closed markets"),
        tuple(sentences),
        tuple(grids),
        (),
        tuple(facts),
        results,
    )


def closed_markets(pair: Pair, origin: str, partner: str) -> list[str]:
    """Markets where sales of the origin fell by half or more, and that took a hundredth of its exports before."""
    before = pair.before or pair.period
    whole = pair.total(origin, "origin", before)
    found = []
    for code in pair.codes:
        then, now = pair.value(origin, code, before), pair.value(origin, code)
        if code not in (origin, partner) and then > WEIGHT * whole and now <= (1 - FALL) * then:
            found.append(code)
    return found


def _renamed(part: dict[str, Any]) -> dict[str, Any]:
    return {"here": part["redirected"], "new_here": part["new"], "naive": part["naive_rise"]}


def _rule() -> Sentence:
    template = mark(
        "A market counts as closed where sales fell by {fall} or more within the year and had been at least {weight} "
        "of exports. "
        "This is accounting, not causation: what is called redirected is an upper bound."
    )
    return Sentence(template, {"fall": Amount(FALL, "share"), "weight": Amount(WEIGHT, "share")})


def _lost(pair: Pair, origin: str, closed: list[str], rows: list[dict[str, Any]], evidence: Evidence) -> Sentence:
    names = Sentence("{a}", {"a": region(closed[-1])})
    for code in reversed(closed[:-1]):
        names = Sentence("{a}, {rest}", {"a": region(code), "rest": names})
    template = mark("Closed to {a}: {markets}. Lost there: {low} to {high}; not replaced anywhere: {least} to {most}.")
    values: dict[str, Value] = {"a": region(origin), "markets": names}
    for (low, high), column in ((("low", "high"), "lost"), (("least", "most"), "unreplaced")):
        figures = [row[column] for row in rows]
        values |= {low: money(pair, min(figures)), high: money(pair, max(figures))}
    return Sentence(template, values, evidence)


def _found(pair: Pair, origin: str, partner: str, rows: list[dict[str, Any]], evidence: Evidence) -> Sentence:
    template = mark(
        "Redirected to {b}: {low} to {high} at most, where the plain rise of what {a} sells to {b} is {naive}."
    )
    figures = [row["here"] for row in rows]
    values: dict[str, Value] = {
        "a": region(origin),
        "b": region(partner),
        "low": money(pair, min(figures)),
        "high": money(pair, max(figures)),
        "naive": money(pair, rows[0]["naive"], signed=True),
    }
    return Sentence(template, values, evidence)


def _grid(pair: Pair, origin: str, partner: str, rows: list[dict[str, Any]], known: tuple[Evidence, ...]) -> Grid:
    columns = tuple(
        Column(head, label=k == 0)
        for k, head in enumerate(
            (
                Sentence(mark("Had there been")),
                Sentence(mark("Lost")),
                Sentence(mark("Redirected")),
                Sentence(mark("Not replaced")),
                Sentence(mark("Redirected to {b}"), {"b": region(partner)}),
                Sentence(mark("New to {b}"), {"b": region(partner)}),
            )
        )
    )
    body: tuple[tuple[Value, ...], ...] = tuple(
        (
            Sentence(COUNTERFACTUALS[row["counterfactual"]]),
            *(money(pair, row[name]) for name in ("lost", "redirected", "unreplaced", "here", "new_here")),
        )
        for row in rows
    )
    title = Sentence(
        mark("Sales that {a} lost and where they went, {before} to {period}"),
        {"a": region(origin), "before": when(pair.before or ""), "period": when(pair.period)},
    )
    sheet = Sentence(mark("Redirection {a}"), {"a": origin})
    scale = scale_for([row["lost"] for row in rows])
    return Grid(sheet, title, columns, body, known, scale, pair.currency, wide=True)


def _facts(
    pair: Pair, me: str, other: str, way: tuple[str, str], rows: list[dict[str, Any]], evidence: Evidence
) -> list[Fact]:
    figures = [row["here"] for row in rows]
    if not max(figures) > 0:
        return []
    template = mark("After a market closed to {a}, {low} to {high} of its sales may have been redirected to {b}.")
    values: dict[str, Value] = {
        "a": region(way[0]),
        "b": region(way[1]),
        "low": money(pair, min(figures)),
        "high": money(pair, max(figures)),
    }
    actual = pair.value(*way)
    score = salience(
        stake=min(figures), flow=actual, turnover=pair.turnover(me, other), distance=own_past(series(pair, *way))
    )
    return [Fact("redirection", Sentence(template, values, evidence), score)]
