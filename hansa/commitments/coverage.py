"""Who has agreed what with whom, beside the trade they have and could have, pair by pair."""

from __future__ import annotations

import itertools
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Any

import numpy as np
import pyarrow as pa

from hansa import period as periods
from hansa.commitments.figures import Figures, Kept, figures_of
from hansa.commitments.lifecycle import in_force, is_open, parties_on, state_name
from hansa.commitments.money import amounts
from hansa.commitments.records import AGREEMENT_KINDS, Agreement, Barrier, Party, Project
from hansa.commitments.register import Register
from hansa.commitments.scorecard import counts, funnel, reporting
from hansa.errors import DataError, HansaError
from hansa.indicator import find
from hansa.provenance import Provenance
from hansa.regions.lists import Lists
from hansa.result import Result
from hansa.trade.flows import Flows
from hansa.trade.group import Group, grouping, region_codes, regrouped
from hansa.trade.store import Store

__all__ = ["amounts", "counts", "coverage", "funnel", "reporting"]

QUARTILE = 0.25  # of the potential of pairs with an agreement: a pair without one that has more is a gap
LEAST_WITH = 4  # pairs with an agreement from which a quartile is taken; else the top quartile of all pairs
PERIODS = 5  # whose mean the potential is taken from
PHASES = {
    "prepared": (None, "identification", "preparation"),
    "under_way": ("implementation", "completion"),
    "completed": ("completed",),
    "stopped": ("suspended", "cancelled"),
}
# What is counted between two regions, a column each.
PROMISED = ("agreements", *AGREEMENT_KINDS, "signed", "projects", *PHASES, "open_barriers")
METHOD = "coverage"


def coverage(
    register: Register,
    store: Store | Figures,
    *,
    regions: Sequence[str] | None = None,
    period: str | None = None,
    groups: Sequence[str] | None = None,
    on: str | None = None,
    as_of: str | None = None,
    dataset: str | None = None,
    lists: Lists | None = None,
) -> Result:
    """Agreements, projects, barriers and trade of every pair of regions, and the pairs that lack an agreement.

    An agreement counts for the regions of its parties: a country for itself, a province for itself, an institution or
    company for the region above it; a bloc for its members on that day (with the other parties; where the bloc is the
    only party, with each other). Two provinces of one country, and a country with its own, are no pair.

    A pair is a ``gap`` where no agreement is in force on the day and its export potential both ways is above the first
    quartile of that of pairs with one (where fewer than four have one: in the top quartile of all pairs).

    Parameters
    ----------
    store : or `Figures` of one, which are loaded once for many questions and have settled `as_of`, `dataset` and
        `lists`.
    regions : codes; by default those of the register's parties.
    period : of the flows, the latest by default; the potential is that of the mean of up to five years until then.
    groups : blocs to be counted as one region, their members taken at the latest period.
    on : the day (ISO) whose agreements and barriers count; by default `as_of` or today.

    Returns
    -------
    Result, a row for each unordered pair, gaps first, then by potential: one, other; agreements (in force), by kind
    (an agreement of two kinds counts in both); signed (and not in force); projects and of them prepared, under_way,
    completed, stopped; open_barriers (both ways); period, flow and flow_back (one to other, other to one), potential
    and potential_back (mean of a year), unrealised (both ways); gap.

    Raises
    ------
    DataError : there are fewer than two regions; `as_of`, `dataset` or `lists` beside Figures.
    """
    figures = figures_of(store, on, as_of, dataset, lists)
    day = on or figures.as_of or datetime.now(UTC).date().isoformat()
    held = _groups(figures, groups or ())
    codes = _codes(register, regions, held, figures.places)
    if len(codes) < 2:
        raise DataError("A matrix needs two regions or more: name them, or give the register parties with regions.")
    above = {code: getattr(figures.places.place(code), "parent", None) for code in codes}
    pairs = [pair for pair in itertools.combinations(codes, 2) if not _kin(pair, above)]
    whose = Whose(register, figures.places, day, held)
    promised = _promised(register, whose, codes)
    rows: list[dict[str, Any]] = [
        {"one": one, "other": other, **{name: promised[frozenset((one, other))][name] for name in PROMISED}}
        for one, other in pairs
    ]
    trade = _Trade(figures, held, period)
    with trade.kept.together():
        for row in rows:
            row |= trade.of(row["one"], row["other"])
    level = _mark_gaps(rows)
    ordered = sorted(rows, key=lambda row: (not row["gap"], -(row["potential_both"] or -1.0), row["one"]))
    return Result(
        _table(ordered),
        title="Agreements, projects, barriers and trade by pair of regions",
        unit=f"counts; {trade.unit}",
        method=METHOD,
        reference="export_potential (Decreux and Spies 2016) and gravity_potential (Santos Silva and Tenreyro 2006) of "
        "the catalogue; docs/methods/commitments",
        provenance=register.provenance.merge(trade.provenance).then(METHOD, f"on {day}"),
        notes=tuple(dict.fromkeys([*trade.notes, *whose.notes])),
        meta={"on": day, "gap_above": level, "pairs": len(rows)},
    )


