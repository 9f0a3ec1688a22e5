"""The page of a checked text: what was said, marked where it stands, and what each reading of it gives."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from markupsafe import Markup, escape

from hansa.provenance import Provenance
from hansa.report import statement_words as worded
from hansa.report.charts import draw
from hansa.report.facts import Drawing, Line
from hansa.report.marked_text import Block, blocks, wrapped
from hansa.report.page import marked_up, typed, write_page
from hansa.statements.claim import Claim, Claims
from hansa.statements.claim_review import quotation
from hansa.statements.verdict import Reading, Verdict
from hansa.wording.sentence import Amount, Name, Sentence, Value, mark
from hansa.wording.visible import visible
from hansa.wording.words import SCALE_NAMES, Words, scale_for

if TYPE_CHECKING:
    from hansa.statements.consistency.finding import Finding

SHOWN = 8  # readings of a claim that are shown at once
UNFOLDED = 30  # with more claims in a text than these, the card of each is folded
LARGE = (
    300  # with more claims in all than these, charts and further readings are left to the tables, for the page to load
)


@dataclass(frozen=True)
class Checked:
    """A document, its claims and their verdicts; without verdicts where nothing was compared."""

    claims: Claims
    verdicts: tuple[Verdict, ...] = ()

    @cached_property
    def by_key(self) -> dict[str, Verdict]:
        """The verdict on each claim."""
        return {verdict.claim.key: verdict for verdict in self.verdicts}

    def standing(self, claim: Claim) -> str:
        """What the readings of a claim come to, as `hansa.report.statement_words.standing` names it."""
        return worded.standing(self.by_key.get(claim.key))


def render_statements(
    texts: Sequence[Checked],
    findings: Sequence[Finding] = (),
    *,
    words: Words,
    store: str = "",
    as_of: str | None = None,
    command: str = "",
    notes: Sequence[str] = (),
) -> str:
    """The page as text.

    Parameters
    ----------
    texts : the documents that were checked; several are one collection.
    findings : what claims imply together, within a document or across them.
    words : language of the page, and names of the regions and blocs in it.
    store : name of the store that the claims were held against; empty where there was none.
    as_of : the day whose data were asked, where one was.
    command : what to type to get this page again.
    notes : what a reader must know of how the check went.
    """
    pen = _Pen(texts, words)
    return write_page(
        "statement.html",
        "statement.css",
        words,
        title=pen.title(),
        texts=pen.texts(),
        several=len(texts) > 1,
        findings=[pen.finding(one) for one in findings],
        summary=pen.summary(store, as_of),
        tally=worded.standing_counts(pen.standings, words),
        signs={key: sign for key, (sign, _) in worded.STANDINGS.items()},
        sources=pen.sources,
        compared=bool(store),
        shown=SHOWN,
        large=pen.large,
        dropped=worded.DROPPED,
        notes=[*notes, *pen.notes],
        command=command,
        say=lambda sentence: marked_up(sentence, words),
        noted=pen.noted,
        typed=typed,
        office=worded.office,
        legend=worded.legend(words),
        why=lambda why: worded.why_of(why, words),
    )


@dataclass(frozen=True)
class _Row:
    """A reading as its row of the table shows it."""

    outcome: str
    name: str
    under: str
    figure: str
    difference: str
    grounds: tuple[Sentence, ...]
    sources: str
    notes: tuple[str, ...]
    as_said: bool


@dataclass(frozen=True)
class _Card:
    """Everything the page says of one claim."""

    number: int
    uid: str
    claim: Claim
    speaker: str
    said: str
    standing: str
    name: str
    about: str
    before: str
    after: str
    traits: list[worded.Trait]
    decision: str
    summary: Sentence | None
    beside: tuple[Sentence, ...]
    alike: str
    rows: list[_Row]
    notes: tuple[str, ...]
    commands: list[str]
    tried: int
    chart: Markup
    unit: str
    figures: list[tuple[str, str]]
    copied: str


@dataclass(frozen=True)
class _Text:
    """A document as the page shows it."""

    uid: str
    title: str
    facts: list[tuple[str, str]]
    blocks: list[Block]
    cards: list[_Card]
    apart: str
    notes: tuple[str, ...]
    folded: bool
    wrapped: bool
    language: str


@dataclass(frozen=True)
class _Side:
    """One of the claims that a finding sets side by side."""

    link: str
    label: str
    speaker: str
    day: str
    words: str
    said: str


class _Pen:
    """Writes the parts of a page in its language."""

    def __init__(self, texts: Sequence[Checked], words: Words) -> None:
        self.checked, self.words = texts, words
        self.large = sum(len(text.claims) for text in texts) > LARGE
        self.standings = [text.standing(claim) for text in texts for claim in text.claims if kept(claim)]
        read = [reading for text in texts for verdict in text.verdicts for reading in verdict.readings]
        self.readings = len(read)
        self.numbers = _numbered(reading.provenance for reading in read)
        self.sources = list(self.numbers)
        self.notes = _noted_by_all(read)
        self.links: dict[Claim, tuple[str, str]] = {}
        for place, text in enumerate(texts, 1):
            for number, claim in enumerate(text.claims, 1):
                label = claim.key if len(texts) == 1 else f"{place}/{claim.key}"
                self.links.setdefault(claim, (f"t{place}-v{number}", label))

    def title(self) -> str:
        if len(self.checked) == 1:
            return _titled(self.checked[0].claims, self.words)
        return self.words(mark("{count} texts, checked together")).format(count=len(self.checked))

    def texts(self) -> list[_Text]:
        return [self._text(place, checked) for place, checked in enumerate(self.checked, 1)]

    def summary(self, store: str, as_of: str | None) -> list[Sentence]:
        counts: dict[str, Value] = {
            "claims": Amount(len(self.standings), "count"),
            "readings": Amount(self.readings, "count"),
            "store": store,
        }
        if not self.standings:
            return [Sentence(mark("No figure was found that could be tested."))]
        if not store:
            return [
                Sentence(mark("Figures found: {claims}."), counts),
                Sentence(
                    mark(
                        "Nothing was compared with data, because no store was given: figures are marked, and held "
                        "against each other only."
                    )
                ),
            ]
        told = [
            Sentence(mark("Figures found: {claims}; ways to read them that were tried on {store}: {readings}."), counts)
        ]
        if as_of:
            told.append(Sentence(mark("Data as they were known on {day}."), {"day": as_of}))
        return [
            *told,
            Sentence(
                mark(
                    "A number stands for all that rounds to it. What is near, or contradicted, is so in the reading "
                    "named beside it: no verdict is a single yes or no."
                )
            ),
        ]

    def finding(self, found: Finding) -> dict[str, object]:
        sides = []
        for claim in found.claims:
            link, label = self.links.get(claim, ("", claim.key))
            sides.append(
                _Side(
                    link,
                    label,
                    worded.speaker(claim, self.words),
                    claim.spoken or "",
                    claim.text,
                    worded.said(claim, self.words),
                )
            )
        sign, name, look = worded.FINDINGS[found.outcome]
        return {"sentence": found.sentence, "sign": sign, "name": self.words(name), "look": look, "sides": sides}

    def noted(self, note: str) -> Markup:
        said, known = self.words.note(note)
        return escape(visible(said)) if known else Markup('<span lang="en">{}</span>').format(visible(said))

    def _text(self, place: int, checked: Checked) -> _Text:
        claims = checked.claims
        uid = f"t{place}"
        return _Text(
            uid,
            _titled(claims, self.words),
            self._facts(claims),
            blocks(claims),
            [self._card(uid, number, claim, checked) for number, claim in enumerate(claims, 1)],
            worded.apart_counts((one.why for one in claims.apart), self.words),
            (*claims.document.notes, *claims.notes),
            len(claims) > UNFOLDED,
            wrapped(claims.document.text),
            claims.document.language,
        )

    def _facts(self, claims: Claims) -> list[tuple[str, str]]:
        document = claims.document
        speakers = dict.fromkeys(turn.speaker for turn in document.turns if turn.speaker)
        told = (
            (mark("Spoken"), document.spoken),
            (mark("Published"), worded.moment(document.published)),
            (mark("Speakers"), ", ".join(speakers)),
            (mark("Place"), document.place),
            (mark("Event"), document.event),
            (mark("Source"), document.source),
            (mark("About"), ", ".join(worded.choice(code, self.words) for code in document.regions)),
            (mark("Language"), self._language(document.language)),
        )
        return [(self.words(name), text) for name, text in told if text]

    def _language(self, code: str) -> str:
        names = {"en": mark("English"), "ru": mark("Russian")}
        return self.words(names[code]) if code in names else code

    def _card(self, uid: str, number: int, claim: Claim, checked: Checked) -> _Card:
        verdict, words = checked.by_key.get(claim.key), self.words
        standing = checked.standing(claim)
        start = claim.start - claim.sentence_start
        inside = claim.sentence[start : start + len(claim.text)] == claim.text if start >= 0 else False
        readings = worded.in_order(verdict.readings if verdict else ())
        alike, notes = worded.in_all(readings), _noted_by_all(readings)
        drawn = None if self.large else verdict
        chart, unit, figures = _chart(claim, drawn, words, f"{uid}-g{number}")
        return _Card(
            number,
            uid,
            claim,
            worded.speaker(claim, words),
            worded.said(claim, words),
            standing,
            worded.standing_said(verdict, words),
            worded.about(claim, words),
            claim.sentence[:start] if inside else "",
            claim.sentence[start + len(claim.text) :] if inside else "",
            worded.understood(claim, words),
            words(_DECISIONS[claim.decision]) if claim.decision in _DECISIONS else "",
            verdict.summary if verdict else None,
            verdict.beside if verdict else (),
            worded.chosen(alike, words),
            [self._row(claim, reading, alike, notes) for reading in (readings[:SHOWN] if self.large else readings)],
            tuple(note for note in notes if note not in self.notes),
            [] if self.large else _commands(readings),
            len(readings),
            chart,
            unit,
            figures,
            words.say(quotation(verdict)) if verdict and verdict.readings else "",
        )

    def _row(self, claim: Claim, reading: Reading, alike: Mapping[str, str], known: Sequence[str]) -> _Row:
        numbers = sorted({self.numbers[source.line()] for source in reading.provenance.sources})
        return _Row(
            reading.outcome,
            worded.outcome(reading.outcome, self.words),
            worded.chosen(reading.under, self.words, alike),
            worded.figure(claim, reading.figure, self.words),
            worded.difference(claim, reading.difference, self.words),
            tuple(sentence for sentence in (reading.arithmetic, reading.missing) if sentence),
            ", ".join(f"S{number}" for number in numbers),
            tuple(note for note in reading.notes if note not in known and note not in self.notes),
            reading.as_said,
        )


_DECISIONS = {
    "confirmed": mark("confirmed by a person"),
    "corrected": mark("corrected by a person"),
    "dropped": mark("dropped by a person"),
}


def kept(claim: Claim) -> bool:
    """Whether no person dropped it."""
    return claim.decision != "dropped"


def _titled(claims: Claims, words: Words) -> str:
    document = claims.document
    return document.title or document.event or words(mark("A text, checked"))


def _numbered(provenances: Iterable[Provenance]) -> dict[str, int]:
    """The line of every source and its number, in order of appearance."""
    lines = dict.fromkeys(source.line() for provenance in provenances for source in provenance.sources)
    return {line: number for number, line in enumerate(lines, 1)}


def _commands(readings: Sequence[Reading]) -> list[str]:
    """What to type to see the figures; a figure of goods and services is two commands."""
    return list(dict.fromkeys(line for reading in readings for line in reading.command.splitlines()))


def _noted_by_all(readings: Sequence[Reading]) -> tuple[str, ...]:
    """Notes that every reading with a figure has."""
    noted = [reading.notes for reading in readings if reading.figure is not None]
    return tuple(note for note in noted[0] if all(note in notes for notes in noted)) if len(noted) > 1 else ()


def _chart(claim: Claim, verdict: Verdict | None, words: Words, uid: str) -> tuple[Markup, str, list[tuple[str, str]]]:
    """The series that the data have, with what was said as a band; its unit; and its figures in words."""
    series: Sequence[tuple[str, float | None]] = verdict.series if verdict else ()
    known = [value for _, value in series if value is not None]
    if len(known) < 2 or claim.form not in ("level", "growth", "share"):
        return Markup(""), "", []
    share = claim.unit == "%"
    amount = (
        Amount(None, "growth" if claim.form == "growth" else "share") if share else Amount(None, "money", claim.unit)
    )
    by = 0.01 if share else 1.0
    count = len(series)
    drawing = Drawing(
        "series",
        "lines",
        Sentence(mark("What the data have, and what was said (the band)")),
        tuple(Name(when, "period") for when, _ in series),
        (Line(Sentence(mark("data")), tuple(None if x is None else x * by for _, x in series)),),
        amount,
        1.0 if share else scale_for([*map(abs, known), abs(claim.value)]),
        (claim.low * by,) * count,
        (claim.high * by,) * count,
    )
    shown = [(words.period(when), worded.figure(claim, value, words)) for when, value in series]
    unit = "" if share else words(SCALE_NAMES[drawing.scale]).format(currency=claim.unit)
    return Markup(draw(drawing, words, uid=uid)), unit, shown
