"""Tables of a counterfactual: all regions, sums that add up, and notes that say how it came about."""

from __future__ import annotations

import json
from datetime import date

import numpy as np
import pytest
from numpy.testing import assert_allclose

import hansa
from hansa.equilibrium import Counterfactual, compare
from hansa.equilibrium.account import Terms
from hansa.equilibrium.compensation import compensate
from hansa.equilibrium.diversion import PARTS, divert, logarithmic_mean
from hansa.equilibrium.economy import Economy
from hansa.equilibrium.simulation import simulate
from hansa.errors import DataError, UnknownCode
from hansa.regions.bloc import Bloc, Membership
from hansa.regions.lists import Lists
from hansa.scenario import Closure, Deficit, Productivity, Scenario, Tariff, TradeCost, Where

CODES = ("BLR", "KAZ", "POL", "RUS")
UNION = Scenario("Union", (TradeCost(Where("BLR", "RUS", both=True), 0.8),))


def world(*, theta: float = 4.0, sectors: int = 1, tariff: float = 0.0, gap: bool = False) -> Economy:
    """Four regions of one size; with `gap`, POL sells nothing to KAZ. Flows are made up."""
    seed = np.random.default_rng(7)
    flow = seed.integers(5, 40, (sectors, 4, 4)).astype(float)
    flow[:, np.arange(4), np.arange(4)] = 300
    if gap:
        flow[:, 2, 1] = 0
    rate = np.zeros(flow.shape) + tariff * (1 - np.eye(4))
    spent = flow * (1 + rate)
    spending = spent.sum(1)
    return Economy(
        CODES, tuple(f"s{k}" for k in range(sectors)), spent / spending[:, None], rate,
        np.ones((sectors, 4)), None, spending / spending.sum(0), np.linspace(theta, theta + sectors - 1, sectors),
        flow.sum((0, 2)), flow.sum((0, 1)) - flow.sum((0, 2)), spending, period="2022", elasticity_source="made up",
        notes=("3 regions were left out",),
    )  # fmt: skip


@pytest.fixture(scope="module")
def after() -> Counterfactual:
    return simulate(world(), UNION)


@pytest.fixture(scope="module")
def duties() -> Counterfactual:
    """Two sectors, a tariff of 10 %, from which BLR and RUS free each other."""
    return simulate(world(sectors=2, tariff=0.1), Scenario("Free", (Tariff(Where("BLR", "RUS", both=True), rate=0.0),)))


def test_every_table_says_how_it_came_about(after, duties):
    for told in (after, duties):
        for result in (told.regions(), told.sectors(), told.trade("BLR"), told.diversion("BLR", "RUS"),
                       told.compensation(), told.summary(), told.decomposition()):  # fmt: skip
            text = "\n".join(result.cite())
            for part in (
                "scenario",
                "deficits fixed",
                "numeraire",
                "trade elasticity",
                "made up",
                "residual",
                "Walras",
            ):
                assert part in text, (result.title, part)
            assert "3 regions were left out" in text
            assert told.model in text
            meta = json.loads(result.to_json())["meta"]
            assert meta["closure"] == "fixed"
            assert meta["residual"] <= 1e-9
            assert meta["walras"] <= 1e-10


def test_third_parties_are_always_there(after):
    rows = after.regions().rows()
    assert [row["region"] for row in rows] == list(CODES)
    assert rows[2]["real_income"] < 0
    assert rows[0]["real_income"] > 0
    for code in CODES:
        assert code in str(after)
        assert code in after._repr_html_()


def test_regions_hold_levels_and_changes_that_agree(after, duties):
    for told in (after, duties):
        for row in told.regions().rows():
            for name in ("exports", "imports", "output"):
                assert_allclose(row[f"{name}_change"], row[f"{name}_after"] / row[f"{name}_before"] - 1)
            assert_allclose(1 + row["real_wage"], (1 + row["wage"]) / (1 + row["price"]))
    assert "tariff_revenue_after" in duties.regions().to_arrow().column_names
    assert "tariff_revenue_after" not in after.regions().to_arrow().column_names


def test_resistances_give_trade_again(after):
    """X = (Y E / Y_w) (t / (Pi P))^-theta, in changes; Anderson and van Wincoop 2003, equation 9. KAZ sells to POL."""
    rows = after.regions().rows()
    theta, kaz, pol = 4.0, rows[1], rows[2]
    trade = after.trade("KAZ", "POL").rows()[0]
    size = kaz["output_after"] / kaz["output_before"] * after.outcome.spending[0, 2] / after.economy.spending[0, 2]
    resisted = ((1 + kaz["outward_resistance"]) * (1 + pol["inward_resistance"])) ** theta
    assert_allclose(trade["after"] / trade["before"], size * resisted, rtol=1e-9)