class Whose:
    """Which regions a party stands for on a day."""

    def __init__(self, register: Register, lists: Lists, day: str, groups: Sequence[Group]) -> None:
        self.register, self.lists, self.day = register, lists, day
        self.group_of = {member: group.code for group in groups for member in group.members}
        self.notes: list[str] = []
        self._of: dict[str, frozenset[str]] = {}

    def regions(self, key: str) -> frozenset[str]:
        """The codes of a party: its region, the members of its bloc, or those of what it acts for."""
        if key not in self._of:
            self._of[key] = self._regions(key)
        return self._of[key]

    def _regions(self, key: str) -> frozenset[str]:
        seen: list[str] = []
        while key in self.register and key not in seen:
            seen.append(key)
            party = self.register[key]
            if not isinstance(party, Party):
                break
            if party.region:
                bloc = self.lists.bloc(party.region) if party.kind != "region" else None
                if bloc is None:
                    return self._grouped({party.region})
                members = self.lists.members(bloc.key, self.day)
                if not members:
                    self.notes.append(f"{bloc.key} has no member on {self.day}")
                return self._grouped({bloc.key, *members})
            key = party.parent or ""
        return frozenset()

    def _grouped(self, codes: set[str]) -> frozenset[str]:
        return frozenset(self.group_of.get(code, code) for code in codes)

    def pair(self, parties: Iterable[str], one: str, other: str) -> bool:
        """Whether two different parties stand for the two regions; or one bloc alone, which stands for both."""
        stood = [self.regions(party) for party in dict.fromkeys(parties)]
        if len(stood) == 1:
            return {one, other} <= stood[0]
        return any((one in a and other in b) or (one in b and other in a) for a, b in itertools.combinations(stood, 2))

    def pairs(self, parties: Iterable[str], among: frozenset[str]) -> set[frozenset[str]]:
        """Every two of some regions for which `pair` holds."""
        stood = [self.regions(party) & among for party in dict.fromkeys(parties)]
        if len(stood) == 1:
            return {frozenset(ends) for ends in itertools.combinations(stood[0], 2)}
        both = (ends for a, b in itertools.combinations(filter(None, stood), 2) for ends in itertools.product(a, b))
        return {frozenset(ends) for ends in both if ends[0] != ends[1]}


def _promised(register: Register, whose: Whose, codes: Collection[str]) -> dict[frozenset[str], Counter[str]]:
    """What stands between each pair of some regions; every record is looked at once, and not again for each pair."""
    found: dict[frozenset[str], Counter[str]] = defaultdict(Counter)
    there = frozenset(codes)

    def count(parties: Iterable[str], words: Sequence[str]) -> None:
        for pair in whose.pairs(parties, there) if words else ():
            found[pair].update(words)

    for text in register.of(Agreement):
        signed = ("signed",) if state_name(text, whose.day) == "signed" else ()
        kinds = (kind for kind in AGREEMENT_KINDS if kind in text.kinds)
        count(parties_on(text, whose.day), ("agreements", *kinds) if in_force(text, whose.day) else signed)
    for project in register.of(Project):
        state = state_name(project, whose.day)
        count(project.partners, ("projects", *(phase for phase, known in PHASES.items() if state in known)))
    for barrier in register.of(Barrier):
        if is_open(barrier, whose.day):
            ends = (whose.group_of.get(code, code) for code in (barrier.origin, barrier.destination))
            found[frozenset(ends)]["open_barriers"] += 1
    return found


