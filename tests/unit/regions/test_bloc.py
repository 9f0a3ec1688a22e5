"""Blocs by date: against the treaties, against DESTA, and the rule for periods."""

import csv
from collections import Counter
from datetime import date, timedelta
from pathlib import Path

import pytest

from hansa.errors import DataError, UnknownCode
from hansa.regions import blocs, blocs_of, find, find_bloc, members_on, membership_changes, memberships

# DESTA's names of blocs and ours.
OURS = {
    "ASEAN FTA": "ASEAN",
    "CIS FTA 2011": "CIS-FTA",
    "Customs Union BLR-KAZ-RUS": "Eurasian Customs Union",
    "Union State BLR-RUS": "Union State",
}
# DESTA's lists that we do not carry.
NOT_CARRIED = {"CIS FTA 1994", "ECOTA", "GAFTA"}


def explained(*lines):
    """(bloc, members, reason) as a reason for each membership."""
    return {(bloc, member): reason for bloc, members, reason in lines for member in members.split()}


# Where DESTA's year differs from the date of our table, and why.
ENTRY_DIFFERS = explained(
    ("ASEAN", "BRN IDN MYS PHL SGP THA", "DESTA dates the free trade area of 1992, we the association"),
    ("CACM", "HND", "DESTA dates the treaty; in force for Honduras in 1962"),
    ("CACM", "PAN", "DESTA dates a bilateral agreement; Panama joined in 2013"),
    ("CARICOM", "ATG BLZ DMA GRD KNA LCA MSR VCT", "DESTA dates the treaty; they acceded in 1974"),
    ("CIS-FTA", "KGZ TJK UZB", "DESTA dates the treaty; in force for it later"),
    ("COMESA", "LBY SYC", "DESTA dates its free trade area"),
    ("CPTPP", "BRN CHL MYS PER VNM", "DESTA dates the agreement; in force for it later"),
    ("EEA", "CYP CZE EST HUN LTU LVA MLT POL SVK SVN", "DESTA dates the signature of the enlargement"),
    ("EEA", "BGR ROU", "DESTA dates the entry into force, we the provisional application of the enlargement"),
    ("EEA", "LIE", "DESTA dates the agreement; in force for Liechtenstein on 1 May 1995"),
    ("MERCOSUR", "BOL", "DESTA dates the signature; in force in 2024"),
    ("Pacific Alliance", "CHL COL MEX PER", "DESTA dates the signature; in force in 2015"),
)
NO_MEMBER = explained(
    ("CEMAC", "COD STP", "DESTA counts the Economic Community of Central African States"),
    ("COMESA", "SSD", "DESTA counts Sudan under this code; South Sudan is no member"),
)
EXIT_DIFFERS = explained(
    ("Andean Community", "CHL", "DESTA does not record that Chile left in 1976"),
    ("CEFTA", "BGR HRV ROU", "DESTA does not record their accession to the European Union"),
    ("COMESA", "AGO LSO MOZ", "DESTA gives the year, we the last day of a year that is not known more closely"),
    ("COMESA", "NAM", "DESTA gives 2000; Namibia withdrew in 2004"),
    ("COMESA", "TZA", "DESTA does not record that Tanzania left in 2000"),
    ("ECOWAS", "BFA MLI NER", "they left after DESTA's last year"),
    ("ECOWAS", "MRT", "DESTA does not record that Mauritania left in 2000"),
    ("EEA", "GBR", "DESTA does not record that the United Kingdom left"),
    ("EurAsEC", "BLR KAZ KGZ RUS TJK", "DESTA does not record that it was wound up in 2014"),
    ("EurAsEC", "UZB", "DESTA gives the year, we the last day of a year that is not known more closely"),
    ("Eurasian Customs Union", "BLR KAZ RUS", "DESTA does not record its replacement in 2015"),
    ("MERCOSUR", "VEN", "DESTA does not record the suspension of 2016"),
    ("NAFTA", "CAN MEX USA", "DESTA does not record its replacement in 2020"),
)


def test_every_member_is_a_country_and_no_membership_overlaps():
    seen = {}
    for fact in memberships():
        assert find(fact.member).code == fact.member
        assert find(fact.member).kind == "country"
        for first, last in seen.setdefault((fact.bloc, fact.member), []):
            assert last < fact.first or (fact.last or date.max) < first, fact
        seen[fact.bloc, fact.member].append((fact.first, fact.last or date.max))


def test_every_bloc_is_named_in_two_languages():
    for bloc in blocs():
        assert bloc.kind, bloc
        assert bloc.name
        assert bloc.name_ru
        assert find_bloc(bloc.name_ru) == find_bloc(bloc.name) == bloc


