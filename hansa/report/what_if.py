"""What if: barriers of the pair halved, and the partner's main other market closed, in general equilibrium."""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from hansa.commitments.lifecycle import state_on
from hansa.commitments.records import Barrier
from hansa.commitments.removal import removal
from hansa.errors import DataError, HansaError, MissingTable, UnknownCode
from hansa.report.composition import listed
from hansa.report.facts import Column, Drawing, Grid, Line, Section
from hansa.report.pair import Pair
from hansa.report.turnover import money, region, when
from hansa.wording.sentence import Amount, Evidence, Sentence, Value, mark
from hansa.wording.words import scale_for

if TYPE_CHECKING:
    from hansa.equilibrium.counterfactual import Counterfactual
    from hansa.equilibrium.economy import Economy

KEY, TITLE = "what_if", mark("What if")
SHARE = 0.5  # of each barrier that is removed
FACTOR = 0.9  # on trade costs where no barrier is known
CLOSED = ("removed", "rejected")
OTHERS = 3  # third parties that gain most, and that lose most
SEEN = 0.005  # changes of trade from here on are shown in tenths of a per cent
KEPT = 0.5  # of the trade between regions that an economy must hold
CELLS = 500_000  # products by region by region; with more of them all products are one sector
METHOD = mark("A change of the world in general equilibrium")
FORMULA = (
    r"\hat{W}_j = \hat{I}_j / \hat{P}_j, \pi'_{ij} = \pi_{ij} (\hat{\tau}_{ij} \hat{c}_i / \hat{P}_j)^{-\theta}, "
    r"\hat{P}_j^{-\theta} = \sum_i \pi_{ij} (\hat{\tau}_{ij} \hat{c}_i)^{-\theta}"
)


@dataclass(frozen=True)
class _World:
    """The economy of the year, or why there is none."""

    economy: Economy | None
    by_product: bool = False
    lack: Sentence | None = None


@dataclass(frozen=True)
class _Answer:
    """A counterfactual and how it is known."""

    told: Counterfactual
    evidence: Evidence


@dataclass(frozen=True)
class _Said:
    """What is said of a question: itself, what stands over the table, its sheet and key, and who else is part of it."""

    question: Sentence
    heading: Sentence
    sheet: Sentence
    key: str
    beside: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Part:
    """Sides of the pair, or third parties, as one row of a table: their places among the regions."""

    name: Value
    places: tuple[int, ...]
    together: bool = False


def what_if(pair: Pair, me: str, other: str) -> Section | None:
    """The chapter on two changes of the world; only a limit where the store allows no economy."""
    world = _world(pair)
    if world.economy is None:
        return Section(KEY, TITLE, limits=(world.lack,) if world.lack else ())
    asked = [_halved(pair, world, me, other), _lost(pair, world, me, other)]
    sentences = [sentence for part in asked for sentence in part.sentences]
    return Section(
        KEY,
        TITLE,
        (*sentences, *(_model(world.economy, asked) if sentences else ())),
        tuple(grid for part in asked for grid in part.grids),
        tuple(drawing for part in asked for drawing in part.drawings),
        results={key: result for part in asked for key, result in part.results.items()},
        limits=tuple(limit for part in asked for limit in part.limits),
    )


# ---- the world before -----------------------------------------------------------------------------------------------
def _world(pair: Pair) -> _World:
    """The economy of the year of the report, made once for both views, of the flows that the report has reconciled."""
    if KEY not in pair.kept:
        pair.kept[KEY] = _made(pair)
    kept: _World = pair.kept[KEY]
    return kept


