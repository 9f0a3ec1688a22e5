"""What several claims say together: a finding, and the figures it is made of."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from hansa.statements.claim import Claim
from hansa.statements.consistency.implied import Interval, admitted, usual
from hansa.statements.consistency.subject import Subject, subject_of
from hansa.statements.verification.rounding import margin_of
from hansa.wording import Amount, Name, Sentence, Value, mark

_MEASURED_IN = {"growth": "points", "share": "points", "rank": "places"}
LARGEST, SMALLEST = 1e16, 1e-6
VAGUE = 0.02  # of a figure of the data, on which reports differ by more than this share of it
SHOWN = 4  # claims quoted for each side; further ones are among `Finding.claims`
OUTCOMES = ("outlier", "contradictory", "forecast missed", "implies", "consistent")  # the weightiest first


@dataclass(frozen=True)
class Finding:
    """What follows from claims taken together. It calls none of them false: it says what does not go together.

    Parameters
    ----------
    kind : the rule that found it, by name.
    sentence : what was found, with every figure in it.
    claims : those it rests on, in the order of the sentence.
    outcome : one of `OUTCOMES`.
    figures : what was computed, by name, unrounded, in base units (growth and shares as fractions).
    weight : how far apart the figures lie, as a share; orders findings of one outcome.
    """

    kind: str
    sentence: Sentence
    claims: tuple[Claim, ...]
    outcome: str
    figures: Mapping[str, float] = field(default_factory=dict)
    weight: float = 0.0


@dataclass(frozen=True)
class Figure:
    """A figure that somebody said, or that is known from data.

    value : as said, growth and shares as fractions. strict : what the words allow. usual : what a hearer takes them
    for. shown : the words and who said them, or the figure and its source. claim : None where it is known from data.
    scope : of what trade it is, where that is said.
    """

    value: float
    unit: str
    strict: Interval
    usual: Interval
    shown: Sentence
    about: Subject
    claim: Claim | None = None
    scope: str | None = None

    @property
    def at_figure(self) -> Interval:
        """What is computed with: of an open figure ("exceeded 50") the figure itself, else what it stands for."""
        if self.claim and self.claim.relation in (">", ">=", "<", "<="):
            return Interval(self.value, self.value)
        return self.usual

    @property
    def vague(self) -> bool:
        """Whether reports differ so much on it that nearly any growth goes with it."""
        return self.claim is None and self.usual.high - self.usual.low > VAGUE * abs(self.value)

    @property
    def stands_for(self) -> tuple[float, float]:
        """What makes two figures the same for a combination with others."""
        return self.usual.low, self.usual.high


def figure_of(claim: Claim) -> Figure | None:
    """A claim as a figure to compute with; None where it does not say enough to be compared with others."""
    about = subject_of(claim)
    if about is None or not in_reach(claim):
        return None
    scale = 0.01 if claim.unit == "%" else 1.0
    said = (
        claim.value,
        claim.low,
        claim.high,
        claim.relation,
        margin_of(claim.value, _MEASURED_IN.get(claim.form, "level")),
    )
    strict, normal = admitted(*said).scaled(scale), usual(*said).scaled(scale)
    return Figure(scale * claim.value, claim.unit, strict, normal, quoted(claim), about, claim, claim.scope)


def in_reach(claim: Claim) -> bool:
    """Whether its figure is of a size that things have which are counted and measured."""
    within = all(-LARGEST < figure < LARGEST for figure in (claim.low, claim.value, claim.high))
    return within and (claim.value == 0 or abs(claim.value) > SMALLEST)


def known_figure(
    about: Subject, unit: str, value: float, source: str, reach: Interval | None = None, scope: str | None = None
) -> Figure:
    """A figure of the data, with its source, and how far the reports differ on it."""
    reach = reach or Interval(value, value)
    values: dict[str, Value] = {"amount": Amount(value, "money", unit), "source": source}
    template = mark("{amount} ({source})")
    if reach.low < reach.high:
        values |= {"low": Amount(reach.low, "money", unit), "high": Amount(reach.high, "money", unit)}
        template = mark("{amount} ({low} to {high}, depending on who reports; {source})")
    return Figure(value, unit, reach, reach, Sentence(template, values), about, scope=scope)


def quoted(claim: Claim) -> Sentence:
    """The words of a claim, who said them and when.

    >>> from hansa.wording import Words
    >>> claim = Claim("c1", "12 percent", 0, 10, 12, "%", 11.5, 12.5, "growth", speaker="A. Rook", spoken="2023-06-28")
    >>> Words().say(quoted(claim))
    '“12 percent” (A. Rook, 2023-06-28)'
    """
    who = claim.speaker or claim.document
    values: dict[str, Value] = {"text": " ".join(claim.text.split()), "who": who, "day": claim.spoken or ""}
    if who and claim.spoken:
        template = mark("“{text}” ({who}, {day})")
    elif who:
        template = mark("“{text}” ({who})")
    else:
        template = mark("“{text}” (speaker not named)")
    return Sentence(template, {key: value for key, value in values.items() if f"{{{key}}}" in template})


def alike(one: Figure, other: Figure) -> bool:
    """Whether two figures may be of one aggregate."""
    if one.scope and other.scope and one.scope != other.scope:
        return False
    a, b = one.claim, other.claim
    return a is None or b is None or not a.basis or not b.basis or a.basis == b.basis


def claims_of(figures: Iterable[Figure]) -> tuple[Claim, ...]:
    """The claims behind figures, each once."""
    return tuple(dict.fromkeys(one.claim for one in figures if one.claim))


def distinct(figures: Iterable[Figure]) -> list[Figure]:
    """A few figures, of those by one speaker in the same words only one."""
    seen = {(one.claim.speaker, one.claim.text, one.claim.spoken) if one.claim else id(one): one for one in figures}
    return list(seen.values())[:SHOWN]


def row(sentences: Iterable[Sentence]) -> Sentence:
    """Several pieces with a comma between them."""
    return _chain(mark("{one}, {other}"), sentences)


def sides(sentences: Iterable[Sentence]) -> Sentence:
    """Several pieces set against each other."""
    return _chain(mark("{one} against {other}"), sentences)


def remarks(sentences: Iterable[Sentence]) -> Sentence:
    """Several sentences one after the other."""
    return _chain(mark("{one} {other}"), sentences)


def _chain(template: str, sentences: Iterable[Sentence]) -> Sentence:
    first, *rest = sentences
    while rest:  # joined in pairs, so that a long row is no deep one
        pieces = [first, *rest]
        joined = [
            Sentence(template, {"one": pieces[k], "other": pieces[k + 1]}) if k + 1 < len(pieces) else pieces[k]
            for k in range(0, len(pieces), 2)
        ]
        first, *rest = joined
    return first


def between(value: float, reach: Interval, kind: str, currency: str = "") -> Sentence:
    """A computed figure and how far the rounding of what was said lets it vary.

    >>> from hansa.wording import Words
    >>> Words().say(between(0.119, Interval(0.118, 0.121), "growth"))
    '+11.9% (+11.8% to +12.1%)'
    """
    amounts = {
        name: Amount(figure, kind, currency)
        for name, figure in (("value", value), ("low", reach.low), ("high", reach.high))
    }
    if reach.low == reach.high or not -LARGEST < reach.low <= reach.high < LARGEST:
        return Sentence(mark("{value}"), {"value": amounts["value"]})
    return Sentence(mark("{value} ({low} to {high})"), dict(amounts))


def rate_said(value: float, reach: Interval, money: str, per: str) -> Sentence:
    """An exchange rate.

    >>> from hansa.wording import Words
    >>> Words().say(rate_said(60, Interval(59.4, 84.2), "RUB", "USD"))
    '60.00 (59.40 to 84.20) RUB per USD'
    """
    values: dict[str, Value] = {"rate": between(value, reach, "ratio"), "money": money, "per": per}
    return Sentence(mark("{rate} {money} per {per}"), values)


_WHAT_DIFFERS = {
    "goods": mark("Of goods: {who}."),
    "services": mark("Of services: {who}."),
    "goods and services": mark("Of goods and services: {who}."),
}


def differences(claims: Iterable[Claim]) -> list[Sentence]:
    """What the claims say differently of their scope, basis and kind, as far as they say it at all.

    >>> from hansa.wording import Words
    >>> a = Claim("c1", "12", 0, 2, 12, "%", 11.5, 12.5, "growth", speaker="A", scope="goods")
    >>> b = Claim("c2", "13", 0, 2, 13, "%", 12.5, 13.5, "growth", speaker="B")
    >>> [Words().say(one) for one in differences([a, b])]
    ['Of goods: A.', 'Not said whether of goods, services or both: B.']
    """
    claims = list(claims)
    found = []
    if len({claim.scope for claim in claims}) > 1:
        for scope, template in _WHAT_DIFFERS.items():
            if those := _people(claim for claim in claims if claim.scope == scope):
                found.append(Sentence(template, {"who": those}))
        if those := _people(claim for claim in claims if claim.scope is None):
            found.append(Sentence(mark("Not said whether of goods, services or both: {who}."), {"who": those}))
    if len({claim.basis for claim in claims}) > 1:
        for basis in dict.fromkeys(claim.basis for claim in claims if claim.basis):
            values: dict[str, Value] = {"who": _people(c for c in claims if c.basis == basis), "basis": _word(basis)}
            found.append(Sentence(mark("Measured in {basis}: {who}."), values))
        if those := _people(claim for claim in claims if claim.basis is None):
            found.append(Sentence(mark("Not said in which currency or prices: {who}."), {"who": those}))
    if len({claim.measure for claim in claims} & {"exports", "imports"}) == 2:
        found.append(Sentence(mark("One side speaks of exports, the other of the mirror imports.")))
    if inferred := _people(claim for claim in claims if "period" in claim.inferred):
        found.append(Sentence(mark("Period inferred from context: {who}."), {"who": inferred}))
    return found


_BASES = {"volume": mark("volume"), "constant prices": mark("constant prices")}


def _word(basis: str) -> Name:
    return Name(_BASES.get(basis, basis), "word")


def _people(claims: Iterable[Claim]) -> str:
    return ", ".join(dict.fromkeys(claim.speaker or claim.document or claim.key for claim in claims))
