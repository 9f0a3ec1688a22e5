"""Targets against figures worked out by hand."""

from __future__ import annotations

import pytest

from hansa.commitments.progress import VERDICTS, progress, progress_of, way
from hansa.commitments.records import Programme, Target
from hansa.commitments.register import Register
from hansa.errors import UnknownCode
from hansa.trade.flows import as_flows
from hansa.trade.store import Store

YEARS = ["2018", "2019", "2020", "2021"]


def _rows(values, *, origin="A", destination="B", product="p", told_by=None):
    rows = [
        {"period": year, "origin": origin, "destination": destination, "product": product, "value": value}
        | ({"told_by": told_by} if told_by else {})
        for year, value in zip(YEARS, values, strict=True)
        if value is not None
    ]
    return rows


def _store(tmp_path, *groups, vintage="2022-06-01", name="store"):
    rows = [row for group in groups for row in group]
    columns = {key: [row[key] for row in rows] for key in rows[0]}
    store = Store.create(tmp_path / name)
    store.write(as_flows(columns), vintage=vintage)
    return store


@pytest.fixture
def store(tmp_path):
    """Exports of A to B: 100, 120, 140, 160; of a second product 10 each year; of C to B 50 each year."""
    return _store(
        tmp_path, _rows([100.0, 120.0, 140.0, 160.0]), _rows([10.0] * 4, product="q"), _rows([50.0] * 4, origin="C")
    )


def _target(**changed):
    given = {"value": 200.0, "period": "2023", "baseline_period": "2018", "unit": "USD", "indicator": "exports"}
    given |= {"arguments": {"origin": "A", "destination": "B", "product": "p"}} | changed
    return Target("tgt", "prg", **given)


def _row(store, on="2022-07-01", **changed):
    (row,) = progress(_target(**changed), store, on=on).rows()
    return row


def test_half_way_on_the_straight_line(store):
    """100 in 2018, 200 wanted in 2023: the line is at 160 in 2021, and so is trade."""
    row = _row(store)
    assert (row["baseline"], row["baseline_now"], row["latest_period"], row["latest"]) == (100.0, 100.0, "2021", 160.0)
    assert (row["done"], row["expected"], row["pace"], row["pace_needed"]) == (0.6, 160.0, 20.0, 20.0)
    assert (row["verdict"], row["note"], row["by_origin"]) == ("on track", "", None)


