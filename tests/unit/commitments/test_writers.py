"""What is written is read back as it was, whatever it says."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

import jsonschema
import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hansa.commitments import read_register, schema, write_register
from hansa.commitments.cells import Marks, cell_text, text_cell
from hansa.commitments.fields import STATES, columns, fields_of, tables
from hansa.commitments.records import KINDS, Agreement, Event, Link, Money, Party, Project, Target
from hansa.commitments.register import Register
from hansa.errors import DataError, UnknownCode
from tests.unit.commitments.registers import registers

SAMPLE = Path(__file__).parents[2] / "samples" / "register" / "folder"


def again(register, name):
    with tempfile.TemporaryDirectory() as folder:
        assert write_register(register, Path(folder) / name) == ()
        return read_register(Path(folder) / name).records


@given(registers())
@settings(max_examples=150)
def test_csv_round_trip(register):
    assert again(register, "register") == register.records


@given(registers())
@settings(max_examples=150)
def test_json_round_trip(register):
    assert again(register, "register.json") == register.records


@given(registers())
@settings(max_examples=25)
def test_workbook_round_trip(register):
    assert again(register, "register.xlsx") == register.records


@pytest.mark.parametrize("name", ["folder", "register.json", "register.xlsx"])
def test_the_sample_survives_every_format(name, tmp_path):
    register = read_register(SAMPLE)
    write_register(register, tmp_path / name)
    assert read_register(tmp_path / name).records == register.records


@given(st.text())
def test_a_cell_is_dead_and_comes_back(text):
    plain = text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")
    cell = text_cell(plain)
    assert not cell.startswith(("=", "+", "-", "@", "\t", "\n"))
    assert cell_text(cell) == plain


def test_no_cell_of_csv_or_workbook_begins_like_a_formula(tmp_path):
    register = Register((Party("=1+1", "=cmd|' /C calc'!A0", url="@SUM(1)"),))
    write_register(register, tmp_path / "folder")
    assert (tmp_path / "folder" / "party.csv").read_text(encoding="utf-8-sig").splitlines()[1].startswith("'=1+1,")
    write_register(register, tmp_path / "book.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "book.xlsx")["party"]
    assert [cell.data_type for cell in sheet[2][:2]] == ["s", "s"]
    assert sheet["A2"].value == "'=1+1"


@given(registers())
@settings(max_examples=60)
def test_what_is_written_follows_the_schema(register):
    with tempfile.TemporaryDirectory() as folder:
        write_register(register, Path(folder) / "register.json")
        document = json.loads((Path(folder) / "register.json").read_bytes())
    jsonschema.Draft202012Validator(schema()).validate(document)


def test_the_schema_is_one():
    jsonschema.Draft202012Validator.check_schema(schema())
    validator = jsonschema.Draft202012Validator(schema())
    agreement = {"id": "a", "title": "A", "parties": ["x"], "history": [{"date": "2020", "state": "signd"}]}
    assert not validator.is_valid({"agreement": [agreement]})
    assert not validator.is_valid({"agreement": [{"id": "a", "title": "A", "parties": []}]})
    assert not validator.is_valid({"party": [{"id": "a"}]})


def test_every_record_with_a_history_has_its_states():
    assert set(STATES) == {kind for kind in KINDS if any(field.name == "history" for field in fields_of(kind))}


def test_an_empty_register_gives_blank_forms(tmp_path):
    write_register(Register(()), tmp_path / "forms")
    assert sorted(path.stem for path in (tmp_path / "forms").iterdir()) == sorted(tables())
    header = (tmp_path / "forms" / "amount.csv").read_text(encoding="utf-8-sig")
    assert header == ",".join(field.name for field in columns("amount")) + "\n"
    assert read_register(tmp_path / "forms").records == ()


def test_a_folder_with_other_files_is_left_alone(tmp_path):
    (tmp_path / "letter.txt").write_text("mine")
    with pytest.raises(DataError, match=r"holds other files \(letter.txt\)"):
        write_register(Register(()), tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["letter.txt"]


def test_a_register_is_replaced_whole(tmp_path):
    home = tmp_path / "register"
    write_register(read_register(SAMPLE), home)
    write_register(Register((Party("a", "A"),)), home)
    assert len(read_register(home)) == 1
    before = {path.name: path.read_bytes() for path in home.iterdir()}
    with pytest.raises(DataError, match="cannot be written: date"):
        write_register(Register((Agreement("a", "A", ("b",), history=(Event("1799", "signed"),)),)), home)
    assert {path.name: path.read_bytes() for path in home.iterdir()} == before
    assert [path.name for path in tmp_path.iterdir()] == ["register"]


@pytest.mark.parametrize(
    ("record", "said"),
    [
        (Party("a", "A", kind="regoin"), r"The party 'a' cannot be written: kind: 'regoin' is no known kind.*'region'"),
        (Party("a", " "), "name is empty"),
        (Agreement("a", "A", ()), "parties is empty"),
        (Agreement("a", "A", ("b",), kinds=()), "kinds is empty"),
        (Agreement("a", "A", ("b",), history=(Event("2020", "met"),)), "'met' is no known state"),
        (Project("p", "P", ("b",), amounts=(Money(float("nan"), "USD", "planned", "2020"),)), "none at all"),
        (Target("t", "p", "exports", 1, "2020-13", "2019", "USD"), "is no period"),
        (Link("l", "p", "document", "half \ud800"), "lone surrogate"),
        (Party("a", "A\0"), "NUL byte"),
        (Target("t", "p", "exports", 1, "2020", "2019", "USD", {"a=b": "c"}), "cannot be the name of an argument"),
    ],
)
def test_what_no_reader_would_take_is_not_written(record, said, tmp_path):
    with pytest.raises(DataError, match=said):
        write_register(Register((record,)), tmp_path / "register")
    assert not list(tmp_path.iterdir())


def test_a_text_too_long_for_a_cell(tmp_path):
    with pytest.raises(DataError, match="longer than a cell"):
        write_register(Register((Party("a", "x" * 40_000),)), tmp_path / "register.xlsx")


def test_formats_by_name(tmp_path):
    register = Register((Party("a", "A"),))
    with pytest.raises(UnknownCode, match="'jsn' is no known format"):
        write_register(register, tmp_path / "x", "jsn")
    with pytest.raises(DataError, match="IATI asks who reports"):
        write_register(register, tmp_path / "x.xml")
    (tmp_path / "x.txt").write_text("hello")
    with pytest.raises(DataError, match="This is no register"):
        read_register(tmp_path / "x.txt")
    with pytest.raises(DataError, match="no such file or folder"):
        read_register(tmp_path / "y")


@pytest.mark.parametrize(
    ("column", "text", "number"),
    [
        (["12,5"], "12,5", 12.5),
        (["1,234"], "1,234", None),
        (["1,234", "0,5"], "1,234", 1.234),
        (["1,234", "0.5"], "1,234", 1234.0),
        (["1 000 000"], "1 000 000", 1e6),
        (["1.234.567,5"], "1.234.567,5", 1234567.5),
        (["1.234"], "1.234", 1.234),
        (["1.234", "0,5"], "1.234", None),
        (["1e-3"], "1e-3", 0.001),
        (["12 t"], "12 t", None),
        (["1e999"], "1e999", None),
        (["nan"], "nan", None),
        (["١٢"], "١٢", None),
    ],
)
def test_numbers_as_they_are_written(column, text, number):
    if number is None:
        with pytest.raises(DataError, match=r"Write|mixed"):
            Marks(column).number(text)
    else:
        assert Marks(column).number(text) == number
