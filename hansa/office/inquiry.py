"""A question to an indicator as a form or an address asks it: texts become arguments, answers are bounded and kept."""

from __future__ import annotations

import inspect
import shlex
import typing
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from hansa import period as periods
from hansa import tables
from hansa.commitments.figures import ENDS, GROUPED, Figures
from hansa.errors import DataError, MissingTable, UnknownCode
from hansa.indicator import Indicator
from hansa.office.place import traded
from hansa.office.statistics import Statistics
from hansa.result import Result
from hansa.trade.flows import SCOPES
from hansa.trade.indicators.declare import NARROWING
from hansa.trade.side import MEASURES
from hansa.wording import Words

ROWS = 500  # of an answer on a page
DOWNLOADED = 200_000  # rows of an answer in a file
LARGE = 2_000_000  # rows of flows: above that a question must name a region, a product or one period
LINES, BARS = 3, 12  # in a chart
REGIONS = (*ENDS, *GROUPED, "closed", "lost", "market", "world", "currency_of", "deflator_of")
LABELS = (*NARROWING[1:], "other")


@dataclass(frozen=True)
class Inquiry:
    """What is asked of one indicator: yearly figures.

    arguments : name -> text, as typed, of its parameters and of the columns that its answer is narrowed by.
    first, last : the years between which figures are wanted; empty: from the beginning, until the end.
    told_by, dataset : whose report and which dataset, where the store has several.
    """

    key: str
    arguments: tuple[tuple[str, str], ...] = ()
    first: str = ""
    last: str = ""
    told_by: str | None = None
    dataset: str | None = None


@dataclass(frozen=True)
class Series:
    """What a chart shows, in codes: `lines` over periods, or `bars` of the largest figures of one period.

    places : periods, or labels. lines : labels of each, and its figures.
    """

    kind: str
    period: str
    places: tuple[tuple[str, ...], ...]
    lines: tuple[tuple[tuple[str, ...], tuple[float | None, ...]], ...]
    left_out: int = 0


@dataclass(frozen=True)
class Answered:
    """An answer as a page holds it: the first rows of the result, how many there are, the chart, the command."""

    result: Result
    rows: int
    labels: tuple[str, ...]
    figure: str
    series: Series | None
    command: str

    @cached_property
    def columns(self) -> list[str]:
        """Names of the columns."""
        return list(self.result.to_arrow().column_names)


def fields(entry: Indicator) -> list[inspect.Parameter]:
    """What else of an indicator can be told in words: no tables, and none of the columns that it is narrowed by."""
    kinds = typing.get_type_hints(inspect.unwrap(entry.function))
    return [
        parameter
        for parameter in entry.parameters()
        if parameter.name not in (*NARROWING, *entry.needs)
        and not (kinds.get(parameter.name) is Any and parameter.name in MEASURES)
    ]


def lacking(entry: Indicator, statistics: Statistics, asked: Inquiry) -> list[str]:
    """Parameters that must be told and are not."""
    given = dict(asked.arguments)
    return [
        parameter.name
        for parameter in entry.parameters()
        if parameter.default is parameter.empty and parameter.name not in (*entry.needs, *given)
    ]


def ask(entry: Indicator, statistics: Statistics, asked: Inquiry, words: Words) -> Answered:
    """The answer to a question, kept as long as the day and the statistics are the same.

    Raises
    ------
    HansaError : it cannot be computed: what is missing, unknown, or too large a question.
    """
    texts = _codes(asked, statistics, words)
    asked = replace(asked, arguments=tuple(sorted(texts.items())))
    return statistics.ask(("indicator", asked), lambda: _answered(entry, statistics, asked))


def ask_in_full(entry: Indicator, statistics: Statistics, asked: Inquiry, words: Words) -> Result:
    """Every row of the answer, for a file; not kept.

    Raises
    ------
    HansaError : as `ask`; there are more rows than a file may have.
    """
    asked = replace(asked, arguments=tuple(sorted(_codes(asked, statistics, words).items())))
    with tables.ENGINE:
        result = _result(entry, statistics, asked)
        table = result.to_arrow()
    if table.num_rows > DOWNLOADED:
        raise DataError(
            f"The answer has {table.num_rows:,} rows, more than the {DOWNLOADED:,} that are given at once. Name a "
            "region, a product or fewer years."
        )
    return replace(result, table=table)


