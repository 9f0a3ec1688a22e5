"""How a flow grew when something changed, against what it would have grown by itself: ratios of ratios. Numbers only.

Head, Mayer and Ries 2010 (Journal of International Economics 81) take ratios of four flows, so that all that is common
to a seller, or to a buyer, falls out; the difference of such ratios between products and over time is a difference in
differences (Angrist and Pischke 2009, ch. 5).

Notation: d (n, n) change of ln flow from the years before to the years after, origins in rows, NaN where it is not
known; (i, j) the pair; t change of the ratio of four; e effect, s its standard error, both in logs.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
LEAST_RATIOS = 3  # ratios of four that a product needs
LEAST_CONTROLS = 3  # products that a spread is taken from


def log_change(before: Array, after: Array) -> Array:
    """Change of the log of mean flows, (n, n), NaN where a year has no flow.

    before, after : (years, n, n), NaN or 0 where there is no flow.

    >>> log_change(np.array([[[1.0, 2.0]]]), np.array([[[np.e, 0.0]]])).tolist()
    [[1.0, nan]]
    """
    means = [np.where(part > 0, part, np.nan).mean(axis=0) for part in (before, after)]
    return np.asarray(np.log(means[1]) - np.log(means[0]))


def ratio_of_four(d: Array, i: int, j: int) -> tuple[float, int]:
    """The ratio t of the pair (i, j): the median over all other origins k and destinations l of d_ij - d_il - d_kj +
    d_kl, and how many there are. NaN where there are fewer than `LEAST_RATIOS`.

    What changed for the origin (its costs) or for the destination (its demand, and what competitors charge there) falls
    out of each. The median is not moved by the few pairs k, l for which something of their own changed.

    >>> d = np.add.outer([0.1, 0.2, 0.3], [0.0, 0.5, 0.7])       # only origins and destinations changed
    >>> d[0, 1] += 0.4                                            # and the pair
    >>> round(ratio_of_four(d, 0, 1)[0], 6), ratio_of_four(d, 0, 1)[1]
    (0.4, 4)
    """
    others = d[i, j] - d[i][None, :] - d[:, j][:, None] + d
    others = np.delete(np.delete(others, i, axis=0), j, axis=1)
    known = others[np.isfinite(others)]
    return (float(np.median(known)) if len(known) >= LEAST_RATIOS else float("nan")), len(known)


@dataclass(frozen=True)
class Effect:
    """In logs. controls : products it is taken against; products : those that it is the mean of."""

    effect: float
    error: float
    low: float
    high: float
    products: int
    controls: int


def effect(affected: Array, controls: Array, confidence: float = 0.90) -> Effect:
    """Effect e = mean t of the products affected - mean t of the pair's other products, with an interval.

    s = sd(t of the other products) sqrt(1/products + 1/controls): the other products were spared, so that their
    spread is what chance, and all that was not looked at, does to a product of this pair. Interval: Student's t with
    controls - 1 degrees of freedom.

    affected : (products,), controls : (others,), NaN left out. NaN where no product or fewer than `LEAST_CONTROLS`
    others are known.

    >>> found = effect(np.array([0.5, 0.7]), np.array([0.0, 0.1, -0.1, 0.0]))
    >>> round(found.effect, 6), round(found.error, 4), round(found.low, 3), round(found.high, 3)
    (0.6, 0.0707, 0.434, 0.766)
    """
    a, c = affected[np.isfinite(affected)], controls[np.isfinite(controls)]
    if not len(a) or len(c) < LEAST_CONTROLS:
        nan = float("nan")
        return Effect(nan, nan, nan, nan, len(a), len(c))
    from scipy.special import stdtrit  # slow import

    middle = float(a.mean() - c.mean())
    error = float(c.std(ddof=1) * np.sqrt(1 / len(a) + 1 / len(c)))
    wide = float(stdtrit(len(c) - 1, 0.5 + confidence / 2)) * error
    return Effect(middle, error, middle - wide, middle + wide, len(a), len(c))
