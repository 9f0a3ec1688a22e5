"""The worked example of four regions, four products and two periods."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.csv
import pytest

from hansa.trade.flows import Flows, as_flows

PUBLISHED = Path(__file__).parents[3] / "published"


@pytest.fixture(scope="session")
def four_regions_table() -> pa.Table:
    types = {"period": pa.string()}
    options = pyarrow.csv.ConvertOptions(column_types=types)
    return pyarrow.csv.read_csv(PUBLISHED / "four_regions.csv", convert_options=options)


@pytest.fixture(scope="session")
def four_regions(four_regions_table: pa.Table) -> Flows:
    return as_flows(four_regions_table)