@pytest.mark.parametrize(
    ("changed", "verdict"),
    [
        ({"value": 201.0}, "behind"),
        ({"value": 150.0}, "on track"),  # reached early, and the year wanted is still to come
        ({"period": "2021", "value": 160.0}, "met"),
        ({"period": "2021", "value": 160.1}, "missed"),
        ({"period": "2020", "value": 150.0}, "missed"),  # reached in 2021, a year late
        ({"baseline_period": "2021"}, "too early"),
        ({"baseline_period": "2022", "baseline": 100.0}, "too early"),
        ({"baseline_period": "2012", "period": "2016"}, "not computable"),
        ({"baseline_period": "2015"}, "not computable"),  # no baseline, and the year wanted is not there yet
        ({"baseline_period": "2015", "period": "2021", "value": 150.0}, "met"),  # what is reached needs none
        ({"indicator": "hhi_partners", "arguments": {"origin": "A"}, "value": 0.5, "direction": "down"}, "behind"),
        ({"indicator": "ntm_coverage"}, "not computable"),
        ({"indicator": "no_such"}, "not computable"),
        ({"arguments": {"origin": "Z"}}, "not computable"),
        ({"arguments": {"origin": "A", "product": "x"}}, "not computable"),
        ({"arguments": {"origin": "A", "dataset": "other"}}, "not computable"),
        ({"arguments": {}}, "not computable"),  # one figure for each origin
        ({"indicator": "export_potential", "arguments": {"origin": "A"}}, "not computable"),  # no figure by period
        ({"indicator": "export_potential", "arguments": {}}, "not computable"),
        ({"indicator": "growth", "arguments": {"origin": "A", "by": "nothing"}}, "not computable"),
        ({"unit": "EUR"}, "not computable"),
        ({"unit": "USD million"}, "not computable"),
        ({"period": "2022-06", "baseline_period": "2018-06"}, "not computable"),  # the store has years
        ({"period": "2018"}, "not computable"),
    ],
)
def test_verdicts(store, changed, verdict):
    row = _row(store, **changed)
    assert row["verdict"] == verdict
    assert verdict in VERDICTS
    assert row["note"] or verdict not in ("not computable", "too early")


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"indicator": "ntm_coverage"}, "'ntm' is missing"),
        ({"indicator": "no_such"}, "no known indicator"),
        ({"arguments": {"origin": "Z"}}, "'Z' is no known origin of these flows"),
        ({"arguments": {"origin": "A", "product": "x"}}, "no product 'x'"),
        ({"arguments": {}}, "narrow it by origin"),
        ({"indicator": "export_potential", "arguments": {}}, "must be told 'origin'"),
        ({"arguments": {"orign": "A"}}, "'orign' is no known argument of 'exports'. Nearest known: 'origin'"),
        (
            {"indicator": "trade_openness", "arguments": {"region": "A", "gdp": "/etc/passwd"}},
            "'gdp' of 'trade_openness' is a table, which is taken from the store, not '/etc/passwd'",
        ),
        ({"indicator": "fitness", "arguments": {"rounds": "many"}}, "'rounds' of 'fitness' is of the type"),
        ({"indicator": "trade_openness", "arguments": {"region": "A"}}, "'gdp' is missing"),
        ({"unit": "EUR"}, "in 'EUR', and the figures are in 'USD"),
        ({"baseline_period": "2015"}, "none was promised, and the store has no figure for 2015"),
        ({"baseline_period": "2012", "period": "2016"}, "there is no figure for 2013 to 2016"),
        ({"value": 150.0}, "met early, in 2021"),
        ({"baseline": 90.0}, "baseline revised: 90 was promised, the store of 2022-06-01 has 100 (+11.1%)"),
        ({"value": 99.0}, "reached in the baseline period already"),
    ],
)
def test_notes_say_what_is_missing_or_odd(store, changed, said):
    assert said in _row(store, **changed)["note"]


def test_a_period_that_is_over_and_not_in_the_store_is_said(store):
    assert "over" not in _row(store, on="2023-12-31")["note"]
    assert _row(store, on="2024-01-01")["note"] == "2023 is over, and its figures are not in the store"


def test_several_products_are_counted_together(store):
    """110, 130, 150, 170 of p and q; the line from 110 to 200 is at 164 in 2021."""
    for products in ("p|q", "p, q"):
        row = _row(store, arguments={"origin": "A", "destination": "B", "product": products})
        assert (row["baseline"], row["latest"], row["expected"], row["verdict"]) == (110.0, 170.0, 164.0, "on track")


def test_a_promised_baseline_is_the_one_that_counts(store):
    row = _row(store, baseline=50.0)
    assert (row["baseline"], row["baseline_now"]) == (50.0, 100.0)
    assert (row["done"], row["expected"]) == (pytest.approx(110 / 150), 140.0)


def test_down_is_a_direction(store):
    """The share of A in exports to B falls from 110/160 as wanted, or does not."""
    share = {"indicator": "import_share", "arguments": {"origin": "C", "destination": "B"}, "direction": "down"}
    row = _row(store, **share, value=0.2, unit="share")
    assert row["baseline"] == pytest.approx(50 / 160)
    assert row["latest"] == pytest.approx(50 / 220)
    assert row["done"] == pytest.approx((50 / 220 - 50 / 160) / (0.2 - 50 / 160))
    assert row["verdict"] == "on track"  # 0.2273, and the line is at 0.245


def test_as_of_asks_an_earlier_vintage(tmp_path):
    store = _store(tmp_path, _rows([100.0, 120.0, 140.0, None]), vintage="2021-06-01")
    columns = {key: [row[key] for row in _rows([100.0, 120.0, 150.0, 160.0])] for key in _rows([1.0] * 4)[0]}
    store.write(as_flows(columns), vintage="2022-06-01")
    assert _row(store, on="2021-07-01")["latest"] == 140.0
    assert _row(store, on="2022-07-01")["latest"] == 160.0
    assert _row(store, on="2020-01-01")["verdict"] == "not computable"  # nothing was known yet


