"""Redirection accounting: what was lost in a market that closed, and how much of it turned up elsewhere.

Own method of this observatory; it adds up, it does not explain: it is accounting and no causation.
Notation: markets in rows (J), products in columns (K); g growth expected without the closure; L lost, E excess,
R redirected.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hansa.errors import DataError

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Redirection:
    """Parts that add up: lost = sum over markets of redirected + unreplaced, (K,); excess = redirected + new, (J, K).

    redirected : an upper bound: the same exporter and product sold more elsewhere, for whatever reason; 0 in closed
        markets.
    """

    lost: Array
    excess: Array
    redirected: Array
    unreplaced: Array
    new: Array


def redirect(before: ArrayLike, after: ArrayLike, closed: ArrayLike, growth: ArrayLike = 0.0) -> Redirection:
    """Lost, redirected, unreplaced and new sales of one exporter.

    L_k = sum over closed c of max(0, x_ck0 (1 + g_ck) - x_ck1); E_dk = max(0, x_dk1 - x_dk0 (1 + g_dk)) in open
    markets; R_k = min(L_k, sum_d E_dk), shared out in proportion to E_dk.

    before, after : (J, K) sales by market and product.
    closed : (J,) true for the markets that closed.
    growth : (J, K), (1, K) for one rate a product in all markets, or one figure: what sales would have grown by.

    >>> found = redirect([[10.0], [5.0]], [[2.0], [9.0]], [True, False])
    >>> found.lost.tolist(), found.redirected.tolist(), found.unreplaced.tolist()
    ([8.0], [[0.0], [4.0]], [4.0])
    """
    x0, x1, shut = np.asarray(before, float), np.asarray(after, float), np.asarray(closed, bool)
    if x0.ndim != 2 or x0.shape != x1.shape or shut.shape != x0.shape[:1]:
        raise DataError(
            f"Sales before {x0.shape} and after {x1.shape} must be tables of one shape, markets by products, and "
            f"'closed' {shut.shape} must have one mark for each market."
        )
    if not shut.any() or shut.all():
        raise DataError("Redirection needs at least one market that closed and one that stayed open.")
    moved = x1 - x0 * (1 + np.asarray(growth, float))
    lost = np.maximum(0, -moved[shut]).sum(0)
    excess = np.where(shut[:, None], 0.0, np.maximum(0, moved))
    available = excess.sum(0)
    found = np.minimum(lost, available)
    share = np.divide(found, available, out=np.zeros_like(found), where=available > 0)
    redirected = excess * share
    return Redirection(lost, excess, redirected, lost - found, excess - redirected)


def growth_of_others(before: ArrayLike, after: ArrayLike) -> tuple[Array, NDArray[np.bool_]]:
    """Growth of what markets buy from others, and where it is unknown (nothing was bought before); 0 is put there.

    >>> growth, unknown = growth_of_others([[10.0, 0.0]], [[12.0, 3.0]])
    >>> growth.round(4).tolist(), unknown.tolist()
    ([[0.2, 0.0]], [[False, True]])
    """
    w0, w1 = np.asarray(before, float), np.asarray(after, float)
    return np.divide(w1, w0, out=np.ones_like(w0), where=w0 > 0) - 1, w0 <= 0
