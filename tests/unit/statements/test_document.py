"""Texts as they come: files and formats, dates, language and speakers."""

from __future__ import annotations

import io
import sys
import zipfile
from contextlib import suppress
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hansa.errors import DataError, HansaError, UnknownCode
from hansa.statements.document import Document, Turn, read, read_text
from hansa.statements.readers import MOST_TEXT, header
from hansa.statements.readers.pdf import paragraphs
from tests.growth import assert_linear

SAMPLES = Path(__file__).parents[2] / "samples" / "statements"
SENTENCE = "Trade of the two countries rose by 12 percent last year."


def _said(document: Document) -> list[tuple[str | None, str | None, str]]:
    return [(turn.speaker, turn.role, document.text[turn.start : turn.end]) for turn in document.turns]


# ---- what a source is


def test_path_text_bytes_and_streams_are_the_same(tmp_path: Path) -> None:
    path = tmp_path / "speech.txt"
    path.write_text(SENTENCE)
    same = [read(path), read(str(path)), read(SENTENCE), read(SENTENCE.encode()), read(io.StringIO(SENTENCE))]
    same += [read(io.BytesIO(SENTENCE.encode())), read_text(SENTENCE), read(SENTENCE + "\n", language="en")]
    assert {document.text.strip() for document in same} == {SENTENCE}
    assert [document.source for document in same[:3]] == [str(path), str(path), None]


def test_a_mistyped_path_is_not_taken_for_a_text() -> None:
    for name in ("speech.txt", "my speech.docx", "speech"):
        with pytest.raises(DataError, match="There is no such file"):
            read(name)


def test_read_text_never_takes_a_path() -> None:
    assert read_text("speech.txt").text == "speech.txt"
    with pytest.raises(TypeError, match="takes a str"):
        read_text(b"abc")  # type: ignore[arg-type]


def test_a_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="This is a folder"):
        read(tmp_path)


@pytest.mark.parametrize("empty", ["", " \n ", b"", b"\n\n"])
def test_an_empty_text_is_refused(empty: str | bytes) -> None:
    with pytest.raises(DataError, match="The text is empty"):
        read(empty)


@pytest.mark.parametrize("binary", [b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", bytes(range(256)) * 50, "a\0b\0c\n"])
def test_binary_is_refused(binary: bytes | str) -> None:
    with pytest.raises(DataError, match="no text but binary"):
        read(binary)


def test_fifty_megabytes_are_refused_before_they_are_decoded(tmp_path: Path) -> None:
    """They are zeros: what had looked into them would say that they are no text."""
    path = tmp_path / "long.txt"
    with path.open("wb") as stream:
        stream.truncate(50_000_000)
    for source in (path, bytes(MOST_TEXT + 1), io.StringIO("\0" * (MOST_TEXT + 1))):
        with pytest.raises(DataError, match="at most 20 MB are read at a time. Cut it"):
            read(source)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1251"])
def test_encodings(encoding: str) -> None:
    text = "Товарооборот двух стран вырос на 12 процентов.\r\nЭкспорт тоже.\rИ импорт."
    document = read(text.encode(encoding))
    assert document.text == "Товарооборот двух стран вырос на 12 процентов.\nЭкспорт тоже.\nИ импорт."
    assert document.language == "ru"


def test_an_encoding_may_be_said() -> None:
    assert read("Торговля выросла".encode("cp866"), encoding="cp866").text == "Торговля выросла"
    with pytest.raises(DataError, match="no encoding that Python knows"):
        read(b"abc", encoding="cyrillic-old")
    with pytest.raises(DataError, match="The text is not in the encoding"):
        read("Торговля".encode("cp866"), encoding="utf-8")


def test_invisible_letters_are_left_out() -> None:
    assert (
        read_text("\ufeffTrade of 12 bil\u00adlion\u2028and\u200b more \ud800").text
        == "Trade of 12 billion\nand more \ufffd"
    )


# ---- language


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Der Handel ist um 12 Prozent gestiegen und wird weiter wachsen.", "German"),
        ("Le commerce entre les deux pays a augmenté de 12 % dans une année.", "French"),
        ("El comercio entre los dos países creció un 12 % por la demanda.", "Spanish"),
        ("Товарообіг між країнами зріс на 12 відсотків, і це є рекорд.", "Ukrainian"),
        ("Тауар айналымы 12 пайызға өсті және бұл жақсы.", "Kazakh"),
        ("两国贸易额去年增长了12%。\n", "Chinese"),
        ("Το εμπόριο αυξήθηκε κατά 12 τοις εκατό.", "Greek"),
        ("lorem ipsum dolor sit amet consectetur adipiscing elit " * 6, "this"),
    ],
)
def test_another_language_is_refused_and_the_known_ones_are_named(text: str, found: str) -> None:
    with pytest.raises(UnknownCode, match=rf"'{found}' is no known language.*English \(en\) and Russian \(ru\)"):
        read(text)
    assert read(text, language="en").language == "en"


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Trade up 12 %", "en"),
        ("Рост на 12 %", "ru"),
        ("The Sudland daily «Новости» writes that trade rose", "en"),
        ("Компания Norland Timber Export Company Limited выросла и продала лес", "ru"),
    ],
)
def test_language(text: str, language: str) -> None:
    assert read(text).language == language


