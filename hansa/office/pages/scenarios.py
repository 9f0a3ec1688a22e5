"""Compare scenarios: barriers of the register that go, or changes of one's own, side by side: who gains, who pays."""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from hansa.commitments.records import Barrier
from hansa.errors import DataError, HansaError
from hansa.office import what_if
from hansa.office.headers import POLICY_OF_DOCUMENTS
from hansa.office.pages.frame import Asked, page, refusing, status_of
from hansa.office.pages.pair import NO_STATISTICS
from hansa.office.pages.scenario_form import NUMBERS, Choice, Form, link, number, read_form, shorter, years_of
from hansa.office.place import name_of
from hansa.office.what_if import AT_ONCE, CLOSURES, LONGEST, MODELS, THETA
from hansa.report.simulation_case import CLOSURES as CLOSURES_SAID
from hansa.report.simulation_case import MODELS as MODELS_SAID
from hansa.report.simulation_case import Case, Row, Table, case_of, named
from hansa.report.simulation_chart import per_cent
from hansa.scenario import Scenario
from hansa.wording import Amount, Words, mark

if TYPE_CHECKING:
    from hansa.equilibrium.counterfactual import Counterfactual
    from hansa.equilibrium.economy import Economy
    from hansa.scenario import Change

SHOWN = 30  # barriers that the form offers, beside those that are chosen
FORMS = {
    "html": "text/html; charset=utf-8",
    "csv": "text/csv; charset=utf-8",
    "json": "application/json; charset=utf-8",
}
NAMED = mark("Scenario {number}")
MANY = mark("At most {count} scenarios stand side by side.")
UNPRICED = mark("{title}: nobody has estimated what it costs. State it beneath, in per cent of the price.")
WAYS = {"half": mark("halved"), "all": mark("removed")}
EXAMPLE = """\
name = "Halved tariffs and a better road"

[[change]]
kind = "tariff"
origin = "{a}"
destination = "{b}"
factor = 0.5

[[change]]
kind = "trade_cost"
origin = "{a}"
destination = "{b}"
both = true
factor = 0.95
"""


@dataclass(frozen=True)
class Told:
    """A scenario with its answer. choices : barriers that it removes; none where it was written by hand."""

    scenario: Scenario
    answer: Counterfactual
    choices: tuple[Choice, ...] = ()


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@refusing
def scenarios(request: HttpRequest) -> HttpResponse:
    """Scenarios side by side. A link names barriers and what goes of them; a scenario of one's own is posted."""
    asked = Asked(request)
    if request.method != "POST" and (short := shorter(request)):
        return HttpResponseRedirect(short)
    form = read_form(asked)
    if asked.statistics.store is None:
        return _page(asked, form, lack=asked.words(NO_STATISTICS))
    if form.faults:
        return _page(asked, form, status=404 if "lacking" in form.faults else 400)
    asks = bool(form.text or form.chosen)
    if not asks and years_of(asked):
        return _page(asked, form)
    try:
        world = what_if.economy(asked.statistics, form.setting)
    except HansaError as lack:
        return _page(asked, form, lack=str(lack), status=_status(lack) if asks else 200)
    told, wrong = _answers(asked, form, world)
    do = (request.POST if request.method == "POST" else request.GET).get("form", "")
    if do and told and not wrong:
        return _file(asked, form, told, do)
    return _page(asked, form, told=told, wrong=[text for text, _ in wrong], status=wrong[0][1] if wrong else 200)


def _answers(asked: Asked, form: Form, world: Economy) -> tuple[list[Told], list[tuple[str, int]]]:
    """The answers, and what is wrong with scenarios that have none: in words, and as a status."""
    told, wrong = [], []
    for place, choices in form.chosen.items():
        name = asked.words(NAMED).format(number=place)
        try:
            scenario = Scenario(name, tuple(_change(asked, form, world, one) for one in choices))
            told.append(Told(scenario, what_if.simulated(asked.statistics, form.setting, scenario), choices))
        except HansaError as why:
            wrong.append((f"{name}: {asked.words.refusal(why)[0]}", _status(why)))
    try:
        own = what_if.scenarios(form.text) if form.text else ()
        if len(own) + len(form.chosen) > AT_ONCE:
            raise DataError(asked.words(MANY).format(count=AT_ONCE))
    except HansaError as why:
        return told, [*wrong, (str(why), 400)]
    for one in own:
        try:
            told.append(Told(one, what_if.simulated(asked.statistics, form.setting, one)))
        except HansaError as why:
            wrong.append((f"{one.name}: {asked.words.refusal(why)[0]}", _status(why)))
    return told, wrong


