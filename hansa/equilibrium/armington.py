"""One sector in general equilibrium: trade between regions after a shock, in exact hat algebra, with deficits.

Dekle, Eaton and Kortum 2007, American Economic Review 97(2), 351-355, and 2008, IMF Staff Papers 55(3), 511-540 (hat
algebra with deficits); Anderson 1979, American Economic Review 69(1), 106-116, and Eaton and Kortum 2002, Econometrica
70(5), 1741-1779 (the same equations, with theta = sigma - 1); Allen, Arkolakis and Takahashi 2020, Journal of Political
Economy 128(2), 393-433 (the common scale of the closure ``share``); Alvarez and Lucas 2007, Journal of Monetary
Economics 54(6), 1726-1768 (gross substitutes). Numbers only.

Notation: i origin, j destination; x_hat = after / before, x' = after; theta the trade elasticity; Y_i output, E_j
spending, D_j = E_j - Y_j deficit; lambda_ij share of i in the spending of j; d_hat cost factor, A_hat productivity.
  K_ij = lambda_ij d_hat_ij^-theta (zero: closed), x_i = (w_hat_i / A_hat_i)^-theta
  P_hat_j = (sum_i x_i K_ij)^(-1/theta),  lambda'_ij = x_i K_ij P_hat_j^theta,  w_hat_i Y_i = sum_j lambda'_ij E'_j
Closures: ``fixed`` E'_j = w_hat_j Y_j + D_j; ``share`` E'_j = xi (E_j / Y_j) w_hat_j Y_j, where xi lets the world spend
what it earns. Numeraire: output of the world. Unknown is log w_hat, residual F = log(sales) - log(w_hat Y).

How it is solved: `hansa.equilibrium.one_sector`. What can be said before solving: `hansa.equilibrium.market`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hansa.equilibrium import anderson, market, one_sector
from hansa.equilibrium.anderson import LARGEST_RESIDUAL
from hansa.equilibrium.arrays import host, namespace
from hansa.errors import DataError, NotConverged, NotIdentified

Vector = NDArray[np.float64]
CLOSURES = ("fixed", "share")
SUMS_AGREE = 1e-9  # shares sum to one, and deficits to zero, up to this


@dataclass(frozen=True, eq=False)
class Solution:
    """An equilibrium after a shock.

    Parameters
    ----------
    wage_hat, price_hat : (n,) factors on wages and on the price of spending. The price of a region's own goods changes
        by wage_hat over the factor on productivity.
    output, spending : (n,) after, in the unit of the baseline; the output of the world is the numeraire. Markets that
        have no trade with one another keep each its own output, for their relative wages mean nothing.
    residual : largest |log(sales / output)|; walras : sales less output of the world, as a share of it.
    steps : evaluations of the system; state : (n,) log of wage_hat, from which a similar run can start.
    """

    wage_hat: Vector
    price_hat: Vector
    output: Vector
    spending: Vector
    residual: float
    walras: float
    steps: int
    state: Vector
    _K: Any
    _weight: Vector
    _power: Vector

    @cached_property
    def share(self) -> Any:
        """(n, n) shares of origins in the spending of destinations, after; columns sum to one."""
        return self._times(1 / self._power)

    @cached_property
    def flow(self) -> Any:
        """(n, n) trade after, from origins to destinations, in the unit of output."""
        return self._times(self.spending / self._power)

    def _times(self, column: Vector) -> Any:
        xp = namespace(self._K)
        if xp is not np:
            return self._K * xp.asarray(self._weight)[:, None] * xp.asarray(column)[None, :]
        made = np.multiply(self._K, self._weight[:, None])
        made *= column
        return made


def solve(
    share: Any,
    output: ArrayLike,
    deficit: ArrayLike,
    elasticity: float,
    *,
    reach: Any = None,
    productivity: ArrayLike | None = None,
    closure: str = "fixed",
    deficit_before: ArrayLike | None = None,
    start: ArrayLike | None = None,
    tolerance: float = 1e-11,
    most_steps: int = 500,
    overwrite: bool = False,
    progress: Callable[[int, float], None] | None = None,
) -> Solution:
    """Equilibrium after trade costs, productivity or deficits change.

    Parameters
    ----------
    share : (n, n) shares of origins in the spending of destinations before; columns sum to one. An array of JAX stays
        on its device.
    output : (n,) before; deficit : (n,) imports less exports after, which sum to zero, in the same unit. The closure
        without deficits is zeros here: solve that once without a shock, and start shocks from there.
    elasticity : theta, above zero.
    reach : (n, n) factor on shares at given wages: cost factor to the power -theta, or exp of an estimated effect; zero
        closes a market.
    productivity : (n,) factors.
    closure : ``fixed``, deficits as given; ``share``, spending in proportion to output as before.
    deficit_before : (n,) deficits of the baseline, for the closure ``share``; those given where absent.
    start : (n,) state of a similar solution.
    tolerance : of the residual; most_steps : accelerated steps, before others are taken.
    overwrite : let the product with shares be written into `reach`, which saves an array of its size.
    progress : told the steps taken and the residual, now and then.

    Raises
    ------
    DataError : arrays of other shapes, numbers out of range, shares or deficits that do not add up; deficits with which
        spending of a region would not be positive.
    NotIdentified : a region is left without a supplier or a buyer, or cannot earn what it must.
    NotConverged : the residual stays above 1e-9.

    Source: Dekle, Eaton and Kortum 2008, equations 10 to 13.

    >>> share = np.array([[0.75, 0.5], [0.25, 0.5]])
    >>> after = solve(share, [200.0, 100.0], [0.0, 0.0], 4.0, reach=[[1.0, 0.0], [0.0, 1.0]])
    >>> (1 / after.price_hat).round(6).tolist()  # autarky: 0.75^(1/4) and 0.5^(1/4)
    [0.930605, 0.840896]
    """
    anderson.check_tolerance(tolerance)
    K = _reached(share, reach, overwrite)
    Y, D, ratio, log_productivity = _taken(K, output, deficit, elasticity, closure, deficit_before, productivity)
    x = np.zeros(Y.size) if start is None else np.asarray(start, np.float64)
    if x.shape != Y.shape:
        raise DataError(f"start has shape {x.shape}, and there are {Y.size:,} regions.")
    here = one_sector.Market(K, float(elasticity), Y, D, ratio, log_productivity)
    settings = (tolerance, most_steps, progress)
    with np.errstate(all="ignore"):  # what overflows on the way is not finite, and is taken back
        one = market.connected(K)
        point, steps = one_sector.find(here, x, *settings) if one else _apart(here, x, *settings)
    return _out(here, point, steps)


def _apart(
    here: one_sector.Market, x: Vector, tolerance: float, most_steps: int, progress: Callable[[int, float], None] | None
) -> tuple[one_sector.Point, int]:
    """Markets without trade among them, each for itself.

    Raises
    ------
    NotIdentified : a region has no supplier or buyer, or a market's deficits have nobody to pay for them.
    """
    market.refuse_lonely(here.K)
    wage, spending, steps = np.zeros(x.size), here.Y.copy(), 1
    parts = market.markets(here.K)
    for inside in parts:
        Y, D = here.Y[inside], here.D[inside]
        ratio = None if here.ratio is None else here.ratio[inside]
        if len(parts) > 1 and ratio is None and abs(D.sum()) > SUMS_AGREE * Y.sum():
            raise NotIdentified(
                f"{market.places(inside)} would have no trade with others, and deficits of {D.sum():.6g} that nobody "
                "can pay for. Take the closure without deficits, or leave a market open."
            )
        if inside.size == 1:
            continue
        K = here.K if inside.size == x.size else here.K[inside][:, inside]
        market.refuse_one_way(K, D, ratio)
        a = None if here.log_productivity is None else here.log_productivity[inside]
        point, more = one_sector.find(
            one_sector.Market(K, here.theta, Y, D, ratio, a), x[inside], tolerance, most_steps, progress
        )
        wage[inside], spending[inside], steps = point.log_wage, point.spending, max(steps, more)
    output = np.exp(wage) * here.Y
    cost = wage if here.log_productivity is None else wage - here.log_productivity
    weight = np.exp(-here.theta * cost)
    power = host(weight @ here.K)
    q = spending / power
    sales = weight * host(here.K @ q)
    return one_sector.Point(wage, output, spending, weight, power, q, sales, np.log(sales / output)), steps


def _out(here: one_sector.Market, point: one_sector.Point, steps: int) -> Solution:
    """The door out: what is returned is solved, and positive."""
    residual = point.residual
    if not residual <= LARGEST_RESIDUAL:
        raise NotConverged(
            f"The equilibrium is not found: sales and output differ by {residual:.1e} after {steps:,} evaluations, "
            f"and {LARGEST_RESIDUAL:g} is accepted. Try a smaller shock, or start from a solution nearby.",
            [residual],
        )
    wage, price = np.exp(point.log_wage), point.power ** (-1 / here.theta)
    for name, values in (("spending", point.spending), ("wage", wage), ("price", price)):
        if not (values.min() > 0 and values.max() < np.inf):
            worst = int(np.argmin(values))
            raise DataError(
                f"The {name} of region {worst} would be {values[worst]:.6g}, which is not above zero and finite. Take "
                "smaller deficits, or the closure 'share'."
            )
    world = point.output.sum()
    walras = float(abs(point.sales.sum() - world) / world)
    return Solution(
        wage, price, point.output, point.spending, residual, walras, steps, point.log_wage,
        here.K, point.weight, point.power,
    )  # fmt: skip


def _reached(share: Any, reach: Any, overwrite: bool) -> Any:
    """(n, n) K: shares times reach."""
    xp = namespace(share, reach)
    share = xp.asarray(share, dtype=xp.float64)
    if share.ndim != 2 or share.shape[0] != share.shape[1] or not share.size:
        raise DataError(f"Shares have shape {share.shape}; they are a table of regions by regions.")
    off = np.abs(host(share.sum(axis=0)) - 1)
    if not off.max() <= SUMS_AGREE:
        worst = int(np.argmax(np.where(np.isfinite(off), off, np.inf)))
        raise DataError(
            f"Shares in the spending of region {worst} sum to {float(host(share[:, worst]).sum()):.12g}, not to one. "
            "Home sales belong to them. Divide each column by its sum."
        )
    if reach is None:
        K = share
    else:
        reach = xp.asarray(reach, dtype=xp.float64)
        if reach.shape != share.shape:
            raise DataError(f"reach has shape {reach.shape}, shares have {share.shape}.")
        K = np.multiply(share, reach, out=reach) if overwrite and xp is np else share * reach
    if not (float(K.min()) >= 0 and float(K.max()) < np.inf):
        raise DataError(
            "Shares times reach hold negative, missing or infinite numbers; they must be finite, from 0 up."
        )
    return K


def _taken(
    K: Any,
    output: ArrayLike,
    deficit: ArrayLike,
    elasticity: float,
    closure: str,
    deficit_before: ArrayLike | None,
    productivity: ArrayLike | None,
) -> tuple[Vector, Vector, Vector | None, Vector | None]:
    """Output, deficits, ratios of spending to output, and log of productivity, checked."""
    n = K.shape[0]
    if closure not in CLOSURES:
        raise DataError(f"closure={closure!r} is no choice. Give one of {', '.join(map(repr, CLOSURES))}.")
    if not (0 < elasticity < np.inf):
        raise DataError(f"The trade elasticity must be above 0 and finite, not {elasticity!r}.")
    Y, D = _vector("output", output, n, positive=True), _vector("deficit", deficit, n)
    ratio = None
    if closure == "share":
        ratio = (Y + (D if deficit_before is None else _vector("deficit_before", deficit_before, n))) / Y
        if not ratio.min() > 0:
            raise DataError(
                f"Spending of region {int(np.argmin(ratio))} before is not above zero: output plus deficit."
            )
    elif abs(D.sum()) > SUMS_AGREE * Y.sum():
        raise DataError(
            f"Deficits sum to {D.sum():.6g}, {abs(D.sum()) / Y.sum():.1e} of world output; over all regions imports "
            "equal exports. Add the rest of the world as a region."
        )
    a = None if productivity is None else np.log(_vector("productivity", productivity, n, positive=True))
    return Y, D, ratio, a


def _vector(name: str, given: ArrayLike, n: int, positive: bool = False) -> Vector:
    values = np.asarray(given, np.float64)
    if values.shape != (n,):
        raise DataError(f"{name!r} has shape {values.shape}, and there are {n:,} regions.")
    least, most = values.min(), values.max()
    if not (most < np.inf and (least > 0 if positive else least > -np.inf)):
        place = int(np.argmin(values)) if np.isfinite(values).all() else int(np.flatnonzero(~np.isfinite(values))[0])
        must = "finite and above zero" if positive else "finite"
        raise DataError(f"{name!r} of region {place} is {values[place]:.6g}; it must be {must}.")
    return values
