"""How an indicator of trade is declared: flows in which nothing is counted twice go in, an Answer comes out.

Every indicator can be narrowed by the columns of its answer (``rca(flows, origin="A", period="2022")``). This chooses
rows of the answer and leaves the world it is measured against as it is; rows of the data are chosen by
``flows.where(...)``.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import narwhals.stable.v2 as nw
import pyarrow as pa
import pyarrow.compute as pc

from hansa import period as periods
from hansa.errors import DataError, UnknownCode
from hansa.indicator import Answer, indicator
from hansa.result import Result
from hansa.trade.flows import Flows, one_report
from hansa.trade.indicators.grid import said, several

NARROWING = ("period", "origin", "destination", "region", "partner", "product")


def trade_indicator(
    *, title: str, topic: str, unit: str, range: str, formula: str, reference: str, needs: Sequence[str] = ()
) -> Callable[[Callable[..., Answer]], Callable[..., Result]]:
    """Put a function of flows into the catalogue, and let its answer be narrowed by column.

    A function that has such an argument of its own (to save work) is given it.
    """

    def declare(function: Callable[..., Answer]) -> Callable[..., Result]:
        own = inspect.signature(function).parameters

        @functools.wraps(function)
        def narrowed(flows: Flows, *args: Any, **options: Any) -> Answer:
            wanted = {name: options.pop(name) for name in NARROWING if name in options and name not in own}
            answer = function(flows, *args, **options)
            return _only(answer, flows, {name: value for name, value in wanted.items() if value is not None})

        return indicator(
            title=title,
            topic=topic,
            unit=unit,
            range=range,
            formula=formula,
            reference=reference,
            needs=needs,
            door=one_report,
        )(narrowed)

    return declare


def _only(answer: Answer, flows: Flows, wanted: Mapping[str, Any]) -> Answer:
    table = answer.table
    names = table.column_names if isinstance(table, pa.Table) else table.collect_schema().names()
    for name, value in wanted.items():
        if name not in names:
            raise DataError(f"The answer has no column {name!r} to narrow it by; it has {', '.join(names)}.")
        chosen = several(value)
        if name == "period":
            chosen = [periods.canonical(one) for one in chosen]
        _refuse_unknown(flows, name, chosen)
        if isinstance(table, pa.Table):
            table = table.filter(pc.is_in(table[name], pa.array(chosen, table.schema.field(name).type)))
        else:
            table = table.filter(nw.col(name).is_in(chosen))
    return replace(answer, table=table)


def _refuse_unknown(flows: Flows, name: str, asked: list[Any]) -> None:
    """A code that is nowhere in the flows is a slip; one that has no row in the answer is an answer."""
    columns = [name] if name in ("period", "product") else ["origin", "destination"]
    known = {
        label for column in columns if column in flows.columns for label in flows.totals(column)[column].to_pylist()
    }
    for one in asked:
        if one not in known:
            hint = f"They have {said(sorted(known))}." if name == "period" else "Name one that they have."
            raise UnknownCode(f"{name} of these flows", one, map(str, known), hint=hint)
