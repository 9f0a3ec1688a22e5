"""Actual against predicted trade: exact worlds, the adding-up law, known barriers of the sample world, what is said."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

import hansa.sample
from hansa.errors import DataError, NotIdentified, UnknownCode
from hansa.gravity.potential import gravity_potential
from hansa.trade.flows import as_flows

CODES = "ABCDEFG"
PAIRS = [(one, other) for one in CODES for other in CODES if one != other]


def _distance(seed: int = 1) -> dict:
    draw = np.random.default_rng(seed)
    pairs = [(a, b) for a, b in PAIRS if a < b]
    return {
        "region": [a for a, _ in pairs],
        "partner": [b for _, b in pairs],
        "value": (100 * np.exp(2 * draw.random(len(pairs)))).tolist(),
    }


def _world(noise: float = 0.0, elasticity: float = -1.2, seed: int = 1) -> dict:
    """Flows that a gravity equation makes, with an error of its logarithm."""
    draw = np.random.default_rng(seed)
    sides = _distance()
    km = dict(zip(zip(sides["region"], sides["partner"], strict=True), sides["value"], strict=True))
    size = {code: np.exp(draw.normal(5, 1, 2)) for code in CODES}
    values = [
        size[a][0] * size[b][1] * km[min(a, b), max(a, b)] ** elasticity * np.exp(noise * draw.normal())
        for a, b in PAIRS
    ]
    return {"origin": [a for a, _ in PAIRS], "destination": [b for _, b in PAIRS], "value": values}


def _rows(flows, **options):
    return {
        (r["origin"], r["destination"]): r for r in gravity_potential(flows, distance=_distance(), **options).rows()
    }


def test_a_world_that_obeys_gravity_is_predicted_as_it_is():
    result = gravity_potential(_world(), distance=_distance())
    rows = result.rows()
    assert [row["gravity_potential"] for row in rows] == pytest.approx([1.0] * 42, rel=1e-6)
    assert result.meta["coefficients"][0]["log_distance"] == pytest.approx(-1.2, rel=1e-6)
    assert [row["low"] for row in rows] == pytest.approx([row["high"] for row in rows], rel=1e-4)


def test_one_pair_below_the_rest_is_found():
    """A flow cut to a tenth: its ratio is the lowest of the table, and far below half."""
    flows = _world()
    place = PAIRS.index(("B", "E"))
    flows["value"][place] /= 10
    rows = _rows(flows)
    assert min(rows, key=lambda pair: rows[pair]["gravity_potential"]) == ("B", "E")
    assert rows["B", "E"]["gravity_potential"] < 0.5
    assert rows["B", "E"]["actual"] < rows["B", "E"]["usual_low"]
    assert rows["B", "E"]["difference"] == pytest.approx(rows["B", "E"]["actual"] - rows["B", "E"]["predicted"])


@pytest.mark.parametrize("end", ["origin", "destination"])
def test_predicted_totals_are_actual_ones(end):
    """Fally 2015: with effects of both sides, so that ratios weighted by what is predicted average to one."""
    rows = _rows(_world(noise=0.8)).values()
    for code in CODES:
        mine = [row for row in rows if row[end] == code]
        assert sum(row["predicted"] for row in mine) == pytest.approx(sum(row["actual"] for row in mine), rel=1e-8)
        mean = np.average([row["gravity_potential"] for row in mine], weights=[row["predicted"] for row in mine])
        assert mean == pytest.approx(1.0, rel=1e-8)


def test_neither_currency_nor_unit_of_distance_matters():
    flows, miles = _world(noise=0.5), {**_distance(), "value": [km / 1.609344 for km in _distance()["value"]]}
    here = gravity_potential(flows, distance=_distance()).rows()
    there = gravity_potential({**flows, "value": [7.0 * x for x in flows["value"]]}, distance=miles).rows()
    for one, other in zip(here, there, strict=True):
        assert other["gravity_potential"] == pytest.approx(one["gravity_potential"], rel=1e-8)
        assert other["low"] == pytest.approx(7.0 * one["low"], rel=1e-6)


def test_a_bloc_is_the_sum_of_its_members_and_surer_than_they():
    flows = _world(noise=0.5)
    apart, summed = _rows(flows), _rows(flows, bloc={"AB": ["A", "B"]})
    for name in ("actual", "predicted"):
        assert summed["AB", "C"][name] == pytest.approx(sum(apart[one, "C"][name] for one in "AB"))
        assert summed["AB", "AB"][name] == pytest.approx(apart["A", "B"][name] + apart["B", "A"][name])
    assert summed["C", "D"] == apart["C", "D"]
    assert summed["AB", "C"]["usual_low"] is None
    widest = max(np.log(apart[one, "C"]["high"] / apart[one, "C"]["predicted"]) for one in "AB")
    assert 0 < np.log(summed["AB", "C"]["high"] / summed["AB", "C"]["predicted"]) <= widest
    assert set(_rows(flows, bloc=["A", "B"])) == {
        tuple("bloc" if code == "AB" else code for code in pair) for pair in summed
    }


def test_a_fit_for_each_period_and_product():
    first, second = _world(elasticity=-1.0), _world(elasticity=-2.0, seed=4)
    columns = {name: first[name] + second[name] for name in first}
    for name, labels in (("product", ("p", "q")), ("period", ("2021", "2022"))):
        flows = {**columns, name: [labels[0]] * 42 + [labels[1]] * 42}
        told = gravity_potential(flows, distance=_distance(), by_product=name == "product").meta["coefficients"]
        assert {one[name]: one["log_distance"] for one in told} == pytest.approx({labels[0]: -1.0, labels[1]: -2.0})
    rows = gravity_potential(flows, distance=_distance(), period="2022", origin="A").rows()
    assert {(row["period"], row["origin"]) for row in rows} == {("2022", "A")}


def test_what_is_left_out_is_counted():
    flows = _world(noise=0.3)
    flows["value"][0] = 0.0
    for name, more in (("origin", "AAZ"), ("destination", "AZA"), ("value", (5.0, 1.0, 1.0))):
        flows[name] += more
    notes = " | ".join(gravity_potential(flows, distance=_distance()).notes)
    assert "1 rows with one region as origin and destination are left out: trade at home is no export" in notes
    assert "1 of 8 regions have no known place and are left out: Z" in notes
    assert "1 of 42 pairs have no recorded trade, which counts as 0" in notes
    assert "in-sample: each pair is compared with the average of this table, not with what is possible" in notes
    assert "coefficient of log distance in the PPML fit: -" in notes


def test_a_product_that_too_few_trade_is_left_out_and_named():
    columns = {name: [*values, *values[:6]] for name, values in _world(noise=0.3).items()}
    result = gravity_potential({**columns, "product": ["p"] * 42 + ["rare"] * 6}, distance=_distance(), by_product=True)
    assert set(result.to_arrow()["product"].to_pylist()) == {"p"}
    assert "no gravity model for 1 of 2 tables, rare: 6 pairs and 7 unknowns" in " ".join(result.notes)


def test_a_region_that_sells_nothing_is_predicted_nothing_and_has_no_row():
    flows = _world(noise=0.3)
    flows["value"] = [0.0 if a == "A" else x for (a, _), x in zip(PAIRS, flows["value"], strict=True)]
    rows = _rows(flows)
    assert not [pair for pair in rows if pair[0] == "A"]
    assert ("B", "A") in rows


def test_three_regions_are_too_few():
    flows = as_flows(_world()).where(origin=list("ABC"), destination=list("ABC"))
    with pytest.raises(NotIdentified, match="6 pairs and 6 unknowns: every pair would be predicted as it is"):
        gravity_potential(flows, distance=_distance())


def test_bad_questions_are_refused():
    with pytest.raises(UnknownCode, match="'Q' is no known origin of the fit"):
        gravity_potential(_world(), distance=_distance(), origin="Q")
    with pytest.raises(UnknownCode, match="'Q' is no known region of these flows"):
        gravity_potential(_world(), distance=_distance(), bloc=["A", "Q"])
    with pytest.raises(DataError, match="by_product needs flows with a column 'product'"):
        gravity_potential(_world(), distance=_distance(), by_product=True)
    with pytest.raises(UnknownCode, match="period"):
        gravity_potential({**_world(), "period": ["2022"] * 42}, distance=_distance(), period="2023")


def test_without_numba_the_indicator_says_what_to_install():
    code = """
