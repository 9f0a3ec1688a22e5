"""The report of the sample world as its reader gets it: HTML, PDF and XLSX with the same figures, in two languages."""

from __future__ import annotations

import html
import io
import re
import shlex
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import openpyxl
import pypdf
import pytest
import python_calamine

from hansa.report import Partnership, partnership
from hansa.report.workbook import sheet_name
from hansa.trade.store import open_store
from hansa.wording.sentence import Amount
from tests.e2e.conftest import Hansa

PAIR = ("XBR", "XKA")


@pytest.fixture(scope="module")
def english(world: Path) -> Partnership:
    return partnership(open_store(world), *PAIR, dataset="flows")


@pytest.fixture(scope="module", params=["en", "ru"])
def report(request: pytest.FixtureRequest, world: Path, english: Partnership) -> Partnership:
    if request.param == "en":
        return english
    return partnership(open_store(world), *PAIR, dataset="flows", language=request.param)


@pytest.fixture(scope="module")
def files(report: Partnership, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    paths = report.write(tmp_path_factory.mktemp("report"))
    return {path.suffix[1:]: path.read_bytes() for path in paths}


def view_a(page: str) -> str:
    """The part of a page that the first region reads."""
    return page[page.index('<div class="view view-a"') : page.index('<div class="view view-b"')]


def visible(markup: str) -> str:
    """What stands on a page, without the little numbers that lead to the evidence."""
    markup = re.sub(r"<style>.*?</style>|<svg.*?</svg>", " ", markup, flags=re.DOTALL)
    markup = re.sub(r'<a class="how".*?</a>', "", markup, flags=re.DOTALL)
    return html.unescape(re.sub(r"<[^>]+>", "", markup))


def dense(text: str) -> str:
    """Text without white space, which a PDF puts where its lines end."""
    return re.sub(r"\s+", "", text)


def said(report: Partnership) -> Iterator[str]:
    """Every sentence of the first view."""
    view, words = report.views[0], report.words
    for item in view.glance:
        yield from (words.say(item.name), words.show(item.amount), words.say(item.beside))
    for fact in view.headlines:
        yield words.say(fact.sentence)
    for section in view.sections:
        yield from (words.say(sentence) for sentence in section.sentences)
    yield from (words.say(limit) for limit in view.limits)


def rows(report: Partnership) -> Iterator[str]:
    """Every row of every table of the first view, its cells one after the other."""
    for section in report.views[0].sections:
        for grid in section.grids:
            for row in grid.rows:
                yield "".join(report.words.show(value, grid.scale) for value in row)


def pdf_text(content: bytes) -> str:
    return "".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(content)).pages)


def test_html_and_pdf_say_the_same(report: Partnership, files: dict[str, bytes]):
    page, document = dense(visible(view_a(files["html"].decode()))), dense(pdf_text(files["pdf"]))
    foot = re.compile(re.escape(dense(report.words.say(report.title))) + r"\d+/\d+")
    document = re.sub(r"\d+(?=\D)", lambda hit: hit[0], foot.sub("", document))
    sentences, cells = [dense(text) for text in said(report)], [dense(text) for text in rows(report)]
    assert len(sentences) > 40
    assert len(cells) > 60
    assert [text for text in (*sentences, *cells) if text not in page] == []
    assert [text for text in sentences if text not in document] == []
    assert [text for text in cells if text not in document] == []


def test_pdf_is_short_and_opens(report: Partnership, files: dict[str, bytes]):
    reader = pypdf.PdfReader(io.BytesIO(files["pdf"]))
    assert 4 <= len(reader.pages) <= 8
    assert reader.metadata.title == report.words.say(report.title)
    assert all(round(float(page.mediabox.width)) == 595 for page in reader.pages)


def test_page_fetches_nothing_and_runs_nothing(files: dict[str, bytes]):
    page = files["html"].decode()
    assert "<script" not in page
    assert re.findall(r'(?:src|href)="([^"#][^"]*)"', page) == []
    assert "url(" not in re.sub(r'clip-path="url\(#[\w-]+\)"', "", page)
    assert "@import" not in page
    assert not re.search(r'\sstyle="', page)
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', page)[1]
    assert policy.startswith("default-src 'none'; style-src 'sha256-")


