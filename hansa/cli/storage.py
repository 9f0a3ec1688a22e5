"""`store`: make a folder of imports, see what is in it, check it, clean it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from hansa.cli import show, terminal
from hansa.errors import DataError

app = typer.Typer(help="Make, list, check or clean a store.", no_args_is_help=True, rich_markup_mode=None)
Folder = Annotated[Path, typer.Argument(help="Folder of the store.")]


@app.command()
def create(folder: Folder) -> None:
    """Make an empty store in a new or empty folder."""
    from hansa.trade.store import Store  # slow import

    Store.create(folder)
    typer.echo(f"{folder} is a store. Fill it with: hansa import FILE --store {folder}")


@app.command("show")
def show_store(folder: Folder, limit: show.Limit = None, format: show.Form = None, output: show.Output = None) -> None:
    """List every import of a store: what, of which day, how many rows."""
    from hansa.trade.store import open_store  # slow import

    terminal.give(open_store(folder).vintages(), format, output, limit)


@app.command()
def check(folder: Folder) -> None:
    """Compare every file of a store with the checksum it was published with."""
    from hansa.trade.store import open_store  # slow import

    store = open_store(folder)
    with terminal.working("comparing checksums"):
        damaged = store.archive.damaged()
    if damaged:
        raise DataError(
            f"{len(damaged)} file(s) are absent or changed: {', '.join(damaged)}. Restore them from a backup, "
            "or import their tables again.",
            file=folder,
        )
    typer.echo(f"{folder}: all {len(store.archive.entries())} imports are whole.")


@app.command()
def sweep(folder: Folder) -> None:
    """Delete what killed imports left behind; no import is touched."""
    from hansa.trade.store import open_store  # slow import

    count = open_store(folder).archive.sweep()
    typer.echo(f"{folder}: {count} file(s) deleted that no import names.")
