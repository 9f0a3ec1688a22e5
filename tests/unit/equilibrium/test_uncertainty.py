"""Draws over elasticities and estimates: their law, and that nothing depends on who does the work."""

from __future__ import annotations

import multiprocessing
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from scipy import stats

from hansa.equilibrium import sampling, shock, simulation
from hansa.equilibrium.economy import Economy
from hansa.equilibrium.uncertain_term import shifted, uncertain_terms
from hansa.equilibrium.uncertainty import FIGURES, Draws, draws
from hansa.errors import DataError, NotIdentified, UnknownCode
from hansa.regions import Bloc
from hansa.regions import Membership as Member
from hansa.regions.lists import Lists
from hansa.scenario import (
    Barrier,
    Closure,
    Corridor,
    CorridorRow,
    Deficit,
    Membership,
    Scenario,
    Tariff,
    TradeCost,
    TradeEffect,
    Where,
)

TRADE = {
    "origin": list("AAABBBCCC"),
    "destination": list("ABCABCABC"),
    "value": [80.0, 20.0, 5.0, 20.0, 180.0, 10.0, 5.0, 10.0, 60.0],
}
BOTH = Where("A", "B", both=True)
BRIDGE = Scenario("bridge", (TradeCost(BOTH, 0.9),))
UNION = Scenario("union", (TradeEffect(BOTH, 0.5, error=0.2, term="union"),))
AUTARKY = Scenario("autarky", (Closure(Where()),))


@pytest.fixture(scope="module")
def world() -> Economy:
    """Three regions, one sector, balanced trade."""
    return Economy.from_flows(TRADE, elasticity=4.0)


@pytest.fixture(scope="module")
def sectors() -> Economy:
    """Three regions, two sectors, tariffs."""
    rows = {name: values * 2 for name, values in TRADE.items()}
    rows["product"] = ["wood"] * 9 + ["cars"] * 9
    rows["value"] = [
        *TRADE["value"],
        *(value / (3 if a == b else 1) for a, b, value in zip(*TRADE.values(), strict=True)),
    ]
    rows["rate"] = [0.0 if a == b else 0.1 for a, b in zip(rows["origin"], rows["destination"], strict=True)]
    return Economy.from_flows(rows, elasticity={"wood": 3.0, "cars": 6.0}, sector="product", tariff="rate")


def same(one: Draws, other: Draws) -> bool:
    """Whether two sets of draws are the same to the last bit."""
    assert one.flow is not None
    assert other.flow is not None
    return np.array_equal(one.flow, other.flow) and all(
        np.array_equal(one.change[name], other.change[name], equal_nan=True) for name in FIGURES
    )


def test_draws_that_leave_the_numbers_are_left_out(sectors: Economy):
    told = draws(sectors, Scenario("dear", (TradeCost(BOTH, 1.2),)), draws=16, elasticity_spread=40.0)
    assert told.failed
    kept = np.delete(np.arange(16), [one.draw for one in told.failed])
    assert np.isfinite(told.change["real_income"][kept]).all()
    assert any("draws were not solved" in note for note in told.notes)


def test_trade_of_blocs_of_ones_own(world: Economy):
    facts = tuple(Member("NORTH", code, date(2020, 1, 1), None, "") for code in "AB")
    lists = Lists(None, facts, (Bloc("NORTH", "North", "Север", "trade"),))
    told = draws(world, BRIDGE, draws=4, lists=lists)
    assert {row["origin"] for row in told.trade("NORTH@2022", "C").rows()} == {"A", "B"}


# ---- random numbers --------------------------------------------------------------------------------------------------
def test_points_cover_every_tenth_evenly():
    z = sampling.normals(1024, 3, seed=5)
    tenths = np.floor(10 * stats.norm.cdf(z)).astype(int)
    for column in tenths.T:
        assert np.abs(np.bincount(column, minlength=10) - 102.4).max() <= 2  # chance alone strays by about 10


