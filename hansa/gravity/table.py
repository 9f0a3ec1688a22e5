"""Regression tables: several fits side by side, as text, Markdown, HTML or LaTeX."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from hansa.errors import DataError
from hansa.gravity.fit import GravityFit
from hansa.gravity.summary import WIDTH

STARS = ((0.01, "***"), (0.05, "**"), (0.10, "*"))
_LATEX = str.maketrans(
    {
        "\\": r"\textbackslash{}", "&": r"\&", "%": r"\%", "$": r"\$", "#": r"\#", "_": r"\_", "{": r"\{", "}": r"\}",
        "~": r"\textasciitilde{}", "|": r"\textbar{}", "^": r"\textasciicircum{}",
        "<": r"\textless{}", ">": r"\textgreater{}",
    }
)  # fmt: skip


@dataclass(frozen=True)
class _Grid:
    """The cells of a table: a label and a cell for each fit; `parts` are groups of rows between rules."""

    heads: tuple[tuple[str, ...], ...]
    parts: tuple[tuple[tuple[str, ...], ...], ...]
    notes: tuple[str, ...]
    title: str


def regression_table(
    fits: GravityFit | Sequence[GravityFit] | Mapping[str, GravityFit],
    form: str = "text",
    *,
    digits: int = 4,
    stars: bool = False,
    title: str = "",
    keep: Sequence[str] | None = None,
) -> str:
    """Several fits side by side: coefficients, errors in brackets below, sample, clusters, effects, what was dropped.

    Parameters
    ----------
    fits : a fit; fits, in order; or fits by the name of their column.
    form : ``text``, ``markdown``, ``html`` or ``latex`` (with the package booktabs).
    digits : after the point; a figure that they would show as zero is written as a power of ten.
    stars : whether small p-values get stars; their meaning is then said below.
    title : printed above.
    keep : terms that are shown, in order; all by default.

    Raises
    ------
    DataError : no fit, an unknown form, digits below zero, or a term of `keep` that is in no fit.

    >>> from hansa.gravity.fit import ppml
    >>> fit = ppml("trade ~ rta", {"trade": [7.0, 5.0, 2.0, 3.0], "rta": [1, 1, 0, 0]})
    >>> print(regression_table([fit], digits=2, keep=["rta"]).splitlines()[3].strip())
    rta                    0.88
    """
    named = by_name(fits)
    if form not in _FORMS:
        raise DataError(f"{form!r} is no form of a table. Give one of {', '.join(_FORMS)}.")
    if digits < 0:
        raise DataError(f"digits={digits} is no number of digits. Give 0 or more; 4 are usual.")
    return _FORMS[form](_grid(named, digits, stars, title, keep))


def by_name(
    fits: GravityFit | Sequence[GravityFit] | Mapping[str, GravityFit], what: str = "table"
) -> dict[str, GravityFit]:
    """Fits by their names; those without one are (1), (2) ...

    Raises
    ------
    DataError : there is none, or something that is no fit.

    >>> from hansa.gravity.fit import ppml
    >>> fit = ppml("trade ~ rta", {"trade": [7.0, 5.0, 2.0, 3.0], "rta": [1, 1, 0, 0]})
    >>> list(by_name([fit, fit]))
    ['(1)', '(2)']
    """
    if isinstance(fits, GravityFit):
        fits = [fits]
    named = dict(fits) if isinstance(fits, Mapping) else {f"({place})": fit for place, fit in enumerate(fits, 1)}
    if strange := [fit for fit in named.values() if not isinstance(fit, GravityFit)]:
        raise DataError(f"A {what} is made of fits of ppml or ols, and not of a {type(strange[0]).__name__}.")
    if not named:
        raise DataError(f"A {what} needs at least one fit.")
    return named


def _grid(fits: Mapping[str, GravityFit], digits: int, stars: bool, title: str, keep: Sequence[str] | None) -> _Grid:
    about = [fit.result.meta for fit in fits.values()]
    rows = [{row["term"]: row for row in fit.result.rows()} for fit in fits.values()]
    terms = list(dict.fromkeys(term for fit in fits.values() for term in fit.design.terms))
    if keep is not None:
        if lost := [term for term in keep if term not in terms]:
            raise DataError(f"{lost[0]!r} is in no fit of the table. They have {', '.join(map(repr, terms[:12]))}.")
        terms = list(keep)
    body = []
    for term in terms:
        body.append((term, *(_estimate(row.get(term), digits, stars) for row in rows)))
        body.append(("", *(_error(row.get(term), digits) for row in rows)))
    sets = list(dict.fromkeys(name for one in about for name in one["effects"]))
    effects = [(name, *("yes" if name in one["effects"] else "no" for one in about)) for name in sets]
    heads = (("", *fits), ("", *(f"{one['estimator']}: {one['outcome']}" for one in about)))
    return _Grid(
        heads,
        (tuple(body), tuple(effects), tuple(_foot(list(fits.values()), about))),
        (*_notes(list(fits), about, stars), *_said(fits)),
        title,
    )


def _foot(fits: Sequence[GravityFit], about: Sequence[Mapping[str, Any]]) -> list[tuple[str, ...]]:
    clusters = [" and ".join(one.name for one in fit.design.clusters) or "none (robust)" for fit in fits]
    counts = [" and ".join(f"{count:,}" for count in fit.covariance.clusters) for fit in fits]
    foot = [("Rows used", *(f"{one['rows_used']:,}" for one in about)), ("Clustered by", *clusters)]
    if any(counts):
        foot.append(("Clusters", *counts))
    for key, label in (("deviance_r2", "Deviance R2"), ("r2", "R2"), ("within_r2", "Within R2")):
        if any(one.get(key) is not None for one in about):
            foot.append((label, *("" if one.get(key) is None else f"{one[key]:.4f}" for one in about)))
    return foot


def _notes(names: Sequence[str], about: Sequence[Mapping[str, Any]], stars: bool) -> tuple[str, ...]:
    """How errors were computed, once where all fits agree; what stars mean."""
    said = [one["errors"] for one in about]
    notes = [f"Errors in brackets: {said[0]}."] if len(set(said)) == 1 else [
        f"Errors in brackets, {name}: {one}." for name, one in zip(names, said, strict=True)
    ]  # fmt: skip
    if stars:
        notes.append(f"{', '.join(f'{mark} p < {level:g}' for level, mark in reversed(STARS))}.")
    return tuple(notes)


def _said(fits: Mapping[str, GravityFit]) -> list[str]:
    """What the fits say of their rows and terms, each note once, with the columns that it is of."""
    of: dict[str, list[str]] = {}
    for name, fit in fits.items():
        for note in fit.result.notes:
            of.setdefault(note, []).append(name)
    every = len(fits)
    said = [note if len(names) == every else f"{', '.join(names)}: {note}" for note, names in of.items()]
    return [note if note.endswith(".") else f"{note}." for note in said]


def _estimate(row: Mapping[str, Any] | None, digits: int, stars: bool) -> str:
    if row is None:
        return ""
    mark = next((mark for level, mark in STARS if row["p_value"] < level), "") if stars else ""
    return f"{_number(row['coefficient'], digits)}{mark}"


def _error(row: Mapping[str, Any] | None, digits: int) -> str:
    return "" if row is None else f"({_number(row['error'], digits)})"


def _number(value: float, digits: int) -> str:
    """A figure with so many digits; never as zero where it is not."""
    text = f"{value:.{digits}f}"
    return f"{value:.{max(digits - 2, 0)}e}" if value and not float(text) else text


def _lines(grid: _Grid) -> list[tuple[str, ...]]:
    return [*grid.heads, *(row for part in grid.parts for row in part)]


def _text(grid: _Grid) -> str:
    widths = [max(len(row[place]) for row in _lines(grid)) for place in range(len(grid.heads[0]))]

    def line(row: Sequence[str]) -> str:
        first = f"{row[0]:<{widths[0]}}"
        return "  ".join([first, *(f"{cell:>{w}}" for cell, w in zip(row[1:], widths[1:], strict=True))]).rstrip()

    rule = "-" * (sum(widths) + 2 * (len(widths) - 1))
    out = [grid.title] if grid.title else []
    out += [line(row) for row in grid.heads]
    for part in grid.parts:
        out += [rule, *(line(row) for row in part)] if part else []
    wrapping = textwrap.TextWrapper(max(WIDTH, len(rule)), break_long_words=False, break_on_hyphens=False)
    return "\n".join([*out, rule, *(line for note in grid.notes for line in wrapping.wrap(note))])


def _markdown(grid: _Grid) -> str:
    def cell(text: str) -> str:
        for sign in "\\|*_`<>[]^~$&":
            text = text.replace(sign, f"\\{sign}")
        return text

    def line(row: Sequence[str]) -> str:
        return f"| {' | '.join(map(cell, row))} |"

    rule = f"|---|{'---:|' * (len(grid.heads[0]) - 1)}"
    rows = [line(row) for row in _lines(grid)[1:]]
    out = [f"**{cell(grid.title)}**", ""] if grid.title else []
    return "\n".join([*out, line(grid.heads[0]), rule, *rows, "", *(cell(note) for note in grid.notes)])


def _html(grid: _Grid) -> str:
    def line(row: Sequence[str], tag: str, scope: str = "row") -> str:
        opened = '<th scope="col"' if tag == "th" else "<td"
        cells = "".join(f'{opened} class="figure">{escape(text)}</{tag}>' for text in row[1:])
        return f'<tr><th scope="{scope}">{escape(row[0])}</th>{cells}</tr>'

    caption = f"<caption>{escape(grid.title)}</caption>" if grid.title else ""
    head = "".join(line(row, "th", "col") for row in grid.heads)
    parts = "".join(f"<tbody>{''.join(line(row, 'td') for row in part)}</tbody>" for part in grid.parts if part)
    notes = "<br>".join(escape(note) for note in grid.notes)
    return (
        f'<table class="regression">{caption}<thead>{head}</thead>{parts}'
        f'<tfoot><tr><td colspan="{len(grid.heads[0])}">{notes}</td></tr></tfoot></table>'
    )


def _latex(grid: _Grid) -> str:
    def line(row: Sequence[str]) -> str:
        return " & ".join(cell.translate(_LATEX) for cell in row) + r" \\"

    width = len(grid.heads[0])
    out = [rf"\begin{{tabular}}{{l{'r' * (width - 1)}}}", r"\toprule"]
    if grid.title:
        out = [r"\begin{table}", rf"\caption{{{grid.title.translate(_LATEX)}}}", *out]
    out += [line(row) for row in grid.heads]
    for part in grid.parts:
        out += [r"\midrule", *(line(row) for row in part)] if part else []
    out.append(r"\bottomrule")
    out += [
        rf"\multicolumn{{{width}}}{{p{{0.9\linewidth}}}}{{\footnotesize {note.translate(_LATEX)}}} \\"
        for note in grid.notes
    ]
    return "\n".join([*out, r"\end{tabular}", *([r"\end{table}"] if grid.title else [])])


_FORMS: dict[str, Callable[[_Grid], str]] = {"text": _text, "markdown": _markdown, "html": _html, "latex": _latex}
