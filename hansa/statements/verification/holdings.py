"""What a store holds, as far as claims ask for it: datasets, who tells them, their periods, regions and partners."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from hansa import dense
from hansa import period as periods
from hansa.archive import Entry
from hansa.statements.verification.ledger import PAIR, Ledger, View, some
from hansa.statements.verification.question import Period
from hansa.trade.group import members_of, region_codes
from hansa.trade.side import SideTable


def published(ledger: Ledger) -> list[Entry]:
    """Everything that was ever published in the store."""
    return ledger.keep(("published",), ledger.store.archive.entries)


def side_tables(ledger: Ledger) -> list[str]:
    """The side tables at hand."""
    return ledger.keep(("measures",), ledger.store.measures)


def tellers_of(ledger: Ledger, view: View) -> tuple[str | None, ...]:
    """Who tells a view's dataset: two reports and what reconciles them, or the one there is.

    A table that holds the exports and imports of one region only (one customs office) is told by that region.
    """

    def found() -> tuple[str | None, ...]:
        flows = some(ledger, view)
        if flows.told_by != "both":
            return (flows.told_by,)
        told: dict[str, set[tuple[str, str]]] = {side: set() for side in PAIR}
        for row in flows.totals(*PAIR, "told_by").to_pylist():
            told[row["told_by"]].add((row["origin"], row["destination"]))
        if told["origin"] & told["destination"]:
            return ("origin", "destination", "reconciled")
        offices = {origin for origin, _ in told["origin"]} | {place for _, place in told["destination"]}
        return tuple(offices) if len(offices) == 1 else ("reconciled",)

    return ledger.keep(("tellers", view.dataset, view.scope, view.as_of), found)


def told_best(ledger: Ledger, view: View) -> View:
    """The view as told by both reports reconciled where there are two, else by the one there is."""
    tellers = tellers_of(ledger, view)
    return replace(view, told_by="reconciled" if "reconciled" in tellers else tellers[0])


def periods_of(ledger: Ledger, view: View, rhythm: str) -> list[str]:
    """The periods of a view's dataset in a frequency, in order; none where it has no such frequency."""
    if rhythm not in ledger.rhythms(view):
        return []
    return ledger.keep(
        ("periods", view.dataset, view.scope, view.as_of, rhythm),
        lambda: dense.labels(ledger.rows(view, rhythm).totals("period"), "period"),
    )


def regions_of(ledger: Ledger, view: View) -> frozenset[str]:
    """Every region that a view's dataset names, and the groups made of them."""
    named = ledger.keep(
        ("regions", view.dataset, view.scope, view.as_of),
        lambda: frozenset(region_codes(some(ledger, view))),
    )
    return named | {group.code for group in view.groups} if view.groups else named


def partners_of(ledger: Ledger, view: View, region: str) -> int:
    """How many partners of a region a view's dataset names."""

    def found() -> int:
        pairs = some(ledger, view).totals(*PAIR).select(PAIR).to_pylist()
        own = set(members_of(region, view.groups))
        others = {place for pair in pairs if own & set(pair.values()) for place in pair.values()} - own
        whole = {place: group.code for group in view.groups for place in group.members}
        return len({whole.get(place, place) for place in others})

    return ledger.keep(("partners", view.dataset, view.scope, view.as_of, view.groups, region), found)


def made_of(ledger: Ledger, view: View, period: Period) -> tuple[str, list[str]] | None:
    """The frequency and the periods that a stretch of time is made of in a view's dataset; None where some lack."""
    for parts in period.parts():
        rhythm = periods.frequency(parts[0])
        if set(parts) <= set(periods_of(ledger, view, rhythm)):
            return rhythm, parts
    return None


def side_of(ledger: Ledger, measure: str, as_of: str | None) -> SideTable:
    """A side table as it was known on a day.

    Raises
    ------
    MissingTable : the store has none.
    """
    return ledger.keep(("side", measure, as_of), lambda: ledger.store.side(measure, as_of=as_of))


def values_of(ledger: Ledger, measure: str, as_of: str | None) -> Mapping[tuple[str, str], float]:
    """A side table by region and period.

    Raises
    ------
    MissingTable : the store has none.
    """
    return ledger.keep(("values", measure, as_of), lambda: side_of(ledger, measure, as_of).lookup("region", "period"))
