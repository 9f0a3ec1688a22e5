"""Numbers of mirror reconciliation; the worked example of twelve pairs stands in tests/published/mirror.toml."""

from __future__ import annotations

import math

import numpy as np
import pytest

from hansa.errors import NotIdentified
from hansa.trade import reconciliation


def test_a_known_rule_of_cif_rates_is_found_again_in_spite_of_outliers():
    distance = np.linspace(300, 9000, 200)
    coastless = (np.arange(200) % 3 == 0).astype(float)
    regressors = reconciliation.cif_regressors(distance, landlocked_destination=coastless)
    log_ratio = 0.01 * np.log(distance) + 0.05 * coastless
    log_ratio[[20, 90, 150]] += 3.0
    fit = reconciliation.fit_cif(log_ratio, regressors)
    assert fit.outliers == 3
    assert fit.observations == 197
    np.testing.assert_allclose(regressors @ fit.coefficients, 0.01 * np.log(distance) + 0.05 * coastless, atol=1e-9)


def test_precision_weighs_the_regression_of_the_cif_rate():
    """Two flows at each of three distances; by hand, the fit goes through their weighted means."""
    distance = np.array([500.0, 500.0, 1000.0, 1000.0, 4000.0, 4000.0])
    log_ratio = np.array([0.00, 0.04, 0.02, 0.06, 0.04, 0.08])
    precision = np.array([1.0, 3.0] * 3)
    regressors = reconciliation.cif_regressors(distance)
    fit = reconciliation.fit_cif(log_ratio, regressors, precision)
    np.testing.assert_allclose((regressors @ fit.coefficients)[::2], [0.03, 0.05, 0.07], atol=1e-12)


def test_too_few_flows_do_not_tell_the_cif_rate():
    with pytest.raises(NotIdentified, match=r"cannot be estimated from 2 flows with both reports.*cif=0.05"):
        reconciliation.fit_cif(np.array([0.1, 0.2]), reconciliation.cif_regressors(np.array([500.0, 900.0])))


def test_the_quality_of_reporters_is_the_weighted_least_squares_of_dummies():
    """Against a dense design with sum-to-zero dummies, solved by the normal equations."""
    draw = np.random.default_rng(11)
    count, sizes = 500, (6, 5, 40)
    places = [draw.integers(0, size, count) for size in sizes]
    distance, precision = draw.random(count), 1 + draw.random(count)
    found = reconciliation.reporter_quality(distance, precision, *places)

    columns = [np.ones((count, 1))]
    for place, size in zip(places, sizes, strict=True):
        columns.append(np.eye(size)[place][:, :-1] - (place == size - 1)[:, None])
    design = np.hstack(columns)
    normal = design.T @ (precision[:, None] * design)
    beta = np.linalg.solve(normal, design.T @ (precision * distance))
    residual = distance - design @ beta
    covariance = (precision * residual**2).sum() / (count - design.shape[1]) * np.linalg.inv(normal)
    effects = np.append(beta[1:6], -beta[1:6].sum())
    last = np.zeros(design.shape[1])
    last[1:6] = -1
    np.testing.assert_allclose(found.mean, beta[0], rtol=1e-10)
    np.testing.assert_allclose(found.origin_distance, beta[0] + effects, rtol=1e-10)
    errors = [*np.sqrt(np.diag(covariance)[1:6]), math.sqrt(last @ covariance @ last)]
    np.testing.assert_allclose(found.origin_error, errors, rtol=1e-10)


def test_reporters_that_nothing_links_cannot_be_compared():
    pairs = np.array([0, 0, 1, 1, 2, 2])
    with pytest.raises(NotIdentified, match="do not link all reporters"):
        reconciliation.reporter_quality(np.full(6, 0.1), np.ones(6), pairs, pairs, np.zeros(6, np.int64))


def test_one_flow_does_not_tell_how_well_a_region_reports():
    none = np.zeros(1, np.int64)
    with pytest.raises(NotIdentified, match="1 flows with both reports are too few"):
        reconciliation.reporter_quality(np.array([0.1]), np.ones(1), none, none, none)
    with pytest.raises(NotIdentified, match="No flow has both reports"):
        reconciliation.qualities_of_regions(np.array([]), np.array([]), none[:0], none[:0], none[:0], 3)


def test_a_separate_group_of_reporters_keeps_an_unknown_quality():
    origin = np.array([0, 0, 1, 1, 5])
    destination = np.array([2, 3, 2, 3, 6])
    cell = np.zeros(5, np.int64)
    distance = np.array([0.1, 0.2, 0.3, 0.5, 9.0])
    found = reconciliation.qualities_of_regions(distance, np.ones(5), origin, destination, cell, 7)
    assert np.flatnonzero(~np.isnan(found.origin_sigma)).tolist() == [0, 1]
    assert np.flatnonzero(~np.isnan(found.destination_sigma)).tolist() == [2, 3]


@pytest.mark.parametrize(
    ("origin", "destination", "weight"), [(0.0, 0.0, 0.5), (0.0, 0.3, 1.0), (0.3, 0.0, 0.0), (50.0, 60.0, 1.0)]
)
def test_weights_at_the_edges(origin: float, destination: float, weight: float):
    assert reconciliation.report_weight(np.array([origin]), np.array([destination])).tolist() == [weight]


def test_exports_to_areas_not_specified_are_netted_against_trade_that_only_destinations_report():
    """30 unspecified; partners report 10 more in all; a partner without an origin's report claims 15; 5 are left."""
    found = reconciliation.nes_allocation(
        np.array([100.0, 50.0, np.nan]), np.array([116.0, 44.0, 15.0]), np.zeros(3, np.int64), np.array([30.0])
    )
    assert found.added.tolist() == [10.0, 0.0, 0.0]
    assert (found.allocated.tolist(), found.netted.tolist(), found.residual.tolist()) == ([10.0], [15.0], [5.0])
