"""Turnover, exports, imports or balance over a stretch of time, in the currency that is asked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hansa.provenance import Provenance
from hansa.result import Result
from hansa.statements.verification.choice import Choice
from hansa.statements.verification.exchange import DOLLAR, rate_region
from hansa.statements.verification.holdings import made_of, side_of, side_tables, values_of
from hansa.statements.verification.lacking import no_rate, no_row, not_covered
from hansa.statements.verification.ledger import PAIR, Ledger, View
from hansa.statements.verification.question import Period, Question
from hansa.wording import Amount


@dataclass(frozen=True)
class Conversion:
    """What a unit of the flows' currency was worth in another.

    factors : in each period. region : whose exchange rate tells it; None where it is that of no region.
    """

    factors: tuple[float, ...]
    region: str | None
    provenance: Provenance


@dataclass(frozen=True)
class Level:
    """A sum of money over a stretch of time.

    parts : the periods it is made of. result, method, options : the answer of the catalogue that it is taken from.
    conversion : from the currency of the flows; None where there was none.
    """

    value: float
    currency: str
    rhythm: str
    parts: tuple[str, ...]
    result: Result
    method: str
    options: Mapping[str, Any]
    conversion: Conversion | None = None

    @property
    def provenance(self) -> Provenance:
        """Of the flows, and of the exchange rates where there are any."""
        read = self.result.provenance
        return read.merge(self.conversion.provenance) if self.conversion else read

    @property
    def amount(self) -> Amount:
        """As it is shown."""
        return Amount(self.value, "money", self.currency, digits=4)


def level(ledger: Ledger, asked: Question, choice: Choice, period: Period) -> Level:
    """Turnover, exports, imports or balance of the region (with its partner) in a stretch of time.

    Raises
    ------
    Lacking : the dataset does not cover it, or has no row; or an exchange rate is missing.
    """
    made = made_of(ledger, choice.view, period)
    if made is None:
        raise not_covered(ledger, asked, choice.view, period)
    rhythm, parts = made
    method, options = asking(asked, choice.measure)
    view = choice.view
    result = ledger.ask(("flows", view, rhythm), lambda: ledger.sums(view, rhythm), method, **options)
    unit = ledger.flows(view, rhythm).unit
    found = ledger.keep(
        ("levels", view, rhythm, method, *options.items()),
        lambda: {row["period"]: row[method] * unit.scale for row in result.rows() if row[method] is not None},
    )
    if not any(part in found for part in parts):
        raise no_row(asked, choice, period)
    target = choice.currency or unit.currency
    values = [found.get(part, 0.0) for part in parts]
    conversion = None
    if target != unit.currency:
        conversion = _conversion(ledger, asked, view, unit.currency, target, parts)
        values = [value * factor for value, factor in zip(values, conversion.factors, strict=True)]
    return Level(sum(values), target, rhythm, tuple(parts), result, method, options, conversion)


def asking(asked: Question, measure: str) -> tuple[str, dict[str, Any]]:
    """The indicator of a measure, and what it is told."""
    region, partner = asked.region, asked.partner
    if measure in ("turnover", "balance"):
        pair = {"region": region, "partner": partner} if partner else {"region": region}
        return measure, {"by": ",".join(pair), **pair}
    own, other = PAIR if measure == "exports" else PAIR[::-1]
    pair = {own: region, other: partner} if partner else {own: region}
    return measure, {"by": ",".join(name for name in PAIR if name in pair), **pair}


def _conversion(ledger: Ledger, asked: Question, view: View, have: str, want: str, parts: Sequence[str]) -> Conversion:
    """What a unit of one currency was worth in another, period by period, by the side table exchange_rate."""
    if "exchange_rate" not in side_tables(ledger):
        raise no_rate(want if want != DOLLAR else have, parts)
    rates = values_of(ledger, "exchange_rate", view.as_of)

    def region_of(currency: str, period: str) -> str | None:
        if currency == DOLLAR or (currency, period) in rates:
            return currency
        return rate_region(currency, period, rates, (asked.region, asked.partner))

    def per_dollar(currency: str, period: str) -> float:
        if currency == DOLLAR:
            return 1.0
        region = region_of(currency, period)
        if region is None or (region, period) not in rates:
            lacking = [part for part in parts if (region, part) not in rates]
            raise no_rate(currency, lacking or parts)
        return rates[region, period]

    factors = tuple(per_dollar(want, part) / per_dollar(have, part) for part in parts)
    told_by = region_of(want if want != DOLLAR else have, parts[-1])
    return Conversion(factors, told_by, side_of(ledger, "exchange_rate", view.as_of).provenance)
