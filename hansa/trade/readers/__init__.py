"""Readers: one file for each provider or format, from bytes to flows or side tables.

A new reader is one file with `read_NAME`, an entry here, and a tiny sample in tests/samples/NAME with its SOURCE.toml.
"""

from collections.abc import Callable
from typing import Any

from hansa.trade.readers.baci import read_baci
from hansa.trade.readers.column_map import ColumnMap
from hansa.trade.readers.comext import read_comext
from hansa.trade.readers.comtrade import read_comtrade
from hansa.trade.readers.customs import read_customs
from hansa.trade.readers.flat import read_flat
from hansa.trade.readers.proposal import Proposal, propose_map
from hansa.trade.readers.sdmx import read_sdmx

READERS: dict[str, Callable[..., Any]] = {
    "baci": read_baci,
    "comext": read_comext,
    "comtrade": read_comtrade,
    "customs": read_customs,
    "flat": read_flat,
    "sdmx": read_sdmx,
}

__all__ = [
    "READERS",
    "ColumnMap",
    "Proposal",
    "propose_map",
    "read_baci",
    "read_comext",
    "read_comtrade",
    "read_customs",
    "read_flat",
    "read_sdmx",
]
