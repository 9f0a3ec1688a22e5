"""ClaimReview of schema.org for claims that a person confirmed, and a sentence to quote a verdict with its source.

The rating has no number: "3 of 8 readings supported" is what there is to say. Properties as in https://schema.org/ClaimReview.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import urldefrag, urlsplit

from hansa.errors import DataError
from hansa.statements.claim import Claim
from hansa.statements.consistency.finding import quoted
from hansa.statements.verdict import Check, Verdict
from hansa.statements.verification.reading import OUTCOMES, Reading
from hansa.statements.verification.summary import told_by_choices
from hansa.wording import Amount, Sentence, Value, Words, mark

DECIDED = ("confirmed", "corrected")


def confirmed(check: Check) -> tuple[Verdict, ...]:
    """The verdicts on claims that a person confirmed or corrected."""
    return tuple(verdict for verdict in check.verdicts if verdict.claim.decision in DECIDED)


def claim_review(
    check: Check,
    *,
    author: str,
    url: str,
    published: str | None = None,
    words: Words | None = None,
    anchors: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """The confirmed claims of a check as JSON-LD, one ClaimReview each.

    Parameters
    ----------
    check : verdicts on claims.
    author : the organisation that reviewed them, yours.
    url : where the page with the verdicts is published; each review points into it, at the card of its claim.
    published : ISO date of that page; today by default.
    words : the language of what is said, and names; English by default.
    anchors : of the cards on that page, by the keys of claims; by default those of the page of this check alone.

    Raises
    ------
    DataError : author or url is missing or none, the date is no date, or no claim was confirmed by a person.

    >>> from hansa.statements.claim import Claim
    >>> said = Claim("c1", "12 %", 0, 4, 12, "%", 11.5, 12.5, "growth", "It rose by 12 %.", decision="confirmed")
    >>> verdict = Verdict(said, (Reading("supported", {}, 11.9), Reading("no data", {})), Sentence("One holds."))
    >>> review = claim_review(Check((said,), (verdict,), (), "trade"), author="Desk", url="https://example.org/forum")
    >>> review["@graph"][0]["reviewRating"]
    {'@type': 'Rating', 'alternateName': '1 of 2 readings supported'}
    """
    name, page = reviewer(author, url)
    day = _day(published)
    verdicts = confirmed(check)
    if not verdicts:
        raise DataError(
            "No claim was confirmed by a person, and ClaimReview is for confirmed claims only. Decide on them in the "
            'reviewed file beside the text (decision = "confirmed" or "corrected"), and check again.'
        )
    words = words or Words("en", _names(check))
    anchors = anchors or {claim.key: f"t1-v{number}" for number, claim in enumerate(check.claims, 1)}
    reviews = [_review(verdict, name, f"{page}#{anchors[verdict.claim.key]}", day, words) for verdict in verdicts]
    return {"@context": "https://schema.org", "@graph": reviews}


def _names(check: Check) -> dict[tuple[str, str], str]:
    """English names of blocs, and of the regions that claims and their readings name."""
    if check.lists is None:
        return {}
    named = {
        code for one in check.claims for code in (one.region, one.partner, *(m.code for m in one.mentions)) if code
    }
    named |= {value for one in check.verdicts for reading in one.readings for value in reading.under.values()}
    found = {("bloc", bloc.key): bloc.name or bloc.key for bloc in check.lists.blocs}
    for code in sorted(named):
        place = check.lists.place(code)
        if place is not None and place.code == code:
            found["region", code] = place.name or code
    return found


def reviewer(author: str, url: str) -> tuple[str, str]:
    """Who reviewed, and the address of the page with the verdicts, as a ClaimReview takes them.

    Raises
    ------
    DataError : author or url is missing or none.

    >>> reviewer(" The  Desk ", "https://example.org/forum#top")
    ('The Desk', 'https://example.org/forum')
    """
    name, page = " ".join(author.split()), _page(url)
    if not name:
        raise DataError("A ClaimReview names who reviewed: give your organisation as the author.")
    return name, page


def _review(verdict: Verdict, author: str, page: str, day: str, words: Words) -> dict[str, Any]:
    claim = verdict.claim
    return {
        "@type": "ClaimReview",
        "url": page,
        "datePublished": day,
        "inLanguage": words.language,
        "author": {"@type": "Organization", "name": author, "url": _site(page)},
        "claimReviewed": _said(claim),
        "itemReviewed": _item(claim),
        "reviewRating": {"@type": "Rating", "alternateName": _plain(words.say(rating(verdict)))},
        "reviewBody": _plain(words.say(verdict.summary)),
    }


def rating(verdict: Verdict) -> Sentence:
    """How many of the readings of what was said hold, or that none has a figure; never a number on a scale."""
    counts: dict[str, Value] = {
        "supported": Amount(verdict.count("supported"), "count"),
        "count": Amount(len(verdict.tested), "count"),
    }
    if all(reading.figure is None for reading in verdict.tested):
        return Sentence(mark("not checkable: no reading has a figure"))
    return Sentence(mark("{supported} of {count} readings supported"), counts)


def _item(claim: Claim) -> dict[str, Any]:
    """Who made the claim, when and where."""
    item: dict[str, Any] = {"@type": "Claim"}
    if claim.speaker:
        item["author"] = {"@type": "Person", "name": claim.speaker}
        if claim.role:
            item["author"]["jobTitle"] = claim.role
    if claim.spoken:
        item["datePublished"] = claim.spoken
    if re.match(r"https?://", claim.document):
        item["appearance"] = {"@type": "CreativeWork", "url": claim.document}
    elif claim.document:
        item["appearance"] = {"@type": "CreativeWork", "name": claim.document}
    return item


def _said(claim: Claim) -> str:
    return " ".join((claim.sentence or claim.text).split())


def _page(url: str) -> str:
    try:
        parts = urlsplit(url.strip()) if url else None
    except ValueError:  # a bracket that is not closed
        parts = None
    if not parts or parts.scheme not in ("http", "https") or not parts.netloc:
        given = f"{url!r} is none" if url else "none is given"
        raise DataError(
            f"A ClaimReview points to the page where the verdicts are published, and {given}. Give its full address, "
            "such as https://example.org/checks/forum."
        )
    return urldefrag(url.strip()).url


def _site(page: str) -> str:
    parts = urlsplit(page)
    return f"{parts.scheme}://{parts.netloc}"


def _day(published: str | None) -> str:
    if published is None:
        return datetime.now(UTC).date().isoformat()
    try:
        return date.fromisoformat(published[:10]).isoformat()
    except ValueError:
        raise DataError(f"{published!r} is no date of publication. Write it as 2023-07-04.") from None


def _plain(text: str) -> str:
    return text.replace("\N{NO-BREAK SPACE}", " ")


# ---- a sentence to copy ---------------------------------------------------------------------------------------------
def quotation(verdict: Verdict) -> Sentence:
    """Sentences to copy: who said what and when, how many readings hold, what the closest gives, its source and method.

    Where no reading has a figure, what the verdict lacks.

    >>> from hansa.provenance import Provenance, Source
    >>> said = Claim("c1", "12 %", 0, 4, 12, "%", 11.5, 12.5, "growth", speaker="Rook", spoken="2023-06-28")
    >>> source = Provenance((Source("Customs", "Annual table", vintage="2022-03-01"),))
    >>> reading = Reading("supported", {}, 11.9, arithmetic=Sentence("43.4 against 38.77 is +11.9 %."),
    ...                   method="growth", provenance=source)
    >>> for part in Words().say(quotation(Verdict(said, (reading,), Sentence("One holds.")))).split(". "):
    ...     print(part)
    “12 %” (Rook, 2023-06-28)
    1 of 1 readings supported
    43.4 against 38.77 is +11.9 %
    Source: Customs, Annual table, as known on 2022-03-01
    Method: growth.
    """
    reading = _closest(verdict.tested)
    values: dict[str, Value] = {"said": quoted(verdict.claim)}
    if reading is None or reading.arithmetic is None:
        return Sentence(mark("{said}. {why}"), {**values, "why": verdict.summary})
    values |= {"rating": rating(verdict), "why": reading.arithmetic}
    template = mark("{said}. {rating}. {why}")
    if len(verdict.tested) > 1:
        values["which"] = told_by_choices(reading, verdict.tested, verdict.claim.measure)
        template = mark("{said}. {rating}. The closest, {which}: {why}")
    whole = Sentence(template, values)
    if sources := "; ".join(source.line() for source in reading.provenance.sources):
        whole = Sentence(mark("{before} Source: {source}."), {"before": whole, "source": sources})
    if reading.method:
        whole = Sentence(mark("{before} Method: {method}."), {"before": whole, "method": reading.method})
    return whole


def _closest(readings: tuple[Reading, ...]) -> Reading | None:
    def far(reading: Reading) -> tuple[int, float]:
        return OUTCOMES.index(reading.outcome), abs(reading.difference or 0.0)

    return min(readings, key=far, default=None)
