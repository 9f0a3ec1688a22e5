"""Outlines of land (shipped) or of borders (a file the user names): GeoJSON or TopoJSON to rings of points."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from os import PathLike
from pathlib import Path
from typing import Any

from hansa.errors import DataError

Ring = list[tuple[float, float]]
_TOO_LARGE = 64 * 1024 * 1024


@cache
def land() -> list[Ring]:
    """The shipped outline of land: Natural Earth 1:110m by way of world-atlas, without borders."""
    source = files("hansa").joinpath("data", "land", "land-110m.json")
    return list(_topology(json.loads(source.read_text(encoding="utf-8"))))


def read_outlines(path: str | PathLike[str]) -> list[Ring]:
    """Rings of (longitude, latitude) in degrees from a GeoJSON or TopoJSON file.

    Raises
    ------
    DataError : the file is absent, too large (64 MiB), no JSON, or holds no polygon.
    """
    file = Path(path)
    try:
        if file.stat().st_size > _TOO_LARGE:
            raise DataError("is larger than 64 MiB; take a coarser file of borders.", file=file)
        content = json.loads(file.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise DataError(f"The file of borders cannot be read ({error.strerror}).", file=file) from None
    except (ValueError, RecursionError):
        raise DataError("is no JSON. Borders come from a GeoJSON or TopoJSON file.", file=file) from None
    try:
        rings = list(_topology(content) if content.get("type") == "Topology" else _polygons(content))
    except (AttributeError, IndexError, KeyError, TypeError, ValueError, RecursionError):
        raise DataError("is no GeoJSON or TopoJSON of polygons that can be drawn.", file=file) from None
    if not rings:
        raise DataError("holds no polygon. Borders come from a GeoJSON or TopoJSON file of polygons.", file=file)
    return rings


def _polygons(node: Any) -> Iterator[Ring]:
    kind = node["type"]
    if kind in ("FeatureCollection", "GeometryCollection"):
        for part in node["features" if kind == "FeatureCollection" else "geometries"]:
            yield from _polygons(part)
    elif kind == "Feature" and node["geometry"]:
        yield from _polygons(node["geometry"])
    elif kind in ("Polygon", "MultiPolygon"):
        for polygon in [node["coordinates"]] if kind == "Polygon" else node["coordinates"]:
            for ring in polygon:
                yield [(float(point[0]), float(point[1])) for point in ring]


def _topology(topology: Any) -> Iterator[Ring]:
    arcs = _arcs(topology)
    for shape in topology["objects"].values():
        for ring in _rings_of(shape):
            points: Ring = []
            for place in ring:
                arc = arcs[place] if place >= 0 else arcs[~place][::-1]
                points += arc[1:] if points else arc
            yield points


def _arcs(topology: Any) -> list[Ring]:
    """Arcs as points; with a transform they are stored as steps on a grid."""
    transform = topology.get("transform")
    if not transform:
        return [[(float(p[0]), float(p[1])) for p in arc] for arc in topology["arcs"]]
    (sx, sy), (tx, ty) = transform["scale"], transform["translate"]
    arcs = []
    for arc in topology["arcs"]:
        x = y = 0
        points = []
        for step in arc:
            x, y = x + step[0], y + step[1]
            points.append((x * sx + tx, y * sy + ty))
        arcs.append(points)
    return arcs


def _rings_of(shape: Any) -> Iterator[list[int]]:
    if shape["type"] == "GeometryCollection":
        for part in shape["geometries"]:
            yield from _rings_of(part)
    elif shape["type"] == "Polygon":
        yield from shape["arcs"]
    elif shape["type"] == "MultiPolygon":
        for polygon in shape["arcs"]:
            yield from polygon
