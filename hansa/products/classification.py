"""Classifications of products: HS, SITC, BEC, and lists of your own.

What is shipped: sections and chapters of the Harmonized System, sections and divisions of SITC, categories of BEC, in
English and Russian. The codes below (HS headings and subheadings, SITC groups and items) are judged by form and by the
chapter or division they lie in, unless `read_classification` brings a list that names them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from os import PathLike
from pathlib import Path

from hansa.code_list import Row, read_rows, refuse_twice, shipped
from hansa.errors import DataError, UnknownCode
from hansa.regions.region import plain

# Length of a code -> its level, from coarse to fine.
LEVELS: dict[str, dict[int, str]] = {
    "HS": {2: "chapter", 4: "heading", 6: "subheading"},
    "SITC": {1: "section", 2: "division", 3: "group", 4: "subgroup", 5: "item"},
    "BEC": {1: "category", 2: "subcategory", 3: "basic category"},
}
NATIONAL = "national line"  # 7 to 12 digits of a customs tariff, HS in its first six
EDITIONS = {
    "HS92": "Harmonized System 1988/92",
    "HS96": "Harmonized System 1996",
    "HS02": "Harmonized System 2002",
    "HS07": "Harmonized System 2007",
    "HS12": "Harmonized System 2012",
    "HS17": "Harmonized System 2017",
    "HS22": "Harmonized System 2022",
    "SITC1": "Standard International Trade Classification, Rev. 1",
    "SITC2": "Standard International Trade Classification, Rev. 2",
    "SITC3": "Standard International Trade Classification, Rev. 3",
    "SITC4": "Standard International Trade Classification, Rev. 4",
    "BEC4": "Broad Economic Categories, Rev. 4",
    "BEC5": "Broad Economic Categories, Rev. 5",
}
_ALIASES = {
    "H0": "HS92", "H1": "HS96", "H2": "HS02", "H3": "HS07", "H4": "HS12", "H5": "HS17", "H6": "HS22",
    "S1": "SITC1", "S2": "SITC2", "S3": "SITC3", "S4": "SITC4", "B4": "BEC4", "B5": "BEC5",
}  # fmt: skip


@dataclass(frozen=True)
class Product:
    """An entry of a classification; `end_use` is "capital", "intermediate", "consumption" or empty."""

    code: str
    name: str
    name_ru: str = ""
    level: str = ""
    parent: str | None = None
    end_use: str = ""


@dataclass(frozen=True, eq=False)
class Classification:
    """A list of products with its levels.

    key : "HS92" ... "HS22", "SITC1" ... "SITC4", "BEC4", "BEC5", or a name of your own
    products : the entries that have a name here
    notes : what was left out when the list was read

    >>> hs = classification("HS17")
    >>> hs.level("870323"), hs.parent("870323"), hs.parent("87"), hs.name("87", "ru")
    ('subheading', '8703', 'XVII', 'Автомобили и тракторы')
    >>> hs.cut("8703231980", "subheading")
    '870323'
    """

    key: str
    products: tuple[Product, ...]
    notes: tuple[str, ...] = field(default=())

    @property
    def levels(self) -> tuple[str, ...]:
        """Its levels from coarse to fine."""
        if self._family == "HS":
            return ("section", *LEVELS["HS"].values(), NATIONAL)
        if self._family:
            return tuple(LEVELS[self._family].values())
        return tuple(dict.fromkeys(product.level for product in self.products))

    def find(self, text: object) -> Product:
        """The product that a code or a name means.

        A leading zero that a spreadsheet took from an HS code is put back ("10111" is 010111). A code that no list
        names is taken where its form and its chapter are right; its name then says where it lies.

        Raises
        ------
        UnknownCode : there is no such product; names the nearest.

        >>> classification("HS17").find(10111).name
        '010111 (Live animals)'
        """
        words = str(text).strip()
        code = self._padded(words)
        if product := self._by_code.get(code.upper()):
            return product
        if self._well_formed(code):
            product = self._unnamed(code)
            if product is not None:
                return product
        hits = self._by_name.get(plain(words), ()) if not words.isdecimal() else ()
        if len(hits) == 1:
            return hits[0]
        if hits:
            codes = " or ".join(hit.code for hit in hits)
            raise UnknownCode("single product", text, hint=f"It may mean {codes}; write the code.")
        known = [
            text
            for product in self.products
            for text in (product.code, product.name)
            if len(code) > 2 or text == product.code
        ]
        raise UnknownCode(
            f"{self.key} product", text, known, hint="Check the code and the classification it is written in."
        )

    def level(self, code: object) -> str:
        """Level of a code, such as "chapter"; raises UnknownCode for one that does not exist."""
        return self.find(code).level

    def parent(self, code: object) -> str | None:
        """Code one level up; None at the top."""
        return self.find(code).parent

    def cut(self, code: object, level: str) -> str:
        """The code at a coarser level that a code belongs to.

        Raises
        ------
        UnknownCode : no such product.
        DataError : no such level, or the code is coarser than that.

        >>> classification("HS17").cut("010121", "section"), classification("SITC3").cut("78120", "division")
        ('I', '78')
        """
        if level not in self.levels:
            raise DataError(f"{self.key} has no level {level!r}; it has {', '.join(self.levels)}.")
        product: Product | None = self.find(code)
        while product is not None and product.level != level:
            product = self.find(product.parent) if product.parent else None
        if product is None:
            raise DataError(f"{code!r} is no finer than {level} in {self.key}, so it cannot be cut to it.")
        return product.code

    def __contains__(self, code: object) -> bool:
        """Whether `code` is a product of this classification as written: no name, no missing zero, no national line."""
        text = str(code)
        if text.upper() in self._by_code:
            return True
        return self._well_formed(text) and len(text) <= 6 and self._unnamed(text) is not None

    def inside(self, code: str) -> tuple[Product, ...]:
        """The named products whose parent is `code`."""
        return tuple(product for product in self.products if product.parent == code)

    def name(self, code: object, language: str = "en") -> str:
        """Name in "en" or "ru" (English where the list gives no Russian one)."""
        if language not in ("en", "ru"):
            raise DataError(f"There are no names of products in {language!r}. Ask for 'en' or 'ru'.")
        product = self.find(code)
        return product.name_ru if language == "ru" and product.name_ru else product.name

    @property
    def _family(self) -> str:
        return next((family for family in LEVELS if self.key in EDITIONS and self.key.startswith(family)), "")

    @cached_property
    def _by_code(self) -> dict[str, Product]:
        return {product.code.upper(): product for product in self.products}

    @cached_property
    def _by_name(self) -> dict[str, tuple[Product, ...]]:
        index: dict[str, tuple[Product, ...]] = {}
        for product in self.products:
            for key in {plain(name) for name in (product.name, product.name_ru) if name}:
                index[key] = (*index.get(key, ()), product)
        return index

    @cached_property
    def _listed_levels(self) -> frozenset[str]:
        return frozenset(product.level for product in self.products)

    def _padded(self, code: str) -> str:
        return f"0{code}" if self._family == "HS" and code.isdecimal() and len(code) % 2 else code

    def _well_formed(self, code: str) -> bool:
        if not self._family or not code.isdecimal():
            return False
        return len(code) in LEVELS[self._family] or (self._family == "HS" and 6 < len(code) <= 12)

    def _unnamed(self, code: str) -> Product | None:
        """A well-formed code that no list names: taken where its level has no list and what it lies in is known."""
        lengths = LEVELS[self._family]
        level = lengths.get(len(code), NATIONAL)
        if level in self._listed_levels and self._family != "BEC":
            return None
        above = self._by_code.get(code[: min(lengths)])
        if above is None or (self.key == "BEC4" and code not in self._by_code):
            return None
        shorter = [code[:length] for length in lengths if length < len(code)]
        named = next((self._by_code[prefix] for prefix in reversed(shorter) if prefix in self._by_code), None)
        if named is None or (shorter and self._needs_listing(shorter)):
            return None
        russian = f"{code} ({named.name_ru})" if named.name_ru else ""
        return Product(code, f"{code} ({named.name})", russian, level, shorter[-1])

    def _needs_listing(self, shorter: list[str]) -> bool:
        """Whether one of these coarser codes belongs to a listed level without being listed."""
        lengths = LEVELS[self._family]
        return any(lengths[len(code)] in self._listed_levels and code not in self._by_code for code in shorter)


def edition(key: str) -> str:
    """The key of a classification as Hansa writes it; a list of one's own keeps its name.

    Raises
    ------
    UnknownCode : it is called like an edition of HS, SITC or BEC, and there is no such edition.

    >>> edition("H5"), edition("hs2017"), edition("My list")
    ('HS17', 'HS17', 'My list')
    """
    found = _ALIASES.get(key.upper(), key.upper())
    if year := re.fullmatch(r"HS[ -]?(?:19|20)?(\d\d)", found):
        found = f"HS{year[1]}"
    if found in EDITIONS:
        return found
    if re.fullmatch(r"(HS|SITC|BEC|[HSB])[ -]?\d+", found):
        raise UnknownCode(
            "classification",
            key,
            EDITIONS,
            hint=f"Known: {', '.join(EDITIONS)}; a list of your own needs its own name.",
        )
    return key


@cache
def classification(key: str) -> Classification:
    """A classification that comes with Hansa, by key (UN Comtrade's H0...H6 and S1...S4 are understood too).

    Raises
    ------
    UnknownCode : no such classification.

    >>> [product.name for product in classification("BEC4").inside("5")]
    ['Passenger motor cars', 'Other transport equipment', 'Parts and accessories of transport equipment']
    """
    found = _ALIASES.get(key.upper(), key.upper())
    if found not in EDITIONS:
        raise UnknownCode("classification", key, EDITIONS, hint="Read your own with read_classification().")
    if found.startswith("HS"):
        return Classification(found, _harmonized_system())
    if found.startswith("SITC"):
        return Classification(found, _sitc(found[-1]))
    return Classification(found, _bec(found[-1]))


@cache
def _harmonized_system() -> tuple[Product, ...]:
    rows = shipped("hs.csv", ("code", "name_en", "name_ru"), ("parent",))
    levels = ["chapter" if row["code"].isdecimal() else "section" for row in rows]
    return tuple(
        Product(row["code"], row["name_en"], row["name_ru"], level, row["parent"] or None)
        for row, level in zip(rows, levels, strict=True)
    )


def _sitc(edition: str) -> tuple[Product, ...]:
    rows = shipped("sitc.csv", ("editions", "code", "name_en", "name_ru"))
    return tuple(
        Product(row["code"], row["name_en"], row["name_ru"], LEVELS["SITC"][len(row["code"])], row["code"][:-1] or None)
        for row in rows
        if edition in row["editions"].split()
    )


def _bec(edition: str) -> tuple[Product, ...]:
    rows = shipped("bec.csv", ("edition", "code", "name_en", "name_ru"), ("parent", "end_use"))
    return tuple(
        Product(
            row["code"],
            row["name_en"],
            row["name_ru"],
            LEVELS["BEC"][len(row["code"])],
            row["parent"] or None,
            row["end_use"],
        )
        for row in rows
        if row["edition"] == edition
    )


def read_classification(path: str | PathLike[str], key: str) -> Classification:
    """A list of products from a CSV or Parquet file, with columns code and name, and optionally name_ru.

    For a key that Hansa knows ("HS92", "SITC3", ...) the level and the parent follow from the code; entries that are no
    code of that classification are left out and counted in `notes`, and what the list does not name keeps its shipped
    name. For any other key the columns level and parent may give the structure.

    Raises
    ------
    DataError : file, line and column of what cannot be taken.
    """
    rows = _rows(Path(path))
    found = _ALIASES.get(key.upper(), key)
    if found not in EDITIONS:
        refuse_twice(rows, "code")
        products = (
            Product(row["code"], row["name"], row["name_ru"], row["level"] or "product", row["parent"] or None)
            for row in rows
        )
        return Classification(key, tuple(products))
    known = classification(found)
    fits = [row["code"] in known for row in rows]
    kept = [row for row, fit in zip(rows, fits, strict=True) if fit]
    left = [row["code"] for row, fit in zip(rows, fits, strict=True) if not fit]
    if not kept:
        raise DataError(
            f"holds no code of {found}, e.g. {left[0]!r}. Name the classification it is written in.", file=path
        )
    refuse_twice(kept, "code")
    taken = {product.code: product for product in known.products}
    for row in kept:
        code = row["code"]
        old = known.find(code)
        russian = row["name_ru"] or (old.name_ru if code in taken else "")
        taken[code] = replace(old, code=code, name=row["name"], name_ru=russian)
    note = f"{len(left):,} of {len(rows):,} entries are no codes of {found} and were left out: {_some(left)}."
    return Classification(found, tuple(taken.values()), (note,) if left else ())


def _rows(path: Path) -> list[Row]:
    if path.suffix.lower() != ".parquet":
        return read_rows(path, ("code", "name"), ("name_ru", "level", "parent"))
    import pyarrow.parquet as pq  # slow import

    wanted = ("code", "name", "name_ru", "level", "parent")
    table = pq.read_table(path)
    for column in ("code", "name"):
        if column not in table.column_names:
            raise DataError(f"column {column!r} is missing; there are {', '.join(table.column_names)}.", file=path)
    entries = table.select([column for column in wanted if column in table.column_names]).to_pylist()
    empty = dict.fromkeys(wanted, "")
    return [
        Row(str(path), line, empty | {column: str(cell) for column, cell in entry.items() if cell is not None})
        for line, entry in enumerate(entries, 1)
    ]


def cut_codes(to: Classification, codes: Iterable[object], level: str) -> tuple[dict[str, str], tuple[str, ...]]:
    """Every code at a coarser level, and a note on how many were longer.

    The dictionary has each code as written and the code it was cut to. Codes as coarse as `level` stay.

    Raises
    ------
    UnknownCode, DataError : as `Classification.cut`.

    >>> cut_codes(classification("HS22"), ["87032319", "870323"], "subheading")[1]
    ('1 of 2 product codes of HS22 were longer and cut to subheading: 87032319 -> 870323.',)
    """
    mapping = {str(code): to.cut(code, level) for code in codes}
    cut = [f"{old} -> {new}" for old, new in mapping.items() if len(old.strip()) > len(new) or not new.isdecimal()]
    if not cut:
        return mapping, ()
    return mapping, (
        f"{len(cut):,} of {len(mapping):,} product codes of {to.key} were longer and cut to {level}: {_some(cut)}.",
    )


def _some(texts: list[str]) -> str:
    return ", ".join(texts[:3]) + (" ..." if len(texts) > 3 else "")
