"""How much two regions trade, against what their sizes and their products would lead one to expect. Numbers only.

Brown 1949, Applied Economics; Kojima 1964, Hitotsubashi Journal of Economics 5; Drysdale 1967; Drysdale and Garnaut
1982, Hitotsubashi Journal of Economics 22; Michaely 1996, Trade Preferential Agreements in Latin America (World Bank);
Anderson and Norheim 1993, Review of International Economics 1; Iapadre 2006, in De Lombaerde (ed.), Assessment and
Measurement of Regional Integration.

Notation: x (n, n) trade from origin i (rows) to destination j, zero on the diagonal; X_i, M_j its row and column sums;
W its sum; s, m (n, K) export and import shares by product, w (K,) those of the world; G a set of regions.
NaN: does not exist.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hansa.trade.ratio import Array, ratio, rest


def intensity(x: Array, members: Array, without_own: bool = False) -> Array:
    """I_ij = (x_ij / X_i) / (M_j / W), (n, n), where M_j and W count the flows of the reference world only.

    members : (n,) 1 where an origin belongs to the world.
    without_own : leave each origin's own exports out of its yardstick: (M_j - x_ij) / (W - X_i).

    >>> x = np.array([[0.0, 2.0], [1.0, 0.0]])
    >>> intensity(x, np.ones(2)).tolist()
    [[0.0, 1.5], [3.0, 0.0]]
    """
    X_i = x.sum(1, keepdims=True)
    taken = np.broadcast_to(members @ x, x.shape)
    if without_own:
        taken = rest(taken, members[:, None] * x)
    return ratio(ratio(x, X_i), ratio(taken, taken.sum(1, keepdims=True)))


def intensity_without_own_imports(x: Array) -> Array:
    """(x_ij / X_i) / (M_j / (W - M_i)): region i cannot buy from itself, so its imports are no part of its market."""
    M_j = x.sum(0)
    return ratio(ratio(x, x.sum(1, keepdims=True)), ratio(M_j[None, :], rest(x.sum(), M_j[:, None])))


@dataclass(frozen=True)
class Bounded:
    """Iapadre's measures: homogeneous intensity, its complement for the rest, and the index between -1 and 1.

    share, others : h and h_o, from which they are made.
    """

    share: Array
    others: Array
    inside: Array
    outside: Array
    index: Array


def bounded(share: Array, others: Array) -> Bounded:
    """(HI - HE) / (HI + HE) with HI = h/h_o and HE = (1-h)/(1-h_o).

    share : h, what goes to the partner out of all that the region sends.
    others : h_o, what goes to the same partner out of all that everybody else sends.

    >>> float(bounded(np.array(0.375), np.array(0.2)).index)
    0.4117647058823529
    """
    inside, outside = ratio(share, others), ratio(rest(1.0, share), rest(1.0, others))
    return Bounded(share, others, inside, outside, ratio(inside - outside, inside + outside))


def relative_intensity(x: Array) -> Bounded:
    """Iapadre's index for every pair, (n, n): h = x_ij / X_i, h_o = (M_j - x_ij) / (W - X_i)."""
    X_i = x.sum(1, keepdims=True)
    return bounded(ratio(x, X_i), ratio(rest(x.sum(0), x), rest(x.sum(), X_i)))


def match(s: Array, m: Array) -> Array:
    """100 (1 - half the sum over products of |m_jk - s_ik|), (rows of s, rows of m): 0 nothing in common, 100 equal.

    >>> match(np.array([[1.0, 0.0]]), np.array([[1.0, 0.0], [0.5, 0.5], [0.0, 1.0]])).tolist()
    [[100.0, 50.0, 0.0]]
    """
    from scipy.spatial.distance import cdist  # slow import

    return 100 * (1 - cdist(s, m, "cityblock") / 2)


