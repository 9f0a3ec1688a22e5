"""`report`: what there is to know of a pair, as HTML, PDF and XLSX."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hansa.cli import options, terminal

if TYPE_CHECKING:
    from hansa.report import Partnership


def report(
    one: Annotated[str, typer.Argument(metavar="A", help="The region whose report it is.")],
    other: Annotated[str, typer.Argument(metavar="B", help="Its partner.")],
    store: options.StoreFolder = options.STORE,
    format: Annotated[
        str | None, typer.Option("--format", "-f", help="Some of html, pdf and xlsx; all by default.")
    ] = None,
    output: Annotated[Path, typer.Option("--output", "-o", help="Folder for the files.", metavar="FOLDER")] = Path(),
    language: Annotated[str, typer.Option(help="en or ru.", metavar="en|ru")] = "en",
    period: Annotated[str | None, typer.Option(help="The year of the report; the latest by default.")] = None,
    dataset: options.Dataset = None,
    as_of: options.AsOf = None,
    regions: Annotated[Path | None, typer.Option(help="Your own list of regions (CSV).")] = None,
    register: Annotated[
        Path | None, typer.Option(help="Register of promises: folder of CSV files, .xlsx, .json or IATI.")
    ] = None,
    borders: options.Borders = None,
) -> None:
    """Write the report on two regions, as HTML, PDF and XLSX."""
    with terminal.working("loading") as next_step:
        from hansa.commitments import read_register  # slow import
        from hansa.regions import read_regions  # slow import
        from hansa.report import partnership  # slow import
        from hansa.trade.store import open_store  # slow import

        held, listed = open_store(store), read_regions(regions) if regions else None
        next_step(f"{one} and {other}")
        made = partnership(
            held,
            one,
            other,
            dataset=dataset,
            period=period,
            as_of=as_of,
            language=language,
            regions=listed,
            borders=borders,
            register=read_register(register) if register else None,
        )
        next_step("writing")
        written = made.write(output, formats(format))
    print_headlines(made)
    print_files(written)


def formats(asked: str | None) -> tuple[str, ...]:
    """The formats asked for; by default all that can be written here."""
    if asked is not None:
        return tuple(part.strip() for part in asked.split(","))
    return ("html", "pdf", "xlsx") if importlib.util.find_spec("typst") else ("html", "xlsx")


def print_headlines(made: Partnership) -> None:
    """Title and headlines of a report, with their salience."""
    view = made.views[0]
    for warning in made.warnings:
        terminal.say(made.words.say(warning))
    typer.echo(f"{made.words.say(made.title)}, {made.period}\n")
    terminal.rows([(f"{fact.score:.3f}", made.words.say(fact.sentence)) for fact in view.headlines])


def print_files(written: list[Path]) -> None:
    """Where the files are."""
    typer.echo("")
    for path in written:
        typer.echo(str(path))
    if not any(path.suffix == ".pdf" for path in written) and not importlib.util.find_spec("typst"):
        terminal.remark("For the PDF: pip install 'hansa[pdf]'")
