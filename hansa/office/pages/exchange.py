"""Registers out, as files of every form; and files in: read elsewhere, shown beside the register, then taken whole."""

from __future__ import annotations

import shutil
import tempfile
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path, PurePath
from typing import Any

from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe
from markupsafe import Markup

from hansa.commitments import write_register
from hansa.commitments.entry import Refused
from hansa.commitments.fields import NESTED, fields_of
from hansa.commitments.readers.assemble import Unreadable
from hansa.commitments.records import KINDS, Edition, Party, Record
from hansa.commitments.referring import with_references
from hansa.commitments.register import Register, kind_of
from hansa.errors import Conflict, DataError, NotAllowed, UnknownCode
from hansa.office.comparison import ALIKE, CHANGED, NEW, Comparison, Line, changed_since, compare, fields_shown
from hansa.office.intake import FORMS as TAKEN
from hansa.office.intake import LARGEST, Incoming, read_upload
from hansa.office.labels import OF_PLURAL, WORD
from hansa.office.ledger import commit
from hansa.office.models import Intake
from hansa.office.pages.field import content_of, shown
from hansa.office.pages.frame import Asked, page, refusing, url
from hansa.office.pages.past import on_a_day
from hansa.office.pages.pen import Pen, titled
from hansa.office.permission import who_may
from hansa.office.upload import too_large
from hansa.wording import mark

