"""Where sales went when a market closed, and who replaced a supplier that was lost, over two counterfactuals."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from hansa.errors import DataError
from hansa.indicator import Answer
from hansa.trade.flows import Flows
from hansa.trade.indicators.declare import trade_indicator
from hansa.trade.indicators.grid import Grid, abroad, first_and_last, grid, grids, wanted
from hansa.trade.ratio import rest
from hansa.trade.redirection import Redirection, growth_of_others, redirect

__all__ = ["redirection", "supplier_replacement"]

NO_GROWTH, MARKET_GROWTH, CONSTANT_SHARES = "no growth", "growth of other suppliers", "constant shares"
ACCOUNTING = "accounting, not causation: what is called {what} may have risen for any other reason"


@trade_indicator(
    title="Redirection of exports from a market that closed",
    topic="Trade diversion",
    unit="unit of the flows",
    range=">= 0; lost = redirected + unreplaced",
    formula=r"R_k = \min(L_k, \sum_d E_{dk}), L_k = [x_{ck0}(1+g) - x_{ck1}]^+, E_{dk} = [x_{dk1} - x_{dk0}(1+g)]^+",
    reference="accounting of this observatory; it is no causation",
)
def redirection(
    flows: Flows,
    *,
    origin: Any,
    closed: Any,
    destination: Any = None,
    start: Any = None,
    end: Any = None,
    by: str | Sequence[str] = (),
) -> Answer:
    """How much of what an origin lost in closed markets it sold elsewhere: a range over two counterfactuals.

    The first counterfactual is no growth; in the second sales would have grown, in every market and product, as what
    the market bought from other suppliers. `redirected` is an upper bound: the same exporter and product sold more
    elsewhere, for whatever reason. `naive_rise`, the plain rise of sales to open markets, is neither of the two.

    origin : the exporter.
    closed : the market that closed, or several.
    destination : open markets to show, one or several; all by default. What was lost is then not shown.
    start, end : periods before and after; the first and the last at hand by default.
    by : detail of the rows: ``product``, ``destination``, or both. By destination nothing is said of what was lost: it
        was lost in the closed market.

    >>> flows = {"period": [2020, 2020, 2021, 2021], "origin": ["B"] * 4, "destination": ["C", "A"] * 2,
    ...          "product": ["p"] * 4, "value": [10.0, 5.0, 2.0, 9.0]}
    >>> row = redirection(flows, origin="B", closed="C").rows()[0]
    >>> row["lost"], row["redirected"], row["unreplaced"], row["new"]
    (8.0, 4.0, 4.0, 0.0)
    """
    detail = _detail(by, "destination")
    flows, notes = abroad(flows)
    imports = grid(flows, "destination", "product")
    first, last = first_and_last(flows, start, end)
    shut = _marked(imports.rows, closed, "destination")
    (own,) = (cells for _, cells in grids(flows, "origin", [_known(flows, "origin", origin)], "destination", "product"))
    sold = [own.onto(imports.rows, imports.columns, name) for name in (first, last)]
    elsewhere = [
        np.maximum(rest(imports.matrix(name), part), 0) for name, part in zip((first, last), sold, strict=True)
    ]
    market, unknown = growth_of_others(*elsewhere)
    shown = _marked(imports.rows, destination, "destination") & ~shut
    tables = []
    for name, growth in ((NO_GROWTH, np.zeros_like(market)), (MARKET_GROWTH, market)):
        found = redirect(sold[0], sold[1], shut, growth)
        tables.append(_rows(name, found, sold[1] - sold[0], shown, imports, "destination", detail, destination is None))
    notes.append(ACCOUNTING.format(what="redirected"))
    if count := int((unknown & ((sold[0] > 0) | (sold[1] > 0))).sum()):
        notes.append(
            f"{count:,} market x product cells had no other supplier at the start: the growth of others is unknown "
            "there, and 0 is taken"
        )
    meta = {
        "origin": origin,
        "closed": closed,
        "counterfactuals": (NO_GROWTH, MARKET_GROWTH),
        "start": first,
        "end": last,
    }
    return Answer(_dated(tables, first, last), notes, meta, unit=str(flows.unit))


@trade_indicator(
    title="Replacement of a supplier that was lost",
    topic="Trade diversion",
    unit="unit of the flows",
    range=">= 0; lost = replaced + unreplaced",
    formula=r"R_k = \min(L_k, \sum_o E_{ok}), L_k = [x_{lk0}(1+g) - x_{lk1}]^+, E_{ok} = [x_{ok1} - x_{ok0}(1+g)]^+",
    reference="accounting of this observatory; it is no causation",
)
def supplier_replacement(
    flows: Flows,
    *,
    destination: Any,
    lost: Any,
    origin: Any = None,
    start: Any = None,
    end: Any = None,
    by: str | Sequence[str] = (),
) -> Answer:
    """Who replaced a supplier from which a destination buys less: a range over two counterfactuals.

    The first counterfactual is no growth. In the second every supplier would have kept its share of what the
    destination imports of a product: there the losses of some equal the gains of others, and all is replaced.
    `replaced` is an upper bound: the same product, more of it bought from another supplier, for whatever reason.
    `naive_rise` is the plain rise of purchases from the other suppliers.

    destination : the importer; for a bloc, regroup the flows first.
    lost : the supplier that was lost, or several.
    origin : other suppliers to show, one or several; all by default. What was lost is then not shown.
    start, end : periods before and after; the first and the last at hand by default.
    by : detail of the rows: ``product``, ``origin``, or both.

    >>> flows = {"period": [2020, 2020, 2021, 2021], "origin": ["B", "K"] * 2, "destination": ["E"] * 4,
    ...          "product": ["p"] * 4, "value": [10.0, 2.0, 4.0, 7.0]}
    >>> row = supplier_replacement(flows, destination="E", lost="B").rows()[0]
    >>> row["lost"], row["replaced"], row["unreplaced"], row["new"]
    (6.0, 5.0, 1.0, 0.0)
    """
    detail = _detail(by, "origin")
    flows, notes = abroad(flows)
    exports = grid(flows, "origin", "product")
    first, last = first_and_last(flows, start, end)
    gone = _marked(exports.rows, lost, "origin")
    buyer = _known(flows, "destination", destination)
    (own,) = (cells for _, cells in grids(flows, "destination", [buyer], "origin", "product"))
    bought = [own.onto(exports.rows, exports.columns, name) for name in (first, last)]
    demand, _ = growth_of_others(*(purchases.sum(0, keepdims=True) for purchases in bought))
    shown = _marked(exports.rows, origin, "origin") & ~gone
    tables = []
    for name, growth in ((NO_GROWTH, np.zeros_like(demand)), (CONSTANT_SHARES, demand)):
        found = redirect(bought[0], bought[1], gone, growth)
        rows = _rows(name, found, bought[1] - bought[0], shown, exports, "origin", detail, origin is None)
        tables.append(rows.rename_columns(["replaced" if name == "redirected" else name for name in rows.column_names]))
    notes.append(ACCOUNTING.format(what="replaced"))
    meta = {
        "destination": destination,
        "lost": lost,
        "counterfactuals": (NO_GROWTH, CONSTANT_SHARES),
        "start": first,
        "end": last,
    }
    return Answer(_dated(tables, first, last), notes, meta, unit=str(flows.unit))


def _detail(by: str | Sequence[str], partner: str) -> tuple[str, ...]:
    detail = (by,) if isinstance(by, str) else tuple(by)
    if strange := set(detail) - {"product", partner}:
        raise DataError(
            f"by={sorted(strange)} is unknown; the rows may be split by 'product', by {partner!r}, or both."
        )
    return detail


def _marked(labels: Sequence[Any], chosen: Any, kind: str) -> NDArray[np.bool_]:
    marked = np.zeros(len(labels), bool)
    marked[wanted(labels, chosen, kind)] = True
    return marked


def _dated(tables: list[pa.Table], first: str, last: str) -> pa.Table:
    table = pa.concat_tables(tables)
    table = table.add_column(0, "period", pa.repeat(last, table.num_rows))
    return table.add_column(1, "start", pa.repeat(first, table.num_rows))


def _known(flows: Flows, column: str, code: Any) -> Any:
    if not isinstance(code, str) and isinstance(code, Iterable):
        raise DataError(f"This is counted for one {column} at a time; to take several as one, regroup the flows first.")
    there = flows.totals(column)[column].to_pylist()
    return there[wanted(there, code, column)[0]]


def _rows(
    name: str,
    found: Redirection,
    rise: NDArray[np.float64],
    shown: NDArray[np.bool_],
    cells: Grid,
    partner: str,
    detail: Sequence[str],
    whole: bool,
) -> pa.Table:
    """One counterfactual at the detail asked for; rows in which nothing happens are left out."""
    axes = tuple(axis for axis, column in enumerate((partner, "product")) if column not in detail)
    by_market = {
        "naive_rise": rise[shown].sum(axes),
        "excess": found.excess[shown].sum(axes),
        "new": found.new[shown].sum(axes),
        "redirected": found.redirected[shown].sum(axes),
    }
    figures = dict(by_market)
    if partner not in detail and whole:
        of_product = {"lost": found.lost, "unreplaced": found.unreplaced}
        lost = {term: values if "product" in detail else values.sum() for term, values in of_product.items()}
        figures = {"naive_rise": by_market["naive_rise"], **lost, **by_market}
        figures["redirected"] = figures.pop("redirected")
    flat = {term: np.atleast_1d(values).ravel() for term, values in figures.items()}
    kept = np.any([values != 0 for values in flat.values()], axis=0) if detail else np.ones(1, bool)
    labels = dict(_labels(shown, cells, partner, detail))
    columns: dict[str, Any] = {"counterfactual": [name] * int(kept.sum())}
    columns |= {column: pa.array(values).filter(pa.array(kept)) for column, values in labels.items()}
    return pa.table(columns | {term: values[kept] for term, values in flat.items()})


def _labels(
    shown: NDArray[np.bool_], cells: Grid, partner: str, detail: Sequence[str]
) -> Iterator[tuple[str, list[Any]]]:
    partners = [label for label, here in zip(cells.rows, shown, strict=True) if here]
    products = cells.columns
    if partner in detail:
        yield partner, [one for one in partners for _ in (products if "product" in detail else [0])]
    if "product" in detail:
        yield "product", list(products) * (len(partners) if partner in detail else 1)
