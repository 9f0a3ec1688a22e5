"""What must add up: market shares, redirection, potential, tariffs; on random trade."""

from __future__ import annotations

import numpy as np
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.testing import assert_allclose

from hansa.trade import export_potential as ep
from hansa.trade import import_dependency as criteria
from hansa.trade.indicators.potential import export_potential
from hansa.trade.market_share import decompose
from hansa.trade.partial_equilibrium import smart
from hansa.trade.redirection import redirect

AMOUNT = st.floats(0, 1e6, allow_subnormal=False).map(lambda x: round(x, 3))
SALES = arrays(float, (4, 3), elements=AMOUNT)


@given(SALES, SALES, SALES, SALES)
def test_parts_of_market_share_add_up_in_every_order(before, after, others_before, others_after):
    assume(others_before.sum() > 1)
    found = decompose(before, after, others_before, others_after)
    size = 1e-9 * (1 + abs(found.change) + abs(found.world) + abs(found.residual) + abs(found.commodity_first))
    parts = found.world + found.commodity + found.market + found.residual
    assert abs(parts - found.change) <= size * 1e3
    one, other = found.commodity_first + found.market_second, found.market_first + found.commodity_second
    assert abs(one - other) <= 1e-9 * (1 + abs(one) + np.abs([found.commodity_first, found.market_first]).max()) * 1e3


@given(SALES, SALES, SALES, SALES)
def test_market_share_does_not_depend_on_which_axis_is_called_product(before, after, others_before, others_after):
    assume(others_before.sum() > 1)
    one = decompose(before, after, others_before, others_after)
    other = decompose(before.T, after.T, others_before.T, others_after.T)
    scale = 1 + max(abs(one.commodity), abs(one.market), abs(one.world))
    assert_allclose([one.commodity, one.market], [other.market, other.commodity], atol=1e-6 * scale, rtol=1e-6)


@given(SALES, SALES, st.floats(-0.5, 2))
def test_redirection_adds_up_and_is_bounded(before, after, growth):
    closed = np.array([True, False, False, True])
    found = redirect(before, after, closed, growth)
    scale = 1e-9 * (1 + before.max() + after.max())
    assert_allclose(found.lost, found.redirected.sum(0) + found.unreplaced, atol=scale)
    assert_allclose(found.excess, found.redirected + found.new, atol=scale)
    for part in (found.lost, found.excess, found.redirected, found.unreplaced, found.new):
        assert (part >= -scale).all()
    assert (found.redirected[closed] == 0).all()


@given(SALES.filter(lambda x: x.sum() > 1), st.floats(1e-3, 1e3))
def test_potential_is_homogeneous_of_degree_one(sales, scale):
    """All trade scaled by one factor scales the potential by it; supply, a share, and ease, a ratio, stay."""
    exports, world, imports, trade = sales[0], sales.sum(0), sales[1:], sales[1:].sum(1)

    def reach(factor: float) -> np.ndarray:
        x, w, m, t = exports * factor, world * factor, imports * factor, trade * factor
        share = np.divide(x, w, out=np.zeros(3), where=w > 0)
        supply = ep.supply(share, x, m[0])
        ease = ep.ease(t[:, None], ep.expected_trade(x, w, m)[:, None])
        return ep.potential(supply, ep.demand(m, 1.1, 1.02, 1.3), ease, 0.0).potential

    assert_allclose(reach(scale), reach(1.0) * scale, rtol=1e-6)


@given(st.lists(st.integers(1, 1000), min_size=6, max_size=6), st.sampled_from([0.25, 3.0, 1000.0]))
def test_the_indicator_of_potential_is_homogeneous_too(values, scale):
    flows = {"origin": list("AABBCC"), "destination": list("BCACAB"), "product": ["p"] * 6}
    one = export_potential({**flows, "value": [float(v) for v in values]}, origin="A").rows()
    other = export_potential({**flows, "value": [v * scale for v in values]}, origin="A").rows()
    for row, scaled in zip(one, other, strict=True):
        assert_allclose(scaled["potential"], row["potential"] * scale, rtol=1e-9)
        assert_allclose(scaled["unrealised"], row["unrealised"] * scale, rtol=1e-9, atol=1e-9 * scale)


@given(AMOUNT, AMOUNT, st.floats(0, 1), st.floats(0, 1))
def test_a_tariff_change_and_its_undoing_have_opposite_signs_and_diversion_is_what_others_have(M, others, t0, t1):
    there, back = smart(M, others, t0, t1, (1.25, 1.5)), smart(M, others, t1, t0, (1.25, 1.5))
    assert float(there.total) * float(back.total) <= 0
    assert abs(float(there.diversion)) <= others


@given(st.lists(AMOUNT, min_size=1, max_size=6))
def test_merging_two_suppliers_never_lowers_concentration(amounts):
    m = np.array([*amounts, 1.0])
    merged = np.append(m[2:], m[:2].sum())
    before = criteria.concentration((m**2).sum(), m.sum())
    after = criteria.concentration((merged**2).sum(), merged.sum())
    assert float(after) >= float(before) - 1e-12
