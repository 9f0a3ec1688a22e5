"""`hansa check`: a text in, a page, tables and decisions out; and the page in a real browser."""

from __future__ import annotations

import csv
import io
import json
import re
import sys
import tomllib
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pypdf
import pytest
from playwright.sync_api import Browser, Page

from tests.e2e.conftest import Hansa

SPEECH = """Two shores, one river

The Minister of Brinmark Nora Quill:

Our trade with Kastovia exceeded 18 billion dollars in 2022, up 12 percent on the year before. We are friends.

The Governor of Kastovia Osip Vane:

Trade between Brinmark and Kastovia grew by 40.7 percent in 2022. There are 81 agreements.
"""
OTHER = """Mutual trade of Brinmark and Kastovia amounted to 13.4 billion dollars in 2022."""
BETWEEN = ("--pair", "XBR,XKA", "--spoken", "2023-06-28")


@pytest.fixture
def speech(tmp_path: Path) -> Path:
    """A text by two speakers, in the folder where the command runs."""
    path = tmp_path / "speech.txt"
    path.write_text(SPEECH, encoding="utf-8")
    return path


def rows(path: Path) -> list[dict[str, str]]:
    """The rows of a CSV file below its comments."""
    lines = [line for line in path.read_text(encoding="utf-8").splitlines() if not line.startswith("# ")]
    return list(csv.DictReader(io.StringIO("\n".join(lines))))


def test_a_speech_is_marked_compared_and_written(hansa: Hansa, world: Path, speech: Path):
    said = hansa("check", "speech.txt", "--store", world, "--dataset", "flows", *BETWEEN, "-o", "out")
    assert (said.code, said.err) == (0, "")
    assert "“exceeded 18 billion dollars” = more than USD 18 bn" in " ".join(said.out.split())
    assert "Nora Quill" in said.out
    assert "? not checkable: 1." in " ".join(said.out.split())
    assert max(map(len, said.out.splitlines())) <= 80
    names = {"speech-checked-en.html", "speech-checked.csv", "speech-checked.json", "speech.review.toml"}
    assert {path.name for path in Path("out").iterdir()} == names
    assert said.out.split()[-4:] == [
        f"out/{name}" for name in ("speech-checked-en.html", "speech-checked.csv", "speech-checked.json")
    ] + ["out/speech.review.toml"]
    told = rows(Path("out/speech-checked.csv"))
    assert {row["document"] for row in told} == {"speech"}
    assert {row["outcome"] for row in told if row["claim"] == "c1"} >= {"supported"}
    read = json.loads(Path("out/speech-checked.json").read_text(encoding="utf-8"))
    assert len(read["data"]) == len(told)
    assert any(found["outcome"] == "contradictory" for found in read["meta"]["findings"])


def test_a_line_for_each_claim(hansa: Hansa, world: Path, speech: Path):
    said = hansa("check", "speech.txt", "--store", world, "--dataset", "flows", *BETWEEN, "-o", "out", "--brief")
    assert (said.code, said.err) == (0, "")
    told = " ".join(said.out.split("out/")[0].split())
    assert [key for key in ("c1", "c2", "c3", "c4", "c5") if f" {key} " in told] == ["c1", "c2", "c3", "c4"]
    assert "In all readings" not in told


def test_messages_name_the_options(hansa: Hansa, tmp_path: Path):
    (tmp_path / "numbers.txt").write_text("12 5 7", encoding="utf-8")
    refused = hansa("check", "numbers.txt")
    assert refused.code == 2
    assert "Say it with --text-language." in refused.err
    assert "read_text" not in hansa("check", "absent.txt").err
    (tmp_path / "undated.txt").write_text("Trade of Norway and Peru grew by 5 percent last year.", encoding="utf-8")
    assert "give --spoken or --published" in " ".join(hansa("check", "undated.txt").out.split())


