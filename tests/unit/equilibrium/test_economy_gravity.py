"""An economy from a gravity fit and from estimates: the Advanced Guide's trade without borders, and every message."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import hansa
from hansa.equilibrium.economy import Economy
from hansa.errors import DataError, NotIdentified, UnknownCode

PAIRS = {
    "origin": list("AABB"),
    "destination": list("ABAB"),
    "border": [0, 1, 1, 0],
    "Y": [90.0, 90.0, 60.0, 60.0],
    "E": [80.0, 70.0, 80.0, 70.0],
}
COSTS = {"ln_DIST": -0.7912879, "CNTG": 0.6736456, "INTL_BRDR": -2.47445}  # Yotov et al. 2016, chapter 2


def test_a_fit_and_its_printed_estimates_are_one_economy(hansa_data):
    """PPML with effects of both sides gives each region its output and expenditure (Fally 2015)."""
    table = pq.read_table(hansa_data / "agtpa" / "ch2_trade_without_borders_2006.parquet")
    stated = Economy.from_estimates(table, COSTS, elasticity=6.0)
    fit = hansa.ppml("trade ~ ln_DIST + CNTG + INTL_BRDR | exporter + importer", table)
    fitted = Economy.from_gravity(fit, elasticity=6.0)
    assert len(stated.regions) == 69
    for economy in (stated, fitted):
        for figures, name, side in ((economy.output[0], "Y", "exporter"), (economy.spending[0], "E", "importer")):
            known = dict(zip(table[side].to_pylist(), table[name].to_pylist(), strict=True))
            np.testing.assert_allclose(figures, [known[code] for code in economy.regions], rtol=1e-7)
    np.testing.assert_allclose(fitted.flow, stated.flow, rtol=2e-6)  # seven printed digits


def test_trade_costs_are_those_of_the_estimates():
    """Odds of trade: x_AB x_BA / (x_AA x_BB) = exp(2 b) whatever output and expenditure are."""
    e = Economy.from_estimates(PAIRS, {"border": -2.0}, elasticity=6.0, reference="A")
    x = e.flow[0]
    np.testing.assert_allclose(x[0, 1] * x[1, 0] / (x[0, 0] * x[1, 1]), np.exp(-4), rtol=1e-10)
    np.testing.assert_allclose(x.sum(axis=1), [90, 60], rtol=1e-12)
    np.testing.assert_allclose(x.sum(axis=0), [80, 70], rtol=1e-10)
    assert "reference region: A" in e.notes
    assert e.elasticity.tolist() == [6.0]


def test_a_period_of_a_fit_of_several():
    rng = np.random.default_rng(3)
    codes = ["A", "B", "C", "D"]
    rows = [(a, b, year) for year in (2020, 2021) for a in codes for b in codes]
    trade = {
        "exporter": [row[0] for row in rows],
        "importer": [row[1] for row in rows],
        "year": [row[2] for row in rows],
        "home": [row[0] == row[1] for row in rows],
        "trade": rng.uniform(1, 9, len(rows)),
    }
    fit = hansa.ppml("trade ~ home | exporter^year + importer^year", trade)
    with pytest.raises(DataError, match=r"The fit has 2 periods \(2020 to 2021\). Name one"):
        Economy.from_gravity(fit)
    e = Economy.from_gravity(fit, period=2021, elasticity=4.0)
    assert e.period == "2021"
    sold = {
        code: sum(v for row, v in zip(rows, trade["trade"], strict=True) if row[0] == code and row[2] == 2021)
        for code in codes
    }
    np.testing.assert_allclose(e.output[0], [sold[code] for code in codes], rtol=1e-7)
    with pytest.raises(UnknownCode, match="'2019' is no known period of the fit"):
        Economy.from_gravity(fit, period=2019)


def test_a_fit_without_effects_of_both_sides_or_without_home_sales_is_refused():
    pairs = [(a, b) for a in "ABCD" for b in "ABCD" if a != b]
    trade = {
        "exporter": [a for a, _ in pairs],
        "importer": [b for _, b in pairs],
        "rta": [1, 0, 0, 1, 1, 0, 0, 0, 0, 0, 1, 1],
        "trade": [7.0, 2.0, 5.0, 3.0, 1.0, 4.0, 2.0, 6.0, 1.0, 4.0, 8.0, 3.0],
    }
    with pytest.raises(NotIdentified, match="An economy comes from PPML with effects of exporters and of importers"):
        Economy.from_gravity(hansa.ppml("trade ~ rta", trade))
    with pytest.raises(DataError, match="4 of 4 regions have no home sales"):
        Economy.from_gravity(hansa.ppml("trade ~ rta | exporter + importer", trade))


@pytest.mark.parametrize(
    ("rows", "coefficients", "settings", "message"),
    [
        (PAIRS, {}, {}, "coefficients= says the coefficient of each column"),
        (PAIRS, {"dist": -1.0}, {}, "There is no column 'dist'"),
        (PAIRS | {"border": ["a"] * 4}, {"border": -1.0}, {}, "The values of column 'border' hold string, not numbers"),
        (PAIRS | {"border": [0.0, np.nan, 1.0, 0.0]}, {"border": -1.0}, {}, "'border' has 1 cells without a number"),
        (PAIRS | {"Y": [90.0, 91.0, 60.0, 60.0]}, {"border": -1.0}, {}, "Column 'Y' has several values for 'A'"),
        (PAIRS | {"E": [0.0, 150.0, 0.0, 150.0]}, {"border": -1.0}, {}, "Column 'E' is not above zero for 'A'"),
        (PAIRS | {"E": [80.0, 90.0, 80.0, 90.0]}, {"border": -1.0}, {}, r"'E' sums to \+13\.33% of 'Y'"),
        ({name: cells[:3] for name, cells in PAIRS.items()}, {"border": -1.0}, {}, r"1 of 4 .* B to B \(0 rows\)"),
        (PAIRS, {"border": -1.0}, {"reference": "Z"}, "'Z' is no known region"),
        (PAIRS, {"border": -1.0}, {"elasticity": 0.0}, "must be above zero"),
    ],
)  # fmt: skip
def test_bad_estimates(rows, coefficients, settings, message):
    with pytest.raises(DataError, match=message):
        Economy.from_estimates(pa.table(rows), coefficients, **settings)
