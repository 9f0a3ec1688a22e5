"""Simulate: an economy and a scenario give a counterfactual, solved or refused."""

from __future__ import annotations

import weakref
from collections.abc import Callable
from typing import Any, get_args

import numpy as np
from numpy.typing import NDArray

from hansa.equilibrium import armington, caliendo_parro, fault, structural_gravity
from hansa.equilibrium import arrays as libraries
from hansa.equilibrium import shock as shocks
from hansa.equilibrium.account import Outcome
from hansa.equilibrium.counterfactual import Counterfactual
from hansa.equilibrium.economy import Economy
from hansa.equilibrium.shock import Shock
from hansa.errors import DataError
from hansa.regions.lists import Lists
from hansa.scenario import Change, Scenario

Array = NDArray[np.float64]
MODELS = ("armington", "caliendo-parro", "conditional")
CLOSURES = ("fixed", "zero", "share")
_SETTLED: dict[int, Economy] = {}


def simulate(
    economy: Economy,
    scenario: Scenario | Change,
    *,
    model: str | None = None,
    deficit: str = "fixed",
    arrays: str = "numpy",
    tolerance: float = 1e-11,
    start: Counterfactual | None = None,
    lists: Lists | None = None,
    progress: Callable[..., None] | None = None,
) -> Counterfactual:
    """The world after a scenario, in general equilibrium.

    Parameters
    ----------
    economy : the world before, in balance.
    scenario : what changes; or a single change.
    model : ``armington`` (one sector, labour alone; Dekle, Eaton and Kortum 2007) or ``caliendo-parro`` (sectors,
        inputs, tariffs; Caliendo and Parro 2015). By default the first where the economy has one sector and neither it
        nor the scenario a tariff, else the second. ``conditional`` (one sector, Anderson, Larch and Yotov 2018) holds
        output and spending: trade and resistances change, incomes do not.
    deficit : ``fixed``, imports less exports stay as they are, in units of the numeraire; ``zero``, trade is balanced
        before and after (the economy is first solved without deficits); ``share``, spending stays in proportion to
        output (armington alone).
    arrays : ``numpy``, or ``jax`` where it is installed.
    tolerance : largest residual the solver aims at; above 1e-9 nothing is returned.
    start : an earlier counterfactual of the same economy and model, near whose solution this one is looked for.
    lists : of regions and blocs, such as those beside a store; those of Hansa by default.
    progress : passed to the solver, which calls it as it goes.

    Raises
    ------
    UnknownCode : a region, bloc or sector that the economy does not hold.
    DataError : a change that touches nothing, a model or closure that does not fit the economy, spending that would not
        be positive.
    NotIdentified : a region is left without a supplier or buyer.
    NotConverged : the residual stays above 1e-9.

    >>> from hansa.scenario import Scenario, TradeCost, Where
    >>> trade = {"origin": list("AABB"), "destination": list("ABAB"), "value": [80.0, 20.0, 20.0, 80.0]}
    >>> bridge = Scenario("bridge", (TradeCost(Where("A", "B", both=True), 0.9),))
    >>> after = simulate(Economy.from_flows(trade, elasticity=4.0), bridge)
    >>> [round(row["real_income"], 6) for row in after.regions().rows()]  # (0.8 + 0.2 * 0.9 ** -4) ** (1 / 4) - 1
    [0.025236, 0.025236]
    """
    if deficit not in CLOSURES:
        raise DataError(f"deficit={deficit!r} is no closure. Give one of {', '.join(map(repr, CLOSURES))}.")
    _of_type("economy", economy, Economy, "Make one with Economy.from_flows, or another of its constructors.")
    if not isinstance(scenario, get_args(Change)):
        _of_type("scenario", scenario, Scenario, "Read one with Scenario.read(path), or make it of changes.")
    asked = scenario if isinstance(scenario, Scenario) else Scenario(type(scenario).__name__, (scenario,))
    if start is not None:
        _of_type("start", start, Counterfactual, "Give what an earlier simulate gave.")
    base = without_deficits(economy) if deficit == "zero" else economy
    shock = shocks.compile(base, asked, lists=lists)
    chosen = model_of(base, shock, model)
    if deficit == "share" and chosen != "armington":
        raise DataError("deficit='share' is a closure of model='armington' alone. Take 'fixed' or 'zero'.")
    if shock.deficit is not None and deficit != "fixed":
        raise DataError(f"The scenario sets deficits, and the closure {deficit!r} sets them too. Take deficit='fixed'.")
    outcome = solve(
        base, shock, model=chosen, deficit=deficit, arrays=arrays, tolerance=tolerance, progress=progress,
        start=None if start is None else start.outcome.state,
    )  # fmt: skip
    return Counterfactual(base, asked, chosen, deficit, shock, outcome, lists)


