"""Accounts of an equilibrium: what regions produce, buy, sell abroad and earn from tariffs, and trade of single pairs.

Exact hat algebra: Dekle, Eaton and Kortum 2007, American Economic Review 97(2), 351-355; Caliendo and Parro 2015,
Review of Economic Studies 82(1), 1-44. Real income is income over the price of final goods, W_hat = I_hat / P_hat,
which with Cobb-Douglas preferences is one plus the equivalent variation as a share of income. Numbers only.

Notation: k sector, i origin, j destination; hat = after / before; pi share in spending, tariff included; t tariff;
X spending; c price at the factory gate; P price; r reach, the factor on trade other than by tariffs; theta elasticity;
flow_kij = pi_kij X_kj / (1 + t_kij) at producer prices.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Outcome:
    """What a solver found, the same for all models; hats are after / before.

    Parameters
    ----------
    wage_hat, price_hat : (n,) wages and the price of final goods.
    cost_hat, sector_price_hat : (J, n) price at the factory gate, and what buyers of a sector pay.
    spending, output : (J, n) tariff included; at producer prices.
    income, revenue, deficit : (n,) final spending, what of it are tariffs, and imports less exports.
    elasticity : (J,) with which it was found.
    residual : largest gap of any condition.  walras : of the condition that was left out.  steps : of the solver.
    state : from which a similar run can start.
    """

    wage_hat: Array
    price_hat: Array
    cost_hat: Array
    sector_price_hat: Array
    spending: Array
    output: Array
    income: Array
    revenue: Array
    deficit: Array
    elasticity: Array
    residual: float
    walras: float
    steps: int
    state: Array


@dataclass(frozen=True, eq=False)
class Account:
    """Levels and hats of one equilibrium; hats are against the baseline, and one there.

    Parameters
    ----------
    wage_hat, price_hat : (n,) wages and the price of final goods.
    cost_hat, sector_price_hat : (J, n) price at the factory gate, and what buyers of a sector pay.
    spending, output : (J, n) tariff included; at producer prices.
    income, revenue : (n,) final spending, and what of it are tariffs.
    home : (J, n) sales at home.
    """

    wage_hat: Array
    price_hat: Array
    cost_hat: Array
    sector_price_hat: Array
    spending: Array
    output: Array
    income: Array
    revenue: Array
    home: Array

    @cached_property
    def exports(self) -> Array:
        """(n,) sales abroad at producer prices."""
        return np.asarray((self.output - self.home).sum(0))

    @cached_property
    def imports(self) -> Array:
        """(n,) purchases abroad at producer prices of the origin, before tariff."""
        return np.asarray((self.spending - self.home).sum(0) - self.revenue)


@dataclass(frozen=True, eq=False)
class Terms:
    """What determines trade of some pairs, before and after: blocks of (sectors, origins, destinations).

    share, tariff, tariff_after : (K, I, J) of the block.  reach : (K, I, J), or None where it is one.
    elasticity : (K,).  cost_hat : (K, I).  price_hat, spending, spending_after : (K, J).
    """

    share: Array
    tariff: Array
    tariff_after: Array
    reach: Array | None
    elasticity: Array
    cost_hat: Array
    price_hat: Array
    spending: Array
    spending_after: Array

    @cached_property
    def before(self) -> Array:
        """(K, I, J) trade before, at producer prices."""
        return np.asarray(self.share / (1 + self.tariff) * self.spending[:, None, :])

    @cached_property
    def share_after(self) -> Array:
        """(K, I, J) pi' = pi r (c_hat (1 + t') / (1 + t) / P_hat)^-theta."""
        theta = self.elasticity[:, None]
        new = self.share * (self.cost_hat**-theta)[:, :, None] * (self.price_hat**theta)[:, None, :]
        if self.reach is not None:
            new = new * self.reach
        if self.tariff_after is not self.tariff:
            new = new * ((1 + self.tariff_after) / (1 + self.tariff)) ** -theta[:, :, None]
        return np.asarray(new)

    @cached_property
    def after(self) -> Array:
        """(K, I, J) trade after, at producer prices."""
        return np.asarray(self.share_after / (1 + self.tariff_after) * self.spending_after[:, None, :])


def baseline(share: Any, tariff: Any, spending: Any, wage_income: Any, deficit: Any, output: Any) -> Account:
    """The account of an economy as it is.

    share, tariff : (J, n, n).  spending, output : (J, n).  wage_income, deficit : (n,).

    >>> share, none = np.array([[[0.8, 0.4], [0.2, 0.6]]]), np.zeros((1, 2, 2))
    >>> output = np.array([[100.0, 50.0]])
    >>> one = baseline(share, none, output, output[0], np.zeros(2), output)
    >>> one.exports.tolist(), one.imports.tolist()
    ([20.0, 20.0], [20.0, 20.0])
    """
    spending, output = np.asarray(spending, float), np.asarray(output, float)
    home = np.einsum("kii->ki", share) / (1 + np.einsum("kii->ki", tariff)) * spending
    revenue = np.zeros(spending.shape[1])
    if np.any(tariff):
        revenue = (spending * np.einsum("kij,kij->kj", share, tariff / (1 + tariff))).sum(0)
    one = np.ones(spending.shape[1])
    ones = np.ones(spending.shape)
    return Account(one, one, ones, ones, spending, output, wage_income + revenue + deficit, revenue, home)


def real_income_hat(after: Account, before: Account) -> Array:
    """(n,) exact real income after over before, W_hat = I_hat / P_hat; Caliendo and Parro 2015, section 2.

    >>> cube, pair = np.ones((1, 1, 1)), np.ones((1, 1))
    >>> one = baseline(cube, 0 * cube, pair, pair[0], 0 * pair[0], pair)
    >>> real_income_hat(one, one).tolist()
    [1.0]
    """
    return np.asarray(after.income / before.income / after.price_hat)


def resistance_hat(wage_hat: Array, cost_hat: Array, price_hat: Array, elasticity: float) -> tuple[Array, Array]:
    """Outward and inward multilateral resistance after over before, (n,) each, up to their common normalisation.

    Outward: Pi_hat = w_hat^(-1/theta) / c_hat, from Y_i = (c_i Pi_i)^-theta Y with the output of the world held; inward
    is the price index. Anderson and van Wincoop 2003, American Economic Review 93(1), equations 10 to 13.

    >>> [round(float(side[0]), 6) for side in resistance_hat(*np.array([[1.1], [1.1], [0.9]]), 5.0)]
    [0.891926, 0.9]
    """
    return np.asarray(wage_hat ** (-1 / elasticity) / cost_hat), np.asarray(price_hat)


def growth(before: Array, after: Array) -> Array:
    """After / before - 1, of any shape; NaN where nothing was before.

    >>> growth(np.array([2.0, 0.0]), np.array([3.0, 1.0])).tolist()
    [0.5, nan]
    """
    return np.divide(after, before, out=np.full(before.shape, np.nan), where=before != 0) - 1
