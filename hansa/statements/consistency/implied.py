"""Interval arithmetic for figures that were said: what two of them, combined, imply for a third.

A number said with last digit u stands for [v - u/2, v + u/2) (R. E. Moore, Interval Analysis, 1966, chapter 3; the
rounding rule as in S. Jo et al., "Verifying text summaries of relational data sets", SIGMOD 2019).

*Notation*: v figure said, u the unit of its last digit, g growth as a fraction, s share as a fraction, L level.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import product

from hansa.statements.verification.rounding import allowed

_SLACK = 1e-9  # relative; two ends that meet but for the noise of floating point do meet


@dataclass(frozen=True)
class Interval:
    """All figures from `low` up to, and without, `high`; one figure where both are the same.

    >>> Interval(11.5, 12.5).apart(Interval(12.5, 13.5)), Interval(11.5, 12.5).apart(Interval(11.9, 11.9))
    (True, False)
    """

    low: float
    high: float

    def holds(self, figure: float) -> bool:
        """Whether the figure lies in it."""
        return self.low <= figure < self.high or figure == self.low

    def apart(self, other: Interval) -> bool:
        """Whether no figure lies in both."""
        low, high = max(self.low, other.low), min(self.high, other.high)
        if not math.isfinite(low) or not math.isfinite(high):
            return low > high
        if self.low == self.high or other.low == other.high:
            return not (self.holds(low) and other.holds(low))
        return low - high >= -_SLACK * max(abs(low), abs(high))

    def times(self, factor: Interval) -> Interval:
        """Every product of a figure of each; both must be positive."""
        return Interval(self.low * factor.low, self.high * factor.high)

    def over(self, divisor: Interval) -> Interval:
        """Every quotient of a figure of each; both must be positive."""
        return Interval(self.low / divisor.high, self.high / divisor.low if divisor.low > 0 else math.inf)

    def scaled(self, factor: float) -> Interval:
        """Every figure times a positive number."""
        return Interval(self.low * factor, self.high * factor)

    def plus(self, other: Interval) -> Interval:
        """Every sum of a figure of each."""
        return Interval(self.low + other.low, self.high + other.high)


def admitted(value: float, low: float, high: float, relation: str, margin: float) -> Interval:
    """The figures that the words allow, taken strictly; see `hansa.statements.verification.rounding.allowed`.

    Parameters
    ----------
    value, low, high : the figure said, and the interval of its rounding.
    relation : ``=``, ``~``, ``<~``, ``>``, ``>=``, ``<`` or ``<=``; of a negative figure it speaks of the size.
    margin : how far "about" and "almost" reach.

    >>> admitted(50, 49.5, 50.5, ">", 2.5), admitted(50, 49.5, 50.5, "<~", 2.5), admitted(-7.7, -7.75, -7.65, ">", 1)
    (Interval(low=50, high=inf), Interval(low=47.5, high=50.5), Interval(low=-inf, high=-7.7))
    """
    if value < 0:
        size = admitted(-value, -high, -low, relation, margin)
        return Interval(-size.high, -size.low)
    words = allowed(value, low, high, relation, margin)
    return Interval(words.low, words.high)


def usual(value: float, low: float, high: float, relation: str, margin: float) -> Interval:
    """The figures that a hearer takes the words for: "exceeded 50" ends where "exceeded 51" would have been said.

    >>> usual(50, 49.5, 50.5, ">", 2.5), usual(50, 49.5, 50.5, "<", 2.5)
    (Interval(low=50, high=51.0), Interval(low=49.0, high=50))
    """
    if value < 0:
        size = usual(-value, -high, -low, relation, margin)
        return Interval(-size.high, -size.low)
    step = high - low
    if relation in (">", ">="):
        return Interval(value, value + step)
    if relation in ("<", "<="):
        return Interval(value - step, value)
    return admitted(value, low, high, relation, margin)


def level_before(level: Interval, growth: Interval) -> Interval:
    """L / (1 + g): the level that growth started from.

    >>> level_before(Interval(3000, 3000), Interval(0.115, 0.125))
    Interval(low=2666.6666666666665, high=2690.5829596412555)
    """
    return level.over(Interval(1 + growth.low, 1 + growth.high))


def growth_between(before: Interval, after: Interval) -> Interval:
    """Growth from one level to another, as a fraction.

    >>> growth_between(Interval(40, 40), Interval(44, 46))
    Interval(low=0.10000000000000009, high=0.1499999999999999)
    """
    ratio = after.over(before)
    return Interval(ratio.low - 1, ratio.high - 1)


def growth_of_sum(levels: tuple[Interval, ...], growths: tuple[Interval, ...]) -> Interval:
    """Growth of a sum, as a fraction, from the levels and the growth of its parts.

    In each of its arguments alone the growth of the sum only rises or only falls, so that its bounds lie at corners.

    >>> growth_of_sum((Interval(11, 11), Interval(24, 24)), (Interval(0.1, 0.1), Interval(0.2, 0.2))).low
    0.16666666666666674
    """
    corners = []
    for ends in product((0, 1), repeat=2 * len(levels)):
        after = [(part.low, part.high)[end] for part, end in zip(levels, ends, strict=False)]
        rise = [(part.low, part.high)[end] for part, end in zip(growths, ends[len(levels) :], strict=True)]
        before = sum(level / (1 + g) for level, g in zip(after, rise, strict=True))
        corners.append(sum(after) / before - 1)
    return Interval(min(corners), max(corners))


def common(intervals: list[Interval]) -> bool:
    """Whether one figure lies in all of them (in one dimension, it does where it does for each two: Helly 1923).

    >>> common([Interval(1, 3), Interval(2, 4), Interval(2.5, 5)]), common([Interval(1, 2), Interval(2, 3)])
    (True, False)
    """
    if not intervals:
        return True
    last, first = max(intervals, key=lambda one: one.low), min(intervals, key=lambda one: one.high)
    return not last.apart(first)


def camps(intervals: list[Interval]) -> list[list[int]]:
    """The places of the intervals in the fewest groups that have a figure in common, lowest first.

    >>> camps([Interval(14.25, 14.35), Interval(11.5, 12.5), Interval(12.5, 13.5), Interval(11.5, 12.5)])
    [[1, 3], [2], [0]]
    """
    order = sorted(range(len(intervals)), key=lambda k: (intervals[k].high, intervals[k].low))
    found: list[list[int]] = []
    for k in order:
        if found and not intervals[found[-1][0]].apart(intervals[k]):
            found[-1].append(k)
        else:
            found.append([k])
    return found


def power_of_ten(ratio: float) -> int:
    """By which power of ten a ratio is off, where it is one; 0 where it is not.

    >>> power_of_ten(1003.5), power_of_ten(0.0998), power_of_ten(3.0), power_of_ten(1.02)
    (3, -1, 0, 0)
    """
    if not 0 < ratio < math.inf:
        return 0
    size = math.log10(ratio)
    return round(size) if abs(size - round(size)) < 0.12 else 0
