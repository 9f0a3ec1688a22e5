"""Who reports and who does not; what the register counts beside what others stated; and what in it looks odd."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe
from markupsafe import Markup

from hansa.commitments import Register, counts, problems, reporting
from hansa.commitments.concern import owing
from hansa.commitments.register import kind_of
from hansa.office.due import Due, late
from hansa.office.pages.frame import Asked, page, public, record_url, refusing
from hansa.office.pages.past import on_a_day
from hansa.office.pages.pen import Pen, titled
from hansa.office.pages.promised import dated, link
from hansa.office.verdicts import register_key
from hansa.report.facts import Column, Grid
from hansa.result import Result
from hansa.wording import Amount, Evidence, Sentence, Value, Words, mark

MOST = 200  # problems on the page
FIGURES = ("milestones", "decisions", "barriers", "due", "with_word")
COUNTED = {
    "agreements": mark("Agreements"),
    "regions": mark("Regions"),
    "provinces": mark("Provinces"),
    "programmes": mark("Programmes"),
    "projects": mark("Projects"),
    "barriers": mark("Barriers"),
    "editions": mark("Forum editions"),
}


@require_safe
@public
@refusing
@on_a_day
def scorecard(request: HttpRequest) -> HttpResponse:
    """Parties by what they owe and say, parties without word first."""
    asked = Asked(request)
    register, day, pen = asked.register, asked.day, Pen(asked.words)
    key = (day, *register_key(asked.snapshot, asked.viewer))
    told = asked.statistics.ask(("reporting", *key), lambda: reporting(register, day))
    counted = asked.statistics.ask(("counts", *key), lambda: counts(register, day))
    rows = told.rows()
    open_ = _open(register, day, {row["party"]: row["name"] for row in rows})
    return page(
        asked,
        "scorecard.html",
        pen=pen,
        grid=_reporting(pen, told, rows) if rows else None,
        open=open_,
        kind_of=kind_of,
        counts=_counts(asked.words, counted) if len(register) else None,
        problems=_problems(asked, key) if asked.viewer.staff else (),
        staff=asked.viewer.staff,
        empty=not len(register),
    )


def _reporting(pen: Pen, told: Result, rows: list[dict[str, Any]]) -> Grid:
    lines = []
    for row in rows:
        unsaid = row["due"] - row["with_word"]
        party = link("party", row["party"], row["name"])
        if unsaid:
            party += Markup('<br><a href="#open-{}">{}</a>').format(row["party"], pen.words(mark("what is open")))
        figures = [Amount(row[name], "count") for name in FIGURES]
        rest = (
            Amount(unsaid, "count"),
            Amount(row["reported"], "share"),
            dated(row["last_word"]) or pen.words(mark("never")),
        )
        lines.append((party, *figures, *rest))
    if len(rows) > 1:
        lines.append(_together(pen, told.meta["all"]))
    heads = (
        *(mark("Party"), mark("Milestones"), mark("Decisions"), mark("Barriers"), mark("Due by now")),
        *(mark("Answered"), mark("Without word"), mark("Answered, share"), mark("Last word on")),
    )
    columns = tuple(Column(Sentence(head), label=k in (0, 8)) for k, head in enumerate(heads))
    title = Sentence(mark("Who reports on what it owes, on {day}"), {"day": str(told.meta["on"])})
    evidence = (Evidence.of(told, f"hansa register reporting REGISTER --on {told.meta['on']}"),)
    return Grid(Sentence(mark("Scorecard")), title, columns, tuple(lines), evidence)  # type: ignore[arg-type]


def _together(pen: Pen, whole: Mapping[str, Any]) -> tuple[Any, ...]:
    """The last line: what all owe together, each record once, so that it is less than the sum of the lines above."""
    figures = [Amount(whole[name], "count") for name in FIGURES]
    rest = (Amount(whole["due"] - whole["with_word"], "count"), Amount(whole["reported"], "share"))
    head = Markup("<b>{}</b>").format(pen.words(mark("All, each record once")))
    return (head, *figures, *rest, dated(whole["last_word"]) or "")


@dataclass(frozen=True)
class Open:
    """What the same parties owe, is due and still open, the longest overdue first.

    parties : ids, of which the page leads here those in `leads`. silent : whether some of it is without any word.
    others : groups in which one of these parties owes something together with others.
    """

    parties: tuple[str, ...]
    name: str
    items: tuple[Due, ...]
    leads: tuple[str, ...] = ()
    others: tuple[Open, ...] = ()

    @property
    def key(self) -> str:
        """Its place on the page."""
        return "open-" + "--".join(self.parties)

    @property
    def silent(self) -> bool:
        """Whether nobody has given word on some of it."""
        return not all(one.word for one in self.items)


def _open(register: Register, day: str, names: Mapping[str, str]) -> list[Open]:
    """What is due and still open, each record once, under all who owe it; in the order of `names`, joint ones last."""
    found: dict[tuple[str, ...], list[Due]] = {}
    order = list(names)
    for one in late(register, day):
        if owe := sorted({*owing(one.record, register)} & {*order}, key=order.index):
            found.setdefault(tuple(owe), []).append(one)
    groups = [Open(owe, ", ".join(names[party] for party in owe), tuple(items)) for owe, items in found.items()]
    groups.sort(key=lambda group: (len(group.parties) > 1, [order.index(party) for party in group.parties]))
    first: dict[str, tuple[str, ...]] = {}
    for group in groups:
        for party in group.parties:
            first.setdefault(party, group.parties)
    return [
        replace(
            group,
            leads=tuple(party for party in group.parties if first[party] == group.parties),
            others=tuple(one for one in groups if len(one.parties) > 1 and {*group.parties} < {*one.parties}),
        )
        for group in groups
    ]


def _counts(words: Words, counted: Result) -> Grid:
    """The register's own counts, and beside them what was stated."""
    lines: list[tuple[Value, ...]] = []
    for row in counted.rows():
        name = COUNTED.get(row["what"])
        what = words(name) if name else str(row["what"])
        if row["speaker"] is None:
            said = words(mark("this register, on {day}")).format(day=counted.meta["on"])
            lines.append((what, Amount(row["own"], "count"), Amount(None, "count"), Amount(None, "count"), said))
            continue
        source = f"{row['speaker']}, {row['date']} ({row['source']})"
        kind = "money" if row["unit"] != row["what"] and row["unit"].isupper() else "count"
        figures = [_figure(row[column], kind, row["unit"]) for column in ("own", "stated", "difference")]
        lines.append((what, *figures, source))
    heads = (
        *(mark("What is counted"), mark("The register counts"), mark("Somebody stated")),
        *(mark("Stated less counted"), mark("Who says so")),
    )
    columns = tuple(Column(Sentence(head), label=k in (0, 4)) for k, head in enumerate(heads))
    title = Sentence(mark("What the register counts, and what was stated"))
    evidence = (Evidence.of(counted, f"hansa register counts REGISTER --on {counted.meta['on']}"),)
    return Grid(Sentence(mark("Counts")), title, columns, tuple(lines), evidence)


def _figure(value: float | None, kind: str, currency: str) -> Value:
    if kind == "count" or value is None:
        return Amount(value, "count")
    return Sentence(mark("{value}"), {"value": Amount(value, "money", currency)})


def _problems(asked: Asked, key: tuple[Any, ...]) -> list[tuple[str, str, str, str]]:
    """Address, title, field and message of what is late or odd in what somebody may see."""
    statistics, register = asked.statistics, asked.register
    found = statistics.ask(
        ("problems", *key),
        lambda: problems(register, on=asked.day, lists=statistics.lists, products=statistics.products),
    )
    lines = []
    for one in found:
        if one.record in register:
            record = register[one.record]
            lines.append((record_url(kind_of(record), record.id), titled(record), one.field, one.message))
    return lines[:MOST]
