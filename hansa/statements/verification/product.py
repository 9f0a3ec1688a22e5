"""The product that a claim is on, found in the store's own list or in the classification that the flows name."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from hansa import dense
from hansa.errors import DataError, HansaError
from hansa.products import Classification, Product, classification, read_classification
from hansa.regions.region import plain
from hansa.statements.verification.lacking import Lacking
from hansa.statements.verification.ledger import Ledger, View, some
from hansa.statements.verification.question import Question
from hansa.wording import Sentence, mark

_OWN = "products"  # of a list that stands beside the store and is of no known classification


def of_product(ledger: Ledger, asked: Question, view: View) -> tuple[Question, View]:
    """The question with its product by name and code, and the view narrowed to the codes of it that the flows have.

    Raises
    ------
    Lacking : no list names the product, or several products are meant, or the flows have no such product.
    """
    if asked.product is None:
        return asked, view
    product, codes = ledger.keep(("product", asked.product, view), lambda: _found(ledger, str(asked.product), view))
    russian = re.search("[А-Яа-яЁё]", asked.product) and product.name_ru
    shown = f"{product.name_ru if russian else product.name} ({product.code})"
    return replace(asked, product=shown), replace(view, products=codes)


def _found(ledger: Ledger, words: str, view: View) -> tuple[Product, tuple[str, ...]]:
    flows = some(ledger, view)
    if "product" not in flows.columns:
        raise _unchosen(words, view)
    path = ledger.store.archive.folder / "products.csv"
    key = flows.classification or _OWN
    try:
        known = read_classification(path, key) if path.is_file() else classification(key)
    except DataError:
        raise _unchosen(words, view) from None
    product = find_product(words, known)
    if product is None:
        raise _unchosen(words, view)
    present = dense.labels(flows.totals("product"), "product")
    codes = tuple(code for code in present if _lies_in(code, product.code, known))
    if not codes:
        raise _unchosen(words, view)
    return product, codes


def find_product(words: str, known: Classification) -> Product | None:
    """The product that words mean: by exact name, else the one whose name has all the words; None if it is not one.

    >>> hs = classification("HS17")
    >>> find_product("Furniture", hs).code, find_product("things", hs)
    ('94', None)
    """
    said = plain(words).split()
    named = [
        (product, name.split())
        for product in known.products
        for name in dict.fromkeys(plain(text) for text in (product.name, product.name_ru) if text)
    ]
    exact = [product for product, name in named if len(name) == len(said) and _all_in(said, name)]
    hits = exact or [product for product, name in named if said and _all_in(said, name)]
    codes = {product.code for product in hits}
    whole = {product.code: product for product in hits if product.parent not in codes}
    return next(iter(whole.values())) if len(whole) == 1 else None


def _all_in(said: Sequence[str], name: Sequence[str]) -> bool:
    return all(any(_alike(word, other) for other in name) for word in said)


def _alike(one: str, other: str) -> bool:
    """Whether two words differ in their ending at most: in English by the plural, in Russian by the case."""
    if one == other:
        return True
    letters = enumerate(zip(one, other, strict=False))
    shared = next((place for place, (a, b) in letters if a != b), min(len(one), len(other)))
    ends = {one[shared:], other[shared:]}
    if one.isascii() or other.isascii():
        return shared > 2 and ends in ({"", "s"}, {"", "es"}, {"y", "ies"})
    return shared > 2 and max(map(len, ends)) <= (1 if shared == 3 else 2)


def _lies_in(code: str, wanted: str, known: Classification) -> bool:
    place: str | None = code
    while place is not None and place != wanted:
        try:
            place = known.parent(place)
        except HansaError:
            return False
    return place == wanted


def _unchosen(words: str, view: View) -> Lacking:
    template = mark(
        "The claim is on “{product}” alone, which is not one product in the list of “{dataset}”: choose it from the "
        "classification of the store."
    )
    return Lacking("not checkable", Sentence(template, {"product": words, "dataset": view.dataset}))
