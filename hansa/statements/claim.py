"""A claim: one figure that somebody said, with all that was said about it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, overload

if TYPE_CHECKING:
    from hansa.statements.document import Document

FORMS = ("level", "change", "growth", "share", "rank", "count", "multiple")
MEASURES = (
    "turnover",
    "exports",
    "imports",
    "balance",
    "investment",
    "agreements",
    "programmes",
    "projects",
    "regions",
)

# What each comparator says of the true figure x, where v is the figure said.
RELATIONS = {
    "": "=",
    "about": "~",
    "almost": "<~",
    "exceeded": ">",
    "more than": ">",
    "over": ">",
    "at least": ">=",
    "less than": "<",
    "under": "<",
    "up to": "<=",
}


@dataclass(frozen=True)
class Mention:
    """A region or bloc as the speaker named it, and the code of the list beside it.

    Parameters
    ----------
    text : the words; start, end : their place in the document.
    code : of a region, or the key of a bloc; kind : ``region`` or ``bloc``.
    adjective : "Belarusian", not "Belarus".
    """

    text: str
    start: int
    end: int
    code: str
    kind: str = "region"
    adjective: bool = False


@dataclass(frozen=True)
class Claim:
    """A figure as it was said.

    Parameters
    ----------
    key : ``c1``, ``c2`` ... in the order of the text.
    text, start, end : the words of the figure with its comparator and unit, and their place in the document.
    sentence : the whole sentence; sentence_start : its place.
    value : in base units (50 billion is 50e9), per cent as said (12), a rank or count as it is; the middle of a range.
        A fall is a negative growth or change.
    unit : ISO 4217 code, ``%``, ``pp`` (percentage points), ``rank``, ``times``, or what is counted (``agreements``).
    low, high : what the number stands for by the precision it was said in, [low, high).
    form : one of `FORMS`: a level, a change in units, growth (in per cent), a share, a rank, a count, or "n times as
        much".
    comparator : one of `RELATIONS`, named by the word that was used; empty where the figure is given as it is.
    qualifiers : further words that bear on the meaning: ``record``, ``another``, ``surged``, ``average`` (growth
        of every year), ``several`` (more than two regions are named as the sides; region and partner are None) ...
    measure : one of `MEASURES`, or the noun that is counted; None where the text does not say of what.
    scope : ``goods``, ``services``, ``goods and services``; None where not stated.
    product : what goods are spoken of, in the speaker's words, where not all: ``furniture``; None: all trade.
    basis : in what growth is measured where that is said: a currency code, ``volume`` or ``constant prices``.
    region, partner : codes. Of exports and imports, the region whose they are, and its partner; of a rank or share, the
        region among whose partners (in whose total) the partner is ranked (counted); of turnover, in the order said.
    population : among whom a rank is meant: ``all``, or a bloc.
    period : ``2022``, ``2022-01..2022-10``, ``2021..`` (since); None where neither said nor to be inferred.
    base : the period that a growth or change is measured against, where said. Of "over five years" the year so long
        before `period`, which is the last full year before the day, or the year said. Of an ``average`` growth `period`
        is all its years (``2021..2023``) and `base` the year before them; ``2015..`` has the base ``2015``.
    forecast : it is about what was still to come.
    converts : key of the claim of which this is a conversion by an editor, in brackets.
    speaker, role, spoken, document : who said it, when (ISO date), in which document.
    mentions : regions and blocs of the sentence as said.
    inferred : names of the fields above that come from context, not from the words of the sentence.
    by_hand : names of the fields that a person corrected; decision : ``confirmed``, ``corrected``, ``dropped``, or
        empty where nobody decided.
    """

    key: str
    text: str
    start: int
    end: int
    value: float
    unit: str
    low: float
    high: float
    form: str
    sentence: str = ""
    sentence_start: int = 0
    comparator: str = ""
    qualifiers: tuple[str, ...] = ()
    measure: str | None = None
    scope: str | None = None
    product: str | None = None
    basis: str | None = None
    region: str | None = None
    partner: str | None = None
    population: str | None = None
    period: str | None = None
    base: str | None = None
    forecast: bool = False
    converts: str | None = None
    speaker: str | None = None
    role: str | None = None
    spoken: str | None = None
    document: str = ""
    mentions: tuple[Mention, ...] = ()
    inferred: tuple[str, ...] = ()
    by_hand: tuple[str, ...] = ()
    decision: str = ""

    @property
    def relation(self) -> str:
        """What the comparator says of the true figure: ``=``, ``~``, ``<~``, ``>``, ``>=``, ``<`` or ``<=``."""
        return RELATIONS[self.comparator]

    @property
    def record(self) -> bool:
        """Whether it is said to be the highest ever."""
        return "record" in self.qualifiers


@dataclass(frozen=True)
class Apart:
    """Words with a number, or a sentence, that are no claim to be tested, and why.

    why : ``date``, ``name`` (10th forum), ``reference`` (article 5), ``vague`` (thousands of kilometres), ``causal``
        or ``evaluative`` (not tested by data) ...
    """

    text: str
    start: int
    end: int
    why: str


@dataclass(frozen=True)
class Claims(Sequence[Claim]):
    """The claims of a document in the order of its text, and what was told apart from them."""

    document: Document
    entries: tuple[Claim, ...] = ()
    apart: tuple[Apart, ...] = ()
    notes: tuple[str, ...] = field(default=())

    @overload
    def __getitem__(self, place: int) -> Claim: ...

    @overload
    def __getitem__(self, place: slice) -> tuple[Claim, ...]: ...

    def __getitem__(self, place: int | slice) -> Claim | tuple[Claim, ...]:
        """The claim at a place, or several."""
        return self.entries[place]

    def __len__(self) -> int:
        """How many claims there are."""
        return len(self.entries)

    def __iter__(self) -> Iterator[Claim]:
        """Every claim in turn."""
        return iter(self.entries)
