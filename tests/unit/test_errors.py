"""Errors: what, where, why, what to do."""

import copy
import pickle
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as some

from hansa import errors
from hansa.commitments.readers.assemble import Unreadable
from hansa.errors import DataError, HansaError, MissingTable, NotConverged, UnknownCode, nearest


@pytest.mark.parametrize(
    ("place", "text"),
    [
        ({}, "Wrong."),
        ({"file": "my.csv"}, "my.csv: Wrong."),
        ({"file": Path("my.csv"), "line": 12_345}, "my.csv, line 12,345: Wrong."),
        ({"file": "my.csv", "line": 7, "column": "value"}, "my.csv, line 7, column 'value': Wrong."),
        ({"column": "value"}, "column 'value': Wrong."),
    ],
)
def test_a_data_error_says_where(place: dict, text: str):
    error = DataError("Wrong.", **place)
    assert str(error) == text
    assert error.message == "Wrong."
    assert (error.file, error.line, error.column) == (place.get("file"), place.get("line"), place.get("column"))


def test_an_unknown_code_names_the_nearest_and_the_way_out():
    error = UnknownCode("region", "germny", ["Germany", "France"], file="a.csv", line=2, hint="Ask for a list.")
    assert str(error) == "a.csv, line 2: 'germny' is no known region. Nearest known: 'Germany'. Ask for a list."
    assert (error.kind, error.code) == ("region", "germny")


def test_an_unknown_code_without_anything_near_names_none():
    assert str(UnknownCode("region", "XX")) == "'XX' is no known region. Check the spelling, or give your own list."


def test_a_missing_table_says_why_and_how_to_get_it():
    said = "The side table 'gdp' is missing: it divides. Import it with 'hansa import FILE --side gdp'."
    assert str(MissingTable("gdp", "it divides")) == said


def test_residuals_travel_with_a_solver_that_stopped():
    assert NotConverged("Stopped.", [0.5, 0.25]).residuals == (0.5, 0.25)


def test_every_error_is_one_of_ours():
    kinds = [thing for thing in vars(errors).values() if isinstance(thing, type) and issubclass(thing, Exception)]
    assert len(kinds) == 9
    assert all(issubclass(kind, HansaError) for kind in kinds)


def test_nearest_gives_the_best_first_and_at_most_so_many():
    assert nearest("BLX", ["BEL", "KAZ", "BLR", "BLZ", "ABLX"], count=3)[0] == "ABLX"
    assert len(nearest("BLX", ["BLA", "BLB", "BLC", "BLD"], count=2)) == 2
    assert nearest("BLX", []) == []


@given(some.text(), some.lists(some.text(max_size=8), max_size=8))
def test_nearest_names_only_what_is_known(code: str, known: list[str]):
    assert set(nearest(code, known)) <= set(known)


@given(some.lists(some.text(min_size=1, max_size=8), min_size=1, max_size=8))
def test_a_known_code_is_nearest_to_itself(known: list[str]):
    assert nearest(known[0], known)[0].lower() == known[0].lower()


def test_errors_are_the_same_in_another_process():
    unreadable = Unreadable(["a.csv, line 2: One.", "a.csv, line 3: Two."], ids=("x",), blind=("party",))
    for error in (unreadable, UnknownCode("region", "X"), MissingTable("gdp", "why"), NotConverged("no", [0.5])):
        for same in (pickle.loads(pickle.dumps(error)), copy.copy(error)):
            assert (type(same), str(same), vars(same)) == (type(error), str(error), vars(error))
