"""The generator's own equilibrium: Armington trade in many products, one factor, tariffs with revenue.

Eaton and Kortum 2002 (Econometrica 70) in the form of Caliendo and Parro 2015 (REStud 82) without intermediate inputs.
A plain fixed point in wages. It shares no code with the rooms that solve models of trade, so that it can judge them.

Notation: i origin, j destination, k product; w wage, L labour, T technology, d trade cost, t tariff, theta elasticity,
alpha share of k in the spending of j, D deficit, I = w L + R + D spending, R tariff revenue,
pi_ijk = T_ik (w_i d_ijk (1 + t_ijk))^-theta_k / Phi_jk share of i in j's spending on k, tariff included.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hansa.errors import NotConverged
from hansa.sample.reproducible import exp, log, power

Array = NDArray[np.float64]

TOLERANCE = 1e-13
MOST_STEPS = 2000


@dataclass(frozen=True)
class Equilibrium:
    """One year of the world.

    wage, income, revenue, price : (n,) price is the Cobb-Douglas index of what the region buys.
    share : (products, n, n) pi, origins in rows. flow : (products, n, n) trade at the origin's border (FOB), home sales
    on the diagonal. residual : largest relative gap between what a region sells and what it earns.
    """

    wage: Array
    income: Array
    revenue: Array
    price: Array
    share: Array
    flow: Array
    residual: float


def solve(
    labour: Array,
    technology: Array,
    trade_cost: Array,
    tariff: Array,
    taste: Array,
    deficit: Array,
    elasticity: Array,
    start: Array,
) -> Equilibrium:
    """Wages at which every region sells what it earns; world output stays at that of the starting wages.

    labour, deficit, start : (n,) start holds wages. technology : (products, n), zero where a region cannot make it.
    trade_cost, tariff : (products, n, n); an infinite cost means no trade. taste : (products, n), columns sum to one.
    elasticity : (products,).

    Raises
    ------
    NotConverged : the gap stays above the tolerance.
    """
    reach = _reach(technology, trade_cost, tariff, elasticity)
    world, wage = (start * labour).sum(), start
    for _ in range(MOST_STEPS):
        share, income, revenue, flow, phi = _market(wage, reach, labour, tariff, taste, deficit, elasticity)
        total = flow.sum(axis=0)
        sales, earned = total.sum(axis=1), wage * labour
        residual = float(np.abs(sales / earned - 1).max())
        if residual < TOLERANCE:
            price = exp((taste * (log(phi) / -elasticity[:, None])).sum(axis=0))
            return Equilibrium(wage, income, revenue, price, share, flow, residual)
        abroad = 1 - total.diagonal() / sales  # sales abroad answer to the wage, sales at home hardly do
        wage = wage * power(sales / earned, 1 / (1 + elasticity.mean() * abroad))
        wage = wage * (world / (wage * labour).sum())
    raise NotConverged(f"The sample world did not settle: gap {residual:.2e} after {MOST_STEPS} steps.", [residual])


def _reach(technology: Array, trade_cost: Array, tariff: Array, elasticity: Array) -> Array:
    """T (d (1 + t))^-theta: how well each origin reaches each destination at a wage of one."""
    open_ = np.isfinite(trade_cost) & (technology[:, :, None] > 0)
    cost = np.where(open_, trade_cost, 1.0) * (1 + tariff)
    return np.where(open_, technology[:, :, None] * power(cost, -elasticity[:, None, None]), 0.0)


def _market(
    wage: Array, reach: Array, labour: Array, tariff: Array, taste: Array, deficit: Array, elasticity: Array
) -> tuple[Array, Array, Array, Array, Array]:
    offer = reach * exp(-elasticity[:, None] * log(wage)[None, :])[:, :, None]
    phi = offer.sum(axis=1)
    share = offer / phi[:, None, :]
    before_tariff = share / (1 + tariff)
    to_treasury = (taste * (1 - before_tariff.sum(axis=1))).sum(axis=0)
    income = (wage * labour + deficit) / (1 - to_treasury)
    flow = before_tariff * (taste * income)[:, None, :]
    return share, income, income * to_treasury, flow, phi
