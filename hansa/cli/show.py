"""`show` and `mirror`: figures of the store on the screen."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from hansa.cli import options, terminal
from hansa.errors import DataError

if TYPE_CHECKING:
    from hansa.indicator import Indicator
    from hansa.trade.flows import Flows
    from hansa.trade.store import Store

Codes = list[str] | None
Form = Annotated[str | None, typer.Option("--format", "-f", help="table, csv or json.", metavar="table|csv|json")]
Output = Annotated[Path | None, typer.Option("--output", "-o", help="Write into this file instead.", metavar="FILE")]
Limit = Annotated[int | None, typer.Option("--limit", "-n", min=0, help="The most rows; a table shows 20 by default.")]
SCOPES = ("goods", "services")
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
    parameter: options.Parameters = None,
    limit: Limit = None,
    format: Form = None,
    output: Output = None,
) -> None:
    """Show an indicator, computed on the flows of a store.

    Side tables that it needs are taken from the store by name. Narrowing chooses rows of the answer; the world that it
    is measured against stays as it is.
    """
    with terminal.working("loading"):
        import hansa.trade.indicators  # noqa: F401  slow import
        from hansa.indicator import find  # slow import
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
        given |= side_tables(entry, held, as_of, given)
        refuse_lacking(entry, given)
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
        result = mirror_of_pair(flows, one, other, period=options.several(period))
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


def side_tables(entry: Indicator, held: Store, as_of: str | None, given: Mapping[str, Any]) -> dict[str, Any]:
    """Side tables for an indicator: those it needs, which must be there, and those it can use, where they are there."""
    kinds, here = options.hints(entry.function), held.measures()
    usable = [one.name for one in entry.parameters() if kinds.get(one.name) is Any and one.name in here]
    names = dict.fromkeys([*entry.needs, *usable])
    return {name: held.side(name, as_of=as_of) for name in names if name not in given}


def refuse_lacking(entry: Indicator, given: Mapping[str, Any]) -> None:
    """Refuse where a parameter that has no default is not given.

    Raises
    ------
    DataError : names it, and how to give it.
    """
    for parameter in entry.parameters():
        name = parameter.name
        if parameter.default is parameter.empty and name not in given:
            option = f"--{name} CODE" if name in NARROWING else f"-p {name}=..."
            raise DataError(
                f"{entry.key!r} must be told {name!r}: give it as {option}. 'hansa indicators {entry.key}' explains it."
            )
