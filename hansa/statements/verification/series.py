"""What the data have, year by year, of what a claim gives for one: to be drawn beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from hansa.errors import HansaError
from hansa.statements.verification.choice import CURRENT, Choice
from hansa.statements.verification.figure import figure
from hansa.statements.verification.holdings import periods_of, told_best
from hansa.statements.verification.ledger import Ledger, View
from hansa.statements.verification.question import Question, read_period
from hansa.statements.verification.sides import sides

YEARS = 12
DRAWN = ("level", "growth", "share")


def series(
    asked: Question, ledger: Ledger, datasets: Sequence[str], as_of: str | None
) -> tuple[tuple[str, float | None], ...]:
    """Up to `YEARS` years of the first dataset that has them, in the unit of the claim; None where one has no figure.

    Both reports reconciled where there are two; empty where the claim is no level, growth or share of a year, or where
    fewer than two years have a figure.
    """
    if asked.form not in DRAWN or (asked.period and asked.period.frequency != "A"):
        return ()
    alike = replace(asked, period=None, base=None, population=None, day=None)
    return ledger.keep(("series", alike, *datasets, as_of), lambda: _series(alike, ledger, datasets, as_of))


def _series(
    asked: Question, ledger: Ledger, datasets: Sequence[str], as_of: str | None
) -> tuple[tuple[str, float | None], ...]:
    for dataset in datasets:
        try:
            here, view = sides(asked, ledger, View(dataset, asked.scope or "goods", None, as_of))
            view = told_best(ledger, view)
            years = periods_of(ledger, view, "A")[-YEARS:]
        except HansaError:
            continue
        found = tuple((year, _figure(here, ledger, view, year)) for year in years)
        if sum(value is not None for _, value in found) > 1:
            return found
    return ()


def _figure(asked: Question, ledger: Ledger, view: View, year: str) -> float | None:
    period = read_period(year)
    base = period.years(-1) if asked.compares else None
    try:
        choice = Choice(view, asked.measures[0], period, base, asked.currency, asked.prices or CURRENT)
        return figure(ledger, asked, choice).value
    except HansaError:
        return None
