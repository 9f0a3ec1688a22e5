"""What would happen if: scenarios of the register and of visitors, held against the economy of the office's store.

An economy is made once for each state of the store, year and model; the last answers are kept beside it. A question
that takes too long is broken off.
"""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from hansa import tables
from hansa.commitments.lifecycle import is_open
from hansa.commitments.records import Barrier
from hansa.commitments.register import Register
from hansa.commitments.removal import removal
from hansa.errors import DataError, HansaError, MissingTable, UnknownCode
from hansa.office.inquiry import years as traded_years
from hansa.office.statistics import Statistics, today
from hansa.scenario import Barrier as Change
from hansa.scenario import Scenario

if TYPE_CHECKING:
    from hansa.equilibrium.counterfactual import Counterfactual
    from hansa.equilibrium.economy import Economy

MODELS = ("caliendo-parro", "armington")
CLOSURES = ("fixed", "zero", "share")
LONGEST = 20_000  # signs of a pasted text
MOST = 50  # changes of a scenario
AT_ONCE = 4  # scenarios side by side
SECONDS = 20.0  # that one scenario may take
SOLVING = 2  # scenarios at once, by whomever
PATIENCE = 5.0  # seconds that somebody waits for one of these
CELLS = 500_000  # products by region by region; with more of them all products are one sector
THETA = (0.1, 60.0)  # trade elasticities that are taken
WHOLE = ("total",)  # the sectors of an economy that tells no products apart


class Unsolved(HansaError):
    """A scenario that did not come to an end. status : of HTTP."""

    def __init__(self, message: str, status: int) -> None:
        self.status = status
        super().__init__(message)


@dataclass(frozen=True)
class Setting:
    """Of which world a scenario is asked.

    year : the latest where it is empty. model : of `MODELS`. deficit : of `CLOSURES`. elasticity : of trade; the
    default of the library where it is None.
    """

    year: str = ""
    model: str = MODELS[0]
    deficit: str = CLOSURES[0]
    elasticity: float | None = None


def years(statistics: Statistics) -> tuple[str, ...]:
    """The years for which the store has trade and production (or GDP), in order; none where it has either alone."""

    def found() -> tuple[str, ...]:
        store = statistics.figures.store
        measure = next((one for one in ("production", "gdp") if one in store.measures()), "")
        if not measure:
            return ()
        made = store.side(measure).to_arrow()
        known = set(made["period"].to_pylist()) if "period" in made.column_names else None
        return tuple(year for year in traded_years(statistics) if known is None or year in known)

    return statistics.ask(("years of economies",), found) if statistics.store is not None else ()


def economy(statistics: Statistics, setting: Setting) -> Economy:
    """The world before.

    Raises
    ------
    UnknownCode : no such year or model. DataError : the elasticity is beyond its limits.
    HansaError : the store lacks what a world is made of, or it is not in balance; says what.
    """
    known = years(statistics)
    year = setting.year or (known[-1] if known else "")
    if setting.year and setting.year not in known:
        raise UnknownCode("year with trade and production", setting.year, known, hint=f"There are {', '.join(known)}.")
    if setting.model not in MODELS:
        raise UnknownCode("model", setting.model, MODELS, hint=f"There are {', '.join(MODELS)}.")
    if setting.deficit not in CLOSURES:
        raise UnknownCode("closure", setting.deficit, CLOSURES, hint=f"There are {', '.join(CLOSURES)}.")
    if setting.elasticity is not None and not THETA[0] <= setting.elasticity <= THETA[1]:
        raise DataError(f"The trade elasticity is from {THETA[0]:g} to {THETA[1]:g}, not {setting.elasticity:g}.")
    return _economy(statistics, year, setting.model, setting.elasticity)


def open_barriers(register: Register) -> list[Barrier]:
    """Barriers that stand today, of a register as somebody may see it."""
    return [one for one in register.of(Barrier) if is_open(one, today())]


def change(
    statistics: Statistics, world: Economy, barrier: Barrier, *, removed: float = 1.0, equivalent: float | None = None
) -> Change:
    """A barrier of the register as a change of a world.

    Raises
    ------
    DataError : it does not stand any more, nobody has said what it costs, or there is no trade that it stands before.
    UnknownCode : the world does not hold its regions.
    """
    if not is_open(barrier, today()):
        raise DataError(f"The barrier {barrier.id!r} does not stand any more: ask of one that does.")
    traded, known = _traded(statistics, world, barrier)
    return removal(barrier, traded, sectors=known, removed=removed, equivalent=equivalent)


def scenarios(text: str) -> tuple[Scenario, ...]:
    """The scenarios of a pasted text: TOML with [[change]], or several [[scenario]]. It may name no file.

    Raises
    ------
    DataError, UnknownCode : it is too long, no TOML, holds too much, or says what cannot be; names the line.

    >>> [one.name for one in scenarios('change = [{kind = "closure", origin = "XBR"}]')]
    ['scenario']
    """
    from hansa.scenario.reading import parsed  # slow import

    if len(text) > LONGEST:
        raise DataError(f"The text has {len(text):,} signs, and at most {LONGEST:,} are taken.")
    if re.search(r"\[\s{20}", text):  # which the reader of headers takes very long over
        raise DataError("A bracket has very many blanks behind it. Write [[change]].")
    found = tuple(Scenario(one.name or "scenario", one.changes, one.note) for one in parsed(text))
    if len(found) > AT_ONCE:
        raise DataError(f"The text holds {len(found)} scenarios, and at most {AT_ONCE} are shown side by side.")
    if large := next((one for one in found if _parts(one) > MOST), None):
        raise DataError(f"{large.name!r} has {_parts(large):,} changes, and at most {MOST} are taken at once.")
    return found


