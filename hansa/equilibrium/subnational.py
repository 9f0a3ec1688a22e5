"""National flows split to the regions below countries, so that a spatial equilibrium can stand on them.

Method and sources: `hansa.equilibrium.regional_balance`. What comes out below the level of countries is modelled, and
its notes say so.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from hansa import tables
from hansa.dense import positions
from hansa.equilibrium import regional_balance
from hansa.equilibrium.regional_balance import Matrix, Vector
from hansa.errors import DataError, NotConverged, NotIdentified, UnknownCode
from hansa.regions.codes import find
from hansa.regions.region import Region, Regions
from hansa.tables import Column, Schema
from hansa.trade.flows import Flows, one_report

PARTS = Schema(
    "regions",
    (
        Column("region", aliases=("code", "subdivision")),
        Column("country", aliases=("parent", "nation"), required=False),
        Column("output", "number", aliases=("gdp", "gva", "grp", "size", "production")),
        Column("spending", "number", aliases=("expenditure", "absorption", "demand"), required=False),
    ),
)
DISTANCE = Schema(
    "distances",
    (
        Column("origin", aliases=("from", "i", "iso3_o", "exporter")),
        Column("destination", aliases=("to", "j", "iso3_d", "importer")),
        Column("km", "number", aliases=("distance", "dist", "cost")),
    ),
)
SUMS = ("value", "quantity")


def split(
    flows: Any,
    parts: Any,
    *,
    distance: Any = None,
    elasticity: float = 1.0,
    closed: Iterable[tuple[str, str]] = (),
    regions: Regions | None = None,
) -> Flows:
    """Flows among the regions below countries, whose sums are the national flows, exactly.

    Each region sells the part of its country's output that `parts` gives it, and buys the part of its spending; between
    two countries all their regions together trade what the countries do. Among the tables for which that is so, the one
    nearest to output x spending x distance^-elasticity is taken (in relative entropy; RAS in three directions).

    Parameters
    ----------
    flows : national flows with home sales (rows whose origin is their destination), by period and product where there
        are any.
    parts : a row for each region: region, country (where absent, the country it lies in by the list of regions), output
        and spending (output where absent), as amounts or shares in any unit: of each country only the proportions
        count. Countries of which no region is named stay whole.
    distance : rows origin, destination, km between any two regions, or countries that stay whole; one direction is
        enough. Where absent, great circles between the points of the list of regions. A cost in another unit does as
        well. Distance within a region, where there is no row for it: a quarter of that to the nearest other one.
    elasticity : of trade by distance, not negative.
    closed : pairs (origin, destination) of regions that do not trade.
    regions : a list of your own in which codes are looked up.

    Raises
    ------
    DataError : no home sales, regions named twice, numbers out of range, distances that are missing.
    UnknownCode : a country that the flows do not hold, a region that no list does.
    NotIdentified : no such flows exist with the pairs that are closed; says which regions prove it.
    NotConverged : a relative error above 1e-9 is left.

    Source: Deming and Stephan 1940; Wei 1996 (distance within).

    >>> trade = {"origin": ["BLR", "BLR", "LTU", "LTU"], "destination": ["BLR", "LTU", "BLR", "LTU"],
    ...          "value": [60.0, 20.0, 20.0, 50.0]}
    >>> below = split(trade, {"region": ["BY-HR", "BY-HO"], "output": [1.0, 1.0]})
    >>> abroad = below.where(destination="LTU", origin=["BY-HR", "BY-HO"]).totals("origin").sort_by("origin")
    >>> [(row["origin"], round(row["value"], 2)) for row in abroad.to_pylist()]  # Grodno is nearer than Gomel
    [('BY-HO', 7.16), ('BY-HR', 12.84)]
    """
    if np.asarray(elasticity).dtype.kind not in "iuf" or not 0 <= elasticity < np.inf:
        raise DataError(f"The elasticity of trade by distance is {elasticity!r}; it must be finite, from 0 up.")
    reported = one_report(flows)
    national = _national(reported)
    layout = _laid_out(parts, national, regions)
    km, said = _distances(layout, distance, regions)
    shut = _places(layout, closed)
    keys = [name for name in national.columns if name not in ("origin", "destination", *SUMS)]
    made, worst = [], 0.0
    for key, rows in _groups(tables.collect(national.table), keys):
        split_rows, residual = _one(rows, layout, km, shut, elasticity)
        worst = max(worst, residual)
        made.append(_with_key(split_rows, key, rows.schema))
    prior = f"output x spending x distance^-{elasticity:g}"
    notes = [
        *layout.notes,
        f"flows below countries are modelled, not reported: RAS with prior {prior}; sums of countries are kept, those "
        f"of regions up to {worst:.0e}",
        *said,
    ]
    if shut.size:
        notes.append(f"{len(shut):,} pairs of regions are closed")
    if "quantity" in reported.columns:
        notes.append("quantities are left out")
    table = tables.frame(pa.concat_tables(made))
    done = national.provenance.then("split to regions below countries", f"RAS, prior {prior}")
    return Flows(
        table, national.unit, national.valuation, None, national.scope, national.classification, done,
        (*national.notes, *notes),
    )  # fmt: skip


@dataclass(frozen=True, eq=False)
class _Layout:
    """Regions side by side by country: names, place of each country's first region, parts of output and of spending."""

    regions: list[str]
    countries: list[str]
    first: NDArray[np.int64]
    output: Vector
    spending: Vector
    notes: tuple[str, ...]


