"""The trade of two sides as the office asks for it: by both reports and reconciled, year by year, each asked once."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pyarrow as pa

from hansa import period as periods
from hansa.commitments.figures import Figures
from hansa.errors import DataError
from hansa.indicator import find
from hansa.office.statistics import Statistics
from hansa.report.pair import sides
from hansa.result import Result
from hansa.trade.group import Group, region_codes, regrouped
from hansa.trade.pair import mirror_of_pair
from hansa.wording import Evidence

TELLERS = ("reconciled", "a", "b")
# Who tells it, of flows from the first side and of flows from the second -> column of `mirror_of_pair`.
_COLUMN = {
    "reconciled": ("value", "value"),
    "a": ("reported_by_origin", "reported_by_destination"),
    "b": ("reported_by_destination", "reported_by_origin"),
}


@dataclass(frozen=True)
class Bilateral:
    """Trade of two sides. `a`, `b` : their codes in the flows, of groups such as ``AMBER without XBR``.

    groups : the sides that are several regions counted as one.
    told : whose word there is: ``reconciled`` and each side's own report; or ``reconciled`` alone, where the data hold
        one report (which is then that).
    result : rows by period, origin, destination. dataset : of the store. command : that shows the same.
    """

    a: str
    b: str
    groups: tuple[Group, ...]
    told: tuple[str, ...]
    result: Result
    currency: str
    command: str

    @cached_property
    def periods(self) -> list[str]:
        """The years with any trade of the two, in order."""
        return sorted({row["period"] for row in self._rows.values()})

    @property
    def evidence(self) -> Evidence:
        """How the figures are known."""
        return Evidence.of(self.result, self.command)

    def exports(self, period: str, teller: str = "reconciled") -> float | None:
        """What the first side sold to the second, by the word of one; None where there is none."""
        return self._figure(period, self.a, self.b, _COLUMN[teller][0])

    def imports(self, period: str, teller: str = "reconciled") -> float | None:
        """What the first side bought from the second."""
        return self._figure(period, self.b, self.a, _COLUMN[teller][1])

    def turnover(self, period: str, teller: str = "reconciled") -> float | None:
        """Both ways together; None where one of them is not told."""
        sold, bought = self.exports(period, teller), self.imports(period, teller)
        return None if sold is None or bought is None else sold + bought

    def balance(self, period: str, teller: str = "reconciled") -> float | None:
        """What was sold less what was bought."""
        sold, bought = self.exports(period, teller), self.imports(period, teller)
        return None if sold is None or bought is None else sold - bought

    def _figure(self, period: str, origin: str, destination: str, column: str) -> float | None:
        row = self._rows.get((period, origin, destination))
        value = row[column] if row else None
        return None if value is None else float(value)

    @cached_property
    def _rows(self) -> Mapping[tuple[str, str, str], dict[str, Any]]:
        return {(row["period"], row["origin"], row["destination"]): row for row in self.result.rows()}


def bilateral(statistics: Statistics, a: str, b: str) -> Bilateral:
    """The trade of two regions or blocs; where one lies in the other, the other is the rest of it.

    Raises
    ------
    HansaError : the office has no statistics, no flows name both, or neither reports any trade with the other.
    """
    return statistics.ask(("bilateral", a, b), lambda: _bilateral(statistics.figures, a, b))


def _bilateral(figures: Figures, a: str, b: str) -> Bilateral:
    dataset = figures.dataset_of({a, b})
    if dataset is None:
        raise DataError(f"No flows of the store name both {a} and {b}.")
    flows = figures.flows(dataset, frequency="A")
    known = region_codes(flows)
    latest = max(map(periods.canonical, flows.totals("period")["period"].to_pylist()))
    found = sides(a, b, known, figures.places, latest)
    groups = tuple(side for side in found if isinstance(side, Group))
    one, other = (side.code if isinstance(side, Group) else side for side in found)
    both = "reported_by_origin" in flows.columns
    if both:
        result = mirror_of_pair(flows, one, other, groups=groups)
    else:
        result = _one_report(regrouped(flows, groups), one, other)
    words = ["hansa", "mirror", one, other] if both else ["hansa", "show", "exports", "-p", "by=origin,destination"]
    words += [] if both else ["--origin", f"{one},{other}", "--destination", f"{one},{other}"]
    words += [word for group in groups for word in ("--regroup", group.option)]
    words += ["--store", "STORE", "--dataset", dataset]
    told = TELLERS if both else TELLERS[:1]
    return Bilateral(one, other, groups, told, result, flows.unit.currency, shlex.join(words))


def _one_report(flows: Any, one: str, other: str) -> Result:
    ends = [one, other]
    result = find("exports").function(flows, by=("origin", "destination"), origin=ends, destination=ends)
    table = result.to_arrow()
    if table.num_rows == 0:
        raise DataError(f"The data hold no trade between {one} and {other}.")
    columns = [name if name != "exports" else "value" for name in table.column_names]
    return Result(
        pa.table(dict(zip(columns, table.columns, strict=True))),
        result.title,
        result.unit,
        result.method,
        result.reference,
        result.provenance,
        result.notes,
        result.meta,
    )