def solve(
    economy: Economy,
    shock: Shock,
    *,
    model: str,
    deficit: str = "fixed",
    elasticity: Array | None = None,
    arrays: str = "numpy",
    tolerance: float = 1e-11,
    start: Array | None = None,
    progress: Callable[..., None] | None = None,
) -> Outcome:
    """The outcome of a compiled shock; `simulate` without the labels, for many runs on one economy.

    Parameters
    ----------
    economy : with the deficits of the closure: for ``zero`` that of `without_deficits`.
    elasticity : (sectors,) theta other than the economy's.
    start : state of an earlier outcome of the same model.

    Raises
    ------
    DataError, NotIdentified, NotConverged : as in `simulate`.
    """
    theta = np.asarray(economy.elasticity if elasticity is None else elasticity, float)
    after = economy.deficit if shock.deficit is None else shock.deficit
    settings = {"start": start, "tolerance": tolerance, "progress": progress}
    with fault.named(economy.regions, economy.sectors):
        if model == "armington":
            return _armington(economy, shock, theta, after, deficit, arrays=arrays, **settings)
        if model == "conditional":
            return _conditional(economy, shock, theta, arrays=arrays, progress=progress)
        return _caliendo_parro(economy, shock, theta, after, arrays=arrays, **settings)


def _of_type(name: str, given: object, wanted: type, advice: str) -> None:
    if not isinstance(given, wanted):
        raise DataError(f"{name!r} is {type(given).__name__}, where {wanted.__name__} is wanted. {advice}")


def _armington(
    economy: Economy, shock: Shock, theta: Array, deficit: Array, closure: str, *, arrays: str, **settings: Any
) -> Outcome:
    reach = shock.reach(theta)
    productivity = None if shock.productivity is None else shock.productivity[0]
    one = armington.solve(
        _placed(economy.share[0], arrays),
        economy.output[0],
        deficit,
        float(theta[0]),
        reach=None if reach is None else _placed(reach[0], arrays),
        productivity=productivity,
        closure="share" if closure == "share" else "fixed",
        deficit_before=economy.deficit,
        overwrite=reach is not shock.effect_hat,  # an array of our own: at thousands of regions a copy counts
        **settings,
    )
    cost = one.wage_hat if productivity is None else one.wage_hat / productivity
    return Outcome(
        wage_hat=one.wage_hat,
        price_hat=one.price_hat,
        cost_hat=cost[None],
        sector_price_hat=one.price_hat[None],
        spending=one.spending[None],
        output=one.output[None],
        income=one.spending,
        revenue=np.zeros_like(one.spending),
        deficit=one.spending - one.output,
        elasticity=theta,
        residual=one.residual,
        walras=one.walras,
        steps=one.steps,
        state=one.state,
    )


