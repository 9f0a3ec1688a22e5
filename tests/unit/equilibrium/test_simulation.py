"""Which model and closure answers, and equilibria that can be solved by hand."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow.compute as pc
import pytest
from numpy.testing import assert_allclose

import hansa.sample
from hansa.dense import dense
from hansa.equilibrium import baseline
from hansa.equilibrium import shock as shocks
from hansa.equilibrium.economy import Economy
from hansa.equilibrium.simulation import simulate, solve
from hansa.errors import DataError, NotIdentified, UnknownCode
from hansa.scenario import Closure, Deficit, Productivity, Scenario, Tariff, TradeCost, TradeEffect, Where

THETA = 4.0
BRIDGE = Scenario("bridge", (TradeCost(Where("A", "B", both=True), 0.9),))


def twins(*, home: float = 80.0, deficit: float = 0.0, inputs: float = 0.0, tariff: float = 0.0) -> Economy:
    """Two equal regions that buy a fifth from each other."""
    share = np.array([[home, 100 - home], [100 - home, home]]) / 100
    about = {"tariff": np.array([[0, tariff], [tariff, 0]])[None]} if tariff else {}
    if inputs:
        about |= {"inputs": np.full((1, 1, 2), inputs), "value_added": np.full((1, 2), 1 - inputs)}
    return Economy.from_shares(
        share, regions=("A", "B"), wage_income=[100.0, 100.0], elasticity=THETA, deficit=[deficit, -deficit], **about
    )


def test_the_price_index_by_hand():
    after = simulate(twins(), BRIDGE)
    assert after.model == "armington"
    assert_allclose(after.real_income_hat, (0.8 + 0.2 * 0.9**-THETA) ** (1 / THETA), rtol=1e-10)
    assert_allclose(after.outcome.wage_hat, 1, rtol=1e-10)


def test_productivity_everywhere_is_real_income():
    after = simulate(twins(), Scenario("p", (Productivity((), factor=1.25),)))
    assert_allclose(after.real_income_hat, 1.25, rtol=1e-10)


def test_inputs_multiply_what_trade_costs_do():
    after = simulate(twins(inputs=0.5), BRIDGE)
    assert after.model == "caliendo-parro"
    assert_allclose(after.real_income_hat, (0.8 + 0.2 * 0.9**-THETA) ** (1 / THETA / 0.5), rtol=1e-9)


def test_a_tariff_raises_revenue_and_prices():
    after = simulate(twins(), Scenario("t", (Tariff(Where(), rate=0.2),)))
    power = 0.8 + 0.2 * 1.2**-THETA  # P^-theta; wages are equal
    imported = 0.2 * 1.2**-THETA / power
    income = 1 / (1 - imported * 0.2 / 1.2)
    assert after.model == "caliendo-parro"
    assert_allclose(after.real_income_hat, income * power ** (1 / THETA), rtol=1e-9)
    assert_allclose(after.after.revenue, 100 * (income - 1), rtol=1e-8)


def test_an_effect_needs_no_elasticity_for_trade():
    after = simulate(twins(), Scenario("e", (TradeEffect(Where(), np.log(2.0)),)))
    assert_allclose(after.trade("A", "B").rows()[0]["after"], 100 * 0.4 / 1.2, rtol=1e-9)


# ---- closures -------------------------------------------------------------------------------------------------------
def test_fixed_deficits_stay_in_units_of_the_numeraire():
    after = simulate(twins(deficit=10.0), BRIDGE)
    assert_allclose(after.after.imports - after.after.exports, [10, -10], atol=1e-8)
    assert_allclose(after.outcome.output.sum(), after.economy.output.sum(), rtol=1e-12)


def test_zero_balances_before_and_after_and_the_result_is_the_own_share():
    world = twins(deficit=10.0)
    after = simulate(world, BRIDGE, deficit="zero")
    assert_allclose(after.before.imports, after.before.exports, rtol=1e-9)
    assert_allclose(after.after.imports, after.after.exports, rtol=1e-8)
    assert_allclose(after.real_income_hat, (0.8 + 0.2 * 0.9**-THETA) ** (1 / THETA), rtol=1e-9)  # twins again
    assert simulate(world, BRIDGE, deficit="zero").economy is after.economy  # settled once


def test_share_keeps_spending_in_proportion():
    after = simulate(twins(deficit=10.0), BRIDGE, deficit="share")
    ratio = after.outcome.spending / after.outcome.output / (after.economy.spending / after.economy.output)
    assert_allclose(ratio, ratio[0, 0], rtol=1e-10)
    assert_allclose(after.outcome.spending.sum(), after.outcome.output.sum(), rtol=1e-10)


def test_deficits_of_the_scenario():
    after = simulate(twins(), Scenario("d", (Deficit("A", value=5.0),)))
    assert_allclose(after.after.imports - after.after.exports, [5, -5], atol=1e-8)
    for closure in ("zero", "share"):
        with pytest.raises(DataError, match="the closure .* sets them too"):
            simulate(twins(), Scenario("d", (Deficit("A", value=5.0),)), deficit=closure)


def test_what_does_not_fit_is_refused():
    with pytest.raises(DataError, match="'fix' is no closure. Give one of 'fixed', 'zero', 'share'"):
        simulate(twins(), BRIDGE, deficit="fix")
    with pytest.raises(DataError, match="'ek' is no model. Give one of 'armington'"):
        simulate(twins(), BRIDGE, model="ek")
    for world, why in ((twins(inputs=0.3), "has inputs"), (twins(tariff=0.1), "has tariffs")):
        with pytest.raises(DataError, match=f"model='armington' has one sector.*{why}"):
            simulate(world, BRIDGE, model="armington")
    with pytest.raises(DataError, match="the scenario changes tariffs"):
        simulate(twins(), Scenario("t", (Tariff(Where(), rate=0.2),)), model="armington")
    with pytest.raises(DataError, match="deficit='share' is a closure of model='armington' alone"):
        simulate(twins(tariff=0.1), BRIDGE, deficit="share")
    with pytest.raises(UnknownCode, match="'C' is no known region of the economy"):
        simulate(twins(), Scenario("c", (Closure(Where("C", "A")),)))


def test_a_region_without_any_supplier_is_refused():
    share = np.array([[0.0, 0.5], [1.0, 0.5]])
    world = Economy.from_shares(share, regions=("A", "B"), wage_income=[100.0, 100.0], elasticity=THETA)
    with pytest.raises(NotIdentified, match="supplier"):
        simulate(world, Scenario("shut", (Closure(Where("B", "A")),)))


# ---- the conditional equilibrium ------------------------------------------------------------------------------------
def test_conditional_keeps_output_and_spending():
    """Equal regions: the cross ratio of trade, (x_AB x_BA) / (x_AA x_BB), is multiplied by the square of the effect."""
    after = simulate(twins(), Scenario("e", (TradeEffect(Where(), np.log(2.0)),)), model="conditional")
    trade = after.terms(np.arange(2), np.arange(2)).after[0]
    assert_allclose(trade.sum(0), [100, 100], rtol=1e-10)
    assert_allclose(trade.sum(1), [100, 100], rtol=1e-10)
    assert_allclose(trade[0, 1] / trade[0, 0], 2 * 0.2 / 0.8, rtol=1e-9)
    assert "real_income" not in after.regions().to_arrow().column_names
    with pytest.raises(NotIdentified, match="says nothing of real income"):
        after.compensation()
    with pytest.raises(DataError, match="holds output and spending"):
        simulate(twins(), Scenario("p", (Productivity("A", factor=2.0),)), model="conditional")


# ---- how it is solved -----------------------------------------------------------------------------------------------
def test_a_warm_start_gives_the_same_and_sooner():
    for world in (twins(deficit=10.0), twins(deficit=5.0, tariff=0.1, inputs=0.4)):
        cold = simulate(world, BRIDGE)
        warm = simulate(world, BRIDGE, start=cold)
        assert_allclose(warm.real_income_hat, cold.real_income_hat, rtol=1e-10)
        assert warm.outcome.steps < cold.outcome.steps


def test_jax_gives_the_same():
    jax = pytest.importorskip("jax")
    jax.config.update("jax_enable_x64", True)
    for world in (twins(deficit=10.0), twins(deficit=5.0, tariff=0.1, inputs=0.4)):
        one, other = simulate(world, BRIDGE), simulate(world, BRIDGE, arrays="jax")
        assert_allclose(other.real_income_hat, one.real_income_hat, rtol=1e-9)
        assert str(other.regions())


def test_solving_many_times_with_other_elasticities():
    world = twins()
    shock = shocks.compile(world, BRIDGE)
    for theta in (2.0, 8.0):
        out = solve(world, shock, model="armington", elasticity=np.array([theta]))
        assert_allclose(1 / out.price_hat, (0.8 + 0.2 * 0.9**-theta) ** (1 / theta), rtol=1e-10)


# ---- the truth of the sample world ----------------------------------------------------------------------------------
@pytest.fixture(scope="module")
def truth(tmp_path_factory):
    folder = tmp_path_factory.mktemp("sample") / "world"
    hansa.sample.build(folder)
    return hansa.sample.truth(folder)


def test_the_scenario_of_the_sample_world_is_solved_as_its_generator_solved_it(truth, tmp_path: Path):
    """The noise-free last year and a TOML file against the generator's own fixed point."""
    regions = sorted(truth["scenario_region"]["region"].to_pylist())
    sectors = truth["product"]["product"].to_pylist()
    axes, labels = ("product", "origin", "destination"), [sectors, regions, regions]
    flow, flow_after = (
        dense(truth["scenario_flow"], axes, value, labels, missing=0.0) for value in ("before", "after")
    )
    tariff = truth["tariff"].filter(pc.equal(truth["tariff"]["period"], "2022"))
    rate = dense(tariff, axes, "value", labels, missing=0.0)
    b = baseline.from_flows(flow.copy(), rate, truth["product"]["elasticity"].to_numpy())
    world = Economy(
        tuple(regions), tuple(sectors), b.share, b.tariff, b.value_added, b.inputs, b.final, b.elasticity,
        b.wage_income, b.deficit, b.spending, period="2022", elasticity_source="parameters of the sample world",
    )  # fmt: skip
    path = tmp_path / "bridge.toml"
    path.write_text(
        '[[change]]\nkind = "trade_cost"\norigin = "XBR"\ndestination = "XKA"\nboth = true\nfactor = 0.9\n',
        encoding="utf-8",
    )
    after = simulate(world, Scenario.read(path))
    rows = {row["region"]: row for row in truth["scenario_region"].to_pylist()}
    known = {name: np.array([rows[code][name] for code in regions]) for name in rows["XBR"] if name != "region"}
    assert_allclose(after.real_income_hat, known["welfare_hat"], rtol=1e-8)
    assert_allclose(after.outcome.wage_hat, known["wage_hat"], rtol=1e-8)
    assert_allclose(after.outcome.price_hat, known["price_hat"], rtol=1e-8)
    assert_allclose(after.before.output.sum(0), known["output_before"], rtol=1e-8)
    assert_allclose(after.after.output.sum(0), known["output_after"], rtol=1e-8)
    assert_allclose(after.before.revenue, known["tariff_revenue_before"], rtol=1e-8, atol=1)
    assert_allclose(after.after.revenue, known["tariff_revenue_after"], rtol=1e-8, atol=1)
    everyone = np.arange(len(regions))
    assert_allclose(after.terms(everyone, everyone).after, flow_after, rtol=1e-8)
