"""Rows whose fitted value is zero in the limit, and the proof. Correia, Guimaraes and Zylkin 2019, arXiv:1903.01633.

Rows with y = 0 are separated if some z in the span of regressors and effects is zero wherever y > 0, nowhere negative,
and positive at them. Two sets of effects alone: z exists exactly where a zero flow leads from one strongly connected
component of the graph of positive flows to another. With regressors or more sets: the iterative rectifier of the paper
(section 4). It projects u on the span with weights so heavy at y > 0 that u vanishes there, cuts off what is negative,
and repeats; where it comes to rest, u is its own projection, so it is z. It begins with the step by which Newton's
method runs away.

Notation: y (m,) outcome, u, z (m,) candidates, omega (m,) weights of the projection.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from hansa.gravity.layout import levels_of_rows
from hansa.gravity.newton import NOBODY, NOWHERE, Panel, move, scores, solved
from hansa.gravity.projection import Floats, Projection, group_sums, normal_equations, project

HEAVY = 1e7  # weight of rows with y > 0 in the projection
EXACT = 1e-6  # of the largest z, what may be left at y > 0 or below zero
POSITIVE = 1e-3  # of the largest z, from where a row counts as separated now; smaller ones come in a later round
ROUNDS = 60
SMALL = 3_000  # rows up to which a linear programme decides what the rectifier cannot


def find(panel: Panel, X: Floats, step: Floats) -> tuple[NDArray[np.int64], Floats]:
    """Separated rows of a sample, and their certificates z; none if nothing can be proved.

    Parameters
    ----------
    panel : the sample in its layout.
    X : (K, m) the regressors still kept.
    step : (m,) the Newton step of the linear predictor, which falls where rows are separated.
    """
    zero = panel.y <= 0.0
    if len(panel.layout.stack) == 1:
        origin, destination = levels_of_rows(panel.layout)
        row, certificate = between_components(origin, destination, panel.y)
        if row.size:
            return row, certificate
    omega = np.where(zero, 1.0, HEAVY)
    empty = np.zeros_like(omega)
    W, sums, levels = group_sums(panel.layout, omega, empty, X)
    normal = normal_equations(panel.layout, omega, W)
    of_x = project(normal, sums, levels, tolerance=1e-10, most=2000)
    H, _, _ = scores(panel, omega, empty, X, of_x, False)
    u = np.where(zero, np.clip(-step, 0.0, None), 0.0)
    u /= u.max()
    z, moved = np.empty_like(u), np.empty_like(u)
    for _ in range(ROUNDS):
        e = omega * u
        _, b, side = group_sums(panel.layout, omega, e, X[:0])
        of_u = project(normal, b, side, tolerance=1e-12, most=2000)
        _, s, _ = scores(panel, omega, e, X, of_x, False)
        both = Projection(np.concatenate([of_u.c, of_x.c[1:]]), np.concatenate([of_u.b, of_x.b[1:]]), W, 0, 0.0)
        move(panel, omega, X, both, solved(H, s), z, moved)
        most = float(z.max())
        if not most > 1e-6:
            break
        if float(z[zero].min()) >= -EXACT * most and float(np.abs(z[~zero]).max(initial=0.0)) <= EXACT * most:
            row = np.flatnonzero(zero & (z > POSITIVE * most))
            return row, z[row] / most
        u = np.where(zero, np.clip(z, 0.0, None), 0.0) / most
    return by_programme(panel, X) if panel.y.size <= SMALL else (NOBODY, NOWHERE)


def by_programme(panel: Panel, X: Floats) -> tuple[NDArray[np.int64], Floats]:
    """Separated rows of a small sample by linear programming: maximise sum min(z, 1) over z >= 0 that vanish at y > 0.

    Exact, where the rectifier is too slow to tell; its cost grows too fast for large samples.
    """
    from scipy.optimize import linprog  # slow import, and rarely needed
    from scipy.sparse import csr_array, eye_array, hstack  # slow import

    zero = panel.y <= 0.0
    group, *stacked = levels_of_rows(panel.layout)
    groups = panel.layout.group_level.size
    column = np.concatenate([group, *(groups + level for level in stacked)])
    row = np.tile(np.arange(zero.size), 1 + len(stacked))
    shape = (zero.size, groups + int(panel.layout.block[-1]))
    effects = csr_array((np.ones(row.size), (row, column)), shape=shape)
    span = hstack([csr_array(X.T), effects], format="csr")
    count = int(zero.sum())
    cost = np.concatenate([np.zeros(span.shape[1]), -np.ones(count)])
    upper = hstack([-span[zero], eye_array(count)], format="csr")
    equal = hstack([span[~zero], csr_array((int((~zero).sum()), count))], format="csr")
    bounds = [(None, None)] * span.shape[1] + [(0.0, 1.0)] * count
    found = linprog(cost, upper, np.zeros(count), equal, np.zeros(equal.shape[0]), bounds, method="highs")
    if found.status != 0:
        return NOBODY, NOWHERE
    z = span[zero] @ found.x[: span.shape[1]]
    some = found.x[span.shape[1] :] > 0.5
    return np.flatnonzero(zero)[some], z[some]


def between_components(
    origin: NDArray[np.int64], destination: NDArray[np.int64], y: Floats
) -> tuple[NDArray[np.int64], Floats]:
    """Rows that two sets of effects separate, exactly, and their certificates: in time linear in the rows.

    The positive flows join levels both ways; a zero flow (i, j) leads from the component of i to that of j and is
    separated if no way leads back (the two lie in different strongly connected components). z is the difference of
    their ranks.

    Parameters
    ----------
    origin, destination : (m,) level of each row in the one set and in the other.  y : (m,) flows.

    >>> row, z = between_components(np.array([0, 0, 1]), np.array([0, 1, 1]), np.array([1.0, 0.0, 2.0]))
    >>> row.tolist(), z.tolist()  # A sells to 1 and B to 2; no flow the other way holds A -> 2 above zero
    ([1], [1.0])
    """
    from scipy.sparse import csr_array  # slow import
    from scipy.sparse.csgraph import connected_components  # slow import

    first = int(origin.max()) + 1
    n = first + int(destination.max()) + 1
    i, j, some = origin, destination + first, y > 0.0
    positive = csr_array((np.ones(int(some.sum())), (i[some], j[some])), shape=(n, n))
    count, part = connected_components(positive, directed=False)
    a, b = part[i[~some]], part[j[~some]]
    arcs = csr_array((np.ones(a.size), (a, b)), shape=(count, count))
    strong, of_part = connected_components(arcs, connection="strong")
    tail, head = of_part[a], of_part[b]
    rank, cross = np.zeros(strong), tail != head
    while True:  # ranks grow along every arc between strong components, which has no cycle
        wanted = np.zeros(strong)
        np.maximum.at(wanted, head[cross], rank[tail[cross]] + 1.0)
        if (wanted <= rank).all():
            break
        rank = np.maximum(rank, wanted)
    return np.flatnonzero(~some)[cross], (rank[head] - rank[tail])[cross]
