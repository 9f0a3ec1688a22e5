"""National customs tables by province: month, direction, partner country, ten-digit product, region of the country.

Layout of the open data of the Federal Customs Service of Russia (tab-separated, since 2015), with Russian headings
    NAPR, PERIOD, STRANA, TNVED, EDIZM, STOIM, NETTO, KOL, REGION, REGION_S
or English ones
    DIRECTION, PERIOD, COUNTRY, HS, UM, VALUE, NETWEIGHT, QUANTITY, REGION, REGION_S
From documentation, not yet seen with real files.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from os import PathLike
from typing import Any

from hansa.errors import UnknownCode
from hansa.regions import find
from hansa.trade.flows import Flows
from hansa.trade.readers.canonical import take
from hansa.trade.readers.column_map import ColumnMap
from hansa.trade.readers.raw_table import RawTable, name, open_raw
from hansa.trade.side import SideTable

_FIELDS = {
    "flow": ("NAPR", "DIRECTION"),
    "period": ("PERIOD",),
    "partner": ("STRANA", "COUNTRY"),
    "product": ("TNVED", "HS"),
    "value": ("STOIM", "VALUE"),
    "quantity": ("NETTO", "NETWEIGHT"),
}
_SOURCE = {
    "producer": "Federal Customs Service of Russia",
    "title": "Customs statistics of foreign trade",
    "url": "https://customs.gov.ru",
}


def read_customs(
    path: str | PathLike[str],
    *,
    country: str = "RUS",
    by_region: bool = False,
    places: Mapping[str, str] | None = None,
    products: Collection[str] | None = None,
) -> Flows:
    """Flows from a customs table of one country.

    Parameters
    ----------
    path : CSV, TSV (also packed), XLSX or Parquet in the layout above.
    country : whose customs it is.
    by_region : the reporter is the province in the column REGION ("80000 - Republic of Bashkortostan") and not the
        country.
    places : text of REGION -> code, for provinces whose name Hansa does not know.
    products : codes to accept; any by default.

    Returns
    -------
    Flows in US dollars and kg; ten-digit products are cut to six digits and summed. Imports are told by the destination
    (CIF), exports by the origin (FOB).

    Raises
    ------
    DataError : a column of the layout is missing, or a row cannot be taken (file, line, column).
    UnknownCode : a province, country or product that is not known.

    >>> import tempfile, pathlib
    >>> path = pathlib.Path(tempfile.mkdtemp()) / "my.tsv"
    >>> rows = "DIRECTION PERIOD COUNTRY HS VALUE NETWEIGHT\\nEXP 01/2020 BY 2710124130 5000 9000\\n"
    >>> _ = path.write_text(rows.replace(" ", "\\t"))
    >>> read_customs(path).to_arrow().select(["period", "origin", "destination", "value"]).to_pylist()
    [{'period': '2020-01', 'origin': 'RUS', 'destination': 'BLR', 'value': 5000.0}]
    """
    raw = open_raw(path)
    upper = {said.upper(): said for said in raw.names}
    fields = {}
    for what, known in _FIELDS.items():
        hits = [upper[column] for column in known if column in upper]
        if not hits:
            raise raw.error(f"A customs table needs {' or '.join(known)}; this one has {', '.join(raw.names)}.")
        fields[what] = hits[0]
    if by_region:
        fields["reporter"] = upper.get("REGION", "REGION")
    raw = raw.settled(*fields.values())
    codes = _provinces(raw, fields["reporter"], places or {}) if by_region else {}
    constants: dict[str, Any] = {"currency": "USD", "classification": "HS"} | (
        {} if by_region else {"reporter": country}
    )
    table = {"duplicates": "sum", "product_digits": 10, "products": "any"}
    read = take(raw, ColumnMap(fields, constants, table, codes=codes, source=_SOURCE), products=products)
    assert not isinstance(read, SideTable)
    return replace(read, notes=(*read.notes, f"as reported by {country}"))


def _provinces(raw: RawTable, column: str, places: Mapping[str, str]) -> dict[str, str]:
    """What each text of REGION means: the given code, else the subdivision of that name."""
    found = raw.rows().select(f"trim({name(raw.column(column))}::varchar) as r").distinct().fetchall()
    meaning = {}
    for (said,) in found:
        if not said:
            continue
        if said in places:
            meaning[said] = places[said]
            continue
        words = said.split(" - ", 1)[-1].strip() if said[:1].isdigit() else said
        try:
            meaning[said] = find(words).code
        except UnknownCode as trouble:
            hint = "Give places={text: code}."
            raise UnknownCode(
                "province", said, [], file=raw.source, column=column, hint=f"{trouble.message} {hint}"
            ) from None
    return meaning
