"""Folders, workbooks and documents as offices keep them: read whole, or every trouble named with its place."""

from __future__ import annotations

import datetime
import json
import re
import shutil
from pathlib import Path

import pytest
import xlsxwriter

from hansa.commitments import Register, read_register, write_register
from hansa.commitments.fields import STATES, columns, tables
from hansa.commitments.records import Event, Money, Party
from hansa.errors import DataError

SAMPLE = Path(__file__).parents[2] / "samples" / "register" / "folder"
HOW_TO = Path(__file__).parents[3] / "docs" / "how-to" / "register.md"


@pytest.fixture
def folder(tmp_path):
    home = tmp_path / "register"
    shutil.copytree(SAMPLE, home)
    return home


def append(path, line):
    path.write_text(path.read_text(encoding="utf-8") + line + "\n", encoding="utf-8")


def test_the_sample(folder):
    register = read_register(folder)
    assert len(register) == 20
    assert register["free-trade"].kinds == ("trade", "economic")
    assert register["free-trade"].history[1] == Event("2017-01-01", "in force")
    assert register["cut-dependency"].value == 0.2
    assert register["labels"].equivalent == 0.05
    assert register["double-exports"].arguments == {"origin": "XBR", "destination": "XKA"}
    assert register["tractors"].joint_venture
    assert not register["tractors"].import_substitution
    assert register["tractors"].history[0].note == "works begun\nin the rain"
    assert register["tractors"].amounts[0] == Money(12e6, "USD", "planned", "2019-01-15", "brin-bank")
    assert register["road-rules"].acts == ("Brinmark, Act 12", "Kastell, Act on roads")
    (source,) = register.provenance.sources
    assert source.title == "register (register of promises)"
    assert source.checksum
    assert register.notes == ()


def test_every_record_knows_where_it_was_read(folder, tmp_path):
    """As an editor or a spreadsheet counts lines; events and amounts have places of their own."""
    register = read_register(folder)
    assert set(register.places) >= {record.id for record in register}
    assert register.places["free-trade"] == place_of(folder / "agreement.csv", "free-trade")
    assert register.places["free-trade history 2"] == place_of(folder / "event.csv", "2017-01-01")
    assert register.places["tractors amounts 1"] == place_of(folder / "amount.csv", "tractors")
    write_register(register, tmp_path / "register.xlsx")
    sheets = read_register(tmp_path / "register.xlsx").places
    parties = [party.id for party in register.of(Party)]
    assert [sheets[party] for party in parties] == [f"sheet party, row {n + 2}" for n in range(len(parties))]
    write_register(register, tmp_path / "register.json")
    document = read_register(tmp_path / "register.json").places
    assert [document[party] for party in parties] == [f"party {n + 1}" for n in range(len(parties))]
    assert document["free-trade history 2"] == "agreement 1, history 2"
    assert set(sheets) == set(document) == set(register.places)
    assert Register(register.records).places == {}


