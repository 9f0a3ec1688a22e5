"""From a frame and a formula to arrays: by hand, from every kind of frame, and whatever is wrong with the data."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from hansa.errors import DataError, NotIdentified, UnknownCode
from hansa.gravity.design import Design, design
from hansa.trade.flows import as_flows

PANEL = {
    "exporter": ["B", "A", "B", "A"],
    "importer": ["A", "B", "A", "B"],
    "year": [1990, 1990, 1986, 1986],
    "trade": [4.0, 3.0, 2.0, 1.0],
    "dist": [2.0, 1.0, 2.0, 1.0],
    "rta": [True, True, False, False],
    "pair": ["A-B", "A-B", "A-B", "A-B"],
    "weight": [1, 1, 2, 0],
}
TWO_WAY = "trade ~ rta + log(dist) | exporter^year + importer^year"


def random_panel(rows: int = 200, seed: int = 3) -> pd.DataFrame:
    """Cells of six regions in five years, some of them empty."""
    rng = np.random.default_rng(seed)
    regions = np.array(["DEU", "AUT", "FRA", "BEL", "CHE", "ITA"])
    return pd.DataFrame(
        {
            "exporter": regions[rng.integers(0, 6, rows)],
            "importer": regions[rng.integers(0, 6, rows)],
            "year": rng.integers(2000, 2005, rows),
            "trade": rng.poisson(3.0, rows).astype(float),
            "dist": np.where(rng.random(rows) < 0.1, np.nan, rng.uniform(1, 9, rows)),
            "rta": rng.integers(0, 2, rows),
        }
    )


def names_of_rows(made: Design, place: int) -> list[tuple[Any, ...]]:
    """The labels of each row in a set of effects."""
    effect = made.effects[place]
    parts = effect.levels.parts[effect.levels.of_row]
    return [tuple(labels[at] for labels, at in zip(effect.labels, row, strict=True)) for row in parts]


def test_a_panel_by_hand():
    made = design(TWO_WAY, PANEL)
    assert made.outcome == "trade"
    assert made.terms == ("rta", "log(dist)")
    assert made.y.tolist() == [4, 3, 2, 1]
    np.testing.assert_array_equal(made.X, [[1, 1, 0, 0], np.log([2, 1, 2, 1])])
    assert made.X.flags.c_contiguous
    assert made.X.dtype == np.float64
    assert [effect.name for effect in made.effects] == ["exporter^year", "importer^year"]
    sold = made.effects[0]
    assert sold.parts == ("exporter", "year")
    assert sold.labels == (["A", "B"], [1986, 1990])
    assert sold.levels.of_row.tolist() == [3, 1, 2, 0]  # A^1986, A^1990, B^1986, B^1990
    assert sold.levels.parts.tolist() == [[0, 0], [0, 1], [1, 0], [1, 1]]
    assert made.row.tolist() == [0, 1, 2, 3]
    assert (made.given, made.notes, made.weights, made.offset) == (4, (), None, None)


def test_no_effects_is_a_constant():
    made = design("trade ~ dist", PANEL)
    assert made.terms == ("(Intercept)", "dist")
    assert made.X.tolist() == [[1, 1, 1, 1], [2, 1, 2, 1]]
    assert made.effects == ()


@pytest.mark.parametrize(
    ("formula", "terms", "X", "notes"),
    [
        ("trade ~ i(year) | pair", ("year::1990",), [[1, 1, 0, 0]], ("i(year): 1986 is the reference",)),
        ("trade ~ i(year, ref=1990) | pair", ("year::1986",), [[0, 0, 1, 1]], ()),
        ("trade ~ i(year, ref='1990') | pair", ("year::1986",), [[0, 0, 1, 1]], ()),
        (
            "trade ~ i(year, dist) | pair",
            ("year::1986:dist", "year::1990:dist"),
            [[0, 0, 2, 1], [2, 1, 0, 0]],
            (),
        ),
        ("trade ~ i(year, dist, ref=1986) | pair", ("year::1990:dist",), [[2, 1, 0, 0]], ()),
        (
            "trade ~ i(exporter):dist:rta | pair",
            ("exporter::A:dist:rta", "exporter::B:dist:rta"),
            [[0, 1, 0, 0], [2, 0, 0, 0]],
            (),
        ),
        ("trade ~ dist:rta | pair", ("dist:rta",), [[2, 1, 0, 0]], ()),
        ("trade ~ sqrt(dist):dist | pair", ("sqrt(dist):dist",), [np.sqrt([2, 1, 2, 1]) * [2, 1, 2, 1]], ()),
        ("trade ~ I(dist**2) + C(year) | pair", ("I(dist ** 2)", "C(year)[T.1990]"), [[4, 1, 4, 1], [1, 1, 0, 0]], ()),
        ("trade ~ log1p(dist - 1) | pair", ("log1p(dist - 1)",), [np.log([2, 1, 2, 1])], ()),
    ],
)
def test_regressors(formula: str, terms: tuple[str, ...], X: list[Any], notes: tuple[str, ...]):
    made = design(formula, PANEL)
    assert made.terms == terms
    np.testing.assert_allclose(made.X, X, rtol=1e-15)
    assert tuple(note for note in made.notes if "single value" not in note) == notes


def test_weights_and_offset():
    made = design("trade ~ rta", PANEL, weights="weight", offset="log(dist)")
    assert made.weights is not None
    assert made.offset is not None
    assert made.weights.tolist() == [1, 1, 2, 0]
    np.testing.assert_array_equal(made.offset, np.log([2, 1, 2, 1]))
    assert made.notes == ("1 of 4 rows have weight 0 and do not count",)


@pytest.mark.parametrize("formula", [TWO_WAY, "trade ~ i(year, log(dist)) + rta | exporter^importer", "trade ~ dist"])
@pytest.mark.parametrize(
    "kind", ["polars", "polars lazy", "pyarrow", "pyarrow in pieces", "duckdb", "parquet", "mapping"]
)
def test_every_kind_of_frame_gives_the_same(kind: str, formula: str, tmp_path: Path):
    panel = random_panel()
    table = pa.Table.from_pandas(panel)
    pq.write_table(table, tmp_path / "panel.parquet")
    with duckdb.connect() as engine:
        frames = {
            "polars": lambda: pl.from_pandas(panel),
            "polars lazy": lambda: pl.from_pandas(panel).lazy(),
            "pyarrow": lambda: table,
            "pyarrow in pieces": lambda: pa.concat_tables([table.slice(0, 70), table.slice(70)]),
            "duckdb": lambda: engine.from_arrow(table),
            "parquet": lambda: tmp_path / "panel.parquet",
            "mapping": table.to_pydict,
        }
        made = design(formula, frames[kind](), cluster="exporter^importer")
    wanted = design(formula, panel, cluster="exporter^importer")
    np.testing.assert_array_equal(made.y, wanted.y)
    np.testing.assert_array_equal(made.X, wanted.X)
    np.testing.assert_array_equal(made.row, wanted.row)
    for one, other in zip((*made.effects, *made.clusters), (*wanted.effects, *wanted.clusters), strict=True):
        assert (one.name, one.parts, one.labels) == (other.name, other.parts, other.labels)
        np.testing.assert_array_equal(one.levels.of_row, other.levels.of_row)
        np.testing.assert_array_equal(one.levels.parts, other.levels.parts)
    assert made.notes == wanted.notes
    assert any("are left out: no value in 'dist'" in note for note in made.notes)
    assert [source.title for source in made.provenance.sources] == (["panel.parquet"] if kind == "parquet" else [])


def test_the_order_of_rows_changes_nothing_but_their_order():
    panel = random_panel()
    order = np.random.default_rng(8).permutation(len(panel))
    one, other = (design(TWO_WAY, frame, cluster="exporter^importer") for frame in (panel, panel.iloc[order]))
    back = np.argsort(order[other.row])
    np.testing.assert_array_equal(np.sort(order[other.row]), one.row)
    np.testing.assert_array_equal(other.X[:, back], one.X)
    for mine, theirs in zip((*one.effects, *one.clusters), (*other.effects, *other.clusters), strict=True):
        assert mine.labels == theirs.labels
        np.testing.assert_array_equal(mine.levels.of_row, theirs.levels.of_row[back])
        np.testing.assert_array_equal(mine.levels.parts, theirs.levels.parts)


def test_every_level_is_seen_and_is_what_the_frame_says():
    panel = random_panel()
    made = design(TWO_WAY, panel)
    rows = panel.iloc[made.row]
    assert names_of_rows(made, 0) == list(zip(rows["exporter"], rows["year"], strict=True))
    for effect in made.effects:
        assert np.bincount(effect.levels.of_row, minlength=effect.levels.count).min() > 0
        assert [tuple(part) for part in effect.levels.parts.tolist()] == sorted(
            map(tuple, effect.levels.parts.tolist())
        )


def test_levels_that_only_lost_rows_had_are_gone():
    made = design(
        "trade ~ dist | exporter", {"trade": [1, 2, 3], "dist": [1.0, np.nan, 3.0], "exporter": ["A", "B", "C"]}
    )
    assert made.effects[0].labels == (["A", "C"],)
    assert made.effects[0].levels.of_row.tolist() == [0, 1]
    assert made.row.tolist() == [0, 2]


LACKING = {
    "trade": [1.0, None, 3.0, 4.0, 5.0, 6.0, 7.0],
    "dist": [1.0, 2.0, 0.0, -1.0, np.inf, np.nan, 7.0],
    "exporter": ["A", "B", "A", "B", "A", "B", None],
}


def test_what_cannot_be_used_is_counted_by_its_reason():
    made = design("trade ~ log(dist) | exporter", pd.DataFrame(LACKING))
    assert made.row.tolist() == [0]
    assert made.notes[0] == (
        "6 of 7 rows are left out: no value in 'trade' (1), no value in 'dist' (1), an infinite value in 'dist' (1), "
        "log(dist) of zero (1), log(dist) of a negative number (1), no label in 'exporter' (1)"
    )


def test_rows_that_formulaic_makes_no_number_of_are_counted():
    rows = {"trade": [1.0, 2.0, 3.0], "dist": [2.0, 1.0, 5.0], "bloc": ["x", "y", None]}
    made = design("trade ~ log(dist - 1) + C(bloc):dist", rows)
    assert made.notes == (
        "1 of 3 rows is left out: no value in 'bloc' (1)",
        "1 of 3 rows is left out: log(dist - 1) is no number (1)",
    )
    assert made.row.tolist() == [0]


@pytest.mark.parametrize(
    ("changed", "formula", "options", "error", "said"),
    [
        (
            {"trade": [1.0, -2.0, 3.0, 4.0]},
            TWO_WAY,
            {},
            DataError,
            "column 'trade': 1 of 4 rows have a negative value, e.g. -2 in row 2",
        ),
        ({}, "log(trade) ~ rta", {}, DataError, "takes 'trade' itself, not log(trade)"),
        ({}, "trade ~ rtaa", {}, UnknownCode, "'rtaa' is no known column of the table. Nearest known: 'rta'"),
        ({}, "trade ~ rta | origin", {}, UnknownCode, "'exporter' may be meant. The table has 'exporter'"),
        ({}, "trade ~ exporter", {}, DataError, "column 'exporter': Numbers are needed, and row 1 holds 'B'"),
        (
            {"dist": ["1", "2", "3", "4"]},
            TWO_WAY,
            {},
            DataError,
            "column 'dist': The column holds numbers written as text",
        ),
        ({}, "trade ~ i(year, ref=1987)", {}, UnknownCode, "1987 is no known level of 'year'. Nearest known: '1986'"),
        ({}, "trade ~ i(pair)", {}, DataError, "i(pair) has no level beside its reference"),
        ({}, TWO_WAY, {"cluster": "pair"}, NotIdentified, "'pair' puts all rows into a single cluster"),
        ({}, TWO_WAY, {"cluster": ["pair", 3]}, DataError, "Clusters are named by columns"),
        ({}, TWO_WAY, {"cluster": ()}, DataError, "Clusters are named by columns"),
        ({"weight": [1, -1, 1, 1]}, TWO_WAY, {"weights": "weight"}, DataError, "1 of 4 weights are negative, e.g. -1"),
        ({"weight": [0, 0, 0, 0]}, TWO_WAY, {"weights": "weight"}, DataError, "Every weight is zero"),
        ({}, TWO_WAY, {"weights": "wieght"}, UnknownCode, "Nearest known: 'weight'"),
        ({}, TWO_WAY, {"missing": "fill"}, UnknownCode, "It may be 'drop' or 'refuse'"),
        (
            {"dist": [1.0, None, 3.0, 0.0]},
            TWO_WAY,
            {"missing": "refuse"},
            DataError,
            "2 of 4 rows cannot be used: no value in 'dist' (1), log(dist) of zero (1); the first is row 2",
        ),
        ({"dist": [0.0, 0.0, 0.0, 0.0]}, TWO_WAY, {}, DataError, "No row is left of 4: log(dist) of zero (4)"),
        ({"dist": [None, None, None, None]}, TWO_WAY, {}, DataError, "No row is left of 4: no value in 'dist' (4)"),
        ({name: [] for name in PANEL}, TWO_WAY, {}, DataError, "The table has no rows"),
        ({}, "trade ~ bs(dist, df=1)", {}, DataError, "formulaic cannot make 'bs(dist, df=1)'"),
    ],
)
def test_bad_input(changed: dict[str, Any], formula: str, options: dict[str, Any], error: type[Exception], said: str):
    with pytest.raises(error) as refusal:
        design(formula, {**PANEL, **changed}, **options)
    assert said in str(refusal.value)


def test_too_many_levels_to_be_regressors():
    rows = {"trade": np.ones(1_200), "pair": np.arange(1_200)}
    with pytest.raises(DataError, match=r"i\(pair\) would make 1,199 regressors, .* Write it as an effect"):
        design("trade ~ i(pair)", rows)


def test_least_squares_takes_logarithms_and_negative_outcomes():
    made = design("log(trade) ~ rta | exporter", {**PANEL, "trade": [1.0, 0.5, 0.0, 2.0]}, positive=False)
    assert made.outcome == "log(trade)"
    np.testing.assert_allclose(made.y, np.log([1.0, 0.5, 2.0]))
    assert made.notes == ("1 of 4 rows is left out: log(trade) of zero (1)",)
    below = design("trade ~ dist", {**PANEL, "trade": [1.0, -0.5, 0.0, 2.0]}, positive=False)
    assert below.y.tolist() == [1.0, -0.5, 0.0, 2.0]


def test_flows_are_read_under_their_own_names_and_the_usual_others():
    rows = {"i": ["A", "B"], "j": ["B", "A"], "t": [2020, 2020], "v": [1.0, 2.0]}
    flows = as_flows(rows).noting("made up")
    made = design("trade ~ i(destination) | exporter", flows)
    assert made.y.tolist() == [1.0, 2.0]
    assert made.effects[0].labels == (["A", "B"],)
    assert made.notes[0] == "made up"
    assert made.provenance == flows.provenance


def test_two_reports_of_one_flow_would_count_twice():
    rows = {"i": ["A", "A"], "j": ["B", "B"], "t": [2020, 2020], "v": [1.0, 2.0], "told_by": ["origin", "destination"]}
    with pytest.raises(DataError, match="two mirror reports of the same trade"):
        design("value ~ period | origin", as_flows(rows))


SQUARE = {
    "exporter": [1, 1, 2, 2, 3, 3, 1],
    "importer": [2, 3, 1, 3, 1, 2, 1],
    "trade": [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0],
    "undirected": [12, 13, 12, 23, 13, 23, 11],
    "bloc": [1, 2, 1, 2, 2, 2, 1],
    "x": [1, 0, 0, 1, 0, 0, 0],
}


@pytest.mark.parametrize(
    ("cluster", "names"),
    [
        ("undirected", ["undirected"]),
        ("exporter^importer", ["exporter^importer"]),
        ("exporter + importer", ["exporter", "importer"]),
        (("importer", "exporter"), ["importer", "exporter"]),
        ({"importer", "exporter"}, ["exporter", "importer"]),
        (["exporter", "exporter"], ["exporter"]),
    ],
)
def test_clusters_are_named_in_several_ways(cluster: Any, names: list[str]):
    made = design("trade ~ x | exporter + importer", SQUARE, cluster=cluster)
    assert [one.name for one in made.clusters] == names


def test_a_cluster_for_each_row_is_said():
    made = design("trade ~ x | exporter + importer", SQUARE, cluster="exporter^importer")
    assert made.notes == ("clusters: exporter^importer, one for each row, which is the same as robust errors",)


@pytest.mark.parametrize(
    ("changed", "options", "said"),
    [
        ({"x": [1e200] * 7}, {}, "'x' holds 1e.200, with which nothing can be computed"),
        ({"trade": [1e-200] * 7}, {}, "'trade' holds 1e-200"),
        ({"x": [700.0] * 7}, {"formula": "trade ~ exp(x) | exporter"}, r"'exp\(x\)' holds 1.01423e.304"),
        ({"x": [700.0] * 7}, {"formula": "trade ~ I(x**50) | exporter"}, r"'I\(x\*\*50\)' holds"),
        ({"x": [1990] * 7}, {"offset": "x"}, r"x runs from 1990 to 1990, and 100 is the most.*offset='log\(x\)'"),
        ({}, {"weights": np.ones(7)}, "A column is named by a text, such as 'population', not by a ndarray"),
        ({}, {"cluster": np.array(["a", "b"] * 3 + ["a"])}, "such as 'pair' or .*, not by ndarray"),
        ({}, {"cluster": {"CRV1": "exporter"}}, "not by {'CRV1': 'exporter'}"),
    ],
)
def test_numbers_and_settings_that_cannot_be_meant(changed: dict[str, Any], options: dict[str, Any], said: str):
    asked = {"formula": "trade ~ x | exporter", **options}
    with pytest.raises(DataError, match=said):
        design(asked.pop("formula"), {**SQUARE, **changed}, **asked)


def test_numbers_of_any_usual_unit_are_taken():
    for unit in (1e-12, 1e15):
        made = design("trade ~ x | exporter", {**SQUARE, "trade": [unit * one for one in SQUARE["trade"]]})
        assert made.y[3] == unit * 4.0


def test_rows_of_a_pair_and_period_that_stand_twice_are_counted():
    rows = {name: [*values, values[1], values[1]] for name, values in PANEL.items()}
    assert design(TWO_WAY, rows).notes == ("2 rows repeat exporter, importer, year of another row, e.g. A, B, 1990",)
    assert design("trade ~ rta | exporter", rows).notes == ()  # the pair is not known
    assert design("trade ~ rta | exporter + importer", rows).notes == ()  # nor the period, though the table has one
    rows["product"] = ["a", "a", "a", "a", "b", "c"]
    assert design(TWO_WAY, rows).notes == ()  # nor the product
    by_product = "trade ~ rta | exporter^product^year + importer^year"
    assert design(by_product, rows).notes == ()
    rows["product"][5] = "b"
    assert design(by_product, rows).notes == (
        "1 row repeats exporter, importer, year, product of another row, e.g. A, B, 1990, b",
    )


def test_one_period_and_one_exporter_are_said():
    one = {name: values[1:2] + values[3:] for name, values in PANEL.items()}
    assert design("trade ~ dist | exporter^year", one).notes == ("'exporter' has a single value, 'A'",)
    one["year"] = [1990, 1990]
    assert design("trade ~ dist | importer + year", one).notes == (
        "'importer' has a single value, 'B'",
        "'year' has a single value, 1990",
    )


def test_plain_formulas_load_nothing_slow(tmp_path: Path):
    pq.write_table(pa.table(PANEL), tmp_path / "panel.parquet")
    formula = f"{TWO_WAY} + pair"
    code = (
        "import sys; from hansa.gravity.design import design\n"
        f"design({formula!r}, {str(tmp_path / 'panel.parquet')!r})\n"
        "assert not {'formulaic', 'pandas'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_the_panel_of_the_advanced_guide(hansa_data: Path):
    panel = pl.read_parquet(hansa_data / "agtpa" / "panel_1986_2006.parquet")
    every_fourth = panel.filter(pl.col("year").is_in(range(1986, 2007, 4)))
    made = design("trade ~ rta | exporter^year + importer^year + pair_id", every_fourth, cluster="pair_id")
    assert (made.given, made.y.size) == (28_566, 28_566)  # 69 countries, 6 years
    assert [effect.levels.count for effect in made.effects] == [69 * 6, 69 * 6, 69 * 70 // 2]
    assert made.clusters[0].levels.count == 69 * 70 // 2
    assert made.notes == ()
