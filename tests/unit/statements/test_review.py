"""What a person decided is kept: confirmed, corrected, dropped and added claims, while text and rules change."""

from __future__ import annotations

import contextlib
import tomllib
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hansa.errors import DataError, UnknownCode
from hansa.statements.claim import Apart, Claim, Claims
from hansa.statements.document import Document, Turn
from hansa.statements.review import beside, read_review, reviewed, write_review
from hansa.statements.review_file import FIELDS, parse, toml
from tests.growth import TIMES, assert_linear_in

TEXT = "Trade rose by 12 % to $43.4 bn last year. The forum was the 10th. Some 190 agreements are in force."


def _claim(text: str, figure: str, key: str, value: float, unit: str, **fields: object) -> Claim:
    start = text.index(figure)
    sentence_start = max(text.rfind(". ", 0, start) + 2, 0) if ". " in text[:start] else 0
    end = text.find(". ", start)
    sentence = text[sentence_start : end + 1 if end >= 0 else len(text)]
    defaults: dict[str, object] = {"low": value - 0.5, "high": value + 0.5, "form": "level", "measure": "turnover"}
    return Claim(
        key,
        figure,
        start,
        start + len(figure),
        value,
        unit,
        sentence=sentence,
        sentence_start=sentence_start,
        **{**defaults, **fields},
    )


def found_in(text: str) -> Claims:
    """What rules find in the text above, wherever its sentences stand."""
    claims = (
        _claim(text, "12 %", "c1", 12, "%", form="growth", period="2022", inferred=("period",)),
        _claim(text, "$43.4 bn", "c2", 43.4e9, "USD", low=43.35e9, high=43.45e9),
        _claim(text, "190 agreements", "c3", 190, "agreements", form="count", measure="agreements"),
    )
    start = text.index("10th")
    apart = (Apart("10th", start, start + 4, "name"),)
    return Claims(Document(text, "en", spoken="2023-06-28", turns=(Turn(0, len(text), "A. Rook"),)), claims, apart)


@pytest.fixture
def file(tmp_path):
    return write_review(found_in(TEXT), beside(tmp_path / "speech.txt"))


def decide(file, changes: dict[str, str]) -> None:
    """Edit the file as a person does: for the block of a key, lines by the field they set."""
    blocks = file.read_text(encoding="utf-8").split("[[claim]]")
    for number, block in enumerate(blocks):
        for key, lines in changes.items():
            if f'key = "{key}"' in block:
                for line in lines.split("\n"):
                    name = line.split(" = ")[0]
                    rows = [row for row in blocks[number].split("\n") if not row.startswith(f"{name} = ")]
                    blocks[number] = "\n".join([*rows[:2], line, *rows[2:]])
    file.write_text("[[claim]]".join(blocks), encoding="utf-8")


# ---- the file -------------------------------------------------------------------------------------------------------
def test_the_file_shows_every_claim_with_all_its_fields(file):
    assert file.name == "speech.review.toml"
    plain = tomllib.loads(file.read_text(encoding="utf-8"))
    assert [block["text"] for block in plain["claim"]] == ["12 %", "$43.4 bn", "190 agreements"]
    assert all(set(FIELDS) <= block.keys() and block["decision"] == "" for block in plain["claim"])
    assert plain["claim"][1]["sentence"] == "Trade rose by 12 % to $43.4 bn last year."
    assert "value = 43_400_000_000\n" in file.read_text(encoding="utf-8")


def test_an_undecided_file_changes_nothing(file):
    found = found_in(TEXT)
    assert reviewed(found, read_review(file)) == found


def test_confirmed_corrected_and_dropped(file):
    decide(
        file,
        {
            "c1": 'decision = "confirmed"',
            "c2": 'decision = "corrected"\nvalue = 43.5e9\nscope = "goods"\nqualifiers = ["record"]',
            "c3": 'decision = "dropped"\nby = "B. Editor"',
        },
    )
    result = reviewed(found_in(TEXT), read_review(file))
    assert [claim.key for claim in result] == ["c1", "c2"]
    assert result[0].decision == "confirmed"
    assert result[0].by_hand == ()
    assert result[0].inferred == ("period",)
    corrected = result[1]
    assert (corrected.value, corrected.scope, corrected.qualifiers) == (43.5e9, "goods", ("record",))
    assert (corrected.low, corrected.high) == (43.45e9, 43.55e9)  # as wide as the figure was said
    assert set(corrected.by_hand) == {"value", "low", "high", "scope", "qualifiers"}
    assert corrected.decision == "corrected"
    assert result.apart[-1].text == "190 agreements"
    assert result.apart[-1].why == "dropped by B. Editor"
    assert result.notes == ()


