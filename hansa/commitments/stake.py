"""What a barrier costs: the trade it stands in the way of, and what its removal did to that trade."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from hansa import dense
from hansa import period as periods
from hansa.commitments import ratio_of_ratios as numbers
from hansa.commitments.figures import Figures, covered, figures_of
from hansa.commitments.lifecycle import state_on
from hansa.commitments.records import Barrier
from hansa.commitments.register import Register
from hansa.errors import DataError, HansaError
from hansa.provenance import Provenance
from hansa.regions.bloc import days_of
from hansa.regions.lists import Lists
from hansa.result import Result
from hansa.trade.flows import Flows
from hansa.trade.group import region_codes
from hansa.trade.store import Store

T = TypeVar("T")
YEARS = 2  # of trade before and after a removal that are compared, where not said
GONE = ("removed",)
METHOD, EFFECT_METHOD = "trade_at_stake", "removal_effect"
REFERENCE = "ratios of four flows, Head, Mayer and Ries 2010; difference in differences over products and time"
LIMITS = (
    "the effect is on trade against what competitors sold to the same market: where the origin is large there, its "
    "whole trade grew by less, since prices there fell too",
    "what else changed for these products of this pair in the same years (a tariff, a quota) cannot be told apart",
)
EFFECT_COLUMNS = {
    **dict.fromkeys(("barrier", "told_by", "before", "after"), pa.string()),
    **dict.fromkeys(("products", "controls"), pa.int64()),
    **dict.fromkeys(("growth", "expected", "log_effect", "log_error", "low", "high", "effect"), pa.float64()),
}


def at_stake(
    barrier: Barrier,
    store: Store | Figures,
    *,
    on: str | None = None,
    as_of: str | None = None,
    dataset: str | None = None,
    lists: Lists | None = None,
    years: int = YEARS,
    elasticity: float | Mapping[str, float] | None = None,
) -> Result:
    """The trade that a barrier stands in the way of, by period, and what its removal did to it.

    Parameters
    ----------
    store : or `Figures` of one, which are loaded once for many questions and have settled `as_of`, `dataset` and
        `lists`.
    on : the day (ISO) whose state of the barrier is told; by default `as_of` or today. What happened later is unknown.
    as_of : the store as it was known on that day; by default the latest vintage, not later than `on` where it is given.
    years, elasticity : of `removal_effect`, which is in ``meta["effect"]`` once the barrier is removed.

    Returns
    -------
    Result with columns period; state (at the end of the period: None before anything was reported); reported_by_origin,
    reported_by_destination (as reported, where there are both reports); pair (all trade of the pair in that direction);
    affected (trade in the products, reconciled where there are both reports); share (of the pair's trade).

    Raises
    ------
    DataError : the flows name neither the pair nor the products; `as_of`, `dataset` or `lists` beside Figures.
    """
    figures = figures_of(store, on, as_of, dataset, lists)
    return _at_stake(barrier, figures, _Question(_day(on, figures), years, elasticity))


def removal_effect(
    barrier: Barrier,
    store: Store | Figures,
    *,
    on: str | None = None,
    as_of: str | None = None,
    dataset: str | None = None,
    lists: Lists | None = None,
    years: int = YEARS,
    elasticity: float | Mapping[str, float] | None = None,
) -> Result:
    """What the removal of a barrier did to the trade it hindered, by each report: a ratio of ratios.

    Each product's growth from the `years` whole years before the removal to those after it is set against the same
    origin's sales of the product to other destinations and the same destination's purchases of it from others
    (`hansa.commitments.ratio_of_ratios.ratio_of_four`), and the mean over the products that were hindered against that
    over the pair's other products (`effect`). The year in which it was removed counts on neither side, unless it was
    removed on its first day.

    Parameters
    ----------
    store : or `Figures` of one, as in `at_stake`.
    elasticity : of trade to trade costs, above zero, one or by product: gives the expected effect
        (1 + equivalent)^elasticity where the barrier has an ad-valorem equivalent.

    Returns
    -------
    Result, a row for each report (the reconciled value first): barrier, told_by, before, after (years compared),
    products, controls (how many were compared), growth (of the hindered flow, after over before), expected,
    log_effect, log_error, low, high (5 and 95 %), effect (factor by which trade is higher than it would have been).
    Where no effect can be found, figures are null and a note says why.

    Raises
    ------
    DataError : the barrier is not removed by that day, or `years` is no number from 1 up; `as_of`, `dataset` or
        `lists` beside Figures.
    """
    figures = figures_of(store, on, as_of, dataset, lists)
    return _removal_effect(barrier, figures, _Question(_day(on, figures), years, elasticity))


def stakes(
    register: Register,
    store: Store | Figures,
    *,
    on: str | None = None,
    as_of: str | None = None,
    dataset: str | None = None,
    lists: Lists | None = None,
    years: int = YEARS,
    elasticity: float | Mapping[str, float] | None = None,
) -> Result:
    """Every barrier of a register with the trade at stake in the latest period, the costliest first.

    Columns: barrier, title, origin, destination, owner, deadline, equivalent, state, period (the latest), share,
    before, after (means of the affected trade before and after the removal), effect, low, high (`removal_effect`),
    note (what is missing), affected. A barrier whose trade cannot be found has a note and no figures.

    store : or `Figures` of one, as in `at_stake`.

    Raises
    ------
    DataError : `as_of`, `dataset` or `lists` beside Figures.
    """
    figures = figures_of(store, on, as_of, dataset, lists)
    question = _Question(_day(on, figures), years, elasticity)
    rows, notes, provenance = [], dict[str, None](), register.provenance
    unit = "currency of the flows"
    for barrier, found in _each_at_stake(register, figures, question):
        state = state_on(barrier.history, question.day)
        row: dict[str, Any] = {name: getattr(barrier, name) for name in ("title", "origin", "destination", "owner")}
        row |= {"barrier": barrier.id, "deadline": barrier.deadline, "equivalent": barrier.equivalent}
        row["state"] = state.state if state else None
        if isinstance(found, HansaError):
            rows.append(row | {"note": str(found)})
            continue
        rows.append(row | _latest(found))
        flows = Provenance(found.provenance.sources, found.provenance.steps[:-1])
        provenance, unit = provenance.merge(flows), found.unit.partition(";")[0]
        notes.update(dict.fromkeys(note for note in found.notes if note in LIMITS))
    rows.sort(key=lambda row: -(row.get("affected") or 0.0))
    texts = ("barrier", "title", "origin", "destination", "owner", "deadline")
    kinds = {**dict.fromkeys(texts, pa.string()), "equivalent": pa.float64(), "state": pa.string()}
    kinds |= {"period": pa.string(), **dict.fromkeys(("share", "before", "after"), pa.float64())}
    kinds |= {**dict.fromkeys(("effect", "low", "high"), pa.float64()), "note": pa.string(), "affected": pa.float64()}
    return Result(
        pa.table({name: pa.array([row.get(name) for row in rows], kind) for name, kind in kinds.items()}),
        title="Barriers and the trade at stake",
        unit=unit,
        method=METHOD,
        reference=REFERENCE,
        provenance=provenance.then(METHOD, f"on {question.day}"),
        notes=tuple(notes),
        meta={"on": question.day},
    )


def _each_at_stake(
    register: Register, figures: Figures, question: _Question
) -> Iterator[tuple[Barrier, Result | HansaError]]:
    """Every barrier with its answer, or with what is missing for it."""
    with figures.kept.together():
        for barrier in register.of(Barrier):
            try:
                yield barrier, _at_stake(barrier, figures, question)
            except HansaError as lack:
                yield barrier, lack


def removed_on(barrier: Barrier, day: str) -> str | None:
    """The day from which a barrier is removed, as it stands on a day; None where it is not.

    >>> from hansa.commitments.records import Event
    >>> gone = Barrier("b", "Queue", "A", "B", history=(Event("2015", "reported"), Event("2019-03-01", "removed")))
    >>> removed_on(gone, "2020-01-01"), removed_on(gone, "2018-12-31")
    ('2019-03-01', None)
    """
    state = state_on(barrier.history, day)
    return state.date if state is not None and state.state in GONE else None


def windows(removed: str, years: int) -> tuple[list[str], list[str]]:
    """The whole years before and after a removal.

    >>> windows("2019-01-01", 2), windows("2019-03", 1)
    ((['2017', '2018'], ['2019', '2020']), (['2018'], ['2020']))
    """
    year = periods.year(removed[:4])
    first = year if days_of(removed)[0].isoformat() == f"{year}-01-01" else year + 1
    return (
        [str(year - n) for n in range(years, 0, -1)],
        [str(first + n) for n in range(years)],
    )


def expected_effect(
    barrier: Barrier, products: Sequence[str], elasticity: float | Mapping[str, float] | None
) -> float | None:
    """(1 + equivalent)^elasticity, the mean of its logs over the products; None where either is not known.

    >>> barrier = Barrier("b", "Queue", "A", "B", equivalent=0.1)
    >>> round(expected_effect(barrier, ["p"], 5.0), 4), expected_effect(barrier, ["p"], None)
    (1.6105, None)
    """
    if barrier.equivalent is None or elasticity is None:
        return None
    known = (
        [float(elasticity[product]) for product in products if product in elasticity]
        if isinstance(elasticity, Mapping)
        else [float(elasticity)]
    )
    return (1 + barrier.equivalent) ** (sum(known) / len(known)) if known else None


@dataclass(frozen=True)
class _Question:
    """On what day it is asked, over how many years, with what elasticity of trade."""

    day: str
    years: int
    elasticity: float | Mapping[str, float] | None


@dataclass(frozen=True)
class _Hindered:
    """The trade that a barrier hinders: in which flows, in which products, and what a reader must know of it."""

    dataset: str | None
    scope: str
    products: tuple[str, ...]
    notes: tuple[str, ...]


def _day(on: str | None, figures: Figures) -> str:
    return on or figures.as_of or datetime.now(UTC).date().isoformat()


def _at_stake(barrier: Barrier, figures: Figures, question: _Question) -> Result:
    day, removed = question.day, removed_on(barrier, question.day)
    trade = _hindered(barrier, figures)
    main, notes = figures.flows(trade.dataset, trade.scope, "A"), trade.notes
    table = _by_period(barrier, figures, trade, day)
    state = state_on(barrier.history, day)
    meta: dict[str, Any] = {
        **{"barrier": barrier.id, "state": state.state if state else None, "on": day},
        **{"origin": barrier.origin, "destination": barrier.destination},
        **{"products": list(trade.products), "scope": trade.scope},
        **_before_and_after(table, removed),
    }
    if removed:
        found = _removal_effect(barrier, figures, question)
        meta["effect"], notes = found.rows()[0], (*notes, *found.notes)
    return Result(
        table,
        title=f"Trade at stake: {barrier.title}",
        unit=f"{main.unit}; share of the trade of the pair",
        method=METHOD,
        reference=REFERENCE,
        provenance=main.provenance.then(METHOD, f"{barrier.origin} to {barrier.destination}, on {day}"),
        notes=tuple(dict.fromkeys([*main.notes, *notes])),
        meta=meta,
    )


def _removal_effect(barrier: Barrier, figures: Figures, question: _Question) -> Result:
    removed = removed_on(barrier, question.day)
    if removed is None:
        raise DataError(f"The barrier {barrier.id!r} is not removed on {question.day}: there is no effect to measure.")
    if question.years < 1:
        raise DataError(f"The years before and after are a number from 1 up, not {question.years}.")
    before, after = windows(removed, question.years)
    trade = _hindered(barrier, figures)
    likely, notes = expected_effect(barrier, trade.products, question.elasticity), [*trade.notes]
    rows, lacks, provenance = [], dict[str, list[str]](), Provenance()
    for teller in figures.tellers(trade.dataset, trade.scope, "A"):
        provenance = provenance.merge(figures.flows(trade.dataset, trade.scope, "A", teller).provenance)
        row, lack = _kept(_effect, barrier, figures, trade, teller, (tuple(before), tuple(after)))
        rows.append({"barrier": barrier.id, "told_by": teller, "expected": likely, **row})
        if lack:
            lacks.setdefault(lack, []).append(teller or "unknown")
    notes += [lack if len(who) == len(rows) else f"{lack} ({', '.join(who)})" for lack, who in lacks.items()]
    if any(row.get("effect") for row in rows):
        notes += LIMITS
    said = f"removed {removed}; {before[0]}-{before[-1]} and {after[0]}-{after[-1]}"
    return Result(
        pa.table({name: pa.array([row.get(name) for row in rows], kind) for name, kind in EFFECT_COLUMNS.items()}),
        title=f"Effect of the removal: {barrier.title}",
        unit="factor on trade; 1 = none",
        method=EFFECT_METHOD,
        reference=REFERENCE,
        provenance=provenance.then(EFFECT_METHOD, said),
        notes=tuple(dict.fromkeys(notes)),
        meta={"interval": "5-95 %", "removed": removed},
    )


def _hindered(barrier: Barrier, figures: Figures) -> _Hindered:
    key = ("hindered", barrier.id, barrier.origin, barrier.destination, barrier.products)
    return figures.kept.keep(key, lambda: _flows_of(barrier, figures, *_place(barrier, figures)))


def _kept(
    compute: Callable[..., T], barrier: Barrier, figures: Figures, trade: _Hindered, teller: str | None, *more: Any
) -> T:
    """What is computed of the pair in these products by one report, once for all barriers that ask it."""
    key = (compute.__name__, barrier.origin, barrier.destination, trade.dataset, trade.scope, trade.products, teller)
    return figures.kept.keep((*key, *more), lambda: compute(barrier, figures, trade, teller, *more))


def _place(barrier: Barrier, figures: Figures) -> tuple[str | None, str]:
    """The dataset and scope in which the pair trades in these products: goods, else services."""
    ends = {barrier.origin, barrier.destination}
    lacking = list[str]()
    for scope in ("goods", "services"):
        if not figures.store.datasets(scope) or (name := figures.dataset_of(ends, scope)) is None:
            continue
        flows = figures.flows(name, scope, "A")
        if "product" not in flows.columns or not barrier.products:
            return name, scope
        found, lacking = covered(barrier.products, flows.totals("product")["product"].to_pylist())
        if found:
            return name, scope
    if lacking:
        codes = ", ".join(map(repr, lacking))
        raise DataError(f"No flows of the store name the products of {barrier.id!r}: {codes}.")
    raise DataError(f"No flows of the store name both {barrier.origin!r} and {barrier.destination!r}.")


def _flows_of(barrier: Barrier, figures: Figures, name: str | None, scope: str) -> _Hindered:
    flows = figures.flows(name, scope, "A")
    if "product" not in flows.columns:
        if barrier.products:
            raise DataError(f"The flows have no products, so that those of {barrier.id!r} cannot be told apart.")
        return _Hindered(name, scope, (), ("the flows have no products: all trade of the pair is affected",))
    known = sorted(flows.totals("product")["product"].to_pylist())
    if not barrier.products:
        note = "the barrier names no products: all trade of the pair is affected"
        return _Hindered(name, scope, tuple(known), (note,))
    found, absent = covered(barrier.products, known)
    notes = (f"no flows name the products {', '.join(absent)} of {barrier.id}",) if absent else ()
    return _Hindered(name, scope, tuple(found), notes)


def _by_period(barrier: Barrier, figures: Figures, trade: _Hindered, day: str) -> pa.Table:
    tellers = figures.tellers(trade.dataset, trade.scope, "A")
    told = {who: _kept(_sums, barrier, figures, trade, who) for who in tellers}
    main = told[tellers[0]]
    known = sorted({one for sums in told.values() for one in sums})
    state = {
        one: state_on(barrier.history, min(day, days_of(one)[1].isoformat()))
        if days_of(one)[0].isoformat() <= day
        else None
        for one in known
    }
    columns: dict[str, Any] = {
        "period": known,
        "state": pa.array([found.state if (found := state[one]) else None for one in known], pa.string()),
    }
    for who in ("origin", "destination"):
        if who in told:
            columns[f"reported_by_{who}"] = pa.array(
                [told[who].get(one, (None, None))[1] for one in known], pa.float64()
            )
    pair = [main.get(one, (0.0, None))[0] for one in known]
    affected = [main.get(one, (0.0, None))[1] for one in known]
    columns["pair"] = pa.array(pair, pa.float64())
    columns["affected"] = pa.array([value or 0.0 for value in affected], pa.float64())
    shares = [(value or 0.0) / whole if whole else None for value, whole in zip(affected, pair, strict=True)]
    columns["share"] = pa.array(shares, pa.float64())
    return pa.table(columns)


def _sums(
    barrier: Barrier, figures: Figures, trade: _Hindered, teller: str | None
) -> dict[str, tuple[float, float | None]]:
    """All trade of the pair, and that in the products (None: no report of it), by period."""
    flows = figures.flows(trade.dataset, trade.scope, "A", teller)
    known = set(region_codes(flows))
    for end in (barrier.origin, barrier.destination):
        if end not in known:
            raise DataError(f"The flows do not name {end!r} as a region of its own.")
    keys = [name for name in ("period", "origin", "destination", "product") if name in flows.columns]
    table = flows.totals(*keys)
    here = pc.and_(pc.equal(table["origin"], barrier.origin), pc.equal(table["destination"], barrier.destination))
    sums: dict[str, tuple[float, float | None]] = {}
    inside = set(trade.products)
    for row in table.filter(here).to_pylist():
        whole, part = sums.get(row["period"], (0.0, None))
        value = row["value"]
        if value is None or math.isnan(value):
            continue
        hit = "product" not in row or row["product"] in inside
        sums[row["period"]] = whole + value, (part or 0.0) + value if hit else part
    for one in flows.totals("period")["period"].to_pylist():
        sums.setdefault(one, (0.0, None))
    return sums


def _before_and_after(table: pa.Table, removed: str | None) -> dict[str, float | None]:
    """Mean affected trade of the periods that end before a removal, and of those that begin with it or later."""
    if removed is None:
        return {"before": None, "after": None}
    day = days_of(removed)[0]
    rows = table.select(["period", "affected"]).to_pylist()
    parts = {
        "before": [row["affected"] for row in rows if days_of(row["period"])[1] < day],
        "after": [row["affected"] for row in rows if days_of(row["period"])[0] >= day],
    }
    return {name: sum(values) / len(values) if values else None for name, values in parts.items()}


def _latest(found: Result) -> dict[str, Any]:
    row = found.rows()[-1]
    figures = {name: row[name] for name in ("period", "share", "affected")}
    figures |= {"before": found.meta["before"], "after": found.meta["after"]}
    effect = found.meta.get("effect") or {}
    reasons = [note for note in found.notes if note.startswith("no effect")]
    figures["note"] = "; ".join(reasons[:1]) or None
    return figures | {name: effect.get(name) for name in ("effect", "low", "high")}


def _effect(
    barrier: Barrier,
    figures: Figures,
    trade: _Hindered,
    teller: str | None,
    compared: tuple[tuple[str, ...], tuple[str, ...]],
) -> tuple[dict[str, Any], str]:
    """The figures of one report, and why there are none."""
    flows, (before, after) = figures.flows(trade.dataset, trade.scope, "A", teller), compared
    row: dict[str, Any] = {"before": f"{before[0]}-{before[-1]}", "after": f"{after[0]}-{after[-1]}"}
    held = set(flows.totals("period")["period"].to_pylist())
    if absent := [year for year in (*before, *after) if year not in held]:
        return row, f"no effect: the flows have no {', '.join(absent)}"
    sums = _kept(_sums, barrier, figures, trade, teller)
    means = [sum(sums[year][1] or 0.0 for year in part) / len(part) for part in compared]
    row["growth"] = means[1] / means[0] if means[0] else None
    if "product" not in flows.columns:
        return row, "no effect: the flows have no products to compare with"
    changes, hindered = _changes(barrier, flows, compared), set(trade.products)
    hit = np.array([changes[product] for product in trade.products if product in changes])
    spared = np.array([value for product, value in changes.items() if product not in hindered])
    found = numbers.effect(hit, spared)
    row |= {"products": found.products, "controls": found.controls}
    if math.isnan(found.effect):
        if not found.products:
            return row, "no effect: none of the products was traded by the pair in every year compared"
        return row, f"no effect: only {found.controls} other products of the pair can be compared with"
    low, high, middle = (math.exp(value) for value in (found.low, found.high, found.effect))
    return row | {"log_effect": found.effect, "log_error": found.error, "low": low, "high": high, "effect": middle}, ""


def _changes(barrier: Barrier, flows: Flows, compared: tuple[tuple[str, ...], tuple[str, ...]]) -> dict[str, float]:
    """The ratio of four of the pair for each product that it trades in every year compared, in logs."""
    years = [*compared[0], *compared[1]]
    table = flows.where(period=years).totals("period", "origin", "destination", "product")
    traded = pc.and_(pc.equal(table["origin"], barrier.origin), pc.equal(table["destination"], barrier.destination))
    counted = table.filter(traded).group_by("product").aggregate([("period", "count")])
    mine = counted.filter(pc.equal(counted["period_count"], len(years)))["product"]
    table = table.filter(pc.is_in(table["product"], mine.combine_chunks())).sort_by("product")
    regions = sorted({*table["origin"].to_pylist(), *table["destination"].to_pylist()})
    found = {}
    for product in dense.labels(table, "product"):
        cells = _cells(table.filter(pc.equal(table["product"], product)), years, regions)
        change = numbers.log_change(cells[: len(compared[0])], cells[len(compared[0]) :])
        np.fill_diagonal(change, np.nan)  # sales at home are no trade
        value, _ = numbers.ratio_of_four(change, regions.index(barrier.origin), regions.index(barrier.destination))
        if math.isfinite(value):
            found[product] = value
    return found


def _cells(table: pa.Table, years: list[str], regions: list[str]) -> NDArray[np.float64]:
    """Flows of one product as (years, n, n), 0 where there is none."""
    axes = ("period", "origin", "destination")
    return np.asarray(dense.dense(table, axes, "value", [years, regions, regions], missing=0.0))
