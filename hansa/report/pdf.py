"""The report of one view as PDF, set by typst: the same sentences, figures and charts as the page.

typst is in the extra `pdf`; its own letters are used, so that the result does not depend on what a machine has.
"""

from __future__ import annotations

import datetime
import json
import re
from functools import cache
from typing import TYPE_CHECKING

from jinja2 import Environment, PackageLoader, StrictUndefined

from hansa.errors import HansaError
from hansa.report.charts import draw
from hansa.report.facts import Drawing, Grid, Section
from hansa.report.formula import pieces
from hansa.report.maps import Map, draw_map
from hansa.report.render import score_text, source_numbers, unit_text
from hansa.wording.sentence import Evidence, Sentence

if TYPE_CHECKING:
    from hansa.report.partnership import Partnership

FONT = "Libertinus Serif"
_EPOCH = datetime.datetime(2000, 1, 1, tzinfo=datetime.UTC)  # a PDF must carry a date; this one says nothing
_SPECIAL = re.compile(r"([\\#*_`$<>@\[\]~=/+\-])")


def write_pdf(report: Partnership) -> bytes:
    """The bytes of the PDF of the first view.

    Raises
    ------
    HansaError : typst is not installed.
    """
    try:
        import typst  # optional dependency
    except ImportError:
        raise HansaError(
            "PDF needs typst: install it with pip install 'hansa[pdf]', or ask for html and xlsx only."
        ) from None
    compiler = typst.Fonts(include_system_fonts=False)
    return bytes(
        typst.compile(_source(report).encode(), format="pdf", font_paths=compiler, timestamp=_EPOCH, pdf_tags=True)
    )


def _source(report: Partnership) -> str:
    """The report in the language of typst."""
    pen = _Pen(report)
    return (
        _environment()
        .get_template("report.typ")
        .render(
            _=pen.words,
            t=escape,
            q=quote,
            language=report.language,
            title=pen.words.say(report.title),
            about=report.about,
            warnings=report.warnings,
            view=report.views[0],
            source_lines=report.sources,
            say=pen.say,
            cell=pen.words.show,
            how=pen.how,
            score=lambda fact: score_text(fact, pen.words),
            unit=lambda shown: unit_text(shown, pen.words),
            small=lambda text: f'#text(weight: "regular", fill: muted)[{escape(text)}];' if text else "",
            draw=pen.draw,
            formula=pen.formula,
            sourced=pen.sourced,
            two_columns=two_columns,
            widths=pen.widths,
            noted=lambda note: pen.words.note(note)[0],
        )
    )


@cache
def _environment() -> Environment:
    # no autoescape: the language is typst's, and every text goes through escape() or quote()
    return Environment(loader=PackageLoader("hansa.report"), autoescape=False, undefined=StrictUndefined)


def escape(text: str) -> str:
    r"""Text as typst markup that means nothing but itself.

    >>> escape("A_1 #2 [x]")
    'A\\_1 \\#2 \\[x\\]'
    """
    return _SPECIAL.sub(r"\\\1", text)


def quote(text: str) -> str:
    r"""Text as a string of typst.

    >>> quote('say "yes"')
    '"say \\"yes\\""'
    """
    return json.dumps(text, ensure_ascii=False)


def two_columns(section: Section) -> tuple[list[Drawing | Map | Grid], list[Drawing | Map | Grid]]:
    """The charts and narrow tables of a chapter, parted where the left column is nearest to half of their height."""
    shown = list(section.narrow)
    heights = [len(one.rows) * 4.0 + 12 if isinstance(one, Grid) else 50.0 for one in shown]  # in mm, roughly
    whole = sum(heights)
    half = min(range(1, len(shown) + 1), key=lambda count: (abs(2 * sum(heights[:count]) - whole), -count))
    return shown[:half], shown[half:]


class _Pen:
    """Writes parts of a report as typst markup, in its language."""

    def __init__(self, report: Partnership) -> None:
        self.report, self.words, self.view = report, report.words, report.views[0]

    def say(self, sentence: Sentence) -> str:
        return self.words.say(sentence, escape=escape, wrap=lambda text: f"#strong[{text}];")

    def how(self, known: tuple[Evidence, ...]) -> str:
        return "#h(2.5pt);".join(f'#how("{number}");' for number in self.view.numbers(known))

    def widths(self, grid: Grid) -> list[int]:
        """How wide each column is beside the others: by its longest cell, or the longest word of its head."""
        cells = [[self.words.show(value, grid.scale) for value in row] for row in grid.rows]
        heads = [max(map(len, self.words.say(column.title).split())) for column in grid.columns]
        return [max(head, *(min(len(row[k]), 34) for row in cells)) + 2 for k, head in enumerate(heads)]

    def draw(self, shown: Drawing | Map) -> str:
        uid = f"p-{shown.key}"
        if isinstance(shown, Map):
            return draw_map(shown, self.words, uid=uid, font=FONT)
        return draw(shown, self.words, uid=uid, font=FONT)

    def formula(self, tex: str) -> str:
        marks = {
            "": "{}",
            "sub": "#sub[{}];",
            "sup": "#super[{}];",
        }  # the semicolon ends the call: a bracket may follow
        return "".join(marks[level].replace("{}", escape(text)) for text, level in pieces(tex))

    def sourced(self, evidence: Evidence) -> str:
        return ", ".join(f"S{number}" for number in source_numbers(evidence, self.report))
