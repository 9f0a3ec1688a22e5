"""What several people say of the same thing, where it does not go together."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from statistics import median

from hansa.statements.consistency.collection import Collection, Rate
from hansa.statements.consistency.finding import (
    Figure,
    Finding,
    alike,
    claims_of,
    differences,
    distinct,
    remarks,
    row,
    sides,
)
from hansa.statements.consistency.implied import Interval, camps, common
from hansa.statements.consistency.subject import Subject, months, title, when
from hansa.wording import Amount, Sentence, Value, mark

NEAREST = 16  # facts on each side of a forecast that it is compared with
AT_MOST = 4  # statements that an outlier is shown against
BEYOND = 1e9  # no slip of a scale word is larger; such a figure is of something else
FACTOR = 1.8  # a level that differs from its neighbours in time by this factor at least is an outlier
Merged = tuple[tuple[str, str], ...]


def contradictions(collection: Collection) -> Iterator[Finding]:
    """Figures of one subject of which no two can hold together; those of the same sentences are one finding."""
    by_sentences: dict[Merged, list[tuple[Subject, list[Figure]]]] = defaultdict(list)
    for about in collection.named:
        facts = collection.facts(about)
        for figures in _by_unit(facts):
            if any(not common([one.strict for one in world]) for world in _worlds(figures)):
                by_sentences[_sentences(figures)].append((about, figures))
    for together in by_sentences.values():
        yield _contradiction(together)


def forecasts(collection: Collection) -> Iterator[Finding]:
    """A forecast beside what was said to have come about: missed, or met."""
    for about in collection.named:
        said = collection.said[about]
        ahead = {
            (one.unit, one.stands_for, one.claim.speaker, one.claim.spoken): one
            for one in said
            if one.claim and one.claim.forecast
        }
        facts: dict[str, list[Figure]] = defaultdict(list)
        for fact in sorted(collection.facts(about), key=lambda one: one.value) if ahead else ():
            facts[fact.unit].append(fact)
        for figure in ahead.values():
            place = bisect_left(facts[figure.unit], figure.value, key=lambda one: one.value)
            near = facts[figure.unit][max(0, place - NEAREST) : place + NEAREST]
            later = [one for one in near if _later(one, figure) and alike(one, figure)]
            if later:
                yield _forecast(figure, later)


def forecasts_apart(collection: Collection) -> Iterator[Finding]:
    """Forecasts of one subject that differ."""
    for about in collection.named:
        said = collection.said[about]
        ahead = [one for one in said if one.claim and one.claim.forecast]
        for figures in _by_unit(ahead):
            if any(not common([one.strict for one in world]) for world in _worlds(figures)):
                yield replace(_contradiction([(about, figures)]), kind="forecasts apart", weight=0.0)


def parts(collection: Collection) -> Iterator[Finding]:
    """A level for some months beside one for a longer time that includes them: a part cannot exceed the whole."""
    by_series: dict[tuple[object, ...], dict[Subject, list[Figure]]] = defaultdict(dict)
    for about in collection.said:
        span = months(about.period) if about.form == "level" and about.measure != "balance" else None
        facts = [one for one in collection.facts(about) if one.usual.low > 0]
        if span and span[0] // 12 == span[1] // 12 and facts:
            by_series[(*about.series, about.apart, span[0] // 12)][about] = facts
    for subjects in by_series.values():
        for part, of_part in subjects.items():
            for whole, of_whole in subjects.items():
                if part != whole and _inside(part, whole):
                    yield from _parts_too_large(collection, of_part, of_whole)


def ranks(collection: Collection) -> Iterator[Finding]:
    """A place among the members of a bloc cannot be worse than the place among all."""
    for about in collection.said:
        if about.form == "rank" and about.apart not in ("", "all"):
            within = collection.facts(about)
            for among_all in collection.facts(replace(about, apart="all"))[:1]:
                for figure in within:
                    if figure.value > among_all.value:
                        values: dict[str, Value] = {"one": figure.shown, "other": among_all.shown}
                        template = mark("{one} is a worse place among fewer than {other} among all.")
                        yield Finding(
                            "ranks", Sentence(template, values), claims_of([figure, among_all]), "contradictory"
                        )


def outliers(collection: Collection) -> Iterator[Finding]:
    """Yearly levels that differ by a factor from those of the same and the neighbouring years, converted if need be."""
    by_series: dict[tuple[object, ...], list[Figure]] = defaultdict(list)
    for about in dict.fromkeys((*collection.named, *collection.known)):
        span = months(about.period)
        if about.form == "level" and about.measure != "balance" and span and span[1] - span[0] == 11:
            figures = [*collection.facts(about), *collection.known.get(about, ())]
            by_series[(*about.series, about.apart)] += [one for one in figures if one.value > 0]
    for figures in filter(None, by_series.values()):
        yield from _outliers_of(collection, figures)


DISAGREEMENTS: tuple[Callable[[Collection], Iterator[Finding]], ...] = (
    contradictions,
    forecasts,
    forecasts_apart,
    parts,
    ranks,
    outliers,
)


# ---- one subject ----------------------------------------------------------------------------------------------------
def _by_unit(figures: Sequence[Figure]) -> list[list[Figure]]:
    found: dict[str, list[Figure]] = defaultdict(list)
    for figure in figures:
        found[figure.unit].append(figure)
    return [those for those in found.values() if len(those) > 1]


def _worlds(figures: Sequence[Figure]) -> Iterator[list[Figure]]:
    """The figures that speak of one aggregate, for each choice of what those mean that do not say."""
    claims = [one.claim for one in figures if one.claim]
    scopes: list[str | None] = [*sorted({claim.scope for claim in claims if claim.scope})]
    bases: list[str | None] = [*sorted({claim.basis for claim in claims if claim.basis})]
    for scope in scopes or [None]:
        for basis in bases or [None]:
            yield [
                one
                for one in figures
                if one.claim and one.claim.scope in (scope, None) and one.claim.basis in (basis, None)
            ]


def _sentences(figures: Sequence[Figure]) -> Merged:
    return tuple(sorted({(one.claim.document, one.claim.sentence or one.claim.key) for one in figures if one.claim}))


def _contradiction(together: list[tuple[Subject, list[Figure]]]) -> Finding:
    pieces, concerned, gaps = [], [], []
    computed: dict[str, float] = {}
    for about, figures in together:
        grouped = [[figures[k] for k in camp] for camp in camps([one.strict for one in figures])]
        quotes = sides(row(one.shown for one in distinct(camp)) for camp in grouped)
        pieces.append(Sentence(mark("{subject}: {sides}."), {"subject": title(about), "sides": quotes}))
        ordered = [one for camp in grouped for one in camp]
        concerned += ordered
        low, high = min(one.value for one in figures), max(one.value for one in figures)
        computed |= {f"lowest {about.measure}": low, f"highest {about.measure}": high}
        gaps.append(_distance(low, high, figures[0].about.form))
    claims = claims_of(concerned)
    sentence = remarks([*pieces, *differences(claims)])
    return Finding("contradiction", sentence, claims, "contradictory", computed, max(gaps))


def _distance(low: float, high: float, form: str) -> float:
    """How far two figures lie apart: growth and shares in points, others as a share of the lower."""
    if form in ("growth", "share") or low <= 0:
        return high - low if form in ("growth", "share") else 1.0
    return high / low - 1


# ---- forecasts ------------------------------------------------------------------------------------------------------
def _later(one: Figure, forecast: Figure) -> bool:
    a, b = one.claim, forecast.claim
    return bool(a and b and (not a.spoken or not b.spoken or a.spoken >= b.spoken))


def _forecast(figure: Figure, later: list[Figure]) -> Finding:
    met = [one for one in later if not one.strict.apart(figure.strict)]
    missed = [one for one in later if one.strict.apart(figure.strict)]
    values: dict[str, Value] = {"subject": title(figure.about), "forecast": figure.shown}
    for name, those in (("met", met), ("missed", missed)):
        if those:
            values[name] = row(one.shown for one in distinct(those))
    computed = {"forecast": figure.value}
    if missed and not met:
        nearest = min(missed, key=lambda one: abs(one.value - figure.value))
        off, values["off"] = _off(figure, nearest)
        computed |= {"said later": nearest.value, "off": off}
        template = mark("{subject}: {forecast} was a forecast; later {missed} was said, {off} against it.")
    elif missed:
        template = mark("{subject}: {forecast} was a forecast; later {met} agrees with it, {missed} does not.")
    else:
        template = mark("{subject}: {forecast} was a forecast; later {met} agrees with it.")
    sentence = remarks([Sentence(template, values), *differences(claims_of([figure, *later]))])
    outcome = "consistent" if met else "forecast missed"
    return Finding(
        "forecast", sentence, claims_of([figure, *met, *missed]), outcome, computed, abs(computed.get("off", 0))
    )


def _off(forecast: Figure, later: Figure) -> tuple[float, Amount]:
    """How far what came lies from a forecast: in points, in places or counts, else as a share of it."""
    if forecast.about.form in ("growth", "share"):
        return later.value - forecast.value, Amount(later.value - forecast.value, "points")
    if forecast.about.form == "rank" or forecast.value == 0:
        return later.value - forecast.value, Amount(later.value - forecast.value, "count")
    return later.value / forecast.value - 1, Amount(later.value / forecast.value - 1, "growth")


# ---- a part and its whole -------------------------------------------------------------------------------------------
def _inside(part: Subject, whole: Subject) -> bool:
    a, b = months(part.period), months(whole.period)
    return bool(a and b and b[0] <= a[0] and a[1] <= b[1])


def _parts_too_large(collection: Collection, of_part: list[Figure], of_whole: list[Figure]) -> Iterator[Finding]:
    """The largest figure of the part against the smallest of the whole: in one currency, else converted."""
    found: list[tuple[int, Figure, Figure, Rate | None]] = []
    units = dict.fromkeys(one.unit for one in of_part)
    for unit in units:
        part = max((one for one in of_part if one.unit == unit), key=lambda one: one.usual.low)
        for other in dict.fromkeys(one.unit for one in of_whole):
            whole = min((one for one in of_whole if one.unit == other), key=lambda one: one.usual.high)
            rate = None if unit == other else collection.rate(unit, other, part.about.period)
            if not alike(part, whole) or (unit != other and rate is None):
                continue
            reach = part.usual.over(rate.reach) if rate else part.usual
            if reach.low > whole.usual.high:
                found.append((rate.steps if rate else 0, part, whole, rate))
    if found:
        _, part, whole, rate = min(found, key=lambda one: one[0])
        yield _part_too_large(part, whole, rate)


def _part_too_large(part: Figure, whole: Figure, rate: Rate | None) -> Finding:
    value = part.value / rate.value if rate else part.value
    values: dict[str, Value] = {
        "subject": title(part.about),
        "part": part.shown,
        "whole": whole.shown,
        "longer": when(whole.about.period),
        "amount": Amount(value, "money", whole.unit),
    }
    pieces = [Sentence(mark("{subject}: {part} is more than {whole} for {longer}, of which it is a part."), values)]
    del values["amount"]
    if rate:
        converted: dict[str, Value] = {"amount": Amount(value, "money", whole.unit), "rate": rate.source}
        pieces.append(Sentence(mark("It is {amount}, converted at {rate}."), converted))
    claims = claims_of([part, whole])
    sentence = remarks([*pieces, *differences(claims)])
    computed = {"part": value, "whole": whole.value}
    return Finding("part exceeds whole", sentence, claims, "contradictory", computed, value / whole.value - 1)


# ---- outliers by a factor -------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Statement:
    """What one speaker says in one document of one year: level in the common currency, and the figures behind it."""

    who: tuple[object, ...]
    year: int
    level: float
    figures: tuple[Figure, ...]


def _outliers_of(collection: Collection, figures: list[Figure]) -> Iterator[Finding]:
    """Each statement against the middle of the others within a year of it."""
    units: dict[str, int] = defaultdict(int)
    for figure in figures:
        units[figure.unit] += 1
    common_unit = max(units, key=lambda unit: (units[unit], unit))
    statements = _statements(collection, figures, common_unit)
    by_year: dict[int, list[Statement]] = defaultdict(list)
    for statement in statements:
        by_year[statement.year].append(statement)
    windows = {}
    for year in by_year:
        near = [one for y in (year - 1, year, year + 1) for one in by_year.get(y, ())]
        windows[year] = sorted(near, key=lambda one: one.level)
    flagged: set[tuple[object, ...]] = set()
    for one in statements:
        window = windows[one.year]
        if window[-1].level < FACTOR * window[0].level or not any(figure.claim for figure in one.figures):
            continue
        others = _middle_ones(window, one)
        middle = median(other.level for other in others[: 1 + len(window) % 2])
        if not FACTOR <= max(one.level, middle) / min(one.level, middle) < BEYOND:
            continue
        if len(window) == 2 and others[0].who in flagged:  # of two alone, one finding says it
            continue
        flagged.add(one.who)
        yield _outlier(collection, one, others, middle, common_unit)


def _middle_ones(window: list[Statement], one: Statement) -> list[Statement]:
    """The statements nearest the middle of a window sorted by level, without one of them."""
    place = bisect_left(window, one.level, key=lambda other: other.level)
    while window[place] is not one:
        place += 1
    count = len(window) - 1
    picks = sorted(
        range(max(0, count // 2 - AT_MOST), min(count, count // 2 + AT_MOST)), key=lambda k: abs(2 * k + 1 - count)
    )
    return [window[k + (k >= place)] for k in picks[:AT_MOST]]


def _statements(collection: Collection, figures: list[Figure], unit: str) -> list[Statement]:
    """Figures of one speaker in one document for one year count once, in the common currency if a rate is at hand."""
    grouped: dict[tuple[object, ...], list[Figure]] = defaultdict(list)
    for figure in figures:
        claim = figure.claim
        who = (claim.document, claim.speaker) if claim else ("known", str(figure.shown.values.get("source")))
        grouped[(*who, figure.about.period)].append(figure)
    found: list[Statement] = []
    for key, those in grouped.items():
        levels = []
        for figure in those:
            rate = Rate(1.0, Interval(1, 1), figure.shown)
            found_rate = rate if figure.unit == unit else collection.rate(figure.unit, unit, figure.about.period)
            if found_rate:
                levels.append(figure.value / found_rate.value)
        span = months(those[0].about.period)
        if levels and span:
            found.append(Statement(key, span[0] // 12, median(levels), tuple(those)))
    return found


def _outlier(collection: Collection, one: Statement, near: list[Statement], middle: float, unit: str) -> Finding:
    those, level = one.figures, one.level
    others = [figure for other in near for figure in other.figures]
    values: dict[str, Value] = {
        "subject": title(those[0].about),
        "said": row(one.shown for one in distinct(those)),
        "factor": Amount(level / middle if level > middle else middle / level, "ratio"),
        "others": row(
            Sentence(mark("{shown}, {period}"), {"shown": other.shown, "period": when(other.about.period)})
            for other in distinct(others)
        ),
    }
    more = mark(
        "{subject}: {said} is {factor} times the middle of what else is said of it and of neighbouring years: {others}."
    )
    less = mark(
        "{subject}: the middle of what else is said of it and of neighbouring years is {factor} times {said}: {others}."
    )
    pieces = [Sentence(more if level > middle else less, values)]
    rates = [(f, collection.rate(f.unit, unit, f.about.period)) for f in those if f.unit != unit]
    at_hand = [(figure, rate) for figure, rate in rates if rate]
    if at_hand:
        figure, rate = min(at_hand, key=lambda one: one[1].steps)
        amount = Amount(figure.value / rate.value, "money", unit)
        pieces.append(Sentence(mark("It is {amount}, converted at {rate}."), {"amount": amount, "rate": rate.source}))
    claims = claims_of([*those, *others])
    factor = max(level, middle) / min(level, middle)
    computed = {"level": level, "middle of the others": middle, "factor": factor}
    return Finding("outlier", remarks([*pieces, *differences(claims)]), claims, "outlier", computed, factor - 1)