def test_two_reports_may_end_in_two_verdicts(tmp_path):
    """The origin reports 210 in 2021, the destination 190; what reconciles them lies between."""
    here, there = (
        _rows([100.0, 120.0, 140.0, 210.0], told_by="origin"),
        _rows([100.0, 120.0, 140.0, 190.0], told_by="destination"),
    )
    back = [
        row
        for who in ("origin", "destination")
        for row in _rows([90.0, 95.0, 99.0, 101.0], origin="B", destination="A", told_by=who)
    ]
    store = _store(tmp_path, here, there, back)
    row = _row(store, period="2021")
    assert (row["by_origin"], row["by_destination"]) == ("met", "missed")
    assert "met by the origin's report only" in row["note"]
    assert "missed by the destination's report only" in row["note"]
    assert 190.0 <= row["latest"] <= 210.0


def test_months_are_counted_in_months(tmp_path):
    months = {"period": [f"2021-{n:02d}" for n in range(1, 7)], "origin": ["A"] * 6, "destination": ["B"] * 6}
    store = Store.create(tmp_path / "months")
    store.write(as_flows(months | {"value": [10.0, 11.0, 12.0, 13.0, 14.0, 15.0]}), vintage="2021-08-01")
    row = _row(
        store, value=20.0, period="2021-11", baseline_period="2021-01", arguments={"origin": "A", "destination": "B"}
    )
    assert (row["latest_period"], row["done"], row["pace_needed"], row["verdict"]) == ("2021-06", 0.5, 1.0, "on track")


def test_another_dataset_is_asked_where_the_first_does_not_name_the_region(store):
    rows = _rows([1.0, 2.0, 3.0, 4.0], origin="A-1")
    store.write(as_flows({key: [row[key] for row in rows] for key in rows[0]}), dataset="parts", vintage="2022-06-01")
    assert _row(store, arguments={"origin": "A-1", "destination": "B"}, value=6.0)["latest"] == 4.0


def test_all_targets_of_a_register(store):
    programme = Programme("prg", "Machines", ("a", "b"))
    targets = [_target(), Target("other", "agr", "turnover", 1.0, "2030", "2021", "USD", {"region": "A"})]
    register = Register((programme, *targets))
    found = progress_of(register, store, on="2022-07-01")
    assert [(row["target"], row["verdict"]) for row in found.rows()] == [("tgt", "on track"), ("other", "too early")]
    assert found.meta["verdicts"] == dict.fromkeys(VERDICTS, 0) | {"on track": 1, "too early": 1}
    assert progress_of(register, store, of="prg").title == "Progress of tgt (Machines)"
    assert progress_of(Register((programme,)), store).rows() == []
    with pytest.raises(UnknownCode, match="'prog' is no known record"):
        progress_of(register, store, of="prog")


def test_a_hole_in_the_series_is_not_a_verdict():
    target = Target("t", "p", "exports", 200.0, "2020", "2018", "USD")
    found = way(target, {"2018": 100.0, "2019": 150.0}, YEARS)
    assert (found.verdict, found.lead) == ("not computable", "there is no figure for 2020")
    assert way(target, {}, []).verdict == "too early"


def test_an_end_of_the_trade_may_be_a_bloc(tmp_path):
    """A and C are the union of the lists beside the store: 150, 170, 190, 210 together to B."""
    store = _store(
        tmp_path,
        _rows([100.0, 120.0, 140.0, 160.0]),
        _rows([50.0] * 4, origin="C"),
        _rows([9.0] * 4, origin="C", destination="A"),
    )
    (tmp_path / "store" / "blocs.csv").write_text(
        "bloc,member,from,to,source\nUNION,A,2010-01-01,,x\nUNION,C,2010-01-01,,x\n", encoding="utf-8"
    )
    row = _row(store, arguments={"origin": "UNION", "destination": "B"}, value=250.0)
    assert (row["baseline"], row["latest"], row["expected"], row["verdict"]) == (150.0, 210.0, 210.0, "on track")
    share = _row(store, indicator="intra_bloc_share", arguments={"bloc": "UNION"}, value=1.0, unit="share")
    assert share["latest"] == pytest.approx(2 * 9 / (2 * 9 + 210))  # exports and imports of its members
