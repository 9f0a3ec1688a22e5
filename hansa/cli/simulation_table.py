"""What `simulate` prints: the change in words, a table of every region, who loses and what would compensate."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import typer
from numpy.typing import NDArray

from hansa.cli import terminal
from hansa.equilibrium.account import growth
from hansa.report.simulation_case import CLOSURES, MODELS, NUMERAIRES, mutual_benefit, named
from hansa.report.simulation_chart import per_cent
from hansa.report.simulation_page import notes_of
from hansa.wording.sentence import Amount, mark
from hansa.wording.visible import visible
from hansa.wording.words import ABSENT, SCALE_NAMES, Words, scale_for

if TYPE_CHECKING:
    from hansa.equilibrium.counterfactual import Counterfactual
    from hansa.equilibrium.uncertainty import Draws
    from hansa.report.simulation_page import Simulated

Array = NDArray[np.float64]
SHOWN = 120  # third parties on the screen; of thousands the rest is counted
LONGEST_NAME = 26
HEAD = 10  # letters of a head in one line
FINE = 0.005  # as changes up to half a per cent are written: three digits, or four if all is tiny


@dataclass(frozen=True)
class Column:
    """A column of figures: its head, and a cell for each region."""

    head: str
    cells: Sequence[str]


def show(made: Simulated) -> None:
    """Print scenarios: what they change, what becomes of every region, who loses, and what was dropped on the way."""
    words, several = made.words, len(made.told) > 1
    for number, one in enumerate(made.told, 1):
        title = f"{number}. {one.scenario.name}" if several else one.scenario.name
        typer.echo(visible(title))
        for sentence in one.scenario.sentences():
            terminal.say(f"  {visible(words.say(sentence))}")
        if one.scenario.note:
            terminal.say(f"  ({visible(' '.join(one.scenario.note.split()))})")
    typer.echo("")
    describe(made, words)
    if several:
        side_by_side = [real_income(one, words, f"{number}.") for number, (one, _) in each(made)]
        print_table(made, [side_by_side, *(ranges(drawn, words, f"{number}.") for number, (_, drawn) in each(made))])
    else:
        print_table(made, [columns(made.told[0], made.draws[0], words)])
    for number, (one, _) in each(made):
        typer.echo("")
        losers(one, words, f"{number}. {one.scenario.name}: " if several else "")
    notes(made)


def each(made: Simulated) -> list[tuple[int, tuple[Counterfactual, Draws | None]]]:
    """The scenarios with their draws, numbered from 1."""
    return list(enumerate(zip(made.told, made.draws, strict=True), 1))


def describe(made: Simulated, words: Words) -> None:
    """The world before, the model and its closure."""
    economy = made.told[0].economy
    models = dict.fromkeys(one.model for one in made.told)  # of several scenarios one may need tariffs
    closures = dict.fromkeys(one.deficit for one in made.told)
    theta = economy.elasticity
    size = f"{theta.min():g}" if theta.min() == theta.max() else f"{theta.min():g} – {theta.max():g}"
    source = f" ({economy.elasticity_source})" if economy.elasticity_source else ""
    counts = (len(economy.regions), len(economy.sectors))
    world = words(mark("{regions} regions; sectors: {sectors}; {period}")).format(
        regions=words.number(counts[0], 0),
        sectors=words.number(counts[1], 0),
        period=words.period(economy.period) if economy.period else words(mark("period not said")),
    )
    lines = [
        (words(mark("Economy")), world),
        (words(mark("Model")), "; ".join(words(MODELS.get(one, one)) for one in models)),
        (words(mark("Closure")), "; ".join(words(CLOSURES.get(one, one)) for one in closures)),
        (words(mark("Numeraire")), "; ".join(words(NUMERAIRES.get(one, one)) for one in models)),
        (words(mark("Trade elasticity")), f"{size}{source}"),
    ]
    terminal.rows([(f"{head}:", visible(text)) for head, text in lines])


def columns(one: Counterfactual, drawn: Draws | None, words: Words) -> list[Column]:
    """What becomes of each region, the most telling first."""
    b, a = one.before, one.after
    gain = b.income * (one.real_income_hat - 1)
    revenue = a.revenue - b.revenue
    unit = one.economy.unit
    scale = scale_for([float(value) * unit.scale for value in (*gain, *revenue)])
    money = words(SCALE_NAMES[scale]).format(currency=unit.currency)

    def worth(values: Array) -> list[str]:
        return [words.show(Amount(float(x) * unit.scale, "money", unit.currency, True), scale) for x in values]

    found = [
        real_income(one, words),
        *ranges(drawn, words),
        Column(f"{words(mark('Gain a year'))}, {money}", worth(gain)),
        Column(words(mark("Exports")), per_cents(growth(b.exports, a.exports), words)),
        Column(words(mark("Imports")), per_cents(growth(b.imports, a.imports), words)),
        Column(words(mark("Real wage")), per_cents(a.wage_hat / a.price_hat - 1, words)),
        Column(words(mark("Prices")), per_cents(a.price_hat - 1, words)),
        Column(words(mark("Output")), per_cents(growth(b.output.sum(0), a.output.sum(0)), words)),
    ]
    if revenue.any():
        found.insert(-2, Column(f"{words(mark('Tariff revenue, change'))}, {money}", worth(revenue)))
    return found


def real_income(one: Counterfactual, words: Words, number: str = "") -> Column:
    """Real income, in three digits or more: effects on third parties are small, and they are what is looked for."""
    head = f"{number} {words(mark('Real income'))}".strip()
    return Column(head, per_cents(one.real_income_hat - 1, words, _fine(one)))


def ranges(drawn: Draws | None, words: Words, number: str = "") -> list[Column]:
    """The range of the draws of real income, and the share of draws that have its sign."""
    if drawn is None:
        return []
    rows = drawn.regions().rows()
    ends = [
        per_cents(np.array([row[end] for row in rows], float), words, _fine(drawn.central)) for end in ("low", "high")
    ]
    same = [words.show(Amount(row["same_sign"], "share")) for row in rows]
    heads = (mark("from (5%)"), mark("to (95%)"), mark("Same sign"))
    return [Column(f"{number} {words(head)}".strip(), cells) for head, cells in zip(heads, (*ends, same), strict=True)]


def per_cents(change: Array, words: Words, largest: float | None = None) -> list[str]:
    """Changes in per cent, in as many digits as the largest needs; a dash where there was nothing before."""
    known = np.abs(change[np.isfinite(change)])
    size = 100 * (float(known.max(initial=0.0)) if largest is None else largest)
    return [per_cent(100 * float(x), words, size) if np.isfinite(x) else ABSENT for x in change]


def print_table(made: Simulated, groups: list[list[Column]]) -> None:
    """Every region: those that a scenario names first, then third parties by the size of the effect.

    groups : columns that stay together; what does not fit beside the names comes under them again, or, of one scenario,
        is left to the files.
    """
    words, codes = made.words, made.told[0].economy.regions
    labels = [_label(code, words.names.get(("region", code), code)) for code in codes]
    size = np.max([np.abs(one.real_income_hat - 1) for one in made.told], axis=0)
    first = frozenset().union(*(named(one) for one in made.told))
    order = [int(place) for place in np.argsort(-size, kind="stable")]
    ours, others = [p for p in order if p in first], [p for p in order if p not in first]
    captions = [(words(mark("Named by the scenario")), ours), (words(mark("Third parties")), others[:SHOWN])]
    if not ours:
        captions = [("", others[:SHOWN])]
    width = max(len(labels[place]) for _, places in captions for place in places)
    room = terminal.width() - width
    parts = _parts(groups, room)
    left = [column.head for part in parts[1:] for column in part] if len(groups) == 1 else []
    for part in parts[:1] if left else parts:
        typer.echo("")
        _lines(part, labels, captions, width)
    if left:
        said = words(mark("More than the screen holds: {columns} (--format csv has them)."))
        terminal.say(said.format(columns="; ".join(left)))
    if rest := others[SHOWN:]:
        most = per_cent(100 * float(size[rest[0]]), words).lstrip("+")
        said = words(mark("{count} more regions change by {most} or less; all are in the files (--format csv)."))
        terminal.say(said.format(count=words.number(len(rest), 0), most=most))


def _parts(groups: list[list[Column]], room: int) -> list[list[Column]]:
    """Columns side by side, as many as fit: those of one scenario never apart from each other unless they must."""
    parts: list[list[Column]] = [[]]
    for group in groups:
        whole = sum(_width(column) for column in group)
        if parts[-1] and sum(map(_width, parts[-1])) + whole > room and whole <= room:
            parts.append([])
        for column in group:
            if parts[-1] and sum(map(_width, parts[-1])) + _width(column) > room:
                parts.append([])
            parts[-1].append(column)
    return parts


def _lines(part: list[Column], labels: list[str], captions: list[tuple[str, list[int]]], width: int) -> None:
    heads = [_wrapped(column.head) for column in part]
    tall = max(map(len, heads))
    for line in range(tall):
        cells = [([""] * (tall - len(head)) + head)[line] for head in heads]
        typer.echo((" " * width + "".join(f"{c:>{_width(col)}}" for c, col in zip(cells, part, strict=True))).rstrip())
    for caption, places in captions:
        if caption and places:
            typer.echo(caption)
        for place in places:
            typer.echo(f"{labels[place]:<{width}}" + "".join(f"{col.cells[place]:>{_width(col)}}" for col in part))


def _wrapped(head: str) -> list[str]:
    return textwrap.wrap(head, HEAD, break_long_words=False) or [""]


def _width(column: Column) -> int:
    return 2 + max(map(len, (*_wrapped(column.head), *column.cells)))


def _label(code: str, name: str) -> str:
    text = visible(code if name == code else f"{code} {name}")
    return f"  {text if len(text) <= LONGEST_NAME else text[: LONGEST_NAME - 1] + '…'}"


def losers(one: Counterfactual, words: Words, lead: str) -> None:
    """Whether anybody loses, who, and what would make it good."""
    for sentence in mutual_benefit(one):
        terminal.say(f"{visible(lead)}{words.say(sentence)}")
    told = one.compensation()
    rows = sorted((row for row in told.rows() if row["compensation_due"]), key=lambda row: -row["compensation_due"])
    if not rows:
        return
    unit = one.economy.unit

    def due(row: dict[str, float]) -> str:
        return words.show(Amount(row["compensation_due"] * unit.scale, "money", unit.currency))

    shown = [f"{words.names.get(('region', row['region']), row['region'])} {due(row)}" for row in rows[:SHOWN]]
    more = words(mark("{count} others")).format(count=words.number(len(rows) - SHOWN, 0)) if len(rows) > SHOWN else ""
    said = ", ".join(visible(text) for text in [*shown, *([more] if more else [])])
    terminal.say(f"  {words(mark('Who loses'))}: {said}.")


def notes(made: Simulated) -> None:
    """What was dropped or chosen on the way, each note once."""
    typer.echo("")
    typer.echo(made.words(mark("Notes")))
    residual = max(one.residual for one in made.told)
    walras = max(one.walras for one in made.told)
    lines = [
        visible(f"{lead}: {made.words.note(note)[0]}" if lead else made.words.note(note)[0])
        for lead, note in notes_of(made)
    ]
    lines.append(f"{made.words(mark('Residual / Walras gap'))}: {residual:.0e} / {walras:.0e}")
    if not any(made.draws):
        lines.append(made.words(mark("no ranges: no draws over elasticities and estimates were made (--draws 500)")))
    terminal.rows([("-", line) for line in lines], gap=1)


def _fine(one: Counterfactual) -> float:
    return min(FINE, float(np.abs(one.real_income_hat - 1).max()))
