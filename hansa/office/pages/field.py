"""The fields of a record as people read them: names for codes, links to records, figures with their unit."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from markupsafe import Markup, escape

from hansa.commitments.concern import NAMING
from hansa.commitments.entry import entry_of
from hansa.commitments.fields import NESTED, fields_of, listed
from hansa.commitments.product import several
from hansa.commitments.records import KINDS, Barrier, Party, Record, Target
from hansa.commitments.register import kind_of
from hansa.indicator import catalogue
from hansa.office.labels import WORD
from hansa.office.meaning import PRODUCTS, REGIONAL
from hansa.office.pages.frame import Asked, url
from hansa.office.pages.pen import Pen, title_of, titled
from hansa.office.pages.promised import link
from hansa.report.promises import target_figure
from hansa.wording import Amount, mark
from hansa.wording.visible import visible

NAMES = {(kind, field) for kind, type_ in KINDS.items() for one, field in NAMING if one is type_}
NAMES |= {("event", "by"), ("event", "party"), ("amount", "by")}
PLACES = ("region", "origin", "destination")
FIGURES = ("value", "baseline")
ARGUMENT = {"product": mark("Products"), "partner": mark("Partner"), "region": mark("Region"), "by": mark("By")}
SAFE = re.compile(r"https?://[^\s<>\"]+", re.IGNORECASE)


def text(value: object) -> Markup:
    """Text from outside: escaped, and what would act unseen in it written out."""
    return escape(visible(str(value)))


def facts(asked: Asked, kind: str, content: Mapping[str, Any], leave: Iterable[str] = ()) -> list[tuple[str, Markup]]:
    """The fields of a record that hold something, each with its label and its value; histories and amounts aside.

    content : as `hansa.commitments.entry.entry_of` gives it. leave : fields that the page shows elsewhere.
    """
    pen, without = Pen(asked.words), {*NESTED, *leave}
    return [
        (pen.label(field.name), shown(asked, kind, field.name, content[field.name], content))
        for field in fields_of(kind)
        if field.name not in without and content.get(field.name) not in (None, "", [], {}, False)
    ]


def shown(asked: Asked, kind: str, name: str, value: Any, content: Mapping[str, Any] | None = None) -> Markup:
    """The value of one field. kind : of the record, or ``event`` or ``amount``. content : what stands beside it."""
    words, beside = asked.words, content or {}
    if value is None or value in ("", [], {}):
        return Markup('<span class="muted">{}</span>').format(words(mark("nothing")))
    if isinstance(value, bool):
        return escape(words(mark("yes")) if value else words(mark("no")))
    if name in NESTED:
        return _joined((line(asked, NESTED[name][0], inner, kind) for inner in value), "<br>")
    if (kind, name) in NAMES:
        return _joined((record_link(asked, key) for key in listed(value)), "; ")
    if name in PLACES and kind in ("party", "barrier"):
        return place(asked, value)
    if name == "products":
        return _joined((product(asked, code) for code in value), "; ")
    if name == "arguments":
        return _joined((_argument(asked, key, one) for key, one in value.items()), "; ")
    if name == "indicator":
        return indicator(asked, value)
    if name in FIGURES and isinstance(value, int | float):
        return _figure(asked, kind, name, value, beside)
    if name == "equivalent":
        return escape(words.show(Amount(float(value), "share")))
    if isinstance(value, list | tuple):
        return _joined((_word(asked, kind, name, one) for one in value), "; ")
    return _word(asked, kind, name, value)


def line(asked: Asked, kind: str, inner: Mapping[str, Any], of: str = "") -> Markup:
    """One event of a history, or one amount, in one line.

    kind : ``event`` or ``amount``. of : kind of the record that it belongs to, with which its words agree.
    """
    words = asked.words
    if kind == "amount":
        money = words.show(Amount(float(inner["value"]), "money", str(inner["currency"])))
        parts = [text(inner["date"]), shown(asked, kind, "stage", inner["stage"]), text(money)]
    else:
        parts = [text(inner["date"]), _word(asked, of or kind, "state", inner["state"])]
        parts += [record_link(asked, inner["party"])] if inner.get("party") else []
    if by := inner.get("by"):
        said = mark("financed by {who}") if kind == "amount" else mark("told by {who}")
        parts.append(escape(words(said)).format(who=record_link(asked, by)))
    parts += [address(inner[name]) for name in ("evidence", "note") if inner.get(name)]
    return _joined(parts, " · ")


def record_link(asked: Asked, key: str) -> Markup:
    """A link to the record with an id, by its title; the id as it is where they may not see it or it is gone."""
    if key not in asked.register:
        return text(key)
    record = asked.register[key]
    return link(kind_of(record), key, heading(asked, record))


def heading(asked: Asked, record: Record) -> str:
    """How people call a record; a target by its statistic and what it belongs to."""
    if isinstance(record, Target):
        of = visible(title_of(asked.register, record.of))
        return asked.words(mark("{statistic}: {of}")).format(statistic=_title(asked, record.indicator), of=of)
    return titled(record)


def place(asked: Asked, code: str) -> Markup:
    """A region or bloc by its name, with its code."""
    names = asked.words.names
    name = names.get(("region", code)) or names.get(("bloc", code))
    return _named(name, code)


def product(asked: Asked, code: str) -> Markup:
    """A product by its name, with its code."""
    return _named(asked.words.names.get(("product", code)), code)


def indicator(asked: Asked, key: str) -> Markup:
    """An indicator by its title, which leads to its page; the key as it is where the catalogue does not know it."""
    if key not in catalogue:
        return text(key)
    return Markup('<a href="{}">{}</a>').format(url("indicator", key), text(_title(asked, key)))


def address(value: str) -> Markup:
    """An address of the web as a link, any other text as it is."""
    if SAFE.fullmatch(value):
        return Markup('<a href="{}" rel="nofollow noopener noreferrer">{}</a>').format(value, text(value))
    return text(value)


def content_of(record: Record) -> dict[str, Any]:
    """The fields of a record as `facts` takes them; its kind too where that is the usual one."""
    entry = entry_of(record)
    return {**entry, "kind": record.kind} if isinstance(record, Party | Barrier) else entry


def _title(asked: Asked, key: str) -> str:
    return asked.words(catalogue[key].title) if key in catalogue else visible(key)


def _named(name: str | None, code: str) -> Markup:
    if not name or name == code:
        return text(code)
    return Markup('{} <span class="muted">({})</span>').format(text(name), text(code))


def _argument(asked: Asked, name: str, value: str) -> Markup:
    codes = several(value)
    look = place if name in REGIONAL else product if name in PRODUCTS else None
    parts = [text(value)] if look is None else [look(asked, code) for code in listed(codes)]
    return Markup("{}: {}").format(text(_label(asked, name)), _joined(parts, ", "))


def _label(asked: Asked, name: str) -> str:
    return asked.words(ARGUMENT[name]) if name in ARGUMENT else Pen(asked.words).label(name)


def _figure(asked: Asked, kind: str, name: str, value: float, beside: Mapping[str, Any]) -> Markup:
    unit = str(beside.get("unit") or beside.get("currency") or "")
    said = asked.words.show(target_figure({name: float(value), "unit": unit}, name))
    money = kind == "amount" or unit.split(",")[0].split(" ")[0] in said
    return text(said if money or not unit else f"{said} ({unit})")


def _word(asked: Asked, kind: str, name: str, value: Any) -> Markup:
    if name in ("kind", "kinds", "direction", "stage", "state") and value in WORD:
        return text(Pen(asked.words).word(value, kind))
    if isinstance(value, int | float):
        return text(asked.words.number(float(value), 0 if float(value).is_integer() else 2))
    return address(value) if name in ("url", "source", "evidence") else text(value)


def _joined(parts: Iterable[Markup], sign: str) -> Markup:
    return Markup(sign).join(parts)
