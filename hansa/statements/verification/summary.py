"""Which readings of a claim hold, in plain language; never a single yes or no."""

from __future__ import annotations

from collections.abc import Sequence

from hansa.statements.consistency.subject import when
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
    "origin": mark("told by the origin"),
    "destination": mark("told by the destination"),
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
_POINTS = ("%", "pp")
_TOGETHER = ("period_from", "valuation", "vintage")  # they vary only where another choice does


def summary(readings: Sequence[Reading], unit: str = "") -> Sentence:
    """The sentence above the table, on the readings of what was said.

    unit : of the claim, in which the distance of near ones is said.

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
                "which": _which(counted[outcome], varying, unit),
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


def _which(readings: Sequence[Reading], varying: Sequence[str], unit: str) -> Sentence:
    """Some readings by what tells them apart from the others."""
    labels = list({repr(label): label for label in (_label(reading, varying, unit) for reading in readings)}.values())
    parts = labels[:SHOWN]
    if len(labels) > SHOWN:
        parts.append(Sentence(mark("and {number} more"), {"number": Amount(len(labels) - SHOWN, "count")}))
    return _row(parts, mark("{first}; {second}"))


def _label(reading: Reading, varying: Sequence[str], unit: str) -> Sentence:
    shown = [_word(name, reading.under[name]) for name in varying if name in reading.under]
    label = _row(shown, mark("{first}, {second}")) if shown else Sentence(mark("as said"))
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


def _word(name: str, value: str) -> Sentence:
    if name == "as_of":
        return Sentence(mark("as known on {day}"), {"day": value})
    if name == "base":
        return Sentence(mark("against {base}"), {"base": when(value)})
    if name == "told_by" and value not in WORDS:
        return Sentence(mark("told by {region}"), {"region": Name(value, "region")})
    if name == "population" and value not in WORDS:
        return Sentence(mark("among {bloc}"), {"bloc": Name(value, "bloc")})
    if name == "currency":
        return Sentence(mark("in {currency}"), {"currency": value})
    if name == "period":
        return Sentence(mark("{figure}"), {"figure": when(value)})
    return Sentence(mark("{figure}"), {"figure": Name(WORDS.get(value, value), "word")})


def _row(parts: Sequence[Sentence], template: str) -> Sentence:
    """Several sentences in a row, two by two."""
    whole = parts[0]
    for part in parts[1:]:
        whole = Sentence(template, {"first": whole, "second": part})
    return whole
