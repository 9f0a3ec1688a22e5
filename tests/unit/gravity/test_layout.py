"""Which set is eliminated, which is inner, and how rows become segments."""

from __future__ import annotations

import numpy as np
import pytest

from hansa.gravity.layout import arrange, levels_of_rows
from tests.unit.gravity.oracle import levels

N, T = 6, 4
I, J, S = (axis.ravel() for axis in np.meshgrid(np.arange(N), np.arange(N), np.arange(T), indexing="ij"))
EVERY = np.arange(I.size)


def sets(kind: str, i=I, j=J, t=S):
    two = [levels(i, t), levels(j, t)]
    return {
        "one": [levels(i, j)],
        "two": two,
        "directed": [*two, levels(i, j)],
        "undirected": [*two, levels(np.minimum(i, j), np.maximum(i, j))],
        "plain": [levels(i), levels(j), levels(t)],
        "four": [*two, levels(i, j), levels((i + j) % 3, t)],
    }[kind]


@pytest.mark.parametrize("kind", ["one", "two", "directed", "undirected", "plain", "four"])
@pytest.mark.parametrize("holes", [False, True])
def test_every_row_keeps_its_levels(kind: str, holes: bool):
    draw = np.random.default_rng(7)
    rows = draw.permutation(np.flatnonzero(draw.random(I.size) < 0.6)) if holes else draw.permutation(EVERY)
    effects = sets(kind, I[rows], J[rows], S[rows])
    layout = arrange(effects, np.arange(rows.size))
    assert sorted(layout.row) == list(range(rows.size))
    group, *stacked = levels_of_rows(layout)
    assert (layout.group_level[group] == effects[layout.eliminated].of_row[layout.row]).all()
    for place, level, k in zip(layout.place, stacked, layout.stack, strict=True):
        assert (place[effects[k].of_row[layout.row]] == level).all()


def test_pairs_are_eliminated_and_exporters_are_inner():
    N, T = 30, 4
    i, j, t = (axis.ravel() for axis in np.meshgrid(np.arange(N), np.arange(N), np.arange(T), indexing="ij"))
    layout = arrange(sets("directed", i, j, t), np.arange(i.size))
    assert (layout.eliminated, layout.stack, layout.inner, layout.alone) == (2, (0, 1), 1, True)
    assert layout.segment.size - 1 == N * N  # a segment for each pair: its years
    assert np.diff(layout.block).tolist() == [T] * (2 * N)  # a block for each exporter, then for each importer


def test_years_of_a_two_way_model_are_blocks_solved_directly():
    layout = arrange(sets("two"), EVERY)
    assert layout.inner == len(layout.stack) == 1
    assert np.diff(layout.block).tolist() == [N] * T


def test_undirected_pairs_leave_blocks_of_regions():
    N, T = 40, 6
    i, j, t = (axis.ravel() for axis in np.meshgrid(np.arange(N), np.arange(N), np.arange(T), indexing="ij"))
    layout = arrange(sets("undirected", i, j, t), np.arange(i.size))
    assert (layout.eliminated, layout.inner) == (2, 0)
    assert layout.joint
    assert np.diff(layout.block).tolist() == [2 * T] * N  # what a region sells and what it buys lie together
    for region in range(N):
        sold, bought = (np.unique(layout.place[f][region * T : (region + 1) * T] // (2 * T)) for f in (0, 1))
        assert sold.tolist() == bought.tolist()
        assert sold.size == 1


def test_groups_of_a_block_are_those_that_hold_its_levels():
    draw = np.random.default_rng(4)
    N, T = 20, 6
    i, j, t = (axis.ravel() for axis in np.meshgrid(np.arange(N), np.arange(N), np.arange(T), indexing="ij"))
    rows = draw.permutation(np.flatnonzero((i != j) & (draw.random(i.size) < 0.7)))
    layout = arrange(sets("undirected", i[rows], j[rows], t[rows]), np.arange(rows.size))
    assert layout.joint
    group, *stacked = levels_of_rows(layout)
    block = np.searchsorted(layout.block, np.arange(layout.block[-1]), side="right") - 1
    for k in range(layout.block.size - 1):
        wanted = np.unique(group[(block[stacked[0]] == k) | (block[stacked[1]] == k)])
        assert layout.of_block[layout.block_group[k] : layout.block_group[k + 1]].tolist() == wanted.tolist()


def test_sets_that_do_not_belong_together_keep_blocks_of_their_own():
    """Shops by month and buyers by age share no label, and members of a club meet by chance."""
    draw = np.random.default_rng(5)
    shop, buyer, month, age, club = (draw.integers(0, most, 6000) for most in (30, 25, 6, 6, 900))
    layout = arrange([levels(shop, month), levels(buyer, age), levels(club)], np.arange(6000))
    assert layout.inner == 0
    assert not layout.joint


def test_a_small_stack_is_one_block():
    layout = arrange(sets("plain"), EVERY)
    assert layout.block.size == 2
    assert layout.inner == len(layout.stack) == 2


def test_the_order_of_rows_does_not_matter():
    order = np.random.default_rng(1).permutation(I.size)
    first, second = arrange(sets("directed"), EVERY), arrange(sets("directed", I[order], J[order], S[order]), EVERY)
    assert (first.row == order[second.row]).all()


def test_rows_left_out_take_no_place():
    use = np.flatnonzero(I != 2)
    layout = arrange(sets("directed"), use)
    assert sorted(layout.row) == sorted(use)
    assert (layout.place[0] == -1).sum() == T  # the years of the exporter who is not there
