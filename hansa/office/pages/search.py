"""The page that finds records by words: titles first, by kind, with the words marked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe
from markupsafe import Markup, escape

from hansa.commitments.concern import references
from hansa.commitments.fields import NESTED, fields_of, listed
from hansa.commitments.product import several
from hansa.commitments.records import Party, Target
from hansa.indicator import catalogue
from hansa.office.labels import KIND, PLURAL
from hansa.office.meaning import Meaning
from hansa.office.names import words_of
from hansa.office.pages.belonging import badges_of
from hansa.office.pages.field import NAMES, PLACES, heading
from hansa.office.pages.frame import Asked, page, public, record_url, refusing, url
from hansa.office.pages.paging import addresses, sheet
from hansa.office.pages.pen import titled
from hansa.office.place import name_of
from hansa.office.search import Document, Index, Query, build, excerpt, marked, query
from hansa.office.snapshot import Held, Snapshot
from hansa.office.statistics import Statistics
from hansa.wording import Words, languages, mark
from hansa.wording.visible import visible

FEW = 5  # of a kind, where all kinds are shown
MANY = 20  # of one kind on a page
LONGEST = 200  # letters of a query
NAMED = 5  # words in the name of a region
SHORT = 3  # letters of a code
Names = Mapping[tuple[str, str], str]


@dataclass(frozen=True)
class Hit:
    """A record that was found: its title with the words marked, its states, and where else the words stand."""

    title: Markup
    address: str
    badges: tuple[Markup, ...]
    said: Markup


@require_safe
@public
@refusing
def search(request: HttpRequest) -> HttpResponse:
    """Everything that somebody may see and that has all of some words."""
    asked = Asked(request)
    text, kinds = request.GET.get("q", "").strip()[:LONGEST], request.GET.get("kind", "")
    wanted = query(text)
    found = _found(asked, wanted)
    shown_kinds = [kind for kind, plural in PLURAL.items() if plural == kinds] or list(found)
    one = len(shown_kinds) == 1 and bool(kinds)
    groups, whole = [], None
    for kind in shown_kinds:
        documents = found.get(kind, [])
        if one:
            whole = sheet(documents, request.GET.get("page"), MANY)
        shown = whole.entries if whole else documents[:FEW]
        if documents:
            hits = [_hit(asked, document, wanted) for document in shown]
            groups.append((kind, hits, len(documents), url("search", q=text, kind=PLURAL[kind])))
    return page(
        asked,
        "search.html",
        q=text,
        groups=groups,
        total=sum(map(len, found.values())),
        facets=[(kind, len(documents), url("search", q=text, kind=PLURAL[kind])) for kind, documents in found.items()],
        chosen=shown_kinds[0] if one else "",
        sheet=whole,
        address=addresses(asked),
        ways=_ways(asked, text),
        left_out=wanted.left_out,
        asked_words=bool(wanted.words),
    )


def _ways(asked: Asked, text: str) -> list[tuple[str, str]]:
    """Where everything on the regions that a query names is: the page of the first two, or the way to one's pairs."""
    words = asked.words
    codes = list(dict.fromkeys(_regions_in(text.split(), Meaning(asked.register, asked.statistics, words))))[:2]
    names = [name_of(code, words) for code in codes]
    if len(codes) == 2:
        said = words(mark("{a} – {b}: everything on this pair")).format(a=names[0], b=names[1])
        return [(url("pair", *codes), said)]
    said = mark("{region}: choose the other side of a pair")
    return [(url("regions", a=name), words(said).format(region=name)) for name in names]


def _regions_in(pieces: list[str], meaning: Meaning) -> Iterator[str]:
    """Codes of the regions and blocs that words name, the longest name first; a code only in capitals: PER, not per."""
    at = 0
    while at < len(pieces):
        for count in range(min(NAMED, len(pieces) - at), 0, -1):
            name = " ".join(pieces[at : at + count]).strip(",;–—-")
            code = meaning.region(name) if len(name) > SHORT or name.isupper() else None
            if code:
                yield code
                break
        at += count


