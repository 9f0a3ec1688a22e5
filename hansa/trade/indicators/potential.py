"""Export potential: what a region could sell to a market, with every term of the formula in a column."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from hansa import dense
from hansa.errors import DataError
from hansa.indicator import Answer
from hansa.provenance import Provenance
from hansa.trade import export_potential as numbers
from hansa.trade.flows import Flows
from hansa.trade.indicators.declare import trade_indicator
from hansa.trade.indicators.grid import abroad, grid, long, wanted, wanted_periods
from hansa.trade.side import as_side

__all__ = ["export_potential"]

Array = NDArray[np.float64]
LATEST = 5  # periods of trade whose mean is taken


@trade_indicator(
    title="Export potential",
    topic="Potential",
    unit="unit of the flows",
    range=">= 0",
    formula=r"\mathrm{EP}_{ijk} = \mathrm{supply}_{ik} \cdot \mathrm{demand}_{ijk} \cdot \mathrm{ease}_{ijk}",
    reference="Decreux and Spies 2016, Export Potential Assessments, ITC",
)
def export_potential(
    flows: Flows,
    *,
    origin: Any,
    destination: Any = None,
    product: Any = None,
    period: Any = None,
    gdp_growth: Any = None,
    population_growth: Any = None,
    elasticity: Any = 1.0,
    tariff: Any = None,
    distance: Any = None,
) -> Answer:
    """What an origin could sell to markets, by product, and what of it is unrealised: a benchmark, no ceiling.

    Columns: demand, the expected imports of the market in money; supply, the origin's share of expected world supply;
    ease, actual trade of the pair over `expected`, its trade at world shares; potential, the product of three; actual;
    unrealised, what potential exceeds actual by.

    origin : the exporter.
    destination, product : rows wanted; all by default.
    period : the periods whose mean is taken; the latest five by default.
    gdp_growth, population_growth : expected over current level (1.10 is +10 %), by region.
    elasticity : of imports per head to income per head: one figure, or by region, and product where there is one.
    tariff : by region (the market), partner and product where there are any, as a share.
    distance : by region and partner, in km.
    What is not given is neutral (no growth, elasticity 1, no difference of tariffs and distances); a note says so.

    >>> flows = {"origin": list("ABB"), "destination": list("CCA"), "product": ["p"] * 3, "value": [2.0, 6.0, 1.0]}
    >>> row = export_potential(flows, origin="A", destination="C").rows()[0]
    >>> row["demand"], round(row["supply"], 4), round(row["ease"], 4), round(row["potential"], 4)
    (8.0, 0.2222, 1.125, 2.0)
    """
    flows, notes = abroad(flows)
    known = dense.labels(flows.totals("period"), "period") if "period" in flows.columns else []
    periods = known[-LATEST:] if period is None else wanted_periods(period, known)
    trade = _trade(flows, origin, periods)
    side = _Side(flows, trade, periods, notes)
    seller = trade.exports[trade.seller]
    weighted = trade.exports * side.growth("gdp_growth", gdp_growth, trade.sellers)[:, None]
    share = np.divide(weighted[trade.seller], weighted.sum(0), out=np.zeros_like(seller), where=seller > 0)
    demand_margin, supply_margin = side.tariff_margins(tariff)
    demand = numbers.demand(
        trade.imports,
        side.growth("gdp_growth", gdp_growth, trade.markets)[:, None],
        side.growth("population_growth", population_growth, trade.markets)[:, None],
        side.elasticity(elasticity),
        demand_margin,
    )
    supply = numbers.supply(share, seller, trade.imports_of_seller, supply_margin)
    expected = numbers.expected_trade(seller, trade.exports.sum(0), trade.imports)
    ease = numbers.ease(trade.own.sum(1)[:, None], expected[:, None], *side.log_distances(distance))
    found = numbers.potential(supply, demand, ease, trade.own)
    figures = {"demand": demand, "supply": supply, "ease": ease, "expected": expected[:, None]}
    figures |= {"potential": found.potential, "actual": trade.own, "unrealised": found.unrealised}
    meta = {"origin": origin, "periods": tuple(periods), "world": "all origins in the table"}
    unit = f"{flows.unit}{', mean of the periods' if len(periods) > 1 else ''}"
    table = _table(trade, figures, destination, product)
    return Answer(table, list(dict.fromkeys(side.notes)), meta, unit=unit, provenance=side.provenance)


@dataclass(frozen=True)
class _Trade:
    """Means over the periods: exports (I, K), imports (J, K), own (J, K) of the seller; labels of the three axes."""

    sellers: list[Any]
    markets: list[Any]
    products: list[Any]
    seller: int
    exports: Array
    imports: Array
    own: Array

    @property
    def imports_of_seller(self) -> Array:
        name = self.sellers[self.seller]
        return self.imports[self.markets.index(name)] if name in self.markets else np.zeros(len(self.products))


def _trade(flows: Flows, origin: Any, periods: Sequence[str]) -> _Trade:
    narrowed = list(periods) or None
    sold = grid(flows, "origin", "product", period=narrowed)
    bought = grid(flows, "destination", "product", period=narrowed)
    (seller,) = wanted(sold.rows, [origin], "origin")
    own = grid(flows.where(origin=origin), "destination", "product")
    names = sold.periods

    def mean(matrices: list[Array]) -> Array:
        return np.asarray(sum(matrices) / len(names))

    return _Trade(
        sellers=sold.rows,
        markets=bought.rows,
        products=sold.columns,
        seller=seller,
        exports=mean([sold.matrix(name) for name in names]),
        imports=mean([bought.onto(bought.rows, sold.columns, name) for name in names]),
        own=mean([own.onto(bought.rows, sold.columns, name) for name in names]),
    )


@dataclass(frozen=True)
class _Side:
    """What is known of regions beside their trade, brought to the axes of the trade; each gap is noted and neutral."""

    flows: Flows
    trade: _Trade
    periods: Sequence[str]
    notes: list[str]
    sources: list[Provenance] = field(default_factory=list)

    @property
    def provenance(self) -> Provenance | None:
        return self.sources[0].merge(*self.sources[1:]) if self.sources else None

    def growth(self, measure: str, given: Any, regions: list[Any]) -> Array:
        """Expected over current level of each region."""
        if given is None:
            self.notes.append(f"no {measure} is given: 1 is taken for every region (no growth)")
            return np.ones(len(regions))
        found = self._find(given, measure, {"region": regions})
        return self._neutral(found, 1.0, measure, "regions")

    def elasticity(self, given: Any) -> Any:
        """One figure, or (J, K)."""
        if isinstance(given, int | float):
            if given == 1:
                self.notes.append("the elasticity of imports per head to income per head is taken to be 1")
            return float(given)
        markets, products = self._cells()
        found = self._find(given, "elasticity", {"region": markets, "product": products})
        return self._neutral(found, 1.0, "elasticity", "market x product cells").reshape(self.trade.imports.shape)

    def tariff_margins(self, given: Any) -> tuple[Any, Any]:
        """(1 + mean) / (1 + own), (J, K), and (1 + mean faced by the seller) / (1 + world mean), (K,)."""
        if given is None:
            self.notes.append("no tariffs are given: suppliers are taken to face the same ones")
            return 1.0, 1.0
        table = self._rows()
        rates = self._find(given, "tariff", _named(table))
        market, product = self._places(table)
        mean = _mean(table, rates, market * len(self.trade.products) + product, self.trade.imports.size)
        markets, products = self._cells()
        origin = self.trade.sellers[self.trade.seller]
        own = self._find(given, "tariff", {"region": markets, "partner": [origin] * len(markets), "product": products})
        demand = self._neutral(numbers.margin(mean, own), 1.0, "margin of tariffs", "market x product cells")
        world = _mean(table, rates, product, len(self.trade.products))
        mine = pc.equal(table["origin"], origin).to_numpy()
        faced = _mean(table.filter(pa.array(mine)), rates[mine], product[mine], len(self.trade.products))
        supply = np.nan_to_num(numbers.margin(faced, world), nan=1.0)
        return demand.reshape(self.trade.imports.shape), supply

    def log_distances(self, given: Any) -> tuple[Any, Any]:
        """Of the pair (J, 1), and the mean of the market's suppliers of each product (J, K)."""
        if given is None:
            self.notes.append("no distances are given: all suppliers are taken to be equally far")
            return 0.0, 0.0
        table = self._rows()
        logs = np.log(self._find(given, "distance", _named(table)))
        market, product = self._places(table)
        mean = _mean(table, logs, market * len(self.trade.products) + product, self.trade.imports.size)
        origin = self.trade.sellers[self.trade.seller]
        partners = {"region": self.trade.markets, "partner": [origin] * len(self.trade.markets)}
        own = np.log(self._find(given, "distance", partners))[:, None]
        mean = mean.reshape(self.trade.imports.shape)
        if (gaps := int(np.isnan(own - mean).sum())) > 0:
            self.notes.append(
                f"distance is unknown for {gaps:,} of {mean.size:,} market x product cells: no difference is taken"
            )
        own = np.broadcast_to(own, mean.shape)
        unknown = np.isnan(own) | np.isnan(mean)
        return np.where(unknown, 0.0, own), np.where(unknown, 0.0, mean)

    def _rows(self) -> pa.Table:
        """What every supplier sold to every market, for means over suppliers."""
        flows = self.flows.where(period=list(self.periods)) if self.periods else self.flows
        return flows.totals("origin", "destination", "product")

    def _places(self, table: pa.Table) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        market = dense.positions(table["destination"], self.trade.markets, "destination")
        return market, dense.positions(table["product"], self.trade.products, "product")

    def _cells(self) -> tuple[list[Any], list[Any]]:
        markets = [market for market in self.trade.markets for _ in self.trade.products]
        return markets, self.trade.products * len(self.trade.markets)

    def _find(self, given: Any, measure: str, labels: dict[str, Any]) -> Array:
        """The value of a side table for each row of labels, NaN where it has none; of its latest period in time."""
        side = as_side(given, measure)
        self.sources.append(side.provenance)
        table = side.to_arrow()
        if "period" in table.column_names and self.periods:
            dated = [name for name in dense.labels(table, "period") if name <= self.periods[-1]]
            if not dated:
                raise DataError(f"The side table '{measure}' begins after {self.periods[-1]}; give one of that time.")
            table = table.filter(pc.equal(table["period"], dated[-1]))
        keys = [name for name in ("region", "partner", "product") if name in table.column_names and name in labels]
        if table.group_by(keys).aggregate([]).num_rows < table.num_rows:
            raise DataError(
                f"The side table '{measure}' has more than one value for a {' x '.join(keys)}. Keep one of them."
            )
        row = pa.array(np.arange(len(labels["region"])))
        asked = pa.table(
            {name: pa.array(labels[name]) if isinstance(labels[name], list) else labels[name] for name in keys}
        )
        known = table.select([*keys, "value"]).cast(
            pa.schema(
                [*(pa.field(name, asked.schema.field(name).type) for name in keys), pa.field("value", pa.float64())]
            )
        )
        joined = asked.append_column("row", row).join(known, keys).sort_by("row")
        return np.array(pc.fill_null(joined["value"], np.nan).to_numpy())

    def _neutral(self, found: Array, neutral: float, what: str, of: str) -> Array:
        if gaps := int(np.isnan(found).sum()):
            self.notes.append(f"no {what} for {gaps:,} of {found.size:,} {of}: {neutral:g} is taken")
        return np.nan_to_num(found, nan=neutral)


