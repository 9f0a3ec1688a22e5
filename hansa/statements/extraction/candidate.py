"""Which numbers may be claims: those with a unit, ranks among partners, counts of agreements and the like."""

from __future__ import annotations

import re
from dataclasses import replace

from hansa.statements.claim import Apart
from hansa.statements.extraction.apart import reason
from hansa.statements.extraction.gather import only
from hansa.statements.extraction.link import links
from hansa.statements.extraction.noun import Counted, counted, plausible
from hansa.statements.extraction.passage import Passage
from hansa.statements.recognition.quantity import Quantity

_OPENED = re.compile(r"\s*[(\[]\s*(?:[=~\u2248]\s*|[^\W\d]+\.?\s+){0,2}")
_SENTENCE_WORDS = re.compile(r"[.,;:()]")
_ORDINARY = (1.0, 2.0, 3.0)  # "one of them", "first of all": words that nobody takes for figures


def possible(passage: Passage, spoken: bool) -> tuple[Passage, list[Counted | None], list[Apart]]:
    """The passage with those figures that may be claims, what each counts, and the other numbers with the reason.

    spoken : somebody is known to speak.
    """
    apart: list[Apart] = []
    kept: list[Quantity] = []
    for one in passage.figures:
        numbered = _as_rank(passage, one) or _as_part(passage, one)
        why = None if numbered is not None else reason(passage, one)
        if why is None:
            kept.append(numbered or one)
        else:
            apart.append(Apart(passage.text[one.start : one.end], one.start, one.end, why))
    kept = [one for one in kept if not any(one is not other and _holds(other, one) for other in kept)]
    kept = [_with_unit(passage, one, (*kept[:place][::-1], *kept[place + 1 :])) for place, one in enumerate(kept)]
    passage = only(passage, kept)
    nouns = [counted(passage, place) if one.kind == "number" else None for place, one in enumerate(kept)]
    nouns = [noun or _more_of(passage, place, nouns[:place]) for place, noun in enumerate(nouns)]
    senses = {noun.sense for noun in nouns if noun is not None}
    final: list[Quantity] = []
    counts: list[Counted | None] = []
    for place, (one, noun) in enumerate(zip(kept, nouns, strict=True)):
        if _may_be(passage, place, noun, senses, spoken, bool(final) and final[-1].kind == "ordinal"):
            final.append(one)
            counts.append(noun)
        elif not (
            one.kind in ("number", "ordinal") and one.value in _ORDINARY and passage.low[one.start : one.end].isalpha()
        ):
            why = "order" if one.kind == "ordinal" else "no measure"
            apart.append(Apart(passage.text[one.start : one.end], one.start, one.end, why))
    return only(passage, final), counts, apart


def _holds(whole: Quantity, one: Quantity) -> bool:
    """Whether a number is a word of another: "one" of "one in every five dollars"."""
    return whole.kind == "fraction" and whole.start <= one.start and one.end < whole.end


def _as_rank(passage: Passage, one: Quantity) -> Quantity | None:
    """The number of "No. 1 partner" as the place in an order that it is; None of any other number."""
    if one.kind != "number":
        return None
    if of_the_first(passage, one):
        return replace(one, kind="ordinal")
    numbered = passage.of("reference", within=(max(passage.start, one.start - 8), one.start))
    partner = passage.of("rank", within=(one.end, min(passage.end, one.end + 24)))
    if numbered and partner and not _SENTENCE_WORDS.search(passage.low, one.end, partner[0].start):
        return replace(one, kind="ordinal")
    return None


def of_the_first(passage: Passage, one: Quantity) -> bool:
    """Whether a number says up to which place a rank goes: "among the five largest partners"."""
    words, low = links(passage.language), passage.low
    best = words.superlative.match(low, one.end)
    if one.numeral_start != one.start or not best or not words.among_first.search(low, passage.start, one.start):
        return False
    partner = passage.of("rank", within=(best.end() - 1, min(passage.end, best.end() + 30)))
    return bool(partner) and not _SENTENCE_WORDS.search(low, one.end, partner[0].start)


