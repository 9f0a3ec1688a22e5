"""Great-circle distances between regions, from one point of each: unweighted, capital to capital for countries."""

from __future__ import annotations

from collections.abc import Iterable

from hansa.errors import DataError
from hansa.regions.codes import find
from hansa.regions.great_circle import great_circle
from hansa.regions.region import Region, Regions


def distance(a: object, b: object, regions: Regions | None = None) -> float:
    """Kilometres between the points of two regions (see `Region.lat`), along the great circle.

    Raises
    ------
    UnknownCode : one of them is no region.
    DataError : one of them has no coordinates.

    >>> round(distance("BLR", "RUS"))
    675
    """
    here, there = find(a, regions), find(b, regions)
    for region in (here, there):
        if region.lat is None:
            raise DataError(
                f"{region.code} ({region.name}) has no coordinates, so its distance is not known. "
                "Give lat and lon in a list of your own, or name a region inside it."
            )
    return _between(here, there)


def distances(
    codes: Iterable[object], regions: Regions | None = None
) -> tuple[list[tuple[str, str, float]], tuple[str, ...]]:
    """All distances among regions as rows (origin, destination, km) of two different ones, and notes.

    Regions without coordinates have no rows; a note names them.

    >>> rows, notes = distances(["BLR", "RUS", "ATA"])
    >>> [(origin, destination, round(km)) for origin, destination, km in rows], notes
    ([('BLR', 'RUS', 675), ('RUS', 'BLR', 675)], ('No distances for 1 of 3 regions, which have no coordinates: ATA.',))
    """
    found = list({region.code: region for region in (find(code, regions) for code in codes)}.values())
    placed = [region for region in found if region.lat is not None]
    missing = [region.code for region in found if region.lat is None]
    rows = [(a.code, b.code, _between(a, b)) for a in placed for b in placed if a is not b]
    if not missing:
        return rows, ()
    return rows, (
        f"No distances for {len(missing)} of {len(found)} regions, which have no coordinates: {', '.join(missing)}.",
    )


def _between(a: Region, b: Region) -> float:
    assert None not in (a.lat, a.lon, b.lat, b.lon)
    return great_circle(a.lat or 0.0, a.lon or 0.0, b.lat or 0.0, b.lon or 0.0)