def test_a_text_in_two_languages_is_noted() -> None:
    document = read("Торговля двух стран выросла на треть, и это рекорд.\nThe trade rose by a third.")
    assert document.language == "ru"
    assert any("are letters of English" in note for note in document.notes)


def test_a_text_without_letters_needs_its_language() -> None:
    with pytest.raises(DataError, match="no letters"):
        read("12 45 %")


def test_languages_that_are_not_known() -> None:
    with pytest.raises(UnknownCode, match="'xx' is no known language of statements"):
        read(SENTENCE, language="xx")
    with pytest.raises(UnknownCode, match=r"'odt' is no known format.*text, html, docx, pdf"):
        read(SENTENCE, format="odt")


# ---- dates and other facts


@pytest.mark.parametrize(
    ("line", "published"),
    [
        ("Posted: 04.07.2023 14:51:00", "2023-07-04T14:51:00"),
        ("Published: 4 July 2023", "2023-07-04"),
        ("Published on July 4th, 2023 at 9:05", "2023-07-04T09:05:00"),
        ("(Published: Tuesday, 4 July 2023)", "2023-07-04"),
        ("Published: 2023-07-04T14:51:00+03:00", "2023-07-04T14:51:00+03:00"),
        ("Published: 24/07/2023", "2023-07-24"),
        ("Published: 07/24/2023", "2023-07-24"),
        ("Опубликовано 4 июля 2023 г.", "2023-07-04"),
        ("Дата публикации: 04.07.2023, 14:51", "2023-07-04T14:51:00"),
        ("Published: 31.02.2023", None),
        ("Published in 2023", None),
    ],
)
def test_published(line: str, published: str | None) -> None:
    assert read(f"{line}\n\n{SENTENCE}").published == published
    assert read(f"{SENTENCE}\n\n{line}").published == published


def test_a_date_that_may_be_read_in_two_ways_is_not_taken() -> None:
    document = read(f"Published: 04/07/2023\n\n{SENTENCE}")
    assert document.published is None
    assert any("which number is the day?" in note for note in document.notes)


def test_spoken_is_taken_only_where_it_is_said() -> None:
    at_the_end_of_june = read(f"Posted: 04.07.2023\n\nIt was said at the end of June. {SENTENCE}")
    assert at_the_end_of_june.spoken is None
    assert at_the_end_of_june.day == "2023-07-04"
    assert any("counted from 2023-07-04, when it was published" in note for note in at_the_end_of_june.notes)
    for line in ("Spoken: 2023-06-28", "Delivered on 28 June 2023", "Произнесено 28 июня 2023 г."):
        assert read(f"{line}\n\n{SENTENCE}").day == "2023-06-28"
    assert read(SENTENCE, spoken=date(2023, 6, 28)).day == "2023-06-28"
    assert any("Neither spoken nor published is known" in note for note in read(SENTENCE).notes)


