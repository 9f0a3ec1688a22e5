"""Messages are known by the templates that made them, whatever stands in their places."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hansa.commitments.entry import Refused
from hansa.errors import DataError, UnknownCode
from hansa.wording.message import Messages, Template
from hansa.wording.words import Words

RU = Words("ru")
KNOWN = Messages.of(
    [
        ("{a} is no number. {B}", "{a}: not numeric. {B}"),
        ("Write digits, with {a}.", "Digits please, with {a}."),
        ("The file is empty.", "No content."),
        ("{a} is empty.", "{a}: nothing there."),
        ("Change {a} ({b}): {C}", "No. {a}, {b}: {C}"),
        ("line {a}", "l. {a}"),
    ],
    str,
)


@pytest.mark.parametrize(
    ("message", "said"),
    [
        ("The file is empty.", "No content."),  # and not "The file: nothing there."
        ("'x' is no number. Write digits, with a point.", "'x': not numeric. Digits please, with a point."),
        ("my.csv, line 1,234: The file is empty.", "my.csv, l. 1\xa0234: No content."),
        ("The file is empty. 'x' is empty.", "No content. 'x': nothing there."),
        ("id: 'x' is empty.; name: 'y' is empty.", "id: 'x': nothing there.; name: 'y': nothing there."),
        ("line 3: Change 2 (toll): 'x' is empty.", "l. 3: No. 2, toll: 'x': nothing there."),
        ("The file is empty.\n  'x' is empty.", "No content.\n  'x': nothing there."),
    ],
)
def test_what_a_message_is_made_of(message, said):
    assert KNOWN.said(message) == (said, True)


@pytest.mark.parametrize(
    "message",
    [
        "",
        "Nobody said this.",
        "A file and a folder of it is empty.",
        "The file is empty. Nobody said this.",
        "x" * 9_000,
    ],
)
def test_what_nobody_said_stays_as_it_is(message):
    assert KNOWN.said(message) == (message, False)


texts = st.text(st.characters(exclude_characters="{}\n", exclude_categories=("Cs",)), max_size=60)


@given(texts, texts, texts)
def test_a_template_gives_back_a_message_of_its_own(a, b, c):
    template = Template.of("To {a} the record {b} takes a role of the office among: {c}.", "")
    message = f"To {a} the record {b} takes a role of the office among: {c}."
    values = template.values(message)
    assert values is not None  # whatever the texts hold, it is one of the ways to read it
    assert f"To {values['a']} the record {values['b']} takes a role of the office among: {values['c']}." == message


@given(texts)
def test_what_is_quoted_comes_through(text):
    if "'" in text or "\\" in text:
        return
    said, known = RU.refusal(f"'{text}' is no number. Write digits with a decimal point, or leave it empty.")
    assert (said, known) == (f"«{text}» — не число. Напишите цифры с десятичной точкой или оставьте пустым.", True)


def test_errors_say_what_where_why_and_what_to_do():
    wrong = UnknownCode("column", "nme", ["name"], file="party.csv", line=1, column="nme", hint="A party has id, name.")
    assert RU.refusal(wrong) == (
        "party.csv, строка 1, столбец «nme»: Не найдено: «nme» (столбец). Ближайшие из известных: «name». "
        "У записи вида «участник» есть: id, name.",
        True,
    )
    assert Words("en").refusal(wrong) == (str(wrong), True)
    refused = Refused((("history 2 date", "'x' is no date. Write 2021-06-30."), ("", "The file is empty.")))
    assert RU.refusal(refused) == ("history 2 date: «x» — не дата. Напишите 2021-06-30.; Файл пуст.", True)
    assert RU.refusal(DataError("Уже по-русски.")) == ("Уже по-русски.", True)
    half = RU.refusal(DataError("2 things are wrong, and nothing was read:\n  a.csv: Quite new.\n  b.csv: Also new."))
    assert half == ("Ошибок: 2; ничего не прочитано:\n  a.csv: Quite new.\n  b.csv: Also new.", False)
