"""Whom a record concerns: what it names, which parties it is about, and who has to act or report on it."""

from __future__ import annotations

from collections.abc import Iterable

from hansa.commitments.fields import listed
from hansa.commitments.records import (
    Agreement,
    Alignment,
    AssertedCount,
    Barrier,
    Decision,
    Edition,
    Idea,
    Link,
    Milestone,
    Party,
    Programme,
    Project,
    Record,
    Session,
    Target,
)
from hansa.commitments.register import Register

# Fields that name another record: kind of record, field -> kinds that may stand there (none: any).
NAMING: dict[tuple[type, str], tuple[type, ...]] = {
    (Party, "parent"): (Party,),
    (Agreement, "parties"): (Party,),
    (Agreement, "parent"): (Agreement,),
    (Programme, "parties"): (Party,),
    (Programme, "approved_by"): (Party, Session, Decision),
    (Programme, "agreement"): (Agreement,),
    (Milestone, "of"): (Programme, Project, Decision, Agreement, Barrier, Alignment),
    (Target, "of"): (),
    (Project, "partners"): (Party,),
    (Project, "programme"): (Programme, Agreement),
    (Barrier, "owner"): (Party,),
    (Alignment, "parties"): (Party,),
    (Edition, "host"): (Party,),
    (Session, "edition"): (Edition,),
    (Idea, "edition"): (Edition,),
    (Idea, "proposer"): (Party,),
    (Idea, "project"): (Project,),
    (Decision, "session"): (Session,),
    (Decision, "owner"): (Party,),
    (Decision, "idea"): (Idea,),
    (Decision, "project"): (Project,),
    (Decision, "barrier"): (Barrier,),
    (Link, "of"): (),
    (AssertedCount, "parties"): (Party,),
}
_FIELDS = {kind: tuple(field for one, field in NAMING if one is kind) for kind, _ in NAMING}


def references(record: Record) -> tuple[tuple[str, str], ...]:
    """Every field by which a record names another, and the id that stands there, be there such a record or not.

    Of a history they are called ``history 2 by`` and ``history 2 party``, of amounts ``amounts 1 by``.

    >>> references(Project("line", "A line", ("brin", "kastell"), programme="machines"))
    (('partners', 'brin'), ('partners', 'kastell'), ('programme', 'machines'))
    """
    found = [(field, key) for field in _FIELDS[type(record)] for key in listed(getattr(record, field))]
    for number, event in enumerate(getattr(record, "history", ()), 1):
        found += [(f"history {number} {name}", key) for name in ("by", "party") if (key := getattr(event, name))]
    for number, money in enumerate(getattr(record, "amounts", ()), 1):
        found += [(f"amounts {number} by", money.by)] if money.by else []
    return tuple(found)


def concerned(record: Record, register: Register) -> frozenset[str]:
    """Ids of the parties that a record is about, each with all its parents, since an institution acts for its parent.

    A party itself; the parties of an agreement (and those that acceded or withdrew), programme, alignment or stated
    count; the partners of a project; the owner of a barrier, and whoever stands for its origin or destination; the host
    of an edition; the proposer of an idea, else the host of its edition; the host of a session's edition; the owner of
    a decision and the host of its session's edition. A milestone, target or link concerns whom its record (`of`) does.

    Ids that name no party of the register are left out (`hansa.commitments.checks` tells them).

    >>> brin, bank = Party("brin", "Brinmark"), Party("bank", "A bank", kind="institution", parent="brin")
    >>> project = Project("line", "A line", ("bank",))
    >>> sorted(concerned(Milestone("m", "line", "Line open", "2020"), Register((brin, bank, project))))
    ['bank', 'brin']
    """
    found, seen, todo = list[str](), set[str](), [record]
    while todo:
        one = todo.pop()
        if one.id not in seen:
            seen.add(one.id)
            found += _parties(one, register)
            todo += [register[key] for key in _above(one) if key in register]
    return _with_parents(found, register) | ({record.id} if isinstance(record, Party) else set())


def owners(record: Record, register: Register) -> frozenset[str]:
    """Ids of the parties that have to act or report on a record (`owing`), each with all its parents.

    >>> office = Party("office", "An office", kind="institution", parent="brin")
    >>> barrier = Barrier("queue", "Queue", "XKA", "XBR", owner="office")
    >>> sorted(owners(barrier, Register((Party("brin", "Brinmark"), office, barrier))))
    ['brin', 'office']
    """
    return _with_parents(owing(record, register), register)


def owing(record: Record, register: Register) -> tuple[str, ...]:
    """Who has to act or report on a record, as it names them: the owner of a barrier or decision; the parties of an
    agreement, programme or alignment, the partners of a project; of a milestone or target those of its record (`of`).

    None for other kinds, and where no owner is named.

    >>> barrier = Barrier("queue", "Queue", "XKA", "XBR", owner="office")
    >>> owing(Milestone("m", "queue", "Second lane", "2020"), Register((barrier,)))
    ('office',)
    """
    seen = set[str]()
    while isinstance(record, Milestone | Target) and record.id not in seen:
        seen.add(record.id)
        if record.of not in register:
            return ()
        record = register[record.of]
    if isinstance(record, Barrier | Decision):
        return (record.owner,) if record.owner else ()
    if isinstance(record, Agreement | Programme | Alignment):
        return record.parties
    return record.partners if isinstance(record, Project) else ()


def _parties(record: Record, register: Register) -> list[str]:
    """The parties that a record is about by what it says itself."""
    match record:
        case Party():
            return [record.id, *listed(record.parent)]
        case Agreement():
            return [*record.parties, *(event.party for event in record.history if event.party)]
        case Programme() | Alignment() | AssertedCount():
            return [*record.parties]
        case Project():
            return [*record.partners]
        case Barrier():
            ends = (record.origin, record.destination)
            return [*listed(record.owner), *(party.id for party in register.of(Party) if party.region in ends)]
        case Edition():
            return [record.host]
        case Idea():
            return listed(record.proposer)
        case Decision():
            return listed(record.owner)
    return []


def _above(record: Record) -> list[str]:
    """The records whose parties are those of a record, too."""
    match record:
        case Milestone() | Target() | Link():
            return [record.of]
        case Session():
            return [record.edition]
        case Idea():
            return [] if record.proposer else [record.edition]
        case Decision():
            return [record.session]
    return []


def _with_parents(parties: Iterable[str], register: Register) -> frozenset[str]:
    """Those of some ids that are parties of the register, and all that these act for."""
    found, todo = set[str](), [*parties]
    while todo:
        key = todo.pop()
        if key not in found and key in register and isinstance(party := register[key], Party):
            found.add(key)
            todo += listed(party.parent)
    return frozenset(found)