def _made(pair: Pair) -> _World:
    from hansa.equilibrium.economy import Economy  # slow import

    if not {"production", "gdp"} & set(pair.store.measures()):
        return _World(None, lack=Sentence(_NO_OUTPUT))
    lack: HansaError | None = None
    for sectors, missing in _ways_to_count(pair):
        try:
            economy = Economy.from_store(
                pair.store,
                period=pair.period,
                dataset=pair.dataset,
                as_of=pair.as_of,
                flows=pair.members_now,
                sectors=sectors,
                missing_home=missing,
                keep=(*pair.behind(pair.a), *pair.behind(pair.b)),
            )
        except (DataError, MissingTable, UnknownCode) as why:
            lack = why
            continue
        held, whole = _abroad(economy), _trade_of(pair)
        if held >= KEPT * whole:
            return _World(economy, sectors == "product")
        lack = DataError(f"The economy would hold {held / whole:.1%} of the trade between regions.")
    pair.lacks[KEY] = str(lack)
    return _World(None, lack=Sentence(_NO_WORLD, {"a": region(pair.a), "b": region(pair.b)}))


def _abroad(economy: Economy) -> float:
    """Trade between the regions of an economy."""
    return float((economy.output - np.einsum("kii->ki", economy.flow)).sum())


def _trade_of(pair: Pair) -> float:
    """Trade between regions in the year of the report."""
    rows = pair.members_now.totals("origin", "destination").to_pylist()
    whole = sum(row["value"] or 0.0 for row in rows if row["origin"] != row["destination"])
    return whole


def _ways_to_count(pair: Pair) -> list[tuple[str, str]]:
    """How products are added up and regions without home sales treated, the best way first."""
    found = [("total", ""), ("total", "drop")]
    if "product" not in pair.members_now.columns or "production" not in pair.store.measures():
        return found
    products = pair.members_now.totals("product").num_rows
    return [("product", ""), *found] if products * len(pair.codes) ** 2 <= CELLS else found


_NO_OUTPUT = mark(
    "What would happen if: a model of trade needs what is sold at home. The store has neither production (gross "
    "output) nor GDP, of which exports could be taken off."
)
_NO_WORLD = mark(
    "What would happen if: no world in balance can be made of what this store holds of {a}, {b} and their partners: "
    "what some sell at home is not known, or exports exceed production."
)
_NO_ANSWER = mark("What would happen if {question}: the model finds no answer for these data.")


# ---- the questions --------------------------------------------------------------------------------------------------
def _halved(pair: Pair, world: _World, me: str, other: str) -> Section:
    """Barriers of the pair halved; without known barriers a tenth off trade costs, said as an assumption."""
    barriers = _barriers(pair, world)
    changes: list[Mapping[str, Any]] = [change for _, change in barriers]
    ends = {"origin": list(pair.behind(pair.a)), "destination": list(pair.behind(pair.b)), "both": True}
    changes = changes or [{"kind": "trade_cost", **ends, "factor": FACTOR}]
    both: dict[str, Value] = {"a": region(me), "b": region(other)}
    question = Sentence(mark("barriers between {a} and {b} fall"), both)
    answer = _asked(pair, world, "halved", changes)
    if answer is None:
        return _unanswered(question)
    if barriers:
        template = mark(
            "If the barriers between {a} and {b} that stand in the register were halved ({count}: {titles}), each by "
            "its ad-valorem equivalent:"
        )
        titles = listed(tuple(barrier.title for barrier, _ in barriers), "word")
        values = {**both, "count": Amount(len(barriers), "count"), "titles": titles}
    else:
        template = mark(
            "If trade costs between {a} and {b} fell by {share} in both directions (an assumption, not an estimate: no "
            "barrier with an ad-valorem equivalent is known here):"
        )
        values = {**both, "share": Amount(1 - FACTOR, "share")}
    first = Sentence(template, values, answer.evidence)
    heading = Sentence(
        mark("Barriers between {a} and {b} lower") if barriers else mark("Trade costs between {a} and {b} lower"), both
    )
    said = _Said(first, heading, Sentence(mark("What if: barriers")), "halved")
    return _answered(pair, (me, other), answer, said)


