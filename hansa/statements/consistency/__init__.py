"""Claims held against each other: contradictions, what they imply together, outliers.

The rules are small functions, each with a docstring: `disagreement` has those on what several people say of the same
thing, `combination` those on what follows from different figures taken together.
"""

from __future__ import annotations

from collections.abc import Iterable

from hansa.statements.claim import Claim
from hansa.statements.consistency.collection import Collection, Known, Rates
from hansa.statements.consistency.combination import COMBINATIONS
from hansa.statements.consistency.disagreement import DISAGREEMENTS
from hansa.statements.consistency.finding import OUTCOMES, Finding

RULES = (*DISAGREEMENTS, *COMBINATIONS)


def findings(claims: Iterable[Claim], rates: Rates | None = None, known: Known | None = None) -> tuple[Finding, ...]:
    """What the claims of one or many documents say together, the weightiest first.

    Parameters
    ----------
    claims : of any number of documents and speakers; those that a person dropped are left out.
    rates : (currency, per currency, period) -> exchange rate, such as ``("RUB", "USD", "2022")``.
    known : (measure, region, partner, period, unit) -> (value, source): figures of the data to compare with.

    >>> from hansa.wording import Words
    >>> said = {"unit": "%", "form": "growth", "measure": "turnover", "region": "A", "partner": "B", "period": "2022"}
    >>> one = Claim("c1", "12 %", 0, 4, value=12, low=11.5, high=12.5, speaker="One", **said)
    >>> other = Claim("c1", "14.3 %", 0, 6, value=14.3, low=14.25, high=14.35, speaker="Other", **said)
    >>> for finding in findings([one, other]):
    ...     print(finding.outcome, "|", Words().say(finding.sentence))
    contradictory | Turnover of A and B, 2022, growth: “12 %” (One) against “14.3 %” (Other).
    """
    collection = Collection.of(claims, rates, known)
    found = [finding for rule in RULES for finding in rule(collection)]
    return tuple(sorted(found, key=lambda finding: (OUTCOMES.index(finding.outcome), -finding.weight)))
