"""Two reports of one flow made one: the CIF rate, the quality of reporters, the weight of each report.

Gaulier and Zignago 2010, "BACI: International Trade Database at the Product-Level", CEPII working paper 2010-23.
Two misprints there are put right: the weight (their eq. 3) is derived anew as the one of least variance, and the
constant K_i is subtracted so that a worse or less precise reporter gets a larger error, as their text says.

Notation: X report of origin i (FOB), M report of destination j (CIF, or FOB once the CIF rate is taken out),
RD = |ln X - ln M|, LS least-squares mean of RD for a reporter, sigma standard deviation of a reporter's log error,
v = e^(sigma^2) (e^(sigma^2) - 1) variance of its report relative to the truth, w = v_j / (v_i + v_j) weight of X.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hansa.errors import NotIdentified

Array = NDArray[np.float64]
Places = NDArray[np.int64]

# Table 1, model II: intercept, ln distance, its square, ln unit value, contiguity, landlocked destination and origin
GAULIER_ZIGNAGO: Array = np.array([0.32, -0.11, 0.01, -0.032, -0.044, 0.049, -0.009])
OUTLIER = 2.0  # a studentised residual of that size leaves the regression of the CIF rate


def cif_regressors(
    distance: Array,
    *,
    unit_value: Array | None = None,
    contiguity: Array | None = None,
    landlocked_destination: Array | None = None,
    landlocked_origin: Array | None = None,
) -> Array:
    """Regressors of ln(CIF/FOB), in the order of `GAULIER_ZIGNAGO`: (n, 7). What is not given is zero.

    distance : (n,) kilometres. unit_value : (n,) money per tonne in thousands. The others: (n,) zero or one.

    >>> cif_regressors(np.array([np.e]), contiguity=np.array([1.0])).tolist()
    [[1.0, 1.0, 1.0, 0.0, 1.0, 0.0, 0.0]]
    """
    zero = np.zeros_like(distance)
    log_distance = np.log(distance)
    given = (
        zero if unit_value is None else np.log(unit_value),
        *(zero if dummy is None else dummy for dummy in (contiguity, landlocked_destination, landlocked_origin)),
    )
    return np.column_stack([np.ones_like(distance), log_distance, log_distance**2, *given])


def cif_log_ratio(distance: Array, **given: Array) -> Array:
    """ln(CIF/FOB) by the published coefficients, (n,); arguments as for `cif_regressors`.

    >>> far, dear = np.array([8000.0]), np.array([2.0])
    >>> cif_log_ratio(far, unit_value=dear, landlocked_destination=np.ones(1)).round(6).tolist()
    [0.165925]
    """
    return np.asarray(cif_regressors(distance, **given) @ GAULIER_ZIGNAGO)


@dataclass(frozen=True)
class CifFit:
    """Coefficients of ln(M/X), one for each regressor; observations used, and outliers left out."""

    coefficients: Array
    observations: int
    outliers: int


def fit_cif(log_ratio: Array, regressors: Array, precision: Array | None = None) -> CifFit:
    """Least squares of ln(M/X) on the regressors, again without studentised residuals of two or more.

    log_ratio : (n,). regressors : (n, p); a column that adds nothing gets zero. precision : (n,) weights, such as
    min(Qx, Qm) / max(Qx, Qm) of the reported quantities; equal where not given.

    Raises
    ------
    NotIdentified : fewer observations than regressors.

    >>> distance = np.array([500.0, 1000.0, 2000.0, 4000.0, 8000.0])
    >>> fit = fit_cif(0.02 * np.log(distance), cif_regressors(distance))
    >>> [round(float(b), 6) + 0.0 for b in fit.coefficients[:3]]
    [0.0, 0.02, 0.0]
    """
    count = regressors.shape[1]
    used = np.ones(len(log_ratio), bool)
    root = np.sqrt(np.ones(len(log_ratio)) if precision is None else precision)
    coefficients: Array = np.zeros(count)
    for _ in range(2):
        if used.sum() <= np.linalg.matrix_rank(regressors[used]) if used.any() else True:
            raise NotIdentified(
                f"The CIF rate cannot be estimated from {int(used.sum())} flows with both reports. "
                "Give the rate (cif=0.05) or a table of rates."
            )
        scaled = regressors[used] * root[used, None]
        coefficients = np.asarray(np.linalg.lstsq(scaled, log_ratio[used] * root[used], rcond=None)[0])
        keep = np.abs(_studentised(log_ratio[used] - regressors[used] @ coefficients, scaled, root[used])) < OUTLIER
        if keep.all():
            break
        used[np.flatnonzero(used)[~keep]] = False
    observations = int(used.sum())
    return CifFit(coefficients, observations, len(log_ratio) - observations)


def _studentised(residual: Array, scaled: Array, root: Array) -> Array:
    """Residuals in units of their own standard deviation; zero where the fit is exact."""
    basis, size, _ = np.linalg.svd(scaled, full_matrices=False)
    rank = int((size > size[0] * 1e-10).sum())
    leverage = np.minimum((basis[:, :rank] ** 2).sum(axis=1), 1 - 1e-12)
    weighted = residual * root
    scale = np.sqrt((weighted**2).sum() / max(len(residual) - rank, 1))
    if scale < 1e-12:
        return np.zeros_like(residual)
    return np.asarray(weighted / (scale * np.sqrt(1 - leverage)))


def cif_rate(log_ratio: Array) -> tuple[Array, NDArray[np.bool_]]:
    """CIF/FOB - 1, never below zero, and where it had to be lifted to zero.

    >>> rate, clamped = cif_rate(np.array([-0.015803, 0.165925]))
    >>> rate.round(6).tolist(), clamped.tolist()
    ([0.0, 0.180485], [True, False])
    """
    clamped = log_ratio < 0
    return np.expm1(np.where(clamped, 0.0, log_ratio)), clamped


def medians(figures: Array, group: Places, groups: int) -> Array:
    """Median of each group; NaN for a group without figures.

    >>> medians(np.array([5.0, 1.0, 3.0, 8.0]), np.array([0, 0, 0, 2]), 3).tolist()
    [3.0, nan, 8.0]
    """
    ordered = figures[np.lexsort((figures, group))]
    size = np.bincount(group, minlength=groups)
    first = np.cumsum(size) - size
    some = size > 0
    middle = np.full(groups, np.nan)
    middle[some] = (ordered[(first + (size - 1) // 2)[some]] + ordered[(first + size // 2)[some]]) / 2
    return middle


def margin_helps(log_gap: Array, log_margin: Array, pair: Places, pairs: int) -> NDArray[np.bool_]:
    """Whether taking out the CIF margin brings the two reports of a pair nearer, on average over its flows.

    The paper asks it flow by flow. There the answer follows the noise of the origin's report: the margin would stay in
    just where that report is too high. With one flow in a pair this is the paper's rule. A pair that never has both
    reports cannot tell, and keeps the margin.

    log_gap : (n,) ln(M/X). log_margin : (n,) ln(1 + rate). pair : (n,) place of the pair. Answer: (pairs,).

    >>> margin_helps(np.array([0.06, 0.02, -0.01]), np.array([0.05, 0.05, 0.05]), np.array([0, 0, 1]), 3).tolist()
    [True, False, True]
    """
    before = np.bincount(pair, log_gap, pairs)
    return np.asarray(np.abs(before - np.bincount(pair, log_margin, pairs)) <= np.abs(before))


@dataclass(frozen=True)
class ReporterQuality:
    """How far the reports of each region lie from those of its partners.

    mean : of RD over all effects. origin_*, destination_* : for each region as an origin and as a destination:
    least-squares mean of RD, the standard error of its effect (its deviation from the average reporter), and the
    standard deviation sigma of the log error that follows.
    """

    mean: float
    origin_distance: Array
    origin_error: Array
    origin_sigma: Array
    destination_distance: Array
    destination_error: Array
    destination_sigma: Array


def reporter_quality(
    distance: Array, precision: Array, origin: Places, destination: Places, cell: Places
) -> ReporterQuality:
    """Least squares of RD on origin, destination and (period, product) effects that sum to zero (eq. 5).

    The (period, product) effects are eliminated first: their block of the normal equations is diagonal, so what is
    left to solve has the size of the list of regions, however many products and periods there are.

    distance : (n,) RD = |ln X - ln M|. precision : (n,) weights ln(X + M), above zero. origin, destination, cell : (n,)
    places, each place from 0 up in use.

    Raises
    ------
    NotIdentified : too few flows, or reporters that no chain of common partners links.

    >>> side = np.array([0, 0, 1, 1])
    >>> partner, one_cell = np.array([0, 1, 0, 1]), np.zeros(4, int)
    >>> q = reporter_quality(np.array([0.1, 0.1, 0.3, 0.3001]), np.ones(4), side, partner, one_cell)
    >>> q.origin_distance.round(3).tolist()
    [0.1, 0.3]
    """
    from scipy import sparse  # slow import

    origin, destination, cell = (np.asarray(place, np.int64) for place in (origin, destination, cell))
    origins, destinations, cells = (int(place.max(initial=0)) + 1 for place in (origin, destination, cell))
    regions = origins + destinations
    freedom = len(distance) - (origins + destinations + cells - 2)
    if freedom < 1:
        raise NotIdentified(
            f"{len(distance)} flows with both reports are too few to tell how well each region reports."
        )
    rows = np.arange(len(distance))
    effects = sparse.csr_array(
        (np.ones(2 * len(rows)), (np.tile(rows, 2), np.concatenate([origin, origins + destination])))
    )
    in_cell = sparse.csr_array((np.ones(len(rows)), (rows, cell)))
    weighted = effects.multiply(precision[:, None]).tocsr()
    size = np.bincount(cell, precision)
    cross = (weighted.T @ in_cell).tocsr()
    scaled = cross.multiply(1 / size[None, :]).tocsr()
    reduced = (weighted.T @ effects).toarray() - (scaled @ cross.T).toarray()
    total = np.bincount(cell, precision * distance)
    inverse = _inverse(reduced)
    beta = inverse @ (weighted.T @ distance - scaled @ total)
    gamma = (total - cross.T @ beta) / size
    residual = distance - effects @ beta - gamma[cell]
    variance = float((precision * residual**2).sum()) / freedom
    means = np.concatenate(
        [
            beta[:origins] + beta[origins:].mean() + gamma.mean(),
            beta[origins:] + beta[:origins].mean() + gamma.mean(),
        ]
    )
    deviation = np.eye(regions)
    deviation[:origins, :origins] -= 1 / origins
    deviation[origins:, origins:] -= 1 / destinations
    errors = np.sqrt(np.maximum(((deviation @ inverse) * deviation).sum(axis=1) * variance, 0.0))
    sigma = [_sigma(means[part], errors[part]) for part in (slice(0, origins), slice(origins, regions))]
    return ReporterQuality(
        float(beta[:origins].mean() + beta[origins:].mean() + gamma.mean()),
        means[:origins],
        errors[:origins],
        sigma[0],
        means[origins:],
        errors[origins:],
        sigma[1],
    )


def _inverse(reduced: Array) -> Array:
    """Generalised inverse; exactly two directions (a constant in each set of effects) are free."""
    value, vector = np.linalg.eigh(reduced)
    free = value < value[-1] * 1e-11
    if free.sum() != 2:
        raise NotIdentified(
            "The flows with both reports do not link all reporters (a group trades only within itself, or products and "
            "periods differ from flow to flow), so their quality cannot be compared."
        )
    return np.asarray((vector[:, ~free] / value[~free]) @ vector[:, ~free].T)


def _sigma(mean: Array, error: Array) -> Array:
    return np.asarray(np.pi / 2 * (mean - mean.min() + 2 * error))


def report_weight(sigma_origin: Array, sigma_destination: Array) -> Array:
    """Weight of the origin's report that makes the variance of the weighted mean least; 1/2 where both err by nothing.

    >>> float(report_weight(np.array([0.2]), np.array([0.5]))[0].round(6))
    0.89568
    """
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        gap = _log_variance(sigma_origin) - _log_variance(sigma_destination)
        weight = 1 / (1 + np.exp(gap))
    return np.where(np.isnan(weight), 0.5, weight)


def _log_variance(sigma: Array) -> Array:
    square = np.asarray(sigma, float) ** 2
    return np.asarray(square + np.where(square > 30, square, np.log(np.expm1(np.minimum(square, 30.0)))))


def reconcile(origin_report: Array, destination_fob: Array, weight: Array) -> tuple[Array, Array, Array]:
    """Reconciled value with the lower and the higher report; where only one report is there (the other NaN), that one.

    >>> value, low, high = reconcile(np.array([100.0, np.nan]), np.array([110.0, 7.0]), np.array([0.9, 0.5]))
    >>> value.tolist(), low.tolist(), high.tolist()
    ([101.0, 7.0], [100.0, 7.0], [110.0, 7.0])
    """
    low, high = np.fmin(origin_report, destination_fob), np.fmax(origin_report, destination_fob)
    mean = weight * origin_report + (1 - weight) * destination_fob
    only = np.where(np.isnan(origin_report), destination_fob, origin_report)
    # a weighted mean of two equal numbers may miss them by the last bit
    return np.where(np.isnan(mean), only, np.clip(mean, low, high)), low, high


@dataclass(frozen=True)
class NesAllocation:
    """Trade with areas not specified, given to partners.

    added : (n,) to each flow. allocated, netted, residual : (groups,) given to partners that the origin names; taken to
    be the trade with partners that only the destination reports; and left over.
    """

    added: Array
    allocated: Array
    netted: Array
    residual: Array


def nes_allocation(origin_report: Array, destination_fob: Array, group: Places, unspecified: Array) -> NesAllocation:
    """Exports to "areas not specified" handed to the partners whose own reports are higher (section 3.4).

    origin_report, destination_fob : (n,) the two reports, NaN where there is none. group : (n,) place of the flow's
    (period, origin, product). unspecified : (groups,) value that the origin reports for areas not specified.

    >>> found = nes_allocation(np.array([100.0, 50.0]), np.array([120.0, 55.0]), np.array([0, 0]), np.array([18.0]))
    >>> found.added.round(6).tolist(), found.residual.tolist()
    ([14.4, 3.6], [0.0])
    """
    group, groups = np.asarray(group, np.int64), len(unspecified)
    both = ~np.isnan(origin_report) & ~np.isnan(destination_fob)
    gap = np.where(both, np.nan_to_num(destination_fob) - np.nan_to_num(origin_report), 0.0)
    shortfall = np.maximum(gap, 0.0)
    allocated = np.minimum(unspecified, np.maximum(np.bincount(group, gap, groups), 0.0))
    whole = np.bincount(group, shortfall, groups)
    share = np.divide(shortfall, whole[group], out=np.zeros_like(shortfall), where=whole[group] > 0)
    left = unspecified - allocated
    unnamed = np.where(np.isnan(origin_report), np.nan_to_num(destination_fob), 0.0)
    netted = np.minimum(left, np.bincount(group, unnamed, groups))
    return NesAllocation(allocated[group] * share, allocated, netted, left - netted)


def qualities_of_regions(
    distance: Array, precision: Array, origin: Places, destination: Places, cell: Places, regions: int
) -> ReporterQuality:
    """`reporter_quality` for a list of regions of which only some report; NaN where the quality is not known.

    Reporters outside the largest set that common partners link are not compared with it.

    distance, precision : (n,). origin, destination : (n,) places in the list of regions. cell : (n,) any numbers.

    >>> two = np.array([0, 0, 1, 1])
    >>> q = qualities_of_regions(np.array([0.1, 0.1, 0.3, 0.2]), np.ones(4), two, np.array([2, 3, 2, 3]), 0 * two, 4)
    >>> np.isnan(q.origin_sigma).tolist()
    [False, False, True, True]
    """
    if not len(distance):
        raise NotIdentified("No flow has both reports.")
    linked = _largest_component(origin, destination)
    origins, origin_place = np.unique(origin[linked], return_inverse=True)
    destinations, destination_place = np.unique(destination[linked], return_inverse=True)
    cell_place = np.unique(cell[linked], return_inverse=True)[1]
    found = reporter_quality(distance[linked], precision[linked], origin_place, destination_place, cell_place)

    def spread(figures: Array, places: Places) -> Array:
        whole = np.full(regions, np.nan)
        whole[places] = figures
        return whole

    return ReporterQuality(
        found.mean,
        *(spread(x, origins) for x in (found.origin_distance, found.origin_error, found.origin_sigma)),
        *(
            spread(x, destinations)
            for x in (found.destination_distance, found.destination_error, found.destination_sigma)
        ),
    )


def _largest_component(origin: Places, destination: Places) -> NDArray[np.bool_]:
    from scipy import sparse  # slow import
    from scipy.sparse.csgraph import connected_components  # slow import

    origins, destinations = int(origin.max()) + 1, int(destination.max()) + 1
    links = sparse.coo_array(
        (np.ones(len(origin)), (origin, origins + destination)), shape=(origins + destinations,) * 2
    )
    _, part = connected_components(links, directed=False)
    flows = np.bincount(part[origin])
    return np.asarray(part[origin] == int(flows.argmax()))
