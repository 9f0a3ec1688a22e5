"""How claims and what they come to are put into words, on the page and on the screen alike."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from hansa.errors import DataError
from hansa.products import classification, read_classification
from hansa.regions.lists import Lists
from hansa.statements.claim import Claim
from hansa.statements.consistency.subject import when
from hansa.statements.verdict import Reading, Verdict
from hansa.statements.verification.exchange import is_known
from hansa.statements.verification.question import is_currency
from hansa.statements.verification.said import RELATION_WORDS
from hansa.wording.sentence import Amount, mark
from hansa.wording.words import JOINED, MONTHS, Words

PARTLY, MIXED, MOSTLY_NOT, UNCOMPARED = "partly supported", "mixed", "mostly contradicted", "not compared"
DECIDING = ("supported", "near", "contradicted")
STANDINGS = {
    "supported": ("✓", mark("supported")),
    PARTLY: ("◐", mark("supported in some readings, contradicted in none")),
    MIXED: ("◐", mark("readings disagree")),
    "near": ("≈", mark("near")),
    MOSTLY_NOT: ("✗", mark("contradicted in most readings")),
    "contradicted": ("✗", mark("contradicted")),
    "not checkable": ("?", mark("not checkable")),
    "no data": ("∅", mark("no data")),
    UNCOMPARED: ("·", mark("not compared with data")),
}
# How many readings have the outcome that a standing is named by: all of them, some, and some against others.
_IN_ALL = {
    "supported": mark("supported in all {count} readings"),
    "near": mark("near in all {count} readings"),
    "contradicted": mark("contradicted in all {count} readings"),
}
_IN_SOME = {
    "supported": mark("supported in {number} of {count} readings"),
    "near": mark("near in {number} of {count} readings"),
    "contradicted": mark("contradicted in {number} of {count} readings"),
}
_AGAINST = {
    "supported": mark("supported in {number} of {count} readings, contradicted in {against}"),
    "near": mark("near in {number} of {count} readings, contradicted in {against}"),
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
    "product": mark("product"),
    "register": mark("register"),
    "state": mark("counted"),
    "parties": mark("parties"),
    "on": mark("on the day"),
}
_NAMED = ("period_from", "base", "population", "vintage", "as_of", "on")  # unclear without their names
# Words that stand in claims and readings as codes, by their names.
_CHOICES = {
    "origin": mark("each seller's own report"),
    "destination": mark("each buyer's own report"),
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
    "barriers": mark("barriers"),
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
    "causal": mark("on causes, not tested by data"),
    "evaluative": mark("a judgement, not tested by data"),
}


_COUNTED = {
    "date": (mark("{count} date"), mark("{count} dates")),
    "name": (mark("{count} name"), mark("{count} names")),
    "reference": (mark("{count} reference"), mark("{count} references")),
    "list": (mark("{count} number of an item"), mark("{count} numbers of items")),
    "age": (mark("{count} age"), mark("{count} ages")),
    "formula": (mark("{count} part of a formula"), mark("{count} parts of formulas")),
    "order": (mark("{count} number in an order"), mark("{count} numbers in an order")),
    "no measure": (mark("{count} not said of what"), mark("{count} not said of what")),
    "denied": (mark("{count} said not to be so"), mark("{count} said not to be so")),
    "vague": (mark("{count} too vague to test"), mark("{count} too vague to test")),
    "causal": (mark("{count} sentence on causes"), mark("{count} sentences on causes")),
    "evaluative": (mark("{count} judgement"), mark("{count} judgements")),
}
_SUBJECTS = {
    "turnover": mark("trade of {a} with {b}"),
    "exports": mark("exports of {a} to {b}"),
    "imports": mark("imports of {a} from {b}"),
    "balance": mark("balance of the trade of {a} with {b}"),
}
_BEYOND = {
    ">": mark("every figure above {said}"),
    ">=": mark("{said} and every figure above it"),
    "<": mark("every figure below {said}"),
    "<=": mark("{said} and every figure below it"),
}
_KINDS = ("change", "multiple", "points")  # forms that the figure alone does not tell
# What a reading may choose apart from who reports, in the order in which such readings follow the plain one.
_VARIANTS = ("currency", "base", "prices", "scope", "of", "population", "as_of", "period", "dataset")


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


def product_names(folder: Path, key: str, codes: Iterable[str], language: str) -> dict[tuple[str, str], str]:
    """Names of products, from products.csv in the folder of a store, else from the classification `key`.

    A heading that has no name of its own goes by its code and the name of what it lies in.
    """
    path = folder / "products.csv"
    try:
        known = read_classification(path, key) if path.is_file() else classification(key)
    except DataError:
        return {}
    names = {}
    for code in sorted(set(codes)):
        try:
            product = known.find(code)
        except DataError:
            continue
        names["product", code] = (product.name_ru if language == "ru" else product.name) or code
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
    """Which of `STANDINGS` a claim has, by the readings that decide: none but where no reading contradicts is green."""
    if verdict is None or not verdict.readings:
        return UNCOMPARED
    supported, near, contradicted = (verdict.count(outcome) for outcome in DECIDING)
    if not supported + near + contradicted:
        return "not checkable" if verdict.count("not checkable") else "no data"
    if not contradicted:
        if not supported:
            return "near"
        return PARTLY if near else "supported"
    if not supported + near:
        return "contradicted"
    return MIXED if supported or near >= contradicted else MOSTLY_NOT


def standing_said(verdict: Verdict | None, words: Words) -> str:
    """The standing of a claim with the number of its readings: ``supported in 2 of 18 readings, contradicted in 3``."""
    key = standing(verdict)
    if verdict is None or key in (UNCOMPARED, "not checkable", "no data"):
        return outcome(key, words)
    supported, against = verdict.count("supported"), verdict.count("contradicted")
    named = "contradicted" if key in (MOSTLY_NOT, "contradicted") else "supported" if supported else "near"
    number, every = verdict.count(named), len(verdict.tested)
    if every == 1:
        return outcome(named, words)
    if number == every:
        return words(_IN_ALL[named]).format(count=words.number(every, 0))
    template = _AGAINST[named] if key == MIXED else _IN_SOME[named]
    return words(template).format(
        number=words.number(number, 0), count=words.number(every, 0), against=words.number(against, 0)
    )


def in_order(readings: Sequence[Reading]) -> list[Reading]:
    """Readings as they are shown: the plain one by whom it is told, then those with another currency, prices, scope ...

    Those that the words exclude come last.
    """
    first = next((reading.under for reading in readings if reading.as_said), {})

    def place(reading: Reading) -> tuple[bool, int]:
        other = [k for k, name in enumerate(_VARIANTS) if reading.under.get(name) != first.get(name)]
        return not reading.as_said, max(other, default=-1)

    return sorted(readings, key=place)


def sign(outcome: str) -> str:
    """The sign that goes with an outcome or a standing."""
    return STANDINGS[outcome][0]


def outcome(name: str, words: Words) -> str:
    """An outcome or a standing in words."""
    return words(STANDINGS[name][1])


def said(claim: Claim, words: Words) -> str:
    """The figure of a claim with its comparator, in plain units and with the precision it was said in."""
    shown = figure(claim, claim.value, words, extra=0)
    return words(RELATION_WORDS[claim.relation]).format(said=shown)


def between(claim: Claim, words: Words) -> str:
    """What the number stands for: by its rounding, or by what the comparator says of it."""
    relation = claim.relation
    if claim.value < 0:  # to fall by more than 5 is to end below -5
        relation = relation.translate(str.maketrans("<>", "><"))
    if relation in _BEYOND:
        return words(_BEYOND[relation]).format(said=figure(claim, claim.value, words, extra=0))
    low, high = (figure(claim, end, words, extra=1) for end in (claim.low, claim.high))
    return words(mark("from {low} to under {high}")).format(low=low, high=high)


def figure(claim: Claim, value: float | None, words: Words, extra: int = 1) -> str:
    """A figure in the unit of a claim, by `extra` digits more precise than the claim was said."""
    if value is None or not math.isfinite(value):
        return words.show(Amount(None, "count"))
    step = claim.high - claim.low
    if is_currency(claim.unit):
        size, template = next((pair for pair in _SCALES if abs(value) >= 0.9995 * pair[0]), _SCALES[-1])
        digits = _digits(step / size, extra) if size > 1 else 0
        number = words.number(value / size, digits)
        return _joined(words(template).format(currency=claim.unit, figure=number))
    if claim.unit == "rank":
        return _joined(words(mark("place {figure}")).format(figure=words.number(value, 0)))
    signed = claim.form in ("growth", "change")
    whole = claim.form == "count" and float(value).is_integer()
    number = words.number(value, 0 if whole else _digits(step, extra), signed=signed)
    if claim.unit == "%":
        return _joined(words(mark("{figure}%")).format(figure=number))
    if claim.unit == "pp":
        return _joined(words(mark("{figure} pp")).format(figure=number))
    if claim.unit == "times":
        return _joined(words(mark("{figure} times")).format(figure=number))
    return _joined(words(mark("{figure} {what}")).format(figure=number, what=choice(claim.unit, words)))


def difference(claim: Claim, value: float | None, words: Words) -> str:
    """How far the data are from what was said: per cent of a level, points of per cents, places of ranks."""
    if value is None or not math.isfinite(value):
        return words.show(Amount(None, "count"))
    if claim.unit in ("%", "pp"):
        return words.show(Amount(value / 100, "points"))
    if claim.unit == "rank":
        return _joined(_places(round(value), words))
    return words.show(Amount(value, "growth"))


def legend(words: Words) -> str:
    """What the column `Off by` counts."""
    return words(
        mark("Off by: what was said against what the data give; above zero where more was said than the data give.")
    )


def _places(apart: int, words: Words) -> str:
    """How far a rank that was said stands above (below zero) or below that of the data."""
    if abs(apart) < 2:
        return words((mark("one place above"), mark("same place"), mark("one place below"))[apart + 1])
    template = mark("{count} places above") if apart < 0 else mark("{count} places below")
    return words(template).format(count=words.number(abs(apart), 0))


def choice(value: str, words: Words) -> str:
    """What was chosen for a reading, by its name: a region, a bloc, a word of the catalogue, or a period."""
    for kind in ("region", "bloc"):
        if (kind, value) in words.names:
            return words.names[kind, value]
    if value in _CHOICES:
        return words(_CHOICES[value])
    known = words(value) if value else value  # a sentence that the verdict marked for the catalogue
    return known if known != value else period(value, words)


def currency(code: str, words: Words) -> str:
    """A currency by its code; one that has only the code of its region, by that region."""
    if is_known(code):
        return code
    return words(mark("the currency of {region} ({code})")).format(region=choice(code, words), code=code)


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
        shown = value if name == "dataset" else currency(value, words) if name == "currency" else choice(value, words)
        plain = brief and name not in _NAMED
        parts.append(shown if plain else f"{words(_UNDER[name]) if name in _UNDER else name}{JOINED}– {shown}")
    return "; ".join(parts)


def period(text: str, words: Words) -> str:
    """A period of a claim: a year or month, a span of them, or all since one.

    >>> period("2022-01..2022-04", Words("en")), period("2021..", Words("en"))
    ('January–April 2022', 'since 2021')
    """
    shown = words.show(when(text))
    if words.language == "ru":  # its months begin small within a sentence
        for month in map(words, MONTHS):
            shown = shown.replace(month, month.lower())
    return shown


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
    stretch = period(claim.period, words) if claim.period else words(mark("not said"))
    found.append(_trait(claim, mark("Period"), stretch, "period"))
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


def about(claim: Claim, words: Words) -> str:
    """Of what a figure is, in a line: measure, regions, period, scope; and what of it was not said but inferred."""
    told = [_subject(claim, words), period(claim.period, words) if claim.period else words(mark("period not said"))]
    if claim.base:
        told.append(words(mark("against {base}")).format(base=period(claim.base, words)))
    line = "; ".join([", ".join(told), *(choice(part, words) for part in (claim.scope, claim.basis) if part)])
    traits = understood(claim, words)
    for template, names in (
        (mark("{what} inferred from the text"), [one.name for one in traits if one.inferred]),
        (mark("{what} corrected by hand"), [one.name for one in traits if one.by_hand]),
    ):
        if names:
            what = ", ".join(dict.fromkeys(name.lower() for name in names))
            line += f" ({words(template).format(what=what)})"
    return line


def _subject(claim: Claim, words: Words) -> str:
    measure = choice(claim.measure, words) if claim.measure else words(mark("not said of what"))
    a, b = (choice(code, words) if code else "" for code in (claim.region, claim.partner))
    if claim.form in ("rank", "share") and a and b:
        template = (
            mark("place of {b} among the partners of {a}, by {measure}")
            if claim.form == "rank"
            else mark("share of {b} in that of {a}, {measure}")
        )
        return words(template).format(a=a, b=b, measure=measure)
    if claim.measure in _SUBJECTS and a and b:
        what = words(_SUBJECTS[claim.measure]).format(a=a, b=b)
    else:
        what = ", ".join(part for part in (measure, a, b) if part)
    return f"{what} ({words(_FORMS[claim.form])})" if claim.form in _KINDS else what


def office(role: str | None) -> str:
    """A role as it stands beside a name, without the article that it had in a sentence.

    >>> office("The President of Brava"), office("Thematic Envoy")
    ('President of Brava', 'Thematic Envoy')
    """
    return (role or "").removeprefix("The ").removeprefix("the ")


def moment(stamp: str | None) -> str:
    """A day, with the time of day where one is known.

    >>> moment("2023-06-30T00:00:00"), moment("2023-06-30T10:05:00"), moment("2023-06-30")
    ('2023-06-30', '2023-06-30 10:05', '2023-06-30')
    """
    day, _, time = (stamp or "").partition("T")
    hour = time[:5]
    return f"{day} {hour}" if hour not in ("", "00:00") else day


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


def apart_counts(whys: Iterable[str], words: Words) -> str:
    """What was told apart, by kind, in a line: ``4 dates, 1 name``."""
    counts: dict[str, int] = {}
    for why in whys:
        counts[why] = counts.get(why, 0) + 1
    told = []
    for why, count in counts.items():
        template = _COUNTED[why][count != 1] if why in _COUNTED else f"{why_of(why, words)}: {{count}}"
        told.append(words(template).replace("{count}", words.number(count, 0)))
    return ", ".join(told)


def why_of(why: str, words: Words) -> str:
    """Why words are no claim to be tested."""
    if why.startswith(DROPPED):
        return words(mark("dropped by {who}")).format(who=why.removeprefix(DROPPED))
    return words(WHYS[why]) if why in WHYS else why


def standing_counts(standings: Iterable[str], words: Words) -> list[tuple[str, str, int]]:
    """How many claims have each standing: its key, its name, the count; only those there are."""
    every = list(standings)
    return [(key, outcome(key, words), every.count(key)) for key in STANDINGS if key in every]


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
