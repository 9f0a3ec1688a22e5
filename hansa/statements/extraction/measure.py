"""Of what a figure is said: its measure, its scope, and in what growth is measured."""

from __future__ import annotations

import re
from dataclasses import dataclass

from hansa.statements.extraction.cue import Cue, expression
from hansa.statements.extraction.link import links
from hansa.statements.extraction.pair import preposition
from hansa.statements.extraction.passage import Passage

_TIGHT = re.compile(r"[\s\"'»”)-]*(?:[^\W\d]+(?:'s|')?[\s-]+){0,5}")  # few words, no stop between
_COMMA = re.compile(r"[,;]")
_WORD = re.compile(r"[^\W\d]+")


@dataclass(frozen=True)
class Subject:
    """What a figure is said of.

    measure : one of `MEASURES`, None where a pronoun or nothing stands for it. cue : the word.
    other : a subject that is none of trade. after : the word follows the figure: "$5 bn of exports".
    """

    measure: str | None
    cue: Cue | None = None
    other: bool = False
    after: bool = False


def subjects(passage: Passage) -> list[Subject]:
    """The subject of each figure of a passage.

    A measure that follows closely is the figure's where none stands before it; else the last before it; else that of
    the figure before.
    """
    found: list[Subject] = []
    used: set[int] = set()
    for place in range(len(passage.figures)):
        before, after = passage.before(place), passage.after(place)
        ahead = [cue for cue in passage.of("measure", "other", within=before) if cue.sense != "compound"]
        ahead = [cue for cue in ahead if cue.start not in used]
        tight = _tight(passage, *after)
        one: Subject | None = None
        if tight is not None and (not _trade(ahead) or _genitive(passage, after[0], tight)):
            used.add(tight.start)
            one = Subject(_measure(tight), tight, tight.kind == "other", after=True)
        elif ahead:
            cue = _head(passage, _trade(ahead) or ahead)
            priced = cue.kind == "measure" and _priced(passage, cue)
            one = Subject(None if priced else _measure(cue), cue, cue.kind == "other" or priced)
        elif found:
            one = found[-1]
        else:
            rest = (after[0], passage.end) if passage.figures[place].kind == "points" else after
            later = passage.of("measure", within=rest)
            one = Subject(later[0].sense, later[0], after=True) if later else Subject(None)
        found.append(one)
    return found


def _trade(found: list[Cue]) -> list[Cue]:
    """Those that measure trade; of several between which another subject stands, the last ones."""
    return [cue for cue in found if cue.kind == "measure"]


def _head(passage: Passage, found: list[Cue]) -> Cue:
    """The last of several; "the surplus of trade" is a balance."""
    if len(found) > 1 and found[-2].sense == "balance" and found[-1].start - found[-2].end < 20:
        return found[-2]
    return found[-1]


def _priced(passage: Passage, cue: Cue) -> bool:
    """Whether it is a price that is meant: "prices of imported cars", "export prices"; "value of exports" is not."""
    dear = links(passage.language).dear
    for other in passage.of("other", within=(max(passage.start, cue.start - 30), min(passage.end, cue.end + 12))):
        if not dear.fullmatch(passage.low, other.start, other.end):
            continue
        low, high = (other.end, cue.start) if other.end <= cue.start else (cue.end, other.start)
        if len(passage.said(low, high).split()) <= (2 if other.end <= cue.start else 0):
            return not passage.of("verb", within=(low, high)) and not _COMMA.search(passage.low, low, high)
    return False


def _measure(cue: Cue) -> str | None:
    return cue.sense if cue.kind == "measure" else None


def _tight(passage: Passage, start: int, end: int) -> Cue | None:
    """The first subject that follows a figure within few words and no stop."""
    for cue in passage.of("measure", "other", within=(start, min(end, start + 60))):
        if cue.sense == "compound":
            continue
        between = passage.said(start, cue.start)
        if _TIGHT.fullmatch(between) and not links(passage.language).stop.search(between):
            verbs = passage.of("verb", within=(start, cue.start))
            nouns = {noun.start for noun in passage.of("noun", "after", within=(start, cue.start))}
            return cue if all(verb.start in nouns for verb in verbs) else None
        return None
    return None


def _genitive(passage: Passage, start: int, cue: Cue) -> bool:
    """Whether "of" leads from a figure to a measure after it."""
    between, of = passage.said(start, cue.start), links(passage.language).of
    said = _WORD.findall(between)
    if not of:  # "31% экспорта": the case says it
        return not between.strip() and any(
            one.end == start and one.kind in ("percent", "fraction") for one in passage.figures
        )
    return bool(said) and said[0] in of


def scope_of(passage: Passage, place: int) -> str | None:
    """Goods, services, or both, where the sentence says so before the next figure."""
    before, after = passage.before(place), passage.after(place)
    for within in (before, after, (passage.start, before[0])):
        said = passage.of("scope", within=within)
        if said:
            return said[-1].sense if within != after else said[0].sense
    return None


def basis_of(passage: Passage, place: int) -> str | None:
    """In what growth is measured, where that is said: last before the figure, else right after it."""
    ahead = passage.of("basis", within=passage.before(place))
    behind = _basis_after(passage, place)
    taken = _basis_after(passage, place - 1) if place else None
    if ahead and not (behind and ahead[-1] == taken):
        return ahead[-1].sense
    return behind.sense if behind else None


def _basis_after(passage: Passage, place: int) -> Cue | None:
    start, end = passage.after(place)
    for cue in passage.of("basis", within=(start, min(end, start + 40)))[:1]:
        if not _COMMA.search(passage.low, start, cue.start):
            return cue
    return None


def goes_on(passage: Passage) -> bool:
    """Whether a sentence goes on about what was said before: up to its first figure it has no subject of its own, only
    times, places with a preposition, pronouns and the words of figures.
    """
    end = passage.figures[0].start
    taken = [(time.start, time.end) for time in passage.times]
    taken += [(place.start, place.end) for place in passage.places if preposition(passage, place)]
    taken += [(cue.start, cue.end) for cue in passage.cues if cue.start < end]
    known = [match.span() for match in expression(passage.language, "carry").finditer(passage.low, passage.start, end)]
    for word in _WORD.finditer(passage.low, passage.start, end):
        if not any(start <= word.start() and word.end() <= stop for start, stop in (*taken, *known)):
            return False
    return not passage.of("other", within=(passage.start, end))
