"""`show` and `mirror`: figures of the store on the screen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from hansa.cli import options, terminal
from hansa.errors import DataError

if TYPE_CHECKING:
    from hansa.indicator import Indicator
    from hansa.trade.flows import Flows
    from hansa.trade.group import Group
    from hansa.trade.store import Store

Codes = list[str] | None
Form = Annotated[str | None, typer.Option("--format", "-f", help="table, csv or json.", metavar="table|csv|json")]
Output = Annotated[Path | None, typer.Option("--output", "-o", help="Write into this file instead.", metavar="FILE")]
Limit = Annotated[int | None, typer.Option("--limit", "-n", min=0, help="The most rows; a table shows 20 by default.")]
SCOPES = ("goods", "services")
BLOCS = ("bloc", "population", "region")  # parameters that may name a bloc
NARROWING = ("origin", "destination", "product", "region", "partner", "period")


def show(
    indicator: Annotated[str, typer.Argument(help="Its key; 'hansa indicators' lists them.")],
    store: options.StoreFolder = options.STORE,
    origin: Annotated[Codes, typer.Option(help="Only rows of this origin; may be repeated.")] = None,
    destination: Annotated[Codes, typer.Option(help="Only rows of this destination.")] = None,
    product: Annotated[Codes, typer.Option(help="Only rows of this product.")] = None,
    region: Annotated[Codes, typer.Option(help="Only rows of this region, where trade is counted both ways.")] = None,
    partner: Annotated[Codes, typer.Option(help="Only rows of this partner of the region.")] = None,
    period: Annotated[Codes, typer.Option(help="Only rows of this period.")] = None,
    dataset: options.Dataset = None,
    as_of: options.AsOf = None,
    told_by: options.ToldBy = None,
    frequency: options.Frequency = None,
    scope: options.Scope = "goods",
    level: Annotated[str | None, typer.Option(help="Products summed to chapter, heading ... first.")] = None,
    regroup: options.Regroup = None,
    parameter: options.Parameters = None,
    limit: Limit = None,
    format: Form = None,
    output: Output = None,
) -> None:
    """Show an indicator, computed on the flows of a store.

    Side tables that it needs are taken from the store by name, or from a file (-p gdp=FILE.csv). Narrowing chooses rows
    of the answer; the world that it is measured against stays as it is.
    """
    with terminal.working("loading"):
        import hansa.indicators  # noqa: F401  slow import
        from hansa.indicator import find  # slow import
        from hansa.trade.group import regrouped  # slow import
        from hansa.trade.nomenclature import at_level  # slow import
        from hansa.trade.store import open_store  # slow import

    entry, held = find(indicator), open_store(store)
    texts = options.by_name(parameter or ())
    given = options.typed(entry.key, entry.parameters(), options.hints(entry.function), texts)
    narrowed = {"origin": origin, "destination": destination, "product": product, "period": period}
    narrowed |= {"region": region, "partner": partner}
    given |= {name: options.several(codes) for name, codes in narrowed.items() if codes}
    with terminal.working(entry.title):
        flows = of_store(held, dataset, as_of, told_by, frequency, scope)
        flows = at_level(flows, level) if level else flows
        groups = groups_of(held, flows, regroup)
        flows = regrouped(flows, groups)
        given |= side_tables(entry, held, as_of, given, groups)
        refuse_lacking(entry, given)
        flows, given = with_own_blocs(entry, held, flows, given)
        result = entry.function(flows, **given)
        terminal.give(result, format, output, limit)


def mirror(
    one: Annotated[str, typer.Argument(metavar="A", help="A region.")],
    other: Annotated[str, typer.Argument(metavar="B", help="Its partner.")],
    store: options.StoreFolder = options.STORE,
    period: Annotated[Codes, typer.Option(help="Only this period; may be repeated.")] = None,
    dataset: options.Dataset = None,
    as_of: options.AsOf = None,
    frequency: options.Frequency = None,
    scope: options.Scope = "goods",
    regroup: options.Regroup = None,
    limit: Limit = None,
    format: Form = None,
    output: Output = None,
) -> None:
    """Show both reports on the trade of two regions, reconciled."""
    with terminal.working("loading"):
        from hansa.trade.pair import mirror_of_pair  # slow import
        from hansa.trade.store import open_store  # slow import

    held = open_store(store)
    with terminal.working("reconciling"):
        flows = of_store(held, dataset, as_of, "reconciled", frequency, scope)
        groups = groups_of(held, flows, regroup)
        result = mirror_of_pair(flows, one, other, period=options.several(period), groups=groups)
        terminal.give(result, format, output, limit)


def of_store(
    held: Store, dataset: str | None, as_of: str | None, told_by: str | None, frequency: str | None, scope: str
) -> Flows:
    """Flows of a store; where both mirror reports are there and none is chosen, the value that reconciles them."""
    scope = options.one_of(scope, SCOPES, "--scope")
    flows = held.flows(dataset, as_of=as_of, told_by=told_by, scope=scope, frequency=frequency)
    if told_by is None and flows.told_by == "both":
        return held.flows(dataset, as_of=as_of, told_by="reconciled", scope=scope, frequency=frequency)
    return flows


def groups_of(held: Store, flows: Flows, texts: Codes) -> list[Group]:
    """The blocs to be counted as one region, by the lists beside the store."""
    if not texts:
        return []
    from hansa.regions.lists import lists_beside  # slow import
    from hansa.trade.group import grouping  # slow import

    return grouping(flows, texts, lists_beside(held.archive.folder))


def with_own_blocs(entry: Indicator, held: Store, flows: Flows, given: dict[str, Any]) -> tuple[Flows, dict[str, Any]]:
    """Blocs of the list beside the store that parameters name, as their members of the latest period, with a note."""
    own = {one.name for one in entry.parameters()} & set(BLOCS)
    named = {name: text for name, text in given.items() if name in own and isinstance(text, str)}
    if not (named and (held.archive.folder / "blocs.csv").is_file()):
        return flows, given
    from hansa.regions.lists import lists_beside  # slow import
    from hansa.trade.group import grouping, region_codes  # slow import

    known, lists = region_codes(flows), lists_beside(held.archive.folder)
    for name, text in named.items():
        if text not in known and lists.bloc(text):
            (group,) = grouping(flows, [text], lists)
            given = {**given, name: list(group.members)}
            flows = flows.noting(f"{group.code} is, in all periods, its members of {group.period}")
    return flows, given


def side_tables(
    entry: Indicator, held: Store, as_of: str | None, given: Mapping[str, Any], groups: Sequence[Group] = ()
) -> dict[str, Any]:
    """Side tables for an indicator: those it needs, which must be there, and those it can use, where they are there.

    A table that it needs and no store holds (shares of inputs) must be given as a parameter.
    """
    from hansa.trade.group import regrouped_side  # slow import
    from hansa.trade.side import MEASURES  # slow import

    kinds, here = options.hints(entry.function), held.measures()
    usable = [one.name for one in entry.parameters() if kinds.get(one.name) is Any and one.name in here]
    names = dict.fromkeys([*(name for name in entry.needs if name in MEASURES), *usable])
    return {name: regrouped_side(held.side(name, as_of=as_of), groups) for name in names if name not in given}


def refuse_lacking(entry: Indicator, given: Mapping[str, Any]) -> None:
    """Refuse where a parameter that has no default is not given.

    Raises
    ------
    DataError : names it, and how to give it.
    """
    for parameter in entry.parameters():
        name = parameter.name
        if parameter.default is parameter.empty and name not in given:
            value = "FILE.csv" if name in entry.needs else "..."
            option = f"--{name} CODE" if name in NARROWING else f"-p {name}={value}"
            raise DataError(
                f"{entry.key!r} must be told {name!r}: give it as {option}. 'hansa indicators {entry.key}' explains it."
            )
