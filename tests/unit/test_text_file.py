"""Text files: encodings and line ends, also where they fall between two pieces that are read."""

from __future__ import annotations

import csv
import io
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hansa import text_file
from hansa.errors import DataError
from hansa.text_file import delimiter_of, open_text

LINES = st.lists(
    st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), max_size=9), min_size=1, max_size=9
)
ENDS = st.sampled_from(["\n", "\r\n", "\r"])


@pytest.fixture
def small_pieces(monkeypatch):
    monkeypatch.setattr(text_file, "_CHUNK", 3)


@settings(max_examples=150, deadline=None)
@given(
    lines=LINES,
    ends=st.lists(ENDS, min_size=9, max_size=9),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-32"]),
)
def test_every_line_comes_through(tmp_path_factory, lines, ends, encoding):
    content = "".join(line + end for line, end in zip(lines, ends, strict=False))
    path = tmp_path_factory.mktemp("text") / "my.csv"
    path.write_bytes(content.encode(encoding))
    before, text_file._CHUNK = text_file._CHUNK, 3
    try:
        read = open_text(path, None if encoding != "utf-8" else "utf-8")
    finally:
        text_file._CHUNK = before
    expected = io.StringIO(content, newline=None).read().split("\n")
    assert [*read.lines(), ""] == expected


def test_a_fault_is_told_by_its_line_across_pieces(tmp_path, small_pieces):
    path = tmp_path / "my.csv"
    path.write_bytes("один,два\nтри,\0четыре\n".encode())
    with pytest.raises(DataError, match=r"my.csv, line 2: The file holds a NUL"):
        open_text(path)
    path.write_bytes(b"a,b\nc,d\n\xff\xfe,e\n")
    with pytest.raises(DataError, match=r"line 3: Byte 8 is not UTF-8"):
        open_text(path, "utf-8")
    path.write_bytes("a,b\nв,г\n".encode("cp1251"))
    with pytest.raises(DataError, match=r"line 2: A byte here is not ascii"):
        open_text(path, "ascii")


def test_a_long_line_is_refused_wherever_it_lies(tmp_path, monkeypatch, small_pieces):
    monkeypatch.setattr(text_file, "LONGEST_LINE", 20)
    path = tmp_path / "my.csv"
    for before, after in (("", ""), ("a,b\n", ""), ("a,b\n", "\nc,d\n")):
        path.write_text(f"{before}{'x' * 25}{after}")
        with pytest.raises(DataError, match=f"line {1 + bool(before)}: This line is longer"):
            open_text(path)
    path.write_text(f"{'x' * 20}\n{'y' * 20}")
    assert [len(line) for line in open_text(path).lines()] == [20, 20]


@pytest.mark.parametrize("sign", text_file.DELIMITERS)
def test_the_delimiter_is_the_one_that_all_rows_agree_on(tmp_path, sign):
    other = next(mark for mark in text_file.DELIMITERS if mark != sign)
    path = tmp_path / "my.csv"
    with path.open("w", newline="") as stream:
        writer = csv.writer(stream, delimiter=sign)
        writer.writerows([["a", f"b{other}", "c"], ["1", "2", f"3{other}4{other}5"], ["1", "2", "3"]])
    assert delimiter_of(open_text(path)) == sign


def test_a_zip_with_several_files(tmp_path):
    path = tmp_path / "my.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.csv", "x")
        archive.writestr("b.csv", "y")
    with pytest.raises(DataError, match=r"holds 2 files, not one: a.csv, b.csv"):
        open_text(path)


@pytest.mark.parametrize(
    ("content", "wanted"),
    [
        ("a;b;c\n1;2;3\n", (1, 0)),
        ("# remark\n\na;b;c\n1;2;3\n", (3, 0)),
        ("Trade, thousand USD\n\na;b;c;d\n1;2;3;4\n1;2;3;4\n", (3, 1)),
        ("a;b;c\n1;2;3;4\n1;2;3;4\n", (1, 0)),  # a header too short is no title
        ('a,"b\nc",d,e\n1,2,3,4\n1,2,3,4\n', (1, 0)),  # nor is one that holds a line end
        ("a,b\n1,2\nfootnote\n", (1, 0)),
    ],
)
def test_the_line_of_names(tmp_path, content, wanted):
    path = tmp_path / "my.csv"
    path.write_text(content)
    assert text_file.header_line(open_text(path)) == wanted
