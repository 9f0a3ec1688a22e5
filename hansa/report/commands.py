"""Commands that show a figure of the report again, as text to be typed beside the store."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from hansa.trade.indicators.declare import NARROWING

if TYPE_CHECKING:
    from hansa.report.pair import Pair


def show(
    pair: Pair,
    key: str,
    options: Mapping[str, Any],
    *,
    frequency: str | None = None,
    told_by: str | None = None,
    scope: str = "goods",
    grouped: bool = True,
) -> str:
    """The command line that shows an indicator on the same flows."""
    parts = ["hansa", "show", key]
    for name, value in options.items():
        several = [value] if isinstance(value, str) else list(value)
        text = ",".join(map(str, several))
        parts += [f"--{name}", text] if name in NARROWING else ["-p", f"{name}={text}"]
    parts += _regroup(pair) if grouped else []
    for name, base in (
        ("frequency", frequency or ("A" if pair.summed and scope == "goods" else None)),
        ("told-by", told_by),
        ("scope", scope if scope != "goods" else None),
    ):
        parts += [f"--{name}", base] if base else []
    return shlex.join([*parts, *_where(pair)])


def mirror(pair: Pair) -> str:
    """The command line that shows both reports of the pair."""
    parts = ["hansa", "mirror", pair.a, pair.b, "--period", pair.period, *_regroup(pair)]
    return shlex.join([*parts, *(["--frequency", "A"] if pair.summed else []), *_where(pair)])


def report(pair: Pair, me: str, other: str, language: str) -> str:
    """The command line that makes this report."""
    sides = [
        group.option if (group := pair.group(code)) and group.period != pair.period else code for code in (me, other)
    ]
    parts = ["hansa", "report", *sides, "--period", pair.period, "--language", language]
    return shlex.join([*parts, *_where(pair)])


def register(pair: Pair, what: str, day: str) -> str:
    """The command line that shows what a register of promises and the store say together; REGISTER is its folder."""
    return shlex.join(["hansa", "register", what, "REGISTER", "--on", day, *_where(pair)])


def _where(pair: Pair) -> list[str]:
    """The store by the name of its folder (a report tells nothing of the machine it was made on), dataset, day."""
    where = ["--store", pair.store.archive.folder.name, "--dataset", pair.dataset]
    return where + (["--as-of", pair.as_of] if pair.as_of else [])


def _regroup(pair: Pair) -> list[str]:
    """What makes the sides that are groups out of their members."""
    return [word for group in pair.groups for word in ("--regroup", group.option)]
