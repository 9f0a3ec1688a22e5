"""Actual trade against what a gravity model of the same table predicts, both ways, and where the pair stands by it."""

from __future__ import annotations

from dataclasses import replace
from importlib.util import find_spec
from typing import Any

from hansa.report import commands
from hansa.report.affinity import arrow
from hansa.report.facts import Column, Drawing, Fact, Grid, Line, Section
from hansa.report.pair import Answer, Pair
from hansa.report.salience import log_distance, salience
from hansa.report.turnover import money, region, when
from hansa.wording.sentence import Amount, Evidence, Sentence, Value, mark
from hansa.wording.words import scale_for

MAIN = 8  # partners in the chart and its table
KEY = "gravity"
TITLE = mark("Actual against predicted trade")
Row = dict[str, Any]


def predicted(pair: Pair, me: str, other: str) -> Section | None:
    """The chapter on gravity; says in a line what is missing where it cannot be computed here."""
    if find_spec("numba") is None:
        pair.lacks["gravity_potential"] = "A gravity model needs numba: pip install 'hansa[gravity]'."
        absent = mark("No gravity model: what it is computed with is not installed here. Install it with {command}.")
        return Section(KEY, TITLE, (Sentence(absent, {"command": "pip install 'hansa[gravity]'"}),))
    found = _asked(pair)
    if found is None:
        return None
    rows: dict[tuple[str, str], Row] = {(row["origin"], row["destination"]): row for row in found[0].rows()}
    ways = [way for way in ((me, other), (other, me)) if way in rows]
    if not ways:
        return None
    evidence = _evidence(pair, found[1], me, other)
    of_me = _evidence(pair, found[1], me)
    mine = _main(rows, me, other)
    sentences = [_explained(pair), *(_way(pair, rows, way, evidence) for way in ways), *_usual(rows, ways, evidence)]
    grids = [_grid(pair, rows, ways, evidence), *([_partners(pair, me, mine, of_me)] if mine else [])]
    drawings = (_chart(me, other, mine, of_me),) if mine else ()
    facts = [fact for way in ways for fact in _facts(pair, me, other, way, rows[way], evidence)]
    results = {"gravity_potential": found[0]}
    return Section(KEY, TITLE, (*sentences, _caveat()), tuple(grids), drawings, tuple(facts), results)


def _asked(pair: Pair) -> Answer | None:
    """The fit of the year, once for both views; sides that are groups are sums of their members."""
    if not pair.groups:
        return pair.ask("gravity_potential")
    return pair.ask("gravity_potential", on="members_now", bloc={one.code: list(one.members) for one in pair.groups})


def _evidence(pair: Pair, known: Evidence, origin: str, destination: str | None = None) -> Evidence:
    """How figures of these two, or of an origin, are known; a command shows the members of a group one by one."""
    if pair.groups:
        narrowed: dict[str, Any] = {}
    elif destination is None:
        narrowed = {"origin": origin}
    else:
        both = [origin, destination]
        narrowed = {"origin": both, "destination": both}
    narrowed["period"] = pair.period
    return replace(known, command=commands.show(pair, "gravity_potential", narrowed, grouped=False))


def _ratio(row: Row) -> float:
    return float(row["gravity_potential"])


def _explained(pair: Pair) -> Sentence:
    return Sentence(
        mark(
            "Predicted is what a gravity model of these data gives for {period}: the size and openness of both, and "
            "how near they are. It compares a pair with the average of the table, not with what is possible, and says "
            "nothing of why."
        ),
        {"period": when(pair.period)},
    )


def _caveat() -> Sentence:
    return Sentence(
        mark(
            "The interval (90%) holds the uncertainty of the coefficients alone. What a region sells or buys in all is "
            "predicted as it is, so that one partner above the prediction means another below."
        )
    )


def _rank(rows: dict[tuple[str, str], Row], way: tuple[str, str]) -> tuple[int, int]:
    """Where a destination stands among those of the origin, 1 = most above the prediction, and of how many."""
    others = [_ratio(row) for (origin, end), row in rows.items() if origin == way[0] and end != way[0]]
    return 1 + sum(ratio > _ratio(rows[way]) for ratio in others), len(others)


def _way(pair: Pair, rows: dict[tuple[str, str], Row], way: tuple[str, str], evidence: Evidence) -> Sentence:
    row, (rank, count) = rows[way], _rank(rows, way)
    template = mark(
        "{a} → {b}: {actual}, where {predicted} are predicted ({low} to {high}), a ratio of {ratio}. From most above "
        "the prediction to most below, {b} is number {rank} of {count} markets of {a}."
    )
    values: dict[str, Value] = {"a": region(way[0]), "b": region(way[1])}
    values |= {name: money(pair, row[name]) for name in ("actual", "predicted", "low", "high")}
    values |= {"ratio": Amount(_ratio(row), "ratio"), "rank": Amount(rank, "count"), "count": Amount(count, "count")}
    return Sentence(template, values, evidence)


def _band(rows: dict[tuple[str, str], Row]) -> tuple[float, float] | None:
    """Between which ratios nine tenths of predicted trade lie; none where every row is a sum."""
    row = next((row for row in rows.values() if row["usual_low"] is not None), None)
    return (row["usual_low"] / row["predicted"], row["usual_high"] / row["predicted"]) if row else None


