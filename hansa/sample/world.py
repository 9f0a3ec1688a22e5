"""The sample world in numbers: what can be made where, what trade costs, and what two customs services see of it.

A structural gravity model with known parameters (Eaton and Kortum 2002, Econometrica 70; Anderson and van Wincoop 2003,
American Economic Review 93) from a fixed seed. All draws and functions are those of `reproducible`: the numbers are the
same everywhere.

Notation: n regions, k products, t years; T technology, d trade cost, X and M reports of origin and destination.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hansa.sample.equilibrium_truth import Equilibrium, solve
from hansa.sample.reproducible import bell, exp, log, uniform

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]

# each part draws from its own stream; streams of reports have a second number: 1 the origin's side, 2 the destination's
_ABILITY, _AFFINITY, _MAKES, _SHIPS, _TASTE, _TARIFF, _PAIR, _DRIFT, _SHOCK, _DEFICIT, _CIF, _PHASE = range(1, 13)
_QUALITY, _ERROR, _LOST, _BLANK, _PRICE, _MONTH, _LATE, _ABSENT, _PROVINCE = range(21, 30)


@dataclass(frozen=True)
class Blueprint:
    """What is decided before the draws. Times are years; (n,) regions, (k,) products; the last product is not traded.

    population, income : (n,) heads and USD a head in the first year. distance : (n, n) km. contiguity : (n, n).
    landlocked : (n,). same_bloc, agreement : (years, n, n). barrier : (years, k, n, n) ad-valorem equivalents.
    closed : (years, n, n) origin x destination. world_output : (years,) first year one.
    group : (k,) number of the product's group. elasticity, spending, complexity, unit_value : (k,); spending
    sums to one, unit_value is NaN where weight says little. tariff_range : (k, 2).
    cost : distance, border, contiguity, bloc, agreement, landlocked, pair spread, by name.
    """

    seed: int
    population: Array
    income: Array
    distance: Array
    contiguity: Mask
    landlocked: Mask
    same_bloc: Mask
    agreement: Mask
    barrier: Array
    closed: Mask
    world_output: Array
    group: NDArray[np.int64]
    elasticity: Array
    spending: Array
    complexity: Array
    unit_value: Array
    tariff_range: Array
    cost: dict[str, float]
    services: Mask

    @property
    def years(self) -> int:
        """Number of years."""
        return len(self.world_output)

    @property
    def skill(self) -> Array:
        """(n,) ln income a head, from its mean, in units of its spread."""
        level = log(self.income)
        away = level - level.mean()
        return np.asarray(away / np.sqrt((away * away).mean()))


def labour(b: Blueprint) -> Array:
    """Workers, (years, n): the population, which grows faster where income is low."""
    growth = 0.011 - 0.005 * b.skill
    return np.stack([b.population * exp(growth * t) for t in range(b.years)])


def output_target(b: Blueprint) -> Array:
    """World output in USD, (years,)."""
    return np.asarray((b.population * b.income).sum() * b.world_output)


def technology(b: Blueprint) -> Array:
    """T, (years, k, n); zero where a region cannot make a product. Everybody makes what is not traded."""
    k, n = len(b.elasticity), len(b.income)
    affinity = bell(b.seed, (_AFFINITY,), (int(b.group.max()) + 1, n))[b.group]
    fit = b.skill[None, :] * b.complexity[:, None]
    ability = log(b.income)[None, :] + 0.16 * affinity + 0.12 * fit + 0.10 * bell(b.seed, (_ABILITY,), (k, n))
    chance = 1 / (1 + exp(-(1.0 + 1.5 * b.skill[None, :] - 1.3 * b.complexity[:, None] + 1.1 * affinity)))
    makes = uniform(b.seed, (_MAKES,), (k, n)) < np.minimum(chance, 0.97)
    makes |= b.services[:, None]
    makes[-1] = True
    makes[:, -1] = True  # the rest of the world makes everything, so that nobody lacks a supplier
    drift = 0.012 * bell(b.seed, (_DRIFT,), (n,)) - 0.006 * b.skill
    shock, level = np.zeros((k, n)), []
    for t in range(b.years):
        shock = 0.8 * shock + 0.025 * bell(b.seed, (_SHOCK, t + 1), (k, n))
        level.append(np.where(makes, exp(b.elasticity[:, None] * (ability - ability.mean() + drift * t + shock)), 0.0))
    return np.stack(level)


def ships(b: Blueprint) -> Mask:
    """Whether an origin has customers for a product in a destination, (k, n, n): likelier if large and near."""
    k, n = len(b.elasticity), len(b.income)
    size = log(b.population * b.income)
    size = size - size.mean()
    far = log(np.where(b.distance > 0, b.distance, 1.0) / 3000)
    pull = -0.6 + 0.55 * (size[:, None] + size[None, :]) - 0.9 * far
    customers = uniform(b.seed, (_SHIPS,), (k, n, n)) < 1 / (1 + exp(-pull))
    customers[:, -1, :] = True
    customers[-1] = False
    customers[:, np.arange(n), np.arange(n)] = True
    return customers


def trade_cost(b: Blueprint) -> Array:
    """Iceberg factor d >= 1, (years, k, n, n); one at home, infinite where nothing is shipped."""
    n = len(b.income)
    noise = bell(b.seed, (_PAIR,), (n, n))
    own = np.eye(n, dtype=bool)
    fixed = (
        b.cost["distance"] * log(np.where(own, 1.0, b.distance) / 1000)
        + b.cost["border"]
        + b.cost["contiguity"] * b.contiguity
        + b.cost["landlocked"] * (b.landlocked[:, None].astype(float) + b.landlocked[None, :])
        + b.cost["pair_spread"] * (noise + noise.T) / np.sqrt(2.0)
    )
    policy = b.cost["bloc"] * b.same_bloc + b.cost["agreement"] * b.agreement
    level = exp(np.maximum(fixed + policy, 0.02))[:, None] * (1 + b.barrier)
    level = np.where(ships(b)[None] & ~b.closed[:, None], level, np.inf)
    return np.where(own, 1.0, level)


def taste(b: Blueprint) -> Array:
    """alpha, (k, n): what share of its spending a region gives to a product; columns sum to one."""
    k, n = len(b.elasticity), len(b.income)
    weight = b.spending[:, None] * exp(0.22 * bell(b.seed, (_TASTE,), (k, n)))
    return np.asarray(weight / weight.sum(axis=0))


def tariff(b: Blueprint) -> Array:
    """Ad-valorem rates, (years, k, n, n), origin x destination: none at home, in a bloc, under an agreement."""
    k, n = len(b.elasticity), len(b.income)
    width = b.tariff_range[:, 1] - b.tariff_range[:, 0]
    rate = b.tariff_range[:, :1] + width[:, None] * uniform(b.seed, (_TARIFF,), (k, n))
    rate = np.rint(rate * 1000) / 1000
    free = b.same_bloc | b.agreement | np.eye(n, dtype=bool)
    return np.where(free[:, None], 0.0, rate[None, :, None, :])


def deficit(b: Blueprint) -> Array:
    """Imports less exports, (years, n), a few percent of output; they sum to zero over the regions."""
    share = 0.02 * bell(b.seed, (_DEFICIT,), (len(b.income),))
    amount = share * b.population * b.income
    amount[-1] = -amount[:-1].sum()
    return np.asarray(amount[None, :] * b.world_output[:, None])


def cif_rate(b: Blueprint, rule: dict[str, float]) -> Array:
    """CIF/FOB - 1, (k, n, n): grows with distance and weight, less between neighbours, more to landlocked ones."""
    n = len(b.income)
    weighed = ~np.isnan(b.unit_value)
    price = log(np.where(weighed, b.unit_value, 1.0))
    price = np.where(weighed, price, price[weighed].mean())
    pair = (
        rule["intercept"]
        + rule["distance"] * log(np.where(b.distance > 0, b.distance, 1.0))
        + rule["contiguity"] * b.contiguity
        + rule["landlocked"] * b.landlocked[None, :]
        + 0.004 * bell(b.seed, (_CIF,), (n, n))
    )
    rate = np.maximum(pair + rule["unit_value"] * price[:, None, None], 0.002)
    return np.where(b.services[:, None, None], 0.0, rate)


@dataclass(frozen=True)
class Truth:
    """The world without noise, over all years: (years, n), (years, k, n) or (years, k, n, n).

    flow : FOB, home sales on the diagonal. price : of what a region buys. residual : of the market clearing.
    """

    labour: Array
    wage: Array
    income: Array
    revenue: Array
    deficit: Array
    price: Array
    technology: Array
    trade_cost: Array
    tariff: Array
    taste: Array
    flow: Array
    residual: float


def truth(b: Blueprint) -> Truth:
    """Every year's equilibrium, each begun from the wages of the year before."""
    workers, tech, cost, rate, alpha, gap = labour(b), technology(b), trade_cost(b), tariff(b), taste(b), deficit(b)
    target, wage, solved = output_target(b), b.income, []
    for t in range(b.years):
        start = wage * (target[t] / (wage * workers[t]).sum())
        solved.append(solve(workers[t], tech[t], cost[t], rate[t], alpha, gap[t], b.elasticity, start))
        wage = solved[-1].wage
    return Truth(
        labour=workers,
        wage=np.stack([year.wage for year in solved]),
        income=np.stack([year.income for year in solved]),
        revenue=np.stack([year.revenue for year in solved]),
        deficit=gap,
        price=np.stack([year.price for year in solved]),
        technology=tech,
        trade_cost=cost,
        tariff=rate,
        taste=alpha,
        flow=np.stack([year.flow for year in solved]),
        residual=max(year.residual for year in solved),
    )


