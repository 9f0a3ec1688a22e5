"""The one door for frames."""

import threading
from pathlib import Path

import duckdb
import narwhals.stable.v2 as nw
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from hansa.errors import DataError
from hansa.tables import Column, Schema, collect, connection, frame

COLUMNS = {"origin": ["A", "B", None], "value": [1.0, None, 3.0]}
SCHEMA = Schema("flows", (Column("origin", aliases=("exporter", "i")), Column("value", "number", aliases=("v",))))


def _parquet(folder: Path) -> Path:
    pq.write_table(pa.table(COLUMNS), folder / "t.parquet")
    return folder / "t.parquet"


ENGINES = {
    "mapping": lambda folder: COLUMNS,
    "arrow": lambda folder: pa.table(COLUMNS),
    "pandas": lambda folder: pd.DataFrame(COLUMNS),
    "polars": lambda folder: pl.DataFrame(COLUMNS),
    "polars lazy": lambda folder: pl.LazyFrame(COLUMNS),
    "duckdb": lambda folder: duckdb.from_arrow(pa.table(COLUMNS)),
    "duckdb of another connection": lambda folder: duckdb.connect().from_arrow(pa.table(COLUMNS)),
    "narwhals": lambda folder: nw.from_native(pl.DataFrame(COLUMNS)),
    "narwhals lazy": lambda folder: nw.from_native(pl.LazyFrame(COLUMNS)),
    "path": _parquet,
    "path as text": lambda folder: str(_parquet(folder)),
}


@pytest.mark.parametrize("engine", ENGINES)
def test_every_frame_comes_in_with_its_nulls(engine: str, tmp_path: Path):
    table = frame(ENGINES[engine](tmp_path))
    assert isinstance(table, nw.LazyFrame)
    assert collect(table).to_pydict() == COLUMNS


@pytest.mark.parametrize("engine", ["mapping", "arrow", "pandas", "polars"])
def test_an_eager_frame_becomes_a_relation(engine: str, tmp_path: Path):
    """Windows of narwhals on a PyArrow table mix rows; nothing is computed on one."""
    assert isinstance(frame(ENGINES[engine](tmp_path)).to_native(), duckdb.DuckDBPyRelation)


def test_windows_over_an_arrow_table_keep_their_rows():
    """On 441,984 rows narwhals gave two thirds of these sums to the wrong row when it computed on PyArrow itself."""
    count = 441_984
    group = [n * 7919 % 1009 for n in range(count)]
    table = frame(pa.table({"group": group, "value": [float(g) for g in group]}))
    total = nw.col("value").sum().over("group")
    wrong = table.with_columns(total.alias("total"), nw.len().over("group").alias("n")).filter(
        (nw.col("total") - nw.col("group") * nw.col("n")).abs() > 1e-6
    )
    assert collect(wrong).num_rows == 0


def test_what_is_no_table_is_refused():
    with pytest.raises(
        DataError, match="A set is no table that Hansa can read. Give a DuckDB, pandas, polars, PyArrow"
    ):
        frame({1, 2})


def test_columns_of_unequal_length_are_refused():
    with pytest.raises(DataError, match="The columns cannot be one table"):
        frame({"origin": ["A", "B"], "value": [1.0]})


def test_a_file_that_is_not_there(tmp_path: Path):
    with pytest.raises(DataError, match=r"no\.parquet: There is no such file. Give the path of a Parquet file."):
        frame(tmp_path / "no.parquet")


def test_a_file_that_is_no_parquet(tmp_path: Path):
    (tmp_path / "t.parquet").write_bytes(b"PAR1 and then nothing")
    with pytest.raises(DataError, match=r"t\.parquet: The file is no readable Parquet file \("):
        frame(tmp_path / "t.parquet")


def test_one_connection_for_all_threads():
    found = []
    threads = [threading.Thread(target=lambda: found.append(connection())) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(map(id, found))) == 1


def test_a_schema_renames_aliases_in_any_case():
    assert SCHEMA.rename(["EXPORTER", "V"]) == {"EXPORTER": "origin", "V": "value"}
    assert SCHEMA.rename(["Origin", "value", "extra"]) == {"Origin": "origin"}
    assert SCHEMA.rename(["origin", "i", "value"]) == {}


def test_two_columns_for_one_meaning_are_refused():
    with pytest.raises(DataError, match="Columns 'exporter' and 'i' both mean 'origin'. Keep one, or call it so."):
        SCHEMA.rename(["exporter", "i", "value"])


def test_a_column_that_is_missing_is_named_with_its_aliases():
    with pytest.raises(DataError) as refused:
        SCHEMA.rename(["who", "value"])
    assert str(refused.value) == (
        "A table of flows needs a column 'origin' (also known as exporter, i); this one has 'who', 'value'."
    )


def test_whole_numbers_become_floats_since_sums_of_integers_may_run_over():
    taken = SCHEMA.take({"origin": ["A"], "value": [2**62]})
    assert taken.collect_schema()["value"] == nw.Float64


def test_decimals_become_floats():
    relation = connection().sql("select 'A' as origin, 1.25::decimal(18, 3) as value")
    assert collect(SCHEMA.take(relation)).to_pydict() == {"origin": ["A"], "value": [1.25]}


def test_text_for_numbers_is_refused():
    with pytest.raises(DataError, match="Column 'value' of the flows holds String, not numbers. Convert it first."):
        SCHEMA.take({"origin": ["A"], "value": ["1,5"]})


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (pd.DataFrame(), "no columns"),
        ({"A": 10.0}, "Column 'A' is to be a list of cells, not the number 10.0"),
        (pd.DataFrame([[1, 2]], columns=["value", "value"]), "'value'"),
        (pa.table([[1], [2]], names=["value", "value"]), "Column 'value' stands twice"),
        (pd.DataFrame({"origin": ["A", 1]}), "cannot be one table"),
        (pd.DataFrame({"period": pd.period_range("2021", periods=2, freq="Y")}), r"frame\['period'\].astype\(str\)"),
    ],
)
def test_a_frame_that_is_no_table_is_refused(data, said):
    with pytest.raises(DataError, match=said):
        frame(data)


def test_a_column_of_lists_is_refused():
    with pytest.raises(DataError, match="one label or number a row"):
        SCHEMA.take({"origin": [["A"]], "value": [1.0]})