# What the organisations themselves count: (bloc, day, number of members).
@pytest.mark.parametrize(
    ("bloc", "day", "count"),
    [
        ("EU", "1957-12-31", 0), ("EU", "1958-01-01", 6), ("EU", "1973-01-01", 9), ("EU", "1981-01-01", 10),
        ("EU", "1986-01-01", 12), ("EU", "1995-01-01", 15), ("EU", "2004-05-01", 25), ("EU", "2007-01-01", 27),
        ("EU", "2013-07-01", 28), ("EU", "2020-01-31", 28), ("EU", "2020-02-01", 27),
        ("euro area", "1999-01-01", 11), ("euro area", "2015-01-01", 19), ("euro area", "2023-01-01", 20),
        ("euro area", "2026-01-01", 21),
        ("EFTA", "1960-05-03", 7), ("EFTA", "1994-12-31", 7), ("EFTA", "1995-01-01", 4),
        ("EEA", "2014-04-12", 31), ("EEA", "2020-02-01", 30),
        ("EAEU", "2015-01-01", 3), ("EAEU", "2015-12-31", 5),
        ("CIS", "1994-01-01", 12), ("CIS", "2010-01-01", 11),
        ("CIS-FTA", "2020-01-01", 9), ("EurAsEC", "2007-01-01", 6),
        ("SCO", "2001-06-15", 6), ("SCO", "2017-06-09", 8), ("SCO", "2024-07-04", 10),
        ("BRICS", "2010-01-01", 4), ("BRICS", "2011-05-01", 5), ("BRICS", "2024-01-01", 9),
        ("BRICS", "2025-02-01", 10),
        ("ASEAN", "1967-08-08", 5), ("ASEAN", "1999-04-30", 10), ("ASEAN", "2025-10-26", 11),
        ("RCEP", "2022-01-01", 10), ("RCEP", "2023-06-02", 14),
        ("CPTPP", "2018-12-30", 6), ("CPTPP", "2023-07-12", 11), ("CPTPP", "2024-12-15", 12),
        ("MERCOSUR", "1995-01-01", 4), ("MERCOSUR", "2024-12-31", 5), ("USMCA", "2020-07-01", 3),
        ("NAFTA", "2020-07-01", 0),
        ("EAC", "2024-03-04", 8), ("ECOWAS", "2020-01-01", 15), ("ECOWAS", "2025-01-29", 12),
        ("SADC", "2020-01-01", 16),
        ("WAEMU", "2000-01-01", 8), ("CEMAC", "2000-01-01", 6), ("COMESA", "2020-01-01", 21),
        ("SACU", "2020-01-01", 5),
        ("GCC", "2020-01-01", 6), ("SAFTA", "2012-01-01", 8), ("CARICOM", "2003-01-01", 15),
        ("Andean Community", "2007-01-01", 4),
        ("CACM", "2014-01-01", 6), ("Pacific Alliance", "2016-01-01", 4), ("CEFTA", "2014-01-01", 7),
        ("Nordic Council", "1960-01-01", 5), ("Benelux", "2020-01-01", 3), ("Visegrad Group", "1992-01-01", 3),
        ("Visegrad Group", "1993-01-01", 4), ("OECD", "2021-06-01", 38), ("G7", "1980-01-01", 7),
        ("G20", "2020-01-01", 19),
        ("AfCFTA", "2019-05-30", 23), ("AfCFTA", "2020-12-31", 33), ("Union State", "2020-01-01", 2),
    ],
)  # fmt: skip
def test_number_of_members(bloc, day, count):
    assert len(members_on(bloc, day)) == count


def test_desta_agrees_by_year_but_for_what_is_explained(hansa_data: Path):
    text = (hansa_data / "agreements" / "bloc_membership_from_desta.csv").read_text(encoding="utf-8")
    rows = list(csv.DictReader(text.splitlines()))
    facts = {}
    for fact in sorted(memberships(), key=lambda fact: fact.first):
        facts.setdefault((fact.bloc, fact.member), fact)
    told = Counter()
    for row in rows:
        key = (OURS.get(row["bloc"], row["bloc"]), row["member_iso3"])
        if row["bloc"] in NOT_CARRIED:
            continue
        told["rows"] += 1
        if key in NO_MEMBER:
            assert key not in facts
            continue
        fact = facts[key]
        if fact.first.year != int(row["from_year"]):
            assert ENTRY_DIFFERS.get(key), (key, fact.first, row["from_year"])
            told["entry differs"] += 1
        ends = (fact.last + timedelta(days=1)).year if fact.last else None
        if ends != (int(float(row["to_year"])) if row["to_year"] else None):
            assert EXIT_DIFFERS.get(key), (key, fact.last, row["to_year"])
            told["exit differs"] += 1
    assert told["rows"] == 252
    assert told["entry differs"] + told["exit differs"] < told["rows"] / 3


def test_a_member_for_part_of_a_period_counts_only_where_asked():
    assert members_on("EU", "2020") == members_on("EU", "2021")
    assert members_on("EU", "2020", throughout=False) - members_on("EU", "2020") == {"GBR"}
    assert members_on("EU", "2020-01") - members_on("EU", "2020-02") == {"GBR"}
    assert members_on("SCO", "2024-Q3", throughout=False) - members_on("SCO", "2024-Q3") == {"BLR"}
    assert members_on("EU", date(2013, 7, 1)) - members_on("EU", 2013) == {"HRV"}


def test_changes_inside_a_period_are_told():
    assert membership_changes("SCO", "2024") == ("BLR is a member of SCO since 2024-07-04.",)
    assert membership_changes("EU", "2020") == ("GBR was a member of EU until 2020-01-31.",)
    assert membership_changes("EU", "2021") == ()


def test_the_law_between_members_and_changes():
    """Without a change inside a period both ways of counting agree."""
    for bloc in blocs():
        for year in range(1990, 2026):
            same = members_on(bloc.key, year) == members_on(bloc.key, year, throughout=False)
            assert same == (not membership_changes(bloc.key, year)), (bloc.key, year)


def test_blocs_of_belarus_and_russia():
    both = set(blocs_of("BLR", "2025-06-30")) & set(blocs_of("RUS", "2025-06-30"))
    assert both == {"CIS", "CIS-FTA", "EAEU", "SCO", "Union State"}
    assert "Eurasian Customs Union" in blocs_of("BLR", "2012")


def test_unknown_bloc_names_the_nearest():
    with pytest.raises(UnknownCode, match=r"'EAUE' is no known bloc. Nearest known: 'EAEU'"):
        members_on("EAUE", "2020")


@pytest.mark.parametrize("when", ["2021-02-30", "2021-13-01", "last year", "0000"])
def test_what_is_no_day(when):
    with pytest.raises(DataError):
        members_on("EU", when)
