"""What was said, in the words of the report: the value with its comparator, and how far the figure is from it."""

from __future__ import annotations

import math
from dataclasses import replace

from hansa.statements.claim import Claim
from hansa.statements.recognition.simple_fraction import fraction_interval
from hansa.statements.verification.rounding import Judgement
from hansa.statements.verification.shown import shown
from hansa.wording import Amount, Name, Sentence, Value, mark

# What each relation of `hansa.statements.claim.RELATIONS` is in words.
RELATION_WORDS = {
    "=": mark("{said}"),
    "~": mark("about {said}"),
    "<~": mark("almost {said}"),
    ">": mark("more than {said}"),
    ">=": mark("at least {said}"),
    "<": mark("less than {said}"),
    "<=": mark("up to {said}"),
}


def value_said(claim: Claim) -> Sentence:
    """The value with what the comparator says of it.

    >>> claim = Claim("c1", "", 0, 0, 50e9, "USD", 49.5e9, 50.5e9, "level", comparator="exceeded")
    >>> value_said(claim).template
    'more than {said}'
    """
    amount: Value = replace(shown(claim.value, claim.unit), digits=_said_digits(claim))
    if claim.unit == "%" and claim.form == "share":
        amount = Amount(claim.value / 100, "share")
    if claim.unit == "rank":
        amount = Sentence(mark("place {figure}"), {"figure": amount})
    return Sentence(RELATION_WORDS[claim.relation], {"said": amount})


def _said_digits(claim: Claim) -> int:
    """How many digits were said."""
    step = claim.high - claim.low
    return max(1, round(math.log10(max(abs(claim.value) / step, 1.0)) + 0.5)) if step > 0 else 4


def in_words(claim: Claim) -> bool:
    """Whether the value is a simple fraction that stands for all that is nearest to it ("a third").

    >>> in_words(Claim("c1", "a third", 0, 7, 100 / 3, "%", 175 / 6, 110 / 3, "growth"))
    True
    """
    scale = 100 if claim.unit == "%" else 1
    ends = fraction_interval(abs(claim.value) / scale, within=1e-3)
    if ends is None:
        return False
    low, high = sorted((abs(claim.low), abs(claim.high)))
    return math.isclose(low, scale * ends[0], rel_tol=0.01) and math.isclose(high, scale * ends[1], rel_tol=0.01)


def compared(claim: Claim, judged: Judgement, figure: float, measured_in: str) -> Sentence:
    """What was said beside the figure, in a sentence."""
    values: dict[str, Value] = {"said": value_said(claim), "words": claim.text}
    if judged.outcome == "supported":
        return Sentence(_holds(claim, judged), values)
    if measured_in == "places":
        values["places"] = Amount(abs(judged.difference or 0.0), "count")
        return Sentence(mark("Said: {said}. Places between what was said and the figure: {places}."), values)
    if judged.difference is None:
        return Sentence(mark("Said: {said}. The figure is zero."), values)
    below = judged.difference < 0
    if measured_in == "points":
        values["points"] = Amount(abs(judged.difference), "hundred")
        template = (
            mark("Said: {said}. What was said is {points} percentage points below the figure.")
            if below
            else mark("Said: {said}. What was said is {points} percentage points above the figure.")
        )
        return Sentence(template, values)
    values["difference"] = Amount(abs(judged.difference), "share")
    template = (
        mark("Said: {said}. What was said is {difference} below the figure.")
        if below
        else mark("Said: {said}. What was said is {difference} above the figure.")
    )
    return Sentence(template, values)


def _holds(claim: Claim, judged: Judgement) -> str:
    if judged.understated:
        return mark("Said: {said}. This holds, and understates it: the figure is more than ten last digits beyond.")
    if in_words(claim):
        return mark("Said: “{words}”. The figure lies within the nearest simple fraction.")
    if claim.relation == "=" and claim.unit != "rank":
        return mark("Said: {said}. The figure rounds to it.")
    return mark("Said: {said}. This holds.")


def record_sentence(claim: Claim, outcome: str, best: str, highest: float, first: str) -> Sentence:
    """Whether it is a record of the series that begins in `first`; `best` is when the highest figure before it was."""
    values: dict[str, Value] = {
        "first": Name(first, "period"),
        "best": Name(best, "period"),
        "highest": shown(highest, claim.unit),
    }
    template = (
        mark("A record since {first}: the highest before was {highest}, in {best}.")
        if outcome == "supported"
        else mark("No record since {first}: it was {highest} in {best}.")
    )
    return Sentence(template, values)
