"""Rows of a gravity panel in the order in which fixed effects are cheap to solve for.

The largest set of effects (the pairs of a three-way panel) is eliminated analytically, so its rows lie together. The
other sets are stacked into one vector of levels, numbered so that levels which meet in the same pairs (the years of an
exporter) lie together as a block. Where a set's blocks never meet in a pair (pairs nest in exporters; a year's
importers never meet another year's), it is *inner*: it is eliminated exactly, block by block. Rows are kept as
segments, runs in which the level of every set grows by one (or stays) from row to row, so no row carries an index and
a missing cell costs nothing.

Notation: n rows given, m rows used, D groups (levels of the eliminated set), F other sets, L stacked levels, S
segments, B blocks of the stacked levels; `inner` = how many of the F sets are eliminated block by block, first in the
stack.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hansa.gravity.compiled import kernel, spread

Ints = NDArray[np.int32]
LARGEST_BLOCK = 600  # levels whose square is still cheap to keep and to factor
WHOLE = 200  # as few levels as this are one block: solved directly
ROWS_OF_CHUNK = 100_000  # the split of the work depends on the data only, so that sums do not depend on the machine
MOST_CHUNKS = 8
NOTHING = np.zeros(0, np.int64)


@dataclass(frozen=True)
class Levels:
    """One set of fixed effects, or one cluster variable.

    of_row : (n,) the level of each row, 0..count-1; every level is seen.
    count : how many levels.
    parts : (count, columns) which label of each crossed column a level is; levels are in the order of their parts.

    >>> Levels(np.array([0, 1, 1], np.int32), 2, np.array([[0], [1]], np.int32)).count
    2
    """

    of_row: Ints
    count: int
    parts: Ints


@dataclass(frozen=True)
class Layout:
    """Where each row, group, segment, level and block lies.

    row : (m,) positions of the rows among those given.
    eliminated : which set is eliminated analytically; the sets of the stack are `stack`, inner ones first.
    group_row : (D+1,) first row of each group;  group_level : (D,) its level in the eliminated set.
    segment : (S+1,) first row of each segment;  group_segment : (D+1,) first segment of each group.
    level : (S, F) stacked level with which a segment begins;  stride : (F,) 1 where levels grow along a segment,
        else 0.
    place : for each set of the stack (count,) the stacked position of its levels, -1 where absent.
    block : (B+1,) first stacked level of each block;  inner : how many sets are eliminated by blocks;
    inner_blocks, inner_levels : how many blocks and levels these are.
    batch : (E+1,) first group of each batch: the groups of an inner block, else a chunk of groups.
    chunk : (C+1,) first batch of each chunk of work.
    alone : the rest is one set, whose blocks never meet.  joint : the stack is two sets, none inner, and a block holds
        levels of both: what one region sells and buys, where pairs have no direction.
    of_block : groups in the order of the blocks of the rest, and block_group : where those of each block begin in that
        order; a group of two joint blocks stands twice (empty unless `alone` or `joint`).
    """

    row: NDArray[np.int64]
    eliminated: int
    stack: tuple[int, ...]
    group_row: NDArray[np.int64]
    group_level: Ints
    segment: NDArray[np.int64]
    group_segment: NDArray[np.int64]
    level: Ints
    stride: Ints
    place: tuple[Ints, ...]
    block: NDArray[np.int64]
    inner: int
    inner_blocks: int
    inner_levels: int
    batch: NDArray[np.int64]
    chunk: NDArray[np.int64]
    alone: bool
    joint: bool
    of_block: NDArray[np.int64]
    block_group: NDArray[np.int64]


@kernel
def _unite(of_group, of_row, groups, count):  # type: ignore[no-untyped-def] # pragma: no cover
    """Root of the connected component of each level: levels of a set are joined where they meet in a group."""
    root, last = np.arange(count).astype(np.int32), np.full(groups, -1, np.int32)
    for r in range(of_row.size):
        here = last[of_group[r]]
        last[of_group[r]] = of_row[r]
        if here >= 0 and here != of_row[r]:
            a, b = here, of_row[r]
            while root[a] != a:
                root[a] = root[root[a]]
                a = root[a]
            while root[b] != b:
                root[b] = root[root[b]]
                b = root[b]
            if a < b:
                root[b] = a
            else:
                root[a] = b
    for k in range(count):
        root[k] = root[root[k]]  # roots are the least of their component, so those before are final
    return root


@kernel
def _stable(order, key, count):  # type: ignore[no-untyped-def] # pragma: no cover
    """The rows of `order`, sorted by their key; equal keys stay in order (counting sort)."""
    start, sorted_already = np.zeros(count + 1, np.int64), True
    for q in range(order.size):
        start[key[order[q]] + 1] += 1
        sorted_already = sorted_already and (q == 0 or key[order[q]] >= key[order[q - 1]])
    if sorted_already:
        return order
    for k in range(count):
        start[k + 1] += start[k]
    out = np.empty_like(order)
    for q in range(order.size):
        k = key[order[q]]
        out[start[k]] = order[q]
        start[k] += 1
    return out


@kernel
def _segments(row, group, level, block_of, stride):  # type: ignore[no-untyped-def] # pragma: no cover
    """First row of every segment, and its levels: (F, n) levels of rows in the stack; a segment stays in its blocks."""
    F, m = level.shape[0], row.size
    start, count = np.empty(m + 1, np.int64), 0
    for q in range(m):
        new = q == 0 or group[row[q]] != group[row[q - 1]]
        if not new:
            for f in range(F):
                here, before = level[f, row[q]], level[f, row[q - 1]]
                if here - before != stride[f] or block_of[here] != block_of[before]:
                    new = True
        if new:
            start[count] = q
            count += 1
    start[count] = m
    first = np.empty((count, F), np.int32)
    for s in range(count):
        for f in range(F):
            first[s, f] = level[f, row[start[s]]]
    return start[: count + 1].copy(), first


def arrange(effects: Sequence[Levels], use: NDArray[np.int64]) -> Layout:
    """The layout of a panel.

    Parameters
    ----------
    effects : one or more sets of fixed effects of n rows.
    use : positions of the m rows used.

    >>> a = Levels(np.array([0, 0, 1, 1], np.int32), 2, np.array([[0], [1]], np.int32))
    >>> b = Levels(np.array([0, 1, 0, 1], np.int32), 2, np.array([[0], [1]], np.int32))
    >>> arrange([a, b], np.arange(4)).segment.tolist()
    [0, 2, 4]
    """
    m = use.size
    seen = spread(lambda k: np.flatnonzero(_present(effects[k].of_row, use, effects[k].count)), len(effects), rows=m)
    eliminated, stack, inner, blocks, joint = _chosen(effects, use, seen)
    if joint is not None:
        place, block, of_level = _interleaved(joint, [seen[k] for k in stack])
    else:
        place, block, of_level = _stacked(stack, inner, blocks, seen, effects)
    inner_levels = sum(seen[k].size for k in stack[:inner])
    inner_blocks = int(np.searchsorted(block, inner_levels))
    level = np.empty((len(stack), effects[eliminated].of_row.size), np.int32)
    most = spread(lambda f: _looked_up(place[f], effects[stack[f]].of_row, level[f]), len(stack), rows=m)
    new_group, batch_of, group_level = _groups(effects[eliminated], seen[eliminated], use, level, of_level, inner)
    row = _sorted_rows(use, new_group, group_level.size, level, most)
    stride = _strides(row, new_group, level)
    segment, first_level = _segments(row, new_group, level, of_level, stride)
    group_row = np.concatenate([[0], np.cumsum(_counted(new_group, use, group_level.size))])
    group_segment = np.searchsorted(segment, group_row)
    batch, chunk = _split(group_row, batch_of, inner, inner_blocks)
    alone = inner == 1 and len(stack) == 2 and blocks[stack[1]][1]
    of_block, block_group = NOTHING, NOTHING
    if alone:
        meets = of_level[first_level[group_segment[:-1], 1]]
        of_block = np.argsort(meets, kind="stable")
        block_group = np.searchsorted(meets[of_block], np.arange(inner_blocks, block.size))
    elif joint is not None:
        of_block, block_group = _members(group_segment, first_level, of_level, block.size - 1)
    return Layout(
        row=row,
        eliminated=eliminated,
        stack=tuple(stack),
        group_row=group_row,
        group_level=group_level,
        segment=segment,
        group_segment=group_segment,
        level=first_level,
        stride=stride,
        place=place,
        block=block,
        inner=inner,
        inner_blocks=inner_blocks,
        inner_levels=inner_levels,
        batch=batch,
        chunk=chunk,
        alone=alone,
        joint=joint is not None,
        of_block=of_block,
        block_group=block_group,
    )


_Blocks = dict[int, tuple[NDArray[np.int64], bool]]  # of each set but one: block of each level, whether they never meet


def _chosen(
    effects: Sequence[Levels], use: NDArray[np.int64], seen: Sequence[NDArray[np.int64]]
) -> tuple[int, list[int], int, _Blocks, tuple[NDArray[np.int64], NDArray[np.int64]] | None]:
    """The set to eliminate, the others in their order, how many of them are inner, their blocks, and joint blocks."""
    code = [e.of_row if use.size == e.of_row.size else e.of_row[use] for e in effects]
    eliminated, roots = _eliminated(effects, code, [s.size for s in seen])
    others, group = [k for k in range(len(effects)) if k != eliminated], code[eliminated]
    blocks = {k: _blocks(effects[k], roots[k], group, code[k], seen[k]) for k in others}
    exact = [k for k in others if blocks[k][1]]
    if sum(seen[k].size for k in others) <= WHOLE and not (len(others) == 1 and exact):
        return eliminated, others, len(others), {k: (np.zeros(effects[k].count, np.int64), False) for k in others}, None
    if exact:
        first = max(exact, key=lambda k: (seen[k].size, -k))
        return eliminated, [first, *(k for k in others if k != first)], 1, blocks, None
    two = len(others) == 2
    joint = _partners(group, *((blocks[k][0], code[k], seen[k]) for k in others)) if two else None
    return eliminated, others, 0, blocks, joint


@kernel
def _present(of_row, use, count):  # type: ignore[no-untyped-def] # pragma: no cover
    """Whether some used row has each level."""
    out = np.zeros(count, np.bool_)
    for q in range(use.size):
        out[of_row[use[q]]] = True
    return out


@kernel
def _counted(of_row, use, count):  # type: ignore[no-untyped-def] # pragma: no cover
    """How many used rows each level has."""
    out = np.zeros(count, np.int64)
    for q in range(use.size):
        out[of_row[use[q]]] += 1
    return out


@kernel
def _looked_up(table, of_row, out):  # type: ignore[no-untyped-def] # pragma: no cover
    """Put table[of_row] into `out`; its largest entry."""
    most = 0
    for q in range(of_row.size):
        out[q] = table[of_row[q]]
        most = max(most, out[q])
    return most


@kernel
def _in_order(row, group, level):  # type: ignore[no-untyped-def] # pragma: no cover
    """Whether rows, sorted by group, are also sorted by their levels within each."""
    for q in range(1, row.size):
        if group[row[q]] == group[row[q - 1]]:
            for f in range(level.shape[0]):
                if level[f, row[q]] != level[f, row[q - 1]]:
                    if level[f, row[q]] < level[f, row[q - 1]]:
                        return False
                    break
    return True


def _sorted_rows(
    use: NDArray[np.int64], group: Ints, groups: int, level: Ints, most: Sequence[int]
) -> NDArray[np.int64]:
    """Used rows by group, and by their levels within each."""
    row: NDArray[np.int64] = _stable(use, group, groups)
    if not _in_order(row, group, level):
        for f in reversed(range(level.shape[0])):
            row = _stable(row, level[f], most[f] + 1)
        row = _stable(row, group, groups)
    return row


def _eliminated(effects: Sequence[Levels], code: Sequence[Ints], sizes: Sequence[int]) -> tuple[int, dict[int, Ints]]:
    """The set to eliminate, and the components of the others: the largest under which every other falls into blocks."""
    by_size = sorted(range(len(effects)), key=lambda k: (-sizes[k], k))
    found = {}
    for choice in by_size[:2]:
        found[choice] = _components(effects, code, choice)
        if all(_falls_apart(root) for root in found[choice].values()):
            return choice, found[choice]
    return by_size[0], found[by_size[0]]


def _components(effects: Sequence[Levels], code: Sequence[Ints], choice: int) -> dict[int, Ints]:
    """For each other set, the connected component of its levels when those that meet in a group are joined.

    code : (m,) for each set the level of each used row.
    """
    group, others = code[choice], [k for k in range(len(effects)) if k != choice]

    def united(q: int) -> Ints:
        root: Ints = _unite(group, code[others[q]], effects[choice].count, effects[others[q]].count)
        return root

    return dict(zip(others, spread(united, len(others), rows=group.size), strict=True))


def _falls_apart(root: Ints) -> bool:
    """Whether levels fall into blocks, small enough to factor, that never meet."""
    size = np.bincount(root)
    return int(size.max(initial=0)) <= LARGEST_BLOCK and int((size > 0).sum()) > 1


def _blocks(
    e: Levels, root: Ints, group: Ints, of_row: Ints, seen: NDArray[np.int64]
) -> tuple[NDArray[np.int64], bool]:
    """A block for each level of a set, and whether levels of different blocks never meet in a group."""
    if _falls_apart(root):
        return root.astype(np.int64), True
    best, met = np.arange(e.count), 0.0
    columns = e.parts.shape[1]
    for left_out in range(columns if columns > 1 else 0):
        kept = [c for c in range(columns) if c != left_out]
        sizes = [int(e.parts[:, c].max()) + 1 for c in kept]
        label = np.ravel_multi_index([e.parts[:, c] for c in kept], sizes)
        if np.bincount(label[seen]).max() > LARGEST_BLOCK:
            continue
        share = _met_again(group, label[of_row])
        if share > met:
            best, met = label, share
    return best, False


def _met_again(group: Ints, label: NDArray[np.int64]) -> float:
    """How often rows of a group have the block of another row of it (of a sample of groups)."""
    some = np.flatnonzero(group < 200) if group.size < 1_000_000 else np.arange(100_000)
    if some.size < 1000:
        some = np.arange(min(group.size, 20_000))
    order = np.lexsort((label[some], group[some]))
    here, there = some[order[1:]], some[order[:-1]]
    return float(np.mean((group[here] == group[there]) & (label[here] == label[there]))) if here.size else 0.0


@kernel
def _meetings(group, a, b, block_a, block_b, groups, A, B):  # type: ignore[no-untyped-def] # pragma: no cover
    """(A, B) in how many groups each block of the one set is with each block of the other, and (A,) in how many at all.

    Of a group the first two blocks of a set count, which are all where groups are pairs.
    """
    seen = np.full((groups, 4), -1, np.int32)
    for q in range(group.size):
        g = group[q]
        for side, label in ((0, block_a[a[q]]), (2, block_b[b[q]])):
            if seen[g, side] < 0:
                seen[g, side] = label
            elif seen[g, side] != label and seen[g, side + 1] < 0:
                seen[g, side + 1] = label
    count, all_of = np.zeros((A, B), np.int32), np.zeros(A, np.int32)
    for g in range(groups):
        for x in range(2):
            if seen[g, x] >= 0:
                all_of[seen[g, x]] += 1
                for y in range(2, 4):
                    if seen[g, y] >= 0:
                        count[seen[g, x], seen[g, y]] += 1
    return count, all_of


_Side = tuple[
    NDArray[np.int64], Ints, NDArray[np.int64]
]  # block of each level, level of each row, levels that are seen


def _partners(group: Ints, one: _Side, other: _Side) -> tuple[NDArray[np.int64], NDArray[np.int64]] | None:
    """A block for each level of two sets, where blocks of the one belong to those of the other; None where they do not.

    What a region sells and what it buys meet in every pair of it that has no direction, and nearly alone at home: apart
    they would make a poor preconditioner.
    """
    A, B = (int(label.max(initial=0)) + 1 for label, _, _ in (one, other))
    if one[0].size <= A or other[0].size <= B or max(1 << 20, 4 * group.size) < A * B:
        return None
    count, all_of = _meetings(group, one[1], other[1], one[0], other[0], int(group.max(initial=0)) + 1, A, B)
    best = count.argmax(1)
    mutual = (count.argmax(0)[best] == np.arange(A)) & (2 * count[np.arange(A), best] >= all_of) & (all_of > 1)
    if 2 * np.count_nonzero(mutual) < A:
        return None
    renamed = A + np.arange(B)
    renamed[best[mutual]] = np.flatnonzero(mutual)
    joined = one[0], renamed[other[0]]
    size = np.bincount(np.concatenate([joined[0][one[2]], joined[1][other[2]]]))
    return joined if size.max() <= LARGEST_BLOCK else None


def _interleaved(
    label: Sequence[NDArray[np.int64]], seen: Sequence[NDArray[np.int64]]
) -> tuple[tuple[Ints, ...], NDArray[np.int64], Ints]:
    """As `_stacked`, where levels of all sets lie together by block, sets in their order within it."""
    of = np.concatenate([one[here] for one, here in zip(label, seen, strict=True)])
    order = np.argsort(of, kind="stable")
    at = np.empty(of.size, np.int32)
    at[order] = np.arange(of.size, dtype=np.int32)
    place = [np.full(one.size, -1, np.int32) for one in label]
    for where, here, mine in zip(place, seen, np.split(at, np.cumsum([one.size for one in seen])[:-1]), strict=True):
        where[here] = mine
    joined = np.concatenate([[0], np.cumsum(np.diff(of[order]) != 0)]).astype(np.int32)
    block = np.searchsorted(joined, np.arange(int(joined[-1]) + 2)).astype(np.int64)
    return tuple(place), block, joined


@kernel
def _members(group_segment, level, of_level, blocks):  # type: ignore[no-untyped-def] # pragma: no cover
    """Groups that have a level of each block, block by block, and where those of each block begin."""
    first, groups = np.zeros(blocks + 1, np.int64), np.empty(0, np.int64)
    at = first.copy()
    for turn in range(2):
        last = np.full(blocks, -1, np.int64)
        for g in range(group_segment.size - 1):
            for p in range(group_segment[g], group_segment[g + 1]):
                for f in range(level.shape[1]):
                    k = of_level[level[p, f]]
                    if last[k] != g:
                        last[k] = g
                        if turn == 0:
                            first[k + 1] += 1
                        else:
                            groups[at[k]] = g
                            at[k] += 1
        if turn == 0:
            for k in range(blocks):
                first[k + 1] += first[k]
            groups, at = np.empty(first[blocks], np.int64), first[:-1].copy()
    return groups, first


def _stacked(
    stack: Sequence[int],
    inner: int,
    blocks: _Blocks,
    seen: Sequence[NDArray[np.int64]],
    effects: Sequence[Levels],
) -> tuple[tuple[Ints, ...], NDArray[np.int64], Ints]:
    """Stacked position of every level, first level of every block, block of every stacked level."""
    place, of_level, at, number = [], [], 0, 0
    whole = inner == len(stack) and inner > 1
    for k in stack:
        label = blocks[k][0][seen[k]]
        order = np.argsort(label, kind="stable")
        where = np.full(effects[k].count, -1, np.int32)
        where[seen[k][order]] = np.arange(at, at + order.size)
        place.append(where)
        change = np.concatenate([[0], np.cumsum(np.diff(label[order]) != 0)]) if order.size else np.zeros(0, np.int64)
        of_level.append(change + number)
        at += order.size
        number += 0 if whole or not order.size else int(change[-1]) + 1
    joined = np.concatenate(of_level).astype(np.int32) if of_level else np.zeros(0, np.int32)
    block = np.searchsorted(joined, np.arange((int(joined[-1]) + 1 if joined.size else 0) + 1)).astype(np.int64)
    return tuple(place), block, joined


def _groups(
    e: Levels, seen: NDArray[np.int64], use: NDArray[np.int64], level: Ints, of_level: Ints, inner: int
) -> tuple[Ints, Ints, Ints]:
    """Number of each row's group, batch of each group, level of each group; groups of an inner block lie together."""
    batch = np.zeros(e.count, np.int32)
    if inner:
        batch[e.of_row[use]] = of_level[level[0, use]]
    order = seen[np.argsort(batch[seen], kind="stable")]
    number = np.full(e.count, -1, np.int32)
    number[order] = np.arange(order.size)
    return number[e.of_row], batch[order], order.astype(np.int32)


