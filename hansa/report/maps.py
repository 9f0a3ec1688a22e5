"""Where the two regions lie: land without borders, regions as points, the great circle between the two.

Borders are drawn only from a file that the user names, and the map says whose convention that is. A world that does
not exist is drawn as points on a grid of longitude and latitude.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from hansa.regions.great_circle import great_circle
from hansa.report.charts import ACCENT, INK, LETTER, MUTED, PAPER, WIDTH, _n, _text, frame
from hansa.report.outlines import Ring, land, read_outlines
from hansa.wording.sentence import Sentence, mark
from hansa.wording.words import Words

LAND, SEA_LINE, NEAR_KM = "#e9e6dd", "#e4e9ec", 3500
Point = tuple[float, float]


@dataclass(frozen=True)
class Spot:
    """A region on the map: where it lies, and how much of all trade shown it has (0..1, sets the size of its point)."""

    name: str
    lat: float
    lon: float
    share: float
    role: str = "partner"


@dataclass(frozen=True)
class Map:
    """What a map shows: the pair (roles ``self`` and ``other``; a side that is several regions has several spots) and
    the partners of the first.

    kilometres : between the two; None where a side is several regions.
    fictional : draw no land. borders : path of a file of borders, or None.
    lines : further pairs of spots to be joined, by their places in `spots`.
    said : what the map shows in words, where it is not a pair and its partners.
    """

    key: str
    title: Sentence
    spots: tuple[Spot, ...]
    kilometres: float | None
    fictional: bool = False
    borders: str | None = None
    lines: tuple[tuple[int, int], ...] = ()
    said: Sentence | None = None


def draw_map(shown: Map, words: Words, *, uid: str = "map", font: str | None = None) -> str:
    """The map as an SVG element."""
    ends = [spot for role in ("self", "other") for spot in shown.spots if spot.role == role]
    view = _local(ends, shown) if shown.fictional or _reach(ends) < NEAR_KM else _world()
    window = f'<clipPath id="{uid}-c"><rect width="{WIDTH}" height="{_n(view.height)}"/></clipPath>'
    body = [window, f'<g clip-path="url(#{uid}-c)">']
    body += _graticule(view)
    if not shown.fictional:
        body.append(_shape(land(), view, f'fill="{LAND}"'))
    if shown.borders:
        body.append(_shape(read_outlines(shown.borders), view, f'fill="none" stroke="{MUTED}" stroke-width="0.5"'))
    body += _arc(ends[0], ends[1], view) if shown.kilometres is not None else []
    for one, other in shown.lines:
        body += _arc(shown.spots[one], shown.spots[other], view, 'stroke-width="0.9" stroke-opacity="0.55"')
    body += [_dot(spot, view) for spot in sorted(shown.spots, key=lambda spot: -spot.share)]
    body += [*_names(shown.spots, view), "</g>"]
    return frame(words.say(shown.title), _described(shown, ends, words), body, view.height, uid, font)


def _described(shown: Map, ends: Sequence[Spot], words: Words) -> str:
    if shown.said is not None:
        return words.say(shown.said)
    if shown.kilometres is None:
        return words(mark("The regions of both sides are dark points; the others are partners of the first side."))
    template = mark(
        "{a} and {b} as points; the line is the shortest way over the globe. Other points are partners of {a}."
    )
    return words.say(Sentence(template, {"a": ends[0].name, "b": ends[1].name}))


def _reach(ends: Sequence[Spot]) -> float:
    """The longest way between two of some spots, in kilometres."""
    return max(great_circle(a.lat, a.lon, b.lat, b.lon) for a in ends for b in ends)


@dataclass(frozen=True)
class _View:
    """A projection from (longitude, latitude) to the page, and the window it shows."""

    at: Callable[[float, float], Point]
    height: float
    west: float
    east: float
    south: float
    north: float
    step: int


def _world() -> _View:
    """Equal Earth (Savric, Patterson and Jenny 2018): areas are true, so no region looks larger than it is."""
    top = _equal_earth(0, 84)[1]
    scale = WIDTH / (2 * _equal_earth(180, 0)[0])
    height = (top - _equal_earth(0, -58)[1]) * scale

    def at(lon: float, lat: float) -> Point:
        x, y = _equal_earth(lon, lat)
        return WIDTH / 2 + x * scale, (top - y) * scale

    return _View(at, height, -180, 180, -58, 84, 30)


def _equal_earth(lon: float, lat: float) -> Point:
    a1, a2, a3, a4 = 1.340264, -0.081106, 0.000893, 0.003796
    t = math.asin(math.sqrt(3) / 2 * math.sin(math.radians(lat)))
    slope = a1 + 3 * a2 * t**2 + t**6 * (7 * a3 + 9 * a4 * t**2)
    x = 2 * math.sqrt(3) / 3 * math.radians(lon) * math.cos(t) / slope
    return x, t * (a1 + a2 * t**2 + t**6 * (a3 + a4 * t**2))


def _local(ends: Sequence[Spot], shown: Map) -> _View:
    """A window round the pair (or round all points of a world that does not exist), true along its middle parallel."""
    near = [spot for spot in shown.spots if shown.fictional] or list(ends)
    west, east = min(s.lon for s in near), max(s.lon for s in near)
    if east - west > 180 and not shown.fictional:  # the short way round crosses the date line
        near = [Spot(s.name, s.lat, s.lon % 360, s.share, s.role) for s in near]
        west, east = min(s.lon for s in near), max(s.lon for s in near)
    south, north = min(s.lat for s in near), max(s.lat for s in near)
    middle, centre = (south + north) / 2, (west + east) / 2
    squeeze = math.cos(math.radians(middle))
    wide = 0.62 if shown.fictional else 1.3
    tall = 0.85 if shown.fictional else 0.56  # height over width
    half = max((east - west) * squeeze * wide, (north - south) * wide / tall, 5.0)
    height = WIDTH * tall
    scale = WIDTH / 2 / half
    reach = half * tall

    def at(lon: float, lat: float) -> Point:
        return WIDTH / 2 + (lon - centre) * squeeze * scale, height / 2 - (lat - middle) * scale

    step = next((s for s in (1, 2, 5, 10, 30) if half / s <= 6), 30)
    return _View(at, height, centre - half / squeeze, centre + half / squeeze, middle - reach, middle + reach, step)


def _shape(rings: Iterable[Ring], view: _View, paint: str) -> str:
    """Rings as one path. A window may lie across the date line, so each ring is tried one turn to either side too."""
    parts = []
    for ring in map(_unwound, rings):
        low, high = min(p[1] for p in ring), max(p[1] for p in ring)
        for turn in (-360, 0, 360):
            west, east = min(p[0] for p in ring) + turn, max(p[0] for p in ring) + turn
            if east <= view.west or west >= view.east or high < view.south or low > view.north:
                continue
            points = [view.at(lon + turn, lat) for lon, lat in ring]
            kept = [p for p, q in zip(points, [(-9e9, 0.0), *points], strict=False) if _apart(p, q)]
            if len(kept) > 2:
                parts.append("M" + "L".join(f"{_n(x)} {_n(y)}" for x, y in kept) + "Z")
    return f'<path d="{"".join(parts)}" {paint}/>'


def _unwound(ring: Ring) -> Ring:
    """A ring that jumps over the date line, written on without the jump."""
    points, turn = [], 0
    for (lon, lat), (before, _) in zip(ring, [ring[0], *ring], strict=False):
        turn += 360 if lon - before < -180 else -360 if lon - before > 180 else 0
        points.append((lon + turn, lat))
    return points


def _apart(p: Point, q: Point) -> bool:
    return abs(p[0] - q[0]) + abs(p[1] - q[1]) >= 0.9


def _graticule(view: _View) -> list[str]:
    lons = range(math.ceil(view.west / view.step) * view.step, math.floor(view.east) + 1, view.step)
    lats = range(math.ceil(view.south / view.step) * view.step, math.floor(view.north) + 1, view.step)
    lines = [[view.at(lon, view.south + (view.north - view.south) * k / 12) for k in range(13)] for lon in lons]
    lines += [[view.at(view.west + (view.east - view.west) * k / 12, lat) for k in range(13)] for lat in lats]
    return [_path(line, f'stroke="{SEA_LINE}" stroke-width="0.6"') for line in lines]


def _arc(a: Spot, b: Spot, view: _View, look: str = 'stroke-width="1.6"') -> list[str]:
    """The great circle in pieces: it is broken where it leaves one side of the map and comes back on the other."""
    pieces: list[list[Point]] = [[]]
    for point in (view.at(lon, lat) for lon, lat in great_circle_points(a, b, view.west)):
        if pieces[-1] and abs(point[0] - pieces[-1][-1][0]) > WIDTH / 2:
            pieces.append([])
        pieces[-1].append(point)
    return [_path(piece, f'stroke="{ACCENT}" {look}') for piece in pieces if len(piece) > 1]


def great_circle_points(a: Spot, b: Spot, west: float = -180, count: int = 48) -> list[Point]:
    """Points (longitude, latitude) from a to b on the shortest way over a sphere, longitudes from `west` on."""
    p, q = _vector(a.lat, a.lon), _vector(b.lat, b.lon)
    angle = math.acos(max(-1.0, min(1.0, sum(x * y for x, y in zip(p, q, strict=True)))))
    if angle < 1e-9:
        return [(a.lon, a.lat), (b.lon, b.lat)]
    points = []
    for k in range(count + 1):
        f, g = math.sin((1 - k / count) * angle) / math.sin(angle), math.sin(k / count * angle) / math.sin(angle)
        x, y, z = (f * u + g * v for u, v in zip(p, q, strict=True))
        lon = math.degrees(math.atan2(y, x))
        points.append(((lon - west) % 360 + west, math.degrees(math.asin(max(-1.0, min(1.0, z))))))
    return points


def _vector(lat: float, lon: float) -> tuple[float, float, float]:
    phi, lam = math.radians(lat), math.radians(lon)
    return math.cos(phi) * math.cos(lam), math.cos(phi) * math.sin(lam), math.sin(phi)


def _placed(spot: Spot, view: _View) -> Point:
    return view.at((spot.lon - view.west) % 360 + view.west, spot.lat)


def _dot(spot: Spot, view: _View) -> str:
    x, y = _placed(spot, view)
    colour, radius = (MUTED, 1.4 + 7 * math.sqrt(spot.share)) if spot.role == "partner" else (ACCENT, 4.0)
    fill = f'fill="{colour}"' if spot.role != "partner" else f'fill="{colour}" fill-opacity="0.45"'
    return f'<circle cx="{_n(x)}" cy="{_n(y)}" r="{_n(radius)}" {fill} stroke="{PAPER}" stroke-width="0.7"/>'


def _names(spots: Sequence[Spot], view: _View) -> list[str]:
    """Names of the pair and of the three largest other partners, none over another: the pair first, then by size."""
    pair = [spot for spot in spots if spot.role != "partner"]
    others = sorted((s for s in spots if s.role == "partner"), key=lambda s: (-s.share, s.name))[:3]
    taken: list[tuple[float, float, float, float]] = []
    body = []
    for spot in (*pair, *others):
        x, y = _placed(spot, view)
        if not (0 <= x <= WIDTH and 0 <= y <= view.height):
            continue
        width = LETTER * len(spot.name) * 1.05
        places = [(x + 7, y + 4), (x - 7 - width, y + 4), (x - width / 2, y - 8), (x - width / 2, y + 16)]
        for left, base in places:
            box = (left, base - 10, left + width, base + 3)
            inside = box[0] >= 1 and box[2] <= WIDTH - 1 and box[1] >= 0 and box[3] <= view.height
            if inside and not any(_overlap(box, other) for other in taken):
                taken.append(box)
                behind = _text(left, base, spot.name, colour=PAPER)
                halo = f'<g stroke="{PAPER}" stroke-width="2.6" stroke-linejoin="round">{behind}</g>'
                weight = INK if spot.role != "partner" else MUTED
                body.append(halo + _text(left, base, spot.name, colour=weight))
                break
    return body


def _overlap(p: tuple[float, float, float, float], q: tuple[float, float, float, float]) -> bool:
    return p[0] < q[2] and q[0] < p[2] and p[1] < q[3] and q[1] < p[3]


def _path(points: Sequence[Point], paint: str) -> str:
    return f'<polyline points="{" ".join(f"{_n(x)},{_n(y)}" for x, y in points)}" fill="none" {paint}/>'
