"""Laws of mirror reconciliation."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from hansa.trade import reconciliation
from hansa.trade.mirror import mirror

values = arrays(float, 12, elements=st.floats(1, 1e12))
errors = arrays(float, 12, elements=st.floats(0, 8))
PAIRS = [(a, b) for a in "ABCD" for b in "ABCD" if a != b]


def both(x: np.ndarray, m: np.ndarray) -> dict[str, list[object]]:
    return {
        "origin": [a for a, _ in PAIRS] * 2,
        "destination": [b for _, b in PAIRS] * 2,
        "value": [*x, *m],
        "told_by": ["origin"] * 12 + ["destination"] * 12,
    }


@given(values)
def test_two_equal_reports_are_the_answer(x: np.ndarray):
    assert mirror(both(x, x)).to_arrow()["value"].to_pylist() == x.tolist()


@given(values, values)
def test_the_answer_lies_between_the_reports(x: np.ndarray, m: np.ndarray):
    table = mirror(both(x, m), cif=0.0).to_arrow()
    value, weight = table["value"].to_numpy(), table["weight"].to_numpy()
    assert ((np.minimum(x, m) <= value) & (value <= np.maximum(x, m))).all()
    assert ((weight >= 0) & (weight <= 1)).all()


@given(errors, errors)
def test_swapped_qualities_mirror_the_weight(one: np.ndarray, other: np.ndarray):
    weight = reconciliation.report_weight(one, other)
    np.testing.assert_allclose(weight + reconciliation.report_weight(other, one), 1.0, atol=1e-12)
    assert ((weight >= 0) & (weight <= 1)).all()
    assert (weight[one < other] >= 0.5).all()


@given(values, values, errors, st.floats(1e-6, 1e6))
def test_the_scale_of_the_values_does_not_matter(x: np.ndarray, m: np.ndarray, error: np.ndarray, scale: float):
    weight = reconciliation.report_weight(error, error[::-1])
    once = reconciliation.reconcile(x, m, weight)[0]
    np.testing.assert_allclose(reconciliation.reconcile(scale * x, scale * m, weight)[0], scale * once, rtol=1e-12)


@given(values, values)
def test_the_order_of_regions_does_not_matter(x: np.ndarray, m: np.ndarray):
    other = dict(zip("ABCD", "DBAC", strict=True))
    data = both(x, m)
    renamed = {
        **data,
        "origin": [other[a] for a in data["origin"]],
        "destination": [other[b] for b in data["destination"]],
    }
    here, there = (
        {(r["origin"], r["destination"]): r["value"] for r in mirror(d, cif=0.0).to_arrow().to_pylist()}
        for d in (data, renamed)
    )
    for (a, b), value in here.items():
        np.testing.assert_allclose(there[other[a], other[b]], value, rtol=1e-6)


@given(values, values, st.floats(0, 1e13))
def test_nothing_is_lost_of_areas_not_specified(x: np.ndarray, m: np.ndarray, amount: float):
    found = reconciliation.nes_allocation(x, m, np.zeros(12, np.int64), np.array([amount]))
    parts = found.added.sum() + found.netted.sum() + found.residual.sum()
    np.testing.assert_allclose(parts, amount, rtol=1e-9, atol=1e-3)
    assert (found.added >= 0).all()
