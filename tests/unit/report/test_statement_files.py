"""A checked text as files and as lines for the screen."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from pathlib import Path

import pytest

from hansa.errors import DataError
from hansa.report import statement_lines as lines
from hansa.report.statement_files import CheckedTexts, formats, stem
from hansa.report.statement_page import SHOWN, Checked
from hansa.statements.claim import Apart
from hansa.statements.verdict import Check, Reading, Verdict
from hansa.wording import Sentence, Words
from tests.unit.report.test_statement_page import NAMES, finding, statement


def checked(*texts: Checked, language: str = "en", store: str = "office") -> CheckedTexts:
    """Texts as the command line puts them together."""
    names = tuple(f"text{number}" for number in range(1, len(texts) + 1))
    checks = tuple(Check(tuple(text.claims), text.verdicts, (), store) for text in texts if store)
    return CheckedTexts(texts, names, (finding(texts[0]),), Words(language, NAMES), checks, store)


def test_page_and_tables_are_written(tmp_path: Path):
    written = checked(statement()).write(tmp_path / "new" / "out")
    assert [path.name for path in written] == ["text1-checked-en.html", "text1-checked.csv", "text1-checked.json"]
    assert all(path.stat().st_size > 1000 for path in written)


def test_the_same_text_in_two_languages_is_two_pages_and_one_table(tmp_path: Path):
    for language in ("en", "ru"):
        checked(statement(), language=language).write(tmp_path)
    assert len(list(tmp_path.iterdir())) == 4


def test_a_table_names_the_text_of_every_reading():
    table = checked(statement(), statement()).table()
    rows = table.rows()
    assert [row["document"] for row in rows] == ["text1"] * 6 + ["text2"] * 6
    assert table.meta["findings"] == [{"outcome": "contradictory", "sentence": "+12.0% against +20.7%."}]
    assert [source.title for source in table.provenance.sources] == ["Trade by partner"]


def test_without_a_store_the_table_has_the_claims():
    text = Checked(statement().claims)
    table = checked(text, store="").table()
    first, *_, last = table.rows()
    assert (first["claim"], first["value"], first["low"], first["unit"]) == ("c1", 50e9, 49.5e9, "USD")
    assert (first["qualifiers"], first["region"], first["speaker"]) == ("record", "XBR", "Nora Quill")
    assert (last["inferred"], last["by_hand"], last["decision"]) == ("period", "measure", "corrected")


def test_formulas_in_a_text_do_not_reach_a_spreadsheet():
    text = statement()
    hostile = tuple(replace(claim, speaker="=1+1", text="@SUM(A1)") for claim in text.claims)
    for store in ("", "office"):
        made = checked(Checked(replace(text.claims, entries=hostile), text.verdicts), store=store)
        told = [line for line in made.table().to_csv().splitlines() if not line.startswith("# ")]
        cells = [cell for row in csv.reader(io.StringIO("\n".join(told))) for cell in row]
        assert not any(cell.startswith(("=", "@")) for cell in cells)
    assert json.loads(checked(text).table().to_json())["meta"]["findings"]


def test_a_file_is_no_folder_and_pdf_no_form(tmp_path: Path):
    (tmp_path / "out").write_text("")
    with pytest.raises(DataError, match="needs a folder"):
        checked(statement()).write(tmp_path / "out")
    with pytest.raises(DataError, match="'pdf'"):
        checked(statement()).write(tmp_path / "other", ("html", "pdf"))
    assert not (tmp_path / "other").exists()


@pytest.mark.parametrize(
    ("source", "wanted"),
    [
        ("a/b c.txt", "b-c"),
        ("../../etc/passwd", "passwd"),
        (".hidden", "hidden"),
        ("речь.docx", "речь"),
        ("a" * 300 + ".txt", "a" * 80),
        ("-", "statement"),
        ("///", "statement"),
    ],
)
def test_names_of_files(source, wanted):
    assert stem(source) == wanted


def test_forms_asked_for():
    assert formats(" html , json") == ("html", "json")


# ---- the screen -----------------------------------------------------------------------------------------------------
def test_lines_of_claims():
    first, *_, forecast, _ = lines.claim_lines(statement(), Words("en", NAMES))
    assert first.heading.replace("\xa0", " ") == (
        "c1 Nora Quill: “exceeded 50 billion dollars” = more than USD 50 bn [◐ supported in 1 of 2 readings]"
    )
    assert first.summary == "1 of 2 readings hold."
    assert first.readings[0][0] == "✓ supported"
    assert first.readings[0][3] == "goods and services; each seller's own report"
    assert first.rest == ""
    assert forecast.readings[0][3] == "The year 2022 is missing."


def test_long_answers_are_cut_and_say_so():
    text = statement()
    one = text.claims[0]
    many = tuple(replace(one, key=f"c{number}") for number in range(1, 51))
    readings = tuple(Reading("near", {"dataset": str(number)}) for number in range(SHOWN + 5))
    made = Checked(replace(text.claims, entries=many), (Verdict(many[0], readings, Sentence("Near.")),))
    told = list(lines.claim_lines(made, Words()))
    assert len(told) == lines.CLAIMS
    assert len(told[0].readings) == SHOWN
    assert told[0].rest == "and further readings, which the page shows: 5"
    assert lines.further_claims(made, Words()) == "and further figures, which the page shows: 10"


def test_what_a_person_dropped_is_told():
    text = statement()
    apart = (*text.claims.apart, Apart("12", 0, 2, "dropped by E. Ditor"))
    told = lines.told_apart([Checked(replace(text.claims, apart=apart))], Words("ru"))
    assert told == "Отделено: названия: 1, слишком неопределённо: 1, снято: E. Ditor: 1."


def test_counts_by_outcome():
    assert lines.tally([statement()], Words()) == (
        "Figures found: 5. ✓ supported: 1; ◐ supported in some readings, contradicted in none: 1; ✗ contradicted: 1; "
        "? not checkable: 1; ∅ no data: 1."
    )
    assert lines.tally([Checked(statement().claims)], Words()) == "Figures found: 5."