def _lost(pair: Pair, world: _World, me: str, other: str) -> Section:
    """The partner's main other market closed: how exposed the partner is, and what of it reaches this side."""
    market = _main_market(pair, world, me, other)
    if market is None:
        return Section(KEY, TITLE)
    values: dict[str, Value] = {"b": region(other), "c": region(market)}
    question = Sentence(mark("{c} takes nothing more from {b}"), values)
    ends = {"origin": list(pair.behind(other)), "destination": [market]}
    answer = _asked(pair, world, f"closed {other}", [{"kind": "closure", **ends}])
    if answer is None:
        return _unanswered(question)
    sold, all_sold = pair.value(other, market), pair.total(other, "origin")
    template = mark(
        "How exposed {b} is: {c} is its largest market beside {a} (goods for {value}, {share} of its exports). If {c} "
        "took nothing more from {b}:"
    )
    more: dict[str, Value] = {"a": region(me), "value": money(pair, sold), "share": Amount(sold / all_sold, "share")}
    first = Sentence(template, {**values, **more}, answer.evidence)
    heading = Sentence(mark("{c} closed to {b}"), values)
    said = _Said(first, heading, Sentence(mark("What if: market")), f"closed-{other}", (market,))
    return _answered(pair, (me, other), answer, said)


def _unanswered(question: Sentence) -> Section:
    return Section(KEY, TITLE, limits=(Sentence(_NO_ANSWER, {"question": question}),))


def _barriers(pair: Pair, world: _World) -> list[tuple[Barrier, Mapping[str, Any]]]:
    """Open barriers of the pair that have an ad-valorem equivalent and trade to hinder, and the change of each."""
    if pair.register is None or world.economy is None:
        return []
    day = pair.as_of or max(entry.vintage for entry in pair.store.archive.entries())
    sides = set(pair.behind(pair.a)), set(pair.behind(pair.b))
    found: list[tuple[Barrier, Mapping[str, Any]]] = []
    for barrier in pair.register.of(Barrier):
        ends = barrier.origin, barrier.destination
        state = state_on(barrier.history, day)
        between = any(ends[0] in one and ends[1] in other for one, other in (sides, sides[::-1]))
        if not between or state is None or state.state in CLOSED:
            continue
        sectors = world.economy.sectors if world.by_product else ()
        try:
            change = removal(barrier, _traded(pair, world, *ends), sectors=sectors, removed=SHARE)
        except DataError as why:  # nobody knows its size, or there is no trade that it hinders
            pair.lacks[f"{KEY} {barrier.id}"] = str(why)
            continue
        where = {"product": list(change.where.product)} if change.where.product else {}
        size = {"equivalent": change.equivalent, "removed": change.removed}
        found.append((barrier, {"kind": "barrier", "origin": ends[0], "destination": ends[1], **where, **size}))
    return found


def _traded(pair: Pair, world: _World, origin: str, destination: str) -> dict[str, float]:
    """Trade of two regions by product in the year; all of it under one name where there are no products."""
    economy = world.economy
    if economy is not None and world.by_product:
        of = economy.flow[:, economy.regions.index(origin), economy.regions.index(destination)]
        return {sector: float(value) for sector, value in zip(economy.sectors, of, strict=True) if value > 0}
    flows = pair.members_now.where(origin=origin, destination=destination)
    if "product" not in flows.columns:
        whole = sum(row["value"] or 0.0 for row in flows.totals("origin").to_pylist())
        return {"": whole} if whole else {}
    return {row["product"]: row["value"] for row in flows.totals("product").to_pylist() if row["value"]}


def _main_market(pair: Pair, world: _World, me: str, other: str) -> str | None:
    """To whom a region sells most beside the other side; none where it sells to nobody else in the economy."""
    known = world.economy.regions if world.economy else ()
    markets = [code for code in pair.codes if code not in (me, other) and code in known and pair.value(other, code) > 0]
    return max(markets, key=lambda code: (pair.value(other, code), code), default=None)


