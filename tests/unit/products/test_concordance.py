"""Concordances: shares, chains, and what a converted table keeps."""

from itertools import pairwise
from math import isclose
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hansa.errors import DataError
from hansa.products import Concordance, convert, read_concordance

CHAIN = ["HS92", "HS96", "HS02", "HS07", "HS12", "HS17", "HS22"]
# Subheadings of each edition as the United Nations' table counts them (its own codes apart).
SUBHEADINGS = {"HS92": 5020, "HS96": 5113, "HS02": 5224, "HS07": 5052, "HS12": 5206, "HS17": 5388}


@st.composite
def concordances(draw, source="A", target="B", sources=6, targets=6):
    """A random many-to-many concordance in which every source code has a target."""
    shares = {}
    for number in range(sources):
        found = draw(st.lists(st.integers(0, targets - 1), min_size=1, max_size=3, unique=True))
        weights = [draw(st.integers(1, 9)) for _ in found]
        shares[f"{source}{number}"] = {
            f"{target}{code}": w / sum(weights) for code, w in zip(found, weights, strict=True)
        }
    return Concordance(source, target, shares)


def total(table, column="value"):
    return sum(table.collect().get_column(column).to_list())


def as_dict(converted):
    return {row["product"]: row["value"] for row in converted.table.collect().rows(named=True)}


@given(concordances(), st.lists(st.integers(0, 1000), min_size=8, max_size=8))
@settings(max_examples=25, deadline=None)
def test_the_total_is_kept_whatever_has_no_target(concordance, values):
    trade = {"product": [f"A{n}" for n in range(8)], "value": [float(v) for v in values]}  # A6, A7 have no target
    converted = convert(trade, concordance)
    assert isclose(total(converted.table), sum(values), abs_tol=1e-6)
    assert as_dict(converted)["unallocated"] == values[6] + values[7]


@given(concordances("A", "B"), concordances("B", "C"), concordances("C", "D"))
@settings(max_examples=50, deadline=None)
def test_chains_keep_shares_and_do_not_depend_on_the_order_of_joining(a, b, c):
    left, right = a.then(b).then(c), a.then(b.then(c))
    for code, targets in left.shares.items():
        assert isclose(sum(targets.values()), 1)
        assert targets.keys() == right.shares[code].keys()
        assert all(isclose(share, right.shares[code][target]) for target, share in targets.items())


@given(st.permutations(range(6)), st.lists(st.integers(0, 1000), min_size=6, max_size=6))
@settings(max_examples=25, deadline=None)
def test_one_to_one_there_and_back_is_the_identity(order, values):
    there = Concordance("A", "B", {f"A{n}": {f"B{m}": 1.0} for n, m in enumerate(order)})
    trade = {"product": [f"A{n}" for n in range(6)], "value": [float(v) for v in values]}
    back = convert(convert(trade, there).table, there.inverse())
    assert as_dict(back) == dict(zip(trade["product"], trade["value"], strict=True))
    assert back.notes == ()


@given(concordances(), st.lists(st.integers(0, 100), min_size=6, max_size=6))
@settings(max_examples=50, deadline=None)
def test_weights_by_value_sum_to_one_and_follow_the_values(concordance, values):
    told = {f"B{n}": float(v) for n, v in enumerate(values)}
    weighted = concordance.weighted_by(told)
    for code, targets in concordance.shares.items():
        found = weighted.shares[code]
        assert isclose(sum(found.values()), 1)
        whole = sum(told[target] for target in targets)
        if whole:
            assert all(isclose(found.get(target, 0.0), told[target] / whole) for target in targets)
        else:
            assert found == targets


