"""How a page writes sentences, tables of figures, charts and what is known of them: as the reports do."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from markupsafe import Markup, escape

from hansa.commitments.records import Record
from hansa.commitments.register import Register
from hansa.errors import HansaError
from hansa.office.labels import FIELD, KIND, WORD
from hansa.report.charts import draw
from hansa.report.facts import Drawing, Grid
from hansa.report.formula import pieces
from hansa.report.maps import Map, draw_map
from hansa.report.page import marked_up, typed
from hansa.report.render import unit_text
from hansa.wording import Amount, Evidence, Name, Sentence, Value, Words
from hansa.wording.visible import visible


@dataclass(frozen=True)
class Pen:
    """Writes parts of a page in one language. `_drawn` numbers the charts of a page."""

    words: Words
    _drawn: list[str] = field(default_factory=list, repr=False)

    def say(self, sentence: Sentence) -> Markup:
        """A sentence, its figures in bold."""
        return marked_up(sentence, self.words)

    def cells(self, grid: Grid, row: Iterable[Value | Markup]) -> Iterator[tuple[str, str]]:
        """The look and the text of each cell of a row: figures, names and texts as they are shown; HTML as it is."""
        nothing = Amount(None, "count")
        for column, value in zip(grid.columns, row, strict=False):
            shown = (
                value if isinstance(value, Markup) else self.words.show(nothing if value is None else value, grid.scale)
            )
            yield "label" if column.label else "figure", shown

    def unit(self, shown: Grid | Drawing) -> str:
        """The unit that all money of a table or chart is shown in."""
        return unit_text(shown, self.words)

    def draw(self, shown: Drawing | Map) -> Markup:
        """A chart or a map as SVG."""
        uid = f"d{len(self._drawn)}"
        self._drawn.append(uid)
        return Markup(
            draw_map(shown, self.words, uid=uid) if isinstance(shown, Map) else draw(shown, self.words, uid=uid)
        )

    def known(self, evidence: Iterable[Evidence]) -> list[Evidence]:
        """Pieces of evidence, each once."""
        return list({(one.method, one.command): one for one in evidence}.values())

    def formula(self, tex: str) -> Markup:
        """A formula as HTML."""
        return Markup("").join(
            Markup("<{0}>{1}</{0}>").format(Markup(level), text) if level else escape(text)
            for text, level in pieces(tex)
        )

    def note(self, note: HansaError | str) -> Markup:
        """A note of a method, or what is wrong and what to do, in the language of the page where it is known there."""
        said, known = self.words.refusal(note)
        return escape(visible(said)) if known else Markup('<span lang="en">{}</span>').format(visible(said))

    def typed(self, command: str) -> Markup:
        """A command line."""
        return typed(command)

    def word(self, word: str | None, of: str = "") -> str:
        """A kind, state, stage or role by the word of the language, in the form that goes with a kind of record."""
        return self.words(WORD.get(word, word), of) if word else ""

    def label(self, name: str, several: bool = False) -> str:
        """A kind of record or a field by its name."""
        return self.words(KIND[name][several] if name in KIND else FIELD.get(name, name))


def titled(record: Record | None, key: str = "") -> str:
    """How people call a record."""
    if record is None:
        return key
    return str(getattr(record, "title", None) or getattr(record, "name", None) or getattr(record, "what", record.id))


def title_of(register: Register, key: str) -> str:
    """How people call the record with an id; the id itself where they may not see it."""
    if key not in register:
        return key
    return titled(register[key])


def region(code: str) -> Name:
    """A region or a bloc, to be shown by its name."""
    return Name(code, "region")
