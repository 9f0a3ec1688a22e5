"""The state of the world before a change: shares and incomes from flows, and how far a state is from equilibrium.

Caliendo and Parro 2015, Review of Economic Studies 82(1), 1-44, equations 10 to 15 at hats of one; without inputs and
tariffs Dekle, Eaton and Kortum 2007, American Economic Review 97(2), 351-355. Numbers only.

Notation: i origin, j destination, k, l sectors; F flow at producer prices, t tariff, X spending with tariff, pi share,
Y output, g inputs, va value_added, alpha final, wL wage_income, R revenue, D deficit, I = wL + R + D income.
  pi_kij = F_kij (1 + t_kij) / X_kj,   Y_ki = sum_j pi_kij X_kj / (1 + t_kij),   wL_n = sum_k va_kn Y_kn,
  X_kn = sum_l g_kln Y_ln + alpha_kn I_n,   D_n = imports - exports at producer prices.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from hansa.equilibrium import armington, caliendo_parro
from hansa.errors import DataError

Array = NDArray[np.float64]

SMALL = 0.01  # of mean income by sector: smaller cells of spending are measured against it
LARGEST_BY_PRODUCT = 0.01  # of cost: a negative input that may stand, as in published tables
DEFICITS = ("fixed", "zero")


@dataclass(frozen=True, eq=False)
class Baseline:
    """An economy as arrays, of n regions and J sectors; (J, n, n) are sector, origin, destination.

    share : (J, n, n) of each origin in spending, tariff included; columns sum to one, or to zero where nothing is
        bought. tariff : (J, n, n) ad-valorem rates. value_added : (J, n) share in cost. inputs : (J, J, n) share of
        input k in the cost of sector l, or None. final : (J, n) shares in final spending, columns sum to one.
        elasticity : (J,). wage_income, deficit : (n,). spending : (J, n) tariff included.
    """

    share: Array
    tariff: Array
    value_added: Array
    inputs: Array | None
    final: Array
    elasticity: Array
    wage_income: Array
    deficit: Array
    spending: Array


def no_tariff(sectors: int, regions: int) -> Array:
    """(J, n, n) of zeros that takes no memory; read only.

    >>> no_tariff(1, 2).sum()
    np.float64(0.0)
    """
    return np.broadcast_to(np.zeros(1), (sectors, regions, regions))


def from_flows(flow: Array, tariff: Array, elasticity: Array) -> Baseline:
    """The baseline in which labour alone produces: it is in balance by construction.

    flow : (J, n, n) at producer prices, home sales on the diagonal; it is overwritten. tariff : (J, n, n).

    >>> two = from_flows(np.array([[[8.0, 2.0], [1.0, 9.0]]]), no_tariff(1, 2), np.array([4.0]))
    >>> two.share[0].round(3).tolist(), two.wage_income.tolist(), two.deficit.tolist()
    ([[0.889, 0.182], [0.111, 0.818]], [10.0, 10.0], [-1.0, 1.0])
    """
    wage_income = flow.sum(axis=(0, 2))
    bought = flow.sum(axis=1)
    deficit = bought.sum(axis=0) - wage_income
    if tariff.any():
        flow *= 1 + tariff
        spending = flow.sum(axis=1)
    else:
        spending = bought
    flow /= np.where(spending > 0, spending, 1.0)[:, None, :]
    income = spending.sum(axis=0)
    final = spending / np.where(income > 0, income, 1.0)
    return Baseline(flow, tariff, np.ones_like(spending), None, final, elasticity, wage_income, deficit, spending)


def output(b: Baseline) -> Array:
    """(J, n) sales at producer prices.

    >>> two = from_flows(np.array([[[8.0, 2.0], [1.0, 9.0]]]), no_tariff(1, 2), np.array([4.0]))
    >>> output(two).round(9).tolist()
    [[10.0, 10.0]]
    """
    if not b.tariff.any():
        return np.matmul(b.share, b.spending[:, :, None])[:, :, 0]
    return np.stack(
        [share / (1 + rate) @ spent for share, rate, spent in zip(b.share, b.tariff, b.spending, strict=True)]
    )


def imports(b: Baseline) -> Array:
    """(J, n) purchases at producer prices, those at home among them.

    >>> two = from_flows(np.array([[[8.0, 2.0], [1.0, 9.0]]]), no_tariff(1, 2), np.array([4.0]))
    >>> imports(two).round(9).tolist()
    [[9.0, 11.0]]
    """
    if not b.tariff.any():
        return b.share.sum(axis=1) * b.spending
    each = [
        (share / (1 + rate)).sum(axis=0) * spent
        for share, rate, spent in zip(b.share, b.tariff, b.spending, strict=True)
    ]
    return np.stack(each)


def flow(b: Baseline) -> Array:
    """(J, n, n) trade at producer prices, home sales on the diagonal.

    >>> two = from_flows(np.array([[[8.0, 2.0], [1.0, 9.0]]]), no_tariff(1, 2), np.array([4.0]))
    >>> flow(two).round(9).tolist()
    [[[8.0, 2.0], [1.0, 9.0]]]
    """
    out = b.share * b.spending[:, None, :]
    return out / (1 + b.tariff) if b.tariff.any() else out


def income(b: Baseline) -> Array:
    """(n,) wages, tariff revenue and deficit: what is spent on final goods.

    >>> two = from_flows(np.array([[[8.0, 2.0], [1.0, 9.0]]]), no_tariff(1, 2), np.array([4.0]))
    >>> income(two).round(9).tolist()
    [9.0, 11.0]
    """
    return np.asarray(b.wage_income + (b.spending - imports(b)).sum(axis=0) + b.deficit)


def gaps(b: Baseline) -> dict[str, Array]:
    """How far each condition is from holding at hats of one: (J, n) or (n,), relative.

    spending : of a cell, relative to it or to one per cent of the mean cell of the region. wages, deficit : relative to
    wage income.

    >>> two = from_flows(np.array([[[8.0, 2.0], [1.0, 9.0]]]), no_tariff(1, 2), np.array([4.0]))
    >>> float(max(gap.max() for gap in gaps(two).values())) < 1e-15
    True
    """
    made, bought = output(b), imports(b)
    spent = b.wage_income + (b.spending - bought).sum(axis=0) + b.deficit
    wanted = b.final * spent
    if b.inputs is not None:
        wanted = wanted + np.einsum("kln,ln->kn", b.inputs, made)
    scale = np.maximum(b.spending, SMALL * spent / b.spending.shape[0])
    return {
        "spending": np.abs(wanted - b.spending) / scale,
        "wages": np.abs((b.value_added * made).sum(axis=0) / b.wage_income - 1),
        "deficit": np.abs(bought.sum(axis=0) - made.sum(axis=0) - b.deficit) / b.wage_income,
    }


def settled(b: Baseline, deficit: str) -> Baseline:
    """The equilibrium without any shock, with the deficits as they are or none.

    deficit : ``fixed`` or ``zero``.

    Raises
    ------
    DataError : another word. NotConverged, NotIdentified : from the solver.

    >>> two = from_flows(np.array([[[8.0, 2.0], [1.0, 9.0]]]), no_tariff(1, 2), np.array([4.0]))
    >>> settled(two, "zero").deficit.tolist()
    [0.0, 0.0]
    """
    if deficit not in DEFICITS:
        raise DataError(f"deficit={deficit!r} is no choice. Give one of {', '.join(map(repr, DEFICITS))}.")
    after = b.deficit if deficit == "fixed" else np.zeros_like(b.deficit)
    if b.inputs is None and len(b.elasticity) == 1 and not b.tariff.any():
        one = armington.solve(b.share[0], b.wage_income, after, float(b.elasticity[0]))
        return replace(b, share=one.share[None], wage_income=one.output, deficit=after, spending=one.spending[None])
    model = caliendo_parro.Model(
        b.share, b.tariff, b.inputs, b.value_added, b.final, b.elasticity, b.wage_income, after, b.spending
    )
    new = caliendo_parro.solve(model, tolerance=1e-12)
    return replace(b, share=new.share, wage_income=new.wage_hat * b.wage_income, deficit=after, spending=new.spending)


def regrouped(b: Baseline, group: NDArray[np.int64]) -> Baseline:
    """Regions added up: flows and revenue are sums, so are the tables of production, weighted by what they stand for.

    group : (n,) number of the group of each region, from 0.

    >>> flows = np.array([[[8.0, 2.0, 0.0], [1.0, 9.0, 1.0], [0.0, 1.0, 5.0]]])
    >>> regrouped(from_flows(flows.copy(), no_tariff(1, 3), np.array([4.0])), np.array([0, 1, 1])).wage_income.tolist()
    [10.0, 17.0]
    """
    member = np.zeros((group.max() + 1, group.size))
    member[group, np.arange(group.size)] = 1.0
    made, spent, trade = output(b), income(b), flow(b)
    with_tariff = member @ (b.share * b.spending[:, None, :]) @ member.T
    before_tariff = member @ trade @ member.T
    spending = b.spending @ member.T
    inputs = None if b.inputs is None else _mean(b.inputs, made[None], member)
    return Baseline(
        share=_over(with_tariff, spending[:, None, :]),
        tariff=_over(with_tariff - before_tariff, before_tariff) if b.tariff.any() else no_tariff(*spending.shape),
        value_added=_mean(b.value_added, made, member, nothing=1.0),
        inputs=inputs,
        final=(b.final * spent) @ member.T / (spent @ member.T),
        elasticity=b.elasticity,
        wage_income=b.wage_income @ member.T,
        deficit=b.deficit @ member.T,
        spending=spending,
    )


def in_one_sector(b: Baseline, elasticity: float, *, with_inputs: bool) -> Baseline:
    """Sectors added up to one. Without inputs, all that is made counts as made by labour: wage income is output.

    >>> flows = np.array([[[8.0, 2.0], [1.0, 9.0]], [[3.0, 0.0], [0.0, 3.0]]])
    >>> in_one_sector(from_flows(flows, no_tariff(2, 2), np.full(2, 4.0)), 4.0, with_inputs=False).wage_income.tolist()
    [13.0, 13.0]
    """
    made = output(b)
    before_tariff = flow(b).sum(axis=0, keepdims=True)
    with_tariff = (b.share * b.spending[:, None, :]).sum(axis=0, keepdims=True)
    spending = b.spending.sum(axis=0, keepdims=True)
    own = _over((b.value_added * made).sum(axis=0, keepdims=True), made.sum(axis=0, keepdims=True), nothing=1.0)
    linked = with_inputs and b.inputs is not None
    return Baseline(
        share=_over(with_tariff, spending[:, None, :]),
        tariff=_over(with_tariff - before_tariff, before_tariff) if b.tariff.any() else no_tariff(*spending.shape),
        value_added=own if linked else np.ones_like(spending),
        inputs=(1 - own)[None] if linked else None,
        final=np.ones_like(spending),
        elasticity=np.array([elasticity]),
        wage_income=b.wage_income if linked else made.sum(axis=0),
        deficit=b.deficit,
        spending=spending,
    )


def faults(b: Baseline) -> Mapping[str, NDArray[np.bool_]]:
    """What cannot be, and where: a mask over sectors, regions or cells by name; empty when nothing is wrong.

    >>> two = from_flows(np.array([[[8.0, 2.0], [1.0, 9.0]]]), no_tariff(1, 2), np.array([4.0]))
    >>> dict(faults(two))
    {}
    """
    column = b.share.sum(axis=1)
    cost = b.value_added if b.inputs is None else b.value_added + b.inputs.sum(axis=0)
    found: dict[str, NDArray[np.bool_]] = {
        "share": ~(b.share.min(axis=1) >= 0),
        "column": ~((np.abs(column - 1) <= 1e-9) | ((column == 0) & (b.spending == 0))),
        "tariff": ~(b.tariff.min(axis=1) > -1) | ~np.isfinite(b.tariff.sum(axis=1)),
        "value_added": ~(b.value_added >= 0),
        "inputs": np.zeros((1, 1), bool) if b.inputs is None else ~(b.inputs.min(axis=0) >= -LARGEST_BY_PRODUCT),
        "cost": ~(np.abs(cost - 1) <= 1e-9),
        "final": ~(b.final >= 0),
        "final_sum": ~(np.abs(b.final.sum(axis=0) - 1) <= 1e-9),
        "elasticity": ~((b.elasticity > 0) & np.isfinite(b.elasticity)),
        "wage_income": ~((b.wage_income > 0) & np.isfinite(b.wage_income)),
        "spending": ~((b.spending >= 0) & np.isfinite(b.spending)),
        "labour": ~((b.value_added * (b.share.max(axis=2) > 0)).sum(axis=0) > 0),
    }
    return {name: mask for name, mask in found.items() if mask.any()}


def _over(part: Array, whole: Array, nothing: float = 0.0) -> Array:
    """The part over the whole; `nothing` where the whole is zero."""
    return np.divide(part, whole, out=np.full(np.broadcast_shapes(part.shape, whole.shape), nothing), where=whole > 0)


def _mean(share: Array, weight: Array, member: Array, nothing: float = 0.0) -> Array:
    """Shares of the groups: the mean of their members, weighted."""
    return _over(
        (share * weight) @ member.T, np.broadcast_to(weight @ member.T, (*share.shape[:-1], len(member))), nothing
    )
