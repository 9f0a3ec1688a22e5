"""Projections by blocks and conjugate gradients are those of dense dummies, whatever the sets and the weights."""

from __future__ import annotations

import numpy as np
import pytest

from hansa.gravity import newton
from hansa.gravity.projection import group_sums, normal_equations, project
from tests.unit.gravity.oracle import levels
from tests.unit.gravity.test_layout import sets

KINDS = ["one", "two", "directed", "undirected", "plain", "four"]


def cube(N: int, T: int):
    return (axis.ravel() for axis in np.meshgrid(np.arange(N), np.arange(N), np.arange(T), indexing="ij"))


def residual(kind: str, N: int, T: int, holes: float, spread: float):
    """X less its projection: ours, and by dense least squares on dummies."""
    draw = np.random.default_rng(11)
    i, j, t = cube(N, T)
    keep = draw.random(i.size) >= holes
    effects = sets(kind, i[keep], j[keep], t[keep])
    n = int(keep.sum())
    X, y = draw.normal(size=(3, n)), np.ones(n)
    panel, _, size = newton.assemble(y, X, effects, None, np.arange(n))
    w = np.exp(spread * draw.normal(size=n))
    W, b, sums = group_sums(panel.layout, w, np.zeros(n), panel.X)
    found = project(normal_equations(panel.layout, w, W), b, sums, tolerance=1e-12, most=3000)
    H, _, left = newton.scores(panel, w, y, panel.X, found, True)
    dummies = np.hstack([np.eye(e.count)[e.of_row[panel.layout.row]] for e in effects]) * np.sqrt(w)[:, None]
    target = panel.X * np.sqrt(w)
    dense = target - (dummies @ np.linalg.lstsq(dummies, target.T, rcond=None)[0]).T
    return left * np.sqrt(w), dense, H


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("N", "T", "holes"), [(5, 3, 0.0), (5, 4, 0.4), (16, 7, 0.0), (16, 7, 0.3)])
def test_projection_is_that_of_dummies(kind: str, N: int, T: int, holes: float):
    ours, dense, H = residual(kind, N, T, holes, 0.5)
    assert np.abs(ours - dense).max() < 1e-8
    assert np.abs(H - dense @ dense.T).max() < 1e-8 * max(1.0, np.abs(H).max())


@pytest.mark.parametrize("kind", KINDS)
def test_weights_of_very_different_size(kind: str):
    ours, dense, _ = residual(kind, 12, 5, 0.2, 3.0)
    assert np.abs(ours - dense).max() < 1e-6 * np.abs(dense).max()


@pytest.mark.parametrize("home", [True, False])
def test_pairs_without_direction_take_few_steps(home: bool):
    """What a region sells and buys is held together by its trade at home, which outweighs all other trade."""
    draw = np.random.default_rng(6)
    i, j, t = cube(40, 6)
    keep = np.flatnonzero(home | (i != j))
    i, j, t = i[keep], j[keep], t[keep]
    size, drift = draw.normal(0, 1.5, 40), draw.normal(0, 0.3, (2, 40, 6))
    w = np.exp(size[i] + size[j] + drift[0, i, t] + drift[1, j, t] + 6.0 * (i == j) + draw.normal(0, 0.5, i.size))
    panel, _, _ = newton.assemble(
        w, draw.normal(size=(1, i.size)), sets("undirected", i, j, t), None, np.arange(i.size)
    )
    W, b, sums = group_sums(panel.layout, panel.y, np.zeros(i.size), panel.X)
    found = project(normal_equations(panel.layout, panel.y, W), b, sums, tolerance=1e-7)
    assert found.reached <= 1e-7
    assert found.iterations <= 20


def test_the_number_of_threads_changes_no_bit(monkeypatch: pytest.MonkeyPatch):
    """The work is split by its size, not by the machine."""
    from hansa.gravity import layout, projection

    monkeypatch.setattr(layout, "ROWS_OF_CHUNK", 500)
    seen = []
    for plain in (10**9, 0):  # one after the other, then on the threads
        monkeypatch.setattr(projection, "PLAIN", plain)
        seen.append(residual("directed", 16, 7, 0.1, 1.0)[0])
    assert (seen[0] == seen[1]).all()


def test_levels_that_another_set_absorbs_are_skipped():
    """Exporters nest in pairs: the set adds nothing, and the projection says so."""
    draw = np.random.default_rng(2)
    i, j, t = cube(6, 4)
    X, y = draw.normal(size=(1, i.size)), np.ones(i.size)
    out = []
    for effects in ([levels(i, j)], [levels(i, j), levels(i)]):
        panel, _, _ = newton.assemble(y, X, effects, None, np.arange(i.size))
        W, b, sums = group_sums(panel.layout, y, y, panel.X)
        found = project(normal_equations(panel.layout, y, W), b, sums)
        out.append(newton.scores(panel, y, y, panel.X, found, False)[0])
    assert out[0] == pytest.approx(out[1], rel=1e-12)