def test_the_seed_decides_and_neighbours_are_unlike():
    assert np.array_equal(sampling.normals(64, 2, seed=1), sampling.normals(64, 2, seed=1))
    assert not np.array_equal(sampling.normals(64, 2, seed=1), sampling.normals(64, 2, seed=2))
    assert abs(np.corrcoef(sampling.normals(512, 2).T)[0, 1]) < 0.01


def test_nothing_uncertain_needs_no_numbers():
    assert sampling.normals(8, 0).shape == (8, 0)


@pytest.mark.parametrize(
    ("count", "dimensions", "seed", "message"),
    [
        (1, 1, 0, "1 draws give no spread; take two or more"),
        (-5, 1, 0, "-5 draws give no spread"),
        (8, 1, -1, "The seed is -1; it must be 0 or more."),
        (8, 30_000, 0, "30,000 numbers are uncertain; the sequence has 21,201 dimensions"),
    ],
)
def test_bad_sampling(count: int, dimensions: int, seed: int, message: str):
    with pytest.raises(DataError, match=message):
        sampling.normals(count, dimensions, seed=seed)


def test_a_summary_leaves_out_draws_without_figures_and_keeps_figures_that_never_exist():
    draw = np.array([[1.0, np.nan], [np.nan, np.nan], [3.0, np.nan], [-1.0, np.nan]])
    told = sampling.summarise(draw, np.array([2.0, np.nan]))
    assert told.median[0] == 1.0
    assert told.same_sign[0] == pytest.approx(2 / 3)
    assert np.isnan([told.median[1], told.low[1], told.same_sign[1]]).all()
    empty = sampling.summarise(np.full((2, 1), np.nan), np.array([1.0]))
    assert np.isnan(empty.median).all()
    with pytest.raises(DataError, match="The level is 90; it lies between 0 and 1"):
        sampling.summarise(draw, np.zeros(2), level=90)


# ---- who does the work -----------------------------------------------------------------------------------------------
def test_figures_do_not_depend_on_who_does_the_work(sectors: Economy):
    mixed = Scenario("mixed", (Tariff(BOTH, rate=0.0), TradeEffect(BOTH, 0.3, error=0.1, term="rta")))
    alone = draws(sectors, mixed, draws=70, seed=3)
    executors: list[Executor] = [
        ThreadPoolExecutor(1),
        ThreadPoolExecutor(2),
        ProcessPoolExecutor(2, multiprocessing.get_context("spawn")),
    ]
    for executor in executors:
        with executor:
            assert same(alone, draws(sectors, mixed, draws=70, seed=3, executor=executor)), executor
    assert not same(alone, draws(sectors, mixed, draws=70, seed=4))


def test_progress_counts_every_draw(world: Economy):
    seen: list[tuple[int, int]] = []
    draws(world, BRIDGE, draws=70, progress=lambda done, of: seen.append((done, of)))
    assert seen[-1] == (70, 70)
    assert [done for done, _ in seen] == sorted({done for done, _ in seen})


# ---- their law -------------------------------------------------------------------------------------------------------
def test_autarky_has_a_formula(world: Economy):
    """Arkolakis, Costinot and Rodriguez-Clare 2012: real income changes by home share ** (1 / theta)."""
    told = draws(world, AUTARKY, draws=256, elasticity_spread=0.4)
    own = world.share[0, 0, 0]
    theta = 4.0 * np.exp(0.4 * stats.norm.ppf([0.05, 0.5, 0.95]))
    expected = own ** (1 / theta) - 1
    row = told.regions().rows()[0]
    assert row["central"] == pytest.approx(own**0.25 - 1, abs=1e-10)
    assert [row["low"], row["median"], row["high"]] == pytest.approx(list(expected), rel=0.02)
    assert row["same_sign"] == 1.0
    drawn = told.drawn["elasticity"][:, 0]
    assert told.change["real_income"][:, 0] == pytest.approx(own ** (1 / drawn) - 1, abs=1e-9)


