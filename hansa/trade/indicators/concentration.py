"""Concentration and diversification: on how many partners, and how many products, trade stands."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from hansa.errors import DataError
from hansa.indicator import Answer
from hansa.trade import concentration as spread
from hansa.trade import specialisation
from hansa.trade.flows import Flows
from hansa.trade.indicators import panel
from hansa.trade.indicators.declare import trade_indicator
from hansa.trade.indicators.panel import answer, block, pairs, scope, together, world_of
from hansa.trade.ratio import Array, traded_along

__all__ = [
    "concentration_partners",
    "concentration_products",
    "entropy_partners",
    "entropy_products",
    "equivalent_partners",
    "equivalent_products",
    "export_diversification",
    "hhi_normalised_partners",
    "hhi_normalised_products",
    "hhi_partners",
    "hhi_products",
    "hirschman_partners",
    "hirschman_products",
    "theil_products",
]

TOPIC = "Concentration and diversification"
HANDBOOK = "Mikic and Gilbert 2009, Trade Statistics in Policymaking (UN ESCAP)"
HIRSCHMAN = "Hirschman 1964, American Economic Review 54"
BY_PARTNER = r"h_j = x_{ij}/X_i"
BY_PRODUCT = r"s_k = X_{ik}/X_i"


def _spread(
    flows: Flows,
    over: str,
    of: str,
    lines: int | None,
    figures: Callable[[Array, Array], Array | dict[str, Array]],
    key: str,
) -> Answer:
    """Figures of the rows of exports (or imports), spread over partners or products.

    lines : how many partners or products there could be; those that anyone trades in the period where not said.
    """
    if of not in ("exports", "imports"):
        raise DataError(f"Concentration is of 'exports' or 'imports', not of {of!r}.")
    by_product = panel.exports if of == "exports" else panel.imports
    code = pairs(flows) if over == "partners" else by_product(flows)
    blocks, used = [], []
    for period, (values,) in together(code):
        x = values.T if over == "partners" and of == "imports" else values
        # a region is no partner of itself
        known = (
            int((traded_along(x, 0) | traded_along(x, 1)).sum()) - 1
            if over == "partners"
            else int(traded_along(x, 0).sum())
        )
        if lines is not None and lines < (most := int((x > 0).sum(1).max(initial=0))):
            when = f" in {period}" if period else ""
            raise DataError(f"lines={lines} is fewer than the {most:,} {over} that one region has{when}.")
        trading = np.flatnonzero(traded_along(x, 1))
        found = figures(x[trading], np.array(float(known if lines is None else lines)))
        columns = found if isinstance(found, dict) else {key: found}
        side = "origin" if of == "exports" else "destination"
        blocks.append(block(period, {side: (scope(flows).regions, trading)}, columns))
        used.append(known if lines is None else lines)
    return answer(blocks, code.notes, of=of, lines=used[0] if len(set(used)) == 1 else used)


@trade_indicator(
    title="Partner concentration (Herfindahl-Hirschman)",
    topic=TOPIC,
    unit="0..1, 1 = one partner",
    range="1/n .. 1",
    formula=rf"\sum_j h_j^2,\ {BY_PARTNER}",
    reference=HIRSCHMAN,
)
def hhi_partners(flows: Flows, *, of: str = "exports") -> Answer:
    """Whether a region depends on few partners.

    of : ``exports`` (of the origin) or ``imports`` (of the destination).

    >>> flows = {"origin": ["A", "A"], "destination": ["B", "C"], "product": ["p", "q"], "value": [3.0, 1.0]}
    >>> round(hhi_partners(flows).value(), 6)
    0.625
    """
    return _spread(flows, "partners", of, None, lambda x, n: spread.hhi(x), "hhi_partners")


@trade_indicator(
    title="Product concentration (Herfindahl-Hirschman)",
    topic=TOPIC,
    unit="0..1, 1 = one product",
    range="1/n .. 1",
    formula=rf"\sum_k s_k^2,\ {BY_PRODUCT}",
    reference=HIRSCHMAN,
)
def hhi_products(flows: Flows, *, of: str = "exports") -> Answer:
    """Whether a region depends on few products.

    of : ``exports`` (of the origin) or ``imports`` (of the destination).

    >>> flows = {"origin": ["A", "A"], "destination": ["B", "C"], "product": ["p", "q"], "value": [3.0, 1.0]}
    >>> round(hhi_products(flows).value(), 6)
    0.625
    """
    return _spread(flows, "products", of, None, lambda x, n: spread.hhi(x), "hhi_products")


@trade_indicator(
    title="Partner concentration, normalised",
    topic=TOPIC,
    unit="0..1, 0 = even, 1 = one partner",
    range="0 .. 1",
    formula=rf"(H - 1/n)/(1 - 1/n),\ H = \sum_j h_j^2,\ {BY_PARTNER}",
    reference=HIRSCHMAN,
)
def hhi_normalised_partners(flows: Flows, *, of: str = "exports", lines: int | None = None) -> Answer:
    """Partner concentration freed of how many partners there could be.

    of : ``exports`` (of the origin) or ``imports`` (of the destination).
    lines : n, how many partners there could be; by default all regions with trade in the period but the region itself.

    >>> flows = {"origin": ["A", "A"], "destination": ["B", "C"], "product": ["p", "q"], "value": [3.0, 1.0]}
    >>> round(hhi_normalised_partners(flows).value(), 6)
    0.25
    """
    return _spread(flows, "partners", of, lines, spread.hhi_normalised, "hhi_normalised_partners")


@trade_indicator(
    title="Product concentration, normalised",
    topic=TOPIC,
    unit="0..1, 0 = even, 1 = one product",
    range="0 .. 1",
    formula=rf"(H - 1/n)/(1 - 1/n),\ H = \sum_k s_k^2,\ {BY_PRODUCT}",
    reference=HIRSCHMAN,
)
def hhi_normalised_products(flows: Flows, *, of: str = "exports", lines: int | None = None) -> Answer:
    """Product concentration freed of how many products the classification has.

    of : ``exports`` (of the origin) or ``imports`` (of the destination).
    lines : n, how many products there could be; by default those that anyone in the table trades in the period.

    >>> flows = {"origin": ["A", "A"], "destination": ["B", "C"], "product": ["p", "q"], "value": [3.0, 1.0]}
    >>> round(hhi_normalised_products(flows).value(), 6)
    0.25
    """
    return _spread(flows, "products", of, lines, spread.hhi_normalised, "hhi_normalised_products")


@trade_indicator(
    title="Regional Hirschman index",
    topic=TOPIC,
    unit="0..1, 1 = one partner",
    range="sqrt(1/n) .. 1",
    formula=rf"\sqrt{{\sum_j h_j^2}},\ {BY_PARTNER}",
    reference="Hirschman 1945, National Power and the Structure of Foreign Trade",
)
def hirschman_partners(flows: Flows, *, of: str = "exports") -> Answer:
    """Partner concentration as Hirschman first wrote it: the root of the Herfindahl-Hirschman index.

    of : ``exports`` (of the origin) or ``imports`` (of the destination).

    >>> flows = {"origin": ["A", "A"], "destination": ["B", "C"], "product": ["p", "q"], "value": [3.0, 1.0]}
    >>> round(hirschman_partners(flows).value(), 6)
    0.790569
    """
    return _spread(flows, "partners", of, None, lambda x, n: spread.hirschman(x), "hirschman_partners")


@trade_indicator(
    title="Sectoral Hirschman index",
    topic=TOPIC,
    unit="0..1, 1 = one product",
    range="sqrt(1/n) .. 1",
    formula=rf"\sqrt{{\sum_k s_k^2}},\ {BY_PRODUCT}",
    reference="Hirschman 1945, National Power and the Structure of Foreign Trade",
)
def hirschman_products(flows: Flows, *, of: str = "exports") -> Answer:
    """Product concentration as Hirschman first wrote it: the root of the Herfindahl-Hirschman index.

    of : ``exports`` (of the origin) or ``imports`` (of the destination).

    >>> flows = {"origin": ["A", "A"], "destination": ["B", "C"], "product": ["p", "q"], "value": [3.0, 1.0]}
    >>> round(hirschman_products(flows).value(), 6)
    0.790569
    """
    return _spread(flows, "products", of, None, lambda x, n: spread.hirschman(x), "hirschman_products")


@trade_indicator(
    title="Partner concentration (UNCTAD)",
    topic=TOPIC,
    unit="0..1, 0 = even, 1 = one partner",
    range="0 .. 1",
    formula=rf"(\sqrt H - \sqrt{{1/n}})/(1 - \sqrt{{1/n}}),\ H = \sum_j h_j^2,\ {BY_PARTNER}",
    reference="UNCTAD, Handbook of Statistics, concentration index",
)
def concentration_partners(flows: Flows, *, of: str = "exports", lines: int | None = None) -> Answer:
    """The Hirschman index over partners, freed of how many there could be.

    of : ``exports`` (of the origin) or ``imports`` (of the destination).
    lines : n, how many partners there could be; by default all regions with trade in the period but the region itself.

    >>> flows = {"origin": ["A", "A"], "destination": ["B", "C"], "product": ["p", "q"], "value": [3.0, 1.0]}
    >>> round(concentration_partners(flows).value(), 6)
    0.284959
    """
    return _spread(flows, "partners", of, lines, spread.unctad, "concentration_partners")


@trade_indicator(
    title="Product concentration (UNCTAD)",
    topic=TOPIC,
    unit="0..1, 0 = even, 1 = one product",
    range="0 .. 1",
    formula=rf"(\sqrt H - \sqrt{{1/n}})/(1 - \sqrt{{1/n}}),\ H = \sum_k s_k^2,\ {BY_PRODUCT}",
    reference="UNCTAD, Handbook of Statistics, concentration index",
)
def concentration_products(flows: Flows, *, of: str = "exports", lines: int | None = None) -> Answer:
    """The Hirschman index over products, freed of how many the classification has.

    of : ``exports`` (of the origin) or ``imports`` (of the destination).
    lines : n, how many products there could be; by default those that anyone in the table trades in the period.

    >>> flows = {"origin": ["A", "A"], "destination": ["B", "C"], "product": ["p", "q"], "value": [3.0, 1.0]}
    >>> round(concentration_products(flows).value(), 6)
    0.284959
    """
    return _spread(flows, "products", of, lines, spread.unctad, "concentration_products")


@trade_indicator(
    title="Number of equal partners",
    topic=TOPIC,
    unit="partners",
    range="1 .. n",
    formula=rf"1/H,\ H = \sum_j h_j^2,\ {BY_PARTNER}",
    reference="Adelman 1969, Review of Economics and Statistics 51",
)
def equivalent_partners(flows: Flows, *, of: str = "exports") -> Answer:
    """How many partners of equal size would be as concentrated.

    of : ``exports`` (of the origin) or ``imports`` (of the destination).

    >>> flows = {"origin": ["A", "A"], "destination": ["B", "C"], "product": ["p", "q"], "value": [3.0, 1.0]}
    >>> round(equivalent_partners(flows).value(), 6)
    1.6
    """
    return _spread(flows, "partners", of, None, lambda x, n: spread.number_equivalent(x), "equivalent_partners")


@trade_indicator(
    title="Number of equal products",
    topic=TOPIC,
    unit="products",
    range="1 .. n",
    formula=rf"1/H,\ H = \sum_k s_k^2,\ {BY_PRODUCT}",
    reference="Adelman 1969, Review of Economics and Statistics 51",
)
def equivalent_products(flows: Flows, *, of: str = "exports") -> Answer:
    """How many products of equal size would be as concentrated.

    of : ``exports`` (of the origin) or ``imports`` (of the destination).

    >>> flows = {"origin": ["A", "A"], "destination": ["B", "C"], "product": ["p", "q"], "value": [3.0, 1.0]}
    >>> round(equivalent_products(flows).value(), 6)
    1.6
    """
    return _spread(flows, "products", of, None, lambda x, n: spread.number_equivalent(x), "equivalent_products")


@trade_indicator(
    title="Trade entropy",
    topic=TOPIC,
    unit="natural units, 0 = one partner",
    range="0 .. ln n",
    formula=rf"-\sum_j h_j \ln h_j,\ {BY_PARTNER}",
    reference="Theil 1967, Economics and Information Theory",
)
def entropy_partners(flows: Flows, *, of: str = "exports") -> Answer:
    """How evenly trade is spread over partners.

    Columns: the number of effective partners (e to the power of entropy), and entropy.

    of : ``exports`` (of the origin) or ``imports`` (of the destination).

    >>> flows = {"origin": ["A", "A"], "destination": ["B", "C"], "product": ["p", "q"], "value": [1.0, 1.0]}
    >>> entropy_partners(flows).rows()
    [{'origin': 'A', 'effective_number': 2.0, 'entropy_partners': 0.693147180559945...}]
    """

    def figures(x: Array, n: Array) -> dict[str, Array]:
        found = spread.entropy(x)
        return {"effective_number": np.exp(found), "entropy_partners": found}

    return _spread(flows, "partners", of, None, figures, "entropy_partners")


@trade_indicator(
    title="Entropy of products",
    topic=TOPIC,
    unit="natural units, 0 = one product",
    range="0 .. ln n",
    formula=rf"-\sum_k s_k \ln s_k,\ {BY_PRODUCT}",
    reference="Theil 1967, Economics and Information Theory",
)
def entropy_products(flows: Flows, *, of: str = "exports") -> Answer:
    """How evenly trade is spread over products.

    Columns: the number of effective products (e to the power of entropy), and entropy.

    of : ``exports`` (of the origin) or ``imports`` (of the destination).

    >>> flows = {"origin": ["A", "A"], "destination": ["B", "C"], "product": ["p", "q"], "value": [1.0, 1.0]}
    >>> entropy_products(flows).rows()
    [{'origin': 'A', 'effective_number': 2.0, 'entropy_products': 0.693147180559945...}]
    """

    def figures(x: Array, n: Array) -> dict[str, Array]:
        found = spread.entropy(x)
        return {"effective_number": np.exp(found), "entropy_products": found}

    return _spread(flows, "products", of, None, figures, "entropy_products")


@trade_indicator(
    title="Theil index over products",
    topic=TOPIC,
    unit="natural units, 0 = even",
    range="0 .. ln n",
    formula=r"T = \tfrac1n\sum_k \frac{x_k}{\mu}\ln\frac{x_k}{\mu} = T_{within} + \ln\frac{n}{n_1}",
    reference="Theil 1967; Cadot, Carrere and Strauss-Kahn 2011, Review of Economics and Statistics 93",
)
def theil_products(flows: Flows, *, of: str = "exports", lines: int | None = None) -> Answer:
    """Concentration over products, split into how unequal the products traded are and how many are not traded.

    Columns: within (intensive margin, among the n_1 products traded), between (extensive margin, ln(n / n_1)), total.

    of : ``exports`` (of the origin) or ``imports`` (of the destination).
    lines : n, how many products there could be; by default those that anyone in the table trades in the period.

    >>> flows = {"origin": ["A", "B"], "destination": ["B", "A"], "product": ["p", "q"], "value": [3.0, 1.0]}
    >>> theil_products(flows, origin="A").rows()
    [{'origin': 'A', 'within': 0.0, 'between': 0.693147180559945..., 'theil_products': 0.693147180559945...}]
    """

    def figures(x: Array, n: Array) -> dict[str, Array]:
        found = spread.theil(x, n)
        return {"within": found.within, "between": found.between, "theil_products": found.total}

    return _spread(flows, "products", of, lines, figures, "theil_products")


@trade_indicator(
    title="Export diversification (UNCTAD)",
    topic=TOPIC,
    unit="0..1, 0 = as the world",
    range="0 .. 1",
    formula=r"\tfrac12\sum_k |s_{ik} - w_k|,\ s_{ik} = X_{ik}/X_i,\ w_k = W_k/W",
    reference="UNCTAD, Handbook of Statistics, diversification index; Finger and Kreinin 1979",
)
def export_diversification(flows: Flows, *, world: Any = "all") -> Answer:
    """How far the structure of a region's exports is from that of the world; high means little diversified.

    world : ``all`` origins in the table, the ``rest`` (all but the region itself), or a list of regions.

    >>> flows = {"origin": ["A", "A", "B", "B"], "product": ["p", "q"] * 2, "value": [3.0, 1.0, 1.0, 3.0]}
    >>> export_diversification(flows, origin="A").value()
    0.25
    """
    code, chosen = panel.exports(flows), world_of(world, scope(flows).regions)
    blocks = []
    for period, (X,) in together(code):
        selling = np.flatnonzero(traded_along(X, 1))
        W_k = np.broadcast_to(specialisation.world_exports(X, chosen.members, chosen.without_own), X.shape)
        figure = {"export_diversification": specialisation.diversification(X[selling], W_k[selling])}
        blocks.append(block(period, {"origin": (scope(flows).regions, selling)}, figure))
    return answer(blocks, code.notes, world=chosen.name)
