"""Structural gravity in equilibrium: what trade costs do through the resistances of all, and then through prices.

Anderson and van Wincoop 2003, American Economic Review 93(1), 170-192 (the system of resistances); Anderson, Larch and
Yotov 2018, World Economy 41(10), 2750-2782 (levels of equilibrium); Yotov, Piermartini, Monteiro and Larch 2016, An
Advanced Guide to Trade Policy Analysis, WTO and UNCTAD, chapter 2 (the two applications); Fally 2015, Journal of
International Economics 97, 76-85 (the system is the fit of Poisson's likelihood with effects of both sides, so that
nothing is estimated again); Allen, Arkolakis and Takahashi 2020, Journal of Political Economy 128(2) (scale). Numbers
only.

Notation: i exporter, j importer, R the reference; sigma > 1 elasticity of substitution; T_ij = t_ij^(1-sigma) power of
trade costs; Y_i output, E_j spending, Y their total; Pi_i outward, P_j inward resistance, P_R = 1; p_i producer price.
  X_ij = (Y_i E_j / Y) T_ij / (Pi_i^(1-sigma) P_j^(1-sigma)),
  Pi_i^(1-sigma) = sum_j T_ij E_j / (Y P_j^(1-sigma)),  P_j^(1-sigma) = sum_i T_ij Y_i / (Y Pi_i^(1-sigma))
Conditional equilibrium: T changes, Y and E stay. Full equilibrium: endowments and the ratios E_i / Y_i stay, prices
clear the market of each; spending is scaled by one number xi, for the ratios alone would not add up in the world.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hansa.equilibrium import armington, balance
from hansa.equilibrium.arrays import host
from hansa.errors import DataError

Vector = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Conditional:
    """Trade and resistances for given output and spending.

    Parameters
    ----------
    outward, inward : (n,) powers Pi^(1-sigma) and P^(1-sigma); inward is 1 for the reference.
    flow : (n, n) trade, in the unit of output.
    residual : largest relative error of a region's sales; steps : sweeps it took.
    """

    outward: Vector
    inward: Vector
    flow: Any
    residual: float
    steps: int


@dataclass(frozen=True, eq=False)
class Full:
    """Changes between two full equilibria; prices are in units where the reference's inward resistance is 1 in both.

    Parameters
    ----------
    price_hat, inward_hat, outward_hat : (n,) factors on producer prices and on resistances Pi and P.
    real_output_hat : (n,) factor on Y_i / P_i, which the Guide calls real GDP.
    scale : xi, world output over the sum of E_i / Y_i times Y_i, after.
    flow : (n, n) trade after, in these prices; residual, walras : see `hansa.equilibrium.armington.Solution`.
    """

    price_hat: Vector
    inward_hat: Vector
    outward_hat: Vector
    real_output_hat: Vector
    scale: float
    flow: Any
    residual: float
    walras: float


def conditional(
    power: Any,
    output: ArrayLike,
    spending: ArrayLike,
    *,
    reference: int = 0,
    tolerance: float = 1e-13,
    most_steps: int = 5000,
    progress: Callable[[int, float], None] | None = None,
) -> Conditional:
    """Trade where costs are given and every region's output and spending stay: the Guide's conditional equilibrium.

    Parameters
    ----------
    power : (n, n) trade costs to the power 1 - sigma, not negative; zero is a closed market. Only differences within
        rows and columns matter: from a fit, exp of the terms of a pair, or the fitted trade itself, serve as well.
    output, spending : (n,) what each region sells and buys, at home and abroad, in one unit.
    reference : place of the region whose inward resistance is 1.
    tolerance, most_steps, progress : see `hansa.equilibrium.balance.fit_margins`, which does the work.

    Raises
    ------
    DataError : shapes, negative numbers, or output and spending with different totals.
    NotIdentified : output cannot be sold, or spending not be met, through the markets that are open.
    NotConverged : a relative error above 1e-9 is left.

    Source: Anderson, Larch and Yotov 2018, equations 1 to 3.

    >>> after = conditional([[1.0, 0.5], [0.5, 1.0]], [3.0, 1.0], [2.0, 2.0])
    >>> after.flow.sum(axis=1).round(12).tolist(), after.flow.sum(axis=0).round(12).tolist()
    ([3.0, 1.0], [2.0, 2.0])
    """
    Y, E = np.asarray(output, np.float64), np.asarray(spending, np.float64)
    if not (Y > 0).all() or not (E > 0).all():
        raise DataError("A region without output or without spending has no resistance. Leave it out.")
    if not 0 <= reference < E.size:
        raise DataError(f"reference={reference} is the place of no region: there are {E.size:,}, counted from 0.")
    table = balance.fit_margins(power, Y, E, tolerance=tolerance, most_steps=most_steps, progress=progress)
    a, g = table.row_factor, table.column_factor / table.column_factor[reference]
    a = a * table.column_factor[reference]
    return Conditional(Y / Y.sum() * E[reference] / a, E / E[reference] / g, table.table, table.residual, table.steps)


def full(
    before: Conditional,
    reach: Any,
    sigma: float,
    *,
    reference: int = 0,
    tolerance: float = 1e-12,
    most_steps: int = 500,
) -> Full:
    """Trade, prices and resistances where costs change and endowments stay: the Guide's full endowment equilibrium.

    Parameters
    ----------
    before : the baseline, from `conditional`. Its trade is what the change starts from.
    reach : (n, n) power of trade costs after over before; zero closes a market.
    sigma : elasticity of substitution, above 1.
    reference : place of the region whose inward resistance is 1.
    tolerance, most_steps : see `hansa.equilibrium.armington.solve`.

    Raises
    ------
    DataError, NotIdentified, NotConverged : as `hansa.equilibrium.armington.solve`.

    Source: Anderson, Larch and Yotov 2018; Yotov et al. 2016, chapter 2, with the market of the world cleared.

    >>> before = conditional([[1.0, 0.5], [0.5, 1.0]], [1.0, 1.0], [1.0, 1.0])
    >>> after = full(before, [[1.0, 2.0], [2.0, 1.0]], 5.0)
    >>> after.real_output_hat.round(6).tolist()  # own shares fall from 2/3 to 1/2: (3/4)^(-1/4)
    [1.07457, 1.07457]
    """
    if not sigma > 1:
        raise DataError(f"The elasticity of substitution sigma must be above 1, not {sigma!r}.")
    Y, E = host(before.flow.sum(axis=1)), host(before.flow.sum(axis=0))
    after = armington.solve(
        before.flow / E[None, :], Y, E - Y, sigma - 1, reach=reach, closure="share",
        tolerance=tolerance, most_steps=most_steps,
    )  # fmt: skip
    unit = after.price_hat[reference]
    price = after.wage_hat / unit
    income = after.output / after.output.sum() / (Y / Y.sum())  # Pi^(1-sigma) = (Y_i / Y) p_i^(sigma-1), up to taste
    return Full(
        price,
        after.price_hat / unit,
        income ** (1 / (1 - sigma)) / price,
        after.wage_hat / after.price_hat,
        float(after.output.sum() / (E / Y @ after.output)),
        after.flow / unit,
        after.residual,
        after.walras,
    )
