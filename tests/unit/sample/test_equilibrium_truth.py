"""The generator's own equilibrium obeys the laws of the model."""

from __future__ import annotations

import numpy as np
import pytest

from hansa.errors import NotConverged
from hansa.sample import equilibrium_truth
from hansa.sample.equilibrium_truth import Equilibrium, solve

REGIONS, PRODUCTS = 5, 3


def economy(**changed: np.ndarray) -> dict[str, np.ndarray]:
    draw = np.random.default_rng(3)
    own = np.eye(REGIONS, dtype=bool)
    taste = draw.random((PRODUCTS, REGIONS)) + 0.2
    deficit = draw.normal(0, 0.5, REGIONS)
    return {
        "labour": draw.random(REGIONS) * 10 + 5,
        "technology": draw.random((PRODUCTS, REGIONS)) + 0.2,
        "trade_cost": np.where(own, 1.0, 1.2 + draw.random((PRODUCTS, REGIONS, REGIONS))),
        "tariff": np.where(own, 0.0, 0.1 * draw.random((PRODUCTS, REGIONS, REGIONS))),
        "taste": taste / taste.sum(axis=0),
        "deficit": deficit - deficit.mean(),
        "elasticity": np.array([3.0, 5.0, 8.0]),
        "start": np.ones(REGIONS),
        **changed,
    }


def gaps(e: dict[str, np.ndarray], found: Equilibrium) -> list[float]:
    """How far the conditions of the model are from holding, written out anew."""
    spent = e["taste"] * found.income
    cost = found.wage[None, :, None] * e["trade_cost"] * (1 + e["tariff"])
    offer = e["technology"][:, :, None] * cost ** -e["elasticity"][:, None, None]
    share = offer / offer.sum(axis=1, keepdims=True)
    flow = share * spent[:, None, :] / (1 + e["tariff"])
    revenue = (e["tariff"] * flow).sum(axis=(0, 1))
    imports = flow.sum(axis=(0, 1)) - flow.sum(axis=0).diagonal()
    exports = flow.sum(axis=(0, 2)) - flow.sum(axis=0).diagonal()
    return [
        np.abs(found.flow / flow - 1).max(),
        np.abs(flow.sum(axis=(0, 2)) / (found.wage * e["labour"]) - 1).max(),
        np.abs(found.income - found.wage * e["labour"] - revenue - e["deficit"]).max(),
        np.abs(imports - exports - e["deficit"]).max(),
    ]


def test_markets_clear_and_budgets_hold():
    e = economy()
    found = solve(**e)
    assert max(gaps(e, found)) < 1e-10
    np.testing.assert_allclose((found.wage * e["labour"]).sum(), e["labour"].sum())


def test_welfare_is_that_of_the_own_share():
    """Arkolakis, Costinot and Rodriguez-Clare 2012: without tariffs and deficits, W = (own share hat)^(-1/theta)."""
    none = {"tariff": np.zeros((1, REGIONS, REGIONS)), "deficit": np.zeros(REGIONS), "elasticity": np.array([4.0])}
    one = {"technology": economy()["technology"][:1], "taste": np.ones((1, REGIONS)), **none}
    cost = economy()["trade_cost"][:1]
    before = solve(**economy(**one, trade_cost=cost))
    cheaper = np.where(np.eye(REGIONS, dtype=bool), 1.0, 0.8 * cost)
    after = solve(**economy(**one, trade_cost=cheaper))
    welfare = (after.income / after.price) / (before.income / before.price)
    own = after.share[0].diagonal() / before.share[0].diagonal()
    np.testing.assert_allclose(welfare, own ** (-1 / 4.0), rtol=1e-11)


def test_the_starting_wages_do_not_matter():
    e = economy()
    other = np.array([2.0, 0.5, 1.0, 3.0, 1.0])
    scaled = other * e["labour"].sum() / (other * e["labour"]).sum()
    np.testing.assert_allclose(solve(**{**e, "start": scaled}).wage, solve(**e).wage, rtol=1e-11)


def test_no_trade_at_an_infinite_cost():
    cost = economy()["trade_cost"].copy()
    cost[:, 0, 1] = np.inf
    e = economy(trade_cost=cost)
    found = solve(**e)
    assert (found.flow[:, 0, 1] == 0).all()
    assert found.residual < 1e-12


def test_an_unsettled_world_is_refused(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(equilibrium_truth, "MOST_STEPS", 2)
    with pytest.raises(NotConverged, match="did not settle: gap .* after 2 steps"):
        solve(**economy())
