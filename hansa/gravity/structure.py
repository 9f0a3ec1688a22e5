"""What a gravity fit says beyond its coefficients: fixed effects, multilateral resistances, expected outcomes.

Yotov et al. 2016, An Advanced Guide to Trade Policy Analysis, chapter 2; Fally 2015, Journal of International Economics
97, 76-85.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from hansa.errors import DataError, NotIdentified, UnknownCode
from hansa.gravity import effects as sets
from hansa.gravity import ppml as poisson
from hansa.gravity import resistance, summary
from hansa.gravity.design import INTERCEPT, Design, Effect
from hansa.gravity.design import design as designed
from hansa.gravity.formula import Factor, Formula, Term
from hansa.gravity.least_squares import LeastSquares
from hansa.gravity.ppml import Solution
from hansa.result import Result

if TYPE_CHECKING:
    from hansa.gravity.fit import GravityFit

SIGMA = 7.0  # elasticity of substitution in the programs of the Advanced Guide
_BY_DATA = re.compile(r"\b(C|poly|bs|cs|cr|cc|center|scale|standardize)\(")


def fitted_values(design: Design, solution: Solution | LeastSquares) -> NDArray[np.float64]:
    """(m,) expected outcomes of the rows used."""
    if isinstance(solution, LeastSquares):
        return design.y[solution.row] - solution.residual
    return solution.fitted


def effects(fit: GravityFit, *, reference: Any = None) -> dict[str, Result]:
    """The fixed effects of each set, by its name.

    Parameters
    ----------
    fit : the fit.
    reference : the importer whose effects are zero; by default the largest.

    Raises
    ------
    NotIdentified : the model has no fixed effects.
    UnknownCode : the reference is no importer of the sample.
    """
    if not fit.design.effects:
        raise NotIdentified("The model has no fixed effects: nothing stands behind '|' in its formula.")
    normal = _normalised(fit, reference)
    unit = "ln of the expected outcome" if isinstance(fit.solution, Solution) else "units of the outcome"
    provenance = fit.design.provenance.then(summary.estimator(fit), fit.design.formula.text)
    notes = ("; ".join(normal.notes), "only differences are in the data; predictions do not depend on what is zero")
    found = {}
    for effect, values in zip(fit.design.effects, normal.values, strict=True):
        seen = np.flatnonzero(np.isfinite(values))
        lacking = values.size - seen.size
        more = (f"{lacking:,} levels have no estimate: their rows were not used",) if lacking else ()
        table = pa.table({**_label_columns(effect, seen), "effect": values[seen]})
        found[effect.name] = Result(
            table, f"Fixed effects {effect.name}", unit, "fixed_effects", provenance=provenance, notes=(*notes, *more)
        )
    return found


def resistances(fit: GravityFit, *, sigma: float = SIGMA, reference: Any = None) -> Result:
    """Outward and inward multilateral resistances of each region (and period).

    Parameters
    ----------
    fit : a fit with exporter(-time) and importer(-time) effects.
    sigma : elasticity of substitution, above 1; 7 as in the Advanced Guide.
    reference : the importer whose inward resistance is 1; by default the largest.

    Raises
    ------
    NotIdentified : the model has no such effects, or is no PPML.
    DataError : sigma is not above 1.
    """
    design, solution = fit.design, fit.solution
    normal = _normalised(fit, reference) if design.effects and isinstance(solution, Solution) else None
    if normal is None or normal.sides is None or isinstance(solution, LeastSquares):
        raise NotIdentified(
            "Resistances come from PPML with effects of exporters and of importers, such as "
            "'trade ~ log(dist) | exporter^year + importer^year'."
        )
    sides = normal.sides
    sold, bought = design.effects[sides.exporter], design.effects[sides.importer]
    outcome = solution.outcome if solution.weight is None else solution.outcome * solution.weight
    income, spent = (_sums(side, solution.row, outcome) for side in (sold, bought))
    rest = [part for part in sold.parts if part != sides.exporter_part]
    (ours, theirs), count = sets.numbered([sold, bought], rest)
    output = np.bincount(ours, weights=income, minlength=count)
    at_reference = _reference_spending(bought, sides.importer_part, normal, spent, theirs, count)
    out = resistance.outward(normal.values[sides.exporter], income, output[ours], at_reference[ours], sigma=sigma)
    into = resistance.inward(normal.values[sides.importer], spent, at_reference[theirs], sigma=sigma)
    table = _both_sides((sold, sides.exporter_part, out, income), (bought, sides.importer_part, into, spent), rest)
    notes = [
        f"P = 1 for {sides.importer_part} {normal.reference!r}, sigma = {sigma:g}; powers are those to 1 - sigma; the "
        "programs of the Advanced Guide do not divide the outward power by world output",
        *([_pair_note(design, sides)] if sides.pair is not None else []),
    ]
    i, j, _ = sets.regions_of_rows(design, sides, solution.row)
    if not (i == j).any():
        notes.append(
            "there are no domestic sales in the sample: incomes and expenditures are sums of its foreign trade, and "
            "resistances are those among foreign partners only"
        )
    provenance = design.provenance.then("ppml", design.formula.text).then("resistances", f"sigma = {sigma:g}")
    return Result(
        table, "Multilateral resistances", "trade cost factor, 1 = inward to the reference",
        "resistances (Anderson and van Wincoop 2003; Fally 2015)", "Yotov et al. 2016, Advanced Guide, chapter 2",
        provenance, tuple(notes),
    )  # fmt: skip


def predict(fit: GravityFit, data: Any, *, offset: str | None = None) -> NDArray[np.float64]:
    """Expected outcomes of the rows of a new frame: NaN where a cell is missing, 0 where an effect had no trade at all.

    Parameters
    ----------
    fit : the fit.
    data : any frame with the columns of the formula; the outcome is not read and may be absent.
    offset : the column of the offset, where the fit has one.

    Raises
    ------
    UnknownCode : a level that was not in the data of the fit.
    DataError : a level has no estimate, a term depends on the data that it was made from, or the offset is not named.
    """
    old, solution = fit.design, fit.solution
    if (old.offset is None) != (offset is None):
        raise DataError("The offset must be named for a fit that has one, and only then: offset='column'.")
    new = designed(_asked(old), data, offset=offset, outcome=False)
    b = np.where(solution.kept, solution.coefficient, 0.0)
    index = b @ _regressors(old, new)
    if new.offset is not None:
        index = index + new.offset
    if old.effects:
        normal = _values(fit)
        zero = _without_trade(old, solution)
        for place, (effect, values) in enumerate(zip(old.effects, normal, strict=True)):
            index = index + _of_levels(effect, values, zero[place], new.effects[place])
    out = np.full(new.given, np.nan)
    out[new.row] = np.exp(index) if isinstance(solution, Solution) else index
    return out


def _values(fit: GravityFit) -> tuple[NDArray[np.float64], ...]:
    design, solution = fit.design, fit.solution
    if isinstance(solution, Solution):
        return poisson.fixed_effects(solution, design.X, design.offset)
    b = np.where(solution.kept, solution.coefficient, 0.0)
    return _additive(fitted_values(design, solution) - b @ design.X[:, solution.row], design.effects, solution.row)


def _normalised(fit: GravityFit, reference: Any) -> sets.Normalised:
    solution = fit.solution
    outcome = fitted_values(fit.design, solution)
    return sets.normalise(fit.design, _values(fit), solution.row, outcome, reference=reference)


def _additive(
    total: NDArray[np.float64], effects: Sequence[Effect], row: NDArray[np.int64]
) -> tuple[NDArray[np.float64], ...]:
    """A sum of effects taken apart into one of its solutions."""
    from scipy.sparse import coo_array  # slow import
    from scipy.sparse.linalg import lsmr  # slow import

    begin = np.concatenate([[0], np.cumsum([effect.levels.count for effect in effects])])
    column = np.concatenate(
        [effect.levels.of_row[row].astype(np.int64) + start for effect, start in zip(effects, begin[:-1], strict=True)]
    )
    place = np.tile(np.arange(row.size), len(effects))
    dummies = coo_array((np.ones(place.size), (place, column)), shape=(row.size, int(begin[-1]))).tocsr()
    solved = np.asarray(lsmr(dummies, total, atol=1e-15, btol=1e-15, conlim=0, maxiter=20_000)[0])
    seen = np.bincount(column, minlength=solved.size) > 0
    whole = np.where(seen, solved, np.nan)
    return tuple(whole[a:b] for a, b in pairwise(begin))


def _label_columns(effect: Effect, level: NDArray[np.int64]) -> dict[str, pa.Array]:
    return {
        part: pa.array([known[int(place)] for place in effect.levels.parts[level, column]])
        for column, (part, known) in enumerate(zip(effect.parts, effect.labels, strict=True))
    }


def _sums(effect: Effect, row: NDArray[np.int64], value: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(np.bincount(effect.levels.of_row[row], weights=value, minlength=effect.levels.count), np.float64)


def _reference_spending(
    bought: Effect,
    part: str,
    normal: sets.Normalised,
    spent: NDArray[np.float64],
    period: NDArray[np.int64],
    count: int,
) -> NDArray[np.float64]:
    """(count,) expenditure of the reference in each period; NaN where it has none."""
    column = bought.parts.index(part)
    mine = bought.levels.parts[:, column] == bought.labels[column].index(normal.reference)
    out = np.full(count, np.nan)
    out[period[mine]] = spent[mine]
    return np.where(out > 0, out, np.nan)


def _both_sides(
    sold: tuple[Effect, str, resistance.Resistance, NDArray[np.float64]],
    bought: tuple[Effect, str, resistance.Resistance, NDArray[np.float64]],
    rest: Sequence[str],
) -> pa.Table:
    """One row for each region (and period), with what it has as exporter and as importer."""
    found: dict[tuple[Any, ...], dict[str, float]] = {}
    for (effect, part, values, total), side, amount in ((sold, "outward", "income"), (bought, "inward", "expenditure")):
        order = [effect.parts.index(one) for one in (part, *rest)]
        for level in np.flatnonzero(np.isfinite(values.power)):
            label = sets.labels(effect, int(level))
            found.setdefault(tuple(label[place] for place in order), {}).update(
                {
                    f"{side}_resistance": float(values.level[level]),
                    f"{side}_power": float(values.power[level]),
                    amount: float(total[level]),
                }
            )
    keys = sorted(found)
    names = [
        "outward_resistance", "inward_resistance", "outward_power", "inward_power", "income", "expenditure",
    ]  # fmt: skip
    labels = {part: pa.array([key[place] for key in keys]) for place, part in enumerate(["region", *rest])}
    figures = {one: pa.array([found[key].get(one) for key in keys], pa.float64()) for one in names}
    return pa.table({**labels, **figures})


def _pair_note(design: Design, sides: sets.Sides) -> str:
    assert sides.pair is not None
    return (
        f"effects of {design.effects[sides.pair].name} are part of trade costs; their level by exporter and importer "
        "is in the resistances, as normalised in the fixed effects"
    )


def _asked(old: Design) -> Formula:
    """The formula as it can be read from a new frame: levels as sets."""
    formula, by = old.formula, []
    terms: dict[str, Term] = {}
    for term in formula.terms:
        if term.other and _BY_DATA.search(term.other):
            raise DataError(
                f"{term.other!r} depends on all rows that it is made from, and means another thing in a new "
                "frame. Make a column of it in your data, and fit with that."
            )
        plain = tuple(factor for factor in term.factors if not factor.levels)
        by += [(factor.column,) for factor in term.factors if factor.levels]
        if term.other or plain:
            kept = term if term.other else Term(plain, tuple(dict.fromkeys(one.column for one in plain)))
            terms.setdefault(kept.name, kept)
    extra = tuple(one for one in dict.fromkeys(by) if one not in formula.effects)
    return replace(formula, terms=tuple(terms.values()), effects=(*formula.effects, *extra))


def _regressors(old: Design, new: Design) -> NDArray[np.float64]:
    """(K, n) the regressors of the fit for new rows."""
    X = np.zeros((len(old.terms), new.y.size))
    ready = dict(zip(new.terms, new.X, strict=True))
    place = {term: at for at, term in enumerate(old.terms)}
    if INTERCEPT in place:
        X[place[INTERCEPT]] = 1.0
    for term in old.formula.terms:
        by = next((factor for factor in term.factors if factor.levels), None)
        if by is None:
            for one in [name for name in place if name in ready] if term.other else [term.name]:
                X[place[one]] = ready[one]
            continue
        plain = [factor for factor in term.factors if not factor.levels]
        product = ready[":".join(factor.name for factor in plain)] if plain else np.ones(new.y.size)
        ending = "".join(f":{factor.name}" for factor in plain)
        for label, rows in _rows_of_levels(new, by).items():
            if (name := f"{by.column}::{label}{ending}") in place:
                X[place[name], rows] = product[rows]
            elif by.reference is None or str(label) != str(by.reference):
                known = [one.split("::")[1].removesuffix(ending) for one in place if one.startswith(f"{by.column}::")]
                raise UnknownCode(f"level of {by.column!r} in the fit", label, known)
    return X


def _rows_of_levels(new: Design, by: Factor) -> Mapping[Any, NDArray[np.bool_]]:
    effect = next(one for one in new.effects if one.parts == (by.column,))
    return {sets.labels(effect, level)[0]: effect.levels.of_row == level for level in range(effect.levels.count)}


def _without_trade(design: Design, solution: Solution | LeastSquares) -> list[set[int]]:
    """For each set its levels without any trade; least squares knows none."""
    zero = [set(map(int, levels)) for levels in solution.dropped.zero]
    return zero or [set() for _ in design.effects]


def _of_levels(old: Effect, values: NDArray[np.float64], zero: set[int], new: Effect) -> NDArray[np.float64]:
    """The effect of each new row: -inf where there was no trade at all."""
    level = {sets.labels(old, one): one for one in range(old.levels.count)}
    found = np.empty(new.levels.count)
    for one in range(new.levels.count):
        label = sets.labels(new, one)
        if label not in level:
            raise UnknownCode(f"level of {old.name} in the fit", "^".join(map(str, label)), [
                "^".join(map(str, known)) for known in level
            ])  # fmt: skip
        at = level[label]
        found[one] = -np.inf if at in zero else values[at]
        if np.isnan(found[one]):
            raise DataError(
                f"{'^'.join(map(str, label))!r} of {old.name} has no estimate: its rows were not used in the fit. Drop "
                "these rows out, or fit with singletons='keep'."
            )
    return found[new.levels.of_row]