# form -> what it is called in hansa.commitments.exchange, its type of content, and its name
FORMS: dict[str, tuple[str, str, str]] = {
    "csv": ("csv", "application/zip", "register-csv.zip"),
    "json": ("json", "application/json", "register.json"),
    "xlsx": ("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "register.xlsx"),
    "xml": ("iati", "application/xml", "register.xml"),
}
KEPT_FOR = timedelta(days=1)
MOST_WAITING = 5  # files of one account that wait for their confirmation
SHOWN = 300  # lines of each list on a page
LONGEST_WHAT = 500

TAKES = mark("This takes one of these roles: {roles}.")
NO_FILE = mark("Choose a file.")
TOO_LARGE = mark("The file is larger than {size} MB. Split it.")
GONE = mark("This file is not waiting here: it was taken in, cancelled, or is older than a day.")
STALE = mark("The register was changed since this was shown ({records}). It is shown anew below: look at it again.")
STILL_SEVERE = mark("It cannot be taken in before what is listed below is mended in the file.")
STILL_LACKING = mark("Some targets cannot be computed. Take them all the same by the box below, or mend the file.")
IMPORTED = mark("import of {file}")


# ---- out ------------------------------------------------------------------------------------------------------------
@require_safe
@refusing
@on_a_day
def export(request: HttpRequest, form: str) -> HttpResponse:
    """The register as somebody may see it, now or on a day, as a file; ``kind=`` narrows it to some kinds of record.

    IATI names who reports: ``org=``, else the host of the last edition of the forum, else the first institution, else
    the first party. What it cannot hold is said in a remark at the head of the file.
    """
    asked = Asked(request)
    if form not in FORMS:
        raise UnknownCode("form", form, FORMS, hint=f"Known: {', '.join(FORMS)}.")
    register = _narrowed(asked.register, request.GET.getlist("kind"))
    kind, content_type, name = FORMS[form]
    folder = Path(tempfile.mkdtemp(prefix="hansa-export-"))
    try:
        path = _written(register, folder, kind, request.GET.get("org", "") or reporting_org(asked.register))
        stream = path.open("rb")
    finally:
        shutil.rmtree(folder, ignore_errors=True)  # the file lives on as long as it is open
    response = FileResponse(stream, as_attachment=True, filename=name, content_type=content_type)
    response["Vary"] = "Cookie"
    return response  # type: ignore[return-value]  # a stream is an answer, too


def reporting_org(register: Register) -> str:
    """Who reports a register, where nobody says it.

    >>> reporting_org(Register((Party("brin", "Brinmark"), Party("fair", "The fair", kind="institution"))))
    'fair'
    """
    editions = sorted(register.of(Edition), key=lambda edition: edition.start)
    if editions and editions[-1].host in register:
        return editions[-1].host
    parties = sorted(register.of(Party), key=lambda party: party.kind != "institution")
    return parties[0].id if parties else "register"


def _narrowed(register: Register, kinds: Sequence[str]) -> Register:
    if not kinds:
        return register
    wanted = {OF_PLURAL.get(kind, kind) for kind in kinds}
    if strange := sorted(wanted - set(KINDS)):
        raise UnknownCode("kind of record", strange[0], KINDS, hint=f"Known: {', '.join(KINDS)}.")
    return Register(tuple(one for one in register if kind_of(one) in wanted), register.provenance)


def _written(register: Register, folder: Path, form: str, org: str) -> Path:
    """The file of a register; tables as one zip, IATI with a remark on what it does not hold."""
    path = folder / {"csv": "register", "iati": "register.xml"}.get(form, f"register.{form}")
    notes = write_register(register, path, form, reporting_org=org)
    if form == "iati" and notes:
        _remark(path, notes)
    if form != "csv":
        return path
    packed = folder / "register.zip"
    there = {kind_of(record) for record in register}
    there |= {table for name, (table, _) in NESTED.items() for kind in there if name in _names(kind)}
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for table in sorted(path.iterdir()):
            if not there or table.stem in there:
                archive.write(table, f"register/{table.name}")
    return packed


def _remark(path: Path, notes: Sequence[str]) -> None:
    """What a file does not hold, as a remark behind its declaration."""
    head, rest = path.read_text(encoding="utf-8").split("\n", 1)
    said = "\n  ".join(note.replace("--", "- -").rstrip("-") for note in notes)
    path.write_text(f"{head}\n<!-- Not in this file, since IATI 2.03 cannot hold it:\n  {said}\n-->\n{rest}", "utf-8")


def _names(kind: str) -> list[str]:
    return [field.name for field in fields_of(kind)]


# ---- in: the file ---------------------------------------------------------------------------------------------------
@require_http_methods(["GET", "HEAD", "POST"])
@refusing
def bring(request: HttpRequest) -> HttpResponse:
    """A file taken in to be looked at: it is read by a child process, and waits for its confirmation for a day."""
    asked = Asked(request)
    _refuse_unable(asked)
    Intake.objects.filter(at__lt=timezone.now() - KEPT_FOR).delete()
    if request.method != "POST":
        return _bring(asked)
    sent = request.FILES.get("file")
    if too_large(request) or (sent is not None and (sent.size or 0) > LARGEST):
        return _bring(asked, asked.words(TOO_LARGE).format(size=LARGEST // 1_000_000), 413)
    if sent is None:
        return _bring(asked, asked.words(NO_FILE), 400)
    folder = Path(tempfile.mkdtemp(prefix="hansa-upload-"))
    try:
        path = folder / _named(str(sent.name))
        with path.open("wb") as out:
            for chunk in sent.chunks():
                out.write(chunk)
        kind = request.POST.get("kind", "")
        incoming = read_upload(path, kind if kind in KINDS else None)
    except Unreadable as wrong:
        known = asked.statistics
        told = with_references(wrong, asked.register, lists=known.lists, products=known.products)
        return _bring(asked, str(told), 400)
    except DataError as wrong:
        return _bring(asked, str(wrong), 400)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    plain = incoming.plain()
    intake = Intake.objects.create(
        account_id=_account(asked),
        source=_named(str(sent.name)),
        content=plain,
        notes=plain["notes"],
        ledger=asked.snapshot.number,
    )
    waiting = Intake.objects.filter(account_id=_account(asked)).order_by("-id").values_list("id", flat=True)
    Intake.objects.filter(id__in=list(waiting[MOST_WAITING:])).delete()
    return HttpResponseRedirect(url("confirm-import", intake.pk))


def _bring(asked: Asked, wrong: str = "", status: int = 200) -> HttpResponse:
    pen = Pen(asked.words)
    waiting = Intake.objects.filter(account_id=_account(asked)).defer("content").order_by("-id")
    parts = {"wrong": wrong, "waiting": list(waiting), "size": LARGEST // 1_000_000}
    parts |= {"choices": [(kind, pen.label(kind, several=True)) for kind in KINDS], "taken": ",".join(TAKEN)}
    parts |= {"chosen": asked.request.POST.get("kind", ""), "forms": list(FORMS)}
    return page(asked, "import.html", status=status, **parts)


def _named(name: str) -> str:
    """The name of a file without a folder, short, and of signs that are seen."""
    plain = PurePath(name.replace("\\", "/")).name
    kept = "".join(sign for sign in plain if sign.isprintable() and sign not in '/\\:*?"<>|')
    stem, suffix = PurePath(kept).stem[:80], PurePath(kept).suffix[:10]
    return f"{stem.lstrip('.-') or 'file'}{suffix}"


# ---- in: what it would change ---------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Waiting:
    """A file that waits for its confirmation."""

    intake: Intake
    incoming: Incoming
    published: bool = False
    anyway: bool = False
    what: str = ""


@require_http_methods(["GET", "HEAD", "POST"])
@refusing
def confirm(request: HttpRequest, key: int) -> HttpResponse:
    """What a file would change, and what speaks against it; taken whole or not at all when it is confirmed."""
    asked = Asked(request)
    _refuse_unable(asked)
    Intake.objects.filter(at__lt=timezone.now() - KEPT_FOR).delete()
    intake = Intake.objects.filter(pk=key, account_id=_account(asked)).first()
    if intake is None:
        raise UnknownCode("import", key, hint=asked.words(GONE))
    posted = request.POST
    waiting = Waiting(
        intake,
        Incoming.of({**intake.content, "notes": intake.notes}),
        published=posted.get("as") == "published" and _publishes(asked),
        anyway=bool(posted.get("anyway")),
        what=posted.get("what", "").strip()[:LONGEST_WHAT],
    )
    if request.method != "POST":
        return _preview(asked, waiting)
    if posted.get("act") == "cancel":
        intake.delete()
        return HttpResponseRedirect(url("import"))
    return _taken(asked, waiting, posted.get("seen", ""))


def _taken(asked: Asked, waiting: Waiting, seen: str) -> HttpResponse:
    """The way to the change, where the file was taken in; else what it would change, shown anew."""
    since = int(seen) if seen.isdecimal() and len(seen) < 16 else -1
    if others := changed_since(waiting.incoming, since):
        return _stale(asked, waiting, others)
    comparison = _compared(asked, waiting)
    if comparison.severe:
        return _preview(asked, waiting, (asked.words(STILL_SEVERE),), 400)
    if comparison.lacking and not waiting.anyway:
        return _preview(asked, waiting, (asked.words(STILL_LACKING),), 400)
    edits = comparison.edits(draft=not waiting.published)
    if not edits:
        waiting.intake.delete()
        return HttpResponseRedirect(url("register", notice="unchanged"))
    what = waiting.what or asked.words(IMPORTED).format(file=waiting.intake.source)
    try:
        after = commit(asked.viewer, edits, what)
    except Conflict:
        asked = Asked(asked.request)
        return _stale(asked, waiting, changed_since(waiting.incoming, comparison.number))
    except Refused as refused:
        places = [(comparison.where.get(name.split(" ")[0]), name, said) for name, said in refused.by_field]
        told = tuple(": ".join(filter(None, place)) for place in places)
        return _preview(asked, waiting, told, 400)
    except NotAllowed as refused:
        return _preview(asked, waiting, (str(refused),), 403)
    waiting.intake.delete()
    return HttpResponseRedirect(url("change", after.number, notice="imported"))


def _stale(asked: Asked, waiting: Waiting, records: Sequence[str]) -> HttpResponse:
    shown_ = ", ".join(records[:5]) + (" ..." if len(records) > 5 else "")
    return _preview(asked, waiting, (asked.words(STALE).format(records=shown_),), 409)


def _compared(asked: Asked, waiting: Waiting) -> Comparison:
    draft = not waiting.published
    return compare(waiting.incoming, asked.snapshot, asked.viewer, asked.statistics, draft=draft)


def _preview(asked: Asked, waiting: Waiting, wrong: Sequence[str] = (), status: int = 200) -> HttpResponse:
    comparison = _compared(asked, waiting)
    new, changed = comparison.of(NEW), comparison.of(CHANGED)
    parts: dict[str, Any] = {"waiting": waiting, "comparison": comparison, "wrong": wrong}
    parts |= {"new": [_new(asked, line) for line in new[:SHOWN]], "count_new": len(new)}
    parts |= {"changed": [_changed(asked, line) for line in changed[:SHOWN]], "count_changed": len(changed)}
    parts |= {"count_alike": len(comparison.of(ALIKE)), "most": SHOWN, "publish": _publishes(asked)}
    parts |= {"lists": [(name, list(getattr(comparison, name))) for name in ("severe", "lacking", "mild")]}
    parts |= {"untold": _untold(asked, waiting.incoming)}
    return page(asked, "preview.html", status=status, **parts)


def _new(asked: Asked, line: Line) -> tuple[str, str, str, list[tuple[str, Markup]], str]:
    """Kind, id and title of a new record, its fields, and where it stands in the file."""
    content = content_of(line.record)
    told = [(Pen(asked.words).label(name), shown(asked, line.kind, name, value, content))
            for name, value in content.items() if name != "id"]  # fmt: skip
    return (line.kind, line.record.id, titled(line.record), told, line.where)


def _changed(asked: Asked, line: Line) -> tuple[str, str, str, list[tuple[str, Markup, Markup]], str]:
    """Kind, id and title of a changed record; of each field that differs its label, how it stands and would stand."""
    assert line.old is not None
    before, now = content_of(line.old.record), content_of(line.record)
    pen = Pen(asked.words)
    told = [
        (pen.label(name), shown(asked, line.kind, name, was, before), shown(asked, line.kind, name, is_, now))
        for name, was, is_ in fields_shown(line)
    ]
    return (line.kind, line.record.id, titled(_old(line)), told, line.where)


def _old(line: Line) -> Record:
    assert line.old is not None
    return line.old.record


def _untold(asked: Asked, incoming: Incoming) -> list[tuple[str, str]]:
    """Kinds with fields that the file does not tell, in words."""
    pen = Pen(asked.words)
    return [(pen.label(kind, several=True), ", ".join(map(pen.label, names)))
            for kind, names in incoming.untold.items() if names]  # fmt: skip


def _account(asked: Asked) -> int:
    """The account of who imports: nobody does so without."""
    assert asked.viewer.account is not None
    return asked.viewer.account


def _publishes(asked: Asked) -> bool:
    return asked.viewer.may("publish", [party for _, party in asked.viewer.roles])


def _refuse_unable(asked: Asked) -> None:
    if not asked.viewer.may("import"):
        roles = ", ".join(asked.words(WORD[role]) for role in who_may("import"))
        raise NotAllowed(asked.words(TAKES).format(roles=roles))
