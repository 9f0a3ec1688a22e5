"""The share of a partner in a region's trade, its change, and the partner's rank."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from hansa.result import Result
from hansa.statements.verification.choice import ALL, Choice
from hansa.statements.verification.holdings import made_of, partners_of, regions_of
from hansa.statements.verification.known_by import Figure, command_of, notes_of
from hansa.statements.verification.lacking import Lacking, no_row, not_covered, refuse_narrow
from hansa.statements.verification.ledger import Ledger, View
from hansa.statements.verification.level import asking
from hansa.statements.verification.question import MEASURE_NAMES, Period, Question
from hansa.statements.verification.shown import flow_of, said
from hansa.wording import Amount, Name, Sentence, Value, mark

_SHARES = {"turnover": "trade_share", "exports": "export_share", "imports": "import_share"}


def share(ledger: Ledger, asked: Question, choice: Choice, period: Period) -> Figure:
    """What part of the region's trade is with the partner, in per cent.

    Raises
    ------
    Lacking : the period is not covered, or another dataset lists more partners.
    """
    made = made_of(ledger, choice.view, period)
    if made is None:
        raise not_covered(ledger, asked, choice.view, period)
    refuse_narrow(ledger, asked, choice.view)
    rhythm, parts = made
    key, flows = ("at", choice.view, tuple(parts)), lambda: ledger.at(choice.view, parts)
    pair = {name: code for name, code in asking(asked, choice.measure)[1].items() if name != "by"}
    method = _SHARES[choice.measure]
    result = ledger.ask(key, flows, method, **pair)
    found = next((row[method] for row in result.rows()), None)
    whole = _whole(ledger, asked, choice.measure, key, flows)
    if whole is None:
        raise no_row(asked, choice, period)
    part = found or 0.0
    sentence = Sentence(
        mark("{measure}, {flow}, {period}: {part} of {whole} with all {count} partners in the table is {figure}."),
        {
            "measure": Name(MEASURE_NAMES[choice.measure], "word"),
            "flow": flow_of(asked, choice.measure),
            "period": said(period),
            "part": replace(whole, value=part * (whole.value or 0.0)),
            "whole": whole,
            "count": Amount(partners_of(ledger, choice.view, asked.region), "count"),
            "figure": Amount(part, "share"),
        },
    )
    options = {**pair, "period": parts[0] if len(parts) == 1 else parts}
    command = command_of(ledger, asked, choice, rhythm, method, options)
    return Figure(100 * part, sentence, method, command, result.provenance, notes_of(result))


def _whole(ledger: Ledger, asked: Question, measure: str, key: tuple[Any, ...], flows: Any) -> Amount | None:
    """All trade of the region in that measure."""
    alone = asking(replace(asked, partner=None), measure)
    row = next(iter(ledger.ask(key, flows, alone[0], **alone[1]).rows()), None)
    unit = flows().unit
    return None if row is None else Amount(row[alone[0]] * unit.scale, "money", unit.currency, digits=4)


def points(ledger: Ledger, asked: Question, choice: Choice) -> Figure:
    """By how many percentage points a share changed."""
    base = choice.base or choice.period.years(-1)
    now, then = (share(ledger, asked, choice, period) for period in (choice.period, base))
    value = now.value - then.value
    sentence = Sentence(
        mark("Share of {partner} in trade of {region}: {now} in {period} less {then} in {base} is {figure}."),
        {
            "partner": Name(str(asked.partner), "region"),
            "region": Name(asked.region, "region"),
            "now": Amount(now.value / 100, "share"),
            "then": Amount(then.value / 100, "share"),
            "period": said(choice.period),
            "base": said(base),
            "figure": Amount(value / 100, "points"),
        },
    )
    return replace(now, value=value, arithmetic=sentence)


def rank(ledger: Ledger, asked: Question, choice: Choice) -> Figure:
    """The place of the partner among all partners of the region, or among the members of a bloc.

    Raises
    ------
    Lacking : the period is not covered, another dataset lists more partners, or the partner is no member.
    """
    view = choice.view
    made = made_of(ledger, view, choice.period)
    if made is None:
        raise not_covered(ledger, asked, view, choice.period)
    rhythm, parts = made
    population: Any = choice.population
    if population == ALL:
        refuse_narrow(ledger, asked, view)
    else:
        population = _members(ledger, asked, choice, parts[-1])
    row, result = _ranked(ledger, view, parts, choice.measure, population, asked)
    if row is None:
        raise no_row(asked, choice, choice.period)
    unit = ledger.at(view, parts).unit
    values: dict[str, Value] = {
        "partner": Name(str(asked.partner), "region"),
        "region": Name(asked.region, "region"),
        "measure": Name(MEASURE_NAMES[choice.measure], "word"),
        "period": said(choice.period),
        "rank": Amount(row["partner_rank"], "count"),
        "count": Amount(row["population"], "count"),
        "figure": Amount(row[choice.measure] * unit.scale, "money", unit.currency, digits=4),
        "bloc": Name(choice.population, "bloc"),
    }
    template = (
        mark(
            "{measure} of {region} by partner, {period}: {partner} ({figure}) is number {rank} of the {count} "
            "in the table."
        )
        if choice.population == ALL
        else mark(
            "{measure} of {region} by partner, {period}: {partner} ({figure}) is number {rank} of {count} in {bloc}."
        )
    )
    notes = notes_of(result)
    if row["ties"]:
        notes = (*notes, f"{row['ties']} other partner(s) have the same value")
    options = {"of": choice.measure, "population": choice.population, "region": asked.region, "partner": asked.partner}
    command = command_of(ledger, asked, choice, rhythm, "partner_rank", {**options, "period": parts})
    sentence = Sentence(template, values)
    return Figure(float(row["partner_rank"]), sentence, "partner_rank", command, result.provenance, notes)


def _ranked(
    ledger: Ledger, view: View, parts: Sequence[str], measure: str, population: Any, asked: Question
) -> tuple[dict[str, Any] | None, Result]:
    key, flows = ("at", view, tuple(parts)), lambda: ledger.at(view, parts)
    options = {"of": measure, "population": population, "region": asked.region, "partner": asked.partner}
    result = ledger.ask(key, flows, "partner_rank", **options)
    return next(iter(result.rows()), None), result


def _members(ledger: Ledger, asked: Question, choice: Choice, when: str) -> list[str]:
    """The members of a bloc that the view's dataset names, on every day of a period."""
    bloc = ledger.lists.bloc(choice.population)
    members = ledger.lists.members(bloc.key, when) if bloc else set()
    values: dict[str, Value] = {
        "bloc": Name(choice.population, "bloc"),
        "partner": Name(str(asked.partner), "region"),
        "period": said(choice.period),
    }
    if not members:
        raise Lacking("no data", Sentence(mark("No members of {bloc} in {period} are known."), values))
    if asked.partner not in members:
        raise Lacking("no data", Sentence(mark("{partner} was not a member of {bloc} throughout {period}."), values))
    return sorted(members & regions_of(ledger, choice.view))
