"""The page of `hansa simulate`: who gains, who pays and where trade goes under one scenario or several side by side."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
from markupsafe import Markup, escape

from hansa.errors import DataError, UnknownCode
from hansa.regions.lists import Lists, shipped_lists
from hansa.report.outlines import read_outlines
from hansa.report.page import marked_up, typed, write_page
from hansa.report.simulation_case import ROWS, Row, Table, case_of
from hansa.report.simulation_chart import per_cent
from hansa.report.statement_files import folder_at, write_all
from hansa.report.statement_words import names_in
from hansa.result import Result
from hansa.wording.sentence import Amount, Name, Sentence, Value, mark
from hansa.wording.visible import visible
from hansa.wording.words import Words

if TYPE_CHECKING:
    from hansa.equilibrium.counterfactual import Counterfactual
    from hansa.equilibrium.uncertainty import Draws

FORMATS = ("html", "csv", "json")
PAIRS = 40_000  # of regions, whose trade JSON holds; of more, `Counterfactual.trade` gives it


@dataclass(frozen=True)
class Simulated:
    """Counterfactuals of one economy, ready to be written as a page and as tables; made by `simulated`.

    Parameters
    ----------
    told : the counterfactuals, in the order in which they are shown.
    draws : of each, or None.
    words : language of the page, and names of the regions in it.
    lists : of regions, for their places on the map.
    focus : codes of regions whose trade is shown; those that a scenario names by default.
    borders : path of a file of borders, or None.
    command : what to type to get the page again.
    """

    told: tuple[Counterfactual, ...]
    draws: tuple[Draws | None, ...]
    words: Words
    lists: Lists
    focus: tuple[str, ...] = ()
    borders: str | None = None
    command: str = ""

    def write(self, folder: str | os.PathLike[str], formats: Sequence[str] = FORMATS) -> list[Path]:
        """Write the page and the tables into a folder, and give their paths.

        Raises
        ------
        DataError : a format that is not html, csv or json; the folder is a file.
        """
        contents = {Path(folder) / self._file(name): self.document(name) for name in formats}
        folder_at(folder)
        return write_all(contents)

    def document(self, name: str) -> str:
        """One file as text: ``html`` (the page), ``csv`` (every region under every scenario), ``json`` (all tables).

        Raises
        ------
        DataError : it is another format.
        """
        if name not in FORMATS:
            raise DataError(f"A simulation cannot be written as {name!r}. Ask for html, csv or json.")
        if name == "csv":
            return self.table().to_csv()
        return self._json() if name == "json" else _page(self)

    def table(self) -> Result:
        """Every region under every scenario, a row each, with the range of the draws where there are any."""
        results = [one.regions() for one in self.told]
        tables = [
            _with_draws(result.to_arrow(), one.scenario.name, draws)
            for result, one, draws in zip(results, self.told, self.draws, strict=True)
        ]
        first, *others = results
        return replace(
            first,
            table=pa.concat_tables(tables, promote_options="default"),
            provenance=first.provenance.merge(*(result.provenance for result in others)),
            notes=tuple(dict.fromkeys(note for result in results for note in result.notes)),
            meta={**first.meta, "scenario": [one.scenario.name for one in self.told]},
        )

    def _json(self) -> str:
        told = [_plain(one, draws) for one, draws in zip(self.told, self.draws, strict=True)]
        return json.dumps({"scenarios": told}, ensure_ascii=False, allow_nan=False) + "\n"

    def _file(self, form: str) -> str:
        name = self.told[0].scenario.name if len(self.told) == 1 else "scenarios"
        safe = "".join(letter if letter.isalnum() else "-" for letter in name).strip("-")[:60] or "scenario"
        return f"{safe}-{self.words.language}.html" if form == "html" else f"{safe}.{form}"


def simulated(
    counterfactuals: Counterfactual | Sequence[Counterfactual],
    draws: Draws | Sequence[Draws | None] | None = None,
    language: str = "en",
    borders: str | os.PathLike[str] | None = None,
    focus: Sequence[str] = (),
    *,
    lists: Lists | None = None,
    names: Mapping[tuple[str, str], str] | None = None,
    command: str = "",
) -> Simulated:
    """What scenarios do to an economy, ready to be written as HTML, CSV and JSON.

    Parameters
    ----------
    counterfactuals : one, or several of the same regions, which are shown side by side.
    draws : of the counterfactual (`hansa.equilibrium.draws`), or of each of several; None where none were made.
    language : ``en``, or one of the catalogues in hansa/wording/locale.
    borders : a GeoJSON or TopoJSON file whose borders the map shows; none by default.
    focus : regions whose trade with each other is shown; by default the pairs that a scenario names.
    lists : names and places of regions, such as those beside a store; those of Hansa by default.
    names : further names, of products say: (kind, code) -> name.
    command : what to type to get the page again.

    Raises
    ------
    DataError : there is no counterfactual, they are of different regions, two have one name, draws do not match, or the
        file of borders is none.
    UnknownCode : the language, or a region in focus, is not known.
    NotIdentified : one is a conditional equilibrium, which says nothing of real income.

    >>> from hansa.equilibrium.economy import Economy
    >>> from hansa.equilibrium.simulation import simulate
    >>> from hansa.scenario import Scenario, TradeCost, Where
    >>> trade = {"origin": list("AABB"), "destination": list("ABAB"), "value": [80.0, 20.0, 20.0, 180.0]}
    >>> bridge = Scenario("Bridge", (TradeCost(Where("A", "B", both=True), 0.9),))
    >>> made = simulated(simulate(Economy.from_flows(trade, elasticity=4.0), bridge))
    >>> [row["region"] for row in made.table().rows()]
    ['A', 'B']
    """
    told = tuple(counterfactuals) if isinstance(counterfactuals, Sequence) else (counterfactuals,)
    given = tuple(draws) if isinstance(draws, Sequence) else () if draws is None else (draws,)
    drawn = given or (None,) * len(told)
    _alike(told, drawn, focus)
    if borders is not None:
        read_outlines(borders)  # a bad file is refused before anything is written
    held = lists or shipped_lists()
    known = names_in(held, told[0].economy.regions, language)
    blocs = {("region", key): name for (kind, key), name in known.items() if kind == "bloc"}
    words = Words(language, {**blocs, **known, **(names or {})})
    place = os.fspath(borders) if borders is not None else None
    return Simulated(told, drawn, words, held, tuple(focus), place, command)


def _alike(told: Sequence[Counterfactual], draws: Sequence[Draws | None], focus: Sequence[str]) -> None:
    """Refuse what cannot stand on one page."""
    if not told:
        raise DataError("There is nothing to show: give at least one counterfactual.")
    regions = told[0].economy.regions
    if other := next((one for one in told if one.economy.regions != regions), None):
        raise DataError(
            f"{other.scenario.name!r} is of other regions than {told[0].scenario.name!r}; show like beside like."
        )
    for one in told:
        _ = one.real_income_hat  # a conditional equilibrium has none, and is refused here
    names = [one.scenario.name for one in told]
    if twice := next((name for name in names if names.count(name) > 1), None):
        raise DataError(f"Two scenarios are named {twice!r}. Name them apart.")
    if len(draws) != len(told):
        raise DataError(
            f"There are {len(told)} counterfactuals and draws of {len(draws)}. Give draws, or None, of each."
        )
    if strange := next((code for code in focus if code not in regions), None):
        raise UnknownCode("region of this economy", strange, list(regions))


def ranges_of(draws: Draws | None) -> dict[str, tuple[float, float, float]]:
    """By region the 5 % and 95 % points of the draws of real income, as fractions, and the share with the same sign."""
    if draws is None:
        return {}
    return {row["region"]: (row["low"], row["high"], row["same_sign"]) for row in draws.regions().rows()}


def _with_draws(table: pa.Table, name: str, draws: Draws | None) -> pa.Table:
    """A table by region with the scenario before it, and the range of the draws behind real income."""
    if draws is not None:
        ranges = ranges_of(draws)
        known = [ranges.get(code, (None, None, None)) for code in table["region"].to_pylist()]
        at = table.column_names.index("real_income") + 1
        for k, title in enumerate(("real_income_low", "real_income_high", "same_sign")):
            table = table.add_column(at + k, title, pa.array([one[k] for one in known], pa.float64()))
    return table.add_column(0, "scenario", pa.array([name] * table.num_rows, pa.string()))


def _plain(one: Counterfactual, draws: Draws | None) -> dict[str, Any]:
    """All tables of a counterfactual, as JSON holds them; trade by pair unless there are too many pairs to read."""
    tables: dict[str, Any] = {"regions": one.regions(), "compensation": one.compensation()}
    if len(one.economy.regions) ** 2 <= PAIRS:
        tables["trade"] = one.trade(home=False)
    if draws is not None:
        tables["draws"] = draws.regions()
    written = {name: json.loads(result.to_json()) for name, result in tables.items()}
    changes = str(one.scenario).splitlines()[1:]
    return {
        "name": one.scenario.name,
        "note": one.scenario.note,
        "changes": [line.strip() for line in changes],
        "scenario": one.scenario.to_toml(),
        **written,
    }


# ---- the page -------------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class _Said:
    """What the page says beside its cases."""

    words: Words
    known: Mapping[str, int] = field(default_factory=dict)

    def noted(self, note: str) -> Markup:
        """A note in the language of the page, or marked as English."""
        said, known = self.words.note(note)
        return escape(visible(said)) if known else Markup('<span lang="en">{}</span>').format(visible(said))


def _page(made: Simulated) -> str:
    """The page as text."""
    words, sources = made.words, _sources(made)
    fictional = any("fictional" in line for line in sources)
    cases = [
        case_of(
            one,
            words,
            made.lists,
            f"s{number}",
            ranges=ranges_of(draws),
            focus=made.focus,
            fictional=fictional,
            borders=made.borders,
        )
        for number, (one, draws) in enumerate(zip(made.told, made.draws, strict=True), 1)
    ]
    invented = mark("The sample world: every region, product and figure is invented.")
    return write_page(
        "simulation.html",
        "simulation.css",
        words,
        title=_title(made),
        about=_about(made),
        warnings=[Sentence(invented)] if fictional else [],
        cases=cases,
        comparison=_side_by_side(made) if len(made.told) > 1 else None,
        limits=_limits(made),
        notes=notes_of(made),
        sources=sources,
        command=made.command,
        say=lambda sentence: marked_up(sentence, words),
        noted=_Said(words).noted,
        typed=typed,
    )


def _title(made: Simulated) -> str:
    if len(made.told) == 1:
        return made.told[0].scenario.name
    return made.words(mark("{count} scenarios")).format(count=made.words.number(len(made.told), 0))


def _about(made: Simulated) -> Sentence:
    economy = made.told[0].economy
    values: dict[str, Value] = {
        "regions": Amount(len(economy.regions), "count"),
        "sectors": Amount(len(economy.sectors), "count"),
    }
    if economy.period:
        template = mark("The world before the change and after it, {period}. Regions: {regions}, sectors: {sectors}.")
        return Sentence(template, {**values, "period": Name(economy.period, "period")})
    return Sentence(mark("The world before the change and after it. Regions: {regions}, sectors: {sectors}."), values)


def _side_by_side(made: Simulated) -> Table:
    """Real income of every region under every scenario, those that change most first."""
    words, regions = made.words, made.told[0].economy.regions
    change = np.array([100 * (one.real_income_hat - 1) for one in made.told])
    order = np.argsort(-np.abs(change).max(axis=0), kind="stable")[:ROWS]
    largest = float(np.abs(change).max())
    rows = [
        Row((_name(words, regions[place]), *(per_cent(float(x), words, largest) for x in change[:, place])))
        for place in order
    ]
    heads = (words(mark("Region")), *(one.scenario.name for one in made.told))
    return Table(words(mark("Real income, change")), heads, tuple(rows))


def _name(words: Words, code: str) -> str:
    return words.names.get(("region", code), code)


_LIMITS = (
    mark(
        "It is no forecast: it says what the same world would look like with this change and nothing else, once all "
        "quantities have adjusted. How long that takes, and what it costs on the way, is not in the model."
    ),
    mark(
        "Real income is that of a region as a whole; within a region some lose even where it gains. Capital, "
        "unemployment and new firms do not move."
    ),
    mark(
        "Nominal figures are in units of the numeraire; changes of real income do not depend on it where deficits are "
        "none."
    ),
)
_NO_RANGE = mark("No ranges are given: no draws over elasticities and estimates were made.")


def _limits(made: Simulated) -> list[Sentence]:
    said = [Sentence(template) for template in _LIMITS]
    return said + ([Sentence(_NO_RANGE)] if not any(made.draws) else [])


def notes_of(made: Simulated) -> list[tuple[str, str]]:
    """What was dropped or chosen on the way, each note once, with the scenario it is of where there are several."""
    notes = [("", note) for one in made.told for note in one.economy.notes]
    notes += [(one.scenario.name if len(made.told) > 1 else "", note) for one in made.told for note in one.shock.notes]
    notes += [("", note) for draws in made.draws if draws is not None for note in draws.notes]
    return list(dict.fromkeys(notes))


def _sources(made: Simulated) -> list[str]:
    return list(dict.fromkeys(source.line() for one in made.told for source in one.economy.provenance.sources))
