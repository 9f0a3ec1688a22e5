"""Equilibrium with many sectors, inputs and tariffs."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest

import hansa.sample
from hansa.equilibrium import caliendo_parro
from hansa.equilibrium.caliendo_parro import Model, solve
from hansa.errors import DataError, NotConverged, NotIdentified


def random_model(seed: int = 0, J: int = 3, n: int = 5, alone: bool = False, deficits: float = 0.05) -> Model:
    """An economy that is not yet in balance: shares are trusted, levels are found."""
    random = np.random.default_rng(seed)
    income = np.exp(random.normal(size=n))
    share = income[None, :, None] * np.exp(random.normal(size=(J, n, n)))
    share[:, np.arange(n), np.arange(n)] *= 20
    share /= share.sum(1, keepdims=True)
    value_added = np.ones((J, n)) if alone else random.uniform(0.3, 0.7, (J, n))
    inputs = random.gamma(0.5, size=(J, J, n))
    inputs *= (1 - value_added) / inputs.sum(0)
    deficit = deficits * income * random.normal(size=n)
    final = random.dirichlet(np.ones(J), n).T
    return Model(
        share=share,
        tariff=random.uniform(0, 0.3, (J, n, n)) * (1 - np.eye(n)),
        inputs=None if alone else inputs,
        value_added=value_added,
        final=final,
        elasticity=random.uniform(2, 9, J),
        wage_income=income,
        deficit=deficit - income * deficit.sum() / income.sum(),
        spending=2 * final * income,
    )


def settled(model: Model) -> Model:
    """The same economy, in balance."""
    found = solve(model, tolerance=1e-13)
    return replace(model, share=found.share, wage_income=found.wage_hat * model.wage_income, spending=found.spending)


BOTH = pytest.mark.parametrize("alone", [True, False], ids=["labour alone", "inputs"])


@BOTH
def test_nothing_changes_without_a_shock(alone):
    model = settled(random_model(alone=alone))
    found = solve(model)
    for hat in (found.wage_hat, found.cost_hat, found.price_hat, found.consumer_price_hat):
        assert np.allclose(hat, 1, rtol=0, atol=1e-10)
    assert np.allclose(found.spending, model.spending)
    assert found.residual <= 1e-9
    assert found.walras <= 1e-10


def test_autarky_costs_what_the_own_share_says():
    """Welfare is the share of home to the power -1/theta, by sector: Costinot and Rodriguez-Clare 2014, equation 29."""
    model = replace(random_model(deficits=0.0), tariff=np.zeros((3, 5, 5)))
    home = settled(model).share[:, range(5), range(5)]
    found = solve(settled(model), reach=np.broadcast_to(np.eye(5), (3, 5, 5)).copy())
    # real wage: prod_j prod_k (home_k^(-1/theta_k))^(final_j * leontief_kj), with home after of one
    welfare = np.ones(5)
    for n in range(5):
        leontief = np.linalg.inv(np.eye(3) - model.inputs[:, :, n])
        weights = leontief @ model.final[:, n]
        welfare[n] = np.prod(home[:, n] ** (weights / model.elasticity))
    assert np.allclose(found.wage_hat / found.consumer_price_hat, welfare, rtol=1e-9)


def test_two_regions_alike_stay_alike():
    """By hand: costs of 0.9 between them leave wages at one, and prices at (0.8 + 0.2 * 0.9^-4)^(-1/4)."""
    share = np.array([[[0.8, 0.2], [0.2, 0.8]]])
    one, nothing = np.ones((1, 2)), np.zeros((1, 2, 2))
    model = Model(share, nothing, None, one, one, np.array([4.0]), np.ones(2), np.zeros(2), one)
    reach = np.where(np.eye(2) > 0, 1.0, 0.9**-4.0)[None]
    found = solve(model, reach=reach)
    price = (0.8 + 0.2 * 0.9**-4) ** (-1 / 4)
    assert np.allclose(found.wage_hat, 1, rtol=0, atol=1e-11)
    assert np.allclose(found.price_hat, price, rtol=1e-11)
    assert np.allclose(found.share[0, 0, 1], 0.2 * 0.9**-4 * price**4, rtol=1e-10)


def test_tariff_revenue_is_spent():
    """Two regions alike, tariffs of 25 % on each other's goods: revenue is a fifth of spending on imports."""
    share = np.array([[[0.8, 0.2], [0.2, 0.8]]])
    one, nothing = np.ones((1, 2)), np.zeros((1, 2, 2))
    model = Model(share, nothing, None, one, one, np.array([4.0]), np.ones(2), np.zeros(2), one)
    found = solve(model, tariff=0.25 * (1 - np.eye(2))[None])
    imports = 0.2 * 1.25**-4 / (0.8 + 0.2 * 1.25**-4)
    assert np.allclose(found.income, 1 / (1 - imports * 0.25 / 1.25), rtol=1e-10)
    assert np.allclose(found.revenue, found.income - 1, rtol=1e-9)


