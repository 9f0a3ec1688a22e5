"""Figures and sentences in two languages."""

from __future__ import annotations

import pytest

from hansa.errors import UnknownCode
from hansa.wording.sentence import Amount, Name, Sentence
from hansa.wording.words import Words, languages, scale_for

EN, RU = Words("en"), Words("ru")


@pytest.mark.parametrize(
    ("amount", "english", "russian"),
    [
        (Amount(38.77e9, "money", "USD"), "USD 38.8 bn", "38,8 млрд USD"),
        (Amount(1.5e6, "money", "EUR"), "EUR 1.50 mn", "1,50 млн EUR"),
        (Amount(999.6e6, "money", "USD"), "USD 1.00 bn", "1,00 млрд USD"),
        (Amount(210.0, "money", "USD"), "USD 210", "210 USD"),
        (Amount(0.0, "money", "USD"), "USD 0", "0 USD"),
        (Amount(-6.12e9, "money", "USD", signed=True), "−USD 6.12 bn", "−6,12 млрд USD"),
        (Amount(6.12e9, "money", "USD", signed=True), "+USD 6.12 bn", "+6,12 млрд USD"),
        (Amount(0.354, "growth"), "+35.4%", "+35,4 %"),
        (Amount(-0.0001, "growth"), "0.0%", "0,0 %"),
        (Amount(12.345, "growth"), "+1,234%", "+1 234 %"),
        (Amount(0.00322, "effect"), "+0.322%", "+0,322 %"),
        (Amount(-0.00002, "effect"), "−0.0020%", "−0,0020 %"),
        (Amount(-0.2345, "effect"), "−23.4%", "−23,4 %"),
        (Amount(0.0, "effect"), "0.0000%", "0,0000 %"),
        (Amount(0.238, "share"), "23.8%", "23,8 %"),
        (Amount(-0.012, "points"), "−1.2 pp", "−1,2 п. п."),
        (Amount(1.6667, "ratio"), "1.67", "1,67"),
        (Amount(0.34375, "index"), "0.344", "0,344"),
        (Amount(65.4, "hundred"), "65.4", "65,4"),
        (Amount(1234, "count"), "1,234", "1 234"),
        (Amount(1234.4, "km"), "1,234 km", "1 234 км"),
        (Amount(None, "growth"), "–", "–"),
    ],
)
def test_amounts(amount, english, russian):
    assert EN.show(amount).replace("\xa0", " ") == english
    assert RU.show(amount).replace("\xa0", " ") == russian


def test_money_in_a_table_has_the_scale_of_the_table():
    assert EN.show(Amount(12_345.6e6, "money", "USD"), 1e6) == "12,345.6"
    assert EN.show(Amount(210.0, "money", "USD"), 1.0) == "210"


@pytest.mark.parametrize(("largest", "scale"), [(0, 1), (99_999, 1), (100_000, 1e3), (1e8, 1e6), (5e11, 1e9)])
def test_scale_of_a_table(largest, scale):
    assert scale_for([largest, 1.0]) == scale


def test_a_figure_never_parts_from_its_unit():
    for words in (EN, RU):
        for amount in (Amount(1e9, "money", "USD"), Amount(0.1, "growth"), Amount(0.1, "points"), Amount(9e3, "km")):
            assert " " not in words.show(amount)


def test_names_and_periods():
    words = Words("ru", {("region", "BLR"): "Беларусь"})
    assert words.show(Name("BLR", "region")) == "Беларусь"
    assert words.show(Name("270900", "product")) == "270900"
    assert words.show(Name("2022-03", "period")) == "Март 2022"
    assert EN.show(Name("2022", "period")) == "2022"


def test_text_is_escaped_and_figures_are_wrapped_even_inside_a_listed_sentence():
    inner = Sentence("{growth} ({measure})", {"growth": Amount(0.1, "growth"), "measure": "<USD>"})
    sentence = Sentence("{a}: {list}", {"a": "A & B", "list": inner})
    said = EN.say(sentence, escape=lambda t: t.replace("&", "&amp;").replace("<", "&lt;"), wrap=lambda t: f"<b>{t}</b>")
    assert said == "A &amp; B: <b>+10.0%</b> (&lt;USD>)"


def test_notes_are_translated_by_their_pattern():
    note = "the CIF rate is not applied to 1,017 of 5,850 pairs, whose two reports it would move apart"
    said, known = RU.note(note)
    assert known
    assert "1\xa0017 из 5\xa0850" in said
    assert RU.note("something nobody foresaw") == ("something nobody foresaw", False)
    assert EN.note("anything") == ("anything", True)


def test_languages_are_files():
    assert languages() == ["en", "ru"]
    with pytest.raises(UnknownCode, match="'rus' is no known language. Nearest known: 'ru'"):
        Words("rus")
