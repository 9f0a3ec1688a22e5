"""Codes in files: regions and products as a file writes them, and units in words."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from hansa import regions
from hansa.errors import DataError, UnknownCode
from hansa.products import EDITIONS, classification
from hansa.units import Money

SCALES = {
    "thousand": 1e3,
    "thousands": 1e3,
    "k": 1e3,
    "тыс": 1e3,
    "1000": 1e3,
    "000": 1e3,
    "million": 1e6,
    "millions": 1e6,
    "mn": 1e6,
    "mln": 1e6,
    "mio": 1e6,
    "m": 1e6,
    "млн": 1e6,
    "миллион": 1e6,
    "миллионов": 1e6,
    "billion": 1e9,
    "billions": 1e9,
    "bn": 1e9,
    "bln": 1e9,
    "млрд": 1e9,
}
CURRENCIES = {
    "usd": "USD",
    "us$": "USD",
    "$": "USD",
    "долл": "USD",
    "долларов": "USD",
    "dollar": "USD",
    "dollars": "USD",
    "eur": "EUR",
    "€": "EUR",
    "евро": "EUR",
    "euro": "EUR",
    "euros": "EUR",
    "rub": "RUB",
    "руб": "RUB",
    "рублей": "RUB",
    "₽": "RUB",
    "cny": "CNY",
    "gbp": "GBP",
    "jpy": "JPY",
    "byn": "BYN",
    "kzt": "KZT",
    "chf": "CHF",
}
_IGNORED = {"us", "сша", "current", "prices", "в", "in", "of", "at", "долл сша", "s"}


TOTALS = frozenset(("total", "all", "всего", "итого"))


class RegionList:
    """Which regions a file may name.

    chosen : ``known`` (codes and names that Hansa knows), ``any`` (as they stand), a collection of codes, a mapping of
        text to code, or `hansa.regions.Regions`.
    renamed : names in the file -> codes, looked up first.

    >>> RegionList("known").code("Беларусь"), RegionList(["North", "South"]).code("North")
    ('BLR', 'North')
    """

    def __init__(self, chosen: Any, renamed: Mapping[str, str] | None = None) -> None:
        self.renamed = dict(renamed or {})
        self.own: dict[str, str] | None = None
        self.listed: regions.Regions | None = None
        self.any = isinstance(chosen, str) and chosen == "any"
        if isinstance(chosen, regions.Regions):
            self.listed = chosen
        elif isinstance(chosen, Mapping):
            self.own = {str(key): str(value) for key, value in chosen.items()}
        elif isinstance(chosen, Collection) and not isinstance(chosen, str):
            self.own = {str(code): str(code) for code in chosen}
        elif chosen not in ("any", "known"):
            raise DataError(f"[table] regions = {chosen!r} is not possible; it may be known, any, or a list of codes.")

    def kind(self, said: str) -> str | None:
        """``world`` or ``not specified`` where a text stands for no region; else None."""
        if self.any or said in self.renamed or (self.own is not None and said.strip() in self.own):
            return None
        kind = regions.kind_of(said, self.listed)
        return kind if kind in ("world", "not specified") else None

    def code(self, said: str) -> str:
        """The code that a text means.

        Raises
        ------
        UnknownCode : none, or more than one.
        """
        if said in self.renamed:
            return self.renamed[said]
        if self.any:
            return living(said.strip())
        if self.own is not None:
            if said.strip() not in self.own:
                raise UnknownCode("region of your list", said.strip(), self.own)
            return self.own[said.strip()]
        return regions.find(said, self.listed).code

    def notes(self, meaning: Mapping[str, str]) -> list[str]:
        """What must be said of how codes were read."""
        if self.any:
            return ["region codes are taken as they stand, unchecked"]
        changed = {
            said.strip(): code for said, code in meaning.items() if said.strip().upper() != code and code != "WLD"
        }
        if not changed:
            return []
        some = ", ".join(f"{said} = {code}" for said, code in sorted(changed.items())[:4])
        more = f" and {len(changed) - 4:,} more" if len(changed) > 4 else ""
        return [f"regions read as ISO codes: {some}{more}"]


def living(code: str) -> str:
    """A code without the apostrophe that kept a spreadsheet from running it as a formula.

    >>> living("'-1"), living("'s-Hertogenbosch")
    ('-1', "'s-Hertogenbosch")
    """
    return code[1:] if re.match(r"'[=+\-@]", code) else code


@dataclass(frozen=True)
class ProductList:
    """Which products a file may name, and how its codes are read.

    classification : key such as HS17; codes of one that Hansa knows are checked against it.
    digits : length to which codes are filled up with zeros in front.
    known : codes to accept instead.
    letters : whether codes with letters, which providers make up for what is secret or mixed, are kept as they stand.

    >>> ProductList("HS17", digits=6).read(["8703.23.90", "10121"])
    ({'8703.23.90': '870323', '10121': '010121'}, 1)
    """

    classification: str = ""
    digits: int | None = None
    known: Collection[str] | None = None
    letters: bool = False

    def read(self, found: Iterable[str]) -> tuple[dict[str, str | UnknownCode], int]:
        """What each code is read as (an error where it cannot be), and how many were cut to six digits."""
        meaning: dict[str, str | UnknownCode] = {}
        cut = 0
        for said in found:
            code = living(said.strip())
            bare = code.replace(".", "").replace(" ", "")
            if self._harmonized and bare.isdecimal():
                code = bare.zfill(self.digits or 0)
                if len(code) > 6:
                    code, cut = code[:6], cut + 1
            elif self.digits and code.isdecimal():
                code = code.zfill(self.digits)
            meaning[said] = self._refusal(said, code) or code
        return meaning, cut

    @property
    def _harmonized(self) -> bool:
        return self.classification.upper().startswith(("HS", "CN", "TNVED", "HTS"))

    def _refusal(self, said: str, code: str) -> UnknownCode | None:
        if self.known is not None:
            return None if code in self.known else UnknownCode("product", said, self.known)
        key = self.classification if self.classification in EDITIONS else "HS22" if self._harmonized else None
        if key is None or code.casefold() in TOTALS or (self.letters and not code.isdecimal()):
            return None
        listed = classification(key)
        if code in listed:
            return None
        if self._harmonized and code.isdecimal() and len(code) % 2:
            hint = f"{key} codes have 2, 4 or 6 digits; is a zero in front lost? [table] product_digits = 6."
            return UnknownCode(f"{key} product", said, hint=hint)
        try:
            return UnknownCode(
                f"{key} product", said, hint=f"The code of {listed.find(code).name!r} is {listed.find(code).code}."
            )
        except UnknownCode as trouble:
            return trouble


def money_of(written: str, otherwise: Money | None = None) -> Money:
    """A unit in words: ``USD``, ``thousand USD``, ``EUR million``, ``млн долл. США``.

    Parameters
    ----------
    written : the words.
    otherwise : the unit where the words name no currency.

    Raises
    ------
    DataError : a word is not understood, or no currency named.

    >>> money_of("млн долл. США"), money_of("1000 EUR").scale
    (Money(currency='USD', scale=1000000.0, prices='current'), 1000.0)
    """
    currency, scale = otherwise.currency if otherwise else None, otherwise.scale if otherwise else 1
    for word in re.findall(r"us\$|[$€₽]|\d+|[^\W\d_]+", written.casefold()):
        if word in SCALES:
            scale = SCALES[word]
        elif word in CURRENCIES:
            currency = CURRENCIES[word]
        elif len(word) == 3 and word.isascii() and word.isalpha():
            currency = word.upper()
        elif word not in _IGNORED and word != "1":
            raise DataError(f"The unit {written!r} is not understood. Say it in the map: [constants] currency, scale.")
    if currency is None:
        raise DataError(f"The unit {written!r} names no currency. Say it in the map: [constants] currency.")
    return Money(currency, scale)
