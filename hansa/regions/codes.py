"""What a code or a name means: a country, a subdivision, a bloc, the world, or no place at all."""

from __future__ import annotations

import re
from functools import cache, lru_cache

from hansa.code_list import shipped
from hansa.errors import UnknownCode, nearest
from hansa.regions.bloc import bloc_matching
from hansa.regions.iso import continent_of, countries, provider_codes, subdivisions
from hansa.regions.region import Region, Regions, in_language, plain

_SUBDIVISION = re.compile(r"^[A-Za-z]{2}-[A-Za-z0-9]{1,3}$")
# UN Comtrade's three-character codes for what is left of a continent ("F19": other Africa).
_REMAINDER = re.compile(r"^[AEFOS]\d[79]$")


def find(text: object, regions: Regions | None = None) -> Region:
    """The region that a code or name means, in any case.

    Parameters
    ----------
    text : ISO alpha-3, alpha-2 or numeric code, a code that providers use ("842", "ROM"), an ISO 3166-2 code, or a name
        in English or Russian. A country comes before a subdivision of the same name ("Georgia").
    regions : look in this list only.

    Raises
    ------
    UnknownCode : no region, or more than one; a bloc, the world or "areas not specified" (see `kind_of`).

    >>> [find(text).code for text in ("Belarus", "Беларусь", "by", "112", "842", "RU-BA")]
    ['BLR', 'BLR', 'BLR', 'BLR', 'USA', 'RU-BA']
    """
    if regions is not None:
        return regions.find(text)
    words = str(text)
    found = _not_region(words)
    if found and (hits := countries().matches(words)):
        raise UnknownCode(
            "single region",
            text,
            hint=f"It is {hits[0].name} in ISO 3166-1 and {found[1]!r} elsewhere; write {hits[0].code}.",
        )
    hits = _matches(words, found)
    if len(hits) == 1:
        return hits[0]
    if hits:
        near = " or ".join(f"{hit.code} ({hit.name})" for hit in hits[:5])
        raise UnknownCode("single region", text, hint=f"It may mean {near}; write the code.")
    raise _unknown(text, words, found)


def region_or_none(text: object) -> Region | None:
    """The region that `find` gives, or None where it refuses: for whoever goes on without one, and needs no reason.

    A refusal names the nearest of thousands of codes and names, which takes a thousand times as long as this.

    >>> region_or_none("by"), region_or_none("XBR")
    (Region(code='BLR', ...), None)
    """
    words = str(text)
    found = _not_region(words)
    if found and countries().matches(words):
        return None
    hits = _matches(words, found)
    return hits[0] if len(hits) == 1 else None


def _matches(words: str, found: tuple[str, str, str] | None) -> tuple[Region, ...]:
    """Countries before subdivisions of the same name."""
    hits = countries().matches(words)
    if not hits and not found and (_SUBDIVISION.match(words.strip()) or not bloc_matching(words)):
        hits = subdivisions().matches(words)
    return hits


def _unknown(text: object, words: str, found: tuple[str, str, str] | None) -> UnknownCode:
    if found and found[0] == "world":
        return UnknownCode(
            "region", text, hint="It stands for the world; leave out its rows, they count everything twice."
        )
    if found:
        return UnknownCode(
            "region", text, hint=f"It stands for {found[1]!r}; drop its rows with a note, or reallocate them."
        )
    if bloc := bloc_matching(words):
        return UnknownCode(
            "region", text, hint=f"It is a bloc ({bloc.name}); take its members on a date with members_on()."
        )
    if _SUBDIVISION.match(words.strip()):
        return UnknownCode("region", text, [region.code for region in subdivisions()])
    return UnknownCode("region", text, _nearest(words))


@lru_cache(maxsize=1_000)
def _nearest(words: str) -> tuple[str, ...]:
    """The known texts that are nearest: of some 13,000, which takes long enough to be kept."""
    return tuple(nearest(words, countries().texts() + subdivisions().texts()))


def name(code: object, language: str = "en", regions: Regions | None = None) -> str:
    """Name of a region, a bloc, the world or an unspecified area in "en" or "ru".

    >>> name("BLR", "ru"), name("EAEU"), name("W00", "ru")
    ('Беларусь', 'Eurasian Economic Union', 'Весь мир')
    """
    if regions is None:
        if (found := _not_region(str(code))) and not countries().matches(str(code)):
            return found[2] if language == "ru" else found[1]
        if (bloc := bloc_matching(str(code))) and not countries().matches(str(code)):
            return bloc.name_ru if language == "ru" else bloc.name
    return in_language(find(code, regions), language)


def kind_of(code: object, regions: Regions | None = None) -> str | None:
    """What a code stands for, so that a reader can keep, drop with a note, or refuse it.

    Gives "country" (former ones too), "subdivision", "bloc", "world", "not specified" (areas, bunkers, free zones and
    the like), "own" (an entry of `regions`, asked first), or None for a code that nobody knows.

    >>> [kind_of(code) for code in ("BLR", "RU-BA", "EAEU", "W00", "_X ", "?")]
    ['country', 'subdivision', 'bloc', 'world', 'not specified', None]
    """
    words = str(code)
    if regions is not None and (hits := regions.matches(words)):
        return hits[0].kind
    if found := _not_region(words):
        return found[0]
    if countries().matches(words):
        return "country"
    if bloc_matching(words):
        return "bloc"
    return "subdivision" if subdivisions().matches(words) else None


def country_of(code: object, regions: Regions | None = None) -> str | None:
    """The country a region lies in (itself, for a country); None where a list of one's own names no parent.

    >>> country_of("RU-BA"), country_of("BLR")
    ('RUS', 'BLR')
    """
    region = find(code, regions)
    seen = {region.code}
    while region.kind != "country":
        if region.parent is None or region.parent in seen:
            return None
        seen.add(region.parent)
        inner = regions.matches(region.parent) if regions is not None else ()
        region = inner[0] if inner else find(region.parent)
    return region.code


def continent(code: object, regions: Regions | None = None) -> str | None:
    """Continent of a region's country by the UN's M49 standard; None for former countries and entries without a parent.

    >>> continent("KAZ"), continent("RU-BA")
    ('Asia', 'Europe')
    """
    return continent_of().get(country_of(code, regions) or "")


def provider_note(code: object) -> str | None:
    """What a provider means by a code of its own, where that differs from the region it is read as; else None.

    >>> provider_note("842")
    'United States with Puerto Rico and the US Virgin Islands'
    """
    return provider_codes().get(str(code).strip(), ("", ""))[1] or None


def _not_region(text: str) -> tuple[str, str, str] | None:
    """(kind, English name, Russian name) of a code or name that stands for no region; None for all others."""
    key = text.strip().casefold()
    table = _not_regions()
    if key.isdecimal():
        return table.get(str(int(key)))
    if found := table.get(key):
        return found
    if _REMAINDER.match(text.strip()) and not countries().matches(text):
        return "not specified", "Areas, not elsewhere specified", "Прочие территории"
    words = plain(text)
    if words.endswith((" nes", " not elsewhere specified")) and not countries().matches(text):
        return "not specified", text.strip(), text.strip()
    return None


@cache
def _not_regions() -> dict[str, tuple[str, str, str]]:
    table: dict[str, tuple[str, str, str]] = {}
    for row in shipped("not_regions.csv", ("code", "kind", "provider", "name_en", "name_ru")):
        found = row["kind"], row["name_en"], row["name_ru"]
        for text in (row["code"], row["name_en"], row["name_ru"]):
            key = text.casefold()
            table.setdefault(str(int(key)) if key.isdecimal() else key, found)
    return table
