"""One sector in general equilibrium: laws on random economies, hand arithmetic, refusals with their reasons."""

from __future__ import annotations

import os
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from hansa.equilibrium import armington, market, one_sector
from hansa.errors import DataError, NotConverged, NotIdentified


def economy(seed, n, *, home=0.7, balanced=False):
    """(share, output, deficit) of a random economy; a balanced one has symmetric trade."""
    r = np.random.default_rng(seed)
    size = np.exp(r.normal(0, 1.2, n))
    flow = size[:, None] * size * np.exp(0.7 * r.normal(size=(n, n)))
    if balanced:
        flow = flow + flow.T
    np.fill_diagonal(flow, 0)
    np.fill_diagonal(flow, (flow.sum(0) + flow.sum(1)) * home / (1 - home) / 2)
    Y, E = flow.sum(1), flow.sum(0)
    return flow / E, Y, E - Y


def shock(seed, n, theta, *, closed=0.2):
    r = np.random.default_rng(seed + 1_000)
    reach = np.exp(0.2 * r.normal(size=(n, n))) ** -theta
    reach[r.random((n, n)) < closed] = 0
    np.fill_diagonal(reach, 1.0)
    reach[0], reach[:, 0] = np.maximum(reach[0], 0.1), np.maximum(reach[:, 0], 0.1)  # all stay in one market
    return reach


def solved(*world, **settings):
    """The solution; worlds where a surplus cannot be earned after the shock are passed over."""
    try:
        return armington.solve(*world, **settings)
    except DataError as refusal:
        assume("positive spending" not in str(refusal))
        raise


worlds = st.tuples(
    st.integers(0, 10_000), st.integers(2, 80), st.floats(0.5, 12.0), st.sampled_from(armington.CLOSURES)
)


@settings(max_examples=40)
@given(worlds)
def test_without_a_shock_nothing_changes(world):
    seed, n, theta, closure = world
    share, Y, D = economy(seed, n)
    after = armington.solve(share, Y, D, theta, closure=closure)
    for hat in (after.wage_hat, after.price_hat, after.output / Y, after.spending / (Y + D)):
        np.testing.assert_allclose(hat, 1, rtol=1e-10)


@settings(max_examples=40)
@given(worlds)
def test_accounts_add_up_and_walras_holds(world):
    seed, n, theta, closure = world
    share, Y, D = economy(seed, n)
    reach = shock(seed, n, theta)
    after = solved(share, Y, D, theta, reach=reach, closure=closure)
    assert after.residual <= 1e-9
    assert after.walras <= 1e-10
    np.testing.assert_allclose(after.flow.sum(0), after.spending, rtol=1e-12)
    np.testing.assert_allclose(after.flow.sum(1), after.output, rtol=2e-9)
    np.testing.assert_allclose(after.share.sum(0), 1, rtol=1e-12)
    np.testing.assert_allclose(after.output.sum(), Y.sum(), rtol=1e-12)
    assert (after.flow[reach == 0] == 0).all()
    if closure == "fixed":
        np.testing.assert_allclose(after.spending - after.output, D, atol=1e-9 * Y.sum())
    else:
        ratio = after.spending / after.output / ((Y + D) / Y)
        np.testing.assert_allclose(ratio, ratio[0], rtol=1e-9)


@settings(max_examples=40)
@given(worlds)
def test_welfare_is_the_own_share_formula_where_trade_is_balanced(world):
    seed, n, theta, closure = world
    share, Y, _ = economy(seed, n, balanced=True)
    after = armington.solve(share, Y, np.zeros(n), theta, reach=shock(seed, n, theta), closure=closure)
    own = np.diagonal(after.share) / np.diagonal(share)
    np.testing.assert_allclose(after.wage_hat / after.price_hat, own ** (-1 / theta), rtol=1e-9)


@settings(max_examples=40)
@given(worlds, st.floats(1e-6, 1e9))
def test_units_and_the_order_of_regions_do_not_matter(world, unit):
    seed, n, theta, closure = world
    share, Y, D = economy(seed, n)
    reach, order = shock(seed, n, theta), np.random.default_rng(seed).permutation(n)
    one = solved(share, Y, D, theta, reach=reach, closure=closure)
    turned = np.ix_(order, order)
    other = armington.solve(
        share[turned], unit * Y[order], unit * D[order], theta, reach=reach[turned], closure=closure
    )
    np.testing.assert_allclose(other.wage_hat, one.wage_hat[order], rtol=1e-8)
    np.testing.assert_allclose(other.price_hat, one.price_hat[order], rtol=1e-8)
    np.testing.assert_allclose(other.spending, unit * one.spending[order], rtol=1e-8)


