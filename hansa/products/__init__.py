"""Products: what is traded. Classifications with their levels, and concordances between their editions.

>>> hs = classification("HS17")
>>> hs.name("8703"), hs.cut("8703", "section"), hs.name("XVII")
('8703 (Road vehicles and tractors)', 'XVII', 'Transport equipment')
"""

from hansa.products.classification import (
    EDITIONS,
    Classification,
    Product,
    classification,
    cut_codes,
    edition,
    read_classification,
)
from hansa.products.concordance import UNALLOCATED, Concordance, read_concordance
from hansa.products.convert import Converted, convert

__all__ = [
    "EDITIONS",
    "UNALLOCATED",
    "Classification",
    "Concordance",
    "Converted",
    "Product",
    "classification",
    "convert",
    "cut_codes",
    "edition",
    "read_classification",
    "read_concordance",
]