def test_a_split_by_hand():
    """100 of 'a' in equal parts to x, y; 50 of 'b' to y. With x trading 3 and y 1: 75 and 25."""
    equal = Concordance("O", "N", {"a": {"x": 0.5, "y": 0.5}, "b": {"y": 1.0}}, "in equal parts")
    trade = {"period": ["2022"] * 2, "product": ["a", "b"], "value": [100.0, 50.0], "quantity": [10.0, None]}
    converted = convert(trade, equal)
    rows = {row["product"]: row for row in converted.table.collect().rows(named=True)}
    assert rows["x"] == {"period": "2022", "product": "x", "value": 50.0, "quantity": 5.0}
    assert rows["y"] == {"period": "2022", "product": "y", "value": 100.0, "quantity": None}
    assert converted.split_share == pytest.approx(100 / 150)
    assert converted.lost_share == 0
    assert converted.notes == ("O -> N: 66.7 % of the value was split among several codes, in equal parts.",)
    weighted = convert(trade, equal.weighted_by({"x": 3.0, "y": 1.0}))
    assert as_dict(weighted) == {"x": 75.0, "y": 75.0}
    assert weighted.notes == (
        "O -> N: 66.7 % of the value was split among several codes, by the value of the targets.",
    )


def test_other_columns_stay_apart():
    trade = {"origin": ["A", "B"], "told_by": ["origin", "origin"], "product": ["a", "a"], "value": [1.0, 2.0]}
    rows = convert(trade, Concordance("O", "N", {"a": {"x": 1.0}})).table.collect().rows(named=True)
    assert sorted((row["origin"], row["told_by"], row["value"]) for row in rows) == [
        ("A", "origin", 1.0),
        ("B", "origin", 2.0),
    ]


def test_frames_of_other_engines():
    duckdb, polars, pandas = (pytest.importorskip(name) for name in ("duckdb", "polars", "pandas"))
    trade = {"product": ["a", "b"], "value": [1.0, 2.0]}
    concordance = Concordance("O", "N", {"a": {"x": 0.5, "y": 0.5}, "b": {"y": 1.0}})
    elsewhere = duckdb.connect()
    elsewhere.register("trade", pandas.DataFrame(trade))
    for table in (
        trade,
        polars.DataFrame(trade),
        polars.LazyFrame(trade),
        pandas.DataFrame(trade),
        elsewhere.table("trade"),
    ):
        assert as_dict(convert(table, concordance)) == {"x": 0.5, "y": 2.5}


@pytest.mark.parametrize(("source", "target"), list(pairwise(CHAIN)))
def test_every_pair_of_consecutive_editions(hansa_data: Path, source, target):
    """Rows sum to one in both directions and every subheading has six digits; the counts are the table's own."""
    path = hansa_data / "classifications" / "hs_concordances.parquet"
    for concordance in (read_concordance(path, source, target), read_concordance(path, target, source)):
        assert all(isclose(sum(targets.values()), 1) for targets in concordance.shares.values())
        assert {len(code) for code in concordance.shares} == {6}
        assert {len(code) for targets in concordance.shares.values() for code in targets} == {6}
    if (target, source) != ("HS22", "HS17"):
        assert len(read_concordance(path, source, target).shares) in (SUBHEADINGS[source], SUBHEADINGS[source] - 1)


def test_one_to_one_codes_of_real_editions_return(hansa_data: Path):
    path = hansa_data / "classifications" / "hs_concordances.parquet"
    there = read_concordance(path, "HS12", "HS17")
    back = there.inverse()
    single = [
        code
        for code, targets in there.shares.items()
        if len(targets) == 1 and len(back.shares[next(iter(targets))]) == 1
    ]
    assert len(single) > 4000
    converted = convert({"product": single, "value": [1.0] * len(single)}, there.then(back))
    assert as_dict(converted) == dict.fromkeys(single, 1.0)


def test_thirty_years_of_revisions_keep_the_total(hansa_data: Path):
    path = hansa_data / "classifications" / "hs_concordances.parquet"
    chain = read_concordance(path, "HS92", "HS22")
    codes = sorted(chain.shares)
    converted = convert({"product": codes, "value": [float(n) for n in range(len(codes))]}, chain)
    assert total(converted.table) == pytest.approx(sum(range(len(codes))))
    assert 0 < converted.lost_share < 0.01
    assert any("Codes of HS07 without a target in HS12: 1 (291636)." in note for note in converted.notes)
    assert any("Leading zeros were put back on 703 HS codes" in note for note in converted.notes)


