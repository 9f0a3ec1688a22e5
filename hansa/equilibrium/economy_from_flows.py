"""The accounts of an economy from flows: home sales found or refused, tariffs laid over them, labour the only input."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from hansa.equilibrium import baseline, trade_grid
from hansa.equilibrium.baseline import Baseline
from hansa.equilibrium.elasticity import Given, of_sectors
from hansa.equilibrium.trade_grid import Grid
from hansa.equilibrium.trade_rows import TradeRows, rows
from hansa.errors import DataError, UnknownCode
from hansa.units import Money

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]

HOME = ("refuse", "drop", "floor")
HIGH = 1.0  # a tariff above 100 % may be one in per cent
WAYS_OUT = (
    "Add rows whose origin is their destination, or give domestic= (home sales) or production= (gross output, of which "
    "exports are taken off); missing_home='drop' leaves such regions out"
)


@dataclass(frozen=True, eq=False)
class _World:
    """Trade at producer prices (J, n, n), where home sales are known (J, n), and the labels."""

    flow: Array
    known: Mask
    regions: list[str]
    sectors: list[str]


@dataclass(frozen=True)
class Settings:
    """How an economy is made of rows; see `Economy.from_flows`."""

    elasticity: Given = None
    elasticity_source: str = ""
    sector: str | Mapping[str, str] | None = None
    tariff: Any = None
    domestic: Any = None
    production: Any = None
    missing_home: str = "refuse"
    keep: tuple[str, ...] = ()


def parts(data: Any, settings: Settings, *, period: Any = None, unit: Money | None = None) -> dict[str, Any]:
    """The fields of an Economy (see `Economy.from_flows`)."""
    also = [settings.tariff] if isinstance(settings.tariff, str) else []
    return of_rows(rows(data, period=period, unit=unit, also=also), settings)


def of_rows(trade: TradeRows, asked: Settings) -> dict[str, Any]:
    """The fields of an Economy from rows of one period."""
    if asked.missing_home not in HOME:
        raise DataError(f"missing_home={asked.missing_home!r} is no choice. Give one of {', '.join(map(repr, HOME))}.")
    side, stated, what = _home_table(trade, asked)
    g = trade_grid.grid(trade, asked.sector, [] if side is None else [side])
    flow = g.summed(g.value)
    world = _World(flow, np.einsum("kii->ki", flow) > 0, g.regions, g.sectors)
    if side is not None:
        world = _with_home(world, trade_grid.by_sector(side, stated, what, trade, g), what)
        trade = replace(trade, notes=(*trade.notes, *_without_trade(side, what, g.regions)))
    rate, said = (None, ()) if asked.tariff is None else _rates(asked.tariff, trade, g)
    theta, source = of_sectors(asked.elasticity, asked.elasticity_source, g.sectors)
    kept, home = _complete(world, asked.missing_home, asked.keep)
    flow, rate, empty = _cut(world, rate, kept)
    used = [place for place in range(len(g.sectors)) if place not in empty]
    b = baseline.from_flows(flow, baseline.no_tariff(*flow.shape[:2]) if rate is None else rate, theta[used])
    gone = [f"nobody trades or makes {g.sectors[place]!r}: it is left out" for place in empty]
    return {
        "regions": tuple(g.regions[place] for place in kept),
        "sectors": tuple(g.sectors[place] for place in used),
        **{one.name: getattr(b, one.name) for one in fields(Baseline)},
        "unit": trade.unit,
        "elasticity_source": source,
        "period": trade.period,
        "valuation": trade.valuation,
        "provenance": trade.provenance.then("economy", "shares and incomes from flows; labour is the only input"),
        "notes": (*trade.notes, *said, *home, *gone, *_remarks(b, trade)),
    }


def _home_table(trade: TradeRows, asked: Settings) -> tuple[pa.Table | None, str, str]:
    """Home sales or production as a table, the unit that it states, and which of the two it is."""
    if asked.domestic is not None and asked.production is not None:
        raise DataError("Both domestic= and production= are given, which say the same. Give one of them.")
    what = "domestic" if asked.production is None else "production"
    given = asked.domestic if asked.production is None else asked.production
    return (None, "", what) if given is None else (*trade_grid.beside(given, what, trade.period), what)


def _with_home(world: _World, values: Array, what: str) -> _World:
    """Home sales on the diagonal: as they are given, or production less exports."""
    own = np.einsum("kii->ki", world.flow).copy()
    if (both := (own > 0).any(axis=0) & ~np.isnan(values).all(axis=0)).any():
        raise DataError(
            f"The flows hold home sales of {_named(world.regions, both)}, and {what}= would give them too. Leave the "
            "rows whose origin is their destination out, or do not give it."
        )
    there = ~np.isnan(values).all(axis=0)
    made = np.where(there, np.nan_to_num(values), np.nan)  # a region in the table makes nothing of what is not listed
    home = made - world.flow.sum(axis=2) if what == "production" else made
    flow = world.flow
    given = ~np.isnan(home)
    np.einsum("kii->ki", flow)[given] = home[given]
    return _World(flow, given | (own > 0), world.regions, world.sectors)


def _without_trade(side: pa.Table, what: str, regions: Sequence[str]) -> tuple[str, ...]:
    """A note of regions that the table beside the flows has and the flows have not."""
    more = sorted({str(one) for one in side["region"].to_pylist()} - set(regions))
    if not more:
        return ()
    named = ", ".join(more[:8]) + (f" and {len(more) - 8:,} more" if len(more) > 8 else "")
    return (f"{len(more):,} region(s) of {what} are in no flow and are left out: {named}",)


def _complete(world: _World, missing_home: str, keep: Sequence[str]) -> tuple[list[int], tuple[str, ...]]:
    """The places of regions whose home sales are known, and what became of the others. Mends flows in place."""
    own = np.einsum("kii->ki", world.flow)
    for code in keep:
        if code not in world.regions:
            raise UnknownCode("region of the flows", code, world.regions)
    lacking = np.asarray(~world.known.any(axis=0))
    negative = own < 0
    notes: list[str] = []
    if negative.any() and missing_home == "floor":
        notes.append(_floored(world, negative))
        own[negative] = 0.0
        negative = own < 0
    if missing_home == "refuse" or (missing_home == "floor" and lacking.all()):
        _refuse(world, lacking, negative)
    out = np.asarray(lacking | negative.any(axis=0))
    if lost := [code for code in keep if out[world.regions.index(code)]]:
        raise DataError(
            f"Home sales of {', '.join(lost)} are "
            f"{'not known' if lacking[world.regions.index(lost[0])] else 'negative'}, and the question is about "
            f"{'it' if len(lost) == 1 else 'them'}. {WAYS_OUT}."
        )
    if out.all():
        _refuse(world, lacking, negative)
    if out.any():
        notes.append(_left_out(world, out))
    return [int(place) for place in np.flatnonzero(~out)], tuple(notes)


def _refuse(world: _World, lacking: Mask, negative: Mask) -> None:
    if lacking.any():
        raise DataError(
            f"{lacking.sum():,} of {len(world.regions):,} regions have no home sales: "
            f"{_named(world.regions, lacking)}. Without them nobody knows what share of its spending a region buys "
            f"from others. {WAYS_OUT}."
        )
    if negative.any():
        own = np.einsum("kii->ki", world.flow)
        k, n = (int(place) for place in np.argwhere(negative)[np.argmin(own[negative])])
        of = f" of {world.sectors[k]!r}" if len(world.sectors) > 1 else ""
        named = _named(world.regions, np.asarray(negative.any(axis=0)))
        raise DataError(
            f"Exports exceed production in {negative.sum():,} case(s), so that home sales would be negative: "
            f"{named}; at most {world.regions[n]!r}{of}, by {-own[k, n]:,.4g}. "
            "Goods in transit may be the cause. Take them off the exports; or missing_home='floor' counts home sales "
            "as zero and output as exports, missing_home='drop' leaves such regions out."
        )


def _floored(world: _World, negative: Mask) -> str:
    own = np.einsum("kii->ki", world.flow)
    excess, total = -own[negative].sum(), world.flow.sum() - own[negative].sum()
    cells = np.argwhere(negative)
    names = [world.regions[n] + (f" {world.sectors[k]}" if len(world.sectors) > 1 else "") for k, n in cells[:6]]
    more = f" and {len(cells) - 6:,} more" if len(cells) > 6 else ""
    return (
        f"exports exceed production in {len(cells):,} case(s), by {excess / total:.2%} of all sales: "
        f"{', '.join(names)}{more}; home sales count as zero there, and output as exports"
    )


def _left_out(world: _World, out: Mask) -> str:
    abroad = world.flow.sum(axis=0)
    np.fill_diagonal(abroad, 0.0)
    whole = abroad.sum()
    lost = whole - abroad[np.ix_(~out, ~out)].sum()
    share = f", with {lost / whole:.2%} of the trade between regions" if whole > 0 else ""
    named = _named(world.regions, out)
    return f"{out.sum():,} of {out.size:,} regions are left out for want of home sales: {named}{share}"


def _cut(world: _World, rate: Array | None, kept: list[int]) -> tuple[Array, Array | None, list[int]]:
    """Flows and tariffs of regions that stay and sectors that have trade, and the places of sectors that have none."""
    flow = world.flow
    if len(kept) < len(world.regions):
        flow = flow[:, kept][:, :, kept]
        rate = None if rate is None else rate[:, kept][:, :, kept]
    empty = np.flatnonzero(flow.sum(axis=(1, 2)) <= 0) if len(world.sectors) > 1 else np.zeros(0, int)
    if empty.size:
        flow = np.delete(flow, empty, axis=0)
        rate = None if rate is None else np.delete(rate, empty, axis=0)
    return flow, rate, [int(place) for place in empty]


def _rates(tariff: Any, trade: TradeRows, g: Grid) -> tuple[Array, tuple[str, ...]]:
    """(J, n, n) tariffs weighted by trade, and how much trade has none."""
    rate, found = trade_grid.tariff_rates(tariff, trade, g)
    flow = g.summed(g.value)
    out = np.divide(g.summed(g.value * rate), flow, out=np.zeros_like(flow), where=flow > 0)
    n = len(g.regions)
    abroad = g.cell % (n * n) // n != g.cell % n
    whole, bare = g.value[abroad].sum(), g.value[abroad & ~found].sum()
    notes = (
        [f"{bare / whole:.2%} of the trade between regions has no tariff in the table and counts as free"]
        if bare
        else []
    )
    if rate.max(initial=0.0) > HIGH:
        notes.append(f"the highest tariff is {rate.max():.0%}: rates are fractions, 0.05 is 5 %")
    if len(g.products) > len(g.sectors):
        notes.append("tariffs are means over products, weighted by trade")
    return out, tuple(notes)


def _remarks(b: Baseline, trade: TradeRows) -> list[str]:
    """What a reader of any counterfactual must know."""
    J, n = b.spending.shape
    pairs = b.share.sum(axis=0) > 0 if J > 1 else b.share[0] > 0
    none = n * n - int(np.count_nonzero(pairs))
    notes = []
    if none:
        notes.append(f"{none:,} of {n * n:,} pairs do not trade; they do not in any counterfactual either")
    if unbought := int(np.count_nonzero(b.spending == 0)):
        notes.append(f"{unbought:,} of {J * n:,} cells of sector and region buy nothing")
    if trade.valuation == "CIF":
        notes.append("values include freight and insurance (CIF), which count as made by the origin")
    return notes


def _named(regions: Sequence[str], mask: Mask) -> str:
    names = [name for name, here in zip(regions, mask, strict=True) if here]
    return ", ".join(names[:8]) + (f" and {len(names) - 8:,} more" if len(names) > 8 else "")