def test_each_draw_is_what_simulate_says_of_its_numbers(world: Economy):
    told = draws(world, UNION, draws=16, seed=2)
    (name,) = [name for name in told.drawn if name != "elasticity"]
    assert name == "union: 0.5 (0.2)"
    for row in (0, 7):
        theta, b = float(told.drawn["elasticity"][row, 0]), float(told.drawn[name][row])
        one = simulation.simulate(Economy.from_flows(TRADE, elasticity=theta), Scenario("one", (TradeEffect(BOTH, b),)))
        assert told.change["real_income"][row] == pytest.approx(one.real_income_hat - 1, abs=1e-9)
        assert told.flow is not None
        assert told.flow[row, 0, 1] == pytest.approx(one.trade("A", "B").rows()[0]["after"], rel=1e-8)


def test_numbers_that_are_certain_leave_nothing_to_draw(world: Economy):
    told = draws(world, BRIDGE, draws=4, elasticity_spread=0.0)
    row = told.regions().rows()[0]
    assert row["low"] == pytest.approx(row["central"], abs=1e-10)
    assert row["high"] == pytest.approx(row["central"], abs=1e-10)


def test_an_estimate_is_normal_with_its_error(world: Economy):
    told = draws(world, UNION, draws=512)
    b = told.drawn["union: 0.5 (0.2)"]
    assert (b.mean(), b.std()) == pytest.approx((0.5, 0.2), rel=0.01)


def test_one_spread_moves_all_sectors_together_and_several_each_on_its_own(sectors: Economy):
    cut = Scenario("cut", (TradeCost(BOTH, 0.9),))
    together = np.log(draws(sectors, cut, draws=128).drawn["elasticity"]).T
    assert np.corrcoef(together)[0, 1] == pytest.approx(1.0)
    apart = draws(sectors, cut, draws=128, elasticity_spread={"wood": 0.0, "cars": 0.2}).drawn["elasticity"]
    wood, cars = (apart[:, sectors.sectors.index(name)] for name in ("wood", "cars"))
    assert np.unique(wood).tolist() == [3.0]
    assert np.log(cars).std() == pytest.approx(0.2, rel=0.03)


def test_scenarios_that_are_compared_get_common_random_numbers(world: Economy):
    other = Scenario("other", (TradeEffect(BOTH, 0.1, error=0.3, term="distance"), *UNION.changes))
    both = [UNION, other]
    one, two = (draws(world, scenario, draws=32, beside=both) for scenario in both)
    assert np.array_equal(one.drawn["elasticity"], two.drawn["elasticity"])
    assert np.array_equal(one.drawn["union: 0.5 (0.2)"], two.drawn["union: 0.5 (0.2)"])


def test_without_deficits_the_world_before_is_the_settled_one():
    rows = {**TRADE, "value": [80.0, 30.0, 5.0, 20.0, 180.0, 10.0, 5.0, 10.0, 60.0]}
    told = draws(Economy.from_flows(rows, elasticity=4.0), BRIDGE, draws=8, deficit="zero")
    assert np.abs(told.central.economy.deficit).max() < 1e-9
    assert any("world without deficits" in note for note in told.notes)


# ---- which numbers are uncertain -------------------------------------------------------------------------------------
def test_a_barrier_varies_only_where_it_is_asked_to(world: Economy):
    half = Scenario("half", (Barrier(BOTH, 0.12, removed=0.5),))
    assert uncertain_terms(world, half) == ()
    (term,) = uncertain_terms(world, half, barrier_spread=0.5)
    size = term.drawn(1.0)
    assert size == pytest.approx(0.12 * np.exp(0.5))
    moved = shifted(shock.compile(world, half), (term,), (1.0,)).cost_hat
    assert moved is not None
    assert moved[0, 0, 1] == pytest.approx((1 + size / 2) / (1 + size))
    assert moved[0, 0, 2] == 1.0
    assert any("a spread of barriers" in note for note in draws(world, half, draws=4).notes)


