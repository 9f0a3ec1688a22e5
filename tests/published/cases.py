"""Figures that others printed, and what Hansa computes for them. README.md in this folder says how to write a case."""

from __future__ import annotations

import importlib
import math
import os
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv

from hansa.indicator import find
from hansa.trade.flows import as_flows

FOLDER = Path(__file__).parent
LABELS = ("period", "origin", "destination", "product", "region", "partner", "measure", "told_by", "unit")
SAID_ONCE = ("reference", "where", "method", "input", "only", "tolerance", "why_this_tolerance", "reader")


class NoData(LookupError):
    """The case is computed from real tables, and HANSA_DATA names no folder."""


@dataclass(frozen=True)
class Case:
    """One printed figure, or a few that belong together."""

    file: str
    name: str
    reference: str
    where: str
    method: str
    expected: Any
    tolerance: float
    why_this_tolerance: str
    input: str | None = None
    reader: str | None = None
    only: Mapping[str, Any] = field(default_factory=dict)
    arguments: Mapping[str, Any] = field(default_factory=dict)
    of: Mapping[str, Any] = field(default_factory=dict)
    by: str | None = None
    column: str | None = None

    def __post_init__(self) -> None:
        for name in ("reference", "where", "why_this_tolerance"):
            if not getattr(self, name).strip():
                raise ValueError(f"{self.file}, case {self.name!r}: {name} is empty")

    @property
    def pairs(self) -> Iterator[tuple[str, Any]]:
        """Each printed figure with its label."""
        if isinstance(self.expected, Mapping):
            yield from self.expected.items()
        elif isinstance(self.expected, list):
            yield from ((str(place), figure) for place, figure in _flat(self.expected))
        else:
            yield "", self.expected


def read_cases(folder: Path = FOLDER) -> list[Case]:
    """Every case of every TOML file in a folder; what a file says once on top holds for all its cases."""
    cases = []
    for path in sorted(folder.glob("*.toml")):
        said = tomllib.loads(path.read_text(encoding="utf-8"))
        shared = {name: said.pop(name) for name in SAID_ONCE if name in said}
        for entry in said.pop("case"):
            try:
                cases.append(Case(file=path.name, **{"where": "", "why_this_tolerance": "", **shared, **entry}))
            except TypeError as refusal:
                raise ValueError(f"{path.name}, case {entry.get('name')!r}: {refusal}") from None
        if said:
            raise ValueError(f"{path.name}: unknown keys {sorted(said)}")
    return cases


def compute(case: Case, folder: Path = FOLDER) -> list[tuple[str, Any, Any]]:
    """What was printed and what Hansa computes: (label, printed, ours) for each figure of a case."""
    ours = _figures(case, folder)
    return [(label, printed, ours[label]) for label, printed in case.pairs]


def difference(printed: Any, ours: Any) -> float:
    """How far two figures are apart: 0 for equal texts and nulls, infinite for a figure beside none."""
    if isinstance(printed, str):
        same = ours is None or ours != ours if printed == "null" else ours == printed
        return 0.0 if same else math.inf
    return math.inf if ours is None or isinstance(ours, str) or math.isnan(ours) else abs(float(ours) - float(printed))


def _figures(case: Case, folder: Path) -> dict[str, Any]:
    arguments = {name: _argument(value, folder) for name, value in case.arguments.items()}
    if "." in case.method:
        if case.input and case.reader:
            arguments["data"] = _read(case, folder)
        answer = _named(case.method)(**{name: _array(value) for name, value in arguments.items()})
        answer = getattr(answer, case.column) if case.column else answer
        if isinstance(case.expected, list):
            return {str(place): figure for place, figure in _flat(np.asarray(answer).tolist())}
        return dict(answer) if isinstance(answer, Mapping) else {"": _plain(answer)}
    importlib.import_module("hansa.indicators")  # fills the catalogue
    data = as_flows(_read(case, folder))
    result = find(case.method).function(data.where(**case.only) if case.only else data, **arguments)
    rows = [row for row in result.rows() if all(str(row[name]) == str(value) for name, value in case.of.items())]
    column = case.column or result.to_arrow().column_names[-1]
    if case.by is None:
        if len(rows) != 1:
            raise ValueError(f"{case.file}, case {case.name!r}: {len(rows)} rows answer, not one; narrow them by 'of'")
        return {"": rows[0][column]}
    found: dict[str, Any] = {}
    for row in rows:
        if str(row[case.by]) in found:
            raise ValueError(
                f"{case.file}, case {case.name!r}: two rows for {case.by} {row[case.by]!r}; narrow them by 'of'"
            )
        found[str(row[case.by])] = row[column]
    return found


def _read(case: Case, folder: Path) -> Any:
    if case.input is None:
        raise ValueError(f"{case.file}, case {case.name!r}: says no input")
    if not case.reader:
        return _argument(case.input, folder)
    path = folder / case.input
    if case.input.startswith("data:"):
        if not os.environ.get("HANSA_DATA"):
            raise NoData("computed from real tables; HANSA_DATA names no folder")
        path = Path(os.environ["HANSA_DATA"]) / case.input.removeprefix("data:")
    return _named(case.reader)(path)


def _argument(value: Any, folder: Path) -> Any:
    """Text that names a CSV file is the table in it."""
    if not (isinstance(value, str) and value.endswith(".csv")):
        return value
    types = {name: pa.string() for name in LABELS}
    return pyarrow.csv.read_csv(folder / value, convert_options=pyarrow.csv.ConvertOptions(column_types=types))


def _named(dotted: str) -> Any:
    module, _, name = dotted.rpartition(".")
    return getattr(importlib.import_module(module), name)


def _array(value: Any) -> Any:
    return np.asarray(value, float) if isinstance(value, list) else value


def _plain(value: Any) -> Any:
    return value.item() if isinstance(value, np.generic | np.ndarray) and np.size(value) == 1 else value


def _flat(values: list[Any], place: tuple[int, ...] = ()) -> Iterator[tuple[str, Any]]:
    """The figures of nested lists with their places, counted from 1: "2,3"."""
    for number, value in enumerate(values, 1):
        here = (*place, number)
        if isinstance(value, list):
            yield from _flat(value, here)
        else:
            yield ",".join(map(str, here)), value
