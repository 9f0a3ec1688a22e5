"""Scenarios as they are written down: TOML made changes, tables beside it, and where in the file a mistake stands."""

from __future__ import annotations

import codecs
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import MISSING, dataclass, fields
from pathlib import Path
from typing import Any

from hansa.errors import DataError, UnknownCode
from hansa.scenario.change import KINDS, Change
from hansa.scenario.csv_rows import read_rows
from hansa.scenario.schedule import CorridorRow, TariffRow
from hansa.scenario.where import Where

TOP = ("name", "note", "change")
WHERE = tuple(one.name for one in fields(Where))
ROWS: dict[str, type[TariffRow | CorridorRow]] = {"tariff_schedule": TariffRow, "corridor": CorridorRow}
LARGEST = 16 << 20  # of a scenario file, in bytes; longer tables lie beside it


@dataclass(frozen=True)
class Written:
    """One scenario of a file. name : empty where none is written."""

    name: str
    changes: tuple[Change, ...]
    note: str


@dataclass(frozen=True)
class _File:
    """A text that is being read. folder : where its tables lie; None where it may name none."""

    path: Path | None
    folder: Path | None
    sections: Mapping[str, list[_Section]]

    def error(self, message: str, line: int | None = None) -> DataError:
        return DataError(message, file=self.path, line=line)

    def section(self, header: str, place: int, count: int) -> _Section:
        """Where the table of that header and place begins; nowhere in particular where tables are written inline."""
        found = self.sections.get(header, [])
        return found[place] if len(found) == count else _Section(None, {})


@dataclass(frozen=True)
class _Section:
    """The line of a [[header]], and those of the keys below it."""

    line: int | None
    keys: dict[str, int]

    def at(self, key: str) -> int | None:
        return self.keys.get(key, self.line)


def read(path: str | Path) -> tuple[Written, ...]:
    """The scenarios of a TOML file, in their order.

    Raises
    ------
    DataError : there is no such file, it is empty, no UTF-8, no TOML, or says what cannot be; names file and line.
    UnknownCode : a key or kind that means nothing here; names the nearest.

    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "bridge.toml"
    >>> _ = path.write_text('change = [{kind = "trade_cost", origin = "XBR", factor = 0.9}]')
    >>> read(path)[0].changes[0].factor
    0.9
    """
    path = Path(path)
    return parsed(_decoded(path), path)


def parsed(text: str, path: Path | None = None) -> tuple[Written, ...]:
    """The scenarios of a text in TOML.

    path : the file it came from, for messages, beside which tables are looked for; without it the text may name no
        table.

    Raises
    ------
    DataError, UnknownCode : as `read`.

    >>> parsed('name = "A"\\nchange = [{kind = "closure", origin = "XBR"}]')[0].name
    'A'
    """
    if not isinstance(text, str):
        raise DataError(f"A scenario is a text in TOML, not {type(text).__name__}.")
    file = _File(path, path.parent if path is not None else None, _sections(text))
    plain = _toml(text, file)
    if "scenario" not in plain:
        return (_scenario(plain, file, _Section(None, _top_keys(text)), "change", 0),)
    _known(plain, ("scenario",), "key beside [[scenario]]", file, _Section(None, _top_keys(text)))
    given = plain["scenario"]
    if not isinstance(given, list) or not given or not all(isinstance(one, dict) for one in given):
        raise file.error("Several scenarios are written as [[scenario]], with two brackets, each with its changes.")
    found, before = [], 0
    total = sum(len(one["change"]) for one in given if isinstance(one.get("change"), list))
    for place, one in enumerate(given):
        section = file.section("scenario", place, len(given))
        found.append(_scenario(one, file, section, "scenario.change", before, total))
        before += len(found[-1].changes)
        if not found[-1].name:
            raise file.error(f"Scenario {place + 1} has no name. Each of several needs one.", section.line)
        if found[-1].name in [other.name for other in found[:-1]]:
            raise file.error(f"Two scenarios are called {found[-1].name!r}. Give each a name of its own.", section.line)
    return tuple(found)


