"""The long layout read from files and frames; the table of Caliendo and Parro made an economy."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from hansa.equilibrium import caliendo_parro
from hansa.equilibrium.economy import Economy
from hansa.errors import DataError
from hansa.production import read_long

SAMPLE = Path(__file__).parents[3] / "samples" / "io_long"
NAMES = {
    "trade": "trade",
    "intermediate": "intermediate_consumption",
    "final": "final_consumption",
    "value_added": "value_added",
}


def test_a_folder_of_csv_files():
    table = read_long(SAMPLE, period="2020")
    assert table.regions == ("A", "B")
    assert table.sectors == ("goods", "services")
    assert table.trade.tolist() == [[[70, 30], [20, 80]], [[100, 0], [0, 60]]]
    assert table.intermediate[:, :, 0].tolist() == [[30, 10], [20, 30]]
    assert table.deficit.tolist() == [-10, 10]
    assert table.elasticity.tolist() == [4, 6]
    assert table.tariff[0].tolist() == [[0, 0.1], [0, 0]]
    assert all((np.abs(gap) < 1e-12).all() for gap in table.gaps().values())
    assert table.notes == ("deficits are imports less exports of the trade table",)


def test_frames_and_parquet_give_the_same(tmp_path):
    frames = {name: pd.read_csv(SAMPLE / f"{stem}.csv") for name, stem in NAMES.items()}
    table = read_long(frames, tariff="none")
    assert table.tariff is None
    assert "the trade table has no column 'none': there are no tariffs" in table.notes
    for name, frame in frames.items():
        frame.to_parquet(tmp_path / f"{NAMES[name]}.parquet")
    np.testing.assert_array_equal(read_long(tmp_path).trade, table.trade)


def test_codes_keep_their_zeros_and_numbers_become_text(tmp_path):
    for file in SAMPLE.glob("*.csv"):
        (tmp_path / file.name).write_text(file.read_text().replace("goods", "01").replace("services", "02"))
    table = read_long(tmp_path)
    assert table.sectors == ("01", "02")
    frames = {name: pd.read_csv(tmp_path / f"{stem}.csv") for name, stem in NAMES.items()}
    assert read_long(frames).sectors == ("1", "2")


def test_a_balanced_table_is_an_economy_as_it_is():
    e = Economy.from_table(read_long(SAMPLE))
    assert e.residual <= 1e-12
    assert e.elasticity.tolist() == [4.0, 6.0]
    assert e.wage_income.tolist() == [110.0, 80.0]
    np.testing.assert_allclose(e.inputs[:, 0, 0], [0.3, 0.2], rtol=1e-15)
    np.testing.assert_allclose(e.spending, [[90, 113], [100, 60]], rtol=1e-15)
    assert not any("not in balance" in note for note in e.notes)


def test_a_table_out_of_balance_is_settled_and_says_how_far_it_was():
    frames = {name: pd.read_csv(SAMPLE / f"{stem}.csv") for name, stem in NAMES.items()}
    frames["final"].loc[0, "value"] = 40.0
    e = Economy.from_table(read_long(frames), elasticity=4.0)
    assert e.residual <= 1e-9
    assert any("use and supply differ by 2.75% of supply in all, most for 'goods' in 'A': -11.1%" in n for n in e.notes)


def test_use_that_nobody_supplies_is_refused():
    frames = {name: pd.read_csv(SAMPLE / f"{stem}.csv") for name, stem in NAMES.items()}
    frames["trade"] = frames["trade"].query("not (sector == 'services' and importer == 'B')")
    with pytest.raises(DataError, match="1 cells of sector and region are used where nobody supplies them.*'services'"):
        Economy.from_table(read_long(frames), elasticity=4.0)


@pytest.mark.parametrize(
    ("break_it", "message"),
    [
        (lambda folder: (folder / "value_added.csv").unlink(), "there is no value_added in"),
        (
            lambda folder: (folder / "trade.csv").write_text("sector,exporter,value\ngoods,A,1\n"),
            "needs a column 'destination'",
        ),
        (
            lambda folder: (folder / "trade.csv").write_text("sector,exporter,importer,value\ngoods,A,C,1\n"),
            "The table of final has no rows of region 'C', which trade has",
        ),
        (
            lambda folder: (folder / "trade.csv").write_text("sector,exporter,importer,value\n" + "goods,A,B,1\n" * 2),
            "more than one row",
        ),
        (lambda folder: (folder / "theta.csv").write_text("sector,theta\ngoods,4\n"), "has no row for 1 of 2 cells"),
    ],
)
def test_bad_folders(tmp_path, break_it, message):
    folder = shutil.copytree(SAMPLE, tmp_path / "io")
    break_it(folder)
    with pytest.raises(DataError, match=message):
        read_long(folder)


def test_bad_sources(tmp_path):
    with pytest.raises(DataError, match="There is no such folder"):
        read_long(tmp_path / "none")
    with pytest.raises(DataError, match="'inputs' is no part of an input-output table"):
        read_long({"inputs": {}})


CALIENDO_PARRO = {  # their elasticities; 8.22 where they estimated none, and for cars and other transport equipment
    "Agriculture": 9.11,
    "Mining": 13.53,
    "Food": 2.62,
    "Textile": 8.10,
    "Wood": 11.50,
    "Paper": 16.52,
    "Petroleum": 64.85,
    "Chemicals": 3.13,
    "Plastic": 1.67,
    "Minerals": 2.41,
    "Basic metals": 3.28,
    "Metal products": 6.99,
    "Machinery n.e.c": 1.45,
    "Office": 12.95,
    "Electrical": 12.91,
    "Communication": 3.95,
    "Medical": 8.71,
    "Auto": 8.22,
    "Other Transport": 8.22,
    "Other": 3.98,
    "Services": 8.22,
}


def test_caliendo_and_parro_1993(hansa_data):
    """Their base settled without deficits; the NAFTA tariffs then give the exact changes of the same equations."""
    folder = hansa_data / "cp2015"
    table = read_long(folder)
    assert len(table.regions) == 31
    assert len(table.sectors) == 40
    assert np.abs(table.gaps()["cost"]).sum() / table.trade.sum() < 1e-7
    assert {
        name: value for name, value in zip(table.sectors, table.elasticity, strict=True) if name in CALIENDO_PARRO
    } == {name: value for name, value in CALIENDO_PARRO.items() if name != "Services"}
    rest = [value for name, value in zip(table.sectors, table.elasticity, strict=True) if name not in CALIENDO_PARRO]
    assert set(rest) == {CALIENDO_PARRO["Services"]}
    e = Economy.from_table(table, deficit="zero")
    assert "1 input(s) are negative (by-products) and kept as the table has them" in e.notes
    assert e.residual <= 1e-9
    assert any("the table is not in balance (use and supply differ by 3.69% of supply" in note for note in e.notes)
    trade = pq.read_table(folder / "trade.parquet").select(["sector", "exporter", "importer", "tariff_cfl"])
    after = read_long({**{n: folder / f"{s}.parquet" for n, s in NAMES.items()}}, tariff="tariff_cfl").tariff
    assert trade.num_rows == after.size
    model = caliendo_parro.Model(
        e.share, e.tariff, e.inputs, e.value_added, e.final, e.elasticity, e.wage_income, e.deficit, e.spending
    )
    new = caliendo_parro.solve(model, tariff=after)
    before = e.wage_income + (e.spending - e.flow.sum(axis=1)).sum(axis=0)
    real = 100 * (new.income / before / new.consumer_price_hat - 1)
    wage = 100 * (new.wage_hat / new.consumer_price_hat - 1)
    at = [e.regions.index(name) for name in ("Mexico", "Canada", "USA")]
    np.testing.assert_allclose(wage[at], [1.72, 0.32, 0.11], atol=0.005)  # Caliendo and Parro 2015, as published
    np.testing.assert_allclose(real[at], [0.007, -0.110, 0.074], atol=0.0005)
