"""The fractions that people say in words: one of them stands for all that is nearer to it than to the next.

Notation: share, a part of one. Source: the rule of rounding (docs/methods/statements) for figures said without digits.
"""

from __future__ import annotations

from itertools import pairwise

SIMPLE = (0.0, 1 / 10, 1 / 5, 1 / 4, 1 / 3, 2 / 5, 1 / 2, 3 / 5, 2 / 3, 3 / 4, 4 / 5, 9 / 10, 1.0)
_MIDDLES = tuple((one + other) / 2 for one, other in pairwise(SIMPLE))
_AROUND = dict(zip(SIMPLE[1:-1], pairwise(_MIDDLES), strict=True))


def fraction_interval(share: float, within: float = 1e-6) -> tuple[float, float] | None:
    """What a simple fraction stands for: from halfway to the one below it to halfway to the one above.

    None where `share` is none of `SIMPLE` to `within`, or is 0 or 1.

    >>> [round(end, 4) for end in fraction_interval(1 / 3)], fraction_interval(0.47)
    ([0.2917, 0.3667], None)
    """
    return next((ends for here, ends in _AROUND.items() if abs(share - here) <= within), None)