def _decoded(path: Path) -> str:
    if path.is_dir():
        raise DataError("This is a folder. Give the path of a scenario file (TOML).", file=path)
    if not path.is_file():
        raise DataError("There is no such file. Give the path of a scenario file (TOML).", file=path)
    if path.stat().st_size > LARGEST:
        raise DataError(
            f"The file has {path.stat().st_size:,} bytes, and a scenario has at most {LARGEST:,}. Put long tables into "
            "a CSV file beside it.",
            file=path,
        )
    plain = path.read_bytes()
    if plain.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) or b"\0" in plain[:4096]:
        raise DataError("The file is UTF-16, or no text. TOML is UTF-8: save it as UTF-8.", file=path)
    try:
        return plain.decode("utf-8-sig")
    except UnicodeDecodeError as trouble:
        line = plain.count(b"\n", 0, trouble.start) + 1
        raise DataError("A byte here is not UTF-8. TOML is UTF-8: save it as UTF-8.", file=path, line=line) from None


def _toml(text: str, file: _File) -> dict[str, Any]:
    if not text.strip():
        raise file.error("The file is empty. A scenario has a name and at least one [[change]].")
    try:
        return tomllib.loads(text)
    except RecursionError:
        raise file.error("The file is no readable TOML: it is nested too deeply.") from None
    except ValueError as trouble:  # of TOML; or of an integer that has too many digits
        said = str(trouble)
        hit = re.search(r" ?\(at (?:line (\d+), column \d+|end of document)\)", said)
        line = int(hit[1]) if hit and hit[1] else len(text.splitlines()) if hit else None
        said = said[: hit.start()] if hit else said
        if "overwrite a value" in said or "Cannot declare" in said or "Duplicate" in said:
            raise file.error("A key or section stands twice. Keep one of them.", line) from None
        raise file.error(f"The file is no readable TOML: {said}.", line) from None


def _scenario(
    plain: Mapping[str, Any], file: _File, section: _Section, header: str, before: int, total: int | None = None
) -> Written:
    _known(plain, TOP, "key of a scenario", file, section)
    for name in ("name", "note"):
        if not isinstance(plain.get(name, ""), str):
            raise file.error(f"{name!r} is a text in quotes, not {plain[name]!r}.", section.at(name))
    changes = plain.get("change")
    if isinstance(changes, dict):
        raise file.error("A change is written [[change]], with two brackets.", section.line)
    if not isinstance(changes, list) or not changes or not all(isinstance(one, dict) for one in changes):
        raise file.error("There is no change. Write at least one [[change]] with its kind.", section.line)
    count = len(changes) if total is None else total
    found = [
        _change(one, place, file, file.section(header, before + place - 1, count))
        for place, one in enumerate(changes, 1)
    ]
    return Written(plain.get("name", ""), tuple(found), plain.get("note", ""))


def _change(plain: Mapping[str, Any], place: int, file: _File, section: _Section) -> Change:
    if "kind" not in plain:
        raise file.error(f"Change {place} has no kind. It may be {', '.join(KINDS)}.", section.line)
    kind = plain["kind"]
    if not isinstance(kind, str) or kind not in KINDS:
        raise UnknownCode(
            "kind of change",
            kind,
            KINDS,
            file=file.path,
            line=section.at("kind"),
            hint=f"It may be {', '.join(KINDS)}.",
        )
    own = {one.name: one for one in fields(KINDS[kind])}
    allowed = [name for name in own if name != "where"]
    allowed = [*(WHERE if "where" in own else ()), *allowed, *(("file",) if kind in ROWS else ())]
    given = {name: value for name, value in plain.items() if name != "kind"}
    _known(given, allowed, f"key of a change of kind {kind!r}", file, section)
    try:
        if kind in ROWS:
            given["rows"] = _rows(given, ROWS[kind], file)
            given.pop("file", None)
        if "where" in own:
            given["where"] = Where(**{name: given.pop(name) for name in WHERE if name in given})
        missing = [name for name, one in own.items() if one.default is MISSING and name not in given]
        if missing:
            raise DataError(f"{missing[0]!r} is missing.")
        return KINDS[kind](**given)
    except DataError as trouble:
        if trouble.file is not None and trouble.file != file.path:
            raise  # of a table beside it, which says its own place
        hit = re.match(r"'(\w+)'", trouble.message)
        line = section.at(hit[1]) if hit else section.line
        raise file.error(f"Change {place} ({kind}): {trouble.message}", line) from None


