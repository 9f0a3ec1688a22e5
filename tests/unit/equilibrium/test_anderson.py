"""Anderson acceleration of fixed points."""

from __future__ import annotations

import numpy as np
import pytest

from hansa.equilibrium import anderson


def contraction(size: int, radius: float, seed: int = 0):
    """A linear map x -> A x + b, A of a given spectral radius, and its fixed point."""
    random = np.random.default_rng(seed)
    A = random.normal(size=(size, size))
    A *= radius / np.abs(np.linalg.eigvals(A)).max()
    b = random.normal(size=size)
    return (lambda x: A @ x + b), np.linalg.solve(np.eye(size) - A, b)


def test_a_linear_map_of_m_unknowns_is_solved_in_about_m_steps():
    """With a history as long as there are unknowns it is GMRES in disguise: Walker and Ni 2011, theorem 2.2."""
    step, fixed = contraction(8, 0.99)
    run = anderson.accelerate(step, np.zeros(8), depth=8, tolerance=1e-10)
    assert run.steps <= 12
    assert np.allclose(run.x, fixed, rtol=0, atol=1e-7)


def test_a_map_that_drives_away_from_its_fixed_point_is_solved_too():
    step, fixed = contraction(5, 1.8)
    run = anderson.accelerate(step, np.zeros(5), depth=6, tolerance=1e-10)
    assert np.allclose(run.x, fixed, rtol=0, atol=1e-8)


def test_the_fixed_point_of_the_cosine():
    run = anderson.accelerate(np.cos, np.array([3.0]), depth=3)
    assert run.x[0] == pytest.approx(0.739085133215, abs=1e-11)  # Dottie number
    assert run.residual <= 1e-11


def test_a_residual_of_ones_own_decides_when_it_ends():
    step, fixed = contraction(6, 0.9)
    run = anderson.accelerate(step, np.zeros(6), residual=lambda x, g: 100 * np.abs(g - x).max(), tolerance=1e-6)
    assert np.abs(step(run.x) - run.x).max() <= 1e-8
    assert run.residual <= 1e-6


def test_no_step_is_taken_from_a_fixed_point():
    run = anderson.accelerate(lambda x: x, np.array([2.0]))
    assert (run.steps, run.residual, run.x.tolist()) == (0, 0.0, [2.0])


def test_the_best_point_is_returned_where_the_end_is_not_reached():
    seen = []
    step, _ = contraction(30, 0.999)

    def residual(x, g):
        seen.append(float(np.abs(g - x).max()))
        return seen[-1]

    run = anderson.accelerate(step, np.zeros(30), residual=residual, depth=3, most_steps=7)
    assert run.steps == 7
    assert run.residual == min(seen)


def test_a_map_that_leaves_the_range_of_numbers_ends_the_run():
    with np.errstate(all="ignore"):
        run = anderson.accelerate(lambda x: np.exp(x) + x**2, np.array([5.0]), most_steps=100)
    assert run.steps < 100
    assert not run.residual <= 1e-11


def test_progress_is_told():
    told = []
    step, _ = contraction(40, 0.999)
    anderson.accelerate(step, np.zeros(40), depth=2, most_steps=30, progress=lambda steps, gap: told.append(steps))
    assert told == [10, 20, 30]
