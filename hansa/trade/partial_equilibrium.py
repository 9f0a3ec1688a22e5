"""A tariff changes in one market: trade created and diverted, by the SMART model. Numbers only.

Laird and Yeats 1986, The UNCTAD Trade Policy Simulation Model; Jammes and Olarreaga 2005, Explaining SMART and GSIM.
Notation: M imports from the partner whose tariff changes, M_o from all others; t0, t1 tariff before and after; eta
import demand elasticity (> 0), sigma substitution elasticity between suppliers; supply is infinitely elastic.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hansa.errors import DataError

Array = NDArray[np.float64]


@dataclass(frozen=True)
class TradeEffect:
    """creation : more demand at a lower price; diversion : taken from other suppliers; total : gain of the partner.

    Others lose what is diverted, so diversion sums to zero over all suppliers. Negative where the tariff rises.
    """

    creation: Array
    diversion: Array
    total: Array


def smart(
    imports: ArrayLike, others: ArrayLike, before: ArrayLike, after: ArrayLike, elasticities: tuple[float, float]
) -> TradeEffect:
    """Trade created, TC = M eta (t0 - t1) / (1 + t0), and diverted, TD = M M_o sigma |rho| / (M + M_o + M sigma |rho|).

    rho = (1 + t1) / (1 + t0) - 1 is the change of the relative price; where it rises, TD is taken as a loss.

    imports, others : of any one shape, in money.
    before, after : ad-valorem tariffs as shares.
    elasticities : (eta, sigma).

    >>> found = smart(100.0, 300.0, 0.10, 0.0, (1.25, 1.5))
    >>> float(found.creation.round(6)), float(found.diversion.round(6)), float(found.total.round(6))
    (11.363636, 9.89011, 21.253746)
    """
    M, M_o, t0, t1 = (np.asarray(a, float) for a in (imports, others, before, after))
    eta, sigma = elasticities
    if not (eta >= 0 and sigma >= 0):
        raise DataError(f"Elasticities are given as sizes, at or above 0; these are {eta} and {sigma}.")
    if (t0 <= -1).any() or (t1 <= -1).any():
        raise DataError("A tariff is a share of the price, such as 0.1 for 10 %; it must be above -1.")
    creation = M * eta * (t0 - t1) / (1 + t0)
    rho = (1 + t1) / (1 + t0) - 1
    pull = M * sigma * np.abs(rho)
    every = M + M_o + pull
    diversion = np.sign(-rho) * np.divide(M_o * pull, every, out=np.zeros(every.shape), where=every > 0)
    return TradeEffect(np.asarray(creation), np.asarray(diversion), np.asarray(creation + diversion))
