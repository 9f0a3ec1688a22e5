"""The claims of a document: what each figure in it says, by rules that can be read.

Sentence by sentence, where a number stands: which numbers may be claims (`candidate`), what each is said of
(`measure`), how (`setting`), when (`moment`), and whose it is (`pair`). What the sentence does not say is taken from
the sentence before or from the document, and named in `Claim.inferred`; what is no claim is told `apart`.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence

from hansa.regions.lists import Lists, lists_beside
from hansa.statements.claim import Apart, Claim, Claims
from hansa.statements.document import Document
from hansa.statements.extraction.apart import dates, untested, vague
from hansa.statements.extraction.context import Context
from hansa.statements.extraction.cue import LOOSE, Cue, cues, lowered
from hansa.statements.extraction.gather import parts, passages
from hansa.statements.extraction.pair import named_most
from hansa.statements.recognition.place_name import places
from hansa.statements.recognition.quantity import quantities
from hansa.statements.recognition.sentence import sentences
from hansa.statements.recognition.time_expression import times
from hansa.trade.store import Store


def claims(document: Document, store: Store | None = None, *, lists: Lists | None = None) -> Claims:
    """Every figure that a document claims, and what was told apart from them.

    Parameters
    ----------
    document : as `read` gives it.
    store : whose own lists of regions and blocs hold beside those of Hansa; the one that the claims will be held
        against. A region that no list names is not found in the text.
    lists : the same, where they lie elsewhere.

    Raises
    ------
    UnknownCode : statements cannot be read in the language of the document.

    >>> text = "In 2022, exports of Kenya to Japan grew by almost a third and exceeded a record $1.2 bn."
    >>> for claim in claims(Document(text, "en", spoken="2023-02-01")):
    ...     print(claim.form, claim.comparator, round(claim.value, 1), claim.unit, claim.period, claim.region)
    growth almost 33.3 % 2022 KEN
    level exceeded 1200000000.0 USD 2022 KEN
    """
    if lists is None and store is not None:
        lists = lists_beside(store.archive.folder)
    text, language = document.text, document.language
    low = lowered(text)
    spans = parts(text, sentences(text, language))
    named = places(text, language, lists)
    amounts, moments = quantities(text, language), times(text, language, document.day)
    context = Context(document, low, spans, document.regions[:2] or named_most(named), lists)
    entries: list[Claim] = []
    apart = dates(moments)
    for order, passage in passages(text, low, language, spans, amounts, moments, named):
        found, left = context.read(order, passage, len(entries))
        entries += found
        apart += left
    apart += _untested(text, low, language, spans, entries)
    return Claims(document, tuple(entries), _ordered(apart))


def _untested(
    text: str, low: str, language: str, spans: Sequence[tuple[int, int]], entries: Sequence[Claim]
) -> list[Apart]:
    """Vague numbers, causes and praise, by the sentences that hold them."""
    claimed: dict[int, list[tuple[int, int]]] = {}
    for claim in entries:
        claimed.setdefault(claim.sentence_start, []).append((claim.start, claim.end))
    apart: list[Apart] = []
    by_sentence: dict[int, list[Cue]] = {}
    starts = [start for start, _ in spans]
    for cue in cues(low, language, kinds=LOOSE):
        if cue.kind == "vague":
            apart.append(vague(text, cue))
        elif (order := bisect_right(starts, cue.start) - 1) >= 0:
            by_sentence.setdefault(order, []).append(cue)
    for order, found in by_sentence.items():
        apart += untested(text, low, language, spans[order], found, claimed.get(spans[order][0], []))
    return apart


def _ordered(apart: Sequence[Apart]) -> tuple[Apart, ...]:
    """In the order of the text; a number that is part of a vague one or of a date is not told twice."""
    whole = {place for one in apart if one.why in ("vague", "date") for place in range(one.start, one.end)}
    kept = [one for one in apart if one.why not in ("no measure", "order") or one.start not in whole]
    return tuple(sorted(kept, key=lambda one: (one.start, one.end)))
