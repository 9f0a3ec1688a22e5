"""IATI: what is written is valid and read back; older files are read with notes; hostile ones are refused."""

from __future__ import annotations

import datetime
import xml.etree.ElementTree as ET
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from hansa.commitments import read_register, write_register
from hansa.commitments.fields import STATES
from hansa.commitments.iati_codes import DATED, HIERARCHY, ORGANISATION, STATUS
from hansa.commitments.readers import xml_file
from hansa.commitments.readers.iati import read_iati
from hansa.commitments.records import Agreement, Event, Money, Party, Programme, Project
from hansa.commitments.register import Register, kind_of
from hansa.commitments.writers.iati import write_iati
from hansa.errors import DataError
from tests.unit.commitments.registers import registers

HOME = Path(__file__).parents[2] / "samples" / "register"
REPORTER = "XM-EXAMPLE-1"


@pytest.fixture(scope="session")
def iati_schema(hansa_data):
    """The published schema, with our reading of W3C's attributes in the place of what it imports from elsewhere."""

    class OwnAttributes(etree.Resolver):
        def resolve(self, address, public_id, context):
            return self.resolve_filename(str(HOME / "xml.xsd"), context) if address.endswith("xml.xsd") else None

    parser = etree.XMLParser(no_network=True)
    parser.resolvers.add(OwnAttributes())
    path = hansa_data / "register_standards" / "iati" / "iati-activities-schema.xsd"
    return etree.XMLSchema(etree.parse(str(path), parser))


@pytest.fixture
def sample():
    return read_register(HOME / "folder")


def test_the_sample_is_valid(iati_schema, sample, tmp_path):
    write_iati(sample, tmp_path / "register.xml", reporting_org="union")
    iati_schema.assertValid(etree.parse(str(tmp_path / "register.xml")))


def test_the_published_schema_refuses_what_is_not_iati(iati_schema):
    assert not iati_schema.validate(etree.fromstring('<iati-activities version="2.03"/>'))


def test_an_activity_and_what_is_in_it_know_their_lines(sample, tmp_path):
    path = tmp_path / "register.xml"
    write_iati(sample, path, reporting_org="union")
    lines, places = path.read_text(encoding="utf-8").splitlines(), read_iati(path).places
    for key, text in {"free-trade": "<iati-activity", "free-trade history 2": "2017-01-01", "brin-bank": "org"}.items():
        name, said, number = places[key].partition(", line ")
        assert (name, said) == ("register.xml", ", line ")
        assert text in lines[int(number) - 1], (key, lines[int(number) - 1])


def test_what_iati_cannot_hold_is_named(sample, tmp_path):
    notes = write_register(sample, tmp_path / "register.xml", reporting_org=REPORTER)
    for lost in (
        "milestones: first-tractor",
        "barriers: labels",
        "alignments of acts: road-rules",
        "ideas: joint-works",
        "decisions: build-works",
        "editions of a forum: forum-1",
        "sessions: forum-1-a",
        "asserted counts: said",
        "agreements without any date, which it asks for: customs",
        "parties that no activity names: union",
        "parents and addresses of parties: brin-bank",
        "who said an event, with what evidence and note: free-trade, tractors",
    ):
        assert f"IATI does not hold {lost}" in notes


def test_round_trip_of_what_iati_holds(sample, tmp_path):
    write_iati(sample, tmp_path / "register.xml", reporting_org=REPORTER)
    again = read_iati(tmp_path / "register.xml")
    assert again.notes == ()
    assert [record.id for record in again] == [
        *("brin", "kastell", "brin-bank", "free-trade", "machines"),
        *("cut-dependency", "double-exports", "tractors", "bridge", "free-trade-document-1"),
    ]
    for record in ("brin", "kastell", "cut-dependency", "double-exports"):
        assert again[record] == sample[record]
    assert again["brin-bank"] == replace(sample["brin-bank"], parent=None, url=None)
    assert again["free-trade-document-1"] == replace(sample["text"], id="free-trade-document-1")
    assert again["free-trade"] == replace(
        sample["free-trade"], history=(Event("2016-05-04", "signed"), Event("2017-01-01", "in force"))
    )
    assert again["machines"] == replace(sample["machines"], history=(Event("2018-02", "under way"),))
    tractors = sample["tractors"]
    planned = (tractors.amounts[1], tractors.amounts[0])  # a budget names no financer, and stands before those that do
    assert again["tractors"] == replace(
        tractors, amounts=(*planned, *tractors.amounts[2:]), history=(Event("2019-04-01", "implementation"),)
    )
    assert again["bridge"] == replace(sample["bridge"], amounts=(Money(4e7, "USD", "planned", "2020-01-01"),))


