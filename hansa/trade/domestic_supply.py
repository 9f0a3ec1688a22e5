"""Trade against home production: reliance on imports, and what replaced them. Numbers only.

Chenery 1960, American Economic Review 50 (import substitution).

Notation: X production, E exports, M imports; D = X - E + M home demand; u = (X - E) / D share of home supply in it.
NaN: does not exist.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from hansa.trade.ratio import Array, ratio


@dataclass(frozen=True)
class Reliance:
    """net : (M - E) / D; imports : M / D; exports : E / X; trade : (M + E) / (X + M)."""

    net: Array
    imports: Array
    exports: Array
    trade: Array


def reliance(X: Array, E: Array, M: Array) -> Reliance:
    """How far home demand and production hang on trade.

    >>> float(reliance(100.0, 20.0, 60.0).exports)
    0.2
    """
    D = X - E + M
    return Reliance(ratio(M - E, D), ratio(M, D), ratio(E, X), ratio(M + E, X + M))


@dataclass(frozen=True)
class Sources:
    """What growth of production came from; the three sum to the growth X_1 - X_0.

    demand : u_0 (D_1 - D_0). exports : E_1 - E_0. substitution : (u_1 - u_0) D_1, home supply in place of imports.
    home_demand : D (2, ...). home_share : u (2, ...).
    """

    demand: Array
    exports: Array
    substitution: Array
    home_demand: Array
    home_share: Array


def sources_of_growth(X: ArrayLike, E: ArrayLike, M: ArrayLike) -> Sources:
    """Chenery's decomposition between two periods.

    X, E, M : (2, ...) before and after.

    >>> parts = sources_of_growth([100.0, 130.0], [20.0, 25.0], [60.0, 50.0])
    >>> [round(float(part), 6) for part in (parts.demand, parts.exports, parts.substitution)]
    [8.571429, 5.0, 16.428571]
    """
    made, sold, bought = (np.asarray(value, float) for value in (X, E, M))
    D = made - sold + bought
    u = ratio(made - sold, D)
    return Sources(u[0] * (D[1] - D[0]), sold[1] - sold[0], (u[1] - u[0]) * D[1], D, u)