def test_a_correction_of_what_was_inferred_is_no_longer_inferred(file):
    decide(file, {"c1": 'decision = "corrected"\nperiod = "2021"'})
    claim = reviewed(found_in(TEXT), read_review(file))[0]
    assert (claim.period, claim.inferred, claim.by_hand) == ("2021", (), ("period",))


def test_an_empty_text_takes_a_field_away(file):
    decide(file, {"c2": 'decision = "corrected"\nmeasure = ""'})
    claim = reviewed(found_in(TEXT), read_review(file))[1]
    assert claim.measure is None
    assert claim.by_hand == ("measure",)


@pytest.mark.parametrize(
    ("words", "value", "low", "high"),
    [("3 trillion rubles", 3e12, 2.5e12, 3.5e12), ("12,5 млрд рублей", 12.5e9, 12.45e9, 12.55e9)],
)
def test_a_value_may_be_written_as_it_is_said(file, words, value, low, high):
    decide(file, {"c2": f'decision = "corrected"\nvalue = "{words}"'})
    claim = reviewed(found_in(TEXT), read_review(file))[1]
    assert (claim.value, claim.unit, claim.low, claim.high) == (value, "RUB", low, high)


def test_a_name_for_the_whole_file(file):
    text = file.read_text(encoding="utf-8").replace('by = ""', 'by = "C. Desk"', 1)
    file.write_text(text, encoding="utf-8")
    decide(file, {"c3": 'decision = "dropped"'})
    assert reviewed(found_in(TEXT), read_review(file)).apart[-1].why == "dropped by C. Desk"


def test_a_change_without_a_decision_is_told_and_not_taken(file):
    decide(file, {"c2": "value = 44e9"})
    result = reviewed(found_in(TEXT), read_review(file))
    assert result[1].value == 43.4e9
    assert len(result.notes) == 1
    assert 'Write decision = "corrected"' in result.notes[0]
    write_review(found_in(TEXT), file)
    assert "value = 44_000_000_000" in file.read_text(encoding="utf-8")


def test_confirmed_with_a_change_counts_as_corrected(file):
    decide(file, {"c2": 'decision = "confirmed"\nvalue = 44e9'})
    result = reviewed(found_in(TEXT), read_review(file))
    assert (result[1].value, result[1].decision) == (44e9, "corrected")
    assert "counts as corrected" in result.notes[0]


def test_corrected_without_a_change_is_told(file):
    decide(file, {"c2": 'decision = "corrected"'})
    assert "nothing in it was changed" in reviewed(found_in(TEXT), read_review(file)).notes[0]


# ---- figures that the rules missed ----------------------------------------------------------------------------------
def test_an_added_claim_is_found_in_the_text(file):
    added = '[[added]]\ntext = "10th"\nvalue = 10\nunit = "forums"\nform = "count"\nmeasure = "forums"\n'
    file.write_text(file.read_text(encoding="utf-8") + added, encoding="utf-8")
    result = reviewed(found_in(TEXT), read_review(file))
    claim = result[2]
    assert (claim.text, TEXT[claim.start : claim.end], claim.value, claim.unit) == ("10th", "10th", 10, "forums")
    assert claim.sentence == "The forum was the 10th."
    assert (claim.speaker, claim.spoken, claim.decision) == ("A. Rook", "2023-06-28", "confirmed")
    assert set(claim.by_hand) == {"text", "value", "unit", "form", "measure"}
    assert result.apart == ()  # it is told apart no longer
    write_review(result, file)
    again = reviewed(found_in(TEXT), read_review(file))
    assert again[2] == claim
    assert len(again) == 4


def test_an_added_claim_reads_its_precision_from_its_words():
    added = parse('[[added]]\ntext = "$43.4 bn"\nvalue = "$43.4 bn"\nform = "level"')
    claim = reviewed(Claims(Document(TEXT, "en")), added)[0]
    assert (claim.value, claim.low, claim.high, claim.unit) == (43.4e9, 43.35e9, 43.45e9, "USD")


def test_an_added_claim_that_is_not_there_or_there_twice_is_told():
    twice = Claims(Document("12 % here. And 12 % there.", "en"))
    block = '[[added]]\ntext = "{}"\nvalue = 12\nunit = "%"\nform = "growth"\n'
    assert "not found in the text" in reviewed(twice, parse(block.format("13 %"))).notes[0]
    assert "2 times" in reviewed(twice, parse(block.format("12 %"))).notes[0]
    claim = reviewed(twice, parse(block.format("12 %") + 'sentence = "And 12 % there."'))[0]
    assert claim.start == 15
    assert reviewed(twice, parse(block.format("12 %") + "start = 14"))[0].start == 15


