"""Codes and names: ISO, those of providers, and what is no place."""

import csv
import subprocess
import sys
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from hansa.errors import DataError, UnknownCode
from hansa.regions import (
    continent,
    countries,
    country_of,
    find,
    iso,
    kind_of,
    name,
    provider_note,
    subdivisions,
)


def test_every_iso_country_by_every_code_and_name():
    import pycountry

    assert len(list(pycountry.countries)) == 249
    for country in pycountry.countries:
        texts = {country.alpha_3, country.alpha_2, country.alpha_2.lower(), country.name, country.name.upper()}
        assert {find(text).code for text in texts} == {country.alpha_3}
        if country.alpha_3 != "MCO":  # UN Comtrade uses its number for something else
            assert find(country.numeric).code == find(int(country.numeric)).code == country.alpha_3
        assert find(find(country.alpha_3).name_ru).code == country.alpha_3


def test_every_iso_subdivision_has_a_point_and_lies_in_a_country():
    import pycountry

    alpha_3 = {country.alpha_2: country.alpha_3 for country in pycountry.countries}
    assert len(subdivisions()) == len(list(pycountry.subdivisions))
    for region in subdivisions():
        assert region.lat is not None
        assert region.lon is not None
        assert country_of(region.code) == alpha_3[region.code[:2]]


@pytest.mark.parametrize("country", ["BLR", "KAZ", "RUS"])
def test_russian_names_of_all_subdivisions(country):
    inside = iso().inside(country)
    assert len(inside) == {"BLR": 7, "KAZ": 20, "RUS": 83}[country]
    assert all(any("а" <= letter <= "я" for letter in region.name_ru) for region in inside)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Russia", "RUS"), ("россия", "RUS"), ("США", "USA"), ("Cote d'Ivoire", "CIV"), ("Кот-д'Ивуар", "CIV"),
        ("Viet Nam", "VNM"),
        ("Czech Republic", "CZE"), ("Rep. of Korea", "KOR"), ("Bosnia Herzegovina", "BIH"), ("EL", "GRC"),
        ("UK", "GBR"),
        ("4", "AFG"), (4, "AFG"), ("699", "IND"), ("842", "USA"), ("251", "FRA"), ("579", "NOR"), ("757", "CHE"),
        ("381", "ITA"),
        ("490", "TWN"), ("S19", "TWN"), ("ROM", "ROU"), ("ZAR", "COD"), ("TMP", "TLS"), ("BUR", "MMR"),
        ("SUN", "SUN"), ("810", "SUN"),
        ("890", "YUG"), ("891", "SCG"), ("58", "BLX"), ("736", "SDF"), ("XK", "XKX"), ("Georgia", "GEO"),
        ("US-GA", "US-GA"),
        ("gb-nir", "GB-NIR"), ("Gomel Region", "BY-HO"), ("Республика Башкортостан", "RU-BA"), (" BLR ", "BLR"),
    ],
)  # fmt: skip
def test_find(text, code):
    assert find(text).code == code


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("0", "world"), (0, "world"), ("000", "world"), ("W00", "world"), ("WLD", "world"), ("World", "world"),
        ("Весь мир", "world"),
        ("_X ", "not specified"), ("X1 ", "not specified"), ("XX ", "not specified"), ("A79", "not specified"),
        ("F19", "not specified"),
        ("E19", "not specified"), ("899", "not specified"), ("Areas, nes", "not specified"),
        ("Oceania, nes", "not specified"),
        ("837", "not specified"), ("Bunkers", "not specified"), ("697", "not specified"), ("QV", "not specified"),
        ("UNS", "not specified"),
        ("492", "not specified"), ("BLR", "country"), ("643", "country"), ("SUN", "country"),
        ("Other Asia, nes", "country"),
        ("BY-HM", "subdivision"), ("EAEU", "bloc"), ("EU27_2020", "bloc"), ("97", "bloc"), ("711", "bloc"),
        ("ЕАЭС", "bloc"),
        ("?", None), ("BLX1", None), ("", None), ("XY-ZZ", None),
    ],
)  # fmt: skip
def test_kind_of(code, kind):
    assert kind_of(code) == kind


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("Germny", "'Germny' is no known region. Nearest known: 'Germany'"),
        ("RU-BX", "'RU-BX' is no known region. Nearest known: 'RU-KB', 'RU-BU', 'RU-BA'"),
        ("W00", "It stands for the world; leave out its rows, they count everything twice."),
        ("X1 ", "It stands for 'Bunkers'; drop its rows with a note, or reallocate them."),
        ("EAEU", "It is a bloc \\(Eurasian Economic Union\\); take its members on a date with members_on\\(\\)."),
        ("492", "'492' is no known single region. It is Monaco in ISO 3166-1 and .*; write MCO."),
        ("Limburg", "It may mean BE-VLI \\(Limburg\\) or NL-LI \\(Limburg\\); write the code."),
    ],
)
def test_what_is_not_found_says_why(text, message):
    with pytest.raises(UnknownCode, match=message):
        find(text)


