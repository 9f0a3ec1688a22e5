"""The place of a partner among the partners of a region."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hansa.errors import DataError
from hansa.indicator import Answer
from hansa.trade.flows import Flows
from hansa.trade.indicators.declare import trade_indicator
from hansa.trade.indicators.grid import long, said, several
from hansa.trade.indicators.panel import answer, bloc_members, pairs, together
from hansa.trade.ranking import ranking
from hansa.trade.ratio import Array, traded_along

__all__ = ["partner_rank"]

OF = ("turnover", "exports", "imports")


@trade_indicator(
    title="Rank of a partner",
    topic="Trade performance",
    unit="place, 1 = largest",
    range="1 .. number of partners",
    formula=r"1 + |\{l : v_{il} > v_{ij}\}|,\quad v_{ij} = x_{ij} + x_{ji}",
    reference="Competition ranking (1, 2, 2, 4); values as in United Nations 2011, IMTS 2010",
)
def partner_rank(flows: Flows, *, of: str = "turnover", population: str | Iterable[Any] = "all") -> Answer:
    """Where each partner stands among the partners of each region, with ties and the distance to its neighbours.

    Columns: the value ranked; its distance to the next larger (`gap_above`) and next smaller value (`gap_below`); how
    many others have the same value (`ties`); how many are ranked (`population`); the rank.

    of : ``turnover``, ``exports`` (of the region to the partner) or ``imports`` (of the region from the partner).
    population : who is ranked. ``all``: every partner with trade. A list of regions, or the name of a bloc (``"CIS"``):
        all of these, also those without trade (0).

    >>> flows = {"origin": ["A", "A", "B"], "destination": ["B", "C", "A"], "value": [3.0, 5.0, 4.0]}
    >>> partner_rank(flows, region="A", partner="B").rows()
    [{'region': 'A', 'partner': 'B', 'turnover': 7.0, 'gap_above': None, 'gap_below': 2.0, 'ties': 0, 'population': 2,
      'partner_rank': 1}]
    """
    if of not in OF:
        raise DataError(f"Partners are ranked by {said(OF)}, not by {of!r}.")
    chosen = population if isinstance(population, str) else several(population)
    code = pairs(flows)
    regions, notes, blocks = code.labels[0], list(code.notes), []
    for period, (x,) in together(code):
        values = {"turnover": x + x.T, "exports": x, "imports": x.T}[of]
        if chosen == "all":
            ranked = values > 0
        else:
            members, more = bloc_members(chosen, period, regions)
            notes += more
            ranked = np.broadcast_to(members, x.shape) & (traded_along(x, 1) | traded_along(x, 0))[:, None]
        blocks.append(_ranks(period, regions, values, ranked & ~np.eye(len(regions), dtype=bool), of))
    who = "every partner with trade" if chosen == "all" else chosen if isinstance(chosen, str) else said(chosen)
    return answer(blocks, notes, of=of, population=who)


def _ranks(period: str | None, regions: Any, values: Array, ranked: NDArray[np.bool_], of: str) -> Any:
    found = [ranking(np.where(ranked[row], values[row], np.nan)) for row in range(len(regions))]
    region, partner = np.nonzero(ranked)
    figures: dict[str, Any] = {of: values[region, partner]}
    for name, attribute in (("gap_above", "above"), ("gap_below", "below"), ("ties", "ties")):
        figures[name] = np.array([getattr(one, attribute) for one in found]).reshape(values.shape)[region, partner]
    figures["population"] = np.array([one.population for one in found], np.int64)[region]
    ranks = np.array([one.rank for one in found]).reshape(values.shape)
    figures["partner_rank"] = ranks[region, partner].astype(np.int64)
    return long(period, {"region": (regions, region), "partner": (regions, partner)}, figures)
