"""Whose figure it is: the region and its partner, by prepositions, adjectives and the order of the words."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace

from hansa.statements.claim import Mention
from hansa.statements.extraction.cue import Cue
from hansa.statements.extraction.link import links
from hansa.statements.extraction.passage import Passage

ONE_SIDED = ("exports", "imports")
_GENITIVE = re.compile(r"'s?(?!\w)")
_DIGITS = re.compile(r"\d")


@dataclass(frozen=True)
class Pair:
    """A region and its partner; None where they are not said."""

    region: str | None = None
    partner: str | None = None


def pairs(passage: Passage, measures: list[tuple[str | None, Cue | None]], forms: list[str | None]) -> list[Pair]:
    """The pair that the words of a passage give each of its figures.

    measures : what each figure is said of and the word for it; forms : one of `FORMS` each.
    """
    found: list[Pair] = []
    known: list[Mention] = []
    for place, ((measure, cue), form) in enumerate(zip(measures, forms, strict=True)):
        here = _mentions(passage, place)
        same = place > 0 and (measure, form == "share") == (measures[place - 1][0], forms[place - 1] == "share")
        ranked = place and form == "share" and forms[place - 1] == "rank"
        if not here and place and (same or ranked or cue is None or measures[place - 1][1] == cue):
            found.append(found[-1])
            continue
        if not here and place and {measure, measures[place - 1][0]} == set(ONE_SIDED) and form == forms[place - 1]:
            found.append(found[-1])  # "exports to Kenya fell, imports rose"
            continue
        if not here and place and measure in ONE_SIDED and form not in ("rank", "share") and _one_named(found[-1]):
            found.append(found[-1])  # "trade with Kenya was 3, exports 2"
            continue
        kept = [mention for mention in known if same] if form not in ("rank", "share") else []
        subject = here or (known if place and measures[place - 1][0] is not None else [])
        roles = _roles(passage, subject, measure, cue, form)
        if form == "share" and same and len(here) == 1 and found[-1].region is not None:
            roles = Pair(found[-1].region, here[0].code)  # "40 % came from China and 25 % from Russia"
        if here and place and not same and {measure, measures[place - 1][0]} == set(ONE_SIDED):
            last = found[-1]  # "exports of Kenya to Japan were 5, imports from Japan 3"
            if roles.region is None and roles.partner == last.partner:
                roles = last
        if here and kept and same:
            last = found[-1]
            roles = replace(roles, region=roles.region or last.region, partner=roles.partner or last.partner)
            if roles.region == roles.partner:
                roles = replace(roles, partner=None)
        found.append(roles)
        known = here or known
    for place in range(len(found) - 2, -1, -1):
        if forms[place] == forms[place + 1] == "count" and found[place] == Pair():
            found[place] = found[place + 1]  # "81 agreements with 73 regions of Russia"
    return found


def several(passage: Passage, place: int) -> bool:
    """Whether more than two regions are named as the sides of a figure: "trade between Kenya, Uganda and Tanzania"."""
    words = links(passage.language)
    run: list[Mention] = []
    for one in _mentions(passage, place):
        said = passage.said(run[-1].end, one.start).replace(",", " ").split() if run else []
        if not run or any(word not in words.joining and word not in ("the", "и") for word in said):
            led = preposition(passage, one) in words.between | words.with_ | words.to | words.from_
            led = (
                led
                or any(  # "exports of Kenya", «экспорт Кении»
                    set(passage.said(cue.end, one.start).split()) <= words.of
                    for cue in passage.of("measure", within=(passage.start, one.start))[-1:]
                )
            )
            run = [one] if led else []
            continue
        run.append(one)
        if len({mention.code for mention in run}) > 2:
            return True
    return False


def _mentions(passage: Passage, place: int) -> list[Mention]:
    """Regions named between the figure before and this one, and after it up to the next stop."""
    start = _stretch(passage, place - 1) if place else passage.start
    until = _stretch(passage, place)
    return [one for one in passage.places if start <= one.start and one.end <= until and _is_side(passage, one)]


def _is_side(passage: Passage, mention: Mention) -> bool:
    """Whether a name may be one side of trade: a region, or a bloc that goods go to or come from; not one "among the
    members of" which something is.
    """
    if mention.kind == "region" or _has(passage, mention):
        return True
    words, word = links(passage.language), preposition(passage, mention)
    near = (max(passage.start, mention.start - 30), mention.start)
    if word in words.place:
        return bool(passage.of("measure", within=near))
    return word in words.to | words.from_ | words.with_


def _one_named(pair: Pair) -> bool:
    return pair.region is None and pair.partner is not None


def _has(passage: Passage, mention: Mention) -> bool:
    """Whether trade or partners are a bloc's own: "EU exports", "the EU's partner", "доля ЕС"."""
    if _GENITIVE.match(passage.low, mention.end):
        return True
    own = passage.of(
        "measure", "share", within=(max(passage.start, mention.start - 30), min(passage.end, mention.end + 30))
    )
    ahead = any(cue.end <= mention.start and not passage.said(cue.end, mention.start).strip() for cue in own)
    behind = any(mention.end <= cue.start and not passage.said(mention.end, cue.start).strip() for cue in own)
    return ahead or (behind and not preposition(passage, mention))


