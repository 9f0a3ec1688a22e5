"""Flows as numbers over regions and products that all axes and periods share; and the way back to tables.

`coded` turns totals into positions once for each Flows; every indicator of region x product, or of pairs, then works on
the matrices of one period after another.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from hansa import dense
from hansa.errors import DataError, NotIdentified, UnknownCode
from hansa.indicator import Answer
from hansa.regions import members_on, membership_changes
from hansa.trade.flows import Flows
from hansa.trade.indicators.grid import long, once, said, several
from hansa.trade.ratio import Array

Places = NDArray[np.int64]
SPARSE = 16  # cells for each row: above that, rows are sorted instead of laid out


@dataclass(frozen=True)
class Period:
    """Totals of one period.

    name : of the period; None where the flows have none.
    cells : positions of the rows in the flattened array, rising.
    values : of the rows.
    shape : number of labels on each axis.
    """

    name: str | None
    cells: Places
    values: Array
    shape: tuple[int, ...]

    @property
    def places(self) -> tuple[Places, ...]:
        """For each axis, the position of each row's label."""
        return np.unravel_index(self.cells, self.shape)

    def matrix(self) -> Array:
        """The totals as an array, one dimension an axis; an absent row is no flow (0)."""
        out = np.zeros(int(np.prod(self.shape)))
        out[self.cells] = self.values
        return out.reshape(self.shape)


