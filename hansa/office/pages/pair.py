"""Two regions on one page: their trade, what they promised each other, what became of it; the report to download."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.views.decorators.http import require_safe

from hansa.commitments import Register, amounts
from hansa.commitments.coverage import PHASES, Whose
from hansa.commitments.lifecycle import in_force, state_name, without_word
from hansa.commitments.money import totals
from hansa.commitments.records import (
    STAGES,
    Agreement,
    Alignment,
    Barrier,
    Decision,
    Link,
    Milestone,
    Programme,
    Project,
    Record,
    Target,
)
from hansa.commitments.register import kind_of
from hansa.errors import DataError, HansaError, MissingTable
from hansa.office.bilateral import Bilateral, bilateral
from hansa.office.document import AGAIN, FORMS, Busy, forms, report_of, tag_of
from hansa.office.headers import POLICY_OF_DOCUMENTS
from hansa.office.models import Speech
from hansa.office.pages import speech as speeches
from hansa.office.pages.frame import Asked, page, public, refusal, refusing, url
from hansa.office.pages.glance import latest_grid, year_drawing, year_grid
from hansa.office.pages.past import on_a_day
from hansa.office.pages.pen import Pen, title_of
from hansa.office.pages.promised import barriers_grid, link, standing_badge, standing_since, targets_grid
from hansa.office.place import find_place, name_of
from hansa.office.verdicts import all_progress, all_stakes
from hansa.regions.lists import Lists
from hansa.report.facts import Column, Grid
from hansa.report.promises import of_pair
from hansa.trade.group import Group, find_group
from hansa.wording import Amount, Evidence, Sentence, mark
from hansa.wording.words import scale_for

PHASE = {
    "prepared": mark("In preparation"),
    "under_way": mark("Under way"),
    "completed": mark("Completed"),
    "stopped": mark("Suspended or cancelled"),
}
TIMES = 60  # statements on a page
SIDES = ("one side", "other side")  # that provinces stand for


@dataclass(frozen=True)
class Ours:
    """What a register holds of two sides on a day. provinces : of their parts, not of the two themselves."""

    register: Register
    day: str
    records: tuple[Record, ...]
    provinces: tuple[Record, ...]

    def of(self, kind: type[Any]) -> list[Any]:
        """The records of one kind."""
        return [record for record in self.records if isinstance(record, kind)]

    @cached_property
    def ids(self) -> frozenset[str]:
        """Ids of what is of the two sides."""
        return frozenset(record.id for record in self.records)


@require_safe
@public
@refusing
@on_a_day
def pair(request: HttpRequest, a: str, b: str) -> HttpResponse:
    """The page of a pair, now or as it stood on a day; under any other name of the two a way to its one address."""
    asked = Asked(request)
    one, other = _two(asked, a, b)
    if (one, other) != (a, b):
        return _moved(request, url("pair", one, other, on=None))  # the day is in the query that goes along
    names = name_of(one, asked.words), name_of(other, asked.words)
    trade, lack = _trade(asked, one, other)
    ours = _ours(asked, one, other, trade)
    pen = Pen(asked.words)
    targets, barriers = _targets(asked, pen, ours), _barriers(asked, pen, ours)
    statements = _statements(asked, one, other)
    response = page(
        asked,
        "pair.html",
        a=one,
        b=other,
        names=names,
        pen=pen,
        trade=trade and [latest_grid(trade, *names), year_drawing(trade, *names), year_grid(trade, *names)],
        lack=lack,
        ours=ours,
        state=lambda record: standing_badge(pen, record, ours.day),
        agreements=sorted(ours.of(Agreement), key=lambda text: (not in_force(text, ours.day), text.title)),
        since=lambda record: standing_since(record, ours.day),
        programmes=_programmes(asked, ours),
        late=lambda step: without_word(step, step.due, ours.day),
        targets=targets,
        projects=_projects(pen, ours),
        money=_money(ours),
        barriers=barriers,
        open_barriers=ours.of(Barrier),
        alignments=ours.of(Alignment),
        decisions=ours.of(Decision),
        statements=statements,
        documents=_documents(asked, ours),
        provinces=[(kind_of(record), record) for record in ours.provinces],
        forms=forms() if asked.statistics.store and not asked.then else (),
        may_write=asked.viewer.staff and not asked.then,
    )
    if not all(said["settled"] for said in statements):
        response["Cache-Control"] = "no-store"  # some verdicts are still to come
    return response


@require_safe
@refusing
def report(request: HttpRequest, a: str, b: str, form: str) -> HttpResponse:
    """The report on a pair as a file, with the promises that whoever asks may see."""
    asked = Asked(request)
    if form not in FORMS:
        raise DataError(f"A report cannot be written as {form!r}. Ask for html, pdf or xlsx.")
    one, other = _two(asked, a, b)
    if (one, other) != (a, b):
        return _moved(request, url("report", one, other, form))
    roles = asked.viewer.roles if asked.viewer.staff else ()
    tag = tag_of(one, other, asked.language, asked.snapshot.number, roles, asked.statistics.stamp)
    if request.headers.get("If-None-Match") == f'"{tag}-{form}"':
        return _headed(HttpResponse(status=304), f"{tag}-{form}")
    try:
        content = report_of(asked.statistics, asked.register, one, other, asked.language, form, tag)
    except Busy as wait:
        response = page(asked, "refusal.html", status=503, wrong=asked.words(_BUSY), code=503)
        response["Retry-After"] = str(AGAIN)
        response.reason_phrase = str(wait).split(".")[0]
        return response
    except HansaError as lack:
        return refusal(request, lack)
    response = _headed(HttpResponse(content, content_type=FORMS[form]), f"{tag}-{form}")
    if form == "html":
        response["Content-Security-Policy"] = POLICY_OF_DOCUMENTS
    else:
        name = f"{one}-{other}-{asked.language}.{form}".replace(" ", "-")
        response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


_BUSY = mark("Other reports are being made at the moment. Ask again in a quarter of a minute.")


def _headed(response: HttpResponse, tag: str) -> HttpResponse:
    response["ETag"] = f'"{tag}"'
    response["Vary"] = "Cookie, Accept-Language"
    response["Cache-Control"] = "private, no-cache"
    return response


def _two(asked: Asked, a: str, b: str) -> tuple[str, str]:
    """The codes of two different sides.

    Raises
    ------
    UnknownCode : one is no region or bloc. DataError : both are one.
    """
    one, other = (find_place(text, asked.statistics, asked.register, asked.words) for text in (a, b))
    if one == other:
        raise DataError(f"A partnership has two sides, but both are {one!r}. Name two different regions.")
    return one, other


def _moved(request: HttpRequest, address: str) -> HttpResponse:
    query = urlencode(list(request.GET.items()))
    return HttpResponseRedirect(f"{address}?{query}" if query else address)


# ---- figures --------------------------------------------------------------------------------------------------------
def _trade(asked: Asked, one: str, other: str) -> tuple[Bilateral | None, str]:
    try:
        return bilateral(asked.statistics, one, other), ""
    except MissingTable:
        return None, asked.words(NO_STATISTICS)
    except HansaError as lack:
        return None, str(lack)


NO_STATISTICS = mark("This office has no statistics yet: an administrator imports them and names the store.")


def _targets(asked: Asked, pen: Pen, ours: Ours) -> Grid | None:
    found = all_progress(asked.statistics, asked.snapshot, asked.viewer)
    wanted = {target.id for target in ours.register.of(Target) if target.of in ours.ids}
    rows = [row for row in found.rows() if row["target"] in wanted] if found else []
    return targets_grid(pen, ours.register, found, rows, asked.snapshot.drafts) if found and rows else None


def _barriers(asked: Asked, pen: Pen, ours: Ours) -> Grid | None:
    found = all_stakes(asked.statistics, asked.snapshot, asked.viewer)
    rows = [row for row in found.rows() if row["barrier"] in ours.ids] if found else []
    return barriers_grid(pen, found, rows, asked.snapshot.drafts) if found and rows else None


# ---- the register ---------------------------------------------------------------------------------------------------
def _ours(asked: Asked, one: str, other: str, trade: Bilateral | None) -> Ours:
    """What the register holds of the two, and of their provinces with each other."""
    groups = trade.groups if trade else _groups(asked, one, other)
    sides = (trade.a, trade.b) if trade else (one, other)
    return _held(asked.register, asked.statistics.lists, asked.day, groups, sides, (one, other))


@lru_cache(maxsize=32)  # as many as are asked for at one time: of each it looks through the whole register
def _held(
    register: Register, lists: Lists, day: str, groups: tuple[Group, ...], sides: tuple[str, str], ends: tuple[str, str]
) -> Ours:
    """What a register holds of two sides. ends : the codes that were asked for; sides : what the flows call them."""
    whose = Whose(register, lists, day, groups)
    found = {record.id: record for record in _told_of_pairs(register) if of_pair(record, register, whose, *sides)}
    for decision in register.of(Decision):
        if decision.project in found:
            found[decision.id] = decision
    parts = [{code, *lists.parts(code)} for code in ends]
    near = Whose(register, lists, day, [Group(code, code, "country", None, day, tuple(inside))
                                        for code, inside in zip(SIDES, parts, strict=True)])  # fmt: skip
    provinces = () if groups else tuple(
        record for record in register.of(Agreement) + register.of(Project)
        if record.id not in found and of_pair(record, register, near, *SIDES)
    )  # fmt: skip
    return Ours(register, day, tuple(found.values()), provinces)


def _told_of_pairs(register: Register) -> Iterator[Record]:
    """The records that can be of a pair by themselves: a decision only where it names a barrier or has a target."""
    kinds: tuple[type[Any], ...] = (Agreement, Programme, Alignment, Project, Barrier)
    for kind in kinds:
        yield from register.of(kind)
    moving = {target.of for target in register.of(Target)}
    yield from (one for one in register.of(Decision) if one.barrier or one.id in moving)


def _groups(asked: Asked, one: str, other: str) -> tuple[Group, ...]:
    """The sides that are blocs, where there are no flows: their members of today, by the lists alone."""
    lists, found = asked.statistics.lists, []
    for code in (one, other):
        if lists.bloc(code):
            members = sorted(lists.members(lists.bloc(code).key, asked.day))  # type: ignore[union-attr]
            found += [find_group(code, members, lists, asked.day)] if members else []
    return tuple(found)


def _programmes(asked: Asked, ours: Ours) -> list[tuple[Programme, list[Milestone]]]:
    """The programmes of the two, each with its steps in the order of their days."""
    programmes: list[Programme] = ours.of(Programme)
    steps: dict[str, list[Milestone]] = {programme.id: [] for programme in programmes}
    for step in asked.register.of(Milestone):
        if step.of in steps:
            steps[step.of].append(step)
    return [(one, sorted(steps[one.id], key=lambda step: (step.due, step.id))) for one in programmes]


def _projects(pen: Pen, ours: Ours) -> list[tuple[str, Grid]]:
    """Projects by phase, each with its money by stage: a line for each currency."""
    found = []
    for phase, states in PHASES.items():
        projects = [one for one in ours.of(Project) if state_name(one, ours.day) in states]
        if projects:
            found.append((PHASE[phase], _phase(pen, ours, phase, projects)))
    return found


def _phase(pen: Pen, ours: Ours, phase: str, projects: list[Project]) -> Grid:
    lines: list[tuple[Any, ...]] = []
    for project in projects:
        money = totals(project, ours.day)
        for currency in sorted({currency for currency, _ in money}) or [""]:
            sums = (Amount(money.get((currency, stage)), "money", currency) for stage in STAGES)
            programme = title_of(ours.register, project.programme) if project.programme else ""
            shown = [_said(amount, currency) for amount in sums]
            head = (link("project", project.id, project.title), programme, standing_badge(pen, project, ours.day))
            lines.append((*head, *shown))
    heads = (mark("Project"), mark("Programme"), mark("State"), mark("Planned"), mark("Launched"), mark("Disbursed"))
    columns = tuple(Column(Sentence(head), label=k < 3) for k, head in enumerate(heads))
    return Grid(Sentence(mark("Projects")), Sentence(PHASE[phase]), columns, tuple(lines))


def _said(amount: Amount, currency: str) -> Any:
    """Money with its currency, since projects of several stand in one table."""
    return Sentence(mark("{value}"), {"value": amount}) if amount.value is not None else amount


def _money(ours: Ours) -> Grid | None:
    """What was planned, launched and disbursed altogether, currency by currency, no amount twice."""
    projects = ours.of(Project)
    found = amounts(Register(tuple(projects), ours.register.provenance), on=ours.day)
    rows = found.rows()
    if not rows:
        return None
    lines = tuple(
        (row["currency"], Amount(row["projects"], "count"),
         *(_said(Amount(row[stage], "money", row["currency"]), row["currency"]) for stage in STAGES))
        for row in rows
    )  # fmt: skip
    heads = (mark("Currency"), mark("Projects"), mark("Planned"), mark("Launched"), mark("Disbursed"))
    columns = tuple(Column(Sentence(head), label=k == 0) for k, head in enumerate(heads))
    evidence = Evidence.of(found, f"hansa register amounts REGISTER --on {ours.day}")
    title = Sentence(mark("Money of these projects, each amount once"))
    return Grid(Sentence(mark("Money")), title, columns, lines, (evidence,), scale_for([0.0]))


def _documents(asked: Asked, ours: Ours) -> list[Link]:
    steps = {step.id for step in asked.register.of(Milestone) if step.of in ours.ids}
    of = ours.ids | steps
    return [one for one in asked.register.of(Link) if one.of in of]


def _statements(asked: Asked, one: str, other: str) -> list[dict[str, Any]]:
    """Speeches about both sides that somebody may see, the latest first, with the verdicts on their figures.

    A check takes seconds, so that a page waits for one at most; verdicts of others stand there once they are known.
    """
    whose = Whose(asked.register, asked.statistics.lists, asked.day, ())
    found, waited = [], False
    for speech in Speech.objects.defer("text").order_by("-date", "-pk"):
        about = [{*speech.regions}, *(whose.regions(party) for party in speech.parties)]
        if not speeches.sees(asked, speech) or not all(any(side in held for held in about) for side in (one, other)):
            continue
        known = speeches.settled(speech)
        counts = speeches.verdict_counts(speech, asked.words) if known or not waited else None
        waited = waited or not known
        settled = speeches.settled(speech)
        found.append(
            {"speech": speech, "url": url("kept-speech", speech.pk), "verdicts": counts or [], "settled": settled}
        )
        if len(found) == TIMES:
            break
    return found