def test_real_fish_trade_in_another_edition(hansa_data: Path):
    """UN Comtrade's fish exports of 2012 (HS12 codes) in HS92: no dollar is lost."""
    path = hansa_data / "classifications" / "hs_concordances.parquet"
    import duckdb

    fish = hansa_data / "comtrade_fish" / "annual_by_pair_hs6_2000_2024.parquet"
    trade = duckdb.sql(
        f"select reporter_iso as origin, cmd_code as product, sum(value_usd) as value from '{fish}' "
        "where year = 2012 and flow = 'Export' group by all"
    ).to_arrow_table()
    converted = convert(trade, read_concordance(path, "HS12", "HS92"))
    assert total(converted.table) == pytest.approx(sum(trade["value"].to_pylist()), rel=1e-12)
    assert converted.split_share > 0


def test_sitc_codes_without_their_zeros_are_refused(hansa_data: Path):
    path = hansa_data / "classifications" / "hs_concordances.parquet"
    assert read_concordance(path, "SITC3", "HS92").target == "HS92"
    with pytest.raises(DataError, match="codes of SITC2 have lost their leading zeros"):
        read_concordance(path, "SITC2", "SITC3")


@pytest.fixture
def write(tmp_path):
    def to_file(content):
        path = tmp_path / "pairs.csv"
        path.write_text(content)
        return path

    return to_file


def test_a_csv_in_the_layout_of_the_united_nations(write):
    path = write("code.after,code.before,Relationship\n10121,10110,1:n\n10129,10110,1:n\n")
    there = read_concordance(path, "HS07", "HS12")
    assert there.shares == {"010110": {"010121": 0.5, "010129": 0.5}}
    assert there.split_by == "in equal parts"
    assert read_concordance(path, "HS12", "HS07").shares == {"010121": {"010110": 1.0}, "010129": {"010110": 1.0}}
    assert there.notes == (
        "Leading zeros were put back on 3 HS codes of the concordance, e.g. 010110, 010121, 010129.",
    )


def test_shares_given_are_kept(write):
    path = write("source,target,share\n010110,x,0.25\n010110,y,0.75\n")
    assert read_concordance(path, "HS07", "mine").shares == {"010110": {"x": 0.25, "y": 0.75}}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (
            "source,target,share\na,x,0.25\na,y,0.25\n",
            "Shares of HS07 'a' sum to 0.5; shares are not negative and sum to one",
        ),
        ("source,target,share\na,x,0.5\na,x,0.6\n", "line 3, column 'share': a -> x has two shares"),
        ("source,target,share\na,x,0.5\na,y,\n", "a -> y has no share, others have"),
        ("source,target,share\na,x,1.5\n", "line 2, column 'share': 1.5 lies outside 0..1"),
        ("source,share\na,1\n", "needs columns 'source' and 'target', or 'code.after' and 'code.before'"),
        (
            "code.after,code.before,adjustment\n1,1,1996 to 1992\n",
            "has no rows '2012 to 2007' for HS07 -> HS12; it has 1996",
        ),
    ],
)
def test_tables_that_are_refused(write, content, message):
    with pytest.raises(DataError) as caught:
        read_concordance(write(content), "HS07", "HS12" if "adjustment" in content else "mine")
    assert message in str(caught.value)


def test_what_cannot_be_done():
    concordance = Concordance("O", "N", {"a": {"x": 0.5, "y": 0.5}})
    with pytest.raises(DataError, match="O -> N cannot be continued by O -> N"):
        concordance.then(concordance)
    with pytest.raises(DataError, match="Values that weight O 'a' are negative or missing"):
        concordance.weighted_by({"x": -1.0})
    with pytest.raises(DataError, match="needs a column 'value' to be converted; there are product"):
        convert({"product": ["a"]}, concordance)
    with pytest.raises(DataError, match="Products are Int64, not text"):
        convert({"product": [1], "value": [1.0]}, concordance)
    with pytest.raises(DataError, match="Some rows have no product"):
        convert({"product": ["a", None], "value": [1.0, 1.0]}, concordance)
    with pytest.raises(DataError, match="HS17 to itself needs no concordance"):
        read_concordance("unread.csv", "HS17", "H5")
