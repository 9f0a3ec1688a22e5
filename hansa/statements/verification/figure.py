"""The figure that one reading of a claim has in the data, with its arithmetic; or what is lacking."""

from __future__ import annotations

from dataclasses import replace

from hansa.statements.verification.choice import CURRENT, VOLUME, Choice
from hansa.statements.verification.comparison import compared_levels, volume
from hansa.statements.verification.known_by import Figure, known_by
from hansa.statements.verification.lacking import Lacking, refuse_absent, refuse_narrow, refuse_other_office
from hansa.statements.verification.ledger import Ledger
from hansa.statements.verification.level import level
from hansa.statements.verification.question import MEASURE_NAMES, Question
from hansa.statements.verification.shown import FRAMES, flow_of, said
from hansa.statements.verification.standing import points, rank, share
from hansa.wording import Amount, Name, Sentence, Value, mark


def figure(ledger: Ledger, asked: Question, choice: Choice) -> Figure:
    """The figure of one reading.

    Raises
    ------
    Lacking : there is none; says what is missing.
    HansaError : what the indicator or the store refuses.
    """
    return ledger.keep(("figure", asked, choice), lambda: _figure(ledger, asked, choice))


def _figure(ledger: Ledger, asked: Question, choice: Choice) -> Figure:
    refuse_absent(ledger, asked, choice)
    if asked.partner is None or asked.form in ("rank", "share", "points"):
        refuse_other_office(ledger, asked, choice.view)
    if asked.partner is None:
        refuse_narrow(ledger, asked, choice.view)
    if asked.form == "rank":
        return rank(ledger, asked, choice)
    if asked.form == "share":
        return share(ledger, asked, choice, choice.period)
    if asked.form == "points":
        return points(ledger, asked, choice)
    if asked.form == "level":
        return _level_figure(ledger, asked, choice)
    if choice.prices == VOLUME:
        return volume(ledger, asked, choice)
    return compared_levels(ledger, asked, choice)


def _level_figure(ledger: Ledger, asked: Question, choice: Choice) -> Figure:
    if choice.prices != CURRENT:
        raise Lacking(
            "not checkable",
            Sentence(
                mark("Values at constant prices are compared by their growth only: the base of a price index is free.")
            ),
        )
    found = level(ledger, asked, choice, choice.period)
    values: dict[str, Value] = {
        "measure": Name(MEASURE_NAMES[choice.measure], "word"),
        "flow": flow_of(asked, choice.measure),
        "period": said(choice.period),
        "figure": found.amount,
    }
    template = mark("{measure}, {flow}, {period}: {figure}.")
    if found.conversion:
        original = level(ledger, asked, replace(choice, currency=None), choice.period)
        values |= {"original": original.amount, "rate": _rate(found.value, original.value)}
        template = mark("{measure}, {flow}, {period}: {original} at {rate} is {figure}.")
    elif len(found.parts) > 1:
        values |= {"count": Amount(len(found.parts), "count"), "frames": Name(FRAMES[found.rhythm], "word")}
        template = mark("{measure}, {flow}, {period}: {figure}, the sum of {frames} ({count}).")
    return known_by(ledger, asked, choice, found.value, Sentence(template, values), found)


def _rate(value: float, original: float) -> Amount:
    return Amount(value / original if original else None, "ratio")
