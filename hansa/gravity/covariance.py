"""How sure a coefficient is: the sandwich, robust or clustered in one way or several. Numbers only.

White 1980, Econometrica 48 (robust); Liang and Zeger 1986, Biometrika 73 (clustered); Cameron, Gelbach and Miller
2011, Journal of Business and Economic Statistics 29(2), 238-249 (several ways, and the repair of negative eigenvalues).
Factors in front of it: ppmlhdfe and reghdfe (Correia; `Regression.mata`, `DoF.mata`), fixest (Berge 2018).

Notation: H = X~'WX~ the bread; u (k, m) scores, one column for a row; G clusters; n rows used; k parameters;
V = q H^-1 (sum over clusters of (sum u)(sum u)') H^-1. Several ways: meats of all 2^Q - 1 intersections of Q cluster
variables, added for an odd number of them and subtracted for an even one; q then takes the smallest G.

stata, PPML (ppmlhdfe)   robust n/(n-1), clustered G/(G-1).
stata, least squares     robust n/(n-k), clustered (n-1)/(n-k) G/(G-1) as reghdfe; in k sets nested in a cluster count 1
                         together, and of others the levels less one for each group of levels linked by rows.
fixest                   robust n/(n-k), clustered (n-1)/(n-k) G/(G-1); in k sets nested in a cluster count 1 each, and
                         of others all levels but one a set after the first.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from statistics import NormalDist
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hansa.errors import DataError, NotIdentified
from hansa.gravity.compiled import kernel

CONVENTIONS = ("stata", "fixest")
Codes = NDArray[np.integer[Any]]


@dataclass(frozen=True)
class Covariance:
    """The covariance of coefficients, and what stands behind it.

    matrix : (k, k).
    convention : whose small-sample factor: ``stata`` or ``fixest``.
    factor : q, what the sandwich was multiplied by.
    clusters : number of clusters of each cluster variable, among the rows used; empty: robust.
    degrees : of freedom of the t distribution to compare with; None: the normal distribution.
    parameters : k in the factor; None where the factor does not need it.
    repaired : the most negative eigenvalue as a share of the largest, where it was set to zero; 0: none was.
    """

    matrix: NDArray[np.float64]
    convention: str
    factor: float
    clusters: tuple[int, ...]
    degrees: float | None
    parameters: int | None
    repaired: float


def sandwich(
    scores: NDArray[np.float64],
    hessian: NDArray[np.float64],
    clusters: Sequence[Codes] = (),
    effects: Sequence[Codes] = (),
    *,
    residual: NDArray[np.float64] | None = None,
    convention: str = "stata",
    linear: bool = False,
) -> Covariance:
    """The covariance of coefficients from the scores of each row.

    Parameters
    ----------
    scores : (k, m) weight times residual times regressor, the fixed effects projected out.
    residual : (m,) weight times residual, where `scores` are without it; so no product of all is kept.
    hessian : (k, k) X~'WX~.
    clusters : for each cluster variable (m,) the cluster of each row, counted from 0; none: robust.
    effects : for each set of fixed effects (m,) the level of each row. Read for `linear` and for ``fixest``.
    convention : whose small-sample factor, see on top.
    linear : whether this is least squares (reghdfe's factor, t distribution) or PPML (ppmlhdfe's, normal distribution).

    Raises
    ------
    DataError : an unknown convention.
    NotIdentified : fewer than two clusters, or no row beyond the parameters.

    >>> u, H = np.array([[1.0, -1.0, 2.0, -2.0]]), np.array([[2.0]])
    >>> sandwich(u, H).matrix.round(6).tolist()     # (1 + 1 + 4 + 4) / 2^2 times 4/3
    [[3.333333]]
    >>> sandwich(u, H, [np.array([0, 0, 1, 1])]).matrix.tolist()
    [[0.0]]
    """
    if convention not in CONVENTIONS:
        raise DataError(f"{convention!r} is no convention of standard errors. Give one of {', '.join(CONVENTIONS)}.")
    k, m = scores.shape
    few = tuple(_count(code) for code in clusters)
    if few and min(few) < 2:
        raise NotIdentified(
            f"Cluster variable {few.index(min(few)) + 1} has {min(few)} cluster among the {m:,} rows used; at least 2 "
            "are needed. Cluster by another column, or leave cluster out for robust errors."
        )
    counted = convention == "fixest" or linear
    parameters = k + (absorbed(effects, clusters, convention) if counted else 0)
    if counted and m <= parameters:
        raise NotIdentified(f"{m:,} rows are not enough for {parameters:,} parameters: no error can be computed.")
    G = min(few) if few else m
    scale = (m - 1) / (m - parameters) if counted else 1.0
    q = scale * G / (G - 1) if G > 1 else math.nan
    matrix = q * _between(hessian, _meat(scores, clusters, residual))
    matrix, repaired = _repair(matrix) if len(few) > 1 else (matrix, 0.0)
    np.fill_diagonal(matrix, np.maximum(np.diag(matrix), 0.0))  # below zero by rounding, where a fit is exact
    degrees = None if not linear else float(min(G - 1, m - parameters) if few else m - parameters)
    return Covariance(matrix, convention, q, few, degrees, parameters if counted else None, repaired)


def absorbed(effects: Sequence[Codes], clusters: Sequence[Codes], convention: str) -> int:
    """How many parameters the fixed effects count for.

    Parameters
    ----------
    effects, clusters : (m,) codes of each row, for each set and each cluster variable.
    convention : ``fixest``: sum of levels less one for each set after the first, nested sets 1 each. ``stata``:
        nested sets 1 together; of two other sets as many levels are redundant as there are groups of levels linked by
        rows (reghdfe's pairwise count).

    >>> exporter, importer = np.array([0, 0, 1, 1]), np.array([0, 1, 0, 1])
    >>> absorbed([exporter, importer], [], "stata"), absorbed([exporter, importer], [exporter], "fixest")
    (3, 2)
    """
    nested = [any(nests(code, cluster) for cluster in clusters) for code in effects]
    free = [code for code, inside in zip(effects, nested, strict=True) if not inside]
    if convention == "fixest":
        levels = sum(_count(code) for code in free)
        return levels + sum(nested) - max(0, len(effects) - 1)
    redundant = [0 if place == 0 and not any(nested) else 1 for place in range(len(free))]
    for first, second in combinations(range(len(free)), 2):
        redundant[second] = max(redundant[second], _linked_groups(free[first], free[second]))
    return sum(_count(code) for code in free) - sum(redundant) + any(nested)


def p_value(statistic: NDArray[np.float64], degrees: float | None = None) -> NDArray[np.float64]:
    """Two-sided p of statistics under the normal distribution, or the t distribution with `degrees` of freedom.

    >>> p_value(np.array([1.959963984540054, 0.0])).round(6).tolist()
    [0.05, 1.0]
    """
    if degrees is None:
        return np.array([math.erfc(abs(z) / math.sqrt(2)) if z == z else math.nan for z in statistic])
    from scipy.special import stdtr  # slow import

    return 2 * stdtr(degrees, -np.abs(statistic))


def quantile(level: float, degrees: float | None = None) -> float:
    """How many errors an interval of that level reaches to each side.

    >>> round(quantile(0.95), 6)
    1.959964
    """
    if degrees is None:
        return NormalDist().inv_cdf(0.5 + level / 2)
    from scipy.special import stdtrit  # slow import

    return float(stdtrit(degrees, 0.5 + level / 2))


def joint_p_value(statistic: float, count: int, degrees: float | None = None) -> float:
    """P of a Wald statistic for `count` restrictions: chi-squared, or F(count, degrees) of statistic / count.

    >>> round(joint_p_value(3.841459, 1), 6)
    0.05
    """
    from scipy.special import chdtrc, fdtrc  # slow import

    return float(chdtrc(count, statistic) if degrees is None else fdtrc(count, degrees, statistic / count))


def _meat(
    scores: NDArray[np.float64], clusters: Sequence[Codes], residual: NDArray[np.float64] | None
) -> NDArray[np.float64]:
    if not clusters:
        whole = scores if residual is None else scores * residual
        return whole @ whole.T
    each = np.ones(1) if residual is None else residual
    meat = np.zeros((scores.shape[0],) * 2)
    for size in range(1, len(clusters) + 1):
        for chosen in combinations(clusters, size):
            code = _crossed(chosen)
            total = np.zeros((scores.shape[0], int(code.max(initial=-1)) + 1))
            for row, out in zip(scores, total, strict=True):
                _add_up(code, row, each, out)
            meat += (total @ total.T) * (1 if size % 2 else -1)
    return meat


@kernel
def _add_up(code, row, residual, out):  # type: ignore[no-untyped-def] # pragma: no cover
    """Sums of row times residual (of one number: the same for all) by code; in one pass without copies."""
    last = residual.size - 1
    for r in range(code.size):
        out[code[r]] += row[r] * residual[min(r, last)]


def _crossed(codes: Sequence[Codes]) -> Codes:
    """One code for the cells of several: small numbers, so that they can be counted."""
    code = codes[0]
    for other in codes[1:]:
        width = int(other.max()) + 1
        code = code.astype(np.int64) * width + other
        if int(code.max()) > 4 * code.size + 1_000_000:
            code = np.unique(code, return_inverse=True)[1]
    return code


def _count(code: Codes) -> int:
    return int(_distinct(code, int(code.max(initial=-1)) + 1))


@kernel
def _distinct(code, size):  # type: ignore[no-untyped-def] # pragma: no cover
    """How many codes there are, all of them below `size`."""
    seen, count = np.zeros(size, np.bool_), 0
    for r in range(code.size):
        if not seen[code[r]]:
            seen[code[r]] = True
            count += 1
    return count


def nests(inner: Codes, outer: Codes) -> bool:
    """Whether each level of `inner` lies within one level of `outer`: all its rows have the same.

    >>> nests(np.array([0, 0, 1]), np.array([5, 5, 5])), nests(np.array([0, 0, 1]), np.array([5, 6, 6]))
    (True, False)
    """
    return bool(_within(inner, outer, int(inner.max(initial=-1)) + 1))


@kernel
def _within(inner, outer, size):  # type: ignore[no-untyped-def] # pragma: no cover
    """Whether all rows of each code of `inner`, below `size`, have one code of `outer`."""
    first = np.full(size, -1, np.int64)
    for r in range(inner.size):
        if first[inner[r]] < 0:
            first[inner[r]] = r
        elif outer[first[inner[r]]] != outer[r]:
            return False
    return True


def _linked_groups(first: Codes, second: Codes) -> int:
    """Groups of levels of two sets that no row links with each other."""
    from scipy.sparse import coo_array  # slow import
    from scipy.sparse.csgraph import connected_components  # slow import

    a, b = int(first.max()) + 1, int(second.max()) + 1
    graph = coo_array((np.ones(first.size), (first, second.astype(np.int64) + a)), shape=(a + b, a + b))
    groups = connected_components(graph.tocsr(), directed=False)[1]
    return int(np.unique(groups[first]).size)


def _between(bread: NDArray[np.float64], meat: NDArray[np.float64]) -> NDArray[np.float64]:
    """H^-1 M H^-1, scaled first so that regressors of any size do."""
    size = np.sqrt(np.diag(bread))
    inverse = np.linalg.inv(bread / np.outer(size, size)) / np.outer(size, size)
    whole = inverse @ meat @ inverse
    return (whole + whole.T) / 2


def _repair(matrix: NDArray[np.float64]) -> tuple[NDArray[np.float64], float]:
    """Negative eigenvalues set to zero (Cameron, Gelbach and Miller 2011, p. 241)."""
    value, vector = np.linalg.eigh(matrix)
    if value.size == 0 or value[0] >= -1e-12 * abs(value[-1]):
        return matrix, 0.0
    return (vector * np.maximum(value, 0)) @ vector.T, float(value[0] / abs(value[-1]))
