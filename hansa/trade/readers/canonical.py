"""The first gate: rows of a file become flows or a side table, or are refused with file, line and column."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import duckdb
import narwhals.stable.v2 as nw
import pyarrow as pa

from hansa import period as periods
from hansa import tables
from hansa.errors import DataError, UnknownCode
from hansa.files import quoted
from hansa.products import edition
from hansa.provenance import Provenance, Source
from hansa.trade.flows import TOLD_BY, Flows
from hansa.trade.readers.codes import TOTALS, ProductList, RegionList, money_of
from hansa.trade.readers.column_map import ColumnMap
from hansa.trade.readers.raw_table import ROW, RawTable, rows_of, text, texts, to_parquet
from hansa.trade.readers.typed_rows import NUMBERS, TypedRows, stage
from hansa.trade.side import SideTable
from hansa.units import VALUATIONS, Mass, Money

EXPORT = ("x", "export", "exports", "exp", "экспорт", "вывоз", "эк")
IMPORT = ("m", "import", "imports", "imp", "импорт", "ввоз", "им")
_USUAL = {"origin": "FOB", "destination": "CIF"}


def take(
    raw: RawTable,
    column_map: ColumnMap,
    *,
    regions: Any = None,
    products: Collection[str] | None = None,
    source: Source | None = None,
) -> Flows | SideTable:
    """Flows or a side table from a raw table.

    Parameters
    ----------
    raw : the rows.
    column_map : what the columns mean.
    regions : codes to accept instead of the map's choice: a collection, a mapping of text to code, or
        `hansa.regions.Regions`.
    products : codes to accept; any by default.
    source : for the provenance; by default what the map says, with name and checksum of the file.
    """
    rows, staged = stage(raw, column_map)
    notes = [*raw.notes, *staged]
    chosen = regions if regions is not None else column_map.table.get("regions", "known")
    listed = RegionList(chosen, column_map.codes)
    provenance = Provenance((source or raw.origin(dict(column_map.source)),)).then("read", raw.source.name)
    if column_map.table.get("kind") == "side":
        return _side(rows, notes, listed, products, provenance)
    return _flows(rows, notes, listed, products, provenance)


@dataclass(frozen=True)
class _Recipe:
    """How typed rows become the final columns: what each label means, and the SQL of each column."""

    lookups: Mapping[str, Mapping[str, str]]
    columns: Mapping[str, str]

    def __call__(self, rows: duckdb.DuckDBPyRelation) -> duckdb.DuckDBPyRelation:
        """The final columns; keeps record numbers where there are any."""
        joined = rows.set_alias("r")
        for column, meaning in self.lookups.items():
            if column in rows.columns:
                table = pa.table({"before": list(meaning), "after": list(meaning.values())})
                lookup = tables.connection().from_arrow(table).set_alias(f"l_{column}")
                joined = joined.join(lookup, f"r.{column} = l_{column}.before", how="left")
        row = [f"r.{ROW} as {ROW}"] if ROW in rows.columns else []
        return joined.select(", ".join([*row, *(f"{sql} as {column}" for column, sql in self.columns.items())]))


def _flows(
    rows: TypedRows, notes: list[str], listed: RegionList, products: Collection[str] | None, provenance: Provenance
) -> Flows:
    said = rows.reading.map.constants
    ends = [what for what in ("origin", "destination", "reporter", "partner") if what in rows.columns]
    rows, regions, remarks = _regions(rows, listed, ends)
    notes = notes + remarks
    ways, told = _told_by(rows)
    codes, cut = _products(rows, products)
    money = _money(rows)
    mass = Mass(said.get("quantity_unit", "kg"))
    lookups = _changed({"period": _periods(rows), "product": codes, **dict.fromkeys(ends, regions)})
    recipe = _Recipe(lookups | ({"flow": ways} if ways else {}), _columns(rows, lookups, listed, money, mass))
    final, merged = _assembled(rows, recipe, summed=bool(cut))
    if cut:
        notes.append(f"product codes of more than six digits are cut to HS6: {cut:,}")
    if merged:
        notes.append(f"added to another row with the same codes: {rows_of(merged, rows.count())}")
    if money.scale != 1:
        provenance = provenance.then("unit", f"{money} x {money.scale:g} = {Money(money.currency, 1, money.prices)}")
    if mass.kilograms != 1 and "quantity" in rows.columns:
        provenance = provenance.then("quantity", f"{mass.unit} x {mass.kilograms:g} = kg")
    if "destination" in final.columns and (own := _count(final, "origin = destination")):
        notes.append(f"kept with one region at both ends (domestic trade): {rows_of(own)}")
    return Flows(
        nw.from_native(final),
        unit=Money(money.currency, 1, money.prices),
        valuation=_valuation(rows, told),
        told_by=told,
        scope=said.get("scope", "goods"),
        classification=edition(said["classification"]) if "classification" in said else None,
        provenance=provenance,
        notes=tuple(notes),
    )


def _side(
    rows: TypedRows, notes: list[str], listed: RegionList, products: Collection[str] | None, provenance: Provenance
) -> SideTable:
    said = rows.reading.map.constants
    rows, measure = _one_measure(rows)
    ends = [what for what in ("region", "partner") if what in rows.columns]
    rows, regions, remarks = _regions(rows, listed, ends)
    codes, _ = _products(rows, products)
    lookups = _changed({"period": _periods(rows), "product": codes, **dict.fromkeys(ends, regions)})
    columns = {what: _label(what, lookups) for what in (*ends, "product", "period") if what in rows.columns}
    for what in {"region", "period"} & set(said) - set(columns):
        columns[what] = text(_constant(rows, listed, what))
    columns["value"] = f"r.value * {float(said.get('scale', 1))!r}"
    final, _ = _assembled(rows, _Recipe(lookups, columns), summed=False)
    unit = _one_of(rows, "unit") if "unit" in rows.columns else said.get("unit", said.get("currency", ""))
    return SideTable(nw.from_native(final), measure, str(unit), provenance, (*notes, *remarks))


def _assembled(rows: TypedRows, recipe: _Recipe, summed: bool) -> tuple[duckdb.DuckDBPyRelation, int]:
    """The final rows, each key once, and how many were added to another; refuses doubles unless they may be summed."""
    raw, final = rows.reading.raw, recipe(rows.relation)
    keys = ", ".join(column for column in final.columns if column not in NUMBERS)
    if summed or rows.reading.map.table.get("duplicates") == "sum":
        sums = [f"sum({what}) as {what}" for what in NUMBERS if what in final.columns]
        final = to_parquet(final.aggregate(", ".join([keys, *sums]), keys), raw.source)
        return final, rows.count() - _count(final)
    final = to_parquet(final, raw.source)
    twice = final.aggregate(f"hash({keys}) as h, count(*) as n", f"hash({keys})").filter("n > 1")
    if twice.limit(1).fetchall():
        _refuse_doubles(rows, recipe, keys)
    return final, 0


def _refuse_doubles(rows: TypedRows, recipe: _Recipe, keys: str) -> None:
    raw = rows.reading.raw
    counted = recipe(rows.numbered()).select(f"*, count(*) over (partition by {keys}) as n").filter("n > 1")
    found = counted.order(f"{keys}, {ROW}").limit(2).select(f"{ROW}, {keys}").fetchall()
    if not found:  # two keys shared one hash
        return
    said = ", ".join(f"{key} {value}" for key, value in zip(keys.split(", "), found[0][1:], strict=True))
    ends = [what for what in recipe.lookups if what in rows.columns]
    here = f"{ROW} in ({found[0][0]}, {found[1][0]})"
    written = rows.numbered().filter(here).order(ROW).select(", ".join([ROW, *ends])).fetchall()
    unlike = [f"{one} and {other}" for one, other in zip(*(row[1:] for row in written), strict=True) if one != other]
    both = f" ({', '.join(unlike)} are one)" if unlike else ""
    raise raw.error(
        f"Two rows for {said}{both}; the first is on line {raw.line_of(found[0][0]):,}. Keep one, or have them added: "
        '[table] duplicates = "sum".',
        found[1][0],
    )


def _columns(
    rows: TypedRows, lookups: Mapping[str, Mapping[str, str]], listed: RegionList, money: Money, mass: Mass
) -> dict[str, str]:
    """The SQL of each column of the flows."""
    said = rows.reading.map.constants
    ends = {}
    for what in ("origin", "destination", "reporter", "partner", "period"):
        if what in rows.columns:
            ends[what] = _label(what, lookups)
        elif what in said:
            ends[what] = text(_constant(rows, listed, what))
    out = {"period": ends["period"]} if "period" in ends else {}
    if "reporter" in ends:
        exports = "l_flow.after = 'origin'" if "flow" in rows.columns else str(said["flow"] == "export")
        out["origin"] = f"case when {exports} then {ends['reporter']} else {ends['partner']} end"
        out["destination"] = f"case when {exports} then {ends['partner']} else {ends['reporter']} end"
    else:
        out |= {what: ends[what] for what in ("origin", "destination") if what in ends}
    if "product" in rows.columns:
        out["product"] = _label("product", lookups)
    if "flow" in rows.columns:
        out["told_by"] = "l_flow.after"
    out |= {what: f"r.{what}" for what in ("told_by", "valuation") if what in rows.columns and what not in out}
    out["value"] = f"r.value * {float(money.scale)!r}" if money.scale != 1 else "r.value"
    if "quantity" in rows.columns:
        out["quantity"] = f"r.quantity * {mass.kilograms!r}" if mass.kilograms != 1 else "r.quantity"
    return out


def _label(column: str, lookups: Mapping[str, Mapping[str, str]]) -> str:
    return f"l_{column}.after" if column in lookups else f"r.{column}"


def _changed(lookups: Mapping[str, Mapping[str, str]]) -> dict[str, Mapping[str, str]]:
    """Only the columns in which some label means another."""
    return {column: meaning for column, meaning in lookups.items() if any(a != b for a, b in meaning.items())}


def _constant(rows: TypedRows, listed: RegionList, what: str) -> str:
    given = str(rows.reading.map.constants[what])
    try:
        if what == "period":
            return periods.canonical(given)
        return "WLD" if listed.kind(given) == "world" else listed.code(given)
    except DataError as trouble:
        raise DataError(f"[constants] {what}: {trouble.message}", file=rows.reading.map.file) from None


def _periods(rows: TypedRows) -> dict[str, str]:
    meaning: dict[str, str] = {}
    for said in rows.distinct("period") if "period" in rows.columns else ():
        try:
            meaning[said] = periods.canonical(said)
            if len(meaning[said]) < 4:
                raise DataError(f"The year {said!r} has no century. Write it with four digits.")
        except DataError as trouble:
            raise rows.located(trouble, f"period = {text(said)}", "period") from None
    return meaning


def _regions(
    rows: TypedRows, listed: RegionList, columns: Sequence[str]
) -> tuple[TypedRows, dict[str, str], list[str]]:
    """What each text of a region means; rows for the whole world are refused or left out beside rows of partners."""
    meaning: dict[str, str] = {}
    world: list[str] = []
    nowhere: list[str] = []
    for said in rows.distinct(*columns) if columns else ():
        kind = listed.kind(said)
        if kind == "world":
            world.append(said)
            meaning[said] = "WLD"
        elif kind == "not specified":
            nowhere.append(said)
            meaning[said] = said.strip().upper()
        else:
            try:
                meaning[said] = listed.code(said)
            except UnknownCode as trouble:
                column = next(c for c in columns if rows.count(f"{c} = {text(said)}"))
                named = quoted(rows.reading.map.columns[column])
                trouble.message += (
                    f" In the column map, [leave] {named} = [{quoted(said)}] leaves its rows out, and [table] "
                    'regions = "any" takes all codes as they stand.'
                )
                raise rows.located(trouble, f"{column} = {text(said)}", column) from None
    notes = listed.notes(meaning)
    if world:
        rows, remark = _without_world(rows, columns, world)
        notes.append(remark)
    if nowhere:
        test = " or ".join(f"{column} in {texts(nowhere)}" for column in columns)
        some = ", ".join(sorted(code.strip() for code in nowhere)[:8])
        notes.append(f"kept with areas that are not specified ({some}): {rows_of(rows.count(test))}")
    return rows, meaning, notes


def _without_world(rows: TypedRows, columns: Sequence[str], world: list[str]) -> tuple[TypedRows, str]:
    whole = " or ".join(f"coalesce({column} in {texts(world)}, false)" for column in columns)
    count, total, codes = rows.count(whole), rows.count(), ", ".join(world)
    if count == total:
        return rows, "all rows are totals for the whole world (WLD), not for single partners"
    if rows.reading.map.table.get("world") == "drop":
        left = f"left out, as totals for the whole world ({codes}): {rows_of(count, total)}"
        return rows.where(f"not ({whole})"), left
    trouble = DataError(
        f"{count:,} of {total:,} rows are for the whole world ({codes}) beside rows of single partners; together they "
        'count everything twice. Leave them out: [table] world = "drop".'
    )
    raise rows.located(trouble, whole, next(c for c in columns if rows.count(f"{c} in {texts(world)}")))


def _products(rows: TypedRows, known: Collection[str] | None) -> tuple[dict[str, str], int]:
    """What each product code is read as, and how many were cut to six digits."""
    if "product" not in rows.columns:
        return {}, 0
    said = rows.reading.map
    found = rows.distinct("product")
    listed = ProductList(
        edition(said.constants.get("classification", "")),
        said.table.get("product_digits"),
        known,
        letters=said.table.get("products") == "any",
    )
    meaning, cut = listed.read(found)
    totals = [code for code in found if code.casefold() in TOTALS]
    if totals and len(found) > len(totals):
        column, total = quoted(said.columns["product"]), quoted(totals[0])
        trouble = DataError(
            f"{totals[0]!r} stands beside single products; together they count everything twice. Leave it out: "
            f"[leave] {column} = [{total}]."
        )
        raise rows.located(trouble, f"product = {text(totals[0])}", "product")
    for code, means in meaning.items():
        if isinstance(means, UnknownCode):
            raise rows.located(means, f"product = {text(code)}", "product")
    return {code: str(means) for code, means in meaning.items()}, cut


def _told_by(rows: TypedRows) -> tuple[dict[str, str], str | None]:
    """What each text of a direction means for who tells (exports: the origin), and who tells the flows as a whole."""
    said = rows.reading.map
    if "flow" in rows.columns:
        exports = {*EXPORT, *map(str.casefold, said.flow.get("export", ()))}
        imports = {*IMPORT, *map(str.casefold, said.flow.get("import", ()))}
        ways = {}
        for way in rows.distinct("flow"):
            if (way.casefold() in exports) == (way.casefold() in imports):
                hint = "Say what it means: [flow] export = [...], import = [...], or drop = [...]."
                trouble = UnknownCode("direction of trade", way, [*exports, *imports], hint=hint)
                raise rows.located(trouble, f"flow = {text(way)}", "flow")
            ways[way] = "origin" if way.casefold() in exports else "destination"
        return ways, _single(set(ways.values()))
    if "told_by" in rows.columns:
        tellers = rows.distinct("told_by")
        for teller in set(tellers) - set(TOLD_BY):
            raise rows.located(UnknownCode("teller", teller, TOLD_BY), f"told_by = {text(teller)}", "told_by")
        return {}, _single(set(tellers))
    if "flow" in said.constants:
        return {}, "origin" if said.constants["flow"] == "export" else "destination"
    return {}, said.constants.get("told_by")


def _single(tellers: set[str]) -> str:
    return next(iter(tellers)) if len(tellers) == 1 else "both"


def _valuation(rows: TypedRows, told: str | None) -> str | None:
    """Of all rows: as said; else as customs have it (exports FOB, imports CIF); None where mixed."""
    said = rows.reading.map
    if "valuation" in rows.columns:
        found = rows.distinct("valuation")
        for one in set(found) - set(VALUATIONS):
            raise rows.located(UnknownCode("valuation", one, VALUATIONS), f"valuation = {text(one)}", "valuation")
        return found[0] if len(found) == 1 else None
    goods = said.constants.get("scope", "goods") == "goods"
    by_direction = goods and ("flow" in said.columns or "flow" in said.constants)
    given: str | None = said.constants.get("valuation")
    return given or (_USUAL.get(told or "") if by_direction else None)


def _money(rows: TypedRows) -> Money:
    said = rows.reading.map
    money = said.money()
    if "unit" not in rows.columns:
        return money
    try:
        return money_of(_one_of(rows, "unit"), money if "currency" in said.constants else None)
    except DataError as trouble:
        raise trouble if trouble.line else rows.located(trouble, "true", "unit") from None


def _one_of(rows: TypedRows, column: str) -> str:
    found = rows.distinct(column)
    if len(found) > 1:
        here = quoted(rows.reading.map.columns[column])
        trouble = DataError(
            f"The column holds {len(found)} of them: {', '.join(found[:5])}. They cannot be read as one table; "
            f"keep one: [keep] {here} = [{quoted(found[0])}]."
        )
        raise rows.located(trouble, f"{column} <> {text(found[0])}", column)
    return found[0]


def _one_measure(rows: TypedRows) -> tuple[TypedRows, str]:
    given = rows.reading.map.constants.get("measure")
    if "measure" not in rows.columns:
        return rows, str(given)
    if not given:
        return rows, _one_of(rows, "measure")
    chosen = rows.where(f"measure = {text(str(given))}")
    if not chosen.count():
        column = rows.reading.map.columns["measure"]
        raise rows.reading.raw.error(f"No row holds the measure {given!r}.", column=column)
    return chosen, str(given)


def _count(relation: duckdb.DuckDBPyRelation, test: str = "true") -> int:
    counted: int = relation.filter(test).aggregate("count(*)").fetchall()[0][0]
    return counted