# ---- text and rules change ------------------------------------------------------------------------------------------
def test_claims_that_moved_are_known_again(file):
    decide(file, {"c1": 'decision = "confirmed"', "c3": 'decision = "dropped"'})
    result = reviewed(found_in("A new first sentence. " + TEXT), read_review(file))
    assert [claim.decision for claim in result] == ["confirmed", ""]
    assert result.notes == (
        "The text changed since the review: 3 claims moved and were known again by their sentences (c1 '12 %' from 14 "
        "to 36, c2 '$43.4 bn' from 22 to 44, c3 '190 agreements' from 71 to 93).",
    )


def test_a_changed_sentence_keeps_its_decision_and_says_so(file):
    decide(file, {"c1": 'decision = "confirmed"'})
    result = reviewed(found_in(TEXT.replace("last year", "in the last year")), read_review(file))
    assert result[0].decision == "confirmed"
    assert any("sentence of the claim '12 %' changed" in note for note in result.notes)


def test_a_claim_that_is_gone_keeps_its_decision_in_the_file(file):
    decide(file, {"c3": 'decision = "corrected"\nvalue = 191'})
    shorter = TEXT.replace("190 agreements are", "things are")
    found = found_in(TEXT)
    fewer = Claims(Document(shorter, "en"), found.entries[:2])
    result = reviewed(fewer, read_review(file))
    assert "'190 agreements' (c3), in 'Some 190 agreements are in force.' is no longer found" in result.notes[0]
    write_review(fewer, file)
    write_review(fewer, file)
    assert "Not found in the text any more" in file.read_text(encoding="utf-8")
    assert reviewed(found, read_review(file))[2].value == 191


def test_rules_that_read_otherwise_renew_what_nobody_decided(file):
    decide(file, {"c1": 'decision = "confirmed"'})
    found = found_in(TEXT)
    first, second, third = found
    entries = (replace(first, measure="exports"), replace(second, measure="exports"), third)
    better = replace(found, entries=entries)
    result = reviewed(better, read_review(file))
    assert [claim.measure for claim in result] == ["turnover", "exports", "agreements"]
    assert result[0].by_hand == ("measure",)
    assert len(result.notes) == 1
    assert "than when it was confirmed" in result.notes[0]
    write_review(better, file)
    plain = tomllib.loads(file.read_text(encoding="utf-8"))
    assert [block["measure"] for block in plain["claim"]] == ["turnover", "exports", "agreements"]


def test_writing_again_keeps_decisions_notes_and_comments(file):
    decide(
        file,
        {"c2": '# asked the press office\ndecision = "corrected"\nby = "B. Editor"\nnote = "see 12"\nvalue = 44e9'},
    )
    before = reviewed(found_in(TEXT), read_review(file))
    write_review(found_in(TEXT), file)
    first = file.read_text(encoding="utf-8")
    write_review(before, file)  # of claims that are decided on already
    assert file.read_text(encoding="utf-8") == first
    assert reviewed(found_in(TEXT), read_review(file)) == before
    assert "# asked the press office" in first
    assert 'note = "see 12"' in first


def test_the_same_sentence_twice_keeps_both_decisions_apart(tmp_path):
    text = "It rose by 12 %. It rose by 12 %."
    claims = tuple(
        Claim(f"c{n}", "12 %", at, at + 4, 12, "%", 11.5, 12.5, "growth", "It rose by 12 %.", at - 11)
        for n, at in ((1, 11), (2, 28))
    )
    found = Claims(Document(text, "en"), claims)
    file = write_review(found, tmp_path / "t.review.toml")
    decide(file, {"c2": 'decision = "dropped"'})
    assert [claim.key for claim in reviewed(found, read_review(file))] == ["c1"]