def test_without_a_store_nothing_is_compared(hansa: Hansa, speech: Path):
    said = hansa("check", "speech.txt", "--format", "csv")
    assert said.code == 0
    assert "Nothing was compared with data" in " ".join(said.out.split())
    told = rows(Path("speech-checked.csv"))
    assert [(row["claim"], float(row["value"])) for row in told] == [
        ("c1", 18e9), ("c2", 12.0), ("c3", 40.7), ("c4", 81.0),
    ]  # fmt: skip
    assert not Path("speech-checked-en.html").exists()


def test_standard_input_in_russian(hansa: Hansa, world: Path, monkeypatch: pytest.MonkeyPatch):
    text = "Товарооборот Бринмарка и Кастовии в 2022 году вырос на 12 процентов."
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text.encode())))
    said = hansa("check", "-", "--store", world, "--dataset", "flows", "--language", "ru", *BETWEEN)
    assert said.code == 0
    assert "= +12\xa0%" in said.out.replace("\n", " ")
    page = Path("statement-checked-ru.html").read_text(encoding="utf-8")
    assert '<html lang="ru">' in page
    assert "Что понято" in page


def test_an_error_is_told_in_the_language_that_was_asked_for(hansa: Hansa, speech: Path):
    refused = hansa("check", "speech.txt", "--store", "nowhere", "--language=ru")
    assert refused.code == 2
    assert "Здесь нет хранилища" in refused.err


def test_contradictions_are_found_across_texts(hansa: Hansa, world: Path, speech: Path, tmp_path: Path):
    (tmp_path / "other.txt").write_text(OTHER, encoding="utf-8")
    where = ("--store", world, "--dataset", "flows", "-o", "out")
    said = hansa("check", "speech.txt", "other.txt", *BETWEEN, *where, "--format", "html,json")
    assert said.code == 0
    found = json.loads(Path("out/statements-checked.json").read_text(encoding="utf-8"))["meta"]["findings"]
    both = [one["sentence"] for one in found if "18 billion" in one["sentence"] and "13.4 billion" in one["sentence"]]
    assert both
    page = Path("out/statements-checked-en.html").read_text(encoding="utf-8")
    assert "2 texts, checked together" in page
    assert {path.name for path in Path("out").glob("*.toml")} == {"speech.review.toml", "other.review.toml"}


def test_counts_are_held_against_a_register(hansa: Hansa, world: Path, tmp_path: Path):
    text = tmp_path / "talk.txt"
    text.write_text("Brinmark and Kastovia have signed 26 agreements.\n", encoding="utf-8")
    said = hansa("check", text, "--store", world, "--register", world / "register", *BETWEEN, "-o", "with-store")
    assert (said.code, said.err) == (0, "")
    assert "? not checkable: 1." in " ".join(said.out.split())
    assert "Counted in register on 2023-06-28: agreements" in " ".join(said.out.split())
    found = rows(Path("with-store") / "talk-checked.csv")
    assert {row["register"] for row in found} == {"register"}
    assert all(float(row["figure"]) < 26 for row in found)
    alone = hansa("check", text, "--register", world / "register", "--regions", world / "regions.csv", "-o", "alone")
    assert (alone.code, alone.err) == (0, "")
    assert "Counted in register" in " ".join(alone.out.split())


def test_decisions_of_a_person_are_kept(hansa: Hansa, world: Path, speech: Path):
    where = ("--store", world, "--dataset", "flows", *BETWEEN)
    assert hansa("check", "speech.txt", *where).code == 0
    decisions = Path("speech.review.toml")
    text = decisions.read_text(encoding="utf-8")
    parts = text.split("[[claim]]")
    parts[2] = parts[2].replace('decision = ""', 'decision = "dropped"')
    parts[3] = parts[3].replace('decision = ""', 'decision = "corrected"').replace("value = 40.7", "value = 12.1")
    decided = "[[claim]]".join(parts).replace('by = ""', 'by = "E. Ditor"')
    decisions.write_text(decided, encoding="utf-8")
    said = hansa("check", "speech.txt", *where)
    assert said.code == 0
    assert "dropped by E. Ditor: 1" in " ".join(said.out.split())
    page = Path("speech-checked-en.html").read_text(encoding="utf-8")
    assert "corrected by a person" in page
    assert "corrected by hand" in page
    kept = tomllib.loads(decisions.read_text(encoding="utf-8"))["claim"]
    assert [one["decision"] for one in kept] == ["", "dropped", "corrected", ""]


