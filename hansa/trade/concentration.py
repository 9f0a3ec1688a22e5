"""How evenly trade is spread: Herfindahl, Hirschman, UNCTAD, entropy, Theil. Numbers only.

Hirschman 1945, National Power and the Structure of Foreign Trade; Hirschman 1964, American Economic Review 54;
UNCTAD, Handbook of Statistics (concentration index); Theil 1967, Economics and Information Theory; Cadot, Carrere and
Strauss-Kahn 2011, Review of Economics and Statistics 93 (Theil between and within).

Notation: x (..., n) values, categories on the last axis; s their shares; n number of categories that could be used
(those without trade included), n_1 of those that are; H the Herfindahl-Hirschman index. NaN: does not exist.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from hansa.trade.ratio import Array, logarithm, ratio, shares


def hhi(x: ArrayLike) -> Array:
    """H = sum of s^2, in 1/n .. 1.

    >>> float(hhi([3.0, 1.0]))
    0.625
    """
    return (shares(x) ** 2).sum(-1)


def hhi_normalised(x: ArrayLike, n: ArrayLike) -> Array:
    """(H - 1/n) / (1 - 1/n), in 0 .. 1."""
    least = ratio(1.0, n)
    return ratio(hhi(x) - least, 1 - least)


def hirschman(x: ArrayLike) -> Array:
    """The square root of H, in sqrt(1/n) .. 1."""
    return np.sqrt(hhi(x))


def unctad(x: ArrayLike, n: ArrayLike) -> Array:
    """(sqrt H - sqrt(1/n)) / (1 - sqrt(1/n)), in 0 .. 1."""
    least = np.sqrt(ratio(1.0, np.maximum(n, 0)))
    return ratio(hirschman(x) - least, 1 - least)


def number_equivalent(x: ArrayLike) -> Array:
    """1 / H: how many equal categories would be as concentrated."""
    return ratio(1.0, hhi(x))


def entropy(x: ArrayLike) -> Array:
    """-sum of s ln s with 0 ln 0 = 0, in 0 .. ln n.

    >>> round(float(entropy([1.0, 1.0])), 6)
    0.693147
    """
    s = shares(x)
    # NaN where a row has no trade must stay; NaN of ln 0 must not
    return -np.where(s == 0, 0.0, s * logarithm(s)).sum(-1) + 0.0


@dataclass(frozen=True)
class Theil:
    """Theil's index (...) and its two parts.

    within : among the lines that are used (intensive margin).
    between : ln(n / n_1), for the lines that are not (extensive margin).
    """

    total: Array
    within: Array
    between: Array


def theil(x: ArrayLike, n: ArrayLike) -> Theil:
    """(1/n) sum of (x/mu) ln(x/mu) over n lines, and its parts; total = within + between = ln n - entropy.

    >>> parts = theil([120.0, 40.0, 20.0, 20.0], 6)
    >>> round(float(parts.total), 6), round(float(parts.between), 6)
    (0.702859, 0.405465)
    """
    values = np.asarray(x, float)
    used = (values > 0).sum(-1)
    within = logarithm(used) - entropy(values)
    between = logarithm(ratio(n, used))
    return Theil(within + between, within, between)
