"""Scorecards of a register: what it counts beside what others stated, who reports, and what came of ideas."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import pyarrow as pa

from hansa.commitments.concern import owing
from hansa.commitments.lifecycle import (
    first_day,
    in_force,
    is_open,
    is_past,
    parties_on,
    state_name,
    words_since,
)
from hansa.commitments.money import amounts
from hansa.commitments.records import (
    Agreement,
    AssertedCount,
    Barrier,
    Decision,
    Edition,
    Idea,
    Milestone,
    Party,
    Programme,
    Project,
    Session,
    Target,
)
from hansa.commitments.register import Register
from hansa.provenance import Provenance
from hansa.result import Result

Owed = tuple[Milestone | Decision | Barrier, str | None]  # and the day by which


def counts(register: Register, on: str | None = None) -> Result:
    """What the register counts itself, beside what others have stated; neither is mixed with the other.

    Columns: what, speaker, date, source (of a statement; empty for the register's own count), stated, unit, own (the
    register's count on the day of the statement; `on` for its own rows), difference (stated less own). Money is
    compared with what was planned for projects in its currency.

    on : the day (ISO) of the register's own counts; today by default.

    >>> from hansa.commitments.records import Event
    >>> text = Agreement("a", "Text", ("x", "y"), history=(Event("2020", "in force"),))
    >>> said = AssertedCount("s", "agreements", 81.0, "agreements", (), "A minister", "2021-06-30", "a speech")
    >>> [(row["stated"], row["own"], row["difference"]) for row in counts(Register((text, said))).rows()][-1]
    (81.0, 1.0, 80.0)
    """
    day = on or datetime.now(UTC).date().isoformat()
    rows: list[dict[str, Any]] = [
        {"what": what, "own": value, "unit": what} for what, value in _own(register, day).items()
    ]
    notes = ["agreements are those in force; regions those that one of them binds by name, not as members of a bloc"]
    for said in register.of(AssertedCount):
        own = _own_of(said, register)
        row: dict[str, Any] = {"what": said.what, "speaker": said.speaker, "date": said.date, "source": said.source}
        row |= {"stated": float(said.value), "unit": said.unit, "own": own}
        rows.append(row | {"difference": None if own is None else said.value - own})
        if own is None:
            notes.append(
                f"the register has no count of its own of {said.what!r} ({said.unit}), stated by {said.speaker}"
            )
        elif said.parties:
            notes.append(f"{said.id}: own count of what {', '.join(said.parties)} take part in, all of them together")
    texts = ("what", "speaker", "date", "source")
    kinds: dict[str, pa.DataType] = {**dict.fromkeys(texts, pa.string()), "stated": pa.float64(), "unit": pa.string()}
    kinds |= {"own": pa.float64(), "difference": pa.float64()}
    return Result(
        pa.table({name: pa.array([row.get(name) for row in rows], kind) for name, kind in kinds.items()}),
        title="Counts of the register, and counts that were stated",
        unit="as stated",
        method="register_counts",
        reference="records of the register; statements as quoted",
        provenance=register.provenance.then("register_counts", f"on {day}"),
        notes=tuple(dict.fromkeys(notes)),
        meta={"on": day},
    )


def _own(register: Register, day: str, parties: Sequence[str] = ()) -> dict[str, float]:
    """The register's own counts on a day, of records in which all of some parties (or bodies of theirs) take part."""
    wanted = [_and_parts(register, party) for party in parties]

    def concerns(between: Iterable[str]) -> bool:
        there = set(between)
        return all(there & family for family in wanted)

    texts = [t for t in register.of(Agreement) if in_force(t, day) and concerns(parties_on(t, day))]
    binding = {party for text in texts for party in parties_on(text, day)}
    regions = {p.region for p in register.of(Party) if p.id in binding and p.region and p.kind == "region"}
    provinces = {p.region for p in register.of(Party) if p.id in binding and p.region and _is_part(register, p)}
    open_ = [b for b in register.of(Barrier) if is_open(b, day) and state_name(b, day)]
    return {
        "agreements": float(len(texts)),
        "regions": float(len(regions)),
        "provinces": float(len(provinces)),
        "programmes": float(sum(concerns(p.parties) for p in register.of(Programme) if _begun(p.start, day))),
        "projects": float(sum(concerns(p.partners) for p in register.of(Project) if _begun(p.start, day))),
        "barriers": float(sum(concerns(_ends(register, b)) for b in open_)),
        "editions": float(sum(edition.start <= day for edition in register.of(Edition))),
    }


def _own_of(said: AssertedCount, register: Register) -> float | None:
    parties = [party for party in said.parties if party in register]
    own = _own(register, said.date, parties)
    if said.unit == said.what or said.unit in own:
        return own.get(said.what)
    wanted = [_and_parts(register, party) for party in parties]
    joint = [p for p in register.of(Project) if all(set(p.partners) & family for family in wanted)]
    rows = amounts(Register(tuple(joint)), on=said.date).rows()
    return next((row["planned"] for row in rows if row["currency"] == said.unit), None)


def _and_parts(register: Register, party: str) -> set[str]:
    """A party, and all that act for it or lie in it."""
    found = {party}
    while more := {p.id for p in register.of(Party) if p.parent in found} - found:
        found |= more
    return found


def _is_part(register: Register, party: Party) -> bool:
    above = register[party.parent] if party.parent and party.parent in register else None
    return party.kind == "region" and isinstance(above, Party) and above.kind == "region"


def _ends(register: Register, barrier: Barrier) -> list[str]:
    return [p.id for p in register.of(Party) if p.region in (barrier.origin, barrier.destination)]


def _begun(start: str | None, day: str) -> bool:
    return start is None or first_day(start) <= day


def reporting(register: Register, on: str | None = None) -> Result:
    """Who reports and who does not: for each party what it owes, how much of it is due, and on how much it said a word.

    A party owes the decisions and barriers it owns, and the milestones of its programmes and projects (each of their
    parties owes them). A word is any line of a history from the day it was due, or an earlier one that closes it.

    on : the day (ISO) of the question; today by default.

    Returns
    -------
    Result, a row for each party that owes something, those with most unsaid first: party, name, milestones, decisions,
    barriers, due (of all), with_word, late (due and still open), last_word (the latest day), reported (share of what
    is due; null where nothing is). What several parties owe counts for each of them, and once in ``meta["all"]``, which
    has the same columns.
    """
    day = on or datetime.now(UTC).date().isoformat()
    owing = _owing(register)
    rows = [
        {"party": party.id, "name": party.name, **_word_of(owing[party.id], day)}
        for party in register.of(Party)
        if party.id in owing
    ]
    together = {one.id: (one, due) for owed in owing.values() for one, due in owed}
    shared = sum(map(len, owing.values())) - len(together)
    all_ = _word_of([*together.values()], day)
    notes = () if not shared else (
        f"what several parties owe counts for each of them; all of it once: {all_['due']:,} due by now, "
        f"{all_['with_word']:,} with word",
    )  # fmt: skip
    rows.sort(key=lambda row: (row["with_word"] - row["due"], row["party"]))
    whole = ("milestones", "decisions", "barriers", "due", "with_word", "late")
    schema = {**dict.fromkeys(("party", "name"), pa.string()), **dict.fromkeys(whole, pa.int64())}
    schema |= {"last_word": pa.string(), "reported": pa.float64()}
    return Result(
        pa.table({name: pa.array([row[name] for row in rows], kind) for name, kind in schema.items()}),
        title="Who reports on what it owes",
        unit="counts; reported is a share of what is due",
        method="reporting",
        reference="histories of milestones, decisions and barriers",
        provenance=register.provenance.then("reporting", f"on {day}"),
        notes=notes,
        meta={"on": day, "all": all_},
    )


def _word_of(owed: Sequence[Owed], day: str) -> dict[str, Any]:
    """How much of what is owed is due by a day, and on how much of that word was given."""
    due = [(one, at) for one, at in owed if at and is_past(at, day)]
    said = [one for one, at in due if not is_open(one, day) or words_since(one, str(at), day)]
    words = [event.date for one, _ in owed for event in one.history if first_day(event.date) <= day]
    kinds = Counter(type(one) for one, _ in owed)
    return {
        **{"milestones": kinds[Milestone], "decisions": kinds[Decision], "barriers": kinds[Barrier]},
        **{"due": len(due), "with_word": len(said), "late": sum(is_open(one, day) for one, _ in due)},
        **{"last_word": max(words, default=None), "reported": len(said) / len(due) if due else None},
    }


def _owing(register: Register) -> dict[str, list[Owed]]:
    """What each party owes, and by when."""
    found: dict[str, list[Owed]] = {}
    dated: tuple[Owed, ...] = (
        *((milestone, milestone.due) for milestone in register.of(Milestone)),
        *((decision, decision.due) for decision in register.of(Decision)),
        *((barrier, barrier.deadline) for barrier in register.of(Barrier)),
    )
    for record, due in dated:
        for owner in dict.fromkeys(owing(record, register)):
            found.setdefault(owner, []).append((record, due))
    return found


def funnel(register: Register, *, on: str | None = None, progress: Result | None = None) -> Result:
    """What came of the ideas and decisions of each edition, from idea to measured result.

    Columns: edition, number, ideas, accepted (at any time until the day), projects (that ideas became), decisions,
    done, late (past due and open, or said to be late), targets, met; the last two only where a `progress` is given
    (`hansa.commitments.progress.progress_of`): the targets of its decisions, of the projects of its ideas and
    decisions, and of the programmes that these belong to. A target may stand under several editions.

    on : the day (ISO) of the question; today by default.
    """
    day = on or datetime.now(UTC).date().isoformat()
    verdicts = {row["target"]: row["verdict"] for row in progress.rows()} if progress is not None else {}
    rows = [_of_edition(register, edition, day, verdicts) for edition in register.of(Edition)]
    rows.sort(key=lambda row: row["number"])
    whole = ["number", "ideas", "accepted", "projects", "decisions", "done", "late"]
    whole += ["targets", "met"] if progress is not None else []
    columns = {"edition": pa.array([row["edition"] for row in rows], pa.string())}
    columns |= {name: pa.array([row[name] for row in rows], pa.int64()) for name in whole}
    return Result(
        pa.table(columns),
        title="From ideas to results, by edition",
        unit="counts",
        method="funnel",
        reference="records of the register; verdicts of targets by the statistics",
        provenance=register.provenance.merge(
            Provenance(progress.provenance.sources if progress is not None else ())
        ).then("funnel", f"on {day}"),
        meta={"on": day},
    )


def _of_edition(register: Register, edition: Edition, day: str, verdicts: Mapping[str, str]) -> dict[str, Any]:
    sessions = {session.id for session in register.of(Session) if session.edition == edition.id}
    ideas = [idea for idea in register.of(Idea) if idea.edition == edition.id]
    decisions = [decision for decision in register.of(Decision) if decision.session in sessions]
    said = [{event.state for event in idea.history if first_day(event.date) <= day} for idea in ideas]
    states = [state_name(decision, day) for decision in decisions]
    over = [bool(one.due) and is_past(str(one.due), day) and is_open(one, day) for one in decisions]
    projects = {idea.project for idea in ideas} | {decision.project for decision in decisions}
    above = {project.programme for project in register.of(Project) if project.id in projects}
    of = {*projects, *above, *(decision.id for decision in decisions)}
    targets = [target for target in register.of(Target) if target.of in of]
    return {
        **{"edition": edition.id, "number": edition.number, "ideas": len(ideas)},
        "accepted": sum(bool(words & {"accepted", "in work", "project"}) for words in said),
        "projects": len({idea.project for idea in ideas if idea.project}),
        **{"decisions": len(decisions), "done": states.count("done")},
        "late": sum(late or state == "late" for late, state in zip(over, states, strict=True)),
        **{"targets": len(targets), "met": sum(verdicts.get(target.id) == "met" for target in targets)},
    }
