"""HTML as saved by a browser: its paragraphs, without scripts, menus and what is hidden."""

from __future__ import annotations

import email
import json
import re
from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

from hansa.errors import DataError, HansaError
from hansa.statements.readers import Content, without_library
from hansa.statements.readers.header import iso
from hansa.statements.readers.text import decode, tidy, without_control

if TYPE_CHECKING:
    from lxml.html import HtmlElement

_CHARSET = re.compile(rb"<(?:meta|\?xml)[^>]+?(?:charset|encoding)\s*=\s*[\"']?\s*([\w-]+)", re.IGNORECASE)
_DROPPED = frozenset(
    (
        "script",
        "style",
        "noscript",
        "template",
        "svg",
        "math",
        "iframe",
        "object",
        "embed",
        "canvas",
        "select",
        "button",
        "textarea",
        "head",
    )
)
_AROUND = frozenset(("nav", "aside", "footer", "dialog", "menu"))
_ROLES = frozenset(("navigation", "banner", "search", "complementary", "contentinfo"))
_BLOCK = re.compile(
    "address|article|blockquote|body|caption|center|d[dlt]|details|div|fieldset|figcaption|figure|form|h[1-6]|header|hr|html|li|"
    "main|ol|p|pre|section|summary|table|tbody|tfoot|thead|ul"
)
_MULTIPART = re.compile(rb"^content-type:\s*multipart/related", re.IGNORECASE | re.MULTILINE)
_CELLS = frozenset(("td", "th"))
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_PUBLISHED = ("article:published_time", "datepublished", "date", "dc.date", "dc.date.issued", "pubdate", "publishdate")
_TITLE = ("og:title", "dc.title", "twitter:title")
_USUAL_FAULTS = frozenset((23, 68, 513, 801))  # bare "&", an id twice, tags of HTML 5
_MAIN_SHARE = 0.5  # of the words, so that an article is taken for the whole text


def read_html(content: bytes | str, name: str, encoding: str | None = None) -> Content:
    """The text of a page, with its title, date and language where it says them; broken HTML as far as it goes.

    Raises
    ------
    DataError : the page holds no text, or lxml is not installed.
    """
    try:
        from lxml import etree, html  # optional dependency
    except ImportError:
        raise without_library("lxml", "HTML") from None
    notes: tuple[str, ...] = ()
    if isinstance(content, str):
        text = content
    else:
        content = _page_of(content, name)
        declared = _CHARSET.search(content[:4096])
        text, notes = _decoded(content, name, encoding, declared[1].decode() if declared else None)
    text = tidy(text, name).replace("\0", "")
    parser = html.HTMLParser(encoding="utf-8", huge_tree=True, remove_comments=True, remove_pis=True)
    try:
        page = html.document_fromstring(text.encode("utf-8", "replace"), parser=parser)
    except (etree.LxmlError, ValueError) as trouble:
        raise DataError(f"The page cannot be read ({trouble}). Save it as text.", file=name) from None
    faults = [entry for entry in parser.error_log if entry.type not in _USUAL_FAULTS]
    if faults:
        notes = (
            *notes,
            f"the HTML is broken (line {faults[0].line}: {faults[0].message.strip()}); it is read as far as it goes",
        )
    said = {key: without_control(value) for key, value in _said(page).items()}
    body, left_out = _body(page)
    if not body and (body := _text(page, Counter(), menus=True)):
        notes = (*notes, "menus could not be told from the text, and are read with it")
        left_out.clear()
    if left_out:
        notes = (*notes, "left out: " + ", ".join(f"{tag} ({count})" for tag, count in sorted(left_out.items())))
    if not body and faults:
        raise DataError(
            f"The page holds no text: its HTML is broken (line {faults[0].line}: {faults[0].message.strip()}). "
            "Open it in a browser and save it as text or PDF.",
            file=name,
        )
    if not body:
        raise DataError("The page holds no text: is it drawn by a script? Save it as text or PDF.", file=name)
    return Content(
        without_control(body),  # what a character reference such as &#27; stands for
        title=said.get("title"),
        published=said.get("published"),
        source=said.get("source"),
        language=(page.get("lang") or "")[:2].lower() or None,
        notes=notes,
    )


def _page_of(content: bytes, name: str) -> bytes:
    """The page itself, where a browser saved it with its pictures in one file (MHTML)."""
    if not _MULTIPART.search(content[:4096]) or content.lstrip().startswith(b"<"):
        return content
    for part in email.message_from_bytes(content).walk():
        if part.get_content_type() in ("text/html", "application/xhtml+xml"):
            page = part.get_payload(decode=True)
            if isinstance(page, bytes):
                return page
    raise DataError("The saved page holds no HTML. Save it as text or PDF.", file=name)


