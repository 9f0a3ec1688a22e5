"""Margins, collinearity, and what a step may and may not do."""

from __future__ import annotations

import numpy as np
import pytest

from hansa.errors import NotConverged, NotIdentified
from hansa.gravity import newton, ppml
from tests.unit.gravity.oracle import levels
from tests.unit.gravity.test_layout import sets


def flows(seed: int, N: int = 8, T: int = 3):
    draw = np.random.default_rng(seed)
    i, j, t = (axis.ravel() for axis in np.meshgrid(np.arange(N), np.arange(N), np.arange(T), indexing="ij"))
    return i, j, t, draw.poisson(np.exp(draw.normal(1.0, 1.0, i.size))) * 1.0, draw


def test_sweeps_reach_the_margins():
    """Three sets without regressors: iterative proportional fitting, whose fixed point has the margins of the data."""
    i, j, t, y, _ = flows(1)
    effects = sets("directed", i, j, t)
    panel, unit, _ = newton.assemble(y + 1.0, np.ones((1, y.size)), effects, None, np.arange(y.size))
    mu = panel.base.copy()
    assert newton.fit_margins(panel, mu, 2) > 1e-4
    assert newton.fit_margins(panel, mu, 500) < 1e-12
    for e in effects:
        told, met = (
            np.bincount(e.of_row[panel.layout.row], weights=values, minlength=e.count)
            for values in ((y + 1.0)[panel.layout.row], mu * unit)
        )
        assert met == pytest.approx(told)


def test_independence_goes_in_order():
    H = np.array([[2.0, 0.0, 2.0], [0.0, 3.0, 3.0], [2.0, 3.0, 5.0]])  # the third is the sum of the first two
    assert newton.independent(H, np.diag(H), 1e-9).tolist() == [True, True, False]
    order = [2, 0, 1]
    assert newton.independent(H[np.ix_(order, order)], np.diag(H)[order], 1e-9).tolist() == [True, True, False]


@pytest.mark.parametrize("kind", ["two", "directed", "undirected", "four"])
def test_a_regressor_that_effects_absorb_is_left_out_and_named_by_place(kind: str):
    i, j, t, y, draw = flows(2)
    X = np.stack([draw.normal(size=y.size), (i * 7 + t) * 1.0, draw.normal(size=y.size)])
    fit = ppml.solve(y, X, sets(kind, i, j, t))
    assert fit.kept.tolist() == [True, False, True]
    alone = ppml.solve(y, X[[0, 2]], sets(kind, i, j, t))
    assert fit.coefficient[[0, 2]] == pytest.approx(alone.coefficient, abs=1e-9)


def test_coefficients_of_a_sum_go_to_its_parts():
    i, j, t, y, draw = flows(3)
    a, b = draw.normal(size=(2, y.size))
    fit = ppml.solve(y, np.stack([a, b, a + b]), sets("directed", i, j, t))
    assert fit.kept.tolist() == [True, True, False]
    assert fit.coefficient[:2] == pytest.approx(
        ppml.solve(y, np.stack([a, b]), sets("directed", i, j, t)).coefficient, abs=1e-9
    )


def test_effects_that_absorb_everything_are_refused():
    i, j, t, y, _ = flows(4)
    with pytest.raises(NotIdentified, match="fixed effects explain every regressor"):
        ppml.solve(y, ((i - j) * 1.0)[None, :], sets("directed", i, j, t))


def test_too_few_steps_do_not_return():
    i, j, t, y, draw = flows(5)
    with pytest.raises(NotConverged, match=r"2 steps were not enough.*Newton decrement") as stopped:
        ppml.solve(y, draw.normal(size=(1, y.size)), sets("two", i, j, t), most=2)
    assert len(stopped.value.residuals) == 2


def test_progress_is_told_of_every_step():
    i, j, t, y, draw = flows(6)
    told = []
    fit = ppml.solve(y, draw.normal(size=(1, y.size)), sets("two", i, j, t), progress=lambda *said: told.append(said))
    assert [step for step, _, _ in told] == list(range(1, fit.iterations + 1))
    assert told[-1][1] == fit.decrement < told[-1][2] == 1e-10


def test_nothing_left_is_refused():
    with pytest.raises(
        NotIdentified, match="No observation is left of 4: 4 in groups whose outcome is zero throughout"
    ):
        ppml.solve(np.zeros(4), np.ones((1, 4)), [levels(np.arange(4) // 2)])
