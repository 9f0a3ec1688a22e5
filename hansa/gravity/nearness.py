"""What is known of pairs of regions beside their trade: distance, and whether they share a border.

Regions without a known place are left out, by name and count.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hansa.errors import NotIdentified
from hansa.provenance import Provenance
from hansa.regions.codes import region_or_none
from hansa.regions.distance import distances
from hansa.trade.indicators.grid import said
from hansa.trade.side import as_side

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Nearness:
    """Regions with a known place, n of them, and how near they are.

    Parameters
    ----------
    regions : their codes, sorted. unplaced : codes that are left out.
    log_distance : (n, n) logarithm of km, NaN where it is unknown and from a region to itself.
    border : (n, n) 1 where two share a border; None where no table tells, or all pairs are alike.
    notes : what was left out or taken. provenance : of the tables; None where there are none.
    """

    regions: list[Any]
    unplaced: list[Any]
    log_distance: Array
    border: Array | None
    notes: tuple[str, ...]
    provenance: Provenance | None


def nearness(codes: Sequence[Any], distance: Any = None, contiguity: Any = None) -> Nearness:
    """How near regions are, by tables or by the points of the lists of regions.

    Parameters
    ----------
    codes : of regions.
    distance : by region and partner, in km, of either direction; great circles between the points of ISO 3166 regions
        by default.
    contiguity : by region and partner, 1 where they share a border.

    Raises
    ------
    NotIdentified : no distance is known.
    DataError : a table lacks a column, or has two values for a pair.

    >>> near = nearness(["BLR", "RUS", "nowhere"])
    >>> near.regions, near.unplaced, round(float(np.exp(near.log_distance[0, 1])))
    (['BLR', 'RUS'], ['nowhere'], 675)
    """
    codes, notes, sources = sorted(codes), list[str](), list[Provenance]()
    if distance is None:
        kilometres = _great_circles(codes)
        notes.append("distances are great circles between one point of each region")
    else:
        kilometres = _pairwise(distance, "distance", codes, sources)
    known = kilometres > 0
    np.fill_diagonal(known, False)
    placed = np.asarray(known.any(0), bool)
    unplaced = [code for code, there in zip(codes, placed, strict=True) if not there]
    if not placed.any():
        raise NotIdentified(
            "Gravity needs distances, and none is known between these regions. Give distance=TABLE with region, "
            "partner and value in km."
        )
    if unplaced:
        notes.append(
            f"{len(unplaced):,} of {len(codes):,} regions have no known place and are left out: {said(unplaced)}"
        )
    kept = np.ix_(placed, placed)
    known = known[kept]
    if gaps := int(known.size - len(known) - known.sum()):
        notes.append(f"{gaps:,} of {known.size - len(known):,} pairs have no known distance and are left out")
    regions = [code for code, there in zip(codes, placed, strict=True) if there]
    logs = np.log(kilometres[kept], out=np.full(known.shape, np.nan), where=known)
    border = _border(contiguity, regions, known, notes, sources)
    return Nearness(regions, unplaced, logs, border, tuple(notes), sources[0].merge(*sources[1:]) if sources else None)


def _great_circles(codes: Sequence[Any]) -> Array:
    """Kilometres between the points of regions, (n, n); NaN for one that is unknown or has none."""
    region = {code: found.code for code in codes if (found := region_or_none(code)) is not None}
    rows, _ = distances(region.values())  # what has no place is named by `nearness`
    known: dict[tuple[str | None, str | None], float] = {(one, other): kilometres for one, other, kilometres in rows}
    return np.array(
        [[known.get((region.get(one), region.get(other)), np.nan) for other in codes] for one in codes], np.float64
    )


def _border(given: Any, regions: list[Any], known: Mask, notes: list[str], sources: list[Provenance]) -> Array | None:
    if given is None:
        notes.append("no table of common borders is given: the model has distance alone")
        return None
    found = _pairwise(given, "contiguity", regions, sources)
    if gaps := int((np.isnan(found) & known).sum()):
        notes.append(f"the table of common borders has no row for {gaps:,} of {known.sum():,} pairs: none is taken")
    found = np.nan_to_num(found, nan=0.0)
    if np.ptp(found[known]) == 0:
        notes.append("the table of common borders is the same for all pairs: the model has distance alone")
        return None
    return found


def _pairwise(given: Any, measure: str, codes: Sequence[Any], sources: list[Provenance]) -> Array:
    """A side table over pairs, (n, n), NaN where it has no row for either direction."""
    side = as_side(given, measure)
    sources.append(side.provenance)
    at = {code: place for place, code in enumerate(codes)}
    found = np.full((len(codes), len(codes)), np.nan)
    for (one, other), value in side.lookup("region", "partner").items():
        if one in at and other in at and value is not None:
            found[at[one], at[other]] = value
    return np.where(np.isnan(found), found.T, found)
