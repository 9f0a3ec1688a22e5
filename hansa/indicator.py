"""What an indicator is, and the catalogue that CLI, documentation, report and claim checker all read."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import narwhals.stable.v2 as nw
import pyarrow as pa

from hansa.errors import DataError, MissingTable, UnknownCode
from hansa.provenance import Provenance
from hansa.result import Result

catalogue: dict[str, Indicator] = {}


@dataclass(frozen=True)
class Answer:
    """What the function of an indicator gives back; the catalogue adds title, unit, method and provenance.

    Parameters
    ----------
    table : the figures, PyArrow or lazy; the last column is the indicator, named by its key.
    notes : what was dropped or chosen.
    meta : further facts by name.
    unit : where it depends on the data (a currency), the unit of this answer.
    provenance : of side tables that were used, joined to that of the flows.
    """

    table: pa.Table | nw.LazyFrame[Any]
    notes: Sequence[str] = ()
    meta: Mapping[str, Any] = field(default_factory=dict)
    unit: str | None = None
    provenance: Provenance | None = None


@dataclass(frozen=True)
class Indicator:
    """One indicator of the catalogue.

    key : its name in code, CLI and documents.
    topic : the chapter it stands in.
    range : of its values.
    formula : in TeX.
    needs : side tables without which it cannot be computed.
    function : calls as ``function(flows, ...)`` and gives a Result.
    """

    key: str
    title: str
    topic: str
    unit: str
    range: str
    formula: str
    reference: str
    needs: tuple[str, ...]
    function: Callable[..., Result]

    def parameters(self) -> list[inspect.Parameter]:
        """What else than the data can be given, in order."""
        return list(inspect.signature(self.function).parameters.values())[1:]


def indicator(
    *,
    title: str,
    topic: str,
    unit: str,
    range: str,
    formula: str,
    reference: str,
    door: Callable[[Any], Any],
    needs: Sequence[str] = (),
) -> Callable[[Callable[..., Answer]], Callable[..., Result]]:
    """Put a function into the catalogue under its own name.

    The function takes what `door` makes of the caller's data (an object with `provenance` and `notes`) and gives an
    `Answer`; callers get a `Result`. A side table named in `needs` is a keyword argument of the same name.
    """

    def declare(function: Callable[..., Answer]) -> Callable[..., Result]:
        key = function.__name__
        if key in catalogue and _place(catalogue[key].function) != _place(function):  # a module may be loaded anew
            raise DataError(f"Two indicators are called {key!r}; name one of them otherwise.")

        @functools.wraps(function)
        def computed(data: Any, *args: Any, **options: Any) -> Result:
            for table in needs:
                if options.get(table) is None:
                    raise MissingTable(table, f"'{title}' is computed from it", f"Give it as {table}=TABLE.")
            taken = door(data)
            answer = function(taken, *args, **options)
            provenance = taken.provenance.merge(answer.provenance or Provenance())
            said = ", ".join(f"{name}={value!r}" for name, value in options.items() if _short(value))
            return Result(
                table=answer.table,
                title=title,
                unit=answer.unit or unit,
                method=key,
                reference=reference,
                provenance=provenance.then(key, said),
                notes=(*taken.notes, *answer.notes),
                meta={"formula": formula, "range": range, **answer.meta},
            )

        catalogue[key] = Indicator(key, title, topic, unit, range, formula, reference, tuple(needs), computed)
        return computed

    return declare


def find(key: str) -> Indicator:
    """The indicator of that key.

    Raises
    ------
    UnknownCode : there is none; the nearest ones are named.
    """
    if key not in catalogue:
        raise UnknownCode("indicator", key, catalogue, hint="'hansa indicators' lists them all.")
    return catalogue[key]


def _place(function: Callable[..., Any]) -> tuple[str, str]:
    return function.__module__, function.__qualname__


def _short(value: Any) -> bool:
    return isinstance(value, str | int | float | bool) or (
        isinstance(value, list | tuple | frozenset) and len(value) <= 8
    )