def _decoded(content: bytes, name: str, encoding: str | None, declared: str | None) -> tuple[str, tuple[str, ...]]:
    """The page as text: in the encoding that was given, else the one it declares, else as any text."""
    if encoding is None and declared and not content.startswith((b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf")):
        try:
            return decode(content, name, declared)
        except HansaError:
            text, notes = decode(content, name)
            return text, (*notes, f"the page says it is in {declared[:40]!r}, which it is not")
    return decode(content, name, encoding)


def _said(page: HtmlElement) -> dict[str, str]:
    """What the page says of itself, the surest places first."""
    metas: dict[str, str] = {}
    for meta in page.iter("meta"):
        key = (meta.get("property") or meta.get("name") or meta.get("itemprop") or "").lower()
        if key and (value := (meta.get("content") or "").strip()):
            metas.setdefault(key, value)
    said: dict[str, str] = {}
    dates = [metas[key] for key in _PUBLISHED if key in metas]
    dates += list(_structured(page))
    dates += [time.get("datetime") or "" for time in page.iter("time")][:1]
    published = next(filter(None, map(_date, dates)), None)
    if published:
        said["published"] = published
    titles = [metas[key] for key in _TITLE if key in metas]
    titles += [_plain(heading) for tag in ("h1", "title") for heading in list(page.iter(tag))[:1]]
    if title := next(filter(None, titles), None):
        said["title"] = " ".join(title.split())
    links = [link.get("href") or "" for link in page.iter("link") if link.get("rel") == "canonical"]
    address = next(
        (link for link in [*links, metas.get("og:url", "")] if link.startswith(("http://", "https://"))), None
    )
    if address:
        said["source"] = address
    return said


def _date(value: str) -> str | None:
    value = re.sub(r"(:\d\d)\.\d+", r"\1", value)  # parts of a second
    try:
        return iso(value, "published")
    except DataError:
        return None


def _structured(page: HtmlElement) -> Iterator[str]:
    """Days of publication in JSON-LD."""
    for script in page.iter("script"):
        if (script.get("type") or "").lower() == "application/ld+json":
            try:
                found = json.loads(script.text or "")
            except (ValueError, RecursionError):
                continue
            graph = found.get("@graph", found) if isinstance(found, dict) else found
            for entry in graph if isinstance(graph, list) else [graph]:
                if isinstance(entry, dict) and isinstance(entry.get("datePublished"), str):
                    yield entry["datePublished"]


def _body(page: HtmlElement) -> tuple[str, Counter[str]]:
    """The text of the article where it is most of the page, else of the page; and what was left out, by kind."""
    left_out: Counter[str] = Counter()
    whole = _text(page, left_out)
    for tag in ("article", "main"):
        found = list(page.iter(tag))
        if len(found) == 1:
            inner_left_out: Counter[str] = Counter()
            inner = _text(found[0], inner_left_out)
            if len(inner) > _MAIN_SHARE * len(whole):
                outside = len(whole.split()) - len(inner.split())
                if outside > 0:
                    inner_left_out[f"words outside of <{tag}>"] = outside
                return inner, left_out | inner_left_out
    return whole, left_out


def _text(root: HtmlElement, left_out: Counter[str], menus: bool = False) -> str:
    """Text of an element: blocks with an empty line between them, line breaks kept, cells of a row with a tab between.

    A walk without recursion: pages may be nested a million deep.
    """
    from lxml import etree  # optional dependency

    parts: list[str] = []
    skipped = 0
    for event, element in etree.iterwalk(root, events=("start", "end")):
        tag = element.tag if isinstance(element.tag, str) else "script"
        if event == "start":
            if skipped:
                skipped += 1
                continue
            if element is not root and (why := _why_left_out(element, tag, menus)):
                left_out.update([why] if why not in _DROPPED else [])
                skipped = 1
                continue
            parts.append("\v\v" if _BLOCK.fullmatch(tag) else "\v" if tag in ("br", "tr") else "")
            parts.append(
                re.sub(r"\s+", " ", element.text or "") if tag != "pre" else (element.text or "").replace("\n", "\v")
            )
        else:
            if skipped:
                skipped -= 1
            if not skipped:
                parts.append("\v\v" if _BLOCK.fullmatch(tag) else "\t" if tag in _CELLS else "")
                if element is not root:
                    parts.append(re.sub(r"\s+", " ", element.tail or ""))
    text = re.sub(r"[ \t]*\v[ \t]*", "\v", "".join(parts)).replace("\v", "\n")
    return re.sub(r"\n{3,}", "\n\n", re.sub(r" {2,}", " ", text)).strip()


def _why_left_out(element: HtmlElement, tag: str, menus: bool) -> str | None:
    """What kind of thing an element is that is not read; menus : whether they are."""
    if tag in _DROPPED:
        return tag
    if menus:
        return None
    if tag in _AROUND:
        return f"<{tag}>"
    if (element.get("role") or "").lower() in _ROLES:
        return f"role={(element.get('role') or '').lower()}"
    hidden = element.get("hidden") is not None or (element.get("aria-hidden") or "").lower() == "true"
    return "hidden" if hidden or _HIDDEN.search(element.get("style") or "") else None


def _plain(element: HtmlElement) -> str:
    return " ".join("".join(element.itertext()).split())
