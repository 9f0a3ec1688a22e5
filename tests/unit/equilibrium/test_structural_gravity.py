"""Conditional and full equilibrium: the system of resistances, what links it to a fit, and to exact hat algebra."""

from __future__ import annotations

import csv

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import hansa
from hansa.equilibrium import structural_gravity
from hansa.errors import DataError
from tests.published import guide_equilibrium as guide


def world(seed, n):
    r = np.random.default_rng(seed)
    power = np.exp(r.normal(size=(n, n)))
    np.fill_diagonal(power, 8)
    Y, E = np.exp(r.normal(size=n)), np.exp(r.normal(size=n))
    return power, Y, E * Y.sum() / E.sum()


@settings(max_examples=40)
@given(st.integers(0, 10_000), st.integers(1, 12), st.integers(0, 11))
def test_resistances_solve_their_system(seed, n, reference):
    T, Y, E = world(seed, n)
    reference %= n
    found = structural_gravity.conditional(T, Y, E, reference=reference)
    np.testing.assert_allclose(found.outward, T @ (E / found.inward) / Y.sum(), rtol=1e-10)
    np.testing.assert_allclose(found.inward, (Y / found.outward) @ T / Y.sum(), rtol=1e-10)
    assert found.inward[reference] == pytest.approx(1, rel=1e-12)
    np.testing.assert_allclose(found.flow, T * np.outer(Y / found.outward, E / found.inward) / Y.sum(), rtol=1e-10)
    np.testing.assert_allclose(found.flow.sum(1), Y, rtol=1e-9)


def test_a_fit_is_its_own_conditional_equilibrium():
    """Fally 2015: fitted trade, its sums and its resistances are those of the system; nothing is estimated again."""
    r = np.random.default_rng(1)
    names = list("ABCDEF")
    pairs = [(i, j) for i in names for j in names]
    near = r.normal(size=len(pairs))
    trade = np.exp(1 + 0.7 * near + r.normal(size=len(pairs)))
    data = {
        "exporter": [i for i, _ in pairs],
        "importer": [j for _, j in pairs],
        "near": near.tolist(),
        "trade": trade.tolist(),
    }
    fit = hansa.ppml("trade ~ near | exporter + importer", data)
    fitted = np.asarray(fit.fitted).reshape(6, 6)
    b = fit.result.rows()[0]["coefficient"]
    X = trade.reshape(6, 6)
    found = structural_gravity.conditional(np.exp(b * near).reshape(6, 6), X.sum(1), X.sum(0), reference=2)
    np.testing.assert_allclose(found.flow, fitted, rtol=1e-7)
    table = {row["region"]: row for row in fit.resistances(sigma=5.0, reference="C").rows()}
    np.testing.assert_allclose(found.outward, [table[name]["outward_power"] for name in names], rtol=1e-7)
    np.testing.assert_allclose(found.inward, [table[name]["inward_power"] for name in names], rtol=1e-7)
    again = structural_gravity.conditional(fitted, X.sum(1), X.sum(0))  # fitted trade stands for the costs as well
    np.testing.assert_allclose(again.flow, fitted, rtol=1e-7)


@settings(max_examples=25)
@given(st.integers(0, 10_000), st.integers(2, 10), st.floats(1.5, 9.0))
def test_full_equilibrium_solves_the_system_at_its_new_incomes(seed, n, sigma):
    """After the change, resistances of the new costs, output and spending are those that the prices imply."""
    T, Y, E = world(seed, n)
    before = structural_gravity.conditional(T, Y, E)
    reach = np.exp(0.3 * np.random.default_rng(seed + 1).normal(size=(n, n)))
    after = structural_gravity.full(before, reach, sigma)
    Y1 = after.price_hat * Y
    E1 = after.scale * E / Y * Y1
    then = structural_gravity.conditional(T * reach, Y1, E1)
    np.testing.assert_allclose(after.flow, then.flow, rtol=1e-7)
    np.testing.assert_allclose(after.inward_hat ** (1 - sigma), then.inward / before.inward, rtol=1e-7)
    np.testing.assert_allclose(after.outward_hat ** (1 - sigma), then.outward / before.outward, rtol=1e-7)
    taste = (Y1 / Y1.sum()) / (Y / Y.sum()) / (then.outward / before.outward)  # p^(1-sigma), up to a common factor
    np.testing.assert_allclose(
        after.price_hat ** (1 - sigma) / taste, after.price_hat[0] ** (1 - sigma) / taste[0], rtol=1e-7
    )


