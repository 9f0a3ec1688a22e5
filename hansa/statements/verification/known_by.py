"""A figure and how it is known: the method, the command that shows it again, sources and notes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from hansa.provenance import Provenance
from hansa.result import Result
from hansa.statements.verification.choice import Choice
from hansa.statements.verification.holdings import tellers_of
from hansa.statements.verification.ledger import PAIR, Ledger
from hansa.statements.verification.level import Level
from hansa.statements.verification.question import Question
from hansa.wording import Sentence


@dataclass(frozen=True)
class Figure:
    """What the data give, in the unit of the claim, and how it is known."""

    value: float
    arithmetic: Sentence
    method: str
    command: str
    provenance: Provenance
    notes: tuple[str, ...] = ()


def known_by(
    ledger: Ledger,
    asked: Question,
    choice: Choice,
    value: float,
    arithmetic: Sentence,
    found: Level,
    method: str = "",
    more: Mapping[str, Any] | None = None,
    *others: Level,
) -> Figure:
    """A figure made of levels."""
    method = method or found.method
    parts = list(dict.fromkeys([*(part for level in others for part in level.parts), *found.parts]))
    shown = found.parts[0] if method != found.method and len(found.parts) == 1 else parts
    options = {**found.options, **(more or {})}
    if "start" not in options:  # which narrows by itself
        options["period"] = shown
    provenance = found.provenance.merge(*(level.provenance for level in others))
    command = command_of(ledger, asked, choice, found.rhythm, method, options)
    return Figure(value, arithmetic, method, command, provenance.then(method, found.parts[0]), notes_of(found.result))


def command_of(
    ledger: Ledger, asked: Question, choice: Choice, rhythm: str, method: str, options: Mapping[str, Any]
) -> str:
    """What to type to see a figure. What one region reports of trade both ways is two commands, one for each way."""
    view, tellers = choice.view, tellers_of(ledger, replace(choice.view, told_by=None))
    if view.told_by in (None, *PAIR, "reconciled") or tellers == (view.told_by,):
        return ledger.command(view, rhythm, method, options)
    me = str(view.told_by)
    other = asked.partner if me == asked.region else asked.region
    shared: dict[str, Any] = {"period": options.get("period", ())}
    lines = []
    for key, side, there in (("exports", *PAIR), ("imports", *PAIR[::-1])):
        pair = {side: me, there: other} if other and asked.form not in ("share", "rank") else {side: me}
        by = ",".join(name for name in PAIR if name in pair or asked.form in ("share", "rank"))
        lines.append(ledger.command(replace(view, told_by=side), rhythm, key, {"by": by, **pair, **shared}))
    return "\n".join(lines)


def notes_of(result: Result) -> tuple[str, ...]:
    """The notes of a result, each once."""
    return tuple(dict.fromkeys(result.notes))