def _stretch(passage: Passage, place: int) -> int:
    """Where the words after a figure end that still belong to it."""
    start, end = passage.after(place)
    if place + 1 == len(passage.figures):
        return end
    for stop in links(passage.language).clause_break.finditer(passage.low, start, end):
        if not _joins(passage, stop.start(), stop.end()):
            return stop.start()
    return end


def _joins(passage: Passage, start: int, end: int) -> bool:
    """Whether an "and" stands between two names."""
    before = any(0 <= start - one.end <= 2 for one in passage.places)
    return before and any(0 <= one.start - end <= 14 for one in passage.places)


def _roles(passage: Passage, mentions: list[Mention], measure: str | None, cue: Cue | None, form: str | None) -> Pair:
    if form == "rank":
        return _of_rank(passage, mentions)
    if form == "share":
        return _of_share(passage, mentions, cue)
    if measure in ONE_SIDED:
        return _one_sided(passage, mentions, measure, cue)
    return _in_order(passage, mentions)


def _in_order(passage: Passage, mentions: list[Mention]) -> Pair:
    """Of trade between two, in the order said; alone after "with" it is the partner."""
    first, second, *_ = [*dict.fromkeys(mention.code for mention in mentions), None, None]
    if first and not second and preposition(passage, mentions[0]) in links(passage.language).with_:
        return Pair(None, first)
    return Pair(first, second)


def _one_sided(passage: Passage, mentions: list[Mention], measure: str, cue: Cue | None) -> Pair:
    """Of exports and imports, by the word before each name."""
    region = partner = None
    for mention in mentions:
        side = _side(passage, mention, measure, cue)
        if side == "partner" and partner is None:
            partner = mention.code
        elif (side == "region" and region is None) or (region is None and mention.code != partner):
            region = mention.code
        elif partner is None and mention.code != region:
            partner = mention.code
    return Pair(region, partner)


def _side(passage: Passage, mention: Mention, measure: str, cue: Cue | None) -> str:
    words, word = links(passage.language), preposition(passage, mention)
    after = cue is not None and mention.start >= cue.end
    outward = measure == "exports"
    said = mention.text.lower()
    located = said.endswith(words.locative) and said not in words.undeclined
    if word in words.to and not (word in words.place and located):
        return "partner" if outward else "region"
    if word in words.from_:
        return "region" if outward else "partner"
    if mention.adjective and after and not outward:
        return "partner"  # imports of Belarusian goods
    return "" if word in words.with_ | words.between else "region"


def _of_share(passage: Passage, mentions: list[Mention], cue: Cue | None) -> Pair:
    """The share of a partner in the trade of a region: the region stands at the word for trade."""
    if not mentions:
        return Pair()
    if preposition(passage, mentions[0]) in links(passage.language).between:
        return _in_order(passage, mentions)
    whole = next((one for one in mentions if cue is not None and _attached(passage, one, cue)), None)
    part = next((one.code for one in mentions if whole is None or one.code != whole.code), None)
    if whole is None and len({one.code for one in mentions}) > 1:
        return Pair(next(one.code for one in mentions if one.code != part), part)
    return Pair(whole.code if whole else None, part)


