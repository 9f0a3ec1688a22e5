"""Scenarios written down in TOML, such that reading gives them again."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import fields
from typing import Any

from hansa.files import quoted
from hansa.scenario.change import KINDS, Change
from hansa.scenario.schedule import Corridor, TariffSchedule

NAMES = {kind: name for name, kind in KINDS.items()}
_UNSEEN = re.compile("[\x00-\x1f\x7f]")


def scenario_toml(
    name: str,
    changes: Sequence[Change],
    note: str = "",
    table: Callable[[int, str, tuple[Any, ...]], str] | None = None,
) -> str:
    """A scenario as TOML.

    Parameters
    ----------
    table : asked for each change that has rows, with its place, kind and rows: the name of the file where it put them,
        or "" where they are to be written here. By default they are written here.

    >>> from hansa.scenario.change import Closure
    >>> from hansa.scenario.where import Where
    >>> print(scenario_toml("A market closes", [Closure(Where("XBR", "XKA"))]), end="")
    name = "A market closes"
    <BLANKLINE>
    [[change]]
    kind = "closure"
    origin = "XBR"
    destination = "XKA"
    """
    lines = [f"name = {_value(name)}"]
    if note:
        lines.append(f"note = {_value(note)}")
    for place, change in enumerate(changes, 1):
        lines += ["", "[[change]]", f"kind = {_value(NAMES[type(change)])}", *_change(place, change, table)]
    return "\n".join(lines) + "\n"


def _change(place: int, change: Change, table: Callable[[int, str, tuple[Any, ...]], str] | None) -> list[str]:
    lines = []
    for one in fields(change):
        value = getattr(change, one.name)
        if one.name == "where":
            lines += [
                f"{part.name} = {_value(getattr(value, part.name))}"
                for part in fields(value)
                if getattr(value, part.name) != part.default
            ]
        elif one.name == "rows" and isinstance(change, TariffSchedule | Corridor):
            file = table(place, NAMES[type(change)], change.rows) if table is not None else ""
            lines += [f"file = {_value(file)}"] if file else ["rows = [", *map(_row, change.rows), "]"]
        elif value != one.default:
            lines.append(f"{one.name} = {_value(value)}")
    return lines


def _row(row: Any) -> str:
    cells = [(one.name, getattr(row, one.name)) for one in fields(row)]
    inner = ", ".join(f"{name} = {_value(value)}" for name, value in cells if value is not None and value != "")
    return f"  {{{inner}}},"


def _value(value: str | bool | float | tuple[str, ...]) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return _UNSEEN.sub(lambda letter: f"\\u{ord(letter[0]):04X}", quoted(value))
    if isinstance(value, tuple):
        return _value(value[0]) if len(value) == 1 else f"[{', '.join(map(_value, value))}]"
    return repr(value)