def scenario(b: Blueprint, w: Truth, one: int, other: int, factor: float) -> Equilibrium:
    """The last year again, with trade costs between two regions multiplied by a factor; deficits stay."""
    cost = w.trade_cost[-1].copy()
    for i, j in ((one, other), (other, one)):
        cost[:, i, j] = np.where(np.isfinite(cost[:, i, j]), cost[:, i, j] * factor, np.inf)
    return solve(w.labour[-1], w.technology[-1], cost, w.tariff[-1], w.taste, w.deficit[-1], b.elasticity, w.wage[-1])


@dataclass(frozen=True)
class Reports:
    """What origins (FOB) and destinations (CIF) report: (years, k, n, n) whole USD, NaN where there is no report."""

    by_origin: Array
    by_destination: Array


def report_errors(b: Blueprint, low_high: tuple[float, float], special: dict[int, float], side: int) -> Array:
    """Standard deviation of the log error of each region's reports, (n,); side 0 exports, 1 imports."""
    low, high = low_high
    error = low + (high - low) * uniform(b.seed, (_QUALITY, side + 1), (len(b.income),))
    for region, level in special.items():
        error[region] = level
    return error


def reports(
    b: Blueprint, fob: Array, rate: Array, errors: tuple[Array, Array], silent: Mask, threshold: float, lost: float
) -> Reports:
    """Both customs tables: the truth with an error of each reporter, CIF on the destination's side, some reports lost.

    fob : (years, k, n, n) true flows. rate : (k, n, n) CIF rates. errors : (n,) for exports and for imports.
    silent : (years, n) who reports nothing. lost : share of reports lost;
    ten times as many below 100,000 USD, none above ten million.
    """
    n = fob.shape[-1]
    none = (fob < threshold) | np.eye(n, dtype=bool)
    seen = []
    for side, (error, who) in enumerate(
        ((errors[0][:, None], silent[:, None, :, None]), (errors[1], silent[:, None, None]))
    ):
        noise = error * bell(b.seed, (_ERROR, side + 1), fob.shape)
        value = np.rint(fob * (1 + side * rate) * exp(noise - error * error / 2))
        gone = uniform(b.seed, (_LOST, side + 1), fob.shape) < np.where(
            fob < 1e5, 10 * lost, np.where(fob < 1e7, lost, 0.0)
        )
        seen.append(np.where(none | gone | who | (value < threshold), np.nan, value))
    return Reports(seen[0], seen[1])