def _attached(passage: Passage, mention: Mention, cue: Cue) -> bool:
    """Whether a name belongs to a word: "Russian trade", "trade of Russia", "обороте России"."""
    low, high = (mention.end, cue.start) if mention.end <= cue.start else (cue.end, mention.start)
    said, words = passage.low[low:high], links(passage.language)
    if (
        len(said) > 30
        or words.clause_break.search(said)
        or _DIGITS.search(said)
        or passage.of("share", "verb", within=(low, high))
    ):
        return False
    if mention.end <= cue.start:
        return mention.adjective or bool(_GENITIVE.match(said)) or words.among.isdisjoint(said.split())
    word = preposition(passage, mention)
    return word in words.place or word not in words.with_ | words.to | words.from_ | words.between


def _of_rank(passage: Passage, mentions: list[Mention]) -> Pair:
    """Who is ranked among the partners of a region: the region is the one whose partners they are."""
    standing = passage.of("rank")
    codes = list(dict.fromkeys(mention.code for mention in mentions))
    if not standing or len(codes) < 2:
        owner = next((m for m in mentions if standing and _owns(passage, m, standing)), None)
        if owner is not None:
            ranked = _bloc_ranked(passage, standing[0].start)
            return Pair(owner.code, ranked if ranked != owner.code else None)
        return Pair(None, codes[0] if codes else None)
    owner = next((mention for mention in mentions if _owns(passage, mention, standing)), None)
    if owner is None:
        return Pair(codes[1], codes[0])
    return Pair(owner.code, next(code for code in codes if code != owner.code))


def _bloc_ranked(passage: Passage, end: int) -> str | None:
    """The bloc that is ranked itself: "the EU is the second partner of"."""
    for one in passage.places:
        if one.kind == "bloc" and one.end <= end and not _among(passage, one):
            return one.code
    return None


def _owns(passage: Passage, mention: Mention, standing: Iterable[Cue]) -> bool:
    """Whether a name stands for whose partners they are: "partner of Russia", "Russia's partners", "for Russia"."""
    words, word = links(passage.language), preposition(passage, mention)
    if word in words.owner:
        return True
    for cue in standing:
        if cue.sense == "place":
            continue
        if (
            cue.end <= mention.start
            and mention.start - cue.end < 14
            and "," not in passage.low[cue.end : mention.start]
        ):
            return word not in words.not_owner
        if mention.end <= cue.start:
            said = passage.low[mention.end : cue.start]
            if _GENITIVE.match(said) or (mention.adjective and len(said.split()) <= 3):
                return True
    return False


def preposition(passage: Passage, mention: Mention) -> str:
    """The word before a name, without "the"."""
    said = passage.low[max(passage.start, mention.start - 40) : mention.start]
    match = links(passage.language).before_name.search(said)
    return match[1] if match else ""


def _among(passage: Passage, mention: Mention) -> bool:
    """Whether a bloc is one among whose members something is."""
    said = passage.low[max(passage.start, mention.start - 30) : mention.start].split()
    return not links(passage.language).among.isdisjoint(said)


def population_of(passage: Passage, place: int) -> str | None:
    """Among whom a rank is meant, where that is said: after the figure up to the next, else before it."""
    for start, end in (passage.after(place), (passage.start, passage.before(place)[1])):
        blocs = [one for one in passage.places if one.kind == "bloc" and start <= one.start and one.end <= end]
        if start == passage.start:
            blocs = [one for one in blocs if _among(passage, one)]
        everyone = passage.of("population", within=(start, end))
        if blocs or everyone:
            places = [(bloc.start, bloc.code) for bloc in blocs] + [(cue.start, "all") for cue in everyone]
            return min(places)[1]
    return None


def named_most(mentions: Iterable[Mention]) -> tuple[str, ...]:
    """The two regions that a text names most, in the order in which they come first; empty where it names but one, or
    a third as often.

    >>> say = lambda code, place: Mention(code, place, place + 3, code)
    >>> named_most([say("BBB", 0), say("AAA", 5), say("CCC", 9), say("AAA", 20), say("BBB", 30)])
    ('BBB', 'AAA')
    """
    counts = Counter(mention.code for mention in mentions if mention.kind == "region")
    leading = counts.most_common(3)
    if len(leading) < 2 or (len(leading) == 3 and leading[2][1] == leading[1][1]):
        return ()
    chosen = {code for code, _ in leading[:2]}
    return tuple(code for code in counts if code in chosen)
