"""Trade at stake worked out by hand, and the effect of removals that the generator of the sample world knows."""

from __future__ import annotations

import math

import numpy as np
import pytest

from hansa.commitments import ratio_of_ratios
from hansa.commitments.records import Barrier, Event
from hansa.commitments.register import Register
from hansa.commitments.stake import LIMITS, at_stake, expected_effect, removal_effect, stakes
from hansa.errors import DataError
from hansa.sample import truth
from hansa.trade.flows import as_flows
from hansa.trade.store import Store

REPORTED = Event("2015", "reported")


@pytest.fixture(scope="module")
def world(tmp_path_factory, sample_in):
    return sample_in(tmp_path_factory.mktemp("stake") / "world")


@pytest.fixture(scope="module")
def barriers(world):
    """The barriers of the generator: name -> record, with the day of the removal where there was one."""
    known = truth(world.archive.folder)
    products = known["product"].to_pylist()
    found = {}
    for row in known["barrier"].to_pylist():
        gone = (Event(f"{row['until'] + 1}-01-01", "removed"),) if row["until"] else ()
        found[row["name"]] = Barrier(
            id=row["name"].split()[0].lower(),
            title=row["name"],
            origin=row["origin"],
            destination=row["destination"],
            products=tuple(one["product"] for one in products if one["group"] == row["group"]),
            equivalent=row["equivalent"],
            history=(REPORTED, *gone),
        )
    return found


@pytest.fixture(scope="module")
def elasticity(world):
    return {row["product"]: row["elasticity"] for row in truth(world.archive.folder)["product"].to_pylist()}


@pytest.mark.parametrize(
    "name", ["Veterinary re-inspection of food", "Double certification of machines", "Licences for timber"]
)
def test_the_true_effect_lies_in_the_interval_by_every_report(world, barriers, elasticity, name):
    """The generator's cost factor: trade against competitors rises by (1 + equivalent)^theta when a barrier goes."""
    barrier = barriers[name]
    true = (1 + barrier.equivalent) ** elasticity[barrier.products[0]]
    rows = removal_effect(barrier, world, elasticity=elasticity).rows()
    assert [row["told_by"] for row in rows] == ["reconciled", "origin", "destination"]
    for row in rows:
        assert row["low"] < true < row["high"], row
        assert row["effect"] == pytest.approx(true, rel=0.1)
        assert row["expected"] == pytest.approx(true)
        assert row["low"] > 1  # it did something, whoever tells
    assert rows[0]["high"] / rows[0]["low"] < 1.1  # the two reports together tell it to a tenth


def test_the_noise_free_world_gives_the_effect_itself(world, barriers, elasticity):
    """On the true flows nothing but the barrier is left: ratios of four take out costs, demand and prices."""
    known = truth(world.archive.folder)["flow"].to_pydict()
    own = [o != d for o, d in zip(known["origin"], known["destination"], strict=True)]
    flows = {
        ("value" if name == "value" else name): [one for one, kept in zip(column, own, strict=True) if kept]
        for name, column in known.items()
    }
    store = Store.create(world.archive.folder.parent / "truth")
    store.write(as_flows(flows), vintage="2023-06-15")
    barrier = barriers["Double certification of machines"]
    (row,) = removal_effect(barrier, store, years=1, elasticity=elasticity).rows()
    assert row["log_effect"] == pytest.approx(4.2 * math.log(1.15), abs=1e-3)


def test_a_flow_that_never_was_has_no_effect(world):
    """Nobody ships timber from Alverna to Orlevia in this world, before or after: said, not guessed."""
    never = Barrier("b", "b", "XAL", "XOR", products=("44A", "48A", "94A"), history=(Event("2018-01-01", "removed"),))
    found = removal_effect(never, world)
    assert [row["effect"] for row in found.rows()] == [None, None, None]
    assert "no effect: none of the products was traded by the pair in every year compared" in found.notes
    assert not set(LIMITS) & set(found.notes)


