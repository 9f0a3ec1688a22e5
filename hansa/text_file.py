"""Text files as they come: which encoding, which line ends, which delimiter; handed on as plain UTF-8.

What a file does not say (its encoding) is looked at, said in a note, and asked for where two readings are possible.
"""

from __future__ import annotations

import codecs
import csv
import gzip
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice, pairwise
from os import PathLike
from pathlib import Path

from hansa import files
from hansa.errors import DataError

DELIMITERS = (",", ";", "\t", "|")
LONGEST_LINE = 1 << 20
_CHUNK = 1 << 20
_SAMPLE = 1 << 20
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_COMMON_RUSSIAN = frozenset("оеаинтсрвлОЕАИНТСРВЛ")


@dataclass(frozen=True)
class TextFile:
    """A text that any CSV parser may read: UTF-8, one kind of line end, no NUL, no endless line.

    path : the file itself, or a decoded copy that lasts as long as the program runs.
    source : the file that was given.
    encoding : the one it was read in.
    notes : what had to be assumed or changed.
    """

    path: Path
    source: Path
    encoding: str
    notes: tuple[str, ...] = ()

    def lines(self) -> Iterator[str]:
        """The lines, without their ends."""
        with self.path.open(encoding="utf-8-sig", newline="") as stream:
            for line in stream:
                yield line.rstrip("\r\n")

    def records(self, delimiter: str, skip: int = 0) -> Iterator[tuple[int, list[str]]]:
        """Every record as (line on which it ends, cells), after `skip` lines; blank lines are left out.

        Raises
        ------
        DataError : a quote is left open, or the cells cannot be told apart.
        """
        csv.field_size_limit(16 * LONGEST_LINE)
        with self.path.open(encoding="utf-8-sig", newline="") as stream:
            for _ in range(skip):
                stream.readline()
            reader = csv.reader(stream, delimiter=delimiter, strict=True)
            try:
                for cells in reader:
                    if cells:
                        yield reader.line_num + skip, cells
            except csv.Error as trouble:
                raise DataError(
                    f"The cells cannot be told apart ({trouble}). Is a double quote left open?",
                    file=self.source,
                    line=reader.line_num + skip,
                ) from None


def open_text(path: str | PathLike[str], encoding: str | None = None) -> TextFile:
    """A text file, decoded.

    Parameters
    ----------
    path : a text file, or one packed as .gz, or as the only file of a .zip.
    encoding : any that Python knows; by default it is detected: byte order mark, then UTF-8, then UTF-16 without mark,
        cp1251, GB18030, latin-1 (each of the latter with a note).

    Raises
    ------
    DataError : there is no such file, it is empty, holds NUL bytes or a line of more than a megabyte, mixes encodings,
        or fits two of them.

    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "my.csv"
    >>> _ = path.write_bytes("регион;стоимость".encode("cp1251"))
    >>> open_text(path).encoding
    'cp1251'
    """
    source = Path(path)
    if not source.is_file():
        raise DataError("There is no such file.", file=source)
    packed = unpacked(source)
    if packed.stat().st_size == 0:
        raise DataError("The file is empty. It needs a line of column names and at least one row.", file=source)
    chosen, notes = (_known(encoding, source), ()) if encoding else _detect(packed, source)
    if chosen in ("utf-8", "utf-8-sig"):
        decoded, ends = _plain(packed, source, checked=not encoding and chosen == "utf-8")
    else:
        decoded, ends = _decoded(packed, source, chosen)
    return TextFile(decoded, source, chosen.removesuffix("-sig"), (*notes, *ends))


def delimiter_of(text: TextFile, skip: int = 0) -> str:
    """The sign between cells: the one of , ; tab | that gives every one of the first rows the same number of cells.

    Raises
    ------
    DataError : none does.
    """
    head: list[str] = []
    for number, line in enumerate(text.lines()):
        if number >= skip and line.strip():
            head.append(line)
        if len(head) == 50:
            break
    if not head:
        raise DataError(f"There is no line {skip + 1}, which should name the columns.", file=text.source)
    best: tuple[float, int, str] | None = None
    for place, sign in enumerate(DELIMITERS):
        widths = [len(cells) for cells in csv.reader(head, delimiter=sign)]
        if not widths or widths[0] < 2:
            continue
        agreeing = sum(width == widths[0] for width in widths) / len(widths)
        if best is None or (agreeing, widths[0], -place) > (best[0], best[1], -DELIMITERS.index(best[2])):
            best = (agreeing, widths[0], sign)
    if best is None:
        raise DataError(
            f"The first line of the table holds no comma, semicolon, tab or bar: {head[0][:60]!r}. "
            "It must name at least two columns.",
            file=text.source,
            line=skip + 1,
        )
    return best[2]


