"""Elasticities: the default and its source, ranges in words."""

from __future__ import annotations

import pytest

from hansa.equilibrium.elasticity import ELASTICITY, ELASTICITY_SOURCE, of_sectors
from hansa.errors import DataError


def test_the_default_is_that_of_simonovska_and_waugh():
    values, source = of_sectors(None, "", ["a", "b"])
    assert values.tolist() == [4.0, 4.0]
    assert ELASTICITY == 4.0
    assert source == ELASTICITY_SOURCE
    assert "Simonovska and Waugh 2014" in source


def test_a_source_that_is_given_stays():
    assert of_sectors(None, "my reading", ["a"])[1] == "my reading"
    assert of_sectors(5.0, "", ["a"])[1] == "given by the caller"


def test_not_a_number_is_no_elasticity():
    with pytest.raises(DataError, match="sector 'b' is nan; it must be above zero"):
        of_sectors([1.0, float("nan")], "", ["a", "b"])
