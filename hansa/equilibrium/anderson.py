"""Anderson acceleration of a fixed point. Anderson 1965 (Journal of the ACM 12); Walker and Ni 2011 (SINUM 49).

The next point is where the last few changes of the residual, taken as linear, would make it vanish. The history is
forgotten where the residual jumps, which keeps the method on the plain fixed point when that is not yet linear.

Notation: x point, g = G(x) its image, r = g - x residual, m depth, dx and dr changes of x and r between steps (rows).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.linalg.lapack import dposv

from hansa.equilibrium.arrays import Floats
from hansa.errors import DataError

LARGEST_RESIDUAL = 1e-9  # of whatever is solved in this room: above it nothing is returned
JUMP = 10.0  # times the least residual so far: from there the history misleads
RIDGE = 1e-14  # of the diagonal of dr dr', against changes that are nearly parallel


@dataclass(frozen=True)
class Run:
    """Where an iteration ended: the point x, the steps taken, and the residual there."""

    x: Floats
    steps: int
    residual: float


def check_tolerance(tolerance: float) -> None:
    """Nothing, if a residual of that size may be returned.

    Raises
    ------
    DataError : it is not above zero, or above 1e-9.

    >>> check_tolerance(1e-11)
    """
    if not 0 < tolerance <= LARGEST_RESIDUAL:
        raise DataError(
            f"tolerance={tolerance!r} is the residual to be reached; it must be above 0 and at most "
            f"{LARGEST_RESIDUAL:g}, above which nothing is returned."
        )


def accelerate(
    step: Callable[[Floats], Floats],
    start: Floats,
    *,
    residual: Callable[[Floats, Floats], float] | None = None,
    depth: int = 12,
    tolerance: float = 1e-11,
    most_steps: int = 2000,
    progress: Callable[[int, float], None] | None = None,
) -> Run:
    """The point x that a map returns unchanged, x = step(x).

    It never raises for want of convergence: whoever calls looks at the residual. The residual is of the last point
    that was evaluated, which is the least one where the end was not reached.

    step : the map, (m,) to (m,).  start : (m,).
    residual : of x and step(x), asked right after each step; the largest absolute difference where not given.
    depth : changes remembered.  tolerance : of the residual.
    progress : told the steps taken and the residual, now and then.

    >>> run = accelerate(np.cos, np.array([0.5]))
    >>> round(float(run.x[0]), 10), run.steps < 10
    (0.7390851332, True)
    """
    measure = residual or _largest
    history = _History(start.size, depth)
    x, g = start, step(start)
    error = best = measure(x, g)
    least = x
    steps = 0
    while not error <= tolerance and steps < most_steps:
        steps += 1
        new = history.extrapolate(g, g - x)
        image = step(new)
        error = measure(new, image)
        if not error <= JUMP * best and history.count:
            history.forget()
            new = g
            image = step(new)
            error = measure(new, image)
        else:
            history.append(new - x, (image - new) - (g - x))
        if error < best:
            best, least = error, new
        elif not np.isfinite(error):
            break
        x, g = new, image
        if progress is not None and steps % 10 == 0:
            progress(steps, error)
    return Run(x, steps, error) if error <= tolerance else Run(least, steps, best)


def _largest(x: Floats, g: Floats) -> float:
    return float(np.abs(g - x).max(initial=0.0))


class _History:
    """The last changes of point and residual, and the products of the latter among themselves."""

    def __init__(self, size: int, depth: int) -> None:
        self.depth, self.count, self.next = depth, 0, 0
        self.dx, self.dr = np.empty((depth, size)), np.empty((depth, size))
        self.products = np.zeros((depth, depth))

    def append(self, dx: Floats, dr: Floats) -> None:
        at = self.next
        self.dx[at], self.dr[at] = dx, dr
        self.count = min(self.count + 1, self.depth)
        self.products[at, : self.count] = self.products[: self.count, at] = self.dr[: self.count] @ dr
        self.next = (at + 1) % self.depth

    def forget(self) -> None:
        self.count = self.next = 0

    def extrapolate(self, g: Floats, r: Floats) -> Floats:
        if not self.count:
            return g
        m = self.count
        products = self.products[:m, :m]
        scale = 1 / np.sqrt(np.maximum(products.diagonal(), 1e-300))
        scaled = products * scale[:, None] * scale
        scaled[np.diag_indices(m)] += RIDGE
        _, weight, failed = dposv(scaled, (self.dr[:m] @ r) * scale)
        if failed:
            weight = np.linalg.lstsq(scaled, (self.dr[:m] @ r) * scale, rcond=1e-13)[0]
        weight = weight * scale
        return g - weight @ self.dx[:m] - weight @ self.dr[:m]
