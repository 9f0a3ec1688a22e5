"""Options that several commands share, and how their texts are read."""

from __future__ import annotations

import inspect
import typing
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import typer

from hansa.errors import DataError, UnknownCode

STORE = Path("hansa-store")
TABLES = (".csv", ".tsv", ".xlsx")
TRUE, FALSE = ("true", "yes", "1", "on"), ("false", "no", "0", "off")

StoreFolder = Annotated[Path, typer.Option("--store", "-s", help="Folder of the store.", metavar="FOLDER")]
Dataset = Annotated[str | None, typer.Option(help="Dataset of the store; needed where it has several.", metavar="NAME")]
AsOf = Annotated[str | None, typer.Option(help="What was known on that day.", metavar="YYYY-MM-DD")]
Frequency = Annotated[
    str | None, typer.Option(help="A (years), Q (quarters) or M (months); the coarsest by default.", metavar="A|Q|M")
]
Borders = Annotated[
    Path | None, typer.Option(help="Borders for the map (GeoJSON, TopoJSON); none are shown by default.")
]
Scope = Annotated[str, typer.Option(help="goods or services.", metavar="goods|services")]
ToldBy = Annotated[
    str | None,
    typer.Option(
        help="Whose report to take; where there are both, they are reconciled.", metavar="origin|destination|reconciled"
    ),
]
Regroup = Annotated[
    list[str] | None,
    typer.Option(
        help="Count a bloc as one region, with the members of the latest period; or of another: BLOC@2021; or what is "
        "left of it: 'BLOC without REGION'. May be repeated.",
        metavar="BLOC",
    ),
]
Parameters = Annotated[
    list[str] | None,
    typer.Option(
        "--parameter", "-p", help="name=value, or name=FILE.csv for a table; may be repeated.", metavar="NAME=VALUE"
    ),
]


def one_of(text: str, allowed: Sequence[str], option: str) -> str:
    """A text that must be one of a few."""
    if text not in allowed:
        raise UnknownCode(f"value of {option}", text, allowed, hint=f"It may be {', '.join(allowed)}.")
    return text


def several(texts: Iterable[str] | None) -> Any:
    """What an option that may be repeated, or hold commas, asks for: nothing, a text, or several."""
    parts = [part.strip() for text in texts or () for part in text.split(",") if part.strip()]
    return parts[0] if len(parts) == 1 else parts or None


def by_name(texts: Iterable[str]) -> dict[str, str]:
    """The parts of ``name=value`` options; of a name that comes twice the values are joined by commas."""
    found: dict[str, str] = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not (equals and name.strip() and value.strip()):
            raise DataError(f"{text!r} names no parameter. Write it as name=value, such as -p threshold=0.5.")
        name = name.strip().replace("-", "_")
        found[name] = f"{found[name]},{value}" if name in found else value
    return found


def hints(function: Callable[..., Any]) -> dict[str, Any]:
    """The declared types of the parameters of a function."""
    return typing.get_type_hints(inspect.unwrap(function))


def typed(of: str, parameters: Sequence[inspect.Parameter], kinds: Mapping[str, Any], texts: Mapping[str, str]) -> Any:
    """Parameters given as text, as the types that are declared.

    Raises
    ------
    UnknownCode : there is no such parameter; those there are are named.
    DataError : a text is not of the type.
    """
    known = {parameter.name: parameter for parameter in parameters}
    for name in texts:
        if name not in known:
            raise UnknownCode(f"parameter of {of!r}", name, known, hint=f"It has: {', '.join(known) or 'none'}.")
    return {name: _value(name, kinds.get(name, Any), known[name].default, text) for name, text in texts.items()}


def _value(name: str, hint: Any, default: Any, text: str) -> Any:
    if typing.get_origin(hint) is tuple:
        inner = typing.get_args(hint)[0]
        return tuple(_value(name, inner, None, part) for part in text.split(","))
    if hint is Any and text.lower().endswith(TABLES):
        return table(Path(text), name)
    kinds = {hint, *typing.get_args(hint), *([type(default)] if hint is Any else [])}
    try:
        if bool in kinds:
            return {**dict.fromkeys(TRUE, True), **dict.fromkeys(FALSE, False)}[text.strip().lower()]
        if float in kinds:
            return float(text)
        if int in kinds and str not in kinds:
            return int(text)
    except (ValueError, KeyError):
        wanted = "true or false" if bool in kinds else "a number" if float in kinds else "a whole number"
        raise DataError(f"Parameter {name!r} must be {wanted}, not {text!r}.") from None
    return text if kinds <= {str, int, type(None)} else several([text])


def table(path: Path, name: str) -> Any:
    """A table given as a parameter: labels are text, and the column `value` holds numbers.

    name : of the parameter; the table of a measure (gdp, tariff ...) knows the file it comes from.

    Raises
    ------
    DataError : there is no such file, it has no column `value`, or a cell of that column is no number.
    """
    from hansa.provenance import Provenance  # slow import
    from hansa.trade.readers.raw_table import ROW, open_raw  # slow import
    from hansa.trade.readers.raw_table import name as quoted  # slow import
    from hansa.trade.readers.written_number import writing_of  # slow import
    from hansa.trade.side import MEASURES, as_side  # slow import

    raw = open_raw(path)
    figures = raw.column("value")
    number = writing_of(raw, figures).number(f"trim({quoted(figures)})")
    rows = raw.rows(numbered=True)
    (first_wrong,) = rows.filter(f"({number}) is null").aggregate(f"min({ROW})").fetchall()[0]
    if first_wrong is not None:
        raise raw.error("There is no number in this cell.", first_wrong, "value")
    labels = [f"trim({quoted(held)}) as {quoted(said)}" for said, held in raw.names.items() if held != figures]
    found = rows.order(ROW).select(", ".join([*labels, f"{number} as {quoted('value')}"]))
    if name not in MEASURES:
        return found
    return replace(as_side(found, name), provenance=Provenance((raw.origin({}),)), notes=raw.notes)
