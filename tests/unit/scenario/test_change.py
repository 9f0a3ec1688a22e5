"""What a change may say, each refusal once, and the factors that follow from it by hand."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import date
from typing import Any

import numpy as np
import pytest

from hansa.errors import DataError
from hansa.scenario import (
    KINDS,
    Barrier,
    Closure,
    Corridor,
    CorridorRow,
    Deficit,
    Membership,
    Productivity,
    Scenario,
    Side,
    Tariff,
    TariffRow,
    TariffSchedule,
    TradeCost,
    TradeEffect,
    Where,
)
from tests.unit.scenario.every_kind import EVERY, PAIR, ROW


def test_every_kind_has_an_example():
    assert {type(change) for change in EVERY} == set(KINDS.values())


def test_a_barrier_is_a_ratio_of_costs():
    assert Barrier(PAIR, 0.25).factor == pytest.approx(1 / 1.25)
    assert Barrier(PAIR, 0.25, removed=0.0).factor == 1.0
    assert Barrier(PAIR, 0.25, removed=-1.0).factor == pytest.approx(1.5 / 1.25)


def test_an_effect_is_an_exponential():
    assert TradeEffect(PAIR, math.log(3), change=-1).factor == pytest.approx(1 / 3)


@pytest.mark.parametrize(
    ("corridor", "factor"),
    [
        (Corridor((ROW,), "elasticity", elasticity=0.5), math.sqrt(0.75)),
        (Corridor((ROW,), "ad_valorem", unit_value=400.0), 1.15 / 1.2),
        (Corridor((CorridorRow("A", "B", None, 80, 60, 100),), "ad_valorem", unit_value=400.0), 1.6 / 1.8),
        (Corridor((ROW,), "estimate", coefficient=-2.0), 16 / 9),
    ],
)
def test_three_ways_from_a_corridor_to_trade(corridor: Corridor, factor: float):
    assert corridor.factor(corridor.rows[0]) == pytest.approx(factor, rel=1e-14)


def test_a_text_stands_for_a_tuple_and_numbers_become_floats():
    assert Where("XBR", ["XKA", "XLU"]) == Where(("XBR",), ("XKA", "XLU"))
    assert Tariff(Where(), rate=np.float32(0.5)).rate == 0.5
    assert type(Tariff(Where(), rate=0).rate) is float
    assert Membership("EAEU", joins="MDA", date=date(2025, 1, 1), tariff=0).date == "2025-01-01"
    assert Productivity("XBR", factor=2).product == ()


def test_sides_have_their_date_apart():
    where = Where(("EAEU@2015-01-01", "XBR"), ())
    assert where.sides("origin") == (Side("EAEU", "2015-01-01"), Side("XBR"))
    assert where.sides("destination") == ()


REFUSED: list[tuple[Callable[[], Any], str]] = [
    (lambda: Barrier(PAIR, -1.0), "'equivalent' is -1, and must be above -1"),
    (lambda: Barrier(PAIR, math.nan), "'equivalent' is nan, and must be finite"),
    (lambda: Barrier(PAIR, math.inf), "'equivalent' is inf, and must be finite"),
    (lambda: Barrier(PAIR, 10**400), "'equivalent' is inf, and must be finite"),
    (lambda: Barrier(PAIR, "5%"), "'equivalent' is a number such as 0.05, not '5%'"),
    (lambda: Barrier(PAIR, True), "'equivalent' is a number such as 0.05, not True"),
    (lambda: Barrier(PAIR, 0.1, removed=1.5), "'removed' is 1.5, and must be at most 1: 1 removes all of the barrier"),
    (lambda: Barrier(PAIR, -0.5, removed=-2), "'removed' is -2, which leaves nothing of the price"),
    (lambda: Barrier("XBR", 0.1), "'where' is a Where"),
    (lambda: TradeCost(PAIR, 0.0), "'factor' is 0, and must be above 0: a market that is closed"),
    (lambda: TradeCost(PAIR, -0.9), "'factor' is -0.9"),
    (lambda: Tariff(PAIR), "'rate': give exactly one of 'rate' or 'factor' or 'points'; none is given"),
    (lambda: Tariff(PAIR, rate=0.1, factor=0.5), "both 'rate' and 'factor' are given"),
    (lambda: Tariff(PAIR, rate=-1.2), "'rate' is -1.2, and must be above -1: at -1 (-100 %) goods would be free"),
    (lambda: Tariff(PAIR, factor=-0.1), "'factor' is -0.1, and must be at least 0"),
    (lambda: Closure(None), "'where' is a Where"),
    (lambda: TradeEffect(PAIR, 30, change=2), "'coefficient' times 'change' is 60, and is taken up to 50"),
    (lambda: TradeEffect(PAIR, 0.3, error=-1), "'error' is -1, and must be at least 0"),
    (lambda: Membership("EAEU", tariff=0.0), "'joins': nobody joins or leaves"),
    (lambda: Membership("EAEU", joins="MDA"), "'coefficient': nothing changes"),
    (lambda: Membership("EAEU", joins="MDA", coefficient=0.3, equivalent=0.1), "say the same thing in two ways"),
    (lambda: Membership("EAEU", joins="MDA", leaves="ARM", tariff=0.0), "Write two changes"),
    (lambda: Membership("EAEU", joins="MDA", leaves="MDA", coefficient=0.1), "'leaves' names 'MDA', which also joins"),
    (lambda: Membership("EAEU", joins="MDA", tariff=0.0, error=0.1), "'error' is the standard error of 'coefficient'"),
    (lambda: Membership("EAEU", joins="MDA", tariff=0.0, date="01.01.2025"), "'date' is '01.01.2025', which is no day"),
    (
        lambda: Membership("EAEU", joins="MDA", tariff=0.0, date="2025-02-30"),
        "Write it as 2025-01-01, or name a period",
    ),
    (lambda: Membership("EAEU@2015", joins="MDA", tariff=0.0), "say the day with 'date'"),
    (lambda: Membership("", joins="MDA", tariff=0.0), "'bloc' is empty"),
    (lambda: Where("EAEU@soon"), "'origin' is 'soon', which is no day"),
    (lambda: Where(destination="@2015"), "'destination' is empty"),
    (lambda: Where(("XBR", "XBR")), "'origin' names 'XBR' twice"),
    (lambda: Where(product=7), "'product' is a text in quotes or a list of texts, not 7"),
    (lambda: Where(product=("7", 8)), "'product' is a text in quotes, not 8"),
    (lambda: Where("X\u202eBR"), "'origin' holds letters that are not seen"),
    (lambda: Where("X" * 300), "'origin' has 300 letters, and at most 200 are taken"),
    (lambda: Where(both="yes"), "'both' is true or false, not 'yes'"),
    (lambda: Productivity("XBR"), "'factor': give exactly one of 'factor' or 'value'; none is given"),
    (lambda: Productivity("XBR", factor=0.0), "'factor' is 0, and must be above 0"),
    (lambda: Productivity("XBR", value=5.0), "'scale' is missing"),
    (lambda: Productivity("XBR", factor=1.1, scale=1.0), "'scale' belongs to 'value'"),
    (lambda: Productivity(("XBR", "XKA"), value=5.0, scale=1.0), "'value' is of one project"),
    (lambda: Productivity("XBR", factor=1.1, cost=-1), "'cost' is -1, and must be at least 0"),
    (lambda: Deficit(value=5.0), "'value' is the deficit of one region"),
    (lambda: Deficit("XBR", factor=math.nan), "'factor' is nan"),
    (lambda: TariffSchedule(()), "'rows': there is no row"),
    (lambda: TariffSchedule((ROW,)), "'rows' are of TariffRow, not CorridorRow"),
    (lambda: TariffRow("", "XKA", "", 0.1), "'origin' is empty"),
    (lambda: TariffRow("XBR", "XKA", "", -2), "'rate' is -2, and must be above -1"),
    (
        lambda: TariffSchedule((TariffRow("A", "B", "x", 0.1), TariffRow("A", "B", "x", 0.2))),
        "'rows' say twice what holds from 'A' to 'B' in 'x'",
    ),
    (lambda: CorridorRow("A", "B", None, 0.0, 1.0), "'before' is 0, and must be above 0"),
    (lambda: Corridor((ROW,), "magic", elasticity=1), "'by' is 'magic'. It may be elasticity, ad_valorem, estimate"),
    (lambda: Corridor((ROW,), "elasticity"), "'elasticity' is missing, which by = 'elasticity' needs"),
    (lambda: Corridor((ROW,), "elasticity", elasticity=-1), "'elasticity' is -1, and must be above 0"),
    (lambda: Corridor((ROW,), "ad_valorem"), "'unit_value' is missing: the value of a tonne"),
    (lambda: Corridor((ROW,), "estimate", coefficient=0.5), "'coefficient' is 0.5, and must be below 0: dearer"),
    (lambda: Corridor((ROW,), "estimate", elasticity=0.5), "'elasticity' belongs to by = 'elasticity'"),
    (lambda: Corridor((ROW,), "elasticity", elasticity=0.5, error=0.1), "'error' is the standard error of"),
    (
        lambda: Corridor((CorridorRow("A", "B", None, 1, 2, 3),), "elasticity", elasticity=0.5),
        "'unit_value' of A to B belongs to by = 'ad_valorem'",
    ),
    (
        lambda: Corridor((ROW, CorridorRow("XKA", "XBR", None, 1, 2)), "elasticity", elasticity=1, both=True),
        "'rows' say twice what holds from 'XBR' to 'XKA'",
    ),
    (
        lambda: Corridor((CorridorRow("A", "B", None, 1e-300, 1e300),), "elasticity", elasticity=9),
        "beyond what can be computed",
    ),
    (
        lambda: Corridor((CorridorRow("A", "B", None, 1.0, 1e200),), "elasticity", elasticity=9),
        "beyond what can be computed",
    ),
    (
        lambda: Corridor((CorridorRow("A", "B", "x", 1, 2), CorridorRow("A", "B", None, 1, 2)), "elasticity", 1),
        "'rows' from A to B are for all products and for 'x', which would count twice",
    ),
    (lambda: Where(10**5000), "not a number of very many digits"),
    (lambda: Scenario("none", ()), "The scenario 'none' has no change"),
    (lambda: Scenario("", (EVERY[0],)), "'name' is empty"),
    (lambda: Scenario("x", ("closure",)), "'closure' is no change. It may be one of barrier"),
    (lambda: Scenario("x", EVERY, note="\ud800"), "'note' is a text"),
]


@pytest.mark.parametrize(("made", "message"), REFUSED, ids=[message for _, message in REFUSED])
def test_what_cannot_be_is_refused(made: Callable[[], Any], message: str):
    with pytest.raises(DataError) as refusal:
        made()
    assert message in str(refusal.value)


def test_scenarios_are_put_together_in_order():
    one, two = Scenario("A", EVERY[:1], "from a survey"), Scenario("B", EVERY[1:3], "from a survey")
    whole = one.plus(two)
    assert (whole.name, whole.changes, whole.note) == ("A + B", EVERY[:3], "from a survey")
    assert one.plus() == one
    assert one.plus(two, name="both").name == "both"
    long = [Scenario(f"{n}" * 60, EVERY[:1]) for n in range(4)]
    assert long[0].plus(*long[1:]).name == f"{'0' * 60} + 3 more"