class _Trade:
    """Flows and potentials of pairs, each from the first dataset that names both regions."""

    def __init__(self, figures: Figures, groups: Sequence[Group], period: str | None) -> None:
        self.figures, self.groups = figures, groups
        self.period = periods.canonical(period) if period else None
        self.notes: list[str] = []
        self.provenance = Provenance()
        self.unit = "currency of the flows"
        self.kept = Kept() if groups else figures.kept  # tables of groups are large, and seldom asked for again
        self._datasets: dict[str, frozenset[str]] = {}

    def of(self, one: str, other: str) -> dict[str, Any]:
        """Flows and potentials both ways; nothing where no dataset names both."""
        for place, name in enumerate(self.figures.datasets()):
            if not {one, other} <= self._regions(name):
                continue
            at, values, lack = self.kept.keep(("by pair", name, self.period), partial(self._by_pair, name))
            row: dict[str, Any] = {"period": at, "flow": values.get((one, other), 0.0)}
            row["flow_back"] = values.get((other, one), 0.0)
            self.notes += lack
            if place:
                self.notes.append(f"the dataset {name} holds only part of the world: no potential is taken from it")
                return row
            ways = [self._potential(name, a, at).get(b, (0.0, 0.0)) for a, b in ((one, other), (other, one))]
            row |= {"potential": ways[0][0], "potential_back": ways[1][0], "unrealised": ways[0][1] + ways[1][1]}
            predicted, lack = self.kept.keep(("gravity", name, at), partial(self._predicted, name, at))
            self.notes += lack
            for back, way in (("", (one, other)), ("_back", (other, one))):
                row[f"predicted{back}"], row[f"gravity{back}"] = predicted.get(way, (None, None))
            return row
        self.notes.append("pairs that no flows of the store name have no figures of trade")
        return {}

    def _regions(self, name: str) -> frozenset[str]:
        """The regions of a dataset, groups in the place of their members; none where it cannot be taken."""
        if name not in self._datasets:
            self._datasets[name] = frozenset()
            try:
                flows = self.figures.flows(name, frequency="A")
            except HansaError as lack:
                self.notes.append(f"the dataset {name} is left out: {lack}")
            else:
                self._datasets[name] = self.kept.keep(
                    ("regions by year", name), lambda: frozenset(region_codes(self._flows(name)))
                )
                self.provenance, self.unit = self.provenance.merge(flows.provenance), str(flows.unit)
                self.notes += flows.notes
        return self._datasets[name]

    def _flows(self, name: str) -> Flows:
        return self.kept.keep(("flows by year", name), lambda: self._grouped(name))

    def _grouped(self, name: str) -> Flows:
        flows = self.figures.flows(name, frequency="A")
        there = set(region_codes(flows))
        return regrouped(flows, [group for group in self.groups if set(group.members) & there])

    def _by_pair(self, name: str) -> tuple[str, dict[tuple[str, str], float], tuple[str, ...]]:
        """The period taken, the flow of every pair in it, and what a reader must know of the choice."""
        flows = self._flows(name)
        known = sorted(flows.totals("period")["period"].to_pylist())
        before = [one for one in known if self.period is None or one <= self.period]
        at = before[-1] if before else known[0]
        lacks = self.period and at != self.period
        rows = flows.totals("period", "origin", "destination").to_pylist()
        return (
            at,
            {(row["origin"], row["destination"]): row["value"] for row in rows if row["period"] == at},
            (f"the flows of {name} have no {self.period}: {at} is taken",) if lacks else (),
        )

    def _predicted(
        self, name: str, at: str
    ) -> tuple[dict[tuple[str, str], tuple[float | None, float | None]], tuple[str, ...]]:
        """What gravity predicts of every flow of a period, and the flow over it; groups are sums of their members."""
        flows = self.figures.flows(name, frequency="A").where(period=at)
        there = set(region_codes(flows))
        blocs = {group.code: [one for one in group.members if one in there] for group in self.groups}
        sides = self._sides("distance", "contiguity")
        try:
            result = find("gravity_potential").function(flows, bloc=blocs or None, **sides)
        except HansaError as lack:
            return {}, (f"no gravity model: {lack}",)
        rows = result.rows()
        return {(r["origin"], r["destination"]): (r["predicted"], r["gravity_potential"]) for r in rows}, result.notes

    def _sides(self, *measures: str) -> dict[str, Any]:
        here = self.figures.store.measures()
        return {one: self.figures.store.side(one, as_of=self.figures.as_of) for one in measures if one in here}

    def _potential(self, name: str, origin: str, at: str) -> dict[str, tuple[float, float]]:
        """Potential and what of it is unrealised, by destination."""
        found, lack = self.kept.keep(("potential", name, origin, at), lambda: self._potentials(name, origin, at))
        self.notes += lack
        return found

    def _potentials(self, name: str, origin: str, at: str) -> tuple[dict[str, tuple[float, float]], tuple[str, ...]]:
        flows = self._flows(name)
        if "product" not in flows.columns:
            return {}, ("the flows have no products: no potential can be computed",)
        known = [one for one in sorted(flows.totals("period")["period"].to_pylist()) if one <= at]
        sides = {} if self.groups else self._sides("tariff", "distance")  # those of a group cannot be added up
        try:
            result = find("export_potential").function(flows, origin=origin, period=known[-PERIODS:], **sides)
        except HansaError as lack:
            return {}, (f"no potential of {origin}: {lack}",)
        found: dict[str, tuple[float, float]] = {}
        for row in result.rows():
            before = found.get(row["destination"], (0.0, 0.0))
            found[row["destination"]] = (before[0] + row["potential"], before[1] + row["unrealised"])
        return found, ()


