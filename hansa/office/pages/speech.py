"""A text that somebody said: paste it, see what the data say of its figures; staff keep it beside its pair."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Lock
from typing import Any
from weakref import WeakKeyDictionary

from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from hansa.archive import iso_day
from hansa.commitments.records import Party
from hansa.commitments.register import Register
from hansa.errors import Conflict, DataError, HansaError, NotAllowed, UnknownCode
from hansa.office.headers import POLICY_OF_DOCUMENTS
from hansa.office.ledger import note
from hansa.office.models import Speech, SpeechEdit
from hansa.office.pages.account import account_of, typed
from hansa.office.pages.frame import Asked, page, refusing, url
from hansa.office.rate import Taken, address_of, alone
from hansa.office.snapshot import Snapshot, current
from hansa.office.speech import (
    LONGEST,
    NAME,
    SECONDS,
    Examined,
    Spoken,
    Told,
    Unchecked,
    examine,
    sides,
    told_of,
)
from hansa.office.statistics import Statistics, statistics, today
from hansa.report.statement_words import STANDINGS
from hansa.wording import Sentence, Words, languages, mark

LOOK = {
    **dict.fromkeys(("supported", "partly supported", "consistent"), "good"),
    **dict.fromkeys(("near", "mixed", "forecast missed"), "near"),
    **dict.fromkeys(("contradicted", "mostly contradicted", "outlier", "contradictory"), "bad"),
}
FORMS = {
    "html": ("text/html; charset=utf-8", f"{NAME}-checked.html"),
    "csv": ("text/csv; charset=utf-8", f"{NAME}-checked.csv"),
    "json": ("application/json; charset=utf-8", f"{NAME}-checked.json"),
}
KEPT = 16  # checks in memory
PAGE = 50  # speeches of a list
ENGLISH = Words("en")
EMPTY = mark("Paste the text of the speech first.")
LONG = mark("The text is longer than {count} characters. Check it in parts.")
NO_DAY = mark("This is no day between 1800 and 2200. Write it as 2023-06-28.")
ONE_SIDE = mark("A text is about two regions: name both, or neither.")
ALIKE = mark("These two are one and the same region. Name another.")
NO_REGION = mark("There is no such region or bloc here. Choose one of the list.")
NO_PARTY = mark("There is no such party in the register. Choose one of the list.")
NO_KEEPING = mark("Speeches are kept by those who have a role in this office. You may check and download.")
NO_DELETING = mark("A kept speech is deleted by a chair or an administrator, a draft by whoever kept it, too.")
NO_PUBLISHING = mark("A kept speech is published by a chair or an administrator.")
WAIT = mark("A text of yours is being checked already. Wait for its answer, then send this one again.")
PUBLISHED = mark("It is published already.")
MEANWHILE = mark("It was changed or published meanwhile. Go back, and send the form again.")
CHANGED = mark("It was changed meanwhile. Look at it, and publish what you have seen.")
LABELS = {
    "title": mark("Title"),
    "speaker": mark("Speaker"),
    "date": mark("Day it was said"),
    "source": mark("Source"),
    "language": mark("Language of the text"),
    "text": mark("What was said"),
    "parties": mark("Parties"),
    "regions": mark("Regions"),
}


@dataclass(frozen=True)
class Form:
    """What was written into the form. faults : what is wrong, by field, in the language of the page."""

    spoken: Spoken
    regions: tuple[str, str] = ("", "")
    parties: tuple[str, ...] = ()
    faults: Mapping[str, list[str]] = field(default_factory=dict)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@refusing
def speech(request: HttpRequest) -> HttpResponse:
    """Paste a speech; the answer says what the data give for each figure, is all of it as a file, or keeps it."""
    asked = Asked(request)
    if request.method != "POST":
        named = (request.GET.get("region_a", "")[:300], request.GET.get("region_b", "")[:300])
        return _form(asked, Form(Spoken(""), named))
    form = filled(asked)
    do = typed(request, "do") or "check"
    if do == "keep" and not asked.viewer.may("keep speech"):
        raise NotAllowed(asked.words(NO_KEEPING))
    if form.faults:
        return _form(asked, form, status=400)
    try:
        with own_turn(asked):
            found = examined(asked.statistics, form.spoken, told_to(asked.register))
    except Unchecked as wrong:
        response = _form(asked, form, status=wrong.status, wrong=asked.words.say(wrong.said))
        if wrong.status == 429:
            response["Retry-After"] = "60"
        return response
    except DataError as wrong:
        return _form(asked, form, status=400, wrong=str(wrong))
    if do in FORMS:
        return _document(asked, found, do, download=True)
    if do == "keep":
        return _keep(asked, form, found)
    return _form(asked, form, found=found)


@never_cache
@require_safe
@refusing
def speeches(request: HttpRequest) -> HttpResponse:
    """Speeches that are kept, the last said first."""
    asked = Asked(request)
    asked_for = request.GET.get("page", "1")
    number = max(1, int(asked_for)) if asked_for.isascii() and asked_for.isdecimal() and len(asked_for) < 6 else 1
    seen = [one for one in Speech.objects.defer("text").order_by("-date", "-pk") if sees(asked, one)]
    shown = seen[(number - 1) * PAGE : number * PAGE]
    return page(asked, "speeches.html", speeches=shown, number=number, more=len(seen) > number * PAGE)


@never_cache
@require_safe
@refusing
def kept(request: HttpRequest, key: int) -> HttpResponse:
    """A kept speech with what the data say of its figures."""
    asked = Asked(request)
    one = found_speech(asked, key)
    return _kept(asked, one)


@never_cache
@require_safe
@refusing
def checked(request: HttpRequest, key: int) -> HttpResponse:
    """The whole of it: the page as `hansa check` writes it, or with `?form=csv` or `json` its table."""
    asked = Asked(request)
    one = found_speech(asked, key)
    form = request.GET.get("form", "html")
    if form not in FORMS:
        raise UnknownCode("form of a checked speech", form, FORMS, hint="Ask for html, csv or json.")
    try:
        found = examined(asked.statistics, spoken_of(one), told_to(asked.register))
    except Unchecked as wrong:
        return _kept(asked, one, status=wrong.status, lack=asked.words.say(wrong.said))
    return _document(asked, found, form, download=form != "html")


@never_cache
@require_POST
@refusing
def publish(request: HttpRequest, key: int) -> HttpResponse:
    """Show a kept speech to everybody."""
    asked = Asked(request)
    one = found_speech(asked, key)
    if not may_publish(asked, one):
        raise NotAllowed(asked.words(NO_PUBLISHING))
    seen = typed(request, "version", 10) or str(one.version)
    with transaction.atomic():
        count = int(seen == str(one.version))
        count = count and Speech.objects.filter(pk=one.pk, draft=True, version=one.version).update(draft=False)
        if not count:
            raise Conflict(asked.words(CHANGED if Speech.objects.filter(pk=one.pk, draft=True).exists() else PUBLISHED))
        note(asked.viewer, f"speech published: {one.title}")
    return HttpResponseRedirect(url("kept-speech", one.pk, notice="published"))


@never_cache
@require_POST
@refusing
def delete(request: HttpRequest, key: int) -> HttpResponse:
    """Delete a kept speech."""
    asked = Asked(request)
    one = found_speech(asked, key)
    if not may_delete(asked, one):
        raise NotAllowed(asked.words(NO_DELETING))
    with transaction.atomic():
        still = Speech.objects.select_for_update().filter(pk=one.pk, draft=one.draft).first()
        if still is None:  # published since it was asked who may delete it
            raise Conflict(asked.words(MEANWHILE))
        still.delete()
        if not one.draft:
            note(asked.viewer, f"speech deleted: {one.title}")
    return HttpResponseRedirect(url("speeches", notice="gone"))


# --- what other pages ask ---------------------------------------------------------------------------------------------


def sees(asked: Asked, one: Speech) -> bool:
    """Whether who asks may see a kept speech: a draft is seen by who kept it, and by those whom its parties concern."""
    if not one.draft or one.account_id == asked.viewer.account:
        return True
    return asked.viewer.may("see draft", concerned_by(asked.now, one.parties))


def concerned_by(snapshot: Snapshot, parties: Collection[str]) -> frozenset[str]:
    """The parties that a speech is about, with those that they act for."""
    held = [snapshot.held[key].record for key in parties if key in snapshot.held]
    return frozenset(key for record in held for key in snapshot.concerned(record))


def verdict_counts(one: Speech, words: Words = ENGLISH) -> list[tuple[str, str, int]] | None:
    """How many of its figures come out how: what that is called, its look (good, near, bad or none), the count.

    None where the check did not come to an end. Asked once for each version of a speech, each day; of what counts in
    it are held against, only what everybody may see is asked.
    """
    held = statistics()
    told = told_to(current().register())
    known = next(filter(held.knows, _questions(one, told)), None)
    if known is not None:
        counts = held.ask(known, dict)
    else:  # before the lock on the statistics is taken: a check takes seconds, in a process of its own
        found = None
        try:
            found = examined(held, spoken_of(one), told)
        except HansaError as wrong:
            if getattr(wrong, "status", 0) == 429:  # others are being checked: asked again next time
                return None
        question = _questions(one, told)[found is not None and found.counted]
        counts = held.ask(question, lambda: dict(found.counts) if found else {})
    return [(words(STANDINGS[key][1]), LOOK.get(key, ""), count) for key, count in counts.items()] or None


def settled(one: Speech) -> bool:
    """Whether its verdicts are known already."""
    return any(map(statistics().knows, _questions(one, told_to(current().register()))))


def _questions(one: Speech, told: Told) -> tuple[tuple[object, ...], tuple[object, ...]]:
    """What is asked of a speech that counts nothing, and of one that does, which is asked anew of another register."""
    question = ("speech", one.pk, one.version)
    return question, (*question, told.stamp)


def told_to(register: Register) -> Told:
    """What a text is told of a register, made once for each."""
    day = today()
    found = _TOLD.get(register)
    if found is None or found.today != day:
        found = _TOLD[register] = told_of(register, day)
    return found


_TOLD: WeakKeyDictionary[Register, Told] = WeakKeyDictionary()


def examined(held: Statistics, spoken: Spoken, told: Told) -> Examined:
    """A checked text; the last ones are kept in memory, those that count something for one register.

    Raises
    ------
    DataError : the text cannot be read.
    Unchecked : it took too long, or others are being checked.
    """
    with _LOCK:
        for stamp in ("", told.stamp):
            key = (held.stamp, today(), spoken, stamp)
            if key in _CHECKED:
                _CHECKED.move_to_end(key)
                return _CHECKED[key]
    found = examine(spoken, held.store.archive.folder if held.store else None, told)
    _remember(held, spoken, told, found)
    return found


def _remember(held: Statistics, spoken: Spoken, told: Told, found: Examined) -> None:
    with _LOCK:
        _CHECKED[held.stamp, today(), spoken, told.stamp if found.counted else ""] = found
        while len(_CHECKED) > KEPT:
            _CHECKED.popitem(last=False)


_LOCK = Lock()
_CHECKED: OrderedDict[Any, Examined] = OrderedDict()


def spoken_of(one: Speech) -> Spoken:
    """A kept speech as it is checked."""
    return Spoken(one.text, one.title, one.speaker, one.date, one.source, one.language, tuple(one.regions))


def found_speech(asked: Asked, key: int) -> Speech:
    """A kept speech that who asks may see.

    Raises
    ------
    UnknownCode : it is not there for them.
    """
    one = Speech.objects.select_related("account").filter(pk=key).first()
    if one is None or not sees(asked, one):
        raise UnknownCode("kept speech", key, hint="Look for it in the list of speeches.")
    return one


def may_publish(asked: Asked, one: Speech) -> bool:
    """Whether who asks may publish a kept speech."""
    return asked.viewer.may("publish", concerned_by(asked.now, one.parties))


def may_edit(asked: Asked, one: Speech) -> bool:
    """Whether who asks may edit a kept speech while it is a draft: whoever kept it, and who may publish it."""
    own = one.account_id == asked.viewer.account and asked.viewer.may("keep speech")
    return own or may_publish(asked, one)


def may_keep_of(asked: Asked, one: Speech, parties: Sequence[str]) -> bool:
    """Whether who asks may let a kept speech concern these parties: whoever kept it, and who may publish for them."""
    return one.account_id == asked.viewer.account or asked.viewer.may("publish", concerned_by(asked.now, parties))


def edits_seen(asked: Asked, one: Speech) -> list[SpeechEdit]:
    """The changes of a speech that who asks may read, the latest first.

    What it was as a draft is read by whoever kept it, and by those who could see it both before and after a change,
    also once it is published: as with the records of the register.
    """
    if not asked.viewer.may("see history"):
        return []
    own, parties, found = one.account_id == asked.viewer.account, one.parties, []
    for edit in one.edits.select_related("account").order_by("-version"):
        earlier = edit.became.get("parties", [parties])[0]
        about = (concerned_by(asked.now, named) for named in (earlier, parties))
        if own or all(asked.viewer.may("see draft", concerned) for concerned in about):
            found.append(edit)
        parties = earlier
    return found


def may_delete(asked: Asked, one: Speech) -> bool:
    """Whether who asks may delete a kept speech."""
    if one.draft and one.account_id == asked.viewer.account:
        return True
    return asked.viewer.may("delete", concerned_by(asked.now, one.parties))


# --- the form ---------------------------------------------------------------------------------------------------------


@contextmanager
def own_turn(asked: Asked) -> Iterator[None]:
    """Within it who asks has a text checked, and no other at once, of whatever worker process.

    Raises
    ------
    Unchecked : they have one checked already.
    """
    try:
        with alone(asker(asked)):
            yield
    except Taken:
        raise Unchecked(Sentence(WAIT), 429) from None


def asker(asked: Asked) -> str:
    """Who has a text checked: an account, else an address."""
    own = asked.viewer.account
    return f"account {own}" if own is not None else f"address {address_of(asked.request)}"


def filled(asked: Asked) -> Form:
    """What was written, and what is wrong with it."""
    request, words = asked.request, asked.words
    text = request.POST.get("text", "").replace("\r\n", "\n").replace("\0", "")
    faults: dict[str, list[str]] = {}
    if not text.strip():
        faults["text"] = [words(EMPTY)]
    elif len(text) > LONGEST:
        faults["text"] = [words(LONG).format(count=words.number(LONGEST, 0))]
    day = typed(request, "date", 20)
    if day and not _is_day(day):
        faults["date"] = [words(NO_DAY)]
    named = (typed(request, "region_a"), typed(request, "region_b"))
    regions, fault = _sides(asked, named)
    if fault:
        faults["region_a"] = [fault]
    parties, lacking = _parties(asked, request.POST.getlist("party")[:20])
    if lacking:
        faults["party"] = [words(NO_PARTY)]
    language = typed(request, "language", 10)
    told = {
        name: typed(request, name, longest) for name, longest in (("title", 300), ("speaker", 200), ("source", 500))
    }
    spoken = Spoken(text, **told, date=day[:10], language=language if language in languages() else "", regions=regions)
    return Form(spoken, named, parties, faults)


def _is_day(day: str) -> bool:
    try:
        return "1800" <= iso_day(day) < "2201" and len(day) == len("2023-06-28")
    except HansaError:
        return False


def _sides(asked: Asked, named: tuple[str, str]) -> tuple[tuple[str, ...], str]:
    """Codes of the regions that were named, and what is wrong with them."""
    try:
        codes = sides(named, asked.statistics.lists)
    except UnknownCode:
        return (), asked.words(NO_REGION)
    if len(codes) == 1:
        return (), asked.words(ONE_SIDE)
    return ((), asked.words(ALIKE)) if len(set(codes)) < len(codes) else (codes, "")


def _parties(asked: Asked, said: Collection[str]) -> tuple[tuple[str, ...], bool]:
    """Ids of parties that were named by id or name, and whether one is not there."""
    known = {party.id: party.id for party in asked.register.of(Party)}
    by_name = {party.name.casefold(): party.id for party in asked.register.of(Party)}
    wanted = [one.strip() for one in said if one.strip()]
    found = [known.get(one) or by_name.get(one.casefold()) for one in wanted]
    return tuple(dict.fromkeys(key for key in found if key)), None in found


def _form(
    asked: Asked, form: Form, *, status: int = 200, found: Examined | None = None, wrong: str = ""
) -> HttpResponse:
    return page(asked, "speech.html", status=status, posts=True, wrong=wrong, **form_parts(asked, form, found))


def form_parts(asked: Asked, form: Form, found: Examined | None) -> dict[str, Any]:
    """What the form of a speech shows: what was written, what may be chosen, and the verdicts where it was checked."""
    lists = asked.statistics.lists
    own = lists.places
    regions = [
        (one.code, asked.words.names.get(("region", one.code), one.code)) for one in (own if own is not None else ())
    ]
    blocs = [(one.key, asked.words.names.get(("bloc", one.key), one.key)) for one in lists.blocs]
    return dict(
        form=form,
        places=[*sorted(regions, key=lambda one: one[1]), *blocs],
        parties=sorted(asked.register.of(Party), key=lambda party: party.name),
        suggested=form.parties or _about(asked, found.regions if found else form.spoken.regions),
        longest=LONGEST,
        seconds=SECONDS,
        **shown_parts(asked, found),
    )  # fmt: skip


def _about(asked: Asked, regions: Collection[str]) -> tuple[str, ...]:
    """Parties that stand for regions."""
    return tuple(
        party.id for party in asked.register.of(Party) if party.region in regions and party.kind in ("region", "bloc")
    )


def _keep(asked: Asked, form: Form, found: Examined) -> HttpResponse:
    said = form.spoken
    one = Speech.objects.create(
        title=(said.title or found.title or asked.words(mark("A speech")))[:300],
        speaker=(said.speaker or found.speaker)[:200],
        date=said.date or found.date,
        source=said.source,
        language=found.language,
        text=said.text,
        parties=list(form.parties),
        regions=list(said.regions),
        account=account_of(asked),
    )
    _remember(asked.statistics, spoken_of(one), told_to(asked.register), found)
    return HttpResponseRedirect(url("kept-speech", one.pk, notice="saved"))


def _kept(asked: Asked, one: Speech, *, status: int = 200, lack: str = "") -> HttpResponse:
    found = None
    if not lack:
        try:
            found = examined(asked.statistics, spoken_of(one), told_to(asked.register))
        except Unchecked as wrong:
            lack = asked.words.say(wrong.said)
        except HansaError as wrong:
            lack = str(wrong)
    return page(
        asked,
        "kept_speech.html",
        status=status,
        one=one,
        lack=lack,
        may_publish=one.draft and may_publish(asked, one),
        may_edit=one.draft and may_edit(asked, one),
        edits=[(edit, differences(asked, edit.became)) for edit in edits_seen(asked, one)],
        may_delete=may_delete(asked, one),
        parties=[key for key in one.parties if key in asked.register],
        **shown_parts(asked, found),
    )


def shown_parts(asked: Asked, found: Examined | None) -> dict[str, Any]:
    """What a page shows of a checked text; None where there is none."""
    return {"found": found, "shown": found.shown[asked.language] if found else None, "look": LOOK}


def differences(asked: Asked, became: Mapping[str, Sequence[Any]]) -> list[tuple[str, str, str]]:
    """What became what in a speech: the name of each field, its value before and after."""

    def said(value: Any) -> str:
        return ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)

    told = ((name, became[name]) for name in LABELS if name in became)
    return [(asked.words(LABELS[name]), said(before), said(after)) for name, (before, after) in told]


def _document(asked: Asked, found: Examined, form: str, *, download: bool) -> HttpResponse:
    """One of the files that `hansa check` writes."""
    text = {"html": found.shown[asked.language].page, "csv": found.csv, "json": found.json}[form]
    kind, name = FORMS[form]
    response = HttpResponse(text, content_type=kind)
    if form == "html":
        response["Content-Security-Policy"] = POLICY_OF_DOCUMENTS
    if download:
        response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
