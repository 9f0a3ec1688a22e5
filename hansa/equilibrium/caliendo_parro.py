"""Equilibrium after a change: many sectors, input-output links, tariffs. Caliendo and Parro 2015 (REStud 82:1-44).

In changes, exactly (their equations 10 to 15). The numeraire is world value added; deficits are held in it.

    cost      c_ln = w_n^va_ln prod_k P_kn^g_kln / A_ln             price  P_kn^-theta_k = sum_i K_kin c_ki^-theta_k
    share     pi'_kin = K_kin c_ki^-theta_k P_kn^theta_k            sales  Y_ki = sum_n pi'_kin X_kn / (1 + t'_kin)
    spending  X_kn = sum_l g_kln Y_ln + alpha_kn I_n                income I_n = w_n wL_n + R_n + D_n
    wages     w_n wL_n = sum_l va_ln Y_ln, for which the balance of trade is the check (Walras)

All are swept in one loop, which Anderson's method accelerates. In a sweep inputs from home are solved for exactly,
costs move along with the wages of home, and spending answers twice: its gaps are then not taken for gaps of wages.

Notation: i origin, j or n destination, k and l sectors; pi share, t tariff, g inputs, va value_added, alpha final,
theta elasticity, wL wage_income, D deficit, X spending, Y output, I income, R revenue, A productivity, w, c, P hats of
wage, cost and price; K = pi reach ((1 + t') / (1 + t))^-theta; h share of home in the spending of home.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache, cached_property, partial
from typing import Any, NamedTuple

import numpy as np
from scipy.sparse.csgraph import connected_components

from hansa.equilibrium import anderson
from hansa.equilibrium.anderson import LARGEST_RESIDUAL
from hansa.equilibrium.arrays import Floats, host, namespace
from hansa.errors import DataError, NotConverged, NotIdentified

SUMS = 1e-6  # how far shares may be from a sum of one, and deficits of the world from zero
LEAST_SPENDING = 0.01  # of mean value added in a sector: cells of filler are measured against it
MOST_HOME = 0.95  # share of home that a sweep solves exactly: at one, nothing would leave the loop of inputs
PACE = 0.75  # of Newton's step in a wage alone
NEXT_TO_NOTHING = 1e-6  # of value added: who would spend less has nothing to spend
LARGEST_LOG = 700.0  # exp of it is still a number, and so is exp of its negative
ACCELERATED, FELT, ROUNDS = 150, 400, 6  # sweeps of each kind in a round, and how many rounds
DEPTH = 8  # sweeps remembered
FASTER, SLOWER = 1.3, 0.4  # factors on the pace of a wage whose gap keeps its sign, and where it turns
LARGEST_STEP = 0.3  # of a log wage whose pace is being felt for
WELL_BELOW = 1e-5  # a gap from which acceleration is sure again
NEARLY = 1e-3  # a gap with which acceleration is not given up

Progress = Callable[[int, float], None]


@dataclass(frozen=True)
class Model:
    """An economy before the change, as arrays of (sector, origin, destination) and (sector, region).

    share : (J, n, n) of each origin in what the destination spends on the sector, tariff included; columns over origins
        sum to one, or to zero where nothing is bought.
    tariff : (J, n, n) ad-valorem rates before.  inputs : (J, J, n) share of input k in the cost of sector l, or None
        where labour alone produces.  value_added : (J, n) share in cost.  final : (J, n) shares in final spending.
    elasticity : (J,) of trade to cost, positive.  wage_income : (n,) value added before.
    deficit : (n,) imports less exports after the change.  spending : (J, n) before, tariff included: a starting value.
    """

    share: Any
    tariff: Any
    inputs: Any
    value_added: Any
    final: Any
    elasticity: Any
    wage_income: Any
    deficit: Any
    spending: Any


@dataclass(frozen=True)
class Solution:
    """An equilibrium after a change; hats are after / before, values are in the unit of wage_income.

    wage_hat, consumer_price_hat, income, revenue : (n,).  cost_hat, price_hat, spending, output : (J, n); cost is the
    price at the factory gate, output at producer prices.  residual : largest relative gap of any condition.
    walras : largest gap of a trade balance, relative to value added.  state : where the next solution may start.
    """

    wage_hat: Any
    cost_hat: Any
    price_hat: Any
    consumer_price_hat: Any
    spending: Any
    output: Any
    income: Any
    revenue: Any
    residual: float
    walras: float
    steps: int
    state: Floats
    kernel: Any = field(repr=False)
    tariff: Any = field(repr=False)
    elasticity: Any = field(repr=False)

    @cached_property
    def share(self) -> Any:
        """(J, n, n) shares in spending, tariff included."""
        xp = namespace(self.kernel)
        theta = self.elasticity[:, None]
        offer = xp.exp(-theta * xp.log(self.cost_hat))
        return self.kernel * offer[:, :, None] * xp.exp(theta * xp.log(self.price_hat))[:, None, :]

    @cached_property
    def flow(self) -> Any:
        """(J, n, n) trade at producer prices."""
        return self.share / (1 + self.tariff) * self.spending[:, None, :]


def solve(
    model: Model,
    *,
    reach: Any = None,
    tariff: Any = None,
    productivity: Any = None,
    start: Floats | None = None,
    tolerance: float = 1e-11,
    most_steps: int = 3000,
    progress: Progress | None = None,
) -> Solution:
    """The equilibrium after reach, tariffs, productivity and deficits have changed.

    Where blocs no longer trade with each other at all, each keeps its own value added as numeraire, in which its
    deficits are held: wages of one in terms of the other mean nothing.

    reach : (J, n, n) factor on shares other than by tariffs: cost_hat^-theta times any direct effect; zero is closed.
    tariff : (J, n, n) ad-valorem rates after; those before where not given.
    productivity : (J, n) output per bundle of inputs, after / before.
    start : the state of a solution near by.  tolerance : of the gaps that a sweep sees, relative.
    progress : told sweeps and gap, every ten sweeps.

    Raises
    ------
    DataError : the arrays are no economy, or no change of it.  NotIdentified : somebody is left without a supplier or
    a buyer, blocs that do not trade have deficits towards each other, or a surplus that is held cannot be earned.
    NotConverged : the residual stays above 1e-9.

    >>> share = np.array([[[0.8, 0.2], [0.2, 0.8]]])
    >>> one, nothing = np.ones((1, 2)), np.zeros((1, 2, 2))
    >>> two = Model(share, nothing, None, one, one, np.array([4.0]), np.ones(2), np.zeros(2), one)
    >>> apart = solve(two, reach=np.eye(2)[None])
    >>> bool(np.allclose(1 / apart.consumer_price_hat, 0.8 ** (1 / 4)))  # Arkolakis, Costinot, Rodriguez-Clare 2012
    True
    """
    xp = namespace(model.share, reach, tariff, productivity)
    anderson.check_tolerance(tolerance)
    _check(model)
    _check_change(model, reach, tariff, productivity)
    system = _system(xp, model, reach, tariff, productivity)
    system = system._replace(bloc=_check_partners(xp, model, system))
    begin = _start(system)
    if start is not None:
        if np.shape(start) != begin.shape:
            raise DataError(
                f"The state to start from has shape {np.shape(start)}, not {begin.shape}: it is of another economy."
            )
        begin = host(start)
    return _checked(xp, system, _iterate(xp, system, begin, tolerance, most_steps, progress))


def _iterate(
    xp: Any, s: _System, z: Floats, tolerance: float, most_steps: int, progress: Progress | None
) -> list[anderson.Run]:
    """Accelerated sweeps; where these are not enough, sweeps that feel for the pace of each wage, and so in turn."""
    sweep = _compiled(xp)
    said = [np.inf]

    def step(z: Floats) -> Floats:
        new, error = sweep(s, z)
        said[0] = float(error)
        return host(new)

    runs: list[anderson.Run] = []
    left, cold = most_steps, True
    with np.errstate(all="ignore"):  # what is not finite is told by the residual
        for _ in range(ROUNDS):
            runs.append(
                anderson.accelerate(
                    step,
                    z,
                    residual=lambda z, new: said[0],
                    depth=DEPTH,
                    tolerance=tolerance,
                    most_steps=min(ACCELERATED, left),
                    progress=progress,
                )
            )
            left -= runs[-1].steps
            if runs[-1].residual <= tolerance or left <= 0:
                break
            if runs[-1].residual < NEARLY:
                z = runs[-1].x
                continue
            begin = _start(s) if cold else runs[-1].x
            s = _unlooped(s) if cold else _rebased(xp, s, xp.asarray(begin))
            runs.append(_felt(sweep, s, begin, min(FELT, left)))
            left -= runs[-1].steps
            z, cold = runs[-1].x, False
            s = _rebased(xp, s, xp.asarray(z))
    return runs


def _felt(sweep: Any, s: _System, z: Floats, most_steps: int) -> anderson.Run:
    """Sweeps in which the pace of each wage grows while its gap keeps its sign, and falls where it turns.

    Where a region begins or ceases to export, its demand for labour bends so sharply that no slope tells the pace.
    """
    n, pace = s.wage_income.shape[0], host(s.pace)
    before, best = np.zeros(n), anderson.Run(z, 0, np.inf)
    for number in range(most_steps):
        new, error = sweep(s._replace(pace=pace), z)
        new, error = host(new), float(error)
        if error < best.residual:
            best = anderson.Run(z, number, error)
        if not WELL_BELOW < error < np.inf:
            break
        change = new[:n] - z[:n]
        pace = np.where(change * before < 0, SLOWER * pace, FASTER * pace)
        pace *= np.minimum(1, LARGEST_STEP / np.maximum(np.abs(change), 1e-300))
        before, z = change, new
    return anderson.Run(best.x, number + 1, best.residual)


class _System(NamedTuple):
    """What a sweep needs, in the library of the given arrays.

    kernel : K.  sold : K / (1 + t'), or None where nothing is taxed.  tariff : t'.
    home : (J, n) h.  through : (n, J, J) what is needed of inputs to the last round at home, (1 - g h)^-1 g, or None;
    with it own_cost : (J, n) elasticity of cost to the wage of home, own_final : of spending to final spending, shift :
    of cost to productivity at home.  scale : (J, n) unit of spending.  pace : (n,) change of a log wage by log gap.
    bloc : (n, n) one for regions of a bloc that trades with no other, or None where there is but one bloc.
    """

    kernel: Any
    sold: Any
    tariff: Any
    theta: Any
    value_added: Any
    final: Any
    inputs: Any
    log_productivity: Any
    wage_income: Any
    deficit: Any
    spending: Any
    scale: Any
    home: Any
    through: Any
    own_cost: Any
    own_final: Any
    shift: Any
    pace: Any
    bloc: Any = None


class _Market(NamedTuple):
    """What buyers see at given costs, all (J, n): log_price; offer c^-theta and total, its sum over suppliers weighted
    by K, both in units of the least cost; net, what of spending is not tariff.
    """

    log_price: Any
    total: Any
    offer: Any
    net: Any


def _system(xp: Any, model: Model, reach: Any, tariff: Any, productivity: Any) -> _System:
    theta, share = model.elasticity, model.share
    after = model.tariff if tariff is None else tariff
    here = np.arange(share.shape[1])
    kernel = share if reach is None else share * reach
    if tariff is not None:
        kernel = kernel * xp.exp(-theta[:, None, None] * xp.log((1 + after) / (1 + model.tariff)))
    total = kernel.sum(1)
    home = xp.minimum(share[:, here, here], kernel[:, here, here] / xp.where(total > 0, total, 1.0))
    log_productivity = None if productivity is None else xp.log(productivity)
    plain = _System(
        kernel=kernel,
        sold=kernel / (1 + after) if bool((after != 0).any()) else None,
        tariff=after,
        theta=theta,
        value_added=model.value_added,
        final=model.final,
        inputs=None if model.inputs is None else xp.moveaxis(model.inputs, 2, 0),
        log_productivity=log_productivity,
        wage_income=model.wage_income,
        deficit=model.deficit,
        spending=model.spending,
        scale=xp.maximum(model.spending, LEAST_SPENDING * model.wage_income / share.shape[0]),
        home=xp.minimum(home, MOST_HOME),
        through=None,
        own_cost=model.value_added,
        own_final=model.final,
        shift=log_productivity,
        pace=None,
    )
    net = share / (1 + model.tariff) if bool((model.tariff != 0).any()) else share
    plain = plain._replace(pace=_pace(xp, plain, share, net, model.spending))
    return plain if model.inputs is None else _looped(xp, plain)


def _looped(xp: Any, s: _System) -> _System:
    """The system with inputs from home solved for."""
    size = s.theta.shape[0]
    right = xp.concatenate([s.inputs, s.final.T[:, :, None]], 2)
    solved = xp.linalg.solve(xp.eye(size) - s.inputs * s.home.T[:, None, :], right)
    through = solved[:, :, :size]
    own_cost = s.value_added + _across(s.home * s.value_added, through)
    shift = s.shift
    if shift is not None:
        shift = shift + _across(s.home * shift, through)
    return s._replace(through=through, own_cost=own_cost, own_final=solved[:, :, size].T.copy(), shift=shift)


def _unlooped(s: _System) -> _System:
    """The system with inputs from home found by sweeps, slower and surer: solved for, they mislead far away."""
    if s.inputs is None:
        return s
    plain = {"own_cost": s.value_added, "own_final": s.final, "shift": s.log_productivity}
    return s._replace(home=0 * s.home, through=s.inputs, **plain)


def _rebased(xp: Any, s: _System, z: Any) -> _System:
    """The system with the pace of wages that is right at a state."""
    lw = _wages(xp, s, z)
    m = _market(xp, s, _costs(s, lw, z))
    X = xp.maximum(_spent(xp, s, xp.exp(lw) * s.wage_income, z, m), 0.0)
    share = s.kernel * m.offer[:, :, None] / m.total[:, None, :]
    return s._replace(pace=_pace(xp, s, share, share if s.sold is None else share / (1 + s.tariff), X))


def _pace(xp: Any, s: _System, share: Any, net: Any, X: Any) -> Any:
    """(n,) the inverse of how demand for labour answers to the wage of home, others' wages held.

    share, net : (J, n, n) of spending X (J, n) where that answer is taken, with tariff and without.
    """
    here = np.arange(share.shape[1])
    output = xp.maximum((net @ X[:, :, None])[:, :, 0], 1e-300)
    taken = xp.einsum("kij,kij,kj->ki", share, net, X) / output  # share in its markets, weighted by what it sells there
    at_home = net[:, here, here] * X / output
    labour = s.value_added * output
    answer = 1 + s.theta[:, None] * (1 - taken) - at_home
    return PACE * labour.sum(0) / xp.maximum(xp.sum(labour * answer, 0), PACE * labour.sum(0))


def _across(x: Any, through: Any) -> Any:
    """(J, n) what costs of inputs x (J, n) add to costs: sum over k of x_kn through_nkl."""
    return (x.T[:, None, :] @ through)[:, 0, :].T.copy()  # rows by sector, as what it is added to


def _along(through: Any, y: Any) -> Any:
    """(J, n) what outputs y (J, n) take of inputs: sum over l of through_nkl y_ln."""
    return (through @ y.T[:, :, None])[:, :, 0].T.copy()


def _start(s: _System) -> Floats:
    """State: log wages, log costs, spending / scale; wages alone where labour alone produces."""
    wages = np.zeros(s.wage_income.shape[0])
    if s.inputs is None:
        return wages
    return np.concatenate([wages, np.zeros(s.scale.size), host(s.spending / s.scale).ravel()])


@cache
def _compiled(xp: Any) -> Callable[[_System, Floats], tuple[Any, Any]]:
    if xp is np:
        return partial(_sweep, np)
    jax: Any = importlib.import_module("jax")  # optional dependency
    compiled: Callable[[_System, Floats], tuple[Any, Any]] = jax.jit(partial(_sweep, xp))
    return compiled


def _sweep(xp: Any, s: _System, z: Any) -> tuple[Any, Any]:
    """The next state, and the largest relative gap in this one."""
    lw = _wages(xp, s, z)
    earned = xp.exp(lw) * s.wage_income
    lc = _costs(s, lw, z)
    m = _market(xp, s, lc)
    X = _spent(xp, s, earned, z, m)
    if s.through is None:
        f = _gap(xp, s, _sales(s, m, X), earned)
        return lw + s.pace * f, xp.abs(f).max()
    cost = s.own_cost * lw + _across(m.log_price - s.home * lc, s.through)
    if s.shift is not None:
        cost = cost - s.shift
    error = xp.abs(cost - lc).max()
    for _ in range(2):
        before = X
        Y = _sales(s, m, X)
        income = _affordable(xp, s, earned + xp.sum(X * (1 - m.net), 0) + s.deficit, earned)
        X = _along(s.through, Y - s.home * X) + s.own_final * income
        error = xp.maximum(error, (xp.abs(X - before) / s.scale).max())
    f = _gap(xp, s, Y, earned)
    error = xp.maximum(error, xp.abs(f).max())
    dw = s.pace * f
    return xp.concatenate([lw + dw, (cost + s.own_cost * dw).ravel(), (X / s.scale).ravel()]), error


def _wages(xp: Any, s: _System, z: Any) -> Any:
    """(n,) logs of wages, with value added of the world as it was; of each bloc where these do not trade."""
    lw = z[: s.wage_income.shape[0]]
    if s.bloc is None:
        return lw - xp.log(xp.exp(lw) @ s.wage_income / s.wage_income.sum())
    return lw - xp.log((s.bloc @ (xp.exp(lw) * s.wage_income)) / (s.bloc @ s.wage_income))


def _costs(s: _System, lw: Any, z: Any) -> Any:
    """(J, n) logs of costs: of the state, or of wages alone where labour alone produces."""
    if s.inputs is None:
        return s.own_cost * lw if s.shift is None else s.own_cost * lw - s.shift
    n = lw.shape[0]
    return z[n : n + s.scale.size].reshape(s.scale.shape)


def _spent(xp: Any, s: _System, earned: Any, z: Any, m: _Market) -> Any:
    """(J, n) X: of the state, or all of it final where labour alone produces."""
    if s.inputs is None:
        return s.final * (_affordable(xp, s, earned + s.deficit, earned) / (1 - xp.sum(s.final * (1 - m.net), 0)))
    return z[earned.shape[0] + s.scale.size :].reshape(s.scale.shape) * s.scale


def _market(xp: Any, s: _System, lc: Any) -> _Market:
    theta = s.theta[:, None]
    least = lc.min(1, keepdims=True)
    offer = xp.exp(theta * (least - lc))
    total = (offer[:, None, :] @ s.kernel)[:, 0, :]
    total = xp.where(total > 0, total, 1.0)  # nobody buys there, whatever the price
    net = xp.ones_like(total) if s.sold is None else (offer[:, None, :] @ s.sold)[:, 0, :] / total
    return _Market(least - xp.log(total) / theta, total, offer, net)


def _sales(s: _System, m: _Market, X: Any) -> Any:
    """(J, n) Y at producer prices."""
    sold = s.kernel if s.sold is None else s.sold
    return m.offer * (sold @ (X / m.total)[:, :, None])[:, :, 0]


def _affordable(xp: Any, s: _System, income: Any, earned: Any) -> Any:
    """(n,) income, but at least next to nothing; what a surplus then does not pay, those with deficits do not get.

    So bounded, an equilibrium exists where the one asked for does not, and there somebody is at the bound.
    """
    lacking = xp.maximum(NEXT_TO_NOTHING * earned - income, 0.0)
    received = xp.maximum(s.deficit, 0.0)
    return income + lacking - received * (lacking.sum() / xp.maximum(received.sum(), 1e-300))


def _gap(xp: Any, s: _System, Y: Any, earned: Any) -> Any:
    """(n,) log of demand for labour over its supply, at most a factor of twenty either way."""
    return xp.log(xp.clip(xp.sum(s.value_added * Y, 0) / earned, 0.05, 20.0))


def _checked(xp: Any, s: _System, runs: list[anderson.Run]) -> Solution:
    """The equilibrium at the best state, once every condition of it has been looked at."""
    run = min(runs, key=lambda run: run.residual)
    steps = sum(run.steps for run in runs)
    with np.errstate(all="ignore"):
        z = xp.asarray(run.x)
        lw = _wages(xp, s, z)
        earned = xp.exp(lw) * s.wage_income
        lc = _costs(s, lw, z)
        m = _market(xp, s, lc)
        X = _spent(xp, s, earned, z, m)
        Y = _sales(s, m, X)
        revenue = xp.sum(X * (1 - m.net), 0)
        income = earned + revenue + s.deficit
        residual = _residual(xp, s, lw, lc, m, X, Y, income, earned)
        walras = float((xp.abs(xp.sum(X * m.net - Y, 0) - s.deficit) / earned).max())
        index = xp.exp(xp.sum(s.final * m.log_price, 0))
    if run.residual <= LARGEST_RESIDUAL:
        _refuse_unaffordable(host(income / earned))
    if not residual <= LARGEST_RESIDUAL:
        raise NotConverged(
            f"No equilibrium found in {steps:,} sweeps: the largest relative gap is {residual:.1e}, and at most "
            f"{LARGEST_RESIDUAL:g} is returned. Make the change in smaller parts, with lower elasticities or smaller "
            "deficits, to see which of them cannot be borne.",
            [*(run.residual for run in runs), residual],
        )
    _refuse_what_is_not_positive(host(X / s.scale), {"wages": lw, "costs": lc, "prices": m.log_price})
    return Solution(
        wage_hat=xp.exp(lw),
        cost_hat=xp.exp(lc),
        price_hat=xp.exp(m.log_price),
        consumer_price_hat=index,
        spending=xp.maximum(X, 0.0),
        output=xp.maximum(Y, 0.0),
        income=income,
        revenue=revenue,
        residual=residual,
        walras=walras,
        steps=steps,
        state=run.x,
        kernel=s.kernel,
        tariff=s.tariff,
        elasticity=s.theta,
    )


def _residual(xp: Any, s: _System, lw: Any, lc: Any, m: _Market, X: Any, Y: Any, income: Any, earned: Any) -> float:
    """The largest relative gap of cost, spending and wages as the paper has them, not as a sweep does."""
    gaps = [xp.abs(xp.sum(s.value_added * Y, 0) / earned - 1).max()]
    if s.inputs is not None:
        cost = s.value_added * lw + _across(m.log_price, s.inputs)
        cost = cost if s.log_productivity is None else cost - s.log_productivity
        gaps += [xp.abs(cost - lc).max(), (xp.abs(_along(s.inputs, Y) + s.final * income - X) / s.scale).max()]
    return max(float(gap) for gap in gaps)


def _check(model: Model) -> None:
    """Refuse arrays that are no economy, with the first place where they are not."""
    share, theta = host(model.share), host(model.elasticity)
    J, n = share.shape[:2]
    shapes = {
        "share": (J, n, n), "tariff": (J, n, n), "value_added": (J, n), "final": (J, n), "elasticity": (J,),
        "wage_income": (n,), "deficit": (n,), "spending": (J, n),
    } | ({} if model.inputs is None else {"inputs": (J, J, n)})  # fmt: skip
    for name, shape in shapes.items():
        array = host(getattr(model, name))
        if array.shape != shape:
            raise DataError(f"{name} has shape {array.shape}, and {shape} is needed beside share of {share.shape}.")
        _refuse(~np.isfinite(array), name, "no finite number", array)
    final, wages, deficit = host(model.final), host(model.wage_income), host(model.deficit)
    _refuse(theta <= 0, "elasticity", "not positive; trade falls with cost by a positive elasticity", theta)
    _refuse(share < 0, "share", "negative", share)
    bought = share.sum(1)
    _refuse((np.abs(bought - 1) > SUMS) & (bought != 0), "sum of share over origins", "not one, nor zero", bought)
    _refuse(host(model.tariff) <= -1, "tariff", "not above -1, and buyers would be paid to buy", host(model.tariff))
    _refuse(final < 0, "final", "negative; net changes of stocks out before", final)
    _refuse(np.abs(final.sum(0) - 1) > SUMS, "sum of final over sectors", "not one", final.sum(0))
    _refuse(wages <= 0, "wage_income", "not positive", wages)
    made = host(model.value_added) + (0 if model.inputs is None else host(model.inputs).sum(0))
    _refuse(np.abs(made - 1) > SUMS, "value_added and inputs together", "not one", made)
    if abs(deficit.sum()) > SUMS * wages.sum():
        raise DataError(
            f"Deficits sum to {deficit.sum():g}, not to zero: what some import beyond their exports, others export "
            "beyond their imports. Add the rest of the world as a region, or take deficits of zero."
        )


def _check_change(model: Model, reach: Any, tariff: Any, productivity: Any) -> None:
    for name, given, shape in (
        ("reach", reach, model.share.shape),
        ("tariff after", tariff, model.share.shape),
        ("productivity", productivity, model.value_added.shape),
    ):
        if given is None:
            continue
        array = host(given)
        if array.shape != tuple(shape):
            raise DataError(f"{name} has shape {array.shape}, and {tuple(shape)} is needed.")
        _refuse(~np.isfinite(array), name, "no finite number", array)
    if reach is not None:
        _refuse(host(reach) < 0, "reach", "negative; zero closes a way", host(reach))
    if tariff is not None:
        _refuse(host(tariff) <= -1, "tariff after", "not above -1, and buyers would be paid to buy", host(tariff))
    if productivity is not None:
        _refuse(host(productivity) <= 0, "productivity", "not positive", host(productivity))


def _refuse(bad: Any, name: str, what: str, array: Floats) -> None:
    if bad.any():
        at = tuple(int(place) for place in np.argwhere(bad)[0])
        raise DataError(
            f"{name} is {array[at]:g} at {list(at)} (counted from 0; sector first, region last): {what}. "
            f"{bad.sum():,} of {bad.size:,} are like that."
        )


def _check_partners(xp: Any, model: Model, s: _System) -> Any:
    """Refuse changes that leave somebody without a supplier or a buyer, or blocs apart that owe each other.

    (n, n) of ones for regions of a bloc, where there are blocs that do not trade, else None.
    """
    kernel, used = host(s.kernel), host(s.final) > 0
    if model.inputs is not None:
        used |= ((host(model.inputs) != 0) & host(model.share).any(2)).any(1)
    if (lost := (kernel.sum(1) <= 0) & used).any():
        k, j = np.argwhere(lost)[0]
        raise NotIdentified(
            f"Region {j} buys sector {k} (counted from 0), and no supplier is left: the price would be infinite. "
            f"{lost.sum():,} such cases. Leave a way open, or let home sales supply it."
        )
    made = host(s.value_added) > 0
    sells = ((kernel @ used[:, :, None])[:, :, 0] * made).any(0)
    if not sells.all():
        raise NotIdentified(
            f"Region {int(np.argmin(sells))} (counted from 0) has no buyer left, not even at home: its wage would be "
            "zero. Leave a way open."
        )
    links = np.einsum("kij,kj->ij", kernel, used.astype(float)) > 0
    _check_blocs(links, host(s.deficit), host(s.wage_income))
    count, bloc = connected_components(links, directed=False)
    return None if count == 1 else xp.asarray((bloc[:, None] == bloc).astype(float))


def _check_blocs(links: Any, deficit: Floats, wages: Floats) -> None:
    """Refuse deficits of regions who trade with each other, but with others in one direction only, or not at all.

    links : (n, n) whether the origin sells to the destination.
    """
    count, bloc = connected_components(links, directed=True, connection="strong")
    if count == 1:
        return
    for number in np.argsort(np.bincount(bloc), kind="stable"):  # the smaller one is the one to speak of
        inside = bloc == number
        owed, slack = deficit[inside].sum(), LARGEST_RESIDUAL * wages[inside].sum()
        imports, exports = links[np.ix_(~inside, inside)].any(), links[np.ix_(inside, ~inside)].any()
        if imports and exports:
            continue
        trade, possible = {
            (False, False): ("trades with nobody else", abs(owed) <= slack),
            (True, False): ("sells nothing to others", owed > 0),
            (False, True): ("buys nothing from others", owed < 0),
        }[bool(imports), bool(exports)]
        if not possible:
            members = np.flatnonzero(inside)
            raise NotIdentified(
                f"A bloc of {members.size} regions, region {members[0]} among them (counted from 0), {trade}, and its "
                f"deficit is to be {owed:g}: no wages make that true. Change its deficit, or leave a way open."
            )


def _refuse_unaffordable(income: Floats) -> None:
    """Refuse incomes (n,), relative to value added, that leave nothing to spend."""
    if (lost := income <= NEXT_TO_NOTHING).any():
        raise NotIdentified(
            f"With deficits as they are to be, region {int(np.argmax(lost))} (counted from 0) cannot sell enough "
            "abroad to pay the surplus that it holds, whatever its wage: it would spend less than nothing. "
            f"{lost.sum()} such regions. Let deficits be zero, or smaller."
        )


def _refuse_what_is_not_positive(spending: Floats, logs: dict[str, Any]) -> None:
    """Refuse spending (J, n) below nothing, and logs of hats that are no numbers, or of hats that would be 0 or inf."""
    for name, array in logs.items():
        if not (np.abs(host(array)) < LARGEST_LOG).all():  # nor NaN
            raise NotConverged(f"{name} left the range of numbers: the change is too large for these elasticities.")
    if (spending < -LARGEST_RESIDUAL).any():
        k, j = np.argwhere(spending < -LARGEST_RESIDUAL)[0]
        raise NotIdentified(
            f"Region {j} would buy less than nothing of sector {k} (counted from 0): shares of inputs are negative. "
            "Net negative cells out of the table before."
        )
