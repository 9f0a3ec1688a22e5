"""Laws that claims obey on any text: no exception, true places, time that grows with the length and no faster."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hansa.statements.claim import FORMS, RELATIONS, Claims
from hansa.statements.document import Document, Turn
from hansa.statements.extract import claims
from hansa.statements.extraction.cue import words
from tests.growth import TIMES, assert_linear

LANGUAGES = ("en", "ru")
SIGNS = [
    "$",
    "€",
    "%",
    "(",
    ")",
    "[",
    "]",
    ",",
    ".",
    ";",
    ":",
    "—",
    "-",
    "'s",
    "\n",
    "\n\n",
    "“",
    "№",
    "/",
    "…",
    "\u00a0",
]
NUMBERS = [
    "1",
    "12",
    "2,5",
    "3.75",
    "2021",
    "10th",
    "1/3",
    "22-23",
    "01.02.2023",
    "1e9",
    "four",
    "треть",
    "first",
    "вдвое",
    "½",
]
SCALES = ["bn", "billion", "млрд", "млн", "percent", "%", "pp", "процентов", "долларов", "rubles", "USD", "евро", "t"]
NAMES = [
    "Kenya",
    "Japan",
    "Kenyan",
    "Кении",
    "Японию",
    "в",
    "of",
    "the CIS",
    "СНГ",
    "between",
    "и",
    "last year",
    "в 2021 году",
]


def vocabulary(language: str) -> st.SearchStrategy[str]:
    """Texts made of the words that the rules know."""
    known = sorted(pattern.replace("*", "ого") for pattern in words(language))
    return st.lists(st.sampled_from([*known, *SIGNS, *NUMBERS, *SCALES, *NAMES]), max_size=40).map(" ".join)


def sound(found: Claims, text: str) -> None:
    """What holds of the claims of any text."""
    end = 0
    assert [claim.key for claim in found] == [f"c{place}" for place in range(1, len(found) + 1)]
    for claim in found:
        assert text[claim.start : claim.end] == claim.text
        assert claim.start >= end - 1 or claim.converts
        assert claim.low <= claim.value <= claim.high
        assert claim.form in FORMS
        assert claim.comparator in RELATIONS
        assert claim.sentence_start <= claim.start
        assert text.startswith(claim.sentence, claim.sentence_start)
        assert claim.region is None or claim.region != claim.partner
        assert all(getattr(claim, name) is not None for name in claim.inferred)
        assert claim.converts is None or any(other.key == claim.converts for other in found)
    for one in found.apart:
        assert text[one.start : one.end] == one.text
        assert one.why


def document(text: str, language: str) -> Document:
    turns = (Turn(0, len(text) // 2, "Maria Vogel", "Minister"),) if len(text) % 2 else ()
    return Document(text, language, spoken="2024-05-20" if len(text) % 3 else None, turns=turns)


@pytest.mark.parametrize("language", LANGUAGES)
@given(text=st.text(max_size=300))
def test_any_text(language: str, text: str) -> None:
    sound(claims(document(text, language)), text)


@pytest.mark.parametrize("language", LANGUAGES)
@settings(max_examples=300)
@given(data=st.data())
def test_texts_of_known_words(language: str, data: st.DataObject) -> None:
    text = data.draw(vocabulary(language))
    sound(claims(document(text, language)), text)


ENDLESS = {
    "digits": "1234567890",
    "spaced digits": "12 ",
    "brackets": "(",
    "open amounts": "($5 bn ",
    "scales": "млрд ",
    "dollars": "$",
    "ones": "one ",
    "blanks": " ",
    "percents": "12 % ",
    "measures": "exports ",
    "growth": "trade rose by 12 percent ",
    "рост": "товарооборот вырос на 12% ",
    "commas": ",",
    "names": "Kenya and Japan ",
    "more": "more than ",
    "ranks": "the first partner of Kenya ",
    "letters": "a",
    "lines": "12\n",
}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("piece", ENDLESS.values(), ids=ENDLESS)
def test_time_grows_with_the_length_of_a_text_and_not_with_its_square(language: str, piece: str) -> None:
    assert_linear(lambda text: spoken(text, language), piece, 8_000)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("piece", ["1234567890", "(((", "млрд ", "$", " "])
def test_time_grows_with_the_length_of_a_text_up_to_a_megabyte(language: str, piece: str) -> None:
    assert_linear(lambda text: spoken(text, language), piece, 1_000_000 // TIMES)


def spoken(text: str, language: str) -> object:
    return claims(Document(text, language, spoken="2024-05-20", turns=(Turn(0, len(text), "Maria Vogel"),)))
