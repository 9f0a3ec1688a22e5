"""What a report is made of before it is worded: facts, grids, drawings, sections.

Nothing here is text of a language (`hansa.wording.sentence`), so that one set of facts is read in every language and
written as HTML, PDF and XLSX with the same figures.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from hansa.report.salience import Salience
from hansa.result import Result
from hansa.wording.sentence import Amount, Evidence, Sentence, Value


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
    """What a chart shows. `kind` is ``lines``, ``bars``, ``columns``, ``spans``, ``dots`` or ``map``.

    places : the labels along the axis (periods, products, partners).
    amount : how figures of this chart are read (its `value` is not used).
    low, high : of `spans` and `dots`, and of `lines` with a band behind them, one pair for each place.
    band : of `dots`, between which figures most others lie.
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
    band: tuple[float, float] | None = None


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
