"""Direction of trade: with whom, and whether more than size explains.

The handbook of UN ESCAP (Mikic and Gilbert 2009) also names a "size adjusted regional export share". Its formula could
not be verified, and the two readings at hand differ (the regional share over the bloc's share in world trade, or over
the number of members), so nothing is offered under that name. `bloc_intensity` answers the question it asks.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from hansa.indicator import Answer
from hansa.trade import intensity
from hansa.trade.flows import Flows
from hansa.trade.indicators.complementarity import pair_rows
from hansa.trade.indicators.declare import trade_indicator
from hansa.trade.indicators.grid import long
from hansa.trade.indicators.panel import answer, pairs, scope, together, world_of
from hansa.trade.ratio import ratio, traded_along

__all__ = ["export_share", "import_share", "relative_trade_intensity", "trade_intensity", "trade_share"]

TOPIC = "Direction of trade"
HANDBOOK = "Mikic and Gilbert 2009, Trade Statistics in Policymaking (UN ESCAP)"


@trade_indicator(
    title="Export share of a partner",
    topic=TOPIC,
    unit="share of the origin's exports",
    range="0 .. 1",
    formula=r"x_{ij} / X_i",
    reference=HANDBOOK,
)
def export_share(flows: Flows) -> Answer:
    """What part of the origin's exports goes to the destination.

    >>> flows = {"origin": ["A", "A"], "destination": ["B", "C"], "value": [3.0, 1.0]}
    >>> export_share(flows, origin="A", destination="B").value()
    0.75
    """
    code = pairs(flows)
    blocks = [
        pair_rows(flows, period, {"export_share": ratio(x, x.sum(1, keepdims=True))}, x > 0)
        for period, (x,) in together(code)
    ]
    return answer(blocks, code.notes)


@trade_indicator(
    title="Import share of a partner",
    topic=TOPIC,
    unit="share of the destination's imports",
    range="0 .. 1",
    formula=r"x_{ij} / M_j",
    reference=HANDBOOK,
)
def import_share(flows: Flows) -> Answer:
    """What part of the destination's imports comes from the origin.

    >>> flows = {"origin": ["A", "C"], "destination": ["B", "B"], "value": [3.0, 1.0]}
    >>> import_share(flows, origin="A", destination="B").value()
    0.75
    """
    code = pairs(flows)
    blocks = [pair_rows(flows, period, {"import_share": ratio(x, x.sum(0))}, x > 0) for period, (x,) in together(code)]
    return answer(blocks, code.notes)


@trade_indicator(
    title="Trade share of a partner",
    topic=TOPIC,
    unit="share of the region's exports and imports",
    range="0 .. 1",
    formula=r"(x_{ij} + x_{ji}) / (X_i + M_i)",
    reference=HANDBOOK,
)
def trade_share(flows: Flows) -> Answer:
    """What part of a region's turnover is with the partner.

    >>> flows = {"origin": ["A", "B", "C"], "destination": ["B", "A", "A"], "value": [2.0, 1.0, 1.0]}
    >>> trade_share(flows, region="A", partner="B").value()
    0.75
    """
    code = pairs(flows)
    regions, blocks = scope(flows).regions, []
    for period, (x,) in together(code):
        turnover = x + x.T
        np.fill_diagonal(turnover, 0.0)
        region, partner = np.nonzero(turnover)
        labels = {"region": (regions, region), "partner": (regions, partner)}
        share = ratio(turnover, (x.sum(1) + x.sum(0))[:, None])
        blocks.append(long(period, labels, {"trade_share": share[region, partner]}))
    return answer(blocks, code.notes)


@trade_indicator(
    title="Trade intensity",
    topic=TOPIC,
    unit="ratio, 1 = as the size of the market",
    range="0 ..",
    formula=r"I_{ij} = \frac{x_{ij}/X_i}{M_j/W}",
    reference="Kojima 1964, Hitotsubashi Journal of Economics 5; Brown 1949, Applied Economics",
)
def trade_intensity(flows: Flows, *, world: Any = "all") -> Answer:
    """Whether the origin sells more to the destination than the size of that market explains; three yardsticks.

    Columns: `without_own_imports` leaves the origin's imports out of the market, M_j / (W - M_i), since it cannot buy
    from itself; `without_own_trade` leaves all flows of the origin out, (M_j - x_ij) / (W - X_i); `trade_intensity` is
    the plain form that most tables print, M_j / W, counted over the world chosen.

    world : ``all`` origins in the table, the ``rest``, or a list of regions (for the plain form).

    >>> flows = {"origin": ["A", "A", "B", "C"], "destination": ["B", "C", "A", "A"], "value": [3.0, 1.0, 2.0, 2.0]}
    >>> trade_intensity(flows, origin="A", destination="B").value()
    2.0
    """
    code, chosen = pairs(flows), world_of(world, scope(flows).regions)
    everyone, blocks = np.ones(len(scope(flows).regions)), []
    for period, (x,) in together(code):
        figures = {
            "without_own_imports": intensity.intensity_without_own_imports(x),
            "without_own_trade": intensity.intensity(x, everyone, without_own=True),
            "trade_intensity": intensity.intensity(x, chosen.members, chosen.without_own),
        }
        blocks.append(pair_rows(flows, period, figures, traded_along(x, 1)[:, None] & traded_along(x, 0)))
    return answer(blocks, code.notes, world=chosen.name, absent="no flow (0)")


@trade_indicator(
    title="Relative trade intensity",
    topic=TOPIC,
    unit="-1..1, 0 = neutral",
    range="-1 .. 1",
    formula=r"\frac{HI-HE}{HI+HE},\ HI = \frac{h}{h_o},\ HE = \frac{1-h}{1-h_o},\ h = \frac{x_{ij}}{X_i},\ "
    r"h_o = \frac{M_j - x_{ij}}{W - X_i}",
    reference="Iapadre 2006, in De Lombaerde (ed.), Assessment and Measurement of Regional Integration",
)
def relative_trade_intensity(flows: Flows) -> Answer:
    """Trade intensity that is bounded and symmetric: a partner avoided and a partner favoured weigh the same.

    Columns: h, h_o, homogeneous intensity HI, its complement HE, and the index.

    >>> flows = {"origin": ["A", "A", "B", "C"], "destination": ["B", "C", "C", "A"], "value": [2.0, 2.0, 2.0, 2.0]}
    >>> relative_trade_intensity(flows, origin="A", destination="C").value()
    0.0
    """
    code, blocks = pairs(flows), []
    for period, (x,) in together(code):
        found = intensity.relative_intensity(x)
        terms = {
            "share": found.share,
            "share_of_others": found.others,
            "homogeneous_intensity": found.inside,
            "complementary_intensity": found.outside,
            "relative_trade_intensity": found.index,
        }
        blocks.append(pair_rows(flows, period, terms, traded_along(x, 1)[:, None] & traded_along(x, 0)))
    return answer(blocks, code.notes, world="all origins in the table but the region itself", absent="no flow (0)")
