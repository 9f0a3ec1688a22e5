"""A document cut into what a page shows: blocks by speaker, paragraphs, and in them the words that are marked."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from hansa.statements.claim import Apart, Claims
from hansa.statements.document import Document

_BETWEEN = re.compile(r"[ \t]*\n[ \t]*\n\s*")

INTRODUCED = 120  # letters before and after the beginning of a turn in which the text may name who speaks
_LINE_ENDS = re.compile(r"(\S)[ \t]*\n(?=[ \t]*\S)")


@dataclass(frozen=True)
class Piece:
    """A stretch of text, and what is marked there: claims, or words told apart.

    claims : positions of the claims in the order of the document; empty for text that is not marked, and for the rest
        of words that go on after the end of a paragraph.
    """

    text: str
    claims: tuple[int, ...] = ()
    apart: Apart | None = None


@dataclass(frozen=True)
class Block:
    """Paragraphs by one speaker, or between speakers; `named`: another one spoke before, and
    the text itself does not name the speaker just there.
    """

    speaker: str | None = None
    role: str | None = None
    named: bool = False
    paragraphs: tuple[tuple[Piece, ...], ...] = ()


@dataclass(frozen=True)
class _Span:
    start: int
    end: int
    claims: list[int] = field(default_factory=list)
    apart: Apart | None = None


def blocks(claims: Claims) -> list[Block]:
    """The text of a document with its claims and what was told apart from them, in blocks.

    >>> read = Document("Trade fell.\\n\\nIt was 5.", "en")
    >>> from hansa.statements.claim import Claim
    >>> five = Claim("c1", "5", 20, 21, 5.0, "%", 4.5, 5.5, "share")
    >>> [[[(piece.text, piece.claims) for piece in part] for part in block.paragraphs] for block in
    ...     blocks(Claims(read, (five,)))]
    [[[('Trade fell.', ())], [('It was ', ()), ('5', (0,)), ('.', ())]]]
    """
    document, spans, at = claims.document, _spans(claims), 0
    found, before = [], None
    for start, end, speaker, role in _stretches(document):
        paragraphs = []
        for first, last in _paragraphs(document.text, start, end):
            while at < len(spans) and spans[at].end <= first:
                at += 1
            paragraphs.append(tuple(_pieces(document.text, first, last, spans, at)))
        if paragraphs:
            named = speaker is not None and speaker != before and not _introduced(document.text, start, speaker)
            found.append(Block(speaker, role, named, tuple(paragraphs)))
            before = speaker
    return found


def wrapped(text: str) -> bool:
    r"""Whether lines end where they are full, as in a plain file, and not where a paragraph ends.

    >>> wrapped("We sold more\nthan before."), wrapped("A: 5 bn.\nB: 6 bn.")
    (True, False)
    """
    ends = _LINE_ENDS.findall(text)
    return 2 * sum(letter not in ".!?:;…»”\"'" for letter in ends) > len(ends)


def _stretches(document: Document) -> Iterator[tuple[int, int, str | None, str | None]]:
    """The turns, and what stands before, between and after them."""
    at = 0
    for turn in sorted(document.turns, key=lambda turn: turn.start):
        start, end = max(at, turn.start), max(at, turn.end)
        yield at, start, None, None
        yield start, end, turn.speaker, turn.role
        at = end
    yield at, len(document.text), None, None


def _introduced(text: str, start: int, speaker: str) -> bool:
    around = text[max(0, start - INTRODUCED) : start + INTRODUCED]
    return speaker.casefold() in around.casefold()


def _paragraphs(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    at = start
    for hit in _BETWEEN.finditer(text, start, end):
        if text[at : hit.start()].strip():
            yield at, hit.start()
        at = hit.end()
    if text[at:end].strip():
        yield at, end


def _spans(claims: Claims) -> list[_Span]:
    """What is marked, in order and not overlapping; claims that share words are marked together, and come first."""
    found: list[_Span] = []
    order = sorted(range(len(claims)), key=lambda place: (claims[place].start, claims[place].end))
    for place in order:
        claim = claims[place]
        start = max(claim.start, found[-1].end) if found else claim.start
        if claim.end > start:
            found.append(_Span(start, claim.end, [place]))
        elif found:
            found[-1].claims.append(place)
    return sorted([*found, *_free(claims.apart, found)], key=lambda span: span.start)


def _free(apart: Sequence[Apart], taken: Sequence[_Span]) -> Iterator[_Span]:
    """What was told apart, where no claim is and none was told apart before."""
    at, end = 0, 0
    for one in sorted(apart, key=lambda one: (one.start, -one.end)):
        start = max(one.start, end)
        while at < len(taken) and taken[at].end <= start:
            at += 1
        stop = min(one.end, taken[at].start) if at < len(taken) else one.end
        if stop > start:
            yield _Span(start, stop, apart=one)
            end = stop


def _pieces(text: str, first: int, last: int, spans: Sequence[_Span], at: int) -> Iterator[Piece]:
    here = first
    while at < len(spans) and spans[at].start < last:
        span = spans[at]
        start, end = max(here, span.start), min(span.end, last)
        if start > here:
            yield Piece(text[here:start])
        begins = span.start >= first
        yield Piece(text[start:end], tuple(span.claims) if begins else (), span.apart)
        here, at = end, at + 1
    if last > here:
        yield Piece(text[here:last])
