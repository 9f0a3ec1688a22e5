"""Random numbers that cover their space evenly, and what a table of draws says.

Sobol 1967 (USSR Computational Mathematics and Mathematical Physics 7:86-112), scrambled as in Owen 1998 (ACM
Transactions on Modeling and Computer Simulation 8:71-102); normals by the inverse of their distribution.

Notation: S draws, d uncertain numbers, u (S, d) points between 0 and 1, z = Phi^-1(u) (S, d) standard normals.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special

from hansa.errors import DataError

Floats = NDArray[np.float64]
MOST_DIMENSIONS = 21_201  # of the direction numbers of Joe and Kuo 2008 (SIAM Journal on Scientific Computing 30)
NEAREST_EDGE = 2.0**-33  # a point of the sequence may be 0, whose normal is not finite


@dataclass(frozen=True)
class Range:
    """What draws say of each figure.

    median, low, high : (m,) of the draws that were solved, NaN where none was or a figure does not exist.
    same_sign : (m,) share of these draws with the sign of the central value, NaN where that is zero or none.
    """

    median: Floats
    low: Floats
    high: Floats
    same_sign: Floats


def normals(draws: int, dimensions: int, *, seed: int = 0) -> Floats:
    """(S, d) standard normals from a scrambled Sobol sequence: the same for a seed, whoever uses which of them.

    The first of 2^m points are taken; the points are spread most evenly where S is a power of two. Owen 1998.

    Parameters
    ----------
    draws, dimensions : S and d.  seed : 0 or more.

    Raises
    ------
    DataError : fewer than two draws, a seed below 0, more dimensions than the sequence has.

    >>> z = normals(512, 2, seed=1)
    >>> z.shape, bool((abs(z.mean(0)) < 0.01).all()), bool((abs(z.std(0) - 1) < 0.01).all())
    ((512, 2), True, True)
    >>> bool((normals(100, 2, seed=1) == z[:100]).all())
    True
    """
    if draws < 2:
        raise DataError(f"{draws} draws give no spread; take two or more, such as 512.")
    if seed < 0:
        raise DataError(f"The seed is {seed}; it must be 0 or more.")
    if dimensions > MOST_DIMENSIONS:
        raise DataError(
            f"{dimensions:,} numbers are uncertain; the sequence has {MOST_DIMENSIONS:,} dimensions. Let fewer vary."
        )
    if dimensions == 0:
        return np.zeros((draws, 0))
    from scipy.stats import qmc  # slow import

    sequence = qmc.Sobol(dimensions, scramble=True, rng=np.random.default_rng(seed))
    points = sequence.random_base2(int(draws - 1).bit_length())[:draws]
    return np.asarray(special.ndtri(np.clip(points, NEAREST_EDGE, 1 - NEAREST_EDGE)))


def summarise(draw: Floats, central: Floats, *, level: float = 0.9) -> Range:
    """Median, interval and share of the same sign, over the draws that hold figures.

    Parameters
    ----------
    draw : (S, m) changes; a row of NaN is a draw that was not solved, a column of NaN a figure that does not exist.
    central : (m,).
    level : of the interval; 0.9 goes from the 5th to the 95th percentile.

    Raises
    ------
    DataError : a level that is not between 0 and 1.

    >>> told = summarise(np.array([[1.0], [2.0], [-1.0], [4.0]]), np.array([2.0]))
    >>> told.median.tolist(), told.same_sign.tolist()
    ([1.5], [0.75])
    """
    if not 0 < level < 1:
        raise DataError(f"The level is {level}; it lies between 0 and 1, as 0.9 does.")
    good = draw[~np.isnan(draw).all(axis=1)]
    if not len(good):
        empty = np.full(central.shape, np.nan)
        return Range(empty, empty, empty, empty)
    low, median, high = np.quantile(good, [(1 - level) / 2, 0.5, (1 + level) / 2], axis=0)
    same = (np.sign(good) == np.sign(central)).mean(axis=0)
    return Range(median, low, high, np.where((central == 0) | np.isnan(central), np.nan, same))
