"""The two applications of chapter 2 of the Advanced Guide to Trade Policy Analysis (Yotov et al. 2016), three times.

`conditional` and `full` are ours, from the fits of `tests.published.agtpa`: nothing is estimated again. `rounds` does
what the Guide's Stata programs do, with their stop rule: trade is moved by changes of prices and resistances of the
last round and fitted again, until the changes of prices of two rounds differ by less than 0.01. It is here to show that
the distance between `full` and the printed figures is what these rounds leave.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from hansa.dense import dense, labels
from hansa.equilibrium import structural_gravity
from tests.published import agtpa

Array = NDArray[np.float64]
SIGMA, REFERENCE, STOP = 7.0, "DEU", 0.01
NAFTA = ("CAN", "MEX", "USA")
FIGURES = {  # of the Guide: column of its results
    "conditional": {"exports": "change_Xi_CDL", "outward": "change_OMR_CDL", "inward": "change_IMR_CDL"},
    "full": {
        "exports": "change_Xi_FULL",
        "price": "change_price_FULL",
        "inward": "change_IMR_FULL",
        "real_output": "change_rGDP_FULL",
    },
}


@dataclass(frozen=True, eq=False)
class Application:
    """An application: costs to the power 1 - sigma before and after, output and spending, and what the Guide printed.

    removing : per cent are of the level after, as the Guide has them where it takes an agreement away.
    """

    countries: tuple[str, ...]
    before: Array
    after: Array
    output: Array
    spending: Array
    removing: bool
    printed: Mapping[str, Mapping[str, float]]

    @property
    def reference(self) -> int:
        return self.countries.index(REFERENCE)


@cache
def read_borders(path: Path, estimates: tuple[float, float, float] | None = None) -> Application:
    """Trade without borders, 2006.

    estimates : of distance, contiguity and border; those of our own fit if not given.
    """
    panel = agtpa.read_cross_section(path)
    found = agtpa.coefficients(panel, "borders")
    b = estimates or tuple(found[term] for term in ("ln_DIST", "CNTG", "INTL_BRDR"))
    table = panel.table
    for side in ("exporter", "importer"):  # Germany is called ZZZ there
        names = ["DEU" if name == "ZZZ" else name for name in table[side].to_pylist()]
        table = table.set_column(table.column_names.index(side), side, pa.array(names))
    countries = labels(table, "exporter")
    trade, far, near, border = (_square(table, name, countries) for name in ("trade", "ln_DIST", "CNTG", "INTL_BRDR"))
    after = np.exp(b[0] * far + b[1] * near)
    printed = _printed(path, "trade_without_borders_2006")
    return Application(
        tuple(countries), after * np.exp(b[2] * border), after, trade.sum(1), trade.sum(0), False, printed
    )


@cache
def read_nafta(path: Path, estimate: float | None = None) -> Application:
    """NAFTA taken away, 1994. Costs are effects of pairs, and where these are missing what distance predicts.

    estimate : of agreements; that of our own fit if not given. Costs of home sales are 1.
    """
    panel, costs = agtpa.read_panel(path), agtpa.read_pair_costs(path)
    b = agtpa.coefficients(panel, "3.4")["rta"] if estimate is None else estimate
    year = duckdb.from_arrow(costs.table).filter("year = 1994").to_arrow_table()
    countries = labels(year, "exporter")
    abroad = duckdb.from_arrow(year).filter("not domestic").to_arrow_table()
    predicted = abroad.append_column("predicted", pa.array(agtpa.fitted(costs, "pairs").predict(abroad)))
    cost, trade, rta = (_square(year, name, countries) for name in ("cost", "trade", "rta"))
    instead = _square(predicted, "predicted", countries, missing=1.0)
    cost = np.where(np.isnan(cost), instead, cost) / cost[0, 0]
    without = rta.copy()
    members = [countries.index(name) for name in NAFTA]
    without[np.ix_(members, members)] = 0
    before, after = cost * np.exp(b * rta), cost * np.exp(b * without)
    return Application(tuple(countries), before, after, trade.sum(1), trade.sum(0), True, _printed(path, "nafta_1994"))


def conditional(data: Application, figure: str) -> Mapping[str, float]:
    """Ours: changes in per cent with output and spending held."""
    before, after = _baseline(data), _conditional(data)
    power = 1 / (1 - SIGMA)
    level = {
        "exports": lambda one: _exports(one.flow),
        "outward": lambda one: one.outward**power,
        "inward": lambda one: one.inward**power,
    }[figure]
    return _named(data, _change(data, level(before), level(after)))


def full(data: Application, figure: str) -> Mapping[str, float]:
    """Ours: changes in per cent in full equilibrium, solved to 1e-12.

    Exports are at spending E_i / Y_i times output, as the Guide's are; our trade is that times one number, with which
    the world spends what it earns.
    """
    before = _baseline(data)
    after = structural_gravity.full(before, data.after / data.before, SIGMA, reference=data.reference)
    one = np.ones_like(data.output)
    pairs = {
        "exports": (_exports(before.flow), _exports(after.flow) / after.scale),
        "price": (one, after.price_hat),
        "inward": (one, after.inward_hat),
        "real_output": (one, after.real_output_hat),
    }
    return _named(data, _change(data, *pairs[figure]))


def rounds(data: Application, figure: str) -> Mapping[str, float]:
    """The Guide's own iterations, stopped where its programs stop."""
    price, inward, outward, _ = _rounds(data)
    before = _baseline(data)
    spent = data.spending / data.output * price * data.output
    trade = (price * data.output / outward)[:, None] * data.after * (spent / inward)
    hat = (inward / before.inward) ** (1 / (1 - SIGMA))
    one = np.ones_like(price)
    if figure == "price" and data.removing:
        return _named(data, 100 * (1 - price))  # so the Guide has it, of the level before
    pairs = {
        "exports": (_exports(before.flow), _exports(trade)),
        "price": (one, price),
        "inward": (one, hat),
        "real_output": (one, price / hat),
    }
    return _named(data, _change(data, *pairs[figure]))


