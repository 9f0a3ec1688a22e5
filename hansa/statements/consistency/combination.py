"""What figures imply when they are combined: an exchange rate, a base, growth, a sum, a total."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import product
from statistics import median

from hansa.statements.claim import Claim
from hansa.statements.consistency.collection import MOST, Collection, Conversion, converted
from hansa.statements.consistency.disagreement import FACTOR
from hansa.statements.consistency.finding import (
    Figure,
    Finding,
    alike,
    between,
    claims_of,
    differences,
    distinct,
    in_reach,
    quoted,
    rate_said,
    remarks,
    row,
)
from hansa.statements.consistency.implied import Interval, growth_between, growth_of_sum, level_before, power_of_ten
from hansa.statements.consistency.subject import Subject, months, subject, title, when, year_before
from hansa.wording import Amount, Sentence, Value, mark

TOLERANCE = 0.1  # an implied rate agrees with one given within this share: the mean of a year is taken in many ways


def exchange_rates(collection: Collection) -> Iterator[Finding]:
    """Levels of one subject in two currencies, said apart, imply an exchange rate if they are of one aggregate."""
    for about in collection.named:
        if about.form != "level":
            continue
        units = sorted({one.unit for one in collection.facts(about) if len(one.unit) == 3})
        for place, one in enumerate(units):
            for other in units[place + 1 :]:
                for first, second in product(collection.at_hand(about, one), collection.at_hand(about, other)):
                    if _said_apart(first, second) and alike(first, second) and second.usual.low > 0 < first.usual.low:
                        yield _implied_rate(collection, first, second)


def conversions(collection: Collection) -> Iterator[Finding]:
    """Conversions between two currencies, by speakers or editors: those that agree, and those off by a power of ten."""
    for those in collection.conversions.values():
        usable = [one for one in those if one.usable]
        for one in those:
            if not one.usable:
                yield _odd_conversion(one, usable or [other for other in those if other is not one])
        if len(usable) > 1:
            yield _conversions_agree(usable)


def bases(collection: Collection) -> Iterator[Finding]:
    """A level and its growth, said together, imply the level before, where nothing else says it, and the increase."""
    seen: set[tuple[object, ...]] = set()
    for level, growth in _levels_with_growth(collection):
        key = (level.about, level.unit, level.stands_for, growth.stands_for)
        if key in seen or _before(collection, level):
            continue  # growth between two levels says the same, see `growths`
        seen.add(key)
        base = level_before(level.at_figure, growth.usual)
        value = level.value / (1 + growth.value)
        values: dict[str, Value] = {
            "subject": title(level.about),
            "level": level.shown,
            "growth": growth.shown,
            "base": between(value, base, "money", level.unit),
            "before": when(year_before(level.about.period)),
            "increase": Amount(level.value - value, "money", level.unit, signed=True),
        }
        template = mark("{subject}: {level} and {growth} imply {base} for {before}, a change of {increase}.")
        if level.at_figure != level.usual:
            template = mark(
                "{subject}: {level} and {growth} imply {base} for {before} (change {increase}) at the figure said."
            )
        computed = {"before": value, "low": base.low, "high": base.high, "increase": level.value - value}
        yield Finding("base", Sentence(template, values), claims_of([level, growth]), "implies", computed)


def growths(collection: Collection) -> Iterator[Finding]:
    """Levels of two years, said or known, imply growth; set beside the growth that was said."""
    for about in collection.named:
        if about.form != "level" or about.apart or about.measure == "balance":
            continue
        said = collection.facts(replace(about, form="growth"))
        for unit in dict.fromkeys(one.unit for one in collection.facts(about)):
            for level in (one for one in collection.at_hand(about, unit) if one.claim):
                for before in _before(collection, level):
                    grown = [one for one in said if alike(one, level)]
                    by_a_factor = max(level.value, before.value) >= FACTOR * min(level.value, before.value)
                    if before.usual.low > 0 < level.usual.low and alike(before, level) and (grown or not by_a_factor):
                        found = _growth(level, before, grown)
                        if found.outcome == "contradictory" or not before.vague:
                            yield found


def sums(collection: Collection) -> Iterator[Finding]:
    """Exports both ways add up to turnover."""
    for about in collection.said:
        if about.form != "level" or about.measure != "turnover" or not (about.a and about.b):
            continue
        ways = _both_ways(about)
        for unit in dict.fromkeys(one.unit for one in collection.facts(about)):
            totals = [one for one in collection.facts(about) if one.unit == unit]
            for first, second in product(*(collection.at_hand(way, unit) for way in ways)):
                if first.claim and second.claim and first.usual.low > 0 < second.usual.low:
                    yield from _sum(first, second, [one for one in totals if alike(one, first) and alike(one, second)])


def growth_of_sums(collection: Collection) -> Iterator[Finding]:
    """Growth of turnover follows from the levels and the growth of exports both ways."""
    for about in collection.said:
        if about.form != "growth" or about.measure != "turnover" or about.apart or not (about.a and about.b):
            continue
        said = _pairs_of_parts(collection, about)
        for (one, growth_one), (other, growth_other) in said:
            yield _growth_of_sum(collection.facts(about), (one, other), (growth_one, growth_other))


def totals(collection: Collection) -> Iterator[Finding]:
    """A level and its share in a total imply the total; tested where the total is known."""
    for about in collection.said:
        if about.form != "share" or not (about.a and about.b):
            continue
        for share in collection.at_hand(about, "%"):
            for level in _levels_of(collection, share):
                if share.usual.low > 0 < level.usual.low and alike(level, share):
                    whole = Subject(about.measure, "level", about.a, None, level.about.period)
                    yield _total(level, share, collection.at_hand(whole, level.unit))


def _levels_of(collection: Collection, share: Figure) -> list[Figure]:
    """What a share may be the share of: levels by the same voice before those by others.

    Where the period of the share is not said, the latest year of which the same voice gives a level.
    """
    about, claim = share.about, share.claim
    if claim is None:
        return []
    part = subject(about.measure, "level", about.a, about.b, about.period)
    years = [part] if claim.period else [replace(part, period=str(int((about.period or "0")[:4]) - n)) for n in (0, 1)]
    for year in years:
        units = dict.fromkeys(one.unit for one in (*collection.facts(year), *collection.known.get(year, ())))
        levels = [one for unit in units for one in collection.at_hand(year, unit)]
        own = [one for one in levels if one.claim and _same_voice(one.claim, claim)]
        if own or (levels and claim.period):
            return own or levels
    return []


def prices(collection: Collection) -> Iterator[Finding]:
    """Growth in value and in volume, said by one speaker, imply a change of prices."""
    for about in collection.said:
        if about.form != "growth" or about.apart != "volume":
            continue
        values = collection.facts(replace(about, apart=""))
        for volume in collection.facts(about)[:MOST]:
            for value in values:
                if value.claim and volume.claim and _same_voice(value.claim, volume.claim) and volume.usual.low > -1:
                    yield _price(value, volume)
                    break


def increments(collection: Collection) -> Iterator[Finding]:
    """An increase as a share of the increase that a level and its growth imply."""
    grown: dict[tuple[str, str | None, str], list[tuple[Figure, Figure]]] = defaultdict(list)
    for level, growth in _levels_with_growth(collection):
        if level.claim and level.about.measure in ("turnover", "exports"):
            grown[level.claim.document, level.claim.speaker, level.unit].append((level, growth))
    for claim in collection.claims:
        if claim.form != "change" or claim.converts or claim.forecast or claim.measure not in ("exports", "imports"):
            continue
        for level, growth in grown.get((claim.document, claim.speaker, claim.unit), ()):
            if _part_of(claim, level) and growth.value > 0 < claim.value and in_reach(claim):
                yield _increment(claim, level, growth)


COMBINATIONS: tuple[Callable[[Collection], Iterator[Finding]], ...] = (
    exchange_rates,
    conversions,
    bases,
    growths,
    sums,
    growth_of_sums,
    totals,
    prices,
    increments,
)


# ---- exchange rates -------------------------------------------------------------------------------------------------
def _said_apart(one: Figure, other: Figure) -> bool:
    """Not in one sentence, where the one is a conversion of the other."""
    a, b = one.claim, other.claim
    return a is not None and b is not None and (a.document, a.sentence) != (b.document, b.sentence)


def _implied_rate(collection: Collection, first: Figure, second: Figure) -> Finding:
    """In units of the currency that is worth less per unit of the other."""
    if first.value < second.value:
        first, second = second, first
    reach, value = first.usual.over(second.usual), first.value / second.value
    values: dict[str, Value] = {
        "subject": title(first.about),
        "one": first.shown,
        "other": second.shown,
        "rate": rate_said(value, reach, first.unit, second.unit),
    }
    pieces = [Sentence(mark("{subject}: {one} and {other} imply {rate} if they are of one aggregate."), values)]
    outcome, computed = "implies", {"rate": value, "low": reach.low, "high": reach.high}
    given = collection.given(first.unit, second.unit, first.about.period)
    if given:
        fits = not reach.apart(Interval(given.value * (1 - TOLERANCE), given.value * (1 + TOLERANCE)))
        outcome = "consistent" if fits else "contradictory"
        computed["given"] = given.value
        agrees, does_not = mark("The rate given, {given}, agrees."), mark("The rate given, {given}, does not agree.")
        pieces.append(Sentence(agrees if fits else does_not, {"given": given.source}))
    elif used := collection.used(first.unit, second.unit):
        pieces.append(Sentence(mark("Conversions use {used}."), {"used": used.source}))
        if used.years == {(first.about.period or "")[:4]}:
            outcome = "contradictory" if reach.apart(used.reach) else "consistent"
    claims = claims_of([first, second])
    sentence = remarks([*pieces, *differences(claims)])
    weight = abs(value / given.value - 1) if given else 0.0
    return Finding("exchange rate", sentence, claims, outcome, computed, weight)


def _larger(one: Conversion) -> tuple[float, Interval, str, str]:
    """The rate in units of the currency that is worth less, as rates are read."""
    if one.value >= 1:
        return one.value, one.rate, one.money, one.per
    return 1 / one.value, Interval(1 / one.rate.high, 1 / one.rate.low), one.per, one.money


def _odd_conversion(one: Conversion, others: Sequence[Conversion]) -> Finding:
    usual = median(other.value for other in others)
    off = one.value / usual
    low = usual < 1
    value, typical = (1 / one.value, 1 / usual) if low else (one.value, usual)
    money, per = (one.per, one.money) if low else (one.money, one.per)
    digits = 4 if value < 0.1 else 2
    factor = Amount(10.0 ** abs(power_of_ten(off)), "count")
    values: dict[str, Value] = {
        "conversion": converted(*one.claims),
        "rate": f"{value:.{digits}f}",
        "money": money,
        "per": per,
        "typical": Amount(typical, "ratio"),
        "factor": factor,
        "others": row(converted(*other.claims) for other in others[:2]),
    }
    template = mark(
        "{conversion} implies {rate} {money} per {per}; other conversions imply {typical} ({others}): they differ by a "
        "factor of {factor}."
    )
    claims = (*one.claims, *(claim for other in others[:2] for claim in other.claims))
    computed = {"rate": value, "others": typical, "factor": max(off, 1 / off)}
    return Finding("conversion", Sentence(template, values), claims, "outlier", computed, abs(power_of_ten(off)) / 3)


def _conversions_agree(usable: Sequence[Conversion]) -> Finding:
    rates = sorted((_larger(one) for one in usable), key=lambda rate: rate[0])
    (low, _, money, per), (high, *_) = rates[0], rates[-1]
    values: dict[str, Value] = {
        "count": Amount(len(usable), "count"),
        "low": Amount(low, "ratio"),
        "high": Amount(high, "ratio"),
        "money": money,
        "per": per,
        "conversions": row(converted(*one.claims) for one in usable[:4]),
    }
    template = mark("{count} conversions imply {low} to {high} {money} per {per}: {conversions}.")
    claims = tuple(dict.fromkeys(claim for one in usable for claim in one.claims))
    return Finding("conversion", Sentence(template, values), claims, "consistent", {"low": low, "high": high})


# ---- levels and growth ----------------------------------------------------------------------------------------------
def _levels_with_growth(collection: Collection) -> Iterator[tuple[Figure, Figure]]:
    """Levels and growth of one subject said by one speaker in one document."""
    for about in collection.said:
        if about.form == "growth" and not about.apart:
            yield from _with_growth(collection, about)


def _with_growth(collection: Collection, about: Subject) -> Iterator[tuple[Figure, Figure]]:
    levels: dict[tuple[str, str | None], list[Figure]] = defaultdict(list)
    for level in collection.facts(replace(about, form="level")):
        if level.claim:
            levels[level.claim.document, level.claim.speaker].append(level)
    for growth in collection.facts(about):
        if growth.claim and growth.unit == "%" and growth.usual.low > -1:
            for level in levels.pop((growth.claim.document, growth.claim.speaker), ()):
                if alike(level, growth) and level.usual.low > 0:
                    yield level, growth


def _before(collection: Collection, level: Figure) -> list[Figure]:
    about = replace(level.about, period=year_before(level.about.period))
    return collection.at_hand(about, level.unit)


def _growth(level: Figure, before: Figure, said: list[Figure]) -> Finding:
    reach = growth_between(before.usual, level.usual)
    value = level.value / before.value - 1
    fit, misfit = [one for one in said if not one.strict.apart(reach)], [one for one in said if one.strict.apart(reach)]
    values: dict[str, Value] = {
        "subject": title(level.about),
        "level": level.shown,
        "before": before.shown,
        "period": when(before.about.period),
        "growth": between(value, reach, "growth"),
    }
    pieces = [Sentence(mark("{subject}: {level} against {before} for {period} is {growth}."), values)]
    pieces += _fitting(fit, misfit)
    own = [one for one in misfit if one.claim and level.claim and _same_voice(one.claim, level.claim)]
    outcome = "implies" if not said else "contradictory" if own or not fit else "consistent"
    computed = {"growth": value, "low": reach.low, "high": reach.high}
    claims = claims_of([level, before, *fit, *misfit])
    weight = (
        min((abs(one.value - value) for one in (own or misfit)), default=0.0) if outcome == "contradictory" else 0.0
    )
    return Finding("growth", remarks([*pieces, *differences(claims)]), claims, outcome, computed, weight)


def _same_voice(one: Claim, other: Claim) -> bool:
    return (one.document, one.speaker) == (other.document, other.speaker)


def _fitting(fit: Sequence[Figure], misfit: Sequence[Figure]) -> list[Sentence]:
    pieces = []
    if fit:
        pieces.append(Sentence(mark("With this goes {said}."), {"said": row(one.shown for one in distinct(fit))}))
    if misfit:
        pieces.append(
            Sentence(mark("With this does not go {said}."), {"said": row(one.shown for one in distinct(misfit))})
        )
    return pieces


def _price(value: Figure, volume: Figure) -> Finding:
    one, other = (Interval(1 + growth.usual.low, 1 + growth.usual.high) for growth in (value, volume))
    ratio, change = one.over(other), (1 + value.value) / (1 + volume.value) - 1
    reach = Interval(ratio.low - 1, ratio.high - 1)
    values: dict[str, Value] = {
        "subject": title(value.about),
        "value": value.shown,
        "volume": volume.shown,
        "change": between(change, reach, "growth"),
    }
    template = mark("{subject}: {value} and, in volume, {volume} imply a change of prices of {change}.")
    computed = {"prices": change, "low": reach.low, "high": reach.high}
    return Finding("prices", Sentence(template, values), claims_of([value, volume]), "implies", computed)


# ---- sums -----------------------------------------------------------------------------------------------------------
def _both_ways(about: Subject) -> tuple[Subject, Subject]:
    return (
        subject("exports", "level", about.a, about.b, about.period),
        subject("exports", "level", about.b, about.a, about.period),
    )


def _sum(first: Figure, second: Figure, whole: list[Figure]) -> Iterator[Finding]:
    reach, value = first.usual.plus(second.usual), first.value + second.value
    fit = [one for one in whole if not one.usual.apart(reach)]
    misfit = [one for one in whole if one.usual.apart(reach)]
    for those, outcome in ((fit, "consistent"), (misfit, "contradictory")):
        if those:
            values: dict[str, Value] = {
                "subject": title(those[0].about),
                "one": first.shown,
                "other": second.shown,
                "sum": between(value, reach, "money", first.unit),
            }
            pieces = [Sentence(mark("{subject}: {one} and {other} add up to {sum}."), values)]
            pieces += _fitting(those, ()) if outcome == "consistent" else _fitting((), those)
            claims = claims_of([first, second, *those])
            off = min(abs(one.value / value - 1) for one in those)
            computed = {"sum": value, "low": reach.low, "high": reach.high, "said": those[0].value}
            yield Finding("sum", remarks([*pieces, *differences(claims)]), claims, outcome, computed, off)


def _pairs_of_parts(
    collection: Collection, about: Subject
) -> Iterator[tuple[tuple[Figure, Figure], tuple[Figure, Figure]]]:
    """Level and growth of exports, as said together, one way and the other, in one unit."""
    grown = []
    for way in _both_ways(about):
        rows: dict[tuple[object, ...], tuple[Figure, Figure]] = {}
        for level, growth in _with_growth(collection, replace(way, form="growth")):
            rows.setdefault((level.unit, *level.stands_for, *growth.stands_for), (level, growth))
            if len(rows) >= MOST:
                break
        grown.append(list(rows.values()))
    for one, other in product(*grown):
        if one[0].unit == other[0].unit and alike(one[0], other[0]):
            yield one, other


def _growth_of_sum(said: list[Figure], levels: tuple[Figure, Figure], grown: tuple[Figure, Figure]) -> Finding:
    reach = growth_of_sum((levels[0].usual, levels[1].usual), (grown[0].usual, grown[1].usual))
    base = sum(level.value / (1 + growth.value) for level, growth in zip(levels, grown, strict=True))
    value = sum(level.value for level in levels) / base - 1
    fit, misfit = [one for one in said if not one.strict.apart(reach)], [one for one in said if one.strict.apart(reach)]
    values: dict[str, Value] = {
        "subject": title(said[0].about) if said else "",
        "parts": row(one.shown for pair in zip(levels, grown, strict=True) for one in pair),
        "growth": between(value, reach, "growth"),
    }
    pieces = [Sentence(mark("{subject}: {parts} imply {growth} for the sum."), values), *_fitting(fit, misfit)]
    claims = claims_of([*levels, *grown, *fit, *misfit])
    own = [one for one in misfit if one.claim and levels[0].claim and _same_voice(one.claim, levels[0].claim)]
    outcome = "contradictory" if own or not fit else "consistent"
    computed = {"growth": value, "low": reach.low, "high": reach.high, "before": base}
    weight = (
        min((abs(one.value - value) for one in (own or misfit)), default=0.0) if outcome == "contradictory" else 0.0
    )
    return Finding("growth of sum", remarks([*pieces, *differences(claims)]), claims, outcome, computed, weight)


# ---- shares ---------------------------------------------------------------------------------------------------------
def _total(level: Figure, share: Figure, known: list[Figure]) -> Finding:
    reach, value = level.usual.over(share.usual), level.value / share.value
    values: dict[str, Value] = {
        "subject": title(replace(share.about, period=level.about.period)),
        "share": share.shown,
        "level": level.shown,
        "total": between(value, reach, "money", level.unit),
    }
    pieces = [
        Sentence(mark("{subject}: {share} of a total of which {level} is a part implies {total} in all."), values)
    ]
    fit = [one for one in known if not one.usual.apart(reach)]
    misfit = [one for one in known if one.usual.apart(reach)]
    outcome = "implies" if not known else "contradictory" if misfit else "consistent"
    claims = claims_of([share, level, *known])
    computed = {"total": value, "low": reach.low, "high": reach.high}
    if known:
        computed |= {"known": known[0].value, "share": level.value / known[0].value}
    pieces += _fitting(fit, misfit)
    if share.claim and not share.claim.period:
        pieces.append(Sentence(mark("Of which period the share is, is not said.")))
    return Finding("total", remarks([*pieces, *differences(claims)]), claims, outcome, computed)


def _part_of(claim: Claim, level: Figure) -> bool:
    """Whether an increase is of a part of a quantity, in the same months as far as it is said."""
    if frozenset((claim.region, claim.partner)) != level.about.pair or level.about.measure != "turnover":
        return False
    return claim.period is None or months(claim.period) == months(level.about.period)


def _increment(claim: Claim, level: Figure, growth: Figure) -> Finding:
    from_level = level.value - level.value / (1 + growth.value)
    share = claim.value / from_level
    values: dict[str, Value] = {
        "increment": quoted(claim),
        "share": Amount(share, "share"),
        "increase": Amount(from_level, "money", level.unit, signed=True),
        "level": level.shown,
        "growth": growth.shown,
    }
    said = mark("{increment} is {share} of the change of {increase} that {level} and {growth} imply.")
    if_so = mark(
        "If of the same period, {increment} is {share} of the change of {increase} that {level} and {growth} imply."
    )
    sentence = Sentence(said if claim.period else if_so, values)
    computed = {"increment": claim.value, "increase": from_level, "share": share}
    return Finding("increment", sentence, (claim, *claims_of([level, growth])), "implies", computed)
