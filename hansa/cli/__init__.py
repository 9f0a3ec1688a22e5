"""The command line: parse, call, print. What takes time to load is loaded inside the commands."""

from __future__ import annotations

import io
import sys
from collections.abc import Sequence
from itertools import pairwise
from typing import Annotated

import typer

from hansa import __version__
from hansa.cli import (
    catalogue,
    check,
    demo,
    doctor,
    gravity,
    importing,
    partnership,
    register,
    serve,
    show,
    simulate,
    storage,
)
from hansa.errors import HansaError

app = typer.Typer(
    name="hansa",
    help="Partnerships between two regions, in trade statistics. No number travels alone.",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("demo")(demo.demo)
app.command("import")(importing.import_file)
app.command("show")(show.show)
app.command("mirror")(show.mirror)
app.command("report")(partnership.report)
app.command("gravity")(gravity.gravity)
app.command("simulate")(simulate.simulate)
app.command("check")(check.check)
app.command("indicators")(catalogue.indicators)
app.command("sources")(catalogue.sources)
app.command("get")(catalogue.get)
app.command("regions")(catalogue.regions)
app.add_typer(register.app, name="register")
app.add_typer(storage.app, name="store")
app.command("serve")(serve.serve)
app.command("account")(serve.account)
app.command("backup")(serve.backup)
app.command("restore")(serve.restore)
app.command("doctor")(doctor.doctor)


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"hansa {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and leave.")
    ] = False,
) -> None:
    pass


def _said(wrong: HansaError, typed: Sequence[str]) -> str:
    """An error in the language that the command was asked to speak, as far as there are words for it."""
    asked = [word.partition("=")[2] for word in typed if word.startswith("--language=")]
    asked += [after for word, after in pairwise(typed) if word == "--language"]
    if not asked:
        return str(wrong)
    from hansa.wording import Words, languages  # slow import

    return Words(asked[-1]).refusal(wrong)[0] if asked[-1] in languages() else str(wrong)


def main() -> None:
    """Run the command line; an error that Hansa raises on purpose is one message and exit code 2."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a screen that lacks a letter shows ? and goes on
    try:
        app(prog_name="hansa")
    except HansaError as wrong:
        from hansa.wording.visible import visible  # slow import

        typer.echo(visible(f"hansa: {_said(wrong, sys.argv)}"), err=True)  # it may quote a text from outside
        sys.exit(2)
    except OSError as wrong:
        if wrong.filename is None:
            raise
        typer.echo(f"hansa: {wrong.filename}: {wrong.strerror}.", err=True)
        sys.exit(2)
    except RuntimeError as wrong:
        if str(wrong) != "Query interrupted":  # so DuckDB says that a person has stopped it
            raise
        sys.exit(130)
