"""Comparative advantage: what a region sells more of than others do."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import narwhals.stable.v2 as nw
import numpy as np
import pyarrow as pa

from hansa import tables
from hansa.indicator import Answer
from hansa.trade import specialisation
from hansa.trade.flows import Flows
from hansa.trade.indicators.declare import trade_indicator
from hansa.trade.indicators.grid import long
from hansa.trade.indicators.panel import World, answer, block, exports, imports, need, scope, together, world_of
from hansa.trade.ratio import Array, logarithm, ratio, shares, traded_along

__all__ = [
    "competitiveness",
    "export_structure",
    "import_structure",
    "lafay",
    "major_export_category",
    "michaely",
    "rca",
    "rca_additive",
    "rca_log",
    "rca_normalised",
    "rca_symmetric",
    "rca_weighted",
    "relative_trade_advantage",
]

TOPIC = "Comparative advantage"
SHARES = r"s_{ik} = X_{ik}/X_i,\ w_k = W_k/W"
LAZY_FROM = 50_000_000  # rows: more than that may outgrow memory and stays in the engine


@trade_indicator(
    title="Revealed comparative advantage",
    topic=TOPIC,
    unit="ratio, 1 = as the world",
    range="0 ..",
    formula=r"B_{ik} = \frac{X_{ik}/X_i}{W_k/W}",
    reference="Balassa 1965, The Manchester School 33",
)
def rca(flows: Flows, *, world: Any = "all") -> Answer:
    """Balassa's index: a product's share in the exports of a region, over its share in the exports of the world.

    Only what a region exports has a row; for everything else the index is 0. Beyond 50 million rows the result is
    lazy and computed in the engine of the data.

    world : ``all`` origins in the table, the ``rest`` (all but the region itself), or a list of regions.

    >>> flows = {"origin": ["A", "A", "B", "B"], "product": ["p", "q"] * 2, "value": [3.0, 1.0, 1.0, 3.0]}
    >>> rca(flows, origin="A").rows()
    [{'origin': 'A', 'product': 'p', 'rca': 1.5}, {'origin': 'A', 'product': 'q', 'rca': 0.5}]
    """
    need(flows, "origin", "product")
    if tables.collect(flows.table.select(nw.len().alias("rows")))["rows"][0].as_py() >= LAZY_FROM:
        return _lazy_rca(flows, world)
    return _sparse(flows, world, specialisation.balassa, "rca")


def _lazy_rca(flows: Flows, world: Any) -> Answer:
    """The same by grouping and joining in the engine, so that nothing but groups is held in memory."""
    table = flows.table
    if "period" not in flows.columns:
        table = table.with_columns(nw.lit("").alias("period"))
    reference = table if isinstance(world, str) else table.filter(nw.col("origin").is_in(list(world)))
    chosen = world_of(world, scope(flows).regions)
    value = nw.col("value").sum()
    x = table.group_by("period", "origin", "product").agg(value.alias("x"))
    x_i = table.group_by("period", "origin").agg(value.alias("x_i"))
    w_k = reference.group_by("period", "product").agg(value.alias("w_k"))
    w = reference.group_by("period").agg(value.alias("w"))
    joined = (
        x.join(x_i, on=["period", "origin"], how="left")
        .join(w_k, on=["period", "product"], how="left")
        .join(w, on=["period"], how="left")
    )
    if chosen.without_own:
        joined = joined.with_columns(nw.col("w_k") - nw.col("x"), nw.col("w") - nw.col("x_i"))
    exists = (nw.col("x_i") > 0) & (nw.col("w_k") > 0) & (nw.col("w") > 0)
    figure = (nw.col("x") / nw.col("x_i")) / (nw.col("w_k") / nw.col("w"))
    keys = [nw.col("origin"), nw.col("product"), nw.when(exists).then(figure).alias("rca")]
    if "period" in flows.columns:
        keys.insert(0, nw.col("period").cast(nw.String))
    return Answer(joined.select(*keys), meta={"world": chosen.name})


def _sparse(flows: Flows, world: Any, figure: Callable[[Array, Array], Array], key: str) -> Answer:
    """A figure for what each region exports; without a row it exports nothing of the product."""
    code, chosen = exports(flows), world_of(world, scope(flows).regions)
    regions, products = code.labels
    blocks = []
    for period in code.periods:
        X = period.matrix()
        W_k = specialisation.world_exports(X, chosen.members, chosen.without_own)
        origin, product = period.places
        labels = {"origin": (regions, origin), "product": (products, product)}
        blocks.append(long(period.name, labels, {key: figure(X, W_k)[origin, product]}))
    return answer(blocks, code.notes, world=chosen.name)


def _dense(flows: Flows, world: Any, figure: Callable[[Array, Array], Array], key: str) -> Answer:
    """A figure for every exporting region and every product that is traded, exported or not (then X_ik = 0)."""
    code, chosen = exports(flows), world_of(world, scope(flows).regions)
    blocks = [_of_traded(flows, period, X, _in_world(X, chosen, figure), key) for period, (X,) in together(code)]
    return answer(blocks, code.notes, world=chosen.name, absent="no exports (0)")


def _in_world(X: Array, chosen: World, figure: Callable[[Array, Array], Array]) -> Array:
    return figure(X, specialisation.world_exports(X, chosen.members, chosen.without_own))


def _of_traded(flows: Flows, period: str | None, traded: Array, figures: Any, key: str) -> pa.Table:
    """Rows of regions and products that are traded at all. figures : a matrix, or matrices by name."""
    everything, kept = scope(flows), (traded_along(traded, 1), traded_along(traded, 0))
    several = figures if isinstance(figures, dict) else {key: figures}
    return block(
        period,
        {"origin": (everything.regions, kept[0]), "product": (everything.products, kept[1])},
        {name: values[np.ix_(*kept)] for name, values in several.items()},
    )


@trade_indicator(
    title="Revealed symmetric comparative advantage",
    topic=TOPIC,
    unit="-1..1, 0 = as the world",
    range="-1 .. 1",
    formula=r"(B_{ik} - 1)/(B_{ik} + 1)",
    reference="Dalum, Laursen and Villumsen 1998, Structural Change and Economic Dynamics 9",
)
def rca_symmetric(flows: Flows, *, world: Any = "all") -> Answer:
    """Balassa's index brought between -1 (not exported) and 1, so that lack and advantage weigh the same.

    >>> flows = {"origin": ["A", "A", "B", "B"], "product": ["p", "q"] * 2, "value": [3.0, 1.0, 1.0, 3.0]}
    >>> rca_symmetric(flows, origin="A", product="p").value()
    0.2
    """
    return _dense(
        flows, world, lambda X, W_k: specialisation.symmetric(specialisation.balassa(X, W_k)), "rca_symmetric"
    )


@trade_indicator(
    title="Logarithm of revealed comparative advantage",
    topic=TOPIC,
    unit="natural logarithm, 0 = as the world",
    range="real numbers",
    formula=r"\ln B_{ik}",
    reference="Vollrath 1991, Weltwirtschaftliches Archiv 127",
)
def rca_log(flows: Flows, *, world: Any = "all") -> Answer:
    """The logarithm of Balassa's index; null where a region does not export the product (B = 0).

    >>> flows = {"origin": ["A", "A", "B", "B"], "product": ["p", "q"] * 2, "value": [3.0, 1.0, 1.0, 3.0]}
    >>> round(rca_log(flows, origin="A", product="p").value(), 6)
    0.405465
    """
    return _sparse(flows, world, lambda X, W_k: logarithm(specialisation.balassa(X, W_k)), "rca_log")


@trade_indicator(
    title="Additive revealed comparative advantage",
    topic=TOPIC,
    unit="difference of shares, 0 = as the world",
    range="-1 .. 1",
    formula=rf"s_{{ik}} - w_k, \quad {SHARES}",
    reference="Hoen and Oosterhaven 2006, Annals of Regional Science 40",
)
def rca_additive(flows: Flows, *, world: Any = "all") -> Answer:
    """The share of a product in the exports of a region less its share in those of the world; sums to 0.

    >>> flows = {"origin": ["A", "A", "B", "B"], "product": ["p", "q"] * 2, "value": [3.0, 1.0, 1.0, 3.0]}
    >>> rca_additive(flows, origin="A", product="p").value()
    0.25
    """
    return _dense(flows, world, specialisation.additive, "rca_additive")


@trade_indicator(
    title="Normalised revealed comparative advantage",
    topic=TOPIC,
    unit="share of world trade, 0 = as the world",
    range="-1/4 .. 1/4",
    formula=r"X_{ik}/W - X_i W_k/W^2",
    reference="Yu, Cai and Leung 2009, Annals of Regional Science 43",
)
def rca_normalised(flows: Flows) -> Answer:
    """What a region exports beyond its neutral share, as a part of all trade; sums to 0 over products and over regions.

    >>> flows = {"origin": ["A", "A", "B", "B"], "product": ["p", "q"] * 2, "value": [3.0, 1.0, 1.0, 3.0]}
    >>> rca_normalised(flows, origin="A", product="p").value()
    0.125
    """
    return _dense(flows, "all", lambda X, _: specialisation.normalised(X), "rca_normalised")


@trade_indicator(
    title="Weighted revealed comparative advantage",
    topic=TOPIC,
    unit="ratio, 1 = the region's mean",
    range="0 ..",
    formula=r"B_{ik} / \big(\tfrac{1}{K}\sum_k B_{ik}\big)",
    reference="Proudman and Redding 2000, Review of International Economics 8",
)
def rca_weighted(flows: Flows, *, world: Any = "all") -> Answer:
    """Balassa's index over its mean across all products that the world trades.

    >>> flows = {"origin": ["A", "A", "B", "B"], "product": ["p", "q"] * 2, "value": [3.0, 1.0, 1.0, 3.0]}
    >>> rca_weighted(flows, origin="A", product="p").value()
    1.5
    """
    return _dense(flows, world, lambda X, W_k: specialisation.weighted(specialisation.balassa(X, W_k)), "rca_weighted")


@trade_indicator(
    title="Relative trade advantage",
    topic=TOPIC,
    unit="difference of ratios, 0 = neutral",
    range="real numbers",
    formula=r"RTA = RXA - RMA,\quad RXA_{ik} = \frac{X_{ik}/(X_i - X_{ik})}"
    r"{(W_k - X_{ik})/((W - X_i) - (W_k - X_{ik}))},\quad RC = \ln RXA - \ln RMA",
    reference="Vollrath 1991, Weltwirtschaftliches Archiv 127",
)
def relative_trade_advantage(flows: Flows) -> Answer:
    """Vollrath's measures, which count neither the region nor the product twice.

    Columns: advantage in exports (RXA), in imports (RMA), revealed competitiveness (RC), and RXA - RMA.

    >>> flows = {"origin": ["A", "A", "B", "B"], "destination": ["B", "B", "A", "A"],
    ...          "product": ["p", "q"] * 2, "value": [3.0, 1.0, 1.0, 3.0]}
    >>> [round(x, 6) for x in list(relative_trade_advantage(flows, origin="A", product="p").rows()[0].values())[2:]]
    [9.0, 0.111111, 4.394449, 8.888889]
    """
    code = exports(flows), imports(flows)
    blocks = []
    for period, (X, M) in together(*code):
        found = specialisation.vollrath(X, M)
        terms = {
            "relative_export_advantage": found.exports,
            "relative_import_advantage": found.imports,
            "revealed_competitiveness": found.competitiveness,
            "relative_trade_advantage": found.trade,
        }
        blocks.append(_of_traded(flows, period, X + M, terms, ""))
    return answer(blocks, code[0].notes + code[1].notes, world="all origins in the table but the region itself")


@trade_indicator(
    title="Lafay index of specialisation",
    topic=TOPIC,
    unit="percentage points of the region's trade, 0 = neutral",
    range="-50 .. 50",
    formula=r"100\left[\frac{x_k-m_k}{x_k+m_k} - \frac{\sum(x-m)}{\sum(x+m)}\right]\frac{x_k+m_k}{\sum(x+m)}",
    reference="Lafay 1992, in Dagenais and Muet (eds), International Trade Modelling",
)
def lafay(flows: Flows) -> Answer:
    """The balance of a product against the balance of the region, weighted by its part in trade; sums to 0.

    >>> flows = {"origin": ["A", "A", "B", "B"], "destination": ["B", "B", "A", "A"],
    ...          "product": ["p", "q"] * 2, "value": [3.0, 1.0, 1.0, 3.0]}
    >>> lafay(flows, origin="A").to_arrow()["lafay"].to_pylist()
    [25.0, -25.0]
    """
    return _of_both(flows, specialisation.lafay, "lafay")


@trade_indicator(
    title="Michaely index of net specialisation",
    topic=TOPIC,
    unit="difference of shares, 0 = neutral",
    range="-1 .. 1",
    formula=r"s_{ik} - m_{ik} = X_{ik}/X_i - M_{ik}/M_i",
    reference="Michaely 1962, Concentration in International Trade",
)
def michaely(flows: Flows) -> Answer:
    """The share of a product in the exports of a region less its share in the region's imports; sums to 0.

    >>> flows = {"origin": ["A", "A", "B", "B"], "destination": ["B", "B", "A", "A"],
    ...          "product": ["p", "q"] * 2, "value": [3.0, 1.0, 1.0, 3.0]}
    >>> michaely(flows, origin="A").to_arrow()["michaely"].to_pylist()
    [0.5, -0.5]
    """
    return _of_both(flows, specialisation.michaely, "michaely")


def _of_both(flows: Flows, figure: Callable[[Array, Array], Array], key: str) -> Answer:
    code = exports(flows), imports(flows)
    blocks = [_of_traded(flows, period, X + M, figure(X, M), key) for period, (X, M) in together(*code)]
    return answer(blocks, code[0].notes + code[1].notes, absent="no trade (0)")


@trade_indicator(
    title="Competitiveness in exports",
    topic=TOPIC,
    unit="share of world exports of the product",
    range="0 .. 1",
    formula=r"X_{ik} / W_k",
    reference="Mikic and Gilbert 2009, Trade Statistics in Policymaking (UN ESCAP)",
)
def competitiveness(flows: Flows, *, world: Any = "all") -> Answer:
    """What part of all exports of a product a region supplies; without a row it supplies nothing.

    >>> flows = {"origin": ["A", "B"], "product": ["p", "p"], "value": [3.0, 1.0]}
    >>> competitiveness(flows, origin="A").value()
    0.75
    """
    return _sparse(flows, world, ratio, "competitiveness")


@trade_indicator(
    title="Structure of exports",
    topic=TOPIC,
    unit="share of the region's exports",
    range="0 .. 1",
    formula=r"s_{ik} = X_{ik} / X_i",
    reference="Mikic and Gilbert 2009, Trade Statistics in Policymaking (UN ESCAP)",
)
def export_structure(flows: Flows) -> Answer:
    """The share of each product in what a region exports.

    >>> flows = {"origin": ["A", "A"], "product": ["p", "q"], "value": [3.0, 1.0]}
    >>> export_structure(flows, product="p").value()
    0.75
    """
    return _sparse(flows, "all", lambda X, _: shares(X), "export_structure")


@trade_indicator(
    title="Structure of imports",
    topic=TOPIC,
    unit="share of the region's imports",
    range="0 .. 1",
    formula=r"m_{jk} = M_{jk} / M_j",
    reference="Mikic and Gilbert 2009, Trade Statistics in Policymaking (UN ESCAP)",
)
def import_structure(flows: Flows) -> Answer:
    """The share of each product in what a region imports.

    >>> flows = {"origin": ["A", "A"], "destination": ["B", "B"], "product": ["p", "q"], "value": [3.0, 1.0]}
    >>> import_structure(flows, product="p").value()
    0.75
    """
    code = imports(flows)
    regions, products = code.labels
    blocks = []
    for period in code.periods:
        buyer, product = period.places
        labels = {"destination": (regions, buyer), "product": (products, product)}
        blocks.append(long(period.name, labels, {"import_structure": shares(period.matrix())[buyer, product]}))
    return answer(blocks, code.notes)


@trade_indicator(
    title="Major export category",
    topic=TOPIC,
    unit="share of the region's exports",
    range="0 .. 1",
    formula=r"\max_k X_{ik} / X_i",
    reference="Mikic and Gilbert 2009, Trade Statistics in Policymaking (UN ESCAP)",
)
def major_export_category(flows: Flows) -> Answer:
    """The product that a region exports most, and its share; of equals, the first by code.

    >>> major_export_category({"origin": ["A", "A"], "product": ["p", "q"], "value": [3.0, 1.0]}).rows()
    [{'origin': 'A', 'product': 'p', 'major_export_category': 0.75}]
    """
    code = exports(flows)
    regions, products = code.labels
    blocks = []
    for period, (X,) in together(code):
        trading = np.flatnonzero(traded_along(X, 1))
        first = X[trading].argmax(1) if len(trading) else trading
        labels = {"origin": (regions, trading), "product": (products, first)}
        blocks.append(
            long(period, labels, {"major_export_category": ratio(X[trading, first], X[trading].sum(1))}),
        )
    return answer(blocks, code.notes)
