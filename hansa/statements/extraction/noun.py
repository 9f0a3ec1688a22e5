"""What is counted: the noun that belongs to a bare number, "28 sectoral programmes"."""

from __future__ import annotations

import re
from dataclasses import dataclass

from hansa.statements.extraction.link import links
from hansa.statements.extraction.passage import Passage

_BETWEEN = re.compile(r"[\s-]+(?:[^\W\d]+(?:-[^\W\d]+)*[\s-]+){0,4}")
STRONG = ("agreements", "barriers", "contracts", "programmes", "projects", "trade houses")


@dataclass(frozen=True)
class Counted:
    """A noun that is counted: its sense, its place."""

    sense: str
    start: int
    end: int


def counted(passage: Passage, place: int) -> Counted | None:
    """The counted noun after a number, within four words and no stop or preposition between.

    In "21 joint investment projects" it is the last of nouns that follow one another; in Russian the first.
    """
    start, end = passage.after(place)
    found = None
    for cue in passage.of("counted", within=(start, min(end, start + 70))):
        between = passage.said(start, cue.start)
        if not _BETWEEN.fullmatch(between) or links(passage.language).not_counted.search(between):
            break
        if found is not None and passage.said(found.end, cue.start).strip(" -"):
            break
        said = links(passage.language).price.split(passage.said(cue.start, cue.end))[0]
        found = Counted(cue.sense, cue.start, cue.start + len(said))
        if not links(passage.language).head_last:
            break
    return found


def plausible(passage: Passage, noun: Counted, value: float, others: set[str], spoken: bool) -> bool:
    """Whether a count is one of co-operation: "191 agreements", and "regions" where agreements or a region are named.

    value : how many. others : what else is counted in the sentence. spoken : somebody is known to speak.
    """
    named = any(place.kind == "region" for place in passage.places)
    if noun.sense in STRONG:
        return spoken or named or bool(passage.times)
    if noun.sense == "countries":  # "our two countries" are none
        return value > 2 and bool(others & set(STRONG))
    together = bool(others & set(STRONG)) or any(cue.sense in STRONG for cue in passage.of("counted"))
    return together and (named or spoken)
