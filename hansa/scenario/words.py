"""What a change alters, in words: a sentence for each, said in any language of the catalogue."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

from hansa.scenario.change import (
    Barrier,
    Change,
    Closure,
    Deficit,
    Membership,
    Productivity,
    Tariff,
    TradeCost,
    TradeEffect,
)
from hansa.scenario.schedule import Corridor, CorridorRow, TariffRow, TariffSchedule
from hansa.scenario.where import Side, Where
from hansa.wording.sentence import Amount, Name, Sentence, Value, mark

SHOWN = 8  # names in a list, before it says how many more there are
ROWS_SHOWN = 3  # rows of a table that stand in its sentence
_DIGITS = ("count", "hundred", "ratio", "index")  # kinds of amounts, by digits after the point


def said(change: Change) -> Sentence:
    """A change in words.

    >>> from hansa.wording import Words
    >>> Words("en").say(said(Tariff(Where(destination="XKA", product="wood"), rate=0.0375)))
    'all others → XKA, wood: the tariff becomes 3.75%.'
    """
    sentence: Callable[[Any], Sentence] = _SAID[type(change)]
    return sentence(change)


def _barrier(change: Barrier) -> Sentence:
    values = {
        "where": _where(change.where),
        "equivalent": _share(change.equivalent),
        "change": _growth(change.factor),
        "share": _share(abs(change.removed)),
    }
    if change.removed == 1:
        values.pop("share")
        template = mark(
            "{where}: a barrier equal to {equivalent} of the price is removed; trade costs change by {change}."
        )
    elif change.removed >= 0:
        template = mark(
            "{where}: a barrier equal to {equivalent} of the price falls by {share}; trade costs change by {change}."
        )
    else:
        template = mark(
            "{where}: a barrier equal to {equivalent} of the price rises by {share}; trade costs change by {change}."
        )
    return Sentence(template, values)


def _trade_cost(change: TradeCost) -> Sentence:
    template = mark("{where}: trade costs change by {change}.")
    return Sentence(template, {"where": _where(change.where), "change": _growth(change.factor)})


def _tariff(change: Tariff) -> Sentence:
    where: dict[str, Value] = {"where": _where(change.where)}
    if change.rate is not None:
        return Sentence(mark("{where}: the tariff becomes {rate}."), where | {"rate": _share(change.rate)})
    if change.factor == 0:
        return Sentence(mark("{where}: tariffs are abolished."), where)
    if change.factor is not None:
        template = mark("{where}: tariffs are multiplied by {factor}.")
        return Sentence(template, where | {"factor": _figure(change.factor)})
    points = change.points or 0.0
    template = (
        mark("{where}: tariffs fall by {points} percentage points.")
        if points < 0
        else mark("{where}: tariffs rise by {points} percentage points.")
    )
    return Sentence(template, where | {"points": _figure(100 * abs(points))})


def _schedule(change: TariffSchedule) -> Sentence:
    rows = _rows(
        change.rows, lambda row: Sentence("{where}: {rate}", {"where": _of_row(row), "rate": _share(row.rate)})
    )
    template = mark("Tariffs become those of a table, rows: {count} ({rows}).")
    return Sentence(template, {"count": Amount(len(change.rows), "count"), "rows": rows})


def _membership(change: Membership) -> Sentence:
    bloc = _side(Side(change.bloc, change.date))
    effects = []
    if change.joins:
        template = mark("{regions} joins {bloc}") if len(change.joins) == 1 else mark("{regions} join {bloc}")
        who = [Sentence(template, {"regions": _names(change.joins), "bloc": bloc})]
        effects = _effects(change, 1)
    else:
        who = []
    if change.leaves:
        template = mark("{regions} leaves {bloc}") if len(change.leaves) == 1 else mark("{regions} leave {bloc}")
        out = Sentence(template, {"regions": _names(change.leaves), "bloc": bloc})
        if who:
            first = _joined([*who, *effects], "; ")
            second = _joined([out, *_effects(change, -1)], "; ")
            return Sentence("{first}. {second}.", {"first": first, "second": second})
        who, effects = [out], _effects(change, -1)
    return Sentence("{first}.", {"first": _joined([*who, *effects], "; ")})


def _effects(change: Membership, sign: int) -> list[Sentence]:
    """What it does between those who come (1) or go (-1) and the members."""
    found = []
    if change.coefficient is not None:
        template = mark("trade with each member changes by {change} before prices adjust (coefficient {coefficient})")
        values: dict[str, Value] = {
            "change": _growth(math.exp(sign * change.coefficient)),
            "coefficient": _figure(change.coefficient),
        }
        found.append(Sentence(template, values))
    if change.equivalent is not None:
        template = mark("trade costs with each member change by {change}")
        found.append(Sentence(template, {"change": _growth((1 + change.equivalent) ** -sign)}))
    if change.tariff is not None:
        template = mark("tariffs between them and each member become {rate}")
        found.append(Sentence(template, {"rate": _share(change.tariff)}))
    return found


def _closure(change: Closure) -> Sentence:
    return Sentence(mark("{where}: trade is closed, exactly zero."), {"where": _where(change.where)})


def _effect(change: TradeEffect) -> Sentence:
    values: dict[str, Value] = {
        "where": _where(change.where),
        "change": _growth(change.factor),
        "coefficient": _figure(change.coefficient),
        "step": _figure(change.change),
    }
    if not change.term:
        template = mark(
            "{where}: trade changes by {change} before prices adjust (coefficient {coefficient}, its variable changes "
            "by {step})."
        )
        return Sentence(template, values)
    template = mark(
        "{where}: trade changes by {change} before prices adjust (coefficient of “{term}” {coefficient}, its variable "
        "changes by {step})."
    )
    return Sentence(template, values | {"term": change.term})


def _productivity(change: Productivity) -> Sentence:
    values: dict[str, Value] = {
        "region": _names(change.region) if change.region else Name(ALL_REGIONS, "word"),
        "products": _names(change.product, "product") if change.product else Name(ALL_SECTORS, "word"),
    }
    if change.factor is not None:
        main = Sentence(
            mark("{region}, {products}: productivity changes by {change}"), values | {"change": _growth(change.factor)}
        )
    else:
        template = mark(
            "{region}, {products}: a project of {value} (in the money of the economy) changes productivity by {share} "
            "of its ratio to output"
        )
        share = _share(change.scale or 0.0)
        main = Sentence(template, values | {"value": _figure(change.value or 0.0), "share": share})
    if change.cost is None:
        return Sentence("{main}.", {"main": main})
    template = mark("{main}; its stated cost is {cost}, which is taken from nobody's income.")
    return Sentence(template, {"main": main, "cost": _figure(change.cost)})


def _corridor(change: Corridor) -> Sentence:
    ratios = [row.after / row.before for row in change.rows]
    values: dict[str, Value] = {
        "count": Amount(len(change.rows), "count"),
        "low": _growth(min(ratios)),
        "high": _growth(max(ratios)),
        "rows": _rows(change.rows, lambda row: _cost_row(row, change.both)),
        "way": _way(change),
    }
    if min(ratios) == max(ratios):
        template = mark("A corridor changes the cost of transport by {low}, rows: {count} ({rows}); {way}.")
        values.pop("high")
    else:
        template = mark("A corridor changes the cost of transport by {low} to {high}, rows: {count} ({rows}); {way}.")
    return Sentence(template, values)


def _way(change: Corridor) -> Sentence:
    if change.by == "elasticity":
        template = mark("trade costs follow with an assumed elasticity of {figure}")
        return Sentence(template, {"figure": _figure(change.elasticity or 0.0)})
    if change.by == "estimate":
        template = mark("trade follows with an estimated coefficient of {figure}")
        return Sentence(template, {"figure": _figure(change.coefficient or 0.0)})
    values = [row.unit_value or change.unit_value or 0.0 for row in change.rows]
    if min(values) == max(values):
        template = mark("trade costs follow by its share in the value of what is carried ({figure} a unit)")
        return Sentence(template, {"figure": _figure(values[0])})
    template = mark("trade costs follow by its share in the value of what is carried ({low} to {high} a unit)")
    return Sentence(template, {"low": _figure(min(values)), "high": _figure(max(values))})


def _deficit(change: Deficit) -> Sentence:
    region = _names(change.region) if change.region else Name(ALL_REGIONS, "word")
    if change.factor == 0:
        return Sentence(mark("{region}: imports equal exports."), {"region": region})
    if change.factor is not None:
        template = mark("{region}: imports minus exports are multiplied by {factor}.")
        return Sentence(template, {"region": region, "factor": _figure(change.factor)})
    template = mark("{region}: imports minus exports become {value} (in the money of the economy).")
    return Sentence(template, {"region": region, "value": _figure(change.value or 0.0)})


ALL_OTHERS, ALL_REGIONS = mark("all others"), mark("all regions")
ALL_PRODUCTS, ALL_SECTORS = mark("all products"), mark("all sectors")

_SAID: dict[type, Callable[[Any], Sentence]] = {
    Barrier: _barrier,
    TradeCost: _trade_cost,
    Tariff: _tariff,
    TariffSchedule: _schedule,
    Membership: _membership,
    Closure: _closure,
    TradeEffect: _effect,
    Productivity: _productivity,
    Corridor: _corridor,
    Deficit: _deficit,
}


def _where(where: Where) -> Sentence:
    nobody = not where.origin and not where.destination
    ends = [
        _names(side) if side else Name(ALL_REGIONS if nobody else ALL_OTHERS, "word")
        for side in (where.origin, where.destination)
    ]
    products: Value = _names(where.product, "product") if where.product else Name(ALL_PRODUCTS, "word")
    template = "{origin} ↔ {destination}, {products}" if where.both else "{origin} → {destination}, {products}"
    return Sentence(template, {"origin": ends[0], "destination": ends[1], "products": products})


def _of_row(row: TariffRow | CorridorRow, both: bool = False) -> Sentence:
    return _where(Where((row.origin,), (row.destination,), (row.product,) if row.product else (), both))


def _cost_row(row: CorridorRow, both: bool) -> Sentence:
    values: dict[str, Value] = {"before": _figure(row.before), "after": _figure(row.after)}
    return Sentence(mark("{where}: from {before} to {after}"), {"where": _of_row(row, both), **values})


def _rows(rows: Sequence[Any], sentence: Callable[[Any], Sentence]) -> Sentence:
    shown = [sentence(row) for row in rows[:ROWS_SHOWN]]
    return _joined(shown, "; ", len(rows) - len(shown))


def _names(written: Sequence[str], kind: str = "region") -> Sentence:
    shown = [_side(Side.of(one)) if kind == "region" else Name(one, kind) for one in written[:SHOWN]]
    return _joined(shown, ", ", len(written) - len(shown))


def _side(side: Side) -> Value:
    if not side.date:
        return Name(side.name, "region")
    template = mark("{bloc} (as of {date})")
    return Sentence(template, {"bloc": Name(side.name, "region"), "date": Name(side.date, "period")})


def _joined(parts: Sequence[Value], sign: str, more: int = 0) -> Sentence:
    """Parts in a row; `more` is how many are not shown."""
    values: dict[str, Value] = {f"p{place}": part for place, part in enumerate(parts)}
    template = sign.join(f"{{{name}}}" for name in values)
    if not more:
        return Sentence(template, values)
    whole = Sentence(template, values)
    return Sentence(mark("{list} and {count} more"), {"list": whole, "count": Amount(more, "count")})


def _figure(value: float) -> Value:
    """A figure with as many digits as it has, up to three after the point; a smaller one as it is written."""
    for digits, kind in enumerate(_DIGITS):
        if abs(round(value, digits) - value) <= 1e-9 * max(1.0, abs(value)):
            return Amount(value, kind)
    return Amount(value, "index") if abs(value) >= 0.1 else f"{value:.3g}"


def _share(value: float) -> Sentence:
    """A fraction in per cent."""
    return Sentence(PER_CENT, {"figure": _figure(100 * value)})


def _growth(factor: float) -> Value:
    """A factor as a change in per cent."""
    change = factor - 1
    if 0 < abs(change) < 0.0005:  # would be read as none
        return Sentence(PER_CENT, {"figure": f"{100 * change:+.2g}"})
    return Amount(change, "growth")


PER_CENT = mark("{figure}%")
