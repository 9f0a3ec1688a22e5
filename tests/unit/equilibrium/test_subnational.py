"""National flows split to regions below countries: sums kept, hand arithmetic, refusals with a proof."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hansa.dense import dense
from hansa.equilibrium import armington, regional_balance
from hansa.equilibrium.subnational import split
from hansa.errors import DataError, NotIdentified, UnknownCode
from hansa.regions.distance import distance
from hansa.trade.flows import as_flows
from hansa.units import Money

TRADE = {
    "origin": ["A", "A", "B", "B"],
    "destination": ["A", "B", "A", "B"],
    "value": [60.0, 20.0, 30.0, 50.0],
}
PARTS = {"region": ["A1", "A2"], "country": ["A", "A"], "output": [1.0, 3.0]}
APART = {"origin": ["A1", "A1", "A2"], "destination": ["A2", "B", "B"], "km": [100.0, 100.0, 100.0]}


def sums(flows, *columns):
    return {tuple(row[name] for name in columns): row["value"] for row in flows.totals(*columns).to_pylist()}


def test_by_hand_where_distance_does_not_matter():
    """With elasticity 0 every flow is split by output and spending: 60 x 1/4 x 1/4 within A1."""
    found = sums(split(TRADE, PARTS, distance=APART, elasticity=0.0), "origin", "destination")
    assert found == pytest.approx(
        {
            ("A1", "A1"): 3.75, ("A1", "A2"): 11.25, ("A2", "A1"): 11.25, ("A2", "A2"): 33.75,
            ("A1", "B"): 5.0, ("A2", "B"): 15.0, ("B", "A1"): 7.5, ("B", "A2"): 22.5, ("B", "B"): 50.0,
        }
    )  # fmt: skip


def test_a_region_near_the_border_trades_more_across_it():
    near = {**APART, "km": [100.0, 50.0, 400.0]}
    found = sums(split(TRADE, {**PARTS, "output": [1.0, 1.0]}, distance=near), "origin", "destination")
    assert found["A1", "B"] > 1.3 * found["A2", "B"]
    assert found["A1", "B"] + found["A2", "B"] == pytest.approx(20, rel=1e-12)
    # odds of x are those of the prior where all four cells have both margins free: a 2 x 2 table within A
    odds = found["A1", "A1"] * found["A2", "A2"] / (found["A1", "A2"] * found["A2", "A1"])
    assert odds == pytest.approx(100**2 / (50 / 4 * 100 / 4), rel=1e-9)  # nearest: 50 km to B, 100 km to A1


@settings(max_examples=25)
@given(st.integers(0, 10_000))
def test_sums_of_countries_and_regions_are_kept(seed):
    r = np.random.default_rng(seed)
    m = int(r.integers(1, 5))
    first = np.cumsum([0, *r.integers(1, 6, m - 1)]) if m > 1 else np.array([0])
    n = int(first[-1] + r.integers(1, 6))
    country = np.repeat(np.arange(m), np.diff([*first, n]))
    X = np.exp(r.normal(0, 2, (m, m))) * (r.random((m, m)) < 0.8)
    np.fill_diagonal(X, np.exp(r.normal(0, 2, m)))
    y, e = (
        size / np.bincount(country, size)[country] * total[country]
        for size, total in ((r.random(n) + 0.01, X.sum(1)), (r.random(n) + 0.01, X.sum(0)))
    )
    P = regional_balance.prior(r.uniform(1, 1000, (n, n)), y, e, 1.0)
    start = P.copy()
    found = regional_balance.fit(P, y, e, X, first)
    table = found.table
    np.testing.assert_allclose(table.sum(1), y, rtol=1e-10)
    np.testing.assert_allclose(table.sum(0), e, rtol=1e-10)
    between = np.add.reduceat(np.add.reduceat(table, first, 0), first, 1)
    np.testing.assert_allclose(between, X, rtol=1e-13)
    for a in range(n):  # what RAS keeps: odds within a pair of countries
        for b in range(n):
            if country[a] == country[0] and country[b] == country[0]:
                np.testing.assert_allclose(
                    table[0, 0] * table[a, b] * start[0, b] * start[a, 0],
                    table[0, b] * table[a, 0] * start[0, 0] * start[a, b],
                    rtol=1e-8,
                )


def test_periods_products_and_what_is_known_of_the_flows_stay():
    several = {name: cells * 2 for name, cells in TRADE.items()} | {"period": ["2020"] * 4 + ["2021"] * 4}
    several["value"] = several["value"][:4] + [2 * value for value in several["value"][:4]]
    flows = split(as_flows(several, unit=Money("EUR")), PARTS, distance=APART)
    assert flows.unit == Money("EUR")
    one, two = (sums(flows.where(period=year), "origin", "destination") for year in ("2020", "2021"))
    assert {pair: 2 * value for pair, value in one.items()} == pytest.approx(two)
    assert [step.name for step in flows.provenance.steps][-1] == "split to regions below countries"
    notes = " ".join(flows.notes)
    for said in (
        "A: 2 regions below 1 countries",
        "modelled, not reported",
        "proportion to their output",
        "Wei 1996",
    ):
        assert said in notes
    assert flows.check() is flows


def test_the_list_of_regions_gives_countries_and_distances():
    trade = {
        "origin": ["BLR", "BLR", "RUS", "RUS"],
        "destination": ["BLR", "RUS", "BLR", "RUS"],
        "value": [50.0, 20.0, 25.0, 900.0],
    }
    parts = {"region": ["BY-HR", "BY-VI", "RU-SMO", "RU-PRI"], "output": [1.0, 1.0, 1.0, 1.0]}
    found = sums(split(trade, parts), "origin", "destination")
    assert found["BY-VI", "RU-SMO"] > found["BY-HR", "RU-SMO"] > 2 * found["BY-HR", "RU-PRI"]
    assert sum(value for (a, b), value in found.items() if a[:2] == "BY" and b[:2] == "RU") == pytest.approx(20)
    codes = parts["region"]
    from hansa.regions.codes import find

    km = regional_balance.great_circles(*zip(*((find(code).lat, find(code).lon) for code in codes), strict=True))
    np.testing.assert_allclose(km[0, 1:], [distance(codes[0], code) for code in codes[1:]], rtol=1e-12)


def test_a_spatial_equilibrium_stands_on_it():
    """200 regions of 8 countries in the one-sector model: balanced before, then costs between two countries fall."""
    r = np.random.default_rng(4)
    nations, below = [f"N{place}" for place in range(8)], 25
    X = np.exp(r.normal(2, 1, (8, 8)))
    np.fill_diagonal(X, 4 * X.sum(0))
    trade = {
        "origin": np.repeat(nations, 8).tolist(),
        "destination": np.tile(nations, 8).tolist(),
        "value": X.ravel().tolist(),
    }
    region = [f"{nation}-{place:02}" for nation in nations for place in range(below)]
    point = r.uniform(0, 2000, (len(region), 2)) + np.repeat(r.uniform(0, 4000, (8, 2)), below, axis=0)
    km = np.hypot(*(point[:, None] - point[None]).transpose(2, 0, 1))
    i, j = np.triu_indices(len(region), 1)
    parts = {
        "region": region, "country": np.repeat(nations, below).tolist(),
        "output": r.pareto(2, len(region)) + 0.1,
    }  # fmt: skip
    far = {"origin": [region[a] for a in i], "destination": [region[b] for b in j], "km": km[i, j]}
    flows = split(trade, parts, distance=pa.table(far))
    table = dense(flows.to_arrow(), ["origin", "destination"], "value", [region, region], missing=0.0)
    Y, E = table.sum(1), table.sum(0)
    share = table / E
    np.testing.assert_allclose(armington.solve(share, Y, E - Y, 5.0).wage_hat, 1, rtol=1e-9)
    reach = np.ones_like(share)
    reach[:25, 25:50] = reach[25:50, :25] = 0.9**-5.0
    after = armington.solve(share, Y, E - Y, 5.0, reach=reach)
    assert after.residual <= 1e-11
    real = after.wage_hat / after.price_hat
    assert real[:50] @ Y[:50] > Y[:50].sum()  # the two gain
    assert real[:50].max() - real[:50].min() > 1e-3  # and their regions by where they lie


def test_what_cannot_be_is_refused_with_its_proof():
    parts = {"region": ["A1", "A2"], "country": ["A", "A"], "output": [3.0, 1.0]}
    with pytest.raises(
        NotIdentified, match=r"A1 must sell 60, and A trades only 20 with all that is open to them \(to B"
    ):
        split(TRADE, parts, distance=APART, closed=[("A1", "A1"), ("A1", "A2")])
    with pytest.raises(NotIdentified, match="A1 must buy 67.5, and A trades only 30 .*from B"):
        split(TRADE, parts, distance=APART, closed=[("A1", "A1"), ("A2", "A1")])
    with pytest.raises(NotIdentified, match="B sells 30 to A, and every pair of their regions that could is closed"):
        split(TRADE, parts, distance=APART, closed=[("B", "A1"), ("B", "A2")])
    some = split(TRADE, parts, distance=APART, closed=[("B", "A2")])
    assert ("B", "A2") not in sums(some, "origin", "destination")
    assert "1 pairs of regions are closed" in some.notes


@pytest.mark.parametrize(
    ("change", "error", "says"),
    [
        ({"trade": {**TRADE, "value": [0.0, 20.0, 30.0, 50.0]}}, DataError, "no home sales of A"),
        ({"trade": {"origin": ["A"], "value": [1.0]}}, DataError, "no column 'destination'"),
        ({"parts": {**PARTS, "country": ["A", "C"]}}, UnknownCode, "'C' is no known country of the flows"),
        ({"parts": {**PARTS, "region": ["A1", "A1"]}}, DataError, "'A1' is there twice"),
        ({"parts": {**PARTS, "region": ["A1", "B"]}}, DataError, "'B' is there twice"),
        ({"parts": {**PARTS, "output": [1.0, -1.0]}}, DataError, "'output' of A2 is -1.0"),
        ({"parts": {**PARTS, "output": [0.0, 0.0]}}, DataError, "regions of A have no output"),
        ({"parts": {"region": ["BLR"], "output": [1.0]}}, DataError, "'BLR' lies in no country"),
        ({"distance": {**APART, "km": [1.0, -1.0, 1.0]}}, DataError, "distance is negative"),
        ({"distance": {"origin": ["A1"], "destination": ["A2"], "km": [9.0]}}, DataError, "no distance for 4 pairs"),
        ({"distance": None}, UnknownCode, "'A1' is no known region"),
        ({"elasticity": -1.0}, DataError, "must be finite, from 0 up"),
        ({"closed": [("A1", "X")]}, UnknownCode, "'X' is no known region that the flows are split to"),
    ],
)
def test_refusals(change, error, says):
    given = {"trade": TRADE, "parts": PARTS, "distance": APART, "elasticity": 1.0, "closed": ()} | change
    trade, parts = given.pop("trade"), given.pop("parts")
    with pytest.raises(error, match=says):
        split(trade, parts, **given)