def _groups(figures: Figures, texts: Sequence[str]) -> list[Group]:
    if not texts:
        return []
    flows = figures.flows(frequency="A")
    return figures.kept.keep(("groups", *texts), lambda: grouping(flows, texts, figures.places))


def _codes(register: Register, regions: Sequence[str] | None, groups: Sequence[Group], lists: Lists) -> list[str]:
    """The regions of the matrix: groups stand in it for their members, and for the provinces of these."""
    members = {member for group in groups for member in group.members}
    inside = {part for member in members for part in lists.parts(member)}
    named = (
        [*regions]
        if regions is not None
        else [party.region for party in register.of(Party) if party.kind == "region" and party.region]
    )
    return sorted({*(code for code in named if code not in members | inside), *(group.code for group in groups)})


def _kin(pair: tuple[str, str], above: Mapping[str, str | None]) -> bool:
    """Whether two codes are one country: a part of it, or two parts."""
    one, other = (above[code] for code in pair)
    return one == pair[1] or other == pair[0] or (one is not None and one == other)


def _mark_gaps(rows: list[dict[str, Any]]) -> float | None:
    """Which pairs are gaps, marked in the rows; the potential above which they are."""
    for row in rows:
        there, back = row.get("potential"), row.get("potential_back")
        row["potential_both"] = None if there is None or back is None else there + back
    known = [row for row in rows if row["potential_both"] is not None]
    covered = [row["potential_both"] for row in known if row["agreements"]]
    level = None
    if len(covered) >= LEAST_WITH:
        level = float(np.quantile(covered, QUARTILE))
    elif known:
        level = float(np.quantile([row["potential_both"] for row in known], 1 - QUARTILE))
    for row in rows:
        both = row["potential_both"]
        row["gap"] = bool(not row["agreements"] and both is not None and level is not None and both > max(level, 0.0))
    return level


def _table(rows: Sequence[Mapping[str, Any]]) -> pa.Table:
    kinds = {
        **dict.fromkeys(("one", "other"), pa.string()),
        **dict.fromkeys(PROMISED, pa.int64()),
        "period": pa.string(),
    }
    figures = ("flow", "flow_back", "potential", "potential_back", "unrealised")
    gravity = ("predicted", "predicted_back", "gravity", "gravity_back")
    kinds |= dict.fromkeys((*figures, *gravity), pa.float64())
    kinds["gap"] = pa.bool_()
    return pa.table({name: pa.array([row.get(name) for row in rows], kind) for name, kind in kinds.items()})
