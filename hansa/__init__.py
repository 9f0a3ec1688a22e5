"""Hansa: an open observatory and workbench for partnerships between two regions.

No number travels alone: every figure knows its unit, method, reference, source, vintage and what was dropped.
The names below load what they need when they are first used.
"""

from __future__ import annotations

import importlib
from typing import Any

__version__ = "0.1.0"

_WHERE = {
    "open": ("hansa.trade.store", "open_store"),
    "Store": ("hansa.trade.store", "Store"),
    "Flows": ("hansa.trade.flows", "Flows"),
    "as_flows": ("hansa.trade.flows", "as_flows"),
    "SideTable": ("hansa.trade.side", "SideTable"),
    "as_side": ("hansa.trade.side", "as_side"),
    "Result": ("hansa.result", "Result"),
    "Money": ("hansa.units", "Money"),
    "read_flat": ("hansa.trade.readers.flat", "read_flat"),
    "read_baci": ("hansa.trade.readers.baci", "read_baci"),
    "read_comtrade": ("hansa.trade.readers.comtrade", "read_comtrade"),
    "read_comext": ("hansa.trade.readers.comext", "read_comext"),
    "read_customs": ("hansa.trade.readers.customs", "read_customs"),
    "read_sdmx": ("hansa.trade.readers.sdmx", "read_sdmx"),
    "mirror": ("hansa.trade.mirror", "mirror"),
    "reporter_quality": ("hansa.trade.mirror", "reporter_quality"),
    "mirror_gap": ("hansa.trade.mirror", "mirror_gap"),
    "ppml": ("hansa.gravity.fit", "ppml"),
    "ols": ("hansa.gravity.fit", "ols"),
    "Economy": ("hansa.equilibrium", "Economy"),
    "Scenario": ("hansa.scenario", "Scenario"),
    "simulate": ("hansa.equilibrium", "simulate"),
    "partnership": ("hansa.report", "partnership"),
    "statements": ("hansa.statements", None),
    "commitments": ("hansa.commitments", None),
    "catalogue": ("hansa.indicators", "catalogue"),
    "indicators": ("hansa.indicators", None),
    "regions": ("hansa.regions", None),
    "products": ("hansa.products", None),
    "errors": ("hansa.errors", None),
}

__all__ = list(_WHERE)


def __getattr__(name: str) -> Any:
    if name not in _WHERE:
        raise AttributeError(f"module 'hansa' has no attribute {name!r}")
    module, attribute = _WHERE[name]
    loaded = importlib.import_module(module)
    value = getattr(loaded, attribute) if attribute else loaded
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted([*_WHERE, "__version__"])
