"""Complexity by hand, against another program on real exports, and each refusal."""

from __future__ import annotations

import csv
import warnings
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
from numpy.testing import assert_allclose

from hansa.errors import DataError, NotIdentified
from hansa.trade import economic_complexity as ec

M = np.array([[1, 1, 1, 1, 1], [1, 1, 1, 0, 0], [1, 1, 0, 1, 0], [1, 0, 0, 0, 0]])


def test_specialisation_is_rca_of_at_least_one():
    assert ec.specialisation([[2.0, 0.0], [2.0, 4.0]]).tolist() == [[True, False], [False, True]]


def test_a_region_without_exports_specialises_in_nothing():
    assert ec.specialisation([[0.0, 0.0], [1.0, 1.0]]).tolist() == [[False, False], [True, True]]


@pytest.mark.parametrize("exports", [[[1.0, -1.0]], [[np.nan, 1.0]], [1.0, 2.0]])
def test_exports_that_are_no_table_of_amounts_are_refused(exports):
    with pytest.raises(DataError, match="finite numbers, none below zero"):
        ec.specialisation(exports)


def test_presence_holds_only_zero_and_one():
    with pytest.raises(DataError, match="only 0 and 1"):
        ec.solve([[1, 2], [1, 0]])


def test_either_side_gives_the_same_solution():
    wide, tall = ec.solve(M), ec.solve(M.T)
    assert_allclose(wide.eigenvalues, tall.eigenvalues[:3], atol=1e-12)
    # the score of one side is, up to scale and sign, the product score of the other
    assert abs(np.corrcoef(wide.region_score, tall.product_score)[0, 1]) == pytest.approx(1, abs=1e-12)


def test_empty_rows_and_columns_are_masked_and_change_nothing():
    padded = np.zeros((6, 7), int)
    padded[np.ix_([0, 2, 3, 5], [0, 1, 3, 4, 6])] = M
    found, bare = ec.solve(padded), ec.solve(M)
    assert np.isnan(found.eci[[1, 4]]).all()
    assert np.isnan(found.pci[[2, 5]]).all()
    assert_allclose(found.eci[[0, 2, 3, 5]], bare.eci, atol=1e-12)
    near, near_bare = ec.outlook(padded), ec.outlook(M)
    assert_allclose(near.cog[np.ix_([0, 2, 3, 5], [0, 1, 3, 4, 6])], near_bare.cog, atol=1e-12)
    assert np.isnan(near.density[1]).all()
    assert_allclose(ec.density(padded)[0, [0, 1, 3, 4, 6]], near_bare.density[0], atol=1e-12)


def test_parts_of_a_network_that_falls_apart():
    two = [[1, 1, 0, 0], [1, 0, 0, 0], [0, 0, 1, 1], [0, 0, 0, 1]]
    assert ec.parts(two).tolist() == [0, 0, 1, 1]
    with pytest.raises(NotIdentified, match="falls into 2 parts"):
        ec.solve(two)
    assert ec.density(two)[0].tolist() == pytest.approx([1, 1, 0, 0])


def test_one_region_is_not_enough():
    with pytest.raises(NotIdentified, match="at least two of each"):
        ec.solve([[1, 1, 1], [0, 0, 0]])


def test_equal_regions_cannot_be_told_apart():
    with pytest.raises(NotIdentified, match="same products"):
        ec.solve([[1, 1], [1, 1], [1, 1]])


def test_equal_eigenvalues_are_refused():
    # a star: every region shares one product with all, and has one of its own
    with pytest.raises(NotIdentified, match="second and third eigenvalue are equal"):
        ec.solve([[1, 1, 0, 0], [1, 0, 1, 0], [1, 0, 0, 1]])


def test_an_open_sign_is_refused():
    # a path: the two ends are alike, so neither is the complex one
    with pytest.raises(NotIdentified, match="which end of the scale"):
        ec.solve([[1, 1, 0, 0], [0, 1, 1, 0], [0, 0, 1, 1]])


def test_the_gap_of_eigenvalues():
    assert ec.solve(M).gap == pytest.approx((2 / 9 - 1 / 6) / (2 / 9), abs=1e-12)
    assert ec.solve([[1, 1], [1, 0]]).gap == 1.0


def test_the_sign_follows_diversity():
    found = ec.solve(M[::-1])
    assert found.eci[-1] > 0 > found.eci[0]