def test_a_date_that_is_none_is_refused() -> None:
    with pytest.raises(DataError, match="spoken='last week' is no date that can be read"):
        read(SENTENCE, spoken="last week")


def test_what_you_say_goes_before_what_the_text_says() -> None:
    document = read(f"Published: 2023-07-04\nPublished: 2023-07-05\n\n{SENTENCE}", published="6 July 2023")
    assert document.published == "2023-07-06"
    assert "The text says published 2023-07-04; you say 2023-07-06, which is taken." in document.notes
    assert "The text says published 2023-07-04 and also 2023-07-05; the first is taken." in document.notes


def test_spoken_after_published_is_noted() -> None:
    document = read(SENTENCE, spoken="2023-07-05", published="2023-07-04")
    assert document.day == "2023-07-05"
    assert any("Spoken on 2023-07-05, after it was published on 2023-07-04" in note for note in document.notes)


def test_lines_above_a_text_are_about_it() -> None:
    head = "Title: A good year\nSpeaker: Anna Lind\nRole: Minister of Trade\nPlace: Port Lind\nEvent: 7th Forum\n"
    document = read(f"{head}\n{SENTENCE}")
    assert (document.title, document.place, document.event) == ("A good year", "Port Lind", "7th Forum")
    assert _said(document) == [("Anna Lind", "Minister of Trade", SENTENCE)]


def test_title_of_a_plain_text() -> None:
    assert read(f"Posted: 04.07.2023\n\nA good year\n\n{SENTENCE}").title == "A good year"
    assert read(f"# A good year\n\n{SENTENCE}").title == "A good year"
    assert read(f"{SENTENCE}\n\n{SENTENCE}").title is None
    assert read(f"Anna Lind, Minister: “Yes”\n\n{SENTENCE}").title is None


def test_regions_are_kept() -> None:
    assert read(SENTENCE, regions=["NOR", "SUD"]).regions == ("NOR", "SUD")


# ---- who speaks


def test_headed_quotes() -> None:
    document = read(SAMPLES / "forum.txt")
    assert document.title == "Neighbours meet again"
    assert document.published == "2031-07-04T14:51:00"
    assert [(turn.speaker, turn.role, turn.heading) for turn in document.turns] == [
        ("Anna Lind", "The President of Norland", "A good beginning"),
        ("Anna Lind", "The President of Norland", "What is still to be done"),
        ("Ole van Berg", "The Prime Minister of Sudland", "The second partner"),
    ]
    text = document.text
    assert text[document.turns[1].start :].startswith("‘What is still")
    assert text[: document.turns[1].end].endswith("nothing changes.")
    place = text.index("$7 billion")
    assert (at := document.turn_at(place)) is not None
    assert at.heading == "A good beginning"
    assert document.turn_at(text.index("7th Forum")) is None


def test_reported_speech_in_russian() -> None:
    document = read(SAMPLES / "talks.txt")
    lind, berg = ("Анна Линд", "министр торговли Норландии"), ("Олег Берг", "Посол Сюдландии")
    assert [(speaker, role) for speaker, role, _ in _said(document)] == [lind, lind, berg, lind]
    assert document.published == "2031-07-04T14:51:00"
    assert document.title == "Переговоры завершены"
    assert any("cp1251" in note for note in document.notes)


