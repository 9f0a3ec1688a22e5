"""The file in which a person decides on claims: TOML beside the text, read with lines in every error."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from math import inf, isfinite, isnan
from os import PathLike
from pathlib import Path
from typing import Any, TypeGuard
from zlib import crc32

from hansa.errors import DataError, HansaError, UnknownCode
from hansa.period import canonical
from hansa.statements.claim import FORMS, RELATIONS

DECISIONS = ("", "confirmed", "corrected", "dropped")
PLACE = ("key", "text", "sentence", "start", "as_read")
DECIDED = ("decision", "by", "note")
NUMBERS = ("low", "high")
TEXTS = (
    *("unit", "form", "comparator", "measure", "scope", "basis", "region", "partner", "population"),
    *("period", "base", "converts", "speaker", "role", "spoken"),
)
FIELDS = ("value", *NUMBERS, *TEXTS, "qualifiers", "forecast")
NEEDED = ("unit", "form", "comparator", "speaker", "spoken")  # written even where they are empty
SCOPES = ("goods", "services", "goods and services")
LARGEST = 64 << 20
_BASIS = re.compile("[A-Z]{3}|volume|value|constant prices")
_HEAD = re.compile(r"\s*\[\[\s*(claim|added)\s*\]\]")
_CONTROL = {"\b": "\\b", "\t": "\\t", "\n": "\\n", "\f": "\\f", "\r": "\\r", '"': '\\"', "\\": "\\\\"}
_WAYS = {
    "value": 'a number in base units (50e9), or as it is said ("50 bn USD")',
    **dict.fromkeys((*NUMBERS, "start"), "a number"),
    "qualifiers": 'a list of words, such as ["record"]',
    "forecast": "true or false",
}
_TIMES = {
    **dict.fromkeys(("period", "base"), 'such as "2022", "2022-Q1", "2022-01..2022-10", "2021.."'),
    "spoken": 'a day, such as "2023-06-28"',
}


@dataclass(frozen=True)
class Entry:
    """What the file says of one claim.

    text, sentence, start : the figure and its sentence as they stood in the text, and its place.
    as_read : checksum of the fields as the rules read them, see `checksum`; empty where a person wrote the block.
    decision : one of `DECISIONS`; by : who decided; note : a remark.
    fields : every other field that the file names, as it stands there.
    line : of the file; comments : lines of comment that the person wrote into the block.
    """

    text: str
    sentence: str = ""
    start: int | None = None
    key: str = ""
    as_read: str = ""
    decision: str = ""
    by: str = ""
    note: str = ""
    fields: Mapping[str, Any] = field(default_factory=dict)
    line: int = 0
    comments: tuple[str, ...] = ()

    @property
    def touched(self) -> bool:
        """Whether a person changed a field, or wrote the block."""
        return self.as_read != checksum(self.fields)


@dataclass(frozen=True)
class Review:
    """Decisions of a person on the claims of a text.

    entries : for claims that were found; added : for figures that the person marked; by : who decides, where an entry
    names nobody; path : of the file.
    """

    entries: tuple[Entry, ...] = ()
    added: tuple[Entry, ...] = ()
    by: str = ""
    path: str = ""
    comments: tuple[str, ...] = ()


def read_review(path: str | PathLike[str]) -> Review:
    """Read a reviewed file.

    Raises
    ------
    DataError : no such file, not TOML, a value of another type than its field, one claim named twice.
    UnknownCode : a field or a decision that there is not; the nearest known are named.
    """
    source = Path(path)
    try:
        if source.stat().st_size > LARGEST:
            raise DataError("It is larger than any reviewed file: name the file beside the text.", file=path)
        text = source.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise DataError(f"It cannot be read: {error.strerror or error}.", file=path) from None
    except UnicodeDecodeError:
        raise DataError("It is no text in UTF-8. Save it as UTF-8.", file=path) from None
    return parse(text, path)


def parse(text: str, path: str | PathLike[str] = "") -> Review:
    """Read the text of a reviewed file.

    >>> review = parse('by = "A. Rook"\\n[[claim]]\\ntext = "12 %"\\ndecision = "confirmed"\\n')
    >>> review.by, review.entries[0].text, review.entries[0].decision
    ('A. Rook', '12 %', 'confirmed')
    """
    text = text.replace("\r\n", "\n")
    try:
        plain = tomllib.loads(text)
    except ValueError as error:  # no TOML, or a number of more digits than Python reads
        place = re.search(r"at line (\d+)", str(error))
        raise DataError(
            f'It is no TOML: {error}. Texts stand in quotes; a quote inside is written \\".',
            file=path,
            line=int(place[1]) if place else None,
        ) from None
    except RecursionError:
        raise DataError("It is no reviewed file: it is nested too deeply.", file=path) from None
    for name in plain:
        if name not in ("by", "claim", "added"):
            raise UnknownCode(
                "part of a reviewed file",
                name,
                ("by", "claim", "added"),
                file=path,
                hint="Blocks are [[claim]] and [[added]].",
            )
    by = plain.get("by", "")
    if not isinstance(by, str):
        raise DataError("'by' names who decides: a text in quotes.", file=path)
    blocks = _Blocks(text, path)
    found: dict[str, list[Entry]] = {"claim": [], "added": []}
    for kind, entries in found.items():
        rows = plain.get(kind, [])
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            raise DataError(f"Each claim is a block of its own: write [[{kind}]] above it.", file=path)
        entries += [blocks.entry(kind, number, row) for number, row in enumerate(rows)]
    _each_once(found["claim"] + found["added"], path)
    return Review(tuple(found["claim"]), tuple(found["added"]), by, str(path), blocks.comments_before())


class _Blocks:
    """The blocks of a file with their lines."""

    def __init__(self, text: str, path: str | PathLike[str]) -> None:
        self.path, self.lines = path, text.split("\n")
        heads = [(hit[1], number) for number, line in enumerate(self.lines) if (hit := _HEAD.match(line))]
        ends = [*(line for _, line in heads[1:]), len(self.lines)][: len(heads)]
        self.first = heads[0][1] if heads else len(self.lines)
        self.ranges: dict[str, list[tuple[int, int]]] = {"claim": [], "added": []}
        for (kind, line), end in zip(heads, ends, strict=True):
            self.ranges[kind].append((line, end))

    def comments_before(self) -> tuple[str, ...]:
        """Lines of comment above the first block."""
        return tuple(line.rstrip() for line in self.lines[: self.first] if line.startswith("#"))

    def span(self, kind: str, number: int) -> tuple[int, int]:
        """First line of a block and that after its last; the whole file where the blocks are written in another way."""
        return self.ranges[kind][number] if number < len(self.ranges[kind]) else (0, len(self.lines))

    def line(self, kind: str, number: int, name: str) -> int:
        """The line of a field, counted from 1."""
        start, end = self.span(kind, number)
        pattern = re.compile(rf"\s*[\"']?{re.escape(name)}[\"']?\s*=")
        return next((k + 1 for k in range(start, end) if pattern.match(self.lines[k])), start + 1)

    def entry(self, kind: str, number: int, row: Mapping[str, Any]) -> Entry:
        """One block, checked field by field."""
        start, end = self.span(kind, number)
        for name, value in row.items():
            line = self.line(kind, number, name)
            if name not in (*PLACE, *DECIDED, *FIELDS):
                hint = 'Fields are those of the other blocks; write remarks as note = "...".'
                raise UnknownCode(
                    "field of a claim", name, (*PLACE, *DECIDED, *FIELDS), file=self.path, line=line, hint=hint
                )
            _checked(name, value, self.path, line)
        if not row.get("text"):
            raise DataError(
                'A claim is known by its text: write text = "..." as it stands there.', file=self.path, line=start + 1
            )
        if kind == "added" and "value" not in row:
            raise DataError("An added claim needs its value, and its unit and form.", file=self.path, line=start + 1)
        comments = tuple(line.strip() for line in self.lines[start:end] if line.lstrip().startswith("#"))
        known = {name: row[name] for name in (*PLACE, *DECIDED) if name in row}
        return Entry(
            **known, fields={name: row[name] for name in FIELDS if name in row}, line=start + 1, comments=comments
        )


def _checked(name: str, value: object, path: str | PathLike[str], line: int) -> None:
    """Refuse a value of another type than its field."""
    if name == "value":
        fits = (_number(value) and abs(value) < inf) or (isinstance(value, str) and bool(value.strip()))
    elif name in NUMBERS:
        fits = _number(value)
    elif name == "start":
        fits = isinstance(value, int) and not isinstance(value, bool)
    elif name == "forecast":
        fits = isinstance(value, bool)
    elif name == "qualifiers":
        fits = isinstance(value, list) and all(isinstance(one, str) for one in value)
    else:
        fits = isinstance(value, str)
    if not fits:
        raise DataError(
            f"{value!r:.60} is not what {name!r} takes: {_WAYS.get(name, 'a text in quotes')}.", file=path, line=line
        )
    if name == "basis" and value and not _BASIS.fullmatch(str(value)):
        raise DataError(
            f"{value!r:.60} is not what growth is measured in: a currency code, volume or constant prices.",
            file=path,
            line=line,
        )
    if name in ("period", "base", "spoken") and value and not _when(name, str(value)):
        raise DataError(f"{value!r:.60} is no time that {name!r} takes: {_TIMES[name]}.", file=path, line=line)
    closed = {"decision": DECISIONS, "form": FORMS, "comparator": tuple(RELATIONS), "scope": ("", *SCOPES)}
    for known_name, known in closed.items():
        if name == known_name and value not in known:
            listed = ", ".join(one for one in known if one)
            raise UnknownCode(name, value, known, file=path, line=line, hint=f'It is one of {listed}, or "".')


def _when(name: str, value: str) -> bool:
    """Whether it is a day, or (of a period and a base) a period with or without an end.

    >>> _when("period", "2022-01..2022-10"), _when("period", "2021.."), _when("base", "2022-13")
    (True, True, False)
    """
    ends = [one for one in value.split("..", 1) if one] if name != "spoken" else [value]
    return bool(ends) and all(_day(one) or (name != "spoken" and _period(one)) for one in ends)


def _day(value: str) -> bool:
    try:
        return len(value) == 10 and bool(date.fromisoformat(value))
    except ValueError:
        return False


def _period(value: str) -> bool:
    try:
        return bool(canonical(value))
    except HansaError:
        return False


def _number(value: object) -> TypeGuard[float]:
    """Whether it is a number that a float holds."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return (isinstance(value, float) and not isnan(value)) or abs(value) < 10**300


