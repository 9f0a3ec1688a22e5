"""Coefficients with their intervals as a picture: plain SVG, no script, named and described for screen readers."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from hansa.errors import DataError
from hansa.gravity.fit import GravityFit
from hansa.gravity.table import by_name

WIDTH, LINE, LETTER = 640.0, 22.0, 6.5  # units of the drawing; width of a letter at size 11, rather more than the mean
COLOURS = ("#0f4c5c", "#9a5b13", "#6d7680", "#5b3a8e")
INK, FAINT = "#24292e", "#dfe3e6"


def coefficient_plot(
    fits: GravityFit | Sequence[GravityFit] | Mapping[str, GravityFit],
    *,
    keep: Sequence[str] | None = None,
    title: str = "",
    uid: str = "coefficients",
) -> str:
    """Coefficients and 95 % intervals, a line for each term, as an SVG element.

    Parameters
    ----------
    fits : a fit; or several, in order or by name, which stand below each other within a term.
    keep : terms that are shown, in order; all by default.
    title : what it is; by default that of the first fit.
    uid : prefix of the ids inside, unique on a page.

    Raises
    ------
    DataError : nothing to show.

    >>> from hansa.gravity.fit import ppml
    >>> svg = coefficient_plot(ppml("trade ~ rta", {"trade": [7.0, 5.0, 2.0, 3.0], "rta": [1, 1, 0, 0]}), keep=["rta"])
    >>> svg.startswith("<svg"), "rta: 0.8755" in svg
    (True, True)
    """
    named = {"": fits} if isinstance(fits, GravityFit) else by_name(fits, "picture")
    rows = [(name, row) for name, fit in named.items() for row in fit.result.rows()]
    terms = list(keep) if keep is not None else list(dict.fromkeys(row["term"] for _, row in rows))
    shown = [(term, [(name, row) for name, row in rows if row["term"] == term]) for term in terms]
    if not rows or any(not found for _, found in shown):
        lost = [term for term, found in shown if not found]
        raise DataError(
            f"There is no coefficient of {lost[0]!r} to draw." if lost else "There is no coefficient to draw."
        )
    said = title or next(iter(named.values())).result.title
    return _frame(said, _described(shown), _body(shown, list(named)), _height(shown, len(named)), uid)


_Shown = Sequence[tuple[str, Sequence[tuple[str, Mapping[str, Any]]]]]


def _body(shown: _Shown, names: Sequence[str]) -> list[str]:
    ends = [x for _, found in shown for _, row in found for x in (row["lower"], row["upper"], row["coefficient"])]
    low, high, step = _scale([x for x in (*ends, 0.0) if math.isfinite(x)])
    left = 12 + min(260.0, LETTER * max(len(term) for term, _ in shown))
    bottom = _height(shown, len(names)) - 22 - (18 if len(names) > 1 else 0)

    def at(value: float) -> float:
        return left + (value - low) / (high - low) * (WIDTH - 16 - left)

    body = []
    for tick in range(round((high - low) / step) + 1):
        value = low + tick * step
        colour = "#6d7680" if abs(value) < step / 2 else FAINT
        body.append(f'<line x1="{at(value):.1f}" x2="{at(value):.1f}" y1="8" y2="{bottom:.1f}" stroke="{colour}"/>')
        body.append(_text(at(value), bottom + 14, f"{round(value, 10) + 0.0:g}", "middle"))
    y = 20.0
    for term, found in shown:
        body.append(_text(left - 8, y + 4, _cut(term), "end"))
        for name, row in found:
            body += _interval(at, y, row, names.index(name))
            y += LINE * 0.7
        y += LINE * 0.6
    for place, name in enumerate(names if len(names) > 1 else ()):
        x = left + place * (WIDTH - left) / len(names)
        body.append(_mark(x + 4, bottom + 30, place))
        body.append(_text(x + 14, bottom + 34, _cut(name)))
    return body


def _interval(at: Any, y: float, row: Mapping[str, Any], place: int) -> list[str]:
    colour = COLOURS[place % len(COLOURS)]
    line = []
    if math.isfinite(row["lower"]) and math.isfinite(row["upper"]):
        line = [
            f'<line x1="{at(row["lower"]):.1f}" x2="{at(row["upper"]):.1f}" y1="{y:.1f}" y2="{y:.1f}" '
            f'stroke="{colour}" stroke-width="2"/>'
        ]
    return [*line, _mark(at(row["coefficient"]), y, place)]


def _mark(x: float, y: float, place: int) -> str:
    """A circle, a square, a diamond: what the colour says the shape says too."""
    colour = COLOURS[place % len(COLOURS)]
    if place % 3 == 0:
        return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="{colour}"/>'
    turn = f' transform="rotate(45 {x:.1f} {y:.1f})"' if place % 3 == 2 else ""
    return f'<rect x="{x - 3.5:.1f}" y="{y - 3.5:.1f}" width="7" height="7" fill="{colour}"{turn}/>'


def _scale(values: Sequence[float]) -> tuple[float, float, float]:
    """Round ends that span the values, and the step between ticks.

    >>> _scale([0.0, 0.87])
    (0.0, 1.0, 0.2)
    """
    span = (max(values) - min(values)) or 1.0
    power = 10.0 ** math.floor(math.log10(span / 5))
    step = next(m * power for m in (1, 2, 2.5, 5, 10) if m * power >= span / 5 * 0.999)
    low = math.floor(min(values) / step + 1e-9) * step
    return round(low, 10), round(max(math.ceil(max(values) / step - 1e-9) * step, low + step), 10), step


def _height(shown: _Shown, fits: int) -> float:
    lines = sum(0.7 * len(found) + 0.6 for _, found in shown)
    return 14 + LINE * lines + 22 + (18 if fits > 1 else 0)


def _described(shown: _Shown) -> str:
    said = [
        f"{f'{name}, ' if name else ''}{term}: {row['coefficient']:.4g}, from {row['lower']:.4g} to {row['upper']:.4g}"
        for term, found in shown
        for name, row in found
    ]
    return f"Coefficients with 95 % intervals. {'; '.join(said)}."


def _frame(title: str, description: str, body: Sequence[str], height: float, uid: str) -> str:
    uid = escape(uid)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH:g} {height:.1f}" role="img" '
        f'aria-labelledby="{uid}-t {uid}-d" font-size="11" font-family="sans-serif" fill="{INK}">'
        f'<title id="{uid}-t">{escape(title)}</title><desc id="{uid}-d">{escape(description)}</desc>'
        f"{''.join(body)}</svg>"
    )


def _text(x: float, y: float, text: str, anchor: str = "start") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(text)}</text>'


def _cut(text: str) -> str:
    return text if len(text) <= 40 else f"{text[:39]}…"
