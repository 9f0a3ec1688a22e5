"""Counterfactuals against closed forms and laws of the field, worked out here by hand and not by our solvers."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from hansa.equilibrium import Economy, caliendo_parro, decomposition, simulate
from hansa.scenario import Barrier, Closure, Deficit, Productivity, Scenario, Tariff, TradeCost, Where

MODELS = ("armington", "caliendo-parro")
CHEAPER = Scenario("cheaper", (TradeCost(Where("A", "B", both=True), 0.8),))
CLOSED = Scenario("closed", (Closure(Where()),))


def world(flow, *, regions="ABCDEF", theta=4.0, **more) -> Economy:
    """One sector, from a table of flows."""
    n = len(flow)
    pairs = [(i, j) for i in range(n) for j in range(n)]
    rows = {
        "origin": [regions[i] for i, _ in pairs],
        "destination": [regions[j] for _, j in pairs],
        "value": [float(flow[i][j]) for i, j in pairs],
    }
    return Economy.from_flows(rows, elasticity=theta, **more)


def linked(seed: int, n: int = 3, J: int = 3, *, tariff: bool = True) -> Economy:
    """Sectors that use each other's goods, without deficits."""
    rng = np.random.default_rng(seed)
    share = rng.random((J, n, n)) + 2 * np.eye(n)
    inputs = rng.dirichlet(np.ones(J + 1), (J, n)).transpose(2, 0, 1)
    rate = rng.random((J, n, n)) * (1 - np.eye(n)) * 0.3 if tariff else None
    return Economy.from_shares(
        share / share.sum(1, keepdims=True),
        regions=list("ABCDEF"[:n]),
        sectors=[f"s{k}" for k in range(J)],
        wage_income=rng.random(n) + 0.5,
        elasticity=rng.uniform(2, 9, J),
        final=rng.dirichlet(np.ones(J), n).T,
        inputs=inputs[:J],
        value_added=inputs[J],
        tariff=rate,
    )


@pytest.mark.parametrize("model", MODELS)
def test_two_alike_gain_as_the_price_of_imports_falls(model: str) -> None:
    after = simulate(world([[70, 30], [30, 70]]), CHEAPER, model=model)
    assert after.real_income_hat == pytest.approx((0.7 + 0.3 * 0.8**-4.0) ** (1 / 4), rel=1e-12)


def test_a_tariff_between_two_alike_by_hand() -> None:
    """P^-theta = h + m (1+t)^-theta; the share of imports is m (1+t)^-theta P^theta; revenue is spent."""
    after = simulate(world([[70, 30], [30, 70]]), Scenario("wall", (Tariff(Where(), rate=0.25),)))
    power = 0.7 + 0.3 * 1.25**-4.0
    imported = 0.3 * 1.25**-4.0 / power
    income = 1 / (1 - 0.2 * imported)
    assert after.real_income_hat == pytest.approx(income * power ** (1 / 4), rel=1e-11)
    assert after.after.revenue == pytest.approx(0.2 * imported * income * 100, rel=1e-11)
    assert after.after.wage_hat == pytest.approx(1, rel=1e-12)


@pytest.mark.parametrize("seed", range(4))
def test_autarky_with_inputs_and_tariffs_is_the_formula_of_the_literature(seed: int) -> None:
    """Costinot and Rodriguez-Clare 2014, Handbook of International Economics 4, equation 28, with revenue lost.

    ln(P/w) = -(1 - g')^-1 ln(home share) / theta by sector; real income is (wL / I) exp(-alpha ln(P/w)).
    """
    economy = linked(seed)
    after = simulate(economy, CLOSED)
    for n in range(3):
        push = -np.log(economy.share[:, n, n]) / economy.elasticity
        price = np.linalg.solve(np.eye(3) - economy.inputs[:, :, n].T, push)
        revenue = ((economy.flow[:, :, n] * economy.tariff[:, :, n]).sum()) / economy.wage_income[n]
        assert after.real_income_hat[n] == pytest.approx(np.exp(-economy.final[:, n] @ price) / (1 + revenue), rel=1e-9)
    assert after.after.revenue == pytest.approx(0, abs=1e-12)
    assert after.after.exports == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize("seed", range(3))
def test_productivity_of_a_closed_world_goes_through_all_its_inputs(seed: int) -> None:
    economy = linked(seed, n=1, tariff=False)
    after = simulate(economy, Scenario("twice", (Productivity("A", factor=2.0),)))
    rounds = np.linalg.solve(np.eye(3) - economy.inputs[:, :, 0].T, np.full(3, np.log(2)))
    assert after.real_income_hat[0] == pytest.approx(np.exp(economy.final[:, 0] @ rounds), rel=1e-10)


def test_labour_alone_in_a_closed_world_doubles_real_income() -> None:
    after = simulate(world([[5.0]]), Scenario("twice", (Productivity("A", factor=2.0),)))
    assert after.real_income_hat == pytest.approx([2.0], rel=1e-14)


