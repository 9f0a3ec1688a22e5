"""A column map proposed from the names and cells of a table, for its owner to look at before anything is imported."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from itertools import islice
from os import PathLike
from pathlib import Path
from typing import Any

import duckdb

from hansa import period as periods
from hansa import regions, text_file
from hansa.errors import DataError
from hansa.trade.readers.canonical import EXPORT, IMPORT, take
from hansa.trade.readers.codes import CURRENCIES, SCALES
from hansa.trade.readers.column_map import ColumnMap
from hansa.trade.readers.raw_table import RawTable, broken, name, open_raw
from hansa.trade.side import MEASURES

OWN_FILE = "# Hansa flows"
OWN_MAP = "#: "
SAMPLE = 1_000
BACI = {"t", "i", "j", "k", "v", "q"}
MISSING_MARKS = ("", "...", "…", "-", "–", "..", ":", "n/a", "NA", "N/A", "х", "x", "нет данных")
# Names of columns, in the order in which they are looked for; "country" alone may be either side.
_NAMES: Mapping[str, tuple[str, ...]] = {
    "period": ("period", "year", "time", "timeperiod", "refyear", "date", "t", "yr", "год", "период", "дата"),
    "month": ("month", "месяц"),
    "quarter": ("quarter", "квартал"),
    "flow": ("flow", "flowcode", "flowdesc", "tradeflow", "direction", "направление", "поток", "napr", "экспортимпорт"),
    "reporter": ("reporter", "reporteriso", "reportercode", "reportingcountry", "declarant", "отчитывающаясястрана"),
    "partner": ("partner", "partneriso", "partnercode", "partnercountry", "counterpart", "странапартнер",
                "партнер", "страна", "контрагент", "strana", "странаконтрагент"),
    "origin": ("origin", "exporter", "from", "source", "iso3o", "isoo", "i", "экспортер", "откуда",
               "странаотправления"),
    "destination": ("destination", "importer", "to", "iso3d", "isod", "j", "импортер", "куда", "странаназначения"),
    "region": ("region", "country", "economy", "iso", "iso3", "countrycode", "регион", "субъект"),
    "product": ("product", "commodity", "cmdcode", "commoditycode", "hs", "hs2", "hs4", "hs6", "hscode", "productcode",
                "sitc", "sector", "k", "tnved", "тнвэд", "кодтнвэд", "кодтовара", "товар"),
    "measure": ("measure", "indicator", "series", "показатель"),
    "unit": ("unit", "currency", "единица", "валюта", "единицаизмерения"),
    "value": ("value", "v", "trade", "tradevalue", "amount", "primaryvalue", "obsvalue", "стоимость", "сумма", "объем",
              "объём", "значение", "stoim"),
    "quantity": ("quantity", "q", "netweight", "netwgt", "netmass", "netweightkg", "netto", "нетто", "вес", "масса",
                 "вескг", "массанетто"),
}  # fmt: skip


@dataclass(frozen=True)
class Proposal:
    """A map for a table, what its first rows become under it, and what had to be assumed.

    trouble : why the first rows cannot be read by it, where they cannot; the map is to be mended then.
    """

    column_map: ColumnMap
    rows: list[dict[str, Any]]
    remarks: tuple[str, ...] = ()
    trouble: DataError | None = None


@dataclass
class _Guess:
    """What is known so far of a table whose map is being proposed."""

    raw: RawTable
    cells: dict[str, list[str]]
    columns: dict[str, str] = field(default_factory=dict)
    constants: dict[str, Any] = field(default_factory=dict)
    table: dict[str, Any] = field(default_factory=dict)
    flow: dict[str, list[str]] = field(default_factory=dict)
    leave: dict[str, list[str]] = field(default_factory=dict)
    remarks: list[str] = field(default_factory=list)

    def free(self) -> list[str]:
        """Columns that nothing was found for yet."""
        return [said for said in self.raw.names if said not in self.columns.values()]

    def texts(self, *wanted: str) -> dict[str, list[str]]:
        """The different texts in the columns of some meanings, from every row."""
        if not wanted:
            return {}
        cells = [f"trim({name(self.raw.column(self.columns[what]))}::varchar)" for what in wanted]
        try:
            found = self.raw.rows().aggregate(", ".join(f"list(distinct {cell})" for cell in cells)).fetchall()[0]
        except duckdb.Error as trouble:
            raise broken(trouble, self.raw.source) from None
        return {what: sorted(text for text in some or () if text) for what, some in zip(wanted, found, strict=True)}


def propose_map(
    path: str | PathLike[str],
    *,
    encoding: str | None = None,
    sheet: str | None = None,
    side: str | None = None,
    regions: Any = None,
) -> Proposal:
    """A column map for a table, from its names of columns (English or Russian), codes, names of regions and numbers.

    Parameters
    ----------
    path : as for `read_flat`.
    encoding, sheet : where they cannot be told from the file.
    side : the measure, where it is a side table.
    regions : codes to accept, as for `read_flat`.

    Raises
    ------
    DataError : no column can be taken for the value, or none for the regions; the message names what there is.

    >>> import tempfile, pathlib
    >>> path = pathlib.Path(tempfile.mkdtemp()) / "my.csv"
    >>> _ = path.write_text("год;экспортер;импортер;млн долл\\n2022;Беларусь;Россия;1,5\\n", encoding="utf-8")
    >>> proposal = propose_map(path)
    >>> print(proposal.column_map.columns["value"], proposal.column_map.constants)
    млн долл {'currency': 'USD', 'scale': 1000000}
    >>> proposal.rows
    [{'period': '2022', 'origin': 'BLR', 'destination': 'RUS', 'value': 1500000.0}]
    """
    own = _own_map(Path(path))
    raw = open_raw(path, encoding=encoding, sheet=sheet)
    if own is not None:
        return Proposal(own, _first_rows(raw, own, regions))
    sample = raw.head(SAMPLE)
    places = {column: place for place, column in enumerate(raw.rows().columns)}
    cells = {
        said: ["" if row[places[column]] is None else str(row[places[column]]).strip() for row in sample]
        for said, column in raw.names.items()
    }
    guess = _Guess(raw, cells)
    if encoding:
        guess.table["encoding"] = encoding
    if raw.sheet:
        guess.table["sheet"] = raw.sheet
    if {_plain(said) for said in guess.raw.names} == BACI:
        raise raw.error("The columns t, i, j, k, v and q are those of BACI: read it with --reader baci (read_baci).")
    _by_name(guess)
    _by_cells(guess)
    _settle_ends(guess)
    _settle_value(guess)
    _refuse_no_names(guess)
    _settle_rows(guess, blocs=regions is None)
    if unused := guess.free():
        guess.remarks.append(f"columns not used: {', '.join(map(repr, unused[:8]))}{' ...' if len(unused) > 8 else ''}")
    proposed = ColumnMap(guess.columns, guess.constants, guess.table, guess.flow, leave=guess.leave)
    proposed = proposed.for_side(side) if side else proposed
    try:
        return Proposal(proposed, _first_rows(raw, proposed, regions), tuple(guess.remarks))
    except DataError as trouble:
        return Proposal(proposed, [], tuple(guess.remarks), trouble)


def _own_map(path: Path) -> ColumnMap | None:
    """The map that a file written by `write_csv` carries in its remarks."""
    if not path.is_file() or path.suffix.lower() not in (".csv", ".txt"):
        return None
    with path.open("rb") as stream:
        if stream.read(len(OWN_FILE)) != OWN_FILE.encode():
            return None
    remarks = islice(text_file.open_text(path).lines(), 200)
    return ColumnMap.parse(
        "\n".join(line.removeprefix(OWN_MAP) for line in remarks if line.startswith(OWN_MAP)), str(path)
    )


def _first_rows(raw: RawTable, column_map: ColumnMap, accepted: Any) -> list[dict[str, Any]]:
    few = replace(raw, relation=raw.relation.limit(200))
    rows = take(few, column_map, regions=accepted).to_arrow().slice(0, 3).to_pylist()
    return [{key: value for key, value in row.items() if value is not None} for row in rows]


def _plain(said: str) -> str:
    return re.sub(r"[\W_]", "", said.casefold())


def _by_name(guess: _Guess) -> None:
    for what, known in _NAMES.items():
        for alias in known:
            hits = [said for said in guess.free() if _plain(said) == alias]
            if hits:
                guess.columns[what] = hits[0]
                break
    parts = [part for part in ("month", "quarter") if part in guess.columns]
    beside = guess.cells[guess.columns["period"]] if "period" in guess.columns else ["no year"]
    if parts and all(re.fullmatch(r"\d{4}", cell) for cell in beside):
        guess.columns["year"] = guess.columns.pop("period")
        return
    for part in parts:  # a whole period, such as 01.2022, or nothing without a year
        said = guess.columns.pop(part)
        if "period" not in guess.columns and _share(guess.cells[said], _is_period) == 1:
            guess.columns["period"] = said


def _by_cells(guess: _Guess) -> None:
    """Periods and regions by what stands in the cells."""
    if not {"period", "year"} & set(guess.columns):
        for said in guess.free():
            if _share(guess.cells[said], _is_period) == 1:
                guess.columns["period"] = said
                break


def _is_period(cell: str) -> bool:
    try:
        return 1900 <= periods.year(periods.canonical(cell)) <= 2100
    except DataError:
        return False


def _is_region(cell: str) -> bool:
    return not cell.replace(".", "").replace(",", "").isdecimal() and regions.kind_of(cell) is not None


def _share(cells: list[str], test: Any) -> float:
    different = {cell for cell in cells if cell}
    return sum(map(test, different)) / len(different) if different else 0.0


def _settle_ends(guess: _Guess) -> None:
    """Both ends: origin and destination; or reporter, partner and direction; or one region, in a side table."""
    found = guess.columns
    if "flow" in found:
        _settle_reporter(guess)
        return
    if "reporter" in found and "partner" in found:
        raise guess.raw.error(
            "There are a reporter and a partner, but no column says whether it is export or import. Write a map with "
            '[constants] flow = "export" or "import".'
        )
    if "origin" in found and "destination" in found:
        found.pop("region", None)
        found.pop("partner", None)
        return
    one_end = [what for what in ("origin", "destination", "partner", "region") if what in found]
    others = [said for said in guess.free() if _share(guess.cells[said], _is_region) >= 0.8]
    candidates = [*(found.pop(what) for what in one_end), *others]
    candidates.sort(key=list(guess.raw.names).index)
    if len(candidates) >= 2:
        found["origin"], found["destination"] = candidates[:2]
        guess.remarks.append(
            f"column {candidates[0]!r} is taken for the origin, {candidates[1]!r} for the destination, by their order"
        )
    elif candidates and "product" in found and "measure" not in found:
        found["origin"] = candidates[0]
        guess.remarks.append("there is no destination: flows of each origin with the whole world")
    elif candidates:
        found["region"] = candidates[0]
        guess.table["kind"] = "side"
    else:
        raise guess.raw.error(f"No column holds regions that Hansa knows. The table has {_names(guess)}. Write a map.")


def _settle_reporter(guess: _Guess) -> None:
    found = guess.columns
    for what in ("origin", "destination", "region"):
        if what in found and "partner" not in found:
            found["partner"] = found.pop(what)
        elif what in found and "reporter" not in found:
            found["reporter"] = found.pop(what)
        else:
            found.pop(what, None)
    for what in ("partner", "reporter"):
        if what not in found:
            for said in guess.free():
                if _share(guess.cells[said], _is_region) >= 0.8:
                    found[what] = said
                    break
    if not {"partner", "reporter"} <= set(found):
        raise guess.raw.error(
            "A column says export or import, but whose it is does not stand in the table. Write a map with [constants] "
            f'reporter = "...". The table has {_names(guess)}.'
        )


def _settle_value(guess: _Guess) -> None:
    found = guess.columns
    named = [said for said in guess.free() if _unit_in(said)[0] or _unit_in(said)[1] != 1 or _plain(said) in MEASURES]
    if "value" not in found:
        numeric = [said for said in (*named, *guess.free()) if _share(guess.cells[said], _is_number) >= 0.8]
        if not numeric:
            raise guess.raw.error(f"No column holds numbers that could be the value. The table has {_names(guess)}.")
        found["value"] = numeric[0]
    currency, scale = _unit_in(found["value"])
    if guess.table.get("kind") == "side":
        measure = _plain(found["value"])
        if "measure" not in found:
            guess.constants["measure"] = measure if measure in MEASURES else "gdp"
            if measure not in MEASURES:
                guess.remarks.append("which measure it is does not stand in the table: gdp is assumed")
    elif "unit" not in found:
        guess.constants["currency"] = currency or "USD"
        if not currency:
            guess.remarks.append("the currency does not stand in the table: USD is assumed")
    if scale != 1:
        guess.constants["scale"] = scale
    _settle_gaps(guess)


def _settle_gaps(guess: _Guess) -> None:
    found = guess.columns
    blank = [mark for mark in MISSING_MARKS if mark in guess.cells[found["value"]]]
    if blank:
        guess.remarks.append(f"rows whose value is {', '.join(map(repr, blank))} are left out")
    weighed = guess.cells[found["quantity"]] if "quantity" in found else ()
    if marks := [mark for mark in MISSING_MARKS if mark in blank or (mark and mark in weighed)]:
        guess.table["missing"] = marks
    codes = [cell for cell in guess.cells.get(found.get("product", ""), []) if cell]
    if codes and all(code.isdigit() for code in codes) and {len(code) for code in codes} == {5, 6}:
        guess.table["product_digits"] = 6
        guess.remarks.append("product codes of five digits have lost a zero in front: it is put back")


def _settle_rows(guess: _Guess, blocs: bool) -> None:
    """Rows to leave out, judged by all rows: other directions, totals for the world, blocs beside countries."""
    found = guess.columns
    ends = [what for what in ("partner", "destination", "origin", "reporter") if what in found]
    texts = guess.texts(*(["flow"] if "flow" in found else []), *ends)
    for said in texts.get("flow", ()):
        if said.casefold() not in (*EXPORT, *IMPORT):
            guess.flow.setdefault("drop", []).append(said)
            guess.remarks.append(f"rows with {found['flow']} = {said!r} are left out")
    for what in ends:
        kinds = {said: regions.kind_of(said) for said in texts[what]}
        if "world" in kinds.values() and set(kinds.values()) != {"world"}:
            guess.table["world"] = "drop"
            guess.remarks.append(f"rows for the whole world are left out ({found[what]})")
        groups = [said for said, kind in kinds.items() if kind == "bloc"]
        if blocs and groups and "country" in kinds.values():
            guess.leave[found[what]] = groups
            guess.remarks.append(
                f"rows with {found[what]} = {', '.join(groups[:5])} are left out: blocs, not countries"
            )


def _refuse_no_names(guess: _Guess) -> None:
    """A first line that holds a period, a region or a number where its column does is a row of figures."""
    found = guess.columns
    like = [found[what] for what in ("period", "year") if what in found and _is_period(found[what])]
    like += [
        found[what]
        for what in ("origin", "destination", "reporter", "partner")
        if what in found and regions.kind_of(found[what]) and _share(guess.cells[found[what]], _is_region) >= 0.8
    ]
    like += [found["value"]] if _is_number(found["value"]) else []
    if len(like) > 1:
        raise guess.raw.error(
            f"The first line holds no names of columns, but figures ({', '.join(like)}). Put a line of names above it."
        )


def _unit_in(said: str) -> tuple[str | None, int]:
    """Currency and scale that the name of a column tells: ``value_musd``, ``млн долл.``, ``export_usd``."""
    currency, scale = None, 1
    for word in re.findall(r"us\$|[$€₽]|\d+|[^\W\d_]+", said.casefold()):
        if hit := re.fullmatch(r"(k|m|mn|mln|bn|b)(usd|eur|rub)", word):
            currency, scale = hit[2].upper(), {"k": 10**3, "b": 10**9, "bn": 10**9}.get(hit[1], 10**6)
        elif word in CURRENCIES:
            currency = CURRENCIES[word]
        elif word in SCALES and len(word) > 1:
            scale = int(SCALES[word])
    return currency, scale


def _is_number(cell: str) -> bool:
    return cell in MISSING_MARKS or bool(re.fullmatch(r"[+-]?[\d\s.,'’]*\d[\d.,]*([eE][+-]?\d+)?", cell))


def _names(guess: _Guess) -> str:
    names = list(map(repr, guess.raw.names))
    return ", ".join(names[:30]) + (f" and {len(names) - 30:,} more" if len(names) > 30 else "")
