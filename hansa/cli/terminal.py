"""What goes to the screen: figures to stdout, progress and remarks to stderr."""

from __future__ import annotations

import contextlib
import shutil
import sys
import textwrap
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from hansa.errors import DataError

if TYPE_CHECKING:
    from hansa.result import Result

FORMATS = ("table", "csv", "json")


def width() -> int:
    """Columns of the screen; 80 where there is none."""
    return max(40, min(shutil.get_terminal_size().columns, 120))


def say(text: str = "") -> None:
    """A paragraph, wrapped to the screen; what follows the first line is indented as the first."""
    indent = text[: len(text) - len(text.lstrip())]
    wrapped = textwrap.wrap(text, width(), subsequent_indent=indent, break_long_words=False, break_on_hyphens=False)
    typer.echo("\n".join(wrapped))


def remark(text: str) -> None:
    """A line beside the figures, on stderr."""
    typer.echo(text, err=True)


def rows(lines: Sequence[Sequence[str]], gap: int = 2) -> None:
    """Lines of cells, the last cell of each wrapped into what is left of the screen."""
    if not lines:
        return
    widths = [max(len(line[place]) for line in lines) for place in range(len(lines[0]) - 1)]
    start = sum(widths) + gap * len(widths)
    for *cells, last in lines:
        lead = "".join(f"{cell:<{size}}{' ' * gap}" for cell, size in zip(cells, widths, strict=True))
        wrapped = textwrap.wrap(last, max(20, width() - start), break_long_words=False, break_on_hyphens=False) or [""]
        typer.echo("\n".join([(lead + wrapped[0]).rstrip(), *(" " * start + line for line in wrapped[1:])]))


def give(result: Result, format: str | None, output: Path | None, limit: int | None) -> None:
    """A result in one of its forms, to the screen or into a file."""
    suffix = output.suffix.lstrip(".").lower() if output else ""
    wanted = format or (suffix if suffix in FORMATS else "table")
    if wanted not in FORMATS:
        raise DataError(f"{wanted!r} is no form of a table here; choose {', '.join(FORMATS)}.")
    text = _in_form(result, wanted, limit, None if output else width())
    if output is None:
        typer.echo(text, nl=not text.endswith("\n"))
    else:
        output.write_text(text if text.endswith("\n") else f"{text}\n", encoding="utf-8")
        remark(f"written: {output}")


def _in_form(result: Result, wanted: str, limit: int | None, columns: int | None) -> str:
    from dataclasses import replace  # slow import

    if wanted == "table":
        return result.to_text(**({} if limit is None else {"rows": limit}), width=columns)
    if limit is not None:
        result = replace(result, table=result.to_arrow().slice(0, limit))
    return result.to_csv() if wanted == "csv" else result.to_json()


@contextlib.contextmanager
def working(what: str) -> Iterator[Callable[[str], None]]:
    """A spinner on the screen while something long goes on; call what it gives to say what is next."""
    if not sys.stderr.isatty():
        yield lambda text: None
        return
    from rich.console import Console  # slow import
    from rich.text import Text  # slow import

    from hansa.wording.visible import visible  # slow import

    with Console(stderr=True).status(what) as status:
        yield lambda text: status.update(Text(visible(text)))  # a name of a file is no markup


@contextlib.contextmanager
def counting(what: str) -> Iterator[Callable[[int, int], None]]:
    """A bar that is told how much is done, of how much in all (0 where that is not known)."""
    if not sys.stderr.isatty():
        yield lambda done, total: None
        return
    from rich import progress  # slow import
    from rich.console import Console  # slow import

    columns = (
        progress.TextColumn(what),
        progress.BarColumn(),
        progress.DownloadColumn(),
        progress.TimeRemainingColumn(),
    )
    with progress.Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task(what, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total or None)
