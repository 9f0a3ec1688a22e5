"""Lines of any format become records, all or none: everything that is wrong is named at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from hansa.code_list import first_and_last_day
from hansa.commitments.fields import NESTED, STATES, columns, fields_of, unknown_word
from hansa.commitments.records import KINDS, Event, Money, Record
from hansa.errors import DataError, UnknownCode

MOST_TROUBLES = 50


@dataclass(frozen=True)
class Place:
    """Where a record was read: a file, and a line or what else tells it ("party 3"); of a sheet, its name and a row."""

    file: str
    line: int | None = None
    spot: str = ""
    sheet: str = ""

    def error(self, trouble: DataError | str, column: str | None = None) -> DataError:
        """The trouble, pointing at this place."""
        message = trouble.message if isinstance(trouble, DataError) else trouble
        file = f"{self.whole}, {self.spot}" if self.spot else self.whole
        return DataError(message, file=file, line=self.line, column=column)

    @property
    def whole(self) -> str:
        """What the line belongs to: the file, or the sheet in it."""
        return f"{self.file}, sheet {self.sheet!r}" if self.sheet else self.file

    def said(self) -> str:
        """In words, for a message on another place of the same file."""
        return f"line {self.line:,}" if self.line is not None else self.spot

    def told(self) -> str:
        """In short, for who has the register before them.

        >>> Place("register/party.csv", 7).told(), Place("register.json", spot="party 3").told()
        ('party.csv, line 7', 'party 3')
        >>> Place("register.xlsx", 7, sheet="party").told()
        'sheet party, row 7'
        """
        if self.spot or self.line is None:
            return self.spot or Path(self.file).name
        return f"sheet {self.sheet}, row {self.line:,}" if self.sheet else f"{Path(self.file).name}, {self.said()}"


@dataclass(frozen=True)
class Line:
    """One record as it was read: its kind (or ``event``, ``amount``), its place, and what its fields say.

    spoiled : fields of which it was said already that they cannot be read.
    """

    kind: str
    place: Place
    values: dict[str, Any]
    spoiled: frozenset[str] = frozenset()


class Troubles:
    """What is wrong, gathered until all was seen."""

    def __init__(self) -> None:
        self.found: list[DataError] = []

    def add(self, error: DataError) -> None:
        """One more."""
        self.found.append(error)

    def stop(self) -> None:
        """Nothing, where nothing is wrong.

        Raises
        ------
        DataError : the only trouble, or one that lists them (up to 50).
        """
        if not self.found:
            return
        if len(self.found) == 1:
            raise self.found[0]
        shown = [f"  {error}" for error in self.found[:MOST_TROUBLES]]
        more = len(self.found) - len(shown)
        if more:
            shown.append(f"  ... and {more:,} more")
        raise DataError("\n".join([f"{len(self.found):,} things are wrong, and nothing was read:", *shown]))


def assemble(lines: Sequence[Line], troubles: Troubles) -> tuple[Record, ...]:
    """The records that lines make up, by kind and in their order.

    troubles : what went wrong so far. Events and amounts of a record that is not there are named only where nothing
        did, since it may be one of those that could not be read.

    Raises
    ------
    DataError : a value that a field refuses, an end before a start, an unknown state, two records with one id, an event
        or amount of no record.
    """
    for line in lines:
        _check(line, troubles)
    owners: dict[str, Line] = {}
    for line in lines:
        if line.kind not in KINDS or not isinstance(name := line.values.get("id"), str):
            continue
        if name in owners:
            other = owners[name].place
            where = other.said() if other.whole == line.place.whole else f"{other.whole}, {other.said()}"
            troubles.add(
                line.place.error(f"The id {name!r} stands on {where} already. Give one of them another.", "id")
            )
        else:
            owners[name] = line
    nested = {name: [line for line in lines if line.kind == name] for name, _ in NESTED.values()}
    if not troubles.found:
        for line in (*nested["event"], *nested["amount"]):
            _refuse_stray(line, owners, troubles)
    troubles.stop()
    belonging: dict[tuple[str, str], list[Any]] = {}
    for line in (*nested["event"], *nested["amount"]):
        plain = {name: value for name, value in line.values.items() if name != "of"}
        belonging.setdefault((line.kind, line.values["of"]), []).append(_TYPES[line.kind](**plain))
    records = [KINDS[line.kind](**line.values) for kind in KINDS for line in lines if line.kind == kind]
    return tuple(_with_lists(record, belonging) for record in records)


def places(lines: Sequence[Line]) -> dict[str, str]:
    """Where the records that lines make up were read (`hansa.commitments.register.Register`)."""
    fields = {table: field for field, (table, _) in NESTED.items()}
    counted = Counter[tuple[str, str]]()
    found = {}
    for line in lines:
        if line.kind in fields:
            counted[line.kind, of := line.values["of"]] += 1
            found[f"{of} {fields[line.kind]} {counted[line.kind, of]}"] = line.place.told()
    return found | {line.values["id"]: line.place.told() for line in lines if line.kind in KINDS}


_TYPES: dict[str, type] = dict(NESTED.values())


def _with_lists(record: Any, belonging: Mapping[tuple[str, str], list[Event | Money]]) -> Record:
    lists = {
        field: tuple(belonging[table, record.id])
        for field, (table, _) in NESTED.items()
        if (table, record.id) in belonging and hasattr(record, field)
    }
    complete: Record = replace(record, **lists) if lists else record
    return complete


def _check(line: Line, troubles: Troubles) -> None:
    """Whether every field of a line may stand, as far as the line alone tells."""
    before = len(troubles.found)
    for field in columns(line.kind):
        if field.name in line.spoiled:
            continue
        if field.name not in line.values:
            if field.required:
                troubles.add(line.place.error(_lacking(line, field.name), field.name))
            continue
        try:
            field.refuse(line.values[field.name])
        except DataError as trouble:
            troubles.add(line.place.error(trouble, field.name))
    if len(troubles.found) == before and not line.spoiled:
        start, end = line.values.get("start"), line.values.get("end")
        if start and end and first_and_last_day(end)[1] < first_and_last_day(start)[0]:
            troubles.add(line.place.error(f"The end, {end}, lies before the start, {start}. Are they swapped?", "end"))


def _lacking(line: Line, field: str) -> str:
    if line.kind == "amount" and field == "currency":
        return f"The amount {line.values.get('value', '')} has no currency. Write its code, such as USD or RUB."
    return f"{field} is empty. Every {line.kind.replace('_', ' ')} needs one."


def _refuse_stray(line: Line, owners: Mapping[str, Line], troubles: Troubles) -> None:
    """An event or an amount must belong to a record that has such, and tell a state that such a record may be in."""
    of = line.values["of"]
    if of not in owners:
        lost = UnknownCode("record", of, owners, hint=f"Add the record, or correct 'of' of this {line.kind}.")
        troubles.add(line.place.error(lost, "of"))
        return
    kind = owners[of].kind
    if not any(field.type == line.kind for field in fields_of(kind)):
        has = "history" if line.kind == "event" else "amounts"
        troubles.add(line.place.error(f"{of!r} is {article(kind)}, which has no {has}.", "of"))
    elif line.kind == "event" and line.values["state"] not in STATES[kind]:
        error = unknown_word(f"state of {article(kind)}", line.values["state"], STATES[kind])
        troubles.add(line.place.error(error, "state"))


def article(kind: str) -> str:
    """A kind of record with its article.

    >>> article("agreement"), article("target")
    ('an agreement', 'a target')
    """
    return f"{'an' if kind[0] in 'aei' else 'a'} {kind.replace('_', ' ')}"