def test_transactions_are_what_an_amount_adds(sample, tmp_path):
    """2.5 m paid by the end of 2019 and 6 m by the end of 2020: 3.5 m less 75 cents were paid in 2020."""
    write_iati(sample, tmp_path / "register.xml", reporting_org=REPORTER)
    paid = [
        transaction.find("value").text
        for transaction in ET.parse(tmp_path / "register.xml").iter("transaction")
        if transaction.find("transaction-type").get("code") == "3"
    ]
    assert paid == ["2500000.75", "3499999.25"]


def test_a_revised_plan_is_a_revised_budget(tmp_path):
    amounts = (Money(10, "USD", "planned", "2020-01-01"), Money(12.5, "USD", "planned", "2021-01-01"))
    register = Register((Project("p", "P", ("a",), start="2020", end="2022", amounts=amounts),))
    write_iati(register, tmp_path / "register.xml", reporting_org=REPORTER)
    assert [budget.get("type") for budget in ET.parse(tmp_path / "register.xml").iter("budget")] == ["1", "2"]
    assert read_iati(tmp_path / "register.xml")["p"].amounts == amounts


def test_countries_go_by_their_iso_code(tmp_path):
    parties = (Party("by", "Belarus", region="BLR"), Party("ru", "Russia", region="RUS"))
    agreement = Agreement("a", "A", ("by", "ru"), history=(Event("2020", "in force"),))
    write_iati(Register((*parties, agreement)), tmp_path / "register.xml", reporting_org=REPORTER)
    root = ET.parse(tmp_path / "register.xml")
    assert [country.get("code") for country in root.iter("recipient-country")] == ["BY", "RU"]
    assert read_iati(tmp_path / "register.xml").records[:2] == parties


def test_codes_are_those_of_the_published_lists(hansa_data):
    listed: dict[str, set[str]] = {}
    for line in (hansa_data / "register_standards" / "iati" / "iati_codelists.csv").read_text().splitlines()[1:]:
        name, _, code, *_ = line.split(",")
        listed.setdefault(name, set()).add(code)
    for kind in HIERARCHY:
        assert set(STATUS[kind].values()) <= listed["ActivityStatus"]
        assert set(DATED[kind].values()) <= listed["ActivityDateType"]
    assert set(ORGANISATION.values()) <= listed["OrganisationType"]


def test_every_state_has_a_status():
    for kind in HIERARCHY:
        assert set(STATUS[kind]) == set(STATES[kind])
        assert set(DATED[kind]) <= set(STATES[kind])


IN_XML = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff"), min_size=1, max_size=8
).filter(lambda text: text == text.strip() and text)
DAY = st.dates(min_value=datetime.date(1800, 1, 1)).filter(lambda day: day.year < 2200).map(str)
VALUE = st.floats(-1e12, 1e12).map(lambda value: round(value, 2))


@st.composite
def projects(draw):
    amounts = [
        Money(value, currency, stage, day, None)
        for stage in ("planned", "launched", "disbursed")
        for currency, value, day in draw(st.lists(st.tuples(st.sampled_from(["USD", "RUB"]), VALUE, DAY), max_size=3))
    ]
    return Project(
        draw(IN_XML),
        draw(IN_XML),
        tuple(draw(st.lists(IN_XML, min_size=1, max_size=3, unique=True))),
        sector=draw(st.none() | IN_XML),
        amounts=tuple(
            sorted(amounts, key=lambda money: (["planned", "launched", "disbursed"].index(money.stage), money.date))
        ),
        joint_venture=draw(st.booleans()),
        products=tuple(draw(st.lists(IN_XML, max_size=2))),
        start=draw(st.sampled_from(["1800", "1999-12", "2001-02-03"])),
        end=draw(st.sampled_from([None, "2001-03", "2200"])),
    )


@given(projects())
@settings(max_examples=100)
def test_projects_round_trip_and_are_valid(iati_schema, tmp_path_factory, project):
    path = tmp_path_factory.mktemp("iati") / "register.xml"
    write_iati(Register((project,)), path, reporting_org=REPORTER)
    iati_schema.assertValid(etree.parse(str(path)))
    if project.id not in project.partners:
        assert read_iati(path)[project.id] == project


