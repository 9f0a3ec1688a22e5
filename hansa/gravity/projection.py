"""Weighted projection on sets of fixed effects, in the space of their coefficients.

The normal equations of the effects need the weights only. The largest set is eliminated analytically: with H_g =
diag(w_g) - w_g w_g'/W_g for the rows of a group g, what is left is the sum of H_g over groups, on the stacked levels
of the other sets. Inner sets are eliminated by a Cholesky factor for each block; the rest is solved by conjugate
gradients, preconditioned by the factors of its own blocks, for all right-hand sides at once. Where nothing is left the
solution is direct. Blocks may be singular (shifts that another set absorbs): a pivot that cancels is skipped, which
fixes that level at zero.

Guimaraes and Portugal 2010 (Stata Journal 10:628) state the model; the block elimination follows the structure of
gravity panels: Weidner and Zylkin 2021 (JIE 132:103513) write H_ij for the same matrices.

Notation: w (m,) weights, V (R, m) columns to project, c (R, L) their coefficients on the stacked levels, b (R, D) sums
of the columns over groups; W (D,) sums of the weights.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hansa.gravity.compiled import PLAIN, kernel, pool, spread
from hansa.gravity.layout import Layout

Floats = NDArray[np.float64]
NULL = 1e-11  # a pivot that has lost all but this part of its diagonal is a direction that another set absorbs


@dataclass(frozen=True)
class Projection:
    """Coefficients of fixed effects in every column, and how they were reached.

    c : (R, L) on the stacked levels.  b : (R, D) weighted sums of the columns over groups.  W : (D,) sums of the
        weights.
    iterations : of conjugate gradients (0: direct).  reached : the tolerance that every column meets.
    """

    c: Floats
    b: Floats
    W: Floats
    iterations: int
    reached: float


def shared(layout: Layout, task: Callable[[int, int, int], None]) -> None:
    """Call task(number, first batch, last batch) for each chunk of the work, on as many threads as there are cores."""
    cuts = layout.chunk
    if cuts.size <= 2 or layout.row.size < PLAIN:
        for k in range(cuts.size - 1):
            task(k, int(cuts[k]), int(cuts[k + 1]))
        return
    waiting = [pool().submit(task, k, int(cuts[k]), int(cuts[k + 1])) for k in range(cuts.size - 1)]
    for done in waiting:
        done.result()


def parts(layout: Layout) -> tuple[Any, ...]:
    """The arrays of a layout that every kernel walks along."""
    return (layout.batch, layout.group_row, layout.group_segment, layout.segment, layout.level, layout.stride)


@kernel
def _sums(e0, e1, walk, w, e, X, W, b, c):  # type: ignore[no-untyped-def] # pragma: no cover
    """W = group sums of w; b = group sums and c = level sums of the columns e and w X, each less its group mean."""
    batch, group_row, group_segment, segment, level, stride = walk
    K, F, rows, L = X.shape[0], level.shape[1], np.uint64(w.size), np.uint64(c.shape[1])
    x, sums = X.reshape(-1), c.reshape(-1)
    v = np.empty(longest(batch, group_row, e0, e1))
    for g in range(batch[e0], batch[e1]):
        r0, count = np.uint64(group_row[g]), np.uint64(group_row[g + 1] - group_row[g])
        total = 0.0
        for q in range(count):
            total += w[r0 + q]
        W[g] = total
        for k in range(K + 1):
            s = 0.0
            if k == 0:
                for q in range(count):
                    v[q] = e[r0 + q]
                    s += v[q]
            else:
                x0 = np.uint64(k - 1) * rows + r0
                for q in range(count):
                    v[q] = w[r0 + q] * x[x0 + q]
                    s += v[q]
            b[k, g] = s
            s = s / total if total > 0.0 else 0.0
            for p in range(group_segment[g], group_segment[g + 1]):
                p0, n = np.uint64(segment[p]), np.uint64(segment[p + 1] - segment[p])
                q0 = p0 - r0
                for f in range(F):
                    l0 = np.uint64(k) * L + np.uint64(level[p, f])
                    if stride[f] == 1:
                        for q in range(n):
                            sums[l0 + q] += v[q0 + q] - s * w[p0 + q]
                    else:
                        t = 0.0
                        for q in range(n):
                            t += v[q0 + q] - s * w[p0 + q]
                        sums[l0] += t


@kernel
def longest(batch, group_row, e0, e1):  # type: ignore[no-untyped-def] # pragma: no cover
    """Rows of the longest group of some batches."""
    most = 0
    for g in range(batch[e0], batch[e1]):
        most = max(most, group_row[g + 1] - group_row[g])
    return most


@kernel
def _exact_squares(k0, k1, walk, f, groups, first, shift, w, W, block, at, diagonal, S):  # type: ignore[no-untyped-def] # pragma: no cover
    """Blocks of set f whose groups are known: -u u'/W over the groups of each (lower triangle), four groups at a time.

    groups[first[k] : first[k + 1]] are those of block k + shift.
    """
    _batch, _group_row, group_segment, segment, level, stride = walk
    most = 0
    for k in range(k0, k1):
        most = max(most, block[k + shift + 1] - block[k + shift])
    u, scale = np.zeros((4, most)), np.zeros(4)
    for k in range(k0, k1):
        n, o, l0 = block[k + shift + 1] - block[k + shift], at[k + shift], block[k + shift]
        for start in range(first[k], first[k + 1], 4):
            for j in range(4):
                scale[j] = 0.0
                for q in range(n):
                    u[j, q] = 0.0
                if start + j >= first[k + 1]:
                    continue
                g = groups[start + j] if groups.size > 0 else start + j
                if not W[g] > 0.0:
                    continue
                scale[j] = -1.0 / W[g]
                for p in range(group_segment[g], group_segment[g + 1]):
                    here, r0 = np.uint64(level[p, f] - l0), np.uint64(segment[p])
                    if stride[f] == 1:
                        for q in range(np.uint64(segment[p + 1]) - r0):
                            u[j, here + q] += w[r0 + q]
                    else:
                        for q in range(np.uint64(segment[p + 1]) - r0):
                            u[j, here] += w[r0 + q]
                for q in range(n):
                    diagonal[l0 + q] += u[j, q]
            for i in range(n):
                a0, a1 = scale[0] * u[0, i], scale[1] * u[1, i]
                a2, a3 = scale[2] * u[2, i], scale[3] * u[3, i]
                if a0 == 0.0 and a1 == 0.0 and a2 == 0.0 and a3 == 0.0:
                    continue
                line = np.uint64(o + i * n)
                for t in range(np.uint64(i + 1)):
                    S[line + t] += a0 * u[0, t] + a1 * u[1, t] + a2 * u[2, t] + a3 * u[3, t]


@kernel
def _squares(e0, e1, walk, w, W, block_of, block, at, inner, first, diagonal, S):  # type: ignore[no-untyped-def] # pragma: no cover
    """Blocks of the sum of H_g for the sets from `first` on: segments that meet in a group and lie in one block.

    Lower triangle only.
    """
    batch, _group_row, group_segment, segment, level, stride = walk
    F = level.shape[1]
    for g in range(batch[e0], batch[e1]):
        total = W[g]
        if not total > 0.0:
            continue
        for p in range(group_segment[g], group_segment[g + 1]):
            r0, n = segment[p], segment[p + 1] - segment[p]
            for f in range(first, F):
                l0, k = level[p, f], block_of[level[p, f]]
                size = block[k + 1] - block[k]
                if stride[f] == 1:
                    for q in range(n):
                        diagonal[l0 + q] += w[r0 + q]
                else:
                    for q in range(n):
                        diagonal[l0] += w[r0 + q]
                if size == 1 and f >= inner:  # only preconditions: a level that a group has twice may be taken as two
                    for q in range(n):
                        S[at[block_of[l0 + q * stride[f]]]] -= w[r0 + q] * w[r0 + q] / total
                    continue
                for p2 in range(group_segment[g], group_segment[g + 1]):
                    t0, n2 = segment[p2], segment[p2 + 1] - segment[p2]
                    for f2 in range(first, F):
                        m0 = level[p2, f2]
                        if block_of[m0] != k:
                            continue
                        for q in range(n):
                            here = l0 + q * stride[f]
                            line = at[k] + (here - block[k]) * size + m0 - block[k]
                            c = -w[r0 + q] / total
                            if stride[f2] == 1:
                                to, of = np.uint64(line), np.uint64(t0)
                                for u in range(np.uint64(max(0, min(n2, here - m0 + 1)))):
                                    S[to + u] += c * w[of + u]
                            elif m0 <= here:
                                for u in range(n2):
                                    S[line] += c * w[t0 + u]


@kernel
def _joint_squares(k0, k1, walk, groups, first, w, W, block, at, diagonal, S):  # type: ignore[no-untyped-def] # pragma: no cover
    """Blocks that hold levels of both sets: -u u'/W over the groups of each, and rows with both levels in one block.

    groups[first[k] : first[k + 1]] are those of block k. Lower triangle only, four groups at a time.
    """
    _batch, _group_row, group_segment, segment, level, stride = walk
    most = 0
    for k in range(k0, k1):
        most = max(most, block[k + 1] - block[k])
    u, scale = np.zeros((4, most)), np.zeros(4)
    for k in range(k0, k1):
        n, o, l0 = block[k + 1] - block[k], at[k], block[k]
        for start in range(first[k], first[k + 1], 4):
            for j in range(4):
                scale[j] = 0.0
                for q in range(n):
                    u[j, q] = 0.0
                if start + j >= first[k + 1] or not W[groups[start + j]] > 0.0:
                    continue
                g = groups[start + j]
                scale[j] = -1.0 / W[g]
                for p in range(group_segment[g], group_segment[g + 1]):
                    r0, count = segment[p], segment[p + 1] - segment[p]
                    a, b = level[p, 0] - l0, level[p, 1] - l0
                    if 0 <= a < n:
                        for q in range(count):
                            u[j, a + q * stride[0]] += w[r0 + q]
                    if 0 <= b < n:
                        for q in range(count):
                            u[j, b + q * stride[1]] += w[r0 + q]
                    if 0 <= a < n and 0 <= b < n:  # trade at home: both levels of a row meet off the diagonal too
                        for q in range(count):
                            i, t = a + q * stride[0], b + q * stride[1]
                            S[o + max(i, t) * n + min(i, t)] += w[r0 + q]
                for q in range(n):
                    diagonal[l0 + q] += u[j, q]
            for i in range(n):
                a0, a1 = scale[0] * u[0, i], scale[1] * u[1, i]
                a2, a3 = scale[2] * u[2, i], scale[3] * u[3, i]
                line = np.uint64(o + i * n)
                for t in range(np.uint64(i + 1)):
                    S[line + t] += a0 * u[0, t] + a1 * u[1, t] + a2 * u[2, t] + a3 * u[3, t]


@kernel
def _whole_square(walk, w, W, diagonal, S):  # type: ignore[no-untyped-def] # pragma: no cover
    """The one block of a small stack: each group's level sums u give -u u'/W."""
    _batch, group_row, group_segment, segment, level, stride = walk
    F, L = level.shape[1], diagonal.size
    u, touched = np.zeros(L), np.empty(L, np.int64)
    for g in range(group_row.size - 1):
        if not W[g] > 0.0:
            continue
        count = 0
        for p in range(group_segment[g], group_segment[g + 1]):
            for r in range(segment[p], segment[p + 1]):
                for f in range(F):
                    l = level[p, f] + stride[f] * (r - segment[p])
                    diagonal[l] += w[r]
                    if u[l] == 0.0 and w[r] > 0.0:
                        touched[count] = l
                        count += 1
                    u[l] += w[r]
        for a in range(count):
            for f in range(count):
                S[touched[a] * L + touched[f]] -= u[touched[a]] * u[touched[f]] / W[g]
        for p in range(
            group_segment[g], group_segment[g + 1]
        ):  # levels of two sets meet off the diagonal of a group too
            for r in range(segment[p], segment[p + 1]):
                for f in range(F):
                    for f2 in range(F):
                        if f != f2:
                            l = level[p, f] + stride[f] * (r - segment[p])
                            l2 = level[p, f2] + stride[f2] * (r - segment[p])
                            S[l * L + l2] += w[r]
        for a in range(count):
            u[touched[a]] = 0.0


@kernel
def _factor(k0, k1, block, at, diagonal, S):  # type: ignore[no-untyped-def] # pragma: no cover
    """Cholesky factors of the blocks, in place (lower, by rows); a pivot that cancels is 0 and its level is skipped.

    The diagonal of a factor holds the inverse of the pivot's root. Four columns at a time leave the rest of the block.
    """
    most = 0
    for k in range(k0, k1):
        most = max(most, block[k + 1] - block[k])
    u = np.empty((4, most))
    for k in range(k0, k1):
        n, o = block[k + 1] - block[k], at[k]
        for i in range(n):
            S[o + i * n + i] += diagonal[block[k] + i]
        for j in range(0, n, 4):
            width = min(4, n - j)
            for r in range(width):
                whole, s = diagonal[block[k] + j + r], S[o + (j + r) * n + j + r]
                for t in range(r):
                    s -= u[t, j + r] * u[t, j + r]
                inverse = 1.0 / np.sqrt(s) if s > NULL * whole and whole > 0.0 else 0.0
                S[o + (j + r) * n + j + r] = inverse
                for i in range(j + r + 1, n):
                    s = S[o + i * n + j + r]
                    for t in range(r):
                        s -= u[t, i] * u[t, j + r]
                    u[r, i] = s * inverse
                    S[o + i * n + j + r] = u[r, i]
            if width < 4:
                break
            for i in range(j + 4, n):
                a0, a1, a2, a3, line = u[0, i], u[1, i], u[2, i], u[3, i], np.uint64(o + i * n)
                for t in range(np.uint64(j + 4), np.uint64(i + 1)):
                    S[line + t] -= a0 * u[0, t] + a1 * u[1, t] + a2 * u[2, t] + a3 * u[3, t]


@kernel
def _solve_block(o, n, S, x, r, l0):  # type: ignore[no-untyped-def] # pragma: no cover
    """x[r, l0 : l0 + n] through the factor that begins at S[o]."""
    y, at, start = x.reshape(-1), np.uint64(r * x.shape[1] + l0), np.uint64(o)
    for i in range(np.uint64(n)):
        s, line = y[at + i], start + i * np.uint64(n)
        for t in range(i):
            s -= S[line + t] * y[at + t]
        y[at + i] = s * S[line + i]
    for i in range(n - 1, -1, -1):
        here = np.uint64(i)
        line = start + here * np.uint64(n)
        s = y[at + here] * S[line + here]
        y[at + here] = s
        for t in range(here):
            y[at + t] -= S[line + t] * s


@kernel
def _precondition(k0, k1, block, at, S, z):  # type: ignore[no-untyped-def] # pragma: no cover
    """Solve with the factors of the blocks k0..k1, in place."""
    for r in range(z.shape[0]):
        for k in range(k0, k1):
            _solve_block(at[k], block[k + 1] - block[k], S, z, r, block[k])


@kernel
def _times_block(k0, k1, block, at, full, v, out):  # type: ignore[no-untyped-def] # pragma: no cover
    """Add S v to `out`, for the blocks of the rest, kept unfactored."""
    for r in range(v.shape[0]):
        for k in range(k0, k1):
            l0, n = block[k], block[k + 1] - block[k]
            for i in range(n):
                s = 0.0
                for t in range(n):
                    s += full[at[k] + i * n + t] * v[r, l0 + t]
                out[r, l0 + i] += s


@kernel
def _inner_side(e, r, walk, w, W, inner, v, c, z):  # type: ignore[no-untyped-def] # pragma: no cover
    """c[r] of the inner levels of batch e loses S_ir v[r]."""
    batch, group_row, group_segment, segment, level, stride = walk
    F = level.shape[1]
    for g in range(batch[e], batch[e + 1]):
        r0, s = group_row[g], 0.0
        for p in range(group_segment[g], group_segment[g + 1]):
            p0, n = segment[p], segment[p + 1] - segment[p]
            q0 = p0 - r0
            for f in range(inner, F):
                l0 = level[p, f]
                if f == inner and stride[f] == 1:
                    for q in range(n):
                        z[q0 + q] = v[r, l0 + q]
                elif f == inner:
                    for q in range(n):
                        z[q0 + q] = v[r, l0]
                elif stride[f] == 1:
                    for q in range(n):
                        z[q0 + q] += v[r, l0 + q]
                else:
                    for q in range(n):
                        z[q0 + q] += v[r, l0]
            for q in range(n):
                s += w[p0 + q] * z[q0 + q]
        s = s / W[g] if W[g] > 0.0 else 0.0
        for p in range(group_segment[g], group_segment[g + 1]):
            p0, n = segment[p], segment[p + 1] - segment[p]
            q0 = p0 - r0
            for f in range(inner):
                l0 = level[p, f]
                if stride[f] == 1:
                    for q in range(n):
                        c[r, l0 + q] -= w[p0 + q] * (z[q0 + q] - s)
                else:
                    t = 0.0
                    for q in range(n):
                        t += w[p0 + q] * (z[q0 + q] - s)
                    c[r, l0] -= t


@kernel
def _rest_side(e, r, walk, w, W, inner, alone, v, c, out, z):  # type: ignore[no-untyped-def] # pragma: no cover
    """out[r] of the rest gains S_ri c[r], and S_rr v[r] unless the rest is `alone` in its blocks."""
    batch, group_row, group_segment, segment, level, stride = walk
    F = level.shape[1]
    last = inner if alone and inner > 0 else F
    for g in range(batch[e], batch[e + 1]):
        r0, s = group_row[g], 0.0
        for p in range(group_segment[g], group_segment[g + 1]):
            p0, n = segment[p], segment[p + 1] - segment[p]
            q0 = p0 - r0
            for f in range(last):
                l0 = level[p, f]
                if f == 0 and inner > 0 and stride[f] == 1:
                    for q in range(n):
                        z[q0 + q] = c[r, l0 + q]
                elif f == 0 and stride[f] == 1:
                    for q in range(n):
                        z[q0 + q] = v[r, l0 + q]
                else:
                    if f == 0:
                        for q in range(n):
                            z[q0 + q] = 0.0
                    if stride[f] == 1 and f < inner:
                        for q in range(n):
                            z[q0 + q] += c[r, l0 + q]
                    elif stride[f] == 1:
                        for q in range(n):
                            z[q0 + q] += v[r, l0 + q]
                    else:
                        t = c[r, l0] if f < inner else v[r, l0]
                        for q in range(n):
                            z[q0 + q] += t
            for q in range(n):
                s += w[p0 + q] * z[q0 + q]
        s = s / W[g] if W[g] > 0.0 else 0.0
        for p in range(group_segment[g], group_segment[g + 1]):
            p0, n = segment[p], segment[p + 1] - segment[p]
            q0 = p0 - r0
            for f in range(inner, F):
                l0 = level[p, f]
                if stride[f] == 1:
                    for q in range(n):
                        out[r, l0 + q] += w[p0 + q] * (z[q0 + q] - s)
                else:
                    t = 0.0
                    for q in range(n):
                        t += w[p0 + q] * (z[q0 + q] - s)
                    out[r, l0] += t


@kernel
def _nested(e, R, walk, w, W, l0, n, o, S, sides, sign, src, v, c, out):  # type: ignore[no-untyped-def] # pragma: no cover
    """Batch e of `_operator` for pairs that nest in both sets: one inner, one alone in its blocks, both growing by one.

    Unsigned positions let the compiler see that nothing wraps around, and use vector instructions.
    """
    batch, _group_row, group_segment, segment, level, _stride = walk
    from_rest, inner, to_rest = v.reshape(-1), c.reshape(-1), out.reshape(-1)
    for r in range(R):
        base = np.uint64(r * v.shape[1])
        for q in range(n):
            c[r, l0 + q] = sign * src[r, l0 + q]
        for g in range(batch[e], batch[e + 1]):
            if sides == 2:
                break
            s = 0.0
            for p in range(group_segment[g], group_segment[g + 1]):
                p0, m = np.uint64(segment[p]), base + np.uint64(level[p, 1])
                for q in range(np.uint64(segment[p + 1]) - p0):
                    s += w[p0 + q] * from_rest[m + q]
            s = s / W[g] if W[g] > 0.0 else 0.0
            for p in range(group_segment[g], group_segment[g + 1]):
                p0, m, k = np.uint64(segment[p]), base + np.uint64(level[p, 1]), base + np.uint64(level[p, 0])
                for q in range(np.uint64(segment[p + 1]) - p0):
                    inner[k + q] -= w[p0 + q] * (from_rest[m + q] - s)
        _solve_block(o, n, S, c, r, l0)
        for g in range(batch[e], batch[e + 1]):
            if sides == 1:
                break
            s = 0.0
            for p in range(group_segment[g], group_segment[g + 1]):
                p0, k = np.uint64(segment[p]), base + np.uint64(level[p, 0])
                for q in range(np.uint64(segment[p + 1]) - p0):
                    s += w[p0 + q] * inner[k + q]
            s = s / W[g] if W[g] > 0.0 else 0.0
            for p in range(group_segment[g], group_segment[g + 1]):
                p0, m, k = np.uint64(segment[p]), base + np.uint64(level[p, 1]), base + np.uint64(level[p, 0])
                for q in range(np.uint64(segment[p + 1]) - p0):
                    to_rest[m + q] += w[p0 + q] * (inner[k + q] - s)


@kernel
def _crossed(e, R, walk, w, W, v, out):  # type: ignore[no-untyped-def] # pragma: no cover
    """Batch e of `_operator` for pairs of both directions: two sets, none inner, both growing by one."""
    batch, _group_row, group_segment, segment, level, _stride = walk
    x, y = v.reshape(-1), out.reshape(-1)
    for g in range(batch[e], batch[e + 1]):
        for r in range(0, R, 2):  # two columns at a time: segments are short
            r2 = min(r + 1, R - 1)
            base, more = np.uint64(r * v.shape[1]), np.uint64((r2 - r) * v.shape[1])
            s = s2 = 0.0
            for p in range(group_segment[g], group_segment[g + 1]):
                p0, a, b = np.uint64(segment[p]), base + np.uint64(level[p, 0]), base + np.uint64(level[p, 1])
                for q in range(np.uint64(segment[p + 1]) - p0):
                    s += w[p0 + q] * (x[a + q] + x[b + q])
                    s2 += w[p0 + q] * (x[more + a + q] + x[more + b + q])
            s, s2 = (s / W[g], s2 / W[g]) if W[g] > 0.0 else (0.0, 0.0)
            for p in range(group_segment[g], group_segment[g + 1]):
                p0, a, b = np.uint64(segment[p]), base + np.uint64(level[p, 0]), base + np.uint64(level[p, 1])
                for q in range(np.uint64(segment[p + 1]) - p0):
                    z = w[p0 + q] * (x[a + q] + x[b + q] - s)
                    y[a + q] += z
                    y[b + q] += z
                    if r2 > r:
                        z = w[p0 + q] * (x[more + a + q] + x[more + b + q] - s2)
                        y[more + a + q] += z
                        y[more + b + q] += z


@kernel
def _operator(e0, e1, walk, w, W, block, at, S, inner, alone, sides, sign, src, v, c, out):  # type: ignore[no-untyped-def] # pragma: no cover
    """One action of the reduced system on v, the coefficients of the rest.

    Inner levels: c = S_ii^-1 (sign src - S_ir v). Rest: out += S_rr v + S_ri c (S_rr v is left out if `alone`).
    sides = 1: inner levels only; 2: v is zero; 3: both.
    """
    F, R = walk[4].shape[1], v.shape[0]
    z = np.empty(longest(walk[0], walk[1], e0, e1))
    growing = F == 2 and walk[5][0] == 1 and walk[5][1] == 1
    for e in range(e0, e1):
        if growing and inner == 1 and alone:
            _nested(e, R, walk, w, W, block[e], block[e + 1] - block[e], at[e], S, sides, sign, src, v, c, out)
            continue
        if growing and inner == 0:
            _crossed(e, R, walk, w, W, v, out)
            continue
        for r in range(R):
            if inner > 0:
                l0, n = block[e], block[e + 1] - block[e]
                for q in range(n):
                    c[r, l0 + q] = sign * src[r, l0 + q]
                if inner < F and sides != 2:
                    _inner_side(e, r, walk, w, W, inner, v, c, z)
                _solve_block(at[e], n, S, c, r, l0)
            if inner < F and sides != 1:
                _rest_side(e, r, walk, w, W, inner, alone, v, c, out, z)


@dataclass(frozen=True)
class Normal:
    """The normal equations of the effects for one set of weights: factors of the blocks, ready to solve."""

    layout: Layout
    w: Floats
    W: Floats
    at: NDArray[np.int64]
    factors: Floats
    full: Floats  # unfactored blocks, where the rest is alone in them


def group_sums(layout: Layout, w: Floats, e: Floats, X: Floats) -> tuple[Floats, Floats, Floats]:
    """W (D,), b (K+1, D) and c (K+1, L): sums over groups and levels of the columns e and w X."""
    D, L, K = layout.group_row.size - 1, int(layout.block[-1]), X.shape[0]
    W, b = np.empty(D), np.empty((K + 1, D))
    c, walk = np.zeros((layout.chunk.size - 1, K + 1, L)), parts(layout)
    shared(layout, lambda k, e0, e1: _sums(e0, e1, walk, w, e, X, W, b, c[k]))
    return W, b, c.sum(0) if c.shape[0] > 1 else c[0]


def normal_equations(layout: Layout, w: Floats, W: Floats) -> Normal:
    """Blocks of the reduced system for these weights, factored."""
    block, walk = layout.block, parts(layout)
    size = np.diff(block)
    at = np.concatenate([[0], np.cumsum(size * size)])
    L, chunks = int(block[-1]), layout.chunk.size - 1
    if layout.inner > 1:
        diagonal, S = np.zeros((1, L)), np.zeros((1, int(at[-1])))
        _whole_square(walk, w, W, diagonal[0], S[0])
    elif layout.joint:
        diagonal, S = np.zeros((1, L)), np.zeros((1, int(at[-1])))
        groups, first = layout.of_block, layout.block_group
        cuts = np.searchsorted(first, np.linspace(0, first[-1], chunks + 1).astype(int))
        cuts[-1] = first.size - 1
        spread(
            lambda k: _joint_squares(cuts[k], cuts[k + 1], walk, groups, first, w, W, block, at, diagonal[0], S[0]),
            chunks,
        )
    else:
        of_level = np.repeat(np.arange(size.size), size)
        rows = layout.row.size / max(1, layout.group_level.size)
        batched = int(layout.inner and rows >= 0.25 * size[: layout.inner_blocks].mean())
        batched *= 1 + layout.alone
        copies = 1 if batched == len(layout.stack) else chunks  # blocks whose groups are known have one writer each
        diagonal, S = np.zeros((copies, L)), np.zeros((copies, int(at[-1])))

        def task(k: int, e0: int, e1: int) -> None:
            if batched:
                none, shift = layout.of_block[:0], 0
                _exact_squares(e0, e1, walk, 0, none, layout.batch, shift, w, W, block, at, diagonal[0], S[0])
            if batched < len(layout.stack):
                _squares(e0, e1, walk, w, W, of_level, block, at, layout.inner, batched, diagonal[k], S[k])

        shared(layout, task)
        if batched == 2:
            groups, first, shift = layout.of_block, layout.block_group, layout.inner_blocks
            cuts = np.searchsorted(first, np.linspace(0, first[-1], chunks + 1).astype(int))
            cuts[-1] = first.size - 1
            spread(
                lambda k: _exact_squares(
                    cuts[k], cuts[k + 1], walk, 1, groups, first, shift, w, W, block, at, diagonal[0], S[0]
                ),
                chunks,
            )
    whole, blocks = (diagonal.sum(0), S.sum(0)) if diagonal.shape[0] > 1 else (diagonal[0], S[0])
    full = np.zeros(0)
    if layout.alone:
        full = blocks.copy()
        _completed(block, at, whole, full)
    cuts = np.linspace(0, size.size, (4 if blocks.size > 100_000 else 1) + 1).astype(int)
    spread(lambda k: _factor(cuts[k], cuts[k + 1], block, at, whole, blocks), cuts.size - 1)
    return Normal(layout, w, W, at, blocks, full)


@kernel
def _completed(block, at, diagonal, full):  # type: ignore[no-untyped-def] # pragma: no cover
    """Make whole blocks of lower triangles and the diagonal."""
    for k in range(block.size - 1):
        n = block[k + 1] - block[k]
        for i in range(n):
            full[at[k] + i * n + i] += diagonal[block[k] + i]
            for j in range(i):
                full[at[k] + j * n + i] = full[at[k] + i * n + j]


def project(
    normal: Normal,
    b: Floats,
    sums: Floats,
    *,
    start: Floats | None = None,
    tolerance: float = 1e-7,
    floor: Sequence[float] | Floats | float = 0.0,
    most: int = 500,
) -> Projection:
    """Coefficients of the effects in every column.

    Parameters
    ----------
    normal : the factored normal equations.
    b, sums : (R, D) and (R, L) of `group_sums`.
    start : (R, L) a first guess (the coefficients for nearly the same weights).
    tolerance : residual of a column relative to its right-hand side, both in the norm of the preconditioner.
    floor : a squared residual that is small enough whatever the right-hand side, for every column.
    most : conjugate-gradient steps; what was reached then is said in the result, not hidden.
    """
    layout, F = normal.layout, len(normal.layout.stack)
    R, L, inner = sums.shape[0], sums.shape[1], layout.inner_levels
    c = np.zeros((R, L)) if start is None else start.copy()
    walk, chunks = parts(layout), layout.chunk.size - 1
    out = np.zeros((chunks, R, L))

    def apply(sign: float, v: Floats, sides: int = 3) -> Floats:
        some = v.shape[0]  # columns that are done are not asked for
        out[:, :some] = 0.0
        shared(
            layout,
            lambda k, e0, e1: _operator(
                e0, e1, walk, normal.w, normal.W, layout.block, normal.at, normal.factors,
                layout.inner, layout.alone, sides, sign, sums, v, c, out[k, :some],
            ),
        )  # fmt: skip
        total = out[:, :some].sum(0) if chunks > 1 else out[0, :some].copy()
        if layout.alone and sides == 3:
            _times_block(layout.inner_blocks, layout.block.size - 1, layout.block, normal.at, normal.full, v, total)
        return total

    if layout.inner == F:
        if F:
            apply(1.0, c, 1)
        return Projection(c, b, normal.W, 0, 0.0)
    v = c.copy()
    v[:, :inner] = 0.0
    zero = np.zeros_like(v)
    side = sums - apply(1.0, zero, 2) if layout.inner else sums.copy()
    side[:, :inner] = 0.0
    steps, reached = _conjugate_gradients(normal, apply, side, v, start is not None, tolerance, floor, most)
    if layout.inner:
        apply(1.0, v, 1)
        c[:, inner:] = v[:, inner:]
    else:
        c = v
    return Projection(c, b, normal.W, steps, reached)


def _conjugate_gradients(
    normal: Normal,
    apply: Callable[[float, Floats], Floats],
    side: Floats,
    v: Floats,
    warm: bool,
    tolerance: float,
    floor: Sequence[float] | Floats | float,
    most: int,
) -> tuple[int, float]:
    """Solve the reduced system for v in place; steps taken, and the tolerance that was reached."""
    layout = normal.layout
    first, last, inner = layout.inner_blocks, layout.block.size - 1, layout.inner_levels

    def precondition(res: Floats) -> Floats:
        z = res.copy()
        _precondition(first, last, layout.block, normal.at, normal.factors, z)
        z[:, :inner] = 0.0
        return z

    size = np.einsum("rl,rl->r", side, precondition(side))
    goal = np.maximum(tolerance * tolerance * size, floor)
    res = side - apply(0.0, v) if warm else side.copy()
    res[:, :inner] = 0.0
    z = precondition(res)
    rz = np.einsum("rl,rl->r", res, z)
    direction, best, since, step = z.copy(), np.inf, 0, 0
    worst, column = rz / np.maximum(goal, 1e-300), np.arange(rz.size)
    while step < most and since < 15:  # since: round-off stops progress
        live = rz > goal
        if not live.any():
            break
        if not live.all():
            column, res, direction, rz, goal = column[live], res[live], direction[live], rz[live], goal[live]
        q = apply(0.0, direction)
        q[:, :inner] = 0.0
        curvature = np.einsum("rl,rl->r", direction, q)
        length = np.where(curvature > 0.0, rz / np.where(curvature > 0.0, curvature, 1.0), 0.0)
        v[column] += length[:, None] * direction
        res -= length[:, None] * q
        z = precondition(res)
        new = np.einsum("rl,rl->r", res, z)
        direction = z + (new / np.maximum(rz, 1e-300))[:, None] * direction
        rz = new
        step += 1
        worst[column] = rz / np.maximum(goal, 1e-300)
        furthest = float(worst.max())
        best, since = (furthest, 0) if furthest < best else (best, since + 1)
    return step, tolerance * float(np.sqrt(np.maximum(worst, 0.0).max(initial=0.0)))