def _usual(rows: dict[tuple[str, str], Row], ways: list[tuple[str, str]], evidence: Evidence) -> list[Sentence]:
    if any(rows[way]["usual_low"] is None for way in ways) or (band := _band(rows)) is None:
        return []
    template = mark("Pairs stray: for nine tenths of all predicted trade the ratio lies between {low} and {high}.")
    return [Sentence(template, {"low": Amount(band[0], "ratio"), "high": Amount(band[1], "ratio")}, evidence)]


def _grid(pair: Pair, rows: dict[tuple[str, str], Row], ways: list[tuple[str, str]], evidence: Evidence) -> Grid:
    heads = (mark("Direction"), *_HEADS, mark("Rank"), mark("Of"))
    body = []
    for way in ways:
        rank, count = _rank(rows, way)
        places = (Amount(rank, "count"), Amount(count, "count"))
        body.append((arrow(pair, *way), *_figures(pair, rows[way]), *places))
    columns = tuple(Column(Sentence(head), label=k == 0) for k, head in enumerate(heads))
    title = Sentence(mark("Actual and predicted trade, {period}"), {"period": when(pair.period)})
    sheet, scale = Sentence(mark("Gravity")), _scale([rows[way] for way in ways])
    return Grid(sheet, title, columns, tuple(body), (evidence,), scale, pair.currency, wide=True)


_HEADS = (mark("Actual"), mark("Predicted"), mark("from"), mark("to"), mark("Actual / predicted"))


def _figures(pair: Pair, row: Row) -> tuple[Value, ...]:
    amounts = (money(pair, row[name]) for name in ("actual", "predicted", "low", "high"))
    return (*amounts, Amount(_ratio(row), "ratio"))


def _scale(rows: list[Row]) -> float:
    return scale_for([row[name] for row in rows for name in ("actual", "high")])


def _main(rows: dict[tuple[str, str], Row], me: str, other: str) -> list[Row]:
    """The main markets of a region by actual or predicted trade, the partner among them, the highest ratio first."""
    mine = [row for (origin, end), row in rows.items() if origin == me and end != me]
    mine.sort(key=lambda row: (row["destination"] != other, -max(row["actual"], row["predicted"]), row["destination"]))
    return sorted(mine[:MAIN], key=lambda row: (-_ratio(row), row["destination"]))


def _partners(pair: Pair, me: str, mine: list[Row], evidence: Evidence) -> Grid:
    body = tuple((region(row["destination"]), *_figures(pair, row)) for row in mine)
    columns = tuple(Column(Sentence(head), label=k == 0) for k, head in enumerate((mark("Market"), *_HEADS)))
    title = Sentence(
        mark("What {a} sells to its main markets, actual and predicted, {period}"),
        {"a": region(me), "period": when(pair.period)},
    )
    sheet = Sentence(mark("Gravity {a}"), {"a": me})
    return Grid(sheet, title, columns, body, (evidence,), _scale(mine), pair.currency, wide=True)


def _chart(me: str, other: str, mine: list[Row], evidence: Evidence) -> Drawing:
    lines = (
        Line(
            Sentence("{b}", {"b": region(other)}), tuple(_ratio(r) if r["destination"] == other else None for r in mine)
        ),
        Line(Sentence(mark("other markets")), tuple(_ratio(r) if r["destination"] != other else None for r in mine)),
    )
    title = Sentence(mark("Actual over predicted sales of {a}; 1 = as predicted"), {"a": region(me)}, evidence)
    places = tuple(region(row["destination"]) for row in mine)
    band = _band({(row["origin"], row["destination"]): row for row in mine})
    return Drawing(
        "gravity",
        "dots",
        title,
        places,
        lines,
        Amount(None, "ratio"),
        low=tuple(row["actual"] / row["high"] for row in mine),
        high=tuple(row["actual"] / row["low"] for row in mine),
        band=band,
    )


def _facts(pair: Pair, me: str, other: str, way: tuple[str, str], row: Row, evidence: Evidence) -> list[Fact]:
    """A flow that strays further from its prediction than nine tenths of trade do; of the family of bias, its kin."""
    if row["usual_low"] is None or row["usual_low"] <= row["actual"] <= row["usual_high"]:
        return []
    above = row["actual"] > row["predicted"]
    template = (
        mark(
            "What {a} sells to {b} is {figure} times what gravity predicts from size and nearness; few pairs are so "
            "far above."
        )
        if above
        else mark(
            "What {a} sells to {b} is {figure} of what gravity predicts from size and nearness; few pairs are so "
            "far below."
        )
    )
    values: dict[str, Value] = {
        "a": region(way[0]),
        "b": region(way[1]),
        "figure": Amount(_ratio(row), "ratio" if above else "share"),
    }
    score = salience(
        stake=row["difference"],
        flow=max(row["actual"], row["predicted"]),
        turnover=pair.turnover(me, other),
        distance=log_distance(row["actual"], row["predicted"]),
    )
    return [Fact("bias", Sentence(template, values, evidence), score)]