import sys
sys.modules["numba"] = None
from hansa import errors, indicators
codes = ["BLR", "KAZ", "POL", "RUS"]
pairs = [(a, b) for a in codes for b in codes if a != b]
flows = {"origin": [a for a, _ in pairs], "destination": [b for _, b in pairs], "value": range(1, 13)}
try:
    indicators.gravity_potential(flows)
except errors.HansaError as lack:
    print(lack)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "pip install 'hansa[gravity]'" in done.stdout


@pytest.fixture(scope="module")
def truth(tmp_path_factory, sample_in):
    """Flows of the sample world without noise, its trade costs and its tables."""
    folder = tmp_path_factory.mktemp("gravity") / "world"
    store = sample_in(folder)
    return hansa.sample.truth(folder), store


def _goods(tables):
    table, goods = tables["flow"].to_pandas(), {row["product"]: row for row in tables["product"].to_pylist()}
    return table[[not goods[product]["service"] for product in table["product"]]], goods


def test_a_closed_market_of_the_sample_world_is_at_zero(truth):
    """Valdoria closed to the Amber Union in 2022. The true flows have no noise, so that nothing else stops them."""
    tables, store = truth
    (closing,) = tables["closing"].to_pylist()
    members = sorted(row["member"] for row in tables["bloc"].to_pylist() if row["bloc"] == closing["origins"])
    table, _ = _goods(tables)
    ratio = {}
    for year in (closing["from"] - 1, closing["from"]):
        of_year = table[table["period"] == str(year)]
        (row,) = gravity_potential(
            of_year,
            distance=store.side("distance"),
            bloc={"members": members},
            origin="members",
            destination=closing["destination"],
        ).rows()
        ratio[year] = row["gravity_potential"]
    assert ratio[closing["from"] - 1] == pytest.approx(1.0, abs=0.1)
    assert ratio[closing["from"]] == 0.0


