"""What is due as a calendar, what has happened as a news feed: of published records, for programs that subscribe."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC
from urllib.parse import quote
from xml.etree import ElementTree as Xml

from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.views.decorators.http import require_safe

from hansa.commitments.lifecycle import first_day, last_day
from hansa.commitments.records import Edition, Event, Party, Record
from hansa.commitments.register import kind_of
from hansa.office.calendar import DayEvent
from hansa.office.calendar import calendar as written_calendar
from hansa.office.due import Due, happened, late, owed
from hansa.office.labels import KIND, WORD
from hansa.office.pages.frame import Asked, record_url, refusing, url
from hansa.office.pages.pen import titled
from hansa.office.permission import VISITOR
from hansa.office.statistics import today
from hansa.office.viewer import office
from hansa.wording import Sentence, mark
from hansa.wording.visible import visible

NEWS = 50  # entries of the feed
ATOM = "http://www.w3.org/2005/Atom"
_UNWRITABLE = re.compile("[\x00-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff]")  # in XML 1.0
WHOLE = mark("{title} (by the end of {period}; no day is named)")
BEGINS = mark("{title} begins")
LATE = mark("{title}: late, it was due on {day}")
STATE = mark("State: {state}.")
OWNER = mark("Who has to act: {name}.")
TOLD = mark("{title}: {state}")


@dataclass(frozen=True)
class News:
    """An entry of the feed. on : the day that it is of."""

    uid: str
    on: str
    title: str
    about: str
    url: str
    kind: str


@require_safe
@refusing
def calendar(request: HttpRequest) -> HttpResponse:
    """Milestones, decisions and barriers that are to be done with by a day, and editions of the forum (iCalendar)."""
    asked = Asked(request)
    concerned = _Concerned(asked)
    register = asked.snapshot.register(VISITOR)
    events = [_due_event(asked, one) for one in owed(register, today()) if concerned(one.record)]
    events += [_edition_event(asked, one) for one in register.of(Edition) if concerned(one) and first_day(one.start)]
    events.sort(key=lambda event: (event.day, event.uid))
    text = written_calendar(events, name=_title(asked, mark("What is due")), language=asked.language)
    return _answer(request, text.encode(), "text/calendar; charset=utf-8", "due.ics")


@require_safe
@refusing
def news(request: HttpRequest) -> HttpResponse:
    """The last that happened to published records, and what is late (Atom)."""
    asked = Asked(request)
    concerned = _Concerned(asked)
    register, day = asked.snapshot.register(VISITOR), today()
    told = [_event_news(asked, record, event) for record, event in happened(register, "", day) if concerned(record)]
    told += [_late_news(asked, one) for one in late(register, day) if concerned(one.record)]
    told = sorted(_each_once(told), key=lambda one: (one.on, one.uid), reverse=True)[:NEWS]
    return _answer(request, _atom(asked, told), "application/atom+xml; charset=utf-8", "due.atom")


class _Concerned:
    """Whether a record concerns the party that was asked for; every one does where none was.

    Raises
    ------
    UnknownCode : there is no such published party.
    """

    def __init__(self, asked: Asked) -> None:
        self.snapshot = asked.snapshot
        self.party = asked.request.GET.get("party", "")
        if self.party:
            self.snapshot.find(self.party, VISITOR, "party")

    def __call__(self, record: Record) -> bool:
        return not self.party or self.party in self.snapshot.concerned(record)


def _due_event(asked: Asked, one: Due) -> DayEvent:
    words, record = asked.words, one.record
    title = titled(record)
    if len(one.day) < len("2023-06-28"):
        title = words(WHOLE).format(title=title, period=words.period(one.day))
    about = [words(STATE).format(state=words(WORD.get(one.state, one.state), kind_of(record)))] if one.state else []
    owner = getattr(record, "owner", None)
    if owner and owner in asked.snapshot.register(VISITOR):
        about.append(words(OWNER).format(name=titled(asked.snapshot.register(VISITOR)[owner])))
    return _day_event(asked, record, last_day(one.day), title, " ".join(about))


def _edition_event(asked: Asked, one: Edition) -> DayEvent:
    host = asked.snapshot.register(VISITOR)
    about = titled(host[one.host]) if one.host in host else ""
    return _day_event(asked, one, first_day(one.start), asked.words(BEGINS).format(title=titled(one)), about)


def _day_event(asked: Asked, record: Record, day: str, title: str, about: str) -> DayEvent:
    held, kind = asked.snapshot.held[record.id], kind_of(record)
    return DayEvent(
        f"{kind}-{quote(record.id, safe='')}@{_host(asked)}",
        day,
        title,
        about,
        _absolute(asked, record),
        asked.words(KIND[kind][0]),
        held.at.astimezone(UTC),
        held.version,
    )


def _event_news(asked: Asked, record: Record, event: Event) -> News:
    words = asked.words
    told = "\n".join(filter(None, (event.date, event.state, event.by, event.party)))
    about = ". ".join(filter(None, (words.period(event.date), event.note, event.evidence)))
    return News(
        f"{_tag(asked, record)}/{hashlib.sha256(told.encode()).hexdigest()[:16]}",
        last_day(event.date) if last_day(event.date) <= today() else first_day(event.date),
        words(TOLD).format(title=titled(record), state=words(WORD.get(event.state, event.state), kind_of(record))),
        about,
        _absolute(asked, record),
        kind_of(record),
    )


def _late_news(asked: Asked, one: Due) -> News:
    title = asked.words.say(Sentence(LATE, {"title": titled(one.record), "day": asked.words.period(one.day)}))
    kind = kind_of(one.record)
    return News(
        f"{_tag(asked, one.record)}/late/{one.day}", last_day(one.day), title, "", _absolute(asked, one.record), kind
    )


def _each_once(told: Collection[News]) -> list[News]:
    """Entries with ids of their own: of two events that are the same but for their notes, the second is numbered."""
    seen: dict[str, int] = {}
    found = []
    for one in told:
        seen[one.uid] = seen.get(one.uid, 0) + 1
        number = seen[one.uid]
        found.append(
            one if number == 1 else News(f"{one.uid}/{number}", one.on, one.title, one.about, one.url, one.kind)
        )
    return found


def _atom(asked: Asked, told: Collection[News]) -> bytes:
    Xml.register_namespace("", ATOM)
    feed = Xml.Element(f"{{{ATOM}}}feed", {"{http://www.w3.org/XML/1998/namespace}lang": asked.language})
    own = asked.request.build_absolute_uri()
    party = asked.request.GET.get("party", "")
    _put(feed, "id", f"tag:{_host(asked)},2020:news{f':{quote(party)}' if party else ''}")
    _put(feed, "title", _title(asked, mark("What happened, and what is late")))
    _put(feed, "updated", _moment(max((one.on for one in told), default="1970-01-01")))
    _put(feed, "link", rel="self", type="application/atom+xml", href=own)
    _put(feed, "link", rel="alternate", type="text/html", href=asked.request.build_absolute_uri(url("home")))
    _put(Xml.SubElement(feed, f"{{{ATOM}}}author"), "name", office().title)
    _put(feed, "generator", "Hansa")
    for one in told:
        entry = Xml.SubElement(feed, f"{{{ATOM}}}entry")
        _put(entry, "id", one.uid)
        _put(entry, "title", one.title)
        _put(entry, "updated", _moment(one.on))
        _put(entry, "link", rel="alternate", type="text/html", href=one.url)
        _put(entry, "category", term=one.kind, label=asked.words(KIND[one.kind][0]))
        if one.about:
            _put(entry, "summary", one.about)
    return b'<?xml version="1.0" encoding="utf-8"?>\n' + Xml.tostring(feed, encoding="utf-8")


def _put(above: Xml.Element, name: str, text: str | None = None, **attributes: str) -> None:
    said = {key: _UNWRITABLE.sub("", value) for key, value in attributes.items()}
    made = Xml.SubElement(above, f"{{{ATOM}}}{name}", said)
    if text is not None:
        made.text = _UNWRITABLE.sub("", visible(text))


def _moment(day: str) -> str:
    return f"{day}T00:00:00Z"


def _title(asked: Asked, what: str) -> str:
    party = asked.request.GET.get("party", "")
    register = asked.snapshot.register(VISITOR)
    whose = f": {titled(register[party])}" if party in register and isinstance(register[party], Party) else ""
    return f"{office().title}: {asked.words(what)}{whose}"


def _host(asked: Asked) -> str:
    """By what name the office calls itself in identifiers that stay: the first that its settings give."""
    return office().hosts[0] if office().hosts else asked.request.get_host().partition(":")[0] or "localhost"


def _tag(asked: Asked, record: Record) -> str:
    """An identifier of a record for ever (RFC 4151)."""
    return f"tag:{_host(asked)},2020:{kind_of(record)}/{quote(record.id, safe='')}"


def _absolute(asked: Asked, record: Record) -> str:
    return asked.request.build_absolute_uri(record_url(kind_of(record), record.id))


def _answer(request: HttpRequest, body: bytes, kind: str, name: str) -> HttpResponse:
    tag = f'"{hashlib.sha256(body).hexdigest()[:24]}"'
    fresh = request.headers.get("If-None-Match") == tag
    response = HttpResponseNotModified() if fresh else HttpResponse(body, content_type=kind)
    if not fresh:
        response["Content-Disposition"] = f'inline; filename="{name}"'
    response["ETag"] = tag
    response["Vary"] = "Cookie, Accept-Language"
    return response
