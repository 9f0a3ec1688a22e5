"""What each would miss without the other: imports at risk by product, and whether few others sell the same."""

from __future__ import annotations

from typing import Any

from hansa.report.affinity import ways_sheet
from hansa.report.facts import Column, Fact, Grid, Section
from hansa.report.pair import Pair
from hansa.report.salience import log_distance, salience
from hansa.report.structure import product
from hansa.report.turnover import money, region, when
from hansa.wording.sentence import Amount, Evidence, Sentence, Value, mark
from hansa.wording.words import scale_for

TOP, HALF = 6, 0.5


def dependence(pair: Pair, me: str, other: str) -> Section | None:
    """The chapter on dependency, both ways; None where the flows have no products."""
    if "product" not in pair.flows.columns:
        return None
    sentences, grids, facts, results = [], [], [], {}
    for buyer, seller in ((me, other), (other, me)):
        found = _rows(pair, buyer, seller)
        if found is None:
            continue
        rows, known, result = found
        results[f"imports_at_risk {buyer} {seller}"] = result
        sentences.append(_sentence(pair, buyer, seller, rows, known))
        grids.append(_grid(pair, buyer, seller, rows, known))
        facts += _facts(pair, me, other, (buyer, seller), rows, known)
    if not grids:
        return None
    explained = Sentence(
        mark(
            "Import-dependent: suppliers are few (concentration above 0.4) and imports exceed exports; persistent "
            "where that held "
            "in two of three years. Only direct imports count, not what is inside the goods of third regions."
        )
    )
    return Section(
        "dependency", mark("Dependency on each other"), (explained, *sentences), tuple(grids), (), tuple(facts), results
    )


def _rows(pair: Pair, buyer: str, seller: str) -> tuple[list[dict[str, Any]], tuple[Evidence, ...], Any] | None:
    """Products that the buyer takes from the seller, by value, with shares and the criteria of dependency."""
    risk = pair.ask("imports_at_risk", origin=seller, destination=buyer, by="product")
    if risk is None:
        return None
    criteria = pair.ask("import_dependency", on="timed", region=buyer)
    flags = {row["product"]: row for row in criteria[0].rows() if row["period"] == pair.period} if criteria else {}
    rows = [{**flags.get(row["product"], {}), **row} for row in risk[0].rows() if row["value"]]
    rows.sort(key=lambda row: (-row["value"], row["product"]))
    if not rows:
        return None
    return rows, (risk[1], criteria[1]) if criteria else (risk[1],), risk[0]


def _sentence(pair: Pair, buyer: str, seller: str, rows: list[dict[str, Any]], known: tuple[Evidence, ...]) -> Sentence:
    heavy = [row for row in rows if (row["imports_at_risk"] or 0.0) > HALF]
    dependent = [row for row in rows if row.get("import_dependency")]
    template = (
        mark(
            "Products that {a} buys from {b}: {count}. For more than half from there: {heavy} (worth {value}); "
            "import-dependent: {dependent}, persistently so: {persistent}."
        )
        if heavy
        else mark(
            "Products that {a} buys from {b}: {count}, none of them for more than half from there; import-dependent: "
            "{dependent}, persistently so: {persistent}."
        )
    )
    values: dict[str, Value] = {
        "count": Amount(len(rows), "count"),
        "a": region(buyer),
        "b": region(seller),
        "heavy": Amount(len(heavy), "count"),
        "value": money(pair, sum(row["value"] for row in heavy)),
        "dependent": Amount(len(dependent), "count"),
        "persistent": Amount(sum(bool(row.get("persistent")) for row in dependent), "count"),
    }
    return Sentence(template, values, known[0], known[1:])


def _grid(pair: Pair, buyer: str, seller: str, rows: list[dict[str, Any]], known: tuple[Evidence, ...]) -> Grid:
    top = sorted(rows, key=lambda row: (-(row["imports_at_risk"] or 0.0) * row["value"], row["product"]))[:TOP]
    body = tuple(
        (
            product(row["product"]),
            money(pair, row["value"]),
            Amount(row["imports_at_risk"], "share"),
            Amount(row.get("concentration"), "index"),
            _verdict(row),
        )
        for row in top
    )
    heads = (mark("Product"), mark("Imports"), mark("Share of all imports"), mark("Concentration"), mark("Dependent"))
    columns = tuple(Column(Sentence(head), label=k in (0, 4)) for k, head in enumerate(heads))
    title = Sentence(
        mark("Imports of {a} at risk from {b}, {period}"),
        {"a": region(buyer), "b": region(seller), "period": when(pair.period)},
    )
    scale = scale_for([row["value"] for row in top])
    return Grid(
        ways_sheet(mark("Dependency {a}-{b}"), buyer, seller), title, columns, body, known, scale, pair.currency
    )


def _verdict(row: dict[str, Any]) -> Value:
    if "import_dependency" not in row:
        return Amount(None, "count")
    if not row["import_dependency"]:
        return Sentence(mark("no"))
    return Sentence(mark("persistently")) if row.get("persistent") else Sentence(mark("this year"))


def _facts(
    pair: Pair, me: str, other: str, way: tuple[str, str], rows: list[dict[str, Any]], known: tuple[Evidence, ...]
) -> list[Fact]:
    buyer, seller = way
    heavy = [row for row in rows if (row["imports_at_risk"] or 0.0) > HALF]
    if not heavy:
        return []
    stake, whole = sum(row["value"] for row in heavy), sum(row["value"] for row in rows)
    worth = sum(row["value"] / row["imports_at_risk"] for row in heavy)
    usual = pair.ask("import_share", origin=seller, destination=buyer)
    usual_rows = usual[0].rows() if usual else []
    usual_share = usual_rows[0]["import_share"] if usual_rows else None
    template = mark(
        "{product}: {share} of what {a} imports of it comes from {b}; products with more than half from there are "
        "worth {value}."
    )
    first = max(heavy, key=lambda row: (row["value"], row["product"]))
    values: dict[str, Value] = {
        "a": region(buyer),
        "b": region(seller),
        "value": money(pair, stake),
        "product": product(first["product"]),
        "share": Amount(first["imports_at_risk"], "share"),
    }
    score = salience(
        stake=stake, flow=whole, turnover=pair.turnover(me, other), distance=log_distance(stake / worth, usual_share)
    )
    return [Fact("dependency", Sentence(template, values, known[0]), score)]
