"""Bad and odd input at the doors of an economy: each ends in a message that says what to do, or in a right answer."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from hansa.equilibrium import Economy, armington, caliendo_parro, fault, simulate
from hansa.errors import DataError, NotIdentified, UnitMismatch
from hansa.production import IOTable
from hansa.scenario import Productivity, Scenario, TradeCost, Where
from hansa.trade.flows import as_flows
from hansa.trade.side import as_side

TWO = {"origin": list("AABB"), "destination": list("ABAB"), "value": [80.0, 20.0, 10.0, 90.0]}
ABROAD = {"origin": list("AB"), "destination": list("BA"), "value": [20.0, 10.0]}
FLOW = [[80.0, 20.0], [10.0, 90.0]]
SHARES = [[0.9, 0.2], [0.1, 0.8]]
LABELS = {"regions": ["A", "B"], "wage_income": [100.0, 100.0]}


@pytest.mark.parametrize(
    "frame",
    [
        TWO,
        TWO | {"value": [80, 20, 10, 90]},
        TWO | {"value": [Decimal(one) for one in (80, 20, 10, 90)]},
        pd.DataFrame(TWO),
        pd.DataFrame(TWO).astype({"origin": "category", "value": "int64"}),
        pd.DataFrame(TWO | {"value": pd.array([80, 20, 10, 90], dtype="Int64")}),
        pl.DataFrame(TWO),
        pl.DataFrame(TWO).lazy(),
        pl.DataFrame(TWO).with_columns(pl.col("origin").cast(pl.Categorical)),
        pa.table(TWO),
    ],
)
def test_frames_of_all_kinds_are_one_economy(frame):
    assert Economy.from_flows(frame).flow[0].tolist() == FLOW


@pytest.mark.parametrize(
    ("rows", "settings", "message"),
    [
        (TWO, {"elasticity": "four"}, "An elasticity is a number such as 4.0"),
        (TWO, {"elasticity": True}, "An elasticity is a number such as 4.0"),
        (TWO, {"elasticity": {"total": None}}, "An elasticity is a number such as 4.0"),
        (TWO, {"elasticity": np.inf}, "above zero and finite"),
        (TWO | {"value": [1e308] * 4}, {}, "sum to more than 1e.305. Write them in a larger unit"),
        (pd.DataFrame(TWO | {"value": [80, "x", 10, 90]}), {}, "cells of several kinds"),
        (TWO | {"origin": ["A", " ", "B", "B"]}, {}, "column 'origin': There are empty cells"),
        (TWO | {"period": [2021, 2021, None, 2021]}, {}, "Some rows have no period"),
        (TWO | {"period": [2021, 2021, None, 2021]}, {"period": 2021}, "Some rows have no period"),
        (as_flows(TWO | {"period": ["2021", "2021", None, "2021"]}), {}, "Some rows have no period"),
        (TWO | {"rate": list("abcd")}, {"tariff": "rate"}, "column 'rate' hold string, not numbers"),
        (TWO | {"rate": [0.5, 0.1, 0.0, 0.0]}, {"tariff": "rate"}, "a tariff on the home sales of 'A'"),
        (TWO, {"unit": "USD"}, r"unit= is a Money, such as Money\('USD'"),
        (ABROAD, {"domestic": {"A": "x", "B": 50.0}}, "domestic= holds 'x', which is no number"),
        (ABROAD, {"domestic": {"A": None, "B": 50.0}}, "domestic= holds None, which is no number"),
        (ABROAD, {"domestic": {"A": np.inf, "B": 50.0}}, "'domestic' has a value below zero, or an infinite one"),
        (ABROAD, {"domestic": {}}, "domestic= is a mapping of region"),
        (ABROAD, {"domestic": {("A", "p"): 1.0, "B": 1.0}}, "domestic= is a mapping of region"),
        (
            ABROAD,
            {"production": {"region": list("AAB"), "value": [50.0, 60.0, 70.0]}},
            "'production' has 2 rows for 'A'",
        ),
        (ABROAD, {"production": {"region": list("AB"), "value": ["x", "y"]}}, "hold string, not numbers"),
    ],
)  # fmt: skip
def test_flows_that_are_refused(rows, settings, message):
    with pytest.raises(DataError, match=message):
        Economy.from_flows(rows, **settings)


def test_home_sales_may_be_in_the_flows_for_some_and_beside_them_for_others():
    rows = {"origin": list("ABB"), "destination": list("BAB"), "value": [20.0, 10.0, 90.0]}
    assert Economy.from_flows(rows, domestic={"A": 80.0}).flow[0].tolist() == FLOW
    assert Economy.from_flows(rows, production={"A": 100.0}).flow[0].tolist() == FLOW


def test_what_is_left_out_or_looks_odd_is_said():
    world = Economy.from_flows(ABROAD, production={"A": 100.0, "B": 100.0, "Z": 5.0})
    assert "1 region(s) of production are in no flow and are left out: Z" in world.notes
    steep = Economy.from_flows(TWO, tariff={"region": ["B"], "partner": ["A"], "value": [5.0]})
    assert "the highest tariff is 500%: rates are fractions, 0.05 is 5 %" in steep.notes


def test_tariffs_in_per_cent_are_so_where_their_unit_says_it():
    rates = as_side({"region": ["B"], "partner": ["A"], "value": [5.0], "unit": ["percent"]}, "tariff")
    assert Economy.from_flows(TWO, tariff=rates).tariff[0].tolist() == [[0.0, 0.05], [0.0, 0.0]]
    mixed = {"region": ["B", "A"], "partner": ["A", "B"], "value": [5.0, 0.1], "unit": ["percent", "share"]}
    with pytest.raises(DataError, match="in several units: percent, share"):
        Economy.from_flows(TWO, tariff=mixed)


@pytest.mark.parametrize("unit", ["million EUR", "USD, constant 2015 prices"])
def test_production_in_another_unit_is_refused(unit):
    made = as_side({"region": ["A", "B"], "value": [100.0, 100.0], "unit": [unit] * 2}, "production")
    with pytest.raises(UnitMismatch):
        Economy.from_flows(ABROAD, production=made)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"share": [["a", 0.2], [0.1, 0.8]]}, "'share' holds what are no numbers"),
        ({"share": [[0.1], [0.1, 0.8]]}, "rows of different lengths"),
        ({"wage_income": ["x", "y"]}, "'wage_income' holds what are no numbers"),
        ({"wage_income": 1.0}, "a figure for each of 2 regions"),
        ({"deficit": [0.0]}, "a figure for each of 2 regions"),
        ({"inputs": [[[1.0, 0.5]]], "value_added": [[0.0, 0.5]]}, "No sector of 'A' that sells anything adds value"),
        (
            {"inputs": [[[1.5, 0.5]]], "value_added": [[-0.5, 0.5]]},
            "value added in cost is negative, or no number, for",
        ),
        ({"deficit": [-99.0, 99.0]}, "with .* of them 'A' spends"),
    ],
)
def test_arrays_that_are_refused(changed, message):
    with pytest.raises(DataError, match=message):
        Economy.from_shares(**{"share": SHARES, **LABELS} | changed)


def test_a_region_that_cannot_trade_back_is_named():
    with pytest.raises(NotIdentified, match="'A' could sell to the others and buy nothing"):
        Economy.from_shares([[1.0, 0.2], [0.0, 0.8]], **LABELS)


def test_a_world_of_one_region_with_inputs_is_settled():
    world = Economy.from_shares(
        [[1.0]], regions=["A"], wage_income=[100.0], inputs=[[[0.5]]], value_added=[[0.5]], elasticity=4.0
    )
    assert world.output.tolist() == pytest.approx(np.array([[200.0]]))
    twice = simulate(world, Scenario("twice", (Productivity("A", factor=2.0),)))
    assert twice.real_income_hat == pytest.approx([4.0])  # every round of inputs is twice as productive: 2 ** (1 / 0.5)


def test_what_passed_the_door_cannot_be_written_to():
    share = np.array(SHARES)
    world = Economy.from_shares(share, **LABELS)
    before = world.share.copy()
    share[0, 0] = 7.0
    assert np.array_equal(world.share, before)
    with pytest.raises(ValueError, match="read-only"):
        world.share[0, 0, 0] = 7.0
    with pytest.raises(ValueError, match="read-only"):
        Economy.from_flows(TWO).wage_income[0] = 7.0


def test_lists_are_taken_as_arrays():
    one = Economy(("A",), ("s",), [[[1]]], [[[0]]], [[1]], None, [[1]], [4], [1], [0], [[1]])
    assert one.output.tolist() == [[1.0]]


def table(**changed) -> IOTable:
    parts = {
        "regions": ("A", "B"), "sectors": ("all",), "trade": [[[80.0, 20.0], [10.0, 90.0]]],
        "intermediate": [[[40.0, 50.0]]], "final": [[50.0, 60.0]], "value_added": [[60.0, 50.0]],
        "deficit": [-10.0, 10.0],
    }  # fmt: skip
    return IOTable(**parts | changed)


def test_a_table_whose_uses_and_supply_differ_says_so_though_its_shares_fit():
    assert Economy.from_table(table()).notes == ()
    notes = Economy.from_table(table(final=[[70.0, 60.0]])).notes
    assert notes == (
        "use and supply differ by 10.00% of supply in all, most for 'all' in 'A': +22.2%; only shares are taken from "
        "the table, and these are in balance",
    )


def test_tables_that_are_refused():
    with pytest.raises(DataError, match="rates at or below -100 %"):
        Economy.from_table(table(), tariff=[[[0.0, -1.5], [0.0, 0.0]]])
    with pytest.raises(DataError, match="An IOTable is wanted"):
        Economy.from_table({"trade": 1})
    with pytest.raises(DataError, match="'trade' holds what are no numbers"):
        table(trade=[[["a"]]])


def test_groups_and_choices_that_are_refused():
    world = Economy.from_flows(TWO)
    assert world.regroup({}) is world
    with pytest.raises(DataError, match="A group is called 'B', as a region that is not in it"):
        world.regroup({"A": "B"})
    assert world.regroup({"A": "B", "B": "B"}).flow.tolist() == [[[200.0]]]
    with pytest.raises(DataError, match="inputs='kep' is no choice"):
        world.one_sector(inputs="kep")


@pytest.mark.parametrize("tolerance", [0.0, -1.0, 1e-8, np.nan])
def test_a_tolerance_that_nothing_could_be_returned_at_is_refused(tolerance):
    with pytest.raises(DataError, match="must be above 0 and at most 1e-09"):
        armington.solve(np.array(SHARES), [1.0, 1.0], [0.0, 0.0], 4.0, tolerance=tolerance)
    one, none = np.ones((1, 2)), np.zeros((1, 2, 2))
    model = caliendo_parro.Model(
        np.array([SHARES]), none, None, one, one, np.array([4.0]), np.ones(2), np.zeros(2), one
    )
    with pytest.raises(DataError, match="must be above 0 and at most 1e-09"):
        caliendo_parro.solve(model, tolerance=tolerance)


def test_where_wages_would_leap_it_is_the_surplus_that_is_refused():
    """At a thousandfold cost trade is 1e-12 of what it was: a surplus of 10 % of output cannot be earned."""
    share = np.array([[80 / 90, 20 / 110], [10 / 90, 90 / 110]])
    reach = np.array([[1.0, 1e-12], [1e-12, 1.0]])
    with pytest.raises(NotIdentified, match="region 0 .* cannot sell enough abroad to pay the surplus"):
        armington.solve(share, [100.0, 100.0], [-10.0, 10.0], 4.0, reach=reach)
    small = armington.solve(share, [100.0, 100.0], [-0.1, 0.1], 4.0, reach=reach)
    assert small.spending - small.output == pytest.approx([-0.1, 0.1])


def test_refusals_name_regions_and_sectors_by_code():
    with (
        pytest.raises(NotIdentified, match="^'POL' buys sector 'wood', and no supplier"),
        fault.named(["BLR", "POL"], ["wood"]),
    ):
        raise NotIdentified("Region 1 buys sector 0 (counted from 0), and no supplier is left.")
    said = fault.said_with_codes("regions 0, 1 and 3 more", ["A", "B"], ["s"])
    assert said == "'A', 'B' and 3 more"


PAIRS = TWO | {"border": [0, 1, 1, 0], "Y": [90.0, 90.0, 60.0, 60.0], "E": [80.0, 70.0, 80.0, 70.0]}


@pytest.mark.parametrize(
    ("coefficients", "message"),
    [
        ({"border": np.nan}, "The coefficient of 'border' is nan; it must be a finite number"),
        ({"border": "x"}, "must be a finite number"),
        (["border"], "coefficients= says the coefficient of each column"),
        ({"border": -1e4}, r"lower its trade by exp\(10,000\)"),
    ],
)
def test_estimates_that_are_refused(coefficients, message):
    with pytest.raises(DataError, match=message):
        Economy.from_estimates(PAIRS, coefficients)


def test_estimates_take_decimals():
    decimals = PAIRS | {"Y": [Decimal(one) for one in (90, 90, 60, 60)]}
    world = Economy.from_estimates(decimals, {"border": -2.0})
    assert world.output[0] == pytest.approx([90, 60])


def test_names_may_be_written_in_any_alphabet():
    cyrillic = {"origin": ["Я", "Я", "北", "北"], "destination": ["Я", "北", "Я", "北"], "value": TWO["value"]}
    after = simulate(Economy.from_flows(cyrillic), Scenario("мост", (TradeCost(Where("Я", "北"), 0.9),)))
    assert [row["region"] for row in after.regions().rows()] == ["Я", "北"]
