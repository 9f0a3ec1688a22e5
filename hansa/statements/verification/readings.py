"""All readings of a claim: each figure that is tried, held against the words."""

from __future__ import annotations

from dataclasses import replace

from hansa.errors import DataError, HansaError
from hansa.statements.claim import Claim
from hansa.statements.verification.choice import CURRENT, VOLUME
from hansa.statements.verification.figure import figure
from hansa.statements.verification.holdings import published
from hansa.statements.verification.known_by import Figure
from hansa.statements.verification.lacking import Lacking
from hansa.statements.verification.ledger import Ledger, some
from hansa.statements.verification.question import Question
from hansa.statements.verification.reading import Reading
from hansa.statements.verification.rounding import judge, judge_record
from hansa.statements.verification.said import compared, record_sentence
from hansa.statements.verification.shown import flow_of, said
from hansa.statements.verification.tried import Open, combinations
from hansa.wording import Sentence, mark

FORECAST = "it was said as a forecast, and is held against what came"
ALL_PARTNERS = mark("all partners")
SINGLE = mark("one report, by whom is not said")
_WORST = ("supported", "near", "contradicted")
_VALUATION = {"origin": "FOB", "reconciled": "FOB", "destination": "CIF"}


def readings(claim: Claim, asked: Question, ledger: Ledger, datasets: list[str], as_of: str | None) -> list[Reading]:
    """Every reading of a claim, in the order shown; what is lacking for several of them is said once."""
    found: list[Reading] = []
    lacked: set[str] = set()
    for combination in combinations(claim, asked, ledger, datasets, as_of):
        reading = _reading(claim, ledger, combination)
        if reading.missing is not None:
            if combination.aside:
                continue
            key = repr((reading.missing, reading.as_said))
            if key in lacked:
                continue
            lacked.add(key)
        found.append(reading)
    if any(reading.figure is not None and reading.as_said for reading in found):
        found = [replace(one, notes=(*_unknown_then(asked, ledger, datasets), *one.notes)) for one in found]
    return found


def _unknown_then(asked: Question, ledger: Ledger, datasets: list[str]) -> tuple[str, ...]:
    """A note, where the store knew nothing on the day of the statement."""
    vintages = [entry.vintage for entry in published(ledger) if entry.name in datasets]
    if asked.day is None or asked.day >= min(vintages):
        return ()
    return (f"nothing was known in this store on {asked.day}, when it was said; its first vintage is {min(vintages)}",)


def _reading(claim: Claim, ledger: Ledger, tried: Open) -> Reading:
    try:
        return _judged(claim, ledger, tried, figure(ledger, tried.asked, tried.choice))
    except Lacking as lack:
        return Reading(lack.outcome, _under(ledger, tried), missing=lack.missing, as_said=tried.as_said)
    except HansaError as refusal:
        return _refused(ledger, tried, refusal)


def _refused(ledger: Ledger, tried: Open, refusal: HansaError) -> Reading:
    """What the store or an indicator refuses, in the words of the refusal; or that there are no services."""
    view = tried.choice.view
    missing = Sentence(mark("This cannot be computed: {why}"), {"why": str(refusal)})
    if view.scope != "goods" and not ledger.services_of(view.dataset):
        missing = Sentence(
            mark("Needs a table of trade in services of {flow} in {period}; the store holds goods only."),
            {"flow": flow_of(tried.asked, "turnover"), "period": said(tried.choice.period)},
        )
    elif not _known(ledger, tried):
        missing = Sentence(
            mark("On {day} nothing of this was known in this store; its first vintage is {first}."),
            {"day": str(view.as_of), "first": min(entry.vintage for entry in published(ledger))},
        )
        return Reading("no data", _under(ledger, tried), missing=missing, as_said=tried.as_said)
    return Reading("not checkable", _under(ledger, tried), missing=missing, as_said=tried.as_said)


def _known(ledger: Ledger, tried: Open) -> bool:
    """Whether anything of the dataset had been published by the day that is asked for."""
    try:
        ledger.entries(tried.choice.view)
    except DataError:
        return False
    return True


def _judged(claim: Claim, ledger: Ledger, tried: Open, found: Figure) -> Reading:
    measured_in = tried.asked.measured_in
    judged = judge(found.value, claim.value, claim.low, claim.high, claim.relation, measured_in)
    arithmetic = Sentence(
        mark("{first} {second}"),
        {"first": found.arithmetic, "second": compared(claim, judged, found.value, measured_in)},
    )
    if claim.record and (record := _record(claim, ledger, tried, found, measured_in)):
        outcome, sentence = record
        judged = replace(judged, outcome=max(judged.outcome, outcome, key=_WORST.index))
        arithmetic = Sentence(mark("{first} {second}"), {"first": arithmetic, "second": sentence})
    notes = found.notes
    if claim.forecast:
        notes = (FORECAST, *notes)
    return Reading(
        judged.outcome,
        _under(ledger, tried),
        found.value,
        judged.difference,
        arithmetic,
        None,
        found.method,
        found.command,
        found.provenance,
        notes,
        tried.as_said,
    )


def _record(claim: Claim, ledger: Ledger, tried: Open, found: Figure, measured_in: str) -> tuple[str, Sentence] | None:
    """Whether the figure is the highest of its series: the same stretch of every earlier year that the data have."""
    if tried.asked.form == "rank":
        return None
    earlier: dict[str, float] = {}
    choice, sign = tried.choice, -1 if claim.value < 0 else 1  # a record fall is the deepest one
    while True:
        base = choice.base.years(-1) if choice.base else None
        choice = replace(choice, period=choice.period.years(-1), base=base)
        try:
            earlier[choice.period.said] = figure(ledger, tried.asked, choice).value
        except HansaError:
            break
    if not earlier:
        return None
    best = max(earlier, key=lambda when: sign * earlier[when])
    outcome = judge_record(sign * found.value, sign * earlier[best], measured_in)
    return outcome, record_sentence(claim, outcome, best, earlier[best], min(earlier))


def _under(ledger: Ledger, tried: Open) -> dict[str, str]:
    """What was chosen, by name, in the order shown."""
    form, choice, view = tried.asked.form, tried.choice, tried.choice.view
    found: dict[str, str | None] = {"dataset": view.dataset}
    vintage = money = None
    try:
        entries, flows = ledger.entries(view), some(ledger, view)
        found["told_by"] = view.told_by or SINGLE
        vintage, money = max(entry.vintage for entry in entries), flows.unit.currency
        if view.scope == "goods":
            found["valuation"] = _VALUATION.get(str(view.told_by)) if flows.told_by == "both" else flows.valuation
    except HansaError:
        pass  # the reading says what is lacking
    if tried.asked.open_partner:
        found["partner"] = tried.asked.partner or ALL_PARTNERS
    found["product"] = tried.asked.product
    found |= {"scope": view.scope, "period": choice.period.said, "period_from": tried.period_from}
    found["base"] = choice.base.said if choice.base else None
    if form in ("level", "change", "growth", "multiple", "average") and choice.prices != VOLUME:
        found["currency"] = choice.currency or money
    found["prices"] = choice.prices if choice.prices != CURRENT else None
    if form in ("rank", "share", "points"):
        found["of"] = choice.measure
    if form == "rank":
        found["population"] = choice.population
    found |= {"vintage": vintage, "as_of": view.as_of if tried.on_the_day else None}
    return {name: value for name, value in found.items() if value}
