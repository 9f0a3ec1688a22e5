"""What regions, blocs, products and parties are called in a language."""

from __future__ import annotations

from functools import lru_cache

from hansa.errors import DataError
from hansa.office.statistics import Statistics
from hansa.products import classification, read_classification
from hansa.regions.iso import iso
from hansa.wording import Words


@lru_cache(maxsize=8)
def words_of(language: str, statistics: Statistics) -> Words:
    """One language, with the names of the regions, blocs and products of a store.

    >>> words_of("ru", Statistics(None)).names["region", "BLR"]
    'Беларусь'
    """
    russian = language == "ru"
    names = {}
    own = statistics.lists.places
    for region in (*iso(), *(own if own is not None else ())):
        names["region", region.code] = (region.name_ru if russian else region.name) or region.code
    for bloc in statistics.lists.blocs:
        names["bloc", bloc.key] = (bloc.name_ru if russian else bloc.name) or bloc.key
    return Words(language, names | _products(statistics, russian))


def _products(statistics: Statistics, russian: bool) -> dict[tuple[str, str], str]:
    """From products.csv beside the store, else chapters and sections of the Harmonized System."""
    path = statistics.store.archive.folder / "products.csv" if statistics.store else None
    try:
        known = read_classification(path, "") if path is not None and path.is_file() else classification("HS12")
    except DataError:
        return {}
    return {("product", one.code): (one.name_ru if russian else one.name) or one.code for one in known.products}
