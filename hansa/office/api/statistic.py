"""What the statistics say of promises, what the register counts of itself, and every indicator, as results."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from django.http import HttpResponse

import hansa.indicators  # noqa: F401  fills the catalogue
from hansa.commitments import amounts, counts, coverage, funnel, problems, reporting
from hansa.commitments.entry import Refused
from hansa.commitments.figures import REPORTS
from hansa.commitments.records import Barrier
from hansa.commitments.register import Register
from hansa.errors import DataError, HansaError
from hansa.indicator import Indicator, catalogue, find
from hansa.office import inquiry
from hansa.office.api.content import answer
from hansa.office.api.operation import Call, Operation, Schema
from hansa.office.api.parameter import OFFSET, Parameter
from hansa.office.api.record import IF_NONE_MATCH
from hansa.office.api.serializer import ADDRESS, closed, ref
from hansa.office.names import words_of
from hansa.office.statistics import today
from hansa.office.verdicts import all_progress, progress_now, register_key, stake_now
from hansa.result import Result
from hansa.trade.indicators.declare import NARROWING

ROWS = Parameter("limit", "The most rows of an answer.", "whole", least=1, most=500, default=200)
ON = Parameter("on", "The day of the question; today by default.", "day")
LONGEST_CODES = 1_000  # signs of a list of codes
RESULT = {200: ref("Result"), 304: None}


class NotComputable(HansaError):
    """The register or the statistics lack what a figure is made of; says what."""


def operations() -> dict[str, list[Operation]]:
    """What may be asked of the statistics, by the end of the address."""
    pairs = "Agreements, projects, barriers and trade of every pair of regions."
    stake = "The trade that a barrier stands in the way of, and what its removal did."
    found = [
        ("targets/<path:id>/progress", _get("progress", "How a target stands.", _progress, (404, 422))),
        ("barriers/<path:id>/stake", _get("stake", stake, _stake, (404, 422))),
        ("indicators/<str:key>", _get("indicator", "An indicator, computed.", _indicator, (404, 422), *asked())),
        ("coverage", _get("coverage", pairs, _coverage, (422,))),
        ("counts", _get("counts", "What the register counts, beside what was stated.", _of("counts", counts), (), ON)),
        ("reporting", _get("reporting", "Who reports on what it owes.", _of("reporting", reporting), (), ON)),
        ("amounts", _get("amounts", "Money of projects, by stage and currency.", _of("amounts", amounts), (), ON)),
        ("funnel", _get("funnel", "From ideas to results, by edition of the forum.", _funnel, ())),
        ("problems", _get("problems", "What is wrong or late in the register.", _problems, (), ON)),
        ("indicators", _get("list_indicators", "Every indicator, with what it takes.", _indicators, ())),
    ]
    ways: dict[str, dict[str, Any]] = {
        "problems": {"caller": "role"},
        "indicators": {"gives": {200: ref("Indicators"), 304: None}, "throttle": "indicators"},
        "indicators/<str:key>": {"throttle": "indicators"},
    }
    return {end: [replace(operation, **ways.get(end, {}))] for end, operation in found}


def _get(
    name: str, what: str, found: Callable[[Call], HttpResponse], refuses: tuple[int, ...], *parameters: Parameter
) -> Operation:
    return Operation("GET", name, what, found, RESULT, refuses, parameters=parameters, headers=IF_NONE_MATCH)


def _given(call: Call, question: Callable[[], Result]) -> HttpResponse:
    """The answer to a question that the caller could not have asked otherwise: what lacks is not their mistake."""
    try:
        return answer(call.request, question().to_json())
    except DataError as lack:
        raise NotComputable(str(lack)) from None


def _progress(call: Call) -> HttpResponse:
    held = call.snapshot.find(call.path["id"], call.viewer, "target")
    return _given(call, lambda: progress_now(call.statistics, held, call.register))


def _stake(call: Call) -> HttpResponse:
    barrier = call.snapshot.find(call.path["id"], call.viewer, "barrier").record
    assert isinstance(barrier, Barrier)
    return _given(call, lambda: stake_now(call.statistics, barrier))


def _coverage(call: Call) -> HttpResponse:
    known = call.statistics
    key = ("all pairs", *register_key(call.snapshot, call.viewer), ())
    return _given(call, lambda: known.ask(key, lambda: coverage(call.register, known.figures, groups=(), on=today())))


def _of(name: str, function: Callable[..., Result]) -> Callable[[Call], HttpResponse]:
    """What a function of the register finds in what the caller may see."""

    def found(call: Call) -> HttpResponse:
        return _kept(call, name, lambda register, day: function(register, on=day))

    return found


def _kept(call: Call, name: str, function: Callable[[Register, str], Result]) -> HttpResponse:
    day = call.asked.get("on", today())
    key = (f"{name} of the register", call.snapshot.number, call.viewer.roles, day)
    return answer(call.request, call.statistics.ask(key, lambda: function(call.register, day)).to_json())


def _funnel(call: Call) -> HttpResponse:
    verdicts = all_progress(call.statistics, call.snapshot, call.viewer)
    return _kept(call, "funnel", lambda register, day: funnel(register, on=day, progress=verdicts))


def _problems(call: Call) -> HttpResponse:
    known = call.statistics

    def found(register: Register, day: str) -> Result:
        told = problems(register, on=day, lists=known.lists, products=known.products)
        rows = [{name: getattr(one, name) for name in _PROBLEM} for one in told]
        schema = pa.schema([(name, pa.bool_() if name == "severe" else pa.string()) for name in _PROBLEM])
        return Result(
            pa.Table.from_pylist(rows, schema),
            title="What is wrong or late in the register",
            unit="a row for each problem",
            method="problems",
            reference="hansa.commitments.checks",
            provenance=register.provenance.then("problems", f"on {day}"),
            meta={"on": day},
        )

    return _kept(call, "problems", found)


_PROBLEM = ("record", "field", "check", "severe", "message")


# --- indicators -------------------------------------------------------------------------------------------------------


def asked() -> tuple[Parameter, ...]:
    """Every parameter that some indicator takes."""
    own: dict[str, list[str]] = {}
    for entry in catalogue.values():
        for parameter in inquiry.fields(entry):
            own.setdefault(parameter.name, []).append(entry.key)
    narrowing = [
        Parameter(name, f"Only rows of this {name}; several with commas.", most=LONGEST_CODES) for name in NARROWING
    ]
    special = [
        Parameter(name, f"Of {', '.join(keys[:6])}{' ...' if len(keys) > 6 else ''}.", most=LONGEST_CODES)
        for name, keys in sorted(own.items())
    ]
    return (
        *narrowing,
        Parameter("dataset", "Of flows; by default the first that names the regions."),
        Parameter("told_by", "Whose reports count; both reconciled by default.", "word", REPORTS),
        *special,
        ROWS,
        OFFSET,
    )


def _indicators(call: Call) -> HttpResponse:
    return answer(call.request, {"results": [described(entry) for entry in catalogue.values()]})


def described(entry: Indicator) -> dict[str, Any]:
    """An indicator as the catalogue has it.

    >>> described(catalogue["turnover"])["url"]
    '/api/v1/indicators/turnover'
    """
    facts = {name: getattr(entry, name) for name in ("key", "title", "topic", "unit", "range", "formula", "reference")}
    own = [parameter.name for parameter in inquiry.fields(entry)]
    return {
        **{name: str(value) for name, value in facts.items()},
        **{"needs": list(entry.needs), "parameters": [*NARROWING, *own, "dataset", "told_by"]},
        "url": f"{ADDRESS}/indicators/{entry.key}",
    }


def _indicator(call: Call) -> HttpResponse:
    entry, known = find(call.path["key"]), call.statistics
    limit, offset = call.asked["limit"], call.asked["offset"]
    given = {name: value for name, value in call.asked.items() if name not in ("limit", "offset", "dataset", "told_by")}
    _refuse_strange(entry, given)
    asked = inquiry.Inquiry(
        entry.key, tuple(sorted(given.items())), told_by=call.asked.get("told_by"), dataset=call.asked.get("dataset")
    )
    words = words_of("en", known)

    def found() -> Result:
        return _part(inquiry.ask_in_full(entry, known, asked, words), offset, limit)

    try:
        return answer(call.request, known.ask(("rows of indicator", asked, limit, offset), found).to_json())
    except DataError as wrong:
        raise Refused((("", str(wrong)),)) from None


def _refuse_strange(entry: Indicator, given: Collection[str]) -> None:
    """A parameter that other indicators have, and this one does not."""
    known = described(entry)["parameters"]
    strange = [name for name in given if name not in known]
    if strange:
        takes = f"is no parameter of {entry.key!r}, which takes {', '.join(known)}."
        raise Refused(tuple((name, takes) for name in strange))


def _part(whole: Result, offset: int, limit: int) -> Result:
    """Some rows of a result, in the order of its labels, so that pages follow on each other."""
    table = whole.to_arrow()
    labels = [one.name for one in table.schema if not pa.types.is_floating(one.type)]
    table = table.cast(pa.schema([_plain(one) for one in table.schema]))
    order = pc.sort_indices(table, [(name, "ascending") for name in labels]) if labels else pa.array(range(len(table)))
    rows = {"rows": table.num_rows, "limit": limit, "offset": offset}
    return replace(whole, table=table.take(order.slice(offset, limit)), meta={**whole.meta, **rows})


def _plain(field: pa.Field) -> pa.Field:
    """Labels that are kept as numbers of a dictionary, as texts: these have an order."""
    return pa.field(field.name, field.type.value_type) if pa.types.is_dictionary(field.type) else field


def components() -> Mapping[str, Schema]:
    """Schemas of results and of the catalogue."""
    text: Schema = {"type": "string"}
    texts: Schema = {"type": "array", "items": text}
    meta: dict[str, Schema] = {
        **dict.fromkeys(("title", "unit", "method", "reference"), text),
        "provenance": {"type": "object", "description": "Sources (who made them, version, licence ...) and steps."},
        "notes": texts,
    }
    names = ("key", "title", "topic", "unit", "range", "formula", "reference", "url")
    indicator = {**dict.fromkeys(names, text), "needs": texts, "parameters": texts}
    found = {"meta": {**closed(meta), "additionalProperties": True}, "data": {"type": "array", "items": _ROW}}
    about = "Figures, and all that is needed to read, check and repeat them."
    return {
        "Result": {**closed(found), "description": about},
        "Indicators": closed({"results": {"type": "array", "items": closed(indicator)}}),
    }


_ROW: Schema = {"type": "object"}
