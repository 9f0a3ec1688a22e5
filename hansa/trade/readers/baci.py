"""CEPII's BACI as published: a zip of one CSV a year (t, i, j, k, v, q) with tables of country and product codes.

Layout: https://www.cepii.fr/DATA_DOWNLOAD/baci/doc/baci_webpage.html. Gaulier and Zignago (2010), CEPII Working Paper
2010-23. Values are thousands of current US dollars, FOB, reconciled from both reports; quantities are metric tons.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Collection, Iterable
from dataclasses import replace
from os import PathLike
from pathlib import Path

import duckdb

from hansa import files, tables
from hansa import period as periods
from hansa import regions as known_regions
from hansa.errors import DataError, UnknownCode
from hansa.provenance import Source
from hansa.trade.flows import Flows
from hansa.trade.readers.canonical import take
from hansa.trade.readers.column_map import ColumnMap
from hansa.trade.readers.raw_table import RawTable, open_raw

_COLUMNS = {"period": "t", "origin": "i", "destination": "j", "product": "k", "value": "v", "quantity": "q"}
_YEAR = re.compile(r"_Y(\d{4})_", re.IGNORECASE)
_EDITION = re.compile(r"HS(\d\d)", re.IGNORECASE)
_VERSION = re.compile(r"_V(\d{4})(\d{2})(\w?)", re.IGNORECASE)
_COUNTRIES = re.compile(r"country_codes", re.IGNORECASE)
_PRODUCTS = re.compile(r"product_codes", re.IGNORECASE)
_TABLES = (".csv", ".parquet")


def read_baci(path: str | PathLike[str], *, periods: Collection[str | int] | None = None) -> Flows:
    """Flows from BACI.

    Parameters
    ----------
    path : the zip as published, the folder it was unpacked into, or one of its tables of flows (CSV or Parquet). The
        classification and the version are read from the names of the files, countries from country_codes_V*.csv
        beside them (without one, from the numeric codes that Hansa knows).
    periods : only these years.

    Returns
    -------
    Flows in US dollars and kg, FOB, told_by "reconciled"; the vintage is the month of the release.

    Raises
    ------
    DataError : there are no tables of flows, or of a year asked for; a row cannot be taken (file, line, column).
    UnknownCode : a country or product that the tables of codes do not hold.

    >>> import tempfile, pathlib
    >>> path = pathlib.Path(tempfile.mkdtemp()) / "BACI_HS17_Y2020_V202301.csv"
    >>> _ = path.write_text("t,i,j,k,v,q\\n2020,112,643,010121,12.345,1.5\\n")
    >>> read_baci(path).to_arrow().to_pylist()[0]["value"]
    12345.0
    """
    place = Path(path)
    wanted = None if periods is None else {str(_canonical(period)) for period in periods}
    members = _members(place)
    flows = sorted(_of_years([m for m in members if not _COUNTRIES.search(m) and not _PRODUCTS.search(m)], wanted))
    if not flows:
        years = f" for {', '.join(sorted(wanted))}" if wanted else ""
        raise DataError(f"There is no table of BACI flows here{years} (BACI_HS17_Y2020_V202401b.csv).", file=place)
    countries = _countries(place, members)
    products = _products(place, members)
    parts = [_read_part(_opened(place, member), countries, products, wanted) for member in flows]
    return _joined(parts, _source(place, flows[0]), _edition(place, flows[0]))


def _canonical(period: str | int) -> str:
    return periods.canonical(period)


def _members(place: Path) -> list[str]:
    """Names of the tables in a zip, in a folder, or beside a single table (its own, and the code tables)."""
    if place.is_dir():
        return [p.name for p in sorted(place.iterdir()) if p.suffix.lower() in _TABLES]
    if place.suffix.lower() == ".zip":
        return [name for name in files.check_zip(place) if name.lower().endswith(_TABLES)]
    if not place.is_file():
        raise DataError("There is no such file or folder.", file=place)
    beside = [p.name for p in place.parent.iterdir() if p.suffix.lower() in _TABLES]
    return [place.name, *sorted(name for name in beside if _COUNTRIES.search(name) or _PRODUCTS.search(name))]


def _of_years(names: Iterable[str], wanted: set[str] | None) -> list[str]:
    return [name for name in names if wanted is None or not (hit := _YEAR.search(name)) or hit[1] in wanted]


def _opened(place: Path, member: str) -> Path:
    """A table as a file of its own; one year is unpacked at a time."""
    if place.is_dir():
        return place / member
    if place.suffix.lower() != ".zip":
        return place.parent / member
    target = files.scratch(Path(member).name)
    try:
        with zipfile.ZipFile(place) as archive, archive.open(member) as stream:
            files.copy_capped(stream, target, place)
    except (zipfile.BadZipFile, zlib.error, EOFError) as trouble:
        raise DataError(f"{member} in the zip is damaged ({trouble}). Fetch it again.", file=place) from None
    return target


def _countries(place: Path, members: list[str]) -> dict[str, str] | None:
    """Numeric code -> ISO alpha-3 by the table of countries that came along; what it leaves open, as Hansa knows it."""
    listed = [member for member in members if _COUNTRIES.search(member)]
    if not listed:
        return None
    raw = open_raw(_opened(place, listed[0]))
    code = next((said for said in raw.names if said.lower() in ("country_code", "i")), None)
    iso = next((said for said in raw.names if said.lower() in ("country_iso3", "iso_3digit_alpha", "iso3")), None)
    if code is None or iso is None:
        raise raw.error(
            f"A table of BACI countries needs country_code and country_iso3; it has {', '.join(raw.names)}."
        )
    found = {}
    for number, letters in raw.settled(code, iso).rows().fetchall():
        read = str(letters or "").strip().upper()
        if not str(number or "").strip().isdecimal():
            raise raw.error(f"{number!r} is no numeric code of a country.", column=code)
        found[str(int(number))] = read if re.fullmatch(r"[A-Z]{3}", read) else _known(number)
    # BACI's own codes for one country at different times lead to one name in its table (58 and 56: BEL); Hansa's
    # list keeps them apart (BLX, BEL), so that two entities never become one unsaid.
    for number in found:
        if list(found.values()).count(found[number]) > 1:
            found[number] = _known(number)
    return found


def _known(number: str) -> str:
    try:
        return known_regions.find(str(number).strip()).code
    except UnknownCode:
        return str(int(number))


def _products(place: Path, members: list[str]) -> set[str] | None:
    listed = [member for member in members if _PRODUCTS.search(member)]
    if not listed:
        return None
    raw = open_raw(_opened(place, listed[0]))
    return {str(code).strip().zfill(6) for (code,) in raw.settled(_code_column(raw)).rows().fetchall()}


def _code_column(raw: RawTable) -> str:
    """The column of a table of products that holds the codes."""
    found = next((said for said in raw.names if said.lower() in ("code", "k", "hs6")), None)
    if found is None:
        raise raw.error(f"A table of BACI products needs a column code; it has {', '.join(raw.names)}.")
    return found


def _read_part(
    path: Path, countries: dict[str, str] | None, products: set[str] | None, wanted: set[str] | None
) -> Flows:
    raw = open_raw(path)
    edition = f"HS{hit[1]}" if (hit := _EDITION.search(path.name)) else "HS"
    constants = {
        "currency": "USD",
        "scale": 1000,
        "quantity_unit": "t",
        "told_by": "reconciled",
        "valuation": "FOB",
        "classification": edition,
    }
    keep = {"t": sorted(wanted)} if wanted else {}
    column_map = ColumnMap(_COLUMNS, constants, {"product_digits": 6, "missing": ["NA"]}, keep=keep)
    flows = take(raw, column_map, regions=countries, products=products)
    assert isinstance(flows, Flows)
    return flows


def _joined(parts: list[Flows], source: Source, edition: str) -> Flows:
    """One table of all years; steps and notes once."""
    first = parts[0]
    provenance = replace(first.provenance, sources=(source,), steps=first.provenance.steps[1:])
    notes = tuple(dict.fromkeys(note for part in parts for note in part.notes))
    whole: duckdb.DuckDBPyRelation = first.table.to_native()
    for part in parts[1:]:
        whole = whole.union(part.table.to_native())
    return replace(
        first, table=tables.frame(whole), classification=edition, provenance=provenance, notes=notes, _sums={}
    )


def _source(place: Path, member: str) -> Source:
    version = _VERSION.search(member) or _VERSION.search(place.name)
    return Source(
        "CEPII",
        f"BACI {_edition(place, member)}",
        version="".join(version.groups()) if version else None,
        url="https://www.cepii.fr/CEPII/en/bdd_modele/bdd_modele_item.asp?id=37",
        licence="Etalab Open Licence 2.0",
        checksum=files.sha256(place) if place.is_file() else None,
        vintage=f"{version[1]}-{version[2]}-01" if version else None,
    )


def _edition(place: Path, member: str) -> str:
    hit = _EDITION.search(Path(member).name) or _EDITION.search(place.name)
    return f"HS{hit[1]}" if hit else "HS"
