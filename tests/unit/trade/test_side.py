"""Side tables: what is known of regions beside their trade."""

import pandas as pd
import pytest

from hansa.errors import DataError
from hansa.trade.side import SideTable, as_side

GDP = {"country": ["A", "A", "B"], "year": [2021, 2022, 2022], "value": [100, 110, 50]}


def test_a_frame_is_read_by_the_usual_names():
    side = as_side(pd.DataFrame(GDP), "gdp")
    assert side.columns == ["region", "period", "value"]
    assert side.lookup("region", "period") == {("A", "2021"): 100.0, ("A", "2022"): 110.0, ("B", "2022"): 50.0}
    assert as_side(side, "gdp") is side


def test_a_mapping_is_a_table_too():
    assert as_side({"A": 1, "B": 2}, "gdp").lookup("region") == {"A": 1.0, "B": 2.0}
    assert as_side({("A", 2021): 1.0}, "gdp").lookup("region", "period") == {("A", "2021"): 1.0}
    with pytest.raises(
        DataError, match=r"Keys of 'gdp' must be a region, or \(region, period\); \('A', 'B', 'C'\) is neit"
    ):
        as_side({("A", "B", "C"): 1.0}, "gdp")


def test_other_measures_are_left_out():
    mixed = {"region": ["A", "A"], "measure": ["gdp", "population"], "value": [1.0, 2.0]}
    assert as_side(mixed, "population").lookup("region") == {"A": 2.0}


def test_rows_are_chosen():
    side = as_side(GDP, "gdp")
    assert side.where(region="B").lookup("region") == {"B": 50.0}
    assert side.where(region=["A", "B"], period=2022).lookup("region") == {"A": 110.0, "B": 50.0}
    with pytest.raises(DataError, match="The side table 'gdp' has no column 'partner'; it has region, period, value."):
        side.where(partner="A")


def test_a_key_has_one_value():
    with pytest.raises(DataError, match="The side table 'gdp' has two values for 'A': 100.0 and 110.0."):
        as_side(GDP, "gdp").lookup("region")
    same = as_side({"region": ["A", "A"], "value": [1.0, 1.0]}, "gdp")
    assert same.lookup("region") == {"A": 1.0}


def test_a_key_that_is_not_there():
    with pytest.raises(DataError, match="The side table 'gdp' has no column 'product'; it has region, period, value."):
        as_side(GDP, "gdp").lookup("product")


def test_problems_are_counted_and_refused():
    side = as_side({"region": ["A", "A", None], "value": [1.0, None, float("nan")]}, "gdp")
    assert side.problems() == [
        "1 of 3 rows without a value",
        "1 of 3 rows with an infinite value or NaN",
        "1 of 3 rows without region",
        "keys with more than one row, e.g. ('A',)",
    ]
    with pytest.raises(
        DataError, match="^The side table 'gdp' has problems: 1 of 3 rows without a value; .*Mend these rows"
    ):
        side.check()
    good = as_side(GDP, "gdp")
    assert good.check() is good


def test_notes_are_added():
    assert SideTable(as_side(GDP, "gdp").table, "gdp").noting("a").notes == ("a",)


def test_a_negative_product_is_no_product():
    wrong = as_side({"region": ["A"], "value": [-1.0]}, "gdp")
    with pytest.raises(DataError, match="'gdp' has a value below zero for 'A': -1"):
        wrong.lookup("region")
    assert wrong.problems() == ["1 of 1 rows with a value below zero"]
    assert as_side({"region": ["A"], "value": [-0.1]}, "cif_rate").problems() == []
