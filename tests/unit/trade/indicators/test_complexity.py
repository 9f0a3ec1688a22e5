"""Complexity with labels: periods apart, masks and gaps told, refusals that name regions."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose

from hansa.errors import DataError, NotIdentified, UnknownCode
from hansa.trade.flows import as_flows
from hansa.trade.indicators import complexity

NESTED = {"A": "pqrst", "B": "pqr", "C": "pqs", "D": "p"}  # with equal sums of 60 each RCA >= 0.4 is: is made at all
OPTIONS = {"threshold": 0.2}
EVERY = ["cog", "coi", "density", "diversity", "eci", "fitness", "new_product_rank", "pci", "product_fitness"]
EVERY += ["proximity", "ubiquity"]


def rows(made: dict[str, str], period: int | None = None) -> dict[str, list]:
    cells = [(region, product, 60 / len(products)) for region, products in made.items() for product in products]
    origin, product, value = map(list, zip(*cells, strict=True))
    columns = {"origin": origin, "product": product, "value": value}
    return columns if period is None else {"period": [period] * len(cells), **columns}


def column(result) -> list:
    return result.to_arrow().column(-1).to_pylist()


def test_a_plain_frame_gives_origin_and_eci():
    table = complexity.eci(rows(NESTED), **OPTIONS).to_arrow()
    assert table.column_names == ["origin", "eci"]
    # the worked example of four regions and five products
    assert_allclose(table["eci"].to_pylist(), [1.147078669, 0.229415734, 0.229415734, -1.605910137], atol=1e-9)


def test_the_worked_example_by_label():
    assert column(complexity.diversity(rows(NESTED), **OPTIONS)) == [5, 3, 3, 1]
    assert column(complexity.ubiquity(rows(NESTED), **OPTIONS)) == [4, 3, 2, 2, 1]
    pci = {row["product"]: row["pci"] for row in complexity.pci(rows(NESTED), **OPTIONS).rows()}
    assert_allclose([pci["p"], pci["t"]], [-1.605910137, 3.555943875], atol=1e-9)
    density = complexity.density(rows(NESTED), origin="B", product=["q", "t"], **OPTIONS)
    assert_allclose(column(density), [0.707317073, 0.419354839], atol=1e-9)
    assert_allclose(column(complexity.cog(rows(NESTED), origin="D", product="t", **OPTIONS)), [1.55846709], atol=1e-8)
    assert_allclose(column(complexity.coi(rows(NESTED), **OPTIONS))[0], -1.395095117, atol=1e-9)


def test_proximity_of_each_pair_once_and_of_one_product_to_all():
    every = complexity.proximity(rows(NESTED), **OPTIONS).rows()
    assert len(every) == 10
    assert {(r["product"], r["other"]): r["proximity"] for r in every}["p", "t"] == 0.25
    one = complexity.proximity(rows(NESTED), product="t", **OPTIONS).rows()
    assert [(r["other"], r["proximity"]) for r in one][:2] == [("p", 0.25), ("q", pytest.approx(1 / 3))]


def test_new_products_are_ranked_by_density_and_ties_share_a_rank():
    found = complexity.new_product_rank(rows(NESTED), origin=["B", "D"], **OPTIONS).rows()
    assert [(r["origin"], r["product"], r["new_product_rank"]) for r in found] == [
        ("B", "s", 1),
        ("B", "t", 2),
        ("D", "q", 1),
        ("D", "r", 2),
        ("D", "s", 2),
        ("D", "t", 4),
    ]


@pytest.mark.parametrize("key", EVERY)
def test_every_period_stands_alone(key):
    other = {"A": "pqrst", "B": "pqrs", "C": "pq", "D": "p"}
    both = {name: values + rows(other, 2021)[name] for name, values in rows(NESTED, 2020).items()}
    compute = getattr(complexity, key)
    together = compute(both, **OPTIONS)
    for period, made in (("2020", NESTED), ("2021", other)):
        alone = compute(rows(made), **OPTIONS)
        assert column(compute(both, period=period, **OPTIONS)) == pytest.approx(column(alone), nan_ok=True)
        part = [row[key] for row in together.rows() if row["period"] == period]
        assert part == pytest.approx(column(alone))
    with pytest.raises(UnknownCode, match="2022"):
        compute(both, period=2022, **OPTIONS)


def test_a_region_that_trades_in_one_period_only():
    both = {name: values + rows({**NESTED, "E": "pq"}, 2021)[name] for name, values in rows(NESTED, 2020).items()}
    assert {row["period"] for row in complexity.density(both, origin="E", **OPTIONS).rows()} == {"2021"}
    with pytest.raises(UnknownCode, match="'F' is no known origin"):
        complexity.density(both, origin="F", **OPTIONS)


def test_regions_without_advantage_are_null_and_named():
    # Y sells the three products in the proportions of the world, so all its RCA are 1
    table = {"A": (4, 7, 8), "B": (3, 1, 5), "C": (6, 7, 6), "Y": (13, 15, 19)}
    cells = [
        (region, product, value) for region, row in table.items() for product, value in zip("pqr", row, strict=True)
    ]
    origin, product, value = map(list, zip(*cells, strict=True))
    result = complexity.eci({"origin": origin, "product": product, "value": value}, threshold=1.05)
    assert {row["origin"]: row["eci"] for row in result.rows()}["Y"] is None
    assert any(
        "1 of 4 regions have no revealed comparative advantage and no figure: Y" in note for note in result.notes
    )


def test_regions_that_stand_apart_are_named():
    with pytest.raises(
        NotIdentified, match=r"of 2020 falls into 2 parts.*: Z stand\(s\) apart from the other 4 regions"
    ):
        complexity.eci(rows({**NESTED, "Z": "z"}, 2020), **OPTIONS)


def test_a_narrow_gap_is_told():
    made = np.random.default_rng(488).random((20, 30)) < 0.5
    made[0] = True
    region, product = np.nonzero(made)
    flows = {"origin": region.tolist(), "product": product.tolist(), "value": [1.0] * len(region)}
    notes = complexity.eci(flows, threshold=0.01).notes
    assert any("second and third eigenvalue are close" in note and "gap 0.37%" in note for note in notes)


def test_fitness_tells_how_far_it_came():
    result = complexity.fitness(rows(NESTED), rounds=2, **OPTIONS)
    assert any(note.startswith("after 2 rounds: in the last one") for note in result.notes)
    assert result.meta["rounds"] == 2


def test_world_and_threshold_are_in_meta():
    meta = complexity.eci(rows(NESTED), **OPTIONS).meta
    assert (meta["world"], meta["rca_threshold"]) == ("all origins in the table", 0.2)


def test_what_is_refused():
    with pytest.raises(DataError, match="above 0"):
        complexity.eci(rows(NESTED), threshold=0)
    with pytest.raises(NotIdentified, match="no flows"):
        complexity.eci(as_flows(rows(NESTED)).where(origin="X"))
    with pytest.raises(UnknownCode, match="'pp' is no known product"):
        complexity.proximity(rows(NESTED), product="pp", **OPTIONS)
    with pytest.raises(DataError, match="no column 'product'"):
        complexity.eci({"origin": ["A"], "destination": ["B"], "value": [1.0]})
