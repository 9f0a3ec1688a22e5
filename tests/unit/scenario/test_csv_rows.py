"""Tables beside a scenario: how they may be written, and what each mistake is told, with its cell."""

from __future__ import annotations

from pathlib import Path

import pytest

from hansa.errors import DataError, HansaError, UnknownCode
from hansa.scenario import CorridorRow, Scenario, TariffRow
from hansa.scenario.csv_rows import read_rows, rows_text

WANTED = (TariffRow("XBR", "XKA", "", 0.05), TariffRow("AMBER@2019", "XKA", "wood", 0.0))


@pytest.mark.parametrize(
    "content",
    [
        b"origin,destination,product,rate\nXBR,XKA,,0.05\nAMBER@2019,XKA,wood,0\n",
        b"# from a gazette\n# page 3\nrate;product;origin;destination\r\n5e-2;; XBR ;XKA\r\n;;;\r\n"
        b".0;wood;AMBER@2019;XKA\r\n",
        "\ufefforigin\tdestination\tproduct\trate\nXBR\tXKA\t\t+0.05\nAMBER@2019\tXKA\twood\t0.\n".encode("utf-16-le"),
    ],
)
def test_the_same_table_written_three_ways(tmp_path: Path, content: bytes):
    path = tmp_path / "tariffs.csv"
    path.write_bytes(content)
    assert read_rows(path, TariffRow) == WANTED


def test_costs_with_and_without_optional_columns(tmp_path: Path):
    path = tmp_path / "costs.csv"
    path.write_text("origin,destination,before,after\nA,B,80,60\n")
    assert read_rows(path, CorridorRow) == (CorridorRow("A", "B", None, 80.0, 60.0),)
    path.write_text("origin,destination,product,before,after,unit_value\nA,B,x,80,60,400\nA,C,,80,60,\n")
    assert read_rows(path, CorridorRow)[0].unit_value == 400.0
    path.write_text(rows_text(read_rows(path, CorridorRow)))
    assert read_rows(path, CorridorRow)[1] == CorridorRow("A", "C", None, 80.0, 60.0)


def test_a_scenario_names_its_table_in_a_folder_beside_it(tmp_path: Path):
    (tmp_path / "tables").mkdir()
    (tmp_path / "tables" / "tariffs.csv").write_text(rows_text(WANTED))
    path = tmp_path / "s.toml"
    path.write_text('[[change]]\nkind = "tariff_schedule"\nfile = "tables/tariffs.csv"\n')
    assert Scenario.read(path).changes[0].rows == WANTED


HEAD = "origin,destination,product,rate\n"


@pytest.mark.parametrize(
    ("text", "error", "message"),
    [
        ("", DataError, "The file is empty"),
        (HEAD, DataError, "There is no row below the names of the columns"),
        ("orgin,destination,rate\nA,B,1\n", UnknownCode, "line 1: 'orgin' is no known column of this table. Nearest"),
        (
            "origin,destination\nA,B\n",
            DataError,
            "line 1: The column 'rate' is missing. Needed are origin, destination",
        ),
        ("origin,origin,destination,rate\n", DataError, "line 1, column 'origin': This column stands twice"),
        (f"{HEAD}A,B,,5%\n", DataError, "line 2, column 'rate': '5%' is no number. Write per cent as a fraction"),
        (f'{HEAD}A,B,,"0,05"\n', DataError, "column 'rate': '0,05' is no number. Write it with a decimal point"),
        (f"{HEAD}A,B,,nan\n", DataError, "column 'rate': 'nan' is no number"),
        (f"{HEAD}A,B,,1_0\n", DataError, "column 'rate': '1_0' is no number"),
        (f"{HEAD}A,B,,1e999\n", DataError, "column 'rate': 'rate' is inf, and must be finite"),
        (f"{HEAD}A,B,,-2\n", DataError, "line 2, column 'rate': 'rate' is -2, and must be above -1"),
        (f"{HEAD}A,B,,\n", DataError, "line 2, column 'rate': The cell is empty"),
        (f"{HEAD}A,,x,0.1\n", DataError, "line 2, column 'destination': The cell is empty"),
        (f"{HEAD}A@x,B,x,0.1\n", DataError, "line 2, column 'origin': 'origin' is 'x', which is no day"),
        (f"{HEAD}A,B,x\n", DataError, "line 2: The row has 3 cells, the line of names 4"),
        (f"{HEAD}A,B,x,0.1\n\nA,B,x,0.2\n", DataError, "line 4: This says again what line 2 does: from A to B in x"),
        (f'{HEAD}A,B,"x,0.1\n', DataError, "Is a double quote left open?"),
    ],
)
def test_mistakes_name_their_cell(tmp_path: Path, text: str, error: type[HansaError], message: str):
    (tmp_path / "t.csv").write_text(text)
    path = tmp_path / "s.toml"
    path.write_text('[[change]]\nkind = "tariff_schedule"\nfile = "t.csv"\n')
    with pytest.raises(error) as refusal:
        Scenario.read(path)
    said = str(refusal.value)
    assert said.startswith(str(tmp_path / "t.csv"))
    assert message in said


def test_an_older_encoding_is_not_guessed(tmp_path: Path):
    path = tmp_path / "t.csv"
    path.write_bytes(f"{HEAD}ЕАЭС,Молдова,,0.1\n".encode("cp1251"))
    with pytest.raises(DataError, match=r"not UTF-8 .*Save it as UTF-8|older encoding cannot be told"):
        read_rows(path, TariffRow)
