"""A register as IATI activities (2.03): agreements over programmes over projects, with money, targets and documents.

What IATI cannot hold is counted in the notes of the answer. Amounts of a register are totals, of which a later one
replaces the earlier; transactions of IATI add up, so what is written is what each amount adds to the one before.
"""

from __future__ import annotations

import mimetypes
import re
import xml.etree.ElementTree as ET
from collections.abc import Iterable
from datetime import date
from decimal import Context, Decimal
from os import PathLike
from pathlib import Path
from urllib.parse import quote

from hansa.code_list import first_and_last_day
from hansa.commitments import iati_codes as codes
from hansa.commitments.records import Agreement, Event, Link, Money, Party, Programme, Project, Target
from hansa.commitments.register import Register, kind_of
from hansa.commitments.writers.rows import refuse_unreadable
from hansa.commitments.writers.whole import write_whole
from hansa.errors import DataError
from hansa.period import frequency, shift
from hansa.regions.iso import countries

Activity = Agreement | Programme | Project

_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_NOT_HELD = {
    "milestone": "milestones",
    "barrier": "barriers",
    "alignment": "alignments of acts",
    "edition": "editions of a forum",
    "session": "sessions",
    "idea": "ideas",
    "decision": "decisions",
    "asserted_count": "asserted counts",
}
_EXACT = Context(prec=800)


def write_iati(register: Register, path: str | PathLike[str], *, reporting_org: str) -> tuple[str, ...]:
    """Write an IATI activity file; the answer are notes on what it does not hold.

    Parameters
    ----------
    reporting_org : who reports: the identifier of an organisation (``XM-EXAMPLE-1``), or the id of a party.

    Raises
    ------
    DataError : no agreement, programme or project can be written; a text holds a character that XML cannot; a record
        holds what no reader would take.

    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "register.xml"
    >>> agreement = Agreement("a", "Free trade", ("brin",), history=(Event("2020-05-01", "signed"),))
    >>> write_iati(Register((agreement,)), path, reporting_org="XM-EXAMPLE-1")
    ()
    >>> "<iati-identifier>XM-EXAMPLE-1-a</iati-identifier>" in path.read_text(encoding="utf-8")
    True
    """
    refuse_unreadable(register)
    pen = _Pen(register, reporting_org)
    root = ET.Element("iati-activities", version=codes.VERSION)
    written: set[str] = set()
    for record in register:
        if isinstance(record, Agreement | Programme | Project) and (activity := pen.activity(record)) is not None:
            root.append(activity)
            written.add(record.id)
    if not written:
        raise DataError("No agreement, programme or project with a date: there is nothing that IATI could hold.")
    pen.count_left_out(written)
    ET.indent(root)
    text = ET.tostring(root, encoding="unicode")
    if bad := _NOT_XML.search(text):
        around = " ".join(text[max(0, bad.start() - 30) : bad.start()].split())
        raise DataError(
            f"The character U+{ord(bad[0]):04X} after {around!r} cannot stand in XML. Remove it, or write JSON."
        )
    content = f'<?xml version="1.0" encoding="UTF-8"?>\n{text}\n'.encode()

    def write(target: Path) -> None:
        target.write_bytes(content)

    write_whole(path, write)
    return pen.notes()


