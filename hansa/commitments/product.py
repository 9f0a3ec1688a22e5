"""Codes of products that a register names: several in one text, and whether any data know them."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from typing import Any


def several(text: Any) -> Any:
    """Codes of an argument: text with ``|`` or commas means several; what is no text stays as it is.

    >>> several("02A, 04A"), several("02A"), several(4)
    (['02A', '04A'], '02A', 4)
    """
    if not isinstance(text, str):
        return list(text) if isinstance(text, list | tuple) else text
    parts = [part.strip() for part in text.replace("|", ",").split(",") if part.strip()]
    return parts[0] if len(parts) == 1 else parts


def is_known(code: str, known: Sequence[str]) -> bool:
    """Whether a code is known, stands above known codes (which begin with it), or below one of the finest of them.

    A code that begins with a known one is finer than the data there, unless the data are finer themselves: then it is
    one that they do not have.

    known : in their order.

    >>> known = ["04", "0401", "040110", "040120", "27A"]
    >>> [is_known(code, known) for code in ("0401", "2", "04011010", "040199", "27B", "27A;0401")]
    [True, True, True, False, False, False]
    """
    if not code:
        return False
    if _begins(known, bisect_left(known, code), code):
        return True
    for length in range(len(code) - 1, 0, -1):
        place = bisect_left(known, code[:length])
        if place < len(known) and known[place] == code[:length]:
            finer = code[length:].replace(".", "").isalnum()  # "86A;87A" is two codes in one cell, and no finer one
            return finer and not _begins(known, place + 1, known[place])
    return False


def _begins(known: Sequence[str], place: int, code: str) -> bool:
    return place < len(known) and known[place].startswith(code)
