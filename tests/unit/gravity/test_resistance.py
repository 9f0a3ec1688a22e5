"""Multilateral resistances: the law they obey, and what the Advanced Guide prints."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from hansa.errors import DataError, NotIdentified
from hansa.gravity import resistance
from hansa.gravity.fit import ols, ppml
from tests.unit.gravity.test_covariance import panel


def test_resistances_solve_the_system_of_anderson_and_van_wincoop():
    """sum_j tau_ij P_j^(sigma-1) E_j / Y = Pi_i^(1-sigma), and the same for importers, in each period."""
    data = panel(5, periods=2)
    fit = ppml("trade ~ rta + ln | exporter^year + importer^year", data, cluster="pair")
    found = fit.resistances(sigma=5.0, reference="E3").rows()
    tau = np.exp(sum(row["coefficient"] * np.array(data[row["term"]]) for row in fit.result.rows()))
    for year in (2000, 2001):
        rows = [row for row in found if row["year"] == year]
        region = [row["region"] for row in rows]
        outward, inward, income, spent = (
            np.array([row[name] for row in rows]) for name in ("outward_power", "inward_power", "income", "expenditure")
        )
        T = np.zeros((len(region), len(region)))
        for cost, i, j, when in zip(tau, data["exporter"], data["importer"], data["year"], strict=True):
            if when == year:
                T[region.index(i), region.index(j)] = cost
        Y = income.sum()
        np.testing.assert_allclose(T @ (spent / inward) / Y, outward, rtol=1e-6)
        np.testing.assert_allclose(T.T @ (income / outward) / Y, inward, rtol=1e-6)
        assert inward[region.index("E3")] == pytest.approx(1)
        np.testing.assert_allclose([row["inward_resistance"] for row in rows], inward ** (-1 / 4))


def test_resistances_of_the_advanced_guide(hansa_data: Path):
    """Trade without borders, 2006: OMR_BLN and IMR_BLN of the Guide's Stata output are powers, not divided by Y."""
    import pyarrow.parquet as pq

    table = pq.read_table(hansa_data / "agtpa" / "ch2_trade_without_borders_2006.parquet")
    names = {name.lower(): name for name in table.column_names}
    dist = np.log(table[names["dist"]].to_numpy())
    frame = {
        "exporter": table[names["exporter"]].to_pylist(),
        "importer": table[names["importer"]].to_pylist(),
        "trade": table[names["trade"]].to_pylist(),
        "ln_dist": dist,
        "cntg": table[names["cntg"]].to_pylist(),
    }
    frame["border"] = [float(i != j) for i, j in zip(frame["exporter"], frame["importer"], strict=True)]
    fit = ppml("trade ~ ln_dist + cntg + border | exporter + importer", frame)
    printed = {"ln_dist": -0.7912879, "cntg": 0.6736456, "border": -2.47445}
    for row in fit.result.rows():
        assert row["coefficient"] == pytest.approx(printed[row["term"]], abs=2e-6)
    found = {row["region"]: row for row in fit.resistances(sigma=7.0, reference="ZZZ").rows()}  # Germany
    Y = sum(row["income"] for row in found.values())
    with (hansa_data / "agtpa" / "reference" / "ge_trade_without_borders_2006_stata.csv").open() as file:
        for row in csv.DictReader(file):
            if row["country"] not in found:
                continue
            ours = found[row["country"]]
            assert ours["income"] == pytest.approx(float(row["Y_BLN"]), rel=1e-6)
            assert ours["outward_power"] * Y == pytest.approx(float(row["OMR_BLN"]), rel=2e-5)
            assert ours["inward_power"] == pytest.approx(float(row["IMR_BLN"]), rel=2e-5)


def test_without_domestic_sales_it_says_so():
    data = panel(6, periods=1)
    abroad = [i != j for i, j in zip(data["exporter"], data["importer"], strict=True)]
    foreign = {name: [x for x, keep in zip(cells, abroad, strict=True) if keep] for name, cells in data.items()}
    fit = ppml("trade ~ ln | exporter + importer", foreign)
    assert "no domestic sales" in fit.resistances().notes[-1]
    assert "no domestic sales" not in " ".join(ppml("trade ~ ln | exporter + importer", data).resistances().notes)


def test_pair_effects_are_trade_costs():
    fit = ppml("trade ~ rta | exporter^year + importer^year + pair", panel(7, periods=3))
    assert any("part of trade costs" in note for note in fit.resistances().notes)


def test_what_has_no_resistances():
    data = panel(6, periods=2)
    with pytest.raises(NotIdentified, match="exporters and of importers"):
        ppml("trade ~ ln", data).resistances()
    with pytest.raises(NotIdentified, match="come from PPML"):
        ols("flow ~ ln | exporter + importer", data).resistances()
    with pytest.raises(DataError, match="sigma must be above 1"):
        ppml("trade ~ ln | exporter + importer", data).resistances(sigma=1.0)
    with pytest.raises(DataError, match="above 1, not 0.5"):
        resistance.inward([0.0], [1.0], 1.0, sigma=0.5)
