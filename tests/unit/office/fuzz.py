"""Asks the interface whatever its description allows, and what it forbids, as somebody of the sample world.

Half of the questions are bent towards what is there: ids of records, their tags, and contents of which only some fields
were made up, since made up ids alone would never get past "not found".
"""

from __future__ import annotations

import itertools
import random
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import hypothesis
import schemathesis
from django.core.wsgi import get_wsgi_application
from rest_framework.throttling import ScopedRateThrottle
from schemathesis import GenerationMode, openapi
from schemathesis.core.failures import FailureGroup

from hansa.commitments.records import KINDS
from hansa.office.api.serializer import fields_written
from hansa.office.api.tokens import new_token
from hansa.office.labels import OF_PLURAL, PLURAL
from hansa.office.models import Account
from hansa.office.snapshot import Held, current

CALLERS = ("", "reporter-brinmark", "editor", "chair", "admin")
CHECKS = schemathesis.checks.CHECKS
# An id that nothing has, or a text that nobody could have meant, is refused though its form is right.
UNFIT = ("positive_data_acceptance", "ignored_auth", "use_after_free", "ensure_resource_availability")


@dataclass
class Asked:
    """What was asked and what came of it. statuses : how often each came; failures : check -> examples."""

    cases: int = 0
    statuses: Counter[int] = field(default_factory=Counter)
    failures: dict[str, list[str]] = field(default_factory=dict)


@contextmanager
def unthrottled() -> Iterator[None]:
    """As many questions as one likes."""
    before = dict(ScopedRateThrottle.THROTTLE_RATES)
    ScopedRateThrottle.THROTTLE_RATES.update(dict.fromkeys(before, "1000000/min"))
    try:
        yield
    finally:
        ScopedRateThrottle.THROTTLE_RATES.update(before)


def ask_everything(
    callers: Sequence[str], examples: int, seed: int = 0, kinds: Collection[str] = tuple(KINDS)
) -> Asked:
    """Every operation so many times, half of them with what the description allows and half with what it forbids.

    callers : take turns. kinds : of records; what is asked of others is left out.
    """
    left_out = tuple(f"/api/v1/{plural}" for kind, plural in PLURAL.items() if kind not in kinds)
    turns = itertools.cycle([_headers(caller) for caller in callers])
    description = openapi.from_wsgi("/api/v1/openapi.json", get_wsgi_application())
    checks = [check for check in CHECKS.get_all() if check.__name__ not in UNFIT]
    asked = Asked()
    with unthrottled():
        for number, found in enumerate(description.get_all_operations()):
            if left_out and found.ok().path.startswith(left_out):
                continue
            for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
                _ask(asked, found.ok(), mode, checks, turns, max(1, examples // 2), f"{seed} {number} {mode}")
    return asked


def _headers(caller: str) -> dict[str, str]:
    if not caller:
        return {}
    return {"Authorization": f"Bearer {new_token(Account.objects.get(name=caller), 'fuzz')[1]}"}


def _ask(
    asked: Asked, operation: Any, mode: Any, checks: Any, turns: Iterator[dict[str, str]], examples: int, seed: str
) -> None:
    dice = random.Random(seed)

    @hypothesis.seed(seed)
    @hypothesis.settings(
        max_examples=examples,
        database=None,
        derandomize=False,
        deadline=None,
        phases=[hypothesis.Phase.generate],
        suppress_health_check=list(hypothesis.HealthCheck),
    )
    @hypothesis.given(case=operation.as_strategy(generation_mode=mode))
    def ask(case: Any) -> None:
        headers = next(turns)
        if mode == GenerationMode.POSITIVE and dice.random() < 0.8:
            bend(case, dice)
        response = case.call(headers=headers)
        asked.cases += 1
        asked.statuses[response.status_code] += 1
        try:
            case.validate_response(response, checks=checks, headers=headers)
        except FailureGroup as group:
            for one in group.exceptions:
                told = f"{operation.label} {case.path_parameters} {case.query} {case.body!r:.300}: {one}"
                asked.failures.setdefault(type(one).__name__, []).append(told)

    with suppress(hypothesis.errors.Unsatisfiable):  # nothing can be wrong with a question without parts
        ask()


def bend(case: Any, dice: random.Random) -> None:
    """Make a question one about a record that is there, under its tag, with most of its content."""
    kind = OF_PLURAL.get(case.path.removeprefix("/api/v1/").split("/")[0])
    held: list[Held] = [one for one in current().held.values() if one.kind == kind]
    if not kind or not held:
        return
    one = dice.choice(held)
    if "id" in (case.path_parameters or {}):
        case.path_parameters["id"] = one.record.id
        if "If-Match" in (case.headers or {}) and dice.random() < 0.9:
            case.headers["If-Match"] = f'"{one.tag}"'
    if isinstance(case.body, dict) and "id" in case.body:
        made_up = {name: value for name, value in case.body.items() if dice.random() < 0.15}
        case.body = {**fields_written(one.record), **made_up}
        if case.method == "POST":
            case.body["id"] = f"made-up-{dice.randrange(10**9)}"
    elif isinstance(case.body, dict) and "state" in case.body and dice.random() < 0.7:
        case.body |= dict.fromkeys(("by", "party"))
