"""Tables that several pages show: targets with where they stand, barriers with the trade at stake; rows lead on."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from functools import lru_cache
from typing import Any

from markupsafe import Markup, escape

from hansa.commitments.lifecycle import in_force, state_on
from hansa.commitments.records import Agreement, Record
from hansa.commitments.register import Register, kind_of
from hansa.indicator import catalogue
from hansa.office.pages.frame import record_url
from hansa.office.pages.pen import Pen, region, title_of
from hansa.office.verdicts import BADGE
from hansa.report.facts import Column, Grid
from hansa.report.promises import VERDICTS, target_figure
from hansa.result import Result
from hansa.wording import Amount, Evidence, Name, Sentence, Value, mark
from hansa.wording.visible import visible
from hansa.wording.words import scale_for

Cell = Value | Markup


def link(kind: str, key: str, text: str) -> Markup:
    """A link to the page of a record."""
    return Markup(f'<a href="{escape(record_url(kind, key))}">{escape(visible(text))}</a>')


def badge(pen: Pen, word: str, look: str = "") -> Markup:
    """A state in words, with the look of good, near or bad."""
    return _badge(word, look)


@lru_cache(maxsize=2_000)
def _badge(word: str, look: str) -> Markup:
    return Markup('<span class="badge {}">{}</span>').format(look, word)


def draft_badge(pen: Pen) -> Markup:
    """What only those see who are concerned, so that it stands out among what all see."""
    return badge(pen, pen.words(mark("draft")), "draft")


def marked_draft(pen: Pen, linked: Markup, draft: bool) -> Markup:
    """A link, with the badge of a draft where it leads to one."""
    return Markup("{} {}").format(linked, draft_badge(pen)) if draft else linked


def dated(day: str | None) -> Markup:
    """A day that is not broken at its hyphens; empty where there is none."""
    return Markup('<span class="date">{}</span>').format(day) if day else Markup("")


def verdict_badge(pen: Pen, verdict: str) -> Markup:
    """The verdict on a target."""
    return badge(pen, pen.words(VERDICTS[verdict]), BADGE[verdict])


LOOKS = {
    **dict.fromkeys(("in force", "met", "completed", "removed", "adopted", "project", "done"), "good"),
    **dict.fromkeys(("partly met", "suspended", "partly removed", "late"), "near"),
    **dict.fromkeys(("not met",), "bad"),
}


def state_badge(pen: Pen, state: str | None, kind: str) -> Markup:
    """The state of a record of a kind in words; nothing where nothing is said of it."""
    return badge(pen, visible(pen.word(state, kind)), LOOKS.get(state, "")) if state else Markup("")


def standing_badge(pen: Pen, record: Record, day: str) -> Markup:
    """The state of a record on a day as every page says it: what was amended may well be in force, and both is said."""
    found = state_on(getattr(record, "history", ()), day)
    if found is None or found.state == "in force" or not (isinstance(record, Agreement) and in_force(record, day)):
        return state_badge(pen, found.state if found else None, kind_of(record))
    return badge(pen, f"{visible(pen.word(found.state))}, {pen.word('in force')}", LOOKS["in force"])


def standing_since(record: Record, day: str) -> str:
    """The day from which a record is in that state; what is in force keeps its first day."""
    history = getattr(record, "history", ())
    if isinstance(record, Agreement) and in_force(record, day):
        return next(event.date for event in history if event.state == "in force" and event.party is None)
    return getattr(state_on(history, day), "date", "")


def targets_grid(
    pen: Pen, register: Register, found: Result, rows: Sequence[Mapping[str, Any]], drafts: Collection[str] = ()
) -> Grid:
    """Targets: of what, which statistic, from where to where until when, and where it stands. drafts : ids."""
    lines: list[tuple[Cell, ...]] = []
    for row in rows:
        entry = catalogue.get(row["indicator"])
        lines.append(
            (
                marked_draft(
                    pen, link("target", row["target"], title_of(register, row["of"])), row["target"] in drafts
                ),
                Name(entry.title if entry else row["indicator"], "word"),
                Name(row["period"], "period"),
                *(target_figure(dict(row), name) for name in ("baseline", "wanted", "latest")),
                verdict_badge(pen, row["verdict"]),
            )
        )
    heads = (mark("Promise"), mark("Statistic"), mark("Due"), mark("From"), mark("Wanted"), mark("Now"), mark("State"))
    columns = tuple(Column(Sentence(head), label=k in (0, 1, 2, 6)) for k, head in enumerate(heads))
    title = Sentence(mark("What promises were meant to move, on {day}"), {"day": str(found.meta.get("on", ""))})
    evidence = (Evidence.of(found, f"hansa register progress REGISTER --on {found.meta.get('on')} --store STORE"),)
    return Grid(Sentence(mark("Targets")), title, columns, tuple(lines), evidence)


def barriers_grid(pen: Pen, found: Result, rows: Sequence[Mapping[str, Any]], drafts: Collection[str] = ()) -> Grid:
    """Barriers: between whom, in what state, with what trade affected, and what their removal did. drafts : ids."""
    currency = found.unit.split(",")[0].split(" ")[0]
    lines: list[tuple[Cell, ...]] = [
        (
            marked_draft(pen, link("barrier", row["barrier"], row["title"]), row["barrier"] in drafts),
            region(row["origin"]),
            region(row["destination"]),
            pen.word(row["state"] or "reported", "barrier"),
            Name(row["period"] or "", "period"),
            Amount(row["affected"], "money", currency),
            Amount(row["share"], "share"),
            Amount(row["effect"], "ratio"),
        )
        for row in rows
    ]
    heads = (
        *(mark("Barrier"), mark("From whom"), mark("To whom"), mark("State"), mark("Period")),
        *(mark("Trade affected"), mark("Share of all"), mark("Estimated effect, times")),
    )
    columns = tuple(Column(Sentence(head), label=k < 5) for k, head in enumerate(heads))
    scale = scale_for([row["affected"] or 0.0 for row in rows])
    evidence = (Evidence.of(found, f"hansa register stake REGISTER --on {found.meta.get('on')} --store STORE"),)
    title = Sentence(mark("Barriers and the trade at stake"))
    return Grid(Sentence(mark("Barriers")), title, columns, tuple(lines), evidence, scale, currency)
