"""Several regions counted as one: a bloc with constant members, or a country by its provinces."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import pyarrow as pa
import pyarrow.compute as pc

from hansa import period as periods
from hansa import tables
from hansa.errors import DataError, UnknownCode
from hansa.regions.lists import Lists
from hansa.trade.flows import Flows
from hansa.trade.side import SideTable

WITHOUT = " without "
ADDITIVE = ("gdp", "population", "production")
KEPT = ("period", "origin", "destination", "product", "told_by")


@dataclass(frozen=True)
class Group:
    """Regions of some flows that are counted as one, the same in all periods.

    Parameters
    ----------
    code : by which it goes in regrouped flows: ``EAEU``, or ``CIS without EAEU`` for what is left of a bloc.
    of : key of the bloc, or code of the country.
    kind : ``bloc`` or ``country``.
    without : code of the region or bloc that is taken out; None where none is.
    period : whose members are taken (those of every day of it).
    members : codes of the flows.
    absent : members that the flows do not name.
    """

    code: str
    of: str
    kind: str
    without: str | None
    period: str
    members: tuple[str, ...]
    absent: tuple[str, ...] = ()

    @property
    def option(self) -> str:
        """As the command line takes it (``--regroup``)."""
        return f"{self.code}@{self.period}"


def find_group(text: str, known: Sequence[str], lists: Lists, latest: str) -> Group:
    """The group that a text means: ``EAEU``, ``EAEU@2021``, ``CIS without EAEU@2021``, or a country of provinces.

    Parameters
    ----------
    known : every region of the flows.
    latest : the period whose members are taken where the text names none.

    Raises
    ------
    UnknownCode : it is no bloc of the lists, and no region whose provinces the flows have.
    DataError : the bloc had no members throughout that period, none is in the flows, or nothing is left of it.
    """
    named, at, day = text.rpartition("@")
    named, period = (named.strip(), periods.canonical(day)) if at else (text.strip(), latest)
    whole, apart, taken_out = named.partition(WITHOUT)
    if not apart:
        return _whole(whole, known, lists, period)
    there = frozenset(known)
    out = taken_out if taken_out in there else lists.code(taken_out)
    inner = None if out in there else _whole(taken_out, known, lists, period)
    return rest(_whole(whole, known, lists, period), inner.code if inner else out, inner.members if inner else (out,))


def _whole(text: str, known: Sequence[str], lists: Lists, period: str) -> Group:
    there = frozenset(known)
    place = lists.code(text)
    if parts := [code for code in lists.parts(place) if code in there] if place else []:
        return Group(place, place, "country", None, period, tuple(parts))
    bloc = lists.bloc(text)
    if bloc is None:
        names = [name for one in lists.blocs for name in (one.key, one.name)]
        raise UnknownCode("bloc", text, names, hint="'hansa regions' lists blocs; blocs.csv beside a store adds some.")
    if bloc.key in there:
        raise DataError(f"The flows name {bloc.key} as a region of its own: its members cannot be counted beside it.")
    members, absent = [], []
    for member in sorted(lists.members(bloc.key, period)):
        inside = [member] if member in there else [code for code in lists.parts(member) if code in there]
        members += inside
        absent += [] if inside else [member]
    if not members and not absent:
        raise DataError(f"{bloc.key} had no member throughout {period}. Name another year: {bloc.key}@YEAR.")
    if not members:
        raise DataError(f"Of the members of {bloc.key} throughout {period} the flows name none ({_few(absent)}).")
    return Group(bloc.key, bloc.key, "bloc", None, period, tuple(members), tuple(absent))


def rest(whole: Group, code: str, members: Iterable[str]) -> Group:
    """What is left of a group when some of its members are taken out.

    code : of what is taken out.

    Raises
    ------
    DataError : nothing is left, or nothing is taken out.
    """
    out = set(members)
    left = tuple(member for member in whole.members if member not in out)
    if not left:
        raise DataError(f"Nothing is left of {whole.code} without {code}. Name two regions that differ.")
    if len(left) == len(whole.members):
        raise DataError(f"{code} is no member of {whole.code}, so it cannot be taken out of it.")
    return replace(whole, code=f"{whole.of}{WITHOUT}{code}", without=code, members=left)


def apart(one: Group, other: Group) -> tuple[Group, Group]:
    """Two groups that share no member: the larger gives its common members to the smaller (of two of one size, to the
    one whose code comes first).

    Raises
    ------
    DataError : they have the same members.

    >>> small, large = (Group(k, k, "bloc", None, "2022", tuple(m)) for k, m in (("X", "ab"), ("Y", "bcd")))
    >>> [(group.code, group.members) for group in apart(small, large)]
    [('X', ('a', 'b')), ('Y without X', ('c', 'd'))]
    """
    if not set(one.members) & set(other.members):
        return one, other
    if set(one.members) == set(other.members):
        raise DataError(f"{one.code} and {other.code} have the same members in these flows. Name two that differ.")
    keeps, gives = sorted((one, other), key=lambda group: (len(group.members), group.code))
    given = rest(gives, keeps.code, keeps.members)
    return (one, given) if keeps is one else (given, other)


def mapping(groups: Iterable[Group]) -> dict[str, str]:
    """Member -> code of its group.

    Raises
    ------
    DataError : a region is in two groups, or a group has the code of another region that stays.
    """
    found: dict[str, str] = {}
    for group in groups:
        for member in group.members:
            if member in found:
                raise DataError(
                    f"{member} is in {found[member]} and in {group.code}; its trade can be counted in one of them. "
                    f"Write the larger as '{group.code}{WITHOUT}{found[member]}'."
                )
            found[member] = group.code
    return found


def regrouped(flows: Flows, groups: Sequence[Group]) -> Flows:
    """Flows in which the members of each group are one region; what they trade with each other is left out.

    >>> from hansa.trade.flows import as_flows
    >>> flows = as_flows({"origin": ["A", "B", "A"], "destination": ["B", "C", "C"], "value": [1.0, 2.0, 3.0]})
    >>> regrouped(flows, [Group("G", "G", "bloc", None, "2022", ("A", "B"))]).to_arrow().to_pylist()
    [{'origin': 'G', 'destination': 'C', 'value': 5.0}]
    """
    if not groups:
        return flows
    kept = [name for name in KEPT if name in flows.columns]
    more = set(flows.columns) - {*kept, "value", "quantity"}
    summed = flows.by(*kept) if more else flows
    said = [f"{group.code} is counted as one region, its members of {group.period} in all periods" for group in groups]
    return summed.regroup(mapping(groups)).noting(*said)


def regrouped_side(table: SideTable, groups: Sequence[Group]) -> SideTable:
    """A side table with rows for groups: GDP, population and production are summed where every member has a figure.

    Of measures that cannot be added (rates, prices, distances) a group has none.
    """
    if not groups or table.measure not in ADDITIVE:
        return table
    rows = table.to_arrow().select([name for name in table.columns if name in ("region", "product", "period", "value")])
    keys = [name for name in rows.column_names if name not in ("region", "value")]
    parts, notes = [rows.filter(pc.invert(pc.is_in(rows["region"], pa.array(list(mapping(groups))))))], []
    for group in groups:
        inside = rows.filter(pc.is_in(rows["region"], pa.array(group.members)))
        told = [key for key in keys if key != "product"]
        full = inside.group_by(told).aggregate([("region", "count_distinct")])
        full = full.filter(pc.equal(full["region_count_distinct"], len(group.members))).select(told)
        summed = inside.group_by(keys).aggregate([("value", "sum")]).rename_columns({"value_sum": "value"})
        whole = summed.join(full, told, join_type="left semi") if told else summed if full.num_rows else summed[:0]
        if lacking := sorted(set(group.members) - set(inside["region"].to_pylist())):
            notes.append(f"no {table.measure} of {group.code}: {_few(lacking)} have none")
        parts.append(whole.append_column("region", pa.repeat(group.code, whole.num_rows)).select(rows.column_names))
    return replace(table, table=tables.frame(pa.concat_tables(parts)), notes=(*table.notes, *notes))


def members_of(code: str, groups: Iterable[Group]) -> tuple[str, ...]:
    """The codes behind a code of regrouped flows: the members of a group, or the code itself."""
    return next((group.members for group in groups if group.code == code), (code,))


def grouping(flows: Flows, texts: Iterable[str], lists: Lists) -> list[Group]:
    """The groups that some texts name, their members taken at the latest period of the flows where a text says none.

    Raises
    ------
    UnknownCode, DataError : as `find_group`, or two of them share a member.
    """
    known = region_codes(flows)
    latest = max(map(periods.canonical, flows.totals("period")["period"].to_pylist())) if _dated(flows) else ""
    groups = [find_group(text, known, lists, latest) for text in texts]
    mapping(groups)
    return groups


def _dated(flows: Flows) -> bool:
    return "period" in flows.columns


def region_codes(flows: Flows) -> list[str]:
    """Every region that the flows name, as origin or as destination."""
    codes = {code for end in ("origin", "destination") for code in flows.totals(end)[end].to_pylist()}
    return sorted(codes - {None})


def _few(codes: Sequence[str], most: int = 6) -> str:
    return ", ".join(codes[:most]) + (f" and {len(codes) - most} more" if len(codes) > most else "")
