"""Random trade: whole numbers of dollars, so that figures near the limits of arithmetic do not hide broken laws."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

REGIONS, PRODUCTS, PERIODS = list("ABCD"), ["p", "q", "r"], ["2020", "2021"]
amounts = st.one_of(st.just(0), st.integers(1, 10**6))


def cubes(periods: int = 1) -> st.SearchStrategy[np.ndarray]:
    """Trade (periods, origins, destinations, products) of four regions, none with itself; every region sells and buys
    something in every period."""
    shape = (periods, len(REGIONS), len(REGIONS), len(PRODUCTS))

    def without_own(x: np.ndarray) -> np.ndarray:
        for place in range(len(REGIONS)):
            x[:, place, place] = 0
        return x.astype(float)

    def all_trade(x: np.ndarray) -> bool:
        return bool((x.sum((2, 3)) > 0).all() and (x.sum((1, 3)) > 0).all())

    return arrays(np.int64, shape, elements=amounts).map(without_own).filter(all_trade)


def table(cube: np.ndarray, regions: list[str] = REGIONS, products: list[str] = PRODUCTS) -> pa.Table:
    """A cube as rows; a flow of nothing has no row."""
    when, origin, destination, product = np.nonzero(cube)
    labels: dict[str, Any] = {
        "period": [PERIODS[place] for place in when],
        "origin": [regions[place] for place in origin],
        "destination": [regions[place] for place in destination],
        "product": [products[place] for place in product],
    }
    return pa.table({**labels, "value": cube[when, origin, destination, product]})
