"""A register whose every text is somebody else's, and a reader of pages that trusts nothing in them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from html.parser import HTMLParser

from hansa.commitments.records import (
    KINDS,
    Agreement,
    Alignment,
    AssertedCount,
    Barrier,
    Decision,
    Edition,
    Event,
    Idea,
    Link,
    Milestone,
    Money,
    Party,
    Programme,
    Project,
    Record,
    Session,
    Target,
)
from hansa.commitments.register import Register
from hansa.office.labels import PLURAL
from hansa.office.pages.frame import record_url, url

Say = Callable[[], str]
EVIL = (
    "<script>alert(1)</script><evil evil=1>",
    '"><img src=x onerror=alert(1) evil=1>',
    "' evil='1' onfocus='alert(1)",
    "javascript:alert(1)//evil",
    "data:text/html,<script>evil</script>",
    'https://evil.example/"onmouseover=alert(1)',
    "{{7*7}}{% if evil %}{{ evil.__class__ }}",
    "</title></textarea></select></style><evil>",
    "<!--<evil>--><![CDATA[<evil>]]>&lt;evil&gt;&#60;evil&#62;",
    "\u202eevil\u2066",
    "\u0301\u0489\u20dd evil",
    "=cmd|' /C calc'!A0 evil",
    "@SUM(1+1)*evil",
    "\tevil",
    "evil\r\nSet-Cookie: evil=1\r\n\r\n<evil>",
    "line\nof evil",
    "evil" * 400,
    "Й" * 900,
    "ab\x1b[2Jevil\x7f",
    "%(evil)s {evil} %s {0}",
    "$(evil) `evil` ${evil}",
)
PLAIN = ("plain words", "https://plain.example/page", "two\nlines")


def records(say: Say) -> Register:
    """One record of each kind and some more; every field that takes any text holds what `say` gives next."""
    two, kinds = ("brinmark", "kastovia"), ("trade",)

    def told(*states: str) -> tuple[Event, ...]:
        return tuple(
            Event(f"20{20 + number}-01-01", state, "office", evidence=say(), note=say())
            for number, state in enumerate(states)
        )

    products = ("02A", "10A")
    found: list[Record] = [
        Party("brinmark", say(), "region", "XBR", url=say()),
        Party("kastovia", say(), "region", "XKA", url=say()),
        Party("office", say(), "institution", parent="kastovia", url=say()),
        Agreement("agr", say(), two, kinds, told("signed", "in force"), products),
        Programme("prg", say(), two, say(), "office", "2019-01-01", "2022-12-31", "agr", products, told("approved")),
        Milestone("mil", "prg", say(), "2021-06-30", told("scheduled")),
        Target("tgt", "prg", "exports", 1e9, "2022", "2018", "USD", {"origin": "XBR", "destination": "XKA"}),
        Project("prj", say(), two, say(), "prg", (Money(1e6, "USD", "planned", "2020-01-01", "office"),), True, True,
                products, "2020-01-01", "2024-12-31", told("implementation")),
        Barrier("bar", say(), "XBR", "XKA", "trade", ("04A",), "office", "2021-12-31", 0.1, told("reported")),
        Alignment("aln", say(), two, (say(), say()), told("compared")),
        Edition("edi", say(), 1, "kastovia", "2022-06-01", "2022-06-02"),
        Session("ses", "edi", say(), "2022-06-01"),
        Idea("ide", say(), "edi", "office", say(), "prj", told("project")),
        Decision("dec", say(), "ses", "office", "2022-12-31", "ide", "prj", "bar", told("taken")),
        Link("lnk", "prg", "document", say(), say(), "2022-06-01"),
        AssertedCount("cnt", say(), 81.0, say(), two, say(), "2022-06-01", say()),
    ]  # fmt: skip
    return Register(tuple(found))


IDS = dict(zip(KINDS, ("brinmark", "agr", "prg", "mil", "tgt", "prj", "bar", "aln", "edi", "ses", "ide", "dec", "lnk",
                       "cnt"), strict=True))  # fmt: skip


def pages() -> Iterator[str]:
    """Addresses of every page that shows such a register."""
    names = ("home", "regions", "register", "forum", "scorecard", "speech", "speeches", "changes", "account", "tokens",
             "people", "import", "about", "erase-account")  # fmt: skip
    yield from map(url, names)
    yield url("pair", "XBR", "XKA")
    yield url("pair", "XKA", "XBR")
    yield url("edition", "edi")
    yield url("search", q="evil plain words")
    yield url("scenarios")
    yield url("scenarios", s1="half:bar", s2="0.25:bar")
    for kind, key in IDS.items():
        yield url("listing", PLURAL[kind])
        yield from (record_url(kind, key, name) for name in ("record", "edit", "history", "withdraw", "delete"))
        yield url("revision", PLURAL[kind], key, 1)
    yield from (record_url(kind, IDS[kind], "word") for kind in ("agreement", "barrier", "decision"))


class Reader(HTMLParser):
    """What a page is made of: elements with the names of their attributes, their values, the text, and what is odd."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.shapes: set[tuple[str, frozenset[str]]] = set()
        self.attributes: list[tuple[str, str, str]] = []
        self.text: list[str] = []
        self.odd: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attrs]
        if len(set(names)) < len(names):
            self.odd.append(f"<{tag}> has an attribute twice")
        self.shapes.add((tag, frozenset(names)))
        self.attributes += [(tag, name, value or "") for name, value in attrs]

    def handle_data(self, data: str) -> None:
        self.text.append(data)

    def handle_comment(self, data: str) -> None:
        self.odd.append(f"a comment: {data}")

    def unknown_decl(self, data: str) -> None:
        self.odd.append(f"a declaration: {data}")

    def handle_pi(self, data: str) -> None:
        self.odd.append(f"an instruction: {data}")


def read(text: str) -> Reader:
    """A page as it is understood."""
    reader = Reader()
    reader.feed(text)
    reader.close()
    return reader
