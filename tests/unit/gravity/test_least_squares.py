"""Least squares with effects is least squares on dummies."""

from __future__ import annotations

import numpy as np
import pytest

from hansa.errors import NotIdentified
from hansa.gravity import least_squares
from tests.unit.gravity.test_layout import sets
from tests.unit.gravity.test_newton import flows


@pytest.mark.parametrize("kind", ["one", "two", "directed", "undirected", "plain", "four"])
@pytest.mark.parametrize("weighted", [False, True])
def test_as_by_dummies(kind: str, weighted: bool):
    i, j, t, _, draw = flows(1)
    X, y = draw.normal(size=(3, i.size)), draw.normal(size=i.size)
    weights = draw.uniform(0.2, 3.0, i.size) if weighted else None
    effects = sets(kind, i, j, t)
    fit = least_squares.solve(y, X, effects, weights=weights, singletons="keep")
    root = np.ones(i.size) if weights is None else np.sqrt(weights)
    A = np.hstack([X.T, *(np.eye(e.count)[e.of_row] for e in effects)])
    b = np.linalg.lstsq(A * root[:, None], y * root, rcond=None)[0]
    assert fit.coefficient == pytest.approx(b[:3], abs=1e-10)
    assert fit.residual == pytest.approx((y - A @ b)[fit.row], abs=1e-9)
    mean = np.average(y, weights=root**2)
    assert fit.r2 == pytest.approx(1 - ((root * (y - A @ b)) ** 2).sum() / ((root * (y - mean)) ** 2).sum())


def test_a_line_by_hand():
    """Slope 8 / 5 and constant 3.5 - 1.6 1.5, from the sums over x = 0..3."""
    x, y = np.array([0.0, 1.0, 2.0, 3.0]), np.array([1.0, 3.0, 4.0, 6.0])
    fit = least_squares.solve(y, np.stack([np.ones(4), x]), [])
    assert fit.coefficient == pytest.approx([1.1, 1.6])
    assert fit.residual[np.argsort(fit.row)] == pytest.approx([-0.1, 0.3, -0.3, 0.1])
    assert fit.hessian == pytest.approx(np.array([[4.0, 6.0], [6.0, 14.0]]))


def test_what_effects_absorb_is_refused():
    i, j, t, _, draw = flows(2)
    with pytest.raises(NotIdentified, match="fixed effects explain every regressor"):
        least_squares.solve(draw.normal(size=i.size), ((i + j) * 1.0)[None], sets("directed", i, j, t))
