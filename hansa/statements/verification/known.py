"""What the data lend to the comparison of claims with each other: exchange rates, and levels of the pairs spoken of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from hansa import period as periods
from hansa.errors import HansaError
from hansa.statements.claim import Claim
from hansa.statements.consistency.collection import Known, KnownLevel, Rates
from hansa.statements.verification.choice import Choice
from hansa.statements.verification.exchange import DOLLAR, currency_of
from hansa.statements.verification.holdings import regions_of, tellers_of, values_of
from hansa.statements.verification.ledger import Ledger, View
from hansa.statements.verification.level import Level, level
from hansa.statements.verification.question import Period, Question, question


def rates_known(ledger: Ledger, as_of: str | None) -> Rates | None:
    """Exchange rates of the store by currency (of a country in that year, by CLDR); None where it has none."""
    try:
        table = values_of(ledger, "exchange_rate", as_of)
    except HansaError:
        return None
    found = {}
    for (region, period), value in table.items():
        currency = currency_of(region, periods.year(period))
        if currency and currency != DOLLAR:
            found[currency, DOLLAR, period] = value
    return found


def levels_known(claims: Sequence[Claim], ledger: Ledger, datasets: Sequence[str], as_of: str | None) -> Known:
    """Levels of what is spoken of, then and a year before, from the first dataset that has them.

    Where several reports tell a level, from the lowest to the highest of them.
    """
    found: dict[tuple[str, str | None, str | None, str, str], KnownLevel] = {}
    for claim in claims:
        asked = question(claim)
        if (
            not isinstance(asked, Question)
            or asked.product
            or asked.period is None
            or asked.form not in ("level", "change", "growth")
        ):
            continue
        for period in (asked.period, asked.base or asked.period.years(-1)):
            for dataset in datasets:
                if known := _level(ledger, asked, View(dataset, "goods", None, as_of), period):
                    currency, level = known
                    found.setdefault((asked.measures[0], asked.region, asked.partner, period.said, currency), level)
                    break
    return found


def _level(ledger: Ledger, asked: Question, view: View, period: Period) -> tuple[str, KnownLevel] | None:
    told: dict[str | None, Level] = {}
    try:
        for teller in tellers_of(ledger, view):
            each = replace(view, told_by=teller)
            if asked.partner is None or not {asked.region, asked.partner} <= regions_of(ledger, each):
                return None
            told[teller] = level(ledger, asked, Choice(each, asked.measures[0], period), period)
    except HansaError:
        return None
    if not told:
        return None
    best = told.get("reconciled") or next(iter(told.values()))
    values = [one.value for one in told.values()]
    source = "; ".join(source.line() for source in best.result.provenance.sources)
    return best.currency, KnownLevel(best.value, f"{source}, {view.scope}", min(values), max(values), view.scope)
