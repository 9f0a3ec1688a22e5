"""What goods a figure is said of, where it is not of all trade: "exports of furniture", "gas exports".

After "exports of" any common noun is a product unless it names all goods or an owner; before the measure, and in
Russian, where no word leads to it, only the nouns of the vocabulary are, and genitives in -ов and -ей.
"""

from __future__ import annotations

import re
from itertools import pairwise

from hansa.statements.extraction.cue import Cue, cues, expression
from hansa.statements.extraction.link import links
from hansa.statements.extraction.passage import Passage

_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_GAP = re.compile(r"[ \n]+")
_MOST = 5  # words
_STOPS = ("verb", "comparator", "preposition", "forecast", "rank", "share", "negation", "measure", "qualifier", "basis")
_MASS = ("t", "kg", "g")


def product_of(passage: Passage, cue: Cue | None, place: int | None = None) -> str | None:
    """The goods that the word for a measure is said of, in the speaker's words; None where they are not said.

    cue : the word. place : the figure, where it may be an amount of them: "200 tonnes of cheese".
    """
    if cue is None or _in_cause(passage, cue):
        return None
    found = _amount_of(passage, place) if place is not None else None
    found = found or _after(passage, cue.end, wide=cue.sense in ("exports", "imports")) or _before(passage, cue)
    return found or _share_of(passage, cue)


def _amount_of(passage: Passage, place: int) -> str | None:
    """What so many tonnes are of."""
    figure = passage.figures[place]
    return _after(passage, figure.end, wide=True) if figure.unit in _MASS else None


def _share_of(passage: Passage, cue: Cue) -> str | None:
    """Goods that have a share in trade: "the share of machinery in exports", "oil accounts for half of exports"."""
    for share in reversed(passage.of("share", within=(max(passage.start, cue.start - 60), cue.start))):
        return _after(passage, share.end, wide=False) or _before(passage, share)
    return None


def _after(passage: Passage, start: int, *, wide: bool) -> str | None:
    """The goods after a word: those led to by "of", or right after it those of the vocabulary.

    wide : goods beyond the vocabulary count too.
    """
    words = links(passage.language)
    spans = _words(passage, start)
    led = bool(words.goods) and bool(spans) and passage.said(*spans[0]) in words.goods
    if led:
        wide = wide and passage.said(*spans[0]) in words.of
        spans = spans[1:]
    ending = wide and not words.goods
    spans = _noun_phrase(passage, spans)
    if not spans:
        return None
    said = passage.said(spans[0][0], spans[-1][1])
    if _whole(said, passage.language):
        return None
    known = [span for span in spans if _known(passage.said(*span), passage.language)]
    open_ended = ending and any(passage.said(*span).endswith(words.many) for span in spans[:2])
    if not known and not open_ended and not (led and wide):
        return None
    if not led and known and not open_ended and known[0] not in spans[:2]:
        return None
    return passage.text[spans[0][0] : _end(passage, spans, known, led=led and wide)]


def _end(passage: Passage, spans: list[tuple[int, int]], known: list[tuple[int, int]], *, led: bool) -> int:
    """Where the goods end: with the phrase, else with the last noun that is known to be goods or a genitive."""
    many = links(passage.language).many
    if led:
        return spans[-1][1]
    every = expression(passage.language, "all_goods")
    ends = [span[1] for span in spans if span in known or (many and passage.said(*span).endswith(many))]
    ends += [  # "молочной продукции"
        after[1] for span, after in pairwise(spans) if span in known and every.fullmatch(passage.said(*after))
    ]
    return max(ends)


def _before(passage: Passage, cue: Cue) -> str | None:
    """The goods right before a measure: "food exports", "продовольственный экспорт"."""
    start = max(passage.start, cue.start - 40)
    ahead = [match.span() for match in _WORD.finditer(passage.low, start, cue.start)]
    chosen: list[tuple[int, int]] = []
    edge = cue.start
    for span in reversed(ahead):
        known = _known(passage.said(*span), passage.language)
        if not _GAP.fullmatch(passage.low, span[1], edge) or not known or _taken(passage, span):
            break
        chosen.insert(0, span)
        edge = span[0]
    if not chosen or _whole(passage.said(chosen[0][0], chosen[-1][1]), passage.language):
        return None
    return passage.text[chosen[0][0] : chosen[-1][1]]


def _words(passage: Passage, start: int) -> list[tuple[int, int]]:
    """The words that follow a place with nothing but blanks between."""
    found: list[tuple[int, int]] = []
    edge = start
    for match in _WORD.finditer(passage.low, start, passage.end):
        if len(found) > _MOST + 2 or not _GAP.fullmatch(passage.low, edge, match.start()):
            break
        found.append(match.span())
        edge = match.end()
    return found


def _noun_phrase(passage: Passage, spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """The words up to one that belongs to no noun; the adjective of a region before them is left out."""
    joined = links(passage.language).joining
    places = [span for span in spans[:2] if _named(passage, span)]
    while spans and spans[0] in places and passage.said(*spans[0])[-2:] != "'s":
        spans = spans[1:]
    found: list[tuple[int, int]] = []
    ends = expression(passage.language, "no_goods")
    for span in spans[:_MOST]:
        said = passage.said(*span)
        first = not found or passage.said(*found[-1]) in joined
        past = not first and said.endswith(links(passage.language).past)
        if _owner(said, passage.language):
            return []  # "exports of developing countries"
        if _taken(passage, span) or ends.fullmatch(said) or past or _proper(passage, span):
            break
        found.append(span)
    while found and passage.said(*found[-1]) in joined:
        found.pop()
    return found


def _taken(passage: Passage, span: tuple[int, int]) -> bool:
    """Whether a word is part of a figure, a time or a name, or one that says how a figure is meant."""
    start, end = span
    taken = [(one.start, one.end) for one in passage.figures]
    taken += [(one.start, one.end) for one in passage.times]
    taken += [(one.start, one.end) for one in passage.places]
    if any(first < end and start < last for first, last in taken):
        return True
    return any(cue.start < end and start < cue.end for cue in passage.of(*_STOPS))


def _named(passage: Passage, span: tuple[int, int]) -> bool:
    """Whether a word is the adjective of a region."""
    return any(one.start <= span[0] < one.end and one.adjective for one in passage.places)


def _owner(word: str, language: str) -> bool:
    """Whether a word says whose trade it is."""
    return any(cue.sense == "owner" for cue in cues(word, language, kinds=("no_goods",)))


def _proper(passage: Passage, span: tuple[int, int]) -> bool:
    """Whether a word is a name: it begins with a capital letter, and is no goods."""
    return passage.text[span[0]].isupper() and not _known(passage.said(*span), passage.language)


def _known(word: str, language: str) -> bool:
    return expression(language, "goods").fullmatch(word) is not None


def _whole(said: str, language: str) -> bool:
    """Whether words name all goods, or none: "goods and services", "the country", "domestic producers"."""
    every = [expression(language, "all_goods").fullmatch(word) for word in _WORD.findall(said)]
    owner = expression(language, "no_goods").search(said)
    return all(every) or owner is not None


def _in_cause(passage: Passage, cue: Cue) -> bool:
    """Whether a measure is part of a cause: "thanks to shipments of machinery"."""
    found = cues(passage.low, passage.language, passage.start, cue.start, kinds=("causal",))
    return bool(found) and not any(sign in passage.low[found[-1].end : cue.start] for sign in ",;")