# ---- trade ----------------------------------------------------------------------------------------------------------
def test_pairs_sum_to_regions(duties):
    told = duties.regions().rows()
    rows = duties.trade(by=("origin", "destination"), home=False).rows()
    assert len(rows) == 12
    for region in told:
        for side, name in (("origin", "exports"), ("destination", "imports")):
            for when in ("before", "after"):
                total = sum(row[when] for row in rows if row[side] == region["region"])
                assert_allclose(total, region[f"{name}_{when}"], rtol=1e-9)


def test_what_rows_are_of(duties):
    assert duties.trade("BLR", "RUS", by=("sector",)).to_arrow().column_names == [
        "sector", "before", "after", "change", "difference"
    ]  # fmt: skip
    assert duties.trade(by=("destination", "origin")).to_arrow().column_names[:2] == ["destination", "origin"]
    union = duties.trade("EAEU", "POL", by=("destination",)).rows()[0]
    assert_allclose(
        union["before"], sum(duties.trade(code, "POL").rows()[0]["before"] for code in ("BLR", "KAZ", "RUS"))
    )
    with pytest.raises(DataError, match=r"by=\('product',\) must name some of sector, origin, destination"):
        duties.trade(by=("product",))
    with pytest.raises(UnknownCode, match="'PLO' is no known region"):
        duties.trade("PLO")


def test_pairs_without_trade_are_left_out_and_that_is_said():
    told = simulate(world(gap=True), UNION).trade("POL")
    assert [row["destination"] for row in told.rows()] == ["BLR", "POL", "RUS"]
    assert "rows without trade before and after are left out" in told.notes


def test_trade_that_is_closed_is_exactly_none():
    shut = simulate(world(), Scenario("Shut", (Closure(Where("BLR", "RUS")),)))
    row = shut.trade("BLR", "RUS").rows()[0]
    assert row["after"] == 0
    assert row["change"] == -1


# ---- reasons --------------------------------------------------------------------------------------------------------
def test_reasons_add_up_in_logs_and_in_money(duties):
    table = duties.diversion("BLR", "RUS").rows()
    assert [row["sector"] for row in table] == ["all", "all", "s0", "s0", "s1", "s1"]
    for row in table:
        assert_allclose(sum(row[part] for part in PARTS), row["total"], rtol=1e-9)
    logs, money = table[::2], table[1::2]
    assert_allclose([row["total"] for row in logs], [np.log(row["after"] / row["before"]) for row in logs])
    assert_allclose(money[0]["tariff"], money[1]["tariff"] + money[2]["tariff"])
    assert_allclose(logs[1]["tariff"], 5 * np.log(1.1))  # theta = 4, and one more for what the treasury took
    assert_allclose(logs[2]["tariff"], 6 * np.log(1.1))
    assert logs[1]["own_cost"] == 0


def test_the_weight_of_the_pair_itself_is_told_from_its_competitors():
    """One supplier that halves its price against another that keeps it: none of the change is the other's."""
    share, none = np.array([[[0.2], [0.8]]]), np.zeros((1, 2, 1))
    reach, theta, one = np.array([[[16.0], [1.0]]]), np.array([4.0]), np.ones((1, 1))
    price = (0.2 * 16 + 0.8) ** (-1 / theta)
    terms = Terms(share, none, none, reach, theta, np.ones((1, 2)), price[:, None], one, one)
    parts = dict(zip(PARTS, divert(terms, 0).log[:, 0], strict=True))
    assert_allclose(parts["own_cost"] + parts["own_weight"], np.log(16 / 4))
    assert_allclose(parts["competitors"], 0, atol=1e-12)
    other = dict(zip(PARTS, divert(terms, 1).log[:, 0], strict=True))
    assert_allclose(other["competitors"], np.log(1 / 4))
    assert other["own_weight"] == 0


def test_logarithmic_mean():
    a, b = np.array([3.0, 3.0, 0.0, 1.0]), np.array([1.0, 3.0, 2.0, 1.0 + 1e-9])
    assert_allclose(logarithmic_mean(a, b), [2 / np.log(3), 3, 0, 1 + 5e-10], rtol=1e-12)


def test_trade_that_ends_has_no_log_and_all_its_money_at_its_own_cost():
    rows = simulate(world(), Scenario("Shut", (Closure(Where("BLR", "RUS")),))).diversion("BLR", "RUS").rows()
    assert rows[0]["total"] is rows[0]["own_cost"] is None
    assert_allclose(rows[1]["own_cost"], -rows[1]["before"])
    assert rows[1]["competitors"] == 0


def test_reasons_are_of_one_pair_with_trade(after):
    with pytest.raises(DataError, match="'EAEU' is 3 regions; a pair is of one and one"):
        after.diversion("EAEU", "POL")
    with pytest.raises(DataError, match="'POL' sells nothing to 'KAZ', before or after"):
        simulate(world(gap=True), UNION).diversion("POL", "KAZ")


