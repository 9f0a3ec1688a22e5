"""Numbers with their units, in English and Russian: by hand, by what Babel writes, and by laws."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path

import pytest
from babel.core import get_global
from babel.numbers import format_compact_currency, format_currency, format_percent
from hypothesis import given, settings
from hypothesis import strategies as st

from hansa.errors import UnknownCode
from hansa.statements.language import lexicon
from hansa.statements.recognition.quantity import Quantity, quantities
from tests.growth import assert_linear

# The text, the value, the unit, and the words that are the quantity.
ENGLISH = [
    ("Trade exceeded a record $50 billion last year.", 50e9, "USD", "$50 billion"),
    ("worth US$ 50 bn", 50e9, "USD", "US$ 50 bn"),
    ("worth U.S. $50 bn", 50e9, "USD", "U.S. $50 bn"),
    ("USD 1.2 bn", 1.2e9, "USD", "USD 1.2 bn"),
    ("USD1.2bn", 1.2e9, "USD", "USD1.2bn"),
    ("a 50 bn USD loan", 50e9, "USD", "50 bn USD"),
    ("$50bn", 50e9, "USD", "$50bn"),
    ("a $4 billion deal", 4e9, "USD", "$4 billion"),
    ("a dinner for $ 63.45", 63.45, "USD", "$ 63.45"),
    ("almost $50 bln", 50e9, "USD", "$50 bln"),
    ("[$815.4 mln - agency]", 815.4e6, "USD", "$815.4 mln"),
    ("lost -$5.5 million", -5.5e6, "USD", "-$5.5 million"),
    ("3 trillion rubles", 3e12, "RUB", "3 trillion rubles"),
    ("three trillion roubles", 3e12, "RUB", "three trillion roubles"),
    ("RUB 70 bn", 70e9, "RUB", "RUB 70 bn"),
    ("8 trillion Russian rubles", 8e12, "RUB", "8 trillion Russian rubles"),
    ("286 bln Belarusian rubles", 286e9, "BYN", "286 bln Belarusian rubles"),
    ("5 Belarusian\nroubles", 5.0, "BYN", "5 Belarusian\nroubles"),
    ("€10.5m", 10.5e6, "EUR", "€10.5m"),
    ("20 million euros", 20e6, "EUR", "20 million euros"),
    ("a one-euro coin", 1.0, "EUR", "one-euro"),
    ("100 billion yuan", 100e9, "CNY", "100 billion yuan"),
    ("RMB 5 million", 5e6, "CNY", "RMB 5 million"),
    ("CN¥ 100", 100.0, "CNY", "CN¥ 100"),
    ("5 bn tenge", 5e9, "KZT", "5 bn tenge"),
    ("₸5 bn", 5e9, "KZT", "₸5 bn"),
    ("70 bn ₽", 70e9, "RUB", "70 bn ₽"),
    ("C$5 million", 5e6, "CAD", "C$5 million"),
    ("A$5 million", 5e6, "AUD", "A$5 million"),
    ("HK$ 10 million", 10e6, "HKD", "HK$ 10 million"),
    ("50 billion Hong Kong dollars", 50e9, "HKD", "50 billion Hong Kong dollars"),
    ("$5 Canadian dollars", 5.0, "CAD", "$5 Canadian dollars"),
    ("Rs 500", 500.0, "INR", "Rs 500"),
    ("48.5 MGBP", 48.5e6, "GBP", "48.5 MGBP"),
    ("12 MEUR", 12e6, "EUR", "12 MEUR"),
    ("£2,000", 2000.0, "GBP", "£2,000"),
    ("5 million pounds sterling", 5e6, "GBP", "5 million pounds sterling"),
    ("TRY 5 billion", 5e9, "TRY", "TRY 5 billion"),
    ("14.27 cents", 0.1427, "USD", "14.27 cents"),
    ("470 pence", 4.7, "GBP", "470 pence"),
    ("3 dollars 50 cents.", 3.5, "USD", "3 dollars 50 cents"),
    ("5 euros 20 cents", 5.2, "EUR", "5 euros 20 cents"),
    ("it cost 15 dollars 50.", 15.5, "USD", "15 dollars 50"),
    ("12 percent", 12.0, "%", "12 percent"),
    ("12 per cent", 12.0, "%", "12 per cent"),
    ("12 pct", 12.0, "%", "12 pct"),
    ("12 %", 12.0, "%", "12 %"),
    ("a 12-percent rise", 12.0, "%", "12-percent"),
    ("-7.7%", -7.7, "%", "-7.7%"),
    ("3 percentage points", 3.0, "pp", "3 percentage points"),
    ("a 2-percentage-point rise", 2.0, "pp", "2-percentage-point"),
    ("up 3 p.p. on the year", 3.0, "pp", "3 p.p."),
    ("2.5pp", 2.5, "pp", "2.5pp"),
    ("25 basis points", 0.25, "pp", "25 basis points"),
    ("5 mn t of potash", 5e6, "t", "5 mn t"),
    ("278,000 tonnes", 278000.0, "t", "278,000 tonnes"),
    ("15 kt", 15.0, "kt", "15 kt"),
    ("a 5.5 km road", 5.5, "km", "5.5 km"),
    ("29km", 29.0, "km", "29km"),
    ("2 million barrels of oil", 2e6, "bbl", "2 million barrels"),
    ("40 bn cubic metres", 40e9, "m3", "40 bn cubic metres"),
    ("40 bn m3", 40e9, "m3", "40 bn m3"),
    ("7.3 MWh", 7.3, "MWh", "7.3 MWh"),
    ("500 kilowatt-hours", 500.0, "kWh", "500 kilowatt-hours"),
]

RUSSIAN = [
    ("товарооборот вырос до $43,4 млрд.", 43.4e9, "USD", "$43,4 млрд"),
    ("43,4 млрд $", 43.4e9, "USD", "43,4 млрд $"),
    ("50 млрд долларов США", 50e9, "USD", "50 млрд долларов США"),
    ("50 миллиардов долларов", 50e9, "USD", "50 миллиардов долларов"),
    ("25 миллиардами американских долларов", 25e9, "USD", "25 миллиардами американских долларов"),
    ("1 доллар США", 1.0, "USD", "1 доллар США"),
    ("2 доллара", 2.0, "USD", "2 доллара"),
    ("ста долларам", 100.0, "USD", "ста долларам"),
    ("о 100 долларах", 100.0, "USD", "100 долларах"),
    ("5 долл. в сутки", 5.0, "USD", "5 долл."),
    ("5 долл США", 5.0, "USD", "5 долл США"),
    ("5 млн долл. США", 5e6, "USD", "5 млн долл. США"),
    ("5 млн дол. США", 5e6, "USD", "5 млн дол. США"),
    ("3 трлн рублей", 3e12, "RUB", "3 трлн рублей"),
    ("три триллиона рублей", 3e12, "RUB", "три триллиона рублей"),
    ("70 млрд. руб. за год", 70e9, "RUB", "70 млрд. руб."),
    ("70 млрд руб", 70e9, "RUB", "70 млрд руб"),
    ("70 млрд ₽", 70e9, "RUB", "70 млрд ₽"),
    ("1 рубль", 1.0, "RUB", "1 рубль"),
    ("2 рубля", 2.0, "RUB", "2 рубля"),
    ("к пяти рублям", 5.0, "RUB", "пяти рублям"),
    ("с 500 рублями", 500.0, "RUB", "500 рублями"),
    ("в 500 рублях", 500.0, "RUB", "500 рублях"),
    ("8 трлн российских рублей", 8e12, "RUB", "8 трлн российских рублей"),
    ("100 рос. руб.", 100.0, "RUB", "100 рос. руб."),
    ("с 30 российскими рублями", 30.0, "RUB", "30 российскими рублями"),
    ("286 млрд белорусских рублей", 286e9, "BYN", "286 млрд белорусских рублей"),
    ("1 белорусский рубль", 1.0, "BYN", "1 белорусский рубль"),
    ("3 белорусских рубля", 3.0, "BYN", "3 белорусских рубля"),
    ("к 5 белорусским рублям", 5.0, "BYN", "5 белорусским рублям"),
    ("5 млн бел. руб.", 5e6, "BYN", "5 млн бел. руб."),
    ("5 млн BYN", 5e6, "BYN", "5 млн BYN"),
    ("BYN 5 млн", 5e6, "BYN", "BYN 5 млн"),
    ("10 евро", 10.0, "EUR", "10 евро"),
    ("€10 млн", 10e6, "EUR", "€10 млн"),
    ("10 млрд юаней", 10e9, "CNY", "10 млрд юаней"),
    ("в 10 юанях", 10.0, "CNY", "10 юанях"),
    ("21 китайский юань", 21.0, "CNY", "21 китайский юань"),
    ("5 млрд тенге", 5e9, "KZT", "5 млрд тенге"),
    ("5 казахстанских тенге", 5.0, "KZT", "5 казахстанских тенге"),
    ("300 гривен", 300.0, "UAH", "300 гривен"),
    ("2 гривны", 2.0, "UAH", "2 гривны"),
    ("с 5 гривнами", 5.0, "UAH", "5 гривнами"),
    ("5 злотых", 5.0, "PLN", "5 злотых"),
    ("100 иен", 100.0, "JPY", "100 иен"),
    ("100 йен", 100.0, "JPY", "100 йен"),
    ("4 фунта стерлингов", 4.0, "GBP", "4 фунта стерлингов"),
    ("5 швейцарских франков", 5.0, "CHF", "5 швейцарских франков"),
    ("50 гонконгских долларов", 50.0, "HKD", "50 гонконгских долларов"),
    ("7 канадскими долларами", 7.0, "CAD", "7 канадскими долларами"),
    ("40 турецких лир", 40.0, "TRY", "40 турецких лир"),
    ("8 индийских рупий", 8.0, "INR", "8 индийских рупий"),
    ("9 дирхамов ОАЭ", 9.0, "AED", "9 дирхамов ОАЭ"),
    ("15 армянских драмов", 15.0, "AMD", "15 армянских драмов"),
    ("60 киргизских сомов", 60.0, "KGS", "60 киргизских сомов"),
    ("3 рубля 50 копеек", 3.5, "RUB", "3 рубля 50 копеек"),
    ("3 руб. 50 коп.", 3.5, "RUB", "3 руб. 50 коп."),
    ("50 копеек", 0.5, "RUB", "50 копеек"),
    ("5 центов", 0.05, "USD", "5 центов"),
    ("вырос на 12%", 12.0, "%", "12%"),
    ("12 %", 12.0, "%", "12 %"),
    ("12 процентов", 12.0, "%", "12 процентов"),
    ("1 процент", 1.0, "%", "1 процент"),
    ("2 процента", 2.0, "%", "2 процента"),
    ("двенадцатью процентами", 12.0, "%", "двенадцатью процентами"),
    ("в 12 процентах", 12.0, "%", "12 процентах"),
    ("12 проц. за год", 12.0, "%", "12 проц."),
    ("12-процентный рост", 12.0, "%", "12-процентный"),
    ("12-процентного роста", 12.0, "%", "12-процентного"),
    ("12%-ный рост", 12.0, "%", "12%-ный"),
    ("−7,7%", -7.7, "%", "−7,7%"),
    ("на 2,5 п. п. выше", 2.5, "pp", "2,5 п. п."),
    ("на 2,5 п.п. выше", 2.5, "pp", "2,5 п.п."),
    ("на 3 процентных пункта", 3.0, "pp", "3 процентных пункта"),
    ("на 1 процентный пункт", 1.0, "pp", "1 процентный пункт"),
    ("на пять процентных пунктов", 5.0, "pp", "пять процентных пунктов"),
    ("на 25 базисных пунктов", 0.25, "pp", "25 базисных пунктов"),
    ("5 тыс. тонн", 5000.0, "t", "5 тыс. тонн"),
    ("5 млн т калия", 5e6, "t", "5 млн т"),
    ("1 тонна", 1.0, "t", "1 тонна"),
    ("2 тоннами", 2.0, "t", "2 тоннами"),
    ("300 кг", 300.0, "kg", "300 кг"),
    ("100 километров", 100.0, "km", "100 километров"),
    ("100 км", 100.0, "km", "100 км"),
    ("5 кв. км", 5.0, "km2", "5 кв. км"),
    ("2 млн баррелей в сутки", 2e6, "bbl/d", "2 млн баррелей в сутки"),
    ("2 млн баррелей", 2e6, "bbl", "2 млн баррелей"),
    ("40 млрд кубометров", 40e9, "m3", "40 млрд кубометров"),
    ("40 млрд куб. м газа", 40e9, "m3", "40 млрд куб. м"),
    ("4 млрд кВт·ч", 4e9, "kWh", "4 млрд кВт·ч"),
    ("4 млрд киловатт-часов", 4e9, "kWh", "4 млрд киловатт-часов"),
    ("20 гектаров", 20.0, "ha", "20 гектаров"),
]

# A range: its ends, unit, words.
RANGES = [
    ("en", "about $22-23 billion", (22e9, 23e9), "USD", "$22-23 billion"),
    ("en", "$22 to $23 billion", (22e9, 23e9), "USD", "$22 to $23 billion"),
    ("en", "€10–15 bn", (10e9, 15e9), "EUR", "€10–15 bn"),
    ("en", "from 10 to 12 percent", (10, 12), "%", "10 to 12 percent"),
    ("en", "50-60 percent", (50, 60), "%", "50-60 percent"),
    ("en", "10%-12%", (10, 12), "%", "10%-12%"),
    ("en", "between 5 and 7 bn", (5e9, 7e9), None, "5 and 7 bn"),
    ("en", "between 44 kg and 50 kg", (44, 50), "kg", "44 kg and 50 kg"),
    ("en", "8- to 16-kilometer", (8, 16), "km", "8- to 16-kilometer"),
    ("en", "between $900 million and $1.2 billion", (0.9e9, 1.2e9), "USD", "$900 million and $1.2 billion"),
    ("en", "two to three billion dollars", (2e9, 3e9), "USD", "two to three billion dollars"),
    ("en", "$22 to 23 billion", (22e9, 23e9), "USD", "$22 to 23 billion"),
    ("en", "between US $5 and US $7 bn", (5e9, 7e9), "USD", "US $5 and US $7 bn"),
    ("en", "10-12 projects", (10, 12), None, "10-12"),
    ("ru", "5...6 %", (5, 6), "%", "5...6 %"),
    ("ru", "от $5 до $6 млрд", (5e9, 6e9), "USD", "$5 до $6 млрд"),
    ("ru", "от 5 млн до 7 млрд рублей", (5e6, 7e9), "RUB", "5 млн до 7 млрд рублей"),
    ("ru", "от 10 до 12 %", (10, 12), "%", "10 до 12 %"),
    ("ru", "22–23 млрд долларов", (22e9, 23e9), "USD", "22–23 млрд долларов"),
    ("ru", "$22-23 млрд", (22e9, 23e9), "USD", "$22-23 млрд"),
    ("ru", "10–15 млн белорусских рублей", (10e6, 15e6), "BYN", "10–15 млн белорусских рублей"),
    ("ru", "между 5 и 7 млрд рублей", (5e9, 7e9), "RUB", "5 и 7 млрд рублей"),
    ("ru", "два-три процента", (2, 3), "%", "два-три процента"),
    ("ru", "1,5–2 тыс. тонн", (1500, 2000), "t", "1,5–2 тыс. тонн"),
]


def _one(text: str, language: str) -> Quantity:
    found = quantities(text, language)
    assert len(found) == 1, (text, found)
    return found[0]


@pytest.mark.parametrize(("text", "value", "unit", "said"), ENGLISH)
def test_english(text: str, value: float, unit: str, said: str) -> None:
    """Value, unit and place."""
    one = _one(text, "en")
    assert (one.unit, text[one.start : one.end]) == (unit, said)
    assert one.value == pytest.approx(value, rel=1e-12)


@pytest.mark.parametrize(("text", "value", "unit", "said"), RUSSIAN)
def test_russian(text: str, value: float, unit: str, said: str) -> None:
    """Value, unit and place."""
    one = _one(text, "ru")
    assert (one.unit, text[one.start : one.end]) == (unit, said)
    assert one.value == pytest.approx(value, rel=1e-12)


@pytest.mark.parametrize(("language", "text", "ends", "unit", "said"), RANGES)
def test_ranges(language: str, text: str, ends: tuple[float, float], unit: str | None, said: str) -> None:
    """The unit and the scale at one end hold for both; the value is the middle."""
    one = _one(text, language)
    assert (one.unit, text[one.start : one.end]) == (unit, said)
    assert one.ends == pytest.approx(ends)
    assert one.value == pytest.approx(sum(ends) / 2)


def test_a_change_is_no_range() -> None:
    """What rose from one figure to another is two figures with one unit."""
    for text, language in [("rose from 10 to 12 percent", "en"), ("вырос с 10 до 12 %", "ru")]:
        assert [(q.value, q.unit, q.ends) for q in quantities(text, language)] == [(10, "%", None), (12, "%", None)]
    two = quantities("exports grew from 20 to 23 billion dollars", "en")
    assert [(q.value, q.unit) for q in two] == [(20e9, "USD"), (23e9, "USD")]
    for text, language in [
        ("rose from $22 billion to $23 billion", "en"),
        ("trade added by $2 billion to $23 billion", "en"),
        ("paid $5 to 10 workers", "en"),
        ("вырос на 3 млрд рублей до 20 млрд рублей", "ru"),
        ("с $20 млрд до $23 млрд", "ru"),
    ]:
        assert [q.ends for q in quantities(text, language)] == [None, None], text


def test_two_figures_of_one_unit() -> None:
    """A unit said once after two numbers holds for both, and so does a scale."""
    assert [(q.value, q.unit) for q in quantities("by 5 and 7 percent", "en")] == [(5, "%"), (7, "%")]
    assert [(q.value, q.unit) for q in quantities("5 или 7 млрд рублей", "ru")] == [(5e9, "RUB"), (7e9, "RUB")]
    assert [q.unit for q in quantities("in 2022 and 12 percent", "en")] == [None, "%"]


def test_two_figures_stay_two() -> None:
    """Neighbours are not mixed up."""
    cases = [
        ("en", "trade rose 12 % to $43.4 billion", [(12, "%"), (43.4e9, "USD")]),
        ("en", "In 2022 RUB 70 bn were spent", [(2022, None), (70e9, "RUB")]),
        ("en", "2022 $50 bn", [(2022, None), (50e9, "USD")]),
        ("en", "10 € 20 €", [(10, "EUR"), (20, "EUR")]),
        ("en", "50 dollar 40 rmb", [(50, "USD"), (40, "CNY")]),
        ("en", "the 2021-2022 season", [(2021, None), (2022, None)]),
        ("en", "3 trillion rubles ($35 billion)", [(3e12, "RUB"), (35e9, "USD")]),
        ("en", "$4.25 and 32 is the quantity", [(4.25, "USD"), (32, None)]),
        ("ru", "снизились на 7,7% до $21,3 млрд", [(7.7, "%"), (21.3e9, "USD")]),
        ("en", "in chapter 7 - 5 million people", [(7, None), (5e6, None)]),
        ("ru", "2022 – 3 млрд рублей", [(2022, None), (3e9, "RUB")]),
        ("ru", "в таблице 7 – 5 %", [(7, None), (5, "%")]),
        ("ru", "с 2021 до 12 %", [(2021, None), (12, "%")]),
        ("ru", "3 трлн рублей, или $35 млрд", [(3e12, "RUB"), (35e9, "USD")]),
    ]
    for language, text, said in cases:
        assert [(q.value, q.unit) for q in quantities(text, language)] == said, text


def test_no_unit() -> None:
    """Words that look like units are none; numbers in addresses are no numbers."""
    for text in ["All 70 of us.", "ALL 5 solutions", "TOP 10", "COP 28", "seven times", "5 real problems", "3 tips"]:
        assert all(q.unit is None for q in quantities(text, "en")), text
    assert quantities("see https://example.org/q=30%25%2020%", "en") == ()
    assert _one("10 тыс. и т. д.", "ru").unit is None
    assert quantities("the G20", "en") == ()
    assert all(
        q.unit is None for q in quantities("$d = 1$ at home, $10^{-13}$, members in 2015 BOL and ARM 2022", "en")
    )


def test_precision_follows_the_unit() -> None:
    """The last digit said is counted in the unit of the value."""
    assert _one("$38.5 bn", "en").last_digit == pytest.approx(1e8)
    assert _one("14.27 cents", "en").last_digit == pytest.approx(1e-4)
    assert _one("48.5 MGBP", "en").last_digit == pytest.approx(1e5)
    assert _one("$22-23 billion", "en").last_digit == pytest.approx(1e9)
    assert _one("3 dollars 50 cents", "en").last_digit == pytest.approx(0.01)


def test_whose_currency_was_not_said() -> None:
    """A ruble alone is taken for the Russian, and marked."""
    assert [(q.unit, q.bare) for q in quantities("3 рубля, 3 российских рубля, 3 RUB, $3, US$3", "ru")] == [
        ("RUB", True),
        ("RUB", False),
        ("RUB", False),
        ("USD", True),
        ("USD", False),
    ]
    assert [q.bare for q in quantities("5 euros, 5 tenge, 5 pounds, 5 francs", "en")] == [False, False, True, True]


def test_other_kinds_pass_through() -> None:
    """Ranks, fractions and multiples keep what the numeral is."""
    assert [q.kind for q in quantities("the fourth place, up by a third, doubled, 81 agreements", "en")] == [
        "ordinal",
        "fraction",
        "multiple",
        "number",
    ]
    assert _one("half a percent", "en").unit == "%"


def test_words_of_both_languages() -> None:
    """The same topics are told in each."""
    assert lexicon("en", "unit").keys() == lexicon("ru", "unit").keys()
    assert lexicon("en", "unit")["span"].keys() == lexicon("ru", "unit")["span"].keys()


def test_unknown_language() -> None:
    """It is named, with those that are known."""
    with pytest.raises(UnknownCode, match="en, ru"):
        quantities("5 %", "xx")


CURRENT = sorted(
    {code for rows in get_global("territory_currencies").values() for code, _, end, own in rows if own and not end}
)
# What CLDR writes and nobody says: signs that are codes of nothing, names with "&" or a dash inside.
UNSAID = {"XCG", "XAF", "XOF", "XPF", "STN", "TTD", "PGK", "TMT", "ZWG"}
LIKE_WORDS = {"ALL", "BOB", "COP", "CUP", "MAD", "SOS", "TOP", "TRY"}


@pytest.mark.parametrize("language", ["en", "ru"])
def test_what_babel_writes_of_every_currency(language: str) -> None:
    """Full names in all plurals, codes and signs, and the compact form, of every currency of today."""
    for code in sorted(set(CURRENT) - UNSAID):
        written = [
            (v, format_currency(v, code, locale=language, format_type="name", currency_digits=False))
            for v in (1, 2, 5, 1.5, 1234567.89)
        ]
        if code not in LIKE_WORDS:
            written += [(v, format_currency(v, code, locale=language)) for v in (5, 1234567)]
        written += [(43.4e9, format_compact_currency(43.4e9, code, locale=language, fraction_digits=1))]
        for value, text in written:
            assert [(q.value, q.unit) for q in quantities(text, language)] == [(value, code)], text


@given(
    st.integers(-(10**9), 10**12),
    st.sampled_from(["USD", "EUR", "RUB", "BYN", "CNY", "KZT"]),
    st.booleans(),
    st.booleans(),
)
def test_amounts_come_back(cents: int, code: str, english: bool, name: bool) -> None:
    """What Babel writes of an amount is read as the same amount."""
    language = "en" if english else "ru"
    text = format_currency(cents / 100, code, locale=language, format_type="name" if name else "standard")
    one = _one(text, language)
    assert (round(one.value * 100), one.unit, one.start, one.end) == (cents, code, 0, len(text))


@given(st.integers(-(10**6), 10**6), st.booleans())
def test_percentages_come_back(tenths: int, english: bool) -> None:
    """What Babel writes of a percentage is read as the same percentage."""
    language = "en" if english else "ru"
    text = format_percent(tenths / 1000, "#,##0.0%" if english else "#,##0.0 %", locale=language)
    one = _one(text, language)
    assert (round(one.value * 10), one.unit, one.last_digit) == (tenths, "%", 0.1)


PIECES = [
    "$",
    "12",
    "1,5 ",
    "млрд ",
    "руб. ",
    "USD",
    " %",
    "-",
    "–",
    " to ",
    "from ",
    "до ",
    "п. ",
    "a ",
    "\n",
    "т.",
    "0",
    "Rs",
    "kWh",
]


@settings(max_examples=300)
@given(st.one_of(st.text(max_size=60), st.lists(st.sampled_from(PIECES), max_size=14).map("".join)), st.booleans())
def test_any_text(text: str, english: bool) -> None:
    """No exception; places are in order, inside the text, and hold the number."""
    end = 0
    for one in quantities(text, "en" if english else "ru"):
        assert end <= one.start <= one.numeral_start < one.numeral_end <= one.end <= len(text)
        assert one.ends is None or one.ends[0] < one.value < one.ends[1]
        end = one.end


@pytest.mark.parametrize(
    "piece", ["$", "12 ", "% ", "12-", "$12 ", "USD1", "5 dollars 50 ", "from 10 to ", "руб. ", "1"]
)
def test_time_is_linear(piece: str) -> None:
    assert_linear(lambda text: quantities(text, "ru" if "р" in piece else "en"), piece)


def test_the_quotes(hansa_data: Path) -> None:
    """Every amount and percentage of the 27 quotes, against the value and unit written beside them by hand."""
    scales = {"billion": 1e9, "trillion": 1e12}
    with (hansa_data / "forum_2023" / "claims.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    checked = 0
    for row in rows:
        language = "ru" if any("а" <= letter <= "я" for letter in row["quote"]) else "en"
        found = quantities(row["quote"], language)
        growth = abs(float(row["growth_pct"])) if row["growth_pct"] else None
        fraction = any(q.kind == "fraction" for q in found)
        if growth is not None:
            checked += 1
            assert fraction or growth in [q.value for q in found if q.unit == "%"], row["quote"]
        scale, code = [*row["unit"].split(), "", ""][:2]
        if scale in scales:
            checked += 1
            amounts = [(round(q.value), q.unit) for q in found]
            assert (float(row["value"]) * scales[scale], code) in amounts, row["quote"]
        # No sign, name of a currency or per cent sign is missed ("в долларах" has no number).
        inside = {place for q in found if q.unit for place in range(q.start, q.end)}
        for sign in re.finditer(r"[$%]|rubles|рубл|долларов", row["quote"]):
            assert sign.start() in inside, (sign[0], row["quote"])
    print(f"{checked} figures of {len(rows)} quotes")
    assert checked == 31


def test_quantulum_sentences(hansa_data: Path) -> None:
    """Money and percentages of quantulum3's own tests: value, unit and words."""
    names = {"pound sterling": "GBP", "euro": "EUR", "dollar": "USD", "percentage": "%", "cent": "USD", "penny": "GBP"}
    parts = {"cent": 100, "penny": 100}
    cases = json.loads((hansa_data / "claims" / "quantulum3" / "quantities.json").read_text(encoding="utf-8"))
    total = agree = 0
    for case in cases:
        said = [
            (q["value"] / parts.get(q["unit"], 1), names[q["unit"]], q["surface"])
            for q in case["res"]
            if q["unit"] in names
        ]
        ours = [(q.value, q.unit, case["req"][q.start : q.end]) for q in quantities(case["req"], "en")]
        total += len(said)
        for one in said:
            agree += one in ours
            if one not in ours:
                print("  differs:", repr(case["req"]), one)
    print(f"quantulum3: {agree} of {total} amounts and percentages agree")
    assert agree >= total - 2  # a penny without a number; brackets for a minus, as accountants write
    assert [(q.value, q.unit) for q in quantities("RUB 70 bn", "en")] == [(70e9, "RUB")]  # quantulum3: bit-newton
