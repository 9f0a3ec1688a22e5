"""How many products, and how much of each: the margins of a share in a market. Numbers only.

Hummels and Klenow 2005, American Economic Review 95.

Notation: x (n, K) what n origins sell in the market by product; V (K,) all that is sold there; EM extensive, IM
intensive margin. NaN: does not exist.
"""

from __future__ import annotations

from dataclasses import dataclass

from hansa.trade.ratio import Array, ratio


@dataclass(frozen=True)
class Margins:
    """(n,) each; extensive x intensive = share."""

    extensive: Array
    intensive: Array
    share: Array


def margins(x: Array, V: Array) -> Margins:
    """EM = sum of V over products with x > 0 / sum of V; IM = sum of x / sum of V over these products.

    >>> from numpy import array
    >>> m = margins(array([[2.0, 0.0]]), array([4.0, 4.0]))
    >>> m.extensive.tolist(), m.intensive.tolist(), m.share.tolist()
    ([0.5], [0.5], [0.25])
    """
    reached = (x > 0) @ V
    return Margins(ratio(reached, V.sum()), ratio(x.sum(1), reached), ratio(x.sum(1), V.sum()))
