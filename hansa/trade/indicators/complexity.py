"""Economic complexity and the product space: indices of regions, of products, and of what is near to both."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from itertools import compress
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from hansa.errors import DataError, NotIdentified
from hansa.indicator import Answer
from hansa.trade import economic_complexity as numbers
from hansa.trade.flows import Flows
from hansa.trade.indicators.declare import trade_indicator
from hansa.trade.indicators.grid import grid, long, once, said, several, wanted, wanted_periods

__all__ = [
    "cog",
    "coi",
    "density",
    "diversity",
    "eci",
    "fitness",
    "new_product_rank",
    "pci",
    "product_fitness",
    "proximity",
    "ubiquity",
]

TOPIC = "Economic complexity"
ATLAS = "Hausmann, Hidalgo et al. 2014, The Atlas of Economic Complexity"
PRODUCT_SPACE = "Hidalgo, Klinger, Barabasi and Hausmann 2007, Science 317"
TACCHELLA = "Tacchella et al. 2012, Scientific Reports 2"
CLOSE = 0.01  # relative gap of the second and third eigenvalue below which a reader is warned
PRESENCE = r"M_{ck} = 1[\mathrm{RCA}_{ck} \ge \tau]"


@dataclass(frozen=True)
class _Year:
    """One period: who makes what.

    regions, products : labels of the rows and columns of M, those that trade at all.
    """

    period: str | None
    regions: list[Any]
    products: list[Any]
    M: NDArray[np.bool_]

    @cached_property
    def solved(self) -> numbers.Complexity:
        return numbers.solve(self.M)


def _years(flows: Flows, threshold: float) -> list[_Year]:
    if not threshold > 0:
        raise DataError(f"The threshold of RCA is {threshold}; it must be above 0 (1 is usual).")
    cells = grid(flows)
    years = []
    for period in cells.periods:
        exports = cells.matrix(period)
        sells, sold = exports.sum(1) > 0, exports.sum(0) > 0
        regions, products = list(compress(cells.rows, sells)), list(compress(cells.columns, sold))
        exports = exports if sells.all() and sold.all() else exports[sells][:, sold]
        years.append(_Year(period, regions, products, numbers.specialisation(exports, threshold)))
    return years


def _answer(
    flows: Flows,
    threshold: float,
    period: Any,
    figures: Callable[[_Year], tuple[pa.Table, list[str]]],
    *,
    origin: Any = None,
    product: Any = None,
    **meta: Any,
) -> Answer:
    """Every period on its own; each note names its period. A region or product asked for must trade in one of them."""
    years = once(flows, ("complexity", threshold), lambda: _years(flows, threshold))
    if period is not None:
        chosen = wanted_periods(period, [year.period for year in years])
        years = [year for year in years if year.period in chosen]
    if not years or not years[0].M.size:
        raise NotIdentified(
            "There are no flows, so there is nothing to compare. Widen the rows chosen with where(...)."
        )
    wanted(sorted({label for year in years for label in year.regions}), origin, "origin")
    wanted(sorted({label for year in years for label in year.products}), product, "product")
    tables: list[pa.Table] = []
    notes: list[str] = []
    for year in years:
        table, year_notes = figures(year)
        tables.append(table)
        notes += [f"{year.period}: {note}" if year.period else note for note in year_notes]
    meta = {"world": "all origins in the table", "rca_threshold": threshold, **meta}
    return Answer(pa.concat_tables(tables), notes, meta)


def _masked(year: _Year) -> list[str]:
    regions, products = numbers.made(year.M)
    notes = []
    for what, kept, labels in (("regions", regions, year.regions), ("products", products, year.products)):
        if not kept.all():
            lost = list(compress(labels, ~kept))
            notes.append(
                f"{len(lost):,} of {len(kept):,} {what} have no revealed comparative advantage and no figure: "
                f"{said(lost)}"
            )
    return notes


def _solved(year: _Year) -> tuple[numbers.Complexity, list[str]]:
    part = numbers.parts(year.M)
    sizes = np.bincount(part[part >= 0])
    if len(sizes) > 1:
        small = compress(year.regions, (part >= 0) & (part != sizes.argmax()))
        raise NotIdentified(
            f"The network of regions and products{f' of {year.period}' if year.period else ''} falls into {len(sizes)} "
            f"parts that share no product: {said(small)} stand(s) apart from the other {sizes.max():,} regions. "
            "Complexity cannot be compared across parts: drop these regions with where(...), or use coarser products."
        )
    solved, notes = year.solved, _masked(year)
    if solved.gap < CLOSE:
        second, third = solved.eigenvalues[1:3]
        notes.append(
            f"the second and third eigenvalue are close ({second:.6g} and {third:.6g}, gap {solved.gap:.2%}): "
            "the order of regions hangs on small differences in the data"
        )
    return solved, notes


def _by_region(year: _Year, **figures: Any) -> pa.Table:
    return long(year.period, {"origin": (year.regions, np.arange(len(year.regions)))}, figures)


def _by_product(year: _Year, **figures: Any) -> pa.Table:
    return long(year.period, {"product": (year.products, np.arange(len(year.products)))}, figures)


def _among(labels: list[Any], chosen: Any) -> NDArray[np.int64]:
    """Positions of the chosen labels (one, several, or None for all) that are there."""
    if chosen is None:
        return np.arange(len(labels))
    asked = set(several(chosen))
    return np.flatnonzero([label in asked for label in labels])


def _by_both(year: _Year, origin: Any, product: Any, **figures: Any) -> pa.Table:
    """Rows of region x product, of those asked for."""
    regions, products = _among(year.regions, origin), _among(year.products, product)
    labels = {
        "origin": (year.regions, np.repeat(regions, len(products))),
        "product": (year.products, np.tile(products, len(regions))),
    }
    return long(
        year.period, labels, {name: values[np.ix_(regions, products)].ravel() for name, values in figures.items()}
    )


@trade_indicator(
    title="Diversity of exports",
    topic=TOPIC,
    unit="products exported with comparative advantage",
    range="0 .. number of products",
    formula=rf"d_c = \sum_k M_{{ck}}, \quad {PRESENCE}",
    reference="Hidalgo and Hausmann 2009, PNAS 106",
)
def diversity(flows: Flows, *, threshold: float = 1.0, period: Any = None) -> Answer:
    """How many products a region exports with revealed comparative advantage.

    threshold : of RCA, from which a region counts as making a product.
    period : one or several; all by default.

    >>> flows = {"origin": ["A", "A", "B"], "product": ["p", "q", "q"], "value": [1.0, 1.0, 2.0]}
    >>> diversity(flows).rows()
    [{'origin': 'A', 'diversity': 1}, {'origin': 'B', 'diversity': 1}]
    """
    return _answer(flows, threshold, period, lambda year: (_by_region(year, diversity=year.M.sum(1)), []))


@trade_indicator(
    title="Ubiquity of products",
    topic=TOPIC,
    unit="regions that export it with comparative advantage",
    range="0 .. number of regions",
    formula=rf"u_k = \sum_c M_{{ck}}, \quad {PRESENCE}",
    reference="Hidalgo and Hausmann 2009, PNAS 106",
)
def ubiquity(flows: Flows, *, threshold: float = 1.0, period: Any = None) -> Answer:
    """How many regions export a product with revealed comparative advantage.

    >>> flows = {"origin": ["A", "A", "B"], "product": ["p", "q", "q"], "value": [1.0, 1.0, 2.0]}
    >>> ubiquity(flows).rows()
    [{'product': 'p', 'ubiquity': 1}, {'product': 'q', 'ubiquity': 1}]
    """
    return _answer(flows, threshold, period, lambda year: (_by_product(year, ubiquity=year.M.sum(0)), []))


@trade_indicator(
    title="Economic complexity index",
    topic=TOPIC,
    unit="standard deviations, 0 = mean of the regions",
    range="about -3 .. 3",
    formula=r"\mathrm{ECI} = (K_c - \bar K_c)/\mathrm{sd}(K_c), \quad D^{-1} M U^{-1} M' K_c = \lambda_2 K_c",
    reference=ATLAS,
)
def eci(flows: Flows, *, threshold: float = 1.0, period: Any = None) -> Answer:
    """Economic complexity of regions: the second eigenvector of who makes what, positive for the diversified.

    threshold : of RCA, from which a region counts as making a product.
    period : one or several; all by default, each on its own.

    Raises
    ------
    NotIdentified : the network falls apart, or its second eigenvalue is not single.

    >>> flows = {"origin": list("AAABBC"), "product": list("pqrpqp"), "value": [1.0] * 6}
    >>> [round(row["eci"], 4) + 0.0 for row in eci(flows, threshold=0.5).rows()]
    [1.2247, 0.0, -1.2247]
    """

    def figures(year: _Year) -> tuple[pa.Table, list[str]]:
        solved, notes = _solved(year)
        return _by_region(year, eci=solved.eci), notes

    return _answer(flows, threshold, period, figures)


@trade_indicator(
    title="Product complexity index",
    topic=TOPIC,
    unit="standard deviations of the regions' index, 0 = mean of the regions",
    range="about -5 .. 5",
    formula=r"\mathrm{PCI} = (K_p - \bar K_c)/\mathrm{sd}(K_c), \quad K_p = \lambda_2^{-1} U^{-1} M' K_c",
    reference=ATLAS,
)
def pci(flows: Flows, *, threshold: float = 1.0, period: Any = None) -> Answer:
    """Complexity of products, on the scale of the ECI: a region's ECI is the mean PCI of what it makes.

    threshold, period, errors : as for `eci`.

    >>> flows = {"origin": list("AAABBC"), "product": list("pqrpqp"), "value": [1.0] * 6}
    >>> [round(row["pci"], 4) for row in pci(flows, threshold=0.5).rows()]
    [-1.2247, 1.2247, 3.6742]
    """

    def figures(year: _Year) -> tuple[pa.Table, list[str]]:
        solved, notes = _solved(year)
        return _by_product(year, pci=solved.pci), notes

    return _answer(flows, threshold, period, figures, standardised_by="moments of the regions' scores")


def _fitness(year: _Year, rounds: int) -> tuple[numbers.Fitness, list[str]]:
    found = numbers.fitness(year.M, rounds)
    return found, [
        *_masked(year),
        f"after {rounds} rounds: in the last one a fitness still changed by up to {found.change:.2g}, and "
        f"{found.moving} regions changed rank",
    ]


@trade_indicator(
    title="Fitness of regions",
    topic=TOPIC,
    unit="ratio, 1 = mean of the regions",
    range=">= 0",
    formula=r"\tilde F_c = \sum_k M_{ck} Q_k, \; \tilde Q_k = 1/\sum_c M_{ck}/F_c, \; \bar F = \bar Q = 1",
    reference=TACCHELLA,
)
def fitness(flows: Flows, *, rounds: int = 19, threshold: float = 1.0, period: Any = None) -> Answer:
    """Fitness of regions after a number of rounds; a note says how far the map still was from rest.

    rounds : 19, as in the published tables of the R package economiccomplexity.

    >>> flows = {"origin": ["A", "A", "B"], "product": ["p", "q", "q"], "value": [1.0, 1.0, 1.0]}
    >>> [round(row["fitness"], 4) for row in fitness(flows, rounds=1, threshold=0.6).rows()]
    [1.3333, 0.6667]
    """

    def figures(year: _Year) -> tuple[pa.Table, list[str]]:
        found, notes = _fitness(year, rounds)
        return _by_region(year, fitness=found.fitness), notes

    return _answer(flows, threshold, period, figures, rounds=rounds)


@trade_indicator(
    title="Complexity of products by the fitness method",
    topic=TOPIC,
    unit="ratio, 1 = mean of the products",
    range=">= 0",
    formula=r"\tilde Q_k = 1/\sum_c M_{ck}/F_c, \quad Q = \tilde Q/\bar Q",
    reference=TACCHELLA,
)
def product_fitness(flows: Flows, *, rounds: int = 19, threshold: float = 1.0, period: Any = None) -> Answer:
    """The product side of `fitness`: high where only fit regions make it.

    >>> flows = {"origin": ["A", "A", "B"], "product": ["p", "q", "q"], "value": [1.0, 1.0, 1.0]}
    >>> [round(row["product_fitness"], 4) for row in product_fitness(flows, rounds=1, threshold=0.6).rows()]
    [1.3333, 0.6667]
    """

    def figures(year: _Year) -> tuple[pa.Table, list[str]]:
        found, notes = _fitness(year, rounds)
        return _by_product(year, product_fitness=found.complexity), notes

    return _answer(flows, threshold, period, figures, rounds=rounds)


@trade_indicator(
    title="Proximity of products",
    topic=TOPIC,
    unit="0..1, 1 = always made together",
    range="[0, 1]",
    formula=r"\phi_{kl} = \min\{P(k|l), P(l|k)\} = \sum_c M_{ck} M_{cl} / \max(u_k, u_l)",
    reference=PRODUCT_SPACE,
)
def proximity(flows: Flows, *, product: Any = None, threshold: float = 1.0, period: Any = None) -> Answer:
    """How often two products are made by the same regions.

    product : one or several, for their proximity to every other product. By default every pair once (product < other).

    >>> flows = {"origin": ["A", "A", "B"], "product": ["p", "q", "q"], "value": [1.0, 1.0, 1.0]}
    >>> proximity(flows, threshold=0.6).rows()
    [{'product': 'p', 'other': 'q', 'proximity': 0.5}]
    """

    def figures(year: _Year) -> tuple[pa.Table, list[str]]:
        kept = np.flatnonzero(numbers.made(year.M)[1])
        M, places = year.M[:, kept], kept.astype(np.int32)
        if product is None:
            first, second, near = _pairs(M, places)
        else:
            asked = np.flatnonzero(np.isin(places, _among(year.products, product)))
            apart = places[asked][:, None] != places
            first, second = np.repeat(places[asked], len(places) - 1), np.tile(places, (len(asked), 1))[apart]
            near = numbers.proximity(M, asked)[apart]
        return _coded(year, first, second, near), _masked(year)[-1:]

    return _answer(flows, threshold, period, figures, product=product)


def _pairs(M: NDArray[np.bool_], places: NDArray[np.int32], block: int = 256) -> tuple[Any, Any, Any]:
    """Every pair once, a block of products at a time: the square of 5,000 products and its labels would take 600 MB."""
    count = len(places)
    later = np.arange(count - 1, -1, -1)  # how many products come after each
    near = np.empty(later.sum())
    filled = 0
    for start in range(0, count, block):
        rows = np.arange(min(block, count - start))
        square = numbers.proximity(M[:, start:], rows)
        for row in rows:
            size = later[start + row]
            near[filled : filled + size] = square[row, row + 1 :]
            filled += size
    second = np.concatenate([places[row + 1 :] for row in range(count)]) if count else places
    return np.repeat(places, later), second, near


def _coded(year: _Year, first: Any, second: Any, near: Any) -> pa.Table:
    """Labels as dictionary codes, since pairs of products run into tens of millions."""
    labels = pa.array(year.products)
    columns: dict[str, Any] = {
        "product": pa.DictionaryArray.from_arrays(first, labels),
        "other": pa.DictionaryArray.from_arrays(second, labels),
        "proximity": near,
    }
    if year.period is not None:
        codes = np.zeros(len(near), np.int32)
        columns = {"period": pa.DictionaryArray.from_arrays(codes, pa.array([year.period])), **columns}
    return pa.table(columns)


@trade_indicator(
    title="Density of the product space around a product",
    topic=TOPIC,
    unit="0..1, 1 = every related product is made here",
    range="[0, 1]",
    formula=r"\omega_{ck} = \sum_l M_{cl}\phi_{lk} / \sum_l \phi_{lk}",
    reference=PRODUCT_SPACE,
)
def density(
    flows: Flows, *, origin: Any = None, product: Any = None, threshold: float = 1.0, period: Any = None
) -> Answer:
    """How much of what is related to a product a region makes already.

    origin, product : rows wanted; the product space itself is always that of all regions and products.

    >>> flows = {"origin": ["A", "A", "B"], "product": ["p", "q", "q"], "value": [1.0, 1.0, 1.0]}
    >>> [round(row["density"], 4) for row in density(flows, origin="B", threshold=0.6).rows()]
    [0.3333, 0.6667]
    """

    def figures(year: _Year) -> tuple[pa.Table, list[str]]:
        found = numbers.density(year.M)
        return _by_both(year, origin, product, density=found), _masked(year)

    return _answer(flows, threshold, period, figures, origin=origin, product=product)


@trade_indicator(
    title="Complexity outlook index",
    topic=TOPIC,
    unit="standard deviations, 0 = mean of the regions",
    range="about -3 .. 3",
    formula=r"\mathrm{COI}_c \propto \sum_k \omega_{ck}(1 - M_{ck}) K_k",
    reference=ATLAS,
)
def coi(flows: Flows, *, threshold: float = 1.0, period: Any = None) -> Answer:
    """How much complexity is within reach of a region: density times complexity of the products it does not make.

    threshold, period, errors : as for `eci`.

    >>> flows = {"origin": list("AAABBC"), "product": list("pqrpqp"), "value": [1.0] * 6}
    >>> [round(row["coi"], 4) for row in coi(flows, threshold=0.5).rows()]
    [-1.2772, 1.1645, 0.1127]
    """

    def figures(year: _Year) -> tuple[pa.Table, list[str]]:
        solved, notes = _solved(year)
        return _by_region(year, coi=numbers.outlook(year.M, solved).coi), notes

    return _answer(flows, threshold, period, figures)


@trade_indicator(
    title="Complexity outlook gain",
    topic=TOPIC,
    unit="standard deviations of the regions' scores",
    range="real; 0 where the product is made already",
    formula=r"(1-M_{ck}) \sum_l (1-M_{cl}) \frac{\phi_{kl}}{\sum_m \phi_{lm}} K_l / \mathrm{sd}(K_c)",
    reference=ATLAS,
)
def cog(flows: Flows, *, origin: Any = None, product: Any = None, threshold: float = 1.0, period: Any = None) -> Answer:
    """How much a new product would bring a region nearer to other complex products.

    origin, product : rows wanted; the product space itself is always that of all regions and products.

    >>> flows = {"origin": list("AAABBC"), "product": list("pqrpqp"), "value": [1.0] * 6}
    >>> [round(row["cog"], 4) for row in cog(flows, origin="C", threshold=0.5).rows()]
    [0.0, 1.2676, 1.9699]
    """

    def figures(year: _Year) -> tuple[pa.Table, list[str]]:
        solved, notes = _solved(year)
        return _by_both(year, origin, product, cog=numbers.outlook(year.M, solved).cog), notes

    return _answer(flows, threshold, period, figures, origin=origin, product=product)


@trade_indicator(
    title="Rank of new products by nearness to what a region makes",
    topic=TOPIC,
    unit="rank, 1 = nearest",
    range=">= 1",
    formula=r"\mathrm{rank}_k\{\omega_{ck} : M_{ck} = 0\}",
    reference="Decreux and Spies 2016, Export Potential Assessments, ITC (product diversification: a rank, no dollars)",
)
def new_product_rank(flows: Flows, *, origin: Any = None, threshold: float = 1.0, period: Any = None) -> Answer:
    """Products a region does not yet export with advantage, nearest first; equal density gives equal rank.

    It is a rank and no forecast of sales: density says what is near, not what will pay.

    >>> flows = {"origin": ["A", "A", "B"], "product": ["p", "q", "q"], "value": [1.0, 1.0, 1.0]}
    >>> new_product_rank(flows, threshold=0.6).rows()
    [{'origin': 'B', 'product': 'p', 'density': 0.3333333333333333, 'new_product_rank': 1}]
    """

    def figures(year: _Year) -> tuple[pa.Table, list[str]]:
        asked = _among(year.regions, origin)
        near = numbers.density(year.M)[asked]
        near[year.M[asked]] = np.nan
        region, product = np.nonzero(~np.isnan(near))
        figures = near[region, product]
        rank = np.concatenate([_rank(row[~np.isnan(row)]) for row in near]) if len(near) else np.zeros(0, np.int64)
        order = np.lexsort((product, rank, region))
        labels = {
            "origin": (year.regions, asked[region[order]]),
            "product": (year.products, product[order]),
        }
        found = {"density": figures[order], "new_product_rank": rank[order]}
        return long(year.period, labels, found), _masked(year)

    return _answer(flows, threshold, period, figures, origin=origin)


def _rank(values: NDArray[np.float64]) -> NDArray[np.int64]:
    """1 for the largest; equal values (to 12 digits, past which is rounding) share the better rank."""
    rounded = np.sort(np.round(values, 12))
    return len(values) - np.searchsorted(rounded, np.round(values, 12), side="right") + 1
