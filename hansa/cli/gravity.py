"""`gravity`: the models of a file, fitted and printed."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from hansa.cli import terminal


def gravity(
    model: Annotated[Path, typer.Argument(metavar="MODEL.toml", help="Formula, data and tables of the models.")],
    json: Annotated[bool, typer.Option("--json", help="Print the coefficients as JSON.")] = False,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="FOLDER", help="Where tables go; beside MODEL.toml by default."),
    ] = None,
) -> None:
    """Fit gravity models by PPML or OLS, and print the table.

    The file names the data, the formula and the clusters; 'hansa.ppml' takes the same in Python.
    """
    with terminal.working("loading"):
        from hansa.gravity.model_file import fit_model, read_model, to_json, write_tables  # slow import
        from hansa.gravity.table import regression_table  # slow import

    asked = read_model(model)
    with terminal.working("fitting") as say:
        fits = fit_model(asked, progress=lambda name, step, left: say(f"{name}: step {step}, {left:.0e} to go"))
        written = write_tables(asked, fits, output or model.parent)
    named = dict(zip((one.name for one in asked.models), fits, strict=True))
    typer.echo(to_json(asked, fits) if json else regression_table(named, form="text").rstrip())
    for path in written:
        terminal.remark(f"written: {path}")
