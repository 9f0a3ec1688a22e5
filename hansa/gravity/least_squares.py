"""Least squares with any sets of fixed effects: Frisch, Waugh and Lovell; Guimaraes and Portugal 2010 (Stata Journal
10:628).

Outcome and regressors are projected on the effects exactly (`projection`, the machinery of `ppml` with the weights of
the caller), and what is left is regressed on what is left.

Notation: y outcome, X (K, m) regressors by rows, w weights, X~ and y~ with effects projected out, H = X~'WX~.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hansa.errors import NotConverged, NotIdentified
from hansa.gravity import newton, ppml
from hansa.gravity.answer import in_units, with_constant
from hansa.gravity.layout import Levels
from hansa.gravity.projection import Floats, group_sums, normal_equations, project
from hansa.gravity.sample import Dropped, reduce_sample

TIGHT = 1e-11  # of the projection, in the norm of its preconditioner


@dataclass(frozen=True)
class LeastSquares:
    """A fitted model: m of the n given rows are used; arrays of m follow `row`.

    coefficient : (K,) NaN where the regressor is collinear.  kept : (K,) whether it is not.
    row : (m,) positions among the given rows.  residual : (m,).  weight : (m,) or None.
    projected : (k, m) regressors kept, effects projected out.  hessian : (k, k) X~'WX~.
    r2, within_r2 : of the outcome about its mean; of the outcome about its effects.
    dropped : rows left out (singletons).  effects : as given.  shape : how the effects were solved for.
    """

    coefficient: Floats
    kept: NDArray[np.bool_]
    row: NDArray[np.int64]
    residual: Floats
    weight: Floats | None
    projected: Floats
    hessian: Floats
    r2: float
    within_r2: float
    dropped: Dropped
    effects: tuple[Levels, ...]
    shape: str


def solve(
    y: Floats,
    X: Floats,
    effects: Sequence[Levels],
    *,
    weights: Floats | None = None,
    singletons: str = "drop",
) -> LeastSquares:
    """Fit y = X'b + effects by (weighted) least squares.

    Parameters
    ----------
    y : (n,) outcome.  X : (K, n) regressors.  effects : sets of fixed effects; none: X holds the constant.
    weights : (n,) or None; rows of weight zero are not used.
    singletons : "drop" or "keep" rows that are alone in a level.

    Raises
    ------
    NotIdentified : no row is left, or the effects explain every regressor.
    NotConverged : the effects could not be projected out to the accuracy wanted.

    >>> pair = Levels(np.array([0, 0, 1, 1], np.int32), 2, np.array([[0], [1]], np.int32))
    >>> fit = solve(np.array([1.0, 3.0, 5.0, 7.0]), np.array([[0.0, 1.0, 0.0, 1.0]]), [pair])
    >>> fit.coefficient.round(9).tolist(), round(fit.r2, 9)
    ([2.0], 1.0)
    """
    plain = not effects
    sets = [newton.constant(y.size)] if plain else list(effects)
    use = np.ones(y.size, bool) if weights is None else weights > 0.0
    use, _, _, alone = reduce_sample(np.ones(y.size), sets, use, singletons == "drop" and not plain)
    if not use.any():
        raise NotIdentified(f"No observation is left of {y.size:,}: {alone.size:,} were alone in a group.")
    given = ~newton.constant_rows(X) if plain else np.ones(X.shape[0], bool)
    panel, _, size = newton.assemble(np.ones(y.size), X[given], sets, weights, np.flatnonzero(use))
    row, w = panel.layout.row, np.ascontiguousarray(panel.base)
    outcome = y[row]
    middle = float((w * outcome).sum() / w.sum())
    W, b, sums = group_sums(panel.layout, w, w * (outcome - middle), panel.X)
    found = project(normal_equations(panel.layout, w, W), b, sums, tolerance=TIGHT, most=5000)
    if found.reached > 1e3 * TIGHT:
        raise NotConverged(
            f"The fixed effects were not projected out: after {found.iterations:,} steps the residual is "
            f"{found.reached:.1e} of its size, wanted {TIGHT:.0e}. Use fewer sets of effects, or sets that more rows "
            "share.",
            [found.reached],
        )
    H, s, projected = newton.scores(panel, w, w * (outcome - middle), panel.X, found, True)
    kept = newton.independent(H, newton.variance_of(w, panel.X), newton.COLLINEAR)
    if not kept.any() and not plain:
        raise NotIdentified(newton.ABSORBED)
    change = np.zeros(kept.size)
    if kept.any():
        change[kept] = newton.solved(H[np.ix_(kept, kept)], s[kept])
    fit, moved = np.empty_like(w), np.empty_like(w)
    newton.move(panel, w, panel.X, found, change, fit, moved)
    residual = outcome - middle - fit
    within = residual + change @ projected
    left, about, inside = (
        float((w * values**2).sum()) for values in (residual, outcome - np.average(outcome, weights=w), within)
    )
    answer = in_units(change[kept], size[kept], projected[kept], H[np.ix_(kept, kept)], given, kept)
    if not given.all():
        answer = with_constant(answer, X, given, row, w, outcome)
    return LeastSquares(
        coefficient=answer.coefficient,
        kept=answer.kept,
        row=row,
        residual=residual,
        weight=None if weights is None else weights[row],
        projected=answer.projected,
        hessian=answer.hessian,
        r2=1.0 - left / about if about > 0.0 else float("nan"),
        within_r2=1.0 - left / inside if inside > 0.0 else float("nan"),
        dropped=Dropped((), newton.NOBODY, alone, newton.NOBODY, np.zeros(0)),
        effects=tuple(effects),
        shape=ppml.shape_of(panel.layout, bool(effects)),
    )
