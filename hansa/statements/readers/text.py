"""Plain text, and bytes in whatever encoding they come."""

from __future__ import annotations

import re

from hansa import files, text_file
from hansa.errors import DataError
from hansa.statements.readers import Content

_LINE_END = re.compile("\r\n?|[\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
_INVISIBLE = re.compile("[\u00ad\u200b\ufeff]")  # soft hyphen, zero-width space, byte order mark
_ACTING = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")  # what no text needs, and a screen obeys
_CONTROL = re.compile("[\x00-\x08\x0e-\x1b\x1f]")
_CONTROL_BYTE = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_MOST_CONTROL = 0.002


def read_text(content: bytes | str, name: str, encoding: str | None = None) -> Content:
    """A plain text: decoded, with line ends as ``\\n`` and without invisible letters.

    Raises
    ------
    DataError : it is empty or binary, or its encoding cannot be told.
    """
    text, notes = (content, ()) if isinstance(content, str) else decode(content, name, encoding)
    return Content(tidy(text, name), notes=notes)


def tidy(text: str, name: str) -> str:
    """The text with one kind of line end, without soft hyphens and other letters that are not seen.

    Raises
    ------
    DataError : it is empty, or no text.
    """
    text = _INVISIBLE.sub("", _LINE_END.sub("\n", text))
    if not text.strip():
        raise DataError("The text is empty.", file=name)
    if text.count("\0") or len(_CONTROL.findall(text)) > _MOST_CONTROL * len(text):
        raise _binary(name)
    return without_control(text)


def without_control(text: str) -> str:
    r"""The text with a mark of replacement for each control character but tab and line feed, and for lone surrogates.

    >>> without_control("5\x1b[31m bn\n")
    '5\ufffd[31m bn\n'
    """
    return _ACTING.sub("\ufffd", text)


def decode(content: bytes, name: str, encoding: str | None = None) -> tuple[str, tuple[str, ...]]:
    """Bytes as text, and a note where their encoding had to be assumed.

    encoding : any that Python knows; by default it is detected as `hansa.text_file` does.

    Raises
    ------
    DataError : the bytes are empty, binary, or in no encoding that can be told; or not in the one that was given.
    """
    if not content.strip():
        raise DataError("The text is empty.", file=name)
    notes: tuple[str, ...] = ()
    if encoding is None:
        if content.isascii() and not _CONTROL_BYTE.search(content):
            encoding = "ascii"
        else:
            copy = files.scratch("text")
            copy.write_bytes(content)
            try:
                encoding, notes = text_file.encoding_of(copy, name)
            except DataError:
                if _looks_binary(content):
                    raise _binary(name) from None
                raise
    try:
        return content.decode(encoding), notes
    except LookupError:
        raise DataError(
            f"{encoding!r} is no encoding that Python knows. Usual ones: utf-8, utf-16, cp1251, latin-1, gb18030.",
            file=name,
        ) from None
    except UnicodeError as trouble:
        raise DataError(f"The text is not in the encoding {encoding} ({trouble}).", file=name) from None


def _looks_binary(content: bytes) -> bool:
    return b"\0" in content or len(_CONTROL_BYTE.findall(content)) > _MOST_CONTROL * len(content)


def _binary(name: str) -> DataError:
    return DataError("This is no text but binary data. Texts, HTML, DOCX and PDF are read.", file=name)
