"""Questions to the coefficients of a fit: sums, differences and ratios of them, and several at once.

Wald 1943, Transactions of the American Mathematical Society 54; for functions of coefficients the delta method.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from hansa.errors import DataError, NotIdentified, UnknownCode
from hansa.gravity import covariance as cov
from hansa.gravity.summary import estimator, kept_terms
from hansa.result import Result

if TYPE_CHECKING:
    from hansa.gravity.fit import GravityFit

LEVEL = 0.95
_NUMBER = re.compile(r"(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?")
_BORDER = re.compile(r"[\w.]")


def combination(fit: GravityFit, what: str | Mapping[str, float]) -> Result:
    """A weighted sum of coefficients: estimate, error, test that it is zero, interval.

    Parameters
    ----------
    fit : the fit.
    what : text such as ``rta + rta_lag4``, ``2*rta - border`` or ``rta = 1``; or weights by term.

    Raises
    ------
    DataError : the text cannot be read.
    UnknownCode : a term is not in the fit.

    >>> read_combination("2*rta - rta_lag4 = 1", ["rta", "rta_lag4"])
    ({'rta': 2.0, 'rta_lag4': -1.0}, 1.0)
    """
    weights, value = read_combination(what, kept_terms(fit)) if isinstance(what, str) else (dict(what), 0.0)
    if not any(weights.values()):
        raise DataError(f"Every term of {what!r} has weight 0: there is nothing to test. Name terms of the fit.")
    shown = what if isinstance(what, str) else " + ".join(f"{w:g}*{term}" for term, w in weights.items())
    gradient = _gradient(fit, weights)
    estimate = float(gradient @ _kept(fit)) - value
    return _one(fit, shown, "linear combination of coefficients", "as the coefficients", estimate, gradient)


def joint(fit: GravityFit, what: Sequence[str]) -> Result:
    """Whether several combinations of coefficients are all zero, in one test.

    Parameters
    ----------
    fit : the fit.
    what : texts, each as in `combination`.

    Raises
    ------
    DataError : a text cannot be read.
    NotIdentified : one of the combinations follows from the others.
    """
    rows, values = [], []
    if not what or not all(isinstance(text, str) for text in what):
        raise DataError(f"A joint test takes texts, such as ['rta', 'log(dist) = 1'], and not {list(what)!r}.")
    for text in what:
        weights, value = read_combination(text, kept_terms(fit))
        rows.append(_gradient(fit, weights))
        values.append(value)
    R = np.array(rows).reshape(len(rows), -1)
    middle = R @ fit.covariance.matrix @ R.T
    if np.linalg.matrix_rank(middle, hermitian=True) < len(rows):
        raise NotIdentified(
            f"The {len(rows)} restrictions cannot be tested at once: one follows from the others, or there are fewer "
            "clusters than restrictions. Leave one out."
        )
    gap = R @ _kept(fit) - np.array(values)
    statistic = float(gap @ np.linalg.solve(middle, gap))
    degrees = fit.covariance.degrees
    p = cov.joint_p_value(statistic, len(rows), degrees)
    name = f"chi2({len(rows)})" if degrees is None else f"F({len(rows)}, {degrees:,.0f})"
    table = pa.table(
        {
            "hypothesis": ["; ".join(what)],
            "restrictions": [len(rows)],
            name: [statistic if degrees is None else statistic / len(rows)],
            "p_value": [p],
        }
    )
    return Result(table, "Joint Wald test", "statistic and its p", "wald (Wald 1943)", provenance=_provenance(fit))


def ratio_change(fit: GravityFit, later: str, earlier: str) -> Result:
    """By how much per cent one coefficient differs from another, (b_later / b_earlier - 1) 100, by the delta method.

    Parameters
    ----------
    fit : the fit.
    later, earlier : terms, such as the effect of distance in 2006 and in 1986.

    Raises
    ------
    UnknownCode : a term is not in the fit.
    NotIdentified : the earlier coefficient is zero.
    """
    unit = _gradient(fit, {later: 1.0}), _gradient(fit, {earlier: 1.0})
    b, b0 = (float(one @ _kept(fit)) for one in unit)
    if b0 == 0:
        raise NotIdentified(f"The coefficient of {earlier!r} is zero: nothing can be a share of it.")
    gradient = 100 * (unit[0] / b0 - unit[1] * b / b0**2)
    return _one(
        fit, f"({later} / {earlier} - 1) * 100", "change of a coefficient", "per cent", 100 * (b / b0 - 1), gradient
    )


def read_combination(text: str, terms: Sequence[str]) -> tuple[dict[str, float], float]:
    """Weights by term, and the value on the right of ``=`` (0 without one).

    Names of terms may hold any sign, such as ``log(dist)``: the longest that fits is taken.

    >>> read_combination("log(dist) + 0.5 * rta", ["rta", "log(dist)"])
    ({'log(dist)': 1.0, 'rta': 0.5}, 0.0)
    """
    weights: dict[str, float] = {}
    value, sign, side, place = 0.0, 1.0, 1.0, 0
    factor, waiting, begun = 1.0, False, False
    known = sorted(terms, key=len, reverse=True)
    while text[place:].strip():
        place += len(text[place:]) - len(text[place:].lstrip())
        rest = text[place:]
        term = next((one for one in known if rest.startswith(one) and _ends(rest, one)), None)
        if term is not None and (waiting or not begun):
            weights[term] = weights.get(term, 0.0) + side * sign * factor
            place, factor, waiting, begun, sign = place + len(term), 1.0, False, True, 1.0
        elif (number := _NUMBER.match(rest)) and not waiting and not begun:
            place += number.end()
            if text[place:].lstrip().startswith("*"):
                place = text.index("*", place) + 1
                factor, waiting = float(number[0]), True
            else:
                value -= side * sign * float(number[0])
                begun, sign = True, 1.0
        elif rest[0] in "+-" and not waiting:
            sign, begun, place = (sign if not begun else 1.0) * (-1.0 if rest[0] == "-" else 1.0), False, place + 1
        elif rest[0] == "=" and begun and side > 0:
            side, sign, begun, place = -1.0, 1.0, False, place + (2 if rest.startswith("==") else 1)
        else:
            raise _unread(text, rest, terms)
    if waiting or not begun:
        raise _unread(text, "", terms)
    return weights, value


def _ends(rest: str, term: str) -> bool:
    """Whether a name ends where the term does: `rta` is no beginning of `rta_lag4`."""
    return not (_BORDER.match(term[-1]) and _BORDER.match(rest[len(term) :]))


def _unread(text: str, rest: str, terms: Sequence[str]) -> DataError:
    word = re.match(r"[^\W\d][\w.]*(?:\([^()]*\))?", rest)
    if word:
        return UnknownCode("term of the fit", word[0], terms)
    where = f"at {rest[:20]!r}" if rest else "at its end"
    return DataError(
        f"The combination {text!r} cannot be read {where}. Write terms with numbers before them, such as "
        f"'{terms[0] if terms else 'rta'} + 0.5*other' or '... = 1'."
    )


def _gradient(fit: GravityFit, weights: Mapping[str, float]) -> NDArray[np.float64]:
    terms = kept_terms(fit)
    gradient = np.zeros(len(terms))
    for term, weight in weights.items():
        if term not in terms:
            raise UnknownCode("term of the fit", term, terms)
        gradient[terms.index(term)] += weight
    return gradient


def _kept(fit: GravityFit) -> NDArray[np.float64]:
    return fit.solution.coefficient[fit.solution.kept]


def _one(fit: GravityFit, shown: str, title: str, unit: str, estimate: float, gradient: NDArray[np.float64]) -> Result:
    error = float(np.sqrt(gradient @ fit.covariance.matrix @ gradient))
    degrees = fit.covariance.degrees
    statistic = estimate / error if error else np.nan
    reach = cov.quantile(LEVEL, degrees) * error
    row: dict[str, Any] = {
        "hypothesis": shown,
        "estimate": estimate,
        "error": error,
        "z" if degrees is None else "t": statistic,
        "p_value": float(cov.p_value(np.array([statistic]), degrees)[0]),
        "lower": estimate - reach,
        "upper": estimate + reach,
    }
    table = pa.table({key: [value] for key, value in row.items()})
    return Result(table, title[:1].upper() + title[1:], unit, "wald (Wald 1943)", provenance=_provenance(fit))


def _provenance(fit: GravityFit) -> Any:
    return fit.design.provenance.then(estimator(fit), fit.design.formula.text)
