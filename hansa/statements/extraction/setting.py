"""What stands around a figure: the verb it is said with, its comparator, its preposition; and the form that follows."""

from __future__ import annotations

import re
from dataclasses import dataclass

from hansa.statements.extraction.cue import Cue
from hansa.statements.extraction.link import links
from hansa.statements.extraction.passage import Passage

DIRECTIONS = ("up", "down")
LEAST_INDEX = 70.0  # per cent; below it a growth rate is the growth itself
_NEAR = ("comparator", "qualifier", "preposition", "filler", "basis")  # what may stand between a verb and its figure
_GAP = re.compile(r"[\s\"'«»„“”(\[—–:~=-]*")
_BREAK = re.compile(r"[,;:]|\s[—–-]\s")
_FEW_WORDS = re.compile(r"[\s\"'»”)-]*(?:[^\W\d]+[\s-]+){0,1}")


@dataclass(frozen=True)
class Setting:
    """How a figure is said.

    start : where its words begin, with comparator and qualifiers. comparator : one of `RELATIONS`.
    preposition : ``by``, ``to``, ``from``, ``of`` or empty, whatever the language.
    verb : ``up``, ``down``, ``reach``, or empty; own : it is said of this figure, not only of the one before.
    joined : nothing stands between verb and figure but what is near it.
    share : a share is spoken of. noun : the verb is said of a growth: "the increase was".
    rate : of growth: "the growth rate slowed to 6 %".
    index : a hundred stands for the base: "the growth rate was 112 %". denied : "did not grow by".
    """

    start: int
    comparator: str = ""
    qualifiers: tuple[str, ...] = ()
    preposition: str = ""
    verb: str = ""
    own: bool = False
    joined: bool = False
    direction: str = ""
    share: bool = False
    noun: bool = False
    rate: bool = False
    index: bool = False
    forecast: bool = False
    denied: bool = False


def setting(passage: Passage, place: int, previous: Setting | None) -> Setting:
    """The setting of a figure of a passage, which takes from the figure before what is not said again."""
    before, after = passage.before(place), passage.after(place)
    near, edge = _near(passage, place)
    verbs = passage.of("verb", within=before)
    verb = verbs[-1].sense if verbs else ""
    direction = next((cue.sense for cue in reversed(verbs) if cue.sense in DIRECTIONS), "")
    joined = bool(verbs) and verbs[-1].end >= edge
    follows = _following(passage, after)
    if not verb and _preposition(near) == "by":
        follows = follows or _verb_after(passage, after)
    if follows and not (joined and verb in DIRECTIONS):
        verb, direction = verb or follows, follows
    own = bool(verb)
    share = bool(passage.of("share", within=before))
    goes_on = previous is not None and not own
    if previous is not None and not own:
        verb, direction, share = previous.verb, previous.direction, share or previous.share
        if _doubled(passage, place):
            direction = ""  # "fell by 5 percent, while imports doubled"
    reached = bool(verb) or (place > 0 and passage.figures[place - 1].kind in ("multiple", "percent", "fraction"))
    comparator, negated, leading = _comparator(passage, place, near, bool(direction), reached)
    return Setting(
        start=min(
            [cue.start for cue in near if cue.kind == "qualifier"] + leading, default=passage.figures[place].start
        ),
        comparator=comparator,
        qualifiers=_qualifiers(passage, place, near, verbs),
        preposition=_preposition(near),
        verb=verb,
        own=own,
        joined=joined,
        direction=direction,
        share=share,
        noun=_of_noun(passage, verbs),
        rate=bool(passage.of("index", within=before)) or (goes_on and previous is not None and previous.rate),
        index=_of_index(passage, place, verb == "reach" and not direction),
        forecast=_forecast(passage, place, previous, goes_on),
        denied=not negated and bool(verbs) and _negated(passage, verbs[-1].start) and comparator == "",
    )


def _doubled(passage: Passage, place: int) -> bool:
    """Whether a figure is a verb itself: "doubled"."""
    figure = passage.figures[place]
    said = passage.said(figure.numeral_start, figure.numeral_end)
    return figure.kind == "multiple" and said.isalpha() and said.endswith(links(passage.language).multiplied)


