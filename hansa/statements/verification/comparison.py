"""Growth, change and multiples: a level against that of an earlier period, in value, at constant prices, by volume."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from hansa import period as periods
from hansa.statements.verification.choice import CONSTANT, Choice
from hansa.statements.verification.exchange import DOLLAR
from hansa.statements.verification.holdings import made_of, side_tables, values_of
from hansa.statements.verification.known_by import Figure, command_of, known_by, notes_of
from hansa.statements.verification.lacking import Lacking, no_deflator, not_covered
from hansa.statements.verification.ledger import PAIR, Ledger
from hansa.statements.verification.level import Level, asking, level
from hansa.statements.verification.question import MEASURE_NAMES, Period, Question
from hansa.statements.verification.shown import flow_of, said, shown
from hansa.trade.growth_rate import compound
from hansa.trade.indicators.series import years_between
from hansa.wording import Amount, Name, Sentence, Value, mark


def compared_levels(ledger: Ledger, asked: Question, choice: Choice) -> Figure:
    """A level less, over, or in growth upon that of the base (the same stretch a year before, where none is chosen).

    Raises
    ------
    Lacking : a period is not covered, or there was no trade in the base.
    """
    base = choice.base or choice.period.years(-1)
    now, then = (level(ledger, asked, choice, period) for period in (choice.period, base))
    values: dict[str, Value] = {
        "measure": Name(MEASURE_NAMES[choice.measure], "word"),
        "flow": flow_of(asked, choice.measure),
        "now": now.amount,
        "then": then.amount,
        "period": said(choice.period),
        "base": said(base),
    }
    if asked.form == "change":
        value = now.value - then.value
        values["figure"] = replace(now.amount, value=value, signed=True)
        template = mark("{measure}, {flow}: {now} in {period} less {then} in {base} is {figure}.")
        return known_by(ledger, asked, choice, value, Sentence(template, values), now, "", None, then)
    if not then.value:
        raise Lacking(
            "no data",
            Sentence(mark("There was no trade in {base} to compare with."), {"base": said(base)}),
        )
    factor = now.value / then.value
    template = mark("{measure}, {flow}: {now} in {period} against {then} in {base} is {figure}.")
    if choice.prices == CONSTANT:
        prices = _price_change(ledger, asked, choice, now, then)
        factor /= prices
        values["prices"] = Amount(prices - 1, "growth")
        template = mark(
            "{measure}, {flow}: {now} in {period} against {then} in {base}, prices {prices}, "
            "is {figure} at constant prices."
        )
    value = _compared(asked, factor, base, choice.period)
    values["figure"] = shown(value, "times" if asked.form == "multiple" else "%")
    if asked.form == "average":
        template = (
            mark(
                "{measure}, {flow}: {now} in {period} against {then} in {base}, prices {prices}, is {figure} a year on "
                "average at constant prices."
            )
            if choice.prices == CONSTANT
            else mark("{measure}, {flow}: {now} in {period} against {then} in {base} is {figure} a year on average.")
        )
    if asked.form == "multiple":
        template = (
            mark("{measure}, {flow}: {now} in {period} is {figure} times the {then} in {base}, at constant prices.")
            if choice.prices == CONSTANT
            else mark("{measure}, {flow}: {now} in {period} is {figure} times the {then} in {base}.")
        )
    method, more = _growth_method(asked, choice, now, then)
    return known_by(ledger, asked, choice, value, Sentence(template, values), now, method, more, then)


def _compared(asked: Question, factor: float, base: Period, period: Period) -> float:
    """A factor as the claim says it: times as much, growth in per cent, or growth a year in per cent."""
    if asked.form == "multiple":
        return factor
    if asked.form != "average":
        return 100 * (factor - 1)
    if factor <= 0:
        raise Lacking("no data", Sentence(mark("There is no growth a year between a value above zero and one below.")))
    years = years_between(base.last, period.last)
    return 100 * float(compound(np.array(1.0), np.array(factor), years))


def _growth_method(asked: Question, choice: Choice, now: Level, then: Level) -> tuple[str, dict[str, Any]]:
    """The indicator that gives this growth by itself; the measure compared where none does (sums of months)."""
    if (
        asked.form not in ("growth", "average")
        or len(now.parts) > 1
        or len(then.parts) > 1
        or now.rhythm != then.rhythm
    ):
        return "", {}
    period, base = now.parts[0], then.parts[0]
    if asked.form == "average":
        plain = now.conversion is None and choice.measure != "balance" and choice.prices != CONSTANT
        return ("growth_compound", {"start": base, "end": period}) if plain else ("", {})
    if base == periods.same_period_last_year(period):
        against = "last_year"
    else:
        against = "previous" if base == periods.shift(period, -1) else base
    if now.conversion is None:
        return "growth", {"against": against}
    if now.result.unit.startswith(DOLLAR):  # the indicator converts from dollars
        return "growth_in_currency", {"against": against, "currency_of": now.conversion.region}
    return "", {}


def _price_change(ledger: Ledger, asked: Question, choice: Choice, now: Level, then: Level) -> float:
    """How prices of the region rose from the one period to the other, by the side table deflator."""
    if "deflator" not in side_tables(ledger):
        raise no_deflator(asked.region, [*then.parts, *now.parts])
    index = values_of(ledger, "deflator", choice.view.as_of)
    lacking = [part for part in (*then.parts, *now.parts) if (asked.region, part) not in index]
    if lacking:
        raise no_deflator(asked.region, lacking)
    after, before = (sum(index[asked.region, part] for part in level.parts) / len(level.parts) for level in (now, then))
    return after / before


def volume(ledger: Ledger, asked: Question, choice: Choice) -> Figure:
    """Growth of the quantity index of products, from unit values (Fisher)."""
    base = choice.base or choice.period.years(-1)
    made = [made_of(ledger, choice.view, period) for period in (base, choice.period)]
    for period, parts in zip((base, choice.period), made, strict=True):
        if parts is None:
            raise not_covered(ledger, asked, choice.view, period)
    (rhythm, before), (_, after) = ((rhythm, parts) for rhythm, parts in made if parts)  # type: ignore[misc]
    flows = ledger.flows(choice.view, rhythm)
    one_way = choice.measure in ("exports", "imports") and asked.partner is not None
    if not one_way or not {"quantity", "product"} <= set(flows.columns) or len(before) > 1 or len(after) > 1:
        raise Lacking(
            "not checkable",
            Sentence(
                mark("Needs quantities by product of {flow} in {base} and {period}."),
                {"flow": flow_of(asked, choice.measure), "base": said(base), "period": said(choice.period)},
            ),
        )
    pair = {name: code for name, code in asking(asked, choice.measure)[1].items() if name != "by"}
    options: dict[str, Any] = {"by": ",".join(PAIR), "against": before[0], **pair, "period": after[0]}
    narrow = ("pair", choice.view, rhythm, tuple(sorted(pair.items())), before[0], after[0])
    result = ledger.ask(narrow, lambda: flows.where(**pair, period=[before[0], after[0]]), "price_index", **options)
    row = next(iter(result.rows()), None)
    if row is None or row["volume_index"] is None:
        raise Lacking("no data", Sentence(mark("No product has a quantity in both periods.")))
    factor = row["volume_index"]
    value = _compared(asked, factor, base, choice.period)
    sentence = Sentence(
        mark("Volume of {flow}, {period} against {base}: {figure}, from unit values of {coverage} of the trade."),
        {
            "flow": flow_of(asked, choice.measure),
            "period": said(choice.period),
            "base": said(base),
            "figure": shown(value, "times" if asked.form == "multiple" else "%"),
            "coverage": Amount(row["coverage"], "share"),
        },
    )
    command = command_of(ledger, asked, choice, rhythm, "price_index", options)
    return Figure(value, sentence, "price_index", command, result.provenance, notes_of(result))
