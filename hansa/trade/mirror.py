"""Mirror reports: what origin and destination tell of one flow, side by side and reconciled."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from hansa import tables
from hansa.dense import labels, positions
from hansa.errors import DataError, NotIdentified
from hansa.result import Result
from hansa.trade import reconciliation
from hansa.trade.flows import Flows, as_flows, valued
from hansa.trade.side import SideTable, as_side

KEYS = ("period", "origin", "destination", "product")
FLAGS = ("both", "origin only", "destination only", "nes-allocated", "clamped")
REFERENCE = "Gaulier and Zignago 2010, CEPII working paper 2010-23, with the weight and K_i put right"

Array = NDArray[np.float64]
Places = NDArray[np.int64]


@dataclass(frozen=True)
class _Pair:
    """Both reports of every flow, NaN where there is none, with the places of its labels."""

    labels: dict[str, list[Any]]
    places: dict[str, Places]
    origin_report: Array
    destination_report: Array
    ratio_of_quantities: Array
    quantities: tuple[Array, Array] | None
    notes: tuple[str, ...]

    @property
    def both(self) -> NDArray[np.bool_]:
        """Flows that two regions report; what a region tells of itself compares nothing."""
        told = ~np.isnan(self.origin_report) & ~np.isnan(self.destination_report)
        return told & (self.places["origin"] != self.places["destination"])

    def group(self, *keys: str) -> tuple[Places, int]:
        """A number for each combination of labels in use, counted from 0."""
        shape = tuple(len(self.labels[key]) for key in keys if key in self.labels)
        if not shape:
            return np.zeros(len(self.origin_report), np.int64), 1
        used, place = np.unique(
            np.ravel_multi_index([self.places[key] for key in keys if key in self.labels], shape), return_inverse=True
        )
        return place, len(used)


def mirror(
    flows: Any,
    *,
    distance: Any = None,
    contiguity: Any = None,
    landlocked: Any = None,
    cif: str | float | SideTable = "estimate",
    fob_importers: Sequence[str] = (),
    nes: Sequence[str] = (),
) -> Flows:
    """One reconciled value, FOB, for every flow that its origin, its destination or both report.

    The CIF margin is taken out of the destination's report; the quality of every reporter follows from how far its
    reports lie from its partners'; the reconciled value is the weighted mean of least variance.

    Parameters
    ----------
    flows : with both reports, told apart by the column told_by (origin: FOB; destination: CIF). Flows of one kind only:
        re-exports beside exports are a table of their own. Quantities, if any, weigh the estimate of the CIF rate.
    distance, contiguity, landlocked : side tables that explain the CIF rate. A pair that contiguity does not name
        is not contiguous; a region that landlocked does not name has a coast.
    cif : ``estimate`` (by regression where there are distances, else the median of ln(M/X)); one rate for all; or a
        side table of rates, region = origin, partner = destination.
    fob_importers : regions whose import reports are FOB already.
    nes : codes that stand for "areas not specified". What an origin sends there is given to partners whose own
        reports are higher.

    Returns
    -------
    Flows, told_by reconciled, with the columns value; reported_by_origin, reported_by_destination (as reported);
    cif_rate; destination_fob; weight (of the origin's report); reporting_distance, |ln X - ln M|; low, high (the two
    reports, FOB); flag, one of `FLAGS`.

    Raises
    ------
    DataError : the table does not hold two reports, or a side table lacks a pair.

    Source: Gaulier and Zignago 2010, CEPII working paper 2010-23, sections 2 and 3.

    >>> told = {"period": [2022] * 4, "origin": list("AABB"), "destination": list("BBAA"),
    ...         "value": [100.0, 108, 50, 50], "told_by": ["origin", "destination"] * 2}
    >>> [round(row["value"], 2) for row in mirror(told, cif=0.04).to_arrow().to_pylist()]
    [101.92, 50.0]
    """
    taken = _two_reports(flows)
    pair, unspecified = _pair(taken, tuple(nes))
    rate, clamped, said = _cif_rates(pair, distance, contiguity, landlocked, cif)
    rate, clamped, said_where = _where_it_helps(pair, rate, clamped, fob_importers)
    fob = pair.destination_report / (1 + rate)
    origin_report, said_nes = _with_unspecified(pair, fob, unspecified)
    raised = origin_report > pair.origin_report
    weight, apart, said_weight = _weights(pair, origin_report, fob)
    value, low, high = reconciliation.reconcile(origin_report, fob, weight)
    flag = _flags(pair, clamped, raised)
    columns: dict[str, Any] = {key: _label(pair, key) for key in KEYS if key in pair.labels}
    figures = {
        "value": value,
        "reported_by_origin": pair.origin_report,
        "reported_by_destination": pair.destination_report,
        "cif_rate": np.where(np.isnan(pair.destination_report), np.nan, rate),
        "destination_fob": fob,
        "weight": weight,
        "reporting_distance": apart,
        "low": low,
        "high": high,
    }
    if pair.quantities:
        figures["quantity"] = reconciliation.reconcile(*pair.quantities, weight)[0]
    columns.update({name: pa.array(figure, from_pandas=True) for name, figure in figures.items()})
    columns["flag"] = pa.DictionaryArray.from_arrays(pa.array(flag, pa.int8()), pa.array(FLAGS)).cast(pa.string())
    return replace(
        taken,
        table=tables.frame(pa.table(columns)),
        told_by="reconciled",
        valuation="FOB",
        provenance=taken.provenance.then("reconciled", f"{REFERENCE}; {said}"),
        notes=(*taken.notes, *pair.notes, *said_where, *said_nes, *said_weight),
        _sums={},
    )


def reporter_quality(flows: Any) -> Result:
    """How well each region reports, as an origin and as a destination, judged by its partners' reports.

    Parameters
    ----------
    flows : two mirror reports, or what `mirror` made of them (with its own choice of CIF rates).

    Returns
    -------
    Result with columns region, side, mirrors (flows with both reports), reporting_distance (least-squares mean of
    |ln X - ln M|), stderr, and sigma, the standard deviation of the error of a report (a fraction of its value).

    Raises
    ------
    NotIdentified : too few flows have both reports, or no chain of common partners links the reporters.

    Source: Gaulier and Zignago 2010, section 3.3.

    >>> told = {"origin": list("ABCABC") * 2, "destination": list("BCACAB") * 2,
    ...         "value": [9.0, 9, 5, 9, 9, 5] + [9.0] * 6, "told_by": ["origin"] * 6 + ["destination"] * 6}
    >>> [row["region"] for row in reporter_quality(told).rows() if row["sigma"] > 0.5]
    ['C']
    """
    reconciled = flows if isinstance(flows, Flows) and flows.told_by == "reconciled" else mirror(flows)
    table = reconciled.to_arrow()
    if not table.num_rows:
        raise NotIdentified("There are no flows to judge reporters by.")
    table = table.filter(
        pc.and_(pc.is_valid(table["reporting_distance"]), pc.not_equal(table["origin"], table["destination"]))
    )
    regions = sorted({*labels(table, "origin"), *labels(table, "destination")})
    places = {side: positions(table[side], regions, side) for side in ("origin", "destination")}
    cells = {key: labels(table, key) for key in ("period", "product") if key in table.column_names}
    cell = np.zeros(table.num_rows, np.int64)
    for key, known in cells.items():
        cell = cell * len(known) + positions(table[key], known, key)
    low, high = table["low"].to_numpy(), table["high"].to_numpy()
    found = reconciliation.qualities_of_regions(
        table["reporting_distance"].to_numpy(),
        _precision(low + high),
        places["origin"],
        places["destination"],
        cell,
        len(regions),
    )
    sides = {
        "origin": (found.origin_distance, found.origin_error, found.origin_sigma),
        "destination": (found.destination_distance, found.destination_error, found.destination_sigma),
    }
    columns = {
        "region": regions * 2,
        "side": [side for side in sides for _ in regions],
        "mirrors": np.concatenate([np.bincount(places[side], minlength=len(regions)) for side in sides]),
    }
    for name, figures in zip(("reporting_distance", "stderr", "sigma"), zip(*sides.values(), strict=True), strict=True):
        columns[name] = pa.array(np.concatenate(figures), from_pandas=True)
    return Result(
        pa.table(columns),
        title="Quality of reporters",
        unit="standard deviation of the log error of a report; 0 = best reporter, without error",
        method="reporter_quality",
        reference=REFERENCE,
        provenance=reconciled.provenance.then("reporter_quality"),
        notes=reconciled.notes,
        meta={"mean_reporting_distance": found.mean, "flows_with_both_reports": table.num_rows},
    )


def mirror_gap(flows: Any, *, by: Sequence[str] = ("period", "origin", "destination")) -> Result:
    """What origins and destinations report, side by side, with the gap and the ratio of the two.

    Parameters
    ----------
    flows : with both reports, told apart by the column told_by.
    by : columns to which both reports are summed before they are compared.

    Returns
    -------
    Result with the columns of `by`, reported_by_origin, reported_by_destination, gap (M - X) and ratio (M / X);
    null where one of them reports nothing.

    >>> told = {"origin": ["A", "A"], "destination": ["B", "B"], "value": [100.0, 105.0],
    ...         "told_by": ["origin", "destination"]}
    >>> mirror_gap(told, by=("origin", "destination")).value()
    1.05
    """
    taken = _two_reports(flows)
    pair, _ = _pair(taken, (), tuple(by))
    columns: dict[str, Any] = {key: _label(pair, key) for key in by}
    figures = {
        "reported_by_origin": pair.origin_report,
        "reported_by_destination": pair.destination_report,
        "gap": pair.destination_report - pair.origin_report,
        "ratio": pair.destination_report / pair.origin_report,
    }
    columns.update({name: pa.array(figure, from_pandas=True) for name, figure in figures.items()})
    return Result(
        pa.table(columns),
        title="Two reports of the same trade: the origin's (FOB) and the destination's (CIF)",
        unit=f"{taken.unit}; ratio: 1 = the same",
        method="mirror_gap",
        provenance=taken.provenance.then("mirror_gap", f"by {', '.join(by)}"),
        notes=(
            *taken.notes,
            *pair.notes,
            "part of the gap is freight and insurance, which only the destination counts",
        ),
    )


def _two_reports(data: Any) -> Flows:
    flows = as_flows(data)
    if flows.told_by != "both":
        raise DataError(
            f"Mirror reports need a column told_by with 'origin' and 'destination'; here it is {flows.told_by!r} "
            "throughout. Import the partners' reports too, or use these flows as they are."
        )
    if "destination" not in flows.columns:
        raise DataError(
            f"Mirror reports need a column 'destination'; these have {', '.join(flows.columns)}.", column="destination"
        )
    return valued(flows)


def _pair(flows: Flows, nes: tuple[str, ...], by: tuple[str, ...] = KEYS) -> tuple[_Pair, pa.Table]:
    """Both reports of each flow; and what origins report for areas not specified."""
    keys = [key for key in by if key in flows.columns]
    table = flows.totals(*keys, "told_by")
    quantity = flows.totals(*keys, "told_by", measure="quantity") if "quantity" in flows.columns else None
    notes = []
    if zero := pc.sum(pc.less_equal(table["value"], 0)).as_py():
        notes.append(f"{zero:,} reports of zero count as no report")
        table = table.filter(pc.greater(table["value"], 0))
    if not nes:
        return _spread(table, quantity, keys, tuple(notes)), table.slice(0, 0)
    codes = pa.array(nes, pa.string())
    from_nes, to_nes = (pc.is_in(table[side], value_set=codes) for side in ("origin", "destination"))
    unspecified = table.filter(pc.and_(to_nes, pc.equal(table["told_by"], "origin")))
    named = table.filter(pc.invert(pc.or_(from_nes, to_nes)))
    if other := table.num_rows - named.num_rows - unspecified.num_rows:
        notes.append(f"{other:,} reports of destinations on areas not specified are left out")
    return _spread(named, quantity, keys, tuple(notes)), unspecified


def _spread(table: pa.Table, quantity: pa.Table | None, keys: list[str], notes: tuple[str, ...]) -> _Pair:
    known = {key: labels(table, key) for key in keys}
    if {"origin", "destination"} <= set(keys):
        known["origin"] = known["destination"] = sorted({*known["origin"], *known["destination"]})
    shape = tuple(len(known[key]) for key in keys)
    cells = _cells(table, known)
    used = _distinct(cells)

    def told(reports: pa.Table, cells: Places, column: str) -> tuple[Array, Array]:
        row = np.searchsorted(used, cells)
        whose = pc.equal(reports["told_by"], "destination").to_numpy(zero_copy_only=False).astype(np.int64)
        both = np.full((2, len(used)), np.nan)
        both[whose, row] = reports[column].to_numpy(zero_copy_only=False)
        return both[0], both[1]

    amounts, ratio = None, np.full(len(used), np.nan)
    if quantity is not None:
        for key in keys if quantity.num_rows > table.num_rows else ():  # else no report was left out
            quantity = quantity.filter(pc.is_in(quantity[key], value_set=pa.array(known[key])))
        weighed = _cells(quantity, known)
        place = np.minimum(np.searchsorted(used, weighed), len(used) - 1)
        fits = used[place] == weighed
        amounts = told(quantity.filter(pa.array(fits)), weighed[fits], "quantity")
        np.divide(amounts[1], amounts[0], out=ratio, where=(amounts[0] > 0) & (amounts[1] > 0))
    places = dict(zip(keys, np.unravel_index(used, shape), strict=True))
    return _Pair(known, places, *told(table, cells, "value"), ratio, amounts, notes)


def _distinct(cells: Places) -> Places:
    """Every place once, in order; sorting beats the hashing of `numpy.unique` on many distinct ones."""
    ordered = np.sort(cells)
    return ordered[np.append(True, ordered[1:] != ordered[:-1])] if len(ordered) else ordered


def _cells(table: pa.Table, known: dict[str, list[Any]]) -> Places:
    """The place of each row's flow among all that the labels allow."""
    places = [positions(table[key], names, key) for key, names in known.items()]
    return np.ravel_multi_index(places, tuple(map(len, known.values())))


