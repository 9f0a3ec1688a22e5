"""Where sales went when a market closed: lost, redirected, unreplaced, new, over two counterfactuals."""

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
from hansa.trade.redirection import Redirection, growth_of_others, redirect

__all__ = ["redirection"]

NO_GROWTH, MARKET_GROWTH = "no growth", "growth of other suppliers"


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
    detail = (by,) if isinstance(by, str) else tuple(by)
    if strange := set(detail) - {"product", "destination"}:
        raise DataError(
            f"by={sorted(strange)} is unknown; the rows may be split by 'product', by 'destination', or both."
        )
    flows, notes = abroad(flows)
    imports = grid(flows, "destination", "product")
    first, last = first_and_last(flows, start, end)
    shut = np.zeros(len(imports.rows), bool)
    shut[wanted(imports.rows, closed, "destination")] = True
    (own,) = (cells for _, cells in grids(flows, "origin", [_known(flows, origin)], "destination", "product"))
    sold = [own.onto(imports.rows, imports.columns, name) for name in (first, last)]
    elsewhere = [np.maximum(imports.matrix(name) - part, 0) for name, part in zip((first, last), sold, strict=True)]
    market, unknown = growth_of_others(*elsewhere)
    shown = np.zeros(len(imports.rows), bool)
    shown[wanted(imports.rows, destination, "destination")] = True
    tables = []
    for name, growth in ((NO_GROWTH, np.zeros_like(market)), (MARKET_GROWTH, market)):
        found = redirect(sold[0], sold[1], shut, growth)
        tables.append(_rows(name, found, sold[1] - sold[0], shown & ~shut, imports, detail, destination is None))
    table = pa.concat_tables(tables)
    table = table.add_column(0, "period", pa.repeat(last, table.num_rows)).add_column(
        1, "start", pa.repeat(first, table.num_rows)
    )
    notes.append("accounting, not causation: what is called redirected may have risen for any other reason")
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
    return Answer(table, notes, meta, unit=str(flows.unit))


def _known(flows: Flows, origin: Any) -> Any:
    if not isinstance(origin, str) and isinstance(origin, Iterable):
        raise DataError(
            "Redirection is counted for one origin at a time; to take several as one, regroup the flows first."
        )
    sellers = flows.totals("origin")["origin"].to_pylist()
    return sellers[wanted(sellers, origin, "origin")[0]]


def _rows(
    name: str,
    found: Redirection,
    rise: NDArray[np.float64],
    shown: NDArray[np.bool_],
    cells: Grid,
    detail: Sequence[str],
    whole: bool,
) -> pa.Table:
    """One counterfactual at the detail asked for; rows in which nothing happens are left out."""
    axes = tuple(axis for axis, column in enumerate(("destination", "product")) if column not in detail)
    by_market = {
        "naive_rise": rise[shown].sum(axes),
        "excess": found.excess[shown].sum(axes),
        "new": found.new[shown].sum(axes),
        "redirected": found.redirected[shown].sum(axes),
    }
    figures = dict(by_market)
    if "destination" not in detail and whole:
        of_product = {"lost": found.lost, "unreplaced": found.unreplaced}
        lost = {term: values if "product" in detail else values.sum() for term, values in of_product.items()}
        figures = {"naive_rise": by_market["naive_rise"], **lost, **by_market}
        figures["redirected"] = figures.pop("redirected")
    flat = {term: np.atleast_1d(values).ravel() for term, values in figures.items()}
    kept = np.any([values != 0 for values in flat.values()], axis=0) if detail else np.ones(1, bool)
    labels = dict(_labels(shown, cells, detail))
    columns: dict[str, Any] = {"counterfactual": [name] * int(kept.sum())}
    columns |= {column: pa.array(values).filter(pa.array(kept)) for column, values in labels.items()}
    return pa.table(columns | {term: values[kept] for term, values in flat.items()})


def _labels(shown: NDArray[np.bool_], cells: Grid, detail: Sequence[str]) -> Iterator[tuple[str, list[Any]]]:
    markets = [label for label, here in zip(cells.rows, shown, strict=True) if here]
    products = cells.columns
    if "destination" in detail:
        yield "destination", [market for market in markets for _ in (products if "product" in detail else [0])]
    if "product" in detail:
        yield "product", list(products) * (len(markets) if "destination" in detail else 1)
