"""The accounts of an economy from arrays of shares, or from an input-output table whose shares are to be trusted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hansa import dense
from hansa.equilibrium import baseline, fault
from hansa.equilibrium.anderson import LARGEST_RESIDUAL
from hansa.equilibrium.baseline import Baseline
from hansa.equilibrium.elasticity import Given, of_sectors
from hansa.errors import DataError
from hansa.production.iotable import IOTable

Array = NDArray[np.float64]

UNBALANCED = 1e-6  # of supply: a table that is off by more is said to be


def parts(
    share: ArrayLike,
    regions: Sequence[str],
    sectors: Sequence[str],
    wage_income: ArrayLike,
    elasticity: Given,
    arrays: Mapping[str, ArrayLike | None],
    *,
    elasticity_source: str = "",
    **about: Any,
) -> dict[str, Any]:
    """The fields of an Economy (see `Economy.from_shares`)."""
    J, n = len(sectors), len(regions)
    given = {name: None if one is None else dense.array(one, name).copy() for name, one in arrays.items()}
    taken = dense.array(share, "share").copy()  # of the caller, who may go on writing into it
    taken = taken[None] if taken.ndim == 2 else taken
    rate = given["tariff"] if given["tariff"] is not None else baseline.no_tariff(J, n)
    rate = rate[None] if rate.ndim == 2 else rate
    if given["final"] is None and J > 1:
        raise DataError(f"final= is needed with {J:,} sectors: the share of each in the final spending of a region.")
    if given["inputs"] is None and given["value_added"] is not None and not (given["value_added"] == 1).all():
        raise DataError("value_added= is below one, and inputs= is not given. Give both, or none of them.")
    theta, source = of_sectors(elasticity, elasticity_source, sectors)
    made = dense.array(wage_income, "wage_income").copy()
    gap = np.zeros(n) if given["deficit"] is None else given["deficit"]
    for name, vector in (("wage_income", made), ("deficit", gap)):
        if vector.shape != (n,):
            raise DataError(f"{name!r} has the shape {vector.shape}; it is a figure for each of {n:,} regions.")
    final = np.ones((1, n)) if given["final"] is None else given["final"]
    own = np.ones((J, n)) if given["value_added"] is None else given["value_added"]
    spent = final * np.maximum(made + gap, 0.0) if given["spending"] is None else given["spending"]
    b = Baseline(taken, rate, own, given["inputs"], final, theta, made, gap, spent)
    b, notes = balanced(regions, sectors, b, "fixed", "shares and incomes did not fit together")
    said = about.get("notes", ())
    return _labelled(regions, sectors, b) | {
        "elasticity_source": source,
        **about,
        "notes": (*((said,) if isinstance(said, str) else said), *notes),
    }


def of_table(table: IOTable, theta: tuple[Given, str], *, tariff: ArrayLike | None, deficit: str) -> dict[str, Any]:
    """The fields of an Economy (see `Economy.from_table`); theta : elasticities and their source."""
    if not isinstance(table, IOTable):
        raise DataError(f"An IOTable is wanted, such as hansa.production.read_long(folder) gives, not {table!r:.80}.")
    elasticity, source = theta
    if tariff is not None:
        table = replace(table, tariff=dense.array(tariff, "tariff"))  # which looks at it
    if elasticity is None and table.elasticity is not None:
        elasticity, source = table.elasticity, source or table.elasticity_source
    values, source = of_sectors(elasticity, source, table.sectors)
    b, notes = _shares(table, values)
    off, raw = _absorption(table, b)
    b, more = balanced(table.regions, table.sectors, b, deficit, f"the table is not in balance ({raw})")
    if off > UNBALANCED and not any(raw in note for note in more):
        more = (*more, f"{raw}; only shares are taken from the table, and these are in balance")
    return _labelled(table.regions, table.sectors, b) | {
        "unit": table.unit,
        "elasticity_source": source,
        "period": table.period,
        "valuation": table.valuation,
        "provenance": table.provenance.then("economy", "shares of an input-output table"),
        "notes": (*table.notes, *notes, *more),
    }


def balanced(
    regions: Sequence[str], sectors: Sequence[str], b: Baseline, deficit: str, why: str
) -> tuple[Baseline, tuple[str, ...]]:
    """The baseline as it is where it is in balance, else the equilibrium of its shares, and how far it lies from it."""
    fault.check(regions, sectors, b)
    gaps = max(float(gap.max()) for gap in baseline.gaps(b).values())
    if gaps <= LARGEST_RESIDUAL and (deficit == "fixed" or not b.deficit.any()):
        return b, ()
    with fault.named(regions, sectors):
        new = baseline.settled(b, deficit)
    before, after = baseline.flow(b), baseline.flow(new)
    wage = np.abs(new.wage_income / b.wage_income - 1)
    abroad = ~np.eye(len(regions), dtype=bool)[None]
    moved = float(np.abs(after - before).sum() / before.sum())
    sent, sends = (float((flow * abroad).sum()) for flow in (before, after))
    trade = f", and trade between regions by {sends / sent - 1:+.2%}" if sent > 0 else ""
    first = f"{why}: the equilibrium of these" if gaps > LARGEST_RESIDUAL else "the equilibrium of these"
    place = int(np.argmax(wage))
    note = (
        f"{first} shares with deficit = {deficit!r} is taken; it moves wages by up to {wage[place]:.2%} "
        f"({regions[place]}), {moved:.2%} of all sales{trade}"
    )
    return new, (note,)


def _labelled(regions: Sequence[str], sectors: Sequence[str], b: Baseline) -> dict[str, Any]:
    labels = {"regions": tuple(map(str, regions)), "sectors": tuple(map(str, sectors))}
    return labels | {one.name: getattr(b, one.name) for one in fields(Baseline)}


def _shares(table: IOTable, theta: Array) -> tuple[Baseline, tuple[str, ...]]:
    rate = baseline.no_tariff(*table.final.shape) if table.tariff is None else table.tariff
    with_tariff = table.trade * (1 + rate)
    spending = with_tariff.sum(axis=1)
    cost = table.value_added + table.intermediate.sum(axis=0)
    idle = cost <= 0
    used = (table.final > 0) | (table.intermediate.sum(axis=1) > 0)
    if (bare := used & (spending <= 0)).any():
        k, n = (int(place) for place in np.argwhere(bare)[0])
        raise DataError(
            f"{bare.sum():,} cells of sector and region are used where nobody supplies them, e.g. "
            f"{table.sectors[k]!r} in {table.regions[n]!r}. Add the trade or the home sales, or take the use out."
        )
    whole = np.where(idle, 1.0, cost)
    b = Baseline(
        share=with_tariff / np.where(spending > 0, spending, 1.0)[:, None, :],
        tariff=rate,
        value_added=np.where(idle, 1.0, table.value_added / whole),
        inputs=table.intermediate / whole[None],
        final=table.final / table.final.sum(axis=0),
        elasticity=theta,
        wage_income=table.value_added.sum(axis=0),
        deficit=table.deficit,
        spending=spending,
    )
    notes = (f"{idle.sum():,} cells of sector and region make nothing; their cost is the wage",) if idle.any() else ()
    if by_products := int(np.count_nonzero(table.intermediate < 0)):
        notes = (*notes, f"{by_products:,} input(s) are negative (by-products) and kept as the table has them")
    return replace(b, inputs=None) if not table.intermediate.any() else b, notes


def _absorption(table: IOTable, b: Baseline) -> tuple[float, str]:
    """How far use and supply of the table are apart, as a share of supply, and in words where most."""
    use = table.intermediate.sum(axis=1) + table.final
    gap = np.divide(use, b.spending, out=np.ones_like(use), where=b.spending > 0) - 1
    weight = np.abs(use - b.spending)
    k, n = (int(place) for place in np.unravel_index(int(np.argmax(weight)), weight.shape))
    off = float(weight.sum() / b.spending.sum())
    return off, (
        f"use and supply differ by {off:.2%} of supply in all, most for {table.sectors[k]!r} in {table.regions[n]!r}: "
        f"{gap[k, n]:+.1%}"
    )
