"""What a number said stands for: its value in base units, and the interval that its precision leaves."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass

from hansa.statements.recognition.quantity import Quantity

# The fractions that are said in words; one stands for all that is nearer to it than to its neighbours.
SIMPLE = (1 / 10, 1 / 5, 1 / 4, 1 / 3, 2 / 5, 1 / 2, 3 / 5, 2 / 3, 3 / 4, 4 / 5, 9 / 10)


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
    value, half = quantity.value, quantity.last_digit / 2
    low, high = value - half, value + half
    if quantity.ends is not None:
        low, high = quantity.ends[0] - half, quantity.ends[1] + half
    unit = quantity.unit or noun or ""
    if index:
        return Value(round(value - 100, 9), unit, round(low - 100, 9), round(high - 100, 9))
    if quantity.kind == "fraction" and quantity.unit is None:
        low, high = around_fraction(value) or (low, high)
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


def around_fraction(value: float) -> tuple[float, float] | None:
    """The midpoints to the simple fractions beside a simple fraction; None for any other number.

    >>> around_fraction(0.5), around_fraction(0.47)
    ((0.45, 0.55), None)
    """
    place = bisect_left(SIMPLE, value - 1e-9)
    if place == len(SIMPLE) or abs(SIMPLE[place] - value) > 1e-6:
        return None
    below = SIMPLE[place - 1] if place else 0.0
    above = SIMPLE[place + 1] if place + 1 < len(SIMPLE) else 1.0
    return (below + value) / 2, (value + above) / 2
