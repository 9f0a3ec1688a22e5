"""Charts as plain SVG, drawn on the server: no script, no style sheet, a title and a description for a screen reader.

Sizes are in units of a drawing 360 wide, which a telephone shows at about its own size. What a colour says a dash or a
mark says too, so that the charts survive a black-and-white printer.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from html import escape

from hansa.report.facts import Drawing
from hansa.wording.sentence import Amount, Sentence, mark
from hansa.wording.words import Words

WIDTH = 360
ACCENT, INK, MUTED, FAINT, PAPER = "#0f4c5c", "#24292e", "#6d7680", "#dfe3e6", "#ffffff"
SERIES = ((ACCENT, ""), (MUTED, "5 3"), ("#a9b4bd", "1.5 3"))
LETTER = 6.5  # width of a letter at size 11, rather more than the mean


def draw(drawing: Drawing, words: Words, *, uid: str = "chart", font: str | None = None) -> str:
    """The drawing as an SVG element.

    Parameters
    ----------
    drawing : what to show.
    words : the language of labels.
    uid : prefix of the ids inside, unique on the page.
    font : family of the letters; by default they take that of the page.
    """
    shape: Callable[[Drawing, Words], tuple[list[str], float]] = _SHAPES[drawing.kind]
    body, height = shape(drawing, words)
    return frame(words.say(drawing.title), _described(drawing, words), body, height, uid, font)


def frame(title: str, description: str, body: Sequence[str], height: float, uid: str, font: str | None) -> str:
    """An SVG element around a body, named and described."""
    family = f' font-family="{escape(font)}"' if font else ""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {_n(height)}" role="img" '
        f'aria-labelledby="{uid}-t {uid}-d" font-size="11"{family} fill="{INK}">'
        f'<title id="{uid}-t">{escape(title)}</title><desc id="{uid}-d">{escape(description)}</desc>'
        f"{''.join(body)}</svg>"
    )


def _described(drawing: Drawing, words: Words) -> str:
    """Each series in words: first and last figure. The table beside the chart has them all."""
    said = []
    for line in drawing.lines:
        known = [(p, x) for p, x in zip(drawing.places, line.figures, strict=True) if x is not None]
        if not known:
            continue
        (first, before), (last, after) = known[0], known[-1]
        template = mark("{series}: {first} {before}, {last} {after}.")
        values = {"series": words.say(line.name), "first": words.show(first), "last": words.show(last)}
        amounts = {"before": replace(drawing.amount, value=before), "after": replace(drawing.amount, value=after)}
        said.append(words.say(Sentence(template, {**values, **amounts})))
    return " ".join(said) + " " + words(mark("All figures stand in the table beside the chart."))


def ticks(low: float, high: float, count: int = 4) -> list[float]:
    """Round numbers that span low..high, about `count` of them.

    >>> ticks(0, 87), ticks(-3, 9)
    ([0.0, 50.0, 100.0], [-5.0, 0.0, 5.0, 10.0])
    """
    span = (high - low) or abs(high) or 1.0
    rough = span / max(1, count - 1)
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(m * power for m in (1, 2, 2.5, 5, 10) if m * power >= rough * 0.999)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [round(k * step, 10) for k in range(first, last + 1)]


# ---- shapes ---------------------------------------------------------------------------------------------------------
def _lines(drawing: Drawing, words: Words) -> tuple[list[str], float]:
    top, bottom, height = 26.0, 164.0, 188.0
    every = [x for line in drawing.lines for x in line.figures] + [*drawing.low, *drawing.high]
    marks = ticks(*_bounds(every, zero=drawing.amount.kind == "money"))
    left, right = _gutter(marks, drawing, words), WIDTH - 16.0
    x_at, y_at = _ruler(len(drawing.places), left, right), _scale(marks, bottom, top)
    body = _band(drawing, x_at, y_at)
    body += [_axis(mark, left, right, y_at(mark), drawing, words) for mark in marks]
    body += _bottom_labels([words.show(place) for place in drawing.places], x_at, bottom + 16)
    for rank, line in enumerate(drawing.lines):
        colour, dash = SERIES[rank % len(SERIES)]
        points = [(x_at(k), y_at(value)) for k, value in enumerate(line.figures) if value is not None]
        path = " ".join(f"{_n(x)},{_n(y)}" for x, y in points)
        dashed = f' stroke-dasharray="{dash}"' if dash else ""
        body.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"{dashed}/>')
        body += [f'<circle cx="{_n(x)}" cy="{_n(y)}" r="2.6" fill="{colour}"/>' for x, y in points[-1:]]
    return body + _legend([words.say(line.name) for line in drawing.lines], left), height


def _columns(drawing: Drawing, words: Words) -> tuple[list[str], float]:
    top, bottom, height = 26.0, 164.0, 188.0
    marks = ticks(*_bounds([x for line in drawing.lines for x in line.figures], zero=True))
    left, right = _gutter(marks, drawing, words), WIDTH - 6.0
    y_at = _scale(marks, bottom, top)
    slot = (right - left) / max(1, len(drawing.places))
    width = slot * 0.8 / max(1, len(drawing.lines))
    body = [_axis(mark, left, right, y_at(mark), drawing, words) for mark in marks]
    for rank, line in enumerate(drawing.lines):
        colour = (ACCENT, "#b4bec6")[rank % 2]
        for k, value in enumerate(line.figures):
            if value is not None:
                x, y, base = left + slot * (k + 0.1) + rank * width, y_at(value), y_at(0.0)
                body.append(_box(x, min(y, base), width * 0.92, abs(base - y), colour))
    labels = [words.show(place) for place in drawing.places]
    body += _bottom_labels(labels, lambda k: left + slot * (k + 0.5), bottom + 16)
    return body + _legend([words.say(line.name) for line in drawing.lines], left, boxes=True), height


def _bars(drawing: Drawing, words: Words) -> tuple[list[str], float]:
    """Horizontal bars with their labels above them, so that long names of products keep their room."""
    figures = [x for line in drawing.lines for x in line.figures if x is not None]
    low, high = min(0.0, *figures, 0.0), max(0.0, *figures, 0.0)
    span = (high - low) or 1.0
    left, right = 2.0 + (46.0 if low < 0 else 0.0), WIDTH - 62.0

    def x_at(value: float) -> float:
        return left + (value - low) / span * (right - left)

    body, y = [], 10.0
    if len(drawing.lines) > 1:
        body, y = _legend([words.say(line.name) for line in drawing.lines], 2.0, boxes=True), 34.0
    for k, place in enumerate(drawing.places):
        body.append(_text(2, y, _cut(words.show(place), 58)))
        y += 4
        for rank, line in enumerate(drawing.lines):
            value = line.figures[k]
            if value is not None:
                x0, x1 = x_at(min(0.0, value)), x_at(max(0.0, value))
                body.append(_box(x0, y, max(x1 - x0, 0.8), 8, (ACCENT, "#b4bec6")[rank % 2]))
                shown = words.show(replace(drawing.amount, value=value), drawing.scale)
                body.append(_text(x1 + 4, y + 8, shown, colour=INK if rank == 0 else MUTED))
            y += 10.5
        y += 11
    return body, y - 8


def _spans(drawing: Drawing, words: Words) -> tuple[list[str], float]:
    """For each place a bar from low to high, and a mark for each series."""
    top, bottom, height = 26.0, 164.0, 188.0
    every = [x for line in drawing.lines for x in line.figures] + [*drawing.low, *drawing.high]
    marks = ticks(*_bounds(every, zero=False))
    left, right = _gutter(marks, drawing, words), WIDTH - 16.0
    x_at, y_at = _ruler(len(drawing.places), left + 8, right), _scale(marks, bottom, top)
    body = [_axis(mark, left, right, y_at(mark), drawing, words) for mark in marks]
    for k, (low, high) in enumerate(zip(drawing.low, drawing.high, strict=True)):
        if low is not None and high is not None:
            body.append(_box(x_at(k) - 6, y_at(high), 12, max(y_at(low) - y_at(high), 1), "#cbd3d8"))
    for rank, line in enumerate(drawing.lines):
        for k, value in enumerate(line.figures):
            if value is not None:
                body.append(_mark(rank, x_at(k), y_at(value)))
    body += _bottom_labels([words.show(place) for place in drawing.places], x_at, bottom + 16)
    names = [words.say(line.name) for line in drawing.lines]
    legend = _legend(names, left, marks=True)
    end = left + sum(25 + LETTER * len(name) for name in names)
    interval, y = words(mark("interval")), 5
    if end + 13 + LETTER * len(interval) > WIDTH:  # long names push it into a second line
        end, y = left, 16
    legend += [_box(end, y, 9, 9, "#cbd3d8"), _text(end + 13, y + 8, interval)]
    return body + legend, height


def _dots(drawing: Drawing, words: Words) -> tuple[list[str], float]:
    """Places below each other, for each a mark at its ratio and its interval, on a logarithmic scale around one."""
    left, right, top, step = 118.0, WIDTH - 40.0, 34.0, 18.0
    bottom = top + step * len(drawing.places)
    every = [x for line in drawing.lines for x in line.figures] + [*drawing.low, *drawing.high, *(drawing.band or ())]
    known = [x for x in every if x is not None and x > 0]
    marks = ratio_ticks(min(known, default=1.0), max(known, default=1.0))
    span = math.log(marks[-1] / marks[0])

    def x_at(value: float) -> float:  # zero has no place on this scale: an arrow at the edge, its figure beside it
        return left + math.log(max(value, marks[0]) / marks[0]) / span * (right - left)

    body = []
    if drawing.band:
        least, most = map(x_at, drawing.band)
        body.append(_box(least, top - 4, most - least, bottom - top + 4, "#eef1f3"))
    for mark_ in marks:
        x, colour = _n(x_at(mark_)), MUTED if mark_ == 1 else FAINT
        body.append(
            f'<line x1="{x}" x2="{x}" y1="{_n(top - 4)}" y2="{_n(bottom)}" stroke="{colour}" stroke-width="1"/>'
        )
        label = words.number(mark_, len(f"{mark_:g}".partition(".")[2]))
        body.append(_text(x_at(mark_), bottom + 14, label, anchor="middle", colour=MUTED))
    for k, (place, low, high) in enumerate(zip(drawing.places, drawing.low, drawing.high, strict=True)):
        y = top + step * (k + 0.5)
        body.append(_text(2, y + 4, _cut(words.show(place), 17)))
        if low is not None and high is not None:
            body.append(_box(x_at(low), y - 2, max(x_at(high) - x_at(low), 0.8), 4, "#a9b4bd"))
        for rank, line in enumerate(drawing.lines):
            value = line.figures[k]
            if value is not None:
                body.append(_mark(rank, x_at(value), y) if value > 0 else _beyond(left, y))
                shown = words.show(replace(drawing.amount, value=value))
                body.append(_text(WIDTH - 2, y + 4, shown, anchor="end", colour=INK if rank == 0 else MUTED))
    legend = _legend([words.say(line.name) for line in drawing.lines], 2.0, marks=True)
    return body + legend + _signs(drawing, words), bottom + 20


def _beyond(x: float, y: float) -> str:
    """An arrow to the left: what it stands for lies beyond the scale."""
    return f'<polygon points="{_n(x - 8)},{_n(y)} {_n(x)},{_n(y - 4)} {_n(x)},{_n(y + 4)}" fill="{INK}"/>'


def _signs(drawing: Drawing, words: Words) -> list[str]:
    """The second line of the legend of `dots`: what bar and band are."""
    interval = words(mark("interval"))
    body = [_box(2, 21, 9, 4, "#a9b4bd"), _text(15, 27, interval, colour=MUTED)]
    if drawing.band:
        x = 27 + LETTER * len(interval)
        body += [_box(x, 18, 9, 9, "#eef1f3"), _text(x + 13, 27, words(mark("nine tenths of trade")), colour=MUTED)]
    return body


def ratio_ticks(low: float, high: float) -> list[float]:
    """Ratios around one that span low..high, each about a doubling of the one before, or ten times.

    >>> ratio_ticks(0.6, 1.9), ratio_ticks(0.02, 3)
    ([0.5, 1.0, 2.0], [0.01, 0.1, 1.0, 10.0])
    """
    factor = 2.0 if max(high, 1 / low) <= 8 else 10.0
    first = math.floor(min(math.log(low, factor), -1.0) + 1e-9)
    last = math.ceil(max(math.log(high, factor), 1.0) - 1e-9)
    return [factor**k for k in range(first, last + 1)]


_SHAPES = {"lines": _lines, "columns": _columns, "bars": _bars, "spans": _spans, "dots": _dots}


def _band(drawing: Drawing, x_at: Callable[[int], float], y_at: Callable[[float], float]) -> list[str]:
    """Where a drawing has a low and a high for its places, the area between them."""
    pairs = enumerate(zip(drawing.low, drawing.high, strict=True))
    ends = [(x_at(k), y_at(a), y_at(b)) for k, (a, b) in pairs if a is not None and b is not None]
    edge = [(x, top) for x, _, top in ends] + [(x, bottom) for x, bottom, _ in reversed(ends)]
    points = " ".join(f"{_n(x)},{_n(y)}" for x, y in edge)
    return [f'<polygon points="{points}" fill="#cfe0e4" stroke="{ACCENT}" stroke-width="0.8"/>'] if edge else []


# ---- pieces ---------------------------------------------------------------------------------------------------------
def _axis(mark: float, left: float, right: float, y: float, drawing: Drawing, words: Words) -> str:
    colour = MUTED if mark == 0 else FAINT
    line = f'<line x1="{_n(left)}" x2="{_n(right)}" y1="{_n(y)}" y2="{_n(y)}" stroke="{colour}" stroke-width="1"/>'
    return line + _text(left - 5, y + 4, _tick(mark, drawing, words), anchor="end", colour=MUTED)


def _tick(mark: float, drawing: Drawing, words: Words) -> str:
    if drawing.amount.kind == "money":
        figure = mark / drawing.scale
        digits = 0 if figure == round(figure) else 1 if round(figure, 1) == round(figure, 6) else 2
        return words.number(figure, digits)
    return words.show(Amount(mark, drawing.amount.kind))


def _gutter(marks: Sequence[float], drawing: Drawing, words: Words) -> float:
    return 12 + LETTER * max(len(_tick(mark, drawing, words)) for mark in marks)


def _bottom_labels(labels: Sequence[str], x_at: Callable[[int], float], y: float) -> list[str]:
    """As many labels as fit, the last one always."""
    if not labels:
        return []
    room = abs(x_at(1) - x_at(0)) if len(labels) > 1 else WIDTH
    step = max(1, math.ceil((max(map(len, labels)) * LETTER + 8) / max(room, 1e-9)))
    kept = [k for k in range(len(labels)) if (len(labels) - 1 - k) % step == 0]
    return [
        _text(min(x_at(k), WIDTH - LETTER * len(labels[k]) / 2), y, labels[k], anchor="middle", colour=MUTED)
        for k in kept
    ]


def _legend(names: Sequence[str], left: float, *, boxes: bool = False, marks: bool = False) -> list[str]:
    names = [_cut(name, 26) for name in names]
    sign = 13 if boxes or marks else 22
    body: list[str] = []
    for rank, (x, y) in enumerate(_legend_places([sign + LETTER * len(name) for name in names], left)):
        colour, dash = SERIES[rank % len(SERIES)]
        if boxes:
            body.append(_box(x, y - 8, 9, 9, (ACCENT, "#b4bec6")[rank % 2]))
        elif marks:
            body.append(_mark(rank, x + 4, y - 4))
        else:
            dashed = f' stroke-dasharray="{dash}"' if dash else ""
            line = f'x1="{_n(x)}" x2="{_n(x + 18)}" y1="{_n(y - 4)}" y2="{_n(y - 4)}"'
            body.append(f'<line {line} stroke="{colour}" stroke-width="2"{dashed}/>')
        body.append(_text(x + sign, y, names[rank]))
    return body


def _legend_places(widths: Sequence[float], left: float) -> list[tuple[float, float]]:
    """Where the names of the series begin: in one row over the chart or the whole drawing, else in two."""
    gap, edge = 12, 2.0
    if left + sum(widths) + gap * (len(widths) - 1) > WIDTH:
        left = edge
    if left + sum(widths) + gap * (len(widths) - 1) <= WIDTH:
        return [(left + sum(widths[:k]) + gap * k, 13.0) for k in range(len(widths))]
    found, x, y = [], edge, 8.0
    for width in widths:
        if x > edge and x + width > WIDTH:
            x, y = edge, 20.0
        found.append((x, y))
        x += width + gap
    return found


def _mark(rank: int, x: float, y: float) -> str:
    if rank == 0:
        return f'<circle cx="{_n(x)}" cy="{_n(y)}" r="3.6" fill="{ACCENT}"/>'
    if rank == 1:
        path = f"M{_n(x - 4)} {_n(y + 3)}L{_n(x)} {_n(y - 4)}L{_n(x + 4)} {_n(y + 3)}Z"
    else:
        path = f"M{_n(x - 3.4)} {_n(y - 3.4)}h6.8v6.8h-6.8z"
    return f'<path d="{path}" fill="{PAPER}" stroke="{MUTED}" stroke-width="1.3"/>'


def _text(x: float, y: float, text: str, *, anchor: str = "start", colour: str = INK) -> str:
    return f'<text x="{_n(x)}" y="{_n(y)}" text-anchor="{anchor}" fill="{colour}">{escape(text)}</text>'


def _box(x: float, y: float, width: float, height: float, colour: str) -> str:
    return f'<rect x="{_n(x)}" y="{_n(y)}" width="{_n(width)}" height="{_n(height)}" fill="{colour}"/>'


def _bounds(figures: Sequence[float | None], *, zero: bool) -> tuple[float, float]:
    known = [x for x in figures if x is not None] or [0.0, 1.0]
    low, high = min(known), max(known)
    return (min(0.0, low), max(0.0, high)) if zero or high == low else (low, high)


def _scale(marks: Sequence[float], bottom: float, top: float) -> Callable[[float], float]:
    low, high = marks[0], marks[-1]
    return lambda value: bottom - (value - low) / ((high - low) or 1.0) * (bottom - top)


def _ruler(count: int, left: float, right: float) -> Callable[[int], float]:
    return lambda k: (left + right) / 2 if count < 2 else left + k * (right - left) / (count - 1)


def _cut(text: str, letters: int) -> str:
    return text if len(text) <= letters else text[: letters - 1].rstrip(" ,;") + "…"


def _n(number: float) -> str:
    return f"{round(number, 1):g}"
