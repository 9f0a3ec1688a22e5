"""Columns as numbers and as levels, from every kind of cell."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from hansa.errors import DataError
from hansa.gravity.column import Coded, coded, compressed, crossed, names_of, numbers, sheet


def cells(frame: Any, name: str) -> Any:
    names, held = names_of(frame)
    return sheet(held, names, [name]).read(name)


@pytest.mark.parametrize(
    ("values", "labels", "of_row"),
    [
        (["RUS", "BLR", None, "RUS"], ["BLR", "RUS"], [1, 0, -1, 1]),
        ([1990, 1986, 1990], [1986, 1990], [1, 0, 1]),
        ([1990, None, 1986], [1986, 1990], [1, -1, 0]),
        ([-3, 5, 10**12], [-3, 5, 10**12], [0, 1, 2]),
        ([2.5, 1.0], [1, 2.5], [1, 0]),
        ([True, False, True], [False, True], [1, 0, 1]),
        (
            [datetime.date(2021, 1, 1), datetime.date(2020, 1, 1)],
            [datetime.date(2020, 1, 1), datetime.date(2021, 1, 1)],
            [1, 0],
        ),
    ],
)
@pytest.mark.parametrize("kind", ["pandas", "polars", "pyarrow"])
def test_levels_are_sorted_labels(kind: str, values: list[Any], labels: list[Any], of_row: list[int]):
    table = pa.table({"x": values})
    frame = {"pandas": table.to_pandas, "polars": lambda: pl.from_arrow(table), "pyarrow": lambda: table}[kind]()
    found = coded(cells(frame, "x"))
    assert found.labels == labels
    assert found.of_row.tolist() == of_row
    assert found.of_row.dtype == np.int32


def test_integers_at_the_ends_of_their_type():
    found = coded(np.array([-128, 127, 0], np.int8))
    assert found.labels == [-128, 0, 127]
    assert found.of_row.tolist() == [0, 2, 1]
    wide = coded(np.array([np.iinfo(np.int64).min, np.iinfo(np.int64).max]))
    assert wide.of_row.tolist() == [0, 1]

    beyond = coded(np.array([2**63, 2**63 + 1], np.uint64))
    assert (beyond.labels, beyond.of_row.tolist()) == ([2**63, 2**63 + 1], [0, 1])


@pytest.mark.parametrize("kind", ["pandas", "polars", "pyarrow"])
def test_long_codes_stay_apart_beside_empty_cells(kind: str):
    codes = [2**53, 2**53 + 1, None]
    frame = {
        "pandas": lambda: pd.DataFrame({"x": pd.array(codes, "Int64")}),
        "polars": lambda: pl.DataFrame({"x": codes}),
        "pyarrow": lambda: pa.table({"x": codes}),
    }[kind]()
    assert coded(cells(frame, "x")).labels == codes[:2]


def test_categories_that_no_row_has_are_no_levels():
    series = pd.Categorical(["b", "a", "b"], categories=["c", "b", "a"])
    assert coded(cells(pd.DataFrame({"x": series}), "x")).labels == ["a", "b"]


def test_a_dictionary_that_says_one_label_twice():
    twice = pa.DictionaryArray.from_arrays(pa.array([0, 1, 2]), pa.array(["a", "b", "a"]))
    found = coded(twice)
    assert (found.labels, found.of_row.tolist()) == (["a", "b"], [0, 1, 0])


@pytest.mark.parametrize("size", [10, 10**9])
def test_codes_are_closed_up_in_their_order_by_table_and_by_hash(size: int):
    places, present = compressed(np.array([7, 2, 7, 9]), size)
    assert places.tolist() == [1, 0, 1, 2]
    assert present.tolist() == [2, 7, 9]


def test_crossing_more_combinations_than_32_bits_count():
    rng = np.random.default_rng(5)
    parts = [Coded(list(range(60_000)), rng.permutation(60_000).astype(np.int32)) for _ in range(3)]
    of_row, labels = crossed(parts)
    assert labels.shape == (60_000, 3)
    for place, part in enumerate(parts):
        assert np.array_equal(labels[of_row, place], part.of_row)
    assert [tuple(one) for one in labels.tolist()] == sorted(tuple(one) for one in labels.tolist())


@pytest.mark.parametrize(
    ("array", "wanted"),
    [
        (pa.array([1, None]), [1.0, np.nan]),
        (pa.array([True, False]), [1.0, 0.0]),
        (pa.array([None, None]), [np.nan, np.nan]),
        (pa.array([Decimal("1.50")]), [1.5]),
        (pa.array([2, 3]).dictionary_encode(), [2.0, 3.0]),
    ],
)
def test_numbers(array: pa.Array, wanted: list[float]):
    found = numbers(cells(pa.table({"x": array}), "x"), "x")
    np.testing.assert_array_equal(found, wanted)


@pytest.mark.parametrize(
    ("values", "said"),
    [
        (["1", "x", "2"], "column 'dist': Numbers are needed, and row 2 holds 'x'. Mend such cells, or write i(dist)"),
        (["1.5", None], "column 'dist': The column holds numbers written as text, e.g. '1.5' in row 1."),
        ([datetime.date(2020, 1, 1)], "row 1 holds datetime.date(2020, 1, 1)"),
    ],
)
def test_what_is_no_number_is_named_with_its_row(values: list[Any], said: str):
    with pytest.raises(DataError) as refusal:
        numbers(pa.array(values), "dist")
    assert said in str(refusal.value)


@pytest.mark.parametrize(
    ("frame", "said"),
    [
        (pa.table([[1], [2]], names=["x", "x"]), "Column 'x' stands twice"),
        (pd.DataFrame([[1, 2]], columns=["x", "x"]), "twice"),
        (3, "A int is no table"),
        ({"x": 3}, "is to be a list of cells"),
        (pd.DataFrame([[1, 2]], columns=pd.MultiIndex.from_tuples([("a", "x"), ("a", "y")])), "has a text as its name"),
        (pd.Series([1.0]), "is no table"),
    ],
)
def test_what_is_no_table(frame: Any, said: str):
    with pytest.raises(DataError) as refusal:
        names_of(frame)
    assert said in str(refusal.value)


@pytest.mark.parametrize(
    ("frame", "said"),
    [
        (pa.table({"x": [[1], [2]]}), "one label or number a row is needed"),
        (pd.DataFrame({"x": pd.Series(["a", 1], dtype=object)}), "values of several kinds"),
        (pd.DataFrame({"x": pd.period_range("2020", periods=2, freq="Y")}), "which only pandas reads"),
    ],
)
def test_cells_that_are_neither_numbers_nor_labels(frame: Any, said: str):
    with pytest.raises(DataError) as refusal:
        cells(frame, "x")
    assert said in str(refusal.value)


@pytest.mark.parametrize(
    "cells_given",
    [
        np.array([1, 2, 4], ">i4"),
        np.array([1, 2, 4], ">f8"),
        np.array([1, 2, 4], np.float16),
        iter([1, 2, 4]),
        pd.arrays.SparseArray([1, 2, 4]),
    ],
)
def test_arrays_of_other_machines_and_kinds(cells_given: Any):
    frame = pd.DataFrame({"x": cells_given}) if isinstance(cells_given, pd.arrays.SparseArray) else {"x": cells_given}
    assert numbers(cells(frame, "x"), "x").tolist() == [1, 2, 4]


def test_columns_named_by_numbers_are_let_be():
    assert names_of(pd.DataFrame({"trade": [1.0], 3: [2]}))[0] == ("trade",)
