"""Great-circle distances against hand arithmetic and CEPII GeoDist."""

from collections import Counter
from math import pi
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from hansa.errors import DataError
from hansa.regions import Region, Regions, countries, distance, distances
from hansa.regions.great_circle import RADIUS_KM, great_circle

# Pairs that differ from GeoDist by more than 2 % (25 km for near ones) have one of these in them.
EXPLAINED = {
    "WSM": "GeoDist puts Apia at 171.75 degrees east; it lies at 171.77 west",
    "GIN": "GeoDist puts Conakry at 15.72 degrees west; it lies at 13.7 west",
    "NZL": "GeoDist puts Wellington at 44.28 degrees south; it lies at 41.3 south",
    "COL": "GeoDist puts Bogota at 75.07 degrees west; it lies at 74.1 west",
    "MMR": "capital moved from Yangon to Naypyidaw in 2006",
    "BDI": "capital moved from Bujumbura to Gitega in 2019",
    "PAL": "GeoDist takes Gaza, we Ramallah",
    "NGA": "GeoDist measures from Lagos, we from Abuja",
    "TKL": "GeoDist gives no town",
    "BEN": "GeoDist measures from Cotonou to near places, we from Porto-Novo",
}


def test_arcs_by_hand():
    assert great_circle(0, 0, 0, 180) == pytest.approx(pi * RADIUS_KM)
    assert great_circle(90, 17, -90, 42) == pytest.approx(pi * RADIUS_KM)
    assert great_circle(0, 179.5, 0, -179.5) == pytest.approx(pi * RADIUS_KM / 180)
    assert great_circle(53.9, 27.57, 53.9, 27.57) == 0


def test_geodist_agrees_between_capitals(hansa_data: Path):
    """97 % of pairs within 2 % (or 25 km), the median within 0.15 %; every other pair has an explained end."""
    table = pq.read_table(hansa_data / "cepii_geodist" / "dist_cepii.parquet", columns=["iso_o", "iso_d", "distcap"])
    pairs = [row for row in table.to_pylist() if row["iso_o"] < row["iso_d"]]
    errors, far, unexplained = [], Counter(), []
    for row in pairs:
        ours = distance(row["iso_o"], row["iso_d"])
        errors.append(abs(ours / row["distcap"] - 1))
        if abs(ours - row["distcap"]) > max(25, 0.02 * row["distcap"]):
            far["pairs"] += 1
            if not {row["iso_o"], row["iso_d"]} & set(EXPLAINED):
                unexplained.append((row, ours))
    assert len(pairs) == 24_976
    assert far["pairs"] / len(pairs) < 0.03
    assert sorted(errors)[len(errors) // 2] < 0.0015
    assert unexplained == []


def test_landlocked_as_in_geodist(hansa_data: Path):
    table = pq.read_table(hansa_data / "cepii_geodist" / "geo_cepii.parquet", columns=["iso3", "landlocked"])
    told = {
        countries().find(row["iso3"]): row["landlocked"] for row in table.to_pylist() if row["landlocked"] is not None
    }
    differ = {region.code for region, landlocked in told.items() if region.landlocked not in (None, bool(landlocked))}
    # GeoDist calls these coastal; none of them touches a sea.
    assert differ == {"AND", "BLR", "MDA", "SMR"}


def test_rows_are_symmetric_and_complete():
    rows, notes = distances(["BLR", "RUS", "RU-BA", "112"])
    assert notes == ()
    assert {(o, d) for o, d, _ in rows} == {
        (o, d) for o in ("BLR", "RUS", "RU-BA") for d in ("BLR", "RUS", "RU-BA") if o != d
    }
    kilometres = {(o, d): km for o, d, km in rows}
    assert all(kilometres[d, o] == pytest.approx(km) for (o, d), km in kilometres.items())


def test_without_coordinates():
    with pytest.raises(DataError, match="ATA \\(Antarctica\\) has no coordinates"):
        distance("BLR", "ATA")
    own = Regions((Region("N", "North"), Region("S", "South", lat=1.0, lon=2.0)))
    assert distances(["N", "S"], own) == ([], ("No distances for 1 of 2 regions, which have no coordinates: N.",))
