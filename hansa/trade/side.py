"""Side tables: what is known of regions beside their trade (GDP, population, tariffs, exchange rates ...)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import narwhals.stable.v2 as nw
import pyarrow as pa

from hansa import period as periods
from hansa import tables
from hansa.errors import DataError
from hansa.provenance import Provenance
from hansa.tables import Column, Schema
from hansa.trade.flows import as_written

MEASURES: Mapping[str, str] = {
    "gdp": "gross domestic product at current prices",
    "population": "mid-year population",
    "production": "gross output, by product where there is one",
    "tariff": "ad-valorem tariff, as a share; region = importer, partner = exporter",
    "exchange_rate": "local currency units per US dollar, period average",
    "deflator": "price index, 1 in its base period",
    "distance": "kilometres between region and partner",
    "contiguity": "1 where region and partner share a border",
    "landlocked": "1 where the region has no coast",
    "cif_rate": "(CIF - FOB) / FOB between region (origin) and partner (destination)",
    "elasticity": "income elasticity of imports per head, by product where there is one",
    "gdp_growth": "expected over current gross domestic product, 1.1 for +10 %",
    "population_growth": "expected over current population, 1.1 for +10 %",
    "ntm": "1 where a non-tariff measure applies to the product",
}
NEVER_NEGATIVE = ("gdp", "population", "production", "exchange_rate", "deflator", "distance")
KEYS = ("region", "partner", "product", "period")
SCHEMA = Schema(
    "a side table",
    (
        Column("region", aliases=("origin", "country", "economy", "iso3", "reporter")),
        Column("partner", aliases=("destination", "counterpart"), required=False),
        Column("product", required=False),
        Column("period", aliases=("year", "time", "time_period", "date"), required=False),
        Column("measure", aliases=("indicator", "series"), required=False),
        Column("value", "number", aliases=("obs_value",)),
        Column("unit", required=False),
    ),
)


@dataclass(frozen=True)
class SideTable:
    """A measure of regions: columns region, value; and partner, product, period, unit where there are any.

    >>> gdp = as_side({"region": ["A"], "period": [2020], "value": [1000.0]}, "gdp")
    >>> gdp.lookup("region", "period")
    {('A', '2020'): 1000.0}
    """

    table: nw.LazyFrame[Any]
    measure: str
    unit: str = ""
    provenance: Provenance = field(default_factory=Provenance)
    notes: tuple[str, ...] = ()

    @property
    def columns(self) -> list[str]:
        """Names of the columns at hand."""
        return self.table.collect_schema().names()

    def where(self, **wanted: Any) -> SideTable:
        """Only the rows whose column equals a value, or one of several (regions, partners, products, periods).

        Raises
        ------
        DataError : there is no such column.
        """
        table = self.table
        for column, value in wanted.items():
            self._require(column)
            values = list(value) if isinstance(value, Iterable) and not isinstance(value, str) else [value]
            if column == "period":
                values = as_written(table, values)
            table = table.filter(nw.col(column).is_in(values))
        return replace(self, table=table)

    def _require(self, column: str) -> None:
        if column not in self.columns:
            raise DataError(
                f"The side table '{self.measure}' has no column {column!r}; it has {', '.join(self.columns)}."
            )

    def to_arrow(self) -> pa.Table:
        """The rows as PyArrow, periods written the one way; read once."""
        return self._arrow

    @cached_property
    def _arrow(self) -> pa.Table:
        table = tables.collect(self.table)
        if "period" not in table.column_names:
            return table
        written = table["period"].combine_chunks().dictionary_encode()
        names = pa.array(
            [None if p is None else periods.canonical(p) for p in written.dictionary.to_pylist()], pa.string()
        )
        return table.set_column(table.column_names.index("period"), "period", names.take(written.indices))

    def noting(self, *notes: str) -> SideTable:
        """The same table with more notes."""
        return replace(self, notes=(*self.notes, *notes))

    def problems(self) -> list[str]:
        """What is wrong with the rows, with counts; empty when nothing is. Reads the data once."""
        keys = [name for name in KEYS if name in self.columns]
        value = nw.col("value")
        counted = tables.collect(
            self.table.select(
                nw.len().alias("rows"),
                value.is_null().sum().alias("without a value"),
                (~value.is_finite()).sum().alias("with an infinite value or NaN"),
                (value < 0).sum().alias("with a value below zero"),
                *(nw.col(name).is_null().sum().alias(f"without {name}") for name in keys),
            )
        ).to_pylist()[0]
        total = counted.pop("rows")
        if self.measure not in NEVER_NEGATIVE:
            del counted["with a value below zero"]
        found = [f"{count:,} of {total:,} rows {what}" for what, count in counted.items() if count]
        twice = self.table.group_by(*keys).agg(nw.len().alias("rows")).filter(nw.col("rows") > 1)
        if repeated := tables.collect(twice.head(3)).to_pylist():
            cases = ", ".join(str(tuple(row[key] for key in keys)) for row in repeated)
            found.append(f"keys with more than one row, e.g. {cases}")
        return found

    def check(self) -> SideTable:
        """This table, if nothing is wrong with it.

        Raises
        ------
        DataError : names every problem with counts.
        """
        if found := self.problems():
            raise DataError(f"The side table '{self.measure}' has problems: {'; '.join(found)}. Mend these rows first.")
        return self

    def lookup(self, *keys: str) -> dict[Any, float]:
        """Values by key columns: tuples, or bare labels where one column is named.

        Raises
        ------
        DataError : a key column is absent, a key has two values, or a value lies below zero that cannot.
        """
        for key in keys:
            self._require(key)
        table = self.to_arrow()
        columns = [table[key].to_pylist() for key in keys]
        labels = columns[0] if len(keys) == 1 else list(zip(*columns, strict=True))
        found: dict[Any, float] = {}
        for label, value in zip(labels, table["value"].to_pylist(), strict=True):
            if value is not None and value < 0 and self.measure in NEVER_NEGATIVE:
                raise DataError(f"The side table '{self.measure}' has a value below zero for {label!r}: {value:g}.")
            if label in found and found[label] != value:
                apart = [name for name in KEYS if name in table.column_names and name not in keys]
                hint = f" Choose among them with where(), by {' or '.join(apart)}." if apart else ""
                raise DataError(
                    f"The side table '{self.measure}' has two values for {label!r}: {found[label]} and {value}.{hint}"
                )
            found[label] = value
        return found


def as_side(data: Any, measure: str) -> SideTable:
    """A side table from what a caller has: SideTable, a frame with region and value, or a mapping.

    Parameters
    ----------
    data : SideTable; any frame (period, partner, product where there are any); or a mapping of region, or of
        (region, period), to value.
    measure : which measure it is; rows of other measures in a frame with a column `measure` are left out.

    >>> as_side({"A": 1000.0}, "gdp").lookup("region")
    {'A': 1000.0}
    """
    if isinstance(data, SideTable):
        return data
    if (
        isinstance(data, Mapping)
        and data
        and not any(isinstance(v, list | tuple) or hasattr(v, "__array__") for v in data.values())
    ):
        data = _columns(data, measure)
    table = SCHEMA.take(data)
    names = table.collect_schema().names()
    if "measure" in names:
        table = table.filter(nw.col("measure") == measure)
    return SideTable(table, measure)


def _columns(plain: Mapping[Any, float], measure: str) -> dict[str, list[Any]]:
    keys = [key if isinstance(key, tuple) else (key,) for key in plain]
    if any(len(key) not in (1, 2) for key in keys):
        raise DataError(f"Keys of '{measure}' must be a region, or (region, period); {keys[0]!r} is neither.")
    columns: dict[str, list[Any]] = {"region": [key[0] for key in keys], "value": [float(v) for v in plain.values()]}
    if any(len(key) == 2 for key in keys):
        columns["period"] = [periods.canonical(key[1]) for key in keys]
    return columns