@pytest.mark.parametrize(
    ("cue", "speaker", "role"),
    [
        ("Ivan Petrov, Minister of Trade:", "Ivan Petrov", "Minister of Trade"),
        ("Minister of Trade, Anna Lind:", "Anna Lind", "Minister of Trade"),
        ("Anna B. Lind (Minister of Trade):", "Anna B. Lind", "Minister of Trade"),
        ("**US President Ole Berg**:", "Ole Berg", "US President"),
        ("LINDGREN:", "LINDGREN", None),
        ("MS. LIND:", "LIND", None),
        ("The Governor of New Norland:", None, "The Governor of New Norland"),
        ("Президент Республики Норландия Александр Линд:", "Александр Линд", "Президент Республики Норландия"),
        ("Премьер-министр Норландии Роман Иванович Головин:", "Роман Иванович Головин", "Премьер-министр Норландии"),
        ("Иван Петров, министр торговли:", "Иван Петров", "министр торговли"),
        ("Министр Петров И. И.:", "Петров И. И.", "Министр"),
    ],
)
def test_a_line_that_says_who_speaks(cue: str, speaker: str | None, role: str | None) -> None:
    for between in (" ", "\n\n"):
        if role is None or speaker is not None or between != " ":
            assert _said(read(f"{cue}{between}{SENTENCE}", language="ru" if cue > "А" else "en")) == [
                (speaker, role, SENTENCE)
            ]


@pytest.mark.parametrize(
    "line",
    ["NOTE: see below.", "Key figures:", "Total: 5 bn", "Exports: 5 bn", "See https://example.org", "At 12:30 we met."],
)
def test_a_line_that_names_no_speaker(line: str) -> None:
    assert read(f"{line}\n\n{SENTENCE}").turns == ()


def test_interview() -> None:
    text = f"Q: What of trade?\nA: {SENTENCE}\nQ: And now?\nA: It goes on."
    nameless = read(text)
    assert [turn.role for turn in nameless.turns] == ["question", "answer"] * 2
    assert any("The answers name no speaker" in note for note in nameless.notes)
    named = read(text, speaker="Anna Lind", role="Minister")
    assert [(turn.speaker, turn.role) for turn in named.turns] == [(None, "question"), ("Anna Lind", "Minister")] * 2


def test_transcript_in_capitals() -> None:
    document = read(
        "PETROVA: Trade rose by 5 % in the year.\n\nBERG: No, it was 6 %.\nAnd more.\n\nAnna Lind: Well, 7 %."
    )
    assert [turn.speaker for turn in document.turns] == ["PETROVA", "BERG", "Anna Lind"]
    assert document.text[document.turns[1].start : document.turns[1].end] == "No, it was 6 %.\nAnd more."


def test_a_quote_ends_with_its_marks() -> None:
    document = read(f"Anna Lind, Minister of Trade: “{SENTENCE}”\n\nThe forum was held in June.")
    assert _said(document) == [("Anna Lind", "Minister of Trade", f"“{SENTENCE}”")]


def test_reported_speech() -> None:
    document = read(
        "Trade reached $5 bn, Deputy Minister Anna Lind said on Monday. It was a record.\n\n"
        '"We grew by 12 percent," she said.\n\n'
        '"It was good," said Ole Berg, Minister of Trade. He added that exports rose.\n\n'
        "Lind added that imports fell.\n\nTurnover added 20 percent. Norland added 5 percent.\n\n"
        "According to Central Bank governor Kari Holm, reserves fell.\n\n"
        "Anna Lind told us that 5 grew. And Ole Berg stated that 7 fell. No one knows.\n\nThe minister said more."
    )
    assert [(speaker, text[:12]) for speaker, _, text in _said(document)] == [
        ("Anna Lind", "Trade reache"),
        ("Anna Lind", '"We grew by '),
        ("Ole Berg", '"It was good'),
        ("Anna Lind", "Lind added t"),
        ("Kari Holm", "According to"),
        ("Anna Lind", "Anna Lind to"),
        ("Ole Berg", "And Ole Berg"),
        ("Ole Berg", "The minister"),
    ]


