"""Who speaks where in a text: speaker blocks, headed quotes, interviews, and reported speech."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, replace

from hansa.statements.speakers.person import Person, person, person_words
from hansa.statements.speakers.reported import reported

_LINE = re.compile(r"[^\n]*\S[^\n]*")
_QUOTES = {"‘": "’", "“": "”", "«": "»", "„": "“”", '"': '"', "'": "'"}
_DASH = re.compile(r"\s*[—–-]\s")
_LONGEST_CUE = 160  # characters before the colon
_LONGEST_HEADING = 200
_INNER_STOP = re.compile(r"(?<=[^\W\d_]{4})\.\s|[!?;]|\d{3}")
_QUESTION = Person(None, "question")
_ANSWER = Person(None, "answer")


@dataclass(frozen=True)
class Turn:
    """A stretch of the text by one speaker.

    speaker, role : as the text names them (the role of who asks in an interview is ``question``); start, end : its
    place; heading : of a quote, where it has one; it is part of the stretch.
    """

    start: int
    end: int
    speaker: str | None = None
    role: str | None = None
    heading: str | None = None


@dataclass(frozen=True)
class _Cue:
    """A line, or the beginning of one, that says who speaks next. sure : it can be nothing else."""

    start: int
    end: int
    who: Person
    sure: bool


def turns(
    text: str, language: str, body: int = 0, speaker: str | None = None, role: str | None = None
) -> tuple[tuple[Turn, ...], tuple[str, ...]]:
    """The turns of a text in its order, and notes where who speaks is not certain.

    Parameters
    ----------
    text, language : the text; body : where it begins, below the lines that are about it.
    speaker, role : who is known to speak. All that the text gives to nobody is theirs; and so are the turns of one
        other name, which is then another spelling of it. Where the text names several, their turns stay theirs.

    >>> text = "The Minister of Trade Anna Lind:\\n\\n‘A good year’\\n\\n— Trade rose by 12 percent."
    >>> found, _ = turns(text, "en")
    >>> found[0].speaker, found[0].role, found[0].heading, text[found[0].start : found[0].end]
    ('Anna Lind', 'The Minister of Trade', 'A good year', '‘A good year’\\n\\n— Trade rose by 12 percent.')
    """
    cues = _accepted(list(_cues(text, language, body)))
    headings = list(_headings(text, body))
    found: list[Turn] = []
    gaps = [(body, cues[0].start if cues else len(text))]
    for place, cue in enumerate(cues):
        stop = cues[place + 1].start if place + 1 < len(cues) else len(text)
        end = _end_of_quote(text, cue.end, stop, headings)
        found.extend(_quotes(text, cue.end, end, headings, cue.who))
        gaps.append((end, stop))
    if speaker is None:
        known = tuple(dict.fromkeys(cue.who for cue in cues if cue.who.name))
        told = reported(text, language, gaps, known)
        found.extend(Turn(start, end, who.name, who.role) for start, end, who in told)
        answered = any(turn.role == _ANSWER.role and not turn.speaker for turn in found)
        notes = ("The answers name no speaker: say who with speaker=.",) if answered else ()
        return tuple(sorted(found, key=lambda turn: turn.start)), notes
    return _spoken_by(text, gaps, found, headings, Person(speaker, role))


def _spoken_by(
    text: str, gaps: list[tuple[int, int]], found: list[Turn], headings: list[tuple[int, int, str]], who: Person
) -> tuple[tuple[Turn, ...], tuple[str, ...]]:
    """The turns where it is known beforehand who speaks."""
    names = list(dict.fromkeys(turn.speaker for turn in found if turn.speaker and turn.speaker != who.name))
    notes: tuple[str, ...] = ()
    if len(names) > 1:
        notes = (f"You name {who.name} as the speaker, the text names {', '.join(names)}: their turns stay theirs.",)
    elif names:
        notes = (f"The text names {names[0]} as the speaker; you say {who.name}, which is taken.",)
    theirs = {name for name in names if len(names) > 1}
    whole = [turn for first, last in gaps for turn in _quotes(text, first, last, headings, who)]
    for turn in found:
        if turn.speaker not in theirs and turn.role != _QUESTION.role:
            own = turn.role if turn.role != _ANSWER.role else None
            turn = replace(turn, speaker=who.name, role=who.role or own)
        whole.append(turn)
    return tuple(sorted(whole, key=lambda turn: turn.start)), notes


def _cues(text: str, language: str, body: int) -> Iterator[_Cue]:
    words = person_words(language)
    for match in _LINE.finditer(text, body):
        line = match.group()
        colon = line.find(":", 0, _LONGEST_CUE)
        if colon < 0 or line[colon + 1 : colon + 2].strip():
            continue
        phrase = line[:colon].strip().strip("*_# ")
        if not phrase or _INNER_STOP.search(phrase):
            continue
        rest = line[colon + 1 :].strip().strip("*_")
        start, end = match.start(), match.start() + colon + 1
        bare = phrase.lower().strip(".")
        if bare in words.questions or bare in words.answers:
            yield _Cue(start, end, _QUESTION if bare in words.questions else _ANSWER, sure=False)
        elif phrase.isupper() and (who := _in_capitals(phrase, language)):
            yield _Cue(start, end, who, sure=not rest or len(rest.split()) > 2)
        elif not phrase.isupper() and (who := person(phrase, language)) and (who.name or not rest):
            yield _Cue(start, end, who, sure=who.role is not None and (who.name is not None or not rest))


def _in_capitals(phrase: str, language: str) -> Person | None:
    """The speaker of "PETROVA:" or "MS. LIND, MINISTER OF TRADE:"."""
    words = person_words(language)
    tokens = phrase.replace(",", " ").split()
    if any(token.lower().strip(".") in words.no_person | words.frequent for token in tokens[:1]):
        return None
    if len(tokens) == 1:
        return Person(phrase) if len(phrase) > 3 and phrase.isalpha() else None
    return person(phrase, language) or (Person(None, phrase) if words.is_role(tokens[0]) else None)


def _accepted(cues: list[_Cue]) -> list[_Cue]:
    """The cues that name a speaker: the sure ones, and others that come more than once or beside others."""
    names = [cue.who.name for cue in cues if cue.who.name]
    several = len(names) > 1
    interview = {cue.who for cue in cues} >= {_QUESTION, _ANSWER}
    return [
        cue for cue in cues if cue.sure or (interview if cue.who in (_QUESTION, _ANSWER) else several and cue.who.name)
    ]


def _headings(text: str, body: int) -> Iterator[tuple[int, int, str]]:
    """Headed quotes: a line in quotation marks and below it one that begins with a dash; place, end and words."""
    held: tuple[int, int, str] | None = None
    for match in _LINE.finditer(text, body):
        line = match.group().strip()
        if held and _DASH.match(match.group()):
            yield held
        held = None
        closing = _QUOTES.get(line[0], "")
        if closing and 2 < len(line) <= _LONGEST_HEADING and line[-1] in closing:
            start = match.start() + match.group().index(line[0])
            held = (start, start + len(line), line[1:-1].strip())


def _end_of_quote(text: str, start: int, stop: int, headings: list[tuple[int, int, str]]) -> int:
    """Where the words of a speaker end: with the quotation marks, where they stand in such; else where others speak."""
    first = _LINE.search(text, start, stop)
    opening = first.group().strip()[0] if first else ""
    if opening not in _QUOTES or _between(headings, start, stop):
        return stop
    closing = _QUOTES[opening]
    for match in _LINE.finditer(text, start, stop):
        line = match.group().strip()
        if line[-1] in closing or line[-2:-1] in closing:
            following = _LINE.search(text, match.end(), stop)
            if not following or following.group().strip()[0] != opening:
                return match.end()
    return stop


def _between(headings: list[tuple[int, int, str]], start: int, stop: int) -> list[tuple[int, int, str]]:
    return headings[bisect_left(headings, (start,)) : bisect_left(headings, (stop,))]


def _quotes(text: str, start: int, stop: int, headings: list[tuple[int, int, str]], who: Person) -> Iterator[Turn]:
    """What one speaker says between two places, a turn for each headed quote."""
    edges = [(start, None), *((place, heading) for place, _, heading in _between(headings, start, stop))]
    for number, (first, heading) in enumerate(edges):
        last = edges[number + 1][0] if number + 1 < len(edges) else stop
        said = text[first:last]
        if said.strip():
            first += len(said) - len(said.lstrip())
            yield Turn(first, first + len(said.strip()), who.name, who.role, heading)