def test_names():
    assert name("BLR") == "Belarus"
    assert name("RU-BA", "ru") == "Республика Башкортостан"
    assert name("EAEU", "ru") == "Евразийский экономический союз"
    assert name("F19") == "Other Africa, not elsewhere specified"
    assert name("IRN") == "Iran"
    with pytest.raises(DataError, match="no names of regions in 'de'"):
        name("BLR", "de")


def test_no_two_countries_share_a_name_or_an_alias():
    for region in countries():
        for text in (region.name, region.name_ru, *region.aliases):
            assert countries().matches(text) == (region,), (text, region.code)


def test_continents_and_provider_notes():
    assert [continent(code) for code in ("BLR", "KAZ", "BRA", "RU-BA", "SUN")] == [
        "Europe",
        "Asia",
        "Americas",
        "Europe",
        None,
    ]
    assert provider_note("757") == "Switzerland with Liechtenstein"
    assert provider_note("BLR") is None


def test_codes_of_the_published_baci_table(hansa_data: Path):
    """Every line of CEPII's country table, by number and by both names."""
    table = pq.read_table(hansa_data / "baci_sample" / "country_codes_v202201.parquet").to_pylist()
    # BACI gives former units the code of a successor; here they stay what they were.
    former = {58: "BLX", 280: "FRG", 736: "SDF", 490: "TWN", 849: "UMI"}
    for row in table:
        number = row["country_code"]
        if number in (697, 711):
            assert kind_of(number) in ("not specified", "bloc")
            continue
        code = former.get(number, row["iso_3digit_alpha"])
        assert find(number).code == code
        for text in (row["country_name_abbreviation"], row["country_name_full"]):
            assert find(text).code == code, text


def test_partners_of_a_comtrade_table(hansa_data: Path):
    for row in csv.DictReader(
        (hansa_data / "comtrade_eu_wood" / "partners.csv").read_text(encoding="utf-8").splitlines()
    ):
        kind = kind_of(row["partner_iso"])
        assert kind == kind_of(row["partner_desc"])
        assert kind in ("country", "not specified")
        if kind == "country":
            assert find(row["partner_iso"]) == find(row["partner_desc"])


@pytest.mark.parametrize(
    ("file", "column"),
    [
        ("comtrade_fish/annual_by_pair_hs6_2000_2024.parquet", "reporter_iso"),
        ("comtrade_fish/annual_by_pair_hs6_2000_2024.parquet", "partner_iso"),
        ("comtrade_eu_wood/eu27_imports_2018_2022.parquet", "partner_iso"),
        ("wb_dta_trade_panel/trade_1964_2016.parquet", "exporter"),
        ("wb_dta_trade_panel/trade_1964_2016.parquet", "importer"),
        ("complexity/world_trade_avg_1998_2000_sitc4.parquet", "country"),
    ],
)
def test_every_code_of_real_tables_is_known(hansa_data: Path, file, column):
    codes = pq.read_table(hansa_data / file, columns=[column])[column].unique().to_pylist()
    assert {code for code in codes if code is not None and kind_of(code) is None} == set()


def test_loading_is_light_and_late():
    heavy = "numpy", "pandas", "pyarrow", "duckdb", "narwhals", "pycountry"
    code = f"import hansa.regions, hansa.products, sys; print([m for m in {heavy} if m in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"
