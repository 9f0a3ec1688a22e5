"""An economy from the sample world: from its truth, judged by the generator's own equilibrium, and from its store."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

import hansa.sample
from hansa.equilibrium import caliendo_parro
from hansa.equilibrium.economy import Economy
from hansa.errors import DataError, MissingTable, UnknownCode
from hansa.trade.flows import as_flows
from hansa.trade.side import as_side
from hansa.trade.store import Store


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    return hansa.sample.build(tmp_path_factory.mktemp("sample") / "world")


@pytest.fixture(scope="module")
def truth(world):
    return hansa.sample.truth(world.archive.folder)


@pytest.fixture(scope="module")
def known(truth):
    """The economy without noise."""
    products = truth["product"]
    theta = dict(zip(products["product"].to_pylist(), products["elasticity"].to_pylist(), strict=True))
    return Economy.from_flows(truth["flow"], period="2022", sector="product", elasticity=theta, tariff=truth["tariff"])


def _by(table: pa.Table, figure: str, economy: Economy) -> np.ndarray:
    values = dict(zip(table["region"].to_pylist(), table[figure].to_pylist(), strict=True))
    return np.array([values[code] for code in economy.regions])


def test_the_truth_is_in_balance(truth, known):
    region = truth["region"].filter(pc.equal(truth["region"]["period"], "2022"))
    assert known.residual <= 1e-12
    paid = _by(region, "wage", known) * _by(region, "labour", known)
    np.testing.assert_allclose(known.wage_income, paid, rtol=1e-11)
    np.testing.assert_allclose(known.deficit, _by(region, "deficit", known), rtol=1e-6, atol=1e-9 * paid.sum())
    np.testing.assert_allclose(known.spending.sum(axis=0), _by(region, "spending", known), rtol=1e-11)


def test_no_shock_on_the_truth_is_nothing(known):
    after = caliendo_parro.solve(_model(known))
    np.testing.assert_allclose(after.wage_hat, 1, rtol=1e-11)


def test_the_scenario_is_that_of_the_generator(truth, known):
    """Trade costs between XBR and XKA fall to 0.9: another program's fixed point, to 1e-8."""
    i, j = known.regions.index("XBR"), known.regions.index("XKA")
    reach = np.ones(known.share.shape)
    reach[:, i, j] = reach[:, j, i] = 0.9**-known.elasticity
    after = caliendo_parro.solve(_model(known), reach=reach)
    said = truth["scenario_region"]
    np.testing.assert_allclose(after.wage_hat, _by(said, "wage_hat", known), rtol=1e-8)
    np.testing.assert_allclose(after.consumer_price_hat, _by(said, "price_hat", known), rtol=1e-8)
    np.testing.assert_allclose(after.income / known.spending.sum(axis=0), _by(said, "spending_hat", known), rtol=1e-8)
    np.testing.assert_allclose(after.output.sum(axis=0), _by(said, "output_after", known), rtol=1e-8)
    np.testing.assert_allclose(after.revenue, _by(said, "tariff_revenue_after", known), rtol=1e-8)
    flows = truth["scenario_flow"]
    k, a, b = (
        np.array([labels.index(one) for one in flows[axis].to_pylist()])
        for axis, labels in (("product", known.sectors), ("origin", known.regions), ("destination", known.regions))
    )
    np.testing.assert_allclose(after.flow[k, a, b], flows["after"].to_numpy(), rtol=1e-8)


def test_from_the_store_home_sales_are_production_less_exports(world, known):
    e = Economy.from_store(world)
    assert e.period == "2022"
    assert e.sectors == ("total",)
    assert len(e.regions) == 25
    assert e.residual <= 1e-12
    made = world.side("production").where(period="2022").to_arrow().group_by("region").aggregate([("value", "sum")])
    values = dict(zip(made["region"].to_pylist(), made["value_sum"].to_pylist(), strict=True))
    np.testing.assert_allclose(e.output[0], [values[code] for code in e.regions], rtol=1e-12)
    assert any("1 product(s) are made and in no flow, and count as sold at home: NT" in note for note in e.notes)
    assert any("has no tariff in the table and counts as free" in note for note in e.notes)
    np.testing.assert_allclose(
        e.wage_income, known.wage_income, rtol=1e-6
    )  # rounded to dollars, and no noise in output


@pytest.mark.parametrize(("sectors", "count"), [("product", 45), ("group", 10)])
def test_from_the_store_by_product_and_level(world, sectors, count):
    e = Economy.from_store(world, sectors=sectors, period=2021)
    assert len(e.sectors) == count
    assert e.period == "2021"
    assert e.residual <= 1e-9


def test_what_is_not_asked_for_is_said(world):
    flows = world.flows(told_by="reconciled").where(period="2022")
    e = Economy.from_store(world, flows=flows, services=False, tariffs=False, regions=["XBR", "XKA"])
    assert e.regions == ("REST", "XBR", "XKA")
    assert not e.tariff.any()
    notes = " ".join(e.notes)
    assert "trade in services is left out" in notes
    assert "tariffs of the store are left out" in notes
    assert "REST: 23 regions added up" in notes


