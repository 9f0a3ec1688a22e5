"""Blocs: how much members trade with one another, and whether more than their markets explain.

A member cannot trade with itself, so the usual yardstick (the weight of the bloc in the world) expects too much trade
inside and finds blocs less intense than any pair of their members. `bloc_intensity` corrects that; the usual form is
kept as `bloc_intensity_naive` for comparison with printed tables.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hansa.errors import DataError
from hansa.indicator import Answer
from hansa.trade import intensity
from hansa.trade.flows import Flows
from hansa.trade.indicators.declare import trade_indicator
from hansa.trade.indicators.grid import long, said
from hansa.trade.indicators.panel import (
    Period,
    answer,
    bloc_members,
    block,
    exports,
    pairs,
    part,
    scope,
    together,
)
from hansa.trade.ratio import Array, rest, traded_along

__all__ = [
    "bloc_intensity",
    "bloc_intensity_naive",
    "intra_bloc_share",
    "regional_orientation",
    "trade_introversion",
]

TOPIC = "Blocs"


def _for_bloc(
    flows: Flows, bloc: str | Iterable[Any], figures: Callable[[Array, NDArray[np.bool_]], Mapping[str, float]]
) -> Answer:
    """One row a period."""
    chosen = bloc if isinstance(bloc, str) else list(bloc)
    code = pairs(flows)
    regions, notes, blocks = code.labels[0], list(code.notes), []
    for period, (x,) in together(code):
        members, more = bloc_members(chosen, period, regions)
        notes += more
        terms = {name: np.array([value]) for name, value in figures(x, members).items()}
        blocks.append(long(period, {}, terms))
    return answer(blocks, notes, bloc=chosen if isinstance(chosen, str) else said(chosen))


@trade_indicator(
    title="Intra-bloc share of trade",
    topic=TOPIC,
    unit="share of the bloc's trade",
    range="0 .. 1",
    formula=r"\frac{2\sum_{i,j\in G} x_{ij}}{X_G + M_G}",
    reference="Mikic and Gilbert 2009, Trade Statistics in Policymaking (UN ESCAP): regional market share",
)
def intra_bloc_share(flows: Flows, *, bloc: str | Iterable[Any]) -> Answer:
    """How much of a bloc's trade stays inside. Columns: of its exports, of its imports, of both.

    bloc : region codes, or the name of a bloc whose members of each period are taken.

    >>> flows = {"origin": ["A", "A", "B"], "destination": ["B", "C", "A"], "value": [1.0, 1.0, 2.0]}
    >>> intra_bloc_share(flows, bloc=["A", "B"]).rows()
    [{'export_share': 0.75, 'import_share': 1.0, 'intra_bloc_share': 0.857142857142857...}]
    """

    def figures(x: Array, members: NDArray[np.bool_]) -> Mapping[str, float]:
        share = intensity.intra_bloc(x, members)
        return {"export_share": share.exports, "import_share": share.imports, "intra_bloc_share": share.trade}

    return _for_bloc(flows, bloc, figures)


@trade_indicator(
    title="Bloc intensity, corrected",
    topic=TOPIC,
    unit="ratio, 1 = as the markets open to members",
    range="0 ..",
    formula=r"\frac{\sum_{i,j\in G} x_{ij}/X_G}{\sum_{i\in G}(X_i/X_G)(M_G - M_i)/(W - M_i)}",
    reference="after Anderson and Norheim 1993, Review of International Economics 1",
)
def bloc_intensity(flows: Flows, *, bloc: str | Iterable[Any]) -> Answer:
    """Whether members favour one another: the share of exports that stays inside, over the share to be expected.

    Expected is what would stay inside if every member sold in proportion to the markets open to it, that is without
    its own. Columns: actual share, expected share, their quotient.

    bloc : region codes, or the name of a bloc whose members of each period are taken.

    >>> flows = {"origin": ["A", "A", "B", "B", "C", "C"], "destination": ["B", "C", "A", "C", "A", "B"],
    ...          "value": [1.0] * 6}
    >>> bloc_intensity(flows, bloc=["A", "B"]).rows()
    [{'actual': 0.5, 'expected': 0.5, 'bloc_intensity': 1.0}]
    """

    def figures(x: Array, members: NDArray[np.bool_]) -> Mapping[str, float]:
        share = intensity.intra_bloc(x, members)
        return {"actual": share.exports, "expected": share.expected, "bloc_intensity": share.intensity}

    return _for_bloc(flows, bloc, figures)


@trade_indicator(
    title="Bloc intensity, usual form",
    topic=TOPIC,
    unit="ratio, biased downwards",
    range="0 ..",
    formula=r"\frac{2\sum_{i,j\in G} x_{ij}/(X_G+M_G)}{(X_G+M_G)/2W}",
    reference="Frankel 1997, Regional Trading Blocs in the World Economic System",
)
def bloc_intensity_naive(flows: Flows, *, bloc: str | Iterable[Any]) -> Answer:
    """The bloc's share in its own trade over its share in the world's, as if a member could trade with itself.

    Biased downwards, the more the fewer and larger the members are; use `bloc_intensity`. Columns: the two shares;
    on exports alone (share of exports inside over the bloc's part of world imports); on trade.

    bloc : region codes, or the name of a bloc whose members of each period are taken.

    >>> flows = {"origin": ["A", "A", "B", "B", "C", "C"], "destination": ["B", "C", "A", "C", "A", "B"],
    ...          "value": [1.0] * 6}
    >>> round(bloc_intensity_naive(flows, bloc=["A", "B"]).value(), 6)
    0.75
    """

    def figures(x: Array, members: NDArray[np.bool_]) -> Mapping[str, float]:
        found = intensity.naive_bloc(x, members)
        return {
            "intra_bloc_share": found.inside,
            "world_share": found.weight,
            "export_form": found.exports,
            "bloc_intensity_naive": found.trade,
        }

    return _for_bloc(flows, bloc, figures)


@trade_indicator(
    title="Trade introversion of a bloc",
    topic=TOPIC,
    unit="-1..1, 0 = neutral",
    range="-1 .. 1",
    formula=r"\frac{HI-HE}{HI+HE},\ HI = \frac{h}{h_o},\ HE = \frac{1-h}{1-h_o},\ "
    r"h = \frac{\sum_{i,j\in G}x_{ij}}{X_G},\ h_o = \frac{M_G - \sum_{i,j\in G}x_{ij}}{W - X_G}",
    reference="Iapadre 2006, in De Lombaerde (ed.), Assessment and Measurement of Regional Integration",
)
def trade_introversion(flows: Flows, *, bloc: str | Iterable[Any]) -> Answer:
    """Whether a bloc trades with itself more than others trade with it; bounded and symmetric.

    Members cannot trade with themselves, which biases it downwards as in `bloc_intensity_naive`. Columns: h, h_o,
    homogeneous intensity HI, its complement HE, and the index.

    bloc : region codes, or the name of a bloc whose members of each period are taken.

    >>> flows = {"origin": ["A", "A", "B", "C", "C", "D"], "destination": ["B", "C", "C", "A", "D", "C"],
    ...          "value": [2.0, 1.0, 1.0, 1.0, 1.0, 2.0]}
    >>> round(trade_introversion(flows, bloc=["A", "B"]).value(), 6)
    0.5
    """

    def figures(x: Array, members: NDArray[np.bool_]) -> Mapping[str, float]:
        found = intensity.introversion(x, members)
        return {
            "share": float(found.share),
            "share_of_others": float(found.others),
            "homogeneous_intensity": float(found.inside),
            "complementary_intensity": float(found.outside),
            "trade_introversion": float(found.index),
        }

    return _for_bloc(flows, bloc, figures)


@trade_indicator(
    title="Regional orientation of exports",
    topic=TOPIC,
    unit="ratio, 1 = as to the rest of the world",
    range="0 ..",
    formula=r"\frac{x_{ik,in}/\sum_k x_{ik,in}}{x_{ik,out}/\sum_k x_{ik,out}}",
    reference="Yeats 1998, World Bank Economic Review 12",
)
def regional_orientation(flows: Flows, *, bloc: str | Iterable[Any]) -> Answer:
    """Whether a product weighs more in what a region sells to a bloc than in what it sells to all others.

    Null where the product does not go outside, or the region sells nothing inside.

    bloc : region codes (one partner is a bloc of one), or the name of a bloc whose members of each period are taken.

    >>> flows = {"origin": ["A"] * 4, "destination": ["B", "B", "C", "C"], "product": ["p", "q"] * 2,
    ...          "value": [3.0, 1.0, 2.0, 2.0]}
    >>> regional_orientation(flows, bloc=["B"], product="p").value()
    1.5
    """
    chosen = bloc if isinstance(bloc, str) else list(bloc)
    everything, code = scope(flows), exports(flows)
    notes, blocks = list(code.notes), []
    to_bloc: dict[bytes, tuple[Period, ...]] = {}
    for place, period in enumerate(code.periods):
        members, more = bloc_members(chosen, period.name, everything.regions)
        notes += more
        if members.all():
            raise DataError("The bloc holds every region of the flows, so there is nothing outside to compare with.")
        if members.tobytes() not in to_bloc:
            codes = [region for region, member in zip(everything.regions, members, strict=True) if member]
            to_bloc[members.tobytes()] = part(flows, ("origin", "product"), destination=codes).periods
        total, inside = period.matrix(), to_bloc[members.tobytes()][place].matrix()
        kept = traded_along(total, 1), traded_along(total, 0)
        figure = intensity.regional_orientation(inside, rest(total, inside))
        axes = {"origin": (everything.regions, kept[0]), "product": (everything.products, kept[1])}
        blocks.append(block(period.name, axes, {"regional_orientation": figure[np.ix_(*kept)]}))
    return answer(blocks, notes, bloc=chosen if isinstance(chosen, str) else said(chosen), absent="no flow (0)")
