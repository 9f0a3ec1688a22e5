"""The observatory: the catalogue of indicators, and each with its figures from the store."""

from __future__ import annotations

import inspect
import re
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

import hansa.indicators  # noqa: F401  fills the catalogue
from hansa.errors import DataError, HansaError
from hansa.indicator import Indicator, catalogue, find
from hansa.office.inquiry import (
    REGIONS,
    ROWS,
    Answered,
    Inquiry,
    ask,
    ask_in_full,
    fields,
    lacking,
    years,
)
from hansa.office.pages.frame import Asked, page, public, refusing, status_of, url
from hansa.office.pages.pair import NO_STATISTICS
from hansa.office.pages.pen import Pen
from hansa.office.place import choices, name_of, traded
from hansa.report.facts import Column, Drawing, Grid, Line
from hansa.trade.indicators.declare import NARROWING
from hansa.wording import Amount, Evidence, Name, Sentence, Value, Words, mark
from hansa.wording.words import scale_for

LONGEST = 400  # letters of an argument
FEW = 50  # rows of an answer at first; ROWS where all are asked for
OFFERED = 600  # products in a list to choose from
TOLD = {
    "reconciled": mark("both reports, reconciled"),
    "origin": mark("the report of the origin"),
    "destination": mark("the report of the destination"),
}
SAID = {"by": mark("Split by"), "of": mark("Of what flows"), "at_least": mark("In so many years of the window")}
PLACES = ("origin", "destination", "region", "partner")


@require_safe
@public
@refusing
def indicators(request: HttpRequest) -> HttpResponse:
    """The catalogue by topic; ``?q=`` searches titles, keys and topics."""
    asked = Asked(request)
    words, query = asked.words, request.GET.get("q", "")[:200].strip()
    topics: dict[str, list[tuple[str, str, str]]] = {}
    for entry in catalogue.values():
        texts = (entry.key, entry.title, words(entry.title), entry.topic, words(entry.topic))
        if all(any(part in text.casefold() for text in texts) for part in query.casefold().split()):
            topics.setdefault(words(entry.topic), []).append((entry.key, words(entry.title), words(entry.unit)))
    return page(asked, "indicators.html", query=query, topics=topics, count=sum(map(len, topics.values())))


@require_safe
@refusing
def indicator(request: HttpRequest, key: str) -> HttpResponse:
    """One indicator with its figures; ``?form=csv`` and ``?form=json`` give them as a file."""
    find(key)
    return _first(request, key) if set(request.GET) <= {"language"} else _page(request, key)


@public
@refusing
def _first(request: HttpRequest, key: str) -> HttpResponse:
    """The page before anything was asked, which many look at."""
    return _page(request, key)


def _page(request: HttpRequest, key: str) -> HttpResponse:
    asked, entry = Asked(request), find(key)
    words = asked.words
    wanted, answer, wrong, status = _inquiry(request), None, "", 200
    missing = lacking(entry, asked.statistics, wanted)
    if asked.statistics.store is None:
        wrong = words(NO_STATISTICS)
    else:
        try:
            if not request.GET.get("asked"):
                wanted = _at_first(asked, wanted)
            if missing:
                wrong = _must_be_told(words, missing) if request.GET.get("asked") else ""
            elif form := request.GET.get("form", ""):
                return _file(asked, entry, wanted, form)
            else:
                answer = _answer(asked, entry, wanted)
        except HansaError as lack:
            wrong, status = str(lack), status_of(lack)
    status = 422 if wrong and (status != 200 or missing) else status
    return page(
        asked,
        "indicator.html",
        status=status if asked.statistics.store is not None else 200,
        pen=Pen(words),
        entry=entry,
        explained=inspect.getdoc(entry.function) or "",
        wrong=wrong,
        missing=missing,
        **_form(asked, entry, wanted, answer),
        **_shown(entry, answer, words, ROWS if request.GET.get("rows") == "all" else FEW),
        all_rows=_again(request, key, rows="all"),
        downloads=_downloads(request, key) if answer else (),
    )


