"""A text that somebody said: paste it, see what the data say of its figures; staff keep it beside its pair."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from threading import Lock
from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from hansa.archive import iso_day
from hansa.commitments.records import Party
from hansa.errors import Conflict, DataError, HansaError, NotAllowed, UnknownCode
from hansa.office.headers import POLICY_OF_DOCUMENTS
from hansa.office.ledger import note
from hansa.office.models import Speech
from hansa.office.pages.account import account_of, typed
from hansa.office.pages.frame import Asked, page, refusing, url
from hansa.office.snapshot import Snapshot
from hansa.office.speech import LONGEST, NAME, SECONDS, Examined, Spoken, Unchecked, examine, sides, turn
from hansa.office.statistics import Statistics, statistics, today
from hansa.report.statement_words import STANDINGS
from hansa.wording import Words, languages, mark

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
PUBLISHED = mark("It is published already.")


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
    form = _filled(asked)
    do = typed(request, "do") or "check"
    if do == "keep" and not asked.viewer.may("keep speech"):
        raise NotAllowed(asked.words(NO_KEEPING))
    if form.faults:
        return _form(asked, form, status=400)
    try:
        with turn(_asker(asked)):
            found = examined(asked.statistics, form.spoken)
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
        found = examined(asked.statistics, spoken_of(one))
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
    if not asked.viewer.may("publish", concerned_by(asked.snapshot, one.parties)):
        raise NotAllowed(asked.words(NO_PUBLISHING))
    with transaction.atomic():
        count = Speech.objects.filter(pk=one.pk, draft=True).update(draft=False)
        if not count:
            raise Conflict(asked.words(PUBLISHED))
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
        one.delete()
        if not one.draft:
            note(asked.viewer, f"speech deleted: {one.title}")
    return HttpResponseRedirect(url("speeches", notice="gone"))


# --- what other pages ask ---------------------------------------------------------------------------------------------


def sees(asked: Asked, one: Speech) -> bool:
    """Whether who asks may see a kept speech: a draft is seen by who kept it, and by those whom its parties concern."""
    if not one.draft or one.account_id == asked.viewer.account:
        return True
    return asked.viewer.may("see draft", concerned_by(asked.snapshot, one.parties))


def concerned_by(snapshot: Snapshot, parties: Collection[str]) -> frozenset[str]:
    """The parties that a speech is about, with those that they act for."""
    held = [snapshot.held[key].record for key in parties if key in snapshot.held]
    return frozenset(key for record in held for key in snapshot.concerned(record))


def verdict_counts(one: Speech, words: Words = ENGLISH) -> list[tuple[str, str, int]] | None:
    """How many of its figures come out how: what that is called, its look (good, near, bad or none), the count.

    None where the check did not come to an end. Asked once for each version of a speech, each day.
    """
    held = statistics()
    question = ("speech", one.pk, one.version)
    if held.knows(question):
        counts = held.ask(question, dict)
    else:  # before the lock on the statistics is taken: a check takes seconds, in a process of its own
        try:
            counts = dict(examined(held, spoken_of(one)).counts)
        except HansaError as wrong:
            if getattr(wrong, "status", 0) == 429:  # others are being checked: asked again next time
                return None
            counts = {}
        counts = held.ask(question, lambda: counts)
    return [(words(STANDINGS[key][1]), LOOK.get(key, ""), count) for key, count in counts.items()] or None


def examined(held: Statistics, spoken: Spoken) -> Examined:
    """A checked text; the last ones are kept in memory.

    Raises
    ------
    DataError : the text cannot be read.
    Unchecked : it took too long, or others are being checked.
    """
    key = (held.stamp, today(), spoken)
    with _LOCK:
        if key in _CHECKED:
            _CHECKED.move_to_end(key)
            return _CHECKED[key]
    found = examine(spoken, held.store.archive.folder if held.store else None)
    _remember(held, spoken, found)
    return found


def _remember(held: Statistics, spoken: Spoken, found: Examined) -> None:
    with _LOCK:
        _CHECKED[held.stamp, today(), spoken] = found
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


def may_delete(asked: Asked, one: Speech) -> bool:
    """Whether who asks may delete a kept speech."""
    if one.draft and one.account_id == asked.viewer.account:
        return True
    return asked.viewer.may("delete", concerned_by(asked.snapshot, one.parties))


# --- the form ---------------------------------------------------------------------------------------------------------


def _asker(asked: Asked) -> str:
    own = asked.viewer.account
    return f"account {own}" if own is not None else f"address {asked.request.META.get('REMOTE_ADDR', '')}"


def _filled(asked: Asked) -> Form:
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
    lists = asked.statistics.lists
    own = lists.places
    regions = [
        (one.code, asked.words.names.get(("region", one.code), one.code)) for one in (own if own is not None else ())
    ]
    blocs = [(one.key, asked.words.names.get(("bloc", one.key), one.key)) for one in lists.blocs]
    return page(
        asked,
        "speech.html",
        status=status,
        posts=True,
        form=form,
        wrong=wrong,
        places=[*sorted(regions, key=lambda one: one[1]), *blocs],
        parties=sorted(asked.register.of(Party), key=lambda party: party.name),
        suggested=form.parties or _about(asked, found.regions if found else form.spoken.regions),
        longest=LONGEST,
        seconds=SECONDS,
        **_shown(asked, found),
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
    _remember(asked.statistics, spoken_of(one), found)
    return HttpResponseRedirect(url("kept-speech", one.pk, notice="saved"))


def _kept(asked: Asked, one: Speech, *, status: int = 200, lack: str = "") -> HttpResponse:
    found = None
    if not lack:
        try:
            found = examined(asked.statistics, spoken_of(one))
        except Unchecked as wrong:
            lack = asked.words.say(wrong.said)
        except HansaError as wrong:
            lack = str(wrong)
    concerned = concerned_by(asked.snapshot, one.parties)
    return page(
        asked,
        "kept_speech.html",
        status=status,
        one=one,
        lack=lack,
        may_publish=one.draft and asked.viewer.may("publish", concerned),
        may_delete=may_delete(asked, one),
        parties=[key for key in one.parties if key in asked.register],
        **_shown(asked, found),
    )


def _shown(asked: Asked, found: Examined | None) -> dict[str, Any]:
    return {"found": found, "shown": found.shown[asked.language] if found else None, "look": LOOK}


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
