"""SDMX: data messages of statistical agencies (SDMX-ML 2.1, SDMX-JSON, SDMX-CSV), by any data structure.

From documentation, not yet seen with real files. XML and JSON need the extra `sdmx`.
"""

from __future__ import annotations

from collections.abc import Collection
from contextlib import redirect_stdout
from dataclasses import replace
from io import StringIO
from os import PathLike
from pathlib import Path
from typing import Any

from hansa.errors import DataError, HansaError
from hansa.trade.flows import Flows
from hansa.trade.readers.canonical import take
from hansa.trade.readers.column_map import ColumnMap
from hansa.trade.readers.raw_table import RawTable, from_columns, name, open_raw
from hansa.trade.side import SideTable

_POWER = "UNIT_MULT"


def read_sdmx(
    path: str | PathLike[str],
    column_map: ColumnMap | str | PathLike[str],
    *,
    regions: Any = None,
    products: Collection[str] | None = None,
) -> Flows | SideTable:
    """Flows or a side table from an SDMX data message.

    Parameters
    ----------
    path : SDMX-ML (generic or structure-specific), SDMX-JSON, or SDMX-CSV.
    column_map : which dimension or attribute is what, e.g. [columns] reporter = "REF_AREA", partner =
        "COUNTERPART_AREA", flow = "TRADE_FLOW", period = "TIME_PERIOD", value = "OBS_VALUE". UNIT_MULT, the power of
        ten that observations carry, is applied by itself.
    regions, products : codes to accept, as for `read_flat`.

    Raises
    ------
    HansaError : the extra is not installed.
    DataError : no SDMX message, or a row cannot be taken (file, record, column).

    >>> import tempfile, pathlib
    >>> path = pathlib.Path(tempfile.mkdtemp()) / "gdp.csv"
    >>> _ = path.write_text("REF_AREA,TIME_PERIOD,OBS_VALUE,UNIT_MULT\\nBLR,2022,73.8,9\\n")
    >>> names = {"region": "REF_AREA", "period": "TIME_PERIOD", "value": "OBS_VALUE"}
    >>> gdp = read_sdmx(path, ColumnMap(names, {"measure": "gdp", "unit": "USD"}, {"kind": "side"}))
    >>> gdp.lookup("region", "period")
    {('BLR', '2022'): 73800000000.0}
    """
    if isinstance(column_map, str | PathLike):
        column_map = ColumnMap.read(column_map)
    place = Path(path)
    raw = open_raw(place) if place.suffix.lower() in (".csv", ".gz", ".zip") else _message(place)
    return take(_scaled(raw, column_map), column_map, regions=regions, products=products)


def _message(place: Path) -> RawTable:
    """Every observation as a record: dimensions, attributes and OBS_VALUE."""
    if not place.is_file():
        raise DataError("There is no such file.", file=place)
    try:
        import sdmx  # optional dependency
    except ImportError:
        raise HansaError("Reading SDMX needs sdmx1: pip install 'hansa[sdmx]'. SDMX-CSV is read without it.") from None
    try:
        with place.open("rb") as stream, redirect_stdout(StringIO()):  # it prints what it could not read
            message = sdmx.read_sdmx(stream)
    except Exception as trouble:  # the parser raises whatever its XML library does
        raise DataError(f"The file is no SDMX message that can be read ({trouble}).", file=place) from None
    records: list[dict[str, Any]] = []
    for dataset in getattr(message, "data", ()):
        shared = {key: value.value for key, value in dataset.attrib.items()}
        for observation in dataset.obs:
            record = {**shared, **{key: _plain(value) for key, value in observation.key.values.items()}}
            record |= {key: _plain(value) for key, value in observation.attrib.items()}
            records.append({**record, "OBS_VALUE": observation.value})
    if not records:
        raise DataError("The message holds no observations.", file=place)
    keys = dict.fromkeys(key for record in records for key in record)
    return from_columns({key: [record.get(key) for record in records] for key in keys}, place)


def _plain(value: Any) -> str | None:
    """The code of a key value or attribute."""
    inner = getattr(value, "value", value)
    return None if inner is None else str(getattr(inner, "id", inner))


def _scaled(raw: RawTable, column_map: ColumnMap) -> RawTable:
    """Values times ten to the power of UNIT_MULT, where observations carry it."""
    if _POWER not in raw.names or column_map.columns.get("value") not in raw.names:
        return raw
    used = [column for column in column_map.columns.values() if column in raw.names]
    raw = raw.settled(*used, *column_map.keep, *column_map.leave, _POWER)
    value, power = name(raw.column(column_map.columns["value"])), name(raw.column(_POWER))
    told = f"* replace (({value}::double * 10 ** coalesce(try_cast({power}::varchar as integer), 0)) as {value})"
    found = sorted(str(p) for (p,) in raw.rows().select(f"{power} as p").distinct().fetchall())
    note = f"values are multiplied by ten to the power of UNIT_MULT ({', '.join(found)})"
    before = raw.shape
    return replace(raw, shape=lambda relation: before(relation).select(told), notes=(*raw.notes, note))
