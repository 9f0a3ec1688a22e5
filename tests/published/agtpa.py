"""Estimates of the Advanced Guide to Trade Policy Analysis (Yotov et al. 2016), column by column of its tables.

Each column is one call of `hansa.ppml` or `hansa.ols`. Variables are made as in its do-files and notebooks of the R
package tradepolicy make them: output and expenditure are sums of trade with domestic sales, remoteness of an exporter
is the sum over importers of distance times world trade over their expenditure, and the domestic pairs share one effect.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa

import hansa
from hansa.gravity.fit import GravityFit
from hansa.gravity.wald import ratio_change

VARIABLES = """
with panel as (
    select * from read_parquet($path) where year in (1986, 1990, 1994, 1998, 2002, 2006)
), sizes as (
    select *, sum(trade) over (partition by exporter, year) as output,
        sum(trade) over (partition by importer, year) as expenditure,
        sum(trade) over (partition by year) as world
    from panel
)
select *,
    sum(dist * world / expenditure) over (partition by exporter, year) as remoteness_exp,
    sum(dist * world / output) over (partition by importer, year) as remoteness_imp,
    exporter = importer as domestic,
    (exporter <> importer)::int as border,
    (exporter = importer)::int as smctry,
    case when exporter = importer then 0 else ln(dist) end as log_dist_intl,
    case when exporter = importer then ln(dist) else 0 end as log_dist_intra,
    case when exporter = importer then exporter else 'inter' end as intra_pair,
    case when exporter = importer then -1 else pair_id end as pair_id_2
