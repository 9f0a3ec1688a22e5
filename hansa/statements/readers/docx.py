"""DOCX: paragraphs, headings and tables in the order of the document."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from typing import TYPE_CHECKING

from hansa.errors import DataError
from hansa.statements.readers import MOST_BYTES, MOST_TEXT, Content, refuse_long, without_library
from hansa.statements.readers.text import tidy

if TYPE_CHECKING:
    from docx.document import Document as Word
    from docx.table import Table
    from docx.text.paragraph import Paragraph

_MOST_XML = 60_000_000  # bytes, of parts that are parsed; each letter of text is several there
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_NO_TITLE = re.compile(r"(?:word |microsoft word.*|document ?\d*|untitled|документ.*|без названия)?", re.IGNORECASE)
_DEEPEST = 50


def read_docx(content: bytes, name: str) -> Content:
    """The text of a Word document; a cell of a table is followed by a tab, a row by a line end.

    Deleted text of tracked changes, headers, footers, notes and comments are left out.

    Raises
    ------
    DataError : it is no DOCX, is damaged or protected, unpacks beyond reason, holds no text; or python-docx is missing.
    """
    try:
        import docx  # optional dependency
    except ImportError:
        raise without_library("python-docx", "DOCX") from None
    left_out = _check(content, name)
    try:
        word = docx.Document(io.BytesIO(content))
        paragraphs = list(_paragraphs(word))
        title, style_title = word.core_properties.title, _styled_title(word)
    except Exception as trouble:  # python-docx and lxml raise many kinds where a part is damaged
        raise DataError(
            f"The DOCX is damaged ({type(trouble).__name__}: {trouble}). Open it in a word processor and save it anew.",
            file=name,
        ) from None
    text = "\n\n".join(paragraphs)
    refuse_long(len(text), MOST_TEXT, name)
    if not text.strip():
        raise DataError("The DOCX holds no text: is it a picture?", file=name)
    known = title.strip() if title and not _NO_TITLE.fullmatch(title.strip()) else None
    return Content(tidy(text, name), title=style_title or known, notes=left_out)


def _check(content: bytes, name: str) -> tuple[str, ...]:
    """Refuse, by its directory alone, what is no Word document or would unpack beyond reason; say what is left out."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = {entry.filename: entry.file_size for entry in archive.infolist()}
            locked = any(entry.flag_bits & 1 for entry in archive.infolist())
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError) as trouble:
        raise DataError(f"The DOCX is damaged or cut short ({trouble}). Fetch it again.", file=name) from None
    if "word/document.xml" not in entries:
        raise DataError(
            "This is a zip archive, but no Word document. Take the text out of it, or save it as DOCX.", file=name
        )
    if locked:
        raise DataError("The DOCX is protected by a password. Save it without one.", file=name)
    xml = sum(size for part, size in entries.items() if part.endswith((".xml", ".rels")))
    if sum(entries.values()) > MOST_BYTES or xml > _MOST_XML:
        raise DataError(
            f"The DOCX would unpack to {sum(entries.values()) / 1e6:,.0f} MB, {xml / 1e6:,.0f} MB of them text, and is "
            "refused. Save its text alone, in parts.",
            file=name,
        )
    apart = {"footnotes": "footnotes", "endnotes": "endnotes", "comments": "comments"}
    found = [word for part, word in apart.items() if entries.get(f"word/{part}.xml", 0) > 4_000]
    return (f"left out: {', '.join(found)}",) if found else ()


def _paragraphs(word: Word) -> Iterator[str]:
    from docx.table import Table  # optional dependency

    for block in word.iter_inner_content():
        said = _table(block) if isinstance(block, Table) else _paragraph(block)
        if said.strip():
            yield said.strip()


def _paragraph(paragraph: Paragraph) -> str:
    """The words of a paragraph, with what tracked changes put in and without what they took out."""
    parts = []
    for piece in paragraph._p.iter(f"{_W}t", f"{_W}tab", f"{_W}br", f"{_W}cr", f"{_W}noBreakHyphen"):
        kind = piece.tag.removeprefix(_W)
        parts.append({"t": piece.text or "", "tab": " ", "noBreakHyphen": "-"}.get(kind, "\n"))
    return "".join(parts)


def _table(table: Table, depth: int = 0) -> str:
    """Rows as lines with a tab between cells; a cell that is merged is told once."""
    if depth > _DEEPEST:
        return ""
    rows = []
    for row in table.rows:
        cells, seen = [], None
        for cell in row.cells:
            if cell._tc is not seen:
                inner = [" ".join(_paragraph(paragraph).split()) for paragraph in cell.paragraphs]
                inner += [_table(nested, depth + 1).replace("\n", "; ") for nested in cell.tables]
                cells.append(" ".join(filter(None, inner)))
            seen = cell._tc
        rows.append("\t".join(cells))
    return "\n".join(rows)


def _styled_title(word: Word) -> str | None:
    """The first paragraph in the style "Title"."""
    for paragraph in word.paragraphs[:20]:
        style = paragraph.style.name if paragraph.style is not None else ""
        if style == "Title" and paragraph.text.strip():
            return str(" ".join(paragraph.text.split()))
    return None
