"""Claims of one or many documents, sorted by what they are about, with the exchange rates that they use."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from statistics import median
from typing import NamedTuple

from hansa.statements.claim import Claim
from hansa.statements.consistency.finding import LARGEST, Figure, figure_of, in_reach, known_figure, quoted, row
from hansa.statements.consistency.implied import Interval, power_of_ten
from hansa.statements.consistency.subject import Subject, subject, when
from hansa.wording import Amount, Sentence, mark

Rates = Mapping[
    tuple[str, str, str], float
]  # (money, per, period) -> how much of the money is given per unit of the other
Known = Mapping[tuple[str, str | None, str | None, str, str], "KnownLevel"]
LARGEST_RATE = 1e8  # no currency is worth so many of another
MOST = 3  # figures of one kind that are combined with others; of more, the lowest, the highest and the middle one
NEIGHBOURS = 3  # conversions on each side in time that a conversion is compared with
USED = 0.05  # a rate used for converting holds within this, as a share, between its day and the period meant


class KnownLevel(NamedTuple):
    """A level of the data: its value and source; how far the reports differ on it; of what trade it is."""

    value: float
    source: str
    low: float | None = None
    high: float | None = None
    scope: str | None = None


@dataclass(frozen=True)
class Conversion:
    """Two claims of one sum in two currencies, by the speaker or by an editor in brackets.

    rate : units of `money` per unit of `per`, as the two figures imply it.
    """

    money: str
    per: str
    value: float
    rate: Interval
    claims: tuple[Claim, Claim]
    usable: bool = True

    @property
    def day(self) -> str:
        """When it was said."""
        return self.claims[0].spoken or ""


@dataclass(frozen=True)
class Rate:
    """An exchange rate and, in words, where it comes from.

    steps : currencies gone through to reach the other. years : in which the conversions that use it were said.
    """

    value: float
    reach: Interval
    source: Sentence
    steps: int = 1
    years: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Collection:
    """What the rules read.

    Parameters
    ----------
    said : figures by subject, conversions left out, facts and forecasts together.
    conversions : by (money, per), in the order of time; a pair is there once, in the order of the alphabet.
    claims, rates, known : as they were given.
    """

    claims: tuple[Claim, ...]
    said: Mapping[Subject, tuple[Figure, ...]]
    conversions: Mapping[tuple[str, str], tuple[Conversion, ...]]
    rates: Rates
    known: Mapping[Subject, tuple[Figure, ...]]

    @classmethod
    def of(cls, claims: Iterable[Claim], rates: Rates | None = None, known: Known | None = None) -> Collection:
        """Sorts claims; those that a person dropped are left out."""
        kept = tuple(claim for claim in claims if claim.decision != "dropped")
        by_key = {(claim.document, claim.key): claim for claim in kept}
        said: defaultdict[Subject, list[Figure]] = defaultdict(list)
        pairs: list[tuple[Claim, Claim]] = []
        together: dict[tuple[str, int, Subject], Claim] = {}
        for claim in kept:
            if claim.converts:
                original = by_key.get((claim.document, claim.converts))
                if original is not None:
                    pairs.append((original, claim))
                continue
            figure = figure_of(claim)
            if figure is None:
                continue
            said[figure.about].append(figure)
            if claim.form == "level" and len(claim.unit) == 3:
                before = together.setdefault((claim.document, claim.sentence_start, figure.about), claim)
                if before.unit != claim.unit and claim.sentence and before.sentence == claim.sentence:
                    pairs.append((before, claim))
        return cls(
            kept, {about: tuple(figures) for about, figures in said.items()}, _rated(pairs), rates or {}, _taken(known)
        )

    @property
    def named(self) -> list[Subject]:
        """The subjects of which it is said what was measured: others may be of anything, and contradict nothing."""
        return [about for about in self.said if about.measure]

    def facts(self, about: Subject) -> list[Figure]:
        """What was said of a subject that had happened by then."""
        return [figure for figure in self.said.get(about, ()) if figure.claim and not figure.claim.forecast]

    def at_hand(self, about: Subject, unit: str) -> list[Figure]:
        """A few different figures of a subject in one unit, said or known; those known first."""
        figures = [*self.known.get(about, ()), *self.facts(about)]
        distinct = list({figure.stands_for: figure for figure in reversed(figures) if figure.unit == unit}.values())[
            ::-1
        ]
        if len(distinct) <= MOST:
            return distinct
        distinct.sort(key=lambda figure: figure.value)
        return [distinct[0], distinct[len(distinct) // 2], distinct[-1]]

    def rate(self, money: str, per: str, period: str | None) -> Rate | None:
        """A rate: as given, else as conversions of the collection use it, by one more currency if need be."""
        return self.given(money, per, period) or self.used(money, per) or self._by_way_of_another(money, per)

    def given(self, money: str, per: str, period: str | None) -> Rate | None:
        """The rate that the caller gave for the period or, failing that, for its year."""
        for known in dict.fromkeys((period or "", (period or "")[:4])):
            value = self.rates.get((money, per, known))
            turned = self.rates.get((per, money, known))
            if value is None and turned:
                value = 1 / turned
            if value:
                values = {"rate": spoken_rate(value, money, per), "period": when(known)}
                return Rate(value, Interval(value, value), Sentence(mark("{rate}, mean of {period}"), values))
        return None

    def used(self, money: str, per: str) -> Rate | None:
        """The rate that conversions of the collection imply, from the lowest to the highest of them."""
        first, second = sorted((money, per))
        usable = [one for one in self.conversions.get((first, second), ()) if one.usable]
        if not usable:
            return None
        low, high = min(one.value for one in usable), max(one.value for one in usable)
        value = median(one.value for one in usable)
        if (money, per) != (first, second):
            low, high, value = 1 / high, 1 / low, 1 / value
        extremes = dict.fromkeys((usable[0].claims, usable[-1].claims))
        values = {
            "rate": spoken_rate(value, money, per),
            "conversions": row(converted(*claims) for claims in extremes),
        }
        shown = Sentence(mark("{rate}, as in conversions of this collection: {conversions}"), values)
        years = frozenset(one.day[:4] for one in usable)
        return Rate(value, Interval(low * (1 - USED), high * (1 + USED)), shown, years=years)

    def _by_way_of_another(self, money: str, per: str) -> Rate | None:
        known = {currency for pair in self.conversions for currency in pair}
        for middle in sorted(known - {money, per}):
            first, second = self.used(money, middle), self.used(middle, per)
            if first and second:
                shown = Sentence(mark("{one}, {other}"), {"one": first.source, "other": second.source})
                return Rate(first.value * second.value, first.reach.times(second.reach), shown, steps=2)
        return None


def spoken_rate(value: float, money: str, per: str) -> Sentence:
    """A rate as rates are read, in units of the currency that is worth less.

    >>> from hansa.wording import Words
    >>> Words().say(spoken_rate(0.0125, "USD", "RUB"))
    '80.00 RUB per USD'
    """
    if value < 1:
        value, money, per = 1 / value, per, money
    return Sentence(mark("{rate} {money} per {per}"), {"rate": Amount(value, "ratio"), "money": money, "per": per})


def converted(original: Claim, conversion: Claim) -> Sentence:
    """A conversion in the words of the text."""
    other = Sentence(mark("“{text}”"), {"text": " ".join(conversion.text.split())})
    return Sentence(mark("{one} = {other}"), {"one": quoted(original), "other": other})


def _rated(pairs: Iterable[tuple[Claim, Claim]]) -> dict[tuple[str, str], tuple[Conversion, ...]]:
    """Conversions by pair of currencies, those marked unusable that are off by a power of ten."""
    found: defaultdict[tuple[str, str], list[Conversion]] = defaultdict(list)
    for original, conversion in pairs:
        one, other = sorted((original, conversion), key=lambda claim: claim.unit)
        if one.unit == other.unit or one.low <= 0 or other.low <= 0 or not (in_reach(one) and in_reach(other)):
            continue
        if not 1 / LARGEST_RATE < one.value / other.value < LARGEST_RATE:
            continue
        rate = Interval(one.low, one.high).over(Interval(other.low, other.high))
        found[one.unit, other.unit].append(
            Conversion(one.unit, other.unit, one.value / other.value, rate, (original, conversion))
        )
    return {pair: _judged(sorted(those, key=lambda one: one.day)) for pair, those in found.items()}


def _judged(conversions: list[Conversion]) -> tuple[Conversion, ...]:
    judged = []
    for k, one in enumerate(conversions):
        near = [*conversions[max(0, k - NEIGHBOURS) : k], *conversions[k + 1 : k + 1 + NEIGHBOURS]]
        off = bool(near) and power_of_ten(one.value / median(other.value for other in near)) != 0
        judged.append(Conversion(one.money, one.per, one.value, one.rate, one.claims, usable=not off))
    return tuple(judged)


def _taken(known: Known | None) -> dict[Subject, tuple[Figure, ...]]:
    found: defaultdict[Subject, list[Figure]] = defaultdict(list)
    for (measure, region, partner, period, unit), given in (known or {}).items():
        about, level = subject(measure, "level", region, partner, period), KnownLevel(*given)
        if not 0 < level.value < LARGEST:
            continue  # nothing is told by a share of nothing
        reach = Interval(level.low or level.value, level.high or level.value)
        found[about].append(known_figure(about, unit, level.value, level.source, reach, level.scope))
    return {about: tuple(figures) for about, figures in found.items()}