def test_next_to_no_substitution_is_cobb_douglas() -> None:
    """With theta near zero shares stay, so nominal trade stays, and prices move by shares of cost."""
    economy = world([[70, 30], [30, 70]], theta=1e-7)
    after = simulate(economy, CHEAPER)
    assert after.terms(np.arange(2), np.arange(2)).after[0] == pytest.approx(economy.flow[0], rel=1e-6)
    assert after.real_income_hat == pytest.approx(0.8**-0.3, rel=1e-6)


@pytest.mark.parametrize("model", MODELS)
def test_two_halves_of_a_region_fare_as_the_whole(model: str) -> None:
    whole = world([[80, 20], [30, 170]])
    halves = world([[80, 10, 10], [15, 42.5, 42.5], [15, 42.5, 42.5]])
    one = simulate(whole, Scenario("x", (Barrier(Where("A", "B", both=True), 0.2),)), model=model)
    two = simulate(halves, Scenario("x", (Barrier(Where("A", ("B", "C"), both=True), 0.2),)), model=model)
    assert two.real_income_hat == pytest.approx(one.real_income_hat[[0, 1, 1]], rel=1e-11)
    assert halves.regroup({"B": "G", "C": "G"}).flow[0] == pytest.approx(whole.flow[0])


def test_a_small_region_gains_most_from_a_tariff_of_one_over_theta() -> None:
    """Gros 1987, Journal of International Economics 23: the optimum tariff of a small region is 1 / (sigma - 1)."""
    economy = world([[0.8, 0.2], [0.2, 9999.8]], theta=4.0)

    def gain(rate: float) -> float:
        return float(simulate(economy, Scenario("t", (Tariff(Where("B", "A"), rate=rate),))).real_income_hat[0])

    assert gain(0.02) > 1
    assert gain(0.25) > max(gain(0.22), gain(0.28))
    assert gain(3.0) < 1


def test_a_tariff_hurts_the_partner_and_the_world() -> None:
    economy = world([[80, 20], [20, 80]])
    after = simulate(economy, Scenario("t", (Tariff(Where("B", "A"), rate=0.1),)))
    gains = (after.real_income_hat - 1) * after.before.income
    assert gains[0] > 0 > gains[1]
    assert gains.sum() < 0


def test_a_transfer_moves_no_prices_where_all_buy_alike() -> None:
    """Ohlin's case: with the same shares everywhere a transfer changes who spends, not on what."""
    economy = world([[40, 60], [60, 90]])
    after = simulate(economy, Scenario("aid", (Deficit("A", value=10.0),)))
    assert after.after.wage_hat == pytest.approx(1, rel=1e-10)
    assert after.real_income_hat == pytest.approx([1.1, 1 - 10 / 150], rel=1e-10)


def test_a_transfer_worsens_the_terms_of_trade_of_who_pays_where_all_prefer_home() -> None:
    """Keynes's case: a secondary burden."""
    economy = world([[80, 20], [20, 80]])
    after = simulate(economy, Scenario("aid", (Deficit("A", value=5.0),)))
    assert after.after.wage_hat[0] > 1 > after.after.wage_hat[1]
    assert after.real_income_hat[0] - 1 > 0.05
    assert after.real_income_hat[1] - 1 < -0.05


def test_productivity_is_cheaper_delivery_everywhere_home_included() -> None:
    """A_hat of an origin is the same as cost 1 / A_hat to every destination; by the solver of numbers."""
    share = np.array([[[0.8, 0.3], [0.2, 0.7]]])
    one, none = np.ones((1, 2)), np.zeros((1, 2, 2))
    model = caliendo_parro.Model(share, none, None, one, one, np.array([5.0]), np.ones(2), np.zeros(2), one)
    made = caliendo_parro.solve(model, productivity=np.array([[1.3, 1.0]]))
    sent = caliendo_parro.solve(model, reach=np.array([[[1.3**5] * 2, [1.0] * 2]]))
    assert made.wage_hat == pytest.approx(sent.wage_hat, rel=1e-10)
    assert made.price_hat == pytest.approx(sent.price_hat, rel=1e-10)


@pytest.mark.parametrize("unit", [1e-12, 1e-3, 1e9, 1e15])
@pytest.mark.parametrize("model", MODELS)
def test_the_unit_of_money_does_not_matter(model: str, unit: float) -> None:
    flow = np.array([[70.0, 20.0, 5.0], [10.0, 90.0, 8.0], [7.0, 3.0, 40.0]])
    plain, scaled = (simulate(world(flow * by), CHEAPER, model=model) for by in (1.0, unit))
    assert scaled.real_income_hat == pytest.approx(plain.real_income_hat, rel=1e-9)
    assert scaled.after.exports / unit == pytest.approx(plain.after.exports, rel=1e-9)