@settings(max_examples=40)
@given(worlds)
def test_autarky_leaves_each_region_its_own_goods(world):
    seed, n, theta, closure = world
    share, Y, _ = economy(seed, n, balanced=True)
    after = armington.solve(share, Y, np.zeros(n), theta, reach=np.eye(n), closure=closure)
    np.testing.assert_allclose(after.wage_hat / after.price_hat, np.diagonal(share) ** (1 / theta), rtol=1e-12)
    np.testing.assert_allclose(after.share, np.eye(n), rtol=1e-14)


@settings(max_examples=40)
@given(worlds)
def test_costs_that_rise_for_all_alike_change_prices_alone(world):
    seed, n, theta, closure = world
    share, Y, D = economy(seed, n)
    after = armington.solve(share, Y, D, theta, reach=np.full((n, n), 1.25**-theta), closure=closure)
    np.testing.assert_allclose(after.price_hat, 1.25, rtol=1e-10)
    np.testing.assert_allclose(after.share, share, rtol=1e-9)


def test_two_equal_regions_by_hand():
    """Own share 2/3; costs between them fall so that reach doubles: own share 1/2, welfare (3/4)^(-1/4)."""
    share = np.array([[2, 1], [1, 2]]) / 3
    after = armington.solve(share, [1.0, 1.0], [0.0, 0.0], 4.0, reach=[[1.0, 2.0], [2.0, 1.0]])
    np.testing.assert_allclose(after.share, 0.5, rtol=1e-12)
    np.testing.assert_allclose(1 / after.price_hat, 0.75**-0.25, rtol=1e-12)


def test_productivity_acts_as_lower_costs_of_all_that_a_region_sells():
    share, Y, D = economy(3, 6)
    factor = np.array([1.2, 1, 1, 0.9, 1, 1])
    one = armington.solve(share, Y, D, 5.0, productivity=factor)
    other = armington.solve(share, Y, D, 5.0, reach=np.repeat(factor[:, None] ** 5.0, 6, axis=1))
    np.testing.assert_allclose(one.wage_hat, other.wage_hat, rtol=1e-9)
    np.testing.assert_allclose(one.price_hat, other.price_hat, rtol=1e-9)


def test_closed_pairs_stay_exactly_empty_and_a_start_saves_steps():
    share, Y, D = economy(5, 30)
    reach = shock(5, 30, 5.0)
    cold = armington.solve(share, Y, D, 5.0, reach=reach)
    warm = armington.solve(share, Y, D, 5.0, reach=reach, start=cold.state)
    assert warm.steps < cold.steps / 3
    assert not cold.flow[reach == 0].any()


def test_the_product_may_be_written_into_reach():
    share, Y, D = economy(6, 8)
    reach = shock(6, 8, 5.0)
    product = share * reach
    plain = armington.solve(share, Y, D, 5.0, reach=reach.copy())
    armington.solve(share, Y, D, 5.0, reach=reach, overwrite=True)
    np.testing.assert_array_equal(reach, product)
    np.testing.assert_array_equal(
        armington.solve(share, Y, D, 5.0, reach=shock(6, 8, 5.0), overwrite=True).wage_hat, plain.wage_hat
    )


def test_markets_that_are_cut_apart_are_each_solved_for_themselves():
    share, Y, _ = economy(7, 5, balanced=True)
    reach = np.zeros((5, 5))
    reach[:2, :2] = reach[2:4, 2:4] = reach[4:, 4:] = 1
    after = armington.solve(share, Y, np.zeros(5), 4.0, reach=reach)
    np.testing.assert_allclose([after.output[:2].sum(), after.output[2:4].sum()], [Y[:2].sum(), Y[2:4].sum()])
    pair = share[:2, :2] / share[:2, :2].sum(0)
    alone = armington.solve(pair, Y[:2], np.zeros(2), 4.0)
    np.testing.assert_allclose(after.wage_hat[:2], alone.wage_hat, rtol=1e-9)
    with pytest.raises(NotIdentified, match="nobody can pay for"):
        armington.solve(share, Y, [1.0, 0, -1.0, 0, 0], 4.0, reach=reach)


