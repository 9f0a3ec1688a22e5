"""The fields of each kind of record, taken from the dataclasses of records.py: one declaration, many readers.

Columns of CSV and sheets, the keys of JSON and its schema, and what a value may be, all come from here.
"""

from __future__ import annotations

import dataclasses
import math
import typing
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from hansa.code_list import first_and_last_day
from hansa.commitments import records
from hansa.commitments.records import KINDS, Event, Money
from hansa.errors import DataError, UnknownCode
from hansa.period import canonical

FIRST_YEAR, LAST_YEAR = 1800, 2200

# Lists that belong to a record and have a file of their own in a folder: what they are called there, and their type.
NESTED: dict[str, tuple[str, type]] = {"history": ("event", Event), "amounts": ("amount", Money)}

STATES: dict[str, tuple[str, ...]] = {
    "agreement": records.AGREEMENT_STATES,
    "programme": records.PROGRAMME_STATES,
    "milestone": records.MILESTONE_STATES,
    "project": records.PROJECT_STATES,
    "barrier": records.BARRIER_STATES,
    "alignment": records.ALIGNMENT_STATES,
    "idea": records.IDEA_STATES,
    "decision": records.DECISION_STATES,
}
_WORDS: dict[tuple[str, str], tuple[str, ...]] = {
    ("party", "kind"): records.PARTY_KINDS,
    ("agreement", "kinds"): records.AGREEMENT_KINDS,
    ("barrier", "kind"): records.BARRIER_KINDS,
    ("link", "kind"): records.LINK_KINDS,
    ("target", "direction"): ("up", "down"),
    ("amount", "stage"): records.STAGES,
}
_DATES = ("date", "due", "deadline", "start", "end")
_PERIODS = ("period", "baseline_period")


def values_of(record: records.Record) -> dict[str, Any]:
    """Every field of a record with its value; events and amounts as mappings of theirs.

    >>> values_of(records.Party("brin", "Brinmark"))["kind"]
    'region'
    """
    return {
        name: tuple(dict(vars(inner)) for inner in value) if name in NESTED else value
        for name, value in vars(record).items()
    }


@dataclass(frozen=True)
class Field:
    """One field of a kind of record.

    name : its column, and its key in JSON.
    type : ``text``, ``date``, ``period``, ``number``, ``whole``, ``yes/no``, ``list``, ``arguments``, or ``event`` and
        ``amount`` for the lists that have a file of their own.
    required : it has no default.
    default : what an empty cell stands for.
    words : the only values it may have, where there are such.
    """

    name: str
    type: str
    required: bool
    default: Any
    words: tuple[str, ...] = ()

    @property
    def nested(self) -> bool:
        """Whether it is a list of events or amounts."""
        return self.name in NESTED

    def refuse(self, value: Any) -> None:
        """Nothing, where the value may stand in this field.

        Raises
        ------
        DataError : it is empty though required, no number, a date that is none or out of range, or an unknown word.

        >>> columns("party")[2].refuse("regoin")
        Traceback (most recent call last):
        hansa.errors.UnknownCode: 'regoin' is no known kind. Nearest known: 'region'. Known: region, bloc, institution,
        company, person.
        """
        if value is None and not self.required and self.default is None:
            return
        if self.required and (value is None or value == () or (isinstance(value, str) and not value.strip())):
            raise DataError(f"{self.name} is empty. Every such record needs one.")
        if self.type == "list":
            if self.words and not value:
                raise DataError(f"{self.name} is empty. Name one or more of {', '.join(self.words)}.")
            for item in value:
                self._refuse_text(item)
        elif self.type == "arguments":
            for key, argument in value.items():
                if not key.strip() or not isinstance(argument, str):
                    raise DataError(f"{key!r}: {argument!r} is no argument. Write a name and a text.")
                self._refuse_text(key + argument)
        elif self.type in ("number", "whole"):
            if isinstance(value, bool) or not isinstance(value, int | float):
                raise DataError(f"{value!r} is no number.")
            if (isinstance(value, int) and abs(value) > 10**15) or not math.isfinite(value):
                raise DataError("A number is too large, or none at all.")
            if self.type == "whole" and value != int(value):
                raise DataError(f"{value!r} is no whole number.")
        elif self.type == "yes/no":
            if not isinstance(value, bool):
                raise DataError(f"{value!r} is neither yes nor no.")
        else:
            self._refuse_text(value)

    def _refuse_text(self, value: Any) -> None:
        if not isinstance(value, str):
            raise DataError(f"{value!r} is no text.")
        try:
            value.encode()
        except UnicodeEncodeError:
            raise DataError(f"{value!r} holds half a character (a lone surrogate). Write it anew.") from None
        if "\0" in value:
            raise DataError(f"{value[:60]!r} holds a NUL byte, which no table and no database keeps. Remove it.")
        if self.words and value not in self.words:
            raise unknown_word(self.name, value, self.words)
        if self.type == "date":
            refuse_date(value)
        elif self.type == "period":
            refuse_year(int(canonical(value)[:4]), value)


def unknown_word(what: str, value: str, words: tuple[str, ...]) -> UnknownCode:
    """The error to raise for a word that a field does not know."""
    return UnknownCode(what.removesuffix("s"), value, words, hint=f"Known: {', '.join(words)}.")


