"""Actual trade against what gravity predicts: between whom there is less than the average of the table.

Anderson and van Wincoop 2003, American Economic Review 93(1), 170-192 (the model); Santos Silva and Tenreyro 2006,
Review of Economics and Statistics 88(4), 641-658 (the estimator); Fally 2015, Journal of International Economics 97(1),
76-85 (predicted totals of every exporter and importer are their actual ones).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from hansa import dense
from hansa.errors import DataError, NotConverged, NotIdentified, UnknownCode
from hansa.gravity.interval import LEVEL, bounds, log_error, usual
from hansa.gravity.nearness import Nearness, nearness
from hansa.indicator import Answer
from hansa.trade.flows import Flows
from hansa.trade.group import region_codes
from hansa.trade.indicators.declare import trade_indicator
from hansa.trade.indicators.grid import abroad, long, said, several, wanted_periods
from hansa.trade.indicators.panel import bloc_members

__all__ = ["gravity_potential"]

Array = NDArray[np.float64]
BLOC = "bloc"  # the name of a bloc that is given by its members
IN_SAMPLE = (
    "in-sample: each pair is compared with the average of this table, not with what is possible; a ratio says nothing "
    "of why"
)
ABSORBED = (
    "effects of each exporter and importer hold its size and overall openness: predicted totals of each are its actual "
    "ones, so that one pair below means another above"
)


@trade_indicator(
    title="Actual against predicted trade (gravity)",
    topic="Potential",
    unit="actual / predicted, 1 = as the average of the table",
    range=">= 0",
    formula=r"x_{ij} / \mu_{ij}, \quad \mu_{ij} = \exp(\beta \ln d_{ij} + \gamma b_{ij} + \pi_i + \chi_j)",
    reference="Santos Silva and Tenreyro 2006, Review of Economics and Statistics 88(4); "
    "Anderson and van Wincoop 2003, American Economic Review 93(1)",
)
def gravity_potential(
    flows: Flows,
    *,
    origin: Any = None,
    destination: Any = None,
    period: Any = None,
    by_product: bool = False,
    bloc: Any = None,
    distance: Any = None,
    contiguity: Any = None,
) -> Answer:
    """Trade of each pair over what a gravity model of the same table predicts; in-sample, so no forecast or ceiling.

    The model is fitted for each period (and each product) by PPML: effects of exporter and importer, log distance and,
    where it is given, a common border. Pairs without a row count as no trade; trade at home is left out. Columns:
    actual, predicted, difference (actual less predicted), low and high of predicted (90 %: the uncertainty of the
    coefficients alone), usual_low and usual_high (predicted times the ratios between which nine tenths of all predicted
    trade of the period lie: how far pairs usually stray), gravity_potential (the ratio).

    origin, destination : rows wanted; all by default. The fit is that of the whole table.
    period : the periods to fit; all by default.
    by_product : a fit for each product, instead of one for the sum of all products.
    bloc : a bloc, the codes of several regions (which go by the name ``bloc``), or a mapping of names to codes, whose
        members are shown as one region; the fit is that of the members, whose actual and predicted trade is summed.
    distance : by region and partner, in km; great-circle distances between points of the regions by default.
    contiguity : by region and partner, 1 where they share a border; distance alone by default.

    >>> names, trade = ["BLR", "RUS", "KAZ", "POL"], [9, 2, 4, 8, 6, 3, 1, 5, 1, 3, 4, 1]
    >>> pairs = [(one, other) for one in names for other in names if one != other]
    >>> flows = {"origin": [a for a, _ in pairs], "destination": [b for _, b in pairs], "value": trade}
    >>> rows = gravity_potential(flows).rows()
    >>> round(sum(row["actual"] for row in rows if row["origin"] == "BLR"), 6)
    15.0
    >>> round(sum(row["predicted"] for row in rows if row["origin"] == "BLR"), 6)    # totals are the actual ones
    15.0
    """
    flows, notes = abroad(flows)
    known = dense.labels(flows.totals("period"), "period") if "period" in flows.columns else []
    chosen: list[str | None] = [*wanted_periods(period, known)] if known else [None]
    if by_product and "product" not in flows.columns:
        raise DataError("by_product needs flows with a column 'product', which these have not.", column="product")
    near = nearness(region_codes(flows), distance, contiguity)
    shown = _shown(bloc, near, chosen, notes)
    fits, lacks = list[_Fitted](), dict[str, str]()
    for when, product, trade in _cells(flows, chosen, near, by_product):
        try:
            fits.append(_fit(trade, near, when, product))
        except (NotIdentified, NotConverged) as lack:
            lacks[" ".join(str(name) for name in (when, product) if name is not None) or "all"] = str(lack)
    if not fits:
        raise NotIdentified(f"No gravity model can be fitted: {next(iter(lacks.values()), 'there are no flows.')}")
    if lacks:
        first = next(iter(lacks.values()))
        notes.append(
            f"no gravity model for {len(lacks):,} of {len(fits) + len(lacks):,} tables, {said(lacks)}: {first}"
        )
    table = pa.concat_tables([fit.table(shown[fit.period]) for fit in fits])
    meta = {"level": LEVEL, "coefficients": [fit.coefficients for fit in fits], "regions": len(near.regions)}
    notes = [*near.notes, *dict.fromkeys(notes), *_said_of(fits), IN_SAMPLE, ABSORBED]
    table = _only(table, {"origin": origin, "destination": destination})
    return Answer(table, notes, meta, provenance=near.provenance)


def _shown(
    bloc: Any, near: Nearness, periods: Sequence[str | None], notes: list[str]
) -> Mapping[str | None, list[Any]]:
    """Under which name each region is shown in each period: its own, or that of a bloc.

    Raises
    ------
    UnknownCode, DataError : there is no such bloc or region, or a bloc of which none has a known place.
    """
    if bloc is None:
        return dict.fromkeys(periods, near.regions)
    named = dict(bloc) if isinstance(bloc, Mapping) else {bloc if isinstance(bloc, str) else BLOC: bloc}
    found: dict[str | None, list[Any]] = {}
    for period in periods:
        labels = list(near.regions)
        for name, codes in named.items():
            given = codes if isinstance(codes, str) else [code for code in several(codes) if code not in near.unplaced]
            inside, more = bloc_members(given, period, near.regions)
            if not inside.any():
                raise DataError(f"No region of {name!r} has a known place, so that gravity cannot place it.")
            labels = [name if is_in else label for is_in, label in zip(inside, labels, strict=True)]
            notes += more
        found[period] = labels
    return found


# ---- trade and the fit ----------------------------------------------------------------------------------------------
def _cells(
    flows: Flows, periods: Sequence[str | None], near: Nearness, by_product: bool
) -> Iterator[tuple[str | None, Any, Array]]:
    """Period, product (None: all) and trade (n, n) between regions with a place; what is absent is no trade, 0."""
    columns = [*(["period"] if periods[0] is not None else []), *(["product"] if by_product else [])]
    table = flows.totals(*columns, "origin", "destination")
    inside = [pc.is_in(table[end], pa.array(near.regions, table[end].type)) for end in ("origin", "destination")]
    table = table.filter(pc.and_(*inside))
    n = len(near.regions)
    i, j = (dense.positions(table[end], near.regions, end) for end in ("origin", "destination"))
    cell, value = i * n + j, table["value"].to_numpy()
    alone: tuple[list[Any], NDArray[np.int64]] = [None], np.zeros(value.size, np.int64)
    when = dense.encode(table, "period") if periods[0] is not None else alone
    what = dense.encode(table, "product") if by_product else alone
    for period in periods:
        here = when[1] == when[0].index(period) if period in when[0] else np.zeros(value.size, bool)
        for place, product in enumerate(what[0]):
            rows = here & (what[1] == place)
            yield period, product, _sums(cell[rows], value[rows], n * n).reshape(n, n)


def _sums(group: NDArray[np.int64], value: Array, count: int) -> Array:
    return np.bincount(group, value, count).astype(np.float64)


@dataclass(frozen=True)
class _Fitted:
    """One fit: (m,) origin and destination as positions, actual and predicted trade; (k, m) projected; (k, k) V."""

    period: str | None
    product: Any
    origin: NDArray[np.int64]
    destination: NDArray[np.int64]
    actual: Array
    predicted: Array
    projected: Array
    covariance: Array
    coefficients: Mapping[str, Any]
    unused: int

    def table(self, shown: Sequence[Any]) -> pa.Table:
        """Rows by pair; regions under the names by which they are shown, the members of a bloc under one."""
        labels = sorted(set(shown))
        at = np.array([labels.index(name) for name in shown])
        pair = at[self.origin] * len(labels) + at[self.destination]
        there, group, size = np.unique(pair, return_inverse=True, return_counts=True)
        actual = _sums(group, self.actual, there.size)
        predicted = _sums(group, self.predicted, there.size)
        error = log_error(self.predicted, self.projected, self.covariance, group, there.size)
        low, high = bounds(predicted, error)
        least, most = usual(self.actual, self.predicted)
        single = size == 1  # a sum strays less than its parts: no range of single pairs is shown for it
        figures = {"actual": actual, "predicted": predicted, "difference": actual - predicted, "low": low, "high": high}
        figures |= {"usual_low": np.where(single, least * predicted, np.nan)}
        figures |= {"usual_high": np.where(single, most * predicted, np.nan), "gravity_potential": actual / predicted}
        ends: dict[str, Any] = {"origin": (labels, there // len(labels)), "destination": (labels, there % len(labels))}
        if self.product is not None:
            ends["product"] = [self.product], np.zeros(there.size, np.int64)
        return long(self.period, ends, figures)


def _fit(trade: Array, near: Nearness, period: str | None, product: Any) -> _Fitted:
    """The fit of one table of trade.

    Raises
    ------
    NotIdentified : there are no more flows than unknowns, or they do not determine the coefficients.
    NotConverged : the solver stopped before its tolerance.
    """
    sells, buys = trade.sum(1) > 0, trade.sum(0) > 0
    i, j = np.nonzero(~np.isnan(near.log_distance) & sells[:, None] & buys[None, :])
    actual = trade[i, j]
    unknowns = np.unique(i).size + np.unique(j).size - 1 + (1 if near.border is None else 2)
    if i.size <= unknowns:
        raise NotIdentified(
            f"{i.size:,} pairs and {unknowns:,} unknowns: every pair would be predicted as it is. Gravity needs "
            "trade among more regions."
        )
    fit = _ppml(actual, near, i, j)
    order = np.argsort(fit.solution.row)
    row = fit.design.row[fit.solution.row][order]
    rows = {line["term"]: line for line in fit.result.rows()}
    names = {name: value for name, value in (("period", period), ("product", product)) if value is not None}
    told = {f"{term}{of}": rows[term][name] for term in rows for of, name in (("", "coefficient"), (" error", "error"))}
    return _Fitted(
        period,
        product,
        i[row],
        j[row],
        actual[row],
        fit.solution.fitted[order],
        fit.solution.projected[:, order],
        fit.covariance.matrix,
        {**names, **told, "pairs": row.size, "empty": int((actual[row] == 0).sum())},
        i.size - row.size,
    )


def _ppml(actual: Array, near: Nearness, i: NDArray[np.int64], j: NDArray[np.int64]) -> Any:
    """The PPML of one table, errors clustered by pair in both directions, which share what is not in the model."""
    from hansa.gravity.fit import ppml  # slow import, optional dependency

    columns = {
        "trade": actual,
        "log_distance": near.log_distance[i, j],
        "exporter": i,
        "importer": j,
        "pair": np.minimum(i, j) * len(near.regions) + np.maximum(i, j),
    }
    terms = "log_distance"
    if near.border is not None:
        columns["border"] = near.border[i, j]
        terms += " + border"
    return ppml(f"trade ~ {terms} | exporter + importer", columns, cluster="pair", singletons="keep")


def _said_of(fits: Sequence[_Fitted]) -> Iterator[str]:
    """What a reader must know of the fits: coefficients, pairs without trade, pairs left out."""
    told = [fit.coefficients for fit in fits]
    for term, name in (("log_distance", "log distance"), ("border", "common border")):
        if values := [one[term] for one in told if term in one]:
            errors = [one[f"{term} error"] for one in told if term in one]
            where = "PPML fit" if len(values) == 1 else f"{len(values):,} PPML fits"
            yield f"coefficient of {name} in the {where}: {_ends(values)}, error {_ends(errors)}"
    pairs = sum(one["pairs"] for one in told)
    yield f"errors are clustered by pair, both directions together; {pairs:,} pairs were used"
    if empty := sum(one["empty"] for one in told):
        yield f"{empty:,} of {pairs:,} pairs have no recorded trade, which counts as 0"
    if unused := sum(fit.unused for fit in fits):
        yield f"{unused:,} of {pairs + unused:,} pairs are left out: what the model predicts for them tends to 0"


def _ends(values: Sequence[float]) -> str:
    return " to ".join(dict.fromkeys(f"{value:.3f}" for value in (min(values), max(values))))


def _only(table: pa.Table, asked: Mapping[str, Any]) -> pa.Table:
    """The rows asked for."""
    for name, codes in asked.items():
        if codes is None:
            continue
        chosen, known = several(codes), set(table[name].to_pylist())
        for code in chosen:
            if code not in known:
                hint = "It has no known place, trades nothing, or is not in the flows"
                hint += f"; the members of the bloc go by the name {BLOC!r}." if BLOC in known else "."
                raise UnknownCode(f"{name} of the fit", code, map(str, known), hint=hint)
        table = table.filter(pc.is_in(table[name], pa.array(chosen, table[name].type)))
    return table
