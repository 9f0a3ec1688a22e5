"""The report on a pair of regions: facts are gathered, scored and ordered here; other files draw and write them."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

from hansa import dense
from hansa.commitments import Register
from hansa.errors import DataError
from hansa.regions import Regions, territory_notes
from hansa.report import commands
from hansa.report.affinity import affinity, potential
from hansa.report.bloc_context import bloc_context
from hansa.report.composition import composition
from hansa.report.dependence import dependence
from hansa.report.facts import Fact, Section
from hansa.report.mirrored import compared, mirrored
from hansa.report.outlook import limits, map_section, unreported
from hansa.report.pair import Pair, gather
from hansa.report.predicted import predicted
from hansa.report.promises import promises
from hansa.report.redirected import redirected
from hansa.report.services import services
from hansa.report.standing import standing
from hansa.report.statement_words import product_names
from hansa.report.structure import structure
from hansa.report.turnover import bilateral, growth, money, one_way, region, turnover, when
from hansa.report.what_if import what_if
from hansa.result import Result
from hansa.trade.group import region_codes
from hansa.trade.store import Store
from hansa.wording.sentence import Amount, Evidence, Sentence, Value, mark
from hansa.wording.words import Words

HEADLINES = 6
CHAPTERS: tuple[Callable[[Pair, str, str], Section | None], ...] = (
    composition,
    turnover,
    standing,
    structure,
    mirrored,
    affinity,
    potential,
    predicted,
    dependence,
    redirected,
    bloc_context,
    services,
    promises,
    what_if,
)


@dataclass(frozen=True)
class Glance:
    """One of the figures at the top: its name, the figure, and a line that sets it beside the year before."""

    name: Sentence
    amount: Amount
    beside: Sentence


@dataclass(frozen=True)
class View:
    """The report as one of the two regions reads it.

    facts : every candidate, most salient first; headlines : the first of each family, at most six.
    limits : what the report cannot say; notes : what was dropped or chosen on the way, as the methods said it.
    """

    uid: str
    region: str
    partner: str
    name: str
    heading: str
    glance: tuple[Glance, ...]
    facts: tuple[Fact, ...]
    headlines: tuple[Fact, ...]
    sections: tuple[Section, ...]
    limits: tuple[Sentence, ...]
    notes: tuple[str, ...]
    colophon: tuple[Sentence, ...]
    command: str

    @cached_property
    def evidence(self) -> tuple[Evidence, ...]:
        """How the figures are known: methods in the order in which a reader meets them, each command once."""
        first: dict[str, dict[str, Evidence]] = {}
        for known in self._met():
            first.setdefault(known.title, {}).setdefault(known.command, known)
        return tuple(known for several in first.values() for known in several.values())

    @cached_property
    def methods(self) -> tuple[tuple[Evidence, tuple[tuple[int, str], ...]], ...]:
        """The same by method: the method once, then the number and the command of each figure."""
        grouped: dict[str, list[Evidence]] = {}
        for known in self.evidence:
            grouped.setdefault(known.title, []).append(known)
        return tuple(
            (several[0], tuple((self._numbers[_same(known)], known.command) for known in several))
            for several in grouped.values()
        )

    @cached_property
    def halves(self) -> frozenset[str]:
        """Chapters of one small table or chart that stand two beside each other, by key: the last two of each run."""
        small = [len(section.narrow) == 1 == len((*section.grids, *section.drawings)) for section in self.sections]
        kept: set[str] = set()
        place = len(small) - 1
        while place > 0:
            if small[place] and small[place - 1]:
                kept |= {self.sections[place].key, self.sections[place - 1].key}
                place -= 1
            place -= 1
        return frozenset(kept)

    def numbers(self, known: tuple[Evidence, ...]) -> list[int]:
        """The places of pieces of evidence in the list, from 1, each once."""
        return list(dict.fromkeys(self._numbers[_same(evidence)] for evidence in known))

    @cached_property
    def _numbers(self) -> Mapping[tuple[str, str], int]:
        return {_same(known): number for number, known in enumerate(self.evidence, start=1)}

    def _met(self) -> Iterator[Evidence]:
        for item in self.glance:
            yield from item.beside.known
        for fact in self.headlines:
            yield from fact.sentence.known
        for section in self.sections:
            for sentence in (*section.sentences, *(drawing.title for drawing in section.drawings)):
                yield from sentence.known
            for grid in section.grids:
                yield from grid.evidence
        for fact in self.facts:
            yield from fact.sentence.known


@dataclass(frozen=True)
class Partnership:
    """A report on two regions, ready to be written; made by `partnership`."""

    a: str
    b: str
    period: str
    language: str
    title: Sentence
    about: Sentence
    warnings: tuple[Sentence, ...]
    views: tuple[View, View]
    sources: tuple[str, ...]
    missing: Mapping[str, str]
    words: Words = field(repr=False)

    @property
    def facts(self) -> tuple[Fact, ...]:
        """Every candidate for a headline, as the first region reads it, most salient first."""
        return self.views[0].facts

    @property
    def sections(self) -> tuple[Section, ...]:
        """The chapters, as the first region reads them."""
        return self.views[0].sections

    @property
    def notes(self) -> tuple[str, ...]:
        """What was dropped or chosen on the way."""
        return self.views[0].notes

    @property
    def results(self) -> dict[str, Result]:
        """Every result of the catalogue that stands in the chapters, by section and key."""
        return {f"{section.key}.{key}": result for section in self.sections for key, result in section.results.items()}

    def write(self, folder: str | os.PathLike[str], formats: tuple[str, ...] = ("html", "pdf", "xlsx")) -> list[Path]:
        """Write the report into a folder, a file for each format, and give their paths.

        Raises
        ------
        DataError : a format that is not html, pdf or xlsx; the folder is a file.
        HansaError : pdf without typst.
        """
        contents = {name: self.document(name) for name in formats}
        place = Path(folder)
        if place.exists() and not place.is_dir():
            raise DataError("The report is several files and needs a folder, but this is a file.", file=place)
        place.mkdir(parents=True, exist_ok=True)
        paths = []
        for name, content in contents.items():
            path = place / f"{_file_name(self.a)}-{_file_name(self.b)}-{self.period}-{self.language}.{name}"
            path.write_bytes(content)
            paths.append(path)
        return paths

    def document(self, name: str) -> bytes:
        """The report as one file: ``html``, ``pdf`` or ``xlsx``.

        Raises
        ------
        DataError : it is another format.
        HansaError : pdf without typst.
        """
        if name not in ("html", "pdf", "xlsx"):
            raise DataError(f"A report cannot be written as {name!r}. Ask for html, pdf or xlsx.")
        if name == "pdf":
            from hansa.report.pdf import write_pdf  # slow import

            return write_pdf(self)
        if name == "xlsx":
            from hansa.report.workbook import write_workbook  # slow import

            return write_workbook(self)
        from hansa.report.render import render  # slow import

        return render(self).encode()


def partnership(
    store: Store,
    a: str,
    b: str,
    *,
    dataset: str | None = None,
    period: str | None = None,
    as_of: str | None = None,
    language: str = "en",
    regions: Regions | None = None,
    borders: str | os.PathLike[str] | None = None,
    register: Register | None = None,
) -> Partnership:
    """What a store knows of two regions, as a report that both can read.

    Parameters
    ----------
    store : with flows of goods by year, or with all months or quarters of a year; months, services and side tables are
        used where it has them.
    a, b : codes or names of the regions. The report is a's; the page holds b's view too. Either may be a bloc
        (``EAEU``: its members throughout the year of the report, in all years; ``EAEU@2021``; ``CIS without EAEU``), or
        a country of which the flows have the provinces. Where one lies in the other, the other is the rest of it.
    dataset : of the store; needed where several name both regions.
    period : the year of the report, the latest by default.
    as_of : ISO date; what the data said on that day.
    language : ``en``, or one of the catalogues in hansa/wording/locale.
    regions : names and points of the regions; by default regions.csv beside the store if any, then ISO 3166.
    borders : a GeoJSON or TopoJSON file whose borders the map shows; none by default.
    register : what parties promised each other (`hansa.commitments.read_register`): targets, barriers, decisions.

    Raises
    ------
    DataError : a is b, the store is none, or it has no whole year of flows.
    UnknownCode : a region, the period or the language is not known.

    >>> import tempfile
    >>> from hansa.trade.flows import as_flows
    >>> store = Store.create(tempfile.mkdtemp() + "/own")
    >>> rows = {"period": [2022, 2022], "origin": ["A", "B"], "destination": ["B", "A"], "value": [3.0, 2.0]}
    >>> _ = store.write(as_flows(rows))
    >>> report = partnership(store, "A", "B")
    >>> [item.amount.value for item in report.views[0].glance]  # turnover, exports, imports, balance
    [5.0, 3.0, 2.0, 1.0]
    """
    if not isinstance(store, Store):
        raise DataError(
            f"A report is made of a store, not of a {type(store).__name__}: it needs vintages and side tables. Open "
            "one with hansa.open(folder), or make one with hansa.Store.create(folder).write(hansa.as_flows(table))."
        )
    Words(language)  # an unknown language is refused before anything is computed
    pair = replace(gather(store, a, b, dataset, period, as_of, regions), register=register)
    words = Words(language, _names(pair, language))
    border_file = os.fspath(borders) if borders is not None else None
    views = tuple(
        _view(pair, words, uid, me, other, border_file)
        for uid, me, other in (("a", pair.a, pair.b), ("b", pair.b, pair.a))
    )
    sources = dict.fromkeys(
        source.line() for view in views for known in view.evidence for source in known.provenance.sources
    )
    return Partnership(
        a=pair.a,
        b=pair.b,
        period=pair.period,
        language=language,
        title=Sentence(mark("{a} and {b}"), {"a": region(pair.a), "b": region(pair.b)}),
        about=_about(pair),
        warnings=_warnings(pair),
        views=(views[0], views[1]),
        sources=tuple(sources),
        missing=dict(pair.lacks),
        words=words,
    )


def _view(pair: Pair, words: Words, uid: str, me: str, other: str, borders: str | None) -> View:
    """The report as `me` reads it."""
    made = [section for chapter in CHAPTERS if (section := chapter(pair, me, other))]
    made.append(map_section(pair, me, other, words, borders, _fictional(pair)))
    sections = [part for part in made if part.sentences or part.grids or part.drawings]  # one may have limits alone
    facts = [fact for section in sections for fact in section.facts if fact.score > 0]
    facts.sort(key=lambda fact: (-fact.score, fact.family, words.say(fact.sentence)))
    name = words.say(Sentence("{a}", {"a": region(me)}))
    return View(
        uid=uid,
        region=me,
        partner=other,
        name=name,
        heading=words.say(Sentence(mark("Seen from {a}"), {"a": region(me)})),
        glance=_glance(pair, me, other),
        facts=tuple(facts),
        headlines=headlines(facts),
        sections=tuple(sections),
        limits=tuple(limits(pair, me, other, tuple(made))),
        notes=_notes(pair, sections),
        colophon=_colophon(pair),
        command=commands.report(pair, me, other, words.language),
    )


def headlines(facts: list[Fact], count: int = HEADLINES) -> tuple[Fact, ...]:
    """The most salient fact of each family, at most `count`, from facts in their order."""
    first: dict[str, Fact] = {}
    for fact in facts:
        first.setdefault(fact.family, fact)
    return tuple(first.values())[:count]


def _glance(pair: Pair, me: str, other: str) -> tuple[Glance, ...]:
    """Turnover, exports, imports and balance, each beside the year before."""
    years = [year for year in (pair.before, pair.period) if year]
    sold, bought = ([pair.value(*way, year) for year in years] for way in ((me, other), (other, me)))
    both = [x + m for x, m in zip(sold, bought, strict=True)]
    shown = [
        (mark("Turnover"), both, bilateral(pair, me, other)),
        (mark("Exports"), sold, one_way(pair, me, other)),
        (mark("Imports"), bought, one_way(pair, other, me)),
    ]
    items = [
        Glance(Sentence(name), money(pair, figures[-1]), _beside(pair, figures, evidence))
        for name, figures, evidence in shown
    ]
    balances = [x - m for x, m in zip(sold, bought, strict=True)]
    evidence = bilateral(pair, me, other, "balance")
    if pair.before:
        values: dict[str, Value] = {"value": money(pair, balances[0], signed=True), "before": when(pair.before)}
        beside = Sentence(mark("{value} in {before}"), values, evidence)
    else:
        beside = Sentence(mark("in {period}"), {"period": when(pair.period)}, evidence)
    return (*items, Glance(Sentence(mark("Balance")), money(pair, balances[-1], signed=True), beside))


def _beside(pair: Pair, figures: list[float], evidence: Evidence | None) -> Sentence:
    change = growth(figures[0], figures[-1]) if pair.before else None
    if change is None or pair.before is None:
        return Sentence(mark("in {period}"), {"period": when(pair.period)}, evidence)
    return Sentence(
        mark("{growth} on {before}"), {"growth": Amount(change, "growth"), "before": when(pair.before)}, evidence
    )


def _about(pair: Pair) -> Sentence:
    values: dict[str, Value] = {"period": when(pair.period), "currency": pair.currency, "vintage": _vintage(pair)}
    if pair.reports is not None and not compared(pair):
        template = mark(
            "Trade in goods, {period}. {currency} at current prices, from the report of one side only. Data as known "
            "on {vintage}."
        )
    elif pair.reports is not None:
        template = mark(
            "Trade in goods, {period}. {currency} at current prices, FOB, reconciled from the reports of both sides. "
            "Data as known on {vintage}."
        )
    elif pair.flows.valuation:
        template = mark(
            "Trade in goods, {period}. {currency} at current prices, {valuation}. Data as known on {vintage}."
        )
        values["valuation"] = pair.flows.valuation
    else:
        template = mark(
            "Trade in goods, {period}. {currency} at current prices, as the source values it. Data as known on "
            "{vintage}."
        )
    return Sentence(template, values)


def _warnings(pair: Pair) -> tuple[Sentence, ...]:
    """What a reader must know before the first figure."""
    invented = mark("The sample world: every region, product and figure is invented.")
    return (*((Sentence(invented),) if _fictional(pair) else ()), *unreported(pair))


def _vintage(pair: Pair) -> str:
    """The day from which the flows were known."""
    entries = pair.store.archive.find("goods flows", pair.dataset, pair.as_of)
    return max(entry.vintage for entry in entries)


def _fictional(pair: Pair) -> bool:
    return any("fictional" in source.title for source in pair.flows.provenance.sources)


def _notes(pair: Pair, sections: list[Section]) -> tuple[str, ...]:
    """What was dropped or chosen, each note once, in the order of the chapters."""
    several = [*pair.flows.notes]
    for told in territory_notes((*pair.behind(pair.a), *pair.behind(pair.b)), pair.period):
        several.append(f"{told.territory}, as reported by {told.reported_by}: {told.note}")
    for section in sections:
        for sentence in section.sentences:
            several += [note for known in sentence.known for note in known.notes]
        for grid in section.grids:
            several += [note for known in grid.evidence for note in known.notes]
    return tuple(dict.fromkeys(several))


def _colophon(pair: Pair) -> tuple[Sentence, ...]:
    store = pair.store.archive.folder.name
    return (
        Sentence(
            mark(
                "Headlines are chosen by salience = size × surprise × relevance, never by hand: size is the money at "
                "stake beside the flow, surprise the distance from what was to be expected, relevance the flow "
                "beside all trade of the pair."
            ),
        ),
        Sentence(mark("Commands are run from the folder that holds the store {store}."), {"store": store}),
    )


def _names(pair: Pair, language: str) -> dict[tuple[str, str], str]:
    """Names of regions, products and blocs in a language; a code without a name there stands for itself."""
    names = {("bloc", one.key): (one.name_ru if language == "ru" else one.name) or one.key for one in pair.lists.blocs}
    of_blocs = {fact.member for group in pair.groups for fact in pair.lists.facts if fact.bloc == group.of}
    for code in sorted({*region_codes(pair.apart), *of_blocs}):
        names |= _region_name(pair, code, language)
    for group in pair.groups:
        names |= _region_name(pair, group.of, language) if group.kind == "country" else {}
        whole = names.get((group.kind if group.kind == "bloc" else "region", group.of), group.of)
        if group.without:
            out = names.get(("region", group.without)) or names.get(("bloc", group.without), group.without)
            whole = Words(language)(mark("{bloc} (without {a})")).format(bloc=whole, a=out)
        names["region", group.code] = whole
    traded = [flows for flows in (pair.flows, pair.services) if flows and "product" in flows.columns]
    products = {code for flows in traded for code in dense.labels(flows.totals("product"), "product")}
    return names | product_names(pair.store.archive.folder, pair.flows.classification or "", products, language)


def _region_name(pair: Pair, code: str, language: str) -> dict[tuple[str, str], str]:
    place = pair.lists.place(code)
    return {("region", code): (place.name_ru if language == "ru" else place.name) or code} if place else {}


def _file_name(code: str) -> str:
    """A code as part of a file name."""
    return "".join(letter if letter.isalnum() else "-" for letter in code)


def _same(known: Evidence) -> tuple[str, str]:
    """Two pieces of evidence are one where method and command are."""
    return known.title, known.command
