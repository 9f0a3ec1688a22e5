"""The world without noise as tables, for those who check what an estimate or a model makes of the reports."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from hansa.sample import world
from hansa.sample.blueprint import Plan

Array = NDArray[np.float64]

README = """# Truth of the sample world (generated, fictional)

What the reports in this store are noisy pictures of. Model: Armington trade in many products, technology and trade
costs as in Eaton and Kortum (2002), tariffs with revenue as in Caliendo and Parro (2015), labour the only input;
deficits are fixed in USD and world output (wages x labour) is the numeraire.

    share_ijk = T_ik (w_i d_ijk (1 + t_ijk))^-theta_k / sum of the same over origins
    flow_ijk = share_ijk alpha_jk I_j / (1 + t_ijk)
    I_j = w_j L_j + tariff revenue_j + deficit_j;  w_i L_i = sum over j, k of flow_ijk

| table | holds |
|---|---|
| flow | trade in USD at the origin's border (FOB), before tariff; origin = destination: sales at home |
| trade_cost | iceberg factor d; no row where nothing is shipped; barriers, blocs and agreements are in it |
| tariff | ad-valorem rate t of the destination, where something is shipped |
| cif_rate | (CIF - FOB) / FOB in the destination's report (only there; it is no cost beside d) |
| region | labour L, wage w, gdp = w L + revenue, tariff revenue, deficit, spending I, price index of spending |
| output, expenditure | by product: sales at the origin's price; spending with tariff |
| technology, taste | T, and alpha (share of a product in spending) |
| product | group, elasticity theta, complexity, unit value (USD/kg), whether it is a service |
| parameter | every number of ln d = distance ln(km/1000) + border + ..., CIF rule and thresholds |
| agreement, bloc, barrier, closing | what changed trade costs, and when (from, until: years) |
| report_error | standard deviation of the log error of each region's reports |
| statement (CSV) | what each claim in statements/ is worth: true or false by every report, ambiguous, uncheckable |
| commitment (CSV) | what becomes of each target, barrier and gap of register/; effect: on trade against competitors |
| scenario_region, scenario_flow | the scenario: the last year before and after; *_hat = after / before |
"""


def tables(
    p: Plan, b: world.Blueprint, w: world.Truth, rate: Array, errors: tuple[Array, Array]
) -> dict[str, pa.Table]:
    """Every table of the truth by name."""
    years, codes = [str(year) for year in p.years], p.codes
    products = [product["code"] for product in p.products]
    ways, cells = ("period", "product", "origin", "destination"), [years, products, codes, codes]
    open_: NDArray[np.bool_] = np.isfinite(w.trade_cost) & (w.flow > 0)
    abroad = open_ & ~np.eye(len(codes), dtype=bool)
    spent = w.taste * w.income[:, None, :]
    return {
        "flow": long_table({"value": _where(open_, w.flow)}, ways, cells),
        "trade_cost": long_table({"value": _where(open_, w.trade_cost)}, ways, cells),
        "tariff": long_table({"value": _where(abroad, w.tariff)}, ways, cells),
        "cif_rate": long_table({"value": _where(np.asarray(abroad.any(axis=0)), rate)}, ways[1:], cells[1:]),
        "region": _regions(years, codes, w),
        "output": long_table({"value": _positive(w.flow.sum(axis=-1))}, ("period", "product", "region"), cells[:3]),
        "expenditure": long_table({"value": spent}, ("period", "product", "region"), cells[:3]),
        "technology": long_table({"value": _positive(w.technology)}, ("period", "product", "region"), cells[:3]),
        "taste": long_table({"value": w.taste}, ("product", "region"), cells[1:3]),
        "product": _products(p, b),
        "parameter": _parameters(p),
        "agreement": _listed(p.choices["agreement"], ("name", "party", "partner", "from"), _agreement),
        "bloc": _blocs(p),
        "barrier": _listed(
            p.choices["barrier"], ("name", "origin", "destination", "group", "equivalent", "until"), _barrier
        ),
        "closing": _listed(p.choices["closed"], ("origins", "destination", "from"), _closing),
        "report_error": pa.table({"region": codes, "as_origin": errors[0], "as_destination": errors[1]}),
        **_scenario(p, b, w, products),
    }


def long_table(figures: dict[str, Array], axes: Sequence[str], labels: Sequence[Sequence[str]]) -> pa.Table:
    """An array of any number of axes as rows: a column for each axis, then the figures; no row where the first is NaN.

    >>> long_table({"value": np.array([[1.0, np.nan]])}, ("a", "b"), [["x"], ["y", "z"]]).to_pylist()
    [{'a': 'x', 'b': 'y', 'value': 1.0}]
    """
    first = next(iter(figures.values()))
    places = np.nonzero(~np.isnan(first))
    columns: dict[str, Any] = {
        axis: pa.array(list(names), pa.string()).take(pa.array(place))
        for axis, names, place in zip(axes, labels, places, strict=True)
    }
    for name, array in figures.items():
        columns[name] = pa.array(array[places], from_pandas=True)  # NaN is null
    return pa.table(columns)


def _where(mask: NDArray[np.bool_], figures: Array) -> Array:
    return np.where(mask, figures, np.nan)


def _positive(figures: Array) -> Array:
    return _where(figures > 0, figures)


def _regions(years: list[str], codes: list[str], w: world.Truth) -> pa.Table:
    figures = {
        "labour": w.labour,
        "wage": w.wage,
        "gdp": w.wage * w.labour + w.revenue,
        "tariff_revenue": w.revenue,
        "deficit": w.deficit,
        "spending": w.income,
        "price": w.price,
    }
    return long_table(figures, ("period", "region"), [years, codes])


def _products(p: Plan, b: world.Blueprint) -> pa.Table:
    return pa.table(
        {
            "product": [product["code"] for product in p.products],
            "group": [product["group"] for product in p.products],
            "elasticity": b.elasticity.tolist(),
            "complexity": b.complexity.tolist(),
            "unit_value": [product.get("unit_value") for product in p.products],
            "service": b.services.tolist(),
        }
    )


def _parameters(p: Plan) -> pa.Table:
    tables = {name: p.choices[name] for name in ("trade_cost", "cif")}
    reports = p.choices["reports"]
    tables["reports"] = {name: value for name, value in reports.items() if isinstance(value, int | float)}
    names = [(table, name, float(value)) for table, said in tables.items() for name, value in said.items()]
    return pa.table({"table": [n[0] for n in names], "name": [n[1] for n in names], "value": [n[2] for n in names]})


def _listed(entries: list[dict[str, Any]], names: tuple[str, ...], row: Any) -> pa.Table:
    rows = [row(entry) for entry in entries]
    return pa.table({name: [cells[place] for cells in rows] for place, name in enumerate(names)})


def _agreement(entry: dict[str, Any]) -> tuple[Any, ...]:
    return entry["name"], *entry["parties"], entry["from"]


def _barrier(entry: dict[str, Any]) -> tuple[Any, ...]:
    last = entry["removed"] - 1 if "removed" in entry else None
    return entry["name"], entry["origin"], entry["destination"], entry["group"], entry["equivalent"], last


def _closing(entry: dict[str, Any]) -> tuple[Any, ...]:
    return entry["origins"], entry["destination"], entry["from"]


def _blocs(p: Plan) -> pa.Table:
    rows = [(bloc, code, p.years[0]) for code, bloc in p.blocs.items() if bloc]
    rows += [(join["bloc"], join["region"], join["from"]) for join in p.choices["joins"]]
    return pa.table({name: [row[n] for row in rows] for n, name in enumerate(("bloc", "member", "from"))})


def _scenario(p: Plan, b: world.Blueprint, w: world.Truth, products: list[str]) -> dict[str, pa.Table]:
    said, codes = p.choices["scenario"], p.codes
    one, other = (codes.index(code) for code in said["parties"])
    after = world.scenario(b, w, one, other, said["factor"])
    spending, price = after.income / w.income[-1], after.price / w.price[-1]
    figures = {
        "wage_hat": after.wage / w.wage[-1],
        "spending_hat": spending,
        "price_hat": price,
        "welfare_hat": spending / price,
        "output_before": w.flow[-1].sum(axis=0).sum(axis=-1),
        "output_after": after.flow.sum(axis=0).sum(axis=-1),
        "tariff_revenue_before": w.revenue[-1],
        "tariff_revenue_after": after.revenue,
    }
    before = _where(w.flow[-1] > 0, w.flow[-1])
    return {
        "scenario_region": long_table(figures, ("region",), [codes]),
        "scenario_flow": long_table(
            {"before": before, "after": after.flow}, ("product", "origin", "destination"), [products, codes, codes]
        ),
    }
