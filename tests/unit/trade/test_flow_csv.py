"""Flows written to CSV and read again."""

from __future__ import annotations

import csv

import polars
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hansa.provenance import Provenance, Source
from hansa.trade.flow_csv import write_csv
from hansa.trade.flows import Flows, as_flows
from hansa.trade.readers import read_flat
from hansa.units import Money

CODES = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1, max_size=6).filter(
    lambda code: not code.startswith("'")
)


def rows(flows: Flows):
    return sorted(tuple(sorted(row.items())) for row in flows.to_arrow().to_pylist())


@settings(max_examples=40, deadline=None)
@given(
    pairs=st.lists(st.tuples(CODES, CODES), min_size=1, max_size=8, unique=True),
    value=st.floats(0, 1e300, allow_subnormal=False),
)
def test_reader_after_writer_is_identity(tmp_path_factory, pairs, value):
    given_rows = {
        "period": ["2022"] * len(pairs),
        "origin": [a for a, _ in pairs],
        "destination": [b for _, b in pairs],
        "value": [value / (n + 1) for n in range(len(pairs))],
    }
    flows = as_flows(given_rows)
    path = write_csv(flows, tmp_path_factory.mktemp("csv") / "my.csv")
    assert rows(read_flat(path)) == rows(flows)


def test_what_flows_know_of_themselves_comes_back(tmp_path):
    columns = {
        "period": ["2022-03"],
        "origin": ["A"],
        "destination": ["B"],
        "product": ["01"],
        "value": [0.1],
        "quantity": [3.0],
    }
    flows = Flows(
        as_flows(columns).table,
        Money("EUR", 1, "constant 2015"),
        valuation="FOB",
        told_by="origin",
        scope="services",
        classification="EBOPS",
        provenance=Provenance((Source("Eurostat", "trade", licence="CC BY 4.0"),)),
        notes=("two\nlines",),
    )
    again = read_flat(write_csv(flows, tmp_path / "my.csv"))
    for fact in ("unit", "valuation", "told_by", "scope", "classification"):
        assert getattr(again, fact) == getattr(flows, fact)
    text = (tmp_path / "my.csv").read_text(encoding="utf-8")
    assert "# Eurostat, trade, CC BY 4.0\n" in text
    assert "# note two lines\n" in text


def test_two_mirror_reports(tmp_path):
    flows = as_flows(
        {"origin": ["A", "A"], "destination": ["B", "B"], "value": [1.0, 2.0], "told_by": ["origin", "destination"]}
    )
    again = read_flat(write_csv(flows, tmp_path / "my.csv"))
    assert again.told_by == "both"
    assert rows(again) == rows(flows)


@pytest.mark.parametrize("code", ["=1+1", "+1", "-1", "@x", "\tx"])
def test_no_live_formula(tmp_path, code):
    path = write_csv(as_flows({"origin": [code], "destination": ["B"], "value": [1.0]}), tmp_path / "my.csv")
    with path.open(encoding="utf-8", newline="") as stream:
        cells = [cell for row in csv.reader(line for line in stream if not line.startswith("#")) for cell in row]
    assert not [cell for cell in cells if cell[:1] in "=+-@\t\r"]


def test_frames_of_other_engines(tmp_path):
    frame = polars.DataFrame({"origin": ["A"], "destination": ["B"], "value": [1.0]}).lazy()
    assert rows(read_flat(write_csv(as_flows(frame), tmp_path / "my.csv"))) == [
        (("destination", "B"), ("origin", "A"), ("value", 1.0))
    ]
