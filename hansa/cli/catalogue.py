"""`indicators`, `sources`, `get` and `regions`: what Hansa knows."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hansa.cli import terminal
from hansa.errors import UnknownCode

if TYPE_CHECKING:
    from hansa.indicator import Indicator


def indicators(
    key: Annotated[str | None, typer.Argument(help="Show this one in full.")] = None,
    topic: Annotated[str | None, typer.Option(help="Only those of this topic.")] = None,
) -> None:
    """List the indicators, or explain one."""
    import hansa.indicators  # noqa: F401  slow import
    from hansa.indicator import catalogue, find  # slow import

    if key:
        _print_indicator(find(key))
        return
    topics = list(dict.fromkeys(entry.topic for entry in catalogue.values()))
    if topic:
        chosen = [known for known in topics if topic.casefold() in known.casefold()]
        if not chosen:
            raise UnknownCode("topic", topic, topics, hint=f"Topics: {'; '.join(topics)}.")
        topics = chosen
    width = max(map(len, catalogue), default=0)
    for place, chapter in enumerate(topics):
        typer.echo(f"{'' if place == 0 else chr(10)}{chapter}")
        entries = [entry for entry in catalogue.values() if entry.topic == chapter]
        terminal.rows([(f"  {entry.key:<{width}}", entry.title) for entry in entries])


def _print_indicator(entry: Indicator) -> None:
    import inspect  # slow import

    typer.echo(f"{entry.key}: {entry.title}")
    lines = [
        ("topic", entry.topic),
        ("unit", entry.unit),
        ("range", entry.range),
        ("formula", entry.formula),
        ("reference", entry.reference),
        ("needs", ", ".join(entry.needs) or "flows only"),
    ]
    for parameter in entry.parameters():
        default = "must be given" if parameter.default is parameter.empty else f"{parameter.default!r} by default"
        lines.append(("parameter", f"{parameter.name}: {default}"))
    terminal.rows([(f"  {name}", text) for name, text in lines])
    typer.echo(f"\n{inspect.getdoc(entry.function) or ''}")


def sources() -> None:
    """List what can be read, and what can be fetched by name."""
    from hansa import files  # slow import
    from hansa.cli.importing import readers  # slow import

    typer.echo("Read by 'hansa import FILE --reader NAME':")
    terminal.rows([(f"  {reader.name}", reader.title) for reader in readers().values()])
    typer.echo("\nFetched by 'hansa get NAME':")
    terminal.rows(
        [
            (f"  {name}", f"{known.producer}, {known.title}. {known.licence}{f'. {known.note}' if known.note else ''}")
            for name, known in files.catalogue().items()
        ]
    )


def get(
    name: Annotated[str, typer.Argument(help="As listed by 'hansa sources'.")],
    folder: Annotated[Path, typer.Argument(help="Where to keep it.")] = Path("hansa-data"),
    update: Annotated[bool, typer.Option("--update", help="Fetch it anew, and accept that it has changed.")] = False,
) -> None:
    """Fetch a table of a producer by name, once, and check it."""
    from hansa import files  # slow import

    with terminal.counting(name) as progress:
        path = files.get(name, folder, update=update, progress=progress)
    known = files.catalogue()[name]
    typer.echo(f"{path}")
    terminal.rows([("  source", f"{known.producer}, {known.title}, {known.url}"), ("  licence", known.licence)])
    if known.reader:
        typer.echo(f"  next     hansa import {path} --reader {known.reader}")


def regions(
    text: Annotated[str, typer.Argument(metavar="FIND", help="A code or a name, in English or Russian.")],
    on: Annotated[str | None, typer.Option(help="Day or period for the blocs; today by default.")] = None,
) -> None:
    """Find a region or a bloc by its code or name."""
    from hansa import regions as known  # slow import

    day = on or datetime.now(UTC).date().isoformat()
    if known.kind_of(text) == "bloc":
        bloc = known.find_bloc(text)
        members = sorted(known.members_on(bloc.key, day))
        typer.echo(f"{bloc.key}: {bloc.name}")
        lines = [("Russian", bloc.name_ru), ("kind", bloc.kind), (f"members on {day}", ", ".join(members) or "none")]
    else:
        region = known.find(text)
        country = known.country_of(region.code)
        typer.echo(f"{region.code}: {region.name}")
        lines = [
            ("Russian", region.name_ru),
            ("kind", region.kind),
            ("lies in", region.parent or known.continent(region.code) or ""),
            (f"blocs on {day}", ", ".join(known.blocs_of(country, day)) if country else ""),
            *(("note", f"{note.note} ({note.source})") for note in known.territory_notes([region.code], day)),
        ]
    terminal.rows([(f"  {name}", value) for name, value in lines if value])