def _change(asked: Asked, form: Form, world: Economy, one: Choice) -> Change:
    cost = form.cost(one.barrier.id)
    if cost is None and not one.barrier.equivalent:
        raise DataError(asked.words(UNPRICED).format(title=one.barrier.title))
    return what_if.change(asked.statistics, world, one.barrier, removed=one.removed, equivalent=cost)


def _status(wrong: HansaError) -> int:
    """The status of HTTP; what a scenario names and no world holds is a mistake in it, not a page that is not there."""
    status = int(getattr(wrong, "status", 0) or status_of(wrong))
    return 400 if status == 404 else status


# --- the page ---------------------------------------------------------------------------------------------------------
def _page(
    asked: Asked, form: Form, *, told: Sequence[Told] = (), wrong: Sequence[str] = (), lack: str = "", status: int = 200
) -> HttpResponse:
    words = asked.words
    offered, left_out = _offered(asked, form)
    world = told[0].answer.economy if told else None
    response = page(
        asked,
        "scenarios.html",
        status=status,
        posts=True,
        form=form,
        lack=lack,
        wrong=[*form.faults.get("lacking", ()), *form.faults.get("choice", ()), *wrong],
        numbers=NUMBERS,
        share=lambda way: share_said(way, words),
        barriers=offered,
        left_out=left_out,
        years=years_of(asked)[::-1],
        models=[(key, words(MODELS_SAID[key])) for key in MODELS],
        closures=[(key, words(CLOSURES_SAID[key])) for key in CLOSURES],
        theta=THETA,
        longest=LONGEST,
        told=[(one, _case(asked, one, f"c{place}")) for place, one in enumerate(told, 1)],
        comparison=_side_by_side(asked, told) if len(told) > 1 else None,
        world=world,
        notes=_notes(told),
        command=_command(form, told),
        toml=_several(told),
        here=link(form.query),
        files=[(name, link(form.query, form=name)) for name in FORMS],
        example=_example(asked, form),
    )
    if status == 429:
        response["Retry-After"] = "60"
    return response


def _offered(asked: Asked, form: Form) -> tuple[list[tuple[Barrier, str, bool]], int]:
    """Open barriers, those chosen first, with between whom and whether they are drafts; and how many are left out."""
    others = [one for one in what_if.open_barriers(asked.register) if one.id not in form.barriers]
    if all(form.between):
        others = [one for one in others if {one.origin, one.destination} == {*form.between}]
    others.sort(key=lambda one: (not one.equivalent, one.title))
    shown = [*form.barriers.values(), *others[:SHOWN]]
    lines = [(one, between(asked, one), one.id in asked.snapshot.drafts) for one in shown]
    return lines, len(others[SHOWN:])


def between(asked: Asked, one: Barrier) -> str:
    """From where to where a barrier stands."""
    return f"{name_of(one.origin, asked.words)} → {name_of(one.destination, asked.words)}"


def share_said(way: str, words: Words) -> str:
    """What goes of a barrier, as a link says it, in words.

    >>> share_said("half", Words("en")), share_said("0.25", Words("en"))
    ('halved', 'falls by 25.0%')
    """
    if way in WAYS:
        return words(WAYS[way])
    return words(mark("falls by {share}")).format(share=words.show(Amount(number(way), "share")))


