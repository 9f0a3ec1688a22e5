"""Layouts known from documentation: Comext, customs by province, SDMX."""

from __future__ import annotations

from pathlib import Path

import pytest

from hansa.errors import DataError, UnknownCode
from hansa.trade.readers import read_comext, read_customs, read_sdmx

SAMPLES = Path(__file__).parents[3] / "samples"
OLD = (
    "DECLARANT,DECLARANT_ISO,PARTNER,PARTNER_ISO,TRADE_TYPE,PRODUCT_NC,FLOW,STAT_REGIME,PERIOD,VALUE_IN_EUROS,"
    "QUANTITY_IN_KG\n"
)


def rows(flows):
    return {
        (r["period"], r["origin"], r["destination"], r["product"]): r["value"] for r in flows.to_arrow().to_pylist()
    }


def test_comext():
    flows = read_comext(SAMPLES / "comext" / "full_v2_202352.csv")
    assert rows(flows) == {
        ("2023", "DEU", "BLR", "870323"): 157.0,
        ("2023", "BLR", "DEU", "440711"): 30.0,
        ("2023", "SRB", "GRC", "99RRR100"): 4.0,
    }
    assert (flows.unit.currency, flows.classification, flows.told_by) == ("EUR", "HS22", "both")
    assert "left out, totals over products: 1 row" in flows.notes
    assert "product codes of more than six digits are cut to HS6: 3" in flows.notes


def test_comext_in_its_older_form(tmp_path):
    path = tmp_path / "full201601.dat"
    path.write_text(
        f"{OLD}004,DE,0073,BY,E,87032319,2,1,201601,100,10\n004,DE,0073,BY,E,87032319,2,4,201601,100,10\n"
        "004,DE,0073,BY,E,87032319,2,1,201702,1,1\n"
    )
    flows = read_comext(path)
    assert rows(flows) == {("2016-01", "DEU", "BLR", "870323"): 100.0, ("2017-02", "DEU", "BLR", "870323"): 1.0}
    assert "left out, totals over statistical procedures: 1 row" in flows.notes
    assert "the years lie in several editions of the Harmonized System" in flows.notes
    assert flows.classification == "HS"


def test_comext_without_a_column(tmp_path):
    path = tmp_path / "my.csv"
    path.write_text("REPORTER,PARTNER\nDE,BY\n")
    with pytest.raises(DataError, match="A Comext file needs FLOW"):
        read_comext(path)


def test_customs_of_a_country():
    flows = read_customs(SAMPLES / "customs" / "DATTSVT.csv")
    assert rows(flows) == {
        ("2020-01", "BLR", "RUS", "040690"): 1010.5,
        ("2020-01", "RUS", "BLR", "271012"): 5000.0,
        ("2020-02", "RUS", "BLR", "271012"): 7000.0,
    }
    assert "as reported by RUS" in flows.notes
    assert "value is written with decimal ','" in flows.notes


def test_customs_of_its_provinces():
    flows = read_customs(SAMPLES / "customs" / "DATTSVT.csv", by_region=True)
    assert rows(flows) == {
        ("2020-01", "BLR", "RU-BA", "040690"): 1010.5,
        ("2020-01", "RU-BA", "BLR", "271012"): 5000.0,
        ("2020-02", "RU-MOW", "BLR", "271012"): 7000.0,
    }


def test_customs_of_a_province_that_nobody_knows(tmp_path):
    path = tmp_path / "my.csv"
    path.write_text(
        (SAMPLES / "customs" / "DATTSVT.csv").read_text().replace("Республика Башкортостан", "Неведомый край")
    )
    with pytest.raises(UnknownCode, match="province.*places="):
        read_customs(path, by_region=True)
    places = {"80000 - Неведомый край": "RU-BA"}
    assert ("2020-01", "BLR", "RU-BA", "040690") in rows(read_customs(path, by_region=True, places=places))
    path.write_text("NAPR\tPERIOD\nИМ\t01/2020\n")
    with pytest.raises(DataError, match="A customs table needs STRANA or COUNTRY"):
        read_customs(path)


@pytest.mark.parametrize("form", ["xml", "csv"])
def test_sdmx(form):
    pytest.importorskip("sdmx") if form == "xml" else None
    flows = read_sdmx(SAMPLES / "sdmx" / f"trade.{form}", SAMPLES / "sdmx" / "map.toml")
    found = {
        (r["period"], r["origin"], r["destination"], r["told_by"]): r["value"] for r in flows.to_arrow().to_pylist()
    }
    assert found["2022", "BLR", "RUS", "origin"] == 22.5e9
    assert found["2022", "RUS", "BLR", "destination"] == 21e9
    assert "values are multiplied by ten to the power of UNIT_MULT (6, 9)" in flows.notes


def test_sdmx_that_is_none(tmp_path):
    pytest.importorskip("sdmx")
    path = tmp_path / "my.xml"
    path.write_text("<html></html>")
    with pytest.raises(DataError, match="no SDMX message"):
        read_sdmx(path, SAMPLES / "sdmx" / "map.toml")
    with pytest.raises(DataError, match="no such file"):
        read_sdmx(tmp_path / "absent.xml", SAMPLES / "sdmx" / "map.toml")
