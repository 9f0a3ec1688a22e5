"""The calendar, read line by line as its standard says, and the news feed, read with the standard library."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, date, datetime
from xml.etree import ElementTree as Xml

import pytest

from hansa.commitments.records import Decision, Event, Milestone, Party
from hansa.office.calendar import DayEvent, calendar, folded
from hansa.office.due import happened, late, owed
from hansa.office.ledger import Edit, commit
from hansa.office.snapshot import current
from hansa.office.statistics import today

ATOM = "{http://www.w3.org/2005/Atom}"
NAME = re.compile(r"[A-Z0-9-]+")
PARAMETER = re.compile(r";([A-Z-]+)=([^\x00-\x08\x0a-\x1f\x7f\";:,]*)")
ONCE = (
    "UID",
    "DTSTAMP",
    "DTSTART",
    "SUMMARY",
    "DESCRIPTION",
    "URL",
    "SEQUENCE",
    "LAST-MODIFIED",
    "TRANSP",
    "CATEGORIES",
)
Component = dict[str, list[tuple[dict[str, str], str]]]


def read_calendar(body: bytes) -> tuple[Component, list[Component]]:
    """Properties of a calendar and of each of its events; refuses whatever RFC 5545 does (3.1, 3.3.11, 3.4, 3.6)."""
    assert body.endswith(b"\r\n")
    physical = body[:-2].split(b"\r\n")
    for line in physical:
        assert len(line) <= 75, f"{len(line)} octets"
        assert b"\n" not in line
        assert b"\r" not in line
        line.decode("utf-8")  # no letter is torn by a fold
    logical: list[str] = []
    for line in physical:
        if line[:1] in (b" ", b"\t"):
            logical[-1] += line[1:].decode()
        else:
            logical.append(line.decode())
    stack: list[str] = []
    top: Component = {}
    events: list[Component] = []
    others = 0
    for line in logical:
        name = NAME.match(line)
        assert name, line
        rest, parameters = line[name.end() :], {}
        while hit := PARAMETER.match(rest):
            parameters[hit[1]] = hit[2]
            rest = rest[hit.end() :]
        assert rest[:1] == ":", line
        value = rest[1:]
        assert not re.search(r"[\x00-\x08\x0a-\x1f\x7f]", value)
        if name[0] == "BEGIN":
            stack.append(value)
            events += [{}] if value == "VEVENT" else []
            others += value not in ("VEVENT", "VCALENDAR")
        elif name[0] == "END":
            assert stack.pop() == value
        elif stack == ["VCALENDAR"]:
            top.setdefault(name[0], []).append((parameters, value))
        elif stack == ["VCALENDAR", "VEVENT"]:
            events[-1].setdefault(name[0], []).append((parameters, value))
    assert not stack
    assert (logical[0], logical[-1]) == ("BEGIN:VCALENDAR", "END:VCALENDAR")
    assert events or others, "a calendar holds at least one component"
    assert [value for _, value in top["VERSION"]] == ["2.0"]
    assert len(top["PRODID"]) == 1
    for event in events:
        assert set(event) <= {*ONCE}
        assert all(len(values) == 1 for values in event.values())
        for needed in ("UID", "DTSTAMP", "DTSTART", "SUMMARY"):
            assert needed in event
        datetime.strptime(event["DTSTAMP"][0][1], "%Y%m%dT%H%M%S%z")
        assert event["DTSTART"][0][0] == {"VALUE": "DATE"}
        assert date.fromisoformat(event["DTSTART"][0][1])
    assert len({event["UID"][0][1] for event in events}) == len(events)
    return top, events


def text_of(event: Component, name: str) -> str:
    """A text as it was before it was escaped; refuses what is escaped wrongly."""
    value = event[name][0][1]
    assert re.fullmatch(r"(?:[^\\;,]|\\[\\;,nN])*", value), value
    return re.sub(r"\\(.)", lambda hit: "\n" if hit[1] in "nN" else hit[1], value)


def by_id(client, path: str = "/due.ics") -> dict[str, Component]:
    """Events by the beginning of their identifiers."""
    _, events = read_calendar(client.get(path).content)
    return {event["UID"][0][1].partition("@")[0]: event for event in events}


def test_the_calendar_has_what_is_still_to_be_done_and_editions(register, client_of):
    response = client_of("").get("/due.ics")
    assert response["Content-Type"] == "text/calendar; charset=utf-8"
    top, events = read_calendar(response.content)
    assert top["X-WR-CALNAME"] == [({}, "Hansa: What is due")]
    seen = current().register()
    editions = {record.id for record in seen if type(record).__name__ == "Edition"}
    wanted = {one.record.id for one in owed(seen, today())} | editions
    assert {event["UID"][0][1].partition("@")[0].partition("-")[2] for event in events} == wanted
    assert "bar-weighing" not in wanted  # a draft
    assert {event["URL"][0][1].partition("/register/")[0] for event in events} == {"http://testserver"}


def test_a_day_a_month_and_a_year_stand_on_their_last_day(register, client_of):
    steps = [
        Milestone(f"mil-{n}", "prg-food", f"Step {n}", due) for n, due in enumerate(("2031-02-14", "2032-02", "2033"))
    ]
    commit(register["chair"], [Edit("create", one.id, one, draft=False) for one in steps])
    events = by_id(client_of(""))
    days = {n: events[f"milestone-mil-{n}"]["DTSTART"][0][1] for n in range(3)}
    assert days == {0: "20310214", 1: "20320229", 2: "20331231"}
    assert text_of(events["milestone-mil-0"], "SUMMARY") == "Step 0"
    assert text_of(events["milestone-mil-1"], "SUMMARY") == "Step 1 (by the end of February 2032; no day is named)"
    russian = by_id(client_of(""), "/due.ics?language=ru")["milestone-mil-2"]
    assert russian["SUMMARY"][0][0] == {"LANGUAGE": "ru"}
    assert text_of(russian, "SUMMARY") == "Step 2 (до конца периода: 2033; день не назван)"


def test_what_is_done_leaves_the_calendar_and_what_changes_keeps_its_identity(register, client_of):
    step = Milestone("mil-x", "prg-food", "Line open", "2031-02-14")
    commit(register["chair"], [Edit("create", step.id, step, draft=False)])
    first = by_id(client_of(""))["milestone-mil-x"]
    commit(register["chair"], [Edit("edit", step.id, replace(step, due="2031-03-01"))])
    second = by_id(client_of(""))["milestone-mil-x"]
    assert first["UID"] == second["UID"]
    assert int(first["SEQUENCE"][0][1]) < int(second["SEQUENCE"][0][1])
    assert second["DTSTART"][0][1] == "20310301"
    commit(register["chair"], [Edit("edit", step.id, replace(step, history=(Event("2024-01-01", "met"),)))])
    assert "milestone-mil-x" not in by_id(client_of(""))


def test_hostile_titles_stay_within_their_property(register, client_of):
    title = "a;b,c\\d\r\nBEGIN:VEVENT\nX:\x07" + "я" * 200 + "😀" * 40
    step = Milestone("mil,/;x", "prg-food", title, "2031-02-14", (Event("2024-01-01", "scheduled", note="<&>"),))
    commit(register["chair"], [Edit("create", step.id, step, draft=False)])
    event = by_id(client_of(""))["milestone-mil%2C%2F%3Bx"]
    said = text_of(event, "SUMMARY")
    assert said.startswith("a;b,c\\d")
    assert said.endswith("😀" * 40)
    entries = Xml.fromstring(client_of("").get("/due.atom").content).findall(f"{ATOM}entry")
    assert any("BEGIN:VEVENT" in entry.findtext(f"{ATOM}title") for entry in entries)


@pytest.mark.parametrize("text", ["x" * 500, "я" * 300, "😀" * 99, "a" * 74 + "я", "a" * 75, "a" * 76, ""])
def test_folding_loses_and_tears_nothing(text):
    parts = list(folded(text))
    assert all(len(part.encode()) <= 75 for part in parts)
    assert parts[0] + "".join(part[1:] for part in parts[1:]) == text
    assert all(part[0] == " " for part in parts[1:])


def test_a_calendar_without_events_is_one_still():
    assert read_calendar(calendar([], name="Due", language="en").encode())[1] == []
    event = DayEvent("u@x", "2031-02-14", "T", "", "https://x/", "C", datetime(2024, 1, 2, 3, 4, 5, tzinfo=UTC))
    (read,) = read_calendar(calendar([event], name="Due", language="en").encode())[1]
    assert (read["DTSTAMP"][0][1], "DESCRIPTION" in read) == ("20240102T030405Z", False)


def test_an_empty_office_has_feeds_too(people, client_of):
    assert read_calendar(client_of("").get("/due.ics").content)[1] == []
    feed = Xml.fromstring(client_of("").get("/due.atom").content)
    assert feed.findall(f"{ATOM}entry") == []
    assert feed.findtext(f"{ATOM}updated") == "1970-01-01T00:00:00Z"


def test_the_news_are_the_last_that_happened_or_is_late(register, client_of):
    response = client_of("").get("/due.atom")
    assert response["Content-Type"] == "application/atom+xml; charset=utf-8"
    feed = Xml.fromstring(response.content)
    assert feed.tag == f"{ATOM}feed"
    for needed in ("id", "title", "updated", "author"):  # RFC 4287, 4.1.1
        assert len(feed.findall(f"{ATOM}{needed}")) == 1
    links = {link.get("rel"): link.get("href") for link in feed.findall(f"{ATOM}link")}
    assert links == {"self": "http://testserver/due.atom", "alternate": "http://testserver/"}
    entries = feed.findall(f"{ATOM}entry")
    seen = current().register()
    whole = len(happened(seen, "", today())) + len(late(seen, today()))
    assert len(entries) == min(50, whole) == 50
    ids = [entry.findtext(f"{ATOM}id") for entry in entries]
    assert len(set(ids)) == 50
    assert all(
        re.fullmatch(r"tag:testserver,2020:[a-z_]+/[^/\s]+/(late/[\d-]+|[0-9a-f]{16})(/\d+)?", one) for one in ids
    )
    stamps = [entry.findtext(f"{ATOM}updated") for entry in entries]
    assert stamps == sorted(stamps, reverse=True)
    assert all(datetime.fromisoformat(stamp).date() <= date.fromisoformat(today()) for stamp in stamps)
    assert feed.findtext(f"{ATOM}updated") == stamps[0]
    for entry in entries:
        assert len(entry.findall(f"{ATOM}id")) == len(entry.findall(f"{ATOM}title")) == 1
        assert entry.find(f"{ATOM}link").get("href").startswith("http://testserver/register/")
    assert "bar-weighing" not in response.text
    assert client_of("editor").get("/due.atom").content == response.content  # drafts are in nobody's feed


def test_an_entry_is_the_same_for_ever(register, client_of):
    def ids() -> list[str]:
        feed = Xml.fromstring(client_of("").get("/due.atom").content)
        return [entry.findtext(f"{ATOM}id") for entry in feed.findall(f"{ATOM}entry")]

    session = next(record.id for record in current().register() if type(record).__name__ == "Session")
    twice = (Event(today(), "in work", note="one"), Event(today(), "in work", note="two"))
    commit(register["chair"], [Edit("create", "dec-x", Decision("dec-x", "Do", session, history=twice), draft=False)])
    first = ids()
    own = [one for one in first if "/dec-x/" in one]
    assert len(own) == 2
    more = (Event("2020-01-01", "taken"), *twice)
    commit(register["chair"], [Edit("edit", "dec-x", Decision("dec-x", "Do it", session, history=more))])
    assert [one for one in ids() if "/dec-x/" in one] == own


def test_one_party_has_feeds_of_its_own(register, client_of):
    seen = current()
    for path in ("/due.ics", "/due.atom"):
        whole, part = client_of("").get(path), client_of("").get(f"{path}?party=brinmark")
        assert part.content != whole.content
        assert "Brinmark" in part.text
        assert client_of("").get(f"{path}?party=nobody").status_code == 404
    ids = {key.partition("-")[2] for key in by_id(client_of(""), "/due.ics?party=brinmark")}
    assert ids
    assert all("brinmark" in seen.concerned(seen.held[key].record) for key in ids)
    feed = Xml.fromstring(client_of("").get("/due.atom?party=brinmark").content)
    named = {entry.findtext(f"{ATOM}id").split("/")[1] for entry in feed.findall(f"{ATOM}entry")}
    assert named
    assert all("brinmark" in seen.concerned(seen.held[key].record) for key in named)
    commit(register["editor"], [Edit("create", "hidden", Party("hidden", "Hidden", region="XIR"))])
    assert client_of("editor").get("/due.ics?party=hidden").status_code == 404


@pytest.mark.parametrize("path", ["/due.ics", "/due.atom"])
def test_what_has_not_changed_is_not_sent_again(register, client_of, path):
    first = client_of("").get(path)
    assert client_of("").get(path, headers={"if-none-match": first["ETag"]}).status_code == 304
    step = Milestone("mil-x", "prg-food", "Line open", "2024-02-14")
    commit(register["chair"], [Edit("create", step.id, step, draft=False)])
    second = client_of("").get(path, headers={"if-none-match": first["ETag"]})
    assert (second.status_code, second["ETag"] != first["ETag"]) == (200, True)
    assert client_of("").post(path).status_code == 405