def simulated(statistics: Statistics, setting: Setting, scenario: Scenario) -> Counterfactual:
    """The world after a scenario. The last ones are kept.

    Raises
    ------
    HansaError : as `economy`; the scenario does not fit the world, or leaves it without an equilibrium.
    Unsolved : it takes too long, or others are being solved.
    """
    world = economy(statistics, setting)
    if not _PLACES.acquire(timeout=PATIENCE):
        raise Unsolved("Other scenarios are being solved just now. Try again in a minute.", 429)
    try:
        return _solved(statistics, world, scenario, setting.model, setting.deficit)
    finally:
        _PLACES.release()


_PLACES = threading.BoundedSemaphore(SOLVING)


def _parts(scenario: Scenario) -> int:
    """Changes of a scenario, each row of a table counted."""
    return sum(len(getattr(one, "rows", ())) or 1 for one in scenario.changes)


@lru_cache(maxsize=8)
def _solved(statistics: Statistics, world: Economy, scenario: Scenario, model: str, deficit: str) -> Counterfactual:
    from hansa.equilibrium.simulation import simulate  # slow import

    started = time.monotonic()

    def watched(*progress: Any) -> None:
        if time.monotonic() - started > SECONDS:
            raise Unsolved(
                f"The scenario {scenario.name!r} took more than {SECONDS:g} seconds and was stopped. Ask for fewer "
                "changes, or with the model of one sector.",
                422,
            )

    return simulate(world, scenario, model=model, deficit=deficit, lists=statistics.lists, progress=watched)


@lru_cache(maxsize=8)
def _economy(statistics: Statistics, year: str, model: str, theta: float | None) -> Economy:
    if theta is None:
        with tables.ENGINE:
            return _made(statistics, year, model)
    import numpy as np  # slow import

    world = _economy(statistics, year, model, None)
    stated = np.full(len(world.sectors), theta)
    return replace(world, elasticity=stated, elasticity_source="stated by whoever asked")


def _made(statistics: Statistics, year: str, model: str) -> Economy:
    """The economy of a year, by the first of the ways to make one that the store allows."""
    from hansa.equilibrium.economy import Economy  # slow import

    figures, lack = statistics.figures, None
    flows = figures.flows(None, frequency="A")
    for sectors, missing in _ways(statistics, model):
        try:
            return Economy.from_store(
                figures.store,
                period=year or None,
                flows=flows,
                sectors=sectors,
                missing_home=missing,
                tariffs=model != "armington",
            )
        except (DataError, MissingTable) as why:
            lack = lack or why
    assert lack is not None
    raise lack


def _ways(statistics: Statistics, model: str) -> list[tuple[str, str]]:
    """How products are added up, and regions without home sales treated, the best way first."""
    figures = statistics.figures
    found = [("total", ""), ("total", "drop")]
    flows = figures.flows(None, frequency="A")
    if model == "armington" or "product" not in flows.columns or "production" not in figures.store.measures():
        return found
    products = flows.totals("product").num_rows
    return [("product", ""), *found] if products * len(figures.regions(None)) ** 2 <= CELLS else found


def _traded(statistics: Statistics, world: Economy, barrier: Barrier) -> tuple[Mapping[str, float], Sequence[str]]:
    """Trade that a barrier stands before, by product, and the products that the world tells apart."""
    from hansa.equilibrium.place import directory  # slow import

    here = directory(world, statistics.lists)
    origins, destinations = here.several([barrier.origin]), here.several([barrier.destination])
    if world.sectors != WHOLE:
        values = world.flow[:, origins][:, :, destinations].sum(axis=(1, 2))
        return dict(zip(world.sectors, values.tolist(), strict=True)), world.sectors
    codes = tuple(tuple(world.regions[place] for place in places) for places in (origins, destinations))
    question = ("trade by product", world.period, codes)
    return statistics.ask(question, lambda: _by_product(statistics, world.period, codes)), ()


def _by_product(statistics: Statistics, period: str | None, ends: tuple[tuple[str, ...], ...]) -> dict[str, float]:
    """Goods and services of a pair by product, as the economy counts both."""
    figures, found = statistics.figures, dict[str, float]()
    for scope in ("goods", "services"):
        if not figures.datasets(scope):
            continue
        flows = figures.flows(None, scope, frequency="A").where(period=period, origin=ends[0], destination=ends[1])
        split = "product" if "product" in flows.columns else "origin"
        for row in flows.totals(split).to_pylist():
            name = row["product"] if split == "product" else "" if scope == "goods" else scope
            found[name] = found.get(name, 0.0) + (row["value"] or 0.0)
    return found
