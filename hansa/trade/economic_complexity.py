"""Economic complexity: what few others can make, and how near the rest of the products is. Numbers only.

Hidalgo and Hausmann 2009, PNAS 106; Hausmann, Hidalgo et al. 2014, The Atlas of Economic Complexity, MIT Press
(density, outlook); Tacchella, Cristelli, Caldarelli, Gabrielli and Pietronero 2012, Scientific Reports 2 (fitness).

Notation: X (C, P) exports, regions in rows; M (C, P) 1 where RCA >= 1; d = row sums of M (diversity), u = column sums
(ubiquity), D and U their diagonal matrices; phi (P, P) proximity; K_c, K_p the scores before they are standardised.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hansa.errors import DataError, NotIdentified

Array = NDArray[np.float64]
EQUAL = 1e-9  # relative gap below which two eigenvalues count as one: their vectors are then arbitrary mixtures


@dataclass(frozen=True)
class Complexity:
    """ECI and PCI with what they were made of; NaN for a region or product that has no 1 in M.

    eci : (C,) mean 0, standard deviation 1 (ddof 0).
    pci : (P,) on the scale of eci, so that eci is the mean pci of a region's products.
    region_score, product_score : K_c, K_p before centring.
    eigenvalues : the largest ones of D^-1 M U^-1 M', up to three, falling; the first is 1.
    """

    eci: Array
    pci: Array
    region_score: Array
    product_score: Array
    eigenvalues: Array

    @property
    def gap(self) -> float:
        """(lambda_2 - lambda_3) / lambda_2: near 0 the index hangs on noise."""
        third = self.eigenvalues[2] if len(self.eigenvalues) > 2 else 0.0
        return float((self.eigenvalues[1] - third) / self.eigenvalues[1])


@dataclass(frozen=True)
class Outlook:
    """What is within reach.

    density : (C, P) share of the proximity of each product that lies in products the region makes.
    coi : (C,) complexity outlook index, mean 0, standard deviation 1.
    cog : (C, P) complexity outlook gain in standard deviations of K_c; 0 where the region makes the product already.
    """

    density: Array
    coi: Array
    cog: Array


@dataclass(frozen=True)
class Fitness:
    """Fitness of regions (C,) and complexity of products (P,), each with mean 1; NaN where M has no 1.

    change : the largest change of a region's fitness in the last round.
    moving : how many regions still changed rank in the last round.
    """

    fitness: Array
    complexity: Array
    change: float
    moving: int


def specialisation(X: ArrayLike, threshold: float = 1.0) -> NDArray[np.bool_]:
    """M: where revealed comparative advantage reaches `threshold`. Balassa 1965.

    >>> specialisation([[3.0, 1.0], [1.0, 3.0]]).tolist()
    [[True, False], [False, True]]
    """
    exports = np.asarray(X, float)
    if exports.ndim != 2 or not np.isfinite(exports).all() or (exports < 0).any():
        raise DataError("Exports by region and product must be a table of finite numbers, none below zero.")
    region, product = exports.sum(1, keepdims=True), exports.sum(0)
    # a cell without trade has no advantage, whatever its margins
    shares = np.divide(exports, region, out=np.zeros_like(exports), where=region > 0)
    world = product / product.sum() if product.any() else product
    np.divide(shares, world, out=shares, where=world > 0)
    return (shares >= threshold) & (exports > 0)


def made(M: ArrayLike) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Which regions have at least one product, and which products at least one region."""
    presence = _presence(M)
    return np.asarray(presence.any(1)), np.asarray(presence.any(0))


def parts(M: ArrayLike) -> NDArray[np.int64]:
    """Which separate part of the network of regions and products each region belongs to; -1 where it makes nothing.

    >>> parts([[1, 0], [0, 1], [0, 1]]).tolist()
    [0, 1, 1]
    """
    M = _presence(M)
    out = np.full(len(M), -1, np.int64)
    waiting, part = made(M)[0], 0
    while waiting.any():
        regions: NDArray[np.bool_] = np.arange(len(M)) == waiting.argmax()
        while True:
            reached = np.asarray(M[:, M[regions].any(0)].any(1))
            if reached.sum() == regions.sum():
                break
            regions = reached
        out[regions] = part
        waiting, part = waiting & ~regions, part + 1
    return out


