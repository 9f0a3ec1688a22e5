"""Trade elasticities: what is taken where nobody says one, and one for each sector of an economy.

The trade elasticity theta is the fall of trade, in per cent, for one per cent of trade cost, other things equal: it is
sigma - 1 where sigma is the elasticity of substitution between origins.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hansa.errors import DataError, UnknownCode

ELASTICITY = 4.0
ELASTICITY_SOURCE = (
    "default 4: Simonovska and Waugh 2014, Journal of International Economics 92(1), 34-50 (roughly four, 123 "
    "countries, 2004)"
)

Given = float | Mapping[str, float] | Sequence[float] | NDArray[np.float64] | None


def of_sectors(given: Given, source: str, sectors: Sequence[str]) -> tuple[NDArray[np.float64], str]:
    """(J,) an elasticity for each sector, and where they are from.

    Parameters
    ----------
    given : one number for all, a mapping by sector, a number for each in their order, or None for the default of 4.
    source : in words; where it is empty, the default's source or that the caller gave them.

    Raises
    ------
    DataError : a sector has none, or one is not above zero.
    UnknownCode : the mapping names a sector that is not there.

    >>> of_sectors({"a": 4.0, "b": 8.0}, "my estimate", ["b", "a"])
    (array([8., 4.]), 'my estimate')
    >>> of_sectors(None, "", ["total"])[1][:33]
    'default 4: Simonovska and Waugh 2'
    """
    if given is None:
        return np.full(len(sectors), ELASTICITY), source or ELASTICITY_SOURCE
    if isinstance(given, Mapping):
        values = _by_name(given, sectors)
    else:
        values = _numbers(given)
        if values.ndim == 0:
            values = np.full(len(sectors), float(values))
        elif values.shape != (len(sectors),):
            raise DataError(
                f"Elasticities have the shape {values.shape}, and sectors are {len(sectors):,}. Give one number for "
                "all, or one for each."
            )
    if (wrong := ~((values > 0) & np.isfinite(values))).any():
        where = int(np.flatnonzero(wrong)[0])
        raise DataError(
            f"The trade elasticity of sector {sectors[where]!r} is {values[where]:g}; it must be above zero and "
            "finite (theta = sigma - 1, where trade falls with its cost). Change its sign if it is a coefficient on "
            "log cost."
        )
    return values, source or "given by the caller"


def _by_name(given: Mapping[str, float], sectors: Sequence[str]) -> NDArray[np.float64]:
    for name in given:
        if name not in sectors:
            raise UnknownCode("sector of the economy", name, sectors, hint="Elasticities are given by sector.")
    if lacking := [name for name in sectors if name not in given]:
        raise DataError(
            f"{len(lacking):,} of {len(sectors):,} sectors have no elasticity, e.g. "
            f"{', '.join(map(repr, lacking[:3]))}. Give one for each sector, or one number for all."
        )
    return _numbers([given[name] for name in sectors])


def _numbers(given: Any) -> NDArray[np.float64]:
    try:
        kind = np.asarray(given).dtype.kind  # Decimals are objects; texts, truths and None are no elasticities
        if kind not in "iufO" or (kind == "O" and None in np.asarray(given).ravel().tolist()):
            raise TypeError
        return np.asarray(given, np.float64)
    except (TypeError, ValueError):
        raise DataError(
            f"An elasticity is a number such as 4.0, one for all or one for each sector; this is {given!r:.80}."
        ) from None


def meaning(value: Any) -> str:
    """An elasticity, or the range of several, in words.

    >>> meaning([4.0]), meaning([1.67, 64.85])
    ('4', '1.67 to 64.85')
    """
    values = np.asarray(value, np.float64)
    low, high = values.min(), values.max()
    return f"{low:g}" if low == high else f"{low:g} to {high:g}"
