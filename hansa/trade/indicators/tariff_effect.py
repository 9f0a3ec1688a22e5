"""What a tariff change does in one market: trade created and diverted (SMART, partial equilibrium)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from hansa import tables
from hansa.errors import DataError, MissingTable
from hansa.indicator import Answer
from hansa.trade.flows import Flows
from hansa.trade.indicators.beside import values_beside
from hansa.trade.indicators.declare import trade_indicator
from hansa.trade.indicators.grid import abroad, grid, long, said, wanted
from hansa.trade.indicators.panel import Scope
from hansa.trade.partial_equilibrium import smart
from hansa.trade.ratio import Array
from hansa.trade.side import SideTable, as_side

__all__ = ["tariff_creation_diversion"]


@trade_indicator(
    title="Trade creation and diversion of a tariff change (SMART)",
    topic="Trade diversion",
    unit="unit of the flows",
    range="real; diversion sums to zero over all suppliers",
    formula=r"M\eta\frac{t_0-t_1}{1+t_0} + \frac{M M_o\sigma|\rho|}{M+M_o+M\sigma|\rho|}, \rho = \frac{1+t_1}{1+t_0}-1",
    reference="Laird and Yeats 1986, UNCTAD; Jammes and Olarreaga 2005",
    needs=("tariff",),
)
def tariff_creation_diversion(
    flows: Flows,
    *,
    origin: Any,
    destination: Any,
    demand_elasticity: float,
    tariff: Any = None,
    new_tariff: float = 0.0,
    substitution: float = 1.5,
    product: Any = None,
    period: Any = None,
) -> Answer:
    """The gain of one origin in one market, product by product, when its tariff there changes.

    A partial equilibrium: one market, given prices (infinitely elastic supply), nobody answers. `diversion` is what
    other suppliers lose; `creation` is new demand.

    origin, destination : the supplier whose tariff changes, and the market.
    demand_elasticity : of imports, as a size (1.25 means -1.25); there is no default, since it differs by product.
    tariff : today's, as a share: one figure, or a side table with columns region (the market), product, and partner
        where tariffs differ by supplier, and period where they differ by period.
    new_tariff : as a share.
    substitution : elasticity between suppliers; 1.5 is the usual default.

    >>> flows = {"origin": ["A", "O"], "destination": ["J", "J"], "product": ["p", "p"], "value": [100.0, 300.0]}
    >>> found = tariff_creation_diversion(flows, origin="A", destination="J", demand_elasticity=1.25, tariff=0.1)
    >>> round(found.value(), 6)
    21.253746
    """
    if origin == destination:
        raise DataError(f"{origin!r} levies no tariff on itself; name two regions.")
    flows, notes = abroad(flows)
    for name, one in (("origin", origin), ("destination", destination)):
        wanted(flows.totals(name)[name].to_pylist(), one, name)
    cells = grid(flows.where(destination=destination), "origin", "product", period=period)
    wanted(cells.rows, origin, f"origin of the imports of {destination!r}")
    asked = wanted(cells.columns, product, "product")
    products = [cells.columns[place] for place in asked]
    rates = _rates(tariff, origin, destination, products, cells.periods)
    seller = cells.rows.index(origin)
    parts, lacking = [], np.zeros(len(products), bool)
    for when, rate in zip(cells.periods, rates, strict=True):
        imports = cells.matrix(when)[:, asked]
        others = imports.sum(0) - imports[seller]
        effect = smart(imports[seller], others, rate, new_tariff, (demand_elasticity, substitution))
        sold = imports[seller] > 0
        lacking |= sold & np.isnan(rate)
        figures = {
            "imports": imports[seller],
            "others": others,
            "tariff": rate,
            "creation": effect.creation,
            "diversion": effect.diversion,
            "tariff_creation_diversion": effect.total,
        }
        here = np.flatnonzero(sold)
        parts.append(long(when, {"product": (products, here)}, {term: x[here] for term, x in figures.items()}))
    if missing := [name for name, lacks in zip(products, lacking, strict=True) if lacks]:
        notes.append(
            f"{len(missing):,} of {len(asked):,} products have no tariff in the table"
            f"{' for some period' if len(cells.periods) > 1 else ''} and no figure: {said(missing)}"
        )
    meta = {
        "demand_elasticity": demand_elasticity,
        "substitution": substitution,
        "supply_elasticity": "infinite",
        "new_tariff": new_tariff,
    }
    provenance = tariff.provenance if isinstance(tariff, SideTable) else None
    return Answer(pa.concat_tables(parts), notes, meta, unit=str(flows.unit), provenance=provenance)


def _rates(tariff: Any, origin: Any, destination: Any, products: list[Any], when: Sequence[str | None]) -> Array:
    """Today's tariff, (periods, products); NaN where the table has none."""
    if isinstance(tariff, int | float):
        return np.full((len(when), len(products)), float(tariff))
    side = as_side(tariff, "tariff").where(region=destination)
    if "partner" in side.columns:
        side = side.where(partner=origin)
    if not tables.collect(side.table.head(1)).num_rows:
        raise MissingTable("tariff", f"it has no row for imports of {destination!r} from {origin!r}")
    by_product = "product" in side.columns
    found = values_beside(side, Scope([destination], products, list(when)), by_product=by_product)
    return found[:, 0] if by_product else np.repeat(found, len(products), axis=1)
