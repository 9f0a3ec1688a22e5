"""A register out of IATI activities: 2.03 as `write_iati` writes it, and older files as far as they can be understood.

An activity becomes an agreement, a programme or a project where a tag of ours says so, else a project. What was not
understood is counted by element in the notes. Transactions add up, and an amount of a register is a total: each amount
is the sum of the transactions of its stage, financer and currency until then.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Context, Decimal, InvalidOperation
from os import PathLike
from pathlib import Path
from typing import Any

from hansa import files
from hansa.commitments import iati_codes as codes
from hansa.commitments.fields import refuse_date
from hansa.commitments.readers.assemble import Line, Place, Troubles, assemble, places
from hansa.commitments.readers.xml_file import open_xml
from hansa.commitments.register import Register
from hansa.errors import DataError
from hansa.provenance import Provenance, Source
from hansa.regions.iso import countries

_EXACT = Context(prec=800)
_BLANKS = " \t\r\n"  # what XML takes for blank
_SPACE = re.compile(f"[{_BLANKS}]+")
_SAID = re.compile(r"(\d{4}(?:-\d\d(?:-\d\d)?)?)(?:: (.+))?")
# read below, or said anew by what is read
_UNDERSTOOD = {
    *("iati-identifier", "other-identifier", "reporting-org", "title", "description", "participating-org"),
    *("activity-status", "activity-date", "recipient-country", "recipient-region", "sector", "tag", "budget"),
    *("budget-planned", "planned-disbursement", "transaction", "document-link", "related-activity", "result"),
    "activity-website",
}
_MONEY_UNDERSTOOD = {
    *("transaction-type", "transaction-date", "value", "provider-org", "period-start", "period-end"),
}


def read_iati(path: str | PathLike[str]) -> Register:
    """The register that an IATI activity file holds, whole or not at all.

    Raises
    ------
    DataError : no IATI activities, a hostile or oversized file, or something in them is wrong; all of it is listed.
    """
    file = Path(path)
    root = open_xml(file)
    if root.tag != "iati-activities":
        raise DataError(f"The first element is <{str(root.tag)[:40]}>, not <iati-activities>.", file=file, line=1)
    reader = _Reader(str(file))
    for activity in root.iterchildren("iati-activity"):
        reader.activity(activity)
    if not reader.lines:
        raise DataError("The file holds no activity.", file=file)
    version = (root.get("version") or "").strip()
    notes = [] if version == codes.VERSION else [f"IATI {version or 'of no stated version'} was read as far as it goes"]
    lines = reader.complete()
    records = assemble(lines, Troubles())
    source = Source(reader.reporter, file.name, version=version or None, checksum=files.sha256(file))
    return Register(records, Provenance((source,)), (*notes, *reader.notes()), places(lines))


@dataclass(frozen=True)
class _Amount:
    """What one element adds to a stage, or (where it revises) puts in the place of what stood for its period."""

    place: Place
    stage: str
    by: str | None
    currency: str
    day: str
    value: Decimal
    period: tuple[str, str] = ("", "")
    revises: bool = False


class _Reader:
    """Gathers lines from activities, and counts what it does not understand."""

    def __init__(self, file: str) -> None:
        self.file, self.reporter = file, ""
        self.lines: list[Line] = []
        self.parties: dict[str, dict[str, Any]] = {}
        self.first: dict[str, Place] = {}  # where each party is named first
        self.strange: Counter[str] = Counter()

    def activity(self, activity: Any) -> None:
        """One activity with what belongs to it."""
        place = Place(self.file, activity.sourceline)
        tags = [(tag.get("vocabulary-uri"), tag.get("code", "")) for tag in activity.iterchildren("tag")]
        kind = next((code for uri, code in tags if uri == codes.KIND_TAG), None)
        ours = kind in codes.HIERARCHY
        kind = kind if kind in codes.HIERARCHY else "project"
        self.reporter = self.reporter or _text(_child(activity, "reporting-org"))
        prefix = _attribute(_child(activity, "reporting-org"), "ref")
        name = _bare(self._identifier(activity), prefix)
        values: dict[str, Any] = {"id": name, "title": _text(_child(activity, "title"), kept=ours) or name}
        values |= self._related(activity, kind, prefix)
        values |= {"products": tuple(code for uri, code in tags if uri == codes.PRODUCT_TAG)}
        if kind == "agreement":
            values["kinds"] = tuple(code for uri, code in tags if uri == codes.AGREEMENT_TAG) or ("trade",)
        if kind == "project":
            flags = [code for uri, code in tags if uri == codes.FLAG_TAG]
            values |= {"joint_venture": "joint venture" in flags, "import_substitution": "import substitution" in flags}
        if kind != "agreement" and (sectors := self._sectors(activity, ours)):
            values["sector"] = sectors[0]
        values |= self._participants(activity, kind, ours)
        values |= self._dates(activity, kind, name, ours)
        self.lines.append(Line(kind, place, values))
        self._recipients(activity)
        if kind == "project":
            self._money(activity, name, ours)
        for number, document in enumerate(activity.iterchildren("document-link"), 1):
            self._document(document, name, f"{name}-document-{number}", ours)
        for number, website in enumerate(activity.iterchildren("activity-website"), 1):
            if url := _text(website):
                values = {"id": f"{name}-website-{number}", "of": name, "kind": "document", "title": url, "url": url}
                self.lines.append(Line("link", Place(self.file, website.sourceline), values))
        for result in activity.iterchildren("result"):
            self._result(result, name)
        self._count_strange(activity, tags)

    def complete(self) -> list[Line]:
        """All lines, parties among them; a parent that is not in the file is left out."""
        taken = {line.values["id"] for line in self.lines if "id" in line.values}
        found = []
        for name, values in self.parties.items():
            if name in taken:
                raise DataError(f"{name!r} is the identifier of an organisation and of an activity.", file=self.file)
            found.append(Line("party", self.first[name], values))
        for line in self.lines:
            for field in ("programme", "agreement", "parent"):
                if line.kind in codes.HIERARCHY and line.values.get(field) not in (None, *taken):
                    self._count("related-activity (not in the file)")
                    del line.values[field]
        return [*found, *self.lines]

    def notes(self) -> list[str]:
        """What was not understood, by element."""
        if not self.strange:
            return []
        counted = ", ".join(f"{element} ({count:,})" for element, count in sorted(self.strange.items()))
        return [f"not understood and left out: {counted}"]

    def _identifier(self, activity: Any) -> str:
        own = _text(_child(activity, "iati-identifier"), kept=True).strip(_BLANKS)
        if own:
            return own
        other = _child(activity, "other-identifier")
        found = _attribute(other, "ref") or _text(other)
        if not found:
            raise DataError("This activity has no identifier.", file=self.file, line=activity.sourceline)
        return found.lstrip("'")

    def _related(self, activity: Any, kind: str, prefix: str) -> dict[str, Any]:
        field = {"agreement": "parent", "programme": "agreement", "project": "programme"}[kind]
        parents = []
        for related in activity.iterchildren("related-activity"):
            if related.get("type") == codes.PARENT:
                parents.append(_bare(_attribute(related, "ref"), prefix))
            elif related.get("type") != codes.CHILD:
                self._count("related-activity")
        self._count("related-activity", len(parents[1:]))
        return {field: parents[0]} if parents else {}

    def _sectors(self, activity: Any, ours: bool) -> list[str]:
        found = []
        for sector in activity.iterchildren("sector"):
            said = _text(sector, kept=ours) or _attribute(sector, "code") or _attribute(sector, "ref")
            found += [said] if said else []
        found = list(dict.fromkeys(found))
        self._count("sector (a record has one)", len(found[1:]))
        return found

    def _participants(self, activity: Any, kind: str, ours: bool) -> dict[str, Any]:
        parties, values = [], {}
        for organisation in activity.iterchildren("participating-org"):
            name = self._party(organisation, ours)
            role = _attribute(organisation, "role").casefold()
            if not name:
                self._count("participating-org")
            elif ours and role == codes.ACCOUNTABLE:
                values["approved_by"] = name
            elif not ours or role == codes.IMPLEMENTING:
                parties.append(name)
        if not parties:
            parties = [name for name in [self._party(_child(activity, "reporting-org"), ours)] if name]
        return {"partners" if kind == "project" else "parties": tuple(dict.fromkeys(parties)), **values}

    def _party(self, organisation: Any, ours: bool) -> str:
        """The id of an organisation, which becomes a party."""
        if organisation is None:
            return ""
        named = _text(organisation, kept=ours)
        name = _attribute(organisation, "ref").lstrip("" if ours else "'") or named  # a spreadsheet's apostrophe
        if name and (named or not ours):
            values = self.parties.setdefault(name, {"id": name, "name": named or name, "kind": "institution"})
            self.first.setdefault(name, Place(self.file, organisation.sourceline))
            if ours and (code := _attribute(organisation, "type")):
                kinds = {code: kind for kind, code in codes.ORGANISATION.items()}
                values["kind"] = kinds.get(code, "institution")
            elif _attribute(organisation, "type") in codes.COMPANIES:
                values["kind"] = "company"
        return name

    def _recipients(self, activity: Any) -> None:
        """A region belongs to the party that is called as it is."""
        for element in activity.iterchildren("recipient-country", "recipient-region"):
            code, named = _attribute(element, "code"), _text(element, kept=True)
            if element.tag == "recipient-country" and code and code in countries():
                code = countries().find(code).code
            party = next((values for values in self.parties.values() if values["name"] == named and named), None)
            if party is not None and code:
                party["region"] = code
            else:
                self._count(str(element.tag))

    def _dates(self, activity: Any, kind: str, name: str, ours: bool) -> dict[str, Any]:
        found: dict[str, str] = {}
        status = _child(activity, "activity-status")
        state = _attribute(status, "code") or _attribute(status, "ref") or _text(status)
        events = []
        for element in activity.iterchildren("activity-date"):
            slot = codes.DATE_TYPE.get(_attribute(element, "type").casefold())
            day = _attribute(element, "iso-date") or _attribute(element, "iso_date") or ("" if ours else _text(element))
            said = _SAID.fullmatch(_text(element)) if ours else None
            day = said[1] if said and day.startswith(said[1][:4]) else day
            if slot is None or not day:
                self._count("activity-date")
                continue
            self._refuse_day(day, element)
            event = said[2] if said else _state(slot, state)
            if event:
                events.append(event)
                values = {"of": name, "date": day, "state": event}
                self.lines.append(Line("event", Place(self.file, element.sourceline), values))
            elif slot in found:
                self._count("activity-date")
            else:
                found[slot] = day
        last = codes.STATUS[kind].get(events[-1], codes.PIPELINE) if events else codes.PIPELINE
        if state and (state != last if state.isdecimal() else not events):
            self._count("activity-status (a state without a day)")
        if kind == "agreement":
            return {}
        named = {"start": found.get(codes.PLANNED_START), "end": found.get(codes.PLANNED_END)}
        return {field: day for field, day in named.items() if day}

    def _refuse_day(self, day: str, element: Any) -> None:
        try:
            refuse_date(day)
        except DataError as trouble:
            raise Place(self.file, element.sourceline).error(trouble, str(element.tag)) from None

    def _money(self, activity: Any, name: str, ours: bool) -> None:
        default = _attribute(activity, "default-currency")
        amounts = [amount for element in activity if (amount := self._amount(element, default, ours))]
        totals: dict[tuple[str, str | None, str], dict[tuple[str, str], Decimal]] = {}
        value_at: dict[int, Decimal] = {}
        for number in sorted(range(len(amounts)), key=lambda number: amounts[number].day):
            amount = amounts[number]
            parts = totals.setdefault((amount.stage, amount.by, amount.currency), {})
            before = Decimal(0) if amount.revises else parts.get(amount.period, Decimal(0))
            parts[amount.period] = _EXACT.add(before, amount.value)
            value_at[number] = _EXACT.create_decimal(0)
            for part in parts.values():
                value_at[number] = _EXACT.add(value_at[number], part)
        for number, amount in enumerate(amounts):
            money = {"of": name, "stage": amount.stage, "value": float(value_at[number]), "date": amount.day}
            money |= {"currency": amount.currency} if amount.currency else {}
            self.lines.append(Line("amount", amount.place, {**money, **({"by": amount.by} if amount.by else {})}))

    def _amount(self, element: Any, default: str, ours: bool) -> _Amount | None:
        """What a budget, a planned disbursement or a transaction says; None for others, and where a part is lacking."""
        tag, period = str(element.tag), ("", "")
        if tag in ("budget", "budget-planned", "planned-disbursement"):
            stage: str | None = "planned"
            period = (_day(_child(element, "period-start")), _day(_child(element, "period-end")))
        elif tag == "transaction":
            sort = _attribute(_child(element, "transaction-type"), "code") or _attribute(element, "type")
            stage = codes.STAGE.get(sort.casefold())
        else:
            return None
        value = _child(element, "value")
        day = _attribute(value, "value-date") or _day(_child(element, "transaction-date")) or period[0]
        number = _number(_text(value))
        if stage is None or number is None or not day:
            self._count(f"{tag} (no date, amount or kind)")
            return None
        self._refuse_day(day, element)
        provider = _child(element, "provider-org")
        by = (self._party(provider, ours) if provider is not None else "") or None
        currency = _attribute(value, "currency") or default
        revises = element.get("type") == codes.REVISED and stage == "planned"
        return _Amount(Place(self.file, element.sourceline), stage, by, currency, day, number, period, revises)

    def _document(self, document: Any, of: str, name: str, ours: bool) -> None:
        said = _text(_child(document, "description"))
        kind = said if said in codes.DOCUMENT else "document"
        title = _text(_child(document, "title"), kept=ours) or _attribute(document, "url")
        values = {"id": name, "of": of, "kind": kind, "title": title, "url": _attribute(document, "url")}
        if day := _day(_child(document, "document-date")):
            values["date"] = day
        self.lines.append(Line("link", Place(self.file, document.sourceline), values))

    def _result(self, result: Any, of: str) -> None:
        """A target, where the result is one that we wrote."""
        indicator = _child(result, "indicator")
        reference = _child(indicator, "reference")
        goal = _child(_child(indicator, "period"), "target")
        baseline = _child(indicator, "baseline")
        number = _number(_attribute(goal, "value"))
        if _attribute(reference, "indicator-uri") != codes.INDICATOR_LIST or number is None:
            self._count("result")
            return
        values: dict[str, Any] = {
            "id": _text(_child(result, "title"), kept=True).removeprefix("Target "),
            "of": of,
            "indicator": _attribute(reference, "code"),
            "value": float(number),
            "period": _text(_child(goal, "comment")),
            "baseline_period": _text(_child(baseline, "comment")),
            "unit": _text(_child(indicator, "description"), kept=True),
            "arguments": {part.get("name", ""): part.get("value", "") for part in goal.iterchildren("dimension")},
            "direction": "down" if _attribute(indicator, "ascending") in ("false", "0") else "up",
        }
        before = _number(_attribute(baseline, "value"))
        if before is not None:
            values["baseline"] = float(before)
        self.lines.append(Line("target", Place(self.file, result.sourceline), values))

    def _count_strange(self, activity: Any, tags: list[tuple[str | None, str]]) -> None:
        own = (codes.KIND_TAG, codes.AGREEMENT_TAG, codes.FLAG_TAG, codes.PRODUCT_TAG)
        self.strange.update("tag" for uri, _ in tags if uri not in own)
        title = _text(_child(activity, "title"))
        for element in activity.iterchildren(tag=None):
            tag = str(element.tag)[:60]
            if tag not in _UNDERSTOOD or (tag == "description" and _text(element) not in ("", title)):
                self._count(tag)
            elif tag in ("transaction", "budget", "budget-planned", "planned-disbursement"):
                for part in element:
                    if part.tag not in _MONEY_UNDERSTOOD:
                        self._count(f"{tag}/{str(part.tag)[:60]}")

    def _count(self, element: str, times: int = 1) -> None:
        if times:
            self.strange[element] += times


def _state(slot: str, status: str) -> str | None:
    """The state of a project that an actual date of another publisher stands for."""
    if slot == codes.ACTUAL_START:
        return "implementation"
    if slot == codes.ACTUAL_END:
        return "cancelled" if status.casefold() in codes.CANCELLED else "completed"
    return None


def _children(element: Any, tag: str) -> Iterator[Any]:
    return iter(()) if element is None else element.iterchildren(tag)


def _child(element: Any, tag: str) -> Any:
    return next(_children(element, tag), None)


def _attribute(element: Any, name: str) -> str:
    return "" if element is None else element.get(name, "").strip(_BLANKS)


def _text(element: Any, *, kept: bool = False) -> str:
    """The text of an element, or of its first narrative; blanks are made single unless they are to be kept."""
    if element is None:
        return ""
    narrative = _child(element, "narrative")
    text: str = (element if narrative is None else narrative).text or ""
    return text if kept else _SPACE.sub(" ", text).strip(" ")


def _day(element: Any) -> str:
    return _attribute(element, "iso-date") or _text(element)


def _bare(identifier: str, prefix: str) -> str:
    return identifier.removeprefix(f"{prefix}-") if prefix and identifier != f"{prefix}-" else identifier


def _number(text: str) -> Decimal | None:
    try:
        number = Decimal(text.strip())
    except InvalidOperation:
        return None
    return number if number.is_finite() and abs(number.adjusted()) < 320 else None