class _Pen:
    """Writes activities, and counts what they do not hold."""

    def __init__(self, register: Register, reporting_org: str) -> None:
        self.register, self.reporter = register, reporting_org
        self.parties = {party.id: party for party in register.of(Party)}
        self.links: dict[str, list[Link]] = {}
        self.targets: dict[str, list[Target]] = {}
        for link in register.of(Link):
            self.links.setdefault(link.of, []).append(link)
        for target in register.of(Target):
            self.targets.setdefault(target.of, []).append(target)
        self.named: set[str] = set()
        self.lost: dict[str, list[str]] = {}

    def activity(self, record: Activity) -> ET.Element | None:
        """One activity; None where the record has no date, which IATI asks for."""
        kind = kind_of(record)
        dates = self._dates(record, kind)
        if not dates:
            self._lose(f"{kind}s without any date, which it asks for", record.id)
            return None
        activity = ET.Element("iati-activity", hierarchy=codes.HIERARCHY[kind])
        _add(activity, "iati-identifier").text = self._identifier(record.id)
        reporter = self.parties.get(self.reporter)
        self._organisation(activity, "reporting-org", self.reporter, {"type": _type_of(reporter)}, always_named=True)
        _narrative(activity, "title", record.title)
        _narrative(activity, "description", record.title)
        self._participants(activity, record)
        _add(activity, "activity-status", code=self._status(record, kind))
        activity.extend(dates)
        self._recipients(activity, record)
        if not isinstance(record, Agreement) and record.sector:
            sector = _add(activity, "sector", vocabulary=codes.OWN_VOCABULARY, code=record.sector)
            _add(sector, "narrative").text = record.sector
        self._tags(activity, record, kind)
        if isinstance(record, Project):
            self._money(activity, record)
        for link in self.links.get(record.id, ()):
            self._document(activity, link)
        self._related(activity, record)
        for target in self.targets.get(record.id, ()):
            activity.append(_result(target))
        return activity

    def _identifier(self, name: str) -> str:
        return f"{self.reporter}-{name}"

    def _organisation(
        self,
        parent: ET.Element,
        element: str,
        party: str,
        attributes: dict[str, str] | None = None,
        *,
        always_named: bool = False,
    ) -> None:
        known = self.parties.get(party)
        self.named.add(party)
        organisation = _add(parent, element, {"ref": party, **(attributes or {})})
        if known or always_named:
            _add(organisation, "narrative").text = known.name if known else party

    def _participants(self, activity: ET.Element, record: Activity) -> None:
        roles = [(party, codes.IMPLEMENTING) for party in _parties(record)]
        if isinstance(record, Programme) and record.approved_by:
            roles.append((record.approved_by, codes.ACCOUNTABLE))
        if isinstance(record, Project):
            roles += [(money.by, codes.FUNDING) for money in record.amounts if money.by]
        for party, role in dict.fromkeys(roles):
            known = self.parties.get(party)
            typed = {"type": _type_of(known)} if known else {}
            self._organisation(activity, "participating-org", party, {"role": role, **typed})

    def _status(self, record: Activity, kind: str) -> str:
        if not record.history:
            self._lose("activities without a state (written as status 1, pipeline)", record.id)
            return codes.PIPELINE
        last = max(record.history, key=lambda event: first_and_last_day(event.date)[0])
        return codes.STATUS[kind][last.state]

    def _dates(self, record: Activity, kind: str) -> list[ET.Element]:
        """Planned start and end, and the events that a date can hold; the narrative keeps how the date was written."""
        found: dict[str, ET.Element] = {}
        if not isinstance(record, Agreement):
            if record.start:
                found[codes.PLANNED_START] = _dated(codes.PLANNED_START, record.start, record.start, last=False)
            if record.end:
                found[codes.PLANNED_END] = _dated(codes.PLANNED_END, record.end, record.end, last=True)
        for event in record.history:
            slot = codes.DATED[kind].get(event.state)
            if slot is None or slot in found:
                self._lose("events but the first of a kind that a date can hold; the status says the last", record.id)
                continue
            found[slot] = _dated(slot, event.date, f"{event.date}: {event.state}", last=False)
            if event != Event(event.date, event.state):
                self._lose("who said an event, with what evidence and note", record.id)
        return [found[slot] for slot in sorted(found)]

    def _recipients(self, activity: ET.Element, record: Activity) -> None:
        """Countries by their ISO code, other regions in the vocabulary of the register."""
        inside: dict[str, ET.Element] = {}
        for party in filter(None, map(self.parties.get, _parties(record))):
            if party.region is None or party.region in inside:
                continue
            if code := _alpha_2(party.region):
                inside[party.region] = ET.Element("recipient-country", code=code)
            else:
                own = {"vocabulary": codes.OWN_VOCABULARY, "vocabulary-uri": codes.REGION_LIST}
                inside[party.region] = ET.Element("recipient-region", {"code": party.region, **own})
            _add(inside[party.region], "narrative").text = party.name
        activity.extend(sorted(inside.values(), key=lambda element: element.tag))
        if len(inside) > 1:
            self._lose("the shares of several countries or regions, which it asks for and no record says", record.id)

    def _tags(self, activity: ET.Element, record: Activity, kind: str) -> None:
        tags = [(codes.KIND_TAG, kind)]
        if isinstance(record, Agreement):
            tags += [(codes.AGREEMENT_TAG, word) for word in record.kinds]
        if isinstance(record, Project):
            flags = (("joint venture", record.joint_venture), ("import substitution", record.import_substitution))
            tags += [(codes.FLAG_TAG, name) for name, said in flags if said]
        tags += [(codes.PRODUCT_TAG, product) for product in record.products]
        for vocabulary, code in tags:
            own = {"vocabulary": codes.OWN_VOCABULARY, "vocabulary-uri": vocabulary}
            _add(activity, "tag", {"code": code, **own})

    def _money(self, activity: ET.Element, project: Project) -> None:
        planned = [money for money in project.amounts if money.stage == "planned"]
        if planned:
            days = [first_and_last_day(money.date)[0] for money in planned]
            start = first_and_last_day(project.start)[0] if project.start else min(days)
            end = max(start, first_and_last_day(project.end)[1] if project.end else max(days))
            seen: set[tuple[str | None, str]] = set()
            for money in sorted(planned, key=lambda money: money.by is not None):
                revised = codes.REVISED if (money.by, money.currency) in seen else codes.ORIGINAL
                seen.add((money.by, money.currency))
                element = _add(activity, "planned-disbursement" if money.by else "budget", type=revised)
                _add(element, "period-start", {"iso-date": start.isoformat()})
                _add(element, "period-end", {"iso-date": end.isoformat()})
                self._value(element, project, money, Decimal(repr(float(money.value))))
                if money.by:
                    self._organisation(element, "provider-org", money.by)
        for money, added in _added([money for money in project.amounts if money.stage != "planned"]):
            transaction = _add(activity, "transaction")
            _add(transaction, "transaction-type", code=codes.TRANSACTION[money.stage])
            _add(transaction, "transaction-date", {"iso-date": first_and_last_day(money.date)[0].isoformat()})
            self._value(transaction, project, money, added)
            if money.by:
                self._organisation(transaction, "provider-org", money.by)

    def _value(self, parent: ET.Element, project: Project, money: Money, value: Decimal) -> None:
        if len(money.date) < 10:
            self._lose("amounts dated to a month or a year (written as its first day)", project.id)
        day = first_and_last_day(money.date)[0].isoformat()
        _add(parent, "value", {"currency": money.currency, "value-date": day}).text = f"{value:f}"

    def _document(self, activity: ET.Element, link: Link) -> None:
        if not link.url:
            self._lose("links without an address", link.id)
            return
        kind = mimetypes.guess_type(link.url)[0] or "text/html"
        document = _add(activity, "document-link", url=_address(link.url), format=kind)
        _narrative(document, "title", link.title)
        _narrative(document, "description", link.kind)
        _add(document, "category", code=codes.DOCUMENT[link.kind])
        if link.date:
            day = first_and_last_day(link.date)[0].isoformat()
            _add(document, "document-date", {"iso-date": day})

    def _related(self, activity: ET.Element, record: Activity) -> None:
        if parent := _parent(record):
            _add(activity, "related-activity", ref=self._identifier(parent), type=codes.PARENT)
        for child in self.register:
            if isinstance(child, Agreement | Programme | Project) and _parent(child) == record.id:
                _add(activity, "related-activity", ref=self._identifier(child.id), type=codes.CHILD)

    def count_left_out(self, written: set[str]) -> None:
        """What no activity holds: kinds without an element, and what belongs to records that were not written."""
        for record in self.register:
            kind = kind_of(record)
            if kind in _NOT_HELD:
                self._lose(_NOT_HELD[kind], record.id)
            elif isinstance(record, Target | Link) and record.of not in written:
                self._lose(f"{kind}s of records that it does not hold", record.id)
            elif isinstance(record, Party):
                if record.id not in self.named:
                    self._lose("parties that no activity names", record.id)
                elif record.parent or record.url:
                    self._lose("parents and addresses of parties", record.id)

    def _lose(self, what: str, name: str) -> None:
        self.lost.setdefault(what, []).append(name)

    def notes(self) -> tuple[str, ...]:
        """One note for each thing that IATI does not hold, naming the records."""
        return tuple(f"IATI does not hold {what}: {_listed(names)}" for what, names in sorted(self.lost.items()))