def form_of(passage: Passage, place: int, around: Setting) -> str | None:
    """The form of a figure, one of `FORMS`; None where its sentence makes it none."""
    kind = passage.figures[place].kind
    moves = around.direction in DIRECTIONS
    if kind == "ordinal":
        return "rank"
    if kind == "multiple":
        return "multiple"
    if kind == "points":
        return "change"
    if kind in ("percent", "fraction"):
        return _form_of_part(passage, place, around)
    if kind == "number":
        more = around.preposition == "by" or "another" in around.qualifiers
        return "change" if moves and more and around.preposition != "to" else "count"
    if moves and around.preposition == "by":
        return "change"
    if moves and around.own and around.joined and around.preposition in ("", "of") and around.verb in DIRECTIONS:
        return "level" if _crossed(passage, place, around) else "change"
    return "change" if around.noun and around.preposition == "" else "level"


def _crossed(passage: Passage, place: int, around: Setting) -> bool:
    """Whether a figure is a line that was crossed: "fell below 5 billion"."""
    words = passage.said(around.start, passage.figures[place].start).split()
    return bool(words) and words[0] in links(passage.language).line


def _form_of_part(passage: Passage, place: int, around: Setting) -> str | None:
    """Growth or share: "by 12 %" grows; "the share is 12 %" and "12 % of exports" do not; "+12 %" grows too."""
    moves = around.direction in DIRECTIONS
    if around.index or around.rate or _signed(passage, place):
        return "growth"
    if around.share:
        return "growth" if moves and around.preposition == "by" else "share"
    if moves and around.preposition == "by":
        return "growth"
    if _of_whole(passage, place) and not (moves and around.joined):
        return "share"
    return "growth" if moves and around.preposition != "from" else None


def _signed(passage: Passage, place: int) -> bool:
    figure = passage.figures[place]
    said = passage.low[max(passage.start, figure.start - 8) : figure.start].rstrip()
    return figure.value < 0 or said.endswith(links(passage.language).plus)


def _of_index(passage: Passage, place: int, reached: bool) -> bool:
    """Whether a per cent counts the base as a hundred: "the growth rate was 112 %", "112 % of the level of 2022"."""
    figure = passage.figures[place]
    if figure.kind != "percent" or figure.value < LEAST_INDEX:
        return False
    start, end = passage.after(place)
    if passage.of("index", within=passage.before(place)):
        return True
    if reached and any(time.base and 0 <= time.start - figure.end <= 2 for time in passage.times):
        return True
    level = passage.of("level_of", within=(start, min(end, start + 40)))
    return bool(level) and not passage.said(start, level[0].start).strip()


def _verb_after(passage: Passage, after: tuple[int, int]) -> str:
    """The direction of "by 12 % grew exports", an order of words that Russian has."""
    for cue in passage.of("verb", within=(after[0], min(after[1], after[0] + 40)))[:1]:
        if cue.sense in DIRECTIONS and _FEW_WORDS.fullmatch(passage.low, after[0], cue.start):
            return cue.sense
    return ""


def _of_whole(passage: Passage, place: int) -> bool:
    """Whether "of exports" follows: a measure within few words, without a stop between."""
    start, end = passage.after(place)
    measures = passage.of("measure", within=(start, min(end, start + 60)))
    if not measures or passage.of("after", "noun", within=(start, measures[0].start)):
        return False
    between = passage.said(start, measures[0].start)
    if _BREAK.search(between):
        return False
    of = links(passage.language).of
    return between.split()[:1] in [[word] for word in of] if of else len(between.split()) <= 4


def _near(passage: Passage, place: int) -> tuple[list[Cue], int]:
    """Cues that lead up to a figure without a word between, the nearest first; and the place where they begin."""
    first, edge = passage.before(place)
    near: list[Cue] = []
    ending: dict[int, list[Cue]] = {}
    for cue in passage.of(*_NEAR, within=(first, edge)):
        ending.setdefault(cue.end, []).append(cue)
    while edge > first:
        stop = edge
        while stop > first and _GAP.fullmatch(passage.low, stop - 1, stop):
            stop -= 1
        if stop not in ending:
            return near, stop
        near += ending[stop]
        edge = ending[stop][0].start
    return near, edge


def _comparator(
    passage: Passage, place: int, near: list[Cue], moves: bool, spoken: bool
) -> tuple[str, bool, list[int]]:
    """The word of comparison, whether a "not" has turned it, and where it begins if it stands before the figure."""
    reaches = any(cue.kind == "preposition" and cue.sense == "to" for cue in near)
    for cue in near:
        if cue.kind != "comparator":
            continue
        if cue.sense == "up to" and reaches and spoken:
            continue  # "вырос до 5": to, not up to
        if _negated(passage, cue.start):
            return (
                _TURNED.get(cue.sense, cue.sense),
                True,
                [one.start for one in _nots(passage, cue.start)] or [cue.start],
            )
        return cue.sense, False, [cue.start]
    start, end = passage.before(place)
    for cue in passage.of("verb", within=(start, end))[-1:]:
        if cue.sense == "reach" and _negated(passage, cue.start) and not moves:
            return "less than", True, []
    return _comparator_after(passage, place), False, []


