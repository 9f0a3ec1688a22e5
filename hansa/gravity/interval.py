"""How sure a predicted flow is, and how far actual flows usually lie from predicted ones. Numbers only.

The delta method on the logarithm of a fitted PPML value. The fixed effects of a PPML solve its adding-up conditions
(Fally 2015, Journal of International Economics 97(1), 76-85): when a coefficient moves, they move so that the totals of
exporters and importers stay. Hence d ln mu / d b is the regressor with the weighted effects projected out, x~, and
neither the unit of a distance nor the normalisation of the effects matters.

Notation: mu (m,) fitted values, X~ (k, m) projected regressors, V (k, k) covariance of b. Of a sum S = sum mu over a
group, d ln S / d b = sum mu x~ / S = g, and var(ln S) = g'Vg; a single flow is a group of one.
"""

from __future__ import annotations

from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

LEVEL = 0.90  # of both intervals

Array = NDArray[np.float64]


def log_error(fitted: Array, projected: Array, covariance: Array, group: NDArray[np.int64], count: int) -> Array:
    """Standard error of the logarithm of predicted flows summed over groups, (count,); NaN where a sum is 0.

    Parameters
    ----------
    fitted : (m,) mu. projected : (k, m) X~. covariance : (k, k) V.
    group : (m,) which group each flow belongs to, counted from 0. count : number of groups.

    >>> one = np.array([2.0, 2.0]), np.array([[0.5, -0.5]]), np.array([[0.04]])
    >>> log_error(*one, np.array([0, 1]), 2).tolist()
    [0.1, 0.1]
    >>> log_error(*one, np.array([0, 0]), 1).tolist()          # what one gains the other loses
    [0.0]
    """
    total = np.bincount(group, fitted, count)
    moved = np.stack([np.bincount(group, fitted * row, count) for row in projected])
    slope = np.divide(moved, total, out=np.full_like(moved, np.nan), where=total > 0)
    return np.asarray(np.sqrt(np.maximum(np.einsum("kg,kl,lg->g", slope, covariance, slope), 0.0)))


def bounds(predicted: Array, error: Array, level: float = LEVEL) -> tuple[Array, Array]:
    """The interval of predicted flows that keeps them above zero: mu exp(-+ z s).

    >>> low, high = bounds(np.array([100.0]), np.array([0.1]))
    >>> round(float(low[0]), 1), round(float(high[0]), 1)
    (84.8, 117.9)
    """
    reach = np.exp(NormalDist().inv_cdf(0.5 + level / 2) * error)
    return predicted / reach, predicted * reach


def usual(actual: Array, predicted: Array, level: float = LEVEL) -> tuple[float, float]:
    """Between which ratios of actual to predicted the middle flows lie, each flow weighted by what is predicted for it.

    With these weights the mean ratio is one, by the adding-up conditions. Nothing is assumed of the distribution.

    Parameters
    ----------
    actual, predicted : (m,) flows, predicted ones above zero.
    level : the part of all predicted trade whose ratios lie between the two.

    >>> usual(np.array([1.0, 9.0, 10.0, 10.0, 20.0]), np.full(5, 10.0))
    (0.1, 2.0)
    """
    ratio = actual / predicted
    order = np.argsort(ratio, kind="stable")
    upto = np.cumsum(predicted[order])
    ends = np.searchsorted(upto, np.array([(1 - level) / 2, (1 + level) / 2]) * upto[-1])
    low, high = ratio[order][np.minimum(ends, order.size - 1)]
    return float(low), float(high)