def _caliendo_parro(
    economy: Economy, shock: Shock, theta: Array, deficit: Array, *, arrays: str, **settings: Any
) -> Outcome:
    parts = (
        economy.share, economy.tariff, economy.inputs, economy.value_added, economy.final, theta,
        economy.wage_income, deficit, economy.spending,
    )  # fmt: skip
    found = caliendo_parro.solve(
        caliendo_parro.Model(*(_placed(part, arrays) for part in parts)),
        reach=_placed(shock.reach(theta), arrays),
        tariff=_placed(shock.tariff, arrays),
        productivity=_placed(shock.productivity, arrays),
        **settings,
    )
    host = libraries.host
    return Outcome(
        wage_hat=host(found.wage_hat),
        price_hat=host(found.consumer_price_hat),
        cost_hat=host(found.cost_hat),
        sector_price_hat=host(found.price_hat),
        spending=host(found.spending),
        output=host(found.output),
        income=host(found.income),
        revenue=host(found.revenue),
        deficit=deficit,
        elasticity=theta,
        residual=float(found.residual),
        walras=float(found.walras),
        steps=found.steps,
        state=found.state,
    )


def _conditional(economy: Economy, shock: Shock, theta: Array, *, arrays: str, progress: Any) -> Outcome:
    """Output and spending stay. Factory-gate prices are those that would then clear markets: 1 / outward resistance."""
    reach, made, spent = shock.reach(theta), economy.output[0], economy.spending[0]
    power = economy.share[0] if reach is None else economy.share[0] * reach[0]
    found = structural_gravity.conditional(_placed(power, arrays), made, spent, progress=progress)
    one = np.ones_like(made)
    inward = found.inward ** (-1 / theta[0])
    return Outcome(
        wage_hat=one,
        price_hat=inward,
        cost_hat=((found.outward * made.sum() / made) ** (1 / theta[0]))[None],
        sector_price_hat=inward[None],
        spending=economy.spending,
        output=economy.output,
        income=spent,
        revenue=np.zeros_like(made),
        deficit=economy.deficit,
        elasticity=theta,
        residual=found.residual,
        walras=float(abs(found.flow.sum() - made.sum()) / made.sum()),
        steps=found.steps,
        state=np.zeros_like(made),
    )


def _placed(array: Any, library: str) -> Any:
    return array if array is None or library == "numpy" else libraries.place(array, library)


def model_of(economy: Economy, shock: Shock, model: str | None = None) -> str:
    """The model that fits an economy and a shock, or the one asked for if it does.

    Raises
    ------
    DataError : an unknown model, or armington for an economy with sectors, inputs or tariffs.
    """
    lack = _beyond_armington(economy, shock)
    if model is None:
        return "caliendo-parro" if lack else "armington"
    if model not in MODELS:
        raise DataError(f"model={model!r} is no model. Give one of {', '.join(map(repr, MODELS))}.")
    if model != "caliendo-parro" and lack:
        raise DataError(
            f"model={model!r} has one sector, made by labour alone, and no tariffs; here {lack}. Take "
            "model='caliendo-parro', or economy.one_sector()."
        )
    if model == "conditional" and not (shock.productivity is None and shock.deficit is None):
        raise DataError(
            "model='conditional' holds output and spending, which productivity and deficits would change. Take "
            "model='armington'."
        )
    return model


def _beyond_armington(economy: Economy, shock: Shock) -> str:
    if len(economy.sectors) > 1:
        return f"the economy has {len(economy.sectors):,} sectors"
    if economy.inputs is not None:
        return "the economy has inputs"
    if shock.tariff is not None:
        return "the scenario changes tariffs"
    return "the economy has tariffs" if economy.tariff.any() else ""


def without_deficits(economy: Economy) -> Economy:
    """The economy solved without deficits and without any shock, made once and kept as long as the economy is."""
    if not economy.deficit.any():
        return economy
    key = id(economy)
    if key not in _SETTLED:
        settled = economy.settled("zero")
        _SETTLED[key] = settled
        weakref.finalize(economy, _SETTLED.pop, key, None)
    return _SETTLED[key]
