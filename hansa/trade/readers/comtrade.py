"""UN Comtrade: what its API returns (JSON), its bulk files (CSV, TSV) and extracts of them with fewer columns.

One flow may stand in many rows: by second partner, by transport, by customs procedure, each with its totals. Only
totals are kept (partner2Code 0, motCode 0, customsCode C00, mosCode 0); where a flow has none, its parts are added.

Fields as in the documentation of the API (https://comtradedeveloper.un.org). Seen with real files: extracts in Parquet,
one of them with all columns; the raw JSON is read from documentation.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection
from dataclasses import dataclass, replace
from os import PathLike
from pathlib import Path
from typing import Any

import duckdb

from hansa import text_file
from hansa.errors import DataError, UnknownCode
from hansa.products import classification as listed_classification
from hansa.trade.flows import Flows
from hansa.trade.readers.canonical import take
from hansa.trade.readers.column_map import ColumnMap
from hansa.trade.readers.raw_table import ROW, RawTable, from_columns, name, open_raw, rows_of, text, texts
from hansa.trade.side import SideTable

LEVELS = {"total": 0, "2": 2, "4": 4, "6": 6}
_FIELDS = {
    "period": ("period", "refyear", "year"),
    "reporter": ("reporteriso", "reportercode", "reporteriso3", "reporter"),
    "partner": ("partneriso", "partnercode", "partneriso3", "partner"),
    "flow": ("flowcode", "flow", "flowdesc", "tradeflow"),
    "product": ("cmdcode", "commoditycode"),
    "value": ("primaryvalue", "valueusd", "tradevalue", "tradevalueus", "importvalueusdcif", "exportvalueusdfob"),
    "quantity": ("netwgt", "netweightkg", "netweight"),
}
# Dimensions by which one flow is split, and the code of their total.
_SPLITS = {"partner2code": "0", "customscode": "C00", "moscode": "0", "motcode": "0"}
_EXPORTS, _IMPORTS, _REEXPORTS = (
    ("x", "export", "exports"),
    ("m", "import", "imports"),
    ("rx", "re-export", "re-exports"),
)
_SOURCE = {
    "producer": "United Nations Statistics Division",
    "title": "UN Comtrade",
    "url": "https://comtradeplus.un.org",
    "licence": "UN terms of use; re-dissemination of extracts is limited",
}


def read_comtrade(
    path: str | PathLike[str],
    *,
    level: str | int | None = None,
    reexports: bool = False,
    classification: str | None = None,
    regions: Any = None,
    products: Collection[str] | None = None,
) -> Flows:
    """Flows from UN Comtrade.

    Parameters
    ----------
    path : JSON of the API ({"data": [...]}), a bulk file (also .gz), or an extract as CSV or Parquet.
    level : 2, 4, 6 or "total", where the file holds several levels of products at once.
    reexports : read re-exports (RX) instead; exports as reported include them.
    classification : of the products (HS17, say), where the file does not tell.
    regions, products : codes to accept, as for `read_flat`.

    Returns
    -------
    Flows in US dollars and kg. Imports are told by the destination (CIF unless the row says FOB), exports by the origin
    (FOB); with both, told_by is "both" and stands in each row.

    Raises
    ------
    DataError : levels are mixed and none was chosen; a row cannot be taken (file, line, column).

    >>> import tempfile, pathlib
    >>> path = pathlib.Path(tempfile.mkdtemp()) / "api.json"
    >>> row = {"period": 2020, "reporterCode": 112, "partnerCode": 643, "flowCode": "M", "cmdCode": "27"}
    >>> _ = path.write_text(json.dumps({"data": [{**row, "primaryValue": 9.5}]}))
    >>> read_comtrade(path).to_arrow().to_pylist()
    [{'period': '2020', 'origin': 'RUS', 'destination': 'BLR', 'product': '27', 'told_by': 'destination', 'value': 9.5}]
    """
    raw = _opened(Path(path))
    here = {_plain(said): said for said in reversed(raw.names)}
    fields = {what: here[known] for what, names in _FIELDS.items() if (known := _first_of(names, here))}
    if missing := {"period", "reporter", "partner", "product", "value"} - set(fields):
        raise raw.error(f"A Comtrade table needs {min(missing)!r}; this one has {', '.join(map(repr, raw.names))}.")
    further = (*_SPLITS, "classificationcode", "cifvalue", "fobvalue", "typecode")
    raw = raw.settled(*fields.values(), *(here[known] for known in further if known in here))
    raw, notes = _shaped(raw, fields, here, level, reexports)
    constants: dict[str, Any] = {"currency": "USD", **_classification(raw, here, notes, classification)}
    if _services(raw, here):
        constants["scope"] = "services"
    flow = {"export": [*_EXPORTS, *_REEXPORTS], "import": list(_IMPORTS)}
    if "flow" not in fields:
        constants["flow"] = "export" if _plain(fields["value"]).startswith("export") else "import"
    if (valued := _valued(raw, fields, here)) is not None:
        raw, fields = valued, {**fields, "valuation": "__valuation"}
    column_map = ColumnMap(fields, constants, {"world": "drop", "products": "any"}, flow, source=_SOURCE)
    read = take(replace(raw, notes=(*raw.notes, *notes)), column_map, regions=regions, products=products)
    assert not isinstance(read, SideTable)
    return read


def _opened(path: Path) -> RawTable:
    if path.suffix.lower() != ".json":
        return open_raw(path)
    try:
        plain = json.loads(text_file.open_text(path).path.read_text(encoding="utf-8-sig"))
    except json.JSONDecodeError as trouble:
        raise DataError(
            f"The file is no JSON, or one that was cut short ({trouble.msg}).", file=path, line=trouble.lineno
        ) from None
    if isinstance(plain, dict) and plain.get("error"):
        raise DataError(f"The service answered with an error instead of data: {plain['error']}.", file=path)
    records = plain.get("data") if isinstance(plain, dict) else plain
    if not isinstance(records, list) or not all(isinstance(record, dict) for record in records):
        raise DataError('There is no list of records under "data".', file=path)
    if not records:
        raise DataError("The answer holds no records: nothing was reported for what was asked.", file=path)
    keys = dict.fromkeys(key for record in records for key in record)
    return from_columns({key: [record.get(key) for record in records] for key in keys}, path)


def _plain(said: str) -> str:
    return re.sub(r"[\W_]", "", said.casefold())


def _first_of(names: tuple[str, ...], here: dict[str, str]) -> str | None:
    return next((known for known in names if known in here), None)


@dataclass(frozen=True)
class _Cell:
    """SQL of a column as trimmed text."""

    raw: RawTable
    said: str

    def __str__(self) -> str:
        return f"trim({name(self.raw.column(self.said))}::varchar)"


def _shaped(
    raw: RawTable, fields: dict[str, str], here: dict[str, str], level: str | int | None, reexports: bool
) -> tuple[RawTable, list[str]]:
    """The rows of one direction, one level and totals only; and what was left out."""
    tests: list[str] = []
    notes: list[str] = []
    if "flow" in fields:
        direction, remark = _directions(raw, _Cell(raw, fields["flow"]), reexports)
        tests.append(direction)
        notes += remark
    chosen, remark = _one_level(raw, _Cell(raw, fields["product"]), tests, level)
    tests += chosen
    notes += remark
    shaped = replace(raw, shape=lambda relation: _filtered(relation, tests)) if tests else raw
    splits = {here[known]: total for known, total in _SPLITS.items() if known in here}
    shaped, remark = _totals_only(shaped, fields, splits)
    return shaped, notes + remark


def _filtered(relation: duckdb.DuckDBPyRelation, tests: list[str]) -> duckdb.DuckDBPyRelation:
    return relation.filter(" and ".join(tests)) if tests else relation


def _directions(raw: RawTable, cell: _Cell, reexports: bool) -> tuple[str, list[str]]:
    wanted = _REEXPORTS if reexports else (*_EXPORTS, *_IMPORTS)
    counted = dict(raw.rows().aggregate(f"{cell} as f, count(*) as n", str(cell)).fetchall())
    left = {flow: count for flow, count in counted.items() if (flow or "").casefold() not in wanted}
    if not set(counted) - set(left):
        asked = "re-exports" if reexports else "exports or imports"
        raise raw.error(f"There are no {asked}; flows: {', '.join(map(str, counted))}.")
    said = ", ".join(f"{flow} ({rows_of(count)})" for flow, count in sorted(left.items(), key=str))
    why = "" if reexports else ", as parts of exports or imports, or other directions"
    return f"lower({cell}) in {texts(wanted)}", [f"left out{why}: {said}"] if left else []


def _one_level(raw: RawTable, cell: _Cell, tests: list[str], level: str | int | None) -> tuple[list[str], list[str]]:
    """Codes of one level only; codes of several are let through where none lies inside another."""
    rows = _filtered(raw.rows(), tests)
    found = [code or "" for (code,) in rows.select(f"{cell} as c").distinct().fetchall()]
    levels = {code: 0 if code.upper() == "TOTAL" else len(code.removeprefix("AG")) for code in found}
    if level is not None:
        if str(level).lower() not in LEVELS:
            raise UnknownCode("level of products", level, LEVELS, hint="It may be 2, 4, 6 or 'total'.")
        kept = sorted(code for code, digits in levels.items() if digits == LEVELS[str(level).lower()])
        if not kept:
            raise raw.error(
                f"There are no products at level {level}; levels here: {_listed(levels)}.", column=cell.said
            )
        left = rows.filter(f"{cell} not in {texts(kept)}").aggregate("count(*)").fetchall()[0][0]
        return [f"{cell} in {texts(kept)}"], [f"left out, products of other levels: {rows_of(left)}"] if left else []
    known = set(found)
    inside = sorted(code for code in found if any(code[:cut] in known for cut in range(1, len(code))))
    if len(known) > 1 and ("TOTAL" in {code.upper() for code in known} or inside):
        example = f", e.g. {inside[0]!r} lies inside another" if inside else ""
        raise raw.error(
            f"Several levels of products stand side by side ({_listed(levels)}{example}); together they count things "
            "twice. Choose one: level=2, 4, 6 or 'total'.",
            column=cell.said,
        )
    return [], [f"products are of several levels ({_listed(levels)}), none inside another"] if len(
        set(levels.values())
    ) > 1 else []


def _listed(levels: dict[str, int]) -> str:
    counted = {digits: list(levels.values()).count(digits) for digits in sorted(set(levels.values()))}
    return ", ".join(f"{count:,} of {f'{digits} digits' if digits else 'TOTAL'}" for digits, count in counted.items())


def _totals_only(raw: RawTable, fields: dict[str, str], splits: dict[str, str]) -> tuple[RawTable, list[str]]:
    """One row for each flow: its total, else the sum of its parts, dimension by dimension; nothing counts twice."""
    if not splits:
        return raw, []
    totals = {
        said: f"coalesce({_Cell(raw, said)}, {text(total)}) in {texts(_spellings(total))}"
        for said, total in splits.items()
    }
    counts = raw.rows().aggregate(f"count(*), count(*) filter ({' and '.join(totals.values())})").fetchall()[0]
    if counts[0] == counts[1]:
        return raw, []
    keys = [
        name(raw.column(fields[what]))
        for what in ("period", "reporter", "partner", "flow", "product")
        if what in fields
    ]
    numbers = [name(raw.column(fields[what])) for what in ("value", "quantity") if what in fields]
    before = raw.shape

    def shape(relation: duckdb.DuckDBPyRelation) -> duckdb.DuckDBPyRelation:
        rows = before(relation)
        for test in totals.values():
            best = f"max({test}) over (partition by {', '.join(keys)})"
            rows = rows.select(f"*, {best} as __has, {test} as __is").filter("__is or not __has")
            rows = rows.select("* exclude (__has, __is)")
        kept = [c for c in map(name, rows.columns) if c not in keys and c not in numbers and c != name(ROW)]
        parts = [*keys, *(f"sum(try_cast({n} as double)) as {n}" for n in numbers), *(f"min({c}) as {c}" for c in kept)]
        if ROW in rows.columns:
            parts.append(f"min({ROW}) as {ROW}")
        return rows.aggregate(", ".join(parts), ", ".join(keys))

    left = replace(raw, shape=shape)
    flows = left.rows().aggregate("count(*)").fetchall()[0][0]
    dimensions = ", ".join(splits)
    return left, [
        f"{counts[0]:,} rows split by {dimensions} are {flows:,} flows: totals are kept, parts are added only where a "
        "flow has no total"
    ]


def _spellings(total: str) -> tuple[str, ...]:
    return (total, f"{total}.0", "") if total == "0" else (total, "")


def _classification(raw: RawTable, here: dict[str, str], notes: list[str], given: str | None) -> dict[str, str]:
    """Classification of the products: as given, or where the file tells and it is one."""
    if given is not None or "classificationcode" not in here:
        return {} if given is None else {"classification": given}
    cell = _Cell(raw, here["classificationcode"])
    found = sorted(code for (code,) in raw.rows().select(f"{cell} as c").distinct().fetchall() if code)
    read = [_edition(code) for code in found]
    if len(read) == 1:
        return {"classification": read[0]}
    notes.append(f"products are coded in several classifications: {', '.join(read)}")
    return {}


def _services(raw: RawTable, here: dict[str, str]) -> bool:
    """Whether the rows are of services (typeCode S); goods and services side by side are refused."""
    if "typecode" not in here:
        return False
    cell = _Cell(raw, here["typecode"])
    found = sorted(code for (code,) in raw.rows().select(f"{cell} as c").distinct().fetchall() if code)
    if len(found) > 1:
        raise raw.error(
            f"Goods and services stand side by side ({', '.join(found)}). Read them apart.", column=cell.said
        )
    return found == ["S"]


def _edition(code: str) -> str:
    """Hansa's name of a classification (``H5``: HS17), or Comtrade's own where Hansa does not know it."""
    try:
        return listed_classification(code).key
    except UnknownCode:
        return code


def _valued(raw: RawTable, fields: dict[str, str], here: dict[str, str]) -> RawTable | None:
    """Rows that tell their valuation: imports are CIF unless only a FOB value is given."""
    if "flow" not in fields or not {"cifvalue", "fobvalue"} <= set(here):
        return None
    cif, fob = (name(raw.column(here[which])) for which in ("cifvalue", "fobvalue"))
    exports = f"lower({_Cell(raw, fields['flow'])}) in {texts((*_EXPORTS, *_REEXPORTS))}"
    fob_only = f"try_cast({cif} as double) is null and try_cast({fob} as double) is not null"
    before = raw.shape
    told = f"*, case when {exports} or ({fob_only}) then 'FOB' else 'CIF' end as __valuation"
    names = {**raw.names, "__valuation": "__valuation"}
    return replace(raw, names=names, shape=lambda relation: before(relation).select(told))
