"""Why trade of a pair changes: logarithmic terms that add up exactly, and the same in money.

The terms are those of the gravity equation in changes, Caliendo and Parro 2015, Review of Economic Studies 82(1),
equation 12, and Anderson and van Wincoop 2003, American Economic Review 93(1). Money by logarithmic mean weights:
Vartia 1976, Scandinavian Journal of Economics 78(1), and Ang 2004, Energy Policy 32(9), 1131-1139. Numbers only.

Notation: ln(x'/x) = ln r - (1 + theta) ln((1 + t') / (1 + t)) + theta ln P_hat_j + ln X_hat_j - theta ln c_hat_i;
x trade of the pair at producer prices, r reach, t tariff, P price at the destination, X its spending, c factory-gate
price at the origin; L(a, b) = (a - b) / (ln a - ln b) logarithmic mean, so that x' - x = L(x', x) ln(x'/x). Of
ln P_hat_j = sum_h m_h ln(price of h), with weights m_h = L(pi'_h, pi_h) / sum_g L(pi'_g, pi_g) (Sato 1976, Review of
Economics and Statistics 58(2), 223-228), the pair's own part is told apart from that of its competitors.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hansa.equilibrium.account import Terms

Array = NDArray[np.float64]
PARTS = ("own_cost", "tariff", "own_weight", "competitors", "spending", "source_cost")


@dataclass(frozen=True, eq=False)
class Diversion:
    """Parts of the change of trade, in the order of `PARTS`.

    before, after : (K,) trade by sector.
    log, money : (6, K) parts; they sum to ln(after / before) and to after - before.
    total_log, total_money : (6,) of all sectors together, which sum likewise.
    log is NaN, and all money goes to the own cost, where trade ends.
    """

    before: Array
    after: Array
    log: Array
    money: Array
    total_log: Array
    total_money: Array


def divert(market: Terms, origin: int) -> Diversion:
    """The parts of the change of trade of one pair.

    market : terms of all origins and the one destination.  origin : place of the pair's origin among them.

    >>> share, none, cut = np.array([[[0.2], [0.8]]]), np.zeros((1, 2, 1)), np.array([[[1.5], [1.0]]])
    >>> flat, theta = np.ones((1, 2)), np.array([4.0])
    >>> price = (0.2 * 1.5 + 0.8) ** (-1 / theta)
    >>> parts = divert(Terms(share, none, none, cut, theta, flat, price[:, None], flat[:, :1], flat[:, :1]), 0)
    >>> [f"{part} {value:.4f}" for part, value in zip(PARTS[:3], parts.log[:3, 0])]
    ['own_cost 0.4055', 'tariff 0.0000', 'own_weight -0.0953']
    >>> bool(np.isclose(parts.log.sum(), np.log(1.5 / 1.1)))
    True
    """
    before, after = market.before[:, origin, 0], market.after[:, origin, 0]
    theta = market.elasticity
    reach = np.ones_like(before) if market.reach is None else market.reach[:, origin, 0]
    on = (before > 0) & (after > 0)
    duty = np.log((1 + market.tariff_after[:, origin, 0]) / (1 + market.tariff[:, origin, 0]))
    log = np.zeros((6, before.size))
    log[0, on] = np.log(reach[on])
    log[1, on] = -(1 + theta[on]) * duty[on]
    log[5, on] = -theta[on] * np.log(market.cost_hat[on, origin])
    weight = _own_weight(market, origin)
    log[2, on] = -weight[on] * (log[0] - theta * duty + log[5])[on]
    log[3, on] = theta[on] * np.log(market.price_hat[on, 0]) - log[2, on]
    log[4, on] = np.log(market.spending_after[on, 0] / market.spending[on, 0])
    money = log * logarithmic_mean(after, before)
    ends = (before > 0) & ~on
    money[0, ends] = -before[ends]
    log[:, ends] = np.nan
    total = money.sum(1)
    mean = logarithmic_mean(after.sum(), before.sum())
    share = total / mean if mean > 0 else np.full(len(PARTS), np.nan if before.sum() > 0 else 0.0)
    return Diversion(before, after, log + 0.0, money + 0.0, share + 0.0, total + 0.0)


def _own_weight(market: Terms, origin: int) -> Array:
    """(K,) Sato and Vartia's weight of the pair in the price index of the destination."""
    mean = logarithmic_mean(market.share_after[:, :, 0], market.share[:, :, 0])
    whole = mean.sum(1)
    return np.divide(mean[:, origin], whole, out=np.zeros_like(whole), where=whole > 0)


def logarithmic_mean(one: Array | float, other: Array | float) -> Array:
    """L(a, b) = (a - b) / ln(a / b), a where both are equal, 0 where one of them is 0. Vartia 1976.

    >>> logarithmic_mean(np.array([2.0, 1.0]), np.array([2.0, np.e])).round(6).tolist()
    [2.0, 1.718282]
    """
    a, b = np.asarray(one, float), np.asarray(other, float)
    both = (a > 0) & (b > 0)
    gap = np.log(np.where(both, a, 1.0) / np.where(both, b, 1.0))
    near = np.abs(gap) < 1e-4  # the quotient would lose digits: its series in the gap, from the geometric mean
    ratio = np.where(near, 1 + gap**2 / 24, np.sinh(gap / 2) / np.where(near, 1.0, gap / 2))
    return np.where(both, np.sqrt(a * b) * ratio, 0.0)
