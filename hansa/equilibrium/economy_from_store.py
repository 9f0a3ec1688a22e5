"""The accounts of an economy from a store: trade in goods and services, production, tariffs, of one year."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from hansa import dense
from hansa import period as periods
from hansa.equilibrium import economy_from_flows
from hansa.equilibrium.economy_from_flows import Settings
from hansa.equilibrium.trade_rows import TradeRows, rows
from hansa.errors import DataError, MissingTable
from hansa.products import Classification, classification, cut_codes, read_classification
from hansa.trade.flows import Flows, as_flows
from hansa.trade.side import SideTable
from hansa.trade.store import Store

REST = "REST"
NEEDED = "home sales are production less exports, and without them there is no economy"
ONLY_GDP = (
    "the store has no production: home sales are GDP less exports. GDP is value added and exports are gross, so that "
    "home sales come out too low, and trade matters too much; import gross output with 'hansa import FILE --side "
    "production'"
)


@dataclass(frozen=True)
class Question:
    """Which part of a store: a year, a dataset as known on a day, how products are added up, what is left out."""

    period: Any = None
    dataset: str | None = None
    as_of: str | None = None
    sectors: str | Mapping[str, str] = "total"
    services: bool = True
    tariffs: bool = True


def parts(store: Store, asked: Question, how: Settings, flows: Flows | None) -> dict[str, Any]:
    """The fields of an Economy (see `Economy.from_store`)."""
    if not isinstance(store, Store):
        raise DataError(f"A store is wanted, such as hansa.open('my.store') gives, not {store!r:.80}.")
    goods = as_flows(flows) if flows is not None else _reconciled(store, asked, "goods", asked.dataset)
    services, said = _services(store, asked)
    made, by_gdp = _production(store, asked)
    when = _period(asked.period, goods, made)
    both = [goods]
    if services is not None:
        both += [services] if when in _periods(services) else []
        said = said if len(both) > 1 else (f"trade in services has nothing for {when} and is not counted",)
    trade = _joined([rows(part, period=when if "period" in part.columns else None) for part in both])
    trade = replace(trade, period=when)
    made = _of_period(made, when)
    sector, cut = _sectors(store, asked.sectors, goods, trade, made)
    rate, free = _tariff(store, asked, when)
    settings = replace(
        how,
        sector=sector,
        tariff=rate,
        production=made,
        missing_home=how.missing_home or ("refuse" if by_gdp else "floor"),
    )
    found = economy_from_flows.of_rows(trade, settings)
    sides = [side.provenance for side in (made, rate) if side is not None]
    notes = (*((ONLY_GDP,) if by_gdp else ()), *said, *free, *cut, *_not_traded(trade, made))
    return found | {
        "provenance": found["provenance"].merge(*sides),
        "notes": tuple(dict.fromkeys((*found["notes"], *notes))),
    }


def _reconciled(store: Store, asked: Question, scope: str, dataset: str | None) -> Flows:
    """Yearly flows, one value made of two reports where there are two."""
    flows = store.flows(dataset, as_of=asked.as_of, scope=scope)
    yearly = all(periods.frequency(one) == "A" for one in _periods(flows))
    if yearly and flows.told_by != "both":
        return flows
    told_by = "reconciled" if flows.told_by == "both" else None
    return store.flows(dataset, as_of=asked.as_of, scope=scope, told_by=told_by, frequency="A")


def _services(store: Store, asked: Question) -> tuple[Flows | None, tuple[str, ...]]:
    names = store.datasets("services") if asked.services else []
    if not names:
        why = "is left out" if not asked.services else "is not in the store"
        return None, (f"trade in services {why}: what is made of them counts as sold at home",)
    name = asked.dataset if asked.dataset in names else "flows" if "flows" in names else names[0]
    if asked.dataset is None and len(names) > 1 and "flows" not in names:
        raise DataError(
            f"The store has several datasets of services ({', '.join(names)}); services=False leaves them out."
        )
    return _reconciled(store, asked, "services", name), ()


def _production(store: Store, asked: Question) -> tuple[SideTable, bool]:
    here = store.measures()
    if "production" in here:
        return store.side("production", as_of=asked.as_of), False
    if "gdp" not in here:
        raise MissingTable("production", NEEDED)
    if asked.sectors != "total":
        raise MissingTable("production", "GDP can stand for it only where all products are one sector")
    return store.side("gdp", as_of=asked.as_of), True


def _periods(flows: Flows | SideTable) -> list[str]:
    if "period" not in flows.columns:
        return []
    if isinstance(flows, Flows):
        return sorted(flows.totals("period")["period"].to_pylist())
    return sorted(set(pc.unique(flows.to_arrow()["period"]).to_pylist()) - {None})


def _period(asked: Any, goods: Flows, made: SideTable) -> str:
    traded, known = _periods(goods), _periods(made)
    if asked is not None:
        when = periods.canonical(asked)
        for there, what in ((traded, "The flows have"), (known, f"The side table '{made.measure}' has")):
            if there and when not in there:
                raise DataError(
                    f"{what} nothing for {when}; there is {there[0]} to {there[-1]}. Choose another period."
                )
        return when
    common = sorted(set(traded) & set(known)) if traded and known else traded or known
    if not common:
        raise DataError(
            f"The flows ({', '.join(traded[-3:])}) and the side table '{made.measure}' ({', '.join(known[-3:])}) have "
            "no period in common."
        )
    return str(common[-1])


def _of_period(side: SideTable, when: str) -> SideTable:
    return side.where(period=when) if "period" in side.columns else side


def _joined(parts: Sequence[TradeRows]) -> TradeRows:
    """Goods and services in one table, in the unit of the goods."""
    first = parts[0]
    if len(parts) == 1:
        return first
    for other in parts[1:]:
        first.unit.require(other.unit)
    products = any("product" in part.table.column_names for part in parts)
    names = ["origin", "destination", *(["product"] if products else []), "value"]
    listed = [_with_products(part.table, name) for part, name in zip(parts, ("goods", "services"), strict=True)]
    tables = [table.select(names) for table in (listed if products else [part.table for part in parts])]
    if not products:
        tables = [pa.concat_tables(tables).group_by(["origin", "destination"]).aggregate([("value", "sum")])]
        tables = [tables[0].rename_columns(["origin", "destination", "value"])]
    return TradeRows(
        pa.concat_tables(tables, promote_options="permissive"),
        first.unit,
        first.period,
        first.valuation if len({part.valuation for part in parts}) == 1 else "",
        first.provenance.merge(*(part.provenance for part in parts[1:])),
        tuple(dict.fromkeys(note for part in parts for note in part.notes)),
    )


def _with_products(table: pa.Table, name: str) -> pa.Table:
    if "product" in table.column_names:
        return table
    return table.append_column("product", pa.repeat(name, table.num_rows))


def _sectors(
    store: Store, asked: str | Mapping[str, str], goods: Flows, trade: TradeRows, made: SideTable
) -> tuple[str | Mapping[str, str] | None, tuple[str, ...]]:
    """How products are added up: None for one sector, "product", or the sector of each."""
    if asked == "total":
        return None, ()
    if asked == "product" or not isinstance(asked, str):
        return asked, ()
    known = _classification(store, goods)
    codes = sorted({code for table in (trade.table, made.to_arrow()) for code in _products(table)})
    listed = {code: known.level(code) for code in codes}
    if asked not in known.levels and asked not in listed.values():
        raise DataError(
            f"sectors={asked!r} is no choice. Give 'total', 'product', a level of {known.key} "
            f"({', '.join(known.levels)}), or a mapping of products to sectors."
        )
    return cut_codes(known, codes, asked)


def _products(table: pa.Table) -> list[str]:
    return dense.labels(table, "product") if "product" in table.column_names else []


def _classification(store: Store, goods: Flows) -> Classification:
    path, key = store.archive.folder / "products.csv", goods.classification or ""
    if path.is_file():
        return read_classification(path, key or "products")
    if not key:
        raise DataError(
            "The flows do not name their classification: give sectors= as a mapping of products to sectors."
        )
    return classification(key)


def _tariff(store: Store, asked: Question, when: str) -> tuple[SideTable | None, tuple[str, ...]]:
    """Tariffs of the period, or of the last one before it that is known."""
    if "tariff" not in store.measures():
        return None, ("the store has no tariffs: all trade counts as free, and there is no tariff revenue",)
    if not asked.tariffs:
        return None, ("tariffs of the store are left out: all trade counts as free, and there is no tariff revenue",)
    side = store.side("tariff", as_of=asked.as_of)
    known = _periods(side)
    if not known:
        return side, ()
    earlier = [one for one in known if one <= when]
    if not earlier:
        return None, (f"tariffs are known only from {known[0]} on: all trade of {when} counts as free",)
    notes = () if earlier[-1] == when else (f"tariffs are those of {earlier[-1]}: there are none for {when}",)
    side = side.where(period=earlier[-1])
    return replace(side, table=side.table.drop("period")), notes


def _not_traded(trade: TradeRows, made: SideTable) -> tuple[str, ...]:
    only = sorted(set(_products(made.to_arrow())) - set(_products(trade.table)))
    if not only or "product" not in trade.table.column_names:
        return ()
    named = ", ".join(only[:6]) + (f" and {len(only) - 6:,} more" if len(only) > 6 else "")
    return (f"{len(only):,} product(s) are made and in no flow, and count as sold at home: {named}",)
