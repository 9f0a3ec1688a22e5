"""A number that knows itself, in every form in which it leaves."""

import csv
import datetime
import io
import json
import math

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as some

from hansa import tables
from hansa.errors import DataError
from hansa.provenance import Provenance, Source
from hansa.result import Result, safe_cell


def made(columns: dict, **facts) -> Result:
    return Result(
        pa.table(columns),
        title="Partner concentration of exports",
        unit="0..1, 1 = one partner",
        method="hhi_partners",
        reference="Hirschman 1964",
        provenance=Provenance((Source("CEPII", "BACI", "202401b"),)).then("rows", "period = 2022"),
        notes=("3 of 1,204 rows dropped: partner 'Areas, nes'",),
        **facts,
    )


ONE = made({"period": ["2022"], "origin": ["A"], "hhi_partners": [0.52]})
LINES = [
    "unit   0..1, 1 = one partner",
    "method hhi_partners (Hirschman 1964)",
    "source CEPII, BACI (202401b)",
    "step   rows: period = 2022",
    "note   3 of 1,204 rows dropped: partner 'Areas, nes'",
]


def test_it_prints_what_it_knows():
    assert str(ONE).splitlines() == [
        "Partner concentration of exports  [1 row]",
        *(f"  {line}" for line in LINES),
        " period origin hhi_partners",
        "   2022      A         0.52",
    ]


def test_numbers_on_screen():
    shown = {
        "a": [1234567.891],
        "b": [0.000012345678],
        "c": [None],
        "d": [math.nan],
        "e": [99999.123456],
        "f": [7],
        "g": [-250000.0],
    }
    head, row = str(made(shown)).splitlines()[-2:]
    assert dict(zip(head.split(), row.split(), strict=True)) == {
        "a": "1,234,568",
        "b": "1.23457e-05",
        "c": "-",
        "d": "-",
        "e": "99999.1",
        "f": "7",
        "g": "-250,000",
    }


def test_a_long_table_shows_its_head_and_says_so():
    result = made({"origin": [f"R{n:04d}" for n in range(1500)], "x": [1.0] * 1500})
    lines = str(result).splitlines()
    assert lines[0].endswith("[first 20 of 1,500 rows]")
    assert len(lines) == 1 + len(LINES) + 1 + 20
    assert len(result.to_text(rows=3).splitlines()) == 1 + len(LINES) + 1 + 3
    assert len(result.rows()) == 1500


def test_an_empty_table_prints_its_columns():
    lines = str(made({"origin": pa.array([], pa.string()), "x": pa.array([], pa.float64())})).splitlines()
    assert lines[0].endswith("[0 rows]")
    assert lines[-1] == " origin x"


def test_a_lazy_table_is_computed_when_asked_for():
    lazy = tables.frame({"origin": [f"R{n}" for n in range(30)], "x": [1.0] * 30})
    result = Result(lazy, "T", "u", "m")
    assert str(result).splitlines()[0] == "T  [first 20 rows]"
    assert result.to_arrow().num_rows == 30
    short = Result(tables.frame({"x": [1.0, 2.0]}), "T", "u", "m")
    assert str(short).splitlines()[0] == "T  [2 rows]"


def test_a_narrow_screen_gets_the_table_in_parts_with_its_labels():
    columns = {"origin": ["Aland", "Bland"]} | {f"figure_{n}": [n + 0.5, n + 0.25] for n in range(8)}
    lines = made(columns).to_text(width=40).splitlines()
    assert max(map(len, lines)) <= 40
    heads = [line.split() for line in lines if line.split()[0] == "origin"]
    assert heads == [["origin", f"figure_{n}", f"figure_{n + 1}", f"figure_{n + 2}"][: 9 - n] for n in (0, 3, 6)]
    assert [line for line in lines if "Bland" in line][2].split() == ["Bland", "6.25", "7.25"]


def test_a_long_text_is_cut_on_the_screen_only():
    result = made({"product": ["x" * 200], "v": [1.0]})
    assert "x" * 39 + "…" in str(result)
    assert "x" * 200 in result.to_csv()


def test_value_is_the_single_figure():
    assert ONE.value() == 0.52
    with pytest.raises(DataError, match=r"'Partner concentration of exports' has 2 rows, not one; take .rows\(\), or"):
        made({"origin": ["A", "B"], "x": [1.0, 2.0]}).value()


