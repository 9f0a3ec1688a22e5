"""What a reading lacks: which table, for which regions and period; each refusal is a sentence for the reader."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from hansa import period as periods
from hansa.errors import HansaError
from hansa.statements.verification.choice import Choice
from hansa.statements.verification.holdings import partners_of, periods_of, regions_of, tellers_of
from hansa.statements.verification.ledger import BOTH, PAIR, Ledger, View, names_of
from hansa.statements.verification.question import Period, Question
from hansa.statements.verification.shown import FRAMES, flow_of, listed, named, said
from hansa.wording import Amount, Name, Sentence, Value, mark


class Lacking(HansaError):
    """A reading has no figure; `missing` says what would be needed, `outcome` which of the outcomes it is."""

    def __init__(self, outcome: str, missing: Sentence) -> None:
        self.outcome, self.missing = outcome, missing
        super().__init__(missing.template)


def refuse_absent(ledger: Ledger, asked: Question, choice: Choice) -> None:
    """Refuse where the dataset does not name a region."""
    known = regions_of(ledger, choice.view)
    absent = [code for code in (asked.region, asked.partner) if code is not None and code not in known]
    if absent:
        raise Lacking(
            "no data",
            Sentence(
                mark("“{dataset}” does not name {regions}."),
                {"dataset": choice.view.dataset, "regions": named(absent)},
            ),
        )


def refuse_other_office(ledger: Ledger, asked: Question, view: View) -> None:
    """A table of another region's office holds only the region's trade with that one."""
    (teller, *others) = tellers_of(ledger, replace(view, told_by=None))
    if others or teller in (None, *PAIR, "reconciled", asked.region):
        return
    raise Lacking(
        "not checkable",
        Sentence(
            mark("“{dataset}” holds what {teller} reports of its own trade: it cannot tell of all trade of {region}."),
            {
                "dataset": view.dataset,
                "teller": Name(str(teller), "region"),
                "region": Name(asked.region, "region"),
            },
        ),
    )


def refuse_narrow(ledger: Ledger, asked: Question, view: View) -> None:
    """A table that lists fewer partners than another one of the store decides nothing about all partners."""
    here = partners_of(ledger, view, asked.region)
    wider = view
    for name in names_of(ledger, "goods"):
        other = replace(view, dataset=name)
        try:
            count = partners_of(ledger, other, asked.region)
        except HansaError:
            continue
        if count > max(here, partners_of(ledger, wider, asked.region)):
            wider = other
    if wider is not view:
        raise Lacking(
            "not checkable",
            Sentence(
                mark(
                    "“{dataset}” lists {here} partners of {region}, “{wider}” {there}: it cannot tell of all of them."
                ),
                {
                    "dataset": view.dataset,
                    "here": Amount(here, "count"),
                    "region": Name(asked.region, "region"),
                    "wider": wider.dataset,
                    "there": Amount(partners_of(ledger, wider, asked.region), "count"),
                },
            ),
        )


def no_row(asked: Question, choice: Choice, period: Period) -> Lacking:
    """The dataset covers the period, but those who report tell nothing of these two."""
    return Lacking(
        "no data",
        Sentence(
            mark("“{dataset}” has no row of {flow} in {period}, as told by this reading."),
            {"dataset": choice.view.dataset, "flow": flow_of(asked, choice.measure), "period": said(period)},
        ),
    )


def not_covered(ledger: Ledger, asked: Question, view: View, period: Period) -> Lacking:
    """The table that is missing, for which regions and which period, and what the dataset has instead."""
    values: dict[str, Value] = {
        "scope": Name(_TABLES[view.scope], "word"),
        "flow": flow_of(asked, "turnover"),
        "period": said(period),
        "dataset": view.dataset,
    }
    rhythms = ledger.rhythms(view)
    finest = [periods_of(ledger, view, rhythm) for rhythm in rhythms]
    ends = max((held[-1] for held in finest if held), key=lambda one: Period(one, one).parts()[-1][-1], default="")
    last = Period(ends, ends).parts()[-1][-1] if ends else ""
    wanted = period.parts()[-1]
    for parts in period.parts():
        rhythm = periods.frequency(parts[0])
        held = periods_of(ledger, view, rhythm)
        lacking = [part for part in parts if part not in held]
        if held and len(lacking) < len(parts):
            values["lacking"] = listed(lacking)
            return Lacking(
                "not checkable",
                Sentence(mark("Needs {scope} of {flow} in {period}; “{dataset}” lacks {lacking}."), values),
            )
    if ends and wanted[-1] > last:
        values["last"] = Name(ends, "period")
        template = mark("Needs {scope} of {flow} in {period}; “{dataset}” ends in {last}.")
    elif ends and wanted[0] < min(Period(held[0], held[0]).parts()[-1][0] for held in finest if held):
        values["first"] = Name(min(held[0] for held in finest if held), "period")
        template = mark("Needs {scope} of {flow} in {period}; “{dataset}” begins in {first}.")
    else:
        values["frames"] = Name(FRAMES[rhythms[-1]] if rhythms else "", "word")
        template = mark("Needs {scope} of {flow} in {period}; “{dataset}” has {frames} only.")
    return Lacking("not checkable", Sentence(template, values))


_TABLES = {
    "goods": mark("a table of trade in goods"),
    "services": mark("a table of trade in services"),
    BOTH: mark("tables of trade in goods and in services"),
}


def no_rate(currency: str, parts: Sequence[str]) -> Lacking:
    """There is no exchange rate of a currency for some periods."""
    return Lacking(
        "not checkable",
        Sentence(
            mark("Needs the side table {table} ({currency} per US dollar) for {periods}."),
            {"table": "exchange_rate", "currency": currency, "periods": listed(parts)},
        ),
    )


def no_deflator(region: str, parts: Sequence[str]) -> Lacking:
    """There is no price index of a region for some periods."""
    return Lacking(
        "not checkable",
        Sentence(
            mark("Needs the side table {table} (price index) of {region} for {periods}."),
            {"table": "deflator", "region": Name(region, "region"), "periods": listed(parts)},
        ),
    )
