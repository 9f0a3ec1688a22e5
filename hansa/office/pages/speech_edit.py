"""A draft of a kept speech, edited before it is published: checked anew, in its history, and nobody's words lost."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from hansa.errors import Conflict, DataError, NotAllowed
from hansa.office.models import Speech, SpeechEdit
from hansa.office.pages.account import account_of, typed
from hansa.office.pages.frame import Asked, page, refusing, url
from hansa.office.pages.speech import (
    MEANWHILE,
    Form,
    differences,
    examined,
    filled,
    form_parts,
    found_speech,
    may_edit,
    may_keep_of,
    own_turn,
    spoken_of,
    told_to,
)
from hansa.office.speech import Examined, Unchecked
from hansa.wording import mark

NO_EDITING = mark("A draft of a speech is edited by whoever kept it, and by a chair or an administrator.")
ELSEWHERE = mark("A draft that another kept is given only to parties for which you may publish.")
OUT = mark("It is published, and stays as it was said. Delete it and keep it anew, if it is wrong.")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@refusing
def edit(request: HttpRequest, key: int) -> HttpResponse:
    """Change a draft: its text is checked anew, and saved where it is still what was read."""
    asked = Asked(request)
    one = found_speech(asked, key)
    if not may_edit(asked, one):
        raise NotAllowed(asked.words(NO_EDITING))
    if not one.draft:
        raise Conflict(asked.words(OUT))
    if request.method != "POST":
        spoken, regions = spoken_of(one), (*one.regions, "", "")[:2]
        return _form(asked, one, Form(spoken, (regions[0], regions[1]), tuple(one.parties)))
    form = filled(asked)
    if form.faults:
        return _form(asked, one, form, status=400)
    if not may_keep_of(asked, one, form.parties):
        raise NotAllowed(asked.words(ELSEWHERE))
    if typed(request, "version", 10) != str(one.version):
        return _conflict(asked, one, form)
    try:
        with own_turn(asked):
            found = examined(asked.statistics, form.spoken, told_to(asked.register))
    except Unchecked as wrong:
        return _form(asked, one, form, status=wrong.status, wrong=asked.words.say(wrong.said))
    except DataError as wrong:
        return _form(asked, one, form, status=400, wrong=str(wrong))
    if typed(request, "do") != "save":
        return _form(asked, one, form, found=found)
    return _saved(asked, one, _fields(one, form, found))


def _fields(one: Speech, form: Form, found: Examined | None = None) -> dict[str, Any]:
    """What the fields of a speech become by a form; a title must stay."""
    said = form.spoken
    return {
        "title": said.title or one.title,
        "speaker": said.speaker,
        "date": said.date,
        "source": said.source,
        "language": found.language if found else said.language or one.language,
        "text": said.text,
        "parties": list(form.parties),
        "regions": list(said.regions),
    }


def _became(one: Speech, fields: Mapping[str, Any]) -> dict[str, list[Any]]:
    return {name: [getattr(one, name), value] for name, value in fields.items() if getattr(one, name) != value}


def _saved(asked: Asked, one: Speech, fields: Mapping[str, Any]) -> HttpResponse:
    """The page of the speech after a change, which is written with its history or not at all."""
    became = _became(one, fields)
    if not became:
        return HttpResponseRedirect(url("kept-speech", one.pk, notice="unchanged"))
    version = one.version + 1
    with transaction.atomic():
        mine = Speech.objects.filter(pk=one.pk, version=one.version, draft=True).update(**fields, version=version)
        if not mine:
            raise Conflict(asked.words(MEANWHILE))
        SpeechEdit.objects.create(speech=one, version=version, account=account_of(asked), became=became)
    return HttpResponseRedirect(url("kept-speech", one.pk, notice="saved"))


def _conflict(asked: Asked, one: Speech, form: Form) -> HttpResponse:
    """What somebody wrote, beside what another saved meanwhile: sent again, it is saved on top of that."""
    last = one.edits.select_related("account").order_by("-version").first()
    return _form(asked, one, form, status=409, beside=differences(asked, _became(one, _fields(one, form))), last=last)


def _form(
    asked: Asked,
    one: Speech,
    form: Form,
    *,
    status: int = 200,
    found: Examined | None = None,
    wrong: str = "",
    beside: list[tuple[str, str, str]] | None = None,
    last: SpeechEdit | None = None,
) -> HttpResponse:
    parts = {"one": one, "wrong": wrong, "beside": beside, "last": last, "posts": True}
    return page(asked, "edit_speech.html", status=status, **parts, **form_parts(asked, form, found))
