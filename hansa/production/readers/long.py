"""Input-output tables in the long layout: tables of trade, inputs, final demand and value added, with a row a cell."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from hansa import dense, tables
from hansa.errors import DataError
from hansa.production.iotable import IOTable
from hansa.provenance import Provenance, Source
from hansa.tables import Column, Schema
from hansa.units import Money

Array = NDArray[np.float64]

_REGION = Column("region", aliases=("country", "iso3", "economy"))
_SECTOR = Column("sector", aliases=("product", "industry", "output"))
_VALUE = Column("value", "number", aliases=("amount", "x"))
_DEFICIT = Column("value", "number", aliases=("d", "deficit", "amount"))
SCHEMAS = {
    "trade": Schema(
        "trade by sector",
        (
            _SECTOR,
            Column("origin", aliases=("exporter", "i", "from")),
            Column("destination", aliases=("importer", "j", "to")),
            _VALUE,
        ),
    ),
    "intermediate": Schema("inputs", (Column("input", aliases=("supplier", "row")), _SECTOR, _REGION, _VALUE)),
    "final": Schema("final demand", (_SECTOR, _REGION, _VALUE)),
    "value_added": Schema("value added", (_SECTOR, _REGION, _VALUE)),
    "deficit": Schema("deficits", (_REGION, _DEFICIT)),
    "elasticity": Schema("elasticities", (_SECTOR, Column("value", "number", aliases=("theta", "elasticity")))),
}
FILES = {
    "trade": ("trade",),
    "intermediate": ("intermediate", "intermediate_consumption", "inputs"),
    "final": ("final", "final_consumption", "final_demand"),
    "value_added": ("value_added",),
    "deficit": ("deficit", "deficits"),
    "elasticity": ("elasticity", "theta", "elasticities"),
}
LABELS = frozenset(
    written
    for schema in SCHEMAS.values()
    for column in schema.columns
    if column.kind != "number"
    for name in (column.name, *column.aliases)
    for written in (name, name.title(), name.upper())
)
NEEDED = ("trade", "intermediate", "final", "value_added")


def read_long(
    source: str | os.PathLike[str] | Mapping[str, Any],
    *,
    tariff: str = "tariff",
    unit: Money | None = None,
    period: str | None = None,
    elasticity_source: str = "",
    provenance: Provenance | None = None,
) -> IOTable:
    """An input-output table from a folder of long tables, or from frames by name.

    Parameters
    ----------
    source : a folder with ``trade``, ``intermediate`` (or intermediate_consumption), ``final`` (final_consumption),
        ``value_added`` and, where there are any, ``deficit`` and ``elasticity`` (theta), as .parquet or .csv; or a
        mapping of these names to frames or paths. Columns: sector, origin and destination (exporter, importer), value
        of trade; input, sector, region, value; sector, region, value; region, value; sector, value.
    tariff : column of `trade` with ad-valorem rates; without it there are no tariffs.
    unit, period, elasticity_source, provenance : what the files cannot say.

    A cell without a row is zero. Deficits are imports less exports of `trade` where they are not given.

    Raises
    ------
    DataError : a table or a column is missing, a cell stands twice, values are negative, regions or sectors differ
        between tables.

    >>> two = {"sector": ["all"] * 2, "region": ["A", "B"]}
    >>> trade = {"sector": ["all"] * 4, "origin": list("AABB"), "destination": list("ABAB"),
    ...          "value": [8.0, 2.0, 1.0, 9.0]}
    >>> table = read_long({
    ...     "trade": trade, "intermediate": two | {"input": ["all"] * 2, "value": [4.0, 5.0]},
    ...     "final": two | {"value": [5.0, 6.0]}, "value_added": two | {"value": [6.0, 5.0]}})
    >>> table.regions, table.deficit.tolist()
    (('A', 'B'), [-1.0, 1.0])
    """
    frames, read = _frames(source)
    if lacking := [name for name in NEEDED if name not in frames]:
        where = f" in {source}" if isinstance(source, str | os.PathLike) else ""
        raise DataError(
            f"An input-output table in the long layout needs {', '.join(NEEDED)}; there is no "
            f"{', '.join(lacking)}{where}."
        )
    taken = {name: _taken(name, frame) for name, frame in frames.items()}
    regions, sectors = _labels(taken)
    arrays: dict[str, Any] = {
        "trade": _array(taken, "trade", ("sector", "origin", "destination"), (sectors, regions, regions)),
        "intermediate": _array(taken, "intermediate", ("input", "sector", "region"), (sectors, sectors, regions)),
        "final": _array(taken, "final", ("sector", "region"), (sectors, regions)),
        "value_added": _array(taken, "value_added", ("sector", "region"), (sectors, regions)),
    }
    arrays["deficit"], notes = _deficits(taken, arrays["trade"], regions)
    arrays["tariff"] = _rates(taken["trade"], tariff, sectors, regions)
    if arrays["tariff"] is None:
        notes = (*notes, f"the trade table has no column {tariff!r}: there are no tariffs")
    theta = _array(taken, "elasticity", ("sector",), (sectors,), missing=None) if "elasticity" in taken else None
    return IOTable(
        tuple(regions),
        tuple(sectors),
        **arrays,
        elasticity=theta,
        elasticity_source=elasticity_source or ("elasticities beside the table" if theta is not None else ""),
        unit=unit or Money(),
        period=period,
        provenance=provenance or read,
        notes=notes,
    )


def _deficits(taken: Mapping[str, pa.Table], trade: Array, regions: list[str]) -> tuple[Array, tuple[str, ...]]:
    """As stated, with how far they lie from the trade; else imports less exports."""
    both = trade.sum(axis=0)
    gap = both.sum(axis=0) - both.sum(axis=1)
    if "deficit" not in taken:
        return gap, ("deficits are imports less exports of the trade table",)
    stated = _array(taken, "deficit", ("region",), (regions,))
    off = float(np.abs(stated - gap).max())
    if off <= 1e-9 * both.sum():
        return stated, ()
    return stated, (f"stated deficits differ from imports less exports by up to {off:,.4g}",)


def _rates(trade: pa.Table, column: str, sectors: list[str], regions: list[str]) -> Array | None:
    if column not in trade.column_names:
        return None
    kind = trade[column].type
    if not (pa.types.is_floating(kind) or pa.types.is_integer(kind) or pa.types.is_decimal(kind)):
        raise DataError(f"The tariffs hold {kind}, not numbers. Convert the column first.", column=column)
    rates = trade.select(["sector", "origin", "destination"])
    rates = rates.append_column("rate", trade[column].cast(pa.float64()))
    return dense.dense(rates, ("sector", "origin", "destination"), "rate", (sectors, regions, regions), missing=0.0)


def _frames(source: str | os.PathLike[str] | Mapping[str, Any]) -> tuple[dict[str, Any], Provenance]:
    if isinstance(source, Mapping):
        if strange := [name for name in source if name not in SCHEMAS]:
            raise DataError(f"{strange[0]!r} is no part of an input-output table. Parts are {', '.join(SCHEMAS)}.")
        return {name: _frame(one) for name, one in source.items()}, Provenance()
    if not isinstance(source, str | os.PathLike):
        raise DataError(f"A folder, or a mapping of {', '.join(SCHEMAS)} to frames, is wanted, not {source!r:.80}.")
    folder = Path(source)
    if not folder.is_dir():
        raise DataError("There is no such folder.", file=folder)
    found, sources = {}, []
    for name, stems in FILES.items():
        for path in (folder / f"{stem}{ending}" for stem in stems for ending in (".parquet", ".csv")):
            if path.is_file():
                found[name] = _frame(path)
                sources.append(Source("", path.name))
                break
    return found, Provenance(tuple(sources))


def _frame(one: Any) -> Any:
    if isinstance(one, str | os.PathLike) and str(one).endswith(".csv"):
        from pyarrow import csv  # slow import

        if not Path(one).is_file():
            raise DataError("There is no such file.", file=one)
        try:
            kinds = csv.ConvertOptions(column_types=dict.fromkeys(LABELS, pa.string()))  # "01" is a code, not 1
            return csv.read_csv(one, convert_options=kinds)
        except pa.ArrowInvalid as refusal:
            raise DataError(
                f"The file is no readable CSV file ({str(refusal).splitlines()[0]}).", file=one
            ) from refusal
    return Path(one) if isinstance(one, os.PathLike) else one


def _taken(name: str, frame: Any) -> pa.Table:
    """The table of a part with its columns under their names here, labels as text."""
    table = tables.collect(SCHEMAS[name].take(frame))
    for place, field in enumerate(table.schema):
        known = [column for column in SCHEMAS[name].columns if column.name == field.name and column.kind != "number"]
        if known and not pa.types.is_string(field.type):
            table = table.set_column(place, field.name, table[field.name].cast(pa.string()))
    return table


def _labels(taken: Mapping[str, pa.Table]) -> tuple[list[str], list[str]]:
    """Regions and sectors, sorted; every table must know the same ones."""
    regions = sorted({*dense.labels(taken["trade"], "origin"), *dense.labels(taken["trade"], "destination")})
    sectors = dense.labels(taken["trade"], "sector")
    for name in ("final", "value_added"):
        for column, known in (("region", regions), ("sector", sectors)):
            if lacking := sorted(set(known) - set(dense.labels(taken[name], column))):
                raise DataError(
                    f"The table of {name} has no rows of {column} {', '.join(map(repr, lacking[:3]))}, which trade "
                    "has. Add them (zeros where there is nothing), or leave it out of the trade."
                )
    return regions, sectors


def _array(
    taken: Mapping[str, pa.Table],
    name: str,
    axes: Sequence[str],
    known: Sequence[Sequence[str]],
    *,
    missing: float | None = 0.0,
) -> Array:
    return dense.dense(taken[name], axes, "value", known, missing=missing)