def test_json_holds_meta_and_data():
    said = json.loads(
        made({"origin": ["А"], "x": [math.nan], "y": [math.inf], "n": [3]}, meta={"world": "all"}).to_json()
    )
    assert said["data"] == [{"origin": "А", "x": None, "y": None, "n": 3}]
    assert said["meta"]["title"] == "Partner concentration of exports"
    assert said["meta"]["world"] == "all"
    assert said["meta"]["provenance"]["sources"][0]["version"] == "202401b"
    assert said["meta"]["notes"] == ["3 of 1,204 rows dropped: partner 'Areas, nes'"]


def test_json_takes_any_plain_fact():
    meta = {
        "lost": math.nan,
        "counted": np.int64(3),
        "world": frozenset({"B", "A"}),
        "by": {2022: np.float64(0.5), ("A", "B"): (1, math.inf)},
        "day": datetime.date(2024, 1, 31),
    }
    said = json.loads(made({"x": [1.0]}, meta=meta).to_json())["meta"]
    assert {name: said[name] for name in meta} == {
        "lost": None,
        "counted": "3",
        "world": ["A", "B"],
        "by": {"2022": 0.5, "('A', 'B')": [1, None]},
        "day": "2024-01-31",
    }


def test_csv_carries_its_lines():
    text = made({"origin": ["A"], "x": [0.1 + 0.2]}).to_csv()
    lines = text.splitlines()
    assert lines[: len(LINES) + 1] == [
        "# Partner concentration of exports",
        *(f"# {' '.join(line.split())}" for line in LINES),
    ]
    assert lines[-2:] == ["origin,x", "0.30000000000000004".join(["A,", ""])]


@pytest.mark.parametrize("start", ["=1+1", "+1", "-1", "@sum", "\t=1", "\r=1", "\n=1"])
def test_no_export_holds_a_live_formula(start: str):
    result = made({start: [start], "x": [-2.5]})
    body = result.to_csv().split("\n# ")[-1].split("\n", 1)[1]
    head, row = csv.reader(io.StringIO(body, newline=""))
    dead = "'" + start.replace("\r", "\n")
    assert head == [dead, "x"]
    assert row == [dead, "-2.5"]


def test_a_carriage_return_does_not_begin_a_row():
    assert "\r" not in made({"a\r=1": ["b\r=2"], "x": [1.0]}).to_csv()


def test_a_title_cannot_break_out_of_its_comment():
    result = Result(pa.table({"x": [1.0]}), "T\n=cmd()", "u", "m", notes=("a\r\n=b",))
    assert [line[0] for line in result.to_csv().splitlines()[:-2]] == ["#"] * 4


def test_html_is_dead_text():
    page = made({"<b>": ["<script>alert(1)</script>"], "x": [None]})._repr_html_()
    assert "<script>" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "<td>-</td>" in page
    assert "rows dropped: partner" in page


def test_frames():
    assert ONE.to_pandas()["hhi_partners"].tolist() == [0.52]
    assert ONE.to_polars()["hhi_partners"].to_list() == [0.52]
    assert ONE.to_arrow().column_names == ["period", "origin", "hhi_partners"]


@given(some.text(max_size=20))
def test_a_safe_cell_never_starts_a_formula(text: str):
    safe = safe_cell(text)
    assert not safe.startswith(("=", "+", "-", "@", "\t", "\r", "\n"))
    assert safe.removeprefix("'").splitlines() == text.removeprefix("'").splitlines()


@given(some.lists(some.tuples(some.text(max_size=9), some.none() | some.floats(allow_nan=True)), max_size=5))
def test_csv_and_json_say_the_same(rows: list):
    result = made(
        {"label": pa.array([r[0] for r in rows], pa.string()), "x": pa.array([r[1] for r in rows], pa.float64())}
    )
    told = [(row["label"], row["x"]) for row in json.loads(result.to_json())["data"]]
    lines = result.to_csv().split("\n", len(LINES) + 1)[-1]
    read = list(csv.reader(io.StringIO(lines, newline="")))[1:]
    assert [(safe_cell(label), None if x is None else x) for label, x in told] == [
        (label, float(x) if x else None) for label, x in read
    ]
