"""Raw rows typed: labels as text, numbers as float64, each row good or left out for a stated reason.

The file is read once into Parquet. Only where something is wrong is it read again, with record numbers, to say where.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

import duckdb

from hansa.errors import DataError
from hansa.trade.readers.column_map import ColumnMap
from hansa.trade.readers.raw_table import ROW, RawTable, name, rows_of, text, texts, to_parquet
from hansa.trade.readers.written_number import Writing, writing_of

STATE = "__state"
GOOD, MISSING, BLANK, BAD_VALUE, BAD_QUANTITY, FIRST_FILTER = 0, 1, 2, 3, 4, 10
LABELS = (
    "period",
    "origin",
    "destination",
    "reporter",
    "partner",
    "flow",
    "told_by",
    "valuation",
    "region",
    "product",
    "measure",
    "unit",
)
NUMBERS = ("value", "quantity")
_FLOATS = ("FLOAT", "DOUBLE")
_NUMERIC = re.compile(r"(U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?|FLOAT|DOUBLE|DECIMAL\(.*\)|\"NULL\")$")


@dataclass(frozen=True)
class Reading:
    """A raw table under a column map, and how its numbers are written."""

    raw: RawTable
    map: ColumnMap
    writing: Mapping[str, Writing]

    def column(self, what: str) -> str | None:
        """The column of the raw table that holds `what`; None where the map names none."""
        return self.raw.column(self.map.columns[what]) if what in self.map.columns else None

    def filters(self) -> list[tuple[str, str, list[str], bool]]:
        """(name, column, texts, whether these are kept) of every filter of the map, in the order of their states."""
        chosen = [(said, self.raw.column(said), wanted, True) for said, wanted in self.map.keep.items()]
        chosen += [(said, self.raw.column(said), wanted, False) for said, wanted in self.map.leave.items()]
        if (drop := self.map.flow.get("drop")) and (column := self.column("flow")):
            chosen.append((self.map.columns["flow"], column, drop, False))
        return chosen

    def typed(self, rows: duckdb.DuckDBPyRelation) -> duckdb.DuckDBPyRelation:
        """Every row with its labels, its numbers and its state."""
        kinds = {column: str(kind) for column, kind in zip(rows.columns, rows.types, strict=True)}
        out = [ROW] if ROW in rows.columns else []
        labels = {what: _label(name(c), kinds[c]) for what in self.map.columns if (c := self.column(what))}
        if "year" in labels:
            labels["period"] = _period(labels)
        out += [f"{labels[what]} as {what}" for what in LABELS if what in labels]
        numbers = {what: self._number(column, what, kinds) for what in NUMBERS if (column := self.column(what))}
        out += [f"{sql} as {what}" for what, sql in numbers.items()]
        return rows.select(", ".join([*out, f"{self._state(numbers, kinds)} as {STATE}"]))

    def _number(self, column: str, what: str, kinds: Mapping[str, str]) -> str:
        if kinds[column] != "VARCHAR":
            return f"{name(column)}::double"
        return self.writing.get(what, Writing()).number(f"trim({name(column)})")

    def _state(self, numbers: Mapping[str, str], kinds: Mapping[str, str]) -> str:
        used = {column for what in self.map.columns if (column := self.column(what))}
        cases = [(BLANK, " and ".join(f"coalesce(trim({name(c)}::varchar), '') = ''" for c in sorted(used)))]
        for place, (_, column, wanted, keep) in enumerate(self.filters()):
            cell = f"coalesce({_label(name(column), kinds[column])}, '')"
            cases.append((FIRST_FILTER + place, f"{cell} {'not ' if keep else ''}in {texts(wanted)}"))
        marks = [mark for mark in self.map.missing if mark]
        for what, sql in numbers.items():
            column = self.column(what) or ""
            written = f"trim({name(column)}::varchar)"
            marked = f"{written} in {texts(marks)}" if marks else "false"
            empty = f"coalesce({written}, '') = ''"
            if kinds[column] in _FLOATS:
                empty = f"({empty} or isnan({name(column)}))"
            bad = f"{sql} is null or not isfinite({sql})"
            if what == "value":
                cases.append(
                    (MISSING, f"{empty} or {marked}" if "" in self.map.missing else f"coalesce({marked}, false)")
                )
                cases.append((BAD_VALUE, bad))
            else:
                cases.append((BAD_QUANTITY, f"not ({empty} or {marked}) and ({bad})"))
        whens = " ".join(f"when {test} then {state}" for state, test in cases)
        return f"(case {whens} else {GOOD} end)::utinyint"


@dataclass(frozen=True)
class TypedRows:
    """The good rows of a file.

    relation : their labels and numbers.
    conditions : what a row must fulfil to be among them.
    """

    reading: Reading
    relation: duckdb.DuckDBPyRelation
    conditions: tuple[str, ...] = (f"{STATE} = {GOOD}",)

    @property
    def columns(self) -> list[str]:
        """Names of the columns at hand."""
        return list(self.relation.columns)

    def where(self, test: str) -> TypedRows:
        """Only the rows that fulfil a further condition."""
        return replace(self, relation=self.relation.filter(test), conditions=(*self.conditions, test))

    def count(self, test: str = "true") -> int:
        """How many rows fulfil a condition."""
        counted: int = self.relation.filter(test).aggregate("count(*)").fetchall()[0][0]
        return counted

    def distinct(self, *columns: str) -> list[str]:
        """The texts that occur in columns, sorted column by column; refuses empty cells."""
        found: dict[str, None] = {}
        for column in columns:
            texts_ = [row[0] for row in self.relation.select(column).distinct().fetchall()]
            if None in texts_:
                raise self.located(
                    DataError(f"There is no {column} here. Fill it in, or leave the row out."),
                    f"{column} is null",
                    column,
                )
            found.update(dict.fromkeys(sorted(texts_)))
        return list(found)

    def numbered(self) -> duckdb.DuckDBPyRelation:
        """The same rows read again from the file, with their record numbers."""
        rows = self.reading.typed(self.reading.raw.rows(numbered=True))
        for condition in self.conditions:
            rows = rows.filter(condition)
        return rows

    def located(self, trouble: DataError, test: str, what: str) -> DataError:
        """The same error, pointing at the first row for which a test holds."""
        record = self.numbered().filter(test).aggregate(f"min({ROW})").fetchall()[0][0]
        place = self.reading.raw.error(trouble.message, record, _said(self.reading, what))
        trouble.file, trouble.line, trouble.column, trouble.args = place.file, place.line, place.column, place.args
        return trouble


def stage(raw: RawTable, column_map: ColumnMap) -> tuple[TypedRows, list[str]]:
    """The good rows of a table, and notes on all others.

    Where the map says nothing of it, how numbers are written is found out: 1234.5 is tried first.

    Raises
    ------
    DataError : a value is no number, is missing without a meaning, or lies below zero; no row is left.
    """
    if column_map.table.get("wide"):
        raw, column_map = _unfolded(raw, column_map)
    table, writing = column_map.table, {}
    declared = "decimal" in table or "thousands" in table
    if declared:
        writing = dict.fromkeys(NUMBERS, Writing(table.get("decimal", "."), table.get("thousands", "")))
    reading = Reading(raw, column_map, writing)
    for what in NUMBERS:
        kind = raw.kind(column) if (column := reading.column(what)) else "DOUBLE"
        if kind != "VARCHAR" and not _NUMERIC.match(kind):
            raise raw.error(f"The column holds {kind}, not numbers. Convert it first.", column=_said(reading, what))
    staged = to_parquet(reading.typed(raw.rows()), raw.source)
    if not declared and _any(staged, f"{STATE} in ({BAD_VALUE}, {BAD_QUANTITY})"):
        writing = {
            what: writing_of(raw, column, column_map.missing)
            for what in NUMBERS
            if (column := reading.column(what)) and raw.kind(column) == "VARCHAR"
        }
        if set(writing.values()) != {Writing()}:
            reading = replace(reading, writing=writing)
            staged = to_parquet(reading.typed(raw.rows()), raw.source)
    rows = TypedRows(reading, staged.filter(f"{STATE} = {GOOD}"))
    return rows, _account(staged, rows)


def _account(staged: duckdb.DuckDBPyRelation, rows: TypedRows) -> list[str]:
    """What became of the rows, as notes."""
    reading, raw = rows.reading, rows.reading.raw
    lowest = [f"min({what})" for what in NUMBERS if what in staged.columns]
    states = {row[0]: row[1:] for row in staged.aggregate(", ".join([STATE, "count(*)", *lowest]), STATE).fetchall()}
    total = sum(row[0] for row in states.values())
    if total == 0:
        raise raw.error("The table has a header, but no rows.")
    for state, what in ((BAD_VALUE, "value"), (BAD_QUANTITY, "quantity")):
        if state in states:
            raise _no_number(reading, state, what, states[state][0])
    if GOOD not in states:
        raise raw.error(f"None of the {total:,} rows is left after the filters and missing figures.")
    for what, least in zip(NUMBERS, states[GOOD][1:], strict=False):
        if least is not None and least < 0:
            trouble = DataError(
                f"A {what} below zero: {least:g}. Trade is counted from zero up; leave corrections out, or net them."
            )
            raise rows.located(trouble, f"{what} < 0", what)
    notes = []
    if MISSING in states:
        marks = ", ".join(repr(mark) for mark in reading.map.missing)
        notes.append(f"left out, without a figure ({marks}): {rows_of(states[MISSING][0], total)}")
    for place, (said, _, wanted, keep) in enumerate(reading.filters()):
        if hit := states.get(FIRST_FILTER + place):
            some = ", ".join(wanted[:5]) + (" ..." if len(wanted) > 5 else "")
            notes.append(f"left out, {said} {'is not' if keep else 'is'} {some}: {rows_of(hit[0], total)}")
    odd = [(what, how) for what, how in reading.writing.items() if how != Writing() and what in staged.columns]
    return notes + [f"{what} is written with {how.said()}" for what, how in odd]


def _no_number(reading: Reading, state: int, what: str, count: int) -> DataError:
    raw, column = reading.raw, reading.column(what) or ""
    rows = raw.rows(numbered=True)
    record = reading.typed(rows).filter(f"{STATE} = {state}").aggregate(f"min({ROW})").fetchall()[0][0]
    cell = (rows.filter(f"{ROW} = {record}").select(f"{name(column)}::varchar").fetchall()[0][0] or "").strip()
    others = f" {count:,} rows are like this." if count > 1 else ""
    if cell.lower() in ("", "nan"):
        message = f'There is no {what} here. If that means no figure, say so: [table] missing = [""].{others}'
    else:
        message = f"{cell[:40]!r} is no number. Mend it, or name it among [table] missing.{others}"
    return raw.error(message, record, _said(reading, what))


def _unfolded(raw: RawTable, column_map: ColumnMap) -> tuple[RawTable, ColumnMap]:
    """A wide table turned long: each column whose name fits the pattern becomes rows."""
    pattern = re.compile(column_map.table["wide"])
    hits = {said: hit for said in raw.names if (hit := pattern.fullmatch(said))}
    if not hits:
        raise raw.error(f"No name of a column fits the pattern {pattern.pattern!r} of [table] wide.")
    groups = list(pattern.groupindex)
    ids = {said: column for said, column in raw.names.items() if said not in hits}
    cells = []
    for said, hit in hits.items():
        labels = [f"{text(group)}: {text(hit[group])}" for group in groups]
        cells.append(f"{{{', '.join(labels)}, 'value': {name(raw.names[said])}::varchar}}")

    def unfold(relation: duckdb.DuckDBPyRelation) -> duckdb.DuckDBPyRelation:
        rows = raw.shape(relation)
        kept = [name(column) for column in (*ids.values(), *([ROW] if ROW in rows.columns else []))]
        folded = rows.select(", ".join([*kept, f"unnest([{', '.join(cells)}]) as __cell"]))
        return folded.select(", ".join([*kept, *(f"__cell.{name(g)} as {name(g)}" for g in (*groups, "value"))]))

    new = {group: group for group in (*groups, "value")}
    table = {key: value for key, value in column_map.table.items() if key != "wide"}
    columns = {**column_map.columns, **new}
    return replace(raw, names={**ids, **new}, shape=unfold), replace(column_map, columns=columns, table=table)


def _label(cell: str, kind: str) -> str:
    if kind == "VARCHAR":
        return f"nullif(trim({cell}), '')"
    if kind in _FLOATS:
        return f"case when {cell} = trunc({cell}) then {cell}::bigint::varchar else {cell}::varchar end"
    return f"{cell}::varchar"


def _period(labels: Mapping[str, str]) -> str:
    if "month" in labels:
        return f"{labels['year']} || '-' || lpad({labels['month']}, 2, '0')"
    if "quarter" in labels:
        return f"{labels['year']} || '-Q' || ltrim({labels['quarter']}, 'Qq')"
    return labels["year"]


def _said(reading: Reading, what: str) -> str | None:
    """Name in the file of the column that holds `what`."""
    if what == "period" and "year" in reading.map.columns:
        what = next((part for part in ("month", "quarter") if part in reading.map.columns), "year")
    return reading.map.columns.get(what)


def _any(relation: duckdb.DuckDBPyRelation, test: str) -> bool:
    return bool(relation.filter(test).limit(1).fetchall())