# ---- what is wrong with a file --------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("[[claim]]\ntext = 12 %\n", 2, "It is no TOML"),
        ('[[claim]]\ntext = "a"\nmesure = "exports"\n', 3, "Nearest known: 'measure'"),
        ('[[claim]]\ntext = "a"\n\ndecision = "confirm"\n', 4, "Nearest known: 'confirmed'"),
        ('[[claim]]\ntext = "a"\nvalue = true\n', 3, "50 bn USD"),
        ('[[claim]]\ntext = "a"\nvalue = nan\n', 3, "'value' takes"),
        ('[[claim]]\ntext = "a"\nforecast = "yes"\n', 3, "true or false"),
        ('[[claim]]\ntext = "a"\nqualifiers = "record"\n', 3, "a list of words"),
        ('[[claim]]\ntext = "a"\nperiod = 2022\n', 3, "a text in quotes"),
        ('[[claim]]\ntext = "a"\nform = "levl"\n', 3, "'level'"),
        ('[[claim]]\ntext = "a"\n[[claim]]\ntext = "a"\n', 3, "named twice, first in line 1"),
        ('[[claim]]\nkey = "c1"\ntext = "a"\n[[claim]]\nkey = "c1"\ntext = "b"\n', 4, "named twice"),
        ('[[claim]]\ndecision = "dropped"\n', 1, "known by its text"),
        ('[[added]]\ntext = "a"\n', 1, "needs its value"),
        ("claim = 3\n", None, "write [[claim]]"),
        ('[claims]\na = "b"\n', None, "Nearest known: 'claim'"),
        ("by = 3\n", None, "who decides"),
    ],
)
def test_errors_name_the_line(tmp_path, text, line, said):
    file = tmp_path / "s.review.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(DataError) as caught:
        read_review(file)
    assert said in str(caught.value)
    assert caught.value.line == line
    assert str(caught.value).startswith(str(file))


def test_unknown_fields_are_unknown_codes():
    with pytest.raises(UnknownCode):
        parse('[[claim]]\ntext = "a"\nwhat = 1\n')


def test_no_file_no_text_no_folder(tmp_path):
    with pytest.raises(DataError, match="cannot be read"):
        read_review(tmp_path / "none.toml")
    (tmp_path / "b.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(DataError, match="UTF-8"):
        read_review(tmp_path / "b.toml")
    with pytest.raises(DataError, match="cannot be written"):
        write_review(found_in(TEXT), tmp_path / "nowhere" / "a.toml")


def test_a_broken_file_is_left_as_it_is(file):
    file.write_text("[[claim]\n", encoding="utf-8")
    with pytest.raises(DataError, match="no TOML"):
        write_review(found_in(TEXT), file)
    assert file.read_text(encoding="utf-8") == "[[claim]\n"


def test_an_interval_that_does_not_hold_its_value(file):
    decide(file, {"c2": 'decision = "corrected"\nvalue = 43e9\nlow = 44e9\nhigh = 45e9'})
    with pytest.raises(DataError, match="lies outside") as caught:
        reviewed(found_in(TEXT), read_review(file))
    assert caught.value.line


def test_a_value_in_words_that_is_no_figure(file):
    decide(file, {"c2": 'decision = "corrected"\nvalue = "much"'})
    with pytest.raises(DataError, match="no single figure"):
        reviewed(found_in(TEXT), read_review(file))


# ---- laws -----------------------------------------------------------------------------------------------------------
@given(st.text())
def test_any_text_survives_the_file(text):
    assert tomllib.loads(f"a = {toml(text)}")["a"] == text


@given(st.floats(allow_nan=False))
def test_any_number_survives_the_file(number):
    assert float(tomllib.loads(f"a = {toml(number)}")["a"]) == number


@given(st.text(min_size=1), st.text(), st.floats(1, 1e18), st.text())
def test_any_claim_is_known_again(tmp_path_factory, quote, sentence, value, speaker):
    claim = Claim(
        "c1", quote, 0, len(quote), value, "USD", value - 1, value + 1, "level", sentence, speaker=speaker or None
    )
    found = Claims(Document(quote, "en"), (claim,))
    file = tmp_path_factory.mktemp("any") / "t.review.toml"
    write_review(found, file)
    assert reviewed(found, read_review(file)) == found
    file.write_text(
        file.read_text(encoding="utf-8").replace('decision = ""', 'decision = "confirmed"', 1), encoding="utf-8"
    )
    write_review(found, file)
    (again,) = reviewed(found, read_review(file))
    assert (again.decision, again.by_hand) == ("confirmed", ())


@given(st.text())
def test_any_file_is_read_or_refused(text):
    with contextlib.suppress(DataError):
        parse(text)


def test_thousands_of_equal_sentences_take_no_square_time(tmp_path):
    sentence = "It rose by 12 %. "
    claims = tuple(
        Claim(f"c{n}", "12 %", 17 * n + 11, 17 * n + 15, 12, "%", 11.5, 12.5, "growth", sentence.strip(), 17 * n)
        for n in range(TIMES * 375)
    )

    def there_and_back(size):
        found = Claims(Document(sentence * size, "en"), claims[:size])
        file = write_review(found, tmp_path / "t.review.toml")
        assert reviewed(found, read_review(file)) == found
        file.unlink()  # else the next is joined with it

    assert_linear_in(there_and_back, 375)