def _listed(names: list[str]) -> str:
    """Each name once, the first five of them.

    >>> _listed(["a", "b", "a"]), _listed(list("abcdefg"))
    ('a, b', 'a, b, c, d, e and 2 more')
    """
    once = list(dict.fromkeys(names))
    return ", ".join(once[:5]) + (f" and {len(once) - 5:,} more" if len(once) > 5 else "")


def _add(parent: ET.Element, tag: str, attributes: dict[str, str] | None = None, **more: str) -> ET.Element:
    return ET.SubElement(parent, tag, {**(attributes or {}), **more})


def _narrative(parent: ET.Element, tag: str, text: str) -> None:
    _add(_add(parent, tag), "narrative").text = text


def _parties(record: Activity) -> tuple[str, ...]:
    return record.partners if isinstance(record, Project) else record.parties


def _parent(record: Activity) -> str | None:
    if isinstance(record, Agreement):
        return record.parent
    return record.agreement if isinstance(record, Programme) else record.programme


def _type_of(party: Party | None) -> str:
    return codes.ORGANISATION[party.kind] if party else codes.OTHER_ORGANISATION


def _alpha_2(region: str) -> str | None:
    if region not in countries():
        return None
    found = countries().find(region)
    return next((alias for alias in found.aliases if len(alias) == 2 and alias.isupper()), None)


