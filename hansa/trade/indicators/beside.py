"""Side tables (GDP, production, exchange rates ...) laid beside flows: one value for each period and region."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from hansa.errors import UnitMismatch
from hansa.trade.flows import Flows
from hansa.trade.indicators.grid import said
from hansa.trade.indicators.panel import Scope
from hansa.trade.ratio import Array
from hansa.trade.side import SideTable

_SCALES = {"thousand": 1e3, "million": 1e6, "billion": 1e9, "trillion": 1e12}


def values_beside(side: SideTable, everything: Scope, *, by_product: bool = False) -> Array:
    """Values (periods, regions) or (periods, regions, products), NaN where the side table has none.

    A table without periods holds for all of them; regions, periods and products that the flows lack are left out.
    """
    table = side.to_arrow()
    axes: list[tuple[str, Sequence[Any]]] = [("region", everything.regions)]
    if "period" in table.column_names and everything.periods != [None]:
        axes.insert(0, ("period", everything.periods))
    if by_product:
        axes.append(("product", everything.products))
    known = [dict(zip(labels, range(len(labels)), strict=True)) for _, labels in axes]
    found = side.lookup(*(name for name, _ in axes))
    out = np.full(tuple(len(labels) for _, labels in axes), np.nan)
    for key, value in found.items():
        places = [names.get(label) for names, label in zip(known, key if len(axes) > 1 else (key,), strict=True)]
        if None not in places and value is not None:
            out[tuple(places)] = value
    if axes[0][0] != "period":
        out = np.broadcast_to(out, (len(everything.periods), *out.shape))
    return out


def money_beside(side: SideTable, flows: Flows, everything: Scope, *, by_product: bool = False) -> Array:
    """Values of money in the unit of the flows: the scale that the side table states is taken into account.

    Raises
    ------
    UnitMismatch : the side table states another currency.
    """
    words = side.unit.replace(",", " ").split()
    if words and len(words[0]) == 3 and words[0].isupper() and words[0] != flows.unit.currency:
        raise UnitMismatch(
            f"'{side.measure}' is in {side.unit} and the flows are in {flows.unit}. Convert one of them by name first."
        )
    scale = next((_SCALES[word] for word in words if word in _SCALES), 1.0)
    return values_beside(side, everything, by_product=by_product) * (scale / flows.unit.scale)


def lacking(side: SideTable, values: Array, everything: Scope, traded: Any) -> list[str]:
    """A note on regions that trade but have no value in the side table.

    traded : (periods, regions) True where a region has trade.
    """
    absent = np.isnan(values) & traded
    if not absent.any():
        return []
    names = [everything.regions[place] for place in np.flatnonzero(absent.any(0))]
    return [f"{len(names):,} region(s) have no '{side.measure}' in some period and no figure there: {said(names)}"]
