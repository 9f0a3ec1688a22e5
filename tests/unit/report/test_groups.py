"""Reports on blocs, provinces, and stores of months: who is counted, by hand on the four regions."""

from __future__ import annotations

import pytest

from hansa.errors import DataError
from hansa.report import partnership
from hansa.trade.flows import as_flows
from hansa.trade.side import as_side
from hansa.trade.store import Store
from tests.unit.report.conftest import four_regions

HEAD = "bloc,member,from,to,source\n"


@pytest.fixture
def blocs(store):
    """The four regions with the blocs BC (B, and C since 2022) and ABCD, known from a file beside the store."""
    folder = store.archive.folder
    (folder / "blocs.csv").write_text(
        HEAD
        + "BC,B,2000-01-01,,hand\nBC,C,2022-01-01,,hand\n"
        + "".join(f"ABCD,{c},2000-01-01,,hand\n" for c in "ABCD")
    )
    (folder / "bloc_names.csv").write_text("bloc,kind,name_en,name_ru\nBC,pact,Bay Pact,Пакт\nABCD,union,All,Все\n")
    return store


def sums(*pairs, period="2022"):
    rows = four_regions()
    return sum(
        value
        for when, *way, value in zip(rows["period"], rows["origin"], rows["destination"], rows["value"], strict=True)
        if when == period and tuple(way) in pairs
    )


def texts(report, key, view=0):
    part = next(part for part in report.views[view].sections if part.key == key)
    return [report.words.say(s).replace("\xa0", " ") for s in part.sentences]


def test_a_bloc_is_the_sum_of_its_members_without_what_is_inside(blocs):
    report = partnership(blocs, "A", "BC")
    exports, imports = sums(("A", "B"), ("A", "C")), sums(("B", "A"), ("C", "A"))
    assert [item.amount.value for item in report.views[0].glance] == pytest.approx(
        [exports + imports, exports, imports, exports - imports]
    )
    said = texts(report, "composition")
    assert "Bay Pact is counted as one region in all years: those that were members throughout 2022 (2): B, C." in said
    inside = sums(("B", "C"), ("C", "B"))
    assert (
        f"What its members sell to each other (USD {inside:g} in 2022) is trade inside Bay Pact and left out." in said
    )


def test_composition_is_constant_and_another_year_has_its_own(blocs):
    before = partnership(blocs, "A", "BC", period="2021")
    assert before.views[0].glance[1].amount.value == sums(("A", "B"), period="2021")
    dated = partnership(blocs, "A", "BC@2021")
    assert dated.views[0].glance[1].amount.value == sums(("A", "B"))
    assert "'BC@2021'" in dated.views[0].command or " BC@2021 " in dated.views[0].command


def test_who_joined_within_the_years_is_said(blocs):
    path = blocs.archive.folder / "blocs.csv"
    path.write_text(path.read_text().replace("C,2022-01-01", "C,2021-06-01"))
    said = texts(partnership(blocs, "A", "BC"), "composition")
    assert any(
        "The membership of Bay Pact changed within the years shown: C since 2021-06-01." in text for text in said
    )


def test_a_member_beside_its_bloc_meets_the_rest_of_it(blocs):
    report = partnership(blocs, "B", "BC")
    assert report.words.say(report.title) == "B and Bay Pact (without B)"
    assert report.views[0].glance[1].amount.value == sums(("B", "C"))
    assert "B belongs to Bay Pact too, and stands on the other side: here Bay Pact is what is left of it." in texts(
        report, "composition"
    )
    swapped = partnership(blocs, "BC", "B")
    assert swapped.views[1].glance[0].amount.value == report.views[0].glance[0].amount.value


def test_two_blocs_share_no_member(blocs):
    report = partnership(blocs, "ABCD", "BC")
    assert (report.a, report.b) == ("ABCD without BC", "BC")
    with pytest.raises(DataError, match="BC and BC have the same members"):
        partnership(blocs, "BC", "BC")


def test_ranks_count_the_bloc_as_one(blocs):
    grid = next(part for part in partnership(blocs, "A", "BC").sections if part.key == "standing").grids[0]
    assert grid.rows[0][2].value == 2  # the bloc and D