def _each_once(entries: list[Entry], path: str | PathLike[str]) -> None:
    seen: dict[tuple[object, ...], Entry] = {}
    for entry in entries:
        names: list[tuple[object, ...]] = [(entry.text, entry.sentence, entry.start)]
        if entry.key:
            names.append((entry.key,))
        for name in names:
            if name in seen:
                raise DataError(
                    f"The claim {entry.text!r} is named twice, first in line {seen[name].line:,}. Keep one of the two.",
                    file=path,
                    line=entry.line,
                )
            seen[name] = entry


def checksum(fields: Mapping[str, Any]) -> str:
    """What tells whether the fields of a block are as they were written.

    >>> checksum({"value": 12}) == checksum({"value": 12.0}), checksum({"value": 12}) == checksum({"value": 13})
    (True, False)
    """
    written = "\n".join(f"{name} = {toml(fields[name])}" for name in FIELDS if name in fields)
    return f"{crc32(written.encode()):08x}"


def toml(value: object) -> str:
    r"""A value as TOML writes it.

    >>> print(toml('a "quoted" one'), toml(True), toml(50e9), toml(0.5), toml(["a"]))
    "a \"quoted\" one" true 50_000_000_000 0.5 ["a"]
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        if isfinite(value) and value == int(value) and abs(value) < 1e15:
            return f"{int(value):_}"
        return repr(float(value))
    if isinstance(value, list | tuple):
        return "[" + ", ".join(toml(one) for one in value) + "]"
    return '"' + "".join(_character(one) for one in str(value)) + '"'


def _character(one: str) -> str:
    if one in _CONTROL:
        return _CONTROL[one]
    if one < " " or one == "\x7f" or "\ud800" <= one <= "\udfff":
        return f"\\u{ord(one):04X}" if not "\ud800" <= one <= "\udfff" else "\ufffd"
    return one
