"""Why exports grew: constant-market-share decomposition."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import numpy as np
import pyarrow as pa

from hansa import dense
from hansa.indicator import Answer
from hansa.trade.flows import Flows
from hansa.trade.indicators.declare import trade_indicator
from hansa.trade.indicators.grid import abroad, first_and_last, grid, grids, said, wanted
from hansa.trade.market_share import Decomposition, decompose
from hansa.trade.ratio import rest

__all__ = ["constant_market_share"]

TERMS = [field.name for field in fields(Decomposition) if field.name not in ("residual", "unmatched")]


@trade_indicator(
    title="Constant-market-share decomposition of export growth",
    topic="Growth",
    unit="unit of the flows",
    range="real; world + commodity + market + residual = change",
    formula=r"\Delta X = r X_0 + \sum_k (r_k - r) X_{k0} + \sum_{kj} (r_{kj} - r_k) X_{kj0} + \mathrm{residual}",
    reference="Leamer and Stern 1970; Richardson 1971; order-free: mean of both orders (Shapley)",
)
def constant_market_share(flows: Flows, *, origin: Any = None, start: Any = None, end: Any = None) -> Answer:
    """The change of exports in parts: the world's growth, the mix of products, the mix of markets, and a residual.

    `commodity` and `market` are means over both orders, so that none comes first; the parts of each order stand beside
    them. The reference is what the same markets import from everybody else.

    origin : one or several; all by default.
    start, end : periods; the first and the last at hand by default.

    >>> flows = {"period": [2020, 2020, 2021, 2021], "origin": ["A", "B"] * 2, "destination": ["C"] * 4,
    ...          "product": ["p"] * 4, "value": [10.0, 100.0, 12.0, 110.0]}
    >>> row = constant_market_share(flows, origin="A").rows()[0]
    >>> round(row["world"], 6), round(row["residual"], 6)
    (1.0, 1.0)
    """
    flows, notes = abroad(flows)
    imports = grid(flows, "destination", "product")
    first, last = first_and_last(flows, start, end)
    sellers = dense.labels(flows.totals("origin"), "origin")
    chosen = [sellers[place] for place in wanted(sellers, origin, "origin")]
    bought = [imports.matrix(name) for name in (first, last)]
    rows, unmatched = [], []
    for one, own in grids(flows, "origin", chosen, "destination", "product", period=(first, last)):
        elsewhere = np.array([market != one for market in imports.rows])
        sold = [own.onto(imports.rows, imports.columns, name) for name in (first, last)]
        others = [np.maximum(rest(whole, part), 0)[elsewhere] for whole, part in zip(bought, sold, strict=True)]
        found = decompose(sold[0][elsewhere], sold[1][elsewhere], *others)
        rows.append(found)
        if found.unmatched > 0:
            unmatched.append(f"{one} {found.unmatched:.1%}")
    if unmatched:
        notes.append(
            "share of initial exports in cells where nobody else sold then, taken to grow by r_k + r_j - r: "
            f"{said(unmatched)}"
        )
    columns: dict[str, Any] = {"period": [last] * len(rows), "start": [first] * len(rows), "origin": chosen}
    columns |= {name: [getattr(row, name) for row in rows] for name in [*TERMS, "residual"]}
    notes.append("the residual is what the growth of others does not explain; a market that closed is in it too")
    meta = {"world": "everybody but the origin", "order": "mean of both", "start": first, "end": last}
    return Answer(pa.table(columns), notes, meta, unit=str(flows.unit))
