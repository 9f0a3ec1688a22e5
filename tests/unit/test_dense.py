"""From labels to positions, and what is refused on the way."""

import re

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as some

from hansa.dense import dense, encode, labels, positions
from hansa.errors import DataError

FLOWS = pa.table({"origin": ["B", "A", "A"], "product": ["p", "q", "p"], "value": [1.0, 2.0, 3.0]})


def test_labels_are_sorted_and_distinct():
    assert labels(FLOWS, "origin") == ["A", "B"]
    assert encode(FLOWS, "origin")[0] == ["A", "B"]
    assert encode(FLOWS, "origin")[1].tolist() == [1, 0, 0]


@pytest.mark.parametrize("turn", [labels, encode])
def test_empty_cells_are_refused(turn):
    with pytest.raises(DataError, match="column 'origin': Column 'origin' has empty cells. Drop these rows, or give"):
        turn(pa.table({"origin": pa.array(["A", None])}), "origin")


def test_an_empty_column_has_no_labels():
    empty = pa.table({"origin": pa.array([], pa.string())})
    assert labels(empty, "origin") == []
    assert encode(empty, "origin")[0] == []


def test_dictionary_columns_and_chunks():
    column = pa.chunked_array([pa.array(["B"]), pa.array(["A", "B"])])
    assert positions(column, ["A", "B"]).tolist() == [1, 0, 1]
    assert positions(column.dictionary_encode(), ["A", "B"]).tolist() == [1, 0, 1]
    table = pa.table({"origin": column.dictionary_encode()})
    assert encode(table, "origin")[1].tolist() == [1, 0, 1]


def test_unknown_labels_are_refused_by_name():
    with pytest.raises(DataError) as refused:
        positions(pa.array(["A", "X", "Y", "Z", "W"]), ["A", "B"], "origin")
    assert str(refused.value) == (
        "4 value(s) of 'origin' are not among the 2 expected, e.g. 'X', 'Y', 'Z'. Add them to the labels, or drop "
        "their rows first."
    )


def test_an_empty_cell_has_no_position():
    with pytest.raises(DataError, match="1 value\\(s\\) of 'label' are not among the 1 expected, e.g. None."):
        positions(pa.array(["A", None]), ["A"])


def test_cells_stand_where_their_labels_say():
    cells = dense(FLOWS, ["origin", "product"], "value", [["A", "B"], ["p", "q"]], missing=0.0)
    assert cells.tolist() == [[3.0, 2.0], [1.0, 0.0]]
    cells = dense(FLOWS, ["product", "origin"], "value", [["q", "p"], ["B", "A"]], missing=0.0)
    assert cells.tolist() == [[0.0, 2.0], [1.0, 3.0]]


def test_a_missing_cell_must_be_explained():
    with pytest.raises(DataError) as refused:
        dense(FLOWS, ["origin", "product"], "value", [["A", "B"], ["p", "q"]])
    assert str(refused.value) == (
        "'value' has no row for 1 of 4 cells, e.g. ('B', 'q'). Say what a missing cell means: missing=0.0 for 'no "
        "flow', or add the rows."
    )


def test_two_rows_for_a_cell_are_refused():
    twice = pa.concat_tables([FLOWS, FLOWS.slice(0, 1)])
    with pytest.raises(DataError, match=re.escape("('B', 'p') have more than one row. Sum or drop them first.")):
        dense(twice, ["origin", "product"], "value", [["A", "B"], ["p", "q"]], missing=0.0)


def test_a_null_figure_is_not_a_number_and_no_hole():
    table = pa.table({"origin": ["A", "B"], "value": pa.array([1.0, None])})
    assert np.isnan(dense(table, ["origin"], "value", [["A", "B"]], missing=0.0)[1])


def test_an_empty_table():
    empty = FLOWS.slice(0, 0)
    assert dense(empty, ["origin"], "value", [["A"]], missing=0.0).tolist() == [0.0]
    assert dense(empty, ["origin"], "value", [[]]).shape == (0,)


cells = some.dictionaries(
    some.tuples(some.sampled_from("ABCD"), some.sampled_from("pqr")), some.floats(-1e9, 1e9), max_size=12
)


@given(cells, some.randoms())
def test_the_order_of_rows_does_not_matter(held: dict, random):
    rows = [(*key, value) for key, value in held.items()]
    random.shuffle(rows)
    names = ("origin", "product", "value")
    table = (
        pa.table(dict(zip(names, zip(*rows, strict=True), strict=True)) if rows else {}, None) if rows else FLOWS[:0]
    )
    out = dense(table, ["origin", "product"], "value", [list("ABCD"), list("pqr")], missing=0.0)
    assert {(o, p): out["ABCD".index(o), "pqr".index(p)] for o, p in held} == held
    assert np.count_nonzero(out) == sum(value != 0 for value in held.values())
