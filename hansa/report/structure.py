"""What is traded: the largest products both ways, what moved growth, how concentrated and how two-sided trade is."""

from __future__ import annotations

import math
from dataclasses import replace

from hansa.report.affinity import first_row, ways_sheet
from hansa.report.facts import Column, Drawing, Fact, Grid, Line, Section
from hansa.report.pair import Pair
from hansa.report.salience import log_distance, salience
from hansa.report.turnover import money, region, when
from hansa.wording.sentence import Amount, Evidence, Name, Sentence, Value, mark
from hansa.wording.words import scale_for

TOP = 7
CONTRIBUTION = mark("Exports by product, and their contribution to growth")
CONTRIBUTION_FORMULA = r"c_k = (x_{ijk1} - x_{ijk0}) / x_{ij0}"


def structure(pair: Pair, me: str, other: str) -> Section | None:
    """The chapter on products; None where the flows have none."""
    if "product" not in pair.flows.columns:
        return None
    sentences, grids, facts = [], [], []
    for origin, destination in ((me, other), (other, me)):
        now = pair.products(origin, destination, pair.period)
        if not now:
            continue
        evidence = product_evidence(pair, origin, destination)
        sentences.append(_top_sentence(pair, origin, destination, now, evidence))
        grids.append(_top_grid(pair, origin, destination, now, evidence))
        facts += _concentration_facts(pair, me, other, (origin, destination), now)
        facts += _product_facts(pair, me, other, (origin, destination), now, evidence)
    if not grids:
        return None
    sentences += [sentence for sentence in (_two_sided(pair, me, other),) if sentence]
    if grid := _concentration(pair, me, other):
        grids.append(grid)
    drawings = [drawing] if (drawing := _comparison(pair, me, other)) else []
    return Section("structure", mark("Structure"), tuple(sentences), tuple(grids), tuple(drawings), tuple(facts))


def product(code: str) -> Name:
    """A product by its name."""
    return Name(code, "product")


def product_evidence(pair: Pair, origin: str, destination: str) -> Evidence | None:
    """How exports by product are known."""
    years = [year for year in (pair.before, pair.period) if year]
    known = pair.evidence_of(
        "exports", on="timed", by="origin,destination,product", origin=origin, destination=destination, period=years
    )
    return replace(known, title=CONTRIBUTION, formula=CONTRIBUTION_FORMULA) if known and pair.before else known


def ranked(values: dict[str, float]) -> list[str]:
    """Codes by value, largest first; equal ones in the order of their codes."""
    return sorted(values, key=lambda code: (-values[code], code))


def _top_sentence(
    pair: Pair, origin: str, destination: str, now: dict[str, float], evidence: Evidence | None
) -> Sentence:
    first, total = ranked(now)[0], math.fsum(now.values())
    template = mark("{a} → {b}: {count} products; the largest is {product} with {value}, {share} of the total.")
    values: dict[str, Value] = {
        "a": region(origin),
        "b": region(destination),
        "count": Amount(len(now), "count"),
        "product": product(first),
        "value": money(pair, now[first]),
        "share": Amount(now[first] / total, "share"),
    }
    return Sentence(template, values, evidence)


def _top_grid(pair: Pair, origin: str, destination: str, now: dict[str, float], evidence: Evidence | None) -> Grid:
    then = pair.products(origin, destination, pair.before) if pair.before else {}
    total, before = math.fsum(now.values()), math.fsum(then.values())
    rows: list[tuple[Value, ...]] = []
    for code in ranked(now)[:TOP]:
        change = now[code] - then.get(code, 0.0) if before else None
        rows.append(
            (
                product(code),
                money(pair, now[code]),
                Amount(now[code] / total, "share"),
                Amount(now[code] / then[code] - 1 if then.get(code) else None, "growth"),
                Amount(change / before if change is not None else None, "points"),
            )
        )
    rest = [code for code in {*now, *then} if code not in ranked(now)[:TOP]]
    value, old = (math.fsum(some.get(code, 0.0) for code in rest) for some in (now, then))
    if rest:
        rows.append(
            (
                Sentence(mark("all other ({count})"), {"count": Amount(len(rest), "count")}),
                money(pair, value),
                Amount(value / total, "share"),
                Amount(value / old - 1 if old else None, "growth"),
                Amount((value - old) / before if before else None, "points"),
            )
        )
    heads = (mark("Product"), mark("Value"), mark("Share"), mark("Growth"), mark("Contribution"))
    columns = tuple(Column(Sentence(head), label=k == 0) for k, head in enumerate(heads))
    title = Sentence(
        mark("What {a} sells to {b}, {period}"),
        {"a": region(origin), "b": region(destination), "period": when(pair.period)},
    )
    known = (evidence,) if evidence else ()
    return Grid(
        ways_sheet(mark("Products {a}-{b}"), origin, destination),
        title,
        columns,
        tuple(rows),
        known,
        scale_for([total]),
        pair.currency,
    )