@pytest.mark.parametrize(
    ("text", "speaker", "role"),
    [
        (
            "Trade rose, Chair of the Economy, Budget and Finance Commission of the Council Tatiana Lund said.",
            "Tatiana Lund",
            "Chair of the Economy, Budget and Finance Commission of the Council",
        ),
        (
            "The Minister of Trade Anna Lind at the talks in Port Lind said that trade rose.",
            "Anna Lind",
            "Minister of Trade",
        ),
        ("Anna Lind, Minister of Trade, also noted that trade rose.", "Anna Lind", "Minister of Trade"),
        (
            "Рост есть, сообщил журналистам замминистра развития Сюдландии Дмитрий Волков.",
            "Дмитрий Волков",
            "замминистра развития Сюдландии",
        ),
        ("Президент Сюдландии Владимир Линд на переговорах заявил о росте.", "Владимир Линд", "Президент Сюдландии"),
        ("According to the Ministry of Trade, exports rose.", None, None),
        ("The agreement said nothing of trade, and Norland added 5 percent.", None, None),
    ],
)
def test_ways_to_report(text: str, speaker: str | None, role: str | None) -> None:
    said = [(who, office) for who, office, _ in _said(read(text))]
    assert said == ([(speaker, role)] if speaker else [])


def test_who_is_said_to_speak_speaks_where_the_text_names_nobody() -> None:
    alone = read(f"{SENTENCE}\n\nPresident Berg said so.", speaker="Anna Lind", role="Minister")
    assert [(speaker, role) for speaker, role, _ in _said(alone)] == [("Anna Lind", "Minister")]
    other = read(f"Minister A. Lind: {SENTENCE}", speaker="Anna Lind")
    assert _said(other) == [("Anna Lind", "Minister", SENTENCE)]
    assert "The text names A. Lind as the speaker; you say Anna Lind, which is taken." in other.notes
    several = read(SAMPLES / "forum.txt", speaker="Kari Holm")
    assert [turn.speaker for turn in several.turns][-3:] == ["Anna Lind", "Anna Lind", "Ole van Berg"]
    assert any("the text names Anna Lind, Ole van Berg: their turns stay theirs" in note for note in several.notes)


# ---- HTML


def test_html_as_saved() -> None:
    document = read(SAMPLES / "page.html")
    assert document.text == (
        "Trade of Norland rises\n\n"
        "Trade rose by 9 percent, said Deputy Minister Anna Lind — <i>a record</i>.\n\n"
        "Exports\t$4 bn\nImports\t$3 bn\n\nFirst line\nsecond line"
    )
    assert document.title == "Trade of Norland rises"
    assert document.published == "2031-07-04T10:30:00+03:00"
    assert document.source == "https://example.org/trade"
    assert [turn.speaker for turn in document.turns] == ["Anna Lind"]
    assert "left out: hidden (1), words outside of <article> (5)" not in document.notes
    assert any(note.startswith("left out: ") for note in document.notes)


@pytest.mark.parametrize("cut", [0.5, 0.7, 0.9])
def test_broken_html_is_read_as_far_as_it_goes(cut: float) -> None:
    page = f"<html><body><div><p>{SENTENCE}</b></div></span><p>It was <b>a record</p><table><tr><td>5 bn</body>"
    document = read(page)
    assert document.text == f"{SENTENCE}\n\nIt was a record\n\n5 bn"
    assert any("the HTML is broken (line 1: " in note for note in document.notes)
    assert SENTENCE[:20] in read(page[: int(cut * len(page))]).text


def test_a_menu_that_is_not_closed_hides_no_text() -> None:
    document = read(f"<html><body><nav>Home<p>{SENTENCE}</p></body></html>")
    assert SENTENCE in document.text
    assert "menus could not be told from the text, and are read with it" in document.notes


def test_html_in_another_encoding_than_it_says() -> None:
    page = '<html><head><meta charset="{}"></head><body><p>Торговля двух стран выросла на треть.</p></body></html>'
    assert read(page.format("windows-1251").encode("cp1251")).text == "Торговля двух стран выросла на треть."
    document = read(page.format("utf-8").encode("cp1251"))
    assert document.text == "Торговля двух стран выросла на треть."
    assert "the page says it is in 'utf-8', which it is not" in document.notes


