"""Ranks and shares: where each region stands among the partners of the other, in the world and in blocs."""

from __future__ import annotations

from typing import Any

from hansa.report.affinity import first_row
from hansa.report.facts import Column, Drawing, Fact, Grid, Line, Section
from hansa.report.pair import Answer, Pair, blocs_of, members_in_data
from hansa.report.salience import own_past, salience
from hansa.report.turnover import money, region, some, when
from hansa.wording.sentence import Amount, Evidence, Name, Sentence, Value, mark
from hansa.wording.words import scale_for

BLOCS = 3


def standing(pair: Pair, me: str, other: str) -> Section | None:
    """The chapter on ranks, seen from one side."""
    rows: list[tuple[Value, ...]] = []
    known: list[Evidence] = []
    gaps: list[float] = []
    for home, partner in ((me, other), (other, me)):
        for bloc in (None, *_smallest(pair, partner)):
            found = _rank(pair, home, partner, bloc)
            if found is None:
                continue
            now, before, evidence = found
            rows.append(_rank_row(pair, home, partner, bloc, now, before))
            known.append(evidence)
            gaps += [now["turnover"], now["gap_above"] or 0.0, now["gap_below"] or 0.0]
    if not rows:
        return None
    heads = (
        mark("Who, among whom"),
        mark("Rank"),
        mark("Of"),
        mark("Year before"),
        mark("Turnover"),
        mark("Gap above"),
        mark("Gap below"),
        mark("Ties"),
    )
    columns = tuple(Column(Sentence(head), label=k == 0) for k, head in enumerate(heads))
    title = Sentence(mark("Ranks by turnover, {period}"), {"period": when(pair.period)})
    grid = Grid(
        Sentence(mark("Ranks")),
        title,
        columns,
        tuple(rows),
        tuple(dict.fromkeys(known)),
        scale_for(gaps),
        pair.currency,
        wide=True,
    )
    sentences = [_rank_sentence(pair, home, partner) for home, partner in ((me, other), (other, me))]
    sentences.append(_share_sentence(pair, me, other))
    facts = [*_rank_facts(pair, me, other), *_share_facts(pair, me, other)]
    drawing = _share_drawing(pair, me, other)
    return Section(
        "standing",
        mark("Ranks and shares"),
        tuple(sentence for sentence in sentences if sentence),
        (grid,),
        (drawing,) if drawing else (),
        tuple(facts),
        {"partner_rank": answer[0]} if (answer := _ranks(pair, me, other, None)) else {},
    )


def _smallest(pair: Pair, code: str) -> list[str]:
    """The three smallest blocs of a region that have more than two members in the data; none of a bloc."""
    if pair.group(code):
        return []
    sizes = {bloc: len(_ranked(pair, bloc)) for bloc in blocs_of(pair, code)}
    return sorted((bloc for bloc, size in sizes.items() if size > 2), key=lambda bloc: (sizes[bloc], bloc))[:BLOCS]


def _ranks(pair: Pair, home: str, partner: str, bloc: str | None, on: str = "now") -> Answer | None:
    population = {"population": _ranked(pair, bloc)} if bloc else {}
    return pair.ask("partner_rank", on=on, region=home, partner=partner, **population)


def _ranked(pair: Pair, bloc: str) -> list[str]:
    """The members of a bloc that are regions of the report, those counted in a group left out."""
    return [code for code in members_in_data(pair, bloc) if code in pair.codes]


def _rank(pair: Pair, home: str, partner: str, bloc: str | None) -> tuple[dict[str, Any], int | None, Evidence] | None:
    """The row of the year, the rank a year before, and how both are known."""
    answer = _ranks(pair, home, partner, bloc)
    now = first_row(answer)
    if answer is None or now is None:
        return None
    before = first_row(_ranks(pair, home, partner, bloc, on="then")) if pair.before else None
    return now, before["partner_rank"] if before else None, answer[1]


def _rank_row(
    pair: Pair, home: str, partner: str, bloc: str | None, now: dict[str, Any], before: int | None
) -> tuple[Value, ...]:
    template = mark("{b} among partners of {a} in {bloc}") if bloc else mark("{b} among all partners of {a}")
    values: dict[str, Value] = {"a": region(home), "b": region(partner), "bloc": Name(bloc or "", "bloc")}
    return (
        Sentence(template, values),
        Amount(now["partner_rank"], "count"),
        Amount(now["population"], "count"),
        Amount(before, "count"),
        money(pair, now["turnover"]),
        money(pair, now["gap_above"]),
        money(pair, now["gap_below"]),
        Amount(now["ties"], "count"),
    )