def _inquiry(request: HttpRequest) -> Inquiry:
    """What a form asks; fields that are not the indicator's own are refused by name when it is asked."""
    given = request.GET
    apart = ("language", "asked", "form", "rows", "first", "last", "told_by", "dataset")
    texts = {name: given[name].strip()[:LONGEST] for name in given if name not in apart and given[name].strip()}
    first, last = given.get("first", "").strip()[:20], given.get("last", "").strip()[:20]
    return Inquiry(find_key(request), tuple(texts.items()), first, last, given.get("told_by") or None,
                   given.get("dataset") or None)  # fmt: skip


def find_key(request: HttpRequest) -> str:
    """The key of the indicator in the address of a request."""
    assert request.resolver_match is not None
    return str(request.resolver_match.kwargs["key"])


def _answer(asked: Asked, entry: Indicator, wanted: Inquiry) -> Answered:
    """The answer; before anything is asked, that without a year where figures are of no one year."""
    try:
        return ask(entry, asked.statistics, wanted, asked.words)
    except HansaError:
        if asked.request.GET.get("asked") or not wanted.first:
            raise
        return ask(entry, asked.statistics, Inquiry(wanted.key), asked.words)


def _at_first(asked: Asked, wanted: Inquiry) -> Inquiry:
    """Before anything is asked: the figures of the latest year."""
    known = years(asked.statistics)
    if wanted.arguments or wanted.first or wanted.last or not known:
        return wanted
    return Inquiry(wanted.key, (), known[-1], known[-1], wanted.told_by, wanted.dataset)


def _must_be_told(words: Words, missing: list[str]) -> str:
    names = ", ".join(head(name, words) for name in missing)
    return words(mark("It cannot be computed before it is told: {names}.")).format(names=names)


def _file(asked: Asked, entry: Indicator, wanted: Inquiry, form: str) -> HttpResponse:
    if form not in ("csv", "json"):
        raise DataError(f"Figures cannot be given as {form!r}. Ask for csv or json.")
    result = ask_in_full(entry, asked.statistics, wanted, asked.words)
    kind = {"csv": "text/csv; charset=utf-8", "json": "application/json"}[form]
    response = HttpResponse(result.to_csv() if form == "csv" else result.to_json(), content_type=kind)
    response["Content-Disposition"] = f'attachment; filename="{entry.key}.{form}"'
    return response


def _downloads(request: HttpRequest, key: str) -> list[tuple[str, str]]:
    return [(form.upper(), _again(request, key, form=form)) for form in ("csv", "json")]


def _again(request: HttpRequest, key: str, **more: str) -> str:
    """The address of the same question, with something more asked."""
    query = [(name, value) for name, value in request.GET.items() if name not in ("form", "rows", "language")]
    return f"{url('indicator', key)}?{urlencode([*query, *more.items()])}"


# ---- the form -------------------------------------------------------------------------------------------------------
def _form(asked: Asked, entry: Indicator, wanted: Inquiry, answer: Answered | None) -> dict[str, Any]:
    """What the form offers, with what was asked in it."""
    words, statistics = asked.words, asked.statistics
    given = dict(wanted.arguments)
    required = {one.name for one in entry.parameters() if one.default is one.empty}
    narrowing = [name for name in NARROWING[1:] if _narrows(name, entry, answer, given)]
    more = [
        (one.name, head(one.name, words), given.get(one.name, ""), one.name in required, _default(one), _list(one.name))
        for one in fields(entry)
    ]
    codes = traded(statistics)
    blocs = [(bloc.key, name_of(bloc.key, words)) for bloc in statistics.lists.blocs] if codes else []
    products = _products(asked) if codes else []
    figures = statistics.figures if statistics.store else None
    datasets = figures.datasets() if figures else ()
    dataset = wanted.dataset if wanted.dataset in datasets else None
    tellers = figures.tellers(dataset, "goods", "A") if figures and datasets else ()
    return {
        "asked_for": wanted,
        "narrowing": [(name, head(name, words), given.get(name, ""), name in required) for name in narrowing],
        "more": more,
        "region_list": choices(codes, words) + sorted(blocs),
        "bloc_list": sorted(blocs),
        "product_list": products,
        "year_list": years(statistics) if datasets else [],
        "datasets": datasets if len(datasets) > 1 else (),
        "tellers": [(one, words(TOLD[one])) for one in tellers if one in TOLD] if len(tellers) > 1 else [],
    }