def first_release(b: Blueprint, final: Array, level: float, side: int) -> Array:
    """What a year's reports were when first published, (k, n, n): lower by and large, some not yet there."""
    late = exp(level + 0.02 * bell(b.seed, (_LATE, side + 1), final.shape))
    absent = uniform(b.seed, (_ABSENT, side + 1), final.shape) < np.where(final < 1e8, 0.04, 0.0)
    return np.where(absent, np.nan, np.rint(final * late))


def quantities(b: Blueprint, fob: Array, reported: Array, side: int) -> Array:
    """Kilograms reported with the values, (years, k, n, n); NaN where weight says little or was not filled in.

    Both sides weigh the same goods: the true value over a price of the flow, with an error of four percent.
    """
    price = b.unit_value[: fob.shape[1], None, None] * exp(0.2 * bell(b.seed, (_PRICE,), fob.shape))
    seen = np.rint(fob / price * exp(0.04 * bell(b.seed, (_BLANK, side + 1), fob.shape)))
    blank = uniform(b.seed, (_BLANK, side + 3), fob.shape) < 0.1
    return np.where(blank | np.isnan(reported) | (seen < 1), np.nan, seen)


def months(b: Blueprint, annual: Array, year: int, side: int) -> Array:
    """A year's reports by month, (12, k, n, n): a season, noise, whole USD that sum to the year."""
    place = (np.arange(12) + 0.5) / 12
    phase = uniform(b.seed, (_PHASE,), (len(annual),))
    turn = place[:, None] - phase
    turn = turn - np.floor(turn)
    wave = 16 * turn * (1 - turn) - 8 / 3  # a parabola for a sine, of mean zero
    swing = np.where(b.group[: len(annual)] <= 1, 0.22, 0.07)  # food and raw materials have seasons
    noise = uniform(b.seed, (_MONTH, year, side + 1), (12, *annual.shape)) - 0.5
    weight = (1 + swing * wave / 2)[:, :, None, None] * (1 + 0.3 * noise)
    return np.moveaxis(split(annual, np.moveaxis(weight, 0, -1)), -1, 0)


