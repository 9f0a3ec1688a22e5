"""ClaimReview of schema.org for claims that a person confirmed, and a sentence to quote a verdict with its source.

The rating has no number: "3 of 8 readings supported" is what there is to say. Properties as in https://schema.org/ClaimReview.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import urldefrag, urlsplit

from hansa.errors import DataError
from hansa.statements.claim import Claim
from hansa.statements.consistency.finding import quoted
from hansa.statements.verdict import Check, Verdict
from hansa.statements.verification.reading import Reading
from hansa.wording import Amount, Sentence, Value, Words, mark

DECIDED = ("confirmed", "corrected")
BEST = ("supported", "near", "contradicted", "not checkable", "no data")


def confirmed(check: Check) -> tuple[Verdict, ...]:
    """The verdicts on claims that a person confirmed or corrected."""
    return tuple(verdict for verdict in check.verdicts if verdict.claim.decision in DECIDED)


def claim_review(
    check: Check, *, author: str, url: str, published: str | None = None, words: Words | None = None
) -> dict[str, Any]:
    """The confirmed claims of a check as JSON-LD, one ClaimReview each.

    Parameters
    ----------
    check : verdicts on claims.
    author : the organisation that reviewed them, yours.
    url : where the page with the verdicts is published; each review points into it, at the key of its claim.
    published : ISO date of that page; today by default.
    words : the language of what is said; English by default.

    Raises
    ------
    DataError : author or url is missing or none, the date is no date, or no claim was confirmed by a person.

    >>> from hansa.statements.claim import Claim
    >>> said = Claim("c1", "12 %", 0, 4, 12, "%", 11.5, 12.5, "growth", "It rose by 12 %.", decision="confirmed")
    >>> verdict = Verdict(said, (Reading("supported", {}), Reading("no data", {})), Sentence("One holds."))
    >>> review = claim_review(Check((said,), (verdict,), (), "trade"), author="Desk", url="https://example.org/forum")
    >>> review["@graph"][0]["reviewRating"]
    {'@type': 'Rating', 'alternateName': '1 of 2 readings supported'}
    """
    name, page = " ".join(author.split()), _page(url)
    if not name:
        raise DataError("A ClaimReview names who reviewed: give your organisation as the author.")
    day = _day(published)
    verdicts = confirmed(check)
    if not verdicts:
        raise DataError(
            "No claim was confirmed by a person, and ClaimReview is for confirmed claims only. Decide on them in the "
            'reviewed file beside the text (decision = "confirmed" or "corrected"), and check again.'
        )
    words = words or Words("en")
    reviews = [_review(verdict, name, page, day, words) for verdict in verdicts]
    return {"@context": "https://schema.org", "@graph": reviews}


def _review(verdict: Verdict, author: str, page: str, day: str, words: Words) -> dict[str, Any]:
    claim = verdict.claim
    return {
        "@type": "ClaimReview",
        "url": f"{page}#{claim.key}",
        "datePublished": day,
        "inLanguage": words.language,
        "author": {"@type": "Organization", "name": author, "url": _site(page)},
        "claimReviewed": _said(claim),
        "itemReviewed": _item(claim),
        "reviewRating": {"@type": "Rating", "alternateName": _plain(words.say(rating(verdict)))},
        "reviewBody": _plain(words.say(verdict.summary)),
    }


def rating(verdict: Verdict) -> Sentence:
    """How many of the readings of what was said hold; never a number on a scale."""
    counts: dict[str, Value] = {
        "supported": Amount(verdict.count("supported"), "count"),
        "count": Amount(len(verdict.tested), "count"),
    }
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
    parts = urlsplit(url.strip()) if url else None
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
    """A sentence to copy: who said what and when, what the data give by which reading, their source and the method.

    The reading shown is the one that comes closest to what was said; how many readings there are stands before it.

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
    why = (reading.arithmetic or reading.missing) if reading else None
    values: dict[str, Value] = {"said": quoted(verdict.claim), "rating": rating(verdict), "why": why or verdict.summary}
    whole = Sentence(mark("{said}. {rating}. {why}"), values)
    sources = "; ".join(source.line() for source in reading.provenance.sources) if reading else ""
    if sources:
        whole = Sentence(mark("{before} Source: {source}."), {"before": whole, "source": sources})
    if reading and reading.method:
        whole = Sentence(mark("{before} Method: {method}."), {"before": whole, "method": reading.method})
    return whole


def _closest(readings: tuple[Reading, ...]) -> Reading | None:
    def far(reading: Reading) -> tuple[int, float]:
        return BEST.index(reading.outcome), abs(reading.difference or 0.0)

    return min(readings, key=far, default=None)