def _asked(pair: Pair, world: _World, key: str, changes: Sequence[Mapping[str, Any]]) -> _Answer | None:
    """The answer to a question, computed once; None where the model has none, which is written down."""
    place = (KEY, key)
    if place not in pair.kept:
        pair.kept[place] = _simulated(pair, world, key, changes)
    answer: _Answer | None = pair.kept[place]
    return answer


def _simulated(pair: Pair, world: _World, key: str, changes: Sequence[Mapping[str, Any]]) -> _Answer | None:
    from hansa.equilibrium.simulation import simulate  # slow import
    from hansa.scenario import Scenario  # slow import

    if world.economy is None:
        return None
    text = f"change = [{', '.join(map(_toml, changes))}]"
    try:
        told = simulate(world.economy, Scenario.from_toml(text), lists=pair.lists)
    except HansaError as why:  # no equilibrium, or not found: the report stands without it
        pair.lacks[f"{KEY} {key}"] = str(why)
        return None
    result = told.regions()
    reference = f"{result.reference}; theta: {world.economy.elasticity_source}"
    command = _command(pair, text, "product" if world.by_product else "total")
    known = Evidence("simulate", METHOD, FORMULA, reference, command, result.provenance, world.economy.notes)
    return _Answer(told, known)


def _command(pair: Pair, text: str, sectors: str) -> str:
    """The command line that gives the answer again: the scenario is its text."""
    parts = ["hansa", "simulate", text, "--period", pair.period, "--sectors", sectors]
    parts += ["--store", pair.store.archive.folder.name, "--dataset", pair.dataset]
    return shlex.join(parts + (["--as-of", pair.as_of] if pair.as_of else []))


def _toml(change: Mapping[str, Any]) -> str:
    """A change as one line of TOML, whose texts and lists are written as those of JSON."""
    shown = {key: value[0] if isinstance(value, list) and len(value) == 1 else value for key, value in change.items()}
    return f"{{{', '.join(f'{key} = {json.dumps(value, ensure_ascii=False)}' for key, value in shown.items())}}}"


# ---- what is said of an answer --------------------------------------------------------------------------------------
def _answered(pair: Pair, sides: tuple[str, str], answer: _Answer, said: _Said) -> Section:
    """Sentences, table and chart of one answer."""
    parts = _parts(pair, (*sides, *said.beside), answer.told)
    beside = [_beside(answer, code) for code in said.beside]
    told: dict[str, Value] = {
        "question": said.question,
        "ends": _ends(pair, sides, answer),
        "third": _third(pair, parts, answer),
        **{f"beside{k}": sentence for k, sentence in enumerate(beside)},
    }
    template = " ".join(
        f"{{{name}}}" for name in ("question", "ends", *(f"beside{k}" for k in range(len(beside))), "third")
    )
    return Section(
        KEY,
        TITLE,
        (Sentence(template, told, answer.evidence),),
        (_grid(pair, parts, answer, said.heading, said.sheet),),
        (_chart(parts, answer, said.heading, said.key),),
        results={said.key.partition("-")[0]: answer.told.regions()},
    )


def _parts(pair: Pair, sides: Sequence[str], told: Counterfactual) -> list[_Part]:
    """All sides, the third parties that gain and lose most, and all third parties together."""
    codes = told.economy.regions
    ours = {code: tuple(codes.index(one) for one in pair.behind(code)) for code in sides}
    taken = {place for places in ours.values() for place in places}
    third = sorted(
        (place for place in range(len(codes)) if place not in taken), key=lambda k: (-_change(told, (k,)), k)
    )
    gaining = [place for place in third if _change(told, (place,)) > 0][:OTHERS]
    losing = [place for place in third[::-1] if _change(told, (place,)) < 0][:OTHERS][::-1]
    found = [_Part(region(code), places) for code, places in ours.items()]
    found += [_Part(region(codes[place]), (place,)) for place in (*gaining, *losing)]
    if third:
        values: dict[str, Value] = {"count": Amount(len(third), "count")}
        found.append(_Part(Sentence(mark("All third parties ({count})"), values), tuple(third), together=True))
    return found


