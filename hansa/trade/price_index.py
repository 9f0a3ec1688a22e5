"""Price and volume of trade from values and quantities. Numbers only.

Laspeyres 1871; Paasche 1874; Fisher 1922, The Making of Index Numbers; UN, IMF and others 2009, Export and Import
Price Index Manual (unit values).

Notation: p_0, q_0, p_1, q_1 (K,) prices and quantities of K products in the base and the current period;
group (K,) which index a product belongs to. NaN: does not exist.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hansa.trade.ratio import Array, ratio


@dataclass(frozen=True)
class Indices:
    """(groups,) each, 1 = no change: value = fisher x volume.

    laspeyres : prices at the quantities of the base period; paasche : at those of the current period.
    fisher : their geometric mean. volume : the quantity index that goes with it.
    """

    value: Array
    laspeyres: Array
    paasche: Array
    fisher: Array
    volume: Array


def indices(
    p_0: Array, q_0: Array, p_1: Array, q_1: Array, group: NDArray[np.int64] | None = None, groups: int = 1
) -> Indices:
    """Value, Laspeyres, Paasche and Fisher price index, and Fisher volume index, for each group of products.

    group : (K,) which of `groups` a product belongs to; all to one where not said.

    >>> i = indices(np.array([10.0, 4]), np.array([10.0, 25]), np.array([12.0, 5]), np.array([11.0, 24]))
    >>> i.value.tolist(), i.laspeyres.tolist()
    ([1.26], [1.225])
    """
    index = np.zeros(len(p_0), np.int64) if group is None else group

    def total(amount: Array) -> Array:
        return np.asarray(np.bincount(index, amount, groups), float)

    base, current = total(p_0 * q_0), total(p_1 * q_1)
    value = ratio(current, base)
    laspeyres, paasche = ratio(total(p_1 * q_0), base), ratio(current, total(p_0 * q_1))
    fisher = np.sqrt(laspeyres * paasche)
    return Indices(value, laspeyres, paasche, fisher, ratio(value, fisher))


def outliers(price_hat: Array, group: NDArray[np.int64], bound: float) -> NDArray[np.bool_]:
    """Which price ratios are further than a factor `bound` from the median of their group.

    >>> outliers(np.array([1.0, 1.1, 9.0]), np.zeros(3, int), 3.0).tolist()
    [False, False, True]
    """
    if not len(price_hat):
        return np.zeros(0, bool)
    order = np.lexsort((price_hat, group))
    starts = np.searchsorted(group[order], np.arange(group.max() + 2))
    first, last = starts[:-1], starts[1:]
    low = np.minimum((first + last - 1) // 2, len(order) - 1)
    high = np.minimum((first + last) // 2, len(order) - 1)
    sorted_hat = price_hat[order]
    median = np.sqrt(sorted_hat[low] * sorted_hat[high])
    return np.abs(np.log(price_hat / median[group])) > np.log(bound)