def _cif_rates(
    pair: _Pair, distance: Any, contiguity: Any, landlocked: Any, cif: str | float | SideTable
) -> tuple[Array, NDArray[np.bool_], str]:
    """The CIF rate of every flow, where it was lifted to zero, and how it came about."""
    count = len(pair.origin_report)
    if isinstance(cif, SideTable):
        return _rates_of_table(pair, cif), np.zeros(count, bool), "CIF rates of a side table"
    if not isinstance(cif, str):
        if not cif > -1:
            raise DataError(f"A CIF rate is (CIF - FOB) / FOB and lies above -1; {cif!r} does not.")
        return np.full(count, float(cif)), np.zeros(count, bool), f"CIF rate {cif:g} for all flows"
    if cif != "estimate":
        raise DataError(
            f"cif={cif!r} means nothing here. Give 'estimate', a rate such as 0.05, or a side table of rates."
        )
    log_ratio = np.log(pair.destination_report / pair.origin_report)
    median = float(np.median(log_ratio[pair.both])) if pair.both.any() else 0.0
    log_margin, said = (
        np.full(count, median),
        f"CIF rate {np.expm1(max(median, 0.0)):.4f} for all flows, median of ln(M/X)",
    )
    if distance is not None:
        regressors = _regressors(pair, distance, contiguity, landlocked)
        known = np.isfinite(regressors).all(axis=1)
        weighed = known & pair.both & np.isfinite(pair.ratio_of_quantities)
        used = weighed if weighed.any() else known & pair.both
        size = np.abs(np.log(pair.ratio_of_quantities[used]))
        depends = log_ratio[used] - (np.log(pair.ratio_of_quantities[used]) if weighed.any() else 0.0)
        fit = reconciliation.fit_cif(depends, regressors[used], np.exp(-size) if weighed.any() else None)
        log_margin = np.where(known, np.nan_to_num(regressors) @ fit.coefficients, median)
        what = "unit values" if weighed.any() else "values"
        priced = " and ln unit value" if pair.quantities else ""
        said = (
            f"CIF rate by regression of the log ratio of {what} on ln distance, its square, contiguity, landlocked "
            f"regions{priced} ({fit.observations:,} flows, {fit.outliers:,} outliers left out)"
        )
        if unknown := int((~known).sum()):
            said += f"; the median rate for {unknown:,} flows without a distance"
    rate, clamped = reconciliation.cif_rate(log_margin)
    return rate, clamped, said


