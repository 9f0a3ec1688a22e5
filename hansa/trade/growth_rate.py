"""Average growth, three ways that differ. Numbers only.

Notation: V (T, C) values of C series in T periods of equal length, NaN where there is none. NaN out: does not exist.
"""

from __future__ import annotations

import numpy as np

from hansa.trade.ratio import Array, logarithm, ratio


def compound(first: Array, last: Array, steps: float) -> Array:
    """(V_T / V_0)^(1/n) - 1: the constant rate that leads from the first to the last value.

    >>> round(float(compound(np.array(100.0), np.array(150.0), 3)), 6)
    0.144714
    """
    hat = ratio(last, first)
    return np.where(hat > 0, hat, np.nan) ** (1 / steps) - 1


def log_mean(first: Array, last: Array, steps: float) -> Array:
    """ln(V_T / V_0) / n: the mean of the logarithmic growth rates.

    >>> round(float(log_mean(np.array(100.0), np.array(150.0), 3)), 6)
    0.135155
    """
    return (logarithm(last) - logarithm(first)) / steps


def value_before(value: float, growth: float) -> float:
    """What a value was before it grew by that share.

    >>> round(value_before(3000.0, 0.12), 3)
    2678.571
    """
    return float(ratio(value, 1 + growth))


def trend(V: Array, when: Array) -> Array:
    """The slope of ln V on time by ordinary least squares, (C,); values that are absent or not above zero are left out.

    when : (T,) time of each row. At least two values are needed.

    >>> float(np.round(trend(np.array([[100.0], [108.0], [121.0], [150.0]]), np.arange(4.0))[0], 6))
    0.133005
    """
    y = logarithm(V)
    there = ~np.isnan(y)
    count = there.sum(0)
    time = np.where(there, when[:, None], 0.0)
    deviation = np.where(there, when[:, None] - ratio(time.sum(0), count), 0.0)
    return ratio((deviation * np.where(there, y, 0.0)).sum(0), (deviation**2).sum(0))
