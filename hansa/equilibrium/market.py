"""Who can trade with whom at all, and whether that lets every region earn what it spends: asked before solving.

Tarjan 1972, SIAM Journal on Computing 1(2), 146-160 (strong components). That excess demands are gross substitutes in
one connected market, so that an equilibrium of balanced trade exists there and is unique: Alvarez and Lucas 2007,
Journal of Monetary Economics 54(6), 1726-1768. Numbers only.

Notation: K_ij > 0 where i can sell to j; S a set of regions. If nobody outside S sells to S, then S earns what it
spends and what it sells outside: its deficits D_S must be minus those sales, below zero where it sells any.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from hansa.equilibrium.arrays import host
from hansa.errors import NotIdentified

Places = NDArray[np.int64]
ROWS = 64  # looked at together: a block of this height is small beside the table


def connected(K: Any) -> bool:
    """Whether every region sells to every other, directly or through others.

    K : (n, n), of which only the zeros matter. It is seldom looked at whole: mostly one row and one column do.

    >>> connected(np.array([[1.0, 1.0], [0.0, 1.0]])), connected(np.array([[0.0, 1.0], [1.0, 0.0]]))
    (False, True)
    """
    return _all_reached(K) and _all_reached(K.T)


def _all_reached(K: Any) -> bool:
    seen = np.zeros(K.shape[0], bool)
    seen[0] = True
    waiting = np.zeros(1, np.int64)
    while waiting.size:
        found = host(K[waiting[0]] if waiting.size == 1 else K[waiting[:ROWS]].max(axis=0)) > 0
        new = np.flatnonzero(found & ~seen)
        seen[new] = True
        if seen.all():
            return True
        waiting = np.concatenate([waiting[ROWS:], new])
    return False


def markets(K: Any) -> tuple[Places, ...]:
    """The regions of each market that has no trade with any other, in order of their first region.

    >>> [places.tolist() for places in markets(np.array([[1.0, 0, 1], [0, 1, 0], [1, 0, 1]]))]
    [[0, 2], [1]]
    """
    from scipy.sparse.csgraph import connected_components  # slow import

    _, label = connected_components(_links(K), directed=False)
    order = np.argsort(label, kind="stable")
    parts = np.split(order, np.flatnonzero(np.diff(label[order])) + 1)
    return tuple(sorted(parts, key=lambda places: int(places[0])))


def refuse_lonely(K: Any) -> None:
    """Nothing, if every region keeps a supplier and a buyer.

    Raises
    ------
    NotIdentified : names those that do not, by their places from 0.

    >>> refuse_lonely(np.eye(2))
    """
    for axis, word in ((0, "supplier: nothing reaches it, not even its own goods"), (1, "buyer, not even itself")):
        alone = np.flatnonzero(~(host(K.max(axis=axis)) > 0))
        if alone.size:
            raise NotIdentified(
                f"{places(alone)} would be left without any {word}. Its prices would be infinite or nothing: leave "
                "its own market open, or one of its partners'."
            )


def refuse_one_way(K: Any, deficit: NDArray[np.float64], ratio: NDArray[np.float64] | None) -> None:
    """Nothing, unless regions sell outside, buy nothing there, and yet hold no surplus, which no prices bring about.

    deficit : (n,) after, held fixed.  ratio : (n,) spending over output where that is held instead, else None.

    Raises
    ------
    NotIdentified : names them.

    >>> refuse_one_way(np.array([[1.0, 1.0], [0.0, 1.0]]), np.array([-1.0, 1.0]), None)
    """
    from scipy.sparse.csgraph import breadth_first_order, connected_components  # slow import

    links = _links(K)
    count, label = connected_components(links, directed=True, connection="strong")
    if count == 1:
        return
    for direction, closed in ((links.T.tocsr(), True), (links, False)):
        for first in np.unique(label, return_index=True)[1]:
            inside = np.zeros(label.size, bool)
            inside[breadth_first_order(direction, first, return_predecessors=False)] = True
            inside = inside if closed else ~inside  # whoever sells to it; or all that it does not sell to
            if not inside.any() or inside.all():
                continue
            if deficit[inside].sum() >= 0 if ratio is None else ratio[inside].min() >= ratio[~inside].max():
                raise NotIdentified(
                    f"{places(np.flatnonzero(inside))} could sell to the others and buy nothing from them, which takes "
                    "a surplus; their deficits leave none, and no prices clear the markets. Close both directions, or "
                    "give them a surplus."
                )


def places(which: Places) -> str:
    """Regions by their places, counted from 0.

    >>> places(np.array([3])), places(np.array([1, 2]))
    ('region 3', 'regions 1, 2')
    """
    shown = ", ".join(map(str, which[:5].tolist()))
    more = f" and {which.size - 5:,} more" if which.size > 5 else ""
    return f"region{'s' if which.size > 1 else ''} {shown}{more}"


def _links(K: Any) -> Any:
    from scipy.sparse import csr_array  # slow import

    return csr_array(host(K) > 0)
