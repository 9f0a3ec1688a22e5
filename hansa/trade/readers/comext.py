"""Eurostat's Comext bulk files: trade of EU members by eight-digit product of the Combined Nomenclature.

Layout from the documentation of the bulk download facility, in its two forms:
    DECLARANT, DECLARANT_ISO, PARTNER, PARTNER_ISO, TRADE_TYPE, PRODUCT_NC, ..., FLOW, STAT_REGIME, ..., PERIOD,
    VALUE_IN_EUROS, QUANTITY_IN_KG
    REPORTER, PARTNER, TRADE_TYPE, PRODUCT_NC, ..., FLOW, STAT_PROCEDURE, ..., PERIOD, VALUE_EUR, QUANTITY_KG
From documentation, not yet seen with real files.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from os import PathLike
from typing import Any

import duckdb

from hansa.trade.flows import Flows
from hansa.trade.readers.canonical import take
from hansa.trade.readers.column_map import ColumnMap
from hansa.trade.readers.raw_table import RawTable, name, open_raw, rows_of, text
from hansa.trade.side import SideTable

_FIELDS = {
    "reporter": ("DECLARANT_ISO", "REPORTER", "DECLARANT"),
    "partner": ("PARTNER_ISO", "PARTNER"),
    "flow": ("FLOW",),
    "product": ("PRODUCT_NC",),
    "value": ("VALUE_EUR", "VALUE_IN_EUROS"),
    "quantity": ("QUANTITY_KG", "QUANTITY_IN_KG"),
}
_PROCEDURES = ("STAT_PROCEDURE", "STAT_REGIME")
_ALL_PROCEDURES = "4"
# First year of each edition of the Harmonized System, on which the Combined Nomenclature of that year stands.
_EDITIONS = (
    (2022, "HS22"),
    (2017, "HS17"),
    (2012, "HS12"),
    (2007, "HS07"),
    (2002, "HS02"),
    (1996, "HS96"),
    (1988, "HS92"),
)
_SOURCE = {
    "producer": "Eurostat",
    "title": "Comext",
    "url": "https://ec.europa.eu/eurostat/databrowser/bulk?lang=en&selectedTab=fileComext",
    "licence": "reuse allowed with the source named (Commission Decision 2011/833/EU)",
}


def read_comext(path: str | PathLike[str], *, regions: Any = None, products: Collection[str] | None = None) -> Flows:
    """Flows from a Comext bulk file.

    Parameters
    ----------
    path : the CSV inside the .7z that Eurostat publishes (unpack it first), or the same as .gz, .zip or Parquet.
    regions, products : codes to accept, as for `read_flat`.

    Returns
    -------
    Flows in euros and kg by six-digit products of the Harmonized System (eight digits are cut and summed, and so are
    statistical procedures). Imports are told by the destination (CIF), exports by the origin (FOB).

    Raises
    ------
    DataError : a column of the layout is missing, or a row cannot be taken (file, line, column).

    >>> import tempfile, pathlib
    >>> path = pathlib.Path(tempfile.mkdtemp()) / "full_v2_202352.csv"
    >>> _ = path.write_text("REPORTER,PARTNER,PRODUCT_NC,FLOW,PERIOD,VALUE_EUR\\nDE,BY,87032319,2,202352,100\\n")
    >>> read_comext(path).to_arrow().select(["period", "origin", "product"]).to_pylist()
    [{'period': '2023', 'origin': 'DEU', 'product': '870323'}]
    """
    raw = open_raw(path)
    upper = {said.upper(): said for said in raw.names}
    fields: dict[str, str] = {}
    for what, known in {**_FIELDS, "period": ("PERIOD",)}.items():
        hits = [upper[column] for column in known if column in upper]
        if not hits and what != "quantity":
            raise raw.error(f"A Comext file needs {' or '.join(known)}; this one has {', '.join(raw.names)}.")
        fields |= {what: hits[0]} if hits else {}
    procedure = next((upper[known] for known in _PROCEDURES if known in upper), None)
    raw = raw.settled(*fields.values(), *([procedure] if procedure else []))
    raw, notes = _detail_only(raw, fields["product"], procedure)
    raw, edition = _dated(raw, fields["period"])
    if edition is None:
        notes.append("the years lie in several editions of the Harmonized System")
    flow = {"export": ["2"], "import": ["1"]}
    constants = {"currency": "EUR", "classification": edition or "HS"}
    table = {"duplicates": "sum", "world": "drop", "missing": [":", "c"], "products": "any"}
    column_map = ColumnMap({**fields, "period": "PERIOD"}, constants, table, flow, source=_SOURCE)
    read = take(replace(raw, notes=(*raw.notes, *notes)), column_map, regions=regions, products=products)
    assert not isinstance(read, SideTable)
    return read


def _detail_only(raw: RawTable, product: str, procedure: str | None) -> tuple[RawTable, list[str]]:
    """Without totals over products (shorter codes beside eight digits) and over procedures (4 beside others)."""
    code = f"trim({name(raw.column(product))}::varchar)"
    tests, notes = [], []
    detailed = raw.rows().filter(f"length({code}) = 8 and upper({code}) <> 'TOTAL'").limit(1).fetchall()
    if detailed and (left := _count(raw, f"length({code}) <> 8")):
        tests.append(f"length({code}) = 8")
        notes.append(f"left out, totals over products: {rows_of(left)}")
    if procedure:
        cell = f"trim({name(raw.column(procedure))}::varchar)"
        whole = f"{cell} = {text(_ALL_PROCEDURES)}"
        if (left := _count(raw, whole)) and _count(raw, f"not ({whole})"):
            tests.append(f"not ({whole})")
            notes.append(f"left out, totals over statistical procedures: {rows_of(left)}")
    if not tests:
        return raw, notes
    return replace(raw, shape=lambda relation: relation.filter(" and ".join(tests))), notes


def _dated(raw: RawTable, period: str) -> tuple[RawTable, str | None]:
    """Annual files write month 52; and the edition of the Harmonized System, if the years lie in one."""
    column = raw.column(period)
    cell, before = f"trim({name(column)}::varchar)", raw.shape
    year_or_month = f"case when {cell} like '____52' then left({cell}, 4) else {cell} end as {name(column)}"

    def shape(relation: duckdb.DuckDBPyRelation) -> duckdb.DuckDBPyRelation:
        rows = before(relation)
        return rows.select(f"* exclude ({name(column)}), {year_or_month}")

    found = raw.rows().select(f"left({cell}, 4) as y").distinct().fetchall()
    years = [int(year) for (year,) in found if year and year.isdigit()]
    editions = {next((edition for first, edition in _EDITIONS if year >= first), None) for year in years}
    names = {**raw.names, "PERIOD": column}
    return replace(raw, names=names, shape=shape), editions.pop() if len(editions) == 1 else None


def _count(raw: RawTable, test: str) -> int:
    counted: int = raw.rows().filter(test).aggregate("count(*)").fetchall()[0][0]
    return counted
