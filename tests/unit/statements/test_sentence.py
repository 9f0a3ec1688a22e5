"""Where sentences begin and end."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hansa.errors import UnknownCode
from hansa.statements.recognition.sentence import sentences
from tests.growth import assert_linear

ENGLISH = [
    "Trade rose to $43.4 bn. | Exports fell.",
    "It grew to 38.5bn. dollars in all.",
    "The U.S. Treasury said so. | We met in the U.S. | The end.",
    "Mr. Smith and Dr. A. B. Lind met, e.g. on Jan. 5, about No. 5 of it.",
    "He said no. | We agreed.",
    "Economics is the basis of any process… | In general, nothing changes.",
    "It rose... and fell. | Then it rose.",
    "“Why?” he asked. | “Because.” | She left.",
    "‘Trade grew.’ | We know.",
    "Goods, services, etc. | The rest is known to everybody here.",
    "We paid 5 bn. USD for it and 6 bln. Norland dollars for that.",
    "We asked Example Ltd. President Lind.",
    "It was 2021. | 28 programmes began.",
    "It ended (see no. 7). | Next came trade.",
    "Version 2.5 of www.example.org came.",
]
RUSSIAN = [
    "В 2022 г. Норландия выросла. | Экспорт составил 43,4 млрд. долларов.",
    "Экспорт Норландии в Сюдландию составил 43,4 млрд руб. | В январе он вырос.",
    "В г. Минске А. С. Иванов сказал правду.",
    "Они продают лес, зерно, рыбу, машины и т. д. | Мы покупаем всё.",
    "Поставки машин, оборудования, продовольствия и т.п. | Они растут.",
    "Товарооборот вырос в 2021–2022 гг. в 2,5 раза.",
    "Университет им. Линд открыт, т. е. работает. | Да!",
    "Рост был!.. | Потом спад.",
    "«Мы выросли на 12 тыс. тонн», — сказал он. | — Да.",
    "См. ст. 5 и п. 3 договора, стр. 12.",
]


def _cut(text: str, language: str) -> list[str]:
    return [text[start:end] for start, end in sentences(text, language)]


@pytest.mark.parametrize(
    ("language", "marked"), [*(("en", text) for text in ENGLISH), *(("ru", text) for text in RUSSIAN)]
)
def test_full_stops(language: str, marked: str) -> None:
    assert _cut(marked.replace(" | ", " "), language) == marked.split(" | ")


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("A good year\nTrade rose by 12 percent in the first four months of the year.", 2),
        ("Trade rose by twelve percent in the first four\nmonths of the year, and the Council\nwas glad of it.", 1),
        ("Trade rose by twelve percent in the first four\nMonths of the year with a capital went on here.", 1),
        (
            "A record year for the trade in timber\nTrade rose by twelve percent in the four months of\nthis year.",
            2,
        ),
        ("‘The greatest assets’\n\n— It is symbolic. ", 2),
        ("We need:\n- timber\n- grain\n1. Machines", 4),
        ("Exports\t5 bn\nImports\t6 bn", 2),
        ("Our\n\ntrade", 2),
        ("1. We trade. 2. We talk.", 2),
        ("\n \n", 0),
    ],
)
def test_line_breaks(text: str, count: int) -> None:
    """A line that was broken because it was full goes on; one that was broken on purpose ends a sentence."""
    assert len(_cut(text, "en")) == count


def test_unknown_language_says_which_are_known() -> None:
    with pytest.raises(UnknownCode, match=r"'de' is no known language of statements.*en, ru"):
        sentences("Der Handel wuchs.", "de")


@given(st.text() | st.text(alphabet="aBг. \n\t…«»—\"5'("), st.sampled_from(["en", "ru"]))
def test_every_letter_is_in_exactly_one_sentence(text: str, language: str) -> None:
    place = 0
    for start, end in sentences(text, language):
        assert place <= start < end
        assert not text[place:start].strip()
        assert text[start:end] == text[start:end].strip()
        place = end
    assert not text[place:].strip()


@pytest.mark.parametrize("bit", ["5", " ", "(", "млрд ", "one ", ". ", ".", "a\n", "A. ", "г. 5", '. "\n', "т. д. А "])
def test_a_megabyte_of_anything_takes_no_quadratic_time(bit: str) -> None:
    assert_linear(lambda text: sentences(text, "ru"), bit, 50_000)
