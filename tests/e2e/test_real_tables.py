"""From real tables to figures that were published, all through the command line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.conftest import Hansa

MAPS = Path(__file__).resolve().parents[1] / "samples" / "column_maps"


def _rows(hansa: Hansa, *words: object) -> list[dict[str, Any]]:
    said = hansa("show", *words, "--format", "json")
    assert said.code == 0, said.err
    return json.loads(said.out)["data"]


def _imported(hansa: Hansa, *words: object) -> None:
    said = hansa("import", *words, "--dataset", "flows")
    assert said.code == 0, said.err


def test_russia_and_belarus(hansa: Hansa, hansa_data: Path):
    """Federal Customs Service of Russia: USD 38.77 bn in 2021, +35.4 %, first in the CIS."""
    folder = hansa_data / "russia_fts"
    _imported(hansa, folder / "annual_cis_1994_2021.parquet", "--map", MAPS / "russia_fts_annual.toml")
    pair = ("--region", "RUS", "--partner", "BLR", "--period", "2021")
    (turnover,) = _rows(hansa, "turnover", "-p", "by=region,partner", *pair)
    assert turnover["turnover"] == pytest.approx(38.77e9, abs=5e6)
    (before,) = _rows(hansa, "turnover", "-p", "by=region,partner", *pair[:-1], "2020")
    assert turnover["turnover"] / before["turnover"] - 1 == pytest.approx(0.354, abs=5e-4)
    (rank,) = _rows(hansa, "partner_rank", *pair)
    assert rank["partner_rank"] == 1


def test_rank_among_all_listed_partners(hansa: Hansa, hansa_data: Path):
    """The same, monthly: fourth of the 29 partners that are listed."""
    table = hansa_data / "russia_fts" / "monthly_by_country_2006_2021.parquet"
    _imported(hansa, table, "--map", MAPS / "russia_fts_monthly.toml")
    pair = ("--region", "RUS", "--partner", "BLR", "--period", "2021")
    (rank,) = _rows(hansa, "partner_rank", "--frequency", "A", *pair)
    assert (rank["partner_rank"], rank["population"]) == (4, 29)
    assert rank["turnover"] == pytest.approx(38.77e9, abs=5e6)


def test_wood_from_belarus_and_kazakhstan(hansa: Hansa, hansa_data: Path):
    """UN Comtrade: imports of the EU27 from Belarus USD 2,030 mn, then 897; from Kazakhstan 0.9, then 28.8."""
    _imported(hansa, hansa_data / "comtrade_eu_wood" / "eu27_imports_2018_2022.parquet", "--reader", "comtrade")
    for origin, wanted in {"BLR": {"2021": 2030, "2022": 897}, "KAZ": {"2021": 0.9, "2022": 28.8}}.items():
        rows = _rows(hansa, "exports", "--origin", origin, "--period", "2021,2022")
        assert {row["period"]: row["exports"] / 1e6 for row in rows} == pytest.approx(wanted, rel=0.03)
    (lost,) = _rows(hansa, "turnover", "-p", "by=region", "--region", "BLR", "--period", "2022")
    assert lost["turnover"] == pytest.approx(896_688_612.377)


def test_regions_of_finland(hansa: Hansa, hansa_data: Path, tmp_path: Path):
    """ALTA: the report on two regions inside a country."""
    _imported(hansa, hansa_data / "finland_alta" / "trade_od_2014.parquet", "--map", MAPS / "finland_alta.toml")
    (sales,) = _rows(
        hansa, "exports", "-p", "by=origin,destination", "--origin", "Uusimaa", "--destination", "Kymenlaakso"
    )
    assert sales["exports"] == pytest.approx(4_023.87e6, abs=5e3)
    said = hansa("report", "Uusimaa", "Kymenlaakso", "--format", "html,xlsx")
    assert said.code == 0, said.err
    page = (tmp_path / "Uusimaa-Kymenlaakso-2014-en.html").read_text(encoding="utf-8")
    assert "EUR 4.02 bn" in page.replace("\N{NO-BREAK SPACE}", " ")
