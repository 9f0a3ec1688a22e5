"""What a text says of itself in lines of its own: published, spoken, title, speaker, role, place, event."""

from __future__ import annotations

import re
from datetime import date, datetime
from functools import cache
from itertools import islice

from hansa.errors import DataError
from hansa.statements.language import languages, lexicon

_LONGEST = 160  # characters of a line that says something of the text
_MOST_LINES = 12  # of them above a text
_TIME = r"(?:T|[\s,]+)(?:{at})?\s*(?P<time>\d{{1,2}}:\d\d(?::\d\d)?)\s*(?P<zone>Z|[+-]\d\d:?\d\d)?"
_DAY = (
    r"(?P<Y1>\d{{4}})-(?P<m1>\d\d)-(?P<d1>\d\d)",
    r"(?P<d2>\d{{1,2}})\.(?P<m2>\d{{1,2}})\.(?P<Y2>\d{{4}})",
    r"(?P<a>\d{{1,2}})/(?P<b>\d{{1,2}})/(?P<Y3>\d{{4}})",
    r"(?P<d4>\d{{1,2}})(?:st|nd|rd|th)?\s+(?P<month4>{months})\.?,?\s+(?P<Y4>\d{{4}})",
    r"(?P<month5>{months})\.?\s+(?P<d5>\d{{1,2}})(?:st|nd|rd|th)?,?\s+(?P<Y5>\d{{4}})",
)


def header(text: str) -> tuple[dict[str, str], int, tuple[str, ...]]:
    """What the text says of itself, the place where the lines above it end, and notes.

    Dates are found in lines of their own anywhere ("Posted: 04.07.2023 14:51:00", "Delivered on 28 June 2023"); the
    rest only in the lines above the text ("Speaker: Anna Lind").

    >>> header("Posted: 04.07.2023 14:51:00\\nSpeaker: Anna Lind\\n\\nTrade rose.")[0]
    {'published': '2023-07-04T14:51:00', 'speaker': 'Anna Lind'}
    """
    said: dict[str, str] = {}
    notes: list[str] = []
    body = 0
    for match in islice(re.finditer(r"[^\n]*\S[^\n]*", text), _MOST_LINES):
        line = _header_line().fullmatch(match.group()) if len(match.group()) <= _LONGEST else None
        if not line or not _taken(line, said, notes):
            body = match.start()
            break
        body = match.end()
    for match in _date_line().finditer(text, body):
        _taken(match, said, notes)
    return said, body, tuple(notes)


def iso(written: str | date, what: str, name: str = "") -> str:
    """A date, or a date and time, in ISO form, from any of the forms that are read.

    Raises
    ------
    DataError : it is none, or the day and the month cannot be told apart.

    >>> iso("28 июня 2023", "published"), iso("June 28, 2023", "spoken"), iso("04.07.2023 14:51", "published")
    ('2023-06-28', '2023-06-28', '2023-07-04T14:51:00')
    """
    if isinstance(written, date):
        return written.isoformat()
    match = _date().fullmatch(written.strip())
    found = _read(match) if match else None
    if not found:
        raise DataError(
            f"{what}={written[:40]!r} is no date that can be read. Write it as 2023-06-28 or 2023-06-28T14:51.",
            file=name or None,
        )
    return found


def _taken(line: re.Match[str], said: dict[str, str], notes: list[str]) -> bool:
    """Keep what a line says; False where it says nothing."""
    key = _keys()[" ".join(line["key"].lower().split())]
    value = line["value"].strip().strip("()[]").rstrip(".")
    if key in ("published", "spoken"):
        match = _date().fullmatch(value)
        if not match:
            return False
        found = _read(match)
        if not found:
            notes.append(f"{line.group().strip()!r} was not taken: which number is the day? Say {key}=.")
            return True
        value = found
    elif not line["sign"]:
        return False
    if said.setdefault(key, value) != value:
        notes.append(f"The text says {key} {said[key]} and also {value}; the first is taken.")
    return True


def _read(match: re.Match[str]) -> str | None:
    """The ISO form of a date that was recognised; None where there is no such day, or its month cannot be told."""
    parts = match.groupdict()
    if parts["a"]:
        first, second, year = int(parts["a"]), int(parts["b"]), int(parts["Y3"])
        if first <= 12 and second <= 12 and first != second:
            return None
        day, month = (first, second) if first > 12 else (second, first)
    else:
        form = next(form for form in "1245" if parts[f"d{form}"])
        day, year = int(parts[f"d{form}"]), int(parts[f"Y{form}"])
        name = parts.get(f"month{form}")
        month = _months()[name.lower()] if name else int(parts[f"m{form}"])
    try:
        found = date(year, month, day).isoformat()
        if not parts["time"]:
            return found
        time = parts["time"].zfill(len(parts["time"]) + (parts["time"][1] == ":"))
        return datetime.fromisoformat(f"{found}T{time}{parts['zone'] or ''}").isoformat()
    except ValueError:
        return None


@cache
def _keys() -> dict[str, str]:
    """What each word above a text means, in every language."""
    return {
        word: key
        for language in languages()
        for key, words in lexicon(language, "document")["header"].items()
        for word in words
    }


@cache
def _months() -> dict[str, int]:
    return {
        name: number
        for language in languages()
        for number, names in enumerate(lexicon(language, "document")["date"]["months"], 1)
        for name in names
    }


@cache
def _date() -> re.Pattern[str]:
    return re.compile(_date_pattern(), re.IGNORECASE)


def _date_pattern() -> str:
    at = "|".join(word for language in languages() for word in lexicon(language, "document")["date"]["at"])
    day = "|".join(_DAY).format(months=_longest_first(_months()))
    return rf"(?:[^\W\d]+,\s*)?(?:{day})(?:\s*(?:г\.?|года))?(?:{_TIME.format(at=at)})?(?:\s*\(?[A-Z]{{2,4}}\)?)?"


@cache
def _header_line() -> re.Pattern[str]:
    keys = _longest_first(_keys()).replace(r"\ ", r"\s+")
    return re.compile(rf"\s*[(\[]?(?P<key>{keys})(?P<sign>\s*:|)\s+(?P<value>\S.*)", re.IGNORECASE)


@cache
def _date_line() -> re.Pattern[str]:
    keys = _longest_first([key for key, meaning in _keys().items() if meaning in ("published", "spoken")])
    keys = keys.replace(r"\ ", r"[ \t]+")
    return re.compile(
        rf"^[ \t]*[(\[]?(?P<key>{keys})(?P<sign>[ \t]*:|)[ \t]+(?P<value>\S.{{0,{_LONGEST}}})$",
        re.IGNORECASE | re.MULTILINE,
    )


def _longest_first(words: dict[str, str] | dict[str, int] | list[str]) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))
