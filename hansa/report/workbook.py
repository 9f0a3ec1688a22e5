"""The tables of the report as a workbook: a sheet for each, figures as figures, with method and source under them.

Nothing in it is a formula and no text can become one; a cell holds the figure to twelve digits, shown as on the page.
"""

from __future__ import annotations

import datetime
import io
import re
from typing import TYPE_CHECKING, Any

import xlsxwriter

from hansa.report.facts import Grid
from hansa.report.render import unit_text
from hansa.wording.sentence import Amount, Evidence, Value, mark

if TYPE_CHECKING:
    from hansa.report.partnership import Partnership

_FORMATS = {
    "share": "0.0%",
    "growth": "+0.0%;\N{MINUS SIGN}0.0%;0.0%",
    "effect": "+0.0000%;\N{MINUS SIGN}0.0000%;0.0000%",
    "points": "+0.000;\N{MINUS SIGN}0.000;0.000",
    "ratio": "#,##0.00",
    "index": "0.000",
    "hundred": "0.0",
    "count": "#,##0",
    "km": "#,##0",
    "money": "#,##0.0",
}
_EPOCH = datetime.datetime(2000, 1, 1)  # noqa: DTZ001  a workbook must carry a date without a zone; this one says nothing


def write_workbook(report: Partnership) -> bytes:
    """The bytes of the workbook: facts first, then every table of the first view, then methods and sources."""
    out = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = xlsxwriter.Workbook(out, options)
    book.set_properties({"title": report.words.say(report.title), "author": "Hansa", "created": _EPOCH})
    pen = _Pen(book, report)
    pen.facts()
    for section in report.views[0].sections:
        for grid in section.grids:
            pen.grid(grid)
    pen.methods()
    book.close()
    return out.getvalue()


def sheet_name(key: str) -> str:
    """A name that a workbook takes: at most 31 letters, none of []:*?/\\.

    >>> sheet_name("top products: exports/imports")
    'top products exports imports'
    """
    return re.sub(r"\s+", " ", re.sub(r"[\[\]:*?/\\]", " ", key)).strip()[:31]


def steady(figure: float) -> float:
    """A figure to twelve significant digits: sums in another order differ in the sixteenth, and a file should not.

    >>> steady(0.1 + 0.2)
    0.3
    """
    return float(f"{figure:.12g}")


class _Pen:
    """Writes sheets in the language of the report."""

    def __init__(self, book: Any, report: Partnership) -> None:
        self.book, self.report, self.words = book, report, report.words
        self.bold = book.add_format({"bold": True})
        self.grey = book.add_format({"font_color": "#5d666f", "italic": True})
        self.head = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "bottom"})
        self.formats = {kind: book.add_format({"num_format": code}) for kind, code in _FORMATS.items()}

    def facts(self) -> None:
        """Every fact with its salience, whether it became a headline or not."""
        sheet = self._sheet(self.words(mark("Facts")))
        view = self.report.views[0]
        sheet.write_string(0, 0, self.words.say(self.report.title), self.bold)
        sheet.write_string(1, 0, self.words.say(self.report.about), self.grey)
        titles = (
            mark("Fact"),
            mark("Salience"),
            mark("Size"),
            mark("Surprise"),
            mark("Relevance"),
            mark("Headline"),
            mark("Note no."),
        )
        for place, title in enumerate(titles):
            sheet.write_string(3, place, self.words(title), self.head)
        for row, fact in enumerate(view.facts, start=4):
            parts = fact.salience
            sheet.write_string(row, 0, self.words.say(fact.sentence))
            for place, figure in enumerate((fact.score, parts.size, parts.surprise, parts.relevance), start=1):
                sheet.write_number(row, place, steady(figure), self.formats["index"])
            sheet.write_string(row, 5, self.words(mark("yes")) if fact in view.headlines else "")
            sheet.write_string(row, 6, ", ".join(map(str, view.numbers(fact.sentence.known))))
        sheet.set_column(0, 0, 100)

    def grid(self, grid: Grid) -> None:
        """One table with the lines that travel with it."""
        sheet = self._sheet(self.words.say(grid.sheet))
        sheet.write_string(0, 0, self.words.say(grid.title), self.bold)
        sheet.write_string(1, 0, unit_text(grid, self.words), self.grey)
        for place, column in enumerate(grid.columns):
            sheet.write_string(3, place, self.words.say(column.title), self.head)
        for row, values in enumerate(grid.rows, start=4):
            for place, value in enumerate(values):
                self._cell(sheet, row, place, value, grid.scale)
        for row, line in enumerate(self._lines(grid.evidence), start=5 + len(grid.rows)):
            sheet.write_string(row, 0, line, self.grey)
        sheet.set_column(0, 0, 34)
        sheet.set_column(1, max(1, len(grid.columns) - 1), 14)

    def methods(self) -> None:
        """How each figure is known, the limits, the sources and the command of the report."""
        sheet = self._sheet(self.words(mark("Methods and sources")))
        view = self.report.views[0]
        titles = (mark("No."), mark("Method"), mark("Key"), mark("Formula (TeX)"), mark("Reference"), mark("Command"))
        for place, title in enumerate(titles):
            sheet.write_string(0, place, self.words(title), self.head)
        for row, evidence in enumerate(view.evidence, start=1):
            sheet.write_number(row, 0, row)
            texts = (
                self.words(evidence.title),
                evidence.method,
                evidence.formula,
                evidence.reference,
                evidence.command,
            )
            for place, text in enumerate(texts, start=1):
                sheet.write_string(row, place, text)
        lines = [self.words.say(sentence) for sentence in view.limits]
        lines += [self.words.note(note)[0] for note in view.notes]
        lines += [f"S{number} {line}" for number, line in enumerate(self.report.sources, start=1)]
        lines += [self.words.say(sentence) for sentence in view.colophon] + [view.command]
        for row, line in enumerate(lines, start=len(view.evidence) + 2):
            sheet.write_string(row, 1, line)
        sheet.set_column(1, 1, 44)
        sheet.set_column(2, 5, 30)

    def _sheet(self, name: str) -> Any:
        return self.book.add_worksheet(sheet_name(name))

    def _cell(self, sheet: Any, row: int, place: int, value: Value, scale: float) -> None:
        if not isinstance(value, Amount):
            sheet.write_string(row, place, self.words.show(value))
        elif value.value is None:
            sheet.write_blank(row, place, None)
        else:
            figure = value.value / scale if value.kind == "money" else value.value
            sheet.write_number(row, place, steady(figure), self.formats[value.kind])

    def _lines(self, evidence: tuple[Evidence, ...]) -> list[str]:
        lines = []
        for known in evidence:
            reference = f"; {known.reference}" if known.reference else ""
            lines.append(f"{self.words(mark('Method'))}: {self.words(known.title)} ({known.method}){reference}")
            lines += [f"{self.words(mark('Source'))}: {source.line()}" for source in known.provenance.sources]
            lines.append(f"{self.words(mark('Command'))}: {known.command}")
        return list(dict.fromkeys(lines))