def test_a_page_saved_with_its_pictures() -> None:
    saved = (
        'From: <Saved by Example>\r\nMIME-Version: 1.0\r\nContent-Type: multipart/related;\r\n boundary="B"\r\n\r\n'
        "--B\r\nContent-Type: {kind}\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
        f"<html><body><p>{SENTENCE[:20]}=\r\n{SENTENCE[20:]}</p></body></html>\r\n--B--\r\n"
    )
    assert read(saved.format(kind="text/html").encode()).text == SENTENCE
    with pytest.raises(DataError, match="The saved page holds no HTML"):
        read(saved.format(kind="image/png").encode())


@pytest.mark.parametrize(
    ("head", "published"),
    [
        (
            '<script type="application/ld+json">{"@graph": [{"datePublished": "2031-07-04T08:00:00Z"}]}</script>',
            "08:00",
        ),
        ('<script type="application/ld+json">{broken</script><meta itemprop="datePublished" content="2031-07-04">', ""),
        ("", ""),
    ],
)
def test_dates_of_a_page(head: str, published: str) -> None:
    page = read(
        f'<html><head>{head}</head><body><time datetime="2031-07-04">today</time><p>{SENTENCE}</p></body></html>'
    )
    assert page.day == "2031-07-04"
    assert published in (page.published or "")


def test_a_page_without_text_is_refused() -> None:
    with pytest.raises(DataError, match="is it drawn by a script"):
        read("<html><body><script>draw()</script></body></html>")
    with pytest.raises(DataError, match=r"The page holds no text|cannot be read"):
        read(b"<html>" + b"<div>" * 200_000)


# ---- DOCX


