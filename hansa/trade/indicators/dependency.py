"""Dependency on imports: by the European Commission's criteria, by CEPII's GeoDep, and on one supplier."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import compress
from typing import Any

import narwhals.stable.v2 as nw
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from hansa import dense, tables
from hansa.errors import DataError
from hansa.indicator import Answer
from hansa.period import canonical
from hansa.trade import import_dependency as numbers
from hansa.trade.flows import Flows
from hansa.trade.indicators.declare import trade_indicator
from hansa.trade.indicators.grid import Grid, abroad, grid, long, once, wanted, wanted_periods
from hansa.trade.indicators.panel import bloc_members
from hansa.trade.ratio import ratio, rest

__all__ = ["geodep", "import_dependency", "imports_at_risk"]

TOPIC = "Dependency"
AT_ONCE = 50  # destinations in one query: groups by supplier and product of all of them would fill the memory
Array = NDArray[np.float64]


@dataclass(frozen=True)
class _Supply:
    """Who supplies each region with each product; arrays (periods, regions, products).

    outside : imports from other regions (for a bloc: from non-members); squares : sum of their squares by supplier.
    inside : imports of a bloc from its members; exports : to everybody.
    """

    exports_of_all: Grid
    regions: list[str]
    outside: Array
    squares: Array
    inside: Array
    exports: Array
    notes: list[str]


def _supply(flows: Flows, region: Any, period: Any) -> _Supply:
    flows, notes = abroad(flows)
    cells = grid(flows, period=period)
    if region is not None:
        return _Supply(cells, *_one_region(flows, cells, region, notes), notes)
    found: tuple[list[str], Array, Array, Array, Array] = once(
        flows, ("supply of every region", cells.periods), lambda: _every_region(flows, cells)
    )
    return _Supply(cells, *found, notes)


def _every_region(flows: Flows, cells: Grid) -> tuple[list[str], Array, Array, Array, Array]:
    regions = dense.labels(flows.totals("destination"), "destination")
    shape = (len(cells.periods), len(regions), len(cells.columns))
    outside, squares, exports = np.zeros(shape), np.zeros(shape), np.zeros(shape)
    for start in range(0, len(regions), AT_ONCE):
        table = _suppliers(flows, cells.periods, regions[start : start + AT_ONCE])
        place = (
            _when(table, cells.periods),
            dense.positions(table["destination"], regions, "destination"),
            dense.positions(table["product"], cells.columns, "product"),
        )
        outside[place], squares[place] = table["sum"].to_numpy(), table["square"].to_numpy()
    place_of = {label: number for number, label in enumerate(cells.rows)}
    sellers = [(number, place_of[label]) for number, label in enumerate(regions) if label in place_of]
    for t, name in enumerate(cells.periods):
        exports[t, [r for r, _ in sellers]] = cells.matrix(name)[[i for _, i in sellers]]
    return regions, outside, squares, np.zeros(shape), exports


def _suppliers(flows: Flows, periods: Sequence[str | None], destinations: list[Any]) -> pa.Table:
    """Sum and sum of squares over suppliers, computed where the data are: only groups come out of the engine."""
    narrowed: dict[str, Any] = {"destination": destinations}
    timed = ["period"] if periods != (None,) else []
    if timed:
        narrowed["period"] = list(periods)
    value = nw.col("value")
    by_supplier = flows.where(**narrowed).by(*timed, "origin", "destination", "product").table
    sums = by_supplier.group_by(*timed, "destination", "product")
    return tables.collect(sums.agg(value.sum().alias("sum"), (value * value).sum().alias("square")))


def _one_region(
    flows: Flows, cells: Grid, region: Any, notes: list[str]
) -> tuple[list[str], Array, Array, Array, Array]:
    shape = (len(cells.periods), 1, len(cells.columns))
    outside, squares, inside, exports = np.zeros(shape), np.zeros(shape), np.zeros(shape), np.zeros(shape)
    known = sorted({*cells.rows, *dense.labels(flows.totals("destination"), "destination")})
    name = region if isinstance(region, str) else "+".join(sorted(map(str, region)))
    read: dict[tuple[Any, ...], pa.Table] = {}  # once for all periods of the same members
    for t, period in enumerate(cells.periods):
        belongs, changes = bloc_members(region, period, known)
        members = list(compress(known, belongs))
        notes += changes
        if (of := tuple(members)) not in read:
            timed = [] if period is None else ["period"]
            read[of] = flows.where(destination=members).totals(*timed, "origin", "product")
        table = read[of] if period is None else read[of].filter(pc.equal(read[of]["period"], period))
        product = dense.positions(table["product"], cells.columns, "product")
        value = table["value"].to_numpy()
        member = pc.is_in(table["origin"], pa.array(members, table["origin"].type)).to_numpy(zero_copy_only=False)
        inside[t, 0] = np.bincount(product[member], value[member], shape[2])
        outside[t, 0] = np.bincount(product[~member], value[~member], shape[2])
        squares[t, 0] = np.bincount(product[~member], value[~member] ** 2, shape[2])
        exports[t, 0] = cells.matrix(period)[[i for i, label in enumerate(cells.rows) if label in members]].sum(0)
    return [name], outside, squares, inside, exports


def _when(table: pa.Table, periods: Sequence[str | None]) -> NDArray[np.int64]:
    if periods == (None,):
        return np.zeros(table.num_rows, np.int64)
    written, place = dense.encode(table, "period")
    return np.array([periods.index(canonical(name)) for name in written], np.int64)[place]


def _table(supply: _Supply, product: Any, **figures: NDArray[Any]) -> pa.Table:
    """Rows of period x region x product with any imports; figures are arrays (periods, regions, products)."""
    cells = supply.exports_of_all
    asked = np.zeros(len(cells.columns), bool)
    asked[wanted(cells.columns, product, "product")] = True
    blocks = []
    for t, period in enumerate(cells.periods):
        shown = (supply.outside[t] + supply.inside[t] > 0) & asked
        region, item = np.nonzero(shown)
        labels = {"region": (supply.regions, region), "product": (cells.columns, item)}
        blocks.append(long(period, labels, {name: values[t][shown] for name, values in figures.items()}))
    return pa.concat_tables(blocks)


def _steadiness(dependent: NDArray[np.bool_], window: int, at_least: int) -> tuple[Array, Array, list[str]]:
    """Share of periods, whether held in at least so many of the last ones, and what a reader must know."""
    share, held = numbers.persistence(dependent, window, at_least)
    notes = []
    if len(dependent) < window:
        notes.append(
            f"'persistent' asks for {window} periods, but there are {len(dependent)}: that says little, since many "
            "dependencies do not last"
        )
    return np.broadcast_to(share, dependent.shape), held, notes


@trade_indicator(
    title="Import dependency by the criteria of the European Commission",
    topic=TOPIC,
    unit="true where all three criteria hold",
    range="true or false",
    formula=r"\sum_i (m_{ik}/m_k)^2 > 0.4, \; m_k^{out}/(m_k^{out} + m_k^{in}) > 0.5, \; m_k^{out}/x_k > 1",
    reference="European Commission 2021, SWD(2021) 352; Arjona, Connell and Herghelegiu 2023",
)
def import_dependency(
    flows: Flows,
    *,
    region: Any = None,
    product: Any = None,
    period: Any = None,
    thresholds: tuple[float, float, float] = (0.4, 0.5, 1.0),
    exports: str = "all",
    window: int = 3,
    at_least: int = 2,
) -> Answer:
    """Products of which a region or bloc has few outside suppliers, imports mostly from outside, and exports less.

    region : a code, the name of a bloc (its members at each period), or a list of codes taken as one bloc; by default
        every region by itself, for which the second criterion always holds.
    thresholds : of concentration of outside suppliers, of the outside share of imports, of outside imports to exports.
    exports : what imports are divided by: ``all`` exports, those inside the bloc too, or exports to the ``outside``.
    window, at_least : `persistent` is true where the criteria hold in at_least of the window periods that end there.

    >>> flows = {"origin": ["C", "D"], "destination": ["A", "A"], "product": ["p", "p"], "value": [9.0, 1.0]}
    >>> import_dependency(flows, region="A").rows()[0]["import_dependency"]
    True
    """
    if exports not in ("all", "outside"):
        raise DataError(f"exports={exports!r} is unknown; divide by 'all' exports, or by those to the 'outside'.")
    supply = _supply(flows, region, period)
    sold = np.maximum(rest(supply.exports, supply.inside), 0) if exports == "outside" else supply.exports
    few = numbers.concentration(supply.squares, supply.outside)
    share = ratio(supply.outside, supply.outside + supply.inside)
    with np.errstate(invalid="ignore"):
        dependent = (
            (few > thresholds[0]) & (share > thresholds[1]) & numbers.exceeds(supply.outside, sold, thresholds[2])
        )
    steady, held, notes = _steadiness(dependent, window, at_least)
    table = _table(
        supply,
        product,
        concentration=few,
        outside_share=share,
        imports_to_exports=ratio(supply.outside, sold),
        persistence=steady,
        persistent=held,
        import_dependency=dependent,
    )
    return Answer(
        _with_flags(table),
        [*supply.notes, *_unsold(table), *notes, *_alone(region)],
        {"thresholds": thresholds, "exports": exports, "window": window, "at_least": at_least},
    )


@trade_indicator(
    title="Import dependency by GeoDep",
    topic=TOPIC,
    unit="true where all three criteria hold in the period",
    range="true or false",
    formula=r"\sum_i (m_{ik}/m_k)^2 > 0.4, \; \sum_i (X_{ik}/W_k)^2 > 0.4, \; m_k/x_k > 1",
    reference="Lefebvre and Wibaux 2024, CEPII",
)
def geodep(
    flows: Flows,
    *,
    region: Any = None,
    product: Any = None,
    period: Any = None,
    thresholds: tuple[float, float, float] = (0.4, 0.4, 1.0),
    window: int = 3,
    at_least: int = 2,
) -> Answer:
    """Products whose suppliers are few, here and in the world, and which a region imports more of than it exports.

    CEPII's fourth criterion, all three in at least two of three years, is the column `persistent`. The column
    `imports_twice_exports` is the first condition of MERICS: imports at least twice the exports.

    region, window, at_least : as for `import_dependency`.
    thresholds : of the concentration of imports, of world exports, and of imports to exports.

    >>> flows = {"origin": ["C", "D"], "destination": ["A", "A"], "product": ["p", "p"], "value": [9.0, 1.0]}
    >>> geodep(flows, region="A").rows()[0]["geodep"]
    True
    """
    supply = _supply(flows, region, period)
    cells = supply.exports_of_all
    few = numbers.concentration(supply.squares, supply.outside)
    world = np.stack([_world_concentration(cells.matrix(name)) for name in cells.periods])[:, None, :]
    world = np.broadcast_to(world, few.shape)
    with np.errstate(invalid="ignore"):
        dependent = (few > thresholds[0]) & (world > thresholds[1])
    dependent &= numbers.exceeds(supply.outside, supply.exports, thresholds[2])
    steady, held, notes = _steadiness(dependent, window, at_least)
    table = _table(
        supply,
        product,
        import_concentration=few,
        world_concentration=world,
        imports_to_exports=ratio(supply.outside, supply.exports),
        imports_twice_exports=(supply.outside >= 2 * supply.exports).astype(float),
        persistence=steady,
        persistent=held,
        geodep=dependent,
    )
    meta = {"thresholds": thresholds, "window": window, "at_least": at_least, "world": "all origins in the table"}
    return Answer(_with_flags(table), [*supply.notes, *_unsold(table), *notes], meta)


def _world_concentration(exports: Array) -> Array:
    return numbers.concentration((exports**2).sum(0), exports.sum(0))


def _with_flags(table: pa.Table) -> pa.Table:
    for name in ("persistent", "imports_twice_exports"):
        if name in table.column_names:
            place = table.column_names.index(name)
            table = table.set_column(place, name, pc.cast(table[name], pa.bool_()))
    return table


def _unsold(table: pa.Table) -> list[str]:
    count = table["imports_to_exports"].null_count
    if not count:
        return []
    return [
        f"{count:,} of {table.num_rows:,} rows have imports and no exports: their ratio has no value, and counts as "
        "above any threshold"
    ]


def _alone(region: Any) -> list[str]:
    if region is None:
        return ["for a region by itself all imports are from outside; own production is not in trade statistics"]
    return []


@trade_indicator(
    title="Imports at risk from one supplier",
    topic=TOPIC,
    unit="share of the destination's imports",
    range="[0, 1]",
    formula=r"m_{ij}/M_j, \quad m_{ijk}/M_{jk}",
    reference="import share, UN ESCAP 2009; direct dependence only",
)
def imports_at_risk(
    flows: Flows, *, origin: Any = None, destination: Any = None, by: str = "total", period: Any = None
) -> Answer:
    """Which share of a destination's imports would be missing without an origin.

    origin, destination : one or several; all by default.
    by : ``total``, or ``product``, for which an origin or a destination must be named.

    >>> flows = {"origin": ["C", "D"], "destination": ["A", "A"], "value": [3.0, 7.0]}
    >>> imports_at_risk(flows, origin="C", destination="A").rows()
    [{'origin': 'C', 'destination': 'A', 'value': 3.0, 'imports_at_risk': 0.3}]
    """
    if by not in ("total", "product"):
        raise DataError(f"by={by!r} is unknown; imports at risk are counted by 'total' or by 'product'.")
    if by == "product" and origin is None and destination is None:
        raise DataError("Imports at risk by product of every pair are too many rows; name an origin or a destination.")
    flows, notes = abroad(flows)
    level = ["product"] if by == "product" else []
    buys = ["destination", *level]
    timed = "period" in flows.columns
    if period is not None:
        known = dense.labels(flows.totals("period"), "period") if timed else []
        flows = flows.where(period=wanted_periods(period, known))
    if timed:
        buys = ["period", *buys]
    whole = flows.totals(*buys)
    asked = {"origin": origin, "destination": destination}
    narrowed = {name: chosen for name, chosen in asked.items() if chosen is not None}
    for name, chosen in narrowed.items():
        wanted(dense.labels(flows.totals(name), name), chosen, name)
    keys = [name for name in ("period", "origin", "destination", "product") if name in ("origin", *buys)]
    part = (flows.where(**narrowed) if narrowed else flows).totals(*keys)
    joined = part.join(whole.rename_columns([*buys, "imports"]), buys).sort_by([(name, "ascending") for name in keys])
    share = ratio(joined["value"].to_numpy(), joined["imports"].to_numpy())
    table = joined.select([*keys, "value"]).append_column("imports_at_risk", pa.array(share, from_pandas=True))
    return Answer(table, notes, {"by": by})
