"""Newton's method for Poisson models whose fixed effects are projected out; the solver of `ppml`.

The state is mu alone. Sweeps fit the margins of each set in turn (iterative proportional fitting, exact in closed
form: Arvis and Shepherd 2013, Economics Letters 121; Fally 2015, JIE 97). A step on b has the effects projected out of
score and regressors (Frisch-Waugh-Lovell), and moves the effects along. An inexact projection slows the steps but does
not move the root, so it is loose at first. The end: the Newton decrement of all coefficients and effects, step' W step
in units of twice the log-likelihood, is below `tolerance`; the coefficients are then within its root of standard
errors, and one more exact step has been taken.

Notation: y outcome, mu fitted (both times weight), w = mu, X (K, m) regressors by rows, X~ with effects projected out,
b coefficients, H = X~'WX~, s = X~'(y - mu).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hansa.errors import NotConverged, NotIdentified
from hansa.gravity.compiled import kernel, spread
from hansa.gravity.layout import Layout, Levels, arrange, levels_of_rows
from hansa.gravity.projection import (
    Floats,
    Projection,
    group_sums,
    longest,
    normal_equations,
    parts,
    project,
    shared,
)

COLLINEAR = 1e-9  # of a regressor's variance, what must be left by effects and earlier regressors
SUSPECT = 0.02  # with less than this left after a loose projection, an exact one decides
MARGIN = 1e-5  # largest relative error of a margin at the end
LOOKS = (2, 4, 7, 11, 16, 22, 30, 40)  # how many suspicious steps before each search for separated rows
NEXT_TO_NOTHING = 1e-10  # of the smallest margin of a row
STILL = 1e-6  # largest relative change of a fitted value that errors to six digits allow
FINAL = 1e-7  # of the projection at the end: the errors are of first order in it
NOBODY, NOWHERE = np.zeros(0, np.int64), np.zeros(0)
ABSORBED = (
    "The fixed effects explain every regressor: none varies within them. Leave out the set of effects that absorbs "
    "what you want to measure, or give regressors that vary within it."
)


@dataclass(frozen=True)
class Panel:
    """A sample in the order of its layout.

    y : (m,) outcome times weight, mean one.  X : (K, m) regressors, centred and scaled.  base : (m,) weight
        exp(offset).
    per_group : (D,) sums of y over the eliminated set;  per_level : (L,) over the stacked levels.
    """

    layout: Layout
    y: Floats
    X: Floats
    base: Floats
    per_group: Floats
    per_level: Floats


@dataclass(frozen=True)
class Stage:
    """Where Newton steps stand: mu, coefficients b of the regressors `kept`, and what is known at that point.

    projected : X~ of the last step, where steps ended and nothing is separated.
    separated, certificate : rows proved to be separated.  faint : rows that look so without proof.
    """

    mu: Floats
    b: Floats
    kept: NDArray[np.bool_]
    projected: Floats
    hessian: Floats
    iterations: int
    decrement: float
    separated: NDArray[np.int64]
    certificate: Floats
    faint: NDArray[np.int64]


@kernel
def _sweep(e0, e1, walk, mu, per_group, factor, apply, collect, sums):  # type: ignore[no-untyped-def] # pragma: no cover
    """Multiply mu by the factor of `apply`, fit the groups, sum over the levels of `collect`; worst group error."""
    batch, group_row, group_segment, segment, level, stride = walk
    worst = 0.0
    for g in range(batch[e0], batch[e1]):
        total = 0.0
        for p in range(group_segment[g], group_segment[g + 1]):
            r0, n = np.uint64(segment[p]), np.uint64(segment[p + 1] - segment[p])
            if apply >= 0:
                l0 = np.uint64(level[p, apply])
                if stride[apply] == 1:
                    for q in range(n):
                        mu[r0 + q] *= factor[l0 + q]
                else:
                    one = factor[l0]
                    for q in range(n):
                        mu[r0 + q] *= one
            for q in range(n):
                total += mu[r0 + q]
        scale = per_group[g] / total if total > 0.0 else 1.0
        worst = max(worst, abs(scale - 1.0))
        for r in range(np.uint64(group_row[g]), np.uint64(group_row[g + 1])):
            mu[r] *= scale
        if collect < 0:
            continue
        for p in range(group_segment[g], group_segment[g + 1]):
            r0, n, l0 = np.uint64(segment[p]), np.uint64(segment[p + 1] - segment[p]), np.uint64(level[p, collect])
            if stride[collect] == 1:
                for q in range(n):
                    sums[l0 + q] += mu[r0 + q]
            else:
                total = 0.0
                for q in range(n):
                    total += mu[r0 + q]
                sums[l0] += total
    return worst


@kernel
def _scores(e0, e1, walk, w, e, X, W, c, H, s, kept, projected):  # type: ignore[no-untyped-def] # pragma: no cover
    """X~ = X less its effects (c: coefficients of columns 1..K); H += X~'WX~, s += X~'e; X~ is written if `kept`."""
    batch, group_row, group_segment, segment, level, stride = walk
    K, F, rows, L = X.shape[0], level.shape[1], np.uint64(w.size), np.uint64(c.shape[1])
    most = np.uint64(longest(batch, group_row, e0, e1))
    x, effect, z = X.reshape(-1), c.reshape(-1), np.empty(K * most)
    for g in range(batch[e0], batch[e1]):
        r0, count = np.uint64(group_row[g]), np.uint64(group_row[g + 1] - group_row[g])
        for k in range(K):
            x0, z0, mean = np.uint64(k) * rows + r0, np.uint64(k) * most, 0.0
            for q in range(count):
                z[z0 + q] = x[x0 + q]
            for p in range(group_segment[g], group_segment[g + 1]):
                n, here = np.uint64(segment[p + 1] - segment[p]), z0 + np.uint64(segment[p]) - r0
                for f in range(F):
                    l0 = np.uint64(k + 1) * L + np.uint64(level[p, f])
                    if stride[f] == 1:
                        for q in range(n):
                            z[here + q] -= effect[l0 + q]
                    else:
                        one = effect[l0]
                        for q in range(n):
                            z[here + q] -= one
            for q in range(count):
                mean += w[r0 + q] * z[z0 + q]
            mean = mean / W[g] if W[g] > 0.0 else 0.0
            total = 0.0
            for q in range(count):
                z[z0 + q] -= mean
                total += z[z0 + q] * e[r0 + q]
            s[k] += total
            for j in range(k + 1):
                z1, total = np.uint64(j) * most, 0.0
                for q in range(count):
                    total += w[r0 + q] * z[z0 + q] * z[z1 + q]
                H[k, j] += total
            if kept:
                for q in range(count):
                    projected[k, r0 + q] = z[z0 + q]


@kernel
def _step(e0, e1, walk, w, y, X, W, c, b, change, step, told):  # type: ignore[no-untyped-def] # pragma: no cover
    """Newton step of the linear predictor.

    told = [its part y'step of the gain in log-likelihood, step' W step, largest |step| at y > 0, least step at y = 0].
    """
    batch, group_row, group_segment, segment, level, stride = walk
    K, F, rows, x = X.shape[0], level.shape[1], np.uint64(w.size), X.reshape(-1)
    gain, norm, top, low = 0.0, 0.0, 0.0, 0.0
    for g in range(batch[e0], batch[e1]):
        r0, count = np.uint64(group_row[g]), np.uint64(group_row[g + 1] - group_row[g])
        for q in range(count):
            step[r0 + q] = 0.0
        for p in range(group_segment[g], group_segment[g + 1]):
            p0, n = np.uint64(segment[p]), np.uint64(segment[p + 1] - segment[p])
            for f in range(F):
                l0 = np.uint64(level[p, f])
                if stride[f] == 1:
                    for q in range(n):
                        step[p0 + q] += c[l0 + q]
                else:
                    one = c[l0]
                    for q in range(n):
                        step[p0 + q] += one
        for k in range(K):
            x0, one = np.uint64(k) * rows + r0, change[k]
            for q in range(count):
                step[r0 + q] += x[x0 + q] * one
        mean = b[g]
        for q in range(count):
            mean -= w[r0 + q] * step[r0 + q]
        mean = mean / W[g] if W[g] > 0.0 else 0.0
        for r in range(r0, r0 + count):
            v = step[r] + mean
            step[r] = v
            gain += y[r] * v
            norm += w[r] * v * v
            if y[r] > 0.0:
                top = max(top, abs(v))
            else:
                low = min(low, v)
    told[0], told[1], told[2], told[3] = told[0] + gain, told[1] + norm, max(told[2], top), min(told[3], low)


@kernel
def _weighed(r0, r1, w, moved):  # type: ignore[no-untyped-def] # pragma: no cover
    """Multiply `moved`, which holds exp(step), by w; the sum of what this adds to w."""
    more = 0.0
    for r in range(r0, r1):
        moved[r] *= w[r]
        more += moved[r] - w[r]
    return more


Find = Callable[[Panel, Floats, Floats], tuple[NDArray[np.int64], Floats]]


def fit_margins(panel: Panel, mu: Floats, sweeps: int) -> float:
    """Fit mu to the margins of every set in turn, in place; largest relative error met in the last sweep."""
    layout, walk = panel.layout, parts(panel.layout)
    F, L, chunks = len(layout.stack), panel.per_level.size, layout.chunk.size - 1
    factor, apply, worst, worst_level = np.ones(L), -1, np.zeros(chunks), 0.0
    mine = [place[place >= 0] for place in layout.place]

    def run(collect: int) -> Floats:
        sums = np.zeros((chunks, L))

        def task(k: int, e0: int, e1: int) -> None:
            worst[k] = _sweep(e0, e1, walk, mu, panel.per_group, factor, apply, collect, sums[k])

        shared(layout, task)
        return sums.sum(0)

    for _ in range(sweeps):
        worst_level, worst_group = 0.0, 0.0
        for f in range(F):
            sums = run(f)
            now, wanted = sums[mine[f]], panel.per_level[mine[f]]
            some = now > 0.0
            scale = np.where(some, wanted / np.where(some, now, 1.0), 1.0)
            factor[mine[f]] = scale
            worst_level = max(worst_level, float(np.abs(scale - 1.0).max(initial=0.0)))
            worst_group = max(worst_group, float(worst.max()))
            apply = f
    run(-1)
    return max(worst_level, worst_group) if F else float(worst.max())


def scores(
    panel: Panel, w: Floats, e: Floats, X: Floats, found: Projection, keep: bool, out: Floats | None = None
) -> tuple[Floats, Floats, Floats]:
    """H = X~'WX~, s = X~'e, and X~ itself if `keep`, into `out` where given, which may be X."""
    layout, walk, K = panel.layout, parts(panel.layout), X.shape[0]
    chunks = layout.chunk.size - 1
    H, s = np.zeros((chunks, K, K)), np.zeros((chunks, K))
    projected = np.empty((K, w.size if keep else 0)) if out is None else out
    shared(layout, lambda k, e0, e1: _scores(e0, e1, walk, w, e, X, found.W, found.c, H[k], s[k], keep, projected))
    lower = H.sum(0)
    return lower + np.tril(lower, -1).T, s.sum(0), projected


def move(
    panel: Panel, w: Floats, X: Floats, found: Projection, change: Floats, step: Floats, moved: Floats
) -> NDArray[np.float64]:
    """Step of the linear predictor for a change of b, mu after it, and what is told of them.

    That is: gain in log-likelihood, step' W step, largest |step| at y > 0, least step at y = 0.
    """
    layout, walk = panel.layout, parts(panel.layout)
    c = found.c[0] - change @ found.c[1:]
    told = np.zeros((layout.chunk.size - 1, 4))

    def task(k: int, e0: int, e1: int) -> None:
        _step(e0, e1, walk, w, panel.y, X, found.W, c, found.b[0], change, step, told[k])
        r0, r1 = (int(layout.group_row[layout.batch[e]]) for e in (e0, e1))
        with np.errstate(over="ignore"):  # such a step is halved
            np.exp(step[r0:r1], out=moved[r0:r1])  # several at a time, which compiled loops do not do
        told[k, 0] -= _weighed(r0, r1, w, moved)

    shared(layout, task)
    return np.array([told[:, 0].sum(), told[:, 1].sum(), told[:, 2].max(), told[:, 3].min()])


def independent(H: Floats, variance: Floats, least: float) -> NDArray[np.bool_]:
    """Which regressors are not explained by effects and earlier ones: Cholesky in their order, small pivots left out.

    >>> independent(np.array([[1.0, 1.0], [1.0, 1.0]]), np.ones(2), 1e-9).tolist()
    [True, False]
    """
    K, L = H.shape[0], np.zeros_like(H)
    kept = np.zeros(K, bool)
    for k in range(K):
        for j in range(k):
            if kept[j]:
                L[k, j] = (H[k, j] - L[k, :j] @ L[j, :j]) / L[j, j]
        pivot = H[k, k] - L[k, :k] @ L[k, :k]
        kept[k] = pivot > least * variance[k] and variance[k] > 0.0
        L[k, k] = np.sqrt(pivot) if kept[k] else 1.0
        L[k, :k] *= kept[k]
    return kept


def variance_of(w: Floats, X: Floats) -> Floats:
    """Weighted sum of squares of each regressor about its mean; one that does not vary has none."""
    total = w.sum()
    mean = np.einsum("km,m->k", X, w) / total
    out = np.array([_weighted_square(w, x, m) for x, m in zip(X, mean, strict=True)])
    return np.where(out > 1e-20 * total * (1.0 + mean * mean), out, 0.0)


@kernel
def _weighted_square(w, x, mean):  # type: ignore[no-untyped-def] # pragma: no cover
    total = 0.0
    for q in range(w.size):
        total += w[q] * (x[q] - mean) * (x[q] - mean)
    return total


def assemble(
    y: Floats, X: Floats, effects: Sequence[Levels], base: Floats | None, use: NDArray[np.int64]
) -> tuple[Panel, float, Floats]:
    """The sample in the order of its layout, the scale of its outcome, and those of its regressors."""
    layout = arrange(effects, use)
    row = layout.row
    mine, columns = np.empty(row.size), np.empty((X.shape[0], row.size))
    unit = _taken(row, y, mine)
    mine /= unit
    size = np.array(spread(lambda k: _standardised(row, X[k], columns[k]), X.shape[0]))
    group = np.add.reduceat(mine, layout.group_row[:-1])
    level = np.zeros(int(layout.block[-1]))
    for place, k in zip(layout.place, layout.stack, strict=True):
        total = np.bincount(effects[k].of_row[row], weights=mine, minlength=effects[k].count)
        level[place[place >= 0]] = total[place >= 0]
    one_each = np.broadcast_to(np.ones(1), row.size)  # takes no memory
    return Panel(layout, mine, columns, one_each if base is None else base[row], group, level), unit, size


@kernel
def _taken(row, x, out):  # type: ignore[no-untyped-def] # pragma: no cover
    """Put x[row] into `out`; its mean."""
    total = 0.0
    for q in range(row.size):
        out[q] = x[row[q]]
        total += out[q]
    return total / row.size


@kernel
def _standardised(row, x, out):  # type: ignore[no-untyped-def] # pragma: no cover
    """Put x[row] into `out`, centred and over its standard deviation, which is returned (1 if it does not vary)."""
    mean, square = _taken(row, x, out), 0.0
    for q in range(row.size):
        out[q] -= mean
        square += out[q] * out[q]
    size = np.sqrt(square / row.size)
    if not size > 1e-13 * abs(mean):
        size = 1.0
    for q in range(row.size):
        out[q] /= size
    return size


def _transfer(b: Floats, H: Floats, kept: NDArray[np.bool_]) -> Floats:
    """Coefficients of the kept regressors when x_d is said as sum c_j x_j of them: b_j += c_j b_d."""
    if not kept.any():
        return np.zeros(0)
    share = np.linalg.solve(H[np.ix_(kept, kept)], H[np.ix_(kept, ~kept)])
    return b[kept] + share @ b[~kept]


def linearised(
    panel: Panel, mu: Floats, X: Floats, c: Floats | None, tolerance: float, goal: float, e: Floats
) -> tuple[Projection, Floats, Floats]:
    """Projection of the score and of X at mu, then H and s; c begins the search, e takes y - mu."""
    np.subtract(panel.y, mu, out=e)
    W, sums, levels = group_sums(panel.layout, mu, e, X)
    floor = np.zeros(X.shape[0] + 1)
    floor[0] = 1e-3 * goal
    start = None if c is None else np.concatenate([np.zeros_like(c[:1]), c[1:]])
    normal = normal_equations(panel.layout, mu, W)
    found = project(normal, sums, levels, start=start, tolerance=tolerance, floor=floor)
    H, s, _ = scores(panel, mu, e, X, found, False)
    return found, H, s


def _told_apart(panel: Panel, mu: Floats, X: Floats, H: Floats, exact: bool) -> NDArray[np.bool_]:
    """Which regressors effects and earlier ones do not explain; from H where it is `exact` or leaves no doubt.

    Otherwise from an exact projection in which every row counts the same, whatever the fit.
    """
    variance = variance_of(mu, X)
    if exact or independent(H, variance, SUSPECT).all():
        return independent(H, variance, COLLINEAR)
    w = np.ones(panel.y.size)
    W, sums, levels = group_sums(panel.layout, w, panel.y - w, X)
    found = project(normal_equations(panel.layout, w, W), sums, levels, tolerance=FINAL)
    H, _, _ = scores(panel, w, w, X, found, False)
    return independent(H, variance_of(w, X), COLLINEAR)


def _damped(panel: Panel, mu: Floats, step: Floats, moved: Floats, gain: float) -> float:
    """Halve a step that loses likelihood until it does not (moved: mu after it); its length, 0 if none helps."""
    length = 1.0
    while not gain > -1e-9 * panel.y.size:
        length *= 0.5
        if length < 1e-4:
            return 0.0
        with np.errstate(over="ignore"):
            np.multiply(mu, np.exp(length * step), out=moved)
            gain = float((panel.y * step * length - (moved - mu)).sum())
    return length


def newton(
    panel: Panel,
    mu: Floats,
    b: Floats,
    kept: NDArray[np.bool_],
    *,
    find: Find,
    tolerance: float,
    most: int,
    before: int = 0,
    progress: Callable[[int, float, float], None] | None = None,
) -> Stage:
    """Newton steps until the decrement is below `tolerance`, or until some rows prove to be separated.

    Parameters
    ----------
    panel : the sample; its X is used up, and becomes the projected one.  mu, b, kept : where to begin; mu is used up.
    find : looks for separated rows, given the panel, the regressors kept and the step that runs away.

    Raises
    ------
    NotConverged : `most` steps were not enough, or no step improves the fit.
    NotIdentified : effects absorb every regressor.
    """
    X, kept, c = panel.X if kept.all() else panel.X[kept], kept.copy(), None
    step, moved = np.empty_like(mu), np.empty_like(mu)
    decrement, last, checked, suspicion, exact = np.inf, False, False, 0, False
    for iteration in range(before + 1, before + most + 1):
        margin = fit_margins(panel, mu, 4 if c is None else 1)
        loose = 0.1 if c is None else min(0.05, max(1e-4, 1e-2 * float(np.sqrt(decrement))))
        found, H, s = linearised(panel, mu, X, c, FINAL if last else loose, tolerance, moved)
        if last or not checked:
            good, checked = _told_apart(panel, mu, X, H, checked), True
            if not good.all():
                separated, certificate = _fallen(panel, vanished(panel, mu), X, find) if last else (NOBODY, NOWHERE)
                if separated.size:  # what tells these regressors apart is running to zero
                    return Stage(mu, b, kept, X, H, iteration, decrement, separated, certificate, NOBODY)
                b = _transfer(b, H, good)
                kept[np.flatnonzero(kept)[~good]] = False
                if not kept.any():
                    raise NotIdentified(ABSORBED)
                X, c, last = np.ascontiguousarray(panel.X[kept]), None, False
                continue
        c = found.c
        change = solved(H, s)
        gain, decrement, top, low = map(float, move(panel, mu, X, found, change, step, moved))
        if progress is not None:
            progress(iteration, decrement, tolerance)
        length = _damped(panel, mu, step, moved, gain)
        if length == 0.0:
            raise NotConverged(_stuck(iteration, decrement, "no step improves the fit"), [decrement, margin])
        mu, moved = moved, mu
        b = b + length * change
        falling = low < -0.5 and top < 0.05  # some rows run away while those with trade are at rest
        suspicious = falling and decrement < 1.0
        largest = max(top, -low)
        still = largest < STILL and decrement < 1e2 * tolerance  # what is left after this step is of second order
        done = last and not falling and (still or (decrement < tolerance and exact))
        done = done and margin < MARGIN and found.reached < 100.0 * FINAL
        exact = last and decrement < tolerance  # where single fits still move, errors do: once more
        suspicion += suspicious
        if done or (suspicious and suspicion in LOOKS):
            faint = NOBODY if falling else vanished(panel, mu)
            separated, certificate = find(panel, X, step) if falling else _fallen(panel, faint, X, find)
            if done and not separated.size:  # nobody needs X any more
                scores(panel, moved, panel.y, X, found, True, out=X)
            if separated.size or done:
                return Stage(mu, b, kept, X, H, iteration, decrement, separated, certificate, faint)
        soon = decrement < 1e3 * tolerance or _nearly_still(largest, 0.1 * loose if found.iterations else 0.0)
        last = soon and length == 1.0
    raise NotConverged(_stuck(before + most, decrement, f"{most} steps were not enough"), [decrement, margin])


def _nearly_still(largest: float, rough: float) -> bool:
    """Whether the step after one of this size, with a projection as rough as this, will be still."""
    return max(0.5 * largest, rough) * largest < STILL


def _fallen(panel: Panel, row: NDArray[np.int64], X: Floats, find: Find) -> tuple[NDArray[np.int64], Floats]:
    """Separated rows among those that have vanished."""
    if not row.size:
        return NOBODY, NOWHERE
    fall = np.zeros(panel.y.size)
    fall[row] = -1.0
    return find(panel, X, fall)


def vanished(panel: Panel, mu: Floats) -> NDArray[np.int64]:
    """Rows with y = 0 whose mu is next to nothing of every margin it counts in: no step may show that they fell."""
    zero = panel.y <= 0.0
    if not zero.any() or float(mu[zero].min()) > NEXT_TO_NOTHING:
        return NOBODY
    group, *stacked = levels_of_rows(panel.layout)
    margin = panel.per_group[group]
    for level in stacked:
        margin = np.minimum(margin, panel.per_level[level])
    return np.flatnonzero(zero & (mu < NEXT_TO_NOTHING * margin))


def _stuck(iteration: int, decrement: float, why: str) -> str:
    return (
        f"The fit did not converge: {why} (step {iteration}, Newton decrement {decrement:.1e}). Look for regressors of "
        "very different size, nearly collinear ones, or a few outcomes that dominate; fewer sets of effects may help."
    )


def solved(H: Floats, s: Floats) -> Floats:
    """H^-1 s, scaled to a unit diagonal; a direction without curvature is left alone."""
    size = np.sqrt(np.diag(H))
    size = np.where(size > 0.0, size, 1.0)
    scaled = H / np.outer(size, size)
    try:
        out: Floats = np.linalg.solve(scaled, s / size) / size
    except np.linalg.LinAlgError:
        out = np.linalg.lstsq(scaled, s / size, rcond=1e-12)[0] / size
    return out


def constant(n: int) -> Levels:
    """The set with a single level: the constant of a model without other effects.

    >>> constant(3).of_row.tolist()
    [0, 0, 0]
    """
    return Levels(np.zeros(n, np.int32), 1, np.zeros((1, 1), np.int32))


def constant_rows(X: Floats) -> NDArray[np.bool_]:
    """Which regressors (rows of X) are one number other than zero."""
    return np.array([bool(x.size) and x[0] != 0.0 and bool((x == x[0]).all()) for x in X], bool)
