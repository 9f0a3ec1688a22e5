"""A region and a list of regions: the types, and the reader for a list of your own."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from os import PathLike

from hansa.code_list import read_rows, refuse_twice
from hansa.errors import DataError, UnknownCode

# As statistical offices shorten names.
_LONG = {
    "br": "british",
    "dem": "democratic",
    "fed": "federal",
    "fmr": "former",
    "isd": "island",
    "isds": "islands",
    "misc": "miscellaneous",
    "rep": "republic",
    "st": "saint",
    "terr": "territory",
}
_COLUMNS = ("name_ru", "parent", "lat", "lon", "aliases", "reported_by")


@dataclass(frozen=True)
class Region:
    """A place that trade is counted for: a country, a subdivision of one, or an entry of your own list.

    Being listed says nothing about legal status, and a name is the one its list gives.

    code : ISO 3166-1 alpha-3 ("BLR"), ISO 3166-2 ("RU-BA"), or a code of your own
    name, name_ru : English and Russian name
    kind : "country", "subdivision" or "own"
    parent : code of the region it lies in; None for a country
    lat, lon : a point in degrees, north and east positive: the capital of a country, the middle of a subdivision
    landlocked : True for a country without a coast; None where not known
    aliases : other codes and names it is found by
    reported_by : whose statistics draw the region this way, where reporters differ
    """

    code: str
    name: str
    name_ru: str = ""
    kind: str = "own"
    parent: str | None = None
    lat: float | None = None
    lon: float | None = None
    landlocked: bool | None = None
    aliases: tuple[str, ...] = ()
    reported_by: str | None = None


@dataclass(frozen=True, eq=False)
class Regions:
    """A list of regions, found by code, name or alias in any case.

    >>> ours = Regions((Region("N", "North", "Север"), Region("S", "South", "Юг")))
    >>> ours.find("север").code, ours.find("s").name, len(ours)
    ('N', 'South', 2)
    """

    entries: tuple[Region, ...]

    def __iter__(self) -> Iterator[Region]:
        return iter(self.entries)

    def __len__(self) -> int:
        return len(self.entries)

    def __contains__(self, text: object) -> bool:
        return len(self.matches(str(text))) == 1

    def matches(self, text: str) -> tuple[Region, ...]:
        """Every region that `text` may mean: one whose code it is, else all whose name or alias it is."""
        if hit := self._by_code.get(text.strip().upper()):
            return (hit,)
        return tuple(self._by_name.get(plain(text), {}).values())

    def find(self, text: object) -> Region:
        """The one region that a code, name or alias means.

        Raises
        ------
        UnknownCode : none, or more than one; names the nearest.
        """
        hits = self.matches(str(text))
        if len(hits) == 1:
            return hits[0]
        if hits:
            raise UnknownCode(
                "single region", text, hint=f"It may mean {' or '.join(map(_label, hits))}; write the code."
            )
        raise UnknownCode("region", text, self.texts())

    def inside(self, code: str) -> tuple[Region, ...]:
        """The regions whose parent is `code`."""
        return tuple(region for region in self.entries if region.parent == code)

    def plus(self, other: Regions) -> Regions:
        """Both lists as one; where both have a code, this list's entry counts."""
        return Regions(self.entries + tuple(region for region in other if region.code.upper() not in self._by_code))

    def texts(self) -> list[str]:
        """Codes and names, as offered where a text is not known."""
        return [text for region in self.entries for text in (region.code, region.name, region.name_ru) if text]

    @cached_property
    def _by_code(self) -> dict[str, Region]:
        return {region.code.upper(): region for region in self.entries}

    @cached_property
    def _by_name(self) -> dict[str, dict[str, Region]]:
        index: dict[str, dict[str, Region]] = {}
        for region in self.entries:
            for text in (region.name, region.name_ru, *region.aliases):
                if text:
                    index.setdefault(plain(text), {})[region.code] = region
        return index


def _label(region: Region) -> str:
    return f"{region.code} ({region.name})"


def plain(text: str) -> str:
    """A code or name without case, accents, punctuation, leading zeros or "the", for comparing.

    >>> plain(" Côte d’Ivoire"), plain("Congo, The Democratic Republic of the"), plain("004")
    ('cote d ivoire', 'congo democratic republic of', '4')
    """
    letters = unicodedata.normalize("NFKD", text.casefold())
    words = re.findall(r"[^\W_]+", "".join(c for c in letters if not unicodedata.combining(c)).replace("&", " and "))
    kept = " ".join(_LONG.get(word, word) for word in words if word != "the")
    return str(int(kept)) if kept.isdecimal() else kept or text.strip().casefold()


def read_regions(path: str | PathLike[str]) -> Regions:
    """Your own list of regions from a CSV file (UTF-8, comma-separated, with a header).

    Columns: code, name; optional name_ru, parent, lat, lon (degrees), aliases (separated by |) and reported_by. The
    list stands alone; `read_regions(path).plus(iso())` adds the countries of the world.

    Raises
    ------
    DataError : names file, line and column of what cannot be taken: an empty or repeated code, a text where a number
        belongs, a latitude without a longitude, a region that lies in itself.
    """
    rows = read_rows(path, ("code", "name"), _COLUMNS)
    refuse_twice(rows, "code")
    entries = []
    for row in rows:
        lat, lon = row.number("lat", -90, 90), row.number("lon", -180, 180)
        if (lat is None) != (lon is None):
            raise row.error("lon" if lon is None else "lat", "is empty, but the other coordinate is given.")
        if row["parent"] == row["code"]:
            raise row.error("parent", f"{row['code']!r} lies in itself. Name the region above it, or leave it empty.")
        aliases = tuple(alias.strip() for alias in row["aliases"].split("|") if alias.strip())
        entries.append(
            Region(
                code=row["code"],
                name=row["name"],
                name_ru=row["name_ru"],
                parent=row["parent"] or None,
                lat=lat,
                lon=lon,
                aliases=aliases,
                reported_by=row["reported_by"] or None,
            )
        )
    return Regions(tuple(entries))


def in_language(region: Region, language: str) -> str:
    """The region's name in "en" or "ru" (English where the list gives no Russian name)."""
    if language not in ("en", "ru"):
        raise DataError(f"There are no names of regions in {language!r}. Ask for 'en' or 'ru'.")
    return region.name_ru if language == "ru" and region.name_ru else region.name
