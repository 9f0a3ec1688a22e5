"""The sample world is what it says: its truth obeys its parameters, its reports differ from it as stated."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from hansa.dense import dense
from hansa.regions import read_regions
from hansa.sample import world
from hansa.sample.blueprint import blueprint, plan
from hansa.trade.mirror import mirror
from hansa.trade.store import Store

PLAN = plan()
PRODUCTS = [product["code"] for product in PLAN.products]
YEARS = [str(year) for year in PLAN.years]
WAYS = ("period", "product", "origin", "destination")


def cube(table: pa.Table, missing: float = 0.0) -> np.ndarray:
    return dense(table, WAYS, "value", [YEARS, PRODUCTS, PLAN.codes, PLAN.codes], missing=missing)


def test_what_is_in_it(store: Store):
    assert store.datasets() == ["flows", "provinces"]
    assert store.datasets("services") == ["flows"]
    assert {"gdp", "population", "production", "tariff", "exchange_rate", "deflator", "distance"} <= set(
        store.measures()
    )
    goods = store.flows(told_by="origin").totals("period", "product")
    assert set(goods["period"].to_pylist()) == set(YEARS)
    assert len(set(goods["product"].to_pylist())) == 40
    assert store.flows().provenance.sources[0].title == "sample world (generated, fictional)"


def test_codes_are_those_that_iso_leaves_to_users():
    assert len(PLAN.codes) == 25
    assert all("XAA" <= code <= "XZZ" for code in PLAN.codes)
    assert {bloc for bloc in PLAN.blocs.values() if bloc} == {"AMBER", "GRANITE", "HARBOUR"}
    names = [*PLAN.regions, *PLAN.provinces]
    assert all(place.name and place.name_ru for place in names)


def test_the_lists_of_codes_can_be_read(sample_folder):
    regions = read_regions(sample_folder / "regions.csv")
    assert regions.find("Brinhaven").parent == "XBR"
    assert regions.find("Вальдория").code == "XVA"


def test_flows_obey_the_gravity_of_their_parameters(truth: dict[str, pa.Table]):
    """X_ij X_ji / (X_ii X_jj) = (d_ij d_ji)^-theta ((1+t_ij)(1+t_ji))^-(theta+1): incomes and wages fall out."""
    flow, cost = cube(truth["flow"]), cube(truth["trade_cost"], np.inf)
    tariff = cube(truth["tariff"])
    theta = np.array(truth["product"]["elasticity"].to_pylist())[:, None, None]
    own = np.einsum("tkii->tki", flow)
    product, home = flow * flow.swapaxes(-1, -2), own[..., :, None] * own[..., None, :]
    known = (product > 0) & (home > 0)
    assert known.sum() > 20_000
    with np.errstate(divide="ignore", invalid="ignore"):
        there_and_back = -theta * np.log(cost * cost.swapaxes(-1, -2))
        there_and_back -= (theta + 1) * np.log((1 + tariff) * (1 + tariff).swapaxes(-1, -2))
        tetrad = np.log(product / home)
    np.testing.assert_allclose(tetrad[known], there_and_back[known], rtol=1e-9, atol=1e-9)


def test_the_truth_adds_up(truth: dict[str, pa.Table]):
    flow, tariff = cube(truth["flow"]), cube(truth["tariff"])
    axes = [YEARS, PRODUCTS, PLAN.codes]
    output = dense(truth["output"], ("period", "product", "region"), "value", axes, missing=0.0)
    spent = dense(truth["expenditure"], ("period", "product", "region"), "value", axes, missing=0.0)
    region = {
        name: dense(truth["region"], ("period", "region"), name, [YEARS, PLAN.codes])
        for name in ("labour", "wage", "gdp", "tariff_revenue", "deficit", "spending")
    }
    np.testing.assert_allclose(flow.sum(-1), output, rtol=1e-12)
    np.testing.assert_allclose((flow * (1 + tariff)).sum(2), spent, rtol=1e-12)
    np.testing.assert_allclose(output.sum(1), region["wage"] * region["labour"], rtol=1e-12)
    np.testing.assert_allclose(spent.sum(1), region["gdp"] + region["deficit"], rtol=1e-12)
    np.testing.assert_allclose((flow * tariff).sum((1, 2)), region["tariff_revenue"], rtol=1e-10)
    np.testing.assert_allclose(region["deficit"].sum(1) / region["gdp"].sum(1), 0, atol=1e-15)


def test_the_scenario_is_the_same_world_with_cheaper_trade_of_one_pair(truth: dict[str, pa.Table]):
    """Solved once more from other wages; prices and welfare from their definitions."""
    b = blueprint(PLAN)
    w = world.truth(b)
    one, other = (PLAN.codes.index(code) for code in ("XBR", "XKA"))
    same = world.scenario(b, w, one, other, 1.0)
    np.testing.assert_allclose(same.flow, w.flow[-1], rtol=1e-10)
    table = truth["scenario_region"].to_pandas().set_index("region")
    np.testing.assert_allclose(table.welfare_hat, table.spending_hat / table.price_hat, rtol=1e-12)
    np.testing.assert_allclose(table.output_after, table.output_before * table.wage_hat, rtol=1e-11)  # markets clear
    assert set(table.index[table.welfare_hat > 1.001]) == {"XBR", "XKA"}
    flows = truth["scenario_flow"].to_pandas()
    pair = flows[(flows.origin == "XBR") & (flows.destination == "XKA")]
    assert (pair.after > pair.before).all()
    assert pair.after.sum() > 1.25 * pair.before.sum()
    np.testing.assert_allclose(flows.groupby("origin").after.sum(), table.output_after.sort_index(), rtol=1e-12)


def test_the_market_closes_to_the_origins_of_a_bloc(store: Store, truth: dict[str, pa.Table]):
    to_valdoria = store.flows(told_by="destination").where(destination="XVA").totals("period", "origin")
    amber = set(PLAN.members("AMBER", 2022))
    assert amber & set(to_valdoria.filter(pc.equal(to_valdoria["period"], "2021"))["origin"].to_pylist()) == amber
    assert not amber & set(to_valdoria.filter(pc.equal(to_valdoria["period"], "2022"))["origin"].to_pylist())
    flow = cube(truth["flow"])
    brinmark, kastovia = PLAN.codes.index("XBR"), PLAN.codes.index("XKA")
    assert flow[-1, :, brinmark, kastovia].sum() > 1.1 * flow[-2, :, brinmark, kastovia].sum()


def test_an_agreement_starts_and_a_bloc_is_widened():
    b = blueprint(PLAN)
    brinmark, kastovia, rovania = (PLAN.codes.index(code) for code in ("XBR", "XKA", "XRO"))
    assert [int(YEARS[t]) for t in range(10) if b.agreement[t, brinmark, kastovia]] == list(range(2017, 2023))
    assert [int(YEARS[t]) for t in range(10) if b.same_bloc[t, rovania, kastovia]] == list(range(2019, 2023))
    rates = world.tariff(b)[:, :40]
    assert rates[3, :, brinmark, kastovia].max() > 0
    assert rates[4, :, brinmark, kastovia].max() == 0


def test_months_sum_to_their_year(store: Store):
    for side in ("origin", "destination"):
        annual = store.flows(told_by=side).where(period=["2020", "2021", "2022"])
        keys = ("period", "origin", "destination", "product")
        years = {tuple(r[k] for k in keys): r["value"] for r in annual.totals(*keys).to_pylist()}
        summed: dict[tuple[str, ...], float] = {}
        for row in store.flows(told_by=side, frequency="M").totals(*keys).to_pylist():
            key = (row["period"][:4], *(row[k] for k in keys[1:]))
            summed[key] = summed.get(key, 0.0) + row["value"]
        assert summed == years


def test_provinces_sum_to_their_country(store: Store):
    parent = {place.code: place.parent for place in PLAN.provinces}
    parts = store.flows("provinces")
    keys = ("period", "origin", "destination", "product")
    summed: dict[tuple[str, ...], float] = {}
    for row in parts.totals(*keys).to_pylist():
        origin, destination = (parent.get(row[side], row[side]) for side in ("origin", "destination"))
        if origin != destination:
            key = (row["period"], origin, destination, row["product"])
            summed[key] = summed.get(key, 0.0) + row["value"]
    whole = {
        tuple(r[k] for k in keys): r["value"]
        for r in store.flows(told_by="origin").totals(*keys).to_pylist()
        if {"XBR", "XKA"} & {r["origin"], r["destination"]}
    }
    assert summed == whole
    between = set(
        zip(
            *(parts.totals("origin", "destination")[side].to_pylist() for side in ("origin", "destination")),
            strict=True,
        )
    )
    assert ("XB-01", "XK-03") in between
    assert ("XB-01", "XB-02") in between


def test_a_first_release_and_a_revision(store: Store):
    then = store.flows(as_of="2022-12-31", told_by="origin").where(period="2021").totals()["value"][0].as_py()
    now = store.flows(told_by="origin").where(period="2021").totals()["value"][0].as_py()
    assert 0.93 < then / now < 0.98
    assert "2022" not in store.flows(as_of="2022-12-31").totals("period")["period"].to_pylist()


def test_those_who_do_not_report(store: Store):
    told = {side: store.flows(told_by=side).totals("period", side) for side in ("origin", "destination")}
    for side, table in told.items():
        pairs = set(zip(table["period"].to_pylist(), table[side].to_pylist(), strict=True))
        assert not any(region == "XNE" for _, region in pairs)
        assert ("2020", "XZE") in pairs
        assert ("2021", "XZE") not in pairs


def test_two_currencies(store: Store):
    rate = store.side("exchange_rate").lookup("region", "period")
    assert rate["XKA", "2022"] == 1.0
    assert rate["XBR", "2013"] == 31.2
    months = [rate["XBR", f"2021-{month:02d}"] for month in range(1, 13)]
    assert np.mean(months) == pytest.approx(rate["XBR", "2021"], rel=1e-6)
    assert len(set(months)) == 12


@pytest.fixture(scope="module")
def reconciled(store: Store, truth: dict[str, pa.Table]) -> dict[str, np.ndarray]:
    flows = mirror(
        store.flows(),
        distance=store.side("distance"),
        contiguity=store.side("contiguity"),
        landlocked=store.side("landlocked"),
    )
    table = flows.to_arrow()
    names = ("value", "reported_by_origin", "reported_by_destination", "weight", "cif_rate")
    columns = {name: table[name].to_numpy() for name in names}
    columns.update({side: np.array(table[side].to_pylist()) for side in ("origin", "destination")})
    true = {tuple(r[k] for k in WAYS): r["value"] for r in truth["flow"].to_pylist()}
    keys = zip(*(table[k].to_pylist() for k in WAYS), strict=True)
    return {**columns, "true": np.array([true[key] for key in keys])}


def test_reconciled_values_are_nearer_to_the_truth_than_either_report(reconciled: dict[str, np.ndarray]):
    """Flow by flow, by value: strictly nearer than the origin's report and than the destination's."""
    r = reconciled
    away = {n: np.abs(r[n] - r["true"]) for n in ("value", "reported_by_origin", "reported_by_destination")}
    # a report that is not there is no nearer
    nearer = ~(away["reported_by_origin"] <= away["value"]) & ~(away["reported_by_destination"] <= away["value"])
    assert r["true"][nearer].sum() / r["true"].sum() >= 0.80
    both = ~np.isnan(r["reported_by_origin"] + r["reported_by_destination"])
    error = {name: gap[both].sum() / r["true"][both].sum() for name, gap in away.items()}
    assert error["value"] < 0.3 * min(error["reported_by_origin"], error["reported_by_destination"])


def test_the_careless_reporter_weighs_least(reconciled: dict[str, np.ndarray]):
    both = ~np.isnan(reconciled["reported_by_origin"] + reconciled["reported_by_destination"])
    for side, weight in (("origin", reconciled["weight"]), ("destination", 1 - reconciled["weight"])):
        mean = {code: weight[both & (reconciled[side] == code)].mean() for code in set(reconciled[side][both])}
        assert min(mean, key=mean.get) == "XUM"
        assert mean["XUM"] < 0.05
