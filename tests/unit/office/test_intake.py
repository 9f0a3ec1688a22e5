"""Files from outside: read in a child process with limits, refused with their place, and never parsed by the office."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from hansa.commitments import write_register
from hansa.commitments.records import Event, Milestone, Party, Programme
from hansa.commitments.register import Register
from hansa.errors import DataError
from hansa.office import intake
from hansa.office.intake import Incoming, read_upload
from hansa.sample.register import sample_register

SMALL = Register(
    (
        Party("brin", "Brinmark"),
        Programme("food", "Food", ("brin",), start="2020", history=(Event("2020", "approved"),)),
        Milestone("m", "food", "Step", "2030"),
    )
)


def packed(folder: Path, name: str, files: dict[str, bytes | str]) -> Path:
    path = folder / name
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for inner, content in files.items():
            archive.writestr(inner, content)
    return path


def written(folder: Path, name: str, content: bytes | str) -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


@pytest.mark.parametrize("form", ["json", "xlsx"])
def test_a_register_of_any_form_comes_back(tmp_path, form):
    path = tmp_path / f"register.{form}"
    write_register(sample_register(), path)
    found = read_upload(path)
    assert {record.id: record for record in found.records} == {record.id: record for record in sample_register()}
    assert len(found.places) >= len(found.records)
    assert Incoming.of(json.loads(json.dumps(found.plain()))) == Incoming(
        found.records, dict(found.places), found.notes, {kind: tuple(names) for kind, names in found.untold.items()}
    )


def test_tables_in_a_zip_come_back_from_any_folder(tmp_path):
    write_register(SMALL, tmp_path / "csv")
    files = {f"a folder/{path.name}": path.read_bytes() for path in (tmp_path / "csv").iterdir()}
    found = read_upload(
        packed(tmp_path, "r.zip", {**files, "a folder/read me.txt": "hello", "__MACOSX/a/._party.csv": "x"})
    )
    assert set(found.records) == set(SMALL)
    assert found.places["m"] == "milestone.csv, line 2"
    assert any("'read me.txt' was not read" in note for note in found.notes)
    assert found.untold == dict.fromkeys(found.untold, ())


def test_iati_is_read(tmp_path):
    write_register(SMALL, tmp_path / "r.xml", reporting_org="brin")
    found = read_upload(tmp_path / "r.xml")
    assert {record.id for record in found.records} >= {"brin", "food"}
    assert "history" in found.untold["programme"]


def test_one_table_says_which_fields_it_does_not_tell(tmp_path):
    found = read_upload(written(tmp_path, "programmes.csv", "id;title;parties\nfood;Food;brin\n"))
    assert found.records == (Programme("food", "Food", ("brin",)),)
    assert found.untold["programme"] == ("sector", "approved_by", "start", "end", "agreement", "products", "history")
    chosen = read_upload(written(tmp_path, "my list.csv", "id,name\nbrin,Brinmark\n"), "party")
    assert chosen.records == (Party("brin", "Brinmark"),)


LAUGHS = (
    '<!DOCTYPE lolz [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]>'
    "<iati-activities>&c;</iati-activities>"
)
REFUSED = {
    "what its rows are": ("list.csv", "id,name\nbrin,Brinmark\n"),
    "in one zip": ("events.csv", "of,date,state\nfood,2020,approved\n"),
    "line 3, column 'id': The id 'brin' stands on line 2 already": ("party.csv", "id,name\nbrin,One\nbrin,Again\n"),
    "line 2, column 'due': '1799-01-01' lies outside 1800..2200": (
        "milestone.csv", "id,of,title,due\nm,x,Step,1799-01-01\n"),
    "column 'due': '2201' lies outside": ("milestone.csv", "id,of,title,due\nm,x,Step,2201\n"),
    "line 2, column 'end': The end, 2019, lies before the start": (
        "programme.csv", "id,title,parties,start,end\np,P,x,2020,2019\n"),
    "NUL byte": ("party.csv", b"id,name\nbrin,Brin\0mark\n"),
    "needs a line of column names|The file is empty": ("party.csv", b""),
    "This is no JSON": ("r.json", "{"),
    "too deep": ("r.json", "[" * 100_000),
    "is no number": ("r.json", '{"asserted_count": [{"id": "x", "value": NaN}]}'),
    "declares a document type": ("r.xml", LAUGHS),
    "no well-formed XML": ("r.xml", "<iati-activities>"),
    "does not begin as one": ("r.xlsx", "id,name\n"),
    "old .xls or an encrypted": ("r.xlsx", bytes.fromhex("d0cf11e0a1b11ae1") + b"x" * 600),
    "Name it .zip or .xlsx": ("party.csv", b"PK\x03\x04" + b"x" * 60),
    "none of .csv": ("party.exe", b"MZ"),
    "directory is missing": ("r.xlsx", b"PK\x03\x04" + b"x" * 600),
}  # fmt: skip


@pytest.mark.parametrize("message", REFUSED)
def test_what_cannot_be_taken_is_refused_with_its_place(tmp_path, message):
    name, content = REFUSED[message]
    with pytest.raises(DataError, match=message) as refused:
        read_upload(written(tmp_path, name, content))
    assert str(tmp_path) not in str(refused.value)  # nobody learns of the folders of this machine


def test_an_amount_without_currency_is_refused_with_its_row(tmp_path):
    files = {
        "project.csv": "id,title,partners\np,P,brin\n",
        "amount.csv": "of,value,currency,stage,date\np,5,,planned,2020\n",
    }
    with pytest.raises(DataError, match="amount.csv, line 2, column 'currency': The amount 5.0 has no currency"):
        read_upload(packed(tmp_path, "r.zip", files))


@pytest.mark.parametrize("name", ["../party.csv", "/etc/party.csv", "a\\..\\..\\party.csv", "C:party.csv"])
def test_a_way_out_of_the_folder_is_refused(tmp_path, name):
    with pytest.raises(DataError, match="would leave its folder"):
        read_upload(packed(tmp_path, "r.zip", {name: "id,name\n"}))


def test_an_archive_of_very_many_files_is_refused(tmp_path):
    with pytest.raises(DataError, match="at most 1,000"):
        read_upload(packed(tmp_path, "r.zip", {f"{number}.csv": "" for number in range(1_001)}))


def test_an_encrypted_archive_is_refused(tmp_path):
    path = packed(tmp_path, "r.zip", {"party.csv": "id,name\n"})
    content = bytearray(path.read_bytes())
    content[content.rindex(b"PK\x01\x02") + 8] |= 1  # the flag of encryption in the directory
    path.write_bytes(content)
    with pytest.raises(DataError, match="is encrypted"):
        read_upload(path)


@pytest.fixture(scope="module")
def bomb(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """2 GB of zeros, a few MB when packed."""
    path, block = tmp_path_factory.mktemp("bomb") / "bomb.zip", bytes(1 << 20)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        with archive.open("xl/worksheets/sheet1.xml", "w") as stream:
            for _ in range(2_000):
                stream.write(block)
    return path.read_bytes()


@pytest.mark.parametrize("name", ["bomb.xlsx", "bomb.zip"])
def test_a_bomb_is_refused_unopened(tmp_path, bomb, name, monkeypatch):
    """By its directory, before any parser or child process sees it."""
    path = written(tmp_path, name, bomb)
    assert path.stat().st_size < intake.LARGEST
    monkeypatch.delattr(zipfile.ZipFile, "open")
    monkeypatch.delattr(subprocess, "Popen")
    with pytest.raises(DataError, match="would unpack to 2,097,152,0"):
        read_upload(path)


def test_a_workbook_that_is_damaged_inside_is_refused(tmp_path):
    write_register(SMALL, tmp_path / "r.xlsx")
    with zipfile.ZipFile(tmp_path / "r.xlsx") as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    files = {name: content[: len(content) // 2] for name, content in files.items()}
    with pytest.raises(DataError, match=r"cannot be read|broke off|no sheet"):
        read_upload(packed(tmp_path, "bad.xlsx", files))


def test_a_file_of_one_endless_line_is_refused(tmp_path):
    path = written(tmp_path, "party.csv", b"id,name\n" + b"x" * (intake.LARGEST - 100))
    with pytest.raises(DataError, match="line"):
        read_upload(path)
    with pytest.raises(DataError, match=r"has 50\.0 MB, and at most 20 MB"):
        read_upload(written(tmp_path, "party.csv", b"x" * 50_000_000))


def test_a_wrong_directory_makes_no_more_than_it_says(tmp_path):
    """An entry that unpacks to more than the directory says is cut off there, and then found damaged."""
    path = packed(tmp_path, "r.zip", {"party.csv": "id,name\n" + "brin,Brinmark\n" * 100_000})
    content = bytearray(path.read_bytes())
    place = content.rindex(b"PK\x01\x02") + 24
    content[place : place + 4] = (50).to_bytes(4, "little")
    path.write_bytes(content)
    with pytest.raises(DataError):
        read_upload(path)


def children() -> set[int]:
    return {int(line) for line in Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children").read_text().split()}


@pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="no /proc here")
def test_who_reads_for_too_long_is_killed_with_all_that_it_started(tmp_path):
    write_register(sample_register(), tmp_path / "r.xlsx")
    before = children()
    with pytest.raises(DataError, match="took more than 0.3 seconds and was stopped"):
        read_upload(tmp_path / "r.xlsx", seconds=0.3)
    assert children() <= before
    own = [path for path in Path("/proc").glob("[0-9]*/cmdline") if str(tmp_path).encode() in _told(path)]
    assert not own


def _told(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:  # gone meanwhile
        return b""


def test_the_child_knows_neither_key_nor_database(tmp_path, monkeypatch):
    for name in ("DATABASE_URL", "HANSA_OFFICE", "SECRET_KEY"):
        monkeypatch.setenv(name, "secret")
    assert not {"DATABASE_URL", "HANSA_OFFICE", "SECRET_KEY"} & set(intake._environment(tmp_path))


def test_the_child_loads_no_site():
    code = "import sys, hansa.office.intake; print([name for name in sys.modules if name.split('.')[0] == 'django'])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_limits_of_the_child_hold():
    """More memory than it may have ends the child, not whoever asked it."""
    code = "from hansa.office import intake; intake._limit(); bytearray(intake.MEMORY)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode
    assert "MemoryError" in done.stderr


def test_a_file_of_the_largest_size_fits_into_the_limits(tmp_path):
    """As many records as are taken, in JSON, are read within the memory and the time that the child has."""
    parties = [
        {"id": f"party-{number}", "name": f"Party {number} " + "x" * 800} for number in range(intake.MOST_RECORDS)
    ]
    path = written(tmp_path, "r.json", json.dumps({"party": parties}))
    assert 15_000_000 < path.stat().st_size < intake.LARGEST
    assert len(read_upload(path).records) == intake.MOST_RECORDS
    parties.append({"id": "one-more", "name": "x"})
    with pytest.raises(DataError, match="at most 20,000 are taken"):
        read_upload(written(tmp_path, "r.json", json.dumps({"party": parties})))


def test_an_answer_that_makes_no_sense_is_refused():
    for plain in (
        {},
        {"records": [["party"]], "places": {}, "notes": [], "untold": {}},
        {"records": [["nothing", {}]]},
    ):
        with pytest.raises(DataError):
            Incoming.of(plain)


def test_two_sheets_or_tables_of_one_kind_are_refused(tmp_path):
    files = {"party.csv": "id,name\nbrin,Brinmark\n", "parties.csv": "id,name\nkast,Kastovia\n"}
    with pytest.raises(DataError, match=r"party\.csv and parties\.csv hold the same kind"):
        read_upload(packed(tmp_path, "r.zip", files))


def test_an_archive_without_tables_is_refused(tmp_path):
    with pytest.raises(DataError, match="no table of a register"):
        read_upload(packed(tmp_path, "r.zip", {"note.txt": "x"}))
