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


def economies(
    sectors: int = 1, regions: int = 4, *, deficits: bool = True, full: bool = False
) -> st.SearchStrategy[Any]:
    """Random worlds in balance. Home sales are twice to six times trade, so that deficits can be paid whatever happens
    to it; elasticities lie between 2 and 12; some pairs do not trade, but each region sells to the next. With `full`,
    there are tariffs up to 60 % and inputs, each sector using all.
    """
    from hansa.equilibrium.economy import Economy  # slow import

    names = tuple("ABCDEFGH"[:regions])
    codes = tuple(f"s{k}" for k in range(sectors))
    cells = (sectors, regions, regions)

    def made(drawn: tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray]) -> Any:
        flow, home, theta, tariff, weight, size = drawn
        flow = flow.astype(float)
        for place in range(regions):
            flow[:, place, place] = 0
            flow[:, place, (place + 1) % regions] += 1 + flow.max() // 100
        if not deficits:
            flow = flow + flow.transpose(0, 2, 1)
        own = np.maximum(flow.sum(1), flow.sum(2)) * home
        for place in range(regions):
            flow[:, place, place] = own[:, place]
        rate = tariff / 100.0
        if not full:
            share = flow / flow.sum(1, keepdims=True)
            income, gap = flow.sum((0, 2)), flow.sum((0, 1)) - flow.sum((0, 2))
            final = flow.sum(1) / flow.sum((0, 1))
            return Economy(
                names, codes, share, np.zeros(cells), np.ones((sectors, regions)), None, final, theta.astype(float),
                income, np.zeros(regions) if not deficits else gap, flow.sum(1),
            )  # fmt: skip
        rate[:, np.arange(regions), np.arange(regions)] = 0
        spent = flow * (1 + rate)
        cost = weight.astype(float) / weight.sum(0, keepdims=True)
        return Economy.from_shares(
            spent / spent.sum(1, keepdims=True), regions=names, sectors=codes, wage_income=size.astype(float),
            elasticity=theta.astype(float), final=cost[0] / cost[0].sum(0), tariff=rate, inputs=cost[1:],
            value_added=cost[0],
        )  # fmt: skip

    return st.tuples(
        arrays(np.int64, cells, elements=amounts),
        arrays(np.int64, (sectors, regions), elements=st.integers(2, 6)),
        arrays(np.int64, (sectors,), elements=st.integers(2, 12)),
        arrays(np.int64, cells, elements=st.integers(0, 60)),
        arrays(np.int64, (sectors + 1, sectors, regions), elements=st.integers(1, 9)),
        arrays(np.int64, (regions,), elements=st.integers(10, 10**4)),
    ).map(made)
