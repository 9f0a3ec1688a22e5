"""Input-output tables of many regions with the trade between them: what each sector uses, makes and sells."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hansa import dense
from hansa.errors import DataError
from hansa.provenance import Provenance
from hansa.units import Money

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class IOTable:
    """National tables of uses, joined by trade in each sector. Values are at producer prices, in `unit`.

    Parameters
    ----------
    regions, sectors : codes, n and J of them.
    trade : (J, n, n) from origin to destination, before tariffs; home sales on the diagonal.
    intermediate : (J, J, n) use of input k by sector l in region n; a by-product may stand as a negative input.
    final, value_added : (J, n).
    deficit : (n,) imports less exports.
    tariff : (J, n, n) ad-valorem rates, or None.
    elasticity : (J,) of trade, where the table comes with them; elasticity_source says whose.

    Raises
    ------
    DataError : shapes do not fit, values are negative or no numbers, a region makes nothing.

    >>> trade = np.array([[[80.0, 20.0], [10.0, 90.0]]])
    >>> table = IOTable(("A", "B"), ("all",), trade, np.array([[[40.0, 50.0]]]), np.array([[50.0, 60.0]]),
    ...                 np.array([[60.0, 50.0]]), np.array([-10.0, 10.0]))
    >>> table.gaps()["cost"].tolist(), table.gaps()["use"].tolist()
    ([[0.0, 0.0]], [[0.0, 0.0]])
    """

    regions: tuple[str, ...]
    sectors: tuple[str, ...]
    trade: Array
    intermediate: Array
    final: Array
    value_added: Array
    deficit: Array
    tariff: Array | None = None
    elasticity: Array | None = None
    elasticity_source: str = ""
    unit: Money = field(default_factory=Money)
    period: str | None = None
    valuation: str = ""
    provenance: Provenance = field(default_factory=Provenance)
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        J, n = len(self.sectors), len(self.regions)
        shapes: dict[str, tuple[int, ...]] = {
            "trade": (J, n, n), "intermediate": (J, J, n), "final": (J, n), "value_added": (J, n), "deficit": (n,),
            "tariff": (J, n, n), "elasticity": (J,),
        }  # fmt: skip
        for name, shape in shapes.items():
            if getattr(self, name) is None:
                continue
            array = dense.array(getattr(self, name), name)
            object.__setattr__(self, name, array)
            if array.shape != shape:
                raise DataError(
                    f"{name!r} has the shape {array.shape}; {J:,} sectors and {n:,} regions call for {shape}."
                )
            _refuse(name, ~np.isfinite(array), "no numbers", self.regions, self.sectors)
            if name in _NEGATIVE:
                _refuse(name, array < 0, _NEGATIVE[name], self.regions, self.sectors)
        if self.tariff is not None:
            _refuse("tariff", self.tariff <= -1, "rates at or below -100 %", self.regions, self.sectors)
        idle = ~(self.value_added.sum(axis=0) > 0) | ~(self.final.sum(axis=0) > 0)
        if idle.any():
            names = [name for name, here in zip(self.regions, idle, strict=True) if here]
            raise DataError(f"No value added or no final demand in {', '.join(names[:3])}: leave such regions out.")

    @property
    def output(self) -> Array:
        """(J, n) value added and inputs of each sector."""
        return self.value_added + self.intermediate.sum(axis=0)

    def gaps(self) -> dict[str, Array]:
        """How far the table is from balance: (J, n) differences in its unit.

        cost : sales less value added and inputs. use : inputs and final demand less what is bought at home and abroad,
        tariffs included.
        """
        rate = 0.0 if self.tariff is None else self.tariff
        bought = (self.trade * (1 + rate)).sum(axis=1)
        return {
            "cost": self.trade.sum(axis=2) - self.output,
            "use": self.intermediate.sum(axis=1) + self.final - bought,
        }


_NEGATIVE = {
    "trade": "negative flows",
    "final": "negative final demand (changes of stocks may be the cause: count them as zero, with a note)",
    "value_added": "negative value added",
}


def _refuse(what: str, mask: NDArray[Any], word: str, regions: Sequence[str], sectors: Sequence[str]) -> None:
    if not mask.any():
        return
    place = [int(one) for one in np.argwhere(mask)[0]]
    labels = [regions[place[-1]]] if what != "elasticity" else [sectors[place[0]]]
    if mask.ndim > 1:
        labels.insert(0, sectors[place[0]])
    if mask.ndim == 3:
        labels.insert(1, (sectors if what == "intermediate" else regions)[place[1]])
    raise DataError(f"The table has {word}: {int(mask.sum()):,} cell(s) of {what!r}, e.g. {', '.join(labels)}.")
