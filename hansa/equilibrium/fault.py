"""What is wrong with an economy, by the names of its sectors and regions: the door that each passes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import numpy as np
from numpy.typing import NDArray

from hansa.equilibrium import baseline
from hansa.equilibrium.anderson import LARGEST_RESIDUAL
from hansa.equilibrium.baseline import Baseline
from hansa.errors import DataError, NotIdentified

_WORDS = {
    "share": "Shares in spending are negative, or no numbers, for {where}. Each is from 0 to 1; nothing bought is 0.",
    "column": (
        "Shares in spending do not sum to one over origins for {where}: {figure}. Divide each column by its sum, or "
        "give flows to Economy.from_flows."
    ),
    "tariff": "Tariffs of {where} are below -100 % or no numbers; a rate is a share of the value, so 0.05 is 5 %.",
    "value_added": (
        "The share of value added in cost is negative, or no number, for {where}. Subsidies may be the cause: take "
        "value added at basic prices, or add the sector to another."
    ),
    "inputs": (
        "Shares of inputs in cost are negative (below -1 % of cost), or no numbers, for {where}. By-products may be "
        "the cause: move them to the sector that makes them."
    ),
    "cost": (
        "Value added and inputs do not sum to one over the cost of {where}: {figure}. Divide them by their sum, or add "
        "what is missing."
    ),
    "labour": (
        "No sector of {where} that sells anything adds value, so that nobody earns its income. Give value_added above "
        "zero in a sector that sells."
    ),
    "final": (
        "Final demand is negative, or no number, for {where}. Changes of stocks may be the cause: count them as zero, "
        "or with the demand that they serve."
    ),
    "final_sum": "Shares of final spending do not sum to one for {where}: {figure}. Divide them by their sum.",
    "elasticity": "The trade elasticity of {where} is not above zero and finite; it is sigma - 1, such as 4.",
    "wage_income": "Value added is not above zero for {where}: a region that makes nothing is no part of an economy.",
    "spending": "Spending is negative, or no number, for {where}. It is what is bought, tariff included, from 0 up.",
}
_GAPS = {
    "spending": "what {where} spends and what its production and income call for are {size} apart",
    "wages": "value added of {where} and what its sales pay are {size} apart",
    "deficit": "imports less exports of {where} and its deficit are {size} of its value added apart",
}


def check(regions: Sequence[str], sectors: Sequence[str], b: Baseline) -> None:
    """Nothing, if shapes, signs and sums are right.

    Raises
    ------
    DataError : the first thing that cannot be, with three places.

    >>> wrong = baseline.from_flows(np.array([[[8.0, 2.0], [1.0, 9.0]]]), baseline.no_tariff(1, 2), np.array([-4.0]))
    >>> check(["A", "B"], ["total"], wrong)
    Traceback (most recent call last):
    hansa.errors.DataError: The trade elasticity of 'total' is not above zero and finite; it is sigma - 1, such as 4.
    """
    _shapes(regions, sectors, b)
    for labels, what in ((regions, "region"), (sectors, "sector")):
        if len(set(labels)) < len(labels):
            twice = sorted({name for name in labels if list(labels).count(name) > 1})
            raise DataError(f"The {what} {twice[0]!r} stands twice. Give each {what} a code of its own.")
    for name, mask in baseline.faults(b).items():
        raise DataError(_WORDS[name].format(where=_where(mask, regions, sectors), figure=_figure(name, mask, b)))
    world, gap = b.wage_income.sum(), b.deficit.sum()
    if not abs(gap) <= 1e-9 * world:
        raise DataError(
            f"Deficits sum to {gap:,.6g}, which is {abs(gap) / world:.2g} of world value added; over all regions "
            "imports equal exports. Add the rest of the world as a region, or take deficits from the flows."
        )
    if (poor := ~(baseline.income(b) > 0)).any():
        raise DataError(
            f"Income (value added, tariff revenue and deficit) is not above zero for {_where(poor, regions, sectors)}: "
            "its surplus is more than it earns. Mend the deficit, or leave the region out."
        )


@contextmanager
def named(regions: Sequence[str], sectors: Sequence[str]) -> Iterator[None]:
    """Refusals of number files that are raised inside say codes of regions and sectors, and not their places.

    >>> with named(["BLR", "POL"], ["total"]):
    ...     raise NotIdentified("Region 1 buys sector 0 (counted from 0), and no supplier is left.")
    Traceback (most recent call last):
    hansa.errors.NotIdentified: 'POL' buys sector 'total', and no supplier is left.
    """
    try:
        yield
    except (DataError, NotIdentified) as refusal:
        said = said_with_codes(str(refusal), regions, sectors)
        if said == str(refusal) or type(refusal) not in (DataError, NotIdentified):
            raise
        raise type(refusal)(said) from refusal


def said_with_codes(message: str, regions: Sequence[str], sectors: Sequence[str]) -> str:
    """A message of a number file with codes instead of places.

    >>> said_with_codes("regions 0, 1 and sector 0", ["A", "B"], ["total"])
    "'A', 'B' and sector 'total'"
    """

    def region(hit: re.Match[str]) -> str:
        return ", ".join(repr(regions[int(place)]) for place in hit[1].split(", "))

    message = re.sub(r"\b[Rr]egions? (\d+(?:, \d+)*)\b", region, message)
    message = re.sub(r"\bsector (\d+)\b", lambda hit: f"sector {sectors[int(hit[1])]!r}", message)
    return message.replace(" (counted from 0)", "")


def residual(regions: Sequence[str], sectors: Sequence[str], b: Baseline) -> float:
    """The largest relative gap of any condition of equilibrium without a shock.

    Raises
    ------
    DataError : it is above 1e-9; says by how much and where.
    """
    gaps = baseline.gaps(b)
    name, gap = max(gaps.items(), key=lambda one: float(one[1].max()))
    worst = float(gap.max())
    if not worst <= LARGEST_RESIDUAL:
        place = gap == worst
        said = _GAPS[name].format(where=_where(place, regions, sectors), size=f"{worst:.2%}")
        raise DataError(
            f"The economy is not in balance: {said} (residual {worst:.1e}, at most {LARGEST_RESIDUAL:g}). Build it "
            "with Economy.from_shares, which finds the equilibrium of these shares, or mend the accounts."
        )
    return worst


def _shapes(regions: Sequence[str], sectors: Sequence[str], b: Baseline) -> None:
    J, n = len(sectors), len(regions)
    wanted = {
        "share": (J, n, n), "tariff": (J, n, n), "value_added": (J, n), "inputs": (J, J, n), "final": (J, n),
        "elasticity": (J,), "wage_income": (n,), "deficit": (n,), "spending": (J, n),
    }  # fmt: skip
    for name, shape in wanted.items():
        array = getattr(b, name)
        if array is not None and array.shape != shape:
            raise DataError(
                f"{name!r} has the shape {array.shape}; {J:,} sectors and {n:,} regions call for {shape} (sector, "
                "origin, destination)."
            )


def _where(mask: NDArray[np.bool_], regions: Sequence[str], sectors: Sequence[str]) -> str:
    """Three places of a mask over (J, n), (n,) or (J,), and how many there are."""
    places = np.argwhere(mask)
    if mask.ndim == 2:
        named = [f"{regions[n]!r} in {sectors[k]!r}" if len(sectors) > 1 else repr(regions[n]) for k, n in places[:3]]
    else:
        labels = regions if mask.size == len(regions) else sectors
        named = [repr(labels[place[0]]) for place in places[:3]]
    more = len(places) - len(named)
    return ", ".join(named) + (f" and {more:,} more" if more else "")


def _figure(name: str, mask: NDArray[np.bool_], b: Baseline) -> str:
    place = tuple(np.argwhere(mask)[0])
    if name == "column":
        return f"{b.share.sum(axis=1)[place]:.6g}"
    if name == "cost":
        cost = b.value_added if b.inputs is None else b.value_added + b.inputs.sum(axis=0)
        return f"{cost[place]:.6g}"
    return f"{b.final.sum(axis=0)[place]:.6g}" if name == "final_sum" else ""
