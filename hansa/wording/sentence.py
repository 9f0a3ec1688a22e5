"""What is said before it is worded: amounts, names, sentences, and how a figure in them is known.

Nothing here is text of a language. A sentence is a template of the gettext catalogue and the values that go into it, so
that one set of facts is read in every language with the same figures.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from hansa.provenance import Provenance
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
        ``effect`` (the same with three digits after the point or more: effects on third parties are small), ``points``
        (a fraction, shown in percentage points), ``ratio``, ``index`` (0..1), ``hundred`` (0..100),
        ``count`` or ``km``.
    currency : of money.
    signed : money whose sign is the message (a balance).
    digits : significant digits of money.

    >>> Amount(0.354, "growth").value
    0.354
    """

    value: float | None
    kind: str
    currency: str = ""
    signed: bool = False
    digits: int = 3


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
