"""What the last year that the data know gives, for claims on a year that they do not know."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from hansa.errors import HansaError
from hansa.indicator import find
from hansa.statements.verification.choice import ALL, Choice
from hansa.statements.verification.figure import figure
from hansa.statements.verification.holdings import partners_of, periods_of, regions_of, told_best
from hansa.statements.verification.known_by import Figure
from hansa.statements.verification.ledger import Ledger, View
from hansa.statements.verification.question import Question, read_period
from hansa.statements.verification.reading import Reading
from hansa.statements.verification.shown import flow_of, shown
from hansa.statements.verification.sides import sides
from hansa.wording import Amount, Evidence, Name, Sentence, Value, mark


def beside(asked: Question, ledger: Ledger, datasets: Sequence[str], as_of: str | None) -> tuple[Sentence, ...]:
    """Level and growth, share and rank in the last known year: a sentence for each dataset and fact, with source."""
    found: list[Sentence] = []
    for dataset in datasets:
        try:
            here, view = sides(asked, ledger, View(dataset, as_of=as_of))
            view = told_best(ledger, view)
            known = periods_of(ledger, view, "A")
        except HansaError:
            continue
        years = [year for year in known if asked.period is None or year <= asked.period.last]
        if not years or not {here.region, here.partner} - {None} <= regions_of(ledger, view):
            continue
        found += _of_year(here, ledger, view, years[-1])
    return tuple(found)


def _of_year(asked: Question, ledger: Ledger, view: View, year: str) -> list[Sentence]:
    measure = asked.measures[0]
    choice = Choice(view, measure, read_period(year))
    plain = replace(asked, period=choice.period, base=None, currency=None, prices=None)
    sentences = []
    level = _maybe(ledger, replace(plain, form="level"), choice)
    growth = _maybe(ledger, replace(plain, form="growth"), replace(choice, base=choice.period.years(-1)))
    values: dict[str, Value] = {
        "dataset": view.dataset,
        "year": Name(year, "period"),
        "flow": flow_of(asked, measure),
        "source": _source(level),
    }
    if level:
        values["level"] = shown(level.value, ledger.flows(view, "A").unit.currency)
        template = mark("Last known year, {year}: {flow} {level} (“{dataset}”, {source}).")
        if growth:
            values["growth"] = shown(growth.value, "%")
            template = mark(
                "Last known year, {year}: {flow} {level}, {growth} on the year before (“{dataset}”, {source})."
            )
        sentences.append(Sentence(template, values, _evidence(level)))
    if asked.partner is None or measure == "balance" or partners_of(ledger, view, asked.region) < 2:
        return sentences
    share = _maybe(ledger, replace(plain, form="share"), choice)
    if share:
        more: dict[str, Value] = {"share": Amount(share.value / 100, "share"), "source": _source(share)}
        more |= {"count": Amount(partners_of(ledger, view, asked.region), "count")}
        template = mark(
            "Last known year, {year}: {flow} is {share} of the sum over all {count} partners in the table "
            "(“{dataset}”, {source})."
        )
        sentences.append(Sentence(template, {**values, **more}, _evidence(share)))
    for population in dict.fromkeys([asked.population or ALL, ALL]):
        rank = _maybe(ledger, replace(plain, form="rank"), replace(choice, population=population))
        if rank:
            sentences.append(_rank_sentence(asked, values, rank, population))
    return sentences


def _rank_sentence(asked: Question, values: dict[str, Value], rank: Figure, population: str) -> Sentence:
    more: dict[str, Value] = {
        "partner": Name(str(asked.partner), "region"),
        "region": Name(asked.region, "region"),
        "rank": Amount(rank.value, "count"),
        "count": rank.arithmetic.values["count"],
        "bloc": Name(population, "bloc"),
        "source": _source(rank),
    }
    template = (
        mark(
            "Last known year, {year}: {partner} is number {rank} of {count} partners of {region} "
            "(“{dataset}”, {source})."
        )
        if population == ALL
        else mark(
            "Last known year, {year}: {partner} is number {rank} of {count} partners of {region} in {bloc} "
            "(“{dataset}”, {source})."
        )
    )
    return Sentence(template, {**values, **more}, _evidence(rank))


def _maybe(ledger: Ledger, asked: Question, choice: Choice) -> Figure | None:
    try:
        return figure(ledger, asked, choice)
    except HansaError:
        return None


def _source(found: Figure | None) -> str:
    return "; ".join(source.line() for source in found.provenance.sources) if found else ""


def _evidence(found: Figure) -> Evidence:
    known = find(found.method)
    return Evidence(
        found.method, known.title, known.formula, known.reference, found.command, found.provenance, found.notes
    )


def undecided(readings: Sequence[Reading]) -> bool:
    """Whether no reading of what was said has a figure."""
    return not any(reading.figure is not None for reading in readings if reading.as_said)
