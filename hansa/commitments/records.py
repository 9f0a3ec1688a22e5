"""What parties promised each other, as frozen records: who, what, by when, and the statistic that it was meant to move.

Every record has an `id` that is its own in the whole register; records name each other by it. Dates are ISO days
(``2021-06-30``), ISO months or years where no more is known. What changes over time is a history, not a state.

States follow standards where there are any: milestones and projects OC4IDS 0.9.5 (milestoneStatus, projectStatus),
agreements the events of DESTA (Dür, Baccini and Elsig 2014), roles and activities IATI 2.03.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

AGREEMENT_KINDS = ("trade", "economic", "scientific", "technical", "cultural")
AGREEMENT_STATES = ("negotiated", "signed", "in force", "amended", "acceded", "withdrawn", "ended")
MILESTONE_STATES = ("scheduled", "met", "partly met", "not met")
PROJECT_STATES = (
    *("identification", "preparation", "implementation", "completion", "completed"),
    *("suspended", "cancelled"),
)
PROGRAMME_STATES = ("proposed", "approved", "under way", "completed", "cancelled")
BARRIER_KINDS = ("trade", "administrative", "legislative")
BARRIER_STATES = ("reported", "confirmed", "in work", "partly removed", "removed", "rejected")
ALIGNMENT_STATES = ("compared", "drafted", "adopted", "in force", "abandoned")
IDEA_STATES = ("proposed", "accepted", "in work", "project", "declined")
DECISION_STATES = ("taken", "in work", "done", "late", "cancelled")
STAGES = ("planned", "launched", "disbursed")
PARTY_KINDS = ("region", "bloc", "institution", "company", "person")
LINK_KINDS = ("document", "statement", "minutes", "act")


@dataclass(frozen=True)
class Event:
    """One line of a history: from that day on, this state, by whose word, with what evidence (an address or a note)."""

    date: str
    state: str
    by: str | None = None
    evidence: str | None = None
    note: str | None = None
    party: str | None = None


@dataclass(frozen=True)
class Party:
    """Who takes part. `region` is a code of the store's list or a bloc's key; an institution acts for its `parent`."""

    id: str
    name: str
    kind: str = "region"
    region: str | None = None
    parent: str | None = None
    url: str | None = None


@dataclass(frozen=True)
class Agreement:
    """A text that parties are bound by. `kinds` of `AGREEMENT_KINDS`, several at once where it is both; accessions and
    withdrawals are events that name the party.
    """

    id: str
    title: str
    parties: tuple[str, ...]
    kinds: tuple[str, ...] = ("trade",)
    history: tuple[Event, ...] = ()
    products: tuple[str, ...] = ()
    parent: str | None = None


@dataclass(frozen=True)
class Programme:
    """A sectoral programme, approved by somebody, running from `start` to `end`."""

    id: str
    title: str
    parties: tuple[str, ...]
    sector: str | None = None
    approved_by: str | None = None
    start: str | None = None
    end: str | None = None
    agreement: str | None = None
    products: tuple[str, ...] = ()
    history: tuple[Event, ...] = ()


@dataclass(frozen=True)
class Milestone:
    """A step of a programme, project or decision (`of`), due on a day."""

    id: str
    of: str
    title: str
    due: str
    history: tuple[Event, ...] = ()


@dataclass(frozen=True)
class Target:
    """The statistic that a record (`of`) was meant to move.

    indicator : key of the catalogue. arguments : of the indicator, with the regions and products it narrows to.
    baseline : the value in `baseline_period`, as it was known when the target was set; None: taken from the store.
    value : to be reached in `period`; unit : of both. direction : ``up`` or ``down``.
    """

    id: str
    of: str
    indicator: str
    value: float
    period: str
    baseline_period: str
    unit: str
    arguments: Mapping[str, str] = field(default_factory=dict)
    baseline: float | None = None
    direction: str = "up"


@dataclass(frozen=True)
class Money:
    """An amount of a project: `stage` of `STAGES`, in a currency, on a day, by a financer.

    Amounts of one stage by several financers add up; a later one of the same stage and financer replaces the earlier.
    """

    value: float
    currency: str
    stage: str
    date: str
    by: str | None = None


@dataclass(frozen=True)
class Project:
    """A joint project: partners, sector, programme or agreement it belongs to, money by stage and financer."""

    id: str
    title: str
    partners: tuple[str, ...]
    sector: str | None = None
    programme: str | None = None
    amounts: tuple[Money, ...] = ()
    joint_venture: bool = False
    import_substitution: bool = False
    products: tuple[str, ...] = ()
    start: str | None = None
    end: str | None = None
    history: tuple[Event, ...] = ()


@dataclass(frozen=True)
class Barrier:
    """What stands in the way of trade from `origin` to `destination` (codes of regions).

    products : affected; empty: all. equivalent : ad-valorem equivalent, a share of the value, where estimated. owner :
    the party that has to act, until `deadline`.
    """

    id: str
    title: str
    origin: str
    destination: str
    kind: str = "trade"
    products: tuple[str, ...] = ()
    owner: str | None = None
    deadline: str | None = None
    equivalent: float | None = None
    history: tuple[Event, ...] = ()


@dataclass(frozen=True)
class Alignment:
    """Two acts, one of each party, that are to say the same."""

    id: str
    title: str
    parties: tuple[str, ...]
    acts: tuple[str, ...]
    history: tuple[Event, ...] = ()


@dataclass(frozen=True)
class Edition:
    """One meeting of the forum."""

    id: str
    title: str
    number: int
    host: str
    start: str
    end: str


@dataclass(frozen=True)
class Session:
    """A session of an edition."""

    id: str
    edition: str
    title: str
    date: str


@dataclass(frozen=True)
class Idea:
    """What somebody proposed at an edition, and what became of it (`project` where it became one)."""

    id: str
    title: str
    edition: str
    proposer: str | None = None
    sector: str | None = None
    project: str | None = None
    history: tuple[Event, ...] = ()


@dataclass(frozen=True)
class Decision:
    """What a session decided: who has to do it (`owner`), by when (`due`), from which idea, with which project, about
    which barrier.
    """

    id: str
    title: str
    session: str
    owner: str | None = None
    due: str | None = None
    idea: str | None = None
    project: str | None = None
    barrier: str | None = None
    history: tuple[Event, ...] = ()


@dataclass(frozen=True)
class Link:
    """A document or a statement that belongs to a record (`of`)."""

    id: str
    of: str
    kind: str
    title: str
    url: str | None = None
    date: str | None = None


@dataclass(frozen=True)
class AssertedCount:
    """A count that somebody stated ("81 agreements"), kept beside the register's own count and never mixed with it.

    what : ``agreements``, ``programmes``, ``projects``, ``regions`` ... ; value in `unit` (the same word, or a currency
    where money was counted).
    """

    id: str
    what: str
    value: float
    unit: str
    parties: tuple[str, ...]
    speaker: str
    date: str
    source: str


Record = (
    Party
    | Agreement
    | Programme
    | Milestone
    | Target
    | Project
    | Barrier
    | Alignment
    | Edition
    | Session
    | Idea
    | Decision
    | Link
    | AssertedCount
)

KINDS: dict[str, type] = {
    "party": Party,
    "agreement": Agreement,
    "programme": Programme,
    "milestone": Milestone,
    "target": Target,
    "project": Project,
    "barrier": Barrier,
    "alignment": Alignment,
    "edition": Edition,
    "session": Session,
    "idea": Idea,
    "decision": Decision,
    "link": Link,
    "asserted_count": AssertedCount,
}
