"""Fixed effects in a normalisation that is said: which set of effects is what, and what is zero.

Only differences of fixed effects are in the data: exporter effects of a period may rise and importer effects fall by
the same number, pair effects may move into those of their exporter and importer. Which numbers are printed is a choice.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hansa.errors import NotIdentified, UnknownCode
from hansa.gravity.covariance import nests
from hansa.gravity.design import Design, Effect
from hansa.trade.flows import SCHEMA

IMPORTER_WORDS = frozenset(
    {"destination", "imp", "partner", *next(one.aliases for one in SCHEMA.columns if one.name == "destination")}
)


@dataclass(frozen=True)
class Sides:
    """Which sets of a gravity model are its two sides, and which its pairs.

    exporter, importer : positions among the sets; together they have all parts but one each in common.
    pair : position of the first further set, which is that of pairs where its levels are pairs of regions.
    exporter_part, importer_part : the names of the parts in which the two sides differ.
    """

    exporter: int
    importer: int
    pair: int | None
    exporter_part: str
    importer_part: str


@dataclass(frozen=True)
class Normalised:
    """Fixed effects after normalisation.

    values : for each set (count,) its effects; NaN: the level is not in the sample.
    notes : what is zero, in words.
    reference : label of the reference importer; None where there are no two sides.
    sides : which set is what; None where there are no two sides.
    """

    values: tuple[NDArray[np.float64], ...]
    notes: tuple[str, ...]
    reference: Any
    sides: Sides | None


def find_sides(effects: Sequence[Effect]) -> Sides | None:
    """The first two sets that differ in one part each: exporter^year and importer^year, or exporter and importer.

    Which of them imports is told by the name of its part where that is known (importer, destination ...), else it is
    the second one.
    """
    for first, one in enumerate(effects):
        for second in range(first + 1, len(effects)):
            other = effects[second]
            only = [part for part in one.parts if part not in other.parts]
            more = [part for part in other.parts if part not in one.parts]
            if len(only) == len(more) == 1:
                rest = [place for place in range(len(effects)) if place not in (first, second)]
                pair = rest[0] if rest else None
                if only[0].lower() in IMPORTER_WORDS and more[0].lower() not in IMPORTER_WORDS:
                    return Sides(second, first, pair, more[0], only[0])
                return Sides(first, second, pair, only[0], more[0])
    return None


def name(effect: Effect, level: int) -> str:
    """A level as it is named in notes: its labels, joined by ^."""
    return "^".join(str(label) for label in labels(effect, level))


def labels(effect: Effect, level: int) -> tuple[Any, ...]:
    """The labels of a level, one for each part."""
    place = effect.levels.parts[level]
    return tuple(known[int(number)] for known, number in zip(effect.labels, place, strict=True))


def regions_of_rows(
    design: Design, sides: Sides, row: NDArray[np.int64] | slice
) -> tuple[NDArray[np.int64], NDArray[np.int64], list[Any]]:
    """Exporter and importer of rows as positions in one list of regions."""
    sold, bought = design.effects[sides.exporter], design.effects[sides.importer]
    at = sold.parts.index(sides.exporter_part), bought.parts.index(sides.importer_part)
    regions = list(dict.fromkeys([*sold.labels[at[0]], *bought.labels[at[1]]]))
    known = {label: place for place, label in enumerate(regions)}
    i, j = (
        np.array([known[label] for label in effect.labels[part]])[effect.levels.parts[:, part]]  # of each level
        for effect, part in zip((sold, bought), at, strict=True)
    )
    return np.take(i, sold.levels.of_row[row]), np.take(j, bought.levels.of_row[row]), regions


def direction(code: NDArray[np.integer[Any]], i: NDArray[np.int64], j: NDArray[np.int64]) -> str:
    """Whether levels are pairs of regions: ``directed``, ``undirected``, or neither (empty).

    Parameters
    ----------
    code : (m,) level of each row.
    i, j : (m,) exporter and importer of each row, in one numbering.

    >>> direction(np.array([0, 0, 1]), np.array([0, 1, 0]), np.array([1, 0, 0]))
    'undirected'
    """
    if code.size > 20_000 and not direction(code[:10_000], i[:10_000], j[:10_000]):
        return ""  # most cluster variables are no pairs, which a few rows show
    if nests(code, i) and nests(code, j):
        return "directed"
    low, high = np.minimum(i, j), np.maximum(i, j)
    return "undirected" if nests(code, low) and nests(code, high) else ""


def exact_direction(code: NDArray[np.int32], i: NDArray[np.int64], j: NDArray[np.int64], width: int) -> str:
    """As `direction`, where besides all rows of a pair of regions have one level; else empty.

    Parameters
    ----------
    code : (n,) level of each row.  i, j : (n,) exporter and importer of each row.  width : how many regions there are.

    >>> exact_direction(np.array([0, 0, 1], np.int32), np.array([0, 1, 0]), np.array([1, 0, 0]), 2)
    'undirected'
    """
    if not direction(code[:10_000], i[:10_000], j[:10_000]) or width**2 > 4 * code.size + 1_000_000:
        return ""  # most cluster variables are no pairs, which a few rows show
    cell = i * width + j
    held = np.full(width**2, -1, np.int32)
    held[cell] = code
    if not np.array_equal(np.take(held, cell), code):
        return ""
    there = held.reshape(width, width)
    here = there >= 0
    levels = int(np.count_nonzero(np.bincount(there[here])))
    if levels == np.count_nonzero(here):
        return "directed"
    both = here & here.T
    joined = levels == np.count_nonzero(np.triu(here | here.T)) and (there == there.T)[both].all()
    return "undirected" if joined else ""


def normalise(
    design: Design,
    values: Sequence[NDArray[np.float64]],
    row: NDArray[np.int64],
    outcome: NDArray[np.float64],
    *,
    reference: Any = None,
) -> Normalised:
    """Fixed effects moved to where something said is zero.

    With two sides (exporter-time and importer-time): importer effects of a reference are zero in each period. With pair
    effects, these have mean zero over the partners of each exporter and of each importer. Further sets have mean zero.
    Without two sides all sets after the first have mean zero.

    Parameters
    ----------
    design : the model.
    values : for each set (count,) any solution of its effects.
    row, outcome : (m,) rows in the sample and their outcomes.
    reference : label of the reference importer; by default the largest one that is there in every period.

    Raises
    ------
    UnknownCode : the reference is no importer of the sample.
    """
    moved = [value.copy() for value in values]
    sides = find_sides(design.effects)
    if sides is None:
        shown = [_centre(moved, place, 0, design.effects[place]) for place in range(1, len(moved))]
        return Normalised(tuple(moved), tuple(shown), None, None)
    notes: list[str] = []
    others = [place for place in range(len(moved)) if place not in (sides.exporter, sides.importer)]
    for place in others:
        done = _spread_pairs(design, moved, sides, row) if place == sides.pair else ""
        notes.append(done or _centre(moved, place, sides.exporter, design.effects[place]))
    chosen = _reference(design, sides, moved[sides.importer], row, outcome, reference)
    notes.insert(0, _zero_at(design, moved, sides, chosen))
    return Normalised(tuple(moved), tuple(notes), chosen, sides)


def _centre(moved: list[NDArray[np.float64]], place: int, into: int, effect: Effect) -> str:
    mean = float(np.nanmean(moved[place])) if np.isfinite(moved[place]).any() else 0.0
    moved[place] -= mean
    moved[into] += mean
    return f"effects of {effect.name} have mean zero"


def _spread_pairs(design: Design, moved: list[NDArray[np.float64]], sides: Sides, row: NDArray[np.int64]) -> str:
    """Move the means of pair effects into exporter and importer effects; empty where the set is not one of pairs."""
    assert sides.pair is not None
    pairs, sold, bought = (design.effects[place] for place in (sides.pair, sides.exporter, sides.importer))
    i, j, regions = regions_of_rows(design, sides, row)
    level = pairs.levels.of_row[row]
    kind = direction(level, i, j)
    crossed = [part for part in pairs.parts if part in sold.parts and part in bought.parts]
    if not kind:
        return ""
    N = len(regions)
    seen = np.flatnonzero(np.isfinite(moved[sides.pair]))
    of_level_i, of_level_j = np.zeros(pairs.levels.count, np.int64), np.zeros(pairs.levels.count, np.int64)
    of_level_i[level], of_level_j[level] = i, j
    extra, numbers = numbered([pairs, sold, bought], crossed)
    base = extra[0][seen] * N
    from_i, from_j = base + of_level_i[seen], base + of_level_j[seen]
    width = numbers * N
    if kind == "directed":
        from_j = from_j + width
    mean = _two_means(from_i, from_j, moved[sides.pair][seen], width * (2 if kind == "directed" else 1))
    moved[sides.pair][seen] -= mean[from_i] + mean[from_j]
    place = {label: number for number, label in enumerate(regions)}
    for side, effect, part, code in (
        (sides.exporter, sold, sides.exporter_part, extra[1]),
        (sides.importer, bought, sides.importer_part, extra[2]),
    ):
        column = effect.parts.index(part)
        region = np.array([place[label] for label in effect.labels[column]])[effect.levels.parts[:, column]]
        shift = width if kind == "directed" and side == sides.importer else 0
        moved[side] += mean[code * N + region + shift]
    within = f" within each {'^'.join(crossed)}" if crossed else ""
    if kind == "directed":
        return f"effects of {pairs.name} have mean zero over partners of each exporter and each importer{within}"
    return f"effects of {pairs.name} (undirected pairs) have mean zero over the pairs of each region{within}"


def numbered(effects: Sequence[Effect], parts: Sequence[str]) -> tuple[list[NDArray[np.int64]], int]:
    """For each set and each level: the number of its combination of labels of some parts, in one numbering."""
    known: dict[tuple[Any, ...], int] = {}
    codes = []
    for effect in effects:
        columns = [effect.parts.index(part) for part in parts]
        keys = [tuple(effect.labels[c][int(level[c])] for c in columns) for level in effect.levels.parts]
        codes.append(np.array([known.setdefault(key, len(known)) for key in keys], np.int64))
    return codes, len(known)


def _two_means(
    i: NDArray[np.int64], j: NDArray[np.int64], value: NDArray[np.float64], width: int
) -> NDArray[np.float64]:
    """Least squares of values on an effect of i and an effect of j, in one vector."""
    from scipy.sparse import coo_array  # slow import
    from scipy.sparse.linalg import lsmr  # slow import

    n = np.arange(value.size)
    design = coo_array((np.ones(2 * n.size), (np.r_[n, n], np.r_[i, j])), shape=(n.size, width)).tocsr()
    return np.asarray(lsmr(design, value, atol=1e-15, btol=1e-15, conlim=0, maxiter=20_000)[0])


def _reference(
    design: Design,
    sides: Sides,
    value: NDArray[np.float64],
    row: NDArray[np.int64],
    outcome: NDArray[np.float64],
    asked: Any,
) -> Any:
    """The reference importer: as asked, or the largest of those that are there in the most periods."""
    effect = design.effects[sides.importer]
    column = effect.parts.index(sides.importer_part)
    region = effect.levels.parts[:, column]
    here = np.isfinite(value)
    known = [effect.labels[column][place] for place in np.unique(region[here])]
    if asked is not None:
        if asked not in known:
            raise UnknownCode(f"{sides.importer_part} of the sample", asked, [str(label) for label in known])
        return asked
    if not known:
        raise NotIdentified("No importer effect is in the sample, so none can be the reference.")
    count = np.bincount(region[here], minlength=len(effect.labels[column]))
    total = np.bincount(region[effect.levels.of_row[row]], weights=outcome, minlength=count.size)
    return effect.labels[column][int(np.lexsort((-total, -count))[0])]


def _zero_at(design: Design, moved: list[NDArray[np.float64]], sides: Sides, reference: Any) -> str:
    """Make the importer effects of the reference zero in each period, and exporter effects take them."""
    sold, bought = design.effects[sides.exporter], design.effects[sides.importer]
    rest = [part for part in bought.parts if part != sides.importer_part]
    (ours, theirs), count = numbered([sold, bought], rest)
    column = bought.parts.index(sides.importer_part)
    at = bought.labels[column].index(reference)
    shift, lacking = np.full(count, np.nan), []
    mine = np.flatnonzero(bought.levels.parts[:, column] == at)
    shift[theirs[mine]] = moved[sides.importer][mine]
    for period in np.flatnonzero(np.isnan(shift)):
        stand_ins = np.flatnonzero((theirs == period) & np.isfinite(moved[sides.importer]))
        if stand_ins.size:
            shift[period] = moved[sides.importer][stand_ins[0]]
            lacking.append(name(bought, int(stand_ins[0])))
        else:
            shift[period] = 0.0
    moved[sides.importer] -= shift[theirs]
    moved[sides.exporter] += shift[ours]
    text = f"effects of {bought.name} are zero for {sides.importer_part} {reference!r}"
    text += f" in each {'^'.join(rest)}" if rest else ""
    return f"{text}; where it has no trade, for {', '.join(lacking[:5])}" if lacking else text
