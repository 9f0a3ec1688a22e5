"""The words by which a sentence says what its figures mean."""

from __future__ import annotations

import re

import pytest

from hansa.statements.claim import MEASURES, RELATIONS
from hansa.statements.extraction.cue import LOOSE, cues, expression, lowered, words
from hansa.statements.extraction.link import links
from hansa.statements.language import lexicon

LANGUAGES = ("en", "ru")
GOODS = ("goods", "all_goods", "no_goods")
ALONE = (*LOOSE, "top", "carry", *GOODS)


def said(text: str, language: str) -> list[tuple[str, str, str]]:
    low = lowered(text)
    return [(text[cue.start : cue.end], cue.kind, cue.sense) for cue in cues(low, language)]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_word_is_found_with_its_own_meaning(language: str) -> None:
    for kinds in ((), LOOSE, ("top",), ("carry",), *((kind,) for kind in GOODS)):
        for pattern, senses in words(language, *kinds).items():
            if not kinds and {kind for kind, _ in senses} <= set(ALONE):
                continue
            text = pattern.replace(" *", " word").replace("*", "")
            found = {(cue.kind, cue.sense) for cue in cues(text, language, kinds=kinds) if cue.start == 0}
            wanted = {sense for sense in senses if kinds or sense[0] not in ALONE}
            assert wanted <= found, pattern


@pytest.mark.parametrize("language", LANGUAGES)
def test_words_stand_in_small_letters_as_texts_are_made_plain(language: str) -> None:
    for pattern in words(language):
        assert pattern == lowered(pattern).strip(), pattern
        assert "  " not in pattern


def test_both_languages_know_the_same_kinds_and_only_known_comparators_and_measures() -> None:
    tables = [lexicon(language, "cue") for language in LANGUAGES]
    assert tables[0].keys() == tables[1].keys()
    for table in tables:
        assert set(table["comparator"]) == set(RELATIONS) - {""}
        assert set(table["measure"]) <= set(MEASURES)
        for kind in ("verb", "preposition", "after", "noun", "scope", "basis", "qualifier", "counted"):
            assert set(table[kind]) == set(tables[0][kind])


@pytest.mark.parametrize(
    ("text", "language", "wanted"),
    [
        ("Up to 5", "en", [("Up to", "comparator", "up to")]),
        ("trade union members", "en", [("trade union", "other", "compound")]),
        ("tradesman", "en", []),
        ("goods  and\nservices", "en", [("goods  and\nservices", "scope", "goods and services")]),
        ("Ещё", "ru", [("Ещё", "qualifier", "another")]),
        ("долга", "ru", [("долга", "other", "subject")]),
    ],
)
def test_longest_words_at_whole_words(text: str, language: str, wanted: list[tuple[str, str, str]]) -> None:
    assert said(text, language) == wanted


def test_places_are_those_of_the_text_whatever_letters_it_has() -> None:
    text = "İİİ İstanbul’s exports\u00a0to Ёлкино ẞ"
    assert len(lowered(text)) == len(text)
    assert ("exports", "measure", "exports") in said(text, "en")


@pytest.mark.parametrize("language", LANGUAGES)
def test_one_expression_says_what_all_words_one_by_one_say(language: str) -> None:
    """The expression that branches by letters matches what an alternation of all words matches."""
    patterns = sorted(words(language), key=len, reverse=True)
    plain = [re.escape(pattern).replace(r"\*", r"\w*").replace(r"\ ", r"\s+") for pattern in patterns]
    slow = re.compile(rf"(?<!\w)(?:{'|'.join(plain)})(?!\w)")
    fast = expression(language, *lexicon(language, "cue"))
    for pattern in patterns:
        text = pattern.replace(" *", " word").replace("*", "")
        slow_hit, fast_hit = slow.match(text), fast.match(text)
        assert slow_hit is not None
        assert fast_hit is not None


def test_both_languages_say_the_same_of_joining_words() -> None:
    tables = [lexicon(language, "link") for language in LANGUAGES]
    for part in ("name", "clause"):
        assert tables[0][part].keys() == tables[1][part].keys()
    assert links("en").before_name.search("among the members of the ")[1] == "among"
    assert links("ru").before_name.search("со странами ")[1] == "со"
    assert not links("ru").of
