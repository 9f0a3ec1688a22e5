"""Constant market share: what of a change of exports is due to the world, the products, the markets, and the rest.

Leamer and Stern 1970, Quantitative International Economics, ch. 7; Richardson 1971, Journal of International
Economics 1; order-free as the average of both orders (Shapley value).
Notation: X (J, K) exports to markets in rows; r, r_k, r_j, r_kj growth of what the markets buy from all others.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hansa.errors import DataError, NotIdentified

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Decomposition:
    """change = world + commodity + market + residual.

    commodity, market : averages over both orders; *_first and *_second are those of one order, and commodity_first +
        market_second = market_first + commodity_second.
    residual : what the reference growth does not explain; often called competitiveness, and it absorbs any shock of
        policy.
    unmatched : share of initial exports in cells where nobody else sold at the start; they grow by r_k + r_j - r.
    """

    initial: float
    change: float
    world: float
    commodity: float
    market: float
    residual: float
    commodity_first: float
    market_second: float
    market_first: float
    commodity_second: float
    unmatched: float


def decompose(before: ArrayLike, after: ArrayLike, others_before: ArrayLike, others_after: ArrayLike) -> Decomposition:
    """The change from `before` to `after` in parts.

    before, after : (J, K) exports of one region by market and product.
    others_before, others_after : (J, K) what the same markets imported from all other origins.

    Raises
    ------
    DataError : shapes differ.
    NotIdentified : nobody else sold anything at the start, so there is no reference growth.

    >>> found = decompose([[10.0]], [[12.0]], [[100.0]], [[110.0]])
    >>> round(found.world, 6), round(found.residual, 6)
    (1.0, 1.0)
    """
    x0, x1, w0, w1 = (np.asarray(a, float) for a in (before, after, others_before, others_after))
    if len({a.shape for a in (x0, x1, w0, w1)}) != 1 or x0.ndim != 2:
        raise DataError(
            "Exports and reference imports must be four tables of one shape, markets by products; these are "
            f"{', '.join(str(a.shape) for a in (x0, x1, w0, w1))}."
        )
    if w0.sum() <= 0:
        raise NotIdentified("Nobody else sold to these markets at the start, so there is no growth to compare with.")
    r = w1.sum() / w0.sum() - 1
    r_k, r_j = _growth(w0.sum(0), w1.sum(0), r), _growth(w0.sum(1), w1.sum(1), r)
    r_kj = _growth(w0, w1, r_k + r_j[:, None] - r)
    commodity_first = float(((r_k - r) * x0.sum(0)).sum())
    market_second = float(((r_kj - r_k) * x0).sum())
    market_first = float(((r_j - r) * x0.sum(1)).sum())
    commodity_second = float(((r_kj - r_j[:, None]) * x0).sum())
    initial, change = float(x0.sum()), float((x1 - x0).sum())
    return Decomposition(
        initial=initial,
        change=change,
        world=float(r * initial),
        commodity=(commodity_first + commodity_second) / 2,
        market=(market_first + market_second) / 2,
        residual=float((x1 - x0 - r_kj * x0).sum()),
        commodity_first=commodity_first,
        market_second=market_second,
        market_first=market_first,
        commodity_second=commodity_second,
        unmatched=float(x0[w0 <= 0].sum() / initial) if initial else 0.0,
    )


def _growth(before: Array, after: Array, otherwise: ArrayLike) -> Array:
    """Growth after / before - 1; `otherwise` where nothing was sold before."""
    instead = np.array(np.broadcast_to(otherwise, before.shape), float)
    return np.divide(after, before, out=instead + 1, where=before > 0) - 1
