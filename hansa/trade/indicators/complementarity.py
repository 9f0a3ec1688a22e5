"""Complementarity: whether one region sells what the other buys, and how much more they trade than that explains."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from hansa.indicator import Answer
from hansa.trade import intensity
from hansa.trade.flows import Flows
from hansa.trade.indicators.declare import trade_indicator
from hansa.trade.indicators.grid import long
from hansa.trade.indicators.panel import answer, exports, imports, pairs, scope, together
from hansa.trade.ratio import Array, ratio, shares, traded_along

__all__ = ["complementarity_cosine", "complementarity_drysdale", "trade_bias", "trade_complementarity"]

TOPIC = "Complementarity"


def pair_rows(
    flows: Flows, period: str | None, figures: dict[str, Array], kept: NDArray[np.bool_] | None = None
) -> pa.Table:
    """Rows of origin and destination, each pair of two regions; those kept where said."""
    regions = scope(flows).regions
    chosen = ~np.eye(len(regions), dtype=bool) if kept is None else kept & ~np.eye(len(regions), dtype=bool)
    origin, destination = np.nonzero(chosen)
    labels = {"origin": (regions, origin), "destination": (regions, destination)}
    return long(period, labels, {name: values[origin, destination] for name, values in figures.items()})


def _structures(flows: Flows, figure: Callable[[Array, Array, Array], Array], key: str) -> Answer:
    """A figure of export structure against import structure for every pair that sells and buys at all."""
    code = exports(flows), imports(flows)
    blocks = []
    for period, (X, M) in together(*code):
        sells, buys = traded_along(X, 1), traded_along(M, 1)
        out = np.full((len(X), len(M)), np.nan)
        out[np.ix_(sells, buys)] = figure(shares(X[sells]), shares(M[buys]), shares(X.sum(0)))
        blocks.append(pair_rows(flows, period, {key: out}, sells[:, None] & buys))
    return answer(blocks, code[0].notes + code[1].notes, world="all origins in the table")


@trade_indicator(
    title="Trade complementarity",
    topic=TOPIC,
    unit="0..100, 100 = sells exactly what the other buys",
    range="0 .. 100",
    formula=r"TC_{ij} = 100\left(1 - \tfrac12\sum_k |m_{jk} - s_{ik}|\right)",
    reference="Michaely 1996, Trade Preferential Agreements in Latin America (World Bank)",
)
def trade_complementarity(flows: Flows) -> Answer:
    """How far the export structure of the origin equals the import structure of the destination.

    >>> flows = {"origin": ["A", "B", "B"], "destination": ["B", "A", "A"],
    ...          "product": ["p", "p", "q"], "value": [2.0, 1.0, 1.0]}
    >>> trade_complementarity(flows).rows()[0]
    {'origin': 'A', 'destination': 'B', 'trade_complementarity': 100.0}
    """
    return _structures(flows, lambda s, m, w: intensity.match(s, m), "trade_complementarity")


@trade_indicator(
    title="Cosine of export and import structure",
    topic=TOPIC,
    unit="0..1, 1 = equal structure",
    range="0 .. 1",
    formula=r"\frac{\sum_k s_{ik} m_{jk}}{\sqrt{\sum_k s_{ik}^2}\sqrt{\sum_k m_{jk}^2}}",
    reference="Linnemann and van Beers 1988, Weltwirtschaftliches Archiv 124",
)
def complementarity_cosine(flows: Flows) -> Answer:
    """The cosine between the export structure of the origin and the import structure of the destination.

    >>> flows = {"origin": ["A", "B"], "destination": ["B", "A"], "product": ["p", "q"], "value": [2.0, 1.0]}
    >>> complementarity_cosine(flows).rows()[0]
    {'origin': 'A', 'destination': 'B', 'complementarity_cosine': 1.0}
    """
    return _structures(flows, lambda s, m, w: intensity.cosine(s, m), "complementarity_cosine")


@trade_indicator(
    title="Complementarity in advantages",
    topic=TOPIC,
    unit="ratio, 1 = as the structure of world trade",
    range="0 ..",
    formula=r"C_{ij} = \sum_k RCA_{ik}\, RCM_{jk}\, w_k = \sum_k s_{ik} m_{jk} / w_k",
    reference="Drysdale and Garnaut 1982, Hitotsubashi Journal of Economics 22",
)
def complementarity_drysdale(flows: Flows) -> Answer:
    """How intensely two regions would trade if only the structure of their trade counted.

    >>> flows = {"origin": ["A", "B"], "destination": ["B", "A"], "product": ["p", "q"], "value": [1.0, 1.0]}
    >>> complementarity_drysdale(flows).rows()[0]
    {'origin': 'A', 'destination': 'B', 'complementarity_drysdale': 2.0}
    """
    return _structures(flows, intensity.drysdale, "complementarity_drysdale")


@trade_indicator(
    title="Trade bias",
    topic=TOPIC,
    unit="ratio, 1 = as structure explains",
    range="0 ..",
    formula=r"\mathrm{bias}_{ij} = I_{ij} / C_{ij},\quad I_{ij} = \frac{x_{ij}/X_i}{M_j/W},\quad "
    r"C_{ij} = \sum_k s_{ik} m_{jk} / w_k",
    reference="Drysdale and Garnaut 1982, Hitotsubashi Journal of Economics 22",
)
def trade_bias(flows: Flows) -> Answer:
    """Trade intensity split in two: complementarity (what the products explain) x bias (nearness, ties, barriers).

    Columns: intensity, complementarity, and their quotient.

    >>> flows = {"origin": ["A", "B"], "destination": ["B", "A"], "product": ["p", "q"], "value": [1.0, 1.0]}
    >>> trade_bias(flows, origin="A").rows()
    [{'origin': 'A', 'destination': 'B', 'intensity': 2.0, 'complementarity': 2.0, 'trade_bias': 1.0}]
    """
    code = exports(flows), imports(flows), pairs(flows)
    blocks = []
    for period, (X, M, x) in together(*code):
        sells, buys = traded_along(X, 1), traded_along(M, 1)
        structure = np.full(x.shape, np.nan)
        structure[np.ix_(sells, buys)] = intensity.drysdale(shares(X[sells]), shares(M[buys]), shares(X.sum(0)))
        actual = intensity.intensity(x, np.ones(len(x)))
        terms = {"intensity": actual, "complementarity": structure, "trade_bias": ratio(actual, structure)}
        blocks.append(pair_rows(flows, period, terms, sells[:, None] & buys))
    return answer(blocks, sum((one.notes for one in code), ()), world="all origins in the table")