def test_what_a_bloc_has_not_is_said(blocs):
    blocs.write(as_side({(c, y): 10.0 for c in "ABD" for y in (2021, 2022)}, "gdp"), vintage="2023-02-01")
    report = partnership(blocs, "A", "BC")
    limits = [report.words.say(limit) for limit in report.views[0].limits]
    assert "GDP of Bay Pact in 2022: not every member has a figure, so there is no sum." in limits
    assert any(text.startswith("Prices of Bay Pact as a whole: it has no exchange rate") for text in limits)
    assert any(text.startswith("How members of Bay Pact differ") for text in limits)
    assert not any("no exchange rate of Bay Pact" in text for text in limits)


def test_mirror_reports_are_reconciled_by_member_and_summed(tmp_path):
    store = Store.create(tmp_path / "s")
    (store.archive.folder / "blocs.csv").write_text(HEAD + "BC,B,2000-01-01,,hand\nBC,C,2000-01-01,,hand\n")
    rows = [("A", "B", 100.0, 104.0), ("A", "C", 50.0, 75.0), ("B", "A", 60.0, 61.0), ("C", "B", 30.0, 21.0)]
    told = [(o, d, v, who) for o, d, x, m in rows for v, who in ((x, "origin"), (m, "destination"))]
    columns = dict(zip(("origin", "destination", "value", "told_by"), map(list, zip(*told, strict=True)), strict=True))
    store.write(as_flows({"period": ["2022"] * len(told), **columns}), vintage="2023-01-01")
    report = partnership(store, "A", "BC")
    row = next(part for part in report.sections if part.key == "mirror").grids[0].rows[0]
    assert [cell.value for cell in row[1:3]] == [150.0, 179.0]
    single = {b: partnership(store, "A", b).views[0].glance[1].amount.value for b in "BC"}
    assert report.views[0].glance[1].amount.value == pytest.approx(sum(single.values()))


def test_months_are_summed_to_whole_years_and_the_rest_is_said(tmp_path):
    months = [f"{year}-{month:02d}" for year in (2021, 2022) for month in range(1, 13)]
    months += [f"2023-{month:02d}" for month in range(1, 8)]
    both = [(m, o, d, v) for m in months for o, d, v in (("A", "B", 2.0), ("B", "A", 1.0))]
    names = ("period", "origin", "destination", "value")
    store = Store.create(tmp_path / "s")
    store.write(as_flows(dict(zip(names, map(list, zip(*both, strict=True)), strict=True))), vintage="2023-09-01")
    report = partnership(store, "A", "B")
    assert report.period == "2022"
    assert [item.amount.value for item in report.views[0].glance] == [36, 24, 12, 12]
    limits = [report.words.say(limit) for limit in report.views[0].limits]
    assert "2023 has 7 months: it is left out of yearly figures, and stands in the year to date." in limits
    assert any("January 2023 to July 2023 against the same months" in text for text in texts(report, "turnover"))
    yearly = [known.command for known in report.views[0].evidence if "--frequency M" not in known.command]
    assert yearly
    assert all("--frequency A" in command for command in yearly)


def test_who_reports_nothing_for_the_year_is_said_first(tmp_path):
    rows = [("2021", "A", "B", "origin"), ("2021", "A", "B", "destination"), ("2022", "A", "B", "origin")]
    names = ("period", "origin", "destination", "told_by")
    columns = dict(zip(names, map(list, zip(*rows, strict=True)), strict=True))
    store = Store.create(tmp_path / "s")
    store.write(as_flows({**columns, "value": [1.0, 2.0, 3.0]}), vintage="2023-01-01")
    report = partnership(store, "A", "B")
    assert [report.words.say(warning).split(".")[0] for warning in report.warnings] == ["No report for 2022 from: B"]


def test_a_series_that_crosses_a_succession_says_so(tmp_path):
    rows = {
        "period": ["2010", "2012", "2012"],
        "origin": ["SDN", "SDN", "CHN"],
        "destination": ["CHN", "CHN", "SDN"],
        "product": ["27", "27", "85"],
        "value": [9.0, 3.0, 2.0],
    }
    crossing = Store.create(tmp_path / "crossing")
    crossing.write(as_flows(rows), vintage="2013-01-01")
    said = [str(sentence.values.get("day")) for sentence in partnership(crossing, "SDN", "CHN").views[0].limits]
    assert "2011-07-09" in said
