"""Margins of trade: many products, or much of each."""

from __future__ import annotations

from typing import Any

import numpy as np

from hansa.indicator import Answer
from hansa.trade import trade_margins
from hansa.trade.flows import Flows
from hansa.trade.indicators import panel
from hansa.trade.indicators.declare import trade_indicator
from hansa.trade.indicators.grid import several
from hansa.trade.indicators.panel import answer, block, part, together
from hansa.trade.ratio import traded_along

__all__ = ["extensive_margin"]


@trade_indicator(
    title="Extensive and intensive margin",
    topic="Concentration and diversification",
    unit="share of the market",
    range="0 .. 1",
    formula=r"EM_{ij} = \frac{\sum_{k: x_{ijk}>0} V_{jk}}{\sum_k V_{jk}},\quad "
    r"IM_{ij} = \frac{\sum_k x_{ijk}}{\sum_{k: x_{ijk}>0} V_{jk}}",
    reference="Hummels and Klenow 2005, American Economic Review 95",
)
def extensive_margin(flows: Flows, *, market: Any = None) -> Answer:
    """How much of a market lies in products that a region sells there, and how much of these it supplies.

    Columns: intensive margin, market share (the product of both margins), extensive margin.

    market : a destination, or several each in turn; the world as one market where not said.

    >>> flows = {"origin": ["A", "B", "B"], "destination": ["C"] * 3, "product": ["p", "p", "q"],
    ...          "value": [1.0, 1.0, 2.0]}
    >>> extensive_margin(flows, market="C", origin="A").rows()
    [{'origin': 'A', 'destination': 'C', 'intensive_margin': 0.5, 'market_share': 0.25, 'extensive_margin': 0.5}]
    """
    blocks = []
    for one in [None] if market is None else several(market):
        code = panel.exports(flows) if one is None else part(flows, ("origin", "product"), destination=one)
        for period, (x,) in together(code):
            selling = np.flatnonzero(traded_along(x, 1))
            found = trade_margins.margins(x[selling], x.sum(0))
            axes = {"origin": (code.labels[0], selling)}
            if one is not None:
                axes["destination"] = ([one], np.array([0]))
            figures = {
                "intensive_margin": found.intensive,
                "market_share": found.share,
                "extensive_margin": found.extensive,
            }
            blocks.append(block(period, axes, figures))
    return answer(blocks, market="the world" if market is None else market)
