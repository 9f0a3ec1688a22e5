"""PDF: the text of its pages, with lines joined to paragraphs and words mended at line ends."""

from __future__ import annotations

import io
import logging
import re
from collections import Counter
from statistics import median

from hansa.errors import DataError
from hansa.statements.readers import MOST_TEXT, Content, refuse_long, without_library
from hansa.statements.readers.text import tidy

_NO_TITLE = re.compile(r"(?:microsoft word.*|untitled.*|.*\.(?:docx?|pdf|indd|rtf|odt))?", re.IGNORECASE)
_ENDS_SENTENCE = re.compile(r"[.!?…:;][\"'»”’)]*$")
_HYPHENATED = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)+")
_PAGE_NUMBER = re.compile(r"\W*(?:page|стр\.?|с\.)?\W*\d{1,4}(?:\s*(?:/|of|из)\s*\d{1,4})?\W*", re.IGNORECASE)
_REPEATED = 0.6  # of the pages, so that a line is a running head
_FULL = 0.8  # of the usual length, so that a line is full


def read_pdf(content: bytes, name: str) -> Content:
    """The text of a PDF; running heads and page numbers are left out, pages without text are counted.

    Raises
    ------
    DataError : it is encrypted, damaged, or a scan without text; or pypdf is not installed.
    """
    try:
        import pypdf  # optional dependency
    except ImportError:
        raise without_library("pypdf", "PDF") from None
    logging.getLogger("pypdf").setLevel(logging.ERROR)  # it warns of every fault that it can read past
    try:
        reader = pypdf.PdfReader(io.BytesIO(content))
        locked = reader.is_encrypted and not reader.decrypt("")
    except pypdf.errors.DependencyError:
        locked = True
    except Exception as trouble:  # pypdf raises many kinds where a file is damaged
        raise _damaged(trouble, name) from None
    if locked:
        raise DataError(
            "The PDF is encrypted. Open it with its password and save or print it to a new PDF, or copy its text.",
            file=name,
        )
    pages, title = _pages(reader, name)
    empty = sum(not page for page in pages)
    if empty == len(pages):
        raise DataError(
            "The PDF holds no text: its pages are pictures (a scan). Recognise the text first (OCR), for example with "
            "ocrmypdf.",
            file=name,
        )
    notes = [f"{empty} of {len(pages)} pages hold no text (pictures?)"] if empty else []
    kept, dropped = _without_running_heads([page for page in pages if page])
    if dropped:
        notes.append(f"left out: {dropped} running heads and page numbers")
    return Content(tidy(paragraphs(kept), name), title=title, notes=tuple(notes))


def _pages(reader: object, name: str) -> tuple[list[list[str]], str | None]:
    """Lines of every page, and the title by the properties of the file."""
    pages: list[list[str]] = []
    size = 0
    try:
        for page in reader.pages:  # type: ignore[attr-defined]  # a PdfReader, whose module is loaded late
            text = tidy_page(page.extract_text() or "")
            size += len(text)
            refuse_long(size, MOST_TEXT, name)
            lines = [line.rstrip() for line in text.split("\n")]
            pages.append(lines if text.strip() else [])
        title = reader.metadata.title if reader.metadata else None  # type: ignore[attr-defined]
    except DataError:
        raise
    except Exception as trouble:  # pypdf raises many kinds where a page is damaged
        raise _damaged(trouble, name) from None
    title = " ".join(str(title or "").split())
    return pages, None if _NO_TITLE.fullmatch(title) else title


def _damaged(trouble: Exception, name: str) -> DataError:
    return DataError(
        f"The PDF is damaged ({type(trouble).__name__}: {trouble}). Open it and print it to a new PDF.", file=name
    )


def tidy_page(text: str) -> str:
    """The text of a page without control characters, which some fonts leave."""
    return re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f]", "", text.replace("\r\n", "\n").replace("\r", "\n"))


def _without_running_heads(pages: list[list[str]]) -> tuple[list[list[str]], int]:
    """Pages without page numbers and without the first and last lines that most of them share."""
    edges: Counter[str] = Counter()
    for page in pages:
        filled = [line for line in page if line.strip()]
        edges.update({_shape(line) for line in (filled[0], filled[-1])})
    many = len(pages) > 2
    kept, dropped = [], 0
    for page in pages:
        places = [place for place, line in enumerate(page) if line.strip()]
        out = set()
        for place in {places[0], places[-1]}:
            repeated = many and edges[_shape(page[place])] > _REPEATED * len(pages)
            if len(places) > 1 and (repeated or (len(pages) > 1 and _PAGE_NUMBER.fullmatch(page[place]))):
                out.add(place)
        dropped += len(out)
        kept.append([line for place, line in enumerate(page) if place not in out])
    return kept, dropped


def _shape(line: str) -> str:
    return re.sub(r"\d+", "0", " ".join(line.split()))


def paragraphs(pages: list[list[str]]) -> str:
    """Lines joined where the writer did not end them: a full line goes on, a short one ends a paragraph.

    A word that was split at the end of a line is mended, unless it is written with its hyphen elsewhere in the text.

    >>> paragraphs([["Exports of machinery and coope-", "ration of the regions grew, as", "did trade.", "Next year"]])
    'Exports of machinery and cooperation of the regions grew, as did trade.\\n\\nNext year'
    """
    lengths = [len(line) for page in pages for line in page if line.strip()]
    usual = median(sorted(lengths)[len(lengths) // 2 :]) if lengths else 0
    hyphenated = {
        word.lower() for page in pages for line in page for word in _HYPHENATED.findall(line.rstrip("-")) if "-" in word
    }
    done: list[str] = []
    open_line = ""  # the last line of the paragraph so far, as it stands on the page
    for page in pages:
        for line in page:
            bare = " ".join(line.split())
            if not bare:
                open_line = ""
                continue
            if open_line and _goes_on(open_line, bare, usual):
                done[-1] = _joined(done[-1], bare, hyphenated)
            else:
                done.append(bare)
            open_line = bare
    return "\n\n".join(done)


def _goes_on(before: str, line: str, usual: float) -> bool:
    if line[0].islower() or before[-1] in "-\u00ad,":
        return True
    if line[0] in "•·▪—–" or not before or re.match(r"\d{1,2}[.)]\s", line):
        return False
    return len(before) >= _FULL * usual and not (_ENDS_SENTENCE.search(before) and len(before) < 0.95 * usual)


def _joined(text: str, line: str, hyphenated: set[str]) -> str:
    if text[-1] == "\u00ad":
        return text[:-1] + line
    if len(text) > 1 and text[-1] in "-‐" and text[-2].isalpha():
        first = re.search(r"[^\W\d_]+(?:-[^\W\d_]+)*$", text[:-1])
        second = re.match(r"[^\W\d_]+", line)
        if first and second and line[0].islower() and f"{first[0]}-{second[0]}".lower() not in hyphenated:
            return text[:-1] + line
        return text + line
    return text + line if text[-1] in "-–" and text[-2:-1].isdigit() and line[0].isdigit() else f"{text} {line}"
