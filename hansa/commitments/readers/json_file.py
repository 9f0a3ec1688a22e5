"""A register as one JSON document: a list for each kind of record, histories and amounts inside their records."""

from __future__ import annotations

import json
from os import PathLike
from pathlib import Path
from typing import Any

from hansa import files
from hansa.commitments.fields import NESTED, Field, fields_of
from hansa.commitments.readers.assemble import Line, Place, Troubles, article, assemble, places
from hansa.commitments.records import KINDS
from hansa.commitments.register import Register
from hansa.errors import DataError, UnknownCode
from hansa.period import canonical
from hansa.provenance import Provenance, Source

LARGEST = 50_000_000  # bytes


def read_json(path: str | PathLike[str]) -> Register:
    """The register that a JSON document holds, whole or not at all.

    Raises
    ------
    DataError : it is no JSON, larger than 50 MB, or something in it is wrong; all that is wrong is listed.
    """
    file = Path(path)
    troubles = Troubles()
    document = _loaded(file)
    if not isinstance(document, dict):
        raise DataError('The document is no object. It needs a list for each kind: {"party": [...]}.', file=file)
    lines: list[Line] = []
    for kind, listed in document.items():
        if kind not in KINDS:
            strange = UnknownCode("kind of record", kind, KINDS, file=file, hint=f"Known: {', '.join(KINDS)}.")
            troubles.add(strange, KINDS)
        elif not isinstance(listed, list):
            troubles.add(DataError(f"{kind!r} is no list.", file=file), [kind])
        else:
            for number, entry in enumerate(listed, 1):
                lines += lines_of(kind, entry, Place(str(file), spot=f"{kind} {number}"), troubles)
    source = Source("", file.name, checksum=files.sha256(file))
    return Register(assemble(lines, troubles), Provenance((source,)), places=places(lines))


def _loaded(file: Path) -> Any:
    if not file.is_file():
        raise DataError("There is no such file.", file=file)
    if file.stat().st_size > LARGEST:
        raise DataError(f"The file is larger than {LARGEST // 1_000_000} MB, more than a register holds.", file=file)
    try:
        return json.loads(file.read_bytes(), object_pairs_hook=_once, parse_constant=_refuse_constant)
    except RecursionError:
        raise DataError("The lists in it lie too deep in one another for a register.", file=file) from None
    except json.JSONDecodeError as trouble:
        raise DataError(f"This is no JSON ({trouble.msg}).", file=file, line=trouble.lineno) from None
    except (UnicodeDecodeError, ValueError) as trouble:
        raise DataError(f"This cannot be read as JSON ({str(trouble)[:200]}).", file=file) from None


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"{twice!r} stands twice in one object")
    return found


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is no number")


def lines_of(kind: str, entry: Any, place: Place, troubles: Troubles) -> list[Line]:
    """A record and, apart from it, its events and amounts; what is wrong with them goes into `troubles`."""
    if not isinstance(entry, dict):
        troubles.add(place.error("This is no object."), [kind])
        return []
    known = {field.name: field for field in fields_of(kind)}
    values: dict[str, Any] = {}
    spoiled = set()
    inner: list[Line] = []
    for name, value in entry.items():
        if name not in known:
            strange = UnknownCode("field", name, known, hint=f"{article(kind).capitalize()} has {', '.join(known)}.")
            troubles.add(place.error(strange, name))
        elif name in NESTED:
            inner += _inner(NESTED[name][0], name, value, place, troubles, entry.get("id"))
        elif value is not None:
            try:
                values[name] = _typed(known[name], value)
            except DataError as trouble:
                troubles.add(place.error(trouble, name))
                spoiled.add(name)
    return [Line(kind, place, values, frozenset(spoiled)), *inner]


def _inner(kind: str, name: str, listed: Any, place: Place, troubles: Troubles, owner: Any) -> list[Line]:
    if not isinstance(listed, list):
        troubles.add(place.error("This is no list.", name))
        return []
    found = []
    for number, entry in enumerate(listed, 1):
        spot = Place(place.file, spot=f"{place.spot}, {name} {number}")
        for line in lines_of(kind, entry, spot, troubles):
            found.append(Line(kind, spot, {**line.values, "of": owner}, line.spoiled))
    return found if isinstance(owner, str) else []  # the record itself lacks its id, which is said of it


def _typed(field: Field, value: Any) -> Any:
    """A value as the record holds it: lists as tuples, numbers as floats, periods in the one way to write them."""
    if field.type == "list":
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise DataError(f"{value!r} is no list of texts.")
        return tuple(value)
    if field.type == "arguments":
        if not isinstance(value, dict):
            raise DataError(f"{value!r} is no object of texts.")
        return dict(value)
    if field.type == "number" and isinstance(value, int) and not isinstance(value, bool):
        try:
            return float(value)
        except OverflowError:
            raise DataError(f"A whole number of {len(str(value))} digits is too large.") from None
    if field.type == "period" and isinstance(value, str):
        return canonical(value)
    return value
