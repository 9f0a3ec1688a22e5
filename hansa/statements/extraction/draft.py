"""What a sentence alone says of each of its figures."""

from __future__ import annotations

from dataclasses import dataclass

from hansa.statements.extraction.measure import Subject, basis_of, goes_on, scope_of, subjects
from hansa.statements.extraction.moment import Moment, moments
from hansa.statements.extraction.noun import Counted
from hansa.statements.extraction.pair import Pair, pairs, population_of
from hansa.statements.extraction.passage import Passage
from hansa.statements.extraction.setting import Setting, form_of, setting
from hansa.statements.recognition.quantity import Quantity

RANKED = {"partner": "turnover", "supplier": "imports", "buyer": "exports"}


@dataclass(frozen=True)
class Draft:
    """A figure and what its sentence says of it.

    form, measure : None where the sentence does not say. other : it is said of something that is none of trade.
    goes_on : it may be said of what the sentence before is about.
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
    basis: str | None = None
    population: str | None = None


def drafts(passage: Passage, nouns: list[Counted | None]) -> list[Draft]:
    """The figures of a passage in order; nouns : what each counts."""
    settings: list[Setting] = []
    for place in range(len(passage.figures)):
        settings.append(setting(passage, place, settings[-1] if settings else None))
    forms = [form_of(passage, place, around) for place, around in enumerate(settings)]
    said_of = [_counts(noun) or subject for noun, subject in zip(nouns, subjects(passage), strict=True)]
    sides = pairs(passage, [(subject.measure, subject.cue) for subject in said_of], forms)
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
            basis_of(passage, place) if forms[place] in ("growth", "change", "multiple") else None,
            population_of(passage, place) if quantity.kind == "ordinal" else None,
        )
        for place, quantity in enumerate(passage.figures)
    ]


def _counts(noun: Counted | None) -> Subject | None:
    return Subject(noun.sense) if noun is not None else None


def _ranked(passage: Passage) -> str | None:
    """What is ranked where the sentence says no measure: partners by trade, suppliers by what is imported from them."""
    senses = [cue.sense for cue in passage.of("rank") if cue.sense in RANKED]
    return RANKED[senses[0]] if senses else None
