"""Quotients of trade figures, where a zero below the line means that no figure exists. Numbers only.

Notation: a, b arrays of any shape that fit; NaN stands for "does not exist" and becomes null in a table.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]
SUMMING_ERROR = 1e-12  # relative; sums of ten million values stay below it


def ratio(a: ArrayLike, b: ArrayLike) -> Array:
    """The quotient a / b, NaN where b is zero: 0/0 and x/0 are no figures, and never infinite.

    >>> ratio([1.0, 0.0, 3.0], [2.0, 0.0, 0.0]).tolist()
    [0.5, nan, nan]
    """
    top, below = np.asarray(a, float), np.asarray(b, float)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(below == 0, np.nan, top / below)


def shares(x: ArrayLike) -> Array:
    """Each figure as a share of its row (last axis); a row without trade has no shares.

    >>> shares([[1.0, 3.0], [0.0, 0.0]]).tolist()
    [[0.25, 0.75], [nan, nan]]
    """
    values = np.asarray(x, float)
    return ratio(values, values.sum(-1, keepdims=True))


def rest(total: ArrayLike, part: ArrayLike) -> Array:
    """What is left of a total without a part of it: 0 where only the error of summing is left, so that it stays none.

    >>> rest(0.1 + 0.2, 0.3).tolist(), rest(3.0, 1.0).tolist()
    (0.0, 2.0)
    """
    whole = np.asarray(total, float)
    left = whole - np.asarray(part, float)
    return np.where(np.abs(left) <= SUMMING_ERROR * np.abs(whole), 0.0, left)


def traded_along(x: Array, axis: int) -> NDArray[np.bool_]:
    """Where there is any trade along an axis.

    >>> traded_along(np.array([[1.0, 0.0], [0.0, 0.0]]), 1).tolist()
    [True, False]
    """
    return np.asarray((x != 0).any(axis), bool)


def logarithm(a: ArrayLike) -> Array:
    """The natural logarithm, NaN where a is not above zero.

    >>> logarithm([1.0, 0.0]).tolist()
    [0.0, nan]
    """
    values = np.asarray(a, float)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(values > 0, np.log(values), np.nan)
