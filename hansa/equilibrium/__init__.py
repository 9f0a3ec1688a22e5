"""What would happen if: general equilibrium of trade in exact hat algebra.

`Economy` is the world before, `simulate` gives the `Counterfactual` of a scenario, `compare` sets several side by side,
and `draws` says how sure it is. The names load what they need when they are first used.
"""

from __future__ import annotations

import importlib
from typing import Any

_WHERE = {
    "Economy": "hansa.equilibrium.economy",
    "simulate": "hansa.equilibrium.simulation",
    "Counterfactual": "hansa.equilibrium.counterfactual",
    "compare": "hansa.equilibrium.comparison",
    "draws": "hansa.equilibrium.uncertainty",
}

__all__ = list(_WHERE)


def __getattr__(name: str) -> Any:
    if name not in _WHERE:
        raise AttributeError(f"module 'hansa.equilibrium' has no attribute {name!r}")
    value = getattr(importlib.import_module(_WHERE[name]), name)
    globals()[name] = value
    return value
