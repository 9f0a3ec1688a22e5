"""A thousand tiny panels made to go wrong: zeros, separated cells, collinear regressors, absent cells, doubled rows.

What a linear programme and a rank say is identified must be fitted, and right; the rest refused, for their reason.
"""

from __future__ import annotations

import re

import numpy as np
import pytest
from threadpoolctl import threadpool_limits

from hansa.errors import NotIdentified
from hansa.gravity import ppml
from tests.unit.gravity import oracle
from tests.unit.gravity.oracle import Panel, levels

PANELS, CHUNK = 1000, 50
SETS = ("two-way", "three-way", "symmetric", "one", "plain", "four")
REASONS = {"no rows": r"[Nn]o observation|no row", "collinear": r"collinear|absorb"}


def panel(seed: int) -> Panel:
    """A random panel; everything follows from the seed."""
    draw = np.random.default_rng([20260105, seed])
    kind = SETS[seed % len(SETS)]
    pairs = kind in ("three-way", "symmetric", "four")
    N = int(draw.integers(4 if pairs else 3, 8))
    T = int(draw.integers(3 if pairs else 2, 6))
    i, j, t = (axis.ravel() for axis in np.meshgrid(np.arange(N), np.arange(N), np.arange(T), indexing="ij"))
    there = np.ones(i.size, bool) if draw.random() < 0.5 else i != j
    if draw.random() < 0.4:
        there &= draw.random(i.size) > 0.15
    rows = np.flatnonzero(there)
    if draw.random() < 0.15:
        rows = np.r_[rows, draw.choice(rows, 5)]
    rows = draw.permutation(rows)
    i, j, t = i[rows], j[rows], t[rows]
    y = np.exp(draw.normal(0, draw.choice([0.5, 1.5]), rows.size) + (i + j) / N) * draw.choice([1e-3, 1.0, 1e4])
    y[draw.random(rows.size) < draw.choice([0.3, 0.5, 0.55])] = 0
    _force_zeros(draw, y, i, j, t)
    X = _regressors(draw, y, i, j, t)
    weights = (
        np.where(draw.random(rows.size) < 0.1, 0, draw.uniform(0.5, 3, rows.size)) if draw.random() < 0.2 else None
    )
    offset = draw.normal(0, 0.5, rows.size) if draw.random() < 0.1 else None
    singletons = "keep" if draw.random() < 0.3 else "drop"
    own = levels(i, j) if kind != "symmetric" else levels(np.minimum(i, j) * N + np.maximum(i, j))
    return Panel(
        y, X, _sets(kind, draw, i, j, t, own), own, weights, offset, singletons, f"seed {seed}, {kind}, {N} x {T}"
    )


def _sets(kind, draw, i, j, t, own):
    two = (levels(i, t), levels(j, t))
    return {
        "two-way": two,
        "three-way": (*two, own),
        "symmetric": (*two, own),
        "one": (levels(i, t),),
        "plain": (levels(i), levels(j), levels(t)),
        "four": (*two, own, levels((i + 2 * j) % 3, t % 2)),
    }[kind]


def _force_zeros(draw, y, i, j, t):
    """Zeros in blocks: a seller without trade in a year, a pair without trade, two camps that sell one way only."""
    if draw.random() < 0.3:
        y[(i == 0) & (t == 0)] = 0
    if draw.random() < 0.3:
        y[(i == 1) & (j == 2)] = 0
    if draw.random() < 0.25:
        camp = draw.random(i.max() + 1) < 0.5
        y[camp[i] & ~camp[j] & ((t == draw.integers(t.max() + 1)) | (draw.random() < 0.3))] = 0


def _regressors(draw, y, i, j, t):
    n = y.size
    near = draw.integers(1, 40, (i.max() + 1, j.max() + 1)) / 8
    since = draw.integers(0, t.max() + 2, near.shape)
    X = [np.round(draw.normal(size=n), 2) if draw.random() < 0.95 else near[i, j]]
    more = {
        "agreement": lambda: (t >= since[i, j]).astype(float),
        "distance": lambda: np.log(near[i, j]),
        "border by year": lambda: ((i == j) & (t == 0)).astype(float),
        "of the seller": lambda: np.sin(i * 7.0 + t),
        "twice": lambda: X[draw.integers(len(X))] * 2 - 1,
        "sum": lambda: np.sum(X, axis=0),
        "only at zeros": lambda: ((y == 0) & (draw.random(n) < 0.3)).astype(float),
        "mostly at zeros": lambda: np.where(y == 0, draw.integers(0, 3, n), 0) + (draw.random(n) < 0.05),
        "one cell": lambda: (np.arange(n) == draw.integers(n)).astype(float),
        "large": lambda: np.round(draw.normal(size=n), 2) * 1e6,
        "another": lambda: np.round(draw.normal(size=n), 2),
    }
    for name in draw.choice(list(more), int(draw.integers(0, 4)), replace=False):
        X.append(more[str(name)]())
    return np.ascontiguousarray(np.array(X)[draw.permutation(len(X))], float)


