"""The page of one record: what it says, what became of it, what the statistics say, what belongs to it."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe
from markupsafe import Markup

from hansa.commitments import amounts
from hansa.commitments.lifecycle import is_open
from hansa.commitments.records import STAGES, Alignment, Barrier, Edition, Programme, Project, Record
from hansa.commitments.register import Register, kind_of
from hansa.errors import UnknownCode
from hansa.office.due import late
from hansa.office.labels import KIND, OF_PLURAL, PLURAL
from hansa.office.ledger import Edit, action_of
from hansa.office.pages.belonging import chain_of, documents_of, naming, parts_of, steps_of
from hansa.office.pages.field import content_of, facts, heading, line, record_link, text
from hansa.office.pages.frame import Asked, page, public, record_url, refusing, url
from hansa.office.pages.measured import measured, targets_of
from hansa.office.pages.past import on_a_day
from hansa.office.pages.pen import Pen
from hansa.office.pages.promised import badge, standing_badge, standing_since
from hansa.office.snapshot import Held
from hansa.office.statistics import today
from hansa.report.facts import Column, Grid
from hansa.report.promises import NO_WORD
from hansa.wording import Amount, Evidence, Sentence, mark

# What may be done to a record: edit of the ledger, page, label, look of the button.
DEEDS = (
    ("publish", "publish", mark("Publish"), ""),
    ("edit", "edit", mark("Edit"), "plain"),
    ("report", "word", mark("Give word"), "plain"),
    ("withdraw", "withdraw", mark("Make a draft again"), "plain"),
    ("delete", "delete", mark("Delete"), "plain"),
)


# Kind -> what is added to such a record: kind, and the field that names it.
ADDED = {
    "agreement": (("programme", "agreement"), ("milestone", "of"), ("target", "of"), ("link", "of")),
    "programme": (("project", "programme"), ("milestone", "of"), ("target", "of"), ("link", "of")),
    "project": (("milestone", "of"), ("target", "of"), ("link", "of")),
    "barrier": (("decision", "barrier"), ("milestone", "of"), ("link", "of")),
    "alignment": (("milestone", "of"), ("link", "of")),
    "decision": (("target", "of"), ("link", "of")),
    "session": (("decision", "session"),),
    "edition": (("session", "edition"), ("idea", "edition"), ("link", "of")),
}


@require_safe
@public
@refusing
@on_a_day
def record(request: HttpRequest, kinds: str, key: str) -> HttpResponse:
    """Everything that is known of one record, now or as it stood on a day."""
    asked = Asked(request)
    kind = kind_named(kinds)
    held = asked.snapshot.find(key, asked.viewer, kind)
    one, pen, day = held.record, Pen(asked.words), asked.day
    content = content_of(one)
    steps, documents, parts = steps_of(asked, key), documents_of(asked, key), parts_of(asked, one)
    chain = chain_of(asked, one)
    shown = [line.key for group in (steps, documents, *parts) if group for line in group.lines]
    shown += [line.key for _, line in chain]
    shown += [target.record.id for target in asked.snapshot.of("target", asked.viewer) if target.record.of == key]  # type: ignore[union-attr]
    return page(
        asked,
        "record.html",
        held=held,
        kind=kind,
        heading=heading(asked, one),
        state=standing_badge(pen, one, day),
        since=standing_since(one, day),
        facts=facts(asked, kind, content, leave=("title", "name", "acts")),
        history=[line(asked, "event", event, kind) for event in reversed(content.get("history", ()))],
        has_history=hasattr(one, "history"),
        sides=sides_of(asked, one),
        money=money_of(asked, one),
        amounts=[line(asked, "amount", money) for money in content.get("amounts", ())],
        measured=measured(asked, held),
        asks=not asked.then and _asks(asked, one),
        targets=targets_of(asked, key),
        groups=[group for group in (steps, *parts, documents) if group],
        chain=chain,
        naming=naming(asked, key, without=shown),
        deeds=[] if asked.then else deeds_of(asked, held),
        late=_late(asked, key, day),
        onward=_onward(one),
        adding=[] if asked.then else _adding(asked, kind, key),
    )


def _late(asked: Asked, key: str, day: str) -> Markup:
    """That a record is late, and whether anybody gave word on it since."""
    found = next((one for one in late(asked.register, day) if one.record.id == key), None)
    if found is None or (found.word and found.state == "late"):  # its state says so already
        return Markup("")
    pen = Pen(asked.words)
    return (
        badge(pen, pen.word("late", kind_of(found.record)), "near")
        if found.word
        else badge(pen, asked.words(NO_WORD), "bad")
    )


def _onward(record: Record) -> tuple[str, str]:
    """Where somebody who looks at a record goes next: address and label; empty where there is no such page."""
    if isinstance(record, Edition):
        return url("edition", record.id), mark("To the page of this edition")
    if isinstance(record, Barrier):
        return url("pair", record.origin, record.destination), mark("To the page of the pair")
    return "", ""


def _asks(asked: Asked, record: Record) -> bool:
    """Whether a model can be asked what happens when a record goes: of barriers that stand, where there are data."""
    if not isinstance(record, Barrier) or not is_open(record, today()) or asked.statistics.store is None:
        return False
    return bool({"production", "gdp"} & set(asked.statistics.store.measures()))


def _adding(asked: Asked, kind: str, key: str) -> list[tuple[str, str]]:
    """What may be added to a record by who asks: label, and the address of a form that names the record already."""
    if not asked.viewer.staff:
        return []
    return [
        (asked.words(KIND[part][0]), url("new", PLURAL[part], **{field: key})) for part, field in ADDED.get(kind, ())
    ]


def kind_named(kinds: str) -> str:
    """The kind of record that a part of an address stands for.

    Raises
    ------
    UnknownCode : none; names those there are.

    >>> kind_named("stated-counts")
    Traceback (most recent call last):
    hansa.errors.UnknownCode: 'stated-counts' is no known kind of record. ...
    >>> kind_named("asserted-counts")
    'asserted_count'
    """
    if kinds not in OF_PLURAL:
        raise UnknownCode("kind of record", kinds, OF_PLURAL, hint=f"There are: {', '.join(OF_PLURAL)}.")
    return OF_PLURAL[kinds]


def deeds_of(asked: Asked, held: Held) -> list[tuple[str, str, str]]:
    """What somebody may do to a record: label, address, look."""
    concerned, record = asked.snapshot.concerned(held.record), held.record
    fits = {"publish": held.draft, "withdraw": not held.draft, "report": hasattr(record, "history")}
    return [
        (asked.words(label), record_url(held.kind, record.id, name), look)
        for deed, name, label, look in DEEDS
        if fits.get(deed, True) and asked.viewer.may(action_of(Edit(deed, record.id), held.draft), concerned)
    ]


def sides_of(asked: Asked, record: Record) -> list[tuple[Markup, Markup]]:
    """The acts of an alignment, each with the party whose it is where there is one act for each."""
    if not isinstance(record, Alignment):
        return []
    alone = len(record.parties) != len(record.acts)
    parties = [Markup("")] * len(record.acts) if alone else [record_link(asked, key) for key in record.parties]
    return [(party, text(act)) for party, act in zip(parties, record.acts, strict=True)]


def money_of(asked: Asked, record: Record) -> Grid | None:
    """Money by stage and currency, no amount counted twice: of a project, or of all projects of a programme."""
    found = None
    if isinstance(record, Project) and record.amounts:
        found = amounts(record, on=asked.day)
    elif isinstance(record, Programme):
        projects = tuple(one for one in asked.register.of(Project) if one.programme == record.id)
        found = amounts(Register(projects, asked.register.provenance), on=asked.day)
    rows: list[dict[str, Any]] = found.rows() if found is not None else []
    if found is None or not rows:
        return None
    evidence = Evidence.of(found, f"hansa register amounts REGISTER --on {asked.day}")
    heads = (mark("planned"), mark("launched"), mark("disbursed"))
    columns = tuple(Column(Sentence(head)) for head in heads)
    lines = tuple(tuple(_in(row["currency"], row[stage]) for stage in STAGES) for row in rows)
    title = Sentence(mark("Money, each currency for itself"))
    return Grid(title, title, columns, lines, (evidence,))


def _in(currency: str, value: float | None) -> Any:
    """An amount with its currency, so that each row can have its own scale."""
    if value is None:
        return Amount(None, "money", currency)
    return Sentence(mark("{value}"), {"value": Amount(value, "money", currency)})
