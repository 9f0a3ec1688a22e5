"""Numbers in texts: forms written by hand, integers spelled by another program, digits, offsets, speed."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hansa.errors import UnknownCode
from hansa.statements.recognition.numeral import Numeral, numerals
from hansa.statements.recognition.numeral_grammar import fraction_width
from tests.growth import assert_linear

# What is written | the values read, in order (empty: no number).
RUSSIAN = """
ноль процентов | 0
нуля | 0
одного региона | 1
одной сделкой | 1
одну программу | 1
двух стран | 2
две области | 2
двумя странами | 2
двум регионам | 2
трёх проектов | 3
трем | 3
тремя | 3
четырьмя странами | 4
четырёх | 4
пятью рублями | 5
пяти | 5
шестью | 6
семь | 7
с семью странами | 7
восьмью | 8
восемью | 8
восьми | 8
девяти | 9
десятью | 10
одиннадцати | 11
двенадцатью | 12
тринадцать | 13
четырнадцати | 14
пятнадцатью | 15
шестнадцать | 16
семнадцати | 17
восемнадцатью | 18
девятнадцать | 19
двадцать | 20
двадцать пять | 25
двадцатью пятью | 25
тридцати трёх | 33
сорока | 40
сорок два | 42
пятидесяти | 50
пятьюдесятью шестью | 56
шестидесяти | 60
семьдесят один | 71
восьмидесяти | 80
девяноста девяти | 99
сто | 100
ста | 100
сто один | 101
двести | 200
двухсот | 200
двумстам | 200
тремястами | 300
четырёхсот | 400
пятьюстами | 500
шестьсот | 600
семисот двадцати | 720
восьмистам | 800
девятьсот девяносто девять | 999
тысяча | 1000
тысячу рублей | 1000
две тысячи | 2000
пяти тысяч | 5000
сто тысяч | 100000
двести пятьдесят тысяч сто | 250100
тысяча девятьсот девяносто один | 1991
две тысячи двадцать два | 2022
одиннадцати тысяч ста двадцати | 11120
миллион | 1000000
около миллиона тонн | 1000000
два миллиона триста тысяч | 2300000
двумя миллионами пятьюстами тысячами | 2500000
миллиард рублей | 1e9
двух миллиардов трёхсот миллионов | 2.3e9
пять триллионов | 5e12
триллион | 1e12
один миллиард двести три миллиона четыреста тысяч семь | 1203400007
Двадцать Пять | 25
ДВАДЦАТЬ ПЯТЬ | 25
1 234 567 | 1234567
1\u00a0234\u00a0567 | 1234567
1\u202f234,5 | 1234.5
1 234 567,89 | 1234567.89
12,5 | 12.5
1,234 | 1.234
1.5 | 1.5
0,08 | 0.08
1.234.567 | 1234567
1,234,567 | 1234567
12.05.2022 | 12 5 2022
43,4 млрд | 43.4e9
43,4 млрд. | 43.4e9
$38,5 млрд | 38.5e9
5млн | 5e6
3 млн 200 тыс. рублей | 3200000
12 тыс. человек | 12000
12 тыс человек | 12000
2,9 трлн рублей | 2.9e12
25 миллиардов | 25e9
1,5 миллиона | 1500000
100 тысяч | 100000
двадцать пять млн | 25e6
22–23 млрд | 22 23e9
от 10 до 15 млн | 10 15e6
пять-шесть миллиардов | 5 6e9
двести-триста | 200 300
−7,7 % | -7.7
-7,7 % | -7.7
минус семь | -7
с 2019 -2022 | 2019 2022
полтора | 1.5
полтора миллиарда | 1.5e9
полутора тысяч | 1500
полтора десятка | 15
десяток стран | 10
два десятка | 20
три сотни | 300
дюжина | 12
полмиллиона | 500000
полсотни | 50
два с половиной миллиарда | 2.5e9
две с половиной тысячи | 2500
миллион с половиной | 1500000
пять с четвертью | 5.25
треть | 0.3333333333333333
на треть | 0.3333333333333333
две трети | 0.6666666666666666
двух третей | 0.6666666666666666
двумя третями | 0.6666666666666666
четверть | 0.25
на четверть | 0.25
три четверти | 0.75
трёх четвертей | 0.75
половина | 0.5
половину | 0.5
наполовину | 0.5
одна пятая | 0.2
пятая часть экспорта | 0.2
на третью часть | 0.3333333333333333
две с лишним тысячи | 2000
более чем в два с лишним раза | 2
−3 млн 200 тыс. | -3200000
в 2-3 раза | 2 3
одной пятой | 0.2
две пятых | 0.4
три десятых | 0.3
пять сотых | 0.05
две целых пять десятых | 2.5
две целых и пять десятых | 2.5
ноль целых семь десятых | 0.7
пять десятых миллиона | 500000
3/4 | 0.75
1 1/2 | 1.5
½ | 0.5
первый | 1
первое место | 1
первая | 1
второго | 2
третий | 3
третьего | 3
третью | 3
четвёртый | 4
четвёртое | 4
пятому | 5
шестой | 6
седьмым | 7
восьмая | 8
сороковой | 40
двадцать первый | 21
сто двадцать пятого | 125
двухсотый | 200
стотысячный | 100000
миллионный | 1000000
две тысячи двадцать второй год | 2022
4-й | 4
4-е место | 4
10-го | 10
1-я | 1
2-х стран | 2
5-ти | 5
90-х годов | 90
вдвое | 2
втрое | 3
вчетверо | 4
впятеро | 5
удвоился | 2
удвоилась | 2
двукратный рост | 2
трёхкратно | 3
2,5-кратный рост | 2.5
в 2,5 раза | 2.5
в два раза | 2
в полтора раза | 1.5
в два с половиной раза | 2.5
в десять раз больше | 10
один из них |
ни один |
с одной стороны |
всю семью |
тысячи километров |
сотни предприятий |
миллионы людей |
несколько тысяч |
в разы |
"""

ENGLISH = """
1,234,567 | 1234567
1 234 567 | 1234567
1.5 | 1.5
.08 | 0.08
1,5 bn | 1.5e9
$50 bln | 50e9
38.5bn | 38.5e9
$5m | 5000000
$1.5T | 1.5e12
815.4 mln | 815.4e6
4 trn | 4e12
70 billion | 70e9
50-million | 50e6
10k | 10000
3 hundred and 21 | 321
between one hundred and two hundred | 100 200
between five hundred and six thousand | 500 6000
10 to 15 million | 10 15e6
half a million | 500000
three point five billion | 3.5e9
two and a half billion | 2.5e9
2½ | 2.5
a dozen | 12
half a dozen | 6
13 lakh | 1300000
a third of exports | 0.3333333333333333
grew by a third | 0.3333333333333333
two-thirds | 0.6666666666666666
three quarters of exports | 0.75
more than half of it | 0.5
a third country | 3
the third | 3
10th | 10
the fourth | 4
twenty-first | 21
twice | 2
doubled | 2
a threefold rise | 3
2.5-fold | 2.5
rose 2.5 times | 2.5
increased almost five times | 5
10 times as much | 10
3x | 3
−5 % | -5
minus five | -5
-3 million 200 thousand | -3200000
3 hundred -5 | 300 -5
two and zero thirds | 2 0
2022-2023 | 2022 2023
22–23 billion | 22 23e9
first half of the year | 1
third quarter of 2023 | 3 2023
in two quarters | 2
three quarters of 2022 | 3 2022
double-digit growth |
tonnes per second |
a half-year |
this one |
no one |
fourth one | 4
one of the regions |
One could say |
thousands of kilometres |
several hundred |
a few thousand |
29km |
G20 |
see https://example.org/2023/05?page=7 |
"""


def _table(text: str) -> list[tuple[str, list[float]]]:
    rows = [line.rsplit("|", 1) for line in text.strip().splitlines()]
    return [(said.strip(" "), [float(value) for value in values.split()]) for said, values in rows]


@pytest.mark.parametrize(("said", "values"), _table(RUSSIAN))
def test_russian(said: str, values: list[float]) -> None:
    assert [n.value for n in numerals(said, "ru")] == pytest.approx(values, rel=1e-9)


@pytest.mark.parametrize(("said", "values"), _table(ENGLISH))
def test_english(said: str, values: list[float]) -> None:
    assert [n.value for n in numerals(said, "en")] == pytest.approx(values, rel=1e-9)


def test_the_russian_table_is_as_long_as_promised() -> None:
    assert len(_table(RUSSIAN)) >= 120


@pytest.mark.parametrize(
    ("said", "language", "unit"),
    [
        ("50", "en", 1),
        ("50 billion", "en", 1e9),
        ("38.5 bn", "en", 1e8),
        ("43,4 млрд", "ru", 1e8),
        ("12.0", "en", 0.1),
        ("three trillion", "en", 1e12),
        ("100 thousand", "en", 1e3),
        ("3 млн 200 тыс.", "ru", 1e3),
        ("two hundred", "en", 1),
        ("полтора миллиарда", "ru", 0.5e9),
        ("1,234,567", "en", 1),
        ("2,5 раза", "ru", 0.1),
        ("three point five", "en", 0.1),
        ("two dozen", "en", 12),
        ("half a million", "en", 0.1e6),
    ],
)
def test_the_unit_of_the_last_digit(said: str, language: str, unit: float) -> None:
    (numeral,) = numerals(said, language)
    assert numeral.last_digit == pytest.approx(unit)


def test_a_third_stands_for_what_lies_between_its_neighbours() -> None:
    """A quarter is 0.25 and two fifths 0.4: a third is from 7/24 to 11/30, 0.075 wide."""
    (third,) = numerals("a third", "en")
    assert (third.kind, third.value) == ("fraction", pytest.approx(1 / 3))
    assert third.last_digit == pytest.approx(11 / 30 - 7 / 24)
    assert fraction_width(0.5) == pytest.approx(0.1)


@pytest.mark.parametrize(
    ("said", "language", "kind", "written"),
    [
        ("28", "en", "cardinal", "digits"),
        ("twenty-eight", "en", "cardinal", "words"),
        ("28 thousand", "en", "cardinal", "mixed"),
        ("10th", "en", "ordinal", "digits"),
        ("четвёртое", "ru", "ordinal", "words"),
        ("две трети", "ru", "fraction", "words"),
        ("3/4", "en", "fraction", "digits"),
        ("вдвое", "ru", "multiple", "words"),
        ("в 2,5 раза", "ru", "multiple", "digits"),
        ("half a million", "en", "cardinal", "words"),
    ],
)
def test_kind_and_way_of_writing(said: str, language: str, kind: str, written: str) -> None:
    (numeral,) = numerals(said, language)
    assert (numeral.start, numeral.end) == (0, len(said))
    assert (numeral.kind, numeral.written) == (kind, written)


def test_offsets_are_those_of_the_text_even_where_a_letter_grows_in_lower_case() -> None:
    text = "İİİ grew by Twenty-Five per cent to $43.4 bn"
    found = [text[n.start : n.end] for n in numerals(text, "en")]
    assert found == ["Twenty-Five", "43.4 bn"]


def test_digits_that_touch_letters_are_given_on_demand() -> None:
    text = "USD115 for 29km, 5 bn"
    assert [n.value for n in numerals(text, "en")] == [5e9]
    glued = numerals(text, "en", glued=True)
    assert [(text[n.start : n.end], n.value, n.glued) for n in glued] == [
        ("115", 115.0, True),
        ("29", 29.0, True),
        ("5 bn", 5e9, False),
    ]


def test_a_language_that_is_not_read_is_named_with_those_that_are() -> None:
    with pytest.raises(UnknownCode, match="en, ru"):
        numerals("one", "xx")


# A speller that shares nothing with the reader.


def listed(words: str) -> list[str]:
    return words.split()


EN_SMALL = listed(
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen"
)
EN_TENS = listed("- - twenty thirty forty fifty sixty seventy eighty ninety")
EN_SCALES = ["", "thousand", "million", "billion", "trillion"]


def english(number: int, *, british: bool = False) -> str:
    """An integer in English words; british : with "and" before the tens."""
    if number == 0:
        return "zero"
    words: list[str] = []
    for power in range(4, -1, -1):
        group = number // 1000**power % 1000
        if not group:
            continue
        hundreds, rest = divmod(group, 100)
        if hundreds:
            words += [EN_SMALL[hundreds], "hundred"]
        if rest:
            if british and (hundreds or (words and power == 0)):
                words.append("and")
            tens, ones = divmod(rest, 10)
            words.append(EN_SMALL[rest] if rest < 20 else EN_TENS[tens] + (f"-{EN_SMALL[ones]}" if ones else ""))
        if power:
            words.append(EN_SCALES[power])
    return " ".join(words)


RU_NOMINATIVE = {
    "ones": listed("- один два три четыре пять шесть семь восемь девять"),
    "feminine": listed("- одна две"),
    "teens": listed(
        "десять одиннадцать двенадцать тринадцать четырнадцать пятнадцать шестнадцать семнадцать восемнадцать "
        "девятнадцать"
    ),
    "tens": listed("- - двадцать тридцать сорок пятьдесят шестьдесят семьдесят восемьдесят девяносто"),
    "hundreds": listed("- сто двести триста четыреста пятьсот шестьсот семьсот восемьсот девятьсот"),
}
RU_GENITIVE = {
    "ones": listed("- одного двух трёх четырёх пяти шести семи восьми девяти"),
    "feminine": listed("- одной двух"),
    "teens": listed(
        "десяти одиннадцати двенадцати тринадцати четырнадцати пятнадцати шестнадцати семнадцати восемнадцати "
        "девятнадцати"
    ),
    "tens": listed("- - двадцати тридцати сорока пятидесяти шестидесяти семидесяти восьмидесяти девяноста"),
    "hundreds": listed("- ста двухсот трёхсот четырёхсот пятисот шестисот семисот восьмисот девятисот"),
}
RU_SCALES = [
    ("", "", ""),
    ("тысяча", "тысячи", "тысяч"),
    ("миллион", "миллиона", "миллионов"),
    ("миллиард", "миллиарда", "миллиардов"),
    ("триллион", "триллиона", "триллионов"),
]


def russian(number: int, *, genitive: bool = False) -> str:
    """An integer in Russian words."""
    forms = RU_GENITIVE if genitive else RU_NOMINATIVE
    words: list[str] = []
    for power in range(4, -1, -1):
        group = number // 1000**power % 1000
        if not group:
            continue
        hundreds, rest = divmod(group, 100)
        tens, ones = divmod(rest, 10)
        if hundreds:
            words.append(forms["hundreds"][hundreds])
        if tens == 1:
            words.append(forms["teens"][ones])
        else:
            if tens:
                words.append(forms["tens"][tens])
            if ones:
                words.append((forms["feminine"] if power == 1 and ones < 3 else forms["ones"])[ones])
        if power:
            one, few, many = RU_SCALES[power]
            if genitive:
                words.append(few if ones == 1 and tens != 1 else many)
            else:
                words.append(many if tens == 1 or ones == 0 or ones > 4 else one if ones == 1 else few)
    return " ".join(words) or ("ноля" if genitive else "ноль")


integers = st.one_of(
    st.integers(0, 2000),
    st.integers(0, 10**15 - 1),
    st.tuples(st.integers(1, 999), st.sampled_from([10**3, 10**6, 10**9, 10**12])).map(lambda pair: pair[0] * pair[1]),
)


@given(integers, st.booleans())
def test_english_integers_in_words_are_read_back(number: int, british: bool) -> None:
    text = english(number, british=british)
    assert [(n.start, n.end, n.value) for n in numerals(text, "en")] == [(0, len(text), number)]


@given(integers, st.booleans())
def test_russian_integers_in_words_are_read_back(number: int, genitive: bool) -> None:
    text = russian(number, genitive=genitive)
    assert [(n.start, n.end, n.value) for n in numerals(text, "ru")] == [(0, len(text), number)]


@given(st.integers(0, 10**15 - 1), st.sampled_from([",", "\u00a0", "\u202f", " "]))
def test_grouped_digits_are_read_back(number: int, mark: str) -> None:
    text = f"{number:,}".replace(",", mark)
    assert [n.value for n in numerals(f"it was {text}.", "en")] == [number]


@given(st.integers(0, 10**9), st.integers(1, 99))
def test_decimal_commas_are_read_back_in_russian(whole: int, part: int) -> None:
    (numeral,) = numerals(f"рост на {whole},{part:02} %", "ru")
    assert numeral.value == pytest.approx(whole + part / 100)
    assert numeral.last_digit == pytest.approx(0.01)


# Everything that may be said, in any order: no exception, and offsets in order.

PIECES = st.sampled_from(
    [
        "\n",
        *listed(
            "one two twenty hundred thousand million bn and a an half quarter third thirds fifth point over out of"
        ),
        *listed("minus times dozen twice 1 20 3/4 1,234 12.5 ½ - – . , % $ 1e9 10k 10th один двух двадцать сто тысяч"),
        *listed("млрд тыс. треть третьих с половиной целых полтора раза в вдвое 4-й семью десяток"),
    ]
)


@given(st.lists(PIECES, max_size=30), st.sampled_from(["", " ", "  "]), st.sampled_from(["en", "ru"]))
def test_any_words_in_any_order(pieces: list[str], glue: str, language: str) -> None:
    _in_order(glue.join(pieces), numerals(glue.join(pieces), language))


@given(st.text(), st.sampled_from(["en", "ru"]), st.booleans())
def test_any_text(text: str, language: str, glued: bool) -> None:
    _in_order(text, numerals(text, language, glued=glued))


def _in_order(text: str, found: tuple[Numeral, ...]) -> None:
    place = 0
    for numeral in found:
        assert place <= numeral.start < numeral.end <= len(text)
        assert numeral.value == numeral.value
        assert abs(numeral.value) < float("inf")
        assert numeral.last_digit > 0
        place = numeral.end


@pytest.mark.parametrize(
    ("piece", "language"),
    [
        ("1", "en"),
        ("1 ", "en"),
        ("1,", "en"),
        ("1/", "en"),
        ("111 ", "ru"),
        ("one ", "en"),
        ("сто ", "ru"),
        ("hundred ", "en"),
        ("million ", "en"),
        ("one million and ", "en"),
        ("third two ", "en"),
        ("half a ", "en"),
        ("в 2 раза ", "ru"),
        ("млрд ", "ru"),
        ("(", "en"),
        (" ", "ru"),
        ("www.", "en"),
    ],
)
def test_time_grows_with_the_text_and_no_faster(piece: str, language: str) -> None:
    assert_linear(lambda text: numerals(text, language), piece)


# The quotes of 27 statements: each number that a person wrote down from them is found.


def _rows(folder: Path) -> list[dict[str, str]]:
    with (folder / "forum_2023" / "claims.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


SCALES = {"trillion": 1e12, "billion": 1e9, "million": 1e6}


def test_every_number_of_the_statements_is_found(hansa_data: Path) -> None:
    rows = _rows(hansa_data)
    missed = []
    for row in rows:
        quote = row["quote"]
        language = "ru" if any("а" <= letter <= "я" for letter in quote.lower()) else "en"
        values = [numeral.value for numeral in numerals(quote, language)]
        scale = SCALES.get(row["unit"].split(" ")[0], 1.0)
        for column, factor in (("value", scale), ("growth_pct", 1.0)):
            if row[column] and not _among(abs(float(row[column])) * factor, values):
                missed.append((column, row[column], quote))
    # "the top partner" is a first place without a number word; 33 per cent are "треть"; 22.5 is between "22-23".
    assert [(column, said) for column, said, _ in missed] == [
        ("value", "1.0"),
        ("growth_pct", "33.0"),
        ("value", "22.5"),
    ]
    assert len(rows) == 27


def _among(value: float, values: list[float]) -> bool:
    return any(abs(value - found) <= 1e-9 * value for found in values)