def province_weights(b: Blueprint, sizes: tuple[Array, Array], numbers: tuple[int, int], kilometres: Array) -> Array:
    """Weights by which a flow between two regions is shared out over their parts, (k, parts of one x parts of other).

    sizes : shares of the parts in each region, (p,) and (q,). numbers : places of the two regions, which fix the draws.
    kilometres : (p, q) between the parts.
    """
    k = len(b.elasticity)
    origin, destination = (
        size * exp(0.5 * bell(b.seed, (_PROVINCE, side, number + 1), (k, len(size))))
        for side, (size, number) in enumerate(zip(sizes, numbers, strict=True), 1)
    )
    near = exp(-0.8 * log(np.maximum(kilometres, 60.0) / 1000))
    return (origin[:, :, None] * destination[:, None, :] * near).reshape(k, -1)


def split(whole: Array, weight: Array) -> Array:
    """Whole USD shared out over the last axis in proportion to weights, so that the parts sum to the whole exactly.

    whole : (...). weight : (..., parts), broadcast against whole.

    >>> split(np.array([10.0]), np.array([1.0, 1.0, 1.0])).tolist()
    [[3.0, 4.0, 3.0]]
    """
    upto = np.zeros((*whole.shape, weight.shape[-1] + 1))
    running, total = np.zeros(weight.shape[:-1]), np.zeros(weight.shape[:-1])
    for part in range(weight.shape[-1]):
        total = total + weight[..., part]
    for part in range(weight.shape[-1]):
        running = running + weight[..., part]
        upto[..., part + 1] = np.rint(whole * (running / total))
    return np.diff(upto, axis=-1)