@given(registers())
@settings(max_examples=100)
def test_whatever_is_written_is_valid(iati_schema, tmp_path_factory, register):
    path = tmp_path_factory.mktemp("iati") / "register.xml"
    activities = [record for record in register if isinstance(record, Agreement | Programme | Project)]
    try:
        notes = write_iati(register, path, reporting_org=REPORTER)
    except DataError as refused:
        said = str(refused)
        if "cannot stand in XML" not in said and (activities and "nothing that IATI could hold" not in said):
            raise
        return
    iati_schema.assertValid(etree.parse(str(path)))
    written = {element.text.removeprefix(f"{REPORTER}-") for element in ET.parse(path).iter("iati-identifier")}
    said = "\n".join(notes)
    for record in register:
        assert record.id in written or kind_of(record) in ("party", "target", "link") or "IATI does not hold" in said


def test_a_character_that_xml_cannot_hold(tmp_path):
    register = Register((Project("p", "a\x07b", ("x",), start="2020"),))
    with pytest.raises(DataError, match=r"U\+0007 after .* cannot stand in XML"):
        write_iati(register, tmp_path / "register.xml", reporting_org=REPORTER)
    assert not list(tmp_path.iterdir())


# Older files ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "activities", "version", "left_out"),
    [
        ("IATIfromGF.xml", 7, "IATI 1.0", ["contact-info (7)", "description (7)", "tied-status (7)", "total-cost (7)"]),
        ("dfid_out.xml", 2, "IATI 1.0", ["activity-date (4)", "related-initiative (4)", "finance-type (2)"]),
        ("undp_sample.xml", 1, "IATI of no stated version", ["transaction (no date, amount or kind) (2)"]),
        ("worldbank.xml", 16, "IATI 1.0", ["total-cost (16)", "transaction (no date, amount or kind) (14)"]),
    ],
)
def test_published_samples_of_version_1(hansa_data, name, activities, version, left_out):
    register = read_iati(hansa_data / "register_standards" / "iati" / "samples" / name)
    assert len(register.of(Project)) == activities
    assert register.notes[0] == f"{version} was read as far as it goes"
    assert all(part in register.notes[1] for part in left_out), register.notes[1]


def test_money_of_a_published_sample_adds_up(hansa_data):
    """The last total of each stage is the sum of its transactions, as another reader of XML adds them."""
    path = hansa_data / "register_standards" / "iati" / "samples" / "IATIfromGF.xml"
    register = read_iati(path)
    for activity in ET.parse(path).iter("iati-activity"):
        project = register[activity.find("other-identifier").text]
        for stage, word in (("launched", "commitment"), ("disbursed", "disbursement")):
            values = [
                Decimal(transaction.find("value").text)
                for transaction in activity.iter("transaction")
                if transaction.get("type") == word
            ]
            totals = [money for money in project.amounts if money.stage == stage]
            assert len(totals) == len(values)
            if values:
                assert max(totals, key=lambda money: money.date).value == float(sum(values))


SECOND = """<iati-activities version="2.01"><iati-activity default-currency="EUR">
 <iati-identifier>XX-1-a</iati-identifier>
 <reporting-org ref="XX-1" type="10"><narrative>Ministry</narrative></reporting-org>
 <title><narrative>Road</narrative></title><description><narrative>A road</narrative></description>
 <participating-org role="1" type="40" ref="XX-2"><narrative>Bank</narrative></participating-org>
 <participating-org role="4" type="70"><narrative>Builder</narrative></participating-org>
 <activity-status code="4"/><activity-date type="1" iso-date="2015-01-01"/>
 <activity-date type="2" iso-date="2015-02-01"/><activity-date type="4" iso-date="2016-03-01"/>
 <budget type="1"><period-start iso-date="2015-01-01"/><period-end iso-date="2015-12-31"/>
  <value value-date="2015-01-01">100</value></budget>
 <budget type="1"><period-start iso-date="2016-01-01"/><period-end iso-date="2016-12-31"/>
  <value value-date="2016-01-01">50</value></budget>
 <budget type="2"><period-start iso-date="2016-01-01"/><period-end iso-date="2016-12-31"/>
  <value value-date="2016-02-01">70</value></budget>
 <transaction><transaction-type code="3"/><transaction-date iso-date="2015-05-01"/>
  <value value-date="2015-05-01" currency="USD">9.5</value><flow-type code="10"/></transaction>
</iati-activity></iati-activities>"""