def test_a_text_that_changed_says_which_claim_moved(hansa: Hansa, speech: Path):
    assert hansa("check", "speech.txt").code == 0
    decisions = Path("speech.review.toml")
    text = decisions.read_text(encoding="utf-8").replace('decision = ""', 'decision = "confirmed"')
    decisions.write_text(text, encoding="utf-8")
    speech.write_text(SPEECH.replace("We are friends.", "We are the best of friends."), encoding="utf-8")
    said = hansa("check", "speech.txt")
    assert said.code == 0
    told = " ".join(said.out.split())
    assert "moved" in told
    assert "'40.7 percent'" in told


def test_claim_review_is_for_confirmed_claims_only(hansa: Hansa, world: Path, speech: Path):
    where = ("--store", world, "--dataset", "flows", *BETWEEN)
    reviewer = ("--author", "Office of Figures", "--url", "https://example.org/checked")
    said = hansa("check", "speech.txt", *where, *reviewer)
    assert said.code == 0
    assert "no claim is confirmed" in said.err
    assert not Path("speech.claimreview.json").exists()
    decisions = Path("speech.review.toml")
    text = decisions.read_text(encoding="utf-8").replace('decision = ""', 'decision = "confirmed"', 1)
    decisions.write_text(text, encoding="utf-8")
    assert hansa("check", "speech.txt", *where, *reviewer).code == 0
    told = Path("speech.claimreview.json").read_text(encoding="utf-8")
    assert told.count('"ClaimReview"') == 1
    assert "Office of Figures" in told
    assert "ratingValue" not in told


# ---- what cannot be taken -------------------------------------------------------------------------------------------
def _encrypted() -> bytes:
    writer, out = pypdf.PdfWriter(), io.BytesIO()
    writer.add_blank_page(200, 200)
    writer.encrypt("secret")
    writer.write(out)
    return out.getvalue()


BAD: dict[str, tuple[bytes | None, list[str], str]] = {
    "absent.txt": (None, [], "absent.txt"),
    "empty.txt": (b" \n", [], "empty"),
    "binary.txt": (bytes(range(256)) * 40, [], "binary"),
    "large.txt": (b"Trade grew by 5 percent. " * 2_000_000, [], "at most 20 MB"),
    "locked.pdf": (_encrypted(), [], "encrypted"),
    "answer.txt": (SPEECH.encode(), ["--language", "de"], "'de' is no known language"),
    "text.txt": (SPEECH.encode(), ["--text-language", "de"], "'de' is no known language"),
    "store.txt": (SPEECH.encode(), ["--store", "nowhere"], "There is no store here"),
    "form.txt": (SPEECH.encode(), ["--format", "pdf"], "'pdf'"),
    "one.txt": (SPEECH.encode(), ["--between", "XBR"], "name both"),
    "both.txt": (SPEECH.encode(), ["--pair", "BLR,Nowhereland"], "'Nowhereland' is no known region"),
    "day.txt": (SPEECH.encode(), ["--spoken", "2023-02-31"], "2023-02-31"),
    "half.txt": (SPEECH.encode(), ["--author", "Somebody"], "--author and --url"),
    "list.txt": (SPEECH.encode(), ["--regions", "none.csv"], "none.csv"),
}


@pytest.mark.parametrize("name", BAD)
def test_what_cannot_be_taken_is_one_message_and_nothing_is_written(hansa: Hansa, tmp_path: Path, name: str):
    content, options, wanted = BAD[name]
    if content is not None:
        (tmp_path / name).write_bytes(content)
    said = hansa("check", name, "-o", "out", *options)
    assert said.code == 2, said.out
    assert wanted in said.err
    assert said.err.startswith("hansa: ")
    assert said.err.count("\n") == 1
    assert "Traceback" not in said.err
    assert not Path("out").exists()
    assert said.out == ""


