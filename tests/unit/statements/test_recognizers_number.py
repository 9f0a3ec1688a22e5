"""Numbers against the printed answers of Microsoft's Recognizers-Text (Number, English)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from hansa.statements.recognition.numeral import numerals

FOLDER = Path("claims") / "recognizers" / "Number" / "English"

# Where the answer of the specification is not what a careful reader of an economic text takes from the words.
OUT_OF_SCOPE = {
    "- 1 4/5": "a hyphen and a space before a number mark an entry of a list, or a pause; no minus",
    "- 10  k": "a hyphen and a space before a number mark an entry of a list, or a pause; no minus",
    "10G": "a G after digits is a network (5G) or a group of countries, not a billion",
    "1,674.5 G": "a G after digits is a network (5G) or a group of countries, not a billion",
    "twenty and three and three fifths": "twenty and three are two numbers, as in 'chapters twenty and three'",
    "one hundred one thousand fifths": "a hundred and one thousand, in fifths; not 100 in parts of 1005",
    " two millionth": "an ordinal, the place of two million; not a two",
    " 100 millionths": "a hundred millionths are 0.0001; not a hundred",
}
SHARE_IN_SCOPE_RIGHT = 0.95
SHARE_OUT_OF_SCOPE = 0.20


def _cases(folder: Path, name: str) -> list[dict[str, Any]]:
    return json.loads((folder / FOLDER / name).read_text(encoding="utf-8-sig"))


def _supported(case: dict[str, Any]) -> bool:
    return "python" not in f"{case.get('NotSupported', '')} {case.get('NotSupportedByDesign', '')}"


def _right(case: dict[str, Any], kinds: tuple[str, ...]) -> bool:
    found = [n for n in numerals(case["Input"], "en") if n.kind in kinds]
    if len(found) != len(case["Results"]):
        return False
    return all(
        numeral.start == wanted["Start"]
        and numeral.end == wanted["End"] + 1
        and numeral.value == pytest.approx(float(wanted["Resolution"]["value"]), rel=1e-9, abs=0)
        for numeral, wanted in zip(found, case["Results"], strict=True)
    )


def test_numbers_are_read_as_the_specification_prints_them(hansa_data: Path) -> None:
    cases = [case for case in _cases(hansa_data, "NumberModel.json") if _supported(case)]
    scope = [case for case in cases if case["Input"] not in OUT_OF_SCOPE]
    wrong = [case["Input"] for case in scope if not _right(case, ("cardinal", "fraction"))]
    out = len(cases) - len(scope)
    print(f"NumberModel: {len(scope) - len(wrong)} of {len(scope)} in scope right, {out} of {len(cases)} out of scope")
    print(f"wrong: {wrong}")
    assert len(wrong) <= (1 - SHARE_IN_SCOPE_RIGHT) * len(scope), wrong
    assert out == len(OUT_OF_SCOPE)
    assert out <= SHARE_OUT_OF_SCOPE * len(cases)


def test_what_is_out_of_scope_is_read_otherwise_on_purpose(hansa_data: Path) -> None:
    """A case that has come right belongs in the score."""
    cases = {case["Input"]: case for case in _cases(hansa_data, "NumberModel.json")}
    assert OUT_OF_SCOPE.keys() <= cases.keys()
    assert [text for text in OUT_OF_SCOPE if _right(cases[text], ("cardinal", "fraction"))] == []


def test_numbers_that_the_python_edition_does_not_read(hansa_data: Path) -> None:
    """Cases its authors leave out for Python: most are read all the same."""
    cases = [case for case in _cases(hansa_data, "NumberModel.json") if not _supported(case)]
    right = sum(_right(case, ("cardinal", "fraction")) for case in cases)
    print(f"NumberModel, left out for python: {right} of {len(cases)} right")
    assert right >= 21


# "A third" that closes a number is the fraction only; a place is not said as well.
ALSO_A_PLACE = (
    "The measurement has a value of forty two and a third",
    "The measurement has a value of two hundred thirty two and a thirtieth",
)


def test_ordinals_are_read_as_the_specification_prints_them(hansa_data: Path) -> None:
    """Relative places ("the last but one") are no numbers, and not read."""
    cases = [
        case
        for case in _cases(hansa_data, "OrdinalModel.json")
        if all(result["TypeName"] == "ordinal" for result in case["Results"])
    ]
    wrong = [case["Input"] for case in cases if not _right(case, ("ordinal",))]
    print(f"OrdinalModel: {len(cases) - len(wrong)} of {len(cases)} right; wrong: {wrong}")
    assert sorted(wrong) == sorted(ALSO_A_PLACE)
