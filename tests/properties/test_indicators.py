"""Laws of indicators: identities, bounds, and what must not matter."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hansa.trade import indicators
from hansa.trade.flows import as_flows
from hansa.trade.intensity import match
from hansa.trade.ratio import shares
from tests.properties.strategies import PRODUCTS, REGIONS, cubes, table


def law(**arguments: st.SearchStrategy[Any]) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """A test over random trade; the first example loads the engine, so none has a deadline."""
    return lambda test: settings(deadline=None, max_examples=20)(given(**arguments)(test))


# shares, ratios and ranks: the currency of the flows does not matter to them
DIMENSIONLESS: dict[str, dict[str, Any]] = {
    "bloc_intensity": {"bloc": ["A", "B"]},
    "bloc_intensity_naive": {"bloc": ["A", "B"]},
    "competitiveness": {},
    "complementarity_cosine": {},
    "complementarity_drysdale": {},
    "concentration_products": {},
    "coverage": {},
    "entropy_partners": {},
    "equivalent_products": {},
    "export_diversification": {},
    "export_share": {},
    "export_similarity": {},
    "extensive_margin": {},
    "grubel_lloyd": {},
    "grubel_lloyd_aggregate": {"partner": "B"},
    "hhi_normalised_partners": {},
    "hhi_partners": {"of": "imports"},
    "hhi_products": {},
    "import_share": {},
    "intra_bloc_share": {"bloc": ["A", "B"]},
    "krugman_specialisation": {},
    "lafay": {},
    "michaely": {},
    "normalised_balance": {},
    "rca": {"world": "rest"},
    "rca_additive": {},
    "rca_normalised": {},
    "rca_symmetric": {},
    "rca_weighted": {},
    "regional_orientation": {"bloc": ["A"]},
    "relative_trade_intensity": {},
    "theil_products": {},
    "trade_bias": {},
    "trade_complementarity": {},
    "trade_intensity": {"world": ["A", "B", "C"]},
    "trade_introversion": {"bloc": ["A", "B"]},
    "trade_share": {},
}


def figures(result) -> dict[tuple[Any, ...], float | None]:
    return {tuple(row.values())[:-1]: list(row.values())[-1] for row in result.rows()}


def labelled(key: str, data: Any, **options: Any) -> dict[tuple[str, ...], float | None]:
    """The headline figure by its labels alone."""
    labels = ("period", "origin", "destination", "region", "partner", "product")
    rows = getattr(indicators, key)(data, **options).rows()
    return {tuple(row[name] for name in labels if name in row): list(row.values())[-1] for row in rows}


def sums(result, column: str, *by: str) -> dict[tuple[Any, ...], float]:
    totals: dict[tuple[Any, ...], float] = {}
    for row in result.rows():
        key = tuple(row[name] for name in by)
        totals[key] = totals.get(key, 0.0) + row[column]
    return totals


def same(found: dict[tuple[str, ...], float | None], expected: dict[tuple[str, ...], float | None]) -> bool:
    """Equal figures for equal labels, nulls in the same places."""
    one, other = ({k: np.nan if v is None else v for k, v in figures.items()} for figures in (found, expected))
    return one == pytest.approx(other, rel=1e-9, abs=1e-9, nan_ok=True)


@law(cube=cubes(), scale=st.sampled_from([1e-3, 7.0, 1e9]))
def test_the_currency_does_not_matter(cube: np.ndarray, scale: float):
    flows, scaled = as_flows(table(cube)), as_flows(table(cube * scale))
    for key, options in DIMENSIONLESS.items():
        assert same(labelled(key, scaled, **options), labelled(key, flows, **options)), key


@law(cube=cubes())
def test_the_order_of_regions_and_products_does_not_matter(cube: np.ndarray):
    region, product = dict(zip("ABCD", "CABD", strict=True)), dict(zip("pqr", "rpq", strict=True))
    renamed = {**region, **product}

    def new(value: Any) -> Any:
        return [renamed.get(v, v) for v in value] if isinstance(value, list) else renamed.get(value, value)

    flows = as_flows(table(cube))
    other = as_flows(table(cube, [region[r] for r in REGIONS], [product[p] for p in PRODUCTS]))
    for key, options in DIMENSIONLESS.items():
        here = labelled(key, flows, **options)
        there = labelled(key, other, **{name: new(value) for name, value in options.items()})
        assert same(there, {tuple(renamed.get(x, x) for x in k): v for k, v in here.items()}), key


@law(cube=cubes())
def test_the_weighted_mean_of_advantages_is_one(cube: np.ndarray):
    world = cube.sum((0, 1, 2)) / cube.sum()
    mean = dict.fromkeys(REGIONS, 0.0)
    for (_, origin, product), index in figures(indicators.rca(table(cube))).items():
        mean[origin] += index * world[PRODUCTS.index(product)]
    assert mean == pytest.approx(dict.fromkeys(REGIONS, 1.0), rel=1e-9)


@pytest.mark.parametrize("key", ["rca_additive", "rca_normalised", "lafay", "michaely"])
@law(cube=cubes())
def test_advantages_and_disadvantages_cancel(key: str, cube: np.ndarray):
    total = sums(getattr(indicators, key)(table(cube)), key, "origin")
    assert total == pytest.approx(dict.fromkeys(total, 0.0), abs=1e-9)


@law(cube=cubes())
def test_normalised_advantages_cancel_over_regions(cube: np.ndarray):
    total = sums(indicators.rca_normalised(table(cube)), "rca_normalised", "product")
    assert total == pytest.approx(dict.fromkeys(total, 0.0), abs=1e-9)


@law(cube=cubes())
def test_regions_that_buy_what_they_sell_complement_as_they_resemble(cube: np.ndarray):
    there_and_back = cube + cube.transpose(0, 2, 1, 3)  # every region buys exactly what it sells
    flows = as_flows(table(there_and_back))
    structure = shares(there_and_back[0].sum(1))
    assert np.diag(match(structure, structure)) == pytest.approx(100.0)
    resemble = {k[1:]: v for k, v in figures(indicators.export_similarity(flows)).items()}
    for (_, origin, destination), found in figures(indicators.trade_complementarity(flows)).items():
        assert found == pytest.approx(resemble[origin, destination], abs=1e-9)
        assert -1e-9 <= found <= 100 + 1e-9


@law(cube=cubes())
def test_intensity_is_complementarity_times_bias(cube: np.ndarray):
    flows = as_flows(table(cube))
    intensity = figures(indicators.trade_intensity(flows))
    for row in indicators.trade_bias(flows).rows():
        plain = next(v for k, v in intensity.items() if k[1:3] == (row["origin"], row["destination"]))
        assert row["intensity"] == pytest.approx(plain, rel=1e-12)
        if row["trade_bias"] is not None:
            assert row["complementarity"] * row["trade_bias"] == pytest.approx(row["intensity"], rel=1e-9)


@law(cube=cubes())
def test_the_aggregate_is_the_mean_of_products_weighted_by_trade(cube: np.ndarray):
    flows = as_flows(table(cube))
    by_product = indicators.grubel_lloyd(flows, partner="B", region="A").rows()
    x, m = cube[0, 0, 1], cube[0, 1, 0]
    assert all(0 <= row["grubel_lloyd"] <= 1 for row in by_product)
    if (x + m).sum() == 0:
        assert by_product == []
        return
    mean = sum(row["grubel_lloyd"] * (x + m)[PRODUCTS.index(row["product"])] for row in by_product) / (x + m).sum()
    row = indicators.grubel_lloyd_aggregate(flows, partner="B", region="A").rows()[0]
    assert row["grubel_lloyd_aggregate"] == pytest.approx(mean, abs=1e-9)
    if row["balance_corrected"] is not None:
        assert row["grubel_lloyd_aggregate"] - 1e-9 <= row["balance_corrected"] <= 1 + 1e-9


@law(cube=cubes())
def test_one_over_concentration_is_the_number_of_equals(cube: np.ndarray):
    flows = as_flows(table(cube))
    for over in ("partners", "products"):
        hhi = figures(getattr(indicators, f"hhi_{over}")(flows))
        equals = figures(getattr(indicators, f"equivalent_{over}")(flows))
        for key, value in hhi.items():
            assert value * equals[key] == pytest.approx(1.0, rel=1e-12)
            assert 1 / 3 - 1e-9 <= value <= 1 + 1e-9


@law(cube=cubes())
def test_theil_within_and_between_are_the_whole(cube: np.ndarray):
    for row in indicators.theil_products(table(cube), lines=10).rows():
        assert row["within"] + row["between"] == pytest.approx(row["theil_products"], abs=1e-9)
        assert -1e-9 <= row["theil_products"] <= np.log(10) + 1e-9


@law(cube=cubes())
def test_theil_and_entropy_fill_the_room_there_is(cube: np.ndarray):
    flows = as_flows(table(cube))
    entropy = figures(indicators.entropy_products(flows))
    for row in indicators.theil_products(flows, lines=7).rows():
        found = next(v for k, v in entropy.items() if k[1] == row["origin"])
        assert row["theil_products"] + found == pytest.approx(np.log(7), abs=1e-9)


@law(cube=cubes())
def test_the_margins_multiply_to_the_market_share(cube: np.ndarray):
    flows = as_flows(table(cube))
    share = {k[1:3]: v for k, v in figures(indicators.import_share(flows)).items()}
    for row in indicators.extensive_margin(flows, market=REGIONS).rows():
        assert row["extensive_margin"] * row["intensive_margin"] == pytest.approx(row["market_share"], rel=1e-9)
        assert row["market_share"] == pytest.approx(share[row["origin"], row["destination"]], rel=1e-9)


@pytest.mark.parametrize(("whole", "part"), [("origin", "product"), ("origin", "destination"), ("region", "partner")])
@law(cube=cubes(2))
def test_contributions_sum_to_growth(whole: str, part: str, cube: np.ndarray):
    flows = as_flows(table(cube))
    added = sums(indicators.growth_contribution(flows, whole=whole, part=part), "growth_contribution", whole)
    growth = {key[1:]: value for key, value in figures(indicators.growth(flows, by=whole)).items()}
    assert added == pytest.approx(growth, rel=1e-9, abs=1e-9)


@law(cube=cubes(2))
def test_marginal_overlap_is_a_share(cube: np.ndarray):
    for row in indicators.marginal_iit(table(cube)).rows():
        assert row["marginal_iit"] is None or -1e-12 <= row["marginal_iit"] <= 1 + 1e-12


@law(cube=cubes())
def test_shares_of_partners_sum_to_one(cube: np.ndarray):
    flows = as_flows(table(cube))
    for key, by in (("export_share", "origin"), ("import_share", "destination"), ("trade_share", "region")):
        total = sums(getattr(indicators, key)(flows), key, by)
        assert total == pytest.approx(dict.fromkeys(total, 1.0), rel=1e-12)


@law(cube=cubes())
def test_merging_products_raises_concentration_and_overlap(cube: np.ndarray):
    fine = as_flows(table(cube))
    coarse = fine.regroup({"p": "pq", "q": "pq"}, column="product")
    for key, options in (("hhi_products", {}), ("grubel_lloyd_aggregate", {})):
        before, after = figures(getattr(indicators, key)(fine, **options)), figures(getattr(indicators, key)(coarse))
        for label, value in labels_only(before).items():
            assert labels_only(after)[label] >= value - 1e-9, key


def labels_only(found: dict[tuple[Any, ...], float | None]) -> dict[tuple[Any, ...], float]:
    return {key[:2]: value for key, value in found.items() if value is not None}


@law(cube=cubes())
def test_merging_a_bloc_leaves_its_trade_with_others(cube: np.ndarray):
    fine = as_flows(table(cube))
    merged = fine.regroup({"A": "G", "B": "G"})
    inside = cube[0, :2, :2].sum()
    total = sum(row["exports"] for row in indicators.exports(merged).rows())
    assert total == pytest.approx(cube.sum() - inside)
    assert all(row["origin"] != row["destination"] for row in merged.to_arrow().to_pylist())


@law(cube=cubes())
def test_the_bloc_of_all_but_one_sends_outside_what_that_one_buys(cube: np.ndarray):
    flows = as_flows(table(cube))
    row = indicators.intra_bloc_share(flows, bloc=["A", "B", "C"]).rows()[0]
    outside = cube[0, :3, 3].sum() / cube[0, :3].sum()
    assert row["export_share"] == pytest.approx(1 - outside, abs=1e-9)


@law(cube=cubes())
def test_trade_in_proportion_to_open_markets_is_neutral(cube: np.ndarray):
    """If every region sells to each partner in proportion to that partner's market, the corrected index is one."""
    x = np.tile(cube.sum((0, 2, 3)), (4, 1))  # x_ij / X_i = M_j / (W - M_i), whatever the sizes
    np.fill_diagonal(x, 0.0)
    flows = table(x[None, :, :, None], products=["p"])
    for bloc in (["A", "B"], ["A", "C", "D"]):
        assert indicators.bloc_intensity(flows, bloc=bloc).value() == pytest.approx(1.0, rel=1e-9)


@law(cube=cubes())
def test_ranks_follow_values(cube: np.ndarray):
    rows = indicators.partner_rank(table(cube), region="A").rows()
    for one in rows:
        assert one["partner_rank"] == 1 + sum(other["turnover"] > one["turnover"] for other in rows)
        assert one["ties"] == sum(other["turnover"] == one["turnover"] for other in rows) - 1
        assert one["population"] == len(rows)


@law(cube=cubes(2))
def test_prices_times_volumes_is_value(cube: np.ndarray):
    rows = table(cube)
    quantity = np.sqrt(rows["value"].to_numpy())
    flows = rows.append_column("quantity", [quantity])
    for row in indicators.price_index(flows, outlier_factor=None).rows():
        if row["price_index"] is not None:
            assert row["price_index"] * row["volume_index"] == pytest.approx(row["value_index"], rel=1e-9)
            low, high = sorted((row["laspeyres"], row["paasche"]))
            assert low * (1 - 1e-9) <= row["price_index"] <= high * (1 + 1e-9)
            assert 0 <= row["coverage"] <= 1 + 1e-9