@pytest.mark.parametrize(
    ("change", "at", "log_effect"),
    [
        (TradeEffect(BOTH, 0.4, change=-2.0, error=0.1), (0, 1), -2 * 0.1),
        (TradeEffect(BOTH, 0.0, error=0.1), (0, 1), 0.1),
        (Corridor((CorridorRow("A", "B", None, 100.0, 50.0),), "estimate", coefficient=-0.8, error=0.1), (0, 1),
         0.1 * np.log(0.5)),
    ],
)  # fmt: skip
def test_what_one_standard_error_does(
    world: Economy, change: TradeEffect | Corridor, at: tuple[int, int], log_effect: float
):
    scenario = Scenario("one", (change,))
    (term,) = uncertain_terms(world, scenario)
    central = shock.compile(world, scenario)
    moved = shifted(central, (term,), (1.0,))
    assert central.effect_hat is not None
    assert moved.effect_hat is not None
    assert np.log(moved.effect_hat / central.effect_hat)[0][at] == pytest.approx(log_effect)


def test_members_of_a_bloc_move_together():
    codes = {"A": "BLR", "B": "RUS", "C": "MDA"}
    rows = {**TRADE, **{end: [codes[one] for one in TRADE[end]] for end in ("origin", "destination")}}
    world = Economy.from_flows({**rows, "period": ["2022"] * 9}, elasticity=4.0)
    joins = Scenario("joins", (Membership("EAEU", joins="MDA", coefficient=0.4, error=0.1),))
    (term,) = uncertain_terms(world, joins)
    regions = world.regions
    pairs = [(regions[cell // 3 % 3], regions[cell % 3]) for cell in term.cells]
    assert sorted(pairs) == [("BLR", "MDA"), ("MDA", "BLR"), ("MDA", "RUS"), ("RUS", "MDA")]
    assert term.amount == pytest.approx(np.ones(4))
    falls = Scenario("falls", (Membership("EAEU", joins="MDA", equivalent=0.2),))
    (term,) = uncertain_terms(world, falls, barrier_spread=0.5)
    assert term.factor(1.0) == pytest.approx(np.full(4, 1.2 / (1 + 0.2 * np.exp(0.5))))


def test_one_estimate_named_twice_is_one_number(world: Economy):
    effect = TradeEffect(Where("A", "B"), 0.5, error=0.2, term="union")
    twice = Scenario("twice", (effect, replace(effect, where=Where("B", "A"))))
    told = draws(world, twice, draws=8, seed=1)
    assert list(told.drawn) == ["elasticity", "union: 0.5 (0.2)"]
    assert told.change["real_income"] == pytest.approx(
        draws(world, UNION, draws=8, seed=1).change["real_income"], abs=1e-9
    )


# ---- draws that cannot be solved -------------------------------------------------------------------------------------
def test_draws_that_fail_are_counted_named_and_left_out():
    """A deficit that most of the income must pay for breaks where the market it is earned in shrinks."""
    rows = {"origin": list("AABB"), "destination": list("ABAB"), "value": [4.0, 16.0, 1.0, 400.0]}
    world = Economy.from_flows(rows, elasticity=4.0)
    wall = Scenario("wall", (TradeEffect(Where("A", "B"), -1.0, error=2.0, term="wall"),))
    told = draws(world, wall, draws=64)
    assert 0 < len(told.failed) < 64
    assert np.isnan(told.change["real_income"]).any(axis=1).sum() == len(told.failed)
    (note,) = [note for note in told.notes if "were not solved" in note]
    assert note.startswith(f"{len(told.failed)} of 64 draws were not solved and are left out: ")
    assert f"draw {told.failed[0].draw} (" in note
    listed = told.failures()
    assert listed.to_arrow()["draw"].to_pylist() == [one.draw for one in told.failed]
    assert max(listed.to_arrow()["wall: -1 (2)"].to_pylist()) < -1.0  # those where the wall is highest
    result = told.regions()
    assert note in result.notes
    assert result.meta["failed"] == len(told.failed)
    assert all(row["median"] is not None for row in result.rows())


def test_central_values_that_cannot_be_solved_are_refused():
    rows = {"origin": list("AABB"), "destination": list("ABAB"), "value": [4.0, 16.0, 1.0, 400.0]}
    wall = Scenario("wall", (Closure(Where("A", "B")),))
    with pytest.raises((DataError, NotIdentified)):
        draws(Economy.from_flows(rows, elasticity=4.0), wall, draws=8)


# ---- tables ----------------------------------------------------------------------------------------------------------
def test_tables_say_how_they_were_made(world: Economy):
    told = draws(world, BRIDGE, draws=32)
    result = told.regions("exports", level=0.5)
    assert result.to_arrow().column_names == ["region", "central", "median", "low", "high", "same_sign"]
    assert result.notes[0] == "low and high are the percentiles 25 and 75 of the draws that were solved"
    assert result.notes[1] == "32 draws from a scrambled Sobol sequence, seed 0"
    assert "Head and Mayer 2014" in result.notes[2]
    assert result.meta["draws"] == 32
    assert {"closure", "numeraire", "residual", "walras"} <= set(result.meta)
    with pytest.raises(UnknownCode, match="'incme' is no known figure of draws"):
        told.regions("incme")


def test_trade_of_pairs(world: Economy):
    told = draws(world, BRIDGE, draws=32)
    rows = told.trade("A", ["B", "C"]).rows()
    assert [(row["origin"], row["destination"]) for row in rows] == [("A", "B"), ("A", "C")]
    assert rows[0]["central"] == pytest.approx(told.central.trade("A", "B").rows()[0]["change"])
    assert rows[0]["low"] < rows[0]["median"] < rows[0]["high"]
    with pytest.raises(UnknownCode):
        told.trade("Z")
    with pytest.raises(DataError, match="Draw again with trade=True"):
        draws(world, BRIDGE, draws=4, trade=False).trade("A", "B")


def test_a_closed_market_has_no_trade_in_any_draw(world: Economy):
    told = draws(world, Scenario("closed", (Closure(Where("A", "B")),)), draws=8)
    (row,) = told.trade("A", "B").rows()
    assert (row["central"], row["low"], row["high"], row["same_sign"]) == (-1.0, -1.0, -1.0, 1.0)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"elasticity_spread": -0.1}, "elasticity_spread is -0.1; a standard error is 0 or more"),
        ({"elasticity_spread": [0.1, 0.2]}, "There are 1 sectors and 2 spreads"),
        ({"elasticity_spread": {"total": 0.1, "wood": 0.2}}, "'wood' is no known sector of the economy"),
        ({"elasticity_spread": {}}, "Sector 'total' has no spread"),
        ({"barrier_spread": -1.0}, "barrier_spread is -1; a standard error is 0 or more"),
        ({"draws": 1}, "1 draws give no spread"),
        ({"seed": -1}, "The seed is -1"),
        ({"model": "gtap"}, "'gtap' is no model"),
    ],
)
def test_bad_settings(world: Economy, settings: dict[str, object], message: str):
    with pytest.raises(DataError, match=message):
        draws(world, BRIDGE, **{"draws": 4, **settings})  # type: ignore[arg-type]


def test_what_is_certain_stays(world: Economy):
    """Deficits, tariffs and productivity of a scenario hold in every draw."""
    rows = {**TRADE, "value": [80.0, 30.0, 5.0, 20.0, 180.0, 10.0, 5.0, 10.0, 60.0]}
    told = draws(Economy.from_flows(rows, elasticity=4.0), Scenario("balanced", (Deficit("A", factor=0.0),)), draws=8)
    assert told.failed == ()
    assert told.change["imports"][:, 0] == pytest.approx(told.change["imports"][0, 0], rel=0.5)
