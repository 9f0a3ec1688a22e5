"""Totals as series over periods: of exports (by origin), imports (by destination), or both ways (by region)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from hansa import dense
from hansa import period as periods
from hansa.errors import DataError
from hansa.trade.flows import Flows
from hansa.trade.indicators.grid import long, said, wanted_periods
from hansa.trade.indicators.panel import Places, Scope, need, scope
from hansa.trade.ratio import Array

ONE_WAY = ("origin", "destination", "product")
BOTH_WAYS = ("region", "partner", "product")


def by_columns(by: str | Sequence[str]) -> tuple[str, ...]:
    """The columns that tell series apart, given as a sequence or as text with commas.

    >>> by_columns("region, partner")
    ('region', 'partner')
    """
    columns = tuple(name.strip() for name in by.split(",") if name.strip()) if isinstance(by, str) else tuple(by)
    both = "region" in columns
    known = BOTH_WAYS if both else ONE_WAY
    if strange := [name for name in columns if name not in known]:
        raise DataError(
            f"{strange[0]!r} cannot stand beside {said(name for name in columns if name != strange[0]) or 'nothing'}. "
            "Give any of origin, destination, product (flows as they are), or region with or without partner and "
            "product (exports and imports of the region together)."
        )
    return tuple(name for name in known if name in columns)


@dataclass(frozen=True)
class Cells:
    """Rows of totals as positions: for each key column its labels and the position in every row."""

    labels: Mapping[str, Sequence[Any]]
    when: Places
    periods: Sequence[str | None]
    places: Mapping[str, Places]


@dataclass(frozen=True)
class TwoWays:
    """Exports and imports of regions, (rows,); an absent flow is 0."""

    cells: Cells
    exports: Array
    imports: Array


def two_ways(flows: Flows, by: tuple[str, ...]) -> TwoWays:
    """What each region sells and buys, by `by` (region, and partner or product where wanted)."""
    need(flows, "origin", "destination")
    everything = scope(flows)
    known = _known(everything, by)
    sold = _cells(flows, everything, {"region": "origin", "partner": "destination"}, known)
    bought = _cells(flows, everything, {"region": "destination", "partner": "origin"}, known)
    cells = np.union1d(sold[0], bought[0])
    exports, imports = np.zeros(len(cells)), np.zeros(len(cells))
    exports[np.searchsorted(cells, sold[0])] = sold[1]
    imports[np.searchsorted(cells, bought[0])] = bought[1]
    when, *places = np.unravel_index(cells, _shape(everything, known))
    return TwoWays(Cells(known, when, everything.periods, dict(zip(by, places, strict=True))), exports, imports)


def _cells(
    flows: Flows,
    everything: Scope,
    called: Mapping[str, str],
    known: Mapping[str, Sequence[Any]],
) -> tuple[Places, Array]:
    """Totals as positions in the flattened array of periods and `known` labels. called : columns of another name."""
    timed = "period" in flows.columns
    columns = {name: called.get(name, name) for name in known}
    table = flows.totals(*(["period"] if timed else []), *columns.values())
    when = dense.positions(table["period"], everything.periods, "period") if timed else np.zeros(table.num_rows, int)
    places = [dense.positions(table[columns[name]], labels, columns[name]) for name, labels in known.items()]
    return np.ravel_multi_index((when, *places), _shape(everything, known)), table["value"].to_numpy()


def totals_by(flows: Flows, by: tuple[str, ...]) -> tuple[Cells, Array]:
    """Totals by any columns that `by_columns` allows; a region's are its exports and imports together."""
    if "region" in by:
        both = two_ways(flows, by)
        return both.cells, both.exports + both.imports
    need(flows, *by)
    everything = scope(flows)
    known = _known(everything, by)
    cells, values = _cells(flows, everything, {}, known)
    order = np.argsort(cells, kind="stable")
    when, *places = np.unravel_index(cells[order], _shape(everything, known))
    return Cells(known, when, everything.periods, dict(zip(by, places, strict=True))), values[order]


def _known(everything: Scope, by: tuple[str, ...]) -> dict[str, Sequence[Any]]:
    return {name: everything.products if name == "product" else everything.regions for name in by}


def _shape(everything: Scope, known: Mapping[str, Sequence[Any]]) -> tuple[int, ...]:
    return (len(everything.periods), *(len(labels) for labels in known.values()))


@dataclass(frozen=True)
class Series:
    """Values (periods, series), NaN where a period has no row; labels and places of each series.

    codes : (series,) a number for each combination of labels, rising.
    """

    periods: Sequence[str]
    labels: Mapping[str, Sequence[Any]]
    places: Mapping[str, Places]
    codes: Places
    values: Array

    def rows(self, period: str | None, kept: NDArray[np.bool_], figures: Mapping[str, Any]) -> pa.Table:
        """The series kept as rows of a period, with figures (series,)."""
        labels = {name: (known, self.places[name][kept]) for name, known in self.labels.items()}
        return long(period, labels, {name: np.asarray(values)[kept] for name, values in figures.items()})


def series(flows: Flows, by: str | Sequence[str]) -> Series:
    """Totals laid out over periods.

    Raises
    ------
    DataError : the flows have no period.
    """
    need(flows, "period")
    cells, values = totals_by(flows, by_columns(by))
    shape = tuple(len(labels) for labels in cells.labels.values())
    code = np.ravel_multi_index(tuple(cells.places.values()), shape) if shape else np.zeros(len(values), int)
    codes, column = np.unique(code, return_inverse=True)
    out = np.full((len(cells.periods), len(codes)), np.nan)
    out[cells.when, column] = values
    places: Sequence[Any] = np.unravel_index(codes, shape) if shape else ()
    periods_said = [str(name) for name in cells.periods if name is not None]
    return Series(periods_said, cells.labels, dict(zip(cells.labels, places, strict=True)), codes, out)


def earlier(known: Sequence[str], against: str) -> list[tuple[int, int]]:
    """Which two periods are compared, as positions (earlier, later).

    against : ``last_year`` (the same period a year before), ``previous`` (the period before), or a period: then every
        later one is compared with it.

    Raises
    ------
    DataError : no two such periods are at hand.
    """
    place = {name: number for number, name in enumerate(known)}
    if against == "last_year":
        pairs = [(place.get(periods.same_period_last_year(name)), number) for name, number in place.items()]
    elif against == "previous":
        pairs = [(place.get(periods.shift(name, -1)), number) for name, number in place.items()]
    else:
        (base,) = wanted_periods(against, known)
        pairs = [(place[base], number) for name, number in place.items() if name > base]
    found = [(before, after) for before, after in pairs if before is not None]
    if not found:
        raise DataError(
            f"There is no period to compare with ({against}) among {said(known) or 'none'}. Add periods, or name the "
            "earlier one with against='...'."
        )
    return found


def years_between(first: str, last: str) -> float:
    """Years from one period to a later one of the same frequency.

    >>> years_between("2020", "2023"), years_between("2020-03", "2021-09")
    (3.0, 1.5)
    """
    per_year = {"A": 1, "Q": 4, "M": 12}[periods.frequency(first)]
    return (len(periods.span(first, last)) - 1) / per_year
