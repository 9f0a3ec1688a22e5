"""The four regions of tests/published as a store, so that every figure of a report can be followed by hand."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from hansa.trade.flows import as_flows
from hansa.trade.store import Store

TABLE = Path(__file__).parents[2] / "published" / "four_regions.csv"
YEARS = {"0": "2021", "1": "2022"}


def four_regions() -> dict[str, list]:
    """Columns of the table, its two periods called 2021 and 2022."""
    with TABLE.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    columns = {name: [row[name] for row in rows] for name in ("origin", "destination", "product")}
    return {"period": [YEARS[row["period"]] for row in rows], **columns, "value": [float(row["value"]) for row in rows]}


@pytest.fixture
def store(tmp_path) -> Store:
    """Annual flows of the four regions, without side tables."""
    made = Store.create(tmp_path / "four")
    made.write(as_flows(four_regions()), dataset="flows", vintage="2023-02-01")
    return made
