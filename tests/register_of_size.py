"""A register of any size: invented, the same every time, and valid wherever its five regions are known."""

from __future__ import annotations

import random

from hansa.commitments.records import (
    Agreement,
    Barrier,
    Decision,
    Edition,
    Event,
    Idea,
    Link,
    Milestone,
    Money,
    Party,
    Programme,
    Project,
    Record,
    Session,
    Target,
)
from hansa.commitments.register import Register

REGIONS = ("AUT", "BEL", "KAZ", "KEN", "JPN")
SAMPLE_REGIONS = ("XBR", "XKA", "XIR", "XDO", "XEL")  # of the sample world
EDITIONS, TARGETS, BARRIERS = 20, 60, 60  # as many as a real register has, whatever its size: each asks the statistics
WORDS = (
    *("line", "bridge", "school", "clinic", "harbour", "cable", "exchange", "laboratory", "mill", "orchard"),
    *("переправа", "лаборатория", "причал", "réseau", "école", "forêt"),
)


def generated(size: int, seed: int = 1, prefix: str = "", regions: tuple[str, ...] = REGIONS) -> Register:
    """A register of at least `size` records; those with another prefix have other ids."""
    return Register(tuple(_records(size, random.Random(seed), prefix, regions)))


def _records(size: int, draw: random.Random, prefix: str, regions: tuple[str, ...]) -> list[Record]:
    def title(number: int) -> str:
        return f"{prefix} {draw.choice(WORDS)} and {draw.choice(WORDS)} {number}".strip()

    def day(first: int = 2015, last: int = 2035) -> str:
        return f"{draw.randint(first, last)}-{draw.randint(1, 12):02d}-{draw.randint(1, 28):02d}"

    found: list[Record] = [Party(f"{prefix}p-{code.lower()}", f"{prefix}{code}", region=code) for code in regions]
    top = [party.id for party in found]
    for number in range(25):
        parent = draw.choice(top)
        found.append(Party(f"{prefix}i-{number}", f"Office {number} {prefix}", "institution", parent=parent))
    owners = [party.id for party in found]
    sessions = []
    for number in range(1, EDITIONS + 1):
        year = 2005 + number
        found.append(
            Edition(
                f"{prefix}e-{number}",
                f"Forum {number} {prefix}",
                number,
                draw.choice(top),
                f"{year}-06-01",
                f"{year}-06-02",
            )
        )
        for part in range(3):
            sessions.append(f"{prefix}s-{number}-{part}")
            found.append(Session(sessions[-1], f"{prefix}e-{number}", title(part), f"{year}-06-01"))
    for number in range(TARGETS):
        one, other = draw.sample(regions, 2)
        found.append(Programme(f"{prefix}t-prg-{number}", title(number), tuple(draw.sample(top, 2))))
        arguments = {"origin": one, "destination": other}
        found.append(
            Target(f"{prefix}t-{number}", f"{prefix}t-prg-{number}", "exports", 1e9, "2030", "2019", "USD", arguments)
        )
    for number in range(BARRIERS):
        one, other = draw.sample(regions, 2)
        told = (Event(day(2015, 2022), "reported", by=draw.choice(owners)),)
        found.append(Barrier(f"{prefix}b-{number}", title(number), one, other, owner=draw.choice(owners), history=told))
    number = 0
    while len(found) < size:
        found += _block(number, draw, prefix, top, owners, sessions, title, day)
        number += 1
    return found


def _block(number, draw, prefix, top, owners, sessions, title, day) -> list[Record]:  # type: ignore[no-untyped-def]
    """Eleven records that hang together: agreement, programme with steps, projects, idea, decision, papers."""
    pair = tuple(draw.sample(top, 2))
    agreement, programme = f"{prefix}agr-{number}", f"{prefix}prg-{number}"
    signed = Event(day(2005, 2020), "signed", by=pair[0])
    found: list[Record] = [
        Agreement(agreement, title(number), pair, history=(signed,)),
        Programme(programme, title(number), pair, sector="transport", start="2016", end="2034", agreement=agreement),
    ]
    for step in range(3):
        told = (Event(day(2016, 2023), draw.choice(("scheduled", "met", "partly met")), by=draw.choice(owners)),)
        found.append(Milestone(f"{prefix}mil-{number}-{step}", programme, title(step), day(2020), told))
    for part in range(2):
        money = (Money(draw.randint(1, 900) * 1e6, "USD", "planned", "2019-01-01", by=pair[part]),)
        history = (Event("2019-01-01", "identification"), Event(day(2020, 2023), "preparation"))
        key = f"{prefix}prj-{number}-{part}"
        found.append(Project(key, title(part), pair, programme=programme, amounts=money, history=history))
    session = draw.choice(sessions)
    edition = f"{prefix}e-{session.removeprefix(prefix).split('-')[1]}"
    idea = f"{prefix}ide-{number}"
    found.append(Idea(idea, title(number), edition, draw.choice(owners), history=(Event(day(2006, 2020), "proposed"),)))
    found.append(Decision(f"{prefix}dec-{number}", title(number), session, draw.choice(owners), day(2020), idea))
    for paper in range(2):
        found.append(Link(f"{prefix}doc-{number}-{paper}", programme, "document", title(paper), "https://example.org/"))
    return found
