"""Several scenarios side by side: one figure of every region under each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pyarrow as pa

from hansa.equilibrium.counterfactual import Counterfactual
from hansa.errors import DataError
from hansa.result import Result


def compare(counterfactuals: Sequence[Counterfactual], figure: str = "real_income") -> Result:
    """One figure of every region under several scenarios, side by side.

    figure : a column of `Counterfactual.regions`: real_income, real_wage, exports_change ...

    Raises
    ------
    DataError : none is given, their regions differ, two scenarios share a name, or there is no such figure.

    >>> from hansa.equilibrium import Economy, simulate
    >>> from hansa.scenario import Scenario, TradeCost, Where
    >>> trade = {"origin": list("AABB"), "destination": list("ABAB"), "value": [80.0, 20.0, 20.0, 180.0]}
    >>> world = Economy.from_flows(trade, elasticity=4.0)
    >>> cuts = [Scenario(f"cost x {f}", (TradeCost(Where("A", "B", both=True), f),)) for f in (0.9, 0.8)]
    >>> compare([simulate(world, cut) for cut in cuts]).to_arrow().column_names
    ['region', 'cost x 0.9', 'cost x 0.8']
    """
    if not counterfactuals:
        raise DataError("There is nothing to compare: give at least one counterfactual.")
    first = counterfactuals[0]
    names = [one.scenario.name for one in counterfactuals]
    if len(set(names)) < len(names):
        raise DataError(f"Two scenarios have the same name among {', '.join(map(repr, names))}. Name them apart.")
    columns: dict[str, Any] = {"region": pa.array(first.economy.regions)}
    for one in counterfactuals:
        if one.economy.regions != first.economy.regions:
            raise DataError(
                f"{one.scenario.name!r} is of other regions than {first.scenario.name!r}; compare like with like."
            )
        table = one.regions().to_arrow()
        if figure not in table.column_names[1:]:
            raise DataError(f"{figure!r} is no figure by region. Take one of {', '.join(table.column_names[1:])}.")
        columns[one.scenario.name] = table[figure]
    shared = [note for note in first.conditions if all(note in one.conditions for one in counterfactuals)]
    own = [f"{one.scenario.name}: {n}" for one in counterfactuals for n in one.conditions if n not in shared]
    told = first.regions()
    title = f"{figure} by region, {len(names)} scenarios side by side"
    provenance = first.economy.provenance.merge(*(one.economy.provenance for one in counterfactuals[1:]))
    return Result(
        pa.table(columns),
        title,
        told.unit,
        told.method,
        told.reference,
        provenance.then("compare", ", ".join(names)),
        (*shared, *own),
        {"scenarios": names},
    )
