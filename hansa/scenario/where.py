"""Which flows a change is about: origins, destinations, products, and whether it goes both ways."""

from __future__ import annotations

from dataclasses import dataclass

from hansa.scenario import limits


@dataclass(frozen=True)
class Side:
    """One end of a flow as it is written: a region, or a bloc, perhaps with the day on which its members are counted.

    name : code or name of a region or a bloc.
    date : of "EAEU@2015-01-01", a day or a period; empty where none is written.

    >>> Side.of("EAEU@2015-01-01"), Side.of("KAZ").date
    (Side(name='EAEU', date='2015-01-01'), '')
    """

    name: str
    date: str = ""

    @classmethod
    def of(cls, written: str) -> Side:
        """The side that a text such as "KAZ", "EAEU" or "EAEU@2015" means.

        Raises
        ------
        DataError : nothing stands before the @, or no day behind it.
        """
        name, sign, when = written.rpartition("@")
        if not sign:
            return cls(limits.text(written, "region"))
        return cls(limits.text(name, "region"), limits.day(when, "region"))


@dataclass(frozen=True)
class Where:
    """Flows from some regions to some others, in some products. Sales at home are never meant.

    Parameters
    ----------
    origin, destination : regions or blocs by code or name; a bloc may say when its members are counted
        ("EAEU@2015-01-01"). A text or several; none means all.
    product : products or sectors; none means all.
    both : flows the other way too.

    Raises
    ------
    DataError : a text is empty, stands twice, or has no day behind its @.

    >>> where = Where(origin="XBR", destination=("XKA", "GRANITE@2019"), both=True)
    >>> where.origin, where.sides("destination")[1].date
    (('XBR',), '2019')
    """

    origin: tuple[str, ...] = ()
    destination: tuple[str, ...] = ()
    product: tuple[str, ...] = ()
    both: bool = False

    def __post_init__(self) -> None:
        for name in ("origin", "destination", "product"):
            object.__setattr__(self, name, limits.texts(getattr(self, name), name))
        limits.truth(self.both, "both")
        for name in ("origin", "destination"):
            sided(getattr(self, name), name)

    def sides(self, end: str) -> tuple[Side, ...]:
        """The origins ("origin") or destinations ("destination") with their dates apart; empty means all."""
        return sided(self.origin if end == "origin" else self.destination, end)


def sided(written: tuple[str, ...], name: str) -> tuple[Side, ...]:
    """Texts of regions or blocs with their dates apart.

    name : under which they are given, for the message.

    Raises
    ------
    DataError : nothing stands before an @, or no day behind it.

    >>> sided(("EAEU@2015", "MDA"), "region")
    (Side(name='EAEU', date='2015'), Side(name='MDA', date=''))
    """
    for one in written:
        code, sign, when = one.rpartition("@")
        if sign:
            limits.text(code, name)
            limits.day(when, name)
    return tuple(Side.of(one) for one in written)
