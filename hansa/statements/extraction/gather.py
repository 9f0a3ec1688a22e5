"""The sentences of a document that hold a number, each with all that was found in it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Protocol, TypeVar

from hansa.statements.claim import Mention
from hansa.statements.extraction.cue import Cue, cues
from hansa.statements.extraction.passage import Passage
from hansa.statements.recognition.quantity import Quantity
from hansa.statements.recognition.time_expression import TimeExpression

LONGEST = 1_200  # characters of a sentence; more is a list or a table, and is read in parts
_CUTS = ("\n", "; ", ", ", " ")  # where such a part may end, best first


class Placed(Protocol):
    """Whatever stands at a place of a text."""

    @property
    def start(self) -> int: ...  # noqa: D102

    @property
    def end(self) -> int: ...  # noqa: D102


T = TypeVar("T", bound=Placed)


def passages(
    text: str,
    low: str,
    language: str,
    spans: Sequence[tuple[int, int]],
    amounts: Iterable[Quantity],
    times: Sequence[TimeExpression],
    places: Sequence[Mention],
) -> Iterator[tuple[int, Passage]]:
    """The sentences with a number that is no part of a time or a name, by their order among all."""
    by_time, by_place = _by_sentence(times, spans), _by_sentence(places, spans)
    tops = _by_sentence(_tops(low, language), spans)
    by_amount = _by_sentence(amounts, spans)
    for order in sorted(by_amount.keys() | tops.keys()):
        start, end = spans[order]
        moments, names = by_time.get(order, []), by_place.get(order, [])
        figures = [one for one in by_amount.get(order, []) if not _inside(one, moments, names)]
        moments = [time for time in moments if not any(_overlap(time, one) for one in figures)]
        firsts = _firsts(low, language, figures, tops.get(order, []))
        figures = sorted([*figures, *(first for first, _ in firsts)], key=lambda one: one.start)
        if figures:
            found = cues(low, language, start, end)
            if firsts:
                found = tuple(sorted((*found, *(noun for _, noun in firsts)), key=lambda cue: cue.start))
            yield order, Passage(text, low, language, start, end, tuple(figures), tuple(moments), tuple(names), found)


def parts(text: str, spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """The sentences, those that are too long to be one in parts.

    >>> parts("a " * 1000, [(0, 2000)])
    [(0, 1200), (1200, 2000)]
    """
    found = []
    for start, end in spans:
        while end - start > LONGEST:
            cut = _cut(text, start + LONGEST // 2, start + LONGEST)
            found.append((start, cut))
            start = cut
        found.append((start, end))
    return found


def _cut(text: str, start: int, end: int) -> int:
    for mark in _CUTS:
        place = text.rfind(mark, start, end)
        if place >= 0:
            return place + len(mark)
    return end


def only(passage: Passage, figures: Iterable[Quantity]) -> Passage:
    """The passage with some of its figures."""
    chosen = tuple(figures)
    return passage if chosen == passage.figures else replace(passage, figures=chosen)


def _by_sentence(things: Iterable[T], spans: Sequence[tuple[int, int]]) -> dict[int, list[T]]:
    found: dict[int, list[T]] = {}
    order = 0
    for thing in things:
        while order < len(spans) and spans[order][1] <= thing.start:
            order += 1
        if order == len(spans):
            break
        if spans[order][0] <= thing.start and thing.end <= spans[order][1]:
            found.setdefault(order, []).append(thing)
    return found


def _overlap(one: Placed, other: Placed) -> bool:
    return one.start < other.end and other.start < one.end


def _inside(figure: Quantity, times: list[TimeExpression], places: list[Mention]) -> bool:
    """Whether a number is part of a date or of a name; one with a unit is so only where a name holds it all."""
    if any(_overlap(figure, place) for place in places) and figure.kind in ("number", "ordinal"):
        return True
    return any(
        _overlap(figure, time)
        and (figure.unit is None or time.start <= figure.numeral_start < figure.numeral_end < time.end)
        for time in times
    )


def _tops(low: str, language: str) -> list[Cue]:
    """Words for the first place without a number: "the top partner"."""
    return [cue for cue in cues(low, language, kinds=("top",)) if cue.sense == "first"]


def _firsts(low: str, language: str, figures: list[Quantity], tops: list[Cue]) -> list[tuple[Quantity, Cue]]:
    """First places as figures, and the noun after each; "second largest partner" and "five largest" are none."""
    found = []
    for top in tops:
        if any(_counted(one, top) or _overlap(one, top) for one in figures):
            continue
        end = low.find(" ", top.start, top.end)
        figure = Quantity(top.start, end, 1.0, 1.0, None, "ordinal", None, top.start, end)
        found += [(figure, noun) for noun in cues(low, language, end, top.end, kinds=("rank",))[-1:]]
    return found


def _counted(figure: Quantity, top: Cue) -> bool:
    """Whether a number belongs to words for a first place that follow it: "second largest", "five largest"."""
    between = top.start - figure.end
    return (figure.kind == "ordinal" and 0 <= between < 12) or (figure.kind == "number" and 0 <= between < 2)
