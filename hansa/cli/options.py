"""Options that several commands share, and how their texts are read."""

from __future__ import annotations

import inspect
import typing
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from hansa.errors import DataError, UnknownCode

STORE = Path("hansa-store")
TRUE, FALSE = ("true", "yes", "1", "on"), ("false", "no", "0", "off")

StoreFolder = Annotated[Path, typer.Option("--store", "-s", help="Folder of the store.", metavar="FOLDER")]
Dataset = Annotated[str | None, typer.Option(help="Dataset of the store; needed where it has several.", metavar="NAME")]
AsOf = Annotated[str | None, typer.Option(help="What was known on that day.", metavar="YYYY-MM-DD")]
Frequency = Annotated[
    str | None, typer.Option(help="A (years), Q (quarters) or M (months); the coarsest by default.", metavar="A|Q|M")
]
Scope = Annotated[str, typer.Option(help="goods or services.", metavar="goods|services")]
ToldBy = Annotated[
    str | None,
    typer.Option(
        help="Whose report to take; where there are both, they are reconciled.", metavar="origin|destination|reconciled"
    ),
]
Parameters = Annotated[
    list[str] | None, typer.Option("--parameter", "-p", help="name=value; may be repeated.", metavar="NAME=VALUE")
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
        if not (equals and name.strip()):
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
