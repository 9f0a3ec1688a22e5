"""The forum: its editions, what became of their ideas and decisions, and whether the statistics moved."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe
from markupsafe import Markup

from hansa.commitments import funnel
from hansa.commitments.lifecycle import state_name, without_word
from hansa.commitments.records import Decision, Edition, Idea, Link, Project, Session, Target
from hansa.commitments.register import Register, kind_of
from hansa.indicator import catalogue
from hansa.office.pages.frame import Asked, page, public, refusing, url
from hansa.office.pages.pen import Pen, titled
from hansa.office.pages.promised import badge, dated, link, targets_grid, verdict_badge
from hansa.office.statistics import today
from hansa.office.verdicts import all_progress
from hansa.report.facts import Column, Drawing, Grid, Line
from hansa.report.promises import decided
from hansa.result import Result
from hansa.wording import Amount, Evidence, Sentence, mark
from hansa.wording.visible import visible

LATEST = 4  # editions of which a chart is drawn
# Columns of the funnel, in the order in which they narrow.
STAGES = {
    "ideas": mark("Ideas"),
    "accepted": mark("Accepted"),
    "projects": mark("Projects that ideas became"),
    "decisions": mark("Decisions"),
    "done": mark("Decisions done"),
    "targets": mark("Statistics to be moved"),
    "met": mark("Statistics where they were to be"),
}
LOOKS = {"done": "good", "project": "good", "late": "bad", "declined": "bad", "in work": "near"}
NO_WORD = mark("due, and no word since")


@require_safe
@public
@refusing
def forum(request: HttpRequest) -> HttpResponse:
    """Every edition, and the funnel from ideas to results."""
    asked = Asked(request)
    pen = Pen(asked.words)
    found = _funnel(asked)
    rows = {row["edition"]: row for row in found.rows()}
    editions = sorted(asked.register.of(Edition), key=lambda one: (one.start, one.number), reverse=True)
    return page(
        asked,
        "forum.html",
        pen=pen,
        editions=editions,
        grid=_grid(asked.register, found) if rows else None,
        drawings=[_drawing(asked.register, rows[one.id], found, one) for one in editions[:LATEST]],
        measured="met" in found.to_arrow().column_names,
    )


@require_safe
@public
@refusing
def edition(request: HttpRequest, key: str) -> HttpResponse:
    """One edition: sessions, ideas, decisions of it and of the one before, documents."""
    asked = Asked(request)
    register, day, pen = asked.register, today(), Pen(asked.words)
    one = asked.snapshot.find(key, asked.viewer, "edition").record
    assert isinstance(one, Edition)
    before = _before(register, one)
    progress = all_progress(asked.statistics, asked.snapshot, asked.viewer)
    verdicts = {row["target"]: row for row in progress.rows()} if progress else {}
    own, last = (sorted(decided(register, which), key=lambda d: (d.due or "", d.id)) for which in (one, before))
    ids = {target for decision in (*own, *last) for target in _targets(register, decision)}
    rows = [verdicts[target] for target in sorted(ids) if target in verdicts]
    sessions = sorted((s for s in register.of(Session) if s.edition == one.id), key=lambda s: (s.date, s.id))
    return page(
        asked,
        "edition.html",
        pen=pen,
        edition=one,
        before=before,
        following=_following(register, one),
        sessions=[(session, [d for d in own if d.session == session.id]) for session in sessions],
        ideas=_ideas(pen, register, one, day),
        decisions=_decisions(pen, register, own, verdicts, day),
        earlier=_decisions(pen, register, last, verdicts, day),
        targets=targets_grid(pen, register, progress, rows, asked.snapshot.drafts) if progress and rows else None,
        documents=_documents(register, one, sessions, own),
        measured=progress is not None,
    )


def _funnel(asked: Asked) -> Result:
    progress = all_progress(asked.statistics, asked.snapshot, asked.viewer)
    key = ("funnel", asked.snapshot.number, asked.viewer.roles, progress is None)
    return asked.statistics.ask(key, lambda: funnel(asked.register, on=today(), progress=progress))


def _evidence(found: Result) -> Evidence:
    return Evidence.of(found, f"hansa register funnel REGISTER --on {found.meta['on']}")


def _grid(register: Register, found: Result) -> Grid:
    there = [name for name in (*STAGES, "late") if name in found.to_arrow().column_names]
    lines = []
    for row in reversed(found.rows()):
        record = register[row["edition"]]
        lines.append((_link(record), *(Amount(row[name], "count") for name in there)))
    heads = {**STAGES, "late": mark("Decisions late")}
    columns = (
        Column(Sentence(mark("Edition")), label=True),
        *(Column(Sentence(heads[name])) for name in there),
    )
    title = Sentence(mark("From ideas to results, on {day}"), {"day": str(found.meta["on"])})
    return Grid(Sentence(mark("Forum")), title, columns, tuple(lines), (_evidence(found),))  # type: ignore[arg-type]


def _link(record: Any) -> Markup:
    return Markup('<a href="{}">{}</a>').format(url("edition", record.id), visible(record.title))


def _drawing(register: Register, row: dict[str, Any], found: Result, one: Edition) -> Drawing:
    there = [name for name in STAGES if name in row]
    title = Sentence(mark("{value}"), {"value": visible(one.title)})
    line = Line(title, tuple(float(row[name]) for name in there))
    places = tuple(Sentence(STAGES[name]) for name in there)
    return Drawing(one.id, "bars", title, places, (line,), Amount(None, "count"))


def _before(register: Register, one: Edition) -> Edition | None:
    """The edition before."""
    earlier = [other for other in register.of(Edition) if other.start < one.start]
    return max(earlier, key=lambda other: other.start) if earlier else None


def _following(register: Register, one: Edition) -> Edition | None:
    later = [other for other in register.of(Edition) if other.start > one.start]
    return min(later, key=lambda other: other.start) if later else None


def _targets(register: Register, decision: Decision) -> list[str]:
    """Ids of the targets of a decision, of its project, and of the programme that this belongs to."""
    of = {decision.id, decision.project}
    if decision.project in register and isinstance(project := register[str(decision.project)], Project):
        of.add(project.programme)
    return [target.id for target in register.of(Target) if target.of in of - {None}]


def _state(pen: Pen, record: Any, day: str) -> Markup | str:
    state = state_name(record, day)
    return badge(pen, pen.word(state, kind_of(record)), LOOKS.get(str(state), "")) if state else ""


def _ideas(pen: Pen, register: Register, one: Edition, day: str) -> Grid | None:
    """Ideas of an edition, by whom, and what became of each: its state, its project, its decisions."""
    lines = []
    for idea in (idea for idea in register.of(Idea) if idea.edition == one.id):
        decisions = [d for d in register.of(Decision) if d.idea == idea.id]
        became: list[Markup | str] = [link("decision", d.id, d.title) for d in decisions]
        if idea.project:
            became.insert(0, _named(register, "project", idea.project))
        proposer = _named(register, "party", idea.proposer) if idea.proposer else ""
        state = _state(pen, idea, day)
        lines.append((link("idea", idea.id, idea.title), proposer, state, Markup("<br>").join(became)))
    heads = (mark("Idea"), mark("Proposed by"), mark("State"), mark("What became of it"))
    return _labels(mark("Ideas"), heads, lines)


def _decisions(
    pen: Pen, register: Register, decisions: list[Decision], verdicts: dict[str, dict[str, Any]], day: str
) -> Grid | None:
    """Decisions with who acts, by when, their state, and whether the statistics moved that they were to move."""
    lines = []
    for one in decisions:
        silent = without_word(one, one.due, day)
        state = badge(pen, pen.words(NO_WORD), "bad") if silent else _state(pen, one, day)
        moved = [
            Markup('<a href="{}">{}</a> {}').format(
                url("record", "targets", target), _statistic(pen, register, target), verdict_badge(pen, row["verdict"])
            )
            for target in _targets(register, one)
            if (row := verdicts.get(target))
        ]
        owner = _named(register, "party", one.owner) if one.owner else ""
        said = Markup("<br>").join(moved) if moved else pen.words(mark("no statistic is tied to it"))
        lines.append((link("decision", one.id, one.title), owner, dated(one.due), state, said))
    heads = (mark("Decision"), mark("Who"), mark("Due"), mark("State"), mark("Moved the number?"))
    return _labels(mark("Decisions"), heads, lines)


def _statistic(pen: Pen, register: Register, target: str) -> str:
    """The statistic of a target by its title."""
    record = register[target]
    assert isinstance(record, Target)
    known = catalogue.get(record.indicator)
    return pen.words(known.title) if known else record.indicator


def _named(register: Register, kind: str, key: str) -> Markup | str:
    """A link to a record that may be seen; its id where it may not."""
    return link(kind, key, titled(register[key])) if key in register else key


def _labels(title: str, heads: tuple[str, ...], lines: list[Any]) -> Grid | None:
    columns = tuple(Column(Sentence(head), label=True) for head in heads)
    return Grid(Sentence(title), Sentence(title), columns, tuple(lines)) if lines else None


def _documents(register: Register, one: Edition, sessions: list[Session], decisions: list[Decision]) -> list[Link]:
    of = {one.id, *(session.id for session in sessions), *(decision.id for decision in decisions)}
    return [document for document in register.of(Link) if document.of in of]