@pytest.mark.parametrize("closure", armington.CLOSURES)
def test_other_ways_come_to_the_same_place(closure):
    """Newton's steps as a table and by GMRES, and the path from equal markets, against Anderson's."""
    share, Y, D = economy(11, 20)
    K = share * shock(11, 20, 6.0)
    ratio = (Y + D) / Y if closure == "share" else None
    here = one_sector.Market(K, 6.0, Y, D, ratio, None)
    usual, _ = one_sector.accelerated(here, np.zeros(20), 1e-12, 500)
    dense, _ = one_sector.newton(here, here.at(np.zeros(20)), 1e-12)
    np.testing.assert_allclose(dense.log_wage, usual.log_wage, atol=1e-10)
    for v in (np.arange(20.0), -dense.F):
        exact, _ = here.jacobian(dense, v), None
        step = 1e-6
        lower, upper = (here.at(dense.log_wage + sign * step * v).F for sign in (-1, 1))
        mean = dense.output @ v / dense.output.sum()
        np.testing.assert_allclose(exact - mean, (upper - lower) / (2 * step), atol=1e-6 * (1 + np.abs(v).max()))


def test_newton_by_gmres_where_there_are_many_regions():
    share, Y, D = economy(12, one_sector.DENSE + 1)
    here = one_sector.Market(share * shock(12, Y.size, 5.0), 5.0, Y, D, None, None)
    point, _ = one_sector.newton(here, here.at(np.zeros(Y.size)), 1e-11)
    usual, _ = one_sector.accelerated(here, np.zeros(Y.size), 1e-12, 500)
    np.testing.assert_allclose(point.log_wage, usual.log_wage, atol=1e-9)


def hard(seed):
    """Elasticities up to 64.9, 30 % of pairs closed, a deficit or surplus of 90 % of output."""
    r = np.random.default_rng(seed)
    n, theta = int(r.integers(2, 40)), float(np.exp(r.uniform(np.log(0.5), np.log(64.9))))
    flow = np.exp(r.normal(0, 1.5, (n, n))) * np.exp(r.normal(0, 1, n))[:, None]
    np.fill_diagonal(flow, np.exp(r.normal(0, 1, n)) * flow.sum(0))
    Y, E = flow.sum(1), flow.sum(0)
    reach = np.exp(0.3 * r.normal(size=(n, n))) ** -theta
    reach[r.random((n, n)) < 0.3] = 0
    np.fill_diagonal(reach, 1.0)
    D, k = np.zeros(n), int(r.integers(n))
    D[k] = r.choice([0.0, 0.9, -0.9]) * Y[k]
    others = np.arange(n) != k
    D[others] = -D[k] * Y[others] / Y[others].sum()
    return flow / E, Y, D, theta, reach


def test_hard_economies_are_solved_or_refused_with_a_proof():
    solved = refused = 0
    for seed in range(120):
        share, Y, D, theta, reach = hard(seed)
        try:
            after = armington.solve(share, Y, D, theta, reach=reach)
        except (DataError, NotIdentified):
            refused += 1
            assert not solvable(share * reach, Y, D, theta), seed
            continue
        solved += 1
        assert after.residual <= 1e-9
        assert min(after.wage_hat.min(), after.price_hat.min(), after.spending.min()) > 0
    assert solved >= 84, (solved, refused)


def solvable(K, Y, D, theta):
    """Whether slow steps, each in the direction of excess demand, end in positive spending for all."""
    if not market.connected(K):
        return False  # markets cut apart, or one-way: refused by what stands in the table, not by the solver
    x = np.zeros(Y.size)
    for _ in range(20_000):
        w = np.exp(x) * Y.sum() / (np.exp(x) @ Y)
        E = np.maximum(w * Y + D, 1e-9 * Y)
        E *= Y.sum() / E.sum()
        weight = w**-theta
        F = np.log(weight * (K @ (E / (weight @ K))) / (w * Y))
        if np.abs(F).max() < 1e-7:
            break
        x = np.log(w) + F / (1 + theta)
    return bool(np.abs(F).max() < 1e-7 and (w * Y + D > 1e-6 * Y).all())


def test_a_surplus_that_cannot_be_earned_is_refused():
    """Region 0 must earn 1.9 abroad; whatever its wage, region 1 spends on it at most 0.001 of 3 units."""
    share = np.array([[0.5, 0.5], [0.5, 0.5]])
    with pytest.raises(DataError, match="No equilibrium with positive spending is found .* region 0"):
        armington.solve(share, [2.0, 2.0], [-1.9, 1.9], 0.01, reach=[[1.0, 0.001], [1.0, 1.0]])