def years(statistics: Statistics, dataset: str | None = None) -> list[str]:
    """The years of the flows, in order."""
    found: tuple[str, ...] = statistics.ask(("years", dataset), lambda: _years(statistics.figures, dataset))
    return list(found)


def command_of(entry: Indicator, statistics: Statistics, asked: Inquiry) -> str:
    """What to type to see the same; STORE is the folder of the store."""
    words = ["hansa", "show", entry.key]
    arguments = _arguments(entry, statistics, asked)
    for name, value in arguments.items():
        text = value if isinstance(value, str) else ",".join(map(str, value))
        if name in ("dataset",):
            continue
        words += [f"--{name}", text] if name in NARROWING else ["-p", f"{name}={text}"]
        if name in ENDS and text not in traded(statistics) and statistics.lists.bloc(text):
            words += ["--regroup", text]
    words += ["--frequency", "A"]
    words += ["--told-by", asked.told_by] if asked.told_by else []
    words += ["--dataset", asked.dataset] if asked.dataset else []
    return shlex.join([*words, "--store", "STORE"])


# ---- texts become codes ---------------------------------------------------------------------------------------------
def _codes(asked: Inquiry, statistics: Statistics, words: Words) -> dict[str, str]:
    """Arguments with codes in the place of names of regions and products."""
    if statistics.store is None:
        return dict(asked.arguments)
    known, lists = traded(statistics), statistics.lists
    products = {name.casefold(): code for (kind, code), name in words.names.items() if kind == "product"}

    def code(name: str, text: str) -> str:
        if name == "product":
            return products.get(text.casefold(), text)
        if name not in REGIONS or text in known or text in ("all", "rest"):
            return text
        bloc = lists.bloc(text)
        found = lists.code(text)
        return found if found in known else bloc.key if bloc else text

    def codes(name: str, text: str) -> str:
        whole = code(name, text)  # a name may have commas in it
        return (
            whole if whole != text else ",".join(code(name, part.strip()) for part in text.split(",") if part.strip())
        )

    return {name: codes(name, text.strip()) for name, text in asked.arguments if text.strip()}


def _arguments(entry: Indicator, statistics: Statistics, asked: Inquiry) -> dict[str, Any]:
    """Arguments as `hansa.commitments.Figures` takes them: with the years, and by what totals are split."""
    given: dict[str, Any] = dict(asked.arguments)
    if asked.first or asked.last:
        known = years(statistics, asked.dataset)
        first, last = (periods.canonical(text) if text else "" for text in (asked.first, asked.last))
        for one in filter(None, (first, last)):
            if one not in known:
                raise UnknownCode("year of these flows", one, known, hint=f"They have {known[0]} to {known[-1]}.")
        given["period"] = ",".join(one for one in known if (not first or one >= first) and (not last or one <= last))
        if not given["period"]:
            raise DataError(f"There is no year from {first} to {last}: the first is after the last.")
    total = any(parameter.name == "by" and parameter.default != () for parameter in entry.parameters())
    if total and "by" not in given and (split := [name for name in (*ENDS, "product") if name in given]):
        given["by"] = ",".join(split)
    if asked.dataset:
        given["dataset"] = asked.dataset
    return given


