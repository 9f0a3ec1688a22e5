"""Laws of general equilibrium on random economies, for both models."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from hansa.equilibrium.economy import Economy
from hansa.equilibrium.shock import Shock
from hansa.equilibrium.simulation import simulate, solve
from hansa.scenario import Closure, Productivity, Scenario, Tariff, TradeCost, Where
from tests.properties.strategies import economies

FEW = settings(max_examples=25)
KINDS = {"armington": economies(), "sectors": economies(3), "caliendo-parro": economies(3, full=True)}
each_kind = pytest.mark.parametrize("kind", KINDS)
factors = st.floats(0.7, 1.4).filter(lambda x: abs(x - 1) > 1e-3)


def change(economy: Economy, factor: float) -> Scenario:
    """Something of everything that holds in every model."""
    ends = economy.regions[0], economy.regions[1:3]
    changes = (
        TradeCost(Where(ends[0], ends[1], both=True), factor),
        Productivity(economy.regions[1], factor=1 / factor),
    )
    return Scenario("some", changes)


@each_kind
@FEW
@given(st.data())
def test_no_shock_changes_nothing(kind, data):
    economy = data.draw(KINDS[kind])
    model = "armington" if kind == "armington" else "caliendo-parro"
    out = solve(economy, Shock(), model=model)
    assert_allclose(out.wage_hat, 1, atol=1e-9)
    assert_allclose(out.price_hat, 1, atol=1e-9)
    assert_allclose(out.output, economy.output, rtol=1e-8, atol=1e-9 * economy.output.max())


@FEW
@given(economies(deficits=False), factors)
def test_real_income_is_the_own_share_to_the_power_of_minus_one_over_theta(economy, factor):
    """Arkolakis, Costinot and Rodriguez-Clare 2012, American Economic Review 102(1), equation 1: balanced trade."""
    scenario = Scenario("cost", (TradeCost(Where(economy.regions[0], both=True), factor),))
    for model in ("armington", "caliendo-parro"):
        after = simulate(economy, scenario, model=model)
        own = np.arange(len(economy.regions))
        share = after.after.home[0] / after.after.spending[0] / economy.share[0, own, own]
        assert_allclose(after.real_income_hat, share ** (-1 / economy.elasticity[0]), rtol=1e-8)


@FEW
@given(economies(deficits=False))
def test_autarky(economy):
    everything = Scenario("autarky", (Closure(Where()),))
    after = simulate(economy, everything)
    assert_allclose(after.real_income_hat, np.diag(economy.share[0]) ** (1 / economy.elasticity[0]), rtol=1e-8)
    assert_allclose(after.after.exports, 0, atol=1e-9 * economy.output.max())


@each_kind
@FEW
@given(st.data())
def test_the_currency_does_not_matter(kind, data):
    economy, factor, unit = data.draw(KINDS[kind]), data.draw(factors), data.draw(st.sampled_from([1e-6, 0.37, 1e6]))
    money = {name: unit * getattr(economy, name) for name in ("wage_income", "deficit", "spending")}
    one = simulate(economy, change(economy, factor))
    other = simulate(replace(economy, **money), change(economy, factor))
    assert_allclose(other.real_income_hat, one.real_income_hat, rtol=1e-8)
    assert_allclose(other.outcome.output, unit * one.outcome.output, rtol=1e-7, atol=1e-9 * unit * economy.output.max())


@each_kind
@FEW
@given(st.data())
def test_the_order_of_regions_does_not_matter(kind, data):
    economy, factor = data.draw(KINDS[kind]), data.draw(factors)
    order = np.array(data.draw(st.permutations(range(len(economy.regions)))))
    turned = replace(
        economy,
        regions=tuple(economy.regions[place] for place in order),
        inputs=None if economy.inputs is None else economy.inputs[:, :, order],
        **{name: getattr(economy, name)[:, order][:, :, order] for name in ("share", "tariff")},
        **{name: getattr(economy, name)[:, order] for name in ("value_added", "final", "spending")},
        **{name: getattr(economy, name)[order] for name in ("wage_income", "deficit")},
    )
    one = simulate(economy, change(economy, factor))
    assert_allclose(simulate(turned, change(economy, factor)).real_income_hat, one.real_income_hat[order], rtol=1e-8)


@each_kind
@FEW
@given(st.data())
def test_what_is_bought_is_sold_and_pairs_sum_to_totals(kind, data):
    economy, factor = data.draw(KINDS[kind]), data.draw(factors)
    after = simulate(economy, change(economy, factor))
    everyone = np.arange(len(economy.regions))
    terms = after.terms(everyone, everyone)
    scale = economy.output.max()
    assert after.walras <= 1e-10
    assert after.residual <= 1e-9
    assert_allclose(terms.share_after.sum(1), np.ones_like(after.after.spending), rtol=1e-8)
    for flow, told in ((terms.before, after.before), (terms.after, after.after)):
        abroad = flow.sum(0) - np.diag(np.diag(flow.sum(0)))
        assert_allclose(flow.sum(2), told.output, atol=1e-8 * scale)
        assert_allclose(abroad.sum(1), told.exports, atol=1e-8 * scale)
        assert_allclose(abroad.sum(0), told.imports, atol=1e-8 * scale)
        assert_allclose(flow[:, everyone, everyone], told.home, atol=1e-8 * scale)
    assert_allclose(after.after.imports - after.after.exports, economy.deficit, atol=1e-7 * scale)
    assert_allclose(after.before.revenue, (terms.before * economy.tariff).sum((0, 1)), atol=1e-8 * scale)
    earned = after.outcome.wage_hat * economy.wage_income
    assert_allclose(after.after.income, earned + after.after.revenue + economy.deficit, rtol=1e-8)


@each_kind
@FEW
@given(st.data())
def test_reasons_for_the_change_of_a_pair_add_up(kind, data):
    economy, factor = data.draw(KINDS[kind]), data.draw(factors)
    scenario = change(economy, factor)
    if kind == "caliendo-parro":
        scenario = scenario.plus(Scenario("duty", (Tariff(Where(destination=economy.regions[2]), points=0.05),)))
    after = simulate(economy, scenario)
    for row in after.diversion(economy.regions[0], economy.regions[1]).rows():
        parts = ("own_cost", "tariff", "own_weight", "competitors", "spending", "source_cost")
        size = 1 if row["measure"] == "log" else row["before"] + row["after"]
        assert_allclose(sum(row[part] for part in parts), row["total"], atol=1e-8 * size)


@FEW
@given(economies(), factors)
def test_both_models_agree_on_one_sector(economy, factor):
    one = simulate(economy, change(economy, factor))
    other = simulate(economy, change(economy, factor), model="caliendo-parro")
    assert_allclose(other.real_income_hat, one.real_income_hat, rtol=1e-8)
    assert_allclose(other.outcome.wage_hat, one.outcome.wage_hat, rtol=1e-8)
