"""Two regions and what each reports of their trade."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import narwhals.stable.v2 as nw
import pyarrow as pa

from hansa import period as periods
from hansa import tables
from hansa.errors import DataError, NotIdentified, UnknownCode
from hansa.result import Result
from hansa.trade.flows import Flows, as_flows
from hansa.trade.group import Group, mapping, region_codes
from hansa.trade.mirror import REFERENCE, mirror

SUMMED = ("reported_by_origin", "reported_by_destination", "destination_fob", "low", "high", "value")


def mirror_of_pair(flows: Any, one: str, other: str, *, period: Any = None, groups: Sequence[Group] = ()) -> Result:
    """All trade between two regions as each of them reports it, and the value that reconciles both, by period.

    Parameters
    ----------
    flows : both mirror reports, told apart by the column told_by; or what `mirror` made of them.
    one, other : codes of the two regions.
    period : one or several; all by default.
    groups : of regions that are counted as one: their flows are reconciled member by member, then summed.

    Returns
    -------
    Result with columns period, origin, destination; reported_by_origin (FOB), reported_by_destination (CIF), both as
    reported; destination_fob (net of the CIF margin); low, high (the two reports, FOB); and value, reconciled flow by
    flow and summed. A side that reports nothing has no figure.

    Raises
    ------
    DataError : the two are one region, or the table does not hold two reports.
    UnknownCode : a region or period that the flows do not have.
    NotIdentified : neither reports any trade with the other.

    >>> told = {"period": [2022] * 4, "origin": list("AABB"), "destination": list("BBAA"),
    ...         "value": [100.0, 104, 50, 52], "told_by": ["origin", "destination"] * 2}
    >>> [(row["origin"], round(row["value"], 6)) for row in mirror_of_pair(told, "A", "B").rows()]
    [('A', 100.0), ('B', 50.0)]
    """
    taken = as_flows(flows)
    _refuse_no_pair(taken, one, other, groups)
    reconciled = taken if taken.told_by == "reconciled" else mirror(taken)
    lazy = reconciled.table
    for end in ("origin", "destination"):
        for group in groups:
            inside = nw.col(end).is_in(group.members)
            lazy = lazy.with_columns(nw.when(inside).then(nw.lit(group.code)).otherwise(nw.col(end)).alias(end))
    ways = (nw.col("origin") == one) & (nw.col("destination") == other)
    ways |= (nw.col("origin") == other) & (nw.col("destination") == one)
    keys = [name for name in ("period", "origin", "destination") if name in reconciled.columns]
    told = [nw.col(name).count().alias(f"{name}_rows") for name in SUMMED]
    sums = lazy.filter(ways).group_by(*keys).agg(*(nw.col(name).sum() for name in SUMMED), *told)
    table = tables.collect(sums).sort_by([(key, "ascending") for key in keys])
    if table.num_rows == 0:
        raise NotIdentified(f"Neither {one!r} nor {other!r} reports any trade with the other.")
    columns: dict[str, Any] = {key: table[key] for key in keys}
    for name in SUMMED:
        counted = zip(table[name].to_pylist(), table[f"{name}_rows"].to_pylist(), strict=True)
        columns[name] = pa.array([value if rows else None for value, rows in counted], pa.float64())
    return Result(
        _only(pa.table(columns), period),
        title=f"Trade between {one} and {other}: both mirror reports and the reconciled value",
        unit=f"{reconciled.unit}; FOB, but for reported_by_destination",
        method="mirror",
        reference=REFERENCE,
        provenance=reconciled.provenance,
        notes=reconciled.notes,
    )


def _refuse_no_pair(flows: Flows, one: str, other: str, groups: Sequence[Group]) -> None:
    known = sorted({*region_codes(flows), *(group.code for group in groups)} - set(mapping(groups)))
    for code in (one, other):
        if code not in known:
            raise UnknownCode("region of these flows", code, known, hint=f"The flows name {len(known):,} regions.")
    if one == other:
        raise DataError(f"A partnership has two sides, but both are {one!r}. Name two different regions.")


def _only(table: pa.Table, period: Any) -> pa.Table:
    if period is None:
        return table
    several = [period] if isinstance(period, str) or not isinstance(period, Iterable) else list(period)
    wanted = [periods.canonical(one) for one in several]
    written = [periods.canonical(one) for one in table["period"].to_pylist()]
    for one in wanted:
        if one not in written:
            known = sorted(set(written))
            raise UnknownCode("period of this pair", one, known, hint=f"It has {', '.join(known)}.")
    return table.filter(pa.array([one in wanted for one in written]))
