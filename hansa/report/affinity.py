"""Why the two trade as much as they do: complementarity and bias; and what they do not trade yet: potential."""

from __future__ import annotations

from typing import Any

from hansa import dense
from hansa.report.facts import Column, Fact, Grid, Section
from hansa.report.pair import Answer, Pair
from hansa.report.salience import log_distance, salience
from hansa.report.turnover import money, region, when
from hansa.trade.indicators.potential import LATEST
from hansa.wording.sentence import Amount, Evidence, Name, Sentence, Value, mark
from hansa.wording.words import scale_for

TOP = 6


def affinity(pair: Pair, me: str, other: str) -> Section | None:
    """The chapter that splits trade intensity into structure and bias, both ways."""
    rows, facts, sentences, results, evidence = [], [], [], {}, []
    for origin, destination in ((me, other), (other, me)):
        split = pair.ask("trade_bias", origin=origin, destination=destination)
        match = pair.ask("trade_complementarity", origin=origin, destination=destination)
        row = first_row(split)
        if split is None or row is None:
            continue
        results[f"trade_bias {origin} {destination}"] = split[0]
        evidence += [known[1] for known in (split, match) if known]
        rows.append(
            (
                arrow(pair, origin, destination),
                Amount(row["intensity"], "ratio"),
                Amount(row["complementarity"], "ratio"),
                Amount(row["trade_bias"], "ratio"),
                Amount((first_row(match) or {}).get("trade_complementarity"), "hundred"),
            )
        )
        sentences.append(_split_sentence(origin, destination, row, split[1]))
        facts += _split_facts(pair, me, other, (origin, destination), row, split[1])
    if not rows:
        return None
    heads = (
        mark("Direction"),
        mark("Trade intensity"),
        mark("Complementarity"),
        mark("Bias"),
        mark("Match of structures, 0 to 100"),
    )
    columns = tuple(Column(Sentence(head), label=k == 0) for k, head in enumerate(heads))
    title = Sentence(mark("Trade intensity = complementarity × bias, {period}"), {"period": when(pair.period)})
    explained = Sentence(
        mark(
            "Intensity compares trade with the size of the market (1 = as its size). Complementarity is what the mix "
            "of "
            "products explains; bias is the rest: nearness, ties, barriers."
        )
    )
    grid = Grid(Sentence(mark("Intensity")), title, columns, tuple(rows), tuple(dict.fromkeys(evidence)))
    return Section(
        "affinity", mark("Complementarity and bias"), (explained, *sentences), (grid,), (), tuple(facts), results
    )


def arrow(pair: Pair, origin: str, destination: str) -> Sentence:
    """A direction of trade as a label."""
    return Sentence(mark("{a} → {b}"), {"a": region(origin), "b": region(destination)})


def ways_sheet(template: str, origin: str, destination: str) -> Sentence:
    """The name of a sheet for one direction, by codes."""
    return Sentence(template, {"a": origin, "b": destination})


def first_row(answer: Answer | None) -> dict[str, Any] | None:
    """The first row of a result, or None."""
    rows = answer[0].rows() if answer else []
    return rows[0] if rows else None


def _split_sentence(origin: str, destination: str, row: dict[str, Any], evidence: Evidence) -> Sentence:
    template = mark(
        "{a} sells to {b} {intensity} times what the size of the market suggests: the mix of products accounts for a "
        "factor "
        "of {complementarity}, the bias for a factor of {bias}."
    )
    values: dict[str, Value] = {
        "a": region(origin),
        "b": region(destination),
        "intensity": Amount(row["intensity"], "ratio"),
        "complementarity": Amount(row["complementarity"], "ratio"),
        "bias": Amount(row["trade_bias"], "ratio"),
    }
    return Sentence(template, values, evidence)


def _split_facts(
    pair: Pair, me: str, other: str, way: tuple[str, str], row: dict[str, Any], evidence: Evidence
) -> list[Fact]:
    actual, trade = pair.value(*way), pair.turnover(me, other)
    facts = []
    templates = {
        "trade_bias": (
            mark(
                "What {a} sells to {b} is {figure} times what products and market size explain: ties go beyond "
                "structure."
            ),
            mark(
                "What {a} sells to {b} is only {figure} of what products and market size explain: something holds "
                "trade back."
            ),
        ),
    }
    for key, (above, below) in templates.items():
        figure = row[key]
        if not figure:
            continue
        score = salience(
            stake=actual - actual / figure,
            flow=max(actual, actual / figure),
            turnover=trade,
            distance=log_distance(figure, 1.0),
        )
        shown = Amount(figure, "ratio" if figure >= 1 else "share")
        values: dict[str, Value] = {"a": region(way[0]), "b": region(way[1]), "figure": shown}
        facts.append(Fact("bias", Sentence(above if figure >= 1 else below, values, evidence), score))
    return facts


