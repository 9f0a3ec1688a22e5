"""ClaimReview is for claims that a person confirmed, has no number, and names who reviewed; a verdict can be quoted."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from hansa.errors import DataError
from hansa.provenance import Provenance, Source
from hansa.regions.lists import Lists
from hansa.statements.claim import Claim
from hansa.statements.claim_review import claim_review, confirmed, quotation
from hansa.statements.verdict import Check, Verdict
from hansa.statements.verification.reading import Reading
from hansa.wording import Name, Sentence, Words

PAGE = "https://example.org/checks/forum?x=1#top"
SAID = Claim(
    "c1",
    "by 12 %",
    11,
    18,
    12,
    "%",
    11.5,
    12.5,
    "growth",
    "Trade rose\nby 12 %.",
    speaker="A. Rook",
    role="Minister",
    spoken="2023-06-28",
    document="https://example.org/speech",
)
SOURCE = Provenance((Source("Customs", "Annual table", vintage="2022-03-01"),))
READINGS = (
    Reading("no data", {}, missing=Sentence("No table of services.")),
    Reading("near", {}, 12.9, -0.9, Sentence("It is 12.9 %.")),
    Reading("supported", {}, 12.1, -0.1, Sentence("It is 12.1 %."), method="growth", provenance=SOURCE),
    Reading("supported", {}, 12.1, -0.1, Sentence("Of services it is 12.1 %."), as_said=False),
)


def checked(*claims: Claim) -> Check:
    verdicts = tuple(Verdict(claim, READINGS, Sentence("One reading holds.")) for claim in claims)
    return Check(claims, verdicts, (), "trade")


CONFIRMED = replace(SAID, decision="confirmed")


def test_what_a_review_says():
    review = claim_review(checked(CONFIRMED), author="The Desk", url=PAGE, published="2023-07-04")
    assert review == {
        "@context": "https://schema.org",
        "@graph": [
            {
                "@type": "ClaimReview",
                "url": "https://example.org/checks/forum?x=1#t1-v1",
                "datePublished": "2023-07-04",
                "inLanguage": "en",
                "author": {"@type": "Organization", "name": "The Desk", "url": "https://example.org"},
                "claimReviewed": "Trade rose by 12 %.",
                "itemReviewed": {
                    "@type": "Claim",
                    "author": {"@type": "Person", "name": "A. Rook", "jobTitle": "Minister"},
                    "datePublished": "2023-06-28",
                    "appearance": {"@type": "CreativeWork", "url": "https://example.org/speech"},
                },
                "reviewRating": {"@type": "Rating", "alternateName": "1 of 3 readings supported"},
                "reviewBody": "One reading holds.",
            }
        ],
    }
    assert "ratingValue" not in json.dumps(review)


def test_only_what_a_person_decided_on():
    claims = (
        *(SAID, replace(SAID, key="c2", decision="dropped"), replace(SAID, key="c3", decision="corrected")),
        replace(SAID, key="c4", decision="confirmed"),
    )
    assert [verdict.claim.key for verdict in confirmed(checked(*claims))] == ["c3", "c4"]
    graph = claim_review(checked(*claims), author="The Desk", url=PAGE)["@graph"]
    assert [one["url"].split("#")[1] for one in graph] == ["t1-v3", "t1-v4"]
    assert graph[0]["datePublished"] == datetime.now(UTC).date().isoformat()


def test_what_is_not_known_is_left_out():
    bare = replace(CONFIRMED, speaker=None, role=None, spoken=None, document="speech.txt", sentence="")
    (one,) = claim_review(checked(bare), author="The Desk", url=PAGE)["@graph"]
    assert one["itemReviewed"] == {"@type": "Claim", "appearance": {"@type": "CreativeWork", "name": "speech.txt"}}
    assert one["claimReviewed"] == "by 12 %"
    (one,) = claim_review(checked(replace(bare, document="")), author="The Desk", url=PAGE)["@graph"]
    assert one["itemReviewed"] == {"@type": "Claim"}


def test_in_russian():
    (one,) = claim_review(checked(CONFIRMED), author="The Desk", url=PAGE, words=Words("ru"))["@graph"]
    assert one["reviewRating"]["alternateName"] == "прочтений подтверждено: 1 из 3"
    assert one["inLanguage"] == "ru"


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"author": " "}, "names who reviewed"),
        ({"url": ""}, "none is given"),
        ({"url": "example.org/forum"}, "is none"),
        ({"url": "javascript:alert(1)"}, "is none"),
        ({"published": "4 July"}, "Write it as 2023-07-04"),
    ],
)
def test_refusals(given, said):
    plain = {"author": "The Desk", "url": PAGE, "published": "2023-07-04"}
    with pytest.raises(DataError, match=said):
        claim_review(checked(CONFIRMED), **{**plain, **given})


def test_nothing_confirmed_is_said():
    with pytest.raises(DataError, match="No claim was confirmed by a person"):
        claim_review(checked(SAID), author="The Desk", url=PAGE)


def test_a_quotation_shows_the_reading_that_comes_closest_with_its_source():
    (verdict,) = checked(SAID).verdicts
    assert Words().say(quotation(verdict)) == (
        "“by 12 %” (A. Rook, 2023-06-28). 1 of 3 readings supported. The closest, as said: It is 12.1 %. "
        "Source: Customs, Annual table, as known on 2022-03-01. Method: growth."
    )
    assert (
        Words("ru")
        .say(quotation(verdict))
        .startswith("«by 12 %» (A. Rook, 2023-06-28): прочтений подтверждено: 1 из 3")
    )
    nothing = Verdict(SAID, (READINGS[0],), Sentence("No data."))
    assert Words().say(quotation(nothing)) == "“by 12 %” (A. Rook, 2023-06-28). No data."
    assert Words().say(quotation(Verdict(SAID, (), Sentence("Nothing to ask.")))).endswith("Nothing to ask.")


def test_a_review_points_to_the_card_of_its_claim_on_the_page():
    (one,) = claim_review(checked(CONFIRMED), author="The Desk", url=PAGE, anchors={"c1": "t2-v5"})["@graph"]
    assert one["url"].endswith("#t2-v5")


def test_regions_are_named_in_the_body():
    """ISO 3166 names them where the check brings its lists and no words are given."""
    whole = replace(checked(replace(CONFIRMED, region="NOR")), lists=Lists(None, (), ()))
    summary = Sentence("{a}", {"a": Name("NOR", "region")})
    whole = replace(whole, verdicts=tuple(replace(verdict, summary=summary) for verdict in whole.verdicts))
    (one,) = claim_review(whole, author="The Desk", url=PAGE)["@graph"]
    assert one["reviewBody"] == "Norway"
