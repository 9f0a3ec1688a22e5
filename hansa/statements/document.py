"""A text that somebody spoke or published, with what is known about it."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from io import StringIO
from os import PathLike, fspath
from pathlib import Path
from typing import IO, Any

from hansa.errors import DataError, UnknownCode
from hansa.statements.language import lexicon
from hansa.statements.readers import MOST_BYTES, MOST_TEXT, Content, refuse_long
from hansa.statements.readers import text as plain
from hansa.statements.readers.docx import read_docx
from hansa.statements.readers.header import header, iso
from hansa.statements.readers.html import read_html
from hansa.statements.readers.pdf import read_pdf
from hansa.statements.readers.written_in import language_of
from hansa.statements.speakers.turn import Turn as Turn
from hansa.statements.speakers.turn import turns

FORMATS = ("text", "html", "docx", "pdf")
_LONGEST_PATH = 1024
_FILE_NAME = re.compile(r"\S+|.*\.(?:txt|text|md|html?|xhtml|docx?|pdf|rtf|odt)", re.IGNORECASE)
_LOOKS_HTML = re.compile(
    r"\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body|article|main|div|section|meta|p|h[1-6])\b",
    re.IGNORECASE | re.DOTALL,
)
_SAVED_AS_ONE = re.compile(
    rb"(?=(?:From|MIME-Version|Snapshot-Content-Location|Subject):)(?s:.{0,4000})multipart/related", re.I
)
_MAGIC = (
    (b"%PDF-", "pdf"),
    (b"PK\x03\x04", "docx"),
    (b"{\\rtf", "RTF"),
    (b"\xd0\xcf\x11\xe0", "an old Word document (.doc)"),
)
_LONGEST_TITLE = 200
_NAMELESS = ("the text", "the bytes", "<stdin>")


@dataclass(frozen=True)
class Document:
    """A text with its facts.

    Parameters
    ----------
    text : as it was read, with line ends as ``\\n``; every place of a claim is an offset in it.
    language : ``en`` or ``ru``.
    title, place, event, source : where known; source is a path or an address.
    published : ISO date or time; spoken : ISO date.
    turns : who speaks where, in the order of the text.
    regions : codes of the two sides that the text is about, where it was said beforehand.
    notes : what a reader must know: what was left out or assumed.
    """

    text: str
    language: str
    title: str | None = None
    published: str | None = None
    spoken: str | None = None
    place: str | None = None
    event: str | None = None
    source: str | None = None
    turns: tuple[Turn, ...] = ()
    regions: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def day(self) -> str | None:
        """The day that "last year" is counted from: spoken, else published."""
        said = self.spoken or self.published
        return said[:10] if said else None

    def turn_at(self, place: int) -> Turn | None:
        """Who speaks at a place of the text."""
        before = bisect_right(self.turns, place, key=lambda turn: turn.start)
        turn = self.turns[before - 1] if before else None
        return turn if turn and place < turn.end else None


def read(
    source: str | bytes | PathLike[str] | IO[str] | IO[bytes],
    *,
    language: str | None = None,
    title: str | None = None,
    published: str | date | None = None,
    spoken: str | date | None = None,
    place: str | None = None,
    event: str | None = None,
    speaker: str | None = None,
    role: str | None = None,
    regions: Sequence[str] = (),
    format: str | None = None,
    encoding: str | None = None,
) -> Document:
    """A text with its speakers and dates, from a file or as it is.

    Parameters
    ----------
    source : a path (of a text, HTML, DOCX or PDF file), an open file, bytes, or the text itself. A string is a path if
        there is such a file; else it is the text if it has a line break, is longer than a path may be, or is several
        words that end in no file suffix. A single word is never taken for a text (give it to `read_text`).
    language : ``en`` or ``ru``; by default told from the text.
    title, published, spoken, place, event, speaker, role : what you know of the text; it goes before what the text says
        of itself. Dates as 2023-06-28, 28.06.2023 or 28 June 2023.
    regions : codes of the two sides that the text is about.
    format : one of `FORMATS`; encoding : of a text. Both are told from the file by default.

    Raises
    ------
    DataError : there is no such file; it is empty, binary, encrypted, a scan, damaged, or more than 20 MB of text; or a
        date cannot be read.
    UnknownCode : the language or the format is none that is read.

    >>> document = read("Published: 4 July 2023\\n\\nAnna Lind, Minister of Trade: Trade rose by 12 percent last year.")
    >>> document.language, document.day, document.turns[0].speaker
    ('en', '2023-07-04', 'Anna Lind')
    """
    if format is not None and format not in FORMATS:
        raise UnknownCode("format of statements", format, FORMATS, hint=f"Known: {', '.join(FORMATS)}.")
    content, name = _content(source, format, encoding)
    return _document(
        content,
        name,
        {"title": title, "place": place, "event": event, "speaker": speaker, "role": role},
        {"published": published, "spoken": spoken},
        language,
        tuple(regions),
    )


def read_text(text: str, **known: Any) -> Document:
    """The same as `read`, for a text in memory, which is never taken for a path.

    >>> read_text("Growth", language="en").text
    'Growth'
    """
    if not isinstance(text, str):
        raise TypeError(f"read_text takes a str, not {type(text).__name__}; read takes files and bytes")
    return read(StringIO(text, newline=""), **known)


def _content(
    source: str | bytes | PathLike[str] | IO[str] | IO[bytes], format: str | None, encoding: str | None
) -> tuple[Content, str]:
    """What the source holds, and what to call it in a message."""
    data, name = _taken_in(source)
    form = format or _format(data, name)
    if form in ("text", "html"):
        refuse_long(len(data), MOST_TEXT, name)
        return (read_html if form == "html" else plain.read_text)(data, name, encoding), name
    if isinstance(data, str):
        raise DataError(f"A {form.upper()} is read from a file or from bytes, not from a str.", file=name)
    return (read_docx if form == "docx" else read_pdf)(data, name), name


def _taken_in(source: str | bytes | PathLike[str] | IO[str] | IO[bytes]) -> tuple[bytes | str, str]:
    if isinstance(source, bytes | bytearray | memoryview):
        refuse_long(len(source), MOST_BYTES, "the bytes")
        return bytes(source), "the bytes"
    if isinstance(source, str):
        path = _path_of(source)
        if path is None:
            return source, "the text"
    elif isinstance(source, PathLike):
        path = Path(fspath(source))
    else:
        return _drained(source)
    if path.is_dir():
        raise DataError("This is a folder. Name a file in it.", file=path)
    if not path.is_file():
        raise DataError("There is no such file. (A text in memory is read by read_text.)", file=path)
    refuse_long(path.stat().st_size, MOST_BYTES, str(path))
    with path.open("rb") as stream:
        return _drained(stream, str(path))


def _path_of(source: str) -> Path | None:
    """The path that a string is, or None where it is a text."""
    if len(source) > _LONGEST_PATH or re.search(r"[\n\r\0]|^\s*<", source):
        return None
    path = Path(source)
    try:
        if source and path.exists():
            return path
    except (OSError, ValueError):  # no name that the file system may hold
        return None
    return path if _FILE_NAME.fullmatch(source.strip()) else None


def _drained(stream: IO[str] | IO[bytes], name: str = "") -> tuple[bytes | str, str]:
    """All that a stream holds, but never much more than may be read."""
    name = name or str(getattr(stream, "name", "the text"))
    first = stream.read(1 << 16)
    packed = isinstance(first, bytes) and _magic(first) is not None
    most = MOST_BYTES if packed else MOST_TEXT
    chunks, size = [first], len(first)
    while size <= most and (chunk := stream.read(1 << 20)):
        chunks.append(chunk)
        size += len(chunk)
    refuse_long(size, most, name)
    return first[:0].join(chunks), name  # type: ignore[arg-type]  # a stream gives one kind


def _magic(data: bytes) -> str | None:
    return next(
        (form for mark, form in _MAGIC if mark in data[:1024] and (form == "pdf" or data.startswith(mark))), None
    )


def _format(data: bytes | str, name: str) -> str:
    """Which of `FORMATS` it is, by its first bytes, else by its name."""
    if isinstance(data, bytes):
        form = _magic(data)
        if form in FORMATS:
            return form
        if _SAVED_AS_ONE.match(data):
            return "html"
        if form:
            raise DataError(f"This is {form}, which is not read. Save it as DOCX, PDF or text.", file=name)
        head = data[:4096].replace(b"\0", b"").decode("latin-1").removeprefix("\xef\xbb\xbf").lstrip("\xff\xfe")
    else:
        head = data[:4096].lstrip("\ufeff")
    return "html" if _LOOKS_HTML.match(head) or name.lower().endswith((".html", ".htm", ".xhtml")) else "text"


def _document(
    content: Content,
    name: str,
    known: dict[str, str | None],
    dates: dict[str, str | date | None],
    language: str | None,
    regions: tuple[str, ...],
) -> Document:
    """A document of what was read, of what it says of itself, and of what is known beforehand."""
    notes = list(content.notes)
    if language is None:
        language, mixed = language_of(content.text, name, content.language)
        notes.extend(mixed)
    else:
        lexicon(language, "document")
    said, body, remarks = header(content.text)
    notes.extend(remarks)
    for key in ("title", "published"):
        if (value := getattr(content, key)) and said.setdefault(key, value) != value:
            notes.append(f"The file says {key} {value}, the text {said[key]}; the text is taken.")
    given = {key: value for key, value in known.items() if value}
    given |= {key: iso(value, key) for key, value in dates.items() if value}
    facts = said | given
    for key, value in given.items():
        if said.get(key, value) != value:
            notes.append(f"The text says {key} {said[key]}; you say {value}, which is taken.")
    if "spoken" in facts:
        facts["spoken"] = facts["spoken"][:10]
    spoken_by, unsure = turns(content.text, language, body, facts.get("speaker"), facts.get("role"))
    notes.extend(unsure)
    if "title" not in facts:
        facts["title"] = _first_line(content.text, body, spoken_by)
    return Document(
        content.text,
        language,
        title=facts["title"] or None,
        published=facts.get("published"),
        spoken=facts.get("spoken"),
        place=facts.get("place"),
        event=facts.get("event"),
        source=content.source or (None if name in _NAMELESS else name),
        turns=spoken_by,
        regions=regions,
        notes=(*notes, *_about_days(facts)),
    )


def _about_days(facts: dict[str, str]) -> list[str]:
    spoken, published = facts.get("spoken"), facts.get("published")
    if spoken and published and spoken > published[:10]:
        return [
            f"Spoken on {spoken}, after it was published on {published[:10]}: is one of them mistaken? "
            f"'Last year' is counted from {spoken}."
        ]
    if published and not spoken:
        return [
            f"The day it was spoken is not known: 'last year' is counted from {published[:10]}, when it was published."
        ]
    return [] if spoken else ["Neither spoken nor published is known: say one, or 'last year' cannot be told."]


def _first_line(text: str, body: int, spoken_by: tuple[Turn, ...]) -> str:
    """The title of a plain text: its first line, if that stands alone, is no sentence, and nobody speaks in it."""
    first = re.compile(r"\S").search(text, body)
    end = text.find("\n", first.start()) if first else -1
    after = text.find("\n", end + 1) if end >= 0 else -1
    if first is None or after < 0 or text[end:after].strip():
        return ""
    line = text[first.start() : end].lstrip("#").strip()
    if not 0 < len(line) <= _LONGEST_TITLE or line.rstrip("\"'”’»")[-1:] in set(".:;,!?…"):
        return ""
    return "" if spoken_by and spoken_by[0].start < after and spoken_by[0].speaker not in (None, "") else line
