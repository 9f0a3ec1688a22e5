"""What every page is put into: the frame with navigation, language and who is signed in; refusals; what may be kept."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache, wraps
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.middleware.csrf import get_token
from django.templatetags.static import static
from django.urls import get_script_prefix, reverse
from django.utils.http import parse_etags
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from hansa import __version__
from hansa.commitments.register import Register
from hansa.errors import Conflict, DataError, HansaError, NotAllowed, UnknownCode
from hansa.office.labels import KIND, PLURAL
from hansa.office.names import words_of
from hansa.office.pages.kept import Page, Pages, takes_packed
from hansa.office.pages.past import KEEPING, NAME, day_shown, register_on
from hansa.office.pages.pen import Pen, title_of, titled
from hansa.office.permission import Viewer
from hansa.office.snapshot import Snapshot, current
from hansa.office.statistics import Statistics, statistics, today
from hansa.office.viewer import office
from hansa.wording import Words, languages, mark
from hansa.wording.visible import visible

View = Callable[..., HttpResponse]
KEPT = 500  # pages for visitors, of some tens of kilobytes each
# What a page may say at its top after something was done, by the word in ?notice=
NOTICES = {
    "saved": mark("Saved."),
    "saved-blind": mark(
        "Saved. The office has no statistics yet, so that nobody knows whether this target can be computed."
    ),
    "unchanged": mark("Nothing was changed: it stands as you saw it."),
    "published": mark("Published."),
    "withdrawn": mark("It is a draft again, and visitors do not see it."),
    "deleted": mark("Deleted. Its history is kept."),
    "gone": mark("Deleted."),
    "reported": mark("Your word is in its history."),
    "imported": mark("Imported."),
    "password": mark("The password is changed."),
    "signed-out": mark("You are signed out."),
    "erased": mark("The account is erased. What it wrote stays, under a pseudonym."),
}
LANGUAGES = {"en": "English", "ru": "Русский"}


@dataclass(frozen=True, eq=False)
class Asked:
    """A request as pages take it: who asks, in what language, of which register and which statistics."""

    request: HttpRequest

    @property
    def viewer(self) -> Viewer:
        """Who asks."""
        viewer: Viewer = self.request.viewer  # type: ignore[attr-defined]
        return viewer

    @property
    def language(self) -> str:
        """What they read."""
        return str(self.request.language)  # type: ignore[attr-defined]

    @cached_property
    def now(self) -> Snapshot:
        """The register as it stands, one and the same for the whole request."""
        if not hasattr(self.request, "register_now"):
            self.request.register_now = current()  # type: ignore[attr-defined]
        now: Snapshot = self.request.register_now  # type: ignore[attr-defined]
        return now

    @cached_property
    def then(self) -> str:
        """The day as of which the page is asked for; empty where it is asked as of now."""
        return day_shown()

    @property
    def day(self) -> str:
        """The day of the page: the one asked for, else today."""
        return self.then or today()

    @cached_property
    def snapshot(self) -> Snapshot:
        """The register as it stands, or stood on the day that was asked for; one and the same for the whole request."""
        return register_on(self.then, self.now, self.viewer) if self.then else self.now

    @cached_property
    def register(self) -> Register:
        """What they may see of it."""
        return self.snapshot.register(self.viewer)

    @cached_property
    def statistics(self) -> Statistics:
        """The statistics of the office, one and the same for the whole request."""
        return statistics()

    @cached_property
    def words(self) -> Words:
        """The language of the page, with names of regions and products."""
        return words_of(self.language, self.statistics)


def page(asked: Asked, template: str, *, status: int = 200, **parts: Any) -> HttpResponse:
    """A page in its frame.

    Templates get `_` (words of the catalogue), `pen`, `viewer`, `url` (of a named page), `record_url`, `title_of`,
    `csrf` (the hidden field of a form), `path`, `today`, and the parts given here.
    """
    request, words = asked.request, asked.words
    register = asked.register
    route = request.resolver_match
    text = (
        _environment()
        .get_template(template)
        .render(
            {
                "_": words,
                "pen": Pen(words),
                "viewer": asked.viewer,
                "language": asked.language,
                "languages": [(code, LANGUAGES.get(code, code), _in_language(request, code)) for code in languages()],
                "office": office(),
                "url": url,
                "record_url": record_url,
                "static": static,
                "titled": titled,
                "title_of": lambda key: title_of(register, key),
                "register": register,
                "kinds": _kinds(asked.language),
                "csrf": Markup('<input type="hidden" name="csrfmiddlewaretoken" value="{}">').format(get_token(request))
                if template_posts(asked, parts)
                else "",
                "path": request.path,
                "notice": NOTICES.get(request.GET.get("notice", "")) if status == 200 else None,
                "today": today(),
                "then": asked.then,
                "dated": route is not None and route.url_name in KEEPING and status == 200,
                **parts,
            }
        )
    )
    return HttpResponse(text, status=status)


@cache
def _kinds(language: str) -> dict[str, tuple[str, str]]:
    words = Words(language)
    return {kind: (words(several), PLURAL[kind]) for kind, (_, several) in KIND.items()}


def template_posts(asked: Asked, parts: dict[str, Any]) -> bool:
    """Whether a page may hold a form that writes: its answer then sets a cookie, and is kept for nobody else."""
    return asked.viewer.signed_in or bool(parts.get("posts"))


def url(name: str, *args: Any, **asked: Any) -> str:
    """The address of a page by its name; keyword arguments become the query. A page as of a day leads on to that day;
    ``on=None`` leads to now.
    """
    if name in KEEPING and (day := day_shown()) and NAME not in asked:
        asked[NAME] = day
    query = urlencode({key: value for key, value in asked.items() if value not in (None, "")}, doseq=True)
    return _path(get_script_prefix(), name, args) + (f"?{query}" if query else "")


@lru_cache(maxsize=20_000)  # a page holds hundreds of addresses, and looking one up costs more than writing it
def _path(prefix: str, name: str, args: tuple[Any, ...]) -> str:
    return reverse(name, args=args)


def record_url(kind: str, key: str, page: str = "record") -> str:
    """The address of a record's page, or of one of those about it (`history`, `edit` ...)."""
    return url(page, PLURAL[kind], key)


