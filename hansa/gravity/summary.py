"""What a fit says of itself: its sample, errors, effects, what was dropped and why; and the table that it prints."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from hansa.gravity.covariance import Covariance
from hansa.gravity.design import Design, Effect
from hansa.gravity.effects import exact_direction, find_sides, labels, name, regions_of_rows
from hansa.gravity.least_squares import LeastSquares
from hansa.gravity.ppml import Solution
from hansa.provenance import Provenance

if TYPE_CHECKING:
    from hansa.gravity.fit import GravityFit

ADD_UP = "the fixed effects and the other terms add up to it"
ROUNDING = 1e-10  # of a coefficient: an error below is none
WIDTH = 80  # columns of a terminal
SAMPLE, ERRORS = "rows of the fit", "errors"  # steps that the fit prints on top
SHOWN = 3  # examples of what was dropped
FEW_CLUSTERS = 40  # below, errors are too small: Cameron and Miller 2015, Journal of Human Resources 50
DIRECTIONS = {"directed": " (directed pairs)", "undirected": " (undirected pairs)", "": ""}


def estimator(fit: GravityFit) -> str:
    """``ppml`` or ``ols``."""
    return "ols" if isinstance(fit.solution, LeastSquares) else "ppml"


def kept_terms(fit: GravityFit) -> list[str]:
    """The terms that have a coefficient, in the order of the covariance."""
    return _kept_of(fit.design, fit.solution)


def fits_exactly(solution: Solution | LeastSquares, how: Covariance) -> NDArray[np.bool_]:
    """(k,) whether a coefficient has no error but that of rounding, so that a test of it would mean nothing."""
    error = np.sqrt(np.diag(how.matrix))
    return np.asarray(error <= ROUNDING * np.abs(solution.coefficient[solution.kept]))


def _kept_of(design: Design, solution: Solution | LeastSquares) -> list[str]:
    return [term for term, kept in zip(design.terms, solution.kept, strict=True) if kept]


def provenance(fit: GravityFit, how: str) -> Provenance:
    """What was read and done, with the rows used and how errors were computed, so that figures never travel without.

    how : the line of `errors`.
    """
    design = fit.design
    steps = design.provenance.then(estimator(fit), " ".join(design.formula.text.split()))
    return steps.then(SAMPLE, _sample(fit)).then(ERRORS, how)


def _sample(fit: GravityFit) -> str:
    return f"{fit.solution.row.size:,} used of {fit.design.given:,} given"


def facts(fit: GravityFit) -> dict[str, Any]:
    """What stands around the coefficients, by name: rows, errors, effects, measures of fit, steps of the solver."""
    solution, design = fit.solution, fit.design
    found: dict[str, Any] = {
        "estimator": estimator(fit).upper(),
        "outcome": design.outcome,
        "formula": design.formula.text,
        "rows_used": int(solution.row.size),
        "rows_given": int(design.given),
        "errors": errors(fit),
        "effects": {effect.name: _levels_used(effect, solution.row) for effect in design.effects},
    }
    if isinstance(solution, LeastSquares):
        return {**found, "r2": float(solution.r2), "within_r2": float(solution.within_r2)}
    null = solution.null_deviance
    return {
        **found,
        "deviance_r2": 1 - solution.deviance / null if null > 0 else None,
        "deviance": float(solution.deviance),
        "log_likelihood": float(solution.log_likelihood),
        "iterations": int(solution.iterations),
        "decrement": float(solution.decrement),
        "solver": solution.shape,
    }


def errors(fit: GravityFit) -> str:
    """How errors were computed, in one line: clusters with their number and direction, convention, distribution."""
    how, design = fit.covariance, fit.design
    if not how.clusters:
        what = "robust to heteroskedasticity"
    else:
        named = [
            f"{cluster.name}{DIRECTIONS[_direction(design, cluster)]}, {count:,} clusters"
            for cluster, count in zip(design.clusters, how.clusters, strict=True)
        ]
        what = "clustered by " + ", and by ".join(named)
    return f"{what}; convention {how.convention}, {_factor(how)}; {distribution(how)}"


def distribution(how: Covariance) -> str:
    """What statistics are compared with: ``z (normal)`` or ``t (37 degrees of freedom)``."""
    return "z (normal)" if how.degrees is None else f"t ({how.degrees:,.0f} degrees of freedom)"


def notes(design: Design, solution: Solution | LeastSquares, how: Covariance) -> tuple[str, ...]:
    """What a reader must know: what was dropped, by name and count; limits of the errors."""
    said = [*design.notes, *_dropped(design, solution), *_collinear(design, solution)]
    if exact := [
        term for term, zero in zip(_kept_of(design, solution), fits_exactly(solution, how), strict=True) if zero
    ]:
        said.append(
            f"the error of {', '.join(exact[:SHOWN])}{' ...' if len(exact) > SHOWN else ''} is zero but for rounding: "
            "single rows or clusters decide on it, and there is no test of it"
        )
    if how.repaired:
        said.append(
            f"the covariance of several-way clusters had a negative eigenvalue ({how.repaired:.2g} of the largest), "
            "set to zero as Cameron, Gelbach and Miller (2011) do"
        )
    if how.clusters and min(how.clusters) < FEW_CLUSTERS:
        said.append(
            f"only {min(how.clusters)} clusters: errors tend to be too small below about {FEW_CLUSTERS}; a wild "
            "cluster bootstrap is safer"
        )
    if how.clusters and min(how.clusters) <= int(solution.kept.sum()):
        said.append("there are no more clusters than coefficients: a joint test of all of them does not exist")
    return tuple(said)


def to_text(fit: GravityFit) -> str:
    """The fit as it prints: what it is, the coefficients, and what must be known."""
    about = fit.result.meta
    named = [f"{key} {count:,}" for key, count in about["effects"].items()]
    lines = [
        f"{about['estimator']} of {about['outcome']}",
        f"  model   {' '.join(about['formula'].split())}",
        f"  rows    {_sample(fit)}",
        f"  errors  {about['errors']}",
        f"  effects {', '.join(named) or 'none; a constant'}",
    ]
    below = [f"  fit     {measures(about)}"]
    if "iterations" in about:
        below.append(
            f"  solved  {about['iterations']} steps, decrement {about['decrement']:.1e} (squared standard errors), "
            f"{about['solver']}"
        )
    above = (f"step   {SAMPLE}:", f"step   {ERRORS}:")
    below += [f"  {line}" for line in fit.result.cite()[1:] if not line.startswith(above)]
    return "\n".join([*_wrapped(lines), *_coefficients(fit), *_wrapped(below)])


def _wrapped(lines: Sequence[str]) -> list[str]:
    wrapping = textwrap.TextWrapper(WIDTH, subsequent_indent=" " * 10, break_long_words=False, break_on_hyphens=False)
    return [part for line in lines for part in wrapping.wrap(line)]


def measures(about: Mapping[str, Any]) -> str:
    """The measures of fit in one line."""
    if "r2" in about:
        return f"R2 {about['r2']:.4f}, within R2 {about['within_r2']:.4f}"
    share = about["deviance_r2"]
    return f"deviance R2 {'-' if share is None else f'{share:.4f}'}, log likelihood {about['log_likelihood']:,.6g}"


def row_name(design: Design, row: int) -> str:
    """A row as it is named in notes: by the labels of its effects, each part once; or by its number from 1."""
    parts: dict[str, Any] = {}
    for effect in design.effects:
        parts |= dict(zip(effect.parts, labels(effect, int(effect.levels.of_row[row])), strict=True))
    return ", ".join(f"{part} {label}" for part, label in parts.items()) or f"row {int(design.row[row]) + 1:,}"


def _coefficients(fit: GravityFit) -> list[str]:
    statistic = "z" if fit.covariance.degrees is None else "t"
    head = ("term", "coefficient", "error", statistic, "p", "95 % interval")
    cells = [head]
    for row in fit.result.rows():
        cells.append(
            (
                str(row["term"]),
                f"{row['coefficient']:.6g}",
                f"{row['error']:.4g}",
                f"{row['statistic']:.2f}",
                f"{row['p_value']:.3f}",
                f"{row['lower']:.4g} .. {row['upper']:.4g}",
            )
        )
    widths = [max(len(line[place]) for line in cells) for place in range(len(head))]
    return [
        " "
        + "  ".join(
            f"{cell:>{w}}" if at else f"{cell:<{w}}" for at, (cell, w) in enumerate(zip(line, widths, strict=True))
        )
        for line in cells
    ]


def _factor(how: Covariance) -> str:
    n = "G" if how.clusters else "n"
    if how.parameters is None:
        return f"factor {n}/({n}-1)"
    return f"factor {'(n-1)/(n-k) G/(G-1)' if how.clusters else 'n/(n-k)'} with k = {how.parameters:,}"


def _direction(design: Design, cluster: Effect) -> str:
    sides = find_sides(design.effects)
    if sides is None:
        return ""
    i, j, regions = regions_of_rows(design, sides, slice(None))
    return exact_direction(cluster.levels.of_row, i, j, len(regions))


def _levels_used(effect: Effect, row: NDArray[np.int64]) -> int:
    if row.size == effect.levels.of_row.size:
        return effect.levels.count
    return int(np.count_nonzero(np.bincount(effect.levels.of_row[row], minlength=effect.levels.count)))


def _dropped(design: Design, solution: Solution | LeastSquares) -> list[str]:
    gone, said = solution.dropped, []
    groups = []
    for effect, levels in zip(design.effects, gone.zero, strict=False):
        if len(levels):
            named = [name(effect, int(level)) for level in levels[:SHOWN]]
            groups.append(f"{effect.name} ({len(levels):,}: {_examples(named, len(levels))})")
    if groups:
        said.append(
            f"{_rows(gone.zero_rows)} dropped: the outcome is zero throughout in {', '.join(groups)}, so that these "
            "effects have no finite estimate"
        )
    if gone.separated_rows.size:
        said.append(
            f"{_rows(gone.separated_rows)} dropped as separated (zeros that regressors and effects predict perfectly; "
            f"certificates are kept): {row_examples(design, gone.separated_rows)}"
        )
    faint = getattr(solution, "faint", None)
    if faint is not None and faint.size:
        said.append(
            f"{_rows(faint)} kept though the fit is next to nothing there, as if separated; no proof of that was found "
            f"(compare with a simpler model): {row_examples(design, faint)}"
        )
    if gone.singleton_rows.size:
        said.append(
            f"{_rows(gone.singleton_rows)} dropped as alone in an effect (they tell nothing of the coefficients): "
            f"{row_examples(design, gone.singleton_rows)}"
        )
    return said


def _rows(rows: NDArray[np.int64]) -> str:
    return f"{rows.size:,} row{'' if rows.size == 1 else 's'}"


def row_examples(design: Design, rows: NDArray[np.int64]) -> str:
    """The first of some rows, by name; with their numbers, counted from 1, where names do not tell them apart."""
    named = [row_name(design, int(row)) for row in rows[:SHOWN]]
    if len(set(named)) < len(named):  # the effects do not tell them apart
        named = [f"row {int(design.row[row]) + 1:,}, {one}" for row, one in zip(rows, named, strict=False)]
    return _examples(named, rows.size, "; ")


def _examples(shown: Sequence[str], count: int, between: str = ", ") -> str:
    return between.join(repr(one) for one in shown) + (f"{between}..." if count > len(shown) else "")


def _collinear(design: Design, solution: Solution | LeastSquares) -> list[str]:
    kept = np.flatnonzero(solution.kept)
    return [
        f"{design.terms[place]} left out: {why_collinear(design, solution.row, int(place), kept)}"
        for place in np.flatnonzero(~solution.kept)
    ]


def why_collinear(design: Design, row: NDArray[np.int64], place: int, kept: NDArray[np.int64]) -> str:
    """Why a term has no coefficient of its own, in words."""
    x = design.X[place, row]
    if x.size and np.ptp(x) == 0:
        return f"it is {x[0]:g} in all rows used"
    for effect in design.effects:
        code = effect.levels.of_row[row]
        of_level = np.zeros(effect.levels.count)
        of_level[code] = x
        if np.allclose(of_level[code], x, rtol=1e-12, atol=0):
            return f"it does not vary within {effect.name}"
    for other in kept:
        z = design.X[other, row]
        if abs(np.corrcoef(x, z)[0, 1]) > 1 - 1e-12:
            return f"it is {design.terms[other]} in another unit"
    if design.effects:
        return ADD_UP
    return "the other terms add up to it"
