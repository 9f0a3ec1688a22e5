"""What a report is made of before it is worded: amounts, sentences, facts, grids, drawings, sections.

Nothing here is text of a language. A sentence is a template of the gettext catalogue and the values that go into it, so
that one set of facts is read in every language and written as HTML, PDF and XLSX with the same figures.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from hansa.provenance import Provenance
from hansa.report.salience import Salience
from hansa.result import Result


def mark(template: str) -> str:
    """Mark a template for the gettext catalogues; it is translated when the report is written."""
    return template


@dataclass(frozen=True)
class Amount:
    """A figure and how it is read.

    Parameters
    ----------
    value : the figure, unrounded; None where it does not exist.
    kind : ``money``, ``share`` (0..1, shown in per cent), ``growth`` (a fraction, shown in per cent with its sign),
        ``points`` (a fraction, shown in percentage points), ``ratio``, ``index`` (0..1), ``hundred`` (0..100),
        ``count`` or ``km``.
    currency : of money.
    signed : money whose sign is the message (a balance).

    >>> Amount(0.354, "growth").value
    0.354
    """

    value: float | None
    kind: str
    currency: str = ""
    signed: bool = False


@dataclass(frozen=True)
class Name:
    """A code that is shown by its name: a ``region``, ``product``, ``bloc``, ``period`` or ``word``."""

    code: str
    kind: str


@dataclass(frozen=True)
class Evidence:
    """How a figure is known: the method, where it came from, and the command that gives it again.

    Parameters
    ----------
    method : key of the catalogue of indicators, or of a function of the store.
    title : of the method, in the field's words.
    formula : in TeX.
    reference : the paper or handbook that defines it.
    command : what to type to see the figure.
    provenance : sources and steps.
    notes : what was dropped or chosen on the way.
    """

    method: str
    title: str
    formula: str
    reference: str
    command: str
    provenance: Provenance = field(default_factory=Provenance)
    notes: tuple[str, ...] = ()

    @classmethod
    def of(cls, result: Result, command: str) -> Evidence:
        """The evidence that a result carries."""
        formula = str(result.meta.get("formula", ""))
        return cls(result.method, result.title, formula, result.reference, command, result.provenance, result.notes)


@dataclass(frozen=True)
class Sentence:
    """A template of the catalogue, what stands in its places, and how that is known."""

    template: str
    values: Mapping[str, Value] = field(default_factory=dict)
    evidence: Evidence | None = None
    also: tuple[Evidence, ...] = ()

    @property
    def known(self) -> tuple[Evidence, ...]:
        """All evidence, the main piece first."""
        return ((self.evidence,) if self.evidence else ()) + self.also


Value = Amount | Name | Sentence | str


@dataclass(frozen=True)
class Fact:
    """A sentence that may become a headline.

    family : of the headlines of one family only the most salient is shown (growth in one currency or another, say).
    """

    family: str
    sentence: Sentence
    salience: Salience

    @property
    def score(self) -> float:
        """How much the fact deserves the reader's first minute; see `hansa.report.salience`."""
        return self.salience.score


@dataclass(frozen=True)
class Column:
    """Head of a column, and whether it holds labels (left) or figures (right)."""

    title: Sentence
    label: bool = False


@dataclass(frozen=True)
class Grid:
    """A table as a reader sees it. `sheet` is its short name; `wide` tables take the whole width."""

    sheet: Sentence
    title: Sentence
    columns: tuple[Column, ...]
    rows: tuple[tuple[Value, ...], ...]
    evidence: tuple[Evidence, ...] = ()
    scale: float = 1.0
    currency: str = ""
    wide: bool = False


@dataclass(frozen=True)
class Line:
    """One series of a drawing: a name and a figure (or none) for each place on the axis."""

    name: Sentence
    figures: tuple[float | None, ...]
    emphasis: bool = False


@dataclass(frozen=True)
class Drawing:
    """What a chart shows. `kind` is ``lines``, ``bars``, ``columns``, ``spans`` or ``map``.

    places : the labels along the axis (periods, products, partners).
    amount : how figures of this chart are read (its `value` is not used).
    low, high : of `spans`, one pair for each place.
    """

    key: str
    kind: str
    title: Sentence
    places: tuple[Value, ...]
    lines: tuple[Line, ...]
    amount: Amount
    scale: float = 1.0
    low: tuple[float | None, ...] = ()
    high: tuple[float | None, ...] = ()


@dataclass(frozen=True)
class Section:
    """One chapter of the report for one of the two views; `drawings` are Drawing, or `hansa.report.maps.Map`."""

    key: str
    title: str
    sentences: tuple[Sentence, ...] = ()
    grids: tuple[Grid, ...] = ()
    drawings: tuple[Any, ...] = ()
    facts: tuple[Fact, ...] = ()
    results: Mapping[str, Result] = field(default_factory=dict)
    limits: tuple[Sentence, ...] = ()

    @property
    def narrow(self) -> tuple[Any, ...]:
        """Charts, maps and tables of half a page's width; a single one stands beside the text."""
        return (*self.drawings, *(grid for grid in self.grids if not grid.wide))
