"""Text from outside, as page and screen may show it."""

from __future__ import annotations

import re

# Control characters but tab and line feed, other ends of lines, blanks of no width, marks of direction that embed,
# override or isolate, and lone surrogates.
_ACTING = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u2028-\u202e\u2060\u2066-\u2069\ufeff\ud800-\udfff]")


def visible(text: str) -> str:
    r"""Text from outside as it may be shown: what would act unseen on page or screen is written out.

    Control characters move the cursor of a terminal, and marks of direction (U+202E ...) turn what stands around them.

    >>> visible("5 \u202e0 bn\x1b[2J"), visible("two\nlines")
    ('5 ‹U+202E›0 bn‹U+001B›[2J', 'two\nlines')
    """
    return _ACTING.sub(lambda letter: f"‹U+{ord(letter[0]):04X}›", text)
