"""Trade in both directions inside one industry, and how it changes. Numbers only.

Grubel and Lloyd 1975, Intra-Industry Trade (aggregate, and corrected for the balance); Brulhart 1994,
Weltwirtschaftliches Archiv 130 (marginal).

Notation: x, m (..., K) exports and imports by product; dx, dm their changes. NaN: does not exist.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hansa.trade.ratio import Array, ratio


def grubel_lloyd(x: Array, m: Array) -> Array:
    """1 - |x - m| / (x + m), (..., K): 0 one way only, 1 as much out as in.

    >>> grubel_lloyd(np.array([40.0, 10.0]), np.array([0.0, 10.0])).tolist()
    [0.0, 1.0]
    """
    return 1 - ratio(np.abs(x - m), x + m)


@dataclass(frozen=True)
class Aggregate:
    """Over all products (...): plain, and with the part that an unbalanced total forces taken out."""

    plain: Array
    corrected: Array


def aggregate(x: Array, m: Array) -> Aggregate:
    """1 - sum|x-m| / sum(x+m), and (sum(x+m) - sum|x-m|) / (sum(x+m) - |sum(x-m)|).

    The first is the mean of the products' indices weighted by their trade.
    """
    turnover, one_way = (x + m).sum(-1), np.abs(x - m).sum(-1)
    overlap = turnover - one_way
    return Aggregate(ratio(overlap, turnover), ratio(overlap, turnover - np.abs((x - m).sum(-1))))


def marginal(dx: Array, dm: Array) -> Array:
    """Brulhart's A, 1 - |dx - dm| / (|dx| + |dm|), (..., K): 1 where exports and imports moved alike."""
    return 1 - ratio(np.abs(dx - dm), np.abs(dx) + np.abs(dm))


def marginal_aggregate(dx: Array, dm: Array) -> Array:
    """1 - sum|dx - dm| / sum(|dx| + |dm|), (...)."""
    return 1 - ratio(np.abs(dx - dm).sum(-1), (np.abs(dx) + np.abs(dm)).sum(-1))
