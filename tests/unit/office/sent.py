"""A page as a browser without script would send its forms back."""

from __future__ import annotations

import html
import re
from html.parser import HTMLParser


class _Forms(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.forms: list[dict[str, list[str]]] = []
        self._inside: dict[str, list[str]] | None = None
        self._area: tuple[str, list[str]] | None = None
        self._select: tuple[str, list[str]] | None = None

    def handle_starttag(self, tag: str, found: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in found}
        if tag == "form":
            self._inside = {}
            self.forms.append(self._inside)
        if self._inside is None:
            return
        name = given.get("name", "")
        if tag == "input" and name and given.get("type") not in ("submit", "file"):
            if given.get("type") not in ("checkbox", "radio") or "checked" in given:
                self._inside.setdefault(name, []).append(given.get("value", "on"))
        elif tag == "textarea":
            self._area = (name, [])
        elif tag == "select":
            self._select = (name, [])
        elif tag == "option" and self._select is not None and ("selected" in given or not self._select[1]):
            self._select[1][:] = [given.get("value", "")]

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._inside = None
        if self._inside is None:
            return
        if tag == "textarea" and self._area is not None:
            name, texts = self._area
            text = "".join(texts).removeprefix("\n")
            self._inside.setdefault(name, []).append(text.replace("\r\n", "\n").replace("\n", "\r\n"))
            self._area = None
        if tag == "select" and self._select is not None:
            self._inside.setdefault(self._select[0], []).extend(self._select[1])
            self._select = None

    def handle_data(self, data: str) -> None:
        if self._area is not None:
            self._area[1].append(data)


def form_of(page: str, name: str) -> dict[str, list[str]]:
    """What the form of a page that has a control of that name sends when nothing is touched."""
    parser = _Forms()
    parser.feed(page)
    return next(form for form in parser.forms if name in form)


def words_of(page: str) -> str:
    """What a page says, without its marks."""
    plain = re.sub(r"<svg.*?</svg>|<datalist.*?</datalist>", " ", page[page.index("<main") :], flags=re.DOTALL)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", plain)).split())
