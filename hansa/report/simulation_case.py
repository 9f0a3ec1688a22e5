"""What a page shows of one counterfactual: sentences, tables and charts, in one language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from markupsafe import Markup
from numpy.typing import NDArray

from hansa.report.charts import draw
from hansa.report.facts import Drawing, Line
from hansa.report.simulation_chart import Effect, effect_bars, effect_map, per_cent
from hansa.wording.sentence import Amount, Sentence, Value, mark
from hansa.wording.words import ABSENT, SCALE_NAMES, Words, scale_for

if TYPE_CHECKING:
    from hansa.equilibrium.counterfactual import Counterfactual
    from hansa.regions.lists import Lists

BARS = 26  # regions that the chart shows: those of the scenario and those that it changes most
ROWS = 300  # regions that the table shows; the tables beside the page have all
WAYS = 6  # pairs whose trade is shown
PAIRS = 1_000_000  # with more pairs than these, trade is shown of regions in focus alone
EXPLAINED = 4  # pairs whose change of trade is taken apart
LOSERS = 15
HEADS = {
    "own_cost": mark("Own cost"),
    "tariff": mark("Tariff"),
    "own_weight": mark("Own weight"),
    "competitors": mark("Competitors"),
    "spending": mark("Spending"),
    "source_cost": mark("Source cost"),
}
MODELS = {
    "armington": mark("one sector, goods differ by origin (Armington), exact hat algebra"),
    "caliendo-parro": mark("several sectors, tariffs and inputs (Caliendo and Parro), exact hat algebra"),
}
CLOSURES = {
    "fixed": mark("imports less exports of each region stay as they are, in units of the numeraire"),
    "zero": mark("trade is balanced, before and after"),
    "share": mark("spending of each region stays in proportion to its output"),
}
NUMERAIRES = {
    "armington": mark("output of the world keeps its value"),
    "caliendo-parro": mark("value added of the world keeps its value"),
}


@dataclass(frozen=True)
class Row:
    """Cells of a row, and whether the scenario names what it is about."""

    cells: tuple[str, ...]
    named: bool = False


@dataclass(frozen=True)
class Table:
    """A table as it is shown: the first column holds labels."""

    title: str
    heads: tuple[str, ...]
    rows: tuple[Row, ...]
    unit: str = ""


@dataclass(frozen=True)
class Picture:
    """A chart or a map, and what stands over and under it."""

    title: str
    svg: Markup
    unit: str = ""
    under: str = ""


@dataclass(frozen=True)
class Trait:
    """A fact of the model; quoted where it is in English on any page."""

    name: str
    text: str
    quoted: bool = False


@dataclass(frozen=True)
class Case:
    """Everything the page shows of one scenario."""

    uid: str
    name: str
    note: str
    summary: tuple[Sentence, ...]
    changes: tuple[Sentence, ...]
    pictures: tuple[Picture, ...]
    regions: Table
    compensation: tuple[Sentence, ...]
    losers: Table | None
    trade_pictures: tuple[Picture, ...]
    trade: Table | None
    diversion: Table | None
    model: tuple[Trait, ...]


def case_of(told: Counterfactual, words: Words, lists: Lists, uid: str, **settings: Any) -> Case:
    """What a page shows of a counterfactual.

    Parameters
    ----------
    told : the counterfactual.
    words : language of the page, and names of the regions.
    lists : of regions, for their places on the map.
    uid : prefix of the ids of this part, unique on the page.
    settings : ranges, focus, fictional, borders of the map, as `_Pen` has them.
    """
    return _Pen(told, words, lists, uid, **settings).case()


def named(told: Counterfactual) -> frozenset[int]:
    """Places of the regions that the scenario changes something of; none where it changes something of all."""
    pairs, shock, economy = touched(told), told.shock, told.economy
    found = set(np.flatnonzero(pairs.any(axis=0) | pairs.any(axis=1)).tolist())
    if shock.productivity is not None:
        found |= set(np.flatnonzero((shock.productivity != 1).any(axis=0)).tolist())
    if shock.deficit is not None:
        found |= set(np.flatnonzero(shock.deficit != economy.deficit).tolist())
    return frozenset(found) if len(found) < len(economy.regions) else frozenset()


def touched(told: Counterfactual) -> NDArray[np.bool_]:
    """(n, n) pairs whose own trade cost, tariff or reach the scenario changes."""
    shock, economy = told.shock, told.economy
    found = np.zeros((len(economy.regions), len(economy.regions)), bool)
    for given in (shock.cost_hat, shock.effect_hat):
        if given is not None:
            found |= (given != 1).any(axis=0)
    if shock.tariff is not None:
        found |= (shock.tariff != economy.tariff).any(axis=0)
    np.fill_diagonal(found, False)
    return found


def mutual_benefit(told: Counterfactual) -> tuple[Sentence, ...]:
    """The test of mutual benefit in a sentence: who loses, and whether those who gain could make it good."""
    meta = told.compensation().meta
    if meta["mutual"]:
        template = (
            mark("No region loses: the scenario is of mutual benefit.")
            if meta["gainers"]
            else mark("No region gains or loses.")
        )
        return (Sentence(template),)
    unit = told.economy.unit
    due, left = (Amount(abs(meta[name]) * unit.scale, "money", unit.currency) for name in ("due", "sum"))
    template = (
        mark("To make up for all losses {due} a year would be due; those who gain could pay it and keep {sum}.")
        if meta["compensable"]
        else mark("To make up for all losses {due} a year would be due; those who gain could not pay it: {sum} lack.")
    )
    return (Sentence(template, {"due": due, "sum": left}),)


@dataclass(frozen=True)
class _Pen:
    """Draws what is shown of one counterfactual.

    ranges : by region the 5 % and 95 % points of the draws and the share with the same sign; empty where none were
        made. focus : regions whose trade is shown. fictional, borders : as `hansa.report.maps.Map` has them.
    """

    told: Counterfactual
    words: Words
    lists: Lists
    uid: str
    ranges: Mapping[str, tuple[float, float, float]] = field(default_factory=dict)
    focus: tuple[str, ...] = ()
    fictional: bool = False
    borders: str | None = None

    def case(self) -> Case:
        """All of it."""
        told = self.told
        ways = self.ways()
        return Case(
            self.uid,
            told.scenario.name,
            told.scenario.note,
            self.summary(ways),
            told.scenario.sentences(),
            self.pictures(),
            self.regions(),
            mutual_benefit(told),
            self.losers(),
            self.trade_pictures(ways),
            self.trade(ways),
            self.diversion(ways[:EXPLAINED]),
            self.model(),
        )

    # ---- figures -----------------------------------------------------------------------------------------------------
    @property
    def codes(self) -> tuple[str, ...]:
        """Codes of all regions."""
        return self.told.economy.regions

    def name(self, code: str) -> str:
        """A region by its name."""
        return self.words.names.get(("region", code), code)

    def money(self, value: float, *, signed: bool = False) -> Amount:
        """Money of the economy."""
        unit = self.told.economy.unit
        return Amount(value * unit.scale, "money", unit.currency, signed)

    @cached_property
    def named(self) -> frozenset[int]:
        """Places of the regions that the scenario names."""
        return named(self.told)

    def effects(self) -> list[Effect]:
        """What becomes of the real income of every region, in their order."""
        found = []
        for place, (code, hat) in enumerate(zip(self.codes, self.told.real_income_hat, strict=True)):
            low, high, _ = self.ranges.get(code, (None, None, None))
            where = self.lists.place(code)
            point = None if where is None or where.lat is None or where.lon is None else (where.lat, where.lon)
            low, high = (None if x is None else 100 * x for x in (low, high))
            found.append(Effect(self.name(code), 100 * (float(hat) - 1), low, high, place in self.named, point))
        return found

    def ways(self) -> list[tuple[int, int]]:
        """Places of the pairs whose trade is shown: those in focus, else those that the scenario touches, else those
        whose trade changes most.
        """
        n = len(self.codes)
        focus = [self.codes.index(code) for code in self.focus if code in self.codes]
        if len(focus) > 1:
            return [(i, j) for i in focus for j in focus if i != j][: max(WAYS, 2)]
        if n * n > PAIRS:
            return []
        change = np.abs(self.flows[1] - self.flows[0])
        np.fill_diagonal(change, 0.0)
        allowed = touched(self.told)
        if not allowed.any():
            allowed = np.ones((n, n), bool)
        if focus:
            allowed = np.zeros((n, n), bool)
            allowed[focus[0], :] = allowed[:, focus[0]] = True
        order = np.argsort(-np.where(allowed, change, 0.0), axis=None, kind="stable")[:WAYS]
        pairs = [divmod(int(place), n) for place in order]
        return [(i, j) for i, j in pairs if change[i, j] > 0 and allowed[i, j]]

    @cached_property
    def flows(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """(n, n) trade of all sectors before and after, sales at home on the diagonal."""
        every = np.arange(len(self.codes))
        before, after = (np.zeros((len(every), len(every))) for _ in range(2))
        for sector in range(len(self.told.economy.sectors)):  # one at a time: all at once may be gigabytes
            terms = self.told.terms(every, every, np.array([sector]))
            before += terms.before[0]
            after += terms.after[0]
        return before, after

    def sales(self, i: int, j: int) -> tuple[float, float]:
        """Trade of a pair before and after."""
        terms = self.told.terms(np.array([i]), np.array([j]))
        return float(terms.before.sum()), float(terms.after.sum())

    # ---- sentences ---------------------------------------------------------------------------------------------------
    def summary(self, ways: Sequence[tuple[int, int]]) -> tuple[Sentence, ...]:
        """Who gains and loses most, how many, and the trade that changes most."""
        change = self.told.real_income_hat - 1
        best, worst = int(change.argmax()), int(change.argmin())
        total = float((self.told.before.income * change).sum())
        values: dict[str, Value] = {
            "a": self.name(self.codes[best]),
            "best": self.percent(change[best]),
            "b": self.name(self.codes[worst]),
            "worst": self.percent(change[worst]),
        }
        counts = self.told.compensation().meta
        if counts["gainers"] and counts["losers"]:
            template = mark("Real income grows most in {a} ({best}) and falls most in {b} ({worst}).")
        elif counts["gainers"]:
            template = mark("Real income grows most in {a} ({best}) and least in {b} ({worst}).")
        else:
            template = mark("Real income falls most in {b} ({worst}) and least in {a} ({best}).")
        said = [Sentence(template, values)] if counts["gainers"] or counts["losers"] else []
        values = {
            "count": Amount(len(self.codes), "count"),
            "gain": Amount(len(counts["gainers"]), "count"),
            "lose": Amount(len(counts["losers"]), "count"),
            "sum": self.money(total, signed=True),
        }
        said.append(
            Sentence(
                mark("Of {count} regions {gain} gain and {lose} lose; for all together it is {sum} a year."), values
            )
        )
        return (*said, *(self.sold(*way) for way in ways[:2]))

    def sold(self, i: int, j: int) -> Sentence:
        """Trade of a pair before and after."""
        before, after = self.sales(i, j)
        values: dict[str, Value] = {
            "a": self.name(self.codes[i]),
            "b": self.name(self.codes[j]),
            "before": self.money(before),
            "after": self.money(after),
        }
        if not before:
            return Sentence(mark("{a} → {b}: {before} before, {after} after."), values)
        values["change"] = Amount(after / before - 1, "growth")
        return Sentence(mark("{a} → {b}: {before} before, {after} after ({change})."), values)

    def percent(self, fraction: float) -> str:
        """A change of income as it is shown."""
        return per_cent(100 * float(fraction), self.words)

    # ---- tables ------------------------------------------------------------------------------------------------------
    def regions(self) -> Table:
        """Every region, the largest gain first; of thousands those that change most."""
        b, a, named = self.told.before, self.told.after, self.named
        change = self.told.real_income_hat - 1
        gain = b.income * change
        order = np.argsort(-change, kind="stable")
        shown = set(np.argsort(-np.abs(gain), kind="stable")[:ROWS].tolist()) | (named if len(named) <= ROWS else set())
        largest = float(np.abs(100 * change).max())
        scale = self.scale(np.concatenate([b.exports, a.exports, b.imports, a.imports]))
        small = self.scale(gain)
        gained = self.words(mark("Gain a year, {unit}")).format(unit=self.unit(small))
        heads = [mark("Region"), mark("Real income"), *self.range_heads(), gained, *_REGION_HEADS]
        revenue = b.revenue.any() or a.revenue.any()
        pairs = ((b.exports, a.exports), (b.imports, a.imports))
        levels = [(before, after, _most(before, after)) for before, after in pairs]
        rows = []
        for place in order:
            if int(place) not in shown:
                continue
            cells = [self.name(self.codes[place]), per_cent(100 * float(change[place]), self.words, largest)]
            cells += self.range_cells(self.codes[place], largest)
            cells.append(self.scaled(gain[place], small, signed=True))
            for before, after, most in levels:
                cells += [self.scaled(before[place], scale), self.growth(before[place], after[place], most)]
            cells.append(self.growth(1.0, a.price_hat[place], _most(np.ones_like(a.price_hat), a.price_hat)))
            cells += [self.scaled(a.revenue[place] - b.revenue[place], small, signed=True)] if revenue else []
            rows.append(Row(tuple(cells), int(place) in named))
        if revenue:
            heads.append(self.words(mark("Tariff revenue, {unit}")).format(unit=self.unit(small)))
        return self.table(mark("What changes for every region"), heads, rows, scale)

    def range_heads(self) -> list[str]:
        """Heads of what the draws give."""
        return [mark("from (5%)"), mark("to (95%)"), mark("Same sign")] if self.ranges else []

    def range_cells(self, code: str, largest: float) -> list[str]:
        """What the draws give for a region."""
        if not self.ranges:
            return []
        if code not in self.ranges:
            return [ABSENT] * 3
        low, high, same = self.ranges[code]
        return [*(per_cent(100 * x, self.words, largest) for x in (low, high)), self.words.show(Amount(same, "share"))]

    def losers(self) -> Table | None:
        """Who loses, how much, and what would make it good."""
        test = self.told.compensation()
        found = [row for row in test.rows() if row["region"] in set(test.meta["losers"])]
        if not found:
            return None
        found.sort(key=lambda row: -row["compensation_due"])
        scale = self.scale([row["equivalent_variation"] for row in test.rows()])  # as the gains above
        largest = max(abs(100 * row["real_income"]) for row in found)
        rows = [
            Row(
                (
                    self.name(row["region"]),
                    per_cent(100 * row["real_income"], self.words, largest),
                    self.scaled(row["compensation_due"], scale),
                )
            )
            for row in found[:LOSERS]
        ]
        if rest := found[LOSERS:]:
            due = self.scaled(sum(row["compensation_due"] for row in rest), scale)
            others = self.words(mark("{count} others")).format(count=self.words.number(len(rest), 0))
            rows.append(Row((others, ABSENT, due)))
        heads = (mark("Region"), mark("Real income"), mark("Would make it good, a year"))
        return self.table(mark("Who loses"), heads, rows, scale)

    def trade(self, ways: Sequence[tuple[int, int]]) -> Table | None:
        """Trade of the pairs shown, all other trade, and sales at home: before and after."""
        if not ways:
            return None
        lines = [(self.way(*way), *self.sales(*way)) for way in ways]
        if len(self.codes) ** 2 <= PAIRS:
            before, after = self.flows
            rest = ~np.eye(len(self.codes), dtype=bool)
            rest[tuple(zip(*ways, strict=True))] = False
            lines.append((self.words(mark("All other trade between regions")), before[rest].sum(), after[rest].sum()))
            lines.append((self.words(mark("Sales at home")), np.trace(before), np.trace(after)))
        scale = self.scale([old for _, old, _ in lines[: len(ways)]])
        rows = [
            Row(
                (
                    name,
                    self.scaled(old, scale),
                    self.scaled(new, scale),
                    self.scaled(new - old, scale, signed=True),
                    self.growth(old, new),
                ),
                place < len(ways),
            )
            for place, (name, old, new) in enumerate(lines)
        ]
        heads = (mark("Direction"), mark("Before"), mark("After"), mark("Difference"), mark("Change"))
        return self.table(mark("Trade at the prices of the producer"), heads, rows, scale)

    def diversion(self, ways: Sequence[tuple[int, int]]) -> Table | None:
        """Why trade of the pairs changes, in money; the parts add up."""
        found = []
        for i, j in ways:
            if not any(self.sales(i, j)):
                continue
            parts = [
                row for row in self.told.diversion(self.codes[i], self.codes[j]).rows() if row["measure"] == "money"
            ]
            found.append((self.way(i, j), parts[0]))  # all sectors together, where there are several
        if not found:
            return None
        kept = [part for part in HEADS if part != "tariff" or any(row[part] for _, row in found)]
        scale = self.scale([row[part] for _, row in found for part in kept])
        rows = [
            Row((name, *(self.scaled(row[part], scale, signed=True) for part in ("total", *kept))))
            for name, row in found
        ]
        heads = (mark("Direction"), mark("Difference"), *(HEADS[part] for part in kept))
        return self.table(mark("Parts of the change of trade"), heads, rows, scale)

    def table(self, title: str, heads: Sequence[str], rows: Sequence[Row], scale: float) -> Table:
        """A table with its words said."""
        return Table(self.words(title), tuple(map(self.words, heads)), tuple(rows), self.unit(scale))

    def way(self, i: int, j: int) -> str:
        """The direction of a pair."""
        return f"{self.name(self.codes[i])} → {self.name(self.codes[j])}"

    def scale(self, values: Sequence[float] | NDArray[np.float64]) -> float:
        """The scale in which money is shown."""
        return scale_for([float(value) * self.told.economy.unit.scale for value in values])

    def unit(self, scale: float) -> str:
        """The unit in which money is shown."""
        return self.words(SCALE_NAMES[scale]).format(currency=self.told.economy.unit.currency)

    def scaled(self, value: float, scale: float, *, signed: bool = False) -> str:
        """Money in a table."""
        return self.words.show(self.money(float(value), signed=signed), scale)

    def growth(self, before: float, after: float, largest: float | None = None) -> str:
        """A change in per cent; none where nothing was before."""
        return per_cent(100 * (float(after) / float(before) - 1), self.words, largest) if before else ABSENT

    # ---- pictures ----------------------------------------------------------------------------------------------------
    def pictures(self) -> tuple[Picture, ...]:
        """Bars of real income, and the map where places are known."""
        effects = self.effects()
        shown = sorted(effects, key=lambda one: (not one.named, -abs(one.figure)))[:BARS]
        shown.sort(key=lambda one: -one.figure)
        title = self.words(mark("Real income by region, change"))
        under = self.words(mark("Dark names: regions that the scenario names.")) if self.named else ""
        if len(shown) < len(effects):
            more = self.words(mark("{count} others change less and stand in the table."))
            under = f"{under} {more.format(count=self.words.number(len(effects) - len(shown), 0))}".strip()
        if self.ranges:
            lines = self.words(mark("Lines over the bars: from 5 to 95% of the draws."))
            under = f"{under} {lines}".strip()
        found = [Picture(title, Markup(effect_bars(shown, title, self.words, uid=f"{self.uid}-bars")), "", under)]
        title = self.words(mark("Where real income changes"))
        drawn = effect_map(
            effects, title, self.words, uid=f"{self.uid}-map", fictional=self.fictional, borders=self.borders
        )
        return (*found, Picture(title, Markup(drawn), "", self.mapped())) if drawn else tuple(found)

    def mapped(self) -> str:
        """What a reader must know of the map."""
        size = self.words(mark("The area of a mark is the size of the change."))
        if self.fictional:
            land = mark("The world does not exist: points on a grid of longitude and latitude, no land.")
        elif self.borders:
            file = self.borders.replace("\\", "/").rsplit("/", 1)[-1]
            said = mark("Borders are drawn as the file {file} has them, whose convention is not that of this report.")
            return f"{size} {self.words(said).format(file=file)}"
        else:
            land = mark("Land is drawn without borders; borders come only from a file that the reader names.")
        return f"{size} {self.words(land)}"

    def trade_pictures(self, ways: Sequence[tuple[int, int]]) -> tuple[Picture, ...]:
        """Trade of the pairs before and after, as bars."""
        if not ways:
            return ()
        unit = self.told.economy.unit
        old, new = (
            [value * unit.scale for value in side] for side in zip(*(self.sales(*w) for w in ways), strict=True)
        )
        title = Sentence(mark("Trade before and after"))
        drawing = Drawing(
            "trade",
            "bars",
            title,
            tuple(self.way(*way) for way in ways),
            (Line(Sentence(mark("after")), tuple(new)), Line(Sentence(mark("before")), tuple(old))),
            Amount(None, "money", unit.currency),
            scale_for([*old, *new]),
        )
        svg = Markup(draw(drawing, self.words, uid=f"{self.uid}-trade"))
        return (Picture(self.words.say(title), svg, self.unit(drawing.scale)),)

    # ---- the model ---------------------------------------------------------------------------------------------------
    def model(self) -> tuple[Trait, ...]:
        """Model, closure, numeraire, elasticity with its source, residual and Walras gap."""
        told, words = self.told, self.words
        theta = told.outcome.elasticity
        low, high = float(theta.min()), float(theta.max())
        size = words.number(low, 2) if low == high else f"{words.number(low, 2)} – {words.number(high, 2)}"
        traits = [
            Trait(words(mark("Model")), words(MODELS.get(told.model, told.model))),
            Trait(words(mark("Closure")), words(CLOSURES.get(told.deficit, told.deficit))),
            Trait(words(mark("Numeraire")), words(NUMERAIRES.get(told.model, told.numeraire))),
            Trait(words(mark("Trade elasticity")), size),
        ]
        if source := told.economy.elasticity_source:
            traits.append(Trait(words(mark("Elasticity from")), source, quoted=True))
        gaps = f"{told.residual:.1e} / {told.walras:.1e}"
        return (*traits, Trait(words(mark("Residual / Walras gap")), gaps))


def _most(before: NDArray[np.float64], after: NDArray[np.float64]) -> float:
    """The largest change in per cent, whose digits all others of a column take."""
    there = before > 0
    return float(np.abs(100 * (after[there] / before[there] - 1)).max(initial=0.0))


_REGION_HEADS = (mark("Exports before"), mark("change"), mark("Imports before"), mark("change"), mark("Prices"))