from sizes order by exporter, importer, year
"""
TWO = "exporter^year + importer^year"
USUAL = "cntg + lang + clny"
SIZES, REMOTENESS = "log(output) + log(expenditure)", "log(remoteness_exp) + log(remoteness_imp)"
BY_YEAR = f"i(year, log_dist_intl) + {USUAL}"
LAGS = "rta + rta_lag4 + rta_lag8 + rta_lag12"


@dataclass(frozen=True)
class Column:
    """A column of a table. rows : which of the panel it takes; linear : least squares; cluster : none is robust."""

    formula: str
    rows: str = "true"
    linear: bool = False
    cluster: str | None = "pair_id"


ABROAD, POSITIVE = "not domestic", "not domestic and trade > 0"
COLUMNS = {
    "1.1": Column(f"log(trade) ~ log(dist) + {USUAL} + {SIZES}", POSITIVE, True),
    "1.2": Column(f"log(trade) ~ log(dist) + {USUAL} + {SIZES} + {REMOTENESS}", POSITIVE, True),
    "1.3": Column(f"log(trade) ~ log(dist) + {USUAL} | {TWO}", POSITIVE, True),
    "1.4": Column(f"trade ~ log(dist) + {USUAL} | {TWO}", ABROAD),
    "2.1": Column(f"log(trade) ~ {BY_YEAR} | {TWO}", POSITIVE, True),
    "2.2": Column(f"trade ~ {BY_YEAR} | {TWO}", ABROAD),
    "2.3": Column(f"trade ~ {BY_YEAR} + log_dist_intra | {TWO}"),
    "2.4": Column(f"trade ~ {BY_YEAR} + log_dist_intra + smctry | {TWO}"),
    "2.5": Column(f"trade ~ {BY_YEAR} + i(intra_pair, ref='ARG') | {TWO}"),
    "3.1": Column(f"log(trade) ~ log(dist) + {USUAL} + rta | {TWO}", POSITIVE, True),
    "3.2": Column(f"trade ~ log(dist) + {USUAL} + rta | {TWO}", ABROAD),
    "3.3": Column(f"trade ~ log(dist) + {USUAL} + rta | {TWO} + intra_pair"),
    "3.4": Column(f"trade ~ rta | {TWO} + pair_id_2"),
    "3.5": Column(f"trade ~ rta + rta_lead4 | {TWO} + pair_id_2"),
    "3.6": Column(f"trade ~ {LAGS} | {TWO} + pair_id_2"),
    "3.7": Column(f"trade ~ {LAGS} + i(year, border, ref=2006) | {TWO} + pair_id_2"),
    "borders": Column("trade ~ ln_DIST + CNTG + INTL_BRDR | exporter + importer", cluster=None),
    "agreements": Column(f"trade ~ rta | {TWO} + pair_id_2", cluster=None),
    "pairs": Column(
        f"cost ~ log(dist) + {USUAL} | exporter + importer", f"{ABROAD} and year = 1994 and not isnan(cost)"
    ),
}


@dataclass(frozen=True, eq=False)
class Panel:
    """The panel with its variables; equal to itself only, so that fits of it can be kept."""

    table: pa.Table


@cache
def read_panel(path: Path) -> Panel:
    """The years of the guide, with the variables that its columns need."""
    return Panel(duckdb.sql(VARIABLES, params={"path": str(path)}).to_arrow_table())


@cache
def read_cross_section(path: Path) -> Panel:
    """The cross-section of 2006 that the simulation without borders starts from."""
    return Panel(duckdb.read_parquet(str(path)).to_arrow_table())


@cache
def read_pair_costs(path: Path) -> Panel:
    """The panel with the trade costs that the pair effects of table 3, column 4 stand for, up to a factor."""
    panel = read_panel(path)
    effects = {row["pair_id_2"]: row["effect"] for row in fitted(panel, "3.4").effects()["pair_id_2"].rows()}
    costs = [math.exp(effects.get(pair, math.nan)) for pair in panel.table["pair_id_2"].to_pylist()]
    return Panel(panel.table.append_column("cost", pa.array(costs)))


@cache
def fitted(data: Panel, column: str, more: str = "") -> GravityFit:
    """The fit of a column, with a further term where one is named."""
    asked = COLUMNS[column]
    rows = duckdb.from_arrow(data.table).filter(asked.rows).to_arrow_table()
    if more:
        rows = rows.append_column(more, pa.array(index(fitted(data, column)) ** 2))
    formula = asked.formula.replace(" ~ ", f" ~ {more} + ") if more else asked.formula
    return (hansa.ols if asked.linear else hansa.ppml)(formula, rows, cluster=asked.cluster)


def index(fit: GravityFit) -> np.ndarray:
    """The linear part of a fit for each row."""
    return fit.fitted if fit.covariance.degrees else np.log(fit.fitted)


def coefficients(data: Panel, column: str) -> Mapping[str, float]:
    return {row["term"]: row["coefficient"] for row in fitted(data, column).result.rows()}


def errors(data: Panel, column: str) -> Mapping[str, float]:
    return {row["term"]: row["error"] * _factor(fitted(data, column)) for row in fitted(data, column).result.rows()}


def rows_used(data: Panel, column: str) -> int:
    return fitted(data, column).solution.row.size


def r2(data: Panel, column: str) -> float:
    return fitted(data, column).solution.r2


def change_of_distance(data: Panel, column: str) -> Mapping[str, float]:
    """Change of the coefficient of distance from 1986 to 2006 in per cent, and its error."""
    fit = fitted(data, column)
    (row,) = ratio_change(fit, "year::2006:log_dist_intl", "year::1986:log_dist_intl").rows()
    return {"change": row["estimate"], "error": row["error"] * _factor(fit)}


def sum_of_agreements(data: Panel, column: str) -> Mapping[str, float]:
    """Sum of the coefficients of agreements, their lags and leads, and its error."""
    terms = [term for term in coefficients(data, column) if term.startswith("rta")]
    (row,) = fitted(data, column).wald(" + ".join(terms)).rows()
    return {"sum": row["estimate"], "error": row["error"]}


def reset(data: Panel, column: str) -> float:
    """p of the squared index as a further regressor (Ramsey's RESET), under the normal distribution."""
    fit = fitted(data, column, "index2")
    row = next(row for row in fit.result.rows() if row["term"] == "index2")
    return math.erfc(abs(row["coefficient"] / row["error"] / _factor(fit)) / math.sqrt(2))


def _factor(fit: GravityFit) -> float:
    """What was printed for least squares has G/(G-1) alone; `stata` has (n-1)/(n-k) as well."""
    if fit.covariance.degrees is None:
        return 1.0
    G = fit.covariance.clusters[0]
    return math.sqrt(G / (G - 1) / fit.covariance.factor)