def _case(asked: Asked, one: Told, uid: str) -> Case:
    """What is shown of a scenario: the regions that it names before all others, and none left out."""
    ends = {(choice.barrier.origin, choice.barrier.destination) for choice in one.choices}
    focus = next(iter(ends)) if len(ends) == 1 else ()
    fictional = any("fictional" in source.line() for source in one.answer.economy.provenance.sources)
    case = case_of(one.answer, asked.words, asked.statistics.lists, uid, fictional=fictional, focus=focus)
    rows = tuple(sorted(case.regions.rows, key=lambda row: not row.named))
    return replace(case, regions=replace(case.regions, rows=rows))


def _side_by_side(asked: Asked, told: Sequence[Told]) -> Table:
    """Real income of every region under every scenario, those that one names first; and all together in money."""
    words, world = asked.words, told[0].answer.economy
    change = [[100 * (float(hat) - 1) for hat in one.answer.real_income_hat] for one in told]
    ours = frozenset[int]().union(*(named(one.answer) for one in told))
    largest = max(abs(figure) for figures in change for figure in figures)
    size = [max(abs(figures[k]) for figures in change) for k in range(len(world.regions))]
    rows = [
        Row((name_of(world.regions[k], words), *(per_cent(one[k], words, largest) for one in change)), k in ours)
        for k in sorted(range(len(world.regions)), key=lambda k: (k not in ours, -size[k]))
    ]
    gains = [float((one.answer.before.income * (one.answer.real_income_hat - 1)).sum()) for one in told]
    money = [words.show(Amount(gain * world.unit.scale, "money", world.unit.currency, True)) for gain in gains]
    rows.append(Row((words(mark("All together, a year")), *money)))
    heads = (words(mark("Region")), *(one.scenario.name for one in told))
    return Table(words(mark("Real income, change")), heads, tuple(rows))


def _notes(told: Sequence[Told]) -> list[str]:
    """What was dropped or chosen on the way, each note once."""
    notes = [note for one in told for note in (*one.answer.economy.notes, *one.answer.shock.notes)]
    return list(dict.fromkeys(notes))


def _example(asked: Asked, form: Form) -> str:
    """A scenario to begin with, about two regions of this office."""
    pairs = [form.between, *((one.origin, one.destination) for one in what_if.open_barriers(asked.register))]
    a, b = next((pair for pair in pairs if all(pair)), ("XBR", "XKA"))
    return EXAMPLE.format(a=a.replace('"', ""), b=b.replace('"', ""))


# --- files ------------------------------------------------------------------------------------------------------------
def _file(asked: Asked, form: Form, told: Sequence[Told], name: str) -> HttpResponse:
    """One of the files that `hansa simulate` writes."""
    from hansa.report.simulation_page import simulated  # slow import

    if name not in FORMS:
        raise DataError(f"Scenarios cannot be given as {name[:40]!r}. Ask for html, csv or json.")
    made = simulated(
        [one.answer for one in told],
        language=asked.language,
        lists=asked.statistics.lists,
        names=asked.words.names,
        command=_command(form, told),
    )
    response = HttpResponse(made.document(name), content_type=FORMS[name])
    if name == "html":
        response["Content-Security-Policy"] = POLICY_OF_DOCUMENTS
    response["Content-Disposition"] = f'attachment; filename="scenarios.{name}"'
    return response


def _command(form: Form, told: Sequence[Told]) -> str:
    """What to type to see the answers again; STORE is the folder of the store."""
    if not told:
        return ""
    world, setting = told[0].answer.economy, form.setting
    parts = ["hansa", "simulate", *(one.scenario.to_toml() for one in told), "--period", str(world.period)]
    parts += ["--sectors", "total" if world.sectors == what_if.WHOLE else "product", "--model", setting.model]
    parts += ["--deficit", setting.deficit] if setting.deficit != CLOSURES[0] else []
    parts += ["--elasticity", f"{setting.elasticity:g}"] if setting.elasticity else []
    return shlex.join([*parts, "--store", "STORE"])


def _several(told: Sequence[Told]) -> str:
    """The scenarios as one text, which the form takes again."""
    texts = [one.scenario.to_toml() for one in told]
    if len(texts) < 2:
        return "".join(texts)
    inside = [re.sub(r"(?m)^\[\[change\]\]$", "[[scenario.change]]", text) for text in texts]
    return "\n".join(f"[[scenario]]\n{text}" for text in inside)