@BOTH
def test_all_that_is_bought_is_sold_and_paid(alone):
    model = random_model(3, alone=alone)
    found = solve(model, tariff=model.tariff * 0.5)
    flow = found.flow
    assert np.allclose(found.share.sum(1), 1)
    assert np.allclose(flow.sum(2), found.output)
    assert np.allclose((flow * (1 + 0.5 * model.tariff)).sum(1), found.spending)
    assert np.allclose(flow.sum((0, 1)) - flow.sum((0, 2)), model.deficit)
    assert np.allclose((0.5 * model.tariff * flow).sum((0, 1)), found.revenue)
    assert np.isclose((found.wage_hat * model.wage_income).sum(), model.wage_income.sum())


@BOTH
def test_the_currency_and_the_order_of_regions_do_not_matter(alone):
    model, reach = random_model(1, alone=alone), np.exp(np.random.default_rng(2).normal(0, 0.5, (3, 5, 5)))
    found = solve(model, reach=reach)
    in_cents = replace(
        model,
        wage_income=100 * model.wage_income,
        deficit=100 * model.deficit,
        spending=100 * model.spending,
    )
    assert np.allclose(solve(in_cents, reach=reach).wage_hat, found.wage_hat, rtol=1e-9)
    order = np.array([3, 0, 4, 1, 2])
    turned = Model(
        *(None if array is None else array[..., order] for array in list(vars(model).values())[:5]),
        model.elasticity,
        *(array[..., order] for array in list(vars(model).values())[6:]),
    )
    turned = replace(turned, share=turned.share[:, order], tariff=turned.tariff[:, order])
    again = solve(turned, reach=reach[:, order][:, :, order])
    assert np.allclose(again.wage_hat, found.wage_hat[order], rtol=1e-9)


@BOTH
def test_productivity_everywhere_is_a_gift_to_all(alone):
    """A_hat = 2 in every sector: with inputs of share 1 - va, prices fall by 2^(Leontief inverse), wages stay."""
    model = settled(random_model(4, alone=alone, deficits=0.0))
    found = solve(model, productivity=np.full((3, 5), 2.0))
    if alone:
        assert np.allclose(found.price_hat, 0.5)
    assert np.all(found.income / model.wage_income > 0)
    assert np.all(found.wage_hat / found.consumer_price_hat >= 2 - 1e-9)


def test_productivity_works_through_inputs():
    """One sector, closed: c = w^va P^(1-va) / A and P = c give P / w = A^(-1/va)."""
    one = np.ones((1, 1))
    model = Model(
        np.ones((1, 1, 1)), np.zeros((1, 1, 1)), np.full((1, 1, 1), 0.6), 0.4 * one, one,
        np.array([5.0]), np.ones(1), np.zeros(1), one / 0.4,
    )  # fmt: skip
    found = solve(model, productivity=1.1 * one)
    assert np.allclose(found.price_hat, 1.1 ** (-1 / 0.4))


def test_a_start_near_by_saves_sweeps_and_changes_nothing():
    model = settled(random_model(5))
    far = solve(model, tariff=0 * model.tariff)
    near = solve(model, tariff=0.01 * model.tariff, start=far.state)
    cold = solve(model, tariff=0.01 * model.tariff)
    assert near.steps < cold.steps
    assert np.allclose(near.wage_hat, cold.wage_hat, rtol=1e-10)


def test_another_start_ends_in_the_same_equilibrium():
    """There is no general proof that it is the only one."""
    model = random_model(6)
    found, random = solve(model, tariff=0 * model.tariff), np.random.default_rng(0)
    for _ in range(5):
        start = found.state + np.concatenate([random.normal(0, 0.3, 20), np.zeros(15)])
        again = solve(model, tariff=0 * model.tariff, start=start)
        assert np.allclose(again.wage_hat, found.wage_hat, rtol=1e-9)


def test_a_tiny_region_that_only_buys_is_solved():
    """Islands whose exports no table shows: imports are what the deficit pays."""
    model = random_model(deficits=0.0)
    share = model.share.copy()
    share[:, 4, :4] = 0
    share /= share.sum(1, keepdims=True)
    income = model.wage_income * np.array([1, 1, 1, 1, 1e-9])
    deficit = np.array([-1e-10, 0, 0, 0, 1e-10])
    found = solve(replace(model, share=share, wage_income=income, deficit=deficit, spending=2 * model.final * income))
    imports = found.flow[:, :4, 4].sum()
    assert np.isclose(imports, 1e-10, rtol=1e-6)


