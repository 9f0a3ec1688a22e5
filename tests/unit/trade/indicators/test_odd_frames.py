"""Every indicator of the catalogue on frames that hold little or nothing: a result, or a refusal that says why."""

from __future__ import annotations

import contextlib
import math
from typing import Any

import pandas as pd
import pytest

from hansa.errors import HansaError
from hansa.trade import indicators

PAIR: dict[str, Any] = {
    "period": ["2021", "2022"],
    "origin": ["A", "B"],
    "destination": ["B", "A"],
    "product": ["p", "q"],
    "value": [1.0, 2.0],
}
WHOLE = pd.DataFrame(PAIR)
GIVEN: dict[str, Any] = {
    "origin": "A",
    "destination": "B",
    "bloc": ["A"],
    "closed": "B",
    "lost": "B",
    "input_share": {"product": ["p"], "input": ["q"], "value": [0.5]},
    "demand_elasticity": -1.0,
}
FRAMES = {
    "empty": WHOLE[:0],
    "one row": WHOLE[:1],
    "zero": WHOLE.assign(value=0.0),
    "one zero": WHOLE[:1].assign(value=0.0),
    "no figure": WHOLE.assign(value=math.nan),
    "at home": WHOLE[:1].assign(destination="A"),
    "no product": WHOLE.drop(columns="product"),
    "no period": WHOLE.drop(columns="period"),
    "no destination": WHOLE.drop(columns="destination"),
    "origin and value": WHOLE[["origin", "value"]],
    "categories": WHOLE.astype({"period": "category", "origin": "category", "product": "category"}),
    "whole numbers with gaps": WHOLE.assign(value=pd.array([1, None], "Int64"), period=pd.array([2021, 2022], "Int64")),
    "large codes": WHOLE.assign(product=[2**60, 2**60 + 1]),
    "an empty label": WHOLE.assign(origin=[None, "B"]),
    "days": WHOLE.assign(period=pd.to_datetime(["2021-01-01", "2022-01-01"])),
    "negative": WHOLE.assign(value=-1.0),
}


@pytest.mark.parametrize("key", sorted(indicators.catalogue))
def test_a_result_or_a_refusal(key):
    indicator = indicators.catalogue[key]
    beside = {name: {"A": 10.0, "B": 20.0} for name in indicator.needs if name not in GIVEN}
    must = [one.name for one in indicator.parameters() if one.default is one.empty]
    given = beside | {name: GIVEN[name] for name in must if name not in beside}
    for frame in FRAMES.values():
        with contextlib.suppress(HansaError):
            rows = indicator.function(frame, **given).rows()
            assert all(math.isfinite(one) for row in rows for one in row.values() if isinstance(one, float))
