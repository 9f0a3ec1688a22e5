"""Lines of any format become records, all or none: everything that is wrong is named at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
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
    """What is wrong, gathered until all was seen. blind : kinds of record of which some could not be read at all, so
    that not even their ids are known.
    """

    def __init__(self) -> None:
        self.found: list[DataError] = []
        self.blind: set[str] = set()

    def add(self, error: DataError, blind: Iterable[str] = ()) -> None:
        """One more; `blind` : kinds of the records that are lost by it."""
        self.found.append(error)
        self.blind.update(blind)


class Unreadable(DataError):
    """Lines that make up no register.

    faults : each thing that is wrong, with its place. records, places : what the lines hold with which nothing is
    wrong, as of `hansa.commitments.register.Register`. ids : every id that a line gives to a record, be it among these
    or not. blind : as of `Troubles`.
    """

    def __init__(
        self,
        faults: Sequence[str],
        records: tuple[Record, ...] = (),
        places: Mapping[str, str] | None = None,
        ids: Collection[str] = (),
        blind: Collection[str] = (),
    ) -> None:
        self.faults, self.records, self.places = tuple(faults), records, places or {}
        self.ids, self.blind = frozenset(ids), frozenset(blind)
        super().__init__(listing(self.faults))


def listing(faults: Sequence[str]) -> str:
    """The only thing that is wrong, or a list of them (up to 50).

    >>> print(listing(["party.csv, line 2: One.", "party.csv, line 3: Another."]))
    2 things are wrong, and nothing was read:
      party.csv, line 2: One.
      party.csv, line 3: Another.
    """
    if len(faults) == 1:
        return faults[0]
    shown = [f"  {fault}" for fault in faults[:MOST_TROUBLES]]
    more = len(faults) - len(shown)
    if more:
        shown.append(f"  ... and {more:,} more")
    return "\n".join([f"{len(faults):,} things are wrong, and nothing was read:", *shown])


def assemble(lines: Sequence[Line], troubles: Troubles) -> tuple[Record, ...]:
    """The records that lines make up, by kind and in their order.

    troubles : what went wrong so far. Events and amounts of a record that is not there are not named where it may be
        one of those that could not be read.

    Raises
    ------
    Unreadable : a value that a field refuses, an end before a start, an unknown state, two records with one id, an
        event or amount of no record.
    """
    sound = [line for line in lines if _check(line, troubles)]
    owners: dict[str, Line] = {}
    for line in lines:
        if line.kind not in KINDS:
            continue
        if not isinstance(name := line.values.get("id"), str):
            troubles.blind.add(line.kind)
        elif name in owners:
            other = owners[name].place
            where = other.said() if other.whole == line.place.whole else f"{other.whole}, {other.said()}"
            troubles.add(
                line.place.error(f"The id {name!r} stands on {where} already. Give one of them another.", "id")
            )
        else:
            owners[name] = line
    belonging = [line for line in sound if line.kind not in KINDS and _belongs(line, owners, troubles)]
    if not troubles.found:
        return _records(lines)
    own = [line for line in sound if owners.get(str(line.values.get("id"))) is line]
    there = {line.values["id"] for line in own}
    readable = [*own, *(line for line in belonging if line.values["of"] in there)]
    faults = [str(error) for error in troubles.found]
    raise Unreadable(faults, _records(readable), places(readable), owners, troubles.blind)


def _records(lines: Sequence[Line]) -> tuple[Record, ...]:
    belonging: dict[tuple[str, str], list[Any]] = {}
    for line in lines:
        if line.kind in _TYPES:
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


def _check(line: Line, troubles: Troubles) -> bool:
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
    return len(troubles.found) == before and not line.spoiled


def _lacking(line: Line, field: str) -> str:
    if line.kind == "amount" and field == "currency":
        return f"The amount {line.values.get('value', '')} has no currency. Write its code, such as USD or RUB."
    return f"{field} is empty. Every {line.kind.replace('_', ' ')} needs one."


def _belongs(line: Line, owners: Mapping[str, Line], troubles: Troubles) -> bool:
    """Whether an event or an amount belongs to a record that has such, and tells a state that this may be in."""
    of, having = line.values["of"], [kind for kind in KINDS if any(one.type == line.kind for one in fields_of(kind))]
    if of not in owners:
        if not troubles.blind.intersection(having):
            lost = UnknownCode("record", of, owners, hint=f"Add the record, or correct 'of' of this {line.kind}.")
            troubles.add(line.place.error(lost, "of"))
        return False
    kind = owners[of].kind
    if kind not in having:
        has = "history" if line.kind == "event" else "amounts"
        troubles.add(line.place.error(f"{of!r} is {article(kind)}, which has no {has}.", "of"))
    elif line.kind == "event" and line.values["state"] not in STATES[kind]:
        error = unknown_word(f"state of {article(kind)}", line.values["state"], STATES[kind])
        troubles.add(line.place.error(error, "state"))
    else:
        return True
    return False


def article(kind: str) -> str:
    """A kind of record with its article.

    >>> article("agreement"), article("target")
    ('an agreement', 'a target')
    """
    return f"{'an' if kind[0] in 'aei' else 'a'} {kind.replace('_', ' ')}"