def test_every_link_of_the_page_leads_somewhere(files: dict[str, bytes]):
    page = files["html"].decode()
    identities = re.findall(r'\sid="([^"]+)"', page)
    assert len(identities) == len(set(identities))
    targets = re.findall(r'href="#([^"]+)"', page) + re.findall(r'(?:for|aria-labelledby)="([^" ]+)', page)
    assert set(targets) <= set(identities)


def test_headlines_print_their_salience(report: Partnership, files: dict[str, bytes]):
    page = visible(view_a(files["html"].decode()))
    assert len(report.views[0].headlines) == 6
    for fact in report.views[0].headlines:
        assert report.words.number(fact.score, 3) in page
    scores = [fact.score for fact in report.views[0].headlines]
    assert all(before >= after for before, after in pairwise(scores))


def test_workbook_holds_every_table_and_nothing_runs(report: Partnership, files: dict[str, bytes]):
    book = openpyxl.load_workbook(io.BytesIO(files["xlsx"]))
    again = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(files["xlsx"]))
    assert book.sheetnames == again.sheet_names
    grids = [grid for section in report.views[0].sections for grid in section.grids]
    assert len(book.sheetnames) == len(grids) + 2
    for grid in grids:
        name = sheet_name(report.words.say(grid.sheet))
        lines, sheet = again.get_sheet_by_name(name).to_python(), book[name]
        for number, row in enumerate(grid.rows):
            for place, value in enumerate(row):
                cell = sheet.cell(5 + number, 1 + place).value
                if isinstance(value, Amount) and value.value is not None:
                    figure = value.value / grid.scale if value.kind == "money" else value.value
                    assert cell == pytest.approx(figure, rel=1e-11)
                    assert lines[4 + number][place] == pytest.approx(figure, rel=1e-11)
                elif not isinstance(value, Amount):
                    assert cell == report.words.show(value)
        under = [cell.value for cell in sheet["A"] if cell.value]
        assert any(re.search("^hansa |hansa (show|mirror|simulate)", str(line)) for line in under)
    assert not any(cell.data_type == "f" for sheet in book for row in sheet for cell in row)


def test_two_runs_are_equal_to_the_byte(report: Partnership, files: dict[str, bytes], world: Path, tmp_path: Path):
    again = partnership(open_store(world), *PAIR, dataset="flows", language=report.language)
    for path in again.write(tmp_path):
        assert path.read_bytes() == files[path.suffix[1:]], path.suffix


def foreign_words(page: str, allowed: set[str]) -> set[str]:
    """Latin words of a page outside what is quoted as it is: commands, formulas, and what is marked lang=en."""
    page = page[page.index("<body>") :]
    page = re.sub(r"<code>.*?</code>", " ", page, flags=re.DOTALL)
    page = re.sub(r'<span (?:class="formula" )?lang="(?:en|zxx)">.*?</span>', " ", page, flags=re.DOTALL)
    text = html.unescape(re.sub(r"<[^>]+>", " ", page))
    return {
        word for word in re.findall(r"[A-Za-z]+", text) if word not in allowed and not re.fullmatch("X[A-Z]{2}", word)
    }


def test_no_word_of_the_other_language(report: Partnership, files: dict[str, bytes]):
    """English holds no Cyrillic. Russian holds Latin letters only in codes (USD, FOB, CIF, S1, codes of regions,
    products and the store), and in what is quoted as it is: commands, formulas, names of papers and sources, marked
    lang="en".
    """
    page, document = files["html"].decode(), pdf_text(files["pdf"])
    if report.language == "en":
        assert not re.search("[А-Яа-яЁё]", page + document)
        book = openpyxl.load_workbook(io.BytesIO(files["xlsx"]))
        assert not any(re.search("[А-Яа-яЁё]", str(c.value)) for sheet in book for row in sheet for c in row)
        return
    store = open_store_name(report)
    allowed = {"USD", "FOB", "CIF", "S", "NT", *re.findall("[A-Za-z]+", store)}
    assert foreign_words(page, allowed) == set()
    quoted = set(re.findall("[A-Za-z]+", html.unescape(re.sub(r"<[^>]+>", " ", page))))
    quoted |= {word for known in report.views[0].evidence for word in re.findall("[A-Za-z]+", known.command)}
    whole = dense(visible(page))
    assert {word for word in re.findall("[A-Za-z]{4,}", document) if word not in quoted and word not in whole} == set()


def open_store_name(report: Partnership) -> str:
    """The name of the store's folder, as commands have it."""
    words = shlex.split(report.views[0].command)
    return words[words.index("--store") + 1]