def cosine(s: Array, m: Array) -> Array:
    """The cosine of the angle between export and import structure, 0 .. 1."""
    length = np.sqrt((s**2).sum(1))[:, None] * np.sqrt((m**2).sum(1))[None, :]
    return ratio(s @ m.T, length)


def drysdale(s: Array, m: Array, w: Array) -> Array:
    """C_ij = sum over products of RCA_ik RCM_jk w_k = sum of s_ik m_jk / w_k; products that nobody trades are left out.

    >>> drysdale(np.array([[0.5, 0.5]]), np.array([[0.5, 0.5]]), np.array([0.5, 0.5])).tolist()
    [[1.0]]
    """
    traded = w > 0
    return (s[:, traded] / w[traded]) @ m[:, traded].T


@dataclass(frozen=True)
class IntraBloc:
    """Trade of a bloc with itself.

    exports, imports, trade : intra-bloc trade as a share of the bloc's exports, imports, and of both.
    expected : the share of exports that would stay inside if members sold in proportion to the markets open to them,
        each leaving out its own imports.
    """

    exports: float
    imports: float
    trade: float
    expected: float

    @property
    def intensity(self) -> float:
        """Share of exports / expected share: above 1 where members favour one another."""
        return float(ratio(self.exports, self.expected))


def intra_bloc(x: Array, members: NDArray[np.bool_]) -> IntraBloc:
    """Intra-bloc shares, and the share that the sizes of markets would lead one to expect.

    members : (n,) True for the regions of the bloc.

    expected = sum over i in G of (X_i / X_G) (M_G - M_i) / (W - M_i)
    """
    X_i, M_j, W = x.sum(1), x.sum(0), x.sum()
    inside, X_G, M_G = x[np.ix_(members, members)].sum(), X_i[members].sum(), M_j[members].sum()
    market = ratio(rest(M_G, M_j[members]), rest(W, M_j[members]))
    with np.errstate(invalid="ignore"):
        expected = float((ratio(X_i[members], X_G) * market).sum())
    return IntraBloc(
        exports=float(ratio(inside, X_G)),
        imports=float(ratio(inside, M_G)),
        trade=float(ratio(2 * inside, X_G + M_G)),
        expected=expected,
    )


@dataclass(frozen=True)
class NaiveBloc:
    """Bloc intensity as usually printed: on trade and on exports, against the bloc's weight in the world.

    inside : 2 intra / (X_G + M_G). weight : (X_G + M_G) / 2W.
    """

    trade: float
    exports: float
    inside: float
    weight: float


def naive_bloc(x: Array, members: NDArray[np.bool_]) -> NaiveBloc:
    """(2 intra / (X_G + M_G)) / ((X_G + M_G) / 2W) and (intra / X_G) / (M_G / W).

    Biased down: the yardstick supposes that a member could trade with itself.
    """
    share, X_G, M_G, W = intra_bloc(x, members), x[members].sum(), x[:, members].sum(), x.sum()
    weight = float(ratio(X_G + M_G, 2 * W))
    exports = ratio(share.exports, ratio(M_G, W))
    return NaiveBloc(float(ratio(share.trade, weight)), float(exports), share.trade, weight)


def introversion(x: Array, members: NDArray[np.bool_]) -> Bounded:
    """Iapadre's index for a bloc and itself: h = intra / X_G, h_o = (M_G - intra) / (W - X_G)."""
    inside, X_G, M_G = x[np.ix_(members, members)].sum(), x[members].sum(), x[:, members].sum()
    return bounded(ratio(inside, X_G), ratio(rest(M_G, inside), rest(x.sum(), X_G)))


def regional_orientation(inside: Array, outside: Array) -> Array:
    """(x_in / sum of x_in) / (x_out / sum of x_out), (n, K): above 1 where a product goes to the bloc more than others.

    inside, outside : (n, K) exports to the bloc and to all others.
    """
    return ratio(
        ratio(inside, inside.sum(1, keepdims=True)),
        ratio(outside, outside.sum(1, keepdims=True)),
    )
