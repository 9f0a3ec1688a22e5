"""Which facts come first: a score from figures alone.

Notation: stake = money the fact is about (or that changed); flow = what it is told of; turnover = trade of the pair.

score = size x surprise x relevance, each between 0 and 1:

* size = min(1, stake / flow): how large the effect is beside the flow it is told of;
* surprise = d / (1 + d): how far the figure lies from what was to be expected, d = distance in the fact's own measure
  (standard deviations of its own past, |ln| of a ratio whose neutral value is one, places of a rank ...);
* relevance = min(1, flow / turnover): how much of the pair's trade that flow is.

So size x relevance is the money at stake beside all trade of the pair, whoever tells it, and no weight is set by hand.
Ties fall to the family and the text of the fact, so that the same data always give the same order.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise


@dataclass(frozen=True)
class Salience:
    """The three terms of a score.

    >>> Salience(1.0, 0.5, 0.5).score
    0.25
    """

    size: float
    surprise: float
    relevance: float

    @property
    def score(self) -> float:
        """Size x surprise x relevance, to three digits: as printed, so that what is seen is what decides."""
        return round(self.size * self.surprise * self.relevance, 3)


def salience(*, stake: float, flow: float, turnover: float, distance: float) -> Salience:
    """The salience of a fact.

    Parameters
    ----------
    stake : money at stake, whatever its sign.
    flow : money of the flow the fact is told of.
    turnover : money of all trade between the two regions.
    distance : from what was to be expected; its sign is dropped.

    A pair without trade has no turnover: size and relevance are 0 then, and with them the score.

    >>> s = salience(stake=35.0, flow=100.0, turnover=145.0, distance=1.0)
    >>> s.size, s.surprise, round(s.relevance, 4), s.score
    (0.35, 0.5, 0.6897, 0.121)
    """
    return Salience(_ratio(stake, flow), surprise(distance), _ratio(flow, turnover))


def surprise(distance: float) -> float:
    """From a distance of 0.. to a surprise of 0..1: half at one unit, three quarters at three.

    >>> surprise(0.0), surprise(-1.0), surprise(3.0)
    (0.0, 0.5, 0.75)
    """
    if not math.isfinite(distance):
        return 1.0
    return abs(distance) / (1 + abs(distance))


def log_distance(figure: float | None, neutral: float | None) -> float:
    """|ln(figure / neutral)|: twice and half are equally far. 0 where either is absent, infinite where one is zero.

    >>> log_distance(1.0, 1.0), round(log_distance(2.0, 1.0), 4), log_distance(None, 1.0)
    (0.0, 0.6931, 0.0)
    """
    if figure is None or neutral is None or (figure <= 0 and neutral <= 0):
        return 0.0
    if figure <= 0 or neutral <= 0:
        return math.inf
    return abs(math.log(figure / neutral))


def own_past(series: Sequence[float | None]) -> float:
    """How unusual the last change of a series is: its log change beside those before, in their standard deviations.

    With fewer than three earlier changes, or none that differ, the past says little: the distance is then |log change|
    in units of 10 per cent, so that a doubling is far and a per cent is near.

    >>> round(own_past([100, 110, 100, 110, 100, 150]), 2)
    4.25
    >>> round(own_past([100, 200]), 2)
    6.93
    """
    figures = [x for x in series if x is not None and x > 0]
    changes = [math.log(after / before) for before, after in pairwise(figures)]
    if not changes or series[-1] is None or not series[-1] > 0:
        return 0.0
    *earlier, last = changes
    if len(earlier) >= 3:
        mean = math.fsum(earlier) / len(earlier)
        spread = math.sqrt(math.fsum((x - mean) ** 2 for x in earlier) / len(earlier))
        if spread > 1e-9:
            return abs(last - mean) / spread
    return abs(last) / 0.1


def _ratio(part: float, whole: float) -> float:
    if not whole > 0:
        return 0.0
    return min(1.0, abs(part) / whole)