def test_proximity_of_chosen_products_is_part_of_the_whole():
    assert_allclose(ec.proximity(M, [1, 3]), ec.proximity(M)[[1, 3]])
    assert np.isnan(ec.proximity([[1, 0], [1, 0]])[1]).all()


def test_weights_through_proximity_in_both_shapes():
    draw = np.random.default_rng(11)
    for shape in ((6, 40), (40, 6)):
        presence = draw.random(shape) < 0.4
        presence[0] = True
        weights = draw.normal(size=(3, shape[1]))
        assert_allclose(
            ec.through_proximity(weights, presence), weights @ ec.proximity(presence), rtol=1e-12, atol=1e-12
        )


def test_fitness_of_one_round_by_hand():
    # F~ = (2, 1) -> (4/3, 2/3); Q~ = 1/(2, 1) -> (2/3, 4/3)
    found = ec.fitness([[1, 1], [1, 0]], rounds=1)
    assert_allclose(found.fitness, [4 / 3, 2 / 3])
    assert_allclose(found.complexity, [2 / 3, 4 / 3])
    assert found.change == pytest.approx(1 / 3)
    assert ec.fitness([[1, 1], [0, 0]], rounds=1).fitness.tolist() == pytest.approx([1.0, np.nan], nan_ok=True)


def test_fitness_refuses_what_it_cannot_do():
    with pytest.raises(DataError, match="at least 1"):
        ec.fitness(M, rounds=0)
    with pytest.raises(NotIdentified, match="nothing to compare"):
        ec.fitness([[0, 0]])
    with pytest.raises(NotIdentified, match="Ask for fewer rounds"):
        ec.fitness([[1, 1, 1], [1, 0, 0], [1, 0, 0]], rounds=3000)


@pytest.fixture(scope="module")
def exports(hansa_data: Path) -> tuple[np.ndarray, list[str], list[str]]:
    """Mean exports of 226 regions in 785 products of SITC, 1998-2000."""
    table = pq.read_table(hansa_data / "complexity" / "world_trade_avg_1998_2000_sitc4.parquet")
    regions, products = (sorted(set(table[name].to_pylist())) for name in ("country", "product"))
    X = np.zeros((len(regions), len(products)))
    for region, product, value in zip(*(table[name].to_pylist() for name in table.column_names), strict=True):
        X[regions.index(region), products.index(product)] = value
    return X, regions, products


def test_equal_to_the_package_ecomplexity_on_real_exports(exports):
    import pandas as pd
    from ecomplexity import ecomplexity

    X, regions, products = exports
    region, product = np.nonzero(X)
    rows = pd.DataFrame({"t": 1, "i": region, "k": product, "v": X[region, product]})
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the package warns of pandas' deprecations
        theirs = ecomplexity(
            rows, {"time": "t", "loc": "i", "prod": "k", "val": "v"}, check_logsupermodularity=False, verbose=False
        )
    table = {name: theirs.pivot(index="i", columns="k", values=name).to_numpy() for name in theirs.columns[4:]}
    presence = ec.specialisation(X)
    solved = ec.solve(presence)
    near = ec.outlook(presence, solved)
    assert (presence == table["mcp"]).all()
    assert presence.shape == (226, 785)
    assert_allclose(solved.eci, table["eci"][:, 0], atol=1e-6)
    assert_allclose(solved.pci, table["pci"][0], atol=1e-6)
    assert_allclose(near.density, table["density"], atol=1e-6)
    assert_allclose(near.coi, table["coi"][:, 0], atol=1e-6)
    assert_allclose(near.cog, table["cog"], atol=1e-6)


def test_fitness_equal_to_the_reference_files_after_19_rounds(exports, hansa_data: Path):
    X, regions, products = exports
    found = ec.fitness(ec.specialisation(X), rounds=19)
    stem = "economiccomplexity_output__complexity_measures__complexity_index_"
    for side, labels, ours in (("country", regions, found.fitness), ("product", products, found.complexity)):
        with (hansa_data / "complexity" / "reference" / f"{stem}{side}.csv").open() as file:
            theirs = {row["name"]: float(row["value"]) for row in csv.DictReader(file)}
        assert_allclose(ours, [theirs[label] for label in labels], rtol=0, atol=1e-12)
