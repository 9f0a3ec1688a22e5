"""BACI as published: zip, folder, single table."""

from __future__ import annotations

import shutil
import zipfile
from pathlib import Path

import pytest

from hansa.errors import DataError, UnknownCode
from hansa.trade.readers import read_baci

SAMPLE = Path(__file__).parents[3] / "samples" / "baci"


@pytest.fixture
def zipped(tmp_path):
    path = tmp_path / "BACI_HS17_V202301.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for table in SAMPLE.glob("*.csv"):
            archive.write(table, table.name)
    return path


@pytest.mark.parametrize("form", ["zip", "folder"])
def test_all_years(zipped, form):
    flows = read_baci(zipped if form == "zip" else SAMPLE)
    rows = {(r["period"], r["origin"], r["destination"], r["product"]): r for r in flows.to_arrow().to_pylist()}
    assert len(rows) == 6
    horses = rows["2020", "BLR", "RUS", "010121"]
    assert (horses["value"], horses["quantity"]) == (12_345.0, 1_500.0)  # 12.345 thousand USD, 1.5 t
    assert rows["2020", "RUS", "BLR", "270900"]["quantity"] is None
    assert rows["2021", "RUS", "BLR", "270900"]["value"] == 3_000_000.0
    assert (flows.classification, flows.told_by, flows.valuation, str(flows.unit)) == (
        "HS17",
        "reconciled",
        "FOB",
        "USD, current prices",
    )
    assert [step.name for step in flows.provenance.steps] == ["unit", "quantity"]


def test_release_and_source(zipped):
    (source,) = read_baci(zipped).provenance.sources
    assert (source.producer, source.title, source.version, source.vintage) == (
        "CEPII",
        "BACI HS17",
        "202301",
        "2023-01-01",
    )
    assert len(source.checksum) == 64


def test_codes_of_one_letter_code_stay_apart(zipped):
    """58 is Belgium-Luxembourg and 56 Belgium, though the table gives BEL for both; 490 has no letters there."""
    codes = {row["origin"] for row in read_baci(zipped).to_arrow().to_pylist()}
    assert codes == {"BLR", "RUS", "BLX", "TWN"}


def test_some_years(zipped):
    assert {row["period"] for row in read_baci(zipped, periods=[2021]).to_arrow().to_pylist()} == {"2021"}
    with pytest.raises(DataError, match=r"no table of BACI flows here for 1990"):
        read_baci(zipped, periods=[1990])


def test_a_single_table_without_its_code_tables(tmp_path):
    shutil.copy(SAMPLE / "BACI_HS17_Y2021_V202301.csv", tmp_path)
    flows = read_baci(tmp_path / "BACI_HS17_Y2021_V202301.csv")
    assert {row["origin"] for row in flows.to_arrow().to_pylist()} == {"BLR", "RUS"}


def test_a_product_that_its_table_does_not_hold(tmp_path):
    for table in SAMPLE.glob("*.csv"):
        shutil.copy(table, tmp_path)
    with (tmp_path / "BACI_HS17_Y2021_V202301.csv").open("a") as out:
        out.write("2021,112,643,270901,1,1\n")
    with pytest.raises(
        UnknownCode, match=r"Y2021_V202301.csv, line 4, column 'k': '270901' .* Nearest known: '270900'"
    ):
        read_baci(tmp_path)


def test_a_country_that_its_table_does_not_hold(tmp_path):
    for table in SAMPLE.glob("*.csv"):
        shutil.copy(table, tmp_path)
    with (tmp_path / "BACI_HS17_Y2021_V202301.csv").open("a") as out:
        out.write("2021,112,5,270900,1,1\n")
    with pytest.raises(UnknownCode, match=r"line 4, column 'j': '5'"):
        read_baci(tmp_path)


def test_a_damaged_zip(zipped):
    whole = zipped.read_bytes()
    zipped.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(DataError, match="no zip archive, or one that was cut short"):
        read_baci(zipped)


def test_a_zip_whose_table_is_damaged(zipped):
    data = bytearray(zipped.read_bytes())
    data[60:80] = bytes(20)
    zipped.write_bytes(data)
    with pytest.raises(DataError, match="damaged"):
        read_baci(zipped)


def test_no_tables(tmp_path):
    with pytest.raises(DataError, match="no table of BACI flows"):
        read_baci(tmp_path)
    with pytest.raises(DataError, match="no such file or folder"):
        read_baci(tmp_path / "absent")


def test_a_table_of_countries_in_another_layout(tmp_path):
    shutil.copy(SAMPLE / "BACI_HS17_Y2021_V202301.csv", tmp_path)
    (tmp_path / "country_codes_V202301.csv").write_text("a,b\n1,2\n")
    with pytest.raises(DataError, match="needs country_code and country_iso3"):
        read_baci(tmp_path)
