"""Texts as they come: a file for each format, and what they have in common."""

from __future__ import annotations

from dataclasses import dataclass

from hansa.errors import DataError

MOST_TEXT = 20_000_000  # bytes or letters
MOST_BYTES = 200_000_000  # of a file with pictures and fonts


@dataclass(frozen=True)
class Content:
    """What a file holds.

    text : paragraphs with an empty line between them, or the lines of a plain text as they stand.
    title, published, source, language : where the file says them; notes : what was left out or assumed.
    """

    text: str
    title: str | None = None
    published: str | None = None
    source: str | None = None
    language: str | None = None
    notes: tuple[str, ...] = ()


def refuse_long(size: int, most: int, name: str) -> None:
    """Stop before a text is read that no one would read.

    Raises
    ------
    DataError : it is longer than `most`.
    """
    if size > most:
        raise DataError(
            f"This is {size / 1e6:,.0f} MB, and at most {most / 1e6:,.0f} MB are read at a time. "
            "Cut it into parts, a speech each.",
            file=name,
        )


def without_library(library: str, what: str) -> DataError:
    """The error to raise where a library for a format is not installed."""
    return DataError(f"{what} is read by {library}, which is not installed. Run: pip install 'hansa[text]'")