def _gain(told: Counterfactual, places: Sequence[int]) -> float:
    """Equivalent variation of regions together, in the money of the economy; rounded where the solver ends."""
    some = list(places)
    change = np.round(told.real_income_hat[some] - 1, 9)
    return _steady(float((told.before.income[some] * change).sum()))


def _change(told: Counterfactual, places: Sequence[int]) -> float:
    """Change of real income of regions together, as a fraction."""
    return round(_gain(told, places) / float(told.before.income[list(places)].sum()), 9)


def _steady(figure: float) -> float:
    """A figure to nine digits: a solver gives no more."""
    return float(f"{figure:.9g}")


def _effect(fraction: float) -> Amount:
    """A change of real income."""
    return Amount(_steady(fraction), "effect")


def _moved(fraction: float) -> Amount:
    """A change of trade: in tenths of a per cent where these say something."""
    return Amount(_steady(fraction), "growth" if abs(fraction) >= SEEN else "effect")


def _trade(pair: Pair, told: Counterfactual, origin: str, destination: str) -> tuple[float, float]:
    """Trade from one side to the other, before and after."""
    rows = told.trade(pair.behind(origin), pair.behind(destination)).rows()
    return _steady(sum(row["before"] for row in rows)), _steady(sum(row["after"] for row in rows))


def _ends(pair: Pair, sides: tuple[str, str], answer: _Answer) -> Sentence:
    """What becomes of both sides and of their trade."""
    me, other = sides
    told = answer.told
    changes = [_change(told, [told.economy.regions.index(one) for one in pair.behind(code)]) for code in sides]
    values: dict[str, Value] = {"a": region(me), "b": region(other)}
    values |= {"mine": _effect(changes[0]), "theirs": _effect(changes[1])}
    for name, moved, way in (("sold", "change", (me, other)), ("bought", "back", (other, me))):
        before, after = _trade(pair, told, *way)
        values |= {name: money(pair, before), moved: _moved(after / before - 1 if before else 0.0)}
    template = (
        mark(
            "real income changes by {mine} in {a} and by {theirs} in {b}; what {a} sells to {b} (goods and services, "
            "{sold}) changes by {change}, what it buys there ({bought}) by {back}."
        )
        if _has_services(told.economy)
        else mark(
            "real income changes by {mine} in {a} and by {theirs} in {b}; what {a} sells to {b} (goods, {sold}) "
            "changes by {change}, what it buys there ({bought}) by {back}."
        )
    )
    return Sentence(template, values, answer.evidence)


def _beside(answer: _Answer, code: str) -> Sentence:
    """What becomes of the market that the question closes."""
    change = _change(answer.told, (answer.told.economy.regions.index(code),))
    values: dict[str, Value] = {"c": region(code), "change": _effect(change)}
    return Sentence(mark("Real income of {c} changes by {change}."), values, answer.evidence)


def _has_services(economy: Economy) -> bool:
    return not any(note.startswith("trade in services") for note in economy.notes)


def _third(pair: Pair, parts: Sequence[_Part], answer: _Answer) -> Sentence:
    """What becomes of third parties: how many gain and lose, who most, and all together."""
    told, rest = answer.told, parts[-1]
    if not rest.together:
        return Sentence(mark("The data hold no third party."))
    changes = {place: _change(told, (place,)) for place in rest.places}
    first, last = max(changes, key=lambda k: changes[k]), min(changes, key=lambda k: changes[k])
    codes = told.economy.regions
    values: dict[str, Value] = {
        "count": Amount(len(rest.places), "count"),
        "gain": Amount(sum(change > 0 for change in changes.values()), "count"),
        "lose": Amount(sum(change < 0 for change in changes.values()), "count"),
        "c": region(codes[first]),
        "most": _effect(changes[first]),
        "d": region(codes[last]),
        "least": _effect(changes[last]),
        "sum": money(pair, _gain(told, rest.places), signed=True),
    }
    template = mark(
        "Of {count} third parties {gain} gain and {lose} lose, from {c} ({most}) to {d} ({least}); together their real "
        "income changes by {sum} a year."
    )
    return Sentence(template, values, answer.evidence)