def test_the_sample_world_is_solved_as_its_generator_does(tmp_path_factory, sample_in):
    """Trade costs between two regions fall by a tenth: all that the generator's own fixed point says, to 1e-8."""
    folder = tmp_path_factory.mktemp("equilibrium") / "world"
    sample_in(folder)
    truth = hansa.sample.truth(folder)
    regions, products = truth["scenario_region"]["region"].to_pylist(), truth["product"]["product"].to_pylist()

    def placed(name: str, figure: str = "value") -> np.ndarray:
        table = truth[name]
        if "period" in table.column_names:
            table = table.filter(np.array(table["period"].to_pylist()) == "2022")
        dense = np.zeros((len(products), len(regions), len(regions)))
        axes = zip(("product", "origin", "destination"), (products, regions, regions), strict=True)
        dense[tuple([labels.index(code) for code in table[axis].to_pylist()] for axis, labels in axes)] = table[figure]
        return dense

    flow, tariff = placed("flow"), placed("tariff")
    bought = (flow * (1 + tariff)).sum(1)
    theta = truth["product"]["elasticity"].to_numpy()
    model = Model(
        share=flow * (1 + tariff) / bought[:, None, :],
        tariff=tariff,
        inputs=None,
        value_added=np.ones_like(bought),
        final=bought / bought.sum(0),
        elasticity=theta,
        wage_income=flow.sum((0, 2)),
        deficit=flow.sum((0, 1)) - flow.sum((0, 2)),
        spending=bought,
    )
    reach = np.ones_like(flow)
    one, other = regions.index("XBR"), regions.index("XKA")
    reach[:, [one, other], [other, one]] = 0.9 ** -theta[:, None]
    found = solve(model, reach=reach)
    known = truth["scenario_region"]
    for figure, ours in {
        "wage_hat": found.wage_hat,
        "price_hat": found.consumer_price_hat,
        "spending_hat": found.income / bought.sum(0),
        "welfare_hat": found.income / bought.sum(0) / found.consumer_price_hat,
        "output_after": found.output.sum(0),
        "tariff_revenue_after": found.revenue,
    }.items():
        assert np.allclose(ours, known[figure].to_numpy(), rtol=1e-8, atol=0), figure
    assert np.allclose(found.flow, placed("scenario_flow", "after"), rtol=1e-8, atol=0)


