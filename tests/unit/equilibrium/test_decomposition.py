"""Why real income changes: terms that add up."""

from __future__ import annotations

import csv
from dataclasses import replace

import numpy as np
import pytest

from hansa.equilibrium import caliendo_parro, decomposition
from hansa.equilibrium.caliendo_parro import Model
from hansa.errors import DataError, NotConverged
from tests.published import nafta
from tests.unit.equilibrium.test_caliendo_parro import BOTH, random_model, settled

TERMS = ("terms_of_trade", "volume", "trade_cost", "productivity", "deficit")


def total(path: decomposition.Path) -> np.ndarray:
    return sum(getattr(path, name) for name in TERMS)


def shock(model: Model, size: float = 1.0, seed: int = 3) -> dict[str, np.ndarray]:
    """A change of everything at once."""
    random = np.random.default_rng(seed)
    J, n = model.value_added.shape
    deficit = 0.05 * model.wage_income * random.normal(size=n)
    return {
        "reach": np.exp(size * random.normal(0, 0.5, (J, n, n)) * (1 - np.eye(n))),
        "tariff": (1 + model.tariff) * np.exp(size * random.normal(0, 0.05, (J, n, n)) * (1 - np.eye(n))) - 1,
        "productivity": np.exp(size * random.normal(0, 0.1, (J, n))),
        "deficit": model.deficit + size * (deficit - model.wage_income * deficit.sum() / model.wage_income.sum()),
    }


def after(model: Model, change: dict[str, np.ndarray]) -> caliendo_parro.Solution:
    rest = {name: array for name, array in change.items() if name != "deficit"}
    return caliendo_parro.solve(replace(model, deficit=change.get("deficit", model.deficit)), **rest)


@BOTH
def test_the_terms_add_up_to_the_exact_change(alone):
    model = settled(random_model(alone=alone))
    change = shock(model)
    path = decomposition.along_path(model, **change)
    end = after(model, change)
    exact = end.income / settled_income(model) / end.consumer_price_hat - 1
    assert np.allclose(path.real_income, exact, rtol=0, atol=1e-9)
    assert np.abs(total(path) - exact).max() <= path.gap + 1e-12
    assert path.gap <= 1e-6  # 1e-4 percentage points
    assert all(np.abs(getattr(path, name)).max() > 1e-3 for name in TERMS)


def settled_income(model: Model) -> np.ndarray:
    return caliendo_parro.solve(model).income


@BOTH
def test_the_way_back_undoes_each_term(alone):
    """Along the same path in the other direction each term changes sign, in logs."""
    model = settled(random_model(2, alone=alone))
    change = shock(model, 0.5)
    end = after(model, change)
    there = replace(
        model,
        share=end.share,
        tariff=change["tariff"],
        wage_income=end.wage_hat * model.wage_income,
        spending=end.spending,
        deficit=change["deficit"],
    )
    back = {
        "reach": 1 / change["reach"],
        "tariff": model.tariff,
        "productivity": 1 / change["productivity"],
        "deficit": model.deficit,
    }
    forth, home = decomposition.along_path(model, **change), decomposition.along_path(there, **back)
    assert np.allclose((1 + forth.real_income) * (1 + home.real_income), 1, rtol=0, atol=1e-9)
    for name in TERMS:
        to, fro = (getattr(path, name) * np.log1p(path.real_income) / path.real_income for path in (forth, home))
        assert np.allclose(to, -fro, rtol=0, atol=1e-6), name


def test_autarky_is_all_trade_cost_where_regions_are_alike():
    share = np.full((1, 3, 3), 0.1) + 0.7 * np.eye(3)
    one = np.ones((1, 3))
    model = Model(share, np.zeros((1, 3, 3)), None, one, one, np.array([6.0]), np.ones(3), np.zeros(3), one)
    path = decomposition.along_path(model, reach=np.eye(3)[None])
    assert np.allclose(path.trade_cost, 0.8 ** (1 / 6) - 1, rtol=0, atol=1e-7)
    assert np.allclose(path.terms_of_trade, 0, rtol=0, atol=1e-10)
    assert np.allclose(path.volume, 0, rtol=0, atol=1e-12)


def test_a_market_that_closes_adds_up():
    model = settled(random_model(6))
    reach = np.ones((3, 5, 5))
    reach[:, 0, 1:3] = 0
    path = decomposition.along_path(model, reach=reach)
    assert path.gap <= 1e-6
    assert path.real_income[0] < 0
    assert (path.trade_cost[1:3] < 0).all()


