"""Extraction from invented speeches."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from hansa.errors import UnknownCode
from hansa.regions.lists import Lists
from hansa.regions.region import Region, Regions
from hansa.statements.document import Document, Turn
from hansa.statements.extract import claims
from tests.unit.statements.expectation import differences

TABLES = ("invented_speeches.toml", "spoken_figures.toml")
SPEECHES = [
    speech
    for name in TABLES
    for speech in tomllib.loads((Path(__file__).parent / name).read_text(encoding="utf-8"))["speech"]
]


def spoken(text: str, day: str = "2024-05-20", **facts: Any) -> Document:
    """A text of one speaker."""
    language = "ru" if any("а" <= letter <= "я" for letter in text.lower()) else "en"
    return Document(text, language, spoken=day, turns=(Turn(0, len(text), "Maria Vogel", "Minister"),), **facts)


@pytest.mark.parametrize("speech", SPEECHES, ids=lambda speech: speech["text"][:50])
def test_speech(speech: dict[str, Any]) -> None:
    found = claims(spoken(speech["text"], speech.get("day", "2024-05-20")))
    assert differences(found, speech["claims"]) == []
    for why, words in speech.get("no_claims", {}).items():
        assert words in [one.text for one in found.apart if one.why == why]


def test_every_claim_keeps_its_place_its_sentence_and_its_speaker() -> None:
    text = "Opening.\n\nTrade rose by 12 % in 2023. It is good. Exports of Kenya to Japan reached $3 bn."
    turns = (Turn(0, 40, "Maria Vogel", "Minister"), Turn(40, len(text), "Jan Kees", "Envoy"))
    document = Document(text, "en", spoken="2024-05-20", source="speech.txt", turns=turns)
    found = claims(document)
    assert [text[claim.start : claim.end] for claim in found] == ["12 %", "$3 bn"]
    assert [claim.key for claim in found] == ["c1", "c2"]
    assert found[0].sentence == "Trade rose by 12 % in 2023."
    assert [(claim.speaker, claim.role) for claim in found] == [("Maria Vogel", "Minister"), ("Jan Kees", "Envoy")]
    assert {(claim.spoken, claim.document) for claim in found} == {("2024-05-20", "speech.txt")}
    assert [mention.code for mention in found[1].mentions] == ["KEN", "JPN"]


def test_sides_come_from_the_document_where_a_sentence_names_none() -> None:
    text = "Trade grew by 12 percent in 2023."
    assert [(c.region, c.partner, c.inferred) for c in claims(spoken(text))] == [(None, None, ())]
    known = claims(spoken(text, regions=("KEN", "JPN")))
    assert [(c.region, c.partner, c.inferred) for c in known] == [("KEN", "JPN", ("region", "partner"))]
    named = claims(spoken("Kenya and Japan are friends. " + text + " Kenya and Japan will go on."))
    assert [(c.region, c.partner, c.inferred) for c in named] == [("KEN", "JPN", ("region", "partner"))]


def test_the_other_side_is_inferred_where_one_is_named() -> None:
    found = claims(spoken("Imports from Japan fell by 4 percent in 2023.", regions=("KEN", "JPN")))
    assert [(c.region, c.partner, c.inferred) for c in found] == [("KEN", "JPN", ("region",))]
    third = claims(spoken("Imports from Peru fell by 4 percent in 2023.", regions=("KEN", "JPN")))
    assert [(c.region, c.partner) for c in third] == [(None, "PER")]


def test_whose_exports_by_the_office_of_the_speaker() -> None:
    text = "Exports to Japan rose by 4 percent in 2023."
    turn = Turn(0, len(text), "Ann Otieno", "Ambassador of Kenya to Japan")
    found = claims(Document(text, "en", spoken="2024-05-20", turns=(turn,)))
    assert [(c.region, c.partner, c.inferred) for c in found] == [("KEN", "JPN", ("region",))]


def test_a_period_goes_on_for_the_same_speaker_only_and_is_inferred() -> None:
    text = "In 2023 exports came to $3 bn. Imports came to $2 bn."
    first, second = claims(spoken(text))
    assert (first.period, first.inferred, second.period, second.inferred) == ("2023", (), "2023", ("period",))
    place = text.index("Imports")
    turns = (Turn(0, place, "Maria Vogel"), Turn(place, len(text), "Jan Kees"))
    _, other = claims(Document(text, "en", spoken="2024-05-20", turns=turns))
    assert (other.period, other.inferred) == (None, ())


def test_a_subject_is_not_carried_to_what_has_its_own() -> None:
    found = claims(spoken("Exports grew by 7 percent. The harvest grew by 4 percent. They grew by 3 percent."))
    assert [claim.value for claim in found] == [7]


def test_what_is_still_to_come() -> None:
    found = claims(spoken("In 2023 trade was $3 bn, in 2025 it will be $5 bn."))
    assert [(claim.period, claim.forecast) for claim in found] == [("2023", False), ("2025", True)]


@pytest.mark.parametrize("language", ["en", "ru"])
@pytest.mark.parametrize("text", ["", " ", "\n", "12", "%", "$", "(((", "\ufeff", "\x00 5 %"])
def test_hardly_any_text(text: str, language: str) -> None:
    assert claims(Document(text, language)).entries == ()


def test_a_language_that_is_not_read() -> None:
    with pytest.raises(UnknownCode, match="They are read in en, ru"):
        claims(Document("La croissance est de 5 %.", "fr"))


def test_the_subject_of_a_sentence_may_stand_in_the_one_before() -> None:
    found = claims(spoken("Our trade with Japan keeps growing. Last year it rose by 12 percent."))
    assert [(claim.value, claim.measure, claim.inferred) for claim in found] == [(12, "turnover", ("measure",))]
    assert claims(spoken("The population is young. Last year it rose by 12 percent.")).entries == ()


def test_a_count_goes_on_without_its_noun() -> None:
    found = claims(
        spoken("There are 191 agreements with 77 regions of Japan, and this figure will rise by another 21.")
    )
    assert [(c.value, c.unit, c.form, c.forecast) for c in found][-1] == (21, "agreements", "change", True)


def test_whose_exports_by_the_sides_and_the_office_of_the_speaker() -> None:
    text = "Exports rose by 4 percent in 2023."
    turn = Turn(0, len(text), "Ann Otieno", "President of Kenya")
    found = claims(Document(text, "en", spoken="2024-05-20", turns=(turn,), regions=("JPN", "KEN")))
    assert [(c.region, c.partner, c.inferred) for c in found] == [("KEN", "JPN", ("region", "partner"))]


def test_regions_of_a_list_of_ones_own() -> None:
    own = Lists(Regions((Region("XKA", "Kastovia", "Кастовия"), Region("XBR", "Brinmark", "Бринмарк"))), (), ())
    text = "Kastovian exports to Brinmark rose by 4 percent in 2023."
    assert [(c.region, c.partner) for c in claims(spoken(text), lists=own)] == [("XKA", "XBR")]
    russian = "Экспорт Кастовии в Бринмарк вырос на 4% в 2023 году."
    assert [(c.region, c.partner) for c in claims(spoken(russian), lists=own)] == [("XKA", "XBR")]