def solve(M: ArrayLike) -> Complexity:
    """ECI and PCI by the second eigenvector, solved in its symmetric form on the smaller side.

    D^-1 M U^-1 M' has the eigenvalues of the symmetric S = D^-1/2 M U^-1 M' D^-1/2, and K_c = D^-1/2 v_2. The sign is
    such that K_c correlates with diversity. Regions and products without a 1 are left out and get NaN.

    Raises
    ------
    NotIdentified : fewer than two regions or products; M falls into separate parts (eigenvalue 1 repeats); all regions
        make the same; the second and third eigenvalue are equal; K_c does not correlate with diversity, so the sign is
        open.

    >>> solve([[1, 1, 1, 1, 1], [1, 1, 1, 0, 0], [1, 1, 0, 1, 0], [1, 0, 0, 0, 0]]).eci.round(6).tolist()
    [1.147079, 0.229416, 0.229416, -1.60591]
    """
    presence = _presence(M)
    regions, products = made(presence)
    M = presence[regions][:, products].astype(float)
    if min(M.shape) < 2:
        raise NotIdentified(
            f"Complexity compares regions by their products, but {M.shape[0]} region(s) and {M.shape[1]} product(s) "
            "have a revealed comparative advantage; at least two of each are needed."
        )
    if (separate := int(parts(M).max()) + 1) > 1:
        raise NotIdentified(
            f"The network of regions and products falls into {separate} parts that share no product: complexity cannot "
            "be compared across them. Drop the regions of the smaller parts, or use coarser products."
        )
    d, u = M.sum(1), M.sum(0)
    eigenvalues, K_c = _second(M, d, u)
    K_c = K_c * _sign(K_c, d)
    K_p = (M.T @ K_c) / u / eigenvalues[1]
    mean, deviation = K_c.mean(), K_c.std()
    return Complexity(
        eci=_spread((K_c - mean) / deviation, regions),
        pci=_spread((K_p - mean) / deviation, products),
        region_score=_spread(K_c, regions),
        product_score=_spread(K_p, products),
        eigenvalues=eigenvalues,
    )


def _second(M: Array, d: Array, u: Array) -> tuple[Array, Array]:
    """The largest eigenvalues, falling, and K_c of the second."""
    half = M / np.sqrt(d)[:, None] / np.sqrt(u)
    wide = M.shape[0] <= M.shape[1]
    symmetric = half @ half.T if wide else half.T @ half
    values, vectors = np.linalg.eigh(symmetric)
    values, second = values[:-4:-1], vectors[:, -2]
    if values[1] < EQUAL:
        raise NotIdentified(
            "All regions make the same products (the second eigenvalue is 0): complexity cannot tell them apart."
        )
    if len(values) > 2 and values[1] - values[2] < EQUAL * values[1]:
        raise NotIdentified(
            f"The second and third eigenvalue are equal ({values[1]:.6g}): any mixture of their vectors would do, so "
            "ECI is not determined. Add regions or products, or change the threshold of RCA."
        )
    return values, second / np.sqrt(d) if wide else (M @ (second / np.sqrt(u))) / d


def _sign(K_c: Array, d: Array) -> float:
    together = float((K_c - K_c.mean()) @ (d - d.mean()))
    if abs(together) <= EQUAL * np.linalg.norm(K_c - K_c.mean()) * np.linalg.norm(d):
        raise NotIdentified(
            "Complexity does not correlate with diversity here (every region may make equally many products), so it is "
            "open which end of the scale is the complex one. Add regions or products."
        )
    return float(np.sign(together))


def proximity(M: ArrayLike, products: ArrayLike | None = None) -> Array:
    """phi: the smaller of the two shares of regions making one product that make the other too. Hidalgo et al. 2007.

    products : positions of the rows wanted; all by default. The diagonal is 1; a product that nobody makes has NaN.

    >>> proximity([[1, 1], [1, 0]]).tolist()
    [[1.0, 0.5], [0.5, 1.0]]
    """
    presence = _presence(M).astype(
        np.float32
    )  # counts of regions are exact in float32, and its product is twice as fast
    rows = presence if products is None else presence[:, np.asarray(products, np.int64)]
    both = (rows.T @ presence).astype(float)
    larger = np.maximum(rows.sum(0)[:, None], presence.sum(0))
    with np.errstate(invalid="ignore"):
        both /= larger
    both[rows.sum(0) == 0], both[:, presence.sum(0) == 0] = np.nan, np.nan
    return both


def through_proximity(weights: ArrayLike, M: ArrayLike) -> Array:
    """Product of weights (n, P) and phi, without making the P x P matrix phi.

    phi_pq = (M'M)_pq / max(u_p, u_q), so with products grouped by ubiquity the sum over p splits at u_q:

        sum_p w_p phi_pq = sum_c M_cq [ sum_(u_p <= u_q) w_p M_cp / u_q  +  sum_(u_p > u_q) w_p M_cp / u_p ]

    The brackets are running sums over at most C levels of ubiquity: 2 n C P multiplications instead of n P^2 + C P^2.
    Every product must be made somewhere.

    >>> M = np.array([[1, 1, 0], [1, 0, 1]])
    >>> np.allclose(through_proximity(M, M), M @ proximity(M))
    True
    """
    M, weights = np.asarray(M, float), np.asarray(weights, float)
    if M.shape[0] >= M.shape[1]:
        return weights @ proximity(M)
    u = M.sum(0)
    levels = [(level, np.flatnonzero(u == level)) for level in np.unique(u)]
    below = np.zeros((len(weights), len(M)))
    above = (weights / u) @ M.T
    out = np.empty_like(weights)
    for level, here in levels:
        makers = M[:, here]
        step = weights[:, here] @ makers.T
        below += step
        above -= step / level
        out[:, here] = (below / level + above) @ makers
    return out


