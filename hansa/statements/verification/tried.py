"""What a claim leaves open, and what is tried for it.

Crossed with each other are the dataset, who reported, the scope, and the period where none is said. The others (of what
and among whom is ranked, day of the data, currency, prices, base) are changed one at a time from the plain reading, for
each of those who reported.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from hansa import period as periods
from hansa.errors import HansaError
from hansa.statements.claim import Claim
from hansa.statements.verification.choice import ALL, CONSTANT, CURRENT, VOLUME, Choice
from hansa.statements.verification.exchange import own_currency
from hansa.statements.verification.holdings import made_of, periods_of, regions_of, side_tables, tellers_of, values_of
from hansa.statements.verification.lacking import Lacking
from hansa.statements.verification.ledger import BOTH, SCOPES, Ledger, View
from hansa.statements.verification.question import Period, Question, read_period
from hansa.statements.verification.sides import sides
from hansa.wording import mark

BEFORE_SAID = mark("last full year before the day of the statement")
LAST_KNOWN = mark("last year of the data")
FROM_CONTEXT = mark("from the context")
_SMALLEST_BLOC = 3  # in a bloc of two, the partner is first of one


@dataclass(frozen=True)
class Open:
    """One combination of what a claim leaves open.

    asked : the question in codes of the data.
    period_from : how the period is known where the sentence does not say it.
    as_said : the words do not exclude it.
    on_the_day : the data are those known on the day of the statement.
    aside : one thing is changed from the plain reading; it is left out where it has no figure.
    """

    asked: Question
    choice: Choice
    period_from: str = ""
    as_said: bool = True
    on_the_day: bool = False
    aside: bool = False


def combinations(
    claim: Claim, asked: Question, ledger: Ledger, datasets: Sequence[str], as_of: str | None
) -> Iterator[Open]:
    """What is tried, in the order shown."""
    meant = [asked, replace(asked, partner=None)] if asked.open_partner and asked.partner else [asked]
    for here, view in (placed for one in meant for placed in _placed(one, ledger, datasets, as_of)):
        plain_scope = here.scope or "goods"
        for scope in _scopes(here, ledger, view.dataset):
            of_scope = replace(view, scope=scope)
            as_said = here.scope is None or scope == here.scope
            for told_by in _tellers(ledger, of_scope):
                told = replace(of_scope, told_by=told_by)
                for period, period_from in _periods(claim, here, ledger, told):
                    then = here.day is None or period_from != LAST_KNOWN
                    if not then and scope != plain_scope:
                        continue
                    plain = Choice(told, here.measures[0], period)
                    for choice, open_to in _of_ranks(here, ledger, plain, everything=scope == plain_scope):
                        if not (then or open_to):
                            continue
                        one = Open(here, _as_said(here, choice), period_from, as_said and open_to and then)
                        yield one
                        if scope == plain_scope and open_to:
                            yield from (replace(other, aside=True) for other in _changed(ledger, one))


def _placed(asked: Question, ledger: Ledger, datasets: Sequence[str], as_of: str | None) -> list[tuple[Question, View]]:
    """The question to each dataset that names the regions; else to those that can count them as groups.

    To all of them where none can, so that it is said.
    """
    every, refusals = [], []
    for dataset in datasets:
        try:
            every.append(sides(asked, ledger, View(dataset, as_of=as_of)))
        except Lacking as refusal:
            refusals.append(refusal)
    if refusals and not every:
        raise refusals[0]
    able = [(here, view) for here, view in every if _named(here, ledger, view)]
    return [(here, view) for here, view in able if not view.groups] or able or every


def _named(asked: Question, ledger: Ledger, view: View) -> bool:
    try:
        return {asked.region, asked.partner} - {None} <= regions_of(ledger, view)
    except HansaError:
        return False


def _scopes(asked: Question, ledger: Ledger, dataset: str) -> list[str]:
    """Goods, services and both where the store has them; what was said first, also where it has not."""
    if asked.product:
        return [asked.scope or "goods"]
    there = SCOPES if ledger.services_of(dataset) else ("goods",)
    first = [asked.scope] if asked.scope in SCOPES else []
    return list(dict.fromkeys([*first, *there]))


def _tellers(ledger: Ledger, view: View) -> tuple[str | None, ...]:
    try:
        return tellers_of(ledger, view)
    except HansaError:
        return (None,)  # the reading itself will say what is lacking


def _periods(claim: Claim, asked: Question, ledger: Ledger, view: View) -> Iterator[tuple[Period, str]]:
    if asked.period is not None:
        yield asked.period, FROM_CONTEXT if "period" in claim.inferred else ""
        return
    before = str(periods.year(asked.day[:4]) - 1) if asked.day else None
    if before:
        yield read_period(before), BEFORE_SAID
    try:
        known = periods_of(ledger, view, "A")
    except HansaError:
        return
    if known and known[-1] != before:  # another year than the one spoken of, so it stands beside
        yield read_period(known[-1]), LAST_KNOWN


def _of_ranks(asked: Question, ledger: Ledger, plain: Choice, *, everything: bool) -> Iterator[tuple[Choice, bool]]:
    """Of what, and among whom, where a rank (or share) does not say it; and whether the words leave that open.

    everything : also exports and imports where it is not said of what, and blocs where it is not said among whom.
    """
    for measure in asked.measures if everything else asked.measures[:1]:
        choice = replace(plain, measure=measure)
        if asked.form == "rank" and asked.population is not None:
            yield replace(choice, population=asked.population), True
            if asked.population != ALL:
                yield choice, False
            continue
        yield choice, True
        if asked.form == "rank" and everything and measure == asked.measures[0]:
            for bloc in _blocs(asked, ledger, choice):
                yield replace(choice, population=bloc), True


def _blocs(asked: Question, ledger: Ledger, choice: Choice) -> list[str]:
    """Blocs to which region and partner both belonged, and of which the dataset names more than these two."""
    when = choice.period.last
    try:
        known = regions_of(ledger, choice.view)
        both = [set(ledger.lists.blocs_of({code}, when)) for code in (asked.region, str(asked.partner))]
    except HansaError:
        return []
    shared = sorted(both[0] & both[1])
    return [bloc for bloc in shared if len(ledger.lists.members(bloc, when) & known) >= _SMALLEST_BLOC]


def _as_said(asked: Question, choice: Choice) -> Choice:
    """The currency, prices and base that the claim says."""
    base = asked.base if asked.compares else None
    if asked.compares and base is None:
        base = choice.period.years(-1)
    return replace(choice, currency=asked.currency, prices=asked.prices or CURRENT, base=base)


def _changed(ledger: Ledger, plain: Open) -> Iterator[Open]:
    """The plain reading with one thing changed: who reports, the day of the data, base, currency or prices."""
    asked, choice = plain.asked, plain.choice
    for told_by in _own_reports(asked, ledger, choice):
        yield replace(plain, choice=replace(choice, view=replace(choice.view, told_by=told_by)))
    if earlier := _known_then(asked, ledger, choice):
        yield replace(plain, choice=replace(choice, view=earlier), on_the_day=True)
    if not asked.compares or asked.form == "points":
        return
    period = choice.period
    if asked.base is None and period.frequency == "M" and period.first == period.last:
        yield replace(plain, choice=replace(choice, base=period.before()))
    if asked.form not in ("growth", "multiple", "average"):
        return
    if asked.currency is None and asked.prices is None:
        for currency in _own_currencies(asked, ledger, choice):
            yield replace(plain, choice=replace(choice, currency=currency))
        if "deflator" in side_tables(ledger) and (own := _money_of(asked, ledger, choice)):
            yield replace(plain, choice=replace(choice, currency=own, prices=CONSTANT))
        if _has_quantities(ledger, choice) and choice.measure in ("exports", "imports") and asked.partner:
            yield replace(plain, choice=replace(choice, prices=VOLUME))
    else:
        yield replace(plain, choice=replace(choice, currency=None, prices=CURRENT), as_said=False)


def _own_reports(asked: Question, ledger: Ledger, choice: Choice) -> list[str]:
    """For trade both ways under two mirror reports, once: what each of the two regions reports itself."""
    if choice.view.told_by != "origin" or choice.measure not in ("turnover", "balance") or asked.partner is None:
        return []
    return [asked.region, asked.partner] if asked.form not in ("share", "rank") else [asked.region]


def _known_then(asked: Question, ledger: Ledger, choice: Choice) -> View | None:
    """The view as it was known on the day of the statement, where that is something, and other than the latest."""
    if asked.day is None or (choice.view.as_of is not None and choice.view.as_of <= asked.day):
        return None
    then = replace(choice.view, as_of=asked.day)
    try:
        return None if ledger.entries(choice.view) == ledger.entries(then) else then
    except HansaError:
        return None


def _own_currencies(asked: Question, ledger: Ledger, choice: Choice) -> list[str]:
    """The currencies of region and partner other than that of the flows, where exchange rates are known."""
    made = _parts(ledger, choice)
    if "exchange_rate" not in side_tables(ledger) or made is None:
        return []
    rates = values_of(ledger, "exchange_rate", choice.view.as_of)
    found = [own_currency(code, made[-1], rates) for code in (asked.region, asked.partner) if code]
    mine = ledger.flows(choice.view, periods.frequency(made[-1])).unit.currency
    return [currency for currency in dict.fromkeys(found) if currency and currency != mine]


def _money_of(asked: Question, ledger: Ledger, choice: Choice) -> str | None:
    """The currency that the region's price index is in: its own, or that of the flows where it has no other."""
    made = _parts(ledger, choice)
    if made is None:
        return None
    mine = ledger.flows(choice.view, periods.frequency(made[-1])).unit.currency
    if "exchange_rate" not in side_tables(ledger):
        return mine
    return own_currency(asked.region, made[-1], values_of(ledger, "exchange_rate", choice.view.as_of)) or mine


def _has_quantities(ledger: Ledger, choice: Choice) -> bool:
    made = _parts(ledger, choice)
    if made is None or choice.view.scope == BOTH:
        return False
    return {"quantity", "product"} <= set(ledger.flows(choice.view, periods.frequency(made[-1])).columns)


def _parts(ledger: Ledger, choice: Choice) -> list[str] | None:
    try:
        made = made_of(ledger, choice.view, choice.period)
    except HansaError:
        return None
    return made[1] if made else None