def test_every_note_of_the_sample_world_is_translated(report: Partnership):
    for view in report.views:
        assert [note for note in view.notes if not report.words.note(note)[1]] == []


def test_the_sample_world_says_that_it_is_one(report: Partnership, files: dict[str, bytes]):
    warning = {"en": "every region, product and figure is invented", "ru": "все регионы, товары и числа вымышлены"}
    assert warning[report.language] in visible(files["html"].decode())
    assert dense(warning[report.language]) in dense(pdf_text(files["pdf"]))


def test_commands_give_the_figures_again(
    english: Partnership, hansa: Hansa, world: Path, monkeypatch: pytest.MonkeyPatch
):
    """A command of every method, run as it is printed, from the folder that holds the store."""
    monkeypatch.chdir(world.parent)
    view = english.views[0]
    for known, commands in view.methods:
        _, command = commands[0]
        assert shlex.split(command)[0] == "hansa"
        answer = hansa(*shlex.split(command)[1:], "--format", "csv")
        assert answer.code == 0, f"{command}: {answer.err}"
        assert [line for line in answer.out.splitlines() if line and not line.startswith("#")][1:], known.method


def test_commands_print_the_very_figures(
    english: Partnership, hansa: Hansa, world: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.chdir(world.parent)
    view = english.views[0]
    for item in view.glance:
        (last,) = hansa(*shlex.split(item.beside.evidence.command)[1:], "--format", "csv").out.strip().splitlines()[-1:]
        assert float(last.split(",")[-1]) == pytest.approx(item.amount.value, rel=1e-12)
    growth = next(f for f in view.facts if f.family == "growth")
    (last,) = hansa(*shlex.split(growth.sentence.evidence.command)[1:], "--format", "csv").out.strip().splitlines()[-1:]
    assert float(last.split(",")[-1]) == pytest.approx(growth.sentence.values["growth"].value, rel=1e-12)


def test_both_views_are_there_and_mirror_each_other(report: Partnership):
    mine, theirs = report.views
    assert mine.glance[0].amount.value == theirs.glance[0].amount.value
    assert mine.glance[1].amount.value == theirs.glance[2].amount.value
    assert mine.glance[3].amount.value == -theirs.glance[3].amount.value
    assert mine.command.replace(*PAIR).split("--")[0] != theirs.command


def test_trade_between_two_regions_of_finland(hansa_data: Path, tmp_path: Path):
    """Printed with the data: Uusimaa to Kymenlaakso EUR 4,023.87 mn."""
    from hansa.trade.readers.flat import read_flat
    from hansa.trade.store import Store

    columns = Path(__file__).parents[1] / "samples" / "column_maps" / "finland_alta.toml"
    store = Store.create(tmp_path / "finland")
    store.write(read_flat(hansa_data / "finland_alta" / "trade_od_2014.parquet", columns), vintage="2023-01-01")
    report = partnership(store, "Uusimaa", "Kymenlaakso")
    assert round(report.views[0].glance[1].amount.value / 1e6, 2) == 4_023.87
    assert all(part.key != "mirror" for part in report.sections)
    assert any(part.key == "map" and part.drawings for part in report.sections)
    paths = report.write(tmp_path / "out")
    assert len(paths) == 3
    text = dense(pdf_text(paths[1].read_bytes()))
    assert dense("EUR 4.02 bn") in text


def test_russian_customs_on_belarus(hansa_data: Path, tmp_path: Path):
    """Printed: turnover USD 38.77 bn in 2021, +35.4 %, first in the CIS."""
    from hansa.trade.readers.flat import read_flat
    from hansa.trade.store import Store

    columns = Path(__file__).parents[1] / "samples" / "column_maps" / "russia_fts_annual.toml"
    store = Store.create(tmp_path / "fts")
    store.write(read_flat(hansa_data / "russia_fts" / "annual_cis_1994_2021.parquet", columns), vintage="2022-02-01")
    report = partnership(store, "RUS", "BLR")
    turnover = report.views[0].glance[0]
    assert round(turnover.amount.value / 1e9, 2) == 38.77
    assert report.words.say(turnover.beside) == "+35.4% on 2020"
    standing = next(part for part in report.sections if part.key == "standing")
    ranks = {report.words.say(row[0]): row[1].value for row in standing.grids[0].rows}
    assert ranks["Belarus among partners of Russian Federation in Commonwealth of Independent States"] == 1
    assert len(report.write(tmp_path / "out")) == 3
