"""Regions counted as one: who is in a group, what is left of it, what is summed."""

from __future__ import annotations

from datetime import date

import pytest

from hansa.errors import DataError, UnknownCode
from hansa.regions import Bloc, Membership, Region, Regions
from hansa.regions.lists import Lists
from hansa.trade.flows import as_flows
from hansa.trade.group import Group, apart, find_group, grouping, mapping, regrouped, regrouped_side, rest
from hansa.trade.side import as_side

FACTS = tuple(
    Membership(bloc, member, date(first, 1, 1), None, "by hand")
    for bloc, member, first in (
        ("G", "A", 2013),
        ("G", "B", 2020),
        ("H", "B", 2013),
        ("H", "C", 2013),
        ("H", "D", 2013),
    )
)
PLACES = Regions((Region("A", "Aland"), Region("A-1", "One", parent="A"), Region("A-2", "Two", parent="A")))
LISTS = Lists(PLACES, FACTS, (Bloc("G", "Group", "Группа", ""), Bloc("H", "House", "Дом", "")))


def test_members_are_those_of_the_whole_year():
    assert find_group("G", "ABCD", LISTS, "2019").members == ("A",)
    assert find_group("G", "ABCD", LISTS, "2022").members == ("A", "B")
    assert find_group("группа@2019", "ABCD", LISTS, "2022").option == "G@2019"


def test_a_member_that_the_flows_lack_is_said():
    group = find_group("H", "BC", LISTS, "2022")
    assert (group.members, group.absent) == (("B", "C"), ("D",))


def test_provinces_stand_for_their_country_alone_and_in_a_bloc():
    known = ["A-1", "A-2", "B"]
    assert find_group("Aland", known, LISTS, "2022").members == ("A-1", "A-2")
    assert find_group("G", known, LISTS, "2022").members == ("A-1", "A-2", "B")


def test_the_larger_gives_its_common_members_whatever_the_order():
    small, large = (find_group(name, "ABCD", LISTS, "2022") for name in "GH")
    for pair in ((small, large), (large, small)):
        assert {group.code: group.members for group in apart(*pair)} == {
            "G": ("A", "B"),
            "H without G": ("C", "D"),
        }
    assert find_group("H without G@2022", "ABCD", LISTS, "2023").members == ("C", "D")
    assert find_group("H without B", "ABCD", LISTS, "2022").code == "H without B"


def test_what_cannot_be_a_group_is_refused():
    with pytest.raises(UnknownCode, match="'X' is no known bloc"):
        find_group("X", "ABCD", LISTS, "2022")
    with pytest.raises(DataError, match="G had no member throughout 2010. Name another year: G@YEAR."):
        find_group("G", "ABCD", LISTS, "2010")
    with pytest.raises(DataError, match=r"Of the members of G throughout 2022 the flows name none \(A, B\)."):
        find_group("G", "CD", LISTS, "2022")
    with pytest.raises(DataError, match="The flows name G as a region of its own"):
        find_group("Group", ["A", "B", "G"], LISTS, "2022")
    group = find_group("G", "ABCD", LISTS, "2022")
    with pytest.raises(DataError, match="Nothing is left of G without H."):
        rest(group, "H", "ABCD")
    with pytest.raises(DataError, match="C is no member of G"):
        rest(group, "C", "C")
    with pytest.raises(DataError, match="G and G have the same members"):
        apart(group, group)
    with pytest.raises(DataError, match="B is in G and in H; .* Write the larger as 'H without G'."):
        mapping(find_group(name, "ABCD", LISTS, "2022") for name in "GH")


def test_flows_of_members_are_summed_and_those_between_them_left_out():
    told = {"period": ["2022"] * 4, "origin": list("ABAC"), "destination": list("BCCA"), "value": [1.0, 2.0, 3.0, 4.0]}
    flows = as_flows(told)
    whole = regrouped(flows, grouping(flows, ["G"], LISTS))
    assert {(r["origin"], r["destination"]): r["value"] for r in whole.to_arrow().to_pylist()} == {
        ("G", "C"): 5.0,
        ("C", "G"): 4.0,
    }
    assert whole.notes == (
        "flows inside G are left out (domestic after grouping)",
        "G is counted as one region, its members of 2022 in all periods",
    )


def test_a_side_table_is_summed_where_every_member_has_a_figure():
    group = Group("G", "G", "bloc", None, "2022", ("A", "B"))
    gdp = {("A", 2021): 1.0, ("A", 2022): 2.0, ("B", 2022): 5.0, ("C", 2022): 9.0}
    summed = regrouped_side(as_side(gdp, "gdp"), [group])
    assert summed.lookup("region", "period") == {("C", "2022"): 9.0, ("G", "2022"): 7.0}
    lacking = regrouped_side(as_side({("A", 2022): 2.0}, "gdp"), [group])
    assert lacking.lookup("region", "period") == {}
    assert lacking.notes == ("no gdp of G: B have none",)
    rates = as_side({("A", 2022): 2.0}, "exchange_rate")
    assert regrouped_side(rates, [group]) is rates
