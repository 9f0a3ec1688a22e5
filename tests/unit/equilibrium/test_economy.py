"""An economy from flows: shares and incomes by hand, home sales found or refused, tariffs, every message once."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from hansa.equilibrium import baseline, caliendo_parro
from hansa.equilibrium.economy import ELASTICITY, ELASTICITY_SOURCE, Economy
from hansa.errors import DataError, UnitMismatch, UnknownCode
from hansa.trade.flows import as_flows
from hansa.trade.side import as_side
from hansa.units import Money

TWO = {"origin": list("AABB"), "destination": list("ABAB"), "value": [80.0, 20.0, 10.0, 90.0]}
ABROAD = {"origin": ["A", "B"], "destination": ["B", "A"], "value": [20.0, 10.0]}
SECTORS = {
    "origin": list("AABBAABB"),
    "destination": list("ABAB") * 2,
    "product": list("ppppqqqq"),
    "value": [80.0, 20.0, 10.0, 90.0, 30.0, 0.0, 10.0, 40.0],
}


def _model(e: Economy) -> caliendo_parro.Model:
    return caliendo_parro.Model(
        e.share, e.tariff, e.inputs, e.value_added, e.final, e.elasticity, e.wage_income, e.deficit, e.spending
    )


def test_shares_and_incomes_by_hand():
    e = Economy.from_flows(TWO, elasticity=4.0)
    np.testing.assert_allclose(e.share[0], [[80 / 90, 20 / 110], [10 / 90, 90 / 110]], rtol=1e-15)
    assert e.wage_income.tolist() == [100.0, 100.0]
    assert e.deficit.tolist() == [-10.0, 10.0]
    assert e.spending.tolist() == [[90.0, 110.0]]
    assert e.residual < 1e-12
    assert e.inputs is None
    assert (e.value_added == 1).all()


def test_a_tariff_makes_revenue_and_shares_hold_it():
    """A buys 10 of B at 20 %: it spends 80 + 12 = 92 and has wages 100, revenue 2, deficit -10."""
    rates = {"origin": ["B"], "destination": ["A"], "value": [0.2]}
    e = Economy.from_flows(TWO, elasticity=4.0, tariff=rates)
    np.testing.assert_allclose(e.share[0, :, 0], [80 / 92, 12 / 92], rtol=1e-15)
    np.testing.assert_allclose(e.spending[0], [92, 110], rtol=1e-15)
    np.testing.assert_allclose(e.flow[0], [[80, 20], [10, 90]], rtol=1e-15)
    np.testing.assert_allclose(baseline.income(e.baseline), [92, 110], rtol=1e-15)
    assert any("66.67% of the trade between regions has no tariff" in note for note in e.notes)
    side = as_side({"region": ["A", "B"], "partner": ["B", "A"], "value": [0.2, 0.0]}, "tariff")
    again = Economy.from_flows(TWO, elasticity=4.0, tariff=side)
    np.testing.assert_array_equal(again.share, e.share)
    column = Economy.from_flows(TWO | {"rate": [0.0, 0.0, 0.2, 0.0]}, elasticity=4.0, tariff="rate")
    np.testing.assert_array_equal(column.share, e.share)


def test_tariffs_of_products_are_weighted_by_trade():
    """B sells A 10 of p at 20 % and 10 of q at 10 %: 15 % on the sum."""
    rates = {"region": ["A", "A"], "partner": ["B", "B"], "product": ["p", "q"], "value": [0.2, 0.1]}
    e = Economy.from_flows(SECTORS, elasticity=4.0, tariff=rates)
    np.testing.assert_allclose(e.tariff[0], [[0, 0], [0.15, 0]], rtol=1e-14)
    apart = Economy.from_flows(SECTORS, elasticity=4.0, sector="product", tariff=rates)
    np.testing.assert_allclose(apart.one_sector(4.0).share, e.share, rtol=1e-14)


@pytest.mark.parametrize("kind", [dict, pa.table, pd.DataFrame, pl.DataFrame, as_flows])
def test_any_frame(kind):
    e = Economy.from_flows(kind(TWO), elasticity=4.0)
    assert e.flow[0].tolist() == [[80, 20], [10, 90]]


def test_labels_may_be_categories_of_which_some_are_not_in_use():
    frame = pd.DataFrame(TWO)
    frame["origin"] = pd.Categorical(frame["origin"], categories=["Z", "B", "A"])
    assert Economy.from_flows(frame, elasticity=4.0).regions == ("A", "B")


def test_sectors_by_product_by_mapping_or_in_one():
    e = Economy.from_flows(SECTORS, sector="product", elasticity={"p": 2.0, "q": 9.0})
    assert e.sectors == ("p", "q")
    assert e.elasticity.tolist() == [2.0, 9.0]
    np.testing.assert_allclose(e.final[:, 0], [90 / 130, 40 / 130], rtol=1e-15)
    one = Economy.from_flows(SECTORS, elasticity=4.0)
    assert one.sectors == ("total",)
    assert one.flow[0].tolist() == [[110, 20], [20, 130]]
    both = Economy.from_flows(SECTORS, sector={"p": "all", "q": "all"}, elasticity=4.0)
    np.testing.assert_array_equal(both.share, one.share)


def test_a_sector_of_which_a_region_buys_nothing():
    rows = pd.DataFrame(SECTORS)
    rows = rows[~((rows["product"] == "q") & (rows["destination"] == "B"))]
    e = Economy.from_flows(rows, sector="product", elasticity=4.0)
    assert e.spending[1].tolist() == [40.0, 0.0]
    assert e.share[1, :, 1].tolist() == [0.0, 0.0]
    assert e.residual < 1e-12
    assert "1 of 4 cells of sector and region buy nothing" in e.notes
    after = caliendo_parro.solve(_model(e))
    np.testing.assert_allclose(after.wage_hat, 1, rtol=1e-10)


def test_production_gives_home_sales():
    e = Economy.from_flows(ABROAD, production={"A": 100.0, "B": 100.0}, elasticity=4.0)
    assert e.flow[0].tolist() == [[80, 20], [10, 90]]
    million = as_side({"region": ["A", "B"], "value": [0.1, 0.1]}, "production")
    scaled = Economy.from_flows(
        as_flows(ABROAD, unit=Money("USD", 1_000)), production=replace(million, unit="USD million"), elasticity=4.0
    )
    assert scaled.flow[0].tolist() == [[80, 20], [10, 90]]
    own = Economy.from_flows(ABROAD, domestic={"A": 80.0, "B": 90.0}, elasticity=4.0)
    assert own.flow[0].tolist() == [[80, 20], [10, 90]]


def test_what_is_only_produced_is_sold_at_home():
    made = {("A", "p"): 100.0, ("B", "p"): 100.0, ("A", "home"): 50.0, ("B", "home"): 60.0}
    rows = ABROAD | {"product": ["p", "p"]}
    e = Economy.from_flows(rows, production=made, sector="product", elasticity=4.0)
    assert e.sectors == ("home", "p")
    assert e.flow[0].tolist() == [[50, 0], [0, 60]]
    assert Economy.from_flows(rows, production=made, elasticity=4.0).flow[0].tolist() == [[130, 20], [10, 150]]


def test_another_currency_is_refused():
    made = replace(as_side({"A": 1.0, "B": 1.0}, "production"), unit="EUR")
    with pytest.raises(UnitMismatch, match="'production' is in EUR and the flows are in USD"):
        Economy.from_flows(ABROAD, production=made)


def test_missing_home_sales_are_refused_by_name_or_dropped_with_a_note():
    rows = {
        "origin": list("AABBC"),
        "destination": list("ABABA"),
        "value": [80.0, 20.0, 10.0, 90.0, 10.0],
    }
    with pytest.raises(DataError, match=r"1 of 3 regions have no home sales: C\. Without them"):
        Economy.from_flows(rows)
    e = Economy.from_flows(rows, missing_home="drop", elasticity=4.0)
    assert e.regions == ("A", "B")
    assert "1 of 3 regions are left out for want of home sales: C, with 25.00% of the trade between regions" in e.notes
    with pytest.raises(DataError, match="Home sales of C are not known, and the question is about it"):
        Economy.from_flows(rows, missing_home="drop", keep=["C"])
    with pytest.raises(UnknownCode, match="'D' is no known region of the flows"):
        Economy.from_flows(rows, missing_home="drop", keep=["D"])


def test_exports_above_production_are_refused_floored_or_dropped():
    rows = {"origin": list("ABCAC"), "destination": list("BACCA"), "value": [20.0, 10.0, 0.0, 5.0, 30.0]}
    made = {"A": 100.0, "B": 100.0, "C": 10.0}
    rows = {name: [*values[:2], *values[3:]] for name, values in rows.items()}
    with pytest.raises(DataError, match=r"Exports exceed production in 1 case\(s\).*: C; at most 'C', by 20"):
        Economy.from_flows(rows, production=made)
    floor = Economy.from_flows(rows, production=made, missing_home="floor", elasticity=4.0)
    assert floor.output[0].tolist() == [100.0, 100.0, 30.0]
    assert any("exports exceed production in 1 case(s), by 8.70% of all sales: C;" in note for note in floor.notes)
    drop = Economy.from_flows(rows, production=made, missing_home="drop", elasticity=4.0)
    assert drop.regions == ("A", "B")
    with pytest.raises(DataError, match="missing_home='zero' is no choice"):
        Economy.from_flows(rows, production=made, missing_home="zero")


def test_home_sales_from_two_sides_are_refused():
    with pytest.raises(DataError, match="The flows hold home sales of A, B, and production= would give them too"):
        Economy.from_flows(TWO, production={"A": 100.0, "B": 100.0})
    with pytest.raises(DataError, match="Both domestic= and production="):
        Economy.from_flows(ABROAD, production={"A": 1.0}, domestic={"A": 1.0})


@pytest.mark.parametrize(
    ("rows", "settings", "message"),
    [
        (TWO | {"value": [80.0, -20.0, 10.0, 90.0]}, {}, r"1 of 4 rows have a negative .* value, e.g. \('A', 'B'\)"),
        (TWO | {"value": [80.0, np.inf, 10.0, 90.0]}, {}, "1 of 4 rows have a negative or infinite value"),
        (TWO | {"value": ["a", "b", "c", "d"]}, {}, "The flows hold string, not numbers"),
        (TWO | {"value": [None, None, None, None]}, {}, "The flows hold null, not numbers"),
        (TWO | {"origin": ["A", "A", "A", "B"]}, {}, r"1 rows are a second one of their flow, e.g. \('A', 'A'\)"),
        (TWO | {"origin": ["A", None, "B", "B"]}, {}, "column 'origin': There are empty cells"),
        ({"origin": ["A"], "value": [1.0]}, {}, "needs a column 'destination'"),
        (TWO | {"period": [2020, 2021, 2021, 2021]}, {}, r"The flows are of 2 periods \(2020 to 2021\)"),
        (TWO, {"period": 2020}, "the flows have no column period"),
        (TWO | {"told_by": ["origin", "destination"] * 2}, {}, "two mirror reports"),
        (TWO, {"sector": "product"}, "needs flows with a column 'product'"),
        (SECTORS, {"sector": "chapter"}, "sector='chapter' is no choice"),
        (SECTORS, {"sector": {"p": "x"}}, "1 of 2 products have no sector, e.g. 'q'"),
        (TWO, {"elasticity": 0.0}, "The trade elasticity of sector 'total' is 0; it must be above zero"),
        (TWO, {"elasticity": -4.0}, "Change its sign"),
        (SECTORS, {"sector": "product", "elasticity": [4.0]}, r"Elasticities have the shape \(1,\), and sectors are 2"),
        (SECTORS, {"sector": "product", "elasticity": {"p": 4.0}}, "1 of 2 sectors have no elasticity, e.g. 'q'"),
        (TWO, {"tariff": "rate"}, "The flows have no column 'rate' of tariffs"),
        (TWO | {"rate": [0.0, -1.5, 0.0, 0.0]}, {"tariff": "rate"}, "A tariff of -1.5 is none"),
        (TWO, {"tariff": {"origin": ["A"], "destination": ["B"], "value": [-1.0]}}, "A tariff of -1 is none"),
        (
            TWO,
            {"tariff": {"origin": ["A", "A"], "destination": ["B", "B"], "value": [0.1, 0.2]}},
            "two tariffs for one flow, e.g. from 'A' to 'B'",
        ),
        (ABROAD, {"production": {"A": -1.0, "B": 3.0}}, "'production' has a value below zero, .*, for 'A'"),
        (TWO | {"origin": [], "destination": [], "value": []}, {}, "There are no flows"),
    ],
)  # fmt: skip
def test_bad_input(rows, settings, message):
    with pytest.raises(DataError, match=message):
        Economy.from_flows(rows, **settings)


def test_unknown_period_and_sector_name_the_nearest():
    with pytest.raises(UnknownCode, match="'2022' is no known period of the flows. Nearest known: '2021'"):
        Economy.from_flows(TWO | {"period": [2021] * 4}, period=2022)
    with pytest.raises(UnknownCode, match="'r' is no known sector"):
        Economy.from_flows(SECTORS, sector="product", elasticity={"p": 1.0, "q": 1.0, "r": 1.0})


def test_rows_without_a_value_are_counted():
    e = Economy.from_flows(TWO | {"value": [80.0, None, 10.0, 90.0]}, elasticity=4.0)
    assert "1 of 4 rows have no value and are left out" in e.notes
    assert "1 of 4 pairs do not trade; they do not in any counterfactual either" in e.notes


def test_the_default_elasticity_says_where_it_is_from():
    e = Economy.from_flows(TWO)
    assert e.elasticity.tolist() == [ELASTICITY]
    assert e.elasticity_source == ELASTICITY_SOURCE


def test_an_economy_out_of_balance_is_refused_saying_where():
    e = Economy.from_flows(TWO, elasticity=4.0)
    with pytest.raises(DataError, match=r"not in balance: value added of 'B' .* 1\.01% apart \(residual 1\.0e-02"):
        replace(
            e, wage_income=np.array([101.0, 99.0]), deficit=np.array([-11.0, 11.0]), spending=np.array([[90.0, 110.0]])
        )
    moved = e.share.copy()
    moved[0, 0, 1] += 0.01
    with pytest.raises(DataError, match=r"do not sum to one over origins for 'B': 1\.01"):
        replace(e, share=moved)
    with pytest.raises(DataError, match="Shares in spending are negative, or no numbers, for 'A'"):
        replace(e, share=np.array([[[1.1, 0.2], [-0.1, 0.8]]]))
    with pytest.raises(DataError, match=r"Deficits sum to 20, which is 0\.1 of world value added"):
        replace(e, deficit=np.array([10.0, 10.0]))
    with pytest.raises(DataError, match="Final demand is negative, or no number, for 'A' in 'p'"):
        replace(
            Economy.from_flows(SECTORS, sector="product", elasticity=4.0), final=np.array([[-0.1, 0.5], [1.1, 0.5]])
        )
    with pytest.raises(DataError, match="Shares of final spending do not sum to one for 'A'"):
        replace(e, final=np.array([[0.9, 1.0]]))
    with pytest.raises(DataError, match="Value added is not above zero for 'B'"):
        replace(e, wage_income=np.array([100.0, 0.0]))
    with pytest.raises(DataError, match="Tariffs of 'A' are below -100 %"):
        replace(e, tariff=np.array([[[0.0, 0.0], [-2.0, 0.0]]]))
    with pytest.raises(DataError, match="The trade elasticity of 'total' is not above zero"):
        replace(e, elasticity=np.array([-1.0]))
    with pytest.raises(DataError, match="Value added and inputs do not sum to one over the cost of 'A': 0.9"):
        replace(e, value_added=np.array([[0.9, 1.0]]))
    with pytest.raises(DataError, match=r"'share' has the shape \(2, 2\)"):
        replace(e, share=e.share[0])
    with pytest.raises(DataError, match="The region 'A' stands twice"):
        replace(e, regions=("A", "A"))


def test_an_income_below_zero_is_refused():
    with pytest.raises(DataError, match="Income .* is not above zero for 'A'"):
        Economy.from_shares(
            [[0.9, 0.2], [0.1, 0.8]], regions=["A", "B"], wage_income=[100.0, 100.0], deficit=[-150.0, 150.0]
        )


def test_from_shares_finds_the_equilibrium_of_the_shares():
    e = Economy.from_shares([[0.9, 0.2], [0.1, 0.8]], regions=["A", "B"], wage_income=[100.0, 100.0], elasticity=4.0)
    assert e.residual < 1e-9
    assert "did not fit together" in e.notes[0]
    as_is = Economy.from_shares(
        [[0.8, 0.2], [0.2, 0.8]], regions=["A", "B"], wage_income=[100.0, 100.0], elasticity=4.0
    )
    assert as_is.notes == ()
    with pytest.raises(DataError, match="final= is needed with 2 sectors"):
        Economy.from_shares(np.full((2, 1, 1), 1.0), regions=["A"], sectors=["p", "q"], wage_income=[1.0])
    with pytest.raises(DataError, match="value_added= is below one, and inputs= is not given"):
        Economy.from_shares([[1.0]], regions=["A"], wage_income=[1.0], value_added=[[0.5]])


def test_settled_without_deficits():
    e = Economy.from_flows(SECTORS, sector="product", elasticity=4.0).settled("zero")
    assert (e.deficit == 0).all()
    assert e.residual < 1e-9
    abroad = e.flow.sum(axis=0)
    np.testing.assert_allclose(abroad.sum(axis=0), abroad.sum(axis=1), rtol=1e-9)
    assert "settled with deficit = 'zero'" in e.notes[-1]
    same = Economy.from_flows(TWO, elasticity=4.0)
    np.testing.assert_allclose(same.settled("fixed").share, same.share, rtol=1e-12)
    with pytest.raises(DataError, match="deficit='none' is no choice"):
        same.settled("none")


def test_one_sector_adds_up_and_weights_the_elasticity_by_trade():
    e = Economy.from_flows(SECTORS, sector="product", elasticity=[2.0, 9.0])
    one = e.one_sector()
    np.testing.assert_allclose(one.flow[0], e.flow.sum(axis=0), rtol=1e-15)
    assert one.elasticity.tolist() == [(30 * 2 + 10 * 9) / 40]
    assert "mean of 2 to 9 over sectors" in one.elasticity_source
    assert e.one_sector(5.0).elasticity.tolist() == [5.0]


def test_regroup_adds_up():
    rows = {"origin": list("AABBCCA"), "destination": list("ABABCAC"), "value": [80.0, 20.0, 10.0, 90.0, 5.0, 2.0, 1.0]}
    e = Economy.from_flows(rows, elasticity=4.0)
    g = e.regroup({"A": "G", "B": "G"})
    assert g.regions == ("C", "G")
    np.testing.assert_allclose(g.flow[0], [[5, 2], [1, 200]], rtol=1e-14)
    np.testing.assert_allclose(g.deficit.sum(), 0, atol=1e-12)
    with pytest.raises(UnknownCode, match="'D' is no known region of the economy"):
        e.regroup({"D": "G"})


def test_regroup_and_one_sector_keep_inputs_and_tariffs_in_balance():
    rng = np.random.default_rng(1)
    J, n = 3, 5
    rate = rng.uniform(0, 0.3, (J, n, n))
    share = rng.uniform(0.1, 1, (J, n, n))
    cost = rng.uniform(0.1, 1, (J + 1, J, n))
    cost /= cost.sum(axis=0)
    final = rng.uniform(0.1, 1, (J, n))
    e = Economy.from_shares(
        share / share.sum(axis=1, keepdims=True),
        regions=list("ABCDE"),
        sectors=["p", "q", "r"],
        wage_income=rng.uniform(1, 2, n),
        elasticity=[3.0, 5.0, 8.0],
        final=final / final.sum(axis=0),
        tariff=rate,
        value_added=cost[0],
        inputs=cost[1:],
    )
    for small in (e.regroup({"A": "G", "B": "G"}), e.one_sector(), e.one_sector(inputs="keep"), e.settled("zero")):
        assert small.residual < 1e-9
    assert e.one_sector().inputs is None
    np.testing.assert_allclose(e.one_sector().wage_income, e.output.sum(axis=0), rtol=1e-12)
    np.testing.assert_allclose(e.one_sector(inputs="keep").wage_income, e.wage_income, rtol=1e-12)


amounts = st.one_of(st.just(0), st.integers(1, 10**6))


@settings(deadline=None)
@given(
    arrays(np.int64, (3, 4, 4), elements=amounts),
    arrays(np.int64, (4,), elements=st.integers(1, 10**6)),
    arrays(np.int64, (3, 4, 4), elements=st.integers(-50, 200)),
)
def test_an_economy_from_any_flows_is_in_balance_and_gives_them_back(flow, home, rate):
    flow = flow.astype(float)
    flow[0, range(4), range(4)] += home
    rate[:, range(4), range(4)] = 0
    k, i, j = np.indices(flow.shape).reshape(3, -1)
    rows = {
        "origin": np.array(list("ABCD"))[i],
        "destination": np.array(list("ABCD"))[j],
        "product": np.array(list("pqr"))[k],
        "value": flow.ravel(),
        "rate": rate.ravel() / 100,
    }
    e = Economy.from_flows(pa.table(rows), sector="product", tariff="rate", elasticity=[2.0, 5.0, 20.0])
    assert e.residual <= 1e-9
    kept = [place for place in range(3) if "pqr"[place] in e.sectors]
    np.testing.assert_allclose(e.flow, flow[kept], rtol=1e-12, atol=1e-9)
    assert abs(e.deficit.sum()) <= 1e-9 * e.wage_income.sum()
