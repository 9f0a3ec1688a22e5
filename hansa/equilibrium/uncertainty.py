"""How far a counterfactual hangs on numbers that are only estimated: elasticities, coefficients, sizes of barriers.

Each draw takes other values for them and solves the world again from the central solution. Points are those of a
scrambled Sobol sequence (Owen 1998), one dimension for each uncertain number, made before the work is shared out, so
that figures do not depend on who does it. Scenarios that are compared take common random numbers.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Executor, as_completed
from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from hansa.equilibrium import sampling, simulation
from hansa.equilibrium.counterfactual import Counterfactual
from hansa.equilibrium.economy import Economy
from hansa.equilibrium.place import directory
from hansa.equilibrium.uncertain_term import Term, shifted, uncertain_terms
from hansa.errors import DataError, NotConverged, NotIdentified, UnknownCode
from hansa.regions.lists import Lists
from hansa.result import Result
from hansa.scenario import Barrier, Scenario

Array = NDArray[np.float64]
Spread = float | Mapping[str, float] | Sequence[float] | NDArray[np.float64]
Progress = Callable[[int, int], None]
TASKS = 32  # pieces the draws are cut into: enough for a few dozen workers, and the economy travels once for each
MOST_TRADE = 5e8  # bytes of trade by pair kept for all draws, where nobody says
LEVEL = 0.9
# ln of five published aggregate elasticities (8.28, 6.53, 5.03, 4.55 and about 4) has a standard deviation of 0.3
ELASTICITY_SPREAD = 0.3
SPREAD_SOURCE = (
    "as ln theta differs between Eaton and Kortum 2002, Costinot, Donaldson and Komunjer 2012, Head and Mayer 2014, "
    "Caliendo and Parro 2015 and Simonovska and Waugh 2014"
)
_UNIT = "change as a fraction, 0.01 = 1 %"
FIGURES = ("real_income", "real_wage", "price", "wage", "exports", "imports", "output")
HATS = 4  # of these there always are; the others are not, where there was nothing before
REASONS = {NotConverged: "not converged", NotIdentified: "no equilibrium", DataError: "impossible values"}


class Failure(NamedTuple):
    """A draw that could not be solved: its number from 0, the kind of reason, and what the solver said."""

    draw: int
    reason: str
    message: str


@dataclass(frozen=True, eq=False)
class Draws:
    """A counterfactual many times over.

    Parameters
    ----------
    central : with every number at its central value.
    change : by figure (real_income, real_wage, price, wage, exports, imports, output): (S, n) changes as fractions, NaN
        in the rows of draws that were not solved.
    flow : (S, n, n) trade after by origin and destination, or None where it was not kept.
    drawn : what was drawn, by name: (S, sectors) elasticities under ``elasticity``, (S,) of each other number.
    failed : draws that were not solved.
    notes : how the draws were made.
    """

    central: Counterfactual
    change: Mapping[str, Array]
    flow: Array | None
    drawn: Mapping[str, Array]
    failed: tuple[Failure, ...]
    notes: tuple[str, ...]

    def regions(self, figure: str = "real_income", *, level: float = LEVEL) -> Result:
        """One figure of every region: central value, median, interval, and share of draws with the central sign.

        figure : real_income, real_wage, price, wage, exports, imports or output; changes as fractions.
        level : of the interval between percentiles; 0.9 goes from the 5th to the 95th.

        Raises
        ------
        UnknownCode : there is no such figure.  DataError : the level is not between 0 and 1.
        """
        if figure not in self.change:
            raise UnknownCode("figure of draws", figure, self.change, hint=f"It may be {', '.join(self.change)}.")
        centre = _changes(self.central)[figure]
        told = sampling.summarise(self.change[figure], centre, level=level)
        table = pa.table({"region": pa.array(self.central.economy.regions), **_columns(centre, told)})
        return self._result(table, f"{figure} by region, {self._count}", _UNIT, level)

    def trade(
        self,
        origin: str | Sequence[str] | None = None,
        destination: str | Sequence[str] | None = None,
        *,
        level: float = LEVEL,
    ) -> Result:
        """Change of trade of pairs over all sectors: central value, median, interval, share with the central sign.

        origin, destination : regions or blocs; all by default. Pairs without trade before are left out.

        Raises
        ------
        UnknownCode : a region that the economy does not hold.
        DataError : trade was not kept, or none of the pairs had any.
        """
        if self.flow is None:
            raise DataError("Trade by pair was not kept, for want of memory. Draw again with trade=True.")
        economy = self.central.economy
        book = directory(economy, self.central.lists)
        i, j = (book.several(_texts(side)) for side in (origin, destination))
        before = economy.flow[:, i][:, :, j].sum(0)
        rows = np.nonzero(before)
        if not rows[0].size:
            raise DataError("These pairs have no trade before: there is no change to speak of.")
        terms = self.central.terms(i, j)
        centre = (terms.after.sum(0) / np.where(before > 0, before, 1.0))[rows] - 1
        told = sampling.summarise(self.flow[:, i[rows[0]], j[rows[1]]] / before[rows] - 1, centre, level=level)
        codes = np.array(economy.regions, object)
        labels = {"origin": pa.array(codes[i[rows[0]]]), "destination": pa.array(codes[j[rows[1]]])}
        table = pa.table({**labels, **_columns(centre, told)})
        return self._result(table, f"Trade of pairs, {self._count}", _UNIT, level)

    def failures(self) -> Result:
        """Every draw that was not solved, with the values that were drawn and the reason."""
        rows = [one.draw for one in self.failed]
        columns: dict[str, pa.Array] = {"draw": pa.array(rows, pa.int64())}
        for name, values in self.drawn.items():
            columns[name] = pa.array(values[rows] if values.ndim == 1 else values[rows].mean(1))
        for name in ("reason", "message"):
            columns[name] = pa.array([getattr(one, name) for one in self.failed], pa.string())
        return self._result(pa.table(columns), "Draws that were not solved", "elasticity is the mean of the sectors")

    @cached_property
    def _count(self) -> str:
        return f"{len(self.change[FIGURES[0]]):,} draws"

    def _result(self, table: pa.Table, title: str, unit: str, level: float | None = None) -> Result:
        said, notes = self.central.regions(), self.notes
        if level is not None:
            ends = " and ".join(f"{50 * (1 + side * level):g}" for side in (-1, 1))
            notes = (f"low and high are the percentiles {ends} of the draws that were solved", *notes)
        meta = {**said.meta, "draws": len(self.change[FIGURES[0]]), "failed": len(self.failed), "level": level}
        provenance = said.provenance.then("draws", self.notes[0])
        return Result(table, title, unit, said.method, said.reference, provenance, (*notes, *said.notes), meta)


class _World(NamedTuple):
    """What a worker needs: the central counterfactual, the terms, and which normals are whose."""

    central: Counterfactual
    spread: Array  # (J,) or (1,) standard errors of ln theta; one for all sectors is one number
    terms: tuple[Term, ...]
    place: tuple[int, ...]  # of each term among the normals
    trade: bool

    def elasticity(self, z: Array) -> Array:
        """(..., J) elasticities for normals (..., d)."""
        return np.asarray(self.central.economy.elasticity * np.exp(self.spread * z[..., : self.spread.size]))


Piece = tuple[Array, Array | None, list[tuple[int, str, str]]]


def draws(
    economy: Economy,
    scenario: Scenario,
    *,
    draws: int = 500,
    elasticity_spread: Spread = ELASTICITY_SPREAD,
    barrier_spread: float = 0.0,
    seed: int = 0,
    model: str | None = None,
    deficit: str = "fixed",
    beside: Iterable[Scenario] = (),
    trade: bool | None = None,
    executor: Executor | None = None,
    lists: Lists | None = None,
    progress: Progress | None = None,
) -> Draws:
    """Solve a scenario many times, with other values of the numbers that are only estimated.

    Elasticities are log-normal around those of the economy, coefficients of trade effects, blocs and corridors normal
    with the error that the scenario gives them, sizes of barriers log-normal. The rest of the scenario is as it stands.

    Parameters
    ----------
    economy, scenario, model, deficit, lists : as for `simulate`.
    draws : how many; powers of two cover the space most evenly.
    elasticity_spread : standard error of ln theta. One number: all sectors move together (their level is uncertain). By
        sector: each moves on its own (errors of separate estimates).
    barrier_spread : standard error of ln of each ad-valorem equivalent, 0.5 for a size known within a factor of two or
        so; 0 takes the sizes as they are.
    seed : of the random numbers, 0 or more; the same seed gives the same figures on any number of workers.
    beside : other scenarios to compare with: they get the same random numbers where the same ones are given to each.
    trade : keep trade by pair for `Draws.trade`; by default where it takes less than half a gigabyte.
    executor : any of concurrent.futures; None: one draw after another, here. The economy travels 32 times in all.
    progress : called with the number of draws done and of all.

    Raises
    ------
    DataError : fewer than two draws, a negative spread or seed; and as `simulate`, for the central values.
    NotIdentified : fewer than two draws could be solved; and as `simulate`.
    NotConverged, UnknownCode : as `simulate`.

    >>> from hansa.scenario import TradeCost, Where
    >>> trade = {"origin": list("AABB"), "destination": list("ABAB"), "value": [80.0, 20.0, 20.0, 180.0]}
    >>> bridge = Scenario("bridge", (TradeCost(Where("A", "B", both=True), 0.9),))
    >>> told = draws(Economy.from_flows(trade, elasticity=4.0), bridge, draws=64)
    >>> row = told.regions().rows()[0]
    >>> row["region"], round(row["central"], 4), row["low"] < row["median"] < row["high"], row["same_sign"]
    ('A', 0.0271, True, 1.0)
    """
    central = simulation.simulate(economy, scenario, model=model, deficit=deficit, lists=lists)
    base = central.economy
    spread = _spreads(base, elasticity_spread)
    terms = uncertain_terms(base, scenario, barrier_spread=barrier_spread, lists=lists)
    others = [uncertain_terms(base, other, barrier_spread=barrier_spread, lists=lists) for other in beside]
    names = sorted({term.name for several in (terms, *others) for term in several})
    place = tuple(spread.size + names.index(term.name) for term in terms)
    z = sampling.normals(draws, spread.size + len(names), seed=seed)
    n = len(base.regions)
    world = _World(central, spread, terms, place, 8.0 * draws * n * n <= MOST_TRADE if trade is None else trade)
    pieces = _shared_out(partial(_solved, world), z, executor, progress)
    change = np.concatenate([piece[0] for piece in pieces])
    flow = np.concatenate([piece[1] for piece in pieces if piece[1] is not None]) if world.trade else None
    drawn = {"elasticity": world.elasticity(z)}
    drawn |= {
        term.name: np.array([term.drawn(size) for size in z[:, at]]) for term, at in zip(terms, place, strict=True)
    }
    failed = _failures(pieces)
    if draws - len(failed) < 2:
        raise NotIdentified(f"{draws - len(failed)} of {draws:,} draws could be solved: {_told(failed, draws)}")
    notes = (
        f"{draws:,} draws from a scrambled Sobol sequence, seed {seed}",
        *_notes(central, world, elasticity_spread, barrier_spread, scenario),
        *([_told(failed, draws)] if failed else []),
    )
    return Draws(central, {name: change[:, k] for k, name in enumerate(FIGURES)}, flow, drawn, failed, notes)


def _spreads(economy: Economy, given: Spread) -> Array:
    """(1,) one for all sectors, or (J,) one for each."""
    sectors = economy.sectors
    if isinstance(given, Mapping):
        if strange := next((name for name in given if name not in sectors), None):
            raise UnknownCode("sector of the economy", strange, sectors, hint="Spreads are given by sector.")
        if lacking := next((name for name in sectors if name not in given), None):
            raise DataError(
                f"Sector {lacking!r} has no spread. Give one for each sector (0 is certain), or one number."
            )
        given = [given[name] for name in sectors]
    values = np.atleast_1d(np.asarray(given, np.float64))
    if values.shape not in ((1,), (len(sectors),)):
        raise DataError(f"There are {len(sectors):,} sectors and {values.size:,} spreads. Give one for each.")
    if not (np.isfinite(values) & (values >= 0)).all():
        raise DataError(f"elasticity_spread is {values.min():g}; a standard error is 0 or more.")
    return np.asarray(values)


def _solved(world: _World, z: Array) -> Piece:
    """The draws of some rows of normals. At module level, so that it can be sent to processes."""
    n = len(world.central.economy.regions)
    change = np.full((len(z), len(FIGURES), n), np.nan)
    flow = np.full((len(z), n, n), np.nan) if world.trade else None
    failed = list[tuple[int, str, str]]()
    everywhere = np.arange(n)
    for row, normal in enumerate(z):
        try:
            with np.errstate(all="ignore"):  # what is then no number is refused
                one = _draw(world, normal)
                figures = np.array(list(_changes(one).values()))
                traded = one.terms(everywhere, everywhere).after.sum(0) if flow is not None else None
            _refuse_no_numbers(figures[:HATS], traded)
        except (NotConverged, NotIdentified, DataError) as fault:
            failed.append((row, REASONS.get(type(fault), "impossible values"), str(fault)))
            continue
        change[row] = figures
        if flow is not None:
            flow[row] = traded
    return change, flow, failed


def _refuse_no_numbers(hats: Array, traded: Array | None) -> None:
    if not np.isfinite(hats).all() or (traded is not None and not np.isfinite(traded).all()):
        raise DataError("Prices leave what numbers can hold. Draw with a smaller spread.")


def _draw(world: _World, z: Array) -> Counterfactual:
    central = world.central
    shock = shifted(central.shock, world.terms, tuple(float(z[at]) for at in world.place))
    outcome = simulation.solve(
        central.economy, shock, model=central.model, deficit=central.deficit, elasticity=world.elasticity(z),
        start=central.outcome.state,
    )  # fmt: skip
    return replace(central, shock=shock, outcome=outcome)


def _changes(one: Counterfactual) -> dict[str, Array]:
    """(n,) of each of `FIGURES`: changes as fractions, NaN where there was nothing before."""
    b, a = one.before, one.after
    levels = {
        "exports": (b.exports, a.exports),
        "imports": (b.imports, a.imports),
        "output": (b.output.sum(0), a.output.sum(0)),
    }
    growth = {
        k: np.divide(new, old, out=np.full(old.shape, np.nan), where=old != 0) - 1 for k, (old, new) in levels.items()
    }
    hats = (one.real_income_hat, a.wage_hat / a.price_hat, a.price_hat, a.wage_hat)
    return {**{name: np.asarray(hat - 1) for name, hat in zip(FIGURES, hats, strict=False)}, **growth}


def _shared_out(
    task: Callable[[Array], Piece], z: Array, executor: Executor | None, progress: Progress | None
) -> list[Piece]:
    """All pieces in order of draws, whoever did them."""
    size = -(-len(z) // TASKS)
    parts = [z[first : first + size] for first in range(0, len(z), size)]
    told: list[Any] = [None] * len(parts)
    done = 0

    def keep(k: int, piece: Piece) -> None:
        nonlocal done
        told[k] = piece
        done += len(parts[k])
        if progress is not None:
            progress(done, len(z))

    if executor is None:
        for k, part in enumerate(parts):
            keep(k, task(part))
        return told
    waiting = {executor.submit(task, part): k for k, part in enumerate(parts)}
    try:
        for future in as_completed(waiting):
            keep(waiting[future], future.result())
    finally:
        for future in waiting:
            future.cancel()
    return told


def _failures(pieces: Sequence[Piece]) -> tuple[Failure, ...]:
    first, found = 0, list[Failure]()
    for change, _, failed in pieces:
        found += [Failure(first + row, reason, message) for row, reason, message in failed]
        first += len(change)
    return tuple(found)


def _told(failed: Sequence[Failure], draws: int) -> str:
    example = {one.reason: one for one in reversed(failed)}
    parts = [
        f"{count:,} {reason}, e.g. draw {example[reason].draw} ({example[reason].message.rstrip('.')})"
        for reason, count in Counter(one.reason for one in failed).items()
    ]
    return f"{len(failed):,} of {draws:,} draws were not solved and are left out: {'; '.join(parts)}"


def _notes(
    central: Counterfactual, world: _World, given: Spread, barrier_spread: float, scenario: Scenario
) -> list[str]:
    """What was drawn and how, and what was taken as certain."""
    spread = world.spread
    source = f", {SPREAD_SOURCE}" if isinstance(given, float) and given == ELASTICITY_SPREAD else ""
    if spread.size > 1:
        size = f"{spread.min():g} to {spread.max():g}, each sector on its own"
    else:
        size = f"{spread[0]:g}{', all sectors together' if len(central.economy.sectors) > 1 else ''}"
    notes = [f"elasticities are log-normal, standard error of ln {size}{source}"]
    notes += dict.fromkeys(_said(term) for term in world.terms)
    if not barrier_spread and any(
        isinstance(one, Barrier) or getattr(one, "equivalent", None) for one in scenario.changes
    ):
        notes.append("sizes of barriers are taken as certain; a spread of barriers lets them vary")
    if central.deficit == "zero":
        notes.append("the world without deficits is that of the central elasticities in all draws")
    return notes


def _said(term: Term) -> str:
    if term.removed is None:
        return f"{term.name}, normal, standard error in brackets"
    return f"{term.name}, log-normal, {term.value:g}, standard error of ln {term.error:g}"


def _columns(centre: Array, told: sampling.Range) -> dict[str, pa.Array]:
    figures = {
        "central": centre,
        "median": told.median,
        "low": told.low,
        "high": told.high,
        "same_sign": told.same_sign,
    }
    return {name: pa.array(values, from_pandas=True) for name, values in figures.items()}


def _texts(side: str | Sequence[str] | None) -> tuple[str, ...]:
    return () if side is None else (side,) if isinstance(side, str) else tuple(side)