def _rates_of_table(pair: _Pair, cif: SideTable) -> Array:
    keys = [key for key in ("origin", "destination", "product", "period") if key in pair.labels]
    names = {"origin": "region", "destination": "partner"}
    keys = [key for key in keys if names.get(key, key) in cif.columns]
    rates = cif.lookup(*(names.get(key, key) for key in keys))
    flows = list(zip(*(_label(pair, key).to_pylist() for key in keys), strict=True))
    lacking = sorted({flow for flow in flows if (flow if len(keys) > 1 else flow[0]) not in rates})
    if lacking:
        raise DataError(
            f"The table of CIF rates lacks {len(lacking):,} cases, e.g. {', '.join(map(str, lacking[:3]))}. Add them."
        )
    return np.array([rates[flow if len(keys) > 1 else flow[0]] for flow in flows])


def _regressors(pair: _Pair, distance: Any, contiguity: Any, landlocked: Any) -> Array:
    regions = pair.labels["origin"]
    at = pair.places["origin"], pair.places["destination"]
    kilometres = _matrix(as_side(distance, "distance"), regions, np.nan)
    kilometres = np.where(np.isnan(kilometres), kilometres.T, kilometres)[at]
    borders = None if contiguity is None else _matrix(as_side(contiguity, "contiguity"), regions, 0.0)
    coastless = None
    if landlocked is not None:
        said = as_side(landlocked, "landlocked").lookup("region")
        coastless = np.array([said.get(region, 0.0) for region in regions])
    return reconciliation.cif_regressors(
        np.where(kilometres > 0, kilometres, np.nan),
        unit_value=_unit_values(pair),
        contiguity=None if borders is None else np.maximum(borders, borders.T)[at],
        landlocked_destination=None if coastless is None else coastless[at[1]],
        landlocked_origin=None if coastless is None else coastless[at[0]],
    )


