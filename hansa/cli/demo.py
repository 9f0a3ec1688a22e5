"""`demo`: the report of the sample world and one speech checked, from nothing."""

from __future__ import annotations

import os
import shlex
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from hansa.cli import check, partnership, terminal

PAIR = ("XBR", "XKA")
SPEECH, REPLY = "president.txt", "minister.txt"
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
    """Make the sample world, report on a pair, and check a speech."""
    with terminal.working("loading") as next_step:
        from hansa import report, sample, statements  # slow import
        from hansa.regions.lists import lists_beside  # slow import
        from hansa.sample.blueprint import plan  # slow import

        next_step("making the sample world (some seconds, once)")
        store = sample.build(folder or cache_folder() / f"sample-world-{plan().choices['checksum'][:8]}")
        next_step(f"writing the report on {' and '.join(PAIR)}")
        made = report.partnership(store, *PAIR)
        written = made.write(REPORT, partnership.formats(None))
        next_step(f"checking {SPEECH}")
        speech = store.archive.folder / "statements" / SPEECH
        lists = lists_beside(store.archive.folder)
        document = replace(statements.read(speech), source=SPEECH)
        checked = report.checked_texts([statements.claims(document, lists=lists)], store, lists=lists)
        pages = checked.write(REPORT, ("html",))
    partnership.print_headlines(made)
    partnership.print_files(written)
    typer.echo("")
    check.print_verdicts(checked)
    for page in pages:
        typer.echo(str(page))
    place = shlex.quote(str(store.archive.folder))
    typer.echo("\nTry next:")
    typer.echo(f"  hansa mirror {' '.join(PAIR)} --store {place}")
    typer.echo(f"  hansa show rca --origin {PAIR[0]} --period {made.period} --store {place}")
    both = " ".join(shlex.quote(str(speech.with_name(name))) for name in (SPEECH, REPLY))
    typer.echo(f"  hansa check {both} --store {place}")
    typer.echo(f"  hansa report {' '.join(reversed(PAIR))} --language ru --store {place}")
    typer.echo("  hansa serve")
