"""What the document and the sentences before say, for a sentence that leaves it out; and the claims that result."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from hansa.regions.lists import Lists
from hansa.statements.claim import Apart, Claim
from hansa.statements.document import Document, Turn
from hansa.statements.extraction.candidate import possible, without_brackets
from hansa.statements.extraction.cue import cues
from hansa.statements.extraction.draft import Draft, drafts
from hansa.statements.extraction.moment import STATES
from hansa.statements.extraction.pair import ONE_SIDED, Pair
from hansa.statements.extraction.passage import Passage
from hansa.statements.extraction.product import product_of
from hansa.statements.extraction.value import value_of
from hansa.statements.recognition.place_name import places
from hansa.statements.recognition.quantity import Quantity

_BACK = 2  # sentences in which the subject of a sentence without one is looked for


class Context:
    """What is known while the sentences of a document are read one after the other.

    low : the text as `lowered` makes it; spans : places of its sentences; sides : the two regions it is about, or
    none; lists : regions and blocs that hold beside those of Hansa.
    """

    def __init__(
        self,
        document: Document,
        low: str,
        spans: Sequence[tuple[int, int]],
        sides: Sequence[str],
        lists: Lists | None,
    ) -> None:
        self.document, self.low, self.spans, self.lists = document, low, spans, lists
        self.sides = tuple(sides)
        self.turn: Turn | None = None
        self.home: str | None = None  # the region of the office of the speaker
        self.measure: str | None = None  # of the last sentence with a claim, as all that follows
        self.product: str | None = None  # that the same claim was said of
        self.pair = Pair()
        self.period: str | None = None
        self.order = -9

    def read(self, order: int, passage: Passage, before: int) -> tuple[list[Claim], list[Apart]]:
        """The claims of the sentence that comes next, and its numbers that are none.

        order : of the sentence; before : how many claims came before it.
        """
        turn = self.document.turn_at(passage.start)
        if turn is not self.turn:
            self.turn, self.measure, self.pair, self.period, self.order = turn, None, Pair(), None, -9
            self.product = None
            self.home = self._home(turn)
        passage, nouns, apart = possible(passage, turn is not None and turn.speaker is not None)
        passage, nouns, brackets = without_brackets(passage, nouns)
        entries: list[Claim] = []
        said = drafts(passage, nouns)
        money = any(draft.quantity.kind == "money" for draft in said)
        elliptic = any(draft.measure is None and draft.goes_on for draft in said)
        before_this, goods = self._measure_before(order) if elliptic else (None, None)
        for place, draft in enumerate(said):
            why = self._no_claim(draft, money, before_this)
            if why is not None:
                one = draft.quantity
                apart.append(Apart(passage.text[one.start : one.end], one.start, one.end, why))
                continue
            claim = self._claim(order, passage, draft, (before_this, goods), f"c{before + len(entries) + 1}")
            entries.append(claim)
            for one in brackets.get(place, []):
                entries.append(_converted(passage, claim, one, f"c{before + len(entries) + 1}"))
        if entries:
            self._remember(order, entries)
        return entries, apart

    def _measure_before(self, order: int) -> tuple[str | None, str | None]:
        """What the sentences right before were about, and which goods: their last claim, else the last measure that
        they name.
        """
        if order - self.order <= 1 and self.measure is not None:
            return self.measure, self.product
        first = self.turn.start if self.turn else 0
        for start, end in reversed(self.spans[max(0, order - _BACK) : order]):
            found = cues(self.low, self.document.language, start, end) if start >= first else ()
            subjects = [cue for cue in found if cue.kind in ("measure", "other") and cue.sense != "compound"]
            if subjects:
                if subjects[-1].kind != "measure":
                    return None, None
                passage = Passage(self.document.text, self.low, self.document.language, start, end, found=found)
                return subjects[-1].sense, product_of(passage, subjects[-1])
        return None, None

    def _no_claim(self, draft: Draft, money: bool, measure: str | None) -> str | None:
        """Why a figure is no claim after all."""
        if draft.form is None or draft.other:
            return "no measure"
        if draft.around.denied and draft.form in ("growth", "change"):
            return "denied"
        if draft.measure is not None:
            return None
        if not draft.goes_on:
            return "no measure"
        if measure is not None:
            return None
        verb = draft.around.verb or draft.around.forecast
        if draft.quantity.kind == "money" and verb:
            return None
        return None if draft.form == "growth" and money else "no measure"

    def _claim(
        self, order: int, passage: Passage, draft: Draft, subject: tuple[str | None, str | None], key: str
    ) -> Claim:
        around, one = draft.around, draft.quantity
        measure, product, inferred = _measured(draft, subject)
        average, forecast = "average" in around.qualifiers, around.forecast
        period, base = draft.moment.spanned(None if forecast else self.document.day, average)
        if (
            period is None
            and not average
            and draft.form not in STATES
            and order - self.order <= 1
            and self.period
            and not forecast
        ):
            period = self.period
            inferred.append("period")
        pair, context = self._pair(passage, draft, measure, order)
        population = draft.population
        if draft.form == "rank" and population is None:
            population = "all"
            inferred.append("population")
        value = value_of(
            one, draft.form or "level", around.direction, draft.noun.sense if draft.noun else None, index=around.index
        )
        end = max(one.end, draft.noun.end) if draft.noun else one.end
        return Claim(
            key=key,
            text=passage.text[around.start : end],
            start=around.start,
            end=end,
            value=value.value,
            unit=value.unit,
            low=value.low,
            high=value.high,
            form=draft.form or "level",
            sentence=passage.sentence,
            sentence_start=passage.start,
            comparator=around.comparator,
            qualifiers=(*around.qualifiers, "several") if draft.several else around.qualifiers,
            measure=measure,
            scope=draft.scope,
            product=product,
            basis=draft.basis,
            region=pair.region,
            partner=pair.partner,
            population=population,
            period=period,
            base=draft.moment.base(period) or base,
            forecast=forecast or _to_come(period, self.document.day),
            speaker=self.turn.speaker if self.turn else None,
            role=self.turn.role if self.turn else None,
            spoken=self.document.spoken or self.document.day,
            document=self.document.source or self.document.title or "",
            mentions=passage.places,
            inferred=(*inferred, *context),
        )

    def _pair(self, passage: Passage, draft: Draft, measure: str | None, order: int) -> tuple[Pair, tuple[str, ...]]:
        """Region and partner, and which of them come from context."""
        said = draft.pair
        if draft.several:
            return Pair(), ()
        region, partner = said.region, said.partner
        named = region is not None or partner is not None
        if not named and order - self.order <= 1 and measure == self.measure and draft.measure is None:
            region, partner = self.pair.region, self.pair.partner
        elif not named and measure not in ONE_SIDED and draft.form not in ("rank", "share") and len(self.sides) == 2:
            region, partner = self.sides
        elif named and len(self.sides) == 2:
            region, partner = region or _other(self.sides, partner), partner or _other(self.sides, region)
        elif not named and measure in ONE_SIDED and self.home in self.sides:
            region, partner = self.home, _other(self.sides, self.home)
        sided = measure in ONE_SIDED or draft.form == "rank"
        if region is None and partner not in (None, self.home) and sided:
            region = self.home
        filled = tuple(
            name
            for name, here, before in (("region", region, said.region), ("partner", partner, said.partner))
            if here is not None and before is None
        )
        return Pair(region, partner), filled

    def _home(self, turn: Turn | None) -> str | None:
        """The region that the office of a speaker names first: "Ambassador of Kenya to Japan"."""
        if turn is None or not turn.role:
            return None
        for language in dict.fromkeys((self.document.language, "en")):
            for one in places(turn.role, language, self.lists):
                if one.kind == "region":
                    return one.code
        return None

    def _remember(self, order: int, entries: list[Claim]) -> None:
        last = entries[-1]
        self.order = order
        self.product = last.product
        self.measure, self.pair = last.measure, Pair(last.region, last.partner)
        self.period = None if last.forecast else last.period


def _measured(draft: Draft, subject: tuple[str | None, str | None]) -> tuple[str | None, str | None, list[str]]:
    """Measure and product of a figure, and which of them come from the sentence before or are supposed."""
    measure, product = draft.measure, draft.product
    inferred = []
    if measure is None and subject[0] is not None:
        measure = subject[0]
        inferred.append("measure")
        if product is None and subject[1] is not None:
            product = subject[1]
            inferred.append("product")
    if draft.supposed and measure is not None:
        inferred.append("measure")
    return measure, product, inferred


def _other(sides: Sequence[str], side: str | None) -> str | None:
    """The other of two sides; None where the side is neither."""
    return sides[1 - sides.index(side)] if side in sides else None


def _to_come(period: str | None, day: str | None) -> bool:
    """Whether a period begins after the day."""
    if period is None or day is None or period.startswith(".."):
        return False
    first = period.split("..")[0]
    return first[:4] > day[:4] or (len(first) == 7 and "Q" not in first and first > day[:7])


def _converted(passage: Passage, claim: Claim, one: Quantity, key: str) -> Claim:
    """The claim of an amount that an editor gave in brackets after another."""
    value = value_of(one, claim.form, "down" if claim.value < 0 else "")
    return replace(
        claim,
        key=key,
        text=passage.text[one.start : one.end],
        start=one.start,
        end=one.end,
        value=value.value,
        unit=value.unit,
        low=value.low,
        high=value.high,
        comparator="",
        qualifiers=(),
        converts=claim.key,
    )