def test_productivity_of_a_closed_region_is_productivity_alone():
    """One region alone, two thirds of its income from the sector that gains a tenth: ln W = 2/3 ln 1.1."""
    one = np.ones((2, 1))
    final = np.array([[2 / 3], [1 / 3]])
    model = Model(
        np.ones((2, 1, 1)), np.zeros((2, 1, 1)), None, one, final, np.array([5.0, 3.0]), np.ones(1), np.zeros(1), final
    )
    path = decomposition.along_path(model, productivity=np.array([[1.1], [1.0]]))
    assert np.allclose(path.productivity, 1.1 ** (2 / 3) - 1, rtol=0, atol=1e-9)
    assert np.allclose(total(path), path.productivity, rtol=0, atol=1e-12)


def test_a_small_change_is_what_the_one_step_formula_says():
    """Tariffs alone: the formula of the paper is exact to first order, so the difference falls with the square."""
    model = settled(random_model(8))
    apart = []
    for size in (1e-2, 1e-3):
        tariff = (1 + model.tariff) * (1 - size * (1 - np.eye(5))) - 1
        before, end = caliendo_parro.solve(model), caliendo_parro.solve(model, tariff=tariff)
        step = decomposition.one_step(before.flow, end.flow, end.cost_hat, before.income, model.tariff)
        path = decomposition.along_path(model, tariff=tariff, before=before, after=end)
        apart.append(np.abs(step.welfare - path.real_income).max())
        assert path.solved <= 9
    assert 50 < apart[0] / apart[1] < 200


def test_the_one_step_formula_by_hand():
    """Two regions: the first one's goods become a tenth dearer, its exports of 2 stay in value, tariffs are 10 %."""
    flow = np.array([[[8.0, 2.0], [1.0, 9.0]]])
    step = decomposition.one_step(flow, flow, np.array([[1.1, 1.0]]), np.array([9.0, 11.0]), np.full((1, 2, 2), 0.1))
    assert np.allclose(step.terms_of_trade, [0.1 * 2 / 9, -0.1 * 2 / 11])
    assert np.allclose(step.volume, [-0.1 * 0.1 * 8 / 9, -0.1 * 0.1 * 2 / 11])
    assert np.allclose(step.welfare, step.terms_of_trade + step.volume)


def test_few_states_are_solved_and_progress_is_told():
    told = []
    model = settled(random_model(9))
    path = decomposition.along_path(model, **shock(model, 0.3), progress=lambda solved, gap: told.append((solved, gap)))
    assert told[-1] == (path.solved, path.gap)
    assert path.solved <= 17


def test_terms_that_do_not_add_up_are_refused():
    model = settled(random_model(9))
    with pytest.raises(NotConverged, match="miss the change of real income by") as refusal:
        decomposition.along_path(model, **shock(model), tolerance=1e-18)
    assert refusal.value.residuals[0] > 1e-17


def test_a_number_of_intervals_that_is_not_doubled_is_refused():
    with pytest.raises(DataError, match=r"intervals=5 is not one of \(4, 8, 16, 32, 64\)"):
        decomposition.along_path(random_model(), intervals=5)


def test_the_rules_are_exact_for_polynomials():
    """Of degree m for the derivative, and at least m for the integral: x^4 on [0, 1]."""
    points = np.array(decomposition._points(4))
    derivative, weight = decomposition._rules(4)
    assert np.allclose(derivative @ points**4, 4 * points**3)
    assert np.allclose(weight @ points**4, 1 / 5)
    assert set(decomposition._points(4)) <= set(decomposition._points(8)) <= set(decomposition._points(16))


@pytest.mark.parametrize("deficits", [False, True], ids=["balanced", "deficits held"])
def test_nafta_adds_up_to_the_exact_change_of_real_income(hansa_data, deficits):
    """Each region's terms, to 1e-4 percentage points, from few states on the way."""
    world = nafta.read_world(hansa_data / "cp2015" / "arrays.npz")
    (model, before), end = nafta.balanced(world, deficits), nafta.after(world, deficits)
    path = decomposition.along_path(model, tariff=world.tariff)
    exact = end.income / before.income / (end.consumer_price_hat / before.consumer_price_hat) - 1
    assert np.abs(100 * (total(path) - exact)).max() <= 1e-4
    assert path.solved <= 9
    if not deficits:  # solved by another program that shares no code with this one
        table = (hansa_data / "cp2015/reference/own_check_zero_deficit.csv").read_text(encoding="utf-8").splitlines()
        other = {row["country"]: float(row["welfare_exact_income_over_price_pct"]) for row in csv.DictReader(table)}
        for name, ours in world.of_members(path.real_income).items():
            assert ours == pytest.approx(other[name], abs=1e-5)
