"""How figures, periods and flows are shown in the sentences of a verdict."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from hansa.statements.consistency.subject import when
from hansa.statements.verification.question import Period, Question, is_currency
from hansa.wording import Amount, Name, Sentence, Value, mark

FRAMES = {"A": mark("years"), "Q": mark("quarters"), "M": mark("months")}


def flow_of(asked: Question, measure: str) -> Sentence:
    """Who trades with whom, as signs: ``{a} ↔ {b}`` for both ways, ``{a} → {b}`` for one."""
    if asked.product:
        flow = flow_of(replace(asked, product=None), measure)
        return Sentence(mark("{flow}, {product}"), {"flow": flow, "product": asked.product})
    a: Value = Name(asked.region, "region")
    b: Value = Name(asked.partner, "region") if asked.partner else Name(mark("all partners in the table"), "word")
    if measure == "imports":
        a, b = b, a
    if measure in ("exports", "imports"):
        return Sentence(mark("{a} → {b}"), {"a": a, "b": b})
    return Sentence(mark("{a} ↔ {b}"), {"a": a, "b": b})


def said(period: Period) -> Value:
    """A period as it is shown."""
    return when(period.said)


def shown(value: float, unit: str) -> Amount:
    """A figure in the unit of a claim, as it is shown."""
    if unit == "%":
        return Amount(value / 100, "growth")
    if unit == "pp":
        return Amount(value / 100, "points")
    if unit == "rank":
        return Amount(value, "count")
    if unit == "times":
        return Amount(value, "ratio")
    if is_currency(unit):
        return Amount(value, "money", unit, digits=4)
    return Amount(value, "count")


def listed(codes: Sequence[str], most: int = 6) -> str:
    """Codes in a row; of many the first, and how many there are.

    >>> listed(["2021", "2022"]), listed(list("abcdefgh"), 2)
    ('2021, 2022', 'a, b … (8)')
    """
    several = list(codes)
    return ", ".join(several[:most]) + (f" … ({len(several)})" if len(several) > most else "")


def named(codes: Sequence[str]) -> Value:
    """One or two regions by name."""
    if len(codes) == 1:
        return Name(codes[0], "region")
    return Sentence(mark("{a}, {b}"), {"a": Name(codes[0], "region"), "b": Name(codes[1], "region")})
