"""From the units of a solver back to those of the caller: coefficients, projected regressors and Hessian.

Solvers centre regressors, divide them by their standard deviation, and go without a constant, which a set of one level
stands for (Frisch and Waugh 1933, Econometrica 1(4)). Both `ppml` and `least_squares` come back through here.

Notation: X (K, n) regressors of the caller by rows, b (K,) coefficients, m rows used, k regressors kept, X~ (k, m) with
effects projected out, H = X~'WX~.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Answer:
    """What a solver found of the regressors, in the units of the caller.

    coefficient : (K,) NaN where the regressor is collinear.  kept : (K,) whether it is not.
    projected : (k, m) regressors kept, effects projected out.  hessian : (k, k).
    """

    coefficient: Floats
    kept: Flags
    projected: Floats
    hessian: Floats


def in_units(b: Floats, size: Floats, projected: Floats, hessian: Floats, given: Flags, kept: Flags) -> Answer:
    """Coefficients and regressors times what the solver divided the regressors by.

    Parameters
    ----------
    b, size : (k,) coefficients that the solver found, and what it divided their regressors by.
    projected, hessian : (k, m), which is used up, and (k, k) in the solver's units.
    given : (K,) which regressors the solver got.  kept : (given.sum(),) which of these it kept.

    >>> yes = np.ones(1, bool)
    >>> in_units(np.array([3.0]), np.array([2.0]), np.ones((1, 2)), np.eye(1), yes, yes).coefficient.tolist()
    [1.5]
    """
    whole = given.copy()
    whole[np.flatnonzero(given)] = kept
    coefficient = np.full(given.size, np.nan)
    coefficient[whole] = b / size
    projected *= size[:, None]
    return Answer(coefficient, whole, projected, hessian * np.outer(size, size))


def with_constant(
    found: Answer, X: Floats, given: Flags, row: NDArray[np.int64], w: Floats, predictor: Floats
) -> Answer:
    """The answer with its constant, which is what the regressors leave of the predictor on average.

    Parameters
    ----------
    found : without the constant.  X : (K, n).  given : (K,) which regressors the solver got: all but a constant.
    row, w, predictor : (m,) the rows used, their weights, and what X'b comes to.

    >>> bare = Answer(np.array([np.nan, 2.0]), np.array([False, True]), np.zeros((1, 2)), np.zeros((1, 1)))
    >>> X, two = np.array([[1.0, 1.0], [0.0, 1.0]]), np.arange(2)
    >>> whole = with_constant(bare, X, bare.kept, two, np.ones(2), np.array([5.0, 7.0]))
    >>> whole.coefficient.tolist(), whole.hessian.tolist()
    ([5.0, 2.0], [[2.0, 1.0], [1.0, 1.0]])
    """
    first = int(np.flatnonzero(~given)[0])
    left = predictor - found.coefficient[found.kept] @ X[np.ix_(found.kept, row)]
    coefficient, kept = found.coefficient.copy(), found.kept.copy()
    coefficient[first], kept[first] = float(np.average(left, weights=w)) / X[first, row[0]], True
    regressors = X[np.ix_(kept, row)]
    return Answer(coefficient, kept, regressors, (regressors * w) @ regressors.T)