def number_of_rounds(data: Application) -> int:
    """How many rounds the Guide's stop rule takes."""
    return _rounds(data)[3]


def farthest(data: Application, way: str, figure: str) -> float:
    """The largest difference over all countries between a way to the equilibrium and what was printed, in points."""
    found = {"conditional": conditional, "full": full, "rounds": rounds}[way](data, figure)
    column = FIGURES["conditional" if way == "conditional" else "full"][figure]
    return max(abs(found[name] - data.printed[name][column]) for name in data.countries)


@cache
def _baseline(data: Application) -> structural_gravity.Conditional:
    return structural_gravity.conditional(data.before, data.output, data.spending, reference=data.reference)


@cache
def _conditional(data: Application) -> structural_gravity.Conditional:
    return structural_gravity.conditional(data.after, data.output, data.spending, reference=data.reference)


@cache
def _rounds(data: Application) -> tuple[Array, Array, Array, int]:
    """Prices, inward and outward powers, and rounds. pi, chi : exp of the effects of exporters and importers."""
    R, Y, E, power = data.reference, data.output, data.spending, 1 / (1 - SIGMA)
    first, now = _baseline(data), _conditional(data)
    pi_0, pi, chi, at_reference = _pi(first, Y, E[R], Y.sum()), _pi(now, Y, E[R], Y.sum()), _chi(now, E, E[R]), E[R]
    trade, price, last = now.flow, (pi / pi_0) ** power, np.zeros_like(Y)
    outward, inward = Y * E[R] / pi, E / (chi * E[R])
    by_outward, by_inward, count = np.ones_like(Y), np.ones_like(Y), 0
    while True:
        moved = trade * (price / by_outward)[:, None] * (price / by_inward)
        sold, bought = moved.sum(1), moved.sum(0)
        now = structural_gravity.conditional(data.after, sold, bought, reference=R)
        new_pi, chi = _pi(now, sold, bought[R], sold.sum()), _chi(now, bought, bought[R])
        trade, spent = now.flow, E / Y * sold
        change = ((new_pi / pi) / (spent[R] / at_reference)) ** power
        new_outward, new_inward = sold * spent[R] / new_pi, spent / (chi * spent[R])
        by_outward, by_inward = new_outward / outward, new_inward / inward
        moved_by, count = price - last, count + 1
        outward, inward, pi, at_reference, last, price = new_outward, new_inward, new_pi, spent[R], price, change
        if np.std(moved_by, ddof=1) <= STOP and abs(moved_by.max()) <= STOP:
            break
    total = ((pi / pi_0) / (at_reference / E[R])) ** power
    return total, inward, total * Y * at_reference / pi, count


def _pi(found: structural_gravity.Conditional, sold: Array, at_reference: float, world: float) -> Array:
    return sold / world * at_reference / found.outward


def _chi(found: structural_gravity.Conditional, bought: Array, at_reference: float) -> Array:
    return bought / at_reference / found.inward


def _change(data: Application, before: Array, after: Array) -> Array:
    return 100 * (before / after - 1 if data.removing else after / before - 1)


def _exports(flow: Array) -> Array:
    return np.asarray(flow.sum(axis=1) - np.diagonal(flow))


def _named(data: Application, values: Array) -> Mapping[str, float]:
    return dict(zip(data.countries, values.tolist(), strict=True))


def _square(table: pa.Table, name: str, countries: list[str], missing: float | None = None) -> Array:
    return dense(table, ["exporter", "importer"], name, [countries, countries], missing=missing)


def _printed(path: Path, application: str) -> Mapping[str, Mapping[str, float]]:
    with (path.parent / "reference" / f"ge_{application}_stata.csv").open(newline="") as lines:
        return {row.pop("country"): {name: float(cell) for name, cell in row.items()} for row in csv.DictReader(lines)}