def outlook(M: ArrayLike, solved: Complexity | None = None) -> Outlook:
    """Density, complexity outlook index and gain. Hausmann, Hidalgo et al. 2014, pp. 52-57.

    density_cp = sum_q M_cq phi_qp / sum_q phi_qp; COI_c standardises sum_p density_cp (1 - M_cp) K_p; COG_cp =
    (1 - M_cp) sum_q (1 - M_cq) phi_qp K_q / sum_r phi_qr over the standard deviation of K_c. NaN where M has no 1.

    solved : solve(M), where it is at hand.

    >>> outlook([[1, 1, 1, 1, 1], [1, 1, 1, 0, 0], [1, 1, 0, 1, 0], [1, 0, 0, 0, 0]]).coi.round(6).tolist()
    [-1.395095, 0.94893, 0.94893, -0.502765]
    """
    presence = _presence(M)
    solved = solved or solve(presence)
    regions, products = made(presence)
    M = presence[regions][:, products].astype(float)
    K_p, deviation = solved.product_score[products], solved.region_score[regions].std()
    reach = through_proximity(np.vstack([M, np.ones(M.shape[1])]), M)
    density, all_of_it = reach[:-1] / reach[-1], reach[-1]
    lacking = 1 - M
    promise = (density * lacking) @ K_p
    if (deviation_of_promise := promise.std()) <= EQUAL * np.abs(promise).max(initial=0.0):
        coi = np.full(len(promise), np.nan)  # every region has the same outlook: 0 / 0
    else:
        coi = (promise - promise.mean()) / deviation_of_promise
    cog = lacking * through_proximity(lacking * (K_p / all_of_it), M) / deviation
    return Outlook(_widen(density, regions, products), _spread(coi, regions), _widen(cog, regions, products))


def density(M: ArrayLike) -> Array:
    """The density of `outlook` alone: it needs no eigenvector, so it exists for a network in separate parts too.

    >>> density([[1, 1], [1, 0]]).round(4).tolist()
    [[1.0, 1.0], [0.6667, 0.3333]]
    """
    presence = _presence(M)
    regions, products = made(presence)
    M = presence[regions][:, products].astype(float)
    reach = through_proximity(np.vstack([M, np.ones(M.shape[1])]), M)
    return _widen(reach[:-1] / reach[-1], regions, products)


def fitness(M: ArrayLike, rounds: int = 19) -> Fitness:
    """Fitness and complexity by the non-linear map of Tacchella et al. 2012, both sides from the previous pair.

    F~ = M Q, Q~ = 1 / (M' (1 / F)), each divided by its mean. The map approaches its limit slowly, and some fitnesses
    tend to 0: `change` and `moving` say how far it had come.

    >>> fitness([[1, 1], [1, 0]], rounds=1).fitness.round(4).tolist()
    [1.3333, 0.6667]
    """
    if rounds < 1:
        raise DataError(f"{rounds} rounds of the fitness map leave nothing computed; ask for at least 1.")
    presence = _presence(M)
    regions, products = made(presence)
    M = presence[regions][:, products].astype(float)
    if not M.size:
        raise NotIdentified(
            "No region has a revealed comparative advantage in any product: fitness has nothing to compare."
        )
    F, Q = np.ones(M.shape[0]), np.ones(M.shape[1])
    for _ in range(rounds):
        earlier = F
        F, Q = M @ Q, 1 / (M.T @ (1 / F))
        F, Q = F / F.mean(), Q / Q.mean()
        if F.min() < np.finfo(float).tiny:
            raise NotIdentified("The fitness of a region has fallen to 0 in floating point. Ask for fewer rounds.")
    moving = int((np.argsort(np.argsort(F)) != np.argsort(np.argsort(earlier))).sum())
    return Fitness(_spread(F, regions), _spread(Q, products), float(np.abs(F - earlier).max()), moving)


def _presence(M: ArrayLike) -> NDArray[np.bool_]:
    given = np.asarray(M)
    if given.ndim != 2 or (given.dtype != bool and not np.isin(given, (0, 1)).all()):
        raise DataError("M must be a table of regions by products that holds only 0 and 1.")
    return given.astype(bool)


def _spread(values: Array, kept: NDArray[np.bool_]) -> Array:
    out = np.full(len(kept), np.nan)
    out[kept] = values
    return out


def _widen(values: Array, regions: NDArray[np.bool_], products: NDArray[np.bool_]) -> Array:
    if regions.all() and products.all():
        return values
    out: NDArray[Any] = np.full((len(regions), len(products)), np.nan)
    out[np.ix_(regions, products)] = values
    return out