def _as_part(passage: Passage, one: Quantity) -> Quantity | None:
    """The part of a whole that "one in every five dollars" and "every fifth dollar" are; None of any other number."""
    words, low = links(passage.language), passage.low
    if one.kind == "money" and one.value > 1 and float(one.value).is_integer():
        led, end = words.one_in.search(low, passage.start, one.start), one.end
    elif one.kind == "ordinal" and one.value > 1 and (coin := words.coin.match(low, one.end)):
        led, end = words.every.search(low, passage.start, one.start), coin.end()
    else:
        return None
    if led is None:
        return None
    part = 1 / one.value
    return replace(
        one, start=led.start(), end=end, value=part, last_digit=part / 5, unit=None, kind="fraction", ends=None
    )


def _with_unit(passage: Passage, one: Quantity, others: tuple[Quantity, ...]) -> Quantity:
    """A bare number with a scale word is of the money beside it: "2.1 bn dollars in 2021, 2.9 bn in 2022".

    others : the other figures, those before it from the nearest on, then those after it.
    """
    last = next((other for other in others if other.kind != "number"), None)
    dated = any(0 <= time.start - one.end <= 2 for time in passage.times)
    alone = (
        one.kind == "number"
        and one.value >= 1e6
        and (dated or links(passage.language).no_noun.match(passage.low, one.end))
    )
    if last is None or last.kind != "money" or not alone:
        return one
    return replace(one, unit=last.unit, kind="money")


def _more_of(passage: Passage, place: int, before: list[Counted | None]) -> Counted | None:
    """What is counted by "will rise by another 21": the same as the first count of the sentence."""
    one = passage.figures[place]
    first = next((noun for noun in before if noun is not None), None)
    if first is None or one.kind != "number" or not links(passage.language).no_noun.match(passage.low, one.end):
        return None
    near = (max(passage.start, one.start - 16), one.start)
    more = [cue for cue in passage.of("qualifier", "preposition", within=near) if cue.sense in ("another", "by")]
    return Counted(first.sense, one.end, one.end) if more else None


def _may_be(passage: Passage, place: int, noun: Counted | None, senses: set[str], spoken: bool, ranked: bool) -> bool:
    kind = passage.figures[place].kind
    if kind == "number":
        return noun is not None and plausible(
            passage, noun, passage.figures[place].value, senses - {noun.sense}, spoken
        )
    if kind == "ordinal":
        return _ranks(passage, place, ranked)
    if kind in ("multiple", "fraction"):  # "twice" and "half" are everyday words
        return spoken or bool(passage.times or passage.places)
    return True


def _ranks(passage: Passage, place: int, ranked: bool) -> bool:
    """Whether a place in an order is one among partners in trade."""
    figure = passage.figures[place]
    start, end = passage.before(place)[0], passage.after(place)[1]
    near = passage.of("rank", within=(max(start, figure.start - 60), min(end, figure.end + 80)))
    named = [one for one in passage.places if one.start < end]
    if ranked and (
        passage.of("population", within=(figure.end, end))
        or any(m.kind == "bloc" and m.start > figure.end for m in named)
    ):
        return True
    if not near or not passage.places:
        return False
    partners = [cue for cue in passage.of("rank") if cue.sense != "place"]
    return bool(partners or passage.of("measure"))


def without_brackets(
    passage: Passage, counts: list[Counted | None]
) -> tuple[Passage, list[Counted | None], dict[int, list[Quantity]]]:
    """The passage without the amounts that an editor put in brackets after another, and these by the place of the
    figure that they convert.
    """
    kept: list[Quantity] = []
    nouns: list[Counted | None] = []
    brackets: dict[int, list[Quantity]] = {}
    for one, noun in zip(passage.figures, counts, strict=True):
        if kept and _converts(passage, kept[-1], brackets.get(len(kept) - 1, []), one):
            brackets.setdefault(len(kept) - 1, []).append(one)
        else:
            kept.append(one)
            nouns.append(noun)
    return only(passage, kept), nouns, brackets


def _converts(passage: Passage, last: Quantity, earlier: list[Quantity], one: Quantity) -> bool:
    if one.kind != "money" or last.kind != "money" or one.unit == last.unit:
        return False
    end = earlier[-1].end if earlier else last.end
    return bool(_OPENED.fullmatch(passage.low, end, one.start))