@pytest.mark.parametrize("name", ["Veterinary re-inspection of food", "Double certification of machines",
                                  "Licences for timber"])  # fmt: skip
def test_a_removed_barrier_of_the_sample_world_is_seen_and_never_overstated(truth, name):
    """A barrier of b that goes raises the true flow by (1 + b)^theta beside others. The ratio rises too, and by less:
    the totals of a table that the pair is part of are predicted as they are, so that they hold a part of it.
    """
    tables, store = truth
    (barrier,) = [row for row in tables["barrier"].to_pylist() if row["name"] == name]
    table, goods = _goods(tables)
    years = [str(barrier["until"]), str(barrier["until"] + 1)]
    chosen = [key for key, row in goods.items() if row["group"] == barrier["group"]]
    rows = gravity_potential(
        table[table["product"].isin(chosen) & table["period"].isin(years)],
        distance=store.side("distance"),
        by_product=True,
        origin=barrier["origin"],
        destination=barrier["destination"],
    ).rows()
    ratio = {(row["product"], row["period"]): row["gravity_potential"] for row in rows if row["actual"]}
    traded = {product for product, _ in ratio}
    assert traded
    for product in traded:
        rise = np.log(ratio[product, years[1]] / ratio[product, years[0]])
        assert 0.1 < rise < goods[product]["elasticity"] * np.log(1 + barrier["equivalent"])
