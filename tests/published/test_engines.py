"""The same figures, whichever engine holds the input: relative difference at most 1e-9, nulls in the same places."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.published.cases import compute, read_cases

# one case of each indicator: what differs between engines is how the rows are summed, not the arithmetic after it
CASES = list({case.method: case for case in read_cases() if "." not in case.method and not case.reader}.values())
ENGINES: dict[str, Callable[[pa.Table], Any]] = {
    "duckdb": duckdb.from_arrow,
    "pandas": lambda table: table.to_pandas().set_index(pd.RangeIndex(7, 7 + table.num_rows)),
    "polars": pl.from_arrow,
    "polars lazy": lambda table: pl.from_arrow(table).lazy(),
}


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.file}:{case.name}")
@pytest.mark.parametrize("engine", ENGINES)
def test_every_engine_gives_the_same(case, engine: str):
    _compare(compute(case), compute(case, give=ENGINES[engine]))


@pytest.mark.spark
@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.file}:{case.name}")
def test_spark_gives_the_same(case, spark, tmp_path: Path):
    def read(table: pa.Table) -> Any:
        pq.write_table(table, tmp_path / "flows.parquet")
        return spark.read.parquet(str(tmp_path / "flows.parquet"))

    _compare(compute(case), compute(case, give=read))


@pytest.fixture(scope="module")
def spark(java: Path) -> Iterator[Any]:
    from pyspark.sql import SparkSession  # optional dependency

    settings = {"spark.ui.enabled": "false", "spark.sql.shuffle.partitions": "1", "spark.driver.host": "127.0.0.1"}
    builder = SparkSession.builder.master("local[1]").appName("hansa")
    for name, value in settings.items():
        builder = builder.config(name, value)
    session = builder.getOrCreate()
    yield session
    session.stop()


def _compare(here: list[tuple[str, Any, Any]], there: list[tuple[str, Any, Any]]) -> None:
    for (label, _, one), (_, _, other) in zip(here, there, strict=True):
        if isinstance(one, float) and isinstance(other, float):
            assert math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-12) or (one != one and other != other), label
        else:
            assert one == other, label