def _rows(given: Mapping[str, Any], kind: type[TariffRow | CorridorRow], file: _File) -> Any:
    if ("rows" in given) == ("file" in given):
        raise DataError("'rows': give either 'rows', or the 'file' of a table (CSV) beside the scenario.")
    if "file" in given:
        return read_rows(_beside(given["file"], file), kind)
    rows = given["rows"]
    if not isinstance(rows, list) or not all(isinstance(one, dict) for one in rows):
        raise DataError("'rows' is a list of {...}, one for each row.")
    return tuple(_row(one, place, kind) for place, one in enumerate(rows, 1))


def _row(plain: Mapping[str, Any], place: int, kind: type[TariffRow | CorridorRow]) -> TariffRow | CorridorRow:
    own = [one.name for one in fields(kind)]
    if strange := [name for name in plain if name not in own]:
        raise DataError(f"'rows', row {place}: {UnknownCode('key', strange[0], own, hint=f'It may be {_list(own)}.')}")
    needed = [name for name in own if name not in ("product", "unit_value")]
    if missing := [name for name in needed if name not in plain]:
        raise DataError(f"'rows', row {place}: {missing[0]!r} is missing.")
    try:
        return kind(**({"product": ""} | dict(plain)))
    except DataError as trouble:
        raise DataError(f"'rows', row {place}: {trouble.message}") from None


def _beside(name: Any, file: _File) -> Path:
    if not isinstance(name, str) or not name.strip():
        raise DataError(f"'file' is the name of a table beside the scenario, in quotes, not {name!r}.")
    if file.folder is None:
        raise DataError("'file' names a table, and this text came without a folder. Write 'rows' instead.")
    asked = Path(name)
    if asked.is_absolute() or ".." in asked.parts or "\\" in name:
        raise DataError(
            f"'file' is {name!r}, and must be the name of a table beside the scenario, or in a folder there."
        )
    if not (file.folder / asked).is_file():
        raise DataError(f"'file' is {name!r}, and there is no such file beside the scenario.")
    return file.folder / asked


def _known(plain: Mapping[str, Any], allowed: Sequence[str], kind: str, file: _File, section: _Section) -> None:
    for name in plain:
        if name not in allowed:
            hint = f"It may be {_list(allowed)}."
            raise UnknownCode(kind, name, allowed, file=file.path, line=section.at(name), hint=hint)


def _list(names: Sequence[str]) -> str:
    return ", ".join(names)


_HEADER = re.compile(r"\s*(\[\[?)([^\]\n]+)\]")  # linear in the length of a line
_KEY = re.compile(r"\s*[\"']?([\w-]+)[\"']?\s*(?:=|\.)")


def _lines(text: str) -> Iterator[tuple[int, str]]:
    """Lines that are not inside a text of several lines."""
    inside = ""
    for number, line in enumerate(text.split("\n"), 1):
        if not inside:
            yield number, line
        for sign in ('"""', "'''"):
            if inside in ("", sign) and line.count(sign) % 2:
                inside = "" if inside else sign
                break


def _sections(text: str) -> dict[str, list[_Section]]:
    """Where each [[header]] begins, and the keys below it; for messages only, the content is what tomllib reads."""
    found: dict[str, list[_Section]] = {}
    now = _Section(None, {})
    for number, line in _lines(text):
        if hit := _HEADER.match(line):
            now = _Section(number, {})
            if hit[1] == "[[":
                found.setdefault(re.sub(r"[\s\"']", "", hit[2]), []).append(now)
        elif hit := _KEY.match(line):
            now.keys.setdefault(hit[1], number)
    return found


def _top_keys(text: str) -> dict[str, int]:
    """The lines of keys and headers on the first level."""
    keys: dict[str, int] = {}
    below = False
    for number, line in _lines(text):
        if hit := _HEADER.match(line):
            below = True
            keys.setdefault(re.sub(r"[\s\"']", "", hit[2]), number)
        elif not below and (hit := _KEY.match(line)):
            keys.setdefault(hit[1], number)
    return keys
