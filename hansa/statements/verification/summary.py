"""Which readings of a claim hold, in plain language; never a single yes or no."""

from __future__ import annotations

from collections.abc import Sequence

from hansa.statements.consistency.subject import when
from hansa.statements.verification.exchange import is_known
from hansa.statements.verification.reading import OUTCOMES, Reading
from hansa.wording import Amount, Name, Sentence, Value, mark

SHOWN = 3  # readings that are named for each outcome
_ONE = {
    "supported": mark("Supported by the only reading there is. {why}"),
    "near": mark("Near in the only reading there is. {why}"),
    "contradicted": mark("Contradicted by the only reading there is. {why}"),
    "not checkable": mark("Not checkable here. {why}"),
    "no data": mark("No data. {why}"),
}
_ALL = {
    "supported": mark("Supported by all {count} readings."),
    "near": mark("Near in all {count} readings, one of them: {why}"),
    "contradicted": mark("Contradicted by all {count} readings, one of them: {why}"),
    "not checkable": mark("Not checkable here in any of {count} readings. {why}"),
    "no data": mark("No data for any of {count} readings. {why}"),
}
_SOME = {
    "supported": mark("Supported by {number} of {count} readings: {which}."),
    "near": mark("Near in {number} of {count}: {which}."),
    "contradicted": mark("Contradicted by {number} of {count}: {which}."),
    "not checkable": mark("Not checkable by {number} of {count}: {which}."),
    "no data": mark("No data for {number} of {count}: {which}."),
}
# Words of readings that stand for themselves: codes, dates and names of datasets are shown as they are.
WORDS = {
    "origin": mark("by the seller's report"),
    "destination": mark("by the buyer's report"),
    "reconciled": mark("both reports reconciled"),
    "goods": mark("goods"),
    "services": mark("services"),
    "goods and services": mark("goods and services"),
    "turnover": mark("by turnover"),
    "exports": mark("by exports"),
    "imports": mark("by imports"),
    "all": mark("among all partners"),
    "constant prices": mark("at constant prices"),
    "volume": mark("by volume"),
}
# The same for trade both ways, where each of the two sides sells.
BOTH_WAYS = {
    "origin": mark("by each seller's own report"),
    "destination": mark("by each buyer's own report"),
}
_POINTS = ("%", "pp")
_TOGETHER = ("period_from", "valuation", "vintage")  # they vary only where another choice does


def summary(readings: Sequence[Reading], unit: str = "", measure: str | None = None) -> Sentence:
    """The sentence above the table, on the readings of what was said.

    unit : of the claim, in which the distance of near ones is said. measure : of the claim, which tells who sells.

    >>> summary([Reading("near", {"scope": "goods"})]).template
    'Near in the only reading there is. {why}'
    """
    said = [reading for reading in readings if reading.as_said]
    if not said:
        return Sentence(mark("No reading of what was said can be tried."))
    counted = {outcome: [one for one in said if one.outcome == outcome] for outcome in OUTCOMES}
    found = [outcome for outcome in OUTCOMES if counted[outcome]]
    count = Amount(len(said), "count")
    if len(found) == 1:
        template = (_ONE if len(said) == 1 else _ALL)[found[0]]
        return Sentence(template, {"count": count, "why": _why(said[0])})
    varying = _varying(said)
    parts = [
        Sentence(
            _SOME[outcome],
            {
                "number": Amount(len(counted[outcome]), "count"),
                "count": count,
                "which": _which(counted[outcome], said, varying, unit, measure),
            },
        )
        for outcome in found
    ]
    return _row(parts, mark("{first} {second}"))


def _why(reading: Reading) -> Value:
    return reading.arithmetic or reading.missing or ""


def _varying(readings: Sequence[Reading]) -> list[str]:
    """The choices by which the readings differ."""
    names = dict.fromkeys(name for reading in readings for name in reading.under if name not in _TOGETHER)
    values = {name: [reading.under[name] for reading in readings if name in reading.under] for name in names}
    special = ("as_of", "prices")  # not chosen at all in most readings
    return [
        name for name in names if len(set(values[name])) > 1 or (name in special and len(values[name]) < len(readings))
    ]


