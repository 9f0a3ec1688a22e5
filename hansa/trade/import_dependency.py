"""Import dependency: few suppliers, mostly from outside, and more than one could sell oneself.

European Commission 2021, SWD(2021) 352; Arjona, Connell and Herghelegiu 2023 (the three criteria for the EU);
Lefebvre and Wibaux 2024, CEPII, GeoDep (concentration of the world market, persistence).
Notation: m (I, K) imports by supplier in rows; M total imports, X exports of the same region and product.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hansa.errors import DataError

Array = NDArray[np.float64]


def concentration(squares: ArrayLike, sums: ArrayLike) -> Array:
    """Herfindahl-Hirschman index sum m^2 / (sum m)^2, 0..1; NaN where nothing is supplied.

    >>> concentration([15.0**2 + 50.0**2], [65.0]).round(5).tolist()
    [0.64497]
    """
    squares, sums = np.asarray(squares, float), np.asarray(sums, float)
    return np.divide(squares, sums**2, out=np.full(sums.shape, np.nan), where=sums > 0)


def exceeds(above: ArrayLike, below: ArrayLike, times: float) -> NDArray[np.bool_]:
    """Whether above > times x below: also where there are imports and no exports, and the quotient has no value.

    >>> exceeds([2.0, 1.0, 0.0], [1.0, 0.0, 0.0], 1.0).tolist()
    [True, True, False]
    """
    return np.asarray(above, float) > times * np.asarray(below, float)


def persistence(dependent: ArrayLike, window: int = 3, at_least: int = 2) -> tuple[Array, Array]:
    """How steadily a criterion holds.

    dependent : (T, ...) true or false, periods in rows, in order.

    Returns
    -------
    share of all periods in which it holds, (...); and for every period whether it holds in `at_least` of the `window`
    periods that end there, (T, ...): 1 or 0, NaN where fewer than `window` periods lie behind.

    >>> persistence([[True], [False], [True]])
    (array([0.66666667]), array([[nan],
           [nan],
           [ 1.]]))
    """
    flags = np.asarray(dependent, float)
    if not 1 <= at_least <= window:
        raise DataError(
            f"'at least {at_least} of {window} periods' cannot be met; at_least must lie between 1 and window."
        )
    held = np.full(flags.shape, np.nan)
    if len(flags) >= window:
        running = np.cumsum(flags, axis=0)
        running[window:] = running[window:] - running[:-window]
        held[window - 1 :] = running[window - 1 :] >= at_least
    return flags.mean(0), held