def _comparator_after(passage: Passage, place: int) -> str:
    """The comparator of "50 or more"; not the one of the next figure: "50 dollars or more than 40 euros"."""
    start, end = passage.after(place)
    for cue in passage.of("comparator", within=(start, min(end, start + 14))):
        joined = passage.said(start, cue.end).split()[0] in links(passage.language).joining
        apart = end == passage.end or passage.low[cue.end : end].strip()
        if joined and apart and not passage.low[start : cue.start].strip():
            return cue.sense
    return ""


_TURNED = {"exceeded": "up to", "more than": "up to", "over": "up to", "less than": "at least", "under": "at least"}


def _negated(passage: Passage, place: int) -> bool:
    """Whether a "not" stands right before a place."""
    said = passage.low[max(passage.start, place - 12) : place].rstrip()
    return any(said.endswith(passage.low[cue.start : cue.end]) for cue in _nots(passage, place)) or said.endswith("n't")


def _nots(passage: Passage, place: int) -> list[Cue]:
    return [cue for cue in passage.of("negation") if cue.end <= place <= cue.end + 6]


def _preposition(near: list[Cue]) -> str:
    found = [cue.sense for cue in near if cue.kind == "preposition"]
    return found[-1] if found else ""


def _qualifiers(passage: Passage, place: int, near: list[Cue], verbs: tuple[Cue, ...]) -> tuple[str, ...]:
    """Those right before the figure, those of its verb, and "record" anywhere before the next figure."""
    start, end = passage.before(place)
    stop = passage.after(place)[1]
    loose = [cue for cue in passage.of("qualifier", within=(start, stop)) if cue.sense in ("record", "planned")]
    loose = [
        cue
        for cue in loose
        if cue.end <= end or not _BREAK.search(passage.low, passage.figures[place].end + 3, cue.start)
    ]
    found = [cue for cue in near if cue.kind == "qualifier"] + loose
    if verbs:
        found += [cue for cue in passage.of("qualifier", within=(verbs[-1].start, end)) if cue.start == verbs[-1].start]
    ordered = sorted({cue.start: cue for cue in found}.values(), key=lambda cue: cue.start)
    return tuple(dict.fromkeys(cue.sense for cue in ordered))


def _following(passage: Passage, after: tuple[int, int]) -> str:
    """The direction of "12 percent growth", "12 % higher"."""
    for cue in passage.of("after", within=(after[0], min(after[1], after[0] + 40)))[:1]:
        if _FEW_WORDS.fullmatch(passage.low, after[0], cue.start):
            return cue.sense
    return ""


def _of_noun(passage: Passage, verbs: tuple[Cue, ...]) -> bool:
    """Whether the verb is said of a growth: "the increase in exports was"."""
    if len(verbs) < 2 or verbs[-1].sense != "reach":
        return False
    for cue in passage.of("noun", within=(verbs[0].start, verbs[-1].start))[-1:]:
        return not _BREAK.search(passage.low, cue.end, verbs[-1].start)
    return False


def _forecast(passage: Passage, place: int, previous: Setting | None, goes_on: bool) -> bool:
    """Whether it is said to be still to come; what follows in the same clause shares it; "21 more will be signed"."""
    before, after = passage.before(place), passage.after(place)
    figure = passage.figures[place]
    if passage.of("forecast", within=before):
        return True
    if figure.kind == "multiple" and any(
        cue.kind == "forecast" and figure.start <= cue.start < figure.end for cue in passage.found
    ):
        return True  # "will double" in a word
    clause = max((stop.end() for stop in _BREAK.finditer(passage.low, *before)), default=before[0])
    if figure.kind == "number" and not passage.of("verb", within=(clause, before[1])):
        stop = _BREAK.search(passage.low, *after)
        return bool(passage.of("forecast", within=(after[0], stop.start() if stop else after[1])))
    if previous is None or not previous.forecast:
        return False
    said = passage.low[before[0] : before[1]]
    return goes_on or not _BREAK.search(said) or bool(links(passage.language).goes_on.match(said))
