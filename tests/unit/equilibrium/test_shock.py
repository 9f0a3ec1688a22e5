"""Scenarios become factors on the right cells, and say of what they do not touch. Every figure by hand."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from numpy.testing import assert_allclose

from hansa.equilibrium import shock as shocks
from hansa.equilibrium.cell import both_ways
from hansa.equilibrium.economy import Economy
from hansa.equilibrium.shock import Shock
from hansa.errors import DataError, UnknownCode
from hansa.regions.bloc import Bloc, Membership
from hansa.regions.lists import Lists
from hansa.scenario import (
    Barrier,
    Closure,
    Corridor,
    CorridorRow,
    Deficit,
    Productivity,
    Scenario,
    Tariff,
    TariffRow,
    TariffSchedule,
    TradeCost,
    TradeEffect,
    Where,
)
from hansa.scenario import Membership as Joins

REGIONS = ("BLR", "KAZ", "POL", "RUS")


def world(
    sectors: tuple[str, ...] = ("total",), *, period: str | None = "2022", empty: tuple[int, ...] = ()
) -> Economy:
    """Four regions; 10 from each to each other, 90 at home; the pair `empty` (sector, origin, destination) has none."""
    flow = np.full((len(sectors), 4, 4), 10.0) + 80 * np.eye(4)
    if empty:
        flow[empty] = 0
        flow[empty[0], empty[2], empty[1]] = 0
    share = flow / flow.sum(1, keepdims=True)
    made = flow.sum((0, 2))
    return Economy(
        REGIONS, sectors, share, np.zeros(flow.shape), np.ones(flow.shape[:2]), None, flow.sum(1) / flow.sum((0, 1)),
        np.full(len(sectors), 4.0), made, np.zeros(4), flow.sum(1), period=period,
    )  # fmt: skip


def compiled(*changes, of: Economy | None = None, lists: Lists | None = None) -> Shock:
    return shocks.compile(of or world(), Scenario("s", changes), lists=lists)


def altered(array: np.ndarray, nothing: float = 1.0) -> set[tuple[str, ...]]:
    return {tuple(REGIONS[place] for place in cell) for cell in np.argwhere(array[0] != nothing)}


def test_a_factor_goes_to_the_pairs_named_and_no_others():
    shock = compiled(TradeCost(Where("BLR", ("POL", "RUS")), 0.9))
    assert altered(shock.cost_hat) == {("BLR", "POL"), ("BLR", "RUS")}
    assert shock.cost_hat[0, 0, 2] == 0.9
    assert shock.effect_hat is shock.tariff is shock.productivity is shock.deficit is None
    assert shock.notes == ()


def test_sales_at_home_are_never_meant():
    assert (np.diag(compiled(TradeCost(Where(), 0.9)).cost_hat[0]) == 1).all()
    with pytest.raises(DataError, match="sales at home are never meant"):
        compiled(TradeCost(Where("BLR", "BLR"), 0.9))


def test_both_ways_counts_each_pair_once_even_inside_a_bloc():
    shock = compiled(TradeCost(Where(("BLR", "KAZ"), ("KAZ", "RUS"), both=True), 0.9))
    pairs = {("BLR", "KAZ"), ("BLR", "RUS"), ("KAZ", "RUS")}
    assert altered(shock.cost_hat) == pairs | {(j, i) for i, j in pairs}
    assert set(np.unique(shock.cost_hat)) == {0.9, 1.0}
    for one, other in (([0, 1, 2], [1, 2, 3]), ([0], [0, 1]), ([0, 1, 2, 3], [0, 1, 2, 3])):
        hits = np.zeros((1, 4, 4))
        for cells in both_ways(np.array([0]), np.array(one), np.array(other), hits.shape):
            part = hits[cells.index]
            hits[cells.index] = part + cells.keep
        assert hits.max() == 1
        assert (hits[0] == hits[0].T).all()


def test_barrier_effect_and_closure():
    barrier = compiled(Barrier(Where("BLR", "POL"), 0.12, removed=0.5)).cost_hat
    assert_allclose(barrier[0, 0, 2], 1.06 / 1.12)
    effect = compiled(TradeEffect(Where("BLR", "POL"), 0.5, change=-1)).effect_hat
    assert_allclose(effect[0, 0, 2], np.exp(-0.5))
    shut = compiled(Closure(Where("BLR", "POL")), TradeCost(Where("BLR", "POL"), 0.5))
    assert shut.cost_hat[0, 0, 2] == np.inf
    assert shut.reach(np.array([4.0]))[0, 0, 2] == 0


def test_reach_is_cost_to_the_power_of_minus_theta_times_the_effect():
    shock = compiled(TradeCost(Where("BLR", "POL"), 0.5), TradeEffect(Where("BLR"), np.log(3.0)))
    reach = shock.reach(np.array([2.0]))
    assert_allclose(reach[0, 0], [1, 3, 12, 3])
    part = shock.reach(np.array([2.0]), np.ix_([0], [0], [2, 3]))
    assert_allclose(part, [[[12, 3]]])
    assert Shock().reach(np.array([2.0])) is None


def test_changes_compose_in_their_order():
    shock = compiled(
        TradeCost(Where("BLR"), 0.9),
        TradeCost(Where("BLR", "POL"), 0.5),
        Tariff(Where("BLR"), rate=0.1),
        Tariff(Where("BLR", "POL"), points=0.05),
        Tariff(Where("BLR", "RUS"), factor=0.5),
    )
    assert_allclose(shock.cost_hat[0, 0], [1, 0.9, 0.45, 0.9])
    assert_allclose(shock.tariff[0, 0], [0, 0.1, 0.15, 0.05])


def test_a_product_is_a_sector():
    two = world(("food", "steel"))
    shock = compiled(TradeCost(Where("BLR", "POL", product="steel"), 0.9), of=two)
    assert np.argwhere(shock.cost_hat != 1).tolist() == [[1, 0, 2]]
    with pytest.raises(UnknownCode, match="'stel' is no known sector of the economy. Nearest known: 'steel'"):
        compiled(TradeCost(Where("BLR", "POL", product="stel"), 0.9), of=two)
    with pytest.raises(DataError, match="single sector, 'total'.*Build the economy with sectors"):
        compiled(TradeCost(Where("BLR", "POL", product="steel"), 0.9))


def test_names_and_blocs_by_the_date_of_the_economy_or_their_own():
    assert altered(compiled(TradeCost(Where("Belarus", "Польша"), 0.9)).cost_hat) == {("BLR", "POL")}
    shock = compiled(TradeCost(Where("EAEU", "POL"), 0.9))
    assert altered(shock.cost_hat) == {("BLR", "POL"), ("KAZ", "POL"), ("RUS", "POL")}
    assert shock.notes == ("members of EAEU@2022 that are not in the economy: ARM, KGZ",)
    assert compiled(TradeCost(Where("EAEU@2015-01-01", "POL"), 0.9)).notes == ()
    with pytest.raises(DataError, match=r"has no period.*'EAEU@2022-01-01'"):
        compiled(TradeCost(Where("EAEU", "POL"), 0.9), of=world(period=None))
    with pytest.raises(DataError, match="No member of USMCA on 2022 is a region of the economy"):
        compiled(TradeCost(Where("USMCA", "POL"), 0.9))
    with pytest.raises(UnknownCode, match="'BLX' is no known region of the economy. Nearest known: 'BLR'"):
        compiled(TradeCost(Where("BLX", "POL"), 0.9))


def test_a_code_of_the_economy_comes_before_a_bloc():
    groups = world().regroup({"BLR": "EAEU", "KAZ": "EAEU", "RUS": "EAEU"})
    shock = shocks.compile(groups, TradeCost(Where("EAEU", "POL"), 0.9))
    assert (shock.cost_hat != 1).sum() == 1


def test_lists_of_ones_own():
    facts = tuple(Membership("NORTH", code, date(2020, 1, 1), None, "") for code in ("BLR", "POL"))
    lists = Lists(None, facts, (Bloc("NORTH", "North", "Север", "trade"),))
    assert altered(compiled(TradeCost(Where("North", "RUS"), 0.9), lists=lists).cost_hat) == {
        ("BLR", "RUS"),
        ("POL", "RUS"),
    }
    with pytest.raises(UnknownCode):
        compiled(TradeCost(Where("EAEU", "POL"), 0.9), lists=lists)


def test_what_has_no_trade_is_said_or_refused():
    gap = world(empty=(0, 0, 2))
    with pytest.raises(DataError, match=r"Change 1 \(trade_cost\) touches no trade.*from 'BLR' to 'POL'"):
        compiled(TradeCost(Where("BLR", "POL"), 0.9), of=gap)
    with pytest.raises(DataError, match="from 'BLR' to 'POL'"):  # a pair, and no sale at home
        compiled(TradeCost(Where(("BLR", "POL"), ("BLR", "POL")), 0.9), of=gap)
    shock = compiled(TradeCost(Where("BLR"), 0.9), of=gap)
    assert shock.notes == ("Change 1 (trade_cost): 1 of 3 pairs have no trade in the economy and stay without",)


# ---- tables ---------------------------------------------------------------------------------------------------------
def test_a_schedule_of_tariffs_the_later_row_holds():
    rows = (
        TariffRow("EAEU", "POL", "", 0.2),
        TariffRow("BLR", "POL", "food", 0.0),
        TariffRow("BLR", "POL", "steel", 0.07),
        TariffRow("POL", "EAEU", "steel", 0.3),
    )
    tariff = compiled(TariffSchedule(rows), of=world(("food", "steel"))).tariff
    assert_allclose(tariff[:, :, 2], [[0, 0.2, 0, 0.2], [0.07, 0.2, 0, 0.2]])
    assert_allclose(tariff[:, 2], [[0, 0, 0, 0], [0.3, 0.3, 0, 0.3]])


def test_rows_without_trade_are_counted_over_the_whole_table():
    gap = world(empty=(0, 0, 2))
    rows = tuple(TariffRow(one, "POL", "", 0.1) for one in ("BLR", "KAZ"))
    assert "1 of 2 pairs" in compiled(TariffSchedule(rows), of=gap).notes[0]
    with pytest.raises(DataError, match="touches no trade"):
        compiled(TariffSchedule(rows[:1]), of=gap)


def test_three_ways_from_a_corridor_to_trade():
    rows = (CorridorRow("BLR", "POL", None, 80.0, 60.0), CorridorRow("KAZ", "RUS", None, 100.0, 50.0))
    power = compiled(Corridor(rows, "elasticity", elasticity=0.5, both=True)).cost_hat
    assert_allclose([power[0, 0, 2], power[0, 2, 0], power[0, 1, 3]], [0.75**0.5, 0.75**0.5, 0.5**0.5])
    ad_valorem = compiled(Corridor(rows, "ad_valorem", unit_value=400.0)).cost_hat
    assert_allclose([ad_valorem[0, 0, 2], ad_valorem[0, 2, 0], ad_valorem[0, 1, 3]], [1.15 / 1.2, 1, 1.125 / 1.25])
    estimate = compiled(Corridor(rows, "estimate", coefficient=-2.0))
    assert estimate.cost_hat is None
    assert_allclose([estimate.effect_hat[0, 0, 2], estimate.effect_hat[0, 1, 3]], [0.75**-2, 4])


# ---- blocs ----------------------------------------------------------------------------------------------------------
def test_who_joins_trades_with_each_member_and_each_other_both_ways():
    shock = compiled(Joins("EAEU", joins="POL", coefficient=0.4, tariff=0.0))
    pairs = {("POL", code) for code in ("BLR", "KAZ", "RUS")}
    assert altered(shock.effect_hat) == pairs | {(j, i) for i, j in pairs}
    assert_allclose(shock.effect_hat[0, 2, 0], np.exp(0.4))
    one = compiled(Joins("USMCA", joins=("BLR", "POL"), equivalent=0.25)).cost_hat
    assert altered(one) == {("BLR", "POL"), ("POL", "BLR")}
    assert_allclose(one[0, 0, 2], 0.8)


def test_who_leaves_loses_what_members_have():
    shock = compiled(Joins("EAEU", leaves=("BLR", "KAZ"), coefficient=0.4))
    pairs = {("BLR", "RUS"), ("KAZ", "RUS"), ("BLR", "KAZ")}
    assert altered(shock.effect_hat) == pairs | {(j, i) for i, j in pairs}
    assert_allclose(shock.effect_hat[0, 0, 3], np.exp(-0.4))
    assert_allclose(compiled(Joins("EAEU", leaves="BLR", equivalent=0.25)).cost_hat[0, 0, 3], 1.25)


def test_members_cannot_join_and_others_cannot_leave():
    with pytest.raises(DataError, match="'BLR' is a member of EAEU already"):
        compiled(Joins("EAEU", joins="BLR", coefficient=0.4))
    with pytest.raises(DataError, match="'POL' is no member of EAEU"):
        compiled(Joins("EAEU", leaves="POL", coefficient=0.4))
    with pytest.raises(UnknownCode, match="'EAEX' is no known bloc"):
        compiled(Joins("EAEX", joins="POL", coefficient=0.4))


# ---- regions --------------------------------------------------------------------------------------------------------
def test_productivity_by_factor_and_by_the_size_of_a_project():
    two = world(("food", "steel"))
    shock = compiled(Productivity("BLR", "steel", factor=1.1), Productivity("BLR", "steel", factor=1.1), of=two)
    assert_allclose(shock.productivity, [[1, 1, 1, 1], [1.21, 1, 1, 1]])
    project = compiled(Productivity("BLR", "steel", value=24.0, scale=0.5, cost=30.0), of=two)
    assert_allclose(project.productivity[1, 0], 1 + 0.5 * 24 / 120)
    assert project.notes == ("Change 1 (productivity): its stated cost of 30 is not part of the equilibrium",)
    with pytest.raises(DataError, match="productivity factor of -"):
        compiled(Productivity("BLR", value=-1e6, scale=1.0))


def test_a_deficit_is_lent_by_the_others():
    shock = compiled(Deficit("BLR", value=9.0))
    assert_allclose(shock.deficit, [9, -3, -3, -3])
    assert "the other 3 regions take -9" in shock.notes[0]
    with pytest.raises(DataError, match="changes no deficit"):
        compiled(Deficit("BLR", factor=0.0))
    alone = world().regroup(dict.fromkeys(REGIONS, "WORLD"))
    with pytest.raises(DataError, match="names every region, and deficits would sum to 5, not zero"):
        compiled(Deficit("WORLD", value=5.0), of=alone)


def test_a_tariff_below_minus_one_is_refused():
    with pytest.raises(DataError, match="makes a tariff of -100.0%; it must stay above"):
        compiled(Tariff(Where("BLR", "POL"), points=-1.0))


def test_tariffs_that_stay_as_they_are():
    with pytest.raises(DataError, match="multiplies tariffs, and the economy has none on these flows"):
        compiled(Tariff(Where("BLR", "POL"), factor=0.0))
    assert "as the scenario has them already" in compiled(Tariff(Where("BLR", "POL"), rate=0.0)).notes[0]
    assert "as the table has them already" in compiled(TariffSchedule((TariffRow("BLR", "POL", "", 0.0),))).notes[0]