def refuse_date(value: str) -> None:
    """Nothing, where the text is a day, month or year between 1800 and 2200.

    Raises
    ------
    DataError : it is not; a date written another way is shown as it should be.

    >>> refuse_date("30.06.2021")
    Traceback (most recent call last):
    hansa.errors.DataError: '30.06.2021' is no date. Write 2021-06-30.
    """
    try:
        if not value.isascii():
            raise ValueError(value)
        first = first_and_last_day(value)[0]
    except (ValueError, OverflowError):
        parts = value.split(".")
        turned = "-".join(reversed(parts)) if [len(part) for part in parts] == [2, 2, 4] else ""
        way_out = turned if turned.replace("-", "").isdecimal() else "2021-06-30, 2021-06 or 2021"
        raise DataError(f"{value!r} is no date. Write {way_out}.") from None
    refuse_year(first.year, value)


def refuse_year(year: int, value: str) -> None:
    """Nothing, where a register may speak of that year.

    Raises
    ------
    DataError : it lies before 1800 or after 2200.
    """
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise DataError(f"{value!r} lies outside {FIRST_YEAR}..{LAST_YEAR}. Correct the year, or leave the record out.")


@cache
def fields_of(kind: str) -> tuple[Field, ...]:
    """Every field of a kind of record, of ``event`` or of ``amount``, in the order of the dataclass.

    >>> [(field.name, field.type) for field in fields_of("milestone")]
    [('id', 'text'), ('of', 'text'), ('title', 'text'), ('due', 'date'), ('history', 'event')]
    """
    type_of = {**KINDS, **dict(NESTED.values())}[kind]
    hints = typing.get_type_hints(type_of)
    found = []
    for field in dataclasses.fields(type_of):
        if field.default_factory is not dataclasses.MISSING:
            default = field.default_factory()
        else:
            default = None if field.default is dataclasses.MISSING else field.default
        required = field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING
        found.append(
            Field(
                field.name, _type(field.name, hints[field.name]), required, default, _WORDS.get((kind, field.name), ())
            )
        )
    return tuple(found)


def columns(kind: str) -> tuple[Field, ...]:
    """The columns of a kind's file: its fields but those with a file of their own; events and amounts say whose (`of`).

    >>> [column.name for column in columns("amount")]
    ['of', 'value', 'currency', 'stage', 'date', 'by']
    """
    own = tuple(field for field in fields_of(kind) if not field.nested)
    return own if kind in KINDS else (Field("of", "text", required=True, default=None), *own)


def listed(value: str | Iterable[str] | None) -> list[str]:
    """What stands in a field, be it nothing, one text or several.

    >>> listed(None), listed("brin"), listed(("brin", "kastell"))
    ([], ['brin'], ['brin', 'kastell'])
    """
    return [] if value is None else [value] if isinstance(value, str) else list(value)


def tables() -> tuple[str, ...]:
    """The kinds that have a file: those of records, then events and amounts."""
    return (*KINDS, *(name for name, _ in NESTED.values()))


def _type(name: str, hint: Any) -> str:
    if name in NESTED:
        return NESTED[name][0]
    if name in _DATES:
        return "date"
    if name in _PERIODS:
        return "period"
    plain = [part for part in typing.get_args(hint) if part is not type(None)] if _optional(hint) else [hint]
    if typing.get_origin(plain[0]) is tuple:
        return "list"
    if typing.get_origin(plain[0]) is Mapping:
        return "arguments"
    return {float: "number", int: "whole", bool: "yes/no", str: "text"}[plain[0]]


def _optional(hint: Any) -> bool:
    return type(None) in typing.get_args(hint)


def schema() -> dict[str, Any]:
    """JSON Schema (draft 2020-12) of a register in JSON.

    >>> schema()["$defs"]["party"]["required"]
    ['id', 'name']
    """
    definitions = {kind: _object(kind) for kind in tables()}
    for kind, states in STATES.items():
        event = {"allOf": [{"$ref": "#/$defs/event"}, {"properties": {"state": {"enum": list(states)}}}]}
        definitions[kind]["properties"]["history"] = {"type": "array", "items": event}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Register of a partnership",
        "type": "object",
        "properties": {kind: {"type": "array", "items": {"$ref": f"#/$defs/{kind}"}} for kind in KINDS},
        "additionalProperties": False,
        "$defs": definitions,
    }


_SHAPES: dict[str, dict[str, Any]] = {
    "text": {"type": "string"},
    "date": {"type": "string", "pattern": r"^(1[89]\d\d|2[01]\d\d|2200)(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?$"},
    "period": {"type": "string", "pattern": r"^(1[89]\d\d|2[01]\d\d|2200)(-Q[1-4]|-(0[1-9]|1[0-2]))?$"},
    "number": {"type": "number"},
    "whole": {"type": "integer"},
    "yes/no": {"type": "boolean"},
    "arguments": {"type": "object", "additionalProperties": {"type": "string"}},
}


def _object(kind: str) -> dict[str, Any]:
    properties = {}
    for field in fields_of(kind):
        if field.type == "list":
            item: dict[str, Any] = {"type": "string", **({"enum": list(field.words)} if field.words else {})}
            shape: dict[str, Any] = {"type": "array", "items": item}
            if field.required or field.words:
                shape["minItems"] = 1
        elif field.nested:
            shape = {"type": "array", "items": {"$ref": f"#/$defs/{field.type}"}}
        else:
            shape = {**_SHAPES[field.type], **({"enum": list(field.words)} if field.words else {})}
            if field.required and field.type == "text" and not field.words:
                shape["pattern"] = r"\S"
        if not field.required and field.default is None:
            shape = {"anyOf": [shape, {"type": "null"}]}
        properties[field.name] = shape
    return {
        "type": "object",
        "properties": properties,
        "required": [field.name for field in fields_of(kind) if field.required],
        "additionalProperties": False,
    }
