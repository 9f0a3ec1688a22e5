"""Two customs tables with labels: reconciled, judged and side by side."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hansa.errors import DataError, NotIdentified
from hansa.tables import connection
from hansa.trade.flows import Flows, as_flows
from hansa.trade.mirror import mirror, mirror_gap, reporter_quality
from hansa.trade.side import as_side

PAIRS = [(a, b) for a in "ABCD" for b in "ABCD" if a != b]
EXPORTS = [100, 50, 80, 60, 40, 70, 90, 30, 120, 200, 150, 110]
IMPORTS = [104, 75, 82, 61, 58, 71, 60, 21, 85, 204, 149, 160]


def told(rows: list[tuple[Any, ...]], names: str = "origin destination value told_by") -> dict[str, list[Any]]:
    return {name: [row[place] for row in rows] for place, name in enumerate(names.split())}


def twelve_pairs() -> dict[str, list[Any]]:
    rows = [(*pair, float(v), "origin") for pair, v in zip(PAIRS, EXPORTS, strict=True)]
    return told(rows + [(*pair, float(v), "destination") for pair, v in zip(PAIRS, IMPORTS, strict=True)])


def rows(flows: Flows) -> dict[tuple[str, str], dict[str, Any]]:
    return {(row["origin"], row["destination"]): row for row in flows.to_arrow().to_pylist()}


def test_twelve_pairs_of_the_worked_example():
    """Gaulier and Zignago 2010 with the weights put right: C misreports and is not listened to."""
    found = rows(mirror(twelve_pairs(), cif=0.0))
    expected = {"AC": (0.9915013437, 50.2124664), "CA": (0.0085458643, 60.2563759), "AB": (0.1936139308, 103.2255443)}
    for pair, (weight, value) in expected.items():
        row = found[pair[0], pair[1]]
        assert row["weight"] == pytest.approx(weight, abs=1e-9)
        assert row["value"] == pytest.approx(value, abs=1e-6)
        assert row["flag"] == "both"
    assert (found["A", "C"]["low"], found["A", "C"]["high"]) == (50.0, 75.0)
    assert found["A", "C"]["reporting_distance"] == pytest.approx(np.log(75 / 50))


def test_who_reports_badly():
    quality = reporter_quality(mirror(twelve_pairs(), cif=0.0))
    sigma = {(row["region"], row["side"]): row["sigma"] for row in quality.rows()}
    assert sigma["C", "origin"] == pytest.approx(0.5917935058848546, abs=1e-9)
    assert sigma["D", "destination"] == pytest.approx(0.023908692464719557, abs=1e-9)
    assert {row["mirrors"] for row in quality.rows()} == {3}


def test_one_report_is_taken_net_of_freight():
    data = told([("A", "B", 110.0, "destination"), ("B", "A", 70.0, "origin")])
    found = rows(mirror(data, cif=0.1))
    only_imports, only_exports = found["A", "B"], found["B", "A"]
    assert only_imports["value"] == pytest.approx(100.0)
    assert (only_imports["flag"], only_imports["weight"], only_imports["cif_rate"]) == ("destination only", 0.0, 0.1)
    assert (only_exports["flag"], only_exports["value"], only_exports["cif_rate"]) == ("origin only", 70.0, None)
    assert only_exports["reported_by_destination"] is None


def test_what_cannot_be_judged_is_averaged_and_said():
    data = told([("A", "B", 100.0, "origin"), ("A", "B", 110.0, "destination")])
    flows = mirror(data, cif=0.0)
    assert flows.told_by == "reconciled"
    assert flows.valuation == "FOB"
    assert rows(flows)["A", "B"]["value"] == 105.0
    assert "both reports weigh the same, since the quality of reporters is not known" in flows.notes[-1]


def test_the_margin_stays_out_where_it_would_part_the_reports():
    """A's imports are below B's exports already; A -> B gains from it."""
    data = told(
        [
            ("A", "B", 100.0, "origin"),
            ("A", "B", 110.0, "destination"),
            ("B", "A", 100.0, "origin"),
            ("B", "A", 97.0, "destination"),
        ]
    )
    flows = mirror(data, cif=0.1)
    assert rows(flows)["A", "B"]["destination_fob"] == pytest.approx(100.0)
    assert rows(flows)["B", "A"]["destination_fob"] == 97.0
    assert "the CIF rate is not applied to 1 of 2 pairs, whose two reports it would move apart" in flows.notes


def test_imports_that_are_fob_keep_their_value():
    flows = mirror(twelve_pairs(), cif=0.03, fob_importers=["D"])
    assert {row["cif_rate"] for row in rows(flows).values() if row["destination"] == "D"} == {0.0}
    assert "imports of D are taken as FOB" in flows.notes


def test_the_median_gap_stands_for_freight_where_no_distance_is_known():
    data = told(
        [(*pair, v, "origin") for pair in PAIRS for v in (100.0,)] + [(*p, 105.0, "destination") for p in PAIRS]
    )
    flows = mirror(data)
    assert {round(row["cif_rate"], 12) for row in rows(flows).values()} == {0.05}
    assert "median of ln(M/X)" in flows.provenance.steps[-1].detail


def test_freight_by_distance():
    """M = X (km / 1000)^0.02: the regression must give that rate back, and zero (with a flag) below 1,000 km."""
    km = {pair: 400.0 * (place + 1) for place, pair in enumerate(PAIRS)}
    data = told(
        [(*pair, 100.0, "origin") for pair in PAIRS]
        + [(*pair, 100.0 * (km[pair] / 1000) ** 0.02, "destination") for pair in PAIRS]
    )
    distance = as_side(
        {"region": [p[0] for p in PAIRS], "partner": [p[1] for p in PAIRS], "value": list(km.values())}, "distance"
    )
    found = rows(mirror(data, distance=distance, contiguity=None, landlocked={"A": 1.0}))
    assert found["D", "C"]["cif_rate"] == pytest.approx(4.8**0.02 - 1)
    assert found["A", "B"]["flag"] == "clamped"
    assert found["A", "B"]["cif_rate"] == 0.0


def test_rates_of_a_side_table_by_pair():
    rates = as_side({"region": ["A"], "partner": ["B"], "value": [0.1]}, "cif_rate")
    data = told([("A", "B", 110.0, "destination"), ("A", "B", 101.0, "origin")])
    assert rows(mirror(data, cif=rates))["A", "B"]["destination_fob"] == pytest.approx(100.0)
    with pytest.raises(DataError, match=r"The table of CIF rates lacks 11 cases, e.g. \('A', 'C'\)"):
        mirror(twelve_pairs(), cif=rates)


def test_areas_not_specified_go_to_partners_whose_reports_are_higher():
    data = told(
        [
            ("A", "B", 100.0, "origin"),
            ("A", "C", 50.0, "origin"),
            ("A", "NES", 18.0, "origin"),
            ("A", "B", 120.0, "destination"),
            ("A", "C", 55.0, "destination"),
            ("NES", "B", 7.0, "destination"),
        ]
    )
    flows = mirror(data, cif=0.0, nes=["NES"])
    found = rows(flows)
    assert set(found) == {("A", "B"), ("A", "C")}
    assert (found["A", "B"]["low"], found["A", "C"]["low"]) == (pytest.approx(114.4), pytest.approx(53.6))
    assert found["A", "B"]["reported_by_origin"] == 100.0
    assert found["A", "B"]["flag"] == "nes-allocated"
    assert "1 reports of destinations on areas not specified are left out" in flows.notes
    assert any("18 that origins report for areas not specified, 18 is given to partners" in n for n in flows.notes)


def test_products_periods_and_quantities_are_kept():
    names = "period origin destination product value quantity told_by"
    data = told(
        [
            (2021, "A", "B", "p", 100.0, 10.0, "origin"),
            (2021, "A", "B", "p", 100.0, 20.0, "destination"),
            (2022, "A", "B", "q", 30.0, None, "origin"),
        ],
        names,
    )
    table = mirror(data, cif=0.0).to_arrow().to_pylist()
    assert [(row["period"], row["product"], row["value"]) for row in table] == [
        ("2021", "p", 100.0),
        ("2022", "q", 30.0),
    ]
    assert table[0]["quantity"] == 15.0


def test_a_report_of_zero_is_no_report():
    data = told([("A", "B", 0.0, "origin"), ("A", "B", 50.0, "destination")])
    flows = mirror(data, cif=0.0)
    assert rows(flows)["A", "B"]["flag"] == "destination only"
    assert "1 reports of zero count as no report" in flows.notes


def test_one_table_is_no_mirror():
    with pytest.raises(DataError, match="need a column told_by with 'origin' and 'destination'; here it is 'origin'"):
        mirror(told([("A", "B", 1.0, "origin")]))
    with pytest.raises(DataError, match="here it is None"):
        mirror_gap(as_flows({"origin": ["A"], "destination": ["B"], "value": [1.0]}))


@pytest.mark.parametrize(
    ("cif", "message"), [("guess", "cif='guess' means nothing here"), (-1.5, "lies above -1; -1.5 does not")]
)
def test_a_cif_rate_that_is_none(cif: Any, message: str):
    with pytest.raises(DataError, match=message):
        mirror(twelve_pairs(), cif=cif)


def test_no_quality_without_mirrors():
    with pytest.raises(NotIdentified, match="No flow has both reports"):
        reporter_quality(told([("A", "B", 1.0, "origin"), ("B", "A", 1.0, "destination")]))


def test_the_gap_of_a_pair():
    gap = mirror_gap(twelve_pairs(), by=("origin", "destination"))
    found = {(row["origin"], row["destination"]): row for row in gap.rows()}["A", "C"]
    assert (found["reported_by_origin"], found["reported_by_destination"], found["gap"]) == (50.0, 75.0, 25.0)
    assert found["ratio"] == 1.5


def fish(folder: Path) -> Any:
    """Exports against imports of fish, re-exports left apart."""
    path = folder / "comtrade_fish" / "annual_by_pair_hs6_2000_2024.parquet"
    sides = [
        connection()
        .read_parquet(str(path))
        .filter(f"flow = '{flow}'")
        .project(
            f"year as period, {origin} as origin, {destination} as destination, cmd_code as product, "
            f"value_usd as value, '{side}' as told_by"
        )
        for flow, origin, destination, side in (
            ("Export", "reporter_iso", "partner_iso", "origin"),
            ("Import", "partner_iso", "reporter_iso", "destination"),
        )
    ]
    return sides[0].union(sides[1])


def test_fish_of_the_world(hansa_data: Path):
    gap = mirror_gap(fish(hansa_data)).to_arrow()
    ratio = gap["ratio"].drop_null().to_numpy()
    assert len(ratio) == 36_833
    assert round(float(np.median(np.log(ratio))), 4) == 0.0513


def test_fish_reconciled(hansa_data: Path):
    """Every flow once; between the two reports where there are two; nothing lost where there is one."""
    flows = mirror(fish(hansa_data))
    table = flows.to_arrow()
    assert table.num_rows == len(
        set(zip(*(table[k].to_pylist() for k in ("period", "origin", "destination", "product")), strict=True))
    )
    value, low, high = (table[name].to_numpy() for name in ("value", "low", "high"))
    assert ((low <= value) & (value <= high)).all()
    weight = table["weight"].to_numpy()
    assert ((weight >= 0) & (weight <= 1)).all()


@pytest.mark.parametrize("value", [-1.0, float("inf")])
def test_reports_that_are_no_flows_are_refused(value):
    told = {
        "origin": ["A", "A"],
        "destination": ["B", "B"],
        "told_by": ["origin", "destination"],
        "value": [1.0, value],
    }
    with pytest.raises(DataError, match="1 of 2 rows have a negative or infinite value"):
        mirror(told)


def test_reports_without_a_figure_are_left_out_with_a_note():
    told = {"origin": ["A", "A"], "destination": ["B", "B"], "told_by": ["origin", "destination"], "value": [1.0, None]}
    assert "1 of 2 rows have no value and are left out" in mirror(told).notes


def test_reports_without_a_destination_or_without_rows():
    with pytest.raises(DataError, match="need a column 'destination'"):
        mirror({"origin": ["A", "A"], "told_by": ["origin", "destination"], "value": [1.0, 1.0]})
    told = {"origin": ["A", "A"], "destination": ["B", "B"], "told_by": ["origin", "destination"], "value": [1.0, 1.0]}
    with pytest.raises(NotIdentified, match="no flows to judge"):
        reporter_quality(as_flows(told).where(origin="C"))
