"""Reported speech: "Trade rose, said Deputy Minister Anna Lind", by the paragraph that it stands in."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from hansa.statements.language import lexicon
from hansa.statements.recognition.sentence import LONGEST_WRAPPED, sentences
from hansa.statements.speakers.person import Person, person, person_words

_NEAR = 160  # characters looked at on either side of the verb
_CLAUSE = re.compile(r"[;:!?()\[\]\"“”«»„‘]|(?<=[^\W\d_]{4})\.\s|\n\s*\n")
_WORD = re.compile(r"[^\W\d_]+(?:['’\-][^\W\d_]+)*\.?")


@dataclass(frozen=True)
class _Telling:
    """A verb of speech at a place, and who is told to speak.

    clear : the verb has no other meaning; who : None where it is "he" or "she".
    """

    place: int
    clear: bool
    who: Person | None


def reported(
    text: str, language: str, gaps: Sequence[tuple[int, int]], known: Sequence[Person] = ()
) -> list[tuple[int, int, Person]]:
    """Paragraphs (or, where several speak in one, sentences) whose speaker is named, with their places.

    Parameters
    ----------
    text, language : the text; gaps : the stretches to look at; known : speakers named elsewhere, so that "Lind added"
        is known to be Anna Lind.

    >>> text = "Trade rose by 12 percent, Deputy Minister Anna Lind said on Monday.\\n\\nIt was a good year."
    >>> reported(text, "en", [(0, len(text))])
    [(0, 67, Person(name='Anna Lind', role='Deputy Minister'))]
    """
    tellings = [telling for first, last in gaps for telling in _tellings(text, language, first, last)]
    if not tellings:
        return []
    spans = sentences(text, language)
    found: list[tuple[int, int, Person]] = []
    people = list(known)
    last: Person | None = None
    for start, end, inside in _by_paragraph(text, gaps, spans, tellings):
        named: list[tuple[tuple[int, int], Person]] = []
        for sentence, told in inside:
            for telling in told:
                who = _resolved(telling, people) if telling.who else last
                if who:
                    named.append((sentence, who))
                    last = who
        speakers = {who for _, who in named}
        if len(speakers) == 1:
            found.append((start, end, named[0][1]))
            continue
        for sentence in dict.fromkeys(span for span, _ in named):
            here = {who for span, who in named if span == sentence}
            if len(here) == 1:
                found.append((*sentence, here.pop()))
    return found


def _by_paragraph(
    text: str, gaps: Sequence[tuple[int, int]], spans: Sequence[tuple[int, int]], tellings: Sequence[_Telling]
) -> Iterator[tuple[int, int, list[tuple[tuple[int, int], list[_Telling]]]]]:
    """Paragraphs of the gaps that hold a telling: place, end, and the tellings of each sentence."""
    starts = [span[0] for span in spans]
    inside: dict[tuple[int, int], list[_Telling]] = {}
    for telling in tellings:
        span = spans[max(bisect_right(starts, telling.place) - 1, 0)]
        inside.setdefault(span, []).append(telling)
    for first, last in gaps:
        paragraph: list[tuple[int, int]] = []
        for span in spans[bisect_left(starts, first) : bisect_left(starts, last)]:
            if paragraph and _new_paragraph(text, paragraph[-1], span):
                yield from _with_tellings(paragraph, inside)
                paragraph = []
            paragraph.append(span)
        yield from _with_tellings(paragraph, inside)


def _with_tellings(
    paragraph: list[tuple[int, int]], inside: dict[tuple[int, int], list[_Telling]]
) -> Iterator[tuple[int, int, list[tuple[tuple[int, int], list[_Telling]]]]]:
    told = [(span, inside[span]) for span in paragraph if span in inside]
    if told:
        yield paragraph[0][0], paragraph[-1][1], told


def _new_paragraph(text: str, before: tuple[int, int], after: tuple[int, int]) -> bool:
    breaks = text.count("\n", before[1], after[0])
    if breaks != 1:
        return breaks > 1
    line = text.rfind("\n", max(before[1] - LONGEST_WRAPPED - 1, 0), before[1])
    return line < 0 or text[after[0]] in '—–-«"“‘'


def _tellings(text: str, language: str, first: int, last: int) -> Iterator[_Telling]:
    """Every verb of speech between two places that has a person beside it."""
    verbs = list(_verbs(language).finditer(text, first, last))
    edges = [first, *(match.end() for match in verbs)], [*(match.start() for match in verbs), last]
    for place, match in enumerate(verbs):
        before, after = edges[0][place], edges[1][place + 1]
        left = _CLAUSE.split(text[max(before, match.start() - _NEAR) : match.start()])[-1]
        right = _CLAUSE.split(text[match.end() : min(after, match.end() + _NEAR)], maxsplit=1)[0]
        found, who = _beside(left, right, language, only_after=match["before_name"] is not None)
        if found:
            yield _Telling(match.start(), match["other"] is None, who)


def _beside(left: str, right: str, language: str, only_after: bool) -> tuple[bool, Person | None]:
    """Whether anybody is told to speak by the words on either side of a verb, and who; None for "he" or "she"."""
    words = person_words(language)
    between = lexicon(language, "document")["reported"]["between"]
    if not only_after:
        said = left.split()
        while said and said[-1].lower() in between:
            said.pop()
        if said and said[-1].lower() in words.pronouns:
            return True, None
        if who := _before_verb(" ".join(said), language):
            return True, who
    said = right.split()
    if said and said[0].lower().strip(",.") in words.pronouns:
        return True, None
    who = _after_verb(" ".join(said), language)
    return who is not None, who


def _before_verb(phrase: str, language: str) -> Person | None:
    """The person at the end of a phrase: "Anna Lind, Minister of Trade," or "the Minister of Trade Anna Lind"."""
    words = person_words(language)
    parts = [part.strip() for part in phrase.split(",")]
    if phrase.endswith(","):
        if len(parts) < 3:
            return None
        name = _trailing_name(parts[-3].split(), language)
        return person(f"{name}, {parts[-2]}", language) if name else None
    tokens = parts[-1].split()
    if not any(map(words.is_role, tokens)) and len(parts) > 1 and _trailing_name(tokens, language):
        tokens = ", ".join(parts[-2:]).split()  # an office with a comma in its name
    roles = [place for place, token in enumerate(tokens) if words.is_role(token.strip(","))]
    if roles:
        begin = roles[0]
        while begin and words.is_name(tokens[begin - 1]):
            begin -= 1
        who = person(" ".join(tokens[begin:]), language)
        full = _after_verb(" ".join(tokens[begin:]), language) if who and not who.name else None
        return full if full and full.name else who  # "President Lind at the talks in Port Lind said"
    if name := _trailing_name(tokens, language):
        return Person(name)
    return Person(tokens[-1]) if tokens and _lone_name(tokens[-1], language) else None


def _trailing_name(tokens: list[str], language: str) -> str | None:
    """A name of two to four words at the end."""
    for count in (4, 3, 2):
        after_article = tokens[-count - 1 : -count] and tokens[-count - 1].lower() in person_words(language).short
        if count > 2 and after_article:  # "of the Council Anna Lind"
            continue
        if len(tokens) >= count and (who := person(" ".join(tokens[-count:]), language)) and not who.role:
            return who.name
    return None


def _after_verb(phrase: str, language: str) -> Person | None:
    """The person at the beginning of a phrase: "Deputy Minister Anna Lind on Monday"."""
    words = person_words(language)
    first, comma, rest = phrase.partition(",")
    tokens = [match.group() for match in _WORD.finditer(first.rstrip("."))]
    audience = lexicon(language, "document")["reported"]["audience"]
    while tokens and tokens[0].lower() in audience:
        tokens = tokens[1:]
    lone = tokens[:1] != ["the"]  # "the Ministry" is no surname
    if not lone:
        tokens = tokens[1:]
    if not tokens or not any(
        words.is_role(token) or words.is_title(token) or words.is_name(token) for token in tokens[:3]
    ):
        return None
    if tokens[0].lower() in words.frequent:
        return None
    for place in range(1, len(tokens) + 1):
        following = tokens[place] if place < len(tokens) else ""
        more = words.is_name(following) or words.is_role(following) or following.lower() in words.particles
        if more or not words.is_name(tokens[place - 1]):
            continue
        who = person(" ".join(tokens[:place]), language)
        if who and who.name:
            office = rest.partition(",")[0].strip()
            apart = comma and place == len(tokens) and not who.role
            return person(f"{who.name}, {office}", language) or who if apart else who
    if lone and _lone_name(tokens[0], language):
        return Person(tokens[0])
    return Person(None, tokens[0]) if words.is_role(tokens[0]) else None


def _lone_name(word: str, language: str) -> bool:
    """Whether one word may be a surname."""
    return len(word) > 2 and not word.isupper() and person_words(language).is_name(word)


def _resolved(telling: _Telling, people: list[Person]) -> Person | None:
    """The person as first named in full: "Lind" and "the minister" are Anna Lind, the Minister of Trade.

    A single word that names nobody known may be a country, and speaks only where the verb is clear ("Norland added").
    """
    who = telling.who
    if who is None or who.name is None:
        office = (who.role or "").lower().split()[-1:] if who else []
        return next(
            (one for one in reversed(people) if one.role and set(office) <= set(one.role.lower().split())), None
        )
    last = who.name.split()[-1].lower()
    for one in people:
        if one.name and one.name.split()[-1].lower() == last and (" " not in who.name or one.name == who.name):
            return one
    if " " not in who.name and not who.role and not telling.clear:
        return None
    people.append(who)
    return who


@cache
def _verbs(language: str) -> re.Pattern[str]:
    said = lexicon(language, "document")["reported"]
    groups = "|".join(
        f"(?P<{kind}>{'|'.join(re.escape(word) for word in said[kind]) or '(?!)'})"
        for kind in ("clear", "other", "before_name")
    )
    return re.compile(rf"\b(?:{groups})\b", re.IGNORECASE)
