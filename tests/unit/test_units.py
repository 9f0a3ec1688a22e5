"""Units are said, and never converted by themselves."""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from hansa.errors import DataError, UnitMismatch
from hansa.units import Mass, Money, growth_in_other_currency, implied_rate, rounding_interval


def test_money_says_itself():
    assert str(Money()) == "USD, current prices"
    assert str(Money("EUR", 1_000_000, "constant 2015")) == "EUR million, constant 2015 prices"
    assert str(Money("RUB", 0.01)) == "RUB x 0.01, current prices"
    assert str(Money("RUB", 100)) == "RUB x 100, current prices"


@pytest.mark.parametrize("code", ["usd", "US", "$", "DOLLAR", ""])
def test_a_currency_is_three_capital_letters(code: str):
    with pytest.raises(DataError, match="is no currency code. Give three capital letters of ISO 4217, such as 'USD'."):
        Money(code)


@pytest.mark.parametrize("scale", [0, -1, float("nan")])
def test_a_scale_is_above_zero(scale: float):
    with pytest.raises(DataError, match="The scale of a unit must be above zero, not "):
        Money("USD", scale)


def test_two_units_do_not_meet():
    Money("USD").require(Money("USD"))
    for other in (Money("EUR"), Money("USD", 1000), Money("USD").at_constant("2015")):
        with pytest.raises(UnitMismatch, match="Convert one of them by name first."):
            Money("USD").require(other)


def test_mass():
    assert [Mass(unit).kilograms for unit in ("g", "kg", "t", "kt")] == [0.001, 1.0, 1e3, 1e6]
    with pytest.raises(DataError, match="'lb' is no mass unit that Hansa knows. Give one of kg, t, kt, g."):
        Mass("lb")


def test_growth_in_another_currency_by_hand():
    # 100 -> 112 roubles at 50, then 56 roubles a dollar: 2 -> 2 dollars
    assert growth_in_other_currency(0.12, 50, 56) == pytest.approx(0.0, abs=1e-15)
    with pytest.raises(DataError):
        growth_in_other_currency(0.12, 0, 56)


def test_implied_rate():
    assert implied_rate(3_000e9, 50e9) == 60.0
    with pytest.raises(DataError, match="An implied rate divides by the second value; 0 is not above zero."):
        implied_rate(1, 0)


def test_rounding_interval():
    assert rounding_interval(38.8, 0.1) == pytest.approx((38.75, 38.85))
    with pytest.raises(DataError, match="The size of the last digit must be above zero, not 0."):
        rounding_interval(12, 0)


rates = some.floats(0.01, 1000)


@given(some.floats(-0.9, 5), rates, rates)
def test_growth_there_and_back(growth: float, before: float, after: float):
    there = growth_in_other_currency(growth, before, after)
    assert growth_in_other_currency(there, 1 / before, 1 / after) == pytest.approx(growth, rel=1e-9, abs=1e-9)
