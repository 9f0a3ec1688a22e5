"""Every indicator of the catalogue, whichever engine holds the flows: rtol 1e-9, nulls in the same places.

DuckDB is the installed one; `make test-oldest` runs the same on the oldest that is supported.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from hansa.indicator import Indicator
from hansa.indicators import catalogue
from hansa.result import Result
from hansa.trade.flows import Flows, as_flows

REGIONS, PRODUCTS, PERIODS = "ABCDEFG", ["010101", "020202", "030303", "040404", "050505"], ["2020", "2021", "2022"]


def _parquet(table: pa.Table, folder: Path) -> str:
    pq.write_table(table, folder / "flows.parquet")
    return str(folder / "flows.parquet")


ENGINES: dict[str, Callable[[pa.Table, Path], Any]] = {
    "duckdb": lambda table, folder: duckdb.connect().from_arrow(table),
    "duckdb file": _parquet,
    "pandas": lambda table, folder: table.to_pandas(),
    "pandas indexed": lambda table, folder: table.to_pandas().set_index(pd.RangeIndex(7, 7 + table.num_rows)),
    "polars": lambda table, folder: pl.from_arrow(table),
    "polars lazy": lambda table, folder: pl.from_arrow(table).lazy(),
    "shuffled": lambda table, folder: table.take(random.Random(3).sample(range(table.num_rows), table.num_rows)),
}
# what must be told beside the flows
GIVEN: dict[str, Any] = {
    "bloc": ["A", "B"],
    "origin": "A",
    "closed": "B",
    "lost": "B",
    "destination": "C",
    "demand_elasticity": 2.0,
}

BESIDE = {"gravity_potential": ("distance",)}  # tables without which it knows no region of these


def _table() -> pa.Table:
    """Two thirds of all flows; region G only buys, product 050505 is sold by two; so some figures do not exist."""
    draw = random.Random(11)
    rows = [
        (period, origin, destination, product, round(draw.lognormvariate(3, 1.5), 3), draw.randint(1, 500))
        for period in PERIODS
        for origin in REGIONS[:-1]
        for destination in REGIONS
        for product in PRODUCTS
        if origin != destination and draw.random() < 0.67 and (product != "050505" or origin in "AB")
    ]
    names = ("period", "origin", "destination", "product", "value", "quantity")
    return pa.table(dict(zip(names, map(list, zip(*rows, strict=True)), strict=True)))


def _side(measure: str) -> pa.Table:
    """A side table: of regions and products, or of regions and periods."""
    draw = random.Random(measure)
    if measure == "input_share":
        return pa.table({"product": PRODUCTS[:1] * 4, "input": PRODUCTS[1:], "value": [0.1] * 4})
    if measure == "distance":
        pairs = [(one, other, 100 + 900 * draw.random()) for one in REGIONS for other in REGIONS if one < other]
        return pa.table(dict(zip(("region", "partner", "value"), map(list, zip(*pairs, strict=True)), strict=True)))
    if measure in ("tariff", "ntm"):
        figure = draw.random if measure == "tariff" else lambda: float(draw.random() < 0.5)
        rows = [(region, product, figure()) for region in REGIONS for product in PRODUCTS]
        return pa.table(dict(zip(("region", "product", "value"), map(list, zip(*rows, strict=True)), strict=True)))
    rows = [(region, period, 1000 * (1 + draw.random())) for region in REGIONS for period in PERIODS]
    return pa.table(dict(zip(("region", "period", "value"), map(list, zip(*rows, strict=True)), strict=True)))


def _ask(entry: Indicator, flows: Flows) -> Result:
    parameters = {parameter.name: parameter for parameter in entry.parameters()}
    given = {name: _side(name) for name in (*entry.needs, *BESIDE.get(entry.key, ()))}
    required = [name for name, parameter in parameters.items() if parameter.default is parameter.empty]
    given |= {name: GIVEN[name] for name in required if name not in given}
    return entry.function(flows, **given)


def _rows(result: Result) -> list[tuple[Any, ...]]:
    table = result.to_arrow()
    figures = [name for name in table.column_names if pa.types.is_floating(table[name].type)]
    labels = [name for name in table.column_names if name not in figures]
    return sorted((tuple(str(row[k]) for k in labels), tuple(row[k] for k in figures)) for row in table.to_pylist())


def _same(here: list[Any], there: list[Any]) -> None:
    assert [labels for labels, _ in here] == [labels for labels, _ in there]
    for (labels, ours), (_, others) in zip(here, there, strict=True):
        for one, other in zip(ours, others, strict=True):
            assert (one is None) == (other is None), labels
            assert one is None or math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-12), labels


@pytest.fixture(scope="module")
def reference() -> Flows:
    """The flows as they come in from PyArrow."""
    return as_flows(_table())


@pytest.fixture(scope="module")
def others(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Flows]:
    """The same flows in every other engine."""
    folder = tmp_path_factory.mktemp("engines")
    return {name: as_flows(give(_table(), folder)) for name, give in ENGINES.items()}


@pytest.mark.parametrize("key", sorted(catalogue))
def test_every_engine_gives_the_same(key: str, reference: Flows, others: dict[str, Flows]):
    wanted = _rows(_ask(catalogue[key], reference))
    for name, flows in others.items():
        try:
            _same(wanted, _rows(_ask(catalogue[key], flows)))
        except AssertionError as difference:
            raise AssertionError(f"{key} on {name}: {difference}") from None


def test_the_comparison_sees_figures_and_nulls(reference: Flows):
    figures = [x for entry in catalogue.values() for _, row in _rows(_ask(entry, reference)) for x in row]
    assert sum(x is None for x in figures) > 20
    assert sum(x is not None for x in figures) > 2000


@pytest.fixture(scope="module")
def spark(java: Path) -> Iterator[Any]:
    """A local Spark."""
    from pyspark.sql import SparkSession

    settings = {"spark.ui.enabled": "false", "spark.sql.shuffle.partitions": "2", "spark.driver.host": "127.0.0.1"}
    builder = SparkSession.builder.master("local[2]").appName("hansa")
    for name, value in settings.items():
        builder = builder.config(name, value)
    session = builder.getOrCreate()
    yield session
    session.stop()


@pytest.fixture(scope="module")
def on_spark(spark: Any, tmp_path_factory: pytest.TempPathFactory) -> Flows:
    """The same flows in Spark."""
    return as_flows(spark.read.parquet(_parquet(_table(), tmp_path_factory.mktemp("spark"))))


@pytest.mark.spark
@pytest.mark.parametrize("key", sorted(catalogue))
def test_spark_gives_the_same(key: str, reference: Flows, on_spark: Flows):
    _same(_rows(_ask(catalogue[key], reference)), _rows(_ask(catalogue[key], on_spark)))
