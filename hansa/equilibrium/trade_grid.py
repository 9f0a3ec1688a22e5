"""Rows of trade laid out over sectors, origins and destinations: from labels to the positions of an economy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from hansa import period as periods
from hansa.equilibrium.trade_rows import TradeRows, arrow
from hansa.errors import DataError, UnitMismatch
from hansa.trade.flows import SCHEMA as FLOWS
from hansa.trade.side import SCHEMA as SIDE
from hansa.trade.side import SideTable

Array = NDArray[np.float64]
Places = NDArray[np.int64]

TOTAL = "total"
SCALES = {"thousand": 1e3, "million": 1e6, "billion": 1e9, "trillion": 1e12}


@dataclass(frozen=True, eq=False)
class Grid:
    """Where each row of trade lies.

    regions, products, sectors : labels; sector_of : (products,) the sector of each product.
    cell : (rows,) product, origin and destination as one number. value : (rows,).
    """

    regions: list[str]
    products: list[str]
    sectors: list[str]
    sector_of: Places
    cell: Places
    value: Array

    @property
    def shape(self) -> tuple[int, int, int]:
        """(J, n, n)."""
        return len(self.sectors), len(self.regions), len(self.regions)

    def summed(self, weight: Array) -> Array:
        """(J, n, n) sums of something by row."""
        J, n, _ = self.shape
        cell = self.cell
        if len(self.products) > 1:
            product, pair = np.divmod(cell, n * n)
            cell = self.sector_of[product] * (n * n) + pair
        return np.asarray(np.bincount(cell, weights=weight, minlength=J * n * n), np.float64).reshape(self.shape)


def grid(trade: TradeRows, sector: str | Mapping[str, str] | None, beside: Sequence[pa.Table]) -> Grid:
    """The grid of some rows; products that only a table beside them has are there too.

    sector : None for one sector; ``product`` for one of each product; or the sector of each product by name.

    Raises
    ------
    DataError : empty labels, two rows for a cell, no column of products, a product without a sector.

    >>> from hansa.equilibrium.trade_rows import rows
    >>> two = grid(rows({"origin": ["B", "A"], "destination": ["A", "B"], "value": [1.0, 2.0]}), None, [])
    >>> two.regions, two.summed(two.value).tolist()
    (['A', 'B'], [[[0.0, 2.0], [1.0, 0.0]]])
    """
    table = trade.table
    places, labels = zip(*(coded(table, name) for name in ("origin", "destination")), strict=True)
    regions = sorted({*labels[0], *labels[1]})
    number = {label: place for place, label in enumerate(regions)}
    n = len(regions)
    i, j = (np.array([number[label] for label in known], np.int64) for known in labels)
    by_product = sector is not None or "product" in table.column_names
    if by_product:
        if "product" not in table.column_names:
            raise DataError(f"sector={sector!r} needs flows with a column 'product', which these have not.")
        at, known = coded(table, "product")
        more = {str(one) for other in beside if "product" in other.column_names for one in _distinct(other, "product")}
        products = sorted({*known, *more})
        where = {label: place for place, label in enumerate(products)}
        cell = np.array([where[label] for label in known], np.int64)[at]
        cell *= n
        cell += i[places[0]]
    else:
        products, cell = [TOTAL], i[places[0]]
    cell *= n
    cell += j[places[1]]
    _refuse_twice(cell, len(products) * n * n, regions, products)
    sectors, sector_of = _sectors(products, sector)
    return Grid(regions, products, sectors, sector_of, cell, table["value"].to_numpy())


def _distinct(table: pa.Table, name: str) -> list[Any]:
    return [one for one in pc.unique(table[name]).to_pylist() if one is not None]


def coded(table: pa.Table, column: str) -> tuple[NDArray[Any], list[str]]:
    """The place of each row's label among those in use, and these labels as text.

    Raises
    ------
    DataError : a row has no label.

    >>> coded(pa.table({"origin": ["B", "A", "B"]}), "origin")
    (array([0, 1, 0], dtype=int32), ['B', 'A'])
    """
    encoded = table[column].combine_chunks()
    if not pa.types.is_dictionary(encoded.type):
        encoded = pc.dictionary_encode(encoded)
    if isinstance(encoded, pa.ChunkedArray):
        encoded = encoded.combine_chunks()
    held = encoded.dictionary.to_pylist()
    if encoded.null_count or any(one is None or not str(one).strip() for one in held):
        raise DataError("There are empty cells. Drop these rows, or give each a label.", column=column)
    place = encoded.indices.to_numpy(zero_copy_only=False)
    used = np.zeros(len(held), bool)
    used[place] = True
    if used.all():
        return place, [str(one) for one in held]
    return (np.cumsum(used) - 1)[place], [str(one) for one, here in zip(held, used, strict=True) if here]


def _refuse_twice(cell: Places, size: int, regions: list[str], products: list[str]) -> None:
    if size <= 8 * cell.size + 1_000_000:
        filled = np.zeros(size, bool)
        filled[cell] = True
        distinct = int(np.count_nonzero(filled))
    else:
        distinct = np.unique(cell).size
    if distinct == cell.size:
        return
    seen, count = np.unique(cell, return_counts=True)
    named = []
    for one in seen[count > 1][:3]:
        product, origin, destination = np.unravel_index(int(one), (len(products), len(regions), len(regions)))
        label = (regions[int(origin)], regions[int(destination)])
        named.append(str((*label, products[int(product)]) if len(products) > 1 else label))
    raise DataError(
        f"{cell.size - distinct:,} rows are a second one of their flow, e.g. {', '.join(named)}. Sum them first: "
        "flows.by('origin', 'destination', 'product')."
    )


def _sectors(products: list[str], sector: str | Mapping[str, str] | None) -> tuple[list[str], Places]:
    if sector is None:
        return [TOTAL], np.zeros(len(products), np.int64)
    if sector == "product":
        return products, np.arange(len(products))
    if isinstance(sector, str):
        raise DataError(
            f"sector={sector!r} is no choice. Give 'product', a mapping of products to sectors, or nothing."
        )
    if lacking := [one for one in products if one not in sector]:
        raise DataError(
            f"{len(lacking):,} of {len(products):,} products have no sector, e.g. {', '.join(map(repr, lacking[:3]))}. "
            "Name one for each, or leave these flows out."
        )
    sectors = sorted({str(sector[one]) for one in products})
    return sectors, np.array([sectors.index(str(sector[one])) for one in products], np.int64)


def beside(data: Any, what: str, period: str | None) -> tuple[pa.Table, str]:
    """A table of regions beside the flows, of their period, and the unit that it states.

    data : SideTable, a frame with region (and product) and value, or a mapping of region, or of (region, product), to
        value.

    Raises
    ------
    DataError : columns are missing, or the table lacks the period.
    """
    if isinstance(data, SideTable):
        table = _of_period(data.to_arrow(), what, period)
        return table, _unit(table, what) or data.unit
    if isinstance(data, Mapping) and not any(_is_column(one) for one in data.values()):
        return _of_mapping(data, what), ""
    table = arrow(data)
    names = SIDE.rename(table.column_names)
    table = _of_period(table.rename_columns([names.get(name, name) for name in table.column_names]), what, period)
    return table, _unit(table, what)


def _unit(table: pa.Table, what: str) -> str:
    """The unit that a column of that name states; empty where there is none.

    Raises
    ------
    DataError : it states several.
    """
    stated = sorted({str(one) for one in _distinct(table, "unit")}) if "unit" in table.column_names else []
    if len(stated) > 1:
        raise DataError(
            f"The table of {what} is in several units: {', '.join(stated[:3])}. Convert them to one first.",
            column="unit",
        )
    return stated[0] if stated else ""


def _is_column(value: Any) -> bool:
    return hasattr(value, "__len__") and not isinstance(value, str)


def _of_mapping(data: Mapping[Any, Any], what: str) -> pa.Table:
    """A table of region (and product) and value, from a mapping of region, or of (region, product), to value."""
    keys = [key if isinstance(key, tuple) else (key,) for key in data]
    if not keys or len({len(key) for key in keys}) > 1 or len(keys[0]) not in (1, 2):
        raise DataError(f"{what}= is a mapping of region, or of (region, product), to value; this one is {data!r:.80}.")
    try:
        values = [float(one) for one in data.values()]
    except (TypeError, ValueError):
        bad = next(one for one in data.values() if isinstance(one, str) or not hasattr(one, "__float__"))
        raise DataError(f"{what}= holds {bad!r:.80}, which is no number.") from None
    columns = {"region": [str(key[0]) for key in keys], "value": values}
    return pa.table(columns | ({"product": [str(key[1]) for key in keys]} if len(keys[0]) == 2 else {}))


def _of_period(table: pa.Table, what: str, period: str | None) -> pa.Table:
    if "period" not in table.column_names:
        return table
    written = _distinct(table, "period")
    known = sorted({periods.canonical(one) for one in written})
    if period is None and len(known) > 1:
        raise DataError(f"The table of {what} has {len(known):,} periods, and the flows none. Keep one of them.")
    when = period or known[0]
    if when not in known:
        raise DataError(
            f"The table of {what} has nothing for {when}; it has {', '.join(known[-4:])}. Choose a period that both "
            "have."
        )
    meant = [one for one in written if periods.canonical(one) == when]
    return table.filter(pc.is_in(table["period"], pa.array(meant, table["period"].type)))


def by_sector(table: pa.Table, unit: str, what: str, trade: TradeRows, g: Grid) -> Array:
    """(J, n) sums by sector and region in the unit of the flows, NaN where the table has nothing.

    Raises
    ------
    UnitMismatch : the table states another currency. DataError : negative or infinite values, two rows for one, or no
    column of products.
    """
    words = unit.replace(",", " ").split()
    money = next((word for word in words if len(word) == 3 and word.isalpha() and word.isupper()), "")
    if (money and money != trade.unit.currency) or ("constant" in words and "constant" not in trade.unit.prices):
        raise UnitMismatch(
            f"{what!r} is in {unit} and the flows are in {trade.unit}. Convert one of them by name first."
        )
    scale = next((SCALES[word] for word in words if word in SCALES), 1.0) / (trade.unit.scale if words else 1.0)
    regions = {label: place for place, label in enumerate(g.regions)}
    n = np.array([regions.get(str(one), -1) for one in table["region"].to_pylist()], np.int64)
    k = np.zeros(n.size, np.int64)
    if len(g.sectors) > 1:
        if "product" not in table.column_names:
            raise DataError(
                f"{what!r} has no products, and the economy has {len(g.sectors):,} sectors. Give it by product."
            )
        where = {label: int(place) for label, place in zip(g.products, g.sector_of, strict=True)}
        k = np.array([where[str(one)] for one in table["product"].to_pylist()], np.int64)
    value = numbers(table["value"], what) * scale
    here = (n >= 0) & ~np.isnan(value)
    if (wrong := here & ~((value >= 0) & (value < np.inf))).any():
        bad = str(table["region"][int(np.flatnonzero(wrong)[0])])
        raise DataError(f"{what!r} has a value below zero, or an infinite one, for {bad!r}. Mend it, or leave it out.")
    _refuse_two(table, here, what)
    size = len(g.sectors) * len(g.regions)
    cell = k[here] * len(g.regions) + n[here]
    out = np.asarray(np.bincount(cell, weights=value[here], minlength=size), np.float64)
    out[np.bincount(cell, minlength=size) == 0] = np.nan
    return out.reshape(len(g.sectors), len(g.regions))


def _refuse_two(table: pa.Table, here: NDArray[np.bool_], what: str) -> None:
    """One row for each region, or for each region and product."""
    names = [name for name in ("region", "product") if name in table.column_names]
    rows = table.select(names).filter(pa.array(here))
    count = rows.group_by(names).aggregate([([], "count_all")])
    if count.num_rows < rows.num_rows:
        twice = count.filter(pc.greater(count["count_all"], 1)).slice(0, 1).to_pylist()[0]
        raise DataError(
            f"{what!r} has {twice['count_all']:,} rows for {', '.join(repr(str(twice[name])) for name in names)}. Keep "
            "one, or sum them first."
        )


def numbers(column: pa.ChunkedArray, what: str) -> Array:
    """A column as double-precision numbers, NaN where it is empty.

    Raises
    ------
    DataError : it holds no numbers.

    >>> numbers(pa.chunked_array([[1, None]]), "tariffs").tolist()
    [1.0, nan]
    """
    if not (pa.types.is_integer(column.type) or pa.types.is_floating(column.type) or pa.types.is_decimal(column.type)):
        raise DataError(f"The values of {what} hold {column.type}, not numbers. Convert the column first.")
    return np.asarray(column.cast(pa.float64()).to_numpy(zero_copy_only=False), np.float64)


def tariff_rates(data: Any, trade: TradeRows, g: Grid) -> tuple[Array, NDArray[np.bool_]]:
    """(rows,) the ad-valorem rate of each row of trade, zero where there is none, and whether there is one.

    data : name of a column of the flows; or a table with region (the importer), partner (the exporter) or with
        destination and origin, and product and period where there are any; in per cent where its unit says so.

    Raises
    ------
    DataError : columns are missing, rates at or below -100 %, two rates for a flow, a rate on home sales.
    """
    if isinstance(data, str):
        if data not in trade.table.column_names:
            raise DataError(f"The flows have no column {data!r} of tariffs.", column=data)
        rate = numbers(trade.table[data], f"column {data!r}")
        found = ~np.isnan(rate)
    else:
        rate, found = _looked_up(_schedule(data, trade.period), g)
    rate = np.where(found, rate, 0.0)
    if not (rate > -1).all() or not np.isfinite(rate).all():
        worst = float(rate[np.argmin(np.where(np.isfinite(rate), rate, -np.inf))])
        raise DataError(
            f"A tariff of {worst:g} is none: a rate is a share of the value above -1 (-100 %), such as 0.05 for 5 %.",
            column="tariff",
        )
    n = len(g.regions)
    if (home := (rate != 0) & (g.cell % (n * n) // n == g.cell % n)).any():
        bad = g.regions[int(g.cell[home][0]) % n]
        raise DataError(f"There is a tariff on the home sales of {bad!r}. Leave it out: nobody pays one at home.")
    return rate, found


def _schedule(data: Any, period: str | None) -> pa.Table:
    """importer, exporter, value and product where there is one."""
    table = data.to_arrow() if isinstance(data, SideTable) else arrow(data)
    unit = _unit(table, "tariffs") or (data.unit if isinstance(data, SideTable) else "")
    names = table.column_names
    if not {"region", "partner"} <= set(names):
        known = FLOWS.rename([*names, *([] if "value" in names else ["value"])])
        known |= {"rate": "value"} if "rate" in names and "value" not in names else {}
        table = table.rename_columns([known.get(name, name) for name in names])
        columns = {"exporter": "origin", "importer": "destination"}
    else:
        columns = {"exporter": "partner", "importer": "region"}
    table = _of_period(table, "tariffs", period)
    for name in (*columns.values(), "value"):
        if name not in table.column_names:
            raise DataError(f"The table of tariffs has no column {name!r}; it has {', '.join(names)}.", column=name)
    rate = numbers(table["value"], "tariffs") / (100 if unit.lower().startswith(("percent", "per cent", "%")) else 1)
    taken = {new: table[old] for new, old in columns.items()} | {"value": pa.array(rate)}
    if "product" in table.column_names:
        taken["product"] = table["product"]
    return pa.table(taken)


def _looked_up(schedule: pa.Table, g: Grid) -> tuple[Array, NDArray[np.bool_]]:
    n = len(g.regions)
    axes = [("exporter", g.regions), ("importer", g.regions)]
    wanted = g.cell
    if "product" in schedule.column_names:
        axes.insert(0, ("product", g.products))
    else:
        wanted = wanted % (n * n)
    key, here = np.zeros(schedule.num_rows, np.int64), np.ones(schedule.num_rows, bool)
    for name, labels in axes:
        place, known = coded(schedule, name)
        number = {label: at for at, label in enumerate(labels)}
        at = np.array([number.get(label, -1) for label in known], np.int64)[place]
        here &= at >= 0
        key = key * len(labels) + at
    key, rate = key[here], schedule["value"].to_numpy(zero_copy_only=False)[here]
    order = np.argsort(key, kind="stable")
    key, rate = key[order], rate[order]
    if (again := (key[1:] == key[:-1]) & (rate[1:] != rate[:-1])).any():
        pair = int(key[1:][again][0]) % (n * n)
        raise DataError(
            f"There are two tariffs for one flow, e.g. from {g.regions[pair // n]!r} to {g.regions[pair % n]!r}. Keep "
            "one."
        )
    if not key.size:
        return np.zeros(wanted.size), np.zeros(wanted.size, bool)
    at = np.minimum(np.searchsorted(key, wanted), key.size - 1)
    found = key[at] == wanted
    return np.where(found, rate[at], np.nan), found & ~np.isnan(rate[at])
