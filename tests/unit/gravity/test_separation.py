"""Rows that no finite effect can fit, and the proof of each."""

from __future__ import annotations

import numpy as np
import pytest

from hansa.errors import NotIdentified
from hansa.gravity import ppml
from hansa.gravity.separation import between_components
from tests.unit.gravity import oracle
from tests.unit.gravity.oracle import levels


@pytest.mark.parametrize("seed", range(60))
def test_two_sets_by_components_as_by_programme(seed: int):
    draw = np.random.default_rng(seed)
    N = int(draw.integers(3, 7))
    i, j = (axis.ravel() for axis in np.meshgrid(np.arange(N), np.arange(N), indexing="ij"))
    y = draw.poisson(1.0, i.size) * (draw.random(i.size) < 0.35) * 1.0
    there = np.bincount(i, y)[i] * np.bincount(j, y, minlength=N)[j] > 0
    i, j, y = i[there], j[there], y[there]
    if not y.size:
        return
    row, z = between_components(i, j, y)
    given = oracle.Panel(y, np.zeros((0, y.size)), (levels(i), levels(j)), levels(i, j))
    assert np.flatnonzero(oracle.separated(given)).tolist() == sorted(row.tolist())
    assert (z > 0).all()


def test_the_certificate_proves_what_it_says():
    """A regressor that is one only at zeros of a pair: z is that regressor."""
    i, j, t = (axis.ravel() for axis in np.meshgrid(np.arange(4), np.arange(4), np.arange(3), indexing="ij"))
    draw = np.random.default_rng(3)
    y = 1.0 + draw.poisson(5.0, i.size)
    alone = (i == 1) & (j == 2) & (t == 1)
    y[alone] = 0.0
    X = np.stack([alone * 1.0, draw.normal(size=i.size)])
    fit = ppml.solve(y, X, [levels(i, t), levels(j, t)])
    assert fit.dropped.separated_rows.tolist() == np.flatnonzero(alone).tolist()
    assert fit.dropped.certificate == pytest.approx([1.0])
    assert fit.kept.tolist() == [False, True]  # what was left of the regressor is zero throughout
    with pytest.raises(NotIdentified, match=r"1 of 48 rows are separated.*Drop them"):
        ppml.solve(y, X, [levels(i, t), levels(j, t)], separated="refuse")


def test_small_is_not_separated():
    """Fits of one part in a billion are fits, and stay in the sample."""
    i, j = (axis.ravel() for axis in np.meshgrid(np.arange(5), np.arange(5), indexing="ij"))
    size = 10.0 ** np.array([4, 2, 0, -3, -5])
    y = np.round(size[i] * size[j], 9)
    y[(i == 4) & (j == 3)] = 0.0
    X = ((i == j) * 1.0)[None, :]
    fit = ppml.solve(y, X, [levels(i), levels(j)])
    assert fit.row.size == y.size
    assert 0.0 < fit.fitted.min() < 1e-6
