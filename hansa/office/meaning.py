"""What somebody means by a text in a form: a region, a product, an indicator or a record, by its code or its name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache

import hansa.indicators  # noqa: F401  fills the catalogue
from hansa.commitments.figures import GROUPED
from hansa.commitments.product import is_known, several
from hansa.commitments.records import Record
from hansa.commitments.register import Register
from hansa.errors import nearest
from hansa.indicator import catalogue
from hansa.office.names import words_of
from hansa.office.statistics import Statistics
from hansa.regions.iso import countries
from hansa.regions.region import plain
from hansa.trade.indicators.declare import NARROWING
from hansa.wording import Words

LISTED = 1_000  # entries of a list that a browser offers while one types
REGIONAL = (*(name for name in NARROWING if name not in ("period", "product")), *GROUPED)
PRODUCTS = ("product",)
Offer = tuple[tuple[str, str], ...]  # what is written, and what it is called


@dataclass(frozen=True, eq=False)
class Meaning:
    """Where the texts of a form are looked up: the records that its writer may see, the lists of the statistics.

    >>> from hansa.commitments.records import Party
    >>> meant = Meaning(Register((Party("brin", "Brinmark"),)), Statistics(None), Words())
    >>> meant.region("Belarus"), meant.region("eaeu"), meant.record("brinmark", (Party,)), meant.region("Belarsu")
    ('BLR', 'EAEU', 'brin', None)
    """

    register: Register
    statistics: Statistics
    words: Words = field(default_factory=Words)

    def region(self, text: str) -> str | None:
        """The code of a region, or the key of a bloc; None where it is neither."""
        lists = self.statistics.lists
        if place := lists.place(text):
            return place.code
        if bloc := lists.bloc(text):
            return bloc.key
        return lists.code(text) or None

    def product(self, text: str) -> str | None:
        """The code of a product; None where the statistics do not know it. Without statistics any word may be one."""
        known = self._products
        if not known:
            return self._named_products.get(plain(text), None if " " in text else text)
        if is_known(text, known):
            return text
        code = self._named_products.get(plain(text))
        return code if code and is_known(code, known) else None

    def record(self, text: str, kinds: tuple[type, ...] = ()) -> str | None:
        """The id of a record of some kinds (none: of any), by its id or where only one is called so."""
        if text in self.register:
            return text
        found = {record.id for record in self._called.get(plain(text), ()) if not kinds or isinstance(record, kinds)}
        return found.pop() if len(found) == 1 else None

    def indicator(self, text: str) -> str:
        """The key of an indicator by its title in the language of the page; else the text as it is."""
        if text in catalogue:
            return text
        titles = {plain(self.words(entry.title)): key for key, entry in catalogue.items()}
        return titles.get(plain(text), text)

    def argument(self, name: str, text: str) -> tuple[str, str]:
        """An argument of an indicator with codes for names; and the part of it that is no known region or product."""
        look = self.region if name in REGIONAL else self.product if name in PRODUCTS else None
        if look is None:
            return text, ""
        if whole := look(text):  # a name may hold a comma
            return whole, ""
        parts = several(text)
        found = [(part, look(part)) for part in ([parts] if isinstance(parts, str) else parts)]
        strange = next((part for part, code in found if code is None), "")
        if strange or all(part == code for part, code in found):
            return text, strange
        return ", ".join(code for _, code in found if code), ""

    def near_regions(self, text: str) -> str:
        """The regions and blocs whose codes or names are nearest to a text, as a list in words."""
        return _near(text, self.regions, self._in_all_languages)

    def near_products(self, text: str) -> str:
        """The products whose codes or names are nearest to a text, as a list in words."""
        named = tuple((code, self.words.names.get(("product", code), "")) for code in self._products)
        return _near(text, named or self._all_products, self._in_all_languages)

    def near_records(self, text: str, kinds: tuple[type, ...] = ()) -> str:
        """The records of some kinds whose ids or titles are nearest to a text, as a list in words."""
        return _near(text, self.records(kinds))

    @cached_property
    def regions(self) -> Offer:
        """Regions of the store's own list (else countries) and blocs, by code."""
        own = self.statistics.lists.places
        places = own if own is not None else countries()
        codes = [("region", place.code) for place in places]
        codes += [("bloc", bloc.key) for bloc in self.statistics.lists.blocs]
        return tuple((code, self.words.names.get((kind, code), code)) for kind, code in codes)

    @cached_property
    def products(self) -> Offer:
        """Products to be offered, the coarse before the fine."""
        if not self._products:
            return self._all_products[:LISTED]
        codes = sorted(self._products, key=lambda code: (len(code), code))[:LISTED]
        return tuple((code, self.words.names.get(("product", code), "")) for code in codes)

    @cached_property
    def indicators(self) -> Offer:
        """Indicators of the catalogue by key."""
        return tuple((key, self.words(entry.title)) for key, entry in sorted(catalogue.items()))

    def records(self, kinds: tuple[type, ...] = ()) -> Offer:
        """Records of some kinds by id, with what they are called."""
        return tuple((record.id, _name(record)) for record in self.register if not kinds or isinstance(record, kinds))

    @cached_property
    def _products(self) -> list[str]:
        return _in_order(self.statistics)

    @cached_property
    def _all_products(self) -> Offer:
        return tuple((code, name) for (kind, code), name in self.words.names.items() if kind == "product")

    @cached_property
    def _in_all_languages(self) -> dict[str, str]:
        """The code of each name of a region, bloc or product, in any language of the site."""
        names = (words_of(language, self.statistics).names for language in ("en", "ru"))
        return {name: code for each in names for (_, code), name in each.items()}

    @cached_property
    def _named_products(self) -> dict[str, str]:
        return _product_names(self.statistics)

    @cached_property
    def _called(self) -> dict[str, list[Record]]:
        found: dict[str, list[Record]] = {}
        for record in self.register:
            found.setdefault(plain(_name(record)), []).append(record)
        return found


@lru_cache(maxsize=2)
def _in_order(statistics: Statistics) -> list[str]:
    return sorted(statistics.products or ())


@lru_cache(maxsize=2)
def _product_names(statistics: Statistics) -> dict[str, str]:
    """Names of products that mean one only, in any language of the site."""
    found: dict[str, set[str]] = {}
    for language in ("en", "ru"):
        for (kind, code), name in words_of(language, statistics).names.items():
            if kind == "product":
                found.setdefault(plain(name), set()).add(code)
    return {name: next(iter(codes)) for name, codes in found.items() if len(codes) == 1}


def _name(record: Record) -> str:
    return str(getattr(record, "title", None) or getattr(record, "name", None) or getattr(record, "what", record.id))


def _near(text: str, offered: Iterable[tuple[str, str]], called: Mapping[str, str] | None = None) -> str:
    """Up to three of what is offered, as ``Name (CODE)``. called : further names, each with its code."""
    name_of = dict(offered)
    code_of = {name: code for name, code in (called or {}).items() if code in name_of}
    code_of |= {name: code for code, name in name_of.items() if name} | {code: code for code in name_of}
    hits = dict.fromkeys(code_of[hit] for hit in nearest(text, code_of, 4))
    return ", ".join([_shown(code, name_of[code]) for code in hits][:3])


def _shown(code: str, name: str) -> str:
    return f"{name} ({code})" if name and name != code else code