def _unit_values(pair: _Pair) -> Array | None:
    """Median value per unit of quantity of each flow's product, by the origins' reports; that of all where unknown."""
    if not pair.quantities:
        return None
    known = (pair.quantities[0] > 0) & ~np.isnan(pair.origin_report)
    if not known.any():
        return None
    price = np.log(pair.origin_report[known] / pair.quantities[0][known])
    place, groups = pair.group("product")
    median = reconciliation.medians(price, place[known], groups)
    return np.exp(np.where(np.isnan(median), np.nanmean(median), median))[place]


def _matrix(side: SideTable, regions: list[str], absent: float) -> Array:
    place = {region: number for number, region in enumerate(regions)}
    out = np.full((len(regions), len(regions)), absent)
    for (region, partner), value in side.lookup("region", "partner").items():
        if region in place and partner in place:
            out[place[region], place[partner]] = value
    return out


def _where_it_helps(
    pair: _Pair, rate: Array, clamped: NDArray[np.bool_], fob_importers: Sequence[str]
) -> tuple[Array, NDArray[np.bool_], list[str]]:
    """The rates as applied: not to import reports that are FOB, nor where the two reports would part further."""
    notes = []
    place, pairs = pair.group("origin", "destination")
    both = pair.both
    log_gap = np.log(pair.destination_report[both] / pair.origin_report[both])
    keep = reconciliation.margin_helps(log_gap, np.log1p(rate[both]), place[both], pairs)
    if off := int((~keep).sum()):
        notes.append(
            f"the CIF rate is not applied to {off:,} of {pairs:,} pairs, whose two reports it would move apart"
        )
    fob_places = [n for n, code in enumerate(pair.labels["destination"]) if code in fob_importers]
    free = np.isin(pair.places["destination"], fob_places)
    if fob_importers:
        notes.append(f"imports of {', '.join(fob_importers)} are taken as FOB")
    applied = keep[place] & ~free
    if count := int((clamped & ~free).sum()):
        notes.append(f"{count:,} flows had an estimated CIF rate below zero; it is zero for them")
    return np.where(applied, rate, 0.0), clamped & ~free, notes


