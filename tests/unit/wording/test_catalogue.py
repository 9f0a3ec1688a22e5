"""The Russian catalogue holds every sentence that is said to people, with the same places, in Russian."""

from __future__ import annotations

import ast
import re
from importlib.resources import files
from pathlib import Path

import pytest

import hansa.indicators  # noqa: F401  fills the catalogue
from hansa.indicator import catalogue
from hansa.wording.words import Words

ROOMS = [Path(str(files(f"hansa.{room}"))) for room in ("report", "statements", "wording", "office")]
ROOM = ROOMS[0]
CODES = {
    *("USD", "FOB", "CIF", "TeX", "S", "a"),  # codes and letters of notation that are the same in every language
    *("CSV", "XLSX", "JSON", "IATI", "XML", "PDF", "Atom", "iCal", "HTML", "TXT", "DOCX", "UTC", "API", "OpenAPI"),
    *("office", "toml", "store", "hansa", "Hansa", "CODE", "A", "B"),  # what somebody types, or calls us
}
INDICATORS = {
    *("balance", "bloc_intensity", "export_potential", "export_share", "export_structure", "exports", "growth"),
    *("growth_in_currency", "grubel_lloyd_aggregate", "hhi_partners", "hhi_products", "import_dependency"),
    *("import_share", "imports_at_risk", "intra_bloc_share", "partner_rank", "redirection", "trade_bias"),
    *("trade_complementarity", "trade_openness", "trade_share", "turnover", "gravity_potential"),
}


def _marked() -> set[str]:
    found = set()
    for path in (path for room in ROOMS for path in room.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "mark":
                (argument,) = node.args
                assert isinstance(argument, ast.Constant), f"{path.name}:{node.lineno}: mark() takes a plain text"
                found.add(argument.value)
    for path in (path for room in ROOMS for path in room.glob("templates/**/*") if path.is_file()):
        found |= set(re.findall(r'_\("([^"]+)"\)', path.read_text(encoding="utf-8")))
    return found


MARKED = sorted(_marked() | {catalogue[key].title for key in INDICATORS})


@pytest.mark.parametrize("template", MARKED)
def test_every_sentence_is_translated(template):
    words = Words("ru")
    said = words(template)
    places = re.findall(r"{(\w+)}", template)
    assert set(re.findall(r"{(\w+)}", said)) == set(places), "the translation has other places"
    assert not any("_" in place for place in places), "typst would read the mark"
    letters = re.sub(r"{\w+}", "", template)
    if re.search("[A-Za-z]", letters):
        assert words.knows(template), "no translation in locale/ru.po"
        assert set(re.findall("[A-Za-z]+", re.sub(r"{\w+}", "", said))) <= CODES


def test_indicators_of_the_report_are_those_listed():
    asked = set()
    for path in ROOM.glob("*.py"):
        asked |= set(
            re.findall(r'(?:ask|evidence_of|_change)\(\s*(?:pair, way, )?"(\w+)"', path.read_text(encoding="utf-8"))
        )
    assert asked <= INDICATORS