def _dated(slot: str, written: str, said: str, *, last: bool) -> ET.Element:
    element = ET.Element("activity-date", {"type": slot, "iso-date": first_and_last_day(written)[last].isoformat()})
    _add(element, "narrative").text = said
    return element


def _added(amounts: Iterable[Money]) -> list[tuple[Money, Decimal]]:
    """Each amount with what it adds to the earlier one of the same stage, financer and currency."""
    amounts = list(amounts)
    before: dict[tuple[str, str | None, str], Decimal] = {}
    added: dict[int, Decimal] = {}
    for place in sorted(range(len(amounts)), key=lambda place: first_and_last_day(amounts[place].date)[0]):
        money = amounts[place]
        key = (money.stage, money.by, money.currency)
        total = Decimal(repr(float(money.value)))
        added[place] = _EXACT.subtract(total, before.get(key, Decimal(0)))
        before[key] = total
    return [(money, added[place]) for place, money in enumerate(amounts)]


def _address(url: str) -> str:
    """An address as XML Schema takes it: other signs than those of RFC 3986 as percent codes."""
    return quote(re.sub(r"%(?![0-9A-Fa-f]{2})", "%25", url), safe="%:/?#@!$&'()*+,;=~")


def _result(target: Target) -> ET.Element:
    """A target as a result with one indicator, its baseline and the period it is set for."""
    result = ET.Element("result", type="2")
    _narrative(result, "title", f"Target {target.id}")
    indicator = _add(
        result,
        "indicator",
        measure="2" if "percent" in target.unit.casefold() or "%" in target.unit else "1",
        ascending="true" if target.direction == "up" else "false",
    )
    _narrative(indicator, "title", target.indicator)
    _narrative(indicator, "description", target.unit)
    own = {"vocabulary": codes.OWN_VOCABULARY, "indicator-uri": codes.INDICATOR_LIST}
    _add(indicator, "reference", {"code": target.indicator, **own})
    start, _ = period_days(target.baseline_period)
    baseline = _add(indicator, "baseline", {"iso-date": start.isoformat(), "year": str(start.year)})
    if target.baseline is not None:
        baseline.set("value", repr(float(target.baseline)))
    _narrative(baseline, "comment", target.baseline_period)
    period = _add(indicator, "period")
    start, end = period_days(target.period)
    _add(period, "period-start", {"iso-date": start.isoformat()})
    _add(period, "period-end", {"iso-date": end.isoformat()})
    goal = _add(period, "target", value=repr(float(target.value)))
    for name, argument in target.arguments.items():
        _add(goal, "dimension", name=name, value=argument)
    _narrative(goal, "comment", target.period)
    return result


def period_days(period: str) -> tuple[date, date]:
    """First and last day of a year, a quarter or a month.

    >>> [day.isoformat() for day in period_days("2022-Q1")]
    ['2022-01-01', '2022-03-31']
    """
    if frequency(period) != "Q":
        return first_and_last_day(period)
    year, quarter = period.split("-Q")
    first = date(int(year), 3 * int(quarter) - 2, 1)
    following, after = shift(period, 1).split("-Q")
    return first, date.fromordinal(date(int(following), 3 * int(after) - 2, 1).toordinal() - 1)
