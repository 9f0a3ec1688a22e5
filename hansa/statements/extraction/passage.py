"""A sentence with all that was found in it, and the words between two places of it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from hansa.statements.claim import Mention
from hansa.statements.extraction.cue import Cue
from hansa.statements.recognition.quantity import Quantity
from hansa.statements.recognition.time_expression import TimeExpression


@dataclass(frozen=True)
class Passage:
    """A sentence of a document and what stands in it, each in the order of the text.

    text : of the document; low : the same as `lowered` makes it; start, end : place of the sentence.
    figures : quantities that are no dates and no part of a name; figures[i] is looked at between its neighbours.
    times, places : expressions of time, regions and blocs. found : the cues, those within a figure or a name too.
    """

    text: str
    low: str
    language: str
    start: int
    end: int
    figures: tuple[Quantity, ...] = ()
    times: tuple[TimeExpression, ...] = ()
    places: tuple[Mention, ...] = ()
    found: tuple[Cue, ...] = ()

    @property
    def sentence(self) -> str:
        """The sentence as it stands in the text."""
        return self.text[self.start : self.end]

    @cached_property
    def cues(self) -> tuple[Cue, ...]:
        """The cues of the sentence that are no part of a figure, of a time or of a name."""
        taken = [(figure.start, figure.end) for figure in self.figures]
        taken += [(place.start, place.end) for place in self.places]
        times = [(time.start, time.end) for time in self.times]  # "more than in 2022": the time begins within the cue
        return tuple(
            cue
            for cue in self.found
            if not any(cue.start < end and start < cue.end for start, end in taken)
            and not any(start <= cue.start < end for start, end in times)
        )

    @cached_property
    def _chosen(self) -> dict[tuple[str, ...], tuple[Cue, ...]]:
        return {}

    def of(self, *kinds: str, within: tuple[int, int] | None = None) -> tuple[Cue, ...]:
        """The cues of some kinds, where `within` is given only those that lie between two places."""
        found = self._chosen.get(kinds)
        if found is None:
            found = self._chosen[kinds] = tuple(cue for cue in self.cues if cue.kind in kinds)
        if within is None or not found:
            return found
        start, end = within
        return tuple([cue for cue in found if start <= cue.start and cue.end <= end])

    def before(self, place: int) -> tuple[int, int]:
        """The stretch from the figure before this figure (or the beginning of the sentence) to it."""
        start = self.figures[place - 1].end if place else self.start
        return min(start, self.figures[place].start), self.figures[place].start

    def after(self, place: int) -> tuple[int, int]:
        """The stretch from this figure to the next (or to the end of the sentence)."""
        end = self.figures[place + 1].start if place + 1 < len(self.figures) else self.end
        return self.figures[place].end, max(end, self.figures[place].end)

    def said(self, start: int, end: int) -> str:
        """The words between two places, in small letters."""
        return self.low[start:end]
