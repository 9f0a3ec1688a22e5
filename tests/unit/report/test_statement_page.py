"""The page of a checked text, made by hand: what is shown, how it is linked, and that text from outside stays text."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from hansa.provenance import Provenance, Source
from hansa.report import statement_words as worded
from hansa.report.marked_text import blocks
from hansa.report.statement_page import Checked, render_statements
from hansa.statements.claim import Apart, Claim, Claims, Mention
from hansa.statements.consistency.finding import Finding
from hansa.statements.document import Document, Turn
from hansa.statements.verdict import Reading, Verdict
from hansa.wording import Amount, Sentence, Words
from hansa.wording.visible import visible

TEXT = """The 9th Forum of Two Shores

Minister Nora Quill:

Our trade with Amberland exceeded 50 billion dollars last year, up 12 percent. We are the third partner of
Amberland. By 2030 it will reach 70 billion.

Governor Osip Vane:

Thousands of lorries cross the bridge. Trade grew by 20.7 percent."""
NAMES = {("region", "XAM"): "Amberland", ("region", "XBR"): "Brava"}
SOURCE = Source("Office of Brava", "Trade by partner", version="2023-03", licence="CC BY 4.0")


def claim_on(text: str, words: str, key: str, value: float, unit: str, half: float, form: str, **more: object) -> Claim:
    """A claim whose words stand in the text."""
    start = text.index(words)
    begin = max(text.rfind(". ", 0, start) + 2, text.rfind("\n\n", 0, start) + 2)
    sentence = text[begin : text.find(".", start + len(words)) + 1]
    return Claim(key, words, start, start + len(words), value, unit, value - half, value + half, form,
                 sentence=sentence, sentence_start=begin, **more)  # type: ignore[arg-type]  # fmt: skip


def reading(outcome: str, figure: float | None = None, difference: float | None = None, **under: str) -> Reading:
    """A reading with its arithmetic and source."""
    arithmetic = Sentence("{a} said, {b} published.", {"a": Amount(50e9, "money", "USD"), "b": "49.1"})
    missing = Sentence("The year {year} is missing.", {"year": "2022"})
    known = figure is not None
    return Reading(
        outcome, under, figure, difference, arithmetic if known else None, None if known else missing,
        command="hansa show turnover --store office", provenance=Provenance((SOURCE,) if known else ()),
    )  # fmt: skip


def statement(text: str = TEXT) -> Checked:
    """Six claims with all outcomes."""
    first = Turn(text.index("Our trade"), text.index("Governor"), "Nora Quill", "Minister")
    second = Turn(text.index("Thousands"), len(text), "Osip Vane", "Governor")
    nora = {"speaker": "Nora Quill", "spoken": "2023-06-28", "region": "XBR", "partner": "XAM"}
    osip = {"speaker": "Osip Vane", "spoken": "2023-06-28", "inferred": ("period",), "period": "2022"}
    mentioned = Mention("Amberland", text.index("Amberland"), text.index("Amberland") + 9, "XAM")
    claims = (
        claim_on(text, "exceeded 50 billion dollars", "c1", 50e9, "USD", 0.5e9, "level", comparator="exceeded",
                 measure="turnover", period="2022", mentions=(mentioned,), qualifiers=("record",), **nora),
        claim_on(text, "12 percent", "c2", 12.0, "%", 0.5, "growth", measure="turnover", period="2022", **nora),
        claim_on(text, "third", "c3", 3.0, "rank", 0.5, "rank", measure="turnover", population="all", **nora),
        claim_on(text, "70 billion", "c4", 70e9, "USD", 0.5e9, "level", forecast=True, period="2030", **nora),
        claim_on(text, "20.7 percent", "c5", 20.7, "%", 0.05, "growth", measure="turnover", by_hand=("measure",),
                 decision="corrected", **osip),
    )  # fmt: skip
    apart = (
        Apart("9th Forum", text.index("9th"), text.index("9th") + 9, "name"),
        Apart("Thousands", text.index("Thousands"), text.index("Thousands") + 9, "vague"),
    )
    summary = Sentence("{holds} of {all} readings hold.", {"holds": Amount(1, "count"), "all": Amount(2, "count")})
    growth = (("2020", -3.0), ("2021", 8.2), ("2022", 20.7))
    verdicts = (
        Verdict(claims[0], (reading("supported", 51.2e9, -0.023, scope="goods and services", told_by="origin"),
                            reading("near", 49.1e9, 0.018, scope="goods", told_by="reconciled")), summary,
                (Sentence("In 2021 it was {a}.", {"a": Amount(40e9, "money", "USD")}),),
                series=(("2020", 38e9), ("2021", 40e9), ("2022", 49.1e9))),
        Verdict(claims[1], (reading("contradicted", 20.7, -8.7, currency="USD"),), summary, series=growth),
        Verdict(claims[2], (reading("supported", 3.0, 0.0, of="turnover", population="all"),), summary),
        Verdict(claims[3], (reading("not checkable"),), summary),
        Verdict(claims[4], (reading("no data"),), summary),
    )  # fmt: skip
    document = Document(text, "en", title="Two shores", published="2023-07-04", spoken="2023-06-28", place="Port Brava",
                        source="speech.txt", turns=(first, second), regions=("XBR", "XAM"))  # fmt: skip
    return Checked(Claims(document, claims, apart, ("one note",)), verdicts)


def finding(checked: Checked) -> Finding:
    """Two speakers who differ."""
    said = Sentence("{a} against {b}.", {"a": Amount(0.12, "growth"), "b": Amount(0.207, "growth")})
    return Finding("growth", said, (checked.claims[1], checked.claims[4]), "contradictory")


def page(checked: Checked, language: str = "en", **more: object) -> str:
    """The page of one text, held against a store."""
    words = Words(language, NAMES)
    given = {"store": "office", "command": "hansa check speech.txt --store office"} | more
    return render_statements([checked], [finding(checked)], words=words, **given)  # type: ignore[arg-type]


class Seen(HTMLParser):
    """Tags, ids, links and text of a page; tags must be closed in their order."""

    VOID = ("meta", "br")

    def __init__(self, markup: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.tags: set[str] = set()
        self.said: list[str] = []
        self.feed(markup)
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        assert not any(name.startswith("on") for name in given), given
        self.tags.add(tag)
        self.ids += [given["id"] or ""] if "id" in given else []
        self.links += [given["href"] or ""] if "href" in given else []
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.said.append(data)

    @property
    def text(self) -> str:
        return " ".join("".join(self.said).replace("\xa0", " ").split())


@pytest.mark.parametrize("language", ["en", "ru"])
def test_every_link_leads_somewhere_and_ids_are_unique(language):
    seen = Seen(page(statement(), language))
    assert len(seen.ids) == len(set(seen.ids))
    assert {link[1:] for link in seen.links} <= set(seen.ids)
    assert {f"#t1-v{n}" for n in range(1, 6)} | {f"#t1-m{n}" for n in range(1, 6)} <= set(seen.links)
    assert "script" not in seen.tags
    assert {"main", "header", "h1", "h2", "h3", "table", "th", "svg", "textarea", "blockquote"} <= seen.tags


def test_what_is_shown_of_a_claim():
    shown = Seen(page(statement())).text
    for part in (
        "more than USD 50 bn",
        "every figure above USD 50 bn",
        "Amberland (XAM)",
        "supported in 1 of 2 readings",
        "USD 51.2 bn",
        "scope – goods and services; as told by – each seller's own report",
        "+12%",
        "−8.7 pp",
        "place 3",
        "forecast",
        "inferred from context",
        "corrected by hand",
        "S1 Office of Brava, Trade by partner (2023-03), CC BY 4.0",
        "In 2021 it was USD 40.0 bn.",
        "hansa show turnover --store office",
        "1 name, 1 too vague to test",
        "do not go together",
        "This page again: hansa check speech.txt --store office",
        "“exceeded 50 billion dollars” (Nora Quill, 2023-06-28).",
    ):
        assert part in shown, part


def test_every_letter_of_the_text_is_there_once():
    claims = statement().claims
    whole = [piece.text for block in blocks(claims) for part in block.paragraphs for piece in part]
    assert re.sub(r"\s", "", "".join(whole)) == re.sub(r"\s", "", TEXT)


def test_claims_that_share_words_are_marked_together():
    text = "It was 5 of 7."
    one = Claim("c1", "5 of 7", 7, 13, 5.0, "%", 4.5, 5.5, "share")
    two = Claim("c2", "5", 7, 8, 5.0, "regions", 4.5, 5.5, "count")
    three = Claim("c3", "7.", 12, 14, 7.0, "regions", 6.5, 7.5, "count")
    over = Apart("was 5", 3, 8, "vague")
    ((pieces,),) = [block.paragraphs for block in blocks(Claims(Document(text, "en"), (one, two, three), (over,)))]
    assert [(p.text, p.claims) for p in pieces] == [
        ("It ", ()), ("was ", ()), ("5", (1,)), (" of 7", (0,)), (".", (2,)),
    ]  # fmt: skip
    Seen(page_of(Claims(Document(text, "en"), (one, two, three), (over,))))


def page_of(claims: Claims) -> str:
    return render_statements([Checked(claims)], words=Words())


def test_a_claim_that_runs_over_a_paragraph_is_linked_once():
    claims = Claims(
        Document("It was 5\n\nbillion.", "en"), (Claim("c1", "5\n\nbillion", 7, 17, 5e9, "USD", 4.5e9, 5.5e9, "level"),)
    )
    seen = Seen(page_of(claims))
    assert seen.ids.count("t1-m1") == 1


HOSTILE = "<script>alert(1)</script>\"'&\u202e{{ 7 }}{x}\x00" + "w" * 300


@pytest.mark.parametrize("language", ["en", "ru"])
def test_text_from_outside_stays_text(language):
    made = statement(TEXT.replace("Thousands", f"Thousands {HOSTILE}"))
    hurt = tuple(
        replace(claim, speaker=HOSTILE, role=HOSTILE, key=f"{claim.key}{HOSTILE}", measure=HOSTILE, region=HOSTILE,
                population=HOSTILE, period=HOSTILE, scope=HOSTILE, qualifiers=(HOSTILE,), spoken=HOSTILE)
        for claim in made.claims
    )  # fmt: skip
    source = Source(HOSTILE, HOSTILE, url=HOSTILE)
    row = Reading("supported", {HOSTILE: HOSTILE}, 1.0, 0.0, Sentence("{a}", {"a": HOSTILE}), command=HOSTILE,
                  provenance=Provenance((source,)), notes=(HOSTILE,))  # fmt: skip
    verdicts = tuple(Verdict(claim, (row,), Sentence("{a}", {"a": HOSTILE}), (Sentence("{a}", {"a": HOSTILE}),))
                     for claim in hurt)  # fmt: skip
    document = replace(made.claims.document, title=HOSTILE, place=HOSTILE, source=HOSTILE, notes=(HOSTILE,),
                       event=HOSTILE, published=HOSTILE, turns=(Turn(0, 200, HOSTILE, HOSTILE),))  # fmt: skip
    apart = (Apart("9th", 4, 7, HOSTILE),)
    checked = Checked(Claims(document, hurt, apart, (HOSTILE,)), verdicts)
    markup = page(checked, language, notes=(HOSTILE,), command=HOSTILE, store=HOSTILE)
    seen = Seen(markup)
    assert "script" not in seen.tags
    assert not {"\u202e", "\x00"} & set(markup)
    assert "{{ 7 }}{x}" in seen.text


def test_letters_that_act_unseen_are_written_out():
    assert visible("a\u202eb\u2066c\x1b[31m\r") == "a‹U+202E›b‹U+2066›c‹U+001B›[31m‹U+000D›"
    assert visible("Ünïcode – «да»\n") == "Ünïcode – «да»\n"


def test_without_a_store_the_page_says_that_nothing_was_compared():
    checked = Checked(statement().claims)
    shown = Seen(render_statements([checked], words=Words("en", NAMES))).text
    assert "Nothing was compared with data" in shown
    assert "not compared with data" in shown


def test_a_text_without_figures_says_so():
    shown = Seen(page_of(Claims(Document("Good morning.", "en")))).text
    assert "No figure was found that could be tested." in shown


def test_several_texts_are_one_collection():
    one, two = (
        statement(),
        statement(TEXT.replace("12 percent", "13 percent").replace("12", "13")) if False else statement(),
    )
    seen = Seen(render_statements([one, two], [finding(one)], words=Words("en", NAMES), store="office"))
    assert "2 texts, checked together" in seen.text
    assert len(seen.ids) == len(set(seen.ids))
    assert {link[1:] for link in seen.links} <= set(seen.ids)


@pytest.mark.parametrize(
    ("outcomes", "wanted"),
    [
        (["supported", "no data"], "supported"),
        (["supported", "near"], "partly supported"),
        (["supported", "contradicted", "contradicted"], "mixed"),
        (["near", "contradicted"], "mixed"),
        (["near", "contradicted", "contradicted"], "mostly contradicted"),
        (["contradicted", "not checkable"], "contradicted"),
        (["not checkable", "no data"], "not checkable"),
        (["no data"], "no data"),
        ([], "not compared"),
    ],
)
def test_standing(outcomes, wanted):
    claim = statement().claims[0]
    verdict = Verdict(claim, tuple(Reading(outcome, {}) for outcome in outcomes), Sentence(""))
    assert worded.standing(verdict) == wanted


def test_a_reading_that_the_words_exclude_does_not_count():
    claim = statement().claims[0]
    verdict = Verdict(claim, (Reading("supported", {}, as_said=False), Reading("contradicted", {})), Sentence(""))
    assert worded.standing(verdict) == "contradicted"


@pytest.mark.parametrize(
    ("value", "step", "unit", "form", "wanted"),
    [
        (50e9, 1e9, "USD", "level", "USD 50 bn"),
        (38.5e9, 1e8, "USD", "level", "USD 38.5 bn"),
        (3e12, 1e12, "RUB", "level", "RUB 3 trn"),
        (815.4e6, 1e5, "USD", "level", "USD 815.4 mn"),
        (12, 1, "%", "growth", "+12%"),
        (-7.7, 0.1, "%", "growth", "−7.7%"),
        (12.0, 0.1, "%", "share", "12.0%"),
        (2.5, 0.1, "times", "multiple", "2.5 times"),
        (4, 1, "rank", "rank", "place 4"),
        (81, 1, "agreements", "count", "81 agreements"),
        (1200, 1, "km", "level", "1,200 km"),
    ],
)
def test_figures_are_shown_as_precisely_as_they_were_said(value, step, unit, form, wanted):
    claim = Claim("c1", "", 0, 0, value, unit, value - step / 2, value + step / 2, form)
    assert worded.said(claim, Words()).replace("\xa0", " ") == wanted


@pytest.mark.parametrize(
    ("outcomes", "wanted"),
    [
        (["supported"], "supported"),
        (["supported"] * 3, "supported in all 3 readings"),
        (["supported", "no data"], "supported in 1 of 2 readings"),
        (["near"] * 2 + ["contradicted"] * 18, "contradicted in 18 of 20 readings"),
        (["supported"] * 2 + ["contradicted"] * 16, "supported in 2 of 18 readings, contradicted in 16"),
        (["near"] * 2 + ["contradicted"], "near in 2 of 3 readings, contradicted in 1"),
        (["no data"] * 2, "no data"),
    ],
)
def test_a_standing_is_said_with_its_counts(outcomes, wanted):
    claim = statement().claims[0]
    verdict = Verdict(claim, tuple(Reading(outcome, {}) for outcome in outcomes), Sentence(""))
    assert worded.standing_said(verdict, Words()) == wanted


def test_readings_by_whom_they_are_told_come_before_other_currencies_prices_and_scopes():
    under = [
        {"told_by": "origin", "currency": "USD", "scope": "goods"},
        {"told_by": "origin", "currency": "XBR", "scope": "goods"},
        {"told_by": "origin", "currency": "XBR", "prices": "constant prices", "scope": "goods"},
        {"told_by": "origin", "currency": "USD", "scope": "services"},
        {"told_by": "reconciled", "currency": "USD", "scope": "goods"},
    ]
    readings = [Reading("near", one) for one in under]
    readings[3] = replace(readings[3], as_said=False)
    assert [under.index(dict(one.under)) for one in worded.in_order(readings)] == [0, 4, 1, 2, 3]


@pytest.mark.parametrize(
    ("apart", "wanted"),
    [(0, "same place"), (-1, "one place above"), (1, "one place below"), (-3, "3 places above")],
)
def test_places_are_said_in_words(apart, wanted):
    claim = Claim("c1", "third", 0, 5, 3.0, "rank", 2.5, 3.5, "rank")
    assert worded.difference(claim, apart, Words()).replace("\xa0", " ") == wanted


def test_of_what_a_figure_is():
    first, *_, last = statement().claims
    english = Words("en", NAMES)
    assert worded.about(first, english) == "trade of Brava with Amberland, 2022"
    assert worded.about(last, english) == ("turnover, 2022 (period inferred from the text) (measure corrected by hand)")
    russian = Words("ru", {("region", "XAM"): "Амберленд", ("region", "XBR"): "Брава"})
    spring = replace(first, measure="exports", period="2022-01..2022-04")
    assert worded.about(spring, russian) == "экспорт: Брава → Амберленд, январь–апрель 2022"