def public(view: View) -> View:
    """A page that looks the same to all visitors: kept until the register, the statistics or the day change.

    A page that says ``no-store`` of itself is not kept.
    """

    @wraps(view)
    def shown(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        asked = Asked(request)
        if asked.viewer.signed_in or request.method not in ("GET", "HEAD") or "notice" in request.GET:
            return view(request, *args, **kwargs)
        data = (__version__, asked.snapshot.stamp, asked.statistics.stamp, today(), asked.language)
        key = (*data, request.get_full_path())
        tag = hashlib.sha256(repr(key).encode()).hexdigest()[:24]
        tags = {"": f'"{tag}"', "gzip": f'"{tag}-gzip"'}
        held = {tag.removeprefix("W/") for tag in parse_etags(request.headers.get("If-None-Match", ""))}
        if known := held & {*tags.values()}:  # a proxy that packs pages itself weakens their tags
            return _told(HttpResponseNotModified(), min(known))

        def make() -> bytes | HttpResponse:
            response = view(request, *args, **kwargs)
            passing = response.streaming or response.cookies or response.headers.get("Cache-Control") == "no-store"
            return response if response.status_code != 200 or passing else response.content

        kept = _PAGES.find(key, make)
        if not isinstance(kept, Page):
            return kept
        packed = "gzip" if takes_packed(request.headers.get("Accept-Encoding", "")) else ""
        response = HttpResponse(kept.packed if packed else kept.plain)
        if packed:
            response["Content-Encoding"] = packed
        return _told(response, tags[packed])

    return shown


_PAGES = Pages(KEPT)


def _told(response: HttpResponse, tag: str) -> HttpResponse:
    response["ETag"] = tag
    response["Vary"] = "Accept-Encoding, Accept-Language, Cookie"
    return response


def refusing(view: View) -> View:
    """A view whose errors become pages: what is not there, not allowed, in conflict, or cannot be taken."""

    @wraps(view)
    def shown(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            if "\0" in request.path:  # which PostgreSQL can not even be asked for
                raise UnknownCode("page", visible(request.path))
            return view(request, *args, **kwargs)
        except HansaError as wrong:
            return refusal(request, wrong)

    return shown


def refusal(request: HttpRequest, wrong: HansaError) -> HttpResponse:
    """The page that says what is wrong and what to do."""
    asked = Asked(request)
    status = status_of(wrong)
    if status == 403 and not asked.viewer.signed_in:
        status = 401
    return page(asked, "refusal.html", status=status, wrong=wrong, code=status)


def status_of(wrong: HansaError) -> int:
    """The status of HTTP that stands for an error."""
    by_kind = ((UnknownCode, 404), (NotAllowed, 403), (Conflict, 409), (DataError, 400))
    return next((status for kind, status in by_kind if isinstance(wrong, kind)), 422)


def _in_language(request: HttpRequest, language: str) -> str:
    """The address of this page in another language."""
    query = request.GET.copy()
    query["language"] = language
    return f"{request.path}?{query.urlencode()}"


def _final(value: Any) -> Any:
    """What a template puts into a page: text from outside as it may be shown."""
    if hasattr(value, "__html__"):
        return value
    text = str(value)
    return text if text.isprintable() else visible(text)


@cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("hansa.office"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_final,
        trim_blocks=True,
        lstrip_blocks=True,
    )
