"""How many agreements, programmes, projects, barriers and regions a register holds, in each way that words may mean."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from hansa.commitments.coverage import Whose
from hansa.commitments.lifecycle import first_day, in_force, is_open, is_past, parties_on, state_name
from hansa.commitments.records import Agreement, Barrier, Party, Programme, Project
from hansa.commitments.register import Register
from hansa.regions.lists import Lists
from hansa.trade.group import Group
from hansa.wording import mark

IN_FORCE, SIGNED = mark("those in force"), mark("all signed and not ended")
UNDER_WAY, ENTERED = mark("those under way"), mark("all that have begun")
STANDING, REMOVED = mark("those that stand"), mark("those removed")
PROVINCES, REGIONS = mark("provinces with an agreement in force"), mark("regions with an agreement in force")
TOGETHER, ALONE, WHOLE = mark("both sides take part"), mark("the two sides alone"), mark("the whole register")
_SIDES = ("side one", "side two")
_GONE = ("ended", "withdrawn")


@dataclass(frozen=True)
class Tally:
    """One count of a register.

    state : what was counted, one of the words above (``those in force``); parties : between whom: ``both sides take
    part``, ``the two sides alone``, ``the whole register``, or the code of the side whose provinces are counted.
    """

    value: int
    state: str
    parties: str
    on: str


def tallies(register: Register, what: str, on: str, lists: Lists, sides: Sequence[str] = ()) -> tuple[Tally, ...]:
    """Every way to count what a register holds of a kind on a day; none where it counts no such thing.

    Parameters
    ----------
    what : ``agreements``, ``programmes``, ``projects``, ``barriers`` or ``regions``.
    on : ISO day. sides : codes of two regions or blocs, each with its provinces or members; or none.

    >>> from hansa.commitments.records import Event
    >>> from hansa.regions.lists import shipped_lists
    >>> two = Party("blr", "Belarus", region="BLR"), Party("rus", "Russia", region="RUS")
    >>> text = Agreement("a", "Trade", ("blr", "rus"), history=(Event("2020", "signed"), Event("2022", "in force")))
    >>> [(one.value, one.state) for one in tallies(Register((*two, text)), "agreements", "2021-06-30", shipped_lists())]
    [(0, 'those in force'), (1, 'all signed and not ended')]
    """
    if what not in (*_WAYS, "regions"):
        return ()
    there = _Sides(register, lists, on, sides)
    among = there.among(what)
    if what == "regions":
        return tuple(_of_regions(register, there, among))
    kind, parties, states = _WAYS[what]
    records: tuple[Any, ...] = register.of(kind)
    return tuple(
        Tally(sum(counted(one, on) and there.holds(parties(one, on), name) for one in records), state, name, on)
        for name in among
        for state, counted in states.items()
    )


class _Sides:
    """Which records are of two sides on a day: of their regions, and of what lies in them."""

    def __init__(self, register: Register, lists: Lists, on: str, sides: Sequence[str]) -> None:
        self.lists, self.on = lists, on
        whole = {code: _inside(code, lists, on) for code in (sides if len(set(sides)) == 2 else ())}
        # Where one side lies in the other, the other is the rest of it.
        self.inside = {
            code: inside.difference(*(there for other, there in whole.items() if there < inside))
            for code, inside in whole.items()
        }
        names = dict(zip(self.inside, _SIDES, strict=False))
        groups = [
            Group(names[code], names[code], "bloc", None, on, tuple(inside)) for code, inside in self.inside.items()
        ]
        self.whose = Whose(register, lists, on, groups)

    def among(self, what: str) -> tuple[str, ...]:
        """The ways to say between whom."""
        if not self.inside:
            return (WHOLE,)
        return (TOGETHER, WHOLE) if what in ("barriers", "regions") else (TOGETHER, ALONE, WHOLE)

    def holds(self, parties: Iterable[str], among: str) -> bool:
        """Whether a record of these parties (ids; of a barrier, codes of regions) counts."""
        if among == WHOLE:
            return True
        if isinstance(parties, frozenset):  # the ends of a barrier
            return {self.whose.group_of.get(end, end) for end in parties} == {*_SIDES}
        parties = [*parties]
        stand = frozenset().union(*map(self.whose.regions, parties)) if parties else frozenset()
        return self.whose.pair(parties, *_SIDES) and (among == TOGETHER or stand <= {*_SIDES})


def _inside(code: str, lists: Lists, on: str) -> frozenset[str]:
    """A side with the provinces of it; of a bloc its members and theirs."""
    bloc = lists.bloc(code) if lists.place(code) is None else None
    members = lists.members(bloc.key, on) if bloc else (code,)
    return frozenset({code, *members, *(part for member in members for part in lists.parts(member))})


def _of_regions(register: Register, there: _Sides, among: Sequence[str]) -> Iterator[Tally]:
    """Regions that agreements in force bind by name: provinces, of each side where there are two; and all."""
    texts = [text for text in register.of(Agreement) if in_force(text, there.on)]
    for name in among:
        bound = {key for text in texts if there.holds(parties := parties_on(text, there.on), name) for key in parties}
        codes = {one.region for one in register.of(Party) if one.id in bound and one.region and one.kind == "region"}
        provinces = {code for code in codes if getattr(there.lists.place(code), "parent", None)}
        if name == TOGETHER:
            for side, inside in there.inside.items():
                yield Tally(len(provinces & inside), PROVINCES, side, there.on)
        yield Tally(len(provinces), PROVINCES, name, there.on)
        yield Tally(len(codes), REGIONS, name, there.on)


# ---- in which state each is counted ---------------------------------------------------------------------------------
def _signed(text: Agreement, day: str) -> bool:
    own = {event.state for event in text.history if event.party is None and first_day(event.date) <= day}
    return bool(own & {"signed", "in force"}) and not own & {*_GONE}


def _begun(record: Programme | Project, day: str) -> bool:
    return record.start is None or first_day(record.start) <= day


def _under_way(record: Programme | Project, day: str) -> bool:
    over = record.end is not None and is_past(record.end, day)
    return state_name(record, day) in ("under way", "implementation", "completion") and not over


def _removed(barrier: Barrier, day: str) -> bool:
    return state_name(barrier, day) == "removed"


def _stands(barrier: Barrier, day: str) -> bool:
    return is_open(barrier, day) and state_name(barrier, day) is not None


_Counted = Callable[[Any, str], bool]
_WAYS: dict[str, tuple[type, Callable[[Any, str], Collection[str]], dict[str, _Counted]]] = {
    "agreements": (Agreement, parties_on, {IN_FORCE: in_force, SIGNED: _signed}),
    "programmes": (Programme, lambda one, day: one.parties, {ENTERED: _begun, UNDER_WAY: _under_way}),
    "projects": (Project, lambda one, day: one.partners, {ENTERED: _begun, UNDER_WAY: _under_way}),
    "barriers": (
        Barrier,
        lambda one, day: frozenset((one.origin, one.destination)),
        {STANDING: _stands, REMOVED: _removed},
    ),
}
