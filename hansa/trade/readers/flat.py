"""Flat tables: CSV and TSV in any usual encoding, Parquet, XLSX, with a column map."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from os import PathLike

from hansa.regions import Regions
from hansa.trade.flows import Flows
from hansa.trade.readers.canonical import take
from hansa.trade.readers.column_map import ColumnMap
from hansa.trade.readers.proposal import propose_map
from hansa.trade.readers.raw_table import open_raw
from hansa.trade.side import SideTable


def read_flat(
    path: str | PathLike[str],
    column_map: ColumnMap | str | PathLike[str] | None = None,
    *,
    encoding: str | None = None,
    sheet: str | None = None,
    regions: Regions | Mapping[str, str] | Collection[str] | None = None,
    products: Collection[str] | None = None,
) -> Flows | SideTable:
    """Flows, or a side table, from a flat file.

    Parameters
    ----------
    path : CSV, TSV (also as .gz or in a .zip of its own), Parquet or XLSX.
    column_map : what the columns mean, or the TOML file that says it; by default a map is proposed from the names and
        cells of the table, and what had to be assumed stands in the notes.
    encoding : of a text file; by default the map's, else detected.
    sheet : of a workbook with several; by default the map's.
    regions : codes to accept: a collection, a mapping of text to code, or a list from `hansa.regions.read_regions`;
        by default the map's choice, else every code and name that Hansa knows.
    products : product codes to accept; any by default.

    Returns
    -------
    Flows with values in single units of their currency and quantities in kg; or a SideTable (map with kind = "side").

    Raises
    ------
    DataError : names file, line and column of the first thing that cannot be taken.
    UnknownCode : a column, region, product or direction that is not known, with the nearest known ones.

    >>> import tempfile, pathlib
    >>> path = pathlib.Path(tempfile.mkdtemp()) / "my.csv"
    >>> _ = path.write_text("year;from;to;musd\\n2022;BY;RU;1,5\\n2022;RU;BY;2\\n")
    >>> names = {"period": "year", "origin": "from", "destination": "to", "value": "musd"}
    >>> flows = read_flat(path, ColumnMap(names, {"currency": "USD", "scale": 1e6}))
    >>> sorted((row["origin"], row["value"]) for row in flows.to_arrow().to_pylist())
    [('BLR', 1500000.0), ('RUS', 2000000.0)]
    """
    if isinstance(column_map, str | PathLike):
        column_map = ColumnMap.read(column_map)
    remarks: tuple[str, ...] = ()
    if column_map is None:
        proposal = propose_map(path, encoding=encoding, sheet=sheet, regions=regions)
        if proposal.trouble:
            raise proposal.trouble
        column_map, remarks = proposal.column_map, proposal.remarks
    said = column_map.table
    raw = open_raw(
        path,
        encoding=encoding or said.get("encoding"),
        delimiter=said.get("delimiter"),
        sheet=sheet or said.get("sheet"),
        header_row=said.get("header_row"),
    )
    read = take(raw, column_map, regions=regions, products=products)
    return replace(read, notes=(*read.notes, *remarks)) if remarks else read
