"""How estimates vary when clusters are drawn anew: pairs cluster bootstrap and score (wild) bootstrap.

Pairs: clusters are drawn with replacement, each with all of its rows, and the model is fitted again (Cameron, Gelbach
and Miller 2008, Review of Economics and Statistics 90:414-427). A cluster drawn twice weighs twice.
Score: the estimate moves by one Newton step from scores whose clusters get random signs (Kline and Santos 2012, Journal
of Econometric Methods 1:23-41); nothing is fitted again. Weights of two points are Rademacher's, of six points Webb's
(2023, Canadian Journal of Economics 56:839-858), for few clusters.

Each draw has random numbers of its own, from the seed and its number, so nothing depends on how draws are shared out.

Notation: y (n,) outcome, X (K, n) regressors, G clusters numbered as rows first meet them, s_g = sum of the scores of a
cluster, H = X~'WX~, w_g weight of a cluster with mean 0 and variance 1, b* = b + H^-1 sum w_g s_g; B draws.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import Executor, as_completed
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hansa.errors import DataError, NotConverged, NotIdentified
from hansa.gravity import ppml
from hansa.gravity.layout import Levels

Floats = NDArray[np.float64]
Codes = NDArray[np.integer[Any]]
Progress = Callable[[int, int], None]
COLLINEAR = "a regressor is collinear"  # the message with it is its number, from 1
TASKS = 32  # pieces the draws are cut into: enough for a few dozen workers, and the data travel once for each
POINTS = {
    "rademacher": np.array([-1.0, 1.0]),
    "webb": np.array([-np.sqrt(1.5), -1.0, -np.sqrt(0.5), np.sqrt(0.5), 1.0, np.sqrt(1.5)]),
}


@dataclass(frozen=True)
class Sample:
    """What a fit is made from, as it travels to the workers.

    y : (n,).  X : (K, n) C-contiguous.  effects : sets of levels.  cluster : (n,) numbers of clusters.
    start : (K,) coefficients of the fit.  weights, offset : (n,) or None.
    """

    y: Floats
    X: Floats
    effects: tuple[Levels, ...]
    cluster: Codes
    start: Floats
    weights: Floats | None = None
    offset: Floats | None = None


@dataclass(frozen=True)
class Bootstrap:
    """Draws, and what they say.

    draw : (B, K) coefficients, NaN where the draw could not be fitted.  error : (K,) standard deviation of the draws.
    low, high : (K,) percentiles.  clusters : how many.
    failed : reason, count and first message of the draws that could not be fitted.

    >>> Bootstrap(np.zeros((1, 1)), np.zeros(1), np.zeros(1), np.zeros(1), 5, ()).clusters
    5
    """

    draw: Floats
    error: Floats
    low: Floats
    high: Floats
    clusters: int
    failed: tuple[tuple[str, int, str], ...]


def number_clusters(code: Codes) -> NDArray[np.int64]:
    """Clusters numbered as rows first meet them, so that names do not matter.

    >>> number_clusters(np.array([7, 7, 2, 9, 2])).tolist()
    [0, 0, 1, 2, 1]
    """
    _, first, number = np.unique(code, return_index=True, return_inverse=True)
    rank = np.empty(first.size, np.int64)
    rank[np.argsort(first)] = np.arange(first.size)
    return np.asarray(rank[number.ravel()])


def pairs(
    sample: Sample,
    *,
    draws: int = 999,
    seed: int = 0,
    level: float = 0.95,
    executor: Executor | None = None,
    progress: Progress | None = None,
) -> Bootstrap:
    """Fit the model on clusters drawn with replacement. Cameron, Gelbach and Miller 2008, section II.

    Parameters
    ----------
    sample : the rows that the fit used.
    draws : how many.  seed : of the random numbers, 0 or more.  level : of the intervals.
    executor : any of concurrent.futures; None: one after another, here. The sample is sent 32 times in all.
    progress : called with the number of draws done and of all.

    Raises
    ------
    DataError : fewer than two draws, a seed below 0, a level that is not between 0 and 1.
    NotIdentified : fewer than two clusters, or fewer than two draws that could be fitted.

    >>> e = Levels(np.repeat(np.arange(4, dtype=np.int32), 4), 4, np.arange(4, dtype=np.int32)[:, None])
    >>> x = np.tile([0.0, 1.0, 0.0, 1.0], 4)
    >>> y = np.array([1.0, 2, 1, 2, 2, 6, 2, 4, 1, 3, 1, 3, 3, 6, 3, 7])
    >>> told = pairs(Sample(y, x[None, :], (e,), e.of_row, np.zeros(1)), draws=20)
    >>> told.draw.shape, told.failed
    ((20, 1), ())
    """
    _admissible(draws, seed, level)
    sample = _clustered(sample)
    clusters = int(sample.cluster.max()) + 1
    return _summary(_drawn(partial(_refit, sample, seed), draws, executor, progress), level, clusters)


def wild(
    score: Floats,
    hessian: Floats,
    cluster: Codes,
    coefficient: Floats,
    *,
    points: str = "rademacher",
    draws: int = 999,
    seed: int = 0,
    level: float = 0.95,
    executor: Executor | None = None,
    progress: Progress | None = None,
) -> Bootstrap:
    """Move the estimate by scores with random signs. Kline and Santos 2012, section 2.

    The variance of the draws tends to that of the sandwich, without any factor for small samples.

    Parameters
    ----------
    score : (K, n) weight times residual times projected regressor.  hessian : (K, K).  cluster : (n,).
    coefficient : (K,) of the fit.
    points : ``"rademacher"`` (signs) or ``"webb"`` (six points).
    draws, seed, level, executor, progress : as for `pairs`.

    Raises
    ------
    DataError : as for `pairs`; unknown points.
    NotIdentified : fewer than two clusters.

    >>> score, cluster = np.array([[2.0, -1.0, -1.0]]), np.array([0, 1, 1])
    >>> told = wild(score, np.array([[4.0]]), cluster, np.array([0.3]), draws=200)   # 0.3 + (+-2 +-2) / 4
    >>> np.unique(told.draw.round(12)).tolist()
    [-0.7, 0.3, 1.3]
    """
    _admissible(draws, seed, level)
    if points not in POINTS:
        raise DataError(f"{points!r} are no weights of clusters; take {' or '.join(map(repr, POINTS))}.")
    sums = cluster_sums(score, cluster)
    steps = np.linalg.solve(hessian, sums).T  # (G, K)
    task = partial(_stepped, np.ascontiguousarray(steps), coefficient, POINTS[points], seed)
    return _summary(_drawn(task, draws, executor, progress), level, len(steps))


def cluster_sums(score: Floats, cluster: Codes) -> Floats:
    """(K, G) sums of the scores of each cluster, clusters as rows first meet them.

    Raises
    ------
    NotIdentified : fewer than two clusters.

    >>> cluster_sums(np.array([[1.0, 2.0, 4.0]]), np.array([5, 3, 5])).tolist()
    [[5.0, 2.0]]
    """
    number = number_clusters(cluster)
    if number.max() < 1:
        raise NotIdentified("There is one cluster only; a bootstrap draws clusters and needs at least two.")
    return np.stack([np.bincount(number, row) for row in score])


def _admissible(draws: int, seed: int, level: float) -> None:
    if draws < 2:
        raise DataError(f"{draws} draws give no spread; 999 are usual.")
    if seed < 0:
        raise DataError(f"The seed is {seed}; it must be 0 or more.")
    if not 0 < level < 1:
        raise DataError(f"The level is {level}; it lies between 0 and 1, as 0.95 does.")


def _clustered(sample: Sample) -> Sample:
    number = number_clusters(sample.cluster)
    if number.max() < 1:
        raise NotIdentified("There is one cluster only; a bootstrap draws clusters and needs at least two.")
    return Sample(sample.y, sample.X, sample.effects, number, sample.start, sample.weights, sample.offset)


def _random(seed: int, draw: int) -> np.random.Generator:
    return np.random.Generator(np.random.PCG64([seed, draw]))


Piece = tuple[Floats, list[tuple[str, str]]]


def _refit(sample: Sample, seed: int, first: int, last: int) -> Piece:
    """Draws first..last-1 of the pairs bootstrap. At module level, so that it can be sent to processes."""
    clusters = int(sample.cluster.max()) + 1
    out, failed = np.full((last - first, sample.start.size), np.nan), list[tuple[str, str]]()
    for draw in range(first, last):
        times = _random(seed, draw).multinomial(clusters, np.full(clusters, 1 / clusters))
        weights = times[sample.cluster].astype(np.float64)
        if sample.weights is not None:
            weights *= sample.weights
        try:
            fitted = ppml.solve(
                sample.y, sample.X, sample.effects, weights=weights, offset=sample.offset, start=sample.start,
                singletons="keep",
            ).coefficient  # fmt: skip
        except NotIdentified as fault:
            failed.append(("not identified", str(fault)))
        except NotConverged as fault:
            failed.append(("not converged", str(fault)))
        else:
            if np.isnan(fitted).any():
                failed.append((COLLINEAR, str(int(np.isnan(fitted).argmax()) + 1)))
            else:
                out[draw - first] = fitted
    return out, failed


def _stepped(steps: Floats, coefficient: Floats, points: Floats, seed: int, first: int, last: int) -> Piece:
    """Draws first..last-1 of the score bootstrap."""
    out = np.empty((last - first, coefficient.size))
    for draw in range(first, last):
        weight = points[_random(seed, draw).integers(points.size, size=len(steps))]
        out[draw - first] = coefficient + (weight[:, None] * steps).sum(0)
    return out, []


def _drawn(
    task: Callable[[int, int], Piece], draws: int, executor: Executor | None, progress: Progress | None
) -> list[Piece]:
    """All pieces, in order of draws, whoever did them."""
    size = -(-draws // TASKS)
    spans = [(first, min(first + size, draws)) for first in range(0, draws, size)]
    told: list[Any] = [None] * len(spans)
    done = 0

    def keep(k: int, piece: Piece) -> None:
        nonlocal done
        told[k] = piece
        done += len(piece[0])
        if progress is not None:
            progress(done, draws)

    if executor is None:
        for k, span in enumerate(spans):
            keep(k, task(*span))
        return told
    waiting = {executor.submit(task, *span): k for k, span in enumerate(spans)}
    try:
        for future in as_completed(waiting):
            keep(waiting[future], future.result())
    finally:
        for future in waiting:
            future.cancel()
    return told


def _summary(pieces: Sequence[Piece], level: float, clusters: int) -> Bootstrap:
    draw = np.concatenate([piece for piece, _ in pieces])
    messages = [fault for _, faults in pieces for fault in faults]
    example = dict(reversed(messages))
    failed = tuple((reason, count, example[reason]) for reason, count in Counter(r for r, _ in messages).items())
    good = draw[~np.isnan(draw).any(axis=1)]
    if len(good) < 2:
        why = "; ".join(f"{count:,} {reason} ({message})" for reason, count, message in failed)
        raise NotIdentified(
            f"{len(good)} of {len(draw):,} draws could be fitted: {why}. Take the score bootstrap (wild)."
        )
    low, high = np.quantile(good, [(1 - level) / 2, (1 + level) / 2], axis=0)
    return Bootstrap(draw, good.std(axis=0, ddof=1), low, high, clusters, failed)
