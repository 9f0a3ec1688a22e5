"""Which region's exchange rate tells of a currency, and what one currency is worth in another."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from functools import cache

import pycountry
from babel.numbers import get_territory_currencies, list_currencies

from hansa import period as periods

DOLLAR = "USD"


@cache
def currency_of(region: str, year: int) -> str | None:
    """The currency of a country (alpha-3 code) in a year, by CLDR; None where it is no country.

    >>> currency_of("BLR", 2021), currency_of("DEU", 1995), currency_of("XBR", 2021)
    ('BYN', 'DEM', None)
    """
    place = pycountry.countries.get(alpha_3=region)
    if place is None:
        return None
    found = get_territory_currencies(place.alpha_2, date(year, 7, 1))
    return found[0] if found else None


def is_known(currency: str) -> bool:
    """Whether CLDR knows a currency; one that it does not know has the code of its region (`own_currency`).

    >>> is_known("RUB"), is_known("XBR")
    (True, False)
    """
    return currency in list_currencies()


def rate_region(
    currency: str, period: str, rates: Mapping[tuple[str, str], float], first: Iterable[str | None]
) -> str | None:
    """The region whose exchange rate is that of a currency: one of those to be asked first, else any.

    rates : by region and period, local units per US dollar. A currency that CLDR does not know (of a world of one's
    own) is taken to be that of the first of these regions that does not count in dollars.

    >>> rate_region("RUB", "2021", {("RUS", "2021"): 73.65}, ["BLR", "RUS"])
    'RUS'
    """
    asked = [region for region in first if region is not None]
    if not is_known(currency):
        return next((region for region in asked if rates.get((region, period), 1.0) != 1.0), None)
    year = periods.year(period)
    everyone = dict.fromkeys([*asked, *sorted({region for region, _ in rates})])
    own = [region for region in everyone if currency_of(region, year) == currency]
    return next((region for region in own if (region, period) in rates), own[0] if own else None)


def own_currency(region: str, period: str, rates: Mapping[tuple[str, str], float]) -> str | None:
    """The currency that a region counts in, where the rates say that it is not the US dollar; else None.

    Its code by CLDR; the code of the region stands for a currency that CLDR does not know.

    >>> own_currency("RUS", "2021", {("RUS", "2021"): 73.65}), own_currency("RUS", "2021", {})
    ('RUB', None)
    """
    if rates.get((region, period), 1.0) == 1.0:
        return None
    return currency_of(region, periods.year(period)) or region
