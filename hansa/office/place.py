"""Regions and blocs as people write them in an address or a form: found by code or name, and said by name."""

from __future__ import annotations

from collections.abc import Iterable

from hansa.commitments.records import Party
from hansa.commitments.register import Register
from hansa.errors import UnknownCode
from hansa.office.statistics import Statistics
from hansa.regions.region import plain
from hansa.trade.group import WITHOUT
from hansa.wording import Words, mark

LISTED = 3_000  # names among which the nearest to an unknown one is sought


def find_place(text: str, statistics: Statistics, register: Register, words: Words) -> str:
    """The code of a region, or the key of a bloc, that a text means.

    Regions are those of the flows, of the lists that hold here, and of the register's parties.

    Raises
    ------
    UnknownCode : it means none; names the nearest.
    """
    named = traded(statistics)
    if text in named:
        return text
    if code := statistics.lists.code(text):
        return code
    if bloc := statistics.lists.bloc(text):
        return bloc.key
    parties = [party for party in register.of(Party) if party.region]
    for party in parties:
        if plain(text) in (plain(str(party.region)), plain(party.name)):
            return str(party.region)
    hint = "Write a code, or a name in English or Russian."
    raise UnknownCode("region or bloc", text, _names(named, parties, words), hint=hint)


def name_of(code: str, words: Words) -> str:
    """What a region, a bloc, or a bloc without one of them is called; the code itself where it has no name."""
    whole, without, part = code.partition(WITHOUT)
    name = words.names.get(("region", whole)) or words.names.get(("bloc", whole)) or whole
    return words(mark("{bloc} (without {a})")).format(bloc=name, a=name_of(part, words)) if without else name


def traded(statistics: Statistics) -> frozenset[str]:
    """Every region that flows of goods name; none without statistics."""
    if statistics.store is None:
        return frozenset()
    figures = statistics.figures
    found: frozenset[str] = statistics.ask(
        ("regions of all flows",), lambda: frozenset().union({""}, *map(figures.regions, figures.datasets()))
    )
    return found - {""}


def choices(codes: Iterable[str], words: Words) -> list[tuple[str, str]]:
    """Codes with their names, in the order of the names: what a form offers."""
    return sorted(((code, name_of(code, words)) for code in codes), key=lambda pair: (pair[1].casefold(), pair[0]))


def _names(named: Iterable[str], parties: Iterable[Party], words: Words) -> list[str]:
    """Codes and names that a slip may have been meant for, those of this office first."""
    own = [*(str(party.region) for party in parties), *(party.name for party in parties), *named]
    own += [name_of(code, words) for code in named]
    rest = [name for (kind, _), name in words.names.items() if kind in ("region", "bloc") and "," not in name]
    return list(dict.fromkeys([*own, *rest]))[:LISTED]
