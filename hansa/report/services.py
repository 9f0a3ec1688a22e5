"""Trade in services, where the store has any."""

from __future__ import annotations

from hansa.report.facts import Column, Grid, Section
from hansa.report.pair import Pair
from hansa.report.structure import product, ranked
from hansa.report.turnover import growth, money, region, some, when
from hansa.trade.flows import Flows
from hansa.wording.sentence import Amount, Evidence, Sentence, Value, mark
from hansa.wording.words import scale_for


def services(pair: Pair, me: str, other: str) -> Section | None:
    """The chapter on services, as `me` itself reports them; None where the store has none."""
    if pair.services is None:
        return None
    sold, bought = (_by_product(pair.services, way, me) for way in ((me, other), (other, me)))
    now, then = ([some.get(year or "", {}) for some in (sold, bought)] for year in (pair.period, pair.before))
    totals = [sum(part.values()) for part in now]
    values: dict[str, Value]
    if not any(totals):
        template = mark("No trade in services between {a} and {b} is recorded in {period}.")
        values = {"a": region(me), "b": region(other), "period": when(pair.period)}
        return Section("services", mark("Services"), (Sentence(template, values),))
    ways = ((me, other), (other, me))
    by = "origin,destination,product" if "product" in pair.services.columns else "origin,destination"
    known = some(*(pair.own_report(pair.services, *way, me, by) for way in ways))
    template = mark(
        "By the reports of {a} alone, services worth {exports} went to {b} in {period} and services worth {imports} "
        "came from there."
    )
    values = {
        "a": region(me),
        "b": region(other),
        "period": when(pair.period),
        "exports": money(pair, totals[0]),
        "imports": money(pair, totals[1]),
    }
    sentence = Sentence(template, values, None, known)
    return Section("services", mark("Services"), (sentence,), (_grid(pair, me, other, now, then, known),))


def _by_product(flows: Flows, way: tuple[str, str], teller: str) -> dict[str, dict[str, float]]:
    """Services from one to the other, by year and kind; of two reports the one that `teller` itself made."""
    chosen = flows.where(origin=way[0], destination=way[1])
    if flows.told_by == "both":
        chosen = chosen.where(told_by="origin" if teller == way[0] else "destination")
    columns = ["period", *(["product"] if "product" in flows.columns else [])]
    found: dict[str, dict[str, float]] = {}
    for row in chosen.totals(*columns).to_pylist():
        found.setdefault(row["period"], {})[row.get("product", "")] = row["value"] or 0.0
    return found


def _grid(
    pair: Pair,
    me: str,
    other: str,
    now: list[dict[str, float]],
    then: list[dict[str, float]],
    known: tuple[Evidence, ...],
) -> Grid:
    (x, m), (x0, m0) = now, then
    codes = ranked({code: x.get(code, 0.0) + m.get(code, 0.0) for code in {*x, *m}})
    rows = tuple(
        (
            product(code) if code else Sentence(mark("all services")),
            money(pair, x.get(code, 0.0)),
            Amount(growth(x0.get(code), x.get(code)), "growth"),
            money(pair, m.get(code, 0.0)),
            Amount(growth(m0.get(code), m.get(code)), "growth"),
        )
        for code in codes
    )
    heads = (mark("Service"), mark("Exports"), mark("Growth"), mark("Imports"), mark("Growth"))
    columns = tuple(Column(Sentence(head), label=k == 0) for k, head in enumerate(heads))
    title = Sentence(
        mark("Services of {a} with {b}, {period}"), {"a": region(me), "b": region(other), "period": when(pair.period)}
    )
    return Grid(
        Sentence(mark("Services")), title, columns, rows, known, scale_for([*x.values(), *m.values()]), pair.currency
    )
