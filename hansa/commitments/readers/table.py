"""The lines of one table of a register, be it a CSV file or a sheet."""

from __future__ import annotations

import csv
import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from hansa.commitments.cells import Marks, read
from hansa.commitments.fields import columns, tables
from hansa.commitments.readers.assemble import Line, Place, Troubles, article
from hansa.errors import DataError, UnknownCode, nearest
from hansa.text_file import DELIMITERS, LONGEST_LINE

_PLURAL = {kind: "parties" if kind == "party" else f"{kind}s" for kind in tables()}
_HEAD = 30


def table_of(name: str) -> str | None:
    """The kind whose table is called so, in the singular or the plural; None where there is none.

    >>> table_of("Agreements"), table_of("party"), table_of("minutes")
    ('agreement', 'party', None)
    """
    plain = name.strip().casefold().replace(" ", "_").replace("-", "_")
    return next((kind for kind in tables() if plain in (kind, _PLURAL[kind])), None)


def not_read(name: str) -> str:
    """The note on a file or sheet that is no table of a register."""
    near = nearest(name, tables(), 1)
    return f"{name!r} was not read: it is no kind of record" + (f" (nearest: {near[0]})" if near else "")


def read_table(path: Path, kind: str, file: str, troubles: Troubles, *, sheet: str = "") -> list[Line]:
    """The lines of a table; what is wrong with them goes into `troubles`.

    path : UTF-8 text. file : what it is called in messages. sheet : its name where it is one: the n-th record, blank or
    not, is then row n.
    """
    try:
        records = list(_records(path, "," if sheet else _delimiter(path, kind), bool(sheet)))
    except csv.Error as trouble:
        told = f"The cells cannot be told apart ({trouble}). Is a double quote left open?"
        troubles.add(Place(file, sheet=sheet).error(told), [kind])
        return []
    head = next(
        (place for place, (_, cells) in enumerate(records[:_HEAD]) if not cells[0].startswith("#") and any(cells)), None
    )
    if head is None:
        return []
    header = [_column_name(cell) for cell in records[head][1]]
    known = columns(kind)
    before = len(troubles.found)
    _check_header(header, kind, Place(file, records[head][0], sheet=sheet), troubles)
    if len(troubles.found) > before:
        troubles.blind.add(kind)
        return []
    rows = [(line, cells) for line, cells in records[head + 1 :] if any(cell.strip() for cell in cells)]
    order = {field.name: header.index(field.name) for field in known if field.name in header}
    marks = {
        field.name: Marks(cells[order[field.name]] for _, cells in rows if len(cells) == len(header))
        for field in known
        if field.type in ("number", "whole") and field.name in order
    }
    found = []
    for number, cells in rows:
        place = Place(file, number, sheet=sheet)
        if len(cells) != len(header):
            troubles.add(
                place.error(
                    f"There are {len(cells)} cells, and {len(header)} columns. "
                    "Put a text that holds the sign between cells in double quotes."
                ),
                [kind],
            )
            continue
        found.append(_line(kind, order, cells, marks, place, troubles))
    return found


def header_of(path: Path, kind: str, *, sheet: str = "") -> list[str]:
    """The names of a table's columns, as `read_table` takes them; none where it cannot be read."""
    try:
        rows = list(itertools.islice(_records(path, "," if sheet else _delimiter(path, kind), bool(sheet)), _HEAD))
    except csv.Error:
        return []
    head = next((cells for _, cells in rows if not cells[0].startswith("#") and any(cells)), [])
    return [_column_name(cell) for cell in head]


def _line(
    kind: str, order: dict[str, int], cells: list[str], marks: dict[str, Marks], place: Place, troubles: Troubles
) -> Line:
    """What a line says; an empty cell stands for the default."""
    values: dict[str, Any] = {}
    spoiled = set()
    for field in columns(kind):
        cell = cells[order[field.name]] if field.name in order else ""
        if not cell.strip():
            continue
        try:
            values[field.name] = read(field, cell, marks.get(field.name) or Marks())
        except DataError as trouble:
            troubles.add(place.error(trouble, field.name))
            spoiled.add(field.name)
    return Line(kind, place, values, frozenset(spoiled))


def _column_name(cell: str) -> str:
    return "_".join(cell.strip().casefold().split())


def _check_header(header: list[str], kind: str, place: Place, troubles: Troubles) -> None:
    known = columns(kind)
    names = [field.name for field in known]
    for column in dict.fromkeys(header):
        if column not in names:
            strange = UnknownCode("column", column, names, hint=f"{article(kind).capitalize()} has {', '.join(names)}.")
            troubles.add(place.error(strange, column))
        elif header.count(column) > 1:
            troubles.add(place.error("This column stands twice in the header. Keep one.", column))
    for field in known:
        if field.required and field.name not in header:
            troubles.add(
                place.error(f"This column is missing. The header is {', '.join(header)}; add {field.name}.", field.name)
            )


def _delimiter(path: Path, kind: str) -> str:
    """The sign between cells under which most columns of the first line are known ones."""
    names = {field.name for field in columns(kind)}
    with path.open(encoding="utf-8-sig", newline="") as stream:
        head = next((line for line in stream if line.strip() and not line.startswith("#")), "")

    def known(sign: str) -> tuple[int, int]:
        cells = [_column_name(cell) for cell in next(csv.reader([head], delimiter=sign), [])]
        return sum(cell in names for cell in cells), len(cells)

    return max(DELIMITERS, key=known)


def _records(path: Path, delimiter: str, sheet: bool) -> Iterator[tuple[int, list[str]]]:
    """Every record with the line on which it begins; of a sheet, with its row."""
    csv.field_size_limit(16 * LONGEST_LINE)
    with path.open(encoding="utf-8-sig", newline="") as stream:
        reader, begins = csv.reader(stream, delimiter=delimiter, strict=True), 1
        for row, cells in enumerate(reader, 1):
            if cells:
                yield row if sheet else begins, cells
            begins = reader.line_num + 1
