"""Trade and the economy: trade against output, home demand and production."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hansa.indicator import Answer
from hansa.trade import domestic_supply
from hansa.trade.flows import Flows
from hansa.trade.indicators.beside import lacking, money_beside
from hansa.trade.indicators.declare import trade_indicator
from hansa.trade.indicators.grid import long
from hansa.trade.indicators.panel import answer, block, exports, imports, need, pairs, scope, together
from hansa.trade.indicators.series import earlier
from hansa.trade.ratio import Array, ratio, traded_along
from hansa.trade.side import SideTable, as_side

__all__ = [
    "export_propensity",
    "import_penetration",
    "import_substitution",
    "marginal_import_propensity",
    "net_import_reliance",
    "trade_openness",
]

TOPIC = "Trade and the economy"
HANDBOOK = "Mikic and Gilbert 2009, Trade Statistics in Policymaking (UN ESCAP)"
CHENERY = "Chenery 1960, American Economic Review 50"


def _sums(flows: Flows) -> tuple[Array, Array]:
    """Exports and imports (periods, regions)."""
    sums = [(x.sum(1), x.sum(0)) for _, (x,) in together(pairs(flows))]
    return np.array([X for X, _ in sums]), np.array([M for _, M in sums])


def _against_gdp(flows: Flows, gdp: Any, figure: Callable[[Array, Array, Array], Array], key: str) -> Answer:
    side, everything = as_side(gdp, "gdp"), scope(flows)
    Y = money_beside(side, flows, everything)
    X, M = _sums(flows)
    traded = X + M > 0
    found = figure(X, M, Y)
    blocks = [
        block(name, {"region": (everything.regions, traded[t])}, {key: found[t][traded[t]]})
        for t, name in enumerate(everything.periods)
    ]
    return answer(blocks, [*side.notes, *lacking(side, Y, everything, traded)], provenance=side.provenance)


@trade_indicator(
    title="Trade openness",
    topic=TOPIC,
    unit="share of GDP",
    range="0 ..",
    formula=r"(X_i + M_i) / Y_i",
    reference=HANDBOOK,
    needs=("gdp",),
)
def trade_openness(flows: Flows, *, gdp: Any) -> Answer:
    """Exports and imports against GDP (also called trade dependence). Above 1 where goods pass through.

    gdp : at current prices, by region and period, in the currency of the flows.

    >>> flows = {"origin": ["A", "B"], "destination": ["B", "A"], "value": [3.0, 1.0]}
    >>> trade_openness(flows, gdp={"A": 8.0, "B": 16.0}, region="A").value()
    0.5
    """
    return _against_gdp(flows, gdp, lambda X, M, Y: ratio(X + M, Y), "trade_openness")


@trade_indicator(
    title="Import penetration",
    topic=TOPIC,
    unit="share of home demand",
    range="0 .. 1 where exports are below GDP",
    formula=r"M_i / (Y_i - X_i + M_i)",
    reference=HANDBOOK,
    needs=("gdp",),
)
def import_penetration(flows: Flows, *, gdp: Any) -> Answer:
    """What part of home demand is met by imports.

    gdp : at current prices, by region and period, in the currency of the flows.

    >>> flows = {"origin": ["A", "B"], "destination": ["B", "A"], "value": [3.0, 1.0]}
    >>> import_penetration(flows, gdp={"A": 6.0, "B": 16.0}, region="A").value()
    0.25
    """
    return _against_gdp(flows, gdp, lambda X, M, Y: ratio(M, Y - X + M), "import_penetration")


@trade_indicator(
    title="Export propensity",
    topic=TOPIC,
    unit="share of GDP",
    range="0 ..",
    formula=r"X_i / Y_i",
    reference=HANDBOOK,
    needs=("gdp",),
)
def export_propensity(flows: Flows, *, gdp: Any) -> Answer:
    """Exports against GDP.

    gdp : at current prices, by region and period, in the currency of the flows.

    >>> flows = {"origin": ["A", "B"], "destination": ["B", "A"], "value": [3.0, 1.0]}
    >>> export_propensity(flows, gdp={"A": 6.0, "B": 16.0}, region="A").value()
    0.5
    """
    return _against_gdp(flows, gdp, lambda X, M, Y: ratio(X, Y), "export_propensity")


@trade_indicator(
    title="Marginal propensity to import",
    topic=TOPIC,
    unit="ratio of changes",
    range="real numbers",
    formula=r"\Delta M_i / \Delta Y_i",
    reference=HANDBOOK,
    needs=("gdp",),
)
def marginal_import_propensity(flows: Flows, *, gdp: Any, against: str = "last_year") -> Answer:
    """How much imports changed for a unit of change in GDP, at current prices; negative where they went apart.

    gdp : at current prices, by region and period, in the currency of the flows.
    against : ``last_year``, ``previous``, or a period.

    >>> flows = {"period": [2020, 2021], "origin": ["B", "B"], "destination": ["A", "A"], "value": [1.0, 3.0]}
    >>> gdp = {("A", 2020): 10.0, ("A", 2021): 14.0}
    >>> marginal_import_propensity(flows, gdp=gdp, region="A").value()
    0.5
    """
    need(flows, "period")
    side, everything = as_side(gdp, "gdp"), scope(flows)
    Y, (X, M) = money_beside(side, flows, everything), _sums(flows)
    blocks = []
    for before, after in earlier([str(name) for name in everything.periods], against):
        traded = traded_along((X + M)[[before, after]], 0)
        figure = ratio(M[after] - M[before], Y[after] - Y[before])
        axes = {"region": (everything.regions, traded)}
        blocks.append(block(everything.periods[after], axes, {"marginal_import_propensity": figure[traded]}))
    notes = [*side.notes, *lacking(side, Y, everything, X + M > 0)]
    return answer(blocks, notes, provenance=side.provenance, against=against)


def _with_production(flows: Flows, production: Any) -> tuple[SideTable, Array, Array, Array]:
    """The table; production, exports, imports (periods, regions, products); one product where none are told apart."""
    side, everything = as_side(production, "production"), scope(flows)
    by_product = "product" in side.columns
    output = money_beside(side, flows, everything, by_product=by_product)
    if not by_product:
        X, M = _sums(flows)
        return side, output[..., None], X[..., None], M[..., None]
    both = list(together(exports(flows), imports(flows)))
    return side, output, np.array([X for _, (X, _) in both]), np.array([M for _, (_, M) in both])


def _known_output(
    flows: Flows, side: SideTable, period: Any, kept: NDArray[np.bool_], figures: dict[str, Array]
) -> Any:
    everything = scope(flows)
    region, product = np.nonzero(kept)
    labels = {"region": (everything.regions, region)}
    if "product" in side.columns:
        labels["product"] = (everything.products, product)
    return long(period, labels, {name: values[region, product] for name, values in figures.items()})


@trade_indicator(
    title="Net import reliance",
    topic=TOPIC,
    unit="share of home demand, below 0 = net exporter",
    range=".. 1",
    formula=r"(M - X)/(P + M - X)",
    reference="US Geological Survey, Mineral Commodity Summaries, appendix B",
    needs=("production",),
)
def net_import_reliance(flows: Flows, *, production: Any) -> Answer:
    """What part of home demand hangs on imports less exports; for regions and products whose production is known.

    Columns: import penetration M / (P + M - X), export propensity X / P, trade intensity (M + X) / (M + P), and net
    import reliance.

    production : gross output by region and period, and by product where there is one, in the currency of the flows.

    >>> flows = {"origin": ["A", "B"], "destination": ["B", "A"], "value": [20.0, 60.0]}
    >>> round(net_import_reliance(flows, production={"A": 100.0}).value(), 6)
    0.285714
    """
    side, P, X, M = _with_production(flows, production)
    blocks = []
    for t, period in enumerate(scope(flows).periods):
        found = domestic_supply.reliance(P[t], X[t], M[t])
        figures = {
            "import_penetration": found.imports,
            "export_propensity": found.exports,
            "trade_intensity": found.trade,
            "net_import_reliance": found.net,
        }
        blocks.append(_known_output(flows, side, period, ~np.isnan(P[t]), figures))
    return answer(blocks, side.notes, provenance=side.provenance)


@trade_indicator(
    title="Import substitution",
    topic=TOPIC,
    unit="currency of the flows",
    range="real numbers",
    formula=r"\Delta P = u_0 \Delta D + \Delta X + (u_1 - u_0) D_1,\ D = P - X + M,\ u = (P - X)/D",
    reference=CHENERY,
    needs=("production",),
)
def import_substitution(flows: Flows, *, production: Any, against: str = "last_year") -> Answer:
    """Why production grew: home demand, exports, or home supply in place of imports.

    A sum of money spent on substitution is an input; this is the result. Columns: home demand D and the share u that
    home supply has in it, before and after; growth of production; its parts demand, exports and substitution, which
    sum to it.

    production : gross output by region and period, and by product where there is one, in the currency of the flows.
    against : ``last_year``, ``previous``, or a period.

    >>> flows = {"period": [2020, 2020, 2021, 2021], "origin": ["A", "B"] * 2, "destination": ["B", "A"] * 2,
    ...          "value": [20.0, 60.0, 25.0, 50.0]}
    >>> production = {("A", 2020): 100.0, ("A", 2021): 130.0}
    >>> round(import_substitution(flows, production=production).value(), 6)
    16.428571
    """
    need(flows, "period")
    side, P, X, M = _with_production(flows, production)
    known = [str(name) for name in scope(flows).periods]
    blocks = []
    for before, after in earlier(known, against):
        both = [before, after]
        found = domestic_supply.sources_of_growth(P[both], X[both], M[both])
        figures = {
            "home_demand_before": found.home_demand[0],
            "home_demand_after": found.home_demand[1],
            "home_share_before": found.home_share[0],
            "home_share_after": found.home_share[1],
            "production_growth": P[after] - P[before],
            "demand": found.demand,
            "exports": found.exports,
            "import_substitution": found.substitution,
        }
        blocks.append(_known_output(flows, side, known[after], ~np.isnan(P[both].sum(0)), figures))
    return answer(blocks, side.notes, unit=str(flows.unit), provenance=side.provenance, against=against)
