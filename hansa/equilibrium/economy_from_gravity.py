"""The accounts of an economy of one sector from gravity: what a fit expects, or what estimated trade costs imply."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields
from numbers import Real
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from hansa import period as periods
from hansa.equilibrium import baseline, economy_from_flows, structural_gravity, trade_grid, trade_rows
from hansa.equilibrium.baseline import Baseline
from hansa.equilibrium.economy_from_flows import Settings
from hansa.equilibrium.elasticity import Given, of_sectors
from hansa.errors import DataError, NotIdentified, UnknownCode
from hansa.provenance import Provenance
from hansa.units import Money

if TYPE_CHECKING:
    from hansa.gravity.effects import Sides
    from hansa.gravity.fit import GravityFit

Array = NDArray[np.float64]

WIDEST = 300.0  # of an exponent: exp(300) is beyond any trade, and within what a float holds
SAME_TOTAL = 1e-6  # output and expenditure that differ by more are of different worlds


def parts(
    fit: GravityFit, *, elasticity: Given, elasticity_source: str, period: Any, reference: Any, unit: Money | None
) -> dict[str, Any]:
    """The fields of an Economy (see `Economy.from_gravity`)."""
    from hansa.gravity import effects  # optional dependency
    from hansa.gravity.ppml import Solution  # optional dependency
    from hansa.gravity.structure import fitted_values  # optional dependency

    design, solution = fit.design, fit.solution
    sides = effects.find_sides(design.effects)
    if sides is None or not isinstance(solution, Solution):
        raise NotIdentified(
            "An economy comes from PPML with effects of exporters and of importers, such as 'trade ~ log(dist) | "
            "exporter^year + importer^year': only then are output and expenditure those of the data."
        )
    i, j, regions = effects.regions_of_rows(design, sides, solution.row)
    keep, when = _rows_of_period(fit, sides, period)
    names = [str(one) for one in regions]
    table = pa.table(
        {
            "origin": pa.DictionaryArray.from_arrays(pa.array(i[keep]), pa.array(names)),
            "destination": pa.DictionaryArray.from_arrays(pa.array(j[keep]), pa.array(names)),
            "value": fitted_values(design, solution)[keep],
        }
    )
    provenance = design.provenance.then("ppml", design.formula.text)
    notes = (
        f"trade is what {design.formula.text!r} expects; output and expenditure are those of the data",
        *design.notes,
        *_about_reference(reference, names),
    )
    trade = trade_rows.TradeRows(table, unit or Money(), when, "", provenance, notes)
    return economy_from_flows.of_rows(trade, Settings(elasticity, elasticity_source))


def _rows_of_period(fit: GravityFit, sides: Sides, period: Any) -> tuple[NDArray[np.bool_], str | None]:
    """Which rows of the fit are of a period, told by the part that both sides have beside the region."""
    sold = fit.design.effects[sides.exporter]
    rest = [part for part in sold.parts if part != sides.exporter_part]
    row = fit.solution.row
    if not rest:
        if period is not None:
            raise DataError("period= is given, and the effects of the fit have no period, such as exporter^year.")
        return np.ones(row.size, bool), None
    if len(rest) > 1:
        raise DataError(f"The effects of the fit cross {', '.join(rest)}: an economy of one sector has periods only.")
    column = sold.parts.index(rest[0])
    level = sold.levels.parts[sold.levels.of_row[row], column]
    known = [periods.canonical(one) for one in sold.labels[column]]
    if period is None and len(known) > 1:
        raise DataError(
            f"The fit has {len(known):,} periods ({known[0]} to {known[-1]}). Name one: period={known[-1]!r}."
        )
    when = known[0] if period is None else periods.canonical(period)
    if when not in known:
        raise UnknownCode("period of the fit", when, known)
    return level == known.index(when), when


def estimated(
    data: Any,
    coefficients: Mapping[str, float],
    margins: tuple[str, str],
    *,
    elasticity: Given,
    elasticity_source: str,
    period: Any,
    reference: Any,
    unit: Money | None,
) -> dict[str, Any]:
    """The fields of an Economy (see `Economy.from_estimates`)."""
    coefficients = _coefficients(coefficients)
    table = trade_rows.columns(data, (*coefficients, *margins), value=False)
    table, when = trade_rows.of_period(table, period)
    if not table.num_rows:
        raise DataError("There are no rows. Give one for each pair of regions, home included.")
    for name in (*coefficients, *margins):
        if name not in table.column_names:
            raise DataError(f"There is no column {name!r}; there are {', '.join(table.column_names)}.", column=name)
    regions, i, j = _places(table)
    n = len(regions)
    index = np.zeros((n, n))
    for name, coefficient in coefficients.items():
        index[i, j] += coefficient * _numbers(table, name)
    Y, E = (_margin(table, name, at, regions) for name, at in zip(margins, (i, j), strict=True))
    off = E.sum() / Y.sum() - 1
    if not abs(off) <= SAME_TOTAL:
        raise DataError(
            f"{margins[1]!r} sums to {off:+.2%} of {margins[0]!r} over all regions; what the world makes it buys. "
            "Take both from the same flows."
        )
    low, high = index.min(), index.max()
    if not high - low <= WIDEST:
        raise DataError(
            f"Costs of the dearest pair lower its trade by exp({high - low:,.0f}) against the cheapest, and up to "
            f"exp({WIDEST:g}) can be computed. Look at the units and signs of coefficients= and their columns."
        )
    at = 0 if reference is None else _place(reference, regions)
    power = np.exp(index - high)
    flow = structural_gravity.conditional(power, Y, E * (Y.sum() / E.sum()), reference=at).flow
    theta, source = of_sectors(elasticity, elasticity_source, ("total",))
    b = baseline.from_flows(np.array(flow)[None], baseline.no_tariff(1, n), theta)
    said = ", ".join(f"{name} {value:g}" for name, value in coefficients.items())
    return {
        "regions": tuple(regions),
        "sectors": ("total",),
        **{one.name: getattr(b, one.name) for one in fields(Baseline)},
        "unit": unit or Money(),
        "elasticity_source": source,
        "period": when,
        "provenance": Provenance().then("structural gravity", f"trade costs from {said}"),
        "notes": (
            f"trade is what structural gravity implies for the {margins[0]!r} and {margins[1]!r} of the data",
            *_about_reference(reference, regions),
        ),
    }


def _coefficients(given: Any) -> dict[str, float]:
    if not isinstance(given, Mapping) or not given:
        raise DataError(
            f"coefficients= says the coefficient of each column, such as {{'ln_DIST': -0.8}}; this is {given!r:.80}."
        )
    for name, value in given.items():
        if isinstance(value, bool) or not isinstance(value, Real) or not np.isfinite(float(value)):
            raise DataError(f"The coefficient of {name!r} is {value!r:.80}; it must be a finite number.")
    return {name: float(value) for name, value in given.items()}


def _about_reference(reference: Any, regions: Sequence[str]) -> tuple[str, ...]:
    if reference is None:
        return ()
    _place(reference, regions)
    return (f"reference region: {reference}",)


def _place(reference: Any, regions: Sequence[str]) -> int:
    if str(reference) not in regions:
        raise UnknownCode("region of the economy", reference, regions)
    return list(regions).index(str(reference))


def _places(table: pa.Table) -> tuple[list[str], NDArray[np.int64], NDArray[np.int64]]:
    """Regions, and the places of origin and destination of each row; every pair must be there once."""
    sides = [trade_grid.coded(table, name) for name in ("origin", "destination")]
    regions = sorted({label for _, known in sides for label in known})
    number = {label: place for place, label in enumerate(regions)}
    i, j = (np.array([number[label] for label in known], np.int64)[place] for place, known in sides)
    n = len(regions)
    count = np.bincount(i * n + j, minlength=n * n)
    if (count != 1).any():
        places = np.flatnonzero(count != 1)
        cases = ", ".join(f"{regions[p // n]} to {regions[p % n]} ({count[p]:,} rows)" for p in places[:3])
        raise DataError(
            f"{places.size:,} of {n * n:,} pairs do not have exactly one row, e.g. {cases}. Give a row for each pair, "
            "home included, of one period."
        )
    return regions, i, j


def _numbers(table: pa.Table, name: str) -> Array:
    column = table[name]
    if pa.types.is_boolean(column.type):
        column = column.cast(pa.int8())
    values = trade_grid.numbers(column, f"column {name!r}")
    if not np.isfinite(values).all():
        raise DataError(
            f"Column {name!r} has {int((~np.isfinite(values)).sum()):,} cells without a number.", column=name
        )
    return values


def _margin(table: pa.Table, name: str, place: NDArray[np.int64], regions: Sequence[str]) -> Array:
    """(n,) a figure of each region that stands in all of its rows."""
    values = _numbers(table, name)
    out = np.empty(len(regions))
    out[place] = values
    if (differs := np.abs(values - out[place]) > 1e-9 * np.abs(values)).any():
        region = regions[int(place[np.flatnonzero(differs)[0]])]
        raise DataError(
            f"Column {name!r} has several values for {region!r}; it is one figure for each region.", column=name
        )
    if not (out > 0).all():
        raise DataError(f"Column {name!r} is not above zero for {regions[int(np.argmin(out))]!r}.", column=name)
    return out
