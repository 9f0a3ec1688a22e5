"""Laws of economic complexity, on random networks."""

from __future__ import annotations

import numpy as np
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from numpy.testing import assert_allclose

from hansa.errors import NotIdentified
from hansa.trade import economic_complexity as ec


@st.composite
def networks(draw: st.DrawFn) -> np.ndarray:
    """Regions by products, connected: the first region makes everything that anybody makes."""
    shape = draw(array_shapes(min_dims=2, max_dims=2, min_side=3, max_side=9))
    M = draw(arrays(bool, shape))
    M[0] = M.any(0)
    assume(ec.made(M)[0].sum() > 2)
    return M


def solved(M: np.ndarray) -> ec.Complexity:
    """Only networks whose index is well determined: near a tie of eigenvalues vectors may turn freely."""
    try:
        found = ec.solve(M)
    except NotIdentified:
        assume(False)
    assume(found.gap > 1e-3 and found.eigenvalues[1] > 1e-3)
    diversity = M[ec.made(M)[0]].sum(1)
    assume(abs(np.corrcoef(found.eci[ec.made(M)[0]], diversity)[0, 1]) > 1e-3)
    return found


@given(networks())
def test_eci_is_the_mean_pci_of_what_a_region_makes(M):
    found = solved(M)
    regions, _ = ec.made(M)
    mean = np.array([found.pci[row].mean() for row in M[regions]])
    assert_allclose(found.eci[regions], mean, atol=1e-7)


@given(networks())
def test_eci_is_standardised_and_the_first_eigenvalue_is_one(M):
    found = solved(M)
    assert_allclose([np.nanmean(found.eci), np.nanstd(found.eci), found.eigenvalues[0]], [0, 1, 1], atol=1e-9)


@given(networks(), st.randoms(use_true_random=False))
def test_order_of_regions_and_products_does_not_matter(M, random):
    found = solved(M)
    rows, columns = list(range(M.shape[0])), list(range(M.shape[1]))
    random.shuffle(rows)
    random.shuffle(columns)
    shuffled = M[rows][:, columns]
    assert_allclose(ec.solve(shuffled).eci, found.eci[rows], atol=1e-7)
    assert_allclose(ec.solve(shuffled).pci, found.pci[columns], atol=1e-7)
    near, near_shuffled = ec.outlook(M, found), ec.outlook(shuffled)
    assert_allclose(near_shuffled.density, near.density[rows][:, columns], atol=1e-9)
    assert_allclose(near_shuffled.cog, near.cog[rows][:, columns], atol=1e-6)


@given(networks())
def test_proximity_is_symmetric_with_ones_on_the_diagonal_and_density_a_share(M):
    kept = M[:, M.any(0)]
    phi, density = ec.proximity(kept), ec.density(kept)
    assert (phi == phi.T).all()
    assert (np.diag(phi) == 1).all()
    assert ((phi >= 0) & (phi <= 1)).all()
    made = density[kept.any(1)]
    assert ((made >= -1e-12) & (made <= 1 + 1e-12)).all()
    assert_allclose(made, (kept[kept.any(1)] @ phi) / phi.sum(0), atol=1e-12)


@given(networks())
def test_gain_is_zero_where_the_product_is_made(M):
    found = ec.outlook(M, solved(M)).cog
    assert (np.abs(found[M & ~np.isnan(found)]) == 0).all()


@given(networks(), st.integers(1, 30))
def test_fitness_has_mean_one_on_both_sides(M, rounds):
    found = ec.fitness(M, rounds)
    assert_allclose([np.nanmean(found.fitness), np.nanmean(found.complexity)], [1, 1], atol=1e-9)


@given(arrays(float, (4, 5), elements=st.integers(0, 50)), st.sampled_from([0.5, 2.0, 1024.0]))
def test_specialisation_does_not_depend_on_the_currency(exports, factor):
    assert (ec.specialisation(exports * factor) == ec.specialisation(exports)).all()