def _rank_sentence(pair: Pair, home: str, partner: str) -> Sentence | None:
    found = _rank(pair, home, partner, None)
    if found is None:
        return None
    now, _, evidence = found
    template = mark("{b} is partner no. {rank} of {population} of {a} by turnover.")
    values: dict[str, Value] = {
        "a": region(home),
        "b": region(partner),
        "rank": Amount(now["partner_rank"], "count"),
        "population": Amount(now["population"], "count"),
    }
    return Sentence(template, values, evidence)


def _shares(pair: Pair, me: str, other: str) -> list[tuple[float | None, Evidence | None]]:
    """Share of the other in my turnover, exports and imports, in the year."""
    asked = (
        ("trade_share", {"region": me, "partner": other}),
        ("export_share", {"origin": me, "destination": other}),
        ("import_share", {"origin": other, "destination": me}),
    )
    found = []
    for key, way in asked:
        answer = pair.ask(key, **way)
        row = first_row(answer)
        found.append((row[key] if row else None, answer[1] if answer else None))
    return found


def _share_sentence(pair: Pair, me: str, other: str) -> Sentence | None:
    shares = _shares(pair, me, other)
    if all(share is None for share, _ in shares):
        return None
    template = mark("{b} has {trade} of all trade of {a}: {exports} of its exports and {imports} of its imports.")
    values: dict[str, Value] = {"a": region(me), "b": region(other)}
    values |= {
        name: Amount(share, "share") for name, (share, _) in zip(("trade", "exports", "imports"), shares, strict=True)
    }
    known = some(*(evidence for _, evidence in shares))
    return Sentence(template, values, known[0] if known else None, known[1:])


def share_series(pair: Pair, me: str, other: str) -> list[float | None]:
    """Share of the other in all trade of `me`, year by year."""
    answer = pair.ask("trade_share", on="timed", region=me, partner=other)
    found = {row["period"]: row["trade_share"] for row in answer[0].rows()} if answer else {}
    return [found.get(year) for year in pair.periods]


def _share_drawing(pair: Pair, me: str, other: str) -> Drawing | None:
    mine, theirs = share_series(pair, me, other), share_series(pair, other, me)
    if len(pair.periods) < 2 or not any(mine):
        return None
    answer = pair.ask("trade_share", on="timed", region=me, partner=other)
    title = Sentence(mark("Share of each in the trade of the other"), {}, answer[1] if answer else None)
    lines = (
        Line(Sentence("{b}", {"b": region(other)}), tuple(mine)),
        Line(Sentence("{b}", {"b": region(me)}), tuple(theirs)),
    )
    return Drawing("shares", "lines", title, tuple(map(when, pair.periods)), lines, Amount(None, "share"))


def _rank_facts(pair: Pair, me: str, other: str) -> list[Fact]:
    facts = []
    for home, partner in ((me, other), (other, me)):
        found = _rank(pair, home, partner, None)
        if found is None or found[1] is None or found[1] == found[0]["partner_rank"]:
            continue
        now, before, evidence = found
        template = (
            mark("{b} rose from rank {before} to rank {rank} among the {population} partners of {a}.")
            if now["partner_rank"] < before
            else mark("{b} fell from rank {before} to rank {rank} among the {population} partners of {a}.")
        )
        values: dict[str, Value] = {
            "a": region(home),
            "b": region(partner),
            "before": Amount(before, "count"),
            "rank": Amount(now["partner_rank"], "count"),
            "population": Amount(now["population"], "count"),
        }
        gap = now["gap_below"] if now["partner_rank"] < before else now["gap_above"]
        trade = pair.turnover(me, other)
        score = salience(stake=gap or 0.0, flow=trade, turnover=trade, distance=now["partner_rank"] - before)
        facts.append(Fact("rank", Sentence(template, values, evidence), score))
    return facts


def _share_facts(pair: Pair, me: str, other: str) -> list[Fact]:
    facts = []
    for home, partner in ((me, other), (other, me)):
        series = share_series(pair, home, partner)
        if len(series) < 2 or series[-1] is None or series[-2] is None or pair.before is None:
            continue
        answer = pair.ask("trade_share", on="timed", region=home, partner=partner)
        change = series[-1] - series[-2]
        template = mark("The share of {b} in all trade of {a} is {share}, {points} on {before}.")
        values: dict[str, Value] = {
            "a": region(home),
            "b": region(partner),
            "share": Amount(series[-1], "share"),
            "points": Amount(change, "points"),
            "before": when(pair.before),
        }
        whole = pair.total(home, "origin") + pair.total(home, "destination")
        trade = pair.turnover(me, other)
        score = salience(stake=change * whole, flow=trade, turnover=trade, distance=own_past(series))
        facts.append(Fact("share", Sentence(template, values, answer[1] if answer else None), score))
    return facts