@pytest.fixture(autouse=True)
def one_thread():
    """Threads of linear algebra cost twenty times more than they bring at this size."""
    with threadpool_limits(1):
        yield


def solved(given: Panel) -> ppml.Solution:
    return ppml.solve(
        given.y, given.X, given.effects, weights=given.weights, offset=given.offset, singletons=given.singletons
    )


def complaints(given: Panel, truth: oracle.Sample) -> list[str]:
    """What is wrong with the solver's answer to a panel."""
    try:
        found = solved(given)
    except NotIdentified as refusal:
        if truth.reason is None:
            return [f"refused what is identified: {refusal}"]
        said = re.search(REASONS[truth.reason], str(refusal))
        return [] if said else [f"refused for another reason than {truth.reason!r}: {refusal}"]
    if truth.reason is not None:
        return [f"fitted what is not identified ({truth.reason})"]
    return _rows(given, truth, found) or _figures(given, truth, found)


def _rows(given: Panel, truth: oracle.Sample, found: ppml.Solution) -> list[str]:
    """Rows used and left out, and which regressors are collinear."""
    gone = found.dropped
    apart = np.zeros(given.y.size, bool)
    apart[gone.zero_rows] = apart[gone.separated_rows] = True
    lonely = np.zeros(given.y.size, bool)
    lonely[gone.singleton_rows] = True
    wrong = []
    if (apart & ~truth.separated).any():
        wrong.append(f"called separated and are not: rows {np.flatnonzero(apart & ~truth.separated)}")
    if (missed := truth.separated & ~apart & ~(lonely & (given.y == 0))).any():
        wrong.append(f"separated and not found: rows {np.flatnonzero(missed)}")
    if set(found.row) != set(np.flatnonzero(truth.used)):
        wrong.append(f"rows used differ: {sorted(set(found.row) ^ set(np.flatnonzero(truth.used)))}")
    if not (gone.certificate > 0).all() or gone.certificate.size != gone.separated_rows.size:
        wrong.append("a separated row has no certificate")
    if found.kept.sum() != truth.kept.sum():
        wrong.append(f"kept {found.kept}, identified {truth.kept}")
    elif not wrong and (found.kept != truth.kept).any():
        A = np.hstack([oracle.dummies(given.effects, truth.used), given.X[found.kept][:, truth.used].T])
        if not all(oracle.in_span(x, A) for x in given.X[:, truth.used]):
            wrong.append(f"what was kept, {found.kept}, spans less than {truth.kept}")
    return wrong


def _figures(given: Panel, truth: oracle.Sample, found: ppml.Solution) -> list[str]:
    """Coefficients, errors clustered by pair and fitted values."""
    exact = oracle.fit(given, truth.used, found.kept)
    error = np.sqrt(np.diag(exact.covariance))
    ours = found.coefficient[found.kept]
    size = 1 / np.abs(given.X[found.kept][:, truth.used]).max(1)  # a coefficient counts by what it does to the index
    w = np.ones(found.row.size) if found.weight is None else found.weight
    scores = (found.projected * (w * (found.outcome - found.fitted))).T
    covariance = oracle.sandwich(np.linalg.inv(found.hessian), scores, given.cluster.of_row[found.row])
    fitted = np.zeros(given.y.size)
    fitted[truth.used] = exact.fitted
    wrong = []
    if (np.abs(ours - exact.coefficient) > 1e-6 * error + 1e-8 * np.maximum(np.abs(exact.coefficient), size)).any():
        wrong.append(f"coefficients off by {(ours - exact.coefficient) / np.maximum(error, 1e-300)} errors")
    if not np.allclose(np.sqrt(np.diag(covariance)), error, rtol=1e-6, atol=0) and (error > 1e-6 * size).all():
        wrong.append(f"errors off by a share of {np.sqrt(np.diag(covariance)) / error - 1}")
    if not np.isnan(found.coefficient[~found.kept]).all():
        wrong.append("a collinear regressor has a coefficient")
    if np.abs(found.fitted - fitted[found.row]).max() > 1e-6 * exact.fitted.max():
        wrong.append("fitted values differ")
    return wrong


@pytest.mark.parametrize("first", range(0, PANELS, CHUNK))
def test_what_is_identified_is_fitted_right(first):
    wrong = []
    for seed in range(first, first + CHUNK):
        given = panel(seed)
        wrong += [f"{given.note}: {complaint}" for complaint in complaints(given, oracle.sample(given))]
    assert not wrong, "\n".join(wrong)


def test_most_panels_are_identified_and_many_are_hard():
    truths = [oracle.sample(panel(seed)) for seed in range(PANELS)]
    identified = [truth for truth in truths if truth.reason is None]
    assert len(identified) >= 900
    assert sum(truth.separated.any() for truth in identified) > 300
    assert sum(not truth.kept.all() for truth in identified) > 200
