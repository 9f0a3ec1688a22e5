"""How claims and what they come to are put into words, on the page and on the screen alike."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from hansa.regions.lists import Lists
from hansa.statements.claim import Claim
from hansa.statements.verdict import Reading, Verdict
from hansa.wording.sentence import Amount, Sentence, Value, mark
from hansa.wording.words import JOINED, Words

MIXED, UNCOMPARED = "mixed", "not compared"
STANDINGS = {
    "supported": ("✓", mark("supported")),
    MIXED: ("◐", mark("supported in some readings")),
    "near": ("≈", mark("near")),
    "contradicted": ("✗", mark("contradicted")),
    "not checkable": ("?", mark("not checkable")),
    "no data": ("∅", mark("no data")),
    UNCOMPARED: ("·", mark("not compared with data")),
}
FINDINGS = {
    "outlier": ("!", mark("far off"), "contradicted"),
    "contradictory": ("≠", mark("do not go together"), "contradicted"),
    "forecast missed": ("≠", mark("forecast not met"), "near"),
    "implies": ("→", mark("follows"), "implied"),
    "consistent": ("=", mark("go together"), "supported"),
}
_SCALES = (
    (1e12, mark("{currency} {figure} trn")),
    (1e9, mark("{currency} {figure} bn")),
    (1e6, mark("{currency} {figure} mn")),
    (1e3, mark("{currency} {figure} thousand")),
    (1.0, mark("{currency} {figure}")),
)
_RELATIONS = {
    "=": mark("{figure}"),
    "~": mark("about {figure}"),
    "<~": mark("almost {figure}"),
    ">": mark("more than {figure}"),
    ">=": mark("at least {figure}"),
    "<": mark("less than {figure}"),
    "<=": mark("up to {figure}"),
}
_FORMS = {
    "level": mark("a level"),
    "change": mark("a change"),
    "growth": mark("growth"),
    "share": mark("a share"),
    "rank": mark("a rank"),
    "count": mark("a count"),
    "multiple": mark("so many times as much"),
    "points": mark("a change in points"),
}
_UNDER = {
    "told_by": mark("as told by"),
    "scope": mark("scope"),
    "currency": mark("currency"),
    "prices": mark("prices"),
    "base": mark("measured against"),
    "of": mark("counted by"),
    "population": mark("among"),
    "period": mark("period"),
    "period_from": mark("period taken from"),
    "as_of": mark("as of"),
    "vintage": mark("known on"),
    "dataset": mark("dataset"),
    "valuation": mark("valuation"),
    "region": mark("region"),
    "partner": mark("partner"),
    "rate": mark("exchange rate"),
    "measure": mark("measure"),
}
_NAMED = ("period_from", "base", "population", "vintage", "as_of")  # unclear without their names
# Words that stand in claims and readings as codes, by their names.
_CHOICES = {
    "origin": mark("the origin"),
    "destination": mark("the destination"),
    "reconciled": mark("both reports, reconciled"),
    "goods": mark("goods"),
    "services": mark("services"),
    "goods and services": mark("goods and services"),
    "current prices": mark("current prices"),
    "constant prices": mark("constant prices"),
    "volume": mark("volume"),
    "turnover": mark("turnover"),
    "exports": mark("exports"),
    "imports": mark("imports"),
    "balance": mark("balance"),
    "investment": mark("investment"),
    "agreements": mark("agreements"),
    "programmes": mark("programmes"),
    "projects": mark("projects"),
    "regions": mark("regions"),
    "contracts": mark("contracts"),
    "countries": mark("countries"),
    "delegations": mark("delegations"),
    "enterprises": mark("enterprises"),
    "flights": mark("flights"),
    "trade houses": mark("trade houses"),
    "all": mark("all partners"),
    "record": mark("record"),
    "another": mark("another"),
    "surged": mark("surged"),
    "plunged": mark("plunged"),
    "already": mark("already"),
    "only": mark("only"),
    "average": mark("average"),
    "planned": mark("planned"),
    "total": mark("total"),
}
DROPPED = "dropped by "  # what a person dropped, as `hansa.statements.review` says it
WHYS = {
    "date": mark("a date"),
    "name": mark("part of a name"),
    "reference": mark("a reference"),
    "list": mark("number of an item"),
    "age": mark("an age"),
    "formula": mark("part of a formula"),
    "order": mark("an order, not a rank"),
    "no measure": mark("not said of what"),
    "denied": mark("said not to be so"),
    "vague": mark("too vague to test"),
    "causal": mark("on causes: not tested by data"),
    "evaluative": mark("a judgement: not tested by data"),
}


@dataclass(frozen=True)
class Trait:
    """One thing that was understood: what, how it is read, and whether from context or corrected by a person."""

    name: str
    text: str
    inferred: bool = False
    by_hand: bool = False


def names_in(lists: Lists, codes: Iterable[str], language: str) -> dict[tuple[str, str], str]:
    """Names of blocs, and of the regions of these codes, in a language; a code without a name stands for itself."""
    russian = language == "ru"
    names = {("bloc", one.key): (one.name_ru if russian else one.name) or one.key for one in lists.blocs}
    for code in sorted(set(codes)):
        if place := lists.place(code):
            names["region", code] = (place.name_ru if russian else place.name) or code
    return names


def codes_of(claims: Iterable[Claim]) -> set[str]:
    """Codes of all regions that claims name."""
    return {
        code
        for claim in claims
        for code in (claim.region, claim.partner, *(mention.code for mention in claim.mentions))
        if code
    }


def standing(verdict: Verdict | None) -> str:
    """Which of `STANDINGS` a claim has: that of its readings where those that decide agree, else ``mixed``."""
    if verdict is None or not verdict.readings:
        return UNCOMPARED
    outcomes = {reading.outcome for reading in verdict.readings if reading.as_said}
    decided = outcomes & {"supported", "near", "contradicted"}
    if not decided:
        return "not checkable" if "not checkable" in outcomes else "no data"
    if "supported" in decided:
        return "supported" if len(decided) == 1 else MIXED
    return "near" if "near" in decided else "contradicted"


def sign(outcome: str) -> str:
    """The sign that goes with an outcome or a standing."""
    return STANDINGS[outcome][0]


def outcome(name: str, words: Words) -> str:
    """An outcome or a standing in words."""
    return words(STANDINGS[name][1])


def said(claim: Claim, words: Words) -> str:
    """The figure of a claim with its comparator, in plain units and with the precision it was said in."""
    shown = figure(claim, claim.value, words, extra=0)
    return words(_RELATIONS[claim.relation]).format(figure=shown)


def between(claim: Claim, words: Words) -> str:
    """What the number stands for by its rounding."""
    low, high = (figure(claim, end, words, extra=1) for end in (claim.low, claim.high))
    return words(mark("from {low} to under {high}")).format(low=low, high=high)


def figure(claim: Claim, value: float | None, words: Words, extra: int = 1) -> str:
    """A figure in the unit of a claim, by `extra` digits more precise than the claim was said."""
    if value is None or not math.isfinite(value):
        return words.show(Amount(None, "count"))
    step = claim.high - claim.low
    if len(claim.unit) == 3 and claim.unit.isalpha() and claim.unit.isupper():
        size, template = next((pair for pair in _SCALES if abs(value) >= 0.9995 * pair[0]), _SCALES[-1])
        digits = _digits(step / size, extra) if size > 1 else 0
        number = words.number(value / size, digits)
        return _joined(words(template).format(currency=claim.unit, figure=number))
    if claim.unit == "rank":
        return _joined(words(mark("place {figure}")).format(figure=words.number(value, 0)))
    signed = claim.form in ("growth", "change")
    number = words.number(value, _digits(step, extra), signed=signed)
    if claim.unit == "%":
        return _joined(words(mark("{figure}%")).format(figure=number))
    if claim.unit == "pp":
        return _joined(words(mark("{figure} pp")).format(figure=number))
    if claim.unit == "times":
        return _joined(words(mark("{figure} times")).format(figure=number))
    return _joined(words(mark("{figure} ({what})")).format(figure=number, what=choice(claim.unit, words)))


def difference(claim: Claim, value: float | None, words: Words) -> str:
    """How far the data are from what was said: per cent of a level, points of per cents, places of ranks."""
    if value is None or not math.isfinite(value):
        return words.show(Amount(None, "count"))
    if claim.unit in ("%", "pp"):
        return words.show(Amount(value / 100, "points"))
    if claim.unit == "rank":
        return _joined(words(mark("places: {figure}")).format(figure=words.number(value, 0, signed=True)))
    return words.show(Amount(value, "growth"))


def choice(value: str, words: Words) -> str:
    """What was chosen for a reading, by its name: a region, a bloc, a word of the catalogue, or a period."""
    for kind in ("region", "bloc"):
        if (kind, value) in words.names:
            return words.names[kind, value]
    if value in _CHOICES:
        return words(_CHOICES[value])
    known = words(value) if value else value  # a sentence that the verdict marked for the catalogue
    return known if known != value else period(value, words)


def in_all(readings: Sequence[Reading]) -> dict[str, str]:
    """What all of several readings chose alike."""
    if len(readings) < 2:
        return {}
    first, *others = (reading.under for reading in readings)
    return {name: value for name, value in first.items() if all(under.get(name) == value for under in others)}


def chosen(
    under: Mapping[str, str], words: Words, alike: Mapping[str, str] | None = None, *, brief: bool = False
) -> str:
    """What was chosen for a reading, in a line; without what all readings of the claim chose `alike`.

    brief : values that speak for themselves stand without their names.
    """
    parts = []
    for name, value in under.items():
        if alike and name in alike:
            continue
        shown = value if name in ("currency", "dataset") else choice(str(value), words)
        plain = brief and name not in _NAMED
        parts.append(shown if plain else f"{words(_UNDER[name]) if name in _UNDER else name}{JOINED}– {shown}")
    return "; ".join(parts)


def period(text: str, words: Words) -> str:
    """A period of a claim: a year or month, a span of them, or all since one.

    >>> period("2022-01..2022-04", Words("en")), period("2021..", Words("en"))
    ('January 2022 to April 2022', 'since 2021')
    """
    first, dots, last = text.partition("..")
    if not dots:
        return words.period(text)
    if not last:
        return words(mark("since {period}")).format(period=words.period(first))
    if not first:
        return words(mark("until {period}")).format(period=words.period(last))
    return words(mark("{first} to {last}")).format(first=words.period(first), last=words.period(last))


def understood(claim: Claim, words: Words) -> list[Trait]:
    """What was understood of a claim, field by field."""
    found = [_trait(claim, mark("Figure"), said(claim, words), "value", "unit", "comparator")]
    if claim.unit != "rank" and claim.high > claim.low:
        found.append(_trait(claim, mark("Stands for"), between(claim, words), "low", "high"))
    measure = choice(claim.measure, words) if claim.measure else words(mark("not said of what"))
    form = words(_FORMS.get(claim.form, claim.form))
    found.append(_trait(claim, mark("Measure"), f"{measure} ({form})", "measure", "form"))
    for name, field in ((mark("Region"), "region"), (mark("Partner"), "partner")):
        if code := getattr(claim, field):
            found.append(_trait(claim, name, place(claim, code, words), field))
    if claim.population:
        found.append(_trait(claim, mark("Among"), choice(claim.population, words), "population"))
    when = period(claim.period, words) if claim.period else words(mark("not said"))
    found.append(_trait(claim, mark("Period"), when, "period"))
    if claim.base:
        found.append(_trait(claim, mark("Measured against"), period(claim.base, words), "base"))
    scope = choice(claim.scope, words) if claim.scope else words(mark("not said"))
    found.append(_trait(claim, mark("Scope"), scope, "scope"))
    if claim.basis:
        found.append(_trait(claim, mark("In terms of"), choice(claim.basis, words), "basis"))
    if claim.qualifiers:
        found.append(
            _trait(claim, mark("Also said"), ", ".join(choice(q, words) for q in claim.qualifiers), "qualifiers")
        )
    if claim.forecast:
        found.append(_trait(claim, mark("Kind"), words(mark("a forecast, not a fact")), "forecast"))
    if claim.converts:
        text = words(mark("a conversion of {key}, by an editor")).format(key=claim.converts)
        found.append(_trait(claim, mark("Kind"), text, "converts"))
    return [Trait(words(one.name), one.text, one.inferred, one.by_hand) for one in found]


def place(claim: Claim, code: str, words: Words) -> str:
    """A region by its name and code, and as the speaker named it."""
    name = words.names.get(("region", code)) or words.names.get(("bloc", code), code)
    shown = f"{name} ({code})" if name != code else code
    asked = list(dict.fromkeys(mention.text for mention in claim.mentions if mention.code == code))
    if not asked or asked == [name]:
        return shown
    quoted = ", ".join(words(mark("“{text}”")).format(text=text) for text in asked)
    return words(mark("{region}, said as {text}")).format(region=shown, text=quoted)


def speaker(claim: Claim, words: Words) -> str:
    """Who said it, as far as the text tells."""
    return claim.speaker or words(mark("speaker not named"))


def copied(claim: Claim, verdict: Verdict | None, sources: Iterable[str], words: Words) -> str:
    """Sentences to be copied: what was said, by whom and when; what the data give; from which sources."""
    if verdict is None or not verdict.readings:
        return ""
    values: dict[str, Value] = {"words": _one_line(claim.text), "speaker": speaker(claim, words)}
    template = mark("“{words}” ({speaker}).")
    if claim.spoken:
        template = mark("“{words}” ({speaker}, {day}).")
        values["day"] = claim.spoken
    parts = [words.say(Sentence(template, values)), words.say(verdict.summary)]
    if best := _telling(verdict):
        parts += [words.say(sentence) for sentence in (best.arithmetic, best.missing) if sentence]
    if listed := "; ".join(dict.fromkeys(sources)):
        parts.append(words.say(Sentence(mark("Source: {sources}."), {"sources": listed})))
    return " ".join(part.strip() for part in parts)


def apart_counts(whys: Iterable[str], words: Words) -> str:
    """What was told apart, by kind, in a line: ``a date: 4; part of a name: 1``."""
    counts: dict[str, int] = {}
    for why in whys:
        counts[why] = counts.get(why, 0) + 1
    return "; ".join(f"{why_of(why, words)}: {words.number(count, 0)}" for why, count in counts.items())


def why_of(why: str, words: Words) -> str:
    """Why words are no claim to be tested."""
    if why.startswith(DROPPED):
        return words(mark("dropped by {who}")).format(who=why.removeprefix(DROPPED))
    return words(WHYS[why]) if why in WHYS else why


def standing_counts(standings: Iterable[str], words: Words) -> list[tuple[str, str, int]]:
    """How many claims have each standing: its key, its name, the count; only those there are."""
    every = list(standings)
    return [(key, outcome(key, words), every.count(key)) for key in STANDINGS if key in every]


def _telling(verdict: Verdict) -> Reading | None:
    """The reading that tells most: one that is supported, else near, else contradicted, else what is missing."""
    order = ("supported", "near", "contradicted", "not checkable", "no data")
    return min(verdict.readings, key=lambda reading: (not reading.as_said, order.index(reading.outcome)), default=None)


def _trait(claim: Claim, name: str, text: str, *fields: str) -> Trait:
    return Trait(
        name, text, any(field in claim.inferred for field in fields), any(field in claim.by_hand for field in fields)
    )


def _digits(step: float, extra: int) -> int:
    """Digits after the point by which a number with this last digit is shown."""
    if not (math.isfinite(step) and step > 0):
        return extra
    return max(0, min(6, math.ceil(-math.log10(step) - 1e-9) + extra))


def _joined(text: str) -> str:
    return text.replace(" ", JOINED)


def _one_line(text: str) -> str:
    return " ".join(text.split())