def _found(asked: Asked, wanted: Query) -> dict[str, list[Document]]:
    """What was found that somebody may see, by kind: the kind of the best hit first."""
    snapshot, viewer, drafts = asked.snapshot, asked.viewer, asked.snapshot.drafts
    index = index_of(snapshot, asked.statistics)

    def seen(key: str) -> bool:
        return key not in drafts or snapshot.sees(viewer, snapshot.held[key])

    found: dict[str, list[Document]] = {}
    for document in index.find(wanted, seen):
        found.setdefault(snapshot.held[document.key].kind, []).append(document)
    return found


def _hit(asked: Asked, document: Document, wanted: Query) -> Hit:
    held = asked.snapshot.held[document.key]
    title = marked(heading(asked, held.record), wanted)
    badges = badges_of(asked, held.record)
    return Hit(_marks(title), record_url(held.kind, document.key), badges, _marks(excerpt(document, wanted)))


def _marks(pieces: list[tuple[str, bool]]) -> Markup:
    """Pieces of a text as HTML, with those marked that were asked for."""
    said = ((escape(visible(text)), hit) for text, hit in pieces)
    return Markup("".join(f"<mark>{text}</mark>" if hit else text for text, hit in said))


# ---- what is searched -----------------------------------------------------------------------------------------------
@lru_cache(maxsize=2)
def index_of(snapshot: Snapshot, statistics: Statistics) -> Index:
    """The index of every record, drafts too: who asks it says what may be seen."""
    said = [words_of(language, statistics) for language in languages()]
    return build(_document(held, snapshot, said) for held in snapshot.held.values())


def _document(held: Held, snapshot: Snapshot, said: list[Words]) -> Document:
    record = held.record
    title = titled(snapshot.everything[record.of], record.of) if isinstance(record, Target) else titled(record)
    return Document(
        record.id,
        title,
        (record.id, *_texts(held, said)),
        tuple(dict.fromkeys([*_named(held, said), *_parties(held, snapshot, said), *_kinds(held, said)])),
    )


def _texts(held: Held, said: list[Words]) -> Iterator[str]:
    """What a record says in its own words, its title aside."""
    record = held.record
    for field in fields_of(held.kind):
        own = field.type in ("text", "list") and not field.words and (held.kind, field.name) not in NAMES
        if own and field.name not in ("id", "title", "name", "products", "indicator", *PLACES):
            yield from listed(getattr(record, field.name))
    for nested in NESTED:
        for inner in getattr(record, nested, ()):
            yield from (text for name in ("note", "evidence") if (text := getattr(inner, name, None)))
    if isinstance(record, Target) and record.indicator in catalogue:
        yield from (words(catalogue[record.indicator].title) for words in said)


def _named(held: Held, said: list[Words]) -> Iterator[str]:
    """The regions and products that a record names, by code and in every language."""
    record = held.record
    codes = [code for name in (*PLACES, "products") for code in listed(getattr(record, name, None))]
    arguments = record.arguments.values() if isinstance(record, Target) else ()
    codes += [code for value in arguments for code in listed(several(value))]
    for code in codes:
        yield code
        yield from _names_of(code, said)


def _parties(held: Held, snapshot: Snapshot, said: list[Words]) -> Iterator[str]:
    """The published parties that a record names, with the names of their regions."""
    for _, key in references(held.record):
        named = snapshot.held.get(key)
        if named is not None and isinstance(named.record, Party) and not named.draft:
            yield named.record.name
            yield from _names_of(named.record.region or "", said)


def _kinds(held: Held, said: list[Words]) -> Iterator[str]:
    """What its kind is called, one and several: who looks for barriers finds them by that word."""
    return (words(label) for words in said for label in KIND[held.kind])


def _names_of(code: str, said: list[Words]) -> Iterator[str]:
    for words in said:
        for kind in ("region", "bloc", "product"):
            if name := words.names.get((kind, code)):
                yield name
