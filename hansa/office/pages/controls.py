"""The controls of a form as a template draws them: labels, hints, what may be chosen, and what is wrong beside each."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from hansa.commitments.concern import NAMING
from hansa.commitments.fields import NESTED, STATES, Field, fields_of
from hansa.commitments.records import KINDS, Party
from hansa.office.form import CHOSEN, MORE, REGION_FIELDS, REMOVE, Fault, Typed, rows_of
from hansa.office.labels import KIND
from hansa.office.meaning import LISTED, Meaning, Offer
from hansa.office.pages.pen import Pen
from hansa.wording import mark

SPARE = 2  # empty rows and boxes for what is new
LONG = ("note", "source", "acts")  # texts that take more than a line
JOINED = ("agreement",)  # kinds whose events may be of one party

DATE_HINT = mark("A day, a month or a year: 2021-06-30, 2021-06, 2021.")
SHORT_DATE_HINT = "2021-06-30, 2021-06, 2021".replace("-", "\N{NON-BREAKING HYPHEN}")
PERIOD_HINT = mark("A year, a quarter or a month: 2024, {quarter}, 2024-03.")
EXAMPLES = {"quarter": "2024-Q1", "argument": "origin = BLR"}
# (kind or "", field) -> what helps to fill it in
HINTS: dict[tuple[str, str], str] = {
    ("", "id"): mark("May stay empty: it is then made from the title. It is part of addresses, and stays as it is."),
    ("", "products"): mark("Codes or names; empty: all."),
    ("barrier", "equivalent"): mark("As a share: 0.05 is 5%. Only where somebody has estimated it."),
    ("barrier", "origin"): mark("From whom the goods come: code or name of a region or a bloc."),
    ("barrier", "destination"): mark("To whom they go: code or name of a region or a bloc."),
    ("party", "region"): mark("Code or name of a region or a bloc."),
    ("party", "parent"): mark("An institution or a part acts for this party."),
    ("target", "indicator"): mark("The statistic that was to move."),
    ("target", "arguments"): mark("Of whom and of what, one to a line: {argument}"),
    ("target", "value"): mark("What was to be reached, in the unit below."),
    ("target", "baseline"): mark("As it was known when the promise was made; empty: taken from the statistics."),
    ("asserted_count", "what"): mark("agreements, programmes, projects, regions ..."),
    ("asserted_count", "unit"): mark("The same word, or a currency where money was counted."),
    ("amount", "currency"): mark("Three letters, such as USD."),
    ("amount", "by"): mark("Who gives it."),
    ("event", "by"): mark("By whose word."),
    ("event", "party"): mark("Only where one party acceded or withdrew."),
    ("event", "evidence"): mark("An address or a note."),
}
NEW_EVENT, NEW_AMOUNT = mark("New event"), mark("New amount")
EVENT, AMOUNT = mark("Event {number}"), mark("Amount {number}")


@dataclass(frozen=True)
class Control:
    """One thing to fill in.

    name : in the form; its element has the id ``f-`` and this. shape : text, long, select, boxes, box, several.
    options : value and label, of select and boxes. offered : the list that is offered while one types. named : what the
    codes in it are called.
    """

    name: str
    label: str
    shape: str
    texts: tuple[str, ...]
    required: bool = False
    options: Offer = ()
    offered: str = ""
    hint: str = ""
    numeric: bool = False
    faults: tuple[Fault, ...] = ()
    named: str = ""


@dataclass(frozen=True)
class Row:
    """One entry of a list of events or amounts; a new one has nothing to remove. removed : it is to go."""

    number: int
    legend: str
    controls: tuple[Control, ...]
    new: bool
    removed: bool = False


@dataclass(frozen=True)
class Rows:
    """A list of events or amounts."""

    name: str
    label: str
    rows: tuple[Row, ...]
    faults: tuple[Fault, ...] = ()


@dataclass(frozen=True)
class Sheet:
    """All of a form: its controls in their order, the lists they offer, and every fault, for the summary at its top."""

    controls: tuple[Control | Rows, ...]
    offers: Mapping[str, Offer]
    faults: tuple[Fault, ...]
    labels: Mapping[str, str]


def sheet(
    kind: str, typed: Typed, meaning: Meaning, pen: Pen, faults: Sequence[Fault] = (), *, without: Sequence[str] = ()
) -> Sheet:
    """The form of a kind of record with these texts in it.

    without : names of fields that are not asked.
    """
    maker = _Maker(kind, typed, meaning, pen, faults)
    controls = tuple(
        maker.rows(one) if one.nested else maker.control(one, one.name, kind)
        for one in fields_of(kind)
        if one.name not in without
    )
    return maker.sheet(controls)


def event_sheet(
    kind: str, number: int, typed: Typed, meaning: Meaning, pen: Pen, faults: Sequence[Fault] = ()
) -> Sheet:
    """The form of one event of a kind of record, the row of that number in its history."""
    maker = _Maker(kind, typed, meaning, pen, faults)
    asked = [one for one in fields_of("event") if one.name != "party" or kind in JOINED]
    return maker.sheet(tuple(maker.control(one, f"history-{number}-{one.name}", "event") for one in asked))


def _said(pen: Pen, faults: Sequence[Fault]) -> tuple[Fault, ...]:
    """Faults in the language of the page, those of the library too where the catalogue knows them."""
    found = []
    for fault in faults:
        message, known = pen.words.refusal(fault.message) if fault.foreign else (fault.message, True)
        found.append(replace(fault, message=message, foreign=not known))
    return tuple(found)


class _Maker:
    def __init__(self, kind: str, typed: Typed, meaning: Meaning, pen: Pen, faults: Sequence[Fault]) -> None:
        self.kind, self.typed, self.meaning, self.pen, self.faults = kind, typed, meaning, pen, _said(pen, faults)
        self.offers: dict[str, Offer] = {}
        self.labels: dict[str, str] = {}

    def sheet(self, controls: tuple[Control | Rows, ...]) -> Sheet:
        return Sheet(controls, self.offers, self.faults, self.labels)

    def rows(self, one: Field) -> Rows:
        numbers = rows_of(one.name, self.typed)
        filled = [number for number in numbers if self._says(one, number)]
        first = max(filled, default=0) + 1
        told, fresh = (EVENT, NEW_EVENT) if one.type == "event" else (AMOUNT, NEW_AMOUNT)
        say = self.pen.words
        rows = [self._row(one, k, say(told).format(number=k), new=False) for k in filled]
        rows += [self._row(one, k, say(fresh), new=True) for k in range(first, first + SPARE)]
        self.labels[one.name] = self.pen.label(one.name)
        return Rows(one.name, self.labels[one.name], tuple(rows), self._faults(one.name))

    def _says(self, one: Field, number: int) -> bool:
        names = (f"{one.name}-{number}-{inner.name}" for inner in fields_of(one.type))
        return any(text.strip() for name in names for text in self.typed.get(name, ()))

    def _row(self, one: Field, number: int, legend: str, new: bool) -> Row:
        controls = tuple(
            self.control(inner, f"{one.name}-{number}-{inner.name}", one.type)
            for inner in fields_of(one.type)
            if self._asked(one, number, inner)
        )
        for control in controls:
            self.labels[control.name] = f"{legend}, {control.label}"
        return Row(number, legend, controls, new, bool(self.typed.get(f"{one.name}-{number}-{REMOVE}")))

    def _asked(self, one: Field, number: int, inner: Field) -> bool:
        """Whether a field of an event is asked: one party joins or leaves an agreement, and nothing else."""
        name = f"{one.name}-{number}-{inner.name}"
        return inner.name != "party" or self.kind in JOINED or any(self.typed.get(name, ()))

    def control(self, one: Field, name: str, kind: str) -> Control:
        texts = tuple(self.typed.get(name, ()))
        options = self._options(one, kind)
        label = self.labels[name] = self.pen.label(one.name)
        shape = self._shape(one, texts, bool(options))
        if shape == "several":
            texts = (*(text for text in texts if text.strip()), *self._more(name), *[""] * SPARE)
        offered = self._offer(one, kind)
        return Control(
            name,
            label,
            shape,
            texts or ("",),
            required=(one.required and one.name != "id") or (kind, one.name) in CHOSEN,
            options=options,
            offered=offered,
            hint=self._hint(one, kind),
            numeric=one.type in ("number", "whole"),
            faults=self._faults(name),
            named=self._named(offered, texts),
        )

    def _named(self, offered: str, texts: Sequence[str]) -> str:
        names = dict(self.offers.get(offered, ()))
        found = [(text, names.get(text.strip())) for text in texts]
        return "; ".join(f"{text}: {name}" for text, name in found if name and name != text)

    def _more(self, name: str) -> list[str]:
        """What was typed into the box for many at once; it stands in boxes of its own when the form comes back."""
        lines = (line.strip() for text in self.typed.get(f"{name}{MORE}", ()) for line in text.splitlines())
        return [line for line in lines if line]

    def _shape(self, one: Field, texts: Sequence[str], chosen: bool) -> str:
        if one.type == "yes/no":
            return "box"
        if one.type == "list":
            return "boxes" if chosen else "several"
        if chosen:
            return "select"
        long = one.type == "arguments" or one.name in LONG or any("\n" in text for text in texts)
        return "long" if long else "text"

    def _options(self, one: Field, kind: str) -> Offer:
        words = STATES.get(self.kind, ()) if (kind, one.name) == ("event", "state") else one.words
        options = tuple((word, self.pen.word(word, self.kind)) for word in words)
        empty = one.type != "list" and (one.required or one.default is None or (kind, one.name) in CHOSEN)
        return (("", ""), *options) if options and empty else options

    def _hint(self, one: Field, kind: str) -> str:
        hint = HINTS.get((kind, one.name)) or HINTS.get(("", one.name))
        if one.type == "date" and kind in dict(NESTED.values()):
            return SHORT_DATE_HINT
        hint = hint or {"date": DATE_HINT, "period": PERIOD_HINT}.get(one.type)
        return self.pen.words(hint).format(**EXAMPLES) if hint else ""

    def _offer(self, one: Field, kind: str) -> str:
        """The name of the list that is offered for a field; its entries are added to the sheet."""
        nested = kind in dict(NESTED.values())
        naming = {"by": (Party,), "party": (Party,)}
        kinds = naming.get(one.name) if nested else NAMING.get((KINDS[kind], one.name))
        if kinds is not None:
            named = "-".join(sorted(each.__name__.lower() for each in kinds)) or "any"
            return self._offered(named, lambda: self._with_kinds(kinds))
        if one.name in REGION_FIELDS and not nested:
            return self._offered("regions", lambda: self.meaning.regions)
        if one.name == "products":
            return self._offered("products", lambda: self.meaning.products)
        return self._offered("indicators", lambda: self.meaning.indicators) if one.name == "indicator" else ""

    def _offered(self, name: str, made: Callable[[], Offer]) -> str:
        if name not in self.offers:
            self.offers[name] = made()[:LISTED]
        return name

    def _with_kinds(self, kinds: tuple[type, ...]) -> Offer:
        """Records with their kinds, where there may be several."""
        if len(kinds) == 1:
            return self.meaning.records(kinds)
        of = {record.id: type(record) for record in self.meaning.register}
        named = {kind: self.pen.words(KIND[name][0]) for name, kind in KINDS.items()}
        return tuple((key, f"{title} ({named[of[key]]})") for key, title in self.meaning.records(kinds))

    def _faults(self, name: str) -> tuple[Fault, ...]:
        return tuple(fault for fault in self.faults if fault.control == name)
