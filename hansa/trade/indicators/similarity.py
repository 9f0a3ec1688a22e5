"""Similarity of exports, and trade in both directions inside one industry."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from hansa.indicator import Answer
from hansa.trade import intensity, intra_industry
from hansa.trade.flows import Flows
from hansa.trade.indicators import panel
from hansa.trade.indicators.declare import trade_indicator
from hansa.trade.indicators.grid import long, several
from hansa.trade.indicators.panel import Coded, answer, block, part, scope, together
from hansa.trade.indicators.series import earlier
from hansa.trade.ratio import Array, shares, traded_along

__all__ = [
    "export_similarity",
    "grubel_lloyd",
    "grubel_lloyd_aggregate",
    "krugman_specialisation",
    "marginal_iit",
    "marginal_iit_aggregate",
]

TOPIC = "Similarity and intra-industry trade"


def _between_exporters(flows: Flows, market: Any, figure: Callable[[Array], Array], key: str) -> Answer:
    """A figure of two export structures for every two regions, in the world or in the markets named together."""
    axes = ("origin", "product")
    code = panel.exports(flows) if market is None else part(flows, axes, destination=several(market))
    regions, blocks = code.labels[0], []
    for period, (X,) in together(code):
        selling = np.flatnonzero(traded_along(X, 1))
        found = figure(shares(X[selling])) if len(selling) else np.zeros((0, 0))
        region, partner = np.nonzero(~np.eye(len(selling), dtype=bool))
        labels = {"region": (regions, selling[region]), "partner": (regions, selling[partner])}
        blocks.append(long(period, labels, {key: found[region, partner]}))
    return answer(blocks, code.notes, market="the world" if market is None else market)


@trade_indicator(
    title="Export similarity",
    topic=TOPIC,
    unit="0..100, 100 = equal structure",
    range="0 .. 100",
    formula=r"100\sum_k \min(s_{ak,c}, s_{bk,c})",
    reference="Finger and Kreinin 1979, The Economic Journal 89",
)
def export_similarity(flows: Flows, *, market: Any = None) -> Answer:
    """How far two regions sell the same products, to the world or in one market: whether they compete.

    market : a destination, or several taken together; all where not said.

    >>> flows = {"origin": ["A", "A", "B"], "destination": ["C"] * 3, "product": ["p", "q", "p"],
    ...          "value": [1.0, 3.0, 2.0]}
    >>> export_similarity(flows, market="C", region="A", partner="B").value()
    25.0
    """
    return _between_exporters(flows, market, lambda s: intensity.match(s, s), "export_similarity")


@trade_indicator(
    title="Krugman specialisation",
    topic=TOPIC,
    unit="0..2, 0 = equal structure",
    range="0 .. 2",
    formula=r"\sum_k |s_{ak} - s_{bk}|",
    reference="Krugman 1991, Geography and Trade",
)
def krugman_specialisation(flows: Flows, *, market: Any = None) -> Answer:
    """The sum of differences between the export structures of two regions; 2 less twice their overlap.

    market : a destination, or several taken together; all where not said.

    >>> flows = {"origin": ["A", "A", "B"], "product": ["p", "q", "p"], "value": [1.0, 3.0, 2.0]}
    >>> krugman_specialisation(flows, region="A", partner="B").value()
    1.5
    """
    return _between_exporters(flows, market, lambda s: 2 - intensity.match(s, s) / 50, "krugman_specialisation")


def _both_directions(flows: Flows, partner: Any) -> list[tuple[Any, Coded, Coded]]:
    """Exports and imports of every region by product: with the world (partner None), or with each partner named."""
    if partner is None:
        return [(None, panel.exports(flows), panel.imports(flows))]
    return [
        (
            one,
            part(flows, ("origin", "product"), destination=one),
            part(flows, ("destination", "product"), origin=one),
        )
        for one in several(partner)
    ]


def _labelled(partner: Any, region: Any) -> dict[str, Any]:
    return {"region": region} if partner is None else {"region": region, "partner": ([partner], np.array([0]))}


def _by_product(flows: Flows, partner: Any, period: str | None, traded: Array, figure: Array, key: str) -> Any:
    """Rows where the region and its partner trade the product."""
    everything = scope(flows)
    region, product = np.nonzero(traded)
    labels = {"region": (everything.regions, region)}
    if partner is not None:
        labels["partner"] = ([partner], np.zeros(len(region), np.int64))
    labels["product"] = (everything.products, product)
    return long(period, labels, {key: figure[region, product]})


@trade_indicator(
    title="Intra-industry trade by product",
    topic=TOPIC,
    unit="0..1, 1 = as much out as in",
    range="0 .. 1",
    formula=r"GL_k = 1 - \frac{|x_k - m_k|}{x_k + m_k}",
    reference="Grubel and Lloyd 1975, Intra-Industry Trade",
)
def grubel_lloyd(flows: Flows, *, partner: Any = None) -> Answer:
    """How far a region both sells and buys a product; for products that it trades at all.

    It rises as products are put together: compare only at one level.

    partner : a region, or several each in turn; the world as one partner where not said.

    >>> flows = {"origin": ["A", "B"], "destination": ["B", "A"], "product": ["p", "p"], "value": [1.0, 3.0]}
    >>> grubel_lloyd(flows, partner="B").rows()
    [{'region': 'A', 'partner': 'B', 'product': 'p', 'grubel_lloyd': 0.5}]
    """
    blocks = []
    for one, sold, bought in _both_directions(flows, partner):
        for period, (x, m) in together(sold, bought):
            figure = intra_industry.grubel_lloyd(x, m)
            blocks.append(_by_product(flows, one, period, x + m, figure, "grubel_lloyd"))
    return answer(blocks, level=f"{len(scope(flows).products):,} products")


@trade_indicator(
    title="Intra-industry trade, aggregate",
    topic=TOPIC,
    unit="0..1, 1 = as much out as in",
    range="0 .. 1",
    formula=r"1 - \frac{\sum_k|x_k - m_k|}{\sum_k (x_k + m_k)};\quad "
    r"\frac{\sum(x+m) - \sum|x-m|}{\sum(x+m) - |\sum(x-m)|}",
    reference="Grubel and Lloyd 1975, Intra-Industry Trade",
)
def grubel_lloyd_aggregate(flows: Flows, *, partner: Any = None) -> Answer:
    """Over all products: the mean of the products' indices weighted by their trade.

    Columns: corrected for the balance (an unbalanced total makes full overlap impossible), and plain.

    partner : a region, or several each in turn; the world as one partner where not said.

    >>> flows = {"origin": ["A", "A", "B"], "destination": ["B", "B", "A"], "product": ["p", "q", "p"],
    ...          "value": [2.0, 2.0, 2.0]}
    >>> grubel_lloyd_aggregate(flows, partner="B", region="A").rows()
    [{'region': 'A', 'partner': 'B', 'balance_corrected': 1.0, 'grubel_lloyd_aggregate': 0.66666666666666...}]
    """
    regions, blocks = scope(flows).regions, []
    for one, sold, bought in _both_directions(flows, partner):
        for period, (x, m) in together(sold, bought):
            trading = np.flatnonzero(traded_along(x + m, 1))
            found = intra_industry.aggregate(x[trading], m[trading])
            figures = {"balance_corrected": found.corrected, "grubel_lloyd_aggregate": found.plain}
            blocks.append(block(period, _labelled(one, (regions, trading)), figures))
    return answer(blocks, level=f"{len(scope(flows).products):,} products")


@trade_indicator(
    title="Marginal intra-industry trade by product",
    topic=TOPIC,
    unit="0..1, 1 = exports and imports moved alike",
    range="0 .. 1",
    formula=r"A_k = 1 - \frac{|\Delta x_k - \Delta m_k|}{|\Delta x_k| + |\Delta m_k|}",
    reference="Brulhart 1994, Weltwirtschaftliches Archiv 130",
)
def marginal_iit(flows: Flows, *, partner: Any = None, against: str = "last_year") -> Answer:
    """How far the change of trade in a product went in both directions, which is held to cost less adjustment.

    Null where neither exports nor imports changed. Values are changes as reported, not deflated.

    partner : a region, or several each in turn; the world as one partner where not said.
    against : ``last_year``, ``previous``, or a period.

    >>> flows = {"period": [2020, 2020, 2021, 2021], "origin": ["A", "B"] * 2, "destination": ["B", "A"] * 2,
    ...          "product": ["p"] * 4, "value": [1.0, 1.0, 2.0, 4.0]}
    >>> marginal_iit(flows, partner="B").rows()
    [{'period': '2021', 'region': 'A', 'partner': 'B', 'product': 'p', 'marginal_iit': 0.5}]
    """
    blocks = []
    for one, period, x, m, traded in _changes(flows, partner, against):
        blocks.append(_by_product(flows, one, period, traded, intra_industry.marginal(x, m), "marginal_iit"))
    return answer(blocks, against=against, level=f"{len(scope(flows).products):,} products")


@trade_indicator(
    title="Marginal intra-industry trade, aggregate",
    topic=TOPIC,
    unit="0..1, 1 = exports and imports moved alike",
    range="0 .. 1",
    formula=r"1 - \frac{\sum_k|\Delta x_k - \Delta m_k|}{\sum_k(|\Delta x_k| + |\Delta m_k|)}",
    reference="Brulhart 1994, Weltwirtschaftliches Archiv 130",
)
def marginal_iit_aggregate(flows: Flows, *, partner: Any = None, against: str = "last_year") -> Answer:
    """The same over all products, weighted by their change.

    partner : a region, or several each in turn; the world as one partner where not said.
    against : ``last_year``, ``previous``, or a period.

    >>> flows = {"period": [2020, 2020, 2021, 2021], "origin": ["A", "B"] * 2, "destination": ["B", "A"] * 2,
    ...          "product": ["p"] * 4, "value": [1.0, 1.0, 2.0, 4.0]}
    >>> marginal_iit_aggregate(flows, partner="B").value()
    0.5
    """
    regions, blocks = scope(flows).regions, []
    for one, period, x, m, traded in _changes(flows, partner, against):
        trading = np.flatnonzero(traded_along(traded, 1))
        figure = {"marginal_iit_aggregate": intra_industry.marginal_aggregate(x[trading], m[trading])}
        blocks.append(block(period, _labelled(one, (regions, trading)), figure))
    return answer(blocks, against=against, level=f"{len(scope(flows).products):,} products")


def _changes(flows: Flows, partner: Any, against: str) -> Iterable[tuple[Any, str, Array, Array, Any]]:
    """Partner, period, change of exports and of imports, and what is traded in either period."""
    panel.need(flows, "period")
    known = [str(name) for name in scope(flows).periods]
    for one, sold, bought in _both_directions(flows, partner):
        for before, after in earlier(known, against):
            x_0, x_1 = sold.periods[before].matrix(), sold.periods[after].matrix()
            m_0, m_1 = bought.periods[before].matrix(), bought.periods[after].matrix()
            yield one, known[after], x_1 - x_0, m_1 - m_0, (x_0 + x_1 + m_0 + m_1) > 0