@pytest.mark.slow
def test_jax_gives_the_same():
    pytest.importorskip("jax", reason="needs jax")
    code = """
import jax
jax.config.update("jax_enable_x64", True)
import numpy as np
from hansa.equilibrium.arrays import place
from hansa.equilibrium.caliendo_parro import Model, solve
from tests.unit.equilibrium.test_caliendo_parro import random_model
for alone in (True, False):
    model = random_model(7, alone=alone)
    there = Model(**{name: None if array is None else place(array, "jax") for name, array in vars(model).items()})
    settings = {"tariff": 0.5 * model.tariff, "productivity": np.linspace(1, 1.2, 15).reshape(3, 5)}
    ours = solve(model, **settings)
    theirs = solve(there, **{name: place(array, "jax") for name, array in settings.items()})
    assert type(theirs.wage_hat).__module__.startswith("jax")
    names = ("wage_hat", "cost_hat", "price_hat", "income", "spending", "output", "revenue", "share", "flow")
    print(max(np.abs(np.asarray(getattr(theirs, name)) / getattr(ours, name) - 1).max() for name in names))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert max(map(float, done.stdout.split())) < 1e-9


def test_a_solution_that_is_not_reached_is_not_returned():
    with pytest.raises(NotConverged, match="No equilibrium found in 2 sweeps") as refusal:
        solve(random_model(), most_steps=2)
    assert refusal.value.residuals[-1] > 1e-9


def with_share(model: Model, place: tuple[int, int, int], value: float) -> Model:
    share = model.share.copy()
    share[place] = value
    return replace(model, share=share)


WRONG = {
    "sum of share over origins is 1.5": lambda m: with_share(m, (0, 1, 1), m.share[0, 1, 1] + 0.5),
    "share is -0.1 at": lambda m: with_share(m, (0, 1, 2), -0.1),
    "share is nan at": lambda m: with_share(m, (0, 1, 2), np.nan),
    "elasticity is 0 at": lambda m: replace(m, elasticity=np.array([3.0, 0.0, 2.0])),
    "tariff is -1 at": lambda m: replace(m, tariff=m.tariff - 1),
    "final is -0.1 at": lambda m: replace(m, final=m.final - np.array([[0.1 + m.final[0, 0]], [0.0], [0.0]])),
    "sum of final over sectors is 2": lambda m: replace(m, final=2 * m.final),
    "value_added and inputs together is": lambda m: replace(m, value_added=m.value_added + 0.1),
    "wage_income is 0 at": lambda m: replace(m, wage_income=0 * m.wage_income),
    "Deficits sum to 5": lambda m: replace(m, deficit=np.ones(5)),
    "final has shape (5,)": lambda m: replace(m, final=np.ones(5)),
    "inputs has shape (3, 5)": lambda m: replace(m, inputs=m.value_added),
}


@pytest.mark.parametrize("message", WRONG)
def test_what_is_no_economy_is_refused(message):
    with pytest.raises(DataError) as refusal:
        solve(WRONG[message](random_model()))
    assert message in str(refusal.value)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"reach": -np.ones((3, 5, 5))}, "reach is -1 at [0, 0, 0]"),
        ({"reach": np.full((3, 5, 5), np.inf)}, "reach is inf at [0, 0, 0]"),
        ({"reach": np.ones((5, 5))}, "reach has shape (5, 5)"),
        ({"tariff": np.full((3, 5, 5), -1.0)}, "tariff after is -1 at [0, 0, 0]"),
        ({"productivity": np.zeros((3, 5))}, "productivity is 0 at [0, 0]"),
        ({"start": np.zeros(3)}, "The state to start from has shape (3,)"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_no_change_is_refused(change, message):
    with pytest.raises(DataError) as refusal:
        solve(random_model(), **change)
    assert message in str(refusal.value)


def test_a_region_without_a_supplier_is_named():
    reach = np.ones((3, 5, 5))
    reach[1, :, 3] = 0
    with pytest.raises(NotIdentified, match=r"Region 3 buys sector 1 \(counted from 0\), and no supplier is left"):
        solve(random_model(), reach=reach)


def test_what_nobody_needs_may_have_no_supplier():
    model = random_model()
    inputs, share, final = model.inputs.copy(), model.share.copy(), model.final.copy()
    share[1, :, 3] = 0
    inputs[:, :, 3] = np.where(np.arange(3)[:, None] == 1, 0, inputs[:, :, 3])
    inputs[:, :, 3] *= (1 - model.value_added[:, 3]) / inputs[:, :, 3].sum(0)
    final[1, 3] = 0
    final /= final.sum(0)
    found = solve(replace(model, share=share, inputs=inputs, final=final))
    assert found.spending[1, 3] == 0
    assert found.residual <= 1e-9


def test_a_region_without_a_buyer_is_named():
    reach = np.ones((3, 5, 5))
    reach[:, 2, :] = 0
    with pytest.raises(NotIdentified, match=r"Region 2 \(counted from 0\) has no buyer left"):
        solve(random_model(), reach=reach)


@pytest.mark.parametrize(
    ("closed", "message"),
    [
        ([(2, None), (None, 2)], "trades with nobody else"),
        ([(2, None)], "sells nothing to others"),
        ([(None, 2)], "buys nothing from others"),
    ],
)
def test_blocs_apart_cannot_owe_each_other(closed, message):
    model, reach = random_model(), np.ones((3, 5, 5))
    for origin, destination in closed:
        reach[:, slice(None) if origin is None else origin, slice(None) if destination is None else destination] = 0
    reach[:, 2, 2] = 1
    owed = np.array([0.0, 0.0, -0.1, 0.1, 0.0]) * (1 if "sells nothing" in message else -1)
    with pytest.raises(NotIdentified, match=f"A bloc of 1 regions, region 2 among them .*, {message}"):
        solve(replace(model, deficit=owed), reach=reach)


def test_a_surplus_that_cannot_be_earned_is_refused():
    """A region that hardly anybody buys from is to export nine tenths of its income more than it imports."""
    model = random_model(deficits=0.0)
    deficit = np.zeros(5)
    deficit[0] = -0.9 * model.wage_income[0]
    deficit[1:] = 0.9 * model.wage_income[0] / 4
    reach = np.where(np.eye(5) > 0, 1.0, 1e-6) * np.ones((3, 1, 1))
    with pytest.raises(NotIdentified, match="region 0 .* would spend less than nothing"):
        solve(replace(model, deficit=deficit), reach=reach)


def test_spending_below_nothing_is_refused():
    """Shares of inputs far below zero, from tables with negative cells, would make sales of a sector negative."""
    one = np.ones((2, 1))
    inputs = np.array([[[0.0], [0.0]], [[-0.5], [0.0]]])
    model = Model(
        np.ones((2, 1, 1)), np.zeros((2, 1, 1)), inputs, 1 - inputs.sum(0), np.array([[0.99], [0.01]]),
        np.array([5.0, 5.0]), np.ones(1), np.zeros(1), one,
    )  # fmt: skip
    with pytest.raises(NotIdentified, match=r"Region 0 would buy less than nothing of sector 1"):
        caliendo_parro.solve(model)
