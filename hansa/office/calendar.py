"""Events of whole days as a calendar that programs subscribe to (RFC 5545, with the name of RFC 7986)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from hansa.wording.visible import visible

WIDEST = 75  # octets of a line, without its end


@dataclass(frozen=True)
class DayEvent:
    """Something on one day.

    uid : its own, for ever. day : ISO. changed : when what it says was last changed (UTC). version : how often.
    """

    uid: str
    day: str
    title: str
    about: str
    url: str
    category: str
    changed: datetime
    version: int = 0


def calendar(events: Iterable[DayEvent], *, name: str, language: str) -> str:
    r"""The calendar as text, with the ends of lines that the standard wants.

    >>> calendar([], name="Due", language="en").splitlines()[:2]
    ['BEGIN:VCALENDAR', 'VERSION:2.0']
    """
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Hansa//Office//EN",
        "CALSCALE:GREGORIAN",
        f"NAME;LANGUAGE={language}:{written(name)}",
        f"X-WR-CALNAME:{written(name)}",
        "REFRESH-INTERVAL;VALUE=DURATION:PT12H",
    ]
    told = [line for event in events for line in _event(event, language)]
    lines += told or UNIVERSAL
    return "".join(f"{part}\r\n" for line in [*lines, "END:VCALENDAR"] for part in folded(line))


# A calendar must hold something: where nothing is due, the zone of its times.
UNIVERSAL = [
    *("BEGIN:VTIMEZONE", "TZID:Etc/UTC", "BEGIN:STANDARD", "DTSTART:19700101T000000"),
    *("TZOFFSETFROM:+0000", "TZOFFSETTO:+0000", "END:STANDARD", "END:VTIMEZONE"),
]


def _event(event: DayEvent, language: str) -> list[str]:
    stamp = f"{event.changed:%Y%m%dT%H%M%SZ}"
    return [
        "BEGIN:VEVENT",
        f"UID:{written(event.uid)}",
        f"DTSTAMP:{stamp}",
        f"LAST-MODIFIED:{stamp}",
        f"SEQUENCE:{event.version}",
        f"DTSTART;VALUE=DATE:{event.day.replace('-', '')}",
        f"SUMMARY;LANGUAGE={language}:{written(event.title)}",
        *([f"DESCRIPTION;LANGUAGE={language}:{written(event.about)}"] if event.about else []),
        f"CATEGORIES;LANGUAGE={language}:{written(event.category)}",
        f"URL:{event.url}",
        "TRANSP:TRANSPARENT",
        "END:VEVENT",
    ]


def written(text: str) -> str:
    r"""A text as the value of a property: what would end it is escaped.

    >>> written("a;b,c\\d\ne")
    'a\\;b\\,c\\\\d\\ne'
    """
    plain = visible(text).replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    return plain.replace("\r\n", "\\n").replace("\n", "\\n").replace("\t", " ")


def folded(line: str) -> Iterator[str]:
    """A line in parts of no more than 75 octets, of which all but the first begin with a blank; no letter is torn.

    >>> [len(part.encode()) for part in folded("SUMMARY:" + "я" * 80)]
    [74, 75, 21]
    """
    part: list[str] = []
    size = 0
    for letter in line:
        wide = len(letter.encode())
        if size + wide > WIDEST:
            yield "".join(part)
            part, size = [" "], 1
        part.append(letter)
        size += wide
    yield "".join(part)
