"""A gravity model, fitted: from a formula and a frame to coefficients that know their errors, sample and limits.

Santos Silva and Tenreyro 2006, Review of Economics and Statistics 88(4), 641-658 (why PPML); Correia, Guimaraes and
Zylkin 2020, Stata Journal 20(1), 95-115 (with many fixed effects); Yotov et al. 2016, An Advanced Guide to Trade Policy
Analysis, WTO and UNCTAD (what is estimated with it).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from html import escape
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from hansa.errors import DataError, NotConverged, NotIdentified
from hansa.gravity import covariance as cov
from hansa.gravity import least_squares, structure, summary, wald
from hansa.gravity import ppml as poisson
from hansa.gravity.column import arrow, texts
from hansa.gravity.compiled import announce
from hansa.gravity.design import INTERCEPT, Design
from hansa.gravity.design import design as designed
from hansa.gravity.least_squares import LeastSquares
from hansa.gravity.ppml import Solution
from hansa.result import Result

METHODS = {
    "ppml": ("ppml (Santos Silva and Tenreyro 2006)", "Correia, Guimaraes and Zylkin 2020, Stata Journal 20(1)"),
    "ols": ("ols (least squares with fixed effects absorbed)", "Correia 2017, reghdfe"),
}


@dataclass(frozen=True)
class GravityFit:
    """A fitted gravity model. It exists only when it is identified and solved.

    Parameters
    ----------
    design : the model and its data as arrays, with names.
    solution : coefficients, rows used, fitted values, what was dropped; numbers and positions.
    covariance : of the coefficients kept, and how it was computed.

    >>> trade = {"exporter": list("AABBCC"), "importer": list("BCACAB"), "rta": [1, 0, 1, 0, 0, 0],
    ...          "trade": [7.0, 2.0, 5.0, 3.0, 1.0, 4.0]}
    >>> fit = ppml("trade ~ rta", trade)
    >>> fit.to_pandas().columns.tolist()
    ['term', 'coefficient', 'error', 'statistic', 'p_value', 'lower', 'upper']
    >>> round(float(fit.wald("rta").rows()[0]["estimate"]), 6)          # ln(6 / 2.5)
    0.875469
    """

    design: Design
    solution: Solution | LeastSquares
    covariance: cov.Covariance

    @cached_property
    def result(self) -> Result:
        """The coefficients with errors, tests and 95 % intervals, as a `Result`."""
        kind, about = summary.estimator(self), summary.facts(self)
        b = self.solution.coefficient[self.solution.kept]
        error = np.sqrt(np.diag(self.covariance.matrix))
        exact = summary.fits_exactly(self.solution, self.covariance)
        statistic = np.divide(b, error, out=np.full(b.size, np.nan), where=~exact)
        reach = cov.quantile(wald.LEVEL, self.covariance.degrees) * error
        columns = {
            "coefficient": b,
            "error": error,
            "statistic": statistic,
            "p_value": cov.p_value(statistic, self.covariance.degrees),
            "lower": b - reach,
            "upper": b + reach,
        }
        figures = {name: arrow(values) for name, values in columns.items()}  # PyArrow's own ways import pandas
        change = "ln of the expected outcome" if kind == "ppml" else "the outcome"
        return Result(
            pa.Table.from_pydict({"term": texts(summary.kept_terms(self)), **figures}),
            f"{kind.upper()} of {self.design.outcome}",
            f"change of {change} for one unit of the term",
            METHODS[kind][0],
            METHODS[kind][1],
            summary.provenance(self, about["errors"]),
            summary.notes(self.design, self.solution, self.covariance),
            about,
        )

    @property
    def fitted(self) -> NDArray[np.float64]:
        """(given,) expected outcome of each row of the frame; NaN where the row was not used."""
        out = np.full(self.design.given, np.nan)
        out[self.design.row[self.solution.row]] = structure.fitted_values(self.design, self.solution)
        return out

    def to_pandas(self) -> Any:
        """The coefficients as pandas: term, coefficient, error, statistic, p_value, lower, upper."""
        return self.result.to_pandas()

    def wald(self, what: str | Mapping[str, float] | Sequence[str]) -> Result:
        """A combination of coefficients with its error and test, or a joint test of several.

        Parameters
        ----------
        what : text such as ``rta + rta_lag4`` or ``rta = 1``; weights by term; or several texts, tested at once.
            `hansa.gravity.wald.ratio_change` compares two coefficients in per cent.
        """
        if isinstance(what, str | Mapping):
            return wald.combination(self, what)
        return wald.joint(self, list(what) if isinstance(what, Iterable) else [what])

    def effects(self, *, reference: Any = None) -> dict[str, Result]:
        """The fixed effects of each set, in a normalisation that each states.

        Parameters
        ----------
        reference : the importer whose effects are zero; by default the largest.
        """
        return structure.effects(self, reference=reference)

    def resistances(self, *, sigma: float = structure.SIGMA, reference: Any = None) -> Result:
        """Outward and inward multilateral resistances (see `hansa.gravity.resistance`).

        Parameters
        ----------
        sigma : elasticity of substitution; 7 by default, as in the Advanced Guide.
        reference : the importer whose resistance is 1; by default the largest.
        """
        return structure.resistances(self, sigma=sigma, reference=reference)

    def predict(self, data: Any, *, offset: str | None = None) -> NDArray[np.float64]:
        """(rows,) expected outcomes of the rows of a new frame; NaN where a row lacks something.

        Parameters
        ----------
        data : any frame with the columns of the formula; the outcome may be absent.
        offset : the column of the offset, where the fit has one.
        """
        return structure.predict(self, data, offset=offset)

    def __str__(self) -> str:
        return summary.to_text(self)

    def _repr_html_(self) -> str:
        return f"{self.result._repr_html_()}<p><small>{escape(summary.measures(self.result.meta))}</small></p>"


def ppml(
    formula: Any,
    data: Any,
    *,
    cluster: str | Iterable[str] | None = None,
    weights: str | None = None,
    offset: str | None = None,
    convention: str = "stata",
    missing: str = "drop",
    singletons: str = "drop",
    separated: str = "drop",
    progress: Callable[[int, float, float], None] | None = None,
) -> GravityFit:
    """Gravity by Poisson pseudo-maximum likelihood: E[outcome] = exp(x'b + fixed effects).

    Santos Silva and Tenreyro 2006; Correia, Guimaraes and Zylkin 2020.

    Parameters
    ----------
    formula : such as ``trade ~ rta + log(dist) | exporter^year + importer^year + pair``. Without ``|`` a constant.
    data : any frame, a mapping of columns, or Flows.
    cluster : column or set by which errors are clustered, ``a + b`` for several ways; None: robust errors.
    weights : column of sampling weights; offset : column added to the linear part, with coefficient 1.
    convention : small-sample factors of ``stata`` (ppmlhdfe) or of ``fixest``.
    missing : ``drop`` rows with missing cells, which is noted, or ``refuse`` them.
    singletons : ``drop`` or ``keep`` rows that are alone in an effect.
    separated : ``drop`` separated rows, which is noted, or ``refuse`` them.
    progress : called with iteration, decrement and tolerance.

    Raises
    ------
    DataError : columns that are not there or hold no numbers, a setting that does not exist.
    NotIdentified : the data do not determine the coefficients.
    NotConverged : the solver stopped before its tolerance.

    >>> trade = {"exporter": list("AABBCC"), "importer": list("BCACAB"), "rta": [1, 0, 1, 0, 0, 0],
    ...          "trade": [7.0, 2.0, 5.0, 3.0, 1.0, 4.0]}
    >>> ppml("trade ~ rta", trade).solution.row.size
    6
    """
    _one_of("convention", convention, cov.CONVENTIONS)
    _one_of("singletons", singletons, ("drop", "keep"))
    _one_of("separated", separated, ("drop", "refuse"))
    model = designed(formula, data, cluster=cluster, weights=weights, offset=offset, missing=missing)
    settings: dict[str, Any] = {"weights": model.weights, "offset": model.offset, "singletons": singletons}
    levels = [effect.levels for effect in model.effects]
    announce()
    try:
        solution = poisson.solve(model.y, model.X, levels, separated=separated, progress=progress, **settings)
    except NotIdentified as refusal:
        raise _named(refusal, model, settings if separated == "refuse" else None) from refusal
    except NotConverged as refusal:
        raise NotConverged(f"{refusal} The model is {model.formula.text!r}.", refusal.residuals) from refusal
    residual = solution.outcome - solution.fitted
    return _fitted(model, solution, residual, convention)


def ols(
    formula: Any,
    data: Any,
    *,
    cluster: str | Iterable[str] | None = None,
    weights: str | None = None,
    convention: str = "stata",
    missing: str = "drop",
    singletons: str = "drop",
) -> GravityFit:
    """Gravity by least squares with the same effects, for comparison: traditional gravity is that of log(trade).

    Parameters
    ----------
    formula : such as ``log(trade) ~ log(dist) | exporter^year + importer^year``. Without ``|`` a constant.
    data : any frame, a mapping of columns, or Flows.
    cluster : column or set by which errors are clustered, ``a + b`` for several ways; None: robust errors.
    weights : column of sampling weights.
    convention : small-sample factors of ``stata`` (reghdfe) or of ``fixest``.
    missing : ``drop`` rows with missing cells, which is noted, or ``refuse`` them.
    singletons : ``drop`` or ``keep`` rows that are alone in an effect.

    Raises
    ------
    DataError : columns that are not there or hold no numbers, a setting that does not exist.
    NotIdentified : the data do not determine the coefficients.

    >>> fit = ols("y ~ x", {"x": [0.0, 1.0, 2.0, 3.0], "y": [1.0, 3.0, 4.0, 6.0]})
    >>> round(fit.wald("x").rows()[0]["estimate"], 6)
    1.6
    """
    _one_of("convention", convention, cov.CONVENTIONS)
    _one_of("singletons", singletons, ("drop", "keep"))
    model = designed(formula, data, cluster=cluster, weights=weights, missing=missing, positive=False)
    try:
        solution = least_squares.solve(
            model.y,
            model.X,
            [effect.levels for effect in model.effects],
            weights=model.weights,
            singletons=singletons,
        )
    except NotIdentified as refusal:
        raise _named(refusal, model) from refusal
    return _fitted(model, solution, solution.residual, convention)


def _fitted(
    model: Design, solution: Solution | LeastSquares, residual: NDArray[np.float64], convention: str
) -> GravityFit:
    if not solution.kept[int(INTERCEPT in model.terms) :].any():
        raise _absorbed(model, solution.row)
    linear = isinstance(solution, LeastSquares)
    if solution.weight is not None:
        residual = residual * solution.weight
    try:
        how = cov.sandwich(
            solution.projected,
            solution.hessian,
            [cluster.levels.of_row[solution.row] for cluster in model.clusters],
            [effect.levels.of_row[solution.row] for effect in model.effects]
            if linear or convention == "fixest"
            else (),
            residual=residual,
            convention=convention,
            linear=linear,
        )
    except NotIdentified as refusal:
        names = ", ".join(repr(cluster.name) for cluster in model.clusters)
        raise NotIdentified(f"{refusal} Clusters are {names}." if names else str(refusal)) from refusal
    return GravityFit(model, solution, how)


def _named(refusal: NotIdentified, model: Design, settings: Mapping[str, Any] | None = None) -> NotIdentified:
    """The refusal of the solver, which knows positions, with what the names say.

    settings : of the solver, where separated rows were to be refused; they are found and named.
    """
    if not model.y.any():
        said = f"{model.outcome} is zero in all {model.y.size:,} rows."
    elif alone := [effect for effect in model.effects if effect.levels.count == model.y.size]:
        said = f"{alone[0].name} has a level for each of its {model.y.size:,} rows. {refusal}"
    elif settings is not None and (found := _separated(model, settings)):
        said = f"{refusal} They are {found}."
    else:
        return _absorbed(model, np.arange(model.y.size), str(refusal))
    return NotIdentified(" ".join([f"{model.formula.text!r} is not identified: {said}", *_before(model)]))


def _separated(model: Design, settings: Mapping[str, Any]) -> str:
    try:
        solution = poisson.solve(model.y, model.X, [effect.levels for effect in model.effects], **settings)
    except (NotIdentified, NotConverged):
        return ""
    rows = solution.dropped.separated_rows
    return summary.row_examples(model, rows)


def _absorbed(model: Design, row: NDArray[np.int64], refusal: str = "") -> NotIdentified:
    """Why no coefficient is identified: term by term, where the terms themselves show it."""
    none = np.zeros(0, np.int64)
    reasons = [
        f"{term}: {why}"
        for place, term in enumerate(model.terms[:5])
        if term != INTERCEPT and (why := summary.why_collinear(model, row, place, none)) != summary.ADD_UP
    ]
    words = [f"No coefficient of {model.formula.text!r} is identified.", refusal if model.effects else ""]
    words += [f"{'; '.join(reasons)}."] if reasons else []
    if not model.effects:
        words.append("A model needs a regressor that varies over its rows, and more rows than coefficients.")
    elif not refusal:
        words.append("Leave out what absorbs them, or let terms vary over what is left: i(year, dist, ref=2000).")
    return NotIdentified(" ".join(word for word in (*words, *_before(model)) if word))


def _before(model: Design) -> list[str]:
    return [f"Before that: {'; '.join(model.notes)}."] if model.notes else []


def _one_of(setting: str, value: str, known: Sequence[str]) -> None:
    if value not in known:
        raise DataError(f"{setting}={value!r} is no choice. Give one of {', '.join(map(repr, known))}.")
