"""How much is protected: average tariffs, their spread, and what they add to value added. Numbers only.

Corden 1966, Journal of Political Economy 74 (effective protection); UNCTAD and WTO 2012, A Practical Guide to Trade
Policy Analysis, chapter 2 (averages, coverage and frequency).

Notation: t (K,) tariff by product, in any unit; M (K,) imports; D (K,) 1 where a non-tariff measure applies; a (n,)
shares of inputs in the value of the output. NaN: does not exist.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hansa.trade.ratio import Array, ratio


@dataclass(frozen=True)
class Tariffs:
    """(groups,) each.

    simple : the mean of t. weighted : weighted by imports. spread : the (population) standard deviation.
    variation : spread / simple.
    """

    simple: Array
    weighted: Array
    spread: Array
    variation: Array


def averages(t: Array, M: Array, group: NDArray[np.int64] | None = None) -> Tariffs:
    """Averages and spread of tariffs, for each group of lines.

    >>> float(averages(np.array([0.0, 5, 10, 25]), np.array([100.0, 50, 30, 20])).weighted[0])
    5.25
    """
    index = np.zeros(len(t), np.int64) if group is None else group
    groups = int(index.max(initial=-1)) + 1
    lines = np.bincount(index, minlength=groups)
    simple = ratio(np.bincount(index, t, groups), lines)
    weighted = ratio(np.bincount(index, t * M, groups), np.bincount(index, M, groups))
    spread = np.sqrt(ratio(np.bincount(index, (t - simple[index]) ** 2, groups), lines))
    return Tariffs(simple, weighted, spread, ratio(spread, simple))


def effective_rate(tariff: float, input_tariffs: Array, input_shares: Array) -> float:
    """(t_o - sum of a t) / (1 - sum of a): what tariffs on output and inputs add to value added.

    >>> effective_rate(20.0, np.array([5.0]), np.array([0.5]))
    35.0
    """
    return float(ratio(tariff - np.dot(input_shares, input_tariffs), 1 - np.sum(input_shares)))


@dataclass(frozen=True)
class Measures:
    """(groups,) each: share of imports by value, and share of imported lines, to which a non-tariff measure applies."""

    coverage: Array
    frequency: Array


def measures(D: Array, M: Array, group: NDArray[np.int64] | None = None) -> Measures:
    """Coverage, sum of D M / sum of M, and frequency, sum of D I / sum of I with I = 1 where anything is imported.

    >>> m = measures(np.array([1.0, 0, 1, 0]), np.array([100.0, 50, 30, 20]))
    >>> m.coverage.tolist(), m.frequency.tolist()
    ([0.65], [0.5])
    """
    index = np.zeros(len(D), np.int64) if group is None else group
    groups = int(index.max(initial=-1)) + 1
    imported = (M > 0).astype(float)
    return Measures(
        ratio(np.bincount(index, D * M, groups), np.bincount(index, M, groups)),
        ratio(np.bincount(index, D * imported, groups), np.bincount(index, imported, groups)),
    )