def _comparison(pair: Pair, me: str, other: str) -> Drawing | None:
    """The largest products of my sales to the other, beside their share in all I sell."""
    now = pair.products(me, other, pair.period)
    answer = pair.ask("export_structure", origin=me)
    if not now or answer is None:
        return None
    everywhere = {row["product"]: row["export_structure"] for row in answer[0].rows()}
    total = math.fsum(now.values())
    top = ranked(now)[:5]
    lines = (
        Line(Sentence(mark("to {b}"), {"b": region(other)}), tuple(now[code] / total for code in top)),
        Line(Sentence(mark("to all")), tuple(everywhere.get(code) for code in top)),
    )
    title = Sentence(mark("Shares in what {a} sells"), {"a": region(me)}, answer[1])
    return Drawing("shares-of-products", "bars", title, tuple(map(product, top)), lines, Amount(None, "share"))


def _two_sided(pair: Pair, me: str, other: str) -> Sentence | None:
    answer = pair.ask("grubel_lloyd_aggregate", partner=other, region=me)
    row = first_row(answer)
    if answer is None or row is None or row["grubel_lloyd_aggregate"] is None:
        return None
    template = mark(
        "Intra-industry trade is {index} on a scale from 0 (each product one way) to 1 (as much out as in), "
        "{corrected} where "
        "corrected for the balance."
    )
    values: dict[str, Value] = {
        "index": Amount(row["grubel_lloyd_aggregate"], "index"),
        "corrected": Amount(row["balance_corrected"], "index"),
    }
    return Sentence(template, values, answer[1])


def _concentration(pair: Pair, me: str, other: str) -> Grid | None:
    rows, known = [], []
    for code in (me, other):
        cells: list[Value] = [region(code)]
        for key in ("hhi_products", "hhi_partners"):
            for of in ("exports", "imports"):
                side = "origin" if of == "exports" else "destination"
                answer = pair.ask(key, of=of, **{side: code})
                row = first_row(answer)
                cells.append(Amount(list(row.values())[-1] if row else None, "index"))
                known += [answer[1]] if answer else []
        rows.append(tuple(cells))
    if not known:
        return None
    heads = (
        mark("Region"),
        mark("Exports, products"),
        mark("Imports, products"),
        mark("Exports, partners"),
        mark("Imports, partners"),
    )
    columns = tuple(Column(Sentence(head), label=k == 0) for k, head in enumerate(heads))
    title = Sentence(
        mark("Concentration of all trade (Herfindahl-Hirschman, 0 to 1), {period}"), {"period": when(pair.period)}
    )
    return Grid(Sentence(mark("Concentration")), title, columns, tuple(rows), tuple(known[:4]))


def _concentration_facts(pair: Pair, me: str, other: str, way: tuple[str, str], now: dict[str, float]) -> list[Fact]:
    answer = pair.ask("export_structure", origin=way[0])
    if answer is None:
        return []
    everywhere = {row["product"]: row["export_structure"] for row in answer[0].rows()}
    code, total = ranked(now)[0], math.fsum(now.values())
    share, usual = now[code] / total, everywhere.get(code)
    if not usual:
        return []
    template = mark("{product}: {share} of what {a} sells to {b}, against {usual} of what it sells to all.")
    values: dict[str, Value] = {
        "product": product(code),
        "share": Amount(share, "share"),
        "a": region(way[0]),
        "b": region(way[1]),
        "usual": Amount(usual, "share"),
    }
    stake = (share - usual) * total
    score = salience(stake=stake, flow=total, turnover=pair.turnover(me, other), distance=log_distance(share, usual))
    also = tuple(known for known in (product_evidence(pair, *way),) if known)
    return [Fact("concentration", Sentence(template, values, answer[1], also), score)]


def _product_facts(
    pair: Pair, me: str, other: str, way: tuple[str, str], now: dict[str, float], evidence: Evidence | None
) -> list[Fact]:
    """The product that moved trade most."""
    if not pair.before:
        return []
    then = pair.products(*way, pair.before)
    moved = {code: now.get(code, 0.0) - then.get(code, 0.0) for code in {*now, *then}}
    code = ranked({code: abs(change) for code, change in moved.items()})[0]
    x0, x1, before = then.get(code, 0.0), now.get(code, 0.0), math.fsum(then.values())
    if not before:
        return []
    template = mark(
        "{product} moved what {a} sells to {b} most: from {from} to {to}, {points} of a growth of {growth}."
    )
    values: dict[str, Value] = {
        "product": product(code),
        "a": region(way[0]),
        "b": region(way[1]),
        "from": money(pair, x0),
        "to": money(pair, x1),
        "points": Amount(moved[code] / before, "points"),
        "growth": Amount(math.fsum(now.values()) / before - 1, "growth"),
    }
    trade = max(pair.turnover(me, other), pair.turnover(me, other, pair.before))
    score = salience(stake=moved[code], flow=max(x0, x1), turnover=trade, distance=log_distance(x1, x0))
    return [Fact("product", Sentence(template, values, evidence), score)]
