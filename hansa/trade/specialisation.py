"""What a region sells more of than others do: revealed comparative advantage in its variants. Numbers only.

Balassa 1965, The Manchester School 33; Dalum, Laursen and Villumsen 1998, Structural Change and Economic Dynamics 9
(symmetric); Hoen and Oosterhaven 2006, Annals of Regional Science 40 (additive); Yu, Cai and Leung 2009, Annals of
Regional Science 43 (normalised); Proudman and Redding 2000, Review of International Economics 8 (weighted); Vollrath
1991, Weltwirtschaftliches Archiv 127; Lafay 1992, in Dagenais and Muet (eds); Michaely 1962.

Notation: X, M (n, K) exports and imports of n regions in K products; X_i, M_i their row sums; s, m their row shares;
W_k (K,) or (n, K) exports of the reference world by product, w its shares; B Balassa's index. NaN: does not exist.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hansa.trade.ratio import Array, logarithm, ratio, rest, shares


def world_exports(X: Array, members: Array, without_own: bool) -> Array:
    """W_k: exports of the reference world by product.

    members : (n,) 1 where a region belongs to the world.
    without_own : leave each region out of its own world.

    Returns (1, K), or (n, K) where every region has its own world.
    """
    W_k = (members @ X)[None, :]
    return rest(W_k, members[:, None] * X) if without_own else W_k


def balassa(X: Array, W_k: Array) -> Array:
    """B = (X_ik / X_i) / (W_k / W), (n, K); 1 is neutral.

    >>> balassa(np.array([[3.0, 1.0], [1.0, 3.0]]), np.array([4.0, 4.0])).tolist()
    [[1.5, 0.5], [0.5, 1.5]]
    """
    return ratio(shares(X), shares(W_k))


def symmetric(B: Array) -> Array:
    """(B - 1) / (B + 1), in -1 .. 1."""
    return (B - 1) / (B + 1)


def additive(X: Array, W_k: Array) -> Array:
    """s_ik - w_k; sums to zero over products."""
    return shares(X) - shares(W_k)


def normalised(X: Array) -> Array:
    """X_ik / W - X_i W_k / W^2; sums to zero over products and over regions."""
    W = X.sum()
    return ratio(X, W) - ratio(X.sum(1, keepdims=True) * X.sum(0), W**2)


def weighted(B: Array) -> Array:
    """B over its mean across the products of the region (those that the world trades)."""
    exist = ~np.isnan(B)
    mean = ratio(np.where(exist, B, 0.0).sum(1, keepdims=True), exist.sum(1, keepdims=True))
    return ratio(B, mean)


@dataclass(frozen=True)
class Advantage:
    """Vollrath's measures, (n, K): on exports, on imports, their difference and the difference of their logarithms."""

    exports: Array
    imports: Array
    trade: Array
    competitiveness: Array


def vollrath(X: Array, M: Array) -> Advantage:
    """RXA, RMA, RTA = RXA - RMA and RC = ln RXA - ln RMA, which count neither region nor product twice."""
    exports, imports = _without_own(X), _without_own(M)
    return Advantage(exports, imports, exports - imports, logarithm(exports) - logarithm(imports))


def _without_own(X: Array) -> Array:
    """[X_ik / (X_i - X_ik)] / [(W_k - X_ik) / ((W - X_i) - (W_k - X_ik))]."""
    X_i, W_k = X.sum(1, keepdims=True), X.sum(0)
    others = rest(W_k, X)
    return ratio(ratio(X, rest(X_i, X)), ratio(others, rest(rest(X.sum(), X_i), others)))


def lafay(X: Array, M: Array) -> Array:
    """100 [(x-m)/(x+m) - sum(x-m)/sum(x+m)] (x+m)/sum(x+m); sums to zero over products."""
    turnover, balance = X + M, X - M
    total = turnover.sum(1, keepdims=True)
    return 100 * (ratio(balance, total) - ratio(balance.sum(1, keepdims=True), total) * ratio(turnover, total))


def michaely(X: Array, M: Array) -> Array:
    """s_ik - m_ik, in -1 .. 1; sums to zero over products."""
    return shares(X) - shares(M)


def diversification(X: Array, W_k: Array) -> Array:
    """Half the sum of |s_ik - w_k| over products, (n,); 0 where a region sells what the world sells.

    >>> diversification(np.array([[3.0, 1.0]]), np.array([4.0, 4.0])).tolist()
    [0.25]
    """
    return np.abs(additive(X, W_k)).sum(1) / 2