@pytest.mark.parametrize("seed", range(3))
def test_accounts_of_a_world_with_tariffs_add_up(seed: int) -> None:
    """Revenue is t x flow; income is value added, revenue and deficit; imports less exports are the deficit."""
    economy = linked(seed)
    after = simulate(economy, Scenario("t", (Tariff(Where("A", "B"), rate=0.4), TradeCost(Where("C"), 0.9))))
    everyone = np.arange(3)
    flow, rate = after.terms(everyone, everyone).after, after.shock.tariff
    assert after.after.revenue == pytest.approx((flow * rate).sum((0, 1)), rel=1e-8)
    value_added = after.after.wage_hat * economy.wage_income
    assert after.after.income == pytest.approx(value_added + after.after.revenue + economy.deficit, rel=1e-9)
    assert (economy.value_added * flow.sum(2)).sum(0) == pytest.approx(value_added, rel=1e-8)
    assert after.after.imports - after.after.exports == pytest.approx(economy.deficit, abs=1e-9)
    assert value_added.sum() == pytest.approx(economy.wage_income.sum(), rel=1e-12)


def test_a_wall_of_tariffs_is_autarky() -> None:
    economy = linked(5, tariff=False)
    wall = simulate(economy, Scenario("wall", (Tariff(Where(), rate=1e9),)))
    assert wall.real_income_hat == pytest.approx(simulate(economy, CLOSED).real_income_hat, rel=1e-6)


def test_the_decomposition_is_what_many_small_steps_give() -> None:
    """The differential of the docstring, summed by the trapezoid rule over forty steps, in logs of real income."""
    e, steps = linked(0), 40
    rng = np.random.default_rng(0)
    abroad = 1 - np.eye(3)
    reach, rate = np.exp(rng.normal(0, 0.4, (3, 3, 3)) * abroad), 0.2 * e.tariff + 0.05 * abroad
    better, owed = np.exp(rng.normal(0, 0.1, (3, 3))), np.array([0.03, -0.01, -0.02])
    model = caliendo_parro.Model(
        e.share, e.tariff, e.inputs, e.value_added, e.final, e.elasticity, e.wage_income, e.deficit, e.spending
    )

    def state(s: float) -> tuple[np.ndarray, caliendo_parro.Solution]:
        tariff = (1 + e.tariff) ** (1 - s) * (1 + rate) ** s - 1
        deficit = s * owed + (1 - s) * e.deficit
        return tariff, caliendo_parro.solve(
            replace(model, deficit=deficit), reach=reach**s, tariff=tariff, productivity=better**s
        )

    states = [state(s) for s in np.linspace(0, 1, steps + 1)]
    total = np.zeros((5, 3))
    for (before, a), (after, b) in pairwise(states):
        flow, tariff, output = (a.flow + b.flow) / 2, (before + after) / 2, (a.output + b.output) / 2
        cost, grown = np.log(b.cost_hat / a.cost_hat), np.log(b.flow / a.flow)
        terms = [
            (output * cost).sum(0) - np.einsum("kin,ki->n", flow, cost),
            (tariff * flow * (grown - cost[:, :, None])).sum((0, 1)),
            ((1 + tariff) * flow * np.log(reach) / e.elasticity[:, None, None]).sum((0, 1)) / steps,
            (output * np.log(better)).sum(0) / steps,
            (owed - e.deficit) / steps,
        ]
        total += np.array(terms) / ((a.income + b.income) / 2)
    path = decomposition.along_path(model, reach=reach, tariff=rate, productivity=better, deficit=owed)
    per_log = np.log1p(path.real_income) / path.real_income
    found = [path.terms_of_trade, path.volume, path.trade_cost, path.productivity, path.deficit]
    assert np.array(found) * per_log == pytest.approx(total, abs=1e-4)
    assert total.sum(0) == pytest.approx(np.log1p(path.real_income), abs=1e-4)


def test_blocs_that_are_cut_apart_fare_alike_in_both_models() -> None:
    """Each bloc keeps its own numeraire, in which its deficits are held: nothing of the other matters to it."""
    flow = [[80, 25, 5, 5], [10, 90, 5, 5], [5, 5, 60, 20], [5, 5, 10, 70]]
    cut = Scenario("cut", (Closure(Where(("A", "B"), ("C", "D"), both=True)), TradeCost(Where("A", "B"), 0.9)))
    one, other = (simulate(world(flow), cut, model=model) for model in MODELS)
    assert other.after.wage_hat == pytest.approx(one.after.wage_hat, rel=1e-9)
    assert other.real_income_hat == pytest.approx(one.real_income_hat, rel=1e-9)
    made = one.economy.wage_income[:2]
    assert (one.after.wage_hat[:2] * made).sum() == pytest.approx(made.sum())
