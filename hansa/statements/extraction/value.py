"""What a number said stands for: its value in base units, and the interval that its precision leaves."""

from __future__ import annotations

from dataclasses import dataclass

from hansa.statements.recognition.quantity import Quantity
from hansa.statements.recognition.simple_fraction import fraction_interval


@dataclass(frozen=True)
class Value:
    """A value, its unit, and what it stands for: [low, high)."""

    value: float
    unit: str
    low: float
    high: float


def value_of(quantity: Quantity, form: str, direction: str, noun: str | None = None, *, index: bool = False) -> Value:
    """The value of a quantity in a form; a fall is negative.

    noun : what is counted. index : the base is a hundred, so that 112 % is a growth of 12 %.

    >>> third = Quantity(0, 7, 1 / 3, 1 / 3, None, "fraction", None, 0, 7)
    >>> fall = value_of(third, "growth", "down")
    >>> fall.unit, round(fall.value, 2), round(fall.low, 2), round(fall.high, 2)
    ('%', -33.33, -36.67, -29.17)
    """
    value, (low, high) = quantity.value, quantity.interval
    unit = quantity.unit or noun or ""
    if index:
        return Value(round(value - 100, 9), unit, round(low - 100, 9), round(high - 100, 9))
    if quantity.kind == "fraction" and quantity.unit is None:
        low, high = fraction_interval(value) or (low, high)
        value, low, high, unit = 100 * value, 100 * low, 100 * high, "%"
    elif quantity.kind == "multiple":
        unit = "times"
        if direction == "down" and value:
            value, low, high = 1 / value, 1 / high, 1 / low if low > 0 else float("inf")
    elif quantity.kind == "ordinal":
        unit = "rank"
    if direction == "down" and form in ("growth", "change") and value > 0:
        value, low, high = -value, -high, -low
    return Value(value, unit, low, high)
