"""What a number said with its last digit and its comparator allows, and how far a figure is from it. Numbers only.

Notation: v the value said, [a, b) what it stands for by the precision it was said in, x the figure of the data.
Source: Jo, Trummer, Yu, Wang, Yu, Liu and Mehta 2019, AggChecker (VLDB 12): a claim is wrong where the figure cannot be
rounded to it; the margins of `MARGINS` are ours.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

# How far beyond the words a figure is still near, and how far "about" and "almost" reach.
LEVEL_MARGIN = 0.05  # of the value said: levels, changes, counts, multiples
POINT_MARGIN = 1.0  # percentage points: growth, shares
PLACE_MARGIN = 1.0  # places: ranks
UNDERSTATED = 10.0  # last digits by which a figure beyond "more than" makes that an understatement
RELATIONS = ("=", "~", "<~", ">", ">=", "<", "<=")
MEASURED_IN = ("level", "points", "places")
_SAME = 1e-9


@dataclass(frozen=True)
class Judgement:
    """What a figure makes of a value said.

    outcome : ``supported``, ``near`` or ``contradicted``.
    difference : what was said against the figure: v / x - 1 for levels (None where x is 0), v - x for points and
        places. Below zero: too little was said.
    understated : more than v was said, and the figure is ten last digits beyond it or more.
    """

    outcome: str
    difference: float | None
    understated: bool = False


def judge(x: float, v: float, a: float, b: float, relation: str = "=", measured_in: str = "level") -> Judgement:
    """Judge a figure against a value said.

    A fall is said by its size: "fell by more than 7 %" is v = -7, and x = -8 is more. So where v is below zero all
    signs are turned first.

    Parameters
    ----------
    x : the figure. v, a, b : as in the notation. relation : one of `RELATIONS`.
    measured_in : ``level``, ``points`` or ``places``, which chooses the margin.

    >>> judge(38.77, 38.5, 38.45, 38.55)
    Judgement(outcome='near', difference=-0.0069641..., understated=False)
    >>> judge(35.4, 100 / 3, 175 / 6, 110 / 3, measured_in="points").outcome
    'supported'
    >>> judge(47.0, 50.0, 49.5, 50.5, ">").outcome, judge(50.1, 50.0, 49.5, 50.5, ">").outcome
    ('contradicted', 'supported')
    """
    difference = difference_of(x, v, measured_in)
    if v < 0:
        x, v, a, b = -x, -v, -b, -a
    margin = margin_of(v, measured_in)
    outside = _outside(x, allowed(v, a, b, relation, margin))
    outcome = "supported" if outside == 0 else "near" if outside <= margin * (1 + _SAME) else "contradicted"
    far = relation in (">", ">=") and x >= v + UNDERSTATED * (b - a)
    return Judgement(outcome, difference, far and outcome == "supported")


def margin_of(v: float, measured_in: str) -> float:
    """The margin in the unit of v.

    >>> margin_of(50.0, "level"), margin_of(12.0, "points"), margin_of(4.0, "places")
    (2.5, 1.0, 1.0)
    """
    return {"level": LEVEL_MARGIN * abs(v), "points": POINT_MARGIN, "places": PLACE_MARGIN}[measured_in]


@dataclass(frozen=True)
class Interval:
    """From `low` to `high`; an end belongs to it where it is closed."""

    low: float
    high: float
    low_closed: bool = True
    high_closed: bool = False


def allowed(v: float, a: float, b: float, relation: str, margin: float) -> Interval:
    """The figures that the words allow, of a value that is not below zero.

    >>> allowed(12.0, 11.5, 12.5, "=", 1.0)
    Interval(low=11.5, high=12.5, low_closed=True, high_closed=False)
    """
    return {
        "=": Interval(a, b),
        "~": Interval(min(a, v - margin), max(b, v + margin), True, b < v + margin),
        "<~": Interval(min(a, v - margin), max(b, v)),
        ">": Interval(v, math.inf, False),
        ">=": Interval(v, math.inf),
        "<": Interval(-math.inf, v),
        "<=": Interval(-math.inf, v, True, True),
    }[relation]


def _outside(x: float, inside: Interval) -> float:
    """How far x is from an interval; 0 inside. An end that is open is outside by the least number there is."""
    if x < inside.low or (x == inside.low and not inside.low_closed):
        return max(inside.low - x, math.ulp(0.0))
    if x > inside.high or (x == inside.high and not inside.high_closed):
        return max(x - inside.high, math.ulp(0.0))
    return 0.0


def difference_of(x: float, v: float, measured_in: str = "level") -> float | None:
    """What was said against the figure.

    >>> difference_of(40.0, 50.0), difference_of(35.4, 33.0, "points"), difference_of(0.0, 5.0)
    (0.25, -2.3999..., None)
    """
    if measured_in != "level":
        return v - x
    return (v - x) / abs(x) if x else None


def judge_record(x: float, earlier: float, measured_in: str = "level") -> str:
    """Whether a figure is the highest so far; `earlier` is the highest before it.

    >>> judge_record(38.8, 39.4), judge_record(38.8, 35.0), judge_record(38.8, 50.0)
    ('near', 'supported', 'contradicted')
    """
    if x >= earlier:
        return "supported"
    return "near" if earlier - x <= margin_of(earlier, measured_in) else "contradicted"
