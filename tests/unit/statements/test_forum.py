"""The statements around a forum of 2023, against what a careful person read in them before."""

from __future__ import annotations

import csv
import random
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from hansa.statements.claim import Claims
from hansa.statements.document import Document, Turn, read
from hansa.statements.extract import claims
from tests.unit.statements.expectation import differences, same
from tests.unit.statements.swap import swapped

EXPECTED = tomllib.loads((Path(__file__).parent / "forum_expected.toml").read_text(encoding="utf-8"))


@cache
def quotes(folder: Path) -> list[Document]:
    """Every quote as a document of its own, with its language, its day and its speaker."""
    with (folder / "forum_2023" / "claims.csv").open(encoding="utf-8", newline="") as file:
        return [of_quote(row) for row in csv.DictReader(file)]


def of_quote(row: dict[str, str]) -> Document:
    text = row["quote"]
    language = "ru" if any("а" <= letter <= "я" for letter in text.lower()) else "en"
    turn = Turn(0, len(text), row["speaker"], row["role"])
    return Document(text, language, published=row["published"], spoken=row["published"], turns=(turn,))


@pytest.mark.parametrize("quote", EXPECTED["quote"], ids=lambda quote: f"row {quote['row']}")
def test_quote(hansa_data: Path, quote: dict[str, Any]) -> None:
    document = quotes(hansa_data)[quote["row"]]
    assert differences(claims(document), quote["claims"]) == []


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("quote", EXPECTED["quote"], ids=lambda quote: f"row {quote['row']}")
def test_quote_with_other_figures(hansa_data: Path, quote: dict[str, Any], seed: int) -> None:
    document, wanted = swapped(
        quotes(hansa_data)[quote["row"]], quote["claims"], random.Random(f"{seed} {quote['row']}")
    )
    assert differences(claims(document), wanted) == [], document.text


@cache
def article(folder: Path) -> Document:
    return read(folder / "forum_2023" / "article.txt")


OTHERS = 3  # claims of the article beyond those expected, at most


def test_article(hansa_data: Path) -> None:
    found = claims(article(hansa_data))
    assert without_others(found, EXPECTED["article"]["claims"]) == []
    apart = {(one.why, one.text) for one in found.apart}
    assert ("vague", "thousands of kilometres") in apart
    assert ("name", "10th") in apart
    assert ("name", "nine") in apart
    assert any(why == "date" and "04.07.2023" in text for why, text in apart)
    for claim in found:
        assert found.document.text[claim.start : claim.end] == claim.text


@pytest.mark.parametrize("seed", range(5))
def test_article_with_other_figures(hansa_data: Path, seed: int) -> None:
    document, wanted = swapped(article(hansa_data), EXPECTED["article"]["claims"], random.Random(seed))
    assert without_others(claims(document), wanted) == []


def without_others(found: Claims, expected: list[dict[str, Any]]) -> list[str]:
    """The differences, where a few claims beyond those expected are let pass."""
    kept, others = [], 0
    rest = list(expected)
    for claim in found:
        if rest and same(claim.value, rest[0]["value"]) and claim.unit == rest[0]["unit"]:
            kept.append(claim)
            rest.pop(0)
        else:
            others += 1
    assert others <= OTHERS, [claim.text for claim in found]
    return differences(kept, expected)
