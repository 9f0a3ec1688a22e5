"""The report as one HTML page: nothing is fetched, no script runs, both views are inside."""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import Markup, escape

from hansa.report.charts import draw
from hansa.report.facts import Drawing, Fact, Grid
from hansa.report.formula import pieces
from hansa.report.maps import Map, draw_map
from hansa.report.page import marked_up, typed, write_page
from hansa.wording.sentence import Evidence, Sentence, Value, mark
from hansa.wording.words import SCALE_NAMES, Words

LONG = 11  # letters of a word in the head of a column that is kept on one line

if TYPE_CHECKING:
    from hansa.report.partnership import Partnership, View


def render(report: Partnership) -> str:
    """The whole page as text."""
    pen = _Pen(report)
    return write_page(
        "report.html",
        "report.css",
        pen.words,
        title=pen.words.say(report.title),
        about=report.about,
        warnings=report.warnings,
        views=report.views,
        source_lines=report.sources,
        say=pen.say,
        cell=pen.cell,
        how=pen.how,
        score=pen.score,
        unit=pen.unit,
        draw=pen.draw,
        formula=pen.formula,
        sourced=pen.sourced,
        noted=pen.noted,
        typed=typed,
        long=pen.long,
    )


def score_text(fact: Fact, words: Words) -> str:
    """The salience of a headline and its three terms, as printed beside it."""
    parts = fact.salience
    values = {name: words.number(getattr(parts, name), 2) for name in ("size", "surprise", "relevance")}
    template = mark("Salience {score} = size {size} × surprise {surprise} × relevance {relevance}")
    return words.say(Sentence(template, {"score": words.number(fact.score, 3), **values}))


def unit_text(shown: Grid | Drawing | Map, words: Words) -> str:
    """The unit that all money of a table or a chart is shown in; empty where there is none."""
    currency = (
        shown.currency if isinstance(shown, Grid) else shown.amount.currency if isinstance(shown, Drawing) else ""
    )
    return words(SCALE_NAMES[shown.scale]).format(currency=currency) if currency and not isinstance(shown, Map) else ""


def source_numbers(evidence: Evidence, report: Partnership) -> list[int]:
    """Where the sources of a figure stand in the report's list of sources, from 1."""
    return [report.sources.index(source.line()) + 1 for source in evidence.provenance.sources]


class _Pen:
    """Writes parts of a report as HTML, in its language."""

    def __init__(self, report: Partnership) -> None:
        self.report, self.words = report, report.words

    def say(self, sentence: Sentence) -> Markup:
        return marked_up(sentence, self.words)

    def cell(self, value: Value, scale: float | None = None) -> str:
        return self.words.show(value, scale)

    def how(self, view: View, known: tuple[Evidence, ...]) -> Markup:
        links = []
        for number in view.numbers(known):
            label = escape(self.words(mark("How do we know: {number}")).format(number=number))
            links.append(Markup(f'<a class="how" href="#{view.uid}-e{number}" aria-label="{label}">{number}</a>'))
        return Markup("").join(links)

    def score(self, fact: Fact) -> str:
        return score_text(fact, self.words)

    def unit(self, shown: Grid | Drawing | Map) -> str:
        return unit_text(shown, self.words)

    def draw(self, shown: Drawing | Map, view: View) -> Markup:
        uid = f"{view.uid}-{shown.key}"
        return Markup(
            draw_map(shown, self.words, uid=uid) if isinstance(shown, Map) else draw(shown, self.words, uid=uid)
        )

    def formula(self, tex: str) -> Markup:
        return Markup("").join(
            Markup("<{0}>{1}</{0}>").format(Markup(level), text) if level else escape(text)
            for text, level in pieces(tex)
        )

    def sourced(self, evidence: Evidence) -> str:
        return ", ".join(f"S{number}" for number in source_numbers(evidence, self.report))

    def noted(self, note: str) -> Markup:
        said, known = self.words.note(note)
        return escape(said) if known else Markup('<span lang="en">{}</span>').format(said)

    def long(self, title: Sentence) -> bool:
        """Whether the head of a column has a word that may be broken for want of room."""
        return max(map(len, self.words.say(title).split())) > LONG