def _strides(row: NDArray[np.int64], group: Ints, level: Ints) -> Ints:
    """1 for a set whose level mostly grows by one from a row to the next of its group, 0 where it mostly stays."""
    some = row[:200_000]
    together = group[some][1:] == group[some][:-1]
    out = np.ones(level.shape[0], np.int32)
    for f in range(level.shape[0]):
        jump = np.diff(level[f, some])[together]
        out[f] = int((jump == 1).sum() >= (jump == 0).sum())
    return out


def _split(
    group_row: NDArray[np.int64], batch_of: Ints, inner: int, inner_blocks: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """First group of each batch, first batch of each chunk of about equal rows."""
    groups, rows = group_row.size - 1, int(group_row[-1])
    chunks = int(np.clip(rows // ROWS_OF_CHUNK, 1, MOST_CHUNKS))
    goal = np.arange(1, chunks) * (rows / chunks)
    if inner:
        batch = np.searchsorted(batch_of, np.arange(inner_blocks + 1))
        cut = np.searchsorted(group_row[batch], goal)
        return batch, np.unique(np.concatenate([[0], cut, [inner_blocks]]))
    batch = np.unique(np.concatenate([[0], np.searchsorted(group_row, goal), [groups]]))
    return batch, np.arange(batch.size)


def levels_of_rows(layout: Layout) -> list[NDArray[np.int64]]:
    """For the eliminated set and each set of the stack, the group or stacked level of every row."""
    length = np.diff(layout.segment)
    within = np.arange(layout.row.size) - np.repeat(layout.segment[:-1], length)
    group = np.repeat(np.arange(layout.group_level.size), np.diff(layout.group_row))
    sets = zip(layout.level.T, layout.stride, strict=True)
    stacked = [np.repeat(first, length) + stride * within for first, stride in sets]
    return [group, *(level.astype(np.int64) for level in stacked)]
