"""The first page, as an officer opens it before a meeting: what is due, what is late, what moved since the forum."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import reduce
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe
from markupsafe import Markup

from hansa.commitments import Figures, progress_of
from hansa.commitments.concern import owing
from hansa.commitments.lifecycle import last_day
from hansa.commitments.records import KINDS, Barrier, Edition, Event, Party, Record
from hansa.commitments.register import Register, kind_of
from hansa.commitments.stake import removed_on
from hansa.errors import HansaError
from hansa.office.due import Due, due, evidence, happened, late, owed
from hansa.office.labels import PLURAL
from hansa.office.pages.belonging import Line
from hansa.office.pages.field import heading, line
from hansa.office.pages.frame import Asked, page, public, record_url, refusing, url
from hansa.office.pages.past import on_a_day
from hansa.office.pages.pen import Pen
from hansa.office.pages.promised import badge, barriers_grid, link, state_badge, targets_grid, verdict_badge
from hansa.office.place import name_of
from hansa.office.statistics import today
from hansa.office.verdicts import all_pairs, all_progress, all_stakes, being_worked_out, register_key
from hansa.report.facts import Column, Grid
from hansa.report.promises import last_edition
from hansa.wording import Amount, Evidence, Sentence, mark

PAIRS = 6  # on the first page
SHOWN = 15  # lines of a list; the rest is behind a link
TELLING = ("missed", "behind", "met", "on track", "too early", "not computable")  # verdicts, the most telling first
DUE_KINDS = ("milestone", "decision", "barrier")


@dataclass(frozen=True)
class Moved:
    """What has moved since a day: targets, barriers, histories. lack : why no figure is told, where so.

    edition : the forum since whose end it is; None where there was none, and it is of the last days.
    """

    since: str
    edition: Edition | None
    sentences: tuple[Sentence, ...] = ()
    targets: Grid | None = None
    barriers: Grid | None = None
    removed: tuple[Line, ...] = ()
    events: tuple[Line, ...] = ()
    left: int = 0
    lack: str = ""


@require_safe
@public
@refusing
@on_a_day
def home(request: HttpRequest) -> HttpResponse:
    """Where things stand today, or stood on a day: promises as they were then, statistics as they are today."""
    asked = Asked(request)
    day = asked.day
    if not len(asked.register):
        return page(asked, "home.html", steps=[] if asked.then else first_steps(asked), empty=True, waiting=False)
    overdue, coming = late(asked.register, day), due(asked.register, day)
    waiting = being_worked_out(asked.statistics, asked.snapshot, asked.viewer)
    moved = _moved(asked, day, waiting=waiting)
    silent = sum(not one.word for one in overdue)
    response = page(
        asked,
        "home.html",
        empty=False,
        waiting=waiting,
        steps=first_steps(asked) if asked.statistics.store is None and not asked.then else [],
        counts=((mark("due in 90 days"), len(coming), "due"), (mark("late"), len(overdue), "late"),
                (mark("late without a word"), silent, "late"),
                (mark("reports since the forum"), len(moved.events) + moved.left, "moved")),
        late=[_line(asked, one, late=True) for one in overdue[:SHOWN]],
        late_more=_more(asked, overdue, "late"),
        due=[_line(asked, one) for one in coming[:SHOWN]],
        due_more=_more(asked, coming, "due"),
        own=_own(asked, day),
        drafts=[] if asked.then else _drafts(asked),
        moved=moved,
        pairs=[] if waiting else _pairs(asked),
        evidence=(evidence(asked.register, day),),
    )  # fmt: skip
    if waiting:
        response["Cache-Control"] = "no-store"  # the figures are still to come
    return response


def first_steps(asked: Asked) -> list[tuple[str, str, str]]:
    """What to do first where records or statistics are lacking, by who looks: what, address, label of the link."""
    viewer, steps = asked.viewer, []
    empty = not len(asked.register)
    if asked.statistics.store is None:
        if viewer.may("administer"):
            steps.append((mark("Name a store of statistics in office.toml (store = ...), and start the office again: "
                               "promises are then held against the figures."), "", ""))  # fmt: skip
        elif viewer.staff:
            steps.append((mark("This office has no statistics yet: an administrator names a store of them."), "", ""))
    if empty and viewer.may("import"):
        steps.append((mark("Import a register that you have: a workbook, CSV or JSON."), url("import"), mark("Import")))
    if empty and viewer.staff:
        steps.append((mark("Or begin with a party: a region, a ministry, a company."), url("new", PLURAL["party"]),
                      mark("Add a party")))  # fmt: skip
    if empty and not viewer.staff:
        steps.append((mark("Nothing is published here yet."), "", ""))
    if empty and not viewer.signed_in:
        steps.append((mark("If you work here, sign in."), url("sign-in"), mark("Sign in")))
    return steps


def _pairs(asked: Asked) -> list[tuple[str, str]]:
    """The pairs of regions with most in the register, then with most trade: address and names of each."""
    found = all_pairs(asked.statistics, asked.snapshot, asked.viewer)
    rows = [row for row in found.rows() if row["agreements"] or row["open_barriers"]] if found else []

    def weight(row: dict[str, Any]) -> tuple[float, float]:
        held = row["agreements"] + row["projects"] + row["open_barriers"]
        return -held, -((row["flow"] or 0.0) + (row["flow_back"] or 0.0))

    ends = [(row["one"], row["other"]) for row in sorted(rows, key=weight)[:PAIRS]]
    return [(url("pair", *both), " – ".join(name_of(code, asked.words) for code in both)) for both in ends]


def _line(asked: Asked, one: Due, *, late: bool = False) -> Line:
    """A record that is due: its state, and of a late one since when and whether word was given."""
    pen, words = Pen(asked.words), asked.words
    badges = [state_badge(pen, one.state, kind_of(one.record))] if one.state else []
    if late:
        said = (mark("word was given"), "near") if one.word else (mark("no word since"), "bad")
        badges.append(badge(pen, words(said[0]), said[1]))
        days = (date.fromisoformat(asked.day) - date.fromisoformat(last_day(one.day))).days
        when = words(mark("due {day}, {days} days ago")).format(day=one.day, days=words.number(days, 0))
    else:
        when = words(mark("due {day}")).format(day=one.day)
    kind, more = kind_of(one.record), Markup("{}").format(pen.label(kind_of(one.record)))
    if (
        not asked.then
        and hasattr(one.record, "history")
        and asked.viewer.may("report", asked.snapshot.concerned(one.record))
    ):
        more += Markup(' · <a href="{}">{}</a>').format(
            record_url(kind, one.record.id, "word"), words(mark("Give word"))
        )
    return Line(one.record.id, link(kind, one.record.id, heading(asked, one.record)), tuple(badges), when, more)


def _more(asked: Asked, found: Sequence[Due], when: str) -> list[tuple[str, str, int]]:
    """Where the rest of a long list is: kind, address, how many of that kind there are."""
    if len(found) <= SHOWN:
        return []
    counted = Counter(type(one.record) for one in found)
    pen = Pen(asked.words)
    return [
        (pen.label(kind, True), url("listing", PLURAL[kind], when=when), counted[KINDS[kind]])
        for kind in DUE_KINDS
        if counted[KINDS[kind]]
    ]


def _own(asked: Asked, day: str) -> tuple[str, list[Line]] | None:
    """What the parties that somebody holds a role for owe, late or to come; None for who holds none of a party."""
    own = {party for _, party in asked.viewer.roles if party}
    if not own:
        return None
    names = ", ".join(heading(asked, asked.register[key]) if key in asked.register else key for key in sorted(own))
    family = _family(own, asked.register)
    mine = [one for one in owed(asked.register, day) if family.intersection(owing(one.record, asked.register))]
    return names, [_line(asked, one, late=last_day(one.day) < day) for one in mine[:SHOWN]]


def _family(parties: set[str], register: Register) -> set[str]:
    """Parties, and all that act for them."""
    found, more = set(parties), set(parties)
    while more:
        more = {party.id for party in register.of(Party) if party.parent in more} - found
        found |= more
    return found


def _drafts(asked: Asked) -> list[Line]:
    """Drafts that wait for somebody who may publish them, the oldest first: for those who may."""
    snapshot, viewer, pen = asked.snapshot, asked.viewer, Pen(asked.words)
    waiting = [
        held
        for held in map(snapshot.held.__getitem__, snapshot.drafts)
        if snapshot.sees(viewer, held) and viewer.may("publish", snapshot.concerned(held.record))
    ]
    waiting.sort(key=lambda held: (held.at, held.record.id))
    return [
        Line(
            held.record.id,
            link(held.kind, held.record.id, heading(asked, held.record)),
            (badge(pen, asked.words(mark("draft")), "draft"),),
            asked.words(mark("since {day}")).format(day=f"{held.at:%Y-%m-%d}"),
            Markup("{}").format(pen.label(held.kind)),
        )
        for held in waiting[:SHOWN]
    ]


# ---- what has moved -------------------------------------------------------------------------------------------------
def _moved(asked: Asked, day: str, *, waiting: bool = False) -> Moved:
    """Waiting : whether the statistics are still being asked, so that nothing is told of them."""
    edition = last_edition(asked.register, day)
    since = last_day(edition.end) if edition else (date.fromisoformat(day) - timedelta(days=90)).isoformat()
    told = happened(asked.register, since, day)
    found = Moved(
        since,
        edition,
        removed=tuple(_removed(asked, since, day)),
        events=tuple(_event(asked, record, event) for record, event in told[:SHOWN]),
        left=max(0, len(told) - SHOWN),
    )
    if waiting:
        return found
    progress = all_progress(asked.statistics, asked.snapshot, asked.viewer)
    if progress is None:
        return replace(found, lack=_lack(asked))
    rows = progress.rows()
    then, newer = _then(asked, since)
    proof = Evidence.of(progress, f"hansa register progress REGISTER --on {today()} --store STORE")
    sentences = [_verdicts(rows, proof)] if rows else []
    if not newer:
        sentences.append(Sentence(mark("No newer statistics have come in since: the verdicts rest on those of then.")))
    return replace(
        found, sentences=tuple(sentences), targets=_targets(asked, rows, then), barriers=_barriers(asked, since, day)
    )


def _lack(asked: Asked) -> str:
    try:
        _ = asked.statistics.figures
    except HansaError as lack:
        return str(lack)
    return ""


def _then(asked: Asked, since: str) -> tuple[Mapping[str, str], bool]:
    """The verdict on each target as it was known on a day; and whether newer statistics have come in after it."""
    statistics, register = asked.statistics, asked.register
    if statistics.store is None or not any(entry.vintage > since for entry in statistics.store.archive.entries()):
        return {}, False
    store, lists = statistics.store, statistics.lists
    question = ("progress at", since, *register_key(asked.snapshot, asked.viewer))
    try:
        figures = statistics.ask(("figures", since), lambda: Figures(store, since, lists=lists))
        found = statistics.ask(question, lambda: progress_of(register, figures, on=since))
    except HansaError:  # nothing was known then
        return {}, True
    return {row["target"]: row["verdict"] for row in found.rows()}, True


def _verdicts(rows: Iterable[Mapping[str, Any]], proof: Evidence) -> Sentence:
    counted = [row["verdict"] for row in rows]
    told = (
        (mark("{count} are where they were to be"), ("met",)),
        (mark("{count} are not"), ("missed",)),
        (mark("{count} are on the way in time"), ("on track",)),
        (mark("{count} are behind"), ("behind",)),
        (mark("of {count} it cannot be said"), ("too early", "not computable")),
    )
    sums = [(template, sum(map(counted.count, verdicts))) for template, verdicts in told]
    parts = [Sentence(template, {"count": Amount(float(count), "count")}) for template, count in sums if count]
    listed = reduce(
        lambda first, second: Sentence(mark("{first}, {second}"), {"first": first, "second": second}), parts
    )
    template = mark("Of {all} statistics that these promises were meant to move, {parts}.")
    return Sentence(template, {"all": Amount(float(len(counted)), "count"), "parts": listed}, proof)


def _targets(asked: Asked, rows: list[dict[str, Any]], then: Mapping[str, str]) -> Grid | None:
    """The most telling targets: those whose verdict is another than at the forum first."""
    if not rows:
        return None
    pen = Pen(asked.words)

    def order(row: dict[str, Any]) -> tuple[bool, int, str]:
        return then.get(row["target"], row["verdict"]) == row["verdict"], TELLING.index(row["verdict"]), row["target"]

    shown = sorted(rows, key=order)[:SHOWN]
    found = all_progress(asked.statistics, asked.snapshot, asked.viewer)
    assert found is not None
    grid = targets_grid(pen, asked.register, found, shown, asked.snapshot.drafts)
    if all(then.get(row["target"], row["verdict"]) == row["verdict"] for row in shown):
        return grid
    lines = tuple(
        (*line, verdict_badge(pen, then[row["target"]]) if row["target"] in then else "")
        for row, line in zip(shown, grid.rows, strict=True)
    )
    return replace(grid, columns=(*grid.columns, Column(Sentence(mark("At the forum")), label=True)), rows=lines)


def _barriers(asked: Asked, since: str, day: str) -> Grid | None:
    """Barriers that were removed since a day, with the trade that they stood in the way of."""
    found = all_stakes(asked.statistics, asked.snapshot, asked.viewer)
    gone = {barrier.id for barrier in asked.register.of(Barrier) if (removed_on(barrier, day) or "") > since}
    rows = [row for row in found.rows() if row["barrier"] in gone] if found is not None else []
    if found is None or not rows:
        return None
    return barriers_grid(Pen(asked.words), found, rows, asked.snapshot.drafts)


def _removed(asked: Asked, since: str, day: str) -> list[Line]:
    gone = [(str(removed_on(one, day) or ""), one) for one in asked.register.of(Barrier)]
    return [
        Line(one.id, link("barrier", one.id, one.title), (), at)
        for at, one in sorted(gone, key=lambda pair: (pair[0], pair[1].id), reverse=True)
        if at > since
    ]


def _event(asked: Asked, record: Record, event: Event) -> Line:
    told = {
        name: value for name in ("date", "state", "by", "evidence", "note", "party") if (value := getattr(event, name))
    }
    return Line(
        record.id,
        link(kind_of(record), record.id, heading(asked, record)),
        (),
        "",
        line(asked, "event", told, kind_of(record)),
    )
