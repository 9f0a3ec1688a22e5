"""A frame or Flows and a formula -> arrays: the single crossing from columns to what the solvers take.

Whatever is left out on the way is counted in the notes, or refused; levels are numbered by their sorted labels.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from hansa.errors import DataError, NotIdentified, UnknownCode
from hansa.gravity import column as columns
from hansa.gravity.column import Coded
from hansa.gravity.formula import Factor, Formula, Term, read_factor, read_formula, read_sets
from hansa.gravity.layout import Levels
from hansa.provenance import Provenance, Source
from hansa.trade.flows import SCHEMA, Flows

INTERCEPT = "(Intercept)"
SMALLEST, LARGEST = 1e-50, 1e50  # of numbers, so that their products can be computed
MOST_OFFSET = 100.0  # e^100 is 10^43
MOST_LEVELS = 1_000  # of i(var): each becomes a column of numbers
MISSING = ("drop", "refuse")
_FLOAT = NDArray[np.float64]
_MEANINGS = {"origin": ("exp", "reporter"), "destination": ("imp", "partner"), "period": (), "product": ()}


@dataclass(frozen=True)
class Effect:
    """A set of fixed effects, or of clusters, with its names.

    name : as written, ``exporter^year``; parts : the columns crossed in it; labels : of each part, sorted, into which
    `levels.parts` points.
    """

    name: str
    parts: tuple[str, ...]
    labels: tuple[list[Any], ...]
    levels: Levels


@dataclass(frozen=True)
class Design:
    """A model as arrays: n rows, K regressors.

    y : (n,) the outcome; X : (K, n) regressors, a row each, named by `terms`; a model without effects has
    "(Intercept)" first. weights, offset : (n,) or None. row : (n,) positions in the frame, which had `given` rows.
    notes : what was left out and why, with counts.
    """

    formula: Formula
    outcome: str
    y: _FLOAT
    terms: tuple[str, ...]
    X: _FLOAT
    effects: tuple[Effect, ...]
    clusters: tuple[Effect, ...]
    weights: _FLOAT | None
    offset: _FLOAT | None
    row: NDArray[np.integer[Any]]
    given: int
    notes: tuple[str, ...]
    provenance: Provenance


@dataclass(frozen=True)
class _Model:
    """What is read: the formula, the outcome unless it is left out, the sets of clusters, weights and offset."""

    formula: Formula
    outcome: Factor | None
    clusters: tuple[tuple[str, ...], ...]
    weights: Factor | None
    offset: Factor | None

    def factors(self) -> list[Factor]:
        """Everything that is to be a number, each once."""
        terms = [factor for term in self.formula.terms for factor in term.factors if not factor.levels]
        given = (self.outcome, *terms, self.weights, self.offset)
        return list(dict.fromkeys(factor for factor in given if factor))

    def labels(self) -> list[str]:
        """Columns whose labels are levels, each once."""
        crossed = [name for parts in (*self.formula.effects, *self.clusters) for name in parts]
        terms = [factor.column for term in self.formula.terms for factor in term.factors if factor.levels]
        return list(dict.fromkeys([*crossed, *terms]))

    def others(self) -> list[Term]:
        """Terms that formulaic reads."""
        return [term for term in self.formula.terms if term.other]

    def wanted(self) -> list[str]:
        """Every column that is read."""
        other = [name for term in self.others() for name in term.columns]
        return list(dict.fromkeys([*(one.column for one in self.factors()), *self.labels(), *other]))


@dataclass(frozen=True)
class _Sample:
    """The rows still in use: numbers by factor, labels by column, what formulaic made by term, cells for formulaic."""

    row: NDArray[np.integer[Any]]
    numbers: Mapping[Factor, NDArray[Any]]
    labels: Mapping[str, Coded]
    cells: Mapping[str, NDArray[Any] | pa.Array]
    made: Mapping[str, tuple[list[str], _FLOAT]] = field(default_factory=dict)

    def kept(self, keep: NDArray[np.bool_]) -> _Sample:
        """Only the rows of a mask."""
        return _Sample(
            self.row[keep],
            {factor: values[keep] for factor, values in self.numbers.items()},
            {name: columns.restricted(coded, keep) for name, coded in self.labels.items()},
            {
                name: cells[keep] if isinstance(cells, np.ndarray) else cells.take(columns.arrow(np.flatnonzero(keep)))
                for name, cells in self.cells.items()
            },
            {name: (terms, np.ascontiguousarray(values[:, keep])) for name, (terms, values) in self.made.items()},
        )


_Reasons = list[tuple[str, NDArray[np.bool_]]]


def design(
    formula: str | Formula,
    data: Any,
    *,
    cluster: str | Iterable[str] | None = None,
    weights: str | None = None,
    offset: str | None = None,
    missing: str = "drop",
    positive: bool = True,
    outcome: bool = True,
) -> Design:
    """The arrays of a model.

    Parameters
    ----------
    formula : as `read_formula` takes it.
    data : any frame that narwhals reads, a mapping of columns, the path of a Parquet file, or Flows, whose columns
        also go by the usual other names (exporter, importer, year, trade ...).
    cluster : a column; columns crossed with ``^``; or several of these, joined by ``+`` or as a tuple, list or set,
        for multi-way clusters. A set is taken in the order of its names.
    weights, offset : a column, or a function of one, such as ``log(population)``. The offset adds to the index.
    missing : ``drop`` rows with an empty cell, NaN, an infinite number, or a logarithm that does not exist, counted in
        the notes; or ``refuse`` them.
    positive : refuse an outcome below zero, as PPML needs. Least squares takes any.
    outcome : whether the outcome is read; where not, `y` is zero. Predictions do without.

    Raises
    ------
    DataError : a column holds what it cannot; rows or weights are negative; nothing is left.
    UnknownCode : a column, or the level after ref=, is not there; names the nearest.
    NotIdentified : a single cluster.

    >>> rows = {"trade": [1.0, 2.0, 3.0], "dist": [1.0, 2.0, 0.0], "exporter": ["B", "A", "B"]}
    >>> made = design("trade ~ log(dist) | exporter", rows)
    >>> made.y.tolist(), made.effects[0].labels, made.notes
    ([1.0, 2.0], (['A', 'B'],), ('1 of 3 rows is left out: log(dist) of zero (1)',))
    """
    read = formula if isinstance(formula, Formula) else read_formula(formula)
    model = _Model(
        read,
        read.outcome if outcome else None,
        _cluster_sets(cluster),
        read_factor(weights) if weights is not None else None,
        read_factor(offset) if offset is not None else None,
    )
    if missing not in MISSING:
        raise UnknownCode("way with missing cells", missing, MISSING, hint="It may be 'drop' or 'refuse'.")
    names, held, provenance, notes = _opened(data)
    at = {name: _found(name, names, isinstance(data, Flows)) for name in model.wanted()}
    source = columns.sheet(held, names, list(dict.fromkeys(at.values())))
    if not source.rows:
        raise DataError("The table has no rows, and nothing can be estimated. Look at what was selected before.")
    sample, reasons = _read(model, lambda name: source.read(at[name]), source.rows)
    if positive and model.outcome:
        _refuse_negative(model.outcome, sample)
    sample = _complete(sample, reasons, source.rows, missing, notes)
    if model.others():
        sample = replace(sample, made={term.name: _by_formulaic(term, sample) for term in model.others()})
        sample = _complete(sample, _no_numbers(sample.made), source.rows, missing, notes)
    return _assembled(model, sample, source.rows, names, notes, provenance)


def _cluster_sets(cluster: str | Iterable[str] | None) -> tuple[tuple[str, ...], ...]:
    if cluster is None:
        return ()
    if isinstance(cluster, str):
        return read_sets(cluster)
    given = list(cluster) if isinstance(cluster, list | tuple | set | frozenset) else []
    if not given or not all(isinstance(one, str) for one in given):
        shown = repr(cluster) if isinstance(cluster, list | tuple | set | Mapping) else type(cluster).__name__
        raise DataError(
            f"Clusters are named by columns of the table, such as 'pair' or ('pair', 'year'), not by {shown}."
        )
    ordered = sorted(given) if isinstance(cluster, set | frozenset) else given
    return tuple(dict.fromkeys(parts for one in ordered for parts in read_sets(one)))


def _opened(data: Any) -> tuple[tuple[str, ...], Any, Provenance, list[str]]:
    """Names of columns, the frame, where it is from, what is known of it."""
    if isinstance(data, Flows):
        if data.told_by == "both":
            raise DataError(
                "The flows hold two mirror reports of the same trade, which would count twice. Choose one with "
                "where(told_by='destination'), or reconcile them with hansa.mirror(flows)."
            )
        return tuple(data.columns), data.table, data.provenance, list(data.notes)
    names, held = columns.names_of(data)
    read = (Source("", Path(data).name),) if isinstance(data, str | Path) else ()
    return names, held, Provenance(read), []


def _found(name: str, names: Sequence[str], of_flows: bool) -> str:
    """The column that a name means."""
    if name in names:
        return name
    alike = [known for meaning in SCHEMA.columns if (known := _alike(name, meaning.name, meaning.aliases, names))]
    if of_flows and alike:
        return alike[0]
    hint = f"{alike[0]!r} may be meant. " if alike else ""
    shown = ", ".join(map(repr, names[:12])) + (f" and {len(names) - 12} more" if len(names) > 12 else "")
    raise UnknownCode("column of the table", name, names, hint=f"{hint}The table has {shown}.")


def _alike(name: str, meaning: str, aliases: Sequence[str], names: Sequence[str]) -> str | None:
    """A column of the table that is another name of the same."""
    known = {meaning, *aliases}
    hits = [one for one in names if one.lower() in known] if name.lower() in known else []
    return hits[0] if hits else None


def _read(model: _Model, read: Callable[[str], NDArray[Any] | pa.Array], rows: int) -> tuple[_Sample, _Reasons]:
    """All columns, and masks of the rows that cannot be used, each with its reason."""
    read = functools.cache(read)
    number = functools.cache(lambda name: columns.numbers(read(name), name))
    reasons: _Reasons = []
    numbers: dict[Factor, NDArray[Any]] = {}
    for name in dict.fromkeys(factor.column for factor in model.factors()):
        reasons += _unusable(number(name), name)
    for factor in model.factors():
        numbers[factor] = number(factor.column)
        if factor.function:
            numbers[factor] = _applied(factor, number(factor.column), reasons)
    labels = {name: columns.coded(read(name)) for name in model.labels()}
    for name, coded in labels.items():
        if coded.of_row.size and coded.of_row.min() < 0:
            reasons.append((f"no label in {name!r}", coded.of_row < 0))
    cells = {name: read(name) for term in model.others() for name in term.columns}
    for name, held in cells.items():
        empty = ~np.isfinite(held) if isinstance(held, np.ndarray) else columns.empty(held)
        if empty.any() and name not in labels and name not in {factor.column for factor in numbers}:
            reasons.append((f"no value in {name!r}", empty))
    return _Sample(_every(rows), numbers, labels, cells), reasons


def _every(rows: int) -> NDArray[np.integer[Any]]:
    """Positions of all rows, in no more bytes than they need."""
    return np.arange(rows, dtype=np.int32 if rows <= np.iinfo(np.int32).max else np.int64)


def _unusable(values: NDArray[Any], name: str) -> _Reasons:
    if values.dtype.kind != "f":
        return []
    if _of_usual_size(values):  # one pass that finds nothing, as a rule
        return []
    _check_size(values, name)
    masks = [(f"no value in {name!r}", np.isnan(values)), (f"an infinite value in {name!r}", np.isinf(values))]
    return [(why, mask) for why, mask in masks if mask.any()]


def _of_usual_size(values: NDArray[Any]) -> bool:
    with np.errstate(all="ignore"):
        return bool(SMALLEST < abs(values.sum()) < LARGEST)


def _check_size(values: NDArray[Any], name: str) -> None:
    with np.errstate(all="ignore"):
        size = np.abs(values[np.isfinite(values)])
    most = float(size.max(initial=0.0))
    if most > LARGEST or 0 < most < SMALLEST:
        raise DataError(
            f"{name!r} holds {most:g}, with which nothing can be computed. Choose a unit in which its largest number "
            f"lies between {SMALLEST:g} and {LARGEST:g}."
        )


def _applied(factor: Factor, values: NDArray[Any], reasons: _Reasons) -> _FLOAT:
    """A function of a column; where it does not exist is added to the reasons."""
    with np.errstate(all="ignore"):  # what fails is counted here, by its reason
        made: _FLOAT = getattr(np, factor.function)(values, dtype=np.float64)
    if _of_usual_size(made):
        return made
    _check_size(made, factor.name)
    lost = ~np.isfinite(made) & np.isfinite(values)
    for what, mask in (("zero", values == 0), ("a negative number", values < 0), ("too large a number", values > 0)):
        if (hit := lost & mask).any():
            reasons.append((f"{factor.name} of {what}", hit))
    return made


def _refuse_negative(outcome: Factor, sample: _Sample) -> None:
    if outcome.function:
        raise DataError(
            f"Poisson pseudo-maximum likelihood takes {outcome.column!r} itself, not {outcome.name}: its index is the "
            f"logarithm already. Write '{outcome.column} ~ ...', or fit with ols()."
        )
    values = sample.numbers[outcome]
    with np.errstate(invalid="ignore"):
        low = np.flatnonzero(values < 0) if values.size and not values.min() >= 0 else np.zeros(0, np.int64)
    if low.size:
        raise DataError(
            f"{low.size:,} of {values.size:,} rows have a negative value, e.g. {values[low[0]]:g} in row "
            f"{low[0] + 1:,}. Poisson pseudo-maximum likelihood takes numbers from 0 up: mend these rows or leave them "
            "out, or fit with ols().",
            column=outcome.column,
        )


def _complete(sample: _Sample, reasons: _Reasons, given: int, missing: str, notes: list[str]) -> _Sample:
    """The rows to which no reason applies; the reasons go into the notes."""
    if not reasons:
        return sample
    gone = functools.reduce(np.logical_or, (mask for _, mask in reasons))
    counted = ", ".join(f"{why} ({int(mask.sum()):,})" for why, mask in reasons)
    first = int(sample.row[np.argmax(gone)]) + 1
    count = int(gone.sum())
    if missing == "refuse":
        raise DataError(
            f"{count:,} of {given:,} rows cannot be used: {counted}; the first is row {first:,}. Mend them, or leave "
            "them out with missing='drop'."
        )
    if gone.all():
        raise DataError(f"No row is left of {given:,}: {counted}. Fill the columns, or leave them out of the formula.")
    notes.append(f"{count:,} of {given:,} rows {'is' if count == 1 else 'are'} left out: {counted}")
    return sample.kept(~gone)


def _by_formulaic(term: Term, sample: _Sample) -> tuple[list[str], _FLOAT]:
    """What formulaic makes of a term: names of its columns, and (k, n) numbers."""
    import formulaic  # slow import
    import pandas as pd  # slow import

    frame = pd.DataFrame(
        {
            name: cells if isinstance(cells, np.ndarray) else cells.to_numpy(zero_copy_only=False)
            for name, cells in sample.cells.items()
            if name in term.columns
        }
    )
    context = {"sqrt": np.sqrt, "abs": np.abs, "log1p": np.log1p}
    try:
        with np.errstate(all="ignore"):  # rows without a number are counted
            made = formulaic.Formula(f"1 + {term.other}").get_model_matrix(frame, na_action="ignore", context=context)
    except Exception as refusal:  # formulaic runs functions of several packages, and any error of theirs comes through
        said = " ".join(str(refusal).split())
        raise DataError(f"formulaic cannot make {term.other!r}: {said} Make a column in your data first.") from refusal
    values = made.drop(columns="Intercept")
    return [str(name) for name in values.columns], np.ascontiguousarray(values.to_numpy(np.float64).T)


def _no_numbers(made: Mapping[str, tuple[list[str], _FLOAT]]) -> _Reasons:
    for term, (_, values) in made.items():
        _check_size(values, term)
    masks = {term: np.asarray(~np.isfinite(values).all(axis=0)) for term, (_, values) in made.items()}
    return [(f"{term} is no number", mask) for term, mask in masks.items() if mask.any()]


def _assembled(
    model: _Model, sample: _Sample, given: int, names: Sequence[str], notes: list[str], provenance: Provenance
) -> Design:
    terms, X = _regressors(model.formula, sample, notes)
    weights, offset = (_float(sample.numbers[one]) if one else None for one in (model.weights, model.offset))
    if model.weights and weights is not None:
        _check_weights(model.weights, weights, notes)
    if model.offset and offset is not None:
        _check_offset(model.offset, offset)
    made = functools.cache(lambda parts: _effect(parts, sample.labels))
    effects, clusters = (tuple(made(parts) for parts in sets) for sets in (model.formula.effects, model.clusters))
    used = {part: sample.labels[part] for effect in (*effects, *clusters) for part in effect.parts}
    for name, coded in used.items():
        if len(coded.labels) == 1:
            notes.append(f"{name!r} has a single value, {coded.labels[0]!r}")
    notes += [said for effect in clusters if (said := _about_clusters(effect))]
    if said := _repeated(used, names, sample.row.size):
        notes.append(said)
    y = _float(sample.numbers[model.outcome]) if model.outcome else np.zeros(sample.row.size)
    formula = _with_references(model.formula, sample.labels)
    return Design(
        formula, formula.outcome.name, y, terms, X, effects, clusters, weights, offset, sample.row, given, tuple(notes),
        provenance,
    )  # fmt: skip


def _float(values: NDArray[Any]) -> _FLOAT:
    return np.ascontiguousarray(values, dtype=np.float64)


def _effect(parts: tuple[str, ...], labels: Mapping[str, Coded]) -> Effect:
    of_row, positions = columns.crossed([labels[part] for part in parts])
    levels = Levels(np.ascontiguousarray(of_row, np.int32), len(positions), positions)
    return Effect("^".join(parts), parts, tuple(labels[part].labels for part in parts), levels)


def _regressors(formula: Formula, sample: _Sample, notes: list[str]) -> tuple[tuple[str, ...], _FLOAT]:
    """Names and rows of X; each row is written where it stays."""
    plan: list[tuple[str, Callable[[_FLOAT], None]]] = []
    if not formula.effects:
        plan.append((INTERCEPT, lambda out: out.fill(1.0)))
    for term in formula.terms:
        plan += _columns_of(term, sample, notes)
    X = np.empty((len(plan), sample.row.size))
    for out, (_, fill) in zip(X, plan, strict=True):
        fill(out)
    return tuple(name for name, _ in plan), X


def _columns_of(term: Term, sample: _Sample, notes: list[str]) -> list[tuple[str, Callable[[_FLOAT], None]]]:
    if term.other:
        names, values = sample.made[term.name]
        return [(name, functools.partial(np.copyto, src=made)) for name, made in zip(names, values, strict=True)]
    numbers = [sample.numbers[factor] for factor in term.factors if not factor.levels]
    by = next((factor for factor in term.factors if factor.levels), None)
    if by is None:
        return [(term.name, functools.partial(_multiply, numbers=numbers))]
    coded = sample.labels[by.column]
    with_others = "".join(f":{factor.name}" for factor in term.factors if not factor.levels)
    return [
        (
            f"{by.column}::{coded.labels[at]}{with_others}",
            functools.partial(_multiply, numbers=numbers, only=(coded, at)),
        )
        for at in _levels_of(by, coded, bool(numbers), notes)
    ]


def _multiply(out: _FLOAT, numbers: Sequence[NDArray[Any]], only: tuple[Coded, int] | None = None) -> None:
    """The product of numbers, on the rows of one level only where one is given."""
    out[...] = only[0].of_row == only[1] if only else numbers[0]
    for values in numbers if only else numbers[1:]:
        out *= values


def _levels_of(by: Factor, coded: Coded, multiplied: bool, notes: list[str]) -> list[int]:
    """Which levels get a regressor: all but the reference: the first, where none is named and nothing multiplies."""
    every = list(range(len(coded.labels)))
    if by.reference is not None:
        hits = [at for at in every if coded.labels[at] == by.reference or str(coded.labels[at]) == str(by.reference)]
        if not hits:
            shown = ", ".join(map(str, coded.labels[:8])) + (" ..." if len(every) > 8 else "")
            raise UnknownCode(f"level of {by.column!r}", by.reference, map(str, coded.labels), hint=f"It has {shown}.")
        every.remove(hits[0])
    elif not multiplied:
        notes.append(f"i({by.column}): {coded.labels[0]} is the reference")
        every = every[1:]
    if not every:
        raise DataError(f"i({by.column}) has no level beside its reference. Leave it out of the formula.")
    if len(every) > MOST_LEVELS:
        raise DataError(
            f"i({by.column}) would make {len(every):,} regressors, and {MOST_LEVELS:,} are the most. Write it as an "
            f"effect, behind the bar: | {by.column}."
        )
    return every


def _with_references(formula: Formula, labels: Mapping[str, Coded]) -> Formula:
    """The formula with the reference of each `i(var)` said, so that it means the same in another frame."""

    def said(factor: Factor) -> Factor:
        unsaid = factor.levels and factor.reference is None
        return replace(factor, reference=labels[factor.column].labels[0]) if unsaid else factor

    alone = [len(term.factors) == 1 for term in formula.terms]
    terms = [
        replace(term, factors=tuple(map(said, term.factors))) if one else term
        for term, one in zip(formula.terms, alone, strict=True)
    ]
    return replace(formula, terms=tuple(terms))


def _check_weights(factor: Factor, weights: _FLOAT, notes: list[str]) -> None:
    low = np.flatnonzero(weights < 0)
    if low.size:
        raise DataError(
            f"{low.size:,} of {weights.size:,} weights are negative, e.g. {weights[low[0]]:g}. A weight is a number "
            "from 0 up.",
            column=factor.column,
        )
    if none := int(np.count_nonzero(weights == 0)):
        if none == weights.size:
            raise DataError("Every weight is zero, so that no row counts. Choose other weights.", column=factor.column)
        notes.append(f"{none:,} of {weights.size:,} rows have weight 0 and do not count")


def _check_offset(factor: Factor, offset: _FLOAT) -> None:
    low, high = float(offset.min()), float(offset.max())
    if max(-low, high) > MOST_OFFSET:
        instead = "" if factor.function else f" Perhaps its logarithm is meant: offset='log({factor.column})'."
        raise DataError(
            f"An offset adds to the logarithm of the outcome. {factor.name} runs from {low:g} to {high:g}, and "
            f"{MOST_OFFSET:g} is the most.{instead}"
        )


def _meant(meaning: str, names: Iterable[str]) -> str | None:
    """The first of some columns that looks like origin, destination, period or product."""
    aliases = next(one.aliases for one in SCHEMA.columns if one.name == meaning)
    known = {meaning, *aliases, *_MEANINGS[meaning]}
    return next((name for name in names if name.lower() in known), None)


def _about_clusters(effect: Effect) -> str:
    """A note on clusters that are rows; "" on others, which the fit tells of."""
    levels = effect.levels
    if levels.count == 1:
        raise NotIdentified(
            f"{effect.name!r} puts all rows into a single cluster, and errors cannot be told from one. Cluster by a "
            "column with more values, or leave cluster out for robust errors."
        )
    alone = levels.count == levels.of_row.size
    return f"clusters: {effect.name}, one for each row, which is the same as robust errors" if alone else ""


def _repeated(used: Mapping[str, Coded], names: Sequence[str], rows: int) -> str:
    """A note on rows that repeat a cell of the panel; "" where there are none, or where the cell is not known.

    The cell is known where origin and destination are among the columns, and period and product too where the table
    has such columns at all.
    """
    cell = {meaning: _meant(meaning, used) for meaning in _MEANINGS}
    for meaning, name in cell.items():
        if name is None and (meaning in ("origin", "destination") or _meant(meaning, names)):
            return ""
    ordered = [name for name in cell.values() if name]
    ordered += [name for name in used if name not in ordered]
    left, code, size = np.arange(rows, dtype=np.int32), np.zeros(rows, np.int32), 1
    for name in ordered:
        code, size = _finer(code, size, used[name], left)
        if size < left.size:
            continue  # there must be repeated ones yet
        code, size = (code, size) if size <= _most_codes(left.size) else _counted(columns.compressed(code, size))
        here = np.zeros(size, bool)
        here[code] = True
        if np.count_nonzero(here) == left.size:
            return ""
        again = (np.bincount(code, minlength=size) > 1)[code]
        left, code = left[again], code[again]
    places, present = columns.compressed(code, size)
    extra, first = left.size - present.size, left[np.argmax((np.bincount(places) > 1)[places])]
    shown = ", ".join(str(used[name].labels[used[name].of_row[first]]) for name in ordered)
    rows_repeat = "row repeats" if extra == 1 else "rows repeat"
    return f"{extra:,} {rows_repeat} {', '.join(ordered)} of another row, e.g. {shown}" if extra else ""


def _finer(code: NDArray[Any], size: int, coded: Coded, left: NDArray[np.int32]) -> tuple[NDArray[Any], int]:
    """Codes of cells, told apart by one more column."""
    width = len(coded.labels)
    if size * width > _most_codes(left.size):
        code, size = _counted(columns.compressed(code, size))
    code = code * (np.int32 if size * width <= np.iinfo(np.int32).max else np.int64)(width)
    code += coded.of_row if left.size == coded.of_row.size else coded.of_row[left]
    return code, size * width


def _counted(made: tuple[NDArray[np.int32], NDArray[np.int64]]) -> tuple[NDArray[np.int32], int]:
    return made[0], made[1].size


def _most_codes(rows: int) -> int:
    return max(columns.SMALL, columns.SPARSE * rows)
