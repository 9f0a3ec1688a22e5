"""`demo`: the report of the sample world, from nothing."""

from __future__ import annotations

import os
import shlex
from pathlib import Path
from typing import Annotated

import typer

from hansa.cli import partnership, terminal

PAIR = ("XBR", "XKA")
REPORT = Path("hansa-demo")


def cache_folder() -> Path:
    """Where what can be made again is kept; HANSA_CACHE names another place."""
    if named := os.environ.get("HANSA_CACHE"):
        return Path(named)
    import platformdirs  # slow import

    return Path(platformdirs.user_cache_dir("hansa"))


def demo(
    folder: Annotated[
        Path | None, typer.Argument(help="For the store of the sample world; by default a cache.")
    ] = None,
) -> None:
    """Make the sample world, and the report on one of its pairs."""
    with terminal.working("loading") as next_step:
        from hansa import report, sample  # slow import
        from hansa.sample.blueprint import plan  # slow import

        next_step("making the sample world (some seconds, once)")
        store = sample.build(folder or cache_folder() / f"sample-world-{plan().choices['checksum'][:8]}")
        next_step(f"writing the report on {' and '.join(PAIR)}")
        made = report.partnership(store, *PAIR)
        written = made.write(REPORT, partnership.formats(None))
    partnership.print_headlines(made)
    partnership.print_files(written)
    place = shlex.quote(str(store.archive.folder))
    typer.echo("\nTry next:")
    typer.echo(f"  hansa mirror {' '.join(PAIR)} --store {place}")
    typer.echo(f"  hansa show rca --origin {PAIR[0]} --period {made.period} --store {place}")
    typer.echo(f"  hansa report {' '.join(reversed(PAIR))} --language ru --store {place}")
