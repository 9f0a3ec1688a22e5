"""Named checks of a register: what contradicts itself, points nowhere, or is past due without a word."""

from __future__ import annotations

import dataclasses
import itertools
import math
from collections import Counter
from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache, cached_property
from operator import attrgetter
from typing import Any, TypeVar

from hansa import period as periods
from hansa.commitments.concern import NAMING, references
from hansa.commitments.fields import FIRST_YEAR, LAST_YEAR, fields_of, listed
from hansa.commitments.fields import STATES as STATES_OF
from hansa.commitments.lifecycle import first_day, follows, is_open, is_past, last_day, state_on, without_word
from hansa.commitments.money import totals
from hansa.commitments.product import is_known, several
from hansa.commitments.records import (
    KINDS,
    STAGES,
    Agreement,
    Alignment,
    AssertedCount,
    Barrier,
    Decision,
    Edition,
    Event,
    Idea,
    Milestone,
    Money,
    Party,
    Programme,
    Project,
    Record,
    Target,
)
from hansa.commitments.register import Register, kind_of
from hansa.errors import DataError, HansaError, nearest
from hansa.regions.bloc import days_of
from hansa.regions.iso import iso
from hansa.regions.lists import Lists, shipped_lists
from hansa.regions.region import Region

LOOKED_UP = 100  # unknown codes for which the nearest are sought
SHOWN = 5  # problems that `check` spells out