@dataclass(frozen=True)
class Coded:
    """Totals by some columns, with labels turned into positions.

    axes : the columns. labels : of each axis; origin and destination share theirs.
    notes : rows that have no value and were left out.
    """

    axes: tuple[str, ...]
    labels: tuple[Sequence[Any], ...]
    periods: tuple[Period, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Scope:
    """Every label of some flows: regions (origins and destinations together), products, periods."""

    regions: list[Any]
    products: list[Any]
    periods: list[str | None]


def need(flows: Flows, *columns: str) -> None:
    """Refuse flows that lack one of these columns."""
    if absent := [name for name in columns if name not in flows.columns]:
        raise DataError(
            f"This indicator needs a column {absent[0]!r}; the flows have {', '.join(flows.columns)}.",
            column=absent[0],
        )


def scope(flows: Flows) -> Scope:
    """The labels that all matrices of these flows share."""
    return once(flows, "scope", lambda: _scope(flows))


def _scope(flows: Flows) -> Scope:
    def labels(column: str) -> list[Any]:
        return dense.labels(flows.totals(column), column) if column in flows.columns else []

    periods = labels("period") or [None]
    return Scope(sorted({*labels("origin"), *labels("destination")}), labels("product"), periods)


def coded(flows: Flows, *axes: str) -> Coded:
    """Totals by `axes` (origin, destination, product), period by period."""
    need(flows, *axes)
    return once(flows, axes, lambda: _coded(flows, axes, flows))


def part(flows: Flows, axes: tuple[str, ...], **wanted: Any) -> Coded:
    """Totals of chosen rows (such as ``destination="A"``) over the labels of all rows, so that matrices fit."""
    need(flows, *axes, *wanted)
    for codes in wanted.values():
        mask(several(codes), scope(flows).regions)
    return _coded(flows.where(**wanted), axes, flows)


def _coded(flows: Flows, axes: tuple[str, ...], whole: Flows) -> Coded:
    """Totals of `flows` over the labels of `whole`."""
    table = flows.totals(*(["period"] if "period" in flows.columns else []), *axes)
    everything = scope(whole)  # after the totals, from which its labels follow at little cost
    notes: tuple[str, ...] = ()
    if lacking := table["value"].null_count:
        notes = (f"{lacking:,} of {table.num_rows:,} totals by {' x '.join(axes)} have no value and are left out",)
        table = table.filter(pc.is_valid(table["value"]))
    labels = tuple(everything.products if axis == "product" else everything.regions for axis in axes)
    places = [dense.positions(table[axis], known, axis) for axis, known in zip(axes, labels, strict=True)]
    shape = tuple(map(len, labels))
    cells, values = np.ravel_multi_index(places, shape), table["value"].to_numpy()
    if len(everything.periods) == 1:
        return Coded(axes, labels, (_in_order(everything.periods[0], cells, values, shape),), notes)
    when = dense.positions(table["period"], everything.periods, "period").astype(np.int16)
    order = np.argsort(when, kind="stable")
    cells, values = cells[order], values[order]
    starts = np.searchsorted(when[order], np.arange(len(everything.periods) + 1))
    periods = tuple(
        _in_order(name, cells[first:last], values[first:last], shape)
        for name, first, last in zip(everything.periods, starts[:-1], starts[1:], strict=True)
    )
    return Coded(axes, labels, periods, notes)


def _in_order(name: str | None, cells: Places, values: Array, shape: tuple[int, ...]) -> Period:
    """Rows by cell, whatever order the engine gave them in."""
    size = int(np.prod(shape))
    if size > SPARSE * len(cells) + 1_000_000:
        order = np.argsort(cells)
        return Period(name, cells[order], values[order], shape)
    there, laid_out = np.zeros(size, bool), np.zeros(size)
    there[cells], laid_out[cells] = True, values
    rising = np.flatnonzero(there)
    return Period(name, rising, laid_out[rising], shape)


def exports(flows: Flows) -> Coded:
    """Exports by origin and product."""
    return coded(flows, "origin", "product")


def imports(flows: Flows) -> Coded:
    """Imports by destination and product."""
    return coded(flows, "destination", "product")


def pairs(flows: Flows) -> Coded:
    """Trade by origin and destination."""
    return coded(flows, "origin", "destination")


def together(*codes: Coded) -> Iterator[tuple[str | None, tuple[Array, ...]]]:
    """The matrices of several totals, period by period."""
    for parts in zip(*(code.periods for code in codes), strict=True):
        yield parts[0].name, tuple(part.matrix() for part in parts)


def block(
    period: str | None, axes: Mapping[str, tuple[Sequence[Any], NDArray[Any]]], figures: Mapping[str, Any]
) -> pa.Table:
    """Rows for every combination of labels.

    axes : for each label column its labels and which of them stand on this axis (positions, or True for each kept).
    figures : arrays over these combinations.
    """
    kept = [np.flatnonzero(places) if places.dtype == bool else places for _, places in axes.values()]
    grids = np.meshgrid(*kept, indexing="ij") if kept else []
    labels = {name: (known, grid.ravel()) for (name, (known, _)), grid in zip(axes.items(), grids, strict=True)}
    return long(period, labels, {name: np.asarray(values).ravel() for name, values in figures.items()})


def answer(tables: Iterable[pa.Table], notes: Iterable[str] = (), **meta: Any) -> Answer:
    """One table of all periods, with a note on figures that do not exist.

    unit : in `meta`, where it depends on the data.

    Raises
    ------
    NotIdentified : there is no period.
    """
    unit, provenance = meta.pop("unit", None), meta.pop("provenance", None)
    everything = list(tables)
    if not everything:
        raise NotIdentified("There is no period of which this could be computed.")
    parts = [table for table in everything if table.num_rows] or everything
    table = pa.concat_tables(parts)
    said_notes = list(notes)
    if lacking := table.column(table.num_columns - 1).null_count:
        said_notes.append(
            f"{lacking:,} of {table.num_rows:,} figures do not exist (division by zero or no value): null"
        )
    return Answer(table, said_notes, {"n_missing": lacking, **meta}, unit=unit, provenance=provenance)


@dataclass(frozen=True)
class World:
    """The reference against which an indicator measures.

    name : as it stands in meta. members : (regions,) 1 for those that belong to it.
    without_own : whether each region is left out of its own world.
    """

    name: str
    members: Array
    without_own: bool


def world_of(world: Any, regions: Sequence[Any]) -> World:
    """``all`` origins in the table, the ``rest`` (all but the region itself), or the regions listed.

    Raises
    ------
    DataError, UnknownCode : it is none of these.
    """
    if isinstance(world, str):
        if world not in ("all", "rest"):
            raise DataError(f"The world is 'all', 'rest', or a list of region codes, not {world!r}.")
        name = "all origins in the table" if world == "all" else "all origins in the table but the region itself"
        return World(name, np.ones(len(regions)), world == "rest")
    members = mask(world, regions)
    return World(f"a set of {members.sum():,} regions: {said(several(world))}", members.astype(float), False)


def mask(codes: Any, regions: Sequence[Any]) -> NDArray[np.bool_]:
    """True for the regions named, each of which must be among them."""
    named = several(codes)
    for one in named:
        if one not in regions:
            raise UnknownCode("region of these flows", one, map(str, regions), hint="Name one that they have.")
    return np.isin(np.arange(len(regions)), [regions.index(one) for one in named])


def bloc_members(bloc: Any, period: str | None, regions: Sequence[Any]) -> tuple[NDArray[np.bool_], list[str]]:
    """True for the members of a bloc in a period, and what to know about that.

    bloc : region codes (one or several), or the name of a bloc, whose members of the period are taken.
    """
    if not isinstance(bloc, str) or bloc in regions:
        return mask(bloc, regions), []
    if period is None:
        raise DataError(f"The members of {bloc!r} change with time, and the flows have no period. List the members.")
    members = members_on(bloc, period)
    inside = np.array([region in members for region in regions], bool)
    notes = [f"{period}: {change}" for change in membership_changes(bloc, period)]
    if absent := sorted(members - set(regions)):
        notes.append(f"{period}: members of {bloc} without flows: {said(absent)}")
    if not inside.any():
        raise DataError(f"None of the flows of {period} is of a member of {bloc}: the codes may be of another kind.")
    return inside, notes