def _named(table: pa.Table) -> dict[str, Any]:
    """Rows of trade under the names of a side table: the market is the region, its supplier the partner."""
    return {"region": table["destination"], "partner": table["origin"], "product": table["product"]}


def _mean(table: pa.Table, rates: Array, place: NDArray[np.int64], size: int) -> Array:
    """Trade-weighted means by place, over rows whose rate is known; NaN where there are none."""
    known = ~np.isnan(rates)
    value = table["value"].to_numpy()[known]
    weight = np.bincount(place[known], value, size)
    above = np.bincount(place[known], value * rates[known], size)
    return np.divide(above, weight, out=np.full(size, np.nan), where=weight > 0)


def _table(trade: _Trade, figures: dict[str, Array], destination: Any, product: Any) -> pa.Table:
    """Rows of market x product that the origin could supply or does supply, of those asked for."""
    shape = trade.imports.shape
    asked = np.zeros(shape, bool)
    markets, products = wanted(trade.markets, destination, "destination"), wanted(trade.products, product, "product")
    asked[np.ix_(markets, products)] = True
    asked[[place for place, name in enumerate(trade.markets) if name == trade.sellers[trade.seller]]] = False
    shown = asked & (((trade.exports[trade.seller] > 0) & (trade.imports > 0)) | (trade.own > 0))
    market, item = np.nonzero(shown)
    origin = np.full(len(market), trade.seller)
    labels = {
        "origin": (trade.sellers, origin),
        "destination": (trade.markets, market),
        "product": (trade.products, item),
    }
    return long(None, labels, {name: np.broadcast_to(values, shape)[shown] for name, values in figures.items()})