DAYS = ("start", "end", "due", "deadline", "date")
SPANS = (Programme, Project, Edition)
STATES = {KINDS[kind]: states for kind, states in STATES_OF.items()}
# By what, beside the title, two records of a kind are told apart.
BETWEEN: dict[type, Callable[[Any], Hashable]] = {
    Agreement: lambda record: frozenset(record.parties),
    Programme: lambda record: frozenset(record.parties),
    Milestone: attrgetter("of"),
    Project: lambda record: frozenset(record.partners),
    Barrier: attrgetter("origin", "destination"),
    Alignment: lambda record: frozenset(record.parties),
    Idea: attrgetter("edition"),
    Decision: attrgetter("session"),
}
R = TypeVar("R")


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong: by which check, in which record and field, what to do, and where it was read (`where`,
    such as ``agreements.csv, line 7``; empty where that is not known).
    """

    check: str
    record: str
    field: str
    message: str
    where: str = ""

    @property
    def severe(self) -> bool:
        """Whether nothing can be computed from the record before it is mended; others are late or odd, but legible."""
        return self.check in _severe()

    def __str__(self) -> str:
        place = f"{self.where}: " if self.where else ""
        return f"{place}{self.record}, {self.field}: {self.message} [{self.check}]"


@dataclass(frozen=True)
class Setting:
    """What the checks look at: some records of a register, a day, the lists of regions, whether to look into the
    catalogue, and the codes of products that are known, in their order (none: not looked at).
    """

    register: Register
    records: tuple[Record, ...]
    day: str
    lists: Lists
    indicators: bool
    products: tuple[str, ...] = ()

    _near: dict[tuple[str, str], str] = dataclasses.field(default_factory=dict, repr=False, compare=False)

    @cached_property
    def ids(self) -> list[str]:
        """Every id of the register."""
        return [record.id for record in self.register]

    @cached_property
    def codes(self) -> list[str]:
        """Every code of a region and key of a bloc."""
        own = [region.code for region in self.lists.places] if self.lists.places is not None else []
        return [*own, *(region.code for region in iso()), *(bloc.key for bloc in self.lists.blocs)]

    @cached_property
    def called(self) -> dict[str, str]:
        """The name of every code of a region or a bloc, as far as there is one."""
        places = [*iso(), *(self.lists.places or ())]
        return {place.code: place.name for place in places} | {bloc.key: bloc.name for bloc in self.lists.blocs}

    @cached_property
    def coded(self) -> dict[str, str]:
        """The code of every code, and of every name in English and Russian; of subdivisions of ISO 3166-2 codes only,
        which are many.
        """
        own: list[Region] = [*(place for place in iso() if place.kind == "country"), *(self.lists.places or ())]
        names = {name: place.code for place in own for name in (place.name, place.name_ru) if name}
        names |= {name: bloc.key for bloc in self.lists.blocs for name in (bloc.name, bloc.name_ru) if name}
        return names | {code: code for code in self.codes}

    def near(self, text: str, among: str) -> str:
        """The nearest of `ids` or `products`, or of `coded`, which is then told by code and name; of the first
        `LOOKED_UP` that are unknown: they are many.
        """
        key = (text, among)
        if key not in self._near:
            look = self._near_place if among == "coded" else _near
            self._near[key] = look(text, getattr(self, among)) if len(self._near) < LOOKED_UP else ""
        return self._near[key]

    def _near_place(self, text: str, coded: Mapping[str, str]) -> str:
        codes = list(dict.fromkeys(coded[hit] for hit in nearest(text, coded, 4)))[:3]
        told = (f"{code!r} ({self.called[code]})" if code in self.called else repr(code) for code in codes)
        return f"; nearest known: {', '.join(told)}" if codes else ""

    def of(self, kind: type[R]) -> tuple[R, ...]:
        """The records of one kind that are looked at."""
        if self.records is self.register.records:
            return self.register.of(kind)
        return tuple(record for record in self.records if isinstance(record, kind))

    def any_of(self, *kinds: type) -> Iterator[Record]:
        """The records of some kinds that are looked at."""
        return (record for record in self.records if isinstance(record, kinds))


Found = Iterator[tuple[str, str, str]]  # record, field, message
Check = Callable[[Setting], Found]


def problems(
    register: Register,
    *,
    on: str | None = None,
    lists: Lists | None = None,
    indicators: bool = True,
    only: Collection[str] | None = None,
    products: Collection[str] | None = None,
    mild: bool = True,
) -> tuple[Problem, ...]:
    """What is wrong with a register, check by check (`CHECKS`), record by record.

    Parameters
    ----------
    on : the day (ISO) on which something is late; today by default.
    lists : of regions and blocs, such as `hansa.regions.lists.lists_beside` of a folder; by default those of Hansa.
    indicators : whether targets are held against the catalogue of indicators.
    only : ids of records; then just their problems, though they are looked up against the whole register.
    products : codes that are known, such as `hansa.commitments.figures.known_products`; without any, codes of products
        are not looked at.
    mild : whether what is late or odd is looked for too, and not only what is severe.

    Raises
    ------
    UnknownCode : `only` names a record that is not there.

    >>> from hansa.commitments.records import Party
    >>> register = Register((Party("kast", "Kazakhstan", region="KZA"),))
    >>> [str(problem) for problem in problems(register)]  # doctest: +ELLIPSIS
    ["kast, region: 'KZA' is no known region or bloc; nearest known: 'KAZ' (Kazakhstan), ... [unknown region]"]
    """
    day = on or datetime.now(UTC).date().isoformat()
    records = register.records if only is None else _chosen(register, only)
    setting = Setting(register, records, day, lists or shipped_lists(), indicators, tuple(sorted(products or ())))
    return tuple(
        Problem(name_of(check), record, field, message, _where(register, record, field))
        for check in (CHECKS if mild else SEVERE)
        for record, field, message in check(setting)
    )


def _chosen(register: Register, only: Collection[str]) -> tuple[Record, ...]:
    """Some records in the order of the register."""
    wanted = {register[key].id: register[key] for key in only}
    if len(wanted) < 2:
        return tuple(wanted.values())  # the usual question after a change, and then none of the others is looked at
    return tuple(record for record in register.records if record.id in wanted)


def _where(register: Register, record: str, field: str) -> str:
    """Where the event or amount of a field was read, else where the record was."""
    if not register.places:
        return ""
    entry = " ".join([record, *field.split()[:2]])
    return register.places.get(entry) or register.places.get(record, "")


def check(
    register: Register,
    *,
    lists: Lists | None = None,
    indicators: bool = True,
    products: Collection[str] | None = None,
) -> Register:
    """This register, if nothing severe is wrong with it.

    Raises
    ------
    DataError : counts every severe problem and spells out the first.

    >>> check(Register((Milestone("m", "x", "A step", "2020-01-01"),)))
    Traceback (most recent call last):
    hansa.errors.DataError: The register has 1 severe problem: m, of: no record has the id 'x' [dangling id].
    """
    found = problems(register, lists=lists, indicators=indicators, products=products)
    severe = [problem for problem in found if problem.severe]
    if not severe:
        return register
    counted = f"{len(severe):,} severe problem{'' if len(severe) == 1 else 's'}"
    told = "; ".join(str(problem).replace(". [", " [") for problem in severe[:SHOWN])
    more = f"; and {len(severe) - SHOWN:,} more" if len(severe) > SHOWN else ""
    raise DataError(f"The register has {counted}: {told}{more}.")


def name_of(check: Check) -> str:
    """A check by its name, as it stands in a problem.

    >>> name_of(dangling_id)
    'dangling id'
    """
    return check.__name__.replace("_", " ").strip()


def dangling_id(setting: Setting) -> Found:
    """A field names a record that is not there, or one of a kind that cannot stand there."""
    for record in setting.records:
        for field, key in references(record):
            kinds = NAMING.get((type(record), field), (Party,))  # of events and amounts: by whom
            if key not in setting.register:
                yield record.id, field, f"no record has the id {key!r}{setting.near(key, 'ids')}"
            elif kinds and not isinstance(setting.register[key], kinds):
                wanted = " or ".join(kind.__name__.lower() for kind in kinds)
                yield record.id, field, _misplaced(key, setting.register[key], wanted)


def no_date(setting: Setting) -> Found:
    """A date that is no day, month or year."""
    for record, field, date in _dates(setting):
        if not _is_date(date):
            yield record, field, f"{date!r} is no date: write a day (2021-06-30), a month (2021-06) or a year"


def date_out_of_range(setting: Setting) -> Found:
    """A date before 1800 or after 2200: more likely a slip than a promise."""
    for record, field, date in _dates(setting):
        if _is_date(date) and not FIRST_YEAR <= int(date[:4]) <= LAST_YEAR:
            yield record, field, f"{date} lies outside {FIRST_YEAR}-{LAST_YEAR}"


def end_before_start(setting: Setting) -> Found:
    """A programme, project or edition ends before it starts."""
    for record in setting.any_of(*SPANS):
        start, end = getattr(record, "start", None), getattr(record, "end", None)
        if start and end and _is_date(start) and _is_date(end) and days_of(end)[1] < days_of(start)[0]:
            yield record.id, "end", f"it ends on {end}, before it starts on {start}"


def unknown_word(setting: Setting) -> Found:
    """A kind, stage, direction or state that is none of its list; the nearest are named."""
    for name, kind in KINDS.items():
        worded = [field for field in fields_of(name) if field.words]
        for record, field in itertools.product(setting.any_of(kind), worded):
            for word in listed(getattr(record, field.name)):
                if word not in field.words:
                    near = _near(word, field.words)
                    yield record.id, field.name, f"{word!r} is none of {', '.join(field.words)}{near}"
    for record, place, event in _events(setting):
        known = STATES[type(record)]
        if event.state not in known:
            yield (
                record.id,
                place,
                f"the state {event.state!r} is none of {', '.join(known)}{_near(event.state, known)}",
            )
    for project, place, money in _amounts(setting):
        if money.stage not in STAGES:
            yield project.id, place, f"the stage {money.stage!r} is none of {', '.join(STAGES)}"


def unknown_region(setting: Setting) -> Found:
    """A party or a barrier names a region or bloc that is in no list; the nearest are named."""
    for record in setting.any_of(Party, Barrier):
        names = ("region",) if isinstance(record, Party) else ("origin", "destination")
        for field in names:
            code = getattr(record, field)
            if not code or code in (_place(setting.lists, code), _bloc(setting.lists, code)):
                continue
            if meant := _place(setting.lists, code) or _bloc(setting.lists, code):
                yield record.id, field, f"{code!r} is written {meant!r}"
            else:
                yield record.id, field, f"{code!r} is no known region or bloc{setting.near(code, 'coded')}"


def unknown_product(setting: Setting) -> Found:
    """A product that the data do not have, nor any that begins with it, nor one that it begins with and that they end
    at; the nearest are named.
    """
    if not setting.products:
        return
    for record in setting.any_of(Agreement, Programme, Project, Barrier, Target):
        if isinstance(record, Target):
            field, codes = "arguments", listed(several(record.arguments.get("product")))
        else:
            field, codes = "products", list(getattr(record, "products", ()))
        for code in codes:
            if not is_known(code, setting.products):
                yield record.id, field, f"{code!r} is no known product{setting.near(code, 'products')}"


def region_that_does_not_fit(setting: Setting) -> Found:
    """A party of kind region or bloc that names none, or names the other."""
    for party in setting.of(Party):
        if party.kind in ("region", "bloc") and not party.region:
            yield party.id, "region", f"a party of kind {party.kind} names the {party.kind} that it is"
        elif party.kind == "region" and party.region == _bloc(setting.lists, party.region or ""):
            yield party.id, "kind", f"{party.region} is a bloc, and the party is of kind region"


def barrier_within_a_region(setting: Setting) -> Found:
    """A barrier whose origin is its destination."""
    for barrier in setting.of(Barrier):
        if barrier.origin == barrier.destination:
            yield barrier.id, "destination", f"origin and destination are both {barrier.origin!r}"


def currency(setting: Setting) -> Found:
    """An amount without a currency, or in one that ISO 4217 does not have."""
    for project, place, money in _amounts(setting):
        if not money.currency:
            yield project.id, place, f"the amount {money.value:g} has no currency"
        elif money.currency not in _currencies():
            near = _near(money.currency, _currencies())
            yield project.id, place, f"{money.currency!r} is no currency of ISO 4217{near}"


def impossible_number(setting: Setting) -> Found:
    """An amount, an equivalent or a count that is no number from 0 up, or a target that is no number."""
    for project, place, money in _amounts(setting):
        if not 0 <= money.value < float("inf"):
            yield project.id, place, f"the amount is {money.value:g}, and must be a number from 0 up"
    for barrier in setting.of(Barrier):
        if barrier.equivalent is not None and not 0 <= barrier.equivalent < float("inf"):
            yield barrier.id, "equivalent", f"it is {barrier.equivalent:g}, and is a share of the value from 0 up"
    for count in setting.of(AssertedCount):
        if not 0 <= count.value < float("inf"):
            yield count.id, "value", f"it is {count.value:g}, and a count is a number from 0 up"
    for target in setting.of(Target):
        if not all(math.isfinite(value) for value in (target.value, target.baseline or 0.0)):
            yield (
                target.id,
                "value",
                f"{target.value:g} from {target.baseline or 0.0:g} is no way from number to number",
            )


def history_out_of_order(setting: Setting) -> Found:
    """An event of a history is earlier than the one before it."""
    for record in setting.any_of(*STATES):
        events = [event for event in getattr(record, "history", ()) if _is_date(event.date)]
        for before, event in itertools.pairwise(events):
            if last_day(event.date) < first_day(before.date):
                yield (
                    record.id,
                    "history",
                    f"{event.state!r} on {event.date} stands after {before.state!r} on {before.date}",
                )


def state_that_cannot_follow(setting: Setting) -> Found:
    """A history goes where it cannot: withdrawn before it was signed, disbursed after it was cancelled, begun twice."""
    for record in setting.any_of(*STATES):
        gone: list[str] = []
        for event in getattr(record, "history", ()):
            if event.state in STATES[type(record)] and (why := follows(record, gone, event)):
                yield record.id, "history", f"{event.state!r} on {event.date}: {why}"
            gone.append(event.state)


def cyclic_parents(setting: Setting) -> Found:
    """A record is, step by step, its own parent."""
    for record in setting.any_of(Party, Agreement):
        seen = [record.id]
        at: str | None = getattr(record, "parent", None)
        while at and at in setting.register and at not in seen:
            seen.append(at)
            at = getattr(setting.register[at], "parent", None)
        if at == record.id:
            yield record.id, "parent", f"it is its own parent: {' > '.join([*seen, at])}"


def target_without_unit(setting: Setting) -> Found:
    """A target says in what it is counted."""
    for target in setting.of(Target):
        if not target.unit.strip():
            yield target.id, "unit", "it has no unit: say in what the value is counted"


def target_indicator(setting: Setting) -> Found:
    """A target is counted by an indicator of the catalogue, with arguments that it has."""
    if not setting.indicators or not setting.of(Target):
        return
    import hansa.indicators  # noqa: F401  slow import
    from hansa.commitments.figures import CHOOSING  # slow import
    from hansa.indicator import catalogue  # slow import
    from hansa.trade.indicators.declare import NARROWING  # slow import

    for target in setting.of(Target):
        if target.indicator not in catalogue:
            near = _near(target.indicator, catalogue)
            yield target.id, "indicator", f"{target.indicator!r} is no indicator of the catalogue{near}"
            continue
        own = [parameter.name for parameter in catalogue[target.indicator].parameters()]
        known = dict.fromkeys(name for name in (*own, *NARROWING, *CHOOSING) if name not in ("options", "args"))
        for name in target.arguments:
            if name not in known:
                yield target.id, "arguments", f"{target.indicator!r} has no argument {name!r}{_near(name, known)}"


def target_periods(setting: Setting) -> Found:
    """The period wanted comes after the baseline period, and both are of one kind."""
    for target in setting.of(Target):
        try:
            since, wanted = periods.canonical(target.baseline_period), periods.canonical(target.period)
        except HansaError as wrong:
            yield target.id, "period", str(wrong)
            continue
        if periods.frequency(since) != periods.frequency(wanted):
            yield target.id, "period", f"{since} and {wanted} are not of one kind: name two years, quarters or months"
        elif wanted <= since:
            yield target.id, "period", f"{wanted} does not come after the baseline period {since}"
        elif not all(FIRST_YEAR <= periods.year(one) <= LAST_YEAR for one in (since, wanted)):
            yield target.id, "period", f"{since} or {wanted} lies outside {FIRST_YEAR}-{LAST_YEAR}"


def idea_without_project(setting: Setting) -> Found:
    """An idea that is said to have become a project names which."""
    for idea in setting.of(Idea):
        state = state_on(idea.history, setting.day)
        if state is not None and state.state == "project" and not idea.project:
            yield idea.id, "project", "its state is 'project', and it names none"


def too_few_parties(setting: Setting) -> Found:
    """An agreement binds at least two parties, or the members of one bloc; an alignment compares acts of two."""
    for record in setting.of(Agreement):
        if len(set(record.parties)) < 2 and not _is_bloc(setting.register, record.parties):
            yield record.id, "parties", f"an agreement has two parties or more, and this has {len(set(record.parties))}"
    for alignment in setting.of(Alignment):
        if len(set(alignment.parties)) < 2:
            yield (
                alignment.id,
                "parties",
                f"acts of two parties are compared, and it names {len(set(alignment.parties))}",
            )


def milestone_without_word(setting: Setting) -> Found:
    """A milestone is past due, and nobody has said what became of it."""
    for record in setting.of(Milestone):
        if without_word(record, record.due, setting.day):
            yield record.id, "due", f"it was due on {record.due}, and nothing is said of it since"


def decision_without_word(setting: Setting) -> Found:
    """A decision is past due, and nobody has said what became of it."""
    for record in setting.of(Decision):
        if without_word(record, record.due, setting.day):
            yield record.id, "due", f"it was due on {record.due}, and nothing is said of it since"


def barrier_past_deadline(setting: Setting) -> Found:
    """A barrier stands after the day by which it was to go."""
    for record in setting.of(Barrier):
        if record.deadline and is_past(record.deadline, setting.day) and is_open(record, setting.day):
            state = state_on(record.history, setting.day)
            stands = f"it is {state.state!r}" if state else "nothing is said of it"
            yield record.id, "deadline", f"it was to go by {record.deadline}, and {stands}"


def disbursed_more_than_planned(setting: Setting) -> Found:
    """In one currency, more was paid out than was planned."""

    for project in setting.of(Project):
        sums = totals(project, setting.day)
        for code in dict.fromkeys(code for code, _ in sums):
            planned, paid = sums.get((code, "planned")), sums.get((code, "disbursed"))
            if planned is not None and paid is not None and paid > planned:
                yield project.id, "amounts", f"{code} {paid:,.0f} was disbursed, and {planned:,.0f} planned"


def amount_twice(setting: Setting) -> Found:
    """One financer has two amounts of one stage and currency on one day."""
    for project in setting.of(Project):
        keys = Counter((money.stage, money.currency, money.by, money.date) for money in project.amounts)
        for (stage, code, by, date), times in keys.items():
            if times > 1:
                who = f"by {by}" if by else "by a financer that is not named"
                yield project.id, "amounts", f"{stage} in {code or 'no currency'} {who} stands {times} times on {date}"


def edition_numbers(setting: Setting) -> Found:
    """Editions are numbered one by one, and no number is given twice."""
    looked_at = {edition.id for edition in setting.of(Edition)}
    editions = sorted(setting.register.of(Edition), key=lambda edition: edition.number) if looked_at else []
    for before, edition in itertools.pairwise(editions):
        if edition.id not in looked_at:
            continue
        if edition.number == before.number:
            yield edition.id, "number", f"{before.id} has the number {edition.number} too"
        elif edition.number > before.number + 1:
            yield edition.id, "number", f"the number before {edition.number} is {before.number}: editions are missing"


def told_twice(setting: Setting) -> Found:
    """Two records of one kind have one title and the same parties."""
    for kind, between in BETWEEN.items():
        looked_at: tuple[Any, ...] = setting.of(kind)
        ids, asked = {record.id for record in looked_at}, {between(record) for record in looked_at}
        all_: tuple[Any, ...] = setting.register.of(kind) if asked else ()
        seen: dict[tuple[Hashable, str], str] = {}
        for record in all_:
            if (ends := between(record)) not in asked:
                continue
            key = (ends, " ".join(str(record.title).casefold().split()))
            if key in seen and record.id in ids:
                yield record.id, "title", f"{seen[key]!r} has the same title and parties: is it told twice?"
            seen.setdefault(key, record.id)


SEVERE: tuple[Check, ...] = (
    *(dangling_id, no_date, date_out_of_range, end_before_start, unknown_word, unknown_region, unknown_product),
    *(region_that_does_not_fit, barrier_within_a_region, currency, impossible_number, history_out_of_order),
    *(state_that_cannot_follow, cyclic_parents, target_without_unit, target_indicator, target_periods),
    *(too_few_parties, amount_twice),
)
MILD: tuple[Check, ...] = (
    *(milestone_without_word, decision_without_word, barrier_past_deadline, disbursed_more_than_planned),
    *(edition_numbers, idea_without_project, told_twice),
)
CHECKS: tuple[Check, ...] = (*SEVERE, *MILD)


@cache
def _severe() -> frozenset[str]:
    return frozenset(name_of(check) for check in SEVERE)


def _misplaced(key: str, record: Record, wanted: str) -> str:
    return f"{key!r} is the id of a {kind_of(record)}, and a {wanted} belongs here"


def _dates(setting: Setting) -> Iterator[tuple[str, str, str]]:
    for record in setting.records:
        for name in DAYS:
            if (value := getattr(record, name, None)) is not None:
                yield record.id, name, value
    for record, place, event in _events(setting):
        yield record.id, place, event.date
    for project, place, money in _amounts(setting):
        yield project.id, place, money.date


def _events(setting: Setting) -> Iterator[tuple[Record, str, Event]]:
    for record in setting.any_of(*STATES):
        for number, event in enumerate(getattr(record, "history", ()), 1):
            yield record, f"history {number}", event


def _amounts(setting: Setting) -> Iterator[tuple[Project, str, Money]]:
    for project in setting.of(Project):
        for number, money in enumerate(project.amounts, 1):
            yield project, f"amounts {number}", money


def _is_bloc(register: Register, parties: Iterable[str]) -> bool:
    found = [register[party] for party in parties if party in register]
    return len(found) == 1 and isinstance(found[0], Party) and found[0].kind == "bloc"


def _is_date(text: str) -> bool:
    try:
        days_of(text)
    except HansaError:
        return False
    return len(text) in (4, 7, 10) and "Q" not in text


def _near(text: str, known: Iterable[str]) -> str:
    near = nearest(text, known)
    return f"; nearest known: {', '.join(map(repr, near))}" if near else ""


def _place(lists: Lists, code: str) -> str | None:
    found = lists.place(code)
    return found.code if found else None


def _bloc(lists: Lists, code: str) -> str | None:
    found = lists.bloc(code)
    return found.key if found else None


@cache
def _currencies() -> frozenset[str]:
    from babel.numbers import list_currencies  # slow import

    return frozenset(list_currencies())
