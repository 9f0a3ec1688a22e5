"""`hansa gravity MODEL.toml`: the table, the files, and one message where it cannot."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest

from tests.e2e.conftest import Hansa

PANEL = """exporter,importer,year,trade,rta
AUT,BEL,2000,7,1
AUT,CHE,2000,2,0
BEL,AUT,2000,5,1
BEL,CHE,2000,3,0
CHE,AUT,2000,1,0
CHE,BEL,2000,4,0
"""
MODEL = """
[data]
file = "panel.csv"
[derive]
pair = "pair(exporter, importer)"
[model]
name = "Agreements"
formula = "trade ~ rta"
cluster = "pair"
[output]
tables = ["table.html", "coefficients.csv"]
plot = "coefficients.svg"
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a panel and a model, apart from where the command is called."""
    (tmp_path / "study").mkdir()
    (tmp_path / "study" / "panel.csv").write_text(PANEL)
    (tmp_path / "study" / "model.toml").write_text(MODEL)
    return tmp_path / "study"


def test_the_table_is_printed_and_the_files_lie_beside_the_model(hansa: Hansa, folder: Path):
    said = hansa("gravity", folder / "model.toml")
    assert said.code == 0
    assert "Agreements" in said.out
    assert f"{math.log(6 / 2.5):.4f}" in said.out  # mean trade with an agreement is 6, without 2.5
    assert "pair" in said.out
    written = ["coefficients.csv", "coefficients.svg", "table.html"]
    assert sorted(path.name for path in folder.iterdir()) == sorted(["model.toml", "panel.csv", *written])
    assert sorted(line.removeprefix("written: ") for line in said.err.splitlines()) == [
        str(folder / name) for name in written
    ]


def test_json_and_another_folder(hansa: Hansa, folder: Path):
    said = hansa("gravity", folder / "model.toml", "--json", "--output", "out")
    assert said.code == 0
    (model,) = json.loads(said.out)["models"]
    assert model["name"] == "Agreements"
    assert model["data"][1]["term"] == "rta"
    assert model["data"][1]["coefficient"] == pytest.approx(math.log(6 / 2.5))
    assert model["meta"]["provenance"]["steps"][0]["detail"] == "pair = pair(exporter, importer)"
    assert (folder.parent / "out" / "table.html").is_file()
    assert not (folder / "table.html").exists()


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("trade ~ rta", "trade ~ rtaa", "'rtaa' is no known column of the table. Nearest known: 'rta'"),
        ("trade ~ rta", "trade", "has no '~' between outcome and regressors"),
        ("trade ~ rta", "trade ~ exporter", "column 'exporter': Numbers are needed, and row 1 holds 'AUT'"),
        ("trade ~ rta", "trade ~ rta | exporter^importer", "is not identified"),
        ('"trade ~ rta"', "3", "formula is a text in quotes, not 3"),
        ("formula =", "formla =", "'formla' is no known key of a model. Nearest known: 'formula'"),
        ("panel.csv", "panle.csv", "There is no file 'panle.csv' beside it"),
        ("[model]", "[model", "The file is no readable TOML"),
    ],
)
def test_bad_input_is_one_message(hansa: Hansa, folder: Path, old: str, new: str, said: str):
    (folder / "model.toml").write_text(MODEL.replace(old, new))
    got = hansa("gravity", folder / "model.toml")
    assert got.code == 2
    assert got.out == ""
    assert got.err.startswith("hansa: ")
    assert said in got.err
    assert len(got.err.splitlines()) == 1
    assert not (folder / "table.html").exists()


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ("AUT,BEL,2000,-7,1", "column 'trade': 1 of 6 rows have a negative value, e.g. -7 in row 1"),
        ("AUT,BEL,2000,many,1", "column 'trade': Numbers are needed, and row 1 holds 'many'"),
    ],
)
def test_bad_cells(hansa: Hansa, folder: Path, cells: str, said: str):
    (folder / "panel.csv").write_text(PANEL.replace("AUT,BEL,2000,7,1", cells))
    got = hansa("gravity", folder / "model.toml")
    assert (got.code, got.out) == (2, "")
    assert said in got.err


def test_no_model(hansa: Hansa):
    got = hansa("gravity", "none.toml")
    assert got.code == 2
    assert got.err == "hansa: none.toml: There is no such file. Give the path of a MODEL.toml.\n"


def test_its_help_fits_the_screen(hansa: Hansa):
    said = hansa("gravity", "--help")
    assert said.code == 0
    assert max(map(len, said.out.splitlines())) <= 80