@pytest.mark.slow
def test_pairs_that_nothing_happened_to_show_no_effect_nine_times_in_ten(world):
    """The interval is to hold the truth nine times in ten: 60 removals that were none, of one product each."""
    flows = world.flows(told_by="reconciled").totals("period", "origin", "destination", "product")
    rows = [row for row in flows.to_pylist() if row["period"] == "2016" and row["value"] > 1e8]
    rows.sort(key=lambda row: (row["product"], row["origin"], row["destination"]))
    spared = [row for row in rows if not {row["origin"], row["destination"]} & {"XBR", "XKA", "XRO", "XVA", "XUM"}]
    chosen = spared[:: len(spared) // 60][:60]
    none = (Event("2016-01-01", "removed"),)
    fakes = [
        Barrier(f"b{n}", f"b{n}", row["origin"], row["destination"], products=(row["product"],), history=none)
        for n, row in enumerate(chosen)
    ]
    found = [row for row in stakes(Register(tuple(fakes)), world).rows() if row["effect"] is not None]
    inside = sum(row["low"] < 1 < row["high"] for row in found)
    assert len(found) >= 50
    assert 0.8 <= inside / len(found) <= 1.0


def test_trade_at_stake_is_the_sum_of_what_is_reported(world, barriers):
    barrier = barriers["Veterinary re-inspection of food"]
    found = at_stake(barrier, world, on="2023-06-30")
    last = found.rows()[-1]
    for side in ("origin", "destination"):
        flows = world.flows(told_by=side).where(period="2022", origin="XBR", destination="XKA")
        by_product = {row["product"]: row["value"] for row in flows.totals("product").to_pylist()}
        assert last[f"reported_by_{side}"] == pytest.approx(sum(by_product.get(p, 0.0) for p in barrier.products))
    both = world.flows(told_by="reconciled").where(period="2022", origin="XBR", destination="XKA")
    assert last["share"] == pytest.approx(last["affected"] / both.totals().to_pylist()[0]["value"])
    assert [row["state"] for row in found.rows()][4:8] == ["reported", "reported", "removed", "removed"]
    assert found.meta["effect"]["told_by"] == "reconciled"


def test_on_a_day_before_the_removal_it_stands_and_has_no_effect(world, barriers):
    barrier = barriers["Double certification of machines"]
    found = at_stake(barrier, world, on="2019-12-31", as_of="2023-06-15")
    assert found.meta["state"] == "reported"
    assert "effect" not in found.meta
    with pytest.raises(DataError, match="is not removed on 2019-12-31"):
        removal_effect(barrier, world, on="2019-12-31", as_of="2023-06-15")


def test_services_are_found_where_goods_have_no_such_product(world, barriers):
    found = at_stake(barriers["Permits for carriers"], world)
    assert found.meta["scope"] == "services"
    assert found.rows()[-1]["affected"] > 0


def _own(tmp_path, rows, name="own", **columns):
    store = Store.create(tmp_path / name)
    keys = ("period", "origin", "destination", "product", "value")
    given = {
        key: [row[place] for row in rows] for place, key in enumerate(keys) if key not in columns.get("without", ())
    }
    store.write(as_flows(given), vintage="2022-06-01")
    return store


@pytest.fixture
def small(tmp_path):
    """Two years, three regions, HS headings: A sells 0401 and 0402 to B, and 8401."""
    rows = [("2020", "A", "B", "0401", 3.0), ("2020", "A", "B", "0402", 5.0), ("2020", "A", "B", "8401", 2.0)]
    rows += [("2021", "A", "B", "0401", 6.0), ("2021", "A", "B", "8401", 4.0), ("2021", "C", "B", "0401", 1.0)]
    return _own(tmp_path, rows)


def test_a_code_covers_the_products_that_begin_with_it(small):
    found = at_stake(Barrier("b", "Milk", "A", "B", products=("04", "99")), small)
    assert [(row["period"], row["affected"], row["pair"], row["share"]) for row in found.rows()] == [
        ("2020", 8.0, 10.0, 0.8),
        ("2021", 6.0, 10.0, 0.6),
    ]
    assert "no flows name the products 99 of b" in found.notes
    assert [row["state"] for row in found.rows()] == [None, None]


def test_a_barrier_without_products_affects_all_trade_of_the_pair(small):
    found = at_stake(Barrier("b", "Queue", "A", "B"), small)
    assert [row["share"] for row in found.rows()] == [1.0, 1.0]
    assert "the barrier names no products: all trade of the pair is affected" in found.notes


def test_before_and_after_are_means_of_whole_years(small):
    gone = Barrier("b", "Milk", "A", "B", products=("04",), history=(REPORTED, Event("2021-01-01", "removed")))
    found = at_stake(gone, small)
    assert (found.meta["before"], found.meta["after"]) == (8.0, 6.0)
    within = at_stake(Barrier("b", "Milk", "A", "B", products=("04",), history=(Event("2020-05", "removed"),)), small)
    assert (within.meta["before"], within.meta["after"]) == (None, 6.0)


def test_too_little_to_compare_with_is_said(small):
    gone = Barrier("b", "Milk", "A", "B", products=("04",), history=(Event("2021-01-01", "removed"),))
    (row,) = removal_effect(gone, small, years=1).rows()
    assert (row["effect"], row["growth"], row["before"], row["after"]) == (None, 0.75, "2020-2020", "2021-2021")
    assert (
        "no effect: none of the products was traded by the pair in every year compared"
        in removal_effect(gone, small, years=1).notes
    )
    assert "no effect: the flows have no 2019, 2022" in removal_effect(gone, small, years=2).notes
    with pytest.raises(DataError, match="a number from 1 up, not 0"):
        removal_effect(gone, small, years=0)


@pytest.mark.parametrize(
    ("barrier", "said"),
    [
        (Barrier("b", "Milk", "A", "Z", products=("04",)), "name both 'A' and 'Z'"),
        (Barrier("b", "Milk", "A", "B", products=("99",)), "name the products of 'b': '99'"),
    ],
)
def test_what_is_nowhere_is_named(small, barrier, said):
    with pytest.raises(DataError, match=said):
        at_stake(barrier, small)
    (row,) = stakes(Register((barrier,)), small).rows()
    assert said in row["note"]
    assert row["affected"] is None


def test_flows_without_products_know_all_trade_only(tmp_path):
    store = _own(tmp_path, [("2020", "A", "B", "", 3.0)], without=("product",))
    assert at_stake(Barrier("b", "Queue", "A", "B"), store).rows()[0]["affected"] == 3.0
    with pytest.raises(DataError, match="have no products"):
        at_stake(Barrier("b", "Milk", "A", "B", products=("04",)), store)


def test_the_costliest_barrier_stands_first(small):
    listed = stakes(
        Register((Barrier("m", "Milk", "A", "B", products=("04",)), Barrier("q", "Queue", "A", "B"))), small
    )
    assert [(row["barrier"], row["affected"]) for row in listed.rows()] == [("q", 10.0), ("m", 6.0)]


def test_an_expected_effect_needs_both_an_equivalent_and_an_elasticity():
    barrier = Barrier("b", "Queue", "A", "B", equivalent=0.1)
    assert expected_effect(barrier, ["p", "q"], {"p": 4.0, "q": 6.0}) == pytest.approx(1.1**5)
    assert expected_effect(barrier, ["p"], {"x": 4.0}) is None
    assert expected_effect(Barrier("b", "Queue", "A", "B"), ["p"], 4.0) is None


def test_ratio_of_four_by_hand():
    """Two origins and two destinations besides the pair: d_ij - d_il - d_kj + d_kl, the median of four."""
    d = np.array([[np.nan, 1.0, 2.0, 3.0], [0.0, np.nan, 4.0, 6.0], [1.0, 2.0, np.nan, 5.0], [0.5, 1.5, 2.5, np.nan]])
    d[2, 3], d[1, 3] = 5.0, 7.0
    every = [d[0, 1] - d[0, l] - d[k, 1] + d[k, l] for k in (2, 3) for l in (2, 3) if k != l]
    value, count = ratio_of_ratios.ratio_of_four(d, 0, 1)
    assert count == len([x for x in every if np.isfinite(x)])
    assert math.isnan(value)  # two are too few for a median that nothing moves
    d[2, 0], d[3, 0] = 0.3, 0.7
    d = np.vstack([d, [0.1, 0.2, 0.3, 0.4]])
    d = np.hstack([d, np.full((5, 1), 0.9)])
    every = [d[0, 1] - d[0, l] - d[k, 1] + d[k, l] for k in (1, 2, 3, 4) for l in (0, 2, 3, 4)]
    value, count = ratio_of_ratios.ratio_of_four(d, 0, 1)
    known = [x for x in every if np.isfinite(x)]
    assert (count, value) == (len(known), pytest.approx(np.median(known)))


def test_student_interval_of_the_tables():
    """Three controls: t(0.95, 2) = 2.920 (any table); s = 1 sqrt(1/1 + 1/3)."""
    found = ratio_of_ratios.effect(np.array([2.0, np.nan]), np.array([-1.0, 0.0, 1.0]))
    assert (found.effect, found.products, found.controls) == (2.0, 1, 3)
    assert found.high - 2.0 == pytest.approx(2.920 * math.sqrt(4 / 3), abs=1e-3)
    assert math.isnan(ratio_of_ratios.effect(np.array([2.0]), np.array([0.0, 1.0])).effect)