def test_a_file_of_version_2_01(tmp_path):
    """Budgets of two years add up, and a revision takes the place of its year's: 100, 100 + 50, 100 + 70."""
    (tmp_path / "a.xml").write_text(SECOND)
    register = read_iati(tmp_path / "a.xml")
    project = register["a"]
    assert project.title == "Road"
    assert project.partners == ("XX-2", "Builder")
    assert [register[name].kind for name in project.partners] == ["institution", "company"]
    assert project.start == "2015-01-01"
    assert project.history == (Event("2015-02-01", "implementation"), Event("2016-03-01", "completed"))
    assert [(money.stage, money.value, money.currency) for money in project.amounts] == [
        ("planned", 100.0, "EUR"),
        ("planned", 150.0, "EUR"),
        ("planned", 170.0, "EUR"),
        ("disbursed", 9.5, "USD"),
    ]
    assert register.notes == (
        "IATI 2.01 was read as far as it goes",
        "not understood and left out: description (1), transaction/flow-type (1)",
    )


# Bad input ------------------------------------------------------------------------------------------------------------


def activity(inner="", identifier="p"):
    return (
        f"<iati-activity><iati-identifier>{identifier}</iati-identifier><title>P</title>"
        f'<participating-org role="4" ref="x"/>\n{inner}</iati-activity>\n'
    )


def document(*activities):
    return f'<iati-activities version="2.03">\n{"".join(activities)}</iati-activities>'


LAUGHS = (
    '<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY a "ha">'
    + "".join(f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(10))
    + "]><iati-activities>&k;</iati-activities>"
)
FOREIGN = '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/hostname">]><iati-activities>&x;</iati-activities>'


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (LAUGHS, "declares a document type"),
        (FOREIGN, "declares a document type"),
        ('<!DOCTYPE a SYSTEM "http://example.org/a.dtd"><iati-activities/>', "declares a document type"),
        (" " * 5000 + LAUGHS[21:], "declares a document type"),
        ('<?xml version="1.0" encoding="utf-7"?><a/>', "The encoding 'utf-7' is not read"),
        ("<iati-activities>", r"line \d+: This is no well-formed XML"),
        ("<iati-activities version='2.03'/>", "holds no activity"),
        ("<html/>", "The first element is <html>"),
        ("", "This is no well-formed XML|cannot be read as XML"),
        ("<a>" * 400 + "</a>" * 400, "no well-formed XML .*depth"),
        (document(activity(), activity()), r"line 4: The id 'p' stands on line 2 already|line 4, column 'id'"),
        (document(activity('<activity-date type="1" iso-date="1600-01-01"/>')), r"line 3, .*'1600-01-01' lies outside"),
        (document(activity('<activity-date type="1" iso-date="soon"/>')), r"line 3, .*'soon' is no date"),
        (document(activity(identifier="")), "no identifier"),
        (
            document(
                activity(
                    '<activity-date type="1" iso-date="2020-01-01"/><activity-date type="3" iso-date="2019-01-01"/>'
                )
            ),
            "The end, 2019-01-01, lies before the start, 2020-01-01",
        ),
        (
            document(activity('<budget><value value-date="2020-01-01">5</value></budget>')),
            r"line 3, column 'currency': The amount 5.0 has no currency",
        ),
    ],
)
def test_what_is_refused(text, said, tmp_path):
    (tmp_path / "a.xml").write_text(text)
    with pytest.raises(DataError, match=said):
        read_iati(tmp_path / "a.xml")


def test_a_bomb_in_utf_16_is_refused(tmp_path):
    (tmp_path / "a.xml").write_bytes(LAUGHS.replace('"1.0"', '"1.0" encoding="UTF-16"').encode("utf-16"))
    with pytest.raises(DataError, match="declares a document type"):
        read_iati(tmp_path / "a.xml")


@pytest.mark.parametrize("block", [b"<a/>", b'<a b="" c="" d="" e=""/>', b"x" * 64])
def test_oversized_files_are_refused(tmp_path, block):
    path = tmp_path / "a.xml"
    body = block * ((xml_file.LARGEST - 100) // len(block))
    path.write_bytes(b"<iati-activities>" + body + b"</iati-activities>")
    with pytest.raises(DataError, match=r"more elements than|no well-formed|no activity"):
        read_iati(path)
    with path.open("ab") as out:
        out.write(b" " * 200)
    with pytest.raises(DataError, match="at most 50 MB are read"):
        read_iati(path)
