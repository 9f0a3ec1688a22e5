"""What the site is, how its figures are known, what it keeps of those who visit it; and whether it is well."""

from __future__ import annotations

from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

import hansa
from hansa.errors import HansaError
from hansa.office.models import ROLES
from hansa.office.pages.frame import Asked, page, public, refusing
from hansa.office.permission import RIGHTS
from hansa.provenance import Provenance
from hansa.report.facts import Column, Grid
from hansa.trade.store import Store
from hansa.wording import Amount, Evidence, Name, Sentence, mark

LICENCE = "Apache-2.0"
ACTS: dict[str, str] = {
    "see draft": mark("see drafts"),
    "see history": mark("see the history of records"),
    "create draft": mark("begin a record, as a draft"),
    "edit draft": mark("change a draft"),
    "delete draft": mark("delete a draft"),
    "report": mark("report on a record: add to its history"),
    "edit": mark("change a published record"),
    "publish": mark("publish a draft"),
    "withdraw": mark("make a published record a draft again"),
    "delete": mark("delete a published record"),
    "import": mark("bring in a file"),
    "keep speech": mark("keep a checked speech"),
    "administer": mark("keep accounts"),
}


@require_safe
@public
@refusing
def about(request: HttpRequest) -> HttpResponse:
    """About the site."""
    asked = Asked(request)
    store = asked.statistics.store
    lack, data = "", None
    try:
        data = imports(store) if store else None
    except HansaError as wrong:
        lack = str(wrong)
    rights = [(ACTS[action], [role in able for role in ROLES]) for action, able in RIGHTS.items()]
    return page(
        asked,
        "about.html",
        data=data,
        lack=lack,
        roles=ROLES,
        rights=rights,
        version=hansa.__version__,
        licence=LICENCE,
    )


@never_cache
@require_safe
def health(request: HttpRequest) -> HttpResponse:
    """Whether the office answers: asked by whatever keeps it running."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
            cursor.fetchone()
    except DatabaseError:
        return JsonResponse({"status": "no database"}, status=503)
    return JsonResponse({"status": "ok"})


def imports(store: Store) -> Grid:
    """What was imported into the store: what, of what kind, as known on which day, how many rows, from whom."""
    entries = store.archive.entries()
    found = store.vintages()
    read = Provenance().merge(*(Provenance.from_dict(one.meta.get("provenance", {})) for one in entries))
    lines = []
    for one in sorted(entries, key=lambda entry: (entry.kind, entry.name, entry.vintage)):
        sources = Provenance.from_dict(one.meta.get("provenance", {})).sources
        by = "; ".join(dict.fromkeys(f"{source.producer}, {source.title}".strip(", ") for source in sources))
        under = "; ".join(dict.fromkeys(source.licence or "" for source in sources)).strip("; ")
        lines.append(
            (one.name, Name(KINDS.get(one.kind, one.kind), "word"), one.vintage, Amount(one.rows, "count"), by, under)
        )
    heads = (mark("Table"), mark("Kind"), mark("As known on"), mark("Rows"), mark("Producer"), mark("Licence"))
    columns = tuple(Column(Sentence(head), label=k != 3) for k, head in enumerate(heads))
    method = mark("Every import is kept, with the day from which its figures were known")
    proof = Evidence("store", method, "", "", "hansa store show STORE", read, found.notes)
    title = Sentence(mark("Statistics in use"))
    return Grid(title, title, columns, tuple(lines), (proof,))


KINDS = {
    "goods flows": mark("flows of goods"),
    "services flows": mark("flows of services"),
    "side": mark("facts about regions"),
}