def _docx(*, title: str = "") -> bytes:
    docx = pytest.importorskip("docx")
    word = docx.Document()
    word.core_properties.title = title
    word.add_heading("A good year", 0)
    word.add_paragraph("The Minister of Trade Anna Lind:")
    word.add_paragraph("— ").add_run(SENTENCE).bold = True
    table = word.add_table(rows=2, cols=2)
    for place, cell in enumerate(("Exports", "$4 bn", "Imports", "$3 bn")):
        table.cell(place // 2, place % 2).text = cell
    word.add_paragraph("The end")
    out = io.BytesIO()
    word.save(out)
    return out.getvalue()


def _repacked(content: bytes, **changed: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, changed.get(Path(name).stem, old.read(name)))
    return out.getvalue()


def test_docx(tmp_path: Path) -> None:
    path = tmp_path / "speech.docx"
    path.write_bytes(_docx())
    document = read(path)
    assert document.text == (
        f"A good year\n\nThe Minister of Trade Anna Lind:\n\n— {SENTENCE}\n\nExports\t$4 bn\nImports\t$3 bn\n\nThe end"
    )
    assert document.title == "A good year"
    assert document.turns[0].speaker == "Anna Lind"


def test_docx_with_tracked_changes() -> None:
    content = _docx()
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        xml = archive.read("word/document.xml").decode()
    changed = xml.replace(
        "The end</w:t></w:r>",
        "The</w:t></w:r><w:ins><w:r><w:t> very</w:t></w:r></w:ins><w:del><w:r><w:delText> old</w:delText></w:r></w:del>"
        '<w:r><w:t xml:space="preserve"> end</w:t></w:r>',
    )
    assert read(_repacked(content, document=changed.encode())).text.endswith("The very end")


def test_docx_that_cannot_be_read() -> None:
    content = _docx()
    with pytest.raises(DataError, match="DOCX is damaged or cut short"):
        read(content[:2000])
    with pytest.raises(DataError, match="The DOCX is damaged"):
        read(_repacked(content, document=b"<w:document"))
    table, blank = io.BytesIO(), io.BytesIO()
    with zipfile.ZipFile(table, "w") as archive:
        archive.writestr("my.csv", "a,b")
    with pytest.raises(DataError, match="no Word document"):
        read(table.getvalue())
    with pytest.raises(DataError, match=r"would unpack to .* MB"):
        read(_repacked(content, styles=b" " * 70_000_000))
    pytest.importorskip("docx").Document().save(blank)
    with pytest.raises(DataError, match="The DOCX holds no text"):
        read(blank.getvalue())


def test_formats_that_are_not_read() -> None:
    with pytest.raises(DataError, match=r"an old Word document \(.doc\), which is not read"):
        read(b"\xd0\xcf\x11\xe0" + bytes(100))
    with pytest.raises(DataError, match="This is RTF"):
        read(rb"{\rtf1 Trade}")
    with pytest.raises(DataError, match="from a file or from bytes, not from a str"):
        read(SENTENCE, format="pdf")


# ---- PDF


def _pdf(*pages: list[str], password: str = "") -> bytes:
    pypdf = pytest.importorskip("pypdf")
    from pypdf.generic import DecodedStreamObject, DictionaryObject, NameObject

    writer = pypdf.PdfWriter()
    font = {"/Type": "/Font", "/Subtype": "/Type1", "/BaseFont": "/Helvetica"}
    for lines in pages:
        page = writer.add_blank_page(595, 842)
        fonts = DictionaryObject(
            {NameObject("/F1"): DictionaryObject({NameObject(k): NameObject(v) for k, v in font.items()})}
        )
        page[NameObject("/Resources")] = DictionaryObject({NameObject("/Font"): fonts})
        stream = DecodedStreamObject()
        shown = "".join(f"({line}) Tj T*\n" for line in lines)
        stream.set_data(f"BT /F1 11 Tf 14 TL 50 780 Td\n{shown}ET".encode("latin-1"))
        page[NameObject("/Contents")] = writer._add_object(stream)
    if password:
        writer.encrypt(password, algorithm="RC4-128")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


PAGE = [
    "News of Norland",
    "A good year",
    "Trade of the two countries rose by 12 percent last year, and the coope-",
    "ration of their regions in the making of machines and in import-",
    "substitution went on. The Council of Norland was glad of it, as were all",
    "others.",
    "Next year import-substitution will go on, said Minister Anna Lind.",
]


def test_pdf(tmp_path: Path) -> None:
    path = tmp_path / "speech.pdf"
    path.write_bytes(
        _pdf([*PAGE, "1"], ["News of Norland", "It was the second page of the text.", "2"], [], [*PAGE[:2], "3"])
    )
    document = read(path)
    assert document.text == (
        "A good year\n\nTrade of the two countries rose by 12 percent last year, and the cooperation of their regions "
        "in the making of machines and in import-substitution went on. The Council of Norland was glad of it, as were "
        "all others.\n\nNext year import-substitution will go on, said Minister Anna Lind.\n\n"
        "It was the second page of the text.\n\nA good year"
    )
    assert "1 of 4 pages hold no text (pictures?)" in document.notes
    assert any("running heads and page numbers" in note for note in document.notes)
    assert [turn.speaker for turn in document.turns] == ["Anna Lind"]


def test_pdf_that_cannot_be_read() -> None:
    with pytest.raises(DataError, match="The PDF is encrypted. Open it with its password"):
        read(_pdf(PAGE, password="secret"))
    with pytest.raises(DataError, match=r"The PDF holds no text.*OCR"):
        read(_pdf([], []))
    with pytest.raises(DataError, match="The PDF is damaged"):
        read(b"%PDF-1.7\n" + b"nothing here" * 20)


def test_russian_words_are_mended() -> None:
    lines = [
        "Экспорт машин и оборудования из обла-",
        "стей Норландии вырос, как и торгово-",
        "экономические связи; в 2021-",
        "2022 гг.",
    ]
    lines += ["Торгово-экономические связи важны"]
    assert paragraphs([lines]).startswith(
        "Экспорт машин и оборудования из областей Норландии вырос, как и торгово-экономические связи; в 2021-2022 гг."
    )


@pytest.mark.parametrize(("module", "source"), [("lxml", b"<html>a"), ("docx", b"PK\x03\x04"), ("pypdf", b"%PDF-1.7")])
def test_a_library_that_is_not_installed_is_named(module: str, source: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(DataError, match=r"pip install 'hansa\[text\]'"):
        read(source)


# ---- laws


_PIECES = st.sampled_from(
    [
        "Anna Lind",
        "said",
        ":",
        "\n",
        "\n\n",
        "—",
        "‘",
        "’",
        "Q:",
        "A:",
        "President",
        "of",
        " ",
        ".",
        "Published: ",
        "2023-07-04",
        "№",
        "заявил",
        "Иван",
        "<p>",
    ]
)


@given(
    st.text() | st.lists(_PIECES).map(" ".join),
    st.sampled_from(["en", "ru", None]),
    st.sampled_from([None, "Kari Holm"]),
)
def test_any_text_is_read_or_refused_on_purpose(text: str, language: str | None, speaker: str | None) -> None:
    with suppress(HansaError):
        read(text)
    try:
        document = read_text(text, language=language, speaker=speaker)
    except HansaError:
        return
    place = 0
    for turn in document.turns:
        assert place <= turn.start < turn.end <= len(document.text)
        assert document.turn_at(turn.start) == turn == document.turn_at(turn.end - 1)
        place = turn.end


@given(st.binary(), st.sampled_from([b"", b"%PDF-1.4", b"PK\x03\x04", b"<html>", b"\xff\xfe"]))
def test_any_bytes_are_read_or_refused_on_purpose(content: bytes, mark: bytes) -> None:
    try:
        read(mark + content)
    except HansaError:
        return


@pytest.mark.parametrize(
    "bit", ["Anna Lind: and it \n", "Q: a\nA: b\n", "'a'\n— b\n", "said Anna of ", "said ", "Published: 2 ", "“a b\n"]
)
def test_a_megabyte_of_anything_takes_no_quadratic_time(bit: str) -> None:
    assert_linear(read_text, bit, 50_000, before="The trade of the year\n")


@pytest.mark.parametrize("bit", [" ", "\t ", "\n", "# "])
def test_a_text_that_begins_with_much_of_nothing_takes_no_quadratic_time(bit: str) -> None:
    assert_linear(lambda text: read_text(f"{text}x", language="en"), bit, 50_000)


# ---- the article


def test_the_article_of_2023(hansa_data: Path) -> None:
    document = read(hansa_data / "forum_2023" / "article.txt")
    assert document.published == "2023-07-04T14:51:00"
    assert document.title == "Integration makes us stronger"
    said = [(turn.speaker, turn.role) for turn in document.turns]
    belarus = ("Aleksandr Lukashenko", "The President of Belarus")
    russia = ("Vladimir Putin", "The President of Russia")
    assert said == [belarus] * 6 + [russia] * 4

    def speaker(words: str) -> str | None:
        turn: Turn | None = document.turn_at(document.text.index(words))
        return turn.speaker if turn else None

    for words in ("$50 billion", "81 agreements", "73 regions"):
        assert speaker(words) == "Aleksandr Lukashenko"
    for words in (
        "first partner",
        "12 percent",
        "three trillion",
        "11 percent",
        "28 sectoral",
        "80 billion",
        "70 billion",
    ):
        assert speaker(words) == "Vladimir Putin"
    assert speaker("10th Forum") is None


def test_a_header_ends_where_the_text_begins() -> None:
    said, body, notes = header.header("Posted: 04.07.2023\n\nTrade: it rose")
    assert (said, body, notes) == ({"published": "2023-07-04"}, 20, ())
