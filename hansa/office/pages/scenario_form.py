"""What a form or a link asks of scenarios: which barriers go and how far, what they cost, in which world."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest

from hansa.commitments.records import Barrier
from hansa.errors import HansaError, UnknownCode
from hansa.office import what_if
from hansa.office.pages.frame import Asked, url
from hansa.office.what_if import AT_ONCE, CLOSURES, MODELS, MOST, THETA, Setting
from hansa.wording import mark

SHARES = {"half": 0.5, "all": 1.0}  # how a link says what share of a barrier goes
NUMBERS = range(1, AT_ONCE + 1)
COSTLIEST = 1000.0  # per cent of the price that a barrier may be said to cost
NO_TEXT = mark("Paste or write a scenario first.")
NO_SHARE = mark("Write the share of a barrier that goes as {half}, {all}, or a number up to 1.")
NO_COST = mark("Write what it costs in per cent of the price, above 0: 12 for 12%.")
NO_THETA = mark("Write a number from {least} to {most}.")
UNKNOWN = mark("Choose one of the list.")
Faults = dict[str, list[str]]


@dataclass(frozen=True)
class Choice:
    """A barrier of a scenario, and the share of it that goes. way : as the link says it."""

    barrier: Barrier
    way: str
    removed: float


@dataclass(frozen=True)
class Form:
    """What was asked.

    theta : the elasticity, as typed. chosen : choices by number of the scenario. costs : equivalents that were stated,
    by id of the barrier, as typed. text : a scenario of one's own. between : the pair whose barriers are offered.
    faults : what is wrong, by field; ``lacking`` : what is not there for who asks.
    """

    setting: Setting
    theta: str = ""
    chosen: Mapping[int, tuple[Choice, ...]] = field(default_factory=dict)
    costs: Mapping[str, str] = field(default_factory=dict)
    text: str = ""
    between: tuple[str, str] = ("", "")
    faults: Mapping[str, list[str]] = field(default_factory=dict)

    @property
    def barriers(self) -> dict[str, Barrier]:
        """Every barrier that a scenario names, by id."""
        return {one.barrier.id: one.barrier for those in self.chosen.values() for one in those}

    def way(self, number: int, key: str) -> str:
        """How a barrier is chosen in a scenario; empty where it is not."""
        return next((one.way for one in self.chosen.get(number, ()) if one.barrier.id == key), "")

    def cost(self, key: str) -> float | None:
        """The equivalent that was stated for a barrier, a share of the price."""
        return number(self.costs[key]) / 100 if key in self.costs else None

    @property
    def query(self) -> list[tuple[str, str]]:
        """The question as a link has it, without empty fields."""
        setting = self.setting
        chosen = [(f"s{place}", f"{one.way}:{one.barrier.id}") for place, those in self.chosen.items() for one in those]
        told = [(f"e-{key}", text) for key, text in self.costs.items()]
        given = {"a": self.between[0], "b": self.between[1], "year": setting.year, "elasticity": self.theta}
        given |= {"model": setting.model if setting.model != MODELS[0] else ""}
        given |= {"deficit": setting.deficit if setting.deficit != CLOSURES[0] else ""}
        return [*chosen, *told, *((name, text) for name, text in given.items() if text)]


def link(query: Sequence[tuple[str, str]], **more: str) -> str:
    """The address of a question."""
    kept = [(name, text) for name, text in (*query, *more.items()) if text]
    return url("scenarios") + (f"?{urlencode(kept)}" if kept else "")


def shorter(request: HttpRequest) -> str:
    """The same address without the fields that a form sends empty; empty where it has none."""
    given = [(name, text) for name, texts in request.GET.lists() for text in texts]
    return link(given) if any(not text for _, text in given) else ""


def read_form(asked: Asked) -> Form:
    """What was written, and what is wrong with it."""
    request, words = asked.request, asked.words
    data = request.POST if request.method == "POST" else request.GET
    faults: Faults = {}
    setting, theta = _setting(asked, data, faults)
    chosen = {place: found for place in NUMBERS if (found := _choices(asked, data.getlist(f"s{place}"), faults))}
    named = {one.barrier.id for those in chosen.values() for one in those}
    costs = {key: text for key in named if (text := data.get(f"e-{key}", "").strip()[:20])}
    for key, cost in costs.items():
        if not 0 < number(cost) <= COSTLIEST:
            faults[f"e-{key}"] = [words(NO_COST)]
    text = request.POST.get("text", "").replace("\r\n", "\n").replace("\0", "")
    if request.method == "POST" and not text.strip():
        faults["text"] = [words(NO_TEXT)]
    between = (data.get("a", "").strip()[:80], data.get("b", "").strip()[:80])
    return Form(setting, theta, chosen, costs, text, between, faults)


def number(text: str) -> float:
    """A number as people write it; not a number where it is none.

    >>> number("4,5"), number("four")
    (4.5, nan)
    """
    try:
        return float(text.replace(",", ".")) if text.isascii() and "_" not in text else float("nan")
    except ValueError:
        return float("nan")


def years_of(asked: Asked) -> tuple[str, ...]:
    """The years that may be asked; none where the store has no world in it."""
    try:
        return what_if.years(asked.statistics)
    except HansaError:
        return ()


def _setting(asked: Asked, data: Any, faults: Faults) -> tuple[Setting, str]:
    words = asked.words
    said = {name: data.get(name, "").strip()[:40] for name in ("year", "model", "deficit", "elasticity")}
    for name, known in (("year", years_of(asked)), ("model", MODELS), ("deficit", CLOSURES)):
        if said[name] and said[name] not in known:
            faults[name], said[name] = [words(UNKNOWN)], ""
    theta = number(said["elasticity"]) if said["elasticity"] else None
    if theta is not None and not THETA[0] <= theta <= THETA[1]:
        ends = {"least": words.number(THETA[0], 1), "most": words.number(THETA[1], 0)}
        faults["elasticity"], theta = [words(NO_THETA).format(**ends)], None
    setting = Setting(said["year"], said["model"] or MODELS[0], said["deficit"] or CLOSURES[0], theta)
    return setting, said["elasticity"]


def _choices(asked: Asked, texts: Sequence[str], faults: Faults) -> tuple[Choice, ...]:
    """What a scenario removes. A draft that who asks may not see is no more than unknown to them."""
    found: dict[str, Choice] = {}
    for text in [text for text in texts if text][:MOST]:
        way, _, key = text.partition(":")
        removed = SHARES.get(way) or number(way)
        try:
            barrier = asked.snapshot.find(key, asked.viewer, "barrier").record
        except UnknownCode as lack:
            faults.setdefault("lacking", []).append(str(lack))
            continue
        assert isinstance(barrier, Barrier)
        if not -1 <= removed <= 1 or removed == 0:
            faults.setdefault("choice", []).append(asked.words(NO_SHARE).format(half="half", all="all"))
        else:
            found[key] = Choice(barrier, way[:20], removed)
    return tuple(found.values())