def test_the_same_names_do_not_write_over_each_other(hansa: Hansa, tmp_path: Path):
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "talk.txt").write_text(OTHER, encoding="utf-8")
    said = hansa("check", "a/talk.txt", "b/talk.txt", "-o", "out")
    assert said.code == 0
    assert {path.name for path in Path("out").glob("*.toml")} == {"talk.review.toml", "talk-2.review.toml"}


def test_the_text_itself_is_never_written_over(hansa: Hansa, tmp_path: Path):
    markup = f"<html><body><p>{OTHER}</p></body></html>"
    (tmp_path / "speech.html").write_text(markup, encoding="utf-8")
    assert hansa("check", "speech.html").code == 0
    assert (tmp_path / "speech.html").read_text(encoding="utf-8") == markup


def test_text_from_outside_stays_text(hansa: Hansa, tmp_path: Path):
    text = f"Speaker: =cmd|calc\n\n<script>alert(1)</script> {OTHER} \u202e"
    (tmp_path / "speech.txt").write_text(text, encoding="utf-8")
    said = hansa("check", "speech.txt", "--title", "<b>=1+1\u202e\x1b[2J", "--speaker", "=HYPERLINK(1)")
    assert said.code == 0
    assert not {"\x1b", "\u202e"} & set(said.out)
    page = Path("speech-checked-en.html").read_text(encoding="utf-8")
    assert "<script" not in page
    assert "&lt;script&gt;" in page
    assert "\u202e" not in page
    cells = [cell for row in rows(Path("speech-checked.csv")) for cell in row.values()]
    assert not any(cell.startswith(("=", "+", "@")) for cell in cells)


# ---- the page in a browser ------------------------------------------------------------------------------------------
@pytest.fixture(params=["en", "ru"])
def opened(
    request: pytest.FixtureRequest, browser: Browser, hansa: Hansa, world: Path, speech: Path
) -> Iterator[tuple[Page, list[str]]]:
    """The page, and everything it asked for or complained of."""
    done = hansa("check", "speech.txt", "--store", world, "--dataset", "flows", *BETWEEN, "--language", request.param)
    assert done.code == 0
    address = Path(f"speech-checked-{request.param}.html").resolve().as_uri()
    page, heard = browser.new_page(), []
    page.on("console", lambda message: heard.append(message.text))
    page.on("pageerror", lambda error: heard.append(str(error)))
    page.on("request", lambda request: heard.append(request.url) if request.url != address else None)
    page.goto(address)
    yield page, heard
    page.close()


@pytest.mark.browser
def test_the_page_in_a_browser(opened: tuple[Page, list[str]]):
    page, heard = opened
    assert heard == []
    for width in (360, 390, 768, 1280, 1920):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.locator("mark.said a.to").first.click()
    assert page.locator(":target").inner_text().startswith("c1")
    page.locator(".card p.back a").first.click()
    assert page.locator("mark.said :target").count() == 1
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.tagName") == "A"
    tables = page.locator("table.readings")
    assert tables.count() >= 4
    for table in tables.all():
        assert table.get_attribute("aria-label")
        assert table.locator("th[scope=col]").count() == 6
    levels = page.evaluate("[...document.querySelectorAll('h1,h2,h3,h4')].map(one => Number(one.tagName[1]))")
    assert levels[0] == 1
    assert all(later - sooner <= 1 for sooner, later in pairwise(levels))
    assert page.locator("main").count() == 1
    assert page.locator("textarea[readonly]").first.input_value().startswith(("“", "«"))
    assert page.locator("svg[role=img] title").count() >= 1


@pytest.mark.browser
def test_the_page_prints_with_every_reading(opened: tuple[Page, list[str]]):
    page, _ = opened
    paper = pypdf.PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True, print_background=True)))
    text = " ".join(" ".join(sheet.extract_text() for sheet in paper.pages).split())
    counted = len(re.findall(r"\bS1\b", text))
    assert counted >= page.locator("table.readings tbody tr").count() * 0.8
