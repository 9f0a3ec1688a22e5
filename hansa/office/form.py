"""The form of a record: every field as texts that a browser shows and sends back, and the record that they make up.

What a form asks is generated from `hansa.commitments.fields`, so that a new field is in it at once. A field that was
not touched keeps its value to the letter, whatever blanks or signs it holds; what was typed is taken without the blanks
around it, and names of regions, products and records become their codes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from hansa.commitments.cells import Marks
from hansa.commitments.concern import NAMING
from hansa.commitments.entry import Refused, entry_of, record_of
from hansa.commitments.fields import NESTED, Field, fields_of, refuse_date
from hansa.commitments.lifecycle import first_day
from hansa.commitments.records import KINDS, Party, Record
from hansa.commitments.register import kind_of
from hansa.errors import DataError, HansaError
from hansa.office.identifier import propose_id
from hansa.office.meaning import Meaning
from hansa.period import canonical
from hansa.wording import mark
from hansa.wording.visible import visible

MOST_ROWS = 2_000
REGION_FIELDS = ("region", "origin", "destination")
CHOSEN = (("barrier", "kind"),)  # what has a default in a register, and in a form is to be chosen
MORE = "-more"  # the name of a field's second box, for many of a list at once
REMOVE = "remove"

NEEDED = mark("This is needed.")
NO_DATE = mark("{value} is no date that a register holds. Write {example}: a day, a month (2021-06) or a year (2021).")
NO_PERIOD = mark("{value} is no period. Write a year, a quarter or a month: 2024, {quarter}, 2024-03.")
NO_NUMBER = mark("{value} is no number, or may be read in two ways. Write digits, with a point before decimals.")
NOT_WHOLE = mark("{value} is no whole number.")
NO_REGION = mark("{value} is no known region or bloc. Write its code or its name.")
NO_PRODUCT = mark("{value} is no known product. Write its code or its name.")
NO_RECORD = mark("{value} is no record that you may see. Write its identifier or its title.")
NO_ARGUMENT = mark("{value} is no argument. Write one to a line, as name = value.")
NEAREST = mark("Nearest: {near}.")

Typed = Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class Fault:
    """What is wrong with one control of a form; empty: with the record as a whole.

    foreign : the message is one of the library, which speaks English.
    """

    control: str
    message: str
    foreign: bool = False


@dataclass(frozen=True)
class Reading:
    """What a form says: the record, or what is wrong with it. rows : of a list, the row of the form of each entry."""

    kind: str
    record: Record | None
    faults: tuple[Fault, ...]
    rows: Mapping[str, tuple[int, ...]] = field(default_factory=dict)

    def control_of(self, name: str) -> str:
        """The control that stands for a field as checks call it (``history 2 date``); empty where there is none."""
        first, *rest = name.split(" ")
        if first not in [one.name for one in fields_of(self.kind)]:
            return ""
        if not rest:
            return first
        numbers = self.rows.get(first, ())
        place = int(rest[0]) if rest[0].isdecimal() else 0
        if not 0 < place <= len(numbers):
            return first
        inner = rest[1] if len(rest) > 1 else fields_of(NESTED[first][0])[0].name
        return f"{first}-{numbers[place - 1]}-{inner}"

    def with_refusal(self, refused: Refused, key: str = "") -> tuple[Fault, ...]:
        """The faults with those that the library found; of one control only the first.

        key : the id before the field, where the refusal is of a register and not of one record.
        """
        found = list(self.faults)
        told = {fault.control for fault in found if fault.control}
        for name, message in refused.by_field:
            own = name.removeprefix(f"{key} ") if key else name
            control = self.control_of(own) if own != name or not key else ""
            if control not in told:
                found.append(Fault(control, message if control else f"{name}: {message}", foreign=True))
            told |= {control} if control else set()
        return tuple(found)


def filled(record: Record) -> dict[str, list[str]]:
    """The texts of a form that shows a record, by the names of its controls.

    >>> filled(Party("brin", "Brinmark"))["name"], filled(Party("brin", "Brinmark"))["url"]
    (['Brinmark'], [''])
    """
    found: dict[str, list[str]] = {}
    for one in fields_of(kind_of(record)):
        value = getattr(record, one.name)
        if not one.nested:
            found[one.name] = _texts(one, value)
            continue
        for number, entry in enumerate(value, 1):
            for inner in fields_of(one.type):
                found[f"{one.name}-{number}-{inner.name}"] = _texts(inner, getattr(entry, inner.name))
    return found


def blank(kind: str) -> dict[str, list[str]]:
    """The texts of the form of a new record: its defaults."""
    fields = [one for one in fields_of(kind) if not one.nested]
    return {one.name: [""] if (kind, one.name) in CHOSEN else _texts(one, one.default) for one in fields}


def rows_of(name: str, typed: Typed) -> list[int]:
    """The numbers of the rows of a list that a form holds, in their order."""
    pattern = re.compile(rf"{re.escape(name)}-(\d{{1,6}})-\w+")
    return sorted({int(hit[1]) for key in typed if (hit := pattern.fullmatch(key))})[:MOST_ROWS]


def read(
    kind: str,
    typed: Typed,
    meaning: Meaning,
    *,
    old: Record | None = None,
    taken: Callable[[str], bool] = lambda key: False,
) -> Reading:
    """The record that a form makes up.

    Parameters
    ----------
    typed : texts by the names of controls, as a browser sends them.
    old : the record that the form showed; None for a new one.
    taken : whether a new record may not have an id.
    """
    before = filled(old) if old is not None else {}
    kept = entry_of(old) if old is not None else {}
    reader = _Reader(kind, typed, meaning, before)
    entry: dict[str, Any] = {}
    rows: dict[str, tuple[int, ...]] = {}
    for one in fields_of(kind):
        if one.name == "id" and old is not None:
            entry["id"] = old.id
        elif one.nested:
            rows[one.name], entry[one.name] = reader.entries(one, kept.get(one.name, []))
        elif reader.untouched(one.name, ordered=not one.words):
            entry |= {one.name: kept[one.name]} if one.name in kept else {}
        elif one.name != "id" or any(text.strip() for text in typed.get("id", ())):
            entry |= reader.value(one, one.name)
    if "id" not in entry:
        entry["id"] = propose_id(kind, entry, taken)
    return _made(kind, entry, tuple(reader.faults), rows)


def read_part(kind: str, typed: Typed, meaning: Meaning, names: Sequence[str]) -> tuple[dict[str, Any], Reading]:
    """What some fields of a form say, as `hansa.commitments.entry.record_of` takes it; the reading has their faults."""
    reader = _Reader(kind, typed, meaning, {})
    entry: dict[str, Any] = {}
    rows: dict[str, tuple[int, ...]] = {}
    for one in fields_of(kind):
        if one.name in names and one.nested:
            rows[one.name], entry[one.name] = reader.entries(one, ())
        elif one.name in names:
            entry |= reader.value(one, one.name)
    return entry, Reading(kind, None, tuple(reader.faults), rows)


def _made(kind: str, entry: Mapping[str, Any], faults: tuple[Fault, ...], rows: dict[str, tuple[int, ...]]) -> Reading:
    reading = Reading(kind, None, faults, rows)
    try:
        record = record_of(kind, entry)
    except Refused as refused:
        return Reading(kind, None, reading.with_refusal(refused), rows)
    return reading if faults else Reading(kind, record, (), rows)


def in_order(dates: Sequence[str], date: str) -> int:
    """The place of a new event among others, whose dates stand in order: after all that are not later.

    >>> in_order(["2020", "2022-05"], "2021-01-01"), in_order(["2020", "2022-05"], "2022-05-31")
    (1, 2)
    """
    try:
        refuse_date(date)
        later = [place for place, one in enumerate(dates) if first_day(one) > first_day(date)]
    except HansaError:
        return len(dates)
    return later[0] if later else len(dates)


class _Reader:
    """Reads controls one by one, and gathers what is wrong with them."""

    def __init__(self, kind: str, typed: Typed, meaning: Meaning, before: Mapping[str, list[str]]) -> None:
        self.kind, self.typed, self.meaning, self.before = kind, typed, meaning, before
        self.faults: list[Fault] = []

    def untouched(self, control: str, *, ordered: bool = True) -> bool:
        """Whether a control came back as it was shown; boxes that are ticked come in the order of the page."""
        if control not in self.before or any(text.strip() for text in self.typed.get(f"{control}{MORE}", ())):
            return False
        now, then = _seen(self.typed.get(control, ())), _seen(self.before[control])
        return now == then or (not ordered and sorted(now) == sorted(then))

    def value(self, one: Field, control: str, nested: bool = False) -> dict[str, Any]:
        """The field with its value; nothing where it is empty, or wrong, which becomes a fault."""
        texts = [*self.typed.get(control, ()), *_lines(self.typed.get(f"{control}{MORE}", ()))]
        texts = [text.strip() for text in map(ends_of_lines, texts) if text.strip()]
        try:
            if one.type == "yes/no":
                return {one.name: bool(texts)}
            if not texts and (one.required or (control in self.typed and (self.kind, control) in CHOSEN)):
                raise _Said(self.meaning.words(NEEDED))
            if one.type in ("list", "arguments"):
                return {one.name: self._several(one, texts)}
            return {one.name: self._one(one, texts[0], nested)} if texts else {}
        except _Said as wrong:
            self.faults.append(Fault(control, wrong.message))
        except HansaError as wrong:
            self.faults.append(Fault(control, getattr(wrong, "message", str(wrong)), foreign=True))
        return {}

    def entries(self, one: Field, kept: Sequence[Mapping[str, Any]]) -> tuple[tuple[int, ...], list[dict[str, Any]]]:
        """The rows of a list that say something and are not to go; new events stand where their date puts them."""
        numbers: list[int] = []
        found: list[dict[str, Any]] = []
        for number in rows_of(one.name, self.typed):
            fields = fields_of(one.type)
            names = {inner.name: f"{one.name}-{number}-{inner.name}" for inner in fields}
            said = any(text.strip() for name in names.values() for text in self.typed.get(name, ()))
            if not said or self.typed.get(f"{one.name}-{number}-{REMOVE}"):
                continue
            entry = dict(kept[number - 1]) if number <= len(kept) else {}
            for inner in fields:
                if not self.untouched(names[inner.name]):
                    entry.pop(inner.name, None)
                    entry |= self.value(inner, names[inner.name], nested=True)
            new = one.type == "event" and number > len(kept)
            place = in_order([str(other.get("date", "")) for other in found], str(entry.get("date"))) if new else None
            numbers.insert(len(found) if place is None else place, number)
            found.insert(len(found) if place is None else place, entry)
        return tuple(numbers), found

    def _several(self, one: Field, texts: Sequence[str]) -> Any:
        if one.type == "arguments":
            return self._arguments(texts)
        if one.words:
            return list(texts)
        if one.name == "products":
            return list(dict.fromkeys(map(self._product, texts)))
        if (kinds := NAMING.get((KINDS[self.kind], one.name))) is not None:
            return list(dict.fromkeys(self._record(text, kinds) for text in texts))
        return list(texts)

    def _one(self, one: Field, text: str, nested: bool) -> Any:
        kinds = (Party,) if nested and one.name in ("by", "party") else NAMING.get((KINDS[self.kind], one.name))
        if kinds is not None and (not nested or one.name in ("by", "party")):
            return self._record(text, kinds)
        if one.name in REGION_FIELDS and not nested:
            return self._region(text)
        if one.name == "indicator":
            return self.meaning.indicator(text)
        if one.name == "currency":
            return text.upper()
        if one.type in _READ:
            return _READ[one.type](self.meaning.words, one, text)
        return text

    def _region(self, text: str) -> str:
        code = self.meaning.region(text)
        return code if code is not None else self._strange(NO_REGION, text, self.meaning.near_regions(text))

    def _product(self, text: str) -> str:
        code = self.meaning.product(text)
        return code if code is not None else self._strange(NO_PRODUCT, text, self.meaning.near_products(text))

    def _record(self, text: str, kinds: tuple[type, ...]) -> str:
        key = self.meaning.record(text, kinds)
        return key if key is not None else self._strange(NO_RECORD, text, self.meaning.near_records(text, kinds))

    def _strange(self, template: str, text: str, near: str) -> str:
        words = self.meaning.words
        more = f" {words(NEAREST).format(near=near)}" if near else ""
        raise _Said(words(template).format(value=_quoted(text)) + more)

    def _arguments(self, texts: Sequence[str]) -> dict[str, str]:
        found: dict[str, str] = {}
        for line in (line for text in texts for line in text.split("\n") if line.strip()):
            name, sign, text = (part.strip() for part in line.partition("="))
            if not sign or not name or name in found:
                raise _Said(self.meaning.words(NO_ARGUMENT).format(value=_quoted(line.strip())))
            found[name], strange = self.meaning.argument(name, text)
            if strange:
                region = self.meaning.region(strange) is None and name != "product"
                near = (self.meaning.near_regions if region else self.meaning.near_products)(strange)
                self._strange(NO_REGION if region else NO_PRODUCT, strange, near)
        return found


class _Said(DataError):
    """A fault in the language of the page."""


def _date(words: Callable[[str], str], one: Field, text: str) -> str:
    try:
        refuse_date(text)
    except HansaError:
        turned = "-".join(reversed(text.split(".")))  # as Russian writes a day, which can mean no other
        try:
            refuse_date(turned if re.fullmatch(r"\d{4}-\d\d-\d\d", turned) else "")
        except HansaError:
            raise _Said(words(NO_DATE).format(value=_quoted(text), example="2021-06-30")) from None
        return turned
    return text


def _period(words: Callable[[str], str], one: Field, text: str) -> str:
    try:
        found = canonical(text)
        one.refuse(found)
    except HansaError:
        raise _Said(words(NO_PERIOD).format(value=_quoted(text), quarter="2024-Q1")) from None
    return found


def _number(words: Callable[[str], str], one: Field, text: str) -> float | int:
    try:
        number = Marks([text]).number(text)
    except HansaError:
        raise _Said(words(NO_NUMBER).format(value=_quoted(text))) from None
    if one.type == "whole":
        if number != int(number):
            raise _Said(words(NOT_WHOLE).format(value=_quoted(text)))
        return int(number)
    return number


_READ: dict[str, Callable[[Callable[[str], str], Field, str], Any]] = {
    "date": _date,
    "period": _period,
    "number": _number,
    "whole": _number,
}


def _texts(one: Field, value: Any) -> list[str]:
    """A value as the texts of its control."""
    if one.type == "yes/no":
        return ["yes"] if value else []
    if value is None:
        return [""]
    if one.type == "list":
        return [ends_of_lines(text) for text in value]
    if one.type == "arguments":
        return ["\n".join(f"{name} = {text}" for name, text in value.items())]
    if one.type in ("number", "whole"):
        return [str(int(value)) if value == int(value) and abs(value) < 1e15 else repr(value)]
    return [ends_of_lines(value)]


def _seen(texts: Sequence[str]) -> list[str]:
    """Texts as a page shows them: what acts unseen in them is written out there."""
    return [visible(text) for text in map(ends_of_lines, texts) if text.strip()]


def ends_of_lines(text: str) -> str:
    """A text whose lines end as a record has them: browsers send carriage return and line feed."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _lines(texts: Sequence[str]) -> list[str]:
    return [line for text in texts for line in ends_of_lines(text).split("\n")]


def _quoted(text: str) -> str:
    return f"«{text[:80]}»"