def test_one_way_trade_needs_a_surplus():
    share, Y = np.full((2, 2), 0.5), [1.0, 1.0]
    one_way = [[1.0, 1.0], [0.0, 1.0]]
    with pytest.raises(NotIdentified, match="region 0 could sell to the others and buy nothing"):
        armington.solve(share, Y, [0.0, 0.0], 4.0, reach=one_way)
    with pytest.raises(NotIdentified, match="region 0 could sell"):
        armington.solve(share, Y, [0.0, 0.0], 4.0, reach=one_way, closure="share")
    after = armington.solve(share, Y, [-0.2, 0.2], 4.0, reach=one_way)
    np.testing.assert_allclose(after.flow[0, 1], 0.2, rtol=1e-9)  # what it sells abroad is its surplus


@pytest.mark.parametrize(
    ("change", "error", "says"),
    [
        ({"reach": [[0.0, 1.0], [0.0, 1.0]]}, NotIdentified, "region 0 would be left without any supplier"),
        ({"reach": [[1.0, 1.0], [0.0, 0.0]]}, NotIdentified, "region 1 would be left without any buyer"),
        ({"reach": np.ones(2)}, DataError, "reach has shape"),
        ({"reach": [[1.0, -1.0], [1.0, 1.0]]}, DataError, "negative, missing or infinite"),
        ({"reach": [[1.0, np.nan], [1.0, 1.0]]}, DataError, "negative, missing or infinite"),
        ({"share": np.full((2, 2), 0.4)}, DataError, r"spending of region 0 sum to 0.8, not to one"),
        ({"share": np.ones((2, 3))}, DataError, "regions by regions"),
        ({"output": [1.0, 0.0]}, DataError, "'output' of region 1 is 0; it must be finite and above zero"),
        ({"output": [1.0, 1.0, 1.0]}, DataError, "there are 2 regions"),
        ({"deficit": [0.5, 0.0]}, DataError, "Deficits sum to 0.5"),
        ({"deficit": [np.nan, 0.0]}, DataError, "'deficit' of region 0 is nan"),
        ({"elasticity": 0.0}, DataError, "elasticity must be above 0"),
        ({"elasticity": np.nan}, DataError, "elasticity must be above 0"),
        ({"productivity": [1.0, -1.0]}, DataError, "'productivity' of region 1"),
        ({"closure": "none"}, DataError, "Give one of 'fixed', 'share'"),
        ({"closure": "share", "deficit": [-1.5, 1.5]}, DataError, "Spending of region 0 before is not above zero"),
        ({"start": [0.0]}, DataError, "start has shape"),
    ],
)
def test_refusals(change, error, says):
    given = {"share": np.full((2, 2), 0.5), "output": [1.0, 1.0], "deficit": [0.0, 0.0], "elasticity": 4.0}
    with pytest.raises(error, match=says):
        armington.solve(**(given | change))


def test_what_is_not_solved_is_not_returned():
    share, Y, D = economy(1, 4)
    here = one_sector.Market(share, 4.0, Y, D, None, None)
    with pytest.raises(NotConverged, match="sales and output differ by"):
        armington._out(here, here.at(np.array([0.1, 0, 0, 0])), 1)


def test_connected_markets():
    ring = np.roll(np.eye(200), 1, axis=1)
    assert market.connected(ring)
    ring[7, 8] = 0
    assert not market.connected(ring)
    assert [len(part) for part in market.markets(ring)] == [200]


def test_arrays_of_jax_give_the_same():
    pytest.importorskip("jax")
    code = """
import jax; jax.config.update("jax_enable_x64", True)
import numpy as np
from hansa.equilibrium import armington, balance
from tests.unit.equilibrium.test_armington import economy, shock
for n, closure in ((12, "fixed"), (60, "share")):
    share, Y, D = economy(2, n); reach = shock(2, n, 5.0)
    one = armington.solve(share, Y, D, 5.0, reach=reach, closure=closure)
    other = armington.solve(jax.numpy.asarray(share), Y, D, 5.0, reach=jax.numpy.asarray(reach), closure=closure)
    np.testing.assert_allclose(other.wage_hat, one.wage_hat, rtol=1e-9)
    np.testing.assert_allclose(np.asarray(other.flow), one.flow, rtol=1e-9)
    assert type(other.flow).__module__.startswith("jax")
    table = balance.fit_margins(reach, Y, Y)
    placed = balance.fit_margins(jax.numpy.asarray(reach), Y, Y)
    np.testing.assert_allclose(np.asarray(placed.table), table.table, rtol=1e-9, atol=1e-9 * Y.min())
"""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, env=os.environ, check=False
    )
    assert done.returncode == 0, done.stderr