def _narrows(name: str, entry: Indicator, answer: Answered | None, given: dict[str, str]) -> bool:
    """Whether a column is offered: the indicator takes it, splits totals by it, or its answer has it or may have."""
    own = {parameter.name: parameter.default for parameter in entry.parameters()}
    if name in own or name in given:
        return True
    if own.get("by"):
        return name in (*(("region", "partner") if own["by"] == "region" else PLACES[:2]), "product")
    return answer is None or name in answer.columns


def _default(parameter: inspect.Parameter) -> str:
    if parameter.default in (parameter.empty, None, ()):
        return ""
    value = parameter.default
    return ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)


def _list(name: str) -> str:
    """The id of the list that a field offers."""
    return "blocs" if name == "bloc" else "regions" if name in REGIONS else ""


def _products(asked: Asked) -> list[tuple[str, str]]:
    known = sorted(asked.statistics.products or (), key=lambda code: (len(code), code))[:OFFERED]
    return [(code, asked.words.names.get(("product", code), code)) for code in known]


# ---- figures --------------------------------------------------------------------------------------------------------
def head(name: str, words: Words) -> str:
    """What a column or a parameter is called: an indicator by its title, others by their words."""
    if name in SAID:
        return words(SAID[name])
    if name in catalogue:
        return words(catalogue[name].title)
    return words(name.replace("_", " ").capitalize())


def _shown(entry: Indicator, answer: Answered | None, words: Words, most: int) -> dict[str, Any]:
    if answer is None:
        return {"grid": None, "drawing": None, "rows": 0, "shown": 0, "most": 0}
    evidence = Evidence.of(answer.result, answer.command)
    amount = figure_kind(answer.result.unit, entry.key)
    return {
        "grid": _grid(entry, answer, words, evidence, amount, most),
        "drawing": _drawing(entry, answer, words, evidence, amount),
        "unit": unit_said(answer.result.unit, words),
        "rows": answer.rows,
        "shown": min(answer.rows, most),
        "most": min(answer.rows, ROWS),
    }


def unit_said(unit: str, words: Words) -> str:
    """A unit in the language of the page: known as a whole, or part by part after the currency.

    >>> unit_said("USD, current prices", Words("ru"))
    'USD, текущие цены'
    """
    if words.knows(unit):
        return words(unit)
    return ", ".join(words(part) for part in unit.split(", "))


def figure_kind(unit: str, key: str) -> Amount:
    """How the figures of an indicator are read, by its unit.

    >>> figure_kind("USD, current prices", "exports").kind, figure_kind("share of GDP", "trade_openness").kind
    ('money', 'share')
    """
    if hit := re.match(r"([A-Z]{3})(,| |$)", unit):
        return Amount(None, "money", hit[1])
    if unit.startswith("share of the earlier") or unit == "share a year":
        return Amount(None, "growth")
    if unit.startswith("share"):
        return Amount(None, "share")
    if unit.startswith("0..100"):
        return Amount(None, "hundred")
    if unit.startswith(("0..1", "-1..1")):
        return Amount(None, "index")
    return Amount(None, "count" if unit.startswith(("place", "rank")) or key in ("diversity", "ubiquity") else "ratio")


