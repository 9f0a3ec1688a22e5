"""Which rows can say something: groups whose outcome is zero throughout, and rows alone in their group.

A group without any positive outcome has its effect at minus infinity (Correia, Guimaraes and Zylkin 2019,
arXiv:1903.01633, section 2); a row that is alone in a group is fitted exactly and says nothing about the coefficients
(Correia 2015, "Singletons, cluster-robust standard errors and fixed effects"). Both are left out until none is left.

Notation: y (n,) outcome times weight, use (n,) rows still in the sample.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hansa.gravity.compiled import kernel
from hansa.gravity.layout import Levels

Rows = NDArray[np.int64]


@dataclass(frozen=True)
class Dropped:
    """What was left out, as positions among the given rows and levels.

    zero : for each set of effects the levels whose outcome is zero throughout;  zero_rows : their rows.
    singleton_rows : rows that were alone in a level.
    separated_rows, certificate : rows that are separated, and the z > 0 of each that proves it.
    """

    zero: tuple[Rows, ...]
    zero_rows: Rows
    singleton_rows: Rows
    separated_rows: Rows
    certificate: NDArray[np.float64]


def reduce_sample(
    y: NDArray[np.float64], effects: Sequence[Levels], use: NDArray[np.bool_], singletons: bool
) -> tuple[NDArray[np.bool_], tuple[Rows, ...], Rows, Rows]:
    """Rows left, levels that are zero throughout, their rows, and rows alone in a level.

    >>> e = Levels(np.array([0, 0, 1, 1], np.int32), 2, np.array([[0], [1]], np.int32))
    >>> left, zero, rows, alone = reduce_sample(np.array([0.0, 0, 1, 2]), [e], np.ones(4, bool), True)
    >>> left.tolist(), zero[0].tolist(), rows.tolist()
    ([False, False, True, True], [0], [0, 1])
    """
    left = use.copy()
    zero = [np.zeros(0, np.int64) for _ in effects]
    silent, alone = np.zeros(y.size, bool), np.zeros(y.size, bool)
    order = sorted(range(len(effects)), key=lambda k: -effects[k].count)  # the finest set drops most
    clean, turn = 0, 0
    while clean < len(effects):
        k = order[turn % len(effects)]
        e = effects[k]
        count, total = _tally(e.of_row, y, left, e.count)
        gone = (count > 0) & (total <= 0.0)
        single = (count == 1) & ~gone if singletons else np.zeros(e.count, bool)
        clean += 1
        if gone.any() or single.any():
            zero[k] = np.union1d(zero[k], np.flatnonzero(gone))
            silent |= left & gone[e.of_row]
            alone |= left & single[e.of_row]
            left &= ~(silent | alone)
            clean = 1  # this set is clean now; the others must be looked at again
        turn += 1
    return left, tuple(zero), np.flatnonzero(silent), np.flatnonzero(alone)


@kernel
def _tally(of_row, y, left, count):  # type: ignore[no-untyped-def] # pragma: no cover
    """Rows left, and their sum of y, in each level."""
    rows, total = np.zeros(count, np.int64), np.zeros(count)
    for r in range(of_row.size):
        if left[r]:
            rows[of_row[r]] += 1
            total[of_row[r]] += y[r]
    return rows, total
