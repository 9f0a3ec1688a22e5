"""The test of mutual benefit: who loses, how much would compensate, and whether gainers could pay it.

Equivalent variation with homothetic preferences is I (W_hat - 1) at baseline prices, compensating variation
I' (1 - 1 / W_hat) at prices after: Varian 1992, Microeconomic Analysis, 3rd edition, section 10.1. Whether the sum is
positive is the test of Kaldor 1939 (Economic Journal 49) and Hicks 1939 (ibid.). Numbers only.

Notation: I income before, I' after, W_hat exact real income after over before.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
UNCHANGED = 1e-9  # of real income: no more than a solver's residual


@dataclass(frozen=True, eq=False)
class Compensation:
    """What each region gains or loses in money, (n,) each.

    equivalent, compensating : variations, positive for who gains.  due : what would compensate, at baseline prices.
    loses, gains : whether it does.
    """

    equivalent: Array
    compensating: Array
    due: Array
    loses: NDArray[np.bool_]
    gains: NDArray[np.bool_]


def compensate(
    income: Array, income_after: Array, real_income_hat: Array, *, unchanged: float = UNCHANGED
) -> Compensation:
    """Equivalent and compensating variations of regions.

    income, income_after, real_income_hat : (n,).  unchanged : changes of real income up to this count as none.

    >>> test = compensate(np.array([100.0, 50.0]), np.array([110.0, 50.0]), np.array([1.1, 0.98]))
    >>> test.equivalent.round(6).tolist(), test.due.round(6).tolist(), test.compensating.round(4).tolist()
    ([10.0, -1.0], [0.0, 1.0], [10.0, -1.0204])
    """
    change = real_income_hat - 1
    equivalent = income * change
    loses, gains = change < -unchanged, change > unchanged
    return Compensation(
        equivalent, income_after * (1 - 1 / real_income_hat), np.where(loses, -equivalent, 0.0), loses, gains
    )
