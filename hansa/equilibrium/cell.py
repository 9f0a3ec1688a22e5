"""Which cells of an economy's trade a change is about, as positions: whole blocks, or single cells of a table.

Notation: k sector, i origin, j destination; a cell is (k, i, j), and sales at home (i = j) are never meant.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

Places = NDArray[np.int64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Cells:
    """Cells of arrays (sectors, n, n).

    Parameters
    ----------
    index : of an array, as NumPy takes it.
    keep : which of them are meant; of the shape of the indexed part, or of its last axes.
    count : how many are meant.
    first : one of them, (k, i, j), to be named in a message.
    """

    index: tuple[Any, ...]
    keep: Mask
    count: int
    first: tuple[int, int, int]

    def traded(self, share: NDArray[np.float64]) -> int:
        """How many of the cells meant have trade."""
        return int(np.count_nonzero((share[self.index] > 0) & self.keep))


def block(
    sectors: Places, origins: Places, destinations: Places, shape: tuple[int, ...], keep: Mask | None = None
) -> Cells:
    """Every pair of origins and destinations in every sector; or those pairs that `keep` (origins, destinations) marks.

    shape : of the arrays; where all of it is meant, nothing is copied.

    >>> one = block(np.array([0]), np.array([0, 1]), np.array([1, 2]), (1, 3, 3))
    >>> one.count, one.traded(np.eye(3)[None, ::-1])             # 0-1, 0-2, 1-2; trade from 0 to 2
    (3, 1)
    """
    abroad = origins[:, None] != destinations[None, :]
    kept = abroad if keep is None else abroad & keep
    whole = shape == (sectors.size, origins.size, destinations.size)
    index = (slice(None),) * 3 if whole else np.ix_(sectors, origins, destinations)
    if not kept.any():
        return Cells(index, kept, 0, (0, 0, 0))
    i, j = divmod(int(kept.argmax()), destinations.size)
    first = int(sectors[0]), int(origins[i]), int(destinations[j])
    return Cells(index, kept, int(kept.sum()) * sectors.size, first)


def both_ways(sectors: Places, one: Places, other: Places, shape: tuple[int, ...]) -> list[Cells]:
    """From one side to the other and back, each pair once.

    >>> two = both_ways(np.array([0]), np.array([0, 1]), np.array([1, 2]), (1, 3, 3))
    >>> sum(cells.count for cells in two)            # 0-1, 0-2, 1-2 and 1-0, 2-0, 2-1
    6
    """
    twice = np.isin(other, one)[:, None] & np.isin(one, other)[None, :]  # pairs that the first block holds
    return [block(sectors, one, other, shape), block(sectors, other, one, shape, ~twice)]


def listed(places: Sequence[tuple[int, int, int]] | ArrayLike) -> Cells:
    """Single cells, in their order.

    >>> listed([(0, 0, 1), (0, 1, 1)]).count
    1
    """
    k, i, j = np.asarray(places, np.int64).reshape(-1, 3).T
    keep = i != j
    return Cells((k, i, j), keep, int(keep.sum()), (int(k[0]), int(i[0]), int(j[0])))
