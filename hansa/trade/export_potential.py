"""Export potential: what a region could sell in a market if structure, size and distance alone decided. Numbers only.

Decreux and Spies 2016, Export Potential Assessments, International Trade Centre.
Notation: i exporter, j market, k product; v mean trade over years; *_hat expected / current (1.10 = +10 %); t tariff.
Arrays of any shapes that broadcast against each other.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Potential:
    """Potential and what of it is not used.

    potential : supply x demand x ease, in the unit of demand.
    unrealised : what it exceeds actual trade by, 0 where it does not. A benchmark, no ceiling.
    """

    potential: Array
    unrealised: Array


def margin(mean: ArrayLike, own: ArrayLike) -> Array:
    """(1 + mean tariff) / (1 + own tariff): above 1 where the own tariff is the lower one.

    >>> float(margin(0.05, 0.0))
    1.05
    """
    return np.asarray((1 + np.asarray(mean, float)) / (1 + np.asarray(own, float)))


def demand(
    imports: ArrayLike,
    gdp_hat: ArrayLike = 1.0,
    population_hat: ArrayLike = 1.0,
    elasticity: ArrayLike = 1.0,
    tariff_margin: ArrayLike = 1.0,
) -> Array:
    """v_jk (GDP_hat_j / POP_hat_j)^E_jk POP_hat_j (1 + mean t_jk) / (1 + t_ijk).

    >>> float(demand(80.0, gdp_hat=1.05, population_hat=1.01, elasticity=1.2, tariff_margin=1.04).round(6))
    88.041252
    """
    gdp_hat, population_hat = np.asarray(gdp_hat, float), np.asarray(population_hat, float)
    per_head = (gdp_hat / population_hat) ** np.asarray(elasticity, float)
    return np.asarray(np.asarray(imports, float) * per_head * population_hat * np.asarray(tariff_margin, float))


def supply(share: ArrayLike, exports: ArrayLike, imports: ArrayLike, tariff_margin: ArrayLike = 1.0) -> Array:
    """Share of the expected world supply x min(1, x_ik / m_ik) x (1 + t_ik) / (1 + t_k).

    share : v_ik GDP_hat_i over its sum over exporters *of the same product*.
    exports, imports : of the exporter itself: what is mostly passed through is no supply of its own.

    >>> float(supply(140 * 1.12 / 331.7, exports=140, imports=70, tariff_margin=1.03 / 1.05).round(6))
    0.463712
    """
    exports, imports = np.asarray(exports, float), np.asarray(imports, float)
    own = np.divide(exports, imports, out=np.ones(np.broadcast(exports, imports).shape), where=imports > 0)
    return np.asarray(np.asarray(share, float) * np.minimum(1, own) * np.asarray(tariff_margin, float))


def expected_trade(exports: ArrayLike, world: ArrayLike, imports: ArrayLike) -> Array:
    """sum_k (v_ik / v_k) v_jk: trade of the pair if the exporter had its world share in every product of the market.

    exports, world : (P,); imports : (J, P). Gives (J,).

    >>> expected_trade([140, 90], [300, 280], [[80, 55]]).round(4).tolist()
    [55.0119]
    """
    exports, world = np.asarray(exports, float), np.asarray(world, float)
    share = np.divide(exports, world, out=np.zeros_like(exports), where=world > 0)
    return np.asarray(imports, float) @ share


def ease(
    trade: ArrayLike, expected: ArrayLike, log_distance: ArrayLike = 0.0, mean_log_distance: ArrayLike = 0.0
) -> Array:
    """exp(-|mean log distance_jk - log distance_ij|) v_ij / expected trade of the pair; NaN where none is expected.

    >>> float(ease(140.0, 138.15476190476190, np.log(1500), np.log(2000)).round(6))
    0.760017
    """
    trade, expected = np.asarray(trade, float), np.asarray(expected, float)
    near = np.exp(-np.abs(np.asarray(mean_log_distance, float) - np.asarray(log_distance, float)))
    ratio = np.divide(trade, expected, out=np.full(np.broadcast(trade, expected).shape, np.nan), where=expected > 0)
    return np.asarray(near * ratio)


def potential(supply: ArrayLike, demand: ArrayLike, ease: ArrayLike, actual: ArrayLike) -> Potential:
    """Supply x demand x ease, and what exceeds actual trade.

    >>> potential(0.5, 80.0, 1.0, 30.0)
    Potential(potential=array(40.), unrealised=array(10.))
    """
    reach = np.asarray(np.asarray(supply, float) * np.asarray(demand, float) * np.asarray(ease, float))
    return Potential(reach, np.asarray(np.maximum(0.0, reach - np.asarray(actual, float))))
