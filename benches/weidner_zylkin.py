"""Monte Carlo of the bias correction of Weidner and Zylkin: the table of docs/methods/gravity-bias.md.

Panels of N countries and T periods with a known coefficient, fitted by PPML with exporter-time, importer-time and pair
effects. Errors are log-normal with mean one and correlated over time within a pair (0.3 from one period to the next).

    agreement          x is an agreement that comes into force, the likelier the stronger the pair and its two
                       countries; effects of size 0.5; variance of the error 0.1 exp(2 x): 0.1 without it, 0.74 with it
    undirected         the same where agreements and pair effects are those of both directions
    steadier           agreements as above with errors that an agreement makes smaller: 0.3 without it and 0.04 with it
    home               undirected, and each country trades about eight times as much with itself as with all others
    gaussian           Weidner and Zylkin 2021, section 4: x continuous, x(t) = x(t-1)/2 + effects + noise of size 0.5,
                       effects of size 1/16, variance of the error mu^-2
    poisson            the same with variance of the error 1/mu
    log-homoskedastic  the same with variance of the error 1
    quadratic          the same with variance of the error 0.5/mu + 0.5 exp(2 x)

    python benches/weidner_zylkin.py --countries 20                    # 2,000 draws of each, seed 2021
    python benches/weidner_zylkin.py --countries 50 --only agreement quadratic
    python benches/weidner_zylkin.py --countries 50 --only quadratic --approximate --draws 500
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from typing import Any

import numpy as np

COEFFICIENT = dict.fromkeys(("agreement", "undirected", "steadier", "home"), 0.5)
COEFFICIENT |= dict.fromkeys(("gaussian", "poisson", "log-homoskedastic", "quadratic"), 1.0)
WAYS = ("none", "paper", "second-order")
NORMAL = 1.959963984540054  # two-sided 95 %


def panel(design: str, countries: int, periods: int, draw: np.random.Generator) -> tuple[Any, Any]:
    """Flows and regressor, (N, N, T) each."""
    shape = (countries, countries, periods)
    bloc = design in ("agreement", "undirected", "steadier", "home")
    undirected = design in ("undirected", "home")
    wide = 0.5 if bloc else 1 / 16
    exporter = draw.normal(0, wide, (countries, 1, periods))
    importer = draw.normal(0, wide, (1, countries, periods))
    pair = draw.normal(0, wide, (countries, countries, 1))
    if undirected:
        pair = _mirrored(pair)
    effects = exporter + importer + pair
    x = np.empty(shape)
    if bloc:
        inclined = effects.sum(2, keepdims=True) / periods + draw.normal(0, wide, (countries, countries, 1))
        when = draw.integers(1, periods + 1, (countries, countries, 1))
        if undirected:
            inclined, when = inclined + inclined.swapaxes(0, 1), _mirrored(when)
        x[:] = (inclined > 0) & (np.arange(periods) >= when)
    else:
        before = pair[:, :, 0] + draw.normal(0, 0.5, shape[:2])
        for t in range(periods):
            x[:, :, t] = before = before / 2 + effects[:, :, t] + draw.normal(0, 0.5, shape[:2])
    if design == "home":
        own = np.arange(countries)
        effects[own, own], x[own, own] = effects[own, own] + np.log(8 * countries), 0.0
    mean = np.exp(COEFFICIENT[design] * x + effects)
    spread = {
        "agreement": 0.1 * np.exp(2 * x),
        "undirected": 0.1 * np.exp(2 * x),
        "home": 0.1 * np.exp(2 * x),
        "steadier": 0.3 * np.exp(-2 * x),
        "gaussian": mean**-2,
        "poisson": 1 / mean,
        "log-homoskedastic": np.ones(shape),
        "quadratic": 0.5 / mean + 0.5 * np.exp(2 * x),
    }[design]
    noise = np.empty(shape)
    for t in range(periods):
        fresh = draw.normal(size=shape[:2])
        noise[:, :, t] = fresh if t == 0 else 0.3 * noise[:, :, t - 1] + np.sqrt(1 - 0.3**2) * fresh
    return mean * np.exp(np.sqrt(np.log1p(spread)) * noise - np.log1p(spread) / 2), x


def _mirrored(values: Any) -> Any:
    """The same value for both directions of a pair."""
    lower = np.arange(len(values))[:, None, None] > np.arange(len(values))[None, :, None]
    return np.where(lower, values.swapaxes(0, 1), values)


def one(
    design: str,
    countries: int,
    periods: int,
    draw: np.random.Generator,
    solve: Callable[..., Any],
    exact: bool | None = None,
) -> list[tuple[float, float]]:
    """Coefficient and error in each of the three ways."""
    from hansa.gravity import weidner_zylkin as wz

    y, x = panel(design, countries, periods, draw)
    i, j, t = (a.ravel().astype(np.int32) for a in np.indices(y.shape))
    undirected = design in ("undirected", "home")
    fit = solve(y.ravel(), x.reshape(1, -1), _effects(countries, periods, undirected))
    ids = (i[fit.row], j[fit.row], t[fit.row])
    b, out = float(fit.coefficient[0]), list[tuple[float, float]]()
    for method in WAYS[1:]:
        told = wz.correct(
            fit.outcome, fit.fitted, fit.projected, *ids, symmetric=undirected, method=method, exact=exact
        )
        if not out:
            out.append((b, float(np.sqrt(told.uncorrected[0, 0]))))
        out.append((b - float(told.bias[0]), float(np.sqrt(told.covariance[0, 0]))))
    return out


def _effects(countries: int, periods: int, undirected: bool) -> list[Any]:
    from hansa.gravity.layout import Levels

    i, j, t = (a.ravel() for a in np.indices((countries, countries, periods)))
    sets = []
    pair = (np.minimum(i, j), np.maximum(i, j)) if undirected else (i, j)
    for first, second in ((i, t), (j, t), pair):
        parts, level = np.unique(np.stack([first, second]), axis=1, return_inverse=True)
        sets.append(Levels(level.ravel().astype(np.int32), parts.shape[1], parts.T.astype(np.int32)))
    return sets


def simulate(
    design: str,
    countries: int,
    periods: int,
    draws: int,
    seed: int,
    *,
    solve: Callable[..., Any] | None = None,
    exact: bool | None = None,
) -> dict[str, Any]:
    """Bias, spread, mean errors and coverage of 95 % intervals, (3,) each in the order of WAYS."""
    if solve is None:
        from hansa.gravity import ppml

        solve = ppml.solve
    random = [np.random.default_rng([seed, k]) for k in range(draws)]
    told = np.array([one(design, countries, periods, each, solve, exact) for each in random])
    off, error = told[:, :, 0] - COEFFICIENT[design], told[:, :, 1]
    spread = off.std(0, ddof=1)
    return {
        "bias": off.mean(0),
        "of simulation": spread / np.sqrt(draws),
        "spread": spread,
        "error": error.mean(0),
        "coverage": (np.abs(off) < NORMAL * error).mean(0),
    }


def row(design: str, countries: int, periods: int, told: dict[str, Any]) -> str:
    """A line of the table."""
    cells = [design, str(countries), str(periods), *(f"{each:+.4f}" for each in told["bias"])]
    cells.append(f"{told['of simulation'][0]:.4f}")
    cells += [f"{each:.4f}" for name in ("spread", "error") for each in told[name]]
    cells += [f"{100 * each:.1f}" for each in told["coverage"]]
    return f"| {' | '.join(cells)} |"


def main() -> None:
    parser = argparse.ArgumentParser(description="Monte Carlo of the Weidner-Zylkin correction")
    parser.add_argument("--draws", type=int, default=2_000)
    parser.add_argument("--countries", type=int, nargs="+", default=[20, 50])
    parser.add_argument("--periods", type=int, default=3)
    parser.add_argument("--seed", type=int, default=2021)
    parser.add_argument("--only", nargs="+", default=list(COEFFICIENT), choices=list(COEFFICIENT))
    parser.add_argument("--approximate", action="store_true", help="as in panels of more than 1,000 effects")
    asked = parser.parse_args()
    heads = ["design", "N", "T", *(f"bias, {way}" for way in WAYS), "of simulation"]
    heads += [f"{name}, {way}" for name in ("spread", "error", "coverage %") for way in WAYS]
    print(f"| {' | '.join(heads)} |")
    print("|---|" + "--:|" * (len(heads) - 1))
    start = time.process_time()
    for design in asked.only:
        for N in asked.countries:
            told = simulate(
                design, N, asked.periods, asked.draws, asked.seed, exact=False if asked.approximate else None
            )
            print(row(design, N, asked.periods, told), flush=True)
    print(f"\n{asked.draws:,} draws, seed {asked.seed}, {time.process_time() - start:.0f} s of processor time")


if __name__ == "__main__":
    main()
