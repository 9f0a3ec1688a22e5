"""XML from anywhere, opened so that it can do no harm: no entities, no document type, no network, bounded size."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from hansa.errors import DataError

LARGEST = 50_000_000  # bytes
MOST_TAGS = 2_000_000  # start tags and end tags: what a tree of elements would hold in memory
MOST_ATTRIBUTES = 3_000_000
_DECLARED = re.compile(rb"""^\s*<\?xml[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9._-]+)["']""")
_ENCODINGS = re.compile(rb"(utf-?(8|16)|us-ascii|iso-8859-\d+|windows-125\d)$", re.IGNORECASE)


def open_xml(path: Path) -> Any:
    """The root element of an XML file (of lxml, with the lines of elements).

    Raises
    ------
    DataError : lxml is not installed; no such file; more than 50 MB or more elements than a register has; a document
        type or an entity is declared; it is no well-formed XML.
    """
    try:
        from lxml import etree  # optional dependency
    except ImportError:
        raise DataError("XML is read by lxml, which is not installed. Run: pip install 'hansa[text]'") from None
    content = _content(path)
    parser = etree.XMLParser(
        resolve_entities=False,
        load_dtd=False,
        dtd_validation=False,
        no_network=True,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(content, parser)
    except etree.XMLSyntaxError as trouble:
        line = trouble.lineno or None
        raise DataError(f"This is no well-formed XML ({trouble.msg}).", file=path, line=line) from None
    except (ValueError, LookupError) as trouble:
        raise DataError(f"This cannot be read as XML ({trouble}).", file=path) from None
    if root.getroottree().docinfo.internalDTD is not None:
        raise _declares(path)
    return root


def _content(path: Path) -> bytes:
    if not path.is_file():
        raise DataError("There is no such file.", file=path)
    size = path.stat().st_size
    if size > LARGEST:
        raise DataError(
            f"The file has {size / 1e6:,.0f} MB, and at most {LARGEST // 1_000_000} MB are read. Split it.",
            file=path,
        )
    content = path.read_bytes()
    declared = _DECLARED.match(content[:400])
    if declared and not _ENCODINGS.match(declared[1]):
        raise DataError(f"The encoding {declared[1].decode()!r} is not read. Save it as UTF-8.", file=path)
    plain = content.replace(b"\0", b"")  # of UTF-16, too
    if b"<!DOCTYPE" in plain.partition(b"<iati-activities")[0] or b"<!ENTITY" in plain:
        raise _declares(path)
    if content.count(b"<") > MOST_TAGS or content.count(b"=") > MOST_ATTRIBUTES:
        raise DataError("The file holds more elements than any register has, and is refused.", file=path)
    return content


def _declares(path: Path) -> DataError:
    return DataError(
        "The file declares a document type or entities, which IATI files do not need and hostile files use. "
        "Remove the declaration (<!DOCTYPE ...>).",
        file=path,
    )
