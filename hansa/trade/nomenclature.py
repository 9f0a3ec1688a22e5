"""Flows at another level of their classification of products, or in another classification."""

from __future__ import annotations

from dataclasses import replace

from hansa.errors import DataError, UnitMismatch
from hansa.products import Classification, Concordance, classification, convert, cut_codes
from hansa.products.concordance import UNALLOCATED
from hansa.trade.flows import Flows


def at_level(flows: Flows, level: str, products: Classification | None = None) -> Flows:
    """The flows summed by a coarser level of their products, such as ``chapter`` or ``section``.

    Parameters
    ----------
    flows : with a column product.
    level : one of the levels of the classification.
    products : the list; by default the one that `flows.classification` names.

    Raises
    ------
    DataError : the flows do not say their classification, it has no such level, or a product is coarser than that.
    UnknownCode : a product is in no list.

    >>> from hansa.trade.flows import as_flows
    >>> flows = as_flows({"origin": ["A", "A"], "product": ["010121", "010129"], "value": [1.0, 2.0]})
    >>> at_level(flows, "chapter", classification("HS17")).totals("product").to_pylist()
    [{'product': '01', 'value': 3.0}]
    """
    if products is None:
        if flows.classification is None:
            raise DataError("The flows do not say which classification their products are of; name it, such as HS17.")
        products = classification(flows.classification)
    present = [code for code in flows.totals("product")["product"].to_pylist() if code != UNALLOCATED]
    codes, notes = cut_codes(products, present, level)
    coarser = flows.regroup({code: cut for code, cut in codes.items() if code != cut}, column="product")
    step = flows.provenance.then("level of products", f"{level} of {products.key}")
    return replace(coarser, provenance=step).noting(*notes)


def in_classification(flows: Flows, concordance: Concordance) -> Flows:
    """The flows with their products in the target of a concordance, and notes on what was split or found no target.

    Values without a target stay, under the product "unallocated", so that totals do not change.

    Raises
    ------
    UnitMismatch : the flows are of another classification than the concordance starts from.

    >>> from hansa.trade.flows import as_flows
    >>> flows = as_flows({"origin": ["A"], "product": ["01"], "value": [8.0]}, classification="X")
    >>> moved = in_classification(flows, Concordance("X", "Y", {"01": {"a": 0.75, "b": 0.25}}))
    >>> sorted((row["product"], row["value"]) for row in moved.totals("product").to_pylist()), moved.classification
    ([('a', 6.0), ('b', 2.0)], 'Y')
    """
    if flows.classification != concordance.source:
        raise UnitMismatch(
            f"The flows are of {flows.classification or 'an unknown classification'}, but the concordance leads from "
            f"{concordance.source} to {concordance.target}. Name the classification of the flows, or take another "
            "concordance."
        )
    done = convert(flows.table, concordance)
    step = flows.provenance.then("products", f"{concordance.source} -> {concordance.target}")
    moved = Flows(
        done.table,
        unit=flows.unit,
        valuation=flows.valuation,
        told_by=flows.told_by,
        scope=flows.scope,
        classification=concordance.target,
        provenance=step,
        notes=flows.notes,
    )
    return moved.noting(*done.notes)
