"""Numbers that come out the same on every machine: exp, log and draws from additions, products and quotients alone.

IEEE 754 rounds these operations (and scaling by a power of two) in one way, whereas a library's exp, log, matrix
product or normal draw may differ in the last bit between processors, versions or numbers of threads.

Notation: x = k ln 2 + r with |r| <= ln(2)/2 for exp; x = m 2^e with m in [sqrt(1/2), sqrt(2)) for log.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

_LN2 = 0.6931471805599453
_LN2_HIGH = 0.693147180369123816490  # its low 32 bits are zero, so that k * _LN2_HIGH is exact for |k| < 2^20
_LN2_LOW = 1.90821492927058770002e-10


def exp(x: Array) -> Array:
    """e^x, to about 1e-15 relative. x : any shape, |x| < 700.

    >>> float(exp(np.array([1.0])).round(14)[0])
    2.71828182845905
    """
    k = np.rint(x * (1 / _LN2))
    r = (x - k * _LN2_HIGH) - k * _LN2_LOW
    series = np.ones_like(r)
    for n in range(14, 0, -1):
        series = 1 + r * series / n
    return np.ldexp(series, k.astype(np.int32))


def log(x: Array) -> Array:
    """Natural logarithm, to about 1e-15. x : any shape, above zero.

    >>> float(log(np.array([10.0])).round(14)[0])
    2.30258509299405
    """
    m, e = np.frexp(x)
    low = m < 0.7071067811865476
    m, e = np.where(low, 2 * m, m), e - low
    s = (m - 1) / (m + 1)
    square = s * s
    series = np.zeros_like(s)
    for n in range(23, 0, -2):
        series = 1 / n + square * series
    return np.asarray(e * _LN2_HIGH + (2 * s * series + e * _LN2_LOW))


def power(x: Array, exponent: Array | float) -> Array:
    """x^exponent for x above zero.

    >>> power(np.array([4.0]), 0.5).round(12).tolist()
    [2.0]
    """
    return exp(exponent * log(x))


def uniform(seed: int, stream: tuple[int, ...], shape: tuple[int, ...]) -> Array:
    """Draws from [0, 1), the same for a seed and stream; the draws of one stream do not move another's."""
    return np.random.Generator(np.random.PCG64([seed, *stream])).random(shape)


def bell(seed: int, stream: tuple[int, ...], shape: tuple[int, ...]) -> Array:
    """Bell-shaped draws of mean 0 and variance 1, within -6..6: twelve uniform draws summed (Irwin-Hall).

    >>> bell(1, (1,), (2, 3)).shape
    (2, 3)
    """
    total = np.zeros(shape)
    draws = np.random.Generator(np.random.PCG64([seed, *stream]))
    for _ in range(12):
        total += draws.random(shape)
    return total - 6
