"""Workbooks: what is read, and what is refused before or while it is opened."""

from __future__ import annotations

import subprocess
import zipfile

import pytest
import xlsxwriter

from hansa import spreadsheet
from hansa.errors import DataError, UnknownCode
from hansa.spreadsheet import open_sheet


@pytest.fixture
def book(tmp_path):
    def writing(**sheets):
        path = tmp_path / "my.xlsx"
        with xlsxwriter.Workbook(path) as out:
            for name, rows in sheets.items():
                sheet = out.add_worksheet(name)
                for place, row in enumerate(rows):
                    sheet.write_row(place, 0, row)
        return path

    return writing


def test_the_only_filled_sheet_is_taken(book):
    sheet = open_sheet(book(Notes=[], Trade=[["a", "b"], [], [1, 2.5]]))
    assert sheet.name == "Trade"
    assert sheet.path.read_text().splitlines() == ["a,b", ",", "1,2.5"]


def test_several_sheets(book):
    path = book(One=[["a"]], Two=[["b"]])
    assert open_sheet(path, "Two").path.read_text() == "b\n"
    with pytest.raises(DataError, match="several sheets: One, Two"):
        open_sheet(path)
    with pytest.raises(UnknownCode, match="Nearest known: 'Two'"):
        open_sheet(path, "Tow")


def test_a_workbook_that_unpacks_to_two_gigabytes_is_refused_unopened(tmp_path, monkeypatch):
    path = tmp_path / "bomb.xlsx"
    block = b"<row><c><v>1</v></c></row>" * 40_000
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        with archive.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as out:
            for _ in range(2**31 // len(block) + 1):
                out.write(block)
    assert path.stat().st_size < 32 << 20
    monkeypatch.delattr(zipfile.ZipFile, "open")
    monkeypatch.delattr(subprocess, "Popen")
    with pytest.raises(DataError, match=r"would unpack to 2,147,\d+,\d+ bytes"):
        open_sheet(path)


def test_damaged_workbooks(book, tmp_path):
    path = book(One=[["a", "b"]] * 100)
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(DataError, match="cut short"):
        open_sheet(path)
    path.write_bytes(b"PK no")
    with pytest.raises(DataError, match="no zip archive"):
        open_sheet(path)
    path.write_bytes(spreadsheet.OLD_WORKBOOK + bytes(100))
    with pytest.raises(DataError, match=r"old .xls or an encrypted workbook"):
        open_sheet(path)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.txt", "b")
    with pytest.raises(DataError, match="no .xlsx workbook"):
        open_sheet(path)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("xl/workbook.xml", "<broken")
    with pytest.raises(DataError, match="cannot be read"):
        open_sheet(path)
    with pytest.raises(DataError, match="no such file"):
        open_sheet(tmp_path / "absent.xlsx")


def test_the_clock_stops_a_slow_one(book, monkeypatch):
    monkeypatch.setattr(spreadsheet, "SECONDS", 0.001)
    with pytest.raises(DataError, match="was stopped"):
        open_sheet(book(One=[["a"]]))


def test_memory_is_limited(book, tmp_path):
    """Twenty million cells may be unpacked, but do not fit the memory of the child."""
    path = tmp_path / "large.xlsx"
    block = b"<row>" + b"".join(b"<c><v>%d</v></c>" % n for n in range(20)) + b"</row>"
    with zipfile.ZipFile(book(One=[["a"]])) as small, zipfile.ZipFile(path, "w") as large:
        for name in small.namelist():
            if name != "xl/worksheets/sheet1.xml":
                large.writestr(name, small.read(name))
        with large.open("xl/worksheets/sheet1.xml", "w") as out:
            out.write(b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>')
            for _ in range(1_000):
                out.write(block * 1_040)
            out.write(b"</sheetData></worksheet>")
    with pytest.raises(DataError, match="broke off"):
        open_sheet(path)
