"""What two regions promised each other, and whether the statistics moved: targets, barriers, decisions, gaps."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from hansa.commitments import Figures, coverage, progress_of, stakes
from hansa.commitments.coverage import Whose
from hansa.commitments.lifecycle import in_force, last_day, parties_on, state_name, without_word
from hansa.commitments.records import (
    Agreement,
    Alignment,
    Barrier,
    Decision,
    Edition,
    Programme,
    Project,
    Record,
    Session,
    Target,
)
from hansa.commitments.register import Register
from hansa.errors import HansaError
from hansa.indicator import catalogue
from hansa.report import commands
from hansa.report.facts import Column, Grid, Section
from hansa.report.pair import Pair
from hansa.report.turnover import money, region
from hansa.result import Result
from hansa.wording.sentence import Amount, Evidence, Name, Sentence, Value, mark
from hansa.wording.words import scale_for

GAPS = 3
VERDICTS = {
    "met": mark("met"),
    "on track": mark("on track"),
    "behind": mark("behind"),
    "missed": mark("missed"),
    "too early": mark("too early to say"),
    "not computable": mark("not computable"),
}
STATES = (
    *(mark("reported"), mark("confirmed"), mark("in work"), mark("partly removed"), mark("removed"), mark("rejected")),
    *(mark("taken"), mark("done"), mark("late"), mark("cancelled")),
)
NO_WORD = mark("due, and no word since")


def promises(pair: Pair, me: str, other: str) -> Section | None:
    """The chapter on promises; None where no register was given, or it holds nothing of the two."""
    if pair.register is None or pair.groups:
        return None
    known = _known(pair, pair.register)
    sentences = [_bound(known, me, other)]
    if known["targets"]:
        sentences.append(_moved(known["targets"]))
    if sentence := _lacking(pair, known, me):
        sentences.append(sentence)
    grids = [grid for grid in (_targets(known), _barriers(pair, known), _decisions(known)) if grid]
    if not grids and not known["agreements"] and not known["programmes"]:
        return None
    return Section("promises", mark("Promises and what they moved"), tuple(sentences), tuple(grids))


def _known(pair: Pair, register: Register) -> dict[str, Any]:
    """What the register holds of the pair on the day of the latest data, asked once for both views."""
    if (kept := pair.kept.get("promises")) is not None:
        return dict(kept)
    lists = pair.lists
    day = pair.as_of or max(entry.vintage for entry in pair.store.archive.entries())
    whose = Whose(register, lists, day, ())
    ours = {record.id for record in register if of_pair(record, register, whose, pair.a, pair.b)}
    figures = Figures(pair.store, day, pair.dataset, lists)
    verdicts = progress_of(register, figures, on=day)
    at_stake = stakes(register, figures, on=day)
    try:
        gaps: Result | None = coverage(register, figures, on=day)
    except HansaError:  # a register of one region, or data without products: there is no matrix
        gaps = None
    asked = {target.id for target in register.of(Target) if target.of in ours}
    edition = last_edition(register, day)
    found = {
        "day": day,
        "register": register,
        "agreements": sum(isinstance(one, Agreement) and in_force(one, day) for one in register if one.id in ours),
        "programmes": sum(isinstance(one, Programme) for one in register if one.id in ours),
        "projects": sum(isinstance(one, Project) for one in register if one.id in ours),
        "targets": [row for row in verdicts.rows() if row["target"] in asked],
        "barriers": [row for row in at_stake.rows() if {row["origin"], row["destination"]} == {pair.a, pair.b}],
        "edition": edition,
        "decisions": decided(register, edition),
        "gaps": [row for row in gaps.rows() if row["gap"]] if gaps else [],
        "evidence": {
            "targets": Evidence.of(verdicts, commands.register(pair, "progress", day)),
            "barriers": Evidence.of(at_stake, commands.register(pair, "stake", day)),
            "gaps": Evidence.of(gaps, commands.register(pair, "coverage", day)) if gaps else None,
        },
    }
    pair.kept["promises"] = found
    return found


def of_pair(record: Record, register: Register, whose: Whose, a: str, b: str) -> bool:
    """Whether a record is of both regions: of its parties or its ends; a decision, of its barrier or its targets."""
    if isinstance(record, Agreement):
        return whose.pair(parties_on(record, whose.day), a, b)
    if isinstance(record, Programme | Alignment):
        return whose.pair(record.parties, a, b)
    if isinstance(record, Project):
        return whose.pair(record.partners, a, b)
    if isinstance(record, Barrier):
        return {whose.group_of.get(end, end) for end in (record.origin, record.destination)} == {a, b}
    if isinstance(record, Decision):
        if record.barrier in register and of_pair(register[str(record.barrier)], register, whose, a, b):
            return True
        targets = [target for target in register.of(Target) if target.of == record.id]
        return any({a, b} <= set(target.arguments.values()) for target in targets)
    return False


def last_edition(register: Register, day: str) -> Edition | None:
    """The last meeting of the forum that was over by a day."""
    over = [edition for edition in register.of(Edition) if last_day(edition.end) <= day]
    return max(over, key=lambda edition: last_day(edition.end)) if over else None


def decided(register: Register, edition: Edition | None) -> list[Decision]:
    """What the sessions of an edition decided."""
    if edition is None:
        return []
    sessions = {session.id for session in register.of(Session) if session.edition == edition.id}
    return [decision for decision in register.of(Decision) if decision.session in sessions]


def _bound(known: dict[str, Any], me: str, other: str) -> Sentence:
    counts = {name: Amount(known[name], "count") for name in ("agreements", "programmes", "projects")}
    template = mark(
        "Between {a} and {b} the register holds, on {day}: agreements in force {agreements}, programmes {programmes}, "
        "projects {projects}."
    )
    return Sentence(template, {"a": region(me), "b": region(other), "day": known["day"], **counts})


def _moved(rows: Sequence[dict[str, Any]]) -> Sentence:
    counted = {verdict: sum(row["verdict"] == verdict for row in rows) for verdict in VERDICTS}
    template = mark(
        "Of {all} statistics that these promises were meant to move, {met} are where they were to be and {missed} are "
        "not; {track} are on the way in time, {behind} are behind; of {open} it cannot be said."
    )
    values = {
        "all": len(rows),
        "met": counted["met"],
        "missed": counted["missed"],
        "track": counted["on track"],
        "behind": counted["behind"],
        "open": counted["too early"] + counted["not computable"],
    }
    return Sentence(template, {name: Amount(value, "count") for name, value in values.items()})


def _lacking(pair: Pair, known: dict[str, Any], me: str) -> Sentence | None:
    """The partners with whom there is much to gain and no agreement."""
    rows = [row for row in known["gaps"] if me in (row["one"], row["other"])][:GAPS]
    if not rows:
        return None
    others = [row["other"] if row["one"] == me else row["one"] for row in rows]
    several: Sentence = Sentence(mark("{one}"), {"one": region(others[0])})
    for code in others[1:]:
        several = Sentence(mark("{one}, {other}"), {"one": several, "other": region(code)})
    template = mark("{a} has no agreement in force with partners of high export potential: {partners}.")
    return Sentence(template, {"a": region(me), "partners": several}, known["evidence"]["gaps"])


def _targets(known: dict[str, Any]) -> Grid | None:
    if not known["targets"]:
        return None
    rows: list[tuple[Value, ...]] = []
    for row in known["targets"]:
        entry = catalogue.get(row["indicator"])
        rows.append(
            (
                _title(known["register"], row["of"]),
                Name(entry.title if entry else row["indicator"], "word"),
                Name(row["period"], "period"),
                *(target_figure(row, name) for name in ("baseline", "wanted", "latest")),
                Name(VERDICTS[row["verdict"]], "word"),
            )
        )
    heads = (mark("Promise"), mark("Statistic"), mark("Due"), mark("From"), mark("Wanted"), mark("Now"), mark("State"))
    columns = tuple(Column(Sentence(head), label=k in (0, 1, 2, 6)) for k, head in enumerate(heads))
    title = Sentence(mark("What promises were meant to move, on {day}"), {"day": known["day"]})
    evidence = (known["evidence"]["targets"],)
    return Grid(Sentence(mark("Targets")), title, columns, tuple(rows), evidence, wide=True)


def target_figure(row: dict[str, Any], name: str) -> Value:
    """A figure of a target as its unit is read: money with its currency, all else as a number."""
    value = row[name]
    currency = str(row["unit"]).split(",")[0].split(" ")[0]
    if value is not None and len(currency) == 3 and currency.isupper():
        return Sentence(mark("{value}"), {"value": Amount(value, "money", currency)})
    if value is not None and float(value).is_integer() and abs(value) >= 1:
        return Amount(value, "count")
    return Amount(value, "index" if value is None or abs(value) < 1 else "ratio")


def _barriers(pair: Pair, known: dict[str, Any]) -> Grid | None:
    if not known["barriers"]:
        return None
    rows: list[tuple[Value, ...]] = [
        (
            row["title"],
            region(row["origin"]),
            region(row["destination"]),
            Name(row["state"] or "reported", "word"),
            money(pair, row["affected"]),
            Amount(row["share"], "share"),
            Amount(row["effect"], "ratio"),
        )
        for row in known["barriers"]
    ]
    heads = (
        mark("Barrier"),
        mark("From whom"),
        mark("To whom"),
        mark("State"),
        mark("Trade affected"),
        mark("Share of all"),
        mark("Estimated effect, times"),
    )
    columns = tuple(Column(Sentence(head), label=k < 4) for k, head in enumerate(heads))
    title = Sentence(mark("Barriers and the trade at stake, {period}"), {"period": Name(pair.period, "period")})
    scale = scale_for([row["affected"] or 0.0 for row in known["barriers"]])
    evidence = (known["evidence"]["barriers"],)
    return Grid(Sentence(mark("Barriers")), title, columns, tuple(rows), evidence, scale, pair.currency, wide=True)


def _decisions(known: dict[str, Any]) -> Grid | None:
    if not known["decisions"]:
        return None
    register, day = known["register"], known["day"]
    rows: list[tuple[Value, ...]] = []
    for decision in known["decisions"]:
        state = state_name(decision, day) or "taken"
        late = without_word(decision, decision.due, day)
        rows.append(
            (
                decision.title,
                _title(register, decision.owner) if decision.owner else "",
                decision.due or "",
                Name(NO_WORD if late else state, "word"),
            )
        )
    heads = (mark("Decision"), mark("Who"), mark("Due"), mark("State"))
    columns = tuple(Column(Sentence(head), label=True) for head in heads)
    title = Sentence(mark("Decisions: {edition}"), {"edition": known["edition"].title})
    return Grid(Sentence(mark("Decisions")), title, columns, tuple(rows), (), wide=True)


def _title(register: Register, key: str) -> str:
    """How people call a record."""
    if key not in register:
        return key
    record = register[key]
    return str(getattr(record, "title", None) or getattr(record, "name", None) or key)
