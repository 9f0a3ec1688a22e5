"""What a scenario does to every region, drawn: bars with their ranges, and a map of marks.

Gains are round and filled, losses are pointed and hollow; both survive a black-and-white printer.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from hansa.report.charts import ACCENT, FAINT, INK, MUTED, PAPER, WIDTH, _box, _cut, _n, _text, frame
from hansa.report.maps import (
    LAND,
    NEAR_KM,
    Spot,
    _graticule,
    _local,
    _names,
    _placed,
    _reach,
    _shape,
    _View,
    _world,
)
from hansa.report.maps import Map as Place
from hansa.report.outlines import land, read_outlines
from hansa.wording.sentence import Sentence, mark
from hansa.wording.words import JOINED, Words

LOSS = "#9a5b13"
LARGEST = 13.0  # radius of the largest mark on the map
NAMES = 3  # third parties that the map names, beside those that the scenario names


@dataclass(frozen=True)
class Effect:
    """What a scenario does to one region.

    name : as it is shown. figure : change in per cent. low, high : range of the draws, in per cent.
    named : whether the scenario changes something of it. point : latitude and longitude, where its list has them.
    """

    name: str
    figure: float
    low: float | None = None
    high: float | None = None
    named: bool = False
    point: tuple[float, float] | None = None


def per_cent(figure: float, words: Words, largest: float | None = None) -> str:
    """A change in per cent with its sign; as many digits as the largest beside it needs.

    >>> per_cent(0.0314, Words("en")), per_cent(-12.34, Words("en")), per_cent(0.0314, Words("en"), largest=12)
    ('+0.0314%', '−12.3%', '0.0%')
    """
    size = abs(figure) if largest is None else largest
    digits = next((digits for digits, least in enumerate((10, 1, 0.1), 1) if size >= least), 4)
    shown = words.number(figure, digits, signed=True)
    return words(mark("{figure}%")).format(figure=shown).replace(" ", JOINED)


def effect_bars(effects: Sequence[Effect], title: str, words: Words, *, uid: str) -> str:
    """A bar for each region around zero, its range as a line over it, its figure at the right edge."""
    ends = [x for one in effects for x in (one.figure, one.low, one.high) if x is not None]
    low, high = min(0.0, *ends), max(0.0, *ends)
    left, right, top, step = 126.0, WIDTH - 64.0, 8.0, 17.0
    largest = max((abs(one.figure) for one in effects), default=0.0)

    def x_at(value: float) -> float:
        return left + (value - low) / ((high - low) or 1.0) * (right - left)

    bottom = top + step * len(effects)
    zero = _n(x_at(0.0))
    body = [f'<line x1="{zero}" x2="{zero}" y1="{_n(top - 4)}" y2="{_n(bottom)}" stroke="{MUTED}" stroke-width="1"/>']
    for place, one in enumerate(effects):
        body += _row(one, top + step * (place + 0.5), x_at, per_cent(one.figure, words, largest))
    return frame(title, _told(effects, words), body, bottom + 4, uid, None)


def _row(one: Effect, y: float, x_at: Callable[[float], float], shown: str) -> list[str]:
    start, end = x_at(min(0.0, one.figure)), x_at(max(0.0, one.figure))
    colour = INK if one.named else MUTED
    body = [
        _text(2, y + 4, _cut(one.name, 19), colour=colour),
        _box(start, y - 5, max(end - start, 0.8), 10, ACCENT if one.figure >= 0 else LOSS),
        _text(WIDTH - 2, y + 4, shown, anchor="end", colour=colour),
    ]
    if one.low is not None and one.high is not None:
        a, b = _n(x_at(one.low)), _n(x_at(one.high))
        path = f"M{a} {_n(y - 3)}v6M{a} {_n(y)}H{b}M{b} {_n(y - 3)}v6"
        body.append(f'<path d="{path}" fill="none" stroke="{PAPER}" stroke-width="3"/>')
        body.append(f'<path d="{path}" fill="none" stroke="{INK}" stroke-width="1.2"/>')
    return body


def _told(effects: Sequence[Effect], words: Words) -> str:
    """The largest gain and the largest loss in words; the table has them all."""
    said = []
    for pick in (max, min):
        one = pick(effects, key=lambda effect: effect.figure, default=None)
        if one is not None:
            said.append(f"{one.name}: {per_cent(one.figure, words)}.")
    return " ".join(dict.fromkeys(said)) + " " + words(mark("All figures stand in the table beside the chart."))


def effect_map(
    effects: Sequence[Effect],
    title: str,
    words: Words,
    *,
    uid: str,
    fictional: bool = False,
    borders: str | None = None,
) -> str:
    """A mark for each region whose place is known: its area is the size of the change; empty where none is known."""
    placed = [one for one in effects if one.point is not None]
    if not placed:
        return ""
    largest = max(abs(one.figure) for one in placed) or 1.0
    spots = [_spot(one, largest) for one in placed]
    ring = Place("effects", Sentence(title), tuple(spots), None, fictional, borders)
    view = _local(spots, ring) if fictional or _reach(spots) < NEAR_KM else _world()
    window = f'<clipPath id="{uid}-c"><rect width="{WIDTH}" height="{_n(view.height)}"/></clipPath>'
    body = [window, f'<g clip-path="url(#{uid}-c)">', *_graticule(view)]
    if not fictional:
        body.append(_shape(land(), view, f'fill="{LAND}"'))
    if borders:
        body.append(_shape(read_outlines(borders), view, f'fill="none" stroke="{MUTED}" stroke-width="0.5"'))
    marks = sorted(zip(spots, placed, strict=True), key=lambda both: -abs(both[1].figure))
    body += [_mark(spot, one.figure, largest, view) for spot, one in marks]
    body += [*_names(spots, view), "</g>", *_legend(view.height + 14, words)]
    return frame(title, _told(placed, words), body, view.height + 20, uid, None)


def _spot(one: Effect, largest: float) -> Spot:
    latitude, longitude = one.point or (0.0, 0.0)
    return Spot(one.name, latitude, longitude, abs(one.figure) / largest, "self" if one.named else "partner")


def _mark(spot: Spot, figure: float, largest: float, view: _View) -> str:
    x, y = _placed(spot, view)
    size = max(LARGEST * math.sqrt(abs(figure) / largest), 1.6)
    return _sign(x, y, size, figure >= 0)


def _sign(x: float, y: float, size: float, gains: bool) -> str:
    if gains:
        look = f'fill="{ACCENT}" fill-opacity="0.55" stroke="{ACCENT}" stroke-width="0.8"'
        return f'<circle cx="{_n(x)}" cy="{_n(y)}" r="{_n(size)}" {look}/>'
    reach = size * 1.25  # a triangle of about the area of the circle, its point down
    path = f"M{_n(x - reach)} {_n(y - reach * 0.7)}H{_n(x + reach)}L{_n(x)} {_n(y + reach * 1.1)}Z"
    return f'<path d="{path}" fill="{PAPER}" fill-opacity="0.75" stroke="{LOSS}" stroke-width="1.6"/>'


def _legend(y: float, words: Words) -> list[str]:
    gains, loses = words(mark("gains")), words(mark("loses"))
    second = 46 + 7 * len(gains)
    line = f'<line x1="0" x2="{WIDTH}" y1="{_n(y - 14)}" y2="{_n(y - 14)}" stroke="{FAINT}" stroke-width="1"/>'
    first = [_sign(8, y - 4, 4.5, True), _text(18, y, gains)]
    return [line, *first, _sign(second - 10, y - 4, 4.5, False), _text(second, y, loses)]