def _which(
    those: Sequence[Reading], every: Sequence[Reading], varying: Sequence[str], unit: str, measure: str | None
) -> Sentence:
    """Some readings by what tells them apart from the others, the closest first; never "and 1 more"."""
    if len(those) > 1 and those[0].outcome != "near" and (shared := _shared(those, every, varying)):
        return _word(shared, those[0], measure)
    near_first = sorted(those, key=lambda reading: abs(reading.difference or 0.0))
    every_label = (_label(reading, varying, unit, measure) for reading in near_first)
    labels = list({repr(label): label for label in every_label}.values())
    shown = len(labels) if len(labels) <= SHOWN else SHOWN - 1 if len(labels) == SHOWN + 1 else SHOWN
    parts = labels[:shown]
    if len(labels) > shown:
        parts.append(Sentence(mark("and {number} more"), {"number": Amount(len(labels) - shown, "count")}))
    return _row(parts, mark("{first}; {second}"))


def _shared(those: Sequence[Reading], every: Sequence[Reading], varying: Sequence[str]) -> str | None:
    """One choice that all of those have in common, and none of the others."""
    for name in varying:
        value = those[0].under.get(name)
        if value is not None and [one for one in every if one.under.get(name) == value] == list(those):
            return name
    return None


def told_by_choices(reading: Reading, readings: Sequence[Reading], measure: str | None = None) -> Sentence:
    """A reading by what tells it apart from the other readings of its claim."""
    return _chosen(reading, _varying(readings), measure)


def _chosen(reading: Reading, varying: Sequence[str], measure: str | None) -> Sentence:
    shown = [_word(name, reading, measure) for name in varying if name in reading.under]
    return _row(shown, mark("{first}, {second}")) if shown else Sentence(mark("as said"))


def _label(reading: Reading, varying: Sequence[str], unit: str, measure: str | None) -> Sentence:
    label = _chosen(reading, varying, measure)
    if reading.outcome == "near" and reading.difference:
        return Sentence(_off(reading.difference, unit), {"label": label, "off": _size(reading.difference, unit)})
    return label


def _off(difference: float, unit: str) -> str:
    below = difference < 0
    if unit in _POINTS:
        if below:
            return mark("{label} (what was said is {off} percentage points below)")
        return mark("{label} (what was said is {off} percentage points above)")
    if unit == "rank":
        return mark("{label} (places apart: {off})")
    return mark("{label} (what was said is {off} below)") if below else mark("{label} (what was said is {off} above)")


def _size(difference: float, unit: str) -> Amount:
    if unit == "rank":
        return Amount(abs(difference), "count")
    return Amount(abs(difference), "hundred" if unit in _POINTS else "share")


def _word(name: str, reading: Reading, measure: str | None) -> Sentence:
    value = reading.under[name]
    if name == "told_by" and value in BOTH_WAYS and reading.under.get("of", measure) in ("turnover", "balance"):
        return Sentence(mark("{figure}"), {"figure": Name(BOTH_WAYS[value], "word")})
    if name == "dataset":
        return Sentence(mark("{figure}"), {"figure": value})
    if name == "as_of":
        return Sentence(mark("as known on {day}"), {"day": value})
    if name == "on":
        return Sentence(mark("on {day}"), {"day": value})
    if name == "parties" and value.isupper():
        return Sentence(mark("of {region}"), {"region": Name(value, "region")})
    if name == "base":
        return Sentence(mark("against {base}"), {"base": when(value)})
    if name == "told_by" and value not in WORDS:
        return Sentence(mark("told by {region}"), {"region": Name(value, "region")})
    if name == "population" and value not in WORDS:
        return Sentence(mark("among {bloc}"), {"bloc": Name(value, "bloc")})
    if name == "partner":
        if value == "all partners":
            return Sentence(mark("with all partners"))
        return Sentence(mark("with {region}"), {"region": Name(value, "region")})
    if name == "currency":
        if is_known(value):
            return Sentence(mark("in {currency}"), {"currency": value})
        return Sentence(mark("in the currency of {region}"), {"region": Name(value, "region")})
    if name == "period":
        return Sentence(mark("{figure}"), {"figure": when(value)})
    return Sentence(mark("{figure}"), {"figure": Name(WORDS.get(value, value), "word")})


def _row(parts: Sequence[Sentence], template: str) -> Sentence:
    """Several sentences in a row, two by two."""
    whole = parts[0]
    for part in parts[1:]:
        whole = Sentence(template, {"first": whole, "second": part})
    return whole
