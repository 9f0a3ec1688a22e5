"""Poisson pseudo-maximum likelihood with any sets of fixed effects. Santos Silva and Tenreyro 2006 (REStat 88:641).

E[y | x] = exp(x'b + effects + offset), solved by Newton's method with the effects projected out (`newton`).

Separation (Correia, Guimaraes and Zylkin 2019, arXiv:1903.01633): where some z = Xg + effects is zero at y > 0, not
negative at y = 0 and positive somewhere, the estimate does not exist. Then the decrement D holds D >= sum mu z
(max z = 1), and the step weighted by mu is -1 on average over the separated rows. So a fit whose last step stays above
-1/2 at every y = 0 is not separated; where a row goes on falling, `separation` looks for z and keeps it as certificate.

Notation: y (n,) outcome, X (K, n) regressors by rows, b (K,) coefficients, m <= n rows used, mu fitted.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
from numpy.typing import NDArray

from hansa.errors import NotConverged, NotIdentified
from hansa.gravity import separation
from hansa.gravity.answer import in_units, with_constant
from hansa.gravity.compiled import kernel, spread
from hansa.gravity.layout import Layout, Levels, arrange
from hansa.gravity.newton import NOBODY, Panel, Stage, assemble, constant, constant_rows, newton
from hansa.gravity.projection import Floats, Projection, group_sums, normal_equations, project
from hansa.gravity.sample import Dropped, reduce_sample

LARGE, PILOTS = 200_000, 3  # rows from which a part is fitted first, and how many blocks make it
LOG_TWO_PI = math.log(2.0 * math.pi)


@dataclass(frozen=True)
class Solution:
    """A fitted model: m of the n given rows are used; arrays of m follow `row`.

    coefficient : (K,) NaN where the regressor is collinear.  kept : (K,) whether it is not.
    row : (m,) positions among the given rows.  outcome, fitted : (m,) in the outcome's own unit.  weight : (m,)
        or None.
    projected : (k, m) regressors kept, effects projected out.  hessian : (k, k) X~' diag(weight fitted) X~.
    deviance, null_deviance, log_likelihood : of the fit, and of a constant (with the offset) alone.
    iterations, decrement : Newton steps; step' W step of the last one.
    faint : rows kept whose fit is next to nothing of every margin, though no proof of separation was found.
    dropped : rows and levels left out.  effects : as given.  shape : how the effects were solved for.
    """

    coefficient: Floats
    kept: NDArray[np.bool_]
    row: NDArray[np.int64]
    outcome: Floats
    fitted: Floats
    weight: Floats | None
    projected: Floats
    hessian: Floats
    deviance: float
    null_deviance: float
    log_likelihood: float
    iterations: int
    decrement: float
    faint: NDArray[np.int64]
    dropped: Dropped
    effects: tuple[Levels, ...]
    shape: str


@kernel
def _statistics(r0, r1, y, mu, weight, told):  # type: ignore[no-untyped-def] # pragma: no cover
    """Told = weighted sums of y log y, y log mu, y - mu and log Gamma(y + 1)."""
    weighted = weight.size > 0
    for r in range(r0, r1):
        v = weight[r] if weighted else 1.0
        told[2] += v * (y[r] - mu[r])
        if y[r] > 0.0:
            log, x = np.log(y[r]), y[r]
            told[0] += v * x * log
            told[1] += v * x * np.log(mu[r])
            if x < 16.0:
                told[3] += v * math.lgamma(x + 1.0)
            else:  # Stirling's series, whose next term is below 1e-11 here
                q = 1.0 / (x * x)
                rest = (1.0 / 12.0 - q * (1.0 / 360.0 - q * (1.0 / 1260.0 - q / 1680.0))) / x
                told[3] += v * (x * log - x + 0.5 * (log + LOG_TWO_PI) + rest)


def fit_statistics(y: Floats, mu: Floats, weight: Floats | None, flat: Floats | float) -> tuple[float, float, float]:
    """Deviance, deviance of the constant fit `flat`, and log-likelihood."""
    cuts = np.linspace(0, y.size, 5 if y.size > 100_000 else 2).astype(int)
    told, v = np.zeros((cuts.size - 1, 4)), np.zeros(0) if weight is None else weight
    spread(lambda k: _statistics(cuts[k], cuts[k + 1], y, mu, v, told[k]), cuts.size - 1)
    own, cross, gap, gamma = told.sum(0)
    mass = y if weight is None else weight * y
    base = mass.sum() * np.log(flat) if np.isscalar(flat) else (mass * np.log(flat)).sum()
    fitted = (mu if weight is None else weight * mu).sum()
    return 2.0 * float(own - cross - gap), 2.0 * float(own - base), float(cross - fitted - gamma)


def solve(
    y: Floats,
    X: Floats,
    effects: Sequence[Levels],
    *,
    weights: Floats | None = None,
    offset: Floats | None = None,
    start: Floats | None = None,
    singletons: str = "drop",
    separated: str = "drop",
    tolerance: float = 1e-10,
    most: int = 100,
    progress: Callable[[int, float, float], None] | None = None,
) -> Solution:
    """Fit E[y] = exp(X'b + effects + offset) by Poisson pseudo-maximum likelihood.

    Parameters
    ----------
    y : (n,) outcome, not negative.  X : (K, n) regressors.  effects : sets of fixed effects; none: X holds the
        constant.
    weights, offset : (n,) or None.  start : (K,) coefficients to begin with.
    singletons : "drop" or "keep" rows that are alone in a level.  separated : "drop" rows whose fit is zero, or
        "refuse".
    tolerance : of the Newton decrement.  most : steps.  progress : called as (step, decrement, tolerance).

    Raises
    ------
    NotIdentified : no row is left, effects absorb every regressor, or rows are separated and that is refused.
    NotConverged : the decrement stays above the tolerance; carries what was reached.

    >>> pair = Levels(np.array([0, 0, 1, 1], np.int32), 2, np.array([[0], [1]], np.int32))
    >>> fit = solve(np.array([1.0, 2.0, 3.0, 6.0]), np.array([[0.0, 1.0, 0.0, 1.0]]), [pair])
    >>> round(float(fit.coefficient[0]), 6)  # log 2: both pairs double
    0.693147
    """
    plain = not effects
    weighted = y if weights is None else y * weights
    use = np.ones(y.size, bool) if weights is None else weights > 0.0
    base: Floats | None = None
    if weights is not None or offset is not None:
        base = np.ones(y.size) if weights is None else weights.astype(np.float64)
        base = base if offset is None else base * np.exp(offset - offset.max())
    given = ~constant_rows(X) if plain else np.ones(X.shape[0], bool)
    if not given.any():
        raise NotIdentified("The model has no regressor that varies; give at least one beside the constant.")
    b = np.zeros(int(given.sum())) if start is None else np.where(np.isfinite(start), start, 0.0)[given]
    sets = [constant(y.size)] if plain else list(effects)
    alone = singletons == "drop" and not plain
    fit = partial(newton, find=separation.find, tolerance=tolerance, most=most, progress=progress)
    layout, stage, unit, size, dropped = _cleared(
        weighted, X if given.all() else X[given], sets, base, use, b, alone, fit
    )
    if dropped.separated_rows.size and separated == "refuse":
        raise NotIdentified(
            f"{dropped.separated_rows.size:,} of {y.size:,} rows are separated: regressors and effects fit their zero "
            "outcome exactly, so the estimate does not exist with them. Drop them (separated='drop'), or change the "
            "model."
        )
    dropped = replace(dropped, zero=()) if plain else dropped
    return _solution(layout, stage, unit, size, y, X, given, weights, offset, dropped, tuple(effects))


def _cleared(
    y: Floats,
    X: Floats,
    sets: Sequence[Levels],
    base: Floats | None,
    use: NDArray[np.bool_],
    b: Floats,
    singletons: bool,
    fit: Callable[..., Stage],
) -> tuple[Layout, Stage, float, Floats, Dropped]:
    """The fit of what is left when rows that cannot be fitted are dropped, round by round, until none is separated."""
    kept, before, proof, fitted = np.ones(b.size, bool), 0, np.zeros(y.size), None
    silent, alone = NOBODY, NOBODY
    zero: tuple[NDArray[np.int64], ...] = tuple(NOBODY for _ in sets)
    while True:
        use, more, rows, single = reduce_sample(y, sets, use, singletons)
        zero = tuple(np.union1d(old, new) for old, new in zip(zero, more, strict=True))
        silent, alone = np.concatenate([silent, rows]), np.concatenate([alone, single])
        if not use.any():
            raise NotIdentified(_nothing_left(y.size, silent.size, alone.size, int((proof > 0).sum())))
        panel, unit, size = assemble(y, X, sets, base, np.flatnonzero(use))
        if fitted is None and not b.any() and panel.layout.row.size > LARGE:
            b = _pilot(panel, y, X, sets, base, singletons, fit)
        if fitted is None:
            mu = np.einsum("k,km->m", b * size, panel.X)
            mu = np.exp(np.clip(mu, -20.0, 20.0, out=mu), out=mu)
            mu *= panel.base
        else:
            mu = fitted[panel.layout.row] / unit
        stage = fit(panel, mu, (b * size)[kept], kept, before=before)
        b[~stage.kept], b[stage.kept], kept = 0.0, stage.b / size[stage.kept], stage.kept
        if not stage.separated.size:
            found = np.flatnonzero(proof > 0.0)
            dropped = Dropped(zero, np.sort(silent), np.sort(alone), found, proof[found])
            return panel.layout, stage, unit, size, dropped
        row = panel.layout.row[stage.separated]
        proof[row], use[row], before = stage.certificate, False, stage.iterations
        fitted = np.zeros(y.size)
        fitted[panel.layout.row] = stage.mu * unit


def _pilot(
    panel: Panel,
    y: Floats,
    X: Floats,
    sets: Sequence[Levels],
    base: Floats | None,
    singletons: bool,
    fit: Callable[..., Stage],
) -> Floats:
    """Coefficients to begin with, from some blocks of a large sample that share nothing else (the years of two sets).

    Nothing of it is kept but the start; where the part cannot be fitted the start is zero.
    """
    layout, zero = panel.layout, np.zeros(X.shape[0])
    blocks = layout.batch.size - 1
    if layout.inner != len(layout.stack) or blocks < 2 * PILOTS:
        return zero
    use = np.zeros(y.size, bool)
    for k in np.linspace(0, blocks - 1, PILOTS).astype(int):
        use[layout.row[layout.group_row[layout.batch[k]] : layout.group_row[layout.batch[k + 1]]]] = True
    use = reduce_sample(y, sets, use, singletons)[0]
    if not use.any():
        return zero
    part, _, size = assemble(y, X, sets, base, np.flatnonzero(use))
    try:
        stage = fit(part, part.base.copy(), zero, np.ones(zero.size, bool), tolerance=1e-4, most=30, progress=None)
    except (NotConverged, NotIdentified):
        return zero
    zero[stage.kept] = stage.b / size[stage.kept]
    return zero


def _nothing_left(given: int, silent: int, alone: int, separated: int) -> str:
    return (
        f"No observation is left of {given:,}: {silent:,} in groups whose outcome is zero throughout, {alone:,} alone "
        f"in a group, {separated:,} separated. Use fewer or coarser sets of effects, or more data."
    )


def _solution(
    layout: Layout,
    stage: Stage,
    unit: float,
    size: Floats,
    y: Floats,
    X: Floats,
    given: NDArray[np.bool_],
    weights: Floats | None,
    offset: Floats | None,
    dropped: Dropped,
    effects: tuple[Levels, ...],
) -> Solution:
    """Back to the units of the caller."""
    row = layout.row
    weight = None if weights is None else weights[row]
    total = stage.mu * unit
    fitted = total if weight is None else total / weight
    outcome, mine = y[row], 1.0 if weight is None else weight
    answer = in_units(stage.b, size[stage.kept], stage.projected, stage.hessian * unit, given, stage.kept)
    shift = 0.0 if offset is None else offset[row]  # the same for all rows changes nothing but the constant
    apart = 0.0 if offset is None else shift - np.max(shift)
    if not given.all():
        answer = with_constant(answer, X, given, row, total, np.log(fitted) - shift)
    flat = (total if weight is None else weight * outcome).sum() / (
        row.size if weight is None and offset is None else (mine * np.exp(apart)).sum()
    )
    deviance, null_deviance, log_likelihood = fit_statistics(
        outcome, fitted, weight, float(flat) if offset is None else flat * np.exp(apart)
    )
    return Solution(
        coefficient=answer.coefficient,
        kept=answer.kept,
        row=row,
        outcome=outcome,
        fitted=fitted,
        weight=weight,
        projected=answer.projected,
        hessian=answer.hessian,
        deviance=deviance,
        null_deviance=null_deviance,
        log_likelihood=log_likelihood,
        iterations=stage.iterations,
        decrement=stage.decrement,
        faint=np.sort(row[stage.faint]),
        dropped=dropped,
        effects=effects,
        shape=shape_of(layout, bool(effects)),
    )


def shape_of(layout: Layout, effects: bool) -> str:
    """In words, how the effects were solved for."""
    if not effects:
        return "no fixed effects"
    groups, levels = layout.group_level.size, int(layout.block[-1])
    if layout.inner == len(layout.stack):
        return f"{groups:,} groups and {levels:,} levels, solved directly"
    inner = f", {layout.inner_levels:,} by blocks" if layout.inner else ""
    return f"{groups:,} groups eliminated{inner}, {levels - layout.inner_levels:,} levels by conjugate gradients"


def fixed_effects(solution: Solution, X: Floats, offset: Floats | None = None) -> tuple[Floats, ...]:
    """Effects of every level, (count,) for each set, not normalised; NaN for levels outside the sample.

    Parameters
    ----------
    solution : of `solve`.  X : (K, n) regressors and offset : (n,) as they were given to it.

    >>> pair = Levels(np.array([0, 0, 1, 1], np.int32), 2, np.array([[0], [1]], np.int32))
    >>> x = np.array([[0.0, 1.0, 0.0, 1.0]])
    >>> np.exp(fixed_effects(solve(np.array([1.0, 2.0, 3.0, 6.0]), x, [pair]), x)[0]).round(6).tolist()
    [1.0, 3.0]
    """
    s = solution
    predictor = np.log(s.fitted) - np.where(s.kept, np.nan_to_num(s.coefficient), 0.0) @ X[:, s.row]
    if offset is not None:
        predictor -= offset[s.row]
    layout = arrange(s.effects, np.sort(s.row))
    back = np.empty(X.shape[1], np.int64)
    back[s.row] = np.arange(s.row.size)
    order = back[layout.row]
    w = (s.fitted if s.weight is None else s.fitted * s.weight)[order]
    values = predictor[order]
    W, b, sums = group_sums(layout, w, w * values, np.empty((0, w.size)))
    found = project(normal_equations(layout, w, W), b, sums, tolerance=1e-14, most=5000)
    return _levels_of(layout, s.effects, found, w, values)


def _levels_of(
    layout: Layout, effects: Sequence[Levels], found: Projection, w: Floats, values: Floats
) -> tuple[Floats, ...]:
    """Effects of the stacked levels from their coefficients, and of the groups from what is left of the predictor."""
    out = [np.full(e.count, np.nan) for e in effects]
    row, left = layout.row, values.copy()
    for place, k in zip(layout.place, layout.stack, strict=True):
        known = place >= 0
        out[k][known] = found.c[0, place[known]]
        left -= out[k][effects[k].of_row[row]]
    e = effects[layout.eliminated]
    total = np.bincount(e.of_row[row], weights=w, minlength=e.count)
    mean = np.bincount(e.of_row[row], weights=w * left, minlength=e.count)
    some = total > 0.0
    out[layout.eliminated][some] = mean[some] / total[some]
    return tuple(out)
