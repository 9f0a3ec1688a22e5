"""Places in a ranking, with ties and the distance to the neighbours. Numbers only.

Notation: v (n,) values, NaN for those that are not ranked. NaN out: does not exist.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hansa.trade.ratio import Array


@dataclass(frozen=True)
class Ranking:
    """(n,) each, in the order of the values given; the largest is first.

    rank : competition rank (1, 2, 2, 4); NaN where not ranked.
    ties : how many others have the same value.
    above, below : distance to the next larger and the next smaller value; NaN where there is none.
    population : how many are ranked.
    """

    rank: Array
    ties: NDArray[np.int64]
    above: Array
    below: Array
    population: int


def ranking(v: Array) -> Ranking:
    """Rank values from the largest down.

    >>> r = ranking(np.array([5.0, 9.0, 5.0, np.nan]))
    >>> r.rank.tolist(), r.ties.tolist(), r.above.tolist(), r.population
    ([2.0, 1.0, 2.0, nan], [1, 0, 1, 0], [4.0, nan, 4.0, nan], 3)
    """
    ranked = ~np.isnan(v)
    levels, level, count = np.unique(v[ranked], return_inverse=True, return_counts=True)
    larger = count[::-1].cumsum()[::-1] - count  # how many lie above each level
    gap = np.diff(levels)
    above, below = np.append(gap, np.nan), np.insert(gap, 0, np.nan)
    if not len(levels):
        above = below = np.zeros(0)
    rank, up, down = (np.full(len(v), np.nan) for _ in range(3))
    ties = np.zeros(len(v), np.int64)
    rank[ranked], ties[ranked] = larger[level] + 1, count[level] - 1
    up[ranked], down[ranked] = above[level], below[level]
    return Ranking(rank, ties, up, down, int(ranked.sum()))
