"""The regions of the world: ISO 3166-1 and 3166-2, with former countries and the codes that providers use.

Code lists and Russian names come from pycountry (the iso-codes project); points, short names, former countries and
provider codes from hansa/data, each described in its SOURCE.toml. Loaded when first asked for.
"""

from __future__ import annotations

import gettext
from collections import defaultdict
from functools import cache

from hansa.code_list import Row, shipped
from hansa.regions.region import Region, Regions


@cache
def countries() -> Regions:
    """Countries of ISO 3166-1, XKX (Kosovo, a user-assigned code) and former countries, by alpha-3 code.

    >>> belarus = countries().find("112")
    >>> belarus.code, belarus.name, belarus.name_ru, belarus.landlocked
    ('BLR', 'Belarus', 'Беларусь', True)
    """
    import pycountry  # slow import

    russian = gettext.translation("iso3166-1", pycountry.LOCALES_DIR, languages=["ru"]).gettext
    listed = {country.alpha_3: country for country in pycountry.countries}
    aliases = _aliases()
    entries = []
    for row in shipped(
        "countries.csv", ("code", "landlocked", "continent"), ("place", "lat", "lon", "name_en", "name_ru")
    ):
        country = listed.get(row["code"])
        codes = (country.alpha_2, country.numeric) if country else ()
        names = (country.name, getattr(country, "official_name", "")) if country else (row["name_en"],)
        translated = russian(names[0])
        entries.append(
            Region(
                code=row["code"],
                name=row["name_en"] or names[0],
                name_ru=row["name_ru"] or translated,
                kind="country",
                lat=row.number("lat", -90, 90),
                lon=row.number("lon", -180, 180),
                landlocked=row["landlocked"] == "1",
                aliases=(*codes, *filter(None, names), translated, *aliases[row["code"]]),
            )
        )
    former = shipped("former_countries.csv", ("code", "numeric", "from", "to", "name_en", "name_ru"), ("lat", "lon"))
    return Regions((*entries, *(_former(row, aliases[row["code"]]) for row in former)))


def _former(row: Row, aliases: list[str]) -> Region:
    return Region(
        code=row["code"],
        name=row["name_en"],
        name_ru=row["name_ru"],
        kind="country",
        lat=row.number("lat", -90, 90),
        lon=row.number("lon", -180, 180),
        aliases=(row["numeric"], *aliases),
    )


@cache
def subdivisions() -> Regions:
    """Subdivisions of countries by their ISO 3166-2 code.

    >>> region = subdivisions().find("RU-BA")
    >>> region.name, region.name_ru, region.parent
    ('Republic of Bashkortostan', 'Республика Башкортостан', 'RUS')
    """
    import pycountry  # slow import

    russian = gettext.translation("iso3166-2", pycountry.LOCALES_DIR, languages=["ru"]).gettext
    alpha_3 = {country.alpha_2: country.alpha_3 for country in pycountry.countries}
    points = {row["code"]: row for row in shipped("subdivisions.csv", ("code", "lat", "lon"))}
    names = {row["code"]: row for row in shipped("subdivision_names.csv", ("code", "name_en", "name_ru"))}
    aliases = _aliases()
    entries = []
    for listed in pycountry.subdivisions:
        own, point = names.get(listed.code), points.get(listed.code)
        translated = russian(listed.name)
        entries.append(
            Region(
                code=listed.code,
                name=own["name_en"] if own else listed.name,
                name_ru=own["name_ru"] if own else (translated if translated != listed.name else ""),
                kind="subdivision",
                parent=listed.parent_code or alpha_3[listed.country_code],
                lat=point.number("lat", -90, 90) if point else None,
                lon=point.number("lon", -180, 180) if point else None,
                aliases=(listed.name, *aliases[listed.code]),
            )
        )
    return Regions(tuple(entries))


@cache
def iso() -> Regions:
    """Countries and subdivisions as one list, to add to a list of your own."""
    return countries().plus(subdivisions())


@cache
def continent_of() -> dict[str, str]:
    """Continent of every country code, as the UN's M49 standard draws them (Americas in one)."""
    return {
        row["code"]: row["continent"]
        for row in shipped(
            "countries.csv", ("code", "continent"), ("place", "lat", "lon", "landlocked", "name_en", "name_ru")
        )
    }


@cache
def provider_codes() -> dict[str, tuple[str, str]]:
    """Codes that providers use beside ISO: code -> (code of the region or bloc, what the provider means by it)."""
    rows = shipped("provider_codes.csv", ("code", "region", "provider"), ("note",))
    return {row["code"]: (row["region"], row["note"]) for row in rows}


def _aliases() -> dict[str, list[str]]:
    """Every further code and name of a region: those of providers, and common names in English and Russian."""
    found: dict[str, list[str]] = defaultdict(list)
    for code, (region, _) in provider_codes().items():
        found[region].append(code)
    for row in shipped("region_aliases.csv", ("code", "aliases")):
        found[row["code"]] += row["aliases"].split("|")
    return found
