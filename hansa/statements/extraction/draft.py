"""What a sentence alone says of each of its figures."""

from __future__ import annotations

from dataclasses import dataclass, replace

from hansa.statements.extraction.candidate import of_the_first
from hansa.statements.extraction.link import links
from hansa.statements.extraction.measure import Subject, basis_of, goes_on, scope_of, subjects
from hansa.statements.extraction.moment import Moment, moments
from hansa.statements.extraction.noun import Counted
from hansa.statements.extraction.pair import Pair, pairs, population_of, several
from hansa.statements.extraction.passage import Passage
from hansa.statements.extraction.product import product_of
from hansa.statements.extraction.setting import Setting, form_of, setting
from hansa.statements.recognition.quantity import Quantity

RANKED = {"partner": "turnover", "supplier": "imports", "buyer": "exports"}


@dataclass(frozen=True)
class Draft:
    """A figure and what its sentence says of it.

    form, measure : None where the sentence does not say. other : it is said of something that is none of trade.
    goes_on : it may be said of what the sentence before is about. supposed : the measure of a rank is not said.
    several : more than two regions are named as its sides.
    """

    quantity: Quantity
    form: str | None
    measure: str | None
    other: bool
    goes_on: bool
    around: Setting
    pair: Pair
    moment: Moment
    noun: Counted | None = None
    scope: str | None = None
    product: str | None = None
    basis: str | None = None
    population: str | None = None
    supposed: bool = False
    several: bool = False


def drafts(passage: Passage, nouns: list[Counted | None]) -> list[Draft]:
    """The figures of a passage in order; nouns : what each counts."""
    settings: list[Setting] = []
    for place in range(len(passage.figures)):
        settings.append(setting(passage, place, settings[-1] if settings else None))
    forms = [form_of(passage, place, around) for place, around in enumerate(settings)]
    forms = [_also_share(passage, place, forms, settings[place].preposition) for place in range(len(forms))]
    settings = [_spoken(passage, place, forms[place], one) for place, one in enumerate(settings)]
    said_of = [_counts(noun) or subject for noun, subject in zip(nouns, subjects(passage), strict=True)]
    said_of = [
        Subject(None) if form == "rank" and _of_later_clause(passage, place, subject) else subject
        for place, (subject, form) in enumerate(zip(said_of, forms, strict=True))
    ]
    shares = [
        quantity.kind == "points" and around.share for quantity, around in zip(passage.figures, settings, strict=True)
    ]
    held = ["share" if share else form for share, form in zip(shares, forms, strict=True)]
    sides = pairs(passage, [(subject.measure, subject.cue) for subject in said_of], held)
    when = moments(passage, forms, [one.preposition for one in settings], [one.forecast for one in settings])
    elliptic = any(subject.measure is None for subject in said_of) and goes_on(passage)
    return [
        Draft(
            quantity,
            forms[place],
            said_of[place].measure or (_ranked(passage) if forms[place] in ("rank", "share") else None),
            said_of[place].other,
            elliptic,
            settings[place],
            sides[place],
            when[place],
            nouns[place],
            scope_of(passage, place),
            product_of(passage, said_of[place].cue, place),
            basis_of(passage, place) if forms[place] in ("growth", "change", "multiple") else None,
            population_of(passage, place) if quantity.kind == "ordinal" else None,
            forms[place] == "rank" and said_of[place].measure is None,
            several(passage, place),
        )
        for place, quantity in enumerate(passage.figures)
    ]


def _spoken(passage: Passage, place: int, form: str | None, around: Setting) -> Setting:
    """The setting of a figure with "up to" of the five largest partners, and "average" of a growth of every year."""
    figure, yearly = passage.figures[place], links(passage.language).yearly
    if form == "rank" and of_the_first(passage, figure):
        return replace(around, comparator="up to")
    start = passage.before(place)[0]
    said = any(cue.sense == "average" for cue in passage.of("qualifier", within=(start, figure.start)))
    if form != "growth" or "average" in around.qualifiers or not (said or yearly.match(passage.low, figure.end)):
        return around
    return replace(around, qualifiers=(*around.qualifiers, "average"))


def _of_later_clause(passage: Passage, place: int, subject: Subject) -> bool:
    """Whether the measure after a rank belongs to the next clause: "the fourth partner, and our share in imports"."""
    start = passage.figures[place].end
    if not subject.after or subject.cue is None or subject.cue.start < start:
        return False
    return links(passage.language).clause_break.search(passage.low, start, subject.cue.start) is not None


def _also_share(passage: Passage, place: int, forms: list[str | None], preposition: str) -> str | None:
    """The form of a figure; a share where it is what a share has come from: "31 percent, up from 28"."""
    part = passage.figures[place].kind in ("percent", "fraction")
    came = place > 0 and forms[place] is None and forms[place - 1] == "share" and preposition == "from"
    return "share" if part and came else forms[place]


def _counts(noun: Counted | None) -> Subject | None:
    return Subject(noun.sense) if noun is not None else None


def _ranked(passage: Passage) -> str | None:
    """What is ranked where the sentence says no measure: partners by trade, suppliers by what is imported from them."""
    senses = [cue.sense for cue in passage.of("rank") if cue.sense in RANKED]
    return RANKED[senses[0]] if senses else None
