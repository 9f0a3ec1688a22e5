"""Whoever reads Russian meets no English refusal: every message of these rooms is in the catalogue, and none is stale.

Messages are found in the source: the texts that are given to errors, and to what makes errors. Their places are filled
with marks, and the Russian must hold each mark once and no English word beside.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from hansa.commitments.readers.assemble import article
from hansa.commitments.records import KINDS
from hansa.wording.message import Template
from hansa.wording.words import Words
from tests.house import tree
from tests.house.russian import english

ROOMS = ("office", "commitments", "scenario", "statements", "equilibrium", "trade", "regions", "products")
FILES = ("archive", "code_list", "dense", "errors", "files", "indicator", "period", "result", "spreadsheet", "tables",
         "text_file", "units")  # fmt: skip
# Calls whose texts are read by people: errors, and what makes them.
TELLING = {
    *("DataError", "UnknownCode", "UnitMismatch", "MissingTable", "NotAllowed", "Conflict", "NotIdentified"),
    *("NotConverged", "HansaError", "Refused", "Unsolved", "NotComputable", "Changed", "TooLarge", "Unread", "Busy"),
    *("ParseError", "NotFound", "NotAuthenticated", "UnsupportedMediaType", "AuthenticationFailed"),
    *("error", "unknown_word", "without_library"),
}
PLACED = {"file", "path", "line", "column", "detail"}  # what of a call is no text of it
# Files whose refusals no page and no address of the interface tells, and why.
UNREAD = {
    "office/archive.py": "backups are made and restored at the terminal",
    "office/backup.py": "backups are made and restored at the terminal",
    "office/restoring.py": "backups are made and restored at the terminal",
    "office/configuration.py": "read when the office starts, at the terminal",
    "office/founding.py": "an office and its accounts are made at the terminal",
    "office/service.py": "started and looked after at the terminal",
    "office/demo.py": "started at the terminal",
    "office/standing.py": "looked after at the terminal",
    "office/models.py": "a mistake of a program",
    "commitments/writers/rows.py": "a register that was checked is written without",
    "commitments/writers/whole.py": "folders are written at the terminal",
    "statements/claim_review.py": "written at the terminal",
    "statements/review.py": "reviewed files are read at the terminal",
    "statements/review_file.py": "reviewed files are read at the terminal",
    "code_list.py": "lists beside a store are read when the office starts",
    "products/concordance.py": "tables that lead from one classification to another are read at the terminal",
    "trade/readers/": "statistics are imported at the terminal",
    "equilibrium/anderson.py": "called by programs",
    "equilibrium/arrays.py": "called by programs",
    "equilibrium/balance.py": "called by programs",
    "equilibrium/baseline.py": "called by programs",
    "equilibrium/comparison.py": "called by programs",
    "equilibrium/decomposition.py": "called by programs",
    "equilibrium/economy_from_gravity.py": "called by programs",
    "equilibrium/economy_from_shares.py": "called by programs",
    "equilibrium/regional_balance.py": "called by programs",
    "equilibrium/sampling.py": "called by programs",
    "equilibrium/structural_gravity.py": "called by programs",
    "equilibrium/subnational.py": "called by programs",
    "equilibrium/uncertain_term.py": "called by programs",
    "equilibrium/uncertainty.py": "called by programs",
}
# Beginnings of single refusals that are of programs, or of the terminal, in files of which others are read.
UNSAID = {
    "start has shape": "a mistake of a program",
    "reach has shape": "a mistake of a program",
    "{a} has shape {b}": "a mistake of a program",
    "The state to start from": "a mistake of a program",
    "sector={a} is no choice": "a mistake of a program",
    "{a}= is a mapping": "a mistake of a program",
    "unit= is a Money": "a mistake of a program",
    "A table of flows needs": "a mistake of a program",
    "{a} is {b}, where {c} is wanted": "a mistake of a program",
    "Figures are of one day": "a mistake of a program",
    "An import can": "a mistake of a program",
    "Two indicators are called": "a mistake of a program",
    "Column {a} is to be a list": "a mistake of a program",
    "A {a} is no table that": "a mistake of a program",
    "Column {a} holds {b}, which only": "a mistake of a program",
    "An implied rate": "a mistake of a program",
    "The size of the last digit": "a mistake of a program",
    "read_text takes": "a mistake of a program",
    "a check broke off": "written to the log",
    "a party of kind {a} names": "two notes of the catalogue, one for each kind",
    "it was to go by {a}, and": "notes of the catalogue, one for each state",
    "The list of sources": "statistics are fetched at the terminal",
    "The entry {a}": "statistics are fetched at the terminal",
    "field of a source": "statistics are fetched at the terminal",
    "{a} could not be fetched": "statistics are fetched at the terminal",
    "The record of downloads": "statistics are fetched at the terminal",
}
# Refusals whose Russian leaves out a place, since it says the same as another.
SHORTER = ("Home sales of {a}", "The {a} {b} stands twice")
# What the readers of TOML and JSON of Python say.
OF_PYTHON = (
    "Invalid value", "Invalid statement", "Invalid initial character for a key part", "Unclosed array",
    "Expected '=' after a key in a key/value pair", "Expected newline or end of document after a statement",
    "Expected ']' at the end of a table declaration", "Expected ']]' at the end of an array declaration",
    "Unclosed inline table", "Unterminated string", "Unescaped '\\' in a string", "Invalid hex value",
    "Invalid date or datetime", "Illegal character {a}", "Found invalid character {a}", "Expected {a}",
    "Expecting value", "Expecting property name enclosed in double quotes", "Expecting ',' delimiter",
    "Expecting ':' delimiter", "Extra data", "Unterminated string starting at", "Invalid control character at",
    "Invalid \\escape", "Illegal trailing comma before end of object", "Illegal trailing comma before end of array",
)  # fmt: skip
# Entries that no single text of the source is, and what puts them together.
ASSEMBLED = {
    **dict.fromkeys(OF_PYTHON, "tomllib and json"),
    **dict.fromkeys(("{a} is no known {B}. {C}", "{a} is no known {B}.", "Nearest known: {a}. {B}"), "UnknownCode"),
    **dict.fromkeys(
        (f"{word} {{a}}{more}" for word in ("above", "at least", "below", "at most") for more in ("", ": {B}")),
        "hansa.scenario.limits.number",
    ),
    "This says again what line {a} does: from {b} to {c} in {d}. Keep one of them.": "with a product",
    "'rows' say twice what holds from {a} to {b} in {c}.": "with a product",
    "Nearest: {a}. {B}": "hansa.office.api.parameter",
    "The text has no letters: its language cannot be told. Choose the language in the form.": "hansa.office.speech",
    "They are read in {A}. If the text is in one of these, choose the language in the form.": "hansa.office.speech",
    "{a} is {b} at {c} (sector first, region last): {D}. {e} of {f} are like that.": "hansa.equilibrium.fault.named",
    "{a} severe problems": "hansa.commitments.checks.check",
    "{a} severe problem": "hansa.commitments.checks.check",
    "{a} (also known as {b})": "hansa.tables",
    **dict.fromkeys(("A {A} has {b}.", "An {A} has {b}."), "hansa.commitments.readers.assemble.article"),
    **dict.fromkeys(
        (
            "English (en)",
            "Russian (ru)",
            "Greek",
            "Arabic",
            "Hebrew",
            "Latin",
            "Cyrillic",
            "Devanagari",
            "Armenian",
            "Georgian",
            "{A} is no known language of statements. {B}",
        ),
        "hansa.statements.readers.written_in",
    ),
    **dict.fromkeys(
        (
            "Change {a} ({b}): {c} is a member of {d} already. Name an earlier date.",
            "Change {a} ({b}): {c} is no member of {d} and cannot leave it.",
            "{a} in sector {b}",
        ),
        "hansa.equilibrium.shock",
    ),
    "asserted count": "asserted_count without its mark",
    **dict.fromkeys(map(article, KINDS), "article"),
}


@dataclass(frozen=True)
class Told:
    """A text of the source that people read, with its places as {a}, {b} ...; adjacent places are one."""

    file: str
    line: int
    text: str

    @property
    def places(self) -> list[str]:
        return re.findall(r"\{([a-z])\}", self.text)


def _template(node: ast.expr) -> str | None:
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else None
    if not isinstance(node, ast.JoinedStr):
        return None
    found, places = "", 0
    for part in node.values:
        if isinstance(part, ast.Constant):
            found += str(part.value)
        elif not found.endswith("}") or found.endswith('"}'):
            found, places = f"{found}{{{chr(97 + places)}}}", places + 1
    return found


def _texts(node: ast.expr) -> Iterator[tuple[int, str]]:
    """Texts of an argument, of both branches where there are two."""
    text = _template(node)
    if text is not None:
        yield node.lineno, text
    elif isinstance(node, ast.IfExp):
        yield from _texts(node.body)
        yield from _texts(node.orelse)
    elif isinstance(node, ast.Tuple | ast.List):
        for one in node.elts[1:] if len(node.elts) == 2 else node.elts:  # a field and what is wrong with it
            yield from _texts(one)


def _name(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def _is_prose(text: str) -> bool:
    return " " in text.strip() and len(re.findall(r"[a-z]{2,}", re.sub(r"\{[a-z]\}", "", text))) >= 2


def _told(path: Path) -> Iterator[Told]:
    """What a file tells people that went wrong."""
    for node in ast.walk(_parsed(path)):
        if not isinstance(node, ast.Call):
            continue
        pairs = _name(node) == "append" and node.args and isinstance(node.args[0], ast.Tuple)
        if _name(node) not in TELLING and not pairs:
            continue
        given = [*node.args, *(one.value for one in node.keywords if one.arg not in PLACED)]
        for line, text in (found for one in given for found in _texts(one)):
            if _is_prose(text) and not text.startswith(tuple(UNSAID)):
                yield Told(_of_package(path), line, text)


@cache
def _parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def _yielded(path: Path) -> Iterator[Told]:
    """What the checks of a register find: record, field and message."""
    for node in ast.walk(_parsed(path)):
        if isinstance(node, ast.Yield) and isinstance(node.value, ast.Tuple):
            for line, text in _texts(node.value.elts[-1]):
                if _is_prose(text) and not text.startswith(tuple(UNSAID)):
                    yield Told(_of_package(path), line, re.sub(r"(?<=[a-z7])\{[a-z]\}$", "", text))  # may be empty


@cache
def _all() -> tuple[Told, ...]:
    paths = [path for path in tree.modules() if _is_read(_of_package(path))]
    checks = tree.PACKAGE / "commitments" / "checks.py"
    return (*(told for path in paths for told in _told(path)), *_yielded(checks))


def _kinds() -> set[tuple[str, int, str]]:
    """What codes are of, that may not be known."""
    found = set()
    for path in (path for path in tree.modules() if _is_read(_of_package(path))):
        for node in ast.walk(_parsed(path)):
            if isinstance(node, ast.Call) and _name(node) in ("UnknownCode", "unknown_word") and node.args:
                kind = _template(node.args[0])
                if kind and kind not in UNSAID:
                    found.add((_of_package(path), node.lineno, kind))
    return found


def _all_texts(path: Path) -> Iterator[str]:
    for node in ast.walk(_parsed(path)):
        if isinstance(node, ast.Constant | ast.JoinedStr) and (text := _template(node)):
            yield _with_codes(text)


def _plain(text: str) -> str:
    """A template whose places have no names; adjacent ones are one."""
    return re.sub(r"(\{\})+", "{}", re.sub(r"\{([A-Za-z]|where|figure|size)\}", "{}", text)).strip()


def _of_package(path: Path) -> str:
    return path.relative_to(tree.PACKAGE).as_posix()


def _is_read(short: str) -> bool:
    room, _, _ = short.partition("/")
    return not short.startswith(tuple(UNREAD)) and (room in ROOMS or room.removesuffix(".py") in FILES)


@cache
def _entries() -> dict[str, str]:
    source = files("hansa.wording").joinpath("locale", "ru.po").read_bytes()
    return {str(one.id): str(one.string) for one in read_po(source.decode().splitlines(keepends=True), locale="ru")
            if one.context == "refusal"}  # fmt: skip


def _with_codes(text: str) -> str:
    """A message of a number file as `hansa.equilibrium.fault.named` says it: with codes, not places."""
    return re.sub(r"\b[Rr]egion (\{[a-z]\})", r"\1", text).replace(" (counted from 0)", "")


def _filled(text: str) -> tuple[str, list[str]]:
    """A message with marks in its places, and the marks."""
    marks = {place: f"q{place}7" for place in re.findall(r"\{([a-z])\}", text)}
    return re.sub(r"\{([a-z])\}", lambda hit: f"'{marks[hit[1]]}'", text), list(marks.values())


@pytest.mark.parametrize("file", sorted({told.file for told in _all()}))
def test_every_refusal_is_told_in_russian(file: str):
    lacking = []
    for told in (told for told in _all() if told.file == file):
        message, marks = _filled(_with_codes(told.text))
        said, known = Words("ru").refusal(message)
        whole = told.text.startswith(SHORTER) or all(said.count(mark) == 1 for mark in marks)
        if not known or not whole or english(said):
            lacking.append(f"{told.file}:{told.line}: {told.text!r} -> {said!r} {english(said)}")
    assert not lacking, "no Russian in hansa/wording/locale/ru.po (msgctxt refusal):\n" + "\n".join(lacking)


@pytest.mark.parametrize(("file", "line", "kind"), sorted(_kinds()))
def test_every_kind_of_code_is_called_in_russian(file: str, line: int, kind: str):
    message, _ = _filled(kind)
    said, known = Words("ru").refusal(f"'q' is no known {message}. Check the spelling, or give your own list.")
    assert known, f"{file}:{line}: {kind!r} has no Russian"
    assert english(said) == [], f"{file}:{line}: {kind!r} -> {said!r}"


def test_no_entry_is_stale():
    written = {_plain(text) for path in tree.modules() for text in _all_texts(path)}
    stale = [entry for entry in _entries() if _plain(entry) not in written and entry not in ASSEMBLED]
    assert not stale, "no message of the library is of these entries of locale/ru.po:\n" + "\n".join(stale)
    assert sorted(entry for entry in ASSEMBLED if entry not in _entries()) == []


def test_every_entry_keeps_its_places():
    for entry, said in _entries().items():
        theirs, ours = (set(re.findall(r"\{([A-Za-z])\}", text)) for text in (entry, said))
        assert ours == theirs or (ours < theirs and entry.startswith(SHORTER)), entry


def test_values_come_through_unchanged():
    words = Words("ru")
    message = "party.csv, line 1,234, column 'value': '12,5 t' is no number. Write digits with a decimal point, or leave it empty."  # noqa: E501
    said = "party.csv, строка 1\xa0234, столбец «value»: «12,5 t» — не число. Напишите цифры с десятичной точкой или оставьте пустым."  # noqa: E501
    assert words.refusal(message) == (said, True)
    strange = "nobody said this. 'It is no number.'"
    assert words.refusal(strange) == (strange, False)


@pytest.mark.parametrize(
    "message",
    ["'a' is no number. " * 2_000, "x: " * 5_000, "line 3: x.csv: " * 140, "'" * 100_000, "{a} is no known {B}. " * 90],
)
def test_a_hostile_message_is_read_in_passing(message: str):
    template = Template.of("{a} is no known {B}. {C}", "{a} {B} {C}")
    assert template.values(message) is None or set(template.values(message) or ()) == {"a", "B", "C"}
    told, _ = Words("ru").refusal(message)
    assert len(told) < 3 * len(message) + 100