def test_no_change_changes_nothing():
    before = structural_gravity.conditional(*world(3, 7))
    after = structural_gravity.full(before, np.ones((7, 7)), 7.0, reference=4)
    for hat in (after.price_hat, after.inward_hat, after.outward_hat, after.real_output_hat, after.flow / before.flow):
        np.testing.assert_allclose(hat, 1, rtol=1e-9)
    assert after.scale == pytest.approx(1, rel=1e-12)


def test_refusals():
    before = structural_gravity.conditional(*world(3, 3))
    with pytest.raises(DataError, match="sigma must be above 1"):
        structural_gravity.full(before, np.ones((3, 3)), 1.0)
    with pytest.raises(DataError, match="without output or without spending"):
        structural_gravity.conditional(np.ones((2, 2)), [1.0, 0.0], [0.5, 0.5])
    with pytest.raises(DataError, match="Sums of rows come to 2, sums of columns to 3"):
        structural_gravity.conditional(np.ones((2, 2)), [1.0, 1.0], [1.0, 2.0])


BORDERS, PANEL = "ch2_trade_without_borders_2006", "panel_1986_2006"
PRINTED = (-0.7912879, 0.6736456, -2.47445)


@pytest.mark.parametrize(
    ("application", "read", "file", "estimates", "tolerance", "exports"),
    [
        # with the estimates as printed, and with those of our fit; exports of Hong Kong grow by 1,568 %
        ("trade_without_borders_2006", guide.read_borders, BORDERS, PRINTED, 2e-5, 1.3e-3),
        ("trade_without_borders_2006", guide.read_borders, BORDERS, None, 1e-6, 1e-6),
        # its costs are not quite those of the Guide: the file's conditional exports are 1.5e-3 from Stata's, ours 1e-6
        ("nafta_1994", guide.read_nafta, PANEL, 0.5571853, 4.5e-4, 1.5e-3),
    ],
)
def test_full_equilibrium_as_another_solver_found_it(
    hansa_data, application, read, file, estimates, tolerance, exports
):
    """In per cent to six digits, solved to 4e-12 elsewhere; exports are at spending E_i / Y_i times output."""
    data = read(hansa_data / "agtpa" / f"{file}.parquet", estimates)
    with (hansa_data / "agtpa" / "reference" / f"ge_{application}_exact_solution.csv").open(newline="") as lines:
        found = {row["country"]: row for row in csv.DictReader(lines)}
    for figure, column in (("price", "price"), ("inward", "imr"), ("real_output", "rgdp"), ("exports", "xi_full")):
        ours = guide.full(data, figure)
        off = max(abs(ours[name] - float(row[column])) for name, row in found.items())
        assert off <= (exports if figure == "exports" else tolerance), figure


def test_producer_prices_without_nafta_to_five_digits(hansa_data):
    """Where the Guide's rounds print .98163, .98697 and .99851, the equilibrium is at .98050, .98599 and .99825."""
    data = guide.read_nafta(hansa_data / "agtpa" / "panel_1986_2006.parquet", 0.5571853)
    price = guide.full(data, "price")
    hats = [1 / (1 + price[name] / 100) for name in guide.NAFTA]
    np.testing.assert_allclose(hats, [0.98050, 0.98599, 0.99825], atol=5.1e-6)
