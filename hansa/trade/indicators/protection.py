"""Protection: tariffs and other measures at the border, where a table of them is given."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from hansa import dense, tables
from hansa.errors import DataError
from hansa.indicator import Answer
from hansa.tables import Column, Schema
from hansa.trade import protection
from hansa.trade.flows import Flows
from hansa.trade.indicators.declare import trade_indicator
from hansa.trade.indicators.grid import said
from hansa.trade.indicators.panel import answer, block, imports, need, part, scope
from hansa.trade.ratio import Array, ratio
from hansa.trade.side import SideTable, as_side

__all__ = [
    "effective_protection",
    "ntm_coverage",
    "ntm_frequency",
    "tariff_average",
    "tariff_dispersion",
    "tariff_weighted",
]

TOPIC = "Protection"
GUIDE = "UNCTAD and WTO 2012, A Practical Guide to Trade Policy Analysis, chapter 2"
INPUT_SHARES = Schema(
    "input shares",
    (
        Column("product", aliases=("output",)),
        Column("input"),
        Column("value", "number", aliases=("share",)),
    ),
)


@dataclass(frozen=True)
class _Lines:
    """Lines of a side table in one period: value, imports and region (as a position) of each line.

    all_imports : of each region, of all products (and, where lines tell partners apart, from all of them).
    """

    period: str | None
    regions: list[Any]
    group: NDArray[np.int64]
    value: Array
    imports: Array
    all_imports: Array


def _lines(flows: Flows, side: SideTable) -> Iterator[_Lines]:
    """The lines of every period of the flows, with what was imported under each (0 where nothing was)."""
    need(flows, "destination", "product")
    table = side.to_arrow()
    if "product" not in table.column_names:
        raise DataError(f"The side table '{side.measure}' has no column 'product', by which its lines are told apart.")
    named = {"region": "destination", "partner": "origin", "product": "product"}
    keys = [key for key in named if key in table.column_names]
    labels = [dense.labels(table, key) for key in keys]
    shape = tuple(map(len, labels))
    line = np.ravel_multi_index(
        [dense.positions(table[key], known, key) for key, known in zip(keys, labels, strict=True)], shape
    )
    here = [region for region in scope(flows).regions if region in set(labels[0])]
    code = part(flows, tuple(named[key] for key in keys), destination=here) if "partner" in keys else imports(flows)
    # where each label of the flows stands among those of the table; -1 where it does not
    among = [_among(known, listed) for known, listed in zip(code.labels, labels, strict=True)]
    for bought in code.periods:
        rows = np.arange(len(line))
        if "period" in table.column_names and bought.name:
            rows = np.flatnonzero(pc.equal(table["period"], bought.name).to_numpy())
        if not len(rows):
            continue
        rows = rows[np.argsort(line[rows], kind="stable")]
        _refuse_twice(table, rows[:-1][np.diff(line[rows]) == 0], keys, side.measure)
        places = [where[place] for where, place in zip(among, bought.places, strict=True)]
        listed = np.all([place >= 0 for place in places], axis=0)
        met = np.ravel_multi_index([place[listed] for place in places], shape)
        place = np.minimum(np.searchsorted(line[rows], met), len(rows) - 1)
        hit = line[rows][place] == met
        under = np.zeros(len(rows))
        under[place[hit]] = bought.values[listed][hit]
        ours = places[0] >= 0
        total = np.asarray(np.bincount(places[0][ours], bought.values[ours], len(labels[0])), float)
        group = np.unravel_index(line[rows], shape)[0]
        yield _Lines(bought.name, labels[0], group, table["value"].to_numpy()[rows], under, total)


def _among(known: Sequence[Any], listed: Sequence[Any]) -> NDArray[np.int64]:
    place = {label: number for number, label in enumerate(listed)}
    return np.array([place.get(label, -1) for label in known], np.int64)


def _refuse_twice(table: pa.Table, rows: NDArray[np.int64], keys: list[str], measure: str) -> None:
    if len(rows):
        line = table.select(keys).take(pa.array(rows[:1])).to_pylist()[0]
        raise DataError(
            f"The side table '{measure}' has more than one row for {len(rows):,} line(s), e.g. "
            f"{', '.join(map(repr, line.values()))}. Keep one row for each."
        )


def _by_region(flows: Flows, side: SideTable, figures: Callable[[_Lines], Mapping[str, Any]]) -> Answer:
    blocks = [_at_hand(lines, figures(lines)) for lines in _lines(flows, side)]
    if not blocks:
        raise DataError(f"The side table '{side.measure}' has no rows for the periods of the flows.")
    unit = side.unit or None
    return answer(blocks, side.notes, provenance=side.provenance, unit=unit)


def _at_hand(lines: _Lines, figures: Mapping[str, Any]) -> pa.Table:
    """Rows of the regions that have a line in the period."""
    kept = np.unique(lines.group)
    return block(
        lines.period,
        {"destination": (lines.regions, kept)},
        {name: np.asarray(values)[kept] for name, values in figures.items()},
    )


def _averages(lines: _Lines) -> protection.Tariffs:
    return protection.averages(lines.value, lines.imports, lines.group)


@trade_indicator(
    title="Average tariff, simple",
    topic=TOPIC,
    unit="as in the tariff table (share of value)",
    range="0 ..",
    formula=r"\bar t = \tfrac1K\sum_k t_k",
    reference=GUIDE,
    needs=("tariff",),
)
def tariff_average(flows: Flows, *, tariff: Any) -> Answer:
    """The mean of all tariff lines, traded or not. Columns: number of lines, the mean.

    tariff : by region (importer) and product, by partner and period where there are any.

    >>> flows = {"origin": ["B", "B"], "destination": ["A", "A"], "product": ["p", "q"], "value": [3.0, 1.0]}
    >>> tariff = {"region": ["A", "A"], "product": ["p", "q"], "value": [0.0, 0.1]}
    >>> tariff_average(flows, tariff=tariff).rows()
    [{'destination': 'A', 'lines': 2, 'tariff_average': 0.05}]
    """

    def figures(lines: _Lines) -> Mapping[str, Any]:
        return {"lines": np.bincount(lines.group), "tariff_average": _averages(lines).simple}

    return _by_region(flows, as_side(tariff, "tariff"), figures)


@trade_indicator(
    title="Average tariff, weighted by imports",
    topic=TOPIC,
    unit="as in the tariff table (share of value)",
    range="0 ..",
    formula=r"\sum_k t_k M_k / \sum_k M_k",
    reference=GUIDE,
    needs=("tariff",),
)
def tariff_weighted(flows: Flows, *, tariff: Any) -> Answer:
    """The mean of tariff lines weighted by imports; a tariff that keeps everything out has no weight.

    Columns: the share of imports for which the table has a line, the mean.

    tariff : by region (importer) and product, by partner and period where there are any.

    >>> flows = {"origin": ["B", "B"], "destination": ["A", "A"], "product": ["p", "q"], "value": [3.0, 1.0]}
    >>> tariff = {"region": ["A", "A"], "product": ["p", "q"], "value": [0.0, 0.1]}
    >>> tariff_weighted(flows, tariff=tariff).rows()
    [{'destination': 'A', 'imports_covered': 1.0, 'tariff_weighted': 0.025}]
    """

    def figures(lines: _Lines) -> Mapping[str, Any]:
        covered = np.bincount(lines.group, lines.imports, len(lines.regions))
        return {"imports_covered": ratio(covered, lines.all_imports), "tariff_weighted": _averages(lines).weighted}

    return _by_region(flows, as_side(tariff, "tariff"), figures)


@trade_indicator(
    title="Dispersion of tariffs",
    topic=TOPIC,
    unit="as in the tariff table (share of value)",
    range="0 ..",
    formula=r"\sigma = \sqrt{\tfrac1K\sum_k (t_k - \bar t)^2};\ \sigma/\bar t",
    reference=GUIDE,
    needs=("tariff",),
)
def tariff_dispersion(flows: Flows, *, tariff: Any) -> Answer:
    """How unequal tariffs are. Columns: the coefficient of variation, and the (population) standard deviation.

    tariff : by region (importer) and product, by partner and period where there are any.

    >>> flows = {"origin": ["B", "B"], "destination": ["A", "A"], "product": ["p", "q"], "value": [3.0, 1.0]}
    >>> tariff = {"region": ["A", "A"], "product": ["p", "q"], "value": [0.0, 0.5]}
    >>> tariff_dispersion(flows, tariff=tariff).rows()
    [{'destination': 'A', 'variation': 1.0, 'tariff_dispersion': 0.25}]
    """

    def figures(lines: _Lines) -> Mapping[str, Any]:
        found = _averages(lines)
        return {"variation": found.variation, "tariff_dispersion": found.spread}

    return _by_region(flows, as_side(tariff, "tariff"), figures)


@trade_indicator(
    title="Coverage by non-tariff measures",
    topic=TOPIC,
    unit="share of imports",
    range="0 .. 1",
    formula=r"\sum_k D_k M_k / \sum_k M_k",
    reference=GUIDE,
    needs=("ntm",),
)
def ntm_coverage(flows: Flows, *, ntm: Any) -> Answer:
    """What part of imports falls under a non-tariff measure; of the products in the table.

    ntm : 1 where a measure applies, else 0; by region (importer) and product, partner and period where there are any.

    >>> flows = {"origin": ["B", "B"], "destination": ["A", "A"], "product": ["p", "q"], "value": [3.0, 1.0]}
    >>> ntm_coverage(flows, ntm={"region": ["A", "A"], "product": ["p", "q"], "value": [1, 0]}).value()
    0.75
    """

    def figures(lines: _Lines) -> Mapping[str, Any]:
        return {"ntm_coverage": protection.measures(lines.value, lines.imports, lines.group).coverage}

    return _by_region(flows, _measures(ntm), figures)


@trade_indicator(
    title="Frequency of non-tariff measures",
    topic=TOPIC,
    unit="share of imported products",
    range="0 .. 1",
    formula=r"\sum_k D_k I_k / \sum_k I_k,\ I_k = 1[M_k > 0]",
    reference=GUIDE,
    needs=("ntm",),
)
def ntm_frequency(flows: Flows, *, ntm: Any) -> Answer:
    """What part of the products imported falls under a non-tariff measure; of the products in the table.

    ntm : 1 where a measure applies, else 0; by region (importer) and product, partner and period where there are any.

    >>> flows = {"origin": ["B", "B"], "destination": ["A", "A"], "product": ["p", "q"], "value": [3.0, 1.0]}
    >>> ntm_frequency(flows, ntm={"region": ["A", "A"], "product": ["p", "q"], "value": [1, 0]}).value()
    0.5
    """

    def figures(lines: _Lines) -> Mapping[str, Any]:
        return {"ntm_frequency": protection.measures(lines.value, lines.imports, lines.group).frequency}

    return _by_region(flows, _measures(ntm), figures)


def _measures(ntm: Any) -> SideTable:
    side = as_side(ntm, "ntm")
    values = pc.unique(side.to_arrow()["value"]).to_pylist()
    if strange := [value for value in values if value not in (0.0, 1.0)]:
        raise DataError(
            f"A table of non-tariff measures says 1 (applies) or 0, not {said(strange, 3)}.", column="value"
        )
    return side


@trade_indicator(
    title="Effective rate of protection",
    topic=TOPIC,
    unit="as in the tariff table, on value added",
    range="real numbers",
    formula=r"\frac{t_o - \sum_i a_i t_i}{1 - \sum_i a_i}",
    reference="Corden 1966, Journal of Political Economy 74",
    needs=("tariff", "input_share"),
)
def effective_protection(flows: Flows, *, tariff: Any, input_share: Any) -> Answer:
    """What tariffs on a product and on its inputs add to the value added in making it; of the tariff table alone.

    Columns: the tariff on the output, the share of inputs in its value, the effective rate. Null where inputs are worth
    as much as the output.

    tariff : by region (importer) and product, by period where there is one.
    input_share : what part of the value of a product each input is: columns product, input and value.

    >>> flows = {"origin": ["B"], "destination": ["A"], "product": ["p"], "value": [1.0]}
    >>> tariff = {"region": ["A", "A"], "product": ["p", "q"], "value": [0.25, 0.125]}
    >>> inputs = {"product": ["p"], "input": ["q"], "value": [0.5]}
    >>> effective_protection(flows, tariff=tariff, input_share=inputs).rows()
    [{'destination': 'A', 'product': 'p', 'tariff': 0.25, 'inputs': 0.5, 'effective_protection': 0.375}]
    """
    side, shares = as_side(tariff, "tariff"), _input_shares(input_share)
    if "partner" in side.columns:
        raise DataError(
            "Effective protection needs one tariff for a region and product: take one partner with where()."
        )
    timed = ["period"] if "period" in side.columns else []
    named = {*shares, *(name for used in shares.values() for name in used)}
    rates = side.where(product=list(named)).lookup(*timed, "region", "product")
    rows: dict[str, list[Any]] = {
        name: [] for name in (*timed, "destination", "product", "tariff", "inputs", "effective_protection")
    }
    for key, rate in sorted(rates.items()):
        product = key[-1]
        if product not in shares:
            continue
        used = shares[product]
        if lacking := [name for name in used if (*key[:-1], name) not in rates]:
            raise DataError(
                f"There is no tariff on {said(lacking, 3)}, an input of {product!r}, in {key[-2]}. Add it to the table."
            )
        a = np.array(list(used.values()))
        t = np.array([rates[(*key[:-1], name)] for name in used])
        worth = a.sum() < 1
        figures = [rate, float(a.sum()), protection.effective_rate(rate, t, a) if worth else None]
        for name, value in zip(rows, [*key, *figures], strict=True):
            rows[name].append(value)
    if not rows["product"]:
        raise DataError(f"None of the products with input shares ({said(shares, 3)}) has a tariff in the table.")
    return answer([pa.table(rows)], side.notes, provenance=side.provenance, unit=side.unit or None)


def _input_shares(data: Any) -> dict[Any, dict[Any, float]]:
    """For each product, its inputs and their shares in its value."""
    table = tables.collect(INPUT_SHARES.take(data))
    found: dict[Any, dict[Any, float]] = {}
    for product, name, value in zip(
        *(table[column].to_pylist() for column in ("product", "input", "value")), strict=True
    ):
        if name in found.setdefault(product, {}):
            raise DataError(f"The input shares have two rows for {name!r} in {product!r}. Keep one.")
        found[product][name] = value
    return found
