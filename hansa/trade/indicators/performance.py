"""Trade performance: how much is sold and bought, and what is left."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pyarrow as pa

from hansa.errors import DataError
from hansa.indicator import Answer
from hansa.trade.flows import Flows
from hansa.trade.indicators.declare import trade_indicator
from hansa.trade.indicators.grid import long
from hansa.trade.indicators.panel import answer
from hansa.trade.indicators.series import Cells, by_columns, totals_by, two_ways
from hansa.trade.ratio import Array, ratio

__all__ = ["balance", "coverage", "exports", "imports", "normalised_balance", "turnover"]

TOPIC = "Trade performance"
HANDBOOK = "Mikic and Gilbert 2009, Trade Statistics in Policymaking (UN ESCAP)"
IMTS = "United Nations 2011, International Merchandise Trade Statistics: Concepts and Definitions 2010"


def _table(flows: Flows, cells: Cells, figures: dict[str, Array]) -> pa.Table:
    labels = {name: (known, cells.places[name]) for name, known in cells.labels.items()}
    if "period" in flows.columns:
        labels = {"period": (cells.periods, cells.when), **labels}
    return long(None, labels, figures)


def _both_ways(
    flows: Flows, by: str | Sequence[str], figure: Callable[[Array, Array], Array], key: str, unit: str | None = None
) -> Answer:
    columns = by_columns(by)
    if "region" not in columns:  # flows from one side are sold and bought by nobody in particular
        raise DataError(
            f"{key} is what a region sells and buys; by={','.join(columns)!r} names none. Give region, with partner or "
            "product where wanted."
        )
    both = two_ways(flows, columns)
    return answer(
        [_table(flows, both.cells, {key: figure(both.exports, both.imports)})], unit=unit, absent="no flow (0)"
    )


def _one_way(flows: Flows, by: str | Sequence[str], key: str) -> Answer:
    cells, values = totals_by(flows, by_columns(by))
    return answer([_table(flows, cells, {key: values})], unit=str(flows.unit))


@trade_indicator(
    title="Exports",
    topic=TOPIC,
    unit="currency of the flows",
    range="0 ..",
    formula=r"X_i = \sum_{jk} x_{ijk}",
    reference=IMTS,
)
def exports(flows: Flows, *, by: str | Sequence[str] = "origin") -> Answer:
    """What a region sells.

    by : any of origin, destination, product, such as ``"origin,product"``.

    >>> exports({"origin": ["A", "A"], "destination": ["B", "C"], "value": [3.0, 1.0]}).rows()
    [{'origin': 'A', 'exports': 4.0}]
    """
    return _one_way(flows, by, "exports")


@trade_indicator(
    title="Imports",
    topic=TOPIC,
    unit="currency of the flows",
    range="0 ..",
    formula=r"M_j = \sum_{ik} x_{ijk}",
    reference=IMTS,
)
def imports(flows: Flows, *, by: str | Sequence[str] = "destination") -> Answer:
    """What a region buys.

    by : any of origin, destination, product, such as ``"destination,product"``.

    >>> imports({"origin": ["A", "B"], "destination": ["C", "C"], "value": [3.0, 1.0]}).rows()
    [{'destination': 'C', 'imports': 4.0}]
    """
    return _one_way(flows, by, "imports")


@trade_indicator(
    title="Turnover",
    topic=TOPIC,
    unit="currency of the flows",
    range="0 ..",
    formula=r"X_i + M_i; \quad x_{ij} + x_{ji}",
    reference=IMTS,
)
def turnover(flows: Flows, *, by: str | Sequence[str] = "region") -> Answer:
    """What a region sells and buys together.

    by : region, and partner or product where wanted, such as ``"region,partner"``.

    >>> flows = {"origin": ["A", "B"], "destination": ["B", "A"], "value": [3.0, 1.0]}
    >>> turnover(flows, by="region,partner", region="A").rows()
    [{'region': 'A', 'partner': 'B', 'turnover': 4.0}]
    """
    return _both_ways(flows, by, np.add, "turnover", str(flows.unit))


@trade_indicator(
    title="Trade balance",
    topic=TOPIC,
    unit="currency of the flows",
    range="real numbers",
    formula=r"X_i - M_i; \quad x_{ij} - x_{ji}",
    reference=IMTS,
)
def balance(flows: Flows, *, by: str | Sequence[str] = "region") -> Answer:
    """What a region sells less what it buys.

    by : region, and partner or product where wanted.

    >>> balance({"origin": ["A", "B"], "destination": ["B", "A"], "value": [3.0, 1.0]}, region="A").value()
    2.0
    """
    return _both_ways(flows, by, np.subtract, "balance", str(flows.unit))


@trade_indicator(
    title="Normalised trade balance",
    topic=TOPIC,
    unit="-1..1, 0 = balanced",
    range="-1 .. 1",
    formula=r"(X_i - M_i)/(X_i + M_i)",
    reference=HANDBOOK,
)
def normalised_balance(flows: Flows, *, by: str | Sequence[str] = "region") -> Answer:
    """The balance as a part of turnover.

    by : region, and partner or product where wanted.

    >>> normalised_balance({"origin": ["A", "B"], "destination": ["B", "A"], "value": [3.0, 1.0]}, region="A").value()
    0.5
    """
    return _both_ways(flows, by, lambda x, m: ratio(x - m, x + m), "normalised_balance")


@trade_indicator(
    title="Coverage of imports by exports",
    topic=TOPIC,
    unit="ratio, 1 = balanced",
    range="0 ..",
    formula=r"X_i / M_i",
    reference=HANDBOOK,
)
def coverage(flows: Flows, *, by: str | Sequence[str] = "region") -> Answer:
    """Exports over imports; null where nothing is imported.

    by : region, and partner or product where wanted.

    >>> coverage({"origin": ["A", "B"], "destination": ["B", "A"], "value": [3.0, 1.0]}, region="A").value()
    3.0
    """
    return _both_ways(flows, by, ratio, "coverage")
