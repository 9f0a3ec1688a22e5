"""Texts that claim nothing about trade: our own documentation and licence."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from hansa.statements.document import Document
from hansa.statements.extract import claims
from hansa.statements.recognition.sentence import sentences

ROOT = Path(__file__).parents[3]
PATHS = [path for path in (ROOT / "docs").rglob("*.md") if "_build" not in path.parts]
TEXTS = {
    path.name: text
    for path in sorted([*PATHS, ROOT / "README.md", ROOT / "LICENSE"])
    if "statement" not in path.stem and "hansa check" not in (text := path.read_text(encoding="utf-8"))
}
SENTENCES = [text[start:end] for text in TEXTS.values() for start, end in sentences(text, "en")]
TRUE = (
    "from USD 2,030 million",
    "Trade rose by 12 percent to 43 billion",
    "exports of Brinmark to Kastovia rose by 12 percent",
)  # sentences of the documentation that do say figures of trade


@pytest.mark.parametrize("seed", range(10))
def test_two_hundred_sentences_without_claims(seed: int) -> None:
    chosen = random.Random(seed).sample([one for one in SENTENCES if not any(words in one for words in TRUE)], 200)
    found = [claim.text for one in chosen for claim in claims(Document(one, "en", published="2023-06-28"))]
    assert len(found) <= 2, found


def test_all_sentences_without_claims() -> None:
    found = [
        (name, claim.text, claim.sentence)
        for name, text in TEXTS.items()
        for claim in claims(Document(text, "en", published="2023-06-28"))
        if not any(words in claim.sentence for words in TRUE)
    ]
    assert found == []