def test_bad_questions(world):
    with pytest.raises(UnknownCode, match="'XBX' is no known region of the flows. Nearest known: 'XBR'"):
        Economy.from_store(world, regions=["XBX"])
    with pytest.raises(DataError, match="The flows have nothing for 2030; there is 2013 to 2022"):
        Economy.from_store(world, period=2030)
    with pytest.raises(DataError, match="sectors='chapter' is no choice. Give 'total', 'product', a level of SAMPLE"):
        Economy.from_store(world, sectors="chapter")


TRADE = {
    "period": ["2022"] * 6,
    "origin": list("AABBCC"),
    "destination": list("BCACAB"),
    "value": [20.0, 5.0, 10.0, 5.0, 5.0, 5.0],
}


def _store(folder, **sides) -> Store:
    store = Store.create(folder)
    store.write(as_flows(TRADE))
    for measure, values in sides.items():
        store.write(as_side({(code, 2022): value for code, value in values.items()}, measure))
    return store


def test_regions_without_production_are_dropped_with_their_share_of_trade(tmp_path):
    store = _store(tmp_path / "s", production={"A": 100.0, "B": 100.0})
    e = Economy.from_store(store)
    assert e.regions == ("A", "B")
    assert any("1 of 3 regions are left out for want of home sales: C, with 40.00% of the trade" in n for n in e.notes)
    with pytest.raises(DataError, match="Home sales of C are not known"):
        Economy.from_store(store, keep=["C"])
    with pytest.raises(DataError, match="Home sales of C are not known"):
        Economy.from_store(store, regions=["A", "C"])


def test_gdp_stands_for_production_loudly(tmp_path):
    store = _store(tmp_path / "s", gdp={"A": 100.0, "B": 100.0, "C": 50.0})
    e = Economy.from_store(store)
    np.testing.assert_allclose(np.diagonal(e.flow[0]), [75, 85, 40], rtol=1e-14)
    assert any(note.startswith("the store has no production: home sales are GDP less exports") for note in e.notes)
    poor = _store(tmp_path / "poor", gdp={"A": 100.0, "B": 100.0, "C": 5.0})
    with pytest.raises(DataError, match=r"Exports exceed production in 1 case\(s\).*: C;"):
        Economy.from_store(poor)
    with pytest.raises(MissingTable, match="GDP can stand for it only where all products are one sector"):
        Economy.from_store(store, sectors="product")


def test_without_production_and_gdp_there_is_no_economy(tmp_path):
    with pytest.raises(MissingTable, match="'production' is missing: home sales are production less exports"):
        Economy.from_store(_store(tmp_path / "s"))


def test_no_period_in_common(tmp_path):
    store = Store.create(tmp_path / "s")
    store.write(as_flows(TRADE))
    store.write(as_side({("A", 2021): 1.0}, "production"))
    with pytest.raises(DataError, match=r"The flows \(2022\) and the side table 'production' \(2021\) have no period"):
        Economy.from_store(store)


def test_months_are_summed_to_the_year(tmp_path):
    store = Store.create(tmp_path / "s")
    months = [f"2022-{month:02d}" for month in range(1, 13)]
    pairs = [("A", "B", 2.0), ("B", "A", 1.0)]
    columns = zip(*((month, *pair) for month in months for pair in pairs), strict=True)
    store.write(as_flows(dict(zip(("period", "origin", "destination", "value"), map(list, columns), strict=True))))
    store.write(as_side({("A", 2022): 100.0, ("B", 2022): 100.0}, "production"))
    assert Economy.from_store(store).flow[0].tolist() == [[76, 24], [12, 88]]


def test_flows_at_hand_may_have_no_period(tmp_path):
    store = _store(tmp_path / "s", production={"A": 100.0, "B": 100.0, "C": 50.0})
    rows = {name: values for name, values in TRADE.items() if name != "period"}
    e = Economy.from_store(store, flows=as_flows(rows))
    assert e.period == "2022"
    np.testing.assert_array_equal(e.flow, Economy.from_store(store).flow)


def test_tariffs_of_an_earlier_year_are_said(tmp_path):
    store = _store(tmp_path / "s", production={"A": 100.0, "B": 100.0, "C": 50.0})
    rates = {"period": ["2020", "2020"], "region": ["A", "B"], "partner": ["B", "A"], "value": [0.1, 0.2]}
    store.write(as_side(rates, "tariff"))
    e = Economy.from_store(store)
    assert "tariffs are those of 2020: there are none for 2022" in e.notes
    assert e.tariff[0, 1, 0] == 0.1
    assert e.tariff[0, 0, 1] == 0.2


def _model(e: Economy) -> caliendo_parro.Model:
    return caliendo_parro.Model(
        e.share, e.tariff, e.inputs, e.value_added, e.final, e.elasticity, e.wage_income, e.deficit, e.spending
    )


def test_the_order_and_the_currency_do_not_matter(known):
    back = list(reversed(range(len(known.regions))))
    turned = replace(
        known,
        regions=tuple(known.regions[n] for n in back),
        share=known.share[:, back][:, :, back],
        tariff=known.tariff[:, back][:, :, back],
        value_added=known.value_added[:, back],
        final=known.final[:, back],
        wage_income=known.wage_income[back] * 1e-6,
        deficit=known.deficit[back] * 1e-6,
        spending=known.spending[:, back] * 1e-6,
    )
    assert turned.residual <= 1e-12
