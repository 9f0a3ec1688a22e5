"""Poisson models by hand, and what weights, offsets, starts and effects must do."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import gammaln

from hansa.errors import NotIdentified
from hansa.gravity import ppml
from tests.unit.gravity.oracle import levels
from tests.unit.gravity.test_layout import sets
from tests.unit.gravity.test_newton import flows


def test_a_dummy_is_a_ratio_of_means():
    """Without effects: exp(constant) = 2, exp(constant + b) = 6."""
    y, x = np.array([1.0, 3.0, 5.0, 7.0]), np.array([0.0, 0.0, 1.0, 1.0])
    fit = ppml.solve(y, np.stack([np.ones(4), x]), [])
    assert fit.coefficient == pytest.approx([np.log(2), np.log(3)])
    assert fit.fitted[np.argsort(fit.row)] == pytest.approx([2, 2, 6, 6])
    mu = np.array([2, 2, 6, 6])
    assert fit.log_likelihood == pytest.approx(float((y * np.log(mu) - mu - gammaln(y + 1)).sum()))
    assert fit.deviance == pytest.approx(float(2 * (y * np.log(y / mu)).sum()))
    assert fit.null_deviance == pytest.approx(float(2 * (y * np.log(y / 4)).sum()))
    assert fit.hessian == pytest.approx(np.array([[16.0, 12.0], [12.0, 12.0]]))


def test_a_doubled_weight_is_a_doubled_row():
    i, j, t, y, draw = flows(1)
    x, twice = draw.normal(size=y.size), draw.random(y.size) < 0.3
    more = np.concatenate([np.arange(y.size), np.flatnonzero(twice)])
    weighted = ppml.solve(y, x[None], sets("directed", i, j, t), weights=1.0 + twice)
    copied = ppml.solve(y[more], x[None, more], sets("directed", i[more], j[more], t[more]))
    assert weighted.coefficient == pytest.approx(copied.coefficient, abs=1e-10)
    assert weighted.deviance == pytest.approx(copied.deviance)
    assert weighted.hessian == pytest.approx(copied.hessian)


def test_an_offset_takes_its_part():
    i, j, t, y, draw = flows(2)
    x = draw.normal(size=y.size)
    plain = ppml.solve(y, x[None], sets("undirected", i, j, t))
    moved = ppml.solve(y, x[None], sets("undirected", i, j, t), offset=0.25 * x)
    assert moved.coefficient == pytest.approx(plain.coefficient - 0.25, abs=1e-9)
    assert moved.fitted == pytest.approx(plain.fitted)


def test_rows_of_no_weight_are_not_there():
    i, j, t, y, draw = flows(3)
    x, keep = draw.normal(size=y.size), draw.random(y.size) < 0.8
    some = ppml.solve(y[keep], x[None, keep], sets("two", i[keep], j[keep], t[keep]))
    none = ppml.solve(y, x[None], sets("two", i, j, t), weights=keep * 1.0)
    assert none.coefficient == pytest.approx(some.coefficient, abs=1e-10)
    assert none.row.size == some.row.size


def test_a_start_changes_the_way_not_the_end():
    i, j, t, y, draw = flows(4)
    x = draw.normal(size=(2, y.size))
    first = ppml.solve(y, x, sets("directed", i, j, t))
    again = ppml.solve(y, x, sets("directed", i, j, t), start=first.coefficient)
    assert again.coefficient == pytest.approx(first.coefficient, abs=1e-9)
    assert again.iterations <= first.iterations


@pytest.mark.parametrize("kind", ["one", "two", "directed", "undirected", "plain", "four"])
def test_effects_rebuild_the_fit(kind: str):
    i, j, t, y, draw = flows(5)
    X = draw.normal(size=(2, y.size))
    effects = sets(kind, i, j, t)
    fit = ppml.solve(y, X, effects)
    values = ppml.fixed_effects(fit, X)
    predictor = fit.coefficient @ X[:, fit.row] + sum(
        v[e.of_row[fit.row]] for v, e in zip(values, effects, strict=True)
    )
    assert np.exp(predictor) == pytest.approx(fit.fitted, rel=1e-6)


def test_effects_of_levels_outside_the_sample_are_unknown():
    i, j, t, y, draw = flows(6)
    y[(i == 2) & (t == 1)] = 0.0
    effects = sets("two", i, j, t)
    fit = ppml.solve(y, draw.normal(size=(1, y.size)), effects)
    gone = fit.dropped.zero[0]
    assert gone.size == 1
    assert fit.dropped.zero_rows.tolist() == np.flatnonzero((i == 2) & (t == 1)).tolist()
    values = ppml.fixed_effects(fit, np.zeros((1, y.size)))
    assert np.isnan(values[0][gone]).all()
    assert np.isfinite(np.delete(values[0], gone)).all()


def test_a_model_of_a_constant_only_is_refused():
    with pytest.raises(NotIdentified, match="no regressor that varies"):
        ppml.solve(np.array([1.0, 2.0]), np.ones((1, 2)), [])


def test_many_rows_go_through_the_threads():
    """More rows than one chunk: the margins hold (the law), and no bit depends on the order of rows."""
    draw = np.random.default_rng(8)
    N, T = 120, 16
    i, j, t = (axis.ravel() for axis in np.meshgrid(np.arange(N), np.arange(N), np.arange(T), indexing="ij"))
    x = draw.normal(size=i.size)
    y = draw.poisson(np.exp(0.3 * x + draw.normal(size=N)[i] + draw.normal(size=N)[j])) * 1.0
    fit = ppml.solve(y, x[None], sets("directed", i, j, t))
    for e in fit.effects:
        told, met = (np.bincount(e.of_row[fit.row], weights=v, minlength=e.count) for v in (fit.outcome, fit.fitted))
        assert np.abs(told - met).max() < 1e-4 * y.mean() * T
    order = draw.permutation(i.size)
    other = ppml.solve(y[order], x[None, order], sets("directed", i[order], j[order], t[order]))
    assert (other.coefficient == fit.coefficient).all()
    assert levels(i, t).count == N * T
