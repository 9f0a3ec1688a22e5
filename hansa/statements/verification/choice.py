"""One reading of a claim as choices: what is taken where the claim leaves it open."""

from __future__ import annotations

from dataclasses import dataclass

from hansa.statements.verification.ledger import View
from hansa.statements.verification.question import Period

CURRENT, CONSTANT, VOLUME = "current prices", "constant prices", "volume"
ALL = "all"


@dataclass(frozen=True)
class Choice:
    """One reading: what is chosen where the claim leaves a choice.

    currency : in which values are counted; None for that of the flows.
    base : what is compared with; None where nothing is.
    """

    view: View
    measure: str
    period: Period
    base: Period | None = None
    currency: str | None = None
    prices: str = CURRENT
    population: str = ALL
