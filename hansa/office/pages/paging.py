"""A long list, a page at a time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from hansa.office.pages.frame import Asked

LONG = 50  # entries of a page


@dataclass(frozen=True)
class Sheet:
    """One page of a list. number, last : of pages, from 1. total : entries of all pages."""

    entries: tuple[Any, ...]
    number: int
    last: int
    total: int


def sheet(found: Sequence[Any], asked: str | None, long: int = LONG) -> Sheet:
    """The page that was asked for; the first where that is no number, the last where there are fewer.

    >>> sheet("abcde", "2", 2).entries, sheet("abcde", "99", 2).number, sheet("", "x").last
    (('c', 'd'), 3, 1)
    """
    last = max(1, -(-len(found) // long))
    number = min(max(1, int(asked)), last) if asked and asked.isascii() and asked.isdigit() and len(asked) < 9 else 1
    return Sheet(tuple(found[(number - 1) * long : number * long]), number, last, len(found))


def addresses(asked: Asked) -> Callable[[int], str]:
    """The address of each page of the list that is shown, with all else that was asked."""
    query = asked.request.GET.copy()

    def address(number: int) -> str:
        query["page"] = str(number)
        return f"{asked.request.path}?{query.urlencode()}"

    return address
