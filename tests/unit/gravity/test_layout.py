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
    assert np.diff(layout.block).tolist() == [T] * (2 * N)


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
