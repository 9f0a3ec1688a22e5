"""RAS: sums met, what it keeps, and proofs where no table exists."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hansa.equilibrium import balance
from hansa.errors import DataError, NotIdentified


def test_by_hand():
    """Odds of the prior are 3; with sums 2, 2 and 1, 3 the first cell a solves a (1 + a) = 3 (1 - a) (2 - a)."""
    found = balance.fit_margins([[1.0, 1.0], [1.0, 3.0]], [2.0, 2.0], [1.0, 3.0])
    a = 2.5 - np.sqrt(2.5**2 - 3)
    np.testing.assert_allclose(found.table, [[a, 2 - a], [1 - a, 1 + a]], rtol=1e-12)


@settings(max_examples=60)
@given(st.integers(0, 10_000), st.integers(1, 12), st.integers(1, 12), st.floats(0, 0.6))
def test_what_was_scaled_is_scaled_back(seed, m, n, zeros):
    """A table times factors, with the sums of the table: RAS gives the table, which is the only one with its odds."""
    r = np.random.default_rng(seed)
    table = np.exp(2 * r.normal(size=(m, n)))
    table[r.random((m, n)) < zeros] = 0
    prior = table * np.exp(2 * r.normal(size=(m, 1))) * np.exp(2 * r.normal(size=n))
    rows, columns = table.sum(1), table.sum(0)
    if not rows.sum() > 0:
        return
    found = balance.fit_margins(prior, rows, columns)
    np.testing.assert_allclose(found.table, table, rtol=1e-6, atol=1e-8 * table.max())
    np.testing.assert_allclose(found.table.sum(0), columns, rtol=1e-10)
    assert found.residual <= 1e-9


@settings(max_examples=80)
@given(st.integers(0, 100_000))
def test_refused_exactly_where_a_set_of_rows_breaks_halls_condition(seed):
    """Every subset of rows is looked at by hand; whole numbers, so that nothing hangs on rounding."""
    r = np.random.default_rng(seed)
    m, n = (int(size) for size in r.integers(1, 6, 2))
    prior = (r.random((m, n)) < 0.5).astype(float)
    rows, columns = r.integers(0, 5, m).astype(float), r.integers(0, 5, n).astype(float)
    rows[0] += max(columns.sum() - rows.sum(), 0)
    columns[0] += max(rows.sum() - columns.sum(), 0)
    if not rows.sum() > 0:
        return
    broken = any(
        rows[list(inside)].sum() > columns[prior[list(inside)].any(axis=0)].sum()
        for size in range(1, m + 1)
        for inside in itertools.combinations(range(m), size)
    )
    proof = balance.hall(prior, rows, columns)
    assert (proof is not None) == broken
    if proof is not None:
        inside, reached = proof
        np.testing.assert_array_equal(reached, prior[inside].any(axis=0))
        assert rows[inside].sum() > columns[reached].sum()
        with pytest.raises(NotIdentified, match="No table has these sums"):
            balance.fit_margins(prior, rows, columns)


def test_the_proof_is_told():
    with pytest.raises(NotIdentified, match="rows 0, 1 come to 4, and the only columns open to them, 0, to 3"):
        balance.fit_margins([[1.0, 0, 0], [1.0, 0, 0], [1.0, 1, 1]], [2, 2, 2.0], [3, 2, 1.0])


def test_a_table_with_cells_that_must_be_empty_is_still_found():
    """Row 0 can only take from column 0 all of it, so that (1, 0) is zero in any table: factors have no limit."""
    found = balance.fit_margins([[1.0, 0.0], [1.0, 1.0]], [2.0, 2.0], [2.0, 2.0])
    np.testing.assert_allclose(found.table, [[2, 0], [0, 2]], atol=1e-8)


def test_newton_finishes_where_sweeps_are_slow():
    r = np.random.default_rng(0)
    prior = np.exp(6 * r.normal(size=(40, 40)))
    rows, columns = r.random(40) + 0.01, r.random(40) + 0.01
    columns *= rows.sum() / columns.sum()
    sweep = balance._Sweep(prior, rows, columns)
    run = balance._newton(sweep, np.zeros(40), 1e-10, 200)
    assert run.residual <= 1e-9
    usual = balance.fit_margins(prior, rows, columns)
    sweep(run.x)
    table = sweep.row_factor[:, None] * prior * sweep.column_factor
    np.testing.assert_allclose(table, usual.table, rtol=1e-6, atol=1e-8)


@pytest.mark.parametrize(
    ("change", "error", "says"),
    [
        ({"prior": np.ones((2, 3))}, DataError, "has no margins of shapes"),
        ({"prior": [[1.0, -1.0], [1.0, 1.0]]}, DataError, "'prior' holds negative"),
        ({"prior": [[1.0, np.nan], [1.0, 1.0]]}, DataError, "'prior' holds negative, missing"),
        ({"rows": [3.0, -1.0]}, DataError, "'rows' holds negative"),
        ({"columns": [np.inf, 1.0]}, DataError, "'columns' holds negative, missing or infinite"),
        ({"rows": [1.0, 2.0]}, DataError, "Sums of rows come to 3, sums of columns to 2, 1 apart"),
        ({"rows": [0.0, 0.0], "columns": [0.0, 0.0]}, DataError, "Sums of rows come to 0"),
        ({"prior": [[0.0, 0.0], [1.0, 1.0]]}, NotIdentified, "row 0 must come to 1 and has no open cell"),
        ({"prior": [[0.0, 1.0], [0.0, 1.0]]}, NotIdentified, "column 0 must come to 1"),
    ],
)
def test_refusals(change, error, says):
    given = {"prior": np.ones((2, 2)), "rows": [1.0, 1.0], "columns": [1.0, 1.0]}
    with pytest.raises(error, match=says):
        balance.fit_margins(**(given | change))


def test_arrays_of_jax_are_taken():
    """In double precision only; JAX in single is refused by hansa.equilibrium.arrays."""
    jax = pytest.importorskip("jax")
    if not jax.config.jax_enable_x64:
        with pytest.raises(DataError, match="single precision"):
            balance.fit_margins(jax.numpy.ones((2, 2)), [1.0, 1.0], [1.0, 1.0])
