"""The column map: what the columns of somebody's table mean, and what the table itself does not say. Kept as TOML.

[columns]
period = "year"
reporter = "country"
partner = "partner"
flow = "direction"
value = "value, mn USD"

[constants]
currency = "USD"
scale = 1_000_000

[table]
decimal = ","
missing = ["..."]
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from os import PathLike
from pathlib import Path
from typing import Any

from hansa.errors import DataError, UnknownCode
from hansa.files import quoted
from hansa.products import edition
from hansa.trade.flows import SCOPES, TOLD_BY
from hansa.trade.side import MEASURES
from hansa.units import VALUATIONS, Mass, Money

COLUMNS = {
    "period": "a year, quarter or month",
    "year": "the year, where month or quarter stand in a column of their own",
    "month": "1..12, beside year",
    "quarter": "1..4, beside year",
    "origin": "who sends",
    "destination": "who receives",
    "reporter": "whose report it is, where a column says whether it exports or imports",
    "partner": "the other side of reporter",
    "flow": "export or import, seen from reporter",
    "told_by": "origin, destination or reconciled",
    "valuation": "FOB or CIF",
    "region": "whose figure it is, in a side table",
    "product": "code of the product",
    "value": "the value",
    "quantity": "net mass",
    "measure": "gdp, population ..., in a side table",
    "unit": "unit of the value; must be one in all rows",
}
CONSTANTS = {
    "currency": "ISO 4217 code",
    "scale": "what one unit of the value column stands for",
    "prices": "current, or constant YEAR",
    "valuation": "FOB or CIF",
    "told_by": "origin, destination or reconciled",
    "scope": "goods or services",
    "classification": "of the products, such as HS17",
    "period": "where all rows are of one",
    "origin": "where all rows have one",
    "destination": "where all rows have one",
    "reporter": "where all rows are of one report",
    "partner": "where all rows have one",
    "flow": "export or import, where all rows are one",
    "region": "where all rows are of one",
    "measure": "which measure the side table holds",
    "unit": "unit of the side table",
    "quantity_unit": "kg, t ...",
}
TABLE = {
    "kind": "flows or side",
    "encoding": "such as utf-8 or cp1251",
    "delimiter": "sign between cells",
    "decimal": "decimal mark",
    "thousands": "sign between groups of three digits",
    "sheet": "of a workbook",
    "header_row": "line that holds the names of the columns",
    "missing": "texts that stand for 'no figure'; such rows are left out and counted",
    "duplicates": "refuse or sum",
    "world": "what to do with rows for the whole world beside rows of partners: refuse or drop",
    "product_digits": "length to which product codes are filled up with zeros in front",
    "regions": "known (codes and names that Hansa knows), any (as they stand), or a list of codes",
    "products": "known, or any (codes with letters are kept as they stand)",
    "wide": "a regular expression over column names, whose named groups become columns",
}
SOURCE = ("producer", "title", "version", "url", "licence", "retrieved", "vintage")
_KINDS: Mapping[str, tuple[tuple[type, ...], str]] = {
    "scale": ((int, float), "a number"),
    "period": ((str, int), "a year, quarter or month"),
    "header_row": ((int,), "the number of a line"),
    "product_digits": ((int,), "a number of digits"),
    "missing": ((str, list, tuple), "a text or several"),
    "regions": ((str, Collection), "known, any, or a list of codes"),
}
PARTS = {
    "columns": COLUMNS,
    "constants": CONSTANTS,
    "table": TABLE,
    "flow": {
        "export": "texts that mean export",
        "import": "texts that mean import",
        "drop": "texts of rows to leave out",
    },
    "source": dict.fromkeys(SOURCE, "provenance"),
}


@dataclass(frozen=True)
class ColumnMap:
    """What the columns of a table mean.

    columns : what it is here -> name of the column there.
    constants : what is the same in all rows and stands in no column.
    table : how the file is written (decimal mark, encoding, sheet ...).
    flow : texts that mean export or import, beside the usual ones.
    keep, leave : column -> texts of the rows to keep, or to leave out; both are counted in the notes.
    codes : names of regions in this table -> codes.
    source : producer, title, version, url, licence ... for the provenance.

    >>> given = ColumnMap({"origin": "from", "destination": "to", "value": "usd"}, {"currency": "USD"})
    >>> ColumnMap.parse(given.to_toml()) == given
    True
    """

    columns: Mapping[str, str]
    constants: Mapping[str, Any] = field(default_factory=dict)
    table: Mapping[str, Any] = field(default_factory=dict)
    flow: Mapping[str, list[str]] = field(default_factory=dict)
    keep: Mapping[str, list[str]] = field(default_factory=dict)
    leave: Mapping[str, list[str]] = field(default_factory=dict)
    codes: Mapping[str, str] = field(default_factory=dict)
    source: Mapping[str, str] = field(default_factory=dict)
    file: str | None = field(default=None, compare=False)

    def __post_init__(self) -> None:
        for part, known in PARTS.items():
            for key in getattr(self, part):
                if key not in known:
                    raise UnknownCode(
                        f"entry of [{part}]", key, known, file=self.file, hint=f"Known: {', '.join(known)}."
                    )
        self._check_values()
        self._check_meaning()

    @classmethod
    def parse(cls, text: str, file: str | None = None) -> ColumnMap:
        """A map from TOML text.

        Raises
        ------
        DataError, UnknownCode : no TOML, an entry that is not known, or one with an impossible value.
        """
        try:
            plain = tomllib.loads(text)
        except tomllib.TOMLDecodeError as trouble:
            raise DataError(f"The column map is no valid TOML: {trouble}.", file=file) from None
        parts = [*PARTS, "keep", "leave", "codes"]
        for part, entries in plain.items():
            if part not in parts:
                raise UnknownCode("part of a column map", part, parts, file=file, hint=f"Parts: {', '.join(parts)}.")
            if not isinstance(entries, dict):
                raise DataError(f"[{part}] must hold entries, such as [columns] period = 'year'.", file=file)
        for part in ("flow", "keep", "leave"):
            plain[part] = {key: _texts(texts) for key, texts in plain.get(part, {}).items()}
        plain["codes"] = {key: str(code) for key, code in plain.get("codes", {}).items()}
        return cls(**{"columns": {}, **plain}, file=file)

    @classmethod
    def read(cls, path: str | PathLike[str]) -> ColumnMap:
        """A map from a TOML file."""
        try:
            return cls.parse(Path(path).read_text(encoding="utf-8"), str(path))
        except (OSError, UnicodeDecodeError) as trouble:
            raise DataError(f"The column map cannot be read ({trouble}).", file=path) from None

    def to_toml(self) -> str:
        """The map as TOML, with what each entry means."""
        lines: list[str] = []
        for part in ("columns", "constants", "table", "flow", "keep", "leave", "codes", "source"):
            entries = getattr(self, part)
            if not entries:
                continue
            lines += ["", f"[{part}]"] if lines else [f"[{part}]"]
            for key, value in entries.items():
                remark = PARTS.get(part, {}).get(key, "") if part in ("columns", "constants", "table") else ""
                name = key if key.isascii() and key.replace("_", "").isalnum() else quoted(key)
                lines.append(f"{name} = {_toml(value)}{f'  # {remark}' if remark else ''}")
        return "\n".join(lines) + "\n"

    def for_side(self, measure: str) -> ColumnMap:
        """The same table read as a side table: its origin or reporter is the region, its destination the partner.

        Raises
        ------
        UnknownCode : there is no such measure.

        >>> flows = ColumnMap({"origin": "country", "value": "persons"}, {"currency": "USD"})
        >>> flows.for_side("population").constants
        {'measure': 'population'}
        """
        if measure not in MEASURES:
            raise UnknownCode("measure", measure, MEASURES, file=self.file, hint=f"Known: {', '.join(MEASURES)}.")
        named = {"origin": "region", "reporter": "region", "destination": "partner"}
        columns = {named.get(what, what): column for what, column in self.columns.items() if what != "measure"}
        constants = {named.get(what, what): value for what, value in self.constants.items()}
        if measure not in ("gdp", "production"):
            constants.pop("currency", None)  # what is no money has no currency
        return replace(
            self,
            columns=columns,
            constants={**constants, "measure": measure},
            table={**self.table, "kind": "side"},
        )

    @property
    def missing(self) -> tuple[str, ...]:
        """Texts that stand for 'no figure'."""
        return tuple(_texts(self.table.get("missing", ())))

    def money(self) -> Money:
        """Unit of the values in the file."""
        said = self.constants
        return Money(said.get("currency", "USD"), said.get("scale", 1), said.get("prices", "current"))

    def _check_values(self) -> None:
        allowed = {
            ("constants", "valuation"): VALUATIONS,
            ("constants", "told_by"): TOLD_BY,
            ("constants", "scope"): SCOPES,
            ("constants", "measure"): tuple(MEASURES),
            ("constants", "flow"): ("export", "import"),
            ("table", "kind"): ("flows", "side"),
            ("table", "duplicates"): ("refuse", "sum"),
            ("table", "world"): ("refuse", "drop"),
            ("table", "products"): ("known", "any"),
            ("table", "decimal"): (".", ","),
        }
        for (part, key), values in allowed.items():
            value = getattr(self, part).get(key)
            if value is not None and value not in values:
                raise DataError(
                    f"[{part}] {key} = {value!r} is not possible; it may be {', '.join(values)}.", file=self.file
                )
        self._check_kinds()
        try:
            self.money()
        except DataError as trouble:
            raise DataError(trouble.message, file=self.file) from None
        if said := self.constants.get("classification"):
            try:
                edition(said)
            except UnknownCode as trouble:
                raise DataError(f"[constants] classification: {trouble}", file=self.file) from None
        if "quantity_unit" in self.constants:
            Mass(self.constants["quantity_unit"])
        if self.table.get("thousands") and self.table["thousands"] == self.table.get("decimal", "."):
            raise DataError("[table] decimal and thousands are the same sign.", file=self.file)

    def _check_kinds(self) -> None:
        for part, entries in {"columns": self.columns, "constants": self.constants, "table": self.table}.items():
            for key, value in entries.items():
                wanted, words = _KINDS.get(key, ((str,), "a text")) if part != "columns" else ((str,), "a text")
                if not isinstance(value, wanted) or isinstance(value, bool):
                    raise DataError(f"[{part}] {key} = {value!r} is not possible; it must be {words}.", file=self.file)
        if len(self.table.get("delimiter", ";")) != 1:
            raise DataError(f"[table] delimiter = {self.table['delimiter']!r} must be a single sign.", file=self.file)
        if self.table.get("header_row", 1) < 1:
            raise DataError("[table] header_row counts the lines of the file from 1.", file=self.file)

    def _check_meaning(self) -> None:
        if both := sorted({*self.columns} & {*self.constants} - {"measure", "unit"}):
            raise DataError(f"{both[0]!r} stands in [columns] and in [constants]. Keep one.", file=self.file)
        named = {*self.columns, *self.constants, *self._groups()}
        if "value" not in named:
            raise DataError("The column map names no column 'value'.", file=self.file)
        if "month" in named or "quarter" in named:
            self._need(named, "year", "month and quarter need it")
        if self.table.get("kind") == "side":
            self._need(named, "region", "a side table tells something of a region")
            self._need(named, "measure", "a side table must say which measure it holds")
        elif "reporter" in named or "partner" in named:
            for other in ("reporter", "partner", "flow"):
                self._need(named, other, "reporter, partner and flow (export or import) go together")
        else:
            self._need(named, "origin", "flows go from an origin to a destination; or name reporter, partner and flow")
        if self.table.get("kind") != "side" and not named & {"currency", "unit"}:
            raise DataError("The column map names no currency ([constants] currency = 'USD').", file=self.file)

    def _need(self, named: set[str], what: str, why: str) -> None:
        if what not in named:
            raise DataError(f"The column map says nothing of {what!r}: {why}.", file=self.file)

    def _groups(self) -> Iterable[str]:
        """What a wide table tells in the names of its columns."""
        pattern = self.table.get("wide")
        if not pattern:
            return ()
        try:
            return {*re.compile(pattern).groupindex, "value"}
        except re.error as trouble:
            raise DataError(f"[table] wide is no regular expression: {trouble}.", file=self.file) from None


def _texts(value: Any) -> list[str]:
    return [str(text) for text in value] if isinstance(value, list | tuple) else [str(value)]


def _toml(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, str):
        return quoted(value)
    return "[" + ", ".join(_toml(entry) for entry in value) + "]"