def _national(flows: Flows) -> Flows:
    if "destination" not in flows.columns:
        raise DataError("The flows have no column 'destination': totals of a country cannot be split between pairs.")
    kept = [name for name in flows.columns if name not in ("told_by", "quantity")]
    return replace(flows, table=flows.table.select(*kept), _sums={}, _fit=[])


def _laid_out(parts: Any, national: Flows, regions: Regions | None) -> _Layout:
    table = tables.collect(PARTS.take(parts))
    known = {code for side in ("origin", "destination") for code in national.totals(side)[side].to_pylist()}
    if table["region"].null_count:
        raise DataError("There are empty cells. Give each region a code.", column="region")
    region = [str(code) for code in table["region"].to_pylist()]
    owner = table["country"].to_pylist() if "country" in table.column_names else [None] * len(region)
    country = [_parent(name, regions) if code is None else str(code) for name, code in zip(region, owner, strict=True)]
    notes = [f"{', '.join(sorted(set(country))[:6])}: {len(region):,} regions below {len(set(country)):,} countries"]
    for code in dict.fromkeys(country):
        if code not in known:
            raise UnknownCode("country of the flows", code, sorted(known), hint="Its regions have no flows to share.")
    output = _column(table, "output", region)
    if "spending" in table.column_names:
        spending = _column(table, "spending", region)
    else:
        spending = output
        notes.append("regions spend in proportion to their output, since 'spending' is not given")
    whole = sorted(known - set(country))
    names, owners = [*region, *whole], [*country, *whole]
    if len(set(names)) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise DataError(
            f"Region {twice!r} is there twice, among regions or as a country. Each needs a code of its own."
        )
    order = sorted(range(len(names)), key=lambda place: (owners[place], names[place]))
    countries, first = np.unique([owners[place] for place in order], return_index=True)
    y, e = (np.concatenate([size, np.ones(len(whole))])[order] for size in (output, spending))
    for side, size in (("output", y), ("spending", e)):
        if (empty := np.flatnonzero(np.add.reduceat(size, first) <= 0)).size:
            raise DataError(f"The regions of {countries[empty[0]]} have no {side}: give them sizes above zero.")
    return _Layout([names[place] for place in order], countries.tolist(), first, y, e, tuple(notes))


def _parent(code: str, regions: Regions | None) -> str:
    region = find(code, regions)
    if region.parent is None:
        raise DataError(
            f"{code!r} lies in no country by the list of regions. Give a column 'country'.", column="country"
        )
    return region.parent


def _column(table: pa.Table, name: str, region: Sequence[str]) -> Vector:
    size = np.asarray(table[name].to_numpy(zero_copy_only=False), np.float64)
    wrong = np.flatnonzero(~(size >= 0) | ~np.isfinite(size))
    if wrong.size:
        raise DataError(
            f"{name!r} of {region[wrong[0]]} is {size[wrong[0]]}; it must be a number from 0 up.", column=name
        )
    return size


def _distances(layout: _Layout, given: Any, regions: Regions | None) -> tuple[Matrix, list[str]]:
    """(n, n) kilometres, and what is to be said of them."""
    n, diagonal = len(layout.regions), np.arange(len(layout.regions))
    if given is None:
        found = [find(code, regions) for code in layout.regions]
        km = regional_balance.great_circles(*zip(*(_point(region) for region in found), strict=True))
        km[diagonal, diagonal] = regional_balance.within(km)
        note = (
            "distances are great circles between one point of each region, and within it a quarter of that to the next"
        )
        return km, [f"{note} (Wei 1996)"]
    rows = tables.collect(DISTANCE.take(given))
    wanted = pa.array(layout.regions)
    rows = rows.filter(pc.and_(pc.is_in(rows["origin"], wanted), pc.is_in(rows["destination"], wanted)))
    i, j = (positions(rows[name], layout.regions, name) for name in ("origin", "destination"))
    if np.unique(i * np.int64(n) + j).size < rows.num_rows:
        raise DataError("Two rows are of one origin and destination. Keep one of them.", column="km")
    km = np.full((n, n), np.nan)
    km[j, i] = rows["km"].to_numpy(zero_copy_only=False)
    km[i, j] = rows["km"].to_numpy(zero_copy_only=False)
    if (km < 0).any():
        raise DataError("A distance is negative.", column="km")
    inside = np.isnan(km[diagonal, diagonal])
    km[diagonal, diagonal] = np.where(inside, 0.0, km[diagonal, diagonal])
    if (missing := np.argwhere(np.isnan(km))).size:
        cases = ", ".join(str((layout.regions[a], layout.regions[b])) for a, b in missing[:3])
        raise DataError(f"There is no distance for {len(missing):,} pairs, e.g. {cases}. Add rows, one for each two.")
    km[diagonal, diagonal] = np.where(inside, regional_balance.within(km), km[diagonal, diagonal])
    note = "within a region, distance is a quarter of that to the nearest other one (Wei 1996)"
    return km, [f"{note}: {inside.sum():,} of {n:,} regions"] if inside.any() else []