# ---- gains, losses and their parts ----------------------------------------------------------------------------------
def test_compensation_by_hand():
    test = compensate(np.array([100.0, 200.0, 50.0]), np.array([110.0, 190.0, 50.0]), np.array([1.1, 0.95, 1 - 1e-12]))
    assert_allclose(test.equivalent, [10, -10, 0], atol=1e-9)
    assert_allclose(test.due, [0, 10, 0])
    assert_allclose(test.compensating, [10, 190 - 200, 0], atol=1e-9)
    assert test.loses.tolist() == [False, True, False]


def test_the_test_of_mutual_benefit(after):
    told = after.compensation()
    rows, meta = told.rows(), told.meta
    assert meta["losers"] == ["KAZ", "POL"]
    assert meta["mutual"] is False
    assert_allclose(meta["sum"], sum(row["equivalent_variation"] for row in rows))
    assert_allclose(meta["due"], -sum(row["equivalent_variation"] for row in rows if row["region"] in meta["losers"]))
    assert meta["sum"] > 0
    assert meta["compensable"]
    assert "gainers could compensate the 2 that lose (KAZ, POL)" in told.notes[0]
    every = simulate(world(), Scenario("p", (Productivity((), factor=1.1),))).compensation()
    assert "nobody loses" in every.notes[0]
    shut = simulate(world(), Scenario("s", (Closure(Where()), Deficit((), factor=0.0)))).compensation()
    assert "gainers could not compensate the 2 that lose (POL, RUS)" in shut.notes[0]  # the others lent to them


@pytest.mark.parametrize("closure", ["fixed", "zero", "share"])
def test_terms_of_real_income_add_up(closure):
    scenario = UNION.plus(Scenario("p", (Productivity("POL", factor=1.05),)))
    row_sums = simulate(world(), scenario, deficit=closure).decomposition().rows()
    for row in row_sums:
        parts = ("terms_of_trade", "volume", "trade_cost", "productivity", "deficit")
        assert_allclose(sum(row[part] for part in parts), row["real_income"], atol=1e-6)


def test_the_formula_of_the_literature_stands_beside_and_says_so(duties):
    assert not any(name.startswith("one_step") for name in duties.decomposition().to_arrow().column_names)
    told = duties.decomposition(one_step=True)
    row = told.rows()[0]
    assert_allclose(row["one_step_welfare"], row["one_step_terms_of_trade"] + row["one_step_volume"])
    assert any("its sum is not real income" in note for note in told.notes)


def test_every_region_is_on_screen_or_those_that_gain_and_lose_most():
    for n in (40, 300):
        codes = tuple(f"r{place:03d}" for place in range(n))
        share = np.full((n, n), 0.2 / (n - 1)) + np.eye(n) * (0.8 - 0.2 / (n - 1))
        many = Economy.from_shares(share, regions=codes, wage_income=np.ones(n), elasticity=4.0)
        told = simulate(many, Scenario("s", (TradeCost(Where("r000", "r001", both=True), 0.5),)))
        for text in (str(told), told._repr_html_()):
            assert sum(code in text for code in codes) == min(n, 250)
            assert ("of 300 regions those that gain and lose most" in text) is (n == 300)


def test_blocs_of_ones_own_are_asked_for_by_name():
    facts = tuple(Membership("NORTH", code, date(2020, 1, 1), None, "") for code in ("BLR", "POL"))
    lists = Lists(None, facts, (Bloc("NORTH", "North", "Север", "trade"),))
    told = simulate(world(), Scenario("s", (TradeCost(Where("NORTH", "RUS"), 0.9),)), lists=lists)
    assert [row["origin"] for row in told.trade("NORTH", "RUS").rows()] == ["BLR", "POL"]


def test_summary_begins_with_who_gains_most(after):
    changes = [row["real_income"] for row in after.summary().rows()]
    assert changes == sorted(changes, reverse=True)
    assert "2 regions gain, 2 lose" in str(after)


# ---- side by side ---------------------------------------------------------------------------------------------------
def test_several_scenarios_side_by_side(after):
    more = simulate(world(), Scenario("More", (TradeCost(Where("BLR", "RUS", both=True), 0.7),)))
    table = compare([after, more])
    assert table.to_arrow().column_names == ["region", "Union", "More"]
    assert_allclose(table.to_arrow()["Union"].to_numpy(), after.real_income_hat - 1)
    assert table.notes.count("numeraire output of the world") == 1
    assert sum("scenario" in note for note in table.notes) == 2
    assert compare([after, more], "exports_change").rows()[0]["More"] > 0
    with pytest.raises(DataError, match="'gdp' is no figure by region. Take one of real_income"):
        compare([after], "gdp")
    with pytest.raises(DataError, match="Two scenarios have the same name"):
        compare([after, after])
    with pytest.raises(DataError, match="nothing to compare"):
        compare([])
    other = simulate(world().regroup({"KAZ": "REST", "POL": "REST"}), Scenario("Other", UNION.changes))
    with pytest.raises(DataError, match="'Other' is of other regions than 'Union'"):
        compare([after, other])


def test_the_front_door():
    assert hansa.simulate is simulate
    assert hansa.Economy is Economy
    assert hansa.Scenario is Scenario
