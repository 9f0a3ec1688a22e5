"""The trade of a pair as a page shows it: the latest year by each report, a chart, the figures by year."""

from __future__ import annotations

from hansa.office.bilateral import Bilateral
from hansa.office.pages.promised import Cell
from hansa.report.facts import Column, Drawing, Grid, Line
from hansa.wording import Amount, Name, Sentence, Value, mark
from hansa.wording.words import scale_for

YEARS = 15


def latest_grid(trade: Bilateral, a: str, b: str) -> Grid:
    """Turnover, exports, imports and balance of the latest year, by each report that there is. a, b : names."""
    year = trade.periods[-1]
    figures = (
        (mark("Turnover"), trade.turnover),
        (mark("Exports of {a}"), trade.exports),
        (mark("Imports of {a}"), trade.imports),
        (mark("Balance of {a}"), trade.balance),
    )
    rows: list[tuple[Value, ...]] = []
    amounts: list[float] = []
    for name, figure in figures:
        values = [figure(year, teller) for teller in trade.told]
        amounts += [abs(value) for value in values if value is not None]
        signed = figure == trade.balance
        said = Sentence(name, {"a": a} if "{a}" in name else {})
        rows.append((said, *(Amount(value, "money", trade.currency, signed) for value in values)))
    heads = [Sentence(mark("Reconciled"))] if len(trade.told) > 1 else [Sentence(mark("As reported"))]
    heads += [Sentence(mark("By the reports of {a}"), {"a": name}) for name in (a, b)][: len(trade.told) - 1]
    columns = (Column(Sentence(mark("Trade in goods")), label=True), *map(Column, heads))
    title = Sentence(mark("Trade of {a} with {b}, {period}"), {"a": a, "b": b, "period": Name(year, "period")})
    sheet = Sentence(mark("Trade in goods"))
    return Grid(sheet, title, columns, tuple(rows), (trade.evidence,), scale_for(amounts), trade.currency)


def year_grid(trade: Bilateral, a: str, b: str) -> Grid:
    """Exports, imports, turnover and balance year by year, reconciled where there are two reports."""
    rows: list[tuple[Value, ...]] = []
    amounts = []
    for year in reversed(trade.periods):
        figures = [trade.exports(year), trade.imports(year), trade.turnover(year)]
        amounts += [value for value in figures if value is not None]
        cells: list[Cell] = [Amount(value, "money", trade.currency) for value in figures]
        balance = Amount(trade.balance(year), "money", trade.currency, signed=True)
        rows.append((Name(year, "period"), *cells, balance))
    heads = (mark("Year"), mark("Exports"), mark("Imports"), mark("Turnover"), mark("Balance"))
    columns = tuple(Column(Sentence(head), label=k == 0) for k, head in enumerate(heads))
    title = Sentence(mark("Trade of {a} with {b} by year"), {"a": a, "b": b})
    sheet = Sentence(mark("By year"))
    return Grid(sheet, title, columns, tuple(rows), (trade.evidence,), scale_for(amounts), trade.currency)


def year_drawing(trade: Bilateral, a: str, b: str) -> Drawing | None:
    """Exports and imports over the years; None where there is one year only."""
    years = trade.periods[-YEARS:]
    if len(years) < 2:
        return None
    sold, bought = (tuple(figure(year) for year in years) for figure in (trade.exports, trade.imports))
    title = Sentence(mark("Exports of {a} to {b}, and imports from it"), {"a": a, "b": b}, trade.evidence)
    lines = (Line(Sentence(mark("Exports")), sold), Line(Sentence(mark("Imports")), bought))
    scale = scale_for([value for value in (*sold, *bought) if value is not None])
    places = tuple(Name(year, "period") for year in years)
    return Drawing("years", "lines", title, places, lines, Amount(None, "money", trade.currency), scale)