def _point(region: Region) -> tuple[float, float]:
    if region.lat is None or region.lon is None:
        raise DataError(f"{region.code} ({region.name}) has no coordinates. Give distance=, or lat and lon in a list.")
    return region.lat, region.lon


def _places(layout: _Layout, closed: Iterable[tuple[str, str]]) -> NDArray[np.int64]:
    at = {name: place for place, name in enumerate(layout.regions)}
    pairs = [(str(origin), str(destination)) for origin, destination in closed]
    for code in (code for pair in pairs for code in pair if code not in at):
        raise UnknownCode("region that the flows are split to", code, layout.regions)
    return np.array([(at[origin], at[destination]) for origin, destination in pairs], np.int64).reshape(-1, 2)


def _groups(table: pa.Table, keys: Sequence[str]) -> Iterator[tuple[dict[str, Any], pa.Table]]:
    """The rows of each period and product."""
    if not keys:
        yield {}, table
        return
    each = table.group_by(list(keys)).aggregate([]).sort_by([(name, "ascending") for name in keys])
    for key in each.to_pylist():
        mask = None
        for name, value in key.items():
            same = pc.equal(table[name], pa.scalar(value, table[name].type))
            mask = same if mask is None else pc.and_(mask, same)
        yield key, table.filter(mask)


def _one(
    rows: pa.Table, layout: _Layout, km: Matrix, shut: NDArray[np.int64], elasticity: float
) -> tuple[pa.Table, float]:
    """One period and product."""
    m = len(layout.countries)
    i, j = (positions(rows[name], layout.countries, name) for name in ("origin", "destination"))
    value = np.asarray(rows["value"].to_numpy(zero_copy_only=False), np.float64)
    X = np.asarray(np.bincount(i * m + j, weights=value, minlength=m * m), np.float64).reshape(m, m)
    country = np.repeat(np.arange(m), np.diff([*layout.first.tolist(), len(layout.regions)]))
    divided = np.bincount(country, minlength=m) > 1
    if (homeless := np.flatnonzero(divided & ~(np.diagonal(X) > 0))).size:
        raise DataError(
            f"There are no home sales of {layout.countries[homeless[0]]}, so its regions would not trade with one "
            "another. Add rows whose origin is their destination: production less exports."
        )
    y, e = (
        size / np.add.reduceat(size, layout.first)[country] * total[country]
        for size, total in ((layout.output, X.sum(axis=1)), (layout.spending, X.sum(axis=0)))
    )
    P = regional_balance.prior(km, y, e, elasticity)
    P[shut[:, 0], shut[:, 1]] = 0.0
    try:
        found = regional_balance.fit(P, y, e, X, layout.first)
    except NotConverged as refusal:
        if (proof := regional_balance.impossible(P, y, e, X, layout.first)) is None:
            raise
        raise NotIdentified(_named(proof, layout, y, e, X)) from refusal
    k, l = np.nonzero(found.table)
    names = pa.array(layout.regions)
    columns = {
        name: pa.DictionaryArray.from_arrays(pa.array(place.astype(np.int32)), names)
        for name, place in (("origin", k), ("destination", l))
    }
    return pa.table({**columns, "value": found.table[k, l]}), found.residual


def _named(proof: Any, layout: _Layout, y: Vector, e: Vector, X: Matrix) -> str:
    kind, country, inside, open_ = proof
    here, others = layout.countries[country], [layout.countries[place] for place in open_]
    if kind == "trade":
        a, b = layout.countries[inside[0]], others[0]
        return f"{a} sells {X[inside[0], open_[0]]:.6g} to {b}, and every pair of their regions that could is closed."
    size, trade = (y, X[country, open_]) if kind == "sales" else (e, X[open_, country])
    verb, way = ("sell", "to") if kind == "sales" else ("buy", "from")
    return (
        f"No flows have these sums: {', '.join(layout.regions[place] for place in inside[:5])} must {verb} "
        f"{size[inside].sum():.6g}, and {here} trades only {trade.sum():.6g} with all that is open to them "
        f"({way} {', '.join(others[:5]) or 'nobody'}). Open a pair, or give them a smaller part of {here}."
    )


def _with_key(rows: pa.Table, key: dict[str, Any], schema: pa.Schema) -> pa.Table:
    for name, value in key.items():
        rows = rows.append_column(name, pa.array([value] * rows.num_rows, schema.field(name).type))
    return rows