def _with_unspecified(pair: _Pair, fob: Array, unspecified: pa.Table) -> tuple[Array, list[str]]:
    if not unspecified.num_rows:
        return pair.origin_report, []
    keys = [key for key in ("period", "origin", "product") if key in pair.labels]
    group, groups = pair.group(*keys)
    first = np.unique(group, return_index=True)[1]
    names = list(zip(*(_label(pair, key).take(pa.array(first)).to_pylist() for key in keys), strict=True))
    place = {name: number for number, name in enumerate(names)}
    amount, unplaced = np.zeros(groups), 0.0
    for row in unspecified.select([*keys, "value"]).to_pylist():
        name = tuple(row[key] for key in keys)
        if name in place:
            amount[place[name]] += row["value"]
        else:
            unplaced += row["value"]
    given = reconciliation.nes_allocation(pair.origin_report, fob, group, amount)
    left = float(given.residual.sum()) + unplaced
    note = (
        f"of {amount.sum() + unplaced:,.0f} that origins report for areas not specified, {given.allocated.sum():,.0f} "
        f"is given to partners, {given.netted.sum():,.0f} is taken to be trade that only destinations report, "
        f"{left:,.0f} is left out"
    )
    return pair.origin_report + given.added, [note]


def _weights(pair: _Pair, origin_report: Array, fob: Array) -> tuple[Array, Array, list[str]]:
    """Weight of the origin's report, distance of the two reports, and what to say of it."""
    apart = np.abs(np.log(origin_report / fob))
    both, notes = pair.both, []
    origin, destination = pair.places["origin"], pair.places["destination"]
    cell, _ = pair.group("period", "product")
    sigma = np.full((2, len(pair.labels["origin"])), np.nan)
    try:
        found = reconciliation.qualities_of_regions(
            apart[both],
            _precision(origin_report[both] + fob[both]),
            origin[both],
            destination[both],
            cell[both],
            sigma.shape[1],
        )
        sigma[:] = found.origin_sigma, found.destination_sigma
    except NotIdentified as why:
        notes.append(f"both reports weigh the same, since the quality of reporters is not known: {why}")
    weight = reconciliation.report_weight(sigma[0][origin], sigma[1][destination])
    unknown = int((both & np.isnan(sigma[0][origin] + sigma[1][destination])).sum())
    if unknown and not notes:
        notes.append(
            f"both reports weigh the same for {unknown:,} flows of reporters that few common partners link to the rest"
        )
    weight = np.where(np.isnan(pair.origin_report), 0.0, np.where(np.isnan(fob), 1.0, weight))
    return weight, apart, notes


def _precision(turnover: Array) -> Array:
    """Weights ln(X + M) of eq. 5; one for flows below three currency units, whose logarithm would weigh nothing."""
    return np.maximum(np.log(turnover), 1.0)


def _flags(pair: _Pair, clamped: NDArray[np.bool_], raised: NDArray[np.bool_]) -> Places:
    flag = np.zeros(len(clamped), np.int64)
    flag[clamped & ~np.isnan(pair.destination_report)] = FLAGS.index("clamped")
    flag[raised] = FLAGS.index("nes-allocated")
    flag[np.isnan(pair.destination_report)] = FLAGS.index("origin only")
    flag[np.isnan(pair.origin_report)] = FLAGS.index("destination only")
    return flag


def _label(pair: _Pair, key: str) -> pa.Array:
    return pa.array(pair.labels[key]).take(pa.array(pair.places[key]))
