"""The public tables of HANSA's test data, read to the numbers printed beside them."""

from __future__ import annotations

from pathlib import Path

import pytest

from hansa.trade.readers import read_baci, read_comtrade, read_flat

MAPS = Path(__file__).parents[3] / "samples" / "column_maps"


def _million(flows, **where) -> dict[str, float]:
    return {row["period"]: row["value"] / 1e6 for row in flows.where(**where).totals("period").to_pylist()}


def test_eu_imports_of_wood(hansa_data):
    """Printed: imports from BLR, RUS, KAZ in million USD."""
    flows = read_comtrade(hansa_data / "comtrade_eu_wood" / "eu27_imports_2018_2022.parquet")
    printed = {"BLR": [1230, 1167, 1322, 2030, 897], "RUS": [3380, 3061, 3191, 4708, 2201]}
    for origin, values in printed.items():
        assert [round(_million(flows, origin=origin)[str(year)]) for year in range(2018, 2023)] == values
    kazakhstan = _million(flows, origin="KAZ")
    assert [round(kazakhstan[str(year)], 1) for year in range(2018, 2023)] == [4.0, 0.2, 0.2, 0.9, 28.8]
    assert (flows.told_by, flows.valuation, flows.unit.currency) == ("destination", "CIF", "USD")
    assert any("several levels" in note and "none inside another" in note for note in flows.notes)
    assert not flows.problems()


def test_eu_imports_of_wood_from_the_world(hansa_data):
    flows = read_comtrade(hansa_data / "comtrade_eu_wood" / "eu27_imports_world_totals.parquet")
    assert [row["origin"] for row in flows.totals("origin").to_pylist()] == ["WLD"]
    assert "all rows are totals for the whole world (WLD), not for single partners" in flows.notes


def test_all_columns_of_comtrade(hansa_data):
    path = hansa_data / "comtrade_eu_wood" / "thailand_shrimp_2007_2011_full_columns.parquet"
    flows = read_comtrade(path)
    assert (flows.told_by, flows.classification) == ("both", "HS07")
    assert {row["told_by"] + row["valuation"] for row in flows.to_arrow().to_pylist()} == {
        "originFOB",
        "destinationCIF",
    }
    assert any("RM (15 rows)" in note for note in flows.notes)
    assert not flows.problems()


def test_fish_told_by_both_sides(hansa_data):
    """Printed: 36,833 pair-years told by both, 27,937 by the exporter only, 33,942 by the importer only."""
    flows = read_comtrade(hansa_data / "comtrade_fish" / "annual_by_pair_hs6_2000_2024.parquet")
    pairs = {"origin": set(), "destination": set()}
    for row in flows.totals("period", "origin", "destination", "told_by").to_pylist():
        if row["value"] > 0 and row["origin"] != row["destination"]:
            pairs[row["told_by"]].add((row["period"], row["origin"], row["destination"]))
    exporter, importer = pairs["origin"], pairs["destination"]
    found = len(exporter & importer), len(exporter - importer), len(importer - exporter)
    assert found == pytest.approx((36_833, 27_937, 33_942), rel=0.02)  # the printed counts treat areas nes otherwise
    assert any("Re-export (10,313 rows)" in note for note in flows.notes)


def test_baci(hansa_data):
    """Printed: 46,525,475.7 thousand USD in release 202201."""
    flows = read_baci(hansa_data / "baci_sample" / "baci_hs17_2020_exports_AFG_ZAF_v202201.parquet")
    exports = {row["origin"]: row["value"] for row in flows.totals("origin").to_pylist()}
    assert set(exports) == {"AFG", "ZAF"}
    assert sum(exports.values()) == pytest.approx(46_525_475.7e3, abs=50)
    assert (flows.classification, flows.told_by, flows.valuation) == ("HS17", "reconciled", "FOB")
    (source,) = flows.provenance.sources
    assert (source.producer, source.version, source.vintage) == ("CEPII", "202201", "2022-01-01")
    assert not flows.problems()


def test_exports_of_all_countries(hansa_data):
    """Printed: BLR to RUS 3.64, 6.09, 10.16, 15.06, 10.57 billion USD."""
    flows = read_flat(hansa_data / "wb_dta_trade_panel" / "trade_1964_2016.parquet", MAPS / "wb_dta_trade_panel.toml")
    exports = _million(flows, origin="BLR", destination="RUS")
    years = ("2000", "2004", "2008", "2012", "2016")
    assert [round(exports[year] / 1e3, 2) for year in years] == [3.64, 6.09, 10.16, 15.06, 10.57]
    assert flows.told_by == "origin"
    assert not flows.problems()


