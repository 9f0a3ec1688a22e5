"""What cannot be read, decided or written: one clear message, nothing half-written, nothing that a screen obeys."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from hansa.cli.check import Told, claim_reviews, claims_in, refuse_unanswerable, sides
from hansa.errors import DataError
from hansa.regions import blocs, memberships
from hansa.regions.lists import Lists
from hansa.report.statement_files import CheckedTexts, checked_texts, stem, write_all
from hansa.statements import check, claims, read, read_text
from hansa.statements.claim import Claims
from hansa.statements.claim_review import reviewer
from hansa.statements.review import reviewed
from hansa.statements.review_file import parse
from hansa.trade.flows import as_flows
from hansa.trade.store import Store
from hansa.wording.visible import visible

ASKED = {"dataset": None, "as_of": None, "author": None, "url": None}
CONFIRMED = '[[claim]]\ntext = "12 percent"\ndecision = "confirmed"\n'


@pytest.fixture
def store(tmp_path: Path) -> Store:
    rows = {"period": ["2021", "2022"], "origin": ["KEN"] * 2, "destination": ["JPN"] * 2, "value": [10e9, 12.3e9]}
    made = Store.create(tmp_path / "store")
    made.write(as_flows(rows), vintage="2023-05-01")
    return made


def checked(store: Store | None, text: str) -> CheckedTexts:
    found = claims(read_text(text, language="en", spoken="2023-06-28"))
    return checked_texts([reviewed(found, parse(CONFIRMED))], store, names=["talk"])


# ---- what is asked --------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"dataset": "flows"}, "--dataset asks what data say, and there is no store"),
        ({"as_of": "2023-01-01"}, "--as-of asks what data say"),
        ({"author": "Desk", "url": "https://example.org"}, "--author asks what data say"),
    ],
)
def test_data_are_asked_for_where_there_is_no_store(given: dict[str, str], told: str) -> None:
    with pytest.raises(DataError, match=told):
        refuse_unanswerable(["talk.txt"], None, **{**ASKED, **given})


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"as_of": "soon"}, "'soon' is no date"),
        ({"author": "Desk"}, "--author and --url together"),
        ({"author": " ", "url": "https://example.org"}, "give your organisation"),
        ({"author": "Desk", "url": "javascript:alert(1)"}, "full address"),
        ({"author": "Desk", "url": "http://[::1"}, "full address"),
    ],
)
def test_what_is_asked_of_a_store_is_looked_at_before_anything_is_read(
    store: Store, given: dict[str, str], told: str
) -> None:
    with pytest.raises(DataError, match=told):
        refuse_unanswerable(["talk.txt"], store, **{**ASKED, **given})


def test_standard_input_is_read_once() -> None:
    with pytest.raises(DataError, match="give - once"):
        refuse_unanswerable(["-", "talk.txt", "-"], None, **ASKED)


@pytest.mark.parametrize("pair", ["KEN,KEN", "KEN,Kenya"])
def test_two_regions_that_are_one(pair: str) -> None:
    with pytest.raises(DataError, match="one and the same"):
        sides(None, pair, Lists(None, memberships(), blocs()))


def test_a_day_that_is_none_is_no_reason_to_compare_with_nothing(store: Store) -> None:
    said = claims(read_text("Exports of Kenya to Japan reached $12 bn in 2022.", language="en"))
    with pytest.raises(DataError, match="no date"):
        check(said, store, as_of="soon")


# ---- decisions ------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("line", "told"),
    [
        ('period = "whenever"', "'whenever' is no time that 'period' takes"),
        ('base = "2022-13"', "'2022-13' is no time that 'base' takes"),
        ('spoken = "yesterday"', "a day, such as"),
        ('spoken = "2023"', "a day, such as"),
        ('period = ".."', "no time"),
        ('scope = "everything"', "'everything' is no known scope"),
        ('basis = "florins"', "not what growth is measured in"),
        (f"value = {'9' * 5000}", "It is no TOML"),
        (f"value = {'9' * 400}", "is not what 'value' takes"),
    ],
)
def test_a_field_that_holds_no_such_thing(line: str, told: str) -> None:
    with pytest.raises(DataError, match=told) as refused:
        parse(CONFIRMED + line)
    assert len(str(refused.value)) < 400


@pytest.mark.parametrize(
    "period", ["", "2022", "2022-03", "2022-Q1", "2022-01..2022-10", "2021..", "..2030", "2023-05-12"]
)
def test_a_period_as_a_person_may_correct_it(period: str) -> None:
    assert parse(f'{CONFIRMED}period = "{period}"').entries[0].fields["period"] == period


# ---- files ----------------------------------------------------------------------------------------------------------
def test_all_files_or_none(tmp_path: Path) -> None:
    (tmp_path / "b.csv").mkdir()
    (tmp_path / "a.html").write_text("before", encoding="utf-8")
    with pytest.raises(DataError, match="A folder has this name"):
        write_all({tmp_path / "a.html": "after", tmp_path / "b.csv": "x"})
    assert {path.name for path in tmp_path.iterdir()} == {"a.html", "b.csv"}
    assert (tmp_path / "a.html").read_text(encoding="utf-8") == "before"


def test_all_files_or_none_where_a_folder_is_missing(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="cannot be written"):
        write_all({tmp_path / "a.html": "after", tmp_path / "none" / "b.toml": "x"})
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["汉" * 80, "ж" * 300, "\U0001f4a9x" * 60, "a" * 500])
def test_names_of_files_fit_into_a_file_system(name: str, tmp_path: Path) -> None:
    kept = stem(f"{name}.txt")
    write_all({tmp_path / f"{kept}-2-checked-en.html": "x"})
    assert len(list(tmp_path.iterdir())) == 1


# ---- what acts unseen -----------------------------------------------------------------------------------------------
def test_a_character_reference_brings_no_control_character_in() -> None:
    page = b"<title>A&#27;]0;b&#7;</title><p>Trade grew by 5 percent&#27;[31m in 2022.&#155;3m</p>"
    document = read(page, format="html", language="en")
    assert not {"\x1b", "\x07", "\x9b"} & set(document.text + (document.title or ""))


def test_a_stray_control_character_of_a_text_is_marked() -> None:
    document = read(b"Trade grew by 5 percent \x1b[31m in 2022. " + b"We are friends. " * 100, language="en")
    assert "\x1b" not in document.text
    assert "5 percent \ufffd[31m" in document.text


def test_blanks_of_no_width_and_other_ends_of_lines_are_written_out() -> None:
    assert visible("a\u200bb\u2028c\ufeffd") == "a‹U+200B›b‹U+2028›c‹U+FEFF›d"


def test_a_page_that_is_nested_too_deep_is_called_broken() -> None:
    with pytest.raises(DataError, match="its HTML is broken"):
        read(b"<div>" * 10_000 + b"Trade grew by 5 percent.", format="html", language="en")


def test_a_claim_review_may_stand_in_a_script(store: Store, tmp_path: Path) -> None:
    held = checked(store, "Exports of Kenya to Japan</script><script>x</script> rose by 12 percent in 2022.")
    ((path, told),) = claim_reviews(held, tmp_path, "Desk </script>", "https://example.org/p").items()
    assert path.name == "talk.claimreview.json"
    assert "<" not in told
    assert json.loads(told)["@graph"][0]["author"]["name"] == "Desk </script>"


@pytest.mark.parametrize("url", ["", "nothing", "//example.org", "http://[::1", "ftp://example.org"])
def test_an_address_that_is_none(url: str) -> None:
    with pytest.raises(DataError, match="full address"):
        reviewer("Desk", url)


def test_a_name_of_a_file_is_no_markup(monkeypatch: pytest.MonkeyPatch) -> None:
    from hansa.cli import terminal

    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    with terminal.working("loading") as next_step:
        next_step("a[/b] [red]\x1b.txt")


def test_an_encoding_that_cannot_be_told_can_be_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "talk.txt").write_bytes("Товарооборот Кении и Ганы вырос на 5 процентов.".encode("koi8-r"))
    monkeypatch.chdir(tmp_path)
    lists = Lists(None, memberships(), blocs())
    unsaid = Told("ru", None, None, None, None, None, None, None)
    with pytest.raises(DataError, match="encoding"):
        claims_in("talk.txt", unsaid, (), lists, print)
    (claim,) = claims_in("talk.txt", replace(unsaid, encoding="koi8-r"), (), lists, print)
    assert (claim.value, claim.region, claim.partner) == (5, "KEN", "GHA")


def test_no_claims_are_no_reason_to_fail(store: Store) -> None:
    nothing: Claims = claims(read_text("We are friends.", language="en"))
    assert checked_texts([nothing], store, names=["talk"]).contents("out")
