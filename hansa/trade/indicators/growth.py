"""Growth of trade: how fast, from what, in which currency and at which prices.

"Average growth" has three readings that differ (compound, logarithmic, trend), each of which has its own name here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import narwhals.stable.v2 as nw
import numpy as np
from numpy.typing import NDArray

from hansa import dense, tables
from hansa import period as periods
from hansa.errors import DataError
from hansa.indicator import Answer
from hansa.trade import growth_rate
from hansa.trade import price_index as prices
from hansa.trade.flows import Flows
from hansa.trade.indicators.beside import values_beside
from hansa.trade.indicators.declare import trade_indicator
from hansa.trade.indicators.grid import first_and_last
from hansa.trade.indicators.panel import answer, need, scope
from hansa.trade.indicators.series import Series, by_columns, earlier, series, years_between
from hansa.trade.ratio import Array, ratio, traded_along
from hansa.trade.side import SideTable, as_side

__all__ = [
    "constant_prices",
    "growth",
    "growth_compound",
    "growth_contribution",
    "growth_in_currency",
    "growth_log_mean",
    "growth_trend",
    "price_index",
]

TOPIC = "Growth and prices"
HANDBOOK = "Mikic and Gilbert 2009, Trade Statistics in Policymaking (UN ESCAP)"
NEGLIGIBLE = 1e-9  # growth below this has no meaningful parts


@trade_indicator(
    title="Growth",
    topic=TOPIC,
    unit="share of the earlier value",
    range="-1 ..",
    formula=r"V_t / V_{t-1} - 1",
    reference=HANDBOOK,
)
def growth(flows: Flows, *, by: str | Sequence[str] = "origin", against: str = "last_year") -> Answer:
    """Change against an earlier period, in the currency of the flows at the prices they are in.

    by : ``origin`` (exports), ``destination`` (imports), ``region`` (turnover), with partner and product where wanted,
        such as ``"region,partner"``.
    against : ``last_year`` (the same period a year before), ``previous`` (the period before), or a period.

    >>> growth({"period": [2020, 2021], "origin": ["A", "A"], "value": [4.0, 5.0]}).rows()
    [{'period': '2021', 'origin': 'A', 'growth': 0.25}]
    """
    found = series(flows, by)
    blocks, ended = [], 0
    for before, after in earlier(found.periods, against):
        then, now = found.values[before], found.values[after]
        gone = np.isnan(now) & ~np.isnan(then)
        ended += int(gone.sum())
        blocks.append(found.rows(found.periods[after], ~np.isnan(now) | gone, {"growth": ratio(now, then) - 1}))
    notes = (
        [f"{ended:,} rows have trade before and no row after: no trade, or no report, so no growth"] if ended else []
    )
    return answer(blocks, notes, against=against, currency=str(flows.unit))


def _ends(flows: Flows, by: str | Sequence[str], start: Any, end: Any) -> tuple[Series, int, int, float]:
    found = series(flows, by)
    first, last = first_and_last(flows, start, end)
    return found, found.periods.index(first), found.periods.index(last), years_between(first, last)


def _average(found: Series, figures: dict[str, Array], start: int, end: int, **meta: Any) -> Answer:
    kept = traded_along(~np.isnan(found.values[start : end + 1]), 0)
    first, last = found.periods[start], found.periods[end]
    return answer([found.rows(None, kept, figures)], [f"from {first} to {last}, a year"], start=first, end=last, **meta)


@trade_indicator(
    title="Compound growth",
    topic=TOPIC,
    unit="share a year",
    range="-1 ..",
    formula=r"(V_T / V_0)^{1/n} - 1",
    reference=HANDBOOK,
)
def growth_compound(
    flows: Flows, *, by: str | Sequence[str] = "origin", start: str | None = None, end: str | None = None
) -> Answer:
    """The constant yearly rate that leads from the value of the first to that of the last period.

    by : as in `growth`. start, end : the first and the last period where not said.

    >>> flows = {"period": [2020, 2022], "origin": ["A", "A"], "value": [100.0, 121.0]}
    >>> round(growth_compound(flows).value(), 6)
    0.1
    """
    found, first, last, years = _ends(flows, by, start, end)
    figure = growth_rate.compound(found.values[first], found.values[last], years)
    return _average(found, {"growth_compound": figure}, first, last)


@trade_indicator(
    title="Mean logarithmic growth",
    topic=TOPIC,
    unit="logarithmic points a year",
    range="real numbers",
    formula=r"\ln(V_T / V_0)/n",
    reference="Tornqvist, Vartia and Vartia 1985, The American Statistician 39",
)
def growth_log_mean(
    flows: Flows, *, by: str | Sequence[str] = "origin", start: str | None = None, end: str | None = None
) -> Answer:
    """The mean yearly change of the logarithm from the first to the last period.

    by : as in `growth`. start, end : the first and the last period where not said.

    >>> flows = {"period": [2020, 2022], "origin": ["A", "A"], "value": [100.0, 121.0]}
    >>> round(growth_log_mean(flows).value(), 6)
    0.09531
    """
    found, first, last, years = _ends(flows, by, start, end)
    figure = growth_rate.log_mean(found.values[first], found.values[last], years)
    return _average(found, {"growth_log_mean": figure}, first, last)


@trade_indicator(
    title="Trend growth",
    topic=TOPIC,
    unit="share a year",
    range="-1 ..",
    formula=r"e^{\hat\beta} - 1,\quad \ln V_t = \alpha + \beta t + \varepsilon_t",
    reference="Ordinary least squares on logarithms; Gujarati and Porter 2009, Basic Econometrics, section 6.6",
)
def growth_trend(
    flows: Flows, *, by: str | Sequence[str] = "origin", start: str | None = None, end: str | None = None
) -> Answer:
    """The yearly rate of the straight line through the logarithms of all periods, which no single period decides.

    Columns: the slope (logarithmic points a year) and the rate. Periods without value are left out.

    by : as in `growth`. start, end : the first and the last period where not said.

    >>> flows = {"period": [2020, 2021, 2022], "origin": ["A"] * 3, "value": [100.0, 110.0, 121.0]}
    >>> round(growth_trend(flows).value(), 6)
    0.1
    """
    found, first, last, _ = _ends(flows, by, start, end)
    chosen = found.periods[first : last + 1]
    when = np.array([years_between(chosen[0], name) for name in chosen])
    slope = growth_rate.trend(found.values[first : last + 1], when)
    return _average(found, {"slope": slope, "growth_trend": np.exp(slope) - 1}, first, last)


@trade_indicator(
    title="Contribution to growth",
    topic=TOPIC,
    unit="share of the earlier total (x 100: percentage points)",
    range="real numbers",
    formula=r"c_k = (V_{k1} - V_{k0}) / \sum_k V_{k0}",
    reference="Organisation for Economic Co-operation and Development 2007, Data and Metadata Reporting Handbook",
)
def growth_contribution(
    flows: Flows, *, whole: str = "origin", part: str = "product", against: str = "last_year"
) -> Answer:
    """What each part adds to the growth of the whole; the parts sum to its growth.

    Columns: the change, its share in the change of the whole (null where the whole hardly changed), the contribution.

    whole : ``origin`` (exports), ``destination`` (imports) or ``region`` (turnover). part : ``product``, or the
        partner: ``destination``, ``origin`` or ``partner``.
    against : as in `growth`.

    >>> flows = {"period": [2020, 2020, 2021, 2021], "origin": ["A"] * 4, "product": ["p", "q"] * 2,
    ...          "value": [6.0, 2.0, 7.0, 3.0]}
    >>> growth_contribution(flows, product="p").rows()
    [{'period': '2021', 'origin': 'A', 'product': 'p', 'change': 1.0, 'share_of_change': 0.5,
      'growth_contribution': 0.125}]
    """
    found = series(flows, (whole, part))
    group = found.places[whole]
    blocks = []
    for before, after in earlier(found.periods, against):
        old, new = np.nan_to_num(found.values[before]), np.nan_to_num(found.values[after])
        base = np.bincount(group, old)[group]
        change, total = new - old, np.bincount(group, new - old)[group]
        figures = {
            "change": change,
            "share_of_change": np.where(np.abs(total) < NEGLIGIBLE * base, np.nan, ratio(change, total)),
            "growth_contribution": ratio(change, base),
        }
        blocks.append(found.rows(found.periods[after], (old != 0) | (new != 0), figures))
    return answer(blocks, against=against, absent="no flow (0)", currency=str(flows.unit))


def _own(found: Series, flows: Flows, side: SideTable, of: Any) -> Array:
    """A side table's values for each series (periods, series): of region `of`, or of each series' first region."""
    everything = scope(flows)
    values = values_beside(side, everything)
    if of is not None:
        if of not in everything.regions:
            raise DataError(f"{of!r} is no region of these flows, so '{side.measure}' cannot be taken from it.")
        return np.repeat(values[:, [everything.regions.index(of)]], found.values.shape[1], axis=1)
    keys = [name for name in ("region", "origin", "destination") if name in found.places]
    if not keys:
        raise DataError(f"Say whose '{side.measure}' holds, or tell series apart by region (by='origin').")
    return values[:, found.places[keys[0]]]


@trade_indicator(
    title="Growth in another currency",
    topic=TOPIC,
    unit="share of the earlier value",
    range="-1 ..",
    formula=r"(1 + g_{LCU}) = (1 + g_{USD})\, e_1/e_0,\quad e = \mathrm{LCU\ per\ USD}",
    reference="System of National Accounts 2008, chapter 15 (identity)",
    needs=("exchange_rate",),
)
def growth_in_currency(
    flows: Flows,
    *,
    exchange_rate: Any,
    by: str | Sequence[str] = "origin",
    against: str = "last_year",
    currency_of: Any = None,
) -> Answer:
    """Growth of dollar flows in a region's own currency, or of flows in local currency in dollars.

    Columns: growth in the currency of the flows, the two exchange rates, and growth in the other currency.

    exchange_rate : local currency units per US dollar by region and period.
    by, against : as in `growth`.
    currency_of : the region whose currency is meant; each series' own (the origin, the region) where not said.

    >>> flows = {"period": [2020, 2021], "origin": ["A", "A"], "value": [4.0, 5.0]}
    >>> growth_in_currency(flows, exchange_rate={("A", 2020): 2.0, ("A", 2021): 4.0}).value()
    1.5
    """
    side = as_side(exchange_rate, "exchange_rate")
    found = series(flows, by)
    rates = _own(found, flows, side, currency_of)
    to_local = flows.unit.currency == "USD"
    blocks = []
    for before, after in earlier(found.periods, against):
        now = found.values[after]
        factor = ratio(now, found.values[before])
        hat = ratio(rates[after], rates[before])
        figures = {
            "growth": factor - 1,
            "rate_before": rates[before],
            "rate_after": rates[after],
            "growth_in_currency": (factor * hat if to_local else ratio(factor, hat)) - 1,
        }
        blocks.append(found.rows(found.periods[after], ~np.isnan(now), figures))
    other = "the region's own currency" if to_local else "USD"
    notes = [f"flows in {flows.unit.currency}; growth in {other}", *side.notes]
    return answer(blocks, notes, provenance=side.provenance, against=against, currency=other)


@trade_indicator(
    title="Trade at constant prices",
    topic=TOPIC,
    unit="currency of the flows at the prices of the deflator's base",
    range="0 ..",
    formula=r"V_t / P_t",
    reference="System of National Accounts 2008, chapter 15",
    needs=("deflator",),
)
def constant_prices(
    flows: Flows, *, deflator: Any, by: str | Sequence[str] = "origin", deflator_of: Any = None
) -> Answer:
    """Values over a price index that is 1 in its base period. The index must be of the currency of the flows.

    deflator : price index by region and period.
    by : as in `growth`. deflator_of : the region whose index is used; each series' own where not said.

    >>> flows = {"period": [2020, 2021], "origin": ["A", "A"], "value": [4.0, 5.0]}
    >>> constant_prices(flows, deflator={("A", 2020): 1.0, ("A", 2021): 1.25}, period=2021).value()
    4.0
    """
    side = as_side(deflator, "deflator")
    found = series(flows, by)
    index = _own(found, flows, side, deflator_of)
    blocks = [
        found.rows(
            name,
            ~np.isnan(found.values[place]),
            {"current_prices": found.values[place], "constant_prices": ratio(found.values[place], index[place])},
        )
        for place, name in enumerate(found.periods)
    ]
    unit = f"{flows.unit.currency}, prices of the base of the deflator"
    return answer(blocks, side.notes, unit=unit, provenance=side.provenance)


@trade_indicator(
    title="Price index (unit values)",
    topic=TOPIC,
    unit="ratio to the earlier period, 1 = no change",
    range="0 ..",
    formula=r"P_F = \sqrt{P_L P_P},\ P_L = \frac{\sum p_1 q_0}{\sum p_0 q_0},\ P_P = \frac{\sum p_1 q_1}{\sum p_0 q_1}",
    reference="Fisher 1922; IMF and others 2009, Export and Import Price Index Manual",
)
def price_index(
    flows: Flows, *, by: str | Sequence[str] = "origin", against: str = "last_year", outlier_factor: float | None = 5.0
) -> Answer:
    """What part of growth is price and what part volume, from unit values (value over quantity) of products.

    Columns: value index of the products compared, Laspeyres and Paasche price index, volume index, the share of the
    later value that is compared (`coverage`), Fisher price index. Unit values mix prices with quality: compare on the
    finest products, and read the coverage.

    by : origin and destination as wanted; within each, the same product of two periods is compared.
    against : as in `growth`.
    outlier_factor : products whose unit value changed by this factor more or less than the median of their group are
        left out and counted; None keeps all.

    Raises
    ------
    DataError : the flows have no quantity.

    >>> flows = {"period": [2020, 2020, 2021, 2021], "origin": ["A"] * 4, "product": ["p", "q"] * 2,
    ...          "value": [100.0, 100.0, 132.0, 120.0], "quantity": [10.0, 25.0, 11.0, 24.0]}
    >>> {k: round(v, 6) for k, v in list(price_index(flows).rows()[0].items())[2:]}
    {'value_index': 1.26, 'laspeyres': 1.225, 'paasche': 1.223301, 'volume_index': 1.029285, 'coverage': 1.0,
     'price_index': 1.22415}
    """
    need(flows, "period", "product", "quantity")
    groups = tuple(name for name in by_columns(by) if name != "product")
    if "region" in groups:
        raise DataError("A price index is of flows in one direction: give by='origin' (exports) or by='destination'.")
    found, goods = series(flows, groups), _with_quantity(flows, groups)
    notes, blocks = [], []
    for before, after in earlier(found.periods, against):
        index, compared, left_out, goods_at_hand = _compared(goods, found, before, after, outlier_factor)
        if left_out:
            notes.append(
                f"{found.periods[after]}: {left_out:,} of {goods_at_hand:,} unit values changed by a factor of "
                f"{outlier_factor:g} more or less than the median of their group and are left out"
            )
        now = found.values[after]
        columns = {
            "value_index": index.value,
            "laspeyres": index.laspeyres,
            "paasche": index.paasche,
            "volume_index": index.volume,
            "coverage": ratio(compared, now),
            "price_index": index.fisher,
        }
        blocks.append(found.rows(found.periods[after], ~np.isnan(now), columns))
    return answer(blocks, notes, against=against, outlier_factor=outlier_factor)


@dataclass(frozen=True)
class _Goods:
    """Value and quantity (periods, goods) of rows that have both, and the series (goods,) that each belongs to."""

    value: Array
    quantity: Array
    group: NDArray[np.int64]


def _with_quantity(flows: Flows, groups: tuple[str, ...]) -> _Goods:
    kept = flows.table.filter((nw.col("value") > 0) & (nw.col("quantity") > 0))
    both = (nw.col(name).sum() for name in ("value", "quantity"))
    summed = tables.collect(kept.group_by("period", *groups, "product").agg(*both))
    everything = scope(flows)
    written = dense.labels(summed, "period")  # as the rows have it; everything.periods as Hansa writes it
    place = np.array([everything.periods.index(periods.canonical(name)) for name in written], np.int64)
    when = place[dense.positions(summed["period"], written, "period")]
    known = [*(everything.regions for _ in groups), everything.products]
    axes = [
        dense.positions(summed[axis], labels, axis) for axis, labels in zip((*groups, "product"), known, strict=True)
    ]
    goods, column = np.unique(np.ravel_multi_index(axes, tuple(map(len, known))), return_inverse=True)
    value, quantity = np.full((2, len(everything.periods), len(goods)), np.nan)
    value[when, column], quantity[when, column] = summed["value"].to_numpy(), summed["quantity"].to_numpy()
    return _Goods(value, quantity, goods // max(len(everything.products), 1))


def _compared(
    goods: _Goods, found: Series, before: int, after: int, outlier_factor: float | None
) -> tuple[prices.Indices, Array, int, int]:
    """The indices of each series, the later value they compare, and how many goods were left out of how many."""
    both = ~np.isnan(goods.value[[before, after]].sum(0))
    group = np.searchsorted(found.codes, goods.group[both])
    p_0, p_1 = (goods.value[place, both] / goods.quantity[place, both] for place in (before, after))
    fit = np.ones(len(group), bool)
    if outlier_factor is not None:
        fit = ~prices.outliers(p_1 / p_0, group, outlier_factor)
    q_0, q_1 = (goods.quantity[place, both][fit] for place in (before, after))
    index = prices.indices(p_0[fit], q_0, p_1[fit], q_1, group[fit], len(found.codes))
    compared = np.asarray(np.bincount(group[fit], goods.value[after, both][fit], len(found.codes)), float)
    return index, compared, int((~fit).sum()), len(fit)
