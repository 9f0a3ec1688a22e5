"""Multilateral resistances: how far a region is from all its partners, from the fixed effects of a gravity fit.

Fally 2015, Journal of International Economics 97, 76-85 (PPML effects are the resistances, as they add up); Anderson,
Larch and Yotov 2018, World Economy 41(10); Yotov, Piermartini, Monteiro and Larch 2016, An Advanced Guide to Trade
Policy Analysis, WTO and UNCTAD, chapter 2. Numbers only.

Notation: i exporter, j importer, R the reference importer; mu_ij = exp(a_i + g_j) tau_ij the fit, tau_ij =
t_ij^(1-sigma) trade costs; Y_i income, E_j expenditure, Y the sum of incomes; sigma the elasticity of substitution.
Pi_i outward, P_j inward resistance. With g_R = 0 and P_R = 1:
  P_j^(1-sigma) = E_j exp(-g_j) / E_R,   Pi_i^(1-sigma) = Y_i E_R exp(-a_i) / Y,
so that sum_j (t_ij/P_j)^(1-sigma) E_j / Y = Pi_i^(1-sigma), and the same for importers. The Guide's programs leave the
1/Y out of Pi^(1-sigma); ratios of resistances are the same.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hansa.errors import DataError


@dataclass(frozen=True)
class Resistance:
    """Resistances of one side: ``power`` is Pi^(1-sigma) or P^(1-sigma), ``level`` Pi or P itself."""

    power: NDArray[np.float64]
    level: NDArray[np.float64]


def outward(a: ArrayLike, income: ArrayLike, output: ArrayLike, reference: ArrayLike, *, sigma: float) -> Resistance:
    """Outward resistances Pi of exporters.

    Parameters
    ----------
    a : (N,) exporter effects, where those of the reference importer are zero.
    income : (N,) what each exporter sells, at home and abroad.
    output : sum of incomes of all; one number, or (N,) where exporters stand for several periods.
    reference : expenditure of the reference importer; one number, or (N,).
    sigma : elasticity of substitution, above 1.

    >>> outward([0.0], [2.0], 4.0, 2.0, sigma=3.0).power.tolist()
    [1.0]
    """
    power = np.asarray(income) / np.asarray(output) * np.asarray(reference) * np.exp(-np.asarray(a, float))
    return Resistance(power, _root(power, sigma))


def inward(g: ArrayLike, expenditure: ArrayLike, reference: ArrayLike, *, sigma: float) -> Resistance:
    """Inward resistances P of importers: 1 for the reference.

    Parameters
    ----------
    g : (M,) importer effects, zero for the reference.
    expenditure : (M,) what each importer buys, at home and abroad.
    reference : expenditure of the reference importer; one number, or (M,).
    sigma : elasticity of substitution, above 1.

    >>> inward([0.0, 0.0], [2.0, 8.0], 2.0, sigma=3.0).level.tolist()
    [1.0, 0.5]
    """
    power = np.asarray(expenditure) / np.asarray(reference) * np.exp(-np.asarray(g, float))
    return Resistance(power, _root(power, sigma))


def _root(power: NDArray[np.float64], sigma: float) -> NDArray[np.float64]:
    if not sigma > 1:
        raise DataError(f"The elasticity of substitution sigma must be above 1, not {sigma!r}.")
    return power ** (1 / (1 - sigma))