_HEADS = (
    mark("Region"),
    mark("Real income"),
    mark("Gain a year"),
    mark("Exports before"),
    mark("Exports after"),
    mark("Imports before"),
    mark("Imports after"),
)


def _grid(pair: Pair, parts: Sequence[_Part], answer: _Answer, heading: Sentence, sheet: Sentence) -> Grid:
    told = answer.told
    before, after = told.before, told.after
    rows = []
    for part in parts:
        some = list(part.places)
        inside = _inside(told, part)
        levels = [
            _steady(float(level[some].sum()) - within)
            for level, within in zip(
                (before.exports, after.exports, before.imports, after.imports), (*inside, *inside), strict=True
            )
        ]
        gain = money(pair, _gain(told, some), signed=True)
        rows.append((part.name, _effect(_change(told, some)), gain, *(money(pair, level) for level in levels)))
    columns = tuple(Column(Sentence(head), label=k == 0) for k, head in enumerate(_HEADS))
    title = Sentence(mark("{heading}: what changes, {period}"), {"heading": heading, "period": when(pair.period)})
    largest = max(amount.value or 0.0 for _, _, *amounts in rows for amount in amounts if isinstance(amount, Amount))
    scale = scale_for([largest / 100])  # a table of large levels and small gains
    return Grid(sheet, title, columns, tuple(rows), (answer.evidence,), scale, pair.currency, wide=True)


def _inside(told: Counterfactual, part: _Part) -> tuple[float, float]:
    """Trade between the members of a side, before and after: it is no export of the side."""
    if part.together or len(part.places) < 2:
        return 0.0, 0.0
    members = [told.economy.regions[place] for place in part.places]
    rows = told.trade(members, members, home=False).rows()
    return sum(row["before"] for row in rows), sum(row["after"] for row in rows)


def _chart(parts: Sequence[_Part], answer: _Answer, heading: Sentence, key: str) -> Drawing:
    figures = tuple(_effect(_change(answer.told, part.places)).value for part in parts)
    title = Sentence(mark("{heading}: change of real income"), {"heading": heading}, answer.evidence)
    lines = (Line(Sentence(mark("change of real income")), figures),)
    return Drawing(f"what-if-{key}", "bars", title, tuple(part.name for part in parts), lines, Amount(None, "effect"))


def _model(economy: Economy, asked: Sequence[Section]) -> tuple[Sentence, ...]:
    """What is counted; model, closure, numeraire, elasticity; and what the answers are not."""
    counted = mark("goods and services") if _has_services(economy) else mark("goods alone")
    values: dict[str, Value] = {
        "regions": Amount(len(economy.regions), "count"),
        "sectors": Amount(len(economy.sectors), "count"),
        "counted": Sentence(counted),
    }
    model = mark(
        "These are answers of a model, not forecasts: general equilibrium (regions: {regions}, sectors: {sectors}), "
        "trade of {counted}, sales at home being production less exports. Imports less exports of every region stay as "
        "they are, in units of the numeraire (output of the world); trade that is not there does not begin."
    )
    limits = mark(
        "The trade elasticity is {theta}; it is taken from the literature and not estimated here. The answers are "
        "static and of the long run: all has adjusted, nothing else has changed, and what the way there costs is not "
        "in them."
    )
    theta = Amount(float(economy.elasticity.mean()), "ratio")
    known = next(part.sentences[0].evidence for part in asked if part.sentences)
    return Sentence(model, values, known), Sentence(limits, {"theta": theta}, known)
