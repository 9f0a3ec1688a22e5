"""Quantities: a number with the unit that is said beside it, before or after, and ranges of them.

A number comes from `numeral`, its unit from `unit_beside`. What a bare number is (a
year, a date, a telephone number) is not decided here.
"""

from __future__ import annotations

from dataclasses import dataclass

from hansa.statements.recognition.said_range import joined
from hansa.statements.recognition.unit_beside import Said, said_numbers

_NEIGHBOURS = 12  # characters between two numbers that may be one quantity


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number with its unit.

    Parameters
    ----------
    start, end : place in the text, with the sign or words of the unit.
    value : in whole units: 50 cents are 0.5, 25 basis points 0.25, 48.5 MGBP 48.5e6; measures stay as said (5 kt is 5).
        The middle of a range.
    last_digit : size of the unit of the last digit said, in the same units.
    unit : ISO 4217, ``%``, ``pp``, or a short name such as ``t``, ``km``, ``kWh``; None of a bare number.
    kind : ``money``, ``percent``, ``points``, ``measure``, or what the numeral is: ``ordinal``, ``fraction``,
        ``multiple``, ``number``.
    ends : of a said range ("22-23 billion").
    numeral_start, numeral_end : place of the number alone (of a range: from the first to the end of the second).
    bare : the words do not say whose currency it is: a dollar alone is taken for that of the USA, a ruble for that of
        Russia, a pound for that of Britain.
    """

    start: int
    end: int
    value: float
    last_digit: float
    unit: str | None
    kind: str
    ends: tuple[float, float] | None
    numeral_start: int
    numeral_end: int
    bare: bool = False

    @property
    def interval(self) -> tuple[float, float]:
        """What it stands for by its last digit, [low, high); of a range from below its lower to above its upper end."""
        low, high = self.ends or (self.value, self.value)
        half = self.last_digit / 2
        return low - half, high + half


def quantities(text: str, language: str) -> tuple[Quantity, ...]:
    """Find every number of a text with its unit, in order and not overlapping.

    A range with one unit ("$22-23 billion", "between 5 and 7 bn", "от 10 до 12 %") is one quantity: the unit and the
    scale that are said at one end hold for both. "Rose from 10 to 12 percent" and "с 10 до 12 %" are two. Parts are
    added to the whole ("3 dollars 50 cents"). A dollar, a ruble or a pound whose country is not said is that of the
    USA, Russia or Britain, and marked ``bare``.

    >>> [(q.value, q.unit) for q in quantities("Trade rose by 12 % to $43.4 billion.", "en")]
    [(12.0, '%'), (43400000000.0, 'USD')]
    >>> [(q.value, q.unit, q.bare) for q in quantities("3 млрд рублей и 5 млн белорусских рублей", "ru")]
    [(3000000000.0, 'RUB', True), (5000000.0, 'BYN', False)]
    >>> quantities("about $22-23 billion", "en")[0].ends
    (22000000000.0, 23000000000.0)
    """
    found = said_numbers(text, language)
    result: list[Quantity] = []
    place = 0
    while place < len(found):
        one, two = found[place], found[place + 1] if place + 1 < len(found) else None
        near = two is not None and two.numeral.start - one.end < _NEIGHBOURS
        both = joined(text, one, two, language) if two is not None and near else None
        result.append(_quantity(both or one))
        place += 2 if both else 1
    return tuple(result)


def _quantity(said: Said) -> Quantity:
    numeral, unit = said.numeral, said.unit
    kind = unit.kind if unit else "number" if numeral.kind == "cardinal" else numeral.kind
    return Quantity(
        said.start,
        said.end,
        said.counted(numeral.value * said.sign),
        said.counted(numeral.last_digit),
        unit.code if unit else None,
        kind,
        said.ends,
        numeral.start,
        numeral.end,
        unit is not None and unit.bare,
    )
