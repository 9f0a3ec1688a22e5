"""A fit with more careful inference: three-way bias corrected, or clusters drawn anew.

Weidner and Zylkin 2021, Journal of International Economics 132, 103513 (the correction); Cameron, Gelbach and Miller
2008, Review of Economics and Statistics 90:414-427 (pairs); Kline and Santos 2012, Journal of Econometric Methods
1:23-41 (wild).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from hansa.errors import DataError, NotIdentified
from hansa.gravity import bootstrap as boot
from hansa.gravity import covariance as cov
from hansa.gravity import effects as sets
from hansa.gravity import summary, weidner_zylkin
from hansa.gravity.fit import GravityFit
from hansa.gravity.layout import Levels
from hansa.gravity.ppml import Solution
from hansa.result import Result

KINDS = ("pairs", "wild")
METHODS = {
    "paper": "terms of order 1/N as the paper has them",
    "second-order": "all terms of second order, residuals freed of their leverage, our extension; errors count that "
    "the correction is estimated",
}
LARGE = 0.8  # leverage of a pair from which the second-order correction is too noisy to use
NOTHING = 1e-6  # of an error that the fit left, below which there is none
LEVERAGES = {
    "exact": "leverage of fixed effects exact",
    "approximate": "leverage of fixed effects approximated by one sweep of projections",
}
_THREE_WAY = "such as 'trade ~ rta | exporter^year + importer^year + pair'"


@dataclass(frozen=True)
class _Panel:
    """Exporter, importer and period of the rows used, as numbers; whether both directions share an effect."""

    exporter: NDArray[np.int64]
    importer: NDArray[np.int64]
    period: NDArray[np.int64]
    symmetric: bool


def bias_corrected(fit: GravityFit, *, method: str = "paper", exact: bool | None = None) -> Result:
    """Coefficients of a three-way fit without their bias of order 1/N, with errors corrected likewise.

    Weidner and Zylkin 2021, section 3. Errors are clustered by pair, directed or not as the pair effects are.

    Parameters
    ----------
    fit : PPML with exporter-time, importer-time and pair effects, without weights.
    method : ``paper`` is the formula of the paper, as ppml_fe_bias computes it; ``second-order`` takes all terms of
        second order, which leaves less bias and gives errors that hold more often, but is no good where one pair
        makes up most of its countries' trade (trade with oneself): a note then says so.
    exact : compute the leverage of fixed effects exactly; by default up to 1,000 effects of exporters and importers.

    Raises
    ------
    DataError : the fit is weighted, or has two rows of one exporter, importer and period; an unknown method.
    NotIdentified : the fit is not a three-way PPML.

    >>> from hansa.gravity.fit import ppml
    >>> rng = np.random.default_rng(1)
    >>> o, d, t = (a.ravel() for a in np.indices((6, 6, 3)))
    >>> rta = ((o + d) % 3 == 0) * (t > 0)
    >>> trade = {"exporter": o, "importer": d, "year": t, "rta": rta}
    >>> trade |= {"trade": np.exp(0.5 * rta + rng.normal(0, 0.3, 108))}
    >>> told = bias_corrected(ppml("trade ~ rta | exporter^year + importer^year + exporter^importer", trade))
    >>> told.to_arrow().column_names[:5]
    ['term', 'coefficient', 'error', 'statistic', 'p_value']
    >>> row = told.rows()[0]
    >>> abs(row["coefficient"] + row["bias"] - row["uncorrected"]) < 1e-12
    True
    """
    solution = _poisson(fit, "The correction")
    if solution.weight is not None:
        raise DataError("The correction of Weidner and Zylkin is derived without weights; fit without them.")
    panel = _panel(fit, solution)
    told = weidner_zylkin.correct(
        solution.outcome, solution.fitted, solution.projected, panel.exporter, panel.importer, panel.period,
        symmetric=panel.symmetric, method=method, exact=exact,
    )  # fmt: skip
    variance = np.diag(told.covariance)
    if not (variance > 0).all():
        raise NotIdentified("A pair carries a regressor almost alone: its leverage leaves no error to judge by.")
    uncorrected = solution.coefficient[solution.kept]
    b, error = uncorrected - told.bias, np.sqrt(variance)
    reach = cov.quantile(0.95, None) * error
    columns = {
        "term": pa.array(summary.kept_terms(fit), pa.string()), "coefficient": b, "error": error,
        "statistic": b / error, "p_value": cov.p_value(b / error, None), "lower": b - reach, "upper": b + reach,
        "uncorrected": uncorrected, "bias": told.bias, "uncorrected_error": np.sqrt(np.diag(told.uncorrected)),
    }  # fmt: skip
    pairs = f"{told.pairs:,} {'undirected' if panel.symmetric else 'directed'} pairs"
    return Result(
        pa.table(columns),
        f"PPML of {fit.design.outcome}, bias corrected",
        "change of ln of the expected outcome for one unit of the term",
        "bias_corrected (Weidner and Zylkin 2021)",
        "Journal of International Economics 132, 103513",
        fit.design.provenance.then("ppml", fit.design.formula.text).then("bias_corrected", method),
        (
            f"errors clustered by pair ({pairs}, factor P/(P-1)) and corrected; {LEVERAGES[told.leverage]}",
            f"correction {method}: {METHODS[method]}{_by_country(told)}",
            *_too_large(told),
            *(["with one effect for both directions the correction is our derivation"] if panel.symmetric else []),
            *fit.result.notes,
        ),
        {
            "leverage": told.leverage,
            "largest": told.largest,
            "method": method,
            "pairs": told.pairs,
            "covariance": told.covariance.tolist(),
        },
    )


def _by_country(told: weidner_zylkin.Correction) -> str:
    if told.method == "paper" or told.leverage == "exact":
        return ""
    return "; effects of each country taken by themselves, as leverage is approximate"


def _too_large(told: weidner_zylkin.Correction) -> list[str]:
    if told.method == "paper" or told.largest <= LARGE:
        return []
    left = 1 - told.largest  # nothing, but for rounding, where a regressor is of one pair alone
    said = f"multiplies what is left by up to {1 / left:,.0f}" if left > NOTHING else "has nothing to go by there"
    return [
        f"the leverage of a pair is {told.largest:.2f}: the fit took up most of its error, and this correction "
        f"{said}. Do not rely on it; take method='paper'"
    ]


def bootstrap(
    fit: GravityFit,
    kind: str = "pairs",
    *,
    draws: int = 999,
    seed: int = 0,
    level: float = 0.95,
    points: str = "rademacher",
    executor: Executor | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Result:
    """Errors and percentile intervals from clusters drawn anew: those that the fit names.

    Parameters
    ----------
    fit : clustered in one way (without clusters each row is its own).
    kind : ``pairs`` fits the model again on clusters drawn with replacement; ``wild`` moves the estimate by scores with
        random signs, which takes no time and no new fit.
    draws : how many.  seed : of the random numbers; the same seed gives the same figures on any number of workers.
    level : of the intervals.
    points : weights of clusters in ``wild``: ``rademacher``, or ``webb`` for fewer than about 12 clusters.
    executor : any of concurrent.futures; None: here, one after another.
    progress : called with the number of draws done and of all.

    Raises
    ------
    DataError : an unknown kind, several cluster variables, fewer than two draws.
    NotIdentified : a fit by least squares with ``pairs``; one cluster only; fewer than two draws that could be fitted.

    >>> from hansa.gravity.fit import ppml
    >>> trade = {"pair": list("AABBCCDD"), "rta": [0, 1] * 4, "trade": [2.0, 5, 1, 3, 4, 4, 2, 3]}
    >>> told = bootstrap(ppml("trade ~ rta | pair", trade, cluster="pair"), "wild", draws=99, seed=1)
    >>> told.to_arrow().column_names
    ['term', 'coefficient', 'error', 'lower', 'upper', 'clustered_error']
    """
    told = bootstrap_draws(
        fit, kind, draws=draws, seed=seed, level=level, points=points, executor=executor, progress=progress
    )
    solution, terms = fit.solution, summary.kept_terms(fit)
    columns = {
        "term": pa.array(terms, pa.string()), "coefficient": solution.coefficient[solution.kept],
        "error": told.error, "lower": told.low, "upper": told.high,
        "clustered_error": np.sqrt(np.diag(fit.covariance.matrix)),
    }  # fmt: skip
    by = fit.design.clusters[0].name if fit.design.clusters else "row"
    method = {"pairs": "pairs cluster bootstrap (Cameron, Gelbach and Miller 2008)",
              "wild": f"score bootstrap, {points} weights (Kline and Santos 2012)"}[kind]  # fmt: skip
    failed = sum(count for _, count, _ in told.failed)
    notes = [
        f"{draws:,} draws of {told.clusters:,} clusters by {by}, seed {seed}; {100 * level:g} % percentile intervals"
    ]
    if kind == "wild":
        notes.append("without any factor for small samples, which the clustered error has")
    for reason, count, message in told.failed:
        said = terms[int(message) - 1] if reason == boot.COLLINEAR else message
        notes.append(f"{count:,} draws left out: {reason}, e.g. {said}")
    return Result(
        pa.table(columns), f"Bootstrap of {fit.design.outcome}", fit.result.unit, method, "",
        fit.design.provenance.then(summary.estimator(fit), fit.design.formula.text).then("bootstrap", kind),
        (*notes, *fit.result.notes),
        {"draws": draws, "failed": failed, "clusters": told.clusters, "seed": seed},
    )  # fmt: skip


def bootstrap_draws(
    fit: GravityFit,
    kind: str = "pairs",
    *,
    draws: int = 999,
    seed: int = 0,
    level: float = 0.95,
    points: str = "rademacher",
    executor: Executor | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> boot.Bootstrap:
    """The draws themselves, for figures that need them, such as ratios. Arguments as for `bootstrap`.

    Raises
    ------
    DataError, NotIdentified : as `bootstrap`.

    >>> from hansa.gravity.fit import ppml
    >>> trade = {"pair": list("AABBCCDD"), "rta": [0, 1] * 4, "trade": [2.0, 5, 1, 3, 4, 4, 2, 3]}
    >>> bootstrap_draws(ppml("trade ~ rta | pair", trade, cluster="pair"), "wild", draws=99).draw.shape
    (99, 1)
    """
    if kind not in KINDS:
        raise DataError(f"{kind!r} is no kind of bootstrap; take {' or '.join(map(repr, KINDS))}.")
    if len(fit.design.clusters) > 1:
        names = " and ".join(cluster.name for cluster in fit.design.clusters)
        raise DataError(
            f"The fit is clustered by {names}; a bootstrap draws clusters of one kind. Fit with one of them."
        )
    solution = fit.solution
    order = np.argsort(solution.row)
    row = solution.row[order]
    code = fit.design.clusters[0].levels.of_row[row] if fit.design.clusters else np.arange(row.size)
    if kind == "wild":
        residual = solution.outcome - solution.fitted if isinstance(solution, Solution) else solution.residual
        weighted = residual if solution.weight is None else residual * solution.weight
        score = (solution.projected * weighted)[:, order]
        return boot.wild(
            score, solution.hessian, code, solution.coefficient[solution.kept],
            points=points, draws=draws, seed=seed, level=level, executor=executor, progress=progress,
        )  # fmt: skip
    sample = _sample(fit, _poisson(fit, "The pairs bootstrap"), row, code)
    return boot.pairs(sample, draws=draws, seed=seed, level=level, executor=executor, progress=progress)


def _poisson(fit: GravityFit, what: str) -> Solution:
    if not isinstance(fit.solution, Solution):
        raise NotIdentified(f"{what} is for fits by PPML; this one is by least squares.")
    return fit.solution


def _sample(fit: GravityFit, solution: Solution, row: NDArray[np.int64], code: NDArray[Any]) -> boot.Sample:
    """The rows that the fit used, with levels numbered anew, so that little travels to the workers."""
    design, kept = fit.design, solution.kept
    return boot.Sample(
        design.y[row],
        np.ascontiguousarray(design.X[kept][:, row]),
        tuple(_seen(effect.levels, row) for effect in design.effects),
        code,
        solution.coefficient[kept],
        None if design.weights is None else design.weights[row],
        None if design.offset is None else design.offset[row],
    )


def _seen(levels: Levels, row: NDArray[np.int64]) -> Levels:
    seen, of_row = np.unique(levels.of_row[row], return_inverse=True)
    return Levels(of_row.ravel().astype(np.int32), seen.size, levels.parts[seen])


def _panel(fit: GravityFit, solution: Solution) -> _Panel:
    """Which sets of effects are exporter-time, importer-time and pair: found by names and checked on the rows."""
    design, row = fit.design, solution.row
    sides = sets.find_sides(design.effects)
    if sides is None or sides.pair is None or len(design.effects) != 3:
        raise NotIdentified(
            f"The correction is for three sets of effects, {_THREE_WAY}; this model has "
            f"{' + '.join(effect.name for effect in design.effects) or 'none'}. "
            "Without pair effects the coefficients have no bias of this kind."
        )
    sold, bought, pair = (design.effects[place] for place in (sides.exporter, sides.importer, sides.pair))
    level = pair.levels.of_row[row].astype(np.int64)
    i, j, regions = sets.regions_of_rows(design, sides, row)
    constant, changing = list[NDArray[np.int64]](), list[NDArray[np.int64]]()
    for part in (part for part in sold.parts if part != sides.exporter_part):
        codes, _ = sets.numbered([sold], [part])
        code = codes[0][sold.levels.of_row[row]]
        (constant if cov.nests(level, code) else changing).append(code)
    # with sectors, exporters and importers are those of a sector
    crossed = _combined(constant, row.size) * len(regions)
    exporter, importer = crossed + i, crossed + j
    kind = sets.direction(level, exporter, importer)
    if not kind or not changing or _pairs(exporter, importer, kind) != np.unique(level).size:
        raise NotIdentified(
            f"The correction takes one effect for each pair of exporter and importer over all periods; '{pair.name}' "
            f"is none beside {sold.name} and {bought.name}. It is derived for models {_THREE_WAY}."
        )
    return _Panel(exporter, importer, _combined(changing, row.size), kind == "undirected")


def _pairs(exporter: NDArray[np.int64], importer: NDArray[np.int64], kind: str) -> int:
    """How many pairs there are; both directions are one where they are undirected."""
    ends = (exporter, importer)
    low, high = (np.minimum(*ends), np.maximum(*ends)) if kind == "undirected" else ends
    return int(np.unique(low * (int(high.max()) + 1) + high).size)


def _combined(codes: Sequence[NDArray[np.int64]], rows: int) -> NDArray[np.int64]:
    """One number, from 0 without gaps, for each combination of codes."""
    if not codes:
        return np.zeros(rows, np.int64)
    _, number = np.unique(np.stack(codes), axis=1, return_inverse=True)
    return np.asarray(number.ravel(), np.int64)