def _turnover(flows, period: str, partner: str) -> float:
    rows = flows.where(period=period).to_arrow().to_pylist()
    return sum(row["value"] for row in rows if partner in (row["origin"], row["destination"]))


def test_russian_customs_by_year(hansa_data):
    """Printed: turnover with Belarus 28.64 bn USD in 2020, 38.77 in 2021, growth 35.4 %."""
    flows = read_flat(hansa_data / "russia_fts" / "annual_cis_1994_2021.parquet", MAPS / "russia_fts_annual.toml")
    before, after = _turnover(flows, "2020", "BLR"), _turnover(flows, "2021", "BLR")
    assert (round(before / 1e9, 2), round(after / 1e9, 2)) == (28.64, 38.77)
    assert round((after / before - 1) * 100, 1) == 35.4
    told = {(row["told_by"], row["origin"] == "RUS") for row in flows.to_arrow().to_pylist()}
    assert told == {("origin", True), ("destination", False)}
    assert "left out, partner is WLD, CIS, NON_CIS: 168 of 504 rows" in flows.notes


def test_russian_customs_by_month(hansa_data):
    flows = read_flat(
        hansa_data / "russia_fts" / "monthly_by_country_2006_2021.parquet", MAPS / "russia_fts_monthly.toml"
    )
    year = sum(_turnover(flows, f"2021-{month:02d}", "BLR") for month in range(1, 13))
    assert round(year / 1e9, 2) == 38.77
    assert not flows.problems()


def test_russian_customs_by_chapter_and_continent(hansa_data):
    """Printed: exports to Europe 265.629 bn USD in 2022, 84.933 in 2023."""
    flows = read_flat(
        hansa_data / "russia_fts" / "by_continent_2022_2023_busd.csv", MAPS / "russia_fts_continents.toml"
    )
    assert _million(flows, told_by="origin", destination="ЕВРОПА") == pytest.approx({"2022": 265_629, "2023": 84_933})
    chapters = read_flat(hansa_data / "russia_fts" / "by_hs2_2021_2022_musd.parquet", MAPS / "russia_fts_chapters.toml")
    assert {row["destination"] for row in chapters.where(told_by="origin").to_arrow().to_pylist()} == {"WLD"}
    assert {row["period"] for row in chapters.to_arrow().to_pylist()} == {"2021", "2022"}


def test_trade_between_regions_of_finland(hansa_data):
    """Printed: EUR 357,270.66 mn in all; 0.76816 inside regions; Uusimaa to Kymenlaakso 4,023.87."""
    flows = read_flat(hansa_data / "finland_alta" / "trade_od_2014.parquet", MAPS / "finland_alta.toml")
    rows = flows.totals("origin", "destination").to_pylist()
    total = sum(row["value"] for row in rows)
    inside = sum(row["value"] for row in rows if row["origin"] == row["destination"])
    pair = next(row["value"] for row in rows if (row["origin"], row["destination"]) == ("Uusimaa", "Kymenlaakso"))
    assert round(total / 1e6, 2) == 357_270.66
    assert round(inside / total, 5) == 0.76816
    assert round(pair / 1e6, 2) == 4_023.87
    assert (flows.unit.currency, len({row["origin"] for row in rows})) == ("EUR", 19)
    assert "left out, source is not dom: 10,830 of 21,660 rows" in flows.notes


def test_distances_between_regions_of_finland(hansa_data):
    distances = read_flat(hansa_data / "finland_alta" / "distance.csv", MAPS / "finland_distance.toml")
    found = distances.lookup("region", "partner")
    assert len(found) == 19 * 19
    assert found["Uusimaa", "Kymenlaakso"] == found["Kymenlaakso", "Uusimaa"] == 1.6406555


def test_products_of_the_world(hansa_data):
    flows = read_flat(hansa_data / "complexity" / "world_trade_avg_1998_2000_sitc4.parquet", MAPS / "complexity.toml")
    table = flows.totals("origin", "product")
    assert (table.num_rows, len(set(table["origin"].to_pylist())), len(set(table["product"].to_pylist()))) == (
        124_336,
        226,
        785,
    )
    incomes = read_flat(hansa_data / "complexity" / "world_gdp_pc_avg_1998_2000.parquet", MAPS / "complexity_gdp.toml")
    assert incomes.lookup("region")["ago"] == 1540.0