# ---- the answer -----------------------------------------------------------------------------------------------------
def _result(entry: Indicator, statistics: Statistics, asked: Inquiry) -> Result:
    figures = statistics.figures
    for table in entry.needs:
        if table not in figures.store.measures():
            why = f"{entry.title!r} is computed from it"
            raise MissingTable(table, why, None if table in MEASURES else "No store holds it: ask on the command line.")
    if (scope := dict(asked.arguments).get("scope", "goods")) not in SCOPES:
        raise UnknownCode("scope", scope, SCOPES, hint=f"It may be {' or '.join(SCOPES)}.")
    if asked.dataset is not None and asked.dataset not in figures.datasets():
        raise UnknownCode("dataset", asked.dataset, figures.datasets(), hint="")
    if asked.told_by is not None and asked.told_by not in figures.tellers(asked.dataset, "goods", "A"):
        raise UnknownCode("report", asked.told_by, filter(None, figures.tellers(asked.dataset, "goods", "A")), hint="")
    arguments = _arguments(entry, statistics, asked)
    _refuse_too_large(entry, figures, asked, arguments)
    return figures.result(entry.key, arguments, frequency="A", told_by=asked.told_by)


def _refuse_too_large(entry: Indicator, figures: Figures, asked: Inquiry, arguments: Mapping[str, Any]) -> None:
    name = asked.dataset or figures.datasets()[0]
    rows = sum(one.rows for one in figures.store.archive.find("goods flows", name, figures.as_of))
    if rows <= LARGE:
        return
    saving = {parameter.name for parameter in entry.parameters()} & {*LABELS}  # what it takes to save work
    narrowed = saving or {*LABELS, *REGIONS}
    one_year = not saving and "," not in arguments.get("period", ",")
    if not (narrowed & {*arguments} or one_year):
        raise DataError(
            f"The flows have {rows:,} rows, so that this question is too large for a page. Name a region or a product"
            f"{'' if saving else ', or one year'}."
        )


def _answered(entry: Indicator, statistics: Statistics, asked: Inquiry) -> Answered:
    result = _result(entry, statistics, asked)
    table = result.to_arrow()
    table = table.cast(pa.schema([_plain(field) for field in table.schema]))
    figure = entry.key if entry.key in table.column_names else table.column_names[-1]
    labels = tuple(name for name in LABELS if name in table.column_names)
    head = table.take(pa.array(range(min(ROWS, table.num_rows)), pa.int64()))  # a copy: a slice would hold all rows
    command = command_of(entry, statistics, asked)
    return Answered(
        replace(result, table=head), table.num_rows, labels, figure, _series(table, labels, figure), command
    )


def _plain(field: pa.Field) -> pa.Field:
    """Labels that are kept as numbers of a dictionary, as texts."""
    return pa.field(field.name, field.type.value_type) if pa.types.is_dictionary(field.type) else field


def _series(table: pa.Table, labels: Sequence[str], figure: str) -> Series | None:
    """The chart that fits an answer; None where there is nothing to draw."""
    kind = table.schema.field(figure).type
    if table.num_rows == 0 or not (pa.types.is_floating(kind) or pa.types.is_integer(kind)):
        return None
    known = sorted(set(table["period"].to_pylist())) if "period" in table.column_names else []
    if len(known) > 1 and table.num_rows <= LINES * len(known):
        rows = table.select(["period", *labels, figure]).to_pylist()
        lines: dict[tuple[str, ...], dict[str, float | None]] = {}
        for row in rows:
            lines.setdefault(tuple(str(row[name]) for name in labels), {})[row["period"]] = row[figure]
        if len(lines) <= LINES and len(rows) == sum(map(len, lines.values())):
            drawn = tuple((label, tuple(values.get(one) for one in known)) for label, values in lines.items())
            return Series("lines", "", tuple((one,) for one in known), drawn)
    last = table.filter(pc.equal(table["period"], known[-1])) if known else table
    last = last.filter(pc.is_finite(pc.cast(last[figure], pa.float64())))
    if last.num_rows == 0 or not labels:
        return None
    top = last.sort_by([(figure, "descending")]).slice(0, BARS).to_pylist()
    places = tuple(tuple(str(row[name]) for name in labels) for row in top)
    values = tuple(float(row[figure]) for row in top)
    return Series("bars", known[-1] if known else "", places, (((), values),), last.num_rows - len(top))


def _years(figures: Figures, dataset: str | None) -> tuple[str, ...]:
    flows = figures.flows(dataset, frequency="A")
    return tuple(sorted(periods.canonical(one) for one in flows.totals("period")["period"].to_pylist()))
