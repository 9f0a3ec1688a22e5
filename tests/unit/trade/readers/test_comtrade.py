"""UN Comtrade and its traps."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from hansa.errors import DataError, UnknownCode
from hansa.trade.readers import read_comtrade

SAMPLE = Path(__file__).parents[3] / "samples" / "comtrade" / "api.json"
HEADER = "period,reporterISO,partnerISO,flowCode,cmdCode,primaryValue\n"


def rows(flows):
    return {
        (r["origin"], r["destination"], r["product"], r["told_by"]): (r["value"], r["valuation"], r["quantity"])
        for r in flows.to_arrow().to_pylist()
    }


def test_totals_are_kept_and_parts_added_only_without_them():
    flows = read_comtrade(SAMPLE)
    assert rows(flows) == {
        ("RUS", "BLR", "270900", "destination"): (10.0, "CIF", 5.0),  # its total, not 10 + 4 + 6 + 4
        ("KAZ", "BLR", "270900", "destination"): (8.0, "CIF", 3.0),  # 3 + 5: it has no total
        ("BLR", "RUS", "040690", "origin"): (7.0, "FOB", 5.0),
        ("USA", "BLR", "040690", "destination"): (2.0, "FOB", 5.0),  # only a FOB value was reported
    }
    assert (flows.told_by, flows.valuation, flows.classification) == ("both", None, "HS17")
    assert "left out, as totals for the whole world (0): 1 of 5 rows" in flows.notes
    assert any("are 5 flows: totals are kept" in note for note in flows.notes)
    assert "left out, as parts of exports or imports, or other directions: RX (1 row)" in flows.notes
    assert flows.provenance.sources[0].title == "UN Comtrade"


def test_reexports_apart():
    flows = read_comtrade(SAMPLE, reexports=True)
    assert [(r["origin"], r["value"]) for r in flows.to_arrow().to_pylist()] == [("BLR", 1.0)]
    assert flows.told_by == "origin"


def test_half_split_dimensions_never_count_twice(tmp_path):
    """A flow with a total over transport, but only for one customs procedure, beside the same by transport."""
    record = {"period": "2020", "reporterISO": "BLR", "partnerISO": "RUS", "flowCode": "X", "cmdCode": "01"}
    parts = [("C01", 0, 9.0), ("C01", 1000, 4.0), ("C01", 2000, 5.0), ("C02", 0, 1.0)]
    data = [{**record, "customsCode": c, "motCode": m, "primaryValue": v} for c, m, v in parts]
    path = tmp_path / "api.json"
    path.write_text(json.dumps({"data": data}))
    assert [r["value"] for r in read_comtrade(path).to_arrow().to_pylist()] == [10.0]


@pytest.fixture
def bulk(tmp_path):
    def writing(*lines):
        path = tmp_path / "bulk.csv"
        path.write_text(HEADER + "".join(f"{line}\n" for line in lines))
        return path

    return writing


def test_levels_side_by_side_are_refused(bulk):
    path = bulk("2020,BLR,RUS,X,TOTAL,9", "2020,BLR,RUS,X,01,9", "2020,BLR,RUS,X,0101,9")
    with pytest.raises(
        DataError, match=r"bulk.csv, column 'cmdCode': Several levels .*1 of TOTAL, 1 of 2 digits, 1 of 4 digits"
    ):
        read_comtrade(path)
    for level, code in (("total", "TOTAL"), (2, "01"), ("4", "0101")):
        flows = read_comtrade(path, level=level)
        assert [r["product"] for r in flows.to_arrow().to_pylist()] == [code]
        assert "left out, products of other levels: 2 rows" in flows.notes
    with pytest.raises(DataError, match="no products at level 6"):
        read_comtrade(path, level=6)
    with pytest.raises(UnknownCode, match="level of products"):
        read_comtrade(path, level=5)


def test_levels_that_do_not_overlap_are_taken(bulk):
    flows = read_comtrade(bulk("2020,BLR,RUS,X,01,9", "2020,BLR,RUS,X,4401,9"))
    assert len(flows.to_arrow()) == 2
    assert any("none inside another" in note for note in flows.notes)


def test_months(bulk):
    assert read_comtrade(bulk("202003,BLR,RUS,X,01,9")).to_arrow()["period"].to_pylist() == ["2020-03"]


def test_several_classifications(tmp_path):
    record = {"reporterISO": "BLR", "partnerISO": "RUS", "flowCode": "X", "cmdCode": "01", "primaryValue": 1}
    path = tmp_path / "api.json"
    path.write_text(
        json.dumps([{**record, "period": p, "classificationCode": c} for p, c in (("2016", "H4"), ("2017", "H5"))])
    )
    flows = read_comtrade(path)
    assert flows.classification is None
    assert "products are coded in several classifications: HS12, HS17" in flows.notes


def test_a_fault_is_told_by_its_line(bulk):
    with pytest.raises(DataError, match=r"bulk.csv, line 3, column 'primaryValue': 'x' is no number"):
        read_comtrade(bulk("2020,BLR,RUS,X,01,9", "2020,BLR,RUS,X,02,x"))


def test_no_exports_or_imports(bulk):
    with pytest.raises(DataError, match="no exports or imports; flows: RX"):
        read_comtrade(bulk("2020,BLR,RUS,RX,01,9"))


def test_a_column_is_missing(tmp_path):
    (tmp_path / "my.csv").write_text("period,cmdCode,primaryValue\n2020,01,1\n")
    with pytest.raises(DataError, match="needs 'partner'"):
        read_comtrade(tmp_path / "my.csv")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"data": [', "no JSON, or one that was cut short"),
        ('{"data": []}', "holds no records"),
        ('{"statusCode": 401}', "no list of records"),
        ('{"data": null, "error": "Invalid key"}', "Invalid key"),
    ],
)
def test_answers_without_data(tmp_path, text, said):
    path = tmp_path / "api.json"
    path.write_text(text)
    with pytest.raises(DataError, match=said):
        read_comtrade(path)


def test_a_classification_that_the_file_does_not_tell(bulk):
    path = bulk("2020,BLR,RUS,X,01,9")
    assert read_comtrade(path).classification is None
    assert read_comtrade(path, classification="HS17").classification == "HS17"


def test_classifications_beyond_the_harmonized_system(tmp_path):
    record = {"period": "2016", "reporterISO": "BLR", "partnerISO": "RUS", "flowCode": "X", "primaryValue": 1}
    path = tmp_path / "api.json"
    for code, said, product in (("S3", "SITC3", "78"), ("EB02", "EB02", "SC")):
        path.write_text(json.dumps([{**record, "classificationCode": code, "cmdCode": product}]))
        assert read_comtrade(path).classification == said


def test_services(tmp_path):
    record = {
        "period": "2016",
        "reporterISO": "BLR",
        "partnerISO": "RUS",
        "flowCode": "X",
        "cmdCode": "SC",
        "primaryValue": 1,
    }
    path = tmp_path / "api.json"
    path.write_text(json.dumps([{**record, "typeCode": "S"}]))
    flows = read_comtrade(path)
    assert (flows.scope, flows.valuation) == ("services", None)
    path.write_text(json.dumps([{**record, "typeCode": "S"}, {**record, "typeCode": "C"}]))
    with pytest.raises(DataError, match=r"Goods and services stand side by side \(C, S\)"):
        read_comtrade(path)