# ---- potential ------------------------------------------------------------------------------------------------------
def potential(pair: Pair, me: str, other: str) -> Section | None:
    """The chapter on what could be traded by the benchmark of ITC, both ways."""
    sentences, grids, facts, results = [], [], [], {}
    for origin, destination in ((me, other), (other, me)):
        found = pair.ask("export_potential", on="timed", origin=origin, destination=destination, **_years(pair))
        if found is None or not found[0].to_arrow().num_rows:
            continue
        results[f"export_potential {origin} {destination}"] = found[0]
        rows = sorted(found[0].rows(), key=lambda row: (-(row["unrealised"] or 0.0), row["product"]))
        rest = sum(row["unrealised"] or 0.0 for row in rows)
        sentences.append(_potential_sentence(pair, origin, destination, rows, rest, found[1]))
        grids.append(_potential_grid(pair, origin, destination, rows[:TOP], found[1]))
        facts += _potential_facts(pair, me, other, (origin, destination), rows, rest, found[1])
    if not grids:
        return None
    explained = Sentence(
        mark(
            "Potential = the origin's supply × the market's demand × the ease of trading, mean of the last years: a "
            "benchmark, "
            "not a ceiling and not a forecast. Unrealised is what it exceeds actual trade by."
        )
    )
    return Section(
        "potential", mark("Unrealised potential"), (explained, *sentences), tuple(grids), (), tuple(facts), results
    )


def _years(pair: Pair) -> dict[str, list[str]]:
    """The years whose mean is taken, named where the data go on after the year of the report."""
    last = dense.labels(pair.flows.totals("period"), "period")[-1]
    return {} if last == pair.period else {"period": pair.periods[-LATEST:]}


def _potential_sentence(
    pair: Pair, origin: str, destination: str, rows: list[dict[str, Any]], rest: float, evidence: Evidence
) -> Sentence:
    template = mark("{a} → {b}: by this benchmark {rest} a year remain unrealised; most of it in: {product} ({most}).")
    values: dict[str, Value] = {
        "a": region(origin),
        "b": region(destination),
        "rest": money(pair, rest),
        "product": Name(rows[0]["product"], "product"),
        "most": money(pair, rows[0]["unrealised"]),
    }
    return Sentence(template, values, evidence)


def _potential_grid(pair: Pair, origin: str, destination: str, rows: list[dict[str, Any]], evidence: Evidence) -> Grid:
    heads = (
        mark("Product"),
        mark("Unrealised"),
        mark("Potential"),
        mark("Actual"),
        mark("Demand"),
        mark("Supply"),
        mark("Ease"),
    )
    columns = tuple(Column(Sentence(head), label=k == 0) for k, head in enumerate(heads))
    body = tuple(
        (
            Name(row["product"], "product"),
            money(pair, row["unrealised"]),
            money(pair, row["potential"]),
            money(pair, row["actual"]),
            money(pair, row["demand"]),
            Amount(row["supply"], "index"),
            Amount(row["ease"], "ratio"),
        )
        for row in rows
    )
    title = Sentence(mark("Largest unrealised potential, {a} → {b}"), {"a": region(origin), "b": region(destination)})
    scale = scale_for([max(row["potential"] or 0.0, row["actual"] or 0.0) for row in rows])
    return Grid(
        ways_sheet(mark("Potential {a}-{b}"), origin, destination),
        title,
        columns,
        body,
        (evidence,),
        scale,
        pair.currency,
        wide=True,
    )


def _potential_facts(
    pair: Pair, me: str, other: str, way: tuple[str, str], rows: list[dict[str, Any]], rest: float, evidence: Evidence
) -> list[Fact]:
    actual, trade = pair.value(*way), pair.turnover(me, other)
    if not rest > 0:
        return []
    score = salience(stake=rest, flow=actual + rest, turnover=trade, distance=log_distance(actual + rest, actual))
    template = mark(
        "{a} could sell {rest} more a year to {b} by the export potential benchmark, most of it in: {product} ({most})."
    )
    values: dict[str, Value] = {
        "a": region(way[0]),
        "b": region(way[1]),
        "rest": money(pair, rest),
        "product": Name(rows[0]["product"], "product"),
        "most": money(pair, rows[0]["unrealised"]),
    }
    return [Fact("potential", Sentence(template, values, evidence), score)]