def place_of(path, text):
    """The first line of a file that holds a text, as an editor counts."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return f"{path.name}, line {next(n for n, line in enumerate(lines, 1) if text in line)}"


def test_other_files_are_named_in_a_note(folder):
    (folder / "agrement.csv").write_text("id\n")
    (folder / "letter.docx").write_text("x")
    notes = read_register(folder).notes
    assert "'agrement.csv' was not read: it is no kind of record (nearest: agreement)" in notes
    assert "'letter.docx' was not read: it is no kind of record" in notes


def test_a_decision_names_its_barrier_and_files_without_that_column_are_read_as_before(folder, tmp_path):
    path = folder / "decision.csv"
    assert "barrier" not in path.read_text(encoding="utf-8").splitlines()[0].split(",")
    assert read_register(folder)["build-works"].barrier is None
    head, line = path.read_text(encoding="utf-8").splitlines()
    path.write_text(f"{head},barrier\n{line},labels\n", encoding="utf-8")
    register = read_register(folder)
    assert register["build-works"].barrier == "labels"
    for file in ("register.json", "register.xlsx", "again"):
        write_register(register, tmp_path / file)
        assert read_register(tmp_path / file)["build-works"] == register["build-works"], file


def test_plural_names_and_missing_files(tmp_path):
    (tmp_path / "Parties.csv").write_text("id,name\na,A\n")
    assert read_register(tmp_path)["a"].name == "A"
    (tmp_path / "party.csv").write_text("id,name\nb,B\n")
    with pytest.raises(DataError, match=r"Parties.csv holds the same kind|party.csv holds the same kind"):
        read_register(tmp_path)


def test_a_folder_of_something_else(tmp_path):
    with pytest.raises(DataError, match=r"no file of a register.*party.csv, agreement.csv"):
        read_register(tmp_path)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1251"])
def test_encodings_and_delimiters(tmp_path, encoding):
    text = "id;name;kind\nбрин;Бринмарк, республика;region\nка;Кастелл и острова;region\n"
    (tmp_path / "party.csv").write_bytes(text.encode(encoding))
    (tmp_path / "barrier.csv").write_bytes("id;title;origin;destination;equivalent\nb;B;X;Y;0,125\n".encode(encoding))
    register = read_register(tmp_path)
    assert register["брин"].name == "Бринмарк, республика"
    assert register["b"].equivalent == 0.125


def test_remarks_blank_lines_and_headers_in_capitals(tmp_path):
    (tmp_path / "agreement.csv").write_text("# our list\n\nID, Title ,Parties\n\n a , On trade , x | y \n,,\n")
    register = read_register(tmp_path)
    assert (register["a"].title, register["a"].parties) == ("On trade", ("x", "y"))


@pytest.mark.parametrize(
    ("file", "line", "said"),
    [
        (
            "party",
            "x,X,regoin,,,",
            "party.csv, line 6, column 'kind': 'regoin' is no known kind. Nearest known: 'region'",
        ),
        ("party", "brin,Again,region,,,", "line 6, column 'id': The id 'brin' stands on line 2 already"),
        (
            "party",
            "customs,X,region,,,",
            r"party.csv, line 6, column 'id': The id 'customs' stands on .*agreement.csv, line 3",
        ),
        ("party", "x,,region,,,", "line 6, column 'name': name is empty"),
        ("party", "x,X", "line 6: There are 2 cells, and 6 columns"),
        ("agreement", "x,X,brin,trad,,", "column 'kinds': 'trad' is no known kind. Nearest known: 'trade'"),
        ("agreement", "x,X,,trade,,", "column 'parties': parties is empty"),
        ("milestone", "x,tractors,X,1799-12-31", "line 3, column 'due': '1799-12-31' lies outside 1800..2200"),
        ("milestone", "x,tractors,X,2201", "'2201' lies outside 1800..2200"),
        ("milestone", "x,tractors,X,2021-02-30", "'2021-02-30' is no date"),
        ("milestone", "x,tractors,X,30.06.2021", "'30.06.2021' is no date. Write 2021-06-30"),
        ("milestone", "x,tractors,X,", "column 'due': due is empty"),
        (
            "project",
            "x,X,brin,,,,,,2020-05,2020-04-30",
            "column 'end': The end, 2020-04-30, lies before the start, 2020-05",
        ),
        (
            "project",
            "x,X,brin,,,perhaps,,,,",
            "column 'joint_venture': 'perhaps' is neither yes nor no. Write yes or no",
        ),
        ("edition", "x,X,2.5,brin,2020,2020", "column 'number': '2.5' is no whole number"),
        ("amount", "bridge,planned,5,,2020,", "amount.csv, line 8, column 'currency': The amount 5.0 has no currency"),
        ("amount", "bridge,planned,much,USD,2020,", "line 8, column 'value': 'much' is no number"),
        ("amount", "brigde,planned,5,USD,2020,", "column 'of': 'brigde' is no known record. Nearest known: 'bridge'"),
        ("amount", "machines,planned,5,USD,2020,", "column 'of': 'machines' is a programme, which has no amounts"),
        ("amount", "bridge,plannd,5,USD,2020,", "column 'stage': 'plannd' is no known stage. Nearest known: 'planned'"),
        ("event", "free-trde,2020,signed,,,,", "event.csv, line 13, column 'of': 'free-trde' is no known record"),
        ("event", "free-trade,2020,met,,,,", "column 'state': 'met' is no known state of an agreement"),
        ("event", "union,2020,met,,,,", "column 'of': 'union' is a party, which has no history"),
        ("target", "x,machines,exports,1,2022,soon,USD,,,", "column 'baseline_period': 'soon' is no period"),
        ("target", "x,machines,exports,1,2022,2018,USD,origin,,", "column 'arguments': 'origin' is no argument"),
        ("target", "x,machines,exports,1,2022,2018,USD,a=1|a=2,,", "The argument 'a' stands twice"),
        (
            "target",
            "x,machines,exports,1,2022,2018,USD,,,sideways",
            "column 'direction': 'sideways' is no known direction",
        ),
        ("link", 'x,bridge,act,"X,,', "cells cannot be told apart"),
    ],
)
def test_one_trouble(folder, file, line, said):
    append(folder / f"{file}.csv", line)
    with pytest.raises(DataError) as trouble:
        read_register(folder)
    assert re.search(said, str(trouble.value)), str(trouble.value)


@pytest.mark.parametrize(
    ("header", "said"),
    [
        ("id,nmae,name", "column 'nmae': 'nmae' is no known column. Nearest known: 'name'"),
        ("id,name,name", "column 'name': This column stands twice"),
        ("id,kind", "column 'name': This column is missing. The header is id, kind; add name"),
    ],
)
def test_headers(tmp_path, header, said):
    (tmp_path / "party.csv").write_text(header + "\n")
    with pytest.raises(DataError, match=re.escape(said)):
        read_register(tmp_path)


def test_all_troubles_are_named_at_once(folder):
    append(folder / "party.csv", "x,X,regoin,,,")
    append(folder / "milestone.csv", "y,tractors,Y,never")
    append(folder / "amount.csv", "bridge,planned,5,,2020,")
    with pytest.raises(DataError) as trouble:
        read_register(folder)
    lines = str(trouble.value).splitlines()
    assert lines[0] == "3 things are wrong, and nothing was read:"
    assert [re.search(r"(\w+)\.csv, line (\d+)", line).groups() for line in lines[1:]] == [
        ("amount", "8"),
        ("milestone", "3"),
        ("party", "6"),
    ]


def test_no_more_than_fifty_are_listed(tmp_path):
    (tmp_path / "party.csv").write_text("id,name,kind\n" + "".join(f"p{n},P,x\n" for n in range(70)))
    with pytest.raises(DataError) as trouble:
        read_register(tmp_path)
    lines = str(trouble.value).splitlines()
    assert (lines[0], len(lines), lines[-1]) == (
        "70 things are wrong, and nothing was read:",
        52,
        "  ... and 20 more",
    )


def test_a_workbook_as_an_office_keeps_it(tmp_path):
    path = tmp_path / "register.xlsx"
    with xlsxwriter.Workbook(path) as book:
        day = book.add_format({"num_format": "dd.mm.yyyy"})
        sheet = book.add_worksheet("Parties")
        sheet.write_row(0, 0, ["id", "name"])
        sheet.write_row(2, 0, [7, "Seven"])
        sheet = book.add_worksheet("project")
        sheet.write_row(0, 0, ["id", "title", "partners", "start", "joint_venture"])
        sheet.write_row(1, 0, ["p", "P", "7"])
        sheet.write_datetime(1, 3, datetime.datetime(2020, 5, 4), day)  # noqa: DTZ001
        sheet.write_boolean(1, 4, True)
        book.add_worksheet("Notes").write(0, 0, "ours")
    register = read_register(path)
    assert register["7"].name == "Seven"
    assert (register["p"].start, register["p"].joint_venture) == ("2020-05-04", True)
    assert register.notes == ("sheet 'Notes' was not read: it is no kind of record",)


def test_a_trouble_in_a_workbook_names_sheet_and_row(tmp_path):
    path = tmp_path / "register.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("party")
        for row, cells in enumerate([["id", "name", "kind"], ["a", "A\nand more", "region"], [], ["b", "B", "x"]]):
            sheet.write_row(row, 0, cells)
    with pytest.raises(DataError, match=r"register.xlsx, sheet 'party', line 4, column 'kind': 'x' is no known kind"):
        read_register(path)


def test_a_workbook_of_something_else(tmp_path):
    with xlsxwriter.Workbook(tmp_path / "a.xlsx") as book:
        book.add_worksheet("Sheet1").write(0, 0, "x")
    with pytest.raises(DataError, match="no sheet of a register"):
        read_register(tmp_path / "a.xlsx")


PARTY = {"id": "a", "name": "A"}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", r"register.json, line 1: This is no JSON"),
        ("[]", "no object"),
        ('{"party": {}}', "'party' is no list"),
        ('{"partie": []}', "'partie' is no known kind of record. Nearest known: 'party'"),
        ('{"party": [], "party": []}', "'party' stands twice in one object"),
        ('{"party": [7]}', "register.json, party 1: This is no object"),
        ('{"party": [{"id": "a", "name": null}]}', "party 1, column 'name': name is empty"),
        ('{"party": [{"id": "a", "name": 7}]}', "party 1, column 'name': 7 is no text"),
        ('{"party": [{"id": ["a"], "name": "A"}]}', "party 1, column 'id': .* is no text"),
        ('{"party": [{"id": "a", "nam": "A"}]}', "'nam' is no known field. Nearest known: 'name'"),
        (json.dumps({"party": [PARTY, PARTY]}), "party 2, column 'id': The id 'a' stands on party 1 already"),
        ('{"agreement": [{"id": "a", "title": "A", "parties": "b"}]}', "column 'parties': 'b' is no list of texts"),
        (
            '{"agreement": [{"id": "a", "title": "A", "parties": ["b"], "history": [{"date": "x", "state": "met"}]}]}',
            "agreement 1, history 1, column 'date': 'x' is no date",
        ),
        (
            '{"edition": [{"id": "a", "title": "A", "number": 1e400, "host": "b", "start": "2020", "end": "2020"}]}',
            "too large",
        ),
        ('{"edition": [{"id": "a", "title": "A", "number": NaN}]}', "NaN is no number"),
        ('{"edition": [{"id": "a", "title": "A", "number": ' + "9" * 5000 + "}]}", "cannot be read as JSON"),
        ("[" * 100_000, "too deep|no JSON"),
    ],
)
def test_documents(tmp_path, text, said):
    (tmp_path / "register.json").write_text(text)
    with pytest.raises(DataError, match=said):
        read_register(tmp_path / "register.json")


def described(kind):
    """The columns of a file, as the how-to lists them."""
    names = []
    for field in columns(kind):
        kind_of_value = {"text": "", "list": "several", "whole": "whole number"}
        said = "; ".join(
            part
            for part in (
                kind_of_value.get(field.type, field.type),
                " or ".join(f"`{word}`" for word in field.words),
            )
            if part
        )
        name = f"**{field.name}**" if field.required else field.name
        names.append(f"{name} ({said})" if said else name)
    return ", ".join(names)


@pytest.mark.parametrize("kind", tables())
def test_the_how_to_lists_every_column(kind):
    assert f"| `{kind}.csv` | {described(kind)} |" in HOW_TO.read_text(encoding="utf-8")


@pytest.mark.parametrize("kind", STATES)
def test_the_how_to_lists_every_state(kind):
    assert f"| {kind} | {', '.join(f'`{state}`' for state in STATES[kind])} |" in HOW_TO.read_text(encoding="utf-8")