def _grid(entry: Indicator, answer: Answered, words: Words, evidence: Evidence, amount: Amount, most: int) -> Grid:
    names = answer.columns
    columns = answer.result.to_arrow().slice(0, most).to_pydict()
    scale = (
        scale_for([abs(x) for x in columns[answer.figure] if isinstance(x, float)]) if amount.kind == "money" else 1.0
    )
    read = {name: amount if name == answer.figure else _beside(columns[name], amount) for name in names}
    shown = [[_cell(name, value, words, read[name]) for value in columns[name]] for name in names]
    heads = tuple(
        Column(Sentence(head(name, words)), label=not any(isinstance(x, int | float) for x in columns[name]))
        for name in names
    )
    rows: tuple[tuple[Value, ...], ...] = tuple(zip(*shown, strict=True))
    title = Sentence(entry.title)
    return Grid(title, title, heads, rows, (evidence,), scale, amount.currency)


def _cell(name: str, value: Any, words: Words, amount: Amount) -> Value:
    if value is None or isinstance(value, bool):
        return Amount(None, "count") if value is None else words(mark("yes") if value else mark("no"))
    if isinstance(value, int | float):
        return Amount(float(value), amount.kind, amount.currency, amount.kind == "money" and value < 0)
    return _label(name, str(value), words)


def _label(name: str, code: str, words: Words) -> Value:
    if name in ("product", "other"):
        return Name(code, "product")
    if name in ("period", "start"):
        return Name(code, "period")
    return name_of(code, words) if name in PLACES else words(code)


def _beside(values: list[Any], amount: Amount) -> Amount:
    """How a column beside the indicator is read: money as the indicator, large figures whole, small with digits."""
    figures = [abs(x) for x in values if isinstance(x, int | float)]
    largest = max(figures, default=0.0)
    if all(isinstance(x, int) for x in values if x is not None):
        return Amount(None, "count")
    if largest >= 1_000:
        return amount if amount.kind == "money" else Amount(None, "count")
    return Amount(None, "ratio" if largest >= 1 else "index")


def _drawing(entry: Indicator, answer: Answered, words: Words, evidence: Evidence, amount: Amount) -> Drawing | None:
    """The chart of an answer: what all of it has in common stands in the title, the rest beside each line or bar."""
    series = answer.series
    if series is None:
        return None
    drawn = [label for label, _ in series.lines] if series.kind == "lines" else list(series.places)
    varying = [k for k in range(len(answer.labels)) if len({label[k] for label in drawn}) > 1]
    constant = [k for k in range(len(answer.labels)) if k not in varying]

    def said(label: tuple[str, ...], places: list[int], between: str = " – ") -> str:
        return between.join(words.show(_label(answer.labels[k], label[k], words)) for k in places)

    of = said(drawn[0], constant)
    named: dict[str, Value] = {"value": f"{words(entry.title)}: {of}" if of else words(entry.title)}
    if series.kind == "lines":
        template = mark("{value}")
        places: tuple[Value, ...] = tuple(Name(one[0], "period") for one in series.places)
        names = [said(label, varying) or words(entry.title) for label, _ in series.lines]
    else:
        named |= {"period": Name(series.period, "period"), "count": Amount(len(drawn), "count")}
        template = mark("{value}, {period}: the {count} largest") if series.left_out else mark("{value}, {period}")
        template = template if series.period else mark("{value}")
        places = tuple(said(label, varying or constant) for label in drawn)
        names = [words(entry.title)]
    lines = tuple(
        Line(Sentence(mark("{value}"), {"value": name}), figures)
        for name, (_, figures) in zip(names, series.lines, strict=True)
    )
    values = [abs(x) for _, figures in series.lines for x in figures if x is not None]
    scale = scale_for(values) if amount.kind == "money" else 1.0
    title = Sentence(template, named, evidence)
    return Drawing("figures", series.kind, title, places, lines, amount, scale)