def header_line(text: TextFile) -> tuple[int, int]:
    """The line that names the columns, and how many lines of titles stand above it.

    It is the first line that is neither blank, nor a remark (#), nor a title above a table: a line with at most half as
    many cells as most lines have.

    Raises
    ------
    DataError : there is no such line.
    """
    numbered = ((number, line) for number, line in enumerate(text.lines(), 1) if line.strip() and line[0] != "#")
    head = list(islice(numbered, 100))
    if not head:
        raise DataError("The file is empty. It needs a line of column names and at least one row.", file=text.source)
    csv.field_size_limit(16 * LONGEST_LINE)
    best = (len(head) // 2, 0, 0)
    for sign in DELIMITERS:
        widths = [len(next(csv.reader([line], delimiter=sign))) for _, line in head]
        usual, count = Counter(widths).most_common(1)[0]
        titles = widths.index(usual)
        narrow = all(2 * width <= usual for width in widths[:titles])
        if usual > 1 and narrow and not any('"' in line for _, line in head[:titles]):  # a quote may hold line ends
            best = max(best, (count, usual, titles))
    return head[best[2]][0], best[2]


def unpacked(path: Path) -> Path:
    """The file itself, or what a .gz or a .zip with one file holds; refused where it grows beyond reason."""
    kind = path.suffix.lower()
    if kind not in (".gz", ".zip"):
        return path
    target = files.scratch(path.stem)
    try:
        if kind == ".gz":
            with gzip.open(path) as stream:
                files.copy_capped(stream, target, path)
        else:
            names = files.check_zip(path)
            if len(names) != 1:
                raise DataError(f"The zip holds {len(names)} files, not one: {', '.join(names[:5])}.", file=path)
            with zipfile.ZipFile(path) as archive, archive.open(names[0]) as stream:
                files.copy_capped(stream, target, path)
    except (zipfile.BadZipFile, gzip.BadGzipFile, zlib.error, EOFError) as trouble:
        raise DataError(f"The packed file is damaged or cut short ({trouble}). Fetch it again.", file=path) from None
    return target


def encoding_of(path: str | PathLike[str], name: str | PathLike[str] | None = None) -> tuple[str, tuple[str, ...]]:
    """The encoding of a file that is not empty, and a note where it had to be assumed.

    name : what the file is called in a message, where it is a working copy.

    Raises
    ------
    DataError : the file mixes encodings, or fits two of them.
    """
    return _detect(Path(path), Path(name or path))


def _known(encoding: str, source: Path) -> str:
    try:
        return codecs.lookup(encoding).name
    except LookupError:
        raise DataError(
            f"{encoding!r} is no encoding that Python knows. Usual ones: utf-8, utf-16, cp1251, latin-1, gb18030.",
            file=source,
        ) from None


def _detect(path: Path, source: Path) -> tuple[str, tuple[str, ...]]:
    with path.open("rb") as stream:
        head = stream.read(4096)
    for mark, name in _BOMS:
        if head.startswith(mark):
            return name, ()
    odd, even = head[1::2].count(0) / max(len(head[1::2]), 1), head[::2].count(0) / len(head[::2])
    if len(head) > 1 and max(odd, even) > 0.2 and min(odd, even) < 0.02:
        name = "utf-16-le" if odd > even else "utf-16-be"
        return name, (f"encoding assumed: {name} (no byte order mark; every second byte is zero)",)
    if _first_not_utf8(path) is None:
        return "utf-8", ()
    return _detect_one_byte(path, source)


def _first_not_utf8(path: Path) -> int | None:
    """Offset of the first byte that is not UTF-8, or None."""
    decoder, start = codecs.getincrementaldecoder("utf-8")("strict"), 0
    with path.open("rb") as stream:
        while chunk := stream.read(_CHUNK):
            waiting = len(decoder.getstate()[0])
            if waiting or not chunk.isascii():
                try:
                    decoder.decode(chunk)
                except UnicodeDecodeError as trouble:
                    return start - waiting + trouble.start
            start += len(chunk)
    return start if decoder.getstate()[0] else None


def _detect_one_byte(path: Path, source: Path) -> tuple[str, tuple[str, ...]]:
    """An older encoding, told by how its bytes above 127 lie together."""
    foreign, mixed = _foreign_lines(path)
    if mixed:
        raise DataError(
            f"The file mixes encodings: line {mixed[0]:,} is UTF-8, line {mixed[1]:,} is not. Save it anew in one "
            "encoding, or say which with encoding=.",
            file=source,
            line=mixed[1],
        )
    counts = _Counts.of(foreign)
    if (
        counts.in_words > 0.7
        and counts.below_letters > 0.2
        and counts.common_chinese > 0.6
        and _decodes(path, "gb18030")
    ):
        return "gb18030", ("encoding assumed: gb18030 (Chinese); if names look wrong, give encoding=",)
    if counts.in_words > 0.7 and counts.below_letters < 0.15 and counts.russian("cp1251") > counts.russian("koi8-r"):
        return "cp1251", ("encoding assumed: cp1251 (Cyrillic); if names look wrong, give encoding=",)
    if counts.in_words < 0.4 and counts.beside_latin > 0.6:
        name = "cp1252" if any(0x80 <= byte < 0xA0 for byte in foreign) and _decodes(path, "cp1252") else "latin-1"
        return name, (f"encoding assumed: {name} (Western European); if names look wrong, give encoding=",)
    raise DataError(
        "The file is not UTF-8, and its older encoding cannot be told for certain. Say it: encoding='cp1251', "
        "'latin-1', 'gb18030', 'cp866', 'koi8-r' ...",
        file=source,
        line=_line_at(path, _first_not_utf8(path) or 0),
    )


def _foreign_lines(path: Path) -> tuple[bytes, tuple[int, int] | None]:
    """Lines that are not UTF-8 (up to a megabyte); and, where others are UTF-8 beyond ASCII, a line of either kind."""
    foreign, size, utf8_line, other_line = [], 0, 0, 0
    with path.open("rb") as stream:
        for number, line in enumerate(stream, 1):
            if line.isascii():
                continue
            try:
                line.decode("utf-8")
                utf8_line = utf8_line or number
            except UnicodeDecodeError:
                other_line = other_line or number
                foreign.append(line)
                size += len(line)
            if size > _SAMPLE or (utf8_line and other_line):
                break
    return b"".join(foreign), (utf8_line, other_line) if utf8_line and other_line else None


@dataclass(frozen=True)
class _Counts:
    """How bytes above 127 lie: in words of their own, beside Latin letters, in which ranges. All shares, 0..1."""

    text: bytes
    in_words: float
    beside_latin: float
    below_letters: float
    common_chinese: float

    @classmethod
    def of(cls, text: bytes) -> _Counts:
        high = [place for place, byte in enumerate(text) if byte > 127]
        padded = b" " + text + b" "
        neighbours = [(padded[place], padded[place + 2]) for place in high]
        pairs, place = [], 0
        while place < len(text) - 1:
            if text[place] > 127:
                pairs.append((text[place], text[place + 1]))
                place += 2
            else:
                place += 1
        chinese = sum(0xB0 <= a <= 0xD7 and 0xA1 <= b <= 0xFE for a, b in pairs)
        latin = sum(
            max(chr(a).isascii() and chr(a).isalpha(), chr(b).isascii() and chr(b).isalpha()) for a, b in neighbours
        )
        return cls(
            text,
            sum(a > 127 or b > 127 for a, b in neighbours) / len(high),
            latin / len(high),
            sum(text[place] < 0xC0 for place in high) / len(high),
            chinese / max(len(pairs), 1),
        )

    def russian(self, encoding: str) -> float:
        """How much the text, read so, looks Russian: frequent letters, and no capital after a small letter."""
        read = self.text.decode(encoding, "replace")
        letters = Counter(read)
        cyrillic = sum(count for letter, count in letters.items() if "Ѐ" <= letter <= "ӿ")
        common = sum(letters[letter] for letter in _COMMON_RUSSIAN)
        odd = sum(a.islower() and b.isupper() for a, b in pairwise(read))
        return (common - 2 * odd) / max(cyrillic, 1)


def _decodes(path: Path, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    try:
        with path.open("rb") as stream:
            while chunk := stream.read(_CHUNK):
                decoder.decode(chunk)
            decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _line_at(path: Path, offset: int) -> int:
    line, left = 1, offset
    with path.open("rb") as stream:
        while left > 0 and (chunk := stream.read(min(_CHUNK, left))):
            line += chunk.count(b"\n") or (chunk.count(b"\r") if b"\n" not in chunk else 0)
            left -= len(chunk)
    return line


def _plain(path: Path, source: Path, checked: bool) -> tuple[Path, tuple[str, ...]]:
    """A UTF-8 file itself; or a copy, where its line ends differ among themselves or are bare carriage returns."""
    if not checked and (bad := _first_not_utf8(path)) is not None:
        raise DataError(
            f"Byte {bad:,} is not UTF-8, though the file says it is.", file=source, line=_line_at(path, bad)
        )
    ends = _line_ends(path, source)
    return _decoded(path, source, "utf-8-sig") if len(ends) > 1 or ends == {b"\r"} else (path, ())


def _decoded(path: Path, source: Path, encoding: str) -> tuple[Path, tuple[str, ...]]:
    """A copy in UTF-8 with one kind of line end."""
    target, line, held, ends = files.scratch(f"{source.stem}.txt"), 1, "", set()
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    with path.open("rb") as reading, target.open("w", encoding="utf-8", newline="\n") as writing:
        while True:
            chunk = reading.read(_CHUNK)
            try:
                piece = held + decoder.decode(chunk, final=not chunk)
            except UnicodeDecodeError as trouble:
                raise DataError(
                    f"A byte here is not {encoding} ({trouble.reason}). Give the right encoding=.",
                    file=source,
                    line=line + trouble.object[: trouble.start].count(b"\n"),
                ) from None
            held = "\r" if chunk and piece.endswith("\r") else ""
            piece = piece[: len(piece) - len(held)]
            ends |= _ends_in(piece.encode("utf-8"))
            piece = piece.replace("\r\n", "\n").replace("\r", "\n")
            writing.write(piece)
            line += piece.count("\n")
            if not chunk:
                break
    _line_ends(target, source)
    if len(ends) > 1:
        return target, ("line ends of several kinds were read as one",)
    return target, ("lines end with a bare carriage return",) if ends == {b"\r"} else ()


def _ends_in(piece: bytes) -> set[bytes]:
    pairs = piece.count(b"\r\n")
    found = {b"\r\n"} if pairs else set()
    return found | {end for end in (b"\n", b"\r") if piece.count(end) > pairs}


def _line_ends(path: Path, source: Path) -> set[bytes]:
    """Which line ends a UTF-8 file uses; refuses NUL bytes and lines beyond `LONGEST_LINE`."""
    found: set[bytes] = set()
    since, offset, held = 0, 0, b""
    with path.open("rb") as stream:
        while chunk := stream.read(_CHUNK):
            if (nul := chunk.find(0)) >= 0:
                raise DataError(
                    "The file holds a NUL byte; it is damaged, or no text file.",
                    file=source,
                    line=_line_at(path, offset + nul),
                )
            whole = held + chunk
            held = b"\r" if chunk.endswith(b"\r") else b""
            found |= _ends_in(whole[: len(whole) - len(held)])
            first = _first_end(chunk)
            if since + (first if first >= 0 else len(chunk)) > LONGEST_LINE:
                raise DataError(
                    f"This line is longer than {LONGEST_LINE >> 20} MB. Is a double quote left open?",
                    file=source,
                    line=_line_at(path, offset),
                )
            last = max(chunk.rfind(b"\n"), chunk.rfind(b"\r"))
            since = len(chunk) - last - 1 if last >= 0 else since + len(chunk)
            offset += len(chunk)
    return found | ({held} if held else set())


def _first_end(chunk: bytes) -> int:
    places = [place for place in (chunk.find(b"\n"), chunk.find(b"\r")) if place >= 0]
    return min(places) if places else -1
